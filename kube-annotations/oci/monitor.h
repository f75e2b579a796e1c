/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between monitor.c and terminal.c. */
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

struct monitor {
    const struct monitor_args *args;
    struct zk_link link;
    uint32_t session;
    enum { MAKING, CREATED, STARTING, RUNNING, ENDED } state;
    int exit_code;
    int signals;
    int caller;                  /* who waits for an answer, or -1 */
    int in;                      /* -1: at its end */
    uint32_t in_credit;
    struct output out[2];
    bool terminal;               /* the streams are one */
};

/*
 * If the process has a terminal: makes one here, gives its master to who
 * listens on the console socket, and has its slave as the streams. The zone
 * has a second one; this one is raw, and passes all on.
 */
int terminal_open(struct monitor *m, struct zp_error *err);
/* Its size may have changed: the zone's follows. */
void terminal_resized(struct monitor *m);

#endif
