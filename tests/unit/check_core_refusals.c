/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a refusal blames is what would have to change: the bound that is in the
 * way, not one that has room. Host: 8 nodes of 16 pcpus and 16 GiB. */
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

#define ck_refused(limit, msg) \
    ck_fails(fixture_place(&f, &err), ZP_ERR_INFEASIBLE, limit, msg)

START_TEST(vcpus_of_a_node)
{
    f.req.vcpus = 40;
    f.req.max_node_vcpus = 4;
    ck_refused("max-vcpus-per-node",
               "40 vcpus are needed, 8 nodes take 32 at 4 each at most");
    f.req.vcpus = 32;
    ck_works(fixture_place(&f, &err));
    f.req.nr_vnodes = 2;
    ck_refused("max-vcpus-per-node",
               "32 vcpus are needed, 2 nodes take 8 at 4 each at most");
    /* the pcpus come first */
    f.req.nr_vnodes = 0;
    f.req.vcpus = 128;
    f.host.nr_pcpus[7] = 8;
    ck_refused("vcpus",
               "128 vcpus are needed, 8 eligible nodes have 120 usable pcpus");
}
END_TEST

START_TEST(memory_of_a_node)
{
    f.req.mem_kib = 40 * GIB;
    f.req.vcpus = 8;
    f.req.max_node_kib = GIB;
    ck_refused("max-memory-per-node", "40960 MiB are needed, 8 nodes take "
               "8192 MiB at 1024 each at most");
    f.req.mem_kib = 8 * GIB;
    ck_works(fixture_place(&f, &err));
    f.req.nr_vnodes = 4;
    ck_refused("max-memory-per-node", "8192 MiB are needed, 4 nodes take "
               "4096 MiB at 1024 each at most");
}
END_TEST

/* What the host's zones have is no matter where pcpus are dedicated. */
START_TEST(dedicated_has_no_ratio)
{
    uint32_t i;

    gen_idle_host(&f.host, GEN_FLAT, 1, 4, 16 * GIB);
    for (i = 0; i < 3; i++)
        zp_pcpuset_add(&f.host.floating, i);
    f.host.nr_floating = 3;
    f.req.vcpu_ratio = 2;
    f.req.dedicated = true;
    ck_refused("dedicated", "4 pcpus are needed that no other zone is on, 1 "
               "nodes have 1");
}
END_TEST

START_TEST(no_ratio_left)
{
    uint32_t i;

    f.req.vcpu_ratio = 1;
    for (i = 0; i < 8; i++)
        f.host.used_vcpus[i] = 16;
    ck_refused("vcpu-ratio", "4 vcpus are needed, the limit of 1 vcpus per "
               "pcpu leaves 0 on 8 nodes");
}
END_TEST

START_TEST(nodes_that_do_not_reach)
{
    f.host.nr = 3;
    memset(f.host.dist, 0, sizeof(f.host.dist));
    for (uint32_t i = 0; i < 9; i++)
        f.host.dist[i] = i % 4 ? ZP_DIST_UNREACHABLE : 10;
    f.host.free_kib[2] = GIB;
    f.req.nr_vnodes = 2;
    ck_refused("distances", "2 nodes with 2 vcpus and 2048 MiB each are "
               "needed that reach each other: 2 of 3 have that, too few of "
               "these do");
}
END_TEST

START_TEST(nodes_that_are_too_small)
{
    f.req.tier = ZP_TIER_PATCHED;
    f.req.agent = true;
    f.req.vcpus = 8;
    f.req.mem_kib = 32 * GIB;
    f.req.max_mem_kib = 200 * GIB;
    f.req.memory_policy = ZP_MEMORY_DYNAMIC;
    ck_refused("memory", "8 nodes that can grow to 25600 MiB each are needed, "
               "0 of 8 are as large");
}
END_TEST

START_TEST(interleaved)
{
    f.req.spill = ZP_SPILL_INTERLEAVE;
    f.req.interleave.nr = 2;
    f.req.interleave.os_id[1] = 1;
    ck_works(fixture_place(&f, &err));
    f.req.nr_vnodes = 3;
    ck_refused("numa-nodes", "3 nodes are needed, 2 of the 2 named have pcpus "
               "and memory to give");
    f.req.nr_vnodes = 0;
    f.req.vcpus = 40;
    ck_refused("vcpus", "40 vcpus are needed, 2 eligible nodes have 32 usable "
               "pcpus");
    f.req.vcpus = 20;
    f.req.nr_vnodes = 1;
    ck_refused("vcpus", "1 nodes with 20 vcpus each are needed, 0 of the 2 "
               "named have them");
    f.req.nr_vnodes = 0;
    f.req.vcpus = 4;
    fixture_device(&f, "0000:41:00.0", 5, 1);
    ck_refused("device", "device 0000:41:00.0 is at node 5, which is none of "
               "the 2 nodes named");
}
END_TEST

/* A vcpu limit of no effect is one that takes all nodes for empty. */
START_TEST(ratio_without_bound)
{
    uint32_t i, first;

    for (i = 0; i < 8; i++)
        f.host.mem_kib[i] = f.host.free_kib[i] = ZP_MAX_MEM_KIB - i * GIB;
    f.host.free_kib[3] = 64 * GIB;
    f.req.first_node = ZP_FIRST_BALANCED;
    f.req.vcpu_ratio = 1000;
    ck_works(fixture_place(&f, &err));
    first = f.plan.vnode[0].pnode;
    f.req.vcpu_ratio = UINT32_MAX;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.vnode[0].pnode, first);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("refusals");
    TCase *tcase = tcase_create("refusals");

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, vcpus_of_a_node);
    tcase_add_test(tcase, memory_of_a_node);
    tcase_add_test(tcase, dedicated_has_no_ratio);
    tcase_add_test(tcase, no_ratio_left);
    tcase_add_test(tcase, nodes_that_do_not_reach);
    tcase_add_test(tcase, nodes_that_are_too_small);
    tcase_add_test(tcase, interleaved);
    tcase_add_test(tcase, ratio_without_bound);
    return suite_run(suite);
}
