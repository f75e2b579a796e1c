/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Freezing: what firmware said is checked, mended and indexed (rules 12). */
#include <stdio.h>
#include <string.h>

#include "core.h"

static bool any_pcpu(const struct zp_topology *topo)
{
    uint32_t i;

    for (i = 0; i < topo->nr; i++) {
        if (zp_pcpuset_next(&topo->pnode[i].pcpus, 0) != ZP_UNKNOWN_ID)
            return true;
    }
    return false;
}

static void assume_distances(struct zp_topology *topo)
{
    uint32_t i, j;

    for (i = 0; i < topo->nr; i++) {
        for (j = 0; j < topo->nr; j++)
            topo->dist[i * topo->nr + j] =
                i == j ? ZP_DIST_LOCAL : ZP_DIST_REMOTE;
    }
    topo->has_distances = false;
}

/* Why the matrix can't be used: the first entry that is wrong. */
static bool matrix_ok(struct zp_topology *topo)
{
    uint32_t i, j, d;

    for (i = 0; i < topo->nr; i++) {
        for (j = 0; j < topo->nr; j++) {
            d = topo->dist[i * topo->nr + j];
            if (i == j && d != ZP_DIST_LOCAL) {
                zp__topology_warn(topo, "distances replaced by 10/20: node "
                                  "%u is %u from itself, not 10",
                                  topo->pnode[i].os_id, d);
                return false;
            }
            if (d == UINT32_MAX)
                topo->dist[i * topo->nr + j] = ZP_DIST_UNREACHABLE;
            else if (d < ZP_DIST_LOCAL || d > ZP_DIST_UNREACHABLE) {
                zp__topology_warn(topo, "distances replaced by 10/20: %u "
                                  "from node %u to node %u is not in 10..255",
                                  d, topo->pnode[i].os_id,
                                  topo->pnode[j].os_id);
                return false;
            }
        }
    }
    return true;
}

/* What holds of a node, for nodes that are told together. */
static bool memless(const struct zp_pnode_desc *node)
{
    return !node->mem_kib && zp_pcpuset_next(&node->pcpus, 0) !=
                                 ZP_UNKNOWN_ID;
}

static bool pcpuless(const struct zp_pnode_desc *node)
{
    return node->mem_kib && zp_pcpuset_next(&node->pcpus, 0) == ZP_UNKNOWN_ID;
}

static bool unknown(const struct zp_pnode_desc *node)
{
    return node->mem_kib == ZP_UNKNOWN_KIB;
}

static void say_nodes(struct zp_topology *topo,
                      bool (*holds)(const struct zp_pnode_desc *),
                      const char *what)
{
    uint32_t i, nr = 0, lowest = ZP_UNKNOWN_ID;
    char more[32] = "";

    for (i = 0; i < topo->nr; i++) {
        if (!holds(&topo->pnode[i]))
            continue;
        nr++;
        if (topo->pnode[i].os_id < lowest)
            lowest = topo->pnode[i].os_id;
    }
    if (nr > 1)
        snprintf(more, sizeof(more), " and %u more", nr - 1);
    if (nr)
        zp__topology_warn(topo, "node %u%s: %s", lowest, more, what);
}

/* Good values that still are unlike what most hosts have. */
static void say_oddities(struct zp_topology *topo)
{
    bool asymmetric = false, cut = false;
    uint32_t i, j;

    say_nodes(topo, unknown, "memory not known, zones can't live there");
    say_nodes(topo, memless, "pcpus but no memory, zones can't live there");
    say_nodes(topo, pcpuless, "memory but no pcpus, no zone starts there");
    for (i = 0; i < topo->nr; i++) {
        for (j = 0; j < i; j++) {
            uint32_t there = topo->dist[i * topo->nr + j];
            uint32_t back = topo->dist[j * topo->nr + i];

            asymmetric |= there != back;
            cut |= there == ZP_DIST_UNREACHABLE ||
                   back == ZP_DIST_UNREACHABLE;
        }
    }
    if (asymmetric)
        zp__topology_warn(topo, "distances are not symmetric: both "
                          "directions count");
    if (cut)
        zp__topology_warn(topo, "not every node reaches every other: those "
                          "that don't are never in one zone");
}

int zp__topology_check(struct zp_topology *topo, struct zp_error *err)
{
    if (!topo->nr)
        return zp__fail(err, ZP_ERR_INVAL, "numa-nodes", "a host of no node");
    if (topo->nr_set && topo->nr_set != topo->nr)
        return zp__fail(err, ZP_ERR_INVAL, "distances",
                        "a distance matrix of %u rows for %u nodes",
                        topo->nr_set, topo->nr);
    if (!any_pcpu(topo))
        return zp__fail(err, ZP_ERR_INVAL, "pcpus", "no node has a pcpu");
    topo->nr_warnings = topo->nr_added;
    if (!topo->nr_set) {
        assume_distances(topo);
        if (topo->nr > 1)
            zp__topology_warn(topo, "no distances known: 10/20 assumed");
    } else if (matrix_ok(topo)) {
        topo->has_distances = true;
    } else {
        assume_distances(topo);
    }
    say_oddities(topo);
    return ZP_OK;
}

/* The other nodes of @i by ascending pair weight, then position. */
static void sort_nearest(struct zp_topology *topo, uint32_t i)
{
    uint8_t *list = topo->nearest[i];
    uint32_t nr = 0, j, at;

    for (j = 0; j < topo->nr; j++) {
        if (j == i)
            continue;
        for (at = nr; at && topo->pair[i][list[at - 1]] > topo->pair[i][j];
             at--)
            list[at] = list[at - 1];
        list[at] = (uint8_t)j;
        nr++;
    }
}

/* True if swapping @a for @b in any set changes no distance in it. */
static bool are_twins(const struct zp_topology *topo, uint32_t a, uint32_t b)
{
    uint32_t i;

    for (i = 0; i < topo->nr; i++) {
        if (i == a || i == b)
            continue;
        if (topo->pair[a][i] != topo->pair[b][i] ||
            (topo->reach[a] >> i & 1) != (topo->reach[b] >> i & 1))
            return false;
    }
    return true;
}

void zp__topology_index(struct zp_topology *topo)
{
    uint32_t i, j, there, back;

    topo->all_reach = true;
    for (i = 0; i < topo->nr; i++) {
        for (j = 0; j < topo->nr; j++) {
            there = topo->dist[i * topo->nr + j];
            back = topo->dist[j * topo->nr + i];
            topo->pair[i][j] = (uint16_t)(there + back);
            if (i == j)
                continue;
            if (there < ZP_DIST_UNREACHABLE && back < ZP_DIST_UNREACHABLE)
                topo->reach[i] |= ZP__BIT(j);
            else
                topo->all_reach = false;
        }
    }
    for (i = 0; i < topo->nr; i++) {
        sort_nearest(topo, i);
        for (j = 0; j < i; j++) {
            if (are_twins(topo, i, j)) {
                topo->twin[i] |= ZP__BIT(j);
                topo->twin[j] |= ZP__BIT(i);
            }
        }
    }
}
