#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zone-oci on stand-in zones: what a container can't do to what is about to
# run in it.
# shellcheck disable=SC2016 # what is quoted so is for a container's shell
# shellcheck disable=SC2034 # lib.sh takes $caps
. "$top_srcdir/tests/oci/lib.sh"

# ---- a process that is exec'd, between its user and its program
# The way to its program is long: what is not in a directory costs some
# microseconds, and there are many of them.
cat >"$tmp/catch.sh" <<'END'
# Stops zone-init's process as soon as it may no more than we do; then tries
# what it has open.
mine=$(grep ^CapPrm /proc/self/status)
echo up
while :; do
    for p in /proc/[0-9]*; do
        read -r name <$p/comm || continue
        [ "$name" = zone-init ] || continue
        while read -r word value; do
            [ "$word" != CapPrm: ] || break
        done <$p/status
        [ "$mine" = "$word	$value" ] || continue
        kill -STOP ${p#/proc/} || continue
        echo caught
        for file in $p/fd/* $p/exe; do
            readlink $file
        done >/tmp/files
        grep -c . /tmp/files
        kill -CONT ${p#/proc/}
        echo end
        exec sleep 1000
    done
done 2>/dev/null
END
path=$(printf '/a:%.0s' {1..30000})/bin

# catches ID: an exec in it is caught; $found: what the container has of it.
catches()
{
    local i

    config '["sh", "/catch.sh"]' | bundle "$1"
    cp "$tmp/catch.sh" "$tmp/rootfs/catch.sh"
    printf '{"args": ["true"], "cwd": "/", "env": ["PATH=%s"],
        "capabilities": {%s}}' "$path" "${caps:-$usual_caps}" \
        >"$tmp/process.json"
    create "$1"
    oci start "$1"
    until_true "$1 watches" grep -q up "$tmp/$1/out"
    # One may be through before anybody has looked.
    for ((i = 0; i < 50; i++)); do
        oci exec --process "$tmp/process.json" "$1" >"$tmp/out" \
            2>"$tmp/err" </dev/null
        ! grep -q caught "$tmp/$1/out" || break
    done
    until_true "$1 has looked" grep -q end "$tmp/$1/out"
    oci kill "$1" KILL
    ended "$1"
    found=$(tr '\n' ' ' <"$tmp/$1/out")
    gone "$1" "$1"
}
catches same
is "what is to be its program can't be looked into by it" "$found" \
    "up caught 0 end "
caps='"bounding": ["CAP_KILL", "CAP_SYS_PTRACE"],
"effective": ["CAP_KILL", "CAP_SYS_PTRACE"],
"permitted": ["CAP_KILL", "CAP_SYS_PTRACE"]'
catches tracer
caps=
is "one that may trace finds zone-init, three streams and the report" \
    "$found" "up caught 5 end "
nothing_left "at the end"
finish
