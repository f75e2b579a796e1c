#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Import of the largest host file at hand, as a process, beside hwloc-calc that
# reads the same file, in turns in one run: the best and the median of each.
# Goal: below 50 ms.
set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$PWD}"
rounds=${ZP_BENCH_ROUNDS:-15}
dir=${ZP_HOSTS_DIR:-$top_srcdir/../shared/hosts/json}/../hwloc
[ -d "$dir" ] || dir=$top_srcdir/tests/data/import
# hwloc 2 does not read version 3.
file=$(find "$dir" -name '*.xml' ! -name '*hwloc3*' ! -name '*libvirt*' \
    -printf '%s %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# time_of NAME COMMAND...: adds a duration in ns to NAME's list
time_of()
{
    local name=$1 start end

    shift
    start=$(date +%s%N)
    "$@" >"$work/out" 2>&1 || {
        head -n 3 "$work/out"
        exit 1
    }
    end=$(date +%s%N)
    echo $((end - start)) >>"$work/$name"
}

# at NAME PERCENT: of the sorted list
at()
{
    sort -n "$work/$1" | awk -v at="$2" '{ ns[NR] = $1 }
        END { i = 1 + int((NR - 1) * at / 100); print ns[i] }'
}

. "$top_srcdir/tests/lib/programs.sh"
zonectl=$(program zonectl)
has_calc=$(command -v hwloc-calc)
for ((i = 0; i < rounds; i++)); do
    time_of zonectl "$zonectl" host --host "$file" --json
    [ -z "$has_calc" ] ||
        time_of hwloc-calc hwloc-calc -i "$file" --number-of pu all
done
echo "import of $(basename "$file"), $(stat -c %s "$file") bytes"
for name in zonectl hwloc-calc; do
    [ -e "$work/$name" ] || continue
    awk -v name="$name" -v best="$(at "$name" 0)" \
        -v median="$(at "$name" 50)" 'BEGIN {
        printf "  %-12s best %7.2f ms, median %7.2f ms\n", name,
            best / 1e6, median / 1e6 }'
done
if [ -n "$has_calc" ]; then
    awk -v a="$(at zonectl 0)" -v b="$(at hwloc-calc 0)" 'BEGIN {
        printf "  zonectl/hwloc-calc best %.2f\n", a / b }'
else
    echo "  hwloc-calc is not installed: nothing to compare with"
fi
