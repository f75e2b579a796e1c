# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What a zone costs beside its own memory: the charge in the plan against the
# fall of the host's free memory, by Xen's counts. Then the same guest by
# stock xl, for comparison.
. /lab/lib.sh

mkdir -p /out

# Free KiB of the host, by Xen's per-node counts.
free_kib()
{
    nodes_free | awk '{ n += $1 } END { print n }'
}
settled()
{
    local now
    now=$(free_kib)
    [ "$now" = "${last:-}" ] || { last=$now; return 1; }
}

for vcpus in 1 4 16; do
    nodes=1
    [ $vcpus = 1 ] || nodes=2
    [ $vcpus != 16 ] || nodes=8
    last=
    wait_until 30 settled
    before=$(free_kib)
    check "$vcpus vcpus: launch" zonectl launch --name cost --paused \
        "${KERNEL[@]}" --vcpus $vcpus --memory 512M --numa-nodes $nodes
    last=
    wait_until 30 settled
    after=$(free_kib)
    memory=$(zonectl show cost | awk '/^memory-kib:/ { print $2 }')
    charged=$(zonectl show cost | awk '/^overhead-kib:/ { print $2 }')
    real=$((before - after - memory))
    off=$((charged - real))
    note "$vcpus vcpus on $nodes nodes: charged $charged KiB, taken $real KiB"
    check "$vcpus vcpus: the charge is right within 2 MiB ($off KiB)" \
        [ "${off#-}" -le 2048 ]
    check "$vcpus vcpus: destroy" zonectl destroy cost
    last=
    wait_until 30 settled
    # Xen's allocator keeps a few pages of each larger zone than it has seen,
    # and then no more: eight cycles of 16 vcpus kept 72, 52, 16, 4, 8, 8, 0
    # and 4 KiB, twelve cycles 0. A leak would be a vcpu's 20 KiB or more.
    kept=$((before - $(free_kib)))
    check "$vcpus vcpus: all of it comes back but $kept KiB" [ $kept -le 96 ]
done

# The same 4-vcpu guest by xl and by zonectl.
cat >/root/stock.cfg <<END
type = "pvh"
name = "stock"
kernel = "/boot/vmlinux.gz"
ramdisk = "/boot/zone.img"
extra = "$LAB_PLAIN"
memory = 512
vcpus = 4
END
if report=$(launch_report stock 240 xl create -q /root/stock.cfg); then
    ok "xl create: the guest reports"
    note "xl: pages per pnode: $(xen_pages "$(zone_id stock)" | tr '\n' ' ')"
    note "xl: affinity: $(xl vcpu-list stock | awk 'NR > 1 { print $7 "/" $9 }' |
        tr '\n' ' ')"
    note "xl: the guest sees nodes $(value "$report" \
        /sys/devices/system/node/online), distances $(value "$report" \
        /sys/devices/system/node/node0/distance)"
    is "xl: the guest sees one node, whatever Xen did" \
        "$(value "$report" /sys/devices/system/node/online)" 0
    xl destroy stock
else
    fail "xl create: the guest reports" || true
fi
ours()
{
    zonectl launch --name ours "${KERNEL[@]}" --vcpus 4 --memory 512M --json \
        >/out/ours.json
}
if report=$(launch_report ours 240 ours); then
    ok "zonectl launch: the guest reports"
    note "zonectl: pages per pnode: $(xen_pages "$(zone_id ours)" |
        tr '\n' ' ')"
    note "zonectl: affinity: $(xl vcpu-list ours |
        awk 'NR > 1 { print $7 "/" $9 }' | tr '\n' ' ')"
    note "zonectl: the guest sees nodes $(value "$report" \
        /sys/devices/system/node/online), distances $(value "$report" \
        /sys/devices/system/node/node0/distance)"
    xl vcpu-list ours >/tmp/v
    check "zonectl: guest, plan and Xen agree" /lab/compare \
        --plan /out/ours.json --report "$report" --debug-u "$(xen_dump)" \
        --vcpu-list /tmp/v --domid "$(zone_id ours)"
    zonectl destroy ours
else
    fail "zonectl launch: the guest reports" || true
fi

# A plan never leaves a node short: fill the host zone by zone.
# Large ones first, then what fits beside dom0's share of two nodes.
n=0
for memory in 880M 600M; do
    while zonectl launch --name "fill$n" --paused "${KERNEL[@]}" --vcpus 1 \
        --memory $memory >/dev/null 2>/tmp/err; do
        n=$((n + 1))
        [ $n -lt 20 ] || break
    done
done
rc=0
zonectl launch --name more --paused "${KERNEL[@]}" --vcpus 1 --memory 600M \
    >/dev/null 2>&1 || rc=$?
is "the host fills until a refusal, not a failure" "$rc" 3
note "$n zones; then: $(cat /tmp/err)"
check "every one is as planned" zonectl verify --all
# By name, so that unmodified Xen counts their pages too.
i=0
while [ $i -lt $n ]; do
    check "fill$i: to the page" zonectl verify "fill$i"
    i=$((i + 1))
done
low=$(nodes_free | sort -n | head -n 1)
check "no node is short of its reserve ($low KiB free)" [ "$low" -ge 30720 ]
while [ $n -gt 0 ]; do
    n=$((n - 1))
    zonectl destroy "fill$n" >/dev/null
done
is "all gone" "$(xl list | awk 'NR > 2')" ""

# Where there is no xenstored, one line and exit 1. Last: it ends dom0's.
kill -9 "$(pidof xenstored)"
rc=0
err=$(timeout 60 zonectl list 2>&1) || rc=$?
is "xenstored is down: exit 1" "$rc" 1
is "xenstored is down: one line" "$(wc -l <<<"$err")" 1
note "$err"
lab_done
