#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zone-oci on stand-in zones: what a container can't do to what is about to
# run in it, to devices, and to its neighbours.
# shellcheck disable=SC2016 # what is quoted so is for a container's shell
# shellcheck disable=SC2034 # lib.sh takes $caps and $mounts
. "$top_srcdir/tests/oci/lib.sh"
groups=
trap 'clean_up; leave_groups; rm -rf "$tmp"' EXIT

# A zone that is killed leaves them.
leave_groups()
{
    [ -z "$groups" ] || find "$groups" -depth -type d -exec rmdir {} +
}

# ---- a process that is exec'd, between its user and its program
# The way to its program is long: what is not in a directory costs some
# microseconds, and there are many of them.
cat >"$tmp/catch.sh" <<'END'
# Stops zone-init's process as soon as it may no more than we do; then tries
# what it has open.
mine=$(grep ^CapPrm /proc/self/status)
echo up
while :; do
    for p in /proc/[0-9]*; do
        read -r name <$p/comm || continue
        [ "$name" = zone-init ] || continue
        while read -r word value; do
            [ "$word" != CapPrm: ] || break
        done <$p/status
        [ "$mine" = "$word	$value" ] || continue
        kill -STOP ${p#/proc/} || continue
        echo caught
        for file in $p/fd/* $p/exe; do
            readlink $file
        done >/tmp/files
        grep -c . /tmp/files
        kill -CONT ${p#/proc/}
        echo end
        exec sleep 1000
    done
done 2>/dev/null
END
path=$(printf '/a:%.0s' {1..30000})/bin

# catches ID: an exec in it is caught; $found: what the container has of it.
catches()
{
    local i

    config '["sh", "/catch.sh"]' | bundle "$1"
    cp "$tmp/catch.sh" "$tmp/rootfs/catch.sh"
    printf '{"args": ["true"], "cwd": "/", "env": ["PATH=%s"],
        "capabilities": {%s}}' "$path" "${caps:-$usual_caps}" \
        >"$tmp/process.json"
    create "$1"
    oci start "$1"
    until_true "$1 watches" grep -q up "$tmp/$1/out"
    # One may be through before anybody has looked.
    for ((i = 0; i < 50; i++)); do
        oci exec --process "$tmp/process.json" "$1" >"$tmp/out" \
            2>"$tmp/err" </dev/null
        ! grep -q caught "$tmp/$1/out" || break
    done
    until_true "$1 has looked" grep -q end "$tmp/$1/out"
    oci kill "$1" KILL
    ended "$1"
    found=$(tr '\n' ' ' <"$tmp/$1/out")
    gone "$1" "$1"
}
catches same
is "what is to be its program can't be looked into by it" "$found" \
    "up caught 0 end "
caps='"bounding": ["CAP_KILL", "CAP_SYS_PTRACE"],
"effective": ["CAP_KILL", "CAP_SYS_PTRACE"],
"permitted": ["CAP_KILL", "CAP_SYS_PTRACE"]'
catches tracer
caps=
is "one that may trace finds zone-init, three streams and the report" \
    "$found" "up caught 5 end "

# ---- devices: the kernel's log, of which any zone has one
caps='"bounding": ["CAP_MKNOD", "CAP_SYSLOG"],
"effective": ["CAP_MKNOD", "CAP_SYSLOG"],
"permitted": ["CAP_MKNOD", "CAP_SYSLOG"]'
mounts='{"destination": "/dev/shm", "type": "bind", "source": "/run/x/shm",
"options": ["rbind", "rw"]}'
# opens ID FILE: $said: whether a container makes and opens it.
opens()
{
    container "$1" '["sh", "-c", "[ -e '"$2"' ] || mknod '"$2"' c 1 11; dd if='"$2"' count=0 2>&1"]'
    said=$(sed 's/.*: //; 1q' "$tmp/$1/out")
    gone "$1" "$2"
}
if mknod "$tmp/rootfs/node" c 1 11 && head -c 0 "$tmp/rootfs/node"; then
    opens image /node
    is "an image's device is none" "$said" "Permission denied"
    opens layer /tmp/node
    is "nor is one in its own layer" "$said" "Permission denied"
    opens shared /dev/shm/node
    is "nor one in what it shares" "$said" "Permission denied"
else
    skip "devices of images" "can't make one"
fi

# ---- the same, and more, in a zone that has control groups
groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
groups=${groups:+$groups/zp-isolation-$$}
if [ -z "$groups" ] || ! mkdir "$groups"; then
    groups=
    nothing_left "at the end"
    skip "what needs control groups" "this host's can't be written"
    finish
fi
cat >"$tmp/zone-init" <<END
#!/bin/sh
exec "$top_builddir/zone-init" "\$@" --cgroups "$groups"
END
chmod +x "$tmp/zone-init"
printf 'launcher = stand-in\nzone-init = %s/zone-init\n' "$tmp" >"$conf"

config '["sleep", "1000"]' | bundle guarded
create guarded
if grep -q 'zone-init: devices:' "$root/guarded/keeper.log"; then
    skip "devices of control groups" "this kernel has no filter of them"
else
    opens dev /dev/node
    is "one on a file system that has devices can't be opened" "$said" \
        "Operation not permitted"
    container usual '["sh", "-c", "for i in null zero full random urandom ptmx; do dd if=/dev/$i count=0 2>/dev/null && echo $i; done; echo 2>&1 >/dev/tty; mknod /dev/b b 1 1 && dd if=/dev/b count=0"]'
    is "the usual ones can" "$(tr '\n' ' ' <"$tmp/usual/out")" \
        "null zero full random urandom ptmx sh: can't create /dev/tty: No such device or address "
    check "and none that is a block" \
        grep -q "/dev/b': Operation not permitted" "$tmp/usual/err"
    gone usual "usual devices"
fi
oci delete --force guarded
ended guarded
caps=
mounts=

# ---- a pid namespace of the pod's: what is one container's, and what is not
cat >"$tmp/rootfs/waits.sh" <<'END'
trap 'echo term' TERM
trap 'echo last' WINCH
echo up
while :; do
    sleep 0.1
done
END
cat >"$tmp/rootfs/children.sh" <<'END'
(sleep 771 &)
sh /waits.sh &
trap : TERM
while :; do
    sleep 0.1
done
END
shared()
{
    sed 's|{"type": "pid"}|{"type": "pid", "path": "/proc/1/ns/pid"}|' |
        bundle "$1"
}
# seen TEXT: by a container of the pod that looks for it.
seen()
{
    printf '{"args": ["sh", "-c", "ps | grep -c \\"%s[%s]\\""], "cwd": "/",
        "env": ["PATH=/bin"]}' "${1%?}" "${1: -1}" >"$tmp/process.json"
    oci exec --process "$tmp/process.json" other </dev/null
}
config '["/pause"]' "$(cri sandbox)" | bundle pod
create pod
oci start pod
config '["sh", "/waits.sh"]' "$(cri container pod)" | shared other
create other
oci start other
nr_groups=$(find "$groups" -type d | wc -l)
config '["sh", "/children.sh"]' "$(cri container pod)" | shared one
create one
oci start one
until_true "both are up" eval \
    'grep -q up "$tmp/one/out" && grep -q up "$tmp/other/out"'
is "its child is seen" "$(seen 'sleep 771')" 1
oci kill --all one TERM
until_true "kill --all: its first process's child has it" \
    grep -q term "$tmp/one/out"
until_true "and one that left" eval '[ "$(seen "sleep 771")" = 0 ]'
oci kill other WINCH
until_true "its neighbour has a signal of its own" \
    grep -q last "$tmp/other/out"
is "and has not had that one" "$(tr '\n' ' ' <"$tmp/other/out")" "up last "

# ---- it ends, with all that is its own
# started ID: it runs as children.sh, with an exec that is open.
started()
{
    config '["sh", "/children.sh"]' "$(cri container pod)" | shared "$1"
    create "$1"
    oci start "$1"
    until_true "$1 is up" grep -q up "$tmp/$1/out"
    echo '{"args": ["sleep", "772"], "cwd": "/", "env": ["PATH=/bin"]}' \
        >"$tmp/process.json"
    oci exec --detach --process "$tmp/process.json" --pid-file \
        "$tmp/exec.pid" "$1" </dev/null >/dev/null 2>&1
    # A shell that is about to run sleep is one more for a moment.
    until_true "$1 has all three" all_there &&
        ok "$1 has all three"
}
all_there()
{
    [ "$(seen waits) $(seen 'sleep 77')" = "2 2" ]
}
all_gone()
{
    [ "$(seen waits) $(seen 'sleep 77')" = "1 0" ]
}
oci kill --all one KILL
ended one
is "kill --all: KILL" "$status" 137
until_true "its child, too" eval '[ "$(seen waits)" = 1 ]'
gone one "one"
started first
oci kill first KILL
ended first
is "its first process ends" "$status" 137
until_true "with all of the container" all_gone
gone first "first"
started dropped
kill -KILL "$(cat "$tmp/dropped/pid")"
until_true "its monitor ends: all of the container does" all_gone
check "its exec, too" ends "$(cat "$tmp/exec.pid")"
ended dropped
gone dropped "dropped"
is "its neighbour has lost nothing" \
    "$(oci state other | grep -o '"status": "[a-z]*"')" '"status": "running"'
no_group()
{
    [ "$(find "$groups" -type d | wc -l)" = "$nr_groups" ]
}
until_true "nor has a group stayed" no_group
oci delete --force other
oci delete --force pod
ended other
ended pod
nothing_left "at the end"
finish
