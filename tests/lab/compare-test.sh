#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare-test.sh [COMPARE]: does the comparer find what it is there for? Makes
# the inputs of a zone with two nodes and a third without CPUs, on pnodes 1, 5
# and 6, vCPU 3 padding the first node; then spoils them one at a time.
set -eu

compare=${1:-${top_builddir:?}/tests/lab/compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# le BYTES VALUE: a number as hexadecimal, least byte first.
le()
{
    local i v=$2

    for ((i = 0; i < $1; i++)); do
        printf '%02x' $((v & 255))
        v=$((v >> 8))
    done
}

# acpi SIGNATURE BODY: header, body, and the sum put right.
acpi()
{
    local hex sum=0 i

    hex=$(printf %s "$1" | od -An -tx1 | tr -d ' \n')
    hex+=$(le 4 $((36 + ${#2} / 2)))0100$(printf '%052d' 0)$2
    for ((i = 0; i < ${#hex}; i += 2)); do
        sum=$((sum + 16#${hex:i:2}))
    done
    echo "${hex:0:18}$(le 1 $(((256 - sum % 256) % 256)))${hex:20}"
}

lapic() { echo "0008$(le 1 "$1")$(le 1 $((2 * $1)))$(le 4 "$2")"; }
srat_cpu() { echo "0010$(le 1 "$2")$(le 1 $((2 * $1)))$(le 4 1)$(le 8 0)"; }
srat_mem()
{
    echo "0128$(le 4 "$1")$(le 2 0)$(le 8 $(($2 << 20)))$(le 8 \
        $(($3 << 20)))$(le 4 0)$(le 4 1)$(le 8 0)"
}

make_inputs()
{
    local n sys=/sys/devices/system/node

    cat >"$work/plan" <<'END'
{ "vnodes": [
  { "vnode": 0, "pxm": 0, "pnode": 1, "vcpus": "0-2", "pcpus": "2-3",
    "memory_kib": 262144 },
  { "vnode": 1, "pxm": 1, "pnode": 5, "vcpus": "4-5", "pcpus": "10-11",
    "memory_kib": 131072 },
  { "vnode": 2, "pxm": 2, "pnode": 6, "vcpus": "", "pcpus": "12-13",
    "memory_kib": 131072 } ],
  "distances": [ [10, 32, 32], [32, 10, 12], [32, 12, 10] ] }
END
    {
        echo "=== ZONE REPORT"
        echo "$sys/online: 0-2"
        echo "$sys/node0/cpulist: 0-2"
        echo "$sys/node0/distance: 10 32 32"
        echo "$sys/node0/meminfo: Node 0 MemTotal:  200000 kB"
        echo "$sys/node1/cpulist: 3-4"
        echo "$sys/node1/distance: 32 10 12"
        echo "$sys/node1/meminfo: Node 1 MemTotal:  131072 kB"
        echo "$sys/node2/cpulist: "
        echo "$sys/node2/distance: 32 12 10"
        echo "$sys/node2/meminfo: Node 2 MemTotal:  130000 kB"
        n=0
        for a in 0 2 4 8 10; do
            echo "/proc/cpuinfo/$n/apicid: $a"
            n=$((n + 1))
        done
        echo "/sys/firmware/acpi/tables/APIC: $(acpi APIC "$(le 8 0)$(lapic \
            0 1)$(lapic 1 1)$(lapic 2 1)$(lapic 3 0)$(lapic 4 1)$(lapic \
            5 1)")"
        echo "/sys/firmware/acpi/tables/SRAT: $(acpi SRAT "$(le 12 0)$(\
            srat_cpu 0 0)$(srat_cpu 1 0)$(srat_cpu 2 0)$(srat_cpu 4 \
            1)$(srat_cpu 5 1)$(srat_mem 0 0 256)$(srat_mem 1 256 \
            128)$(srat_mem 2 384 128)")"
        echo "/sys/firmware/acpi/tables/SLIT: $(acpi SLIT \
            "$(le 8 3)0a2020200a0c200c0a")"
        echo "=== ZONE END"
    } >"$work/report"
    {
        echo "(XEN) Domain 0 (total: 100):"
        echo "(XEN)     Node 0: 100"
        echo "(XEN) Domain 7 (total: 131089):"
        echo "(XEN)     Node 0: 0"
        echo "(XEN)     Node 1: 65542"
        echo "(XEN)     Node 5: 32774"
        echo "(XEN)     Node 6: 32773"
    } >"$work/pages"
    {
        echo "Name ID VCPU CPU State Time(s) Affinity (Hard / Soft)"
        for n in 0 1 2; do echo "z 7 $n 2 -b- 1.0 2-3 / 2-3"; done
        echo "z 7 3 - --p 0.0 2-3 / 2-3"
        for n in 4 5; do echo "z 7 $n 10 r-- 1.0 10-11 / 10-11"; done
    } >"$work/vcpus"
}

run()
{
    "$compare" --plan "$work/plan" --report "$work/report" \
        --debug-u "$work/pages" --vcpu-list "$work/vcpus" --domid 7 \
        --special 17
}

result()
{
    count=$((count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $count - $2"
    else
        failed=$((failed + 1))
        echo "not ok $count - $2"
        [ -z "$3" ] || printf '%s\n' "$3" | sed 's/^/# /'
    fi
}

# spoil TEXT FILE EXPRESSION WANTED: one edit gives exactly this difference.
spoil()
{
    local out rc=0

    make_inputs
    cp "$work/$2" "$work/before"
    sed -i "$3" "$work/$2"
    if cmp -s "$work/before" "$work/$2"; then
        result 1 "$1" "the edit changed nothing"
        return
    fi
    out=$(run) || rc=$?
    if [ "$rc" = 1 ] && grep -q "^difference: $4" <<<"$out"; then
        result 0 "$1"
    else
        result 1 "$1" "$rc: $out"
    fi
}

make_inputs
rc=0
out=$(run) || rc=$?
result $rc "a zone as planned" "$out"
spoil "a page too few" pages 's/: 32774/: 32767/' "pages on pnode 5"
spoil "a page on a strange pnode" pages 's/Node 0: 0/Node 0: 1/' \
    "pages on pnode 0: plan 0, Xen 1"
spoil "pages nobody accounts for" pages 's/: 65542/: 65544/' "pages beyond"
spoil "hard affinity" vcpus 's|10-11 / 10-11|8-11 / 10-11|' "vCPU 4: hard"
spoil "soft affinity" vcpus 's|2-3 / 2-3|2-3 / all|' "vCPU 0: soft"
spoil "a vCPU that is offline" vcpus 's/7 1 2 -b-/7 1 - --p/' "vCPU 1: off"
spoil "a padding vCPU that runs" vcpus 's/7 3 - --p/7 3 2 r--/' "vCPU 3: on"
spoil "a vCPU that Xen lacks" vcpus '/7 5 10/d' "vCPU 5: in the plan"
spoil "a CPU on another node" report \
    's/node0.cpulist: 0-2/node0\/cpulist: 0-3/' "guest node 0: vCPUs"
spoil "another APIC id" report 's/cpuinfo.4.apicid: 10/cpuinfo\/4\/apicid: 4/' \
    "guest node 1: vCPUs"
spoil "a distance in sysfs" report 's/distance: 32 10 12/distance: 32 10 32/' \
    "guest node 1: distance to node 2: plan 12, guest 32"
spoil "a distance in the SLIT" report 's/200a0c200c0a$/200a20200c0a/' \
    "SLIT: from domain 1 to 2: plan 12, table 32"
spoil "a node missing" report 's/online: 0-2/online: 0-1/' "guest nodes"
spoil "memory in the SRAT" plan 's/"pnode": 6,/"pnode": 6, "x": 0,/
    /"pcpus": "12-13"/{n;s/131072/131076/}' "SRAT: memory of domain 2"
spoil "too much memory in the guest" report 's/:  131072 kB/:  131076 kB/' \
    "guest node 1: memory"
spoil "too little memory in the guest" report 's/:  200000 kB/:  100000 kB/' \
    "guest node 0: memory"
spoil "no SRAT" report '/tables.SRAT/d' "SRAT: none"
spoil "no SLIT" report '/tables.SLIT/d' "SLIT: none"
spoil "no MADT" report '/tables.APIC/d' "the guest has no MADT"
echo "1..$count"
[ $failed = 0 ]
