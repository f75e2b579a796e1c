/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host that is counted: Xen's, or a file that describes one. */
#include "config.h"

#include <fcntl.h>
#include <string.h>

#include "../files.h"
#include "dp.h"
#include "internal.h"

#ifdef HAVE_XEN
#include <zoneplace-xen.h>
#endif

#define MAX_HOST_FILE ((size_t)16 << 20)

struct zd_source {
    const char *path;            /* NULL: the live host */
#ifdef HAVE_XEN
    struct zp_xen *xen;          /* NULL: to be opened again */
    struct zp_host_options opt;
    struct zp_xen_info info;
#endif
};

static int read_described(const struct zd_source *source,
                          struct zd_host *host, struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *text = NULL;
    size_t len;
    int rc = zk_read_whole(AT_FDCWD, source->path, MAX_HOST_FILE, &text, &len,
                           err);

    if (rc)
        return rc;
    host->tier = ZP_TIER_STOCK;
    rc = zp_host_from_buffer(text, len, &host->topo, &host->load, err);
    return rc ? zp__wrap(err, rc, "%.100s", source->path) : ZP_OK;
}

#ifdef HAVE_XEN

static void add_zone(const struct zp_zone *zone, const struct zp_mix *shapes,
                     struct zd_host *host)
{
    bool built = zone->state != ZP_ZONE_RESERVED &&
                 zone->state != ZP_ZONE_LAUNCHING &&
                 zone->state != ZP_ZONE_REBOOTING;

    if (!zone->damaged && zone->state != ZP_ZONE_DYING)
        zd_host_add_zone(host, shapes, &zone->spec.request, &zone->spec.plan,
                         built ? zone->mem_kib : ZP_UNKNOWN_KIB);
}

static int read_live(struct zd_source *source, const struct zp_mix *shapes,
                     struct zd_host *host, struct zp_error *err)
{
    struct zp_zone *zones = NULL;
    size_t nr = 0, i;
    int rc = ZP_OK;

    /* xenstored may be started again: then what was open is of no use. */
    if (!source->xen)
        rc = zp_xen_open(&source->xen, err);
    if (!rc)
        rc = zp_xen_info(source->xen, &source->info, err);
    if (!rc)
        rc = zp_xen_probe(source->xen, &source->opt, &host->topo, &host->load,
                          err);
    if (!rc)
        rc = zp_zone_list(source->xen, &zones, &nr, err);
    if (rc) {
        zp_xen_close(source->xen);
        source->xen = NULL;
        return rc;
    }
    host->tier = source->info.tier;
    host->vcpu_ratio = source->opt.vcpu_ratio;
    for (i = 0; i < nr; i++)
        add_zone(&zones[i], shapes, host);
    zp_zone_list_free(zones, nr);
    return ZP_OK;
}

static int open_live(struct zd_source *source, struct zp_error *err)
{
    return zp_host_options_read(NULL, &source->opt, err);
}

static void close_live(struct zd_source *source)
{
    zp_xen_close(source->xen);
}

#else

static int read_live(struct zd_source *source, const struct zp_mix *shapes,
                     struct zd_host *host, struct zp_error *err)
{
    (void)source, (void)shapes, (void)host;
    return zp__fail(err, ZP_ERR_UNSUPPORTED, "xen", "built without Xen: there "
                    "is no live host, give --host FILE");
}

static int open_live(struct zd_source *source, struct zp_error *err)
{
    return read_live(source, NULL, NULL, err);
}

static void close_live(struct zd_source *source)
{
    (void)source;
}

#endif

int zd_source_open(const char *path, struct zd_source **source_out,
                   struct zp_error *err)
{
    struct zd_source *source = calloc(1, sizeof(*source));
    int rc;

    if (!source)
        return zp__nomem(err);
    source->path = path;
    rc = path ? ZP_OK : open_live(source, err);
    if (rc)
        free(source);
    else
        *source_out = source;
    return rc;
}

void zd_source_close(struct zd_source *source)
{
    if (!source)
        return;
    close_live(source);
    free(source);
}

int zd_source_read(struct zd_source *source, const struct zp_mix *shapes,
                   struct zd_host *host_out, struct zp_error *err)
{
    struct zd_host host = { .topo = NULL };
    int rc = source->path ? read_described(source, &host, err)
                          : read_live(source, shapes, &host, err);

    if (rc)
        zd_host_clear(&host);
    else
        *host_out = host;
    return rc;
}

void zd_host_clear(struct zd_host *host)
{
    zp_load_free(host->load);
    zp_topology_free(host->topo);
    *host = (struct zd_host){ .topo = NULL };
}
