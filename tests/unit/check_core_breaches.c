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
    ck_works(fixture_place(&f, &err));
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
}

/* ---- one field each ---- */

/* 5 vcpus in 3 + 2, of them 3 online, padded to 4 each. */
static void place_3_and_2(void)
{
    f.req.vcpus = 3;
    f.req.max_vcpus = 5;
    f.req.nr_vnodes = 2;
    place();
}

struct breach {
    void (*change)(struct zp_plan *plan);
    const char *msg;
};

static void regroup(struct zp_plan *p, uint8_t from, uint8_t to)
{
    uint32_t pcpu;

    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        if (p->group_of[pcpu] == from)
            p->group_of[pcpu] = to;
    }
}

/* Sound: pcpu 0 for group 1, the rest of vnode 0 for 2, vnode 1 for 3. */
static void group(struct zp_plan *p)
{
    static const uint8_t of[] = { 1, 1, 2, 0, 3, 3 };
    uint32_t pcpu, i;

    p->float_to = ZP_FLOAT_L3;
    p->nr_groups = 3;
    memcpy(p->vcpu_group, of, sizeof(of));
    for (i = 0; i < 2; i++) {
        for (pcpu = zp_pcpuset_next(&p->vnode[i].pcpus, 0);
             pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(&p->vnode[i].pcpus, pcpu + 1))
            p->group_of[pcpu] = i ? 3 : pcpu ? 2 : 1;
    }
}

#define CHANGE(name, body) \
    static void name(struct zp_plan *p) { body; }

CHANGE(b_name, memset(p->name, 'x', sizeof(p->name)))
CHANGE(b_type, p->type = (enum zp_guest_type)2)
CHANGE(b_spill, p->spill = ZP_SPILL_DEFAULT)
CHANGE(b_none, p->nr_vnodes = 0)
CHANGE(b_many, p->nr_vnodes = 33)
CHANGE(b_online, p->vcpus = 6)
CHANGE(b_ids, p->nr_vcpu_ids = 4096)
CHANGE(b_stride, p->vcpu_stride = 3)
CHANGE(b_dense, p->vcpu_stride = 0)
CHANGE(b_first, p->vnode[1].first_vcpu = 3)
CHANGE(b_sum, p->vnode[1].nr_vcpus = 1)
CHANGE(b_empty, p->vnode[1].nr_vcpus = 0)
CHANGE(b_unit, p->vnode[1].mem_kib++)
CHANGE(b_total, p->mem_kib += 2048)
CHANGE(b_max, p->vnode[0].max_mem_kib += 2048)
CHANGE(b_gfn, p->vnode[1].first_gfn++)
CHANGE(b_pos, p->vnode[0].pnode = 64)
CHANGE(b_twice, p->vnode[1].pnode = 0)
CHANGE(b_spilled, p->vnode[1].spill = true)
CHANGE(b_pxm, p->vnode[1].pxm = 0)
CHANGE(b_truth, p->truth = false)
CHANGE(b_dist, p->dist[1] = 255)
CHANGE(b_local, p->dist[3] = 11)
CHANGE(b_dsum, p->distance_sum = 25)
CHANGE(b_proof, p->lower_bound = 25)
CHANGE(b_shared, p->vnode[1].pcpus = p->vnode[0].pcpus)
CHANGE(b_nopcpus, memset(&p->vnode[1].pcpus, 0, sizeof(p->vnode[1].pcpus)))
CHANGE(b_osid, p->vnode[1].pnode_os_id = 7)
CHANGE(b_foreign, zp_pcpuset_add(&p->vnode[1].pcpus, 100))
CHANGE(b_threads, p->threads_per_core = 1)
CHANGE(b_package, p->vnode[1].package = 1)
CHANGE(b_host, p->dist[1] = p->dist[2] = 13; p->distance_sum = 26;
       p->lower_bound = 26)

CHANGE(b_float, p->float_to = (enum zp_float)2)
CHANGE(b_ungrouped, p->dedicated = true)
CHANGE(b_group, p->vcpu_group[0] = 1)
/* Three groups: of vcpus 0-1, 2 and 4-5. */
CHANGE(b_nogroup, group(p); p->vcpu_group[1] = 0)
CHANGE(b_padding, group(p); p->vcpu_group[3] = 2)
CHANGE(b_back, group(p); p->vcpu_group[5] = 1)
CHANGE(b_across, group(p); p->vcpu_group[4] = 2)
CHANGE(b_count, group(p); p->nr_groups = 4)
CHANGE(b_few, group(p); p->nr_groups = 2)
CHANGE(b_pcpu, group(p); p->group_of[100] = 1)
CHANGE(b_nopcpu, group(p); regroup(p, 2, 1))
CHANGE(b_left, group(p); p->group_of[1] = 0)
CHANGE(b_many_each, group(p); p->dedicated = true)

CHANGE(b_emulated, p->emulated = true)
CHANGE(b_flat, p->emulated = true; p->show_numa = false)

static const struct breach breaches[] = {
    { b_emulated, "the plan says of its truth what is not so" },
    { b_flat, "plan: its nodes can't be emulated" },
    { b_float, "plan: float or smt is not one that there is" },
    { b_ungrouped, "plan: 0 groups of vcpus" },
    { b_group, "vcpu 0 is in a group, it should be in none" },
    { b_nogroup, "vcpu 1 is in group 0, after group 1" },
    { b_padding, "vcpu 3 is in a group, it should be in none" },
    { b_back, "vcpu 5 is in group 1, after group 3" },
    { b_across, "vcpu 4 is in group 2, after group 2" },
    { b_count, "plan: 3 groups of vcpus, it says 4" },
    { b_few, "vcpu 4 is in group 3 of 2" },
    { b_pcpu, "pcpu 100 is in group 1 and not in its vnode" },
    { b_nopcpu, "group 2 has 1 vcpus and 0 pcpus" },
    { b_left, "pcpu 1 of vnode 0 is in no group" },
    { b_many_each, "group 1 has 2 vcpus and 1 pcpus" },
    { b_name, "plan: the name does not end" },
    { b_type, "plan: type, strategy, tier or first rule is not one that "
              "there is" },
    { b_spill, "plan: spill or memory policy is not resolved" },
    { b_none, "plan: 0 vnodes, 2 of them with vcpus" },
    { b_many, "plan: 33 vnodes, 2 of them with vcpus" },
    { b_online, "plan: 6 of 5 vcpus online, 8 ids, at most 128" },
    { b_ids, "plan: 3 of 5 vcpus online, 4096 ids, at most 128" },
    { b_stride, "plan: stride 3 does not give 8 ids to 2 vnodes" },
    { b_dense, "plan: 8 dense ids for 5 vcpus" },
    { b_first, "vnode 1 starts at vcpu 3, not at 4" },
    { b_sum, "the vnodes have 4 vcpus, the plan 5" },
    { b_empty, "vnode 1 has 0 vcpus" },
    { b_unit, "vnode 1 has 2097153 KiB, which is not a count of 2 MiB" },
    { b_total, "the vnodes have 4194304 KiB, the plan 4196352" },
    { b_max, "vnode 0 has 2097152 KiB and at most 2099200" },
    { b_gfn, "vnode 1 starts at gfn 524289, not at 524288" },
    { b_pos, "vnode 0 is on node position 64, at most 63" },
    { b_twice, "vnodes 0 and 1 are both on position 0" },
    { b_spilled, "vnode 1 is marked wrongly as spilled or not" },
    { b_pxm, "vnode 1 shows as node 0, not as 1" },
    { b_truth, "the plan says of its truth what is not so" },
    { b_dist, "vnode 0 is 255 from vnode 1" },
    { b_local, "vnode 1 is 11 from vnode 1" },
    { b_dsum, "the distances sum up to 24, the plan says 25" },
    { b_proof, "a bound of 25 does not prove a sum of 24" },
    { b_shared, "vnodes 0 and 1 share pcpus" },
    { b_nopcpus, "vnode 1 has 2 vcpus and 0 pcpus" },
    { b_osid, "vnode 1: the host has no node 7 at position 1" },
    { b_foreign, "vnode 1: pcpu 100 is not of node 1" },
    { b_threads, "plan: 1 threads per core, packages 0" },
    { b_package, "vnode 1 is in package 1" },
    { b_host, "vnode 0 is 13 from vnode 1, their nodes 12" },
};

START_TEST(check_names_the_breach)
{
    place_3_and_2();
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
    ck_works(zp_plan_check(NULL, &f.plan, &err));
    breaches[_i].change(&f.plan);
    ck_fails(zp_plan_check(f.topo, &f.plan, &err), ZP_ERR_INVAL, "plan",
             breaches[_i].msg);
    ck_assert_int_eq(zp_plan_check(f.topo, &f.plan, NULL), ZP_ERR_INVAL);
}
END_TEST

/* Any bytes may come: none may be taken as an index unchecked. */
START_TEST(check_survives_garbage)
{
    struct zp_plan plan;
    struct gen g;
    uint32_t i, at;

    place_3_and_2();
    gen_seed(&g, gen_env("ZP_SEED", 1));
    for (i = 0; i < 20000; i++) {
        plan = f.plan;
        at = gen_below(&g, sizeof(plan) / 4);
        if (gen_chance(&g, 50))
            at %= 64 + 16;
        ((uint32_t *)&plan)[at] = (uint32_t)gen_next(&g) >> gen_below(&g, 32);
        /* booleans have two values only */
        plan.truth = *(unsigned char *)&plan.truth & 1;
        plan.show_numa = *(unsigned char *)&plan.show_numa & 1;
        plan.dedicated = *(unsigned char *)&plan.dedicated & 1;
        plan.emulated = *(unsigned char *)&plan.emulated & 1;
        plan.even = *(unsigned char *)&plan.even & 1;
        plan.exact = *(unsigned char *)&plan.exact & 1;
        plan.vnode[0].spill = *(unsigned char *)&plan.vnode[0].spill & 1;
        plan.vnode[1].spill = *(unsigned char *)&plan.vnode[1].spill & 1;
        (void)zp_plan_check(f.topo, &plan, NULL);
    }
}
END_TEST

/* ---- by what they are ---- */

static void broken(const char *msg)
{
    ck_fails(zp_plan_check(NULL, &f.plan, &err), ZP_ERR_INVAL, "plan", msg);
}

/* Each of them breaks the plan as it was. */
static void break_each(const struct breach *breach, size_t nr)
{
    struct zp_plan sound = f.plan;
    size_t i;

    for (i = 0; i < nr; i++) {
        f.plan = sound;
        breach[i].change(&f.plan);
        broken(breach[i].msg);
    }
}

/* By itself the plan is sound: it is broken against the host. */
static void broken_here(const char *msg)
{
    ck_works(zp_plan_check(NULL, &f.plan, &err));
    ck_fails(zp_plan_check(f.topo, &f.plan, &err), ZP_ERR_INVAL, "plan", msg);
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

CHANGE(e_spilled, p->vnode[1].spill = true)
CHANGE(e_order, p->vnode[1].pnode = 1)
CHANGE(e_spill, p->spill = ZP_SPILL_HONEST)
CHANGE(e_dynamic, p->memory_policy = ZP_MEMORY_DYNAMIC)
CHANGE(e_pv, p->type = ZP_GUEST_PV)
CHANGE(e_memory, p->nr_cpu_vnodes = 2)

START_TEST(emulated_nodes)
{
    static const struct breach emulated[] = {
        { e_spilled, "vnode 1 is on node position 0, or spilled" },
        { e_order, "vnode 2 is on position 0, after 1" },
        { e_spill, "plan: its nodes can't be emulated" },
        { e_dynamic, "plan: its nodes can't be emulated" },
        { e_pv, "plan: its nodes can't be emulated" },
        { e_memory, "plan: its nodes can't be emulated" },
    };

    f.req.emulate = 3;
    place();
    break_each(emulated, sizeof(emulated) / sizeof(emulated[0]));
}
END_TEST

CHANGE(o_spill, p->spill = (enum zp_spill)(ZP_SPILL_INTERLEAVE + 1))
CHANGE(o_default, p->memory_policy = ZP_MEMORY_DEFAULT)
CHANGE(o_policy,
       p->memory_policy = (enum zp_memory_policy)(ZP_MEMORY_DYNAMIC + 1))
CHANGE(o_strategy, p->strategy = (enum zp_strategy)(ZP_SCATTER + 1))
CHANGE(o_tier, p->tier = (enum zp_tier)(ZP_TIER_PATCHED + 1))
CHANGE(o_rule, p->first_rule = (enum zp_first_rule)(ZP_RULE_BALANCED + 1))
CHANGE(o_none, p->nr_cpu_vnodes = 0)
CHANGE(o_many, p->nr_cpu_vnodes = 2)
CHANGE(o_offline, p->vcpus = 0)

START_TEST(nothing_is_left_open)
{
    static const char unresolved[] =
        "plan: spill or memory policy is not resolved";
    static const char no_such[] =
        "plan: type, strategy, tier or first rule is not one that there is";
    static const struct breach open[] = {
        { o_spill, unresolved }, { o_default, unresolved },
        { o_policy, unresolved }, { o_strategy, no_such },
        { o_tier, no_such }, { o_rule, no_such },
        { o_none, "plan: 1 vnodes, 0 of them with vcpus" },
        { o_many, "plan: 1 vnodes, 2 of them with vcpus" },
        { o_offline, "plan: 0 of 4 vcpus online, 4 ids, at most 128" },
    };

    place();
    break_each(open, sizeof(open) / sizeof(open[0]));
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
    fixture_says(&f, zp_plan_warnings,
                 "no apic ids up to 254 fit these vnodes: the guest is "
                 "not told of packages, cores and caches\n");
    f.plan.threads_per_core = 1;
    broken("plan: its APIC ids don't fit");
}
END_TEST

/* A plan by itself sound, but not the host's: its packages, and the distances
 * of what is emulated. */
START_TEST(the_hosts_own_numbers)
{
    f.req.tier = ZP_TIER_PATCHED;
    f.req.strategy = ZP_SCATTER;
    f.req.nr_vnodes = 2;
    f.host.nodes_per_socket = 4;
    f.host.pcpus_per_core = 1;
    place();
    ck_assert_uint_eq(f.plan.vnode[1].package, 1);
    f.plan.vnode[1].package = 0;
    broken_here("vnode 1 is in package 0, by the host's sockets in 1");
    f.req.tier = ZP_TIER_STOCK;
    f.req.emulate = 2;
    place();
    f.plan.distance_sum = f.plan.lower_bound = 65;
    broken_here("the nodes' distances sum up to 64, the plan says 65");
}
END_TEST

/* A dynamic zone of two vnodes, by an agent. */
START_TEST(how_zones_grow)
{
    f.req.tier = ZP_TIER_PATCHED;
    f.req.nr_vnodes = 2;
    f.req.agent = true;
    f.req.max_mem_kib = 8 * GIB;
    place();
    ck_assert_uint_eq(f.plan.memory_policy, ZP_MEMORY_DYNAMIC);
    f.plan.growth = ZP_GROWTH_HOTADD;
    broken("plan: 2 vnodes can't grow this way");
    f.plan.growth = (enum zp_growth)(ZP_GROWTH_DEVICES + 1);
    broken("plan: growth 3 of a dynamic zone");
    f.plan.growth = ZP_GROWTH_DEVICES;
    f.plan.vnode[1].max_mem_kib = 4096 * GIB;
    broken("plan: no zone grows from 4194304 to 4299161600 KiB");
}
END_TEST

/* Memory that spilled, shown as a neighbour's: of one that has vcpus. */
START_TEST(what_spilled)
{
    uint32_t i;

    for (i = 0; i < 8; i++)
        f.host.free_kib[i] = i == 0 || i == 5 ? 3 * GIB : 0;
    f.host.nr_pcpus[5] = 0;
    f.req.spill = ZP_SPILL_PREFERRED;
    place();
    ck_assert_uint_eq(f.plan.nr_cpu_vnodes, 1);
    f.plan.vnode[1].pxm = 1;
    broken("vnode 1 shows as node 1, which has no vcpus");
    f.plan.vnode[1].pxm = 0;
    f.plan.vnode[1].nr_vcpus = 1;
    broken("vnode 1 has vcpus, it should have none");
}
END_TEST

START_TEST(even_is_even)
{
    f.req.nr_vnodes = 2;
    place();
    ck_assert(f.plan.even);
    f.plan.vnode[0].mem_kib += 2 * ZP_UNIT_KIB;
    f.plan.vnode[0].max_mem_kib += 2 * ZP_UNIT_KIB;
    f.plan.vnode[1].first_gfn += 2 * ZP_UNIT_KIB / 4;
    f.plan.mem_kib += 2 * ZP_UNIT_KIB;
    broken("vnode 0 and the last have uneven shares in an even plan");
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
    tcase_add_loop_test(tc, check_names_the_breach, 0,
                        sizeof(breaches) / sizeof(breaches[0]));
    tcase_add_test(tc, check_survives_garbage);
    tcase_add_test(tc, a_proof_is_the_sum);
    tcase_add_test(tc, emulated_nodes);
    tcase_add_test(tc, nothing_is_left_open);
    tcase_add_test(tc, packages_have_no_gap);
    tcase_add_test(tc, no_apic_ids_fit);
    tcase_add_test(tc, the_hosts_own_numbers);
    tcase_add_test(tc, how_zones_grow);
    tcase_add_test(tc, what_spilled);
    tcase_add_test(tc, even_is_even);
    tcase_add_test(tc, a_group_has_one_l3);
    tcase_add_test(tc, groups_ascend);
    tcase_add_test(tc, avoided_threads_idle);
    tcase_add_test(tc, packed_cores_are_whole);
    return suite_run(s);
}
