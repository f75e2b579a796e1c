/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulation: mixes, fleets, and that it does what zp_place() says. */
#include <zoneplace-density.h>

#include "core.h"
#include "density/density.h"

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

/* A zone that could grow only on two nodes is static, as zp_place() makes it
 * for who names no policy; who asks for a dynamic one gets none. */
START_TEST(what_cannot_grow_is_static)
{
    struct fixture f;
    struct zp_fleet *fleet;
    struct zp_placed placed;
    struct zp_sim *sim;
    uint32_t shape, strict;

    fixture_init(&f);
    f.req.max_mem_kib = 20 << 20;
    ck_works(fixture_place(&f, &err));
    ck_works(zp_fleet_new(&fleet, &err));
    ck_works(zp_fleet_add(fleet, f.topo, f.load, 1, &err));
    ck_works(zp_sim_new(fleet, &sim, &err));
    ck_works(zp_sim_shape(sim, &f.req, &shape, &err));
    ck_works(zp_sim_place(sim, shape, &placed, &err));
    ck_assert_uint_eq(zp_sim_usage(sim)->charged_kib,
                      f.plan.mem_kib + f.plan.overhead_share_kib);
    f.req.memory_policy = ZP_MEMORY_DYNAMIC;
    ck_works(zp_sim_shape(sim, &f.req, &strict, &err));
    ck_assert_uint_ne(strict, shape);
    ck_assert_int_eq(zp_sim_place(sim, strict, &placed, NULL),
                     ZP_ERR_UNSUPPORTED);
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

enum { HOSTS = 3, ARRIVALS = 600, NODES = 8 };

/* What a zone took, and until when. */
struct taken {
    uint64_t until_ms;
    uint32_t host;
    uint64_t kib[NODES];
    uint32_t vcpus[NODES];
};

struct witness {
    const struct zp_topology *topo;
    /* As plans alone make them: nothing is read back from the simulation. */
    struct zp_load *load[HOSTS];
    const struct zp_trace *trace;
    struct taken taken[ARRIVALS];
    uint32_t placed, refused, left;
};

static void change(struct zp_load *load, const struct taken *t, bool back)
{
    uint64_t kib;
    uint32_t vcpus, pos;

    for (pos = 0; pos < NODES; pos++) {
        kib = zp_load_free_kib(load, pos);
        vcpus = zp_load_used_vcpus(load, pos);
        ck_works(zp_load_set_free(load, pos, back ? kib + t->kib[pos]
                                                  : kib - t->kib[pos], &err));
        ck_works(zp_load_set_used_vcpus(load, pos,
                                        back ? vcpus - t->vcpus[pos]
                                             : vcpus + t->vcpus[pos], &err));
    }
}

static void take(struct witness *w, uint32_t host, const struct zp_plan *plan,
                 uint64_t until_ms)
{
    struct taken *t = &w->taken[w->placed];
    uint32_t i, pos;

    t->until_ms = until_ms;
    t->host = host;
    for (i = 0; i < plan->nr_vnodes; i++) {
        pos = plan->vnode[i].pnode;
        t->kib[pos] += plan->vnode[i].mem_kib +
                       (t->kib[pos] ? 0 : plan->overhead_share_kib);
        t->vcpus[pos] += plan->vnode[i].nr_vcpus;
    }
    change(w->load[host], t, false);
}

static void let_go(struct witness *w, uint64_t now_ms)
{
    uint32_t i;

    for (i = 0; i < w->placed; i++) {
        if (w->taken[i].until_ms > now_ms)
            continue;
        change(w->load[w->taken[i].host], &w->taken[i], true);
        w->taken[i].until_ms = ZP_STAYS;
        w->left++;
    }
}

static void same_hosts(const struct witness *w, const struct zp_sim *sim)
{
    struct zp_load *load;
    uint32_t host, pos;

    for (host = 0; host < HOSTS; host++) {
        ck_works(zp_sim_load(sim, host, &load, &err));
        for (pos = 0; pos < NODES; pos++) {
            ck_assert_uint_eq(zp_load_free_kib(load, pos),
                              zp_load_free_kib(w->load[host], pos));
            ck_assert_uint_eq(zp_load_used_vcpus(load, pos),
                              zp_load_used_vcpus(w->load[host], pos));
        }
        zp_load_free(load);
    }
}

/* The first host that takes it has it, by the plan of its state then. What is
 * refused is refused by all. */
static void witness(void *arg, const struct zp_sim *sim, uint32_t arrival,
                    const struct zp_placed *placed)
{
    static struct zp_plan plan;
    struct witness *w = arg;
    const struct zp_arrival *a = zp_trace_arrival(w->trace, arrival);
    const struct zp_request *req =
        zp_mix_request(zp_trace_shapes(w->trace), a->shape);
    uint32_t host, last = placed ? placed->host : HOSTS - 1;

    let_go(w, a->time_ms);
    for (host = 0; host <= last; host++) {
        bool here = placed && host == last;

        ck_assert_int_eq(!zp_place(w->topo, w->load[host], req, &plan, NULL),
                         here);
    }
    if (placed)
        take(w, last, &plan, a->lifetime_ms == ZP_STAYS
                                 ? ZP_STAYS : a->time_ms + a->lifetime_ms);
    w->placed += placed != NULL;
    w->refused += placed == NULL;
    same_hosts(w, sim);
}

static void random_trace(struct gen *g, struct zp_trace *trace,
                         struct zp_request *req)
{
    uint64_t time_ms = 0;
    uint32_t i;

    for (i = 0; i < ARRIVALS; i++) {
        req->vcpus = 1 + gen_below(g, 8);
        req->mem_kib = (1 + gen_below(g, 12)) << 20;
        time_ms += gen_below(g, 20);
        ck_works(zp_trace_add(trace, req, time_ms,
                              gen_chance(g, 20) ? ZP_STAYS
                                                : gen_below(g, 2000), &err));
    }
}

START_TEST(replay_is_what_plan_says)
{
    static struct witness w;
    struct zp_fleet *fleet;
    struct zp_sim *sim;
    struct zp_trace *trace;
    static struct zp_replay replay;
    struct fixture f;
    struct gen g;
    uint32_t i;

    memset(&w, 0, sizeof(w));
    gen_seed(&g, 11 + (uint64_t)_i);
    fixture_init(&f);
    f.req.vcpu_ratio = _i % 4 == 1 ? 1 : 0;
    f.req.strategy = _i % 4 == 2 ? ZP_SCATTER : ZP_COMPACT;
    f.req.nr_vnodes = _i % 4 == 2 ? 2 : 0;
    f.req.first_node = _i % 4 == 3 ? ZP_FIRST_BALANCED : ZP_FIRST_MOST_FREE;
    fixture_build(&f);
    ck_works(zp_fleet_new(&fleet, &err));
    ck_works(zp_fleet_add(fleet, f.topo, f.load, HOSTS, &err));
    ck_works(zp_sim_new(fleet, &sim, &err));
    ck_works(zp_trace_new(&trace, &err));
    random_trace(&g, trace, &f.req);
    w.topo = f.topo;
    w.trace = trace;
    /* What nobody has any more is thrown away all the time. */
    if (_i >= 4)
        sim->most_states = 1;
    for (i = 0; i < HOSTS; i++)
        ck_works(zp_load_copy(f.load, &w.load[i], &err));
    ck_works(zp_replay(sim, trace, NULL, NULL, witness, &w, &replay, &err));
    ck_assert_uint_eq(replay.placed, w.placed);
    ck_assert_uint_eq(replay.refused, w.refused);
    ck_assert_uint_gt(w.placed, 30);
    ck_assert_uint_gt(w.refused, 30);
    ck_assert_uint_gt(w.left, 30);
    ck_assert_uint_le(sim->states.nr, _i < 4 ? UINT32_MAX : HOSTS + 1);
    for (i = 0; i < HOSTS; i++)
        zp_load_free(w.load[i]);
    zp_trace_free(trace);
    zp_sim_free(sim);
    zp_fleet_free(fleet);
    fixture_clear(&f);
}
END_TEST

/* States have no pcpus of their own, so this would be a guess. */
START_TEST(dedicated_is_refused)
{
    struct fixture f;
    struct zp_fleet *fleet;
    struct zp_sim *sim;
    struct zp_more more;
    uint32_t shape;

    fixture_init(&f);
    fixture_build(&f);
    f.req.dedicated = true;
    ck_works(zp_fleet_new(&fleet, &err));
    ck_fails(zp_sim_new(fleet, &sim, &err), ZP_ERR_INVAL, "fleet",
             "a fleet without hosts");
    ck_works(zp_fleet_add(fleet, f.topo, f.load, 1, &err));
    ck_works(zp_sim_new(fleet, &sim, &err));
    ck_fails(zp_sim_shape(sim, &f.req, &shape, &err), ZP_ERR_INVAL,
             "dedicated", "dedicated pcpus: density does not follow which "
             "pcpus a zone has");
    ck_assert_int_eq(zp_more(f.topo, f.load, &f.req, &more, NULL),
                     ZP_ERR_INVAL);
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
    tcase_add_test(tcase, what_cannot_grow_is_static);
    tcase_add_test(tcase, equal_hosts_share);
    tcase_add_loop_test(tcase, replay_is_what_plan_says, 0, 8);
    tcase_add_test(tcase, dedicated_is_refused);
    tcase_add_test(tcase, replay_gives_back);
    return suite_run(suite);
}
