# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# On a patched host: every domctl with good and bad input, and what guests
# make of it.
. /lab/lib.sh
. /lab/common.sh

t=/lab/domctl-test

# driver TEXT VERB...: what domctl-test has to say counts as one.
driver()
{
    local text=$1 output

    shift
    if output=$("$t" "$@" 2>&1); then
        ok "$text ($(grep -c '^ok' <<<"$output") checks)"
        output=$(sed -n 's/^# //p; /^[0-9]*: /p' <<<"$output")
        [ -z "$output" ] || note "$output"
    else
        fail "$text" || true
        note "$output"
    fi
}

pages_home()
{
    "$t" count "$1" "$2" "$3" | tr '\n' ' '
}

free_of()
{
    xl info -n | awk -v n="$1:" '/^numa_info/ { on = 1 }
        on && $1 == n { print $3; exit }'
}

driver "queries and signatures" query

# ---- a guest without any of it
plain_guest
guest_domctls

# ---- topology
topology_tests()
{
    driver "topology: bad input, read back" topology "$1" 4
    driver "topology: packages of two" set-topology "$1" 4
    driver "residency: a flat guest" residency "$1"
    driver "policy: a flat guest" policy "$1" flat
}
guest_config topo "memory = 256" "vcpus = 4"
boots "the guest boots with it" topo topology_tests || lab_done
cp /tmp/topo.txt /out/
is "packages" "$(sys_of topo topology/physical_package_id)" "0=0 1=0 2=1 3=1 "
is "cores" "$(sys_of topo topology/core_id)" "0=0 1=1 2=0 3=1 "
is "threads" "$(sys_of topo topology/thread_siblings_list)" "0=0 1=1 2=2 3=3 "
is "L1" "$(sys_of topo cache/index0/shared_cpu_list)" "0=0 1=1 2=2 3=3 "
is "L2" "$(sys_of topo cache/index2/shared_cpu_list)" "0=0 1=1 2=2 3=3 "
is "L3" "$(sys_of topo cache/index3/shared_cpu_list)" "0=0-1 1=0-1 2=2-3 3=2-3 "
cpuid()
{
    sed -n "s/^CPUID $1 $2: //p" /tmp/topo.txt
}
is "leaf 0xb, thread" "$(cpuid 3 0000000b.0)" "00000001 00000001 00000100 00000006"
is "leaf 0xb, core" "$(cpuid 3 0000000b.1)" "00000002 00000002 00000201 00000006"
is "leaf 0xb, beyond" "$(cpuid 3 0000000b.2)" "00000000 00000000 00000002 00000006"
is "leaf 0x8000001e" "$(cpuid 3 8000001e.0)" "00000006 00000001 00000001 00000000"
is "leaf 0x8000001e, whatever ECX" "$(cpuid 3 '8000001e.[1-f]')" ""
is "leaf 0x8000001d, L3" "$(cpuid 2 8000001d.3)" \
    "0000c163 03c0003f 00003fff 00000001"
is "leaf 0x8000001d, beyond" "$(cpuid 2 8000001d.4)" \
    "00000000 00000000 00000000 00000000"
is "leaf 1, EBX" "$(cpuid 2 00000001.0 | cut -c 10-13)" 0404
is "leaf 0x80000008, ECX" "$(cpuid 2 80000008.0 | cut -c 19-26)" 00002001
# TOPOEXT is bit 22 of ECX.
is "TOPOEXT" $((0x$(cpuid 2 80000001.0 | cut -c 19-26) >> 22 & 1)) 1
# Nothing else has changed. 0x40000004 has the domain's number.
others()
{
    grep '^CPUID' "/tmp/$1.txt" | awk '
        /0000000b\.|8000001[de]\.|40000004\./ { next }
        / 00000001\./ { $5 = substr($5, 1, 2) "xx" substr($5, 5) }
        / 80000000\./ { $4 = "max" }
        / 80000001\./ { $6 = substr($6, 1, 2) "x" substr($6, 4) }
        / 80000008\./ { $6 = "count" }
        { print }'
}
is "the other leaves are a plain guest's" "$(others topo | sha256sum)" \
    "$(others plain | sha256sum)"

# ---- an APIC id which isn't twice the vCPU's number
id_seven()
{
    driver "topology: APIC id 7" set-id "$1" 0 7
}
guest_config seven "memory = 256" "vcpus = 1"
boots "a guest boots with APIC id 7" seven id_seven
[ ! -e /tmp/seven.txt ] || is "it sees the id" "$(grep -o 'initial apicid.*' /tmp/seven.txt |
    tr -d '\t')" "initial apicid: 7"

# ---- one that runs
guest_config runs "memory = 256" "vcpus = 1"
running_tests()
{
    xl unpause "$1"
    driver "topology: a domain that runs" running "$1"
    xl pause "$1"
    driver "topology: and one that is paused again" running "$1"
}
boots "it goes on" runs running_tests

# ---- vNUMA, through the patched libxl: memory, distances, strictness
vnuma_config()
{
    guest_config "$1" "memory = 512" "vcpus = 4" "vnuma = [
        [ \"pnode=1\", \"size=256\", \"vcpus=0-1\", \"vdistances=10,32\" ],
        [ \"pnode=6\", \"size=256\", \"vcpus=2-3\", \"vdistances=32,10\" ] ]"
}
memory_tests()
{
    driver "residency: a guest with vNUMA" residency "$1"
    # Xen's own count has those which aren't at a gfn, too.
    note "debug key u:" "$(xen_pages "$1")"
    driver "policy: a guest with vNUMA" policy "$1" vnuma
    driver "strict: in and out" strict "$1" 1 6
    driver "topology: packages of two" set-topology "$1" 4
}
vnuma_config vnuma
if boots "a PVH guest with vNUMA runs" vnuma memory_tests; then
    is "packages are nodes" "$(sys_of vnuma topology/physical_package_id)" \
        "0=0 1=0 2=1 3=1 "
    is "Linux has nothing to say about it" \
        "$(grep -c 'llc-sibling\|topology_sane' /tmp/vnuma.txt)" 0
    cp /tmp/vnuma.txt /out/
fi
vnuma_config liar
if boots "one without topology runs" liar; then
    note "there Linux says: $(grep 'llc-sibling' /tmp/liar.txt | head -n 1)"
    check "the same search finds something there" \
        grep -q 'llc-sibling\|topology_sane' /tmp/liar.txt
fi
guest_config three "memory = 384" "vcpus = 3" "vnuma = [
    [ \"pnode=1\", \"size=128\", \"vcpus=0\", \"vdistances=10,12,32\" ],
    [ \"pnode=2\", \"size=128\", \"vcpus=1\", \"vdistances=12,10,32\" ],
    [ \"pnode=6\", \"size=128\", \"vcpus=2\", \"vdistances=32,32,10\" ] ]"
boots "a PVH guest with three nodes runs" three

# ---- strict, when the node has nothing left
vnuma_config short
xl create -q -p /root/short.cfg
short=$(zone_id short)
base=4096
nr=20000
is "take pages of vnode 0" "$("$t" take "$short" $base $nr)" $nr
hog=$(($(free_of 1) - 40))
guest_config hog "memory = $hog" "vcpus = 1" \
    "vnuma = [ [ \"pnode=1\", \"size=$hog\", \"vcpus=0\", \"vdistances=10\" ] ]"
check "fill node 1 with another guest, $hog MiB" xl create -q -p /root/hog.cfg
"$t" set-policy "$short" 1
given=$("$t" give "$short" $base $nr)
note "strict: $given of $nr pages, node 1 has $(free_of 1) MiB free"
check "strict: it fails rather than spills" test "$given" -lt $nr
is "strict: what came is at home" "$("$t" count "$short" $base $((base + nr)))" \
    "$(if [ "$given" -gt 0 ]; then echo "1: $given"; fi)"
"$t" set-policy "$short" 0
rest=$((nr - given))
is "not strict: the rest comes" \
    "$("$t" give "$short" $((base + given)) $rest)" $rest
note "from: $(pages_home "$short" $((base + given)) $((base + nr)))"
xl destroy hog
xl destroy short

# ---- automatic placement and hard affinity, in the patched libxl
guest_config pinned "memory = 128" "vcpus = 2" "cpus = \"node:3\""
xl create -q -p /root/pinned.cfg
is "a pinned guest's memory is where it can run" \
    "$("$t" count "$(zone_id pinned)" 0 0x8000 | sed 's/:.*//')" 3
xl destroy pinned
# More vcpus than node 3 has pcpus: no candidate for placement.
guest_config pinned "memory = 128" "vcpus = 3" "cpus = \"node:3\""
xl create -q -p /root/pinned.cfg
is "nor is that of one with more vcpus than there are pcpus" \
    "$("$t" count "$(zone_id pinned)" 0 0x8000 | sed 's/:.*//')" 3
xl destroy pinned

check "Xen has no complaints" sh -c \
    '! xl dmesg | grep -i "assertion\|xen bug\|xen warn\|not released"'
lab_done
