/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "satisfies.h"

static const char *vcpus(const struct zp_request *asked,
                         const struct zp_plan *plan)
{
    uint32_t most = asked->max_vcpus ? asked->max_vcpus : asked->vcpus;
    uint32_t boot = asked->vcpus ? asked->vcpus : most;
    uint32_t i, id, next = 0, nr = 0, online = 0, pad;

    if (plan->vcpus != boot || plan->max_vcpus != most)
        return "other vcpus than asked";
    for (i = 0; i < plan->nr_vnodes; i++) {
        const struct zp_vnode *vnode = &plan->vnode[i];

        if (!vnode->nr_vcpus != (i >= plan->nr_cpu_vnodes))
            return "vcpus on the wrong side";
        if (!vnode->nr_vcpus)
            continue;
        pad = plan->vcpu_stride ? i * plan->vcpu_stride : next;
        if (vnode->first_vcpu != pad || pad < next)
            return "vcpu ids that are not in order";
        for (id = pad; id < pad + vnode->nr_vcpus; id++) {
            if (!zp_plan_has_vcpu(plan, id) || zp_plan_vnode_of(plan, id) != i)
                return "a vcpu that is not its vnode's";
            online += zp_plan_online(plan, id);
        }
        next = pad + vnode->nr_vcpus;
        nr += vnode->nr_vcpus;
    }
    if (nr != most || online != boot || plan->nr_vcpu_ids < next)
        return "vcpus that are not all there";
    return NULL;
}

/* What was asked of that node by name, in whole units. */
static uint64_t part_of(const struct zp_request *asked, uint32_t os_id)
{
    uint64_t kib = 0;
    uint32_t i;

    for (i = 0; i < asked->nr_parts; i++)
        kib += asked->part[i].os_id == os_id
                   ? (asked->part[i].mem_kib + 2047) / 2048 * 2048 : 0;
    return kib;
}

static uint64_t all_parts(const struct zp_request *asked)
{
    uint64_t kib = 0;
    uint32_t i;

    for (i = 0; i < asked->nr_parts; i++)
        kib += part_of(asked, asked->part[i].os_id);
    return kib;
}

/* Each part is there, on its node, and holds no vcpus. */
static const char *parts(const struct zp_request *asked,
                         const struct zp_plan *plan)
{
    uint32_t i, j;

    for (i = 0; i < asked->nr_parts; i++) {
        uint32_t os_id = asked->part[i].os_id;

        for (j = plan->nr_cpu_vnodes; j < plan->nr_vnodes; j++) {
            if (plan->vnode[j].pnode_os_id == os_id &&
                plan->vnode[j].mem_kib >= part_of(asked, os_id))
                break;
        }
        if (j == plan->nr_vnodes)
            return "a part that is not where it was asked for";
    }
    return NULL;
}

static const char *memory(const struct zp_request *asked,
                          const struct zp_plan *plan)
{
    uint64_t most = asked->max_mem_kib ? asked->max_mem_kib : asked->mem_kib;
    uint64_t sum = 0, max_sum = 0;
    uint32_t i;

    for (i = 0; i < plan->nr_vnodes; i++) {
        if (plan->vnode[i].mem_kib % 2048 || plan->vnode[i].max_mem_kib % 2048)
            return "memory that is not in units";
        if (!plan->vnode[i].mem_kib ||
            plan->vnode[i].mem_kib > plan->vnode[i].max_mem_kib)
            return "a vnode without memory, or with more than its maximum";
        sum += plan->vnode[i].mem_kib;
        max_sum += plan->vnode[i].max_mem_kib;
    }
    if (sum != plan->mem_kib || sum < asked->mem_kib + all_parts(asked) ||
        sum - asked->mem_kib - all_parts(asked) >= 2048)
        return "other memory than asked";
    if (plan->memory_policy == ZP_MEMORY_STATIC)
        return max_sum == sum ? NULL : "a static zone that grows";
    if (max_sum < most || max_sum - most >= 2048)
        return "another maximum than asked";
    return NULL;
}

static const char *on_pnode(const struct books *books,
                            const struct zp_pcpuset *online,
                            const struct zp_request *asked,
                            const struct zp_plan *plan, uint32_t pos)
{
    uint64_t kib = 0, usable = 0, nr = 0;
    uint32_t i, pcpu, homes = 0, os_id = ZP_UNKNOWN_ID;

    for (i = 0; i < plan->nr_vnodes; i++) {
        if (plan->vnode[i].pnode != pos)
            continue;
        os_id = plan->vnode[i].pnode_os_id;
        kib += plan->vnode[i].mem_kib;
        nr += plan->vnode[i].nr_vcpus;
        homes += plan->vnode[i].nr_vcpus > 0;
    }
    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        if (!online->word[pcpu / 64]) {
            pcpu |= 63;
            continue;
        }
        usable += zp_pcpuset_has(online, pcpu) &&
                  zp_pcpuset_has(&books->usable, pcpu);
    }
    if (homes > 1)
        return "two vnodes with vcpus on a pnode";
    if (kib && kib + plan->overhead_share_kib > books->room_kib[pos])
        return "more memory than the pnode has";
    if (nr > usable * asked->overcommit)
        return "more vcpus than the pnode takes";
    if (nr && asked->vcpu_ratio && !asked->dedicated &&
        nr + books->used_vcpus[pos] > usable * asked->vcpu_ratio)
        return "more vcpus than the ratio allows";
    if (asked->max_node_vcpus && nr > asked->max_node_vcpus)
        return "more vcpus than one node may have";
    kib -= part_of(asked, os_id);
    if (asked->max_node_kib && kib > asked->max_node_kib)
        return "more memory than one node may have";
    return NULL;
}

/* Of one vcpu: somewhere, on its own pnode, where it may be. */
static const char *run(const struct books *books,
                       const struct zp_pcpuset *online,
                       const struct zp_plan *plan, uint32_t vcpu)
{
    struct zp_pcpuset set;
    uint64_t any = 0;
    uint32_t i;

    zp_plan_vcpu_pcpus(plan, vcpu, &set);
    for (i = 0; i < ZP_MAX_PCPUS / 64; i++) {
        any |= set.word[i];
        if (set.word[i] & ~(online->word[i] & books->usable.word[i]))
            return "a pcpu that it may not have";
        if (plan->dedicated && (set.word[i] & books->shared.word[i]))
            return "a dedicated pcpu that is shared";
    }
    return any ? NULL : "a vcpu that may run nowhere";
}

static const char *pcpus(const struct zp_topology *topo,
                         const struct books *books,
                         const struct zp_plan *plan)
{
    const struct zp_pcpuset *online;
    const char *wrong = NULL;
    uint32_t i, v, nr, pcpu;

    for (i = 0; i < plan->nr_cpu_vnodes; i++) {
        const struct zp_vnode *vnode = &plan->vnode[i];

        online = zp_topology_pcpus(topo, vnode->pnode);
        for (v = 0; !wrong && v < vnode->nr_vcpus; v++)
            wrong = run(books, online, plan, vnode->first_vcpu + v);
        if (wrong)
            return wrong;
        for (nr = 0, pcpu = zp_pcpuset_next(&vnode->pcpus, 0);
             pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(&vnode->pcpus, pcpu + 1))
            nr++;
        if (plan->dedicated && nr < vnode->nr_vcpus)
            return "fewer dedicated pcpus than vcpus";
    }
    return NULL;
}

static const char *distances(const struct zp_topology *topo,
                             const struct zp_plan *plan)
{
    uint64_t sum = 0;
    uint32_t i, j, d;

    for (i = 0; i < plan->nr_vnodes; i++) {
        if (zp_topology_os_id(topo, plan->vnode[i].pnode) !=
            plan->vnode[i].pnode_os_id)
            return "an id that is another pnode's";
        for (j = 0; j < plan->nr_vnodes; j++) {
            d = zp_topology_distance(topo, plan->vnode[i].pnode,
                                     plan->vnode[j].pnode);
            if (d == ZP_DIST_UNREACHABLE ||
                plan->dist[i * plan->nr_vnodes + j] != d)
                return "a distance that is not the host's";
            if (i != j && i < plan->nr_cpu_vnodes && j < plan->nr_cpu_vnodes)
                sum += d;
        }
    }
    if (sum != plan->distance_sum || !plan->exact || plan->lower_bound != sum)
        return "a sum of distances that is not proven";
    return NULL;
}

/* The first node is one that a known device is local to. */
static const char *devices(const struct zp_topology *topo,
                           const struct zp_request *asked,
                           const struct zp_plan *plan)
{
    uint64_t owners = 0;
    uint32_t i, device;

    for (i = 0; i < asked->nr_near; i++) {
        device = zp_topology_find_device(topo, asked->near[i].busid);
        owners |= zp_topology_device_pnodes(topo, device);
    }
    if (!owners != (plan->first_rule != ZP_RULE_DEVICE))
        return "devices that steer nothing, or nothing that steers";
    if (owners && asked->near_policy == ZP_NEAR_STRICT &&
        !(owners >> plan->vnode[0].pnode & 1))
        return "a first node that has none of the devices";
    return NULL;
}

static const char *kinds(const struct zp_request *asked,
                         const struct zp_plan *plan)
{
    bool strict = asked->spill == ZP_SPILL_STRICT ||
                  (asked->spill == ZP_SPILL_DEFAULT && asked->nr_vnodes);
    uint32_t i;

    if (asked->nr_vnodes && plan->nr_cpu_vnodes != asked->nr_vnodes)
        return "another number of nodes than asked";
    for (i = plan->nr_cpu_vnodes; strict && i < plan->nr_vnodes; i++) {
        if (part_of(asked, plan->vnode[i].pnode_os_id) !=
            plan->vnode[i].mem_kib)
            return "memory elsewhere in spite of strict";
    }
    if (plan->strategy != asked->strategy || plan->tier != asked->tier ||
        plan->type != asked->type || plan->smt != asked->smt ||
        plan->float_to != asked->float_to ||
        plan->dedicated != asked->dedicated)
        return "a plan for another request";
    return NULL;
}

const char *satisfies(const struct zp_topology *topo,
                      const struct books *books,
                      const struct zp_request *asked,
                      const struct zp_plan *plan)
{
    const char *wrong = kinds(asked, plan);
    uint32_t pos;

    if (!wrong)
        wrong = vcpus(asked, plan);
    if (!wrong)
        wrong = memory(asked, plan);
    if (!wrong)
        wrong = parts(asked, plan);
    for (pos = 0; !wrong && pos < zp_topology_nr_pnodes(topo); pos++)
        wrong = on_pnode(books, zp_topology_pcpus(topo, pos), asked, plan,
                         pos);
    if (!wrong)
        wrong = pcpus(topo, books, plan);
    if (!wrong)
        wrong = distances(topo, plan);
    if (!wrong)
        wrong = devices(topo, asked, plan);
    return wrong;
}
