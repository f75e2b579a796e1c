#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zonectl advise: the nodes that plan would take, and why.
. "$top_srcdir/tests/cli/lib.sh"
make_host >"$tmp/host.json"

# nodes_of ARG...: those of the plan.
nodes_of()
{
    zonectl plan --host "$tmp/host.json" --json "$@" |
        grep -o '{"vnode".*' | grep -o '"pnode": *[0-9]*' |
        grep -o '[0-9]*$' | paste -sd,
}

for request in "--vcpus 4 --memory 1G" "--vcpus 12 --memory 6G" \
    "--vcpus 2 --memory 1G --near 0000:81:00.0" \
    "--vcpus 4 --memory 2G --numa-nodes 2 --scatter"; do
    # shellcheck disable=SC2086 # words
    accepted "advise $request" advise --host "$tmp/host.json" $request
    # shellcheck disable=SC2086 # words
    is "advise $request: the plan's nodes" "$(head -n 1 "$tmp/out")" \
        "$(nodes_of $request)"
    # shellcheck disable=SC2086 # words
    run advise --host "$tmp/host.json" --json $request
    # shellcheck disable=SC2086 # words
    is "advise --json $request: the same" \
        "$(grep -o '"nodes":\[[0-9,]*\]' "$tmp/out")" \
        "\"nodes\":[$(nodes_of $request)]"
    check "advise --json $request: says why" \
        grep -q '"why":\["..*"\]}$' "$tmp/out"
done
is "the device's node leads" "$(zonectl advise --host "$tmp/host.json" \
    --vcpus 2 --memory 1G --near 0000:81:00.0 | head -n 1)" 7
accepted "advise: the reason" advise --host "$tmp/host.json" --vcpus 4 \
    --memory 1G
zonectl plan --host "$tmp/host.json" --vcpus 4 --memory 1G --why |
    sed '1,/^$/d' >"$tmp/why"
check "it is that of plan --why" \
    diff <(tail -n "$(wc -l <"$tmp/why")" "$tmp/out") "$tmp/why"
refused 3 memory "more than there is" advise --host "$tmp/host.json" \
    --vcpus 4 --memory 1T
refused 2 'vcpus is missing' "no vcpus" advise --host "$tmp/host.json" \
    --memory 1G
finish
