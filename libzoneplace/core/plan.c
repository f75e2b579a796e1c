/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a plan says of its vcpus. */
#include <string.h>

#include "core.h"

uint32_t zp_plan_vnode_of(const struct zp_plan *plan, uint32_t vcpu_id)
{
    uint32_t i;

    if (vcpu_id >= plan->nr_vcpu_ids)
        return ZP_UNKNOWN_ID;
    if (plan->vcpu_stride)
        return vcpu_id / plan->vcpu_stride;
    for (i = 0; i < plan->nr_cpu_vnodes; i++) {
        if (vcpu_id - plan->vnode[i].first_vcpu < plan->vnode[i].nr_vcpus)
            return i;
    }
    return ZP_UNKNOWN_ID;
}

bool zp_plan_has_vcpu(const struct zp_plan *plan, uint32_t vcpu_id)
{
    uint32_t i = zp_plan_vnode_of(plan, vcpu_id);

    return i != ZP_UNKNOWN_ID &&
           vcpu_id - plan->vnode[i].first_vcpu < plan->vnode[i].nr_vcpus;
}

void zp_plan_vcpu_pcpus(const struct zp_plan *plan, uint32_t vcpu_id,
                        struct zp_pcpuset *set_out)
{
    uint32_t i = zp_plan_vnode_of(plan, vcpu_id), pcpu;
    uint8_t group = 0;

    memset(set_out, 0, sizeof(*set_out));
    if (i == ZP_UNKNOWN_ID)
        return;
    if (vcpu_id < ZP_MAX_VCPUS)
        group = plan->vcpu_group[vcpu_id];
    if (!group) {
        *set_out = plan->vnode[i].pcpus;
        return;
    }
    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        if (plan->group_of[pcpu] == group)
            zp_pcpuset_add(set_out, pcpu);
    }
}

/* How many vcpus of vnode @which are online at boot: dealt one each in turn, a
 * full vnode is passed over. */
static uint32_t nr_online(const struct zp_plan *plan, uint32_t which)
{
    uint32_t left = plan->vcpus, count = 0, round, i;

    for (round = 0; round < ZP_MAX_VCPUS; round++) {
        for (i = 0; i < plan->nr_cpu_vnodes; i++) {
            if (round >= plan->vnode[i].nr_vcpus)
                continue;
            if (!left)
                return count;
            left--;
            count += i == which;
        }
    }
    return count;
}

bool zp_plan_online(const struct zp_plan *plan, uint32_t vcpu_id)
{
    uint32_t i = zp_plan_vnode_of(plan, vcpu_id);

    return zp_plan_has_vcpu(plan, vcpu_id) &&
           vcpu_id - plan->vnode[i].first_vcpu < nr_online(plan, i);
}

/* Linux numbers what the MADT enables first, then all that it doesn't, padding
 * included. */
uint32_t zp_plan_guest_index(const struct zp_plan *plan, uint32_t vcpu_id)
{
    uint32_t index = 0, first, end, online, i;
    bool is_online = zp_plan_online(plan, vcpu_id);

    if (!zp_plan_has_vcpu(plan, vcpu_id))
        return ZP_UNKNOWN_ID;
    for (i = 0; i < plan->nr_cpu_vnodes; i++) {
        first = plan->vnode[i].first_vcpu;
        end = first + (plan->vcpu_stride ? plan->vcpu_stride
                                         : plan->vnode[i].nr_vcpus);
        online = nr_online(plan, i);
        if (is_online) {
            if (vcpu_id < first)
                break;
            index += zp__min32(online, vcpu_id - first);
        } else {
            index += online;
            if (vcpu_id > first + online)
                index += zp__min32(vcpu_id, end) - first - online;
        }
    }
    return index;
}

/*
 * A patched Xen takes any id. Those that go with leaves are the renderer's.
 * Without: vnodes start at multiples of a power of two, so that the bits above
 * are the package. Ids must stay below the broadcast id of 8-bit xAPIC; where
 * they don't, they are the vcpu ids.
 */
uint32_t zp_plan_apic_id(const struct zp_plan *plan, uint32_t vcpu_id)
{
    uint32_t i = zp_plan_vnode_of(plan, vcpu_id), largest = 1, stride, j;
    struct zp_core_model model;
    struct zp_guest_cpus cpus;

    if (i == ZP_UNKNOWN_ID)
        return ZP_UNKNOWN_ID;
    if (plan->tier == ZP_TIER_STOCK)
        return 2 * vcpu_id;
    if (plan->threads_per_core &&
        !zp_core_model_from_plan(plan, ZP_VENDOR_AMD, &model, NULL) &&
        !zp_guest_cpus(plan, NULL, &model, &cpus, NULL))
        return cpus.vcpu[vcpu_id].x2apic_id;
    for (j = 0; j < plan->nr_cpu_vnodes; j++) {
        if (plan->vnode[j].nr_vcpus > largest)
            largest = plan->vnode[j].nr_vcpus;
    }
    stride = zp__pow2_up(largest);
    if (stride * plan->nr_cpu_vnodes > 254)
        return vcpu_id;
    return i * stride + (vcpu_id - plan->vnode[i].first_vcpu);
}
