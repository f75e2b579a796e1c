/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl density for people: a few lines and tables. */
#include <stdio.h>
#include <string.h>

#include "density.h"

typedef unsigned long long ull;

/* Of hosts and of stranded nodes; JSON and CSV have all. */
enum { MAX_LINES = 40 };

void add_kib(struct spool *out, uint64_t kib)
{
    static const char units[] = "KMGTP";
    unsigned unit = 0;

    /* Three digits are enough to compare by eye. */
    while (kib >= 10240 && unit + 1 < sizeof(units) - 1) {
        kib /= 1024;
        unit++;
    }
    spool_add(out, "%llu %ciB", (ull)kib, units[unit]);
}

void add_percent(struct spool *out, uint64_t part, uint64_t all)
{
    uint64_t thousandths =
        all ? (uint64_t)((unsigned __int128)part * 1000 / all) : 0;

    if (!all)
        spool_add(out, "-");
    else
        spool_add(out, "%llu.%llu %%", (ull)(thousandths / 10),
                  (ull)(thousandths % 10));
}

void add_rule(struct spool *out, const struct zp_request *req)
{
    static const char *const firsts[] = { "most-free", "pack", "balanced" };
    static const char *const spills[] = { "default", "strict", "honest",
                                          "preferred", "interleave" };

    spool_add(out, "first-node %s, %s, spill %s, size-by %s, overcommit %u, "
              "vcpu-ratio %u", firsts[req->first_node],
              req->strategy == ZP_SCATTER ? "scatter" : "compact",
              spills[req->spill],
              req->size_by == ZP_SIZE_BY_CPU ? "cpu" : "both",
              req->overcommit, req->vcpu_ratio);
}

void add_hosts(const struct density *d, struct spool *out)
{
    uint32_t nr = zp_fleet_nr_kinds(d->fleet);

    for (uint32_t i = 0; i < nr; i++) {
        const struct zp_topology *topo = zp_fleet_topology(d->fleet, i);

        spool_add(out, "%u x %s, %u pnodes\n", zp_fleet_count(d->fleet, i),
                  *zp_topology_name(topo) ? zp_topology_name(topo) : "host",
                  zp_topology_nr_pnodes(topo));
        /* A fleet in use has as many kinds as hosts. */
        if (i + 1 == MAX_LINES && nr > MAX_LINES) {
            spool_add(out, "and %u more kinds of hosts\n", nr - MAX_LINES);
            break;
        }
    }
    spool_add(out, "rule: ");
    add_rule(out, &d->base);
    if (!d->trace)
        spool_add(out, "; seed %llu", (ull)d->seed);
    spool_add(out, "\n\n");
}

void add_one(struct spool *out, const char *what,
             const struct zp_usage *usage, uint64_t capacity_kib)
{
    spool_add(out, "%-24s %10llu zones, memory ", what, (ull)usage->zones);
    add_percent(out, usage->charged_kib, capacity_kib);
    spool_add(out, ", local ");
    add_percent(out, usage->local_pairs, usage->pairs);
    spool_add(out, ", spilled ");
    add_kib(out, usage->spilled_kib);
    spool_add(out, "\n");
}

void add_spread(struct spool *out, uint32_t thousandths)
{
    if (thousandths == UINT32_MAX)
        spool_add(out, "-");
    else
        spool_add(out, "%u.%02u", thousandths / 1000,
                  thousandths / 10 % 100);
}

static void add_shapes(const struct density *d, struct spool *out)
{
    const struct zp_fill *fill = d->outcome[0].fill;

    spool_add(out, "\n%-24s %6s %12s %8s %12s\n", "shape", "vcpus", "memory",
              "weight", "placed");
    for (uint32_t i = 0; i < zp_mix_nr(d->mix); i++) {
        const struct zp_request *req = zp_mix_request(d->mix, i);
        struct spool size CLEANUP(spool_clear) = { 0 };

        add_kib(&size, req->mem_kib);
        spool_add(out, "%-24s %6u %12s %8u %12llu\n",
                  *req->name ? req->name : "-",
                  req->max_vcpus ? req->max_vcpus : req->vcpus, size.buf,
                  zp_mix_weight(d->mix, i), (ull)fill->nr_of[i]);
    }
}

void add_stranded(const struct density *d, struct spool *out,
                  const struct outcome *o)
{
    spool_add(out, "\n%-24s %6s %8s %10s %12s %10s\n", "stranded on", "pnode",
              "by", "hosts", "memory", "pcpus");
    for (size_t i = 0; i < o->nr_stranded; i++) {
        const struct zp_stranded *row = &o->stranded[i];
        const struct zp_topology *topo = zp_fleet_topology(d->fleet,
                                                           row->kind);
        struct spool size CLEANUP(spool_clear) = { 0 };

        add_kib(&size, row->mem_kib);
        spool_add(out, "%-24.24s %6u %8s %10u %12s %10llu\n",
                  zp_topology_name(topo), zp_topology_os_id(topo, row->pos),
                  stranded_word(row->by), row->hosts, size.buf,
                  (ull)row->pcpus);
        if (i + 1 == MAX_LINES && o->nr_stranded > MAX_LINES) {
            spool_add(out, "and %zu more\n", o->nr_stranded - MAX_LINES);
            break;
        }
    }
}

static void add_policies(const struct density *d, struct spool *out)
{
    spool_add(out, "\n%-14s %14s %12s %9s %9s %9s %8s\n", "policy",
              "first refusal", "placed", "memory", "local", "spilled",
              "spread");
    for (size_t i = 0; i < d->nr_outcomes; i++) {
        const struct outcome *o = &d->outcome[i];
        struct spool used CLEANUP(spool_clear) = { 0 };
        struct spool local CLEANUP(spool_clear) = { 0 };
        struct spool spilled CLEANUP(spool_clear) = { 0 };
        struct spool spread CLEANUP(spool_clear) = { 0 };

        add_percent(&used, o->fill->at_first.charged_kib,
                    o->fill->capacity_kib);
        add_percent(&local, o->fill->at_first.local_pairs,
                    o->fill->at_first.pairs);
        add_kib(&spilled, o->fill->at_first.spilled_kib);
        spool_add(out, "%-14s %14llu %12llu %9s %9s %9s ", o->name,
                  (ull)o->fill->first_refusal, (ull)o->fill->placed,
                  used.buf, local.buf, spilled.buf);
        add_spread(&spread, o->fill->spread[1]);
        spool_add(out, "%8s\n", spread.buf);
    }
}

static void add_optimum(struct spool *out, const struct outcome *o)
{
    const struct optimum *best = &o->optimum;

    if (!best->known) {
        spool_add(out, "optimum: unknown, %s\n", best->why_not);
        return;
    }
    spool_add(out, "optimum of the sequence  %10llu zones before a refusal",
              (ull)best->prefix);
    if (best->prefix == best->prefix_bound)
        spool_add(out, " (proven)");
    else
        spool_add(out, " known, %llu at most", (ull)best->prefix_bound);
    spool_add(out, "; this rule has ");
    add_percent(out, o->fill->first_refusal, best->prefix_bound);
    spool_add(out, "\n%-24s %10llu zones of its first %llu", "",
              (ull)best->placed, (ull)best->length);
    if (best->placed == best->placed_bound)
        spool_add(out, " (proven)\n");
    else
        spool_add(out, " known, %llu at most\n", (ull)best->placed_bound);
}

void density_fill_text(const struct density *d, struct spool *out)
{
    const struct zp_fill *fill = d->outcome[0].fill;

    add_hosts(d, out);
    add_one(out, "until the first refusal", &fill->at_first,
            fill->capacity_kib);
    add_one(out, "until nothing fits", &fill->at_end, fill->capacity_kib);
    add_optimum(out, &d->outcome[0]);
    spool_add(out, "spread of load at 25, 50 and 75 %%: ");
    for (int i = 0; i < 3; i++) {
        add_spread(out, fill->spread[i]);
        spool_add(out, i < 2 ? ", " : "; at the end ");
    }
    add_spread(out, fill->spread_at_end);
    spool_add(out, "\n");
    spool_add(out, "first refused: %s (%s)\n",
              zp_mix_request(d->mix, fill->refused_shape)->name,
              fill->refusal.msg);
    add_shapes(d, out);
    add_stranded(d, out, &d->outcome[0]);
    if (d->nr_outcomes > 1)
        add_policies(d, out);
}
