/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NodeResourceTopology: quantities, lists of hosts, and what is refused. */
#include <zoneplace-density.h>

#include "adapt/quantity.h"
#include "core.h"

#define NODE(id, cpu, memory)                                              \
    "{\"name\": \"node-" #id "\", \"type\": \"Node\", \"costs\": ["         \
    "{\"name\": \"node-0\", \"value\": 1" #id "}], \"resources\": ["        \
    "{\"name\": \"cpu\", " cpu "}, {\"name\": \"memory\", " memory "}]}"
#define ALL(value) "\"capacity\": \"" value "\""
#define PARTS(all, ours, left)                                             \
    ALL(all) ", \"allocatable\": \"" ours "\", \"available\": \"" left "\""
#define OBJECT(name, zones)                                                \
    "{\"kind\": \"NodeResourceTopology\", \"metadata\": {\"name\": \"" name \
    "\"}, \"zones\": [" zones "]}"
#define LIST(items) "{\"kind\": \"List\", \"items\": [" items "]}"

START_TEST(quantities)
{
    static const struct { const char *text; uint64_t milli; } good[] = {
        { "0", 0 }, { "1", 1000 }, { "+2", 2000 }, { "1.5", 1500 },
        { ".5", 500 }, { "5.", 5000 }, { "100m", 100 }, { "1u", 1 },
        { "1500u", 2 }, { "1n", 1 }, { "0n", 0 }, { "2k", 2000000 },
        { "1Ki", 1024000 }, { "1.5Gi", 1610612736000 }, { "1e3", 1000000 },
        { "1E-3", 1 },
        { "00000000000000000000000007", 7000 },
        { "16Ti", UINT64_C(17592186044416000) },
    };
    static const char *const bad[] = {
        "", "+", "-1", "1.2.3", ".", "1K", "1ki", "1MB", "1 ", " 1", "e3",
        "1e", "1e+", "1e19", "1e99999999999", "0x10", "123456789012345678",
        "18446744073709551616", "1E", "99Ei", "1e18", "nan", "1,5",
    };
    uint64_t milli;
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        milli = 1234567;
        ck_assert_msg(zp__quantity_milli(good[i].text, strlen(good[i].text),
                                         &milli) &&
                          milli == good[i].milli,
                      "'%s': %llu", good[i].text, (unsigned long long)milli);
    }
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!zp__quantity_milli(bad[i], strlen(bad[i]), &milli),
                      "'%s' is taken", bad[i]);
}
END_TEST

START_TEST(list_of_hosts)
{
    static const char text[] = LIST(
        OBJECT("a", NODE(0, PARTS("8", "7", "4500m"),
                         PARTS("16Gi", "15Gi", "10Gi")) ","
                    NODE(1, ALL("0"), ALL("4Gi"))) ","
        OBJECT("b", NODE(0, ALL("4"), ALL("8Gi"))) ","
        OBJECT("c", NODE(0, PARTS("8", "7", "4500m"),
                         PARTS("16Gi", "15Gi", "10Gi")) ","
                    NODE(1, ALL("0"), ALL("4Gi"))) ","
        OBJECT("d", NODE(0, PARTS("8", "7", "7"),
                         PARTS("16Gi", "15Gi", "10Gi")) ","
                    NODE(1, ALL("0"), ALL("4Gi"))));
    struct zp_hosts *hosts;
    const struct zp_topology *topo;
    const struct zp_load *load;

    ck_works(zp_hosts_from_buffer(text, strlen(text), &hosts, &err));
    ck_assert_uint_eq(zp_hosts_nr_kinds(hosts), 3);
    ck_assert_uint_eq(zp_hosts_count(hosts, 0), 2);
    ck_assert_uint_eq(zp_hosts_count(hosts, 1), 1);
    ck_assert_uint_eq(zp_hosts_count(hosts, 2), 1);
    topo = zp_hosts_topology(hosts, 0);
    ck_assert_ptr_eq(topo, zp_hosts_topology(hosts, 2));
    load = zp_hosts_load(hosts, 0);
    ck_assert_str_eq(zp_topology_name(topo), "a");
    ck_assert_uint_eq(zp_topology_nr_pnodes(topo), 2);
    ck_assert_uint_eq(zp_topology_mem_kib(topo, 0), 16 << 20);
    /* Costs that are not all there are none (docs/HYGIENE.md). */
    ck_assert_uint_eq(zp_topology_distance(topo, 1, 0), 20);
    ck_assert_uint_eq(zp_load_nr_usable(load, 0), 7);
    ck_assert(zp_pcpuset_has(zp_load_reserved_pcpus(load), 7));
    /* 2.5 of 7 are used: whole ones that are left are 4. */
    ck_assert_uint_eq(zp_load_used_vcpus(load, 0), 3);
    ck_assert_uint_eq(zp_load_reserve_kib(load, 0), 1 << 20);
    ck_assert_uint_eq(zp_load_free_kib(load, 0), 11 << 20);
    ck_assert_uint_eq(zp_load_free_kib(load, 1), 4 << 20);
    ck_assert_uint_eq(zp_load_used_vcpus(zp_hosts_load(hosts, 2), 0), 0);
    zp_hosts_free(hosts);
}
END_TEST

START_TEST(one_host)
{
    static const char one[] = OBJECT("a", NODE(0, ALL("4"), ALL("8Gi")));
    static const char two[] = LIST(OBJECT("a", NODE(0, ALL("4"), ALL("8Gi")))
                                   "," OBJECT("b", NODE(0, ALL("4"),
                                                        ALL("8Gi"))));
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    struct zp_hosts *hosts;
    char *text;

    ck_works(zp_host_from_buffer(one, strlen(one), &topo, &load, &err));
    ck_assert_uint_eq(zp_load_nr_usable(load, 0), 4);
    ck_assert_str_eq(zp_topology_warning(topo, 0),
                     "a NodeResourceTopology does not tell which pcpus a "
                     "node has: they are numbered in the order of zones");
    ck_works(zp_host_to_nrt(topo, load, &text, &err));
    zp_load_free(load);
    zp_topology_free(topo);
    ck_works(zp_hosts_from_buffer(text, strlen(text), &hosts, &err));
    ck_assert_ptr_null(zp_topology_warning(zp_hosts_topology(hosts, 0), 0));
    zp_hosts_free(hosts);
    free(text);
    ck_fails(zp_host_from_buffer(two, strlen(two), &topo, &load, &err),
             ZP_ERR_UNSUPPORTED, "file",
             "a list of several hosts: density reads such");
}
END_TEST

static const struct {
    const char *text, *limit, *msg;
    int code;
} bad_files[] = {
    { LIST(""), "items", "line 1 column 27: a list without hosts",
      ZP_ERR_INVAL },
    { "{\"kind\": \"List\"}", "json", NULL, ZP_ERR_PARSE },
    { LIST("{\"kind\": \"Pod\"}"), "kind",
      "line 1 column 28: host 0: a list of NodeResourceTopology objects has "
      "another", ZP_ERR_INVAL },
    { LIST("7"), NULL, NULL, ZP_ERR_PARSE },
    { OBJECT("a", ""), "numa-nodes", NULL, ZP_ERR_INVAL },
    { OBJECT("a", NODE(0, ALL("4"), ALL("8Gi")) ","
                  NODE(0, ALL("4"), ALL("8Gi"))), "zone", NULL,
      ZP_ERR_INVAL },
    { OBJECT("a", "{\"name\": \"0\", \"type\": \"Node\"}"), "zone",
      "line 1 column 71: host 0: '0' is not node-N, N at most 999999",
      ZP_ERR_INVAL },
    { OBJECT("a", "{\"name\": \"node-\", \"type\": \"Node\"}"), "zone", NULL,
      ZP_ERR_INVAL },
    { OBJECT("a", "{\"name\": \"node-99999999999\", \"type\": \"Node\"}"),
      "zone", NULL, ZP_ERR_INVAL },
    { OBJECT("a", NODE(1, ALL("4"), ALL("8Gi"))), "costs", NULL,
      ZP_ERR_INVAL },
    { OBJECT("a", NODE(0, ALL("5000"), ALL("8Gi"))), "quantity", NULL,
      ZP_ERR_RANGE },
    { OBJECT("a", NODE(0, ALL("4"), ALL("8GiB"))), "quantity", NULL,
      ZP_ERR_PARSE },
    { OBJECT("a", NODE(0, ALL("-4"), ALL("8Gi"))), "quantity", NULL,
      ZP_ERR_PARSE },
    { OBJECT("a", NODE(0, "\"capacity\": true", ALL("8Gi"))), "quantity",
      NULL, ZP_ERR_PARSE },
    { OBJECT("a", NODE(0, PARTS("4", "5", "3"), ALL("8Gi"))), "quantity",
      NULL, ZP_ERR_INVAL },
    { OBJECT("a", NODE(0, PARTS("4", "3", "4"), ALL("8Gi"))), "quantity",
      NULL, ZP_ERR_INVAL },
    { OBJECT("a", NODE(0, "\"allocatable\": \"4\"", ALL("8Gi"))), "quantity",
      NULL, ZP_ERR_PARSE },
    { OBJECT("a", NODE(0, ALL("4000"), ALL("8Gi")) ","
                  NODE(1, ALL("4000"), ALL("8Gi"))), "pcpus", NULL,
      ZP_ERR_RANGE },
    { OBJECT("a", NODE(0, ALL("0"), ALL("8Gi"))), NULL, NULL, ZP_ERR_INVAL },
};

START_TEST(refused)
{
    struct zp_hosts *hosts = NULL;
    struct zp_error why;
    int rc;

    rc = zp_hosts_from_buffer(bad_files[_i].text, strlen(bad_files[_i].text),
                              &hosts, &why);
    ck_assert_msg(rc == bad_files[_i].code, "%d: %d %s", _i, rc, why.msg);
    ck_assert_ptr_null(hosts);
    if (bad_files[_i].limit)
        ck_assert_str_eq(why.limit, bad_files[_i].limit);
    if (bad_files[_i].msg)
        ck_assert_str_eq(why.msg, bad_files[_i].msg);
    ck_assert_ptr_null(strchr(why.msg, '\n'));
    ck_assert_ptr_nonnull(strstr(why.msg, "line 1 column "));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("NodeResourceTopology");
    TCase *tc = tcase_create("NodeResourceTopology");

    tcase_add_test(tc, quantities);
    tcase_add_test(tc, list_of_hosts);
    tcase_add_test(tc, one_host);
    tcase_add_loop_test(tc, refused, 0,
                        (int)(sizeof(bad_files) / sizeof(bad_files[0])));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
