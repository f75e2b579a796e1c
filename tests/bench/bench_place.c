/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long a placement takes, in process: percentiles per host size, zone
 * size and outcome, with the plain enumeration of all k-sets beside it where
 * that ends, and the nearest-first rule that is not exact. All in one run, so
 * that the ratios mean something on a noisy machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/gen.h"

enum { ROUNDS = 400, REPEAT_BELOW_NS = 20000, MAX_ENUMERATED = 20 };

struct sample {
    uint64_t ns[ROUNDS];
    uint32_t nr;
    uint32_t unproven;
};

struct bench_case {
    const char *host;
    enum gen_shape shape;
    uint32_t nodes;
    uint32_t pcpus; /* a node */
    uint32_t rounds;
};

static const struct bench_case cases[] = {
    { "2 nodes, 2 sockets", GEN_SOCKETS, 2, 64, ROUNDS },
    { "8 nodes, NPS4", GEN_SOCKETS, 8, 32, ROUNDS },
    { "16 nodes, hypercube", GEN_HYPERCUBE, 16, 16, ROUNDS },
    { "20 nodes, L3 as NUMA", GEN_L3, 20, 32, ROUNDS },
    { "24 nodes, tree", GEN_TREE, 24, 16, ROUNDS },
    { "24 nodes, random", GEN_RANDOM, 24, 16, 100 },
    { "24 nodes, few values", GEN_SYMMETRIC, 24, 16, 100 },
    { "64 nodes, tree", GEN_TREE, 64, 64, 40 },
    { "64 nodes, random", GEN_RANDOM, 64, 64, 40 },
};

enum zone { SMALL, HALF, INFEASIBLE, NR_ZONES };

static const char *const zone_name[NR_ZONES] = { "small", "half the host",
                                                 "infeasible" };

static uint64_t now_ns(void)
{
    struct timespec ts;

    /* CPU time: what else the machine does is not the question. */
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* A part-filled host: two of three nodes are fit for a fair share. */
static void fill_host(struct gen *g, const struct bench_case *bc,
                      struct gen_host *host)
{
    uint32_t i, j, d;

    gen_idle_host(host, bc->shape, bc->nodes, bc->pcpus,
                  (uint64_t)64 << 20);
    for (i = 0; i < host->nr; i++) {
        if (gen_chance(g, 66))
            host->free_kib[i] -= gen_next(g) % ((uint64_t)24 << 20);
        else
            host->free_kib[i] = gen_next(g) % ((uint64_t)16 << 20);
        for (j = 0; j < i; j++) {
            if (bc->shape != GEN_RANDOM && bc->shape != GEN_SYMMETRIC)
                continue;
            d = 11 + gen_below(g, bc->shape == GEN_RANDOM ? 60 : 5);
            host->dist[i * host->nr + j] = d;
            if (bc->shape == GEN_RANDOM)
                d = 11 + gen_below(g, 60);
            host->dist[j * host->nr + i] = d;
        }
    }
}

static void ask(struct gen *g, const struct bench_case *bc, enum zone zone,
                struct zp_request *req)
{
    uint32_t half = bc->nodes / 2;

    zp_request_init(req);
    if (gen_chance(g, 30))
        req->strategy = ZP_SCATTER;
    req->tier = ZP_TIER_PATCHED;
    req->vcpus = 1 + gen_below(g, bc->pcpus);
    req->mem_kib = (uint64_t)(1 + gen_below(g, 8)) << 20;
    if (zone == SMALL)
        return;
    req->vcpus = half > 32 ? 32 : half;
    req->nr_vnodes = req->vcpus;
    req->mem_kib = (uint64_t)req->nr_vnodes * (16 + gen_below(g, 10)) << 20;
    if (zone == INFEASIBLE) /* just not: the hard way to find out */
        req->mem_kib = (uint64_t)req->nr_vnodes * 65 << 20;
}

/* Nanoseconds of one placement; short ones are taken many at a time. */
static uint64_t time_place(const struct zp_topology *topo,
                           const struct zp_load *load,
                           const struct zp_request *req, struct zp_plan *plan)
{
    struct zp_error err;
    uint64_t start = now_ns(), once;
    uint32_t i;

    (void)zp_place(topo, load, req, plan, &err);
    once = now_ns() - start;
    if (once > REPEAT_BELOW_NS)
        return once;
    start = now_ns();
    for (i = 0; i < 16; i++)
        (void)zp_place(topo, load, req, plan, &err);
    return (now_ns() - start) / 16;
}

/* What enumerating all k-sets takes, by the same capacities. */
static uint64_t time_enumeration(const struct zp_topology *topo,
                                 const struct zp_plan *plan)
{
    uint64_t start = now_ns(), sum, best = UINT64_MAX;
    uint32_t n = zp_topology_nr_pnodes(topo), k = plan->nr_cpu_vnodes;
    uint32_t set, next, low, i, j;

    for (set = (1u << k) - 1; set < 1u << n; set = next) {
        for (sum = 0, i = 0; i < n; i++) {
            for (j = 0; (set >> i & 1) && j < n; j++) {
                if (set >> j & 1)
                    sum += zp_topology_distance(topo, i, j);
            }
        }
        best = sum < best ? sum : best;
        low = set & -set;
        next = set + low;
        next |= (set ^ next) / low >> 2;
    }
    return best ? now_ns() - start : 0;
}

static uint64_t at(struct sample *s, uint32_t per_cent)
{
    uint32_t i = s->nr * per_cent / 100;

    return s->ns[i < s->nr ? i : s->nr - 1];
}

static void run_zone(const struct bench_case *bc, enum zone zone,
                     struct sample *s, uint64_t *enumeration_out)
{
    static struct zp_plan plan;
    struct gen_host host;
    struct zp_request req;
    struct zp_topology *topo;
    struct zp_load *load;
    struct gen g;
    uint32_t i;

    memset(s, 0, sizeof(*s));
    gen_seed(&g, bc->nodes * 100 + bc->shape);
    for (i = 0; i < bc->rounds; i++) {
        fill_host(&g, bc, &host);
        gen_build(&host, NULL, &topo, &load);
        ask(&g, bc, zone, &req);
        memset(&plan, 0, sizeof(plan));
        s->ns[s->nr++] = time_place(topo, load, &req, &plan);
        s->unproven += plan.nr_vnodes && !plan.exact;
        if (i < 3 && zone == HALF && bc->nodes <= MAX_ENUMERATED &&
            plan.nr_vnodes)
            *enumeration_out = time_enumeration(topo, &plan);
        zp_load_free(load);
        zp_topology_free(topo);
    }
    qsort(s->ns, s->nr, sizeof(s->ns[0]), by_value);
}

static void run_case(const struct bench_case *bc)
{
    static struct sample sample[NR_ZONES];
    uint64_t enumeration = 0;
    uint32_t zone;

    for (zone = 0; zone < NR_ZONES; zone++) {
        struct sample *s = &sample[zone];

        run_zone(bc, (enum zone)zone, s, &enumeration);
        printf("%-22s %-14s %9.2f %9.2f %9.2f %9.2f us %11.0f/s", bc->host,
               zone_name[zone], at(s, 50) / 1e3, at(s, 90) / 1e3,
               at(s, 99) / 1e3, s->ns[s->nr - 1] / 1e3, 1e9 / at(s, 50));
        if (s->unproven)
            printf("  (%u of %u with a bound only)", s->unproven, s->nr);
        printf("\n");
    }
    printf("%-22s infeasible/half p50 %.2f", bc->host,
           (double)at(&sample[INFEASIBLE], 50) / (double)at(&sample[HALF], 50));
    if (enumeration)
        printf(", enumeration/half p50 %.0f",
               (double)enumeration / (double)at(&sample[HALF], 50));
    printf("\n");
}

int main(void)
{
    uint32_t i;

    printf("%-22s %-14s %9s %9s %9s %9s %16s\n", "host", "zone", "p50", "p90",
           "p99", "max", "placements");
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        run_case(&cases[i]);
    return 0;
}
