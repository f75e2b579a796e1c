/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zoneplace-density.h - how many zones fit, and what is left over
 *
 * A simulation on top of zp_place(): it has no rules of placement of its own,
 * so what it counts is what would happen. A fleet is hosts in a fixed order; a
 * zone goes to the first host that takes it, and on that host to where
 * zp_place() puts it. Everything is deterministic: equal inputs and seeds give
 * equal results. The conventions are those of zoneplace.h.
 */
#ifndef ZONEPLACE_DENSITY_H
#define ZONEPLACE_DENSITY_H

#include <zoneplace.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

enum {
    ZP_MAX_SHAPES = 4096,      /* of a mix */
    ZP_MAX_HOSTS = 1000000,    /* of a fleet */
    ZP_MAX_WEIGHTS = 1000000,  /* the sum of a mix's weights */
};
/* Zones of a trace */
#define ZP_MAX_ARRIVALS ((uint64_t)4 << 20)

/* ---- mix: what is asked for -------------------------------------------- */

/* Shapes of zones with weights. */
struct zp_mix;

int zp_mix_new(struct zp_mix **mix_out, struct zp_error *err);
void zp_mix_free(struct zp_mix *mix);
/* Adds a shape (copied; zp_request_check()ed on a copy). RANGE (ZP_MAX_SHAPES,
 * a sum of weights beyond ZP_MAX_WEIGHTS), INVAL (weight 0), NOMEM. */
int zp_mix_add(struct zp_mix *mix, const struct zp_request *req,
               uint32_t weight, struct zp_error *err);
uint32_t zp_mix_nr(const struct zp_mix *mix);
/* Borrowed; 0 <= i < nr. */
const struct zp_request *zp_mix_request(const struct zp_mix *mix, uint32_t i);
uint32_t zp_mix_weight(const struct zp_mix *mix, uint32_t i);

/*
 * Reads a mix (zonectl(1), MIXES): JSON, a list of objects, or CSV with a line
 * of names first. @base is what shapes have where they say nothing. PARSE,
 * RANGE, INVAL with line and column; NOMEM.
 */
int zp_mix_from_json(const char *buf, size_t len,
                     const struct zp_request *base, struct zp_mix **mix_out,
                     struct zp_error *err);
int zp_mix_from_csv(const char *buf, size_t len,
                    const struct zp_request *base, struct zp_mix **mix_out,
                    struct zp_error *err);

/*
 * A mix as one endless sequence of shapes: an urn holds each shape as often as
 * its weight says, is emptied in the order of @seed and filled again. So every
 * stretch of the sum of weights has exactly their proportions.
 */
struct zp_urn;
int zp_urn_new(const struct zp_mix *mix, uint64_t seed,
               struct zp_urn **urn_out, struct zp_error *err);
void zp_urn_free(struct zp_urn *urn);
/* Index of the next shape. */
uint32_t zp_urn_next(struct zp_urn *urn);

/* ---- fleet: where it is to go ------------------------------------------ */

struct zp_fleet;

int zp_fleet_new(struct zp_fleet **fleet_out, struct zp_error *err);
void zp_fleet_free(struct zp_fleet *fleet);
/* Appends @count hosts of one kind, which start from @load. Both are borrowed
 * until the fleet and what is made from it are freed. RANGE (ZP_MAX_HOSTS),
 * INVAL (count 0, a load of another topology), NOMEM. */
int zp_fleet_add(struct zp_fleet *fleet, const struct zp_topology *topo,
                 const struct zp_load *load, uint32_t count,
                 struct zp_error *err);
uint32_t zp_fleet_nr_hosts(const struct zp_fleet *fleet);
/* Kinds, in the order of the zp_fleet_add() calls. */
uint32_t zp_fleet_nr_kinds(const struct zp_fleet *fleet);
const struct zp_topology *zp_fleet_topology(const struct zp_fleet *fleet,
                                            uint32_t kind);
const struct zp_load *zp_fleet_load(const struct zp_fleet *fleet,
                                    uint32_t kind);
uint32_t zp_fleet_count(const struct zp_fleet *fleet, uint32_t kind);
/* Kind of a host, 0 <= host < nr_hosts. */
uint32_t zp_fleet_kind_of(const struct zp_fleet *fleet, uint32_t host);

/* ---- simulation: what the fleet is doing -------------------------------- */

/* Sums over the zones that are there. */
struct zp_usage {
    uint64_t zones;
    uint64_t vcpus;
    uint64_t mem_kib;         /* the guests' own */
    uint64_t charged_kib;     /* with Xen's overhead */
    uint64_t spilled_kib;     /* on nodes without vcpus of their zone */
    uint64_t split;           /* zones with vcpus on two nodes or more */
    /* Pairs of a vcpu and a MiB of its zone, and those on one pnode: their
     * ratio is the local share. */
    uint64_t pairs;
    uint64_t local_pairs;
};

struct zp_sim;

/* Where a zone went. */
struct zp_placed {
    uint32_t host;
    uint32_t effect;          /* names what it took, for zp_sim_remove() */
};

/* @fleet is borrowed until zp_sim_free(). INVAL (no hosts), NOMEM. */
int zp_sim_new(const struct zp_fleet *fleet, struct zp_sim **sim_out,
               struct zp_error *err);
void zp_sim_free(struct zp_sim *sim);
/* Number of a shape, equal requests have equal numbers; names don't count.
 * NOMEM, RANGE (2^20 shapes). */
int zp_sim_shape(struct zp_sim *sim, const struct zp_request *req,
                 uint32_t *shape_out, struct zp_error *err);
/*
 * Places a zone of that shape on the first host that takes it. INFEASIBLE if
 * none does: @err then has what zp_place() says on the host with the most free
 * memory. Any other failure of zp_place() ends the search. NOMEM.
 */
int zp_sim_place(struct zp_sim *sim, uint32_t shape,
                 struct zp_placed *placed_out, struct zp_error *err);
/* Takes it away again. NOMEM: the simulation is no longer of use. */
int zp_sim_remove(struct zp_sim *sim, const struct zp_placed *placed,
                  struct zp_error *err);

/* As it is now. */
const struct zp_usage *zp_sim_usage(const struct zp_sim *sim);
/* As it is now on a host; copies what zp_load_copy() would. The caller frees
 * it. NOMEM. */
int zp_sim_load(const struct zp_sim *sim, uint32_t host,
                struct zp_load **load_out, struct zp_error *err);
/* Free memory less what is reserved and promised, KiB; 0 beyond the end. */
uint64_t zp_sim_room_kib(const struct zp_sim *sim, uint32_t host,
                         uint32_t pos);
/* Calls of zp_place() so far, and bytes held now and at most. */
uint64_t zp_sim_nr_calls(const struct zp_sim *sim);
uint64_t zp_sim_bytes(const struct zp_sim *sim);

/*
 * How unevenly memory is used inside hosts: the mean, over hosts with a zone,
 * of the share of the fullest node's memory in use less that of the emptiest
 * one, in thousandths. Nodes with pcpus and memory only.
 */
uint32_t zp_sim_spread(const struct zp_sim *sim);

/* Called now and then with how far the work is, in thousandths (a guess).
 * False ends it: the call returns ZP_ERR_IO. May be NULL where it is taken. */
typedef bool (*zp_progress_fn)(void *arg, uint32_t permille);

/* ---- fill: until nothing fits ------------------------------------------- */

struct zp_fill {
    uint64_t first_refusal;   /* zones placed before the first refusal */
    uint64_t placed;          /* refused ones skipped, until none fits */
    uint64_t asked;           /* length of the sequence until then */
    uint32_t refused_shape;   /* index in the mix */
    struct zp_error refusal;  /* the first one's reason */
    struct zp_usage at_first; /* before the first refusal */
    struct zp_usage at_end;
    uint64_t capacity_kib;    /* room of the fleet before all */
    /* zp_sim_spread() when a quarter, half and three quarters of the capacity
     * were charged; UINT32_MAX if it ended before */
    uint32_t spread[3];
    uint64_t nr_of[ZP_MAX_SHAPES]; /* placed, per shape of the mix */
};

/* Fills @sim with the sequence of @mix and @seed. NOMEM; what zp_place()
 * fails with besides INFEASIBLE and UNSUPPORTED. *fill_out is for free(). */
int zp_fill(struct zp_sim *sim, const struct zp_mix *mix, uint64_t seed,
            zp_progress_fn progress, void *arg, struct zp_fill **fill_out,
            struct zp_error *err);

/* ---- stranded: free and of no use --------------------------------------- */

enum zp_stranded_by {
    ZP_STRANDED_NOTHING,      /* a shape of the mix can still use it */
    ZP_STRANDED_MEMORY,       /* pcpus are left, memory is too little */
    ZP_STRANDED_VCPUS,        /* memory is left, pcpus are not */
    ZP_STRANDED_BOTH,         /* each would do for some shape, not together */
};

/* Hosts of one kind, one node: what is free there and by what it is lost. */
struct zp_stranded {
    uint32_t kind;
    uint32_t pos;
    enum zp_stranded_by by;
    uint32_t hosts;           /* how many it is so on */
    uint64_t mem_kib;         /* on all of them */
    uint64_t pcpus;           /* usable pcpus without a vcpu of their own */
};

/*
 * A node is stranded if zp_place() puts no shape of @mix on its host; on a
 * host that still takes one, no node is. Sorted by kind, node, reason;
 * *rows_out is for free(). NOMEM.
 */
int zp_stranded(const struct zp_sim *sim, const struct zp_mix *mix,
                struct zp_stranded **rows_out, size_t *nr_out,
                struct zp_error *err);

/* ---- more: what one host still takes ------------------------------------ */

struct zp_more {
    uint64_t zones;           /* of the request, one after the other */
    struct zp_usage usage;    /* theirs */
    uint64_t alone[ZP_MAX_PNODES]; /* if only that node were there */
    struct zp_error refusal;  /* why not one more */
};

/* Asks for @req on @topo with @load until it is refused; changes nothing.
 * @load may be one of zp_sim_load(). NOMEM; INVAL, RANGE of the request. */
int zp_more(const struct zp_topology *topo, const struct zp_load *load,
            const struct zp_request *req, struct zp_more *more_out,
            struct zp_error *err);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
