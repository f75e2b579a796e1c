/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The zones there are: their records, and what Xen says of their domains. */
#include <string.h>

#include "xen/xen.h"

const char *zp_zone_state_name(enum zp_zone_state state)
{
    switch (state) {
    case ZP_ZONE_RUNNING: return "running";
    case ZP_ZONE_BLOCKED: return "blocked";
    case ZP_ZONE_PAUSED: return "paused";
    case ZP_ZONE_SHUTDOWN: return "shutdown";
    case ZP_ZONE_CRASHED: return "crashed";
    case ZP_ZONE_DYING: return "dying";
    case ZP_ZONE_LAUNCHING: return "launching";
    case ZP_ZONE_REBOOTING: return "rebooting";
    case ZP_ZONE_RESERVED: return "reserved";
    }
    return "unknown";
}

static enum zp_zone_state domain_state(const libxl_dominfo *info)
{
    if (info->dying)
        return ZP_ZONE_DYING;
    if (info->shutdown)
        return info->shutdown_reason == LIBXL_SHUTDOWN_REASON_CRASH
                   ? ZP_ZONE_CRASHED : ZP_ZONE_SHUTDOWN;
    if (info->paused)
        return ZP_ZONE_PAUSED;
    return info->running ? ZP_ZONE_RUNNING : ZP_ZONE_BLOCKED;
}

/* A record that somebody has spoilt must not hide the other zones, and its own
 * zone must still be there to be seen and destroyed. */
static void fill(struct zp_zone *zone, const struct zp__record *rec,
                 const libxl_dominfo *info)
{
    memset(zone, 0, sizeof(*zone));
    if (zp_zone_spec_from_json(rec->spec, strlen(rec->spec), &zone->spec,
                               NULL)) {
        zone->damaged = true;
        zp_zone_spec_init(&zone->spec);
        snprintf(zone->spec.uuid, sizeof(zone->spec.uuid), "%s", rec->uuid);
        snprintf(zone->spec.request.name, sizeof(zone->spec.request.name),
                 "%s", rec->name);
    }
    zone->state = info ? domain_state(info) : ZP_ZONE_DYING;
    if (rec->phase == ZP__LAUNCHING)
        zone->state = ZP_ZONE_LAUNCHING;
    else if (rec->phase == ZP__REBOOTING)
        zone->state = ZP_ZONE_REBOOTING;
    else if (rec->phase == ZP__RESERVED)
        zone->state = ZP_ZONE_RESERVED;
    if (info) {
        zone->domid = info->domid;
        zone->mem_kib = info->current_memkb;
        zone->cpu_time_ns = info->cpu_time;
        zone->nr_online_vcpus = info->vcpu_online;
    }
    if (zp__who_alive(&rec->monitor))
        zone->monitor_pid = rec->monitor.pid;
    memcpy(zone->note, rec->note, sizeof(zone->note));
    zone->special_pages = rec->special_pages;
    zone->acpi_pages = rec->acpi_pages;
    zone->xsdt = rec->xsdt;
}

static int by_domid(const void *a, const void *b)
{
    const struct zp_zone *za = a, *zb = b;

    if (za->domid != zb->domid)
        return za->domid < zb->domid ? -1 : 1;
    return strcmp(za->spec.request.name, zb->spec.request.name);
}

void zp_zone_list_free(struct zp_zone *zones, size_t nr)
{
    size_t i;

    for (i = 0; zones && i < nr; i++)
        zp_zone_spec_clear(&zones[i].spec);
    free(zones);
}

int zp_zone_list(struct zp_xen *xen, struct zp_zone **zones_out,
                 size_t *nr_out, struct zp_error *err)
{
    struct zp__record *recs;
    struct zp_zone *zones;
    libxl_dominfo *list;
    size_t i, nr;
    int nr_doms, rc = zp__store_list(xen, &recs, &nr, err);

    if (rc)
        return rc;
    zones = calloc(nr + 1, sizeof(*zones));
    rc = zp__domains(xen, &list, &nr_doms, err);
    if (!zones)
        rc = zp__nomem(err);
    for (i = 0; i < nr && !rc; i++)
        fill(&zones[i], &recs[i], zp__domain_in(list, nr_doms,
                                            recs[i].uuid));
    libxl_dominfo_list_free(list, nr_doms);
    zp__store_list_free(recs, nr);
    if (rc) {
        zp_zone_list_free(zones, i);
        return rc;
    }
    qsort(zones, nr, sizeof(*zones), by_domid);
    *zones_out = zones;
    *nr_out = nr;
    return ZP_OK;
}

static bool is_it(const struct zp_zone *zone, const char *which)
{
    char domid[16];

    snprintf(domid, sizeof(domid), "%u", zone->domid);
    return strcmp(zone->spec.request.name, which) == 0 ||
           strcmp(zone->spec.uuid, which) == 0 ||
           (zone->domid && strcmp(domid, which) == 0);
}

int zp_zone_find(struct zp_xen *xen, const char *which,
                 struct zp_zone **zone_out, struct zp_error *err)
{
    struct zp_zone *zones, *one;
    size_t i, nr;
    int rc = zp_zone_list(xen, &zones, &nr, err);

    if (rc)
        return rc;
    for (i = 0; i < nr && !is_it(&zones[i], which); i++)
        ;
    if (i == nr) {
        zp_zone_list_free(zones, nr);
        return zp__fail(err, ZP_ERR_NOTFOUND, "zone", "there is no zone %s",
                        which);
    }
    one = malloc(sizeof(*one));
    if (one) {
        *one = zones[i];
        zp_zone_spec_init(&zones[i].spec);
    }
    zp_zone_list_free(zones, nr);
    if (!one)
        return zp__nomem(err);
    *zone_out = one;
    return ZP_OK;
}
