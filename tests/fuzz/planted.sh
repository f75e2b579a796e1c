#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plants a bug in a copy of each importer, one after the other, and lets its
# fuzzer search for it: a fuzzer that finds nothing proves little unless it
# finds this. Needs clang with libFuzzer; minutes.
#   tests/fuzz/planted.sh [NAME ...]
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

# plant NAME FILE EXPRESSION: sed's expression takes a check out of the file
plant()
{
    local name=$1 file=$work/$1/libzoneplace/adapt/$2

    case " ${names[*]} " in *" $name "*) ;; *) return ;; esac
    mkdir -p "$work/$name" && cp -r libzoneplace "$work/$name/"
    sed -i "$3" "$file"
    if cmp -s "$file" "libzoneplace/adapt/$2"; then
        echo "not ok - $name: the check to take out is not there"
        bad=1
    elif ZP_FUZZ_SOURCE=$work/$name ZP_FUZZ_DIR=$work/$name/out \
        tests/fuzz/run.sh "$name" -max_total_time="${ZP_PLANT_TIME:-300}" \
        >"$work/$name.log" 2>&1; then
        echo "not ok - $name: the planted bug was not found"
        tail -n 3 "$work/$name.log"
        bad=1
    elif grep -Eq 'runtime error|AddressSanitizer|broken:' "$work/$name.log"
    then
        echo "ok - $name: found, $(grep -Eom1 \
            'runtime error: .*|ERROR: AddressSanitizer: [a-z-]*|broken: .*' \
            "$work/$name.log"), $(grep -Eo '^#[0-9]+' "$work/$name.log" |
            tail -n 1 | tr -d '#') runs at the last report"
    else
        echo "not ok - $name: it failed otherwise"
        tail -n 5 "$work/$name.log"
        bad=1
    fi
}

names=("$@")
[ $# -gt 0 ] || names=(numactl xl sysfs hwloc libvirt host_json openstack domain)
plant numactl numactl-text.c 's/if (pcpu >= ZP_MAX_PCPUS)/if (pcpu >= 1u << 30)/
    s/zp_pcpuset_add(&node->pcpus, (uint32_t)pcpu)/node->pcpus.word[pcpu \/ 64] |= 1/'
plant xl xl-text.c 's/if (pcpu >= ZP_MAX_PCPUS)/if (pcpu >= 1u << 30)/'
plant sysfs sysfs-tar.c 's/ || \*nr_out >= ZP_MAX_PCPUS)/)/'
plant hwloc hwloc-xml.c 's/pcpu >= ZP_MAX_PCPUS)/pcpu >= 1u << 30)/'
plant libvirt libvirt-xml.c 's/pcpu >= ZP_MAX_PCPUS)/pcpu >= 1u << 30)/'
plant host_json host-json.c 's/if (row->type != ZP__JSON_ARRAY || row->nr != nr_nodes)/if (row->type != ZP__JSON_ARRAY)/'
plant openstack openstack.c 's/ || (unsigned)atoi(digits) >= ZP_MAX_VNODES)/)/'
plant domain libvirt-domain.c 's/id >= ZP_MAX_VNODES || d->cell/d->cell/'
exit "$bad"
