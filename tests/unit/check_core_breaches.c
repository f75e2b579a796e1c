/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What zp_plan_check() says of plans that are almost sound. */
#include "core.h"

#define GIB ((uint64_t)1 << 20)

static struct fixture f;

static void setup(void)
{
    fixture_init(&f);
}

static void teardown(void)
{
    fixture_clear(&f);
}

static void place(void)
{
    fixture_build(&f);
    ck_works(zp_place(f.topo, f.load, &f.req, &f.plan, &err));
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
}

static void broken(const char *msg)
{
    ck_fails(zp_plan_check(NULL, &f.plan, &err), ZP_ERR_INVAL, "plan", msg);
}

/* Nothing less than the sum is proven to be the best. */
START_TEST(a_proof_is_the_sum)
{
    f.req.nr_vnodes = 2;
    place();
    f.plan.lower_bound = 23;
    broken("a bound of 23 does not prove a sum of 24");
    f.plan.exact = false;
    ck_works(zp_plan_check(NULL, &f.plan, &err));
    f.plan.strategy = ZP_SCATTER;
    broken("a bound of 23 does not prove a sum of 24");
    f.plan.lower_bound = 25;
    ck_works(zp_plan_check(NULL, &f.plan, &err));
}
END_TEST

START_TEST(emulated_nodes_ascend)
{
    struct zp_plan sound;

    f.req.emulate = 3;
    place();
    sound = f.plan;
    f.plan.vnode[1].spill = true;
    broken("vnode 1 is on node position 0, or spilled");
    f.plan.vnode[1].spill = false;
    f.plan.vnode[1].pnode = 1;
    broken("vnode 2 is on position 0, after 1");
    f.plan = sound;
    f.plan.spill = ZP_SPILL_HONEST;
    broken("plan: its nodes can't be emulated");
    f.plan = sound;
    f.plan.memory_policy = ZP_MEMORY_DYNAMIC;
    broken("plan: its nodes can't be emulated");
    f.plan = sound;
    f.plan.type = ZP_GUEST_PV;
    broken("plan: its nodes can't be emulated");
    f.plan = sound;
    f.plan.nr_cpu_vnodes = 2;
    broken("plan: its nodes can't be emulated");
}
END_TEST

START_TEST(nothing_is_left_open)
{
    static const char open[] = "plan: spill or memory policy is not resolved";
    static const char none[] = "plan: type, strategy, tier or first rule is "
                               "not one that there is";
    struct zp_plan sound;

    place();
    sound = f.plan;
    f.plan.spill = (enum zp_spill)(ZP_SPILL_INTERLEAVE + 1);
    broken(open);
    f.plan = sound;
    f.plan.memory_policy = ZP_MEMORY_DEFAULT;
    broken(open);
    f.plan.memory_policy = (enum zp_memory_policy)(ZP_MEMORY_DYNAMIC + 1);
    broken(open);
    f.plan = sound;
    f.plan.strategy = (enum zp_strategy)(ZP_SCATTER + 1);
    broken(none);
    f.plan = sound;
    f.plan.tier = (enum zp_tier)(ZP_TIER_PATCHED + 1);
    broken(none);
    f.plan = sound;
    f.plan.first_rule = (enum zp_first_rule)(ZP_RULE_BALANCED + 1);
    broken(none);
    f.plan = sound;
    f.plan.nr_cpu_vnodes = 0;
    broken("plan: 1 vnodes, 0 of them with vcpus");
    f.plan.nr_cpu_vnodes = 2;
    broken("plan: 1 vnodes, 2 of them with vcpus");
    f.plan = sound;
    f.plan.vcpus = 0;
    broken("plan: 0 of 4 vcpus online, 4 ids, at most 128");
}
END_TEST

/* A package is the next one, or one that was. */
START_TEST(packages_have_no_gap)
{
    f.req.tier = ZP_TIER_PATCHED;
    f.req.strategy = ZP_SCATTER;
    f.req.packages = ZP_PACKAGES_SOCKET;
    f.req.nr_vnodes = 3;
    f.host.nodes_per_socket = 4;
    f.host.pcpus_per_core = 1;
    place();
    ck_assert_uint_gt(f.plan.threads_per_core, 0);
    ck_works(zp_plan_check(NULL, &f.plan, &err));
    f.plan.vnode[1].package = 2;
    broken("vnode 1 is in package 2");
    f.plan.vnode[1].package = 0;
    f.plan.vnode[2].package = 2;
    broken("vnode 2 is in package 2");
    f.plan.packages = ZP_PACKAGES_NODE;
    broken("vnode 1 is in package 0");
    f.plan.packages = (enum zp_packages)2;
    broken("plan: 1 threads per core, packages 2");
    f.plan.packages = ZP_PACKAGES_SOCKET;
    f.plan.threads_per_core = 3;
    broken("plan: 3 threads per core, packages 0");
}
END_TEST

/* One wide node of eight: each would have room for as many ids as that. */
START_TEST(no_apic_ids_fit)
{
    uint32_t i;

    gen_idle_host(&f.host, GEN_SOCKETS, 8, 64, 16 * GIB);
    f.host.nodes_per_socket = 4;
    f.host.pcpus_per_core = 1;
    for (i = 1; i < 8; i++)
        f.host.nr_pcpus[i] = 9;
    f.req.tier = ZP_TIER_PATCHED;
    f.req.nr_vnodes = 8;
    f.req.vcpus = 127;
    place();
    ck_assert_uint_eq(f.plan.threads_per_core, 0);
    ck_works(zp_plan_check(NULL, &f.plan, &err));
    f.plan.threads_per_core = 1;
    broken("plan: its APIC ids don't fit");
}
END_TEST

/* ---- finer than nodes (rules 10) ---- */

/* Two nodes of eight pcpus, two threads a core, two cores an L3. */
static void place_finer(void)
{
    gen_idle_host(&f.host, GEN_FLAT, 2, 8, 16 * GIB);
    f.host.nodes_per_socket = 1;
    f.host.pcpus_per_core = 2;
    f.host.pcpus_per_l3 = 4;
    place();
}

/* By itself the plan is sound: it is broken against the host. */
static void broken_here(const char *msg)
{
    ck_works(zp_plan_check(NULL, &f.plan, &err));
    ck_fails(zp_plan_check(f.topo, &f.plan, &err), ZP_ERR_INVAL, "plan", msg);
}

START_TEST(a_group_has_one_l3)
{
    f.req.vcpus = 6;
    f.req.float_to = ZP_FLOAT_L3;
    place_finer();
    ck_assert_uint_eq(f.plan.nr_groups, 2);
    ck_assert_uint_eq(f.plan.group_of[3], 1);
    ck_assert_uint_eq(f.plan.group_of[4], 2);
    f.plan.group_of[4] = 1;
    broken_here("pcpu 4 of group 1 is in another L3 than the rest");
    f.plan.group_of[4] = 2;
    f.plan.group_of[0] = 2;
    broken_here("pcpu 4 of group 2 is in another L3 than the rest");
}
END_TEST

/* As many groups as there may be vcpus, and none is left out. */
START_TEST(groups_ascend)
{
    gen_idle_host(&f.host, GEN_FLAT, 1, 128, 16 * GIB);
    f.req.vcpus = 128;
    f.req.dedicated = true;
    place();
    ck_assert_uint_eq(f.plan.nr_groups, 128);
    f.plan.vcpu_group[0] = 2;
    broken("vcpu 0 is in group 2, after group 0");
}
END_TEST

START_TEST(avoided_threads_idle)
{
    f.req.vcpus = 3;
    f.req.smt = ZP_SMT_AVOID;
    place_finer();
    ck_assert(!zp_pcpuset_has(&f.plan.vnode[0].pcpus, 1));
    zp_pcpuset_add(&f.plan.vnode[0].pcpus, 1);
    broken_here("vnode 0 uses 2 threads of a core");
}
END_TEST

START_TEST(packed_cores_are_whole)
{
    f.req.vcpus = 3;
    f.req.smt = ZP_SMT_PACK;
    place_finer();
    ck_assert(zp_pcpuset_has(&f.plan.vnode[0].pcpus, 1));
    memset(&f.plan.vnode[0].pcpus, 0, sizeof(f.plan.vnode[0].pcpus));
    zp_pcpuset_add(&f.plan.vnode[0].pcpus, 0);
    zp_pcpuset_add(&f.plan.vnode[0].pcpus, 1);
    zp_pcpuset_add(&f.plan.vnode[0].pcpus, 2);
    broken_here("vnode 0 has 1 of the 2 threads of a core");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core breaches");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_proof_is_the_sum);
    tcase_add_test(tc, emulated_nodes_ascend);
    tcase_add_test(tc, nothing_is_left_open);
    tcase_add_test(tc, packages_have_no_gap);
    tcase_add_test(tc, no_apic_ids_fit);
    tcase_add_test(tc, a_group_has_one_l3);
    tcase_add_test(tc, groups_ascend);
    tcase_add_test(tc, avoided_threads_idle);
    tcase_add_test(tc, packed_cores_are_whole);
    return suite_run(s);
}
