/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What zp_plan_check() says of plans finer than nodes (rules 10): one L3, whole
 * cores. Two nodes of eight pcpus, two threads a core, two cores an L3. */
#include "core.h"

#define GIB ((uint64_t)1 << 20)

static struct fixture f;

static void setup(void)
{
    fixture_init(&f);
    gen_idle_host(&f.host, GEN_FLAT, 2, 8, 16 * GIB);
    f.host.nodes_per_socket = 1;
    f.host.pcpus_per_core = 2;
    f.host.pcpus_per_l3 = 4;
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

/* The host is what it is broken against: by itself the plan is sound. */
static void broken(const char *msg)
{
    ck_works(zp_plan_check(NULL, &f.plan, &err));
    ck_fails(zp_plan_check(f.topo, &f.plan, &err), ZP_ERR_INVAL, "plan", msg);
}

START_TEST(a_group_has_one_l3)
{
    f.req.vcpus = 6;
    f.req.float_to = ZP_FLOAT_L3;
    place();
    ck_assert_uint_eq(f.plan.nr_groups, 2);
    ck_assert_uint_eq(f.plan.group_of[3], 1);
    ck_assert_uint_eq(f.plan.group_of[4], 2);
    f.plan.group_of[4] = 1;
    broken("pcpu 4 of group 1 is in another L3 than the rest");
    f.plan.group_of[4] = 2;
    f.plan.group_of[0] = 2;
    broken("pcpu 4 of group 2 is in another L3 than the rest");
}
END_TEST

START_TEST(avoided_threads_idle)
{
    f.req.vcpus = 3;
    f.req.smt = ZP_SMT_AVOID;
    place();
    ck_assert(!zp_pcpuset_has(&f.plan.vnode[0].pcpus, 1));
    zp_pcpuset_add(&f.plan.vnode[0].pcpus, 1);
    broken("vnode 0 uses 2 threads of a core");
}
END_TEST

START_TEST(packed_cores_are_whole)
{
    f.req.vcpus = 3;
    f.req.smt = ZP_SMT_PACK;
    place();
    ck_assert(zp_pcpuset_has(&f.plan.vnode[0].pcpus, 1));
    memset(&f.plan.vnode[0].pcpus, 0, sizeof(f.plan.vnode[0].pcpus));
    zp_pcpuset_add(&f.plan.vnode[0].pcpus, 0);
    zp_pcpuset_add(&f.plan.vnode[0].pcpus, 1);
    zp_pcpuset_add(&f.plan.vnode[0].pcpus, 2);
    broken("vnode 0 has 1 of the 2 threads of a core");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core fine");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_group_has_one_l3);
    tcase_add_test(tc, avoided_threads_idle);
    tcase_add_test(tc, packed_cores_are_whole);
    return suite_run(s);
}
