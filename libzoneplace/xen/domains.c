/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains by uuid, and getting rid of them for good. */
#include <string.h>
#include <unistd.h>

#include "xen/xen.h"

const libxl_dominfo *zp__domain_in(const libxl_dominfo *list, int nr,
                                   const char *uuid)
{
    libxl_uuid want;
    int i;

    if (libxl_uuid_from_string(&want, uuid))
        return NULL;
    for (i = 0; i < nr; i++) {
        if (libxl_uuid_compare(&list[i].uuid, &want) == 0)
            return &list[i];
    }
    return NULL;
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

int zp__domain_by_uuid(struct zp_xen *xen, const char *uuid,
                       uint32_t *domid_out, struct zp_error *err)
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
    if (found)
        *domid_out = found->domid;
    libxl_dominfo_list_free(list, nr);
    return found ? ZP_OK
                 : zp__fail(err, ZP_ERR_NOTFOUND, NULL,
                            "no domain has the uuid %s", uuid);
}

int zp__domain_wipe(struct zp_xen *xen, const char *uuid,
                    struct zp_error *err)
{
    uint32_t domid;
    unsigned tries;
    int rc, destroyed = 0;

    /* Xen lists a dying domain until its last page is free. */
    for (tries = 0; tries < 600; tries++) {
        rc = zp__domain_by_uuid(xen, uuid, &domid, err);
        if (rc == ZP_ERR_NOTFOUND)
            return ZP_OK;
        if (rc)
            return rc;
        if (!destroyed) {
            zp__log_reset(&xen->log);
            destroyed = libxl_domain_destroy(xen->ctx, domid, NULL) == 0;
        }
        usleep(50 * 1000);
    }
    return zp__log_fail(&xen->log, err, ERROR_FAIL,
                        "domain %u does not go away", domid);
}

int zp__zone_wipe(struct zp_xen *xen, const char *uuid, struct zp_error *err)
{
    int rc = zp__domain_wipe(xen, uuid, err);

    return rc ? rc : zp__store_remove(xen, uuid, err);
}
