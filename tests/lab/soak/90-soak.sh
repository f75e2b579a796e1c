# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2153,SC2154 # of lib-ledger.sh
#
# An hour of what happens to a host: launches of any shape, destroys, reboots,
# crashes, balloons, kill -9 of zonectl at any stage and of monitors, guests of
# xl that come and go. After each step the zones are on their plans and nothing
# is promised; at the end the host is as it was.
# lab: --dom0-mem 768
#
# /lab/soak.conf may set SEED, SECONDS_LONG and STEPS: the same seed takes the
# same steps, and STEPS ends a replay at the one that failed.
. /lab/lib-ledger.sh

SEED=$RANDOM SECONDS_LONG=3600 STEPS=1000000
# shellcheck source=/dev/null
[ ! -e /lab/soak.conf ] || . /lab/soak.conf
RANDOM=$SEED
note "SEED=$SEED SECONDS_LONG=$SECONDS_LONG STEPS=$STEPS"
mkdir -p /etc/zoneplace
echo 'balloon-floor = 200M' >/etc/zoneplace/host.conf
AGENT="$LAB_PLAIN zone.agent=1"
declare -A zones    # NAME: "paused", "live" or "xl"
declare -A did      # what was done how often
serial=0

# pick WORD...: one of them.
pick()
{
    local at=$((RANDOM % $# + 1))

    picked=${!at}
}

# Sets victim to one of the zones of these kinds; fails if there is none.
choose()
{
    local name names=()

    for name in $(printf '%s\n' "${!zones[@]}" | sort); do
        [[ " $* " != *" ${zones[$name]} "* ]] || names+=("$name")
    done
    [ ${#names[@]} -gt 0 ] || return 1
    victim=${names[RANDOM % ${#names[@]}]}
}

# Refused (3) is an answer, and leaves nothing.
step_launch()
{
    local name=z$serial rc=0 flags=(--paused)

    serial=$((serial + 1))
    flags+=(--vcpus $((RANDOM % 6 + 1)) --memory $(((RANDOM % 24 + 2) * 32))M)
    pick 1 1 2 2 3 4
    flags+=(--numa-nodes "$picked" --overcommit 2)
    pick --compact --scatter
    flags+=("$picked")
    pick strict honest preferred
    flags+=(--spill "$picked")
    what="launch $name ${flags[*]}"
    zonectl launch --name "$name" "${KERNEL[@]}" "${flags[@]}" \
        >/tmp/step.out 2>&1 || rc=$?
    case $rc in
    0) zones[$name]=paused ;;
    3) what+=": refused" && ! zone_id "$name" >/dev/null ;;
    *) return 1 ;;
    esac
}

step_destroy()
{
    choose paused live || return 0
    what="destroy $victim"
    unset "zones[$victim]"
    zonectl destroy "$victim" && ! zone_id "$victim" >/dev/null
}

# What has begun to run stays a while and is asked to do something.
boot()
{
    zonectl launch --name "$1" "${KERNEL[@]}" --vcpus 2 --memory 224M \
        --numa-nodes 2 --overcommit 2 --on-crash restart
}

step_boot()
{
    local name=live$serial rc=0

    if choose live; then
        step_life
        return
    fi
    serial=$((serial + 1))
    what="boot $name"
    boot "$name" >/tmp/step.out 2>&1 || rc=$?
    [ $rc != 3 ] || { what+=": refused"; return 0; }
    [ $rc = 0 ] || return 1
    zones[$name]=live
    report_of "$name" 240 boot "$name" >/tmp/step.report
}

# stopped NAME: its guest answers nothing more, which emulation does to one now
# and then. What must hold of its zone holds, and it is destroyed.
stopped()
{
    ! zone_cmd "$(zone_id "$1")" report >/dev/null &&
        zonectl verify "$1" >/tmp/verify 2>&1 && hung "$1" "in step $step" &&
        what+=": its guest had stopped"
}

step_life()
{
    local id

    id=$(zone_id "$victim")
    pick reboot panic poweroff
    what="$picked in $victim"
    if ! zone_cmd "$id" "$picked" >/tmp/step.out; then
        stopped "$victim" && unset "zones[$victim]"
        return
    fi
    if [ "$picked" = poweroff ]; then
        unset "zones[$victim]"
        wait_until 60 zone_gone "$victim"
        return
    fi
    report_of "$victim" 240 boot "$victim" >/tmp/step.report &&
        [ "$(zone_id "$victim")" != "$id" ]
}

# dev is there all the time; it boots before the first step.
step_balloon()
{
    local size=$(((RANDOM % 15) * 16 + 256))

    what="mem-set dev ${size}M"
    timeout 240 zonectl mem-set dev ${size}M --wait >/tmp/step.out 2>&1 ||
        { stopped dev && dev && report_of dev 240 dev >/tmp/step.report; }
}

step_kill()
{
    local stages stage text rc=0

    mapfile -t stages <<<"$STAGES"
    stage=${stages[RANDOM % ${#stages[@]}]}
    text=${stage%%|*}
    what="kill -9 of a launch: $text"
    # The shell reports who was killed.
    {
        ZP_STAGE=${stage##*|} ZP_STAGE_LOG=/tmp/stage.log \
            LD_PRELOAD=/lab/zp-stage.so zonectl launch --name cut \
            "${KERNEL[@]}" --paused --vcpus 2 --memory 128M \
            >/tmp/step.out 2>&1 || rc=$?
    } 2>/dev/null
    case $rc in
    137) ;;
    # It was over before it came to that, refused or without such a stage.
    0 | 3) what+=": exit $rc" ;;
    *) return 1 ;;
    esac
    zonectl list >/dev/null || return 1
    if zonectl show cut >/dev/null 2>&1; then
        zonectl verify cut >/tmp/step.out && zonectl destroy cut || return 1
    fi
    wait_until 20 zone_gone cut
}

step_monitor()
{
    local monitor

    choose paused live || return 0
    what="kill -9 of the monitor of $victim"
    monitor=$(zonectl show "$victim" | awk '/^monitor:/ { print $2 }')
    kill -9 "$monitor" || return 1
    zonectl list >/dev/null &&
        kill -0 "$(zonectl show "$victim" | awk '/^monitor:/ { print $2 }')"
}

step_xl()
{
    if choose xl; then
        what="xl destroy $victim"
        unset "zones[$victim]"
        xl destroy "$victim"
        return
    fi
    what="xl create"
    cat >/tmp/xl.cfg <<END
type = "pvh"
name = "foreign"
kernel = "/boot/vmlinux.gz"
memory = $(((RANDOM % 8 + 2) * 32))
vcpus = 1
END
    # There may be no room for it.
    ! xl create -q -p /tmp/xl.cfg >/tmp/step.out 2>&1 || zones[foreign]=xl
}

# The zones are on their plans, and nobody has a promise that is not kept.
sound()
{
    local name

    for name in "${!zones[@]}" dev; do
        [ "${zones[$name]:-}" != xl ] || continue
        zonectl verify "$name" >/tmp/verify 2>&1 || {
            note "$name: $(grep -v '^ok' /tmp/verify | head -n 5)"
            return 1
        }
    done
    [ "$(promised)" = 0 ] || { note "promised: $(promised) KiB"; return 1; }
    [ "$(zonectl list --json | grep -c '"zone":')" = \
        $(($(xl list | awk 'NR > 2' | wc -l) - $(foreign))) ] ||
        { note "$(zonectl list; xl list)"; return 1; }
}

foreign()
{
    [ -n "${zones[foreign]:-}" ] && echo 1 || echo 0
}

dev()
{
    zonectl launch --name dev --kernel /boot/vmlinux.gz \
        --ramdisk /boot/zone.img --cmdline "$AGENT" --vcpus 1 \
        --memory 256M --max-memory 512M --agent
}

check "a first zone comes" start first --paused --vcpus 2 --memory 192M \
    --numa-nodes 2
check "and goes" zonectl destroy first
remember
check "launch with an agent" dev
check "dev reports" report_of dev 240 dev
end=$(($(lab_seconds) + SECONDS_LONG))
for ((step = 1; step <= STEPS && $(lab_seconds) < end; step++)); do
    pick launch launch launch launch destroy destroy destroy kill monitor \
        balloon boot xl
    kind=$picked what=''
    if ! "step_$kind"; then
        fail "step $step: $what" || true
        note "$(tail -n 5 /tmp/step.out)"
    elif [ -n "$what" ]; then
        sound && ok "step $step: $what" || fail "step $step: $what: not sound" ||
            true
    fi
    did[$kind]=$((${did[$kind]:-0} + 1))
    # What follows a failure tells nothing more.
    [ "$lab_failed" = 0 ] || break
done
steps=0
for kind in "${!did[@]}"; do
    note "$kind: ${did[$kind]}"
    steps=$((steps + did[$kind]))
done
for name in "${!zones[@]}"; do
    [ "${zones[$name]}" = xl ] || check "$name: destroy" zonectl destroy "$name"
done
[ -z "${zones[foreign]:-}" ] || xl destroy foreign
check "dev: destroy" zonectl destroy dev
nothing_left "the end"
check "guests stopped or hung in their boot: $(lab_hangs) in $steps steps" \
    [ "$(lab_hangs)" -le $((steps / 20 + 1)) ]
lab_done
