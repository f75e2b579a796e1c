#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zone-oci on stand-in zones: a container's seccomp profile holds for all its
# processes.
# shellcheck disable=SC2016 # what is quoted so is for a container's shell
# shellcheck disable=SC2034 # lib.sh takes $linux
. "$top_srcdir/tests/oci/lib.sh"

if ! oci features | tr -d ' \n' | grep -q '"seccomp":{"enabled":true'; then
    skip "seccomp profiles" "built without libseccomp"
    finish
fi

# profile DEFAULT ENTRY...: as a member of linux; $more is more of it.
profile()
{
    local IFS=,

    printf '"seccomp": {"defaultAction": "SCMP_ACT_%s"%s, "syscalls": [%s]}' \
        "$1" "${more:+, $more}" "${*:2}"
}
# entry NAMES ACTION [MEMBERS]: NAMES are parted by blanks.
entry()
{
    printf '{"names": ["%s"], "action": "SCMP_ACT_%s"%s}' "${1// /\", \"}" \
        "$2" "${3:+, $3}"
}
# tries ID ARGS [PROCESS]: what a container does under $linux; $said: its
# output, $code: its exit code.
tries()
{
    container "$1" "$2" '' "${3:-}"
    code=$status
    said=$(cat "$tmp/$1/out" "$tmp/$1/err")
    gone "$1" "$1"
}
no_mkdir=$(profile ALLOW \
    "$(entry 'mkdir mkdirat no_such_call' ERRNO '"errnoRet": 95')")

# ---- an error instead of a call, with and without new privileges
mkdirs='["sh", "-c", "mkdir /tmp/x && echo made; grep ^Seccomp: /proc/self/status | tr -d \"\\t\""]'
tries plain "$mkdirs"
is "without a profile a directory is made" "$said" "made
Seccomp:0"
linux=$no_mkdir tries filtered "$mkdirs"
is "with one that refuses it it is not" "$said" "Seccomp:2
mkdir: can't create directory '/tmp/x': Operation not supported"
linux=$no_mkdir tries new-privileges "$mkdirs" '"noNewPrivileges": true'
is "nor with no new privileges" "$said" "Seccomp:2
mkdir: can't create directory '/tmp/x': Operation not supported"
linux=$no_mkdir tries user '["sh", "-c", "mkdir /tmp/x; id -u; grep -h ^Cap[PE] /proc/self/status | tr -d \"\\t\""]' \
    '"user": {"uid": 7, "gid": 8}'
is "a user's process has what it may, and nothing of who loaded it" "$said" \
    "7
CapPrm:0000000000000000
CapEff:0000000000000000
mkdir: can't create directory '/tmp/x': Operation not supported"
caps='"inheritable": ["CAP_KILL"], "ambient": ["CAP_KILL"],
"bounding": ["CAP_KILL"], "effective": ["CAP_KILL"], "permitted": ["CAP_KILL"]'
linux=$no_mkdir tries capabilities '["sh", "-c", "grep -h ^Cap[PEA] /proc/self/status | tr -d \"\\t\""]' \
    '"user": {"uid": 7, "gid": 8}'
caps=
is "and its ambient capabilities" "$said" "CapPrm:0000000000000020
CapEff:0000000000000020
CapAmb:0000000000000020"
linux=$(more='"defaultErrnoRet": 95' profile ERRNO \
    "$(entry 'execve capset arch_prctl brk mprotect write exit_group' ALLOW)")
tries least '["echo", "ran"]'
is "what zone-init does after it is execve and capset alone" "$said" ran
linux=$(profile ALLOW "$(entry capset ERRNO)")
config '["true"]' | bundle none
create none
is "made: it is loaded at start" "$status" 0
fails "a profile without capset: start" oci start none
check "it says why" \
    grep -q '^zone-oci: .*capabilities: Operation not permitted' "$tmp/err"
ended none
gone none "without capset"

# ---- what is exec'd
linux=$no_mkdir config '["sleep", "1000"]' | bundle a
create a
oci start a
config '["sh", "-c", "mkdir /tmp/y && echo made"]' '' '"noNewPrivileges": true' |
    python3 -c 'import json,sys; json.dump(json.load(sys.stdin)["process"],
sys.stdout)' >"$tmp/process.json"
for new_privileges in true false; do
    sed -i "s/\"noNewPrivileges\": [a-z]*/\"noNewPrivileges\": $new_privileges/" \
        "$tmp/process.json"
    status=0
    oci exec --process "$tmp/process.json" a >"$tmp/out" 2>"$tmp/err" ||
        status=$?
    is "exec is filtered, too: exit ($new_privileges)" "$status" 1
    is "exec is filtered, too ($new_privileges)" "$(cat "$tmp/out" "$tmp/err")" \
        "mkdir: can't create directory '/tmp/y': Operation not supported"
done
oci kill a KILL
ended a
gone a "exec"
linux=
config '["sleep", "1000"]' | bundle a
create a
oci start a
is "but not in one without a profile" \
    "$(oci exec --process "$tmp/process.json" a)" made
oci delete --force a
ended a

# ---- the end instead of a call
linux=$(profile ALLOW "$(entry 'mkdir mkdirat' KILL_PROCESS)")
tries killed '["mkdir", "/tmp/x"]'
is "KILL_PROCESS: SIGSYS" "$code" 159
linux=$(profile ALLOW "$(entry 'mkdir mkdirat' TRAP)")
tries trapped '["sh", "-c", "(mkdir /tmp/x); exit $?"]'
is "TRAP: SIGSYS" "$code" 159
linux=$(profile ALLOW "$(entry 'mkdir mkdirat' LOG)")
tries logged "$mkdirs"
is "LOG: it is done" "$said" "made
Seccomp:2"

# ---- by argument
kills='["sh", "-c", "(kill -TERM $$) || echo no TERM; (kill -0 $$) && echo 0; (kill -USR1 $$) && echo USR1"]'
by_signal()
{
    printf '"args": [{"index": 1, "value": %s, "op": "SCMP_CMP_%s"}]' "$1" "$2"
}
linux=$(profile ALLOW "$(entry kill ERRNO "$(by_signal 15 EQ)")")
tries equal "$kills"
is "an argument that is equal" "$(grep -v denied <<<"$said")" "no TERM
0
USR1
sh: can't kill pid 1: Operation not permitted"
linux=$(profile ALLOW "$(entry kill ERRNO '"args": [
    {"index": 1, "value": 15, "op": "SCMP_CMP_EQ"},
    {"index": 1, "value": 10, "op": "SCMP_CMP_EQ"}]')")
tries either "$kills"
is "one argument twice: either" "$(grep -c "can't kill" <<<"$said")" 2
linux=$(profile ALLOW "$(entry kill ERRNO '"args": [
    {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"},
    {"index": 1, "value": 0, "op": "SCMP_CMP_GT"}]')")
tries both "$kills"
is "two arguments: both" "$(grep -c "can't kill" <<<"$said")" 2
linux=$(profile ALLOW "$(entry kill ERRNO '"args": [
    {"index": 0, "value": 77, "op": "SCMP_CMP_EQ"},
    {"index": 1, "value": 0, "op": "SCMP_CMP_GT"}]')")
tries other "$kills"
is "and not only one of them" "$(grep -c "can't kill" <<<"$said")" 0

# ---- as long as a manager's
mounts_one='["sh", "-c", "mkdir /tmp/x && mount -t tmpfs none /tmp/x && echo mounted; (echo fork)"]'
caps='"bounding": ["CAP_SYS_ADMIN"], "effective": ["CAP_SYS_ADMIN"],
"permitted": ["CAP_SYS_ADMIN"]'
linux=
tries with-admin "$mounts_one"
is "an administrator mounts" "$said" "mounted
fork"
linux="\"seccomp\": $(cat "$top_srcdir/tests/data/oci/seccomp.json")"
for new_privileges in true false; do
    tries long "$mounts_one" "\"noNewPrivileges\": $new_privileges"
    is "not under a profile like containerd's ($new_privileges)" "$said" \
        "fork
mount: permission denied (are you root?)"
done

nothing_left "at the end"
finish
