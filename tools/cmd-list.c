/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl list: one line for each zone. */
#include "zonectl.h"

static void add_line(struct spool *out, const struct zp_zone *zone)
{
    char memory[24], pnodes[160];

    format_size(zone->mem_kib, memory, sizeof(memory));
    format_pnodes(&zone->spec.plan, pnodes, sizeof(pnodes));
    spool_add(out, "%-20s %5u  %-9s %5u %12s %9llu.%llus  %s\n",
              zone->spec.request.name, zone->domid,
              zp_zone_state_name(zone->state), zone->nr_online_vcpus, memory,
              (unsigned long long)(zone->cpu_time_ns / 1000000000),
              (unsigned long long)(zone->cpu_time_ns / 100000000 % 10),
              pnodes);
}

static void add_object(struct spool *out, const struct zp_zone *zone)
{
    const struct zp_plan *plan = &zone->spec.plan;

    spool_add(out, "{\"zone\":");
    spool_json(out, zone->spec.request.name);
    spool_add(out, ",\"domid\":%u,\"uuid\":\"%s\",\"state\":\"%s\","
              "\"vcpus\":%u,\"max_vcpus\":%u,\"memory_kib\":%llu,"
              "\"cpu_time_ns\":%llu,\"pnodes\":[", zone->domid,
              zone->spec.uuid, zp_zone_state_name(zone->state),
              zone->nr_online_vcpus, plan->max_vcpus,
              (unsigned long long)zone->mem_kib,
              (unsigned long long)zone->cpu_time_ns);
    for (uint32_t i = 0; i < plan->nr_vnodes; i++)
        spool_add(out, "%s%u", i ? "," : "", plan->vnode[i].pnode_os_id);
    spool_add(out, "]}");
}

int cmd_list(struct ctl *ctl)
{
    struct zp_zone *zones = NULL;
    struct zp_error err;
    size_t nr = 0;
    int rc = open_xen(ctl);

    if (rc)
        return rc;
    if (zp_zone_list(ctl->xen, &zones, &nr, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (ctl->json)
        spool_add(&ctl->out, "{\"zones\":[");
    else
        spool_add(&ctl->out, "%-20s %5s  %-9s %5s %12s %12s  %s\n", "NAME",
                  "DOMID", "STATE", "VCPUS", "MEMORY", "TIME", "PNODES");
    for (size_t i = 0; i < nr; i++) {
        if (!ctl->json) {
            add_line(&ctl->out, &zones[i]);
            continue;
        }
        spool_add(&ctl->out, "%s\n ", i ? "," : "");
        add_object(&ctl->out, &zones[i]);
    }
    if (ctl->json)
        spool_add(&ctl->out, "]}\n");
    zp_zone_list_free(zones, nr);
    return EXIT_OK;
}
