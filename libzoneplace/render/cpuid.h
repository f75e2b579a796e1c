/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's CPU topology. cpuid-model.c: what its cores are; cpuid-ids.c:
 * where each vcpu is; cpuid-intel.c and cpuid-amd.c: how the vendor says it;
 * cpuid.c: what both say alike.
 */
#ifndef ZP_RENDER_CPUID_H
#define ZP_RENDER_CPUID_H

#include "internal.h"

/* What the leaves of one vcpu are made from, and the leaves so far. */
struct zp__cpuid {
    const struct zp_core_model *model;
    const struct zp_guest_cpus *cpus;
    const struct zp_guest_cpu *vcpu;
    uint32_t nr;
    struct zp_cpuid_leaf leaf[ZP_MAX_CPUID_LEAVES];
};

/* A cache as leaves 4 and 0x8000001D number them. */
struct zp__cache {
    const struct zp_cache_model *model;
    uint32_t type;                       /* 1 data, 2 instructions, 3 both */
    uint32_t level;
    uint32_t shift;                      /* APIC ids that share it: 1 << */
};
enum { ZP__NR_CACHES = 4 };

int zp__core_model_check(const struct zp_core_model *model,
                         struct zp_error *err);

/* Threads per core that every one of those nodes has: @asked, or the host's
 * if that is 0. UNSUPPORTED. */
int zp__common_threads(const struct zp_topology *topo, const uint32_t *pos,
                       uint32_t nr, uint32_t asked, uint32_t *threads_out,
                       struct zp_error *err);
/* Which vnodes of a plan share a package, as struct zp_vnode numbers them. */
void zp__number_packages(const struct zp_topology *topo,
                         const struct zp_plan *plan, enum zp_packages packages,
                         uint32_t package_out[ZP_MAX_VNODES]);

/* The next leaf, all zero. */
struct zp_cpuid_leaf *zp__cpuid_add(struct zp__cpuid *c, uint32_t leaf,
                                    uint32_t subleaf);
/* @value in bits @high:@low of a register; the field's largest if above it. */
uint32_t zp__cpuid_bits(uint32_t value, unsigned high, unsigned low);
/* The caches there are; returns how many. */
uint32_t zp__cpuid_caches(const struct zp__cpuid *c,
                          struct zp__cache caches[ZP__NR_CACHES]);
/* Counts of logical processors, of the largest there is. */
uint32_t zp__cpuid_per_die(const struct zp__cpuid *c);
uint32_t zp__cpuid_per_package(const struct zp__cpuid *c);
/* One level of leaf 0xB, 0x1F or 0x80000026, or the one that ends it. */
void zp__cpuid_level(struct zp__cpuid *c, uint32_t leaf, uint32_t type,
                     uint32_t shift, uint32_t count);
enum {
    ZP__LEVEL_END = 0,
    ZP__LEVEL_THREAD = 1,
    ZP__LEVEL_CORE = 2,
    ZP__LEVEL_DIE = 5,                   /* 0x1F only */
};
void zp__cpuid_leaf_b(struct zp__cpuid *c);

void zp__cpuid_intel_4(struct zp__cpuid *c);
void zp__cpuid_intel_1f(struct zp__cpuid *c);
void zp__cpuid_amd(struct zp__cpuid *c);

#endif
