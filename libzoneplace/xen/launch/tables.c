/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libxl's ACPI tables, and ours beside them. ACPI 6.5, 5.2.5 - 5.2.12. */
#include <string.h>

#include "xen/launch/launch.h"

enum {
    HEADER = 36,                 /* of every table */
    HEADER_LEN = 4,              /* offset of the length */
    HEADER_SUM = 9,              /* offset of the checksum */
    RSDP_XSDT = 24,
    RSDP_SUM = 8,                /* over the first 20 bytes */
    RSDP_SUM2 = 32,              /* over all 36 */
    MADT_ENTRIES = 44,
    ALIGN = 16,
};

static void put32(uint8_t *p, uint32_t v)
{
    unsigned i;

    for (i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

static void put64(uint8_t *p, uint64_t v)
{
    put32(p, (uint32_t)v);
    put32(p + 4, (uint32_t)(v >> 32));
}

static void fix_sum(uint8_t *table, size_t len, size_t at)
{
    uint8_t sum = 0;
    size_t i;

    table[at] = 0;
    for (i = 0; i < len; i++)
        sum = (uint8_t)(sum + table[i]);
    table[at] = (uint8_t)-sum;
}

/* The table at @gpa, if it is in the blob as a whole. */
static uint8_t *table_at(const struct zp__acpi *acpi, uint64_t gpa)
{
    uint64_t at = gpa - acpi->blob_gpa;
    uint32_t len;

    if (gpa < acpi->blob_gpa || at > acpi->blob_len ||
        acpi->blob_len - at < HEADER)
        return NULL;
    len = zp__get_le32(acpi->blob + at + HEADER_LEN);
    return len >= HEADER && len <= acpi->blob_len - at ? acpi->blob + at
                                                       : NULL;
}

/* In place: the DSDT counts on entries of eight bytes in the order of vcpu
 * ids, so none may be moved or widened. */
static int fix_madt(uint8_t *madt, const struct zp_plan *plan,
                    struct zp_error *err)
{
    uint32_t len = zp__get_le32(madt + HEADER_LEN), at, id;

    for (at = MADT_ENTRIES; at + 2 <= len; at += madt[at + 1]) {
        uint8_t *entry = madt + at;

        if (entry[1] < 2 || entry[1] > len - at)
            return zp__fail(err, ZP_ERR_PARSE, "acpi", "MADT: broken entry");
        if (entry[0] != 0 || entry[2] >= plan->nr_vcpu_ids)
            continue;
        id = zp_plan_apic_id(plan, entry[2]);
        if (id > 254)
            return zp__fail(err, ZP_ERR_RANGE, "vcpus",
                            "vcpu %u: APIC id %u is above 254", entry[2],
                            id);
        entry[3] = (uint8_t)id;
    }
    fix_sum(madt, len, HEADER_SUM);
    return ZP_OK;
}

static size_t aligned(size_t len)
{
    return (len + ALIGN - 1) / ALIGN * ALIGN;
}

static const struct {
    size_t (*size)(const struct zp_plan *plan);
    int (*write)(const struct zp_plan *plan, void *buf, size_t size,
                 struct zp_error *err);
} tables[] = {
    { zp_srat_size, zp_srat_write },
    { zp_slit_size, zp_slit_write },
    { zp_ssdt_size, zp_ssdt_write },
};
enum { NR_TABLES = sizeof(tables) / sizeof(tables[0]) };

size_t zp__tables_size(const struct zp_plan *plan)
{
    size_t size = 0, i;

    for (i = 0; i < NR_TABLES; i++)
        size += aligned(tables[i].size(plan));
    return size;
}

/* The tables, then a copy of @xsdt that has them too. */
static int make_block(const uint8_t *xsdt, const struct zp_plan *plan,
                      uint8_t **block_out, size_t *len_out, uint64_t *xsdt_gpa,
                      struct zp_error *err)
{
    uint32_t len = zp__get_le32(xsdt + HEADER_LEN);
    size_t xsdt_at = zp__tables_size(plan), at = 0, size, i;
    uint8_t *block = calloc(1, xsdt_at + len + 8 * NR_TABLES);
    int rc = ZP_OK;

    if (!block)
        return zp__nomem(err);
    memcpy(block + xsdt_at, xsdt, len);
    for (i = 0; i < NR_TABLES && !rc; i++) {
        size = tables[i].size(plan);
        if (!size)
            continue;
        rc = tables[i].write(plan, block + at, size, err);
        put64(block + xsdt_at + len, ZP__TABLES_GPA + at);
        len += 8;
        at += aligned(size);
    }
    if (rc) {
        free(block);
        return rc;
    }
    put32(block + xsdt_at + HEADER_LEN, len);
    fix_sum(block + xsdt_at, len, HEADER_SUM);
    *block_out = block;
    *len_out = xsdt_at + len;
    *xsdt_gpa = ZP__TABLES_GPA + xsdt_at;
    return ZP_OK;
}

/* The plan's ids into the MADT that the RSDP leads to; the XSDT on the way. */
static int fix_ids(struct zp__acpi *acpi, const struct zp_plan *plan,
                   uint8_t **xsdt_out, struct zp_error *err)
{
    uint8_t *xsdt = table_at(acpi, zp__get_le64(acpi->rsdp + RSDP_XSDT));
    uint8_t *table;
    bool madt = false;
    uint32_t at, len;
    int rc;

    if (memcmp(acpi->rsdp, "RSD PTR ", 8) != 0 || !xsdt ||
        memcmp(xsdt, "XSDT", 4) != 0)
        return zp__fail(err, ZP_ERR_PARSE, "acpi",
                        "libxl's RSDP does not lead to an XSDT");
    len = zp__get_le32(xsdt + HEADER_LEN);
    for (at = HEADER; at + 8 <= len; at += 8) {
        table = table_at(acpi, zp__get_le64(xsdt + at));
        if (!table || memcmp(table, "APIC", 4) != 0)
            continue;
        rc = fix_madt(table, plan, err);
        if (rc)
            return rc;
        madt = true;
    }
    if (!madt)
        return zp__fail(err, ZP_ERR_PARSE, "acpi", "libxl made no MADT");
    *xsdt_out = xsdt;
    return ZP_OK;
}

int zp__tables_ids(struct zp__acpi *acpi, const struct zp_plan *plan,
                   struct zp_error *err)
{
    uint8_t *xsdt;

    return fix_ids(acpi, plan, &xsdt, err);
}

int zp__tables_extend(struct zp__acpi *acpi, const struct zp_plan *plan,
                      uint8_t **block_out, size_t *len_out,
                      struct zp_error *err)
{
    uint64_t xsdt_gpa = 0;
    uint8_t *xsdt = NULL;
    int rc = fix_ids(acpi, plan, &xsdt, err);

    if (!rc)
        rc = make_block(xsdt, plan, block_out, len_out, &xsdt_gpa, err);
    if (rc)
        return rc;
    put64(acpi->rsdp + RSDP_XSDT, xsdt_gpa);
    fix_sum(acpi->rsdp, 20, RSDP_SUM);
    fix_sum(acpi->rsdp, 36, RSDP_SUM2);
    return ZP_OK;
}
