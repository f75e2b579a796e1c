/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System Locality Information Table, ACPI 6.5, 5.2.17. */
#include "render/acpi.h"

size_t zp_slit_size(const struct zp_plan *plan)
{
    uint32_t nr = zp__nr_pxms(plan);

    return nr ? ZP__ACPI_HEADER_SIZE + 8 + (size_t)nr * nr : 0;
}

/* The vnode that speaks for a proximity domain: several vnodes may share one
 * (memory that is shown where it is not), then the first does. */
static uint32_t vnode_of_pxm(const struct zp_plan *plan, uint32_t pxm)
{
    uint32_t i;

    for (i = 0; i < plan->nr_vnodes; i++) {
        if (plan->vnode[i].pxm == pxm)
            return i;
    }
    return ZP_UNKNOWN_ID;
}

static uint8_t distance(const struct zp_plan *plan, uint32_t from,
                        uint32_t to)
{
    uint32_t i = vnode_of_pxm(plan, from);
    uint32_t j = vnode_of_pxm(plan, to);
    uint8_t dist;

    if (from == to)
        return ZP_DIST_LOCAL;
    /* a domain nobody is in */
    if (i == ZP_UNKNOWN_ID || j == ZP_UNKNOWN_ID)
        return ZP_DIST_UNREACHABLE;
    dist = plan->dist[i * plan->nr_vnodes + j];
    /* 10 is the diagonal's: Linux drops the table if another has it
     * (slit_valid), and some firmware says 10 throughout */
    return dist > ZP_DIST_LOCAL ? dist : ZP_DIST_LOCAL + 1;
}

int zp_slit_write(const struct zp_plan *plan, void *buf, size_t size,
                  struct zp_error *err)
{
    struct zp__acpi t = { buf, size, 0 };
    uint32_t nr = zp__nr_pxms(plan);
    uint32_t from, to;
    int rc;

    rc = zp__acpi_check(plan, "SLIT", size, zp_slit_size(plan), err);
    if (rc)
        return rc;
    zp__acpi_header(&t, "SLIT", 1, "ZONEPLAN");
    zp__acpi_put64(&t, nr);              /* localities */
    for (from = 0; from < nr; from++) {
        for (to = 0; to < nr; to++)
            zp__acpi_put8(&t, distance(plan, from, to));
    }
    zp__acpi_finish(&t);
    return ZP_OK;
}
