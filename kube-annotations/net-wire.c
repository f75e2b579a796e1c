/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A network as bytes of a frame: name (16), MAC (6), MTU (4), addresses,
 * routes. A list is its count (4) and its members. Numbers are little-endian,
 * an address has 4 or 16 bytes, as its family says.
 */
#include <string.h>

#include "internal.h"
#include "net.h"

enum { HAS_GATEWAY = 1, HAS_SOURCE = 2, ONLINK = 4, ALL_FLAGS = 7 };

unsigned zk_family_bytes(uint8_t family)
{
    return family == 4 ? 4 : family == 6 ? 16 : 0;
}

/* ---- what can be wrong ---- */

static bool name_is_good(const char *name)
{
    size_t len = strnlen(name, ZK_NET_NAME), i;

    for (i = 0; i < len; i++) {
        if (name[i] <= ' ' || name[i] > '~' || strchr("/:%", name[i]))
            return false;
    }
    for (i = len; i < ZK_NET_NAME; i++) {
        if (name[i])
            return false;
    }
    return len && len < ZK_NET_NAME && strcmp(name, ".") &&
           strcmp(name, "..") && strcmp(name, "lo");
}

static bool mac_is_good(const uint8_t mac[6])
{
    static const uint8_t none[6];

    return !(mac[0] & 1) && memcmp(mac, none, sizeof(none));
}

/* Nothing is set beyond the first @bits. */
static bool ends_at(const struct zk_address *address, unsigned bits)
{
    unsigned i;

    for (i = bits; i < 128; i++) {
        if (address->bytes[i / 8] & 0x80 >> i % 8)
            return false;
    }
    return true;
}

static const char *fault_of_route(const struct zk_net_route *route)
{
    unsigned bits = zk_family_bytes(route->family) * 8;

    if (!bits || route->prefix > bits)
        return "a route's prefix";
    if (!ends_at(&route->dest, route->prefix))
        return "a route's destination has bits beyond its prefix";
    if (!ends_at(&route->gateway, route->has_gateway ? bits : 0) ||
        !ends_at(&route->source, route->has_source ? bits : 0))
        return "a route's address";
    if (route->onlink && !route->has_gateway)
        return "a route that needs no gateway, and has none";
    if (route->mtu && (route->mtu < ZK_MIN_MTU || route->mtu > ZK_MAX_MTU))
        return "a route's MTU";
    return NULL;
}

/* NULL: nothing. */
static const char *fault_of(const struct zk_net *net)
{
    const char *fault = NULL;
    uint32_t i;

    if (!name_is_good(net->name))
        return "no name of an interface";
    if (!mac_is_good(net->mac))
        return "no MAC of an interface";
    if (net->mtu < ZK_MIN_MTU || net->mtu > ZK_MAX_MTU)
        return "the MTU is not from 68 to 65535";
    if (net->nr_addresses > ZK_MAX_ADDRESSES)
        return "more than 16 addresses";
    if (net->nr_routes > ZK_MAX_ROUTES)
        return "more than 64 routes";
    for (i = 0; i < net->nr_addresses; i++) {
        const struct zk_net_address *a = &net->addresses[i];
        unsigned bits = zk_family_bytes(a->family) * 8;

        if (!bits || a->prefix > bits || !ends_at(&a->local, bits))
            return "an address";
    }
    for (i = 0; !fault && i < net->nr_routes; i++)
        fault = fault_of_route(&net->routes[i]);
    return fault;
}

static int check(const struct zk_net *net, struct zp_error *err)
{
    const char *fault = fault_of(net);

    return fault ? zp__fail(err, ZP_ERR_RANGE, "network", "network: %s", fault)
                 : ZP_OK;
}

/* ---- writing ---- */

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    unsigned i;

    for (i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
    return at + 4;
}

static uint8_t *put_address(uint8_t *at, const struct zk_address *address,
                            uint8_t family)
{
    unsigned bytes = zk_family_bytes(family);

    memcpy(at, address->bytes, bytes);
    return at + bytes;
}

static uint8_t *put_route(uint8_t *at, const struct zk_net_route *route)
{
    *at++ = route->family;
    *at++ = route->prefix;
    *at++ = route->scope;
    *at++ = (uint8_t)((route->has_gateway ? HAS_GATEWAY : 0) |
                      (route->has_source ? HAS_SOURCE : 0) |
                      (route->onlink ? ONLINK : 0));
    at = put_address(at, &route->dest, route->family);
    if (route->has_gateway)
        at = put_address(at, &route->gateway, route->family);
    if (route->has_source)
        at = put_address(at, &route->source, route->family);
    return put32(put32(at, route->metric), route->mtu);
}

int zk_net_pack(const struct zk_net *net, uint8_t buf_out[ZK_MAX_NET],
                uint32_t *len_out, struct zp_error *err)
{
    uint8_t *at = buf_out;
    uint32_t i;
    int rc = check(net, err);

    if (rc)
        return rc;
    memcpy(at, net->name, sizeof(net->name));
    at += sizeof(net->name);
    memcpy(at, net->mac, sizeof(net->mac));
    at = put32(at + sizeof(net->mac), net->mtu);
    at = put32(at, net->nr_addresses);
    for (i = 0; i < net->nr_addresses; i++) {
        *at++ = net->addresses[i].family;
        *at++ = net->addresses[i].prefix;
        *at++ = net->addresses[i].scope;
        at = put_address(at, &net->addresses[i].local,
                         net->addresses[i].family);
    }
    at = put32(at, net->nr_routes);
    for (i = 0; i < net->nr_routes; i++)
        at = put_route(at, &net->routes[i]);
    *len_out = (uint32_t)(at - buf_out);
    return ZP_OK;
}

/* ---- reading ---- */

/* It ends early: all that follows is 0. */
struct reader {
    const uint8_t *at;
    size_t left;
    bool failed;
};

static void get(struct reader *r, void *to, size_t len)
{
    r->failed |= r->left < len;
    if (r->failed) {
        memset(to, 0, len);
        return;
    }
    memcpy(to, r->at, len);
    r->at += len;
    r->left -= len;
}

static uint8_t get8(struct reader *r)
{
    uint8_t value;

    get(r, &value, 1);
    return value;
}

static uint32_t get32(struct reader *r)
{
    uint8_t b[4];

    get(r, b, sizeof(b));
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
           (uint32_t)b[3] << 24;
}

static uint32_t get_count(struct reader *r, uint32_t max)
{
    uint32_t nr = get32(r);

    r->failed |= nr > max;
    return r->failed ? 0 : nr;
}

static void get_address(struct reader *r, struct zk_address *address_out,
                        uint8_t family)
{
    get(r, address_out->bytes, zk_family_bytes(family));
}

static void get_route(struct reader *r, struct zk_net_route *route)
{
    uint8_t flags;

    route->family = get8(r);
    route->prefix = get8(r);
    route->scope = get8(r);
    flags = get8(r);
    r->failed |= flags > ALL_FLAGS;
    route->has_gateway = flags & HAS_GATEWAY;
    route->has_source = flags & HAS_SOURCE;
    route->onlink = flags & ONLINK;
    get_address(r, &route->dest, route->family);
    if (route->has_gateway)
        get_address(r, &route->gateway, route->family);
    if (route->has_source)
        get_address(r, &route->source, route->family);
    route->metric = get32(r);
    route->mtu = get32(r);
}

int zk_net_unpack(const uint8_t *buf, size_t len, struct zk_net *net_out,
                  struct zp_error *err)
{
    struct reader r = { buf, len, false };
    struct zk_net net;
    uint32_t i;
    int rc;

    memset(&net, 0, sizeof(net));
    get(&r, net.name, sizeof(net.name));
    get(&r, net.mac, sizeof(net.mac));
    net.mtu = get32(&r);
    net.nr_addresses = get_count(&r, ZK_MAX_ADDRESSES);
    for (i = 0; i < net.nr_addresses; i++) {
        struct zk_net_address *a = &net.addresses[i];

        a->family = get8(&r);
        a->prefix = get8(&r);
        a->scope = get8(&r);
        get_address(&r, &a->local, a->family);
    }
    net.nr_routes = get_count(&r, ZK_MAX_ROUTES);
    for (i = 0; i < net.nr_routes; i++)
        get_route(&r, &net.routes[i]);
    if (r.failed || r.left)
        return zp__fail(err, ZP_ERR_PARSE, "network", "network: %s",
                        r.failed ? "it ends early, or has too many of "
                        "something" : "something follows");
    rc = check(&net, err);
    if (!rc)
        *net_out = net;
    return rc;
}
