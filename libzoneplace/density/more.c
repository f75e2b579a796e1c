/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many zones of one request a host still takes. */
#include <stdlib.h>
#include <string.h>

#include "density/density.h"

static void cleanup_fleet(struct zp_fleet **fleet)
{
    zp_fleet_free(*fleet);
}

static void cleanup_sim(struct zp_sim **sim)
{
    zp_sim_free(*sim);
}

static void cleanup_rows(struct zp_stranded **rows)
{
    free(*rows);
}

static void cleanup_load(struct zp_load **load)
{
    zp_load_free(*load);
}

static void cleanup_mix(struct zp_mix **mix)
{
    zp_mix_free(*mix);
}

static int count_left(const struct zp_sim *sim, const struct zp_request *req,
                      struct zp_more *more, struct zp_error *err)
{
    struct zp_mix *mix ZP_CLEANUP(cleanup_mix) = NULL;
    struct zp_stranded *rows ZP_CLEANUP(cleanup_rows) = NULL;
    size_t nr, i;
    int rc = zp_mix_new(&mix, err);

    if (!rc)
        rc = zp_mix_add(mix, req, 1, err);
    if (!rc)
        rc = zp_stranded(sim, mix, &rows, &nr, err);
    for (i = 0; !rc && i < nr; i++)
        more->left[rows[i].pos] = rows[i];
    return rc;
}

/* Zones until the first refusal, into all but .alone of @more. */
static int count_zones(const struct zp_topology *topo,
                       const struct zp_load *load,
                       const struct zp_request *req, struct zp_more *more,
                       struct zp_error *err)
{
    struct zp_fleet *fleet ZP_CLEANUP(cleanup_fleet) = NULL;
    struct zp_sim *sim ZP_CLEANUP(cleanup_sim) = NULL;
    uint32_t shape, host;
    int rc;

    rc = zp_fleet_new(&fleet, err);
    if (!rc)
        rc = zp_fleet_add(fleet, topo, load, 1, err);
    if (!rc)
        rc = zp_sim_new(fleet, &sim, err);
    if (!rc)
        rc = zp_sim_shape(sim, req, &shape, err);
    if (rc)
        return rc;
    do {
        rc = zp__sim_place(sim, shape, &host, &more->refusal);
    } while (!rc);
    if (!zp__refused(rc)) {
        if (err)
            *err = more->refusal;
        return rc;
    }
    more->usage = *zp_sim_usage(sim);
    more->zones = more->usage.zones;
    more->spread = zp_sim_spread(sim);
    return count_left(sim, req, more, err);
}

/* The load with every other node full. */
static int only_node(const struct zp_topology *topo,
                     const struct zp_load *load, uint32_t pos,
                     struct zp_load **alone_out, struct zp_error *err)
{
    uint32_t nr = zp_topology_nr_pnodes(topo), i;
    int rc = zp_load_copy(load, alone_out, err);

    for (i = 0; !rc && i < nr; i++) {
        if (i != pos)
            rc = zp_load_set_free(*alone_out, i, 0, err);
    }
    return rc;
}

int zp_more(const struct zp_topology *topo, const struct zp_load *load,
            const struct zp_request *req, struct zp_more *more_out,
            struct zp_error *err)
{
    struct zp_more more = { 0 }, one;
    uint32_t pos;
    int rc = count_zones(topo, load, req, &more, err);

    for (pos = 0; !rc && pos < zp_topology_nr_pnodes(topo); pos++) {
        struct zp_load *alone ZP_CLEANUP(cleanup_load) = NULL;

        rc = only_node(topo, load, pos, &alone, err);
        if (!rc)
            rc = count_zones(topo, alone, req, &one, err);
        if (!rc)
            more.alone[pos] = one.zones;
    }
    if (!rc)
        *more_out = more;
    return rc;
}
