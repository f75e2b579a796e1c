# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The emulated host is what the other scenarios take it for, and a guest of
# stock xl boots, reports and follows commands. Needs no zonectl.
# lab: light
. /lab/lib.sh

info=$(xl info -n)
is "8 nodes" "$(sed -n 's/^nr_nodes *: //p' <<<"$info")" 8
is "16 pCPUs" "$(sed -n 's/^nr_cpus *: //p' <<<"$info")" 16
is "two pCPUs on each node" \
    "$(sed -n 's/^ *[0-9]*: *[0-9]* *[0-9]* *\([0-7]\)$/\1/p' <<<"$info" |
        sort | uniq -c | awk '{ printf "%s:%s ", $2, $1 }')" \
    "0:2 1:2 2:2 3:2 4:2 5:2 6:2 7:2 "

i=0
while [ $i -lt 8 ]; do
    case $i in
    0 | 4) row="10,12,12,12" ;;
    1 | 5) row="12,10,12,12" ;;
    2 | 6) row="12,12,10,12" ;;
    3 | 7) row="12,12,12,10" ;;
    esac
    far=32,32,32,32
    if [ $i -lt 4 ]; then near=$row,$far; else near=$far,$row; fi
    is "distances of node $i" "$(awk -v n="$i:" \
        '/^numa_info/ { on = 1 } on && $1 == n { print $NF }' \
        <<<"$info")" "$near"
    i=$((i + 1))
done
is "the NIC is on node 2" \
    "$(awk '$1 == "0000:41:00.0" { print $2 }' <<<"$info")" 2
is "the NVMe disk is on node 6" \
    "$(awk '$1 == "0000:81:00.0" { print $2 }' <<<"$info")" 6
is "the bridge has its address" "$(ip -4 -o addr show xenbr0 |
    awk '{ print $4 }')" 10.77.0.1/24

truncate -s 8M /root/disk.img
cat >/root/flat.cfg <<END
type = "pvh"
name = "flat"
kernel = "/boot/vmlinuz"
ramdisk = "/boot/zone.img"
extra = "$LAB_PLAIN"
memory = 256
vcpus = 1
vif = [ "bridge=xenbr0" ]
disk = [ "/root/disk.img,raw,xvda,w" ]
END
started=$(lab_seconds)
if report=$(launch_report flat 240 xl create -q /root/flat.cfg); then
    ok "a flat guest reports"
else
    fail "a flat guest reports" || true
    lab_done
fi
note "seconds from xl create to the report: $(($(lab_seconds) - started))"
id=$(zone_id flat)
sys=/sys/devices/system
is "one node" "$(value "$report" $sys/node/online)" 0
is "its distance" "$(value "$report" $sys/node/node0/distance)" 10
is "its CPU" "$(value "$report" $sys/node/node0/cpulist)" 0
check "the MADT is in the report" \
    grep -q '^/sys/firmware/acpi/tables/APIC: 41504943' "$report"
sum=$(xen_pages "$id" | awk '{ n += $2 } END { print n }')
check "Xen counts at least 256 MiB of pages ($sum)" [ "$sum" -ge 65536 ]

zone_check()
{
    local text=$1 wanted=$2 answer

    shift 2
    answer=$(zone_cmd "$id" "$@") || true
    # shellcheck disable=SC2254 # a pattern
    case $answer in
    $wanted) ok "$text: $answer" ;;
    *) fail "$text: $answer" || true ;;
    esac
}
zone_check "memory on node 0" "ok alloc *pages=8192 on_node=8192" alloc 0 32
zone_check "memory given back" "ok free freed=1 kept=0" free
zone_check "memory on a node that isn't there" "failed alloc *" alloc 5 32
zone_check "a disk, written and read back" "ok disk *" disk xvda 1000000
zone_check "bytes to dom0 and back" "ok net *" net 10.77.0.2 200000
zone_check "an unknown command" "failed *" dance
zone_check "a second report" "ok report" report
check "and it is there" wait_report flat 5
check "the guest wrote to its disk file" \
    [ "$(head -c 1000000 /root/disk.img | tr -d '\0' | wc -c)" -gt 990000 ]
zone_check "power off" "ok exit 3" exit 3
check "the guest is gone" wait_until 60 zone_gone flat
check "and said so" grep -q 'ZONE RESULT .* ok exit 3' "$(zone_log flat)"
lab_done
