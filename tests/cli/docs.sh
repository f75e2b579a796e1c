#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual pages say what there is: options, verbs, calls.
. "$top_srcdir/tests/cli/lib.sh"
man=$top_srcdir/docs/man
lib=$top_srcdir/libzoneplace
: >"$tmp/out"
: >"$tmp/err"

# Options: the binary's own list against manual and help. Asked once: the
# valgrind run starts it under its checker each time.
zonectl --long-options >"$tmp/options"
while read -r option; do
    check "zonectl(1) has $option" \
        grep -Eq "^=item (.*[ ,])?B<$option>" "$man/zonectl.1.pod"
done <"$tmp/options"
while read -r option; do
    check "$option of zonectl(1) exists" \
        grep -qx -- "$option" "$tmp/options"
done < <(grep -o 'B<--[a-z-]*>' "$man/zonectl.1.pod" | tr -d 'B<>' | sort -u)

# INSTALL.md shows commands that no test can run (those of TUTORIAL.md are).
sed -e ':join' -e '/\\$/{N;s/\\\n//;b join' -e '}' \
    "$top_srcdir/docs/INSTALL.md" | grep '^zonectl ' |
    grep -o -- ' --[a-z][a-z-]*' | tr -d ' ' | sort -u >"$tmp/used"
check "INSTALL.md: options are found" grep -qx -- --numa-nodes "$tmp/used"
is "INSTALL.md: they all exist" \
    "$(grep -vxF -f "$tmp/options" "$tmp/used")" ""

while read -r verb; do
    check "zonectl(1) has the verb $verb" \
        grep -Eq "^=item (.*, )?B<$verb>( |$)" "$man/zonectl.1.pod"
    zonectl "$verb" --help >"$tmp/help"
    cat "$tmp/help" >>"$tmp/helps"
    missing=$(zonectl --long-options "$verb" | while read -r option; do
        grep -q "^  $option\( \|$\)" "$tmp/help" || echo "$option"
    done)
    is "$verb --help has all its options" "$missing" ""
done < <(zonectl --verbs)

# The last column of help texts fits a terminal.
zonectl --help >>"$tmp/helps"
is "help fits 80 columns" "$(awk 'length > 80' "$tmp/helps")" ""

# Calls: the symbol maps against page and headers.
for map in libzoneplace libzoneplace-xen; do
    headers=$lib/include/zoneplace${map#libzoneplace}.h
    # The library's simulation and doctor have headers of their own.
    [ "$map" = libzoneplace-xen ] ||
        headers="$headers $lib/include/zoneplace-density.h
            $lib/include/zoneplace-doctor.h"
    for symbol in $(grep -o 'zp_[a-z0-9_]*' "$lib/$map.sym"); do
        check "libzoneplace(3) has $symbol" \
            grep -q "B<$symbol>" "$man/libzoneplace.3.pod"
        # shellcheck disable=SC2086 # one header or two
        check "a header of $map has $symbol" \
            grep -q "[ *]$symbol(" $headers
    done
    # shellcheck disable=SC2086
    for symbol in $(grep -hEo '^[a-z].*[ *]zp_[a-z0-9_]+\(' \
        $headers | grep -Eo 'zp_[a-z0-9_]+\($' | tr -d '('); do
        check "$map.sym has $symbol" grep -qw "$symbol" "$lib/$map.sym"
    done
done

# The page of the public headers: every call, and no link into nothing.
page=$tmp/api.html
sh "$top_srcdir/docs/api" "$lib"/include/*.h >"$page"
for symbol in $(grep -ho 'zp_[a-z0-9_]*' "$lib"/*.sym); do
    check "docs/api has $symbol" grep -q "<b id=\"$symbol\">" "$page"
done
is "docs/api links to what it has" "$(grep -o 'href="#[^"]*"' "$page" |
    sed 's/.*#//; s/"//' | sort -u | while read -r name; do
        grep -q "id=\"$name\"" "$page" || echo "$name"
    done)" ""
is "docs/api has every name once" \
    "$(grep -o ' id="[^"]*"' "$page" | sort | uniq -d)" ""
is "make docs/api.html takes every header" \
    "$(grep -o 'include/zoneplace[a-z-]*\.h' "$top_srcdir/docs/Makemodule.am" |
        sort)" "$(cd "$lib" && find include -name 'zoneplace*.h' | sort)"

if command -v podchecker >/dev/null; then
    for page in "$man"/*.pod; do
        check "podchecker ${page##*/}" \
            podchecker -warnings -warnings "$page" 2>"$tmp/err"
    done
else
    skip "podchecker" "perl's podchecker is not installed"
fi
# Files that the documents name. Capitals stand for names of one's own, and
# public/ is Xen's. A tarball has not all of them.
if [ -e "$top_srcdir/.git" ]; then
    missing=$(cd "$top_srcdir" && for page in README.md docs/*.md \
        tests/lab/README.md kube-annotations/README.md xen-patches/README.md; do
        grep -o '`[a-z][a-z0-9_/.*-]*/[a-z0-9_.-]*\.[a-z]*`' "$page" |
            tr -d '`' | grep -E '\.(c|h|sh|md|json|yaml|py|conf)$' |
            grep -v '^public/' | sort -u | while read -r file; do
            # shellcheck disable=SC2086 # a pattern, some of them
            ls $file "$(dirname "$page")"/$file libzoneplace/$file \
                kube-annotations/$file tests/$file xen-patches/$file \
                2>/dev/null | grep -q . || echo "$page: $file"
        done
    done)
    is "files that documents name are there" "$missing" ""
else
    skip "files that documents name are there" "not a clone of the tree"
fi
finish
