#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts as Kubernetes' scheduler knows them, there and back.
. "$top_srcdir/tests/cli/lib.sh"
data=$top_srcdir/tests/data/hosts

# What a plan decides, without what it says of it.
decided()
{
    zonectl plan --host "$1" "${@:2}" --json 2>/dev/null |
        sed '/^  "warnings"/,$d'
}

items=
for host in "$data"/*.json; do
    name=$(basename "$host" .json)
    run host --host "$host" --format nrt
    expect_exit 0 "$name as nrt"
    cp "$tmp/out" "$tmp/$name.nrt"
    items+=${items:+,}$(cat "$tmp/out")
    for request in "--vcpus 4 --memory 3G" \
        "--vcpus 8 --memory 4G --numa-nodes 2 --scatter"; do
        # shellcheck disable=SC2086 # words
        is "$name, $request: the same plan" \
            "$(decided "$tmp/$name.nrt" $request)" \
            "$(decided "$host" $request)"
    done
    run host --host "$tmp/$name.nrt" --format nrt
    is "$name: nrt of nrt is the same" "$(cat "$tmp/out")" \
        "$(cat "$tmp/$name.nrt")"
done

# A fleet: equal hosts are one kind, whatever they are called.
one=$(cat "$tmp/epyc-7742-nps4.nrt")
other=${one/epyc-7742-nps4/twin}
third=$(cat "$tmp/kunpeng-920.nrt")
echo "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\":
[$one, $third, $other]}" >"$tmp/list.json"
run density --host "$tmp/list.json" --shape 4:8G --shape 1:2G:3
expect_exit 0 "density of a list"
is "three hosts of two kinds" "$(grep -c ' x .* pnodes$' "$tmp/out")" 2
sed 1,3d "$tmp/out" >"$tmp/list.out"
run density --host "$data/epyc-7742-nps4.json" --count 2 \
    --host "$data/kunpeng-920.json" --shape 4:8G --shape 1:2G:3
is "it counts as the hosts' files do" "$(sed 1,3d "$tmp/out")" \
    "$(cat "$tmp/list.out")"
run density --host "$tmp/list.json" --count 5 --shape 4:8G --more --json
is "--count multiplies" "$(sed -n 's/^  "hosts": //p' "$tmp/out")" "15,"

refused 1 "list.json: a list of several hosts: density reads such" \
    "plan takes no list" plan --host "$tmp/list.json" --vcpus 1 --memory 1G
echo '{"kind": "NodeResourceTopology",
 "metadata": {"name": "x"}, "zones": [{"name": "0", "type": "Node"}]}' \
    >"$tmp/bad.json"
refused 1 "bad.json: line 2 column 39: host 0: '0' is not node-N" \
    "a zone of another name" density --host "$tmp/bad.json" --shape 1:1G
refused 2 "\-\-format yaml: one of text, json, nrt" "--format yaml" \
    host --host "$data/kunpeng-920.json" --format yaml
refused 2 "\-\-format or another form" "--format beside --ascii" \
    host --host "$data/kunpeng-920.json" --format nrt --ascii
run host --host "$data/kunpeng-920.json" --format json
cp "$tmp/out" "$tmp/as-format"
run host --host "$data/kunpeng-920.json" --json
check "--format json is --json" cmp "$tmp/out" "$tmp/as-format"
finish
