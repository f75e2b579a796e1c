#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion asks the binary.
. "$top_srcdir/tests/cli/lib.sh"
: >"$tmp/out"
: >"$tmp/err"
. "$top_srcdir/tools/completion/zonectl"

# completes WORDS...: what the last word may become.
completes()
{
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _zonectl
    echo "${COMPREPLY[*]}"
}

is "a verb" "$(completes zonectl lau)" launch
is "all verbs" "$(completes zonectl '' | tr ' ' '\n' | grep -v '^-' | sort)" \
    "$(zonectl --verbs | sort)"
is "an option" "$(completes zonectl plan --sca)" --scatter
is "options are the verb's" "$(completes zonectl plan --kern)" ""
is "and another verb's" "$(completes zonectl launch --kern)" --kernel
touch "$tmp/host.json"
is "a file" "$(completes zonectl plan --host "$tmp/ho")" "$tmp/host.json"
finish
