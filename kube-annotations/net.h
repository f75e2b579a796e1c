/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The network of a pod, as its namespace on the host has it: read there by
 * zone-oci, sent over the link as the body of NETWORK, made in the zone by
 * zone-init. Pure.
 */
#ifndef ZK_NET_H
#define ZK_NET_H

#include <zoneplace.h>

enum {
    ZK_MAX_ADDRESSES = 16,
    ZK_MAX_ROUTES = 64,
    ZK_NET_NAME = 16,            /* Linux's, with the NUL */
    ZK_MIN_MTU = 68, ZK_MAX_MTU = 65535,
    /* Bytes of the longest. */
    ZK_MAX_NET = 16 + 6 + 4 + 4 + ZK_MAX_ADDRESSES * 19 + 4 +
                 ZK_MAX_ROUTES * 60,
};

/* Bytes of an IPv4 address are the first four, the others 0. */
struct zk_address {
    uint8_t bytes[16];
};

struct zk_net_address {
    uint8_t family;              /* 4 or 6 */
    uint8_t prefix;              /* bits */
    uint8_t scope;               /* of linux/rtnetlink.h */
    struct zk_address local;
};

struct zk_net_route {
    uint8_t family, prefix, scope;
    bool onlink;                 /* the gateway is there, whatever else says */
    bool has_gateway, has_source;
    struct zk_address dest, gateway, source;
    uint32_t metric;
    uint32_t mtu;                /* 0: the interface's */
};

struct zk_net {
    char name[ZK_NET_NAME];      /* "eth0" */
    uint8_t mac[6];
    uint32_t mtu;
    uint32_t nr_addresses, nr_routes;
    struct zk_net_address addresses[ZK_MAX_ADDRESSES];
    struct zk_net_route routes[ZK_MAX_ROUTES];
};

/* Bytes; 0: it is no family. */
unsigned zk_family_bytes(uint8_t family);

/* To and from the body of NETWORK. RANGE, PARSE: what Linux would not take. */
int zk_net_pack(const struct zk_net *net, uint8_t buf_out[ZK_MAX_NET],
                uint32_t *len_out, struct zp_error *err);
int zk_net_unpack(const uint8_t *buf, size_t len, struct zk_net *net_out,
                  struct zp_error *err);

#endif
