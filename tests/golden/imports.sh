#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts of every format.
#
# The machine of tests/data/import is there in each of them: all give the same
# host (as far as a format can say) and the same plans. The files of a larger
# collection (ZP_HOSTS_DIR, or ../shared/hosts/json, with hwloc/ and numactl/
# beside it) each plan or are refused as tests/golden/imports.table says, and
# those that describe one machine plan alike.
# shellcheck source=/dev/null
. "$(dirname "$0")/golden.sh" || exit 1
data=$top_srcdir/tests/data/import
has_xml=$(sed -n 's/^#define HAVE_LIBXML2 //p' "$top_builddir/config.h")

. "$top_srcdir/tests/lib/programs.sh"
zonectl=$(program zonectl)
zonectl()
{
    # shellcheck disable=SC2086 # ZP_WRAP is several words
    ${ZP_WRAP:-} "$zonectl" "$@"
}

# The zones that are asked for, by name.
ask()
{
    case $1 in
    small) echo "--vcpus 2 --memory 1G" ;;
    two) echo "--vcpus 4 --memory 2G --numa-nodes 2" ;;
    scattered) echo "--vcpus 4 --memory 2G --numa-nodes 2 --scatter" ;;
    large) echo "--vcpus 24 --memory 24G" ;;
    near) echo "--vcpus 2 --memory 1G --near 0000:41:00.0" ;;
    esac
}

# plan FILE NAME: its JSON without warnings (a format that knows of cores has
# one more), or the line that refuses without the name of the file
plan()
{
    # shellcheck disable=SC2046 # options
    if zonectl plan --host "$1" $(ask "$2") --json >"$work/json" \
        2>"$work/err"; then
        sed -e '/^  "warnings": \[\]/d' \
            -e '/^  "warnings": \[/,/^  \]/d' "$work/json"
    else
        echo "exit $?"
        sed 's/^zonectl: //; s/^[^ ]*: //; s/^host JSON: //' "$work/err"
    fi
}

# brief: of a plan, the nodes of each vnode
brief()
{
    if grep -q '^exit' "$1"; then
        paste -s -d ' ' "$1"
    else
        sed -n 's/.*"pnode": \([0-9]*\), .*"vcpus": "\([^"]*\)".*/\1(\2)/p' \
            "$1" | paste -s -d ' '
    fi
}

# ---- one machine in all formats ----

formats=(json numactl.txt xl.txt sysfs)
if [ -n "$has_xml" ]; then
    formats+=(hwloc1.xml hwloc2.xml hwloc3.xml libvirt.xml)
else
    skip "hwloc and libvirt XML" "built without libxml2"
fi
tar -C "$data/desk.sysfs" -cf "$work/desk.sysfs.tar" .
for name in small two scattered large; do
    plan "$data/desk.json" $name >"$work/$name"
    same "$work/$name" "$golden/imports/desk.$name.json" "desk: $name"
done
for format in "${formats[@]}" sysfs.tar; do
    file=$data/desk.$format
    [ -e "$file" ] || file=$work/desk.$format
    zonectl host --host "$file" --json >"$work/once" 2>"$work/diff"
    same "$work/once" "$golden/imports/desk.$format.host" "$format: the host"
    zonectl host --host "$work/once" --json >"$work/twice"
    diff -u "$work/once" "$work/twice" >"$work/diff"
    result $? "$format: converted twice, the same bytes"
    zonectl host --host - --json <"$work/once" >"$work/twice"
    diff -u "$work/once" "$work/twice" >"$work/diff"
    result $? "$format: from standard input, the same bytes"
    for name in small two scattered large; do
        plan "$file" $name >"$work/plan"
        diff -u "$work/$name" "$work/plan" >"$work/diff"
        result $? "$format: $name planned as from JSON"
    done
    case $format in
    numactl.txt | libvirt.xml) ;; # know of no devices
    *)
        plan "$file" near >"$work/plan"
        grep -q '"pnode": 8, ' "$work/plan"
        result $? "$format: near the device of node 8" ;;
    esac
    # The largest free node has no pcpus: nothing starts there.
    grep -q '"pnode": 12' "$work/small" "$work/two" "$work/large"
    [ $? = 1 ]
    result $? "$format: no zone on the memory-only node"
done

# ---- the collection ----

json=${ZP_HOSTS_DIR:-$top_srcdir/../shared/hosts/json}
if [ -n "${ZP_WRAP:-}" ]; then
    skip "the collection's table" "hundreds of processes under a checker"
elif [ -e "$json/../hwloc" ] && [ -n "$has_xml" ]; then
    {
        echo "# file | small | two | scattered | large | warnings"
        for file in "$json"/*.json "$json"/../hwloc/*.xml \
            "$json"/../numactl/*.txt; do
            what=$(basename "$file")
            line=$what
            for name in small two scattered large; do
                plan "$file" $name >"$work/plan"
                cp "$work/plan" "$work/all.$what.$name"
                line="$line | $(brief "$work/plan")"
            done
            zonectl host --host "$file" 2>"$work/err" >/dev/null
            echo "$line | $(sed -n 's/^warning: //p' "$work/err" |
                paste -s -d ';')"
        done
    } >"$work/table"
    same "$work/table" "$golden/imports.table" "the collection's table"
    nr=$(grep -c '^[^#]' "$work/table")
    [ "$nr" -ge 80 ]
    result $? "the collection has $nr files"
    for file in "$json"/../hwloc/*.xml "$json"/../numactl/*.txt; do
        what=$(basename "$file")
        of=${what%.txt} of=${of%.hwloc.xml}.json
        for name in small two scattered large; do
            diff -u "$work/all.$of.$name" "$work/all.$what.$name" \
                >"$work/diff"
            result $? "$what: $name planned as from $of"
        done
        zonectl host --host "$file" --json >"$work/once" 2>/dev/null ||
            continue
        zonectl host --host "$work/once" --json >"$work/twice"
        diff -u "$work/once" "$work/twice" >"$work/diff"
        result $? "$what: converted twice, the same bytes"
    done
    # The memory-only trap: no vcpus on a node without pcpus, anywhere.
    for file in "$work"/all.*.small "$work"/all.*.two "$work"/all.*.large; do
        grep -q '"vcpus": "[0-9].*"pcpus": ""' "$file" && cat "$file"
    done >"$work/diff"
    [ ! -s "$work/diff" ]
    result $? "no vcpu of the collection's plans is on a memory-only node"
else
    skip "the collection's table" "no ${json%/json} here, or no libxml2"
fi
finish 'there are no hosts'
