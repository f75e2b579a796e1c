# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# What the tests of zone-oci share: containers of stand-in zones, made of
# busybox. Each container has a directory $tmp/ID: out, err, pid, bundle.
. "$top_srcdir/tests/cli/lib.sh"
trap 'clean_up; rm -rf "$tmp"' EXIT

zone_oci=$(program zone-oci)
busybox=$(command -v busybox || true)
if [ "$(id -u)" != 0 ] || ! unshare -mpuin --fork true 2>/dev/null; then
    skip "zone-oci" "needs root, and namespaces of its own"
    finish
elif [ -z "$busybox" ] || ldd "$busybox" >/dev/null 2>&1; then
    skip "zone-oci" "needs a static busybox (busybox-static)"
    finish
fi

root=$tmp/root
: >"$tmp/out"
: >"$tmp/err"
conf=$tmp/oci.conf
printf 'launcher = stand-in\nzone-init = %s/zone-init\n' "$top_builddir" \
    >"$conf"

# oci ARG...: zone-oci with the test's root.
oci()
{
    # shellcheck disable=SC2086 # ZP_WRAP is several words
    ${ZP_WRAP:-} "$zone_oci" --config "$conf" --root "$root" "$@"
}

# fails TEXT COMMAND...: it does not succeed; $tmp/err is what it says.
fails()
{
    local text=$1

    shift
    if "$@" 2>"$tmp/err"; then
        not_ok "$text"
    else
        ok "$text"
    fi
}

clean_up()
{
    local dir

    for dir in "$root"/*/; do
        [ ! -d "$dir" ] || oci delete --force "$(basename "$dir")" 2>/dev/null
    done
    # shellcheck disable=SC2046 # one word a job
    kill $(jobs -p) 2>/dev/null
    wait
}

make_rootfs()
{
    local applet

    mkdir -p "$1"/{bin,etc,tmp}
    cp "$busybox" "$1/bin/busybox"
    for applet in sh cat echo env id pwd ls sleep head dd wc kill true ps \
        hostname mount touch stat ulimit grep tr stty seq mkdir readlink yes \
        printf test sync mknod; do
        ln -s busybox "$1/bin/$applet"
    done
    echo 'root:x:0:0::/:/bin/sh' >"$1/etc/passwd"
}

usual_caps='"bounding": ["CAP_KILL"], "effective": ["CAP_KILL"],
"permitted": ["CAP_KILL"]'

# config ARGS [MEMBERS [PROCESS]]: a config.json that runs the JSON list ARGS.
# MEMBERS and PROCESS are members of the whole and of its process; $mounts,
# $linux and $cwd are more of it, $caps are other capabilities.
config()
{
    cat <<END
{"ociVersion": "1.0.2", "root": {"path": "rootfs"},
"process": {"args": $1, "cwd": "${cwd:-/}",
"env": ["PATH=/bin", "A=b c"],
"capabilities": {${caps:-$usual_caps}}${3:+, $3}},
"mounts": [{"destination": "/proc", "type": "proc"},
{"destination": "/dev", "type": "tmpfs", "options": ["nosuid", "mode=755"]},
{"destination": "/dev/pts", "type": "devpts", "options": ["newinstance",
"ptmxmode=0666", "mode=0620"]},
{"destination": "/sys", "type": "sysfs", "options": ["ro", "nosuid"]}
${mounts:+, $mounts}],
"linux": {"namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "mount"},
{"type": "uts"}, {"type": "network"}], "maskedPaths": ["/proc/kcore",
"/sys/firmware"], "readonlyPaths": ["/proc/sys"]${linux:+, $linux}}
${2:+, $2}}
END
}

# cri TYPE [SANDBOX]: for config, as containerd calls a pod's containers.
cri()
{
    printf '"annotations": {"io.kubernetes.cri.container-type": "%s"%s}' "$1" \
        "${2:+, \"io.kubernetes.cri.sandbox-id\": \"$2\"}"
}

# bundle ID: takes the config from stdin.
bundle()
{
    mkdir -p "$tmp/$1/bundle"
    [ -d "$tmp/rootfs" ] || make_rootfs "$tmp/rootfs"
    ln -sfn "$tmp/rootfs" "$tmp/$1/bundle/rootfs"
    cat >"$tmp/$1/bundle/config.json"
}

# until TEXT COMMAND...: waits until it succeeds, for at most 20 s.
until_true()
{
    local text=$1 i

    shift
    for ((i = 0; i < 400; i++)); do
        "$@" 2>/dev/null && return
        sleep 0.05
    done
    not_ok "$text: did not come to pass"
    return 1
}

# create ID: makes it from its bundle, beside a shim that waits for its end.
# $status: whether that worked; $tmp/err has what zone-oci said if not.
create()
{
    local id=$1 dir=$tmp/$1

    rm -f "$dir/pid" "$dir/made"
    command="zone-oci create $id"
    (
        exec <"${stdin:-/dev/null}" >"$dir/out" 2>"$dir/err"
        # shellcheck disable=SC2086
        exec "$top_builddir/tests/oci/shim" "$dir/pid" "$dir/made" \
            ${ZP_WRAP:-} "$zone_oci" --config "$conf" \
            --root "$root" create --bundle "$dir/bundle" \
            --pid-file "$dir/pid" "$id"
    ) &
    shims[$id]=$!
    until_true "create $id" made_or_ended "$id" || true
    status=0
    [ -e "$dir/made" ] || {
        status=1
        cp "$dir/err" "$tmp/err"
        wait "${shims[$id]}"
    }
}
declare -A shims

made_or_ended()
{
    [ -e "$tmp/$1/made" ] || ! kill -0 "${shims[$1]}"
}

# keeper_of ID: the pid of its zone's keeper.
keeper_of()
{
    sed -n 's/.*"keeper": {"pid": \([0-9]*\).*/\1/p' "$root/$1/state.json"
}

# ended ID: waits for its end; $status is its exit code.
ended()
{
    status=0
    wait "${shims[$1]}" || status=$?
}

# container ID ARGS [MEMBERS [PROCESS]]: made, started, ended; $status.
container()
{
    config "${@:2}" | bundle "$1"
    create "$1"
    [ "$status" = 0 ] || return
    oci start "$1" 2>"$tmp/err" || {
        status=$?
        return
    }
    ended "$1"
}

# gone ID TEXT: delete it, and look that nothing of it stays.
gone()
{
    command="zone-oci delete $1"
    status=0
    oci delete "$1" 2>"$tmp/err" || status=$?
    expect_exit 0 "$2: delete"
    check "$2: no state" [ ! -e "$root/$1" ]
}

# ends PID: it is gone, or nobody has asked how it ended, within 5 s.
ends()
{
    local i

    for ((i = 0; i < 100; i++)); do
        grep -Eq '\) [^ZX] ' "/proc/$1/stat" 2>/dev/null || return 0
        sleep 0.05
    done
    return 1
}

nothing_left()
{
    check "$1: no state" [ -z "$(ls "$root" 2>/dev/null)" ]
    check "$1: no mounts" [ -z "$(grep "$tmp" /proc/self/mountinfo)" ]
    check "$1: no processes" none_runs
}

# Of this test: the state's path is on the command line or in the environment.
none_runs()
{
    local i

    for ((i = 0; i < 100; i++)); do
        grep -lazs "^$tmp/root\$" /proc/[0-9]*/cmdline |
            grep -v "^/proc/$BASHPID/" | grep -q . || return 0
        sleep 0.05
    done
    return 1
}
