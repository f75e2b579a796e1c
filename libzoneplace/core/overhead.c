/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Xen takes for a zone beside the guest's own memory. */
#include "core.h"

/* libxl__get_required_paging_memory() (libxl_dom.c): 4 KiB for each of 256
 * pages a vcpu, plus one page for each MiB of the guest: its page tables. */
enum { HAP_PAGES_PER_VCPU = 256, PAGE_KIB = 4 };
/* struct domain, grant table, special and ACPI pages, shared info. */
enum { DOMAIN_KIB = 2048 };
/* struct vcpu, its VMCB or VMCS, its lapic and FPU pages, its stack share. */
enum { VCPU_KIB = 64 };

uint64_t zp_overhead_kib(enum zp_guest_type type, uint32_t nr_vcpu_ids,
                         uint64_t max_mem_kib)
{
    uint64_t kib = DOMAIN_KIB + (uint64_t)nr_vcpu_ids * VCPU_KIB;

    /* PV guests bring their own page tables: Xen keeps none for them. */
    if (type == ZP_GUEST_PV)
        return kib;
    return kib + (uint64_t)nr_vcpu_ids * HAP_PAGES_PER_VCPU * PAGE_KIB +
           zp__div_up64(max_mem_kib, 1024) * PAGE_KIB;
}
