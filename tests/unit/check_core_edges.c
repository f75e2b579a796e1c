/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits that are still allowed, and the first that are not: faults of one
 * that the other tests would not see. */
#include <zoneplace-doctor.h>

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

START_TEST(as_many_vcpus_as_there_may_be)
{
    f.req.vcpus = f.req.max_vcpus = ZP_MAX_VCPUS;
    f.req.nr_vnodes = 8;
    f.req.mem_kib = 8 * GIB;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.nr_vcpu_ids, ZP_MAX_VCPUS);
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
    ck_works(zp_plan_check(NULL, &f.plan, &err));
    f.plan.nr_vcpu_ids++;
    ck_fails(zp_plan_check(NULL, &f.plan, &err), ZP_ERR_INVAL, "plan",
             "plan: 128 of 128 vcpus online, 129 ids, at most 128");
}
END_TEST

/* A way back is no way there. */
START_TEST(one_way_is_no_way)
{
    f.host.nr = 2;
    f.host.dist[0] = f.host.dist[3] = 10;
    f.host.dist[1] = ZP_DIST_UNREACHABLE;
    f.host.dist[2] = 20;
    f.req.nr_vnodes = 2;
    ck_assert_int_eq(fixture_place(&f, NULL), ZP_ERR_INFEASIBLE);
    f.host.dist[1] = 20;
    f.host.dist[2] = ZP_DIST_UNREACHABLE;
    ck_assert_int_eq(fixture_place(&f, NULL), ZP_ERR_INFEASIBLE);
    f.host.dist[2] = ZP_DIST_MAX;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.distance_sum, 20 + ZP_DIST_MAX);
}
END_TEST

/* Nor is a node one that gives memory if nothing comes back from it. */
START_TEST(one_way_gives_no_memory)
{
    f.host.nr = 2;
    f.host.dist[0] = f.host.dist[3] = 10;
    f.host.dist[1] = 20;
    f.host.dist[2] = ZP_DIST_UNREACHABLE;
    f.host.nr_pcpus[1] = 0;
    f.host.free_kib[0] = 2 * GIB;
    f.req.spill = ZP_SPILL_HONEST;
    ck_assert_int_eq(fixture_place(&f, NULL), ZP_ERR_INFEASIBLE);
    f.host.dist[1] = ZP_DIST_UNREACHABLE;
    f.host.dist[2] = 20;
    ck_assert_int_eq(fixture_place(&f, NULL), ZP_ERR_INFEASIBLE);
    f.host.dist[1] = 20;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.nr_vnodes, 2);
}
END_TEST

/*
 * Rules 3, balanced: nodes 0 and 1 have one largest piece each, 16 GiB less a
 * sixteenth, and node 2 just what the zone takes. Without a piece of node 0
 * half of what is free then is in pieces: it is not spared. With a unit more on
 * node 2 it is less than half.
 */
START_TEST(half_is_enough)
{
    uint64_t overhead = zp_overhead_kib(ZP_GUEST_PVH, 4, 4 * GIB), i;
    uint64_t need = 4 * GIB + (overhead + 2047) / 2048 * 2048;

    for (i = 0; i < 8; i++)
        f.host.free_kib[i] = 0;
    f.host.free_kib[0] = f.host.free_kib[1] = 15 * GIB;
    f.host.free_kib[2] = need;
    f.req.first_node = ZP_FIRST_BALANCED;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.vnode[0].pnode, 0);
    f.host.free_kib[2] += 2048;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.vnode[0].pnode, 2);
}
END_TEST

/* Two vnodes that node 6 gives memory to: theirs there ascend as they do. */
START_TEST(what_one_donor_gives_ascends)
{
    uint32_t i;

    for (i = 0; i < 8; i++)
        f.host.free_kib[i] = i < 2 ? GIB : 0;
    f.host.nr_pcpus[6] = 0;
    f.host.free_kib[6] = 8 * GIB;
    f.req.spill = ZP_SPILL_PREFERRED;
    f.req.nr_vnodes = 2;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.nr_vnodes, 4);
    ck_assert_uint_eq(f.plan.vnode[2].pnode, 6);
    ck_assert_uint_eq(f.plan.vnode[3].pnode, 6);
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
    f.plan.vnode[2].pxm = 1;
    ck_fails(zp_plan_check(NULL, &f.plan, &err), ZP_ERR_INVAL, "plan",
             "vnode 3 is on position 6, after 6");
}
END_TEST

/* Vnodes that are each other's neighbours are not on one node, and the order is
 * what is said of them. */
START_TEST(what_two_donors_give_is_apart)
{
    uint32_t i;

    for (i = 0; i < 8; i++) {
        f.host.nr_pcpus[i] = i ? 0 : 16;
        f.host.free_kib[i] = 2 * GIB;
    }
    f.req.spill = ZP_SPILL_HONEST;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.nr_vnodes, 3);
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
    f.plan.vnode[2].pnode = f.plan.vnode[1].pnode = 1;
    ck_fails(zp_plan_check(NULL, &f.plan, &err), ZP_ERR_INVAL, "plan",
             "vnode 2 is on position 1, after 1");
}
END_TEST

/* --size-by cpu, near a device whose node is too narrow for any set: then any
 * nodes count, not those with node 0, which is narrow as well. */
START_TEST(any_nodes_for_a_narrow_owner)
{
    uint32_t pcpu;

    f.host.nr_pcpus[0] = 1;
    for (pcpu = 0; pcpu < 16; pcpu++)
        zp_pcpuset_add(&f.host.reserved, f.host.first_pcpu[3] + pcpu);
    fixture_device(&f, "0000:41:00.0", 3, 1);
    f.req.near_policy = ZP_NEAR_PREFERRED;
    f.req.size_by = ZP_SIZE_BY_CPU;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.nr_cpu_vnodes, 1);
    ck_assert_uint_ne(f.plan.vnode[0].pnode, 0);
}
END_TEST

/* A zone that floats weighs evenly on its pcpus, and never nothing. */
START_TEST(what_floats_weighs_evenly)
{
    struct zp_pcpuset set;
    uint32_t pcpu;

    fixture_build(&f);
    memset(&set, 0, sizeof(set));
    for (pcpu = 4; pcpu < 12; pcpu++)
        zp_pcpuset_add(&set, pcpu);
    zp_load_add_floating(f.load, &set, 4);
    ck_assert_uint_eq(zp_load_pcpu_milli(f.load, 3), 0);
    ck_assert_uint_eq(zp_load_pcpu_milli(f.load, 4), 500);
    ck_assert_uint_eq(zp_load_pcpu_milli(f.load, 11), 500);
    zp_load_add_floating(f.load, &set, 0);
    zp_load_add_floating(f.load, &set, 12);
    ck_assert_uint_eq(zp_load_pcpu_milli(f.load, 11), 2000);
    for (pcpu = 0; pcpu < 1001; pcpu++)
        zp_pcpuset_add(&set, pcpu);
    zp_load_add_floating(f.load, &set, 1);
    ck_assert_uint_eq(zp_load_pcpu_milli(f.load, 1000), 1);
}
END_TEST

/* The second finding is not asked about. */
START_TEST(no_finding_beyond_the_last)
{
    struct zp_finding finding[2];
    struct zp_setup s;
    char line[80];

    memset(&s, 0, sizeof(s));
    memset(finding, 0, sizeof(finding));
    strcpy(s.xen_cmdline, "sched=null numa=off");
    finding[0].verdict = finding[1].verdict = ZP_VERDICT_CHANGE;
    finding[0].where = finding[1].where = ZP_WHERE_GRUB;
    strcpy(finding[0].change, "numa=on");
    strcpy(finding[1].change, "sched=credit2");
    zp_doctor_grub(&s, finding, 1, line, sizeof(line));
    ck_assert_str_eq(line, "sched=null numa=on");
    strcpy(s.xen_cmdline, "no_numa no-numa xx-numa numas no-sched");
    zp_doctor_grub(&s, finding, 1, line, sizeof(line));
    ck_assert_str_eq(line, "no_numa xx-numa numas no-sched numa=on");
}
END_TEST

/* A node of unknown size holds no zone that may grow, be it by one unit. */
START_TEST(unknown_holds_no_growth)
{
    uint32_t i;

    for (i = 0; i < 8; i++)
        f.host.mem_kib[i] = ZP_UNKNOWN_KIB;
    f.req.mem_kib = f.req.max_mem_kib = ZP_UNIT_KIB;
    f.req.memory_policy = ZP_MEMORY_DYNAMIC;
    ck_assert_int_eq(fixture_place(&f, NULL), ZP_ERR_INFEASIBLE);
    f.req.memory_policy = ZP_MEMORY_STATIC;
    ck_works(fixture_place(&f, &err));
}
END_TEST

/* Other sets are there, and worse: no tie. */
START_TEST(what_is_worse_is_no_rival)
{
    f.host.dist[1] = f.host.dist[8] = 11;
    f.req.nr_vnodes = 2;
    ck_works(fixture_place(&f, &err));
    fixture_says(&f, zp_plan_why, "; skipped, in no feasible set: none\n");
    fixture_says(&f, zp_plan_why, "\nno other set has that sum\n");
}
END_TEST

/* A node that has too little left is not one that is too small. */
START_TEST(full_is_not_small)
{
    f.host.free_kib[5] = GIB;
    f.req.max_mem_kib = 8 * GIB;
    ck_works(fixture_place(&f, &err));
    fixture_says(&f, zp_plan_why, "MiB: too little memory\n");
    fixture_says_no(&f, zp_plan_why, "too small");
}
END_TEST

/* The device is to blame, whatever node 0 could do. */
START_TEST(the_owner_is_named)
{
    f.host.free_kib[0] = f.host.free_kib[6] = GIB / 16;
    fixture_device(&f, "0000:41:00.0", 6, 1);
    strcpy(f.req.near[0].busid, "41:00.0");
    ck_fails(fixture_place(&f, &err), ZP_ERR_INFEASIBLE, "device",
             "device 0000:41:00.0 is at node 6, which can't hold its share "
             "of 4 vcpus and 4096 MiB: it has 4 usable vcpus and 64 MiB");
}
END_TEST

/* Eight nodes are enough for eight times 2 MiB: what lacks is their number. */
START_TEST(as_many_nodes_as_units)
{
    f.req.vcpus = 9;
    f.req.nr_vnodes = 9;
    f.req.mem_kib = 9 * ZP_UNIT_KIB;
    ck_fails(fixture_place(&f, &err), ZP_ERR_INFEASIBLE, "numa-nodes",
             "9 nodes are needed, 8 of 8 have pcpus and memory to give");
    f.req.mem_kib = 8 * ZP_UNIT_KIB;
    ck_fails(fixture_place(&f, &err), ZP_ERR_INFEASIBLE, "memory",
             "9 nodes need 2 MiB each, the zone has 16 MiB");
}
END_TEST

/* Whole cores are few, and those that no zone is on may be fewer. */
START_TEST(whole_cores_that_nobody_is_on)
{
    gen_idle_host(&f.host, GEN_FLAT, 1, 8, 16 * GIB);
    f.host.nodes_per_socket = 1;
    f.host.pcpus_per_core = 2;
    zp_pcpuset_add(&f.host.reserved, 0);
    zp_pcpuset_add(&f.host.reserved, 2);
    f.req.vcpus = 6;
    f.req.smt = ZP_SMT_PACK;
    ck_fails(fixture_place(&f, &err), ZP_ERR_INFEASIBLE, "smt",
             "6 vcpus are needed, the whole cores of 1 nodes take 4");
    f.req.dedicated = true;
    ck_fails(fixture_place(&f, &err), ZP_ERR_INFEASIBLE, "smt",
             "6 vcpus are needed, the whole cores that no zone is on of 1 "
             "nodes take 4");
}
END_TEST

/* --size-by cpu: one node would do, were it the device's. */
START_TEST(the_owner_is_narrow)
{
    uint32_t i;

    for (i = 1; i < 8; i++)
        f.host.nr_pcpus[i] = i == 5 || i == 6 ? 2 : 0;
    fixture_device(&f, "0000:41:00.0", 5, 1);
    f.req.size_by = ZP_SIZE_BY_CPU;
    f.req.vcpus = 11;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.nr_vnodes, 2);
    ck_assert_uint_eq(f.plan.vnode[0].pnode, 5);
    ck_assert_uint_eq(f.plan.vnode[1].pnode, 0);
}
END_TEST

/* The overhead is that of the ids that there will be, uneven as they are. */
START_TEST(emulated_ids_are_charged)
{
    uint32_t i;

    for (i = 0; i < 8; i++)
        f.host.nr_pcpus[i] = i == 0 ? 16 : i == 1 ? 4 : 0;
    f.req.vcpus = 20;
    f.req.nr_vnodes = 2;
    f.req.emulate = 4;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.nr_vnodes, 4);
    ck_assert_uint_eq(f.plan.nr_vcpu_ids, 32);
    ck_assert_uint_eq(f.plan.overhead_kib,
                      zp_overhead_kib(ZP_GUEST_PVH, 32, 4 * GIB));
    f.host.free_kib[0] = f.host.free_kib[1] = 2 * GIB +
                                              f.plan.overhead_share_kib;
    ck_works(fixture_place(&f, &err));
    f.host.free_kib[1] -= ZP_UNIT_KIB;
    ck_assert_int_eq(fixture_place(&f, NULL), ZP_ERR_INFEASIBLE);
}
END_TEST

START_TEST(no_pcpu_beyond_the_last)
{
    struct zp_pcpuset set;

    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(zp_plan_vnode_of(&f.plan, 4), ZP_UNKNOWN_ID);
    zp_plan_vcpu_pcpus(&f.plan, 4, &set);
    ck_assert_uint_eq(zp_pcpuset_count(&set), 0);
    ck_assert_int_eq(zp_load_set_free(f.load, 8, 0, NULL), ZP_ERR_RANGE);
    ck_fails(zp_load_set_pcpu_milli(f.load, 4096, 0, &err), ZP_ERR_RANGE,
             "pcpus", "pcpu 4096 is beyond 4095");
    ck_works(zp_load_set_pcpu_milli(f.load, 4095, 7, &err));
    ck_assert_uint_eq(zp_load_pcpu_milli(f.load, 4095), 7);
}
END_TEST

/* A device has two digits, a function one. */
START_TEST(addresses_of_devices)
{
    fixture_build(&f);
    strcpy(f.req.near[0].busid, "0000:41:000.0");
    f.req.near[0].weight = f.req.nr_near = 1;
    ck_fails(zp_place(f.topo, f.load, &f.req, &f.plan, &err), ZP_ERR_INVAL,
             "device", "'0000:41:000.0' is not a PCI address");
    strcpy(f.req.near[0].busid, "0000:041:00.0");
    ck_assert_int_eq(zp_place(f.topo, f.load, &f.req, &f.plan, NULL),
                     ZP_ERR_INVAL);
    strcpy(f.req.near[0].busid, "0000:41:00.00");
    ck_assert_int_eq(zp_place(f.topo, f.load, &f.req, &f.plan, NULL),
                     ZP_ERR_INVAL);
}
END_TEST

/* A node with one vcpu is shown as one, few as they are. */
START_TEST(each_node_is_shown)
{
    uint32_t i;

    for (i = 0; i < 8; i++)
        f.host.nr_pcpus[i] = i == 0 ? 16 : i == 1 ? 1 : 0;
    f.req.vcpus = 17;
    f.req.nr_vnodes = f.req.emulate = 2;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.nr_vnodes, 2);
    ck_assert_uint_eq(f.plan.vnode[1].pnode, 1);
    ck_assert_uint_eq(f.plan.vnode[1].nr_vcpus, 1);
}
END_TEST

START_TEST(codes_have_names)
{
    static const char *const names[] = {
        "ok", "nomem", "invalid", "parse", "range", "unsupported",
        "infeasible", "io", "xen", "exists", "not-found", "differs",
    };
    static const int codes[] = {
        ZP_OK, ZP_ERR_NOMEM, ZP_ERR_INVAL, ZP_ERR_PARSE, ZP_ERR_RANGE,
        ZP_ERR_UNSUPPORTED, ZP_ERR_INFEASIBLE, ZP_ERR_IO, ZP_ERR_XEN,
        ZP_ERR_EXISTS, ZP_ERR_NOTFOUND, ZP_ERR_DIFFERS,
    };
    uint32_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        ck_assert_str_eq(zp_code_name(codes[i]), names[i]);
    ck_assert_str_eq(zp_code_name(1), "unknown");
}
END_TEST

/* No set at all: nothing is reserved, and no zone has pcpus of its own. */
START_TEST(no_set_is_an_empty_one)
{
    struct zp_pcpuset some;

    fixture_build(&f);
    memset(&some, 0, sizeof(some));
    zp_pcpuset_add(&some, 17);
    zp_load_set_reserved_pcpus(f.load, &some);
    ck_assert_uint_eq(zp_load_nr_usable(f.load, 1), 15);
    zp_load_set_reserved_pcpus(f.load, NULL);
    ck_assert_uint_eq(zp_load_nr_usable(f.load, 1), 16);
    zp_load_set_dedicated_pcpus(f.load, &some);
    ck_assert_uint_eq(zp_load_nr_usable(f.load, 1), 15);
    zp_load_set_dedicated_pcpus(f.load, NULL);
    ck_assert_uint_eq(zp_load_nr_usable(f.load, 1), 16);
}
END_TEST

START_TEST(interleaved_nodes_reach_each_other)
{
    gen_idle_host(&f.host, GEN_ISLANDS, 8, 16, 16 * GIB);
    f.req.spill = ZP_SPILL_INTERLEAVE;
    f.req.interleave.nr = 2;
    f.req.interleave.os_id[0] = 1;
    f.req.interleave.os_id[1] = 6;
    ck_fails(fixture_place(&f, &err), ZP_ERR_INFEASIBLE, "interleave-nodes",
             "node 1 does not reach all of the 2 nodes named");
    f.req.interleave.os_id[1] = 70;
    ck_fails(zp_place(f.topo, f.load, &f.req, &f.plan, &err),
             ZP_ERR_INFEASIBLE, "interleave-nodes",
             "interleave-nodes: the host has no node 70");
    f.req.interleave.os_id[1] = 2;
    ck_works(zp_place(f.topo, f.load, &f.req, &f.plan, &err));
    fixture_says(&f, zp_plan_why, "MiB: not named\n");
}
END_TEST

/* One function's node is that of all of its device, and of no other. */
START_TEST(functions_are_together)
{
    static const char *const ids[] = { "0000:41:00.0", "0000:41:00.1",
                                       "0000:41:01.0" };
    uint32_t i;

    f.host.nr_devices = 3;
    for (i = 0; i < 3; i++)
        strcpy(f.host.device[i].busid, ids[i]);
    f.host.device[1].nr_ids = 1;
    f.host.device[1].os_id[0] = 2;
    fixture_build(&f);
    for (i = 0; i < 3; i++)
        ck_assert_uint_eq(zp_topology_device_pnodes(
            f.topo, zp_topology_find_device(f.topo, ids[i])), i < 2 ? 4 : 0);
    ck_fails(zp_topology_set_device_parent(f.topo, ids[0], ids[1], &err),
             ZP_ERR_INVAL, "", "the topology is frozen and can't be changed");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core edges");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, as_many_vcpus_as_there_may_be);
    tcase_add_test(tc, one_way_is_no_way);
    tcase_add_test(tc, one_way_gives_no_memory);
    tcase_add_test(tc, half_is_enough);
    tcase_add_test(tc, what_one_donor_gives_ascends);
    tcase_add_test(tc, what_two_donors_give_is_apart);
    tcase_add_test(tc, any_nodes_for_a_narrow_owner);
    tcase_add_test(tc, what_floats_weighs_evenly);
    tcase_add_test(tc, no_finding_beyond_the_last);
    tcase_add_test(tc, unknown_holds_no_growth);
    tcase_add_test(tc, what_is_worse_is_no_rival);
    tcase_add_test(tc, full_is_not_small);
    tcase_add_test(tc, the_owner_is_named);
    tcase_add_test(tc, as_many_nodes_as_units);
    tcase_add_test(tc, whole_cores_that_nobody_is_on);
    tcase_add_test(tc, the_owner_is_narrow);
    tcase_add_test(tc, emulated_ids_are_charged);
    tcase_add_test(tc, no_pcpu_beyond_the_last);
    tcase_add_test(tc, addresses_of_devices);
    tcase_add_test(tc, each_node_is_shown);
    tcase_add_test(tc, codes_have_names);
    tcase_add_test(tc, no_set_is_an_empty_one);
    tcase_add_test(tc, interleaved_nodes_reach_each_other);
    tcase_add_test(tc, functions_are_together);
    return suite_run(s);
}
