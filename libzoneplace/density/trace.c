/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Zones that come at a time and stay for one. */
#include <string.h>

#include "density/density.h"

struct zp_trace {
    struct zp_mix *mix;          /* its shapes, of equal weight */
    uint32_t table[4096];        /* the last shape of a hash; ZP__NONE */
    struct zp_arrival *arrival;
    uint32_t nr, size;
};

int zp_trace_new(struct zp_trace **trace_out, struct zp_error *err)
{
    struct zp_trace *trace = calloc(1, sizeof(*trace));
    int rc;

    if (!trace)
        return zp__nomem(err);
    rc = zp_mix_new(&trace->mix, err);
    if (rc) {
        free(trace);
        return rc;
    }
    memset(trace->table, 0xff, sizeof(trace->table));
    *trace_out = trace;
    return ZP_OK;
}

void zp_trace_free(struct zp_trace *trace)
{
    if (!trace)
        return;
    zp_mix_free(trace->mix);
    free(trace->arrival);
    free(trace);
}

/* Index of @req among the shapes, or as a new one. */
static int shape_of(struct zp_trace *trace, const struct zp_request *req,
                    uint32_t *shape_out, struct zp_error *err)
{
    uint32_t slot = (uint32_t)((req->mem_kib * 31 + req->vcpus) *
                               0x9e3779b97f4a7c15u >> 52);
    uint32_t i = trace->table[slot], nr = zp_mix_nr(trace->mix);
    int rc;

    if (i == ZP__NONE || memcmp(zp_mix_request(trace->mix, i), req,
                                sizeof(*req))) {
        for (i = 0; i < nr; i++) {
            if (!memcmp(zp_mix_request(trace->mix, i), req, sizeof(*req)))
                break;
        }
    }
    if (i == nr) {
        rc = zp_mix_add(trace->mix, req, 1, err);
        if (rc)
            return rc;
    }
    trace->table[slot] = *shape_out = i;
    return ZP_OK;
}

int zp_trace_add(struct zp_trace *trace, const struct zp_request *req,
                 uint64_t time_ms, uint64_t lifetime_ms, struct zp_error *err)
{
    struct zp_arrival arrival = { time_ms, lifetime_ms, 0 };
    int rc = shape_of(trace, req, &arrival.shape, err);

    if (rc)
        return rc;
    if (trace->nr >= ZP_MAX_ARRIVALS)
        return zp__fail(err, ZP_ERR_RANGE, "trace", "more than %llu zones",
                        (unsigned long long)ZP_MAX_ARRIVALS);
    if (!zp__grow((void **)&trace->arrival, sizeof(arrival), trace->nr,
                  &trace->size))
        return zp__nomem(err);
    trace->arrival[trace->nr++] = arrival;
    return ZP_OK;
}

/* By time, those of one time as they were added: a merge sort in place of a
 * qsort() that need not be stable. Sorted traces cost one look. */
int zp_trace_sort(struct zp_trace *trace, struct zp_error *err)
{
    struct zp_arrival *a = trace->arrival, *spare;
    uint32_t width, low, mid, high, i, j, at, n = trace->nr;

    for (i = 1; i < n && a[i - 1].time_ms <= a[i].time_ms; i++)
        ;
    if (i >= n)
        return ZP_OK;
    spare = malloc(n * sizeof(*spare));
    if (!spare)
        return zp__nomem(err);
    for (width = 1; width < n; width *= 2) {
        for (low = 0; low < n; low = high) {
            mid = low + width < n ? low + width : n;
            high = mid + width < n ? mid + width : n;
            for (i = low, j = mid, at = low; at < high; at++) {
                if (i < mid && (j == high ||
                                a[i].time_ms <= a[j].time_ms))
                    spare[at] = a[i++];
                else
                    spare[at] = a[j++];
            }
        }
        memcpy(a, spare, n * sizeof(*a));
    }
    free(spare);
    return ZP_OK;
}

uint32_t zp_trace_nr(const struct zp_trace *trace)
{
    return trace->nr;
}

const struct zp_arrival *zp_trace_arrival(const struct zp_trace *trace,
                                          uint32_t i)
{
    return &trace->arrival[i];
}

const struct zp_mix *zp_trace_shapes(const struct zp_trace *trace)
{
    return trace->mix;
}
