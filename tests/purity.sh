#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The pure part may call memory, string and snprintf functions and nothing
# else of the world: no files, environment, clock, random numbers or locale.
# It may hold no data that changes, and compute nothing in floating point.
# (__udivti3 is libgcc for a division of 128 bits, bcmp what clang makes of a
# memcmp that is only asked for equality: no calls of ours.)
set -eu

allowed='malloc calloc realloc free
qsort strcspn memcpy memset memmove memcmp bcmp memchr strlen strnlen strchr strrchr strcmp
strncmp strcpy strncpy strstr
snprintf vsnprintf __snprintf_chk __vsnprintf_chk
__memcpy_chk __memset_chk __memmove_chk __strcpy_chk __strncpy_chk
__assert_fail __stack_chk_fail __popcountdi2 __udivti3 _GLOBAL_OFFSET_TABLE_'

cd "$top_builddir"
objects=$(find libzoneplace/core/.libs libzoneplace/render/.libs \
    libzoneplace/density/.libs \
    -name 'libzpcore_la-*.o')
objects="$objects $(find kube-annotations/.libs -name '*annotation.o')
$(find kube-annotations/.libs -name '*frame.o')
$(find kube-annotations/.libs -name '*net-wire.o')
$(find libzoneplace/adapt/.libs -name 'libzpall_la-quantity.o')"
test -n "$objects" || { echo "purity: no objects to look at" >&2; exit 1; }

# Sanitizers and gcov put calls of their own into every object.
case $(nm -u $objects) in
*__asan_*|*__ubsan_*) echo "skipped: sanitizers put calls of their own into the objects"; exit 77;;
*__gcov_*) echo "skipped: gcov puts calls of its own into the objects"; exit 77;;
esac

failed=0
known=" $(nm -g --defined-only $objects | awk 'NF == 3 { print $3 }' |
    tr '\n' ' ') $(echo $allowed) "
for symbol in $(nm -u $objects | awk 'NF == 2 { print $2 }' | sort -u); do
    case $known in
    *" $symbol "*) ;;
    *)  echo "purity: the core calls $symbol" >&2
        nm -A -u $objects | grep " $symbol\$" >&2
        failed=1;;
    esac
done

# Sections that can be written to; tables of constants lie elsewhere.
if nm -A -f sysv $objects | grep -E '\|(\.t?data|\.t?bss|\*COM\*) *$' >&2; then
    echo "purity: the core keeps state" >&2
    failed=1
fi

if objdump -d $objects 2>/dev/null |
    grep -E '(add|sub|mul|div|sqrt|cvt[a-z0-9]*)s[sd] ' >&2; then
    echo "purity: the core computes in floating point" >&2
    failed=1
fi
exit $failed
