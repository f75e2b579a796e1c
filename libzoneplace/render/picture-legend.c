/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the colours mean, and the zone's vnodes in words. */
#include <stdio.h>
#include <string.h>

#include "render/picture.h"
#include "render/render.h"

enum {
    HEAD = 13, NOTE = 11,
    SWATCH_WIDTH = 26, SWATCH_HEIGHT = 14, ROW = 20,
    WIDTH = 340,
    MAX_STEPS = 10,          /* of the distance scale */
};

/* Where the next line goes. With .pic NULL nothing is drawn. */
struct list {
    struct zp_picture *pic;
    uint32_t x, y;
};

static void head(struct list *list, const char *text)
{
    if (list->pic)
        zp__picture_bold(list->pic, "head", list->x, list->y, WIDTH, HEAD,
                         text);
    list->y += zp__line_height(HEAD) + 4;
}

static void key(struct list *list, const char *part, uint32_t id,
                uint32_t fill, const char *in, const char *text)
{
    struct zp__rect rect = { list->x, list->y, SWATCH_WIDTH, SWATCH_HEIGHT };

    if (list->pic) {
        zp__set_edge(zp__picture_tag(list->pic, part, id, &rect, fill, 9, in),
                     ZP__LINE, 1);
        zp__picture_text(list->pic, "note", list->x + SWATCH_WIDTH + 8,
                         list->y, WIDTH - SWATCH_WIDTH - 8, NOTE, text);
    }
    list->y += ROW;
}

/* "node 4, vcpus 0-2, 512 MiB": "memory only" without vcpus. */
static void vnode_key(struct list *list, const struct zp_plan *plan,
                      uint32_t i)
{
    const struct zp_vnode *vnode = &plan->vnode[i];
    struct zp__text t = ZP__TEXT_INIT;
    char number[16];

    if (!list->pic) {
        list->y += ROW;
        return;
    }
    zp__text_add(&t, "node %u, ", vnode->pnode_os_id);
    if (vnode->nr_vcpus == 1)
        zp__text_add(&t, "vcpu %u, ", vnode->first_vcpu);
    else if (vnode->nr_vcpus)
        zp__text_add(&t, "vcpus %u-%u, ", vnode->first_vcpu,
                     vnode->first_vcpu + vnode->nr_vcpus - 1);
    zp__add_size(&t, vnode->mem_kib);
    if (!vnode->nr_vcpus)
        zp__text_add(&t, ", memory only");
    snprintf(number, sizeof(number), "%u", i);
    key(list, "vnode", i, zp__vnode_colour(i), number,
        t.failed ? "" : t.buf);
    list->pic->failed = list->pic->failed || t.failed;
    zp__text_clear(&t);
}

static void distance_keys(struct list *list, const struct zp__scene *scene)
{
    struct zp__ranks ranks;
    struct zp__rect rect;
    uint32_t steps, i, rank;
    char text[16];

    zp__rank_distances(scene->topo, &ranks);
    steps = ranks.nr < MAX_STEPS ? ranks.nr : MAX_STEPS;
    for (i = 0; list->pic && i < steps; i++) {
        rank = steps > 1 ? i * (ranks.nr - 1) / (steps - 1) : 0;
        rect = (struct zp__rect){ list->x + i * (SWATCH_WIDTH + 2), list->y,
                                  SWATCH_WIDTH, SWATCH_HEIGHT };
        if (ranks.dist[rank] == ZP_DIST_UNREACHABLE)
            snprintf(text, sizeof(text), "-");
        else
            snprintf(text, sizeof(text), "%u", ranks.dist[rank]);
        zp__set_edge(zp__picture_tag(list->pic, "key", ZP_UNKNOWN_ID, &rect,
                                     zp__distance_colour(rank, ranks.nr), 9,
                                     text), ZP__LINE, 1);
    }
    if (list->pic && ranks.dist[ranks.nr - 1] == ZP_DIST_UNREACHABLE)
        zp__picture_text(list->pic, "note", list->x, list->y + ROW, WIDTH,
                         NOTE, "-: the one can't reach the other");
    list->y += ranks.dist[ranks.nr - 1] == ZP_DIST_UNREACHABLE ? 2 * ROW
                                                               : ROW;
}

struct zp__extent zp__draw_legend(struct zp_picture *pic,
                                  const struct zp__scene *scene,
                                  uint32_t x, uint32_t y)
{
    struct list list = { pic, x, y };
    uint32_t i;

    if (scene->plan) {
        head(&list, "vnodes of the zone");
        for (i = 0; i < scene->plan->nr_vnodes; i++)
            vnode_key(&list, scene->plan, i);
        list.y += 8;
    }
    head(&list, "pcpus");
    key(&list, "key", ZP_UNKNOWN_ID, ZP__IDLE, "", scene->plan
        ? "not this zone's" : "may be given to zones");
    key(&list, "key", ZP_UNKNOWN_ID, ZP__KEPT, "",
        "kept from zones, or in another cpupool");
    if (scene->most.l3_cores)
        key(&list, "key", ZP_UNKNOWN_ID, ZP__PAPER, "",
            "the frame around an L3's pcpus");
    if (scene->most.threads > 1)
        key(&list, "key", ZP_UNKNOWN_ID, ZP__PACKAGE, ":",
            "threads of a core stand on each other");
    list.y += 8;
    head(&list, "memory");
    key(&list, "key", ZP_UNKNOWN_ID, ZP__USED, "", "used");
    key(&list, "key", ZP_UNKNOWN_ID, ZP__PROMISED, "",
        "promised to others or kept back");
    key(&list, "key", ZP_UNKNOWN_ID, ZP__PAPER, "", "free");
    list.y += 8;
    head(&list, "distances");
    distance_keys(&list, scene);
    return (struct zp__extent){ WIDTH, list.y - y };
}
