#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The first-node rules against the proven optimum, over hosts, mixes and seeds:
# no rule places more than the bound, and balanced is near to it. ZP_SEEDS=N
# has more seeds than two. With ZP_CASES (./check --full: long) the hosts of
# ZP_HOSTS_DIR or ../shared/hosts/json, too.
. "$top_srcdir/tests/cli/lib.sh"
mixes=$top_srcdir/tests/data/mixes
more=${ZP_HOSTS_DIR:-$top_srcdir/../shared/hosts/json}

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

# compare FILE HOST MIX SEED: a line in FILE for each rule: host, mix, seed,
# rule, zones until the first refusal, their bound, zones placed, their bound,
# whether the first bound is reached by some packing.
compare()
{
    local file=$1 host=$2 mix=$3 seed=$4
    run density --host "$host" --mix "$mix" --numa-nodes 1 --seed "$seed" \
        --policies most-free,pack,balanced --csv results
    if [ "$status" != 0 ]; then
        echo "$(basename "$host"): $(cat "$tmp/err")" >>"$tmp/refused"
        return
    fi
    awk -F, -v what="$(basename "$host" .json) $(basename "$mix" .csv) $seed" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR > 2 {
        print what, $at["policy"], $at["first_zones"], $at["prefix_bound"],
            $at["zones"], $at["placed_bound"], $at["prefix_proven"]
    }' "$tmp/out" >>"$file"
}

# judge FILE WHAT: what must hold of all its lines.
judge()
{
    is "$2: three rules each" "$(awk '{ print $4 }' "$1" | sort | uniq -c |
        awk '{ print $1 }' | sort -u | wc -l)" 1
    is "$2: no rule is above a bound" \
        "$(awk '$5 > $6 || $7 > $8' "$1")" ""
    is "$2: an optimum is proven in most cases" "$(awk '$9 == "true" { n++ }
        END { print (n * 10 >= NR * 9) }' "$1")" 1
}

# Thousandths of the proven optimum, ascending; hosts that hold none have no
# say.
shares()
{
    awk -v rule="$2" '$4 == rule && $6 > 0 && $9 == "true" { print int($5 * 1000 / $6) }' \
        "$1" | sort -n
}
median() { shares "$1" "$2" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

: >"$tmp/eight"
: >"$tmp/refused"
for mix in "$mixes"/*.csv; do
    for ((seed = 0; seed < ${ZP_SEEDS:-2}; seed++)); do
        compare "$tmp/eight" "$tmp/eight.json" "$mix" "$seed"
    done
done
judge "$tmp/eight" "an idle host of eight nodes"
check "most-free is below 95 % there: the test can tell" \
    [ "$(median "$tmp/eight" most-free)" -lt 950 ]

# Under valgrind that is enough: it is slow, and nothing else would run.
[ -z "${ZP_WRAP:-}" ] || finish

# Machines as they are, some in use.
: >"$tmp/all"
for host in "$top_srcdir"/tests/data/hosts/*.json; do
    for mix in "$mixes"/*.csv; do
        for ((seed = 0; seed < ${ZP_SEEDS:-1}; seed++)); do
            compare "$tmp/all" "$host" "$mix" "$seed"
        done
    done
done
check "hosts and mixes" [ "$(wc -l <"$tmp/all")" -ge 150 ]
is "none of them is refused" "$(cat "$tmp/refused")" ""
judge "$tmp/all" "captured hosts"
if [ -n "${ZP_CASES:-}" ] && [ -d "$more" ]; then
    : >"$tmp/more"
    for host in "$more"/*.json; do
        # Those that zonectl refuses are in tests/golden/hosts.sh.
        for mix in "$mixes"/*.csv; do
            compare "$tmp/more" "$host" "$mix" 0
        done
    done
    judge "$tmp/more" "more hosts"
    sort -u "$tmp/refused" | sed 's/^/# refused: /'
    cat "$tmp/more" >>"$tmp/all"
elif [ -n "${ZP_CASES:-}" ]; then
    skip "more hosts" "there is no $more"
fi
cat "$tmp/eight" >>"$tmp/all"
echo "# $(awk '$6 > 0 && $9 == "true"' "$tmp/all" | wc -l) lines; of the optimum, in" \
    "thousandths, median and worst:"
for rule in most-free pack balanced; do
    echo "# $rule: $(median "$tmp/all" "$rule") $(shares "$tmp/all" "$rule" |
        head -n 1)"
done
awk '$4 == "balanced" && $6 > 0 && $9 == "true" { print $5 / $6, $0 }' "$tmp/all" | sort -n |
    head -n 1 | sed 's/^/# the worst case of balanced: /'
check "balanced reaches 95 % in the median" \
    [ "$(median "$tmp/all" balanced)" -ge 950 ]
finish
