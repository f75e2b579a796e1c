/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in a pod's network namespace. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/nsfs.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <netlink/errno.h>

#include "../rtnl.h"
#include "net.h"
#include "oci.h"

/* ---- the namespace ---- */

static int check_namespace(const char *path, int fd, int own,
                           struct zp_error *err)
{
    struct stat there, here;

    if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
        return zp__fail(err, ZP_ERR_INVAL, "network", "namespaces: network: "
                        "%.200s is no network namespace", path);
    if (fstat(fd, &there) || fstat(own, &here))
        return zp__fail_sys(err, ZP_ERR_IO, errno, "network", "%.200s: %s",
                            path, strerror(errno));
    if (there.st_dev == here.st_dev && there.st_ino == here.st_ino)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "network", "namespaces: "
                        "network: %.200s is the host's: a zone can't share "
                        "it", path);
    return ZP_OK;
}

int net_open(const char *path, struct nl_sock **sock_out, struct zp_error *err)
{
    int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc, saved = errno;

    if (own < 0 || fd < 0)
        rc = zp__fail_sys(err, saved == ENOENT ? ZP_ERR_NOTFOUND : ZP_ERR_IO,
                          saved, "network", "namespaces: network: %.200s: %s",
                          path, strerror(saved));
    else
        rc = check_namespace(path, fd, own, err);
    if (!rc && setns(fd, CLONE_NEWNET))
        rc = zp__fail_sys(err, ZP_ERR_IO, errno, "network", "%.200s: %s", path,
                          strerror(errno));
    if (!rc) {
        saved = zk_rtnl_open(sock_out);
        if (saved)
            rc = zp__fail(err, ZP_ERR_IO, "network", "%.200s: rtnetlink: %s",
                          path, nl_geterror(saved));
        /* Nothing of ours may go on in there. */
        if (setns(own, CLONE_NEWNET))
            abort();
    }
    if (fd >= 0)
        close(fd);
    if (own >= 0)
        close(own);
    return rc;
}

/* ---- reading ---- */

/* The first failure stays. */
struct view {
    struct zk_net *net;
    int index;
    unsigned nr_links;           /* that could be it */
    struct zp_error *err;
    int rc;
};

static void refuse(struct view *v, int code, const char *why)
{
    if (!v->rc)
        v->rc = zp__fail(v->err, code, "network", "network: %s: %s",
                         v->net->name, why);
}

/* Others are tunnels that Linux makes in every namespace, or are not up. */
static void see_link(struct nlmsghdr *header, void *data)
{
    struct zk_rtnl_link link;
    struct view *v = data;

    if (!zk_rtnl_link_of(header, &link) || !link.ethernet || !link.up ||
        !strcmp(link.name, "lo"))
        return;
    v->nr_links++;
    v->index = link.index;
    v->net->mtu = link.mtu;
    memcpy(v->net->name, link.name, sizeof(link.name));
    memcpy(v->net->mac, link.mac, sizeof(link.mac));
}

/* False: it is of no use. */
static bool copy_address(const struct nlattr *attr, uint8_t family,
                         struct zk_address *address_out)
{
    int bytes = (int)zk_family_bytes(family);

    memset(address_out, 0, sizeof(*address_out));
    if (!attr || nla_len(attr) != bytes)
        return false;
    memcpy(address_out->bytes, nla_data(attr), (size_t)bytes);
    return true;
}

static uint8_t family_of(int af)
{
    return af == AF_INET ? 4 : af == AF_INET6 ? 6 : 0;
}

/* Linux makes IPv6's link-local ones itself, of the MAC, which is the same. */
static bool is_made_anew(const struct ifaddrmsg *head)
{
    return head->ifa_family == AF_INET6 && head->ifa_scope == RT_SCOPE_LINK;
}

static void see_address(struct nlmsghdr *header, void *data)
{
    struct nlattr *at[IFA_MAX + 1], *local;
    const struct ifaddrmsg *head = nlmsg_data(header);
    struct zk_net_address a;
    struct view *v = data;

    if (header->nlmsg_type != RTM_NEWADDR ||
        nlmsg_parse(header, sizeof(*head), at, IFA_MAX, NULL) ||
        head->ifa_index != (uint32_t)v->index || is_made_anew(head))
        return;
    memset(&a, 0, sizeof(a));
    a.family = family_of(head->ifa_family);
    a.prefix = head->ifa_prefixlen;
    a.scope = head->ifa_scope;
    local = at[IFA_LOCAL] ? at[IFA_LOCAL] : at[IFA_ADDRESS];
    if (!a.family || !copy_address(local, a.family, &a.local))
        return;
    if (at[IFA_ADDRESS] && nla_memcmp(at[IFA_ADDRESS], a.local.bytes,
                                      zk_family_bytes(a.family)))
        refuse(v, ZP_ERR_UNSUPPORTED, "an address of two ends");
    if (v->net->nr_addresses < ZK_MAX_ADDRESSES)
        v->net->addresses[v->net->nr_addresses] = a;
    v->net->nr_addresses++;
}

/* Of a route's metrics only the MTU is known. */
static void take_metrics(struct view *v, struct nlattr *metrics,
                         struct zk_net_route *route)
{
    struct nlattr *one;
    int left;

    nla_for_each_nested(one, metrics, left) {
        if (nla_type(one) == RTAX_MTU && nla_len(one) == 4)
            route->mtu = nla_get_u32(one);
        else
            refuse(v, ZP_ERR_UNSUPPORTED, "a route with metrics beside its "
                   "MTU");
    }
}

static void take_route(struct view *v, const struct rtmsg *head,
                       struct nlattr **at)
{
    struct zk_net_route route;

    memset(&route, 0, sizeof(route));
    route.family = family_of(head->rtm_family);
    route.prefix = head->rtm_dst_len;
    route.scope = head->rtm_scope;
    route.onlink = head->rtm_flags & RTNH_F_ONLINK;
    if (at[RTA_DST])
        copy_address(at[RTA_DST], route.family, &route.dest);
    route.has_gateway = at[RTA_GATEWAY] &&
        copy_address(at[RTA_GATEWAY], route.family, &route.gateway);
    route.has_source = at[RTA_PREFSRC] &&
        copy_address(at[RTA_PREFSRC], route.family, &route.source);
    if (at[RTA_PRIORITY])
        route.metric = nla_get_u32(at[RTA_PRIORITY]);
    if (at[RTA_METRICS])
        take_metrics(v, at[RTA_METRICS], &route);
    if (v->net->nr_routes < ZK_MAX_ROUTES)
        v->net->routes[v->net->nr_routes] = route;
    v->net->nr_routes++;
}

/* Linux makes these for every interface with IPv6. */
static bool is_link_local(const struct rtmsg *head, const struct nlattr *dest)
{
    static const uint8_t prefix[8] = { 0xfe, 0x80 };

    return head->rtm_family == AF_INET6 && head->rtm_dst_len == 64 && dest &&
           nla_len(dest) == 16 && !memcmp(nla_data(dest), prefix, 8);
}

static void see_route(struct nlmsghdr *header, void *data)
{
    struct nlattr *at[RTA_MAX + 1];
    const struct rtmsg *head = nlmsg_data(header);
    struct view *v = data;
    uint32_t table;

    if (header->nlmsg_type != RTM_NEWROUTE ||
        nlmsg_parse(header, sizeof(*head), at, RTA_MAX, NULL) ||
        !family_of(head->rtm_family) || head->rtm_flags & RTM_F_CLONED)
        return;
    table = at[RTA_TABLE] ? nla_get_u32(at[RTA_TABLE]) : head->rtm_table;
    /* Those of lo, or of addresses. */
    if (table == RT_TABLE_LOCAL || (head->rtm_type != RTN_UNICAST &&
                                    head->rtm_protocol == RTPROT_KERNEL))
        return;
    if (table != RT_TABLE_MAIN)
        refuse(v, ZP_ERR_UNSUPPORTED, "a route of another table than main");
    else if (head->rtm_type != RTN_UNICAST)
        refuse(v, ZP_ERR_UNSUPPORTED, "a route that is not unicast");
    else if (at[RTA_MULTIPATH] || at[RTA_VIA] || at[RTA_ENCAP])
        refuse(v, ZP_ERR_UNSUPPORTED, "a route of several paths, across "
               "families, or that encapsulates");
    else if (head->rtm_tos || head->rtm_src_len)
        refuse(v, ZP_ERR_UNSUPPORTED, "a route by more than the destination");
    else if (at[RTA_OIF] && nla_get_u32(at[RTA_OIF]) == (uint32_t)v->index &&
             !is_link_local(head, at[RTA_DST]))
        take_route(v, head, at);
}

/* One that redirects what comes in: another zone's, or who knows whose. */
static void see_qdisc(struct nlmsghdr *header, void *data)
{
    struct nlattr *at[TCA_MAX + 1];
    const struct tcmsg *head = nlmsg_data(header);
    struct view *v = data;

    if (header->nlmsg_type == RTM_NEWQDISC &&
        !nlmsg_parse(header, sizeof(*head), at, TCA_MAX, NULL) &&
        head->tcm_ifindex == v->index && head->tcm_parent == TC_H_INGRESS)
        refuse(v, ZP_ERR_EXISTS, "it has an ingress qdisc, as the interface "
               "of another zone would");
}

static void check_counts(struct view *v)
{
    const struct zk_net *net = v->net;

    if (v->rc)
        return;
    if (net->nr_addresses > ZK_MAX_ADDRESSES)
        v->rc = zp__fail(v->err, ZP_ERR_RANGE, "network", "network: %s: %u "
                         "addresses, at most %d", net->name,
                         net->nr_addresses, ZK_MAX_ADDRESSES);
    else if (net->nr_routes > ZK_MAX_ROUTES)
        v->rc = zp__fail(v->err, ZP_ERR_RANGE, "network", "network: %s: %u "
                         "routes, at most %d", net->name, net->nr_routes,
                         ZK_MAX_ROUTES);
}

static void read_all(struct view *v, struct nl_sock *sock)
{
    static const struct {
        int type;
        size_t len;
        zk_rtnl_see see;
    } dumps[] = {
        { RTM_GETLINK, sizeof(struct ifinfomsg), see_link },
        { RTM_GETADDR, sizeof(struct ifaddrmsg), see_address },
        { RTM_GETROUTE, sizeof(struct rtmsg), see_route },
        { RTM_GETQDISC, sizeof(struct tcmsg), see_qdisc },
    };
    size_t i;
    int rc;

    for (i = 0; i < sizeof(dumps) / sizeof(dumps[0]) && !v->rc; i++) {
        if (i && !v->nr_links)
            return;
        rc = zk_rtnl_dump(sock, dumps[i].type, dumps[i].len, dumps[i].see, v);
        if (rc)
            v->rc = zp__fail(v->err, ZP_ERR_IO, "network", "network: %s",
                             nl_geterror(rc));
        if (v->nr_links > 1)
            v->rc = zp__fail(v->err, ZP_ERR_UNSUPPORTED, "network",
                             "network: %u interfaces, at most 1", v->nr_links);
    }
    check_counts(v);
}

int net_read(const char *path, struct zk_net *net_out, bool *there_out,
             struct zp_error *err)
{
    uint8_t buf[ZK_MAX_NET];
    struct view v = { .net = net_out, .err = err };
    struct nl_sock *sock;
    uint32_t len;
    int rc;

    memset(net_out, 0, sizeof(*net_out));
    rc = net_open(path, &sock, err);
    if (rc)
        return rc;
    read_all(&v, sock);
    nl_socket_free(sock);
    *there_out = v.nr_links > 0;
    if (v.rc || !*there_out)
        return v.rc;
    /* What the zone would refuse is told before there is one. */
    return zk_net_pack(net_out, buf, &len, err);
}
