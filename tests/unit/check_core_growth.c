/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dynamic zones: who may be one, and where their memory will lie. */
#include "core.h"

#define MIB ((uint64_t)1024)            /* KiB */
#define GIB (1024 * MIB)
#define SECTION ((uint64_t)128 << 20)

static struct fixture f;

static void setup(void)
{
    fixture_init(&f);
    f.req.vcpus = 4;
    f.req.mem_kib = GIB;
    f.req.max_mem_kib = 2 * GIB;
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

static void refused(const char *msg)
{
    ck_fails(fixture_place(&f, &err),
             ZP_ERR_UNSUPPORTED, "memory-policy", msg);
}

START_TEST(who_grows_how)
{
    place();
    ck_assert_int_eq(f.plan.growth, ZP_GROWTH_HOTADD);
    ck_assert_uint_eq(f.plan.nr_vnodes, 1);
    f.req.agent = true;
    place();
    ck_assert_int_eq(f.plan.growth, ZP_GROWTH_DEVICES);
    f.req.max_mem_kib = 0;
    place();
    ck_assert_int_eq(f.plan.growth, ZP_GROWTH_NONE);
    ck_assert_int_eq(f.plan.memory_policy, ZP_MEMORY_STATIC);
}
END_TEST

/* Several vnodes: with the patches and an agent; flat if so asked. */
START_TEST(several_vnodes)
{
    f.req.nr_vnodes = 2;
    f.req.memory_policy = ZP_MEMORY_DYNAMIC;
    ck_fails(fixture_place(&f, &err),
             ZP_ERR_UNSUPPORTED, "memory-policy",
             "2 nodes are asked, a dynamic zone is 1 on unmodified xen");
    f.req.agent = true; /* helps nothing: Xen's pages go anywhere */
    ck_assert_int_eq(fixture_place(&f, NULL),
                     ZP_ERR_UNSUPPORTED);
    f.req.tier = ZP_TIER_PATCHED;
    place();
    ck_assert_int_eq(f.plan.growth, ZP_GROWTH_DEVICES);
    ck_assert_uint_eq(f.plan.nr_vnodes, 2);
    f.req.agent = false;
    ck_fails(fixture_place(&f, &err),
             ZP_ERR_UNSUPPORTED, "memory-policy",
             "2 nodes are asked, a dynamic zone is 1 without an agent");
    f.req.memory_policy = ZP_MEMORY_DEFAULT; /* then static will do */
    place();
    ck_assert_int_eq(f.plan.growth, ZP_GROWTH_NONE);
    ck_assert_uint_eq(zp_plan_max_kib(&f.plan), GIB);
    f.req.memory_policy = ZP_MEMORY_DYNAMIC;
    f.req.tier = ZP_TIER_STOCK;
    f.req.vnuma = ZP_VNUMA_NEVER;
    place();
    ck_assert_int_eq(f.plan.growth, ZP_GROWTH_HOTADD);
    ck_assert(!f.plan.show_numa && !f.plan.truth);
}
END_TEST

/* 1/64 of the growth is a quarter of 1 GiB: 16 GiB more. */
START_TEST(too_much_at_once)
{
    f.req.mem_kib = 256 * MIB;
    f.req.max_mem_kib = 256 * MIB + 4 * GIB;
    f.req.agent = true;
    place();
    ck_assert_int_eq(f.plan.growth, ZP_GROWTH_DEVICES);
    f.req.max_mem_kib += 2 * MIB;
    place();
    ck_assert_int_eq(f.plan.growth, ZP_GROWTH_NONE);
    f.req.memory_policy = ZP_MEMORY_DYNAMIC;
    refused("from 256 to 4354 MiB no zone grows: the guest's own map of what "
            "it may grow to would take more than a quarter of what it starts "
            "with");
}
END_TEST

/* Blocks as Linux computes them; a guest without an agent needs 128 MiB. */
START_TEST(blocks)
{
    uint32_t i;

    for (i = 0; i < f.host.nr; i++)
        f.host.mem_kib[i] = f.host.free_kib[i] = 400 * GIB;
    f.req.mem_kib = 63 * GIB;
    f.req.max_mem_kib = 80 * GIB;
    place();
    ck_assert_uint_eq(zp_plan_memory_block(&f.plan), SECTION);
    f.req.mem_kib = 64 * GIB; /* ends 64 MiB above 64 GiB */
    place();
    ck_assert_uint_eq(zp_plan_memory_block(&f.plan), SECTION);
    ck_assert_int_eq(f.plan.growth, ZP_GROWTH_HOTADD);
    f.req.mem_kib = 65 * GIB - 64 * MIB;
    f.req.agent = true;
    place();
    ck_assert_uint_eq(zp_plan_memory_block(&f.plan), (uint64_t)1 << 30);
    f.req.mem_kib = 66 * GIB - 64 * MIB;
    place();
    ck_assert_uint_eq(zp_plan_memory_block(&f.plan), (uint64_t)2 << 30);
    f.req.agent = false;
    f.req.memory_policy = ZP_MEMORY_DYNAMIC;
    refused("from 67520 to 81920 MiB no zone grows: Linux adds memory to a "
            "guest that ends there in blocks which its balloon driver does "
            "not keep to");
}
END_TEST

START_TEST(pv_is_static)
{
    f.req.type = ZP_GUEST_PV;
    ck_fails(fixture_place(&f, &err), ZP_ERR_INVAL,
             "memory-policy", "a pv zone is static: it can't grow from 1048576 "
             "to 2097152 KiB");
}
END_TEST

/* ---- layout, of made-up plans --------------------------------------------- */

static void make_plan(struct gen *g, struct zp_plan *plan)
{
    uint64_t units = gen_chance(g, 50) ? 64 : 4000;
    uint32_t i;

    memset(plan, 0, sizeof(*plan));
    plan->growth = gen_chance(g, 70) ? ZP_GROWTH_DEVICES : ZP_GROWTH_HOTADD;
    plan->nr_vnodes = 1;
    if (plan->growth == ZP_GROWTH_DEVICES)
        plan->nr_vnodes += gen_below(g, gen_chance(g, 50) ? 3 : 32);
    for (i = 0; i < plan->nr_vnodes; i++) {
        plan->vnode[i].mem_kib = (1 + gen_next(g) % units) * ZP_UNIT_KIB;
        plan->vnode[i].max_mem_kib = plan->vnode[i].mem_kib;
        if (!gen_chance(g, 20))
            plan->vnode[i].max_mem_kib += gen_next(g) % units * ZP_UNIT_KIB;
        plan->mem_kib += plan->vnode[i].mem_kib;
    }
}

static bool apart(const struct zp_range *a, const struct zp_range *b)
{
    return a->end <= b->start || b->end <= a->start;
}

/* The lowest 128 MiB that no range has, as the guest's kernel looks for it:
 * before it has seen any device, but it must not be where one will be. */
static bool scratch_is_free(const struct zp_range *ram, uint32_t nr_ram,
                            const struct zp_range *later, uint32_t nr)
{
    const struct zp_range hole = { ZP_HOLE_START, ZP_HOLE_END, 0 };
    struct zp_range s = { 0, SECTION, 0 };
    bool taken = true;
    uint32_t i;

    while (taken) {
        taken = !apart(&s, &hole);
        for (i = 0; i < nr_ram; i++)
            taken |= !apart(&s, &ram[i]);
        if (taken) {
            s.start += SECTION;
            s.end += SECTION;
        }
    }
    for (i = 0; i < nr; i++) {
        if (!apart(&s, &later[i]))
            return false;
    }
    return true;
}

static void check_devices(const struct zp_plan *plan,
                          const struct zp_range *later, uint32_t nr)
{
    uint64_t block = zp_plan_memory_block(plan), growth, size;
    uint32_t i, at = 0;

    for (i = 0; i < plan->nr_vnodes; i++) {
        growth = (plan->vnode[i].max_mem_kib - plan->vnode[i].mem_kib) * 1024;
        if (!growth)
            continue;
        ck_assert_uint_lt(at, nr);
        size = later[at].end - later[at].start;
        ck_assert_uint_eq(later[at].vnode, i);
        ck_assert_uint_eq(later[at].start % block, 0);
        ck_assert_uint_eq(size % block, 0);
        ck_assert_uint_ge(size, growth);
        ck_assert_uint_lt(size, growth + block);
        at++;
    }
    ck_assert_uint_eq(at, nr);
}

START_TEST(layout)
{
    const struct zp_range hole = { ZP_HOLE_START, ZP_HOLE_END, 0 };
    struct zp_range ram[ZP_MAX_VNODES + 1], later[ZP_MAX_VNODES + 1];
    struct gen g;
    uint32_t n, nr_ram, nr, i, j;
    struct zp_plan plan;

    printf("ZP_SEED=%llu\n", (unsigned long long)gen_env("ZP_SEED", 1));
    gen_seed(&g, gen_env("ZP_SEED", 1));
    for (n = 0; n < gen_env("ZP_CASES", 2000); n++) {
        make_plan(&g, &plan);
        nr_ram = zp_plan_ranges(&plan, ram);
        nr = zp_plan_future_ranges(&plan, later);
        if (zp_plan_max_kib(&plan) == plan.mem_kib) {
            ck_assert_uint_eq(nr, 0);
            continue;
        }
        ck_assert_uint_gt(nr, 0);
        for (i = 0; i < nr; i++) {
            ck_assert_uint_lt(later[i].start, later[i].end);
            ck_assert(apart(&later[i], &hole));
            ck_assert(!i || later[i - 1].end <= later[i].start);
            for (j = 0; j < nr_ram; j++)
                ck_assert(apart(&later[i], &ram[j]));
        }
        if (plan.growth == ZP_GROWTH_HOTADD)
            continue;
        check_devices(&plan, later, nr);
        ck_assert(scratch_is_free(ram, nr_ram, later, nr));
    }
}
END_TEST

/* Small zones stay below 4 GiB: above, Linux sets 64 MiB aside to bounce. */
START_TEST(small_zones_stay_low)
{
    struct zp_range later[ZP_MAX_VNODES + 1];

    f.req.tier = ZP_TIER_PATCHED;
    f.req.nr_vnodes = 2;
    f.req.agent = true;
    f.req.mem_kib = 384 * MIB;
    f.req.max_mem_kib = 896 * MIB;
    place();
    ck_assert_uint_eq(zp_plan_future_ranges(&f.plan, later), 2);
    ck_assert_uint_eq(later[0].start, 512 << 20);
    ck_assert_uint_eq(later[0].end, 768 << 20);
    ck_assert_uint_eq(later[1].vnode, 1);
    ck_assert_uint_eq(later[1].end, 1024 << 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("growth");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, who_grows_how);
    tcase_add_test(tcase, several_vnodes);
    tcase_add_test(tcase, too_much_at_once);
    tcase_add_test(tcase, blocks);
    tcase_add_test(tcase, pv_is_static);
    tcase_add_test(tcase, layout);
    tcase_add_test(tcase, small_zones_stay_low);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
