# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A hundred launches and destroys: memory, xenstore and descriptors are where
# they began.
# lab: stock
. /lab/lib-ledger.sh

check "a first zone comes" start first --paused --vcpus 2 --memory 192M \
    --numa-nodes 2 --vif bridge=xenbr0
check "and goes" zonectl destroy first
remember
cycles 100
lab_done
