# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What guests take for their packages, cores, threads and caches is what the
# plan says, field by field, and their kernels don't doubt it. That needs the
# patched tier; the stock one has packages = nodes, by padding.
# shellcheck disable=SC2034,SC2154 # lib-topology.sh takes and sets some
# lab: light
. /lab/lib.sh
. /lab/lib-topology.sh

declare -A FLAGS=(
    [one]="--vcpus 1 --memory 256M"
    [far]="--vcpus 5 --memory 256M --numa-nodes 2 --overcommit 2 --scatter"
    [nodes]="--vcpus 4 --memory 256M --numa-nodes 2 --packages node"
    [two]="--vcpus 2 --memory 256M"
    [odd]="--vcpus 5 --memory 256M --numa-nodes 2 --overcommit 2"
    [single]="--vcpus 3 --memory 256M --numa-nodes 2 --scatter --threads 1"
)

# What a guest of xl reads from CPUID, whatever zonectl has done before.
plain_cpuid()
{
    local report

    cat >/root/plain.cfg <<END
type = "pvh"
name = "plain"
kernel = "/boot/vmlinux.gz"
ramdisk = "/boot/zone.img"
extra = "$LAB_PLAIN"
memory = 128
vcpus = 1
END
    report=$(launch_report plain 240 xl create -q /root/plain.cfg) || return 1
    grep '^cpuid/' "$report" >"$1"
    xl destroy plain
    [ -s "$1" ]
}

[ "$patched" = yes ] ||
    check "a guest of xl, before any zonectl" plain_cpuid /out/cpuid-before
tier=$(zonectl host | sed -n 's/^Xen .*, tier \([^,]*\),.*/\1/p')
note "tier: $tier"
if [ "$patched" = no ]; then
    is "zonectl finds the tier" "$tier" stock
    skip "threads, caches and packages by socket" \
        "unmodified Xen: tests/lab/host --patched shows them"
    check "two threads per core are refused" \
        bash -c '! zonectl launch --name two --vcpus 2 --memory 256M \
            --threads 2 --kernel /boot/vmlinux.gz 2>&1'
    FLAGS[even]="--vcpus 4 --memory 256M --numa-nodes 2 --compact"
    FLAGS[far]="--vcpus 3 --memory 256M --numa-nodes 2 --scatter"
    wave even far
    for name in even far; do
        check "$name: the plan says what its guest is not told" \
            grep -q 'not told of SMT siblings, shared caches and sockets' \
            "/out/$name.json"
    done
    check "a guest of xl, after them" plain_cpuid /out/cpuid-after
    check "it reads the same from CPUID" \
        diff /out/cpuid-before /out/cpuid-after
    lab_done
fi
is "zonectl finds the tier" "$tier" patched
is "a plan is made for it" \
    "$(zonectl plan --vcpus 1 --memory 64M --json | grep '"tier"')" \
    '  "tier": "patched",'
wave one far nodes

two_threads
wave two odd single
is "threads: as the host has them" "$(threads_of two) $(threads_of odd)" "2 2"
is "threads: one, when asked for" "$(threads_of single)" 1

# Is a kernel with doubts heard? The same nodes by stock xl, whose guests have
# APIC ids that know nothing of them.
cat >/root/doubt.cfg <<END
type = "pvh"
name = "doubt"
kernel = "/boot/vmlinux.gz"
ramdisk = "/boot/zone.img"
extra = "$LAB_PLAIN"
memory = 256
vcpus = 4
vnuma = [ [ "pnode=1", "size=128", "vcpus=0-1", "vdistances=10,32" ],
          [ "pnode=5", "size=128", "vcpus=2-3", "vdistances=32,10" ] ]
END
if report=$(launch_report doubt 300 xl create -q /root/doubt.cfg); then
    doubts=$(value "$report" dmesg/topology_warnings)
    check "a guest of xl, unpadded: its kernel has doubts ($doubts)" \
        [ "$doubts" -gt 0 ]
    check "it is topology_sane that has them" \
        grep -q '^dmesg/.*llc-sibling.*not on the same node' "$report"
    xl destroy doubt
else
    fail "a guest of xl, unpadded: no report" || true
fi

# A PV guest has no address space that the patched Xen could count by: the
# debug key counts it, where one is asked about, and all others as ever.
cat >/root/flat.cfg <<END
type = "pv"
name = "flat"
kernel = "/boot/vmlinuz"
memory = 128
vcpus = 1
END
check "a PV guest of xl" xl create -q -p /root/flat.cfg
is "audit counts it" "$(zonectl audit | awk '$1 == "flat" { print $4 }')" 128
check "adopt --all takes it, uncounted" bash -c \
    'zonectl adopt --all | grep -q "^  128 MiB, not counted: "'
check "forgotten" zonectl adopt flat --forget
check "named, it is counted" bash -c \
    'zonectl adopt flat | grep -q "^  128 MiB; node "'
xl destroy flat
is "nothing is left of them" "$(xl list | awk 'NR > 2')" ""
lab_done
