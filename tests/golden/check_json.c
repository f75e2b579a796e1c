/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host and request JSON: what is read, what is refused and in which words. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoneplace.h>

#include "../suite.h"

static struct zp_error err;

static const char two_nodes[] =
    "{\"name\":\"box\",\"kind\":[{\"any\":[1.5e3,null,-2]}],\"nodes\":["
    "{\"id\":4,\"cpus\":\"4-7\",\"mem_kb\":8388608},"
    "{\"id\":1,\"cpus\":\"0-3\",\"mem_kb\":4194304,\"free_kb\":1048576,"
    "\"used_vcpus\":3,\"promised_kib\":2048,\"reserve_kib\":4096,"
    "\"reserved_cpus\":\"0\"}],"
    "\"distances\":[[10,21],[22,10]],"
    "\"pci\":[{\"busid\":\"41:00.0\",\"name\":null,\"nodes\":[4]},"
    "{\"busid\":\"0001:02:03.4\",\"nodes\":[]}],"
    "\"cores\":[{\"core\":0,\"socket\":0,\"cpus\":\"0-1\"},"
    "{\"core\":7,\"socket\":1,\"cpus\":\"4,6\"}],"
    "\"l3\":[\"4-7\",\"2-3\",\"0-1\"],"
    "\"reserved\":\"5\"}";

struct host {
    struct zp_topology *topo;
    struct zp_load *load;
};

static struct host read_host(const char *text)
{
    struct host host = { NULL, NULL };
    int rc;

    rc = zp_host_from_json(text, strlen(text), &host.topo, &host.load, &err);
    ck_assert_msg(rc == ZP_OK, "%s", err.msg);
    return host;
}

static void free_host(struct host *host)
{
    zp_load_free(host->load);
    zp_topology_free(host->topo);
}

static char *host_text(const struct host *host)
{
    char *text;

    ck_assert_int_eq(zp_host_to_json(host->topo, host->load, &text, &err),
                     ZP_OK);
    return text;
}

/* ---- hosts ------------------------------------------------------------- */

START_TEST(host_is_read)
{
    struct host host = read_host(two_nodes);
    struct zp_pcpuset set;
    char text[32];

    ck_assert_str_eq(zp_topology_name(host.topo), "box");
    ck_assert_uint_eq(zp_topology_nr_pnodes(host.topo), 2);
    ck_assert_uint_eq(zp_topology_os_id(host.topo, 0), 1);
    ck_assert_uint_eq(zp_topology_os_id(host.topo, 1), 4);
    /* rows follow the nodes of the file, 4 before 1 */
    ck_assert_uint_eq(zp_topology_distance(host.topo, 1, 0), 21);
    ck_assert_uint_eq(zp_topology_distance(host.topo, 0, 1), 22);
    ck_assert_uint_eq(zp_load_free_kib(host.load, 0), 1048576);
    ck_assert_uint_eq(zp_load_free_kib(host.load, 1), 8388608);
    ck_assert_uint_eq(zp_load_used_vcpus(host.load, 0), 3);
    ck_assert_uint_eq(zp_load_promised_kib(host.load, 0), 2048);
    ck_assert_uint_eq(zp_load_reserve_kib(host.load, 0), 4096);
    zp_load_usable_pcpus(host.load, 0, &set);
    zp_pcpuset_format(&set, text, sizeof(text));
    ck_assert_str_eq(text, "1-3");
    zp_load_usable_pcpus(host.load, 1, &set);
    zp_pcpuset_format(&set, text, sizeof(text));
    ck_assert_str_eq(text, "4,6-7");
    ck_assert_uint_eq(zp_topology_nr_devices(host.topo), 2);
    ck_assert_str_eq(zp_topology_device_busid(host.topo, 0),
                     "0000:41:00.0");
    ck_assert_uint_eq(zp_topology_device_pnodes(host.topo, 0), 2);
    ck_assert_uint_eq(zp_topology_device_pnodes(host.topo, 1), 0);
    ck_assert_uint_eq(zp_topology_core(host.topo, 6), 7);
    ck_assert_uint_eq(zp_topology_socket(host.topo, 6), 1);
    ck_assert_uint_eq(zp_topology_socket(host.topo, 7), ZP_UNKNOWN_ID);
    ck_assert_uint_eq(zp_topology_nr_l3(host.topo), 3);
    ck_assert_uint_eq(zp_topology_l3(host.topo, 7), 2);
    free_host(&host);
}
END_TEST

static const char two_nodes_saved[] =
    "{\n"
    "  \"name\": \"box\",\n"
    "  \"nodes\": [\n"
    "    {\"id\": 1, \"cpus\": \"0-3\", \"mem_kb\": 4194304, "
    "\"free_kb\": 1048576, \"used_vcpus\": 3, \"promised_kib\": 2048, "
    "\"reserve_kib\": 4096, \"reserved_cpus\": \"0\"},\n"
    "    {\"id\": 4, \"cpus\": \"4-7\", \"mem_kb\": 8388608, "
    "\"free_kb\": 8388608, \"used_vcpus\": 0, \"promised_kib\": 0, "
    "\"reserve_kib\": 0, \"reserved_cpus\": \"5\"}\n"
    "  ],\n"
    "  \"distances\": [\n"
    "    [10, 22],\n"
    "    [21, 10]\n"
    "  ],\n"
    "  \"pci\": [\n"
    "    {\"busid\": \"0000:41:00.0\", \"nodes\": [4]},\n"
    "    {\"busid\": \"0001:02:03.4\", \"nodes\": []}\n"
    "  ],\n"
    "  \"cores\": [\n"
    "    {\"core\": 0, \"socket\": 0, \"cpus\": \"0-1\"},\n"
    "    {\"core\": 7, \"socket\": 1, \"cpus\": \"4,6\"}\n"
    "  ],\n"
    "  \"l3\": [\n"
    "    \"0-1\",\n"
    "    \"2-3\",\n"
    "    \"4-7\"\n"
    "  ]\n"
    "}\n";

START_TEST(host_is_written)
{
    struct host host = read_host(two_nodes), again;
    char *once = host_text(&host), *twice;

    ck_assert_str_eq(once, two_nodes_saved);
    again = read_host(once);
    twice = host_text(&again);
    ck_assert_str_eq(once, twice);
    free(once);
    free(twice);
    free_host(&host);
    free_host(&again);
}
END_TEST

START_TEST(host_keeps_a_pool_as_reserved)
{
    struct host host = read_host(two_nodes), again;
    struct zp_pcpuset pool = { { 0 } };
    char *text;

    zp_pcpuset_add(&pool, 2);
    zp_pcpuset_add(&pool, 5);
    zp_pcpuset_add(&pool, 6);
    zp_load_set_pool(host.load, &pool);
    text = host_text(&host);
    again = read_host(text);
    ck_assert_uint_eq(zp_load_nr_usable(again.load, 0), 1);
    ck_assert_uint_eq(zp_load_nr_usable(again.load, 1), 1);
    free(text);
    free_host(&host);
    free_host(&again);
}
END_TEST

START_TEST(host_without_what_is_optional)
{
    struct host host = read_host("{\"nodes\":[{\"id\":0,\"cpus\":\"0\","
                                 "\"mem_kb\":null}],\"distances\":null}");
    char *text = host_text(&host);

    ck_assert_str_eq(zp_topology_name(host.topo), "");
    ck_assert_uint_eq(zp_topology_mem_kib(host.topo, 0), ZP_UNKNOWN_KIB);
    ck_assert(!zp_topology_has_distances(host.topo));
    ck_assert_ptr_nonnull(strstr(text, "\"mem_kb\": null, \"used_vcpus\""));
    ck_assert_ptr_nonnull(strstr(text, "\"distances\": null\n"));
    free(text);
    free_host(&host);
}
END_TEST

START_TEST(host_name_of_any_bytes_stays_json)
{
    struct host host = read_host("{\"name\":\"a\\u0001\\\"\\\\\\n"
                                 "\\u00fc\\ud83d\\ude00\","
                                 "\"nodes\":[{\"id\":0,\"cpus\":\"0\"}]}");
    struct host again;
    char *text = host_text(&host);

    ck_assert_ptr_nonnull(strstr(text, "\"a?\\\"\\\\?\xc3\xbc"
                                 "\xf0\x9f\x98\x80\""));
    again = read_host(text);
    ck_assert_str_eq(zp_topology_name(host.topo),
                     zp_topology_name(again.topo));
    free(text);
    free_host(&host);
    free_host(&again);
}
END_TEST

#define NODES(list) "{\"nodes\":[" list "]}"
#define NODE0 "{\"id\":0,\"cpus\":\"0-3\",\"mem_kb\":1024}"

static const struct {
    const char *text;
    int code;
    const char *msg;
} bad_hosts[] = {
    { "", ZP_ERR_PARSE, "line 1 column 1: no JSON here" },
    { " \n ", ZP_ERR_PARSE, "line 2 column 2: no JSON here" },
    { "[]", ZP_ERR_PARSE, "line 1 column 1: an object is expected" },
    { "null", ZP_ERR_PARSE, "line 1 column 1: an object is expected" },
    { "{", ZP_ERR_PARSE, "line 1 column 2: member name expected" },
    { "{\"a\"", ZP_ERR_PARSE, "line 1 column 5: ':' expected" },
    { "{\"a\":", ZP_ERR_PARSE, "line 1 column 6: value expected" },
    { "{\"a\":1", ZP_ERR_PARSE, "line 1 column 7: ',' or '}' expected" },
    { "{\"a\":1,}", ZP_ERR_PARSE, "line 1 column 8: member name expected" },
    { "{\"a\":[1,]}", ZP_ERR_PARSE, "line 1 column 9: value expected" },
    { "{\"a\":[1 2]}", ZP_ERR_PARSE,
      "line 1 column 9: ',' or ']' expected" },
    { "{a:1}", ZP_ERR_PARSE, "line 1 column 2: member name expected" },
    { "{} {}", ZP_ERR_PARSE,
      "line 1 column 4: something follows the document" },
    { "{/* c */}", ZP_ERR_PARSE, "line 1 column 2: member name expected" },
    { "{\"a\":NaN}", ZP_ERR_PARSE, "line 1 column 6: value expected" },
    { "{\"a\":-Infinity}", ZP_ERR_PARSE, "line 1 column 6: value expected" },
    { "{\"a\":nul}", ZP_ERR_PARSE, "line 1 column 6: value expected" },
    { "{\"a\":nullx}", ZP_ERR_PARSE, "line 1 column 10: ',' or '}' expected" },
    { "{\"a\":01}", ZP_ERR_PARSE,
      "line 1 column 6: number with a leading zero" },
    { "{\"a\":1.}", ZP_ERR_PARSE,
      "line 1 column 6: digit expected after the point" },
    { "{\"a\":1e+}", ZP_ERR_PARSE,
      "line 1 column 6: digit expected in the exponent" },
    { "{\"a\":\"b", ZP_ERR_PARSE, "line 1 column 6: string without an end" },
    { "{\"a\":\"\x01\"}", ZP_ERR_PARSE,
      "line 1 column 7: control byte in a string" },
    { "{\"a\":\"\xff\"}", ZP_ERR_PARSE, "line 1 column 7: not UTF-8" },
    { "{\"a\":\"\xed\xa0\x80\"}", ZP_ERR_PARSE,
      "line 1 column 7: not UTF-8" },
    { "{\"a\":\"\\x\"}", ZP_ERR_PARSE,
      "line 1 column 7: unknown escape in a string" },
    { "{\"a\":\"\\u00g0\"}", ZP_ERR_PARSE,
      "line 1 column 7: four hex digits expected after \\u" },
    { "{\"a\":\"\\u0000\"}", ZP_ERR_PARSE,
      "line 1 column 7: a string may not hold a NUL" },
    { "{\"a\":\"\\ud800\"}", ZP_ERR_PARSE,
      "line 1 column 7: half a surrogate pair" },
    { "{\"a\":\"x\\ny\",\n\"b\":!}", ZP_ERR_PARSE,
      "line 2 column 5: value expected" },
    { "{\"n\\u0061\":1,\"na\":2}", ZP_ERR_PARSE,
      "key \"na\" occurs twice in one object" },

    { "{}", ZP_ERR_PARSE, "nodes: missing, an array is needed" },
    { "{\"nodes\":{}}", ZP_ERR_PARSE,
      "nodes: an object, but an array is needed" },
    { "{\"nodes\":[]}", ZP_ERR_INVAL, "no node" },
    { "{\"name\":7,\"nodes\":[" NODE0 "]}", ZP_ERR_PARSE,
      "name: a number, but a string is needed" },
    { NODES("7"), ZP_ERR_PARSE,
      "nodes[0]: a number, but an object is needed" },
    { NODES("{\"cpus\":\"0\"}"), ZP_ERR_PARSE,
      "nodes[0]: id: missing, a whole number is needed" },
    { NODES("{\"id\":\"0\"}"), ZP_ERR_PARSE,
      "nodes[0]: id: a string, but a whole number is needed" },
    { NODES("{\"id\":-1}"), ZP_ERR_PARSE,
      "nodes[0]: id: -1 is not a whole number from 0" },
    { NODES("{\"id\":1.0}"), ZP_ERR_PARSE,
      "nodes[0]: id: 1.0 is not a whole number from 0" },
    { NODES("{\"id\":1e2}"), ZP_ERR_PARSE,
      "nodes[0]: id: 1e2 is not a whole number from 0" },
    { NODES("{\"id\":4294967295}"), ZP_ERR_RANGE,
      "nodes[0]: id: 4294967295 is above 4294967294" },
    { NODES("{\"id\":99999999999999999999999}"), ZP_ERR_RANGE,
      "nodes[0]: id: 99999999999999999999999 is above 4294967294" },
    { NODES("{\"id\":0,\"cpus\":[0]}"), ZP_ERR_PARSE,
      "nodes[0]: cpus: an array, but a string is needed" },
    { NODES("{\"id\":0,\"cpus\":\"0-\"}"), ZP_ERR_PARSE,
      "nodes[0]: cpus: " },
    { NODES("{\"id\":0,\"cpus\":\"4096\"}"), ZP_ERR_RANGE,
      "nodes[0]: cpus: " },
    { NODES("{\"id\":0,\"cpus\":\"0\",\"mem_kb\":4398046511105}"),
      ZP_ERR_RANGE, "nodes[0]: mem_kb: 4398046511105 is above "
      "4398046511104" },
    { NODES("{\"id\":0,\"cpus\":\"0\",\"mem_kb\":1.5}"), ZP_ERR_PARSE,
      "nodes[0]: mem_kb: 1.5 is not a whole number from 0" },
    { NODES("{\"id\":0,\"cpus\":\"0\",\"mem_kb\":true}"), ZP_ERR_PARSE,
      "nodes[0]: mem_kb: true, but a whole number is needed" },
    { NODES("{\"id\":0,\"cpus\":\"0\",\"free_kb\":-5}"), ZP_ERR_PARSE,
      "nodes[0]: free_kb: -5 is not a whole number from 0" },
    { NODES("{\"id\":0,\"cpus\":\"0\",\"used_vcpus\":4294967296}"),
      ZP_ERR_RANGE, "used_vcpus: 4294967296 is above 4294967295" },
    { NODES("{\"id\":0,\"cpus\":\"\"}"), ZP_ERR_INVAL, "no node has a pcpu" },
    { NODES(NODE0 "," NODE0), ZP_ERR_INVAL, "nodes[1]: node 0 is there" },
    { NODES(NODE0 ",{\"id\":1,\"cpus\":\"3-4\"}"), ZP_ERR_INVAL,
      "nodes[1]: pcpu 3 is in node 0 and in node 1" },

#define DIST(matrix) "{\"nodes\":[" NODE0 ",{\"id\":1,\"cpus\":\"4\"}]," \
                     "\"distances\":" matrix "}"
    { DIST("[[10,20]]"), ZP_ERR_INVAL, "distances: 1 rows for 2 nodes" },
    { DIST("[[10,20],[20]]"), ZP_ERR_INVAL,
      "distances[1]: not a row of 2, one for each" },
    { DIST("[[10,20],7]"), ZP_ERR_INVAL,
      "distances[1]: not a row of 2, one for each" },
    { DIST("[[10,20],[-20,10]]"), ZP_ERR_PARSE,
      "distances[1]: -20 is not a whole number from 0" },
    { DIST("[[10,20],[4294967296,10]]"), ZP_ERR_RANGE,
      "distances[1]: 4294967296 is above 4294967295" },
    { DIST("\"near\""), ZP_ERR_PARSE,
      "distances: a string, but an array is needed" },

#define MORE(member) "{\"nodes\":[" NODE0 "]," member "}"
    { MORE("\"pci\":[{}]"), ZP_ERR_PARSE,
      "pci[0]: busid: missing, a string is needed" },
    { MORE("\"pci\":[{\"busid\":\"41:zz\"}]"), ZP_ERR_PARSE, "pci[0]: " },
    { MORE("\"pci\":[{\"busid\":\"41:00.0\",\"nodes\":[1]}]"), ZP_ERR_INVAL,
      "pci[0]: device 0000:41:00.0: no node has the id 1" },
    { MORE("\"pci\":[{\"busid\":\"41:00.0\"},{\"busid\":\"0:41:00.0\"}]"),
      ZP_ERR_INVAL, "pci[1]: device 0000:41:00.0 is there twice" },
    { MORE("\"cores\":[{\"core\":1,\"cpus\":\"0\"},"
           "{\"core\":2,\"cpus\":\"0-1\"}]"), ZP_ERR_INVAL,
      "cores[1]: cpus: one of them is in another core too" },
    { MORE("\"l3\":[\"0-1\",2]"), ZP_ERR_PARSE,
      "l3[1]: not a list of pcpus as a string" },
    { MORE("\"l3\":[\"0-1\",\"4096\"]"), ZP_ERR_RANGE, "l3[1]: " },
    { MORE("\"l3\":[\"0-1\",\"1\"]"), ZP_ERR_INVAL,
      "l3[1]: one of its pcpus is in another L3 too" },
    { MORE("\"reserved\":3"), ZP_ERR_PARSE,
      "reserved: a number, but a string is needed" },
};

START_TEST(bad_host_is_refused)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    const char *text = bad_hosts[_i].text;
    int rc = zp_host_from_json(text, strlen(text), &topo, &load, &err);

    ck_assert_msg(rc == bad_hosts[_i].code, "%s: %s: %s", text,
                  zp_code_name(rc), err.msg);
    ck_assert_int_eq(err.code, rc);
    ck_assert_msg(strstr(err.msg, bad_hosts[_i].msg), "%s: %s", text,
                  err.msg);
    ck_assert_msg(!strncmp(err.msg, "host JSON: ", 11), "%s", err.msg);
    ck_assert_ptr_null(topo);
    ck_assert_ptr_null(load);
    ck_assert_int_eq(zp_host_from_json(text, strlen(text), &topo, &load,
                                       NULL), rc);
}
END_TEST

/* Every cut of a good document is refused, none is read past its end. */
START_TEST(truncated_host_is_refused)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    size_t len;
    char *cut;

    for (len = 0; len < strlen(two_nodes); len++) {
        cut = malloc(len ? len : 1);
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, two_nodes, len);
        ck_assert_int_eq(zp_host_from_json(cut, len, &topo, &load, &err),
                         ZP_ERR_PARSE);
        free(cut);
    }
    ck_assert_int_eq(zp_host_from_json(NULL, 0, &topo, &load, &err),
                     ZP_ERR_PARSE);
    ck_assert_int_eq(zp_host_from_json(two_nodes, sizeof(two_nodes), &topo,
                                       &load, &err), ZP_ERR_PARSE);
    ck_assert_str_eq(err.msg, "host JSON: holds a NUL byte, this is no text");
}
END_TEST

static char *filled(size_t len, char c)
{
    char *buf = malloc(len);

    ck_assert_ptr_nonnull(buf);
    memset(buf, c, len);
    return buf;
}

START_TEST(limits_come_first)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    size_t len = (size_t)100 << 20;
    char *buf = filled(len, '[');

    ck_assert_int_eq(zp_host_from_json(buf, len, &topo, &load, &err),
                     ZP_ERR_RANGE);
    ck_assert_str_eq(err.msg, "host JSON: 104857600 bytes, at most 16 MiB "
                     "are read");
    memcpy(buf, "{\"a\":", 5);
    len = (size_t)16 << 20;
    ck_assert_int_eq(zp_host_from_json(buf, len, &topo, &load, &err),
                     ZP_ERR_PARSE);
    ck_assert_str_eq(err.msg, "host JSON: line 1 column 37: nested deeper "
                     "than 32");
    memset(buf + 6, ' ', len - 6);
    for (size_t i = 6; i + 2 < len; i += 2)
        memcpy(buf + i, "1,", 2);
    ck_assert_int_eq(zp_host_from_json(buf, len, &topo, &load, &err),
                     ZP_ERR_RANGE);
    ck_assert_str_eq(err.msg, "host JSON: more than 1048576 values");
    free(buf);
}
END_TEST

/* A document of @nr nodes; true if it is read. */
static bool reads_nodes(unsigned nr)
{
    struct host host = { NULL, NULL };
    char text[8192] = "{\"nodes\":[";
    size_t len = strlen(text);
    unsigned i;
    int rc;

    for (i = 0; i < nr; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                "%s{\"id\":%u,\"cpus\":\"%u\"}",
                                i ? "," : "", i * 3, i);
    snprintf(text + len, sizeof(text) - len, "]}");
    rc = zp_host_from_json(text, strlen(text), &host.topo, &host.load, &err);
    free_host(&host);
    return rc == ZP_OK;
}

START_TEST(nodes_are_limited)
{
    ck_assert(reads_nodes(64));
    ck_assert(!reads_nodes(65));
    ck_assert_int_eq(err.code, ZP_ERR_RANGE);
    ck_assert_str_eq(err.limit, "numa-nodes");
    ck_assert_str_eq(err.msg, "host JSON: nodes: 65 of them, at most 64");
}
END_TEST

/* ---- requests ---------------------------------------------------------- */

static struct zp_request read_request(const char *text)
{
    struct zp_request req;
    int rc = zp_request_from_json(text, strlen(text), &req, &err);

    ck_assert_msg(rc == ZP_OK, "%s", err.msg);
    return req;
}

START_TEST(request_is_read)
{
    struct zp_request req = read_request(
        "{\"name\":\"web\",\"vcpus\":4,\"max_vcpus\":8,\"memory\":512,"
        "\"max_memory\":\"1G\",\"numa_nodes\":2,\"strategy\":\"scatter\","
        "\"spill\":\"honest\",\"memory_policy\":\"dynamic\","
        "\"size_by\":\"cpu\",\"first_node\":\"pack\","
        "\"near_policy\":\"preferred\",\"vnuma\":\"never\","
        "\"tier\":\"patched\",\"force\":true,\"overcommit\":2,"
        "\"vcpu_ratio\":3,\"vnuma_min_vcpus\":4,\"memory_nodes\":[5,3],"
        "\"interleave_nodes\":[],\"near\":[\"41:00.0\",{\"busid\":"
        "\"42:00.0\",\"weight\":9}],\"pci\":[\"43:00.0\"],\"type\":\"pv\"}");

    ck_assert_str_eq(req.name, "web");
    ck_assert_int_eq(req.type, ZP_GUEST_PV);
    ck_assert_uint_eq(req.vcpus, 4);
    ck_assert_uint_eq(req.max_vcpus, 8);
    ck_assert_uint_eq(req.mem_kib, 512 * 1024);
    ck_assert_uint_eq(req.max_mem_kib, 1024 * 1024);
    ck_assert_uint_eq(req.nr_vnodes, 2);
    ck_assert_int_eq(req.strategy, ZP_SCATTER);
    ck_assert_int_eq(req.spill, ZP_SPILL_HONEST);
    ck_assert_int_eq(req.memory_policy, ZP_MEMORY_DYNAMIC);
    ck_assert_int_eq(req.size_by, ZP_SIZE_BY_CPU);
    ck_assert_int_eq(req.first_node, ZP_FIRST_PACK);
    ck_assert_int_eq(req.near_policy, ZP_NEAR_PREFERRED);
    ck_assert_int_eq(req.vnuma, ZP_VNUMA_NEVER);
    ck_assert_int_eq(req.tier, ZP_TIER_PATCHED);
    ck_assert(req.force_flat);
    ck_assert_uint_eq(req.overcommit, 2);
    ck_assert_uint_eq(req.vcpu_ratio, 3);
    ck_assert_uint_eq(req.vnuma_min_vcpus, 4);
    ck_assert_uint_eq(req.memory_nodes.nr, 2);
    ck_assert_uint_eq(req.memory_nodes.os_id[0], 5);
    ck_assert_uint_eq(req.nr_near, 3);
    ck_assert_str_eq(req.near[1].busid, "42:00.0");
    ck_assert_uint_eq(req.near[1].weight, 9);
    ck_assert_uint_eq(req.near[2].weight, 1);
    ck_assert(!req.near[1].attach);
    ck_assert(req.near[2].attach);
}
END_TEST

START_TEST(request_round_trip)
{
    static const char *const texts[] = {
        "{}",
        "{\"vcpus\":1,\"memory\":\"1025K\"}",
        "{\"memory\":\"3M\",\"max_memory\":\"4096G\"}",
        "{\"name\":\"\xc3\xbc\",\"near\":[\"1:2.3\"],\"pci\":[\"4:5.6\"]}",
        "{\"memory_nodes\":[1],\"interleave_nodes\":[9,8]}",
        "{\"threads\":2,\"packages\":\"node\",\"tier\":\"patched\"}",
    };
    struct zp_request req = read_request(texts[_i]), again;
    char *once, *twice;

    ck_assert_int_eq(zp_request_to_json(&req, &once, &err), ZP_OK);
    again = read_request(once);
    ck_assert_int_eq(memcmp(&req, &again, sizeof(req)), 0);
    ck_assert_int_eq(zp_request_to_json(&again, &twice, &err), ZP_OK);
    ck_assert_str_eq(once, twice);
    free(once);
    free(twice);
}
END_TEST

#define SIXTEEN "0123456789abcdef"

static const struct {
    const char *text;
    int code;
    const char *msg;
} bad_requests[] = {
    { "{\"cpus\":4}", ZP_ERR_INVAL, "unknown key \"cpus\"" },
    { "{\"vcpus\":-4}", ZP_ERR_PARSE, "vcpus: -4 is not a whole number" },
    { "{\"vcpus\":\"4\"}", ZP_ERR_PARSE, "vcpus: a string, but a whole" },
    { "{\"memory\":1.5}", ZP_ERR_PARSE, "memory: 1.5 is not a whole" },
    { "{\"memory\":\"4Q\"}", ZP_ERR_PARSE, "memory: " },
    { "{\"memory\":4294967297}", ZP_ERR_RANGE,
      "memory: 4294967297 is above 4294967296" },
    { "{\"spill\":\"maybe\"}", ZP_ERR_PARSE,
      "spill: \"maybe\" is none of default, strict, honest, preferred," },
    { "{\"force\":1}", ZP_ERR_PARSE,
      "force: a number, but true or false is needed" },
    { "{\"name\":\"" SIXTEEN SIXTEEN SIXTEEN SIXTEEN "\"}", ZP_ERR_RANGE,
      "name: 64 bytes, at most 63" },
    { "{\"near\":[7]}", ZP_ERR_PARSE,
      "near[0]: a number, but an object is needed" },
    { "{\"near\":[{\"weight\":1}]}", ZP_ERR_PARSE,
      "near[0]: busid: missing, a string is needed" },
    { "{\"near\":[{\"busid\":\"1:2.3\",\"wait\":1}]}", ZP_ERR_INVAL,
      "near[0]: unknown key \"wait\"" },
    { "{\"near\":[\"0000:00:00.0 and more\"]}", ZP_ERR_RANGE,
      "near[0]: \"0000:00:00.0 and more\" is too long for a bus id" },
    { "{\"pci\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}", ZP_ERR_RANGE,
      "pci: more than 16 devices in all" },
    { "{\"memory_nodes\":\"1\"}", ZP_ERR_PARSE,
      "memory_nodes: a string, but an array is needed" },
};

START_TEST(bad_request_is_refused)
{
    struct zp_request req, before;
    const char *text = bad_requests[_i].text;
    int rc;

    memset(&req, 0x5a, sizeof(req));
    before = req;
    rc = zp_request_from_json(text, strlen(text), &req, &err);
    ck_assert_msg(rc == bad_requests[_i].code, "%s: %s: %s", text,
                  zp_code_name(rc), err.msg);
    ck_assert_msg(strstr(err.msg, bad_requests[_i].msg), "%s: %s", text,
                  err.msg);
    ck_assert_int_eq(memcmp(&req, &before, sizeof(req)), 0);
}
END_TEST

#define NR(array) ((int)(sizeof(array) / sizeof((array)[0])))

int main(void)
{
    Suite *s = suite_create("json");
    TCase *host = tcase_create("host");
    TCase *request = tcase_create("request");

    tcase_set_timeout(host, 60);
    tcase_add_test(host, host_is_read);
    tcase_add_test(host, host_is_written);
    tcase_add_test(host, host_keeps_a_pool_as_reserved);
    tcase_add_test(host, host_without_what_is_optional);
    tcase_add_test(host, host_name_of_any_bytes_stays_json);
    tcase_add_loop_test(host, bad_host_is_refused, 0, NR(bad_hosts));
    tcase_add_test(host, truncated_host_is_refused);
    tcase_add_test(host, limits_come_first);
    tcase_add_test(host, nodes_are_limited);
    suite_add_tcase(s, host);
    tcase_add_test(request, request_is_read);
    tcase_add_loop_test(request, request_round_trip, 0, 6);
    tcase_add_loop_test(request, bad_request_is_refused, 0,
                        NR(bad_requests));
    suite_add_tcase(s, request);
    return suite_run(s);
}
