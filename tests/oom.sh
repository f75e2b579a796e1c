#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every public call is either tried while memory fails, in one of the programs
# that include oom.h, or is known not to allocate: a new call that is neither
# is named here. A call that is in the list and allocates after all fails in
# check_no_memory or nowhere, so look before you add one.
set -eu

none='zp_balloon_admit zp_balloon_config_check zp_balloon_config_init
zp_balloon_decide zp_balloon_report_parse zp_balloon_text
zp_core_model_from_topology zp_cpuid_leaves zp_doctor_grub zp_doctor_host
zp_fleet_count zp_fleet_kind_of zp_fleet_load zp_fleet_nr_hosts
zp_fleet_topology zp_hosts_count zp_hosts_load zp_hosts_topology zp_is_whole
zp_least_kib zp_load_add_floating zp_load_dedicated_pcpus zp_load_nr_usable
zp_load_pcpu_milli zp_load_promised_kib zp_load_reserve_kib
zp_load_reserved_pcpus zp_load_set_pcpu_milli zp_load_set_pool
zp_load_set_promised zp_load_set_reserved_pcpus zp_load_set_used_vcpus
zp_load_usable_pcpus zp_load_used_vcpus zp_mix_weight zp_pcpuset_intersects
zp_pcpuset_parse zp_plan_future_ranges zp_plan_max_kib
zp_plan_memory_block zp_plan_vcpu_pcpus zp_request_check zp_sim_bytes
zp_sim_nr_calls zp_sim_room_kib zp_sim_spread zp_size_parse zp_ssdt_size
zp_ssdt_write zp_topology_copy_l3 zp_topology_added_warning
zp_topology_device_busid zp_topology_device_parent zp_topology_find_device
zp_topology_has_distances zp_topology_name zp_topology_set_pcpu
zp_topology_set_pcpu_l3 zp_trace_arrival zp_trace_shapes zp_urn_next zp_version
zp_where_name'

cd "$top_srcdir"
# Those of importers include it by import_case.h.
programs=$(grep -rlE --include='check_*.c' --include=import_case.c \
    '(oom|import_case)\.h"' tests)
test -n "$programs" || { echo "oom: no program fails memory" >&2; exit 1; }
failed=0
for call in $(grep -o 'zp_[a-z0-9_]*' libzoneplace/libzoneplace.sym); do
    tried=no listed=no
    ! grep -qw "$call" $programs || tried=yes
    case " $(echo $none) " in *" $call "*) listed=yes;; esac
    case $tried$listed in
    nono) echo "oom: no test lets memory fail in $call" >&2; failed=1;;
    yesyes) echo "oom: $call is tried: take it off the list" >&2; failed=1;;
    esac
done
exit $failed
