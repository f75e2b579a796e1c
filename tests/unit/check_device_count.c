/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kubelet takes what pods have from what is listed: a zone that comes changes
 * what more fits, and not the lists. */
#include "../../kube-annotations/device/dp.h"
#include "../golden/oom.h"
#include "core.h"

enum { MIB = 1024, GIB = 1024 * 1024 };

static const char host_json[] =
    "{\"name\": \"two\", \"distances\": [[10, 20], [20, 10]], \"nodes\": ["
    "{\"id\": 0, \"cpus\": \"0-3\", \"mem_kb\": 4194304},"
    "{\"id\": 5, \"cpus\": \"4-7\", \"mem_kb\": 4194304}]}";

static struct zd_conf conf;
static struct zd_host host;
static struct zd_resource resource[ZD_MAX_RESOURCES];
static uint32_t nr;

static struct zp_request shape(void)
{
    struct zp_request req;

    zp_request_init(&req);
    snprintf(req.name, sizeof(req.name), "one");
    req.vcpus = 1;
    req.mem_kib = GIB;
    req.nr_vnodes = 1;
    return req;
}

static void set_up(void)
{
    struct zp_request req = shape();

    conf = (struct zd_conf){ .interval = 1, .memory_unit_kib = 256 * MIB,
                             .vcpus_per_pcpu = 1, .numa_ids = true };
    memset(&host, 0, sizeof(host));
    ck_assert_int_eq(zp_mix_new(&conf.shapes, NULL), ZP_OK);
    ck_assert_int_eq(zp_mix_add(conf.shapes, &req, 1, NULL), ZP_OK);
    ck_assert_int_eq(zp_host_from_json(host_json, sizeof(host_json) - 1,
                                       &host.topo, &host.load, NULL), ZP_OK);
    nr = zd_resources_init(&conf, resource);
    ck_assert_uint_eq(nr, 3);
}

static void tear_down(void)
{
    uint32_t i;

    for (i = 0; i < nr; i++)
        zd_resource_clear(&resource[i]);
    zp_mix_free(conf.shapes);
    zp_load_free(host.load);
    zp_topology_free(host.topo);
}

static size_t healthy(const struct zd_resource *r)
{
    size_t i, sum = 0;

    for (i = 0; i < r->nr; i++)
        sum += r->device[i].healthy;
    return sum;
}

/* Places a zone of @req as Xen would have it: its memory is taken. */
static struct zp_plan place(const struct zp_request *req)
{
    struct zp_plan plan;
    uint32_t pos;

    ck_assert_int_eq(zp_place(host.topo, host.load, req, &plan, NULL), ZP_OK);
    pos = plan.vnode[0].pnode;
    ck_assert_int_eq(zp_load_set_free(host.load, pos,
        zp_load_free_kib(host.load, pos) - plan.mem_kib -
        plan.overhead_share_kib, NULL), ZP_OK);
    return plan;
}

START_TEST(names)
{
    ck_assert_str_eq(resource[0].name, "zoneplace.io/vcpu");
    ck_assert_str_eq(resource[1].name, "zoneplace.io/memory-256mib");
    ck_assert_str_eq(resource[2].name, "zoneplace.io/fits-one");
    conf.memory_unit_kib = MIB;
    zd_resources_init(&conf, resource);
    ck_assert_str_eq(resource[1].name, "zoneplace.io/memory-mib");
}
END_TEST

START_TEST(a_zone_comes)
{
    struct zp_request req = shape();
    struct zp_plan plan;

    ck_assert_int_eq(zd_count(&conf, &host, resource, nr, NULL), ZP_OK);
    ck_assert_uint_eq(healthy(&resource[0]), 8);
    ck_assert_uint_eq(healthy(&resource[1]), 32);
    ck_assert_uint_eq(healthy(&resource[2]), 6);

    /* one that nobody tells of: memory that is not for pods */
    plan = place(&req);
    ck_assert_int_eq(zd_count(&conf, &host, resource, nr, NULL), ZP_OK);
    ck_assert_uint_eq(resource[1].nr, 32);
    ck_assert_uint_eq(healthy(&resource[1]), 27);
    ck_assert_uint_eq(healthy(&resource[2]), 5);

    /* told: all but what Xen took for it is there again */
    zd_host_add_zone(&host, conf.shapes, &req, &plan, GIB);
    ck_assert_uint_eq(host.zone_kib[plan.vnode[0].pnode], GIB);
    ck_assert_int_eq(zd_count(&conf, &host, resource, nr, NULL), ZP_OK);
    ck_assert_uint_eq(healthy(&resource[0]), 8);
    ck_assert_uint_eq(healthy(&resource[1]), 31);
    ck_assert_uint_eq(healthy(&resource[2]), 6);
}
END_TEST

START_TEST(other_zones)
{
    struct zp_request req = shape();
    struct zp_plan plan;

    req.vcpus = 2;
    plan = place(&req);
    zd_host_add_zone(&host, conf.shapes, &req, &plan, GIB);
    ck_assert_uint_eq(host.nr_of[0], 0);
    /* a name makes no other shape; nodes that the host hasn't are passed */
    req = shape();
    req.name[0] = 'x';
    plan.vnode[0].pnode_os_id = 77;
    zd_host_add_zone(&host, conf.shapes, &req, &plan, GIB);
    ck_assert_uint_eq(host.nr_of[0], 1);
    ck_assert_uint_eq(host.zone_kib[0] + host.zone_kib[1], GIB);
    zd_host_add_zone(&host, NULL, &req, &plan, GIB);
    ck_assert_uint_eq(host.nr_of[0], 1);
}
END_TEST

START_TEST(dynamic_zones)
{
    struct zp_request req = shape();
    struct zp_plan plan;
    uint32_t pos;

    req.max_mem_kib = 3 * (uint64_t)GIB;
    req.memory_policy = ZP_MEMORY_DYNAMIC;
    plan = place(&req);
    pos = plan.vnode[0].pnode;
    ck_assert_int_ne(plan.growth, ZP_GROWTH_NONE);
    zd_host_add_zone(&host, NULL, &req, &plan, 2 * (uint64_t)GIB);
    ck_assert_uint_eq(host.zone_kib[pos], 2 * (uint64_t)GIB);
    /* being built, it has what it was promised */
    zd_host_add_zone(&host, NULL, &req, &plan, ZP_UNKNOWN_KIB);
    ck_assert_uint_eq(host.zone_kib[pos], 3 * (uint64_t)GIB);
}
END_TEST

START_TEST(never_more_than_there_is)
{
    host.zone_kib[0] = UINT64_MAX / 4;
    ck_assert_int_eq(zd_count(&conf, &host, resource, nr, NULL), ZP_OK);
    ck_assert_uint_eq(resource[1].nr, 32);
    ck_assert_uint_eq(healthy(&resource[1]), 32);
}
END_TEST

START_TEST(dedicated_pcpus_stay)
{
    struct zp_pcpuset set = { { 0 } };

    zp_pcpuset_add(&set, 2);
    zp_pcpuset_add(&set, 3);
    zp_load_set_dedicated_pcpus(host.load, &set);
    ck_assert_int_eq(zd_count(&conf, &host, resource, nr, NULL), ZP_OK);
    ck_assert_uint_eq(healthy(&resource[0]), 8);
}
END_TEST

START_TEST(whole_or_as_it_was)
{
    struct zp_error err;
    long nth;
    int rc;

    ck_assert_int_eq(zd_count(&conf, &host, resource, nr, NULL), ZP_OK);
    for (nth = 0; nth < 1000; nth++) {
        oom_arm(nth);
        rc = zd_count(&conf, &host, resource, nr, &err);
        if (!oom_disarm())
            break;
        ck_assert_int_eq(rc, ZP_ERR_NOMEM);
        ck_assert_uint_eq(healthy(&resource[0]), 8);
        ck_assert_uint_eq(healthy(&resource[1]), 32);
        ck_assert_uint_eq(healthy(&resource[2]), 6);
    }
    ck_assert_int_gt(nth, 2);
    ck_assert_int_lt(nth, 1000);
}
END_TEST

START_TEST(unhealthy)
{
    ck_assert_int_eq(zd_count(&conf, &host, resource, nr, NULL), ZP_OK);
    zd_all_unhealthy(resource, nr);
    ck_assert_uint_eq(healthy(&resource[0]) + healthy(&resource[1]) +
                      healthy(&resource[2]), 0);
    ck_assert_uint_eq(resource[1].nr, 32);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("device plugin's counts");
    TCase *tc = tcase_create("counts");

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, names);
    tcase_add_test(tc, a_zone_comes);
    tcase_add_test(tc, other_zones);
    tcase_add_test(tc, dynamic_zones);
    tcase_add_test(tc, never_more_than_there_is);
    tcase_add_test(tc, dedicated_pcpus_stay);
    tcase_add_test(tc, whole_or_as_it_was);
    tcase_add_test(tc, unhealthy);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
