/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ACPI tables read back by a decoder that shares nothing with the renderer,
 * texts by what they must hold.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "oom.h"
#include "plans.h"

static struct zp_error err;

/* ---- ACPI -------------------------------------------------------------- */

struct table {
    uint8_t *buf;
    size_t len;
};

static uint64_t get(const struct table *t, size_t at, size_t len)
{
    uint64_t value = 0;

    ck_assert_msg(at + len <= t->len, "field at %zu beyond the table", at);
    while (len--)
        value = value << 8 | t->buf[at + len];
    return value;
}

static struct table write_table(const struct zp_plan *plan, bool srat)
{
    struct table t;

    t.len = srat ? zp_srat_size(plan) : zp_slit_size(plan);
    t.buf = malloc(t.len);
    ck_assert_ptr_nonnull(t.buf);
    memset(t.buf, 0xa5, t.len);
    ck_assert_int_eq(srat ? zp_srat_write(plan, t.buf, t.len, &err)
                          : zp_slit_write(plan, t.buf, t.len, &err), ZP_OK);
    return t;
}

static void check_header(const struct table *t, const char *signature,
                         unsigned revision)
{
    uint8_t sum = 0;
    size_t i;

    ck_assert_int_eq(memcmp(t->buf, signature, 4), 0);
    ck_assert_uint_eq(get(t, 4, 4), t->len);
    ck_assert_uint_eq(get(t, 8, 1), revision);
    ck_assert_int_eq(memcmp(t->buf + 10, "ZPLACE", 6), 0);
    ck_assert_int_eq(memcmp(t->buf + 16, "ZONEPLAN", 8), 0);
    for (i = 0; i < t->len; i++)
        sum = (uint8_t)(sum + t->buf[i]);
    ck_assert_uint_eq(sum, 0);
}

/* A processor entry at @at is that of vcpu @id; its length. */
static size_t check_vcpu(const struct table *t, size_t at,
                         const struct zp_plan *plan, uint32_t id)
{
    bool wide = get(t, at, 1) == 2;
    uint64_t apic_id = wide ? get(t, at + 8, 4) : get(t, at + 3, 1);
    uint64_t flags = wide ? get(t, at + 12, 4) : get(t, at + 4, 4);
    uint64_t pxm = wide ? get(t, at + 4, 4)
                        : get(t, at + 2, 1) | get(t, at + 9, 3) << 8;
    uint32_t vnode = zp_plan_vnode_of(plan, id);

    ck_assert_uint_eq(get(t, at, 1), wide ? 2 : 0);
    ck_assert_uint_eq(get(t, at + 1, 1), wide ? 24 : 16);
    ck_assert_uint_eq(apic_id, zp_plan_apic_id(plan, id));
    ck_assert_int_eq(wide, apic_id > 254);
    ck_assert_uint_eq(pxm, plan->vnode[vnode].pxm);
    ck_assert_uint_eq(flags, zp_plan_has_vcpu(plan, id) ? 1 : 0);
    return wide ? 24 : 16;
}

static size_t check_memory(const struct table *t, size_t at,
                           const struct zp_plan *plan, uint64_t *sums,
                           bool future)
{
    uint64_t pxm = get(t, at + 2, 4);
    uint64_t base = get(t, at + 8, 8), len = get(t, at + 16, 8);

    ck_assert_uint_eq(get(t, at, 1), 1);
    ck_assert_uint_eq(get(t, at + 1, 1), 40);
    ck_assert_uint_eq(get(t, at + 28, 4), 1 | 2 * future);
    ck_assert_uint_lt(pxm, plan->nr_vnodes);
    ck_assert_uint_gt(len, 0);
    /* nothing lies in the hole */
    ck_assert(base + len <= ZP_HOLE_START || base >= ZP_HOLE_END);
    sums[pxm] += len;
    return 40;
}

START_TEST(srat_is_what_was_planned)
{
    uint64_t sums[ZP_MAX_VNODES] = { 0 }, wanted[ZP_MAX_VNODES] = { 0 };
    struct zp_range ranges[ZP_MAX_VNODES + 1];
    struct zp_plan plan;
    struct table t;
    size_t at = 48;
    uint32_t i;

    ck_assert(plan_by_name(plan_names[_i], &plan));
    if (!plan.show_numa)
        return;
    t = write_table(&plan, true);
    check_header(&t, "SRAT", 3);
    ck_assert_uint_eq(get(&t, 36, 4), 1);
    ck_assert_uint_eq(get(&t, 40, 8), 0);
    for (i = 0; i < plan.nr_vcpu_ids; i++)
        at += check_vcpu(&t, at, &plan, i);
    for (i = 0; i < zp_plan_ranges(&plan, ranges); i++)
        at += check_memory(&t, at, &plan, sums, false);
    for (i = 0; i < plan.nr_vnodes; i++)
        wanted[plan.vnode[i].pxm] += plan.vnode[i].mem_kib * 1024;
    ck_assert_int_eq(memcmp(sums, wanted, sizeof(sums)), 0);
    /* What may come later, in whole memory blocks (of 128 MiB here). */
    while (at < t.len)
        at += check_memory(&t, at, &plan, sums, true);
    ck_assert_uint_eq(at, t.len);
    for (i = 0; i < plan.nr_vnodes; i++)
        wanted[plan.vnode[i].pxm] +=
            (plan.vnode[i].max_mem_kib - plan.vnode[i].mem_kib + 131071) /
            131072 * 131072 * 1024;
    ck_assert_int_eq(memcmp(sums, wanted, sizeof(sums)), 0);
    free(t.buf);
}
END_TEST

START_TEST(slit_is_what_was_planned)
{
    struct zp_plan plan;
    struct table t;
    uint32_t i, j, nr, dist;

    ck_assert(plan_by_name(plan_names[_i], &plan));
    if (!plan.show_numa)
        return;
    t = write_table(&plan, false);
    check_header(&t, "SLIT", 1);
    nr = (uint32_t)get(&t, 36, 8);
    ck_assert_uint_eq(t.len, 44 + nr * nr);
    for (i = 0; i < plan.nr_vnodes; i++) {
        for (j = 0; j < plan.nr_vnodes; j++) {
            uint32_t from = plan.vnode[i].pxm, to = plan.vnode[j].pxm;

            dist = (uint32_t)get(&t, 44 + from * nr + to, 1);
            if (from == to)
                ck_assert_uint_eq(dist, 10);
            else
                ck_assert_uint_gt(dist, 10);
            if (plan.truth && from != to &&
                plan.dist[i * plan.nr_vnodes + j] > 10)
                ck_assert_uint_eq(dist, plan.dist[i * plan.nr_vnodes + j]);
        }
    }
    free(t.buf);
}
END_TEST

START_TEST(wide_ids_get_x2apic_entries)
{
    struct zp_plan plan;
    struct table t;

    ck_assert(plan_by_name("wide", &plan));
    t = write_table(&plan, true);
    ck_assert_uint_eq(get(&t, 48 + 127 * 16, 1), 0);
    ck_assert_uint_eq(get(&t, 48 + 127 * 16 + 3, 1), 254);
    ck_assert_uint_eq(get(&t, 48 + 128 * 16, 1), 2);
    ck_assert_uint_eq(get(&t, 48 + 128 * 16 + 8, 4), 256);
    free(t.buf);
}
END_TEST

START_TEST(padding_is_listed_and_not_enabled)
{
    struct zp_plan plan;
    struct table t;
    uint32_t i;

    ck_assert(plan_by_name("two", &plan));
    t = write_table(&plan, true);
    for (i = 0; i < 8; i++)
        ck_assert_uint_eq(get(&t, 48 + i * 16 + 4, 4), i % 4 != 3);
    free(t.buf);
}
END_TEST

START_TEST(tables_refuse)
{
    struct zp_plan plan;
    uint8_t buf[64];

    ck_assert(plan_by_name("flat", &plan));
    ck_assert_uint_eq(zp_srat_size(&plan), 0);
    ck_assert_uint_eq(zp_slit_size(&plan), 0);
    ck_assert_int_eq(zp_srat_write(&plan, buf, 0, &err), ZP_ERR_INVAL);
    ck_assert_str_eq(err.limit, "vnuma");
    ck_assert_str_eq(err.msg, "no SRAT: the plan of \"flat\" shows no nodes "
                     "to its guest");
    ck_assert_int_eq(zp_slit_write(&plan, buf, 0, &err), ZP_ERR_INVAL);

    ck_assert(plan_by_name("two", &plan));
    ck_assert_int_eq(zp_slit_write(&plan, buf, sizeof(buf), &err),
                     ZP_ERR_INVAL);
    ck_assert_str_eq(err.msg, "the SLIT has 48 bytes, the buffer 64");
    ck_assert_int_eq(zp_srat_write(&plan, buf, sizeof(buf), NULL),
                     ZP_ERR_INVAL);
    plan.vnode[1].pxm = ZP_MAX_VNODES;
    ck_assert_uint_eq(zp_slit_size(&plan), 0);
}
END_TEST

/* ---- texts ------------------------------------------------------------- */

START_TEST(xlcfg_names_stay_in_their_quotes)
{
    struct zp_plan plan;
    static const char wanted[] = "name = \"a\\\"?vcpus=9\\\\?\xc3\xbc'\"\n";
    char *text, *c;
    unsigned quotes = 0;

    ck_assert(plan_by_name("flat", &plan));
    strcpy(plan.name, "a\"\nvcpus=9\\\x7f\xc3\xbc'");
    ck_assert_int_eq(zp_plan_to_xlcfg(NULL, &plan, &text, &err), ZP_OK);
    c = strstr(text, "name = ");
    ck_assert_ptr_nonnull(c);
    ck_assert_int_eq(strncmp(c, wanted, strlen(wanted)), 0);
    for (c = text; *c; c++)
        quotes += *c == '"';
    ck_assert_uint_eq(quotes % 2, 1); /* the escaped one */
    free(text);
}
END_TEST

START_TEST(xlcfg_of_pv_has_no_vnuma)
{
    struct zp_plan plan;
    char *text;

    ck_assert(plan_by_name("flat", &plan));
    plan.type = ZP_GUEST_PV;
    ck_assert_int_eq(zp_plan_to_xlcfg(NULL, &plan, &text, &err), ZP_OK);
    ck_assert_ptr_nonnull(strstr(text, "type = \"pv\"\n"));
    ck_assert_ptr_null(strstr(text, "vnuma = "));
    free(text);
}
END_TEST

/* ---- hosts ------------------------------------------------------------- */

/* @nr nodes of 8 pcpus; packages of four at distance 12, else 32. */
static void make_host(uint32_t nr, struct zp_topology **topo,
                      struct zp_load **load)
{
    uint32_t dist[ZP_MAX_PNODES * ZP_MAX_PNODES];
    struct zp_pnode_desc desc;
    uint32_t i, j;

    ck_assert_int_eq(zp_topology_new(topo, &err), ZP_OK);
    zp_topology_set_name(*topo, "made");
    for (i = 0; i < nr; i++) {
        memset(&desc, 0, sizeof(desc));
        desc.os_id = i;
        desc.mem_kib = (uint64_t)64 << 20;
        for (j = 0; j < 8; j++)
            zp_pcpuset_add(&desc.pcpus, i + j * nr);
        ck_assert_int_eq(zp_topology_add_pnode(*topo, &desc, &err), ZP_OK);
        for (j = 0; j < nr; j++)
            dist[i * nr + j] = i == j ? 10 : i / 4 == j / 4 ? 12 : 32;
    }
    ck_assert_int_eq(zp_topology_set_distances(*topo, dist, nr, &err),
                     ZP_OK);
    ck_assert_int_eq(zp_topology_freeze(*topo, &err), ZP_OK);
    ck_assert_int_eq(zp_load_new(*topo, load, &err), ZP_OK);
}

static unsigned nr_of(const char *text, char c)
{
    unsigned nr = 0;

    for (; *text; text++)
        nr += *text == c;
    return nr;
}

static void check_width(const char *text, size_t max)
{
    const char *line, *end;

    for (line = text; *line; line = end + 1) {
        end = strchr(line, '\n');
        ck_assert_ptr_nonnull(end);
        ck_assert_msg((size_t)(end - line) <= max, "%zu columns: %.*s",
                      (size_t)(end - line), (int)(end - line), line);
        if (end > line)
            ck_assert_msg(end[-1] != ' ', "blank at the end: %.*s",
                          (int)(end - line), line);
    }
}

START_TEST(drawings_fit_the_page)
{
    static const uint32_t sizes[] = { 1, 2, 8, 18, 19, 64 };
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp_plan plan;
    char *text;

    ck_assert(plan_by_name("two", &plan));
    make_host(sizes[_i], &topo, &load);
    ck_assert_int_eq(zp_load_set_free(load, 0, 1 << 20, &err), ZP_OK);
    ck_assert_int_eq(zp_load_set_reserve(load, 0, 1 << 18, &err), ZP_OK);
    ck_assert_int_eq(zp_host_to_text(topo, load, &plan, 160, &text, &err),
                     ZP_OK);
    check_width(text, 160);
    free(text);
    ck_assert_int_eq(zp_host_to_text(topo, load, &plan, 79, &text, &err),
                     ZP_ERR_RANGE);
    ck_assert_int_eq(zp_host_to_text(topo, load, &plan, 321, &text, &err),
                     ZP_ERR_RANGE);
    ck_assert_int_eq(zp_host_to_text(topo, load, &plan, 80, &text, &err),
                     ZP_OK);
    check_width(text, 80);
    if (sizes[_i] == 8) {
        /* seen in the bar, however small; and in the legend */
        ck_assert_uint_ge(nr_of(text, '@'), plan.nr_vnodes + 1);
        ck_assert_ptr_nonnull(strstr(text, "=> vnode 0 "));
        ck_assert_ptr_nonnull(strstr(text,
                                     "group 1, at distance 12 of each"));
    }
    free(text);
    zp_load_free(load);
    zp_topology_free(topo);
}
END_TEST

/* ---- out of memory ----------------------------------------------------- */

START_TEST(texts_survive_failed_allocations)
{
    static char untouched[] = "untouched";
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp_plan plan;
    char *text;
    bool hit = true;
    long nth;
    int rc;

    ck_assert(plan_by_name("hole", &plan));
    make_host(24, &topo, &load);
    for (nth = 0; hit; nth++) {
        text = untouched;
        oom_arm(nth);
        if (_i == 0)
            rc = zp_plan_to_text(topo, &plan, &text, &err);
        else if (_i == 1)
            rc = zp_plan_to_xlcfg(topo, &plan, &text, &err);
        else if (_i == 2)
            rc = zp_plan_to_libvirt(&plan, ZP_LIBVIRT_KVM, &text, &err);
        else if (_i == 3)
            rc = zp_plan_to_qemu(&plan, &text, &err);
        else
            rc = zp_host_to_text(topo, load, &plan, 80, &text, &err);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
        if (hit)
            ck_assert_ptr_eq(text, untouched);
    }
    ck_assert_int_gt(nth, 1);
    free(text);
    zp_load_free(load);
    zp_topology_free(topo);
}
END_TEST

static Suite *render_suite(void)
{
    Suite *s = suite_create("render");
    TCase *acpi = tcase_create("acpi");
    TCase *texts = tcase_create("texts");
    int nr = 0;

    while (plan_names[nr])
        nr++;
    tcase_add_loop_test(acpi, srat_is_what_was_planned, 0, nr);
    tcase_add_loop_test(acpi, slit_is_what_was_planned, 0, nr);
    tcase_add_test(acpi, wide_ids_get_x2apic_entries);
    tcase_add_test(acpi, padding_is_listed_and_not_enabled);
    tcase_add_test(acpi, tables_refuse);
    suite_add_tcase(s, acpi);
    tcase_add_test(texts, xlcfg_names_stay_in_their_quotes);
    tcase_add_test(texts, xlcfg_of_pv_has_no_vnuma);
    tcase_add_loop_test(texts, drawings_fit_the_page, 0, 6);
    tcase_add_loop_test(texts, texts_survive_failed_allocations, 0, 5);
    suite_add_tcase(s, texts);
    return s;
}

int main(void)
{
    return suite_run(render_suite());
}
