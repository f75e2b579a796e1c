/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zones by their shape, with the host under them, and what a guest must see
 * of each vcpu: reckoned from the shape alone.
 */
#ifndef ZP_TESTS_CPUID_CASE_H
#define ZP_TESTS_CPUID_CASE_H

#include <zoneplace.h>

struct cpuid_shape {
    uint32_t nr;
    uint32_t vcpus[ZP_MAX_VNODES];       /* of vnode i */
    uint32_t socket[ZP_MAX_VNODES];      /* under vnode i */
    uint32_t host_threads;               /* 1, 2; 0: cores and sockets are
                                          * not known */
};

/* Labels: equal for two vcpus that share the thing, else different. */
struct cpuid_truth {
    uint32_t package, vnode, l3, core, thread;
};

/* "3+2/4": a socket with vnodes of three and two vcpus, one with four. */
bool cpuid_shape_parse(const char *text, struct cpuid_shape *shape);
uint32_t cpuid_shape_vcpus(const struct cpuid_shape *shape);
/* vnode i is on pnode position nr - 1 - i. */
void cpuid_shape_plan(const struct cpuid_shape *shape, struct zp_plan *plan);
struct zp_topology *cpuid_shape_host(const struct cpuid_shape *shape);
void cpuid_shape_truth(const struct cpuid_shape *shape,
                       const struct zp_core_model *model,
                       struct cpuid_truth truth[ZP_MAX_VCPUS]);

#endif
