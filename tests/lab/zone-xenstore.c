// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Xenstore as a guest speaks it: the wire protocol over /dev/xen/xenbus,
 * one request at a time. Watch events may arrive between a request and its
 * answer; they are counted and given out by xs_wait().
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "zone-init.h"

enum {
    XS_READ = 2, XS_WATCH = 4, XS_WRITE = 11, XS_WATCH_EVENT = 15,
    XS_ERROR = 16, XS_PAYLOAD_MAX = 4096
};

struct xs_msg {
    uint32_t type;
    uint32_t req_id;
    uint32_t tx_id;
    uint32_t len;
};

static int xs_fd = -1;
static unsigned events_pending;
static char payload[XS_PAYLOAD_MAX + 1];

int xs_open(void)
{
    xs_fd = open("/dev/xen/xenbus", O_RDWR | O_CLOEXEC);
    return xs_fd < 0 ? -1 : 0;
}

static int io_all(int writing, void *data, size_t len)
{
    char *p = data;

    while (len) {
        ssize_t n = writing ? write(xs_fd, p, len) : read(xs_fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Read one message into payload[]; returns its type or -1. */
static int message_read(size_t *len)
{
    struct xs_msg msg;

    if (io_all(0, &msg, sizeof msg))
        return -1;
    if (msg.len > XS_PAYLOAD_MAX) {
        errno = EPROTO;
        return -1;
    }
    if (io_all(0, payload, msg.len))
        return -1;
    payload[msg.len] = '\0';
    *len = msg.len;
    return (int)msg.type;
}

/* The store answers errors by name: only the ones a caller asks about. */
static int error_of(const char *name)
{
    static const struct { const char *name; int value; } known[] = {
        { "ENOENT", ENOENT }, { "EACCES", EACCES }, { "EINVAL", EINVAL },
        { "E2BIG", E2BIG }, { "ENOSPC", ENOSPC }, { "EQUOTA", EDQUOT },
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (!strcmp(name, known[i].name))
            return known[i].value;
    return EIO;
}

/* Send one request of body[0..len) and wait for its answer. */
static int request(uint32_t type, const char *body, size_t len, size_t *got)
{
    static uint32_t serial;
    static char out[sizeof(struct xs_msg) + XS_PAYLOAD_MAX];
    struct xs_msg msg = { .type = type, .req_id = ++serial };
    int kind;

    if (len > XS_PAYLOAD_MAX) {
        errno = E2BIG;
        return -1;
    }
    msg.len = (uint32_t)len;
    memcpy(out, &msg, sizeof msg);
    memcpy(out + sizeof msg, body, len);
    if (io_all(1, out, sizeof msg + len))
        return -1;
    for (;;) {
        kind = message_read(got);
        if (kind != XS_WATCH_EVENT)
            break;
        events_pending++;
    }
    if (kind == XS_ERROR) {
        errno = error_of(payload);
        return -1;
    }
    return kind < 0 ? -1 : 0;
}

long xs_get(const char *path, char *buf, size_t size)
{
    size_t len;

    if (request(XS_READ, path, strlen(path) + 1, &len))
        return -1;
    if (len >= size)
        len = size - 1;
    memcpy(buf, payload, len);
    buf[len] = '\0';
    return (long)len;
}

int xs_set(const char *path, const char *value)
{
    char body[XS_PAYLOAD_MAX];
    size_t a = strlen(path) + 1, b = strlen(value), got;

    if (a + b > sizeof body) {
        errno = E2BIG;
        return -1;
    }
    memcpy(body, path, a);
    memcpy(body + a, value, b);
    return request(XS_WRITE, body, a + b, &got);
}

int xs_watch_path(const char *path)
{
    char body[256];
    size_t a = strlen(path) + 1, got;

    if (a + sizeof "zone" > sizeof body) {
        errno = E2BIG;
        return -1;
    }
    memcpy(body, path, a);
    memcpy(body + a, "zone", sizeof "zone");
    return request(XS_WATCH, body, a + sizeof "zone", &got);
}

int xs_wait(int limit_ms)
{
    struct pollfd in = { .fd = xs_fd, .events = POLLIN };
    size_t len;
    int kind;

    while (!events_pending) {
        kind = poll(&in, 1, limit_ms);
        if (kind < 0 && errno != EINTR)
            return -1;
        if (kind <= 0)
            return 0;
        kind = message_read(&len);
        if (kind < 0)
            return -1;
        if (kind == XS_WATCH_EVENT)
            events_pending++;
    }
    /* One look at the node serves every event so far. */
    events_pending = 0;
    return 1;
}
