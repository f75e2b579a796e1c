#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where there is no Xen, what needs it says so: one line, exit 1.
. "$top_srcdir/tests/cli/lib.sh"
if [ "$(cat /sys/hypervisor/type 2>/dev/null)" = xen ]; then
    skip "no Xen" "this machine runs on Xen"
    finish
fi

: >"$tmp/kernel"
launch=(launch --name x --vcpus 1 --memory 1G --kernel "$tmp/kernel")
refused 1 Xen "host" host
refused 1 Xen "host --doctor" host --doctor
refused 1 Xen "plan" plan --vcpus 1 --memory 1G
refused 1 Xen "advise" advise --vcpus 1 --memory 1G
refused 1 Xen "render" render --vcpus 1 --memory 1G
refused 1 Xen "launch" "${launch[@]}"
refused 1 Xen "launch --dry-run" "${launch[@]}" --dry-run
for verb in list "show x" "verify x" "verify --all" "stat x" stat "stat --all" "stat --prometheus" "console x" \
    "mem-set x 1G" "vcpu-set x 2" "pause x" "unpause x" "shutdown x" "destroy x" autostart \
    "autostart --save x" audit "adopt x" "adopt --all" "adopt --all --dry-run" \
    "adopt x --forget" "adopt x --force"; do
    # shellcheck disable=SC2086 # words
    refused 1 Xen "$verb" $verb
done
run list --json
expect_exit 1 "list --json"
check "list --json: an error object" \
    grep -q '^{"error":{"code":"unsupported",' "$tmp/out"

# What changes nothing has given up root's privileges before it reads a file:
# here one that never ends.
if [ "$(id -u)" -ne 0 ]; then
    skip "privileges" "not root: there are none to give up"
elif ! ldd "$zonectl" 2>/dev/null | grep -q libcap-ng; then
    skip "privileges" "built without libcap-ng"
else
    mkfifo "$tmp/fifo"
    "$zonectl" plan --host "$tmp/fifo" --vcpus 1 --memory 1G \
        >/dev/null 2>&1 &
    exec 9>"$tmp/fifo"
    is "privileges of plan" \
        "$(awk '/^(CapPrm|CapBnd|NoNewPrivs):/ { print $2 }' \
            "/proc/$!/status" | paste -s -d ' ')" \
        "0000000000000006 0000000000000000 1"
    exec 9>&-
    wait $! || true
fi

# Not root is the same line for whoever is not.
if [ "$(id -u)" -ne 0 ]; then
    skip "not root" "all of this ran as somebody else than root"
elif ! command -v setpriv >/dev/null; then
    skip "not root" "no setpriv(1)"
elif ! setpriv --reuid 65534 --regid 65534 --clear-groups \
    "$zonectl" --version >/dev/null 2>&1; then
    skip "not root" "uid 65534 can't run $zonectl"
else
    command="zonectl list (as uid 65534)"
    status=0
    setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$zonectl" list >"$tmp/out" 2>"$tmp/err" || status=$?
    expect_exit 1 "not root"
    expect_stderr_one_line . "not root"
fi

if ! zonectl --help | grep -q 'Built without Xen'; then
    # Malformed comes first, Xen or not.
    refused 2 vcpus "launch: 0 vcpus" "${launch[@]}" --vcpus 0
    refused 2 name "launch: no name" launch --vcpus 1 --memory 1G \
        --kernel "$tmp/kernel"
    refused 2 kernel "launch: no kernel" launch --name x --vcpus 1 \
        --memory 1G
    refused 1 'No such file' "launch: no such kernel" "${launch[@]}" \
        --kernel "$tmp/none"
    refused 1 'PVH' "launch: PCI passthrough into PVH" "${launch[@]}" \
        --pci 0000:41:00.0
    refused 2 'none of' "launch: an unknown action" "${launch[@]}" \
        --on-crash explode
    refused 2 'does not keep --topology' "launch: a topology for once" \
        "${launch[@]}" --autostart --topology "$tmp/kernel"
    refused 2 'does not keep --reserve-pcpus' "launch: a reserve for once" \
        "${launch[@]}" --autostart --reserve-pcpus 0
    refused 2 'at least 1' "vcpu-set: 0 vcpus" vcpu-set x 0
    refused 2 'not a number' "vcpu-set: a word" vcpu-set x many
    refused 3 'at most' "vcpu-set: more than a number holds" \
        vcpu-set x 5000000000
    refused 2 'not a size' "mem-set: a word" mem-set x much
    refused 3 'beyond' "mem-set: more than there can be" mem-set x 99999999999T
    refused 3 'at most' "mem-set: such a vnode" mem-set x 1G --vnode 5000000000
    refused 2 'name a zone' "verify: nothing named" verify
    refused 2 'name a guest' "adopt: nothing named" adopt
    refused 2 'name a guest' "adopt: a guest and all" adopt x --all
    refused 2 'goes with neither' "adopt: forget and look" adopt x \
        --forget --dry-run
    refused 2 'goes with neither' "adopt: forget and force" adopt --all \
        --forget --force
    refused 2 'argument' "adopt: two guests" adopt x y
    refused 2 'name a zone' "stat: a zone and all" stat x --all
    refused 2 'all zones, once' "stat: metrics of one zone" stat x \
        --prometheus
    refused 2 'all zones, once' "stat: metrics, watched" stat --watch \
        --prometheus
    refused 2 'go with --watch' "stat: times of one look" stat x --times 2
    refused 2 'interval' "stat: no pause" stat --watch --interval 0
    refused 2 'not a number' "stat: times" stat --watch --times many
    refused 2 'goes with one' "stat: all pages" stat --pages
    refused 1 'no console log' "console --log: none" console --log nosuchzone
fi
finish
