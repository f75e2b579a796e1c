/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which nodes belong together: by socket where the host says so, else those
 * at the smallest distance from each other.
 */
#include <string.h>

#include "render/host-text.h"

#define NO_GROUP UINT32_MAX

static bool has_pcpus(const struct zp_topology *topo, uint32_t pos)
{
    return zp_pcpuset_next(zp_topology_pcpus(topo, pos), 0) != ZP_UNKNOWN_ID;
}

static uint32_t pair(const struct zp_topology *topo, uint32_t a, uint32_t b)
{
    return zp_topology_distance(topo, a, b) +
           zp_topology_distance(topo, b, a);
}

/* Smallest and largest pair of nodes with pcpus; false if there is none. */
static bool pair_bounds(const struct zp_topology *topo, uint32_t *min_out,
                        uint32_t *max_out)
{
    uint32_t nr = zp_topology_nr_pnodes(topo);
    uint32_t i, j, p;

    *min_out = UINT32_MAX;
    *max_out = 0;
    for (i = 0; i < nr; i++) {
        for (j = i + 1; j < nr; j++) {
            if (!has_pcpus(topo, i) || !has_pcpus(topo, j))
                continue;
            p = pair(topo, i, j);
            *min_out = p < *min_out ? p : *min_out;
            *max_out = p > *max_out ? p : *max_out;
        }
    }
    return *max_out > 0;
}

static bool close_to_all(const struct zp_topology *topo,
                         const struct zp__groups *groups, uint32_t group,
                         uint32_t pos, uint32_t wanted)
{
    uint32_t i;

    for (i = 0; i < pos; i++) {
        if (groups->of[i] == group && pair(topo, i, pos) != wanted)
            return false;
    }
    return true;
}

static void group_by_distance(const struct zp_topology *topo,
                              struct zp__groups *groups, uint32_t min)
{
    uint32_t nr = zp_topology_nr_pnodes(topo);
    uint32_t i, j;

    groups->by = ZP__GROUP_DISTANCE;
    for (i = 0; i < nr; i++) {
        if (groups->of[i] != NO_GROUP || !has_pcpus(topo, i))
            continue;
        groups->label[groups->nr] = min / 2;
        groups->of[i] = groups->nr;
        for (j = i + 1; j < nr; j++) {
            if (groups->of[j] == NO_GROUP && has_pcpus(topo, j) &&
                close_to_all(topo, groups, groups->nr, j, min))
                groups->of[j] = groups->nr;
        }
        groups->nr++;
    }
}

static uint32_t socket_of(const struct zp_topology *topo, uint32_t pos)
{
    uint32_t pcpu = zp_pcpuset_next(zp_topology_pcpus(topo, pos), 0);

    return pcpu == ZP_UNKNOWN_ID ? ZP_UNKNOWN_ID
                                 : zp_topology_socket(topo, pcpu);
}

/* False if a node's socket is not known. */
static bool group_by_socket(const struct zp_topology *topo,
                            struct zp__groups *groups)
{
    uint32_t nr = zp_topology_nr_pnodes(topo);
    uint32_t i, g, socket;

    for (i = 0; i < nr; i++) {
        if (has_pcpus(topo, i) && socket_of(topo, i) == ZP_UNKNOWN_ID)
            return false;
    }
    groups->by = ZP__GROUP_SOCKET;
    for (i = 0; i < nr; i++) {
        if (!has_pcpus(topo, i))
            continue;
        socket = socket_of(topo, i);
        for (g = 0; g < groups->nr && groups->label[g] != socket; g++)
            ;
        groups->label[g] = socket;
        groups->of[i] = g;
        groups->nr = g == groups->nr ? g + 1 : groups->nr;
    }
    return true;
}

/* CPU-less nodes are drawn with the nearest node that has pcpus. */
static void adopt_cpuless(const struct zp_topology *topo,
                          struct zp__groups *groups)
{
    uint32_t nr = zp_topology_nr_pnodes(topo);
    uint32_t i, j, best;

    for (i = 0; i < nr; i++) {
        if (has_pcpus(topo, i))
            continue;
        best = UINT32_MAX;
        for (j = 0; j < nr; j++) {
            if (has_pcpus(topo, j) && pair(topo, i, j) < best) {
                best = pair(topo, i, j);
                groups->of[i] = groups->of[j];
            }
        }
    }
}

void zp__group_pnodes(const struct zp_topology *topo,
                      struct zp__groups *groups)
{
    uint32_t min, max;

    memset(groups, 0, sizeof(*groups));
    memset(groups->of, 0xff, sizeof(groups->of)); /* NO_GROUP */
    if (!group_by_socket(topo, groups)) {
        if (pair_bounds(topo, &min, &max) && min < max) {
            group_by_distance(topo, groups, min);
        } else {
            memset(groups->of, 0, sizeof(groups->of));
            groups->nr = 1;
        }
    }
    adopt_cpuless(topo, groups);
}
