/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patterns, prices and bounds; GLPK does the algebra. */
#include "config.h"

#include <glpk.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "packing.h"

enum {
    SCALE = 1 << 20,             /* prices are multiples of 1 / SCALE */
    LIST_STEPS = 20000,          /* of a class, before "all" is given up */
    MAX_PATTERNS = 3000,
    MAX_ROUNDS = 200,            /* of making patterns */
    PRICE_STEPS = 20000,         /* of one knapsack */
    TREE_NODES = 300,            /* of one branch and bound */
};

struct pattern {
    uint32_t bin;
    uint32_t nr[PACKING_MAX_KINDS];
};

struct work {
    const struct packing *p;
    const uint64_t *demand;
    struct pattern *pattern;
    uint32_t nr, size;
    bool complete;               /* all maximal patterns are there */
    uint64_t price[PACKING_MAX_KINDS]; /* of an item, in 1 / SCALE */
    glp_prob *lp;
};

static bool fits(const struct packing *p, const struct packing_bin *bin,
                 uint32_t item)
{
    return p->item[item].units <= bin->units &&
           p->item[item].widest <= bin->widest &&
           (!p->count_vcpus || p->item[item].vcpus <= bin->vcpus);
}

/* As many of @item as @units and @vcpus and the demand allow. */
static uint64_t room_for(const struct work *w, uint32_t bin, uint32_t item,
                         uint64_t units, uint64_t vcpus)
{
    const struct packing_item *it = &w->p->item[item];
    uint64_t most = units / it->units;

    if (!fits(w->p, &w->p->bin[bin], item))
        return 0;
    if (w->p->count_vcpus && it->vcpus && vcpus / it->vcpus < most)
        most = vcpus / it->vcpus;
    return most < w->demand[item] ? most : w->demand[item];
}

static bool add_pattern(struct work *w, const struct pattern *pattern)
{
    if (w->nr == w->size) {
        uint32_t size = w->size ? w->size * 2 : 64;
        struct pattern *grown = realloc(w->pattern, size * sizeof(*grown));

        if (!grown)
            return false;
        w->pattern = grown;
        w->size = size;
    }
    w->pattern[w->nr++] = *pattern;
    return true;
}

/* ---- all maximal patterns of a class, if they are few ---- */

struct listing {
    struct work *w;
    struct pattern now;
    uint32_t steps;              /* that are left */
};

static bool is_maximal(const struct listing *l, uint64_t units,
                       uint64_t vcpus)
{
    for (uint32_t i = 0; i < l->w->p->nr_items; i++) {
        if (l->now.nr[i] < room_for(l->w, l->now.bin, i, UINT64_MAX,
                                    UINT64_MAX) &&
            room_for(l->w, l->now.bin, i, units, vcpus))
            return false;
    }
    return true;
}

/* False if there were too many, or no memory. */
static bool list_from(struct listing *l, uint32_t item, uint64_t units,
                      uint64_t vcpus)
{
    const struct packing_item *it = &l->w->p->item[item];
    uint64_t most;

    if (!l->steps || l->w->nr == MAX_PATTERNS)
        return false;
    l->steps--;
    if (item == l->w->p->nr_items)
        return !is_maximal(l, units, vcpus) || add_pattern(l->w, &l->now);
    most = room_for(l->w, l->now.bin, item, units, vcpus);
    for (uint64_t n = most + 1; n-- > 0;) {
        /* With less of the last kind it is not maximal. */
        if (n < most && item + 1 == l->w->p->nr_items)
            break;
        l->now.nr[item] = (uint32_t)n;
        if (!list_from(l, item + 1, units - n * it->units,
                       l->w->p->count_vcpus ? vcpus - n * it->vcpus : 0))
            return false;
    }
    return true;
}

static void list_all(struct work *w)
{
    uint32_t before = w->nr;

    w->complete = true;
    for (uint32_t bin = 0; w->complete && bin < w->p->nr_bins; bin++) {
        struct listing l = { .w = w, .steps = LIST_STEPS };

        l.now.bin = bin;
        w->complete = list_from(&l, 0, w->p->bin[bin].units,
                                w->p->bin[bin].vcpus);
    }
    if (!w->complete)
        w->nr = before;
}

/* ---- the most valuable pattern of a class: a knapsack ---- */

struct knapsack {
    const struct work *w;
    uint32_t bin;
    uint32_t order[PACKING_MAX_KINDS]; /* by price a unit, best first */
    uint32_t nr;
    uint64_t steps;
    uint64_t best;
    struct pattern now, best_pattern;
};

/* No packing of the items from @at on is worth more than that. */
static uint64_t limit(const struct knapsack *k, uint32_t at, uint64_t units)
{
    const struct packing_item *it;

    if (at == k->nr)
        return 0;
    it = &k->w->p->item[k->order[at]];
    return (uint64_t)((unsigned __int128)k->w->price[k->order[at]] * units /
                      it->units);
}

static void search(struct knapsack *k, uint32_t at, uint64_t units,
                   uint64_t vcpus, uint64_t value)
{
    const struct packing_item *it;
    uint64_t most, n;
    uint32_t item;

    if (value > k->best) {
        k->best = value;
        k->best_pattern = k->now;
    }
    if (at == k->nr || value + limit(k, at, units) <= k->best)
        return;
    if (!k->steps)
        return;
    k->steps--;
    item = k->order[at];
    it = &k->w->p->item[item];
    most = room_for(k->w, k->bin, item, units, vcpus);
    for (n = most + 1; n-- > 0;) {
        k->now.nr[item] = (uint32_t)n;
        search(k, at + 1, units - n * it->units,
               k->w->p->count_vcpus ? vcpus - n * it->vcpus : 0,
               value + n * k->w->price[item]);
    }
    k->now.nr[item] = 0;
}

/* Value of the best pattern, or where the steps ran out what none exceeds. */
static uint64_t best_pattern(const struct work *w, uint32_t bin,
                             struct pattern *pattern)
{
    struct knapsack k = { .w = w, .bin = bin, .steps = PRICE_STEPS };
    uint32_t i, at;

    for (i = 0; i < w->p->nr_items; i++) {
        if (!w->price[i] || !fits(w->p, &w->p->bin[bin], i))
            continue;
        for (at = k.nr++; at; at--) {
            uint32_t before = k.order[at - 1];

            if ((unsigned __int128)w->price[before] * w->p->item[i].units >=
                (unsigned __int128)w->price[i] * w->p->item[before].units)
                break;
            k.order[at] = before;
        }
        k.order[at] = i;
    }
    k.now.bin = k.best_pattern.bin = bin;
    search(&k, 0, w->p->bin[bin].units, w->p->bin[bin].vcpus, 0);
    *pattern = k.best_pattern;
    return k.steps ? k.best : limit(&k, 0, w->p->bin[bin].units);
}

/* ---- the model ---- */

/* Rows: 1..items, then classes. Columns: items, then patterns. */
static void add_column(struct work *w, uint32_t at)
{
    int rows[PACKING_MAX_KINDS + 2], nr = 0, column;
    double values[PACKING_MAX_KINDS + 2];
    const struct pattern *pattern = &w->pattern[at];

    for (uint32_t i = 0; i < w->p->nr_items; i++) {
        if (!pattern->nr[i])
            continue;
        rows[++nr] = (int)i + 1;
        values[nr] = -(double)pattern->nr[i];
    }
    rows[++nr] = (int)(w->p->nr_items + pattern->bin) + 1;
    values[nr] = 1;
    column = glp_add_cols(w->lp, 1);
    glp_set_col_bnds(w->lp, column, GLP_LO, 0, 0);
    glp_set_col_kind(w->lp, column, GLP_IV);
    glp_set_mat_col(w->lp, column, nr, rows, values);
}

static void make_model(struct work *w)
{
    const struct packing *p = w->p;
    int row;

    w->lp = glp_create_prob();
    glp_set_obj_dir(w->lp, GLP_MAX);
    glp_add_rows(w->lp, (int)(p->nr_items + p->nr_bins));
    glp_add_cols(w->lp, (int)p->nr_items);
    for (uint32_t i = 0; i < p->nr_items; i++) {
        double one = 1, d = (double)w->demand[i], both[2] = { 0, one };

        row = (int)i + 1;
        /* what is placed of a kind is in some pattern */
        glp_set_row_bnds(w->lp, row, GLP_UP, 0, 0);
        glp_set_col_bnds(w->lp, row, w->demand[i] ? GLP_DB : GLP_FX, 0, d);
        glp_set_col_kind(w->lp, row, GLP_IV);
        glp_set_obj_coef(w->lp, row, 1);
        glp_set_mat_col(w->lp, row, 1, (int[]){ 0, row }, both);
    }
    for (uint32_t bin = 0; bin < p->nr_bins; bin++) {
        row = (int)(p->nr_items + bin) + 1;
        glp_set_row_bnds(w->lp, row, GLP_UP, 0, (double)p->bin[bin].count);
    }
    for (uint32_t i = 0; i < w->nr; i++)
        add_column(w, i);
}

/* Prices of the relaxation; false if the simplex failed. */
static bool solve_relaxed(struct work *w)
{
    glp_smcp how;

    glp_init_smcp(&how);
    how.msg_lev = GLP_MSG_OFF;
    if (glp_simplex(w->lp, &how) || glp_get_status(w->lp) != GLP_OPT)
        return false;
    for (uint32_t i = 0; i < w->p->nr_items; i++) {
        double price = glp_get_row_dual(w->lp, (int)i + 1);

        price = price < 0 ? 0 : price > 1 ? 1 : price;
        w->price[i] = (uint64_t)(price * SCALE + 0.5);
    }
    return true;
}

/*
 * Weak duality: items at their prices are worth no more than the best
 * patterns; what an item counts above its price comes on top.
 */
static uint64_t bound_of(struct work *w, struct pattern *best,
                         uint64_t *value)
{
    unsigned __int128 sum = 0;

    for (uint32_t bin = 0; bin < w->p->nr_bins; bin++) {
        value[bin] = best_pattern(w, bin, &best[bin]);
        sum += (unsigned __int128)value[bin] * w->p->bin[bin].count;
    }
    for (uint32_t i = 0; i < w->p->nr_items; i++)
        sum += (unsigned __int128)(SCALE - w->price[i]) * w->demand[i];
    sum /= SCALE;
    return sum > UINT64_MAX ? UINT64_MAX : (uint64_t)sum;
}

/* Makes patterns until no better one is to be had. */
static bool relax(struct work *w, struct packing_answer *answer,
                  uint64_t wanted)
{
    struct pattern *best = calloc(w->p->nr_bins, sizeof(*best));
    uint64_t *value = calloc(w->p->nr_bins, sizeof(*value));
    bool ok = best && value, more = true;

    for (int round = 0; ok && more && round < MAX_ROUNDS; round++) {
        uint64_t bound;

        more = false;
        if (!solve_relaxed(w))
            break;
        bound = bound_of(w, best, value);
        if (bound < answer->bound)
            answer->bound = bound;
        if (wanted && answer->bound < wanted)
            break;
        for (uint32_t bin = 0; ok && bin < w->p->nr_bins; bin++) {
            double paid = glp_get_row_dual(
                w->lp, (int)(w->p->nr_items + bin) + 1);

            if ((double)value[bin] / SCALE <= paid + 1e-5)
                continue;
            ok = add_pattern(w, &best[bin]);
            if (ok)
                add_column(w, w->nr - 1);
            more = true;
        }
    }
    free(best);
    free(value);
    return ok;
}

static void stop_large_trees(glp_tree *tree, void *info)
{
    int total;

    (void)info;
    glp_ios_tree_size(tree, NULL, NULL, &total);
    if (total > TREE_NODES)
        glp_ios_terminate(tree);
}

/* Counts what the whole-numbered solution packs, in whole numbers. */
static uint64_t count_packed(const struct work *w)
{
    uint64_t used[PACKING_MAX_CLASSES] = { 0 }, sum = 0, times;
    uint64_t held[PACKING_MAX_KINDS] = { 0 };

    for (uint32_t at = 0; at < w->nr; at++) {
        const struct pattern *pattern = &w->pattern[at];

        times = (uint64_t)llround(
            glp_mip_col_val(w->lp, (int)(w->p->nr_items + at) + 1));
        used[pattern->bin] += times;
        if (used[pattern->bin] > w->p->bin[pattern->bin].count)
            return 0;
        for (uint32_t i = 0; i < w->p->nr_items; i++)
            held[i] += times * pattern->nr[i];
    }
    for (uint32_t i = 0; i < w->p->nr_items; i++)
        sum += held[i] < w->demand[i] ? held[i] : w->demand[i];
    return sum;
}

static void solve_whole(struct work *w, struct packing_answer *answer)
{
    glp_iocp how;
    uint64_t packed;
    int rc;

    if (glp_get_status(w->lp) != GLP_OPT)
        return;
    glp_init_iocp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.cb_func = stop_large_trees;
    /* Objectives are whole: half of one decides. */
    how.mip_gap = 0;
    rc = glp_intopt(w->lp, &how);
    if (glp_mip_status(w->lp) != GLP_OPT && glp_mip_status(w->lp) != GLP_FEAS)
        return;
    packed = count_packed(w);
    if (packed > answer->packed)
        answer->packed = packed;
    if (!rc && w->complete && glp_mip_status(w->lp) == GLP_OPT &&
        packed < answer->bound)
        answer->bound = packed;
}

static void begin(struct work *w, const struct packing *p,
                  const uint64_t *demand, struct packing_answer *answer)
{
    *w = (struct work){ .p = p, .demand = demand };
    *answer = (struct packing_answer){ 0, 0, false };
    for (uint32_t i = 0; i < p->nr_items; i++)
        answer->bound += demand[i];
    glp_term_out(GLP_OFF);
    make_model(w);
}

static void end(struct work *w)
{
    glp_delete_prob(w->lp);
    free(w->pattern);
}

bool packing_bound(const struct packing *p, const uint64_t *demand,
                   struct packing_answer *answer)
{
    uint64_t wanted;
    struct work w;
    bool ok;

    begin(&w, p, demand, answer);
    wanted = answer->bound;
    ok = relax(&w, answer, wanted);
    end(&w);
    return ok;
}

bool packing_most(const struct packing *p, const uint64_t *demand,
                  struct packing_answer *answer)
{
    struct work w;
    bool ok;

    begin(&w, p, demand, answer);
    ok = relax(&w, answer, 0);
    if (ok)
        solve_whole(&w, answer);
    if (ok && answer->packed < answer->bound) {
        /* The patterns that the relaxation wanted were not enough. */
        glp_delete_prob(w.lp);
        w.nr = 0;
        list_all(&w);
        make_model(&w);
        if (w.complete && solve_relaxed(&w))
            solve_whole(&w, answer);
    }
    answer->proven = answer->packed == answer->bound;
    end(&w);
    return ok;
}
