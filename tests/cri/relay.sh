#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What comes through zone-cri is what containerd would have said itself.
. "$top_srcdir/tests/cri/lib.sh"
grpc_test zone-cri cri/relay
