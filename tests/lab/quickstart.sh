# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What ./quickstart shows in dom0: a zone of two distant nodes with a disk,
# and side by side what was planned, what Xen holds and what the guest sees.
. /lab/lib.sh

truncate -s 16M /root/disk.img
echo "dom0# zonectl launch --name demo --vcpus 4 --memory 512M" \
    "--numa-nodes 2 --scatter --disk /root/disk.img,raw,xvda,w ..."
demo()
{
    zonectl launch --name demo --vcpus 4 --memory 512M --numa-nodes 2 \
        --scatter --kernel /boot/vmlinuz --ramdisk /boot/zone.img \
        --cmdline "$LAB_PLAIN" --disk /root/disk.img,raw,xvda,w \
        2> >(grep -v '^warning' >&2) || return
    echo
    echo "the guest comes up (emulated: about 30 s); its console says:"
}
# Shows that something is going on while the guest comes up.
progress()
{
    while sleep 4; do
        tail -n 1 "$(zone_log demo)" 2>/dev/null | tr -d '\r' |
            cut -c 1-76 | sed 's/^/  /'
    done
}
progress &
progress=$!
report=$(launch_report demo 200 demo) || {
    kill $progress
    echo "the guest did not report"
    exit 1
}
kill $progress
echo
id=$(zone_id demo)
zonectl show demo --json >/tmp/demo.json
xen_pages "$id" >/tmp/pages
xl vcpu-list demo >/tmp/vcpus
/lab/compare --table --plan /tmp/demo.json --report "$report" \
    --debug-u "$(xen_dump)" --vcpu-list /tmp/vcpus --domid "$id"
rc=$?
echo
echo "its disk: $(zone_cmd "$id" disk xvda 1000000)"
echo
echo "dom0# zonectl verify demo"
zonectl verify demo || rc=$?
echo
echo "dom0# zonectl destroy demo"
zonectl destroy demo || rc=$?
exit $rc
