/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One end of a link: frames over something that carries bytes. Nothing here
 * waits: what can't be sent yet is kept, and poll(2) says when to go on.
 */
#ifndef ZK_LINK_H
#define ZK_LINK_H

#include <sys/types.h>

#include "frame.h"

/* read and write: bytes moved, 0: none can be now, -1: the other end is gone
 * or has failed. */
struct zk_transport {
    ssize_t (*read)(struct zk_transport *t, void *buf, size_t len);
    ssize_t (*write)(struct zk_transport *t, const void *buf, size_t len);
    int (*fd)(struct zk_transport *t);
    /* poll(2) has said that .fd is readable. May be NULL. */
    void (*woken)(struct zk_transport *t);
    void (*close)(struct zk_transport *t);
    bool tells_room;             /* POLLIN also says that there is room */
};

/* A connected stream socket, which it takes over and makes non-blocking. NULL:
 * no memory; the socket is closed. */
struct zk_transport *zk_transport_socket(int fd);

/* xenbus paths; NULL with errno: there is nobody yet, or it failed. */
struct zk_transport *zk_transport_vchan_server(int domid, const char *path);
struct zk_transport *zk_transport_vchan_client(int domid, const char *path);

struct zk_link {
    struct zk_transport *transport; /* NULL: closed */
    enum zk_side we;
    struct zk_parser parser;
    uint8_t *out;
    size_t out_at, out_len, out_room;
    uint8_t in[8192];
    size_t in_at, in_len;
    bool gone;                   /* nothing more can be read */
};

/* Takes @transport and sends HELLO. */
int zk_link_open(struct zk_link *link, struct zk_transport *transport,
                 enum zk_side we, struct zp_error *err);
void zk_link_close(struct zk_link *link);

/* Queues a frame and sends what it can. NOMEM; INVAL: no such frame. That the
 * other end is gone shows when frames are received. */
int zk_link_send(struct zk_link *link, const struct zk_frame *frame,
                 struct zp_error *err);
void zk_link_flush(struct zk_link *link);
size_t zk_link_queued(const struct zk_link *link);

/* 1: *frame_out, until the next call. 0: none is there. IO: the other end is
 * gone; PARSE, RANGE: it sent what it may not, and the link is done with. */
int zk_link_receive(struct zk_link *link, struct zk_frame *frame_out,
                    struct zp_error *err);

/* For poll(2), before and after. */
int zk_link_fd(const struct zk_link *link);
short zk_link_events(const struct zk_link *link);
void zk_link_polled(struct zk_link *link, short revents);
/* There may be more to receive although poll(2) would wait. */
bool zk_link_pending(const struct zk_link *link);

#endif
