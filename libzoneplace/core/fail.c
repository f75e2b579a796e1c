/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why nothing fits: the first limit that is short, with both numbers. Limits
 * are asked in a fixed order, from those no set could mend to those of one
 * size of set. */
#include "core.h"

typedef unsigned long long ull;

static uint64_t mib(uint64_t units)
{
    return units * (ZP_UNIT_KIB / 1024);
}

/* A device that is at @pos. */
static const char *owned_by(const struct zp__problem *p, uint32_t pos)
{
    uint32_t i, at;

    for (i = 0; i < p->req.nr_near; i++) {
        at = zp_topology_find_device(p->topo, p->req.near[i].busid);
        if (zp_topology_device_pnodes(p->topo, at) & ZP__BIT(pos))
            return p->topo->device[at].busid;
    }
    return "";
}

static int fail_device(const struct zp__problem *p, struct zp_error *err)
{
    zp__mask named = p->interleave ? p->interleave : ~(zp__mask)0;
    uint32_t pos = zp__lowest(p->top_owners & named ? p->top_owners & named
                                                    : p->top_owners);

    if (!(named >> pos & 1))
        return zp__fail(err, ZP_ERR_INFEASIBLE, "device",
                        "device %s is at node %u, which is none of the %u "
                        "nodes named", owned_by(p, pos),
                        p->topo->pnode[pos].os_id, zp__count(named));
    return zp__fail(err, ZP_ERR_INFEASIBLE, "device",
                    "device %s is at node %u, which can't hold its share of "
                    "%u vcpus and %llu MiB: it has %u usable vcpus and %llu "
                    "MiB", owned_by(p, pos), p->topo->pnode[pos].os_id,
                    p->vcpus, (ull)mib(p->units), p->width[pos],
                    (ull)mib(p->room[pos]));
}

/* So many nodes take so many vcpus, by what the request allows each. */
static int fail_node_vcpus(const struct zp__problem *p, uint32_t nr,
                           uint64_t takes, struct zp_error *err)
{
    return zp__fail(err, ZP_ERR_INFEASIBLE, "max-vcpus-per-node",
                    "%u vcpus are needed, %u nodes take %llu at %u each at "
                    "most", p->vcpus, nr, (ull)takes, p->req.max_node_vcpus);
}

/* @nodes take fewer vcpus than are needed: by the first bound that says so. */
static int fail_vcpus(const struct zp__problem *p, zp__mask nodes,
                      struct zp_error *err)
{
    struct zp__widths sum = { 0 }, one;
    uint32_t nr = zp__count(nodes), pos;
    zp__mask left;

    ZP__FOR_EACH (pos, left, nodes) {
        zp__find_widths(p, pos, &one);
        sum.by_pcpus += one.by_pcpus;
        sum.by_cores += one.by_cores;
        sum.by_ratio += one.by_ratio;
        sum.all += one.all;
    }
    if (sum.by_pcpus < p->vcpus && p->req.overcommit > 1)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "overcommit",
                        "%u vcpus are needed, %u nodes take %llu at %u vcpus "
                        "per pcpu", p->vcpus, nr, (ull)sum.by_pcpus,
                        p->req.overcommit);
    if (sum.by_pcpus < p->vcpus)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "vcpus",
                        "%u vcpus are needed, %u eligible nodes have %llu "
                        "usable pcpus", p->vcpus, nr, (ull)sum.by_pcpus);
    if (sum.by_cores < p->vcpus && (p->req.smt == ZP_SMT_PACK ||
                                    p->req.smt == ZP_SMT_AVOID))
        return zp__fail(err, ZP_ERR_INFEASIBLE, "smt",
                        "%u vcpus are needed, the whole cores%s of %u nodes "
                        "take %llu", p->vcpus,
                        p->req.dedicated ? " that no zone is on" : "", nr,
                        (ull)sum.by_cores);
    if (sum.by_cores < p->vcpus)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "dedicated",
                        "%u pcpus are needed that no other zone is on, %u "
                        "nodes have %llu", p->vcpus, nr, (ull)sum.by_cores);
    if (sum.by_ratio < p->vcpus)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "vcpu-ratio",
                        "%u vcpus are needed, the limit of %u vcpus per pcpu "
                        "leaves %llu on %u nodes", p->vcpus,
                        p->req.vcpu_ratio, (ull)sum.by_ratio, nr);
    return fail_node_vcpus(p, nr, sum.all, err);
}

/* Of nodes that are named: what one of them or all of them lack. */
static int fail_interleave(const struct zp__problem *p, struct zp_error *err)
{
    uint32_t nr = zp__count(p->interleave), pos;
    uint64_t share = zp__share_units(p, p->vcpus, nr), width = 0;
    uint64_t part = zp__div_up64(p->units, nr);
    zp__mask left;

    ZP__FOR_EACH (pos, left, p->interleave) {
        if (p->interleave & ~p->topo->reach[pos] & ~ZP__BIT(pos))
            return zp__fail(err, ZP_ERR_INFEASIBLE, "interleave-nodes",
                            "node %u does not reach all of the %u nodes named",
                            p->topo->pnode[pos].os_id, nr);
        if (zp__holds(p, pos, share) < part)
            return zp__fail(err, ZP_ERR_INFEASIBLE, "memory",
                            "%u nodes with %llu MiB each are needed, node %u "
                            "has %llu MiB", nr, (ull)mib(part),
                            p->topo->pnode[pos].os_id,
                            (ull)mib(zp__holds(p, pos, share)));
        width += p->width[pos];
    }
    return width < p->vcpus ? fail_vcpus(p, p->interleave, err) : ZP_OK;
}

/* Of a dynamic zone. */
static const char *one_because(const struct zp__problem *p)
{
    return p->req.tier == ZP_TIER_STOCK ? "on unmodified xen"
                                        : "without an agent";
}

/* A count of nodes that can't be, whatever they hold. */
static int fail_count(const struct zp__problem *p, struct zp_error *err)
{
    uint32_t nr = p->req.nr_vnodes;

    if (p->req.type == ZP_GUEST_PV && !p->req.force_flat)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "numa-nodes",
                        "%u nodes are asked, a pv zone is 1 unless forced",
                        nr);
    if (p->one_vnode)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "memory-policy",
                        "%u nodes are asked, a dynamic zone is 1 %s", nr,
                        one_because(p));
    if (nr > p->vcpus)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "vcpus",
                        "%u nodes need a vcpu each, the zone has %u", nr,
                        p->vcpus);
    if (nr > p->units)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "memory",
                        "%u nodes need 2 MiB each, the zone has %llu MiB", nr,
                        (ull)mib(p->units));
    if (p->interleave)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "numa-nodes",
                        "%u nodes are needed, %u of the %u named have pcpus "
                        "and memory to give", nr,
                        zp__count(p->eligible & p->interleave),
                        zp__count(p->interleave));
    return zp__fail(err, ZP_ERR_INFEASIBLE, "numa-nodes",
                    "%u nodes are needed, %u of %u have pcpus and memory to "
                    "give", nr, zp__count(p->eligible), p->nr);
}

/* The node that is nearest to having @need, among those that don't. */
static uint32_t best_short(const struct zp__problem *p, zp__mask mask,
                           uint64_t share, uint64_t need)
{
    uint32_t best = ZP_UNKNOWN_ID, pos;
    zp__mask left;

    ZP__FOR_EACH (pos, left, mask) {
        if (zp__holds(p, pos, share) >= need)
            continue;
        if (best == ZP_UNKNOWN_ID || p->room[pos] > p->room[best])
            best = pos;
    }
    return best;
}

/* Sets of @k nodes: what the request allows none of them to hold. */
static int fail_caps(const struct zp__problem *p, uint32_t k,
                     struct zp_error *err)
{
    uint32_t most = p->req.max_node_vcpus;

    if (most && (uint64_t)most * k < p->vcpus)
        return fail_node_vcpus(p, k, (uint64_t)most * k, err);
    if (!p->interleave && p->cap_units < zp__div_up64(p->units, k))
        return zp__fail(err, ZP_ERR_INFEASIBLE, "max-memory-per-node",
                        "%llu MiB are needed, %u nodes take %llu MiB at %llu "
                        "each at most", (ull)mib(p->units), k,
                        (ull)mib(p->cap_units) * k, (ull)mib(p->cap_units));
    return ZP_OK;
}

/* Sets of @k nodes: what too few of them have. */
static int fail_sets(const struct zp__problem *p, uint32_t k,
                     struct zp_error *err)
{
    zp__mask nodes = p->interleave ? p->eligible & p->interleave : p->eligible;
    uint64_t share = zp__share_units(p, zp__ids_at_most(p, ZP__EVEN, k), k);
    uint64_t units = p->interleave ? 0 : zp__div_up64(p->units, k);
    uint64_t most = p->dynamic ? zp__div_up64(p->max_units, k) : 0;
    uint32_t width = zp__div_up(p->vcpus, k), wide = 0, both = 0, all = 0, pos;
    int rc = fail_caps(p, k, err);
    zp__mask left;

    if (rc)
        return rc;
    ZP__FOR_EACH (pos, left, nodes) {
        if (p->width[pos] < width)
            continue;
        wide++;
        if (zp__holds(p, pos, share) < units)
            continue;
        both++;
        all += p->size[pos] >= most;
    }
    if (wide < k && p->interleave)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "vcpus",
                        "%u nodes with %u vcpus each are needed, %u of the %u "
                        "named have them", k, width, wide,
                        zp__count(p->interleave));
    if (wide < k)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "vcpus",
                        "%u nodes with %u vcpus and %llu MiB each are needed, "
                        "%u of %u have the vcpus", k, width, (ull)mib(units),
                        wide, p->nr);
    if (both >= k && all < k)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "memory",
                        "%u nodes that can grow to %llu MiB each are needed, "
                        "%u of %u are as large", k, (ull)mib(most), all,
                        p->nr);
    if (both >= k)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "distances",
                        "%u nodes with %u vcpus and %llu MiB each are needed "
                        "that reach each other: %u of %u have that, too few "
                        "of these do", k, width, (ull)mib(units), both, p->nr);
    pos = best_short(p, nodes, share, units);
    return zp__fail(err, ZP_ERR_INFEASIBLE, "memory",
                    "%u nodes with %u vcpus and %llu MiB each are needed, %u "
                    "of %u have that (node %u has %llu MiB)", k, width,
                    (ull)mib(units), both, p->nr, p->topo->pnode[pos].os_id,
                    (ull)mib(zp__holds(p, pos, share)));
}

static int fail_dynamic(const struct zp__problem *p, struct zp_error *err)
{
    uint64_t share = zp__share_units(p, p->vcpus, 1);
    uint32_t pos = best_short(p, p->eligible, share, UINT64_MAX);

    return zp__fail(err, ZP_ERR_UNSUPPORTED, "memory-policy",
                    "a dynamic zone is one node %s: none holds "
                    "%u vcpus, %llu MiB and up to %llu MiB (node %u has %llu "
                    "of %llu MiB free)",
                    one_because(p),
                    p->vcpus, (ull)mib(p->units),
                    (ull)mib(p->max_units), p->topo->pnode[pos].os_id,
                    (ull)mib(zp__holds(p, pos, share)),
                    (ull)mib(p->size[pos]));
}

static int fail_sums(const struct zp__problem *p, struct zp_error *err)
{
    uint64_t share = zp__share_units(
        p, zp__ids_at_most(p, ZP__UNEVEN, p->k_max), p->k_max);
    uint32_t nr = zp__count(p->eligible | p->donors), pos;
    uint64_t units = 0, room = 0, width = 0;
    zp__mask left;

    ZP__FOR_EACH (pos, left, p->eligible)
        width += p->width[pos];
    if (width < p->vcpus)
        return fail_vcpus(p, p->eligible, err);
    if (p->cap_units < zp__div_up64(p->units, nr))
        return fail_caps(p, nr, err);
    ZP__FOR_EACH (pos, left, p->eligible | p->donors) {
        units += zp__holds(p, pos, share);
        room += p->room[pos];
    }
    if (units < p->units)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "memory",
                        "%llu MiB and %llu MiB overhead on each node are "
                        "needed, %u eligible nodes have %llu MiB",
                        (ull)mib(p->units), (ull)mib(share), nr,
                        (ull)mib(room));
    return ZP_OK;
}

/* Parts that leave no room for the overhead, on however many nodes. */
static int fail_parts(const struct zp__problem *p, struct zp_error *err)
{
    uint64_t share, least = UINT64_MAX;
    uint32_t k, i = 0, part = 0, pos;

    for (k = p->k_min; k <= p->k_max; k++) {
        share = zp__share_units(p, zp__ids_at_most(p, ZP__EVEN, k), k);
        if (zp__parts_fit(p, share, &i))
            return ZP_OK;
        part = share < least ? i : part;
        least = zp__min64(share, least);
    }
    pos = p->part_pos[part];
    return zp__fail(err, ZP_ERR_INFEASIBLE, "memory-nodes",
                    "memory-nodes: %llu MiB and %llu MiB overhead are asked "
                    "of node %u, it has %llu", (ull)mib(p->part_units[part]),
                    (ull)mib(least), p->topo->pnode[pos].os_id,
                    (ull)mib(p->room[pos] + p->part_units[part]));
}

static bool no_width(const struct zp__problem *p)
{
    uint32_t i;

    for (i = 0; i < p->nr; i++) {
        if (p->width[i])
            return false;
    }
    return true;
}

int zp__place_fail(const struct zp__problem *p, bool gave_up,
                   struct zp_error *err)
{
    bool steered = p->top_owners && p->req.near_policy == ZP_NEAR_STRICT;
    struct zp__problem free_of = *p;
    struct zp__choice choice;
    int rc;

    if (p->hindered)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "memory-policy",
                        "from %llu to %llu MiB no zone grows: %s",
                        (ull)mib(p->units), (ull)mib(p->max_units),
                        p->hindered);
    if (!p->eligible && no_width(p))
        return fail_vcpus(p, p->has_pcpus, err);
    if (!p->eligible)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "memory",
                        "no node of %u has usable pcpus and free memory",
                        p->nr);
    rc = p->interleave ? fail_interleave(p, err) : ZP_OK;
    if (!rc && p->k_min > p->k_max)
        return fail_count(p, err);
    if (!rc && !p->interleave)
        rc = fail_sums(p, err);
    if (!rc && !p->interleave)
        rc = fail_parts(p, err);
    if (rc)
        return rc;
    if (steered) {
        free_of.top_owners = 0;
        if (zp__choose(&free_of, &choice))
            return fail_device(p, err);
    }
    if (p->one_vnode)
        return fail_dynamic(p, err);
    if (gave_up)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "steps",
                        "no set of %u to %u nodes was found within the step "
                        "budget for %u nodes", p->k_min, p->k_max, p->nr);
    return fail_sets(p, p->req.nr_vnodes ? p->k_min : p->k_max, err);
}
