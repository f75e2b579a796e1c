#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A gigabyte of "[": refused by the limit on size, at once, and not read on.
. "$top_srcdir/tests/cli/lib.sh"

command="head -c 1G | zonectl host --host -"
status=0
start=$SECONDS
head -c 1G /dev/zero | tr '\0' '[' 2>/dev/null |
    zonectl host --host - >"$tmp/out" 2>"$tmp/err" || status=$?
took=$((SECONDS - start))
expect_exit 1 "1 GB of nesting"
expect_stderr_one_line '16 MiB' "1 GB of nesting"
check "1 GB of nesting: nothing on stdout" [ ! -s "$tmp/out" ]
check "1 GB of nesting: quickly ($took s)" [ "$took" -le 20 ]

# Within the limit on size it is the depth that is refused.
head -c 16777216 /dev/zero | tr '\0' '[' >"$tmp/deep.json"
refused 1 . "16 MiB of nesting" host --host "$tmp/deep.json"
finish
