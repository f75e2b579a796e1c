/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes processes of containers. A container's first process has a mount, uts
 * and pid namespace of its own, or the pod's pid namespace; what follows joins
 * them. Network and ipc are the zone's, as they are a pod's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

void run_fail(int report, const char *fmt, ...)
{
    char text[ZK_MAX_REASON + 1] = { REPORT_ERROR };
    va_list args;

    va_start(args, fmt);
    vsnprintf(text + 1, sizeof(text) - 1, fmt, args);
    va_end(args);
    send(report, text, strlen(text), MSG_NOSIGNAL);
    _exit(127);
}

int run_report_file(int report, char word, int fd)
{
    union {
        char buf[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = { .buf = "" };
    struct iovec iov = { &word, 1 };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
        .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    return sendmsg(report, &msg, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* ---- files of a process ---- */

struct ends {
    int ours[3], theirs[3], report;
};

static void close_all(struct ends *e)
{
    int i;

    for (i = 0; i < 3; i++) {
        if (e->ours[i] >= 0)
            close(e->ours[i]);
        if (e->theirs[i] >= 0)
            close(e->theirs[i]);
    }
    if (e->report >= 0)
        close(e->report);
}

/* Pipes for the standard streams, unless a terminal takes their place. */
static int make_ends(struct session *s, struct ends *e)
{
    int i, both[2];

    for (i = 0; i < 3; i++)
        e->ours[i] = e->theirs[i] = -1;
    e->report = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both))
        return -1;
    s->report = both[0];
    e->report = both[1];
    for (i = 0; !s->terminal && i < 3; i++) {
        if (pipe2(both, O_CLOEXEC))
            return -1;
        e->ours[i] = both[!i];
        e->theirs[i] = both[i != 0];
        if (fcntl(e->ours[i], F_SETFL, O_NONBLOCK))
            return -1;
    }
    return 0;
}

/* ---- in the process ---- */

static void take_streams(const struct ends *e)
{
    int i;

    for (i = 0; i < 3; i++) {
        if (e->theirs[i] >= 0 && dup2(e->theirs[i], i) < 0)
            run_fail(e->report, "standard streams: %s", strerror(errno));
    }
}

static void say_ready(const struct zk_process *p, int report)
{
    static const char word = REPORT_READY;

    if (p->terminal)
        process_terminal(p, report);
    else if (send(report, &word, 1, MSG_NOSIGNAL) != 1)
        _exit(127);
}

static void wait_for_start(int report)
{
    char word = 0;

    if (recv(report, &word, 1, 0) != 1 || word != REPORT_START)
        _exit(127);
}

/* As the kernel gives it to a program: nothing blocked, nothing ignored. */
static void reset_signals(void)
{
    sigset_t none;
    int number;

    for (number = 1; number <= 64; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Of zone-init's files it keeps the standard streams, @a and @b; -1: none. */
static void close_others(int a, int b)
{
    int kept[2] = { a < b ? a : b, a < b ? b : a }, from = 3, i;

    for (i = 0; i < 2; i++) {
        if (kept[i] > from)
            close_range((unsigned)from, (unsigned)kept[i] - 1, 0);
        if (kept[i] >= from)
            from = kept[i] + 1;
    }
    close_range((unsigned)from, ~0u, 0);
}

/*
 * The container's processes see it from its first moment, and once it may do
 * no more than they do nothing but this keeps them from what is zone-init's in
 * it, until the program takes its place (CVE-2016-9962). One with
 * CAP_SYS_PTRACE is not kept: what it could find is closed.
 */
static void hide(const struct session *in, const struct ends *e)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
        run_fail(e->report, "files: %s", strerror(errno));
    take_streams(e);
    close_others(e->report, in ? in->pidfd : -1);
}

/* @in: the container's session that it joins, or NULL. */
_Noreturn static void be_process(const struct zone *zone,
                                 const struct session *s,
                                 const struct zk_spec *spec,
                                 const struct session *in,
                                 const struct ends *e)
{
    hide(in, e);
    reset_signals();
    /* It is in its pid namespace: that is its parent's doing. */
    process_early(&spec->process, e->report);
    if (in) {
        if (setns(in->pidfd, CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWCGROUP))
            run_fail(e->report, "the container: %s", strerror(errno));
        close(in->pidfd);
    } else {
        /* Programs look up their limits where a machine's would be. */
        if (zone->cgroups >= 0 && unshare(CLONE_NEWCGROUP))
            run_fail(e->report, "control groups: %s", strerror(errno));
        root_enter(spec, zone->work, s->id, e->report);
    }
    setsid();
    say_ready(&spec->process, e->report);
    wait_for_start(e->report);
    process_become(&spec->process, in ? &in->filter : &s->filter, e->report);
}

/* ---- in zone-init ---- */

/* fork(2) into new namespaces @flags, and a control group, unless that is -1. */
static pid_t fork_into(unsigned long flags, int cgroup, int *pidfd)
{
    struct clone_args args = { .flags = flags | CLONE_PIDFD |
                                        CLONE_INTO_CGROUP,
                               .pidfd = (uintptr_t)pidfd,
                               .exit_signal = SIGCHLD };

    if (cgroup < 0)
        return (pid_t)syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, NULL,
                              pidfd, NULL, NULL);
    args.cgroup = (uint64_t)cgroup;
    return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* The pod's pid namespace has an init that only reaps. */
static int make_pause(struct zone *zone)
{
    if (zone->pause)
        return 0;
    zone->pause = fork_into(CLONE_NEWPID, -1, &zone->pause_fd);
    if (zone->pause < 0) {
        zone->pause = 0;
        return -1;
    }
    if (zone->pause)
        return 0;
    reset_signals();
    prctl(PR_SET_NAME, "pause");
    close_range(0, ~0u, 0);
    for (;;) {
        if (waitpid(-1, NULL, 0) < 0)
            usleep(100000);
    }
}

/* fork(2) with the child in the pid namespace of @pidfd's process. */
static pid_t fork_beside(const struct zone *zone, int beside,
                         unsigned long flags, int cgroup, int *pidfd)
{
    pid_t pid;
    int saved;

    if (setns(beside, CLONE_NEWPID))
        return -1;
    pid = fork_into(flags, cgroup, pidfd);
    saved = errno;
    if (pid && setns(zone->self, CLONE_NEWPID))
        abort();                 /* our own: it can't be refused */
    errno = saved;
    return pid;
}

static pid_t fork_process(struct zone *zone, struct session *s,
                          const struct zk_spec *spec,
                          const struct session *in, int cgroup)
{
    if (in)
        return fork_beside(zone, in->pidfd, 0, cgroup, &s->pidfd);
    if (!spec->shared_pids)
        return fork_into(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID, cgroup,
                         &s->pidfd);
    if (make_pause(zone))
        return -1;
    return fork_beside(zone, zone->pause_fd, CLONE_NEWNS | CLONE_NEWUTS,
                       cgroup, &s->pidfd);
}

int run_create(struct zone *zone, struct session *s,
               const struct zk_spec *spec, const struct session *in)
{
    struct ends e;
    int saved, cgroup;

    s->terminal = spec->process.terminal;
    if (make_ends(s, &e)) {
        saved = errno;
        close_all(&e);
        errno = saved;
        return -1;
    }
    cgroup = cgroup_of(zone, s->container);
    s->pid = fork_process(zone, s, spec, in, cgroup);
    if (s->pid == 0)
        be_process(zone, s, spec, in, &e);
    saved = errno;
    if (cgroup >= 0)
        close(cgroup);
    s->in = e.ours[0];
    s->out[0] = e.ours[1];
    s->out[1] = e.ours[2];
    e.ours[0] = e.ours[1] = e.ours[2] = -1;
    close_all(&e);
    errno = saved;
    return s->pid < 0 ? -1 : 0;
}
