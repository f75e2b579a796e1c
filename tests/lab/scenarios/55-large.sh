# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# 50-topology.sh for zones of 8, 16 and 24 vcpus, which only the patched tier
# tells of threads, caches and sockets. On four nodes: guests on all eight keep
# sixteen emulated processors busy, and those of two real ones come to a stop.
# lab: patched
# shellcheck disable=SC2034 # lib-topology.sh takes some
. /lab/lib.sh
. /lab/lib-topology.sh

KERNEL=(--kernel /boot/vmlinux.gz --ramdisk /boot/zone.img --cmdline "$LAB_LARGE")

declare -A FLAGS=(
    [four]="--vcpus 8 --memory 512M --numa-nodes 4"
    [cores]="--vcpus 16 --memory 512M --numa-nodes 4 --overcommit 2 --compact"
    [wide]="--vcpus 16 --memory 512M --numa-nodes 4 --overcommit 2 --scatter"
    [pairs]="--vcpus 16 --memory 512M --numa-nodes 4 --overcommit 2"
    [far]="--vcpus 16 --memory 512M --numa-nodes 4 --overcommit 2 --scatter"
    [most]="--vcpus 24 --memory 768M --numa-nodes 4 --overcommit 3"
)

wave cores
wave wide
two_threads
wave four
wave pairs
wave far
is "threads: as the host has them" "$(threads_of pairs) $(threads_of far)" "2 2"
wave most
is "nothing is left of them" "$(xl list | awk 'NR > 2')" ""
lab_done
