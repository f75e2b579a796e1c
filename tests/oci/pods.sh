#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Several containers in one zone, as a pod has them, and exec.
# shellcheck disable=SC2016,SC2034 # what is quoted so is for a container's shell
. "$top_srcdir/tests/oci/lib.sh"

# status_of ID
status_of()
{
    oci state "$1" 2>/dev/null | sed -n 's/.*"status": "\([a-z]*\)".*/\1/p'
}

# ---- a sandbox is a zone in which nothing runs
config '["/pause"]' "$(cri sandbox)" | bundle pod
create pod
is "the sandbox is made" "$status" 0
oci start pod
is "it runs" "$(status_of pod)" running

# ---- two containers at once
mounts='{"destination": "/dev/shm", "type": "bind", "source": "/run/x/shm",
"options": ["rbind", "rw"]}, {"destination": "/cache", "type": "bind",
"source": "/k/volumes/kubernetes.io~empty-dir/cache", "options": ["rbind",
"rw"]}'
config '["sh", "-c", "hostname; echo one >/dev/shm/a; echo two >/cache/b; echo up; sleep 1000"]' \
    "$(cri container pod), \"hostname\": \"one\"" | bundle one
config '["sh", "-c", "hostname; cat /dev/shm/a /cache/b; ls /etc; echo up; cat"]' \
    "$(cri container pod), \"hostname\": \"two\"" | bundle two
create one
is "the first is made" "$status" 0
oci start one
until_true "the first is up" grep -q up "$tmp/one/out"
mkfifo "$tmp/input"
exec 7<>"$tmp/input"
stdin=$tmp/input create two
is "the second is made" "$status" 0
oci start two
until_true "the second is up" grep -q up "$tmp/two/out"
is "it has its own name, the pod's memory and its emptyDir" \
    "$(tr '\n' ' ' <"$tmp/two/out")" "two one two passwd up "
echo over-the-link >&7
until_true "input comes as it is written" grep -q over "$tmp/two/out"
is "each is in the pod's zone" \
    "$(oci state two | grep -o '"zoneplace.io/zone": "pod"')" \
    '"zoneplace.io/zone": "pod"'

# ---- exec
process()
{
    printf '{"args": %s, "cwd": "/", "env": ["PATH=/bin", "B=x"]%s}' "$1" \
        "${2:+, $2}" >"$tmp/process.json"
}
# exec_in ID: runs $tmp/process.json; $status.
exec_in()
{
    status=0
    oci exec --process "$tmp/process.json" "$1" >"$tmp/out" 2>"$tmp/err" \
        <"${stdin:-/dev/null}" || status=$?
}
process '["sh", "-c", "hostname; echo $B; id -u; cat /dev/shm/a; echo err >&2; exit 9"]' \
    '"user": {"uid": 5, "gid": 6}'
exec_in one
is "exec: exit code" "$status" 9
is "exec: in the container, as its own user" \
    "$(tr '\n' ' ' <"$tmp/out")" "one x 5 one "
is "exec: stderr" "$(cat "$tmp/err")" err
process '["ps", "-o", "pid,comm"]'
exec_in one
check "exec: it sees the container's processes" \
    grep -q '^ *1 \(sh\|sleep\)$' "$tmp/out"
check "and no others" [ "$(wc -l <"$tmp/out")" -le 4 ]
head -c 2000000 /dev/urandom >"$tmp/in"
process '["cat"]'
stdin=$tmp/in exec_in one
check "exec: 2 MB there and back" cmp -s "$tmp/in" "$tmp/out"
process '["nothing"]'
exec_in one
is "exec of nothing" "$status" 1
check "says why" grep -q 'nothing: No such file' "$tmp/err"
process '[]'
exec_in one
check "exec of no program is refused" grep -q 'args: no program' "$tmp/err"
process '["sleep", "1000"]'
oci exec --detach --process "$tmp/process.json" --pid-file "$tmp/exec.pid" one \
    </dev/null >/dev/null 2>&1
check "exec --detach: its pid lives" kill -0 "$(cat "$tmp/exec.pid")"
process '["sh", "-c", "ps | grep -c \"sleep 100[0]\""]'
exec_in one
is "two sleep in there" "$(cat "$tmp/out")" 2
kill -KILL "$(cat "$tmp/exec.pid")"
exec_in one
until_true "its process went with it" eval \
    'exec_in one; [ "$(cat "$tmp/out")" = 1 ]'
process '["sleep", "1000"]'
oci exec --detach --process "$tmp/process.json" --pid-file "$tmp/exec.pid" one \
    </dev/null >/dev/null 2>&1

# ---- ends
oci kill one KILL
ended one
is "the first ends" "$status" 137
check "and what was started in it" ends "$(cat "$tmp/exec.pid")"
exec_in one
check "exec in what ended is told" grep -q 'not running' "$tmp/err"
is "the second does not mind" "$(status_of two)" running
exec 7>&-
rm "$tmp/input"
gone one "the first"
container one '["sh", "-c", "echo again"]' "$(cri container pod)"
is "another of its name: exit" "$status" 0
is "another of its name" "$(cat "$tmp/one/out")" again
gone one "the other"

# ---- one pid namespace
sed 's|{"type": "pid"}|{"type": "pid", "path": "/proc/1/ns/pid"}|' \
    "$tmp/two/bundle/config.json" | sed 's/cat"\]/sleep 777"]/' |
    bundle three
config '["sh", "-c", "ps | grep -c \"sleep 77[7]\"; echo $$"]' \
    "$(cri container pod)" |
    sed 's|{"type": "pid"}|{"type": "pid", "path": "/proc/1/ns/pid"}|' |
    bundle four
create three
oci start three
until_true "the third is up" grep -q up "$tmp/three/out"
create four
oci start four
ended four
is "it sees the third's process" "$(head -n 1 "$tmp/four/out")" 1
check "and is not the first there" [ "$(tail -n 1 "$tmp/four/out")" -gt 1 ]
gone four "the fourth"

# ---- the end of the pod
oci kill pod KILL
ended pod
is "the sandbox ends" "$status" 137
is "its containers still run" "$(status_of three)" running
gone pod "the sandbox"
ended three
is "they end with their zone: 137" "$status" 137
ended two
is "all of them: 137" "$status" 137
gone two "the second"
gone three "the third"
config '["true"]' "$(cri container pod)" | bundle five
create five
is "a container of a pod that is gone" "$status" 1
check "says so" grep -q "the pod's sandbox: container does not exist: pod" \
    "$tmp/err"
config '["true"]' "$(cri container ../pod)" | bundle five
create five
check "of a pod with another name" grep -q "is no sandbox's id" "$tmp/err"

# ---- one that zone-cri has placed
placed()
{
    printf '"annotations": {"io.kubernetes.cri.container-type": "sandbox",
        "zoneplace.io/zone": "%s", "zoneplace.io/plan": "{}"}' "$1"
}
uuid=0a1b2c3d-0000-4000-8000-0123456789ab
config '["/pause"]' "$(placed $uuid)" | bundle placed
create placed
is "a sandbox that is placed is made" "$status" 0
check "its zone is the one that is reserved" \
    grep -rq "\"uuid\": \"$uuid\"" "$root/placed"
check "it goes" oci delete --force placed
config '["/pause"]' "$(placed mine)" | bundle placed
create placed
is "one of no uuid" "$status" 1
check "is told so" grep -q '"mine" is no uuid' "$tmp/err"
nothing_left "at the end"
finish
