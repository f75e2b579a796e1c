/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a long computation is: nothing for two seconds, then a bar, and
 * only for someone who looks. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "density.h"

enum { QUIET_MS = 2000, EVERY_MS = 200, WIDTH = 40 };

struct meter {
    uint64_t start_ms;
    uint64_t said_ms;        /* 0: never */
};

static uint64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

struct meter *meter_begin(void)
{
    struct meter *meter;

    if (!isatty(STDERR_FILENO))
        return NULL;
    meter = calloc(1, sizeof(*meter));
    if (meter)
        meter->start_ms = now_ms();
    return meter;
}

bool meter_tick(void *arg, uint32_t permille)
{
    struct meter *meter = arg;
    uint64_t now;
    int filled = (int)(permille > 1000 ? 1000 : permille) * WIDTH / 1000;

    if (!meter)
        return true;
    now = now_ms();
    if (now - meter->start_ms < QUIET_MS ||
        (meter->said_ms && now - meter->said_ms < EVERY_MS))
        return true;
    meter->said_ms = now;
    fprintf(stderr, "\r[%.*s%*s] %3u %%", filled,
            "########################################", WIDTH - filled, "",
            permille / 10);
    fflush(stderr);
    return true;
}

void meter_end(struct meter *meter)
{
    if (meter && meter->said_ms) {
        fprintf(stderr, "\r%*s\r", WIDTH + 10, "");
        fflush(stderr);
    }
    free(meter);
}
