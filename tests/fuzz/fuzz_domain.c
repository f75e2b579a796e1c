/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zp_request req;
    struct zp_error err;
    char *notes, *text;
    int rc;

    rc = zp_request_from_libvirt((const char *)data, size, &req, &notes,
                                 &err);
    if (rc) {
        check_refusal(rc, &err);
        return 0;
    }
    PROMISE(req.max_vcpus && req.mem_kib && req.mem_kib <= req.max_mem_kib);
    PROMISE(req.nr_vnodes <= ZP_MAX_VNODES && req.nr_near <= ZP_MAX_NEAR);
    PROMISE(!zp_request_to_json(&req, &text, &err));
    free(text);
    free(notes);
    rc = zp_request_check(&req, &err);
    if (rc)
        check_refusal(rc, &err);
    return 0;
}
