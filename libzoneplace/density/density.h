/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the simulation share. It stands on the public calls of
 * zoneplace.h; what is in here makes many equal hosts cheap:
 *
 *  - A *state* is one kind of host with one load. Hosts that came to the same
 *    load have the same state, whatever way they came.
 *  - A *step* is what zp_place() said for a state and a shape: the state that
 *    follows and the *effect*, or that it was refused. It is asked once.
 *  - A *tree* over the hosts finds the first one that has the memory a shape
 *    takes at least; the rest are not asked.
 */
#ifndef ZP_DENSITY_H
#define ZP_DENSITY_H

#include "internal.h"

#include <zoneplace-density.h>

#define ZP__NONE UINT32_MAX

/* Makes room for one more than @nr entries of @entry bytes; false: NOMEM. */
bool zp__grow(void **array, size_t entry, uint32_t nr, uint32_t *size);

/* ---- effects: what a zone takes (effect.c) ---- */

struct zp__part {
    uint32_t pos;
    uint32_t vcpus;
    uint64_t kib;            /* with its share of overhead */
};

struct zp__effect {
    uint32_t refs;           /* zones that are there by it */
    uint32_t nr;
    uint64_t hash;
    struct zp_usage usage;   /* of one such zone */
    struct zp__part part[];
};

/* Equal effects are one object and have one number. */
struct zp__effects {
    struct zp__effect **effect;
    uint32_t nr, size;
    uint32_t nr_free;        /* numbers to use again are in .free_ones */
    uint32_t *free_ones;
    uint32_t size_free;
    uint32_t *table;         /* open addressing; ZP__NONE: empty */
    uint32_t table_size;     /* power of two, 0 before the first */
    uint64_t bytes;
};

void zp__effects_clear(struct zp__effects *effects);
/* Number of what @plan takes, or ZP__NONE: NOMEM. */
uint32_t zp__effect_of(struct zp__effects *effects,
                       const struct zp_plan *plan);
/* Drops effects that no zone has. False: NOMEM. */
bool zp__effects_sweep(struct zp__effects *effects);

/* ---- states and steps (state.c) ---- */

/* A host's nodes at one moment: what changes of a load. */
struct zp__node {
    uint64_t free_kib;
    uint32_t used_vcpus;
    uint32_t unused;         /* keeps the bytes comparable */
};

struct zp__state {
    uint32_t kind;
    uint64_t at;             /* in .nodes */
    uint64_t hash;
};

struct zp__step {
    uint32_t state;          /* ZP__NONE: an empty slot */
    uint32_t shape;
    uint32_t next;           /* state; ZP__NONE: refused */
    uint32_t effect;
};

struct zp__states {
    struct zp__state *state;
    uint32_t nr, size;
    struct zp__node *nodes;
    uint64_t nr_nodes, size_nodes;
    uint32_t *table;
    uint32_t table_size;
    struct zp__step *step;   /* open addressing */
    uint32_t nr_steps, size_steps;
};

void zp__states_clear(struct zp__states *states);
uint64_t zp__states_bytes(const struct zp__states *states);
/* Number of the state with these @nr nodes, or ZP__NONE: NOMEM. */
uint32_t zp__state_of(struct zp__states *states, uint32_t kind,
                      const struct zp__node *nodes, uint32_t nr);
/* The step, or NULL if it was never asked. */
const struct zp__step *zp__step_find(const struct zp__states *states,
                                     uint32_t state, uint32_t shape);
/* False: NOMEM. */
bool zp__step_add(struct zp__states *states, const struct zp__step *step);
/* Forgets all steps, and all states but those of @host_state, which it
 * numbers anew. @nr_of gives the nodes of a kind. False: NOMEM. */
bool zp__states_sweep(struct zp__states *states, uint32_t *host_state,
                      uint32_t nr_hosts, const uint32_t *nr_of);

/* ---- the tree (tree.c) ---- */

enum { ZP__NR_ROOMS = 3 };

/* What a host has left, or a shape takes at least, in 2 MiB units; then vcpus
 * where a ratio bounds them. */
struct zp__rooms {
    uint64_t of[ZP__NR_ROOMS]; /* in sum, on one node, vcpus */
};

struct zp__tree {
    struct zp__rooms *max;   /* [1] is the root, leaves from .width on */
    uint32_t width;          /* power of two, >= hosts */
};

bool zp__tree_init(struct zp__tree *tree, uint32_t nr_hosts);
void zp__tree_clear(struct zp__tree *tree);
/* Before zp__tree_build() only the leaf is written. */
void zp__tree_set(struct zp__tree *tree, uint32_t host,
                  const struct zp__rooms *rooms, bool built);
void zp__tree_build(struct zp__tree *tree);
/* The first host >= @from with all of @need, or ZP__NONE. */
uint32_t zp__tree_find(const struct zp__tree *tree, uint32_t from,
                       const struct zp__rooms *need);

/* ---- the simulation (sim.c) ---- */

struct zp__shape {
    struct zp_request req;   /* resolved, without a name */
    struct zp__rooms need;
    bool whole;              /* it is on one node or nowhere */
    uint32_t cursor;         /* no host before it takes one */
    uint32_t next;           /* of those with the same hash */
};

struct zp__kind {
    const struct zp_topology *topo;
    struct zp_load *scratch;
    uint32_t nr;
    uint64_t kept_kib[ZP_MAX_PNODES]; /* reserved and promised */
    uint32_t usable[ZP_MAX_PNODES];
    uint64_t room_kib[ZP_MAX_PNODES]; /* at the start */
};

struct zp_sim {
    const struct zp_fleet *fleet;
    struct zp__kind *kind;
    uint32_t nr_kinds;
    uint32_t nr_hosts;
    uint32_t *nr_of;         /* nodes, by kind */
    uint32_t *host_state;
    uint32_t *host_zones;
    struct zp__states states;
    uint32_t most_states;    /* sweep above that */
    struct zp__effects effects;
    struct zp__tree tree;
    struct zp__shape *shape;
    uint32_t nr_shapes, size_shapes;
    uint32_t shape_table[1024];
    uint32_t ratio;          /* that .rooms.of[2] of hosts are for */
    struct zp_usage usage;
    uint64_t nr_calls;
    uint64_t most_bytes;
    struct zp_plan plan;     /* scratch */
};

/* Places it for good: there is no zp_sim_remove() for it. */
int zp__sim_place(struct zp_sim *sim, uint32_t shape, uint32_t *host_out,
                  struct zp_error *err);
/* Puts @sim's host as it is now into its kind's scratch load. */
const struct zp_load *zp__sim_load(const struct zp_sim *sim, uint32_t host);
uint64_t zp__capacity_kib(const struct zp_sim *sim);
/* vcpus that all hosts still take by the ratio that shapes have; 0 if none. */
uint64_t zp__idle_vcpus(const struct zp_sim *sim);
static inline bool zp__refused(int rc)
{
    return rc == ZP_ERR_INFEASIBLE || rc == ZP_ERR_UNSUPPORTED;
}
/* 2 MiB units that a zone of @req takes at least, with Xen's own; and whether
 * it is on one node or nowhere. @req is resolved. */
uint64_t zp__least_units(const struct zp_request *req);
bool zp__whole(const struct zp_request *req);

#endif
