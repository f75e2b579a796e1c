#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the guest is shown beyond the plain rules: emulated nodes, memory-only
# nodes by name, limits of a node; flavors; devices below bridges.
. "$top_srcdir/tests/cli/lib.sh"
cat >"$tmp/one.json" <<'END'
{"nodes":[{"id":0,"cpus":"0-15","mem_kb":16777216}]}
END
cat >"$tmp/cxl.json" <<'END'
{"nodes":[{"id":0,"cpus":"0-15","mem_kb":16777216},
{"id":1,"cpus":"16-31","mem_kb":16777216},
{"id":4,"cpus":"","mem_kb":8388608}],
"distances":[[10,21,14],[21,10,24],[14,24,10]],
"pci":[{"busid":"40:01.0","nodes":[1]},
{"busid":"41:00.0","nodes":[],"parent":"40:01.0"},
{"busid":"42:00.0","parent":"0000:41:00.0"},
{"busid":"50:00.0","nodes":[1]},{"busid":"50:00.1"},{"busid":"60:00.0"}]}
END

# vnodes HOST OPTION...: "PNODE:VCPUS:MIB ..." of the plan.
vnodes()
{
    local file=$1

    shift
    run plan --host "$tmp/$file.json" --json "$@"
    sed -n 's/.*"vnode": .*"pnode": \([0-9]*\), .*"vcpus": "\([^"]*\)".*"memory_kib": \([0-9]*\).*/\1 \2 \3/p' \
        "$tmp/out" | awk 'NF == 2 { print $1 "::" $2 / 1024 }
        NF == 3 { print $1 ":" $2 ":" $3 / 1024 }' | xargs
}
has()
{
    check "$1" grep -q "$2" "$tmp/out"
}

# ---- emulation
four=(--vcpus 8 --memory 1G --emulate 4)
is "four nodes of one" "$(vnodes one "${four[@]}")" \
    "0:0-1:256 0:2-3:256 0:4-5:256 0:6-7:256"
has "it is no truth" '"truth": false'
has "it is marked" '"emulated": true'
has "and warned of" 'emulated: the guest sees 4 nodes'
has "default distances" '\[10, 20, 20, 20\]'
cp "$tmp/out" "$tmp/plan.json"
is "chosen distances" "$(vnodes one --vcpus 3 --memory 6M --emulate 3:10,77)" \
    "0:0:2 0:1:2 0:2:2"
has "they are shown" '\[77, 10, 77\]'
is "uneven shares" "$(vnodes one --vcpus 5 --memory 10M --emulate 2)" \
    "0:0-2:6 0:4-5:4"
is "nodes of two" "$(vnodes cxl --vcpus 20 --memory 1G --emulate 4)" \
    "0:0-4:256 0:8-12:256 1:16-20:256 1:24-28:256"
has "the sum is the host's" '"distance_sum": 42'
run plan --host "$tmp/one.json" "${four[@]}"
has "text says it" 'which are emulated'
run render --plan "$tmp/plan.json" --host "$tmp/one.json" --format xl.cfg
has "xl.cfg says it" '^# Emulated'
run render --plan "$tmp/plan.json" --format slit -o "$tmp/slit"
is "a SLIT of four" "$(stat -c %s "$tmp/slit")" $((36 + 8 + 16))
run plan --host "$tmp/one.json" "${four[@]}" --receipt "$tmp/receipt"
accepted "it replays" plan --replay "$tmp/receipt"
refused 2 'itself' "a node far from itself" plan --host "$tmp/one.json" \
    --vcpus 4 --memory 1G --emulate 2:11,20
for bad in 4:10 4:10, x 4:10,20,30 0; do
    refused 2 'emulate' "--emulate $bad" plan --host "$tmp/one.json" \
        --vcpus 4 --memory 1G --emulate "$bad"
done
refused 3 'emulate' "one is none" plan --host "$tmp/one.json" \
    --vcpus 4 --memory 1G --emulate 1
refused 3 'emulate' "too many nodes" plan --host "$tmp/one.json" \
    --vcpus 64 --memory 1G --emulate 33
refused 3 'not in 11..254' "too near" plan --host "$tmp/one.json" \
    --vcpus 4 --memory 1G --emulate 2:10,10
refused 2 'a vcpu and 2 MiB' "too few vcpus" plan --host "$tmp/one.json" \
    --vcpus 3 --memory 1G --emulate 4
for with in --dedicated "--spill honest" "--vnuma never" "--type pv" \
    "--max-memory 2G"; do
    # shellcheck disable=SC2086 # words
    refused 2 'emulate' "emulation and $with" plan --host "$tmp/one.json" \
        "${four[@]}" $with
done

# ---- memory of memory-only nodes
is "memory beside the rest" \
    "$(vnodes cxl --vcpus 4 --memory 1G --memory-nodes 4:2G)" \
    "0:0-3:1024 4::2048"
has "with real distances" '\[10, 14\]'
has "and true" '"truth": true'
has "the receipt tells" 'node 4 gives 2048 MiB that were asked of it'
is "what spills comes on top" \
    "$(vnodes cxl --vcpus 4 --numa-nodes 1 --spill honest --memory 18G \
        --memory-nodes 4:2G | sed 's/.* 4/4/; s/::.*//')" "4"
refused 3 'it has 8192' "more than it has" plan --host "$tmp/cxl.json" \
    --vcpus 4 --memory 1G --memory-nodes 4:9G
refused 3 'has pcpus' "a node with pcpus" plan --host "$tmp/cxl.json" \
    --vcpus 4 --memory 1G --memory-nodes 1:1G
refused 3 'no node 9' "no such node" plan --host "$tmp/cxl.json" \
    --vcpus 4 --memory 1G --memory-nodes 9:1G
refused 2 'named twice' "a node twice" plan --host "$tmp/cxl.json" \
    --vcpus 4 --memory 1G --memory-nodes 4:1G,4:1G
refused 2 'memory-nodes' "half a list" plan --host "$tmp/cxl.json" \
    --vcpus 4 --memory 1G --memory-nodes 4:1G,5

# ---- limits
is "vcpus a node" "$(vnodes cxl --vcpus 8 --memory 1G \
    --max-vcpus-per-node 4)" "0:0-3:512 1:4-7:512"
is "memory a node" "$(vnodes cxl --vcpus 8 --memory 1G \
    --max-memory-per-node 512M)" "0:0-3:512 1:4-7:512"
refused 3 'vcpus' "too many for the limit" plan --host "$tmp/cxl.json" \
    --vcpus 9 --memory 1G --max-vcpus-per-node 4
vnodes cxl --vcpus 2 --memory 1G --vnuma-from-vcpus 2 >/dev/null
has "large enough to be shown one node" '"show_numa": true'
vnodes cxl --vcpus 1 --memory 1G --vnuma-from-vcpus 2 >/dev/null
has "too small for it" '"show_numa": false'
refused 3 'memory' "no spanning" plan --host "$tmp/cxl.json" --vcpus 16 \
    --memory 36G --no-spanning
refused 2 'spill' "spanning and not" plan --host "$tmp/cxl.json" \
    --vcpus 1 --memory 1G --no-spanning --spill honest

# Three nodes of one socket: packages of two.
cat >"$tmp/socket.json" <<'END'
{"nodes":[{"id":0,"cpus":"0-3","mem_kb":1048576},
{"id":1,"cpus":"4-7","mem_kb":1048576},{"id":2,"cpus":"8-11","mem_kb":1048576}],
"cores":[{"socket":0,"cpus":"0-11"}]}
END
run plan --host "$tmp/socket.json" --vcpus 12 --memory 300M --tier patched \
    --numa-nodes 3 --nodes-per-package 2 --json
is "nodes per package" "$(grep -o '"package": [0-9]' "$tmp/out" |
    tr -dc '0-9\n' | xargs)" "0 0 1"
cp "$tmp/out" "$tmp/packages.json"
accepted "and the plan is sound" render --plan "$tmp/packages.json" \
    --host "$tmp/socket.json" --format text

# ---- devices
first()
{
    run plan --host "$tmp/cxl.json" --vcpus 2 --memory 1G --json --near "$1"
    sed -n 's/.*"first_node": {"pnode": \([0-9]*\),.*/\1/p' "$tmp/out"
}
is "below a port" "$(first 41:00.0)" 1
is "below a switch" "$(first 42:00.0)" 1
is "another function" "$(first 50:00.1)" 1
is "unknown is not node 0" "$(first 60:00.0)" 0
has "but steers nothing" 'device 0000:60:00.0 does not steer'
run host --host "$tmp/cxl.json" --json
has "a host file keeps the parent" '"busid": "0000:42:00.0", "nodes": \[1\], "parent": "0000:41:00.0"'

# ---- flavors
cat >"$tmp/flavor.json" <<'END'
{"name":"m1","vcpus":4,"ram":2048,"OS-FLV-DISABLED:disabled":false,
"properties":{"hw:numa_nodes":"2","hw:cpu_policy":"dedicated",
"hw:numa_cpus.0":"0-1","hw:numa_cpus.1":"2,3","hw:mem_page_size":"1GB"}}
END
cat >"$tmp/flavor.txt" <<'END'
+------------+--------------------------------------------------+
| Field      | Value                                            |
+------------+--------------------------------------------------+
| name       | m1                                               |
| properties | hw:cpu_policy='dedicated', hw:mem_page_size='1GB'|
|            | , hw:numa_nodes='2'                              |
| ram        | 2048                                             |
| vcpus      | 4                                                |
+------------+--------------------------------------------------+
END
for file in flavor.json flavor.txt; do
    run plan --host "$tmp/cxl.json" --from openstack "$tmp/$file" --json
    expect_exit 0 "$file"
    has "$file: dedicated" '"dedicated": true'
    has "$file: two nodes" '"cpu_vnodes": 2'
    has "$file: its name" '"zone": "m1"'
done
run plan --host "$tmp/cxl.json" --from openstack "$tmp/flavor.txt"
check "what is left out is said" grep -q 'warning: hw:mem_page_size: left out' \
    "$tmp/err"
run plan --host "$tmp/cxl.json" --from openstack "$tmp/flavor.txt" \
    --vcpus 6 --json
has "options win" '"vcpus": 6'
flavor()
{
    echo "{\"vcpus\":4,\"ram\":2048,\"properties\":{$1}}" >"$tmp/f"
}
flavor '"hw:cpu_policy":"mixed"'
refused 2 'hw:cpu_policy=mixed' "mixed" plan --host "$tmp/cxl.json" \
    --from openstack "$tmp/f"
flavor '"hw:numa_nodes":"2","hw:numa_cpus.0":"0-2","hw:numa_cpus.1":"3"'
refused 2 'hw:numa_cpus.0' "unequal" plan --host "$tmp/cxl.json" \
    --from openstack "$tmp/f"
flavor '"hw:numa_magic":"1"'
refused 2 'hw:numa_magic' "unknown" plan --host "$tmp/cxl.json" \
    --from openstack "$tmp/f"
flavor '"hw:cpu_policy":"dedicated","hw:cpu_thread_policy":"require",
"hw:pci_numa_affinity_policy":"required","pci_passthrough:alias":"nic:1"'
sed -i '1s/^/ \n/' "$tmp/f"
refused 3 'smt: it is not known' "whole cores of a host that tells none" plan \
    --host "$tmp/cxl.json" --from openstack "$tmp/f"
# Its device is at node 3, which has too little memory.
make_host >"$tmp/four.json"
for policy in required preferred; do
    flavor '"hw:pci_numa_affinity_policy":"'$policy'","hw:numa_nodes":"1",
"pci_passthrough:alias":"nic:1"'
    sed -i 's/2048/3600/' "$tmp/f"
    run plan --host "$tmp/four.json" --from openstack "$tmp/f" --near 41:00.0
    if [ $policy = required ]; then
        expect_exit 3 "near its device or not at all"
        check "it says so" grep -q 'device 0000:41:00.0 is at' "$tmp/err"
    else
        expect_exit 0 "near its device, or elsewhere"
        check "which device, is to be said" grep -q \
            'pci_passthrough:alias: name the device with --near' "$tmp/err"
    fi
done
{
    cat "$tmp/flavor.txt"
    printf "| properties | a='%02000d' |\n" 1 2 3
} >"$tmp/f"
refused 3 'properties=: too many' "a table without end" \
    plan --host "$tmp/cxl.json" --from openstack "$tmp/f"
echo 'no flavor' >"$tmp/f"
refused 2 'no flavor' "something else" plan --host "$tmp/cxl.json" \
    --from openstack "$tmp/f"
refused 2 'FILE is missing' "no file" plan --host "$tmp/cxl.json" \
    --from openstack
refused 2 'none of openstack, libvirt' "another system" plan --host "$tmp/cxl.json" \
    --from xenon "$tmp/f"
refused 2 'only goes with --from' "a file alone" plan \
    --host "$tmp/cxl.json" "$tmp/f"
refused 1 'No such file' "no such file" plan --host "$tmp/cxl.json" \
    --from openstack "$tmp/none"
finish
