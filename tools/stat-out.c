/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone's figures as a table, in the way of numastat, and as JSON. */
#include <stdio.h>

#include "stat.h"

static const char *const not_counted =
    "pages are not counted: this Xen counts them for a zone that is named";

unsigned stat_local(const struct zp_zone_stat *stat)
{
    uint64_t sum = 0;

    for (uint32_t pos = 0; pos < stat->nr_pnodes; pos++)
        sum += stat->pages[pos];
    if (!sum || stat->misplaced >= sum)
        return sum ? 0 : 10000;
    return (unsigned)((sum - stat->misplaced) * 10000 / sum);
}

/* KiB that the plan has on each pnode. */
static void planned(const struct zp_topology *topo,
                    const struct zp_plan *plan, uint64_t kib[ZP_MAX_PNODES])
{
    for (uint32_t pos = 0; pos < ZP_MAX_PNODES; pos++)
        kib[pos] = 0;
    for (uint32_t i = 0; i < plan->nr_vnodes; i++) {
        uint32_t pos = zp_topology_pos(topo, plan->vnode[i].pnode_os_id);

        if (pos != ZP_UNKNOWN_ID)
            kib[pos] += plan->vnode[i].mem_kib;
    }
}

/* ---- the table --------------------------------------------------------- */

static void add_row(struct spool *out, const char *name, const bool *shown,
                    const uint64_t *kib, uint32_t nr)
{
    uint64_t sum = 0;

    spool_add(out, "%-10s", name);
    for (uint32_t pos = 0; pos < nr; pos++) {
        if (shown[pos])
            spool_add(out, " %8llu.%llu", (unsigned long long)kib[pos] / 1024,
                      (unsigned long long)kib[pos] % 1024 * 10 / 1024);
        sum += kib[pos];
    }
    spool_add(out, " %10llu.%llu\n", (unsigned long long)sum / 1024,
              (unsigned long long)sum % 1024 * 10 / 1024);
}

static void to_kib(const uint64_t *pages, uint32_t nr, uint64_t *kib)
{
    for (uint32_t pos = 0; pos < nr; pos++)
        kib[pos] = pages[pos] * 4;
}

static void add_counted(struct spool *out, const struct zp_zone_stat *stat,
                        const bool *shown)
{
    uint64_t kib[ZP_MAX_PNODES], other[ZP_MAX_PNODES];

    to_kib(stat->pages, stat->nr_pnodes, other);
    for (uint32_t i = 0; i < stat->nr_vnodes; i++) {
        char name[24];

        to_kib(stat->vnode_pages[i], stat->nr_pnodes, kib);
        for (uint32_t pos = 0; pos < stat->nr_pnodes; pos++)
            other[pos] -= kib[pos];
        snprintf(name, sizeof(name), "vnode %u", i);
        add_row(out, name, shown, kib, stat->nr_pnodes);
    }
    if (stat->nr_vnodes)
        add_row(out, "other", shown, other, stat->nr_pnodes);
    to_kib(stat->pages, stat->nr_pnodes, kib);
    add_row(out, "total", shown, kib, stat->nr_pnodes);
}

static void add_memory(struct spool *out, const struct zp_topology *topo,
                       const struct sample *sample)
{
    const struct zp_zone_stat *stat = &sample->stat;
    uint64_t plan_kib[ZP_MAX_PNODES];
    bool shown[ZP_MAX_PNODES];

    planned(topo, &sample->zone->spec.plan, plan_kib);
    spool_add(out, "%-10s", "MiB, pnode");
    for (uint32_t pos = 0; pos < stat->nr_pnodes; pos++) {
        shown[pos] = plan_kib[pos] || stat->pages[pos];
        if (shown[pos])
            spool_add(out, " %10u", zp_topology_os_id(topo, pos));
    }
    spool_add(out, " %12s\n", "all");
    if (stat->pages_known)
        add_counted(out, stat, shown);
    add_row(out, "planned", shown, plan_kib, stat->nr_pnodes);
}

static void add_vcpus(struct spool *out, const struct sample *sample)
{
    const struct zp_zone_stat *stat = &sample->stat;
    const struct zp_plan *plan = &sample->zone->spec.plan;

    spool_add(out, "%4s %5s %4s  %-6s %11s   %s\n", "VCPU", "VNODE", "PCPU",
              "ONLINE", "TIME", "HARD / SOFT");
    for (uint32_t i = 0; i < stat->nr_vcpus; i++) {
        char hard[512], soft[512];

        /* Padding ids are Xen's, the guest never has them. */
        if (!zp_plan_has_vcpu(plan, i))
            continue;
        zp_pcpuset_format(&stat->vcpu[i].hard, hard, sizeof(hard));
        zp_pcpuset_format(&stat->vcpu[i].soft, soft, sizeof(soft));
        spool_add(out, "%4u %5u %4u  %-6s %9llu.%llus  %s / %s\n", i,
                  zp_plan_vnode_of(plan, i), stat->vcpu[i].pcpu,
                  stat->vcpu[i].online ? "yes" : "no",
                  (unsigned long long)(stat->vcpu[i].time_ns / 1000000000),
                  (unsigned long long)
                      (stat->vcpu[i].time_ns / 100000000 % 10),
                  hard, soft);
    }
}

void stat_table(struct spool *out, const struct zp_topology *topo,
                const struct sample *sample)
{
    const struct zp_zone *zone = sample->zone;
    unsigned local = stat_local(&sample->stat);

    spool_add(out, "zone %s, domain %u: ", zone->spec.request.name,
              zone->domid);
    if (!sample->known) {
        spool_add(out, "no figures, it is %s\n",
                  zp_zone_state_name(zone->state));
        return;
    }
    if (sample->stat.pages_known)
        spool_add(out, "%u.%02u %% local, %llu pages misplaced\n",
                  local / 100, local % 100,
                  (unsigned long long)sample->stat.misplaced);
    else
        spool_add(out, "%s\n", not_counted);
    add_memory(out, topo, sample);
    add_vcpus(out, sample);
}

/* ---- JSON -------------------------------------------------------------- */

static void add_pages(struct spool *out, const struct zp_topology *topo,
                      const uint64_t *pages, uint32_t nr)
{
    spool_add(out, "[");
    for (uint32_t pos = 0; pos < nr; pos++)
        spool_add(out, "%s{\"pnode\":%u,\"pages\":%llu}", pos ? "," : "",
                  zp_topology_os_id(topo, pos),
                  (unsigned long long)pages[pos]);
    spool_add(out, "]");
}

static void add_vcpu_objects(struct spool *out, const struct sample *sample)
{
    const struct zp_zone_stat *stat = &sample->stat;
    const struct zp_plan *plan = &sample->zone->spec.plan;
    bool first = true;

    for (uint32_t i = 0; i < stat->nr_vcpus; i++) {
        char hard[512], soft[512];

        if (!zp_plan_has_vcpu(plan, i))
            continue;
        zp_pcpuset_format(&stat->vcpu[i].hard, hard, sizeof(hard));
        zp_pcpuset_format(&stat->vcpu[i].soft, soft, sizeof(soft));
        spool_add(out, "%s{\"vcpu\":%u,\"vnode\":%u,\"online\":%s,"
                  "\"pcpu\":%u,\"time_ns\":%llu,\"hard\":\"%s\","
                  "\"soft\":\"%s\"}", first ? "" : ",", i,
                  zp_plan_vnode_of(plan, i),
                  stat->vcpu[i].online ? "true" : "false",
                  stat->vcpu[i].pcpu,
                  (unsigned long long)stat->vcpu[i].time_ns, hard, soft);
        first = false;
    }
}

static void add_vnode_objects(struct spool *out,
                              const struct zp_topology *topo,
                              const struct sample *sample)
{
    const struct zp_zone_stat *stat = &sample->stat;
    const struct zp_plan *plan = &sample->zone->spec.plan;

    for (uint32_t i = 0; i < plan->nr_vnodes; i++) {
        spool_add(out, "%s{\"vnode\":%u,\"pnode\":%u,\"planned_kib\":%llu,"
                  "\"pages\":", i ? "," : "", i, plan->vnode[i].pnode_os_id,
                  (unsigned long long)plan->vnode[i].mem_kib);
        if (i < stat->nr_vnodes)
            add_pages(out, topo, stat->vnode_pages[i], stat->nr_pnodes);
        else
            spool_add(out, "null");
        spool_add(out, "}");
    }
}

void stat_object(struct spool *out, const struct zp_topology *topo,
                 const struct sample *sample)
{
    const struct zp_zone_stat *stat = &sample->stat;
    unsigned local = stat_local(stat);

    spool_add(out, "{\"zone\":");
    spool_json(out, sample->zone->spec.request.name);
    spool_add(out, ",\"domid\":%u,\"state\":\"%s\"", sample->zone->domid,
              zp_zone_state_name(sample->zone->state));
    if (sample->known) {
        spool_add(out, ",\"vcpus\":[");
        add_vcpu_objects(out, sample);
        spool_add(out, "],\"vnodes\":[");
        add_vnode_objects(out, topo, sample);
        spool_add(out, "],\"pages\":");
        if (stat->pages_known) {
            add_pages(out, topo, stat->pages, stat->nr_pnodes);
            spool_add(out, ",\"misplaced_pages\":%llu,"
                      "\"local_share\":%u.%04u,\"count_ns\":%llu",
                      (unsigned long long)stat->misplaced, local / 10000,
                      local % 10000, (unsigned long long)stat->count_ns);
        } else {
            spool_add(out, "null");
        }
    }
    spool_add(out, "}");
}
