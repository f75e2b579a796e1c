/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan against all that it promises. What came from outside may hold any
 * bytes: every number is checked before it is used as an index. */
#include <string.h>

#include "core.h"
#include "render/cpuid.h"

typedef unsigned long long ull;

#define BROKEN(err, ...) zp__fail(err, ZP_ERR_INVAL, "plan", __VA_ARGS__)

static int check_head(const struct zp_plan *plan, struct zp_error *err)
{
    if (!memchr(plan->name, '\0', sizeof(plan->name)))
        return BROKEN(err, "plan: the name does not end");
    if ((unsigned int)plan->type > ZP_GUEST_PV ||
        (unsigned int)plan->strategy > ZP_SCATTER ||
        (unsigned int)plan->tier > ZP_TIER_PATCHED ||
        (unsigned int)plan->first_rule > ZP_RULE_BALANCED)
        return BROKEN(err, "plan: type, strategy, tier or first rule is not "
                      "one that there is");
    if (plan->emulated &&
        (plan->type != ZP_GUEST_PVH || plan->spill != ZP_SPILL_STRICT ||
         plan->memory_policy != ZP_MEMORY_STATIC || !plan->show_numa ||
         plan->nr_vnodes < 2 || plan->nr_vnodes != plan->nr_cpu_vnodes))
        return BROKEN(err, "plan: its nodes can't be emulated");
    if (plan->spill == ZP_SPILL_DEFAULT ||
        (unsigned int)plan->spill > ZP_SPILL_INTERLEAVE ||
        plan->memory_policy == ZP_MEMORY_DEFAULT ||
        (unsigned int)plan->memory_policy > ZP_MEMORY_DYNAMIC)
        return BROKEN(err, "plan: spill or memory policy is not resolved");
    if (!plan->nr_vnodes || plan->nr_vnodes > ZP_MAX_VNODES ||
        !plan->nr_cpu_vnodes || plan->nr_cpu_vnodes > plan->nr_vnodes)
        return BROKEN(err, "plan: %u vnodes, %u of them with vcpus",
                      plan->nr_vnodes, plan->nr_cpu_vnodes);
    if (!plan->vcpus || plan->vcpus > plan->max_vcpus ||
        plan->max_vcpus > plan->nr_vcpu_ids ||
        plan->nr_vcpu_ids > ZP_MAX_VCPUS)
        return BROKEN(err, "plan: %u of %u vcpus online, %u ids, at most %d",
                      plan->vcpus, plan->max_vcpus, plan->nr_vcpu_ids,
                      ZP_MAX_VCPUS);
    return ZP_OK;
}

static int check_numbers(const struct zp_plan *plan, struct zp_error *err)
{
    uint32_t stride = plan->vcpu_stride, sum = 0, next = 0, i;
    const struct zp_vnode *vnode;

    if (stride && (plan->tier != ZP_TIER_STOCK || plan->nr_cpu_vnodes < 2 ||
                   (stride & (stride - 1)) || stride > ZP_MAX_VCPUS ||
                   plan->nr_vcpu_ids != stride * plan->nr_cpu_vnodes))
        return BROKEN(err, "plan: stride %u does not give %u ids to %u vnodes",
                      stride, plan->nr_vcpu_ids, plan->nr_cpu_vnodes);
    if (!stride && plan->nr_vcpu_ids != plan->max_vcpus)
        return BROKEN(err, "plan: %u dense ids for %u vcpus",
                      plan->nr_vcpu_ids, plan->max_vcpus);
    for (i = 0; i < plan->nr_vnodes; i++) {
        vnode = &plan->vnode[i];
        if (i >= plan->nr_cpu_vnodes) {
            if (vnode->nr_vcpus)
                return BROKEN(err, "vnode %u has vcpus, it should have none",
                              i);
            continue;
        }
        if (!vnode->nr_vcpus || vnode->nr_vcpus > ZP_MAX_VCPUS ||
            (stride && vnode->nr_vcpus > stride))
            return BROKEN(err, "vnode %u has %u vcpus", i, vnode->nr_vcpus);
        if (vnode->first_vcpu != next)
            return BROKEN(err, "vnode %u starts at vcpu %u, not at %u", i,
                          vnode->first_vcpu, next);
        next += stride ? stride : vnode->nr_vcpus;
        sum += vnode->nr_vcpus;
    }
    if (sum != plan->max_vcpus)
        return BROKEN(err, "the vnodes have %u vcpus, the plan %u", sum,
                      plan->max_vcpus);
    return ZP_OK;
}

static int check_memory(const struct zp_plan *plan, struct zp_error *err)
{
    struct zp_range ranges[ZP_MAX_VNODES + 1];
    const struct zp_vnode *vnode;
    uint64_t sum = 0;
    uint32_t nr, i;

    for (i = 0; i < plan->nr_vnodes; i++) {
        vnode = &plan->vnode[i];
        if (!vnode->mem_kib || vnode->mem_kib % ZP_UNIT_KIB ||
            vnode->mem_kib > ZP_MAX_MEM_KIB + ZP_UNIT_KIB)
            return BROKEN(err, "vnode %u has %llu KiB, which is not a count "
                          "of 2 MiB", i, (ull)vnode->mem_kib);
        if (vnode->max_mem_kib % ZP_UNIT_KIB ||
            vnode->max_mem_kib > ZP_MAX_MEM_KIB + ZP_UNIT_KIB ||
            vnode->max_mem_kib < vnode->mem_kib ||
            (plan->memory_policy == ZP_MEMORY_STATIC &&
             vnode->max_mem_kib != vnode->mem_kib))
            return BROKEN(err, "vnode %u has %llu KiB and at most %llu", i,
                          (ull)vnode->mem_kib, (ull)vnode->max_mem_kib);
        sum += vnode->mem_kib;
    }
    if (sum != plan->mem_kib)
        return BROKEN(err, "the vnodes have %llu KiB, the plan %llu",
                      (ull)sum, (ull)plan->mem_kib);
    nr = zp_plan_ranges(plan, ranges);
    while (nr--) {
        vnode = &plan->vnode[ranges[nr].vnode];
        if ((!nr || ranges[nr - 1].vnode != ranges[nr].vnode) &&
            vnode->first_gfn != ranges[nr].start / 4096)
            return BROKEN(err, "vnode %u starts at gfn %llu, not at %llu",
                          ranges[nr].vnode, (ull)vnode->first_gfn,
                          (ull)(ranges[nr].start / 4096));
    }
    return ZP_OK;
}

/* What grows where, and that the guest is told enough for it. */
static int check_growth(const struct zp_plan *plan, struct zp_error *err)
{
    bool one = plan->nr_vnodes == 1 ||
               (plan->tier == ZP_TIER_STOCK && !plan->show_numa);

    if ((unsigned int)plan->growth > ZP_GROWTH_DEVICES ||
        (plan->growth == ZP_GROWTH_NONE) !=
            (plan->memory_policy == ZP_MEMORY_STATIC) ||
        (plan->growth && plan->type == ZP_GUEST_PV))
        return BROKEN(err, "plan: growth %u of a %s zone",
                      (unsigned int)plan->growth,
                      plan->memory_policy == ZP_MEMORY_STATIC ? "static"
                                                              : "dynamic");
    if (plan->growth && !one && (plan->growth == ZP_GROWTH_HOTADD ||
                                 plan->tier == ZP_TIER_STOCK))
        return BROKEN(err, "plan: %u vnodes can't grow this way",
                      plan->nr_vnodes);
    if (plan->growth &&
        zp__growth_hindered(plan->growth == ZP_GROWTH_DEVICES, plan->mem_kib,
                            zp_plan_max_kib(plan)))
        return BROKEN(err, "plan: no zone grows from %llu to %llu KiB",
                      (ull)plan->mem_kib, (ull)zp_plan_max_kib(plan));
    return ZP_OK;
}

/* Rules 11: those of one node are side by side, and nodes in order. */
static int check_emulated_order(const struct zp_plan *plan,
                                struct zp_error *err)
{
    const struct zp_vnode *vnode = plan->vnode;
    uint32_t i;

    for (i = 0; i < plan->nr_vnodes; i++) {
        if (vnode[i].pnode >= ZP_MAX_PNODES || vnode[i].spill)
            return BROKEN(err, "vnode %u is on node position %u, or spilled",
                          i, vnode[i].pnode);
        if (i && vnode[i].pnode != vnode[i - 1].pnode &&
            (vnode[i].pnode == vnode[0].pnode ||
             (vnode[i - 1].pnode != vnode[0].pnode &&
              vnode[i].pnode < vnode[i - 1].pnode)))
            return BROKEN(err, "vnode %u is on position %u, after %u", i,
                          vnode[i].pnode, vnode[i - 1].pnode);
    }
    return ZP_OK;
}

/* Rules 5: the first is free, the others ascend; then those that spill. */
static int check_order(const struct zp_plan *plan, struct zp_error *err)
{
    const struct zp_vnode *vnode = plan->vnode;
    bool inside = plan->spill == ZP_SPILL_PREFERRED;
    uint32_t first_spill = plan->nr_cpu_vnodes, i, j;

    if (plan->emulated)
        return check_emulated_order(plan, err);
    for (i = 0; i < plan->nr_vnodes; i++) {
        if (vnode[i].pnode >= ZP_MAX_PNODES)
            return BROKEN(err, "vnode %u is on node position %u, at most %d",
                          i, vnode[i].pnode, ZP_MAX_PNODES - 1);
        if (vnode[i].spill != (i >= first_spill))
            return BROKEN(err, "vnode %u is marked wrongly as spilled or not",
                          i);
        if (i != 1 && i != first_spill && i &&
            (vnode[i].pnode < vnode[i - 1].pnode ||
             (vnode[i].pnode == vnode[i - 1].pnode &&
              (!inside || i < first_spill ||
               vnode[i].pxm <= vnode[i - 1].pxm))))
            return BROKEN(err, "vnode %u is on position %u, after %u", i,
                          vnode[i].pnode, vnode[i - 1].pnode);
        for (j = 0; j < i && (j < first_spill || !inside); j++) {
            if (vnode[j].pnode == vnode[i].pnode)
                return BROKEN(err, "vnodes %u and %u are both on position %u",
                              j, i, vnode[i].pnode);
        }
    }
    return ZP_OK;
}

/* What the guest is shown, and whether that is what is. */
static int check_view(const struct zp_plan *plan, struct zp_error *err)
{
    uint32_t pxms = 0, want, i;

    for (i = 0; i < plan->nr_vnodes; i++) {
        want = plan->spill == ZP_SPILL_INTERLEAVE ? 0 : i;
        if (plan->spill == ZP_SPILL_PREFERRED && i >= plan->nr_cpu_vnodes) {
            if (plan->vnode[i].pxm >= plan->nr_cpu_vnodes)
                return BROKEN(err, "vnode %u shows as node %u, which has no "
                              "vcpus", i, plan->vnode[i].pxm);
        } else if (plan->vnode[i].pxm != want) {
            return BROKEN(err, "vnode %u shows as node %u, not as %u", i,
                          plan->vnode[i].pxm, want);
        } else {
            pxms = want + 1;
        }
    }
    if (plan->show_numa && plan->type == ZP_GUEST_PV)
        return BROKEN(err, "a pv zone is shown no nodes");
    if (plan->truth != (!plan->emulated &&
                        (plan->nr_vnodes == 1 ||
                         (plan->show_numa && pxms == plan->nr_vnodes))))
        return BROKEN(err, "the plan says of its truth what is not so");
    return ZP_OK;
}

static int check_even(const struct zp_plan *plan, struct zp_error *err)
{
    const struct zp_vnode *last = &plan->vnode[plan->nr_cpu_vnodes - 1];
    uint32_t i;

    for (i = 0; plan->even && !plan->emulated && i < plan->nr_cpu_vnodes;
         i++) {
        if (plan->vnode[i].nr_vcpus - last->nr_vcpus > 1 ||
            (plan->spill != ZP_SPILL_INTERLEAVE &&
             plan->vnode[i].mem_kib - last->mem_kib > ZP_UNIT_KIB))
            return BROKEN(err, "vnode %u and the last have uneven shares in "
                          "an even plan", i);
    }
    return ZP_OK;
}

/* Distances say what they can of themselves; the proof is of their sum. */
static int check_distances(const struct zp_plan *plan, struct zp_error *err)
{
    uint32_t n = plan->nr_vnodes, i, j, d;
    uint64_t sum = 0;

    for (i = 0; i < n; i++) {
        for (j = 0; j < n; j++) {
            d = plan->dist[i * n + j];
            if (d < ZP_DIST_LOCAL || d > ZP_DIST_MAX ||
                (i == j && d != ZP_DIST_LOCAL) ||
                (!plan->emulated && d != ZP_DIST_LOCAL &&
                 plan->vnode[i].pnode == plan->vnode[j].pnode))
                return BROKEN(err, "vnode %u is %u from vnode %u", i, d, j);
            if (i != j && i < plan->nr_cpu_vnodes && j < plan->nr_cpu_vnodes)
                sum += d;
        }
    }
    if (plan->emulated)
        sum = plan->distance_sum; /* the host's, which are not shown */
    if (sum != plan->distance_sum)
        return BROKEN(err, "the distances sum up to %llu, the plan says %llu",
                      (ull)sum, (ull)plan->distance_sum);
    if ((plan->exact && plan->lower_bound != sum) ||
        (plan->strategy == ZP_COMPACT && plan->lower_bound > sum) ||
        (plan->strategy == ZP_SCATTER && plan->lower_bound < sum))
        return BROKEN(err, "a bound of %llu does not prove a sum of %llu",
                      (ull)plan->lower_bound, (ull)sum);
    return ZP_OK;
}

static int check_pcpus(const struct zp_plan *plan, struct zp_error *err)
{
    const struct zp_vnode *vnode = plan->vnode;
    uint32_t i, j;

    for (i = 0; i < plan->nr_vnodes; i++) {
        if ((zp_pcpuset_next(&vnode[i].pcpus, 0) == ZP_UNKNOWN_ID) !=
            !vnode[i].nr_vcpus)
            return BROKEN(err, "vnode %u has %u vcpus and %u pcpus", i,
                          vnode[i].nr_vcpus,
                          zp_pcpuset_count(&vnode[i].pcpus));
        for (j = 0; j < i; j++) {
            if (plan->emulated && vnode[i].pnode == vnode[j].pnode)
                continue;
            if (zp_pcpuset_intersects(&vnode[i].pcpus, &vnode[j].pcpus))
                return BROKEN(err, "vnodes %u and %u share pcpus", j, i);
        }
    }
    return ZP_OK;
}

static int check_emulated_sum(const struct zp_topology *topo,
                              const struct zp_plan *plan,
                              struct zp_error *err)
{
    zp__mask set = 0;
    uint32_t i;

    for (i = 0; i < plan->nr_vnodes; i++)
        set |= ZP__BIT(plan->vnode[i].pnode);
    if (zp__distance_sum(topo, set) == plan->distance_sum)
        return ZP_OK;
    return BROKEN(err, "the nodes' distances sum up to %llu, the plan says "
                  "%llu", (ull)zp__distance_sum(topo, set),
                  (ull)plan->distance_sum);
}

static int check_host(const struct zp_topology *topo,
                      const struct zp_plan *plan, struct zp_error *err)
{
    const struct zp_vnode *vnode;
    struct zp_pcpuset outside;
    uint32_t n = plan->nr_vnodes, i, j;

    for (i = 0; i < n; i++) {
        vnode = &plan->vnode[i];
        if (vnode->pnode >= topo->nr ||
            topo->pnode[vnode->pnode].os_id != vnode->pnode_os_id)
            return BROKEN(err, "vnode %u: the host has no node %u at position "
                          "%u", i, vnode->pnode_os_id, vnode->pnode);
        outside = vnode->pcpus;
        for (j = 0; j < ZP_MAX_PCPUS / 64; j++)
            outside.word[j] &= ~topo->pnode[vnode->pnode].pcpus.word[j];
        if (zp_pcpuset_next(&outside, 0) != ZP_UNKNOWN_ID)
            return BROKEN(err, "vnode %u: pcpu %u is not of node %u", i,
                          zp_pcpuset_next(&outside, 0), vnode->pnode_os_id);
    }
    if (plan->emulated)
        return check_emulated_sum(topo, plan, err);
    for (i = 0; i < n; i++) {
        for (j = 0; j < n; j++) {
            uint32_t host = zp_topology_distance(topo, plan->vnode[i].pnode,
                                                 plan->vnode[j].pnode);

            if (plan->dist[i * n + j] != host)
                return BROKEN(err, "vnode %u is %u from vnode %u, their nodes "
                              "%u", i, plan->dist[i * n + j], j, host);
        }
    }
    return ZP_OK;
}

/* The guest's packages and threads, and that its APIC ids fit. */
static int check_topology(const struct zp_topology *topo,
                          const struct zp_plan *plan, struct zp_error *err)
{
    bool told = plan->threads_per_core > 0;
    uint32_t host[ZP_MAX_VNODES], next = 0, i;
    struct zp_core_model model;
    struct zp_guest_cpus cpus;

    if (plan->threads_per_core > 2 ||
        (unsigned int)plan->packages > ZP_PACKAGES_NODE ||
        (told && (plan->tier != ZP_TIER_PATCHED ||
                  plan->type != ZP_GUEST_PVH)) ||
        (!told && plan->packages != ZP_PACKAGES_SOCKET))
        return BROKEN(err, "plan: %u threads per core, packages %u",
                      plan->threads_per_core, (unsigned int)plan->packages);
    for (i = 0; i < plan->nr_vnodes; i++) {
        const struct zp_vnode *vnode = &plan->vnode[i];
        bool of_cpus = told && i < plan->nr_cpu_vnodes;

        if (vnode->package > (of_cpus ? next : 0) ||
            (of_cpus && plan->packages == ZP_PACKAGES_NODE &&
             vnode->package != i))
            return BROKEN(err, "vnode %u is in package %u", i,
                          vnode->package);
        next += vnode->package == next;
    }
    if (!told)
        return ZP_OK;
    if (zp_core_model_from_plan(plan, ZP_VENDOR_AMD, &model, NULL) ||
        zp_guest_cpus(plan, NULL, &model, &cpus, NULL))
        return BROKEN(err, "plan: its APIC ids don't fit");
    if (!topo || plan->packages == ZP_PACKAGES_NODE)
        return ZP_OK;
    zp__number_packages(topo, plan, plan->packages, host);
    for (i = 0; i < plan->nr_cpu_vnodes; i++) {
        if (plan->vnode[i].package != host[i])
            return BROKEN(err, "vnode %u is in package %u, by the host's "
                          "sockets in %u", i, plan->vnode[i].package, host[i]);
    }
    return ZP_OK;
}

int zp_plan_check(const struct zp_topology *topo, const struct zp_plan *plan,
                  struct zp_error *err)
{
    int rc = check_head(plan, err);

    if (!rc)
        rc = check_numbers(plan, err);
    if (!rc)
        rc = check_memory(plan, err);
    if (!rc)
        rc = check_growth(plan, err);
    if (!rc)
        rc = check_order(plan, err);
    if (!rc)
        rc = check_view(plan, err);
    if (!rc)
        rc = check_even(plan, err);
    if (!rc)
        rc = check_distances(plan, err);
    if (!rc)
        rc = check_pcpus(plan, err);
    if (!rc)
        rc = zp__fine_check_plan(plan, err);
    if (!rc && topo)
        rc = check_host(topo, plan, err);
    if (!rc && topo)
        rc = zp__fine_check_host(topo, plan, err);
    if (!rc)
        rc = check_topology(topo, plan, err);
    return rc;
}
