/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was compared, a line each. */
#include "xen/xen.h"

void zp__line(struct zp__report *r, bool ok, const char *fmt, ...)
{
    char text[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    zp__text_add(&r->text, "%s %s\n", ok ? "ok" : "DIFFERS", text);
    r->differs += !ok;
}
