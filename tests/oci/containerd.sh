#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zone-oci behind containerd and its own runc shim, as Debian has them.
# shellcheck disable=SC2016,SC2034
. "$top_srcdir/tests/oci/lib.sh"
if ! command -v containerd >/dev/null || ! command -v ctr >/dev/null ||
    ! command -v containerd-shim-runc-v2 >/dev/null; then
    skip "containerd" "containerd is not installed"
    finish
fi

cat >"$tmp/config.toml" <<END
version = 2
root = "$tmp/cd/root"
state = "$tmp/cd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$tmp/cd.sock"
END
# The shim calls runc by name; this is what it gets instead.
cat >"$tmp/zone-oci" <<END
#!/bin/sh
echo "\$@" >>"$tmp/calls"
LD_LIBRARY_PATH='$LD_LIBRARY_PATH' exec "$zone_oci" --config "$conf" "\$@"
END
chmod +x "$tmp/zone-oci"
containerd --config "$tmp/config.toml" >"$tmp/containerd.log" 2>&1 &
containerd=$!
stop_containerd()
{
    local id

    for id in $(containers list -q 2>/dev/null); do
        tasks kill -s KILL "$id"
        tasks delete -f "$id"
    done >/dev/null 2>&1
    kill "$containerd"
    wait "$containerd"
}
trap 'stop_containerd; clean_up; rm -rf "$tmp"' EXIT
ns()
{
    timeout 60 ctr --address "$tmp/cd.sock" --namespace zp-test "$@"
}
tasks()
{
    ns tasks "$@"
}
containers()
{
    ns containers "$@"
}
until_true "containerd answers" ns version >/dev/null 2>&1

make_rootfs "$tmp/rootfs"
# start ID OPTION... -- ARG...: ctr run with the rootfs of a directory.
start()
{
    local id=$1 options=()

    shift
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    command="ctr run $id"
    status=0
    ns run --runtime io.containerd.runc.v2 --runc-binary "$tmp/zone-oci" \
        --runc-root "$root" "${options[@]}" --rootfs "$tmp/rootfs" "$id" \
        "$@" >"$tmp/out" 2>"$tmp/err" <"${stdin:-/dev/null}" || status=$?
}

start one --rm -- sh -c 'echo to-out; echo to-err >&2; hostname; exit 42'
is "exit code" "$status" 42
is "stdout" "$(head -n 1 "$tmp/out")" to-out
is "stderr" "$(cat "$tmp/err")" to-err
check "the shim called create, start and delete" \
    [ "$(grep -cE '(create|start|delete) .*one$' "$tmp/calls")" -ge 3 ]
check "nothing of it stays" [ ! -e "$root/zp-test/one" ]
start two --rm --env FOO=bar --cwd /tmp -- sh -c 'echo $FOO; pwd'
is "env, cwd" "$(tr '\n' ' ' <"$tmp/out")" "bar /tmp "
start none --rm -- nothing-there
check "a program that is none" \
    grep -q 'nothing-there: No such file' "$tmp/err"
# ctr deletes it if containerd has noticed the end by then, else its user does.
gone()
{
    [ ! -e "$root/zp-test/$1" ] || {
        tasks delete "$1"
        containers delete "$1"
    } >/dev/null 2>&1
    [ ! -e "$root/zp-test/$1" ]
}
until_true "nothing of it stays" gone none
head -c 1000000 /dev/urandom >"$tmp/in"
stdin=$tmp/in start cat --rm -- cat
check "1 MB in and out" cmp -s "$tmp/in" "$tmp/out"
start bad --rm --mount "type=bind,src=$tmp,dst=/data,options=rbind:rw" -- true
check "what is refused is said to the user" \
    grep -q "a zone can't write to the host's files" "$tmp/err"
check "nothing of it stays" [ ! -e "$root/zp-test/bad" ]

# ---- what goes on
start long --detach --null-io -- sh -c 'trap "exit 7" TERM; while :; do sleep 0.1; done'
is "detached" "$status" 0
is "it runs" "$(tasks list | awk '$1 == "long" { print $3 }')" RUNNING
status=0
tasks exec --exec-id e1 long sh -c 'echo in-exec; id -u; exit 3' \
    >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
is "exec: exit code" "$status" 3
is "exec: output" "$(tr '\n' ' ' <"$tmp/out")" "in-exec 0 "
tasks kill -s TERM long
until_true "TERM ends it" eval \
    '[ "$(tasks list | awk "\$1 == \"long\" { print \$3 }")" = STOPPED ]'
tasks delete long >"$tmp/out" 2>"$tmp/err"
check "its exit code is its handler's" grep -q 'exit code 7' "$tmp/err"
containers delete long

# ---- a terminal: containerd's console socket
if command -v script >/dev/null; then
    status=0
    timeout 60 script -qec "stty rows 33 cols 99; ctr --address $tmp/cd.sock \
        --namespace zp-test run --rm --tty --runtime io.containerd.runc.v2 \
        --runc-binary $tmp/zone-oci --runc-root $root --rootfs $tmp/rootfs \
        tty sh -c 'test -t 0 && test -t 1 &&
        for i in 1 2 3 4 5 6 7 8 9; do
        stty size | grep "[1-9]" && break; sleep 0.2; done;
        echo over; exit 6'" \
        "$tmp/typescript" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
    is "with a terminal: exit code" "$status" 6
    check "it is one" grep -q over "$tmp/typescript"
    check "of that size" grep -q '33 99' "$tmp/typescript"
else
    skip "a terminal" "script(1) is not installed"
fi

# ---- a pod, as the CRI plugin would have it made
start pod --detach --null-io \
    --annotation io.kubernetes.cri.container-type=sandbox -- /pause
is "a sandbox" "$status" 0
start c1 --annotation io.kubernetes.cri.container-type=container \
    --annotation io.kubernetes.cri.sandbox-id=pod --rm -- \
    sh -c 'echo in-the-pod; exit 5'
is "a container in it: exit code" "$status" 5
is "a container in it: output" "$(cat "$tmp/out")" in-the-pod
start c2 --detach --null-io --annotation \
    io.kubernetes.cri.container-type=container --annotation \
    io.kubernetes.cri.sandbox-id=pod -- sleep 1000
is "one that stays" "$status" 0
tasks kill -s KILL pod
until_true "the sandbox ends" eval \
    '[ "$(tasks list | awk "\$1 == \"pod\" { print \$3 }")" = STOPPED ]'
tasks delete pod >/dev/null 2>&1
until_true "and with its zone what is in it" eval \
    '[ "$(tasks list | awk "\$1 == \"c2\" { print \$3 }")" = STOPPED ]'
tasks delete c2 >"$tmp/out" 2>"$tmp/err"
check "which is 137 to containerd" grep -q 'exit code 137' "$tmp/err"
containers delete pod c2
check "no state stays" [ -z "$(ls "$root/zp-test" 2>/dev/null)" ]
finish
