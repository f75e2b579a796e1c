# SPDX-License-Identifier: GPL-2.0-or-later
# Common part of the golden tests: compares what render-tool prints with what
# is in the tree. ZP_UPDATE_GOLDEN=1 writes it instead (make update-golden).
# shellcheck shell=bash

set -u
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$PWD}"
golden=$top_srcdir/tests/golden
tool=$top_builddir/tests/golden/render-tool
if [ ! -x "$tool" ]; then
    echo "golden.sh: $tool is not built" >&2
    exit 1
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
count=0 bad=0

# result STATUS WHAT: one "ok" line, and on failure what $work/diff says
result()
{
    count=$((count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $count - $2"
    else
        bad=$((bad + 1))
        echo "not ok $count - $2"
        head -40 "$work/diff" 2>/dev/null
    fi
}

skip()
{
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

# same FILE GOLDEN WHAT: FILE has the bytes of GOLDEN
same()
{
    if [ "${ZP_UPDATE_GOLDEN:-}" = 1 ]; then
        mkdir -p "$(dirname "$2")"
        cp "$1" "$2"
    fi
    diff -u -a "$2" "$1" >"$work/diff" 2>&1
    result $? "$3"
}

finish()
{
    echo "1..$count"
    if [ "$count" = 0 ]; then
        echo "SKIP: $1"
        exit 77
    fi
    [ "$bad" = 0 ]
    exit
}
