/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many of a zone's vcpus are online. */
#include <errno.h>
#include <string.h>

#include "xen/xen.h"

/* The guest reads cpu/N/availability by its own number N, which is that of
 * the MADT it booted with. */
static int set_online(struct zp_xen *xen, uint32_t domid, uint32_t index,
                      bool online, struct zp_error *err)
{
    const char *value = online ? "online" : "offline";
    char path[96];

    snprintf(path, sizeof(path), "/local/domain/%u/cpu/%u/availability",
             domid, index);
    if (xs_write(xen->xsh, XBT_NULL, path, value, (unsigned)strlen(value)))
        return ZP_OK;
    return zp__fail_sys(err, ZP_ERR_XEN, errno, "xenstored", "%s: %s", path,
                        strerror(errno));
}

int zp_zone_set_vcpus(struct zp_xen *xen, const struct zp_zone *zone,
                      uint32_t vcpus, struct zp_error *err)
{
    const struct zp_plan *plan = &zone->spec.plan;
    const char *name = zone->spec.request.name;
    struct zp_plan next = *plan;
    uint32_t i;
    int rc = ZP_OK;

    if (!zone->domid || zone->damaged)
        return zp__fail(err, ZP_ERR_NOTFOUND, "zone",
                        "zone %s has no domain now", name);
    if (!vcpus || vcpus > plan->max_vcpus)
        return zp__fail(err, ZP_ERR_RANGE, "vcpus",
                        "zone %s has 1 to %u vcpus, by its plan; %u are asked",
                        name, plan->max_vcpus, vcpus);
    /* Dealt over the vnodes as at boot: rules 5. */
    next.vcpus = vcpus;
    for (i = 0; i < plan->nr_vcpu_ids && !rc; i++) {
        if (zp_plan_has_vcpu(plan, i))
            rc = set_online(xen, zone->domid, zp_plan_guest_index(plan, i),
                            zp_plan_online(&next, i), err);
    }
    return rc;
}
