/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zones of many shapes, whose CPUID leaves a guest must read as they were
 * meant, and what is refused. ZP_SEED and ZP_CASES set the random ones,
 * ZP_CASES_PERCENT shortens all.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "../lib/gen.h"
#include "cpuid-decode.h"

static struct zp_error err;

static struct zp_core_model make_model(enum zp_vendor vendor, uint32_t threads,
                                       uint32_t cores_per_l3,
                                       enum zp_packages packages)
{
    struct cpuid_shape shape = { .nr = 1, .vcpus = { 2 }, .host_threads = 2 };
    struct zp_topology *topo = cpuid_shape_host(&shape);
    struct zp_core_model model;
    struct zp_plan plan;

    cpuid_shape_plan(&shape, &plan);
    ck_assert_int_eq(zp_core_model_from_topology(topo, &plan, vendor, threads,
                                                 packages, &model, &err),
                     ZP_OK);
    zp_topology_free(topo);
    model.cores_per_l3 = cores_per_l3;
    return model;
}

static uint32_t step(void)
{
    uint32_t percent = (uint32_t)gen_env("ZP_CASES_PERCENT", 100);

    return percent && percent < 100 ? 100 / percent : 1;
}

/* ---- regular zones ------------------------------------------------------- */

/* Equal shares, one vcpu more on the lowest: 1..128 vcpus, 1..32 vnodes. */
START_TEST(even)
{
    static const uint32_t nodes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 31, 32 };
    static const uint32_t l3s[] = { 0, 1, 8, 16 };
    enum zp_vendor vendor = _i & 1 ? ZP_VENDOR_INTEL : ZP_VENDOR_AMD;
    uint32_t threads = _i & 2 ? 2 : 1, k, n, i, j;

    for (n = 1; n <= ZP_MAX_VCPUS; n += step()) {
        for (j = 0; j < 4 * sizeof(nodes) / sizeof(nodes[0]); j++) {
            struct zp_core_model model = make_model(vendor, threads, l3s[j % 4],
                                                    ZP_PACKAGES_NODE);
            struct cpuid_shape shape = { .host_threads = 2 };
            struct zp_guest_cpus cpus;

            k = shape.nr = nodes[j / 4];
            if (k > n)
                break;
            for (i = 0; i < k; i++) {
                shape.vcpus[i] = n / k + (i < n % k);
                shape.socket[i] = 2 * i / k;
            }
            ck_assert_msg(cpuid_zone_holds(&shape, &model, &cpus, &err),
                          "%u over %u: %s", n, k, err.msg);
            ck_assert(cpus.dies);
            ck_assert_uint_eq(cpus.nr_packages, k);
            model.packages = ZP_PACKAGES_SOCKET;
            if (cpuid_zone_holds(&shape, &model, &cpus, &err))
                ck_assert_uint_eq(cpus.nr_packages, k > 1 ? 2 : 1);
            else
                ck_assert_uint_gt(k, 2);
        }
    }
}
END_TEST

/* Hosts as they are built, all of their nodes: packages by socket fit. */
START_TEST(whole_hosts)
{
    static const uint32_t per_socket[] = { 1, 2, 3, 4, 6, 8, 12, 16 };
    static const uint32_t counts[] = { 1, 2, 3, 4, 8, 16 };
    struct zp_core_model model = make_model(ZP_VENDOR_AMD, 2, _i & 1 ? 8 : 0,
                                            ZP_PACKAGES_SOCKET);
    uint32_t nodes = per_socket[_i / 2 % 8], nr = counts[_i / 16], n, i;

    for (n = nr * nodes; nr * nodes <= ZP_MAX_VNODES && n <= ZP_MAX_VCPUS;
         n += step()) {
        struct cpuid_shape shape = { .nr = nr * nodes, .host_threads = 2 };
        struct zp_guest_cpus cpus;

        for (i = 0; i < shape.nr; i++) {
            shape.vcpus[i] = n / shape.nr + (i < n % shape.nr);
            shape.socket[i] = i / nodes;
        }
        ck_assert_msg(cpuid_zone_holds(&shape, &model, &cpus, &err),
                      "%u over %u x %u: %s", n, nr, nodes, err.msg);
        ck_assert_uint_eq(cpus.nr_packages, nr);
        ck_assert_uint_eq(cpus.dies_per_package, nodes);
    }
}
END_TEST

struct named {
    const char *shape;
    uint32_t threads, cores_per_l3;
    enum zp_packages packages;
    const char *ids;                     /* in hex; NULL: does not fit */
    bool dies;
};

static const struct named named[] = {
    { "1", 1, 0, ZP_PACKAGES_SOCKET, "0", true },
    { "1", 2, 0, ZP_PACKAGES_SOCKET, "0", true },
    { "3+2", 2, 0, ZP_PACKAGES_NODE, "0 1 2 4 5", true },
    { "3+2", 2, 0, ZP_PACKAGES_SOCKET, "0 1 2 4 5", true },
    { "3+2", 1, 0, ZP_PACKAGES_SOCKET, "0 1 2 4 5", true },
    { "2+3/1", 2, 0, ZP_PACKAGES_SOCKET, "0 1 4 5 6 8", true },
    { "5+5+5", 2, 2, ZP_PACKAGES_SOCKET,
      "0 1 2 3 4 8 9 a b c 10 11 12 13 14", true },
    { "1/64/63", 1, 0, ZP_PACKAGES_SOCKET, "", true },
    { "66+31+31", 1, 0, ZP_PACKAGES_NODE, NULL, true },
    { "66+31+31", 1, 0, ZP_PACKAGES_SOCKET, NULL, true },
    { "9+9+9+9+9/9+9+9+9+9/9+9+9+9+2", 1, 0, ZP_PACKAGES_SOCKET, NULL, true },
    { "9+9+9+9+9/9+9+9+9+9/9+9+9+9+2", 1, 0, ZP_PACKAGES_NODE, "", true },
    { "66+31+31", 1, 8, ZP_PACKAGES_SOCKET, "", false },
    { "20/20/20/64", 1, 0, ZP_PACKAGES_SOCKET, "", true },
    { "65/63", 2, 0, ZP_PACKAGES_SOCKET, "", true },
    { "127/1", 2, 0, ZP_PACKAGES_SOCKET, "", true },
};

START_TEST(by_name)
{
    const struct named *c = &named[_i];
    struct cpuid_shape shape;
    struct zp_guest_cpus cpus;
    char *text, *next;
    uint32_t vendor, i;

    ck_assert(cpuid_shape_parse(c->shape, &shape));
    for (vendor = 0; vendor < 2; vendor++) {
        struct zp_core_model model = make_model(
            vendor ? ZP_VENDOR_INTEL : ZP_VENDOR_AMD, c->threads,
            c->cores_per_l3, c->packages);
        bool fits = cpuid_zone_holds(&shape, &model, &cpus, &err);

        ck_assert_int_eq(fits, c->ids != NULL);
        if (!fits)
            continue;
        ck_assert_int_eq(cpus.dies, c->dies);
        next = text = strdup(c->ids);
        for (i = 0; *next && i < cpus.nr_vcpus; i++)
            ck_assert_uint_eq(strtoul(next, &next, 16),
                              cpus.vcpu[i].x2apic_id);
        ck_assert(!*next);
        free(text);
    }
}
END_TEST

/* The largest goes first where the last would get id 255, and only there. */
START_TEST(order)
{
    struct zp_core_model model = make_model(ZP_VENDOR_AMD, 1, 0,
                                            ZP_PACKAGES_SOCKET);
    struct cpuid_shape shape;
    struct zp_guest_cpus cpus;

    ck_assert(cpuid_shape_parse("20/20/20/64", &shape));
    ck_assert(cpuid_zone_holds(&shape, &model, &cpus, &err));
    ck_assert_uint_eq(cpus.vcpu[60].package, 0);
    ck_assert_uint_eq(cpus.vcpu[0].package, 1);
    ck_assert_uint_eq(cpus.vcpu[59].x2apic_id, 3 * 64 + 19);
    ck_assert(cpuid_shape_parse("20/20/20/63", &shape));
    ck_assert(cpuid_zone_holds(&shape, &model, &cpus, &err));
    ck_assert_uint_eq(cpus.vcpu[0].package, 0);
    ck_assert_uint_eq(cpus.vcpu[122].x2apic_id, 254);
    /* dies of the last package too: four of 16, one of them full */
    ck_assert(cpuid_shape_parse("1+1+1+16/1+1+1+16/1+1+1+16/1+1+1+16",
                                &shape));
    ck_assert(cpuid_zone_holds(&shape, &model, &cpus, &err));
    ck_assert_uint_eq(cpus.vcpu[75].package, 3);
    ck_assert_uint_eq(cpus.vcpu[75].die, 0);
    ck_assert_uint_eq(cpus.vcpu[57].x2apic_id, 0xd0);
}
END_TEST

/* The leaves of one zone, to the bit. */
START_TEST(to_the_bit)
{
    static const struct zp_cpuid_leaf amd[] = {
        { 1, UINT32_MAX, 0, 0x05080800, 0, 0 },
        { 0xb, 0, 1, 2, 0x100, 5 },
        { 0xb, 1, 3, 8, 0x201, 5 },
        { 0xb, 2, 0, 0, 2, 5 },
        { 0x80000008, UINT32_MAX, 0, 0, 0x3007, 0 },
        { 0x8000001d, 0, 0x4121, 0x1c0003f, 0x3f, 0 },
        { 0x8000001d, 1, 0x4122, 0x1c0003f, 0x3f, 0 },
        { 0x8000001d, 2, 0x4143, 0x1c0003f, 0x3ff, 2 },
        { 0x8000001d, 3, 0xc163, 0x3c0003f, 0x7fff, 1 },
        { 0x8000001d, 4, 0, 0, 0, 0 },
        { 0x8000001e, UINT32_MAX, 5, 0x102, 0x101, 0 },
        { 0x80000026, 0, 1, 2, 0x100, 5 },
        { 0x80000026, 1, 2, 4, 0x201, 5 },
        { 0x80000026, 2, 2, 4, 0x302, 5 },
        { 0x80000026, 3, 3, 8, 0x403, 5 },
        { 0x80000026, 4, 0, 0, 4, 5 },
    };
    static const struct zp_cpuid_leaf intel[] = {
        { 1, UINT32_MAX, 0, 0x05080800, 0, 0 },
        { 4, 0, 0x0c004121, 0x2c0003f, 0x3f, 0 },
        { 4, 1, 0x0c004122, 0x1c0003f, 0x3f, 0 },
        { 4, 2, 0x0c004143, 0x4c0003f, 0x3ff, 0 },
        { 4, 3, 0x0c00c163, 0x2c0003f, 0xbfff, 0 },
        { 4, 4, 0, 0, 0, 0 },
        { 0xb, 0, 1, 2, 0x100, 5 },
        { 0xb, 1, 3, 8, 0x201, 5 },
        { 0xb, 2, 0, 0, 2, 5 },
        { 0x1f, 0, 1, 2, 0x100, 5 },
        { 0x1f, 1, 2, 4, 0x201, 5 },
        { 0x1f, 2, 3, 8, 0x502, 5 },
        { 0x1f, 3, 0, 0, 3, 5 },
    };
    struct zp_cpuid_leaf leaves[ZP_MAX_CPUID_LEAVES];
    struct cpuid_shape shape;
    struct zp_guest_cpus cpus;
    struct zp_topology *topo;
    struct zp_plan plan;
    uint32_t nr, vendor;

    ck_assert(cpuid_shape_parse("3+2", &shape));
    cpuid_shape_plan(&shape, &plan);
    topo = cpuid_shape_host(&shape);
    for (vendor = 0; vendor < 2; vendor++) {
        struct zp_core_model model = make_model(
            vendor ? ZP_VENDOR_INTEL : ZP_VENDOR_AMD, 0, 0,
            ZP_PACKAGES_SOCKET);

        ck_assert_int_eq(zp_guest_cpus(&plan, topo, &model, &cpus, &err), 0);
        ck_assert_int_eq(zp_cpuid_leaves(&plan, &model, &cpus, 4, leaves, &nr,
                                         &err), 0);
        ck_assert_uint_eq(nr * sizeof(leaves[0]),
                          vendor ? sizeof(intel) : sizeof(amd));
        ck_assert_mem_eq(leaves, vendor ? intel : amd,
                         nr * sizeof(leaves[0]));
    }
    zp_topology_free(topo);
}
END_TEST

/* ---- random zones -------------------------------------------------------- */

static void random_shape(struct gen *g, struct cpuid_shape *shape)
{
    uint32_t left = 1 + gen_below(g, ZP_MAX_VCPUS), sockets, i;

    memset(shape, 0, sizeof(*shape));
    shape->host_threads = 2;
    shape->nr = 1 + gen_below(g, gen_chance(g, 70) ? 6 : ZP_MAX_VNODES);
    if (shape->nr > left)
        shape->nr = left;
    sockets = 1 + gen_below(g, shape->nr);
    for (i = 0; i < shape->nr; i++) {
        shape->vcpus[i] = 1;
        shape->socket[i] = gen_below(g, sockets);
    }
    left -= shape->nr;
    if (gen_chance(g, 30))
        left = gen_below(g, left + 1);
    while (left--)
        shape->vcpus[gen_chance(g, 30) ? 0 : gen_below(g, shape->nr)]++;
}

static uint32_t round_up(uint32_t n)
{
    uint32_t power = 1;

    while (power < n)
        power *= 2;
    return power;
}

/* The highest id there can be with vnodes side by side in their package, each
 * from an L3 of its own on, and the largest package last. */
static uint32_t side_by_side(const struct cpuid_shape *shape,
                             const struct zp_core_model *model)
{
    uint32_t l3s[ZP_MAX_VNODES] = { 0 }, most_cores = 1, most_l3s = 1;
    uint32_t packages = 0, cores, per_l3, l3_ids, p, i;

    for (i = 0; i < shape->nr; i++) {
        cores = (shape->vcpus[i] + model->threads_per_core - 1) /
                model->threads_per_core;
        per_l3 = model->cores_per_l3 ? model->cores_per_l3 : cores;
        p = model->packages == ZP_PACKAGES_NODE ? i : shape->socket[i];
        packages += !l3s[p];
        l3s[p] += (cores + per_l3 - 1) / per_l3;
        if (l3s[p] > most_l3s)
            most_l3s = l3s[p];
        if (per_l3 > cores)
            per_l3 = cores;
        if (per_l3 > most_cores)
            most_cores = per_l3;
    }
    l3_ids = round_up(most_cores) * model->threads_per_core;
    return (packages - 1) * round_up(most_l3s) * l3_ids +
           most_l3s * l3_ids - 1;
}

START_TEST(any)
{
    uint64_t seed = gen_env("ZP_SEED", 1);
    uint64_t cases = gen_env("ZP_CASES", 6000) / step(), i;
    uint32_t fit = 0, shared = 0;

    for (i = 0; i < cases; i++) {
        struct zp_core_model model;
        struct cpuid_shape shape;
        struct zp_guest_cpus cpus;
        struct gen g;

        gen_seed(&g, seed + i);
        random_shape(&g, &shape);
        model = make_model(gen_chance(&g, 50) ? ZP_VENDOR_AMD
                                              : ZP_VENDOR_INTEL,
                           1 + gen_below(&g, 2), 0,
                           gen_chance(&g, 70) ? ZP_PACKAGES_SOCKET
                                              : ZP_PACKAGES_NODE);
        if (gen_chance(&g, 60))
            model.cores_per_l3 = 1 + gen_below(&g, 12);
        if (gen_chance(&g, 10))
            model.l1i.bytes = 0;
        if (gen_chance(&g, 10))
            model.l3.bytes = 0;
        if (cpuid_zone_holds(&shape, &model, &cpus, &err)) {
            fit++;
            shared += !cpus.dies;
        } else {
            ck_assert_msg(side_by_side(&shape, &model) > 254,
                          "ZP_SEED=%llu: %s, but %u is enough",
                          (unsigned long long)(seed + i), err.msg,
                          side_by_side(&shape, &model));
        }
    }
    ck_assert_uint_gt(fit, cases / 3);
    if (cases >= 6000)
        ck_assert_uint_gt(shared, 0);
}
END_TEST

/* ---- sockets, models, refusals ------------------------------------------- */

/* A node of two sockets joins them: no node is in two packages. */
START_TEST(node_of_two_sockets)
{
    struct zp_core_model model = make_model(ZP_VENDOR_AMD, 1, 0,
                                            ZP_PACKAGES_SOCKET);
    struct cpuid_shape shape;
    struct zp_guest_cpus cpus;
    struct zp_topology *topo;
    struct zp_plan plan;

    ck_assert(cpuid_shape_parse("2/2/2", &shape));
    cpuid_shape_plan(&shape, &plan);
    ck_assert_int_eq(zp_topology_new(&topo, &err), ZP_OK);
    for (uint32_t pos = 0; pos < 3; pos++) {
        struct zp_pnode_desc desc = { .os_id = pos, .mem_kib = 1024 };

        zp_pcpuset_add(&desc.pcpus, 2 * pos);
        zp_pcpuset_add(&desc.pcpus, 2 * pos + 1);
        ck_assert_int_eq(zp_topology_add_pnode(topo, &desc, &err), ZP_OK);
    }
    for (uint32_t p = 0; p < 6; p++)     /* sockets: 0 0, 0 1, 1 1 */
        ck_assert_int_eq(zp_topology_set_pcpu(topo, p, p, p / 3, &err), ZP_OK);
    ck_assert_int_eq(zp_topology_freeze(topo, &err), ZP_OK);
    ck_assert_int_eq(zp_guest_cpus(&plan, topo, &model, &cpus, &err), ZP_OK);
    ck_assert_uint_eq(cpus.nr_packages, 1);
    ck_assert_uint_eq(cpus.dies_per_package, 3);
    ck_assert_uint_eq(cpus.vcpu[5].die, 2);
    zp_topology_free(topo);
}
END_TEST

START_TEST(unknown_sockets)
{
    struct zp_core_model model = make_model(ZP_VENDOR_AMD, 1, 0,
                                            ZP_PACKAGES_SOCKET);
    struct cpuid_shape shape;
    struct zp_guest_cpus cpus;
    struct zp_topology *topo;
    struct zp_plan plan;

    ck_assert(cpuid_shape_parse("2+2", &shape));
    shape.host_threads = 0;
    cpuid_shape_plan(&shape, &plan);
    topo = cpuid_shape_host(&shape);
    ck_assert_int_eq(zp_guest_cpus(&plan, topo, &model, &cpus, &err), ZP_OK);
    ck_assert_uint_eq(cpus.nr_packages, 2);
    plan.vnode[1].pnode = plan.vnode[0].pnode; /* that much is known */
    ck_assert_int_eq(zp_guest_cpus(&plan, topo, &model, &cpus, &err), ZP_OK);
    ck_assert_uint_eq(cpus.nr_packages, 1);
    zp_topology_free(topo);
    model.packages = ZP_PACKAGES_NODE;
    ck_assert_int_eq(zp_guest_cpus(&plan, NULL, &model, &cpus, &err), ZP_OK);
    ck_assert_uint_eq(cpus.nr_packages, 2);
}
END_TEST

static const struct {
    uint32_t host, asked;
    int rc;
    uint32_t threads;
    const char *msg;
} threads_cases[] = {
    { 2, 0, ZP_OK, 2, "" },
    { 2, 1, ZP_OK, 1, "" },
    { 2, 2, ZP_OK, 2, "" },
    { 1, 0, ZP_OK, 1, "" },
    { 1, 1, ZP_OK, 1, "" },
    { 1, 2, ZP_ERR_UNSUPPORTED, 0, "2 threads per core: node 1 has 1" },
    { 0, 0, ZP_OK, 1, "" },
    { 0, 2, ZP_ERR_UNSUPPORTED, 0,
      "2 threads per core: node 1 does not say what it has" },
    { 2, 3, ZP_ERR_RANGE, 0, "3 threads per core, not 1 or 2" },
};

START_TEST(model_threads)
{
    struct cpuid_shape shape;
    struct zp_core_model model, before;
    struct zp_topology *topo;
    struct zp_plan plan;
    int rc;

    ck_assert(cpuid_shape_parse("2+2", &shape));
    shape.host_threads = threads_cases[_i].host;
    cpuid_shape_plan(&shape, &plan);
    topo = cpuid_shape_host(&shape);
    memset(&model, 0xa5, sizeof(model));
    before = model;
    rc = zp_core_model_from_topology(topo, &plan, ZP_VENDOR_AMD,
                                     threads_cases[_i].asked,
                                     ZP_PACKAGES_SOCKET, &model, &err);
    ck_assert_int_eq(rc, threads_cases[_i].rc);
    if (rc) {
        ck_assert_str_eq(err.limit, "threads");
        ck_assert_str_eq(err.msg, threads_cases[_i].msg);
        ck_assert_mem_eq(&model, &before, sizeof(model));
    } else {
        ck_assert_uint_eq(model.threads_per_core, threads_cases[_i].threads);
        ck_assert_int_eq(model.packages, ZP_PACKAGES_SOCKET);
        ck_assert_uint_eq(model.cores_per_l3, 0);
    }
    plan.vnode[1].pnode = 2;
    ck_assert_int_eq(zp_core_model_from_topology(topo, &plan, ZP_VENDOR_AMD, 0,
                                                 ZP_PACKAGES_SOCKET, &model,
                                                 &err), ZP_ERR_INVAL);
    ck_assert_str_eq(err.msg, "vnode 1 is on pnode position 2, the host has 2 "
                              "pnodes");
    zp_topology_free(topo);
}
END_TEST

struct broken {
    void (*spoil)(struct zp_plan *plan, struct zp_core_model *model);
    int code;
    const char *limit, *msg;
};

#define SPOIL(name_, what_) \
    static void name_(struct zp_plan *plan, struct zp_core_model *model) \
    { (void)plan; (void)model; what_; }

SPOIL(stock, plan->tier = ZP_TIER_STOCK)
SPOIL(pv, plan->type = ZP_GUEST_PV)
SPOIL(no_vnodes, plan->nr_cpu_vnodes = 0)
SPOIL(many_vnodes, plan->nr_cpu_vnodes = 33)
SPOIL(empty_vnode, plan->vnode[1].nr_vcpus = 0)
SPOIL(gap, plan->vnode[1].first_vcpu = 4)
SPOIL(many_vcpus, plan->vnode[1].nr_vcpus = 126)
SPOIL(padded, plan->nr_vcpu_ids = 8)
SPOIL(other_host, plan->vnode[0].pnode = 7)
SPOIL(three_threads, model->threads_per_core = 3)
SPOIL(vendor, model->vendor = (enum zp_vendor)7)
SPOIL(packages, model->packages = (enum zp_packages)7)
SPOIL(no_ways, model->l2.ways = 0)
SPOIL(many_ways, model->l3.ways = 1025)
SPOIL(odd_line, model->l1d.line = 96)
SPOIL(odd_size, model->l1i.bytes++)
SPOIL(one_l3, model->cores_per_l3 = 1; model->l3_per_node = 2)

static const struct broken broken[] = {
    { stock, ZP_ERR_UNSUPPORTED, "tier",
      "stock Xen has its own APIC ids and topology leaves" },
    { pv, ZP_ERR_UNSUPPORTED, "type", "a PV guest has no APIC ids" },
    { no_vnodes, ZP_ERR_INVAL, "vnodes", "0 vnodes hold vcpus, not 1..32" },
    { many_vnodes, ZP_ERR_INVAL, "vnodes",
      "33 vnodes hold vcpus, not 1..32" },
    { empty_vnode, ZP_ERR_INVAL, "vcpus",
      "vnode 1 has 0 vcpus from 3 on, not some from 3 on" },
    { gap, ZP_ERR_INVAL, "vcpus",
      "vnode 1 has 2 vcpus from 4 on, not some from 3 on" },
    { many_vcpus, ZP_ERR_RANGE, "vcpus", "more than 128 vcpus" },
    { padded, ZP_ERR_INVAL, "vcpus", "5 vcpus in vnodes, 8 ids" },
    { other_host, ZP_ERR_INVAL, "pnode",
      "vnode 0 is on pnode position 7, the host has 2 pnodes" },
    { three_threads, ZP_ERR_RANGE, "threads",
      "3 threads per core, not 1 or 2" },
    { vendor, ZP_ERR_INVAL, "vendor", "vendor 7 is not known" },
    { packages, ZP_ERR_INVAL, "packages", "packages by 7 are not known" },
    { no_ways, ZP_ERR_INVAL, "cache", "L2: 0 ways, not 1..1024" },
    { many_ways, ZP_ERR_INVAL, "cache", "L3: 1025 ways, not 1..1024" },
    { odd_line, ZP_ERR_INVAL, "cache",
      "L1d: a line of 96 bytes, not a power of two in 8..1024" },
    { odd_size, ZP_ERR_INVAL, "cache",
      "L1i: 32769 bytes are no whole sets of 8 ways of 64" },
    { one_l3, ZP_ERR_RANGE, "l3",
      "vnode 0 has 3 cores: 3 L3s of 1 cores, a node has 2" },
};

START_TEST(refused)
{
    struct zp_core_model model = make_model(ZP_VENDOR_AMD, 1, 0,
                                            ZP_PACKAGES_SOCKET);
    struct zp_guest_cpus cpus, before;
    struct cpuid_shape shape;
    struct zp_topology *topo;
    struct zp_plan plan;

    ck_assert(cpuid_shape_parse("3+2", &shape));
    cpuid_shape_plan(&shape, &plan);
    topo = cpuid_shape_host(&shape);
    broken[_i].spoil(&plan, &model);
    memset(&cpus, 0xa5, sizeof(cpus));
    before = cpus;
    ck_assert_int_eq(zp_guest_cpus(&plan, topo, &model, &cpus, &err),
                     broken[_i].code);
    ck_assert_int_eq(err.code, broken[_i].code);
    ck_assert_str_eq(err.limit, broken[_i].limit);
    ck_assert_str_eq(err.msg, broken[_i].msg);
    ck_assert_mem_eq(&cpus, &before, sizeof(cpus));
    ck_assert_int_eq(zp_guest_cpus(&plan, topo, &model, &cpus, NULL),
                     broken[_i].code);
    zp_topology_free(topo);
}
END_TEST

START_TEST(refused_otherwise)
{
    struct zp_core_model model = make_model(ZP_VENDOR_AMD, 1, 0,
                                            ZP_PACKAGES_SOCKET);
    struct zp_cpuid_leaf leaves[ZP_MAX_CPUID_LEAVES];
    struct zp_guest_cpus cpus;
    struct cpuid_shape shape;
    struct zp_topology *topo;
    struct zp_plan plan;
    uint32_t nr = 77;

    ck_assert(cpuid_shape_parse("66+31+31", &shape));
    cpuid_shape_plan(&shape, &plan);
    ck_assert_int_eq(zp_guest_cpus(&plan, NULL, &model, &cpus, &err),
                     ZP_ERR_INVAL);
    ck_assert_str_eq(err.msg, "packages by socket need the host's topology");
    topo = cpuid_shape_host(&shape);
    ck_assert_int_eq(zp_guest_cpus(&plan, topo, &model, &cpus, &err),
                     ZP_ERR_RANGE);
    ck_assert_str_eq(err.limit, "apic-ids");
    ck_assert_str_eq(err.msg, "128 vcpus in 1 packages need x2APIC id 286, "
                              "the highest is 254");
    model.cores_per_l3 = 8;
    ck_assert_int_eq(zp_guest_cpus(&plan, topo, &model, &cpus, &err), ZP_OK);
    zp_topology_free(topo);
    ck_assert_int_eq(zp_cpuid_leaves(&plan, &model, &cpus, 128, leaves, &nr,
                                     &err), ZP_ERR_INVAL);
    ck_assert_str_eq(err.msg, "there is no vcpu 128, the zone has 128");
    model.l2.ways = 3;
    ck_assert_int_eq(zp_cpuid_leaves(&plan, &model, &cpus, 0, leaves, &nr,
                                     &err), ZP_ERR_INVAL);
    ck_assert_str_eq(err.limit, "cache");
    model.l2.ways = 8;
    plan.nr_vcpu_ids = 4;
    ck_assert_int_eq(zp_cpuid_leaves(&plan, &model, &cpus, 0, leaves, &nr,
                                     &err), ZP_ERR_INVAL);
    ck_assert_str_eq(err.msg, "ids of 128 vcpus, the plan has 4");
    ck_assert_uint_eq(nr, 77);
}
END_TEST

#define COUNT(array_) ((int)(sizeof(array_) / sizeof((array_)[0])))

int main(void)
{
    Suite *suite = suite_create("cpuid");
    TCase *zones = tcase_create("zones");
    TCase *refusals = tcase_create("refusals");

    tcase_set_timeout(zones, 600);
    tcase_add_loop_test(zones, even, 0, 4);
    tcase_add_loop_test(zones, whole_hosts, 0, 6 * 16);
    tcase_add_loop_test(zones, by_name, 0, COUNT(named));
    tcase_add_test(zones, order);
    tcase_add_test(zones, to_the_bit);
    tcase_add_test(zones, any);
    tcase_add_test(zones, node_of_two_sockets);
    tcase_add_test(zones, unknown_sockets);
    tcase_add_loop_test(refusals, model_threads, 0, COUNT(threads_cases));
    tcase_add_loop_test(refusals, refused, 0, COUNT(broken));
    tcase_add_test(refusals, refused_otherwise);
    suite_add_tcase(suite, zones);
    suite_add_tcase(suite, refusals);
    return suite_run(suite);
}
