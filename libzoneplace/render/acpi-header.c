/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all ACPI tables have in common. */
#include <assert.h>
#include <string.h>

#include "render/acpi.h"

void zp__acpi_put(struct zp__acpi *t, const void *bytes, size_t len)
{
    assert(len <= t->size - t->at);
    memcpy(t->buf + t->at, bytes, len);
    t->at += len;
}

static void put_le(struct zp__acpi *t, uint64_t value, size_t len)
{
    uint8_t bytes[8];
    size_t i;

    for (i = 0; i < len; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    zp__acpi_put(t, bytes, len);
}

void zp__acpi_put8(struct zp__acpi *t, uint8_t value)
{
    put_le(t, value, 1);
}

void zp__acpi_put16(struct zp__acpi *t, uint16_t value)
{
    put_le(t, value, 2);
}

void zp__acpi_put32(struct zp__acpi *t, uint32_t value)
{
    put_le(t, value, 4);
}

void zp__acpi_put64(struct zp__acpi *t, uint64_t value)
{
    put_le(t, value, 8);
}

void zp__acpi_header(struct zp__acpi *t, const char *signature,
                     uint8_t revision, const char *table_id)
{
    /* ACPI 5.2.6, table 5.4 */
    zp__acpi_put(t, signature, 4);
    zp__acpi_put32(t, (uint32_t)t->size);
    zp__acpi_put8(t, revision);
    zp__acpi_put8(t, 0);                 /* checksum, see finish */
    zp__acpi_put(t, "ZPLACE", 6);        /* OEM id */
    zp__acpi_put(t, table_id, 8);        /* OEM table id */
    zp__acpi_put32(t, 1);                /* OEM revision */
    zp__acpi_put(t, "ZPLC", 4);          /* creator id */
    zp__acpi_put32(t, 1);                /* creator revision */
}

void zp__acpi_finish(struct zp__acpi *t)
{
    uint8_t sum = 0;
    size_t i;

    assert(t->at == t->size);
    for (i = 0; i < t->size; i++)
        sum = (uint8_t)(sum + t->buf[i]);
    t->buf[ZP__ACPI_CHECKSUM_AT] = (uint8_t)-sum;
}

int zp__acpi_check(const struct zp_plan *plan, const char *signature,
                   size_t size, size_t wanted, struct zp_error *err)
{
    if (!wanted)
        return zp__fail(err, ZP_ERR_INVAL, "vnuma",
                        "no %.4s: the plan of \"%s\" shows no nodes to its "
                        "guest", signature, plan->name);
    if (size != wanted)
        return zp__fail(err, ZP_ERR_INVAL, "size",
                        "the %.4s has %zu bytes, the buffer %zu", signature,
                        wanted, size);
    return ZP_OK;
}

uint32_t zp__nr_pxms(const struct zp_plan *plan)
{
    uint32_t nr = 0;
    uint32_t i;

    if (!plan->show_numa || plan->nr_vnodes > ZP_MAX_VNODES)
        return 0;
    for (i = 0; i < plan->nr_vnodes; i++) {
        if (plan->vnode[i].pxm >= ZP_MAX_VNODES)
            return 0;
        if (plan->vnode[i].pxm >= nr)
            nr = plan->vnode[i].pxm + 1;
    }
    return nr;
}
