# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# On an unpatched host: what a guest sees there, to compare patched.sh's with.
. /lab/lib.sh
. /lab/common.sh

plain_guest
guest_domctls
lab_done
