/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mixes and traces: bytes that begin with '[' or '{' are JSON, others CSV of
 * both kinds. */
#include "fuzz.h"

#include <zoneplace-density.h>

static void check_mix(int rc, struct zp_mix *mix, const struct zp_error *err)
{
    struct zp_request req;

    if (rc) {
        check_refusal(rc, err);
        return;
    }
    PROMISE(zp_mix_nr(mix) >= 1);
    for (uint32_t i = 0; i < zp_mix_nr(mix); i++) {
        PROMISE(zp_mix_weight(mix, i) >= 1);
        req = *zp_mix_request(mix, i);
        PROMISE(!zp_request_check(&req, NULL));
        PROMISE(zp_least_kib(&req) >= req.mem_kib);
    }
    zp_mix_free(mix);
}

static void check_trace(const char *text, size_t size,
                        const struct zp_request *base)
{
    struct zp_trace *trace;
    struct zp_error err;
    uint64_t last = 0;
    int rc = zp_trace_from_csv(text, size, base, 64, (uint64_t)256 << 20,
                               &trace, &err);

    if (rc) {
        check_refusal(rc, &err);
        return;
    }
    for (uint32_t i = 0; i < zp_trace_nr(trace); i++) {
        PROMISE(zp_trace_arrival(trace, i)->time_ms >= last);
        PROMISE(zp_trace_arrival(trace, i)->shape <
                zp_mix_nr(zp_trace_shapes(trace)));
        last = zp_trace_arrival(trace, i)->time_ms;
    }
    zp_trace_free(trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct zp_mix *mix = NULL;
    struct zp_request base;
    struct zp_error err;
    int rc;

    zp_request_init(&base);
    if (size && (*text == '[' || *text == '{')) {
        rc = zp_mix_from_json(text, size, &base, &mix, &err);
        check_mix(rc, mix, &err);
        return 0;
    }
    rc = zp_mix_from_csv(text, size, &base, &mix, &err);
    check_mix(rc, mix, &err);
    check_trace(text, size, &base);
    return 0;
}
