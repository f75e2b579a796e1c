/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The CPUID leaves of each vcpu as cpuid(1) prints them with -r and reads them
 * with -f. Leaves 0 and 0x80000000 go with them, for readers to know vendor
 * and extent.
 */
#include "render/render.h"

static void add_leaf(struct zp__text *t, const struct zp_cpuid_leaf *l)
{
    zp__text_add(t, "   0x%08x 0x%02x: eax=0x%08x ebx=0x%08x ecx=0x%08x "
                 "edx=0x%08x\n", l->leaf,
                 l->subleaf == ZP_CPUID_NO_SUBLEAF ? 0 : l->subleaf, l->eax,
                 l->ebx, l->ecx, l->edx);
}

/* The vendor's name stands in EBX, EDX, ECX (both manuals, leaf 0). */
static void add_extent(struct zp__text *t, enum zp_vendor vendor,
                       const struct zp_cpuid_leaf *leaves, uint32_t nr,
                       uint32_t base)
{
    struct zp_cpuid_leaf l = { .leaf = base, .eax = base };
    uint32_t i;

    for (i = 0; i < nr; i++) {
        if ((leaves[i].leaf & 0x80000000) == base)
            l.eax = leaves[i].leaf;
    }
    if (vendor == ZP_VENDOR_AMD) {
        l.ebx = 0x68747541;              /* "Auth", "enti", "cAMD" */
        l.edx = 0x69746e65;
        l.ecx = 0x444d4163;
    } else if (!base) {
        l.ebx = 0x756e6547;              /* "Genu", "ineI", "ntel" */
        l.edx = 0x49656e69;
        l.ecx = 0x6c65746e;
    }
    add_leaf(t, &l);
}

int zp_plan_to_cpuid(const struct zp_plan *plan, enum zp_vendor vendor,
                     char **text_out, struct zp_error *err)
{
    struct zp_cpuid_leaf leaves[ZP_MAX_CPUID_LEAVES];
    struct zp__text t = ZP__TEXT_INIT;
    struct zp_core_model model;
    struct zp_guest_cpus cpus;
    uint32_t vcpu, nr, i;
    int rc;

    rc = zp_core_model_from_plan(plan, vendor, &model, err);
    if (!rc)
        rc = zp_guest_cpus(plan, NULL, &model, &cpus, err);
    for (vcpu = 0; !rc && vcpu < cpus.nr_vcpus; vcpu++) {
        rc = zp_cpuid_leaves(plan, &model, &cpus, vcpu, leaves, &nr, err);
        if (rc)
            break;
        zp__text_add(&t, "CPU %u:\n", vcpu);
        add_extent(&t, vendor, leaves, nr, 0);
        for (i = 0; i < nr && leaves[i].leaf < 0x80000000; i++)
            add_leaf(&t, &leaves[i]);
        add_extent(&t, vendor, leaves, nr, 0x80000000);
        for (; i < nr; i++)
            add_leaf(&t, &leaves[i]);
    }
    if (rc) {
        zp__text_clear(&t);
        return rc;
    }
    return zp__text_take(&t, text_out, err);
}
