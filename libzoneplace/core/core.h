/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the core's files share: the objects' insides and the search. */
#ifndef ZP_CORE_H
#define ZP_CORE_H

#include "internal.h"

/* A set of pnode positions: bit pos. ZP_MAX_PNODES is what makes it fit. */
typedef uint64_t zp__mask;

#define ZP__BIT(pos) ((zp__mask)1 << (pos))
/* for each position @pos in @mask, ascending; @left is the caller's scratch */
#define ZP__FOR_EACH(pos, left, mask)                                   \
    for ((left) = (mask);                                               \
         (left) && ((pos) = (uint32_t)__builtin_ctzll(left), true);     \
         (left) &= (left) - 1)

static inline uint32_t zp__count(zp__mask mask)
{
    return (uint32_t)__builtin_popcountll(mask);
}

static inline uint32_t zp__lowest(zp__mask mask)
{
    return (uint32_t)__builtin_ctzll(mask);
}

static inline uint64_t zp__min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint32_t zp__min32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint32_t zp__div_up(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

static inline uint64_t zp__div_up64(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

/* ---- topology ---- */

enum { ZP__MAX_WARNINGS = 24, ZP__WARNING_LEN = 160 };

#define ZP__NO_CORE UINT16_MAX

/* The largest weight a pair of nodes can have: both directions unreachable.
 * Scatter maximises by minimising the difference to it. */
enum { ZP__MAX_PAIR = 2 * ZP_DIST_UNREACHABLE };

struct zp__device {
    char busid[ZP_BUSID_LEN];  /* canonical "dddd:bb:dd.f" */
    uint64_t key;              /* the same as a number: the order */
    zp__mask pnodes;           /* before freeze: in order of adding */
    char parent[ZP_BUSID_LEN]; /* "": not told */
};

struct zp_topology {
    bool frozen;
    bool has_distances;
    char name[ZP_MAX_NAME];
    uint32_t nr;
    struct zp_pnode_desc pnode[ZP_MAX_PNODES];
    uint32_t nr_set;           /* size of the matrix given, 0: none */
    uint32_t dist[ZP_MAX_PNODES * ZP_MAX_PNODES]; /* slot i * nr + j */
    /* From freeze on: */
    uint16_t pair[ZP_MAX_PNODES][ZP_MAX_PNODES]; /* d(i, j) + d(j, i) */
    uint8_t nearest[ZP_MAX_PNODES][ZP_MAX_PNODES]; /* the others, by pair */
    zp__mask reach[ZP_MAX_PNODES]; /* others with both directions < 255 */
    zp__mask twin[ZP_MAX_PNODES];  /* others with the same distances */
    bool all_reach;
    uint32_t core[ZP_MAX_PCPUS];
    uint32_t socket[ZP_MAX_PCPUS];
    uint32_t l3[ZP_MAX_PCPUS]; /* frozen: from 0, ascending lowest pcpus */
    uint32_t nr_l3;            /* 0: not known */
    /* From freeze on: cores as numbers from 0 (ZP__NO_CORE: not told), and
     * how many online pcpus each has. */
    uint16_t core_nr[ZP_MAX_PCPUS];
    uint16_t core_size[ZP_MAX_PCPUS];
    bool has_cores;            /* every online pcpu's is known */
    uint8_t threads[ZP_MAX_PNODES]; /* see zp__topology_threads() */
    zp__mask mates[ZP_MAX_PNODES];  /* see zp__topology_mates() */
    struct zp__device *device; /* ascending key */
    uint32_t nr_devices;
    uint32_t room_devices;
    uint32_t nr_warnings;
    uint32_t nr_added;         /* the first of them: what the source said */
    char warning[ZP__MAX_WARNINGS][ZP__WARNING_LEN];
};

/* Reads any accepted spelling; false if it is none. @canonical may be NULL. */
bool zp__busid_parse(const char *text, uint64_t *key_out,
                     char canonical[ZP_BUSID_LEN]);
void zp__topology_warn(struct zp_topology *topo, const char *fmt, ...)
    ZP_PRINTF(2, 3);
/* topology-check.c: the part of freeze that judges. */
int zp__topology_check(struct zp_topology *topo, struct zp_error *err);
/* devices.c: unknown nodes from other functions and parents. */
void zp__topology_locate(struct zp_topology *topo);
void zp__topology_index(struct zp_topology *topo);
/* topology-pcpus.c: cores and L3 domains. */
void zp__topology_index_pcpus(struct zp_topology *topo);

/* ---- load ---- */

struct zp_load {
    const struct zp_topology *topo;
    uint64_t free_kib[ZP_MAX_PNODES];
    uint64_t promised_kib[ZP_MAX_PNODES];
    uint64_t reserve_kib[ZP_MAX_PNODES];
    uint32_t used_vcpus[ZP_MAX_PNODES];
    uint32_t nr_usable[ZP_MAX_PNODES]; /* kept in step with the sets */
    uint32_t pcpu_milli[ZP_MAX_PCPUS]; /* of zones that float */
    bool has_pool;
    struct zp_pcpuset pool;
    struct zp_pcpuset reserved;
    struct zp_pcpuset dedicated;
};

/* ---- the search for one k-set (search.c) ---- */

/*
 * The best of a set, smaller is better, read from the first field on. Every
 * field is a sum over members, or over pairs of members, except @uncovered.
 */
struct zp__score {
    uint64_t pre;        /* spill: how much memory the set lacks */
    uint32_t uncovered;  /* weight of devices no member is local to */
    uint64_t pairs;      /* over unordered pairs, strategy-transformed */
    uint64_t load;       /* promised vcpus per pcpu, where that counts */
    uint64_t taken;      /* how much memory the set lacks to an empty one */
};

enum { ZP__NR_NEEDS = 4 };

struct zp__search {
    const struct zp_topology *topo;
    bool scatter;
    uint32_t k;
    zp__mask allowed;    /* every member is one of these */
    zp__mask fixed;      /* these are members */
    /* The sums a set must reach; have[][i] is no more than need[i]. Unused
     * ones are 0. */
    uint64_t need[ZP__NR_NEEDS];
    uint64_t have[ZP_MAX_PNODES][ZP__NR_NEEDS];
    uint32_t nr_needs;
    uint64_t pre[ZP_MAX_PNODES];
    bool use_pre;
    uint64_t load[ZP_MAX_PNODES];
    uint64_t taken[ZP_MAX_PNODES];
    uint32_t nr_near;
    uint32_t near_weight[ZP_MAX_NEAR];
    uint32_t near_all;   /* their sum */
    uint16_t near_of[ZP_MAX_PNODES]; /* bit i: near i is local here */
    /* Called for a complete set if not NULL: the last say. */
    bool (*accept)(const void *arg, zp__mask set);
    const void *arg;
    uint64_t budget;     /* work left; UINT64_MAX: none is counted */
    /* Results: */
    uint64_t steps;
    bool gave_up;        /* the budget ended the search early */
    zp__mask set;
    struct zp__score score;
    uint64_t bound;      /* of .pairs: proven that no set is below */
};

/* True if a k-set with all of .allowed, .fixed, .need and .accept exists;
 * .set is one. */
bool zp__search_any(struct zp__search *s);
/* The best set: lowest score, then lowest positions. False if there is none
 * (or, with .gave_up, none was found). */
bool zp__search_best(struct zp__search *s);
/* Sum of distances over ordered pairs of @set. */
uint64_t zp__distance_sum(const struct zp_topology *topo, zp__mask set);

/* ---- shares (split.c) ---- */

/*
 * Deals @total to @nr takers: as equal as can be with share[i] in
 * [low[i], high[i]], remainders to the first takers that have room. The
 * caller has checked that sum(low) <= total <= sum(high).
 */
void zp__deal(uint64_t total, uint32_t nr, const uint64_t *low,
              const uint64_t *high, uint64_t *share);
/* The same where nothing bounds a share. */
void zp__deal_evenly(uint64_t total, uint32_t nr, uint64_t *share);
/* Smallest power of two >= n, n >= 1. */
uint32_t zp__pow2_up(uint32_t n);

/* ---- what can grow (growth.c) ---- */

/* Bytes of a memory block of a Linux guest whose RAM ends there. */
uint64_t zp__block_of(uint64_t ram_end);
/* Why no guest of such a size can grow, or NULL. */
const char *zp__growth_hindered(bool agent, uint64_t mem_kib,
                                uint64_t max_kib);

/* ---- the problem (problem.c), also for why.c and fail.c ---- */

/* How a set was found, in the order in which the rules try them. */
enum zp__way { ZP__EVEN, ZP__UNEVEN, ZP__SPILL };

/* A request against a load, in plain numbers. Units are 2 MiB. */
struct zp__problem {
    const struct zp_topology *topo;
    const struct zp_load *load;
    struct zp_request req;        /* resolved */
    uint32_t vcpus;               /* V */
    uint64_t units;               /* M */
    uint64_t max_units;           /* of a dynamic zone, else M */
    bool dynamic;
    uint32_t nr;
    uint32_t width[ZP_MAX_PNODES]; /* c, no more than V */
    uint64_t avail_kib[ZP_MAX_PNODES]; /* free - reserve - promised */
    uint64_t room[ZP_MAX_PNODES]; /* the same in units: m before overhead */
    uint64_t size[ZP_MAX_PNODES]; /* dynamic: units less reserve */
    zp__mask has_pcpus;
    zp__mask eligible;            /* rules 1: may hold vcpus */
    zp__mask donors;              /* may hold memory that spills */
    bool may_spill;
    zp__mask interleave;          /* the nodes of --spill interleave, or 0 */
    zp__mask owners;              /* local to at least one device */
    zp__mask top_owners;          /* those with the most weight */
    uint32_t nr_near;             /* devices of known locality */
    uint32_t near_weight[ZP_MAX_NEAR];
    uint16_t near_of[ZP_MAX_PNODES]; /* set only if .nr_near */
    uint32_t k_min, k_max;        /* CPU-holding nodes */
    bool one_vnode;               /* dynamic, and nothing tells its balloon
                                   * which page is of which vnode */
    const char *hindered;         /* why it can't be dynamic at all, or NULL */
    const char *became_static;    /* why it could not stay dynamic, or NULL */
    bool one_pxm;                 /* the guest will be shown no nodes */
    bool fine;                    /* rules 13 apply */
    bool force_pxm;               /* it will be shown even a single one */
    uint64_t cap_units;           /* of one vnode; UINT64_MAX: no limit */
    uint32_t nr_parts;            /* memory-only nodes asked by name */
    uint32_t part_pos[ZP_MAX_PARTS];
    uint64_t part_units[ZP_MAX_PARTS];
    uint64_t all_parts;           /* their sum */
};

/* The set that was chosen, and how. */
struct zp__choice {
    enum zp__way way;
    uint32_t k;
    uint32_t first;
    zp__mask set;
    bool moved;         /* near-policy preferred had to leave the owner */
    struct zp__score score;
    uint64_t bound;     /* proven for .score.pairs */
    bool proven;
    bool gave_up;       /* a search ended before it could say no */
    uint64_t budget;    /* left for the searches to come */
    uint64_t steps;
};

/* Vcpus of a zone that a position takes, each bound added to those before. */
struct zp__widths {
    uint64_t by_pcpus;  /* usable, times overcommit */
    uint64_t by_cores;  /* smt, dedicated */
    uint64_t by_ratio;
    uint64_t all;       /* max_node_vcpus */
};

int zp__problem_init(struct zp__problem *p, const struct zp_topology *topo,
                     const struct zp_load *load, const struct zp_request *req,
                     struct zp_error *err);
void zp__find_widths(const struct zp__problem *p, uint32_t pos,
                     struct zp__widths *widths_out);
/* ids a zone gets at most on a k-set found this way: what overhead is charged
 * for before the split is known */
uint32_t zp__ids_at_most(const struct zp__problem *p, enum zp__way way,
                         uint32_t k);
/* 2 MiB units of Xen's own memory charged to each pnode. */
uint64_t zp__share_units(const struct zp__problem *p, uint32_t nr_ids,
                         uint32_t k);
/* Units of the zone's memory that position holds once overhead is taken. */
uint64_t zp__holds(const struct zp__problem *p, uint32_t pos, uint64_t share);
/* False if a node of --spill interleave can't hold its part. */
bool zp__interleave_fits(const struct zp__problem *p);
/* Nodes that are asked for memory by name hold their share of the overhead,
 * too; *short_out: the first part whose node does not. */
bool zp__parts_fit(const struct zp__problem *p, uint64_t share,
                   uint32_t *short_out);
/* Nodes that may be in a k-set of this way. */
zp__mask zp__candidates(const struct zp__problem *p, enum zp__way way,
                        uint32_t k);

/* ---- --first-node balanced (balance.c) ---- */

enum { ZP__NR_SCALES = 8 };

/* How many pieces of half, quarter, ... of the largest node are free. */
struct zp__balance {
    uint64_t need;           /* units that the zone takes of its first node */
    uint64_t free;           /* of all nodes */
    uint64_t largest;        /* node, whole */
    uint32_t nr;
    uint64_t scale[ZP__NR_SCALES]; /* units of a piece, falling */
    uint64_t slots[ZP__NR_SCALES];
};

struct zp__ruin {
    bool scarce;             /* of a size that is scarce a piece goes */
    uint64_t lost;           /* units in pieces that go, over all sizes */
};

void zp__balance_init(struct zp__balance *b, const struct zp__problem *p,
                      uint64_t need);
struct zp__ruin zp__balance_ruin(const struct zp__balance *b,
                                 const struct zp__problem *p, uint32_t pos);
/* ---- finer than nodes (fine.c): only if .fine ---- */

/* INFEASIBLE: the topology does not know what the request needs. */
int zp__fine_check(const struct zp__problem *p, struct zp_error *err);
/* Vcpus of the zone that a position takes. */
uint32_t zp__fine_width(const struct zp__problem *p, uint32_t pos);
/* The pcpus of a vnode there, and which of its vcpus has which. */
void zp__fine_assign(const struct zp__problem *p, uint32_t pos,
                     struct zp_plan *plan, struct zp_vnode *vnode);

/* Their part of zp_plan_check(), of any plan: without a host, with one. */
int zp__fine_check_plan(const struct zp_plan *plan, struct zp_error *err);
int zp__fine_check_host(const struct zp_topology *topo,
                        const struct zp_plan *plan, struct zp_error *err);

/* ---- the decision (place.c) ---- */

/* A search for k-sets of this way; the caller adds what is .fixed. */
void zp__search_init(struct zp__search *s, const struct zp__problem *p,
                     enum zp__way way, uint32_t k);
/* False if nothing fits: zp__place_fail() (fail.c) says what is short. */
bool zp__choose(const struct zp__problem *p, struct zp__choice *choice);
/* Problem and choice of a request; fails as zp_place() does. */
int zp__decide(struct zp__problem *p, struct zp__choice *choice,
               const struct zp_topology *topo, const struct zp_load *load,
               const struct zp_request *req, struct zp_error *err);
/* @gave_up: it may fit, but the step budget ended the search. */
int zp__place_fail(const struct zp__problem *p, bool gave_up,
                   struct zp_error *err);
/* The plan as it grows: everything but what is derived at the end. */
struct zp__draft {
    const struct zp__problem *p;
    const struct zp__choice *choice;
    uint32_t threads;                    /* per core; 0: not told */
    uint64_t share;                      /* overhead that capacity allows for */
    uint32_t nr;                         /* vnodes */
    uint32_t nr_cpu;                     /* that hold vcpus: the first ones */
    uint32_t pos[ZP_MAX_VNODES];
    uint32_t pxm[ZP_MAX_VNODES];
    uint64_t vcpus[ZP_MAX_VNODES];
    uint64_t units[ZP_MAX_VNODES];
    uint64_t max_units[ZP_MAX_VNODES];
};

/* draft.c. Vnodes for the nodes that are asked by name; false if there are too
 * many. */
bool zp__draft_parts(struct zp__draft *d);
/* As many vnodes as the guest is to be shown, of those that there are. */
void zp__draft_emulate(struct zp__draft *d);
/* build.c: the plan of a choice. Fails only if it needs too many vnodes. */
int zp__build(const struct zp__problem *p, const struct zp__choice *choice,
              struct zp_plan *plan_out, struct zp_error *err);

#endif
