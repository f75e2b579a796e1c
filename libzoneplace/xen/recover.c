/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mends what dead launchers and dead monitors have left. */
#include <string.h>
#include <unistd.h>

#include "xen/xen.h"

/* Is somebody in charge of it? */
static bool is_held(const struct zp__record *rec)
{
    switch (rec->phase) {
    case ZP__LAUNCHING:
        return zp__who_alive(&rec->holder);
    case ZP__RUNNING:
    case ZP__REBOOTING:
        return zp__who_alive(&rec->monitor);
    case ZP__RESERVED:           /* by whoever will launch it */
        return true;
    case ZP__ENDING:
        break;
    }
    return false;
}

/* Everybody waits for the lock meanwhile; who comes next tries again. */
#define MAX_TRIES 3

static int finish(struct zp_xen *xen, const char *uuid, struct zp_error *err)
{
    int rc = zp__domain_wipe(xen, uuid, MAX_TRIES, err);

    return rc ? rc : zp__store_remove(xen, uuid, err);
}

static int take_up(struct zp_xen *xen, const struct zp__record *rec,
                   struct zp_error *err)
{
    uint32_t domid;
    int rc = ZP_OK;

    switch (rec->phase) {
    case ZP__LAUNCHING:
    case ZP__ENDING:
        rc = finish(xen, rec->uuid, err);
        break;
    case ZP__RUNNING:
        rc = zp__domain_by_uuid(xen, rec->uuid, &domid, err);
        if (rc == ZP_ERR_NOTFOUND)
            rc = zp__store_remove(xen, rec->uuid, err);
        else if (!rc)
            rc = zp__spawn_monitor(rec->name, rec->uuid, err);
        break;
    case ZP__REBOOTING:
        rc = zp__spawn_monitor(rec->name, rec->uuid, err);
        break;
    case ZP__RESERVED:
        break;
    }
    return rc;
}

/* Does one record need a hand? 1: it got one, 0: no, negative: error. */
static int mend(struct zp_xen *xen, const struct zp__record *seen,
                struct zp_error *err)
{
    struct zp__record rec;
    int rc = 0;

    if (is_held(seen))
        return 0;
    /* A launcher that has ended may have been done since the record was read:
     * only one that is read after its end tells how far it came. */
    rc = zp__store_read(xen, seen->uuid, &rec, err);
    if (rc)
        return rc == ZP_ERR_NOTFOUND ? 0 : rc;
    if (!is_held(&rec)) {
        rc = take_up(xen, &rec, err);
        rc = rc ? rc : 1;
    }
    zp__record_clear(&rec);
    return rc;
}

int zp__recover(struct zp_xen *xen, unsigned *mended_out,
                struct zp_error *err)
{
    struct zp_error why, first = { .code = ZP_OK };
    struct zp__record *recs;
    unsigned mended = 0;
    size_t i, nr;
    int rc = zp__store_list(xen, &recs, &nr, err);

    if (rc)
        return rc;
    /* A zone that can't be mended is its own trouble, not the others'. */
    for (i = 0; i < nr; i++) {
        rc = mend(xen, &recs[i], &why);
        mended += rc > 0;
        if (rc < 0 && !first.code) {
            first = why;
            zp__wrap(&first, rc, "zone %s", recs[i].name);
        }
    }
    zp__store_list_free(recs, nr);
    rc = zp__adopted_prune(xen, err);
    if (rc)
        return rc;
    if (mended_out)
        *mended_out = mended;
    if (err)
        *err = first;
    return ZP_OK;
}

int zp_zone_recover(struct zp_xen *xen, unsigned *mended_out,
                    struct zp_error *err)
{
    int lock, rc = zp__lock(&lock, err);

    if (rc)
        return rc;
    rc = zp__recover(xen, mended_out, err);
    close(lock);
    return rc;
}
