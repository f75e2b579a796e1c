/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Promises: what counts, where, and for how long. */
#include "core.h"

#include "core/ledger.h"

#define GIB ((uint64_t)1 << 20)      /* in KiB */
#define MIB ((uint64_t)1024)

/* Two vnodes on pnodes 0 and 3, 4 and 1 GiB, the first beyond the hole. */
static void make_plan(struct zp_plan *plan)
{
    memset(plan, 0, sizeof(*plan));
    plan->nr_vnodes = plan->nr_cpu_vnodes = 2;
    plan->nr_vcpu_ids = plan->vcpus = plan->max_vcpus = 3;
    plan->memory_policy = ZP_MEMORY_STATIC;
    plan->vnode[0].mem_kib = plan->vnode[0].max_mem_kib = 4 * GIB;
    plan->vnode[0].nr_vcpus = 2;
    plan->vnode[1].mem_kib = plan->vnode[1].max_mem_kib = GIB;
    plan->vnode[1].pnode = plan->vnode[1].pnode_os_id = 3;
    plan->vnode[1].first_vcpu = 2;
    plan->vnode[1].nr_vcpus = 1;
    plan->mem_kib = 5 * GIB;
    plan->overhead_share_kib = 20 * MIB;
    plan->overhead_kib = 40 * MIB;
}

START_TEST(ranges_fill_in_order)
{
    uint64_t missing[ZP_MAX_VNODES];
    struct zp_plan plan;

    make_plan(&plan);
    zp__plan_missing(&plan, 0, missing);
    ck_assert_uint_eq(missing[0], 4 * GIB);
    ck_assert_uint_eq(missing[1], GIB);
    zp__plan_missing(&plan, 4 * GIB + MIB, missing);
    ck_assert_uint_eq(missing[0], 0);
    ck_assert_uint_eq(missing[1], 1023 * MIB);
    zp__plan_missing(&plan, 6 * GIB, missing);
    ck_assert_uint_eq(missing[0] + missing[1], 0);
}
END_TEST

/* One zone and what it comes to on pnodes 0 and 3. */
static void one_zone(const struct fixture *f, enum zp__view view,
                     const struct zp_plan *plan, struct zp__held held,
                     struct zp__ledger *ledger)
{
    zp__ledger_init(ledger, f->topo, view);
    zp__ledger_add_zone(ledger, plan, &held);
    ck_assert_uint_eq(ledger->promised_kib[1], 0);
    ck_assert_uint_eq(ledger->vcpu_parts[0], 2 * ZP__VCPU_PARTS);
    ck_assert_uint_eq(ledger->vcpu_parts[3], ZP__VCPU_PARTS);
}

START_TEST(a_launch_is_promised_what_it_lacks)
{
    const uint64_t rest = zp_overhead_kib(ZP_GUEST_PV, 3, 0);
    struct zp__ledger l;
    struct zp_plan plan;
    struct fixture f;

    fixture_init(&f);
    fixture_build(&f);
    make_plan(&plan);
    /* No domain yet: both views say all of it. */
    one_zone(&f, ZP__SAFE, &plan, (struct zp__held){ .building = true }, &l);
    ck_assert(l.motion);
    ck_assert_uint_eq(l.promised_kib[0], 4 * GIB + 20 * MIB);
    ck_assert_uint_eq(l.promised_kib[3], GIB + 20 * MIB);
    one_zone(&f, ZP__HOPEFUL, &plan, (struct zp__held){ .building = true },
             &l);
    ck_assert_uint_eq(l.promised_kib[0], 4 * GIB + 20 * MIB);
    ck_assert_uint_eq(l.promised_kib[3], GIB + 20 * MIB);
    /* Nor will there be one until somebody launches it: no use to wait. */
    one_zone(&f, ZP__SAFE, &plan,
             (struct zp__held){ .building = true, .reserved = true }, &l);
    ck_assert(!l.motion);
    ck_assert_uint_eq(l.promised_kib[0], 4 * GIB + 20 * MIB);
    /* Half built, 1 GiB taken between two looks. */
    struct zp__held half = { .building = true, .domain = true,
                             .before_kib = 2 * GIB, .after_kib = 3 * GIB };
    one_zone(&f, ZP__SAFE, &plan, half, &l);
    ck_assert_uint_eq(l.promised_kib[0], 2 * GIB + rest);
    ck_assert_uint_eq(l.promised_kib[3], GIB + rest);
    one_zone(&f, ZP__HOPEFUL, &plan, half, &l);
    ck_assert_uint_eq(l.promised_kib[0], 0);
    ck_assert_uint_eq(l.promised_kib[3], 0);
    /* A domain without memory may have its pool, or not. */
    half.before_kib = half.after_kib = 0;
    one_zone(&f, ZP__SAFE, &plan, half, &l);
    ck_assert_uint_eq(l.promised_kib[0], 4 * GIB + 20 * MIB);
    one_zone(&f, ZP__HOPEFUL, &plan, half, &l);
    ck_assert_uint_eq(l.promised_kib[0], 3 * GIB);
    fixture_clear(&f);
}
END_TEST

START_TEST(memory_that_goes_counts_as_gone)
{
    struct zp__held held = { .building = true, .domain = true,
                             .before_kib = 5 * GIB, .after_kib = GIB };
    const uint64_t rest = zp_overhead_kib(ZP_GUEST_PV, 3, 0);
    struct zp__ledger l;
    struct zp_plan plan;
    struct fixture f;

    fixture_init(&f);
    fixture_build(&f);
    make_plan(&plan);
    one_zone(&f, ZP__SAFE, &plan, held, &l);
    ck_assert_uint_eq(l.promised_kib[0], 3 * GIB + rest);
    ck_assert_uint_eq(l.promised_kib[3], GIB + rest);
    /* A static zone that runs keeps its right to what it lost; nothing of
     * its overhead is outstanding. */
    held.building = false;
    one_zone(&f, ZP__SAFE, &plan, held, &l);
    ck_assert(!l.motion);
    ck_assert_uint_eq(l.promised_kib[0], 3 * GIB);
    ck_assert_uint_eq(l.promised_kib[3], GIB);
    /* A dynamic one gave it back. */
    plan.memory_policy = ZP_MEMORY_DYNAMIC;
    one_zone(&f, ZP__SAFE, &plan, held, &l);
    ck_assert_uint_eq(l.promised_kib[0], 0);
    ck_assert_uint_eq(l.promised_kib[3], 0);
    /* All there, and the page that Linux gives back. */
    plan.memory_policy = ZP_MEMORY_STATIC;
    held.before_kib = held.after_kib = 5 * GIB + 7 * 4;
    one_zone(&f, ZP__SAFE, &plan, held, &l);
    ck_assert_uint_eq(l.promised_kib[0] + l.promised_kib[3], 0);
    fixture_clear(&f);
}
END_TEST

START_TEST(overhead_is_charged_once_a_pnode)
{
    struct zp__ledger l;
    struct zp_plan plan;
    struct fixture f;

    fixture_init(&f);
    fixture_build(&f);
    make_plan(&plan);
    plan.vnode[1].pnode = plan.vnode[1].pnode_os_id = 0;
    zp__ledger_init(&l, f.topo, ZP__SAFE);
    zp__ledger_add_zone(&l, &plan, &(struct zp__held){ .building = true });
    ck_assert_uint_eq(l.promised_kib[0], 5 * GIB + 20 * MIB);
    /* A pnode that this host does not have weighs nowhere. */
    plan.vnode[0].pnode_os_id = 77;
    zp__ledger_init(&l, f.topo, ZP__SAFE);
    zp__ledger_add_zone(&l, &plan, &(struct zp__held){ .building = true });
    ck_assert_uint_eq(l.promised_kib[0], GIB + 20 * MIB);
    fixture_clear(&f);
}
END_TEST

/* An adopted guest had 6 GiB on node 0 and 2 on node 3, and gives some back. */
START_TEST(what_an_adopted_guest_gave_back_is_kept)
{
    struct zp__held held = { .before_kib = 8 * GIB, .after_kib = 8 * GIB };
    uint64_t had_kib[ZP_MAX_PNODES] = { [0] = 6 * GIB, [3] = 2 * GIB };
    struct zp__ledger l;
    struct fixture f;

    fixture_init(&f);
    fixture_build(&f);
    zp__ledger_init(&l, f.topo, ZP__SAFE);
    zp__ledger_add_guest(&l, 8 * GIB, had_kib, &held);
    ck_assert_uint_eq(l.promised_kib[0] + l.promised_kib[3], 0);
    /* From which node nobody knows; the lower of two looks counts. */
    held.after_kib = 5 * GIB;
    zp__ledger_add_guest(&l, 8 * GIB, had_kib, &held);
    ck_assert_uint_eq(l.promised_kib[0], 3 * GIB);
    ck_assert_uint_eq(l.promised_kib[1], 0);
    ck_assert_uint_eq(l.promised_kib[3], 2 * GIB);
    ck_assert(!l.motion);
    /* The higher one, and an extent on its way. */
    held.before_kib = 6 * GIB;
    zp__ledger_init(&l, f.topo, ZP__HOPEFUL);
    zp__ledger_add_guest(&l, 8 * GIB, had_kib, &held);
    ck_assert_uint_eq(l.promised_kib[0], GIB);
    ck_assert_uint_eq(l.promised_kib[3], GIB);
    /* More than it had then, or not counted: nothing. */
    zp__ledger_init(&l, f.topo, ZP__SAFE);
    held.before_kib = held.after_kib = 9 * GIB;
    zp__ledger_add_guest(&l, 8 * GIB, had_kib, &held);
    memset(had_kib, 0, sizeof(had_kib));
    zp__ledger_add_guest(&l, 16 * GIB, had_kib, &held);
    ck_assert_uint_eq(l.promised_kib[0] + l.promised_kib[3], 0);
    fixture_clear(&f);
}
END_TEST

START_TEST(others_weigh_where_they_may_run)
{
    struct zp_pcpuset set = { { 0 } };
    struct zp__ledger l;
    struct fixture f;

    fixture_init(&f);
    fixture_build(&f);
    zp__ledger_init(&l, f.topo, ZP__SAFE);
    zp_pcpuset_add(&set, 0);
    zp_pcpuset_add(&set, 17);
    zp__ledger_add_vcpu(&l, &set);
    zp__ledger_add_vcpu(&l, &set);
    zp__ledger_add_vcpu(&l, &set);
    zp__ledger_add_claim(&l, GIB);
    zp__ledger_add_claim(&l, GIB);
    ck_works(zp__ledger_apply(&l, f.load, &err));
    ck_assert_uint_eq(zp_load_used_vcpus(f.load, 0), 2); /* 1.5 */
    ck_assert_uint_eq(zp_load_used_vcpus(f.load, 1), 2);
    ck_assert_uint_eq(zp_load_used_vcpus(f.load, 2), 0);
    /* A claim may come from any node; more than is free is all of it. */
    ck_assert_uint_eq(zp_load_free_kib(f.load, 5), 14 * GIB);
    ck_works(zp_load_set_free(f.load, 5, GIB, &err));
    ck_works(zp__ledger_apply(&l, f.load, &err));
    ck_assert_uint_eq(zp_load_free_kib(f.load, 5), 0);
    fixture_clear(&f);
}
END_TEST

/* A vcpu weighs on each pcpu where it may be, and never nothing. */
START_TEST(vcpus_weigh_on_pcpus)
{
    struct zp__ledger l;
    struct zp_plan plan;
    struct fixture f;
    uint32_t pcpu;

    fixture_init(&f);
    fixture_build(&f);
    make_plan(&plan);
    for (pcpu = 0; pcpu < 1001; pcpu++)
        zp_pcpuset_add(&plan.vnode[0].pcpus, pcpu);
    for (pcpu = 2000; pcpu < 2004; pcpu++)
        zp_pcpuset_add(&plan.vnode[1].pcpus, pcpu);
    zp__ledger_init(&l, f.topo, ZP__SAFE);
    zp__ledger_add_zone(&l, &plan, &(struct zp__held){ .building = true });
    ck_assert_uint_eq(l.pcpu_milli[0], 2);
    ck_assert_uint_eq(l.pcpu_milli[1000], 2);
    ck_assert_uint_eq(l.pcpu_milli[1001], 0);
    ck_assert_uint_eq(l.pcpu_milli[2003], 250);
    fixture_clear(&f);
}
END_TEST

/* No node is promised more than any can have. */
START_TEST(a_load_is_told_what_is_promised)
{
    struct zp__ledger l;
    struct zp_plan plan;
    struct fixture f;

    fixture_init(&f);
    fixture_build(&f);
    make_plan(&plan);
    zp__ledger_init(&l, f.topo, ZP__SAFE);
    zp__ledger_add_zone(&l, &plan, &(struct zp__held){ .building = true });
    ck_works(zp__ledger_apply(&l, f.load, &err));
    ck_assert_uint_gt(l.promised_kib[0], 0);
    ck_assert_uint_eq(zp_load_promised_kib(f.load, 0), l.promised_kib[0]);
    ck_assert_uint_eq(zp_load_promised_kib(f.load, 1), 0);
    l.promised_kib[1] = ZP_MAX_MEM_KIB + 1;
    ck_works(zp__ledger_apply(&l, f.load, &err));
    ck_assert_uint_eq(zp_load_promised_kib(f.load, 1), ZP_MAX_MEM_KIB);
    fixture_clear(&f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core ledger");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, ranges_fill_in_order);
    tcase_add_test(tc, a_launch_is_promised_what_it_lacks);
    tcase_add_test(tc, memory_that_goes_counts_as_gone);
    tcase_add_test(tc, overhead_is_charged_once_a_pnode);
    tcase_add_test(tc, what_an_adopted_guest_gave_back_is_kept);
    tcase_add_test(tc, others_weigh_where_they_may_run);
    tcase_add_test(tc, vcpus_weigh_on_pcpus);
    tcase_add_test(tc, a_load_is_told_what_is_promised);
    return suite_run(s);
}
