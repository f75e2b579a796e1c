/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A zone's live figures. */
#include <string.h>
#include <time.h>

#include "xen/patched.h"

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

/* What Xen has at a range of guest memory, by position. */
static int count_range(struct zp_xen *xen, const struct zp_topology *topo,
                       uint32_t domid, uint64_t start, uint64_t end,
                       uint64_t pages_out[ZP_MAX_PNODES],
                       struct zp_error *err)
{
    uint64_t by_node[ZP_MAX_PNODES];
    uint32_t pos, node;
    int rc = zp__domctl_residency(xen->domctl, domid, start / 4096,
                                  end / 4096, by_node, err);

    if (rc)
        return rc;
    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
        node = zp_topology_os_id(topo, pos);
        pages_out[pos] = node < ZP_MAX_PNODES ? by_node[node] : 0;
    }
    return ZP_OK;
}

/* The zone's memory, and special and ACPI pages, which are in the hole. What
 * the guest maps elsewhere (its grant table) is Xen's. */
static int count_ranges(struct zp_xen *xen, const struct zp_topology *topo,
                        const struct zp_zone *zone,
                        struct zp_zone_stat *stat, struct zp_error *err)
{
    const struct zp_plan *plan = &zone->spec.plan;
    struct zp_range ranges[2 * (ZP_MAX_VNODES + 1)];
    uint64_t part[ZP_MAX_PNODES];
    uint32_t nr = zp_plan_ranges(plan, ranges), i, pos, home;
    int rc;

    nr += zp_plan_future_ranges(plan, ranges + nr);
    rc = count_range(xen, topo, zone->domid, ZP_HOLE_START, ZP_HOLE_END,
                     stat->pages, err);
    for (i = 0; i < nr && !rc; i++) {
        rc = count_range(xen, topo, zone->domid, ranges[i].start,
                         ranges[i].end, part, err);
        for (pos = 0; !rc && pos < stat->nr_pnodes; pos++) {
            stat->pages[pos] += part[pos];
            stat->vnode_pages[ranges[i].vnode][pos] += part[pos];
        }
    }
    stat->nr_vnodes = plan->nr_vnodes;
    for (i = 0; i < plan->nr_vnodes && !rc; i++) {
        home = zp_topology_pos(topo, plan->vnode[i].pnode_os_id);
        for (pos = 0; pos < stat->nr_pnodes; pos++)
            stat->misplaced += pos == home ? 0 : stat->vnode_pages[i][pos];
    }
    if (stat->misplaced)
        stat->misplaced--;
    return rc;
}

/* All domains' pages are in the ring; what a pnode has above the plan is of
 * another one. */
static int count_all(struct zp_xen *xen, const struct zp_topology *topo,
                     const struct zp_zone *zone, struct zp_zone_stat *stat,
                     struct zp_error *err)
{
    const struct zp_plan *plan = &zone->spec.plan;
    uint64_t by_node[ZP_MAX_PNODES], want;
    uint32_t pos, node, i;
    int rc = zp__numa_pages(xen, zone->domid, by_node, err);

    for (pos = 0; !rc && pos < stat->nr_pnodes; pos++) {
        node = zp_topology_os_id(topo, pos);
        stat->pages[pos] = node < ZP_MAX_PNODES ? by_node[node] : 0;
        want = 0;
        for (i = 0; i < plan->nr_vnodes; i++) {
            if (plan->vnode[i].pnode_os_id != node)
                continue;
            want += plan->vnode[i].max_mem_kib / 4;
            want += i ? 0 : zone->special_pages + zone->acpi_pages;
        }
        if (stat->pages[pos] > want)
            stat->misplaced += stat->pages[pos] - want;
    }
    return rc;
}

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

int zp_zone_stat(struct zp_xen *xen, const struct zp_topology *topo,
                 const struct zp_zone *zone, enum zp_count count, bool force,
                 struct zp_zone_stat *stat_out, struct zp_error *err)
{
    struct zp_zone_stat stat = { .nr_pnodes = zp_topology_nr_pnodes(topo) };
    bool cheap = by_domctl(xen, zone);
    uint64_t started;
    int rc = ZP_OK;

    if (!zone->domid)
        return zp__fail(err, ZP_ERR_NOTFOUND, "zone",
                        "zone %s has no domain now", zone->spec.request.name);
    if (count == ZP_COUNT_ANYHOW && !force && !cheap)
        rc = zp__walk_check(zone->mem_kib, err, "zone %s has",
                            zone->spec.request.name);
    if (!rc)
        rc = stat_vcpus(xen, zone->domid, &stat, err);
    if (!rc && (count == ZP_COUNT_ANYHOW ||
                (count == ZP_COUNT_CHEAP && cheap))) {
        started = now_ns();
        rc = cheap ? count_ranges(xen, topo, zone, &stat, err)
                   : count_all(xen, topo, zone, &stat, err);
        stat.count_ns = now_ns() - started;
        stat.pages_known = true;
    }
    if (!rc)
        *stat_out = stat;
    return rc;
}
