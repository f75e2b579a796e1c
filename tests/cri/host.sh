# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# A host of Kubernetes without Xen: Debian's containerd, zone-oci with stand-in
# zones, zone-cri in front of a host that is only described. Sourced after
# tests/oci/lib.sh and tests/cri/client.sh; skips the test where it can't be.
cri_client=$top_builddir/tests/cri/cri-client
cri_socket=$tmp/cri.sock
cri_logs=$tmp/logs
busybox_image=test.local/busybox:1
zone_cri='' containerd=''

# needs WHAT PROGRAM...: those, and a zone-cri.
needs()
{
    local what=$1 program

    shift
    for program in containerd ctr containerd-shim-runc-v2 "$@"; do
        command -v "$program" >/dev/null || {
            skip "$what" "$program is not installed"
            finish
        }
    done
    if [ ! -x "$(program zone-cri)" ]; then
        skip "$what" "built without gRPC"
        finish
    elif [ -n "${ZP_WRAP:-}" ]; then
        skip "$what" "valgrind is too slow for containerd's deadlines"
        finish
    fi
    # A root that is mounted when the zone is there already has to be seen in
    # it.
    mkdir "$tmp/cd"
    if ! mount -t tmpfs cd "$tmp/cd" || ! mount --make-shared "$tmp/cd"; then
        skip "$what" "can't mount"
        finish
    fi
}

ns()
{
    timeout 60 ctr --address "$tmp/cd.sock" --namespace k8s.io "$@"
}

# The runtime is the one that users get, with the programs of this build. A
# network of pods is what the test has put into $tmp/cni.
start_containerd()
{
    local toml=$tmp/host/etc/containerd/config.toml

    echo 'host-network = loopback' >>"$conf"
    mkdir -p "${toml%/*}"
    cat >"$toml" <<END
version = 2
root = "$tmp/cd/root"
state = "$tmp/cd/state"
[grpc]
  address = "$tmp/cd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$busybox_image"
  disable_cgroup = true
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$tmp/cni"
END
    "$top_builddir/zone-kube-setup" install --root "$tmp/host" >"$tmp/out"
    sed -i "s|BinaryName = .*|BinaryName = \"$tmp/zone-oci\"\n    Root = \"$root\"|" \
        "$toml"
    cat >"$tmp/zone-oci" <<END
#!/bin/sh
LD_LIBRARY_PATH='$LD_LIBRARY_PATH' exec "$zone_oci" --config "$conf" "\$@"
END
    chmod +x "$tmp/zone-oci"
    run_containerd
    until_true "containerd answers" ns version >/dev/null 2>&1
    check "an image is made" image "$tmp/image" "$busybox_image"
    check "and imported" eval \
        'ns images import "$tmp/image/image.tar" >"$tmp/out"'
}

run_containerd()
{
    containerd --config "$tmp/host/etc/containerd/config.toml" \
        >>"$tmp/containerd.log" 2>&1 &
    containerd=$!
}

start_zone_cri()
{
    "$(program zone-cri)" --listen "$cri_socket" --containerd "$tmp/cd.sock" \
        --host "$top_srcdir/tests/data/hosts/epyc-7742-nps4.json" \
        --ledger "$tmp/ledger" >>"$tmp/zone-cri.log" 2>&1 &
    zone_cri=$!
}

# For the test's trap, before clean_up.
stop_cri_host()
{
    local pod

    for pod in $(list_pods); do
        stop_pod "$pod"
        remove_pod "$pod"
    done >/dev/null
    # shellcheck disable=SC2086 # one word each, or none
    kill $zone_cri $containerd
    # shellcheck disable=SC2086
    wait $zone_cri $containerd
    umount -R "$tmp/cd"
}

reserved()
{
    grep -c . "$tmp/ledger" 2>/dev/null
}
