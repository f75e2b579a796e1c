# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What is rendered for xl is read by xl; a zone that lives is drawn where it
# lives. And finer than nodes: what --float, --smt and --dedicated promise is
# what Xen holds.
# lab: stock
# lab: light
. /lab/lib.sh

zone=(--name drawn --vcpus 4 --memory 512M --numa-nodes 2)
zonectl render "${zone[@]}" --format xl.cfg >/root/drawn.cfg
echo 'kernel = "/boot/vmlinuz"' >>/root/drawn.cfg
check "xl reads the rendered xl.cfg" xl -N create /root/drawn.cfg
is "and has understood every vnode" \
    "$(xl -N create /root/drawn.cfg 2>&1 | grep -c '"pnode"')" 2
sed 's/vdistances=10/vdistances=x/' /root/drawn.cfg >/root/bad.cfg
is "it would have said what it can't read" \
    "$(xl -N create /root/bad.cfg >/dev/null 2>&1 && echo read)" ""

check "launch it, paused" zonectl launch "${zone[@]}" --paused \
    --kernel /boot/vmlinuz --ramdisk /boot/zone.img
boxes()
{
    zonectl show drawn --svg | grep -c "^<rect class=\"$1\".*$2"
}
is "show --svg: its vnodes, at their nodes and in the legend" \
    "$(boxes vnode data-id)" 4
is "show --svg: the pcpus of vnode 1" "$(boxes pcpu 'data-to="1"')" 2
is "show --svg: its memory on two nodes" "$(boxes memory data-to)" 2
check "show --ascii: the zone is in it" \
    sh -c 'zonectl show drawn --ascii | grep -q "=> vnode 1"'
check "destroy" zonectl destroy drawn

# fine NAME OPTION...: a zone that needs no guest to be looked at.
fine()
{
    local name=$1

    shift
    zonectl launch --name "$name" --memory 128M --paused \
        --kernel /boot/vmlinuz --ramdisk /boot/zone.img "$@"
}
# Its vcpus' hard affinities, as Xen has them, in the order of vcpus.
hard()
{
    xl vcpu-list "$1" | awk 'NR > 1 { print $(NF - 2) }' | xargs
}
# The nodes that these pcpus are of, each once: node n has 2n and 2n+1.
nodes_of()
{
    tr ' ,-' '\n' <<<"$1" | awk '{ print int($1 / 2) }' | sort -nu | xargs
}
refuses()
{
    local text=$1 word=$2 rc=0 out

    shift 2
    out=$(fine none "$@" 2>&1) || rc=$?
    is "$text: exit 3" "$rc" 3
    check "$text: it says why" grep -q "$word" <<<"$out"
    note "$out"
    is "$text: nothing was created" "$(xl list none 2>/dev/null)" ""
}
gone()
{
    local name

    for name; do
        check "$name: destroy" zonectl destroy "$name"
    done
}
mkdir -p /etc/zoneplace
refuses "--float l3, of which Xen tells nothing" 'L3' --vcpus 2 --float l3
check "two pcpus for one zone alone" fine own --vcpus 2 --dedicated
own=$(hard own)
is "one each" "$(tr ' ' '\n' <<<"$own" | grep -cx '[0-9]*')" 2
is "of one node" "$(nodes_of "$own" | wc -w)" 1
check "verify" zonectl verify own
check "two more" fine more --vcpus 2 --dedicated
is "all four are different" "$(tr ' ' '\n' <<<"$own $(hard more)" | sort -u |
    wc -l)" 4
check "one that floats" fine floats --vcpus 12 --numa-nodes 6
is "it keeps off them" "$(comm -12 <(nodes_of "$own $(hard more)" |
    tr ' ' '\n' | sort) <(nodes_of "$(hard floats)" | tr ' ' '\n' | sort))" ""
refuses "no seven nodes are left" 'dedicated\|pcpu\|nodes' --vcpus 14 \
    --numa-nodes 7
gone own more floats

for ((p = 0; p < 16; p++)); do
    echo "l3 = $p"
done >/etc/zoneplace/host.conf
check "an L3 for each pcpu: --float l3" fine domains --vcpus 2 --float l3
is "one L3 each" "$(hard domains | tr ' ' '\n' | grep -cx '[0-9]*')" 2
is "of one node" "$(nodes_of "$(hard domains)" | wc -w)" 1
check "verify" zonectl verify domains
gone domains

for ((p = 0; p < 16; p += 2)); do
    echo "core = $p-$((p + 1))"
done >/etc/zoneplace/host.conf
check "a core for each node: --smt avoid" fine avoid --vcpus 2 --smt avoid
is "two vcpus are on two nodes" "$(nodes_of "$(hard avoid)" | wc -w)" 2
check "verify" zonectl verify avoid
refuses "nine vcpus, eight cores" 'core' --vcpus 9 --smt avoid
check "--smt pack" fine pack --vcpus 2 --smt pack
is "two vcpus on one node" "$(nodes_of "$(hard pack)" | wc -w)" 1
gone avoid pack

# A limit of the host's, and a zone that is to have none.
echo "vcpu-ratio = 1" >/etc/zoneplace/host.conf
over=(--vcpus 4 --numa-nodes 1 --overcommit 2)
refuses "beyond the host's vcpu-ratio" vcpus "${over[@]}"
check "--vcpu-ratio 0 lifts it" fine unlimited "${over[@]}" --vcpu-ratio 0
is "four vcpus on one node" "$(nodes_of "$(hard unlimited)" | wc -w)" 1
gone unlimited
rm /etc/zoneplace/host.conf

# A guest of xl that is told to run on one node, as people do it, and gets its
# memory wherever there is most; a zone beside it.
cat >/root/stray.cfg <<END
type = "pvh"
name = "stray"
kernel = "/boot/vmlinuz"
memory = 256
vcpus = 2
cpus = "node:1"
END
check "a guest of xl" xl create -q -p /root/stray.cfg
check "a zone" fine good --vcpus 2
before=$(xl vcpu-list | awk '{ print $1, $3, $(NF - 2) }')
out=$(zonectl audit)
note "$out"
row()
{
    awk -v guest="$1" '$1 == guest { print $5 }' <<<"$out"
}
is "the zone is local" "$(row good)" 100.0
check "the guest is not" [ "$(row stray | tr -d .)" -lt 500 ]
# Until it runs, only its first vcpu is up.
check "its vcpu is astray" grep -q '^stray .*1 vcpus may run where' <<<"$out"
is "it is to be relaunched, and nobody else" \
    "$(grep -E '^ *[0-9]+\. ' <<<"$out" | awk '{ print $1 $2 }')" "1.stray:"
check "one node would do" \
    [ "$(zonectl audit --json | grep -c '"home":\[[0-9]\]')" = 1 ]
is "nothing has changed" \
    "$(xl vcpu-list | awk '{ print $1, $3, $(NF - 2) }')" "$before"

# Adopted, it is known; the guest itself stays as it is.
adopted()
{
    xenstore-list /zoneplace/guest 2>/dev/null | wc -w
}
check "a look at it" zonectl adopt stray --dry-run
is "records nothing" "$(adopted)" 0
check "it is adopted" zonectl adopt stray
is "one record" "$(adopted)" 1
check "once more: it is already" bash -c \
    'zonectl adopt --all | grep -q "^guest stray, .*: adopted already"'
rc=0
zonectl adopt good 2>/tmp/adopt || rc=$?
is "a zone is refused" "$rc $(grep -c 'is a zone' /tmp/adopt)" "1 1"
check "it is as recorded" zonectl verify stray
check "verify --all knows it" bash -c \
    'zonectl verify --all | grep -q "^guest stray, .*: as recorded"'
check "stat knows it" bash -c \
    'zonectl stat stray | grep -q "^  256 MiB; node "'
check "audit marks it" bash -c 'zonectl audit | grep -q "^stray .*; adopted$"'
is "and it has not been touched" \
    "$(xl vcpu-list | awk '{ print $1, $3, $(NF - 2) }')" "$before"
xl vcpu-pin stray 0 0
rc=0
zonectl verify stray >/tmp/adopt 2>&1 || rc=$?
is "pinned elsewhere, it differs" \
    "$rc $(grep -c '^DIFFERS hard affinity of vcpu 0: 0, ' /tmp/adopt)" "4 1"
check "it is forgotten" zonectl adopt stray --forget
is "no record" "$(adopted)" 0
check "adopted again" zonectl adopt stray
xl destroy stray
wait_until 30 zone_gone stray
zonectl list >/dev/null
is "the record has gone with it" "$(adopted)" 0
check "relaunched as a zone" fine stray --vcpus 2
out=$(zonectl audit)
is "it is local" "$(row stray)" 100.0
check "now there is nothing to do" bash -c \
    'zonectl audit | grep -q "No relaunch would mend anything"'
gone good stray
lab_done
