/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl density --trace: arrivals and departures over time. */
#include <stdlib.h>

#include "density.h"

typedef unsigned long long ull;

static void cleanup_sim(struct zp_sim **sim)
{
    zp_sim_free(*sim);
}

uint32_t mean_spread(const struct zp_replay *r)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < r->nr_points; i++)
        sum += r->point[i].spread;
    return r->nr_points ? (uint32_t)(sum / r->nr_points) : 0;
}

static void add_text(const struct density *d, const struct outcome *o,
                     const struct zp_replay *r, struct spool *out)
{
    add_hosts(d, out);
    spool_add(out, "%u arrivals: %llu placed, %llu refused",
              zp_trace_nr(d->trace), (ull)r->placed, (ull)r->refused);
    for (uint32_t i = 0; i < r->nr_causes; i++)
        spool_add(out, "%s%s %llu", i ? ", " : " (", r->cause[i].limit,
                  (ull)r->cause[i].nr);
    spool_add(out, "%s\n", r->nr_causes ? ")" : "");
    spool_add(out, "refused although enough was free in sum: %llu\n",
              (ull)r->fragmented);
    add_one(out, "at the peak", &r->at_peak, r->capacity_kib);
    spool_add(out, "memory in use over time: %u.%u %%; of all zones local ",
              r->mean_used / 10, r->mean_used % 10);
    add_percent(out, r->all.local_pairs, r->all.pairs);
    spool_add(out, ", spilled ");
    add_kib(out, r->all.spilled_kib);
    spool_add(out, "\nspread of load: ");
    add_spread(out, mean_spread(r));
    spool_add(out, " over arrivals, ");
    add_spread(out, r->nr_points ? r->point[r->nr_points - 1].spread : 0);
    spool_add(out, " after the last\n");
    add_stranded(d, out, o);
}

static void add_points(const struct zp_replay *r, struct spool *out)
{
    spool_add(out, "  \"points\": [");
    for (uint32_t i = 0; i < r->nr_points; i++) {
        const struct zp_point *p = &r->point[i];

        spool_add(out, "%s\n    {\"time_ms\": %llu, \"zones\": %llu, "
                  "\"charged_kib\": %llu, \"refused\": %llu, "
                  "\"spread\": %u.%03u}",
                  i ? "," : "", (ull)p->time_ms, (ull)p->zones,
                  (ull)p->charged_kib, (ull)p->refused, p->spread / 1000,
                  p->spread % 1000);
    }
    spool_add(out, "\n  ],\n");
}

static void add_json(const struct density *d, const struct outcome *o,
                     const struct zp_replay *r, struct spool *out)
{
    struct spool rule CLEANUP(spool_clear) = { 0 };

    add_rule(&rule, &d->base);
    spool_add(out, "{\n  \"question\": \"replay\",\n  \"rule\": ");
    spool_json(out, rule.buf);
    spool_add(out, ",\n  \"capacity_kib\": %llu,\n", (ull)r->capacity_kib);
    put_kinds(d, out);
    spool_add(out, "  \"arrivals\": %u, \"placed\": %llu, \"refused\": %llu, "
              "\"fragmented\": %llu,\n  \"refused_by\": {",
              zp_trace_nr(d->trace), (ull)r->placed, (ull)r->refused,
              (ull)r->fragmented);
    for (uint32_t i = 0; i < r->nr_causes; i++)
        spool_add(out, "%s\"%s\": %llu", i ? ", " : "", r->cause[i].limit,
                  (ull)r->cause[i].nr);
    spool_add(out, "},\n  \"mean_memory_used\": %u.%03u, \"peak_ms\": %llu,\n"
              "  \"at_peak\": {\n", r->mean_used / 1000, r->mean_used % 1000,
              (ull)r->peak_ms);
    put_usage(out, "    ", &r->at_peak, r->capacity_kib);
    spool_add(out, "},\n  ");
    put_share(out, "local_share", r->all.local_pairs, r->all.pairs);
    spool_add(out, ", \"spilled_kib\": %llu, \"split_zones\": %llu,\n"
              "  \"calls\": %llu, \"bytes\": %llu,\n",
              (ull)r->all.spilled_kib, (ull)r->all.split, (ull)o->calls,
              (ull)o->bytes);
    add_points(r, out);
    put_stranded(d, out, o, "  ");
    spool_add(out, "\n}\n");
}

int density_replay(struct density *d)
{
    struct zp_sim *sim CLEANUP(cleanup_sim) = NULL;
    struct outcome o CLEANUP(outcome_clear) = { 0 };
    struct zp_replay replay;
    struct zp_error err;
    int rc;

    d->meter = meter_begin("replay");
    rc = zp_sim_new(d->fleet, &sim, &err);
    if (!rc)
        rc = zp_replay(sim, d->trace, meter_tick, d->meter, NULL, NULL,
                       &replay, &err);
    if (!rc) {
        o.calls = zp_sim_nr_calls(sim);
        o.bytes = zp_sim_bytes(sim);
        rc = zp_stranded(sim, zp_trace_shapes(d->trace), &o.stranded,
                         &o.nr_stranded, &err);
    }
    if (!rc && given(d->ctl, OPT_HTML))
        rc = density_heats(d, sim, &d->heat, &d->nr_heats, &err);
    meter_end(&d->meter);
    if (rc)
        return refuse(d->ctl->json, exit_of_request(&err), &err);
    if (given(d->ctl, OPT_HTML) && report_replay(d, &o, &replay, &err))
        return refuse(d->ctl->json, EXIT_FAILED, &err);
    if (given(d->ctl, OPT_CSV))
        density_replay_csv(d, &o, &replay, &d->ctl->out);
    else if (d->ctl->json)
        add_json(d, &o, &replay, &d->ctl->out);
    else
        add_text(d, &o, &replay, &d->ctl->out);
    return EXIT_OK;
}
