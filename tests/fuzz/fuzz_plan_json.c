/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

static void check_table(const struct zp_plan *plan, size_t size,
                        int (*write)(const struct zp_plan *, void *, size_t,
                                     struct zp_error *))
{
    uint8_t *buf, sum = 0;
    size_t i;

    PROMISE((size > 0) == plan->show_numa);
    if (!size)
        return;
    buf = malloc(size);
    PROMISE(buf && !write(plan, buf, size, NULL));
    for (i = 0; i < size; i++)
        sum = (uint8_t)(sum + buf[i]);
    PROMISE(sum == 0);
    free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zp_plan plan, again;
    struct zp_error err;
    char *text;
    int rc;

    rc = zp_plan_from_json((const char *)data, size, &plan, &err);
    if (rc) {
        check_refusal(rc, &err);
        return 0;
    }
    PROMISE(!zp_plan_check(NULL, &plan, &err));
    PROMISE(!zp_plan_to_json(NULL, NULL, NULL, &plan, &text, &err));
    PROMISE(!zp_plan_from_json(text, strlen(text), &again, &err));
    PROMISE(!memcmp(&plan, &again, sizeof(plan)));
    free(text);
    check_table(&plan, zp_srat_size(&plan), zp_srat_write);
    check_table(&plan, zp_slit_size(&plan), zp_slit_write);
    PROMISE(!zp_plan_to_text(NULL, &plan, &text, &err));
    free(text);
    PROMISE(!zp_plan_to_xlcfg(NULL, &plan, &text, &err));
    free(text);
    return 0;
}
