/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl autostart: zones that come back with the host. */
#include <stdio.h>
#include <string.h>

#include "zonectl.h"

static int list_marked(struct ctl *ctl, const struct autostart *list)
{
    if (ctl->json)
        spool_add(&ctl->out, "{\"autostart\":[");
    for (size_t i = 0; i < list->nr; i++) {
        if (ctl->json) {
            spool_add(&ctl->out, "%s", i ? "," : "");
            spool_json(&ctl->out, list->zone[i].name);
        } else {
            spool_add(&ctl->out, "%s\n", list->zone[i].name);
        }
    }
    if (ctl->json)
        spool_add(&ctl->out, "]}\n");
    return EXIT_OK;
}

static int save(struct ctl *ctl, const char *name)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    struct zp_error err;
    int rc = open_xen(ctl);

    if (rc)
        return rc;
    if (zp_zone_find(ctl->xen, name, &zone, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    zone->spec.autostart = true;
    if (autostart_save(&zone->spec, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return EXIT_OK;
}

/* Was the zone started by hand, or by an earlier run? Else a guest that is none
 * has its name or uuid. */
static bool is_there(struct ctl *ctl, const char *name)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    struct zp_error err;

    return !zp_zone_find(ctl->xen, name, &zone, &err) &&
           !strcmp(zone->spec.request.name, name);
}

static int start_one(struct ctl *ctl, const struct zp_host_options *opt,
                     const char *path, uint32_t *domid, struct zp_error *err)
{
    struct spool text CLEANUP(spool_clear) = { 0 };
    struct zp_zone_spec spec CLEANUP(zp_zone_spec_clear);
    int rc;

    zp_zone_spec_init(&spec);
    rc = read_file(path, &text, err);
    if (!rc)
        rc = zp_zone_spec_from_json(text.buf, text.len, &spec, err);
    if (!rc)
        rc = zp_zone_launch(ctl->xen, opt, &spec, domid, err);
    return rc;
}

static int start_all(struct ctl *ctl, const struct autostart *list,
                     const struct zp_host_options *opt)
{
    bool verbose = given(ctl, OPT_VERBOSE) != NULL;
    struct zp_error err, first;
    size_t nr_failed = 0;

    for (size_t i = 0; i < list->nr; i++) {
        const char *name = list->zone[i].name;
        uint32_t domid = 0;
        int rc = start_one(ctl, opt, list->zone[i].path, &domid, &err);

        bool there = rc == ZP_ERR_EXISTS && is_there(ctl, name);

        if (rc && !there && !nr_failed++)
            first = err;
        if (verbose && rc)
            fprintf(stderr, "zonectl: %s: %s\n", name, err.msg);
        else if (verbose)
            fprintf(stderr, "zonectl: %s: domain %u\n", name, domid);
        if (!rc && !ctl->json)
            spool_add(&ctl->out, "zone %s is domain %u\n", name, domid);
    }
    if (ctl->json)
        spool_add(&ctl->out, "{\"zones\":%zu,\"failed\":0}\n", list->nr);
    if (!nr_failed)
        return EXIT_OK;
    fail(&err, first.code, first.limit, "%zu of %zu zones did not start: %s",
         nr_failed, list->nr, first.msg);
    return refuse(ctl->json, EXIT_FAILED, &err);
}

int cmd_autostart(struct ctl *ctl)
{
    struct autostart list CLEANUP(autostart_clear) = { 0 };
    struct zp_host_options opt;
    struct zp_error err;
    int rc;

    if (given(ctl, OPT_SAVE))
        return save(ctl, given(ctl, OPT_SAVE));
    if (given(ctl, OPT_REMOVE)) {
        if (autostart_remove(given(ctl, OPT_REMOVE), false, &err))
            return refuse(ctl->json, EXIT_FAILED, &err);
        return EXIT_OK;
    }
    if (autostart_read(&list, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (given(ctl, OPT_LIST))
        return list_marked(ctl, &list);
    rc = open_xen(ctl);
    if (rc)
        return rc;
    if (zp_host_options_read(NULL, &opt, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return start_all(ctl, &list, &opt);
}
