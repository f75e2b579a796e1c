# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Runs the scenarios in /lab/batch one after the other on one host: the boot is
# a good part of a short one. Each finds /etc/zoneplace as it was installed, no
# guest, no console of an earlier one, and an empty /out, which goes into a
# folder of its name.

consoles=/var/log/xen/console
bad=0
kept=$(mktemp -d)
mkdir -p /etc/zoneplace /out
cp -a /etc/zoneplace "$kept/etc"

for scenario in /lab/batch/*.sh; do
    name=$(basename "$scenario" .sh)
    start=$(cut -d . -f 1 /proc/uptime)
    status=0
    echo "=== begin $name"
    timeout -k 20 "${LAB_EACH:-900}" bash "$scenario" || status=$?
    [ $status = 0 ] || bad=1
    xl list | awk 'NR > 2 { print $1 }' | while read -r guest; do
        echo "not ok - it leaves $guest"
        xl destroy "$guest"
    done
    echo "=== end $name $status $(($(cut -d . -f 1 /proc/uptime) - start))"
    rm -rf /etc/zoneplace
    cp -a "$kept/etc" /etc/zoneplace
    for log in "$consoles"/guest-*; do
        [ ! -e "$log" ] || mv "$log" "$consoles/$name-${log##*/}"
    done
    mv /out "$kept/$name"
    mkdir /out
done
rm -rf "${kept:?}/etc"
mv "$kept"/* /out
exit $bad
