/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostile FIFO TALK --fd N --work DIR: a zone that means its host ill, in
 * zone-init's place. It takes a container and starts it. Once somebody opens
 * FIFO to write it reads nothing any more, and sends far more output of the
 * container than it has credit for; its socket takes that while nobody reads.
 * With the fifo TALK open, too, it never stops talking.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../kube-annotations/link.h"

enum { NR_DATA_MIB = 64 };

static void say(int fd, const void *data, size_t len)
{
    struct pollfd p = { .fd = fd, .events = POLLOUT };
    const char *at = data;
    ssize_t nr;

    while (len) {
        nr = send(fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (nr < 0 && (errno != EAGAIN || poll(&p, 1, -1) < 0))
            exit(0);
        if (nr > 0) {
            at += nr;
            len -= (size_t)nr;
        }
    }
}

static void say_frame(int fd, struct zk_frame frame)
{
    uint8_t head[ZK_SMALL_FRAME];

    say(fd, head, zk_frame_put(&frame, ZK_ZONE, head));
}

/* The session that was started. */
static uint32_t take_session(struct zk_link *link)
{
    struct pollfd p = { .fd = zk_link_fd(link), .events = POLLIN };
    struct zk_frame frame;
    struct zp_error err;
    int rc;

    for (;;) {
        rc = zk_link_receive(link, &frame, &err);
        if (rc < 0 || (!rc && poll(&p, 1, -1) < 0))
            exit(1);
        if (!rc)
            continue;
        if (frame.type == ZK_CREATE)
            say_frame(p.fd, (struct zk_frame){ .type = ZK_CREATED,
                                               .session = frame.session });
        if (frame.type == ZK_START)
            return frame.session;
    }
}

/* As many of @frame as fit, so that the host has more work than we. */
static void say_often(int fd, struct zk_frame frame, int times)
{
    static uint8_t all[1 << 20];
    uint8_t head[ZK_SMALL_FRAME];
    size_t head_len = zk_frame_put(&frame, ZK_ZONE, head), len = 0;

    while (len + head_len + frame.body_len <= sizeof(all)) {
        memcpy(all + len, head, head_len);
        memcpy(all + len + head_len, frame.body ? frame.body : head,
               frame.body_len);
        len += head_len + frame.body_len;
    }
    while (times < 0 || times-- > 0)
        say(fd, all, len);
}

static void wait_for(const char *fifo)
{
    int fd = open(fifo, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        exit(1);
    close(fd);
}

int main(int argc, char **argv)
{
    static const uint8_t byte[1];
    struct zk_frame frame = { .type = ZK_STARTED, .u.pid = 2 };
    struct zk_transport *transport;
    struct zk_link link;
    struct zp_error err;
    int room = 1 << 30, fd;

    if (argc < 5 || strcmp(argv[3], "--fd"))
        return 2;
    fd = atoi(argv[4]);
    transport = zk_transport_socket(fd);
    if (!transport || zk_link_open(&link, transport, ZK_ZONE, &err))
        return 1;
    frame.session = take_session(&link);
    say_frame(fd, frame);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
        return 1;
    wait_for(argv[1]);
    frame = (struct zk_frame){ .type = ZK_DATA, .session = frame.session,
        .u.stream = ZK_STDOUT, .body = byte, .body_len = 1 };
    say_often(fd, frame, NR_DATA_MIB);
    wait_for(argv[2]);
    /* Of a session that nobody has: read, and no more. */
    frame = (struct zk_frame){ .type = ZK_STARTED,
        .session = frame.session + 1, .u.pid = 2 };
    say_often(fd, frame, -1);
    return 0;
}
