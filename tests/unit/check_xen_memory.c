/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SRAT and E820 to true sizes. */
#include <string.h>

#include <check.h>

#include "../suite.h"
#include "xen/xen.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

struct table {
    uint8_t buf[1024];
    size_t len;
};

static void put(struct table *t, size_t at, uint64_t v, unsigned n)
{
    unsigned i;

    for (i = 0; i < n; i++)
        t->buf[at + i] = (uint8_t)(v >> 8 * i);
}

static void finish(struct table *t)
{
    put(t, 4, t->len, 4);
}

static void start(struct table *t)
{
    memset(t, 0, sizeof(*t));
    memcpy(t->buf, "SRAT", 4);
    t->len = 48;
    finish(t);
}

static void add_cpu(struct table *t, uint32_t pxm, uint8_t apic)
{
    uint8_t *e = t->buf + t->len;

    e[0] = 0;
    e[1] = 16;
    e[2] = (uint8_t)pxm;
    e[3] = apic;
    put(t, t->len + 4, 1, 4);
    t->len += 16;
    finish(t);
}

static void add_x2apic(struct table *t, uint32_t pxm, uint32_t id)
{
    t->buf[t->len] = 2;
    t->buf[t->len + 1] = 24;
    put(t, t->len + 4, pxm, 4);
    put(t, t->len + 8, id, 4);
    put(t, t->len + 12, 1, 4);
    t->len += 24;
    finish(t);
}

static void add_memory(struct table *t, uint32_t pxm, uint64_t from,
                       uint64_t len, uint32_t flags)
{
    t->buf[t->len] = 1;
    t->buf[t->len + 1] = 40;
    put(t, t->len + 2, pxm, 4);
    put(t, t->len + 8, from, 8);
    put(t, t->len + 16, len, 8);
    put(t, t->len + 28, flags, 4);
    t->len += 40;
    finish(t);
}

/* A PC of two nodes: RAM below and above the hole under 4 GiB. */
static const struct zp__e820 ram[] = {
    { 0, 640 * 1024 },
    { MIB, 2 * GIB },
    { 4 * GIB, 6 * GIB },
};

START_TEST(spans_are_not_sizes)
{
    uint64_t bytes[ZP_MAX_PNODES];
    struct table t;
    uint32_t nr;

    start(&t);
    add_cpu(&t, 0, 0);
    add_cpu(&t, 1, 2);
    add_memory(&t, 0, 0, 640 * 1024, 1);
    add_memory(&t, 0, MIB, GIB - MIB, 1);
    add_memory(&t, 1, GIB, GIB, 1);
    /* Beyond the hole: node 1 spans 5 GiB and has 3. */
    add_memory(&t, 1, 4 * GIB, 2 * GIB, 1);
    ck_assert_int_eq(zp__srat_true_sizes(t.buf, t.len, ram, 3, bytes, &nr,
                                         NULL), ZP_OK);
    ck_assert_uint_eq(nr, 2);
    ck_assert_uint_eq(bytes[0], GIB - MIB + 640 * 1024);
    ck_assert_uint_eq(bytes[1], 3 * GIB);
}
END_TEST

/* Hot-pluggable ranges name addresses without memory. */
START_TEST(only_ram_counts)
{
    uint64_t bytes[ZP_MAX_PNODES];
    struct table t;
    uint32_t nr;

    start(&t);
    add_memory(&t, 0, 0, 1024 * GIB, 1);
    add_memory(&t, 1, 4 * GIB, GIB, 0);
    ck_assert_int_eq(zp__srat_true_sizes(t.buf, t.len, ram, 3, bytes, &nr,
                                         NULL), ZP_OK);
    ck_assert_uint_eq(nr, 1);
    ck_assert_uint_eq(bytes[0], 4 * GIB - MIB + 640 * 1024);
}
END_TEST

/* Xen numbers domains as it meets them: x2APIC entries, then APIC ones, then
 * memory, wherever they stand in the table. */
START_TEST(nodes_are_numbered_as_xen_does)
{
    uint64_t bytes[ZP_MAX_PNODES];
    struct table t;
    uint32_t nr;

    start(&t);
    add_memory(&t, 9, 4 * GIB, GIB, 1);
    add_memory(&t, 7, 5 * GIB, GIB / 2, 1);
    add_cpu(&t, 7, 0);
    add_x2apic(&t, 300, 256);
    add_memory(&t, 300, GIB, GIB / 4, 1);
    ck_assert_int_eq(zp__srat_true_sizes(t.buf, t.len, ram, 3, bytes, &nr,
                                         NULL), ZP_OK);
    ck_assert_uint_eq(nr, 3);
    ck_assert_uint_eq(bytes[0], GIB / 4);
    ck_assert_uint_eq(bytes[1], GIB / 2);
    ck_assert_uint_eq(bytes[2], GIB);
}
END_TEST

/* Every cut of a good table, and every length byte spoilt: no read beyond the
 * buffer (valgrind and ASan look on), and no success with a lie. */
START_TEST(firmware_may_be_broken)
{
    uint64_t bytes[ZP_MAX_PNODES];
    struct zp_error err;
    struct table t;
    uint32_t nr = 77;
    size_t len;
    void *cut;

    start(&t);
    add_cpu(&t, 0, 0);
    add_memory(&t, 0, 0, GIB, 1);
    for (len = 0; len < t.len; len++) {
        cut = malloc(len + 1);
        memcpy(cut, t.buf, len);
        ck_assert_int_eq(zp__srat_true_sizes(cut, len, ram, 3, bytes, &nr,
                                             &err), ZP_ERR_PARSE);
        free(cut);
    }
    t.buf[49] = 0;
    ck_assert_int_eq(zp__srat_true_sizes(t.buf, t.len, ram, 3, bytes, &nr,
                                         &err), ZP_ERR_PARSE);
    ck_assert_str_eq(err.msg, "SRAT: broken entry at byte 48");
    t.buf[49] = 15;
    ck_assert_int_eq(zp__srat_true_sizes(t.buf, t.len, ram, 3, bytes, &nr,
                                         &err), ZP_ERR_PARSE);
    t.buf[49] = 255;
    ck_assert_int_eq(zp__srat_true_sizes(t.buf, t.len, ram, 3, bytes, &nr,
                                         &err), ZP_ERR_PARSE);
    ck_assert_uint_eq(nr, 77);
    start(&t);
    add_memory(&t, 0, UINT64_MAX - 5, 10, 1);
    ck_assert_int_eq(zp__srat_true_sizes(t.buf, t.len, ram, 3, bytes, &nr,
                                         &err), ZP_ERR_PARSE);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("xen memory");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, spans_are_not_sizes);
    tcase_add_test(tc, only_ram_counts);
    tcase_add_test(tc, nodes_are_numbered_as_xen_does);
    tcase_add_test(tc, firmware_may_be_broken);
    return suite_run(s);
}
