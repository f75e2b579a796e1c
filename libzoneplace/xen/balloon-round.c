/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One round of the balloon daemon over all dynamic zones of the host. */
#include <string.h>
#include <unistd.h>

#include "xen/balloon.h"

struct round {
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp_zone *zones;               /* all of the host */
    size_t nr_zones;
    struct zp_balloon_zone *look;        /* of those that take part, */
    size_t *which;                       /* their places in zones */
    size_t nr;
};

static void round_clear(struct round *r)
{
    zp_load_free(r->load);
    zp_topology_free(r->topo);
    zp_zone_list_free(r->zones, r->nr_zones);
    free(r->look);
    free(r->which);
}

/* A zone that is being built or has stopped has nobody who would listen. */
static bool takes_part(const struct zp_zone *zone)
{
    return zone->domid && !zone->damaged &&
           zone->spec.plan.growth != ZP_GROWTH_NONE &&
           (zone->state == ZP_ZONE_RUNNING || zone->state == ZP_ZONE_BLOCKED);
}

/* A zone that can't be looked at, as it is just ending, is left out. */
static int look_at_all(struct zp_xen *xen, const struct zp_host_options *opt,
                       struct round *r, struct zp_error *err)
{
    size_t i;
    int rc = zp_xen_probe(xen, opt, &r->topo, &r->load, err);

    if (!rc)
        rc = zp_zone_list(xen, &r->zones, &r->nr_zones, err);
    if (rc)
        return rc;
    r->look = calloc(r->nr_zones + 1, sizeof(*r->look));
    r->which = calloc(r->nr_zones + 1, sizeof(*r->which));
    if (!r->look || !r->which)
        return zp__nomem(err);
    for (i = 0; i < r->nr_zones; i++) {
        if (!takes_part(&r->zones[i]) ||
            zp__balloon_look(xen, r->topo, opt, &r->zones[i],
                             &r->look[r->nr], NULL))
            continue;
        r->which[r->nr++] = i;
    }
    return ZP_OK;
}

/* Memory of one vnode is asked for in one round and taken in the next, when
 * the agent has said that it is ready: a guest can't hold the daemon up. */
static int carry_out(struct zp_xen *xen, const struct zp_zone *zone,
                     const struct zp_balloon_zone *b, struct zp_error *err)
{
    bool there = true;
    int rc = ZP_OK;

    if (b->next_kib < b->target_kib)
        rc = zp__balloon_point(xen, zone, b->from_vnode, &there, err);
    if (rc || !there)
        return rc;
    return zp__balloon_apply(xen, zone, b->target_kib, b->next_kib, err);
}

static void report(const struct round *r, size_t i,
                   struct zp_balloon_report *out)
{
    const struct zp_balloon_zone *b = &r->look[i];
    uint32_t pnode = b->why_pnode == ZP_UNKNOWN_ID
                         ? 0 : zp_topology_os_id(r->topo, b->why_pnode);

    memcpy(out->name, r->zones[r->which[i]].spec.request.name,
           sizeof(out->name));
    out->domid = b->id;
    out->held_kib = b->held_kib;
    out->target_kib = b->target_kib;
    out->next_kib = b->next_kib;
    out->why = b->why;
    zp_balloon_text(b, pnode, out->text, sizeof(out->text));
}

/* What can't be carried out for one zone must not stop the others'. */
static int finish(struct zp_xen *xen, const struct round *r, bool dry_run,
                  struct zp_balloon_report *reports, struct zp_error *err)
{
    struct zp_error why;
    int first = ZP_OK;
    size_t i;

    for (i = 0; i < r->nr; i++) {
        const struct zp_zone *zone = &r->zones[r->which[i]];

        report(r, i, &reports[i]);
        if (dry_run)
            continue;
        if (carry_out(xen, zone, &r->look[i], &why) == ZP_OK) {
            zp__store_note(xen, zone->spec.uuid, reports[i].text);
            continue;
        }
        snprintf(reports[i].text, sizeof(reports[i].text), "%s", why.msg);
        if (!first) {
            first = why.code;
            if (err)
                *err = why;
        }
    }
    return first;
}

static int balloon(struct zp_xen *xen, const struct zp_host_options *opt,
                   bool dry_run, struct zp_balloon_report **reports_out,
                   size_t *nr_out, struct zp_error *err)
{
    uint64_t free_kib[ZP_MAX_PNODES] = { 0 };
    struct zp_balloon_report *reports = NULL;
    struct round r = { .nr = 0 };
    int rc;

    rc = look_at_all(xen, opt, &r, err);
    if (!rc) {
        reports = calloc(r.nr + 1, sizeof(*reports));
        if (!reports)
            rc = zp__nomem(err);
    }
    if (!rc) {
        zp__balloon_free(r.topo, r.load, free_kib);
        zp_balloon_decide(&opt->balloon, free_kib, r.look, r.nr);
        rc = finish(xen, &r, dry_run, reports, err);
        *reports_out = reports;
        *nr_out = r.nr;
    }
    round_clear(&r);
    return rc;
}

int zp_xen_balloon(struct zp_xen *xen, const struct zp_host_options *opt,
                   bool dry_run, struct zp_balloon_report **reports_out,
                   size_t *nr_out, struct zp_error *err)
{
    int lock, rc = zp__lock(&lock, err);

    if (rc)
        return rc;
    *reports_out = NULL;
    *nr_out = 0;
    rc = balloon(xen, opt, dry_run, reports_out, nr_out, err);
    close(lock);
    return rc;
}
