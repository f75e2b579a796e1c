#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts: as they are drawn and pictured, empty and with a zone, and as their JSON comes
# back; that JSON, read again, must give the same bytes and the same plan.
# The hosts are those of tests/golden/hosts and tests/data/hosts; a directory
# of more (../shared/hosts/json) is read if it is there.
# shellcheck source=/dev/null
. "$(dirname "$0")/golden.sh" || exit 1

# drawn FILE NAME: the drawings in the tree
drawn()
{
    local what
    for what in host zone; do
        "$tool" $what "$1" text >"$work/out"
        same "$work/out" "$golden/hosts/$2.$what.text" "$2: $what drawn"
    done
    case $2 in
    made-64n | epyc-7742-nps4)
        "$tool" zone "$1" wide >"$work/out"
        same "$work/out" "$golden/hosts/$2.zone.wide" "$2: zone drawn wide" ;;
    esac
}

# pictured FILE NAME: XML that xmllint takes; the bytes too for some hosts
pictured()
{
    local what
    for what in host zone; do
        "$tool" $what "$1" svg >"$work/out.svg"
        grep -q '^<svg ' "$work/out.svg" || continue    # a refusal
        if command -v xmllint >/dev/null; then
            xmllint --noout "$work/out.svg" >"$work/diff" 2>&1
            result $? "$2: the picture of the $what is XML"
        else
            skip "$2: the picture of the $what is XML" \
                'xmllint (libxml2-utils) is not installed'
        fi
        case $2 in
        made-odd | made-smt-l3)
            same "$work/out.svg" "$golden/hosts/$2.$what.svg" \
                "$2: picture of the $what" ;;
        esac
    done
}

# comes_back FILE NAME: refused in one line, or read back as it was written
comes_back()
{
    "$tool" host "$1" json >"$work/once.json"
    if ! grep -q '^{' "$work/once.json"; then
        cp "$work/once.json" "$work/diff"
        [ "$(wc -l <"$work/once.json")" = 1 ]
        result $? "$2: $(head -1 "$work/once.json")"
        return
    fi
    "$tool" host "$work/once.json" json >"$work/twice.json"
    diff -u "$work/once.json" "$work/twice.json" >"$work/diff"
    result $? "$2: JSON round trip"
    "$tool" zone "$1" json >"$work/one"
    "$tool" zone "$work/once.json" json >"$work/two"
    # why a matrix was replaced can't be told without the matrix
    sed -i '/"distances replaced/d; /"no distances known/d' \
        "$work/one" "$work/two"
    diff -u "$work/one" "$work/two" >"$work/diff"
    result $? "$2: the saved host plans as the first one"
}

for file in "$golden"/hosts/*.json "$top_srcdir"/tests/data/hosts/*.json; do
    [ -e "$file" ] || continue
    name=$(basename "$file" .json)
    drawn "$file" "$name"
    pictured "$file" "$name"
    comes_back "$file" "$name"
done
for file in "$top_srcdir"/../shared/hosts/json/*.json; do
    [ -e "$file" ] || continue
    comes_back "$file" "more: $(basename "$file" .json)"
done
finish 'there are no hosts'
