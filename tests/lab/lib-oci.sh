# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# Helpers for scenarios that call zone-oci as containerd's shim does, in dom0 as
# /lab/lib-oci.sh. A container of the id N has a directory $pod/N: its bundle,
# out, err, and its code when it has ended.
# shellcheck disable=SC1091
. /lab/lib.sh

mkdir -p /out /etc/zoneplace /boot/zoneplace
cat >/etc/zoneplace/oci.conf <<END
kernel = /boot/vmlinux.gz
cmdline = $LAB_PLAIN
launch-seconds = 150
END
root=/run/oci
pod=/run/pod
netns=                           # path of the pod's network namespace
in_pod='"io.kubernetes.cri.container-type": "container",
"io.kubernetes.cri.sandbox-id": "pod1"'

# rootfs DIR: busybox and a mark.
rootfs()
{
    local applet

    mkdir -p "$1/bin" "$1/etc" "$1/tmp"
    cp /bin/busybox "$1/bin/busybox"
    for applet in sh cat echo grep mkdir uname sleep id pwd touch ip nc head \
        ls sort; do
        ln -sf busybox "$1/bin/$applet"
    done
    echo 'root:x:0:0::/:/bin/sh' >"$1/etc/passwd"
    echo "of the image" >"$1/etc/mark"
}

# bundle ID ARGS ANNOTATIONS [RESOURCES]: JSON without its brackets; $linux are
# more members of linux.
bundle()
{
    mkdir -p "$pod/$1"
    rootfs "$pod/$1/rootfs"
    cat >"$pod/$1/config.json" <<END
{"ociVersion": "1.0.2", "hostname": "$1", "root": {"path": "rootfs"},
"process": {"args": [$2], "cwd": "/tmp", "env": ["PATH=/bin", "ZVAR=a b"],
"user": {"uid": 0, "gid": 0}},
"mounts": [{"destination": "/proc", "type": "proc"},
{"destination": "/dev", "type": "tmpfs", "options": ["nosuid", "mode=755"]},
{"destination": "/sys", "type": "sysfs", "options": ["ro", "nosuid"]},
{"destination": "/sys/fs/cgroup", "type": "cgroup", "options": ["ro"]}],
"linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "uts"},
{"type": "ipc"}, {"type": "network"${netns:+, "path": "$netns"}}],
"resources": {${4:-}}${linux:+, $linux}}, "annotations": {$3}}
END
}

# create ID: as containerd's shim does. What the process ends with is in code.
create()
{
    local dir=$pod/$1

    rm -f "$dir/made" "$dir/code"
    {
        code=0
        /lab/shim "$dir/pid" "$dir/made" zone-oci --root $root create \
            --bundle "$dir" --pid-file "$dir/pid" "$1" || code=$?
        echo $code >"$dir/code"
    } </dev/null >"$dir/out" 2>"$dir/err" &
    wait_until 300 made_or_ended "$dir"
    [ -e "$dir/made" ]
}
made_or_ended()
{
    [ -e "$1/made" ] || [ -e "$1/code" ]
}
# made TEXT ID: ok if it is created; else what zone-oci said. A sandbox whose
# zone hangs in its boot is created once more.
made()
{
    if create "$2" || { boot_hung "$2" && create "$2"; }; then
        ok "$1"
        return
    fi
    fail "$1" || true
    note "$(cat "$pod/$2/err")"
    leave_if_stopped
    return 1
}
# boot_hung ID: that is why it was not created. The zone is gone by now, its
# console's log is the last.
boot_hung()
{
    local name

    grep -q "the zone did not open its link" "$pod/$1/err" || return
    # shellcheck disable=SC2012 # names of zones
    name=$(ls -t "$LAB_CONSOLES" | head -n 1)
    name=${name#guest-}
    name=${name%.log}
    lab_boot_hang "$name" && hung "$name" "in its boot"
}
oci()
{
    zone-oci --root $root "$@"
}
# code_of ID: waits for its end.
code_of()
{
    wait_until 60 [ -e "$pod/$1/code" ] && cat "$pod/$1/code"
}
