/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zp_place() against the oracle: on generated part-filled hosts and on real
 * ones. ZP_SEED=N ZP_CASES=1 replays one case.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "../lib/gen.h"
#include "oracle.h"

static struct {
    uint32_t even, uneven, spill, infeasible;
    uint32_t several;       /* with two nodes or more */
    uint32_t fine;          /* with rule 13 */
    uint32_t greedy_worse;  /* where nearest-first is beaten */
} seen;

static void compare_plans(const char *name, const struct zp_plan *plan,
                          const struct oracle_plan *want)
{
    uint32_t i;

    ck_assert_msg(plan->nr_cpu_vnodes == want->nr_cpu &&
                      plan->nr_vnodes == want->nr,
                  "%s: %u+%u vnodes, the oracle has %u+%u", name,
                  plan->nr_cpu_vnodes, plan->nr_vnodes - plan->nr_cpu_vnodes,
                  want->nr_cpu, want->nr - want->nr_cpu);
    ck_assert_msg(plan->distance_sum == want->distance_sum,
                  "%s: distance sum %llu, the oracle has %llu", name,
                  (unsigned long long)plan->distance_sum,
                  (unsigned long long)want->distance_sum);
    ck_assert_msg(plan->even == want->even, "%s: even", name);
    ck_assert_msg(plan->exact && plan->lower_bound == plan->distance_sum,
                  "%s: not proven", name);
    for (i = 0; i < want->nr; i++) {
        ck_assert_msg(plan->vnode[i].pnode == want->pos[i],
                      "%s: vnode %u on %u, the oracle has %u", name, i,
                      plan->vnode[i].pnode, want->pos[i]);
        ck_assert_msg(plan->vnode[i].nr_vcpus == want->vcpus[i],
                      "%s: vnode %u has %u vcpus, the oracle %u", name, i,
                      plan->vnode[i].nr_vcpus, want->vcpus[i]);
        ck_assert_msg(plan->vnode[i].pxm == want->pxm[i],
                      "%s: vnode %u is pxm %u, the oracle has %u", name, i,
                      plan->vnode[i].pxm, want->pxm[i]);
        ck_assert_msg(plan->vnode[i].mem_kib == want->units[i] * 2048,
                      "%s: vnode %u has %llu KiB, the oracle %llu", name, i,
                      (unsigned long long)plan->vnode[i].mem_kib,
                      (unsigned long long)want->units[i] * 2048);
        ck_assert_msg(plan->vnode[i].max_mem_kib == want->max_units[i] * 2048,
                      "%s: vnode %u has at most %llu KiB, the oracle %llu",
                      name, i, (unsigned long long)plan->vnode[i].max_mem_kib,
                      (unsigned long long)want->max_units[i] * 2048);
    }
}

static void compare_pcpus(const char *name, const struct zp_topology *topo,
                          const struct zp_load *load,
                          const struct zp_request *req,
                          const struct zp_plan *plan)
{
    struct zp_pcpuset got, want;
    uint32_t i, v;

    for (i = 0; i < plan->nr_cpu_vnodes; i++) {
        for (v = 0; v < plan->vnode[i].nr_vcpus; v++) {
            zp_plan_vcpu_pcpus(plan, plan->vnode[i].first_vcpu + v, &got);
            zp_load_usable_pcpus(load, plan->vnode[i].pnode, &want);
            if (oracle_is_fine(req))
                oracle_fine_pcpus(topo, load, req, plan->vnode[i].pnode,
                                  plan->vnode[i].nr_vcpus, v, &want);
            ck_assert_msg(!memcmp(&got, &want, sizeof(got)),
                          "%s: vcpu %u of vnode %u has other pcpus than the "
                          "oracle's", name, v, i);
        }
    }
    seen.fine += oracle_is_fine(req);
}

/* Nearest first from the same first node: what the suite must tell from the
 * optimum. Returns the distance sum it comes to. */
static uint64_t greedy(const struct zp_topology *topo,
                       const struct zp_load *load, const struct zp_plan *plan)
{
    uint32_t n = zp_topology_nr_pnodes(topo), first = plan->vnode[0].pnode;
    uint32_t set = 1u << first, k, i, j, best, d, best_d;
    uint64_t sum = 0;

    for (k = 1; k < plan->nr_cpu_vnodes; k++) {
        best = first;
        best_d = UINT32_MAX;
        for (i = 0; i < n; i++) {
            d = zp_topology_distance(topo, first, i) +
                zp_topology_distance(topo, i, first);
            if ((set >> i & 1) || d >= best_d ||
                zp_load_nr_usable(load, i) < plan->vnode[0].nr_vcpus ||
                zp_load_free_kib(load, i) <
                    plan->vnode[0].mem_kib + plan->overhead_share_kib)
                continue;
            best = i;
            best_d = d;
        }
        set |= 1u << best;
    }
    for (i = 0; i < n; i++) {
        for (j = 0; j < n; j++) {
            if (i != j && (set >> i & 1) && (set >> j & 1))
                sum += zp_topology_distance(topo, i, j);
        }
    }
    return sum;
}

static void count_case(const struct zp_topology *topo,
                       const struct zp_load *load,
                       const struct zp_request *req,
                       const struct zp_plan *plan)
{
    if (plan->nr_vnodes > plan->nr_cpu_vnodes)
        seen.spill++;
    else if (plan->even)
        seen.even++;
    else
        seen.uneven++;
    if (plan->nr_cpu_vnodes < 2)
        return;
    seen.several++;
    if (plan->even && req->strategy == ZP_COMPACT && !req->nr_near)
        seen.greedy_worse += greedy(topo, load, plan) > plan->distance_sum;
}

static void check_case(const char *name, const struct zp_topology *topo,
                       const struct zp_load *load,
                       const struct zp_request *req)
{
    static struct zp_plan plan;
    struct oracle_plan want;
    struct zp_error err;
    int rc;

    if (!oracle_place(topo, load, req, &want))
        return;
    rc = zp_place(topo, load, req, &plan, &err);
    if (!want.feasible) {
        ck_assert_msg(rc == ZP_ERR_INFEASIBLE || rc == ZP_ERR_UNSUPPORTED,
                      "%s: rc %d, the oracle says it does not fit", name, rc);
        ck_assert_msg(err.limit[0] && err.msg[0], "%s: no reason", name);
        seen.infeasible++;
        return;
    }
    ck_assert_msg(!rc, "%s: %s, the oracle says it fits", name, err.msg);
    compare_plans(name, &plan, &want);
    compare_pcpus(name, topo, load, req, &plan);
    ck_assert_msg(!zp_plan_check(topo, &plan, &err), "%s: %s", name, err.msg);
    count_case(topo, load, req, &plan);
}

START_TEST(generated)
{
    uint64_t seed = gen_env("ZP_SEED", 1), cases = gen_env("ZP_CASES", 4000);
    uint64_t i;

    printf("oracle: ZP_SEED=%llu ZP_CASES=%llu\n", (unsigned long long)seed,
           (unsigned long long)cases);
    for (i = 0; i < cases; i++) {
        struct zp_topology *topo;
        struct zp_load *load;
        struct gen_host host;
        struct zp_request req;
        struct gen g;
        char name[40];

        gen_seed(&g, seed + i);
        gen_host(&g, &host, g.state % 8 ? 8 : g.state % 64 ? 12 : 16);
        gen_request(&g, &host, &req);
        gen_build(&host, NULL, &topo, &load);
        snprintf(name, sizeof(name), "ZP_SEED=%llu",
                 (unsigned long long)(seed + i));
        check_case(name, topo, load, &req);
        zp_load_free(load);
        zp_topology_free(topo);
    }
    printf("oracle: even %u, uneven %u, spill %u, infeasible %u; several "
           "nodes %u, nearest-first worse in %u, finer than nodes %u\n",
           seen.even, seen.uneven, seen.spill, seen.infeasible, seen.several,
           seen.greedy_worse, seen.fine);
    if (cases >= 1000) {
        ck_assert_uint_gt(seen.even, cases / 20);
        ck_assert_uint_gt(seen.uneven, cases / 50);
        ck_assert_uint_gt(seen.spill, cases / 50);
        ck_assert_uint_gt(seen.infeasible, cases / 20);
        ck_assert_uint_gt(seen.fine, cases / 40);
        /* The suite has teeth: it can tell greedy from exact. */
        ck_assert_uint_gt(seen.greedy_worse, 0);
    }
}
END_TEST

/* ---- real hosts ---- */

static char *read_file(const char *path, size_t *len_out)
{
    FILE *file = fopen(path, "rb");
    char *buf = malloc(1 << 20);

    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(buf);
    *len_out = fread(buf, 1, 1 << 20, file);
    fclose(file);
    return buf;
}

static void fill_part(struct gen *g, struct zp_load *load, uint32_t n)
{
    uint32_t i;

    for (i = 0; i < n; i++) {
        if (gen_chance(g, 50))
            ck_assert_int_eq(zp_load_set_free(load, i,
                                              gen_next(g) %
                                                  (zp_load_free_kib(load, i) +
                                                   1), NULL), ZP_OK);
    }
}

/* Half of a request's size is that of a guest, half that of the host. */
static void ask(struct gen *g, const struct zp_load *load, uint32_t n,
                struct zp_request *req)
{
    uint64_t kib = 0;
    uint32_t pcpus = 0, i;

    for (i = 0; i < n; i++) {
        kib += zp_load_free_kib(load, i);
        pcpus += zp_load_nr_usable(load, i);
    }
    zp_request_init(req);
    req->vcpus = 1 + gen_below(g, pcpus && pcpus < 128 ? pcpus : 128);
    req->mem_kib = 4096 + gen_next(g) % (kib + 4096);
    if (gen_chance(g, 50))
        req->mem_kib = 4096 + req->mem_kib / 8;
    if (gen_chance(g, 40))
        req->nr_vnodes = 1 + gen_below(g, n);
    if (gen_chance(g, 40))
        req->strategy = ZP_SCATTER;
    if (gen_chance(g, 30))
        req->spill = ZP_SPILL_STRICT;
}

static bool check_host(const char *path, const char *name)
{
    struct zp_topology *topo;
    struct zp_load *load, *part;
    struct zp_request req;
    struct gen g;
    uint32_t n, i;
    size_t len;
    char *buf = read_file(path, &len);
    int rc = zp_host_from_json(buf, len, &topo, &load, NULL);

    free(buf);
    if (rc)
        return false;
    n = zp_topology_nr_pnodes(topo);
    gen_seed(&g, gen_env("ZP_SEED", 1));
    for (i = 0; i < 20 && n <= ORACLE_MAX_NODES; i++) {
        ck_assert_int_eq(zp_load_copy(load, &part, NULL), ZP_OK);
        if (i % 4)
            fill_part(&g, part, n);
        ask(&g, part, n, &req);
        check_case(name, topo, part, &req);
        zp_load_free(part);
    }
    zp_load_free(load);
    zp_topology_free(topo);
    return n <= ORACLE_MAX_NODES;
}

static void check_hosts(const char *dir, uint32_t least)
{
    struct dirent **list;
    uint32_t checked = 0, skipped = 0;
    int nr = scandir(dir, &list, NULL, alphasort), i;
    char path[4096];
    const char *dot;

    if (nr < 0) {
        ck_assert_msg(!least, "%s is missing", dir);
        printf("oracle: 0 hosts, %s is not there\n", dir);
        return;
    }
    for (i = 0; i < nr; i++) {
        dot = strrchr(list[i]->d_name, '.');
        if (dot && !strcmp(dot, ".json")) {
            snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
            if (check_host(path, list[i]->d_name)) {
                checked++;
            } else {
                printf("oracle: skipped %s\n", list[i]->d_name);
                skipped++;
            }
        }
        free(list[i]);
    }
    free(list);
    printf("oracle: %u hosts of %s, %u skipped\n", checked, dir, skipped);
    ck_assert_uint_ge(checked, least);
}

START_TEST(real_hosts)
{
    const char *top = getenv("top_srcdir"), *more = getenv("ZP_HOSTS_DIR");
    char path[4096];

    snprintf(path, sizeof(path), "%s/tests/data/hosts", top ? top : ".");
    check_hosts(path, 8);
    if (!more) {
        snprintf(path, sizeof(path), "%s/../shared/hosts/json",
                 top ? top : ".");
        more = path;
    }
    check_hosts(more, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("oracle");
    TCase *tcase = tcase_create("oracle");

    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 600);
    tcase_add_test(tcase, generated);
    tcase_add_test(tcase, real_hosts);
    return suite_run(suite);
}
