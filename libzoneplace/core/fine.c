/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finer than nodes (rules 13): which pcpus of a node count, and which of them
 * each vcpu gets. Requests that don't ask for it never come here. */
#include <string.h>

#include "core.h"

static uint32_t next_pcpu(const struct zp_pcpuset *set, uint32_t from)
{
    return zp_pcpuset_next(set, from);
}

/* for each @pcpu of @set, ascending */
#define FOR_PCPUS(pcpu, set)                                            \
    for ((pcpu) = next_pcpu(set, 0); (pcpu) != ZP_UNKNOWN_ID;           \
         (pcpu) = next_pcpu(set, (pcpu) + 1))

static void drop(struct zp_pcpuset *set, uint32_t pcpu)
{
    set->word[pcpu / 64] &= ~((uint64_t)1 << pcpu % 64);
}

/* What else could be its core where none is told: the pcpu itself. */
static uint32_t core_of(const struct zp__problem *p, uint32_t pcpu)
{
    uint32_t nr = p->topo->core_nr[pcpu];

    return p->topo->has_cores ? nr : pcpu;
}

/* Pcpus of @set a core; slot: core. */
static void count_cores(const struct zp__problem *p,
                        const struct zp_pcpuset *set, uint16_t *count)
{
    uint32_t pcpu;

    memset(count, 0, ZP_MAX_PCPUS * sizeof(*count));
    FOR_PCPUS (pcpu, set)
        count[core_of(p, pcpu)]++;
}

static bool whole_cores(const struct zp__problem *p)
{
    return p->req.smt == ZP_SMT_PACK || p->req.smt == ZP_SMT_AVOID;
}

/* The pcpus of the node that this zone may have. */
static void places(const struct zp__problem *p, uint32_t pos,
                   struct zp_pcpuset *set_out)
{
    uint16_t count[ZP_MAX_PCPUS];
    struct zp_pcpuset set;
    uint32_t pcpu;

    zp_load_usable_pcpus(p->load, pos, &set);
    FOR_PCPUS (pcpu, &set) {
        if (p->req.dedicated && p->load->pcpu_milli[pcpu])
            drop(&set, pcpu);
    }
    if (whole_cores(p)) {
        count_cores(p, &set, count);
        FOR_PCPUS (pcpu, &set) {
            if (count[core_of(p, pcpu)] <
                p->topo->core_size[core_of(p, pcpu)])
                drop(&set, pcpu);
        }
    }
    *set_out = set;
}

static uint32_t nr_cores(const struct zp__problem *p,
                         const struct zp_pcpuset *set)
{
    uint16_t count[ZP_MAX_PCPUS];
    uint32_t nr = 0, pcpu;

    count_cores(p, set, count);
    FOR_PCPUS (pcpu, set) {
        nr += count[core_of(p, pcpu)] > 0;
        count[core_of(p, pcpu)] = 0;
    }
    return nr;
}

/* Vcpus of the zone that @set takes. */
static uint32_t capacity(const struct zp__problem *p,
                         const struct zp_pcpuset *set)
{
    uint32_t nr = p->req.smt == ZP_SMT_AVOID ? nr_cores(p, set)
                                             : zp_pcpuset_count(set);

    return (uint32_t)zp__min64((uint64_t)nr * p->req.overcommit, p->vcpus);
}

uint32_t zp__fine_width(const struct zp__problem *p, uint32_t pos)
{
    struct zp_pcpuset set;

    places(p, pos, &set);
    return capacity(p, &set);
}

/* ---- within one domain ---- */

/* Order of the pcpus of a domain: those of one core follow each other. */
struct order {
    uint32_t nr;
    uint16_t pcpu[ZP_MAX_PCPUS];
    uint16_t rank[ZP_MAX_PCPUS];  /* how many of its core come before it */
};

/* The core of @left that carries the least, then the lowest: its first pcpu.
 * @load: thousandths of a vcpu; slot: core. */
static uint32_t next_core(const struct zp__problem *p,
                          const struct zp_pcpuset *left, const uint64_t *load)
{
    uint32_t best = ZP_UNKNOWN_ID, pcpu;

    FOR_PCPUS (pcpu, left) {
        if (best == ZP_UNKNOWN_ID ||
            load[core_of(p, pcpu)] < load[core_of(p, best)])
            best = pcpu;
    }
    return best;
}

/* Cores one after the other, the least laden first, until @need pcpus are
 * together or, with @by_core, so many cores. */
static void order_cores(const struct zp__problem *p,
                        const struct zp_pcpuset *domain, uint32_t need,
                        bool by_core, struct order *o)
{
    uint64_t load[ZP_MAX_PCPUS] = { 0 };
    struct zp_pcpuset left = *domain;
    uint32_t nr_taken = 0, core, rank, pcpu;

    FOR_PCPUS (pcpu, domain)
        load[core_of(p, pcpu)] += p->load->pcpu_milli[pcpu];
    o->nr = 0;
    while ((by_core ? nr_taken : o->nr) < need) {
        pcpu = next_core(p, &left, load);
        if (pcpu == ZP_UNKNOWN_ID)
            return;
        core = core_of(p, pcpu);
        rank = 0;
        for (; pcpu != ZP_UNKNOWN_ID; pcpu = next_pcpu(&left, pcpu + 1)) {
            if (core_of(p, pcpu) != core)
                continue;
            o->pcpu[o->nr] = (uint16_t)pcpu;
            o->rank[o->nr++] = (uint16_t)rank++;
            drop(&left, pcpu);
        }
        nr_taken++;
    }
}

/* First threads of cores first, then second ones. */
static void by_rank(struct order *o)
{
    struct order old = *o;
    uint32_t rank, i;

    o->nr = 0;
    for (rank = 0; o->nr < old.nr; rank++) {
        for (i = 0; i < old.nr; i++) {
            if (old.rank[i] != rank)
                continue;
            o->pcpu[o->nr] = old.pcpu[i];
            o->rank[o->nr++] = (uint16_t)rank;
        }
    }
}

/* How @nr_vcpus share @domain: o->pcpu[0..nr) in the order in which they are
 * taken, *set_out all that is kept for them. */
static void pick_pcpus(const struct zp__problem *p,
                       const struct zp_pcpuset *domain, uint32_t nr_vcpus,
                       struct order *o, struct zp_pcpuset *set_out)
{
    uint32_t need = zp__div_up(nr_vcpus, p->req.overcommit), i;
    bool one_each = p->req.smt == ZP_SMT_AVOID ||
                    (p->req.smt == ZP_SMT_SPREAD &&
                     need <= nr_cores(p, domain));
    bool all = p->req.smt == ZP_SMT_SPREAD ||
               (!p->req.dedicated && p->req.smt != ZP_SMT_PACK);

    order_cores(p, domain, all ? UINT32_MAX : need, one_each, o);
    memset(set_out, 0, sizeof(*set_out));
    if (p->req.dedicated && whole_cores(p)) {
        for (i = 0; i < o->nr; i++)
            zp_pcpuset_add(set_out, o->pcpu[i]);
    }
    if (one_each || p->req.smt == ZP_SMT_SPREAD)
        by_rank(o);
    if (one_each) {
        for (i = 0; i < o->nr && !o->rank[i]; i++)
            ;
        o->nr = i;
    }
    if (p->req.dedicated)
        o->nr = zp__min32(o->nr, nr_vcpus);
    for (i = 0; i < o->nr; i++)
        zp_pcpuset_add(set_out, o->pcpu[i]);
}

/* ---- domains of a node ---- */

struct domains {
    uint32_t nr;                   /* chosen, ascending lowest pcpu */
    uint32_t l3[ZP_MAX_VCPUS];     /* which; unknown: the whole node */
    uint64_t cap[ZP_MAX_VCPUS];
    uint64_t share[ZP_MAX_VCPUS];  /* vcpus */
};

static void of_l3(const struct zp__problem *p, const struct zp_pcpuset *set,
                  uint32_t l3, struct zp_pcpuset *set_out)
{
    uint32_t pcpu;

    *set_out = *set;
    FOR_PCPUS (pcpu, set) {
        if (l3 != ZP_UNKNOWN_ID && p->topo->l3[pcpu] != l3)
            drop(set_out, pcpu);
    }
}

/* What each L3 of a node has; slot: L3. */
struct l3s {
    uint64_t load[ZP_MAX_PCPUS];   /* thousandths of a vcpu */
    uint32_t cap[ZP_MAX_PCPUS];    /* 0: nothing, or chosen already */
};

static void measure_l3s(const struct zp__problem *p,
                        const struct zp_pcpuset *set, struct l3s *l3s)
{
    bool avoid = p->req.smt == ZP_SMT_AVOID;
    uint16_t count[ZP_MAX_PCPUS];
    uint32_t pcpu;

    memset(l3s, 0, sizeof(*l3s));
    count_cores(p, set, count);
    FOR_PCPUS (pcpu, set) {
        l3s->load[p->topo->l3[pcpu]] += p->load->pcpu_milli[pcpu];
        if (!avoid || count[core_of(p, pcpu)])
            l3s->cap[p->topo->l3[pcpu]] += p->req.overcommit;
        if (avoid)
            count[core_of(p, pcpu)] = 0;
    }
}

/* The least laden, then the roomiest, then the lowest. */
static uint32_t next_l3(const struct zp__problem *p, const struct l3s *l3s)
{
    uint32_t best = ZP_UNKNOWN_ID, i;

    for (i = 0; i < p->topo->nr_l3; i++) {
        if (!l3s->cap[i])
            continue;
        if (best == ZP_UNKNOWN_ID || l3s->load[i] < l3s->load[best] ||
            (l3s->load[i] == l3s->load[best] && l3s->cap[i] > l3s->cap[best]))
            best = i;
    }
    return best;
}

/* As few L3s as hold the vcpus; their shares are as equal as can be. */
static void choose_domains(const struct zp__problem *p,
                           const struct zp_pcpuset *set, uint32_t nr_vcpus,
                           struct domains *d)
{
    uint64_t low[ZP_MAX_VCPUS] = { 0 }, held = 0;
    struct l3s l3s;
    uint32_t l3, at;

    if (p->req.float_to == ZP_FLOAT_NODE) {
        d->nr = 1;
        d->l3[0] = ZP_UNKNOWN_ID;
        d->share[0] = nr_vcpus;
        return;
    }
    d->nr = 0;
    measure_l3s(p, set, &l3s);
    while (held < nr_vcpus) {
        l3 = next_l3(p, &l3s);
        held += l3s.cap[l3];
        for (at = d->nr++; at && d->l3[at - 1] > l3; at--) {
            d->l3[at] = d->l3[at - 1];
            d->cap[at] = d->cap[at - 1];
        }
        d->l3[at] = l3;
        d->cap[at] = l3s.cap[l3];
        l3s.cap[l3] = 0;
    }
    zp__deal(nr_vcpus, d->nr, low, d->cap, d->share);
}

static void give_group(struct zp_plan *plan, uint32_t vcpu, uint32_t nr,
                       const struct zp_pcpuset *set)
{
    uint8_t group = ++plan->nr_groups;
    uint32_t pcpu, i;

    FOR_PCPUS (pcpu, set)
        plan->group_of[pcpu] = group;
    for (i = 0; i < nr; i++)
        plan->vcpu_group[vcpu + i] = group;
}

void zp__fine_assign(const struct zp__problem *p, uint32_t pos,
                     struct zp_plan *plan, struct zp_vnode *vnode)
{
    uint32_t vcpu = vnode->first_vcpu, i, v;
    struct zp_pcpuset all, domain, set;
    struct domains d;
    struct order o;

    places(p, pos, &all);
    choose_domains(p, &all, vnode->nr_vcpus, &d);
    for (i = 0; i < d.nr; i++) {
        of_l3(p, &all, d.l3[i], &domain);
        pick_pcpus(p, &domain, (uint32_t)d.share[i], &o, &set);
        zp__pcpuset_join(&vnode->pcpus, &set);
        for (v = 0; p->req.dedicated && v < o.nr; v++) {
            memset(&set, 0, sizeof(set));
            zp_pcpuset_add(&set, o.pcpu[v]);
            give_group(plan, vcpu + v, 1, &set);
        }
        if (!p->req.dedicated && p->req.float_to == ZP_FLOAT_L3)
            give_group(plan, vcpu, (uint32_t)d.share[i], &set);
        vcpu += (uint32_t)d.share[i];
    }
}

int zp__fine_check(const struct zp__problem *p, struct zp_error *err)
{
    if (p->req.float_to == ZP_FLOAT_L3 && !p->topo->nr_l3)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "float",
                        "float l3: the host's L3 domains are not known, Xen "
                        "does not tell them");
    if (p->req.smt != ZP_SMT_ANY && !p->topo->has_cores)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "smt",
                        "smt: it is not known which pcpus of the host are "
                        "one core");
    return ZP_OK;
}
