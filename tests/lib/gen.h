/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A seeded generator of part-filled hosts and of requests against them. The
 * same seed gives the same case on every machine; ZP_SEED=N in the
 * environment starts a run at case N, ZP_CASES=N says how many there are.
 */
#ifndef ZP_TESTS_GEN_H
#define ZP_TESTS_GEN_H

#include <zoneplace.h>

struct gen {
    uint64_t state;
};

void gen_seed(struct gen *g, uint64_t seed);
uint64_t gen_next(struct gen *g);
/* 0 <= result < n */
uint32_t gen_below(struct gen *g, uint32_t n);
bool gen_chance(struct gen *g, uint32_t percent);

/* Kinds of distance matrices. */
enum gen_shape {
    GEN_FLAT,        /* 10/20 */
    GEN_SOCKETS,     /* two sockets: 10/12/32 */
    GEN_L3,          /* sockets of pairs: 10/11/12/32 */
    GEN_TREE,        /* three levels and a far one, as in large systems */
    GEN_HYPERCUBE,   /* by differing id bits: 10/16/22/28 */
    GEN_RANDOM,      /* any, asymmetric */
    GEN_SYMMETRIC,   /* any, symmetric, few values */
    GEN_ISLANDS,     /* two halves that do not reach each other */
    GEN_NR_SHAPES,
};

/* A host as plain numbers, before it becomes topology and load. */
struct gen_host {
    uint32_t nr;
    uint32_t os_id[ZP_MAX_PNODES];
    uint32_t nr_pcpus[ZP_MAX_PNODES];
    uint32_t first_pcpu[ZP_MAX_PNODES];
    uint64_t mem_kib[ZP_MAX_PNODES];
    uint64_t free_kib[ZP_MAX_PNODES];
    uint64_t promised_kib[ZP_MAX_PNODES];
    uint64_t reserve_kib[ZP_MAX_PNODES];
    uint32_t used_vcpus[ZP_MAX_PNODES];
    uint32_t dist[ZP_MAX_PNODES * ZP_MAX_PNODES];
    struct zp_pcpuset reserved;
    uint32_t nodes_per_socket;   /* 0: cores and sockets are not said */
    uint32_t pcpus_per_core;
    uint32_t pcpus_per_l3;       /* 0: not said */
    struct zp_pcpuset dedicated;
    struct zp_pcpuset floating;  /* with this many vcpus */
    uint32_t nr_floating;
    uint32_t nr_devices;
    struct {
        char busid[ZP_BUSID_LEN];
        uint32_t nr_ids;
        uint32_t os_id[2];
    } device[4];
};

/* All of @nr equal, idle nodes. */
void gen_idle_host(struct gen_host *host, enum gen_shape shape, uint32_t nr,
                   uint32_t pcpus, uint64_t mem_kib);
void gen_host(struct gen *g, struct gen_host *host, uint32_t max_nodes);
/* Nodes are added in the order @order gives, NULL: as they are. */
void gen_build(const struct gen_host *host, const uint32_t *order,
               struct zp_topology **topo, struct zp_load **load);
void gen_request(struct gen *g, const struct gen_host *host,
                 struct zp_request *req);

/* ZP_SEED and ZP_CASES, or what is given here. */
uint64_t gen_env(const char *name, uint64_t otherwise);

#endif
