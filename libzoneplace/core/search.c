/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The exact search for a k-set: branch and bound.
 *
 * A step has members P and candidates Q and needs r more. Its bound: a set's
 * pair sum, counted twice, is a sum over members of (twice the weight to P +
 * the weight to the r - 1 others that come), and no candidate can do better
 * than with its r - 1 lightest neighbours in Q; the r best candidates bound
 * the rest. That is exact on flat hosts and tight on hierarchical ones.
 *
 * Nodes with the same distances to all others ("twins") are interchangeable:
 * one that is no better than its twin comes only with it. That takes the
 * symmetry out, which is what makes large idle hosts quick.
 */
#include <string.h>

#include "core.h"

enum mode {
    ANY,     /* stop at the first set that is allowed */
    BEST,    /* find the best score */
    LOWEST,  /* the score is known: find its set of lowest positions */
};

struct walk {
    struct zp__search *s;
    enum mode mode;
    bool found;
    bool tie;      /* something as good as the best was cut off */
    bool stop;
    uint64_t open; /* least pair bound among what the budget left open */
    zp__mask before[ZP_MAX_PNODES]; /* must be members if this one is */
    zp__mask after[ZP_MAX_PNODES];  /* the other way round */
};

/* Where a walk stands. */
struct state {
    zp__mask set;
    zp__mask left;  /* candidates */
    uint32_t more;  /* members still to choose */
    uint16_t near;  /* devices covered */
    struct zp__score score;
    uint64_t sum[ZP__NR_NEEDS];
    uint16_t add[ZP_MAX_PNODES]; /* pair weight to all of .set */
};

static uint32_t weight(const struct zp__search *s, uint32_t a, uint32_t b)
{
    uint32_t pair = s->topo->pair[a][b];

    return s->scatter ? ZP__MAX_PAIR - pair : pair;
}

uint64_t zp__distance_sum(const struct zp_topology *topo, zp__mask set)
{
    zp__mask left, others;
    uint64_t sum = 0;
    uint32_t a, b;

    ZP__FOR_EACH (a, left, set) {
        others = left & (left - 1);
        for (; others; others &= others - 1) {
            b = zp__lowest(others);
            sum += topo->pair[a][b];
        }
    }
    return sum;
}

static uint32_t uncovered(const struct zp__search *s, uint32_t near)
{
    uint32_t sum = s->near_all, i;

    for (i = 0; i < s->nr_near; i++) {
        if (near >> i & 1)
            sum -= s->near_weight[i];
    }
    return sum;
}

static int compare(const struct zp__score *a, const struct zp__score *b)
{
    if (a->pre != b->pre)
        return a->pre < b->pre ? -1 : 1;
    if (a->uncovered != b->uncovered)
        return a->uncovered < b->uncovered ? -1 : 1;
    if (a->pairs != b->pairs)
        return a->pairs < b->pairs ? -1 : 1;
    if (a->load != b->load)
        return a->load < b->load ? -1 : 1;
    if (a->taken != b->taken)
        return a->taken < b->taken ? -1 : 1;
    return 0;
}

/* True if a set stays allowed and gets no worse when @u replaces @v. */
static bool replaces(const struct walk *w, uint32_t u, uint32_t v)
{
    const struct zp__search *s = w->s;
    uint32_t i;

    for (i = 0; i < s->nr_needs; i++) {
        if (s->have[u][i] < s->have[v][i])
            return false;
    }
    if (w->mode == ANY) {
        for (i = 0; i < s->nr_needs; i++) {
            if (s->have[u][i] != s->have[v][i])
                return true;
        }
        return u < v;
    }
    if (s->use_pre && s->pre[u] > s->pre[v])
        return false;
    if (s->nr_near && (s->near_of[v] & ~s->near_of[u]))
        return false;
    if (s->load[u] != s->load[v])
        return s->load[u] < s->load[v];
    if (s->taken[u] != s->taken[v])
        return s->taken[u] < s->taken[v];
    return u < v;
}

static void find_symmetry(struct walk *w)
{
    const struct zp__search *s = w->s;
    zp__mask free_ones = s->allowed & ~s->fixed, left, twins;
    uint32_t u, v;

    ZP__FOR_EACH (v, left, free_ones)
        w->before[v] = w->after[v] = 0;
    ZP__FOR_EACH (v, left, free_ones) {
        for (twins = s->topo->twin[v] & free_ones; twins; twins &= twins - 1) {
            u = zp__lowest(twins);
            if (!replaces(w, u, v))
                continue;
            w->before[v] |= ZP__BIT(u);
            w->after[u] |= ZP__BIT(v);
        }
    }
}

/* Makes @v a member. False if it can't be one with the others. */
static bool include(const struct zp__search *s, struct state *st, uint32_t v)
{
    zp__mask left;
    uint32_t u, i;

    if (st->set & ~s->topo->reach[v])
        return false;
    st->set |= ZP__BIT(v);
    st->left &= s->topo->reach[v]; /* which is without v itself */
    st->more--;
    st->score.pairs += st->add[v];
    st->score.load += s->load[v];
    st->score.taken += s->taken[v];
    if (s->use_pre)
        st->score.pre += s->pre[v];
    if (s->nr_near && (s->near_of[v] & ~st->near)) {
        st->near |= s->near_of[v];
        st->score.uncovered = uncovered(s, st->near);
    }
    for (i = 0; i < s->nr_needs; i++)
        st->sum[i] += s->have[v][i];
    if (s->scatter) {
        ZP__FOR_EACH (u, left, st->left)
            st->add[u] += (uint16_t)(ZP__MAX_PAIR - s->topo->pair[v][u]);
    } else {
        ZP__FOR_EACH (u, left, st->left)
            st->add[u] += s->topo->pair[v][u];
    }
    return true;
}

/* Sum of the @r largest have[][i] among @mask. */
static uint64_t top_have(const struct zp__search *s, zp__mask mask,
                         uint32_t i, uint32_t r)
{
    uint64_t top[ZP_MAX_PNODES], value, sum = 0;
    uint32_t nr = 0, v, at;
    zp__mask left;

    ZP__FOR_EACH (v, left, mask) {
        value = s->have[v][i];
        if (nr == r) {
            if (value <= top[nr - 1])
                continue;
            nr--;
        }
        for (at = nr++; at && top[at - 1] < value; at--)
            top[at] = top[at - 1];
        top[at] = value;
    }
    for (at = 0; at < nr; at++)
        sum += top[at];
    return sum;
}

static bool can_reach_needs(const struct zp__search *s,
                            const struct state *st)
{
    uint32_t i;

    if (zp__count(st->left) < st->more)
        return false;
    for (i = 0; i < s->nr_needs; i++) {
        if (st->sum[i] < s->need[i] &&
            st->sum[i] + top_have(s, st->left, i, st->more) < s->need[i])
            return false;
    }
    return true;
}

/* The @r - 1 lightest pair weights of @v within @mask. */
static uint32_t lightest(const struct zp__search *s, uint32_t v, zp__mask mask,
                         uint32_t r)
{
    const uint8_t *list = s->topo->nearest[v];
    uint32_t others = s->topo->nr - 1, sum = 0, i, u;

    for (i = 0; r > 1 && i < others; i++) {
        u = s->scatter ? list[others - 1 - i] : list[i];
        if (mask & ZP__BIT(u)) {
            sum += weight(s, v, u);
            r--;
        }
    }
    return sum;
}

/* What a candidate adds at least: .twice is of the doubled pair sum. */
struct offer {
    uint32_t twice;
    uint32_t pos;
    uint64_t load;
    uint64_t taken;
};

static bool offer_less(const struct offer *a, const struct offer *b)
{
    if (a->twice != b->twice)
        return a->twice < b->twice;
    if (a->load != b->load)
        return a->load < b->load;
    return a->taken < b->taken;
}

/* The st->more best offers, best first. */
static void best_offers(const struct zp__search *s, const struct state *st,
                        struct offer best[ZP_MAX_PNODES])
{
    struct offer offer;
    uint32_t nr = 0, at;
    zp__mask left;

    ZP__FOR_EACH (offer.pos, left, st->left) {
        offer.twice = 2u * st->add[offer.pos] +
                      lightest(s, offer.pos, st->left, st->more);
        offer.load = s->load[offer.pos];
        offer.taken = s->taken[offer.pos];
        if (nr == st->more) {
            if (!offer_less(&offer, &best[nr - 1]))
                continue;
            nr--;
        }
        for (at = nr++; at && offer_less(&offer, &best[at - 1]); at--)
            best[at] = best[at - 1];
        best[at] = offer;
    }
}

/* Sum of the @r smallest .pre among the candidates. */
static uint64_t least_pre(const struct zp__search *s, const struct state *st)
{
    uint64_t low[ZP_MAX_PNODES], value, sum = 0;
    uint32_t nr = 0, v, at;
    zp__mask left;

    ZP__FOR_EACH (v, left, st->left) {
        value = s->pre[v];
        if (nr == st->more) {
            if (value >= low[nr - 1])
                continue;
            nr--;
        }
        for (at = nr++; at && low[at - 1] > value; at--)
            low[at] = low[at - 1];
        low[at] = value;
    }
    for (at = 0; at < nr; at++)
        sum += low[at];
    return sum;
}

/* All candidates together cover at most this: r of them no more. */
static uint32_t least_uncovered(const struct zp__search *s,
                                const struct state *st)
{
    uint32_t near = st->near, v;
    zp__mask left;

    ZP__FOR_EACH (v, left, st->left)
        near |= s->near_of[v];
    return uncovered(s, near);
}

static struct zp__score bound(const struct zp__search *s,
                              const struct state *st,
                              const struct offer *best)
{
    struct zp__score low = st->score;
    uint64_t twice = 0;
    uint32_t i;

    for (i = 0; i < st->more; i++) {
        twice += best[i].twice;
        low.load += best[i].load;
        low.taken += best[i].taken;
    }
    low.pairs += twice / 2;
    if (twice % 2) { /* no set is half: the next full one, however laden */
        low.pairs++;
        low.load = st->score.load;
        low.taken = st->score.taken;
    }
    if (s->use_pre)
        low.pre += least_pre(s, st);
    if (s->nr_near)
        low.uncovered = least_uncovered(s, st);
    return low;
}

/*
 * One member for one other, as long as that is better: where the budget will
 * not do for a proof, the answer is a good one at least. Not for sets that
 * must reach sums or have more to say than their distances.
 */
static void improve(struct zp__search *s)
{
    zp__mask left, others, rest;
    uint32_t out, in, member, best_out, best_in;
    int32_t gain, best;

    do {
        best = 0;
        best_out = best_in = 0;
        ZP__FOR_EACH (out, left, s->set & ~s->fixed) {
            ZP__FOR_EACH (in, others, s->allowed & ~s->set) {
                if ((s->set & ~ZP__BIT(out)) & ~s->topo->reach[in])
                    continue;
                gain = 0;
                ZP__FOR_EACH (member, rest, s->set & ~ZP__BIT(out))
                    gain += (int32_t)weight(s, out, member) -
                            (int32_t)weight(s, in, member);
                if (gain > best) {
                    best = gain;
                    best_out = out;
                    best_in = in;
                }
            }
        }
        if (best) {
            s->set = (s->set & ~ZP__BIT(best_out)) | ZP__BIT(best_in);
            s->score.pairs -= (uint32_t)best;
            s->score.load += s->load[best_in] - s->load[best_out];
            s->score.taken += s->taken[best_in] - s->taken[best_out];
        }
    } while (best);
}

static void take_set(struct walk *w, const struct state *st)
{
    struct zp__search *s = w->s;
    int order;
    uint32_t i;

    for (i = 0; i < s->nr_needs; i++) {
        if (st->sum[i] < s->need[i])
            return;
    }
    order = w->found || w->mode == LOWEST ? compare(&st->score, &s->score)
                                          : -1;
    if (order > 0 || (order == 0 && w->mode == BEST)) {
        w->tie |= order == 0;
        return;
    }
    if (s->accept && !s->accept(s->arg, st->set))
        return;
    if (order < 0)
        w->tie = false;
    s->set = st->set;
    s->score = st->score;
    if (!w->found && w->mode == BEST && s->budget != UINT64_MAX &&
        !s->nr_needs && !s->nr_near && !s->accept) {
        improve(s);
        w->tie = true; /* who knows what it passed by */
    }
    w->found = true;
    w->stop = w->mode != BEST;
}

/* The last member: no need to walk on for it. */
static void take_last(struct walk *w, const struct state *st)
{
    struct state end;
    zp__mask left;
    uint32_t v;

    ZP__FOR_EACH (v, left, st->left) {
        if (w->stop)
            return;
        if (w->found && w->mode == BEST && !w->s->use_pre &&
            !w->s->nr_near &&
            st->score.pairs + st->add[v] > w->s->score.pairs)
            continue;
        memcpy(&end, st, offsetof(struct state, add));
        end.left = 0;
        end.add[v] = st->add[v];
        if (include(w->s, &end, v))
            take_set(w, &end);
    }
}

/* The candidate to decide on next. */
static uint32_t pick(const struct walk *w, const struct state *st,
                     const struct offer *best)
{
    const struct zp__search *s = w->s;
    uint32_t dim = s->nr_needs > 2 ? 2 : 0, v, top;
    zp__mask left;

    if (w->mode == LOWEST)
        return zp__lowest(st->left);
    if (w->mode == BEST)
        return best[0].pos;
    top = zp__lowest(st->left);
    if (s->nr_needs) {
        ZP__FOR_EACH (v, left, st->left) {
            if (s->have[v][dim] > s->have[top][dim])
                top = v;
        }
    }
    return top;
}

/* Takes the work of a step from the budget; false if it is spent. */
static bool spend(struct zp__search *s, const struct state *st)
{
    uint64_t work = (uint64_t)zp__count(st->left) * s->topo->nr *
                    (1 + s->nr_needs);

    if (s->budget == UINT64_MAX)
        return true;
    if (s->budget < work)
        return false;
    s->budget -= work;
    return true;
}

/* False if nothing below @st is wanted, or there is no @budget for it. */
static bool worth_it(struct walk *w, const struct state *st,
                     const struct offer *best, bool budget)
{
    struct zp__search *s = w->s;
    struct zp__score low;
    int order;

    if (w->mode != ANY) {
        low = bound(s, st, best);
        order = w->found || w->mode == LOWEST ? compare(&low, &s->score) : -1;
        if (order > 0 || (order == 0 && w->mode == BEST)) {
            w->tie |= order == 0;
            return false;
        }
        if (!budget)
            w->open = zp__min64(w->open, low.pairs);
    }
    if (!budget)
        s->gave_up = true;
    return budget;
}

static void walk(struct walk *w, struct state *st)
{
    struct offer best[ZP_MAX_PNODES];
    struct zp__search *s = w->s;
    struct state next;
    zp__mask with;
    uint32_t v, u;
    bool budget;

    while (!w->stop) {
        s->steps++;
        budget = spend(s, st);
        if (!st->more) {
            take_set(w, st);
            return;
        }
        if (!can_reach_needs(s, st))
            return;
        if (st->more == 1) {
            take_last(w, st);
            return;
        }
        if (w->mode != ANY)
            best_offers(s, st, best);
        if (!worth_it(w, st, best, budget))
            return;
        v = pick(w, st, best);
        with = (w->before[v] & st->left) | ZP__BIT(v);
        next = *st;
        if (zp__count(with) <= st->more) {
            for (; with; with &= with - 1) {
                u = zp__lowest(with);
                if (!include(s, &next, u))
                    break;
            }
            if (!with)
                walk(w, &next);
        }
        st->left &= ~(w->after[v] | ZP__BIT(v));
    }
}

static void start(struct walk *w, struct state *st)
{
    struct zp__search *s = w->s;
    zp__mask left;
    uint32_t v;

    memset(st, 0, sizeof(*st));
    st->left = s->allowed & ~s->fixed;
    st->more = s->k;
    st->score.uncovered = s->nr_near ? s->near_all : 0;
    find_symmetry(w);
    ZP__FOR_EACH (v, left, s->fixed) {
        if (!include(s, st, v))
            w->stop = true;
    }
}

static bool run(struct zp__search *s, enum mode mode, struct walk *w)
{
    struct state st;

    w->s = s;
    w->mode = mode;
    w->found = w->tie = w->stop = false;
    w->open = UINT64_MAX;
    if (zp__count(s->allowed | s->fixed) < s->k || zp__count(s->fixed) > s->k)
        return false;
    start(w, &st);
    walk(w, &st);
    return w->found;
}

bool zp__search_any(struct zp__search *s)
{
    struct walk w;

    return run(s, ANY, &w);
}

bool zp__search_best(struct zp__search *s)
{
    struct walk w;
    zp__mask set;

    s->gave_up = false;
    if (!run(s, BEST, &w))
        return false;
    s->bound = zp__min64(w.open, s->score.pairs);
    if (!w.tie || s->gave_up)
        return true;
    set = s->set;
    if (!run(s, LOWEST, &w)) { /* out of budget: any of the best will do */
        s->set = set;
        s->gave_up = false;
    }
    return true;
}
