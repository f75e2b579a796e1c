/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a patched Xen is told of a zone's processors, and whether it has it. */
#include <cpuid.h>
#include <string.h>

#include "xen/patched.h"

/* The leaves of a guest are laid out as its own CPU's vendor has them. */
enum zp_vendor zp__host_vendor(void)
{
    unsigned eax, ebx = 0, ecx, edx;

    __get_cpuid(0, &eax, &ebx, &ecx, &edx);
    return ebx == signature_INTEL_ebx ? ZP_VENDOR_INTEL : ZP_VENDOR_AMD;
}

static int make_leaves(const struct zp_plan *plan,
                       const struct zp_core_model *model,
                       const struct zp_guest_cpus *cpus, uint32_t vcpu,
                       struct zp_cpuid_leaf leaves[ZP_MAX_CPUID_LEAVES],
                       uint32_t *nr_out, struct zp_error *err)
{
    uint32_t i;
    int rc;

    *nr_out = 0;
    if (!plan->threads_per_core)
        return ZP_OK;
    rc = zp_cpuid_leaves(plan, model, cpus, vcpu, leaves, nr_out, err);
    /* What else leaf 1 says is of the domain, Xen takes it from nobody. */
    for (i = 0; i < *nr_out && !rc; i++) {
        if (leaves[i].leaf == 1)
            leaves[i].ebx &= 0xffff0000;
    }
    return rc;
}

static int make_cpus(const struct zp_plan *plan, struct zp_core_model *model,
                     struct zp_guest_cpus *cpus, struct zp_error *err)
{
    int rc;

    if (!plan->threads_per_core)
        return ZP_OK;
    rc = zp_core_model_from_plan(plan, zp__host_vendor(), model, err);
    return rc ? rc : zp_guest_cpus(plan, NULL, model, cpus, err);
}

int zp__topology_apply(struct zp_xen *xen, const struct zp_plan *plan,
                       uint32_t domid, struct zp_error *err)
{
    struct zp_cpuid_leaf leaves[ZP_MAX_CPUID_LEAVES];
    struct zp_core_model model;
    struct zp_guest_cpus cpus;
    uint32_t i, nr;
    int rc = make_cpus(plan, &model, &cpus, err);

    for (i = 0; i < plan->nr_vcpu_ids && !rc; i++) {
        rc = make_leaves(plan, &model, &cpus, i, leaves, &nr, err);
        if (!rc)
            rc = zp__domctl_set_topology(xen->domctl, domid, i,
                                         zp_plan_apic_id(plan, i), leaves, nr,
                                         err);
    }
    return rc;
}

int zp__topology_compare(struct zp_xen *xen, const struct zp_plan *plan,
                         uint32_t domid, uint32_t *differ_out,
                         uint32_t *nr_leaves_out, struct zp_error *err)
{
    struct zp_cpuid_leaf want[ZP_MAX_CPUID_LEAVES], seen[ZP_MAX_CPUID_LEAVES];
    uint32_t i, id, nr, nr_seen, differ = 0, sum = 0;
    struct zp_core_model model;
    struct zp_guest_cpus cpus;
    int rc = make_cpus(plan, &model, &cpus, err);

    for (i = 0; i < plan->nr_vcpu_ids && !rc; i++) {
        rc = make_leaves(plan, &model, &cpus, i, want, &nr, err);
        if (!rc)
            rc = zp__domctl_get_topology(xen->domctl, domid, i, &id, seen,
                                         &nr_seen, err);
        if (rc)
            return rc;
        differ += id != zp_plan_apic_id(plan, i) || nr != nr_seen ||
                  memcmp(want, seen, nr * sizeof(*want)) != 0;
        sum += nr_seen;
    }
    if (rc)
        return rc;
    *differ_out = differ;
    *nr_leaves_out = sum;
    return ZP_OK;
}
