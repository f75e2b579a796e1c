/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A growing text for the renderers; failure is sticky and reported once. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

static bool grow(struct zp__text *t, size_t more)
{
    size_t size = t->size ? t->size : 256;
    char *buf;

    while (size - t->len <= more)
        size *= 2;
    if (size == t->size)
        return true;
    buf = realloc(t->buf, size);
    if (!buf) {
        t->failed = true;
        return false;
    }
    t->buf = buf;
    t->size = size;
    return true;
}

void zp__text_add(struct zp__text *t, const char *fmt, ...)
{
    va_list args;
    int len;

    if (t->failed)
        return;
    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len < 0 || !grow(t, (size_t)len)) {
        t->failed = true;
        return;
    }
    va_start(args, fmt);
    vsnprintf(t->buf + t->len, (size_t)len + 1, fmt, args);
    va_end(args);
    t->len += (size_t)len;
}

void zp__text_clear(struct zp__text *t)
{
    free(t->buf);
    *t = (struct zp__text)ZP__TEXT_INIT;
}

int zp__text_take(struct zp__text *t, char **text_out, struct zp_error *err)
{
    zp__text_add(t, "%s", "");
    if (t->failed) {
        zp__text_clear(t);
        return zp__nomem(err);
    }
    *text_out = ZP_TAKE(t->buf);
    t->len = t->size = 0;
    return ZP_OK;
}
