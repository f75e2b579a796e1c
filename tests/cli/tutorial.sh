#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# README.md and docs/TUTORIAL.md: each command that a page shows prints what the
# page says it does. ZP_UPDATE_GOLDEN=1 writes the pages anew instead.
. "$top_srcdir/tests/cli/lib.sh"

# The page's commands are given in the top of the source tree and write there.
mkdir "$tmp/tree"
ln -s "$top_srcdir/tests" "$top_srcdir/examples" \
    "$top_srcdir/kube-annotations" "$tmp/tree"
cd "$tmp/tree" || exit 1

kube-annotations()
{
    # shellcheck disable=SC2086 # ZP_WRAP is several words
    ${ZP_WRAP:-} "$top_builddir/kube-annotations/kube-annotations" "$@"
}

# Whether this build has what a command needs.
glpk=no
zonectl density --host tests/data/import/desk.json --vcpus 1 --memory 1G \
    --json 2>/dev/null | grep -q '"optimum": *{' && glpk=yes
kube=no
[ ! -x "$top_builddir/kube-annotations/kube-annotations" ] || kube=yes

# A command is shown, then what it prints: settle it with $shown, $rc is what
# the one before ended with.
rc=0
settle()
{
    [ -n "$command" ] || return
    case $command in
    *optimum*)
        if [ $glpk = no ]; then
            skip "$command" "built without GLPK"
            cat "$tmp/shown" >>"$tmp/page"
            command=
            return
        fi
        ;;
    kube-annotations*)
        if [ $kube = no ]; then
            skip "$command" "built without libyaml"
            cat "$tmp/shown" >>"$tmp/page"
            command=
            return
        fi
        ;;
    esac
    (exit "$rc")
    eval "$command" >"$tmp/out" 2>&1 </dev/null
    rc=$?
    # shellcheck disable=SC2034 # for not_ok
    status=$rc
    cat "$tmp/out" >>"$tmp/page"
    if [ "${ZP_UPDATE_GOLDEN:-}" = 1 ]; then
        ok "$command"
    elif diff "$tmp/shown" "$tmp/out" >"$tmp/err"; then
        ok "$command"
    else
        not_ok "$command"
    fi
    command=
}

# page FILE AT_LEAST: that there are so many commands.
page()
{
    local page=$1 least=$2 first=$nr place=text line

    command=
    : >"$tmp/page"
    while IFS= read -r line; do
        case $place:$line in
        text:'```console')
            place=block
            ;;
        block:'```')
            settle
            place=text
            ;;
        block:'$ '*)
            settle
            command=${line#'$ '}
            : >"$tmp/shown"
            ;;
        block:*)
            if [[ $command == *\\ ]]; then
                command="${command%\\} $line"
            else
                printf '%s\n' "$line" >>"$tmp/shown"
                continue
            fi
            ;;
        esac
        printf '%s\n' "$line" >>"$tmp/page"
    done <"$page"
    check "${page##*/} has commands ($((nr - first)))" \
        [ $((nr - first)) -ge "$least" ]
    check "${page##*/}: its last block ends" [ $place = text ]
    [ "${ZP_UPDATE_GOLDEN:-}" != 1 ] || cp "$tmp/page" "$page"
}

page "$top_srcdir/README.md" 4
page "$top_srcdir/docs/TUTORIAL.md" 20

# The picture of the README is of the plan beside it.
zonectl plan --host tests/data/hosts/epyc-7742-nps4.json --vcpus 32 \
    --memory 48G --numa-nodes 2 --scatter --svg >"$tmp/plan.svg" 2>"$tmp/err"
[ "${ZP_UPDATE_GOLDEN:-}" != 1 ] || cp "$tmp/plan.svg" "$top_srcdir/docs/plan.svg"
check "the picture of the README is what would be drawn" \
    cmp "$tmp/plan.svg" "$top_srcdir/docs/plan.svg"
finish
