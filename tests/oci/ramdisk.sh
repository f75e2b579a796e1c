# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# zone-mkramdisk, on a kernel made of small files.
. "$top_srcdir/tests/cli/lib.sh"

if ! command -v cpio >/dev/null || ! command -v xz >/dev/null; then
    skip "zone-mkramdisk" "needs cpio and xz"
    finish
fi
dir=$tmp/modules
mkdir -p "$dir/kernel/drivers/xen" "$dir/kernel/fs" "$tmp/out.d"
xen=kernel/drivers/xen
for name in xen-blkfront xen-evtchn xen-gntdev xen-gntalloc xen_common; do
    echo "$name" >"$dir/$xen/$name.ko"
done
echo overlay | xz >"$dir/kernel/fs/overlay.ko.xz"
echo squashfs >"$dir/kernel/fs/squashfs.ko"
cat >"$dir/modules.dep" <<END
$xen/xen-blkfront.ko: $xen/xen_common.ko
$xen/xen_common.ko:
$xen/xen-evtchn.ko:
$xen/xen-gntdev.ko: $xen/xen_common.ko
$xen/xen-gntalloc.ko:
kernel/fs/overlay.ko.xz:
kernel/fs/squashfs.ko:
END
echo kernel/drivers/net/xen-netfront.ko >"$dir/modules.builtin"
printf '#!/bin/sh\n' >"$tmp/zone-init"
chmod 755 "$tmp/zone-init"

ramdisk()
{
    "$top_builddir/zone-mkramdisk" --modules "$dir" --init "$tmp/zone-init" \
        --output "$tmp/zone.img" "$@" 2>"$tmp/err"
}

check "it is made" ramdisk
(cd "$tmp/out.d" && cpio -id --quiet <"$tmp/zone.img")
is "what others need comes before them, once, and nothing that is built in" \
    "$(paste -s -d ' ' "$tmp/out.d/modules")" \
    "xen_common.ko xen-blkfront.ko squashfs.ko overlay.ko xen-evtchn.ko\
 xen-gntdev.ko xen-gntalloc.ko"
is "modules are unpacked" "$(cat "$tmp/out.d/lib/modules/overlay.ko")" overlay
check "zone-init is /init" cmp "$tmp/zone-init" "$tmp/out.d/init"
is "and ends the zone when it is asked" \
    "$(readlink "$tmp/out.d/sbin/poweroff")" ../init
cp "$tmp/zone.img" "$tmp/first.img"
rm -f "$dir/$xen/xen-evtchn.ko"
if ramdisk; then
    not_ok "a module that is not there fails"
else
    ok "a module that is not there fails"
fi
check "and what there was stays" cmp "$tmp/first.img" "$tmp/zone.img"
is "with nothing beside it" "$(find "$tmp" -name 'zone.img*' | wc -l)" 1
sed -i '/squashfs/d' "$dir/modules.dep"
ramdisk
check "it names what a kernel does not have" \
    grep -q "has no module squashfs" "$tmp/err"
for args in "--modules" "--color" "extra"; do
    status=0
    # shellcheck disable=SC2086 # words
    ramdisk $args || status=$?
    is "$args: exit 2" "$status" 2
    check "$args: one line" [ "$(wc -l <"$tmp/err")" = 1 ]
done
finish
