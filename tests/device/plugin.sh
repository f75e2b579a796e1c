#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What kubelet hears of the host, and how that goes on when either of them is
# started again.
: "${top_srcdir:?}" "${top_builddir:?}"

skip()
{
    echo "ok 1 - zone-device-plugin # SKIP $1"
    echo 1..1
    exit 0
}

program=$top_builddir/zone-device-plugin
python=/usr/bin/python3
[ -x "$program" ] || skip "built without gRPC"
[ -z "${ZP_WRAP:-}" ] ||
    skip "valgrind is too slow for its deadlines; sanitizers run it"
"$python" -c 'import grpc' 2>/dev/null || skip "python3-grpcio is missing"

ZP_DEVICE_TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$ZP_DEVICE_TMP"' EXIT
# libtool's wrapper would be another process.
[ ! -x "$top_builddir/.libs/zone-device-plugin" ] ||
    program=$top_builddir/.libs/zone-device-plugin
ZP_DEVICE_PROGRAM=$program
export ZP_DEVICE_TMP ZP_DEVICE_PROGRAM PYTHONDONTWRITEBYTECODE=1
export LD_LIBRARY_PATH=$top_builddir/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export PYTHONPATH=$top_srcdir/tests/cri
unset http_proxy https_proxy grpc_proxy

timeout 300 "$python" "$top_srcdir/tests/device/plugin.py"
