/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zone-device-plugin - the host's capacity for kubelet: see
 * zone-device-plugin(8) */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <grpc/support/log.h>

#include "../../tools/drop.h"
#include "dp.h"
#include "internal.h"

static const char usage[] =
    "usage: zone-device-plugin [OPTION]...\n"
    "Tell kubelet what pods may have of this host\n"
    "\n"
    "  --config FILE  instead of /etc/zoneplace/device-plugin.conf\n"
    "  --host FILE    count this described host, not the live one\n"
    "  --list         print what there is, and end\n"
    "  --json         with --list: as JSON\n"
    "  --version, --help\n"
    "\n"
    "Exit: 0 ended by a signal, 1 failed, 2 a bad option.\n";

enum { EXIT_FAILED = 1, EXIT_BAD = 2 };
/* Between looks at kubelet's socket. */
enum { TICK_MS = 500 };

struct endpoint {
    char name[80];               /* "zoneplace-vcpu.sock" */
    char path[ZD_MAX_PATH + 80];
    struct zd_server *server;
    struct stat st;              /* of its socket */
};

struct plugin {
    const char *config, *host_path;
    bool list, json;
    struct zd_conf conf;
    struct zd_source *source;
    struct zd_resource resource[ZD_MAX_RESOURCES];
    struct endpoint endpoint[ZD_MAX_RESOURCES];
    uint32_t nr;
    grpc_completion_queue *cq;
    char kubelet[ZD_MAX_PATH + 20]; /* its socket */
    struct stat kubelet_st;
    bool registered;
    char said[2][sizeof(((struct zp_error *)0)->msg)];
};

enum { OF_HOST, OF_KUBELET };

/* ---- what is said ---- */

static void say(const char *fmt, ...) ZP_PRINTF(1, 2);
static void say(const char *fmt, ...)
{
    char line[512], *at;
    va_list args;

    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    for (at = line; *at; at++) {
        if (*at < 0x20 || *at > 0x7e)
            *at = '?';
    }
    fprintf(stderr, "zone-device-plugin: %s\n", line);
}

static int complain(int code, const char *what)
{
    say("%s", what);
    return code;
}

/* Not every few seconds for as long as it lasts. */
static void say_once(struct plugin *p, int of, const char *what)
{
    if (*what && strcmp(p->said[of], what) != 0)
        say("%s", what);
    snprintf(p->said[of], sizeof(p->said[of]), "%s", what);
}

static void log_grpc(gpr_log_func_args *args)
{
    if (args->severity == GPR_LOG_SEVERITY_ERROR)
        say("gRPC: %s", args->message);
}

/* ---- the host ---- */

static int count(struct plugin *p, struct zp_error *err)
{
    struct zd_host host;
    int rc = zd_source_read(p->source, p->conf.shapes, &host, err);

    if (rc)
        return rc;
    rc = zd_count(&p->conf, &host, p->resource, p->nr, err);
    zd_host_clear(&host);
    return rc;
}

static void count_again(struct plugin *p)
{
    struct zp_error err;
    uint32_t i;

    if (count(p, &err)) {
        say_once(p, OF_HOST, err.msg);
        zd_all_unhealthy(p->resource, p->nr);
    } else {
        if (*p->said[OF_HOST])
            say("the host can be counted again");
        say_once(p, OF_HOST, "");
    }
    for (i = 0; i < p->nr; i++) {
        if (p->endpoint[i].server)
            zd_server_update(p->endpoint[i].server);
    }
}

/* ---- --list ---- */

struct tally {
    size_t healthy, all;
};

/* Pnodes come in no order; the lists are short. */
static struct tally of_pnode(const struct zd_resource *r, uint32_t pnode)
{
    struct tally tally = { 0, 0 };
    size_t i;

    for (i = 0; i < r->nr; i++) {
        if (r->device[i].pnode != pnode)
            continue;
        tally.all++;
        tally.healthy += r->device[i].healthy;
    }
    return tally;
}

static struct tally of_all(const struct zd_resource *r)
{
    struct tally tally = { 0, r->nr };
    size_t i;

    for (i = 0; i < r->nr; i++)
        tally.healthy += r->device[i].healthy;
    return tally;
}

/* The next pnode above @pnode in the list, from -1; -1: none. */
static int64_t next_pnode(const struct zd_resource *r, int64_t pnode)
{
    int64_t next = -1;
    size_t i;

    for (i = 0; i < r->nr; i++) {
        if (r->device[i].pnode != ZP_UNKNOWN_ID && r->device[i].pnode > pnode &&
            (next < 0 || r->device[i].pnode < next))
            next = r->device[i].pnode;
    }
    return next;
}

static void print_text(const struct zd_resource *r)
{
    struct tally tally = of_all(r);
    int64_t pnode;

    printf("%s: %zu for pods of %zu\n", r->name, tally.healthy, tally.all);
    for (pnode = next_pnode(r, -1); pnode >= 0; pnode = next_pnode(r, pnode)) {
        tally = of_pnode(r, (uint32_t)pnode);
        printf("  pnode %lld: %zu of %zu\n", (long long)pnode, tally.healthy,
               tally.all);
    }
}

static void print_json(const struct zd_resource *r)
{
    struct tally tally = of_all(r);
    const char *comma = "";
    int64_t pnode;

    printf("{\"name\": \"%s\", \"healthy\": %zu, \"all\": %zu, \"pnodes\": [",
           r->name, tally.healthy, tally.all);
    for (pnode = next_pnode(r, -1); pnode >= 0; pnode = next_pnode(r, pnode)) {
        tally = of_pnode(r, (uint32_t)pnode);
        printf("%s{\"pnode\": %lld, \"healthy\": %zu, \"all\": %zu}", comma,
               (long long)pnode, tally.healthy, tally.all);
        comma = ", ";
    }
    printf("]}");
}

static int print_list(const struct plugin *p)
{
    uint32_t i;

    if (p->json)
        printf("{\"resources\": [\n");
    for (i = 0; i < p->nr; i++) {
        if (p->json)
            print_json(&p->resource[i]);
        else
            print_text(&p->resource[i]);
        if (p->json)
            printf("%s\n", i + 1 < p->nr ? "," : "");
    }
    if (p->json)
        printf("]}\n");
    return fflush(stdout) ? complain(EXIT_FAILED, strerror(errno)) : 0;
}

/* ---- kubelet ---- */

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Kubelet empties its directory when it starts. */
static int open_endpoint(struct plugin *p, uint32_t i, struct zp_error *err)
{
    struct endpoint *e = &p->endpoint[i];
    struct stat st;
    int rc;

    if (e->server && !stat(e->path, &st)) {
        if (same_file(&st, &e->st))
            return ZP_OK;
        return zp__fail(err, ZP_ERR_EXISTS, "socket", "%s: another one "
                        "listens there now", e->path);
    }
    zd_server_close(e->server);
    e->server = NULL;
    rc = zd_server_open(p->cq, e->path, &p->resource[i], &e->server, err);
    if (rc)
        return rc;
    p->registered = false;
    if (stat(e->path, &e->st))
        return zp__fail_sys(err, ZP_ERR_IO, errno, "socket", "%s: %s",
                            e->path, strerror(errno));
    return ZP_OK;
}

static int register_all(struct plugin *p, struct zp_error *err)
{
    uint32_t i;
    int rc = ZP_OK;

    for (i = 0; !rc && i < p->nr; i++)
        rc = zd_register(p->cq, p->kubelet, p->endpoint[i].name,
                         p->resource[i].name, err);
    if (rc)
        return rc;
    p->registered = true;
    say("registered %u resources", p->nr);
    return ZP_OK;
}

/* EXISTS: it can't go on. What else fails is tried again. */
static int look_at_kubelet(struct plugin *p, struct zp_error *err)
{
    struct stat st;
    uint32_t i;
    int rc = ZP_OK;

    if (stat(p->kubelet, &st)) {
        p->registered = false;
        return zp__fail_sys(err, ZP_ERR_IO, errno, "kubelet", "waiting for "
                            "kubelet: %s: %s", p->kubelet, strerror(errno));
    }
    if (!same_file(&st, &p->kubelet_st))
        p->registered = false;
    p->kubelet_st = st;
    for (i = 0; !rc && i < p->nr; i++)
        rc = open_endpoint(p, i, err);
    if (!rc && !p->registered)
        rc = register_all(p, err);
    return rc;
}

/* ---- its life ---- */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool told_to_end(const sigset_t *ends)
{
    const struct timespec at_once = { 0, 0 };

    return sigtimedwait(ends, NULL, &at_once) > 0;
}

static int serve(struct plugin *p, const sigset_t *ends)
{
    int64_t next_ms = now_ms() + p->conf.interval * 1000, until_ms;
    struct zp_error err;
    int rc = ZP_OK;

    while (rc != ZP_ERR_EXISTS && !told_to_end(ends)) {
        rc = look_at_kubelet(p, &err);
        say_once(p, OF_KUBELET, rc ? err.msg : "");
        if (now_ms() >= next_ms) {
            count_again(p);
            next_ms = now_ms() + p->conf.interval * 1000;
        }
        until_ms = now_ms() + TICK_MS;
        while (now_ms() < until_ms)
            zd_handle(p->cq, (int)(until_ms - now_ms()));
    }
    return rc == ZP_ERR_EXISTS ? EXIT_FAILED : 0;
}

static void name_endpoints(struct plugin *p)
{
    char dir[ZD_MAX_PATH], name[sizeof(p->endpoint->name)];
    struct endpoint *e;
    uint32_t i;

    memcpy(dir, p->conf.kubelet_dir, sizeof(dir));
    snprintf(p->kubelet, sizeof(p->kubelet), "%s/kubelet.sock", dir);
    for (i = 0; i < p->nr; i++) {
        e = &p->endpoint[i];
        snprintf(name, sizeof(name), "zoneplace-%.60s.sock",
                 strchr(p->resource[i].name, '/') + 1);
        memcpy(e->name, name, sizeof(name));
        snprintf(e->path, sizeof(e->path), "%s/%s", dir, name);
    }
}

static void close_all(struct plugin *p)
{
    uint32_t i;

    for (i = 0; i < p->nr; i++)
        zd_server_close(p->endpoint[i].server);
    grpc_completion_queue_shutdown(p->cq);
    while (grpc_completion_queue_next(p->cq,
                                      gpr_inf_future(GPR_CLOCK_MONOTONIC),
                                      NULL).type != GRPC_QUEUE_SHUTDOWN)
        ;
    grpc_completion_queue_destroy(p->cq);
    grpc_shutdown_blocking();
}

static int run(struct plugin *p)
{
    sigset_t ends;
    int rc;

    if (p->list)
        return print_list(p);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    /* The sockets are root's from their first moment. */
    umask(0077);
    gpr_set_log_function(log_grpc);
    grpc_init();
    p->cq = grpc_completion_queue_create_for_next(NULL);
    name_endpoints(p);
    rc = serve(p, &ends);
    close_all(p);
    return rc;
}

static int parse(int argc, char **argv, struct plugin *p)
{
    enum { CONFIG = 256, HOST, LIST, JSON, VERSION };
    static const struct option options[] = {
        { "config", required_argument, NULL, CONFIG },
        { "host", required_argument, NULL, HOST },
        { "list", no_argument, NULL, LIST },
        { "json", no_argument, NULL, JSON },
        { "version", no_argument, NULL, VERSION },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    int id;

    while ((id = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (id) {
        case CONFIG: p->config = optarg; break;
        case HOST: p->host_path = optarg; break;
        case LIST: p->list = true; break;
        case JSON: p->json = true; break;
        case VERSION: printf("zone-device-plugin %s\n", zp_version());
            return 0;
        case 'h': fputs(usage, stdout); return 0;
        default: return EXIT_BAD;
        }
    }
    if (p->json && !p->list)
        return complain(EXIT_BAD, "--json goes with --list");
    return optind < argc ? complain(EXIT_BAD, "takes no argument") : -1;
}

int main(int argc, char **argv)
{
    static struct plugin p;
    struct zp_error err;
    uint32_t i;
    int rc = parse(argc, argv, &p);

    if (rc >= 0)
        return rc;
    if (zd_conf_read(p.config, &p.conf, &err))
        return complain(EXIT_FAILED, err.msg);
    p.nr = zd_resources_init(&p.conf, p.resource);
    if (drop_privileges(false))
        return complain(EXIT_FAILED, "can't give up privileges");
    if (zd_source_open(p.host_path, &p.source, &err) || count(&p, &err))
        rc = complain(EXIT_FAILED, err.msg);
    else
        rc = run(&p);
    for (i = 0; i < p.nr; i++)
        zd_resource_clear(&p.resource[i]);
    zd_source_close(p.source);
    zd_conf_clear(&p.conf);
    return rc;
}
