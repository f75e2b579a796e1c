/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SRAT and SLIT beside libxl's tables, in memory. */
#include <string.h>

#include <check.h>

#include "../suite.h"
#include "xen/launch/launch.h"

#define BLOB_GPA ((uint64_t)0xfc001000)

/* RSDP, and a blob with an XSDT (one entry) at 0 and a MADT at 256. */
struct fixture {
    uint8_t rsdp[36];
    uint8_t blob[512];
    struct zp__acpi acpi;
    struct zp_plan plan;
};

static void put(uint8_t *p, uint64_t v, unsigned n)
{
    unsigned i;

    for (i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

static uint64_t get(const uint8_t *p, unsigned n)
{
    return n ? p[0] | get(p + 1, n - 1) << 8 : 0;
}

static uint8_t sum(const uint8_t *p, size_t len)
{
    uint8_t total = 0;

    while (len--)
        total = (uint8_t)(total + *p++);
    return total;
}

static void setup(struct fixture *f)
{
    uint8_t *madt = f->blob + 256;
    unsigned i;

    memset(f, 0, sizeof(*f));
    memcpy(f->rsdp, "RSD PTR ", 8);
    put(f->rsdp + 24, BLOB_GPA, 8);
    memcpy(f->blob, "XSDT", 4);
    put(f->blob + 4, 36 + 8, 4);
    put(f->blob + 36, BLOB_GPA + 256, 8);
    memcpy(madt, "APIC", 4);
    put(madt + 4, 44 + 4 * 8, 4);
    for (i = 0; i < 4; i++) {
        uint8_t *e = madt + 44 + 8 * i;

        e[1] = 8;
        e[2] = (uint8_t)i;
        e[3] = 99;
        e[4] = 1;
    }
    f->acpi = (struct zp__acpi){ f->rsdp, f->blob, BLOB_GPA,
                                 sizeof(f->blob) };
    f->plan.type = ZP_GUEST_PVH;
    f->plan.tier = ZP_TIER_STOCK;
    f->plan.show_numa = true;
    f->plan.nr_vnodes = f->plan.nr_cpu_vnodes = 2;
    f->plan.vcpus = f->plan.max_vcpus = f->plan.nr_vcpu_ids = 4;
    f->plan.vcpu_stride = 2;
    f->plan.mem_kib = 512 * 1024;
    for (i = 0; i < 2; i++) {
        f->plan.vnode[i].pxm = i;
        f->plan.vnode[i].first_vcpu = 2 * i;
        f->plan.vnode[i].nr_vcpus = 2;
        f->plan.vnode[i].mem_kib = 256 * 1024;
        f->plan.dist[i * 2 + i] = 10;
        f->plan.dist[i * 2 + 1 - i] = 32;
    }
}

START_TEST(all_is_linked_and_summed)
{
    struct zp_error err = { .code = 0 };
    const uint8_t *xsdt;
    struct fixture f;
    uint8_t *block;
    size_t len;
    unsigned i;

    setup(&f);
    ck_assert_msg(zp__tables_extend(&f.acpi, &f.plan, &block, &len, &err) ==
                  ZP_OK, "%s", err.msg);
    ck_assert_uint_eq(sum(f.rsdp, 20), 0);
    ck_assert_uint_eq(sum(f.rsdp, 36), 0);
    xsdt = block + (get(f.rsdp + 24, 8) - ZP__TABLES_GPA);
    ck_assert_mem_eq(xsdt, "XSDT", 4);
    ck_assert_uint_eq(get(xsdt + 4, 4), 36 + 3 * 8);
    ck_assert_ptr_eq(xsdt + get(xsdt + 4, 4), block + len);
    ck_assert_uint_eq(sum(xsdt, get(xsdt + 4, 4)), 0);
    ck_assert_uint_eq(get(xsdt + 36, 8), BLOB_GPA + 256);
    ck_assert_mem_eq(block + get(xsdt + 44, 8) - ZP__TABLES_GPA, "SRAT", 4);
    ck_assert_mem_eq(block + get(xsdt + 52, 8) - ZP__TABLES_GPA, "SLIT", 4);
    for (i = 0; i < 4; i++)
        ck_assert_uint_eq(f.blob[256 + 44 + 8 * i + 3],
                          zp_plan_apic_id(&f.plan, i));
    ck_assert_uint_eq(sum(f.blob + 256, 44 + 4 * 8), 0);
    free(block);
}
END_TEST

/* A zone that grows has its devices, shown its nodes or not. */
START_TEST(devices_are_linked)
{
    struct zp_error err = { .code = 0 };
    const uint8_t *xsdt;
    struct fixture f;
    uint8_t *block;
    size_t len, at;

    setup(&f);
    f.plan.growth = ZP_GROWTH_DEVICES;
    f.plan.memory_policy = ZP_MEMORY_DYNAMIC;
    f.plan.vnode[1].max_mem_kib = 512 * 1024;
    f.plan.vnode[0].max_mem_kib = 256 * 1024;
    f.plan.show_numa = _i == 0;
    ck_assert_msg(zp__tables_extend(&f.acpi, &f.plan, &block, &len, &err) ==
                  ZP_OK, "%s", err.msg);
    xsdt = block + (get(f.rsdp + 24, 8) - ZP__TABLES_GPA);
    at = _i == 0 ? 60 : 44;
    ck_assert_uint_eq(get(xsdt + 4, 4), at + 8);
    ck_assert_ptr_eq(xsdt + at + 8, block + len);
    ck_assert_uint_eq(sum(xsdt, at + 8), 0);
    ck_assert_mem_eq(block + get(xsdt + at, 8) - ZP__TABLES_GPA, "SSDT", 4);
    ck_assert_uint_gt(zp__tables_size(&f.plan), zp_ssdt_size(&f.plan) - 1);
    free(block);
}
END_TEST

/* What another libxl might hand over is refused and left as it is. */
START_TEST(strange_tables)
{
    struct zp_error err = { .code = 0 };
    struct fixture f, before;
    uint8_t *block = NULL;
    size_t len;

    setup(&f);
    switch (_i) {
    case 0:
        f.rsdp[0] = 'X';
        break;
    case 1:
        put(f.rsdp + 24, BLOB_GPA - 8, 8);
        break;
    case 2:
        put(f.rsdp + 24, BLOB_GPA + sizeof(f.blob) - 8, 8);
        break;
    case 3:
        put(f.blob + 4, sizeof(f.blob) + 1, 4);
        break;
    case 4:
        f.blob[256] = 'X';
        break;
    default:
        f.blob[256 + 44 + 1] = 0;
        break;
    }
    before = f;
    ck_assert_int_eq(zp__tables_extend(&f.acpi, &f.plan, &block, &len, &err),
                     ZP_ERR_PARSE);
    ck_assert_ptr_null(block);
    ck_assert_mem_eq(f.rsdp, before.rsdp, sizeof(f.rsdp));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("xen tables");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, all_is_linked_and_summed);
    tcase_add_loop_test(tc, devices_are_linked, 0, 2);
    tcase_add_loop_test(tc, strange_tables, 0, 6);
    return suite_run(s);
}
