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

/* KiB that a zone of @req takes from its host at least, Xen's own included, by
 * whatever plan; 0 if the request makes no sense. */
uint64_t zp_least_kib(const struct zp_request *req);
/* True if every plan of @req is on one node. */
bool zp_is_whole(const struct zp_request *req);

/* ---- fleet: where it is to go ------------------------------------------ */

struct zp_fleet;

int zp_fleet_new(struct zp_fleet **fleet_out, struct zp_error *err);
void zp_fleet_free(struct zp_fleet *fleet);
/* Appends @count hosts of one kind, which start from @load; a load of another
 * topology is INVAL when a zone is placed there. Both are borrowed until the
 * fleet and what is made from it are freed. RANGE (ZP_MAX_HOSTS), INVAL (count
 * 0), NOMEM. */
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

/*
 * Hosts of a file: one, in any format of zp_host_from_buffer(), or the hosts
 * of a list of Kubernetes' NodeResourceTopology objects (JSON: that kind's
 * list, or a plain List of them). Equal hosts are one kind, named like the
 * first of them; kinds are in the order of their first hosts. PARSE, RANGE,
 * INVAL with line and column; UNSUPPORTED (a format); NOMEM.
 */
struct zp_hosts;
int zp_hosts_from_buffer(const char *buf, size_t len,
                         struct zp_hosts **hosts_out, struct zp_error *err);
void zp_hosts_free(struct zp_hosts *hosts);
uint32_t zp_hosts_nr_kinds(const struct zp_hosts *hosts);
/* Of a kind, 0 <= kind < nr. Borrowed until zp_hosts_free(). The load may be
 * changed before it is used. */
const struct zp_topology *zp_hosts_topology(const struct zp_hosts *hosts,
                                            uint32_t kind);
struct zp_load *zp_hosts_load(struct zp_hosts *hosts, uint32_t kind);
uint32_t zp_hosts_count(const struct zp_hosts *hosts, uint32_t kind);

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
 * INVAL (dedicated zones: which pcpus a zone has is not kept), NOMEM,
 * RANGE (2^20 shapes). */
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
    uint32_t spread_at_first; /* as .at_first and .at_end */
    uint32_t spread_at_end;
    uint64_t nr_of[ZP_MAX_SHAPES]; /* placed, per shape of the mix */
};

/* Fills @sim with the sequence of @mix and @seed. NOMEM; what zp_place()
 * fails with besides INFEASIBLE and UNSUPPORTED. *fill_out is for free(). */
int zp_fill(struct zp_sim *sim, const struct zp_mix *mix, uint64_t seed,
            zp_progress_fn progress, void *arg, struct zp_fill **fill_out,
            struct zp_error *err);

/* ---- replay: zones that come and go -------------------------------------- */

#define ZP_STAYS UINT64_MAX

struct zp_arrival {
    uint64_t time_ms;
    uint64_t lifetime_ms;     /* ZP_STAYS: to the end */
    uint32_t shape;           /* in zp_trace_shapes() */
};

struct zp_trace;

int zp_trace_new(struct zp_trace **trace_out, struct zp_error *err);
void zp_trace_free(struct zp_trace *trace);
/* Appends a zone (@req is copied and checked). RANGE (ZP_MAX_ARRIVALS,
 * ZP_MAX_SHAPES different requests), INVAL, NOMEM. */
int zp_trace_add(struct zp_trace *trace, const struct zp_request *req,
                 uint64_t time_ms, uint64_t lifetime_ms,
                 struct zp_error *err);
/* Into the order of time; zones of one time stay as they were added. NOMEM. */
int zp_trace_sort(struct zp_trace *trace, struct zp_error *err);
uint32_t zp_trace_nr(const struct zp_trace *trace);
/* Borrowed; 0 <= i < nr. */
const struct zp_arrival *zp_trace_arrival(const struct zp_trace *trace,
                                          uint32_t i);
/* Its different requests, each with weight 1. Borrowed. */
const struct zp_mix *zp_trace_shapes(const struct zp_trace *trace);

/*
 * Reads a trace: CSV with the columns time, lifetime, vcpus, memory; or those
 * of Alibaba's openb pod lists, or of the Azure trace for packing, where sizes
 * are shares of a machine with @machine_vcpus and @machine_kib (zonectl(1),
 * DENSITY). @base is what requests have besides. The trace is sorted. PARSE,
 * RANGE, INVAL with line and column; NOMEM.
 */
int zp_trace_from_csv(const char *buf, size_t len,
                      const struct zp_request *base, uint32_t machine_vcpus,
                      uint64_t machine_kib, struct zp_trace **trace_out,
                      struct zp_error *err);

enum { ZP_MAX_POINTS = 512, ZP_MAX_CAUSES = 16 };

/* The fleet after an arrival. */
struct zp_point {
    uint64_t time_ms;
    uint64_t zones;
    uint64_t charged_kib;
    uint64_t refused;         /* so far */
    uint32_t spread;          /* zp_sim_spread() */
};

struct zp_replay {
    uint64_t placed;
    uint64_t refused;
    /* refused although the fleet had the memory in sum, and the vcpus where
     * they are bounded: for want of it in one place */
    uint64_t fragmented;
    uint32_t nr_causes;
    struct {
        char limit[32];       /* of zp_place(), see zp_sim_place() */
        uint64_t nr;
    } cause[ZP_MAX_CAUSES];
    uint64_t capacity_kib;
    struct zp_usage at_peak;  /* when the most memory was in use */
    uint64_t peak_ms;
    /* Over time: the mean of memory in use, in thousandths of the capacity */
    uint32_t mean_used;
    struct zp_usage all;      /* sums over all zones placed */
    uint32_t nr_points;       /* evenly over arrivals */
    struct zp_point point[ZP_MAX_POINTS];
};

/* Called for each arrival once it is placed (@placed) or refused (NULL), with
 * the simulation as it is then. */
typedef void (*zp_replay_fn)(void *arg, const struct zp_sim *sim,
                             uint32_t arrival,
                             const struct zp_placed *placed);

/*
 * Replays @trace, which is sorted, on @sim. At one time zones go before others
 * come. At the end @sim is as after the last arrival. @watch may be NULL.
 * NOMEM; what zp_place() fails with besides INFEASIBLE and UNSUPPORTED.
 */
int zp_replay(struct zp_sim *sim, const struct zp_trace *trace,
              zp_progress_fn progress, void *progress_arg,
              zp_replay_fn watch, void *watch_arg,
              struct zp_replay *replay_out, struct zp_error *err);

/* ---- stranded: free and of no use --------------------------------------- */

enum zp_stranded_by {
    ZP_STRANDED_NOTHING,      /* a shape of the mix can still use it */
    ZP_STRANDED_MEMORY,       /* pcpus are left, memory is too little */
    ZP_STRANDED_VCPUS,        /* memory is left, pcpus are not */
    ZP_STRANDED_BOTH,         /* each would do for some shape, not together;
                               * or neither would */
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
 * A node is of use if zp_place() still takes a shape of @mix on its host and
 * the node has memory and vcpus for a part of it; else it is stranded, for
 * want of what it has for no shape. One that has both is short of what
 * zp_place() says its host is short of. Sorted by kind, node, reason;
 * *rows_out is for free(). NOMEM.
 */
int zp_stranded(const struct zp_sim *sim, const struct zp_mix *mix,
                struct zp_stranded **rows_out, size_t *nr_out,
                struct zp_error *err);

/* ---- more: what one host still takes ------------------------------------ */

struct zp_more {
    uint64_t zones;           /* of the request, one after the other */
    struct zp_usage usage;    /* theirs */
    uint32_t spread;          /* zp_sim_spread() after the last of them */
    uint64_t alone[ZP_MAX_PNODES]; /* if only that node were there */
    struct zp_error refusal;  /* why not one more */
    /* What is then left of each node, of no use for one more; kind is 0 */
    struct zp_stranded left[ZP_MAX_PNODES];
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
