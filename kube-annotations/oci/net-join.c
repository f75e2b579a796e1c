/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pod's interface and what leads to the zone, joined by redirection: what
 * comes in at one goes out at the other. The interface keeps its MAC and its
 * addresses, for what its plugin asks of it later; Linux on the host sees
 * nothing of what comes, so it answers nothing either.
 */
/* glibc's before Linux's, which know of it. */
#include <net/if.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/veth.h>
#include <string.h>
#include <unistd.h>

#include <netlink/errno.h>

#include "../rtnl.h"
#include "net.h"
#include "oci.h"

#define INGRESS_HANDLE TC_H_MAKE(TC_H_INGRESS, 0)

static int failed(struct zp_error *err, const char *what, int rc)
{
    return zp__fail(err, ZP_ERR_IO, "network", "network: %.40s: %s", what,
                    nl_geterror(rc));
}

/* ---- to the namespace ---- */

int net_move(const char *path, const char *name, struct zp_error *err)
{
    struct ifinfomsg info = { .ifi_index = (int)if_nametoindex(name) };
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
    struct nl_sock *sock = NULL;
    struct nl_msg *msg;

    if (!info.ifi_index || fd < 0) {
        rc = zp__fail_sys(err, ZP_ERR_IO, errno, "network", "network: %.40s: "
                          "%s", fd < 0 ? path : name, strerror(errno));
    } else {
        rc = zk_rtnl_open(&sock);
        if (!rc) {
            msg = zk_rtnl_request(RTM_NEWLINK, 0, &info, sizeof(info));
            rc = zk_rtnl_call(sock, msg, msg && nla_put_u32(
                                  msg, IFLA_NET_NS_FD, (uint32_t)fd));
            nl_socket_free(sock);
        }
        if (rc)
            rc = failed(err, name, rc);
    }
    if (fd >= 0)
        close(fd);
    return rc;
}

/* The peer is made with the pair: it is never in a wrong place. */
static bool put_pair(struct nl_msg *msg, const char *port, pid_t pid,
                     const struct zk_net *net)
{
    struct ifinfomsg peer_info = { .ifi_family = AF_UNSPEC };
    struct nlattr *info, *data, *peer;
    bool full = nla_put_string(msg, IFLA_IFNAME, port) ||
                nla_put_u32(msg, IFLA_MTU, net->mtu);

    info = nla_nest_start(msg, IFLA_LINKINFO);
    full |= !info || nla_put_string(msg, IFLA_INFO_KIND, "veth");
    data = nla_nest_start(msg, IFLA_INFO_DATA);
    peer = nla_nest_start(msg, VETH_INFO_PEER);
    full |= !data || !peer ||
            nlmsg_append(msg, &peer_info, sizeof(peer_info), NLMSG_ALIGNTO) ||
            nla_put_string(msg, IFLA_IFNAME, port) ||
            nla_put(msg, IFLA_ADDRESS, sizeof(net->mac), net->mac) ||
            nla_put_u32(msg, IFLA_MTU, net->mtu) ||
            nla_put_u32(msg, IFLA_NET_NS_PID, (uint32_t)pid);
    if (!full) {
        nla_nest_end(msg, peer);
        nla_nest_end(msg, data);
        nla_nest_end(msg, info);
    }
    return full;
}

int net_pair(const char *path, const char *port, pid_t pid,
             const struct zk_net *net, struct zp_error *err)
{
    struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
    struct nl_sock *sock;
    struct nl_msg *msg;
    int rc = net_open(path, &sock, err);

    if (rc)
        return rc;
    msg = zk_rtnl_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info,
                          sizeof(info));
    rc = zk_rtnl_call(sock, msg, msg && put_pair(msg, port, pid, net));
    nl_socket_free(sock);
    return rc ? failed(err, port, rc) : ZP_OK;
}

/* ---- joined ---- */

static int ingress(struct nl_sock *sock, int index, bool add)
{
    struct tcmsg head = { .tcm_ifindex = index, .tcm_handle = INGRESS_HANDLE,
                          .tcm_parent = TC_H_INGRESS };
    struct nl_msg *msg = zk_rtnl_request(
        add ? RTM_NEWQDISC : RTM_DELQDISC,
        add ? NLM_F_CREATE | NLM_F_EXCL : 0, &head, sizeof(head));

    return zk_rtnl_call(sock, msg,
                        msg && nla_put_string(msg, TCA_KIND, "ingress"));
}

/* u32 is what kernels have that lack matchall; no key that is looked at. */
static bool put_filter(struct nl_msg *msg, int to)
{
    const struct tc_u32_sel sel = { .flags = TC_U32_TERMINAL, .nkeys = 1 };
    /* And the key: all of it 0. */
    uint8_t all[sizeof(sel) + sizeof(struct tc_u32_key)] = { 0 };
    struct tc_mirred mirred = { .action = TC_ACT_STOLEN,
                                .eaction = TCA_EGRESS_REDIR,
                                .ifindex = (uint32_t)to };
    struct nlattr *options, *actions, *first, *of_first;
    bool full = nla_put_string(msg, TCA_KIND, "u32");

    memcpy(all, &sel, sizeof(sel));
    options = nla_nest_start(msg, TCA_OPTIONS);
    full |= !options || nla_put(msg, TCA_U32_SEL, sizeof(all), all);
    actions = nla_nest_start(msg, TCA_U32_ACT);
    first = nla_nest_start(msg, 1);
    full |= !actions || !first ||
            nla_put_string(msg, TCA_ACT_KIND, "mirred");
    of_first = nla_nest_start(msg, TCA_ACT_OPTIONS);
    full |= !of_first ||
            nla_put(msg, TCA_MIRRED_PARMS, sizeof(mirred), &mirred);
    if (!full) {
        nla_nest_end(msg, of_first);
        nla_nest_end(msg, first);
        nla_nest_end(msg, actions);
        nla_nest_end(msg, options);
    }
    return full;
}

static int redirect(struct nl_sock *sock, int from, int to)
{
    struct tcmsg head = { .tcm_ifindex = from, .tcm_parent = INGRESS_HANDLE,
                          .tcm_info = TC_H_MAKE(1U << 16, htons(ETH_P_ALL)) };
    struct nl_msg *msg;
    int rc = ingress(sock, from, true);

    if (rc)
        return rc;
    msg = zk_rtnl_request(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, &head,
                          sizeof(head));
    return zk_rtnl_call(sock, msg, msg && put_filter(msg, to));
}

int net_join(const char *path, const char *inside, const char *port,
             uint32_t mtu, struct zp_error *err)
{
    struct zk_rtnl_link a = { 0 }, b = { 0 };
    struct nl_sock *sock;
    int rc = net_open(path, &sock, err);

    if (rc)
        return rc;
    rc = zk_rtnl_find(sock, inside, NULL, &a);
    if (!rc)
        rc = zk_rtnl_find(sock, port, NULL, &b);
    if (!rc && (!a.index || !b.index))
        rc = -NLE_NODEV;
    if (!rc)
        rc = zk_rtnl_set_up(sock, b.index, NULL, mtu);
    if (!rc)
        rc = redirect(sock, a.index, b.index);
    if (!rc)
        rc = redirect(sock, b.index, a.index);
    nl_socket_free(sock);
    return rc ? failed(err, inside, rc) : ZP_OK;
}

static int remove_link(struct nl_sock *sock, int index)
{
    struct ifinfomsg info = { .ifi_index = index };

    return zk_rtnl_call(sock, zk_rtnl_request(RTM_DELLINK, 0, &info,
                                              sizeof(info)), false);
}

int net_leave(const char *path, const char *inside, const char *port,
              struct zp_error *err)
{
    struct zk_rtnl_link link = { 0 };
    struct nl_sock *sock;
    int rc = net_open(path, &sock, err);

    /* Its end took all that was in it. */
    if (rc == ZP_ERR_NOTFOUND || rc == ZP_ERR_INVAL)
        return ZP_OK;
    if (rc)
        return rc;
    rc = zk_rtnl_find(sock, inside, NULL, &link);
    if (!rc && link.index) {
        rc = ingress(sock, link.index, false);
        /* Linux says either of what is not there. */
        if (rc == -NLE_INVAL || rc == -NLE_OBJ_NOTFOUND)
            rc = 0;
    }
    if (!rc && *port)
        rc = zk_rtnl_find(sock, port, NULL, &link);
    if (!rc && *port && link.index) {
        rc = remove_link(sock, link.index);
        if (rc == -NLE_NODEV)
            rc = 0;
    }
    nl_socket_free(sock);
    return rc ? failed(err, inside, rc) : ZP_OK;
}
