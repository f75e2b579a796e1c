/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exact model against plain search on small cases: bounds that hold and
 * packings that are there. ZP_SEED=N begins at case N. */
#include "core.h"
#include "../../tools/packing.h"

enum { MAX_BINS = 3, MAX_ITEMS = 9 };

/* The most of @left items (kinds in order) that fit into @room. */
static uint32_t search(const struct packing *p, const uint32_t *kind,
                       uint32_t nr, uint64_t (*room)[2], uint32_t nr_bins)
{
    uint32_t best, with, bin;

    if (!nr)
        return 0;
    best = search(p, kind + 1, nr - 1, room, nr_bins);
    for (bin = 0; bin < nr_bins; bin++) {
        const struct packing_item *item = &p->item[*kind];

        if (room[bin][0] < item->units ||
            (p->count_vcpus && room[bin][1] < item->vcpus))
            continue;
        room[bin][0] -= item->units;
        room[bin][1] -= item->vcpus;
        with = 1 + search(p, kind + 1, nr - 1, room, nr_bins);
        room[bin][0] += item->units;
        room[bin][1] += item->vcpus;
        best = with > best ? with : best;
    }
    return best;
}

static void make_case(struct gen *g, struct packing *p, uint64_t *demand)
{
    uint32_t i, left = MAX_ITEMS;

    memset(p, 0, sizeof(*p));
    p->count_vcpus = gen_chance(g, 50);
    p->nr_bins = 1 + gen_below(g, 2);
    p->nr_items = 1 + gen_below(g, 4);
    for (i = 0; i < p->nr_bins; i++) {
        p->bin[i].units = 10 + gen_below(g, 20);
        p->bin[i].vcpus = 4 + gen_below(g, 12);
        p->bin[i].widest = UINT64_MAX;
        p->bin[i].count = 1 + (i == 0 && gen_chance(g, 50));
    }
    for (i = 0; i < p->nr_items; i++) {
        p->item[i].units = 1 + gen_below(g, 16);
        p->item[i].vcpus = 1 + gen_below(g, 6);
        demand[i] = gen_below(g, left + 1);
        left -= (uint32_t)demand[i];
    }
}

static uint32_t truth(const struct packing *p, const uint64_t *demand)
{
    uint64_t room[MAX_BINS][2];
    uint32_t kind[MAX_ITEMS], nr = 0, bins = 0, i, n;

    for (i = 0; i < p->nr_items; i++) {
        for (n = 0; n < demand[i]; n++)
            kind[nr++] = i;
    }
    for (i = 0; i < p->nr_bins; i++) {
        for (n = 0; n < p->bin[i].count; n++) {
            room[bins][0] = p->bin[i].units;
            room[bins++][1] = p->bin[i].vcpus;
        }
    }
    return search(p, kind, nr, room, bins);
}

START_TEST(small_cases)
{
    uint64_t seed = gen_env("ZP_SEED", 1), cases = gen_env("ZP_CASES", 150);
    uint32_t proven = 0, most;
    static struct packing p;
    uint64_t i;

    cases = cases > 4000 ? 4000 : cases;
    printf("packing: ZP_SEED=%llu\n", (unsigned long long)seed);
    for (i = 0; i < cases; i++) {
        uint64_t demand[PACKING_MAX_KINDS] = { 0 };
        struct packing_answer answer, bound;
        struct gen g;

        gen_seed(&g, seed + i);
        make_case(&g, &p, demand);
        most = truth(&p, demand);
        ck_assert(packing_most(&p, demand, &answer));
        ck_assert(packing_bound(&p, demand, &bound));
        ck_assert_msg(answer.packed <= most && most <= answer.bound &&
                          most <= bound.bound,
                      "ZP_SEED=%llu: %llu packed, bounds %llu and %llu, %u "
                      "fit", (unsigned long long)(seed + i),
                      (unsigned long long)answer.packed,
                      (unsigned long long)answer.bound,
                      (unsigned long long)bound.bound, most);
        ck_assert_int_eq(answer.proven, answer.packed == answer.bound);
        proven += answer.proven;
    }
    printf("packing: %u of %llu proven\n", proven,
           (unsigned long long)cases);
    ck_assert_uint_ge(proven, cases * 9 / 10);
}
END_TEST

/* Sets of three that fill a bin exactly: what defeats first-fit. */
START_TEST(triplets)
{
    static struct packing p;
    uint64_t demand[PACKING_MAX_KINDS] = { 0 };
    struct packing_answer answer;

    p.nr_bins = 1;
    p.bin[0] = (struct packing_bin){ 100, 0, UINT64_MAX, 8 };
    p.nr_items = 3;
    p.item[0] = (struct packing_item){ 26, 1, 1 };
    p.item[1] = (struct packing_item){ 33, 1, 1 };
    p.item[2] = (struct packing_item){ 41, 1, 1 };
    demand[0] = demand[1] = demand[2] = 8;
    ck_assert(packing_most(&p, demand, &answer));
    ck_assert_uint_eq(answer.packed, 24);
    ck_assert(answer.proven);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packing");
    TCase *tcase = tcase_create("packing");

    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 600);
    tcase_add_test(tcase, small_cases);
    tcase_add_test(tcase, triplets);
    return suite_run(suite);
}
