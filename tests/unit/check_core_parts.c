/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is asked of nodes without pcpus by name and size (rules 6). */
#include "core.h"

#define GIB ((uint64_t)1 << 20)
#define MIB ((uint64_t)1024)

static struct fixture f;

/* Nodes 3, 6 and 7 have memory only. */
static void setup(void)
{
    fixture_init(&f);
    f.host.nr_pcpus[3] = f.host.nr_pcpus[6] = f.host.nr_pcpus[7] = 0;
}

static void teardown(void)
{
    fixture_clear(&f);
}

static void ask(uint32_t os_id, uint64_t mem_kib)
{
    f.req.part[f.req.nr_parts].os_id = os_id;
    f.req.part[f.req.nr_parts++].mem_kib = mem_kib;
}

/* "0:4/2048 6:0/512": position, vcpus, MiB of every vnode. */
static void places(const char *want)
{
    char text[512];
    size_t len = 0;
    uint32_t i;

    ck_works(fixture_place(&f, &err));
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
    for (i = 0; i < f.plan.nr_vnodes; i++) {
        len += (size_t)snprintf(
            text + len, sizeof(text) - len, "%s%u:%u/%llu", i ? " " : "",
            f.plan.vnode[i].pnode, f.plan.vnode[i].nr_vcpus,
            (unsigned long long)f.plan.vnode[i].mem_kib / 1024);
        ck_assert_uint_eq(f.plan.vnode[i].pxm, i);
        ck_assert_uint_eq(f.plan.vnode[i].max_mem_kib,
                          f.plan.vnode[i].mem_kib);
        ck_assert(f.plan.vnode[i].spill == (i >= f.plan.nr_cpu_vnodes));
    }
    ck_assert_str_eq(text, want);
}

static void refuses(const char *msg)
{
    ck_fails(fixture_place(&f, &err),
             ZP_ERR_INFEASIBLE, "memory-nodes", msg);
}

#define refuses_so(...)                          \
    do {                                         \
        char msg_[200];                          \
        snprintf(msg_, sizeof(msg_), __VA_ARGS__); \
        refuses(msg_);                           \
    } while (0)

START_TEST(they_ascend_behind_the_vcpus)
{
    ask(7, 2 * GIB);
    places("0:4/4096 7:0/2048");
    ck_assert_uint_eq(f.plan.mem_kib, 6 * GIB);
    ask(3, 1 * MIB); /* a unit is the least */
    ask(6, 512 * MIB);
    places("0:4/4096 3:0/2 6:0/512 7:0/2048");
    ck_assert(f.plan.truth && f.plan.show_numa);
    ck_assert_uint_eq(f.plan.distance_sum, 0);
    f.req.nr_vnodes = 2; /* they don't count */
    places("0:2/2048 1:2/2048 3:0/2 6:0/512 7:0/2048");
}
END_TEST

/* What does not fit at home lies where memory was asked for anyway. */
START_TEST(spill_comes_on_top)
{
    uint32_t i;

    for (i = 0; i < 8; i++)
        f.host.free_kib[i] = f.host.nr_pcpus[i] ? 0 : 2 * GIB;
    f.host.free_kib[4] = 16 * GIB;
    f.req.vcpus = 16;
    f.req.mem_kib = 16 * GIB;
    ask(6, 256 * MIB);
    ck_works(fixture_place(&f, &err));
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
    ck_assert_uint_eq(f.plan.nr_vnodes, 2);
    ck_assert_uint_eq(f.plan.vnode[1].pnode, 6);
    ck_assert_uint_eq(f.plan.vnode[0].mem_kib + f.plan.vnode[1].mem_kib,
                      16 * GIB + 256 * MIB);
    ck_assert_uint_gt(f.plan.vnode[1].mem_kib, 256 * MIB);
}
END_TEST

START_TEST(what_they_give_is_gone)
{
    unsigned long long share;

    f.host.free_kib[6] = GIB;
    f.req.nr_vnodes = 1;
    ask(6, GIB);
    share = GIB / MIB - room_mib(GIB, 4, 5 * GIB, 1);
    refuses_so("memory-nodes: 1024 MiB and %llu MiB overhead are asked of "
               "node 6, it has 1024", share);
    f.req.part[0].mem_kib = GIB - share * MIB + 2 * MIB;
    refuses_so("memory-nodes: %llu MiB and %llu MiB overhead are asked of "
               "node 6, it has 1024", 1026 - share, share);
    f.req.part[0].mem_kib = GIB - share * MIB;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.vnode[1].mem_kib + f.plan.overhead_share_kib,
                      GIB);
    /* More nodes have smaller shares each. */
    f.req.part[0].mem_kib = GIB - share * MIB + 2 * MIB;
    f.req.nr_vnodes = 0;
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.nr_cpu_vnodes, 2);
    /* The least that there would be, on four nodes, is named. */
    f.req.part[0].mem_kib = GIB;
    share = GIB / MIB - room_mib(GIB, 4, 5 * GIB, 4);
    refuses_so("memory-nodes: 1024 MiB and %llu MiB overhead are asked of "
               "node 6, it has 1024", share);
    f.req.part[0].mem_kib = GIB + 2 * MIB;
    refuses("memory-nodes: 1026 MiB are asked of node 6, it has 1024");
}
END_TEST

/* Each with what was asked of it, and what came on top. */
START_TEST(why_tells_of_them)
{
    unsigned long long over;
    char want[200];
    uint32_t i;

    for (i = 0; i < 8; i++)
        f.host.free_kib[i] = f.host.nr_pcpus[i] ? 0 : 2 * GIB;
    f.host.free_kib[4] = 16 * GIB;
    f.req.vcpus = 16;
    f.req.mem_kib = 16 * GIB;
    ask(6, 256 * MIB);
    ask(7, 512 * MIB);
    ck_works(fixture_place(&f, &err));
    ck_assert_uint_eq(f.plan.nr_vnodes, 3);
    over = f.plan.vnode[1].mem_kib / MIB - 256;
    snprintf(want, sizeof(want),
             "node 6 gives 256 MiB that were asked of it\n"
             "node 6 gives %llu MiB that did not fit\n"
             "node 7 gives 512 MiB that were asked of it\n", over);
    fixture_says(&f, zp_plan_why, want);
}
END_TEST

/* The one that is short is named, be it not the first. */
START_TEST(the_second_is_short)
{
    unsigned long long share;

    f.host.free_kib[6] = GIB;
    f.req.nr_vnodes = 1;
    ask(3, GIB);
    ask(6, GIB);
    share = GIB / MIB - room_mib(GIB, 4, 6 * GIB, 1);
    refuses_so("memory-nodes: 1024 MiB and %llu MiB overhead are asked of "
               "node 6, it has 1024", share);
}
END_TEST

START_TEST(nodes_that_do_not_reach_them)
{
    uint32_t i;

    /* the first socket does not reach node 7 */
    for (i = 0; i < 4; i++)
        f.host.dist[i * 8 + 7] = f.host.dist[7 * 8 + i] =
            ZP_DIST_UNREACHABLE;
    places("0:4/4096");
    ask(7, GIB);
    places("4:4/4096 7:0/1024");
}
END_TEST

START_TEST(nodes_that_are_none)
{
    ask(0, GIB);
    refuses("memory-nodes: node 0 has pcpus, it is not a memory-only one");
    f.req.part[0].os_id = 70;
    refuses("memory-nodes: the host has no node 70");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core parts");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, they_ascend_behind_the_vcpus);
    tcase_add_test(tc, spill_comes_on_top);
    tcase_add_test(tc, what_they_give_is_gone);
    tcase_add_test(tc, why_tells_of_them);
    tcase_add_test(tc, the_second_is_short);
    tcase_add_test(tc, nodes_that_do_not_reach_them);
    tcase_add_test(tc, nodes_that_are_none);
    return suite_run(s);
}
