# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Where dom0 serves a zone's disk and interface, with and without
# --backend-affinity: the cpu time of the backends' threads by the vcpu of dom0
# on which they took it. dom0 has a vcpu on node 0 and one on node 2, the zone
# lives on node 2.
. /lab/lib.sh

# What it reads and writes takes a while on two emulated vcpus.
# shellcheck disable=SC2034 # of lib.sh
ZONE_CMD_LIMIT=240
mkdir -p /out
HOME_VCPU=1
truncate -s 64M /root/disk.img
xl vcpu-pin 0 0 0-1
xl vcpu-pin 0 1 4-5

start()
{
    zonectl launch "${KERNEL[@]}" --vcpus 1 --memory 256M \
        --numa-nodes 1 --near 0000:41:00.0 --vif bridge=xenbr0 \
        --disk "/root/disk.img,raw,xvda,w" --json "$@" >/out/served.json
}

# follow PID: adds what it ran since the last look, in ticks, to the vcpu where
# it ran last.
declare -A ran seen
follow()
{
    local stat fields now

    read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
    read -ra fields <<<"${stat##*) }"
    # Fields 14, 15 and 39 of proc(5); the first here is the third there.
    now=$((fields[11] + fields[12]))
    ran[${fields[36]}]=$((${ran[${fields[36]}]:-0} + now - ${seen[$1]:-0}))
    seen[$1]=$now
}

# served NAME LIST: sets home and away, the ticks in which its disk and its
# interface were served on the vcpu at home and on the other, by threads that may
# run on these; false if they were not. Not to be called in a subshell.
served()
{
    local id pids pid work good=0

    id=$(zone_id "$1") home=0 away=0
    wait_until 20 backends_on "$id" "$2" || return 1
    pids=$(backends "$id" | cut -d ' ' -f 1)
    ran=() seen=()
    for pid in $pids; do
        follow "$pid"
    done
    ran=()
    {
        zone_cmd "$id" disk xvda 8000000 &&
            zone_cmd "$id" net 10.77.0.2 1000000
    } >/tmp/served 2>&1 &
    work=$!
    while kill -0 $work 2>/dev/null; do
        for pid in $pids; do
            follow "$pid"
        done
        sleep 0.05
    done
    wait $work || good=1
    note "$1: $(tr '\n' ' ' </tmp/served)"
    home=${ran[$HOME_VCPU]:-0} away=${ran[0]:-0}
    return $good
}

for mode in "" --backend-affinity; do
    what=${mode:-"no affinity"} list=0-1
    [ -z "$mode" ] || list=$HOME_VCPU
    # shellcheck disable=SC2086 # no option, or one
    if ! launch_report served 240 start --name served $mode >/dev/null; then
        fail "$what: the zone reports" || true
        continue
    fi
    if served served "$list"; then
        ok "$what: its disk and interface are served"
    else
        fail "$what: its disk and interface are served" || true
    fi
    note "$what: $home ticks at home, $away away"
    check "$what: it took time" [ $((home + away)) -ge 10 ]
    if [ -n "$mode" ]; then
        is "$what: none of it away from home" "$away" 0
    fi
    check "$what: destroy" zonectl destroy served
    wait_until 30 zone_gone served
done
lab_done
