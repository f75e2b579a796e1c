# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kill -9 of zonectl at every stage of a launch, each five times: the first of
# three parts, up to the domain. 61-kills and 62-kills have the others.
# lab: stock
. /lab/lib-ledger.sh

check "a first zone comes" start first --paused --vcpus 2 --memory 192M \
    --numa-nodes 2 --vif bridge=xenbr0
check "and goes" zonectl destroy first
remember
STAGES=$(sed '/has created the domain/,$d' <<<"$STAGES")
kill_stages 5
lab_done
