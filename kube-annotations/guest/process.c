/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a child of zone-init to a program of a container. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

void process_early(const struct zk_process *p, int report)
{
    char text[16];

    snprintf(text, sizeof(text), "%d", p->oom_score_adj);
    if (p->oom_score_adj &&
        file_write(AT_FDCWD, "/proc/self/oom_score_adj", text))
        run_fail(report, "oomScoreAdj: %s", strerror(errno));
}

void process_terminal(const struct zk_process *p, int report)
{
    struct winsize size = { .ws_row = p->rows, .ws_col = p->columns };
    int master, slave, unlock = 0, i;

    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock))
        run_fail(report, "a terminal: /dev/ptmx: %s", strerror(errno));
    slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) ||
        fchown(slave, p->uid, (gid_t)-1) || fchmod(slave, 0620))
        run_fail(report, "a terminal: %s", strerror(errno));
    if (p->rows && p->columns)
        ioctl(slave, TIOCSWINSZ, &size);
    for (i = 0; i < 3; i++) {
        if (dup2(slave, i) < 0)
            run_fail(report, "a terminal: %s", strerror(errno));
    }
    if (run_report_file(report, REPORT_READY, master))
        _exit(127);
    close(master);
}

static void set_limits(const struct zk_process *p, int report)
{
    int i;

    for (i = 0; i < ZK_NR_RLIMITS; i++) {
        struct rlimit limit = { p->rlimit[i].soft, p->rlimit[i].hard };

        if (p->rlimits_set & 1u << i &&
            setrlimit((__rlimit_resource_t)i, &limit))
            run_fail(report, "rlimit %d: %s", i, strerror(errno));
    }
}

/* Capabilities that this kernel has; the others can't be dropped either. */
static void drop_bounding(const struct zk_process *p, int report)
{
    int cap;

    for (cap = 0; cap < 64; cap++) {
        if (p->caps[ZK_CAP_BOUNDING] >> cap & 1 ||
            prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 1)
            continue;
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
            run_fail(report, "capability %d: %s", cap, strerror(errno));
    }
}

/* @more: some that it is to lose yet. */
static void set_capabilities(const struct zk_process *p, uint64_t more,
                             int report)
{
    struct __user_cap_header_struct header = {
        .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2];
    int i;

    for (i = 0; i < 2; i++) {
        data[i].effective =
            (uint32_t)((p->caps[ZK_CAP_EFFECTIVE] | more) >> 32 * i);
        data[i].permitted =
            (uint32_t)((p->caps[ZK_CAP_PERMITTED] | more) >> 32 * i);
        data[i].inheritable =
            (uint32_t)(p->caps[ZK_CAP_INHERITABLE] >> 32 * i);
    }
    if (syscall(SYS_capset, &header, data))
        run_fail(report, "capabilities: %s", strerror(errno));
}

static void raise_ambient(const struct zk_process *p, int report)
{
    int cap;

    for (cap = 0; cap < 64; cap++) {
        if (p->caps[ZK_CAP_AMBIENT] >> cap & 1 &&
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0))
            run_fail(report, "ambient capability %d: %s", cap,
                     strerror(errno));
    }
}

static void set_user(const struct zk_process *p, uint64_t more, int report)
{
    drop_bounding(p, report);
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) ||
        setgroups(p->nr_groups, p->groups) ||
        setresgid(p->gid, p->gid, p->gid) ||
        setresuid(p->uid, p->uid, p->uid) ||
        prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0))
        run_fail(report, "user %u, group %u: %s", p->uid, p->gid,
                 strerror(errno));
    set_capabilities(p, more, report);
    raise_ambient(p, report);
    if (p->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        run_fail(report, "noNewPrivileges: %s", strerror(errno));
}

static void load_filter(const struct zk_filter *filter, int report)
{
    struct sock_fprog program = { (unsigned short)filter->nr, filter->at };

    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter->flags, &program))
        run_fail(report, "seccomp: %u instructions: %s", filter->nr,
                 strerror(errno));
}

/* execvp(3) takes arrays of what could be changed, and changes nothing. */
union words {
    const char **ours;
    char **theirs;
};

void process_become(const struct zk_process *p, const struct zk_filter *filter,
                    int report)
{
    union words args = { p->args.at }, env = { p->env.at };
    uint64_t more = 0;

    /*
     * Linux takes a filter from who can gain no privileges, or has this one.
     * So it is the last that goes: what comes after the filter a profile has
     * to allow, and that is capset(2) and execve(2) alone.
     */
    if (filter->nr && !p->no_new_privileges)
        more = (uint64_t)1 << CAP_SYS_ADMIN;

    set_limits(p, report);
    umask(p->umask == ZP_UNKNOWN_ID ? 022 : p->umask);
    set_user(p, more, report);
    /* As the user: a directory may be closed to root on its server. */
    if (chdir(p->cwd))
        run_fail(report, "cwd %s: %s", p->cwd, strerror(errno));
    /* The report closes as the program begins. */
    if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC))
        run_fail(report, "files: %s", strerror(errno));
    environ = env.theirs;
    if (filter->nr)
        load_filter(filter, report);
    if (more)
        set_capabilities(p, 0, report);
    execvp(args.theirs[0], args.theirs);
    run_fail(report, "%s: %s", args.theirs[0], strerror(errno));
}
