/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan as an object: its vcpus, its memory, its promises, its words. */
#include "core.h"
#include "../golden/oom.h"

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
}

/* 5 vcpus in 3 + 2, of them 3 online, padded to 4 each. */
static void place_3_and_2(void)
{
    f.req.vcpus = 3;
    f.req.max_vcpus = 5;
    f.req.nr_vnodes = 2;
    place();
}

START_TEST(vcpus_of_a_padded_plan)
{
    static const uint32_t index[] = { 0, 1, 3, 4, 2, 5 };
    static const bool online[] = { true, true, false, false, true, false };
    uint32_t i;

    place_3_and_2();
    ck_assert_uint_eq(f.plan.vcpu_stride, 4);
    ck_assert_uint_eq(f.plan.nr_vcpu_ids, 8);
    for (i = 0; i < 8; i++) {
        ck_assert_uint_eq(zp_plan_vnode_of(&f.plan, i), i / 4);
        ck_assert_uint_eq(zp_plan_apic_id(&f.plan, i), 2 * i);
        ck_assert(zp_plan_has_vcpu(&f.plan, i) == (i % 4 < 3 - i / 4));
        ck_assert(zp_plan_online(&f.plan, i) == (i < 6 && online[i]));
        if (!zp_plan_has_vcpu(&f.plan, i))
            ck_assert_uint_eq(zp_plan_guest_index(&f.plan, i), ZP_UNKNOWN_ID);
        else
            ck_assert_uint_eq(zp_plan_guest_index(&f.plan, i), index[i]);
    }
    ck_assert(!zp_plan_has_vcpu(&f.plan, 8));
    ck_assert_uint_eq(zp_plan_apic_id(&f.plan, 8), ZP_UNKNOWN_ID);
}
END_TEST

START_TEST(vcpus_of_a_dense_plan)
{
    static const uint32_t apic[] = { 0, 1, 2, 4, 5 };
    uint32_t i;

    f.req.tier = ZP_TIER_PATCHED;
    place_3_and_2();
    ck_assert_uint_eq(f.plan.nr_vcpu_ids, 5);
    for (i = 0; i < 5; i++) {
        ck_assert(zp_plan_has_vcpu(&f.plan, i));
        ck_assert_uint_eq(zp_plan_vnode_of(&f.plan, i), i / 3);
        ck_assert_uint_eq(zp_plan_apic_id(&f.plan, i), apic[i]);
    }
    ck_assert_uint_eq(zp_plan_guest_index(&f.plan, 3), 2);
    ck_assert_uint_eq(zp_plan_guest_index(&f.plan, 2), 3);
}
END_TEST

START_TEST(patched_apic_ids_stay_small)
{
    uint32_t i;

    gen_idle_host(&f.host, GEN_FLAT, 32, 128, 16 * GIB);
    for (i = 1; i < 32; i++)
        f.host.nr_pcpus[i] = 1;
    f.req.tier = ZP_TIER_PATCHED;
    f.req.vcpus = 97 + 31;
    f.req.nr_vnodes = 32;
    place();
    ck_assert_uint_eq(f.plan.vnode[0].nr_vcpus, 97);
    ck_assert_uint_eq(f.plan.threads_per_core, 0);
    for (i = 0; i < 128; i++)
        ck_assert_uint_eq(zp_plan_apic_id(&f.plan, i), i);
}
END_TEST

/* Ids of the plan are those of the leaves, whoever makes the leaves. */
static void ck_ids(enum zp_vendor vendor)
{
    struct zp_core_model model;
    struct zp_guest_cpus cpus, again;
    uint32_t i;

    ck_works(zp_core_model_from_plan(&f.plan, vendor, &model, &err));
    ck_works(zp_guest_cpus(&f.plan, NULL, &model, &cpus, &err));
    for (i = 0; i < f.plan.nr_vcpu_ids; i++)
        ck_assert_uint_eq(zp_plan_apic_id(&f.plan, i), cpus.vcpu[i].x2apic_id);
    ck_works(zp_guest_cpus(&f.plan, f.topo, &model, &again, &err));
    ck_assert_mem_eq(&cpus, &again, sizeof(cpus));
}

START_TEST(packages_follow_sockets)
{
    uint32_t i;

    f.req.tier = ZP_TIER_PATCHED;
    f.req.vcpus = 12;
    f.req.nr_vnodes = 6; /* of 4 + 4 */
    f.host.nodes_per_socket = 4;
    f.host.pcpus_per_core = 2;
    place();
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
    for (i = 0; i < 6; i++)
        ck_assert_uint_eq(f.plan.vnode[i].package,
                          f.plan.vnode[i].pnode / 4 !=
                              f.plan.vnode[0].pnode / 4);
    ck_assert_uint_eq(f.plan.threads_per_core, 2);
    ck_ids(ZP_VENDOR_AMD);
    ck_ids(ZP_VENDOR_INTEL);
    f.req.packages = ZP_PACKAGES_NODE;
    place();
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
    for (i = 0; i < 6; i++)
        ck_assert_uint_eq(f.plan.vnode[i].package, i);
    ck_ids(ZP_VENDOR_AMD);
    f.req.tier = ZP_TIER_STOCK;
    place();
    ck_assert_uint_eq(f.plan.threads_per_core, 0);
    ck_assert_uint_eq(f.plan.vnode[5].package, 0);
}
END_TEST

START_TEST(threads_are_the_hosts)
{
    struct zp_core_model model;

    f.req.tier = ZP_TIER_PATCHED;
    place();
    ck_assert_uint_eq(f.plan.threads_per_core, 1);
    f.req.threads = 2;
    ck_fails(zp_place(f.topo, f.load, &f.req, &f.plan, &err),
             ZP_ERR_UNSUPPORTED, "threads",
             "2 threads per core: node 0 does not say what it has");
    f.host.nodes_per_socket = 4;
    f.host.pcpus_per_core = 2;
    place();
    ck_assert_uint_eq(f.plan.threads_per_core, 2);
    f.req.threads = 1;
    place();
    ck_assert_uint_eq(f.plan.threads_per_core, 1);
    f.req.threads = 3;
    ck_fails(zp_place(f.topo, f.load, &f.req, &f.plan, &err), ZP_ERR_RANGE,
             "threads", "3 threads per core, not 1 or 2");
    f.req.tier = ZP_TIER_STOCK;
    f.req.threads = 2;
    ck_fails(zp_place(f.topo, f.load, &f.req, &f.plan, &err),
             ZP_ERR_UNSUPPORTED, "threads",
             "2 threads per core: unmodified xen can't tell a guest of them");
    f.req.threads = 0;
    place();
    ck_fails(zp_core_model_from_plan(&f.plan, ZP_VENDOR_AMD, &model, &err),
             ZP_ERR_UNSUPPORTED, "threads",
             "the plan does not tell the guest its topology");
}
END_TEST

START_TEST(ranges_split_at_the_hole)
{
    struct zp_range ranges[ZP_MAX_VNODES + 1];

    f.req.nr_vnodes = 2;
    f.req.mem_kib = 6 * GIB;
    place();
    ck_assert_uint_eq(zp_plan_ranges(&f.plan, ranges), 3);
    ck_assert_uint_eq(ranges[0].start, 0);
    ck_assert_uint_eq(ranges[0].end, 3072ull << 20);
    ck_assert_uint_eq(ranges[1].end, ZP_HOLE_START);
    ck_assert_uint_eq(ranges[1].vnode, 1);
    ck_assert_uint_eq(ranges[2].start, ZP_HOLE_END);
    ck_assert_uint_eq(ranges[2].vnode, 1);
    ck_assert_uint_eq(ranges[2].end,
                      ZP_HOLE_END + (6144ull << 20) - ZP_HOLE_START);
    ck_assert_uint_eq(f.plan.vnode[1].first_gfn, 3072ull << 8);

    f.req.mem_kib = 2 * (ZP_HOLE_START >> 10); /* ends just at the hole */
    place();
    ck_assert_uint_eq(zp_plan_ranges(&f.plan, ranges), 2);
    ck_assert_uint_eq(ranges[1].start, ZP_HOLE_END);
    ck_assert_uint_eq(f.plan.vnode[1].first_gfn, ZP_HOLE_END >> 12);
}
END_TEST

START_TEST(overhead)
{
    uint64_t small = zp_overhead_kib(ZP_GUEST_PVH, 1, 1024);

    /* a MiB costs a page, a vcpu 256 and what Xen keeps of it */
    ck_assert_uint_eq(zp_overhead_kib(ZP_GUEST_PVH, 1, 1025), small + 4);
    ck_assert_uint_eq(zp_overhead_kib(ZP_GUEST_PVH, 1, 2048), small + 4);
    ck_assert_uint_ge(zp_overhead_kib(ZP_GUEST_PVH, 2, 1024), small + 1024);
    ck_assert_uint_lt(zp_overhead_kib(ZP_GUEST_PV, 1, 1024), small);
    place();
    ck_assert_uint_eq(f.plan.overhead_kib,
                      zp_overhead_kib(ZP_GUEST_PVH, 4, 4 * GIB));
    ck_assert_uint_ge(f.plan.overhead_share_kib, f.plan.overhead_kib);
    ck_assert_uint_eq(f.plan.overhead_share_kib % ZP_UNIT_KIB, 0);
}
END_TEST

/* ---- words ---- */

START_TEST(warnings_tell)
{
    char *text;

    f.req.tier = ZP_TIER_PATCHED;
    place();
    text = fixture_text(&f, zp_plan_warnings);
    ck_assert_str_eq(text, "");
    free(text);
    f.req.tier = ZP_TIER_STOCK;
    f.req.mem_kib++;
    place();
    fixture_says(&f, zp_plan_warnings,
                 "unmodified xen: the guest is not told of SMT siblings");
    fixture_says(&f, zp_plan_warnings,
                 "memory is dealt in 2 MiB: rounded up to 4196352 KiB\n");
    f.req.mem_kib--;
    f.req.max_mem_kib = f.req.mem_kib + 1;
    place();
    fixture_says_no(&f, zp_plan_warnings, "rounded up to");
    fixture_says(&f, zp_plan_warnings, "memory is dealt in 2 MiB: at most "
                 "4196352 KiB, rounded up\n");
    f.req.max_mem_kib = 0;
    f.req.nr_vnodes = 2;
    f.req.vnuma = ZP_VNUMA_NEVER;
    place();
    fixture_says(&f, zp_plan_warnings,
                 "the guest sees one node and is on 2: vnuma is never\n");
    f.host.mem_kib[3] = ZP_UNKNOWN_KIB;
    f.host.free_kib[3] = 0;
    f.req.vnuma = ZP_VNUMA_AUTO;
    f.req.vnuma_min_vcpus = 8;
    place();
    fixture_says(&f, zp_plan_warnings,
                 "node 3 is left out: its memory is not known\n");
    fixture_says(&f, zp_plan_warnings, "it has too few vcpus for vnuma\n");
    f.req.max_mem_kib = 40 * GIB;
    place();
    fixture_says(&f, zp_plan_warnings,
                 "the zone is static: on unmodified xen a dynamic one must fit "
                 "one node\n");
    f.host.nr_devices = f.req.nr_near = 1;
    f.req.near[0].weight = 1;
    strcpy(f.req.near[0].busid, "0000:41:00.0");
    strcpy(f.host.device[0].busid, "0000:41:00.0");
    place();
    fixture_says(&f, zp_plan_warnings,
                 "device 0000:41:00.0 does not steer: its node is not known\n");
    f.req.type = ZP_GUEST_PV;
    f.req.force_flat = true;
    f.req.max_mem_kib = 0;
    f.req.nr_vnodes = 2;
    place();
    fixture_says(&f, zp_plan_warnings, "the guest sees one node and is on 2: "
                 "a pv zone is shown none\n");
}
END_TEST

START_TEST(warnings_tell_of_lies)
{
    uint32_t i;

    f.req.spill = ZP_SPILL_INTERLEAVE;
    f.req.interleave.nr = 2;
    f.req.interleave.os_id[1] = 4;
    place();
    fixture_says(&f, zp_plan_warnings,
                 "the guest sees one node: its memory is 2 contiguous parts of "
                 "2048 MiB on 2 nodes\n");
    f.req.spill = ZP_SPILL_PREFERRED;
    f.req.interleave.nr = 0;
    for (i = 0; i < 8; i++) {
        f.host.free_kib[i] = 2 * GIB;
        f.host.nr_pcpus[i] = i ? 0 : 16;
    }
    place();
    fixture_says(&f, zp_plan_warnings,
                 "the guest sees 1 nodes and is on 3: what spills is shown as "
                 "if it were local\n");
    fixture_clear(&f);
    fixture_init(&f);
    gen_idle_host(&f.host, GEN_FLAT, 8, 64, 16 * GIB);
    f.req.vcpus = 99;
    f.req.nr_vnodes = 3;
    place();
    fixture_says(&f, zp_plan_warnings,
                 "unmodified xen: 3 padded vnodes would pass 128 vcpu ids, so "
                 "packages and nodes don't agree\n");
}
END_TEST

START_TEST(why_tells)
{
    char *text, nodes[800], want[1600];
    size_t len = 0;
    uint32_t i;

    f.host.free_kib[5] += GIB;
    f.host.nr_pcpus[5] = 3;
    f.req.vcpus = 16;
    f.req.nr_vnodes = 2;
    place();
    text = fixture_text(&f, zp_plan_why);
    for (i = 0; i < 8; i++)
        len += (size_t)snprintf(
            nodes + len, sizeof(nodes) - len,
            "node %u: room for %u vcpus and %llu MiB: %s\n", i,
            i == 5 ? 3 : 16, room_mib((i == 5 ? 17 : 16) * GIB, 16, 4 * GIB, 2),
            i < 2 ? "taken" : i == 5 ? "too few vcpus" : "candidate");
    snprintf(want, sizeof(want),
             "2 nodes, as demanded: even shares of 16 vcpus and 4096 MiB\n"
             "%s"
             "first node 0: most free memory, 16384 MiB; skipped, in no "
             "feasible set: 5\n"
             "sets with the first node: 6 of 7 candidates, all decided in 2 "
             "steps\n"
             "chosen: 0,1, distance sum 24, the smallest\n"
             "tie: others have that sum and as much free memory; the lowest "
             "ids won\n", nodes);
    ck_assert_str_eq(text, want);
    free(text);
    f.req.mem_kib = 500 * GIB;
    text = NULL;
    ck_assert_int_eq(zp_plan_why(f.topo, f.load, &f.req, &f.plan, &text,
                                 NULL), ZP_ERR_INFEASIBLE);
    ck_assert_ptr_null(text);
}
END_TEST

/* ---- failing allocations ---- */

static int whole_run(void)
{
    struct zp_pnode_desc desc = { .os_id = 3, .mem_kib = 16 * GIB };
    const uint32_t id = 3;
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL, *copy = NULL;
    char *why = NULL, *text = NULL;
    int rc = zp_topology_new(&topo, NULL);

    zp_pcpuset_add(&desc.pcpus, 0);
    zp_request_init(&f.req);
    f.req.vcpus = 1;
    f.req.mem_kib = GIB;
    if (!rc)
        rc = zp_topology_add_pnode(topo, &desc, NULL);
    if (!rc)
        rc = zp_topology_add_device(topo, "41:00.0", &id, 1, NULL);
    if (!rc)
        rc = zp_topology_freeze(topo, NULL);
    if (!rc)
        rc = zp_load_new(topo, &load, NULL);
    if (!rc)
        rc = zp_load_copy(load, &copy, NULL);
    if (!rc)
        rc = zp_place(topo, copy, &f.req, &f.plan, NULL);
    if (!rc)
        rc = zp_plan_why(topo, load, &f.req, &f.plan, &why, NULL);
    if (!rc)
        rc = zp_plan_warnings(topo, load, &f.req, &f.plan, &text, NULL);
    free(text);
    free(why);
    zp_load_free(copy);
    zp_load_free(load);
    zp_topology_free(topo);
    return rc;
}

START_TEST(every_allocation_may_fail)
{
    long nth;
    int rc;

    for (nth = 0;; nth++) {
        oom_arm(nth);
        rc = whole_run();
        if (!oom_disarm())
            break;
        ck_assert_int_eq(rc, ZP_ERR_NOMEM);
    }
    ck_assert_int_eq(rc, ZP_OK);
    ck_assert_int_ge(nth, 6);
}
END_TEST

START_TEST(placing_allocates_nothing)
{
    int fits, too_much;
    bool allocated;

    fixture_build(&f);
    f.req.nr_vnodes = 4;
    oom_arm(0);
    fits = zp_place(f.topo, f.load, &f.req, &f.plan, NULL);
    f.req.mem_kib = 500 * GIB;
    too_much = zp_place(f.topo, f.load, &f.req, &f.plan, NULL);
    allocated = oom_disarm();
    ck_assert_int_eq(fits, ZP_OK);
    ck_assert_int_eq(too_much, ZP_ERR_INFEASIBLE);
    ck_assert(!allocated);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan");
    TCase *tcase = tcase_create("plan");

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, vcpus_of_a_padded_plan);
    tcase_add_test(tcase, vcpus_of_a_dense_plan);
    tcase_add_test(tcase, patched_apic_ids_stay_small);
    tcase_add_test(tcase, packages_follow_sockets);
    tcase_add_test(tcase, threads_are_the_hosts);
    tcase_add_test(tcase, ranges_split_at_the_hole);
    tcase_add_test(tcase, overhead);
    tcase_add_test(tcase, warnings_tell);
    tcase_add_test(tcase, warnings_tell_of_lies);
    tcase_add_test(tcase, why_tells);
    tcase_add_test(tcase, every_allocation_may_fail);
    tcase_add_test(tcase, placing_allocates_nothing);
    return suite_run(suite);
}
