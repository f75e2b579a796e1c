/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pod's network goes over the link unchanged; what is none is refused. */
#include "../../kube-annotations/net.h"
#include "core.h"

/* As a CNI plugin makes it, with both families. */
static struct zk_net usual(void)
{
    return (struct zk_net){
        .name = "eth0", .mac = { 2, 0, 0, 0, 0, 7 }, .mtu = 1450,
        .nr_addresses = 2,
        .addresses = {
            { 4, 24, 0, { { 10, 88, 0, 5 } } },
            { 6, 64, 0, { { 0xfd, 0, [15] = 5 } } },
        },
        .nr_routes = 4,
        .routes = {
            { .family = 4, .prefix = 24, .scope = 253, .has_source = true,
              .dest = { { 10, 88 } }, .source = { { 10, 88, 0, 5 } } },
            { .family = 4, .has_gateway = true, .onlink = true,
              .gateway = { { 169, 254, 1, 1 } }, .metric = 100,
              .mtu = 1400 },
            { .family = 6, .prefix = 64, .dest = { { 0xfd } },
              .metric = 256 },
            { .family = 6, .has_gateway = true,
              .gateway = { { 0xfd, [15] = 1 } }, .metric = UINT32_MAX },
        },
    };
}

START_TEST(there_and_back)
{
    struct zk_net net = usual(), again;
    uint8_t buf[ZK_MAX_NET], second[ZK_MAX_NET];
    uint32_t len, second_len, cut;

    ck_assert_int_eq(zk_net_pack(&net, buf, &len, NULL), ZP_OK);
    ck_assert_int_eq(zk_net_unpack(buf, len, &again, NULL), ZP_OK);
    ck_assert_str_eq(again.name, "eth0");
    ck_assert_uint_eq(again.mtu, 1450);
    ck_assert_mem_eq(again.mac, net.mac, sizeof(net.mac));
    ck_assert_mem_eq(&again.addresses[1].local, &net.addresses[1].local, 16);
    ck_assert(again.routes[1].onlink);
    ck_assert_uint_eq(again.routes[1].mtu, 1400);
    ck_assert_mem_eq(&again.routes[3].gateway, &net.routes[3].gateway, 16);
    ck_assert_int_eq(zk_net_pack(&again, second, &second_len, NULL), ZP_OK);
    ck_assert_uint_eq(second_len, len);
    ck_assert_mem_eq(second, buf, len);
    for (cut = 0; cut < len; cut++)
        ck_fails(zk_net_unpack(buf, cut, &again, &err), ZP_ERR_PARSE,
                 "network", "network: it ends early, or has too many of "
                 "something");
    ck_fails(zk_net_unpack(second, len + 1, &again, &err), ZP_ERR_PARSE,
             "network", "network: something follows");
}
END_TEST

START_TEST(largest)
{
    struct zk_net net = usual();
    uint8_t buf[ZK_MAX_NET];
    uint32_t len, i;

    net.nr_addresses = ZK_MAX_ADDRESSES;
    net.nr_routes = ZK_MAX_ROUTES;
    for (i = 0; i < ZK_MAX_ADDRESSES; i++)
        net.addresses[i] = usual().addresses[1];
    for (i = 0; i < ZK_MAX_ROUTES; i++) {
        net.routes[i] = usual().routes[3];
        net.routes[i].has_source = true;
        net.routes[i].dest = net.routes[i].source = net.routes[i].gateway;
        net.routes[i].prefix = 128;
    }
    ck_assert_int_eq(zk_net_pack(&net, buf, &len, NULL), ZP_OK);
    ck_assert_uint_eq(len, ZK_MAX_NET);
    ck_assert_int_eq(zk_net_unpack(buf, len, &net, NULL), ZP_OK);
}
END_TEST

static void no_name(struct zk_net *net) { net->name[0] = '\0'; }
static void a_path(struct zk_net *net) { strcpy(net->name, "a/b"); }
static void above(struct zk_net *net) { strcpy(net->name, ".."); }
static void loopback(struct zk_net *net) { strcpy(net->name, "lo"); }
static void long_name(struct zk_net *net) { memset(net->name, 'a', 16); }
static void group(struct zk_net *net) { net->mac[0] = 1; }
static void no_mac(struct zk_net *net) { memset(net->mac, 0, 6); }
static void small(struct zk_net *net) { net->mtu = 67; }
static void large(struct zk_net *net) { net->mtu = 65536; }
static void addresses(struct zk_net *net) { net->nr_addresses = 17; }
static void routes(struct zk_net *net) { net->nr_routes = 65; }
static void family(struct zk_net *net) { net->addresses[0].family = 5; }
static void prefix(struct zk_net *net) { net->addresses[0].prefix = 33; }
static void wide(struct zk_net *net) { net->addresses[0].local.bytes[4] = 1; }
static void to(struct zk_net *net) { net->routes[0].prefix = 33; }
static void bits(struct zk_net *net) { net->routes[0].prefix = 9; }
static void link_(struct zk_net *net) { net->routes[0].onlink = true; }
static void by(struct zk_net *net) { net->routes[1].gateway.bytes[4] = 1; }
static void width(struct zk_net *net) { net->routes[1].mtu = 1; }

static const struct {
    void (*spoil)(struct zk_net *net);
    const char *msg;
} bad[] = {
    { no_name, "no name of an interface" },
    { a_path, "no name of an interface" },
    { above, "no name of an interface" },
    { loopback, "no name of an interface" },
    { long_name, "no name of an interface" },
    { group, "no MAC of an interface" },
    { no_mac, "no MAC of an interface" },
    { small, "the MTU is not from 68 to 65535" },
    { large, "the MTU is not from 68 to 65535" },
    { addresses, "more than 16 addresses" },
    { routes, "more than 64 routes" },
    { family, "an address" },
    { prefix, "an address" },
    { wide, "an address" },
    { to, "a route's prefix" },
    { bits, "a route's destination has bits beyond its prefix" },
    { link_, "a route that needs no gateway, and has none" },
    { by, "a route's address" },
    { width, "a route's MTU" },
};

START_TEST(refused)
{
    struct zk_net net = usual();
    uint8_t buf[ZK_MAX_NET];
    char msg[100];
    uint32_t len;

    bad[_i].spoil(&net);
    snprintf(msg, sizeof(msg), "network: %s", bad[_i].msg);
    ck_fails(zk_net_pack(&net, buf, &len, &err), ZP_ERR_RANGE, "network",
             msg);
}
END_TEST

/* What only the wire can say. */
START_TEST(hostile)
{
    struct zk_net net = usual();
    uint8_t buf[ZK_MAX_NET];
    uint32_t len;
    size_t counts = 16 + 6 + 4;

    ck_assert_int_eq(zk_net_pack(&net, buf, &len, NULL), ZP_OK);
    buf[counts + 3] = 0xff;
    ck_fails(zk_net_unpack(buf, len, &net, &err), ZP_ERR_PARSE, "network",
             "network: it ends early, or has too many of something");
    buf[counts + 3] = 0;
    buf[14] = 'x';
    ck_fails(zk_net_unpack(buf, len, &net, &err), ZP_ERR_RANGE, "network",
             "network: no name of an interface");
    buf[14] = 0;
    /* The flags of the first route. */
    buf[counts + 4 + 7 + 19 + 4 + 3] = 8;
    ck_fails(zk_net_unpack(buf, len, &net, &err), ZP_ERR_PARSE, "network",
             "network: it ends early, or has too many of something");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("net");
    TCase *tc = tcase_create("all");

    tcase_add_test(tc, there_and_back);
    tcase_add_test(tc, largest);
    tcase_add_loop_test(tc, refused, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tc, hostile);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
