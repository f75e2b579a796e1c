#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zone-cri's words: help, manual page, completion, unit. tests/cri runs it.
. "$top_srcdir/tests/cli/lib.sh"
program=$(program zone-cri)
if [ ! -x "$program" ]; then
    skip "zone-cri" "built without gRPC"
    finish
fi

zone-cri()
{
    "$program" "$@"
}

command="zone-cri --help"
status=0
zone-cri --help >"$tmp/out" 2>"$tmp/err" || status=$?
expect_exit 0 "help"
check "it fits 80 columns" [ -z "$(awk 'length > 80' "$tmp/out")" ]
check "it has options" grep -q -- --handler "$tmp/out"
while read -r option; do
    check "zone-cri(8) has $option" \
        grep -q "^=item .*B<$option>" "$top_srcdir/docs/man/zone-cri.8.pod"
done < <(grep -o -- '--[a-z-]*' "$tmp/out")
is "version" "$(zone-cri --version | cut -d ' ' -f 1)" zone-cri

. "$top_srcdir/tools/completion/zone-cri"
COMP_WORDS=(zone-cri --allow-k) COMP_CWORD=1
_zone_cri
is "completion: an option" "${COMPREPLY[*]}" --allow-kernel
touch "$tmp/host.json"
COMP_WORDS=(zone-cri --host "$tmp/ho") COMP_CWORD=2
_zone_cri
is "completion: a file" "${COMPREPLY[*]}" "$tmp/host.json"

# The socket's folder is the unit's to make.
unit=$top_srcdir/kube-annotations/zone-cri.service
folder=$(sed -n 's/^RuntimeDirectory=//p' "$unit")
check "the unit makes the socket's folder" \
    grep -q "/run/$folder/cri.sock" "$tmp/out"
finish
