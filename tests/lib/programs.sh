# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Sourced by tests that run programs of the build folder. What libtool leaves at
# its top is a script around the program, and another process at first: a call
# takes seven times as long.
: "${top_builddir:?}"
LD_LIBRARY_PATH=$top_builddir/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

# program NAME: its path, whether it was built or not.
program()
{
    if [ -x "$top_builddir/.libs/$1" ]; then
        echo "$top_builddir/.libs/$1"
    else
        echo "$top_builddir/$1"
    fi
}
