/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl stat: where a zone's memory is and where its vcpus run, once or
 * again and again. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "adopted.h"
#include "stat.h"

struct request {
    bool prometheus;
    enum zp_count count;
    bool force;
    bool watch;
    uint64_t interval_s;
    uint64_t times;               /* 0: for ever */
};

static int get_request(const struct ctl *ctl, struct request *req,
                       struct zp_error *err)
{
    const char *interval = given(ctl, OPT_INTERVAL);
    const char *times = given(ctl, OPT_TIMES);
    bool all = !ctl->nr_args || given(ctl, OPT_EVERY);
    int rc = ZP_OK;

    req->watch = given(ctl, OPT_WATCH) != NULL;
    req->prometheus = given(ctl, OPT_PROMETHEUS) != NULL;
    req->force = given(ctl, OPT_FORCE) != NULL;
    req->interval_s = 2;
    if (ctl->nr_args && given(ctl, OPT_EVERY))
        return fail(err, ZP_ERR_INVAL, "argument",
                    "stat: name a zone, or give --all");
    if (req->prometheus && (ctl->json || req->watch || !all))
        return fail(err, ZP_ERR_INVAL, "prometheus", "stat: --prometheus is "
                    "about all zones, once: no ZONE, --watch or --json");
    if ((interval || times) && !req->watch)
        return fail(err, ZP_ERR_INVAL, "watch",
                    "stat: --interval and --times go with --watch");
    if (interval)
        rc = parse_number("interval", interval, 86400, &req->interval_s, err);
    if (!rc && times)
        rc = parse_number("times", times, UINT32_MAX, &req->times, err);
    if (rc)
        return rc;
    if (!req->interval_s)
        return fail(err, ZP_ERR_INVAL, "interval",
                    "--interval 0: at least 1");
    /* An unmodified Xen counts under a lock, and for all domains: only for
     * whoever asks about one zone, once. */
    req->count = all || req->watch ? ZP_COUNT_CHEAP : ZP_COUNT_ANYHOW;
    if (given(ctl, OPT_PAGES) && req->count != ZP_COUNT_ANYHOW)
        return fail(err, ZP_ERR_INVAL, "pages", "stat: --pages goes with one "
                    "ZONE and without --watch");
    return ZP_OK;
}

/* One zone that is too large to be walked has its other figures, unless its
 * pages were what was asked for. */
static int take_sample(struct ctl *ctl, const struct host *host,
                       const struct request *req, struct sample *sample,
                       struct zp_error *err)
{
    int rc = zp_zone_stat(ctl->xen, host->topo, sample->zone, req->count,
                          req->force, &sample->stat, err);

    if (rc == ZP_ERR_UNSUPPORTED && !given(ctl, OPT_PAGES)) {
        if (!ctl->json)
            spool_add(&ctl->warnings, "warning: %s\n", err->msg);
        rc = zp_zone_stat(ctl->xen, host->topo, sample->zone, ZP_COUNT_CHEAP,
                          false, &sample->stat, err);
    }
    sample->known = !rc;
    return rc;
}

static void free_zones(struct zp_zone *zones, size_t nr,
                       struct sample *samples)
{
    zp_zone_list_free(zones, nr);
    free(samples);
}

static void add_samples(struct ctl *ctl, const struct host *host,
                        const struct request *req,
                        const struct sample *samples, size_t nr)
{
    struct spool *out = &ctl->out;

    if (req->prometheus) {
        stat_prometheus(out, host->topo, host->load,
                        host->info.tier == ZP_TIER_PATCHED ? "patched"
                                                           : "stock",
                        samples, nr);
        return;
    }
    if (ctl->json && !ctl->nr_args)
        spool_add(out, "{\"zones\":[");
    for (size_t i = 0; i < nr; i++) {
        if (!ctl->json)
            stat_table(out, host->topo, &samples[i]);
        else
            stat_object(out, host->topo, &samples[i]);
        spool_add(out, ctl->json ? (i + 1 < nr ? "," : "")
                                 : (i + 1 < nr ? "\n" : ""));
    }
    if (ctl->json)
        spool_add(out, ctl->nr_args ? "\n" : "],\"guests\":[");
}

/* Guests that are no zones, but have been adopted: all, or the one that is
 * named; @none: what is said of one that has not. */
static int look_at_guests(struct ctl *ctl, const struct request *req,
                          const struct zp_error *none)
{
    struct zp_error err;
    int rc;

    if (req->prometheus)
        return EXIT_OK;
    rc = adopted_stat(ctl, ctl->nr_args ? ctl->args[0] : NULL, req->count,
                      &err);
    if (rc)
        return refuse(ctl->json, EXIT_FAILED,
                      rc == ZP_ERR_NOTFOUND && none ? none : &err);
    if (ctl->json)
        spool_add(&ctl->out, ctl->nr_args ? "\n" : "]}\n");
    return EXIT_OK;
}

/* All zones, or the one that is named. Of all, one that goes meanwhile is
 * shown without figures. */
static int look(struct ctl *ctl, const struct host *host,
                const struct request *req)
{
    struct zp_zone *zones = NULL;
    struct sample *samples;
    struct zp_error err;
    size_t nr = 1;
    int rc;

    if (ctl->nr_args)
        rc = zp_zone_find(ctl->xen, ctl->args[0], &zones, &err);
    else
        rc = zp_zone_list(ctl->xen, &zones, &nr, &err);
    if (rc == ZP_ERR_NOTFOUND)
        return look_at_guests(ctl, req, &err);
    if (rc)
        return refuse(ctl->json, EXIT_FAILED, &err);
    samples = calloc(nr + 1, sizeof(*samples));
    if (!samples)
        rc = fail(&err, ZP_ERR_NOMEM, NULL, "out of memory");
    for (size_t i = 0; i < nr && !rc; i++) {
        samples[i].zone = &zones[i];
        rc = take_sample(ctl, host, req, &samples[i], &err);
        if (!ctl->nr_args)
            rc = ZP_OK;
    }
    if (!rc)
        add_samples(ctl, host, req, samples, nr);
    free_zones(zones, nr, samples);
    if (rc)
        return refuse(ctl->json, EXIT_FAILED, &err);
    return ctl->nr_args ? EXIT_OK : look_at_guests(ctl, req, NULL);
}

/* Each look is printed as it comes; a reader who has gone ends it. */
static int watch(struct ctl *ctl, const struct host *host,
                 const struct request *req)
{
    struct zp_error err;
    int rc = EXIT_OK;

    for (uint64_t i = 0; !rc && (!req->times || i < req->times); i++) {
        char when[32];
        struct tm tm;
        time_t now;

        if (i)
            sleep((unsigned)req->interval_s);
        now = time(NULL);
        if (!ctl->json && localtime_r(&now, &tm) &&
            strftime(when, sizeof(when), "%F %T", &tm))
            spool_add(&ctl->out, "%s%s\n", i ? "\n" : "", when);
        rc = look(ctl, host, req);
        if (!rc && write_all(STDOUT_FILENO, ctl->out.buf, ctl->out.len)) {
            fail(&err, ZP_ERR_IO, NULL, "standard output: %m");
            rc = refuse(false, EXIT_FAILED, &err);
        }
        spool_clear(&ctl->out);
    }
    return rc;
}

int cmd_stat(struct ctl *ctl)
{
    struct host host CLEANUP(host_clear) = { 0 };
    struct request req = { 0 };
    struct zp_error err;
    int rc;

    if (get_request(ctl, &req, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    rc = host_read(ctl, &host);
    if (rc)
        return rc;
    return req.watch ? watch(ctl, &host, &req) : look(ctl, &host, &req);
}
