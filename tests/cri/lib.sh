# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Tests of gRPC programs, which are in Python. Sourced.
: "${top_srcdir:?}" "${top_builddir:?}"
# shellcheck source=/dev/null
. "$top_srcdir/tests/lib/programs.sh"

# grpc_test PROGRAM TEST: runs tests/TEST.py on it.
grpc_test()
{
    local program python=/usr/bin/python3

    program=$(program "$1")
    [ -x "$program" ] || grpc_skip "$1" "built without gRPC"
    [ -z "${ZP_WRAP:-}" ] || grpc_skip "$1" \
        "valgrind is too slow for its deadlines; sanitizers run it"
    "$python" -c 'import grpc' 2>/dev/null ||
        grpc_skip "$1" "python3-grpcio is missing"

    ZP_TEST_TMP=$(mktemp -d) || exit 1
    trap 'rm -rf "$ZP_TEST_TMP"' EXIT
    ZP_TEST_PROGRAM=$program
    ZP_TEST_SANITIZED=$(grep -a -o -m1 __asan_init "$program" | head -n1)
    export ZP_TEST_TMP ZP_TEST_PROGRAM ZP_TEST_SANITIZED
    export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$top_srcdir/tests/cri
    unset http_proxy https_proxy grpc_proxy

    timeout 300 "$python" "$top_srcdir/tests/$2.py"
}

grpc_skip()
{
    echo "ok 1 - $1 # SKIP $2"
    echo 1..1
    exit 0
}
