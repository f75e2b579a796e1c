/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

/* ---- a socket ---- */

struct socket_transport {
    struct zk_transport base;
    int fd;
};

static int socket_fd(struct zk_transport *t)
{
    return ((struct socket_transport *)t)->fd;
}

static ssize_t moved(ssize_t nr)
{
    if (nr > 0)
        return nr;
    return nr < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static ssize_t socket_read(struct zk_transport *t, void *buf, size_t len)
{
    return moved(recv(socket_fd(t), buf, len, MSG_DONTWAIT));
}

static ssize_t socket_write(struct zk_transport *t, const void *buf,
                            size_t len)
{
    return moved(send(socket_fd(t), buf, len, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static void socket_close(struct zk_transport *t)
{
    close(socket_fd(t));
    free(t);
}

struct zk_transport *zk_transport_socket(int fd)
{
    struct socket_transport *t = calloc(1, sizeof(*t));

    if (!t) {
        close(fd);
        return NULL;
    }
    t->base = (struct zk_transport){ .read = socket_read,
        .write = socket_write, .fd = socket_fd, .close = socket_close };
    t->fd = fd;
    return &t->base;
}

/* ---- the link ---- */

int zk_link_open(struct zk_link *link, struct zk_transport *transport,
                 enum zk_side we, struct zp_error *err)
{
    struct zk_frame hello = { .type = ZK_HELLO,
                              .u.version = ZK_LINK_VERSION };
    int rc;

    memset(link, 0, sizeof(*link));
    link->transport = transport;
    link->we = we;
    zk_parser_init(&link->parser, we == ZK_HOST ? ZK_ZONE : ZK_HOST);
    rc = zk_link_send(link, &hello, err);
    if (rc)
        zk_link_close(link);
    return rc;
}

void zk_link_close(struct zk_link *link)
{
    if (link->transport)
        link->transport->close(link->transport);
    link->transport = NULL;
    free(link->out);
    link->out = NULL;
    link->out_at = link->out_len = link->out_room = 0;
    link->in_at = link->in_len = 0;
    link->gone = true;
    zk_parser_clear(&link->parser);
}

/* Room for @len bytes behind what is queued. */
static int make_room(struct zk_link *link, size_t len, struct zp_error *err)
{
    size_t queued = link->out_len - link->out_at, room = link->out_room;
    uint8_t *out;

    if (link->out_at) {
        memmove(link->out, link->out + link->out_at, queued);
        link->out_at = 0;
        link->out_len = queued;
    }
    if (!room)
        room = 4096;
    while (room - queued < len)
        room *= 2;
    if (room == link->out_room)
        return ZP_OK;
    out = realloc(link->out, room);
    if (!out)
        return zp__nomem(err);
    link->out = out;
    link->out_room = room;
    return ZP_OK;
}

void zk_link_flush(struct zk_link *link)
{
    ssize_t nr = 1;

    while (link->transport && nr > 0 && link->out_at < link->out_len) {
        nr = link->transport->write(link->transport, link->out + link->out_at,
                                    link->out_len - link->out_at);
        if (nr > 0)
            link->out_at += (size_t)nr;
    }
    /* Nobody takes it any more; what was sent to us may still be read. */
    if (nr < 0)
        link->out_at = link->out_len;
}

int zk_link_send(struct zk_link *link, const struct zk_frame *frame,
                 struct zp_error *err)
{
    uint8_t head[ZK_SMALL_FRAME];
    size_t len = zk_frame_put(frame, link->we, head);
    size_t body = frame->body ? frame->body_len : 0;
    int rc;

    if (!len)
        return zp__fail(err, ZP_ERR_INVAL, "link", "%s: no frame to send",
                        zk_frame_name(frame->type));
    if (!link->transport)
        return ZP_OK;
    rc = make_room(link, len + body, err);
    if (rc)
        return rc;
    memcpy(link->out + link->out_len, head, len);
    if (body)
        memcpy(link->out + link->out_len + len, frame->body, body);
    link->out_len += len + body;
    zk_link_flush(link);
    return ZP_OK;
}

size_t zk_link_queued(const struct zk_link *link)
{
    return link->out_len - link->out_at;
}

static int parse(struct zk_link *link, struct zk_frame *frame_out,
                 struct zp_error *err)
{
    const uint8_t *at = link->in + link->in_at;
    size_t left = link->in_len - link->in_at;
    int rc = zk_parser_next(&link->parser, &at, &left, frame_out, err);

    link->in_at = link->in_len - left;
    if (rc > 0 && frame_out->type == ZK_HELLO &&
        frame_out->u.version != ZK_LINK_VERSION)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "link", "the other end "
                        "speaks version %u, we %d", frame_out->u.version,
                        ZK_LINK_VERSION);
    return rc;
}

int zk_link_receive(struct zk_link *link, struct zk_frame *frame_out,
                    struct zp_error *err)
{
    ssize_t nr;
    int rc;

    for (;;) {
        rc = parse(link, frame_out, err);
        if (rc)
            break;
        nr = link->gone ? -1 : link->transport->read(link->transport, link->in,
                                                     sizeof(link->in));
        if (nr < 0) {
            link->gone = true;
            return zp__fail(err, ZP_ERR_IO, "link", "the other end is gone");
        }
        link->in_at = 0;
        link->in_len = (size_t)nr;
        if (!nr)
            return 0;
    }
    link->gone |= rc < 0;
    return rc;
}

int zk_link_fd(const struct zk_link *link)
{
    return link->transport ? link->transport->fd(link->transport) : -1;
}

short zk_link_events(const struct zk_link *link)
{
    bool waits = zk_link_queued(link) && !link->transport->tells_room;

    return waits ? POLLIN | POLLOUT : POLLIN;
}

void zk_link_polled(struct zk_link *link, short revents)
{
    if (!link->transport || !revents)
        return;
    if (revents & POLLIN && link->transport->woken)
        link->transport->woken(link->transport);
    zk_link_flush(link);
}

bool zk_link_pending(const struct zk_link *link)
{
    return link->in_at < link->in_len;
}
