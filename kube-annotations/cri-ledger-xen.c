/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live host: reservations are records in xenstore, among those of zones. A
 * reservation becomes a zone when the runtime launches it, and is then the
 * zone's to keep.
 */
#include "cri-ledger.h"

#include <stdlib.h>
#include <string.h>

#include <zoneplace-xen.h>

#include "internal.h"

struct xen_ledger {
    struct zk_ledger ledger;
    struct zp_xen *xen;          /* NULL: to be opened (again) */
    struct zp_host_options opt;
};

static int need_xen(struct xen_ledger *x, struct zp_error *err)
{
    return x->xen ? ZP_OK : zp_xen_open(&x->xen, err);
}

/* xenstored may be started again: then what was open is of no use. */
static int done(struct xen_ledger *x, int rc)
{
    if (rc == ZP_ERR_XEN || rc == ZP_ERR_IO) {
        zp_xen_close(x->xen);
        x->xen = NULL;
    }
    return rc;
}

static int reserve_once(struct xen_ledger *x, const struct zk_zone *zone,
                        enum zp_memory_policy policy,
                        struct zk_reservation *r, struct zp_error *err)
{
    struct zp_zone_spec *spec = malloc(sizeof(*spec));
    int rc;

    if (!spec)
        return zp__nomem(err);
    zp_zone_spec_init(spec);
    spec->request = zone->req;
    spec->request.memory_policy = policy;
    memcpy(spec->uuid, r->uuid, sizeof(spec->uuid));
    /* Borrowed: the spec is not cleared. */
    spec->kernel = (char *)(uintptr_t)zone->kernel;
    spec->cmdline = (char *)(uintptr_t)zone->cmdline;
    rc = zp_zone_reserve(x->xen, &x->opt, spec, err);
    if (!rc)
        r->plan = spec->plan;
    free(spec);
    return done(x, rc);
}

/* As zk_place() does it: dynamic is a wish where it is not written. */
static int xen_reserve(struct zk_ledger *ledger, const struct zk_zone *zone,
                       struct zk_reservation *r, char why_out[256],
                       struct zp_error *err)
{
    struct xen_ledger *x = (struct xen_ledger *)ledger;
    struct zp_error why;
    int rc = need_xen(x, err);

    why_out[0] = '\0';
    if (rc)
        return rc;
    rc = reserve_once(x, zone, zone->req.memory_policy, r, &why);
    if ((rc == ZP_ERR_INFEASIBLE || rc == ZP_ERR_UNSUPPORTED) &&
        !zone->grows && zone->req.memory_policy == ZP_MEMORY_DYNAMIC) {
        rc = reserve_once(x, zone, ZP_MEMORY_STATIC, r, err);
        if (!rc)
            memcpy(why_out, why.msg, sizeof(why.msg));
        return rc;
    }
    if (rc)
        *err = why;
    return rc;
}

/* What has gone with a xenstored that lost its memory can't be made anew: the
 * zone may live, and its pages are then not free. */
static int xen_restore(struct zk_ledger *ledger,
                       const struct zk_reservation *r, struct zp_error *err)
{
    struct xen_ledger *x = (struct xen_ledger *)ledger;
    struct zp_zone *zone;
    int rc = need_xen(x, err);

    if (!rc)
        rc = zp_zone_find(x->xen, r->uuid, &zone, err);
    if (!rc)
        zp_zone_list_free(zone, 1);
    return done(x, rc);
}

static int xen_release(struct zk_ledger *ledger, const char *uuid,
                       struct zp_error *err)
{
    struct xen_ledger *x = (struct xen_ledger *)ledger;
    int rc = need_xen(x, err);

    return rc ? rc : done(x, zp_zone_release(x->xen, uuid, err));
}

static int xen_list(struct zk_ledger *ledger, char (**uuids_out)[40],
                    size_t *nr_out, struct zp_error *err)
{
    struct xen_ledger *x = (struct xen_ledger *)ledger;
    char (*uuids)[40] = NULL;
    struct zp_zone *zones;
    size_t i, nr, found = 0;
    int rc = need_xen(x, err);

    if (!rc)
        rc = done(x, zp_zone_list(x->xen, &zones, &nr, err));
    if (rc)
        return rc;
    uuids = calloc(nr + 1, sizeof(*uuids));
    for (i = 0; uuids && i < nr; i++) {
        if (zones[i].state == ZP_ZONE_RESERVED)
            memcpy(uuids[found++], zones[i].spec.uuid, sizeof(*uuids));
    }
    zp_zone_list_free(zones, nr);
    if (!uuids)
        return zp__nomem(err);
    *uuids_out = uuids;
    *nr_out = found;
    return ZP_OK;
}

static void xen_close(struct zk_ledger *ledger)
{
    struct xen_ledger *x = (struct xen_ledger *)ledger;

    zp_xen_close(x->xen);
    free(x);
}

int zk_ledger_open_xen(const char *config, struct zk_ledger **ledger_out,
                       struct zp_error *err)
{
    static const struct zk_ledger_ops ops = {
        xen_reserve, xen_restore, xen_release, xen_list, xen_close };
    struct xen_ledger *x = calloc(1, sizeof(*x));
    int rc = x ? ZP_OK : zp__nomem(err);

    if (!rc)
        rc = zp_host_options_read(config, &x->opt, err);
    if (!rc)
        rc = need_xen(x, err);
    if (rc) {
        free(x);
        return rc;
    }
    x->ledger.ops = &ops;
    *ledger_out = &x->ledger;
    return ZP_OK;
}
