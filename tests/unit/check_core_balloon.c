/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much memory dynamic zones should have: the rules, and what must hold
 * whatever guests say. */
#include "core.h"

#define MIB ((uint64_t)1024)            /* KiB */
#define GIB (1024 * MIB)

static struct zp_balloon_config config;
static uint64_t free_kib[ZP_MAX_PNODES];
static struct zp_balloon_zone zone[8];

static void setup(void)
{
    uint32_t i;

    zp_balloon_config_init(&config);
    memset(zone, 0, sizeof(zone));
    for (i = 0; i < ZP_MAX_PNODES; i++)
        free_kib[i] = 100 * GIB;
}

/* A zone of one vnode that has reached its target. */
static struct zp_balloon_zone *make(uint32_t i, uint32_t pnode,
                                    uint64_t target_mib, uint64_t used_mib)
{
    zone[i] = (struct zp_balloon_zone){
        .id = i + 1, .reports = true, .used_kib = used_mib * MIB,
        .held_kib = target_mib * MIB, .target_kib = target_mib * MIB,
        .floor_kib = 300 * MIB, .max_kib = 8 * GIB, .nr_vnodes = 1,
        .pnode = { pnode }, .room_kib = { 8 * GIB - target_mib * MIB },
    };
    return &zone[i];
}

static void decide(size_t nr)
{
    zp_balloon_decide(&config, free_kib, zone, nr);
}

static void ck_text(uint32_t i, const char *want)
{
    char text[200];

    ck_assert_uint_eq(zp_balloon_text(&zone[i], zone[i].why_pnode, text,
                                      sizeof(text)), strlen(want));
    ck_assert_str_eq(text, want);
}

/* ---- rules -------------------------------------------------------------- */

static const struct {
    uint64_t target, used, next;
    const char *text;
} rules[] = {
    { 1024, 512, 1024, "keeps 1024 MiB, 512 used" },
    { 1024, 716, 1024, "keeps 1024 MiB, 716 used" },
    { 1024, 717, 1280, "grows from 1024 to 1280 MiB, 717 used" },
    { 1000, 700, 1250, "grows from 1000 to 1250 MiB, 700 used" },
    { 512, 500, 640, "grows from 512 to 640 MiB, 500 used" },
    { 6144, 6000, 7168, "grows from 6144 to 7168 MiB, 6000 used" },
    { 8000, 8000, 8192, "grows from 8000 to 8192 MiB, 8000 used" },
    { 8192, 8000, 8192, "keeps 8192 MiB, 8000 used: that is its maximum" },
    { 1024, 103, 1024, "keeps 1024 MiB, 103 used" },
    { 1024, 102, 512, "shrinks from 1024 to 512 MiB, 102 used" },
    { 4096, 0, 3072, "shrinks from 4096 to 3072 MiB, 0 used" },
    { 500, 10, 300, "shrinks from 500 to 300 MiB, 10 used" },
    { 300, 0, 300, "keeps 300 MiB, 0 used" },
};

START_TEST(one_zone)
{
    make(0, 0, rules[_i].target, rules[_i].used);
    decide(1);
    ck_assert_uint_eq(zone[0].next_kib, rules[_i].next * MIB);
    ck_text(0, rules[_i].text);
}
END_TEST

START_TEST(below_the_floor)
{
    make(0, 0, 200, 0)->reports = false;
    decide(1);
    ck_assert_uint_eq(zone[0].next_kib, 300 * MIB);
}
END_TEST

START_TEST(silent_and_moving)
{
    make(0, 0, 1024, 0)->reports = false;
    make(1, 0, 1024, 1000)->held_kib = 1000 * MIB;
    make(2, 0, 1024, 100)->held_kib = 2048 * MIB;
    /* on its way down, but in need meanwhile: it keeps what it holds */
    make(3, 0, 1024, 900)->held_kib = 1500 * MIB;
    decide(4);
    ck_text(0, "keeps 1024 MiB: no usable report from its guest");
    ck_text(1, "on its way to 1024 MiB, holds 1000");
    ck_text(2, "on its way to 1024 MiB, holds 2048");
    ck_text(3, "grows from 1024 to 1500 MiB, 900 used");
    free_kib[0] = 0; /* it needs nobody's leave for that */
    decide(4);
    ck_text(3, "grows from 1024 to 1500 MiB, 900 used");
}
END_TEST

/* From 4 MiB away on it is on its way. */
START_TEST(near_its_target)
{
    make(0, 0, 1024, 512)->held_kib = 1020 * MIB + 4;
    make(1, 0, 1024, 512)->held_kib = 1020 * MIB;
    make(2, 0, 1024, 512)->held_kib = 1028 * MIB - 4;
    make(3, 0, 1024, 512)->held_kib = 1028 * MIB;
    decide(4);
    ck_assert_int_eq(zone[0].why, ZP_BALLOON_KEEPS);
    ck_assert_int_eq(zone[1].why, ZP_BALLOON_MOVES);
    ck_assert_int_eq(zone[2].why, ZP_BALLOON_KEEPS);
    ck_assert_int_eq(zone[3].why, ZP_BALLOON_MOVES);
}
END_TEST

/* ---- a pnode that is short ------------------------------------------------ */

START_TEST(waits_without_donors)
{
    make(0, 2, 1024, 1000);
    free_kib[2] = 100 * MIB;
    decide(1);
    ck_assert_uint_eq(zone[0].next_kib, 1124 * MIB);
    ck_text(0, "goes from 1024 to 1124 MiB, 1000 used, and waits for 156 MiB "
            "of pnode 2");
    free_kib[2] = 1000;
    decide(1);
    ck_assert_uint_eq(zone[0].next_kib, 1024 * MIB);
    ck_assert_int_eq(zone[0].why, ZP_BALLOON_WAITS);
    free_kib[2] = GIB;
    decide(1);
    ck_text(0, "grows from 1024 to 1280 MiB, 1000 used");
}
END_TEST

/* Granted, but a neighbour was faster: the guest goes on trying. */
START_TEST(exhausted_on_the_way)
{
    make(0, 2, 1280, 1000)->held_kib = 1024 * MIB;
    make(1, 2, 1024, 600);
    make(2, 2, 1024, 250);
    free_kib[2] = 0;
    decide(3);
    ck_assert_uint_eq(zone[0].next_kib, 1280 * MIB);
    ck_text(0, "goes from 1280 to 1280 MiB, 1000 used, and waits for 256 MiB "
            "of pnode 2");
    ck_text(1, "keeps 1024 MiB, 600 used");
    ck_text(2, "gives 256 MiB of pnode 2 to another: from 1024 to 768 MiB, "
            "250 used");
    /* What of it is there again it no longer waits for. */
    make(2, 2, 1024, 600);
    free_kib[2] = 100 * MIB;
    decide(3);
    ck_text(0, "goes from 1280 to 1280 MiB, 1000 used, and waits for 156 MiB "
            "of pnode 2");
}
END_TEST

/* What is on its way to one is not there for another. */
START_TEST(arrives_before_another)
{
    make(0, 2, 1280, 1000)->held_kib = 1024 * MIB;
    make(1, 2, 1024, 1000);
    free_kib[2] = 300 * MIB;
    decide(2);
    ck_text(0, "on its way to 1280 MiB, holds 1024");
    ck_text(1, "goes from 1024 to 1068 MiB, 1000 used, and waits for 212 MiB "
            "of pnode 2");
}
END_TEST

/* It holds more than its target: that much of its step it has. */
START_TEST(waits_for_the_rest)
{
    make(0, 2, 1024, 1000)->held_kib = 1027 * MIB;
    free_kib[2] = 56 * MIB;
    decide(1);
    ck_text(0, "goes from 1024 to 1083 MiB, 1000 used, and waits for 197 MiB "
            "of pnode 2");
}
END_TEST

START_TEST(donors)
{
    make(0, 2, 1024, 1000);           /* wants 256 */
    make(1, 2, 600, 200);             /* can give 266 */
    make(2, 3, 4096, 500);            /* idle, on another pnode */
    make(3, 2, 2048, 900)->agent = true; /* of two vnodes */
    zone[3].nr_vnodes = 2;
    zone[3].pnode[0] = 5;
    zone[3].pnode[1] = 2;
    free_kib[2] = 0;
    decide(4);
    ck_assert_uint_eq(zone[0].next_kib, zone[0].target_kib);
    ck_text(1, "gives 256 MiB of pnode 2 to another: from 600 to 344 MiB, 200 "
            "used");
    ck_assert_uint_eq(zone[2].next_kib, zone[2].target_kib);
    ck_assert_uint_eq(zone[3].next_kib, zone[3].target_kib);
    /* Zones of one vnode first; then the vnode that is there is named. */
    zone[1].used_kib = 300 * MIB;     /* can give 100 */
    decide(4);
    ck_assert_uint_eq(zone[1].next_kib, 500 * MIB);
    ck_assert_uint_eq(zone[1].from_vnode, ZP_UNKNOWN_ID);
    ck_assert_uint_eq(zone[3].next_kib, (2048 - 156) * MIB);
    ck_assert_uint_eq(zone[3].from_vnode, 1);
    zone[3].agent = false;            /* then it can't be asked for that */
    decide(4);
    ck_assert_uint_eq(zone[3].next_kib, zone[3].target_kib);
}
END_TEST

/* The guest may take a step from any vnode: each pnode must hold it all. */
START_TEST(each_pnode_holds_the_step)
{
    make(0, 0, 1024, 1000);
    zone[0].nr_vnodes = 2;
    zone[0].pnode[1] = 1;
    zone[0].room_kib[1] = GIB;
    free_kib[1] = 64 * MIB;
    decide(1);
    ck_assert_uint_eq(zone[0].next_kib, (1024 + 64) * MIB);
    zone[0].room_kib[1] = 32 * MIB;   /* can't take more there anyway */
    decide(1);
    ck_assert_uint_eq(zone[0].next_kib, 1280 * MIB);
    zone[0].room_kib[1] = GIB;
    zone[0].nr_vnodes = 1;            /* what is behind it is nothing */
    decide(1);
    ck_assert_uint_eq(zone[0].next_kib, 1280 * MIB);
}
END_TEST

/* ---- properties ------------------------------------------------------------ */

enum { NR_PNODES = 4, MAX_ZONES = 8 };

static void random_config(struct gen *g)
{
    zp_balloon_config_init(&config);
    if (gen_chance(g, 50))
        return;
    config.grow_used_percent = 40 + gen_below(g, 60);
    config.hysteresis_percent = gen_below(g, 20);
    config.shrink_free_percent =
        101 - config.grow_used_percent +
        gen_below(g, config.grow_used_percent);
    config.donor_free_percent = 100 - gen_below(g,
                                                config.grow_used_percent);
    config.step_percent = gen_below(g, 100);
    config.step_min_kib = (1 + gen_below(g, 300)) * MIB;
    config.slew_kib = (64 + gen_below(g, 2000)) * MIB;
    ck_works(zp_balloon_config_check(&config, &err));
}

static void random_zone(struct gen *g, struct zp_balloon_zone *z, uint32_t id)
{
    uint64_t room;
    uint32_t i;

    memset(z, 0, sizeof(*z));
    z->id = id;
    z->agent = gen_chance(g, 70);
    z->reports = gen_chance(g, 95);
    z->nr_vnodes = gen_chance(g, 50) ? 1 : 1 + gen_below(g, NR_PNODES);
    z->floor_kib = (100 + gen_below(g, 300)) * MIB;
    z->max_kib = z->floor_kib + gen_below(g, 8000) * MIB;
    z->target_kib = z->floor_kib + gen_next(g) % (z->max_kib - z->floor_kib +
                                                  1) / MIB * MIB;
    z->held_kib = z->target_kib;
    if (gen_chance(g, 20))
        z->held_kib = gen_next(g) % (z->max_kib + 1);
    z->used_kib = gen_chance(g, 5) ? UINT64_MAX
                                   : gen_next(g) % (z->max_kib + 1);
    for (i = 0; i < z->nr_vnodes; i++)
        z->pnode[i] = i;
    if (z->nr_vnodes == 1)
        z->pnode[0] = gen_below(g, NR_PNODES);
    room = z->max_kib > z->held_kib ? z->max_kib - z->held_kib : 0;
    for (i = 0; i < z->nr_vnodes; i++)
        z->room_kib[i] = room / z->nr_vnodes;
}

static uint32_t random_host(struct gen *g, bool plenty)
{
    uint32_t nr = 1 + gen_below(g, MAX_ZONES), i;

    for (i = 0; i < ZP_MAX_PNODES; i++)
        free_kib[i] = plenty ? 1000 * GIB
                      : gen_chance(g, 30) ? 0 : gen_below(g, 4000) * MIB;
    for (i = 0; i < nr; i++)
        random_zone(g, &zone[i], 10 + i);
    return nr;
}

static void begin(struct gen *g)
{
    uint64_t seed = gen_env("ZP_SEED", 1);

    printf("ZP_SEED=%llu\n", (unsigned long long)seed);
    gen_seed(g, seed);
}

static uint64_t grown(const struct zp_balloon_zone *z)
{
    uint64_t base = z->held_kib > z->target_kib ? z->held_kib : z->target_kib;

    return z->next_kib > base ? z->next_kib - base : 0;
}

/* Whatever guests say: no zone below its floor or above its maximum, no
 * change beyond the slew, no pnode promised more than it has. */
START_TEST(always)
{
    struct gen g;
    uint32_t n, nr, i, v;

    begin(&g);
    for (n = 0; n < gen_env("ZP_CASES", 4000); n++) {
        uint64_t promised[NR_PNODES] = { 0 };

        random_config(&g);
        nr = random_host(&g, false);
        decide(nr);
        for (i = 0; i < nr; i++) {
            const struct zp_balloon_zone *z = &zone[i];
            uint64_t more = grown(z);

            ck_assert_uint_ge(z->next_kib, z->floor_kib);
            ck_assert_uint_le(z->next_kib, z->max_kib);
            if (z->next_kib < z->target_kib)
                ck_assert_uint_le(z->target_kib - z->next_kib,
                                  config.slew_kib);
            ck_assert_uint_le(more, config.slew_kib);
            for (v = 0; v < z->nr_vnodes; v++)
                promised[z->pnode[v]] += more < z->room_kib[v]
                                             ? more
                                             : z->room_kib[v];
            if (!z->reports)
                ck_assert_uint_eq(z->next_kib, z->target_kib);
        }
        for (v = 0; v < NR_PNODES; v++)
            ck_assert_uint_le(promised[v], free_kib[v]);
    }
}
END_TEST

START_TEST(order_makes_no_difference)
{
    struct zp_balloon_zone first[MAX_ZONES], swapped;
    struct gen g;
    uint32_t n, nr, i, j;

    begin(&g);
    for (n = 0; n < gen_env("ZP_CASES", 2000); n++) {
        nr = random_host(&g, false);
        decide(nr);
        memcpy(first, zone, sizeof(first));
        for (i = nr; i-- > 1;) {
            j = gen_below(&g, i + 1);
            swapped = zone[i];
            zone[i] = zone[j];
            zone[j] = swapped;
        }
        decide(nr);
        for (i = 0; i < nr; i++) {
            const struct zp_balloon_zone *was = &first[zone[i].id - 10];

            ck_assert_uint_eq(zone[i].next_kib, was->next_kib);
            ck_assert_int_eq(zone[i].why, was->why);
            ck_assert_uint_eq(zone[i].from_vnode, was->from_vnode);
        }
    }
}
END_TEST

/* The guests do as they are told, for those @of whose decision was acted
 * upon; memory that they give or take goes from or to their pnodes. */
static void apply(uint32_t nr, uint64_t of)
{
    uint32_t i, v;

    for (i = 0; i < nr; i++) {
        struct zp_balloon_zone *z = &zone[i];
        uint64_t part;

        if (!(of >> i & 1))
            continue;
        z->target_kib = z->next_kib;
        for (v = 0; v < z->nr_vnodes; v++) {
            part = (z->target_kib > z->held_kib
                        ? z->target_kib - z->held_kib
                        : z->held_kib - z->target_kib) / z->nr_vnodes;
            if (z->target_kib > z->held_kib) {
                z->room_kib[v] -= part < z->room_kib[v] ? part
                                                        : z->room_kib[v];
                free_kib[z->pnode[v]] -= part < free_kib[z->pnode[v]]
                                             ? part : free_kib[z->pnode[v]];
            } else {
                z->room_kib[v] += part;
                free_kib[z->pnode[v]] += part;
            }
        }
        z->held_kib = z->target_kib;
    }
}

static uint32_t settle(uint32_t nr, struct gen *g)
{
    uint32_t rounds, i, changed = 1;

    for (rounds = 0; changed && rounds < 10000; rounds++) {
        decide(nr);
        for (changed = i = 0; i < nr; i++)
            changed += zone[i].next_kib != zone[i].target_kib ||
                       zone[i].held_kib != zone[i].target_kib;
        /* A daemon that is killed has acted upon some, not on others. */
        apply(nr, g ? gen_next(g) : UINT64_MAX);
    }
    return rounds;
}

/* Needs that stay as they are lead to targets that stay as they are, and a
 * daemon that is killed in the middle of its rounds gets to the same. */
START_TEST(converges)
{
    struct zp_balloon_zone start[MAX_ZONES], end[MAX_ZONES];
    uint32_t n, nr, i;
    struct gen g;

    begin(&g);
    for (n = 0; n < gen_env("ZP_CASES", 500); n++) {
        random_config(&g);
        nr = random_host(&g, true);
        memcpy(start, zone, sizeof(start));
        ck_assert_uint_lt(settle(nr, NULL), 10000);
        memcpy(end, zone, sizeof(end));
        memcpy(zone, start, sizeof(start));
        ck_assert_uint_lt(settle(nr, &g), 10000);
        for (i = 0; i < nr; i++)
            ck_assert_uint_eq(zone[i].target_kib, end[i].target_kib);
    }
}
END_TEST

/* The same where pnodes are short: donors give, others take, and it ends. */
START_TEST(converges_when_short)
{
    uint32_t n, nr;
    struct gen g;

    begin(&g);
    for (n = 0; n < gen_env("ZP_CASES", 500); n++) {
        random_config(&g);
        nr = random_host(&g, false);
        ck_assert_uint_lt(settle(nr, NULL), 10000);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("balloon");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, one_zone, 0,
                        sizeof(rules) / sizeof(rules[0]));
    tcase_add_test(tcase, below_the_floor);
    tcase_add_test(tcase, silent_and_moving);
    tcase_add_test(tcase, near_its_target);
    tcase_add_test(tcase, waits_without_donors);
    tcase_add_test(tcase, exhausted_on_the_way);
    tcase_add_test(tcase, arrives_before_another);
    tcase_add_test(tcase, waits_for_the_rest);
    tcase_add_test(tcase, donors);
    tcase_add_test(tcase, each_pnode_holds_the_step);
    tcase_add_test(tcase, always);
    tcase_add_test(tcase, order_makes_no_difference);
    tcase_add_test(tcase, converges);
    tcase_add_test(tcase, converges_when_short);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
