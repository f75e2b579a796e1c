/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtnl.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include <netlink/errno.h>

int zk_rtnl_open(struct nl_sock **sock_out)
{
    struct nl_sock *sock = nl_socket_alloc();
    int rc = sock ? nl_connect(sock, NETLINK_ROUTE) : -NLE_NOMEM;

    if (!rc)
        *sock_out = sock;
    else if (sock)
        nl_socket_free(sock);
    return rc;
}

struct nl_msg *zk_rtnl_request(int type, int flags, const void *head,
                               size_t len)
{
    struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

    if (msg && nlmsg_append(msg, (void *)(uintptr_t)head, len,
                            NLMSG_ALIGNTO)) {
        nlmsg_free(msg);
        msg = NULL;
    }
    return msg;
}

int zk_rtnl_call(struct nl_sock *sock, struct nl_msg *msg, bool full)
{
    int rc;

    if (!msg)
        return -NLE_NOMEM;
    if (full) {
        nlmsg_free(msg);
        return -NLE_MSGSIZE;
    }
    rc = nl_send_sync(sock, msg);
    return rc < 0 ? rc : 0;
}

/* ---- dumps ---- */

struct dump {
    zk_rtnl_see see;
    void *data;
};

static int see_one(struct nl_msg *msg, void *data)
{
    const struct dump *dump = data;

    dump->see(nlmsg_hdr(msg), dump->data);
    return NL_OK;
}

int zk_rtnl_dump(struct nl_sock *sock, int type, size_t len, zk_rtnl_see see,
                 void *data)
{
    static const char zeros[64];
    struct dump dump = { see, data };
    struct nl_msg *msg = zk_rtnl_request(type, NLM_F_DUMP, zeros, len);
    struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
    int rc = msg && cb ? nl_send_auto(sock, msg) : -NLE_NOMEM;

    if (rc >= 0)
        rc = nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, see_one, &dump);
    if (rc >= 0)
        rc = nl_recvmsgs(sock, cb);
    if (msg)
        nlmsg_free(msg);
    if (cb)
        nl_cb_put(cb);
    return rc < 0 ? rc : 0;
}

/* ---- interfaces ---- */

bool zk_rtnl_link_of(struct nlmsghdr *header, struct zk_rtnl_link *link_out)
{
    struct nlattr *at[IFLA_MAX + 1];
    const struct ifinfomsg *info;
    struct zk_rtnl_link link = { 0 };

    if (header->nlmsg_type != RTM_NEWLINK ||
        nlmsg_parse(header, sizeof(*info), at, IFLA_MAX, NULL) ||
        !at[IFLA_IFNAME])
        return false;
    info = nlmsg_data(header);
    link.index = info->ifi_index;
    link.up = info->ifi_flags & IFF_UP;
    link.ethernet = info->ifi_type == ARPHRD_ETHER &&
                    at[IFLA_ADDRESS] && nla_len(at[IFLA_ADDRESS]) == 6;
    nla_strlcpy(link.name, at[IFLA_IFNAME], sizeof(link.name));
    if (link.ethernet)
        memcpy(link.mac, nla_data(at[IFLA_ADDRESS]), sizeof(link.mac));
    if (at[IFLA_MTU])
        link.mtu = nla_get_u32(at[IFLA_MTU]);
    *link_out = link;
    return true;
}

struct search {
    const char *name;
    const uint8_t *mac;
    struct zk_rtnl_link *found;
};

static void look(struct nlmsghdr *header, void *data)
{
    const struct search *search = data;
    struct zk_rtnl_link link;

    if (!zk_rtnl_link_of(header, &link))
        return;
    if (search->name ? !strcmp(link.name, search->name)
                     : link.ethernet && !memcmp(link.mac, search->mac, 6))
        *search->found = link;
}

int zk_rtnl_find(struct nl_sock *sock, const char *name, const uint8_t *mac,
                 struct zk_rtnl_link *link_out)
{
    struct search search = { name, mac, link_out };

    link_out->index = 0;
    return zk_rtnl_dump(sock, RTM_GETLINK, sizeof(struct ifinfomsg), look,
                        &search);
}

int zk_rtnl_set_up(struct nl_sock *sock, int index, const char *name,
                   uint32_t mtu)
{
    struct ifinfomsg info = { .ifi_index = index, .ifi_flags = IFF_UP,
                              .ifi_change = IFF_UP };
    struct nl_msg *msg = zk_rtnl_request(RTM_NEWLINK, 0, &info, sizeof(info));
    bool full = false;

    if (msg) {
        full |= nla_put_u32(msg, IFLA_MTU, mtu) != 0;
        if (name)
            full |= nla_put_string(msg, IFLA_IFNAME, name) != 0;
    }
    return zk_rtnl_call(sock, msg, full);
}
