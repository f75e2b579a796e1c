/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decision (rules 2 to 6): how many nodes, the first, the rest. */
#include <string.h>

#include "core.h"

/* Work that a placement may spend above this many nodes; up to it every
 * answer is proven. A count of pairs looked at, about: 8 ms. However much has
 * been spent, each search gets enough for a first good set. */
enum { ALWAYS_PROVEN = 24 };
#define BUDGET ((uint64_t)4 << 20)
#define LEAST_BUDGET (BUDGET / 2)

static void set_needs(struct zp__search *s, const struct zp__problem *p,
                      enum zp__way way, uint64_t share)
{
    zp__mask left;
    uint64_t units;
    uint32_t pos;

    s->nr_needs = 0;
    if (way == ZP__EVEN)
        return; /* every candidate holds its share: any k of them do */
    s->need[0] = p->vcpus;
    s->need[1] = p->units;
    s->need[2] = 2 * p->units * p->vcpus; /* both at once, weighed alike */
    s->need[3] = p->max_units;
    s->nr_needs = way == ZP__SPILL || p->interleave ? 1 : p->dynamic ? 4 : 3;
    ZP__FOR_EACH (pos, left, s->allowed) {
        units = zp__min64(zp__holds(p, pos, share), p->units);
        s->have[pos][0] = p->width[pos];
        s->have[pos][1] = units;
        s->have[pos][2] = p->width[pos] * p->units + units * p->vcpus;
        s->have[pos][3] = zp__min64(p->size[pos], p->max_units);
        s->pre[pos] = p->units - units;
    }
}

void zp__search_init(struct zp__search *s, const struct zp__problem *p,
                     enum zp__way way, uint32_t k)
{
    uint64_t share = zp__share_units(p, zp__ids_at_most(p, way, k), k);
    zp__mask left;
    uint32_t pos, i;

    s->topo = p->topo;
    s->scatter = p->req.strategy == ZP_SCATTER;
    s->k = k;
    s->allowed = zp__candidates(p, way, k);
    s->fixed = 0;
    s->use_pre = way == ZP__SPILL;
    s->accept = NULL;
    s->budget = UINT64_MAX;
    s->steps = 0;
    s->gave_up = false;
    s->nr_near = p->nr_near;
    s->near_all = 0;
    for (i = 0; i < p->nr_near; i++) {
        s->near_weight[i] = p->near_weight[i];
        s->near_all += p->near_weight[i];
    }
    set_needs(s, p, way, share);
    ZP__FOR_EACH (pos, left, s->allowed) {
        s->near_of[pos] = p->nr_near ? p->near_of[pos] : 0;
        s->taken[pos] = ZP_MAX_MEM_KIB - p->avail_kib[pos];
        s->load[pos] = 0;
        if (p->req.vcpu_ratio && !p->req.dedicated)
            s->load[pos] = (uint64_t)p->load->used_vcpus[pos] * 1024 /
                           p->load->nr_usable[pos];
    }
}

/* ---- the first node (rules 3) ---- */

/* How first nodes are looked for. */
enum first { AT_OWNER, NEAR_OWNER, BY_MEMORY };

/* The emptiest node that leaves enough large pieces whole, or the one that
 * ruins the least of them: rules 3. */
static uint32_t most_balanced(const struct zp__problem *p, uint32_t k,
                              zp__mask mask)
{
    uint64_t share = zp__share_units(p, zp__ids_at_most(p, ZP__EVEN, k), k);
    struct zp__ruin best = { false, 0 }, ruin;
    uint32_t first = ZP_UNKNOWN_ID, pos;
    struct zp__balance b;
    zp__mask left;
    bool better;

    zp__balance_init(&b, p, zp__div_up64(p->units, k) + share);
    ZP__FOR_EACH (pos, left, mask) {
        ruin = zp__balance_ruin(&b, p, pos);
        if (first == ZP_UNKNOWN_ID || ruin.scarce != best.scarce)
            better = first == ZP_UNKNOWN_ID || !ruin.scarce;
        else if (!ruin.scarce)
            better = p->avail_kib[pos] > p->avail_kib[first];
        else if (ruin.lost != best.lost)
            better = ruin.lost < best.lost;
        else
            better = p->avail_kib[pos] < p->avail_kib[first];
        if (!better)
            continue;
        best = ruin;
        first = pos;
    }
    return first;
}

/* True if @a is to be tried before @b. */
static bool comes_before(const struct zp__problem *p, enum first first,
                         uint32_t a, uint32_t b)
{
    uint32_t owner, near_a, near_b;

    if (first == AT_OWNER)
        return a < b;
    if (first == NEAR_OWNER) {
        owner = zp__lowest(p->top_owners);
        near_a = p->topo->pair[owner][a];
        near_b = p->topo->pair[owner][b];
        if (near_a != near_b)
            return near_a < near_b;
    } else if (p->req.first_node == ZP_FIRST_PACK) {
        if (p->avail_kib[a] != p->avail_kib[b])
            return p->avail_kib[a] < p->avail_kib[b];
        return a < b;
    }
    if (p->avail_kib[a] != p->avail_kib[b])
        return p->avail_kib[a] > p->avail_kib[b];
    return a < b;
}

/* The one to be tried first as a member of @k. */
static uint32_t foremost(const struct zp__problem *p, enum first first,
                         uint32_t k, zp__mask mask)
{
    uint32_t best = zp__lowest(mask), pos;
    zp__mask left;

    if (first == BY_MEMORY && p->req.first_node == ZP_FIRST_BALANCED)
        return most_balanced(p, k, mask);
    ZP__FOR_EACH (pos, left, mask & (mask - 1)) {
        if (comes_before(p, first, pos, best))
            best = pos;
    }
    return best;
}

/* Fixes the foremost node that occurs in some feasible k-set. */
static bool fix_first(struct zp__search *s, const struct zp__problem *p,
                      enum first first, struct zp__choice *choice)
{
    zp__mask tries = s->allowed, seen = 0;
    uint32_t pos;

    if (first == AT_OWNER)
        tries &= p->top_owners;
    if (zp__count(s->allowed) < s->k)
        return false;
    while (tries) {
        pos = foremost(p, first, s->k, tries);
        s->fixed = ZP__BIT(pos);
        if ((!s->nr_needs && (s->k == 1 || p->topo->all_reach)) ||
            (seen & ZP__BIT(pos)) || zp__search_any(s)) {
            choice->first = pos;
            return true;
        }
        tries &= ~ZP__BIT(pos);
        if (!seen) { /* is there any set at all? */
            s->fixed = 0;
            if (!zp__search_any(s))
                return false;
            seen = s->set;
        }
    }
    return false;
}

static void take(struct zp__choice *choice, const struct zp__search *s,
                 enum zp__way way)
{
    choice->way = way;
    choice->k = s->k;
    choice->set = s->set;
    choice->score = s->score;
    choice->bound = s->bound;
    choice->proven = s->bound == s->score.pairs;
}

static void lend_budget(struct zp__search *s, const struct zp__choice *choice)
{
    s->budget = choice->budget > LEAST_BUDGET ? choice->budget : LEAST_BUDGET;
}

/* Takes back what is left; a search that found nothing may have missed it. */
static void settle(struct zp__choice *choice, const struct zp__search *s,
                   bool found)
{
    choice->budget = s->budget;
    choice->steps += s->steps;
    choice->gave_up |= !found && s->gave_up;
}

static bool try_local(const struct zp__problem *p, enum zp__way way,
                      uint32_t k, enum first first, struct zp__choice *choice)
{
    struct zp__search s;
    bool found;

    zp__search_init(&s, p, way, k);
    lend_budget(&s, choice);
    found = fix_first(&s, p, first, choice) && zp__search_best(&s);
    settle(choice, &s, found);
    if (found)
        take(choice, &s, way);
    return found;
}

static bool choose_local(const struct zp__problem *p, enum first first,
                         struct zp__choice *choice)
{
    uint32_t way, k;

    for (way = ZP__EVEN; way <= ZP__UNEVEN; way++) {
        for (k = p->k_min; k <= p->k_max; k++) {
            if (try_local(p, (enum zp__way)way, k, first, choice))
                return true;
        }
    }
    return false;
}

/* ---- spill (rules 6) ---- */

struct spill_arg {
    const struct zp__problem *p;
    uint64_t share;
};

/* True if the donors that every member reaches hold what @set does not. */
static bool donors_hold(const void *arg, zp__mask set)
{
    const struct spill_arg *spill = arg;
    const struct zp__problem *p = spill->p;
    zp__mask donors = p->donors & ~set, left;
    uint64_t held = 0;
    uint32_t pos;

    ZP__FOR_EACH (pos, left, set) {
        held += zp__holds(p, pos, spill->share);
        donors &= p->topo->reach[pos];
    }
    ZP__FOR_EACH (pos, left, donors)
        held += zp__holds(p, pos, spill->share);
    return held >= p->units;
}

/* The best set for @k with one of @owners, or any if there are none. */
static bool try_spill(const struct zp__problem *p, uint32_t k, enum first first,
                      struct zp__choice *choice, uint64_t *lack_out)
{
    struct spill_arg arg = { p, 0 };
    struct zp__search s;
    zp__mask owners;
    bool found;

    arg.share = zp__share_units(p, zp__ids_at_most(p, ZP__SPILL, k), k);
    zp__search_init(&s, p, ZP__SPILL, k);
    lend_budget(&s, choice);
    s.accept = donors_hold;
    s.arg = &arg;
    owners = first == AT_OWNER ? p->top_owners & s.allowed : 0;
    if (first == AT_OWNER && !owners)
        return false;
    do {
        s.fixed = owners & -owners;
        found = zp__search_best(&s);
        owners &= owners - 1;
    } while (!found && owners);
    settle(choice, &s, found);
    if (!found)
        return false;
    take(choice, &s, ZP__SPILL);
    choice->first = s.fixed ? zp__lowest(s.fixed) : foremost(p, first, k, s.set);
    /* .pre counts what each member lacks of all of it. A set that lacks
     * nothing is one that a local search cut short had missed. */
    *lack_out = s.score.pre - zp__min64(s.score.pre, (k - 1) * p->units);
    return true;
}

static bool choose_spill(const struct zp__problem *p, enum first first,
                         struct zp__choice *choice)
{
    struct zp__choice one = *choice;
    uint64_t least = UINT64_MAX, lack;
    bool found = false;
    uint32_t k;

    for (k = p->k_min; k <= p->k_max; k++) {
        if (!try_spill(p, k, first, &one, &lack) || lack >= least)
            continue;
        least = lack;
        *choice = one;
        found = true;
    }
    choice->steps = one.steps;
    choice->budget = one.budget;
    choice->gave_up = one.gave_up;
    return found;
}

bool zp__choose(const struct zp__problem *p, struct zp__choice *choice)
{
    enum first first = p->top_owners ? AT_OWNER : BY_MEMORY;
    bool may_move = p->top_owners && p->req.near_policy == ZP_NEAR_PREFERRED;

    choice->moved = choice->gave_up = false;
    choice->steps = 0;
    choice->budget = p->nr > ALWAYS_PROVEN ? BUDGET : UINT64_MAX;
    if (choose_local(p, first, choice))
        return true;
    if (may_move && choose_local(p, NEAR_OWNER, choice)) {
        choice->moved = true;
        return true;
    }
    if (!p->may_spill)
        return false;
    if (choose_spill(p, first, choice))
        return true;
    choice->moved = may_move;
    return may_move && choose_spill(p, NEAR_OWNER, choice);
}

int zp__decide(struct zp__problem *p, struct zp__choice *choice,
               const struct zp_topology *topo, const struct zp_load *load,
               const struct zp_request *req, struct zp_error *err)
{
    struct zp_request fixed;
    const char *why;
    int rc = zp__problem_init(p, topo, load, req, err);

    if (rc)
        return rc;
    choice->gave_up = false;
    if (!p->hindered && zp__interleave_fits(p) && zp__choose(p, choice))
        return ZP_OK;
    if ((!p->one_vnode && !p->hindered) ||
        req->memory_policy != ZP_MEMORY_DEFAULT)
        return zp__place_fail(p, choice->gave_up, err);
    why = p->hindered ? p->hindered
          : p->req.tier == ZP_TIER_STOCK
              ? "on unmodified xen a dynamic one must fit one node"
              : "without an agent in its guest a dynamic one must fit one node";
    /* Rules 9: not asked for in so many words, so static will do. */
    fixed = *req;
    fixed.memory_policy = ZP_MEMORY_STATIC;
    fixed.max_mem_kib = fixed.mem_kib;
    rc = zp__problem_init(p, topo, load, &fixed, err);
    if (rc)
        return rc;
    p->became_static = why;
    if (zp__choose(p, choice))
        return ZP_OK;
    return zp__place_fail(p, choice->gave_up, err);
}

int zp_place(const struct zp_topology *topo, const struct zp_load *load,
             const struct zp_request *req, struct zp_plan *plan_out,
             struct zp_error *err)
{
    struct zp__problem p;
    struct zp__choice choice;
    int rc;

    if (!topo->frozen || load->topo != topo)
        return zp__fail(err, ZP_ERR_INVAL, NULL,
                        "the load is not of this topology");
    rc = zp__decide(&p, &choice, topo, load, req, err);
    return rc ? rc : zp__build(&p, &choice, plan_out, err);
}
