#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zone-oci on stand-in zones: what a container's process gets, and what its
# end leaves.
# shellcheck disable=SC2016 # what is quoted so is for a container's shell
. "$top_srcdir/tests/oci/lib.sh"

said()
{
    is "$2" "$(cat "$tmp/$1/out")" "$3"
}

# ---- streams and exit codes
container a '["sh", "-c", "echo to-out; echo to-err >&2; exit 42"]'
is "its exit code" "$status" 42
said a "its standard output" to-out
is "its standard error, apart" "$(cat "$tmp/a/err")" to-err
is "stopped" "$(oci state a | grep -o '"status": "[a-z]*"')" \
    '"status": "stopped"'
gone a "after its end"
fails "a second delete" oci delete a
check "is told" grep -q 'does not exist' "$tmp/err"
check "with --force it is fine" oci delete --force a
container a '["sh", "-c", "kill -SEGV $$; sleep 5"]'
is "init of a namespace is not hurt by itself" "$status" 0
gone a "SEGV"
container a '["sh", "-c", "sh -c \"kill -SEGV \\$\\$\"; exit $?"]'
is "139" "$status" 139
gone a "139"

# ---- long and binary streams, both ways
head -c 3000000 /dev/urandom >"$tmp/in"
stdin=$tmp/in container a '["cat"]'
is "3 MB in and out: exit" "$status" 0
check "3 MB in and out: same bytes" cmp -s "$tmp/in" "$tmp/a/out"
gone a "cat"
container a '["sh", "-c", "yes | head -c 5000000; yes no | head -c 3000000 >&2"]'
is "5 MB of output" "$(wc -c <"$tmp/a/out")" 5000000
is "3 MB beside it" "$(wc -c <"$tmp/a/err")" 3000000
gone a "yes"

# ---- what it runs as, and in
cwd=/srv/made container a '["sh", "-c", "id -u; id -g; id -G; pwd; echo $A; hostname; umask"]' \
    '"hostname": "web-1"' \
    '"user": {"uid": 7, "gid": 8, "additionalGids": [9, 10], "umask": 63}'
said a "user, groups, cwd, env, hostname, umask" "7
8
8 9 10
/srv/made
b c
web-1
0077"
gone a "user"
container a '["sh", "-c", "grep -h ^Cap[BEP] /proc/self/status | tr -d \"\\t\"; grep NoNew /proc/self/status | tr -d \"\\t\"; ulimit -n; cat /proc/self/oom_score_adj"]' \
    '' '"noNewPrivileges": true, "oomScoreAdj": 300,
    "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 77, "hard": 88}]'
said a "capabilities, no new privileges, limits, score" \
    "CapPrm:0000000000000020
CapEff:0000000000000020
CapBnd:0000000000000020
NoNewPrivs:1
77
300"
gone a "capabilities"
container a '["sh", "-c", "readlink /proc/self/exe; echo $$; set -- /proc/[0-9]*; echo $#; ls -d /dev/null /dev/ptmx /dev/fd; echo x >/dev/null && cat /proc/kcore | wc -c; ls /sys/firmware | wc -l; echo 1 2>/dev/null >/proc/sys/vm/swappiness || echo ro; ls / | tr \"\\n\" \" \""]'
said a "a root of its own, masked and read-only paths" "/bin/busybox
1
1
/dev/fd
/dev/null
/dev/ptmx
0
0
ro
bin dev etc proc sys tmp "
gone a "root"
container a '["sh", "-c", "echo more >/etc/new && cat /etc/new"]'
said a "it writes to its root" more
check "which is not the image" [ ! -e "$tmp/rootfs/etc/new" ]
gone a "writes"
sed -i 's/"rootfs"}/"rootfs", "readonly": true}/' "$tmp/a/bundle/config.json"
create a
oci start a
ended a
is "a read-only root" "$status" 1
gone a "read-only"

container a '["cat", "/sys/class/net/lo/flags"]'
said a "its loopback is up" 0x9
gone a "loopback"

# ---- programs that are none
config '["nothing-there"]' | bundle a
create a
is "made, for the program is looked for at start" "$status" 0
fails "start of it" oci start a
check "it says why" grep -q 'nothing-there: No such file' "$tmp/err"
ended a
is "its exit code" "$status" 127
gone a "no program"
cwd=/etc/passwd config '["sh"]' | bundle a
create a
fails "start in a file" oci start a
check "a cwd that is none" grep -q 'cwd /etc/passwd: Not a dir' "$tmp/err"
ended a
gone a "no cwd"

# ---- signals
config '["sh", "-c", "trap \"echo got; exit 5\" TERM; echo up; while :; do sleep 0.1; done"]' |
    bundle a
create a
is "created" "$(oci state a | grep -o '"status": "[a-z]*"')" \
    '"status": "created"'
oci start a
until_true "it is up" grep -q up "$tmp/a/out"
is "running" "$(oci state a | grep -o '"status": "[a-z]*"')" \
    '"status": "running"'
fails "a second start" oci start a
check "is told" grep -q 'it was started before' "$tmp/err"
fails "delete of what runs" oci delete a
check "is told" grep -q 'not stopped: running' "$tmp/err"
fails "kill with no signal" oci kill a NONE
oci kill a SIGTERM
ended a
is "TERM reached it" "$status" 5
check "its handler ran" grep -q got "$tmp/a/out"
fails "kill of what ended" oci kill a 15
check "is told" grep -q 'container not running' "$tmp/err"
check "kill --all of what ended" oci kill --all a 9
gone a "TERM"
config '["sleep", "1000"]' | bundle a
create a
oci start a
oci kill a KILL
ended a
is "KILL" "$status" 137
gone a "KILL"
create a
oci kill a 15
ended a
is "TERM before start" "$status" 137
gone a "before start"
create a
oci start a
kill -TERM "$(cat "$tmp/a/pid")"
kill -HUP "$(cat "$tmp/a/pid")"
oci kill --all a 9
ended a
is "signals of its process are passed on; an init keeps them" "$status" 137
gone a "passed on"

nothing_left "at the end"
check "--version is runc's form" \
    grep -q '^zone-oci version [0-9]' <(oci --version)
check "features are JSON" python3 -c 'import json,sys; json.load(sys.stdin)' \
    < <(oci features)
finish
