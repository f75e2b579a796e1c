/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receipt in words: how a plan came about, and what to know of it. The
 * decision is taken again, outside the time that placement counts. */
#include <string.h>

#include "core.h"

typedef unsigned long long ull;

/* ---- warnings ---- */

static void warn_request(struct zp__text *t, const struct zp_request *req,
                         const struct zp__problem *p)
{
    if (req->mem_kib % ZP_UNIT_KIB)
        zp__text_add(t, "memory is dealt in 2 MiB: rounded up to %llu KiB\n",
                     (ull)(p->units * ZP_UNIT_KIB));
    if (p->dynamic && req->max_mem_kib % ZP_UNIT_KIB)
        zp__text_add(t, "memory is dealt in 2 MiB: at most %llu KiB, rounded "
                     "up\n", (ull)(p->max_units * ZP_UNIT_KIB));
    if (p->became_static)
        zp__text_add(t, "the zone is static: %s\n", p->became_static);
}

static void warn_nodes(struct zp__text *t, const struct zp__problem *p)
{
    uint32_t i;

    for (i = 0; zp_topology_warning(p->topo, i); i++)
        zp__text_add(t, "%s\n", zp_topology_warning(p->topo, i));
    for (i = 0; i < p->nr; i++) {
        if (p->topo->pnode[i].mem_kib == ZP_UNKNOWN_KIB && !p->room[i])
            zp__text_add(t, "node %u is left out: its memory is not known\n",
                         p->topo->pnode[i].os_id);
    }
}

static void warn_devices(struct zp__text *t, const struct zp__problem *p,
                         const struct zp_plan *plan)
{
    zp__mask set = 0, local;
    uint32_t i, found;

    for (i = 0; i < plan->nr_cpu_vnodes; i++)
        set |= ZP__BIT(plan->vnode[i].pnode);
    for (i = 0; i < p->req.nr_near; i++) {
        found = zp_topology_find_device(p->topo, p->req.near[i].busid);
        local = zp_topology_device_pnodes(p->topo, found);
        if (!local)
            zp__text_add(t, "device %s does not steer: its node is not "
                         "known\n", p->topo->device[found].busid);
        else if (!(local & set))
            zp__text_add(t, "device %s is at node %u, outside the zone\n",
                         p->topo->device[found].busid,
                         p->topo->pnode[zp__lowest(local)].os_id);
    }
}

static void warn_truth(struct zp__text *t, const struct zp__problem *p,
                       const struct zp_plan *plan)
{
    uint32_t nr = plan->nr_vnodes;

    if (plan->truth)
        return;
    if (plan->emulated)
        zp__text_add(t, "emulated: the guest sees %u nodes with distances of "
                     "%u, that are none of the host's\n", nr,
                     p->req.emulate_remote);
    else if (plan->spill == ZP_SPILL_INTERLEAVE)
        zp__text_add(t, "the guest sees one node: its memory is %u contiguous "
                     "parts of %llu MiB on %u nodes\n", nr,
                     (ull)(plan->vnode[nr - 1].mem_kib / 1024), nr);
    else if (plan->type == ZP_GUEST_PV)
        zp__text_add(t, "the guest sees one node and is on %u: a pv zone is "
                     "shown none\n", nr);
    else if (p->one_pxm)
        zp__text_add(t, "the guest sees one node and is on %u: %s\n", nr,
                     p->req.vnuma == ZP_VNUMA_NEVER
                         ? "vnuma is never"
                         : "it has too few vcpus for vnuma");
    else
        zp__text_add(t, "the guest sees %u nodes and is on %u: what spills is "
                     "shown as if it were local\n", plan->nr_cpu_vnodes, nr);
}

static void warn_tier(struct zp__text *t, const struct zp__problem *p,
                      const struct zp_plan *plan)
{
    if (plan->type == ZP_GUEST_PV)
        return;
    if (plan->tier == ZP_TIER_PATCHED) {
        if (!plan->threads_per_core)
            zp__text_add(t, "no apic ids up to %u fit these vnodes: the guest "
                         "is not told of packages, cores and caches\n",
                         ZP_MAX_X2APIC_ID);
        else if (plan->packages != p->req.packages && !plan->emulated)
            zp__text_add(t, "no apic ids up to %u fit packages by socket: "
                         "they are by node\n", ZP_MAX_X2APIC_ID);
        return;
    }
    zp__text_add(t, "unmodified xen: the guest is not told of SMT siblings, "
                 "shared caches and sockets\n");
    if (plan->nr_cpu_vnodes > 1 && !plan->vcpu_stride && !p->one_pxm)
        zp__text_add(t, "unmodified xen: %u padded vnodes would pass %d vcpu "
                     "ids, so packages and nodes don't agree\n",
                     plan->nr_cpu_vnodes, ZP_MAX_VCPUS);
}

static void warn_proof(struct zp__text *t, const struct zp_plan *plan)
{
    if (!plan->exact)
        zp__text_add(t, "not proven the best: the distance sum is %llu, none "
                     "is %s %llu\n", (ull)plan->distance_sum,
                     plan->strategy == ZP_SCATTER ? "above" : "below",
                     (ull)plan->lower_bound);
}

int zp_plan_warnings(const struct zp_topology *topo,
                     const struct zp_load *load, const struct zp_request *req,
                     const struct zp_plan *plan, char **text_out,
                     struct zp_error *err)
{
    struct zp__text t = ZP__TEXT_INIT;
    struct zp__problem p;
    struct zp__choice choice;
    int rc = zp__decide(&p, &choice, topo, load, req, err);

    if (rc)
        return rc;
    warn_nodes(&t, &p);
    warn_request(&t, req, &p);
    warn_devices(&t, &p, plan);
    warn_truth(&t, &p, plan);
    warn_tier(&t, &p, plan);
    warn_proof(&t, plan);
    return zp__text_take(&t, text_out, err);
}

/* ---- why ---- */

static const char *way_name(enum zp__way way)
{
    switch (way) {
    case ZP__EVEN: return "even";
    case ZP__UNEVEN: return "uneven";
    case ZP__SPILL: return "spilling";
    }
    return "";
}

static void add_mask(struct zp__text *t, const struct zp__problem *p,
                     zp__mask mask)
{
    zp__mask left;
    uint32_t pos;

    ZP__FOR_EACH (pos, left, mask)
        zp__text_add(t, "%s%u", left == mask ? "" : ",",
                     p->topo->pnode[pos].os_id);
    if (!mask)
        zp__text_add(t, "none");
}

/* One line a node: what it has, and what rules it out. */
static void tell_nodes(struct zp__text *t, const struct zp__problem *p,
                       const struct zp__choice *c, zp__mask candidates)
{
    uint64_t share = zp__share_units(p, zp__ids_at_most(p, c->way, c->k),
                                     c->k);
    bool even = c->way == ZP__EVEN;
    uint32_t vcpus = even ? zp__div_up(p->vcpus, c->k) : 1, i;
    const char *verdict;

    for (i = 0; i < p->nr; i++) {
        if (candidates >> i & 1)
            verdict = c->set >> i & 1 ? "taken" : "candidate";
        else if (!(p->has_pcpus >> i & 1))
            verdict = "no pcpus";
        else if (p->width[i] < vcpus)
            verdict = "too few vcpus";
        else if (p->interleave && !(p->interleave >> i & 1))
            verdict = "not named";
        else if (p->dynamic && p->size[i] < p->max_units / c->k)
            verdict = "too small for its most memory";
        else
            verdict = "too little memory";
        zp__text_add(t, "node %u: room for %u vcpus and %llu MiB: %s\n",
                     p->topo->pnode[i].os_id, p->width[i],
                     (ull)(zp__holds(p, i, share) * (ZP_UNIT_KIB / 1024)),
                     verdict);
    }
}

static void tell_count(struct zp__text *t, const struct zp__problem *p,
                       const struct zp__choice *c)
{
    const char *how = p->req.nr_vnodes ? "as demanded"
                      : p->req.size_by == ZP_SIZE_BY_CPU
                          ? "the fewest that the vcpus need"
                          : "the fewest that hold the zone";

    if (p->req.max_node_vcpus)
        zp__text_add(t, "at most %u vcpus a node\n", p->req.max_node_vcpus);
    if (p->req.max_node_kib)
        zp__text_add(t, "at most %llu MiB a node\n",
                     (ull)(p->cap_units * (ZP_UNIT_KIB / 1024)));
    if (p->req.emulate)
        zp__text_add(t, "emulated: what the guest sees of %u nodes is made "
                     "up\n", p->req.emulate);
    zp__text_add(t, "%u nodes, %s: %s shares of %u vcpus and %llu MiB\n",
                 c->k, how, way_name(c->way), p->vcpus,
                 (ull)(p->units * (ZP_UNIT_KIB / 1024)));
}

static void tell_first(struct zp__text *t, const struct zp__problem *p,
                       const struct zp__choice *c)
{
    uint64_t avail = p->avail_kib[c->first];
    bool pack = p->req.first_node == ZP_FIRST_PACK;
    uint32_t first = p->topo->pnode[c->first].os_id, i;
    zp__mask skipped = 0;

    if (p->top_owners) {
        zp__text_add(t, "first node %u: %s the devices at ", first,
                     c->moved ? "nearest feasible one to" : "owner of");
        add_mask(t, p, p->top_owners);
        zp__text_add(t, "\n");
        return;
    }
    if (p->req.first_node == ZP_FIRST_BALANCED) {
        zp__text_add(t, "first node %u: balanced, %llu MiB free there\n",
                     first, (ull)(avail / 1024));
        return;
    }
    for (i = 0; i < p->nr && c->way != ZP__SPILL; i++) {
        if ((p->eligible >> i & 1) &&
            (pack ? p->avail_kib[i] < avail : p->avail_kib[i] > avail))
            skipped |= ZP__BIT(i);
    }
    zp__text_add(t, "first node %u: %s free memory, %llu MiB; skipped, in no "
                 "feasible set: ", first, pack ? "least" : "most",
                 (ull)(avail / 1024));
    add_mask(t, p, skipped);
    zp__text_add(t, "\n");
}

/* n over k, or UINT64_MAX if that is too many to say. */
static uint64_t binomial(uint32_t n, uint32_t k)
{
    uint64_t value = 1;
    uint32_t i;

    for (i = 1; i <= k; i++) {
        if (value > UINT64_MAX / 64)
            return UINT64_MAX;
        value = value * (n - k + i) / i;
    }
    return value;
}

static void tell_rest(struct zp__text *t, const struct zp__problem *p,
                      const struct zp__choice *c, zp__mask candidates)
{
    uint64_t sets = binomial(zp__count(candidates) - 1, c->k - 1);

    if (c->k > 1 && sets != UINT64_MAX)
        zp__text_add(t, "sets with the first node: %llu of %u candidates, %s "
                     "in %llu steps\n", (ull)sets, zp__count(candidates),
                     c->proven ? "all decided" : "not all decided",
                     (ull)c->steps);
    zp__text_add(t, "chosen: ");
    add_mask(t, p, c->set);
    zp__text_add(t, ", distance sum %llu, the %s\n",
                 (ull)zp__distance_sum(p->topo, c->set),
                 p->req.strategy == ZP_SCATTER ? "largest" : "smallest");
}

/* Whether another set is as good, and what then decided. */
static void tell_tie(struct zp__text *t, const struct zp__problem *p,
                     const struct zp__choice *c)
{
    struct zp__search s;
    zp__mask left;
    uint32_t pos;
    bool rival = false, full = false;

    if (c->way == ZP__SPILL || c->k == 1 || !c->proven)
        return;
    ZP__FOR_EACH (pos, left, c->set & ~ZP__BIT(c->first)) {
        zp__search_init(&s, p, c->way, c->k);
        s.fixed = ZP__BIT(c->first);
        s.allowed &= ~ZP__BIT(pos);
        if (!zp__search_best(&s) || s.score.pairs != c->score.pairs ||
            s.score.uncovered != c->score.uncovered)
            continue;
        rival = true;
        full |= s.score.load == c->score.load &&
                s.score.taken == c->score.taken;
    }
    if (!rival)
        zp__text_add(t, "no other set has that sum\n");
    else if (full)
        zp__text_add(t, "tie: others have that sum and as much free memory; "
                     "the lowest ids won\n");
    else
        zp__text_add(t, "tie: others have that sum; %s won\n",
                     p->req.vcpu_ratio ? "the least load, then free memory,"
                                       : "the most free memory");
}

static void tell_spill(struct zp__text *t, const struct zp__problem *p,
                       const struct zp_plan *plan)
{
    uint64_t asked, mib;
    uint32_t i, j;

    for (i = plan->nr_cpu_vnodes; i < plan->nr_vnodes; i++) {
        mib = plan->vnode[i].mem_kib / 1024;
        for (asked = 0, j = 0; j < p->nr_parts; j++) {
            if (p->part_pos[j] == plan->vnode[i].pnode)
                asked = p->part_units[j] * (ZP_UNIT_KIB / 1024);
        }
        if (asked)
            zp__text_add(t, "node %u gives %llu MiB that were asked of it\n",
                         plan->vnode[i].pnode_os_id, (ull)asked);
        if (mib > asked)
            zp__text_add(t, "node %u gives %llu MiB %s\n",
                         plan->vnode[i].pnode_os_id, (ull)(mib - asked),
                         p->interleave ? "to the interleaved memory"
                                       : "that did not fit");
    }
}

static void tell_fine(struct zp__text *t, const struct zp__problem *p,
                      const struct zp_plan *plan)
{
    static const char *const smt[] = { "any threads", "whole cores, as few "
        "as will do", "a core for each vcpu while there are", "a whole core "
        "for each vcpu" };

    if (p->fine)
        zp__text_add(t, "finer than nodes: %s of %s, %s; %u groups of "
                     "vcpus\n", smt[plan->smt],
                     plan->float_to == ZP_FLOAT_L3
                         ? "the fewest L3s, the least laden first"
                         : "each node",
                     plan->dedicated ? "none that another zone is on"
                                     : "shared with others",
                     plan->nr_groups);
}

int zp_plan_why(const struct zp_topology *topo, const struct zp_load *load,
                const struct zp_request *req, const struct zp_plan *plan,
                char **text_out, struct zp_error *err)
{
    struct zp__text t = ZP__TEXT_INIT;
    struct zp__problem p;
    struct zp__choice choice;
    zp__mask candidates;
    int rc = zp__decide(&p, &choice, topo, load, req, err);

    if (rc)
        return rc;
    candidates = zp__candidates(&p, choice.way, choice.k);
    tell_count(&t, &p, &choice);
    tell_nodes(&t, &p, &choice, candidates);
    tell_first(&t, &p, &choice);
    tell_rest(&t, &p, &choice, candidates);
    tell_tie(&t, &p, &choice);
    tell_spill(&t, &p, plan);
    tell_fine(&t, &p, plan);
    return zp__text_take(&t, text_out, err);
}
