/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold of every reader of requests, whatever bytes it is given. */
#ifndef ZP_TESTS_FUZZ_REQUEST_H
#define ZP_TESTS_FUZZ_REQUEST_H

#include "fuzz.h"

typedef int reader(const char *buf, size_t len, struct zp_request *req_out,
                   char **notes_out, struct zp_error *err);

static inline void fuzz_request(reader *read, const uint8_t *data, size_t size)
{
    struct zp_request req;
    struct zp_error err;
    char *notes, *text;
    int rc = read((const char *)data, size, &req, &notes, &err);

    if (rc) {
        check_refusal(rc, &err);
        return;
    }
    PROMISE((req.vcpus || req.max_vcpus) && req.mem_kib);
    PROMISE(req.nr_vnodes <= ZP_MAX_VNODES && req.nr_near <= ZP_MAX_NEAR);
    PROMISE(!zp_request_to_json(&req, &text, &err));
    free(text);
    free(notes);
    rc = zp_request_check(&req, &err);
    if (rc)
        check_refusal(rc, &err);
}

#endif
