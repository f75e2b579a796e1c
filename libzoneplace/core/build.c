/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the chosen set to the plan: order, shares, donors, numbers (rules 5
 * and 6). */
#include <string.h>

#include "core.h"
#include "render/cpuid.h"

/* Vnode 0 is the first, the rest ascend. */
static void order_vnodes(struct zp__draft *d)
{
    zp__mask left;
    uint32_t pos;

    d->pos[0] = d->choice->first;
    d->nr = 1;
    ZP__FOR_EACH (pos, left, d->choice->set & ~ZP__BIT(d->choice->first))
        d->pos[d->nr++] = pos;
    d->nr_cpu = d->nr;
    for (pos = 0; pos < d->nr; pos++)
        d->pxm[pos] = pos;
}

static void split_vcpus(struct zp__draft *d)
{
    uint64_t low[ZP_MAX_VNODES], high[ZP_MAX_VNODES];
    uint32_t i;

    if (d->choice->way == ZP__EVEN) {
        zp__deal_evenly(d->p->vcpus, d->nr, d->vcpus);
        return;
    }
    for (i = 0; i < d->nr; i++) {
        low[i] = 1;
        high[i] = d->p->width[d->pos[i]];
    }
    zp__deal(d->p->vcpus, d->nr, low, high, d->vcpus);
}

/* Memory of an uneven set, what it has at most in the same way on top. */
static void fill_memory(struct zp__draft *d)
{
    uint64_t low[ZP_MAX_VNODES], high[ZP_MAX_VNODES];
    uint32_t i;

    for (i = 0; i < d->nr; i++) {
        low[i] = ZP_MIN_SHARE_KIB / ZP_UNIT_KIB;
        high[i] = zp__holds(d->p, d->pos[i], d->share);
    }
    zp__deal(d->p->units, d->nr, low, high, d->units);
    if (!d->p->dynamic) {
        memcpy(d->max_units, d->units, sizeof(d->units));
        return;
    }
    for (i = 0; i < d->nr; i++)
        high[i] = d->p->size[d->pos[i]];
    zp__deal(d->p->max_units, d->nr, d->units, high, d->max_units);
}

/* ---- spill ---- */

/* What donors give: taken[i] units of position pos, for vnode i. */
struct gift {
    uint32_t pos;
    uint32_t vnode;
    uint64_t units;
};

struct gifts {
    uint32_t nr;
    struct gift gift[ZP_MAX_VNODES];
    uint64_t given[ZP_MAX_PNODES];
};

/* The donor nearest to @from that has something left, or ZP_UNKNOWN_ID. */
static uint32_t nearest_donor(const struct zp__draft *d, const struct gifts *gifts,
                              uint32_t from)
{
    const struct zp_topology *topo = d->p->topo;
    zp__mask donors = d->p->donors & ~d->choice->set, left;
    uint32_t best = ZP_UNKNOWN_ID, pos;

    ZP__FOR_EACH (pos, left, d->choice->set)
        donors &= topo->reach[pos];
    ZP__FOR_EACH (pos, left, donors) {
        if (gifts->given[pos] >= zp__holds(d->p, pos, d->share))
            continue;
        if (best == ZP_UNKNOWN_ID ||
            topo->pair[from][pos] < topo->pair[from][best])
            best = pos;
    }
    return best;
}

/* One gift a donor, unless the guest is shown it inside the vnode. */
static bool give(const struct zp__draft *d, struct gifts *gifts, uint32_t pos,
                 uint32_t vnode, uint64_t units)
{
    bool inside = d->p->req.spill == ZP_SPILL_PREFERRED;
    uint32_t i;

    gifts->given[pos] += units;
    for (i = 0; i < gifts->nr; i++) {
        if (gifts->gift[i].pos == pos &&
            (!inside || gifts->gift[i].vnode == vnode)) {
            gifts->gift[i].units += units;
            return true;
        }
    }
    if (d->nr + gifts->nr == ZP_MAX_VNODES)
        return false;
    gifts->gift[gifts->nr++] = (struct gift){ pos, vnode, units };
    return true;
}

static bool collect(const struct zp__draft *d, uint64_t spilled,
                    struct gifts *gifts)
{
    uint64_t target[ZP_MAX_VNODES], want, part;
    uint32_t i, pos;

    memset(gifts, 0, sizeof(*gifts));
    zp__deal_evenly(d->p->units, d->nr, target);
    for (i = 0; i < d->nr && spilled; i++) {
        want = target[i] > d->units[i] ? target[i] - d->units[i] : 0;
        want = zp__min64(want, spilled);
        spilled -= want;
        while (want) {
            pos = nearest_donor(d, gifts, d->pos[i]);
            if (pos == ZP_UNKNOWN_ID)
                return false;
            part = zp__min64(want, zp__holds(d->p, pos, d->share) -
                                       gifts->given[pos]);
            want -= part;
            if (!give(d, gifts, pos, i, part))
                return false;
        }
    }
    return true;
}

/* Every member keeps what it can hold; the rest becomes vnodes without
 * vcpus, ascending by pnode. */
static bool spill_memory(struct zp__draft *d)
{
    bool inside = d->p->req.spill == ZP_SPILL_PREFERRED;
    uint64_t held = 0;
    struct gifts gifts;
    struct gift gift;
    uint32_t i, j;

    for (i = 0; i < d->nr; i++) {
        d->units[i] = zp__holds(d->p, d->pos[i], d->share);
        held += d->units[i];
    }
    if (held >= d->p->units) { /* a search cut short had missed this set */
        fill_memory(d);
        return true;
    }
    if (!collect(d, d->p->units - held, &gifts))
        return false;
    for (i = 1; i < gifts.nr; i++) {
        gift = gifts.gift[i];
        for (j = i; j && (gifts.gift[j - 1].pos > gift.pos ||
                          (gifts.gift[j - 1].pos == gift.pos &&
                           gifts.gift[j - 1].vnode > gift.vnode)); j--)
            gifts.gift[j] = gifts.gift[j - 1];
        gifts.gift[j] = gift;
    }
    for (i = 0; i < gifts.nr; i++, d->nr++) {
        d->pos[d->nr] = gifts.gift[i].pos;
        d->pxm[d->nr] = inside ? gifts.gift[i].vnode : d->nr;
        d->vcpus[d->nr] = 0;
        d->units[d->nr] = gifts.gift[i].units;
    }
    memcpy(d->max_units, d->units, sizeof(d->units));
    return true;
}

/* The whole of the memory in equal parts; no vcpu knows where. */
static void interleave_memory(struct zp__draft *d)
{
    zp__mask left;
    uint32_t pos;

    ZP__FOR_EACH (pos, left, d->p->interleave & ~d->choice->set) {
        d->pos[d->nr] = pos;
        d->vcpus[d->nr++] = 0;
    }
    memset(d->pxm, 0, sizeof(d->pxm));
    zp__deal_evenly(d->p->units, d->nr, d->units);
    memcpy(d->max_units, d->units, sizeof(d->units));
}

static bool make_draft(struct zp__draft *d)
{
    const struct zp__problem *p = d->p;
    const struct zp__choice *choice = d->choice;

    d->share = zp__share_units(p, zp__ids_at_most(p, choice->way, choice->k),
                               choice->k);
    order_vnodes(d);
    split_vcpus(d);
    if (p->interleave) {
        interleave_memory(d);
        return true;
    }
    if (choice->way == ZP__SPILL)
        return spill_memory(d);
    if (choice->way == ZP__UNEVEN) {
        fill_memory(d);
        return true;
    }
    zp__deal_evenly(p->units, d->nr, d->units);
    zp__deal_evenly(p->max_units, d->nr, d->max_units);
    return true;
}

/* ---- the plan ---- */

static void number_vcpus(const struct zp__draft *d, struct zp_plan *plan)
{
    uint32_t largest = 0, stride, i;

    for (i = 0; i < d->nr_cpu; i++) {
        if (d->vcpus[i] > largest)
            largest = (uint32_t)d->vcpus[i];
    }
    stride = zp__pow2_up(largest);
    plan->nr_vcpu_ids = d->p->vcpus;
    if (d->nr_cpu > 1 && plan->tier == ZP_TIER_STOCK && !d->p->one_pxm &&
        stride * d->nr_cpu <= ZP_MAX_VCPUS) {
        plan->vcpu_stride = stride;
        plan->nr_vcpu_ids = stride * d->nr_cpu;
    }
}

static void fill_vnodes(const struct zp__draft *d, struct zp_plan *plan)
{
    struct zp_range ranges[ZP_MAX_VNODES + 1];
    struct zp_vnode *vnode;
    uint32_t next = 0, nr, i;

    for (i = 0; i < d->nr; i++) {
        vnode = &plan->vnode[i];
        vnode->pxm = d->pxm[i];
        vnode->pnode = d->pos[i];
        vnode->pnode_os_id = d->p->topo->pnode[d->pos[i]].os_id;
        vnode->nr_vcpus = (uint32_t)d->vcpus[i];
        vnode->spill = !vnode->nr_vcpus;
        vnode->mem_kib = d->units[i] * ZP_UNIT_KIB;
        vnode->max_mem_kib = d->max_units[i] * ZP_UNIT_KIB;
        plan->mem_kib += vnode->mem_kib;
        /* past the last id where there is nothing to number */
        vnode->first_vcpu = i < d->nr_cpu ? next : plan->nr_vcpu_ids;
        next += plan->vcpu_stride ? plan->vcpu_stride : vnode->nr_vcpus;
        if (vnode->nr_vcpus && d->p->fine)
            zp__fine_assign(d->p, d->pos[i], plan, vnode);
        else if (vnode->nr_vcpus)
            zp_load_usable_pcpus(d->p->load, d->pos[i], &vnode->pcpus);
    }
    nr = zp_plan_ranges(plan, ranges);
    while (nr--)
        plan->vnode[ranges[nr].vnode].first_gfn = ranges[nr].start / 4096;
}

static void fill_distances(const struct zp__draft *d, struct zp_plan *plan)
{
    uint32_t i, j;

    for (i = 0; i < d->nr; i++) {
        for (j = 0; j < d->nr; j++)
            plan->dist[i * d->nr + j] =
                !d->p->req.emulate
                    ? (uint8_t)zp_topology_distance(d->p->topo, d->pos[i],
                                                    d->pos[j])
                : i == j ? ZP_DIST_LOCAL
                         : (uint8_t)d->p->req.emulate_remote;
    }
}

static uint32_t nr_pxms(const struct zp__draft *d)
{
    uint32_t top = 0, i;

    for (i = 0; i < d->nr; i++)
        top = d->pxm[i] > top ? d->pxm[i] : top;
    return top + 1;
}

static void fill_view(const struct zp__draft *d, struct zp_plan *plan)
{
    uint32_t pxms = nr_pxms(d);

    plan->show_numa = !d->p->one_pxm &&
                      (pxms > 1 || d->p->force_pxm);
    plan->emulated = d->p->req.emulate > 0;
    plan->truth = !plan->emulated &&
                  (d->nr == 1 || (plan->show_numa && pxms == d->nr));
}

static void fill_proof(const struct zp__draft *d, struct zp_plan *plan)
{
    uint64_t k = d->choice->k, bound = d->choice->bound;

    plan->distance_sum = zp__distance_sum(d->p->topo, d->choice->set);
    plan->lower_bound = plan->strategy == ZP_SCATTER
                            ? k * (k - 1) / 2 * ZP__MAX_PAIR - bound
                            : bound;
    plan->exact = d->choice->proven;
    plan->steps = d->choice->steps;
}

static void fill_overhead(const struct zp__draft *d, struct zp_plan *plan)
{
    uint32_t k = d->p->interleave ? d->nr : d->choice->k;

    plan->overhead_kib =
        zp_overhead_kib(plan->type, plan->nr_vcpu_ids,
                        (d->p->max_units + d->p->all_parts) * ZP_UNIT_KIB);
    plan->overhead_share_kib =
        zp__share_units(d->p, plan->nr_vcpu_ids, k) * ZP_UNIT_KIB;
}

/* The plan's threads and packages, as far as their APIC ids fit. */
static bool try_topology(const struct zp__draft *d, struct zp_plan *plan,
                         uint32_t threads, enum zp_packages packages)
{
    uint32_t package[ZP_MAX_VNODES], i;
    struct zp_core_model model;
    struct zp_guest_cpus cpus;

    zp__number_packages(d->p->topo, plan, packages, package);
    for (i = 0; i < plan->nr_cpu_vnodes; i++)
        plan->vnode[i].package = package[i];
    plan->threads_per_core = threads;
    plan->packages = packages;
    return !zp_core_model_from_plan(plan, ZP_VENDOR_AMD, &model, NULL) &&
           !zp_guest_cpus(plan, NULL, &model, &cpus, NULL);
}

static void fill_topology(const struct zp__draft *d, struct zp_plan *plan)
{
    const struct zp_request *req = &d->p->req;
    uint32_t i;

    if (!d->threads ||
        (!req->emulate &&
         try_topology(d, plan, d->threads, req->packages)) ||
        try_topology(d, plan, d->threads, ZP_PACKAGES_NODE))
        return;
    for (i = 0; i < plan->nr_cpu_vnodes; i++)
        plan->vnode[i].package = 0;
    plan->threads_per_core = 0;
    plan->packages = ZP_PACKAGES_SOCKET;
}

/* Vcpus on cores of their own are no threads of one core. */
static bool own_cores(const struct zp_request *req)
{
    return req->smt == ZP_SMT_SPREAD || req->smt == ZP_SMT_AVOID ||
           (req->dedicated && req->smt == ZP_SMT_ANY);
}

static int find_threads(struct zp__draft *d, struct zp_error *err)
{
    const struct zp_request *req = &d->p->req;
    uint32_t asked = !req->threads && own_cores(req) ? 1 : req->threads;

    d->threads = 0;
    if (req->type != ZP_GUEST_PVH)
        return ZP_OK;
    if (req->tier == ZP_TIER_PATCHED)
        return zp__common_threads(d->p->topo, d->pos, d->nr_cpu,
                                  asked, &d->threads, err);
    return asked < 2
               ? ZP_OK
               : zp__fail(err, ZP_ERR_UNSUPPORTED, "threads",
                          "2 threads per core: unmodified xen can't tell a "
                          "guest of them");
}

static enum zp_first_rule first_rule(const struct zp__problem *p)
{
    if (p->top_owners)
        return ZP_RULE_DEVICE;
    if (p->req.first_node == ZP_FIRST_BALANCED)
        return ZP_RULE_BALANCED;
    return p->req.first_node == ZP_FIRST_PACK ? ZP_RULE_PACK
                                              : ZP_RULE_MOST_FREE;
}

int zp__build(const struct zp__problem *p, const struct zp__choice *choice,
              struct zp_plan *plan_out, struct zp_error *err)
{
    const struct zp_request *req = &p->req;
    struct zp__draft d = { .p = p, .choice = choice };
    struct zp_plan *plan = plan_out;
    int rc;

    if (!make_draft(&d) || !zp__draft_parts(&d))
        return zp__fail(err, ZP_ERR_INFEASIBLE, "numa-nodes",
                        "the memory would be on more than %d nodes",
                        ZP_MAX_VNODES);
    if (req->emulate)
        zp__draft_emulate(&d);
    rc = find_threads(&d, err);
    if (rc)
        return rc;
    memset(plan, 0, sizeof(*plan));
    memcpy(plan->name, req->name, sizeof(plan->name));
    plan->type = req->type;
    plan->strategy = req->strategy;
    plan->spill = req->spill;
    plan->memory_policy = req->memory_policy;
    if (p->dynamic)
        plan->growth = req->agent ? ZP_GROWTH_DEVICES : ZP_GROWTH_HOTADD;
    plan->tier = req->tier;
    plan->float_to = req->float_to;
    plan->smt = req->smt;
    plan->dedicated = req->dedicated;
    plan->even = choice->way == ZP__EVEN;
    plan->nr_vnodes = d.nr;
    plan->nr_cpu_vnodes = d.nr_cpu;
    plan->nodes_per_package = req->nodes_per_package;
    plan->vcpus = req->vcpus;
    plan->max_vcpus = req->max_vcpus;
    plan->first_rule = first_rule(p);
    number_vcpus(&d, plan);
    fill_vnodes(&d, plan);
    fill_distances(&d, plan);
    fill_view(&d, plan);
    fill_overhead(&d, plan);
    fill_proof(&d, plan);
    fill_topology(&d, plan);
    return ZP_OK;
}
