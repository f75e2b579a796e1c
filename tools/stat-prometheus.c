/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host and its zones in Prometheus' text format: for node_exporter's
 * textfile collector. Sizes are bytes, as that world counts. */
#include "stat.h"

static void begin(struct spool *out, const char *name, const char *type,
                  const char *help)
{
    spool_add(out, "# HELP zoneplace_%s %s\n# TYPE zoneplace_%s %s\n", name,
              help, name, type);
}

/* A label's value: backslash, quote and newline are escaped. */
static void add_label(struct spool *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            spool_add(out, "\\n");
        else if (*text == '"' || *text == '\\')
            spool_add(out, "\\%c", *text);
        else
            spool_bytes(out, text, 1);
    }
}

static void add_zone(struct spool *out, const char *name,
                     const struct sample *sample)
{
    spool_add(out, "zoneplace_%s{zone=\"", name);
    add_label(out, sample->zone->spec.request.name);
    spool_add(out, "\"");
}

/* ---- the host ---------------------------------------------------------- */

enum host_value { H_SIZE, H_FREE, H_PROMISED, H_RESERVE, H_PCPUS, H_VCPUS };

static uint64_t host_value(const struct zp_topology *topo,
                           const struct zp_load *load, uint32_t pos,
                           enum host_value which)
{
    switch (which) {
    case H_SIZE:
        return zp_topology_mem_kib(topo, pos) * 1024;
    case H_FREE:
        return zp_load_free_kib(load, pos) * 1024;
    case H_PROMISED:
        return zp_load_promised_kib(load, pos) * 1024;
    case H_RESERVE:
        return zp_load_reserve_kib(load, pos) * 1024;
    case H_PCPUS:
        return zp_load_nr_usable(load, pos);
    case H_VCPUS:
        return zp_load_used_vcpus(load, pos);
    }
    return 0;
}

static void add_host(struct spool *out, const struct zp_topology *topo,
                     const struct zp_load *load)
{
    static const struct {
        enum host_value which;
        const char *name;
        const char *help;
    } gauges[] = {
        { H_SIZE, "pnode_memory_bytes", "Memory of the node." },
        { H_FREE, "pnode_free_bytes", "Free memory, less claims." },
        { H_PROMISED, "pnode_promised_bytes",
          "Promised to zones and not taken yet." },
        { H_RESERVE, "pnode_reserve_bytes", "Kept from zones." },
        { H_PCPUS, "pnode_pcpus", "Pcpus that zones may use." },
        { H_VCPUS, "pnode_vcpus", "Vcpus that are promised here." },
    };

    for (size_t g = 0; g < sizeof(gauges) / sizeof(gauges[0]); g++) {
        begin(out, gauges[g].name, "gauge", gauges[g].help);
        for (uint32_t pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
            if (gauges[g].which == H_SIZE &&
                zp_topology_mem_kib(topo, pos) == ZP_UNKNOWN_KIB)
                continue;
            spool_add(out, "zoneplace_%s{pnode=\"%u\"} %llu\n",
                      gauges[g].name, zp_topology_os_id(topo, pos),
                      (unsigned long long)host_value(topo, load, pos,
                                                     gauges[g].which));
        }
    }
}

/* ---- zones ------------------------------------------------------------- */

static void add_info(struct spool *out, const struct sample *samples,
                     size_t nr)
{
    begin(out, "zone_info", "gauge", "The zones there are.");
    for (size_t i = 0; i < nr; i++) {
        const struct zp_zone *zone = samples[i].zone;

        add_zone(out, "zone_info", &samples[i]);
        spool_add(out, ",uuid=\"%s\",domid=\"%u\",state=\"%s\"} 1\n",
                  zone->spec.uuid, zone->domid,
                  zp_zone_state_name(zone->state));
    }
}

static void add_planned(struct spool *out, const struct sample *samples,
                        size_t nr)
{
    begin(out, "zone_planned_bytes", "gauge", "Memory by the plan, at boot.");
    for (size_t i = 0; i < nr; i++) {
        const struct zp_plan *plan = &samples[i].zone->spec.plan;

        for (uint32_t v = 0; v < plan->nr_vnodes; v++) {
            add_zone(out, "zone_planned_bytes", &samples[i]);
            spool_add(out, ",vnode=\"%u\",pnode=\"%u\"} %llu\n", v,
                      plan->vnode[v].pnode_os_id,
                      (unsigned long long)plan->vnode[v].mem_kib * 1024);
        }
    }
}

static void add_resident(struct spool *out, const struct zp_topology *topo,
                         const struct sample *samples, size_t nr)
{
    begin(out, "zone_resident_bytes", "gauge",
          "What the zone has on the node, counted by Xen.");
    for (size_t i = 0; i < nr; i++) {
        const struct zp_zone_stat *stat = &samples[i].stat;

        if (!samples[i].known || !stat->pages_known)
            continue;
        for (uint32_t pos = 0; pos < stat->nr_pnodes; pos++) {
            add_zone(out, "zone_resident_bytes", &samples[i]);
            spool_add(out, ",pnode=\"%u\"} %llu\n",
                      zp_topology_os_id(topo, pos),
                      (unsigned long long)stat->pages[pos] * 4096);
        }
    }
}

static void add_drift(struct spool *out, const struct sample *samples,
                      size_t nr)
{
    begin(out, "zone_misplaced_bytes", "gauge",
          "What is not where the plan has it.");
    for (size_t i = 0; i < nr; i++) {
        if (!samples[i].known || !samples[i].stat.pages_known)
            continue;
        add_zone(out, "zone_misplaced_bytes", &samples[i]);
        spool_add(out, "} %llu\n",
                  (unsigned long long)samples[i].stat.misplaced * 4096);
    }
    begin(out, "zone_local_ratio", "gauge", "Share that is.");
    for (size_t i = 0; i < nr; i++) {
        unsigned local = stat_local(&samples[i].stat);

        if (!samples[i].known || !samples[i].stat.pages_known)
            continue;
        add_zone(out, "zone_local_ratio", &samples[i]);
        spool_add(out, "} %u.%04u\n", local / 10000, local % 10000);
    }
}

static void add_held(struct spool *out, const struct sample *samples,
                     size_t nr)
{
    begin(out, "zone_held_bytes", "gauge", "What the zone has in all.");
    for (size_t i = 0; i < nr; i++) {
        add_zone(out, "zone_held_bytes", &samples[i]);
        spool_add(out, "} %llu\n",
                  (unsigned long long)samples[i].zone->mem_kib * 1024);
    }
}

static void add_vcpus(struct spool *out, const struct sample *samples,
                      size_t nr)
{
    begin(out, "zone_vcpu_seconds_total", "counter", "How long a vcpu ran.");
    for (size_t i = 0; i < nr; i++) {
        const struct zp_zone_stat *stat = &samples[i].stat;
        const struct zp_plan *plan = &samples[i].zone->spec.plan;

        for (uint32_t v = 0; samples[i].known && v < stat->nr_vcpus; v++) {
            unsigned long long ns = stat->vcpu[v].time_ns;

            if (!zp_plan_has_vcpu(plan, v))
                continue;
            add_zone(out, "zone_vcpu_seconds_total", &samples[i]);
            spool_add(out, ",vcpu=\"%u\",vnode=\"%u\"} %llu.%09llu\n", v,
                      zp_plan_vnode_of(plan, v), ns / 1000000000,
                      ns % 1000000000);
        }
    }
}

void stat_prometheus(struct spool *out, const struct zp_topology *topo,
                     const struct zp_load *load, const char *tier,
                     const struct sample *samples, size_t nr)
{
    begin(out, "host_info", "gauge", "The tier that Xen gives.");
    spool_add(out, "zoneplace_host_info{host=\"");
    add_label(out, zp_topology_name(topo));
    spool_add(out, "\",tier=\"%s\"} 1\n", tier);
    add_host(out, topo, load);
    add_info(out, samples, nr);
    add_planned(out, samples, nr);
    add_held(out, samples, nr);
    add_resident(out, topo, samples, nr);
    add_drift(out, samples, nr);
    add_vcpus(out, samples, nr);
}
