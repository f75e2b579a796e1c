/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request against a load, in plain numbers: what each node could take. */
#include <string.h>

#include "core.h"

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

void zp__find_widths(const struct zp__problem *p, uint32_t pos,
                     struct zp__widths *widths_out)
{
    struct zp__widths *w = widths_out;
    uint64_t usable = p->load->nr_usable[pos];

    w->by_pcpus = usable * p->req.overcommit;
    w->by_cores = p->fine ? zp__fine_width(p, pos) : w->by_pcpus;
    w->by_ratio = w->by_cores;
    if (p->req.vcpu_ratio && !p->req.dedicated)
        w->by_ratio = zp__min64(w->by_ratio,
                                minus(usable * p->req.vcpu_ratio,
                                      p->load->used_vcpus[pos]));
    w->all = w->by_ratio;
    if (p->req.max_node_vcpus)
        w->all = zp__min64(w->all, p->req.max_node_vcpus);
}

static void measure_nodes(struct zp__problem *p)
{
    const struct zp_load *load = p->load;
    struct zp__widths widths;
    uint64_t size_kib;
    uint32_t i;

    p->nr = p->topo->nr;
    p->has_pcpus = p->eligible = 0;
    for (i = 0; i < p->nr; i++) {
        zp__find_widths(p, i, &widths);
        p->width[i] = (uint32_t)zp__min64(widths.all, p->vcpus);
        p->avail_kib[i] = minus(minus(load->free_kib[i],
                                      load->reserve_kib[i]),
                                load->promised_kib[i]);
        p->room[i] = p->avail_kib[i] / ZP_UNIT_KIB;
        size_kib = p->topo->pnode[i].mem_kib;
        p->size[i] = size_kib == ZP_UNKNOWN_KIB
                         ? 0
                         : minus(size_kib, load->reserve_kib[i]) / ZP_UNIT_KIB;
        p->size[i] = zp__min64(p->size[i], p->cap_units);
        if (zp_pcpuset_next(&p->topo->pnode[i].pcpus, 0) != ZP_UNKNOWN_ID)
            p->has_pcpus |= ZP__BIT(i);
        if (p->width[i] && p->room[i])
            p->eligible |= ZP__BIT(i);
    }
}

static int node_set(const struct zp__problem *p, const struct zp_idset *ids,
                    const char *what, zp__mask *mask_out,
                    struct zp_error *err)
{
    uint32_t i, pos;

    *mask_out = 0;
    for (i = 0; i < ids->nr; i++) {
        pos = zp_topology_pos(p->topo, ids->os_id[i]);
        if (pos == ZP_UNKNOWN_ID)
            return zp__fail(err, ZP_ERR_INFEASIBLE, what,
                            "%s: the host has no node %u", what,
                            ids->os_id[i]);
        *mask_out |= ZP__BIT(pos);
    }
    return ZP_OK;
}

/* Memory that is asked of nodes by name: taken from what they have, and out of
 * reach for none that holds vcpus. */
static int find_parts(struct zp__problem *p, struct zp_error *err)
{
    const struct zp_part *part;
    uint64_t units;
    uint32_t pos;

    p->all_parts = 0;
    for (p->nr_parts = 0; p->nr_parts < p->req.nr_parts; p->nr_parts++) {
        part = &p->req.part[p->nr_parts];
        pos = zp_topology_pos(p->topo, part->os_id);
        units = zp__div_up64(part->mem_kib, ZP_UNIT_KIB);
        if (pos == ZP_UNKNOWN_ID)
            return zp__fail(err, ZP_ERR_INFEASIBLE, "memory-nodes",
                            "memory-nodes: the host has no node %u",
                            part->os_id);
        if (p->has_pcpus >> pos & 1)
            return zp__fail(err, ZP_ERR_INFEASIBLE, "memory-nodes",
                            "memory-nodes: node %u has pcpus, it is not a "
                            "memory-only one", part->os_id);
        if (p->room[pos] < units)
            return zp__fail(err, ZP_ERR_INFEASIBLE, "memory-nodes",
                            "memory-nodes: %llu MiB are asked of node %u, it "
                            "has %llu", (unsigned long long)units * 2,
                            part->os_id, (unsigned long long)p->room[pos] * 2);
        p->room[pos] -= units;
        p->eligible &= p->topo->reach[pos];
        p->part_pos[p->nr_parts] = pos;
        p->part_units[p->nr_parts] = units;
        p->all_parts += units;
    }
    return ZP_OK;
}

/* Rules 1 and 6: who may hold memory without holding vcpus. */
static int find_donors(struct zp__problem *p, struct zp_error *err)
{
    zp__mask named, left;
    uint32_t i;
    int rc;

    rc = node_set(p, &p->req.memory_nodes, "memory-nodes", &named, err);
    if (rc)
        return rc;
    if (named & p->has_pcpus)
        return zp__fail(err, ZP_ERR_INFEASIBLE, "memory-nodes",
                        "memory-nodes: node %u has pcpus, it is not a "
                        "memory-only one",
                        p->topo->pnode[zp__lowest(named & p->has_pcpus)].os_id);
    rc = node_set(p, &p->req.interleave, "interleave-nodes", &p->interleave,
                  err);
    if (rc)
        return rc;
    p->donors = 0;
    p->may_spill = !p->dynamic && p->req.type == ZP_GUEST_PVH &&
                   (p->req.spill == ZP_SPILL_HONEST ||
                    p->req.spill == ZP_SPILL_PREFERRED || named);
    if (p->req.spill == ZP_SPILL_INTERLEAVE || !p->may_spill) {
        p->may_spill = false;
        return ZP_OK;
    }
    if (!named && p->req.spill != ZP_SPILL_STRICT) {
        for (i = 0; i < p->nr; i++)
            named |= ZP__BIT(i);
        named &= ~p->has_pcpus;
    }
    if (p->req.spill != ZP_SPILL_STRICT)
        p->donors = p->eligible;
    ZP__FOR_EACH (i, left, named) {
        if (p->room[i])
            p->donors |= ZP__BIT(i);
    }
    return ZP_OK;
}

static int find_devices(struct zp__problem *p, struct zp_error *err)
{
    const struct zp_near *near;
    zp__mask pnodes, left;
    uint64_t owned[ZP_MAX_PNODES];
    uint64_t top = 0;
    uint32_t i, pos, found;

    p->nr_near = 0;
    p->owners = p->top_owners = 0;
    if (!p->req.nr_near)
        return ZP_OK;
    memset(owned, 0, sizeof(owned));
    memset(p->near_of, 0, sizeof(p->near_of));
    for (i = 0; i < p->req.nr_near; i++) {
        near = &p->req.near[i];
        found = zp_topology_find_device(p->topo, near->busid);
        if (found == ZP_UNKNOWN_ID)
            return zp__fail(err, ZP_ERR_INFEASIBLE, "device",
                            "device %s: the host has none at that address",
                            near->busid);
        pnodes = p->topo->device[found].pnodes;
        if (!pnodes)
            continue; /* no one knows where: it can't steer */
        p->near_weight[p->nr_near] = near->weight;
        ZP__FOR_EACH (pos, left, pnodes) {
            p->near_of[pos] |= (uint16_t)(1u << p->nr_near);
            owned[pos] += near->weight;
            top = owned[pos] > top ? owned[pos] : top;
        }
        p->nr_near++;
        p->owners |= pnodes;
    }
    ZP__FOR_EACH (pos, left, p->owners) {
        if (owned[pos] == top)
            p->top_owners |= ZP__BIT(pos);
    }
    return ZP_OK;
}

/* True if a k-set with room for the vcpus alone exists, and with one of
 * @owners if there are any. */
static bool cpus_fit(const struct zp__problem *p, enum zp__way way, uint32_t k,
                     zp__mask owners)
{
    uint32_t least = way == ZP__EVEN ? zp__div_up(p->vcpus, k) : 1;
    uint32_t top[ZP_MAX_PNODES], nr = 0, i, at, best = 0;
    uint64_t sum = 0;

    for (i = 0; i < p->nr; i++) {
        if (p->width[i] < least ||
            (p->interleave && !(p->interleave >> i & 1)))
            continue;
        if ((owners >> i & 1) && p->width[i] > best)
            best = p->width[i];
        for (at = nr++; at && top[at - 1] < p->width[i]; at--)
            top[at] = top[at - 1];
        top[at] = p->width[i];
    }
    if (nr < k || (owners && !best))
        return false;
    for (i = 0; i < k; i++)
        sum += top[i];
    if (owners && best < top[k - 1])
        sum = sum - top[k - 1] + best;
    return sum >= p->vcpus;
}

/* --size-by cpu: the count of nodes that the vcpus alone need. Nodes without
 * memory count: the published rule doesn't look at it. */
static void size_by_cpu(struct zp__problem *p)
{
    zp__mask owners = p->top_owners;
    uint32_t way, k;

    for (;;) {
        for (way = ZP__EVEN; way <= ZP__UNEVEN; way++) {
            for (k = p->k_min; k <= p->k_max; k++) {
                if (cpus_fit(p, (enum zp__way)way, k, owners)) {
                    p->k_min = p->k_max = k;
                    return;
                }
            }
        }
        if (!owners || p->req.near_policy != ZP_NEAR_PREFERRED)
            return;
        owners = 0;
    }
}

static void find_k_range(struct zp__problem *p)
{
    uint32_t most = zp__min32(p->vcpus, ZP_MAX_VNODES);
    zp__mask mask = p->interleave ? p->interleave : ~(zp__mask)0;

    if (p->req.size_by == ZP_SIZE_BY_BOTH)
        mask &= p->eligible;
    most = zp__min32(most, zp__count(mask));
    most = (uint32_t)zp__min64(most, p->units);
    p->k_min = 1;
    p->k_max = most;
    if (p->req.emulate)
        p->k_max = zp__min32(most, p->req.emulate);
    if (p->req.type == ZP_GUEST_PV && !p->req.force_flat)
        p->k_max = zp__min32(most, 1);
    if (p->one_vnode)
        p->k_max = zp__min32(most, 1);
    if (p->req.nr_vnodes) {
        p->k_min = p->req.nr_vnodes;
        p->k_max = zp__min32(p->k_max, p->req.nr_vnodes);
    } else if (p->req.size_by == ZP_SIZE_BY_CPU) {
        size_by_cpu(p);
    }
}

static void find_view(struct zp__problem *p)
{
    const struct zp_request *req = &p->req;

    p->one_pxm = req->type == ZP_GUEST_PV || p->interleave ||
                 req->vnuma == ZP_VNUMA_NEVER ||
                 (req->vnuma == ZP_VNUMA_AUTO &&
                  req->max_vcpus < req->vnuma_min_vcpus);
    p->force_pxm = req->vnuma == ZP_VNUMA_ALWAYS ||
                   (req->vnuma == ZP_VNUMA_AUTO && req->vnuma_from_vcpus &&
                    req->max_vcpus >= req->vnuma_from_vcpus);
}

int zp__problem_init(struct zp__problem *p, const struct zp_topology *topo,
                     const struct zp_load *load, const struct zp_request *req,
                     struct zp_error *err)
{
    bool stock;
    int rc;

    p->topo = topo;
    p->load = load;
    p->req = *req;
    rc = zp_request_check(&p->req, err);
    if (rc)
        return rc;
    p->vcpus = p->req.max_vcpus;
    p->units = zp__div_up64(p->req.mem_kib, ZP_UNIT_KIB);
    p->max_units = zp__div_up64(p->req.max_mem_kib, ZP_UNIT_KIB);
    p->dynamic = p->req.memory_policy == ZP_MEMORY_DYNAMIC;
    p->fine = p->req.float_to != ZP_FLOAT_NODE || p->req.smt != ZP_SMT_ANY ||
              p->req.dedicated;
    if (p->fine) {
        rc = zp__fine_check(p, err);
        if (rc)
            return rc;
    }
    p->became_static = NULL;
    /* Without the patches a page that comes back may come from any of the
     * zone's nodes, and without devices the guest adds all to its node 0. */
    stock = p->req.tier == ZP_TIER_STOCK;
    p->one_vnode = p->dynamic && (stock ? p->req.vnuma != ZP_VNUMA_NEVER
                                        : !p->req.agent);
    p->hindered = p->dynamic ? zp__growth_hindered(p->req.agent,
                                                   p->units * ZP_UNIT_KIB,
                                                   p->max_units * ZP_UNIT_KIB)
                             : NULL;
    p->cap_units = p->req.max_node_kib ? p->req.max_node_kib / ZP_UNIT_KIB
                                       : UINT64_MAX;
    measure_nodes(p);
    rc = find_parts(p, err);
    if (!rc)
        rc = find_donors(p, err);
    if (!rc)
        rc = find_devices(p, err);
    if (rc)
        return rc;
    find_view(p);
    find_k_range(p);
    return ZP_OK;
}

/* The most ids where the vnodes are not the host's. */
static uint32_t emulated_ids(const struct zp__problem *p, enum zp__way way,
                             uint32_t k)
{
    uint32_t widest = zp__div_up(p->vcpus, k), each, i;

    for (i = 0; way != ZP__EVEN && i < p->nr; i++)
        widest = p->width[i] > widest ? p->width[i] : widest;
    if (way != ZP__EVEN)
        widest = zp__min32(widest, p->vcpus - k + 1);
    each = zp__div_up(widest, p->req.emulate / k);
    i = p->req.emulate * zp__pow2_up(each ? each : 1);
    i = zp__min32(i, ZP_MAX_VCPUS);
    return i > p->vcpus ? i : p->vcpus;
}

/*
 * Padding is not known before the split is, and the split not before the set:
 * an even set's is, the others are charged for the most it could be. What
 * memory nodes have must not matter here, else more of it could be worse.
 */
uint32_t zp__ids_at_most(const struct zp__problem *p, enum zp__way way,
                         uint32_t k)
{
    uint32_t even = zp__pow2_up(zp__div_up(p->vcpus, k));
    uint32_t widest = 0, stride, i;

    if (p->req.emulate && p->req.tier == ZP_TIER_STOCK)
        return emulated_ids(p, way, k);
    if (k == 1 || p->req.tier == ZP_TIER_PATCHED || p->one_pxm)
        return p->vcpus;
    if (k * even > ZP_MAX_VCPUS)
        return p->vcpus;
    if (way == ZP__EVEN)
        return k * even;
    for (i = 0; i < p->nr; i++)
        widest = p->width[i] > widest ? p->width[i] : widest;
    stride = zp__pow2_up(zp__min32(widest, p->vcpus - k + 1));
    while (k * stride > ZP_MAX_VCPUS)
        stride /= 2;
    return k * (stride > even ? stride : even);
}

uint64_t zp__share_units(const struct zp__problem *p, uint32_t nr_ids,
                         uint32_t k)
{
    uint64_t kib = zp_overhead_kib(p->req.type, nr_ids,
                                   (p->max_units + p->all_parts) *
                                       ZP_UNIT_KIB);

    return zp__div_up64(kib, k * ZP_UNIT_KIB);
}

uint64_t zp__holds(const struct zp__problem *p, uint32_t pos, uint64_t share)
{
    uint64_t units = zp__min64(minus(p->room[pos], share), p->cap_units);

    return p->dynamic ? zp__min64(units, p->size[pos]) : units;
}

bool zp__interleave_fits(const struct zp__problem *p)
{
    uint32_t nr = zp__count(p->interleave), pos;
    zp__mask left;
    uint64_t share;

    if (!nr)
        return true;
    share = zp__share_units(p, p->vcpus, nr);
    ZP__FOR_EACH (pos, left, p->interleave) {
        if (zp__holds(p, pos, share) < zp__div_up64(p->units, nr) ||
            (p->interleave & ~p->topo->reach[pos] & ~ZP__BIT(pos)))
            return false;
    }
    return true;
}

bool zp__parts_fit(const struct zp__problem *p, uint64_t share,
                   uint32_t *short_out)
{
    uint32_t i;

    for (i = 0; i < p->nr_parts; i++) {
        if (p->room[p->part_pos[i]] < share) {
            *short_out = i;
            return false;
        }
    }
    return true;
}

zp__mask zp__candidates(const struct zp__problem *p, enum zp__way way,
                        uint32_t k)
{
    uint64_t share = zp__share_units(p, zp__ids_at_most(p, way, k), k);
    uint64_t least = ZP_MIN_SHARE_KIB / ZP_UNIT_KIB, least_max = 0;
    uint32_t least_vcpus = 1, pos;
    zp__mask set = 0, left;

    if (!zp__parts_fit(p, share, &pos))
        return 0;
    if (p->interleave) {
        least = 0; /* checked for the whole set, once */
        if (way == ZP__EVEN)
            least_vcpus = zp__div_up(p->vcpus, k);
    } else if (way == ZP__EVEN) {
        least = zp__div_up64(p->units, k);
        least_max = p->dynamic ? zp__div_up64(p->max_units, k) : 0;
        least_vcpus = zp__div_up(p->vcpus, k);
    } else if (p->units < k * least) {
        return 0;
    }
    ZP__FOR_EACH (pos, left, p->eligible) {
        if (p->width[pos] >= least_vcpus &&
            zp__holds(p, pos, share) >= least && p->size[pos] >= least_max)
            set |= ZP__BIT(pos);
    }
    return p->interleave ? set & p->interleave : set;
}
