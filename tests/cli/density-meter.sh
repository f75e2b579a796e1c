#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How far a long computation is: on a terminal, after two seconds, and nowhere
# else. A trace from a slow pipe takes as long as we like.
. "$top_srcdir/tests/cli/lib.sh"
make_host >"$tmp/host.json"
printf 'time,lifetime,vcpus,memory\n0,,1,1G\n' >"$tmp/trace.csv"

# slow SECONDS: the trace in a pipe, which ends then.
slow()
{
    rm -f "$tmp/pipe"
    mkfifo "$tmp/pipe"
    { cat "$tmp/trace.csv"; sleep "$1"; } >"$tmp/pipe" &
}
asks=(density --host "$tmp/host.json" --trace "$tmp/pipe" --json)

slow 3
run "${asks[@]}"
wait
expect_exit 0 "without a terminal"
check "nothing is said" [ ! -s "$tmp/err" ]
cp "$tmp/out" "$tmp/answer"

if ! command -v script >/dev/null; then
    skip "on a terminal" "no script(1)"
    finish
fi
# on_terminal SECONDS: stderr is a terminal, what it shows is in $tmp/shown.
on_terminal()
{
    slow "$1"
    status=0
    # shellcheck disable=SC2086 # ZP_WRAP is several words
    printf '%s\n' "${ZP_WRAP:-} '$top_builddir/zonectl' ${asks[*]} \
        >'$tmp/out' </dev/null" >"$tmp/line"
    script -qec "bash '$tmp/line'" /dev/null >"$tmp/shown" \
        2>"$tmp/err" </dev/null || status=$?
    wait
}
on_terminal 4
expect_exit 0 "on a terminal"
check "a bar is shown, and of what" \
    grep -q '\[ *\] *0 % *[23] s  reading the trace' "$tmp/shown"
check "it moves" [ "$(tr '\r' '\n' <"$tmp/shown" | grep -c '% .* s ')" -gt 3 ]
is "it is wiped away at the end" \
    "$(tr '\r' '\n' <"$tmp/shown" | grep . | tail -n 1 | tr -d ' ')" ""
check "the answer is the same" cmp "$tmp/out" "$tmp/answer"
[ -n "${ZP_WRAP:-}" ] || {
    on_terminal 0
    is "what is quick shows none" "$(cat "$tmp/shown")" ""
}
finish
