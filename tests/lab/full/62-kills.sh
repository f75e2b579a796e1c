# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The last part of 60-kills: from the built domain to the last write.
# lab: stock
. /lab/lib-ledger.sh

check "a first zone comes" start first --paused --vcpus 2 --memory 192M \
    --numa-nodes 2 --vif bridge=xenbr0
check "and goes" zonectl destroy first
remember
STAGES=$(sed -n '/the domain is built/,$p' <<<"$STAGES")
kill_stages 5
lab_done
