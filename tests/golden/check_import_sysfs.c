/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The importer of sysfs, from archives: each rule of docs/HYGIENE.md. */
#include "import_case.h"

/* A tar archive of "PATH\tTEXT" pairs. */
struct tar {
    char buf[1 << 17];
    size_t len;
};

static void tar_add(struct tar *tar, const char *path, const char *text,
                    size_t len)
{
    char *block = tar->buf + tar->len;
    unsigned sum = 0;
    size_t i;

    memset(block, 0, 512 + (len + 511) / 512 * 512);
    snprintf(block, 100, "%s", path);
    snprintf(block + 124, 12, "%011zo", len);
    memset(block + 148, ' ', 8);
    block[156] = '0';
    memcpy(block + 257, "ustar\0" "00", 8);
    for (i = 0; i < 512; i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06o", sum);
    memcpy(block + 512, text, len);
    tar->len += 512 + (len + 511) / 512 * 512;
}

static struct tar tar;

/* Two nodes; @more are further "path", "text" pairs that win over nothing:
 * @without is left out. */
static void two_node_tree(const char *without, const char *const *more)
{
    static const char *const files[] = {
        "sys/devices/system/node/online", "0-1\n",
        "sys/devices/system/node/node0/cpulist", "0-1\n",
        "sys/devices/system/node/node0/meminfo",
        "Node 0 MemTotal:  4096 kB\nNode 0 MemFree:   2048 kB\n",
        "sys/devices/system/node/node0/distance", "10 21\n",
        "sys/devices/system/node/node1/cpulist", "2-3\n",
        "sys/devices/system/node/node1/meminfo",
        "Node 1 MemTotal:  4096 kB\nNode 1 MemFree:   3072 kB\n",
        "sys/devices/system/node/node1/distance", "21 10\n",
        "sys/devices/system/cpu/online", "0-3\n", NULL,
    };
    const char *const *f;

    tar.len = 0;
    for (f = files; *f; f += 2) {
        if (!without || !strstr(*f, without))
            tar_add(&tar, f[0], f[1], strlen(f[1]));
    }
    for (f = more; f && *f; f += 2)
        tar_add(&tar, f[0], f[1], strlen(f[1]));
}

struct tree_case {
    const char *without;
    const char *more[7];
    int code;
    const char *says;
    const char *nodes;
};

#define NODE "devices/system/node/"
#define CPU "devices/system/cpu/"

static const struct tree_case tree_cases[] = {
    { NULL, { NULL }, 0, NULL, BOTH },
    { "cpu/online", { CPU "online", "0-2\n" }, 0,
      "pcpu 3 is offline: left out", "0:0-1:4096:2048 1:2:4096:3072" },
    { NULL, { CPU "cpu1/online", "0\n" }, 0, "pcpu 1 is offline",
      "0:0:4096:2048 1:2-3:4096:3072" },
    { "cpu/online", { CPU "online", "0-5\n" }, 0,
      "pcpus 4-5 (2) are in no node", BOTH },
    { "node/online", { NODE "online", "0-64\n" }, ZP_ERR_RANGE,
      "65 nodes are online: a host has at most 64", NULL },
    { "node/online", { NODE "online", "1\n" }, 0, "node 0 is offline",
      "1:2-3:4096:3072" },
    /* one node, and a row that still has two entries */
    { "node/online", { NODE "online", "1\n" }, 0,
      "node 1 has 2 distances for 1 nodes", "1:2-3:4096:3072" },
    { "node1/distance", { NODE "node1/distance", "21\n" }, 0,
      "node 1 has 1 distances for 2 nodes", BOTH },
    { "distance", { NULL }, 0, "no distances known", BOTH },
    { "node1/cpulist", { NODE "node1/cpumap", "0000000c\n" }, 0, NULL,
      BOTH },
    { "node1/cpulist", { NODE "node1/cpulist", "\n" }, 0,
      "node 1: memory but no pcpus", "0:0-1:4096:2048 1::4096:3072" },
    { "meminfo", { NULL }, 0, "node 0 and 1 more: memory not known",
      "0:0-1:-1:0 1:2-3:-1:0" },
    { "node1/cpulist", { NODE "node1/cpulist", "1-3\n" }, ZP_ERR_INVAL,
      "pcpu 1 is in node 0 and in node 1", NULL },
    { "node1/cpulist", { NODE "node1/cpulist", "1-\n" }, ZP_ERR_PARSE,
      "node1/cpulist: pcpu list", NULL },
    { "node1/meminfo", { NODE "node1/meminfo", "Node 1 MemTotal: x kB\n" },
      ZP_ERR_PARSE, "a size in kB", NULL },
    { "node", { NULL }, ZP_ERR_INVAL, "no devices/system/node/nodeN", NULL },
};

START_TEST(sysfs)
{
    const struct tree_case *t = &tree_cases[_i];
    struct import_case c = { NULL, t->code, t->says, t->nodes };

    two_node_tree(t->without, t->more);
    judge(&c, import(tar.buf, tar.len));
}
END_TEST

START_TEST(sysfs_finer)
{
    static const char *const more[] = {
        CPU "cpu0/topology/physical_package_id", "0\n",
        CPU "cpu0/topology/thread_siblings_list", "0-1\n",
        CPU "cpu1/topology/thread_siblings", "00000003\n",
        CPU "cpu0/cache/index3/level", "3\n",
        CPU "cpu0/cache/index3/shared_cpu_list", "0-1\n",
        CPU "cpu1/cache/index3/shared_cpu_map", "00000003\n",
        CPU "cpu1/cache/index3/level", "3\n",
        CPU "cpu2/cache/index3/level", "3\n",
        CPU "cpu2/cache/index3/shared_cpu_list", "2-3\n",
        CPU "cpu3/cache/index3/level", "3\n",
        CPU "cpu3/cache/index3/shared_cpu_list", "2-3\n",
        CPU "cpu3/cache/index2/level", "2\n",
        CPU "cpu3/cache/index2/shared_cpu_list", "3\n",
        "bus/pci/devices/0000:41:00.0/numa_node", "1\n",
        "devices/pci0000:40/0000:41:00.0/numa_node", "1\n",
        "bus/pci/devices/0000:42:00.0/numa_node", "-1\n",
        "bus/pci/devices/0000:43:00.0/numa_node", "9\n", NULL,
    };

    two_node_tree(NULL, more);
    ck_assert_msg(!import(tar.buf, tar.len), "%s", err.msg);
    ck_assert_uint_eq(zp_topology_core(topo, 1), 0);
    ck_assert_uint_eq(zp_topology_core(topo, 2), ZP_UNKNOWN_ID);
    ck_assert_uint_eq(zp_topology_socket(topo, 0), 0);
    ck_assert_uint_eq(zp_topology_nr_l3(topo), 2);
    ck_assert_uint_ne(zp_topology_l3(topo, 1), zp_topology_l3(topo, 2));
    ck_assert_uint_eq(zp_topology_nr_devices(topo), 3);
    ck_assert_uint_eq(zp_topology_device_pnodes(topo, 0), 2);
    ck_assert_uint_eq(zp_topology_device_pnodes(topo, 1), 0);
    ck_assert_uint_eq(zp_topology_device_pnodes(topo, 2), 0);
    ck_assert(warned("1 device of nodes that are not there"));
    clear();
}
END_TEST

/* Some dumps append NULs to values. */
START_TEST(sysfs_with_nuls)
{
    two_node_tree("node0/cpulist", NULL);
    tar_add(&tar, NODE "node0/cpulist", "0-1\0\0\0\0", 7);
    ck_assert_msg(!import(tar.buf, tar.len), "%s", err.msg);
    ck_assert_uint_eq(zp_pcpuset_count(zp_topology_pcpus(topo, 0)), 2);
    clear();
}
END_TEST

START_TEST(tar_cut_or_damaged)
{
    size_t len;

    two_node_tree(NULL, NULL);
    for (len = 512; len < tar.len; len += 256) {
        int rc = import(tar.buf, len);

        ck_assert(rc == 0 || rc == ZP_ERR_PARSE || rc == ZP_ERR_INVAL);
        clear();
    }
    tar.buf[512 + 512 + 3] ^= 1; /* the second header */
    ck_assert_int_eq(import(tar.buf, tar.len), ZP_ERR_PARSE);
    ck_assert_ptr_nonnull(strstr(err.msg, "damaged at byte 1024"));
}
END_TEST

START_TEST(out_of_memory)
{
    static const char *const more[] = {
        "bus/pci/devices/0000:41:00.0/numa_node", "1\n", NULL,
    };

    two_node_tree(NULL, more);
    import_without_memory(tar.buf, tar.len);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("import of sysfs");

    ADD_CASES(tcase, sysfs, tree_cases);
    tcase_add_test(tcase, sysfs_finer);
    tcase_add_test(tcase, sysfs_with_nuls);
    tcase_add_test(tcase, tar_cut_or_damaged);
    tcase_add_test(tcase, out_of_memory);
    return run_tests(tcase);
}
