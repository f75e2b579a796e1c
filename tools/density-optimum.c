/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What no packing of the same sequence exceeds. Two relaxations of the rules,
 * each of which every set of plans fulfils:
 *
 *  - nodes as bins, for shapes that are on one node or nowhere. If the mix has
 *    no others this is no relaxation but the problem itself;
 *  - hosts as bins, each with all its nodes' memory (and vcpus, where a ratio
 *    bounds them), for all shapes, however they are divided.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "density.h"
#ifdef HAVE_GLPK
#include "packing.h"

/* Prefixes that GLPK is asked about, each one zone shorter. */
enum { MAX_TRIES = 16 };
/* Questions to the solver: halvings of a sequence, tries, all of it. */
enum { MAX_STEPS = 27 + MAX_TRIES + 1 };
/* A sequence longer than that is not kept: 128 MiB. */
#define MAX_SEQUENCE ((uint64_t)64 << 20)

struct model {
    const struct density *d;
    const struct zp_mix *mix;
    struct packing *nodes;       /* NULL: no shape is whole */
    struct packing *hosts;       /* NULL: nodes say it all */
    uint32_t ratio;              /* that all shapes have, or 0 */
    bool exact;                  /* what .nodes packs, plans can do */
    uint16_t *sequence;
    uint64_t nr;                 /* of it */
    uint32_t steps;              /* done, of MAX_STEPS at most */
};

static void clear(struct model *m)
{
    free(m->nodes);
    free(m->hosts);
    free(m->sequence);
}

/* The class of equal bins that @bin is of; false if they are too many. */
static bool add_bin(struct packing *p, const struct packing_bin *bin)
{
    for (uint32_t i = 0; i < p->nr_bins; i++) {
        struct packing_bin *known = &p->bin[i];

        if (known->units == bin->units && known->vcpus == bin->vcpus &&
            known->widest == bin->widest) {
            known->count += bin->count;
            return true;
        }
    }
    if (p->nr_bins == PACKING_MAX_CLASSES)
        return false;
    p->bin[p->nr_bins++] = *bin;
    return true;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* Node @pos of a host as a bin. */
static struct packing_bin bin_of(const struct model *m,
                                 const struct zp_load *load, uint32_t pos)
{
    uint64_t usable = zp_load_nr_usable(load, pos);
    struct packing_bin bin = { .count = 1 };

    bin.units = minus(minus(zp_load_free_kib(load, pos),
                            zp_load_reserve_kib(load, pos)),
                      zp_load_promised_kib(load, pos)) / ZP_UNIT_KIB;
    bin.vcpus = minus(usable * m->ratio, zp_load_used_vcpus(load, pos));
    bin.widest = usable * m->d->base.overcommit;
    return bin;
}

static bool add_kind(struct model *m, uint32_t kind)
{
    const struct zp_load *load = zp_fleet_load(m->d->fleet, kind);
    uint32_t nr = zp_topology_nr_pnodes(zp_fleet_topology(m->d->fleet,
                                                          kind));
    struct packing_bin sum = { 0 }, bin;
    bool ok = true;

    for (uint32_t pos = 0; pos < nr; pos++) {
        bin = bin_of(m, load, pos);
        sum.units += bin.units;
        sum.vcpus += bin.vcpus;
        sum.widest += bin.widest;
        bin.count = zp_fleet_count(m->d->fleet, kind);
        ok &= !m->nodes || add_bin(m->nodes, &bin);
    }
    sum.count = zp_fleet_count(m->d->fleet, kind);
    return ok && (!m->hosts || add_bin(m->hosts, &sum));
}

/* Widths that one zone's overcommit allows differ if shapes say so. */
static bool same_rules(const struct model *m)
{
    const struct zp_request *first = zp_mix_request(m->mix, 0), *req;

    for (uint32_t i = 1; i < zp_mix_nr(m->mix); i++) {
        req = zp_mix_request(m->mix, i);
        if (req->vcpu_ratio != first->vcpu_ratio ||
            req->overcommit != first->overcommit)
            return false;
    }
    return first->overcommit == m->d->base.overcommit;
}

static void add_shape(struct model *m, uint32_t i)
{
    const struct zp_request *req = zp_mix_request(m->mix, i);
    struct packing_item item = { 0 };

    item.units = zp_least_kib(req) / ZP_UNIT_KIB;
    item.vcpus = req->max_vcpus ? req->max_vcpus : req->vcpus;
    item.widest = item.vcpus;
    if (m->nodes)
        m->nodes->item[i] = item;
    if (m->hosts)
        m->hosts->item[i] = item;
    /* Devices, sizes to grow to, cores and limits of a node are not in the
     * model. */
    m->exact &= zp_is_whole(req) && !req->nr_near && !req->threads &&
                req->smt == ZP_SMT_ANY && !req->emulate &&
                req->float_to == ZP_FLOAT_NODE && !req->max_node_vcpus &&
                !req->max_node_kib &&
                req->memory_policy != ZP_MEMORY_DYNAMIC &&
                (!req->max_mem_kib || req->max_mem_kib <= req->mem_kib);
}

/* Why there is no model, or NULL. */
static const char *make_model(struct model *m)
{
    uint32_t nr = zp_mix_nr(m->mix), whole = 0, i;

    if (nr > PACKING_MAX_KINDS)
        return "the mix has more than 64 shapes";
    if (!same_rules(m))
        return "shapes differ in overcommit or vcpu-ratio";
    for (i = 0; i < nr; i++)
        whole += zp_is_whole(zp_mix_request(m->mix, i));
    m->ratio = zp_mix_request(m->mix, 0)->vcpu_ratio;
    m->exact = true;
    if (whole)
        m->nodes = calloc(1, sizeof(*m->nodes));
    if (whole < nr)
        m->hosts = calloc(1, sizeof(*m->hosts));
    if ((whole && !m->nodes) || (whole < nr && !m->hosts))
        return "out of memory";
    for (i = 0; i < nr; i++)
        add_shape(m, i);
    for (i = 0; i < zp_fleet_nr_kinds(m->d->fleet); i++) {
        if (!add_kind(m, i))
            return "more than 512 different nodes or hosts";
    }
    if (m->nodes)
        m->nodes->nr_items = nr;
    if (m->hosts)
        m->hosts->nr_items = nr;
    if (m->nodes)
        m->nodes->count_vcpus = m->ratio;
    if (m->hosts)
        m->hosts->count_vcpus = m->ratio;
    return NULL;
}

/* As much of the sequence as the memory of all hosts could hold. */
static const char *draw(struct model *m)
{
    uint64_t left = 0, units, size = 0;
    const struct packing *p = m->hosts ? m->hosts : m->nodes;
    struct zp_urn *urn;
    const char *why = NULL;

    for (uint32_t i = 0; i < p->nr_bins; i++)
        left += p->bin[i].units * p->bin[i].count;
    if (zp_urn_new(m->mix, m->d->seed, &urn, NULL))
        return "out of memory";
    for (;; m->nr++) {
        if (m->nr == size) {
            uint16_t *grown;

            size = size ? size * 2 : 4096;
            grown = realloc(m->sequence, size * sizeof(*grown));
            if (!grown || m->nr > MAX_SEQUENCE) {
                why = grown ? "the sequence is too long" : "out of memory";
                m->sequence = grown ? grown : m->sequence;
                break;
            }
            m->sequence = grown;
        }
        m->sequence[m->nr] = (uint16_t)zp_urn_next(urn);
        units = p->item[m->sequence[m->nr]].units;
        if (units > left)
            break;
        left -= units;
    }
    zp_urn_free(urn);
    return why;
}

/* Of the whole shapes in @demand, by nodes; of all of them, by hosts. */
static bool pack(struct model *m, const uint64_t *demand, bool most,
                 struct packing_answer *answer)
{
    uint64_t whole[PACKING_MAX_KINDS] = { 0 }, others = 0;
    bool (*solve)(const struct packing *, const uint64_t *,
                  struct packing_answer *) = packing_bound;
    struct packing_answer hosts;

    meter_tick(m->d->meter, m->steps++ * 1000 / MAX_STEPS);
    /* What plans need not follow is of use as a bound only. */
    if (most && m->exact)
        solve = packing_most;
    *answer = (struct packing_answer){ 0, UINT64_MAX, false };
    for (uint32_t i = 0; i < zp_mix_nr(m->mix); i++) {
        if (zp_is_whole(zp_mix_request(m->mix, i)))
            whole[i] = demand[i];
        else
            others += demand[i];
    }
    if (m->nodes && !solve(m->nodes, whole, answer))
        return false;
    if (answer->bound != UINT64_MAX)
        answer->bound += others;
    if (m->hosts) {
        if (!packing_bound(m->hosts, demand, &hosts))
            return false;
        if (hosts.bound < answer->bound)
            answer->bound = hosts.bound;
    }
    return true;
}

static bool pack_prefix(struct model *m, uint64_t length, bool most,
                        struct packing_answer *answer)
{
    uint64_t demand[PACKING_MAX_KINDS] = { 0 };

    for (uint64_t i = 0; i < length; i++)
        demand[m->sequence[i]]++;
    return pack(m, demand, most, answer);
}

/* The longest prefix that no bound forbids, by halves: what holds a prefix
 * holds a shorter one. */
static bool bound_prefix(struct model *m, struct optimum *o)
{
    uint64_t low = 0, high = m->nr, mid;
    struct packing_answer answer;

    while (low < high) {
        mid = low + (high - low + 1) / 2;
        if (!pack_prefix(m, mid, false, &answer))
            return false;
        if (answer.bound >= mid)
            low = mid;
        else
            high = mid - 1;
    }
    o->prefix_bound = low;
    return true;
}

/* Down from there to one that is seen to fit, and not for long. */
static bool find_prefix(struct model *m, struct optimum *o)
{
    struct packing_answer answer;
    int tries;

    if (!bound_prefix(m, o))
        return false;
    for (tries = 0; m->exact && tries < MAX_TRIES &&
                    o->prefix < o->prefix_bound; tries++) {
        if (!pack_prefix(m, o->prefix_bound, true, &answer))
            return false;
        if (answer.packed == o->prefix_bound)
            o->prefix = answer.packed;
        else if (answer.bound < o->prefix_bound)
            o->prefix_bound--; /* proven not to fit */
        else
            break;
    }
    return true;
}

static bool find_placed(struct model *m, const struct zp_fill *fill,
                        struct optimum *o)
{
    uint64_t demand[PACKING_MAX_KINDS] = { 0 };
    struct packing_answer answer;
    struct zp_urn *urn;

    if (zp_urn_new(m->mix, m->d->seed, &urn, NULL))
        return false;
    o->length = fill->asked > m->nr ? fill->asked : m->nr;
    for (uint64_t i = 0; i < o->length; i++)
        demand[zp_urn_next(urn)]++;
    zp_urn_free(urn);
    if (!pack(m, demand, true, &answer))
        return false;
    o->placed_bound = answer.bound;
    if (answer.packed > o->placed)
        o->placed = answer.packed;
    return true;
}

void density_optimum(const struct density *d, const struct zp_mix *mix,
                     const struct zp_fill *fill, struct optimum *o)
{
    struct model m CLEANUP(clear) = { .d = d, .mix = mix };
    const char *why = make_model(&m);

    if (!why)
        why = draw(&m);
    if (!why && (!find_prefix(&m, o) || !find_placed(&m, fill, o)))
        why = "out of memory";
    o->why_not = why;
    o->known = !why;
}
#else
void density_optimum(const struct density *d, const struct zp_mix *mix,
                     const struct zp_fill *fill, struct optimum *o)
{
    (void)d;
    (void)mix;
    (void)fill;
    o->why_not = "built without GLPK";
}
#endif
