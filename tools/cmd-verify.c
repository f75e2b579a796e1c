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

static void add_report(struct ctl *ctl, const struct zp_zone *zone,
                       const char *report, bool differs)
{
    struct spool *out = &ctl->out;

    if (!ctl->json) {
        spool_add(out, "zone %s, domain %u: %s\n%s",
                  zone->spec.request.name, zone->domid,
                  differs ? "DIFFERS from its plan" : "as planned", report);
        return;
    }
    spool_add(out, "%s\n {\"zone\":", out->len ? "," : "{\"zones\":[");
    spool_json(out, zone->spec.request.name);
    spool_add(out, ",\"domid\":%u,\"differs\":%s,\"checks\":[", zone->domid,
              differs ? "true" : "false");
    add_checks(out, report);
    spool_add(out, "]}");
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

static int verify_all(struct ctl *ctl, const struct host *host,
                      const struct zp_zone *zones, size_t nr)
{
    bool force = given(ctl, OPT_FORCE) != NULL;
    struct zp_error err, first = { 0 };
    size_t nr_differ = 0;

    for (size_t i = 0; i < nr; i++) {
        CLEANUP(free_text) char *report = NULL;
        int rc = zp_zone_verify(ctl->xen, host->topo, &zones[i],
                                ctl->nr_args ? ZP_COUNT_ANYHOW
                                             : ZP_COUNT_CHEAP,
                                force, &report, &err);

        if (rc && rc != ZP_ERR_DIFFERS)
            return refuse(ctl->json, EXIT_FAILED, &err);
        if (rc && !nr_differ++)
            fail(&first, rc, err.limit, "zone %s: %s",
                 zones[i].spec.request.name, err.msg);
        add_report(ctl, &zones[i], report ? report : "", rc != ZP_OK);
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
