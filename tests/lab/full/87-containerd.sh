# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# A pod by CRI, all of it real: zone-cri plans and reserves in Xen's ledger,
# Debian's containerd calls zone-oci, the zone that was reserved is launched,
# containers run in it. What does not fit, has ended or was killed leaves
# nothing.
# lab: --dom0-mem 1536
# lab: --package containerd
# lab: --program tests/cri/cri-client
# lab: --put tests/cri/client.sh:/lab/client.sh
# lab: stock
. /lab/lib.sh
. /lab/client.sh

cri_client=/lab/cri-client
cri_socket=/run/zoneplace/cri.sock
cri_logs=/var/log/pods
busybox_image=lab.local/busybox:1
mkdir -p /out /etc/zoneplace /boot/zoneplace /var/lib/containerd $cri_logs \
    /run/zoneplace
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs -o mode=711 containerd /var/lib/containerd
modprobe overlay
: >/etc/resolv.conf
echo lab >/etc/hostname
cat >/etc/zoneplace/oci.conf <<END
kernel = /boot/vmlinux.gz
cmdline = $LAB_PLAIN
host-network = loopback
launch-seconds = 240
END
check "the zones' RAM disk is made" \
    zone-mkramdisk --modules /lib/modules/*
# No registry: the pods' own image is the one that is made here. The table is in
# the package's file, and may not be there twice.
sed -i '/^ *\[plugins."io.containerd.grpc.v1.cri"\]$/a \
    sandbox_image = "'$busybox_image'"' /etc/containerd/config.toml
check "containerd is told of zones" zone-kube-setup install
containerd >/out/containerd.log 2>&1 &
containerd=$!
wait_until 300 grep -q 'successfully booted' /out/containerd.log || {
    fail "containerd runs" || note "$(tail -n 20 /out/containerd.log)"
    lab_done
}
ok "containerd runs"
check "an image is made" image /tmp/image $busybox_image
check "and imported" ctr --connect-timeout 120s --namespace k8s.io \
    images import /tmp/image/image.tar

# Not under check, which would keep its pid in a subshell.
start_zone_cri()
{
    zone-cri >>/out/zone-cri.log 2>&1 &
    zone_cri=$!
}
kill_zone_cri()
{
    check "zone-cri is killed" kill -9 "$zone_cri"
    wait "$zone_cri" 2>/dev/null
    true
}
free_kib()
{
    nodes_free | awk '{ n += $1 } END { print n }'
}
domains()
{
    xl list | awk 'NR > 2 { print $1 }'
}
no_domain()
{
    [ -z "$(domains)" ]
}
domain_there()
{
    [ -n "$(domains)" ]
}
no_record()
{
    [ -z "$(xenstore-ls /zoneplace/zone 2>/dev/null)" ]
}
same_memory()
{
    [ "$(free_kib)" -ge $((before - 4096)) ]
}
no_mount()
{
    ! grep -E 'zoneplace|/sandboxes/|/rootfs ' /proc/mounts
}
# nothing_left WHEN
nothing_left()
{
    check "$1: no domain" wait_until 60 no_domain
    check "$1: no record and no reservation" wait_until 90 no_record
    is "$1: no loop device" "$(losetup -a)" ""
    check "$1: no mount" no_mount
    check "$1: the memory is back" wait_until 30 same_memory
}

start_zone_cri
check "zone-cri runs" wait_until 120 list_pods || {
    note "$(cat /out/zone-cri.log)"
    lab_done
}
before=$(free_kib)

# ---- a pod
pod=$(run_pod web zoneplace.io/cpu=4 zoneplace.io/memory=512Mi \
    zoneplace.io/memory-policy=static zoneplace.io/numa-nodes=2 \
    zoneplace.io/numa-strategy=scatter 2>/tmp/err)
check "a pod's sandbox is run" [ -n "$pod" ] || {
    note "$(cat /tmp/err /out/zone-cri.log; tail -n 20 /out/containerd.log)"
    nothing_left "after that"
    lab_done
}
zone=$(zonectl list | awk 'NR == 2 { print $1 }')
note "$(zonectl list)"
note "$(zonectl show "$zone")"
check "the zone is the pod's: $zone" [ "${zone#web-}" != "$zone" ]
is "nothing is reserved beside it" "$(zonectl list | grep -c reserved)" 0
check "it is as planned" zonectl verify "$zone"
is "on two nodes" \
    "$(xl vcpu-list "$zone" | awk 'NR > 1 { print $NF }' | sort -u | wc -l)" 2

# shellcheck disable=SC2016 # for the guest's shell
one=$(create_container "$pod" web one $busybox_image sh -c \
    'uname -r; cat /sys/devices/system/node/online; cat /sys/devices/system/node/node*/distance; cat /etc/mark; echo bad >&2; exit 42' \
    2>/tmp/err)
check "a container is made" [ -n "$one" ] || note "$(cat /tmp/err)"
check "it starts" start_container "$one"
check "it ends" wait_until 120 has_ended "$one"
is "ContainerStatus has its exit code" "$(container_code "$one")" 42
note "$(cat $cri_logs/one.log)"
is "its log is as CRI has it; its nodes are far from each other" \
    "$(sed 's/^[0-9-]*T[0-9:.]*[^ ]* //' $cri_logs/one.log | sort)" \
    "$(printf '%s\n' "stdout F $(uname -r)" "stdout F 0-1" "stdout F 10 32" \
        "stdout F 32 10" "stdout F of the image" "stderr F bad" | sort)"

two=$(create_container "$pod" web two $busybox_image sleep 1000)
check "a second one starts" start_container "$two"
three=$(create_container "$pod" web three $busybox_image sleep 1000)
check "a third one starts" start_container "$three"
is "both run" "$(container_state "$two") $(container_state "$three")" "1 1"
is "one zone has them" "$(domains | wc -l)" 1
is "ExecSync: its output and its code" \
    "$(exec_sync "$two" sh -c 'cat /etc/mark; exit 3' | tr '\n' ,)" \
    "of the image,,3,"

# ---- what does not fit
code=0
run_pod big zoneplace.io/cpu=2 zoneplace.io/memory=64Gi \
    zoneplace.io/memory-policy=static >/tmp/out 2>/tmp/err || code=$?
note "$(cat /tmp/err)"
is "a pod that does not fit is refused" $code 1
check "with the reason" grep -q '^code 8: zone-cri: .*65536 MiB' /tmp/err
is "it leaves no sandbox" "$(list_pods)" "$pod"
is "and no record" "$(zonectl list | awk 'NR > 1 { print $1 }')" "$zone"

# ---- zone-cri dies between a pod and its container
kill_zone_cri
start_zone_cri
check "zone-cri again" wait_until 120 list_pods
four=$(create_container "$pod" web four $busybox_image sh -c 'exit 5')
check "a container starts after that" start_container "$four"
check "it ends" wait_until 120 has_ended "$four"
is "with its code" "$(container_code "$four")" 5
check "one is stopped" stop_container "$two"
is "and has ended" "$(container_state "$two")" 2
check "the zone is as planned still" zonectl verify "$zone"

# ---- the end
check "the pod is stopped" stop_pod "$pod"
check "again" stop_pod "$pod"
check "removed" remove_pod "$pod"
check "again" remove_pod "$pod"
is "no sandbox is left" "$(list_pods)" ""
nothing_left "after the pod"

# ---- zone-cri dies while the zone is built: containerd takes the pod back, or
# goes on; kubelet asks which, and removes it.
run_pod late zoneplace.io/cpu=1 zoneplace.io/memory=256Mi \
    zoneplace.io/memory-policy=static >/tmp/out 2>/tmp/err &
late=$!
check "a zone is on its way" wait_until 120 domain_there
kill_zone_cri
code=0
wait $late || code=$?
is "the client hears of it" $code 1
note "$(cat /tmp/err)"
start_zone_cri
check "zone-cri again" wait_until 120 list_pods
idle()
{
    ! pgrep -f 'zone-oci.* (create|start|delete)'
}
check "zone-oci has done what it did" wait_until 240 idle
sleep 5
for pod in $(list_pods); do
    note "containerd has kept $pod"
    check "it is stopped" stop_pod "$pod"
    check "and removed" remove_pod "$pod"
done
nothing_left "after a pod of a zone-cri that died"
note "$(cat /out/zone-cri.log)"
kill "$zone_cri" "$containerd"
lab_done
