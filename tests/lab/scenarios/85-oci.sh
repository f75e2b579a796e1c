# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Containers in a zone, by the OCI runtime as containerd's shim calls it: the
# pod's annotations choose the nodes, the process runs on the zone's kernel,
# streams and exit codes arrive, and nothing is left.
# lab: --dom0-mem 768
# lab: stock
# shellcheck disable=SC2034,SC2086,SC2154 # lib-oci.sh takes and sets some
. /lab/lib-oci.sh

check "the zones' RAM disk is made" \
    zone-mkramdisk --modules /lib/modules/*
before=$(nodes_free | awk '{ n += $1 } END { print n }')

bundle pod1 '"/pause"' '"io.kubernetes.cri.container-type": "sandbox",
"zoneplace.io/cpu": "4", "zoneplace.io/memory": "512Mi",
"zoneplace.io/memory-policy": "static", "zoneplace.io/numa-nodes": "2",
"zoneplace.io/numa-strategy": "scatter"'
made "the pod's sandbox becomes a zone" pod1 || lab_done
check "it starts" oci start pod1
zone=$(zonectl list | awk 'NR == 2 { print $1 }')
note "$(zonectl list)"
note "$(zonectl show "$zone")"
check "the zone is as planned: $zone" zonectl verify "$zone"
is "on two nodes, far from each other" \
    "$(xl vcpu-list "$zone" | awk 'NR > 1 { print $NF }' | sort -u | wc -l)" 2

# shellcheck disable=SC2016 # for the guest's shell
bundle one '"sh", "-c", "uname -r; cat /sys/devices/system/node/online; cat /sys/devices/system/node/node*/distance; cat /etc/mark; echo $ZVAR; pwd; touch /x; cat /proc/sys/kernel/hostname; echo to-stderr >&2; exit 42"' "$in_pod"
made "a container is made in it" one
check "it starts" oci start one
is "its exit code arrives" "$(code_of one)" 42
is "what it printed arrives" "$(cat $pod/one/out)" "$(uname -r)
0-1
10 32
32 10
of the image
a b
/tmp
one"
is "apart from what it complained of" "$(cat $pod/one/err)" to-stderr
is "it has stopped" "$(oci state one | tr -d ' ,"' | grep '^status')" \
    status:stopped
check "it is deleted" oci delete one

# Its share of the zone.
# shellcheck disable=SC2016 # for the guest's shell
bundle small '"sh", "-c", "cd /sys/fs/cgroup; cat memory.max cpu.max cpu.weight pids.max; : >/tmp/x; while cat /bin/busybox; do :; done >>/tmp/x"' \
    "$in_pod" '"memory": {"limit": 33554432}, "cpu": {"shares": 512,
"quota": 50000, "period": 100000}, "pids": {"limit": 50},
"unified": {"memory.oom.group": "1"}'
made "one with limits" small
check "it starts" oci start small
is "one that takes more memory than it may is killed" "$(code_of small)" 137
is "it could read its limits" "$(cat $pod/small/out)" "33554432
50000 100000
20
50"
check "it is deleted" oci delete small
# shellcheck disable=SC2016 # for the guest's shell
bundle herd '"sh", "-c", "for i in 1 2 3 4 5 6 7 8; do sleep 100 & done; echo more"' \
    "$in_pod" '"pids": {"limit": 5}'
made "one with few processes" herd
check "it starts" oci start herd
is "it can't have more" "$(code_of herd) $(grep -c more $pod/herd/out)" "2 0"
check "that is what it says" grep -q "can't fork" $pod/herd/err
check "it is deleted" oci delete herd

# Its seccomp profile holds on the zone's kernel.
linux='"seccomp": {"defaultAction": "SCMP_ACT_ALLOW",
"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
"syscalls": [{"names": ["mkdir", "mkdirat"],
"action": "SCMP_ACT_KILL_PROCESS"}]}' bundle filtered '"sh", "-c",
"grep ^Seccomp: /proc/self/status; (mkdir d); echo $?"' "$in_pod"
made "one with a seccomp profile" filtered
check "it starts" oci start filtered
is "it ends" "$(code_of filtered)" 0
is "a call that it has not is the end" \
    "$(tr '\n\t' '  ' <$pod/filtered/out)" "Seccomp: 2 159 "
check "it is deleted" oci delete filtered

# Two at once.
bundle two '"sleep", "1000"' "$in_pod"
bundle three '"sh", "-c", "sleep 1; exit 7"' "$in_pod"
made "two containers share the zone: the first" two
made "and the second" three
check "both start" bash -c "zone-oci --root $root start two &&
    zone-oci --root $root start three"
is "one ends with its own code" "$(code_of three)" 7
is "the other runs" "$(oci state two | tr -d ' ,"' | grep '^status')" \
    status:running
cat >/tmp/process.json <<END
{"args": ["sh", "-c", "id -u; pwd; exit 3"], "cwd": "/etc",
"env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}}
END
code=0
said=$(oci exec --process /tmp/process.json two) || code=$?
is "exec: its output and its code" "$said $code" "0
/etc 3"
check "kill" oci kill two KILL
is "it ended by that signal" "$(code_of two)" 137
check "both are deleted" bash -c "zone-oci --root $root delete two &&
    zone-oci --root $root delete three"
is "no loop device is left" "$(losetup -a)" ""
check "the zone is as planned still" zonectl verify "$zone"

# The zone dies under a container.
bundle four '"sleep", "1000"' "$in_pod"
made "a last one" four
check "it starts" oci start four
zonectl destroy "$zone"
is "its zone destroyed, it is over" "$(code_of four)" 137
check "it is deleted" oci delete --force four
check "and the sandbox" oci delete --force pod1
check "again" oci delete --force pod1

# What does not fit leaves nothing.
bundle big '"/pause"' '"io.kubernetes.cri.container-type": "sandbox",
"zoneplace.io/cpu": "2", "zoneplace.io/memory": "64Gi",
"zoneplace.io/memory-policy": "static"'
if create big; then
    fail "64 GiB fit into 8" || true
else
    ok "a pod that does not fit is refused"
    note "$(cat $pod/big/err)"
    check "with the reason" grep -q "65536 MiB" $pod/big/err
fi

is "no domain is left" "$(xl list | awk 'NR > 2')" ""
is "no state" "$(ls $root 2>/dev/null)" ""
is "no loop device" "$(losetup -a)" ""
is "no mount" "$(grep -c zoneplace /proc/mounts)" 0
is "no record and no reservation" "$(xenstore-ls /zoneplace/zone 2>/dev/null)" ""
same_memory()
{
    [ "$(nodes_free | awk '{ n += $1 } END { print n }')" -ge \
        $((before - 4096)) ]
}
check "the memory is back" wait_until 20 same_memory
lab_done
