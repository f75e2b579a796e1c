/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl pause, zonectl unpause. */
#include "zonectl.h"

static void add_done(struct ctl *ctl, const struct zp_zone *zone,
                     const char *paused)
{
    if (!ctl->json)
        return;
    spool_add(&ctl->out, "{\"zone\":");
    spool_json(&ctl->out, zone->spec.request.name);
    spool_add(&ctl->out, ",\"domid\":%u,\"paused\":%s}\n", zone->domid,
              paused);
}

int cmd_pause(struct ctl *ctl)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    struct zp_error err;
    int rc = find_zone(ctl, &zone);

    if (rc)
        return rc;
    if (zp_zone_pause(ctl->xen, zone, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    add_done(ctl, zone, "true");
    return EXIT_OK;
}

int cmd_unpause(struct ctl *ctl)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    struct zp_error err;
    int rc = find_zone(ctl, &zone);

    if (rc)
        return rc;
    if (zp_zone_unpause(ctl->xen, zone, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    add_done(ctl, zone, "false");
    return EXIT_OK;
}
