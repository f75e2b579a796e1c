/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

/* A receipt that replays gives a plan that keeps its promises. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zp_plan plan;
    struct zp_error err;
    int rc;

    rc = zp_receipt_replay((const char *)data, size, &plan, &err);
    if (rc)
        check_refusal(rc, &err);
    else
        PROMISE(!zp_plan_check(NULL, &plan, &err));
    return 0;
}
