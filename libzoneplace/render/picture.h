/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files that lay out a picture share. A picture is a list of boxes
 * and texts in pixels, in the order in which they are drawn; whoever paints it
 * (picture-svg.c, the PNG module of zonectl) decides nothing.
 */
#ifndef ZP_RENDER_PICTURE_H
#define ZP_RENDER_PICTURE_H

#include "internal.h"

struct zp_picture {
    uint32_t width, height;
    struct zp_shape *shapes;
    uint32_t nr, room;
    bool failed;             /* out of memory: said once, at the end */
    struct zp_shape spare;   /* takes what is drawn after that */
};

struct zp__rect {
    uint32_t x, y, width, height;
};

/* ---- picture-shapes.c ---- */

/* The shape that was added, to be filled further; never NULL. */
struct zp_shape *zp__picture_box(struct zp_picture *pic, const char *part,
                                 uint32_t x, uint32_t y, uint32_t width,
                                 uint32_t height, uint32_t fill);
/* A text in a box of @width and one line of @size; cut if it is wider. */
struct zp_shape *zp__picture_text(struct zp_picture *pic, const char *part,
                                  uint32_t x, uint32_t y, uint32_t width,
                                  uint32_t size, const char *text);
struct zp_shape *zp__picture_bold(struct zp_picture *pic, const char *part,
                                  uint32_t x, uint32_t y, uint32_t width,
                                  uint32_t size, const char *text);
/* A box with a text in its middle; returns the box, which stands until the
 * next shape is added. */
struct zp_shape *zp__picture_tag(struct zp_picture *pic, const char *part,
                                 uint32_t id, const struct zp__rect *rect,
                                 uint32_t fill, uint32_t size,
                                 const char *text);
void zp__set_edge(struct zp_shape *shape, uint32_t colour, uint32_t width);

/* ---- picture-font.c: how wide text is ---- */

/* Pixels of @text at @size, rounded up: those of DejaVu Sans, which is as wide
 * as sans-serif fonts get. */
uint32_t zp__text_width(const char *text, uint32_t size, bool bold);
/* Height of a line of text. */
uint32_t zp__line_height(uint32_t size);
/* A copy of @text that is UTF-8 and XML text, cut with ".." to @width pixels.
 */
void zp__fit_text(const char *text, uint32_t size, bool bold, uint32_t width,
                  char out[ZP_SHAPE_TEXT_LEN]);

/* ---- picture-colours.c ---- */

enum {
    ZP__INK = 0x222222,
    ZP__FAINT = 0x5a5a5a,
    ZP__LINE = 0x8a8a8a,
    ZP__PAPER = 0xffffff,
    ZP__PACKAGE = 0xf0f2f5,
    ZP__IDLE = 0xd3dae3,     /* a pcpu that a zone may have */
    ZP__KEPT = 0x9a9a9a,     /* one that none may have */
    ZP__USED = 0x6b6b6b,     /* memory */
    ZP__PROMISED = 0xb4b4b4,
    ZP__DEVICE = 0xd9dee6,
};
uint32_t zp__vnode_colour(uint32_t vnode);
/* From near to far: rank 0 of @nr is the palest. */
uint32_t zp__distance_colour(uint32_t rank, uint32_t nr);
/* Black or white, whichever is read better on @fill. */
uint32_t zp__ink_on(uint32_t fill);

/* ---- picture-cores.c: the pcpus of a node ---- */

/* The most that any node has. */
struct zp__core_count {
    uint32_t cores;
    uint32_t threads;             /* of a core */
    uint32_t l3_cores;            /* of an L3; 0: L3s are not known */
};

/* What is the same for all nodes of a picture. */
struct zp__scene {
    const struct zp_topology *topo;
    const struct zp_load *load;
    const struct zp_plan *plan;   /* or NULL */
    bool placed;                  /* the load has the plan's memory already */
    struct zp__core_count most;
    bool numbered;                /* pcpus are wide enough for their number */
    uint32_t columns;             /* of cores in a node */
    uint32_t pcpu_width, pcpu_height;
    uint32_t cores_width;
    uint32_t node_width;
};

void zp__count_cores(const struct zp_topology *topo,
                     struct zp__core_count *most);
/* Width that scene->columns take. */
uint32_t zp__cores_width(const struct zp__scene *scene);
/* Draws, or with @pic NULL only measures; returns the height. */
uint32_t zp__draw_cores(struct zp_picture *pic, const struct zp__scene *scene,
                        uint32_t pos, uint32_t x, uint32_t y);

/* ---- picture-node.c: one node ---- */

/* Sets the sizes in a scene whose host and zone are set. */
void zp__scene_size(struct zp__scene *scene);
/* Draws a node @height high, or with @pic NULL measures one; returns the
 * height it needs. */
uint32_t zp__draw_node(struct zp_picture *pic, const struct zp__scene *scene,
                       uint32_t pos, uint32_t x, uint32_t y, uint32_t height);

/* ---- the other blocks: measured with @pic NULL, then drawn ---- */

struct zp__extent {
    uint32_t width, height;
};
struct zp__extent zp__draw_packages(struct zp_picture *pic,
                                    const struct zp__scene *scene,
                                    uint32_t x, uint32_t y);
struct zp__extent zp__draw_matrix(struct zp_picture *pic,
                                  const struct zp__scene *scene,
                                  uint32_t x, uint32_t y);
struct zp__extent zp__draw_legend(struct zp_picture *pic,
                                  const struct zp__scene *scene,
                                  uint32_t x, uint32_t y);

/* Distinct distances of a host, ascending; at most 246 of them. */
struct zp__ranks {
    uint32_t nr;
    uint32_t dist[ZP_DIST_UNREACHABLE + 1];
};
void zp__rank_distances(const struct zp_topology *topo,
                        struct zp__ranks *ranks);

#endif
