#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same request on the same host gives the same bytes: again, in another
# locale, and with the host's nodes and keys in another order.
. "$top_srcdir/tests/cli/lib.sh"
make_host >"$tmp/host.json"

# all HOST: what everything prints of it.
all()
{
    local strategy k

    zonectl host --host "$1" --json
    zonectl host --host "$1"
    for strategy in --compact --scatter; do
        for k in 1 2 3 4; do
            zonectl plan --host "$1" --vcpus 8 --memory 2600M \
                --numa-nodes $k $strategy --json
            zonectl plan --host "$1" --vcpus 8 --memory 2600M \
                --numa-nodes $k $strategy --ascii --why 2>&1
        done
    done
    zonectl plan --host "$1" --vcpus 3 --memory 6G --json
    zonectl plan --host "$1" --vcpus 3 --memory 1G --near 81:00.0 --json
}

export LC_ALL=C
all "$tmp/host.json" >"$tmp/out" 2>"$tmp/err"
cp "$tmp/out" "$tmp/first"
check "there is something to compare" [ "$(wc -l <"$tmp/first")" -gt 100 ]
all "$tmp/host.json" >"$tmp/out"
check "a second run" cmp "$tmp/first" "$tmp/out"

# A locale with commas in numbers, if one can be had.
localedef -i de_DE -f UTF-8 "$tmp/de_DE.UTF-8" >/dev/null 2>&1
locales=$(locale -a | grep -Ev '^(C|POSIX)$')
# localedef leaves an empty folder where it has no sources to compile.
[ ! -e "$tmp/de_DE.UTF-8/LC_NUMERIC" ] || locales="$locales de_DE.UTF-8"
for locale in $locales; do
    [ ! -e "$tmp/$locale/LC_NUMERIC" ] || export LOCPATH=$tmp
    # The shell itself may not find a locale that zonectl is to find.
    { export LC_ALL=$locale LANG=$locale; } 2>/dev/null
    all "$tmp/host.json" >"$tmp/out"
    unset LOCPATH
    check "locale $locale" cmp "$tmp/first" "$tmp/out"
done
export LC_ALL=C
[ -n "$locales" ] || skip "another locale" "there is none but C"

# Under a checker one of them will do: it sees each call once already.
orders=("7 3 2 0" "3 0 7 2" "2 7 0 3")
[ -z "${ZP_WRAP:-}" ] || orders=("7 3 2 0")
for order in "${orders[@]}"; do
    for keys in forward backward; do
        make_host "$order" $keys >"$tmp/other.json"
        check "order $order, keys $keys: another file" \
            [ "$(cksum <"$tmp/host.json")" != "$(cksum <"$tmp/other.json")" ]
        all "$tmp/other.json" >"$tmp/out"
        check "order $order, keys $keys: the same bytes" \
            cmp "$tmp/first" "$tmp/out"
    done
done
finish
