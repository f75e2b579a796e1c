/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl density --more: how many more of each shape, here and now. */
#include <stdlib.h>
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
    spool_add(out, ", spread of load ");
    add_spread(out, more->spread);
    spool_add(out, "; not one more: %s\n", more->refusal.msg);
    for (uint32_t pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
        const struct zp_stranded *left = &more->left[pos];

        spool_add(out, "  pnode %u alone: %llu; stranded after all by %s: ",
                  zp_topology_os_id(topo, pos), (ull)more->alone[pos],
                  stranded_word(left->by));
        add_kib(out, left->mem_kib);
        spool_add(out, ", %llu pcpus\n", (ull)left->pcpus);
    }
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
    spool_add(out, ", \"more\": %llu, ", (ull)more->zones);
    put_share(out, "local_share", more->usage.local_pairs,
              more->usage.pairs);
    spool_add(out, ",\n     \"spilled_kib\": %llu, \"spread\": %u.%03u, "
              "\"limit\": ", (ull)more->usage.spilled_kib,
              more->spread / 1000, more->spread % 1000);
    spool_json(out, more->refusal.limit);
    spool_add(out, ", \"message\": ");
    spool_json(out, more->refusal.msg);
    spool_add(out, ",\n     \"pnodes\": [");
    for (uint32_t pos = 0; pos < zp_topology_nr_pnodes(topo); pos++)
        spool_add(out, "%s\n      {\"pnode\": %u, \"alone\": %llu, \"by\": "
                  "\"%s\", \"memory_kib\": %llu, \"pcpus\": %llu}",
                  pos ? "," : "", zp_topology_os_id(topo, pos),
                  (ull)more->alone[pos], stranded_word(more->left[pos].by),
                  (ull)more->left[pos].mem_kib, (ull)more->left[pos].pcpus);
    spool_add(out, "]}");
}

static int ask(const struct density *d, struct more_row *row, size_t room,
               size_t *nr, struct zp_error *err)
{
    for (uint32_t kind = 0; kind < zp_fleet_nr_kinds(d->fleet); kind++) {
        for (uint32_t i = 0; i < zp_mix_nr(d->mix); i++, (*nr)++) {
            meter_tick(d->meter, (uint32_t)((uint64_t)*nr * 1000 / room));
            row[*nr].kind = kind;
            row[*nr].shape = i;
            if (zp_more(zp_fleet_topology(d->fleet, kind),
                        zp_fleet_load(d->fleet, kind),
                        zp_mix_request(d->mix, i), &row[*nr].more, err))
                return err->code;
        }
    }
    return ZP_OK;
}

static void answer(struct density *d, const struct more_row *row, size_t nr)
{
    struct spool *out = &d->ctl->out;

    if (given(d->ctl, OPT_CSV)) {
        density_more_csv(d, row, nr, out);
        return;
    }
    if (d->ctl->json)
        spool_add(out, "{\n  \"question\": \"more\",\n  \"hosts\": %u,\n"
                  "  \"more\": [\n", zp_fleet_nr_hosts(d->fleet));
    for (size_t i = 0; i < nr; i++) {
        const struct zp_topology *topo = zp_fleet_topology(d->fleet,
                                                           row[i].kind);
        uint32_t count = zp_fleet_count(d->fleet, row[i].kind);
        const struct zp_request *req = zp_mix_request(d->mix, row[i].shape);

        if (!d->ctl->json) {
            add_text(out, topo, count, req, &row[i].more);
            continue;
        }
        spool_add(out, "%s", i ? ",\n" : "");
        add_json(out, row[i].kind, topo, count, row[i].shape, req,
                 &row[i].more);
    }
    if (d->ctl->json)
        spool_add(out, "\n  ]\n}\n");
}

static void free_rows(struct more_row **rows)
{
    free(*rows);
}

int density_more(struct density *d)
{
    size_t room = (size_t)zp_fleet_nr_kinds(d->fleet) * zp_mix_nr(d->mix);
    CLEANUP(free_rows) struct more_row *row = calloc(room, sizeof(*row));
    struct zp_error err;
    size_t nr = 0;
    int rc;

    if (!row) {
        fail(&err, ZP_ERR_NOMEM, NULL, "out of memory");
        return refuse(d->ctl->json, EXIT_FAILED, &err);
    }
    d->meter = meter_begin("more");
    rc = ask(d, row, room, &nr, &err);
    meter_end(&d->meter);
    if (rc)
        return refuse(d->ctl->json, exit_of_request(&err), &err);
    if (given(d->ctl, OPT_HTML) && report_more(d, row, nr, &err))
        return refuse(d->ctl->json, EXIT_FAILED, &err);
    answer(d, row, nr);
    return EXIT_OK;
}
