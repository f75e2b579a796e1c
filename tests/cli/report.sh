#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Density as CSV and as a page with charts.
. "$top_srcdir/tests/cli/lib.sh"
host=$top_srcdir/tests/data/hosts/epyc-7742-nps4.json
mix=$top_srcdir/tests/data/mixes/azure-like.csv
fill=(density --host "$host" --count 3 --mix "$mix" --numa-nodes 1)

# columns TEXT ROWS: every line has as many fields, no quotes among them.
columns()
{
    expect_exit 0 "$1"
    is "$1: rows" "$(wc -l <"$tmp/out")" "$2"
    is "$1: as many fields in each" \
        "$(awk -F, '{ print NF }' "$tmp/out" | sort -u | wc -l)" 1
    is "$1: names first" "$(head -n 1 "$tmp/out" | grep -c '[0-9],[0-9]')" 0
}
run "${fill[@]}" --policies all --csv results
columns "results of a fill" 10
run "${fill[@]}" --json
json=$(sed -n 's/^  "zones_placed": \(.*\),/\1/p' "$tmp/out")
run "${fill[@]}" --csv results
is "CSV says what JSON says" "$(awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == "zones") at = i }
    NR == 2 { print $at }' "$tmp/out")" "$json"
run "${fill[@]}" --csv shapes
columns "shapes" 9
is "what was placed is the sum" \
    "$(awk -F, 'NR > 1 { sum += $6 } END { print sum }' "$tmp/out")" "$json"
run "${fill[@]}" --csv stranded
expect_exit 0 "stranded"
run density --host "$host" --shape 4:8G --shape 8:16G --more --csv results
columns "more" 19
awk 'BEGIN { print "time,lifetime,vcpus,memory"
    for (i = 0; i < 900; i++)
        printf "%d,%dm,%d,%dG\n", i * 60, 30 + i % 700, 1 + i % 8, 2 + i % 24
    }' >"$tmp/trace.csv"
run density --host "$host" --trace "$tmp/trace.csv" --csv points
expect_exit 0 "points of a replay"
check "a point has its spread" grep -q '^time_ms,.*,spread$' "$tmp/out"
run density --host "$host" --trace "$tmp/trace.csv" --csv results
columns "results of a replay" 2
refused 2 'csv x: none of' "an unknown table" "${fill[@]}" --csv x
refused 2 'csv points: of a replay' "a table of another question" \
    "${fill[@]}" --csv points
run "${fill[@]}" --csv results --json
expect_exit 2 "CSV and JSON"
sed 's/"name": "[^"]*"/"name": "a \\"b\\", c"/' "$host" >"$tmp/quoted.json"
run density --host "$tmp/quoted.json" --shape 4:8G --csv stranded
check "a name is quoted" grep -q '^"a ""b"", c",0,' "$tmp/out"

# ---- the page ----
run "${fill[@]}" --html "$tmp/page.html"
if grep -q 'built without libxml2' "$tmp/err"; then
    skip "reports" "built without libxml2"
    expect_exit 1 "without libxml2"
    check "nothing is written" [ ! -e "$tmp/page.html" ]
    finish
fi
expect_exit 0 "a report"
check "the answer is printed, too" grep -q 'until the first refusal' "$tmp/out"
cp "$tmp/page.html" "$tmp/first"
run "${fill[@]}" --html "$tmp/page.html"
check "the same bytes again, over the old file" cmp "$tmp/page.html" \
    "$tmp/first"
run density --host "$host" --shape 4:8G --more --html "$tmp/more.html"
run density --host "$host" --trace "$tmp/trace.csv" --html "$tmp/replay.html"
run "${fill[@]}" --policies all --html "$tmp/policies.html"
sed 's/"name": "[^"]*"/"name": "<script>alert(1)<\/script>\&"/' "$host" \
    >"$tmp/evil.json"
run density --host "$tmp/evil.json" --shape 4:8G --html "$tmp/evil.html"
check "no element comes from a name" \
    [ "$(grep -c '<script' "$tmp/evil.html")" = 0 ]
check "it is there as text" grep -q '&lt;script&gt;alert(1)' "$tmp/evil.html"
check "nothing is fetched" \
    [ "$(grep -c 'src=\|href=\|url(\|@import' "$tmp"/*.html | grep -vc ':0$')" = 0 ]
for page in page more replay policies evil; do
    if command -v xmllint >/dev/null; then
        check "$page: well-formed" xmllint --noout --nonet "$tmp/$page.html"
    else
        skip "$page: well-formed" "no xmllint"
    fi
done
check "a heat map of memory and one of vcpus" \
    [ "$(grep -o 'aria-label="epyc-7742-nps4: [a-z]*"' "$tmp/page.html" |
        wc -l)" = 2 ]
check "each rule has a bar" grep -q '>size-by-cpu</text>' "$tmp/policies.html"
check "a replay has its curves" \
    [ "$(grep -o 'class="area"' "$tmp/replay.html" | wc -l)" = 4 ]
refused 1 "no/such/dir" "a folder that is not there" "${fill[@]}" \
    --html "$tmp/no/such/dir/x.html"
mkdir "$tmp/full" && echo old >"$tmp/full/page.html"
refused 1 "none.json: No such file" "a host that is not there" \
    density --host "$tmp/none.json" --shape 1:1G --html "$tmp/full/page.html"
is "a failure leaves the old page" "$(cat "$tmp/full/page.html")" old
is "and nothing beside it" "$(ls "$tmp/full")" page.html
finish
