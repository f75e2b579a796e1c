/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl verify: does a zone have what its plan says? */
#include <string.h>

#include "adopted.h"

void add_checks(struct spool *out, const char *report)
{
    const char *line = report;
    bool first = true;

    while (*line) {
        size_t len = strcspn(line, "\n");
        size_t word = strcspn(line, " \n");
        struct spool text = { 0 };

        word += line[word] == ' ';
        spool_bytes(&text, line + word, len - word);
        spool_add(out, "%s\n  {\"ok\":%s,\"check\":", first ? "" : ",",
                  !strncmp(line, "ok", 2) ? "true"
                  : !strncmp(line, "unchecked", 9) ? "null" : "false");
        spool_json(out, text.buf);
        spool_add(out, "}");
        spool_clear(&text);
        first = false;
        line += len + (line[len] == '\n');
    }
}

enum verdict { AS_PLANNED, DIFFERS, UNCHECKED };

static void add_report(struct ctl *ctl, const struct zp_zone *zone,
                       const char *report, enum verdict verdict)
{
    static const char *const words[] = { "as planned", "DIFFERS from its plan",
                                         "unchecked" };
    static const char *const differs[] = { "false", "true", "null" };
    struct spool *out = &ctl->out;

    if (!ctl->json) {
        spool_add(out, "zone %s, domain %u: %s\n%s",
                  zone->spec.request.name, zone->domid, words[verdict],
                  report);
        return;
    }
    spool_add(out, "%s\n {\"zone\":", out->len ? "," : "{\"zones\":[");
    spool_json(out, zone->spec.request.name);
    spool_add(out, ",\"domid\":%u,\"differs\":%s,\"checks\":[", zone->domid,
              differs[verdict]);
    add_checks(out, report);
    spool_add(out, "]}");
}

static void add_unchecked(struct ctl *ctl, const struct zp_zone *zone,
                          const char *why)
{
    struct spool line CLEANUP(spool_clear) = { 0 };

    spool_add(&line, "unchecked the zone %s\n", why);
    add_report(ctl, zone, line.buf, UNCHECKED);
}

/* Says of a zone that was no more, or not as it was listed, when a check of it
 * failed or differed; the check was then of nothing. */
static const char *why_moved(struct ctl *ctl, const struct zp_zone *zone)
{
    struct zp_zone *now CLEANUP(free_zone) = NULL;
    struct zp_error err;
    int rc = zp_zone_find(ctl->xen, zone->spec.uuid, &now, &err);

    if (rc)
        return rc == ZP_ERR_NOTFOUND ? "has gone" : NULL;
    if (zone_in_motion(now))
        return zone_in_motion(now);
    return now->domid != zone->domid ? "has rebooted" : NULL;
}

/* The report is the document; an error object beside it would make two. */
static int finish(size_t nr_differ, const struct zp_error *first)
{
    return nr_differ ? refuse(false, EXIT_DIFFERS, first) : EXIT_OK;
}

/* A guest that is no zone, but has been adopted; @none: what is said of one
 * that has not. */
static int verify_guest(struct ctl *ctl, const struct zp_error *none)
{
    struct zp_error err, first = { 0 };
    size_t nr_differ = 0;
    int rc;

    if (ctl->json)
        spool_add(&ctl->out, "{\"guests\":[");
    rc = adopted_verify(ctl, ctl->args[0], &nr_differ, &first, &err);
    if (rc) {
        spool_clear(&ctl->out);
        return refuse(ctl->json, EXIT_FAILED,
                      rc == ZP_ERR_NOTFOUND ? none : &err);
    }
    if (ctl->json)
        spool_add(&ctl->out, "]}\n");
    return finish(nr_differ, &first);
}

/* Of all, one that is in motion is nobody's fault, and hides no other. */
static int verify_one(struct ctl *ctl, const struct host *host,
                      const struct zp_zone *zone, struct zp_error *err)
{
    CLEANUP(free_text) char *report = NULL;
    bool all = !ctl->nr_args;
    const char *why = all ? zone_in_motion(zone) : NULL;
    int rc = ZP_OK;

    if (!why)
        rc = zp_zone_verify(ctl->xen, host->topo, zone,
                            all ? ZP_COUNT_CHEAP : ZP_COUNT_ANYHOW,
                            given(ctl, OPT_FORCE) != NULL, &report, err);
    if (rc && all)
        why = why_moved(ctl, zone);
    if (why) {
        add_unchecked(ctl, zone, why);
        return ZP_OK;
    }
    if (!rc || rc == ZP_ERR_DIFFERS)
        add_report(ctl, zone, report ? report : "",
                   rc ? DIFFERS : AS_PLANNED);
    return rc;
}

static int verify_all(struct ctl *ctl, const struct host *host,
                      const struct zp_zone *zones, size_t nr)
{
    struct zp_error err, first = { 0 };
    size_t nr_differ = 0;

    for (size_t i = 0; i < nr; i++) {
        int rc = verify_one(ctl, host, &zones[i], &err);

        if (rc && rc != ZP_ERR_DIFFERS)
            return refuse(ctl->json, EXIT_FAILED, &err);
        if (rc && !nr_differ++)
            fail(&first, rc, err.limit, "zone %s: %s",
                 zones[i].spec.request.name, err.msg);
    }
    if (ctl->json)
        spool_add(&ctl->out, "%s],\"guests\":[",
                  nr ? "" : "{\"zones\":[");
    if (!ctl->nr_args && adopted_verify(ctl, NULL, &nr_differ, &first, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (ctl->json)
        spool_add(&ctl->out, "]}\n");
    return finish(nr_differ, &first);
}

int cmd_verify(struct ctl *ctl)
{
    struct host host CLEANUP(host_clear) = { 0 };
    struct zp_zone *zones = NULL;
    struct zp_error err;
    size_t nr = 1;
    int rc;

    if (!given(ctl, OPT_EVERY) == !ctl->nr_args) {
        fail(&err, ZP_ERR_INVAL, "argument",
             "verify: name a zone, or give --all");
        return refuse(ctl->json, EXIT_USAGE, &err);
    }
    rc = host_read(ctl, &host);
    if (rc)
        return rc;
    if (ctl->nr_args)
        rc = zp_zone_find(ctl->xen, ctl->args[0], &zones, &err);
    if (rc == ZP_ERR_NOTFOUND)
        return verify_guest(ctl, &err);
    if (!ctl->nr_args)
        rc = zp_zone_list(ctl->xen, &zones, &nr, &err);
    if (rc)
        return refuse(ctl->json, EXIT_FAILED, &err);
    rc = verify_all(ctl, &host, zones, nr);
    zp_zone_list_free(zones, nr);
    return rc;
}
