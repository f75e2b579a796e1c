/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a report shows of each node: all hosts of a kind, or some that stand
 * for them, from the fullest to the emptiest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "density.h"

enum { ALL_HOSTS = 24, SOME_HOSTS = 11 };

struct fullness {
    uint32_t host;
    uint64_t room_kib;
};

static int by_room(const void *va, const void *vb)
{
    const struct fullness *a = va, *b = vb;

    if (a->room_kib != b->room_kib)
        return a->room_kib < b->room_kib ? -1 : 1;
    return a->host < b->host ? -1 : a->host > b->host;
}

static void clear_heat(struct heat *heat)
{
    free(heat->row);
    free(heat->column);
    free(heat->value);
}

void density_heats_free(struct density_heat *heats, size_t nr)
{
    for (size_t i = 0; i < nr; i++) {
        clear_heat(&heats[i].memory);
        clear_heat(&heats[i].vcpus);
    }
    free(heats);
}

static bool make_heat(struct heat *heat, uint32_t rows,
                      const struct zp_topology *topo)
{
    heat->rows = rows;
    heat->columns = zp_topology_nr_pnodes(topo);
    heat->row = calloc(rows, sizeof(*heat->row));
    heat->column = calloc(heat->columns, sizeof(*heat->column));
    heat->value = calloc((size_t)rows * heat->columns, sizeof(*heat->value));
    if (!heat->row || !heat->column || !heat->value)
        return false;
    for (uint32_t pos = 0; pos < heat->columns; pos++)
        heat->column[pos] = zp_topology_os_id(topo, pos);
    return true;
}

static uint32_t thousandths(uint64_t part, uint64_t all)
{
    uint64_t value = all ? (uint64_t)((unsigned __int128)part * 1000 / all)
                         : 0;

    if (!all)
        return CHART_NONE;
    return value > 9999 ? 9999 : (uint32_t)value;
}

static int read_row(const struct zp_sim *sim, const struct zp_topology *topo,
                    uint32_t host, uint32_t row, struct density_heat *heat,
                    struct zp_error *err)
{
    uint32_t nr = heat->memory.columns, pos;
    struct zp_load *load;
    uint64_t all, room;
    int rc = zp_sim_load(sim, host, &load, err);

    for (pos = 0; !rc && pos < nr; pos++) {
        all = zp_topology_mem_kib(topo, pos);
        room = zp_sim_room_kib(sim, host, pos);
        if (all == ZP_UNKNOWN_KIB)
            all = 0;
        heat->memory.value[row * nr + pos] =
            thousandths(all > room ? all - room : 0, all);
        heat->vcpus.value[row * nr + pos] =
            thousandths(zp_load_used_vcpus(load, pos),
                        zp_load_nr_usable(load, pos));
    }
    if (!rc)
        zp_load_free(load);
    return rc;
}

/* The hosts of @kind, the fullest first. */
static struct fullness *sort_hosts(const struct density *d,
                                   const struct zp_sim *sim, uint32_t kind,
                                   uint32_t first, uint32_t nr)
{
    const struct zp_topology *topo = zp_fleet_topology(d->fleet, kind);
    struct fullness *order = calloc(nr, sizeof(*order));

    for (uint32_t i = 0; order && i < nr; i++) {
        order[i].host = first + i;
        for (uint32_t pos = 0; pos < zp_topology_nr_pnodes(topo); pos++)
            order[i].room_kib += zp_sim_room_kib(sim, first + i, pos);
    }
    if (order)
        qsort(order, nr, sizeof(*order), by_room);
    return order;
}

static int read_kind(const struct density *d, const struct zp_sim *sim,
                     uint32_t kind, uint32_t first, struct density_heat *heat,
                     struct zp_error *err)
{
    const struct zp_topology *topo = zp_fleet_topology(d->fleet, kind);
    uint32_t nr = zp_fleet_count(d->fleet, kind), rows, row, at;
    struct fullness *order = sort_hosts(d, sim, kind, first, nr);
    int rc = ZP_OK;

    rows = nr <= ALL_HOSTS ? nr : SOME_HOSTS;
    heat->kind = kind;
    if (!order || !make_heat(&heat->memory, rows, topo) ||
        !make_heat(&heat->vcpus, rows, topo)) {
        free(order);
        return fail(err, ZP_ERR_NOMEM, NULL, "out of memory");
    }
    for (row = 0; !rc && row < rows; row++) {
        at = nr <= ALL_HOSTS ? row
                             : (uint32_t)((uint64_t)(nr - 1) * row /
                                          (SOME_HOSTS - 1));
        if (nr <= ALL_HOSTS)
            snprintf(heat->memory.row[row], sizeof(heat->memory.row[row]),
                     "host %u", order[at].host);
        else
            snprintf(heat->memory.row[row], sizeof(heat->memory.row[row]),
                     "%u %% are fuller", row * 100 / (SOME_HOSTS - 1));
        memcpy(heat->vcpus.row[row], heat->memory.row[row],
               sizeof(heat->memory.row[row]));
        rc = read_row(sim, topo, order[at].host, row, heat, err);
    }
    free(order);
    return rc;
}

int density_heats(const struct density *d, const struct zp_sim *sim,
                  struct density_heat **heats_out, size_t *nr_out,
                  struct zp_error *err)
{
    uint32_t nr = zp_fleet_nr_kinds(d->fleet), first = 0, kind;
    struct density_heat *heats;
    int rc = ZP_OK;

    nr = nr > DENSITY_MAX_HEATS ? DENSITY_MAX_HEATS : nr;
    heats = calloc(nr, sizeof(*heats));
    if (!heats)
        return fail(err, ZP_ERR_NOMEM, NULL, "out of memory");
    for (kind = 0; !rc && kind < nr; kind++) {
        rc = read_kind(d, sim, kind, first, &heats[kind], err);
        first += zp_fleet_count(d->fleet, kind);
    }
    if (rc) {
        density_heats_free(heats, nr);
        return rc;
    }
    *heats_out = heats;
    *nr_out = nr;
    return ZP_OK;
}
