/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests that others have started: what they have, looked at and written down
 * in /zoneplace/guest/UUID. Of the guests themselves nothing is changed.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "xen/patched.h"

#define GUESTS ZP__STORE "/guest"

/* ---- looking ------------------------------------------------------------- */

static int read_vcpus(struct zp_xen *xen, struct zp_guest_facts *facts,
                      struct zp_error *err)
{
    libxl_vcpuinfo *vcpus;
    int i, p, nr, nr_pcpus;

    zp__log_reset(&xen->log);
    vcpus = libxl_list_vcpu(xen->ctx, facts->domid, &nr, &nr_pcpus);
    if (!vcpus)
        return zp__log_fail(&xen->log, err, ERROR_FAIL,
                            "listing vcpus of domain %u", facts->domid);
    for (i = 0; i < nr && i < ZP_MAX_VCPUS; i++) {
        for (p = 0; p < ZP_MAX_PCPUS; p++) {
            if (libxl_bitmap_test(&vcpus[i].cpumap, p))
                zp_pcpuset_add(&facts->vcpu[i], (uint32_t)p);
        }
    }
    facts->nr_vcpus = (uint32_t)i;
    libxl_vcpuinfo_list_free(vcpus, nr);
    if (nr > ZP_MAX_VCPUS)
        return zp__fail(err, ZP_ERR_RANGE, "vcpus",
                        "guest %s has %d vcpus, a record holds %d",
                        facts->name, nr, ZP_MAX_VCPUS);
    return ZP_OK;
}

static int count_pages(struct zp_xen *xen, const libxl_dominfo *info,
                       struct zp_guest_facts *facts, enum zp_count count,
                       bool force, struct zp_error *err)
{
    bool cheap = zp__domctl_counts(xen->domctl, info);
    uint64_t by_node[ZP_MAX_PNODES];
    uint32_t node;
    xen_pfn_t last;
    int rc = ZP_OK;

    if (count == ZP_COUNT_NEVER || (count == ZP_COUNT_CHEAP && !cheap))
        return ZP_OK;
    if (!cheap && !force)
        rc = zp__walk_check(facts->mem_kib, err, "guest %s has", facts->name);
    if (rc)
        return rc;
    if (!cheap)
        rc = zp__numa_pages(xen, facts->domid, by_node, err);
    else if (xc_domain_maximum_gpfn(xen->xch, facts->domid, &last) < 0)
        rc = zp__fail(err, ZP_ERR_NOTFOUND, "guest", "domain %u has gone",
                      facts->domid);
    else
        rc = zp__domctl_residency(xen->domctl, facts->domid, 0, last + 1,
                                  by_node, err);
    for (node = 0; !rc && node < ZP_MAX_PNODES; node++)
        facts->held_kib[node] = by_node[node] * 4;
    facts->counted = !rc;
    return rc;
}

static int look(struct zp_xen *xen, const libxl_dominfo *info,
                enum zp_count count, bool force,
                struct zp_guest_facts *facts, struct zp_error *err)
{
    char *name = libxl_domid_to_name(xen->ctx, info->domid);
    int rc;

    memset(facts, 0, sizeof(*facts));
    snprintf(facts->name, sizeof(facts->name), "%s", name ? name : "");
    free(name);
    snprintf(facts->uuid, sizeof(facts->uuid), LIBXL_UUID_FMT,
             LIBXL_UUID_BYTES(info->uuid));
    facts->domid = info->domid;
    facts->mem_kib = info->current_memkb;
    rc = read_vcpus(xen, facts, err);
    if (!rc)
        rc = count_pages(xen, info, facts, count, force, err);
    /* Whatever of it failed, failed for that. */
    if (rc && zp__domain_gone(xen, info))
        rc = zp__fail(err, ZP_ERR_NOTFOUND, "guest", "domain %u has gone",
                      facts->domid);
    return rc;
}

int zp_guest_look(struct zp_xen *xen, const struct zp_guest_facts *recorded,
                  enum zp_count count, bool force,
                  struct zp_guest_facts *now_out, struct zp_error *err)
{
    const libxl_dominfo *info;
    libxl_dominfo *list;
    int nr, rc;

    rc = zp__domains(xen, &list, &nr, err);
    if (rc)
        return rc;
    info = zp__domain_in(list, nr, recorded->uuid);
    rc = info ? look(xen, info, count, force, now_out, err)
              : zp__fail(err, ZP_ERR_NOTFOUND, "guest",
                         "guest %s has gone", recorded->name);
    libxl_dominfo_list_free(list, nr);
    return rc;
}

/* ---- records ------------------------------------------------------------- */

static int fail(struct zp_error *err, const char *what)
{
    return zp__fail_sys(err, ZP_ERR_XEN, errno, "xenstored",
                        "xenstore record of guest %s: %s", what,
                        strerror(errno));
}

static int put(struct zp_xen *xen, const struct zp_guest_facts *facts,
               struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *text = NULL;
    char path[128];
    xs_transaction_t t;
    bool ok;
    int rc = zp__facts_to_json(facts, &text, err);

    if (rc)
        return rc;
    snprintf(path, sizeof(path), GUESTS "/%s", facts->uuid);
    do {
        t = xs_transaction_start(xen->xsh);
        if (t == XBT_NULL)
            return fail(err, facts->name);
        ok = zp__store_make_private(xen, t, ZP__STORE) &&
             zp__store_make_private(xen, t, GUESTS) &&
             zp__store_make_private(xen, t, path) &&
             zp__store_put_text(xen, t, path, text);
        if (!ok) {
            fail(err, facts->name);
            xs_transaction_end(xen->xsh, t, true);
            return ZP_ERR_XEN;
        }
        if (xs_transaction_end(xen->xsh, t, false))
            return ZP_OK;
    } while (errno == EAGAIN);
    return fail(err, facts->name);
}

static int take_away(struct zp_xen *xen, const struct zp_guest_facts *facts,
                     struct zp_error *err)
{
    char path[128];

    snprintf(path, sizeof(path), GUESTS "/%s", facts->uuid);
    if (!xs_rm(xen->xsh, XBT_NULL, path) && errno != ENOENT)
        return fail(err, facts->name);
    return ZP_OK;
}

/* NOTFOUND: it has gone while we looked. One that is spoilt says nothing but
 * whose it is, so that it can be forgotten. */
static int get(struct zp_xen *xen, const char *uuid,
               struct zp_guest_facts *facts, struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *text = NULL;
    char path[128];
    xs_transaction_t t;

    snprintf(path, sizeof(path), GUESTS "/%s", uuid);
    do {
        free(text);
        t = xs_transaction_start(xen->xsh);
        if (t == XBT_NULL)
            return fail(err, uuid);
        text = zp__store_get_text(xen, t, path);
        if (xs_transaction_end(xen->xsh, t, false))
            break;
        if (errno != EAGAIN)
            return fail(err, uuid);
    } while (true);
    if (!text)
        return zp__fail(err, ZP_ERR_NOTFOUND, "guest",
                        "there is no record of guest %s", uuid);
    if (zp__facts_from_json(text, strlen(text), facts, NULL)) {
        memset(facts, 0, sizeof(*facts));
        snprintf(facts->name, sizeof(facts->name), "%s", uuid);
    }
    snprintf(facts->uuid, sizeof(facts->uuid), "%s", uuid);
    return ZP_OK;
}

int zp__adopted_list(struct zp_xen *xen, struct zp_guest_facts **facts_out,
                     size_t *nr_out, struct zp_error *err)
{
    struct zp_guest_facts *facts;
    unsigned i, nr_names = 0;
    size_t nr = 0;
    char **names;
    int rc = ZP_OK;

    names = xs_directory(xen->xsh, XBT_NULL, GUESTS, &nr_names);
    if (!names && errno != ENOENT)
        return fail(err, "(all)");
    facts = calloc(nr_names + 1, sizeof(*facts));
    if (!facts)
        rc = zp__nomem(err);
    for (i = 0; i < nr_names && !rc; i++) {
        rc = get(xen, names[i], &facts[nr], err);
        nr += !rc;
        rc = rc == ZP_ERR_NOTFOUND ? ZP_OK : rc;
    }
    free(names);
    if (rc) {
        free(facts);
        return rc;
    }
    *facts_out = facts;
    *nr_out = nr;
    return ZP_OK;
}

int zp__adopted_prune(struct zp_xen *xen, struct zp_error *err)
{
    struct zp_guest_facts *facts;
    const libxl_dominfo *info;
    libxl_dominfo *list;
    size_t i, nr;
    int nr_doms, rc = zp__adopted_list(xen, &facts, &nr, err);

    if (rc || !nr) {
        if (!rc)
            free(facts);
        return rc;
    }
    rc = zp__domains(xen, &list, &nr_doms, err);
    for (i = 0; i < nr && !rc; i++) {
        info = zp__domain_in(list, nr_doms, facts[i].uuid);
        if (!info || info->domid != facts[i].domid)
            rc = take_away(xen, &facts[i], err);
    }
    libxl_dominfo_list_free(list, nr_doms);
    free(facts);
    return rc;
}

/* ---- the calls ----------------------------------------------------------- */

static bool is_it(const struct zp_guest_facts *facts, const char *which)
{
    char domid[16];

    snprintf(domid, sizeof(domid), "%u", facts->domid);
    return !which || strcmp(facts->name, which) == 0 ||
           strcmp(facts->uuid, which) == 0 || strcmp(domid, which) == 0;
}

static int by_domid(const void *a, const void *b)
{
    const struct zp_guest_facts *fa = a, *fb = b;

    return (fa->domid > fb->domid) - (fa->domid < fb->domid);
}

int zp_guest_adopted(struct zp_xen *xen, const char *which,
                     struct zp_guest_facts **facts_out, size_t *nr_out,
                     struct zp_error *err)
{
    struct zp_guest_facts *facts;
    size_t i, nr, kept = 0;
    int rc = zp__adopted_list(xen, &facts, &nr, err);

    if (rc)
        return rc;
    for (i = 0; i < nr; i++) {
        if (is_it(&facts[i], which))
            facts[kept++] = facts[i];
    }
    if (which && !kept) {
        free(facts);
        return zp__fail(err, ZP_ERR_NOTFOUND, "guest",
                        "no guest %s has been adopted", which);
    }
    qsort(facts, kept, sizeof(*facts), by_domid);
    *facts_out = facts;
    *nr_out = kept;
    return ZP_OK;
}

int zp_guest_forget(struct zp_xen *xen, const char *which, size_t *nr_out,
                    struct zp_error *err)
{
    struct zp_guest_facts *facts = NULL;
    size_t i, nr = 0;
    int lock, rc = zp__lock(&lock, err);

    if (rc)
        return rc;
    rc = zp_guest_adopted(xen, which, &facts, &nr, err);
    for (i = 0; i < nr && !rc; i++)
        rc = take_away(xen, &facts[i], err);
    free(facts);
    close(lock);
    if (!rc && nr_out)
        *nr_out = nr;
    return rc;
}

struct adoption {
    struct zp_xen *xen;
    enum zp_count count;
    bool force, dry_run;
    struct zp__record *zones;
    size_t nr_zones;
    struct zp_guest_facts *old;  /* records that there are */
    size_t nr_old;
    struct zp_guest_facts *facts;
    size_t nr;
};

static bool is_zone(const struct adoption *a, const libxl_dominfo *info)
{
    size_t i;

    for (i = 0; i < a->nr_zones; i++) {
        if (zp__domain_in(info, 1, a->zones[i].uuid))
            return true;
    }
    return false;
}

static int adopt_one(struct adoption *a, const libxl_dominfo *info,
                     struct zp_error *err)
{
    struct zp_guest_facts *facts = &a->facts[a->nr];
    size_t i;
    int rc;

    for (i = 0; i < a->nr_old; i++) {
        if (zp__domain_in(info, 1, a->old[i].uuid)) {
            a->facts[a->nr++] = a->old[i];
            return ZP_OK;
        }
    }
    rc = look(a->xen, info, a->count, a->force, facts, err);
    if (!rc && !a->dry_run)
        rc = put(a->xen, facts, err);
    a->nr += !rc;
    return rc;
}

/* Of all, what is about to go is left alone. */
static int adopt_all(struct adoption *a, const libxl_dominfo *list, int nr,
                     struct zp_error *err)
{
    int i, rc = ZP_OK;

    for (i = 0; i < nr && !rc; i++) {
        if (list[i].domid && !list[i].dying && !is_zone(a, &list[i]))
            rc = adopt_one(a, &list[i], err);
        if (rc && zp__domain_gone(a->xen, &list[i]))
            rc = ZP_OK;
    }
    return rc;
}

static int adopt_named(struct adoption *a, const libxl_dominfo *list, int nr,
                       const char *which, struct zp_error *err)
{
    uint32_t domid;
    int i;

    if (libxl_domain_qualifier_to_domid(a->xen->ctx, which, &domid))
        return zp__fail(err, ZP_ERR_NOTFOUND, "guest", "there is no guest %s",
                        which);
    if (!domid)
        return zp__fail(err, ZP_ERR_INVAL, "guest",
                        "%s is dom0: it is no guest", which);
    for (i = 0; i < nr && list[i].domid != domid; i++)
        ;
    if (i == nr)
        return zp__fail(err, ZP_ERR_NOTFOUND, "guest", "there is no guest %s",
                        which);
    if (is_zone(a, &list[i]))
        return zp__fail(err, ZP_ERR_EXISTS, "guest",
                        "%s is a zone: it has a record already", which);
    return adopt_one(a, &list[i], err);
}

/* Under the lock: no zone begins or ends meanwhile. */
static int adopt(struct adoption *a, const char *which, struct zp_error *err)
{
    libxl_dominfo *list;
    int nr, rc = zp__recover(a->xen, NULL, err);

    if (!rc)
        rc = zp__store_list(a->xen, &a->zones, &a->nr_zones, err);
    if (!rc)
        rc = zp__adopted_list(a->xen, &a->old, &a->nr_old, err);
    if (!rc)
        rc = zp__domains(a->xen, &list, &nr, err);
    if (rc)
        return rc;
    a->facts = calloc((size_t)nr + 1, sizeof(*a->facts));
    if (!a->facts)
        rc = zp__nomem(err);
    else
        rc = which ? adopt_named(a, list, nr, which, err)
                   : adopt_all(a, list, nr, err);
    libxl_dominfo_list_free(list, nr);
    return rc;
}

int zp_guest_adopt(struct zp_xen *xen, const char *which, enum zp_count count,
                   bool force, bool dry_run,
                   struct zp_guest_facts **facts_out, size_t *nr_out,
                   struct zp_error *err)
{
    struct adoption a = { .xen = xen, .count = count, .force = force,
                          .dry_run = dry_run };
    int lock, rc = zp__lock(&lock, err);

    if (rc)
        return rc;
    rc = adopt(&a, which, err);
    close(lock);
    zp__store_list_free(a.zones, a.nr_zones);
    free(a.old);
    if (rc) {
        free(a.facts);
        return rc;
    }
    *facts_out = a.facts;
    *nr_out = a.nr;
    return ZP_OK;
}
