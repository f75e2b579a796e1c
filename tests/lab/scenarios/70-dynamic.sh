# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Dynamic zones: they cost what they start with, grow and shrink with every
# page at home, and zone-balloond gives them what they need. One-vnode zones
# on any Xen, several vnodes on the patched tier.
. /lab/lib.sh

mkdir -p /out /etc/zoneplace
# Small zones, and shrinking that emulation can wait for.
cat >/etc/zoneplace/host.conf <<END
balloon-floor = 200M
balloon-step-min = 64M
balloon-slew = 64M
balloon-shrink-free = 70
END
KERNEL=(--kernel /boot/vmlinux.gz --ramdisk /boot/zone.img)
AGENT="$LAB_PLAIN zone.agent=1"
tier=$(zonectl host | sed -n 's/^Xen .*, tier \([^,]*\),.*/\1/p')
note "tier: $tier"

dev()
{
    zonectl launch --name dev "${KERNEL[@]}" --cmdline "$AGENT" --vcpus 1 \
        --memory 256M --max-memory 512M --agent
}
plain()
{
    zonectl launch --name plain "${KERNEL[@]}" --cmdline "$LAB_PLAIN" \
        --vcpus 1 --memory 256M --max-memory 448M
}
two()
{
    zonectl launch --name two "${KERNEL[@]}" --cmdline "$AGENT" --vcpus 2 \
        --memory 384M --max-memory 896M --numa-nodes 2 --agent \
        --memory-policy dynamic
}
free_kib()
{
    nodes_free | awk '{ n += $1 } END { print n }'
}
at_home()
{
    check "$1: every page is at home ($2)" zonectl verify "$1"
}
mem_set()
{
    check "mem-set $*" timeout 120 zonectl mem-set "$@" --wait
}
refuses()
{
    local rc=0 text

    text=$(zonectl "${@:3}" 2>&1) || rc=$?
    is "${*:3}: exit $1" "$rc" "$1"
    check "it says why: $text" grep -q "$2" <<<"$text"
}

before=$(free_kib)
check "launch with an agent" dev
after=$(free_kib)
charged=$(zonectl show dev | awk '/^overhead-kib:/ { print $2 }')
real=$((before - after - 262144))
check "at boot it costs what it starts with and no more than the charge" \
    [ "$real" -le "$charged" ]
note "overhead: charged $charged KiB, taken $real KiB"
check "launch without an agent" plain
[ "$tier" = stock ] || check "launch on two nodes" two
for name in dev plain $([ "$tier" = stock ] || echo two); do
    report=$(report_of "$name" 240 "$name") || {
        fail "$name: reports" || true
        lab_done
    }
    ok "$name: reports"
    cp "$report" "/out/$name.report"
    at_home "$name" booted
done
check "the agent brought all blocks online" \
    grep -q "agent: 2 of 2 memory blocks online" "$(zone_log dev)"

# A neighbour has all of its node: it waits, says so, runs on, and grows when
# there is room.
dom=$(zone_id dev)
home=$(xen_pages "$dom" | sort -t : -k 2 -n | awk -F : 'END { print $1 }')
room=$(nodes_free | sed -n "$((home + 1))p")
check "a neighbour takes what node $home has" zonectl launch --name hog \
    --paused --kernel /boot/vmlinux.gz --vcpus 1 \
    --memory $((room / 1024 - 48))M --spill interleave \
    --interleave-nodes "$home"
note "free on node $home: $room KiB, then $(nodes_free |
    sed -n "$((home + 1))p") KiB"
check "dev takes memory" zone_cmd "$dom" alloc 0 110
sleep 2
said=$(zone-balloond --once)
note "$said"
check "its node is full: it waits, and says for what" \
    grep -q "dev: .*waits for .* of pnode $home" <<<"$said"
said=$(zonectl show dev | grep '^balloon:')
check "and show says so: $said" grep -q "waits for .* of pnode $home" \
    <<<"$said"
at_home dev "while it waits"
check "it runs" zone_cmd "$dom" free
check "dev takes memory" zone_cmd "$dom" alloc 0 110
check "the neighbour goes" zonectl destroy hog
sleep 2
said=$(zone-balloond --once)
note "$said"
check "there is room: it grows" grep -q "dev: grows from" <<<"$said"
check "dev frees it" zone_cmd "$dom" free

mem_set dev 384M
at_home dev "384 MiB"
mem_set plain 400M
at_home plain "400 MiB"
mem_set dev 512M
at_home dev "512 MiB"
mem_set dev 496M
at_home dev "496 MiB"
mem_set dev 512M
at_home dev "512 MiB again"

refuses 3 "512 MiB at most, by its plan" mem-set dev 513M
refuses 3 "200 MiB, the floor" mem-set dev 199M
refuses 1 "no agent" mem-set plain 300M --vnode 0
refuses 3 "vnodes 0 to 0" mem-set dev 500M --vnode 1
refuses 2 "not a size" mem-set dev much
refuses 2 "no memhp_default_state but offline" launch --name bad \
    "${KERNEL[@]}" --cmdline "$AGENT memhp_default_state=online" --vcpus 1 \
    --memory 256M --max-memory 512M --agent
if [ "$tier" = stock ]; then
    refuses 1 "on unmodified xen" launch --name bad "${KERNEL[@]}" --vcpus 2 \
        --memory 384M --max-memory 896M --numa-nodes 2 --agent \
        --memory-policy dynamic
else
    refuses 1 "without an agent" launch --name bad "${KERNEL[@]}" --vcpus 2 \
        --memory 384M --max-memory 896M --numa-nodes 2 \
        --memory-policy dynamic
    for size in 512 640 768 896; do
        mem_set two ${size}M
        at_home two "$size MiB"
    done
    note "two: $(zonectl verify two | grep vnode)"
    mem_set two 880M --vnode 1
    at_home two "16 MiB of vnode 1 given back"
    note "two: $(zonectl verify two | grep vnode)"
    mem_set two 896M
    at_home two "all of it again"
fi

# The daemon: a zone in need grows, an idle one shrinks to its floor.
check "plain: destroy" zonectl destroy plain
said=$(zone-balloond --once --dry-run)
note "$said"
check "dry run: nothing happens" [ "$(xenstore-read \
    "/local/domain/$dom/memory/target")" = 524288 ]
check "dev takes memory" zone_cmd "$dom" alloc 0 300
sleep 2
said=$(zone-balloond --once)
note "$said"
check "at its maximum it stays" grep -q "dev: keeps 512 MiB" <<<"$said"
check "dev frees it" zone_cmd "$dom" free
sleep 2
said=$(zone-balloond --once --json)
note "$said"
check "idle, it shrinks by no more than the slew" \
    grep -q '"next_kib":458752' <<<"$said"
said=$(zonectl show dev | grep '^balloon:')
check "and show says so: $said" grep -q 'shrinks from 512 to 448' <<<"$said"

# What guests write is not believed.
for i in 0 1 2 3 4 5 6 7 8; do
    zone_cmd "$dom" rubbish $i >/dev/null || fail "rubbish $i" || true
    said=$(zone-balloond --once --dry-run 2>&1) || fail "rubbish: $said" || true
    case $said in
    *"no usable report"* | *"on its way"* | *keeps* | *shrinks* | *grows*) ;;
    *) fail "rubbish $i: $said" || true ;;
    esac
done
note "$said"
flood=$(zone_cmd "$dom" flood 1000000)
note "flood: $flood"
check "the daemon goes on" zone-balloond --once --dry-run
check "other zones are launched and destroyed" bash -c \
    'zonectl launch --name other --paused --kernel /boot/vmlinux.gz --vcpus 1 \
    --memory 128M && zonectl destroy other'
for name in dev two; do
    ! zone_id $name >/dev/null || check "$name: destroy" zonectl destroy $name
done
is "nothing is left" "$(xl list | awk 'NR > 2')" ""
lab_done
