# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# `zonectl verify` has teeth: four planted lies, each found, exit 4.
# lab: light
. /lab/lib.sh

mkdir -p /out
start()
{
    zonectl launch --name "$1" "${KERNEL[@]}" --vcpus 2 --memory 256M \
        --numa-nodes 2 --scatter --paused --json >"/out/$1.json"
}

# found LIE WORD: verify exits 4 and names what differs.
found()
{
    local rc=0 out
    out=$(zonectl verify "$name" 2>&1) || rc=$?
    is "$1: verify exits 4" "$rc" 4
    check "$1: and says where" grep -q "^DIFFERS.*$2" <<<"$out"
    note "$(grep '^DIFFERS' <<<"$out")"
}

# Each lie gets a zone of its own: paused, so nothing else moves.
name=affinity
check "a zone" start $name
check "it is as planned" zonectl verify $name
other=$(xl vcpu-list $name | awk '$3 == 1 { print $7 }')
check "lie: vcpu 0's affinity" xl vcpu-pin $name 0 "$other"
found "an affinity moved" affinity
zonectl destroy $name

name=slit
check "a zone" start $name
check "it is as planned" zonectl verify $name
check "lie: the guest's SLIT" /lab/zp-lie slit "$(zone_id $name)"
found "SLIT changed" SLIT
zonectl destroy $name

name=record
check "a zone" start $name
check "it is as planned" zonectl verify $name
uuid=$(xenstore-list /zoneplace/zone)
for key in $(xenstore-list "/zoneplace/zone/$uuid/spec"); do
    path=/zoneplace/zone/$uuid/spec/$key
    text=$(xenstore-read "$path")
    # Node 3 with its pcpus in node 2's place: consistent, and wrong.
    xenstore-write "$path" "$(sed -E 's/("pnode(_pos)?": ?)2/\13/g
        s/("pcpus": ?)"4-5"/\1"6-7"/' <<<"$text")"
done
found "a wrong record" affinity
zonectl destroy $name || xl destroy $name

name=page
check "a zone" start $name
check "it is as planned" zonectl verify $name
check "lie: 3 pages moved" /lab/zp-lie page "$(zone_id $name)" 0x2000 3 7
found "pages moved" page
zonectl destroy $name

# A launch executable whose two symbols the dynamic linker can't find: it
# must notice, and leave nothing.
launch=$(find / -xdev -path '*/libexec/zoneplace/launch' -type f)
check "the lab has such an executable" [ -x /lab/launch-hidden ]
mv "$launch" /tmp/launch
cp /lab/launch-hidden "$launch"
rc=0
err=$(start hidden 2>&1) || rc=$?
is "hidden symbols: exit 1" "$rc" 1
is "hidden symbols: one line" "$(wc -l <<<"$err")" 1
note "$err"
is "hidden symbols: no domain is left" "$(xl list | awk 'NR > 2')" ""
is "hidden symbols: no record is left" \
    "$(xenstore-list /zoneplace/zone 2>/dev/null)" ""
mv /tmp/launch "$launch"
check "with the right one again: a zone" start $name
zonectl destroy $name
lab_done
