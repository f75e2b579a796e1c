/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"

void gen_seed(struct gen *g, uint64_t seed)
{
    g->state = seed;
}

/* splitmix64: every seed, 0 too, is a good one. */
uint64_t gen_next(struct gen *g)
{
    uint64_t z = g->state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint32_t gen_below(struct gen *g, uint32_t n)
{
    return (uint32_t)(gen_next(g) % n);
}

bool gen_chance(struct gen *g, uint32_t percent)
{
    return gen_below(g, 100) < percent;
}

uint64_t gen_env(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 0) : otherwise;
}

static uint32_t fixed_dist(enum gen_shape shape, uint32_t nr, uint32_t i,
                           uint32_t j)
{
    uint32_t half = (nr + 1) / 2;

    switch (shape) {
    case GEN_SOCKETS:
        return i / half == j / half ? 12 : 32;
    case GEN_L3:
        return i / 2 == j / 2 ? 11 : i / half == j / half ? 12 : 32;
    case GEN_TREE:
        return i / 2 == j / 2 ? 50 : i / 8 == j / 8 ? 65 : 79;
    case GEN_HYPERCUBE:
        return 10 + 6 * (uint32_t)__builtin_popcount(i ^ j);
    case GEN_ISLANDS:
        return i / half == j / half ? 16 : ZP_DIST_UNREACHABLE;
    case GEN_FLAT:
    case GEN_RANDOM:
    case GEN_SYMMETRIC:
    case GEN_NR_SHAPES:
        break;
    }
    return 20;
}

static void fill_dist(struct gen *g, struct gen_host *host,
                      enum gen_shape shape)
{
    uint32_t n = host->nr, i, j, d;

    for (i = 0; i < n; i++) {
        for (j = 0; j < n; j++) {
            d = i == j ? 10 : fixed_dist(shape, n, i, j);
            if (g && i != j && shape == GEN_RANDOM)
                d = 11 + gen_below(g, 60);
            if (g && i != j && shape == GEN_SYMMETRIC)
                d = j < i ? host->dist[j * n + i] : 11 + gen_below(g, 6);
            host->dist[i * n + j] = d;
        }
    }
}

void gen_idle_host(struct gen_host *host, enum gen_shape shape, uint32_t nr,
                   uint32_t pcpus, uint64_t mem_kib)
{
    uint32_t i;

    memset(host, 0, sizeof(*host));
    host->nr = nr;
    for (i = 0; i < nr; i++) {
        host->os_id[i] = i;
        host->nr_pcpus[i] = pcpus;
        host->first_pcpu[i] = i * pcpus;
        host->mem_kib[i] = host->free_kib[i] = mem_kib;
    }
    fill_dist(NULL, host, shape);
}

static void fill_node(struct gen *g, struct gen_host *host, uint32_t i,
                      uint32_t pcpus, uint64_t mem_kib)
{
    uint32_t first = i ? host->first_pcpu[i - 1] + host->nr_pcpus[i - 1] : 0;

    host->os_id[i] = (i ? host->os_id[i - 1] + 1 : 0) +
                     (gen_chance(g, 5) ? gen_below(g, 8) : 0);
    host->first_pcpu[i] = first;
    host->nr_pcpus[i] = pcpus;
    if (gen_chance(g, 10))
        host->nr_pcpus[i] = 1 + gen_below(g, pcpus);
    if (i && gen_chance(g, 6))
        host->nr_pcpus[i] = 0;
    host->mem_kib[i] = mem_kib;
    if (gen_chance(g, 10))
        host->mem_kib[i] = mem_kib / 2;
    if (gen_chance(g, 3))
        host->mem_kib[i] = ZP_UNKNOWN_KIB;
    host->free_kib[i] = mem_kib;
    if (gen_chance(g, 60))
        host->free_kib[i] = gen_next(g) % (mem_kib + 1);
    if (gen_chance(g, 10))
        host->free_kib[i] = gen_below(g, 300) * 1024;
    if (host->mem_kib[i] == ZP_UNKNOWN_KIB)
        host->free_kib[i] = 0;
    if (gen_chance(g, 15))
        host->promised_kib[i] = gen_next(g) % (mem_kib / 4);
    if (gen_chance(g, 30))
        host->reserve_kib[i] = mem_kib / 100;
    if (gen_chance(g, 40))
        host->used_vcpus[i] = gen_below(g, 2 * pcpus + 1);
}

static void fill_devices(struct gen *g, struct gen_host *host)
{
    uint32_t i;

    host->nr_devices = gen_below(g, 5);
    for (i = 0; i < host->nr_devices; i++) {
        snprintf(host->device[i].busid, ZP_BUSID_LEN, "0000:%02x:00.0",
                 0x41 + i);
        host->device[i].os_id[0] = host->os_id[gen_below(g, host->nr)];
        host->device[i].os_id[1] = host->os_id[gen_below(g, host->nr)];
        host->device[i].nr_ids = gen_chance(g, 10)   ? 0
                                 : gen_chance(g, 20) ? 2
                                                     : 1;
    }
}

void gen_host(struct gen *g, struct gen_host *host, uint32_t max_nodes)
{
    enum gen_shape shape = (enum gen_shape)gen_below(g, GEN_NR_SHAPES);
    uint64_t mem_kib = (uint64_t)(1 + gen_below(g, 16)) << 20;
    uint32_t pcpus = 1 + gen_below(g, 16), i, p;

    memset(host, 0, sizeof(*host));
    host->nr = 1 + gen_below(g, max_nodes);
    if (gen_chance(g, 30)) /* real sizes are met often enough */
        host->nr = max_nodes < 8 ? max_nodes : 8;
    for (i = 0; i < host->nr; i++)
        fill_node(g, host, i, pcpus, mem_kib);
    host->nr_pcpus[0] += !host->nr_pcpus[0];
    fill_dist(g, host, shape);
    for (p = 0; p < pcpus * host->nr; p++) {
        if (gen_chance(g, 5))
            zp_pcpuset_add(&host->reserved, p);
    }
    fill_devices(g, host);
    if (gen_chance(g, 50)) {
        host->nodes_per_socket = 1 + gen_below(g, 4);
        host->pcpus_per_core = 1 + gen_below(g, 2);
        if (gen_chance(g, 60))
            host->pcpus_per_l3 = 2 << gen_below(g, 3);
    }
    for (p = 0; p < pcpus * host->nr; p++) {
        if (gen_chance(g, 4))
            zp_pcpuset_add(&host->dedicated, p);
        if (gen_chance(g, 10))
            zp_pcpuset_add(&host->floating, p);
    }
    host->nr_floating = gen_below(g, 2 * pcpus);
}

static void must(int rc, const struct zp_error *err)
{
    if (!rc)
        return;
    fprintf(stderr, "generator: %s\n", err->msg);
    abort();
}

static void build_topology(const struct gen_host *host, const uint32_t *order,
                           struct zp_topology **topo)
{
    static uint32_t dist[ZP_MAX_PNODES * ZP_MAX_PNODES];
    struct zp_pnode_desc desc;
    struct zp_error err;
    uint32_t i, j, from, p;

    must(zp_topology_new(topo, &err), &err);
    for (i = 0; i < host->nr; i++) {
        from = order ? order[i] : i;
        memset(&desc, 0, sizeof(desc));
        desc.os_id = host->os_id[from];
        desc.mem_kib = host->mem_kib[from];
        for (p = 0; p < host->nr_pcpus[from]; p++)
            zp_pcpuset_add(&desc.pcpus, host->first_pcpu[from] + p);
        must(zp_topology_add_pnode(*topo, &desc, &err), &err);
        for (p = 0; host->nodes_per_socket && p < host->nr_pcpus[from]; p++) {
            uint32_t pcpu = host->first_pcpu[from] + p;

            must(zp_topology_set_pcpu(*topo, pcpu,
                                      pcpu / host->pcpus_per_core,
                                      from / host->nodes_per_socket, &err),
                 &err);
            if (host->pcpus_per_l3)
                must(zp_topology_set_pcpu_l3(*topo, pcpu,
                                             pcpu / host->pcpus_per_l3, &err),
                     &err);
        }
        for (j = 0; j < host->nr; j++)
            dist[i * host->nr + j] =
                host->dist[from * host->nr + (order ? order[j] : j)];
    }
    must(zp_topology_set_distances(*topo, dist, host->nr, &err), &err);
    for (i = 0; i < host->nr_devices; i++)
        must(zp_topology_add_device(*topo, host->device[i].busid,
                                    host->device[i].os_id,
                                    host->device[i].nr_ids, &err), &err);
    must(zp_topology_freeze(*topo, &err), &err);
}

void gen_build(const struct gen_host *host, const uint32_t *order,
               struct zp_topology **topo, struct zp_load **load)
{
    struct zp_error err;
    uint32_t i, pos;

    build_topology(host, order, topo);
    must(zp_load_new(*topo, load, &err), &err);
    for (i = 0; i < host->nr; i++) {
        pos = zp_topology_pos(*topo, host->os_id[i]);
        must(zp_load_set_free(*load, pos, host->free_kib[i], &err), &err);
        must(zp_load_set_promised(*load, pos, host->promised_kib[i], &err),
             &err);
        must(zp_load_set_reserve(*load, pos, host->reserve_kib[i], &err),
             &err);
        must(zp_load_set_used_vcpus(*load, pos, host->used_vcpus[i], &err),
             &err);
    }
    zp_load_set_reserved_pcpus(*load, &host->reserved);
    zp_load_set_dedicated_pcpus(*load, &host->dedicated);
    zp_load_add_floating(*load, &host->floating, host->nr_floating);
}

static void ask_near(struct gen *g, const struct gen_host *host,
                     struct zp_request *req)
{
    uint32_t i;

    for (i = 0; i < host->nr_devices; i++) {
        if (!gen_chance(g, 60))
            continue;
        snprintf(req->near[req->nr_near].busid, ZP_BUSID_LEN, "%s",
                 host->device[i].busid);
        req->near[req->nr_near].weight = 1 + gen_below(g, 3);
        req->nr_near++;
    }
    if (gen_chance(g, 40))
        req->near_policy = ZP_NEAR_PREFERRED;
}

static void ask_fine(struct gen *g, struct zp_request *req)
{
    if (gen_chance(g, 50))
        req->float_to = ZP_FLOAT_L3;
    if (gen_chance(g, 60))
        req->smt = (enum zp_smt)gen_below(g, 4);
    if (gen_chance(g, 40)) {
        req->dedicated = true;
        req->overcommit = 1;
    }
}

void gen_request(struct gen *g, const struct gen_host *host,
                 struct zp_request *req)
{
    uint64_t total_kib = 0;
    uint32_t pcpus = 0, i;

    for (i = 0; i < host->nr; i++) {
        total_kib += host->free_kib[i];
        pcpus += host->nr_pcpus[i];
    }
    zp_request_init(req);
    req->max_vcpus = 1 + gen_below(g, pcpus < 128 ? pcpus : 128);
    if (gen_chance(g, 50))
        req->max_vcpus = 1 + req->max_vcpus / 4;
    req->vcpus = 1 + gen_below(g, req->max_vcpus);
    req->mem_kib = 2048 + gen_next(g) % (total_kib + 2048);
    if (gen_chance(g, 60))
        req->mem_kib = 1024 + req->mem_kib / 4;
    req->strategy = gen_chance(g, 40) ? ZP_SCATTER : ZP_COMPACT;
    req->tier = gen_chance(g, 50) ? ZP_TIER_STOCK : ZP_TIER_PATCHED;
    if (gen_chance(g, 40))
        req->nr_vnodes = 1 + gen_below(g, host->nr < 32 ? host->nr : 32);
    if (gen_chance(g, 30))
        req->spill = gen_chance(g, 50) ? ZP_SPILL_STRICT : ZP_SPILL_HONEST;
    else if (gen_chance(g, 10))
        req->spill = ZP_SPILL_PREFERRED;
    if (gen_chance(g, 10))
        req->first_node = gen_chance(g, 50) ? ZP_FIRST_PACK
                                            : ZP_FIRST_BALANCED;
    if (gen_chance(g, 10))
        req->size_by = ZP_SIZE_BY_CPU;
    if (gen_chance(g, 15))
        req->overcommit = 1 + gen_below(g, 3);
    if (gen_chance(g, 20))
        req->vcpu_ratio = 1 + gen_below(g, 3);
    if (gen_chance(g, 10))
        req->vnuma = gen_chance(g, 50) ? ZP_VNUMA_ALWAYS : ZP_VNUMA_NEVER;
    if (gen_chance(g, 10))
        req->max_mem_kib = req->mem_kib + gen_next(g) % req->mem_kib;
    req->agent = gen_chance(g, 50);
    if (gen_chance(g, 35))
        ask_near(g, host, req);
    if (gen_chance(g, 25))
        ask_fine(g, req);
    if (gen_chance(g, 10))
        req->max_node_vcpus = 1 + gen_below(g, req->max_vcpus);
    if (gen_chance(g, 10))
        req->max_node_kib = 2048 + gen_next(g) % req->mem_kib;
}
