/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl density --more: how many more of each shape, here and now. */
#include <string.h>

#include "density.h"

typedef unsigned long long ull;

static void add_text(struct spool *out, const struct zp_topology *topo,
                     uint32_t count, const struct zp_request *req,
                     const struct zp_more *more)
{
    spool_add(out, "%s: %llu more %s%s", *zp_topology_name(topo)
                                             ? zp_topology_name(topo) : "host",
              (ull)more->zones, *req->name ? req->name : "zones",
              count > 1 ? " on each of " : "\n");
    if (count > 1)
        spool_add(out, "%u hosts\n", count);
    spool_add(out, "  local ");
    add_percent(out, more->usage.local_pairs, more->usage.pairs);
    spool_add(out, ", spilled ");
    add_kib(out, more->usage.spilled_kib);
    spool_add(out, "; not one more: %s\n", more->refusal.msg);
    for (uint32_t pos = 0; pos < zp_topology_nr_pnodes(topo); pos++)
        spool_add(out, "  pnode %u alone: %llu\n",
                  zp_topology_os_id(topo, pos), (ull)more->alone[pos]);
}

static void add_json(struct spool *out, uint32_t kind,
                     const struct zp_topology *topo, uint32_t count,
                     uint32_t shape, const struct zp_request *req,
                     const struct zp_more *more)
{
    spool_add(out, "    {\"host\": ");
    spool_json(out, zp_topology_name(topo));
    spool_add(out, ", \"kind\": %u, \"hosts\": %u, \"shape\": %u, \"name\": ",
              kind, count, shape);
    spool_json(out, req->name);
    spool_add(out, ", \"more\": %llu, \"spilled_kib\": %llu,\n"
              "     \"limit\": ", (ull)more->zones,
              (ull)more->usage.spilled_kib);
    spool_json(out, more->refusal.limit);
    spool_add(out, ", \"message\": ");
    spool_json(out, more->refusal.msg);
    spool_add(out, ",\n     \"pnodes\": [");
    for (uint32_t pos = 0; pos < zp_topology_nr_pnodes(topo); pos++)
        spool_add(out, "%s{\"pnode\": %u, \"alone\": %llu}", pos ? ", " : "",
                  zp_topology_os_id(topo, pos), (ull)more->alone[pos]);
    spool_add(out, "]}");
}

int density_more(struct density *d)
{
    struct spool *out = &d->ctl->out;
    struct zp_more more;
    struct zp_error err;
    bool first = true;

    if (d->ctl->json)
        spool_add(out, "{\n  \"question\": \"more\",\n  \"hosts\": %u,\n"
                  "  \"more\": [\n", zp_fleet_nr_hosts(d->fleet));
    for (uint32_t kind = 0; kind < zp_fleet_nr_kinds(d->fleet); kind++) {
        const struct zp_topology *topo = zp_fleet_topology(d->fleet, kind);
        uint32_t count = zp_fleet_count(d->fleet, kind);

        for (uint32_t i = 0; i < zp_mix_nr(d->mix); i++) {
            const struct zp_request *req = zp_mix_request(d->mix, i);

            if (zp_more(topo, zp_fleet_load(d->fleet, kind), req, &more,
                        &err))
                return refuse(d->ctl->json, exit_of_request(&err), &err);
            if (!d->ctl->json) {
                add_text(out, topo, count, req, &more);
                continue;
            }
            spool_add(out, "%s", first ? "" : ",\n");
            add_json(out, kind, topo, count, i, req, &more);
            first = false;
        }
    }
    if (d->ctl->json)
        spool_add(out, "\n  ]\n}\n");
    return EXIT_OK;
}
