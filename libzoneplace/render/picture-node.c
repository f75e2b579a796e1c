/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One node of a picture: name, pcpus, memory, devices, the zone's share. */
#include <stdio.h>
#include <string.h>

#include "render/picture.h"
#include "render/render.h"

enum {
    PAD = 8, PART_GAP = 4, CELLS_GAP = 3,
    MIN_INNER = 184,         /* "31.2 GiB free of 31.4 GiB" and some room */
    HEAD = 13, NOTE = 11, TAG = 10,
    BAR = 12,
    TAG_HEIGHT = 16,
    MAX_NUMBERED = 1024,     /* pcpus of a host that get their number */
    MAX_DEVICE_TAGS = 4,
};

/* ---- sizes ---- */

static void size_pcpus(struct zp__scene *scene)
{
    uint32_t nr = 0, last = 0, pos, pcpu;
    char digits[16];

    for (pos = 0; pos < zp_topology_nr_pnodes(scene->topo); pos++) {
        const struct zp_pcpuset *set = zp_topology_pcpus(scene->topo, pos);

        nr += zp_pcpuset_count(set);
        for (pcpu = zp_pcpuset_next(set, 0); pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(set, pcpu + 1))
            last = pcpu > last ? pcpu : last;
    }
    scene->numbered = nr <= MAX_NUMBERED;
    snprintf(digits, sizeof(digits), "%u", last);
    scene->pcpu_width = scene->numbered ? zp__text_width(digits, 9, false) + 6
                                        : 10;
    if (scene->pcpu_width < 14 && scene->numbered)
        scene->pcpu_width = 14;
    scene->pcpu_height = scene->numbered ? 14 : 10;
}

static uint32_t rows_of(uint32_t nr, uint32_t columns)
{
    return (nr + columns - 1) / columns;
}

/* Enough columns that the cells are wider than high; whole L3s. */
static uint32_t choose_columns(const struct zp__scene *scene)
{
    const struct zp__core_count *most = &scene->most;
    uint32_t columns = 1, rows;

    for (; columns < most->cores; columns++) {
        rows = rows_of(most->cores, columns);
        if (columns * scene->pcpu_width >= MIN_INNER - scene->pcpu_width &&
            columns * scene->pcpu_width * 2 >=
                rows * most->threads * scene->pcpu_height * 3)
            break;
    }
    if (most->l3_cores && most->l3_cores < columns)
        return rows_of(columns, most->l3_cores) * most->l3_cores;
    /* the last row as full as the others, or nearly */
    for (rows = columns; rows <= columns + columns / 2; rows++) {
        if (most->cores && most->cores % rows == 0)
            return rows;
    }
    return most->cores ? rows_of(most->cores, rows_of(most->cores, columns))
                       : 1;
}

void zp__scene_size(struct zp__scene *scene)
{
    zp__count_cores(scene->topo, &scene->most);
    size_pcpus(scene);
    scene->columns = choose_columns(scene);
    scene->cores_width = zp__cores_width(scene);
    scene->node_width = scene->cores_width + 2 * PAD;
    if (scene->node_width < MIN_INNER + 2 * PAD)
        scene->node_width = MIN_INNER + 2 * PAD;
}

/* ---- the parts: each draws at @y if there is a picture, and says how high
 * it is ---- */

struct place {
    struct zp_picture *pic;      /* or NULL: measure */
    const struct zp__scene *scene;
    uint32_t pos;
    uint32_t x, width;           /* inside the node */
};

static bool is_here(const struct place *p, uint32_t vnode)
{
    return p->scene->plan->vnode[vnode].pnode == p->pos;
}

static uint32_t nr_here(const struct place *p)
{
    uint32_t i, nr = 0;

    for (i = 0; p->scene->plan && i < p->scene->plan->nr_vnodes; i++)
        nr += is_here(p, i);
    return nr;
}

/* Tags of the zone's vnodes, to the right of the node's name. */
static void vnode_tags(const struct place *p, uint32_t y)
{
    const struct zp_plan *plan = p->scene->plan;
    uint32_t nr = nr_here(p), shown = 0, i;
    uint32_t width = nr == 1 ? 58 : 22;
    uint32_t fits = (p->width - 76) / (width + 3);
    struct zp__rect rect;
    char text[32];

    if (!nr)
        return;
    rect = (struct zp__rect){ p->x + p->width, y, width, TAG_HEIGHT };
    rect.x -= (nr < fits ? nr : fits) * (width + 3) - 3;
    for (i = 0; i < plan->nr_vnodes; i++) {
        if (!is_here(p, i))
            continue;
        if (++shown == fits && nr > fits) {
            snprintf(text, sizeof(text), "+%u", nr - fits + 1);
            zp__picture_tag(p->pic, "note", ZP_UNKNOWN_ID, &rect, ZP__PAPER,
                            TAG, text);
            return;
        }
        snprintf(text, sizeof(text), nr == 1 ? "vnode %u" : "%u", i);
        zp__picture_tag(p->pic, "vnode", i, &rect, zp__vnode_colour(i), TAG,
                        text);
        rect.x += width + 3;
    }
}

static uint32_t part_head(const struct place *p, uint32_t y)
{
    struct zp_shape *shape;
    char text[32];

    if (p->pic) {
        snprintf(text, sizeof(text), "node %u",
                 zp_topology_os_id(p->scene->topo, p->pos));
        shape = zp__picture_bold(p->pic, "node", p->x, y, 74, HEAD, text);
        shape->id = zp_topology_os_id(p->scene->topo, p->pos);
        vnode_tags(p, y);
    }
    return zp__line_height(HEAD);
}

static uint32_t line(const struct place *p, uint32_t y, const char *text)
{
    if (p->pic)
        zp__picture_text(p->pic, "note", p->x, y, p->width, NOTE, text);
    return zp__line_height(NOTE);
}

/* Takes the text. */
static void text_line(const struct place *p, uint32_t y, struct zp__text *t)
{
    line(p, y, t->failed ? "" : t->buf);
    p->pic->failed = p->pic->failed || t->failed;
    zp__text_clear(t);
}

static uint32_t part_pcpus(const struct place *p, uint32_t y)
{
    const struct zp_pcpuset *set = zp_topology_pcpus(p->scene->topo, p->pos);
    uint32_t nr = zp_pcpuset_count(set);
    char text[ZP_SHAPE_TEXT_LEN];
    int len;

    if (!nr)
        return line(p, y, "no pcpus, memory only");
    len = snprintf(text, sizeof(text), "%u pcpu%s: ", nr, nr == 1 ? "" : "s");
    zp_pcpuset_format(set, text + len, sizeof(text) - (size_t)len);
    y += line(p, y, text) + CELLS_GAP;
    return zp__line_height(NOTE) + CELLS_GAP +
           zp__draw_cores(p->pic, p->scene, p->pos, p->x, y);
}

static uint32_t part_vcpus(const struct place *p, uint32_t y)
{
    uint32_t used = zp_load_used_vcpus(p->scene->load, p->pos);
    char text[48];

    if (!used)
        return 0;
    snprintf(text, sizeof(text), "%u vcpu%s of zones here", used,
             used == 1 ? "" : "s");
    return line(p, y, text);
}

/* One piece of the bar, @kib from @from_kib on; returns where it ends. */
static uint64_t bar_piece(const struct place *p, uint32_t y, uint64_t from_kib,
                          uint64_t kib, uint32_t vnode, uint32_t fill)
{
    uint64_t mem_kib = zp_topology_mem_kib(p->scene->topo, p->pos);
    uint64_t inner = p->width - 2;
    uint64_t end_kib = from_kib + kib;
    uint32_t start, end;

    if (end_kib > mem_kib)
        end_kib = mem_kib;
    start = (uint32_t)(from_kib * inner / mem_kib);
    end = (uint32_t)(end_kib * inner / mem_kib);
    /* the zone's share is seen, however small */
    if (vnode != ZP_UNKNOWN_ID && end < start + 3) {
        end = start + 3 < inner ? start + 3 : (uint32_t)inner;
        start = end - 3;
    }
    if (end > start) {
        struct zp_shape *shape = zp__picture_box(
            p->pic, "memory", p->x + 1 + start, y + 1, end - start, BAR - 2,
            fill);

        shape->id = zp_topology_os_id(p->scene->topo, p->pos);
        shape->to = vnode;
    }
    return end_kib;
}

static void draw_bar(const struct place *p, uint32_t y)
{
    const struct zp_load *load = p->scene->load;
    const struct zp_plan *plan = p->scene->plan;
    uint64_t mem_kib = zp_topology_mem_kib(p->scene->topo, p->pos);
    uint64_t free_kib = zp_load_free_kib(load, p->pos);
    uint64_t used_kib = free_kib < mem_kib ? mem_kib - free_kib : 0;
    uint64_t zone_kib = 0, at_kib;
    struct zp_shape *shape;
    uint32_t i;

    shape = zp__picture_box(p->pic, "memory", p->x, y, p->width, BAR,
                            ZP__PAPER);
    shape->id = zp_topology_os_id(p->scene->topo, p->pos);
    zp__set_edge(shape, ZP__LINE, 1);
    for (i = 0; plan && p->scene->placed && i < plan->nr_vnodes; i++)
        zone_kib += is_here(p, i) ? plan->vnode[i].mem_kib : 0;
    at_kib = bar_piece(p, y, 0, used_kib > zone_kib ? used_kib - zone_kib : 0,
                       ZP_UNKNOWN_ID, ZP__USED);
    at_kib = bar_piece(p, y, at_kib,
                       zp_load_promised_kib(load, p->pos) +
                           zp_load_reserve_kib(load, p->pos),
                       ZP_UNKNOWN_ID, ZP__PROMISED);
    for (i = 0; plan && i < plan->nr_vnodes; i++) {
        if (is_here(p, i))
            at_kib = bar_piece(p, y, at_kib, plan->vnode[i].mem_kib, i,
                               zp__vnode_colour(i));
    }
}

static uint32_t part_memory(const struct place *p, uint32_t y)
{
    uint64_t mem_kib = zp_topology_mem_kib(p->scene->topo, p->pos);
    struct zp__text t = ZP__TEXT_INIT;
    uint32_t height = BAR + 2;

    if (mem_kib == ZP_UNKNOWN_KIB)
        return line(p, y, "memory not known");
    if (!mem_kib)
        return line(p, y, "no memory");
    if (p->pic) {
        draw_bar(p, y);
        zp__add_size(&t, zp_load_free_kib(p->scene->load, p->pos));
        zp__text_add(&t, " free of ");
        zp__add_size(&t, mem_kib);
        text_line(p, y + height, &t);
    }
    return height + zp__line_height(NOTE);
}

/* What the zone has here, all vnodes together. */
static uint32_t part_zone(const struct place *p, uint32_t y)
{
    const struct zp_plan *plan = p->scene->plan;
    struct zp__text t = ZP__TEXT_INIT;
    uint32_t i, vcpus = 0;
    uint64_t kib = 0;

    if (!nr_here(p))
        return 0;
    if (!p->pic)
        return zp__line_height(NOTE);
    for (i = 0; i < plan->nr_vnodes; i++) {
        vcpus += is_here(p, i) ? plan->vnode[i].nr_vcpus : 0;
        kib += is_here(p, i) ? plan->vnode[i].mem_kib : 0;
    }
    zp__text_add(&t, "zone: %u vcpu%s, ", vcpus, vcpus == 1 ? "" : "s");
    zp__add_size(&t, kib);
    text_line(p, y, &t);
    return zp__line_height(NOTE);
}

/* Two tags a row; the last says how many more there are. */
static uint32_t part_devices(const struct place *p, uint32_t y)
{
    const struct zp_topology *topo = p->scene->topo;
    uint32_t all = zp_topology_nr_devices(topo), nr = 0, shown = 0, i;
    struct zp__rect rect = { p->x, y, (p->width - 4) / 2, TAG_HEIGHT };
    char text[32];

    for (i = 0; i < all; i++)
        nr += (uint32_t)(zp_topology_device_pnodes(topo, i) >> p->pos) & 1;
    for (i = 0; p->pic && i < all && shown < MAX_DEVICE_TAGS; i++) {
        if (!(zp_topology_device_pnodes(topo, i) >> p->pos & 1))
            continue;
        rect.x = p->x + shown % 2 * (rect.width + 4);
        rect.y = y + shown / 2 * (TAG_HEIGHT + 3);
        if (++shown == MAX_DEVICE_TAGS && nr > MAX_DEVICE_TAGS)
            snprintf(text, sizeof(text), "+%u devices",
                     nr - MAX_DEVICE_TAGS + 1);
        else
            snprintf(text, sizeof(text), "%s",
                     zp_topology_device_busid(topo, i));
        zp__picture_tag(p->pic, "device", i, &rect, ZP__DEVICE, TAG, text);
    }
    if (nr > MAX_DEVICE_TAGS)
        nr = MAX_DEVICE_TAGS;
    return nr ? (nr + 1) / 2 * (TAG_HEIGHT + 3) - 3 : 0;
}

uint32_t zp__draw_node(struct zp_picture *pic, const struct zp__scene *scene,
                       uint32_t pos, uint32_t x, uint32_t y, uint32_t height)
{
    static uint32_t (*const parts[])(const struct place *, uint32_t) = {
        part_head, part_pcpus, part_memory, part_vcpus, part_zone,
        part_devices,
    };
    struct place place = {
        pic, scene, pos, x + PAD, scene->node_width - 2 * PAD
    };
    struct zp_shape *shape;
    uint32_t at = PAD, used;
    size_t i;

    if (pic) {
        shape = zp__picture_box(pic, "node", x, y, scene->node_width, height,
                                ZP__PAPER);
        shape->id = zp_topology_os_id(scene->topo, pos);
        shape->radius = 4;
        zp__set_edge(shape, nr_here(&place) ? ZP__INK : ZP__LINE,
                     nr_here(&place) ? 2 : 1);
    }
    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        used = parts[i](&place, y + at);
        at += used ? used + PART_GAP : 0;
    }
    return at - PART_GAP + PAD;
}
