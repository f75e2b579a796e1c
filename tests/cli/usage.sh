#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is not a command line that makes sense: exit 2, one line.
. "$top_srcdir/tests/cli/lib.sh"
make_host >"$tmp/host.json"
plan=(plan --host "$tmp/host.json" --vcpus 4 --memory 1G)

refused 2 'no verb' "no verb"
refused 2 'frobnicate' "unknown verb" frobnicate
refused 2 'unknown option' "unknown general option" --frobnicate
refused 2 'frobnicate' "unknown flag" "${plan[@]}" --frobnicate
refused 2 '-x' "unknown short flag" "${plan[@]}" -x
refused 2 'memory' "a value is missing" "${plan[@]}" --memory
refused 2 'compact' "a value too many" "${plan[@]}" --compact=yes
refused 2 'argument' "an argument too many" "${plan[@]}" surplus
refused 2 'ZONE is missing' "an argument is missing" show
refused 2 'vcpus is missing' "no vcpus" plan --host "$tmp/host.json" \
    --memory 1G
refused 2 'memory is missing' "no memory" plan --host "$tmp/host.json" \
    --vcpus 4
refused 2 'none of strict, preferred' "a word that is none" "${plan[@]}" \
    --near-policy often
refused 2 'live host' "a cpupool of a host file" "${plan[@]}" \
    --cpupool Pool-1
refused 2 'live host' "a tier of the live host" plan --vcpus 4 --memory 1G \
    --tier stock
refused 2 'live host' "a topology beside a host file" "${plan[@]}" \
    --topology "$tmp/host.json"
refused 2 'none of' "an unknown format" render --host "$tmp/host.json" \
    --vcpus 4 --memory 1G --format svg
refused 2 'receipt' "a request beside a receipt" "${plan[@]}" --replay x
refused 2 'drop the request' "a request beside a plan" render --plan x \
    --vcpus 3
refused 2 'no verb bogus' "options of an unknown verb" --long-options bogus

accepted "--help" --help
accepted "--version" --version
while read -r verb; do
    accepted "$verb --help" "$verb" --help
    check "$verb --help: names the verb" \
        grep -q "^usage: zonectl $verb " "$tmp/out"
    run --help
    check "--help: names $verb" grep -q "^  $verb " "$tmp/out"
done < <(zonectl --verbs)

# With --json a refusal is an object too, wherever --json stands.
for args in "--json --vcpus 0" "--vcpus 0 --json" "--bogus --json"; do
    # shellcheck disable=SC2086 # words
    run plan --host "$tmp/host.json" --memory 1G $args
    expect_exit 2 "plan $args"
    check "plan $args: an error object" grep -Eq \
        '^\{"error":\{"code":"[a-z-]+","message":".+","limit":".*","sys":-?[0-9]+,"exit":2\}\}$' \
        "$tmp/out"
    is "plan $args: one line on stdout" "$(wc -l <"$tmp/out")" 1
done
run plan --host "$tmp/host.json" --vcpus 4 --memory 1T --json
expect_exit 3 "--json, does not fit"
check "--json, does not fit: the limit is named" \
    grep -q '"limit":"memory"' "$tmp/out"
finish
