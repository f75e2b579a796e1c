# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Where memory goes that does not fit: strict, honest, preferred, interleave,
# each as the guest sees it and as Xen counts it. A node that runs short while
# a zone is built; what stat prints.
# lab: stock
# lab: light
. /lab/lib-ledger.sh

sys=/sys/devices/system/node
# pages NAME: "NODE:PAGES", as Xen counts them, those of the plan left out of
# the last 40 pages: special ones, ACPI.
pages()
{
    xen_pages "$(zone_id "$1")" | awk '$2 > 64 {
        sub(":", "", $1); printf "%s%s:%d", n++ ? " " : "", $1,
            int(($2 + 64) / 512) * 2 }'
}
# planned NAME: the same by the plan: MiB, rounded down to 2.
planned()
{
    grep -o '"vnode":.*' "/out/$1.json" |
        grep -o '"pnode": *[0-9]*\|"memory_kib": *[0-9]*' | tr ':' ' ' | awk '
        /pnode/ { node = $NF } /memory_kib/ { n[node] += $NF }
        END { for (i = 0; i < 8; i++) if (n[i])
            printf "%s%d:%d", k++ ? " " : "", i, n[i] / 1024 }'
}
most=$(($(nodes_free | sort -n | tail -n 1) / 1024))
note "the emptiest node has $most MiB free"

rc=0
err=$(zonectl launch --name strict "${KERNEL[@]}" --vcpus 2 --numa-nodes 1 \
    --spill strict --memory "${most}M" 2>&1) || rc=$?
is "strict: refused" "$rc" 3
note "$err"

declare -A FLAGS=(
    [honest]="--vcpus 2 --numa-nodes 1 --spill honest --memory $((most + 64))M"
    [preferred]="--vcpus 2 --numa-nodes 1 --spill preferred \
--memory $((most + 64))M"
    [interleave]="--vcpus 2 --spill interleave --interleave-nodes 0,1,2,3 \
--memory 512M"
)
for name in honest preferred interleave; do
    # shellcheck disable=SC2086 # flags are words
    report=$(launch_report $name 240 start $name ${FLAGS[$name]}) || {
        fail "$name: no report" || true
        continue
    }
    ok "$name: ${FLAGS[$name]}"
    note "$name: $(grep -o '"vnode":.*' "/out/$name.json")"
    note "$name: Xen: $(pages $name)"
    is "$name: Xen's counts are the plan's, MiB" "$(pages $name)" \
        "$(planned $name)"
    check "$name: several nodes have its memory" \
        [ "$(wc -w <<<"$(pages $name)")" -gt 1 ]
    online=$(value "$report" $sys/online)
    case $name in
    honest)
        is "honest: the guest sees the donor as a node" "$online" 0-1
        is "honest: and that it has no cpus" \
            "$(value "$report" $sys/has_cpu)" 0
        ;;
    *)
        is "$name: the guest sees one node" "$online" 0
        ;;
    esac
    is "$name: what the plan says of the truth" \
        "$(grep -o '"truth": *[a-z]*' "/out/$name.json" |
            grep -o '[a-z]*$')" "$([ $name = honest ] && echo true ||
                echo false)"
    check "$name: the guest, to all of its memory" zone_cmd \
        "$(zone_id $name)" alloc 0 100
    check "$name: verify" zonectl verify $name
    check "$name: destroy" zonectl destroy $name
done
is "interleave: equal parts" "$(planned interleave)" \
    "0:128 1:128 2:128 3:128"

# Somebody who asks no ledger takes a node's memory between the plan and the
# build: the builder by itself, with the spec of a zone that was there before.
# shellcheck disable=SC2054 # a list of pcpus
hog=(--paused --vcpus 1 --numa-nodes 1 --reserve-pcpus 0-9,12-15
    --memory 400M)
builder=$(find / -xdev -path '*/libexec/zoneplace/launch' -type f)
check "a first zone comes" start hog "${hog[@]}"
spec=/zoneplace/zone/$(xenstore-list /zoneplace/zone)/spec
for key in $(xenstore-list "$spec" | sort); do
    # xenstore-read writes a newline at the end as two characters.
    xenstore-read "$spec/$key" | sed 's/\\n$//' | tr -d '\n'
done >/root/hog.json
check "and goes" zonectl destroy hog
remember
rc=0
err=$(ZP_STAGE="launch xc_domain_create 1 after" ZP_STAGE_LOG=/tmp/stage.log \
    ZP_STAGE_DO="$builder </root/hog.json >/tmp/hog.log 2>&1" \
    LD_PRELOAD=/lab/zp-stage.so zonectl launch --name short "${KERNEL[@]}" \
    --vcpus 1 --numa-nodes 1 --reserve-pcpus 0-9,12-15 --memory 800M 2>&1) ||
    rc=$?
note "$err"
note "the other: $(tail -n 1 /tmp/hog.log)"
is "a node runs short: exit 3" "$rc" 3
is "a node runs short: one line that names it" \
    "$(wc -l <<<"$err") $(grep -c 'node 5 ran short' <<<"$err")" "1 1"
check "the other guest is there" xl destroy hog
nothing_left "a node runs short"

# What stat prints. On unmodified Xen neither --all nor --watch nor
# --prometheus makes Xen dump its pages.
check "a zone" start seen --paused --vcpus 2 --memory 256M --numa-nodes 2
dumps()
{
    xl dmesg | grep -c "'u' pressed"
}
before=$(dumps)
check "stat --all" zonectl stat --all
check "stat --watch" zonectl stat --watch --times 2 --interval 1
is "stat --watch --json: an object a look" "$(zonectl stat seen --watch \
    --times 2 --interval 1 --json | grep -c '^{"zone":"seen",')" 2
check "stat --prometheus" zonectl stat --prometheus
check "verify --all" zonectl verify --all
if [ "${LAB_TIER:-}" = patched ]; then
    check "stat --all counts" grep -q '"misplaced_pages":0' \
        <(zonectl stat --all --json)
    check "stat: by vnode" grep -q '^vnode 1 ' <(zonectl stat seen)
    check "stat --prometheus: drift" grep -q \
        '^zoneplace_zone_misplaced_bytes{zone="seen"} 0$' \
        <(zonectl stat --prometheus)
else
    is "none of them made Xen dump" "$(dumps)" "$before"
    check "verify --all says so" grep -q '^unchecked pages' \
        <(zonectl verify --all)
    check "stat ZONE does" grep -q '100.00 % local, 0 pages misplaced' \
        <(zonectl stat seen)
    check "and that was a dump" [ "$(dumps)" -gt "$before" ]
fi
note "$(zonectl stat seen)"
note "$(zonectl stat --prometheus | grep -v '^#' | grep zone_)"
# Counts of the whole zone, and what they cost.
cost=$(zonectl stat seen --json | grep -o '"count_ns":[0-9]*' |
    grep -o '[0-9]*$')
note "counting 256 MiB took $cost ns: $((cost * 4 / 1000000)) ms for a GiB"
check "destroy" zonectl destroy seen
lab_done
