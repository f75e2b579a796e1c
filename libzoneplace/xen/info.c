/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about the hypervisor. */
#include <string.h>

#include "xen/patched.h"

int zp_xen_info(struct zp_xen *xen, struct zp_xen_info *info_out,
                struct zp_error *err)
{
    const libxl_version_info *version;
    struct zp_xen_info info = { .tier = zp__domctl_tier(xen->domctl) };
    libxl_physinfo phys;
    libxl_scheduler sched;
    int rc;

    zp__log_reset(&xen->log);
    version = libxl_get_version_info(xen->ctx);
    libxl_physinfo_init(&phys);
    rc = libxl_get_physinfo(xen->ctx, &phys);
    if (rc || !version) {
        libxl_physinfo_dispose(&phys);
        return zp__log_fail(&xen->log, err, rc, "asking Xen about the host");
    }
    snprintf(info.version, sizeof(info.version), "%d.%d%s",
             version->xen_version_major, version->xen_version_minor,
             version->xen_version_extra);
    zp__domctl_note(xen->domctl, info.tier_note, sizeof(info.tier_note));
    info.nr_pcpus = phys.nr_cpus;
    info.total_kib = phys.total_pages * 4;
    info.free_kib = (phys.free_pages + phys.scrub_pages) * 4;
    info.claimed_kib = phys.outstanding_pages * 4;
    libxl_physinfo_dispose(&phys);
    rc = libxl_get_scheduler(xen->ctx);
    sched = rc < 0 ? LIBXL_SCHEDULER_UNKNOWN : (libxl_scheduler)rc;
    snprintf(info.scheduler, sizeof(info.scheduler), "%s",
             libxl_scheduler_to_string(sched));
    *info_out = info;
    return ZP_OK;
}
