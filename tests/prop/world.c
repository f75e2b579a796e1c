/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

static uint64_t sub(uint64_t a, uint64_t b)
{
    return a < b ? 0 : a - b;
}

void world_new(struct world *w, uint64_t seed, struct gen *g)
{
    struct zp_error err;
    uint32_t i;

    memset(w, 0, sizeof(*w));
    w->seed = seed;
    gen_seed(g, seed);
    gen_host(g, &w->host, MAX_NODES);
    /* All that a ledger says comes from the slots. */
    memset(w->host.promised_kib, 0, sizeof(w->host.promised_kib));
    memset(w->host.used_vcpus, 0, sizeof(w->host.used_vcpus));
    memset(&w->host.dedicated, 0, sizeof(w->host.dedicated));
    w->host.nr_floating = 0;
    gen_build(&w->host, NULL, &w->topo, &w->base);
    for (i = 0; i < w->host.nr; i++) {
        w->free_kib[i] = w->host.free_kib[i];
        w->reserve_kib[i] = w->host.reserve_kib[i];
        if (zp_load_set_reserve(w->base, i, w->reserve_kib[i], &err))
            abort();
    }
}

void world_drop(struct world *w)
{
    zp_load_free(w->base);
    zp_topology_free(w->topo);
}

/* ---- books --------------------------------------------------------------- */

static uint64_t claimed(const struct world *w)
{
    uint64_t kib = 0;
    uint32_t i;

    for (i = 0; i < NR_OTHERS; i++)
        kib += w->other[i].claim ? w->other[i].kib : 0;
    return kib;
}

/* Once a pnode of the plan: is @i the first vnode there? */
static bool pays(const struct zp_plan *plan, uint32_t i)
{
    uint32_t j;

    for (j = 0; j < i && plan->vnode[j].pnode != plan->vnode[i].pnode; j++)
        ;
    return j == i;
}

/* What is neither taken nor anybody's. Negative: promised twice. */
static int64_t room(const struct world *w, uint32_t pos)
{
    int64_t kib = (int64_t)w->free_kib[pos];
    uint32_t s, i;

    for (s = 0; s < NR_SLOTS; s++) {
        const struct slot *slot = &w->slot[s];
        const struct zp_plan *plan = &slot->plan;

        if (slot->state == EMPTY)
            continue;
        for (i = 0; i < plan->nr_vnodes; i++) {
            if (plan->vnode[i].pnode != pos)
                continue;
            if (!slot->domain && pays(plan, i))
                kib -= (int64_t)plan->overhead_share_kib;
            if (slot->state == BUILDING ||
                plan->memory_policy == ZP_MEMORY_STATIC)
                kib -= (int64_t)sub(plan->vnode[i].mem_kib,
                                    slot->has_kib[i]);
        }
    }
    return kib;
}

static void take(struct world *w, uint32_t pos, uint64_t kib)
{
    if (kib > w->free_kib[pos]) {
        fprintf(stderr, "not ok: pnode %u has %llu KiB, %llu are taken "
                "(ZP_SEED=%llu)\n", pos,
                (unsigned long long)w->free_kib[pos],
                (unsigned long long)kib, (unsigned long long)w->seed);
        exit(1);
    }
    w->free_kib[pos] -= kib;
}

/* ---- zones --------------------------------------------------------------- */

void world_enter(struct world *w, uint32_t slot)
{
    struct slot *s = &w->slot[slot];

    s->state = BUILDING;
    s->domain = false;
    memset(s->has_kib, 0, sizeof(s->has_kib));
}

/* The vnode that is filled now; nr_vnodes: none. */
static uint32_t filling(const struct slot *slot)
{
    uint32_t i = 0;

    while (i < slot->plan.nr_vnodes &&
           slot->has_kib[i] >= slot->plan.vnode[i].mem_kib)
        i++;
    return i;
}

static uint64_t piece_of(const struct slot *slot, struct gen *g, uint32_t i)
{
    uint64_t piece = ZP_UNIT_KIB << gen_below(g, 10);
    uint64_t left = slot->plan.vnode[i].mem_kib - slot->has_kib[i];

    return piece < left ? piece : left;
}

void world_take(struct world *w, struct gen *g, struct slot *slot)
{
    const struct zp_plan *plan = &slot->plan;
    uint64_t piece;
    uint32_t i;

    if (!slot->domain) {
        for (i = 0; i < plan->nr_vnodes; i++) {
            if (pays(plan, i))
                take(w, plan->vnode[i].pnode, plan->overhead_share_kib);
        }
        slot->domain = true;
        return;
    }
    i = filling(slot);
    if (i == plan->nr_vnodes)
        return;
    piece = piece_of(slot, g, i);
    take(w, plan->vnode[i].pnode, piece);
    slot->has_kib[i] += piece;
}

void world_finish(struct world *w, struct gen *g, struct slot *slot)
{
    uint32_t i;

    if (!slot->domain)
        world_take(w, g, slot);
    for (i = filling(slot); i < slot->plan.nr_vnodes; i++) {
        take(w, slot->plan.vnode[i].pnode,
             slot->plan.vnode[i].mem_kib - slot->has_kib[i]);
        slot->has_kib[i] = slot->plan.vnode[i].mem_kib;
    }
    slot->state = RUNNING;
}

static void give_back(struct world *w, struct slot *slot)
{
    const struct zp_plan *plan = &slot->plan;
    uint32_t i;

    for (i = 0; i < plan->nr_vnodes; i++) {
        w->free_kib[plan->vnode[i].pnode] += slot->has_kib[i];
        slot->has_kib[i] = 0;
        if (slot->domain && pays(plan, i))
            w->free_kib[plan->vnode[i].pnode] += plan->overhead_share_kib;
    }
    slot->domain = false;
}

void world_leave(struct world *w, struct slot *slot)
{
    give_back(w, slot);
    slot->state = EMPTY;
}

/* Can what a zone gets at boot be had? Growth of others may be in its way, if
 * it gave something back: it comes back when there is room. */
static bool fits_again(const struct world *w, const struct slot *slot)
{
    const struct zp_plan *plan = &slot->plan;
    uint64_t lacks[MAX_NODES] = { 0 };
    uint32_t i;

    if (plan->memory_policy == ZP_MEMORY_STATIC)
        return true; /* it is kept for it */
    for (i = 0; i < plan->nr_vnodes; i++)
        lacks[plan->vnode[i].pnode] += sub(plan->vnode[i].mem_kib,
                                           slot->has_kib[i]);
    for (i = 0; i < w->host.nr; i++) {
        if (lacks[i] && room(w, i) - (int64_t)claimed(w) < (int64_t)lacks[i])
            return false;
    }
    return true;
}

void world_reboot(struct world *w, struct slot *slot)
{
    if (!fits_again(w, slot))
        return;
    give_back(w, slot);
    slot->state = BUILDING;
}

/* The ledger takes what a zone lacks for its last pages; so must we, or the
 * books would know more than any look at a host tells. */
static void lose(struct world *w, struct gen *g, struct slot *slot)
{
    uint32_t i = slot->plan.nr_vnodes;
    uint64_t kib;

    while (i && !slot->has_kib[i - 1])
        i--;
    if (!i)
        return;
    kib = 4 * (1 + gen_next(g) % (slot->has_kib[i - 1] / 4));
    slot->has_kib[i - 1] -= kib;
    w->free_kib[slot->plan.vnode[i - 1].pnode] += kib;
}

void world_balloon(struct world *w, struct gen *g, struct slot *slot)
{
    const struct zp_plan *plan = &slot->plan;
    uint32_t i = gen_below(g, plan->nr_vnodes), pos = plan->vnode[i].pnode;
    int64_t more, free_kib = room(w, pos) - (int64_t)claimed(w);

    if (plan->memory_policy == ZP_MEMORY_STATIC) {
        if (gen_chance(g, 50))
            lose(w, g, slot);
        else
            world_take(w, g, slot);
        return;
    }
    if (gen_chance(g, 50) && slot->has_kib[i] > 4096) {
        slot->has_kib[i] -= 4096;
        w->free_kib[pos] += 4096;
        return;
    }
    more = (int64_t)sub(plan->vnode[i].max_mem_kib, slot->has_kib[i]);
    more = more < free_kib ? more : free_kib;
    if (more <= 0)
        return;
    take(w, pos, (uint64_t)more);
    slot->has_kib[i] += (uint64_t)more;
}

/* ---- what else is on the host -------------------------------------------- */

static void other_leaves(struct world *w, struct other *o)
{
    if (!o->claim)
        w->free_kib[o->pos] += o->kib;
    memset(o, 0, sizeof(*o));
}

void world_others(struct world *w, struct gen *g)
{
    struct other *o = &w->other[gen_below(g, NR_OTHERS)];
    uint32_t pos = gen_below(g, w->host.nr), p;
    int64_t kib = room(w, pos) - (int64_t)claimed(w);

    if (o->claim && gen_chance(g, 60)) {
        take(w, o->pos, o->kib);
        o->claim = false;
        return;
    }
    if (o->nr_vcpus) {
        other_leaves(w, o);
        return;
    }
    o->nr_vcpus = 1 + gen_below(g, 4);
    o->pos = pos;
    o->kib = kib > 0 ? gen_next(g) % ((uint64_t)kib / 2 + 1) : 0;
    o->claim = gen_chance(g, 40);
    for (p = 0; p < w->host.nr; p++) {
        if (w->host.nr_pcpus[p] && (p == pos || gen_chance(g, 30)))
            zp_pcpuset_add(&o->pcpus, w->host.first_pcpu[p]);
    }
    if (!o->claim)
        take(w, o->pos, o->kib);
}

void world_others_leave(struct world *w)
{
    uint32_t i;

    for (i = 0; i < NR_OTHERS; i++)
        other_leaves(w, &w->other[i]);
}

void world_keep(struct world *w, struct gen *g)
{
    uint32_t pos = gen_below(g, w->host.nr);

    w->reserve_kib[pos] = gen_next(g) % (w->host.free_kib[pos] / 8 + 1);
    if (zp_load_set_reserve(w->base, pos, w->reserve_kib[pos], NULL))
        abort();
}

/* ---- looking ------------------------------------------------------------- */

static uint64_t held(const struct slot *slot)
{
    uint64_t kib = 0;
    uint32_t i;

    for (i = 0; slot->state != EMPTY && i < slot->plan.nr_vnodes; i++)
        kib += slot->has_kib[i];
    return kib;
}

static struct slot *some_building(struct world *w, struct gen *g)
{
    uint32_t i = g ? gen_below(g, NR_SLOTS) : 0;

    return g && w->slot[i].state == BUILDING ? &w->slot[i] : NULL;
}

void world_see(struct world *w, struct gen *g, struct sight *sight)
{
    struct slot *early = some_building(w, g), *late = some_building(w, g);
    struct slot *flying = some_building(w, g);
    uint64_t piece = 0;
    uint32_t i, at = 0;

    for (i = 0; i < NR_SLOTS; i++) {
        sight->state[i] = w->slot[i].state;
        sight->held[i] = (struct zp__held){
            .building = w->slot[i].state == BUILDING,
            .domain = w->slot[i].domain,
            .before_kib = held(&w->slot[i]),
        };
    }
    if (early)
        world_take(w, g, early);
    /* An extent that has left the free memory and is not the zone's yet. */
    if (flying && flying->domain)
        at = filling(flying);
    if (flying && flying->domain && at < flying->plan.nr_vnodes)
        piece = piece_of(flying, g, at);
    if (piece)
        take(w, flying->plan.vnode[at].pnode, piece);
    for (i = 0; i < w->host.nr; i++)
        sight->free_kib[i] = w->free_kib[i];
    if (late && late != flying)
        world_take(w, g, late);
    for (i = 0; i < NR_SLOTS; i++) {
        sight->held[i].domain |= w->slot[i].domain;
        sight->held[i].after_kib = held(&w->slot[i]);
    }
    if (piece)
        flying->has_kib[at] += piece;
    sight->moved = early || late || piece;
}

void world_ledger(const struct world *w, enum zp__view view,
                  const struct sight *sight, struct zp__ledger *ledger)
{
    uint32_t i, v;

    zp__ledger_init(ledger, w->topo, view);
    for (i = 0; i < NR_SLOTS; i++) {
        if (sight->state[i] != EMPTY)
            zp__ledger_add_zone(ledger, &w->slot[i].plan, &sight->held[i]);
    }
    for (i = 0; i < NR_OTHERS; i++) {
        for (v = 0; v < w->other[i].nr_vcpus; v++)
            zp__ledger_add_vcpu(ledger, &w->other[i].pcpus);
        if (w->other[i].claim)
            zp__ledger_add_claim(ledger, w->other[i].kib);
    }
}

void world_free(const struct world *w, const struct sight *sight,
                struct zp_load *load)
{
    uint32_t i;

    for (i = 0; i < w->host.nr; i++) {
        if (zp_load_set_free(load, i, sight->free_kib[i], NULL))
            abort();
    }
}

/* ---- what must hold ------------------------------------------------------ */

enum { PARTS = 27720 }; /* of a vcpu: 1 to 12 pnodes divide it */

static uint64_t vcpu_parts(const struct world *w, uint32_t pos)
{
    uint64_t sum = 0;
    uint32_t s, i, nr;

    for (s = 0; s < NR_SLOTS; s++) {
        const struct zp_plan *plan = &w->slot[s].plan;

        if (w->slot[s].state == EMPTY || plan->dedicated)
            continue;
        for (i = 0; i < plan->nr_vnodes; i++)
            sum += plan->vnode[i].pnode == pos ? plan->vnode[i].nr_vcpus *
                                                     (uint64_t)PARTS : 0;
    }
    for (i = 0; i < NR_OTHERS; i++) {
        const struct other *o = &w->other[i];

        nr = zp_pcpuset_count(&o->pcpus); /* one a pnode */
        if (nr && w->host.nr_pcpus[pos] &&
            zp_pcpuset_has(&o->pcpus, w->host.first_pcpu[pos]))
            sum += o->nr_vcpus * (uint64_t)PARTS / nr;
    }
    return sum;
}

static void add_set(struct zp_pcpuset *to, const struct zp_pcpuset *set)
{
    uint32_t i;

    for (i = 0; i < ZP_MAX_PCPUS / 64; i++)
        to->word[i] |= set->word[i];
}

/* The rest of a core that a dedicated zone has begun is its own, too: all of
 * its vnodes' pcpus count. Others share what their vcpus may run on. */
static void occupy(const struct zp_plan *plan, struct zp_pcpuset *taken,
                   struct zp_pcpuset *shared)
{
    struct zp_pcpuset set;
    uint32_t i;

    for (i = 0; plan->dedicated && i < plan->nr_vnodes; i++)
        add_set(taken, &plan->vnode[i].pcpus);
    for (i = 0; !plan->dedicated && i < plan->nr_vcpu_ids; i++) {
        zp_plan_vcpu_pcpus(plan, i, &set);
        if (zp_plan_has_vcpu(plan, i))
            add_set(shared, &set);
    }
}

void world_books(const struct world *w, struct books *books)
{
    struct zp_pcpuset taken = w->host.reserved;
    uint32_t s, pos, p;
    int64_t kib;

    memset(books, 0, sizeof(*books));
    for (s = 0; s < NR_SLOTS; s++) {
        if (w->slot[s].state != EMPTY)
            occupy(&w->slot[s].plan, &taken, &books->shared);
    }
    for (pos = 0; pos < w->host.nr; pos++) {
        kib = room(w, pos) - (int64_t)claimed(w);
        books->room_kib[pos] = kib > 0 ? sub((uint64_t)kib,
                                             w->reserve_kib[pos]) : 0;
        books->used_vcpus[pos] = vcpu_parts(w, pos) / PARTS;
        for (p = 0; p < w->host.nr_pcpus[pos]; p++) {
            if (!zp_pcpuset_has(&taken, w->host.first_pcpu[pos] + p))
                zp_pcpuset_add(&books->usable, w->host.first_pcpu[pos] + p);
        }
    }
}

static bool some_node_has(const struct world *w, uint64_t kib)
{
    uint32_t pos;

    for (pos = 0; pos < w->host.nr; pos++) {
        if (room(w, pos) >= (int64_t)kib)
            return true;
    }
    return false;
}

/* All memory is free, a zone's, or another's. */
static bool sums(const struct world *w, uint32_t pos)
{
    uint64_t kib = w->free_kib[pos];
    uint32_t s, i;

    for (s = 0; s < NR_SLOTS; s++) {
        const struct slot *slot = &w->slot[s];

        for (i = 0; slot->state != EMPTY && i < slot->plan.nr_vnodes; i++) {
            if (slot->plan.vnode[i].pnode != pos)
                continue;
            kib += slot->has_kib[i];
            if (slot->domain && pays(&slot->plan, i))
                kib += slot->plan.overhead_share_kib;
        }
    }
    for (i = 0; i < NR_OTHERS; i++)
        kib += w->other[i].pos == pos && !w->other[i].claim ? w->other[i].kib
                                                            : 0;
    return kib == w->host.free_kib[pos];
}

/* How far each view may be off by what may be in motion: the overhead of zones
 * that are being built, and an extent a vnode, which may also be on its way to
 * a zone that runs. */
static void slack(const struct world *w, uint32_t pos, const struct sight *s,
                  int64_t *safe_out, int64_t *hopeful_out)
{
    uint32_t i, v;

    *safe_out = *hopeful_out = 0;
    for (i = 0; i < NR_SLOTS; i++) {
        const struct zp_plan *plan = &w->slot[i].plan;

        for (v = 0; s->state[i] != EMPTY && v < plan->nr_vnodes; v++) {
            if (plan->vnode[v].pnode != pos)
                continue;
            if (s->held[i].building && s->held[i].domain && pays(plan, v))
                *safe_out += (int64_t)plan->overhead_share_kib;
            if (s->held[i].domain)
                *hopeful_out += (int64_t)ZP__EXTENT_KIB;
        }
    }
}

static const char *views(struct world *w, const struct sight *sight)
{
    struct zp__ledger safe, hopeful;
    int64_t kib, low, high, below, above, exact;
    uint32_t pos;

    world_ledger(w, ZP__SAFE, sight, &safe);
    world_ledger(w, ZP__HOPEFUL, sight, &hopeful);
    if (safe.claimed_kib != claimed(w))
        return "claims that are not those there are";
    for (pos = 0; pos < w->host.nr; pos++) {
        kib = (int64_t)sight->free_kib[pos];
        low = kib - (int64_t)safe.promised_kib[pos];
        high = kib - (int64_t)hopeful.promised_kib[pos];
        kib = room(w, pos);
        if (low > kib)
            return "the safe view promises what is not there";
        if (high < kib)
            return "the hopeful view hides what is there";
        slack(w, pos, sight, &below, &above);
        if (!sight->moved && (low < kib - below || high > kib + above))
            return "a view that is further off than it need be";
        exact = (int64_t)(safe.vcpu_parts[pos] * PARTS / ZP__VCPU_PARTS) -
                (int64_t)vcpu_parts(w, pos);
        if (exact > 0 || exact < -NR_OTHERS * 4)
            return "vcpus that are not those there are";
    }
    return NULL;
}

static const char *shared_pcpus(const struct world *w,
                                const struct sight *sight)
{
    struct zp__ledger ledger;
    struct books books;
    uint32_t i, pcpu;

    world_ledger(w, ZP__SAFE, sight, &ledger);
    world_books(w, &books);
    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        if (!ledger.pcpu_milli[pcpu] != !zp_pcpuset_has(&books.shared, pcpu))
            return "a pcpu's weight without a zone, or a zone without weight";
    }
    for (i = 0; i < ZP_MAX_PCPUS / 64; i++) {
        if (ledger.dedicated.word[i] &
            (books.shared.word[i] | books.usable.word[i]))
            return "a dedicated pcpu that others have";
    }
    return NULL;
}

const char *world_check(struct world *w, struct gen *g)
{
    struct sight sight;
    const char *wrong;
    uint32_t pos;

    for (pos = 0; pos < w->host.nr; pos++) {
        if (room(w, pos) < 0)
            return "a pnode's memory is promised twice";
        if (!sums(w, pos))
            return "memory that is lost, or made";
    }
    if (!some_node_has(w, claimed(w)))
        return "a claim that no node can serve any more";
    world_see(w, gen_chance(g, 40) ? g : NULL, &sight);
    wrong = views(w, &sight);
    /* The dear one now and then: nothing in it hangs on memory. */
    return wrong || !gen_chance(g, 10) ? wrong : shared_pcpus(w, &sight);
}
