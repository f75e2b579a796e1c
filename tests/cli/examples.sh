#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What examples/ has works as it says.
. "$top_srcdir/tests/cli/lib.sh"
host=$top_srcdir/tests/data/hosts/epyc-7742-nps4.json

ran=$("$top_builddir/examples/plan" "$host")
is "examples/plan ends well" $? 0
is "it names both nodes" "$(grep -c '^vnode [01] is on node [0-7]$' \
    <<<"$ran")" 2
zonectl plan --host "$host" --vcpus 8 --memory 16G --numa-nodes 2 --scatter \
    >"$tmp/out" 2>/dev/null
is "its plan is zonectl's" "$(grep -v '^vnode [01] is on' <<<"$ran" |
    grep -c -F -x -f - "$tmp/out")" \
    "$(grep -cv '^vnode [01] is on' <<<"$ran")"

# ---- files
examples=$top_srcdir/examples
for file in "$examples"/hosts/*.json; do
    run host --host "$file"
    expect_exit 0 "$(basename "$file")"
    for mix in "$examples"/mixes/*.{csv,json}; do
        word=--mix
        [ "$(basename "$mix")" != day.csv ] || word=--trace
        run density --host "$file" $word "$mix"
        expect_exit 0 "$(basename "$mix") on $(basename "$file")"
    done
done
run plan --host "$examples/hosts/two-sockets-nps4.json" --json \
    --from openstack "$examples/requests/flavor.json"
expect_exit 0 "a flavor"
is "on as many nodes as it says" "$(grep -c '"vnode":' "$tmp/out")" 2

# Each is understood; then it is Xen that is missing, or a host that is small.
: >"$tmp/kernel"
for file in "$examples"/zones/*.cfg; do
    run launch --dry-run --kernel "$tmp/kernel" --ramdisk "$tmp/kernel" "$file"
    is "$(basename "$file") is understood" "$(grep -c '\.cfg' "$tmp/err")" 0
done
finish
