/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory of dynamic zones: what they hold, and new targets. What should be is
 * for the core to say (core/balloon.c); here it is fetched and carried out.
 * All state is Xen's and xenstore's.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "xen/balloon.h"
#include "xen/patched.h"

/* How long the agent may take to move the balloon thread, by mem-set. */
#define MOVE_WAIT_MS 10000
#define POLL_US 100000

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* ---- xenstore ---------------------------------------------------------- */

/* A node of the domain; NULL if it is not there. @path is below the domain's
 * directory. Up to 4096 bytes, which xenstored sees to, and a NUL. */
static char *read_node(struct zp_xen *xen, uint32_t domid, const char *path,
                       unsigned *len_out)
{
    char full[96];

    snprintf(full, sizeof(full), "/local/domain/%u/%s", domid, path);
    return xs_read(xen->xsh, XBT_NULL, full, len_out);
}

static int write_node(struct zp_xen *xen, uint32_t domid, const char *path,
                      const char *value, struct zp_error *err)
{
    char full[96];

    snprintf(full, sizeof(full), "/local/domain/%u/%s", domid, path);
    if (xs_write(xen->xsh, XBT_NULL, full, value, (unsigned)strlen(value)))
        return ZP_OK;
    return zp__fail_sys(err, ZP_ERR_XEN, errno, "xenstored", "%s: %s", full,
                        strerror(errno));
}

/* Digits only: of our own writing, or a guest's. */
static bool read_number(struct zp_xen *xen, uint32_t domid, const char *path,
                        uint64_t *value_out)
{
    unsigned len;
    ZP_CLEANUP(zp__cleanup_free) char *text = read_node(xen, domid, path,
                                                        &len);

    if (!text || !len || len > 16 ||
        strspn(text, "0123456789") != len)
        return false;
    *value_out = strtoull(text, NULL, 10);
    return true;
}

/* ---- what a zone holds ------------------------------------------------- */

static uint64_t extra_kib(const struct zp_zone *zone)
{
    return ((uint64_t)zone->special_pages + zone->acpi_pages) * 4;
}

/* Now, not when the zone was listed. */
static int held_now(struct zp_xen *xen, const struct zp_zone *zone,
                    uint64_t *held_out, struct zp_error *err)
{
    xc_domaininfo_t info;

    if (xc_domain_getinfolist(xen->xch, zone->domid, 1, &info) != 1 ||
        info.domain != zone->domid)
        return zp__fail(err, ZP_ERR_NOTFOUND, "zone",
                        "domain %u of zone %s has gone", zone->domid,
                        zone->spec.request.name);
    *held_out = minus(info.tot_pages * 4, extra_kib(zone));
    return ZP_OK;
}

/* What each vnode can still take: what its ranges have, less its pages, but
 * no more than the zone as a whole. */
static int count_rooms(struct zp_xen *xen, const struct zp_zone *zone,
                       struct zp_balloon_zone *b, struct zp_error *err)
{
    const struct zp_plan *plan = &zone->spec.plan;
    uint64_t pages[ZP_MAX_PNODES], size, left;
    struct zp_range ranges[2 * (ZP_MAX_VNODES + 1)];
    uint32_t nr = zp_plan_ranges(plan, ranges), i, node;
    int rc;

    left = minus(b->max_kib, b->held_kib);
    if (plan->nr_vnodes == 1 ||
        !zp__domctl_has(xen->domctl, ZP__CALL_RESIDENCY)) {
        for (i = 0; i < plan->nr_vnodes; i++)
            b->room_kib[i] = left;
        return ZP_OK;
    }
    nr += zp_plan_future_ranges(plan, ranges + nr);
    for (i = 0; i < nr; i++) {
        rc = zp__domctl_residency(xen->domctl, zone->domid,
                                  ranges[i].start / 4096, ranges[i].end / 4096,
                                  pages, err);
        if (rc)
            return rc;
        size = (ranges[i].end - ranges[i].start) / 1024;
        for (node = 0; node < ZP_MAX_PNODES; node++)
            size = minus(size, pages[node] * 4);
        b->room_kib[ranges[i].vnode] += size;
    }
    for (i = 0; i < plan->nr_vnodes; i++) {
        if (b->room_kib[i] > left)
            b->room_kib[i] = left;
    }
    return ZP_OK;
}

static void read_report(struct zp_xen *xen, uint32_t domid,
                        struct zp_balloon_zone *b)
{
    unsigned len;
    ZP_CLEANUP(zp__cleanup_free) char *text = read_node(xen, domid,
                                                        ZP__REPORT, &len);

    b->reports = text && zp_balloon_report_parse(text, len, &b->used_kib,
                                                 NULL) == ZP_OK;
}

int zp__balloon_look(struct zp_xen *xen, const struct zp_topology *topo,
                     const struct zp_host_options *opt,
                     const struct zp_zone *zone, struct zp_balloon_zone *b,
                     struct zp_error *err)
{
    const struct zp_plan *plan = &zone->spec.plan;
    uint32_t i;
    int rc;

    memset(b, 0, sizeof(*b));
    b->id = zone->domid;
    b->agent = plan->growth == ZP_GROWTH_DEVICES;
    b->max_kib = zp_plan_max_kib(plan);
    /* A zone that is smaller by its own wish is not blown up. */
    b->floor_kib = opt->balloon.floor_kib < plan->mem_kib
                       ? opt->balloon.floor_kib : plan->mem_kib;
    b->nr_vnodes = plan->nr_vnodes;
    for (i = 0; i < plan->nr_vnodes; i++)
        b->pnode[i] = zp_topology_pos(topo, plan->vnode[i].pnode_os_id);
    rc = held_now(xen, zone, &b->held_kib, err);
    if (rc)
        return rc;
    if (!read_number(xen, zone->domid, "memory/target", &b->target_kib))
        return zp__fail(err, ZP_ERR_XEN, "memory",
                        "zone %s has no memory target",
                        zone->spec.request.name);
    read_report(xen, zone->domid, b);
    return count_rooms(xen, zone, b, err);
}

/* ---- a new target ------------------------------------------------------- */

/* What Xen lets it have: never less than it holds, and so the more it gives
 * back the less it may take again. */
static int set_limit(struct zp_xen *xen, const struct zp_zone *zone,
                     uint64_t target_kib, struct zp_error *err)
{
    uint64_t held, limit = target_kib;
    int rc = held_now(xen, zone, &held, err);

    if (rc)
        return rc;
    if (held > limit)
        limit = held;
    if (xc_domain_setmaxmem(xen->xch, zone->domid, limit + extra_kib(zone)))
        return zp__fail_sys(err, ZP_ERR_XEN, errno, "memory",
                            "limiting the memory of zone %s to %" PRIu64
                            " KiB: %s", zone->spec.request.name, limit,
                            strerror(errno));
    return ZP_OK;
}

int zp__balloon_apply(struct zp_xen *xen, const struct zp_zone *zone,
                      uint64_t now_kib, uint64_t next_kib,
                      struct zp_error *err)
{
    char text[24];
    int rc = ZP_OK;

    snprintf(text, sizeof(text), "%" PRIu64, next_kib);
    /* The limit goes first on the way up, and last on the way down. */
    if (next_kib > now_kib)
        rc = set_limit(xen, zone, next_kib, err);
    if (!rc && next_kib != now_kib)
        rc = write_node(xen, zone->domid, "memory/target", text, err);
    if (!rc && next_kib <= now_kib)
        rc = set_limit(xen, zone, next_kib, err);
    return rc;
}

int zp__balloon_point(struct zp_xen *xen, const struct zp_zone *zone,
                      uint32_t vnode, bool *there_out, struct zp_error *err)
{
    uint64_t asked = UINT64_MAX, there = UINT64_MAX, want;
    char text[16] = "any";
    int rc = ZP_OK;

    if (vnode == ZP_UNKNOWN_ID) {
        *there_out = true;
        /* "any" is no number: read only to leave it alone if it is that. */
        return read_number(xen, zone->domid, ZP__GIVE_FROM, &asked)
                   ? write_node(xen, zone->domid, ZP__GIVE_FROM, text, err)
                   : ZP_OK;
    }
    want = zone->spec.plan.vnode[vnode].pxm;
    snprintf(text, sizeof(text), "%" PRIu64, want);
    if (!read_number(xen, zone->domid, ZP__GIVE_FROM, &asked) ||
        asked != want)
        rc = write_node(xen, zone->domid, ZP__GIVE_FROM, text, err);
    *there_out = read_number(xen, zone->domid, ZP__GIVES_FROM, &there) &&
                 there == want;
    return rc;
}

/* ---- by hand ----------------------------------------------------------- */

static int check_size(const struct zp_zone *zone,
                      const struct zp_balloon_zone *b, uint64_t kib,
                      struct zp_error *err)
{
    const char *name = zone->spec.request.name;

    if (kib > b->max_kib)
        return zp__fail(err, ZP_ERR_RANGE, "memory",
                        "zone %s can have %" PRIu64 " MiB at most, by its "
                        "plan; %" PRIu64 " are asked", name,
                        b->max_kib / 1024, kib / 1024);
    if (kib < b->floor_kib)
        return zp__fail(err, ZP_ERR_RANGE, "memory",
                        "zone %s keeps %" PRIu64 " MiB, the floor; %" PRIu64
                        " are asked", name, b->floor_kib / 1024, kib / 1024);
    return ZP_OK;
}

static int check_room(const struct zp_topology *topo,
                      const struct zp_load *load, const struct zp_zone *zone,
                      const struct zp_balloon_zone *b, uint64_t kib,
                      struct zp_error *err)
{
    uint64_t free_kib[ZP_MAX_PNODES] = { 0 }, more = minus(kib, b->held_kib);
    uint32_t pos;

    zp__balloon_free(topo, load, free_kib);
    if (!more || zp_balloon_admit(free_kib, b, more, &pos) == more)
        return ZP_OK;
    /* Less than a MiB is rounded down: not a node that is short. */
    if (pos == ZP_UNKNOWN_ID)
        return ZP_OK;
    return zp__fail(err, ZP_ERR_INFEASIBLE, "memory",
                    "zone %s may take up to %" PRIu64 " MiB more of pnode %u, "
                    "which has %" PRIu64 " beyond its reserve",
                    zone->spec.request.name, more / 1024,
                    zp_topology_os_id(topo, pos), free_kib[pos] / 1024);
}

void zp__balloon_free(const struct zp_topology *topo,
                      const struct zp_load *load,
                      uint64_t free_kib[ZP_MAX_PNODES])
{
    uint32_t pos;

    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++)
        free_kib[pos] = minus(zp_load_free_kib(load, pos),
                              zp_load_reserve_kib(load, pos) +
                                  zp_load_promised_kib(load, pos));
}

static int need_dynamic(const struct zp_zone *zone, struct zp_error *err)
{
    const char *name = zone->spec.request.name;

    if (!zone->domid || zone->damaged)
        return zp__fail(err, ZP_ERR_NOTFOUND, "zone",
                        "zone %s has no domain now", name);
    if (zone->spec.plan.growth == ZP_GROWTH_NONE)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "memory-policy",
                        "zone %s is static: its memory is what it was built "
                        "with", name);
    return ZP_OK;
}

/* Not under the lock: the guest may take as long as it likes. */
static int point_and_wait(struct zp_xen *xen, const struct zp_zone *zone,
                          uint32_t vnode, struct zp_error *err)
{
    const char *name = zone->spec.request.name;
    bool there = false;
    unsigned ms;
    int rc;

    if (vnode != ZP_UNKNOWN_ID && vnode >= zone->spec.plan.nr_vnodes)
        return zp__fail(err, ZP_ERR_RANGE, "vnode",
                        "zone %s has vnodes 0 to %u, not %u", name,
                        zone->spec.plan.nr_vnodes - 1, vnode);
    if (vnode != ZP_UNKNOWN_ID &&
        zone->spec.plan.growth != ZP_GROWTH_DEVICES)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "vnode",
                        "zone %s has no agent: which memory it gives back "
                        "can't be chosen", name);
    for (ms = 0; ms <= MOVE_WAIT_MS; ms += POLL_US / 1000) {
        rc = zp__balloon_point(xen, zone, vnode, &there, err);
        if (rc || there)
            return rc;
        usleep(POLL_US);
    }
    return zp__fail(err, ZP_ERR_XEN, "agent",
                    "the agent of zone %s has not answered in %d s: its "
                    "memory is as it was", name, MOVE_WAIT_MS / 1000);
}

static int set_memory(struct zp_xen *xen, const struct zp_host_options *opt,
                      const struct zp_zone *zone, uint64_t kib,
                      struct zp_error *err)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    struct zp_balloon_zone b;
    int rc;

    rc = zp_xen_probe(xen, opt, &topo, &load, err);
    if (!rc)
        rc = zp__balloon_look(xen, topo, opt, zone, &b, err);
    if (!rc)
        rc = check_size(zone, &b, kib, err);
    if (!rc)
        rc = check_room(topo, load, zone, &b, kib, err);
    if (!rc)
        rc = zp__balloon_apply(xen, zone, b.target_kib, kib, err);
    zp_load_free(load);
    zp_topology_free(topo);
    return rc;
}

int zp_zone_set_memory(struct zp_xen *xen, const struct zp_host_options *opt,
                       const struct zp_zone *zone, uint64_t kib,
                       uint32_t vnode, struct zp_error *err)
{
    int lock, rc = need_dynamic(zone, err);

    if (!rc)
        rc = point_and_wait(xen, zone, vnode, err);
    if (!rc)
        rc = zp__lock(&lock, err);
    if (rc)
        return rc;
    rc = set_memory(xen, opt, zone, kib, err);
    close(lock);
    return rc;
}

int zp_zone_memory(struct zp_xen *xen, const struct zp_zone *zone,
                   uint64_t *held_out, uint64_t *target_out,
                   struct zp_error *err)
{
    uint64_t held = 0;
    int rc = held_now(xen, zone, &held, err);

    if (rc)
        return rc;
    if (!read_number(xen, zone->domid, "memory/target", target_out))
        return zp__fail(err, ZP_ERR_XEN, "memory",
                        "zone %s has no memory target",
                        zone->spec.request.name);
    *held_out = held;
    return ZP_OK;
}
