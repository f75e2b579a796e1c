#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Roots are packed once: the same layers below an empty one are the same.
. "$top_srcdir/tests/oci/lib.sh"
if ! command -v mksquashfs >/dev/null || ! command -v unsquashfs >/dev/null
then
    skip "packed roots" "squashfs-tools is not installed"
    finish
fi
clean_up()
{
    umount -q "$tmp"/merged-? 2>/dev/null
}
pack()
{
    # shellcheck disable=SC2086 # ZP_WRAP is several words
    ${ZP_WRAP:-} "$top_builddir/tests/oci/pack" "$tmp/$1" "$tmp/images" "$2" \
        2>"$tmp/err"
}
# overlay NAME LAYERS: an empty layer on these.
overlay()
{
    mkdir -p "$tmp/upper-$1" "$tmp/work-$1" "$tmp/merged-$1"
    mount -t overlay x "$tmp/merged-$1" -o \
        "lowerdir=$2,upperdir=$tmp/upper-$1,workdir=$tmp/work-$1"
}
inode()
{
    stat -c %i "$tmp/images/$1.squashfs"
}
mkdir -p "$tmp/one" "$tmp/two" "$tmp/plain"
echo 1 >"$tmp/one/file"
echo 2 >"$tmp/two/other"
overlay a "$tmp/two:$tmp/one"
overlay b "$tmp/two:$tmp/one"
overlay c "$tmp/one:$tmp/two"
is "the first time" "$(pack merged-a c1)" packed
is "another container of the image" "$(pack merged-b c2)" kept
is "it is the same file" "$(inode c1)" "$(inode c2)"
is "other layers" "$(pack merged-c c3)" packed
unsquashfs -q -n -d "$tmp/seen" "$tmp/images/c2.squashfs" >/dev/null 2>&1
check "it holds the root" diff -r "$tmp/merged-a" "$tmp/seen"
echo x >"$tmp/merged-b/file"
is "a root that was written to" "$(pack merged-b c4)" packed
rm -rf "$tmp/seen"
unsquashfs -q -n -d "$tmp/seen" "$tmp/images/c4.squashfs" >/dev/null 2>&1
is "is packed as it is" "$(cat "$tmp/seen/file")" x
check "and not kept for others" [ "$(stat -c %h "$tmp/images/c4.squashfs")" = 1 ]
was=$(cksum <"$tmp/images/c1.squashfs")
is "times that can't be set" "$(NO_TIMES=1 pack merged-a c9)" kept
is "are no reason to write to what is another's" \
    "$(cksum <"$tmp/images/c1.squashfs")" "$was"
rm "$tmp"/images/c[129].squashfs
is "kept when the containers went" "$(pack merged-a c5)" kept
mv "$tmp/one" "$tmp/was-one"
mkdir "$tmp/one"
umount "$tmp/merged-a"
rm -rf "$tmp/upper-a" "$tmp/work-a"
overlay a "$tmp/two:$tmp/one"
is "layers of the same names, and not the same" "$(pack merged-a c6)" packed
is "no overlay" "$(pack plain c7)" packed
is "nor twice" "$(pack plain c8)" packed
for file in "$tmp"/images/kept-*.squashfs; do
    touch -d '8 days ago' "$file"
done
is "one of them is below this one, too" "$(pack merged-c c9)" packed
rm -f "$tmp"/images/c?.squashfs
umount "$tmp/merged-b"
rm -rf "$tmp/upper-b" "$tmp/work-b"
overlay b "$tmp/plain:$tmp/two"
is "another image" "$(pack merged-b c1)" packed
is "what nobody used for a week is gone" \
    "$(find "$tmp/images" -name 'kept-*.squashfs' | wc -l)" 2
fails "what is not there" pack nothing c2
check "says so" grep -q 'mksquashfs of .*nothing: exit' "$tmp/err"
check "and leaves nothing" [ ! -e "$tmp/images/c2.squashfs" ]

# After a reboot nobody has what was packed for a container.
leftovers()
{
    find "$tmp/images" -name 'left*.squashfs' | wc -l
}
kept_ones()
{
    find "$tmp/images" -name 'kept-*.squashfs' | wc -l
}
kept=$(kept_ones)
cp "$tmp/images/c1.squashfs" "$tmp/images/left1.squashfs"
is "a root beside another's" "$(pack plain c2)" packed
is "the other one stays" "$(leftovers)" 1
check "the boot is written down" \
    cmp "$tmp/images/boot" /proc/sys/kernel/random/boot_id
echo another >"$tmp/images/boot"
is "the first one after a reboot" "$(pack plain c2)" packed
is "what was there before is gone" "$(leftovers)" 0
is "what is kept is not" "$(kept_ones)" "$kept"
cp "$tmp/images/c2.squashfs" "$tmp/images/left2.squashfs"
is "and the next one" "$(pack plain c3)" packed
is "finds what is new" "$(leftovers)" 1

# A create is killed while it packs.
mkdir "$tmp/bin"
printf '#!/bin/sh\necho $$ >%s/packer\nexec sleep 1000\n' "$tmp" \
    >"$tmp/bin/mksquashfs"
chmod +x "$tmp/bin/mksquashfs"
PATH=$tmp/bin:$PATH pack plain c2 &
until_true "it packs" [ -s "$tmp/packer" ]
packer=$(cat "$tmp/packer")
kill -KILL "$(ps -o ppid= -p "$packer" | tr -d ' ')"
wait
check "its mksquashfs ends with it" ends "$packer"
kill -KILL "$packer" 2>/dev/null
finish
