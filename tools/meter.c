/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a long computation is: nothing for two seconds, then a bar, and
 * only for someone who looks. A thread draws it, so that it also moves while
 * the computation is in a call that tells nothing (a solver, a slow file).
 */
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "density.h"

enum { QUIET_MS = 2000, EVERY_MS = 200, WIDTH = 30, STAGE_LEN = 40 };

struct meter {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool stop;
    bool said;                 /* after the thread has ended: it spoke */
    char stage[STAGE_LEN];
    uint32_t permille;
    uint64_t start_ms;
};

static uint64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* False when the computation is over. The lock is held. */
static bool wait_until(struct meter *meter, uint64_t time_ms)
{
    struct timespec until = { (time_t)(time_ms / 1000),
                              (long)(time_ms % 1000) * 1000000 };

    while (!meter->stop &&
           !pthread_cond_timedwait(&meter->ended, &meter->lock, &until))
        ;
    return !meter->stop;
}

static void draw(const struct meter *meter, uint64_t seconds)
{
    uint32_t permille = meter->permille > 1000 ? 1000 : meter->permille;
    int filled = (int)permille * WIDTH / 1000;

    fprintf(stderr, "\r[%.*s%*s] %3u %% %4llu s  %-*.*s", filled,
            "##############################", WIDTH - filled, "",
            permille / 10, (unsigned long long)seconds, STAGE_LEN - 12,
            STAGE_LEN - 12, meter->stage);
    fflush(stderr);
}

static void *report(void *arg)
{
    struct meter *meter = arg;
    uint64_t next = meter->start_ms + QUIET_MS;

    pthread_mutex_lock(&meter->lock);
    for (; wait_until(meter, next); next += EVERY_MS) {
        draw(meter, (next - meter->start_ms) / 1000);
        meter->said = true;
    }
    pthread_mutex_unlock(&meter->lock);
    return NULL;
}

/* Signals are for the thread that computes. */
static int start_thread(struct meter *meter)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    rc = pthread_create(&meter->thread, NULL, report, meter);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

struct meter *meter_begin(const char *stage)
{
    struct meter *meter;
    pthread_condattr_t attr;

    if (!isatty(STDERR_FILENO))
        return NULL;
    meter = calloc(1, sizeof(*meter));
    if (!meter)
        return NULL;
    snprintf(meter->stage, sizeof(meter->stage), "%s", stage);
    meter->start_ms = now_ms();
    pthread_mutex_init(&meter->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&meter->ended, &attr);
    pthread_condattr_destroy(&attr);
    if (start_thread(meter)) {
        free(meter);
        return NULL;
    }
    return meter;
}

void meter_stage(struct meter *meter, const char *fmt, ...)
{
    va_list args;

    if (!meter)
        return;
    pthread_mutex_lock(&meter->lock);
    va_start(args, fmt);
    vsnprintf(meter->stage, sizeof(meter->stage), fmt, args);
    va_end(args);
    meter->permille = 0;
    pthread_mutex_unlock(&meter->lock);
}

bool meter_tick(void *arg, uint32_t permille)
{
    struct meter *meter = arg;

    if (!meter)
        return true;
    pthread_mutex_lock(&meter->lock);
    meter->permille = permille;
    pthread_mutex_unlock(&meter->lock);
    return true;
}

void meter_end(struct meter **meter_io)
{
    struct meter *meter = *meter_io;

    if (!meter)
        return;
    *meter_io = NULL;
    pthread_mutex_lock(&meter->lock);
    meter->stop = true;
    pthread_cond_signal(&meter->ended);
    pthread_mutex_unlock(&meter->lock);
    pthread_join(meter->thread, NULL);
    if (meter->said) {
        fprintf(stderr, "\r%*s\r", WIDTH + STAGE_LEN + 4, "");
        fflush(stderr);
    }
    pthread_cond_destroy(&meter->ended);
    pthread_mutex_destroy(&meter->lock);
    free(meter);
}
