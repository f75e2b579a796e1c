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
finish
