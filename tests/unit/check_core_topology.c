/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Topology and load: the objects a host is read into. */
#include "core.h"

static struct zp_topology *topo;

static void setup(void)
{
    ck_works(zp_topology_new(&topo, &err));
}

static void teardown(void)
{
    zp_topology_free(topo);
}

static struct zp_pnode_desc desc(uint32_t os_id, uint32_t pcpu)
{
    struct zp_pnode_desc d = { .os_id = os_id, .mem_kib = 1 << 20 };

    if (pcpu != ZP_UNKNOWN_ID)
        zp_pcpuset_add(&d.pcpus, pcpu);
    return d;
}

static void add(uint32_t os_id, uint32_t pcpu)
{
    struct zp_pnode_desc d = desc(os_id, pcpu);

    ck_works(zp_topology_add_pnode(topo, &d, &err));
}

START_TEST(orders_by_id)
{
    const uint32_t dist[] = { 10, 12, 13, 21, 10, 23, 31, 32, 10 };
    const uint32_t local[] = { 8, 2 };

    add(8, 0);
    add(2, ZP_UNKNOWN_ID);
    add(250, 7);
    ck_works(zp_topology_set_distances(topo, dist, 3, &err));
    ck_works(zp_topology_add_device(topo, "41:00.0", local, 1, &err));
    ck_works(zp_topology_add_device(topo, "0000:03:00.1", local, 2, &err));
    ck_works(zp_topology_add_device(topo, "0001:00:1f.7", NULL, 0, &err));
    ck_works(zp_topology_freeze(topo, &err));
    ck_assert_uint_eq(zp_topology_nr_pnodes(topo), 3);
    ck_assert_uint_eq(zp_topology_os_id(topo, 0), 2);
    ck_assert_uint_eq(zp_topology_os_id(topo, 2), 250);
    ck_assert_uint_eq(zp_topology_os_id(topo, 3), ZP_UNKNOWN_ID);
    ck_assert_uint_eq(zp_topology_pos(topo, 8), 1);
    ck_assert_uint_eq(zp_topology_pos(topo, 3), ZP_UNKNOWN_ID);
    ck_assert(zp_pcpuset_has(zp_topology_pcpus(topo, 1), 0));
    ck_assert_ptr_null(zp_topology_pcpus(topo, 3));
    /* rows follow nodes: 8 -> 2 was 12, 2 -> 8 was 21 */
    ck_assert_uint_eq(zp_topology_distance(topo, 1, 0), 12);
    ck_assert_uint_eq(zp_topology_distance(topo, 0, 1), 21);
    ck_assert_uint_eq(zp_topology_distance(topo, 0, 2), 23);
    ck_assert_uint_eq(zp_topology_distance(topo, 2, 1), 31);
    ck_assert_uint_eq(zp_topology_distance(topo, 3, 0), ZP_DIST_UNREACHABLE);
    ck_assert(zp_topology_has_distances(topo));
    ck_assert_str_eq(zp_topology_warning(topo, 0),
                     "node 2: memory but no pcpus, no zone starts there");
    ck_assert_str_eq(zp_topology_warning(topo, 1),
                     "distances are not symmetric: both directions count");
    ck_assert_ptr_null(zp_topology_warning(topo, 2));
    ck_assert_uint_eq(zp_topology_nr_devices(topo), 3);
    ck_assert_str_eq(zp_topology_device_busid(topo, 0), "0000:03:00.1");
    ck_assert_uint_eq(zp_topology_device_pnodes(topo, 0), 3);
    ck_assert_str_eq(zp_topology_device_busid(topo, 1), "0000:41:00.0");
    ck_assert_uint_eq(zp_topology_device_pnodes(topo, 1), 2);
    ck_assert_uint_eq(zp_topology_device_pnodes(topo, 2), 0);
    ck_assert_ptr_null(zp_topology_device_busid(topo, 3));
    ck_assert_uint_eq(zp_topology_find_device(topo, "0000:41:0.0"), 1);
    ck_assert_uint_eq(zp_topology_find_device(topo, "42:00.0"),
                      ZP_UNKNOWN_ID);
    ck_assert_uint_eq(zp_topology_find_device(topo, "nonsense"),
                      ZP_UNKNOWN_ID);
}
END_TEST

START_TEST(names)
{
    char text[100];

    memset(text, 'a', sizeof(text) - 1);
    text[0] = '\n';
    text[99] = '\0';
    zp_topology_set_name(topo, text);
    ck_assert_uint_eq(strlen(zp_topology_name(topo)), ZP_MAX_NAME - 1);
    ck_assert_int_eq(zp_topology_name(topo)[0], '?');
    zp_topology_set_name(topo, NULL);
    ck_assert_str_eq(zp_topology_name(topo), "");
}
END_TEST

START_TEST(refuses_nodes)
{
    struct zp_pnode_desc d = desc(1, 5);
    uint32_t i;

    add(0, 3);
    add(1, 5);
    ck_fails(zp_topology_add_pnode(topo, &d, &err), ZP_ERR_INVAL,
             "numa-nodes", "node 1 is there twice");
    d = desc(7, 5);
    ck_fails(zp_topology_add_pnode(topo, &d, &err), ZP_ERR_INVAL, "pcpus",
             "pcpu 5 is in node 1 and in node 7");
    d = desc(7, 6);
    d.mem_kib = ZP_MAX_MEM_KIB + 1;
    ck_fails(zp_topology_add_pnode(topo, &d, &err), ZP_ERR_RANGE, "memory",
             "node 7: 4398046511105 KiB are beyond 4398046511104");
    d = desc(ZP_UNKNOWN_ID, 6);
    ck_fails(zp_topology_add_pnode(topo, &d, &err), ZP_ERR_RANGE,
             "numa-nodes", "node id 4294967295 is reserved");
    ck_assert_uint_eq(zp_topology_nr_pnodes(topo), 2);
    for (i = 2; i < ZP_MAX_PNODES; i++)
        add(i, i * 10);
    d = desc(64, 4000);
    ck_fails(zp_topology_add_pnode(topo, &d, &err), ZP_ERR_RANGE,
             "numa-nodes", "node 64: a host has at most 64 nodes");
}
END_TEST

START_TEST(refuses_devices)
{
    const uint32_t ids[] = { 0, 9 };
    static const char *const bad[] = {
        "", "x", "41", "41:00", "41:00.8", "41:20.0", "10000:41:00.0",
        "0000:41:00.0 ", "0000:041:00.0", ":00:00.0", "41:00.", "-1:00.0",
    };
    char msg[80], busid[32];
    uint32_t i;

    add(0, 0);
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(msg, sizeof(msg), "'%s' is not a PCI address", bad[i]);
        ck_fails(zp_topology_add_device(topo, bad[i], ids, 1, &err),
                 ZP_ERR_PARSE, "device", msg);
    }
    ck_fails(zp_topology_add_device(topo, "41:00.0", ids, 2, &err),
             ZP_ERR_INVAL, "device", "device 0000:41:00.0: no node has the id "
             "9");
    ck_works(zp_topology_add_device(topo, "41:00.0", ids, 1, &err));
    ck_fails(zp_topology_set_device_parent(topo, "42:00.0", "41:00.0", &err),
             ZP_ERR_NOTFOUND, "device", "there is no device '42:00.0'");
    ck_fails(zp_topology_add_device(topo, "0000:41:00.0", ids, 1, &err),
             ZP_ERR_INVAL, "device", "device 0000:41:00.0 is there twice");
    for (i = 1; i < ZP_MAX_DEVICES; i++) {
        snprintf(busid, sizeof(busid), "0001:%02x:%02x.%x", i >> 8,
                 i >> 3 & 0x1f, i & 7);
        ck_works(zp_topology_add_device(topo, busid, ids, 1, &err));
    }
    ck_fails(zp_topology_add_device(topo, "42:00.0", ids, 1, &err),
             ZP_ERR_RANGE, "device",
             "device 0000:42:00.0: a host has at most 4096 devices");
}
END_TEST

START_TEST(refuses_hosts)
{
    const uint32_t dist[] = { 10, 20, 20, 10 };

    ck_fails(zp_topology_freeze(topo, &err), ZP_ERR_INVAL, "numa-nodes",
             "a host of no node");
    add(0, ZP_UNKNOWN_ID);
    ck_fails(zp_topology_freeze(topo, &err), ZP_ERR_INVAL, "pcpus",
             "no node has a pcpu");
    ck_fails(zp_topology_set_distances(topo, dist, 2, &err), ZP_ERR_INVAL,
             "distances", "a distance matrix of 2 rows for 1 nodes");
    add(1, 1);
    ck_works(zp_topology_set_distances(topo, dist, 2, &err));
    add(2, 2);
    ck_fails(zp_topology_freeze(topo, &err), ZP_ERR_INVAL, "distances",
             "a distance matrix of 2 rows for 3 nodes");
}
END_TEST

START_TEST(frozen_is_frozen)
{
    struct zp_pnode_desc d = desc(1, 1);
    const uint32_t dist[] = { 10 };
    const char *msg = "the topology is frozen and can't be changed";
    struct zp_load *load = NULL;

    add(0, 0);
    ck_fails(zp_load_new(topo, &load, &err), ZP_ERR_INVAL, "",
             "the topology is not frozen yet");
    ck_assert_ptr_null(load);
    ck_works(zp_topology_freeze(topo, &err));
    ck_works(zp_topology_freeze(topo, &err));
    ck_fails(zp_topology_add_pnode(topo, &d, &err), ZP_ERR_INVAL, "", msg);
    ck_fails(zp_topology_set_distances(topo, dist, 1, &err), ZP_ERR_INVAL, "",
             msg);
    ck_fails(zp_topology_add_device(topo, "41:00.0", NULL, 0, &err),
             ZP_ERR_INVAL, "", msg);
    ck_fails(zp_topology_set_pcpu(topo, 0, 0, 0, &err), ZP_ERR_INVAL, "",
             msg);
}
END_TEST

struct slit_case {
    uint32_t dist[4];
    bool usable;
    uint32_t there; /* 0 -> 1 */
    const char *warning;
};

static const struct slit_case slits[] = {
    { { 10, 12, 32, 10 }, true, 12,
      "distances are not symmetric: both directions count" },
    { { 10, 10, 10, 10 }, true, 10, NULL },
    { { 10, 255, 255, 10 }, true, 255,
      "not every node reaches every other: those that don't are never in one "
      "zone" },
    { { 10, 254, 255, 10 }, true, 254,
      "distances are not symmetric: both directions count" },
    { { 10, UINT32_MAX, 20, 10 }, true, 255,
      "distances are not symmetric: both directions count" },
    { { 10, 20, 20, 11 }, false, 20,
      "distances replaced by 10/20: node 1 is 11 from itself, not 10" },
    { { UINT32_MAX, 20, 20, UINT32_MAX }, false, 20,
      "distances replaced by 10/20: node 0 is 4294967295 from itself, not "
      "10" },
    { { 10, 9, 20, 10 }, false, 20,
      "distances replaced by 10/20: 9 from node 0 to node 1 is not in "
      "10..255" },
    { { 10, 20, 256, 10 }, false, 20,
      "distances replaced by 10/20: 256 from node 1 to node 0 is not in "
      "10..255" },
};

START_TEST(distance_hygiene)
{
    const struct slit_case *c = &slits[_i];

    add(0, 0);
    add(1, 1);
    ck_works(zp_topology_set_distances(topo, c->dist, 2, &err));
    ck_works(zp_topology_freeze(topo, &err));
    ck_assert(zp_topology_has_distances(topo) == c->usable);
    ck_assert_uint_eq(zp_topology_distance(topo, 0, 1), c->there);
    ck_assert_uint_eq(zp_topology_distance(topo, 0, 0), 10);
    if (c->warning)
        ck_assert_str_eq(zp_topology_warning(topo, 0), c->warning);
    else
        ck_assert_ptr_null(zp_topology_warning(topo, 0));
}
END_TEST

START_TEST(no_distances)
{
    add(0, 0);
    add(1, 1);
    ck_works(zp_topology_freeze(topo, &err));
    ck_assert(!zp_topology_has_distances(topo));
    ck_assert_uint_eq(zp_topology_distance(topo, 1, 0), 20);
    ck_assert_str_eq(zp_topology_warning(topo, 0),
                     "no distances known: 10/20 assumed");
}
END_TEST

START_TEST(cores_and_sockets)
{
    add(0, 0);
    ck_works(zp_topology_set_pcpu(topo, 0, 5, 1, &err));
    ck_fails(zp_topology_set_pcpu(topo, 4096, 0, 0, &err), ZP_ERR_RANGE,
             "pcpus", "pcpu 4096 is beyond 4095");
    ck_assert_uint_eq(zp_topology_core(topo, 0), 5);
    ck_assert_uint_eq(zp_topology_socket(topo, 0), 1);
    ck_assert_uint_eq(zp_topology_core(topo, 1), ZP_UNKNOWN_ID);
    ck_assert_uint_eq(zp_topology_socket(topo, 4096), ZP_UNKNOWN_ID);
}
END_TEST

/* Two nodes of two cores of two threads: 0-3 and 4-7. */
static void add_cores(struct zp_topology *to)
{
    struct zp_pnode_desc d = { .mem_kib = 1 << 20 };
    uint32_t pcpu;

    for (pcpu = 0; pcpu < 8; pcpu++) {
        zp_pcpuset_add(&d.pcpus, pcpu);
        ck_works(zp_topology_set_pcpu(to, pcpu, pcpu / 2, 0, &err));
        if (pcpu % 4 != 3)
            continue;
        d.os_id = pcpu / 4;
        ck_works(zp_topology_add_pnode(to, &d, &err));
        memset(&d.pcpus, 0, sizeof(d.pcpus));
    }
}

static void set_l3s(struct zp_topology *to, const char *l3s)
{
    uint32_t pcpu;

    for (pcpu = 0; l3s[pcpu]; pcpu++) {
        if (l3s[pcpu] != '-')
            ck_works(zp_topology_set_pcpu_l3(to, pcpu, (uint8_t)l3s[pcpu],
                                             &err));
    }
}

START_TEST(l3_domains)
{
    add_cores(topo);
    ck_works(zp_topology_set_pcpu(topo, 9, 9, 9, &err));
    ck_fails(zp_topology_set_pcpu_l3(topo, 4096, 0, &err), ZP_ERR_RANGE,
             "pcpus", "pcpu 4096 is beyond 4095");
    set_l3s(topo, "zzaazzbb-q"); /* 9 is no pcpu of this host */
    ck_works(zp_topology_freeze(topo, &err));
    ck_assert_ptr_null(zp_topology_warning(topo, 1));
    ck_assert_uint_eq(zp_topology_nr_l3(topo), 3);
    ck_assert_uint_eq(zp_topology_l3(topo, 0), 0);
    ck_assert_uint_eq(zp_topology_l3(topo, 2), 1);
    ck_assert_uint_eq(zp_topology_l3(topo, 5), 0);
    ck_assert_uint_eq(zp_topology_l3(topo, 7), 2);
    ck_assert_uint_eq(zp_topology_l3(topo, 9), ZP_UNKNOWN_ID);
    ck_assert_uint_eq(zp_topology_l3(topo, 4096), ZP_UNKNOWN_ID);
    ck_fails(zp_topology_set_pcpu_l3(topo, 0, 0, &err), ZP_ERR_INVAL, "",
             "the topology is frozen and can't be changed");
}
END_TEST

static const struct {
    const char *l3s;
    const char *warning;
} bad_l3s[] = {
    { "0000111-", "L3 domains are left out: pcpu 6 has one, pcpu 7 has not" },
    { "00001011", "L3 domains are left out: pcpus 4 and 5 are of one core "
      "and not of one L3" },
};

START_TEST(l3_hygiene)
{
    add_cores(topo);
    set_l3s(topo, bad_l3s[_i].l3s);
    ck_works(zp_topology_freeze(topo, &err));
    ck_assert_str_eq(zp_topology_warning(topo, 1), bad_l3s[_i].warning);
    ck_assert_uint_eq(zp_topology_nr_l3(topo), 0);
    ck_assert_uint_eq(zp_topology_l3(topo, 0), ZP_UNKNOWN_ID);
}
END_TEST

START_TEST(l3_of_another)
{
    struct zp_topology *from, *other;
    struct zp_pnode_desc d = { .os_id = 2, .mem_kib = 1 << 20 };
    struct zp_pnode_desc first = { .os_id = 9, .mem_kib = 1 << 20 };

    ck_works(zp_topology_new(&from, &err));
    add_cores(from);
    set_l3s(from, "00001111");
    add_cores(topo);
    ck_fails(zp_topology_copy_l3(topo, from, &err), ZP_ERR_INVAL, "topology",
             "that topology tells of no L3 domains");
    ck_works(zp_topology_freeze(from, &err));
    ck_works(zp_topology_copy_l3(topo, from, &err));

    ck_works(zp_topology_set_pcpu(topo, 3, 2, 0, &err));
    ck_fails(zp_topology_copy_l3(topo, from, &err), ZP_ERR_INVAL, "topology",
             "pcpus 2 and 3 are of one core there, and not here: they are "
             "numbered differently");
    ck_works(zp_topology_set_pcpu(topo, 3, 1, 0, &err));
    zp_pcpuset_add(&d.pcpus, 8);
    ck_works(zp_topology_add_pnode(topo, &d, &err));
    ck_fails(zp_topology_copy_l3(topo, from, &err), ZP_ERR_INVAL, "topology",
             "pcpu 8 is in node 2 here, and not there: that is not the "
             "topology of this host");
    ck_works(zp_topology_freeze(topo, &err));
    ck_fails(zp_topology_copy_l3(topo, from, &err), ZP_ERR_INVAL, "",
             "the topology is frozen and can't be changed");
    ck_assert_uint_eq(zp_topology_l3(topo, 3), ZP_UNKNOWN_ID); /* not 8 */
    ck_works(zp_topology_new(&other, &err));
    zp_pcpuset_add(&first.pcpus, 0);
    ck_works(zp_topology_add_pnode(other, &first, &err));
    ck_fails(zp_topology_copy_l3(other, from, &err), ZP_ERR_INVAL, "topology",
             "pcpu 0 is in node 9 here, and not there: that is not the "
             "topology of this host");
    zp_topology_free(other);
    zp_topology_free(from);
}
END_TEST

/* Of one pcpu the core is not told: a zone that is to have whole ones can't. */
START_TEST(half_told_cores)
{
    struct zp_request req;
    struct zp_plan plan;
    struct zp_load *load;

    add(0, 0);
    add(1, 1);
    ck_works(zp_topology_set_pcpu(topo, 0, 7, 0, &err));
    ck_works(zp_topology_freeze(topo, &err));
    ck_assert_uint_eq(zp_topology_core(topo, 1), ZP_UNKNOWN_ID);
    ck_works(zp_load_new(topo, &load, &err));
    zp_request_init(&req);
    req.vcpus = 1;
    req.mem_kib = 2048;
    req.smt = ZP_SMT_PACK;
    ck_fails(zp_place(topo, load, &req, &plan, &err), ZP_ERR_INFEASIBLE, "smt",
             "smt: it is not known which pcpus of the host are one core");
    zp_load_free(load);
}
END_TEST

START_TEST(load_of_a_host)
{
    struct zp_pnode_desc d = desc(4, 100);
    struct zp_pcpuset set;
    struct zp_load *load, *copy;

    add(0, 0);
    d.mem_kib = ZP_UNKNOWN_KIB;
    zp_pcpuset_add(&d.pcpus, 101);
    zp_pcpuset_add(&d.pcpus, 102);
    ck_works(zp_topology_add_pnode(topo, &d, &err));
    ck_works(zp_topology_freeze(topo, &err));
    ck_works(zp_load_new(topo, &load, &err));
    ck_assert_uint_eq(zp_load_free_kib(load, 0), 1 << 20);
    ck_assert_uint_eq(zp_load_free_kib(load, 1), 0);
    ck_assert_uint_eq(zp_load_nr_usable(load, 1), 3);

    memset(&set, 0, sizeof(set));
    zp_pcpuset_add(&set, 101);
    zp_load_set_reserved_pcpus(load, &set);
    ck_assert_uint_eq(zp_load_nr_usable(load, 1), 2);
    ck_assert_mem_eq(zp_load_reserved_pcpus(load), &set, sizeof(set));
    zp_pcpuset_add(&set, 102);
    zp_load_set_pool(load, &set);
    ck_assert_uint_eq(zp_load_nr_usable(load, 0), 0);
    zp_load_usable_pcpus(load, 1, &set);
    ck_assert_uint_eq(zp_pcpuset_count(&set), 1);
    ck_assert(zp_pcpuset_has(&set, 102));
    zp_load_usable_pcpus(load, 2, &set);
    ck_assert_uint_eq(zp_pcpuset_count(&set), 0);
    ck_works(zp_load_copy(load, &copy, &err));
    zp_load_set_pool(load, NULL);
    ck_assert_uint_eq(zp_load_nr_usable(load, 1), 2);
    ck_assert_uint_eq(zp_load_nr_usable(copy, 1), 1);

    ck_works(zp_load_set_free(load, 1, 7, &err));
    ck_works(zp_load_set_promised(load, 1, 8, &err));
    ck_works(zp_load_set_reserve(load, 1, 9, &err));
    ck_works(zp_load_set_used_vcpus(load, 1, 10, &err));
    ck_assert_uint_eq(zp_load_free_kib(load, 1), 7);
    ck_assert_uint_eq(zp_load_promised_kib(load, 1), 8);
    ck_assert_uint_eq(zp_load_reserve_kib(load, 1), 9);
    ck_assert_uint_eq(zp_load_used_vcpus(load, 1), 10);
    ck_assert_uint_eq(zp_load_free_kib(load, 2), 0);
    ck_fails(zp_load_set_used_vcpus(load, 2, 1, &err), ZP_ERR_RANGE,
             "numa-nodes", "node position 2 is beyond 1");
    ck_fails(zp_load_set_free(load, 1, ZP_MAX_MEM_KIB + 1, &err),
             ZP_ERR_RANGE, "memory",
             "node 4: 4398046511105 KiB free are beyond 4398046511104");
    ck_fails(zp_load_set_promised(load, 1, UINT64_MAX, &err), ZP_ERR_RANGE,
             "memory", "node 4: 18446744073709551615 KiB promised are beyond "
             "4398046511104");
    ck_assert_uint_eq(zp_load_free_kib(load, 1), 7);
    zp_load_free(copy);
    zp_load_free(load);
    zp_load_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("topology");
    TCase *tcase = tcase_create("topology");

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, orders_by_id);
    tcase_add_test(tcase, names);
    tcase_add_test(tcase, refuses_nodes);
    tcase_add_test(tcase, refuses_devices);
    tcase_add_test(tcase, refuses_hosts);
    tcase_add_test(tcase, frozen_is_frozen);
    tcase_add_loop_test(tcase, distance_hygiene, 0,
                        sizeof(slits) / sizeof(slits[0]));
    tcase_add_test(tcase, no_distances);
    tcase_add_test(tcase, cores_and_sockets);
    tcase_add_test(tcase, l3_domains);
    tcase_add_loop_test(tcase, l3_hygiene, 0,
                        sizeof(bad_l3s) / sizeof(bad_l3s[0]));
    tcase_add_test(tcase, l3_of_another);
    tcase_add_test(tcase, half_told_cores);
    tcase_add_test(tcase, load_of_a_host);
    return suite_run(suite);
}
