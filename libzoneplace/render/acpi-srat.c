/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System Resource Affinity Table, ACPI 6.5, 5.2.16. */
#include "render/acpi.h"

enum {
    SRAT_REVISION = 3,
    SRAT_HEADER_SIZE = ZP__ACPI_HEADER_SIZE + 12,
    LAPIC_SIZE = 16,
    MEMORY_SIZE = 40,
    X2APIC_SIZE = 24,

    TYPE_LAPIC = 0,
    TYPE_MEMORY = 1,
    TYPE_X2APIC = 2,

    FLAG_ENABLED = 1,
    FLAG_HOT_PLUGGABLE = 2,

    MAX_LAPIC_ID = 254,                  /* 255 addresses all processors */
};

/* The range of a memory device needs its entry: the kernel would take the
 * device for node 0's. What a balloon driver adds by itself is on that. */
static uint32_t device_ranges(const struct zp_plan *plan,
                              struct zp_range ranges[ZP_MAX_VNODES + 1])
{
    return plan->growth == ZP_GROWTH_DEVICES
               ? zp_plan_future_ranges(plan, ranges)
               : 0;
}

size_t zp_srat_size(const struct zp_plan *plan)
{
    struct zp_range ranges[ZP_MAX_VNODES + 1];
    size_t size = SRAT_HEADER_SIZE;
    uint32_t id, nr;

    if (!zp__nr_pxms(plan))
        return 0;
    for (id = 0; id < plan->nr_vcpu_ids; id++)
        size += zp_plan_apic_id(plan, id) > MAX_LAPIC_ID ? X2APIC_SIZE
                                                         : LAPIC_SIZE;
    nr = zp_plan_ranges(plan, ranges);
    nr += device_ranges(plan, ranges);
    return size + nr * (size_t)MEMORY_SIZE;
}

static void put_lapic(struct zp__acpi *t, uint32_t pxm, uint32_t apic_id,
                      uint32_t flags)
{
    /* 5.2.16.1 */
    zp__acpi_put8(t, TYPE_LAPIC);
    zp__acpi_put8(t, LAPIC_SIZE);
    zp__acpi_put8(t, (uint8_t)pxm);      /* proximity domain, bits 7:0 */
    zp__acpi_put8(t, (uint8_t)apic_id);
    zp__acpi_put32(t, flags);
    zp__acpi_put8(t, 0);                 /* local SAPIC EID */
    zp__acpi_put8(t, (uint8_t)(pxm >> 8));
    zp__acpi_put8(t, (uint8_t)(pxm >> 16));
    zp__acpi_put8(t, (uint8_t)(pxm >> 24));
    zp__acpi_put32(t, 0);                /* clock domain */
}

static void put_x2apic(struct zp__acpi *t, uint32_t pxm, uint32_t apic_id,
                       uint32_t flags)
{
    /* 5.2.16.3 */
    zp__acpi_put8(t, TYPE_X2APIC);
    zp__acpi_put8(t, X2APIC_SIZE);
    zp__acpi_put16(t, 0);                /* reserved */
    zp__acpi_put32(t, pxm);
    zp__acpi_put32(t, apic_id);
    zp__acpi_put32(t, flags);
    zp__acpi_put32(t, 0);                /* clock domain */
    zp__acpi_put32(t, 0);                /* reserved */
}

/*
 * Padding ids are processors the zone never gets; they have their entry, so
 * that entry i is vcpu id i, but it is not enabled: 5.2.16.1 has the guest
 * ignore it, as it ignores their MADT entries. A vcpu that is merely offline
 * at boot is enabled here, for its node must be known when it comes.
 */
static void put_vcpu(struct zp__acpi *t, const struct zp_plan *plan,
                     uint32_t id)
{
    uint32_t pxm = plan->vnode[zp_plan_vnode_of(plan, id)].pxm;
    uint32_t apic_id = zp_plan_apic_id(plan, id);
    uint32_t flags = zp_plan_has_vcpu(plan, id) ? FLAG_ENABLED : 0;

    if (apic_id > MAX_LAPIC_ID)
        put_x2apic(t, pxm, apic_id, flags);
    else
        put_lapic(t, pxm, apic_id, flags);
}

static void put_memory(struct zp__acpi *t, const struct zp_plan *plan,
                       const struct zp_range *range, uint32_t flags)
{
    /* 5.2.16.2 */
    zp__acpi_put8(t, TYPE_MEMORY);
    zp__acpi_put8(t, MEMORY_SIZE);
    zp__acpi_put32(t, plan->vnode[range->vnode].pxm);
    zp__acpi_put16(t, 0);                /* reserved */
    zp__acpi_put64(t, range->start);
    zp__acpi_put64(t, range->end - range->start);
    zp__acpi_put32(t, 0);                /* reserved */
    zp__acpi_put32(t, flags);
    zp__acpi_put64(t, 0);                /* reserved */
}

int zp_srat_write(const struct zp_plan *plan, void *buf, size_t size,
                  struct zp_error *err)
{
    struct zp_range ranges[ZP_MAX_VNODES + 1];
    struct zp__acpi t = { buf, size, 0 };
    uint32_t nr, i;
    int rc;

    rc = zp__acpi_check(plan, "SRAT", size, zp_srat_size(plan), err);
    if (rc)
        return rc;
    zp__acpi_header(&t, "SRAT", SRAT_REVISION, "ZONEPLAN");
    zp__acpi_put32(&t, 1);               /* reserved, must be 1 */
    zp__acpi_put64(&t, 0);               /* reserved */
    for (i = 0; i < plan->nr_vcpu_ids; i++)
        put_vcpu(&t, plan, i);
    nr = zp_plan_ranges(plan, ranges);
    for (i = 0; i < nr; i++)
        put_memory(&t, plan, &ranges[i], FLAG_ENABLED);
    nr = device_ranges(plan, ranges);
    for (i = 0; i < nr; i++)
        put_memory(&t, plan, &ranges[i], FLAG_ENABLED | FLAG_HOT_PLUGGABLE);
    zp__acpi_finish(&t);
    return ZP_OK;
}
