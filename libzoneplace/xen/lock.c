/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host-wide ledger lock and the identity of processes. The lock is a
 * flock(2): the kernel lets go of it however its holder ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "xen/lock.h"

int zp__lock_in(const char *dir, int *fd_out, struct zp_error *err)
{
    char path[256];
    int fd;

    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return zp__fail_sys(err, ZP_ERR_IO, errno, NULL, "%s: %s", dir,
                            strerror(errno));
    snprintf(path, sizeof(path), "%s/lock", dir);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return zp__fail_sys(err, ZP_ERR_IO, errno, NULL, "%s: %s", path,
                            strerror(errno));
    while (flock(fd, LOCK_EX) < 0) {
        if (errno != EINTR) {
            zp__fail_sys(err, ZP_ERR_IO, errno, NULL, "%s: %s", path,
                         strerror(errno));
            close(fd);
            return ZP_ERR_IO;
        }
    }
    *fd_out = fd;
    return ZP_OK;
}

int zp__lock(int *fd_out, struct zp_error *err)
{
    return zp__lock_in("/run/zoneplace", fd_out, err);
}

/* 0 if there is no such process, or only its remains. */
static uint64_t start_time(int pid)
{
    unsigned long long start = 0;
    char path[32], buf[1024], state = 'X';
    const char *at;
    size_t len;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    f = fopen(path, "re");
    if (!f)
        return 0;
    len = fread(buf, 1, sizeof(buf) - 1, f);
    fclose(f);
    buf[len] = '\0';
    /* Field 2 is a name in brackets that may hold anything. */
    at = strrchr(buf, ')');
    if (!at || sscanf(at + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                      "%*s %*s %*s %*s %*s %*s %*s %*s %llu",
                      &state, &start) != 2)
        return 0;
    return state == 'Z' || state == 'X' ? 0 : start;
}

struct zp__who zp__who_me(void)
{
    struct zp__who who = { .pid = getpid() };

    who.start = start_time(who.pid);
    return who;
}

bool zp__who_alive(const struct zp__who *who)
{
    return who->pid > 0 && start_time(who->pid) == who->start &&
           who->start != 0;
}

void zp__who_kill(const struct zp__who *who, int sig, unsigned wait_ms)
{
    unsigned waited;

    if (!zp__who_alive(who))
        return;
    kill(who->pid, sig);
    for (waited = 0; waited < wait_ms && zp__who_alive(who); waited += 10)
        usleep(10 * 1000);
}
