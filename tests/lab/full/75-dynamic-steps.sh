# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Fifty random balloon steps over several zones at once: at every step each
# page is on the pnode of the vnode whose memory it is. On the patched tier
# with two vnodes a zone, counted by ranges of guest memory; on the stock tier
# with one. Beside it, what the same cycles do to a guest of xl.
. /lab/lib.sh

mkdir -p /etc/zoneplace
echo 'balloon-floor = 128M' >/etc/zoneplace/host.conf
KERNEL=(--kernel /boot/vmlinux.gz --ramdisk /boot/zone.img)
AGENT="$LAB_PLAIN zone.agent=1"
SEED=${SEED:-$RANDOM}
RANDOM=$SEED
STEPS=${STEPS:-50}
note "SEED=$SEED STEPS=$STEPS"
tier=$(zonectl host | sed -n 's/^Xen .*, tier \([^,]*\),.*/\1/p')
note "tier: $tier"
nodes=1
[ "$tier" = stock ] || nodes=2

start()
{
    zonectl launch --name "$1" "${KERNEL[@]}" --cmdline "$AGENT" --vcpus 2 \
        --memory 256M --max-memory 512M --numa-nodes $nodes --agent \
        --memory-policy dynamic --json >"/tmp/$1.json"
}

zones=(za zb zc)
for z in "${zones[@]}"; do
    check "$z: launch" start "$z"
done
for z in "${zones[@]}"; do
    check "$z: reports" report_of "$z" 240 start "$z"
done

declare -A at
for z in "${zones[@]}"; do
    at[$z]=256
done
off=0
for ((i = 1; i <= STEPS; i++)); do
    z=${zones[RANDOM % ${#zones[@]}]}
    # Emulation gives pages back slowly, one flush of all CPUs for each.
    delta=$((24 + RANDOM % 3 * 8))
    [ $((RANDOM % 3)) -gt 0 ] || delta=$((-delta))
    want=$((at[$z] + delta))
    [ $want -le 512 ] || want=$((at[$z] - 24))
    [ $want -ge 232 ] || want=$((at[$z] + 24))
    # It waits until 4 MiB or less are missing: of 24, that is five sixths.
    if ! zonectl mem-set "$z" "${want}M" --wait 2>/tmp/err; then
        fail "step $i: $z from ${at[$z]} to $want MiB: $(cat /tmp/err)" || true
        continue
    fi
    for other in "${zones[@]}"; do
        if ! zonectl verify "$other" >"/tmp/verify"; then
            off=$((off + 1))
            note "step $i, $z from ${at[$z]} to $want MiB, $other:" \
                "$(grep DIFFERS /tmp/verify)"
        fi
    done
    at[$z]=$want
    ok "step $i: $z at $want MiB"
done
is "pages were off their vnode's pnode after so many steps" "$off" 0

# The same zone without the patched Xen's policy: what stock Xen does.
if [ "$tier" != stock ]; then
    check "za: Xen is to put its memory anywhere" \
        /lab/zp-lie lax "$(zone_id za)"
    low=$((at[za] - 32))
    [ $low -ge 232 ] || low=232
    check "za: down" zonectl mem-set za ${low}M --wait
    check "za: up" zonectl mem-set za 512M --wait
    zonectl verify za >/tmp/verify || true
    note "$(grep -E 'vnode' /tmp/verify)"
    check "stock Xen misplaces pages on the same way" \
        grep -q '^DIFFERS vnode' /tmp/verify
fi
for z in "${zones[@]}"; do
    note "$z: $(zonectl verify "$z" | grep -E 'vnode|pages on' | tr '\n' ';')"
    zonectl destroy "$z"
done

# The same for xl: a guest on two nodes, by nodes= as people do.
cat >/root/drift.cfg <<END
type = "pvh"
name = "drift"
kernel = "/boot/vmlinux.gz"
ramdisk = "/boot/zone.img"
extra = "$LAB_PLAIN"
memory = 256
maxmem = 256
vcpus = 2
cpus = "nodes:1-2"
END
if launch_report drift 240 xl create -q /root/drift.cfg >/dev/null; then
    dom=$(zone_id drift)
    note "xl: pages per pnode: $(xen_pages "$dom" | tr '\n' ' ')"
    for size in 232 256 224 256; do
        xl mem-set drift $size
        wait_until 120 bash -c "[ \$(xl list drift | \
            awk 'NR == 2 { d = \$3 - $size; print d < 0 ? -d : d }') -le 4 ]"
    done
    note "xl: and after two cycles: $(xen_pages "$dom" | tr '\n' ' ')"
    ok "xl: measured"
    xl destroy drift
else
    fail "xl create: the guest reports" || true
fi

# What it costs to count a zone's pages: on the patched tier alone, where that
# stops nobody.
if [ "$tier" != stock ]; then
    for size in 1 5; do
        zonectl launch --name counted --paused --kernel /boot/vmlinux.gz \
            --vcpus 8 --memory ${size}G --numa-nodes 8 >/dev/null ||
            fail "a zone of $size GiB" || true
        begin=$(tr -d . </proc/uptime | cut -d ' ' -f 1)
        for ((i = 0; i < 20; i++)); do
            zonectl stat counted >/tmp/stat || fail "stat" || true
        done
        end=$(tr -d . </proc/uptime | cut -d ' ' -f 1)
        note "stat of $size GiB: $(((end - begin) / 2)) ms"
        zonectl destroy counted
    done
fi
is "nothing is left" "$(xl list | awk 'NR > 2')" ""
lab_done
