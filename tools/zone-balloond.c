/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zone-balloond - gives dynamic zones the memory that they need, pnode by
 * pnode, by the rules of zone-balloond(8)
 *
 * It keeps nothing from one round to the next: all is in Xen and xenstore, so
 * it may be killed and started again at any point.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zoneplace-xen.h>

#include "drop.h"

static const char usage[] =
    "usage: zone-balloond [--once] [--dry-run] [--json] [--config FILE]\n"
    "Give dynamic zones the memory that they need (on a live Xen host)\n"
    "\n"
    "  --once         one round, then end\n"
    "  --dry-run      decide and say so, change nothing\n"
    "  --json         a line of JSON for each zone and round\n"
    "  --config FILE  read this instead of host.conf\n"
    "  --version, --help\n";

struct daemon {
    struct zp_xen *xen;
    struct zp_host_options opt;
    bool once, dry_run, json;
};

static int complain(const struct zp_error *err)
{
    fprintf(stderr, "zone-balloond: %s\n", err->msg);
    return 1;
}

/* Names are made of letters, digits, '.', '_' and '-', texts are our own. */
static void say(const struct daemon *d, const struct zp_balloon_report *r)
{
    if (d->json)
        printf("{\"zone\":\"%s\",\"domid\":%u,\"held_kib\":%" PRIu64
               ",\"target_kib\":%" PRIu64 ",\"next_kib\":%" PRIu64
               ",\"why\":\"%s\"}\n", r->name, r->domid, r->held_kib,
               r->target_kib, r->next_kib, r->text);
    else if (d->once || d->dry_run || r->next_kib != r->target_kib)
        printf("%s: %s\n", r->name, r->text);
}

/* xenstored may be started again: then what was open is of no use. */
static int round_of(struct daemon *d, struct zp_error *err)
{
    struct zp_balloon_report *reports = NULL;
    size_t nr = 0, i;
    int rc = ZP_OK;

    if (!d->xen)
        rc = zp_xen_open(&d->xen, err);
    if (!rc)
        rc = zp_xen_balloon(d->xen, &d->opt, d->dry_run, &reports, &nr, err);
    for (i = 0; i < nr; i++)
        say(d, &reports[i]);
    fflush(stdout);
    free(reports);
    if (rc) {
        zp_xen_close(d->xen);
        d->xen = NULL;
    }
    return rc;
}

static int run(struct daemon *d)
{
    const struct timespec pause = { (time_t)d->opt.balloon_interval, 0 };
    char last[sizeof(((struct zp_error *)0)->msg)] = "";
    struct zp_error err;
    sigset_t stop;

    /* One that comes during a round waits for its end, and is not missed. */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    do {
        if (round_of(d, &err) == ZP_OK) {
            last[0] = '\0';
        } else {
            /* Not every five seconds for as long as it lasts. */
            if (strcmp(last, err.msg) != 0)
                complain(&err);
            memcpy(last, err.msg, sizeof(last));
            if (d->once)
                return 1;
        }
    } while (!d->once && sigtimedwait(&stop, NULL, &pause) < 0);
    return 0;
}

static int parse(int argc, char **argv, struct daemon *d, const char **config)
{
    enum { ONCE = 256, DRY_RUN, JSON, CONFIG, VERSION };
    static const struct option options[] = {
        { "once", no_argument, NULL, ONCE },
        { "dry-run", no_argument, NULL, DRY_RUN },
        { "json", no_argument, NULL, JSON },
        { "config", required_argument, NULL, CONFIG },
        { "version", no_argument, NULL, VERSION },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    int id;

    while ((id = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (id) {
        case ONCE: d->once = true; break;
        case DRY_RUN: d->dry_run = true; break;
        case JSON: d->json = true; break;
        case CONFIG: *config = optarg; break;
        case VERSION: printf("zone-balloond %s\n", zp_version()); return 0;
        case 'h': fputs(usage, stdout); return 0;
        default: return 2;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "zone-balloond: takes no argument: %s\n",
                argv[optind]);
        return 2;
    }
    return -1;
}

int main(int argc, char **argv)
{
    struct daemon d = { .xen = NULL };
    const char *config = NULL;
    struct zp_error err;
    int rc = parse(argc, argv, &d, &config);

    if (rc >= 0)
        return rc;
    if (zp_host_options_read(config, &d.opt, &err))
        return complain(&err);
    if (drop_privileges(false)) {
        perror("zone-balloond: can't give up privileges");
        return 1;
    }
    rc = run(&d);
    zp_xen_close(d.xen);
    return rc;
}
