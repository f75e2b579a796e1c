/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUID leaves that both vendors have. */
#include <string.h>

#include "render/cpuid.h"

struct zp_cpuid_leaf *zp__cpuid_add(struct zp__cpuid *c, uint32_t leaf,
                                    uint32_t subleaf)
{
    struct zp_cpuid_leaf *l = &c->leaf[c->nr++];

    memset(l, 0, sizeof(*l));
    l->leaf = leaf;
    l->subleaf = subleaf;
    return l;
}

uint32_t zp__cpuid_bits(uint32_t value, unsigned high, unsigned low)
{
    uint32_t largest = (uint32_t)(((uint64_t)2 << (high - low)) - 1);

    return (value < largest ? value : largest) << low;
}

uint32_t zp__cpuid_caches(const struct zp__cpuid *c,
                          struct zp__cache caches[ZP__NR_CACHES])
{
    const struct zp_core_model *model = c->model;
    const struct zp__cache all[ZP__NR_CACHES] = {
        { &model->l1d, 1, 1, c->cpus->core_shift },
        { &model->l1i, 2, 1, c->cpus->core_shift },
        { &model->l2, 3, 2, c->cpus->core_shift },
        { &model->l3, 3, 3, c->cpus->l3_shift },
    };
    uint32_t nr = 0, i;

    for (i = 0; i < ZP__NR_CACHES; i++) {
        if (all[i].model->bytes)
            caches[nr++] = all[i];
    }
    return nr;
}

uint32_t zp__cpuid_per_die(const struct zp__cpuid *c)
{
    return c->cpus->threads_per_core * c->cpus->cores_per_die;
}

uint32_t zp__cpuid_per_package(const struct zp__cpuid *c)
{
    return zp__cpuid_per_die(c) * c->cpus->dies_per_package;
}

void zp__cpuid_level(struct zp__cpuid *c, uint32_t leaf, uint32_t type,
                     uint32_t shift, uint32_t count)
{
    uint32_t subleaf = 0;
    struct zp_cpuid_leaf *l;

    if (c->nr && c->leaf[c->nr - 1].leaf == leaf)
        subleaf = c->leaf[c->nr - 1].subleaf + 1;
    l = zp__cpuid_add(c, leaf, subleaf);
    /* SDM 0BH, 1FH; AMD Fn0000_000B, Fn8000_0026: the same places */
    l->eax = zp__cpuid_bits(shift, 4, 0);      /* EAX: to the level above */
    l->ebx = zp__cpuid_bits(count, 15, 0);     /* EBX: logical processors */
    l->ecx = zp__cpuid_bits(subleaf, 7, 0);    /* ECX: as asked */
    l->ecx |= zp__cpuid_bits(type, 15, 8);     /* ECX: which level, 0: none */
    l->edx = c->vcpu->x2apic_id;               /* EDX: in every subleaf */
}

/* SDM CPUID.0BH, AMD Fn0000_000B. It knows threads and cores: the upper one
 * reaches up to the package, dies or not. */
void zp__cpuid_leaf_b(struct zp__cpuid *c)
{
    zp__cpuid_level(c, 0xb, ZP__LEVEL_THREAD, c->cpus->core_shift,
                    c->cpus->threads_per_core);
    zp__cpuid_level(c, 0xb, ZP__LEVEL_CORE, c->cpus->package_shift,
                    zp__cpuid_per_package(c));
    zp__cpuid_level(c, 0xb, ZP__LEVEL_END, 0, 0);
}

/*
 * SDM CPUID.01H:EBX, AMD Fn0000_0001_EBX. Where a package has all 256 ids the
 * count of them does not fit; 255 is rounded up to it by who reads it (SDM:
 * to "the nearest power-of-2 integer").
 */
static void leaf_1(struct zp__cpuid *c)
{
    struct zp_cpuid_leaf *l = zp__cpuid_add(c, 1, ZP_CPUID_NO_SUBLEAF);
    uint32_t line = c->model->l1d.bytes ? c->model->l1d.line : 64;
    uint32_t ids = c->model->vendor == ZP_VENDOR_INTEL
                       ? (uint32_t)1 << c->cpus->package_shift
                       : zp__cpuid_per_package(c);

    l->ebx = zp__cpuid_bits(line / 8, 15, 8);       /* CLFLUSH, 8 bytes */
    l->ebx |= zp__cpuid_bits(ids, 23, 16);          /* SDM: ids of a package;
                                                     * AMD: LogicalProcessor-
                                                     * Count */
    l->ebx |= zp__cpuid_bits(c->vcpu->x2apic_id, 31, 24); /* initial APIC id */
}

int zp_cpuid_leaves(const struct zp_plan *plan,
                    const struct zp_core_model *model,
                    const struct zp_guest_cpus *cpus, uint32_t vcpu,
                    struct zp_cpuid_leaf leaves[ZP_MAX_CPUID_LEAVES],
                    uint32_t *nr_out, struct zp_error *err)
{
    struct zp__cpuid c = { .model = model, .cpus = cpus };
    int rc;

    rc = zp__core_model_check(model, err);
    if (rc)
        return rc;
    if (cpus->nr_vcpus != plan->nr_vcpu_ids)
        return zp__fail(err, ZP_ERR_INVAL, "vcpus",
                        "ids of %u vcpus, the plan has %u", cpus->nr_vcpus,
                        plan->nr_vcpu_ids);
    if (vcpu >= cpus->nr_vcpus || vcpu >= ZP_MAX_VCPUS)
        return zp__fail(err, ZP_ERR_INVAL, "vcpus",
                        "there is no vcpu %u, the zone has %u", vcpu,
                        cpus->nr_vcpus);
    c.vcpu = &cpus->vcpu[vcpu];
    leaf_1(&c);
    if (model->vendor == ZP_VENDOR_INTEL)
        zp__cpuid_intel_4(&c);
    zp__cpuid_leaf_b(&c);
    if (model->vendor == ZP_VENDOR_INTEL)
        zp__cpuid_intel_1f(&c);
    else
        zp__cpuid_amd(&c);
    memcpy(leaves, c.leaf, c.nr * sizeof(c.leaf[0]));
    *nr_out = c.nr;
    return ZP_OK;
}
