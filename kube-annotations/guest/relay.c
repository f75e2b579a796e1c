/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session's streams. Neither side keeps more than a window of a stream: the
 * host says by credit how much output it takes, the zone how much input.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"

/* Above that the link is slow, and what processes write waits with them. */
enum { LINK_IS_FULL = 1 << 20, CREDIT_STEP = ZK_WINDOW / 4 };

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void relay_close(struct session *s)
{
    close_fd(&s->in);
    close_fd(&s->out[0]);
    close_fd(&s->out[1]);
}

static void send_frame(struct zone *zone, const struct zk_frame *frame)
{
    struct zp_error err;

    if (zk_link_send(&zone->link, frame, &err) == ZP_ERR_NOMEM)
        zone->link.gone = true;
}

/* ---- output ---- */

/* False: no more of it now. */
static bool read_output(struct zone *zone, struct session *s, int i)
{
    struct zk_frame frame = { .session = s->id,
                              .u.stream = i ? ZK_STDERR : ZK_STDOUT };
    uint8_t buf[ZK_MAX_DATA];
    size_t want = s->credit[i] < sizeof(buf) ? s->credit[i] : sizeof(buf);
    ssize_t nr;

    if (s->out[i] < 0 || !want ||
        zk_link_queued(&zone->link) > LINK_IS_FULL)
        return false;
    nr = read(s->out[i], buf, want);
    if (nr < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (nr > 0) {
        frame.type = ZK_DATA;
        frame.body = buf;
        frame.body_len = (uint32_t)nr;
        s->credit[i] -= (uint32_t)nr;
    } else {
        /* A terminal that nobody has open any more gives EIO. */
        frame.type = ZK_EOF;
        close_fd(&s->out[i]);
    }
    send_frame(zone, &frame);
    return nr > 0;
}

/*
 * The process is gone: what it wrote is there. Others may hold the pipe; what
 * they write later is not waited for.
 */
void relay_drain(struct zone *zone, struct session *s)
{
    int i;

    for (i = 0; i < 2; i++) {
        while (read_output(zone, s, i))
            ;
        if (s->out[i] >= 0 && s->credit[i] &&
            zk_link_queued(&zone->link) <= LINK_IS_FULL) {
            struct zk_frame eof = { .type = ZK_EOF, .session = s->id,
                                    .u.stream = i ? ZK_STDERR : ZK_STDOUT };

            close_fd(&s->out[i]);
            send_frame(zone, &eof);
        }
    }
}

/* ---- input ---- */

static void give_credit(struct zone *zone, struct session *s)
{
    struct zk_frame frame = { .type = ZK_CREDIT, .session = s->id,
                              .u.credit = { ZK_STDIN, s->owed } };

    if (!s->owed || (s->owed < CREDIT_STEP && s->pending_len))
        return;
    s->owed = 0;
    send_frame(zone, &frame);
}

static void write_input(struct zone *zone, struct session *s)
{
    ssize_t nr = 0;

    while (s->pending_at < s->pending_len) {
        nr = s->in < 0 ? -1 : write(s->in, s->pending + s->pending_at,
                                    s->pending_len - s->pending_at);
        if (nr < 0 && (errno == EAGAIN || errno == EINTR) && s->in >= 0)
            break;
        if (nr < 0) {
            /* Nobody reads: the host may go on, it goes nowhere. */
            nr = (ssize_t)(s->pending_len - s->pending_at);
            close_fd(&s->in);
        }
        s->pending_at += (uint32_t)nr;
        s->owed += (uint32_t)nr;
    }
    if (s->pending_at == s->pending_len) {
        s->pending_at = s->pending_len = 0;
        /* A terminal is not at its end because the host's input is. */
        if (s->in_ends && !s->terminal)
            close_fd(&s->in);
    }
    give_credit(zone, s);
}

static void take_input(struct zone *zone, struct session *s,
                       const struct zk_frame *frame)
{
    if (s->pending_at) {
        memmove(s->pending, s->pending + s->pending_at,
                s->pending_len - s->pending_at);
        s->pending_len -= s->pending_at;
        s->pending_at = 0;
    }
    if (s->in_ends || s->pending_len + s->owed + frame->body_len > ZK_WINDOW) {
        session_drop(zone, s, "input beyond its credit");
        return;
    }
    if (!s->pending)
        s->pending = malloc(ZK_WINDOW);
    if (!s->pending) {
        session_drop(zone, s, "no memory");
        return;
    }
    memcpy(s->pending + s->pending_len, frame->body, frame->body_len);
    s->pending_len += frame->body_len;
    write_input(zone, s);
}

void relay_input(struct zone *zone, struct session *s,
                 const struct zk_frame *frame)
{
    struct winsize size = { .ws_row = 0 };

    if (frame->type == ZK_DATA) {
        take_input(zone, s, frame);
    } else if (frame->type == ZK_EOF) {
        s->in_ends = true;
        write_input(zone, s);
    } else if (s->in >= 0) {
        size.ws_row = frame->u.winsize.rows;
        size.ws_col = frame->u.winsize.columns;
        ioctl(s->in, TIOCSWINSZ, &size);
    }
}

/* ---- poll(2) ---- */

static void add(struct pollfd *fds, nfds_t *nr, int fd, short events)
{
    fds[(*nr)++] = (struct pollfd){ .fd = events ? fd : -1,
                                    .events = events };
}

nfds_t relay_poll(const struct zone *zone, const struct session *s,
                  struct pollfd *fds)
{
    bool full = zk_link_queued(&zone->link) > LINK_IS_FULL;
    nfds_t nr = 0;
    int i;

    add(fds, &nr, s->report, POLLIN);
    add(fds, &nr, s->in, s->pending_len ? POLLOUT : 0);
    for (i = 0; i < 2; i++)
        add(fds, &nr, s->out[i], s->credit[i] && !full ? POLLIN : 0);
    return nr;
}

void relay_polled(struct zone *zone, struct session *s,
                  const struct pollfd *fds, nfds_t nr)
{
    nfds_t i;

    if (fds[1].revents)
        write_input(zone, s);
    for (i = 2; i < nr; i++) {
        if (fds[i].revents)
            read_output(zone, s, (int)i - 2);
    }
    if (s->exited) {
        relay_drain(zone, s);
        session_finish(zone, s);
    } else if (fds[0].revents) {
        session_report(zone, s);
    }
}
