/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes, sets and names as people read them. */
#include <stdio.h>

#include "render/render.h"

void zp__add_size(struct zp__text *t, uint64_t kib)
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
    uint64_t unit = 1;
    unsigned u = 0;

    while (u < 3 && kib / unit >= 1024) {
        unit *= 1024;
        u++;
    }
    zp__text_add(t, "%llu", (unsigned long long)(kib / unit));
    if (kib % unit)
        zp__text_add(t, ".%u", (unsigned)(kib % unit * 10 / unit));
    zp__text_add(t, " %s", units[u]);
}

void zp__add_pcpus(struct zp__text *t, const struct zp_pcpuset *set)
{
    size_t len = zp_pcpuset_format(set, NULL, 0);
    char *text ZP_CLEANUP(zp__cleanup_free) = malloc(len + 1);

    if (!text) {
        t->failed = true;
        return;
    }
    zp_pcpuset_format(set, text, len + 1);
    zp__text_add(t, "%s", text);
}

void zp__pad(struct zp__text *t, size_t from, size_t width)
{
    size_t len = t->len - from;

    if (len < width)
        zp__text_add(t, "%*s", (int)(width - len), "");
}

const char *zp__strategy_word(enum zp_strategy strategy)
{
    return strategy == ZP_SCATTER ? "scatter" : "compact";
}
