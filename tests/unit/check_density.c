/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulation: mixes, fleets, and that it does what zp_place() says. */
#include <zoneplace-density.h>

#include "core.h"

static void add(struct zp_mix *mix, uint32_t vcpus, uint64_t mib,
                uint32_t weight)
{
    struct zp_request req;

    zp_request_init(&req);
    req.vcpus = vcpus;
    req.mem_kib = mib * 1024;
    req.nr_vnodes = 1;
    ck_works(zp_mix_add(mix, &req, weight, &err));
}

START_TEST(urn_has_the_weights)
{
    struct zp_mix *mix;
    struct zp_urn *urn, *again;
    uint32_t nr[3], i, round, shape;
    bool differs = false;

    ck_works(zp_mix_new(&mix, &err));
    add(mix, 1, 100, 5);
    add(mix, 2, 100, 2);
    add(mix, 3, 100, 1);
    ck_works(zp_urn_new(mix, 3, &urn, &err));
    ck_works(zp_urn_new(mix, 3, &again, &err));
    for (round = 0; round < 100; round++) {
        memset(nr, 0, sizeof(nr));
        for (i = 0; i < 8; i++) {
            shape = zp_urn_next(urn);
            ck_assert_uint_eq(shape, zp_urn_next(again));
            nr[shape]++;
        }
        ck_assert_uint_eq(nr[0], 5);
        ck_assert_uint_eq(nr[1], 2);
        ck_assert_uint_eq(nr[2], 1);
    }
    zp_urn_free(again);
    ck_works(zp_urn_new(mix, 4, &again, &err));
    for (i = 0; i < 64; i++)
        differs |= zp_urn_next(urn) != zp_urn_next(again);
    ck_assert(differs);
    zp_urn_free(urn);
    zp_urn_free(again);
    zp_mix_free(mix);
}
END_TEST

START_TEST(mix_limits)
{
    struct zp_mix *mix;
    struct zp_request req;

    ck_works(zp_mix_new(&mix, &err));
    zp_request_init(&req);
    req.vcpus = 1;
    req.mem_kib = 1024;
    ck_fails(zp_mix_add(mix, &req, 0, &err), ZP_ERR_INVAL, "weight",
             "weight 0: at least 1");
    ck_works(zp_mix_add(mix, &req, ZP_MAX_WEIGHTS, &err));
    ck_fails(zp_mix_add(mix, &req, 1, &err), ZP_ERR_RANGE, "weight",
             "weight 1: the sum of weights is beyond 1000000");
    zp_mix_free(mix);
}
END_TEST

/* Coming and going leaves nothing behind, and no state is wrong after a
 * thousand steps. */
START_TEST(zones_go_as_they_came)
{
    struct fixture f;
    struct zp_fleet *fleet;
    struct zp_sim *sim;
    struct zp_placed placed[100];
    struct gen g;
    uint32_t shape[4], nr = 0, i, at, pos;

    fixture_init(&f);
    fixture_build(&f);
    ck_works(zp_fleet_new(&fleet, &err));
    ck_works(zp_fleet_add(fleet, f.topo, f.load, 3, &err));
    ck_works(zp_sim_new(fleet, &sim, &err));
    for (i = 0; i < 4; i++) {
        f.req.vcpus = i + 1;
        f.req.mem_kib = (i + 1) * 3 << 20;
        ck_works(zp_sim_shape(sim, &f.req, &shape[i], &err));
    }
    gen_seed(&g, 5);
    for (i = 0; i < 2000; i++) {
        if (nr == 100 || (nr && gen_chance(&g, 45))) {
            at = gen_below(&g, nr);
            ck_works(zp_sim_remove(sim, &placed[at], &err));
            placed[at] = placed[--nr];
        } else if (!zp_sim_place(sim, shape[gen_below(&g, 4)], &placed[nr],
                                 NULL)) {
            nr++;
        }
        ck_assert_uint_eq(zp_sim_usage(sim)->zones, nr);
    }
    ck_assert_uint_gt(nr, 10);
    while (nr)
        ck_works(zp_sim_remove(sim, &placed[--nr], &err));
    for (i = 0; i < 3; i++) {
        for (pos = 0; pos < 8; pos++)
            ck_assert_uint_eq(zp_sim_room_kib(sim, i, pos),
                              zp_load_free_kib(f.load, pos));
    }
    ck_assert_uint_eq(zp_sim_usage(sim)->pairs, 0);
    ck_assert_uint_eq(zp_sim_usage(sim)->charged_kib, 0);
    zp_sim_free(sim);
    zp_fleet_free(fleet);
    fixture_clear(&f);
}
END_TEST

/* Hosts that are equal share the work: the second one costs no call but its
 * refusals'. */
START_TEST(equal_hosts_share)
{
    struct fixture f;
    struct zp_fleet *fleet;
    struct zp_sim *sim;
    struct zp_mix *mix;
    struct zp_fill *fill;
    uint64_t calls[2], placed[2];
    uint32_t i;

    fixture_init(&f);
    fixture_build(&f);
    ck_works(zp_mix_new(&mix, &err));
    add(mix, 1, 1024, 1);
    for (i = 0; i < 2; i++) {
        ck_works(zp_fleet_new(&fleet, &err));
        ck_works(zp_fleet_add(fleet, f.topo, f.load, i ? 1000 : 1, &err));
        ck_works(zp_sim_new(fleet, &sim, &err));
        ck_works(zp_fill(sim, mix, 1, NULL, NULL, &fill, &err));
        calls[i] = zp_sim_nr_calls(sim);
        placed[i] = fill->placed;
        free(fill);
        zp_sim_free(sim);
        zp_fleet_free(fleet);
    }
    ck_assert_uint_eq(placed[1], placed[0] * 1000);
    ck_assert_uint_le(calls[1], calls[0] + 2);
    zp_mix_free(mix);
    fixture_clear(&f);
}
END_TEST

/* ---- replay against zp_place() itself ---- */

struct witness {
    const struct zp_topology *topo;
    struct zp_load *load[3];     /* as they were before the arrival */
    const struct zp_trace *trace;
    uint32_t placed, refused;
};

/* The plan on @load takes what the host lost. */
static void takes_that(const struct zp_load *load, const struct zp_sim *sim,
                       uint32_t host, const struct zp_plan *plan)
{
    uint64_t kib[ZP_MAX_PNODES] = { 0 };
    uint32_t i, pos;

    for (i = 0; i < plan->nr_vnodes; i++) {
        pos = plan->vnode[i].pnode;
        kib[pos] += plan->vnode[i].mem_kib +
                    (kib[pos] ? 0 : plan->overhead_share_kib);
    }
    for (pos = 0; pos < 8; pos++)
        ck_assert_uint_eq(zp_sim_room_kib(sim, host, pos) + kib[pos],
                          zp_load_free_kib(load, pos));
}

/* The first host that takes it has it, by the plan of its state then. What is
 * refused is refused by all. */
static void witness(void *arg, const struct zp_sim *sim, uint32_t arrival,
                    const struct zp_placed *placed)
{
    static struct zp_plan plan;
    struct witness *w = arg;
    const struct zp_request *req =
        zp_mix_request(zp_trace_shapes(w->trace),
                       zp_trace_arrival(w->trace, arrival)->shape);
    uint32_t host, last = placed ? placed->host : 2;

    for (host = 0; host <= last; host++) {
        bool here = placed && host == last;

        ck_assert_int_eq(!zp_place(w->topo, w->load[host], req, &plan, NULL),
                         here);
        if (here)
            takes_that(w->load[host], sim, host, &plan);
    }
    w->placed += placed != NULL;
    w->refused += placed == NULL;
    for (host = 0; host < 3; host++) {
        zp_load_free(w->load[host]);
        ck_works(zp_sim_load(sim, host, &w->load[host], &err));
    }
}

static void random_trace(struct gen *g, struct zp_trace *trace,
                         struct zp_request *req)
{
    uint64_t time_ms = 0;
    uint32_t i;

    for (i = 0; i < 400; i++) {
        req->vcpus = 1 + gen_below(g, 8);
        req->mem_kib = (1 + gen_below(g, 12)) << 20;
        time_ms += 10;
        ck_works(zp_trace_add(trace, req, time_ms, ZP_STAYS, &err));
    }
}

START_TEST(replay_is_what_plan_says)
{
    struct witness w = { 0 };
    struct zp_fleet *fleet;
    struct zp_sim *sim;
    struct zp_trace *trace;
    static struct zp_replay replay;
    struct fixture f;
    struct gen g;
    uint32_t i;

    gen_seed(&g, 11);
    fixture_init(&f);
    fixture_build(&f);
    ck_works(zp_fleet_new(&fleet, &err));
    ck_works(zp_fleet_add(fleet, f.topo, f.load, 3, &err));
    ck_works(zp_sim_new(fleet, &sim, &err));
    ck_works(zp_trace_new(&trace, &err));
    random_trace(&g, trace, &f.req);
    w.topo = f.topo;
    w.trace = trace;
    for (i = 0; i < 3; i++)
        ck_works(zp_load_copy(f.load, &w.load[i], &err));
    ck_works(zp_replay(sim, trace, NULL, NULL, witness, &w, &replay, &err));
    ck_assert_uint_eq(replay.placed, w.placed);
    ck_assert_uint_eq(replay.refused, w.refused);
    ck_assert_uint_gt(w.placed, 30);
    ck_assert_uint_gt(w.refused, 30);
    for (i = 0; i < 3; i++)
        zp_load_free(w.load[i]);
    zp_trace_free(trace);
    zp_sim_free(sim);
    zp_fleet_free(fleet);
    fixture_clear(&f);
}
END_TEST

/* Who leaves makes room for who comes at that time. */
START_TEST(replay_gives_back)
{
    struct zp_fleet *fleet;
    struct zp_sim *sim;
    struct zp_trace *trace;
    static struct zp_replay replay;
    struct fixture f;
    uint32_t i;

    fixture_init(&f);
    fixture_build(&f);
    ck_works(zp_fleet_new(&fleet, &err));
    ck_works(zp_fleet_add(fleet, f.topo, f.load, 1, &err));
    ck_works(zp_sim_new(fleet, &sim, &err));
    ck_works(zp_trace_new(&trace, &err));
    f.req.vcpus = 16;
    f.req.mem_kib = 100 << 20; /* one fits, two don't */
    for (i = 0; i < 10; i++)
        ck_works(zp_trace_add(trace, &f.req, i * 100, i == 4 ? 150 : 100,
                              &err));
    ck_works(zp_replay(sim, trace, NULL, NULL, NULL, NULL, &replay, &err));
    ck_assert_uint_eq(replay.placed, 9);
    ck_assert_uint_eq(replay.refused, 1);
    ck_assert_uint_eq(replay.fragmented, 0);
    ck_assert_str_eq(replay.cause[0].limit, "memory");
    ck_assert_uint_eq(zp_sim_usage(sim)->zones, 1);
    zp_trace_free(trace);
    zp_sim_free(sim);
    zp_fleet_free(fleet);
    fixture_clear(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("density");
    TCase *tcase = tcase_create("density");

    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, urn_has_the_weights);
    tcase_add_test(tcase, mix_limits);
    tcase_add_test(tcase, zones_go_as_they_came);
    tcase_add_test(tcase, equal_hosts_share);
    tcase_add_test(tcase, replay_is_what_plan_says);
    tcase_add_test(tcase, replay_gives_back);
    return fixture_run(suite);
}
