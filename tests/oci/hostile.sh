#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A zone that means its host ill takes no more of it than it is given.
# shellcheck disable=SC2034
. "$top_srcdir/tests/oci/lib.sh"

mkfifo "$tmp/fifo" "$tmp/talk"
printf '#!/bin/sh\nexec %s/tests/oci/hostile %s %s "$@"\n' "$top_builddir" \
    "$tmp/fifo" "$tmp/talk" >"$tmp/hostile"
chmod +x "$tmp/hostile"
sed -i "s|^zone-init = .*|zone-init = $tmp/hostile|" "$conf"
# sockets PID: how many it has open.
sockets()
{
    find "/proc/$1/fd" -lname 'socket:*' | wc -l
}
peak_kib()
{
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status"
}
let_go()
{
    [ "$(sockets "$keeper")" -lt "$were_open" ]
}

config '["true"]' | bundle a
create a
is "it is made" "$status" 0
check "it starts" oci start a
keeper=$(keeper_of a)
monitor=$(cat "$tmp/a/pid")
kill -STOP "$monitor" "$keeper"
were_open=$(sockets "$keeper")
before_kib=$(peak_kib "$keeper")
: >"$tmp/fifo"
: >"$tmp/talk"                   # all of that is said
kill -CONT "$keeper"
until_true "a monitor that does not read is let go" let_go &&
    ok "a monitor that does not read is let go"
check "what it was sent is not kept" \
    [ $(($(peak_kib "$keeper") - before_kib)) -lt 32768 ]
kill -CONT "$monitor"
ended a
is "its container is over" "$status" 137
kill -TERM "$keeper"
check "the keeper ends when told, for all that its zone says" ends "$keeper"
gone a "a hostile zone"
nothing_left "at the end"
finish
