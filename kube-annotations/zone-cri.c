/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zone-cri - between kubelet and containerd: see zone-cri(8) */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cri-log.h"
#include "cri-relay.h"

static const char usage[] =
    "usage: zone-cri [OPTION]...\n"
    "Stand between kubelet and containerd: pass the CRI on\n"
    "\n"
    "  --listen PATH       socket for kubelet; /run/zoneplace/cri.sock\n"
    "  --containerd PATH   containerd's; /run/containerd/containerd.sock\n"
    "  --threads N         that run calls; 1 if not given\n"
    "  --version, --help\n"
    "\n"
    "Exit: 0 ended by a signal, 1 failed, 2 a bad option.\n";

enum { EXIT_FAILED = 1, EXIT_BAD = 2, MAX_THREADS = 64 };

struct options {
    struct zk_relay_config relay;
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

static int run(const struct options *o, const sigset_t *ends)
{
    struct zk_relay *relay;
    struct zp_error err;
    int sig;

    if (zk_relay_new(&o->relay, &relay, &err))
        return complain(EXIT_FAILED, err.msg);
    if (zk_relay_start(relay, &err)) {
        zk_relay_free(relay);
        return complain(EXIT_FAILED, err.msg);
    }
    notify("READY=1");
    sigwait(ends, &sig);
    zk_relay_free(relay);
    return 0;
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

static int parse(int argc, char **argv, struct options *o)
{
    enum { LISTEN = 256, CONTAINERD, THREADS, VERSION };
    static const struct option options[] = {
        { "listen", required_argument, NULL, LISTEN },
        { "containerd", required_argument, NULL, CONTAINERD },
        { "threads", required_argument, NULL, THREADS },
        { "version", no_argument, NULL, VERSION },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    int id;

    while ((id = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (id) {
        case LISTEN: o->relay.listen = optarg; break;
        case CONTAINERD: o->relay.upstream = optarg; break;
        case THREADS:
            if (!read_threads(optarg, &o->relay.workers))
                return complain(EXIT_BAD, "--threads: a number from 1 to 64");
            break;
        case VERSION: printf("zone-cri %s\n", zp_version()); return 0;
        case 'h': fputs(usage, stdout); return 0;
        default: return EXIT_BAD;
        }
    }
    return optind < argc ? complain(EXIT_BAD, "takes no argument") : -1;
}

int main(int argc, char **argv)
{
    struct options o = { .relay = {
        .listen = "/run/zoneplace/cri.sock",
        .upstream = "/run/containerd/containerd.sock",
        .workers = 1,
    } };
    int rc = parse(argc, argv, &o);
    sigset_t ends;

    if (rc >= 0)
        return rc;
    /* The socket is root's from its first moment. */
    umask(0077);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    return run(&o, &ends);
}
