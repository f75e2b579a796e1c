/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl shutdown: ask the guest, and wait if that is wanted. */
#include <time.h>

#include "zonectl.h"

/* It has ended, and its monitor leaves it so. */
static bool is_kept(const struct zp_zone *zone, bool reboot)
{
    const struct zp_zone_spec *spec = &zone->spec;

    if (zone->state == ZP_ZONE_CRASHED)
        return spec->on_crash == ZP_ACTION_PRESERVE;
    return zone->state == ZP_ZONE_SHUTDOWN &&
           (reboot ? spec->on_reboot : spec->on_poweroff) ==
               ZP_ACTION_PRESERVE;
}

/* Done is: no such zone, another domain in its place (it was restarted), or
 * the domain has ended and is kept (preserve). */
static int is_done(struct ctl *ctl, const struct zp_zone *before, bool reboot,
                   bool *done, struct zp_error *err)
{
    struct zp_zone *now CLEANUP(free_zone) = NULL;
    int rc = zp_zone_find(ctl->xen, before->spec.uuid, &now, err);

    if (rc && rc != ZP_ERR_NOTFOUND)
        return rc;
    *done = rc || (now->domid != before->domid &&
                   now->state != ZP_ZONE_REBOOTING &&
                   now->state != ZP_ZONE_LAUNCHING);
    if (!rc && now->domid == before->domid)
        *done = is_kept(now, reboot);
    return ZP_OK;
}

static int wait_for_end(struct ctl *ctl, const struct zp_zone *zone,
                        bool reboot, struct zp_error *err)
{
    const struct timespec pause = { 0, 200 * 1000 * 1000 };
    bool done = false;

    for (;;) {
        int rc = is_done(ctl, zone, reboot, &done, err);

        if (rc || done)
            return rc;
        nanosleep(&pause, NULL);
    }
}

int cmd_shutdown(struct ctl *ctl)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    bool reboot = given(ctl, OPT_REBOOT) != NULL;
    bool wait = given(ctl, OPT_WAIT) != NULL;
    struct zp_error err;
    int rc = find_zone(ctl, &zone);

    if (rc)
        return rc;
    if (zp_zone_shutdown(ctl->xen, zone, reboot, &err) ||
        (wait && wait_for_end(ctl, zone, reboot, &err)))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (!ctl->json)
        return EXIT_OK;
    spool_add(&ctl->out, "{\"zone\":");
    spool_json(&ctl->out, zone->spec.request.name);
    spool_add(&ctl->out, ",\"domid\":%u,\"reboot\":%s,\"done\":%s}\n",
              zone->domid, reboot ? "true" : "false",
              wait ? "true" : "false");
    return EXIT_OK;
}
