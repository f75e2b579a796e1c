#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zone-device-plugin's words: help, manual page, completion, unit; and what it
# counts on hosts of all kinds. tests/device runs it.
. "$top_srcdir/tests/cli/lib.sh"
program=$(program zone-device-plugin)
if [ ! -x "$program" ]; then
    skip "zone-device-plugin" "built without gRPC"
    finish
fi

zone-device-plugin()
{
    # shellcheck disable=SC2086 # ZP_WRAP is a command and its arguments
    ${ZP_WRAP:-} "$program" "$@"
}

command="zone-device-plugin --help"
status=0
zone-device-plugin --help >"$tmp/out" 2>"$tmp/err" || status=$?
expect_exit 0 "help"
check "it fits 80 columns" [ -z "$(awk 'length > 80' "$tmp/out")" ]
check "it has options" grep -q -- --host "$tmp/out"
man=$top_srcdir/docs/man/zone-device-plugin.8.pod
while read -r option; do
    check "zone-device-plugin(8) has $option" \
        grep -q "^=item .*B<$option>" "$man"
done < <(grep -o -- '--[a-z-]*' "$tmp/out")
while read -r key; do
    check "zone-device-plugin(8) has the key $key" \
        grep -q "^=item B<$key> = " "$man"
    keys=${keys:-}x
done < <(sed -n '/^static const char \*set(/,/^}/s/.*key, "\(.*\)").*/\1/p' \
    "$top_srcdir/kube-annotations/device/conf.c")
is "all of them" "${keys:-}" xxxxxx
is "version" "$(zone-device-plugin --version | cut -d ' ' -f 1)" \
    zone-device-plugin

. "$top_srcdir/tools/completion/zone-device-plugin"
COMP_WORDS=(zone-device-plugin --con) COMP_CWORD=1
_zone_device_plugin
is "completion: an option" "${COMPREPLY[*]}" --config
touch "$tmp/host.json"
COMP_WORDS=(zone-device-plugin --host "$tmp/ho") COMP_CWORD=2
_zone_device_plugin
is "completion: a file" "${COMPREPLY[*]}" "$tmp/host.json"

# Usable pcpus and the shapes: the same as zonectl's.
printf 'name,vcpus,memory\nodd,3,5G\nwhole,16,60G\n' >"$tmp/shapes.csv"
printf 'shapes = %s\nmemory-unit = 1G\n' "$tmp/shapes.csv" >"$tmp/conf"
for host in "$top_srcdir"/tests/data/hosts/*.json; do
    name=$(basename "$host" .json)
    zone-device-plugin --config "$tmp/conf" --host "$host" --list \
        >"$tmp/list" 2>"$tmp/err" || true
    is "$name: fits as zonectl says" \
        "$(sed -n 's/.*fits-.* for pods of //p' "$tmp/list" | xargs)" \
        "$(zonectl density --host "$host" --mix "$tmp/shapes.csv" --more \
            --json 2>/dev/null | grep -o '"more": [0-9]*' | cut -d ' ' -f 2 |
            xargs)"
done

# The unit lets it reach kubelet's folder, whatever else is closed.
unit=$top_srcdir/kube-annotations/device/zone-device-plugin.service
check "the unit lets it write below /var/lib" \
    grep -qx 'ReadWritePaths=-/var/lib' "$unit"
finish
