/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl adopt: a record of what guests of others have. The guests are left
 * alone. */
#include <stdlib.h>

#include "adopted.h"

static const char *done(const struct ctl *ctl,
                        const struct zp_guest_facts *facts)
{
    if (facts->adopted)
        return "already";
    return given(ctl, OPT_DRY_RUN) ? "no" : "now";
}

static void add_text(struct ctl *ctl, const struct zp_guest_facts *facts,
                     size_t nr)
{
    struct spool *out = &ctl->out;

    for (size_t i = 0; i < nr; i++) {
        spool_add(out, "guest %s, domain %u: %s\n", facts[i].name,
                  facts[i].domid,
                  facts[i].adopted ? "adopted already, with"
                  : given(ctl, OPT_DRY_RUN) ? "would be adopted with"
                                            : "adopted with");
        adopted_text(out, &facts[i]);
    }
    if (!nr)
        spool_add(out, "There is no guest that is not a zone.\n");
    else
        spool_add(out, "Not known: what the guest's kernel sees, where its "
                  "devices are, and what its\ntoolstack does with it. A "
                  "record ends when the guest ends or reboots.\n");
}

static void add_json(struct ctl *ctl, const struct zp_guest_facts *facts,
                     size_t nr)
{
    struct spool *out = &ctl->out;

    spool_add(out, "{\"guests\":[");
    for (size_t i = 0; i < nr; i++) {
        spool_add(out, "%s\n {\"guest\":", i ? "," : "");
        spool_json(out, facts[i].name);
        spool_add(out, ",\"domid\":%u,\"adopted\":\"%s\",", facts[i].domid,
                  done(ctl, &facts[i]));
        adopted_members(out, &facts[i]);
        spool_add(out, "}");
    }
    spool_add(out, "],\n \"unknown\":[\"guest-topology\",\"devices\","
              "\"toolstack\"]}\n");
}

static int forget(struct ctl *ctl, const char *which)
{
    struct zp_error err;
    size_t nr;

    if (zp_guest_forget(ctl->xen, which, &nr, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (ctl->json)
        spool_add(&ctl->out, "{\"forgotten\":%zu}\n", nr);
    else
        spool_add(&ctl->out, "%zu guest%s forgotten\n", nr,
                  nr == 1 ? "" : "s");
    return EXIT_OK;
}

static int check_line(const struct ctl *ctl, struct zp_error *err)
{
    if (!given(ctl, OPT_EVERY) == !ctl->nr_args)
        return fail(err, ZP_ERR_INVAL, "argument",
                    "adopt: name a guest, or give --all");
    if (given(ctl, OPT_FORGET) &&
        (given(ctl, OPT_DRY_RUN) || given(ctl, OPT_FORCE)))
        return fail(err, ZP_ERR_INVAL, "forget",
                    "adopt: --forget goes with neither --dry-run nor "
                    "--force");
    return ZP_OK;
}

int cmd_adopt(struct ctl *ctl)
{
    const char *which = ctl->nr_args ? ctl->args[0] : NULL;
    struct zp_guest_facts *facts;
    struct zp_error err;
    size_t nr;
    int rc;

    if (check_line(ctl, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    rc = open_xen(ctl);
    if (rc)
        return rc;
    if (given(ctl, OPT_FORGET))
        return forget(ctl, which);
    if (zp_guest_adopt(ctl->xen, which,
                       which ? ZP_COUNT_ANYHOW : ZP_COUNT_CHEAP,
                       given(ctl, OPT_FORCE) != NULL,
                       given(ctl, OPT_DRY_RUN) != NULL, &facts, &nr, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (ctl->json)
        add_json(ctl, facts, nr);
    else
        add_text(ctl, facts, nr);
    free(facts);
    return EXIT_OK;
}
