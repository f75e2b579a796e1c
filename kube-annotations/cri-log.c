/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cri-log.h"

#include <stdarg.h>
#include <stdio.h>

void zk_plain(char *text)
{
    for (; *text; text++) {
        if (*text < 0x20 || *text > 0x7e)
            *text = '?';
    }
}

/* One write: lines of several threads don't mix. */
void zk_log(const char *fmt, ...)
{
    char line[2048];
    va_list args;

    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    zk_plain(line);
    fprintf(stderr, "zone-cri: %s\n", line);
}
