#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 50-topology.sh DIR: what the zones of scenarios/50-topology.sh left in DIR,
# read by somebody else: hwloc's x86 backend replays the CPUID leaves that each
# guest's processors gave and must find the plan's packages, cores and caches.
set -u

dir=${1:?the folder with the scenario\'s files}
lstopo=${LSTOPO:-lstopo-no-graphics}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
count=0 bad=0

# unpack REPORT: the guest's leaves, as hwloc wants them, into $work/dump.
unpack()
{
    rm -rf "$work/dump"
    mkdir "$work/dump"
    echo "Architecture: x86" >"$work/dump/hwloc-cpuid-info"
    awk -v dir="$work/dump" '/^cpuid\// {
        split($1, path, "/")
        sub(/:$/, "", path[2])
        print substr($0, length($1) + 2) >(dir "/pu" path[2])
    }' "$1"
}

# objects: those of lstopo's XML, as "TYPE LIST" with the processors' numbers
objects()
{
    sed -n 's/.*<object type="\([^"]*\)".* cpuset="\([^"]*\)".*/\1 \2/p' |
        awk '{
            n = split($2, word, ",")
            hex = ""
            for (i = 1; i <= n; i++) {
                sub(/^0x/, "", word[i])
                hex = hex substr("00000000" word[i], length(word[i]) + 1)
            }
            list = ""
            from = ""
            len = length(hex)
            for (bit = 0; bit <= 4 * len; bit++) {
                digit = index("0123456789abcdef",
                              substr(hex, len - int(bit / 4), 1)) - 1
                set = bit < 4 * len && int(digit / 2 ^ (bit % 4)) % 2
                if (set && from == "")
                    from = bit
                if (!set && from != "") {
                    list = list (list == "" ? "" : ",") from \
                        (bit - 1 > from ? "-" (bit - 1) : "")
                    from = ""
                }
            }
            print $1, list
        }'
}

# wanted FILE: the same of what the scenario took from the plan
wanted()
{
    awk '
        $2 == "package" { print "Package", $3 }
        $2 == "core" { print "Core", $3 }
        $2 == "cache" && $4 == "Instruction" { print "L1iCache", $5; next }
        $2 == "cache" { print "L" $3 "Cache", $5 }
    ' "$1" | sort -u
}

for report in "$dir"/*.report; do
    name=$(basename "$report" .report)
    [ -e "$dir/$name.planned" ] || continue
    count=$((count + 1))
    unpack "$report"
    HWLOC_CPUID_PATH=$work/dump HWLOC_COMPONENTS=x86,stop \
        HWLOC_SHOW_ERRORS=all HWLOC_HIDE_ERRORS=0 \
        "$lstopo" --of xml >"$work/xml" 2>"$work/stderr"
    wanted "$dir/$name.planned" >"$work/wanted"
    # Of what the plan says: on unmodified Xen it is packages alone.
    kinds=$(cut -d ' ' -f 1 "$work/wanted" | sort -u | paste -sd '|')
    objects <"$work/xml" | grep -E "^($kinds) " | sort -u >"$work/seen"
    if { [ -s "$work/wanted" ] && diff -u "$work/wanted" "$work/seen" &&
        ! grep . "$work/stderr"; } >"$work/diff" 2>&1; then
        echo "ok - $name: hwloc reads the plan from the guest's CPUID"
    else
        bad=$((bad + 1))
        echo "not ok - $name: hwloc reads the plan from the guest's CPUID"
        sed 's/^/# /' "$work/diff"
    fi
done
if [ $count = 0 ]; then
    echo "not ok - there are reports in $dir"
    exit 1
fi
[ $bad = 0 ]
