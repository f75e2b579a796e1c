#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hand-made plans in every form. Each ACPI table is also read by iasl, which
# must find nothing to remark, and so must it after compiling its own reading.
# shellcheck source=/dev/null
. "$(dirname "$0")/golden.sh" || exit 1

names='two hole shared offline tens flat wide'

# table NAME KIND: the bytes, and iasl's reading of them
table()
{
    local bin=$work/$1.$2.bin dsl=$work/$1.$2.dsl log=$work/iasl.log

    "$tool" plan "$1" "$2" >"$bin" || { result 1 "$1.$2"; return; }
    same "$bin" "$golden/plans/$1.$2.bin" "$1: $2 bytes"
    if ! command -v iasl >/dev/null; then
        skip "$1: $2 decoded" 'iasl (acpica-tools) is not installed'
        return
    fi
    iasl -d "$bin" >"$log" 2>&1 &&
        iasl -p "$work/again" "$dsl" >>"$log" 2>&1 &&
        grep -q ' 0 Errors, 0 Warnings, 0 Remarks' "$log" &&
        ! grep -iE '(warning|error|remark|invalid|unknown|checksum)' "$log" |
            grep -v ' 0 Errors, 0 Warnings, 0 Remarks'
    local status=$?
    cp "$log" "$work/diff"
    result $status "$1: iasl reads $2 without a remark"
    # what iasl makes of its reading differs in checksum and creator only
    cmp -l "$bin" "$work/again.aml" |
        awk '$1 != 10 && ($1 < 29 || $1 > 36)' >"$work/diff"
    ! [ -s "$work/diff" ]
    result $? "$1: iasl makes the same $2 of its reading"
    # the comment at the top has iasl's version and today's date
    sed '1,/\*\//d' "$dsl" >"$work/dsl"
    same "$work/dsl" "$golden/plans/$1.$2.dsl" "$1: $2 decoded"
}

for name in $names; do
    for how in text xlcfg json; do
        "$tool" plan $name $how |
            sed "s/zoneplace [0-9.]*[0-9]/zoneplace VERSION/" >"$work/out"
        same "$work/out" "$golden/plans/$name.$how" "$name: $how"
    done
    for how in libvirt kvm qemu; do
        case $name in shared | wide) continue ;; esac
        "$tool" plan $name $how |
            sed "s/zoneplace [0-9.]*[0-9]/zoneplace VERSION/" >"$work/out"
        same "$work/out" "$golden/plans/$name.$how" "$name: $how"
    done
    [ $name = flat ] && continue
    table $name srat
    table $name slit
    [ $name != shared ] || table $name ssdt
done
finish 'no plans'
