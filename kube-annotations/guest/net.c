/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zone's interface becomes what the pod's is on the host. */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/errno.h>

#include "../rtnl.h"
#include "guest.h"

/* The backend is there before the zone; its driver takes a moment. */
enum { APPEAR_MS = 20000, STEP_MS = 20 };

static int af_of(uint8_t family)
{
    return family == 4 ? AF_INET : AF_INET6;
}

static int wait_for_link(struct nl_sock *sock, const struct zk_net *net,
                         struct zk_rtnl_link *link_out)
{
    int waited_ms, rc = 0;

    for (waited_ms = 0; waited_ms < APPEAR_MS; waited_ms += STEP_MS) {
        rc = zk_rtnl_find(sock, NULL, net->mac, link_out);
        if (rc || link_out->index)
            return rc;
        poll(NULL, 0, STEP_MS);
    }
    return -NLE_NODEV;
}

/* The host has looked for duplicates; routes are said one by one. */
static int add_address(struct nl_sock *sock, int index,
                       const struct zk_net_address *a)
{
    struct ifaddrmsg head = { .ifa_family = (uint8_t)af_of(a->family),
                              .ifa_prefixlen = a->prefix,
                              .ifa_scope = a->scope,
                              .ifa_index = (uint32_t)index };
    struct nl_msg *msg = zk_rtnl_request(RTM_NEWADDR,
                                         NLM_F_CREATE | NLM_F_REPLACE, &head,
                                         sizeof(head));
    int bytes = (int)zk_family_bytes(a->family);
    bool full = false;

    if (msg) {
        full |= nla_put(msg, IFA_LOCAL, bytes, a->local.bytes) != 0;
        full |= nla_put(msg, IFA_ADDRESS, bytes, a->local.bytes) != 0;
        full |= nla_put_u32(msg, IFA_FLAGS, IFA_F_NOPREFIXROUTE |
                            (a->family == 6 ? IFA_F_NODAD : 0)) != 0;
    }
    return zk_rtnl_call(sock, msg, full);
}

static bool put_route(struct nl_msg *msg, int index,
                      const struct zk_net_route *route)
{
    int bytes = (int)zk_family_bytes(route->family);
    struct nlattr *metrics;
    bool full = nla_put_u32(msg, RTA_OIF, (uint32_t)index) != 0;

    if (route->prefix)
        full |= nla_put(msg, RTA_DST, bytes, route->dest.bytes) != 0;
    if (route->has_gateway)
        full |= nla_put(msg, RTA_GATEWAY, bytes, route->gateway.bytes) != 0;
    if (route->has_source)
        full |= nla_put(msg, RTA_PREFSRC, bytes, route->source.bytes) != 0;
    full |= nla_put_u32(msg, RTA_PRIORITY, route->metric) != 0;
    if (route->mtu) {
        metrics = nla_nest_start(msg, RTA_METRICS);
        full |= !metrics || nla_put_u32(msg, RTAX_MTU, route->mtu);
        if (metrics)
            nla_nest_end(msg, metrics);
    }
    return full;
}

static int add_route(struct nl_sock *sock, int index,
                     const struct zk_net_route *route)
{
    struct rtmsg head = { .rtm_family = (uint8_t)af_of(route->family),
                          .rtm_dst_len = route->prefix,
                          .rtm_table = RT_TABLE_MAIN,
                          .rtm_protocol = RTPROT_STATIC,
                          .rtm_scope = route->scope, .rtm_type = RTN_UNICAST,
                          .rtm_flags = route->onlink ? RTNH_F_ONLINK : 0 };
    struct nl_msg *msg = zk_rtnl_request(RTM_NEWROUTE,
                                         NLM_F_CREATE | NLM_F_REPLACE, &head,
                                         sizeof(head));

    return zk_rtnl_call(sock, msg, msg && put_route(msg, index, route));
}

/* *what_out: that of it which failed. Gateways come after the routes to
 * them. */
static int make(struct nl_sock *sock, const struct zk_net *net,
                const char **what_out)
{
    struct zk_rtnl_link link = { 0 };
    uint32_t i, pass;
    int rc;

    *what_out = "no interface has its MAC";
    rc = wait_for_link(sock, net, &link);
    if (rc)
        return rc;
    *what_out = "name, MTU";
    rc = zk_rtnl_set_up(sock, link.index,
                        strcmp(link.name, net->name) ? net->name : NULL,
                        net->mtu);
    for (i = 0; !rc && i < net->nr_addresses; i++) {
        *what_out = "an address";
        rc = add_address(sock, link.index, &net->addresses[i]);
    }
    for (pass = 0; pass < 2; pass++) {
        for (i = 0; !rc && i < net->nr_routes; i++) {
            *what_out = "a route";
            if (net->routes[i].has_gateway == (pass == 1))
                rc = add_route(sock, link.index, &net->routes[i]);
        }
    }
    return rc;
}

void net_frame(const struct zk_frame *frame, char *reason_out, size_t size)
{
    struct nl_sock *sock = NULL;
    struct zk_net net;
    struct zp_error err;
    const char *what = "rtnetlink";
    int rc;

    *reason_out = '\0';
    if (zk_net_unpack(frame->body, frame->body_len, &net, &err)) {
        snprintf(reason_out, size, "%s", err.msg);
        return;
    }
    rc = zk_rtnl_open(&sock);
    if (!rc) {
        rc = make(sock, &net, &what);
        nl_socket_free(sock);
    }
    if (rc)
        snprintf(reason_out, size, "network: %s: %s: %s", net.name, what,
                 nl_geterror(rc));
}
