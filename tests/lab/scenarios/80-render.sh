# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What is rendered for xl is read by xl; a zone that lives is drawn where it
# lives.
# lab: stock
. /lab/lib.sh

zone=(--name drawn --vcpus 4 --memory 512M --numa-nodes 2)
zonectl render "${zone[@]}" --format xl.cfg >/root/drawn.cfg
echo 'kernel = "/boot/vmlinuz"' >>/root/drawn.cfg
check "xl reads the rendered xl.cfg" xl -N create /root/drawn.cfg
is "and has understood every vnode" \
    "$(xl -N create /root/drawn.cfg 2>&1 | grep -c '"pnode"')" 2
sed 's/vdistances=10/vdistances=x/' /root/drawn.cfg >/root/bad.cfg
is "it would have said what it can't read" \
    "$(xl -N create /root/bad.cfg >/dev/null 2>&1 && echo read)" ""

check "launch it, paused" zonectl launch "${zone[@]}" --paused \
    --kernel /boot/vmlinuz --ramdisk /boot/zone.img
boxes()
{
    zonectl show drawn --svg | grep -c "^<rect class=\"$1\".*$2"
}
is "show --svg: its vnodes, at their nodes and in the legend" \
    "$(boxes vnode data-id)" 4
is "show --svg: the pcpus of vnode 1" "$(boxes pcpu 'data-to="1"')" 2
is "show --svg: its memory on two nodes" "$(boxes memory data-to)" 2
check "show --ascii: the zone is in it" \
    sh -c 'zonectl show drawn --ascii | grep -q "=> vnode 1"'
check "destroy" zonectl destroy drawn
lab_done
