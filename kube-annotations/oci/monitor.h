/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between monitor.c, terminal.c and refresh.c. */
#ifndef ZK_OCI_MONITOR_H
#define ZK_OCI_MONITOR_H

#include "oci.h"

/* Bytes of a stream that are here and not written yet; never more than the
 * zone has credit for. */
struct output {
    int fd;                      /* -1: nobody takes it */
    uint32_t at, len;
    uint8_t buf[ZK_WINDOW];
};

/* A mount whose source kubelet may change. */
struct volume {
    const struct zk_mount *m;
    uint32_t mount;              /* position in the spec */
    char has[NAME_MAX + 1];      /* the directory that the container sees */
    char next[NAME_MAX + 1];     /* the one that it is to see */
    long next_ms;                /* not before is that one sent */
    bool told;                   /* that it has failed */
};

struct monitor {
    const struct monitor_args *args;
    struct zk_link link;
    uint32_t session;
    enum { MAKING, CREATED, STARTING, RUNNING, ENDED } state;
    int exit_code;
    long until_ms;               /* the zone has answered by then; 0: it need
                                    not */
    bool killed;                 /* its end is what it has to answer */
    bool given_up;               /* what it left need not be written */
    int signals;
    int caller;                  /* who waits for an answer, or -1 */
    int in;                      /* -1: at its end */
    uint32_t in_credit;
    struct output out[2];
    bool terminal;               /* the streams are one */
    struct volume *volumes;
    uint32_t nr_volumes;
    struct volume *under_way;    /* the zone has not answered yet */
    long look_ms;                /* when volumes are looked at */
};

/*
 * If the process has a terminal: makes one here, gives its master to who
 * listens on the console socket, and has its slave as the streams. The zone
 * has a second one; this one is raw, and passes all on.
 */
int terminal_open(struct monitor *m, struct zp_error *err);
/* Its size may have changed: the zone's follows. */
void terminal_resized(struct monitor *m);

/* Sends the frame with that body, which is freed. */
int monitor_send(struct monitor *m, struct zk_frame *frame, uint8_t *body,
                 size_t len, struct zp_error *err);

/* ---- refresh.c: volumes that kubelet changes ----------------------------- */

int refresh_prepare(struct monitor *m, struct zp_error *err);
/* For poll(2): until refresh_look() has something to do; -1: never. */
int refresh_wait_ms(const struct monitor *m);
/* Sends the zone what has changed, one volume at a time. */
void refresh_look(struct monitor *m);
/* What the zone says to that. */
void refresh_answered(struct monitor *m, const struct zk_frame *frame);

#endif
