#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Pods that are zones: annotations, reservations, and what becomes of them.
. "$top_srcdir/tests/cri/lib.sh"
grpc_test zone-cri cri/pods
