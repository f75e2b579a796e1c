/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl mem-set: the memory of a dynamic zone, by hand. */
#include <time.h>

#include "zonectl.h"

/* Nearer than this the guest is where it was told to be. */
#define NEAR_KIB 4096
/* A guest that has not moved for so long moves no more. */
#define STUCK_S 30

static uint64_t apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static time_t seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec;
}

/* How long it takes is the guest's affair, as long as it goes on. */
static int wait_for(struct ctl *ctl, const struct zp_zone *zone, uint64_t kib,
                    struct zp_error *err)
{
    const struct timespec pause = { 0, 100 * 1000 * 1000 };
    uint64_t held = 0, target, nearest = UINT64_MAX;
    time_t since = seconds();

    for (;;) {
        int rc = zp_zone_memory(ctl->xen, zone, &held, &target, err);

        if (rc || apart(held, kib) < NEAR_KIB)
            return rc;
        if (apart(held, kib) < nearest) {
            nearest = apart(held, kib);
            since = seconds();
        }
        if (seconds() - since >= STUCK_S)
            return fail(err, ZP_ERR_XEN, "memory",
                        "zone %s stays at %llu MiB, it was told %llu",
                        zone->spec.request.name,
                        (unsigned long long)held / 1024,
                        (unsigned long long)kib / 1024);
        nanosleep(&pause, NULL);
    }
}

static int read_args(struct ctl *ctl, uint64_t *kib, uint32_t *vnode,
                     struct zp_error *err)
{
    const char *text = given(ctl, OPT_VNODE);
    uint64_t number;
    int rc = zp_size_parse(ctl->args[1], kib, err);

    *vnode = ZP_UNKNOWN_ID;
    if (rc || !text)
        return rc;
    rc = parse_number("vnode", text, ZP_MAX_VNODES - 1, &number, err);
    if (!rc)
        *vnode = (uint32_t)number;
    return rc;
}

int cmd_mem_set(struct ctl *ctl)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    struct zp_host_options opt;
    struct zp_error err;
    uint64_t kib;
    uint32_t vnode;
    int rc;

    if (read_args(ctl, &kib, &vnode, &err))
        return refuse(ctl->json, exit_of_request(&err), &err);
    rc = find_zone(ctl, &zone);
    if (rc)
        return rc;
    if (zp_host_options_read(NULL, &opt, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    rc = zp_zone_set_memory(ctl->xen, &opt, zone, kib, vnode, &err);
    if (rc)
        return refuse(ctl->json, rc == ZP_ERR_INFEASIBLE || rc == ZP_ERR_RANGE
                                     ? EXIT_NO_FIT : EXIT_FAILED, &err);
    if (given(ctl, OPT_WAIT) && wait_for(ctl, zone, kib, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (!ctl->json)
        return EXIT_OK;
    spool_add(&ctl->out, "{\"zone\":");
    spool_json(&ctl->out, zone->spec.request.name);
    spool_add(&ctl->out, ",\"domid\":%u,\"target_kib\":%llu,\"done\":%s}\n",
              zone->domid, (unsigned long long)kib,
              given(ctl, OPT_WAIT) ? "true" : "false");
    return EXIT_OK;
}
