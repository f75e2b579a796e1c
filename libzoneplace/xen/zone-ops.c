/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one does with a zone that lives. */
#include <string.h>
#include <unistd.h>

#include "xen/xen.h"

/* libxl has the domain under its own lock for long; a monitor that is killed
 * in it leaves nothing that a second destroy would not finish. */
#define MONITOR_WAIT_MS 5000
#define LAUNCHER_WAIT_MS 30000

static int need_domain(const struct zp_zone *zone, struct zp_error *err)
{
    if (!zone->domid)
        return zp__fail(err, ZP_ERR_NOTFOUND, "zone",
                        "zone %s has no domain now: it is %s",
                        zone->spec.request.name,
                        zp_zone_state_name(zone->state));
    return ZP_OK;
}

int zp_zone_pause(struct zp_xen *xen, const struct zp_zone *zone,
                  struct zp_error *err)
{
    int rc = need_domain(zone, err);

    if (rc)
        return rc;
    zp__log_reset(&xen->log);
    rc = libxl_domain_pause(xen->ctx, zone->domid, NULL);
    return rc ? zp__log_fail(&xen->log, err, rc, "pausing zone %s",
                             zone->spec.request.name) : ZP_OK;
}

int zp_zone_unpause(struct zp_xen *xen, const struct zp_zone *zone,
                    struct zp_error *err)
{
    int rc = need_domain(zone, err);

    if (rc)
        return rc;
    if (zone->state == ZP_ZONE_LAUNCHING || zone->state == ZP_ZONE_REBOOTING)
        return zp__fail(err, ZP_ERR_INVAL, "zone", "zone %s is being built",
                        zone->spec.request.name);
    zp__log_reset(&xen->log);
    rc = libxl_domain_unpause(xen->ctx, zone->domid, NULL);
    return rc ? zp__log_fail(&xen->log, err, rc, "unpausing zone %s",
                             zone->spec.request.name) : ZP_OK;
}

int zp_zone_shutdown(struct zp_xen *xen, const struct zp_zone *zone,
                     bool reboot, struct zp_error *err)
{
    int rc = need_domain(zone, err);

    if (rc)
        return rc;
    zp__log_reset(&xen->log);
    rc = reboot ? libxl_domain_reboot(xen->ctx, zone->domid, NULL)
                : libxl_domain_shutdown(xen->ctx, zone->domid, NULL);
    return rc ? zp__log_fail(&xen->log, err, rc, "asking zone %s to %s",
                             zone->spec.request.name,
                             reboot ? "reboot" : "power off") : ZP_OK;
}

int zp_zone_destroy(struct zp_xen *xen, const struct zp_zone *zone,
                    struct zp_error *err)
{
    struct zp__record rec;
    int lock, rc = zp__lock(&lock, err);

    if (rc)
        return rc;
    /* First the word, so that it is kept even if we are killed now. Under the
     * lock: who takes a reservation over reads and writes it in two steps. */
    rc = zp__store_end(xen, zone->spec.uuid, &rec, err);
    close(lock);
    if (rc)
        return rc;
    zp__who_kill(&rec.holder, SIGTERM, LAUNCHER_WAIT_MS);
    zp__who_kill(&rec.monitor, SIGKILL, MONITOR_WAIT_MS);
    rc = zp__zone_wipe(xen, zone->spec.uuid, err);
    zp__record_clear(&rec);
    return rc == ZP_ERR_NOTFOUND ? ZP_OK : rc;
}

int zp_zone_console_tty(struct zp_xen *xen, const struct zp_zone *zone,
                        char **path_out, struct zp_error *err)
{
    int rc = need_domain(zone, err);

    if (rc)
        return rc;
    zp__log_reset(&xen->log);
    rc = libxl_primary_console_get_tty(xen->ctx, zone->domid, path_out);
    return rc ? zp__log_fail(&xen->log, err, rc, "console of zone %s",
                             zone->spec.request.name) : ZP_OK;
}
