/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "oci.h"

/* An address holds 107 bytes; container ids alone have 64. */
static void address_of(int dir, const char *name, struct sockaddr_un *addr)
{
    memset(addr, 0, sizeof(*addr));
    addr->sun_family = AF_UNIX;
    snprintf(addr->sun_path, sizeof(addr->sun_path), "/proc/self/fd/%d/%s",
             dir, name);
}

int socket_listen(int dir, const char *name, int type)
{
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0), saved;
    struct sockaddr_un addr;

    address_of(dir, name, &addr);
    if (fd >= 0 && (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
                    listen(fd, 64))) {
        saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

int socket_connect(int dir, const char *name, int type)
{
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0), saved;
    struct sockaddr_un addr;

    address_of(dir, name, &addr);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
        saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

int control_call(const struct state *state, const char *words,
                 unsigned seconds, struct zp_error *err)
{
    struct timeval patience = { .tv_sec = seconds };
    int fd = socket_connect(state->dir, "control", SOCK_SEQPACKET);
    char answer[ZK_MAX_REASON + 1];
    ssize_t len;
    bool late;

    if (fd < 0)
        return zp__fail(err, ZP_ERR_NOTFOUND, "state", "container not "
                        "running: %s", state->id);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    len = send(fd, words, strlen(words), MSG_NOSIGNAL);
    if (len > 0)
        len = recv(fd, answer, sizeof(answer) - 1, 0);
    late = len < 0 && errno == EAGAIN;
    close(fd);
    if (late)
        return zp__fail(err, ZP_ERR_IO, "state", "the monitor of %s does not "
                        "answer within %u s", state->id, seconds);
    if (len <= 0)
        return zp__fail(err, ZP_ERR_NOTFOUND, "state", "container not "
                        "running: %s", state->id);
    answer[len] = '\0';
    return !strcmp(answer, "ok")
               ? ZP_OK
               : zp__fail(err, ZP_ERR_IO, "zone", "%s", answer);
}
