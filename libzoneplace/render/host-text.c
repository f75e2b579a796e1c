/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A drawing of the host in plain ASCII, for terminals of any width. */
#include <stdio.h>

#include "render/host-text.h"
#include "render/render.h"

static void add_header(struct zp__text *t, const struct zp_topology *topo,
                       const struct zp_load *load)
{
    uint32_t nr = zp_topology_nr_pnodes(topo);
    uint64_t mem_kib = 0, free_kib = 0;
    uint32_t pos, pcpus = 0;

    for (pos = 0; pos < nr; pos++) {
        pcpus += zp_pcpuset_count(zp_topology_pcpus(topo, pos));
        if (zp_topology_mem_kib(topo, pos) != ZP_UNKNOWN_KIB)
            mem_kib += zp_topology_mem_kib(topo, pos);
        free_kib += zp_load_free_kib(load, pos);
    }
    zp__text_add(t, "host %s: %u node%s, %u pcpus, ",
                 zp_topology_name(topo)[0] ? zp_topology_name(topo)
                                           : "(no name)",
                 nr, nr == 1 ? "" : "s", pcpus);
    if (mem_kib) {
        zp__add_size(t, free_kib);
        zp__text_add(t, " free of ");
        zp__add_size(t, mem_kib);
        zp__text_add(t, "\n");
    } else {
        zp__text_add(t, "memory not known\n");
    }
}

static uint32_t members(const struct zp__groups *groups, uint32_t group)
{
    uint32_t pos, nr = 0;

    for (pos = 0; pos < ZP_MAX_PNODES; pos++)
        nr += groups->of[pos] == group;
    return nr;
}

static void add_group(struct zp__text *t, const struct zp_topology *topo,
                      const struct zp_load *load, const struct zp_plan *plan,
                      const struct zp__groups *groups, uint32_t group,
                      uint32_t columns)
{
    uint32_t per_line = (columns + 1) / (ZP__BOX_COLUMNS + 1);
    uint32_t boxes[ZP__MAX_BOXES];
    uint32_t pos, nr = 0;

    zp__text_add(t, "\n");
    if (groups->by == ZP__GROUP_SOCKET)
        zp__text_add(t, "socket %u\n", groups->label[group]);
    else if (groups->by == ZP__GROUP_DISTANCE && members(groups, group) > 1)
        zp__text_add(t, "group %u, at distance %u of each other\n", group,
                     groups->label[group]);
    else if (groups->by == ZP__GROUP_DISTANCE)
        zp__text_add(t, "group %u\n", group);
    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
        if (groups->of[pos] != group)
            continue;
        boxes[nr++] = pos;
        if (nr == per_line) {
            zp__add_boxes(t, topo, load, plan, boxes, nr);
            nr = 0;
        }
    }
    if (nr)
        zp__add_boxes(t, topo, load, plan, boxes, nr);
}

static void add_distance(struct zp__text *t, uint32_t dist)
{
    if (dist == ZP_DIST_UNREACHABLE)
        zp__text_add(t, "   -");
    else
        zp__text_add(t, "%4u", dist);
}

static void add_matrix(struct zp__text *t, const struct zp_topology *topo)
{
    uint32_t nr = zp_topology_nr_pnodes(topo);
    uint32_t i, j;

    zp__text_add(t, "node  ");
    for (j = 0; j < nr; j++)
        zp__text_add(t, "%4u", zp_topology_os_id(topo, j));
    zp__text_add(t, "\n");
    for (i = 0; i < nr; i++) {
        zp__text_add(t, "%4u  ", zp_topology_os_id(topo, i));
        for (j = 0; j < nr; j++)
            add_distance(t, zp_topology_distance(topo, i, j));
        zp__text_add(t, "\n");
    }
}

/* "0-2,5": the nodes at distance @dist from @from. */
static void add_nodes_at(struct zp__text *t, const struct zp_topology *topo,
                         uint32_t from, uint32_t dist)
{
    uint32_t nr = zp_topology_nr_pnodes(topo);
    uint32_t first, last;
    bool any = false;

    for (first = 0; first < nr; first = last + 1) {
        last = first;
        if (zp_topology_distance(topo, from, first) != dist)
            continue;
        while (last + 1 < nr &&
               zp_topology_distance(topo, from, last + 1) == dist &&
               zp_topology_os_id(topo, last + 1) ==
                   zp_topology_os_id(topo, last) + 1)
            last++;
        zp__text_add(t, "%s%u", any ? "," : "",
                     zp_topology_os_id(topo, first));
        if (last > first)
            zp__text_add(t, "-%u", zp_topology_os_id(topo, last));
        any = true;
    }
}

/* Smallest distance above @above from @from, or UINT32_MAX. */
static uint32_t next_distance(const struct zp_topology *topo, uint32_t from,
                              uint32_t above)
{
    uint32_t nr = zp_topology_nr_pnodes(topo);
    uint32_t best = UINT32_MAX;
    uint32_t to, dist;

    for (to = 0; to < nr; to++) {
        dist = zp_topology_distance(topo, from, to);
        if (dist > above && dist < best)
            best = dist;
    }
    return best;
}

/* A matrix too wide for the page: per node, who is how far. */
static void add_lists(struct zp__text *t, const struct zp_topology *topo,
                      uint32_t columns)
{
    struct zp__text piece = ZP__TEXT_INIT;
    uint32_t nr = zp_topology_nr_pnodes(topo);
    uint32_t from, dist;
    size_t line;

    for (from = 0; from < nr; from++) {
        line = t->len;
        zp__text_add(t, "%4u ", zp_topology_os_id(topo, from));
        for (dist = next_distance(topo, from, 0); dist != UINT32_MAX;
             dist = next_distance(topo, from, dist)) {
            piece.len = 0;
            if (dist == ZP_DIST_UNREACHABLE)
                zp__text_add(&piece, "  -: ");
            else
                zp__text_add(&piece, "  %u: ", dist);
            add_nodes_at(&piece, topo, from, dist);
            if (t->len - line + piece.len > columns) {
                zp__text_add(t, "\n");
                line = t->len;
                zp__text_add(t, "     ");
            }
            zp__text_add(t, "%s", piece.buf ? piece.buf : "");
        }
        zp__text_add(t, "\n");
    }
    t->failed = t->failed || piece.failed;
    zp__text_clear(&piece);
}

static void add_distances(struct zp__text *t, const struct zp_topology *topo,
                          uint32_t columns)
{
    if (!zp_topology_has_distances(topo)) {
        zp__text_add(t, "\ndistances: none to rely on, 10 and 20 assumed\n");
        return;
    }
    zp__text_add(t, "\ndistances\n");
    if (zp_topology_nr_pnodes(topo) * 4 + 6 <= columns)
        add_matrix(t, topo);
    else
        add_lists(t, topo, columns);
}

int zp_host_to_text(const struct zp_topology *topo, const struct zp_load *load,
                    const struct zp_plan *plan, uint32_t columns,
                    char **text_out, struct zp_error *err)
{
    struct zp__text t = ZP__TEXT_INIT;
    struct zp__groups groups;
    uint32_t g;

    if (columns < ZP_TEXT_MIN_COLUMNS || columns > ZP_TEXT_MAX_COLUMNS)
        return zp__fail(err, ZP_ERR_RANGE, "columns",
                        "%u columns: %d to %d", columns, ZP_TEXT_MIN_COLUMNS,
                        ZP_TEXT_MAX_COLUMNS);
    zp__group_pnodes(topo, &groups);
    add_header(&t, topo, load);
    for (g = 0; g < groups.nr; g++)
        add_group(&t, topo, load, plan, &groups, g, columns);
    zp__text_add(&t, "\nin a box: how many pcpus and which, memory, how much "
                 "of it is free\n[memory]: # used  + promised or kept back  "
                 "%s. free\n", plan ? "@ this zone  " : "");
    add_distances(&t, topo, columns);
    return zp__text_take(&t, text_out, err);
}
