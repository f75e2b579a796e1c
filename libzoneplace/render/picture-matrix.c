/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The distances as a heat map. */
#include <stdio.h>
#include <string.h>

#include "render/picture.h"

enum { HEAD = 13, NOTE = 11, ROOMY = 16 };

void zp__rank_distances(const struct zp_topology *topo,
                        struct zp__ranks *ranks)
{
    uint32_t nr = zp_topology_nr_pnodes(topo);
    bool seen[ZP_DIST_UNREACHABLE + 1] = { false };
    uint32_t i, j;

    for (i = 0; i < nr; i++) {
        for (j = 0; j < nr; j++)
            seen[zp_topology_distance(topo, i, j)] = true;
    }
    ranks->nr = 0;
    for (i = 0; i <= ZP_DIST_UNREACHABLE; i++) {
        if (seen[i])
            ranks->dist[ranks->nr++] = i;
    }
}

static uint32_t rank_of(const struct zp__ranks *ranks, uint32_t dist)
{
    uint32_t rank = 0;

    while (rank < ranks->nr && ranks->dist[rank] != dist)
        rank++;
    return rank;
}

/* Lowest vnode on that position, or ZP_UNKNOWN_ID. */
static uint32_t vnode_on(const struct zp_plan *plan, uint32_t pos)
{
    uint32_t i;

    for (i = 0; plan && i < plan->nr_vnodes; i++) {
        if (plan->vnode[i].pnode == pos)
            return i;
    }
    return ZP_UNKNOWN_ID;
}

/* The node's number, on its vnode's colour if the zone is there. */
static void draw_label(struct zp_picture *pic, const struct zp__scene *scene,
                       uint32_t pos, const struct zp__rect *rect,
                       uint32_t size)
{
    uint32_t vnode = vnode_on(scene->plan, pos);
    struct zp_shape *shape;
    char text[16];

    snprintf(text, sizeof(text), "%u", zp_topology_os_id(scene->topo, pos));
    shape = zp__picture_tag(pic, "axis", zp_topology_os_id(scene->topo, pos),
                            rect, vnode == ZP_UNKNOWN_ID
                                ? ZP__PACKAGE : zp__vnode_colour(vnode),
                            size, text);
    zp__set_edge(shape, ZP__PAPER, 1);
}

static void draw_cell(struct zp_picture *pic, const struct zp__scene *scene,
                      const struct zp__ranks *ranks, uint32_t from,
                      uint32_t to, const struct zp__rect *rect, uint32_t size)
{
    uint32_t dist = zp_topology_distance(scene->topo, from, to);
    bool zone = vnode_on(scene->plan, from) != ZP_UNKNOWN_ID &&
                vnode_on(scene->plan, to) != ZP_UNKNOWN_ID;
    struct zp_shape *shape;
    char text[16];

    if (dist == ZP_DIST_UNREACHABLE)
        snprintf(text, sizeof(text), "-");
    else
        snprintf(text, sizeof(text), "%u", dist);
    shape = zp__picture_tag(
        pic, "distance", zp_topology_os_id(scene->topo, from), rect,
        zp__distance_colour(rank_of(ranks, dist), ranks->nr), size, text);
    shape->to = zp_topology_os_id(scene->topo, to);
    shape->radius = 0;
    zp__set_edge(shape, zone ? ZP__INK : ZP__PAPER, zone ? 2 : 1);
}

/* Room for the widest number, node's or distance. */
static uint32_t cell_width(const struct zp_topology *topo, uint32_t size)
{
    uint32_t nr = zp_topology_nr_pnodes(topo), i;
    uint32_t most = zp_topology_os_id(topo, nr - 1);
    struct zp__ranks ranks;
    char text[16];

    zp__rank_distances(topo, &ranks);
    for (i = 0; i < ranks.nr; i++) {
        if (ranks.dist[i] != ZP_DIST_UNREACHABLE && ranks.dist[i] > most)
            most = ranks.dist[i];
    }
    snprintf(text, sizeof(text), "%u", most);
    return zp__text_width(text, size, false) + 10;
}

struct zp__extent zp__draw_matrix(struct zp_picture *pic,
                                  const struct zp__scene *scene,
                                  uint32_t x, uint32_t y)
{
    uint32_t nr = zp_topology_nr_pnodes(scene->topo);
    uint32_t size = nr > ROOMY ? 9 : 11;
    uint32_t width = cell_width(scene->topo, size);
    uint32_t height = zp__line_height(size) + 6;
    uint32_t top = y + zp__line_height(HEAD) + 4;
    struct zp__extent extent;
    struct zp__rect rect;
    struct zp__ranks ranks;
    uint32_t i, j;

    extent.width = width * (nr + 1);
    if (extent.width < 230)
        extent.width = 230;
    extent.height = top - y + height * (nr + 1);
    if (!pic)
        return extent;
    zp__picture_bold(pic, "head", x, y, extent.width, HEAD,
                     zp_topology_has_distances(scene->topo)
                         ? "distance from row to column"
                         : "distances (assumed)");
    zp__rank_distances(scene->topo, &ranks);
    rect.width = width;
    rect.height = height;
    for (i = 0; i < nr; i++) {
        rect.x = x + width * (i + 1);
        rect.y = top;
        draw_label(pic, scene, i, &rect, size);
        rect.y = top + height * (i + 1);
        for (j = 0; j < nr; j++) {
            rect.x = x + width * (j + 1);
            draw_cell(pic, scene, &ranks, i, j, &rect, size);
        }
        rect.x = x;
        draw_label(pic, scene, i, &rect, size);
    }
    return extent;
}
