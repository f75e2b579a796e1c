/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxenvchan as what a link runs over. The zone serves: its own pages are
 * shared, and a dead host's end can be told. The death of the zone is not told
 * by it: who is its client watches the domain.
 */
#include <stdlib.h>

#include <libxenvchan.h>

#include "link.h"

/* 256 KiB each way: 129 of the 1024 pages that a guest may share. */
enum { RING = 256 << 10 };

struct vchan_transport {
    struct zk_transport base;
    struct libxenvchan *vchan;
    bool open;                   /* a client has come */
};

static struct vchan_transport *of(struct zk_transport *t)
{
    return (struct vchan_transport *)t;
}

/* A server has no client yet in state 2; then there is nothing to move. */
static bool is_open(struct vchan_transport *t)
{
    if (libxenvchan_is_open(t->vchan) == 1)
        t->open = true;
    return t->open;
}

static ssize_t vchan_read(struct zk_transport *transport, void *buf,
                          size_t len)
{
    struct vchan_transport *t = of(transport);
    ssize_t nr = is_open(t) ? libxenvchan_read(t->vchan, buf, len) : 0;

    /* What came before the other end went is still there. */
    return nr || !t->open || libxenvchan_is_open(t->vchan) ? nr : -1;
}

static ssize_t vchan_write(struct zk_transport *transport, const void *buf,
                           size_t len)
{
    struct vchan_transport *t = of(transport);

    return is_open(t) ? libxenvchan_write(t->vchan, buf, len) : 0;
}

static int vchan_fd(struct zk_transport *t)
{
    return libxenvchan_fd_for_select(of(t)->vchan);
}

static void vchan_woken(struct zk_transport *t)
{
    libxenvchan_wait(of(t)->vchan);
}

static void vchan_close(struct zk_transport *t)
{
    libxenvchan_close(of(t)->vchan);
    free(t);
}

static struct zk_transport *make(struct libxenvchan *vchan)
{
    struct vchan_transport *t;

    if (!vchan)
        return NULL;
    t = calloc(1, sizeof(*t));
    if (!t) {
        libxenvchan_close(vchan);
        return NULL;
    }
    vchan->blocking = 0;
    t->vchan = vchan;
    t->base = (struct zk_transport){
        .read = vchan_read, .write = vchan_write, .fd = vchan_fd,
        .woken = vchan_woken, .close = vchan_close, .tells_room = true };
    return &t->base;
}

struct zk_transport *zk_transport_vchan_server(int domid, const char *path)
{
    struct libxenvchan *vchan;

    vchan = libxenvchan_server_init(NULL, domid, path, RING, RING);
    if (vchan)
        vchan->server_persist = 0;
    return make(vchan);
}

struct zk_transport *zk_transport_vchan_client(int domid, const char *path)
{
    return make(libxenvchan_client_init(NULL, domid, path));
}
