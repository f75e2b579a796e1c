/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zp_pcpuset set, again;
    struct zp_error err;
    char *text;
    size_t len;
    int rc;

    rc = zp_pcpuset_parse((const char *)data, size, &set, &err);
    if (rc) {
        check_refusal(rc, &err);
        return 0;
    }
    len = zp_pcpuset_format(&set, NULL, 0);
    text = malloc(len + 1);
    PROMISE(text);
    PROMISE(zp_pcpuset_format(&set, text, len + 1) == len);
    PROMISE(strlen(text) == len);
    PROMISE(!zp_pcpuset_parse(text, len, &again, &err));
    PROMISE(!memcmp(&set, &again, sizeof(set)));
    free(text);
    return 0;
}
