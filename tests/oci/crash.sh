#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is refused leaves nothing, and so does what is killed.
# shellcheck disable=SC2034
. "$top_srcdir/tests/oci/lib.sh"

# refuses WORD TEXT: the config on stdin is refused with that word.
refuses()
{
    bundle bad
    create bad
    is "$2: refused" "$status" 1
    check "$2: it says \"$1\"" grep -q "^zone-oci: .*$1" "$tmp/err"
    check "$2: no state" [ ! -e "$root/bad" ]
}
host_mount()
{
    printf '{"destination": "/data", "type": "bind", "source": "%s",
    "options": ["rbind"%s]}' "$1" "${2:+, \"$2\"}"
}

# ---- specs that a zone can't have
refuses 'line 1 column 1: ' "no JSON" <<<'rubbish'
refuses 'root.path: .*none' "no root" \
    < <(config '["true"]' | sed 's/"rootfs"}/"none"}/')
refuses 'seccomp: ' "a profile that needs an agent" \
    < <(linux='"seccomp": {"defaultAction": "SCMP_ACT_NOTIFY"}' \
        config '["true"]')
refuses "can't write to the host's files" "a writable bind mount" \
    < <(mounts=$(host_mount "$tmp" rw) config '["true"]')
refuses 'No such file' "a bind mount of nothing" \
    < <(mounts=$(host_mount "$tmp/nothing" ro) config '["true"]')
mkfifo "$tmp/pipe"
refuses 'neither a file nor a directory' "a bind mount of a fifo" \
    < <(mounts=$(host_mount "$tmp/pipe" ro) config '["true"]')
mkdir "$tmp/large"
head -c 1500000 /dev/zero >"$tmp/large/file"
refuses 'large/file: more than 1 MiB' "a bind mount that is large" \
    < <(mounts=$(host_mount "$tmp/large" ro) config '["true"]')
refuses "devices: /dev/mem" "a device of the host" \
    < <(linux='"devices": [{"path": "/dev/mem"}]' config '["true"]')
refuses 'a terminal: --console-socket' "a terminal without a socket" \
    < <(config '["true"]' '' '"terminal": true')
printf 'launcher = elsewhere\n' >"$tmp/bad.conf"
fails "a launcher that is none" oci --config "$tmp/bad.conf" state x
check "its line" grep -q 'bad.conf: line 1: launcher: it can.t be' "$tmp/err"
for id in .. a/b '' -x "$(printf 'x%.0s' {1..200})"; do
    fails "the id \"${id:0:20}\"" oci state -- "$id"
done
plain=$conf
conf=$tmp/refuse.conf
printf '%s\nseccomp = refuse\n' "$(cat "$plain")" >"$conf"
refuses '"seccomp = refuse" in oci.conf' "any profile" \
    < <(linux='"seccomp": {"defaultAction": "SCMP_ACT_ALLOW"}' \
        config '["true"]')
conf=$tmp/drop.conf
printf '%s\nseccomp = drop # as the operator wishes\n' "$(cat "$plain")" \
    >"$conf"
check "features say that none is applied" \
    grep -q '"enabled":false,"actions"' < <(oci features | tr -d ' \n')
linux='"seccomp": {"defaultAction": "SCMP_ACT_KILL"}' container a '["true"]'
is "seccomp, dropped" "$status" 0
gone a "seccomp"

# ---- copies of the host's files
mkdir -p "$tmp/secret/..1"
echo token >"$tmp/secret/..1/token"
ln -s ..1 "$tmp/secret/..data"
ln -s ..data/token "$tmp/secret/token"
mounts=$(host_mount "$tmp/secret" ro) container a \
    '["sh", "-c", "cat /data/token; echo x >/data/token || echo ro"]'
is "a copy, as kubelet lays secrets out" \
    "$(tr '\n' ' ' <"$tmp/a/out")" "token ro "
gone a "a copy"
mounts='{"destination": "/etc/hosts", "type": "bind", "source": "'$tmp/conf'",
"options": ["rbind", "rw"]}'
echo 'here' >"$tmp/conf"
container a '["sh", "-c", "cat /etc/hosts; echo there >/etc/hosts"]'
is "a file that managers give" "$(cat "$tmp/a/out" "$tmp/conf")" "here
here"
gone a "a file"
mounts=

# ---- images that lie: links lead to the container's own files
cp -a "$tmp/rootfs" "$tmp/hostile"
rm -rf "$tmp/hostile/etc" "$tmp/hostile/tmp"
ln -s "$tmp/target" "$tmp/hostile/etc"
ln -s ../../../../../../../../proc "$tmp/hostile/tmp"
mkdir "$tmp/target"
config '["true"]' | sed 's|"/dev", "type": "tmpfs"|"/etc/x", "type": "tmpfs"|' |
    bundle a
ln -sfn "$tmp/hostile" "$tmp/a/bundle/rootfs"
create a
is "a link out of the image, where a mount goes" \
    "$(find "$tmp/target" | wc -l)" 1
oci delete --force a

# ---- killed processes
for victim in monitor keeper zone; do
    config '["sleep", "1000"]' | bundle a
    create a
    oci start a
    case $victim in
    monitor) pid=$(cat "$tmp/a/pid") ;;
    keeper) pid=$(keeper_of a) ;;
    zone) pid=$(pgrep -P "$(keeper_of a)") ;;
    esac
    kill -KILL "$pid"
    ended a
    is "the $victim is killed: 137" "$status" 137
    check "$victim: kill --all afterwards" oci kill --all a KILL
    gone a "$victim"
    nothing_left "$victim"
done

# ---- a verb that is killed, at any point
config '["sleep", "1000"]' | bundle a
for ((delay = 0; delay < 20; delay++)); do
    # The verb itself, no shell around it.
    # shellcheck disable=SC2086
    (exec ${ZP_WRAP:-} "$zone_oci" --config "$conf" --root \
        "$root" create --bundle "$tmp/a/bundle" --pid-file "$tmp/a/pid" a \
        </dev/null >/dev/null 2>&1) &
    maker=$!
    sleep "0.0$(printf '%02d' $((2 * delay)))"
    kill -KILL "$maker" 2>/dev/null
    wait "$maker" 2>/dev/null
    oci delete --force a || not_ok "delete --force after $delay"
done
nothing_left "create killed twenty times"
check "delete --force of nothing" oci delete --force a

# ---- a delete that is killed: containerd gives one five seconds
config '["sleep", "1000"]' | bundle a
create a
oci start a
keeper=$(keeper_of a)
kill -STOP "$keeper"             # it has to be killed, after ten seconds
# shellcheck disable=SC2086
(exec ${ZP_WRAP:-} "$zone_oci" --config "$conf" --root "$root" \
    delete --force a </dev/null >/dev/null 2>"$tmp/err") &
deleter=$!
monitor_gone()
{
    ! kill -0 "$(cat "$tmp/a/pid")"
}
until_true "the delete is under way" monitor_gone
kill -KILL "$deleter"
wait "$deleter" 2>/dev/null
check "its keeper is there still" kill -0 "$keeper"
deleted()
{
    [ ! -e "$root/a" ]
}
until_true "what it began is done" deleted
check "another finds nothing to do" oci delete --force a
ended a
nothing_left "a delete that was killed"

# ---- both are killed, while the zone boots
printf '#!/bin/sh\nexec sleep 1000.%s\n' $$ >"$tmp/sleeper"
chmod +x "$tmp/sleeper"
sed "s|^zone-init = .*|zone-init = $tmp/sleeper|" "$conf" >"$tmp/slow.conf"
config '["true"]' | bundle slow
# shellcheck disable=SC2086
(exec ${ZP_WRAP:-} "$zone_oci" --config "$tmp/slow.conf" --root \
    "$root" create --bundle "$tmp/slow/bundle" slow </dev/null >/dev/null 2>&1) &
maker=$!
zone_boots()
{
    pgrep -f "^sleep 1000.$$" >"$tmp/out"
}
until_true "its zone boots" zone_boots
kill -STOP "$maker"              # it has the lock
# shellcheck disable=SC2086
(exec ${ZP_WRAP:-} "$zone_oci" --config "$tmp/slow.conf" --root \
    "$root" delete --force slow </dev/null >/dev/null 2>&1) &
deleter=$!
# It is a child's. The process is this shell at first, or what $ZP_WRAP is, which
# has children of its own.
delete_begins()
{
    local program child

    program=$(readlink "/proc/$deleter/exe")
    case ${program##*/} in
    sh | dash | bash) return 1 ;;
    esac
    for child in $(pgrep -P "$deleter"); do
        [ "$(readlink "/proc/$child/exe")" != "$program" ] || return 0
    done
    return 1
}
until_true "its delete begins" delete_begins
{
    kill -KILL "$deleter" "$maker"
    wait "$deleter" "$maker"
} 2>/dev/null
slow_gone()
{
    [ ! -e "$root/slow" ]
}
until_true "a zone that boots is deleted" slow_gone
nothing_left "a zone that boots"

# ---- two at once
for ((i = 0; i < 5; i++)); do
    made=0
    oci create --bundle "$tmp/a/bundle" a </dev/null >/dev/null 2>&1 &
    first=$!
    oci create --bundle "$tmp/a/bundle" a </dev/null >/dev/null 2>&1 &
    second=$!
    wait "$first" && made=$((made + 1))
    wait "$second" && made=$((made + 1))
    [ "$made" = 1 ] || not_ok "of two that make one id, $made did"
    oci delete --force a
done
nothing_left "five races"
finish
