/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The library's launch is one call that returns when all is done. A second
 * connection to Xen, on a thread of its own, sees how far it is: the zone's
 * record appears when the plan stands, then its memory grows.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "zonectl.h"

#define QUIET_SECONDS 2

struct progress {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool stop;
    bool verbose;
    bool said;               /* after the thread has ended: it spoke */
    char name[ZP_MAX_NAME];
    char line[120];          /* what was said last */
};

/* False when the launch is over. */
static bool wait_seconds(struct progress *p, time_t seconds)
{
    struct timespec until;
    bool stop;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&p->lock);
    while (!p->stop &&
           !pthread_cond_timedwait(&p->ended, &p->lock, &until))
        ;
    stop = p->stop;
    pthread_mutex_unlock(&p->lock);
    return !stop;
}

static void say(struct progress *p, const char *line)
{
    if (!strcmp(p->line, line))
        return;
    snprintf(p->line, sizeof(p->line), "%s", line);
    fprintf(stderr, "zonectl: %s: %s\n", p->name, line);
    p->said = true;
}

static void look(struct progress *p, struct zp_xen *xen)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    char line[sizeof(p->line)];
    uint64_t planned;

    if (!xen || zp_zone_find(xen, p->name, &zone, NULL)) {
        say(p, "planning");
        return;
    }
    planned = zone->spec.plan.mem_kib;
    if (!zone->mem_kib)
        say(p, "building");
    else if (zone->state == ZP_ZONE_LAUNCHING && zone->mem_kib < planned) {
        snprintf(line, sizeof(line), "memory, %llu of %llu MiB",
                 (unsigned long long)(zone->mem_kib / 1024),
                 (unsigned long long)(planned / 1024));
        say(p, line);
    }
}

static void *report(void *arg)
{
    struct progress *p = arg;
    struct zp_xen *xen = NULL;

    if (!p->verbose && !wait_seconds(p, QUIET_SECONDS))
        return NULL;
    if (zp_xen_open(&xen, NULL))
        xen = NULL;
    do {
        look(p, xen);
    } while (wait_seconds(p, 1));
    zp_xen_close(xen);
    return NULL;
}

/* Ctrl-C is for the thread that launches, so this one takes no signals. */
static int start_thread(struct progress *p)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    rc = pthread_create(&p->thread, NULL, report, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

struct progress *progress_begin(const char *name, bool verbose)
{
    struct progress *p;
    pthread_condattr_t attr;

    if (!verbose && !isatty(STDERR_FILENO))
        return NULL;
    p = calloc(1, sizeof(*p));
    if (!p)
        return NULL;
    p->verbose = verbose;
    snprintf(p->name, sizeof(p->name), "%s", name);
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->ended, &attr);
    pthread_condattr_destroy(&attr);
    if (start_thread(p)) {
        free(p);
        return NULL;
    }
    return p;
}

void progress_end(struct progress *p, bool started)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->ended);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    if (started && p->said)
        say(p, "started");
    pthread_cond_destroy(&p->ended);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
