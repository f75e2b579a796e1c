# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Life after boot: reboot, poweroff, panic, a killed monitor, a disk and a
# network interface, Ctrl-C, autostart, preserved zones.
. /lab/lib.sh

mkdir -p /out

start()
{
    local name=$1

    shift
    zonectl launch --name "$name" "${KERNEL[@]}" --json "$@" \
        >"/out/$name.json"
}

no_trace()
{
    zone_gone "$1" && ! zonectl show "$1" >/dev/null 2>&1
}

plan_of()
{
    zonectl show "$1" --json | grep -o '"plan":.*'
}

truncate -s 8M /root/disk.img
said=$(zonectl launch --name far --paused "${KERNEL[@]}" --vcpus 1 \
    --memory 128M --backend-affinity 2>&1 >/dev/null)
check "no vcpu of dom0 is pinned: $said" \
    grep -q "none of dom0's 2 vcpus is pinned to pnodes" <<<"$said"
check "that zone is launched" zonectl destroy far
xl vcpu-pin 0 1 4-5
LIFE=(start life --vcpus 2 --memory 256M --numa-nodes 2 --near 0000:41:00.0
    --backend-affinity --disk "/root/disk.img,raw,xvda,w" --vif bridge=xenbr0)
if ! report=$(launch_report life 240 "${LIFE[@]}"); then
    fail "a zone with a disk and an interface reports" || true
    lab_done
fi
ok "a zone with a disk and an interface reports"
id=$(zone_id life)
check "its backends run on dom0's vcpu of node 2" wait_until 20 \
    backends_on "$id" 1
note "$(backends "$id")"
check "its disk: written and read back" \
    zone_cmd "$id" disk xvda 1000000
rc=0
err=$(zonectl launch --name thief --paused "${KERNEL[@]}" --vcpus 1 \
    --memory 128M --disk "/root/disk.img,raw,xvda,w" 2>&1) || rc=$?
is "it is no other zone's disk" "$rc $(grep -c 'another zone has' <<<"$err")" \
    "1 1"
note "$err"
check "its interface: bytes to dom0 and back" \
    zone_cmd "$id" net 10.77.0.2 200000
# What zoneplace keeps in xenstore is not for guests. Their own data is: a spy
# that can see nothing would prove nothing.
spies()
{
    local path answer seen=

    while read -r path; do
        answer=$(zone_cmd "$id" spy "$path") || answer="no answer"
        [ "$answer" = "ok spy 0 read 0 written of 1" ] || seen+=" $path: $answer"
    done
    echo "$seen"
}
is "the guest sees its own data" "$(zone_cmd "$id" spy data/state)" \
    "ok spy 1 read 1 written of 1 data/state"
ours=$(xenstore-ls -f /zoneplace | sed 's/ = .*//')
check "there is something of ours" [ "$(wc -l <<<"$ours")" -ge 3 ]
is "it can neither read nor write what is ours" \
    "$(spies <<<"/zoneplace
$ours
/zoneplace/zone/new")" ""
is "nor change what it is given" "$(for node in memory/target \
    memory/static-max cpu/0/availability; do
    zone_cmd "$id" spy "/local/domain/$id/$node"
done | grep -v ' 0 written of 1')" ""
is "nor look at dom0" "$(zone_cmd "$id" spy /local/domain/0/name \
    /local/domain/0/backend /vm /libxl)" "ok spy 0 read 0 written of 4"
# Who only looks keeps what reads files of others (bits 1 and 2), even while
# guests are read: seen of one that waits for room in its output.
mkfifo /root/full
exec 7<>/root/full
head -c 65536 /dev/zero >&7
zonectl verify life >/root/full 7>&- &
looker=$!
privileges()
{
    awk '/^(CapPrm|NoNewPrivs):/ { print $2 }' "/proc/$looker/status" |
        paste -s -d ' '
}
few()
{
    [ "$(privileges)" = "0000000000000006 1" ]
}
check "verify gives up its privileges" wait_until 60 few
note "it has $(privileges)"
exec 7>&-
wait "$looker"
rm -f /root/full

said()
{
    zonectl console --log life | grep -q 'ZONE END'
}
check "console --log shows what the guest said" said

# The monitor dies; the zone does not, and the next command starts another.
monitor=$(zonectl show life | awk '/^monitor:/ { print $2 }')
check "the zone has a monitor ($monitor)" kill -0 "$monitor"
kill -9 "$monitor"
check "list works without it" zonectl list
now=$(zonectl show life | awk '/^monitor:/ { print $2 }')
check "another monitor is there ($now)" kill -0 "$now"
is "and it is another" "$([ "$now" != "$monitor" ] && echo yes)" yes

# A reboot comes back on the same plan, with its disk.
before=$(plan_of life)
check "the guest reboots" zone_cmd "$id" reboot
# One that hangs in its second boot is launched and rebooted once more.
again()
{
    launch_report life 240 "${LIFE[@]}" &&
        zone_cmd "$(zone_id life)" reboot
}
if report=$(report_of life 240 again); then
    ok "it comes back"
    is "on the same plan" "$(plan_of life)" "$before"
    check "and lives there" compare_zone life "$report"
    is "as a new domain" "$([ "$(zone_id life)" != "$id" ] && echo yes)" yes
    check "and its backends near it" wait_until 20 \
        backends_on "$(zone_id life)" 1
    check "its disk is there" zone_cmd "$(zone_id life)" disk xvda 500000
else
    fail "it comes back" || true
fi
id=$(zone_id life)
check "pause" zonectl pause life
is "paused" "$(zonectl list | awk '$1 == "life" { print $3 }')" paused
check "unpause" zonectl unpause life
zonectl stat life --pages >/out/stat.txt
note "$(cat /out/stat.txt)"
# vcpus: fewer and more, as far as the plan goes.
online()
{
    [ "$(zone_cmd "$id" online "${2:-}")" = "ok online $1" ]
}
check "vcpu-set life 1" zonectl vcpu-set life 1
check "the guest has one vcpu online" wait_until 60 online 0
check "vcpu-set life 2" zonectl vcpu-set life 2
# Linux puts the CPU back where it was; udev would bring it up.
check "the guest has both, and can bring up the second" \
    wait_until 60 online 0-1 all
check "verify finds all in its place" zonectl verify life
said=$(zonectl vcpu-set life 3 2>&1)
is "three of two: exit 3" $? 3
check "it names the rule: $said" grep -q '1 to 2 vcpus, by its plan' \
    <<<"$said"
check "power off from inside" zone_cmd "$id" exit 42
check "and nothing is left" wait_until 60 no_trace life

# Killed monitor, then a shutdown while nobody watches.
check "a second zone" \
    launch_report quiet 240 start quiet --vcpus 1 --memory 128M
kill -9 "$(zonectl show quiet | awk '/^monitor:/ { print $2 }')"
zone_cmd "$(zone_id quiet)" poweroff
finished()
{
    zonectl list && no_trace quiet
}
check "the next command finishes it" wait_until 60 finished

# A kernel that panics: destroyed, or kept for a look.
check "a zone that will panic" launch_report panic 240 \
    start panic --vcpus 1 --memory 128M --on-crash preserve
id=$(zone_id panic)
xenstore-write "/local/domain/$id/data/cmd" panic
crashed()
{
    [ "$(zonectl list | awk '$1 == "panic" { print $3 }')" = crashed ]
}
check "it is kept, crashed" wait_until 60 crashed
check "destroy" zonectl destroy panic
check "and nothing is left" wait_until 30 no_trace panic

# Asked to shut down by its operator. A guest that hangs on its way down does
# so once; one that isn't told would stay again.
BYE=(launch_report bye 240 start bye --vcpus 1 --memory 128M)
check "a zone for shutdown" "${BYE[@]}"
asked()
{
    timeout 90 zonectl shutdown --wait "$@" bye && return
    hung bye "on its way down" && "${BYE[@]}" &&
        timeout 90 zonectl shutdown --wait "$@" bye
}
check "shutdown --wait" asked
check "nothing is left" wait_until 30 no_trace bye
BYE+=(--on-reboot preserve)
check "one that is kept at its reboot" "${BYE[@]}"
check "shutdown --wait --reboot" asked --reboot
is "it is kept" "$(zonectl list | awk '$1 == "bye" { print $3 }')" shutdown
check "destroy" zonectl destroy bye

# Somebody in dom0 keeps a page of a zone: Xen lists the domain until that is
# given back. The zone is gone all the same, and no other waits for it.
listed()
{
    xl list | awk -v id="$1" '$2 == id { found = 1 } END { exit !found }'
}
not_listed()
{
    ! listed "$1"
}
check "a zone of which a page is kept" start kept --vcpus 1 --memory 128M
id=$(zone_id kept)
/lab/zp-lie hold "$id" >/tmp/held &
holder=$!
check "the page is held" wait_until 10 grep -q held /tmp/held
check "destroy" zonectl destroy kept
check "its domain is still listed" listed "$id"
is "no zone is, and none is waited for" "$(timeout 10 zonectl list 2>&1 |
    awk '{ print $1 }')" NAME
check "another of its name" start kept --vcpus 1 --memory 128M
check "destroy" zonectl destroy kept
kill "$holder"
check "when the page is given back, Xen lets go of it" \
    wait_until 30 not_listed "$id"

# A record that can't be read, and nobody who watches: nobody can take it over,
# which is said and keeps nobody from anything.
check "a zone whose record will be spoilt" \
    start spoilt --vcpus 1 --memory 128M
uuid=$(zonectl list --json | grep '"spoilt"' | grep -o '"uuid":"[^"]*' |
    cut -d '"' -f 4)
monitor=$(zonectl show spoilt | awk '/^monitor:/ { print $2 }')
xenstore-write "/zoneplace/zone/$uuid/spec/000" spoilt
kill -9 "$monitor"
is "list shows it" "$(zonectl list 2>/tmp/err |
    awk 'NR > 1 { print $1 }')" spoilt
check "and says what is wrong: $(cat /tmp/err)" \
    grep -q "can't mend zone spoilt" /tmp/err
check "another zone is launched" start sound --vcpus 1 --memory 128M
check "destroy" zonectl destroy sound
check "the spoilt one can be destroyed" zonectl destroy spoilt
check "and nothing is left" wait_until 30 no_trace spoilt

# Ctrl-C at any point: early, in the middle, late.
free_mib()
{
    xl info | awk '/^free_memory/ { print $3 }'
}
nothing_left()
{
    zonectl list >/dev/null 2>&1
    [ -z "$(xl list | awk 'NR > 2')" ] &&
        [ -z "$(xenstore-list /zoneplace/zone 2>/dev/null)" ] &&
        [ "$(free_mib)" -ge $((free_before - 1)) ]
}
free_before=$(free_mib)
# Job control: without it the shell starts jobs with SIGINT ignored.
set -m
for signal in INT TERM KILL; do
    cut=0
    for delay in 0.1 0.5 1.0 2.0 3.5; do
        zonectl launch --name stopped "${KERNEL[@]}" --vcpus 2 \
            --memory 512M --numa-nodes 2 >/dev/null 2>&1 &
        pid=$!
        sleep "$delay" # where it lands is the point, any place is right
        kill -s "$signal" "$pid" 2>/dev/null
        rc=0
        wait "$pid" 2>/dev/null || rc=$?
        [ $rc = 0 ] || cut=$((cut + 1))
        if zonectl show stopped >/dev/null 2>&1; then
            # It was done before the signal came.
            zonectl destroy stopped
        fi
        check "SIG$signal after $delay s leaves nothing" \
            wait_until 30 nothing_left
    done
    check "SIG$signal: it cut $cut of 5 launches short" [ $cut -ge 3 ]
done
set +m

# Two zones of one name.
check "a zone" start twin --vcpus 1 --memory 128M
rc=0
start twin --vcpus 1 --memory 128M 2>/tmp/err || rc=$?
is "its name is taken" "$rc" 1
note "$(cat /tmp/err)"

# While one is built, verify --all has nothing to say of it, and no fault.
zonectl launch --name slow "${KERNEL[@]}" --vcpus 1 --memory 128M \
    >/tmp/slow 2>&1 &
builds=$!
built()
{
    zonectl list | grep -q '^slow .* launching '
}
check "a zone that is being built" wait_until 60 built
kill -STOP $builds
check "verify --all is at ease with it" zonectl verify --all
check "and says that it is unchecked" bash -c \
    'zonectl verify --all | grep -q "^unchecked the zone is launching$"'
kill -CONT $builds
rc=0
wait $builds || rc=$?
is "it is launched" "$rc" 0
check "destroy" zonectl destroy slow

# Autostart: what is marked comes back after dom0 forgot everything.
check "a zone marked --autostart" start auto --vcpus 1 --memory 128M \
    --autostart
xl destroy auto
forgotten()
{
    zonectl list && no_trace auto
}
check "it is gone, by somebody else's hand" wait_until 30 forgotten
cat >/root/foreign.cfg <<END
type = "pvh"
name = "auto"
kernel = "/boot/vmlinuz"
memory = 128
vcpus = 1
END
check "a guest of xl takes its name" xl create -q -p /root/foreign.cfg
rc=0
err=$(zonectl autostart 2>&1) || rc=$?
is "autostart says that it was not started" \
    "$rc $(grep -c 'has the name auto already' <<<"$err")" "1 1"
xl destroy auto
check "that guest is gone" wait_until 30 zone_gone auto
check "autostart brings it back" zonectl autostart
is "and it runs" "$(zonectl list | awk '$1 == "auto" { print $1 }')" auto
check "destroy" zonectl destroy auto
check "destroy" zonectl destroy twin

# An xl.cfg, flags win; a key that zones don't have is named.
cat >/root/zone.cfg <<END
type = "pvh"
name = "fromcfg"
kernel = "/boot/vmlinux.gz"
ramdisk = "/boot/zone.img"
extra = "$LAB_PLAIN"
memory = 256
vcpus = 2
on_crash = "preserve"
END
check "launch from an xl.cfg" zonectl launch /root/zone.cfg --vcpus 1
is "the flag wins" "$(zonectl list | awk '$1 == "fromcfg" { print $4 }')" 1
check "destroy" zonectl destroy fromcfg
echo 'usb = 1' >>/root/zone.cfg
rc=0
err=$(zonectl launch /root/zone.cfg 2>&1) || rc=$?
is "a key that zones don't have: refused" \
    "$([ $rc -ne 0 ] && grep -c usb <<<"$err")" 1
note "$err"

# A PV zone is flat; beyond a node it is refused.
rc=0
err=$(zonectl launch --name pv --type pv "${KERNEL[@]}" --vcpus 2 \
    --memory 1500M 2>&1) || rc=$?
is "a PV zone beyond one node: exit 3" "$rc" 3
note "$err"
check "nothing is left" wait_until 30 nothing_left
lab_done
