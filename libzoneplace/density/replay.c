/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A trace over time. */
#include <string.h>

#include "density/density.h"

enum { PROGRESS_EVERY = 256 };

struct departure {
    uint64_t time_ms;
    uint32_t order;              /* of arrival: ties go by that */
    struct zp_placed placed;
};

struct replay {
    struct zp_sim *sim;
    const struct zp_trace *trace;
    uint32_t *shape;             /* in the simulation, by shape of the trace */
    struct departure *heap;      /* the next one is heap[0] */
    uint32_t nr, size;
    uint64_t now_ms;
    unsigned __int128 used;      /* KiB x ms */
    struct zp_replay out;
};

static void clear(struct replay *r)
{
    free(r->shape);
    free(r->heap);
}

static bool is_before(const struct departure *a, const struct departure *b)
{
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms;
    return a->order < b->order;
}

static bool push(struct replay *r, const struct departure *next)
{
    uint32_t at = r->nr, up;

    if (!zp__grow((void **)&r->heap, sizeof(*r->heap), r->nr, &r->size))
        return false;
    for (r->nr++; at; at = up) {
        up = (at - 1) / 2;
        if (!is_before(next, &r->heap[up]))
            break;
        r->heap[at] = r->heap[up];
    }
    r->heap[at] = *next;
    return true;
}

static struct departure pop(struct replay *r)
{
    struct departure first = r->heap[0];
    const struct departure *last = &r->heap[--r->nr];
    uint32_t at = 0, down;

    for (; 2 * at + 1 < r->nr; at = down) {
        down = 2 * at + 1;
        if (down + 1 < r->nr && is_before(&r->heap[down + 1], &r->heap[down]))
            down++;
        if (!is_before(&r->heap[down], last))
            break;
        r->heap[at] = r->heap[down];
    }
    r->heap[at] = *last;
    return first;
}

static void pass_time(struct replay *r, uint64_t time_ms)
{
    r->used += (unsigned __int128)zp_sim_usage(r->sim)->charged_kib *
               (time_ms - r->now_ms);
    r->now_ms = time_ms;
}

/* Everyone who leaves up to @time_ms. */
static int depart(struct replay *r, uint64_t time_ms, struct zp_error *err)
{
    struct departure gone;
    int rc = ZP_OK;

    while (!rc && r->nr && r->heap[0].time_ms <= time_ms) {
        gone = pop(r);
        pass_time(r, gone.time_ms);
        rc = zp_sim_remove(r->sim, &gone.placed, err);
    }
    pass_time(r, time_ms);
    return rc;
}

static void count_refusal(struct replay *r, uint32_t shape,
                          const struct zp_error *why)
{
    const struct zp__shape *s = &r->sim->shape[shape];
    const struct zp_usage *usage = zp_sim_usage(r->sim);
    struct zp_replay *out = &r->out;
    uint32_t i;

    out->refused++;
    for (i = 0; i < out->nr_causes; i++) {
        if (!strcmp(out->cause[i].limit, why->limit))
            break;
    }
    if (i < ZP_MAX_CAUSES) {
        memcpy(out->cause[i].limit, why->limit, sizeof(why->limit));
        out->cause[i].nr++;
        out->nr_causes += i == out->nr_causes;
    }
    if (out->capacity_kib - usage->charged_kib >=
            s->need.of[0] * ZP_UNIT_KIB &&
        zp__idle_vcpus(r->sim) >= s->need.of[2])
        out->fragmented++;
}

static void add(struct zp_usage *sum, const struct zp_usage *before,
                const struct zp_usage *after)
{
    sum->zones += after->zones - before->zones;
    sum->vcpus += after->vcpus - before->vcpus;
    sum->mem_kib += after->mem_kib - before->mem_kib;
    sum->charged_kib += after->charged_kib - before->charged_kib;
    sum->spilled_kib += after->spilled_kib - before->spilled_kib;
    sum->split += after->split - before->split;
    sum->pairs += after->pairs - before->pairs;
    sum->local_pairs += after->local_pairs - before->local_pairs;
}

static void note_peak(struct replay *r)
{
    const struct zp_usage *usage = zp_sim_usage(r->sim);

    if (usage->charged_kib <= r->out.at_peak.charged_kib)
        return;
    r->out.at_peak = *usage;
    r->out.peak_ms = r->now_ms;
}

static void note_point(struct replay *r, uint32_t i)
{
    uint32_t every = zp_trace_nr(r->trace) / ZP_MAX_POINTS + 1;
    const struct zp_usage *usage = zp_sim_usage(r->sim);

    if (i % every && i + 1 != zp_trace_nr(r->trace))
        return;
    if (r->out.nr_points == ZP_MAX_POINTS)
        r->out.nr_points--;
    r->out.point[r->out.nr_points++] = (struct zp_point){
        r->now_ms, usage->zones, usage->charged_kib, r->out.refused,
        zp_sim_spread(r->sim) };
}

static int arrive(struct replay *r, uint32_t i, struct zp_placed *placed,
                  bool *taken, struct zp_error *err)
{
    const struct zp_arrival *arrival = zp_trace_arrival(r->trace, i);
    struct zp_usage before = *zp_sim_usage(r->sim);
    uint32_t shape = r->shape[arrival->shape];
    struct departure departure;
    struct zp_error why;
    int rc = zp_sim_place(r->sim, shape, placed, &why);

    *taken = !rc;
    if (zp__refused(rc)) {
        count_refusal(r, shape, &why);
        return ZP_OK;
    }
    if (rc) {
        if (err)
            *err = why;
        return rc;
    }
    r->out.placed++;
    add(&r->out.all, &before, zp_sim_usage(r->sim));
    note_peak(r);
    if (arrival->lifetime_ms >= ZP_STAYS - arrival->time_ms)
        return ZP_OK;
    departure = (struct departure){ arrival->time_ms + arrival->lifetime_ms,
                                    i, *placed };
    return push(r, &departure) ? ZP_OK : zp__nomem(err);
}

static int init(struct replay *r, struct zp_error *err)
{
    const struct zp_mix *mix = zp_trace_shapes(r->trace);
    uint32_t nr = zp_mix_nr(mix), i;
    int rc = ZP_OK;

    r->shape = calloc(nr + 1, sizeof(*r->shape));
    if (!r->shape)
        return zp__nomem(err);
    for (i = 0; !rc && i < nr; i++)
        rc = zp_sim_shape(r->sim, zp_mix_request(mix, i), &r->shape[i], err);
    r->out.capacity_kib = zp__capacity_kib(r->sim);
    if (zp_trace_nr(r->trace))
        r->now_ms = zp_trace_arrival(r->trace, 0)->time_ms;
    return rc;
}

static void finish(struct replay *r)
{
    uint64_t start;
    unsigned __int128 all;

    if (!zp_trace_nr(r->trace))
        return;
    start = zp_trace_arrival(r->trace, 0)->time_ms;
    all = (unsigned __int128)r->out.capacity_kib * (r->now_ms - start);
    r->out.mean_used = all ? (uint32_t)(r->used * 1000 / all) : 0;
}

int zp_replay(struct zp_sim *sim, const struct zp_trace *trace,
              zp_progress_fn progress, void *progress_arg,
              zp_replay_fn watch, void *watch_arg,
              struct zp_replay *replay_out, struct zp_error *err)
{
    struct replay r ZP_CLEANUP(clear) = { .sim = sim, .trace = trace };
    uint32_t nr = zp_trace_nr(trace), i;
    struct zp_placed placed;
    bool taken;
    int rc = init(&r, err);

    for (i = 0; !rc && i < nr; i++) {
        rc = depart(&r, zp_trace_arrival(trace, i)->time_ms, err);
        if (!rc)
            rc = arrive(&r, i, &placed, &taken, err);
        if (rc)
            break;
        note_point(&r, i);
        if (watch)
            watch(watch_arg, sim, i, taken ? &placed : NULL);
        if (progress && i % PROGRESS_EVERY == 0 &&
            !progress(progress_arg, (uint32_t)((uint64_t)i * 1000 / nr)))
            rc = zp__fail(err, ZP_ERR_IO, NULL, "interrupted");
    }
    if (rc)
        return rc;
    finish(&r);
    *replay_out = r.out;
    return ZP_OK;
}
