/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a plan says of single vcpus against what it promises (rules 13). */
#include <string.h>

#include "core.h"

#define BROKEN(err, ...) zp__fail(err, ZP_ERR_INVAL, "plan", __VA_ARGS__)

/* Groups as they come: their vnode, vcpus and pcpus. */
struct groups {
    uint32_t vnode[ZP_MAX_VCPUS + 1];
    uint32_t vcpus[ZP_MAX_VCPUS + 1];
    uint32_t pcpus[ZP_MAX_VCPUS + 1];
};

/* Ascending with the vcpus, a new one at least where a vnode begins. */
static int check_vcpus(const struct zp_plan *plan, struct groups *g,
                       struct zp_error *err)
{
    uint32_t last = 0, vnode, group, id;

    for (id = 0; id < ZP_MAX_VCPUS; id++) {
        group = plan->vcpu_group[id];
        if (!plan->nr_groups || !zp_plan_has_vcpu(plan, id)) {
            if (group)
                return BROKEN(err, "vcpu %u is in a group, it should be in "
                              "none", id);
            continue;
        }
        vnode = zp_plan_vnode_of(plan, id);
        if (group != last + 1 &&
            (!group || group != last || g->vnode[group] != vnode))
            return BROKEN(err, "vcpu %u is in group %u, after group %u", id,
                          group, last);
        if (group > plan->nr_groups)
            return BROKEN(err, "vcpu %u is in group %u of %u", id, group,
                          plan->nr_groups);
        g->vnode[group] = vnode;
        g->vcpus[group]++;
        last = group;
    }
    if (last != plan->nr_groups)
        return BROKEN(err, "plan: %u groups of vcpus, it says %u", last,
                      plan->nr_groups);
    return ZP_OK;
}

static int check_pcpus(const struct zp_plan *plan, struct groups *g,
                       struct zp_error *err)
{
    uint32_t group, pcpu, i;

    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        group = plan->group_of[pcpu];
        if (group > plan->nr_groups ||
            (group && !zp_pcpuset_has(&plan->vnode[g->vnode[group]].pcpus,
                                      pcpu)))
            return BROKEN(err, "pcpu %u is in group %u and not in its vnode",
                          pcpu, group);
        g->pcpus[group]++;
        for (i = 0; !group && plan->nr_groups && !plan->dedicated &&
                    i < plan->nr_vnodes; i++) {
            if (zp_pcpuset_has(&plan->vnode[i].pcpus, pcpu))
                return BROKEN(err, "pcpu %u of vnode %u is in no group", pcpu,
                              i);
        }
    }
    return ZP_OK;
}

int zp__fine_check_plan(const struct zp_plan *plan, struct zp_error *err)
{
    struct groups g;
    uint32_t i;
    int rc;

    if ((unsigned int)plan->float_to > ZP_FLOAT_L3 ||
        (unsigned int)plan->smt > ZP_SMT_AVOID)
        return BROKEN(err, "plan: float or smt is not one that there is");
    if (plan->nr_groups > ZP_MAX_VCPUS ||
        !plan->nr_groups == (plan->dedicated ||
                             plan->float_to == ZP_FLOAT_L3))
        return BROKEN(err, "plan: %u groups of vcpus", plan->nr_groups);
    memset(&g, 0, sizeof(g));
    rc = check_vcpus(plan, &g, err);
    if (!rc)
        rc = check_pcpus(plan, &g, err);
    if (rc)
        return rc;
    for (i = 1; i <= plan->nr_groups; i++) {
        if (!g.pcpus[i] ||
            (plan->dedicated && (g.pcpus[i] != 1 || g.vcpus[i] != 1)))
            return BROKEN(err, "group %u has %u vcpus and %u pcpus", i,
                          g.vcpus[i], g.pcpus[i]);
    }
    return ZP_OK;
}

/* The pcpus of a vnode that vcpus run on, of each core. */
static void count_used(const struct zp_topology *topo,
                       const struct zp_plan *plan,
                       const struct zp_vnode *vnode, uint16_t *all,
                       uint16_t *used)
{
    uint32_t pcpu, core;

    memset(all, 0, ZP_MAX_PCPUS * sizeof(*all));
    memset(used, 0, ZP_MAX_PCPUS * sizeof(*used));
    for (pcpu = zp_pcpuset_next(&vnode->pcpus, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(&vnode->pcpus, pcpu + 1)) {
        core = topo->core_nr[pcpu];
        all[core]++;
        if (!plan->nr_groups || plan->group_of[pcpu])
            used[core]++;
    }
}

static int check_cores(const struct zp_topology *topo,
                       const struct zp_plan *plan, struct zp_error *err)
{
    uint16_t all[ZP_MAX_PCPUS], used[ZP_MAX_PCPUS];
    bool pack = plan->smt == ZP_SMT_PACK, avoid = plan->smt == ZP_SMT_AVOID;
    bool whole = pack || (avoid && plan->dedicated);
    uint32_t i, core;

    for (i = 0; i < plan->nr_cpu_vnodes; i++) {
        count_used(topo, plan, &plan->vnode[i], all, used);
        for (core = 0; core < ZP_MAX_PCPUS; core++) {
            if (whole && all[core] && all[core] != topo->core_size[core])
                return BROKEN(err, "vnode %u has %u of the %u threads of a "
                              "core", i, all[core], topo->core_size[core]);
            if (avoid && used[core] > 1)
                return BROKEN(err, "vnode %u uses %u threads of a core", i,
                              used[core]);
        }
    }
    return ZP_OK;
}

int zp__fine_check_host(const struct zp_topology *topo,
                        const struct zp_plan *plan, struct zp_error *err)
{
    uint32_t l3[ZP_MAX_VCPUS + 1], pcpu, group;

    memset(l3, 0xff, sizeof(l3));
    for (pcpu = 0; plan->float_to == ZP_FLOAT_L3 && topo->nr_l3 &&
                   pcpu < ZP_MAX_PCPUS; pcpu++) {
        group = plan->group_of[pcpu];
        if (!group)
            continue;
        if (l3[group] != ZP_UNKNOWN_ID && l3[group] != topo->l3[pcpu])
            return BROKEN(err, "pcpu %u of group %u is in another L3 than the "
                          "rest", pcpu, group);
        l3[group] = topo->l3[pcpu];
    }
    if (plan->smt == ZP_SMT_ANY || !topo->has_cores)
        return ZP_OK;
    return check_cores(topo, plan, err);
}
