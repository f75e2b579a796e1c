# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# lab: --nodes 1
# lab: stock
#
# Four nodes for a guest on a host that has one: what NUMA software is tested
# with on one socket. The guest sees what was asked for, and everyone is told
# that it is made up.
. /lab/lib.sh

mkdir -p /out
EMU=(--vcpus 4 --memory 512M --emulate 4:10,30)

is "the host has one node" \
    "$(zonectl host --json | grep -c '"mem_kb"')" 1
zonectl plan "${EMU[@]}" >/tmp/plan 2>/tmp/warnings
check "the plan says so" grep -q 'emulated' /tmp/plan /tmp/warnings
zonectl plan "${EMU[@]}" --json >/out/plan.json
check "in JSON, too" grep -q '"emulated": true' /out/plan.json
check "and that it is not the truth" grep -q '"truth": false' /out/plan.json
if zonectl plan --vcpus 4 --memory 512M --numa-nodes 4 2>/tmp/err; then
    fail "four real nodes are refused" || true
else
    is "four real nodes are refused: exit 3" "$?" 3
fi

start()
{
    zonectl launch --name emu "${KERNEL[@]}" --json "${EMU[@]}" >/out/emu.json
}
if ! report=$(launch_report emu 240 start); then
    fail "a zone of four emulated nodes reports" || true
    lab_done
fi
ok "a zone of four emulated nodes reports"
cp "$report" /out/emu.report
id=$(zone_id emu)
sys=/sys/devices/system/node
is "the guest has four nodes" "$(value "$report" $sys/online)" 0-3
for n in 0 1 2 3; do
    is "node $n: its vcpu" "$(value "$report" $sys/node$n/cpulist)" $n
    is "node $n: its distances" "$(value "$report" $sys/node$n/distance)" \
        "$(for m in 0 1 2 3; do
            [ $m = $n ] && printf '10 ' || printf '30 '
        done | sed 's/ $//')"
    kib=$(awk -v path="$sys/node$n/meminfo:" '
        index($0, path) == 1 && /MemTotal/ { print $(NF - 1) }' "$report")
    # A node has 128 MiB; the first lacks what the kernel keeps for itself.
    check "node $n: its memory ($kib KiB)" \
        [ "$kib" -le 131072 -a "$kib" -ge 65536 ]
done
no_doubts emu "$report"
xl vcpu-list emu >/out/emu.vcpus
cp "$(xen_dump)" /out/emu.pages
check "guest, plan and Xen agree" /lab/compare --plan /out/emu.json \
    --report "$report" --debug-u /out/emu.pages --vcpu-list /out/emu.vcpus \
    --pcpus 0-7 --domid "$id"
check "verify finds the same" zonectl verify emu
check "show says that it is emulated" \
    bash -c 'zonectl show emu | grep -i emulat'
check "so does its record" \
    bash -c 'zonectl show emu --json | grep "\"emulated\": true"'
check "and its xl.cfg" bash -c 'zonectl show emu --json >/tmp/shown.json
    zonectl plan --vcpus 4 --memory 512M --emulate 4:10,30 --json >/tmp/p.json
    zonectl render --plan /tmp/p.json --format xl.cfg | grep -i emulat'
check "and density, which fills such a host" \
    zonectl density --vcpus 4 --memory 512M --emulate 4
check "destroy" zonectl destroy emu

# ---- the doctor reads what xl says ----
rc=0
zonectl host --doctor --json >/out/doctor.json || rc=$?
case $rc in
0 | 4) ok "the doctor has seen the host: exit $rc" ;;
*) fail "the doctor has seen the host: exit $rc" || true ;;
esac
# reading NAME, verdict RULE: of what it has said.
reading()
{
    sed -n "s/^ *\"$1\": \(.*[^,]\),*\$/\1/p" /out/doctor.json | tr -d '"' |
        sed 's/^ *//; s/ *$//; q'
}
verdict()
{
    sed -n "s/.*{\"rule\": \"$1\", \"verdict\": \"\([a-z]*\)\".*/\1/p" \
        /out/doctor.json
}
xl_info()
{
    xl info | sed -n "s/^$1 *: *//p" | sed 's/ *$//'
}
is "its Xen is xl's" "$(reading xen_version)" "$(xl_info xen_version)"
is "its command line, too" "$(reading xen_cmdline)" \
    "$(xl_info xen_commandline)"
is "its scheduler" "$(reading scheduler)" "$(xl_info xen_scheduler)"
is "its pool" "$(reading pool)" "$(xl cpupool-list | awk 'NR == 2 { print $1 }')"
is "dom0's vcpus that are up" "$(reading dom0_vcpus)" \
    "$(xl vcpu-list Domain-0 | awk 'NR > 1 && $4 != "-"' | wc -l)"
is "dom0's memory in MiB" "$(($(reading dom0_kib) / 1024))" \
    "$(xl list Domain-0 | awk 'NR == 2 { print $3 }')"
is "dom0's pcpus" "$(reading dom0_pcpus)" 0-7
is "no dynamic zone" "$(reading dynamic_zones)" 0
for rule in xen-version xenstored scheduler cpupool numa dom0-mem autoballoon \
    host-conf node-free; do
    is "the doctor is content with $rule" "$(verdict $rule)" ok
done
is "and not with dom0 on any pcpu" "$(verdict dom0-pinned)" change
rc=0
zonectl host --doctor --host /out/doctor.json --json >/tmp/again.json || rc=$?
check "given back it is judged the same" cmp /out/doctor.json /tmp/again.json
lab_done
