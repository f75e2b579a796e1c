/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must hold for every placement, whatever the rules choose. ZP_SEED=N
 * ZP_CASES=1 replays one case. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "../lib/gen.h"

struct one {
    struct gen_host host;
    struct zp_request req;
    struct zp_topology *topo;
    struct zp_load *load;
    uint64_t seed;
};

static void make_case(struct one *one, uint64_t seed, uint32_t max_nodes)
{
    struct gen g;

    one->seed = seed;
    gen_seed(&g, seed);
    gen_host(&g, &one->host, max_nodes);
    gen_request(&g, &one->host, &one->req);
    gen_build(&one->host, NULL, &one->topo, &one->load);
}

static void drop_case(struct one *one)
{
    zp_load_free(one->load);
    zp_topology_free(one->topo);
}

#define SEED(one) (unsigned long long)(one)->seed

#define FOR_CASES(one, default_cases, max_nodes)                            \
    for (uint64_t seed_ = gen_env("ZP_SEED", 1),                            \
                  end_ = seed_ + gen_env("ZP_CASES", default_cases);        \
         seed_ < end_ && (make_case(one, seed_, max_nodes), true);          \
         drop_case(one), seed_++)

static void check_vcpus(const struct one *one, const struct zp_plan *plan)
{
    bool numbered[ZP_MAX_VCPUS] = { false };
    uint32_t nr = 0, online = 0, id, index;

    for (id = 0; id < plan->nr_vcpu_ids; id++) {
        if (!zp_plan_has_vcpu(plan, id)) {
            ck_assert(!zp_plan_online(plan, id));
            ck_assert_uint_eq(zp_plan_guest_index(plan, id), ZP_UNKNOWN_ID);
            continue;
        }
        nr++;
        online += zp_plan_online(plan, id);
        ck_assert_uint_lt(zp_plan_vnode_of(plan, id), plan->nr_cpu_vnodes);
        index = zp_plan_guest_index(plan, id);
        ck_assert_msg(index < plan->nr_vcpu_ids && !numbered[index],
                      "ZP_SEED=%llu: vcpu %u has index %u", SEED(one), id,
                      index);
        ck_assert((index < plan->vcpus) == zp_plan_online(plan, id));
        numbered[index] = true;
    }
    ck_assert_uint_eq(nr, plan->max_vcpus);
    ck_assert_uint_eq(online, plan->vcpus);
    ck_assert_uint_eq(zp_plan_vnode_of(plan, plan->nr_vcpu_ids),
                      ZP_UNKNOWN_ID);
}

/* No node is left short, by the overhead the plan says it has. */
static void check_room(const struct one *one, const struct zp_plan *plan)
{
    const struct zp_vnode *vnode;
    uint64_t need, room, kept;
    uint32_t i, j;

    for (i = 0; i < plan->nr_vnodes; i++) {
        vnode = &plan->vnode[i];
        need = plan->overhead_share_kib;
        for (j = 0; j < plan->nr_vnodes; j++) {
            if (plan->vnode[j].pnode == vnode->pnode)
                need += plan->vnode[j].mem_kib;
        }
        kept = zp_load_reserve_kib(one->load, vnode->pnode) +
               zp_load_promised_kib(one->load, vnode->pnode);
        room = zp_load_free_kib(one->load, vnode->pnode);
        ck_assert_msg(room >= kept && room - kept >= need,
                      "ZP_SEED=%llu: vnode %u needs %llu KiB of %llu",
                      SEED(one), i, (unsigned long long)need,
                      (unsigned long long)(room - kept));
        ck_assert_uint_le(vnode->nr_vcpus,
                          zp_load_nr_usable(one->load, vnode->pnode) *
                              one->req.overcommit);
    }
}

START_TEST(plans_keep_their_promises)
{
    static struct zp_plan plan;
    struct zp_range ranges[ZP_MAX_VNODES + 1];
    struct zp_error err;
    struct one one;
    uint64_t sum;
    uint32_t nr, i;

    FOR_CASES (&one, 5000, 24) {
        if (zp_place(one.topo, one.load, &one.req, &plan, &err))
            continue;
        ck_assert_msg(!zp_plan_check(one.topo, &plan, &err),
                      "ZP_SEED=%llu: %s", SEED(&one), err.msg);
        ck_assert_msg(!zp_plan_check(NULL, &plan, &err), "ZP_SEED=%llu: %s",
                      SEED(&one), err.msg);
        ck_assert(plan.exact);
        check_vcpus(&one, &plan);
        check_room(&one, &plan);
        nr = zp_plan_ranges(&plan, ranges);
        for (sum = 0, i = 0; i < nr; i++) {
            ck_assert(ranges[i].start < ranges[i].end);
            ck_assert(!i || ranges[i - 1].end <= ranges[i].start);
            ck_assert(ranges[i].end <= ZP_HOLE_START ||
                      ranges[i].start >= ZP_HOLE_END);
            sum += ranges[i].end - ranges[i].start;
        }
        ck_assert(sum == plan.mem_kib * 1024);
    }
}
END_TEST

START_TEST(node_order_does_not_matter)
{
    static struct zp_plan plan, again;
    uint32_t order[ZP_MAX_PNODES], i, j, swap;
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp_error err, err_again;
    struct one one;
    struct gen g;
    int rc, rc_again;

    FOR_CASES (&one, 1000, 24) {
        gen_seed(&g, one.seed);
        for (i = 0; i < one.host.nr; i++)
            order[i] = i;
        for (i = one.host.nr; i-- > 1;) {
            j = gen_below(&g, i + 1);
            swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        gen_build(&one.host, order, &topo, &load);
        memset(&plan, 0x55, sizeof(plan));
        memset(&again, 0xaa, sizeof(again));
        rc = zp_place(one.topo, one.load, &one.req, &plan, &err);
        rc_again = zp_place(topo, load, &one.req, &again, &err_again);
        ck_assert_int_eq(rc, rc_again);
        if (rc)
            ck_assert_str_eq(err.msg, err_again.msg);
        else
            ck_assert_msg(!memcmp(&plan, &again, sizeof(plan)),
                          "ZP_SEED=%llu: the plans differ", SEED(&one));
        zp_load_free(load);
        zp_topology_free(topo);
    }
}
END_TEST

START_TEST(more_memory_is_never_worse)
{
    static struct zp_plan plan;
    struct zp_error err;
    struct one one;
    struct gen g;
    uint64_t more;
    uint32_t pos, tries;

    FOR_CASES (&one, 5000, 12) {
        if (zp_place(one.topo, one.load, &one.req, &plan, &err))
            continue;
        gen_seed(&g, one.seed);
        for (tries = 0; tries < 3; tries++) {
            pos = gen_below(&g, one.host.nr);
            more = zp_load_free_kib(one.load, pos) +
                   gen_next(&g) % ((uint64_t)8 << 20);
            ck_assert(!zp_load_set_free(one.load, pos, more, &err));
            ck_assert_msg(!zp_place(one.topo, one.load, &one.req, &plan,
                                    &err),
                          "ZP_SEED=%llu: more on node %u, now: %s",
                          SEED(&one), pos, err.msg);
        }
    }
}
END_TEST

static uint64_t of_pnode(const struct zp_plan *plan, uint32_t pnode,
                         bool vcpus)
{
    uint64_t sum = 0;
    uint32_t i;

    for (i = 0; i < plan->nr_vnodes; i++) {
        if (plan->vnode[i].pnode == pnode)
            sum += vcpus ? plan->vnode[i].nr_vcpus : plan->vnode[i].mem_kib;
    }
    return sum;
}

/* What is emulated is the view: the zone is where it would be anyhow. */
START_TEST(emulation_changes_the_view_alone)
{
    static struct zp_plan plan, real;
    struct zp_error err;
    uint32_t emulated = 0, several = 0, i, j;
    struct one one;

    FOR_CASES (&one, 4000, 8) {
        one.req.tier = ZP_TIER_PATCHED; /* overhead follows ids on stock */
        one.req.spill = ZP_SPILL_STRICT;
        one.req.vnuma = ZP_VNUMA_AUTO;
        one.req.max_mem_kib = 0;
        one.req.float_to = ZP_FLOAT_NODE;
        one.req.smt = ZP_SMT_ANY;
        one.req.dedicated = false;
        one.req.max_node_vcpus = 0;
        one.req.max_node_kib = 0;
        if (zp_place(one.topo, one.load, &one.req, &real, &err))
            continue;
        one.req.emulate = real.nr_vnodes + 1 + (uint32_t)(one.seed % 5);
        if (one.req.emulate > real.max_vcpus ||
            one.req.emulate > one.req.mem_kib / 2048)
            continue;
        ck_assert_msg(!zp_place(one.topo, one.load, &one.req, &plan, &err),
                      "ZP_SEED=%llu: %s", SEED(&one), err.msg);
        ck_assert_msg(!zp_plan_check(one.topo, &plan, &err),
                      "ZP_SEED=%llu: %s", SEED(&one), err.msg);
        ck_assert(!plan.truth && plan.emulated && plan.show_numa);
        ck_assert_uint_eq(plan.nr_vnodes, one.req.emulate);
        ck_assert_uint_eq(plan.distance_sum, real.distance_sum);
        ck_assert_uint_eq(plan.mem_kib, real.mem_kib);
        for (i = 0; i < zp_topology_nr_pnodes(one.topo); i++) {
            ck_assert(of_pnode(&plan, i, true) == of_pnode(&real, i, true));
            ck_assert(of_pnode(&plan, i, false) == of_pnode(&real, i, false));
        }
        for (i = 0; i < plan.nr_vnodes; i++) {
            for (j = 0; j < plan.nr_vnodes; j++)
                ck_assert_uint_eq(plan.dist[i * plan.nr_vnodes + j],
                                  i == j ? 10 : 20);
        }
        emulated++;
        several += real.nr_vnodes > 1;
    }
    if (gen_env("ZP_CASES", 4000) >= 1000) {
        ck_assert_uint_gt(emulated, 100);
        ck_assert_uint_gt(several, 20);
    }
}
END_TEST

START_TEST(failure_leaves_the_plan_alone)
{
    static struct zp_plan plan, before;
    struct zp_error err;
    struct one one;
    uint32_t failed = 0;

    memset(&before, 0x5a, sizeof(before));
    FOR_CASES (&one, 2000, 12) {
        plan = before;
        memset(&err, 0, sizeof(err));
        if (!zp_place(one.topo, one.load, &one.req, &plan, &err))
            continue;
        failed++;
        ck_assert(!memcmp(&plan, &before, sizeof(plan)));
        ck_assert_msg(err.code && err.limit[0] && err.msg[0] &&
                          !strchr(err.msg, '\n') && strlen(err.msg) < 239,
                      "ZP_SEED=%llu: '%s'", SEED(&one), err.msg);
        ck_assert_int_ne(zp_place(one.topo, one.load, &one.req, &plan, NULL),
                         ZP_OK);
    }
    ck_assert_uint_gt(failed, 0);
}
END_TEST

START_TEST(receipts_are_deterministic)
{
    static struct zp_plan plan;
    char *why, *again, *warnings;
    struct zp_error err;
    struct one one;

    FOR_CASES (&one, 1000, 12) {
        if (zp_place(one.topo, one.load, &one.req, &plan, &err))
            continue;
        ck_assert(!zp_plan_why(one.topo, one.load, &one.req, &plan, &why,
                               &err));
        ck_assert(!zp_plan_why(one.topo, one.load, &one.req, &plan, &again,
                               &err));
        ck_assert(!zp_plan_warnings(one.topo, one.load, &one.req, &plan,
                                    &warnings, &err));
        ck_assert_str_eq(why, again);
        ck_assert(why[0] && why[strlen(why) - 1] == '\n');
        ck_assert(!warnings[0] || warnings[strlen(warnings) - 1] == '\n');
        free(why);
        free(again);
        free(warnings);
    }
}
END_TEST

/* ---- more nodes than the oracle takes ---- */

struct hunt {
    const struct zp_topology *topo;
    uint64_t fit; /* nodes that hold a share */
    uint32_t k;
    bool scatter;
    uint64_t best;
};

static void enumerate(struct hunt *h, uint64_t set, uint32_t nr, uint32_t from,
                      uint64_t sum)
{
    uint64_t more;
    uint32_t i, j;

    if (nr == h->k) {
        if (h->scatter ? sum > h->best : sum < h->best)
            h->best = sum;
        return;
    }
    for (i = from; i < zp_topology_nr_pnodes(h->topo); i++) {
        if (!(h->fit >> i & 1) || (set >> i & 1))
            continue;
        for (more = 0, j = 0; j < zp_topology_nr_pnodes(h->topo); j++) {
            if (set >> j & 1)
                more += zp_topology_distance(h->topo, i, j) +
                        zp_topology_distance(h->topo, j, i);
        }
        enumerate(h, set | (uint64_t)1 << i, nr + 1, i + 1, sum + more);
    }
}

START_TEST(many_nodes_are_exact)
{
    enum gen_shape shapes[] = { GEN_FLAT, GEN_SOCKETS, GEN_L3, GEN_TREE,
                                GEN_HYPERCUBE };
    static struct zp_plan plan;
    struct zp_error err;
    struct one one;
    struct gen g;
    uint32_t i;

    for (i = 0; i < 100; i++) {
        struct hunt h;
        uint32_t n = 17 + i % 8, pos;

        gen_seed(&g, gen_env("ZP_SEED", 1) + i);
        gen_idle_host(&one.host, shapes[i % 5], n, 8, (uint64_t)8 << 20);
        for (pos = 0; pos < n; pos++) {
            if (gen_chance(&g, 30))
                one.host.free_kib[pos] = gen_below(&g, 1024) * 1024;
        }
        gen_build(&one.host, NULL, &one.topo, &one.load);
        zp_request_init(&one.req);
        one.req.nr_vnodes = h.k = 2 + gen_below(&g, 4);
        one.req.vcpus = h.k * 4;
        one.req.mem_kib = (uint64_t)h.k << 20;
        one.req.tier = ZP_TIER_PATCHED;
        one.req.strategy = i % 2 ? ZP_SCATTER : ZP_COMPACT;
        ck_assert_int_eq(zp_place(one.topo, one.load, &one.req, &plan, &err),
                         ZP_OK);
        h.topo = one.topo;
        h.scatter = i % 2;
        h.best = h.scatter ? 0 : UINT64_MAX;
        for (h.fit = 0, pos = 0; pos < n; pos++) {
            if (one.host.free_kib[pos] >=
                ((uint64_t)1 << 20) + plan.overhead_share_kib)
                h.fit |= (uint64_t)1 << pos;
        }
        enumerate(&h, (uint64_t)1 << plan.vnode[0].pnode, 1, 0, 0);
        ck_assert_msg(plan.exact && plan.distance_sum == h.best,
                      "case %u: %llu, not %llu", i,
                      (unsigned long long)plan.distance_sum,
                      (unsigned long long)h.best);
        drop_case(&one);
    }
}
END_TEST

START_TEST(large_hosts_have_a_bound)
{
    static struct zp_plan plan;
    struct zp_error err;
    struct one one;
    struct gen g;
    uint32_t i, j, pos;

    for (i = 0; i < 20; i++) {
        gen_seed(&g, gen_env("ZP_SEED", 1) + i);
        gen_idle_host(&one.host, (enum gen_shape)(i % 5), ZP_MAX_PNODES, 64,
                      (uint64_t)8 << 20);
        for (pos = 0; pos < ZP_MAX_PNODES && i >= 10; pos++) {
            one.host.free_kib[pos] -= gen_below(&g, 1 << 20);
            for (j = 0; j < ZP_MAX_PNODES && i >= 15; j++) {
                if (j != pos)
                    one.host.dist[pos * ZP_MAX_PNODES + j] =
                        11 + gen_below(&g, 200);
            }
        }
        gen_build(&one.host, NULL, &one.topo, &one.load);
        zp_request_init(&one.req);
        one.req.nr_vnodes = 4 + gen_below(&g, 29);
        one.req.vcpus = one.req.nr_vnodes;
        one.req.mem_kib = (uint64_t)one.req.nr_vnodes << 20;
        one.req.tier = ZP_TIER_PATCHED;
        one.req.strategy = i % 2 ? ZP_SCATTER : ZP_COMPACT;
        ck_assert_int_eq(zp_place(one.topo, one.load, &one.req, &plan, &err),
                         ZP_OK);
        ck_assert_msg(!zp_plan_check(one.topo, &plan, &err), "%s", err.msg);
        ck_assert_uint_gt(plan.lower_bound, 0);
        drop_case(&one);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("properties");
    TCase *tcase = tcase_create("properties");

    printf("properties: ZP_SEED=%llu\n",
           (unsigned long long)gen_env("ZP_SEED", 1));
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 600);
    tcase_add_test(tcase, plans_keep_their_promises);
    tcase_add_test(tcase, node_order_does_not_matter);
    tcase_add_test(tcase, more_memory_is_never_worse);
    tcase_add_test(tcase, emulation_changes_the_view_alone);
    tcase_add_test(tcase, failure_leaves_the_plan_alone);
    tcase_add_test(tcase, receipts_are_deterministic);
    tcase_add_test(tcase, many_nodes_are_exact);
    tcase_add_test(tcase, large_hosts_have_a_bound);
    return suite_run(suite);
}
