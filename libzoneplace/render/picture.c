/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page: what is said above, packages, distances, legend. */
#include <stdio.h>
#include <string.h>

#include "render/picture.h"
#include "render/render.h"

enum { MARGIN = 20, GAP = 24, TITLE = 18, NOTE = 12, MIN_WIDTH = 420 };

static uint32_t max(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Where the blocks are, from the upper left corner of the packages. */
struct page {
    struct zp__extent packages, matrix, legend, all;
    uint32_t matrix_x, matrix_y, legend_x, legend_y;
};

/* Distances stand right of the packages or below, the legend right of either
 * or below either: four pages. */
static void put(struct page *page, bool matrix_right, bool legend_right)
{
    uint32_t width = page->packages.width;

    page->matrix_x = 0;
    page->matrix_y = page->packages.height + GAP;
    page->legend_x = page->matrix.width + GAP;
    page->legend_y = page->matrix_y;
    if (matrix_right) {
        if (!legend_right)
            width = max(width, page->legend.width);
        page->matrix_x = width + GAP;
        page->matrix_y = 0;
        page->legend_x = legend_right ? page->matrix_x : 0;
        page->legend_y = GAP + (legend_right ? page->matrix.height
                                             : page->packages.height);
    } else if (legend_right) {
        page->legend_x = max(width, page->matrix.width) + GAP;
        page->legend_y = 0;
    }
    page->all.width = max(width, max(page->matrix_x + page->matrix.width,
                                     page->legend_x + page->legend.width));
    page->all.height = max(page->packages.height,
                           max(page->matrix_y + page->matrix.height,
                               page->legend_y + page->legend.height));
}

/* The page that fills 3:2 best. */
static struct page lay_out(const struct zp__scene *scene)
{
    uint32_t i, size, best = 0, best_size = UINT32_MAX;
    struct page page;

    page.packages = zp__draw_packages(NULL, scene, 0, 0);
    page.matrix = zp__draw_matrix(NULL, scene, 0, 0);
    page.legend = zp__draw_legend(NULL, scene, 0, 0);
    for (i = 0; i < 4; i++) {
        put(&page, i & 1, i & 2);
        size = max(page.all.width * 2, page.all.height * 3);
        if (size < best_size) {
            best_size = size;
            best = i;
        }
    }
    put(&page, best & 1, best & 2);
    return page;
}

/* ---- what is said above ---- */

static void add_host_line(struct zp__text *t, const struct zp__scene *scene)
{
    uint32_t nr = zp_topology_nr_pnodes(scene->topo), pos, pcpus = 0;
    uint64_t mem_kib = 0, free_kib = 0;

    for (pos = 0; pos < nr; pos++) {
        pcpus += zp_pcpuset_count(zp_topology_pcpus(scene->topo, pos));
        if (zp_topology_mem_kib(scene->topo, pos) != ZP_UNKNOWN_KIB)
            mem_kib += zp_topology_mem_kib(scene->topo, pos);
        free_kib += zp_load_free_kib(scene->load, pos);
    }
    zp__text_add(t, "%u node%s, %u pcpu%s, ", nr, nr == 1 ? "" : "s", pcpus,
                 pcpus == 1 ? "" : "s");
    if (!mem_kib) {
        zp__text_add(t, "memory not known");
        return;
    }
    zp__add_size(t, free_kib);
    zp__text_add(t, " free of ");
    zp__add_size(t, mem_kib);
}

static void add_zone_line(struct zp__text *t, const struct zp_plan *plan)
{
    zp__text_add(t, "zone %s: %s, %u vcpus, ",
                 plan->name[0] ? plan->name : "(no name)",
                 zp__strategy_word(plan->strategy), plan->max_vcpus);
    zp__add_size(t, plan->mem_kib);
    zp__text_add(t, ", distance sum %llu",
                 (unsigned long long)plan->distance_sum);
    if (!plan->truth)
        zp__text_add(t, "; its guest sees other nodes than the host's");
}

static uint32_t nr_lost_devices(const struct zp_topology *topo)
{
    uint32_t i, nr = 0;

    for (i = 0; i < zp_topology_nr_devices(topo); i++)
        nr += !zp_topology_device_pnodes(topo, i);
    return nr;
}

static void add_lost_devices(struct zp__text *t,
                             const struct zp_topology *topo)
{
    const char *separator = ": ";
    uint32_t i;

    zp__text_add(t, "PCI devices of no known node");
    for (i = 0; i < zp_topology_nr_devices(topo); i++) {
        if (zp_topology_device_pnodes(topo, i))
            continue;
        zp__text_add(t, "%s%s", separator,
                     zp_topology_device_busid(topo, i));
        separator = ", ";
    }
}

static uint32_t add_note(struct zp_picture *pic, struct zp__text *t,
                         uint32_t y)
{
    zp__picture_text(pic, "title", MARGIN, y, pic->width - 2 * MARGIN, NOTE,
                     t->failed ? "" : t->buf);
    pic->failed = pic->failed || t->failed;
    t->len = 0;
    return y + zp__line_height(NOTE) + 4;
}

static void add_head(struct zp_picture *pic, const struct zp__scene *scene,
                     uint32_t y)
{
    const char *name = zp_topology_name(scene->topo);
    struct zp__text t = ZP__TEXT_INIT;

    zp__picture_bold(pic, "title", MARGIN, y, pic->width - 2 * MARGIN, TITLE,
                     name[0] ? name : "(host without a name)");
    y += zp__line_height(TITLE) + 4;
    add_host_line(&t, scene);
    y = add_note(pic, &t, y);
    if (scene->plan) {
        add_zone_line(&t, scene->plan);
        y = add_note(pic, &t, y);
    }
    if (nr_lost_devices(scene->topo)) {
        add_lost_devices(&t, scene->topo);
        add_note(pic, &t, y);
    }
    zp__text_clear(&t);
}

static uint32_t head_height(const struct zp__scene *scene)
{
    uint32_t notes = 1;

    notes += scene->plan ? 1 : 0;
    notes += nr_lost_devices(scene->topo) ? 1 : 0;
    return zp__line_height(TITLE) + 4 + notes * (zp__line_height(NOTE) + 4);
}

static void draw(struct zp_picture *pic, const struct zp__scene *scene)
{
    uint32_t y = MARGIN + head_height(scene) + 8;
    struct page page = lay_out(scene);

    pic->width = max(page.all.width, MIN_WIDTH) + 2 * MARGIN;
    pic->height = page.all.height + y + MARGIN;
    zp__picture_box(pic, "page", 0, 0, pic->width, pic->height, ZP__PAPER);
    add_head(pic, scene, MARGIN);
    zp__draw_packages(pic, scene, MARGIN, y);
    zp__draw_matrix(pic, scene, MARGIN + page.matrix_x, y + page.matrix_y);
    zp__draw_legend(pic, scene, MARGIN + page.legend_x, y + page.legend_y);
}

static int check_plan(const struct zp_topology *topo,
                      const struct zp_plan *plan, struct zp_error *err)
{
    uint32_t i;

    for (i = 0; plan && i < plan->nr_vnodes; i++) {
        if (i == ZP_MAX_VNODES ||
            plan->vnode[i].pnode >= zp_topology_nr_pnodes(topo) ||
            plan->vnode[i].pnode_os_id !=
                zp_topology_os_id(topo, plan->vnode[i].pnode))
            return zp__fail(err, ZP_ERR_INVAL, "plan",
                            "vnode %u is on no node of this host", i);
    }
    return ZP_OK;
}

int zp_picture_new(const struct zp_topology *topo, const struct zp_load *load,
                   const struct zp_plan *plan, bool placed,
                   struct zp_picture **pic_out, struct zp_error *err)
{
    struct zp__scene scene = { .topo = topo, .load = load, .plan = plan,
                               .placed = placed };
    struct zp_picture *pic;
    int rc = check_plan(topo, plan, err);

    if (rc)
        return rc;
    pic = calloc(1, sizeof(*pic));
    if (!pic)
        return zp__nomem(err);
    zp__scene_size(&scene);
    draw(pic, &scene);
    if (pic->failed) {
        zp_picture_free(pic);
        return zp__nomem(err);
    }
    *pic_out = pic;
    return ZP_OK;
}
