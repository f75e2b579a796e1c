/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The texts that the Xen side reads: host.conf, vifs, xl.cfg, Xen's ring. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "../suite.h"
#include "xen/xen.h"

static struct zp_error err;

/* ---- host.conf --------------------------------------------------------- */

START_TEST(options_good)
{
    static const char text[] = "# kept for dom0\n"
                               "reserved-pcpus = 0-3, 8\n"
                               "\n  reserve-percent=5 # of each node\n"
                               "reserve-min = 1G\r\n"
                               "vcpu_ratio = 4\ncpupool = zones\n"
                               "balloon_floor = 1G\nballoon_step = 50\n"
                               "balloon_interval = 60\n"
                               "l3 = 0-3, 8\nl3 = 4-7\n"
                               "core = 0,4\ncore = 1, 5";
    struct zp_host_options opt;

    ck_assert_int_eq(zp__host_options_parse("f", text, strlen(text), &opt,
                                            &err), ZP_OK);
    ck_assert_uint_eq(zp_pcpuset_count(&opt.reserved_pcpus), 5);
    ck_assert_uint_eq(opt.reserve_percent, 5);
    ck_assert_uint_eq(opt.reserve_min_kib, 1024 * 1024);
    ck_assert_uint_eq(opt.vcpu_ratio, 4);
    ck_assert_str_eq(opt.cpupool, "zones");
    ck_assert_uint_eq(opt.balloon.floor_kib, 1024 * 1024);
    ck_assert_uint_eq(opt.balloon.step_percent, 50);
    ck_assert_uint_eq(opt.balloon.grow_used_percent, 70);
    ck_assert_uint_eq(opt.balloon_interval, 60);
    ck_assert_uint_eq(opt.nr_l3, 2);
    ck_assert_uint_eq(opt.l3[8], 1);
    ck_assert_uint_eq(opt.l3[4], 2);
    ck_assert_uint_eq(opt.l3[9], 0);
    ck_assert_uint_eq(opt.nr_cores, 2);
    ck_assert_uint_eq(opt.core[4], 1);
    ck_assert_uint_eq(opt.core[5], 2);
    ck_assert_uint_eq(opt.core[2], 0);
    ck_assert_int_eq(zp__host_options_parse("f", "", 0, &opt, &err), ZP_OK);
    ck_assert_uint_eq(opt.reserve_percent, 1);
    ck_assert_uint_eq(opt.reserve_min_kib, 32 * 1024);
}
END_TEST

static const char *const bad_options[][2] = {
    { "colour = red", "f:1: unknown key colour" },
    { "\nvcpu-ratio", "f:2: no '=' in \"vcpu-ratio\"" },
    { "reserve-percent = 101",
      "f:1: reserve-percent: not a number in its range: 101" },
    { "reserve-percent = -1",
      "f:1: reserve-percent: not a number in its range: -1" },
    { "l3 = 0-4096", "f:1: l3: pcpu list: the number at column 3 is beyond 4095" },
    { "l3 = ", "f:1: l3: L3 domain of no pcpu" },
    { "core = ", "f:1: core: core of no pcpu" },
    { "core = 1\ncore = 2,1", "f:2: core: pcpu 1 is in another core too" },
    { "l3 = 0-3\nl3 = 3-4", "f:2: l3: pcpu 3 is in another L3 domain too" },
    { "balloon-grow-used = 101",
      "f:1: balloon-grow-used: not a number of 0 to 100: 101" },
    { "balloon-floor = 1X",
      "f:1: balloon-floor: '1X' is not a size: write 512M, 4G or 4GiB" },
    { "vcpu-ratio =", "f:1: vcpu-ratio: not a number in its range: " },
};

START_TEST(options_bad)
{
    const char *text = bad_options[_i][0];
    struct zp_host_options opt = { .vcpu_ratio = 99 };

    ck_assert_int_eq(zp__host_options_parse("f", text, strlen(text), &opt,
                                            &err), ZP_ERR_PARSE);
    ck_assert_str_eq(err.msg, bad_options[_i][1]);
    ck_assert_uint_eq(opt.vcpu_ratio, 99);
}
END_TEST

/* ---- the guest's command line ----------------------------------------- */

/* What a kernel would take for an order to bring memory online that is not
 * there, and what it would not hear at all. */
static const struct { const char *line; bool agent, good; } cmdlines[] = {
    { NULL, true, true },
    { "console=hvc0", true, true },
    { "quiet memhp_default_state=offline", true, true },
    { "memhp_default_state=offline quiet", true, true },
    { "memhp_default_state=online", true, false },
    { "memhp_default_state=online_movable", true, false },
    { "memhp-default-state=online", true, false },
    { "memhp_default-state=online_kernel quiet", true, false },
    { "memhp_default_state=offline memhp_default_state=online", true, false },
    { "memhp_default_state=offliner", true, false },
    { "memhp_default_state=", true, false },
    { "memhp_default_state", true, true },
    { "memhp_default_state=offline", false, false },
    { "memhp-default-state=offline", false, false },
    { "memhp_default_state=online", false, true },
    { NULL, false, true },
};

START_TEST(cmdline_checked)
{
    ck_assert_int_eq(zp__cmdline_check(cmdlines[_i].line, cmdlines[_i].agent,
                                       &err),
                     cmdlines[_i].good ? ZP_OK : ZP_ERR_INVAL);
}
END_TEST

START_TEST(cmdline_made)
{
    static const struct {
        const char *line, *want;
        enum zp_growth growth;
    } row[] = {
        { NULL, "memhp_default_state=offline", ZP_GROWTH_DEVICES },
        { "", "memhp_default_state=online", ZP_GROWTH_HOTADD },
        /* Behind "--" it would be an argument of init's. */
        { "quiet -- one", "memhp_default_state=offline quiet -- one",
          ZP_GROWTH_DEVICES },
        /* No parameter of that name, so the kernel's default would hold. */
        { "my.memhp_default_state=offline",
          "memhp_default_state=offline my.memhp_default_state=offline",
          ZP_GROWTH_DEVICES },
    };
    char *line;
    size_t i;

    for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        ck_assert_int_eq(zp__cmdline_make(row[i].line, row[i].growth, &line,
                                          &err), ZP_OK);
        ck_assert_str_eq(line, row[i].want);
        free(line);
    }
}
END_TEST

/* ---- vifs -------------------------------------------------------------- */

START_TEST(vif_good)
{
    static const uint8_t mac[6] = { 0x00, 0x16, 0x3e, 0xAb, 0xcd, 0x01 };
    struct zp__vif vif;

    ck_assert_int_eq(zp__vif_parse("mac=00:16:3e:aB:CD:01, bridge=xenbr0,"
                                   "type=vif,rate=10Mb/s,ip=10.0.0.1", &vif,
                                   &err), ZP_OK);
    ck_assert(vif.has_mac);
    ck_assert_mem_eq(vif.mac, mac, sizeof(mac));
    ck_assert_str_eq(vif.bridge, "xenbr0");
    ck_assert_str_eq(vif.rate, "10Mb/s");
    ck_assert_str_eq(vif.ip, "10.0.0.1");
    ck_assert_int_eq(zp__vif_parse("", &vif, &err), ZP_OK);
    ck_assert(!vif.has_mac);
}
END_TEST

static const struct {
    const char *text;
    int code;
} bad_vifs[] = {
    { "mac=00:16:3e:00:00", ZP_ERR_PARSE },
    { "mac=00:16:3e:00:00:0g", ZP_ERR_PARSE },
    { "mac=00:16:3e:00:00:01:02", ZP_ERR_PARSE },
    { "mac=", ZP_ERR_PARSE },
    { "mac=0", ZP_ERR_PARSE },
    { "mac=01:16:3e:00:00:01", ZP_ERR_INVAL },
    { "model=e1000", ZP_ERR_INVAL },
    { "type=ioemu", ZP_ERR_INVAL },
    { "bridge", ZP_ERR_PARSE },
    { "bridge=0123456789012345678901234567890123456789", ZP_ERR_RANGE },
};

START_TEST(vif_bad)
{
    struct zp__vif vif;

    ck_assert_int_eq(zp__vif_parse(bad_vifs[_i].text, &vif, &err),
                     bad_vifs[_i].code);
}
END_TEST

/* ---- pieces of a record ------------------------------------------------ */

/* /proc/PID/stat of kernel threads, of domain 7 and of nobody's. */
static const struct {
    const char *stat;
    bool is;
} threads[] = {
    { "913 (7.xvda-0) S 2 0 0 0 -1 2129984 0 0 0", true },
    { "914 (vif7.0-q0-guest-rx) S 2 0 0 0 -1 2129984 0 0 0", true },
    { "915 (vif7.12-q3-dealloc) I 2 0 0 0 -1 69238880 0 0 0", true },
    { "916 (70.xvda-0) S 2 0 0 0 -1 2129984 0 0 0", false },
    { "917 (vif70.0-q0-guest-rx) S 2 0 0 0 -1 2129984 0 0", false },
    { "918 (kworker/7.0) S 2 0 0 0 -1 69238880 0 0 0", false },
    /* programs may have any name */
    { "919 (7.xvda-0) S 1 919 919 0 -1 4194560 0 0 0", false },
    { "920 (x) S 2 (7.xvda-0) S 2 0 0 0 -1 2129984", false },
    { "921 (7.xvda-0) S 2 0", false },
    { "(7.xvda-0", false },
    { ") 7.xvda (", false },
    { "", false },
};

START_TEST(backend_threads)
{
    ck_assert_msg(zp__backend_thread(threads[_i].stat, 7) == threads[_i].is,
                  "%s", threads[_i].stat);
}
END_TEST

START_TEST(xl_conf_words)
{
    static const struct {
        const char *text;
        const char *value;
    } cases[] = {
        { "autoballoon=\"off\"\n", "off" },
        { "#autoballoon=\"off\"\n", "?" },
        { "# text\n\n  autoballoon = 'auto' # why\nvif.x=\"y\"", "auto" },
        { "autoballoon=1", "1" },
        { "autoballoon=on\nautoballoon=off\n", "off" },
        { "autoballooning=on\n", "?" },
        { "autoballoon\n=on\n", "?" },
        { "", "?" },
    };
    char value[8];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        strcpy(value, "?");
        zp__xl_conf_word(cases[i].text, "autoballoon", value, sizeof(value));
        ck_assert_str_eq(value, cases[i].value);
    }
}
END_TEST

START_TEST(pieces_cover_all)
{
    size_t len = (size_t)_i * ZP__PIECE + (size_t)(_i % 3) - 1;
    size_t i, nr, from, to, at = 0;

    if (_i == 0)
        len = 0;
    nr = zp__store_pieces(len, 0, &from, &to);
    for (i = 0; i < nr; i++) {
        zp__store_pieces(len, i, &from, &to);
        ck_assert_uint_eq(from, at);
        ck_assert(to > from && to - from <= ZP__PIECE);
        at = to;
    }
    ck_assert_uint_eq(at, len);
}
END_TEST

/* ---- Xen's ring -------------------------------------------------------- */

static const char dump_417[] =
    "(XEN) Memory location of each domain:\n"
    "(XEN) Domain 0 (total: 100):\n"
    "(XEN)     Node 0: 60\n(XEN)     Node 1: 40\n"
    "(XEN) Domain 12 (total: 9):\n"
    "(XEN)     Node 0: 9\n(XEN)     Node 1: 0\n"
    "(XEN) Domain 2 (total: 30):\n"
    "(XEN)     Node 0: 10\n(XEN)     Node 1: 20\n"
    "(XEN)      2 vnodes, 4 vcpus, guest physical layout:\n"
    "(XEN)          0: pnode   0, vcpus 0-1\n";
static const char dump_420[] =
    "(XEN) [2026-01-01 00:00:00] d12 (total: 9):\n"
    "(XEN) [2026-01-01 00:00:00]     Node 0: 9\n"
    "(XEN) [2026-01-01 00:00:00] d2 (total: 7):\n"
    "(XEN) [2026-01-01 00:00:00]     Node 0: 3\n"
    "(XEN) [2026-01-01 00:00:00]     Node 63: 4\n";

START_TEST(dump_good)
{
    uint64_t pages[ZP_MAX_PNODES];

    ck_assert_int_eq(zp__numa_dump_parse(dump_417, 2, pages, &err), ZP_OK);
    ck_assert_uint_eq(pages[0], 10);
    ck_assert_uint_eq(pages[1], 20);
    ck_assert_int_eq(zp__numa_dump_parse(dump_417, 12, pages, &err), ZP_OK);
    ck_assert_uint_eq(pages[0], 9);
    ck_assert_int_eq(zp__numa_dump_parse(dump_420, 2, pages, &err), ZP_OK);
    ck_assert_uint_eq(pages[0], 3);
    ck_assert_uint_eq(pages[63], 4);
}
END_TEST

/* While Xen prints, what is there is no answer: the sum tells. */
START_TEST(dump_half)
{
    uint64_t pages[ZP_MAX_PNODES] = { 7 };
    size_t len, whole = strstr(dump_417, "Node 1: 20\n") - dump_417 + 11;
    char half[sizeof(dump_417)];

    for (len = 0; len < whole; len++) {
        memcpy(half, dump_417, len);
        half[len] = '\0';
        ck_assert_int_eq(zp__numa_dump_parse(half, 2, pages, &err),
                         ZP_ERR_NOTFOUND);
    }
    ck_assert_int_eq(zp__numa_dump_parse(dump_417, 1, pages, &err),
                     ZP_ERR_NOTFOUND);
    ck_assert_int_eq(zp__numa_dump_parse("(XEN) d2 (total: 1):\n"
                                         "(XEN)     Node 64: 1\n", 2,
                                         pages, &err), ZP_ERR_RANGE);
    ck_assert_uint_eq(pages[0], 7);
}
END_TEST

/* A guest's console may be in the ring, and says what it likes. */
static const char *const forged[] = {
    /* in the middle of the domain's lines, and after them */
    "(XEN) d2 (total: 30):\n"
    "(d3)     Node 0: 30\n"
    "(XEN)     Node 0: 10\n"
    "(d3) (XEN)     Node 0: 30\n"
    "(XEN)     Node 1: 20\n"
    "(d3)     Node 1: 0\n"
    "(d3) d2 (total: 30):\n(d3)     Node 0: 30\n(d3)     Node 1: 0\n",
    /* with the times that Xen shows, or what looks like one */
    "(XEN) [  12.345678] d2 (total: 30):\n"
    "(XEN) [  12.345679]     Node 0: 10\n"
    "(XEN) [  12.345680]     Node 1: 20\n"
    "(d3) [  12.345681] (XEN) [  12.345681] d2 (total: 30):\n"
    "(d3) [  12.345682] (XEN) [  12.345682]     Node 0: 30\n",
    /* beside a line that Xen has not ended, and one whose beginning is lost */
    "...(XEN) d2 (total: 5):\n"
    "(XEN)     Node 0: 5\n"
    "(XEN) d2 (total: 30):\n"
    "(XEN)     Node 0: 10\n"
    "(XEN)     Node 1: 20\n"
    "(XEN) something(d3) d2 (total: 30):\n"
    "(d3) Node 0: 30\n",
    /* as Xen 4.17 calls it */
    "(XEN) Domain 2 (total: 30):\n"
    "(XEN)     Node 0: 10\n"
    "(XEN)     Node 1: 20\n"
    "(d3) Domain 2 (total: 30):\n(d3)     Node 0: 30\n",
};

START_TEST(dump_forged)
{
    uint64_t pages[ZP_MAX_PNODES] = { 0 };

    ck_assert_int_eq(zp__numa_dump_parse(forged[_i], 2, pages, &err), ZP_OK);
    ck_assert_uint_eq(pages[0], 10);
    ck_assert_uint_eq(pages[1], 20);
}
END_TEST

/* A second of a lock is what nobody has to ask for. */
START_TEST(walk_checked)
{
    uint64_t most = (uint64_t)64 << 20;

    ck_assert_int_eq(zp__walk_check(most, &err, "zone %s has", "web"), ZP_OK);
    ck_assert_int_eq(zp__walk_check(most + 1, &err, "zone %s has", "web"),
                     ZP_ERR_UNSUPPORTED);
    ck_assert_str_eq(err.msg, "zone web has 64 GiB: this Xen counts pages one "
                              "by one under a lock; --force does it above 64 "
                              "GiB");
    ck_assert_str_eq(err.limit, "memory");
}
END_TEST

/* ---- xl.cfg ------------------------------------------------------------ */

static const char cfg[] =
    "# a zone\n"
    "name = \"web = 1\"; type='pvh'\n"
    "vcpus = 2\nmaxvcpus = 4\nmemory = 512\n"
    "kernel = \"/k\"\nextra = \"quiet # no comment\"\nroot = '/dev/xvda'\n"
    "disk = [ '/a,raw,xvda,w', # first\n"
    "         \"/b]=[,raw,xvdb,r\" ]\n"
    "vif = [ 'bridge=xenbr0' ]\non_crash=\"preserve\"\n";

START_TEST(cfg_good)
{
    struct zp_zone_spec spec;

    ck_assert_msg(zp_zone_spec_from_xlcfg("f", cfg, strlen(cfg), &spec,
                                          &err) == ZP_OK, "%s", err.msg);
    ck_assert_str_eq(spec.request.name, "web = 1");
    ck_assert_uint_eq(spec.request.vcpus, 2);
    ck_assert_uint_eq(spec.request.max_vcpus, 4);
    ck_assert_uint_eq(spec.request.mem_kib, 512 * 1024);
    ck_assert_str_eq(spec.kernel, "/k");
    ck_assert_str_eq(spec.cmdline, "root=/dev/xvda quiet # no comment");
    ck_assert_uint_eq(spec.nr_disks, 2);
    ck_assert_str_eq(spec.disks[1], "/b]=[,raw,xvdb,r");
    ck_assert_uint_eq(spec.nr_vifs, 1);
    ck_assert_int_eq(spec.on_crash, ZP_ACTION_PRESERVE);
    zp_zone_spec_clear(&spec);
}
END_TEST

static const char *const bad_cfgs[][2] = {
    { "vcpus=1\nusb = 1\n", "f:2: the key usb is not supported for zones" },
    { "disk = [ 'a',\n'b' ]\nvnc=1\n",
      "f:3: the key vnc is not supported for zones" },
    { "name='x'\n\ncpus = \"0-3\"\n",
      "f:3: cpus: zoneplace decides the placement, leave this key out" },
    { "type = \"hvm\"\n", "f: type: zones are \"pvh\" or \"pv\"" },
    { "vcpus = \"many\"\n", "f: vcpus: not a number" },
    { "vcpus = 0\n", "f: vcpus: out of range" },
    { "on_reboot = \"rename-restart\"\n",
      "f: on_reboot: zones know destroy, restart and preserve" },
    { "name = [ 'a' ]\n", "f: name: not a text" },
};

START_TEST(cfg_bad)
{
    const char *text = bad_cfgs[_i][0];
    struct zp_zone_spec spec;

    ck_assert_int_lt(zp_zone_spec_from_xlcfg("f", text, strlen(text), &spec,
                                             &err), 0);
    ck_assert_str_eq(err.msg, bad_cfgs[_i][1]);
}
END_TEST

START_TEST(cfg_broken)
{
    static const char text[] = "name = \"x\nvcpus\n";
    struct zp_zone_spec spec;

    ck_assert_int_eq(zp_zone_spec_from_xlcfg("f", text, strlen(text), &spec,
                                             &err), ZP_ERR_PARSE);
    ck_assert_str_ne(err.msg, "");
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
    Suite *s = suite_create("xen text");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, options_good);
    tcase_add_loop_test(tc, options_bad, 0, COUNT(bad_options));
    tcase_add_loop_test(tc, cmdline_checked, 0,
                        sizeof(cmdlines) / sizeof(cmdlines[0]));
    tcase_add_test(tc, cmdline_made);
    tcase_add_test(tc, vif_good);
    tcase_add_loop_test(tc, vif_bad, 0, COUNT(bad_vifs));
    tcase_add_loop_test(tc, backend_threads, 0, COUNT(threads));
    tcase_add_test(tc, xl_conf_words);
    tcase_add_loop_test(tc, pieces_cover_all, 0, 9);
    tcase_add_test(tc, dump_good);
    tcase_add_test(tc, dump_half);
    tcase_add_loop_test(tc, dump_forged, 0, COUNT(forged));
    tcase_add_test(tc, walk_checked);
    tcase_add_test(tc, cfg_good);
    tcase_add_loop_test(tc, cfg_bad, 0, COUNT(bad_cfgs));
    tcase_add_test(tc, cfg_broken);
    return suite_run(s);
}
