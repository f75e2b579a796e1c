/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the verbs show of guests that have been adopted. */
#include <stdlib.h>
#include <string.h>

#include "adopted.h"

/* The vcpu behind the last one with the affinity of @first. */
static uint32_t run_end(const struct zp_guest_facts *facts, uint32_t first)
{
    uint32_t end = first + 1;

    while (end < facts->nr_vcpus && !memcmp(&facts->vcpu[end],
                                            &facts->vcpu[first],
                                            sizeof(facts->vcpu[0])))
        end++;
    return end;
}

void adopted_text(struct spool *out, const struct zp_guest_facts *facts)
{
    char pcpus[512];

    for (uint32_t i = 0, end; i < facts->nr_vcpus; i = end) {
        end = run_end(facts, i);
        zp_pcpuset_format(&facts->vcpu[i], pcpus, sizeof(pcpus));
        spool_add(out, end - i > 1 ? "  vcpus %u-%u" : "  vcpu %u", i,
                  end - 1);
        spool_add(out, ": pcpus %s\n", pcpus);
    }
    spool_add(out, "  %llu MiB", (unsigned long long)facts->mem_kib / 1024);
    if (!facts->counted)
        spool_add(out, ", not counted: on which nodes is not known");
    for (uint32_t node = 0; node < ZP_MAX_PNODES; node++) {
        if (facts->held_kib[node])
            spool_add(out, "; node %u: %llu", node,
                      (unsigned long long)facts->held_kib[node] / 1024);
    }
    spool_add(out, "\n");
}

void adopted_members(struct spool *out, const struct zp_guest_facts *facts)
{
    char pcpus[512];

    spool_add(out, "\"vcpus\":[");
    for (uint32_t i = 0; i < facts->nr_vcpus; i++) {
        zp_pcpuset_format(&facts->vcpu[i], pcpus, sizeof(pcpus));
        spool_add(out, "%s{\"vcpu\":%u,\"hard\":\"%s\"}", i ? "," : "", i,
                  pcpus);
    }
    spool_add(out, "],\"memory_kib\":%llu,\"nodes\":",
              (unsigned long long)facts->mem_kib);
    if (!facts->counted) {
        spool_add(out, "null");
        return;
    }
    spool_add(out, "[");
    for (uint32_t node = 0, nr = 0; node < ZP_MAX_PNODES; node++) {
        if (facts->held_kib[node])
            spool_add(out, "%s{\"node\":%u,\"memory_kib\":%llu}",
                      nr++ ? "," : "", node,
                      (unsigned long long)facts->held_kib[node]);
    }
    spool_add(out, "]");
}

static void begin(struct ctl *ctl, const struct zp_guest_facts *facts,
                  bool first, const char *what)
{
    struct spool *out = &ctl->out;

    if (!ctl->json) {
        spool_add(out, "guest %s, domain %u: %s\n", facts->name, facts->domid,
                  what);
        return;
    }
    spool_add(out, "%s{\"guest\":", first ? "" : ",");
    spool_json(out, facts->name);
    spool_add(out, ",\"domid\":%u,", facts->domid);
}

static int verify_one(struct ctl *ctl, const struct zp_guest_facts *facts,
                      enum zp_count count, bool first_of_all,
                      struct zp_error *err)
{
    CLEANUP(free_text) char *report = NULL;
    static struct zp_guest_facts now;
    int rc = zp_guest_look(ctl->xen, facts, count,
                           given(ctl, OPT_FORCE) != NULL, &now, err);

    if (!rc)
        rc = zp_guest_compare(facts, &now, &report, err);
    if (rc && rc != ZP_ERR_DIFFERS)
        return rc;
    begin(ctl, facts, first_of_all,
          rc ? "DIFFERS from its record" : "as recorded");
    if (!ctl->json) {
        spool_add(&ctl->out, "%s", report);
        return rc;
    }
    spool_add(&ctl->out, "\"differs\":%s,\"checks\":[",
              rc ? "true" : "false");
    add_checks(&ctl->out, report);
    spool_add(&ctl->out, "]}");
    return rc;
}

int adopted_verify(struct ctl *ctl, const char *which, size_t *nr_differ,
                   struct zp_error *first, struct zp_error *err)
{
    struct zp_guest_facts *facts;
    size_t nr;
    int rc = zp_guest_adopted(ctl->xen, which, &facts, &nr, err);

    if (rc)
        return rc;
    for (size_t i = 0; i < nr; i++) {
        rc = verify_one(ctl, &facts[i], which ? ZP_COUNT_ANYHOW
                                              : ZP_COUNT_CHEAP, i == 0, err);
        if (rc && rc != ZP_ERR_DIFFERS)
            break;
        if (rc && !(*nr_differ)++)
            *first = *err;
        rc = ZP_OK;
    }
    free(facts);
    return rc;
}

static int stat_one(struct ctl *ctl, const struct zp_guest_facts *facts,
                    enum zp_count count, bool first, struct zp_error *err)
{
    static struct zp_guest_facts now;
    struct spool *out = &ctl->out;
    int rc = zp_guest_look(ctl->xen, facts, count,
                           given(ctl, OPT_FORCE) != NULL, &now, err);

    if (rc)
        return rc;
    begin(ctl, facts, first, "adopted; recorded, and now");
    if (!ctl->json) {
        adopted_text(out, facts);
        adopted_text(out, &now);
        return ZP_OK;
    }
    spool_add(out, "\"recorded\":{");
    adopted_members(out, facts);
    spool_add(out, "},\"now\":{");
    adopted_members(out, &now);
    spool_add(out, "}}");
    return ZP_OK;
}

int adopted_stat(struct ctl *ctl, const char *which, enum zp_count count,
                 struct zp_error *err)
{
    struct zp_guest_facts *facts;
    size_t nr;
    int rc = zp_guest_adopted(ctl->xen, which, &facts, &nr, err);

    if (rc)
        return rc;
    for (size_t i = 0; i < nr && !rc; i++)
        rc = stat_one(ctl, &facts[i], count, i == 0, err);
    free(facts);
    return rc;
}
