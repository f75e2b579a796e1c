/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiles only if zoneplace-domctl.h and the patched public/domctl.h agree.
 */
#include <stddef.h>
#include <stdint.h>

#define __XEN_TOOLS__ 1
#include <public/domctl.h>

#include <zoneplace-domctl.h>

#define SAME(a, b) _Static_assert((a) == (b), #a " is not " #b)
#define FIELD(x, field)                                                      \
    SAME(offsetof(struct zp_##x, field),                                     \
         offsetof(struct xen_domctl_##x, field));                            \
    SAME(sizeof(((struct zp_##x *)0)->field),                                \
         sizeof(((struct xen_domctl_##x *)0)->field))

SAME(ZP_DOMCTL_VCPU_TOPOLOGY, XEN_DOMCTL_vcpu_topology);
SAME(ZP_DOMCTL_NUMA_RESIDENCY, XEN_DOMCTL_numa_residency);
SAME(ZP_DOMCTL_NUMA_POLICY, XEN_DOMCTL_numa_policy);

SAME(sizeof(struct zp_domctl_leaf), sizeof(xen_cpuid_leaf_t));
SAME(offsetof(struct zp_domctl_leaf, subleaf),
     offsetof(xen_cpuid_leaf_t, subleaf));
SAME(offsetof(struct zp_domctl_leaf, a), offsetof(xen_cpuid_leaf_t, a));
SAME(offsetof(struct zp_domctl_leaf, d), offsetof(xen_cpuid_leaf_t, d));
SAME(ZP_DOMCTL_NO_SUBLEAF, XEN_CPUID_NO_SUBLEAF);

SAME(ZP_VCPU_TOPOLOGY_SIGNATURE, XEN_DOMCTL_VCPU_TOPOLOGY_SIGNATURE);
SAME(ZP_VCPU_TOPOLOGY_MAX_ID, XEN_DOMCTL_VCPU_TOPOLOGY_MAX_ID);
SAME(ZP_VCPU_TOPOLOGY_MAX_LEAVES, XEN_DOMCTL_VCPU_TOPOLOGY_MAX_LEAVES);
SAME(ZP_VCPU_TOPOLOGY_QUERY, XEN_DOMCTL_VCPU_TOPOLOGY_query);
SAME(ZP_VCPU_TOPOLOGY_SET, XEN_DOMCTL_VCPU_TOPOLOGY_set);
SAME(ZP_VCPU_TOPOLOGY_GET, XEN_DOMCTL_VCPU_TOPOLOGY_get);
SAME(sizeof(struct zp_vcpu_topology), sizeof(xen_domctl_vcpu_topology_t));
FIELD(vcpu_topology, signature);
FIELD(vcpu_topology, op);
FIELD(vcpu_topology, vcpu);
FIELD(vcpu_topology, x2apic_id);
FIELD(vcpu_topology, nr_leaves);
FIELD(vcpu_topology, pad);
FIELD(vcpu_topology, leaves);

SAME(ZP_NUMA_RESIDENCY_SIGNATURE, XEN_DOMCTL_NUMA_RESIDENCY_SIGNATURE);
SAME(sizeof(struct zp_numa_residency), sizeof(xen_domctl_numa_residency_t));
FIELD(numa_residency, signature);
FIELD(numa_residency, nr_nodes);
FIELD(numa_residency, gfn);
FIELD(numa_residency, end_gfn);
FIELD(numa_residency, pages);

SAME(ZP_NUMA_POLICY_SIGNATURE, XEN_DOMCTL_NUMA_POLICY_SIGNATURE);
SAME(ZP_NUMA_POLICY_STRICT, XEN_DOMCTL_NUMA_POLICY_STRICT);
SAME(ZP_NUMA_POLICY_GET, XEN_DOMCTL_NUMA_POLICY_get);
SAME(ZP_NUMA_POLICY_SET, XEN_DOMCTL_NUMA_POLICY_set);
SAME(sizeof(struct zp_numa_policy), sizeof(xen_domctl_numa_policy_t));
FIELD(numa_policy, signature);
FIELD(numa_policy, op);
FIELD(numa_policy, flags);
FIELD(numa_policy, pad);
