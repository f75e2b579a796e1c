# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Runs the Python test of the same name. Sourced.
: "${top_srcdir:?}" "${top_builddir:?}"

skip()
{
    echo "ok 1 - zone-cri # SKIP $1"
    echo 1..1
    exit 0
}

program=$top_builddir/zone-cri
python=/usr/bin/python3
[ -x "$program" ] || skip "built without gRPC"
[ -z "${ZP_WRAP:-}" ] ||
    skip "valgrind is too slow for its deadlines; sanitizers run it"
"$python" -c 'import grpc' 2>/dev/null || skip "python3-grpcio is missing"

ZP_CRI_TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$ZP_CRI_TMP"' EXIT
# libtool's wrapper would be another process.
[ ! -x "$top_builddir/.libs/zone-cri" ] || program=$top_builddir/.libs/zone-cri
ZP_CRI_PROGRAM=$program
ZP_CRI_SANITIZED=$(grep -a -o -m1 __asan_init "$program" | head -n1)
export ZP_CRI_TMP ZP_CRI_PROGRAM ZP_CRI_SANITIZED PYTHONDONTWRITEBYTECODE=1
export LD_LIBRARY_PATH=$top_builddir/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
unset http_proxy https_proxy grpc_proxy

timeout 300 "$python" "$top_srcdir/tests/cri/$1.py"
