/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains by uuid, and getting rid of them for good. */
#include <string.h>
#include <unistd.h>

#include "xen/xen.h"

const libxl_dominfo *zp__domain_in(const libxl_dominfo *list, int nr,
                                   const char *uuid)
{
    const libxl_dominfo *dead = NULL;
    libxl_uuid want;
    int i;

    if (libxl_uuid_from_string(&want, uuid))
        return NULL;
    for (i = 0; i < nr; i++) {
        if (libxl_uuid_compare(&list[i].uuid, &want))
            continue;
        if (!list[i].dying)
            return &list[i];
        dead = &list[i];
    }
    return dead;
}

int zp__domains(struct zp_xen *xen, libxl_dominfo **list_out, int *nr_out,
                struct zp_error *err)
{
    *nr_out = 0;
    zp__log_reset(&xen->log);
    *list_out = libxl_list_domain(xen->ctx, nr_out);
    return *list_out ? ZP_OK : zp__log_fail(&xen->log, err, ERROR_FAIL,
                                            "listing domains");
}

/* The domain of that uuid as it is now; *domid_out: 0 if there is none. */
static int look(struct zp_xen *xen, const char *uuid, uint32_t *domid_out,
                bool *dying_out, struct zp_error *err)
{
    const libxl_dominfo *found;
    libxl_dominfo *list;
    libxl_uuid want;
    int nr, rc;

    if (libxl_uuid_from_string(&want, uuid))
        return zp__fail(err, ZP_ERR_INVAL, "uuid", "not a uuid: %s", uuid);
    rc = zp__domains(xen, &list, &nr, err);
    if (rc)
        return rc;
    found = zp__domain_in(list, nr, uuid);
    *domid_out = found ? found->domid : 0;
    *dying_out = found && found->dying;
    libxl_dominfo_list_free(list, nr);
    return ZP_OK;
}

int zp__domain_by_uuid(struct zp_xen *xen, const char *uuid,
                       uint32_t *domid_out, struct zp_error *err)
{
    uint32_t domid;
    bool dying;
    int rc = look(xen, uuid, &domid, &dying, err);

    if (rc)
        return rc;
    if (!domid || dying)
        return zp__fail(err, ZP_ERR_NOTFOUND, NULL,
                        "no domain has the uuid %s", uuid);
    *domid_out = domid;
    return ZP_OK;
}

/* Xen calls a domain dying when all is done but to free pages that somebody
 * still has: a moment for a backend, for ever for a grant that is kept. They
 * are not free, which Xen says, and no business of the zone's any more. */
#define LOOK_US (50 * 1000)
#define MAX_DYING_LOOKS 40

int zp__domain_wipe(struct zp_xen *xen, const char *uuid, unsigned max_tries,
                    struct zp_error *err)
{
    unsigned tries = 0, looks = 0;
    uint32_t domid;
    bool dying;
    int rc;

    for (;;) {
        rc = look(xen, uuid, &domid, &dying, err);
        if (rc || !domid || (dying && looks++ == MAX_DYING_LOOKS))
            return rc;
        if (!dying) {
            zp__log_reset(&xen->log);
            rc = libxl_domain_destroy(xen->ctx, domid, NULL);
            if (rc && ++tries == max_tries)
                return zp__log_fail(&xen->log, err, rc,
                                    "destroying domain %u", domid);
        }
        usleep(LOOK_US);
    }
}

int zp__zone_wipe(struct zp_xen *xen, const char *uuid, struct zp_error *err)
{
    int rc = zp__domain_wipe(xen, uuid, ZP__WIPE_TRIES, err);

    return rc ? rc : zp__store_remove(xen, uuid, err);
}
