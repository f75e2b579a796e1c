/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl density --json. */
#include "density.h"

typedef unsigned long long ull;

const char *stranded_word(enum zp_stranded_by by)
{
    static const char *const words[] = { "nothing", "memory", "vcpus",
                                         "both" };

    return words[by];
}

void put_share(struct spool *out, const char *key, uint64_t part,
               uint64_t all)
{
    uint64_t millionths;

    if (!all) {
        spool_add(out, "\"%s\": null", key);
        return;
    }
    millionths = (uint64_t)((unsigned __int128)part * 1000000 / all);
    spool_add(out, "\"%s\": %llu.%06llu", key, (ull)(millionths / 1000000),
              (ull)(millionths % 1000000));
}

void put_usage(struct spool *out, const char *indent,
               const struct zp_usage *usage, uint64_t capacity_kib)
{
    spool_add(out, "%s\"zones\": %llu, \"vcpus\": %llu, \"memory_kib\": %llu,"
              " \"charged_kib\": %llu,\n%s", indent, (ull)usage->zones,
              (ull)usage->vcpus, (ull)usage->mem_kib,
              (ull)usage->charged_kib, indent);
    put_share(out, "memory_used", usage->charged_kib, capacity_kib);
    spool_add(out, ", ");
    put_share(out, "local_share", usage->local_pairs, usage->pairs);
    spool_add(out, ", \"spilled_kib\": %llu, \"split_zones\": %llu",
              (ull)usage->spilled_kib, (ull)usage->split);
}

void put_stranded(const struct density *d, struct spool *out,
                  const struct outcome *o, const char *indent)
{
    spool_add(out, "%s\"stranded\": [", indent);
    for (size_t i = 0; i < o->nr_stranded; i++) {
        const struct zp_stranded *row = &o->stranded[i];
        const struct zp_topology *topo = zp_fleet_topology(d->fleet,
                                                           row->kind);

        spool_add(out, "%s\n%s  {\"host\": ", i ? "," : "", indent);
        spool_json(out, zp_topology_name(topo));
        spool_add(out, ", \"kind\": %u, \"pnode\": %u, \"by\": \"%s\", "
                  "\"hosts\": %u, \"memory_kib\": %llu, \"pcpus\": %llu}",
                  row->kind, zp_topology_os_id(topo, row->pos),
                  stranded_word(row->by), row->hosts, (ull)row->mem_kib,
                  (ull)row->pcpus);
    }
    spool_add(out, "%s%s]", o->nr_stranded ? "\n" : "",
              o->nr_stranded ? indent : "");
}

static void put_spread(struct spool *out, const struct zp_fill *fill)
{
    const uint32_t *spread = fill->spread;

    spool_add(out, "\"spread\": {");
    for (int i = 0; i < 3; i++) {
        spool_add(out, "%s\"%d\": ", i ? ", " : "", 25 * (i + 1));
        if (spread[i] == UINT32_MAX)
            spool_add(out, "null");
        else
            spool_add(out, "%u.%03u", spread[i] / 1000, spread[i] % 1000);
    }
    spool_add(out, ", \"at_first_refusal\": %u.%03u, \"at_end\": %u.%03u}",
              fill->spread_at_first / 1000, fill->spread_at_first % 1000,
              fill->spread_at_end / 1000, fill->spread_at_end % 1000);
}

static void put_optimum(struct spool *out, const struct outcome *o,
                        const char *indent)
{
    const struct optimum *best = &o->optimum;
    bool prefix = best->prefix == best->prefix_bound;
    bool placed = best->placed == best->placed_bound;

    spool_add(out, "%s\"optimum\": {", indent);
    if (!best->known) {
        spool_add(out, "\"prefix\": null, \"placed\": null, \"proven\": "
                  "false, \"bound\": null, \"why\": ");
        spool_json(out, best->why_not);
        spool_add(out, "},\n");
        return;
    }
    spool_add(out, "\"prefix\": %llu, \"placed\": %llu, \"proven\": %s, "
              "\"bound\": %llu,\n%s  \"prefix_proven\": %s, "
              "\"placed_proven\": %s, \"placed_bound\": %llu, "
              "\"length\": %llu, ", (ull)best->prefix, (ull)best->placed,
              prefix && placed ? "true" : "false", (ull)best->prefix_bound,
              indent, prefix ? "true" : "false", placed ? "true" : "false",
              (ull)best->placed_bound, (ull)best->length);
    put_share(out, "gap", best->prefix_bound - o->fill->first_refusal,
              best->prefix_bound);
    spool_add(out, "},\n");
}

/* The members of one outcome, without braces. */
static void put_outcome(const struct density *d, struct spool *out,
                        const struct outcome *o, const char *indent)
{
    const struct zp_fill *fill = o->fill;

    spool_add(out, "%s\"zones_until_first_refusal\": %llu,\n"
              "%s\"zones_placed\": %llu,\n%s\"zones_asked\": %llu,\n"
              "%s\"refusal\": {\"shape\": %u, \"limit\": ", indent,
              (ull)fill->first_refusal, indent, (ull)fill->placed, indent,
              (ull)fill->asked, indent, fill->refused_shape);
    spool_json(out, fill->refusal.limit);
    spool_add(out, ", \"message\": ");
    spool_json(out, fill->refusal.msg);
    spool_add(out, "},\n%s\"at_first_refusal\": {\n%s", indent, "");
    put_usage(out, indent, &fill->at_first, fill->capacity_kib);
    spool_add(out, "},\n");
    put_optimum(out, o, indent);
    put_usage(out, indent, &fill->at_end, fill->capacity_kib);
    spool_add(out, ",\n%s", indent);
    put_spread(out, fill);
    spool_add(out, ",\n%s\"calls\": %llu, \"bytes\": %llu,\n", indent,
              (ull)o->calls, (ull)o->bytes);
    put_stranded(d, out, o, indent);
}

static void put_shapes(const struct density *d, struct spool *out)
{
    spool_add(out, "  \"shapes\": [");
    for (uint32_t i = 0; i < zp_mix_nr(d->mix); i++) {
        const struct zp_request *req = zp_mix_request(d->mix, i);

        spool_add(out, "%s\n    {\"name\": ", i ? "," : "");
        spool_json(out, req->name);
        spool_add(out, ", \"vcpus\": %u, \"memory_kib\": %llu, "
                  "\"weight\": %u, \"placed\": %llu}",
                  req->max_vcpus ? req->max_vcpus : req->vcpus,
                  (ull)req->mem_kib, zp_mix_weight(d->mix, i),
                  (ull)d->outcome[0].fill->nr_of[i]);
    }
    spool_add(out, "\n  ],\n");
}

void put_kinds(const struct density *d, struct spool *out)
{
    spool_add(out, "  \"hosts\": %u,\n  \"kinds\": [",
              zp_fleet_nr_hosts(d->fleet));
    for (uint32_t i = 0; i < zp_fleet_nr_kinds(d->fleet); i++) {
        const struct zp_topology *topo = zp_fleet_topology(d->fleet, i);

        spool_add(out, "%s\n    {\"host\": ", i ? "," : "");
        spool_json(out, zp_topology_name(topo));
        spool_add(out, ", \"count\": %u, \"pnodes\": %u}",
                  zp_fleet_count(d->fleet, i), zp_topology_nr_pnodes(topo));
    }
    spool_add(out, "\n  ],\n");
}

void density_fill_json(const struct density *d, struct spool *out)
{
    spool_add(out, "{\n  \"question\": \"fill\",\n  \"seed\": %llu,\n"
              "  \"rule\": ", (ull)d->seed);
    {
        struct spool rule CLEANUP(spool_clear) = { 0 };

        add_rule(&rule, &d->base);
        spool_json(out, rule.buf);
    }
    spool_add(out, ",\n  \"capacity_kib\": %llu,\n",
              (ull)d->outcome[0].fill->capacity_kib);
    put_kinds(d, out);
    put_shapes(d, out);
    put_outcome(d, out, &d->outcome[0], "  ");
    if (d->nr_outcomes > 1)
        spool_add(out, ",\n  \"policies\": [");
    for (size_t i = 1; i < d->nr_outcomes; i++) {
        spool_add(out, "%s\n    {\n      \"name\": \"%s\",\n",
                  i > 1 ? "," : "", d->outcome[i].name);
        put_outcome(d, out, &d->outcome[i], "      ");
        spool_add(out, "\n    }");
    }
    spool_add(out, "%s\n}\n", d->nr_outcomes > 1 ? "\n  ]" : "");
}
