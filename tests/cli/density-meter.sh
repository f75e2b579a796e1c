#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How far a long computation is: on a terminal, after two seconds, and nowhere
# else. A trace from a slow pipe takes as long as we like.
. "$top_srcdir/tests/cli/lib.sh"
make_host >"$tmp/host.json"
printf 'time,lifetime,vcpus,memory\n0,,1,1G\n' >"$tmp/trace.csv"

# slow COMMAND...: the trace in a pipe, which ends when the command does.
slow()
{
    rm -f "$tmp/pipe"
    mkfifo "$tmp/pipe"
    { cat "$tmp/trace.csv"; "$@"; } >"$tmp/pipe" &
}
asks=(density --host "$tmp/host.json" --trace "$tmp/pipe" --json)

slow sleep 3
run "${asks[@]}"
wait
expect_exit 0 "without a terminal"
check "nothing is said" [ ! -s "$tmp/err" ]
cp "$tmp/out" "$tmp/answer"

if ! command -v script >/dev/null; then
    skip "on a terminal" "no script(1)"
    finish
fi
draws()
{
    tr '\r' '\n' <"$tmp/shown" | grep -c '% .* s '
}
# However slow the machine is: until it has been drawn some times, or the
# deadline.
drawn()
{
    local end=$((SECONDS + 60))

    until [ "$(draws)" -gt 3 ] || [ $SECONDS -ge $end ]; do
        sleep 0.2
    done
}
# on_terminal COMMAND...: stderr is a terminal, what it shows is in $tmp/shown.
on_terminal()
{
    : >"$tmp/shown"
    slow "$@"
    status=0
    # shellcheck disable=SC2086 # ZP_WRAP is several words
    printf '%s\n' "${ZP_WRAP:-} '$zonectl' ${asks[*]} \
        >'$tmp/out' </dev/null" >"$tmp/line"
    script -qec "bash '$tmp/line'" /dev/null >"$tmp/shown" \
        2>"$tmp/err" </dev/null || status=$?
    wait
}
on_terminal drawn
expect_exit 0 "on a terminal"
check "a bar is shown, and of what" \
    grep -q '\[ *\] *0 % *[0-9]* s  reading the trace' "$tmp/shown"
check "it moves" [ "$(draws)" -gt 3 ]
is "it is wiped away at the end" \
    "$(tr '\r' '\n' <"$tmp/shown" | grep . | tail -n 1 | tr -d ' ')" ""
check "the answer is the same" cmp "$tmp/out" "$tmp/answer"
[ -n "${ZP_WRAP:-}" ] || {
    start=$(date +%s%N)
    on_terminal true
    if [ $((($(date +%s%N) - start) / 1000000)) -lt 2000 ]; then
        is "what is quick shows none" "$(cat "$tmp/shown")" ""
    else
        skip "what is quick shows none" "this machine takes two seconds"
    fi
}
finish
