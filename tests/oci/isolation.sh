#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zone-oci on stand-in zones: what a container can't do to what is about to
# run in it, to devices, and to its neighbours.
# shellcheck disable=SC2016 # what is quoted so is for a container's shell
# shellcheck disable=SC2034 # lib.sh takes $caps and $mounts
. "$top_srcdir/tests/oci/lib.sh"
groups=
trap 'clean_up; [ -z "$groups" ] || rmdir "$groups"; rm -rf "$tmp"' EXIT

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
nothing_left "at the end"
finish
