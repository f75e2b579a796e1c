#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The first-node rules against the proven optimum, over mixes and seeds: no
# rule places more than the bound, and balanced is near to it. ZP_SEEDS=N has
# more seeds than two.
. "$top_srcdir/tests/cli/lib.sh"
mixes=$top_srcdir/tests/data/mixes

awk 'BEGIN {
    for (i = 0; i < 8; i++) {
        nodes = nodes (i ? ",\n" : "") "{\"id\": " i ", \"cpus\": \"" \
            i * 32 "-" i * 32 + 31 "\", \"mem_kb\": 67108864}"
        row = ""
        for (j = 0; j < 8; j++)
            row = row (j ? "," : "") (i == j ? 10 : \
                int(i / 4) == int(j / 4) ? 12 : 32)
        rows = rows (i ? ",\n" : "") "[" row "]"
    }
    print "{\"name\": \"eight\", \"nodes\": [" nodes "],\n" \
        "\"distances\": [" rows "]}"
}' >"$tmp/eight.json"

run density --host "$tmp/eight.json" --shape 1:1G --json
if grep -q 'built without GLPK' "$tmp/out"; then
    skip "rules against the optimum" "built without GLPK"
    finish
fi

# A line for each rule: mix, seed, rule, zones, bound, proven or not.
for mix in "$mixes"/*.csv; do
    for ((seed = 0; seed < ${ZP_SEEDS:-2}; seed++)); do
        run density --host "$tmp/eight.json" --mix "$mix" --numa-nodes 1 \
            --seed "$seed" --policies most-free,pack,balanced
        expect_exit 0 "${mix##*/}, seed $seed"
        awk -v mix="${mix##*/}" -v seed="$seed" '
        /^optimum of the sequence/ {
            proven = /\(proven\)/
            match($0, /, [0-9]+ at most/)
            bound = proven ? $5 : substr($0, RSTART + 2) + 0
        }
        /^policy/ { table = 1 }
        table && /^(most-free|pack|balanced) / {
            print mix, seed, $1, $2, bound, proven
        }' "$tmp/out" >>"$tmp/all"
    done
done
is "three rules each" "$(($(wc -l <"$tmp/all") % 3))" 0
is "no rule is above its bound" "$(awk '$4 > $5' "$tmp/all")" ""
is "an optimum is always proven here" "$(awk '!$6' "$tmp/all")" ""
share()
{
    awk -v rule="$1" '$3 == rule { print int($4 * 1000 / $5) }' "$tmp/all" |
        sort -n
}
median=$(share balanced | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
worst=$(share balanced | head -n 1)
echo "# balanced: median $median, worst $worst thousandths of the optimum"
check "balanced reaches 95 % in the median" [ "$median" -ge 950 ]
check "most-free does not: the test can tell" \
    [ "$(share most-free | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')" -lt 950 ]
finish
