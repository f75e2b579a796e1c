/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor - stays with one zone until it ends
 *
 * Started detached by the library with the zone's uuid; says 'R' on
 * descriptor 3 when the record names it. All that it knows is in the record, so
 * that a successor goes on wherever it was killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libxl_event.h>

#include "xen/monitor/monitor.h"

/* A zone that never gets far must not keep the host busy for ever. */
#define QUICK_S 60
#define MAX_QUICK 5
#define MAX_TRIES 3

struct monitor {
    struct zp_xen *xen;
    struct zp__record rec;
    struct zp_zone_spec spec;
    time_t started;              /* CLOCK_MONOTONIC, of the guest's boot */
    unsigned quick;              /* restarts in a row after a short life */
    uint32_t followed;           /* the domain whose backends are bound */
};

static time_t now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec;
}

static void say(const struct monitor *m, const char *fmt, ...)
    ZP_PRINTF(2, 3);

static void say(const struct monitor *m, const char *fmt, ...)
{
    char when[32], text[400];
    time_t t = time(NULL);
    struct tm tm;
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    localtime_r(&t, &tm);
    strftime(when, sizeof(when), "%F %T", &tm);
    printf("%s monitor of %s: %s\n", when, m->rec.name, text);
    fflush(stdout);
}

/* Reads the record anew; the zone may have been ended by others. */
static int reread(struct monitor *m, struct zp_error *err)
{
    struct zp__record rec;
    int rc = zp__store_read(m->xen, m->rec.uuid, &rec, err);

    if (rc)
        return rc;
    zp__record_clear(&m->rec);
    m->rec = rec;
    return ZP_OK;
}

static int take_over(struct monitor *m, const char *uuid,
                     struct zp_error *err)
{
    int rc = zp__store_read(m->xen, uuid, &m->rec, err);

    if (rc)
        return rc;
    rc = zp_zone_spec_from_json(m->rec.spec, strlen(m->rec.spec), &m->spec,
                                err);
    if (rc)
        return rc;
    m->rec.monitor = zp__who_me();
    return zp__store_update(m->xen, &m->rec, err);
}

static int set_phase(struct monitor *m, enum zp__phase phase,
                     struct zp_error *err)
{
    m->rec.phase = phase;
    return zp__store_update(m->xen, &m->rec, err);
}

static int build_once(struct monitor *m, struct zp_error *err)
{
    struct zp__built built;
    sigset_t none;
    int rc;

    rc = zp__domain_wipe(m->xen, m->rec.uuid, ZP__WIPE_TRIES, err);
    if (rc)
        return rc;
    sigemptyset(&none);
    rc = zp__spawn_launch(m->rec.name, m->rec.spec, &none, &built, err);
    if (rc)
        return rc;
    m->rec.domid = built.domid;
    m->rec.special_pages = built.special_pages;
    m->rec.acpi_pages = built.acpi_pages;
    m->rec.xsdt = built.xsdt;
    m->rec.phase = ZP__RUNNING;
    zp__log_reset(&m->xen->log);
    rc = libxl_domain_unpause(m->xen->ctx, built.domid, NULL);
    if (rc)
        return zp__log_fail(&m->xen->log, err, rc, "unpausing domain %u",
                            built.domid);
    m->started = now();
    return zp__store_update(m->xen, &m->rec, err);
}

/* The same spec, the same plan, another domain. A backend that is slow on a
 * busy host is no reason to lose a zone: it is tried again. */
static int rebuild(struct monitor *m, struct zp_error *err)
{
    unsigned tries;
    int rc = ZP_OK;

    for (tries = 1; tries <= MAX_TRIES; tries++) {
        rc = build_once(m, err);
        if (!rc || rc == ZP_ERR_NOTFOUND)
            return rc;
        say(m, "restarting, try %u of %d: %s", tries, MAX_TRIES, err->msg);
    }
    return rc;
}

/* Waits until the domain has shut down (its reason is returned) or is gone
 * (-1). @death_only: it has shut down and is to stay as it is. */
static int wait_end(struct monitor *m, bool death_only)
{
    libxl_evgen_domain_death *gen = NULL;
    libxl_ctx *ctx = m->xen->ctx;
    libxl_event *event;
    int reason = -1;
    bool done = false;

    if (libxl_evenable_domain_death(ctx, m->rec.domid, 0, &gen))
        return -1;
    while (!done && libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL,
                                     NULL) == 0) {
        if (event->domid == m->rec.domid) {
            if (event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH) {
                done = true;
            } else if (event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN &&
                       !death_only) {
                reason = event->u.domain_shutdown.shutdown_reason;
                done = true;
            }
        }
        libxl_event_free(ctx, event);
    }
    libxl_evdisable_domain_death(ctx, gen);
    return reason;
}

static enum zp_action action_for(const struct monitor *m, int reason)
{
    switch (reason) {
    case LIBXL_SHUTDOWN_REASON_POWEROFF:
        return m->spec.on_poweroff;
    case LIBXL_SHUTDOWN_REASON_REBOOT:
    case LIBXL_SHUTDOWN_REASON_SOFT_RESET:
        return m->spec.on_reboot;
    case LIBXL_SHUTDOWN_REASON_CRASH:
    case LIBXL_SHUTDOWN_REASON_WATCHDOG:
        return m->spec.on_crash;
    default:
        return ZP_ACTION_PRESERVE;
    }
}

static bool restart_too_often(struct monitor *m)
{
    if (now() - m->started >= QUICK_S)
        m->quick = 0;
    return m->quick++ >= MAX_QUICK;
}

/* True while there is a zone to watch. */
static bool act(struct monitor *m, int reason, struct zp_error *err)
{
    enum zp_action action = action_for(m, reason);
    uint32_t domid;

    say(m, "domain %u has shut down (%s)", m->rec.domid,
        libxl_shutdown_reason_to_string((libxl_shutdown_reason)reason));
    if (action == ZP_ACTION_RESTART && restart_too_often(m)) {
        say(m, "restarted %d times within %d s of uptime each: ending it",
            MAX_QUICK, QUICK_S);
        action = ZP_ACTION_DESTROY;
    }
    switch (action) {
    case ZP_ACTION_DESTROY:
        set_phase(m, ZP__ENDING, NULL);
        return false;
    case ZP_ACTION_RESTART:
        if (set_phase(m, ZP__REBOOTING, err))
            return false;
        if (rebuild(m, err))
            return false;
        say(m, "restarted as domain %u", m->rec.domid);
        return true;
    case ZP_ACTION_PRESERVE:
        say(m, "kept as it is until it is destroyed");
        while (zp__domain_by_uuid(m->xen, m->rec.uuid, &domid, NULL) ==
               ZP_OK)
            if (wait_end(m, true) < 0)
                sleep(1);
        return false;
    }
    return false;
}

/* Until its launcher says so, the zone is not ours; if that dies first, there
 * is to be none. True: it runs. */
static bool wait_launched(struct monitor *m, struct zp_error *err)
{
    bool dead;

    while (m->rec.phase == ZP__LAUNCHING) {
        dead = !zp__who_alive(&m->rec.holder);
        /* Read after that was found: it may have been done before it died. */
        if (reread(m, err) || (dead && m->rec.phase == ZP__LAUNCHING))
            return false;
        if (m->rec.phase == ZP__LAUNCHING)
            usleep(20 * 1000);
    }
    return true;
}

/* A zone without it is as good, a little slower. */
static void follow_backends(struct monitor *m, uint32_t domid)
{
    struct zp_error err;

    m->followed = domid;
    if (m->spec.backend_affinity &&
        backends_follow(m->xen, &m->spec.plan, domid, &err))
        say(m, "backend-affinity: %s", err.msg);
}

static void watch(struct monitor *m)
{
    struct zp_error err = { .code = 0 };
    bool lives;
    uint32_t domid;
    int reason;

    m->started = now();
    lives = wait_launched(m, &err);
    if (lives && m->rec.phase == ZP__REBOOTING) {
        say(m, "goes on with a restart");
        lives = rebuild(m, &err) == ZP_OK;
    }
    while (lives && m->rec.phase == ZP__RUNNING) {
        lives = zp__domain_by_uuid(m->xen, m->rec.uuid, &domid, &err) ==
                ZP_OK;
        if (!lives)
            break;
        if (m->followed != domid)
            follow_backends(m, domid);
        m->rec.domid = domid;
        reason = wait_end(m, false);
        if (reason < 0) {
            /* It is dying, so it will not be found again. */
            usleep(200 * 1000);
            continue;
        }
        lives = reread(m, &err) == ZP_OK && act(m, reason, &err);
    }
    if (zp__zone_wipe(m->xen, m->rec.uuid, &err))
        say(m, "ending: %s", err.msg);
    else
        say(m, "has ended");
}

int main(int argc, char **argv)
{
    struct monitor m = { .quick = 0 };
    struct zp_error err = { .code = 0 };
    int rc;

    if (argc != 2 || fcntl(3, F_GETFD) < 0) {
        fprintf(stderr, "monitor: started by zonectl launch, not by hand\n");
        return 2;
    }
    rc = zp_xen_open(&m.xen, &err);
    if (!rc)
        rc = take_over(&m, argv[1], &err);
    if (rc) {
        fprintf(stderr, "monitor of %s: %s\n", argv[1], err.msg);
        return 1;
    }
    m.xen->log.copy = stderr;
    if (write(3, "R", 1) == 1)
        close(3);
    watch(&m);
    zp_zone_spec_clear(&m.spec);
    zp__record_clear(&m.rec);
    zp_xen_close(m.xen);
    return 0;
}
