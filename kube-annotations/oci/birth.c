/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that outlive the verb that makes them. The child waits until its
 * pid is written down: a verb that is killed leaves none that nobody knows of.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "oci.h"

int birth_fork(struct birth *birth, pid_t *pid_out, struct zp_error *err)
{
    int both[2];
    char word = 0;
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both))
        return zp__fail_sys(err, ZP_ERR_IO, errno, "fork", "%s",
                            strerror(errno));
    birth->ours = both[0];
    birth->theirs = both[1];
    pid = fork();
    if (pid < 0) {
        close(both[0]);
        close(both[1]);
        return zp__fail_sys(err, ZP_ERR_IO, errno, "fork", "%s",
                            strerror(errno));
    }
    *pid_out = pid;
    close(both[pid ? 1 : 0]);
    if (!pid && (recv(birth->theirs, &word, 1, 0) != 1 || word != 'G'))
        _exit(EXIT_LOST);
    return ZP_OK;
}

int birth_finish(struct birth *birth, int rc, struct zp_error *err)
{
    char text[sizeof(err->msg) + 1];
    ssize_t len = 0;

    if (!rc) {
        send(birth->ours, "G", 1, MSG_NOSIGNAL);
        len = recv(birth->ours, text, sizeof(text) - 1, 0);
    }
    close(birth->ours);
    birth->ours = -1;
    if (rc)
        return rc;
    text[len > 0 ? len : 0] = '\0';
    if (!strcmp(text, "R"))
        return ZP_OK;
    return zp__fail(err, ZP_ERR_IO, "zone", "%s",
                    len > 1 ? text + 1 : "a process of zone-oci ended early");
}

void leave_caller(int log)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    setsid();
    if (null >= 0) {
        dup2(null, 0);
        dup2(null, 1);
    }
    if (log >= 0 || null >= 0)
        dup2(log >= 0 ? log : null, 2);
}

void birth_ready(struct birth *birth)
{
    if (birth->theirs < 0)
        return;
    send(birth->theirs, "R", 1, MSG_NOSIGNAL);
    close(birth->theirs);
    birth->theirs = -1;
}

void birth_failed(struct birth *birth, const struct zp_error *err)
{
    char text[sizeof(err->msg) + 1] = "E";

    if (birth->theirs < 0)
        return;
    memcpy(text + 1, err->msg, strnlen(err->msg, sizeof(err->msg) - 1));
    send(birth->theirs, text, strlen(text), MSG_NOSIGNAL);
    close(birth->theirs);
    birth->theirs = -1;
}

long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}
