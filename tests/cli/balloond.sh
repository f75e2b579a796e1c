#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zone-balloond where it can't work: its command line and its configuration.
. "$top_srcdir/tests/cli/lib.sh"
balloond=$(program zone-balloond)
if [ ! -x "$balloond" ]; then
    skip "zone-balloond" "built without Xen"
    finish
fi

# try STATUS PATTERN TEXT ARGUMENT...
try()
{
    local status=0

    command="zone-balloond ${*:4}"
    # shellcheck disable=SC2086 # ZP_WRAP is several words
    ${ZP_WRAP:-} "$balloond" "${@:4}" >"$tmp/out" 2>"$tmp/err" || status=$?
    expect_exit "$1" "$3"
    check "$3: it says why" grep -q "$2" "$tmp/out" "$tmp/err"
}

try 0 usage "help" --help
while read -r option; do
    check "zone-balloond(8) has $option" \
        grep -q "B<$option>" "$top_srcdir/docs/man/zone-balloond.8.pod"
done < <(grep -o -- '--[a-z-]*' "$tmp/out")
try 0 zone-balloond "version" --version
try 2 'takes no argument: x' "an argument" --once x
try 2 "unrecognized option '--no'" "an unknown option" --no
try 1 'No such file' "no such configuration" --once --config "$tmp/none"
echo 'balloon-shrink-free = 20' >"$tmp/conf"
try 1 'they would grow again' "zones would swing" --once --config "$tmp/conf"
echo 'balloon-floor = many' >"$tmp/conf"
try 1 'balloon-floor' "a floor that is none" --once --config "$tmp/conf"
echo 'balloon-interval = 0' >"$tmp/conf"
try 1 'least is 1' "no time between rounds" --config "$tmp/conf"
while read -r key; do
    check "zone-balloond(8) has $key" \
        grep -q "C<$key>" "$top_srcdir/docs/man/zone-balloond.8.pod"
done < <(grep -o '"balloon-[a-z-]*"' \
    "$top_srcdir/libzoneplace/xen/options.c" | tr -d '"')
if [ "$(cat /sys/hypervisor/type 2>/dev/null)" = xen ]; then
    skip "no Xen" "this machine runs on Xen"
else
    try 1 Xen "no Xen" --once
fi
finish
