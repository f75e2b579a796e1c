# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Helpers for scenarios about reservations, in dom0 as /lab/lib-ledger.sh.
# shellcheck disable=SC1091
. /lab/lib.sh

mkdir -p /out

# start NAME FLAG...: launch a zone; its plan goes to /out/NAME.json.
start()
{
    local name=$1

    shift
    zonectl launch --name "$name" "${KERNEL[@]}" --json "$@" \
        >"/out/$name.json"
}

# Every path in xenstore. xenstore-ls indents children by a blank.
store_paths()
{
    xenstore-ls -f | sed 's/ = .*//' | sort
}

# KiB that are promised and not taken, on all nodes.
promised()
{
    zonectl host --json | promised_of
}
promised_of()
{
    local sum=0 kib

    while read -r _ kib; do
        sum=$((sum + kib))
    done < <(grep -o '"promised_kib": *[0-9]*')
    echo "$sum"
}

# remember: what the host is like now. A zone must have come and gone before:
# the first leaves /zoneplace/zone, and Xen's own pools have grown.
remember()
{
    nodes_free >/tmp/free.before
    store_paths >/tmp/store.before
}

# Up to 64 pages a node stay in Xen's pools.
same_memory()
{
    zonectl host --json >/tmp/host.now
    grep -o '"free_kb": *[0-9]*' /tmp/host.now | grep -o '[0-9]*$' \
        >/tmp/free.now
    paste /tmp/free.before /tmp/free.now | awk '
        $2 < $1 - 256 { bad = 1 } END { exit bad }'
}

same_store()
{
    store_paths >/tmp/store.now
    cmp -s /tmp/store.before /tmp/store.now
}

# Within one command of zonectl: no domain, no record, no reservation, no
# entry in xenstore, and the memory is there.
nothing_left()
{
    local text=$1

    check "$text: the next command works" zonectl list
    is "$text: no domain" "$(xl list | awk 'NR > 2')" ""
    is "$text: no record" "$(xenstore-list /zoneplace/zone)" ""
    check "$text: xenstore is as before" same_store ||
        note "$(diff /tmp/store.before /tmp/store.now)"
    check "$text: the memory is back" wait_until 20 same_memory ||
        note "$(paste /tmp/free.before /tmp/free.now)"
    is "$text: nothing is promised" "$(promised_of </tmp/host.now)" 0
}

# Where a launch can be cut: what it does then, and the call that marks it
# (zp-stage.c). From "committed" on there is a zone, whole.
STAGES="\
asks for the lock|zonectl flock 2 before
has the lock|zonectl flock 2 after
has looked at the host|zonectl libxl_get_numainfo 2 after
has a record that is not committed|zonectl xs_transaction_end 1 before
has a reservation|zonectl xs_transaction_end 1 after
starts the builder|zonectl memfd_create 1 after
the builder begins|launch libxl_ctx_alloc 1 after
is to create the domain|launch xc_domain_create 1 before
has created the domain|launch xc_domain_create 1 after
has given it vcpus|launch xc_domain_max_vcpus 1 after
has claimed memory|launch xc_domain_claim_pages 1 after
has taken some memory|launch xc_domain_populate_physmap 1 after
has taken more|launch xc_domain_populate_physmap 3 after
has loaded the guest|launch xc_dom_boot_image 1 after
has told xenstored|launch xs_introduce_domain 1 after
is to close its memory|launch xc_domain_setmaxmem 2 before
the domain is built|zonectl xs_transaction_end 2 before
the domain is in the record|zonectl xs_transaction_end 2 after
the monitor begins|monitor libxl_ctx_alloc 1 after
the monitor is in the record|monitor xs_transaction_end 2 after
is to unpause it|zonectl libxl_domain_unpause 1 before
has unpaused it|zonectl libxl_domain_unpause 1 after
is to commit it|zonectl xs_transaction_end 3 before
committed|zonectl xs_transaction_end 3 after"

# kill_at TEXT STAGE: kill -9 of zonectl there, and what is left then.
kill_at()
{
    local text=$1 stage=$2 rc=0

    rm -f /tmp/stage.log
    # The shell reports who was killed.
    {
        ZP_STAGE=$stage ZP_STAGE_LOG=/tmp/stage.log \
            LD_PRELOAD=/lab/zp-stage.so zonectl launch --name cut \
            "${KERNEL[@]}" --vcpus 2 --memory 192M --numa-nodes 2 \
            --vif bridge=xenbr0 >/tmp/cut.out 2>&1 || rc=$?
    } 2>/dev/null
    is "$text: it was killed, there" "$rc $(cat /tmp/stage.log)" "137 $stage"
    if [ "$text" = committed ]; then
        check "$text: the zone lives" zonectl verify cut
        check "$text: and is watched" kill -0 \
            "$(zonectl show cut | awk '/^monitor:/ { print $2 }')"
        check "$text: destroy" zonectl destroy cut
    fi
    nothing_left "$text"
}

# kill_stages N [PATTERN]: each stage (whose text matches) N times, and a
# launch after each that succeeds.
kill_stages()
{
    local times=$1 pattern=${2:-.} text stage i nr=0

    while IFS='|' read -r text stage; do
        [[ $text =~ $pattern ]] || continue
        nr=$((nr + 1))
        for ((i = 0; i < times; i++)); do
            kill_at "$text" "$stage" </dev/null
        done
        check "$text: the next launch succeeds" start next --paused \
            --vcpus 1 --memory 128M </dev/null
        check "$text: and is as planned" zonectl verify next </dev/null
        check "$text: and goes" zonectl destroy next </dev/null
    done <<<"$STAGES"
    check "$nr stages, each cut $times times" [ "$nr" -gt 0 ]
}

# cycles N: launches and destroys; nothing adds up.
dom0_fds()
{
    local name

    for name in xenstored xenconsoled; do
        echo "$name $(find "/proc/$(pidof $name)/fd" | wc -l)"
    done
    echo "all $(awk '{ print $1 }' /proc/sys/fs/file-nr)"
}

cycles()
{
    local nr=$1 i bad=0

    dom0_fds >/tmp/fds.before
    for ((i = 0; i < nr; i++)); do
        start cycle --paused --vcpus 2 --memory 192M --numa-nodes 2 \
            --vif bridge=xenbr0 || bad=$((bad + 1))
        zonectl destroy cycle || bad=$((bad + 1))
    done
    is "$nr launches and destroys, none failed" "$bad" 0
    nothing_left "$nr cycles"
    is "$nr cycles: as many nodes in xenstore" "$(wc -l </tmp/store.now)" \
        "$(wc -l </tmp/store.before)"
    dom0_fds >/tmp/fds.now
    note "$nr cycles: free KiB by node, before and after"
    note "$(paste /tmp/free.before /tmp/free.now)"
    note "descriptors before: $(paste -s /tmp/fds.before)," \
        "after: $(paste -s /tmp/fds.now)"
    is "$nr cycles: descriptors of xenstored and xenconsoled" \
        "$(grep -v all /tmp/fds.now)" "$(grep -v all /tmp/fds.before)"
    # The kernel counts what it has allocated, in batches for each CPU.
    check "$nr cycles: dom0's open files" awk 'NR == FNR { n[$1] = $2; next }
        $1 == "all" && $2 > n[$1] + 64 { exit 1 }' /tmp/fds.before \
        /tmp/fds.now
}
