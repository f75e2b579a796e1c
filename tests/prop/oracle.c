/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "oracle.h"

enum { MIN_UNITS = 64 }; /* 128 MiB */

struct host {
    const struct zp_topology *topo;
    struct zp_request req;
    uint32_t n;
    uint32_t c[ORACLE_MAX_NODES];         /* vcpus it takes */
    uint32_t usable[ORACLE_MAX_NODES];
    uint32_t used[ORACLE_MAX_NODES];
    bool has_pcpus[ORACLE_MAX_NODES];
    uint64_t avail[ORACLE_MAX_NODES];     /* KiB */
    uint64_t size[ORACLE_MAX_NODES];      /* units, for dynamic zones */
    uint32_t local[ORACLE_MAX_NODES];     /* devices: bit i is near[i] */
    uint32_t owned[ORACLE_MAX_NODES];     /* their weight */
    uint32_t V;
    uint64_t M, MX;
    bool dynamic;
};

enum way { EVEN, UNEVEN, SPILL };

static uint64_t sub(uint64_t a, uint64_t b)
{
    return a < b ? 0 : a - b;
}

static uint64_t ceil_div(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

static uint32_t round_up_pow2(uint32_t n)
{
    uint32_t p;

    for (p = 1; p < n; p <<= 1)
        ;
    return p;
}

/* vcpu ids a zone can come to have: what its overhead is charged for. */
static uint32_t ids(const struct host *h, enum way way, uint32_t k)
{
    uint32_t smallest = round_up_pow2((uint32_t)ceil_div(h->V, k)), most = 1;
    uint32_t i, best;

    if (k == 1 || h->req.tier != ZP_TIER_STOCK ||
        h->req.vnuma == ZP_VNUMA_NEVER || smallest * k > 128)
        return h->V;
    if (way == EVEN)
        return smallest * k;
    for (i = 0; i < h->n; i++) {
        if (h->c[i] > most)
            most = h->c[i];
    }
    if (most > h->V - k + 1)
        most = h->V - k + 1;
    best = smallest;
    while (best < most && best * 2 * k <= 128)
        best *= 2;
    return best * k;
}

/* m(k) of a node */
static uint64_t m(const struct host *h, enum way way, uint32_t k, uint32_t i)
{
    uint64_t kib = zp_overhead_kib(ZP_GUEST_PVH, ids(h, way, k), h->MX * 2048);
    uint64_t units = sub(h->avail[i] / 2048, ceil_div(kib, k * 2048));

    if (h->req.max_node_kib && units > h->req.max_node_kib / 2048)
        units = h->req.max_node_kib / 2048;
    return h->dynamic && units > h->size[i] ? h->size[i] : units;
}

static bool reaches(const struct host *h, uint32_t a, uint32_t b)
{
    return zp_topology_distance(h->topo, a, b) != 255 &&
           zp_topology_distance(h->topo, b, a) != 255;
}

static bool all_reach(const struct host *h, uint32_t set)
{
    uint32_t i, j;

    for (i = 0; i < h->n; i++) {
        for (j = 0; j < i; j++) {
            if ((set >> i & 1) && (set >> j & 1) && !reaches(h, i, j))
                return false;
        }
    }
    return true;
}

static bool eligible(const struct host *h, uint32_t i)
{
    return h->c[i] >= 1 && h->avail[i] / 2048 > 0;
}

static bool is_donor(const struct host *h, uint32_t set, uint32_t i)
{
    uint32_t j;

    if ((set >> i & 1) || (h->has_pcpus[i] && !eligible(h, i)))
        return false;
    for (j = 0; j < h->n; j++) {
        if ((set >> j & 1) && !reaches(h, i, j))
            return false;
    }
    return true;
}

static bool feasible(const struct host *h, enum way way, uint32_t set)
{
    uint32_t k = (uint32_t)__builtin_popcount(set), i;
    uint64_t c = 0, units = 0, size = 0, given = 0;

    if (!all_reach(h, set) || (way != EVEN && h->M < (uint64_t)k * MIN_UNITS))
        return false;
    for (i = 0; i < h->n; i++) {
        if (!(set >> i & 1)) {
            if (way == SPILL && is_donor(h, set, i))
                given += m(h, way, k, i);
            continue;
        }
        if (!eligible(h, i))
            return false;
        if (way == EVEN &&
            (h->c[i] < ceil_div(h->V, k) || m(h, way, k, i) < ceil_div(h->M, k)
             || (h->dynamic && h->size[i] < ceil_div(h->MX, k))))
            return false;
        if (way != EVEN && m(h, way, k, i) < MIN_UNITS)
            return false;
        c += h->c[i];
        units += m(h, way, k, i);
        size += h->size[i];
    }
    if (way == EVEN)
        return true;
    if (c < h->V)
        return false;
    if (way == SPILL)
        return units + given >= h->M;
    return units >= h->M && (!h->dynamic || size >= h->MX);
}

/* ---- order among sets ---- */

struct merit {
    uint64_t spilled;
    uint32_t covered;
    uint64_t distance;
    uint64_t load;
    uint64_t avail;
};

static struct merit judge(const struct host *h, enum way way, uint32_t set)
{
    uint32_t k = (uint32_t)__builtin_popcount(set), local = 0, i, j;
    struct merit merit = { 0, 0, 0, 0, 0 };
    uint64_t held = 0;

    for (i = 0; i < h->n; i++) {
        if (!(set >> i & 1))
            continue;
        held += m(h, way, k, i);
        local |= h->local[i];
        if (h->req.vcpu_ratio && !h->req.dedicated)
            merit.load += (uint64_t)h->used[i] * 1024 / h->usable[i];
        merit.avail += h->avail[i];
        for (j = 0; j < h->n; j++) {
            if (i != j && (set >> j & 1))
                merit.distance += zp_topology_distance(h->topo, i, j);
        }
    }
    for (i = 0; i < h->req.nr_near; i++) {
        if (local >> i & 1)
            merit.covered += h->req.near[i].weight;
    }
    if (way == SPILL)
        merit.spilled = sub(h->M, held);
    return merit;
}

static bool better(const struct host *h, struct merit a, uint32_t set_a,
                   struct merit b, uint32_t set_b)
{
    uint32_t differ = set_a ^ set_b;

    if (a.spilled != b.spilled)
        return a.spilled < b.spilled;
    if (a.covered != b.covered)
        return a.covered > b.covered;
    if (a.distance != b.distance)
        return h->req.strategy == ZP_SCATTER ? a.distance > b.distance
                                             : a.distance < b.distance;
    if (a.load != b.load)
        return a.load < b.load;
    if (a.avail != b.avail)
        return a.avail > b.avail;
    return set_a & (differ & -differ); /* the lowest id that differs */
}

/* The best k-set that contains @first (ZP_UNKNOWN_ID: any), or 0. */
static uint32_t best_set(const struct host *h, enum way way, uint32_t k,
                         uint32_t first)
{
    struct merit merit, best_merit = { 0, 0, 0, 0, 0 };
    uint32_t set, best = 0;

    for (set = 1; set < 1u << h->n; set++) {
        if ((uint32_t)__builtin_popcount(set) != k ||
            (first != ZP_UNKNOWN_ID && !(set >> first & 1)) ||
            !feasible(h, way, set))
            continue;
        merit = judge(h, way, set);
        if (!best || better(h, merit, set, best_merit, best)) {
            best = set;
            best_merit = merit;
        }
    }
    return best;
}

/* All nodes that occur in some feasible k-set. */
static uint32_t occurring(const struct host *h, enum way way, uint32_t k)
{
    uint32_t all = 0, set;

    for (set = 1; set < 1u << h->n; set++) {
        if ((uint32_t)__builtin_popcount(set) == k && feasible(h, way, set))
            all |= set;
    }
    return all;
}

static uint32_t top_owners(const struct host *h)
{
    uint32_t top = 1, mask = 0, i;

    for (i = 0; i < h->n; i++) {
        if (h->owned[i] > top)
            top = h->owned[i];
    }
    for (i = 0; i < h->n; i++) {
        if (h->owned[i] == top)
            mask |= 1u << i;
    }
    return mask;
}

/* ---- balanced: pieces of the largest node's size, its half, ... ---- */

/* Units free at @i, vcpus taken as memory where a ratio bounds them. */
static uint64_t piece_room(const struct host *h, uint32_t i, uint64_t largest)
{
    uint64_t room = h->avail[i] / 2048, all, worth;

    if (!h->req.vcpu_ratio)
        return room;
    all = (uint64_t)h->usable[i] * h->req.vcpu_ratio;
    worth = all ? sub(all, h->used[i]) * largest / all : 0;
    return worth < room ? worth : room;
}

static uint64_t largest_node(const struct host *h)
{
    uint64_t largest = 0;
    uint32_t i;

    for (i = 0; i < h->n; i++) {
        if (eligible(h, i) && h->size[i] > largest)
            largest = h->size[i];
        if (eligible(h, i) && h->avail[i] / 2048 > largest)
            largest = h->avail[i] / 2048;
    }
    return largest;
}

/* Units free on all nodes in whole pieces of @size, if @at had @less. */
static uint64_t in_pieces(const struct host *h, uint64_t size, uint32_t at,
                          uint64_t less, uint64_t *free_out)
{
    uint64_t largest = largest_node(h), sum = 0, room;
    uint32_t i;

    *free_out = 0;
    for (i = 0; i < h->n; i++) {
        if (!eligible(h, i))
            continue;
        room = piece_room(h, i, largest);
        if (i == at)
            room = sub(room, less);
        sum += room / size * size;
        *free_out += room;
    }
    return sum;
}

/* True if @i is to be spared; *lost_out: memory in pieces that go. */
static bool is_spared(const struct host *h, uint32_t k, uint32_t i,
                      uint64_t *lost_out)
{
    uint64_t whole = largest_node(h), before, after, left, size;
    uint64_t need = ceil_div(h->M, k) +
                    ceil_div(zp_overhead_kib(ZP_GUEST_PVH, ids(h, EVEN, k),
                                             h->MX * 2048), k * 2048);
    bool spared = false;
    uint32_t halves;

    *lost_out = 0;
    whole -= whole / 16;
    for (halves = 0; halves < 8 && whole >> halves >= 64; halves++) {
        size = whole >> halves;
        before = in_pieces(h, size, i, 0, &left);
        after = in_pieces(h, size, i, need, &left);
        *lost_out += before - after;
        spared |= after < before && left >= size && after * 2 < left;
    }
    return spared;
}

static uint32_t balanced_of(const struct host *h, uint32_t mask, uint32_t k)
{
    uint32_t best = ZP_UNKNOWN_ID, i;
    uint64_t lost, best_lost = 0;
    bool spared, best_spared = false;

    for (i = 0; i < h->n; i++) {
        if (!(mask >> i & 1))
            continue;
        spared = is_spared(h, k, i, &lost);
        if (best != ZP_UNKNOWN_ID) {
            if (spared && !best_spared)
                continue;
            if (spared == best_spared && !spared &&
                h->avail[i] <= h->avail[best])
                continue;
            if (spared == best_spared && spared &&
                (lost > best_lost || (lost == best_lost &&
                                      h->avail[i] >= h->avail[best])))
                continue;
        }
        best = i;
        best_lost = lost;
        best_spared = spared;
    }
    return best;
}

/* Which of @mask comes first: by memory, or by distance to @owner. */
static uint32_t first_of(const struct host *h, uint32_t k, uint32_t mask,
                         uint32_t owner)
{
    uint32_t best = ZP_UNKNOWN_ID, i;
    uint64_t near, best_near = 0;

    if (owner == ZP_UNKNOWN_ID && h->req.first_node == ZP_FIRST_BALANCED)
        return balanced_of(h, mask, k);

    for (i = 0; i < h->n; i++) {
        if (!(mask >> i & 1))
            continue;
        near = 0;
        if (owner != ZP_UNKNOWN_ID)
            near = zp_topology_distance(h->topo, i, owner) +
                   zp_topology_distance(h->topo, owner, i);
        if (best != ZP_UNKNOWN_ID && near >= best_near) {
            if (near > best_near)
                continue;
            if (owner == ZP_UNKNOWN_ID && h->req.first_node == ZP_FIRST_PACK
                    ? h->avail[i] >= h->avail[best]
                    : h->avail[i] <= h->avail[best])
                continue;
        }
        best = i;
        best_near = near;
    }
    return best;
}

struct answer {
    enum way way;
    uint32_t set, first;
};

static bool local_set(const struct host *h, uint32_t k_min, uint32_t k_max,
                      bool moved, struct answer *a)
{
    uint32_t owners = top_owners(h), occur, k, way;

    for (way = EVEN; way <= UNEVEN; way++) {
        for (k = k_min; k <= k_max; k++) {
            occur = occurring(h, (enum way)way, k);
            if (owners && !moved)
                occur &= owners;
            if (!occur)
                continue;
            if (owners && !moved)
                a->first = (uint32_t)__builtin_ctz(occur);
            else
                a->first = first_of(h, k, occur,
                                    owners ? (uint32_t)__builtin_ctz(owners)
                                           : ZP_UNKNOWN_ID);
            a->way = (enum way)way;
            a->set = best_set(h, a->way, k, a->first);
            return true;
        }
    }
    return false;
}

static bool spill_set(const struct host *h, uint32_t k_min, uint32_t k_max,
                      bool moved, struct answer *a)
{
    uint32_t owners = top_owners(h), k, set, first, i;
    uint64_t spilled, least = UINT64_MAX;

    for (k = k_min; k <= k_max; k++) {
        set = 0;
        first = ZP_UNKNOWN_ID;
        if (!owners || moved)
            set = best_set(h, SPILL, k, ZP_UNKNOWN_ID);
        for (i = 0; !moved && i < h->n && !set; i++) {
            if (owners >> i & 1) {
                first = i;
                set = best_set(h, SPILL, k, i);
            }
        }
        if (!set)
            continue;
        spilled = judge(h, SPILL, set).spilled;
        if (spilled >= least)
            continue;
        least = spilled;
        a->way = SPILL;
        a->set = set;
        a->first = first != ZP_UNKNOWN_ID ? first
                   : first_of(h, k, set, owners
                                          ? (uint32_t)__builtin_ctz(owners)
                                          : ZP_UNKNOWN_ID);
    }
    return least != UINT64_MAX;
}

/* ---- shares ---- */

/* One at a time to who has least, the first of those with room. */
static void deal(uint64_t total, uint32_t nr, const uint64_t *room,
                 uint64_t *share)
{
    uint32_t i, least;

    for (i = 0; i < nr; i++)
        total -= share[i];
    while (total--) {
        least = nr;
        for (i = 0; i < nr; i++) {
            if (share[i] < room[i] && (least == nr || share[i] < share[least]))
                least = i;
        }
        share[least]++;
    }
}

static void share_out(const struct host *h, enum way way,
                      struct oracle_plan *plan)
{
    uint64_t room[ZP_MAX_VNODES] = { 0 }, share[ZP_MAX_VNODES] = { 0 };
    uint64_t plenty = UINT64_MAX;
    uint32_t k = plan->nr_cpu, i;
    bool even = way == EVEN;

    for (i = 0; i < k; i++) {
        room[i] = even ? plenty : h->c[plan->pos[i]];
        share[i] = even ? 0 : 1;
    }
    deal(h->V, k, room, share);
    for (i = 0; i < k; i++) {
        plan->vcpus[i] = (uint32_t)share[i];
        room[i] = even ? plenty : m(h, way, k, plan->pos[i]);
        share[i] = even ? 0 : MIN_UNITS;
    }
    if (way == SPILL) {
        memcpy(plan->units, room, k * sizeof(*room));
        return;
    }
    deal(h->M, k, room, share);
    memcpy(plan->units, share, k * sizeof(*share));
    for (i = 0; i < k; i++) {
        room[i] = even ? plenty : h->dynamic ? h->size[plan->pos[i]] : room[i];
        share[i] = even ? 0 : plan->units[i];
    }
    deal(h->MX, k, room, share);
    memcpy(plan->max_units, share, k * sizeof(*share));
}

/* The nearest donor with something left; its memory so far is taken[]. */
static uint32_t donor(const struct host *h, uint32_t set, uint32_t from,
                      const uint64_t *taken)
{
    uint32_t k = (uint32_t)__builtin_popcount(set), best = ZP_UNKNOWN_ID, i;
    uint32_t near, best_near = UINT32_MAX;

    for (i = 0; i < h->n; i++) {
        near = zp_topology_distance(h->topo, i, from) +
               zp_topology_distance(h->topo, from, i);
        if (is_donor(h, set, i) && taken[i] < m(h, SPILL, k, i) &&
            near < best_near) {
            best = i;
            best_near = near;
        }
    }
    return best;
}

static void spill_out(const struct host *h, uint32_t set,
                      struct oracle_plan *plan)
{
    uint64_t given[ORACLE_MAX_NODES][ZP_MAX_VNODES];
    uint64_t taken[ORACLE_MAX_NODES] = { 0 }, left = h->M, want;
    uint32_t k = plan->nr_cpu, i, at;
    bool inside = h->req.spill == ZP_SPILL_PREFERRED;

    memset(given, 0, sizeof(given));
    for (i = 0; i < k; i++)
        left -= plan->units[i];
    for (i = 0; i < k; i++) {
        want = sub(h->M / k + (i < h->M % k), plan->units[i]);
        for (; want && left; want--, left--) {
            at = donor(h, set, plan->pos[i], taken);
            taken[at]++;
            given[at][inside ? i : 0]++;
        }
    }
    for (at = 0; at < h->n; at++) {
        for (i = 0; i < k; i++) {
            if (!given[at][i])
                continue;
            plan->pos[plan->nr] = at;
            plan->pxm[plan->nr] = inside ? i : plan->nr;
            plan->units[plan->nr++] = given[at][i];
        }
    }
    memcpy(plan->max_units, plan->units, sizeof(plan->units));
}

static void write_plan(const struct host *h, const struct answer *a,
                       struct oracle_plan *plan)
{
    uint32_t i;

    plan->feasible = true;
    plan->even = a->way == EVEN;
    plan->pos[plan->nr++] = a->first;
    for (i = 0; i < h->n; i++) {
        if ((a->set >> i & 1) && i != a->first)
            plan->pos[plan->nr++] = i;
    }
    plan->nr_cpu = plan->nr;
    for (i = 0; i < plan->nr; i++)
        plan->pxm[i] = i;
    plan->distance_sum = judge(h, a->way, a->set).distance;
    share_out(h, a->way, plan);
    if (a->way == SPILL)
        spill_out(h, a->set, plan);
}

/* ---- the whole ---- */

static void read_host(struct host *h, const struct zp_load *load)
{
    uint64_t kib;
    uint32_t i, d, near;

    for (i = 0; i < h->n; i++) {
        h->usable[i] = zp_load_nr_usable(load, i);
        h->used[i] = zp_load_used_vcpus(load, i);
        h->has_pcpus[i] =
            zp_pcpuset_count(zp_topology_pcpus(h->topo, i)) != 0;
        kib = oracle_is_fine(&h->req)
                  ? oracle_fine_width(h->topo, load, &h->req, i)
                  : (uint64_t)h->usable[i] * h->req.overcommit;
        if (h->req.vcpu_ratio && !h->req.dedicated &&
            kib > sub((uint64_t)h->usable[i] * h->req.vcpu_ratio, h->used[i]))
            kib = sub((uint64_t)h->usable[i] * h->req.vcpu_ratio, h->used[i]);
        if (h->req.max_node_vcpus && kib > h->req.max_node_vcpus)
            kib = h->req.max_node_vcpus;
        h->c[i] = kib < h->V ? (uint32_t)kib : h->V;
        h->avail[i] = sub(sub(zp_load_free_kib(load, i),
                              zp_load_reserve_kib(load, i)),
                          zp_load_promised_kib(load, i));
        kib = zp_topology_mem_kib(h->topo, i);
        h->size[i] = kib == ZP_UNKNOWN_KIB
                         ? 0
                         : sub(kib, zp_load_reserve_kib(load, i)) / 2048;
        if (h->req.max_node_kib && h->size[i] > h->req.max_node_kib / 2048)
            h->size[i] = h->req.max_node_kib / 2048;
        for (near = 0; near < h->req.nr_near; near++) {
            d = zp_topology_find_device(h->topo, h->req.near[near].busid);
            if (zp_topology_device_pnodes(h->topo, d) >> i & 1) {
                h->local[i] |= 1u << near;
                h->owned[i] += h->req.near[near].weight;
            }
        }
    }
}

/* --size-by cpu: by vcpus alone, memory or not. */
static bool cpus_hold(const struct host *h, bool even, uint32_t k,
                      uint32_t owners)
{
    uint32_t set, sum, i;
    bool each;

    for (set = 1; set < 1u << h->n; set++) {
        if ((uint32_t)__builtin_popcount(set) != k ||
            (owners && !(set & owners)))
            continue;
        sum = 0;
        each = true;
        for (i = 0; i < h->n; i++) {
            if (!(set >> i & 1))
                continue;
            sum += h->c[i];
            each &= h->c[i] >= (even ? ceil_div(h->V, k) : 1);
        }
        if (each && sum >= h->V)
            return true;
    }
    return false;
}

/* Rules 9: stock zones unless flat by demand, others without an agent. */
static bool one_node_grows(const struct host *h)
{
    if (h->req.tier == ZP_TIER_PATCHED)
        return !h->req.agent;
    return h->req.vnuma != ZP_VNUMA_NEVER;
}

/* Rules 9: the guest's map of 1/64 within a quarter of what it starts with;
 * guests of 64 GiB and more end off the grid of 256 MiB, or have an agent. */
static bool can_grow(const struct host *h)
{
    uint64_t end = h->M > 2016 ? h->M + 32 : h->M; /* the hole is 32 units */

    if ((h->MX - h->M) * 2048 / 64 > h->M * 2048 / 4)
        return false;
    return h->req.agent || end < 32768 || end % 128;
}

static void range(const struct host *h, uint32_t *k_min, uint32_t *k_max)
{
    uint32_t owners = top_owners(h), nr = 0, even, k, i;

    for (i = 0; i < h->n; i++)
        nr += h->req.size_by == ZP_SIZE_BY_CPU || eligible(h, i);
    *k_min = 1;
    *k_max = nr < h->V ? nr : h->V;
    if (*k_max > h->M)
        *k_max = (uint32_t)h->M;
    if (h->dynamic && one_node_grows(h) && *k_max > 1)
        *k_max = 1;
    if (h->req.nr_vnodes) {
        *k_min = h->req.nr_vnodes;
        if (*k_max > *k_min)
            *k_max = *k_min;
        return;
    }
    if (h->req.size_by != ZP_SIZE_BY_CPU)
        return;
    for (;; owners = 0) {
        for (even = 2; even--;) {
            for (k = 1; k <= *k_max; k++) {
                if (cpus_hold(h, even, k, owners)) {
                    *k_min = *k_max = k;
                    return;
                }
            }
        }
        if (!owners || h->req.near_policy != ZP_NEAR_PREFERRED)
            return;
    }
}

static bool decide(const struct host *h, struct answer *a)
{
    bool may_move = top_owners(h) && h->req.near_policy == ZP_NEAR_PREFERRED;
    uint32_t k_min, k_max;

    range(h, &k_min, &k_max);
    if (local_set(h, k_min, k_max, false, a))
        return true;
    if (may_move && local_set(h, k_min, k_max, true, a))
        return true;
    if (h->req.spill == ZP_SPILL_STRICT || h->dynamic)
        return false;
    if (spill_set(h, k_min, k_max, false, a))
        return true;
    return may_move && spill_set(h, k_min, k_max, true, a);
}

bool oracle_place(const struct zp_topology *topo, const struct zp_load *load,
                  const struct zp_request *req, struct oracle_plan *plan)
{
    struct host h;
    struct answer a = { EVEN, 0, 0 };

    memset(&h, 0, sizeof(h));
    memset(plan, 0, sizeof(*plan));
    h.topo = topo;
    h.req = *req;
    h.n = zp_topology_nr_pnodes(topo);
    if (h.n > ORACLE_MAX_NODES || req->type != ZP_GUEST_PVH ||
        req->spill == ZP_SPILL_INTERLEAVE || req->memory_nodes.nr ||
        req->vnuma_min_vcpus)
        return false;
    if (h.req.spill == ZP_SPILL_DEFAULT)
        h.req.spill = req->nr_vnodes ? ZP_SPILL_STRICT : ZP_SPILL_HONEST;
    h.V = req->max_vcpus ? req->max_vcpus : req->vcpus;
    h.M = h.MX = ceil_div(req->mem_kib, 2048);
    if (req->max_mem_kib > req->mem_kib)
        h.MX = ceil_div(req->max_mem_kib, 2048);
    h.dynamic = req->memory_policy == ZP_MEMORY_DYNAMIC ||
                req->max_mem_kib > req->mem_kib;
    if (oracle_is_fine(req) && !oracle_fine_known(topo, req))
        return true;
    read_host(&h, load);
    if ((!h.dynamic || can_grow(&h)) && decide(&h, &a)) {
        write_plan(&h, &a, plan);
        return true;
    }
    if (h.dynamic && (one_node_grows(&h) || !can_grow(&h)) &&
        req->memory_policy == ZP_MEMORY_DEFAULT) {
        h.dynamic = false;
        h.MX = h.M;
        if (decide(&h, &a))
            write_plan(&h, &a, plan);
    }
    return true;
}
