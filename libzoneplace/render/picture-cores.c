/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pcpus of a node as cells: threads of a core stand on each other and
 * touch, cores stand side by side, and those of an L3 have a frame around
 * them where the host's L3s are known.
 */
#include <stdio.h>
#include <string.h>

#include "render/picture.h"

enum { CORE_GAP = 2, FRAME = 4, FRAME_GAP = 4, DIGITS_SIZE = 9 };

/* The pcpus of a node by L3, core, number. */
struct order {
    uint32_t nr;
    uint16_t pcpu[ZP_MAX_PCPUS];
};

static bool before(const struct zp_topology *topo, uint32_t a, uint32_t b)
{
    uint32_t l3_a = zp_topology_l3(topo, a), l3_b = zp_topology_l3(topo, b);
    uint32_t core_a = zp_topology_core(topo, a);
    uint32_t core_b = zp_topology_core(topo, b);

    if (l3_a != l3_b)
        return l3_a < l3_b;
    return core_a != core_b ? core_a < core_b : a < b;
}

static void sort_pcpus(const struct zp_topology *topo, uint32_t pos,
                       struct order *order)
{
    const struct zp_pcpuset *set = zp_topology_pcpus(topo, pos);
    uint32_t pcpu, i;

    order->nr = 0;
    for (pcpu = zp_pcpuset_next(set, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(set, pcpu + 1)) {
        for (i = order->nr++; i && before(topo, pcpu, order->pcpu[i - 1]);
             i--)
            order->pcpu[i] = order->pcpu[i - 1];
        order->pcpu[i] = (uint16_t)pcpu;
    }
}

/* End of the core that starts at @i. */
static uint32_t core_end(const struct zp_topology *topo,
                         const struct order *order, uint32_t i)
{
    uint32_t core = zp_topology_core(topo, order->pcpu[i]);
    uint32_t l3 = zp_topology_l3(topo, order->pcpu[i]);
    uint32_t end = i + 1;

    while (core != ZP_UNKNOWN_ID && end < order->nr &&
           zp_topology_core(topo, order->pcpu[end]) == core &&
           zp_topology_l3(topo, order->pcpu[end]) == l3)
        end++;
    return end;
}

/* One L3's share of an order: [start, end). */
struct group {
    uint32_t l3;
    uint32_t start, end;
    uint32_t cores, threads;     /* how many, the most of a core */
};

static bool next_group(const struct zp_topology *topo,
                       const struct order *order, struct group *group)
{
    uint32_t i, end;

    group->start = group->end;
    group->cores = group->threads = 0;
    if (group->start == order->nr)
        return false;
    group->l3 = zp_topology_l3(topo, order->pcpu[group->start]);
    for (i = group->start; i < order->nr; i = end) {
        if (zp_topology_l3(topo, order->pcpu[i]) != group->l3)
            break;
        end = core_end(topo, order, i);
        group->cores++;
        if (end - i > group->threads)
            group->threads = end - i;
    }
    group->end = i;
    return true;
}

void zp__count_cores(const struct zp_topology *topo,
                     struct zp__core_count *most)
{
    struct group group;
    struct order order;
    uint32_t pos, cores;

    memset(most, 0, sizeof(*most));
    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
        sort_pcpus(topo, pos, &order);
        cores = 0;
        group.end = 0;
        while (next_group(topo, &order, &group)) {
            cores += group.cores;
            if (group.threads > most->threads)
                most->threads = group.threads;
            if (group.l3 != ZP_UNKNOWN_ID && group.cores > most->l3_cores)
                most->l3_cores = group.cores;
        }
        if (cores > most->cores)
            most->cores = cores;
    }
}

static uint32_t pitch(const struct zp__scene *scene)
{
    return scene->pcpu_width + CORE_GAP;
}

/* Columns of cores in a group, and the room that it takes. */
static uint32_t group_columns(const struct zp__scene *scene,
                              const struct group *group)
{
    return group->cores < scene->columns ? group->cores : scene->columns;
}

static struct zp__extent group_extent(const struct zp__scene *scene,
                                      const struct group *group)
{
    uint32_t columns = group_columns(scene, group);
    uint32_t rows = (group->cores + columns - 1) / columns;
    uint32_t frame = group->l3 == ZP_UNKNOWN_ID ? 0 : 2 * FRAME;
    struct zp__extent extent;

    extent.width = columns * pitch(scene) - CORE_GAP + frame;
    extent.height = rows * (group->threads * scene->pcpu_height + CORE_GAP) -
                    CORE_GAP + frame;
    return extent;
}

uint32_t zp__cores_width(const struct zp__scene *scene)
{
    uint32_t cores = scene->most.l3_cores;
    uint32_t per_row;

    if (!cores)
        return scene->columns * pitch(scene) - CORE_GAP;
    if (cores > scene->columns)
        cores = scene->columns;
    per_row = scene->columns / cores;
    return per_row * (cores * pitch(scene) - CORE_GAP + 2 * FRAME +
                      FRAME_GAP) - FRAME_GAP;
}

/* ---- drawing ---- */

static uint32_t pcpu_colour(const struct zp__scene *scene, uint32_t pos,
                            uint32_t pcpu, uint32_t *vnode_out)
{
    const struct zp_plan *plan = scene->plan;
    struct zp_pcpuset usable;
    uint32_t i;

    *vnode_out = ZP_UNKNOWN_ID;
    for (i = 0; plan && i < plan->nr_vnodes; i++) {
        if (plan->vnode[i].pnode == pos &&
            zp_pcpuset_has(&plan->vnode[i].pcpus, pcpu)) {
            *vnode_out = i;
            return zp__vnode_colour(i);
        }
    }
    zp_load_usable_pcpus(scene->load, pos, &usable);
    return zp_pcpuset_has(&usable, pcpu) ? ZP__IDLE : ZP__KEPT;
}

static void draw_pcpu(struct zp_picture *pic, const struct zp__scene *scene,
                      uint32_t pos, uint32_t pcpu, uint32_t x, uint32_t y)
{
    struct zp__rect rect = { x, y, scene->pcpu_width, scene->pcpu_height };
    struct zp_shape *shape;
    char text[48];
    uint32_t vnode;
    uint32_t fill = pcpu_colour(scene, pos, pcpu, &vnode);

    if (scene->numbered) {
        snprintf(text, sizeof(text), "%u", pcpu);
        shape = zp__picture_tag(pic, "pcpu", pcpu, &rect, fill, DIGITS_SIZE,
                                text);
    } else {
        shape = zp__picture_box(pic, "pcpu", x, y, rect.width, rect.height,
                                fill);
        shape->id = pcpu;
        snprintf(shape->text, sizeof(shape->text), "pcpu %u", pcpu);
    }
    shape->radius = 0;
    shape->to = vnode;
    zp__set_edge(shape, ZP__PAPER, 1);
}

static void draw_group(struct zp_picture *pic, const struct zp__scene *scene,
                       uint32_t pos, const struct order *order,
                       const struct group *group, uint32_t x, uint32_t y)
{
    struct zp__extent extent = group_extent(scene, group);
    uint32_t columns = group_columns(scene, group);
    uint32_t core_height = group->threads * scene->pcpu_height + CORE_GAP;
    struct zp_shape *shape;
    uint32_t i, end, thread, core;

    if (group->l3 != ZP_UNKNOWN_ID) {
        shape = zp__picture_box(pic, "l3", x, y, extent.width, extent.height,
                                ZP_NO_COLOUR);
        shape->id = group->l3;
        shape->radius = 3;
        snprintf(shape->text, sizeof(shape->text), "L3 %u", group->l3);
        zp__set_edge(shape, ZP__LINE, 1);
        x += FRAME;
        y += FRAME;
    }
    for (i = group->start, core = 0; i < group->end; i = end, core++) {
        end = core_end(scene->topo, order, i);
        for (thread = 0; thread < end - i; thread++)
            draw_pcpu(pic, scene, pos, order->pcpu[i + thread],
                      x + core % columns * pitch(scene),
                      y + core / columns * core_height +
                          thread * scene->pcpu_height);
    }
}

uint32_t zp__draw_cores(struct zp_picture *pic, const struct zp__scene *scene,
                        uint32_t pos, uint32_t x, uint32_t y)
{
    uint32_t at_x = x, at_y = y, row_height = 0;
    struct group group = { 0 };
    struct zp__extent extent;
    struct order order;

    sort_pcpus(scene->topo, pos, &order);
    while (next_group(scene->topo, &order, &group)) {
        extent = group_extent(scene, &group);
        if (at_x > x && at_x + extent.width > x + scene->cores_width) {
            at_x = x;
            at_y += row_height + FRAME_GAP;
            row_height = 0;
        }
        if (pic)
            draw_group(pic, scene, pos, &order, &group, at_x, at_y);
        at_x += extent.width + FRAME_GAP;
        if (extent.height > row_height)
            row_height = extent.height;
    }
    return at_y + row_height - y;
}
