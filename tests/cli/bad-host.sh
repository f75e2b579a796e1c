#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Host files that are refused (exit 1, one line), and odd ones that are not.
. "$top_srcdir/tests/cli/lib.sh"

# bad TEXT WORD: the host file on standard input is refused by all who read
# one, with the word.
bad()
{
    cat >"$tmp/host.json"
    refused 1 "$2" "$1" host --host "$tmp/host.json"
    refused 1 "$2" "$1 (plan)" plan --host "$tmp/host.json" --vcpus 1 \
        --memory 1G
}
good()
{
    cat >"$tmp/host.json"
    accepted "$1" plan --host "$tmp/host.json" --vcpus 1 --memory 1G
}
# nodes N: N equal nodes of one pcpu.
nodes()
{
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
        printf "%s{\"id\":%d,\"cpus\":\"%d\",\"mem_kb\":4194304}",
            i ? "," : "", i, i }'
}
one='{"id":0,"cpus":"0-3","mem_kb":4194304}'
two=$one',{"id":1,"cpus":"4-7","mem_kb":4194304}'

refused 1 'No such file' "a file that is not there" host --host "$tmp/none"
refused 1 'directory' "a directory" host --host "$tmp"
bad "an empty file" . </dev/null
for encoding in EUC-JP UTF-7 UTF-16; do
    bad "XML in $encoding" . < <(printf '%s%s%s' \
        "<?xml version=\"1.0\" encoding=\"$encoding\"?>" \
        '<topology><object type="Machine">+' $'\xff\xff</object></topology>')
done
bad "blanks only" . <<<'   '
make_host >"$tmp/whole.json"
size=$(wc -c <"$tmp/whole.json")
for at in 1 $((size / 4)) $((size / 2)) $((size - 3)); do
    head -c "$at" "$tmp/whole.json" >"$tmp/cut.json"
    bad "truncated after $at bytes" . <"$tmp/cut.json"
done
bad "not JSON" . <<<'nodes: 4'
bad "bytes" . < <(head -c 4096 /dev/zero)
bad "a list" . <<<'[]'
bad "no nodes" nodes <<<'{}'
bad "an empty list of nodes" . <<<'{"nodes":[]}'
bad "nodes that are numbers" . <<<'{"nodes":[1,2]}'
bad "NaN" . <<<'{"nodes":[{"id":0,"cpus":"0-3","mem_kb":NaN}]}'
bad "infinite" . <<<'{"nodes":[{"id":0,"cpus":"0-3","mem_kb":1e999}]}'
bad "a fraction" . <<<'{"nodes":[{"id":0,"cpus":"0-3","mem_kb":1.5}]}'
bad "negative memory" . <<<'{"nodes":[{"id":0,"cpus":"0-3","mem_kb":-1}]}'
bad "a negative id" . <<<'{"nodes":[{"id":-1,"cpus":"0-3","mem_kb":1}]}'
bad "memory beyond all bounds" . \
    <<<'{"nodes":[{"id":0,"cpus":"0-3","mem_kb":99999999999999999999}]}'
bad "memory as text" . <<<'{"nodes":[{"id":0,"cpus":"0-3","mem_kb":"4G"}]}'
bad "duplicate ids" . <<<"{\"nodes\":[$one,${one/0-3/4-7}]}"
bad "overlapping pcpus" . <<<"{\"nodes\":[$one,{\"id\":1,\"cpus\":\"3-7\"}]}"
bad "a pcpu list that is none" . <<<'{"nodes":[{"id":0,"cpus":"0-","mem_kb":9}]}'
bad "a pcpu beyond 4095" . <<<'{"nodes":[{"id":0,"cpus":"4096","mem_kb":9}]}'
bad "no pcpus at all" . <<<'{"nodes":[{"id":0,"cpus":"","mem_kb":4194304}]}'
bad "too few rows" distances <<<"{\"nodes\":[$two],\"distances\":[[10,12]]}"
bad "a row that is short" distances \
    <<<"{\"nodes\":[$two],\"distances\":[[10,12],[12]]}"
bad "a row that is long" distances \
    <<<"{\"nodes\":[$two],\"distances\":[[10,12],[12,10,32]]}"
bad "a negative distance" . \
    <<<"{\"nodes\":[$two],\"distances\":[[10,-12],[12,10]]}"
bad "65 nodes" . <<<"{\"nodes\":[$(nodes 65)]}"
bad "a device on no node" . \
    <<<"{\"nodes\":[$one],\"pci\":[{\"busid\":\"41:00.0\",\"nodes\":[9]}]}"
bad "a device of no address" . \
    <<<"{\"nodes\":[$one],\"pci\":[{\"busid\":\"nic\",\"nodes\":[0]}]}"
bad "nested 40 deep" . <<<"{\"nodes\":[$one],\"x\":$(printf '[%.0s' {1..40})$(printf ']%.0s' {1..40})}"
bad "text behind the end" . <<<"{\"nodes\":[$one]} {}"

good "asymmetric distances" \
    <<<"{\"nodes\":[$two],\"distances\":[[10,12],[32,10]]}"
good "64 nodes" <<<"{\"nodes\":[$(nodes 64)]}"
good "no distances" <<<"{\"nodes\":[$two],\"distances\":null}"
good "unknown keys" <<<"{\"nodes\":[$two],\"colour\":[{\"x\":1}]}"
good "a diagonal that is wrong" \
    <<<"{\"nodes\":[$two],\"distances\":[[11,12],[12,11]]}"
check "and a warning says so" grep -q '^warning: .*10/20' "$tmp/err"

# Asymmetric: from 0 both ways count, so 2 (12 + 14) wins over 1 (11 + 32).
cat >"$tmp/host.json" <<END
{"nodes":[$one,{"id":1,"cpus":"4-7","mem_kb":4000000},
 {"id":2,"cpus":"8-11","mem_kb":4000000}],
 "distances":[[10,11,12],[32,10,20],[14,20,10]]}
END
run plan --host "$tmp/host.json" --vcpus 2 --memory 1G --numa-nodes 2 --json
expect_exit 0 "asymmetric, two nodes"
is "asymmetric: both directions count" \
    "$(grep -o '"pnode": *[0-9]*' "$tmp/out" | head -n 2 | tr -dc '0-9\n' |
        tr '\n' ' ')" "0 2 "

# A host from standard input is the same host.
make_host >"$tmp/host.json"
zonectl host --host "$tmp/host.json" --json >"$tmp/one"
zonectl host --host - --json <"$tmp/host.json" >"$tmp/two"
check "- is standard input" cmp "$tmp/one" "$tmp/two"
zonectl host --host "$tmp/one" --json >"$tmp/two"
check "what host --json prints is a host file" cmp "$tmp/one" "$tmp/two"
finish
