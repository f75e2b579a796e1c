#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Calls a second through zone-cri, beside the same calls made directly, in turn.
# By a stand-in that does nothing; and by containerd where it is installed and
# may be started.
#   ZP_BENCH_CALLS: of each round; ZP_BENCH_THREADS: zone-cri --threads
set -u
: "${top_srcdir:?}" "${top_builddir:?}"
. "$top_srcdir/tests/lib/programs.sh"
zone_cri=$(program zone-cri)
if [ ! -x "$zone_cri" ]; then
    echo "relay of the CRI: built without gRPC"
    exit 0
fi
bench=$top_builddir/tests/bench/bench_cri
calls=${ZP_BENCH_CALLS:-20000}
tmp=$(mktemp -d) || exit 1
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait; rm -rf "$tmp"' EXIT
host=$top_srcdir/tests/data/hosts/epyc-7742-nps4.json

# until_there SOCKET
until_there()
{
    local i

    for ((i = 0; i < 200; i++)); do
        [ ! -S "$1" ] || return 0
        sleep 0.05
    done
    echo "$1 does not come" >&2
    exit 1
}
median() { sort -n | sed -n 2p; }

# compare WHAT SOCKET CALLS: three rounds of each, in turn.
compare()
{
    local flight i

    "$zone_cri" --listen "$tmp/cri.sock" --containerd "$2" \
        --host "$host" --threads "${ZP_BENCH_THREADS:-1}" &
    pids+=($!)
    until_there "$tmp/cri.sock"
    for flight in 1 16 64; do
        rm -f "$tmp/direct" "$tmp/relayed"
        for i in 1 2 3; do
            "$bench" "$2" "$method" "$3" "$flight" >>"$tmp/direct" || exit 1
            "$bench" "$tmp/cri.sock" "$method" "$3" "$flight" \
                >>"$tmp/relayed" || exit 1
        done
        paste <(median <"$tmp/direct") <(median <"$tmp/relayed") |
            awk -v what="$1" -v flight="$flight" '{
                printf "%s, %2d at a time: direct %6d/s p50 %5d p99 %5d us, " \
                    "relayed %6d/s p50 %5d p99 %5d us, ratio %.2f\n", \
                    what, flight, $1, $2, $3, $4, $5, $6, $4 / $1 }'
    done
    kill "${pids[-1]}"
    wait "${pids[-1]}"
    unset 'pids[-1]'
}

method=/runtime.v1.RuntimeService/ListPodSandbox
"$bench" --serve "$tmp/standin.sock" >/dev/null &
pids+=($!)
until_there "$tmp/standin.sock"
compare "stand-in" "$tmp/standin.sock" "$calls"
kill "${pids[-1]}"
unset 'pids[-1]'

if ! command -v containerd >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "containerd: not installed, or not root"
    exit 0
fi
cat >"$tmp/config.toml" <<END
version = 2
root = "$tmp/root"
state = "$tmp/state"
[grpc]
  address = "$tmp/containerd.sock"
END
containerd --config "$tmp/config.toml" >"$tmp/containerd.log" 2>&1 &
pids+=($!)
until_there "$tmp/containerd.sock"
for ((i = 0; i < 100; i++)); do
    "$bench" "$tmp/containerd.sock" "$method" 1 1 >/dev/null 2>&1 && break
    sleep 0.1
done
compare containerd "$tmp/containerd.sock" "$((calls / 2))"
