#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What plan prints, where it prints it, and its receipts.
. "$top_srcdir/tests/cli/lib.sh"
make_host >"$tmp/host.json"
plan=(plan --host "$tmp/host.json" --vcpus 8 --memory 2G --numa-nodes 2)

pnodes()
{
    grep -o '"pnode": *[0-9]*' "$tmp/out" | head -n "$1" | tr -dc '0-9\n' |
        tr '\n' ' '
}

accepted "a table" "${plan[@]}"
cp "$tmp/out" "$tmp/table"
run "${plan[@]}" --text
check "--text is the same" cmp "$tmp/out" "$tmp/table"
accepted "a drawing" "${plan[@]}" --ascii
check "it is not the table" [ "$(cksum <"$tmp/out")" != \
    "$(cksum <"$tmp/table")" ]
accepted "with the reasons" "${plan[@]}" --why
check "that is more than the table" \
    [ "$(wc -l <"$tmp/out")" -gt "$(wc -l <"$tmp/table")" ]

run "${plan[@]}" --compact --json
expect_exit 0 "compact"
is "compact: the emptiest node and its neighbour" "$(pnodes 2)" "2 0 "
run "${plan[@]}" --scatter --json
is "scatter: the emptiest node and the other package" "$(pnodes 2)" "2 7 "
run "${plan[@]}" --near 41:00.0 --json
is "near: the device's node is first" "$(pnodes 1)" "3 "
run "${plan[@]}" --pci 0000:81:00.0 --json
expect_exit 0 "pci: planned"
is "pci: the device's node is first" "$(pnodes 1)" "7 "
run "${plan[@]}" --first-node pack --json
is "pack: the fullest node is first" "$(pnodes 1)" "0 "
run "${plan[@]}" --reserve-pcpus 8-15 --json
is "a node without usable pcpus is left out" "$(pnodes 2)" "7 3 "
run "${plan[@]}" --vcpus 6 --tier patched --json
check "--tier patched is in the plan" grep -q '"tier": *"patched"' "$tmp/out"
run "${plan[@]}" --type pv
expect_exit 3 "a PV zone on two nodes"

# Warnings: lines on stderr, or in the JSON, never both.
sed 's/\[10,12/[11,12/' "$tmp/host.json" >"$tmp/warn.json"
run plan --host "$tmp/warn.json" --vcpus 2 --memory 1G
expect_exit 0 "with a warning"
check "with a warning: on stderr" grep -q '^warning: ' "$tmp/err"
run plan --host "$tmp/warn.json" --vcpus 2 --memory 1G --json
check "--json: nothing on stderr" [ ! -s "$tmp/err" ]
check "--json: it is in there" grep -q '10/20' "$tmp/out"

# Receipts.
run "${plan[@]}" --scatter --receipt "$tmp/receipt"
expect_exit 0 "a receipt"
accepted "its replay" plan --replay "$tmp/receipt"
run plan --replay "$tmp/receipt" --json
expect_exit 0 "its replay as JSON"
is "its plan" "$(pnodes 2)" "2 7 "
sed 's/4100000/4000000/' "$tmp/receipt" >"$tmp/lie"
refused 1 . "a receipt with another host" plan --replay "$tmp/lie"
sed '/"plan"/,$ s/"pnode": *7/"pnode": 3/' "$tmp/receipt" >"$tmp/lie"
refused 1 . "a receipt with another plan" plan --replay "$tmp/lie"
head -c 300 "$tmp/receipt" >"$tmp/cut"
refused 1 . "half a receipt" plan --replay "$tmp/cut"
refused 1 . "no receipt" plan --replay "$tmp/host.json"

# A receipt is whole or not there, and a failure prints no plan.
echo before >"$tmp/kept"
refused 1 'receipt' "a receipt into no folder" "${plan[@]}" \
    --receipt "$tmp/none/receipt"
refused 3 . "no receipt of a refusal" "${plan[@]}" --memory 1T \
    --receipt "$tmp/kept"
is "the file is as it was" "$(cat "$tmp/kept")" before
if [ -w /dev/full ]; then
    refused 1 'No space' "a receipt onto a full disk" "${plan[@]}" \
        --receipt /dev/full
    command="zonectl plan >/dev/full"
    status=0
    zonectl "${plan[@]}" >/dev/full 2>"$tmp/err" || status=$?
    expect_exit 1 "a plan onto a full disk"
    expect_stderr_one_line 'No space' "a plan onto a full disk"
else
    skip "a full disk" "no /dev/full"
fi
is "no temporary file is left" "$(ls "$tmp" | grep -c 'receipt\.')" 0
finish
