#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zonectl host --doctor: a host file with readings, and a guest's proc and sys.
. "$top_srcdir/tests/cli/lib.sh"

# ---- a host ----
make_host >"$tmp/host.json"
# readings MEMBERS: the same with them.
readings()
{
    echo "{\"setup\": {$1},"
    tail -c +2 "$tmp/host.json"
}
line='placeholder dom0_mem=4G numa=off console=vga'
readings '"xen_version": "4.17.7", "xen_cmdline": "'"$line"'",
    "patched": false, "dom0_vcpus": 32, "dom0_kib": 4194304,
    "dom0_pcpus": "0-31", "autoballoon": "on", "host_conf": true,
    "dynamic_zones": 1, "balloond": false' >"$tmp/bad.json"

# verdict RULE: of the text in $tmp/out.
verdict()
{
    awk -v rule="$1" '/^[a-z]/ && $2 == rule { print $1 }' "$tmp/out"
}

run host --doctor --host "$tmp/host.json"
expect_exit 0 "no readings: nothing to change"
is "no readings: unknown" "$(verdict dom0-mem)" unknown
is "no readings: what the file tells is judged" "$(verdict numa)" ok
run host --doctor --host "$tmp/bad.json"
expect_exit 4 "something to change"
check "nothing on stderr" [ ! -s "$tmp/err" ]
for rule in numa dom0-mem autoballoon dom0-vcpus dom0-nodes dom0-pinned \
    reserved-pcpus node-reserve balloond; do
    is "$rule is to be changed" "$(verdict $rule)" change
done
for rule in xen-version tier slit node-free host-conf; do
    is "$rule is well" "$(verdict $rule)" ok
done
is "a line for each rule" "$(grep -c '^[a-z]' "$tmp/out")" 29
check "it fits 80 columns" [ -z "$(grep -v GRUB_CMD "$tmp/out" |
    awk 'length > 80')" ]
check "the reason is named" grep -q 'why: what Xen does not know' "$tmp/out"
is "the new command line" "$(sed -n 's/^GRUB_CMDLINE_XEN_DEFAULT=//p' \
    "$tmp/out")" '"console=vga numa=on dom0_mem=4G,max:4G dom0_max_vcpus=2 dom0_nodes=0"'
check "and the sum" grep -Eq \
    '^[0-9]+ to change, [0-9]+ unknown, [0-9]+ ok$' "$tmp/out"

run host --doctor --host "$tmp/bad.json" --json
expect_exit 4 "--json"
cp "$tmp/out" "$tmp/again.json"
check "--json: a finding" grep -q '{"rule": "autoballoon", "verdict":'\
' "change", "found": "on", "change": "autoballoon=\\"off\\"", "where":'\
' "/etc/xen/xl.conf", "why": "' "$tmp/out"
check "--json: the new line" grep -q '"grub": "console=vga ' "$tmp/out"
run host --doctor --host "$tmp/again.json" --json
check "--json: given back it is judged the same" \
    cmp -s "$tmp/out" "$tmp/again.json"
run host --host "$tmp/again.json" --json
zonectl host --host "$tmp/host.json" --json >"$tmp/plain"
check "--json: it is a host file" cmp -s "$tmp/out" "$tmp/plain"
run host --doctor --host "$tmp/bad.json" --output "$tmp/file"
expect_exit 4 "--output"
check "--output: all is there" grep -q '^GRUB' "$tmp/file"
check "--output: nothing on stdout" [ ! -s "$tmp/out" ]

accepted "another format" host --doctor \
    --host "$top_srcdir/tests/data/import/desk.numactl.txt"

readings '"colour": 1' >"$tmp/odd.json"
refused 1 'colour' "an unknown reading" host --doctor --host "$tmp/odd.json"
readings '"dom0_kib": "many"' >"$tmp/odd.json"
refused 1 'dom0_kib' "a reading of another type" host --doctor \
    --host "$tmp/odd.json"
refused 2 'drawing' "a drawing" host --doctor --svg --host "$tmp/host.json"
refused 2 'live host' "a tier of the live host" host --doctor --tier stock
refused 2 'with --guest' "a root of a host" host --doctor --root /
refused 2 'with --doctor' "a guest, undoctored" host --guest
refused 2 'no host goes' "a guest and a host" host --doctor --guest \
    --host "$tmp/host.json"

# ---- a guest ----
root=$tmp/guest
# put FILE TEXT
put()
{
    mkdir -p "$root/${1%/*}"
    printf '%s\n' "$2" >"$root/$1"
}
node=sys/devices/system/node
cpu=sys/devices/system/cpu
put proc/cmdline 'console=hvc0 root=/dev/xvda'
put proc/cpuinfo 'flags		: fpu x2apic hypervisor'
put proc/sys/kernel/numa_balancing 1
put proc/sys/vm/zone_reclaim_mode 0
put sys/hypervisor/type xen
put sys/hypervisor/guest_type PVH
put sys/devices/system/xen_memory/xen_memory0/target 1
put sys/bus/xen/drivers_probe ''
put sys/kernel/mm/transparent_hugepage/enabled 'always [madvise] never'
put sys/devices/system/clocksource/clocksource0/current_clocksource tsc
put sys/devices/system/memory/auto_online_blocks online
put $cpu/present 0-3
put $cpu/online 0-3
put $node/online 0-1
put $node/has_memory 0-1
put $node/node0/distance '10 21'
put $node/node1/distance '21 10'
put $node/node0/cpulist 0-1
put $node/node1/cpulist 2-3
for n in 0 1 2 3; do
    put $cpu/cpu$n/cache/index0/shared_cpu_list $n
    put $cpu/cpu$n/cache/index1/shared_cpu_list $((n / 2 * 2))-$((n / 2 * 2 + 1))
done
run host --doctor --guest --root "$root"
expect_exit 0 "a guest that is well"
is "a guest that is well: all are ok" "$(grep -c '^ok ' "$tmp/out")" 15

# changed RULE FILE TEXT: then the rule wants a change.
changed()
{
    cp -a "$root" "$tmp/saved"
    put "$2" "$3"
    run host --doctor --guest --root "$root"
    expect_exit 4 "$1"
    is "$1: to be changed" "$(verdict "$1")" change
    is "$1: and nothing else" "$(grep -c '^change' "$tmp/out")" 1
    rm -rf "$root"
    mv "$tmp/saved" "$root"
}
changed type sys/hypervisor/guest_type PV
changed numa proc/cmdline 'numa=off'
changed distances $node/node1/distance '10 10'
changed caches $cpu/cpu2/cache/index1/shared_cpu_list 0-3
changed numa-balancing proc/sys/kernel/numa_balancing 0
changed zone-reclaim proc/sys/vm/zone_reclaim_mode 1
changed huge-pages sys/kernel/mm/transparent_hugepage/enabled \
    'always madvise [never]'
changed clocksource \
    sys/devices/system/clocksource/clocksource0/current_clocksource jiffies
changed memory-online proc/cmdline 'memhp_default_state=offline'
changed x2apic proc/cmdline 'nox2apic'
put $cpu/online 0-2
run host --doctor --guest --root "$root" --json
expect_exit 0 "a vcpu offline is for a person to judge"
check "a vcpu offline: in JSON" grep -q \
    '"rule": "vcpus", "verdict": "unknown", "found": "3 of 4 online"' \
    "$tmp/out"
rm -r "${root:?}/${node:?}"
run host --doctor --guest --root "$root"
is "a kernel without NUMA" "$(verdict numa)" change
run host --doctor --guest
check "the machine that we are on: well or not" \
    [ "$status" -eq 0 -o "$status" -eq 4 ]
is "the machine that we are on: a line for each rule" \
    "$(grep -c '^[a-z]' "$tmp/out")" 15
refused 1 'without proc and sys' "an empty root" host --doctor --guest \
    --root "$tmp"
refused 1 'No such file' "no root" host --doctor --guest --root "$tmp/none"
finish
