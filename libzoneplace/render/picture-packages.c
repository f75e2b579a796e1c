/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packages beside and below each other, and in each its nodes. */
#include <stdio.h>
#include <string.h>

#include "render/host-text.h"
#include "render/picture.h"

enum { GAP = 10, PAD = 10, HEAD = 13, PACKAGE_GAP = 16 };

/* A square, or one column more than rows. */
static uint32_t columns_for(uint32_t nr)
{
    uint32_t columns = 1;

    while (columns * columns < nr)
        columns++;
    return columns;
}

struct package {
    uint32_t nr, columns;
    uint32_t pos[ZP_MAX_PNODES];
    uint32_t height[ZP_MAX_PNODES];  /* of the row that a node is in */
    struct zp__extent extent;
};

static uint32_t head_height(const struct zp__groups *groups)
{
    return groups->by == ZP__GROUP_NONE ? 0 : zp__line_height(HEAD) + 4;
}

static void measure(const struct zp__scene *scene,
                    const struct zp__groups *groups, uint32_t g,
                    struct package *package)
{
    uint32_t pos, i, row, height, most;

    package->nr = 0;
    for (pos = 0; pos < zp_topology_nr_pnodes(scene->topo); pos++) {
        if (groups->of[pos] == g)
            package->pos[package->nr++] = pos;
    }
    package->columns = columns_for(package->nr);
    package->extent.width = package->columns * (scene->node_width + GAP) -
                            GAP + 2 * PAD;
    package->extent.height = head_height(groups) + 2 * PAD - GAP;
    for (row = 0; row < package->nr; row += package->columns) {
        most = 0;
        for (i = row; i < package->nr && i < row + package->columns; i++) {
            height = zp__draw_node(NULL, scene, package->pos[i], 0, 0, 0);
            most = height > most ? height : most;
        }
        for (i = row; i < package->nr && i < row + package->columns; i++)
            package->height[i] = most;
        package->extent.height += most + GAP;
    }
}

static void draw(struct zp_picture *pic, const struct zp__scene *scene,
                 const struct zp__groups *groups, uint32_t g,
                 const struct package *package, uint32_t x, uint32_t y)
{
    uint32_t width = package->extent.width, i, column;
    struct zp_shape *shape;
    char text[64];

    shape = zp__picture_box(pic, "package", x, y, width,
                            package->extent.height, ZP__PACKAGE);
    shape->id = groups->by == ZP__GROUP_SOCKET ? groups->label[g] : g;
    shape->radius = 6;
    if (groups->by == ZP__GROUP_SOCKET)
        snprintf(text, sizeof(text), "socket %u", groups->label[g]);
    else if (package->nr > 1)
        snprintf(text, sizeof(text), "group %u, distance %u inside", g,
                 groups->label[g]);
    else
        snprintf(text, sizeof(text), "group %u", g);
    if (groups->by != ZP__GROUP_NONE)
        zp__picture_bold(pic, "head", x + PAD, y + PAD - 2, width - 2 * PAD,
                         HEAD, text);
    y += PAD + head_height(groups);
    for (i = 0; i < package->nr; i++) {
        column = i % package->columns;
        if (i && !column)
            y += package->height[i - 1] + GAP;
        zp__draw_node(pic, scene, package->pos[i],
                      x + PAD + column * (scene->node_width + GAP), y,
                      package->height[i]);
    }
}

struct zp__extent zp__draw_packages(struct zp_picture *pic,
                                    const struct zp__scene *scene,
                                    uint32_t x, uint32_t y)
{
    struct zp__extent all = { 0, 0 };
    uint32_t first, g, columns, at_x, row_height;
    struct package package;
    struct zp__groups groups;

    zp__group_pnodes(scene->topo, &groups);
    columns = columns_for(groups.nr);
    for (first = 0; first < groups.nr; first += columns) {
        row_height = 0;
        for (g = first; g < groups.nr && g < first + columns; g++) {
            measure(scene, &groups, g, &package);
            if (package.extent.height > row_height)
                row_height = package.extent.height;
        }
        at_x = x;
        for (g = first; g < groups.nr && g < first + columns; g++) {
            measure(scene, &groups, g, &package);
            package.extent.height = row_height;
            if (pic)
                draw(pic, scene, &groups, g, &package, at_x, y + all.height);
            at_x += package.extent.width + PACKAGE_GAP;
        }
        if (at_x - PACKAGE_GAP - x > all.width)
            all.width = at_x - PACKAGE_GAP - x;
        all.height += row_height + PACKAGE_GAP;
    }
    all.height -= PACKAGE_GAP;
    return all;
}
