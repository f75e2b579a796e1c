/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The domain is built and paused: mend, close and check what libxl left. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "xen/patched.h"
#include "xen/launch/launch.h"

/*
 * libxl writes cpu/N/availability by vcpu id; Linux reads it by its own CPU
 * number, which leaves the padding ids out. As it is, a padding id's "offline"
 * takes a real vcpu away.
 */
static int mend_availability(struct zp_xen *xen, const struct zp_plan *plan,
                             uint32_t domid, struct zp_error *err)
{
    bool online[ZP_MAX_VCPUS] = { false };
    uint32_t i, index;
    char path[96];
    const char *value;

    for (i = 0; i < plan->nr_vcpu_ids; i++) {
        index = zp_plan_guest_index(plan, i);
        if (index < ZP_MAX_VCPUS)
            online[index] = zp_plan_online(plan, i);
    }
    for (i = 0; i < plan->nr_vcpu_ids; i++) {
        snprintf(path, sizeof(path),
                 "/local/domain/%u/cpu/%u/availability", domid, i);
        value = online[i] ? "online" : "offline";
        if (!xs_write(xen->xsh, XBT_NULL, path, value,
                      (unsigned)strlen(value)))
            return zp__fail_sys(err, ZP_ERR_XEN, errno, "xenstored",
                                "%s: %s", path, strerror(errno));
    }
    return ZP_OK;
}

/* What is built is all that it gets: libxl leaves room for a MiB more, which
 * the guest could take from any node. */
static int close_memory(struct zp_xen *xen, const struct zp_plan *plan,
                        uint32_t domid, struct zp__built *built,
                        struct zp_error *err)
{
    uint64_t own = plan->mem_kib / 4;
    xc_domaininfo_t info;

    if (xc_domain_getinfolist(xen->xch, domid, 1, &info) != 1 ||
        info.domain != domid)
        return zp__fail_sys(err, ZP_ERR_XEN, errno, "xen",
                            "domain %u has gone", domid);
    if (info.tot_pages < own + built->acpi_pages)
        return zp__fail(err, ZP_ERR_XEN, "memory",
                        "the domain holds %" PRIu64 " pages of %" PRIu64,
                        (uint64_t)info.tot_pages, own);
    built->special_pages = (uint32_t)(info.tot_pages - own -
                                      built->acpi_pages);
    if (xc_domain_setmaxmem(xen->xch, domid, info.tot_pages * 4))
        return zp__fail_sys(err, ZP_ERR_XEN, errno, "memory",
                            "closing the domain's memory: %s",
                            strerror(errno));
    return ZP_OK;
}

static bool same_set(const libxl_bitmap *map, const struct zp_pcpuset *set)
{
    uint32_t p;

    for (p = 0; p < ZP_MAX_PCPUS; p++) {
        if (libxl_bitmap_test(map, (int)p) != zp_pcpuset_has(set, p))
            return false;
    }
    return true;
}

/* libxl reports an affinity that Xen did not take in a debug message only. */
static int check_affinities(struct zp_xen *xen, const struct zp_plan *plan,
                            uint32_t domid, struct zp_error *err)
{
    libxl_vcpuinfo *vcpus;
    int i, nr, nr_pcpus, rc = ZP_OK;

    zp__log_reset(&xen->log);
    vcpus = libxl_list_vcpu(xen->ctx, domid, &nr, &nr_pcpus);
    if (!vcpus)
        return zp__log_fail(&xen->log, err, ERROR_FAIL, "listing vcpus");
    if ((uint32_t)nr != plan->nr_vcpu_ids)
        rc = zp__fail(err, ZP_ERR_XEN, "vcpus",
                      "the domain has %d vcpus, not %u", nr,
                      plan->nr_vcpu_ids);
    for (i = 0; i < nr && !rc; i++) {
        struct zp_pcpuset set;

        zp_plan_vcpu_pcpus(plan, (uint32_t)i, &set);
        if (!same_set(&vcpus[i].cpumap, &set) ||
            !same_set(&vcpus[i].cpumap_soft, &set))
            rc = zp__fail(err, ZP_ERR_XEN, "vcpus",
                          "Xen did not take the affinity of vcpu %d", i);
    }
    libxl_vcpuinfo_list_free(vcpus, nr);
    return rc;
}

/* What only a patched Xen has. Special and ACPI pages are in place: from here
 * on the zone's memory comes from where it belongs, or not at all. */
static int tell_patched(struct zp_xen *xen, const struct zp_plan *plan,
                        uint32_t domid, struct zp_error *err)
{
    int rc;

    if (plan->tier != ZP_TIER_PATCHED || plan->type != ZP_GUEST_PVH)
        return ZP_OK;
    rc = zp__topology_apply(xen, plan, domid, err);
    return rc ? rc : zp__domctl_set_strict(xen->domctl, domid, err);
}

int zp__settle(struct zp_xen *xen, const struct zp_zone_spec *spec,
               struct zp__built *built, struct zp_error *err)
{
    int rc;

    rc = mend_availability(xen, &spec->plan, built->domid, err);
    if (!rc)
        rc = close_memory(xen, &spec->plan, built->domid, built, err);
    if (!rc)
        rc = check_affinities(xen, &spec->plan, built->domid, err);
    if (!rc)
        rc = tell_patched(xen, &spec->plan, built->domid, err);
    return rc;
}
