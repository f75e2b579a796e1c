/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filling fleets of 10^3 to 10^5 nodes, and a replay of as many arrivals as
 * the largest public pod list has, on 1,500 hosts; beside a plain first-fit
 * over the same nodes, which knows of nothing but free memory, and GLPK on the
 * model that zonectl has of them. All in one run.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zoneplace-density.h>

#include "../lib/gen.h"
#ifdef HAVE_GLPK
#include "../../tools/packing.h"
#endif

enum { NODES = 8, HOSTS = 12500, REPLAY_HOSTS = 1500, ARRIVALS = 8152 };

/* vcpus, MiB, weight: most are small, few are large. */
static const uint32_t shapes[][3] = {
    { 1, 1792, 20 }, { 2, 4096, 26 }, { 2, 7168, 14 }, { 4, 8192, 10 },
    { 4, 14336, 6 }, { 8, 28672, 4 }, { 16, 57344, 2 },
};
enum { NR_SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void must(int rc, const struct zp_error *err)
{
    if (rc) {
        fprintf(stderr, "bench_density: %s\n", err->msg);
        exit(1);
    }
}

static void shape_request(uint32_t i, struct zp_request *req)
{
    zp_request_init(req);
    req->vcpus = shapes[i][0];
    req->mem_kib = (uint64_t)shapes[i][1] * 1024;
    req->nr_vnodes = 1;
}

/* The sequence of the fill, node by node: the first with the memory. */
static uint64_t first_fit(const struct zp_mix *mix, uint32_t nodes,
                          uint64_t node_kib, double *seconds)
{
    uint64_t *left = calloc(nodes, sizeof(*left)), placed = 0, need;
    uint32_t first[NR_SHAPES] = { 0 }, dead = 0, i;
    struct zp_error err;
    struct zp_urn *urn;
    double start = now();

    if (!left)
        exit(1);
    for (i = 0; i < nodes; i++)
        left[i] = node_kib;
    must(zp_urn_new(mix, 0, &urn, &err), &err);
    while (dead < NR_SHAPES) {
        i = zp_urn_next(urn);
        need = zp_least_kib(zp_mix_request(mix, i));
        if (first[i] == nodes)
            continue;
        while (first[i] < nodes && left[first[i]] < need)
            first[i]++;
        if (first[i] == nodes) {
            dead++;
            continue;
        }
        left[first[i]] -= need;
        placed++;
    }
    *seconds = now() - start;
    zp_urn_free(urn);
    free(left);
    return placed;
}

#ifdef HAVE_GLPK
/* The zones that were asked for, into the same nodes, by the exact model. */
static void glpk(const struct zp_mix *mix, const struct zp_fill *fill,
                 uint32_t nodes, uint64_t node_kib)
{
    static struct packing model;
    uint64_t demand[PACKING_MAX_KINDS] = { 0 }, left;
    struct packing_answer answer;
    struct zp_error err;
    struct zp_urn *urn;
    double start;
    uint32_t i;

    model.nr_bins = 1;
    model.bin[0] = (struct packing_bin){ .units = node_kib / ZP_UNIT_KIB,
                                         .widest = 32, .count = nodes };
    model.nr_items = NR_SHAPES;
    for (i = 0; i < NR_SHAPES; i++)
        model.item[i] = (struct packing_item){
            .units = zp_least_kib(zp_mix_request(mix, i)) / ZP_UNIT_KIB,
            .vcpus = shapes[i][0], .widest = shapes[i][0] };
    must(zp_urn_new(mix, 0, &urn, &err), &err);
    for (left = fill->asked; left; left--)
        demand[zp_urn_next(urn)]++;
    zp_urn_free(urn);
    start = now();
    if (!packing_most(&model, demand, &answer))
        exit(1);
    printf("     GLPK on the same sequence %7.3f s: %llu fit, %llu at most%s; "
           "the rule placed %.3f of that\n", now() - start,
           (unsigned long long)answer.packed,
           (unsigned long long)answer.bound,
           answer.proven ? " (proven)" : "",
           (double)fill->placed / (double)answer.bound);
}
#else
static void glpk(const struct zp_mix *mix, const struct zp_fill *fill,
                 uint32_t nodes, uint64_t node_kib)
{
    (void)mix;
    (void)fill;
    (void)nodes;
    (void)node_kib;
    printf("     built without GLPK\n");
}
#endif

static double fill(const struct zp_topology *topo, const struct zp_load *load,
                   const struct zp_mix *mix, uint32_t hosts)
{
    struct zp_fleet *fleet;
    struct zp_fill *out;
    struct zp_sim *sim;
    struct zp_error err;
    double start, seconds, plain;
    uint64_t plain_placed;

    must(zp_fleet_new(&fleet, &err), &err);
    must(zp_fleet_add(fleet, topo, load, hosts, &err), &err);
    start = now();
    must(zp_sim_new(fleet, &sim, &err), &err);
    must(zp_fill(sim, mix, 0, NULL, NULL, &out, &err), &err);
    seconds = now() - start;
    plain_placed = first_fit(mix, hosts * NODES, (uint64_t)64 << 20, &plain);
    printf("fill %6u nodes %8llu zones %7.3f s %9.0f zones/s %8llu calls "
           "%6.1f MiB; first-fit %7.3f s, %.3f of its zones\n", hosts * NODES,
           (unsigned long long)out->placed, seconds,
           (double)out->placed / seconds,
           (unsigned long long)zp_sim_nr_calls(sim),
           (double)zp_sim_bytes(sim) / (1 << 20), plain,
           (double)out->placed / (double)plain_placed);
    glpk(mix, out, hosts * NODES, (uint64_t)64 << 20);
    free(out);
    zp_sim_free(sim);
    zp_fleet_free(fleet);
    return seconds;
}

/* 100 different sizes, times and lifetimes with a long tail. */
static void make_trace(struct zp_trace *trace)
{
    struct zp_request req;
    struct zp_error err;
    uint64_t time_ms = 0, life_ms;
    struct gen g;
    uint32_t i, size;

    gen_seed(&g, 1);
    for (i = 0; i < ARRIVALS; i++) {
        size = gen_below(&g, 100);
        zp_request_init(&req);
        req.vcpus = 1 + size / 4;
        req.mem_kib = (uint64_t)(4 + size) << 19;
        time_ms += gen_below(&g, 3000000);
        life_ms = (uint64_t)1000 << gen_below(&g, 24);
        must(zp_trace_add(trace, &req, time_ms,
                          gen_chance(&g, 5) ? ZP_STAYS : life_ms, &err),
             &err);
    }
}

static void replay(const struct zp_topology *topo, const struct zp_load *load)
{
    static struct zp_replay out;
    struct zp_fleet *fleet;
    struct zp_trace *trace;
    struct zp_sim *sim;
    struct zp_error err;
    double start;

    must(zp_trace_new(&trace, &err), &err);
    make_trace(trace);
    must(zp_fleet_new(&fleet, &err), &err);
    must(zp_fleet_add(fleet, topo, load, REPLAY_HOSTS, &err), &err);
    start = now();
    must(zp_sim_new(fleet, &sim, &err), &err);
    must(zp_replay(sim, trace, NULL, NULL, NULL, NULL, &out, &err), &err);
    printf("replay %u arrivals on %u hosts: %llu placed, %.3f s, %.0f/s\n",
           ARRIVALS, REPLAY_HOSTS, (unsigned long long)out.placed,
           now() - start, ARRIVALS / (now() - start));
    zp_trace_free(trace);
    zp_sim_free(sim);
    zp_fleet_free(fleet);
}

int main(void)
{
    struct zp_topology *topo;
    struct gen_host host;
    struct zp_load *load;
    struct zp_mix *mix;
    struct zp_request req;
    struct zp_error err;
    double small, large;
    uint32_t i;

    gen_idle_host(&host, GEN_SOCKETS, NODES, 32, (uint64_t)64 << 20);
    gen_build(&host, NULL, &topo, &load);
    must(zp_mix_new(&mix, &err), &err);
    for (i = 0; i < NR_SHAPES; i++) {
        shape_request(i, &req);
        must(zp_mix_add(mix, &req, shapes[i][2], &err), &err);
    }
    (void)fill(topo, load, mix, HOSTS / 100);
    small = fill(topo, load, mix, HOSTS / 10);
    large = fill(topo, load, mix, HOSTS);
    printf("ten times the nodes take %.1f times as long\n", large / small);
    replay(topo, load);
    zp_mix_free(mix);
    zp_load_free(load);
    zp_topology_free(topo);
    return 0;
}
