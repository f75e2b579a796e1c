#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A zone that runs and says nothing any more, as one whose kernel has stopped:
# who asks it for something is told, and its containers can be removed.
# shellcheck disable=SC2034
. "$top_srcdir/tests/oci/lib.sh"

silence='^zone-oci: the zone does not answer within 6 s$'
config '["/pause"]' "$(cri sandbox)" | bundle pod
create pod
is "a sandbox" "$status" 0
oci start pod
patient=$conf
conf=$tmp/hasty.conf
{
    cat "$patient"
    echo 'launch-seconds = 6'
} >"$conf"
config '["sleep", "1000"]' "$(cri container pod)" | bundle runs
create runs
is "a container in it" "$status" 0
oci start runs
config '["true"]' "$(cri container pod)" | bundle made
create made
is "one that is not started yet" "$status" 0

monitor=$(cat "$tmp/runs/pid")
kill -STOP "$monitor"
fails "a monitor that is stopped" oci kill runs 28
check "it says so" \
    grep -q '^zone-oci: the monitor of runs does not answer within 11 s$' \
    "$tmp/err"
kill -CONT "$monitor"
zone=$(pgrep -P "$(keeper_of pod)")
kill -STOP "$zone"
config '["true"]' "$(cri container pod)" | bundle late
create late
is "one that is to be made: refused" "$status" 1
check "it says why" grep -q "$silence" "$tmp/err"
check "nothing of it stays" [ ! -e "$root/late" ]
fails "one that is to start" oci start made
check "it says why" grep -q "$silence" "$tmp/err"
ended made
is "it is over" "$status" 127
echo '{"args": ["true"], "cwd": "/", "env": ["PATH=/bin"]}' \
    >"$tmp/process.json"
fails "exec" oci exec --process "$tmp/process.json" runs
check "it says why" grep -q "$silence" "$tmp/err"
check "what runs is told to end" oci kill runs TERM
check "and has not" kill -0 "$(cat "$tmp/runs/pid")"
check "it is killed" oci kill runs KILL
ended runs
is "then it is over, without the zone's word" "$status" 137
gone runs "what ran"
gone made "what was made"

# Back again, it has not lost what it was told in the meantime.
kill -CONT "$zone"
conf=$patient
container again '["sh", "-c", "exit 5"]' "$(cri container pod)"
is "it takes containers again" "$status" 5
gone again "one more"
config '["sleep", "1000"]' "$(cri container pod)" | bundle last
create last
oci start last
kill -STOP "$zone"
oci kill last KILL
kill -CONT "$zone"
ended last
is "a word that comes in time is the zone's" "$status" 137
gone last "the last"
kill -STOP "$zone"
oci delete --force pod
nothing_left "a pod whose zone is silent"
finish
