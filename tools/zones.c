/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the verbs about running zones share. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "zonectl.h"

void format_size(uint64_t kib, char *buf, size_t size)
{
    if (kib == ZP_UNKNOWN_KIB)
        snprintf(buf, size, "?");
    else if (kib % 1024)
        snprintf(buf, size, "%llu.%lluMiB", (unsigned long long)(kib / 1024),
                 (unsigned long long)(kib % 1024 * 10 / 1024));
    else
        snprintf(buf, size, "%lluMiB", (unsigned long long)(kib / 1024));
}

void format_pnodes(const struct zp_plan *plan, char *buf, size_t size)
{
    size_t len = 0;

    buf[0] = '\0';
    for (uint32_t i = 0; i < plan->nr_vnodes && len < size; i++)
        len += (size_t)snprintf(buf + len, size - len, "%s%u", i ? "," : "",
                                plan->vnode[i].pnode_os_id);
}

#ifdef HAVE_XEN
int find_zone(struct ctl *ctl, struct zp_zone **zone_out)
{
    struct zp_error err;
    int rc = open_xen(ctl);

    if (rc)
        return rc;
    if (zp_zone_find(ctl->xen, ctl->args[0], zone_out, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return EXIT_OK;
}

void free_zone(struct zp_zone **zone)
{
    if (*zone)
        zp_zone_list_free(*zone, 1);
}
#endif
