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

# A signal that comes while a round goes on: here while the daemon says that
# there is no Xen, into a pipe that is full. It must not sleep an hour first.
sees_term()
{
    awk '/^Sig(Blk|Cgt):/ && substr($2, 13, 1) ~ /[4-7c-f]/ { found = 1 }
        END { exit !found }' "/proc/$1/status"
}
has_ended()
{
    case $(awk '/^State:/ { print $2 }' "/proc/$1/status" 2>/dev/null) in
    "" | Z) ;;
    *) return 1 ;;
    esac
}
# within_10s COMMAND...: the command succeeds sooner or later.
within_10s()
{
    local end=$((SECONDS + 10))

    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}
if [ "$(cat /sys/hypervisor/type 2>/dev/null)" = xen ]; then
    skip "SIGTERM" "this machine runs on Xen"
else
    echo 'balloon-interval = 3600' >"$tmp/conf"
    command="zone-balloond --config $tmp/conf"
    mkfifo "$tmp/full"
    exec 8<>"$tmp/full"
    dd if=/dev/zero of="$tmp/full" bs=4096 oflag=nonblock 2>/dev/null || true
    "$balloond" --config "$tmp/conf" 2>"$tmp/full" 8>&- &
    daemon=$!
    check "the daemon heeds SIGTERM" within_10s sees_term $daemon
    kill -TERM $daemon
    dd bs=65536 count=1 <&8 >/dev/null 2>&1
    check "SIGTERM in a round ends it" within_10s has_ended $daemon
    kill -KILL $daemon 2>/dev/null || true
    status=0
    wait $daemon || status=$?
    expect_exit 0 "SIGTERM in a round"
    exec 8>&-
fi
finish
