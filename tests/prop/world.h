/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host and what happens on it, in plain numbers: Xen, xenstore and the
 * operator of the soak in one. It knows what each zone has on each pnode; the
 * ledger sees only what a real look at a host tells it.
 */
#ifndef ZP_TESTS_WORLD_H
#define ZP_TESTS_WORLD_H

#include "../lib/gen.h"
#include "core/ledger.h"
#include "satisfies.h"

enum { NR_SLOTS = 6, NR_OTHERS = 3, MAX_NODES = 12 };

enum state { EMPTY, BUILDING, RUNNING };

struct slot {
    enum state state;
    bool domain;                     /* its overhead has been taken */
    struct zp_plan plan;
    uint64_t has_kib[ZP_MAX_VNODES];
};

/* A guest that is no zone: its vcpus, and memory of one pnode. */
struct other {
    uint32_t nr_vcpus;               /* 0: none */
    struct zp_pcpuset pcpus;         /* of each of them */
    uint32_t pos;
    uint64_t kib;
    bool claim;                      /* it has not taken it yet */
};

struct world {
    uint64_t seed;
    struct gen_host host;
    struct zp_topology *topo;
    struct zp_load *base;            /* what no ledger changes */
    uint64_t free_kib[ZP_MAX_PNODES];
    uint64_t reserve_kib[ZP_MAX_PNODES];
    struct slot slot[NR_SLOTS];
    struct other other[NR_OTHERS];
};

/* What one look at the host reads, and how far the world went meanwhile. */
struct sight {
    enum state state[NR_SLOTS];
    struct zp__held held[NR_SLOTS];
    uint64_t free_kib[ZP_MAX_PNODES];
    bool moved;
};

/* Everything of it, @g too, hangs on the seed. */
void world_new(struct world *w, uint64_t seed, struct gen *g);
void world_drop(struct world *w);

void world_enter(struct world *w, uint32_t slot);
/* A piece, or the overhead before the first. */
void world_take(struct world *w, struct gen *g, struct slot *slot);
void world_finish(struct world *w, struct gen *g, struct slot *slot);
void world_leave(struct world *w, struct slot *slot);
void world_reboot(struct world *w, struct slot *slot);
/* Static zones lose memory and get it back, dynamic ones shrink and grow. */
void world_balloon(struct world *w, struct gen *g, struct slot *slot);
/* A guest of others comes or goes, or takes what it has a claim on. */
void world_others(struct world *w, struct gen *g);
void world_others_leave(struct world *w);
/* Another reserve on a pnode. */
void world_keep(struct world *w, struct gen *g);

/* With @g zones go on taking memory while we look. */
void world_see(struct world *w, struct gen *g, struct sight *sight);
void world_ledger(const struct world *w, enum zp__view view,
                  const struct sight *sight, struct zp__ledger *ledger);
void world_free(const struct world *w, const struct sight *sight,
                struct zp_load *load);
void world_books(const struct world *w, struct books *books);
/* NULL, or what does not hold. */
const char *world_check(struct world *w, struct gen *g);

#endif
