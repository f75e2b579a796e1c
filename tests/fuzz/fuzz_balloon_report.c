/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

#include <stdio.h>

/* What is taken is what the numbers say, and says the same without the
 * newline. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned long long held, total, unused, available;
    const char *text = (const char *)data;
    struct zp_error err;
    uint64_t used, again;
    char copy[128];
    int rc;

    rc = zp_balloon_report_parse(text, size, &used, &err);
    if (rc) {
        check_refusal(rc, &err);
        return 0;
    }
    PROMISE(size < sizeof(copy));
    memcpy(copy, text, size);
    copy[size] = '\0';
    PROMISE(sscanf(copy, "%llu %llu %llu %llu", &held, &total, &unused,
                   &available) == 4);
    PROMISE(used == held - available && used <= held);
    size -= copy[size - 1] == '\n';
    PROMISE(!zp_balloon_report_parse(copy, size, &again, &err));
    PROMISE(again == used);
    return 0;
}
