#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# hwloc's x86 backend reads the CPUID leaves of zones, as a guest would hand
# them to it, and must find the packages, dies, nodes, caches and cores of the
# plan. LSTOPO names another lstopo than the one in PATH.
# shellcheck disable=SC2154
set -u
dump=$top_builddir/tests/golden/cpuid-dump
lstopo=${LSTOPO:-lstopo-no-graphics}
if ! command -v "$lstopo" >/dev/null; then
    echo 'SKIP: lstopo is not installed (hwloc-nox)'
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
count=0 bad=0

# What of the leaves this hwloc reads: 0x80000026 from 2.10 on; the nodes of
# 0x8000001E, when asked for, before 3.0.
version=$("$lstopo" --version | sed -n 's/.* \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
read -r major minor <<<"$version"
echo "# hwloc $major.$minor"
skip='^$'
[ "$major" -ge 3 ] && skip='^NUMANode'

# objects: those of lstopo's XML as "TYPE HEXMASK"; all but the lowest 32-bit
# word may be written short
objects()
{
    sed -n 's/.*<object type="\([^"]*\)".* cpuset="\([^"]*\)".*/\1 \2/p' |
        awk '{
            n = split($2, word, ","); mask = ""
            for (i = 1; i <= n; i++) {
                sub(/^0x/, "", word[i])
                mask = mask substr("00000000" word[i], length(word[i]) + 1)
            }
            sub(/^0+/, "", mask)
            print $1, mask
        }'
}

# zone VENDOR LEVEL THREADS CORES_PER_L3 PACKAGES SHAPE
zone()
{
    local dir=$work/dump status=0 want='Package|Core|L1Cache|L1iCache|L2Cache'

    count=$((count + 1))
    rm -rf "$dir"
    mkdir "$dir"
    want="^($want|L3Cache|Die|NUMANode) "
    "$dump" "$dir" "$@" 2>"$work/diff" || status=1
    if [ $status = 0 ]; then
        HWLOC_CPUID_PATH=$dir HWLOC_COMPONENTS=x86,stop HWLOC_SHOW_ERRORS=all \
            HWLOC_X86_TOPOEXT_NUMANODES=1 HWLOC_HIDE_ERRORS=0 \
            "$lstopo" --of xml >"$work/xml" 2>"$work/stderr"
        cp "$dir/expected" "$work/all"
        # without NUMA nodes of CPUID hwloc makes one of the machine
        [ "$1" = amd ] || want=${want/|NUMANode/}
        if [ "$1" = amd ] && [ "$major" = 2 ] && [ "$minor" -lt 10 ]; then
            grep -v '^Die' "$dir/expected" >"$work/all"
        fi
        grep -Ev "$skip" "$work/all" | sort >"$work/expected"
        objects <"$work/xml" | grep -E "$want" | grep -Ev "$skip" |
            sort >"$work/seen"
        { diff -u "$work/expected" "$work/seen" && ! grep . "$work/stderr"
        } >"$work/diff" 2>&1 || status=1
    fi
    if [ $status = 0 ]; then
        echo "ok $count - $*"
    else
        bad=$((bad + 1))
        echo "not ok $count - $*"
        head -40 "$work/diff"
    fi
}

# spread N K SOCKETS: N vcpus over K vnodes, these over SOCKETS
spread()
{
    local i shape=''
    for ((i = 0; i < $2; i++)); do
        if ((i)); then
            (((i * $3 / $2) == ((i - 1) * $3 / $2))) && shape+=+ || shape+=/
        fi
        shape+=$(($1 / $2 + (i < $1 % $2)))
    done
    echo "$shape"
}

# Odd shapes, on every level of CPUID.
for shape in 1 2 3+2 2+3/1 1/3 4+4/4+4 5+5+5 7/1/2 16+16/16+16 1+1+1+1+1/9 \
    20/20/20/64 65/63 43/43/42 33+31/64 12+12+12/12+12+12 128; do
    for how in 'intel full' 'intel b' 'amd full' 'amd b' 'amd old'; do
        for model in '1 0 socket' '2 0 socket' '2 0 node' '2 3 socket'; do
            # three cores to an L3 leave a fourth of the ids unused
            [ "$shape $model" = '20/20/20/64 2 3 socket' ] && continue
            # shellcheck disable=SC2086
            zone $how $model $shape
        done
    done
done
# Too wide for a field per die: they share one, and differ in their L3s.
zone intel full 2 4 socket 66+31+31
zone amd full 2 4 socket 66+31+31
# Leaf 4 alone has room for 64 cores in a package.
for shape in 1 3+2 4+4/4+4 5+5+5 16+16/16+16 20/20/20/64; do
    zone intel old 1 0 socket $shape
    zone intel old 2 0 node $shape
done
# Every number of vcpus.
nodes=(1 2 3 4 6 8 12 5) l3=(0 4 8 3)
for ((n = 1; n <= 128; n++)); do
    k=${nodes[n % 8]}
    ((k > n)) && k=1
    sockets=$((k % 2 ? 1 : 2))
    packages=socket
    ((n % 3)) || packages=node
    shape=$(spread $n "$k" $sockets)
    zone intel full $((n / 8 % 2 + 1)) "${l3[n / 16 % 4]}" $packages "$shape"
    zone amd full $((n / 8 % 2 + 1)) "${l3[n / 16 % 4]}" $packages "$shape"
done
echo "1..$count"
[ "$bad" = 0 ]
