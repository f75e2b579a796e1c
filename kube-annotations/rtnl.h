/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What zone-oci and zone-init ask of Linux's rtnetlink, over libnl's messages.
 * Results are 0 or one of libnl's negative codes (NLE_*, nl_geterror()).
 */
#ifndef ZK_RTNL_H
#define ZK_RTNL_H

#include <stdbool.h>
#include <stdint.h>

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "net.h"

/* A socket in the network namespace that the caller is in, where it stays. */
int zk_rtnl_open(struct nl_sock **sock_out);

/* A request: its header of @len bytes. NULL: no memory. */
struct nl_msg *zk_rtnl_request(int type, int flags, const void *head,
                               size_t len);
/* Sends it, frees it, and waits until it is done; NULL, or with @full, one
 * that has no room for an attribute, is none. */
int zk_rtnl_call(struct nl_sock *sock, struct nl_msg *msg, bool full);

/* Calls @see with each message that answers a dump of @type, whose header has
 * @len bytes of 0. */
typedef void (*zk_rtnl_see)(struct nlmsghdr *header, void *data);
int zk_rtnl_dump(struct nl_sock *sock, int type, size_t len, zk_rtnl_see see,
                 void *data);

struct zk_rtnl_link {
    int index;                   /* 0: there is none */
    char name[ZK_NET_NAME];
    uint8_t mac[6];
    bool ethernet, up;
    uint32_t mtu;
};

/* From an RTM_NEWLINK; false: it is another message, or one that is broken. */
bool zk_rtnl_link_of(struct nlmsghdr *header, struct zk_rtnl_link *link_out);
/* The one of that name, or with that MAC if @name is NULL. */
int zk_rtnl_find(struct nl_sock *sock, const char *name, const uint8_t *mac,
                 struct zk_rtnl_link *link_out);
/* Name (NULL: as it is), MTU, up. */
int zk_rtnl_set_up(struct nl_sock *sock, int index, const char *name,
                   uint32_t mtu);

#endif
