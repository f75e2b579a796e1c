/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of placement one by one, on a host of 8 nodes in two sockets with
 * 16 pcpus and 16 GiB each. tests/prop has the rest. */
#include <stdarg.h>

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

/* "0:4/2048 5:0/512": position, vcpus, MiB of every vnode. */
static void ck_vnodes(const char *want)
{
    char text[512];
    size_t len = 0;
    uint32_t i;

    text[0] = '\0';
    for (i = 0; i < f.plan.nr_vnodes; i++)
        len += (size_t)snprintf(
            text + len, sizeof(text) - len, "%s%u:%u/%llu", i ? " " : "",
            f.plan.vnode[i].pnode, f.plan.vnode[i].nr_vcpus,
            (unsigned long long)f.plan.vnode[i].mem_kib / 1024);
    ck_assert_str_eq(text, want);
}

static void ck_fails_so(int code, const char *limit, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void ck_fails_so(int code, const char *limit, const char *fmt, ...)
{
    char msg[300];
    va_list args;

    va_start(args, fmt);
    vsnprintf(msg, sizeof(msg), fmt, args);
    va_end(args);
    ck_fails(fixture_place(&f, &err), code, limit,
             msg);
}

/* ---- node count ---- */

START_TEST(smallest_even_count)
{
    place();
    ck_vnodes("0:4/4096");
    ck_assert(f.plan.even && f.plan.truth && !f.plan.show_numa);
    f.req.vcpus = 40;
    place();
    ck_vnodes("0:14/1366 1:13/1366 2:13/1364");
    ck_assert(f.plan.even && f.plan.show_numa);
    f.req.mem_kib = 40 * GIB; /* overhead takes the third from three */
    place();
    ck_assert_uint_eq(f.plan.nr_vnodes, 3);
    f.req.mem_kib = 48 * GIB;
    place();
    ck_assert_uint_eq(f.plan.nr_vnodes, 4);
}
END_TEST

START_TEST(even_goes_before_fewer_uneven)
{
    /* 4 nodes with 4 GiB each could be 2 uneven ones as well */
    f.host.free_kib[0] = 13 * GIB;
    for (uint32_t i = 1; i < 8; i++)
        f.host.free_kib[i] = i < 4 ? 5 * GIB : 0;
    f.req.mem_kib = 16 * GIB;
    place();
    ck_vnodes("0:1/4096 1:1/4096 2:1/4096 3:1/4096");
    f.req.nr_vnodes = 2;
    place();
    ck_assert(!f.plan.even);
    ck_assert_uint_eq(f.plan.vnode[0].pnode, 0);
    ck_assert_uint_gt(f.plan.vnode[0].mem_kib, f.plan.vnode[1].mem_kib);
}
END_TEST

START_TEST(size_by_cpu)
{
    f.req.vcpus = 16;
    f.req.mem_kib = 20 * GIB;
    place();
    ck_assert_uint_eq(f.plan.nr_cpu_vnodes, 2);
    f.req.size_by = ZP_SIZE_BY_CPU;
    place();
    ck_assert_uint_eq(f.plan.nr_cpu_vnodes, 1);
    ck_assert_uint_eq(f.plan.nr_vnodes, 2);
    ck_assert(f.plan.vnode[1].spill);
}
END_TEST

START_TEST(overcommit_and_ratio)
{
    f.req.vcpus = 32;
    f.req.overcommit = 2;
    place();
    ck_vnodes("0:32/4096");
    f.req.vcpu_ratio = 1;
    place();
    ck_vnodes("0:16/2048 1:16/2048");
    f.host.used_vcpus[1] = 1;
    f.req.strategy = ZP_SCATTER;
    f.host.used_vcpus[4] = f.host.used_vcpus[5] = 3;
    f.req.vcpu_ratio = 3;
    place(); /* one node holds it, though others have less load */
    ck_vnodes("0:32/4096");
    f.req.nr_vnodes = 2;
    place(); /* 6 has no load, 4 and 5 are as far */
    ck_vnodes("0:16/2048 6:16/2048");
}
END_TEST

/* ---- first node and the rest ---- */

START_TEST(first_by_memory)
{
    f.host.free_kib[5] += GIB / 1024;
    place();
    ck_vnodes("5:4/4096");
    f.host.free_kib[2] = 5 * GIB;
    f.req.first_node = ZP_FIRST_PACK;
    place();
    ck_vnodes("2:4/4096");
    ck_assert_int_eq(f.plan.first_rule, ZP_RULE_PACK);
}
END_TEST

START_TEST(first_that_occurs_in_a_set)
{
    f.host.free_kib[5] += GIB;
    f.host.nr_pcpus[5] = 3; /* too narrow for 8 */
    f.req.vcpus = 16;
    f.req.nr_vnodes = 2;
    place();
    ck_vnodes("0:8/2048 1:8/2048");
}
END_TEST

START_TEST(compact_is_exact)
{
    /* Nearest first takes 1 and has to cross the sockets twice. */
    uint32_t i;

    for (i = 0; i < 8; i++)
        f.host.free_kib[i] = i == 2 || i == 3 ? 0 : 8 * GIB;
    f.host.free_kib[0] = 9 * GIB;
    f.req.vcpus = f.req.nr_vnodes = 4;
    place();
    ck_vnodes("0:1/1024 4:1/1024 5:1/1024 6:1/1024");
    ck_assert_uint_eq(f.plan.distance_sum, 2 * (3 * 32 + 3 * 12));
    ck_assert(f.plan.exact && f.plan.lower_bound == f.plan.distance_sum);
}
END_TEST

START_TEST(scatter_is_far)
{
    f.req.vcpus = f.req.nr_vnodes = 4;
    f.req.strategy = ZP_SCATTER;
    place();
    ck_vnodes("0:1/1024 1:1/1024 4:1/1024 5:1/1024");
    ck_assert_uint_eq(f.plan.lower_bound, f.plan.distance_sum);
}
END_TEST

START_TEST(ties_by_memory_then_id)
{
    f.req.vcpus = f.req.nr_vnodes = 2;
    f.host.free_kib[2] -= 1;
    f.host.free_kib[1] -= 2;
    f.host.free_kib[3] -= 1;
    place();
    ck_vnodes("0:1/2048 2:1/2048");
    f.host.free_kib[3]++;
    place();
    ck_vnodes("0:1/2048 3:1/2048");
}
END_TEST

START_TEST(unreachable_pairs_never_meet)
{
    gen_idle_host(&f.host, GEN_ISLANDS, 8, 16, 16 * GIB);
    f.req.vcpus = 8;
    f.req.nr_vnodes = 4;
    f.req.strategy = ZP_SCATTER;
    place();
    ck_vnodes("0:2/1024 1:2/1024 2:2/1024 3:2/1024");
    f.req.nr_vnodes = 5;
    ck_assert_int_eq(fixture_place(&f, NULL),
                     ZP_ERR_INFEASIBLE);
}
END_TEST

/* ---- devices ---- */

START_TEST(device_owner_is_first)
{
    fixture_device(&f, "0000:41:00.0", 6, 1);
    place();
    ck_vnodes("6:4/4096");
    ck_assert_int_eq(f.plan.first_rule, ZP_RULE_DEVICE);
    fixture_device(&f, "0000:42:00.0", 2, 2);
    place();
    ck_vnodes("2:4/4096");
    f.req.nr_vnodes = 2; /* both owners, though they are far */
    place();
    ck_vnodes("2:2/2048 6:2/2048");
}
END_TEST

START_TEST(count_grows_for_the_owner)
{
    fixture_device(&f, "0000:41:00.0", 6, 1);
    f.host.free_kib[6] = 2 * GIB + 200 * 1024;
    place();
    ck_vnodes("6:2/2048 4:2/2048");
}
END_TEST

START_TEST(owner_is_full)
{
    fixture_device(&f, "0000:41:00.0", 6, 1);
    f.host.free_kib[6] = GIB / 16;
    ck_fails_so(ZP_ERR_INFEASIBLE, "device",
                "device 0000:41:00.0 is at node 6, which can't hold its share "
                "of 4 vcpus and 4096 MiB: it has 4 usable vcpus and 64 MiB");
    f.req.near_policy = ZP_NEAR_PREFERRED;
    place();
    ck_vnodes("4:4/4096");
}
END_TEST

START_TEST(devices_nobody_knows)
{
    fixture_device(&f, "0000:41:00.0", ZP_UNKNOWN_ID, 1);
    f.host.free_kib[3] += GIB;
    place();
    ck_vnodes("3:4/4096");
    ck_assert_int_eq(f.plan.first_rule, ZP_RULE_MOST_FREE);
    snprintf(f.req.near[0].busid, ZP_BUSID_LEN, "99:00.0");
    ck_fails_so(ZP_ERR_INFEASIBLE, "device",
                "device 99:00.0: the host has none at that address");
}
END_TEST

/* ---- memory policies ---- */

static void only_node_0_has_pcpus(void)
{
    uint32_t i;

    for (i = 1; i < 8; i++)
        f.host.nr_pcpus[i] = 0;
    for (i = 0; i < 8; i++)
        f.host.free_kib[i] = 2 * GIB;
    f.req.spill = ZP_SPILL_HONEST;
}

START_TEST(spill_is_honest)
{
    only_node_0_has_pcpus();
    f.host.dist[4] = f.host.dist[4 * 8] = 11;
    place();
    ck_assert_uint_eq(f.plan.nr_vnodes, 3);
    ck_assert_uint_eq(f.plan.vnode[1].pnode, 1);
    ck_assert_uint_eq(f.plan.vnode[2].pnode, 4);
    ck_assert(f.plan.vnode[1].spill && f.plan.truth && f.plan.show_numa);
    ck_assert_uint_eq(f.plan.vnode[1].pxm, 1);
    /* 4 is the nearest: it gives all it can, as node 0 does */
    ck_assert_uint_eq(f.plan.vnode[2].mem_kib, f.plan.vnode[0].mem_kib);
    ck_assert_uint_eq(f.plan.nr_vcpu_ids, 4);
    f.req.nr_vnodes = 1; /* spill vnodes don't count */
    place();
    ck_assert_uint_eq(f.plan.nr_vnodes, 3);
}
END_TEST

START_TEST(spill_is_preferred)
{
    only_node_0_has_pcpus();
    f.req.spill = ZP_SPILL_PREFERRED;
    place();
    ck_assert_uint_eq(f.plan.nr_vnodes, 3);
    ck_assert_uint_eq(f.plan.vnode[1].pxm, 0);
    ck_assert_uint_eq(f.plan.vnode[2].pxm, 0);
    ck_assert(!f.plan.truth && !f.plan.show_numa);
}
END_TEST

START_TEST(strict_does_not_spill)
{
    only_node_0_has_pcpus();
    f.req.spill = ZP_SPILL_STRICT;
    ck_fails_so(ZP_ERR_INFEASIBLE, "memory",
                "4096 MiB and %llu MiB overhead on each node are needed, 1 "
                "eligible nodes have 2048 MiB",
                2048 - room_mib(2 * GIB, 4, 4 * GIB, 1));
    f.req.memory_nodes.nr = 2;
    f.req.memory_nodes.os_id[0] = 7;
    f.req.memory_nodes.os_id[1] = 6;
    place();
    ck_assert_uint_eq(f.plan.nr_vnodes, 3);
    ck_assert_uint_eq(f.plan.vnode[1].pnode, 6);
    f.req.memory_nodes.os_id[0] = 0;
    ck_fails_so(ZP_ERR_INFEASIBLE, "memory-nodes",
                "memory-nodes: node 0 has pcpus, it is not a memory-only one");
    f.req.memory_nodes.os_id[0] = 70;
    ck_fails_so(ZP_ERR_INFEASIBLE, "memory-nodes",
                "memory-nodes: the host has no node 70");
}
END_TEST

START_TEST(interleave)
{
    f.req.spill = ZP_SPILL_INTERLEAVE;
    f.req.interleave.nr = 3;
    f.req.interleave.os_id[0] = 7;
    f.req.interleave.os_id[1] = 1;
    f.req.interleave.os_id[2] = 5;
    place();
    ck_vnodes("1:4/1366 5:0/1366 7:0/1364");
    ck_assert(!f.plan.truth && !f.plan.show_numa);
    ck_assert_uint_eq(f.plan.vnode[2].pxm, 0);
    f.req.vcpus = 32;
    place();
    ck_vnodes("1:16/1366 5:16/1366 7:0/1364");
}
END_TEST

START_TEST(interleave_fails)
{
    f.req.spill = ZP_SPILL_INTERLEAVE;
    f.req.interleave.nr = 2;
    f.req.interleave.os_id[0] = 0;
    f.req.interleave.os_id[1] = 1;
    f.host.free_kib[1] = GIB;
    ck_fails_so(ZP_ERR_INFEASIBLE, "memory",
                "2 nodes with 2048 MiB each are needed, node 1 has %llu MiB",
                room_mib(GIB, 4, 4 * GIB, 2));
    f.req.mem_kib = GIB;
    f.req.vcpus = 33;
    ck_fails_so(ZP_ERR_INFEASIBLE, "vcpus",
                "33 vcpus are needed, 2 eligible nodes have 32 usable pcpus");
}
END_TEST

/* ---- dynamic zones, pv zones, views ---- */

START_TEST(dynamic_zones)
{
    f.req.max_mem_kib = 8 * GIB;
    place();
    ck_vnodes("0:4/4096");
    ck_assert_int_eq(f.plan.memory_policy, ZP_MEMORY_DYNAMIC);
    ck_assert_uint_eq(f.plan.vnode[0].max_mem_kib, 8 * GIB);
    f.req.max_mem_kib = 20 * GIB; /* what a node of 16 can't become */
    place();
    ck_assert_int_eq(f.plan.memory_policy, ZP_MEMORY_STATIC);
    ck_assert_uint_eq(f.plan.vnode[0].max_mem_kib, 4 * GIB);
    f.req.memory_policy = ZP_MEMORY_DYNAMIC;
    ck_fails_so(ZP_ERR_UNSUPPORTED, "memory-policy",
                "a dynamic zone is one node on unmodified xen: none holds 4 "
                "vcpus, 4096 MiB and up to 20480 MiB (node 0 has %llu of "
                "16384 MiB free)", room_mib(16 * GIB, 4, 20 * GIB, 1));
    f.req.tier = ZP_TIER_PATCHED;
    ck_fails_so(ZP_ERR_UNSUPPORTED, "memory-policy",
                "a dynamic zone is one node without an agent: none holds 4 "
                "vcpus, 4096 MiB and up to 20480 MiB (node 0 has %llu of "
                "16384 MiB free)", room_mib(16 * GIB, 4, 20 * GIB, 1));
    f.req.agent = true;
    place();
    ck_vnodes("0:2/2048 1:2/2048");
    ck_assert_uint_eq(f.plan.vnode[1].max_mem_kib, 10 * GIB);
}
END_TEST

START_TEST(pv_zones)
{
    f.req.type = ZP_GUEST_PV;
    place();
    ck_vnodes("0:4/4096");
    f.req.mem_kib = 20 * GIB;
    ck_assert_int_eq(fixture_place(&f, NULL),
                     ZP_ERR_INFEASIBLE);
    f.req.force_flat = true;
    place();
    ck_vnodes("0:2/10240 1:2/10240");
    ck_assert(!f.plan.truth && !f.plan.show_numa);
    ck_assert_uint_eq(f.plan.vcpu_stride, 0);
}
END_TEST

START_TEST(views)
{
    f.req.vnuma = ZP_VNUMA_ALWAYS;
    place();
    ck_assert(f.plan.show_numa && f.plan.truth);
    f.req.nr_vnodes = 2;
    f.req.vnuma = ZP_VNUMA_NEVER;
    place();
    ck_assert(!f.plan.show_numa && !f.plan.truth);
    f.req.vnuma = ZP_VNUMA_AUTO;
    f.req.vnuma_min_vcpus = 5;
    place();
    ck_assert(!f.plan.show_numa && !f.plan.truth);
    f.req.vnuma_min_vcpus = 4;
    place();
    ck_assert(f.plan.show_numa && f.plan.truth);
}
END_TEST

START_TEST(padding)
{
    f.req.vcpus = 40;
    place();
    ck_assert_uint_eq(f.plan.vcpu_stride, 16);
    ck_assert_uint_eq(f.plan.nr_vcpu_ids, 48);
    ck_assert_uint_eq(f.plan.vnode[2].first_vcpu, 32);
    f.req.vcpus = 120;
    f.req.nr_vnodes = 8;
    place();
    ck_assert_uint_eq(f.plan.nr_vcpu_ids, 128);
    f.req.vcpus = 75; /* 5 x 16 */
    f.req.nr_vnodes = 5;
    place();
    ck_assert_uint_eq(f.plan.nr_vcpu_ids, 80);
    gen_idle_host(&f.host, GEN_SOCKETS, 8, 64, 16 * GIB);
    f.req.vcpus = 99; /* 3 x 64 is beyond 128 */
    f.req.nr_vnodes = 3;
    place();
    ck_assert_uint_eq(f.plan.vcpu_stride, 0);
    ck_assert_uint_eq(f.plan.nr_vcpu_ids, 99);
    f.req.tier = ZP_TIER_PATCHED;
    f.req.vcpus = 40;
    place();
    ck_assert_uint_eq(f.plan.vcpu_stride, 0);
}
END_TEST

/* ---- refusals ---- */

START_TEST(refusals)
{
    uint32_t i;

    f.req.nr_vnodes = 4;
    f.req.vcpus = 32;
    f.req.mem_kib = 49 * GIB;
    for (i = 0; i < 5; i++)
        f.host.free_kib[i] = (i + 1) * GIB / 8;
    ck_fails_so(ZP_ERR_INFEASIBLE, "memory",
                "4 nodes with 8 vcpus and 12544 MiB each are needed, 3 of 8 "
                "have that (node 4 has %llu MiB)",
                room_mib(5 * GIB / 8, 32, 49 * GIB, 4));
    f.req.vcpus = 128;
    f.host.nr_pcpus[7] = 1;
    ck_fails_so(ZP_ERR_INFEASIBLE, "vcpus",
                "128 vcpus are needed, 8 eligible nodes have 113 usable "
                "pcpus");
    f.req.vcpus = 3;
    ck_fails_so(ZP_ERR_INFEASIBLE, "vcpus",
                "4 nodes need a vcpu each, the zone has 3");
    f.req.nr_vnodes = 9;
    f.req.vcpus = 9;
    ck_fails_so(ZP_ERR_INFEASIBLE, "numa-nodes",
                "9 nodes are needed, 8 of 8 have pcpus and memory to give");
    gen_idle_host(&f.host, GEN_FLAT, 1, 16, 16 * GIB);
    f.req.nr_vnodes = 0;
    f.req.mem_kib = 500 * GIB;
    ck_fails_so(ZP_ERR_INFEASIBLE, "memory",
                "512000 MiB and %llu MiB overhead on each node are needed, 1 "
                "eligible nodes have 16384 MiB",
                16384 - room_mib(16 * GIB, 9, 500 * GIB, 1));
}
END_TEST

START_TEST(refusals_by_load)
{
    uint32_t i;

    f.req.vcpus = 100;
    f.req.vcpu_ratio = 1;
    for (i = 0; i < 8; i++)
        f.host.used_vcpus[i] = 8;
    ck_fails_so(ZP_ERR_INFEASIBLE, "vcpu-ratio",
                "100 vcpus are needed, the limit of 1 vcpus per pcpu leaves "
                "64 on 8 nodes");
    gen_idle_host(&f.host, GEN_FLAT, 1, 4, 16 * GIB);
    f.req.vcpu_ratio = 0;
    f.req.overcommit = 2;
    ck_fails_so(ZP_ERR_INFEASIBLE, "overcommit",
                "100 vcpus are needed, 1 nodes take 8 at 2 vcpus per pcpu");
    f.host.free_kib[0] = 0;
    ck_fails_so(ZP_ERR_INFEASIBLE, "memory",
                "no node of 1 has usable pcpus and free memory");
}
END_TEST

START_TEST(sums_beyond_32_bits)
{
    gen_idle_host(&f.host, GEN_SOCKETS, 8, 16, (uint64_t)1 << 40);
    f.req.mem_kib = (uint64_t)6 << 30; /* 6 TiB */
    place();
    ck_vnodes("0:4/6291456");
    f.req.mem_kib = ZP_MAX_MEM_KIB;
    f.req.vcpus = 8;
    place();
    ck_assert_uint_eq(f.plan.mem_kib, ZP_MAX_MEM_KIB);
    ck_assert_uint_eq(f.plan.nr_vnodes, 5);
}
END_TEST

START_TEST(wrong_load)
{
    struct fixture other;

    fixture_init(&other);
    fixture_build(&other);
    fixture_build(&f);
    ck_fails(zp_place(f.topo, other.load, &f.req, &f.plan, &err),
             ZP_ERR_INVAL, "", "the load is not of this topology");
    fixture_clear(&other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("place");
    TCase *tcase = tcase_create("place");

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, smallest_even_count);
    tcase_add_test(tcase, even_goes_before_fewer_uneven);
    tcase_add_test(tcase, size_by_cpu);
    tcase_add_test(tcase, overcommit_and_ratio);
    tcase_add_test(tcase, first_by_memory);
    tcase_add_test(tcase, first_that_occurs_in_a_set);
    tcase_add_test(tcase, compact_is_exact);
    tcase_add_test(tcase, scatter_is_far);
    tcase_add_test(tcase, ties_by_memory_then_id);
    tcase_add_test(tcase, unreachable_pairs_never_meet);
    tcase_add_test(tcase, device_owner_is_first);
    tcase_add_test(tcase, count_grows_for_the_owner);
    tcase_add_test(tcase, owner_is_full);
    tcase_add_test(tcase, devices_nobody_knows);
    tcase_add_test(tcase, spill_is_honest);
    tcase_add_test(tcase, spill_is_preferred);
    tcase_add_test(tcase, strict_does_not_spill);
    tcase_add_test(tcase, interleave);
    tcase_add_test(tcase, interleave_fails);
    tcase_add_test(tcase, dynamic_zones);
    tcase_add_test(tcase, pv_zones);
    tcase_add_test(tcase, views);
    tcase_add_test(tcase, padding);
    tcase_add_test(tcase, refusals);
    tcase_add_test(tcase, refusals_by_load);
    tcase_add_test(tcase, sums_beyond_32_bits);
    tcase_add_test(tcase, wrong_load);
    return suite_run(suite);
}
