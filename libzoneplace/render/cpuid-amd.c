/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUID leaves of AMD: Architecture Programmer's Manual, volume 3, E.4. */
#include "render/cpuid.h"

/* Levels of Fn8000_0026. The first gives the bits of a thread in its core, as
 * the thread level of 0xB does; a level ends where the next begins. */
enum {
    LEVEL_CORE = 1,
    LEVEL_COMPLEX = 2,
    LEVEL_DIE = 3,
    LEVEL_SOCKET = 4,
};

/* AMD Fn8000_0008_ECX, Size Identifiers. Bits 31:16 are Xen's. */
static void leaf_8(struct zp__cpuid *c)
{
    struct zp_cpuid_leaf *l = zp__cpuid_add(c, 0x80000008,
                                            ZP_CPUID_NO_SUBLEAF);

    l->ecx = zp__cpuid_bits(zp__cpuid_per_package(c) - 1, 7, 0); /* NC */
    l->ecx |= zp__cpuid_bits(c->cpus->package_shift, 15, 12); /* ApicIdSize */
}

/*
 * AMD Fn8000_001D, Cache Topology Information. Who shares a cache follows from
 * ApicId >> log2(sharing), so the count is that of the ids, not of the vcpus
 * among them.
 */
static void leaf_1d(struct zp__cpuid *c)
{
    struct zp__cache caches[ZP__NR_CACHES], *cache;
    uint32_t nr = zp__cpuid_caches(c, caches), i;
    struct zp_cpuid_leaf *l;

    for (i = 0; i < nr; i++) {
        const struct zp_cache_model *m = caches[i].model;
        uint32_t sets = m->bytes / m->ways / m->line;

        cache = &caches[i];
        l = zp__cpuid_add(c, 0x8000001d, i);
        l->eax = zp__cpuid_bits(cache->type, 4, 0);    /* EAX: CacheType */
        l->eax |= zp__cpuid_bits(cache->level, 7, 5);  /* EAX: CacheLevel */
        l->eax |= zp__cpuid_bits(1, 8, 8);             /* EAX: SelfInit. */
        l->eax |= zp__cpuid_bits((1U << cache->shift) - 1, 25, 14); /* EAX:
                                                        * NumSharingCache */
        l->ebx = zp__cpuid_bits(m->line - 1, 11, 0);   /* EBX: LineSize */
        l->ebx |= zp__cpuid_bits(0, 21, 12);           /* EBX: Partitions */
        l->ebx |= zp__cpuid_bits(m->ways - 1, 31, 22); /* EBX: NumWays */
        l->ecx = sets - 1;                             /* ECX: NumSets */
        l->edx = zp__cpuid_bits(cache->level == 3, 0, 0); /* EDX: WBINVD */
        l->edx |= zp__cpuid_bits(m->inclusive, 1, 1);  /* EDX: Inclusive */
    }
    zp__cpuid_add(c, 0x8000001d, nr);                  /* CacheType 0: end */
}

/* Bits of a number below @n. */
static uint32_t bits_for(uint32_t n)
{
    uint32_t bits = 0;

    while ((uint32_t)1 << bits < n)
        bits++;
    return bits;
}

/*
 * AMD Fn8000_001E, Processor Topology Information. Nodes of a package are
 * counted up to the next power of two, as 1, 2 and 4 are all that the manual
 * has; 8 continues it and more can't be said. Nodes are numbered over the
 * zone: package and die where these have bits of their own.
 */
static void leaf_1e(struct zp__cpuid *c)
{
    const struct zp_guest_cpus *cpus = c->cpus;
    uint32_t id = c->vcpu->x2apic_id;
    uint32_t in_package = id & (((uint32_t)1 << cpus->package_shift) - 1);
    uint32_t nodes = (uint32_t)1 << bits_for(cpus->nodes_per_package);
    uint32_t nodeid = cpus->dies ? id >> cpus->die_shift : c->vcpu->vnode;
    struct zp_cpuid_leaf *l = zp__cpuid_add(c, 0x8000001e,
                                            ZP_CPUID_NO_SUBLEAF);

    l->eax = id;                                       /* ExtendedApicId */
    l->ebx = zp__cpuid_bits(in_package >> cpus->core_shift, 7, 0); /* CoreId */
    l->ebx |= zp__cpuid_bits(cpus->threads_per_core - 1, 15, 8); /* Threads-
                                                        * PerCore */
    l->ecx = zp__cpuid_bits(nodeid, 7, 0);             /* NodeId */
    l->ecx |= zp__cpuid_bits(nodes - 1, 10, 8);        /* NodesPerProcessor */
}

/*
 * AMD Fn8000_0026, Extended CPU Topology. All cores are of one kind: EAX 31:29
 * and EBX 31:16 are 0. The die level is there even if it is all of the socket:
 * who takes each level to begin where the one before it ended would see a die
 * per complex.
 */
static void leaf_26(struct zp__cpuid *c)
{
    const struct zp_guest_cpus *cpus = c->cpus;
    const uint32_t leaf = 0x80000026;

    zp__cpuid_level(c, leaf, LEVEL_CORE, cpus->core_shift,
                    cpus->threads_per_core);
    zp__cpuid_level(c, leaf, LEVEL_COMPLEX, cpus->l3_shift,
                    cpus->threads_per_core * cpus->cores_per_l3);
    zp__cpuid_level(c, leaf, LEVEL_DIE, cpus->die_shift,
                    zp__cpuid_per_die(c));
    zp__cpuid_level(c, leaf, LEVEL_SOCKET, cpus->package_shift,
                    zp__cpuid_per_package(c));
    zp__cpuid_level(c, leaf, ZP__LEVEL_END, 0, 0);
}

void zp__cpuid_amd(struct zp__cpuid *c)
{
    leaf_8(c);
    leaf_1d(c);
    leaf_1e(c);
    leaf_26(c);
}
