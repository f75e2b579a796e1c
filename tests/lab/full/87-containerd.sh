# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# A pod by CRI: zone-cri plans and reserves, Debian's containerd calls zone-oci,
# the zone that was reserved is launched, and a container runs in it. Nothing
# is left of what has gone, of what does not fit, and after kill -9.
# lab: --dom0-mem 1700
# lab: --package containerd
# lab: --package python3-minimal python3.11-minimal libpython3.11-minimal
# lab: --package libpython3.11-stdlib python3-grpcio
# lab: --put tests/lab/cri.py:/lab/cri.py
# lab: --put tests/cri/wire.py:/lab/wire.py
# lab: stock
. /lab/lib.sh

mkdir -p /out /etc/zoneplace /boot/zoneplace /var/lib/containerd /var/log/pods
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs -o mode=711 containerd /var/lib/containerd
modprobe overlay
: >/etc/resolv.conf
echo lab >/etc/hostname
cat >/etc/zoneplace/oci.conf <<END
kernel = /boot/vmlinuz
cmdline = $LAB_PLAIN
seccomp = drop
launch-seconds = 240
END
check "the zones' RAM disk is made" \
    zone-mkramdisk --modules /lib/modules/*
check "containerd is told of zones" zone-kube-setup install
cat >>/etc/containerd/config.toml <<END
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "lab.local/busybox:1"
  disable_tcp_service = true
END
cp /etc/containerd/config.toml /out/config.toml
containerd >/out/containerd.log 2>&1 &
check "containerd runs" \
    wait_until 240 grep -q 'containerd successfully booted' /out/containerd.log ||
    {
        note "$(tail -n 20 /out/containerd.log)"
        lab_done
    }

# image: busybox with a mark, as an archive of docker's kind.
image()
{
    local dir=/tmp/image id applet

    mkdir -p $dir/root/bin $dir/root/etc $dir/root/tmp $dir/docker/layer
    cp /bin/busybox $dir/root/bin/busybox
    for applet in sh cat echo uname sleep id; do
        ln -s busybox $dir/root/bin/$applet
    done
    echo 'root:x:0:0::/:/bin/sh' >$dir/root/etc/passwd
    echo "of the image" >$dir/root/etc/mark
    tar -C $dir/root -cf $dir/docker/layer/layer.tar . || return
    id=$(sha256sum <$dir/docker/layer/layer.tar | cut -d ' ' -f 1)
    cat >$dir/docker/config.json <<END
{"architecture": "amd64", "os": "linux",
"config": {"Env": ["PATH=/bin"], "Cmd": ["/bin/sh"]},
"rootfs": {"type": "layers", "diff_ids": ["sha256:$id"]}}
END
    cat >$dir/docker/manifest.json <<END
[{"Config": "config.json", "RepoTags": ["lab.local/busybox:1"],
"Layers": ["layer/layer.tar"]}]
END
    tar -C $dir/docker -cf $dir/image.tar . &&
        ctr --namespace k8s.io images import $dir/image.tar
}
check "an image is imported" image

zone_cri()
{
    zone-cri >>/out/zone-cri.log 2>&1 &
    zone_cri=$!
    wait_until 60 [ -S /run/zoneplace/cri.sock ]
}
check "zone-cri runs" zone_cri
coproc CRI { python3 /lab/cri.py /run/zoneplace/cri.sock 2>/out/client.log; }
read -r -t 200 said <&"${CRI[0]}"
is "a client of CRI runs" "${said:-}" ready

# cri WORD...: its answer in $said; false if that is not OK.
cri()
{
    said=
    printf '%s\n' "${*@Q}" >&"${CRI[1]}"
    read -r -t 320 said <&"${CRI[0]}" || said="no answer"
    [ "${said%% *}" = OK ] || return 1
    said=${said#OK}
    said=${said# }
}
# of TEXT WORD...: the call succeeds.
of()
{
    local text=$1

    shift
    if cri "$@"; then
        ok "$text"
    else
        fail "$text" || note "$said"
    fi
}
# ends CONTAINER STATE: it has come so far.
ends()
{
    cri status "$1" && [ "${said% *}" = "$2" ]
}
free_kib()
{
    nodes_free | awk '{ n += $1 } END { print n }'
}
before=$(free_kib)
two_nodes=(zoneplace.io/cpu=4 zoneplace.io/memory=512Mi
    zoneplace.io/memory-policy=static zoneplace.io/numa-nodes=2
    zoneplace.io/numa-strategy=scatter)

of "a pod by CRI" run web uid-web "${two_nodes[@]}"
pod=$said
zone=$(zonectl list | awk 'NR == 2 { print $1 }')
note "$(zonectl list)"
check "its zone has its name: $zone" [ "${zone#web-}" != "$zone" ]
check "the zone is as planned" zonectl verify "$zone"
is "on two nodes, far from each other" \
    "$(xl vcpu-list "$zone" | awk 'NR > 1 { print $NF }' | sort -u | wc -l)" 2
is "nothing is promised beside it" "$(zonectl list | grep -c reserved)" 0
# shellcheck disable=SC2016 # for the guest's shell
of "a container" create "$pod" one lab.local/busybox:1 sh -c \
    'uname -r; cat /sys/devices/system/node/online; cat /sys/devices/system/node/node*/distance; cat /etc/mark; echo bad >&2; exit 42'
one=$said
of "it starts" start "$one"
check "it ends" wait_until 120 ends "$one" EXITED
cri status "$one"
is "with its exit code" "$said" "EXITED 42"
is "its log is as CRI has it" "$(sed 's/^[^ ]*T[^ ]*Z //' \
    /var/log/pods/web/one.log | sort)" "$(sort <<END
stdout F $(uname -r)
stdout F 0-1
stdout F 10 32
stdout F 32 10
stdout F of the image
stderr F bad
END
)"
of "a second one" create "$pod" two lab.local/busybox:1 sleep 1000
two=$said
of "it starts" start "$two"
of "a third" create "$pod" three lab.local/busybox:1 sleep 1000
three=$said
of "it starts" start "$three"
of "exec" exec "$two" sh -c 'cat /etc/mark; exit 3'
is "its code and output" "$said" "3 of the image"
is "one zone for all of them" "$(xl list | awk 'NR > 2' | wc -l)" 1

# zone-cri dies: containers go on, and it knows them again.
kill -9 "$zone_cri"
wait "$zone_cri" 2>/dev/null
check "zone-cri again" zone_cri
check "it relays" wait_until 60 ends "$two" RUNNING
of "a container is stopped" stop "$two"
cri status "$two"
is "and is not there any more" "${said% *}" EXITED

if cri run big uid-big zoneplace.io/cpu=2 zoneplace.io/memory=64Gi \
    zoneplace.io/memory-policy=static; then
    fail "64 GiB fit into 8" || true
else
    ok "a pod that does not fit is refused"
    note "$said"
    check "by its code and reason" \
        grep -q '^RESOURCE_EXHAUSTED .*65536 MiB' <<<"$said"
fi
if cri run bad uid-bad zoneplace.io/cpu=none; then
    fail "a bad annotation passes" || true
else
    check "a bad annotation is refused, by its name" \
        grep -q '^INVALID_ARGUMENT .*zoneplace.io/cpu' <<<"$said"
fi
of "the pod is stopped" end "$pod"
is "its zone has gone" "$(xl list | awk 'NR > 2')" ""
of "again" end "$pod"
of "it is removed" remove "$pod"
of "again" remove "$pod"

# Killed while the zone boots: containerd goes on, or kubelet asks again.
printf '%s\n' "run late uid-late zoneplace.io/cpu=1 \
zoneplace.io/memory=256Mi zoneplace.io/memory-policy=static" >&"${CRI[1]}"
check "a zone is on its way" wait_until 120 \
    bash -c '[ "$(xl list | awk "NR > 2" | wc -l)" = 1 ]'
kill -9 "$zone_cri"
wait "$zone_cri" 2>/dev/null
read -r -t 320 said <&"${CRI[0]}"
check "the client hears of it" [ "${said%% *}" != OK ]
note "$said"
check "zone-cri again" zone_cri
late()
{
    ctr --namespace k8s.io containers list -q | head -n 1
}
check "containerd's sandbox is there, or has been taken back" \
    wait_until 240 bash -c '! pgrep -f "zone-oci.*create" >/dev/null'
pod=$(late)
if [ -n "$pod" ]; then
    of "it is stopped" end "$pod"
    of "and removed" remove "$pod"
fi
of "no pod is left" pods
is "none" "$said" 0
check "no domain is left" wait_until 60 \
    bash -c '[ -z "$(xl list | awk "NR > 2")" ]'
nothing_recorded()
{
    [ -z "$(xenstore-ls /zoneplace/zone 2>/dev/null)" ]
}
check "no record and no reservation" wait_until 90 nothing_recorded
is "no loop device" "$(losetup -a)" ""
same_memory()
{
    [ "$(free_kib)" -ge $((before - 4096)) ]
}
check "the memory is back" wait_until 20 same_memory
kill "$zone_cri"
lab_done
