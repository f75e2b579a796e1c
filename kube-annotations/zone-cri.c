/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zone-cri - between kubelet and containerd: see zone-cri(8) */
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "cri-log.h"
#include "cri-pods.h"

static const char usage[] =
    "usage: zone-cri [OPTION]...\n"
    "Stand between kubelet and containerd, and place the pods that are zones\n"
    "\n"
    "  --listen PATH         socket for kubelet; /run/zoneplace/cri.sock\n"
    "  --containerd PATH     containerd's; /run/containerd/containerd.sock\n"
    "  --handler NAME        runtime handler of zones; zone if not given\n"
    "  --allow-kernel PATH   a kernel that pods may name; may be repeated\n"
    "  --allow-cmdline TEXT  a command line that they may; may be repeated\n"
    "  --config FILE         read this instead of host.conf\n"
    "  --host FILE           no live host: this one, for trying out\n"
    "  --ledger FILE         keep its reservations there\n"
    "  --threads N           that run calls; 1 if not given\n"
    "  --version, --help\n"
    "\n"
    "Exit: 0 ended by a signal, 1 failed, 2 a bad option.\n";

enum { EXIT_FAILED = 1, EXIT_BAD = 2, MAX_THREADS = 64, MAX_ALLOWED = 64 };
enum { MAPPED_FROM = 128 << 10 };

struct options {
    struct zk_relay_config relay;
    struct zk_pods_config pods;
    const char *kernel[MAX_ALLOWED + 1];
    const char *cmdline[MAX_ALLOWED + 1];
    const char *config, *host, *ledger;
};

static int complain(int code, const char *what)
{
    zk_log("%s", what);
    return code;
}

/* systemd(1): "READY=1" on a socket of its own, if it waits for that. */
static void notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t len = path ? strlen(path) : 0;
    int fd;

    if (!len || len >= sizeof(address.sun_path))
        return;
    memcpy(address.sun_path, path, len);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL,
               (struct sockaddr *)&address,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
        complain(0, "systemd could not be told");
    close(fd);
}

/* Until a signal ends it. */
static void serve(struct zk_pods *pods, const sigset_t *ends)
{
    const struct timespec second = { 1, 0 };

    do {
        zk_pods_tick(pods);
    } while (sigtimedwait(ends, NULL, &second) < 0);
}

static int run_relay(struct options *o, struct zk_pods *pods,
                     const sigset_t *ends, struct zp_error *err)
{
    struct zk_relay *relay;
    int rc;

    o->relay.gate = zk_pods_gate(pods);
    rc = zk_relay_new(&o->relay, &relay, err);
    if (rc)
        return rc;
    zk_pods_set_relay(pods, relay);
    rc = zk_relay_start(relay, err);
    if (!rc) {
        notify("READY=1");
        serve(pods, ends);
    }
    zk_relay_free(relay);
    return rc;
}

static int run(struct options *o, const sigset_t *ends, struct zp_error *err)
{
    struct zk_pods *pods = NULL;
    int rc;

    if (o->host)
        rc = zk_ledger_open_file(o->host, o->ledger, &o->pods.ledger, err);
    else
        rc = zk_ledger_open_xen(o->config, &o->pods.ledger, err);
    if (rc)
        return rc;
    rc = zk_pods_new(&o->pods, &pods, err);
    if (!rc)
        rc = run_relay(o, pods, ends, err);
    zk_pods_free(pods);
    o->pods.ledger->ops->close(o->pods.ledger);
    return rc;
}

static bool add(const char *list[MAX_ALLOWED + 1], const char *value)
{
    unsigned i;

    for (i = 0; list[i]; i++)
        ;
    if (i == MAX_ALLOWED)
        return false;
    list[i] = value;
    return true;
}

static bool read_threads(const char *text, unsigned *threads_out)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end || !value ||
        value > MAX_THREADS)
        return false;
    *threads_out = (unsigned)value;
    return true;
}

enum { LISTEN = 256, CONTAINERD, HANDLER, KERNEL, CMDLINE, CONFIG, HOST, LEDGER,
       THREADS, VERSION };

static const struct option options[] = {
    { "listen", required_argument, NULL, LISTEN },
    { "containerd", required_argument, NULL, CONTAINERD },
    { "handler", required_argument, NULL, HANDLER },
    { "allow-kernel", required_argument, NULL, KERNEL },
    { "allow-cmdline", required_argument, NULL, CMDLINE },
    { "config", required_argument, NULL, CONFIG },
    { "host", required_argument, NULL, HOST },
    { "ledger", required_argument, NULL, LEDGER },
    { "threads", required_argument, NULL, THREADS },
    { "version", no_argument, NULL, VERSION },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 }
};

/* The value is good for the option. */
static bool set(struct options *o, int id, const char *value)
{
    switch (id) {
    case LISTEN: o->relay.listen = value; break;
    case CONTAINERD: o->relay.upstream = value; break;
    case HANDLER: o->pods.handler = value; return *value;
    case KERNEL: return add(o->kernel, value);
    case CMDLINE: return add(o->cmdline, value);
    case CONFIG: o->config = value; break;
    case HOST: o->host = value; break;
    case LEDGER: o->ledger = value; break;
    case THREADS: return read_threads(value, &o->relay.workers);
    }
    return true;
}

static int parse(int argc, char **argv, struct options *o)
{
    int id, index = 0;

    while ((id = getopt_long(argc, argv, "h", options, &index)) != -1) {
        switch (id) {
        case VERSION: printf("zone-cri %s\n", zp_version()); return 0;
        case 'h': fputs(usage, stdout); return 0;
        case '?': return EXIT_BAD;
        default:
            if (!set(o, id, optarg)) {
                zk_log("--%s can't be \"%s\", or that often",
                       options[index].name, optarg);
                return EXIT_BAD;
            }
        }
    }
    if (optind < argc)
        return complain(EXIT_BAD, "takes no argument");
    if (o->ledger && !o->host)
        return complain(EXIT_BAD, "--ledger goes with --host");
    if (o->config && o->host)
        return complain(EXIT_BAD, "--config is for a live host");
    return -1;
}

int main(int argc, char **argv)
{
    struct options o = {
        .relay = {
            .listen = "/run/zoneplace/cri.sock",
            .upstream = "/run/containerd/containerd.sock",
            .workers = 1,
        },
        .pods = { .handler = "zone" },
    };
    struct zp_error err;
    sigset_t ends;
    int rc = parse(argc, argv, &o);

    if (rc >= 0)
        return rc;
    o.pods.rules.kernel = o.kernel;
    o.pods.rules.cmdline = o.cmdline;
    /* Left alone it grows to the largest message that was freed, and what large
     * messages took stays in the heap, with small things in between. */
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
    /* The socket is root's from its first moment. */
    umask(0077);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    return run(&o, &ends, &err) ? complain(EXIT_FAILED, err.msg) : 0;
}
