/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Xen takes for a zone beside the guest's own memory. */
#include "core.h"

/* libxl__get_required_paging_memory() (libxl_dom.c): 4 KiB for each of 256
 * pages a vcpu, plus one page for each MiB of the guest: its page tables. */
enum { HAP_PAGES_PER_VCPU = 256, PAGE_KIB = 4 };
/*
 * The rest, measured with Xen 4.17.7 as the fall of the host's free memory
 * beyond the guest's own and the pool above, of zones built and paused:
 *
 *   vcpu ids, MiB, pnodes   taken KiB   of it pool   rest   charged for it
 *       1      128     1        1736         1536    200        552
 *       1      512     1        3272         3072    200        552
 *       1      800     1        4384         4224    160        552
 *       2      512     2        4292         4096    196        592
 *       4      512     2        6464         6144    320        672
 *       8      512     4       10636        10240    396        832
 *      16      512     8       19212        18432    780       1152
 *      16     1024     8       21200        20480    720       1152
 *
 * DOMAIN: struct domain, special and ACPI pages, and what grant tables and
 * event channels add once it runs. VCPU: struct vcpu, its VMCB or VMCS, lapic
 * and FPU pages.
 */
enum { DOMAIN_KIB = 512 };
enum { VCPU_KIB = 40 };

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
