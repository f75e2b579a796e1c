# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The main job: zones of every shape, and for each one guest = plan = Xen,
# page for page. /lab/compare reads raw text and knows nothing of zoneplace.
# lab: light
. /lab/lib.sh

mkdir -p /out

# start NAME: launch a zone of FLAGS; its plan goes to /out/NAME.json.
start()
{
    # shellcheck disable=SC2086 # flags are words
    zonectl launch --name "$1" "${KERNEL[@]}" --json ${FLAGS[$1]} \
        >"/out/$1.json"
}

# first_pnode NAME WANTED: the plan's first node.
first_pnode()
{
    is "$1: the first node is $2" \
        "$(zonectl show "$1" | awk '/^first-node:/ { print $2 }')" "$2"
}

# wave NAME...: zones that start() knows the flags of, side by side. One boots
# after the other: together they take as long, and hang more often.
declare -A FLAGS=(
    [one]="--vcpus 1 --memory 256M"
    [compact]="--vcpus 4 --memory 256M --numa-nodes 2 --compact"
    [scatter]="--vcpus 4 --memory 256M --numa-nodes 2 --scatter"
    [four]="--vcpus 4 --memory 512M --numa-nodes 4"
    [nic]="--vcpus 2 --memory 256M --numa-nodes 2 --near 0000:41:00.0"
    [nvme]="--vcpus 2 --memory 256M --numa-nodes 2 --near 0000:81:00.0"
    [odd]="--vcpus 3 --memory 300M --numa-nodes 2"
)
wave()
{
    local name
    local -A report=()

    for name; do
        check "$name: launch ${FLAGS[$name]}" start "$name" || continue
        report[$name]=$(report_of "$name" 300 start "$name") || {
            fail "$name: no report" || true
            unset "report[$name]"
        }
    done
    for name; do
        [ -n "${report[$name]:-}" ] || continue
        check "$name: guest, plan and Xen agree, page for page" \
            compare_zone "$name" "${report[$name]}"
        check "$name: zonectl verify finds the same" zonectl verify "$name"
        no_doubts "$name" "${report[$name]}"
    done
}

free_pages()
{
    xl info | awk '/^free_memory/ { print $3 }'
}

before=$(free_pages)
wave one compact scatter four
wave_end()
{
    local name

    for name; do
        check "$name: destroy" zonectl destroy "$name"
    done
    is "nothing is left of them" "$(xl list | awk 'NR > 2')" ""
    is "no record is left" "$(xenstore-list /zoneplace/zone 2>/dev/null)" ""
    check "the memory is back" wait_until 30 memory_back
}
memory_back()
{
    [ "$(free_pages)" -ge $((before - 1)) ]
}
wave_end one compact scatter four

wave nic nvme odd
first_pnode nic 2
first_pnode nvme 6
wave_end nic nvme odd

# What can't be met creates nothing.
refuse()
{
    local text=$1 wanted=$2 rc=0 out
    shift 2
    out=$(zonectl launch --name refused "${KERNEL[@]}" "$@" 2>&1) || rc=$?
    is "$text: exit $wanted" "$rc" "$wanted"
    is "$text: one line" "$(wc -l <<<"$out")" 1
    note "$out"
    is "$text: nothing was created" "$(xl list | awk 'NR > 2')" ""
    is "$text: no record" "$(xenstore-list /zoneplace/zone 2>/dev/null)" ""
}
refuse "nine of eight nodes" 3 --vcpus 16 --memory 512M --numa-nodes 9
refuse "more memory than two nodes have" 3 --vcpus 2 --memory 4G \
    --numa-nodes 2
refuse "more than the host" 3 --vcpus 2 --memory 1T
refuse "a device that isn't there" 3 --vcpus 2 --memory 256M \
    --near 0000:99:00.0
refuse "less than its kernel needs" 3 --vcpus 2 --memory 64M
refuse "no kernel file" 1 --vcpus 2 --memory 256M --kernel /none
is "the host's free memory is what it was" \
    "$([ "$(free_pages)" -ge $((before - 1)) ] && echo yes)" yes

# Two full nodes and the rest on a neighbour: a third vnode without vcpus.
most=$(nodes_free | sort -n | tail -n 1)
most=$((most / 1024))
FLAGS[spill]="--vcpus 2 --numa-nodes 2 --spill honest --memory $((2 * most))M"
wave spill
is "spill: a third vnode without vcpus" \
    "$(zonectl show spill | awk '/^spill-vnodes:/ { print $2 }')" 1
wave_end spill
lab_done
