/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the renderers for QEMU and libvirt share. Their vcpu ids are dense. */
#ifndef ZP_RENDER_CELLS_H
#define ZP_RENDER_CELLS_H

#include "internal.h"

/* UNSUPPORTED if the plan can't be said with a memory node per guest node. */
int zp__check_cells(const struct zp_plan *plan, const char *what,
                    struct zp_error *err);

struct zp__cell_topology {
    uint32_t sockets, cores, threads;
};
void zp__cell_topology(const struct zp_plan *plan,
                       struct zp__cell_topology *t);

#endif
