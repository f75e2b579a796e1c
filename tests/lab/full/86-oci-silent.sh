# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A zone that is there and says nothing any more, as one whose kernel has
# stopped: here, one that is paused. Who asks it for something is told, its
# containers can be removed, and it takes others when it goes on.
# lab: --dom0-mem 768
# lab: stock
# shellcheck disable=SC2012,SC2034,SC2086,SC2154 # lib-oci.sh takes and sets some
. /lab/lib-oci.sh

check "the zones' RAM disk is made" \
    zone-mkramdisk --modules /lib/modules/*
bundle pod1 '"/pause"' '"io.kubernetes.cri.container-type": "sandbox",
"zoneplace.io/cpu": "2", "zoneplace.io/memory": "256Mi",
"zoneplace.io/memory-policy": "static"'
made "the pod's sandbox becomes a zone" pod1 || lab_done
check "it starts" oci start pod1
zone=$(zonectl list | awk 'NR == 2 { print $1 }')
check "its kernel lives" kernel_lives "$zone"

sed -i 's/^launch-seconds = .*/launch-seconds = 20/' /etc/zoneplace/oci.conf
for id in runs waits; do
    bundle $id '"sleep", "1000"' "$in_pod"
    made "a container: $id" $id
done
check "it starts" oci start runs
check "the zone is paused" xl pause "$zone"
is "so its kernel does not live" "$(kernel_lives "$zone" && echo lives)" ""
silence="zone-oci: the zone does not answer within 20 s"
bundle late '"true"' "$in_pod"
is "another container is refused" "$(create late && echo made)" ""
is "it says why" "$(cat $pod/late/err)" "$silence"
is "nothing of it stays" "$(ls $root | tr '\n' ' ')" "pod1 runs waits "
is "one that waited does not start" "$(oci start waits 2>&1)" "$silence"
check "what runs is killed" oci kill runs KILL
is "it is over, without the zone's word" "$(code_of runs)" 137
check "it is deleted" oci delete runs
check "and what waited" oci delete waits
is "no loop device is left" "$(losetup -a)" ""
check "the zone goes on" xl unpause "$zone"
check "its kernel lives again" kernel_lives "$zone"
bundle more '"sh", "-c", "exit 6"' "$in_pod"
made "it takes one more" more
check "it starts" oci start more
is "it ends" "$(code_of more)" 6
check "it is deleted" oci delete more
check "the zone is as planned" zonectl verify "$zone"

check "it is paused again" xl pause "$zone"
check "the pod is deleted" oci delete --force pod1
is "no domain is left" "$(xl list | awk 'NR > 2')" ""
is "no state" "$(ls $root 2>/dev/null)" ""
is "no loop device" "$(losetup -a)" ""
is "no record and no reservation" \
    "$(xenstore-ls /zoneplace/zone 2>/dev/null)" ""
lab_done
