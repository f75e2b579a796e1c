/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Importers: each rule of docs/HYGIENE.md on a small text, what is refused
 * and in which words, and what happens if memory runs out.
 */
#include "config.h"

#ifdef HAVE_LIBXML2
#include <libxml/parser.h>
#endif

#include "import_case.h"

/* ---- numactl --hardware ---- */

#define NODE0 "node 0 cpus: 0 1\nnode 0 size: 4 MB\nnode 0 free: 2 MB\n"
#define NODE1 "node 1 cpus: 2 3\nnode 1 size: 4 MB\nnode 1 free: 3 MB\n"
#define HEADS "node distances:\nnode   0   1 \n"

static const struct import_case numactl_cases[] = {
    { NODE0 NODE1 HEADS "  0:  10  21\n  1:  21  10\n", 0, NULL, BOTH },
    { "available: 2 nodes (0-1)\r\n" NODE0 NODE1, 0,
      "no distances known: 10/20 assumed", BOTH },
    { NODE0 NODE1 HEADS "  0:  10  21\n", 0,
      "the distance from node 1 to node 0 is missing", BOTH },
    { NODE0 NODE1 HEADS "  0:  21  21\n  1:  21  21\n", 0,
      "distances replaced by 10/20: node 0 is 21", BOTH },
    { NODE0 NODE1 HEADS "  0:  10  255\n  1:  255  10\n", 0,
      "not every node reaches every other", BOTH },
    { NODE0 NODE1 HEADS "  0:  10  12\n  1:  13  10\n", 0,
      "not symmetric", BOTH },
    { "available: 3 nodes (0-2)\n" NODE0 NODE1, 0,
      "numactl says 3 nodes and describes 2", BOTH },
    { NODE0 NODE1 "node distances:\nnode 0 1 7\n 0: 10 12 12\n 1: 12 10 12\n"
      " 7: 12 12 10\n", 0, "distances name node 7", BOTH },
    { NODE0 "node 252 cpus:\nnode 252 size: 90 MB\nnode 252 free: 90 MB\n", 0,
      "node 252: memory but no pcpus", "0:0-1:4096:2048 252::92160:92160" },
    { NODE0 "node 1 cpus: 2\nnode 1 size: 0 MB\nnode 1 free: 0 MB\n", 0,
      "node 1: pcpus but no memory", "0:0-1:4096:2048 1:2:0:0" },
    { NODE0 "node 1 cpus: 2\n", 0, "node 1: memory not known",
      "0:0-1:4096:2048 1:2:-1:0" },
    { NODE0 "node 1 cpus: 2\nnode 1 size: <not available>\n", 0,
      "node 1: memory not known", "0:0-1:4096:2048 1:2:-1:0" },
    { NODE0 "node 8 cpus: 9 3 5\nnode 8 size: 4 MB\n", 0, NULL,
      "0:0-1:4096:2048 8:3,5,9:4096:4096" },
    { NODE0 "a line of something\n" NODE1, 0, "line 4 is not "
      "understood", BOTH },
    { NODE0 "node 1 cpus: 1 2\n", ZP_ERR_INVAL,
      "pcpu 1 is in node 0 and in node 1", NULL },
    { NODE0 NODE0, ZP_ERR_PARSE, "line 4: it says again", NULL },
    { NODE0 "node 1 cpus: 4096\n", ZP_ERR_RANGE, "pcpu 4096 is beyond 4095",
      NULL },
    { NODE0 "node 5000 cpus: 4\n", ZP_ERR_RANGE, "node id 5000", NULL },
    { NODE0 "node 1 cpus: 2 x\n", ZP_ERR_PARSE, "line 4: numbers of cpus",
      NULL },
    { NODE0 "node 1 size: 4 GB\n", ZP_ERR_PARSE, "a size in MB", NULL },
    { NODE0 "node 1 size: 99999999999 MB\n", ZP_ERR_RANGE, "beyond", NULL },
    { NODE0 NODE1 HEADS "  0:  10  x\n", ZP_ERR_PARSE, "a distance for each",
      NULL },
    { NODE0 "node 1 si", ZP_ERR_PARSE, "cpus, size or free", NULL },
    { "available: 1 nodes (0)\nnode 0 cpus:\nnode 0 size: 1 MB\n",
      ZP_ERR_INVAL, "no node has a pcpu", NULL },
    { "No NUMA available on this system\n", ZP_ERR_INVAL, "no NUMA", NULL },
};

START_TEST(numactl)
{
    run_case(&numactl_cases[_i]);
}
END_TEST

/* ---- xl info -n ---- */

#define PCPUS                                                           \
    "nr_cpus                : 2\n"                                      \
    "cpu_topology           :\ncpu:    core    socket     node\n"       \
    "  0:       0        0        0\n  1:       0        0        1\n"
#define INFO "numa_info              :\n"                               \
    "node:    memsize    memfree    distances\n"
#define ROWS "   0:         4          2      10,21\n"                  \
    "   1:         4          3      21,10\n"
#define XL_BOTH "0:0:4096:2048 1:1:4096:3072"

static const struct import_case xl_cases[] = {
    { PCPUS INFO ROWS, 0, NULL, XL_BOTH },
    { PCPUS "  2:  4294967295  4294967295  4294967295\n" INFO ROWS, 0,
      "pcpu 2 is in no node: left out", XL_BOTH },
    { PCPUS "  2:  -1  -1  -1\n" INFO ROWS, 0, "pcpu 2", XL_BOTH },
    { PCPUS INFO "   0: 4 2 4294967295,4294967295\n   1: 4 3 -1,-1\n", 0,
      "node 0 is 4294967295 from itself", XL_BOTH },
    { PCPUS INFO "   0: 4 2 10,-1\n   1: 4 3 -1,10\n", 0,
      "not every node reaches every other", XL_BOTH },
    { PCPUS "  2: 0 1 8\n" INFO "   0: 4 2 10,-1,-1,-1,-1,-1,-1,-1,21\n"
      "   8: 4 3 21,-1,-1,-1,-1,-1,-1,-1,10\n", 0, "pcpu 1 is in no node",
      "0:0:4096:2048 8:2:4096:3072" },
    { PCPUS INFO ROWS "   2: 90 90 17,28\n", 0,
      "node 2: memory but no pcpus", XL_BOTH " 2::92160:92160" },
    { PCPUS, ZP_ERR_INVAL, "xl info needs -n", NULL },
    { PCPUS INFO ROWS ROWS, ZP_ERR_INVAL, "node 0 is there twice", NULL },
    { PCPUS "  1:  0  0  0\n" INFO ROWS, ZP_ERR_INVAL,
      "pcpu 1 is there twice", NULL },
    { PCPUS "  4096:  0  0  0\n" INFO ROWS, ZP_ERR_RANGE, "4096 is beyond",
      NULL },
    { PCPUS "  2:  0  0\n" INFO ROWS, ZP_ERR_PARSE,
      "line 6: core, socket and node", NULL },
    { PCPUS INFO "   0: 4 2 10;21\n", ZP_ERR_PARSE, "commas", NULL },
    { PCPUS INFO "   0: 17592186044415 2 10\n", ZP_ERR_PARSE,
      "size, free memory", NULL },
};

START_TEST(xl)
{
    run_case(&xl_cases[_i]);
}
END_TEST

START_TEST(xl_devices_and_cores)
{
    static const char text[] =
        PCPUS "  2:       0        1        1\n"
        "device topology        :\ndevice           node\n"
        "0000:00:01.0      1\n0000:00:02.0      4294967295\n"
        "10000:e1:00.0     0\n" INFO ROWS;

    ck_assert_msg(!import(text, strlen(text)), "%s", err.msg);
    ck_assert_uint_eq(zp_topology_nr_devices(topo), 2);
    ck_assert_uint_eq(zp_topology_device_pnodes(topo, 0), 2);
    ck_assert_uint_eq(zp_topology_device_pnodes(topo, 1), 0);
    ck_assert(warned("device '10000:e1:00.0'"));
    /* cores 0 of socket 0 are one, that of socket 1 is another */
    ck_assert_uint_eq(zp_topology_core(topo, 0), 0);
    ck_assert_uint_eq(zp_topology_core(topo, 1), 0);
    ck_assert_uint_eq(zp_topology_core(topo, 2), 2);
    ck_assert_uint_eq(zp_topology_socket(topo, 2), 1);
    clear();
}
END_TEST

/* ---- XML ---- */

#define V1 "<topology><object type=\"Machine\" cpuset=\"0xf\" " \
    "online_cpuset=\"0xf\" nodeset=\"0x3\">"
#define V1_END "</object></topology>"
#define PU(n) "<object type=\"PU\" os_index=\"" #n "\"/>"
#define N0 "<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x3\" " \
    "nodeset=\"0x1\" local_memory=\"4194304\">" PU(0) PU(1) "</object>"
#define N1 "<object type=\"NUMANode\" os_index=\"1\" cpuset=\"0xc\" " \
    "nodeset=\"0x2\" local_memory=\"4194304\">" PU(2) PU(3) "</object>"
#define D1(a, b, c, d) "<distances nbobjs=\"2\" relative_depth=\"1\" " \
    "latency_base=\"10.0\"><latency value=\"" #a "\"/><latency value=\"" #b \
    "\"/><latency value=\"" #c "\"/><latency value=\"" #d "\"/></distances>"
#define D2(ids, values) "<distances2 type=\"NUMANode\" nbobjs=\"2\" " \
    "kind=\"5\" name=\"NUMALatency\" indexing=\"os\"><indexes>" ids \
    "</indexes><u64values>" values "</u64values></distances2>"
#define XML_BOTH "0:0-1:4096:4096 1:2-3:4096:4096"
#define CELLS(x) "<capabilities><host><topology><cells>" x \
    "</cells></topology></host></capabilities>"
#define C0 "<cell id='0'><memory unit='KiB'>4096</memory><distances>" \
    "<sibling id='0' value='10'/><sibling id='1' value='21'/></distances>" \
    "<cpus><cpu id='0'/><cpu id='1'/></cpus></cell>"
#define C1 "<cell id='1'><memory unit='MiB'> 4 </memory><distances>" \
    "<sibling id='0' value='21'/><sibling id='1' value='10'/></distances>" \
    "<cpus><cpu id='2'/><cpu id='3'/></cpus></cell>"

static const struct import_case xml_cases[] = {
    { V1 D1(1.0, 2.1, 2.1, 1.0) N0 N1 V1_END, 0, NULL, XML_BOTH },
    { V1 N0 N1 V1_END, 0, "no distances known", XML_BOTH },
    { V1 D1(2.0, 2.1, 2.1, 1.0) N0 N1 V1_END, 0,
      "node 0 is 20 from itself", XML_BOTH },
    { V1 "<distances nbobjs=\"2\" latency_base=\"10\"><latency value=\"1\"/>"
      "</distances>" N0 N1 V1_END, 0, "is not complete: left out", XML_BOTH },
    { V1 N0 "<object type=\"NUMANode\" os_index=\"1\" cpuset=\"0xc\"/>"
      V1_END, 0, "node 1: pcpus but no memory",
      "0:0-1:4096:4096 1:2-3:0:0" },
    { V1 N0 "<object type=\"NUMANode\" os_index=\"4\" cpuset=\"0x0\" "
      "local_memory=\"92160000\"/>" V1_END, 0, "node 4: memory but no pcpus",
      "0:0-1:4096:4096 4::90000:90000" },
    /* HBM is near to the pcpus of node 0, which are not its own */
    { V1 "<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x3\" "
      "subtype=\"HBM\" local_memory=\"92160000\"/><object type=\"NUMANode\" "
      "os_index=\"2\" cpuset=\"0x3\" local_memory=\"4194304\"/>" PU(0) PU(1)
      V1_END, 0, "node 0 is near to pcpus of other nodes",
      "0::90000:90000 2:0-1:4096:4096" },
    { V1 N0 "<object type=\"NUMANode\" os_index=\"1\" cpuset=\"0x6\" "
      "local_memory=\"1024\"/>" V1_END, ZP_ERR_INVAL,
      "pcpu 1 is in node 0 and in node 1", NULL },
    { "<topology><object type=\"Machine\" cpuset=\"0x7\" "
      "complete_cpuset=\"0xf\">" N0 N1 V1_END, 0,
      "1 pcpus are offline or were hidden",
      "0:0-1:4096:4096 1:2:4096:4096" },
    { V1 PU(0) PU(1) V1_END, 0, "it has no NUMA nodes: taken as one node",
      "0:0-3:-1:0" },
    { "<topology version=\"2.0\"><object type=\"Machine\" cpuset=\"0xf\">"
      N0 N1 "</object>" D2("1 0", "10 22 21 10") "</topology>", 0,
      "not symmetric", XML_BOTH },
    { "<topology version=\"2.0\"><object type=\"Machine\" cpuset=\"0xf\">"
      N0 N1 "</object>" D2("1 0", "10 22 21") "</topology>", 0,
      "is not complete", XML_BOTH },
    { V1 N0 N0 V1_END, ZP_ERR_INVAL, "node 0 is there twice", NULL },
    { V1 N0 PU(0) V1_END, ZP_ERR_INVAL, "PU 0 is there twice", NULL },
    { V1 PU(4096) V1_END, ZP_ERR_RANGE, "beyond 4095", NULL },
    { "<topology><object type=\"Machine\" cpuset=\"0xg\"/></topology>",
      ZP_ERR_PARSE, "no set of numbers", NULL },
    { "<topology><object type=\"Machine\" cpuset=\"0xf...f,0x3\"/>"
      "</topology>", ZP_ERR_PARSE, "no set of numbers", NULL },
    { "<topology/>", ZP_ERR_INVAL, "no object in it", NULL },
    { "<domain/>", ZP_ERR_PARSE, "XML of <domain>", NULL },
    { V1 N0, ZP_ERR_PARSE, "line 1:", NULL },
    { "<?xml version=\"1.0\"?>", ZP_ERR_PARSE, "line", NULL },
    { "<!DOCTYPE topology [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
      "<topology>&e;</topology>", ZP_ERR_PARSE, "it defines entities", NULL },
    { "<!DOCTYPE topology [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
      "\"&a;&a;&a;&a;\">]><topology x=\"&b;\"/>", ZP_ERR_PARSE,
      "it defines entities", NULL },
    { "<!DOCTYPE topology [<!ATTLIST object type CDATA \"PU\">]>"
      "<topology/>", ZP_ERR_PARSE, "it defines entities", NULL },
    { CELLS(C0 C1), 0, NULL, XML_BOTH },
    { CELLS(C0 "<cell id='1'><memory unit='KiB'>4096</memory><cpus>"
      "<cpu id='2'/></cpus></cell>"), 0, "the distance from node 1 to node 0",
      "0:0-1:4096:4096 1:2:4096:4096" },
    { CELLS(C0 "<cell id='9'><memory>90000</memory><cpus num='0'/></cell>"),
      0, "node 9: memory but no pcpus", "0:0-1:4096:4096 9::90000:90000" },
    { CELLS(C0 C0), ZP_ERR_INVAL, "cell 0 is there twice", NULL },
    { CELLS(C0 "<cell id='1'><cpus><cpu id='1'/></cpus></cell>"),
      ZP_ERR_INVAL, "cpu 1 is there twice", NULL },
    { CELLS("<cell id='0'><memory unit='x'>1</memory></cell>"), ZP_ERR_PARSE,
      "a number of a known unit", NULL },
    { CELLS("<cell id='0'><memory unit='TiB'>99999999</memory></cell>"),
      ZP_ERR_RANGE, "its memory is beyond", NULL },
    { CELLS("<cell><memory>1</memory></cell>"), ZP_ERR_PARSE,
      "a cell without id", NULL },
    { CELLS(""), ZP_ERR_INVAL, "no host/topology/cells/cell", NULL },
};

START_TEST(xml)
{
#ifdef HAVE_LIBXML2
    run_case(&xml_cases[_i]);
#else
    ck_assert_int_eq(import(xml_cases[_i].text, strlen(xml_cases[_i].text)),
                     ZP_ERR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(err.msg, "built without libxml2"));
#endif
}
END_TEST

#ifdef HAVE_LIBXML2
START_TEST(xml_nested_too_deep)
{
    char text[4096] = "<topology>";
    int i;

    for (i = 0; i < 70; i++)
        strcat(text, "<object type=\"Group\">");
    ck_assert_int_eq(import(text, strlen(text)), ZP_ERR_RANGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "deeper than 64"));
}
END_TEST
#endif

/* ---- any ---- */

static const struct import_case odd_cases[] = {
    { "\x1f\x8b\x08 gz", ZP_ERR_UNSUPPORTED, "packed with gzip", NULL },
    { "BZh9 bz", ZP_ERR_UNSUPPORTED, "packed with bzip2", NULL },
    { "Machine (16GB)\n  Package L#0\n", ZP_ERR_PARSE, "not a host", NULL },
    { "", ZP_ERR_PARSE, "no JSON here", NULL },
};

START_TEST(odd)
{
    run_case(&odd_cases[_i]);
}
END_TEST

START_TEST(too_large)
{
    static char big[(16 << 20) + 1];

    ck_assert_int_eq(zp_host_from_buffer(big, sizeof(big), &topo, &load, &err),
                     ZP_ERR_RANGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "at most 16 MiB"));
}
END_TEST

/* 65 nodes, and 64. */
START_TEST(too_many_nodes)
{
    char text[8192] = "";
    int i;

    for (i = 0; i < 65; i++) {
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "node %d cpus: %d\nnode %d size: 4 MB\n", i * 3, i, i * 3);
        if (i < 63)
            continue;
        ck_assert_int_eq(import(text, strlen(text)), i == 63 ? ZP_OK
                                                             : ZP_ERR_RANGE);
    }
    ck_assert_ptr_nonnull(strstr(err.msg, "at most 64 nodes"));
}
END_TEST

/* What an import assumed goes with the JSON that is made of it. */
START_TEST(warnings_are_kept)
{
    static const char text[] = "available: 3 nodes (0-2)\n" NODE0 NODE1;
    char *once, *twice;

    ck_assert(!import(text, strlen(text)));
    ck_assert(!zp_host_to_json(topo, load, &once, &err));
    ck_assert_ptr_nonnull(strstr(once, "\"warnings\": [\n    \"numactl says"));
    ck_assert(!import(once, strlen(once)));
    ck_assert(warned("numactl says 3 nodes"));
    ck_assert(!zp_host_to_json(topo, load, &twice, &err));
    ck_assert_str_eq(once, twice);
    free(once);
    free(twice);
    clear();
}
END_TEST

/* ---- memory ---- */

START_TEST(out_of_memory)
{
    static const char text[] = NODE0 NODE1 HEADS "  0: 10 21\n  1: 21 10\n";
    static const char xl_text[] = PCPUS "device topology        :\n"
                                  "0000:00:01.0      1\n" INFO ROWS;

    import_without_memory(text, strlen(text));
    import_without_memory(xl_text, strlen(xl_text));
#ifdef HAVE_LIBXML2
    import_without_memory(xml_cases[0].text, strlen(xml_cases[0].text));
#endif
}
END_TEST

#ifdef HAVE_LIBXML2
/* libxml2's own allocations fail through its own functions. */
static long xml_left = -1;

static bool xml_fails(void)
{
    return xml_left >= 0 && xml_left-- == 0;
}

static void *xml_malloc(size_t size)
{
    return xml_fails() ? NULL : malloc(size);
}

static void *xml_realloc(void *ptr, size_t size)
{
    return xml_fails() ? NULL : realloc(ptr, size);
}

static char *xml_strdup(const char *text)
{
    return xml_fails() ? NULL : strdup(text);
}

START_TEST(out_of_memory_in_libxml2)
{
    const char *texts[] = { xml_cases[0].text, xml_cases[24].text };
    size_t i;
    long nth;
    int rc;

    ck_assert(!xmlMemSetup(free, xml_malloc, xml_realloc, xml_strdup));
    for (i = 0; i < 2; i++) {
        for (nth = 0; nth < 10000; nth++) {
            xml_left = nth;
            rc = zp_host_from_buffer(texts[i], strlen(texts[i]), &topo, &load,
                                     &err);
            if (xml_left >= 0)
                break;
            ck_assert_msg(rc == ZP_ERR_NOMEM || rc == ZP_ERR_PARSE || !rc,
                          "allocation %ld: %s", nth, err.msg);
            clear();
        }
        xml_left = -1;
        ck_assert_msg(!rc, "%s", err.msg);
        ck_assert_int_gt(nth, 10);
        clear();
    }
}
END_TEST
#endif

int main(void)
{
    TCase *tcase = tcase_create("import");

    ADD_CASES(tcase, numactl, numactl_cases);
    ADD_CASES(tcase, xl, xl_cases);
    tcase_add_test(tcase, xl_devices_and_cores);
    ADD_CASES(tcase, xml, xml_cases);
    ADD_CASES(tcase, odd, odd_cases);
    tcase_add_test(tcase, too_large);
    tcase_add_test(tcase, too_many_nodes);
    tcase_add_test(tcase, warnings_are_kept);
    tcase_add_test(tcase, out_of_memory);
#ifdef HAVE_LIBXML2
    tcase_add_test(tcase, xml_nested_too_deep);
    tcase_add_test(tcase, out_of_memory_in_libxml2);
#endif
    return run_tests(tcase);
}
