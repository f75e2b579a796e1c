#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What kubelet hears of the host, and how that goes on when either of them is
# started again.
. "$top_srcdir/tests/cri/lib.sh"
grpc_test zone-device-plugin device/plugin
