/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pod's network namespace, by its path. What is asked of it goes through a
 * socket that was made in there: the caller is back in its own before any of
 * these return.
 */
#ifndef ZK_OCI_NET_H
#define ZK_OCI_NET_H

#include <sys/types.h>

#include "../net.h"

struct nl_sock;

/* Of a stand-in's zone, in the pod's namespace; Xen's go with the domain. */
#define ZK_STAND_IN_PORT "zone"

/* UNSUPPORTED: it is the host's; INVAL: the path is of no such namespace;
 * NOTFOUND: of nothing. nl_socket_free(). */
int net_open(const char *path, struct nl_sock **sock_out,
             struct zp_error *err);

/* What a zone in its place is to have. *there_out: it has an interface.
 * UNSUPPORTED, RANGE: one that a zone can't have as it is. */
int net_read(const char *path, struct zk_net *net_out, bool *there_out,
             struct zp_error *err);

/* An interface of the host goes there. */
int net_move(const char *path, const char *name, struct zp_error *err);
/* A pair of interfaces: @port is there, the other in the namespace of @pid,
 * with the MAC of @net. */
int net_pair(const char *path, const char *port, pid_t pid,
             const struct zk_net *net, struct zp_error *err);
/* What comes into @inside goes out at @port, and the reverse. */
int net_join(const char *path, const char *inside, const char *port,
             uint32_t mtu, struct zp_error *err);
/* Undoes the last two; what is not there is no failure. @port "": none. */
int net_leave(const char *path, const char *inside, const char *port,
              struct zp_error *err);

#endif
