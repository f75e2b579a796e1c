/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts in a fixed order, equal ones said once. */
#include "density/density.h"

struct zp_fleet {
    struct {
        const struct zp_topology *topo;
        const struct zp_load *load;
        uint32_t count;
        uint32_t first;      /* host */
    } *kind;
    uint32_t nr;
    uint32_t size;
    uint32_t nr_hosts;
};

int zp_fleet_new(struct zp_fleet **fleet_out, struct zp_error *err)
{
    struct zp_fleet *fleet = calloc(1, sizeof(*fleet));

    if (!fleet)
        return zp__nomem(err);
    *fleet_out = fleet;
    return ZP_OK;
}

void zp_fleet_free(struct zp_fleet *fleet)
{
    if (!fleet)
        return;
    free(fleet->kind);
    free(fleet);
}

int zp_fleet_add(struct zp_fleet *fleet, const struct zp_topology *topo,
                 const struct zp_load *load, uint32_t count,
                 struct zp_error *err)
{
    if (!count)
        return zp__fail(err, ZP_ERR_INVAL, "count", "0 hosts: at least 1");
    if (count > ZP_MAX_HOSTS - fleet->nr_hosts)
        return zp__fail(err, ZP_ERR_RANGE, "count",
                        "%u hosts more: a fleet has at most %d", count,
                        ZP_MAX_HOSTS);
    if (!zp__grow((void **)&fleet->kind, sizeof(*fleet->kind), fleet->nr,
                  &fleet->size))
        return zp__nomem(err);
    fleet->kind[fleet->nr].topo = topo;
    fleet->kind[fleet->nr].load = load;
    fleet->kind[fleet->nr].count = count;
    fleet->kind[fleet->nr].first = fleet->nr_hosts;
    fleet->nr++;
    fleet->nr_hosts += count;
    return ZP_OK;
}

uint32_t zp_fleet_nr_hosts(const struct zp_fleet *fleet)
{
    return fleet->nr_hosts;
}

uint32_t zp_fleet_nr_kinds(const struct zp_fleet *fleet)
{
    return fleet->nr;
}

const struct zp_topology *zp_fleet_topology(const struct zp_fleet *fleet,
                                            uint32_t kind)
{
    return fleet->kind[kind].topo;
}

const struct zp_load *zp_fleet_load(const struct zp_fleet *fleet,
                                    uint32_t kind)
{
    return fleet->kind[kind].load;
}

uint32_t zp_fleet_count(const struct zp_fleet *fleet, uint32_t kind)
{
    return fleet->kind[kind].count;
}

uint32_t zp_fleet_kind_of(const struct zp_fleet *fleet, uint32_t host)
{
    uint32_t low = 0, high = fleet->nr, mid;

    while (high - low > 1) {
        mid = low + (high - low) / 2;
        if (fleet->kind[mid].first <= host)
            low = mid;
        else
            high = mid;
    }
    return low;
}
