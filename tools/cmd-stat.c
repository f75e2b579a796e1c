/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl stat: where vcpus run, and where pages are if that is asked for. */
#include "zonectl.h"


static void add_pages(struct ctl *ctl, const struct zp_topology *topo,
                      const struct zp_zone_stat *stat)
{
    struct spool *out = &ctl->out;

    for (uint32_t pos = 0; pos < stat->nr_pnodes; pos++) {
        unsigned os_id = zp_topology_os_id(topo, pos);
        unsigned long long pages = stat->pages[pos];

        if (ctl->json)
            spool_add(out, "%s{\"pnode\":%u,\"pages\":%llu}",
                      pos ? "," : "", os_id, pages);
        else if (pages)
            spool_add(out, "pnode %u: %llu pages of 4 KiB\n", os_id, pages);
    }
}

static void add_vcpus(struct ctl *ctl, const struct zp_plan *plan,
                      const struct zp_zone_stat *stat)
{
    struct spool *out = &ctl->out;
    bool first = true;

    for (uint32_t i = 0; i < stat->nr_vcpus; i++) {
        char hard[512], soft[512];

        /* Padding ids are Xen's, the guest never has them. */
        if (!zp_plan_has_vcpu(plan, i))
            continue;
        zp_pcpuset_format(&stat->vcpu[i].hard, hard, sizeof(hard));
        zp_pcpuset_format(&stat->vcpu[i].soft, soft, sizeof(soft));
        if (ctl->json)
            spool_add(out, "%s\n  {\"vcpu\":%u,\"vnode\":%u,\"online\":%s,"
                      "\"pcpu\":%u,\"time_ns\":%llu,\"hard\":\"%s\","
                      "\"soft\":\"%s\"}", first ? "" : ",", i,
                      zp_plan_vnode_of(plan, i),
                      stat->vcpu[i].online ? "true" : "false",
                      stat->vcpu[i].pcpu,
                      (unsigned long long)stat->vcpu[i].time_ns, hard, soft);
        else
            spool_add(out, "%4u %5u %4u  %-6s %9llu.%llus  %s / %s\n", i,
                      zp_plan_vnode_of(plan, i), stat->vcpu[i].pcpu,
                      stat->vcpu[i].online ? "yes" : "no",
                      (unsigned long long)
                          (stat->vcpu[i].time_ns / 1000000000),
                      (unsigned long long)
                          (stat->vcpu[i].time_ns / 100000000 % 10),
                      hard, soft);
        first = false;
    }
}

static void add_stat(struct ctl *ctl, const struct host *host,
                     const struct zp_zone *zone,
                     const struct zp_zone_stat *stat)
{
    struct spool *out = &ctl->out;

    if (!ctl->json) {
        spool_add(out, "%4s %5s %4s  %-6s %11s   %s\n", "VCPU", "VNODE",
                  "PCPU", "ONLINE", "TIME", "HARD / SOFT");
        add_vcpus(ctl, &zone->spec.plan, stat);
        if (stat->pages_known)
            add_pages(ctl, host->topo, stat);
        return;
    }
    spool_add(out, "{\"zone\":");
    spool_json(out, zone->spec.request.name);
    spool_add(out, ",\"domid\":%u,\"vcpus\":[", zone->domid);
    add_vcpus(ctl, &zone->spec.plan, stat);
    spool_add(out, "],\"pages\":%s", stat->pages_known ? "[" : "null}\n");
    if (!stat->pages_known)
        return;
    add_pages(ctl, host->topo, stat);
    spool_add(out, "]}\n");
}

int cmd_stat(struct ctl *ctl)
{
    struct host host CLEANUP(host_clear) = { 0 };
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    struct zp_zone_stat stat = { 0 };
    struct zp_error err;
    int rc = host_read(ctl, &host);

    if (rc)
        return rc;
    if (zp_zone_find(ctl->xen, ctl->args[0], &zone, &err) ||
        zp_zone_stat(ctl->xen, zone, given(ctl, OPT_PAGES) != NULL,
                     given(ctl, OPT_FORCE) != NULL, &stat, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    add_stat(ctl, &host, zone, &stat);
    return EXIT_OK;
}
