/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A zone's live figures. */
#include <inttypes.h>
#include <string.h>

#include "xen/patched.h"

/* The walk holds a lock for about a second per 64 GiB. */
#define MAX_WALK_KIB ((uint64_t)64 << 20)

static void to_set(const libxl_bitmap *map, struct zp_pcpuset *set)
{
    uint32_t p;

    memset(set, 0, sizeof(*set));
    for (p = 0; p < ZP_MAX_PCPUS; p++) {
        if (libxl_bitmap_test(map, (int)p))
            zp_pcpuset_add(set, p);
    }
}

static int stat_vcpus(struct zp_xen *xen, uint32_t domid,
                      struct zp_zone_stat *stat, struct zp_error *err)
{
    libxl_vcpuinfo *vcpus;
    int i, nr, nr_pcpus;

    zp__log_reset(&xen->log);
    vcpus = libxl_list_vcpu(xen->ctx, domid, &nr, &nr_pcpus);
    if (!vcpus)
        return zp__log_fail(&xen->log, err, ERROR_FAIL, "listing vcpus");
    for (i = 0; i < nr && i < ZP_MAX_VCPUS; i++) {
        stat->vcpu[i].online = vcpus[i].online;
        stat->vcpu[i].pcpu = vcpus[i].cpu;
        stat->vcpu[i].time_ns = vcpus[i].vcpu_time;
        to_set(&vcpus[i].cpumap, &stat->vcpu[i].hard);
        to_set(&vcpus[i].cpumap_soft, &stat->vcpu[i].soft);
    }
    stat->nr_vcpus = (uint32_t)i;
    libxl_vcpuinfo_list_free(vcpus, nr);
    return ZP_OK;
}

static bool by_domctl(const struct zp_xen *xen, const struct zp_zone *zone)
{
    return !zone->damaged && zone->spec.plan.type == ZP_GUEST_PVH &&
           zp__domctl_has(xen->domctl, ZP__CALL_RESIDENCY);
}

/* The zone's memory, and special and ACPI pages, which are in the hole. What
 * the guest maps elsewhere (its grant table) is Xen's. */
static int count_pages(struct zp_xen *xen, const struct zp_zone *zone,
                       uint64_t pages[ZP_MAX_PNODES], struct zp_error *err)
{
    struct zp_range ranges[ZP_MAX_VNODES + 2];
    uint64_t part[ZP_MAX_PNODES];
    uint32_t nr = zp_plan_ranges(&zone->spec.plan, ranges), i, node;
    int rc;

    ranges[nr++] = (struct zp_range){ ZP_HOLE_START, ZP_HOLE_END, 0 };
    memset(pages, 0, ZP_MAX_PNODES * sizeof(*pages));
    for (i = 0; i < nr; i++) {
        rc = zp__domctl_residency(xen->domctl, zone->domid,
                                  ranges[i].start / 4096, ranges[i].end / 4096,
                                  part, err);
        if (rc)
            return rc;
        for (node = 0; node < ZP_MAX_PNODES; node++)
            pages[node] += part[node];
    }
    return ZP_OK;
}

/* Xen's node ids are the topology's os ids; their order is the positions'. */
static int stat_pages(struct zp_xen *xen, const struct zp_zone *zone,
                      struct zp_zone_stat *stat, struct zp_error *err)
{
    uint64_t pages[ZP_MAX_PNODES];
    libxl_numainfo *nodes;
    int i, nr;
    int rc = by_domctl(xen, zone)
                 ? count_pages(xen, zone, pages, err)
                 : zp__numa_pages(xen, zone->domid, pages, err);

    if (rc)
        return rc;
    nodes = libxl_get_numainfo(xen->ctx, &nr);
    if (!nodes)
        return zp__log_fail(&xen->log, err, ERROR_FAIL, "listing nodes");
    for (i = 0; i < nr && i < ZP_MAX_PNODES; i++) {
        if (nodes[i].size != LIBXL_NUMAINFO_INVALID_ENTRY)
            stat->pages[stat->nr_pnodes++] = pages[i];
    }
    libxl_numainfo_list_free(nodes, nr);
    stat->pages_known = true;
    return ZP_OK;
}

int zp_zone_stat(struct zp_xen *xen, const struct zp_zone *zone, bool pages,
                 bool force, struct zp_zone_stat *stat_out,
                 struct zp_error *err)
{
    struct zp_zone_stat stat = { .nr_pnodes = 0 };
    int rc;

    if (!zone->domid)
        return zp__fail(err, ZP_ERR_NOTFOUND, "zone",
                        "zone %s has no domain now", zone->spec.request.name);
    if (pages && !force && zone->mem_kib > MAX_WALK_KIB &&
        !by_domctl(xen, zone))
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "memory",
                        "zone %s has %" PRIu64 " GiB: this Xen counts pages "
                        "one by one under a lock; --force does it above %u "
                        "GiB", zone->spec.request.name, zone->mem_kib >> 20,
                        (unsigned)(MAX_WALK_KIB >> 20));
    rc = stat_vcpus(xen, zone->domid, &stat, err);
    if (!rc && pages)
        rc = stat_pages(xen, zone, &stat, err);
    if (!rc)
        *stat_out = stat;
    return rc;
}
