#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Malformed is 2; well-formed and not to be had, of whatever size, is 3.
. "$top_srcdir/tests/cli/lib.sh"
make_host >"$tmp/host.json"
host=(--host "$tmp/host.json")

vcpus()
{
    refused "$1" "$2" "--vcpus '$3'" plan "${host[@]}" --memory 1G \
        --vcpus "$3"
}
vcpus 2 vcpus 0
vcpus 2 'not a number' -1
vcpus 2 'not a number' ''
vcpus 2 'not a number' 4x
vcpus 2 'not a number' 0x10
vcpus 2 'not a number' 1e3
vcpus 2 'not a number' ' 4'
vcpus 2 'not a number' 4.0
vcpus 2 'not a number' nan
vcpus 3 vcpus 1000000000
vcpus 3 'at most 4294967295' 4294967296
vcpus 3 'at most 4294967295' 100000000000000000000000000
vcpus 3 vcpus 129
vcpus 3 . 33

memory()
{
    refused "$1" "$2" "--memory '$3'" plan "${host[@]}" --vcpus 4 \
        --memory "$3"
}
memory 2 'memory' 0
memory 2 'memory' 0G
memory 2 'memory' -1G
memory 2 'memory' ''
memory 2 'memory' G
memory 2 'memory' 4Q
memory 2 'memory' 4GB
memory 2 'memory' 1.5G
memory 3 'memory' 17G
memory 3 'memory' 1000T
memory 3 'memory' 1000000000T
memory 3 'memory' 99999999999999999999999999999

nodes()
{
    refused "$1" "$2" "--numa-nodes '$3'" plan "${host[@]}" --vcpus 8 \
        --memory 1G --numa-nodes "$3"
}
nodes 2 'at least 1' 0
nodes 2 'not a number' two
nodes 3 . 5
nodes 3 . 33
nodes 3 . 1000000000

request()
{
    local code=$1 word=$2

    shift 2
    refused "$code" "$word" "$*" plan "${host[@]}" --vcpus 4 --memory 1G "$@"
}
request 2 'at least 1' --overcommit 0
request 2 vcpus --max-vcpus 3
request 2 . --max-memory 512M
request 2 . --memory-policy static --max-memory 2G
request 2 'weight' --near 0000:41:00.0=0
request 2 'weight' --near 0000:41:00.0=1000001
request 2 'weight' --near 0000:41:00.0=x
request 2 . --near 0000:41:00.0 --near 41:00.0
request 2 'PCI address' --near zz:00.0
request 2 'PCI address' --near ''
request 2 'PCI address' --near 0000:41:00
request 2 'PCI address' --near 0000:41:00.00000000000000
request 2 'PCI address' --pci 0000:41:00.8
request 2 'PCI address' --pci 0000:41:00.0=5
request 3 'device' --near 0000:99:00.0
request 3 'device' --pci 0000:99:00.0
request 2 . --reserve-pcpus 1-
request 2 . --reserve-pcpus 5-3
request 3 . --reserve-pcpus 0-31
request 2 . --memory-nodes x
request 3 . --memory-nodes 1
request 2 . --spill interleave
request 2 'name' --name ''
request 2 'name' --name "$(printf 'x%.0s' {1..64})"
request 2 'name' --name $'a\nb'
finish
