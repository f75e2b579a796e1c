/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zp_request req, again;
    struct zp_error err;
    char *text;
    int rc;

    rc = zp_request_from_json((const char *)data, size, &req, &err);
    if (rc) {
        check_refusal(rc, &err);
        return 0;
    }
    PROMISE(!zp_request_to_json(&req, &text, &err));
    PROMISE(!zp_request_from_json(text, strlen(text), &again, &err));
    PROMISE(!memcmp(&req, &again, sizeof(req)));
    free(text);
    rc = zp_request_check(&req, &err);
    if (rc)
        check_refusal(rc, &err);
    return 0;
}
