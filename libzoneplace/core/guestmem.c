/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the zone's memory lies in the guest-physical address space. */
#include "core.h"

uint32_t zp_plan_ranges(const struct zp_plan *plan,
                        struct zp_range ranges[ZP_MAX_VNODES + 1])
{
    uint64_t next = 0, left, len;
    uint32_t nr = 0, i;

    for (i = 0; i < plan->nr_vnodes; i++) {
        left = plan->vnode[i].mem_kib * 1024;
        while (left) {
            if (next >= ZP_HOLE_START && next < ZP_HOLE_END)
                next = ZP_HOLE_END;
            len = left;
            if (next < ZP_HOLE_START && len > ZP_HOLE_START - next)
                len = ZP_HOLE_START - next;
            ranges[nr].start = next;
            ranges[nr].end = next + len;
            ranges[nr].vnode = i;
            nr++;
            next += len;
            left -= len;
        }
    }
    return nr;
}
