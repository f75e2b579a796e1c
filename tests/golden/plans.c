/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "plans.h"

#define MIB ((uint64_t)1024)
#define GIB (1024 * MIB)

const char *const plan_names[] = {
    "two", "hole", "shared", "offline", "tens", "flat", "wide", NULL
};

static struct zp_vnode *add(struct zp_plan *plan, uint32_t pos,
                            uint32_t os_id, uint32_t first_vcpu,
                            uint32_t nr_vcpus, uint64_t mem_kib)
{
    struct zp_vnode *vnode = &plan->vnode[plan->nr_vnodes];
    uint32_t i;

    vnode->pxm = plan->nr_vnodes;
    vnode->pnode = pos;
    vnode->pnode_os_id = os_id;
    vnode->first_vcpu = first_vcpu;
    vnode->nr_vcpus = nr_vcpus;
    vnode->spill = nr_vcpus == 0;
    vnode->mem_kib = mem_kib;
    vnode->max_mem_kib = mem_kib;
    for (i = 0; nr_vcpus && i < 8; i++)
        zp_pcpuset_add(&vnode->pcpus, 16 * pos + i + (i > 5 ? 40 : 0));
    plan->nr_vnodes++;
    plan->nr_cpu_vnodes += nr_vcpus > 0;
    plan->max_vcpus += nr_vcpus;
    plan->mem_kib += mem_kib;
    return vnode;
}

/* first_gfn, distances as given row by row, and the totals. */
static void finish(struct zp_plan *plan, const uint8_t *dist)
{
    struct zp_range ranges[ZP_MAX_VNODES + 1];
    uint32_t nr = plan->nr_vnodes, cpu = plan->nr_cpu_vnodes;
    uint64_t max_mem_kib = 0;
    uint32_t i, j;

    for (i = zp_plan_ranges(plan, ranges); i-- > 0;)
        plan->vnode[ranges[i].vnode].first_gfn = ranges[i].start / 4096;
    for (i = 0; i < nr; i++)
        max_mem_kib += plan->vnode[i].max_mem_kib;
    memcpy(plan->dist, dist, (size_t)nr * nr);
    for (i = 0; i < cpu; i++) {
        for (j = 0; j < cpu; j++)
            plan->distance_sum += i == j ? 0 : plan->dist[i * nr + j];
    }
    plan->lower_bound = plan->distance_sum;
    plan->exact = true;
    plan->steps = 42;
    plan->vcpus = plan->vcpus ? plan->vcpus : plan->max_vcpus;
    plan->nr_vcpu_ids = plan->vcpu_stride ? plan->vcpu_stride * cpu
                                          : plan->max_vcpus;
    plan->overhead_kib = zp_overhead_kib(plan->type, plan->nr_vcpu_ids,
                                         max_mem_kib);
    plan->overhead_share_kib = (plan->overhead_kib + nr - 1) / nr;
}

static void make_two(struct zp_plan *plan)
{
    static const uint8_t dist[] = { 10, 12, 12, 10 };

    plan->vcpu_stride = 4;
    plan->even = true;
    add(plan, 2, 2, 0, 3, GIB);
    add(plan, 3, 3, 4, 3, GIB);
    finish(plan, dist);
}

static void make_hole(struct zp_plan *plan)
{
    static const uint8_t dist[] = { 10, 40, 80, 40, 10, 80, 80, 80, 10 };

    plan->tier = ZP_TIER_PATCHED;
    plan->strategy = ZP_SCATTER;
    plan->first_rule = ZP_RULE_DEVICE;
    add(plan, 1, 8, 0, 5, 3 * GIB);
    add(plan, 0, 0, 5, 4, 3 * GIB);
    add(plan, 5, 252, 9, 0, 1 * GIB);
    finish(plan, dist);
}

static void make_shared(struct zp_plan *plan)
{
    static const uint8_t dist[] = { 10, 12, 10, 12, 10, 12, 10, 12, 10 };

    plan->truth = false;
    plan->spill = ZP_SPILL_PREFERRED;
    plan->memory_policy = ZP_MEMORY_DYNAMIC;
    plan->tier = ZP_TIER_PATCHED;
    add(plan, 0, 0, 0, 4, 512 * MIB)->max_mem_kib = GIB;
    add(plan, 1, 1, 4, 4, 512 * MIB)->max_mem_kib = GIB;
    add(plan, 2, 2, 8, 0, 256 * MIB)->pxm = 0;
    plan->growth = ZP_GROWTH_DEVICES;
    finish(plan, dist);
}

static void make_offline(struct zp_plan *plan)
{
    static const uint8_t dist[] = { 10, 16, 22, 16, 10, 16, 22, 18, 10 };

    plan->vcpus = 4;
    plan->vcpu_stride = 4;
    plan->first_rule = ZP_RULE_PACK;
    add(plan, 4, 4, 0, 3, 700 * MIB);
    add(plan, 1, 1, 4, 3, 700 * MIB);
    add(plan, 7, 7, 8, 1, 130 * MIB);
    finish(plan, dist);
    plan->lower_bound -= 10;
    plan->exact = false;
}

static void make_tens(struct zp_plan *plan)
{
    static const uint8_t dist[] = { 10, 10, 10, 10 };

    plan->tier = ZP_TIER_PATCHED;
    plan->even = true;
    add(plan, 0, 0, 0, 1, 512 * MIB);
    add(plan, 1, 1, 1, 1, 512 * MIB);
    finish(plan, dist);
}

static void make_flat(struct zp_plan *plan)
{
    static const uint8_t dist[] = { 10 };

    plan->show_numa = false;
    plan->even = true;
    add(plan, 0, 0, 0, 2, 512 * MIB);
    finish(plan, dist);
}

static void make_wide(struct zp_plan *plan)
{
    static const uint8_t dist[] = { 10, 20, 20, 10 };

    plan->even = true;
    add(plan, 0, 0, 0, 66, 4 * GIB);
    add(plan, 1, 1, 66, 66, 4 * GIB);
    finish(plan, dist);
}

bool plan_by_name(const char *name, struct zp_plan *plan)
{
    static void (*const make[])(struct zp_plan *) = {
        make_two, make_hole, make_shared, make_offline, make_tens,
        make_flat, make_wide,
    };
    uint32_t i;

    for (i = 0; plan_names[i] && strcmp(plan_names[i], name); i++)
        ;
    if (!plan_names[i])
        return false;
    memset(plan, 0, sizeof(*plan));
    strcpy(plan->name, name);
    plan->spill = ZP_SPILL_HONEST;
    plan->memory_policy = ZP_MEMORY_STATIC;
    plan->first_rule = ZP_RULE_MOST_FREE;
    plan->truth = true;
    plan->show_numa = true;
    make[i](plan);
    return true;
}
