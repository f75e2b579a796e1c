/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mends what dead launchers and dead monitors have left. */
#include <string.h>
#include <unistd.h>

#include "xen/xen.h"

/* Does one record need a hand? 1: it got one, 0: no, negative: error. */
static int mend(struct zp_xen *xen, const struct zp__record *rec,
                struct zp_error *err)
{
    uint32_t domid;
    int rc;

    switch (rec->phase) {
    case ZP__LAUNCHING:
        if (zp__who_alive(&rec->holder))
            return 0;
        rc = zp__zone_wipe(xen, rec->uuid, err);
        return rc ? rc : 1;
    case ZP__ENDING:
        rc = zp__zone_wipe(xen, rec->uuid, err);
        return rc ? rc : 1;
    case ZP__RUNNING:
        if (zp__who_alive(&rec->monitor))
            return 0;
        rc = zp__domain_by_uuid(xen, rec->uuid, &domid, err);
        if (rc == ZP_ERR_NOTFOUND)
            rc = zp__store_remove(xen, rec->uuid, err);
        else if (!rc)
            rc = zp__spawn_monitor(rec->name, rec->uuid, err);
        return rc ? rc : 1;
    case ZP__REBOOTING:
        if (zp__who_alive(&rec->monitor))
            return 0;
        rc = zp__spawn_monitor(rec->name, rec->uuid, err);
        return rc ? rc : 1;
    }
    return 0;
}

int zp__recover(struct zp_xen *xen, unsigned *mended_out,
                struct zp_error *err)
{
    struct zp__record *recs;
    unsigned mended = 0;
    size_t i, nr;
    int rc = zp__store_list(xen, &recs, &nr, err);

    if (rc)
        return rc;
    for (i = 0; i < nr && rc >= 0; i++) {
        rc = mend(xen, &recs[i], err);
        mended += rc > 0;
    }
    zp__store_list_free(recs, nr);
    if (rc < 0)
        return rc;
    if (mended_out)
        *mended_out = mended;
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
