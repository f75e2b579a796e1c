/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl density --csv TABLE (RFC 4180): a line of names, then one a row. */
#include <string.h>

#include "density.h"

typedef unsigned long long ull;

static const char *const tables[] = { "results", "shapes", "stranded",
                                      "points" };

int density_csv_check(const struct ctl *ctl, struct zp_error *err)
{
    const char *word = given(ctl, OPT_CSV);
    bool replays = given(ctl, OPT_TRACE), asks = given(ctl, OPT_MORE);

    if (!word)
        return ZP_OK;
    if (ctl->json)
        return fail(err, ZP_ERR_INVAL, "csv", "--csv or --json, not both");
    if (!strcmp(word, "results") ||
        (!strcmp(word, "shapes") && !replays && !asks) ||
        (!strcmp(word, "stranded") && !asks) ||
        (!strcmp(word, "points") && replays))
        return ZP_OK;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (!strcmp(word, tables[i]))
            return fail(err, ZP_ERR_INVAL, "csv", "--csv %s: %s", word,
                        i == 3 ? "of a replay only (--trace)"
                               : "not of this question");
    }
    return fail(err, ZP_ERR_INVAL, "csv",
                "--csv %s: none of results, shapes, stranded, points", word);
}

static void put_text(struct spool *out, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        spool_add(out, "%s,", text);
        return;
    }
    spool_add(out, "\"");
    for (; *text; text++)
        spool_add(out, *text == '"' ? "\"\"" : "%c", *text);
    spool_add(out, "\",");
}

static void put_number(struct spool *out, uint64_t value)
{
    spool_add(out, "%llu,", (ull)value);
}

/* With six digits behind the point; empty if there is no whole. */
static void put_part(struct spool *out, uint64_t part, uint64_t all)
{
    uint64_t millionths;

    if (!all) {
        spool_add(out, ",");
        return;
    }
    millionths = (uint64_t)((unsigned __int128)part * 1000000 / all);
    spool_add(out, "%llu.%06llu,", (ull)(millionths / 1000000),
              (ull)(millionths % 1000000));
}

static void put_spread(struct spool *out, uint32_t thousandths)
{
    if (thousandths == UINT32_MAX)
        spool_add(out, ",");
    else
        spool_add(out, "%u.%03u,", thousandths / 1000, thousandths % 1000);
}

/* The comma behind the last value becomes the end of the line. */
static void end_row(struct spool *out)
{
    out->len--;
    spool_add(out, "\n");
}

static void put_usage_parts(struct spool *out, const struct zp_usage *usage,
                            uint64_t capacity_kib)
{
    put_number(out, usage->zones);
    put_number(out, usage->vcpus);
    put_number(out, usage->charged_kib);
    put_part(out, usage->charged_kib, capacity_kib);
    put_part(out, usage->local_pairs, usage->pairs);
    put_number(out, usage->spilled_kib);
    put_number(out, usage->split);
}
#define USAGE_NAMES(when) when "zones," when "vcpus," when "charged_kib,"     \
    when "memory_used," when "local_share," when "spilled_kib," when          \
    "split_zones"

static void put_bound(struct spool *out, bool known, uint64_t best,
                      uint64_t bound)
{
    if (!known) {
        spool_add(out, ",,,");
        return;
    }
    put_number(out, best);
    put_number(out, bound);
    put_text(out, best == bound ? "true" : "false");
}

static void put_stranded_sums(struct spool *out, const struct outcome *o)
{
    uint64_t kib = 0, pcpus = 0;

    for (size_t i = 0; i < o->nr_stranded; i++) {
        if (o->stranded[i].by == ZP_STRANDED_NOTHING)
            continue;
        kib += o->stranded[i].mem_kib;
        pcpus += o->stranded[i].pcpus;
    }
    put_number(out, kib);
    put_number(out, pcpus);
}

static void fill_results(const struct density *d, struct spool *out)
{
    spool_add(out, "policy,asked," USAGE_NAMES("first_") ","
              USAGE_NAMES("") ",spread_25,spread_50,spread_75,"
              "first_spread,spread,prefix,"
              "prefix_bound,prefix_proven,placed_best,placed_bound,"
              "placed_proven,stranded_kib,stranded_pcpus,refused_shape,limit,"
              "calls,bytes\n");
    for (size_t i = 0; i < d->nr_outcomes; i++) {
        const struct outcome *o = &d->outcome[i];
        const struct optimum *best = &o->optimum;

        put_text(out, o->name);
        put_number(out, o->fill->asked);
        put_usage_parts(out, &o->fill->at_first, o->fill->capacity_kib);
        put_usage_parts(out, &o->fill->at_end, o->fill->capacity_kib);
        for (int s = 0; s < 3; s++)
            put_spread(out, o->fill->spread[s]);
        put_spread(out, o->fill->spread_at_first);
        put_spread(out, o->fill->spread_at_end);
        put_bound(out, best->known, best->prefix, best->prefix_bound);
        put_bound(out, best->known, best->placed, best->placed_bound);
        put_stranded_sums(out, o);
        put_number(out, o->fill->refused_shape);
        put_text(out, o->fill->refusal.limit);
        put_number(out, o->calls);
        put_number(out, o->bytes);
        end_row(out);
    }
}

static void fill_shapes(const struct density *d, struct spool *out)
{
    spool_add(out, "shape,name,vcpus,memory_kib,weight,placed\n");
    for (uint32_t i = 0; i < zp_mix_nr(d->mix); i++) {
        const struct zp_request *req = zp_mix_request(d->mix, i);

        put_number(out, i);
        put_text(out, req->name);
        put_number(out, req->max_vcpus ? req->max_vcpus : req->vcpus);
        put_number(out, req->mem_kib);
        put_number(out, zp_mix_weight(d->mix, i));
        put_number(out, d->outcome[0].fill->nr_of[i]);
        end_row(out);
    }
}

static void stranded_rows(const struct density *d, const struct outcome *o,
                          struct spool *out)
{
    spool_add(out, "host,kind,pnode,by,hosts,memory_kib,pcpus\n");
    for (size_t i = 0; i < o->nr_stranded; i++) {
        const struct zp_stranded *row = &o->stranded[i];
        const struct zp_topology *topo = zp_fleet_topology(d->fleet,
                                                           row->kind);

        put_text(out, zp_topology_name(topo));
        put_number(out, row->kind);
        put_number(out, zp_topology_os_id(topo, row->pos));
        put_text(out, stranded_word(row->by));
        put_number(out, row->hosts);
        put_number(out, row->mem_kib);
        put_number(out, row->pcpus);
        end_row(out);
    }
}

void density_fill_csv(const struct density *d, struct spool *out)
{
    const char *table = given(d->ctl, OPT_CSV);

    if (!strcmp(table, "results"))
        fill_results(d, out);
    else if (!strcmp(table, "shapes"))
        fill_shapes(d, out);
    else
        stranded_rows(d, &d->outcome[0], out);
}

static void replay_results(const struct density *d, const struct outcome *o,
                           const struct zp_replay *r, struct spool *out)
{
    spool_add(out, "arrivals,placed,refused,fragmented,mean_memory_used,"
              "spread,peak_ms," USAGE_NAMES("peak_") ",local_share,"
              "spilled_kib,split_zones,stranded_kib,stranded_pcpus,calls,"
              "bytes\n");
    put_number(out, zp_trace_nr(d->trace));
    put_number(out, r->placed);
    put_number(out, r->refused);
    put_number(out, r->fragmented);
    put_spread(out, r->mean_used);
    put_spread(out, mean_spread(r));
    put_number(out, r->peak_ms);
    put_usage_parts(out, &r->at_peak, r->capacity_kib);
    put_part(out, r->all.local_pairs, r->all.pairs);
    put_number(out, r->all.spilled_kib);
    put_number(out, r->all.split);
    put_stranded_sums(out, o);
    put_number(out, o->calls);
    put_number(out, o->bytes);
    end_row(out);
}

void density_replay_csv(const struct density *d, const struct outcome *o,
                        const struct zp_replay *r, struct spool *out)
{
    const char *table = given(d->ctl, OPT_CSV);

    if (!strcmp(table, "results")) {
        replay_results(d, o, r, out);
        return;
    }
    if (!strcmp(table, "stranded")) {
        stranded_rows(d, o, out);
        return;
    }
    spool_add(out, "time_ms,zones,charged_kib,memory_used,refused,spread\n");
    for (uint32_t i = 0; i < r->nr_points; i++) {
        const struct zp_point *p = &r->point[i];

        put_number(out, p->time_ms);
        put_number(out, p->zones);
        put_number(out, p->charged_kib);
        put_part(out, p->charged_kib, r->capacity_kib);
        put_number(out, p->refused);
        put_spread(out, p->spread);
        end_row(out);
    }
}

/* A row for the host, without a pnode, and one for each pnode alone. */
static void more_rows(const struct density *d, const struct more_row *row,
                      struct spool *out)
{
    const struct zp_topology *topo = zp_fleet_topology(d->fleet, row->kind);
    uint32_t nr = zp_topology_nr_pnodes(topo), i;

    for (i = 0; i <= nr; i++) {
        put_text(out, zp_topology_name(topo));
        put_number(out, row->kind);
        put_number(out, zp_fleet_count(d->fleet, row->kind));
        put_number(out, row->shape);
        put_text(out, zp_mix_request(d->mix, row->shape)->name);
        if (i) {
            put_number(out, zp_topology_os_id(topo, i - 1));
            put_number(out, row->more.alone[i - 1]);
            spool_add(out, ",,,,");
            put_text(out, stranded_word(row->more.left[i - 1].by));
            put_number(out, row->more.left[i - 1].mem_kib);
            put_number(out, row->more.left[i - 1].pcpus);
        } else {
            spool_add(out, ",");
            put_number(out, row->more.zones);
            put_part(out, row->more.usage.local_pairs,
                     row->more.usage.pairs);
            put_number(out, row->more.usage.spilled_kib);
            put_spread(out, row->more.spread);
            put_text(out, row->more.refusal.limit);
            spool_add(out, ",,,");
        }
        end_row(out);
    }
}

void density_more_csv(const struct density *d, const struct more_row *row,
                      size_t nr, struct spool *out)
{
    spool_add(out, "host,kind,hosts,shape,name,pnode,more,local_share,"
              "spilled_kib,spread,limit,stranded_by,stranded_kib,"
              "stranded_pcpus\n");
    for (size_t i = 0; i < nr; i++)
        more_rows(d, &row[i], out);
}
