/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl destroy: end a zone now. It does not come back with the host. */
#include "zonectl.h"

int cmd_destroy(struct ctl *ctl)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    struct zp_error err;
    int rc = find_zone(ctl, &zone);

    if (rc)
        return rc;
    if (zp_zone_destroy(ctl->xen, zone, &err) ||
        autostart_remove(zone->spec.request.name, true, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (!ctl->json)
        return EXIT_OK;
    spool_add(&ctl->out, "{\"zone\":");
    spool_json(&ctl->out, zone->spec.request.name);
    spool_add(&ctl->out, ",\"domid\":%u,\"destroyed\":true}\n", zone->domid);
    return EXIT_OK;
}
