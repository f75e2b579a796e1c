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
    return fixture_run(suite);
}
