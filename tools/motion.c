/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones that are on their way. */
#include "zonectl.h"

const char *zone_in_motion(const struct zp_zone *zone)
{
    switch (zone->state) {
    case ZP_ZONE_RESERVED: return "is reserved";
    case ZP_ZONE_LAUNCHING: return "is launching";
    case ZP_ZONE_REBOOTING: return "is rebooting";
    case ZP_ZONE_DYING: return "is ending";
    case ZP_ZONE_RUNNING:
    case ZP_ZONE_BLOCKED:
    case ZP_ZONE_PAUSED:
    case ZP_ZONE_SHUTDOWN:
    case ZP_ZONE_CRASHED:
        break;
    }
    return zone->domid ? NULL : "has no domain now";
}
