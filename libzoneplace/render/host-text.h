/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that draw a host share. */
#ifndef ZP_RENDER_HOST_TEXT_H
#define ZP_RENDER_HOST_TEXT_H

#include "internal.h"

enum zp__group_by {
    ZP__GROUP_NONE,          /* one group: nothing tells the nodes apart */
    ZP__GROUP_SOCKET,        /* .label is the socket's number */
    ZP__GROUP_DISTANCE,      /* .label is the distance inside */
};

/* Which nodes are drawn together: groups count from 0 in the order of their
 * lowest position. */
struct zp__groups {
    enum zp__group_by by;
    uint32_t nr;
    uint32_t of[ZP_MAX_PNODES];     /* group of a position */
    uint32_t label[ZP_MAX_PNODES];  /* of a group */
};

void zp__group_pnodes(const struct zp_topology *topo,
                      struct zp__groups *groups);
/* The boxes of nodes @pos[0..nr), side by side; at most ZP__MAX_BOXES. */
void zp__add_boxes(struct zp__text *t, const struct zp_topology *topo,
                   const struct zp_load *load, const struct zp_plan *plan,
                   const uint32_t *pos, uint32_t nr);
enum {
    ZP__BOX_COLUMNS = 19,
    ZP__MAX_BOXES = (ZP_TEXT_MAX_COLUMNS + 1) / (ZP__BOX_COLUMNS + 1),
};

#endif
