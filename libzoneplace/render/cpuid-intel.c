/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUID leaves of Intel: SDM, volume 2A, CPUID. */
#include "render/cpuid.h"

/* SDM CPUID.04H, Deterministic Cache Parameters. Ids in a package beyond what
 * 6 bits hold read as 64; leaves 0BH and 1FH have the number. */
void zp__cpuid_intel_4(struct zp__cpuid *c)
{
    uint32_t core_bits = c->cpus->package_shift - c->cpus->core_shift;
    struct zp__cache caches[ZP__NR_CACHES], *cache;
    uint32_t nr = zp__cpuid_caches(c, caches), i;
    struct zp_cpuid_leaf *l;

    for (i = 0; i < nr; i++) {
        const struct zp_cache_model *m = caches[i].model;
        uint32_t sets = m->bytes / m->ways / m->line;

        cache = &caches[i];
        l = zp__cpuid_add(c, 4, i);
        l->eax = zp__cpuid_bits(cache->type, 4, 0);      /* EAX: type */
        l->eax |= zp__cpuid_bits(cache->level, 7, 5);    /* EAX: level */
        l->eax |= zp__cpuid_bits(1, 8, 8);               /* EAX: self init. */
        l->eax |= zp__cpuid_bits((1U << cache->shift) - 1, 25, 14); /* EAX:
                                                          * ids sharing it */
        l->eax |= zp__cpuid_bits((1U << core_bits) - 1, 31, 26); /* EAX: core
                                                          * ids in a package */
        l->ebx = zp__cpuid_bits(m->line - 1, 11, 0);     /* EBX: line size */
        l->ebx |= zp__cpuid_bits(0, 21, 12);             /* EBX: partitions */
        l->ebx |= zp__cpuid_bits(m->ways - 1, 31, 22);   /* EBX: ways */
        l->ecx = sets - 1;                               /* ECX: sets */
        l->edx = zp__cpuid_bits(m->inclusive, 1, 1);     /* EDX: inclusive */
    }
    zp__cpuid_add(c, 4, nr);                             /* EAX 4:0: no more */
}

/* SDM CPUID.1FH, V2 Extended Topology Enumeration. Modules and tiles are not
 * there: a level that is left out has none of its own. */
void zp__cpuid_intel_1f(struct zp__cpuid *c)
{
    const struct zp_guest_cpus *cpus = c->cpus;

    zp__cpuid_level(c, 0x1f, ZP__LEVEL_THREAD, cpus->core_shift,
                    cpus->threads_per_core);
    zp__cpuid_level(c, 0x1f, ZP__LEVEL_CORE, cpus->die_shift,
                    zp__cpuid_per_die(c));
    if (cpus->die_shift < cpus->package_shift)
        zp__cpuid_level(c, 0x1f, ZP__LEVEL_DIE, cpus->package_shift,
                        zp__cpuid_per_package(c));
    zp__cpuid_level(c, 0x1f, ZP__LEVEL_END, 0, 0);
}
