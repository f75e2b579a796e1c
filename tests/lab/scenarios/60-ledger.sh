# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Reservations: eight launches at once for memory that fits five; a launch
# that is killed at every stage; launches and destroys leave nothing. Longer
# runs of the last two are in tests/lab/full/.
#
# Five builders at once have a guest's kernel in dom0's memory each.
# lab: --dom0-mem 896
# lab: stock
. /lab/lib-ledger.sh

check "a first zone comes" start first --paused --vcpus 2 --memory 192M \
    --numa-nodes 2 --vif bridge=xenbr0
check "and goes" zonectl destroy first
remember

# Nodes 0 and 1 only, by their pcpus. In units of 2 MiB: 32 MiB are kept, a
# zone costs 4 MiB beside its own. Three fit on node 1, two on node 0.
room()
{
    echo $((($(nodes_free | sed -n "$1p") - 32 * 1024) / 2048))
}
units=$(($(room 2) / 3 - 2))
size=$((2 * units))
is "zones of $size MiB that fit" \
    "$(($(room 1) / (units + 2))) $(($(room 2) / (units + 2)))" "2 3"
pids=()
for i in 1 2 3 4 5 6 7 8; do
    zonectl launch --name "race$i" "${KERNEL[@]}" --paused --vcpus 1 \
        --numa-nodes 1 --memory "${size}M" --reserve-pcpus 4-15 \
        >"/tmp/race$i" 2>&1 &
    pids+=($!)
done
ran='' refused=0 other=0
for i in 1 2 3 4 5 6 7 8; do
    rc=0
    wait "${pids[$((i - 1))]}" || rc=$?
    case $rc in
    0) ran="$ran race$i" ;;
    3) refused=$((refused + 1)) ;;
    *) other=$((other + 1)); note "race$i: $rc: $(cat "/tmp/race$i")" ;;
    esac
done
is "eight at once: run, are refused, else" \
    "$(wc -w <<<"$ran") $refused $other" "5 3 0"
note "$(cat /tmp/race? | grep -v '^zone' | sort | uniq -c)"
is "and those run" "$(zonectl list | awk 'NR > 1' | wc -l)" 5
for name in $ran; do
    check "$name is on its plan" zonectl verify "$name"
done
is "the ledger: nothing is promised and not taken" "$(promised)" 0
# What the zones' plans say of each node, and what Xen counts there.
planned=$(for name in $ran; do
    zonectl show "$name" --json
done | grep -o '"vnode":.*' |
    grep -o '"pnode": *[0-9]*\|"memory_kib": *[0-9]*' | tr ':' ' ' | awk '
    /pnode/ { node = $NF } /memory_kib/ { n[node] += $NF / 4 }
    END { for (i in n) print i, n[i] }' | sort)
counted=$(for name in $ran; do
    xen_pages "$(zone_id "$name")"
done | awk '{ sub(":", "", $1); n[$1] += $2 }
    END { for (i in n) if (n[i]) print i, n[i] }' | sort)
note "planned pages: $(paste -s <<<"$planned"); counted by Xen:" \
    "$(paste -s <<<"$counted")"
check "the plans are Xen's counts, but for special and ACPI pages" \
    awk 'NR == FNR { n[$1] = $2; next }
        { seen++ } $2 < n[$1] || $2 > n[$1] + 5 * 40 { exit 1 }
        END { exit !seen }' <(echo "$planned") <(echo "$counted")
for name in $ran; do
    check "$name: destroy" zonectl destroy "$name"
done
nothing_left "eight at once"

kill_stages 1 \
    '^(has a reservation|has taken some|the monitor is|is to commit|committed)'
cycles 3
lab_done
