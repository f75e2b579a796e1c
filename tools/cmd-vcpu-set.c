/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl vcpu-set: how many of a zone's vcpus are online. */
#include "zonectl.h"

static int read_args(const struct ctl *ctl, uint64_t *vcpus,
                     struct zp_error *err)
{
    int rc = parse_number("vcpus", ctl->args[1], UINT32_MAX, vcpus, err);

    if (!rc && !*vcpus)
        rc = fail(err, ZP_ERR_INVAL, "vcpus", "vcpu-set: 0 vcpus: at least 1");
    return rc;
}

int cmd_vcpu_set(struct ctl *ctl)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    struct zp_error err;
    uint64_t vcpus;
    int rc;

    if (read_args(ctl, &vcpus, &err))
        return refuse(ctl->json, exit_of_request(&err), &err);
    rc = find_zone(ctl, &zone);
    if (rc)
        return rc;
    rc = zp_zone_set_vcpus(ctl->xen, zone, (uint32_t)vcpus, &err);
    if (rc)
        return refuse(ctl->json, rc == ZP_ERR_RANGE ? EXIT_NO_FIT
                                                    : EXIT_FAILED, &err);
    if (!ctl->json)
        return EXIT_OK;
    spool_add(&ctl->out, "{\"zone\":");
    spool_json(&ctl->out, zone->spec.request.name);
    spool_add(&ctl->out, ",\"domid\":%u,\"vcpus\":%llu}\n", zone->domid,
              (unsigned long long)vcpus);
    return EXIT_OK;
}
