/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory devices in a Secondary System Description Table (ACPI 6.5, 5.2.11.2
 * and 9.11), written in AML (20). One of them, as ASL has it:
 *
 *  Device (ZM00) {
 *    Name (_HID, EisaId ("PNP0C80"))
 *    Name (_UID, 0)
 *    Name (_PXM, 0)                       if the guest is shown its nodes
 *    Name (_CRS, ResourceTemplate () { QWordMemory (ResourceProducer,
 *      PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite, 0,
 *      start, end - 1, 0, end - start) })
 *    Name (_STA, 0x0F)
 *  }
 */
#include <stdio.h>

#include "render/acpi.h"

enum {
    /* AML 20.3 */
    OP_ZERO = 0x00,
    OP_ONE = 0x01,
    OP_NAME = 0x08,
    OP_BYTE = 0x0a,
    OP_DWORD = 0x0c,
    OP_SCOPE = 0x10,
    OP_BUFFER = 0x11,
    OP_EXT = 0x5b,
    OP_DEVICE = 0x82,

    NAME_SIZE = 1 + 4,                   /* NameOp and its name */
    CRS_SIZE = 46 + 2,                   /* QWORD descriptor and end tag */
    BUFFER_SIZE = 1 + 1 + 2 + CRS_SIZE,  /* op, length, size, bytes */
    LENGTH_SIZE = 2,                     /* of packages: always two bytes */
    SCOPE_HEAD = 1 + LENGTH_SIZE + 5,    /* op, length, "\_SB_" */
    DEVICE_HEAD = 2 + LENGTH_SIZE + 4,
    HID_PNP0C80 = 0x800cd041,            /* EISA id: 19.3.4 */
};

static size_t int_size(uint32_t value)
{
    return value > 1 ? 2 : 1;
}

static void put_int(struct zp__acpi *t, uint32_t value)
{
    if (value > 1)
        zp__acpi_put8(t, OP_BYTE);
    zp__acpi_put8(t, value ? value > 1 ? (uint8_t)value : OP_ONE : OP_ZERO);
}

static void put_name(struct zp__acpi *t, const char *name)
{
    zp__acpi_put8(t, OP_NAME);
    zp__acpi_put(t, name, 4);
}

/* 20.2.4: the length counts itself; its low four bits are in the first byte.
 * 32 devices are some 3 KiB, two bytes hold 4. */
static void put_length(struct zp__acpi *t, size_t len)
{
    zp__acpi_put8(t, (uint8_t)(0x40 | (len & 0xf)));
    zp__acpi_put8(t, (uint8_t)(len >> 4));
}

static size_t device_size(const struct zp_plan *plan, uint32_t uid,
                          uint32_t pxm)
{
    size_t size = DEVICE_HEAD + NAME_SIZE + 5 + NAME_SIZE + int_size(uid) +
                  NAME_SIZE + BUFFER_SIZE + NAME_SIZE + 2;

    return plan->show_numa ? size + NAME_SIZE + int_size(pxm) : size;
}

/* 6.4.3.5.1: QWord address space descriptor, in a buffer with an end tag. */
static void put_crs(struct zp__acpi *t, const struct zp_range *range)
{
    put_name(t, "_CRS");
    zp__acpi_put8(t, OP_BUFFER);
    zp__acpi_put8(t, BUFFER_SIZE - 1);   /* below 64: one byte is enough */
    zp__acpi_put8(t, OP_BYTE);
    zp__acpi_put8(t, CRS_SIZE);
    zp__acpi_put8(t, 0x8a);
    zp__acpi_put16(t, 46 - 3);
    zp__acpi_put8(t, 0);                 /* memory */
    zp__acpi_put8(t, 0x0c);              /* producer, both ends fixed */
    zp__acpi_put8(t, 0x03);              /* cacheable, read and write */
    zp__acpi_put64(t, 0);                /* granularity */
    zp__acpi_put64(t, range->start);
    zp__acpi_put64(t, range->end - 1);
    zp__acpi_put64(t, 0);                /* translation */
    zp__acpi_put64(t, range->end - range->start);
    zp__acpi_put8(t, 0x79);
    zp__acpi_put8(t, 0);                 /* no checksum */
}

static void put_device(struct zp__acpi *t, const struct zp_plan *plan,
                       uint32_t uid, const struct zp_range *range)
{
    uint32_t pxm = plan->vnode[range->vnode].pxm;
    char name[5];

    snprintf(name, sizeof(name), "ZM%02X", uid & 0xff);
    zp__acpi_put8(t, OP_EXT);
    zp__acpi_put8(t, OP_DEVICE);
    put_length(t, device_size(plan, uid, pxm) - 2);
    zp__acpi_put(t, name, 4);
    put_name(t, "_HID");
    zp__acpi_put8(t, OP_DWORD);
    zp__acpi_put32(t, HID_PNP0C80);
    put_name(t, "_UID");
    put_int(t, uid);
    if (plan->show_numa) {
        put_name(t, "_PXM");
        put_int(t, pxm);
    }
    put_crs(t, range);
    put_name(t, "_STA");
    put_int(t, 0x0f);                    /* present, enabled, works */
}

/* The ranges, and bytes of the scope that holds their devices; 0: none. */
static size_t measure(const struct zp_plan *plan,
                      struct zp_range ranges[ZP_MAX_VNODES + 1],
                      uint32_t *nr_out)
{
    size_t size = SCOPE_HEAD;
    uint32_t i, nr = 0;

    if (plan->growth == ZP_GROWTH_DEVICES)
        nr = zp_plan_future_ranges(plan, ranges);
    for (i = 0; i < nr; i++)
        size += device_size(plan, i, plan->vnode[ranges[i].vnode].pxm);
    *nr_out = nr;
    return nr ? size : 0;
}

size_t zp_ssdt_size(const struct zp_plan *plan)
{
    struct zp_range ranges[ZP_MAX_VNODES + 1];
    uint32_t nr;
    size_t scope = measure(plan, ranges, &nr);

    return scope ? ZP__ACPI_HEADER_SIZE + scope : 0;
}

int zp_ssdt_write(const struct zp_plan *plan, void *buf, size_t size,
                  struct zp_error *err)
{
    struct zp_range ranges[ZP_MAX_VNODES + 1];
    struct zp__acpi t = { buf, size, 0 };
    uint32_t nr, i;
    size_t scope = measure(plan, ranges, &nr);

    if (!scope)
        return zp__fail(err, ZP_ERR_INVAL, "memory-policy",
                        "no SSDT: the plan of \"%s\" has no memory devices",
                        plan->name);
    if (size != ZP__ACPI_HEADER_SIZE + scope)
        return zp__fail(err, ZP_ERR_INVAL, "size",
                        "the SSDT has %zu bytes, the buffer %zu",
                        ZP__ACPI_HEADER_SIZE + scope, size);
    zp__acpi_header(&t, "SSDT", 2, "ZONEPLAN");
    zp__acpi_put8(&t, OP_SCOPE);
    put_length(&t, scope - 1);
    zp__acpi_put(&t, "\\_SB_", 5);
    for (i = 0; i < nr; i++)
        put_device(&t, plan, i, &ranges[i]);
    zp__acpi_finish(&t);
    return ZP_OK;
}
