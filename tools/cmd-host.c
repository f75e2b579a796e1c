/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl host: what the machine is, and what is free. */
#include <string.h>

#include "zonectl.h"

static const char *tier_name(enum zp_tier tier)
{
    return tier == ZP_TIER_PATCHED ? "patched" : "stock";
}

static void add_facts(struct spool *out, const struct zp_xen_info *info)
{
    char total[24], unused[24], claimed[24];

    format_size(info->total_kib, total, sizeof(total));
    format_size(info->free_kib, unused, sizeof(unused));
    format_size(info->claimed_kib, claimed, sizeof(claimed));
    spool_add(out, "Xen %s, tier %s%s%s%s, scheduler %s, %u pcpus\n"
              "memory %s, free %s, claimed %s\n\n", info->version,
              tier_name(info->tier), *info->tier_note ? " (" : "",
              info->tier_note, *info->tier_note ? ")" : "",
              info->scheduler, info->nr_pcpus, total,
              unused, claimed);
}

/* Readers of host files pass over keys they don't know, so the facts may
 * stand in the same document: what is printed can be given to --host. */
static void add_json(struct spool *out, const char *text,
                     const struct zp_xen_info *info)
{
    spool_add(out, "{\n  \"xen\": {\"version\": ");
    spool_json(out, info->version);
    spool_add(out, ", \"tier\": \"%s\", \"tier_note\": ",
              tier_name(info->tier));
    spool_json(out, info->tier_note);
    spool_add(out, ", \"scheduler\": ");
    spool_json(out, info->scheduler);
    spool_add(out, ", \"pcpus\": %u, \"total_kib\": %llu, "
              "\"free_kib\": %llu, \"claimed_kib\": %llu},%s",
              info->nr_pcpus, (unsigned long long)info->total_kib,
              (unsigned long long)info->free_kib,
              (unsigned long long)info->claimed_kib, text + 1);
}

static void warn_of_topology(struct ctl *ctl, const struct host *host)
{
    const char *line;

    for (uint32_t i = 0; (line = zp_topology_warning(host->topo, i)); i++)
        spool_add(&ctl->warnings, "warning: %s\n", line);
}

static int add_host_json(struct ctl *ctl, const struct host *host,
                         struct zp_error *err)
{
    CLEANUP(free_text) char *text = NULL;

    if (zp_host_to_json(host->topo, host->load, &text, err))
        return err->code;
    if (host->live)
        add_json(&ctl->out, text, &host->info);
    else
        spool_add(&ctl->out, "%s", text);
    return ZP_OK;
}

static int add_nrt(struct ctl *ctl, const struct host *host,
                   struct zp_error *err)
{
    CLEANUP(free_text) char *text = NULL;

    if (zp_host_to_nrt(host->topo, host->load, &text, err))
        return err->code;
    spool_add(&ctl->out, "%s", text);
    warn_of_topology(ctl, host);
    return ZP_OK;
}

/* --format, which says what --text and --json do, or nrt. */
static int choose_format(const struct ctl *ctl, enum look *look,
                         bool *nrt_out, struct zp_error *err)
{
    const char *format = given(ctl, OPT_FORMAT);

    *nrt_out = false;
    if (!format)
        return ZP_OK;
    if (*look != LOOK_DEFAULT)
        return fail(err, ZP_ERR_INVAL, "format",
                    "host: --format or another form, not both");
    if (!strcmp(format, "json"))
        *look = LOOK_JSON;
    else if (!strcmp(format, "nrt"))
        *nrt_out = true;
    else if (strcmp(format, "text"))
        return fail(err, ZP_ERR_INVAL, "format",
                    "--format %s: one of text, json, nrt", format);
    return ZP_OK;
}

int cmd_host(struct ctl *ctl)
{
    struct host host CLEANUP(host_clear) = { 0 };
    enum look look = LOOK_DEFAULT;
    struct zp_error err;
    bool nrt;
    int rc;

    if (given(ctl, OPT_DOCTOR) || given(ctl, OPT_GUEST) ||
        given(ctl, OPT_ROOT))
        return doctor(ctl);
    if (choose_look(ctl, &look, &err) ||
        choose_format(ctl, &look, &nrt, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    rc = host_read(ctl, &host);
    if (rc)
        return rc;
    if (nrt) {
        rc = add_nrt(ctl, &host, &err);
    } else if (look == LOOK_JSON) {
        rc = add_host_json(ctl, &host, &err);
    } else {
        if (look == LOOK_DEFAULT && host.live)
            add_facts(&ctl->out, &host.info);
        rc = draw_host(ctl, look == LOOK_DEFAULT ? LOOK_ASCII : look, &host,
                       NULL, false, &err);
        warn_of_topology(ctl, &host);
    }
    if (rc || write_output(ctl, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return EXIT_OK;
}
