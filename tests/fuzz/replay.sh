#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Replays each fuzzer's corpus and changes of it. ZP_FUZZ_CHANGES: how many of
# each file; ZP_WRAP: a program to run them under.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$PWD}"
changes=${ZP_FUZZ_CHANGES:-3000}
[ -z "${ZP_WRAP:-}" ] || changes=${ZP_FUZZ_CHANGES:-20}
count=0 bad=0
for corpus in "$top_srcdir"/tests/fuzz/corpus/*/; do
    name=$(basename "$corpus")
    count=$((count + 1))
    files=("$corpus"*)
    # shellcheck disable=SC2086 # ZP_WRAP is a command and its arguments
    if ${ZP_WRAP:-} "$top_builddir/tests/fuzz/fuzz_$name" "$changes" \
        "${files[@]}"; then
        echo "ok $count - $name: ${#files[@]} files, $changes changes of each"
    else
        bad=$((bad + 1))
        echo "not ok $count - $name"
    fi
done
echo "1..$count"
[ "$count" -gt 0 ] && [ "$bad" = 0 ]
