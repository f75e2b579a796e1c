/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zone-init - the first process of a zone
 *
 * As PID 1 it makes the guest fit for containers and serves the link to the
 * host. With --fd it does the second alone, as a process of the host, over a
 * socket: for tests of everything that needs no Xen.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "guest.h"

static const char usage[] =
    "usage: zone-init --fd N --work DIR [--cgroups DIR]\n"
    "The first process of a zone. As PID 1 of a guest it takes no options.\n"
    "\n"
    "  --fd N      serve the link on this socket, with no guest around it\n"
    "  --work DIR  an empty directory for what it mounts\n"
    "  --cgroups DIR  a control group for those of containers\n"
    "  --version, --help\n";

enum { TICK_MS = 1000, MAX_FILES = 8 * MAX_SESSIONS };

/* ---- the loop ---- */

static void reap(struct zone *zone)
{
    struct signalfd_siginfo info;
    int status;
    pid_t pid;

    while (read(zone->signals, &info, sizeof(info)) > 0)
        ;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        session_ended(zone, pid, status);
}

/* False: the host is gone, or wants the zone to end: *ends_out. */
static bool take_frames(struct zone *zone, bool *ends_out)
{
    struct zk_frame frame;
    struct zp_error err;
    int rc;

    while ((rc = zk_link_receive(&zone->link, &frame, &err)) > 0) {
        *ends_out = frame.type == ZK_SHUTDOWN;
        if (*ends_out)
            return false;
        session_frame(zone, &frame);
    }
    if (rc < 0)
        fprintf(stderr, "zone-init: %s\n", err.msg);
    return rc == 0 && !zone->link.gone;
}

/* What has ended may have waited for credit, or for room in the link. */
static void finish_ended(struct zone *zone)
{
    struct session *s, *next;

    for (s = zone->sessions; s; s = next) {
        next = s->next;
        if (s->exited) {
            relay_drain(zone, s);
            session_finish(zone, s);
        }
    }
}

static void wait_for_something(struct zone *zone)
{
    struct pollfd fds[2 + MAX_SESSIONS * FDS_OF_SESSION];
    struct session *s, *next;
    nfds_t nr = 2, of;

    fds[0] = (struct pollfd){ .fd = zone->signals, .events = POLLIN };
    fds[1] = (struct pollfd){ .fd = zk_link_fd(&zone->link),
                              .events = zk_link_events(&zone->link) };
    for (s = zone->sessions; s; s = s->next)
        nr += relay_poll(zone, s, fds + nr);
    if (poll(fds, nr, zone->machine || zone->sweeps ? TICK_MS : -1) < 0)
        return;
    zk_link_polled(&zone->link, fds[1].revents);
    nr = 2;
    for (s = zone->sessions; s; s = next) {
        next = s->next;
        of = FDS_OF_SESSION;
        relay_polled(zone, s, fds + nr, of);
        nr += of;
    }
    if (fds[0].revents)
        reap(zone);
}

/* True: the zone is to end. */
static bool serve(struct zone *zone)
{
    bool ends = false;

    do {
        if (!zk_link_pending(&zone->link))
            wait_for_something(zone);
        finish_ended(zone);
        if (zone->sweeps)
            cgroup_sweep(zone);
        if (zone->machine)
            memory_tick();
    } while (take_frames(zone, &ends));
    session_end_all(zone);
    zk_link_close(&zone->link);
    return ends;
}

/* ---- before it ---- */

static int complain(const char *what)
{
    fprintf(stderr, "zone-init: %s: %s\n", what, strerror(errno));
    return 1;
}

/* Programs of a pod talk to each other by 127.0.0.1. */
static int loopback_up(void)
{
    struct ifreq request = { .ifr_name = "lo" };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

    request.ifr_flags = IFF_UP;
    rc = fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &request);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* Every session has a few files of ours. */
static void raise_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max < MAX_FILES ? limit.rlim_max : MAX_FILES;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int prepare(struct zone *zone)
{
    char *real = realpath(zone->work, NULL);
    sigset_t set;

    if (!real)
        return -1;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    raise_files();
    if (loopback_up())
        complain("lo");
    zone->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    zone->self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    /* From here on its paths are relative: overlay's options are lists, and
     * a path might hold what separates them. */
    if (zone->signals < 0 || zone->self < 0 ||
        mount("zone", real, "tmpfs", 0, "mode=755") || chdir(real) ||
        mkdir("shm", 01777) || mkdir("empty", 0755) ||
        mount("shm", "shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"))
        return -1;
    free(real);
    zone->work = ".";
    return 0;
}

/* A process of the host, in namespaces of its own. What it mounts the host does
 * not see, but it does see roots that containerd mounts later. */
static int stand_in(struct zone *zone, int fd, const char *cgroups)
{
    struct zk_transport *transport;
    struct zp_error err;

    if (cgroups && cgroup_boot(zone, cgroups))
        return complain(cgroups);
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) ||
        mount("proc", "/proc", "proc", 0, NULL) || prepare(zone))
        return complain(zone->work);
    transport = zk_transport_socket(fd);
    if (!transport || zk_link_open(&zone->link, transport, ZK_ZONE, &err))
        return complain("the link");
    serve(zone);
    return 0;
}

/* A host that went comes again, or the zone is destroyed. */
static void be_machine(struct zone *zone)
{
    struct zk_transport *transport;
    struct zp_error err;

    boot_machine();
    if (cgroup_boot(zone, "/sys/fs/cgroup"))
        complain("control groups");
    if (prepare(zone)) {
        complain(zone->work);
        boot_end(RB_POWER_OFF);
    }
    for (;;) {
        transport = store_serve_link();
        if (!transport ||
            zk_link_open(&zone->link, transport, ZK_ZONE, &err)) {
            complain("the link");
            boot_end(RB_POWER_OFF);
        }
        store_write("data/zone/state", "ready");
        fprintf(stderr, "zone-init: ready\n");
        if (serve(zone))
            boot_end(RB_POWER_OFF);
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "fd", required_argument, NULL, 'f' },
        { "work", required_argument, NULL, 'w' },
        { "cgroups", required_argument, NULL, 'c' },
        { "version", no_argument, NULL, 'V' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    static struct zone zone = { .cgroups = -1, .devices = -1 };
    const char *cgroups = NULL;
    int option, fd = -1;

    /* The kernel runs /sbin/poweroff and /sbin/reboot when the toolstack asks
     * for it by control/shutdown. */
    if (argc > 0 && strstr(argv[0], "poweroff"))
        boot_end(RB_POWER_OFF);
    if (argc > 0 && strstr(argv[0], "reboot"))
        boot_end(RB_AUTOBOOT);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'f':
            fd = atoi(optarg);
            break;
        case 'w':
            zone.work = optarg;
            break;
        case 'c':
            cgroups = optarg;
            break;
        case 'V':
            return printf("zone-init %s\n", PACKAGE_VERSION) < 0;
        case 'h':
            return fputs(usage, stdout) < 0;
        default:
            return 2;
        }
    }
    if (fd > 2 && zone.work)
        return stand_in(&zone, fd, cgroups);
    if (fd >= 0 || zone.work || getpid() != 1) {
        fputs(usage, stderr);
        return 2;
    }
    zone.machine = true;
    zone.work = "/run";
    be_machine(&zone);
}
