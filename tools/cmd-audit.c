/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl audit: where the guests of a host are, whoever has placed them, and
 * what would mend it. Changes nothing. */
#include <stdlib.h>

#include "zonectl.h"

struct audited {
    const struct zp_topology *topo;
    const struct zp_load *load;
    const struct zp_guest *guest;
    const struct zp_audit *audit;
    size_t nr;
    const struct zp_guest_facts *adopted;
    size_t nr_adopted;
};

static bool is_adopted(const struct audited *a, size_t guest)
{
    size_t i;

    for (i = 0; i < a->nr_adopted &&
                a->adopted[i].domid != a->guest[guest].domid; i++)
        ;
    return i < a->nr_adopted;
}

static uint64_t held_kib(const struct audited *a, size_t i)
{
    uint64_t sum = 0;

    for (uint32_t pos = 0; pos < zp_topology_nr_pnodes(a->topo); pos++)
        sum += a->guest[i].held_kib[pos];
    return sum;
}

static uint64_t mib(uint64_t kib)
{
    return (kib + 512) / 1024;
}

static uint32_t turns(const struct audited *a)
{
    uint32_t most = 0;

    for (size_t i = 0; i < a->nr; i++)
        most = a->audit[i].turn > most ? a->audit[i].turn : most;
    return most;
}

/* The guest whose turn it is. */
static size_t at_turn(const struct audited *a, uint32_t turn)
{
    size_t i;

    for (i = 0; i < a->nr && a->audit[i].turn != turn; i++)
        ;
    return i;
}

/* ---- text ---- */

static void add_memory(struct spool *out, const struct audited *a, size_t i)
{
    const char *between = "";

    for (uint32_t pos = 0; pos < zp_topology_nr_pnodes(a->topo); pos++) {
        if (!a->guest[i].held_kib[pos])
            continue;
        spool_add(out, "%s%u:%llu", between, zp_topology_os_id(a->topo, pos),
                  (unsigned long long)mib(a->guest[i].held_kib[pos]));
        between = " ";
    }
}

static void add_ids(struct spool *out, const struct zp_idset *set)
{
    for (uint32_t i = 0; i < set->nr; i++)
        spool_add(out, "%s%u", i ? "," : "", set->os_id[i]);
}

static void add_table(struct spool *out, const struct audited *a)
{
    spool_add(out, "%-20s %5s %5s %8s %7s  %s\n", "GUEST", "DOMID", "VCPUS",
              "MIB", "LOCAL", "NODE:MIB");
    for (size_t i = 0; i < a->nr; i++) {
        const struct zp_audit *audit = &a->audit[i];

        spool_add(out, "%-20s %5u %5u %8llu %5u.%u %%  ", a->guest[i].name,
                  a->guest[i].domid, a->guest[i].nr_vcpus,
                  (unsigned long long)mib(held_kib(a, i)),
                  audit->local_permille / 10, audit->local_permille % 10);
        add_memory(out, a, i);
        if (audit->nr_astray)
            spool_add(out, "; %u vcpus may run where it has nothing",
                      audit->nr_astray);
        if (mib(audit->off_kib))
            spool_add(out, "; %llu MiB where none may run",
                      (unsigned long long)mib(audit->off_kib));
        spool_add(out, "%s\n", is_adopted(a, i) ? "; adopted" : "");
    }
}

static void add_nodes(struct spool *out, const struct audited *a)
{
    spool_add(out, "\n%-6s %9s %11s\n", "NODE", "FREE MIB", "FREE PCPUS");
    for (uint32_t pos = 0; pos < zp_topology_nr_pnodes(a->topo); pos++) {
        uint32_t usable = zp_load_nr_usable(a->load, pos);
        uint32_t used = zp_load_used_vcpus(a->load, pos);

        spool_add(out, "%-6u %9llu %11u\n", zp_topology_os_id(a->topo, pos),
                  (unsigned long long)mib(zp_load_free_kib(a->load, pos)),
                  usable > used ? usable - used : 0);
    }
}

static void add_order(struct spool *out, const struct audited *a)
{
    uint32_t nr = turns(a);

    spool_add(out, nr ? "\nRelaunched in this order they would be at home:\n"
                      : "\nNo relaunch would mend anything.\n");
    for (uint32_t turn = 1; turn <= nr; turn++) {
        size_t i = at_turn(a, turn);

        spool_add(out, "%3u. %s: %u vcpus, %llu MiB on node ", turn,
                  a->guest[i].name, a->guest[i].nr_vcpus,
                  (unsigned long long)mib(held_kib(a, i)));
        add_ids(out, &a->audit[i].home);
        spool_add(out, "\n");
    }
    for (size_t i = 0; i < a->nr; i++) {
        if (*a->audit[i].why && !a->audit[i].turn)
            spool_add(out, "  -  %s: no room: %s\n", a->guest[i].name,
                      a->audit[i].why);
    }
}

/* ---- JSON ---- */

static void add_guest(struct spool *out, const struct audited *a, size_t i)
{
    const struct zp_audit *audit = &a->audit[i];

    spool_add(out, "%s\n  {\"guest\":", i ? "," : "");
    spool_json(out, a->guest[i].name);
    spool_add(out, ",\"domid\":%u,\"fixed\":%s,\"adopted\":%s,"
              "\"vcpus\":%u,\"memory_kib\":"
              "%llu,\"local_share\":%u.%03u,\"vcpus_astray\":%u,"
              "\"off_kib\":%llu,\"nodes\":[", a->guest[i].domid,
              a->guest[i].fixed ? "true" : "false",
              is_adopted(a, i) ? "true" : "false", a->guest[i].nr_vcpus,
              (unsigned long long)held_kib(a, i),
              audit->local_permille / 1000, audit->local_permille % 1000,
              audit->nr_astray, (unsigned long long)audit->off_kib);
    for (uint32_t pos = 0, nr = 0; pos < zp_topology_nr_pnodes(a->topo);
         pos++) {
        if (a->guest[i].held_kib[pos])
            spool_add(out, "%s{\"node\":%u,\"memory_kib\":%llu}",
                      nr++ ? "," : "", zp_topology_os_id(a->topo, pos),
                      (unsigned long long)a->guest[i].held_kib[pos]);
    }
    spool_add(out, "],\"turn\":%u,\"home\":[", audit->turn);
    add_ids(out, &audit->home);
    spool_add(out, "],\"why\":");
    spool_json(out, audit->why);
    spool_add(out, "}");
}

static void add_json(struct spool *out, const struct audited *a)
{
    spool_add(out, "{\"guests\":[");
    for (size_t i = 0; i < a->nr; i++)
        add_guest(out, a, i);
    spool_add(out, "],\n \"nodes\":[");
    for (uint32_t pos = 0; pos < zp_topology_nr_pnodes(a->topo); pos++) {
        uint32_t usable = zp_load_nr_usable(a->load, pos);
        uint32_t used = zp_load_used_vcpus(a->load, pos);

        spool_add(out, "%s{\"node\":%u,\"free_kib\":%llu,\"free_pcpus\":%u}",
                  pos ? "," : "", zp_topology_os_id(a->topo, pos),
                  (unsigned long long)zp_load_free_kib(a->load, pos),
                  usable > used ? usable - used : 0);
    }
    spool_add(out, "]}\n");
}

static int audit(struct ctl *ctl, const struct host *host,
                 const struct zp_xen_guests *guests,
                 const struct zp_guest_facts *adopted, size_t nr_adopted)
{
    struct audited a = { .topo = host->topo, .load = host->load,
                         .adopted = adopted, .nr_adopted = nr_adopted };
    struct zp_audit *audits;
    struct zp_error err;
    int rc;

    a.guest = zp_xen_guests_list(guests, &a.nr);
    audits = calloc(a.nr + 1, sizeof(*audits));
    a.audit = audits;
    rc = audits ? zp_audit(a.topo, a.load, a.guest, a.nr, audits, &err)
                : fail(&err, ZP_ERR_NOMEM, NULL, "out of memory");
    if (!rc && ctl->json) {
        add_json(&ctl->out, &a);
    } else if (!rc) {
        add_table(&ctl->out, &a);
        add_nodes(&ctl->out, &a);
        add_order(&ctl->out, &a);
    }
    free(audits);
    return rc ? refuse(ctl->json, EXIT_FAILED, &err) : EXIT_OK;
}

int cmd_audit(struct ctl *ctl)
{
    struct host host CLEANUP(host_clear) = { 0 };
    struct zp_xen_guests *guests = NULL;
    struct zp_guest_facts *adopted;
    struct zp_error err;
    size_t nr_adopted;
    int rc = host_read(ctl, &host);

    if (rc)
        return rc;
    if (zp_xen_guests(ctl->xen, host.topo, given(ctl, OPT_FORCE) != NULL,
                      &guests, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (zp_guest_adopted(ctl->xen, NULL, &adopted, &nr_adopted, &err)) {
        zp_xen_guests_free(guests);
        return refuse(ctl->json, EXIT_FAILED, &err);
    }
    rc = audit(ctl, &host, guests, adopted, nr_adopted);
    free(adopted);
    zp_xen_guests_free(guests);
    return rc;
}
