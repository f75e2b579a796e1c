/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zoneplace-domctl.h - the domctls that xen-patches/ adds to Xen
 *
 * For callers that are built against headers of an unpatched Xen. Everything
 * is laid out as in the patched public/domctl.h; test/abi-test.c, which
 * xen-patches/build compiles, sees to that. There the semantics are given in
 * full; here is what a caller has to know.
 *
 * A call: fill struct xen_domctl {.cmd = ZP_DOMCTL_x, .interface_version,
 * .domain} of the running Xen's interface version, memcpy() the struct below
 * into its .u, and do __HYPERVISOR_domctl. Handles are addresses of memory
 * that the hypervisor can reach (xencall_alloc_buffer()). Then look at the
 * signature first:
 *
 *   it came back inverted   Xen has these patches. Other outputs are as
 *                           described, and so is the error, if there is one.
 *   it did not              Nothing can be said. An unpatched Xen fails with
 *                           ENOSYS or EOPNOTSUPP, and one of another interface
 *                           version with EACCES. EPERM is the answer to a
 *                           domain that isn't privileged, or is XSM's.
 *
 * To find out whether the patches are there do the one harmless form of each
 * call, for domain 0: ZP_VCPU_TOPOLOGY_QUERY, a residency with nr_nodes 0, and
 * ZP_NUMA_POLICY_GET. The three numbers may be there one without the others.
 */
#ifndef ZONEPLACE_DOMCTL_H
#define ZONEPLACE_DOMCTL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ZP_DOMCTL_VCPU_TOPOLOGY 200
#define ZP_DOMCTL_NUMA_RESIDENCY 201
#define ZP_DOMCTL_NUMA_POLICY 202

/* ---- the APIC id and the topology leaves of one vcpu -------------------- */

/* The layout of xen_cpuid_leaf_t. */
struct zp_domctl_leaf {
    uint32_t leaf;
    uint32_t subleaf;     /* NO_SUBLEAF for 0x1, 0x80000008, 0x8000001e */
    uint32_t a, b, c, d;
};
#define ZP_DOMCTL_NO_SUBLEAF 0xffffffffu

#define ZP_VCPU_TOPOLOGY_SIGNATURE 0x5a505401u
#define ZP_VCPU_TOPOLOGY_MAX_ID 254
#define ZP_VCPU_TOPOLOGY_MAX_LEAVES 32

enum zp_vcpu_topology_op {
    ZP_VCPU_TOPOLOGY_QUERY, /* out: x2apic_id and nr_leaves, the limits */
    ZP_VCPU_TOPOLOGY_SET,
    ZP_VCPU_TOPOLOGY_GET,   /* nr_leaves in: room; out: how many there are */
};

/*
 * SET works until the domain is unpaused for the first time. It gives the vcpu
 * its APIC id and replaces what an earlier SET gave; one that fails changes
 * nothing. Set all vcpus of a domain or none: those that were not set keep
 * 2 * vcpu, and a collision with that is not found.
 *
 * leaf                     what the guest sees of it
 * 0x1                      EBX[23:16]. EBX[31:24] must be x2apic_id, all else 0
 * 0x80000008               ECX[7:0], ECX[15:12]. All else must be 0
 * 0x4, 0x8000001d          all; subleaves that are not given are zero
 * 0xb, 0x1f, 0x80000026    all; EDX must be x2apic_id and ECX[7:0] the subleaf,
 *                          which also hold beyond the last that is given
 * 0x8000001e               all; EAX must be x2apic_id
 *
 * Maximum leaves, TOPOEXT (with 0x8000001d or 0x8000001e) and HTT (with more
 * than one logical processor in 0x1) follow by themselves, for this vcpu.
 * Nothing of this survives a migration.
 *
 * EINVAL      another leaf, one twice, or one that contradicts x2apic_id;
 *             pad; the signature (which then comes back as it was)
 * EOPNOTSUPP  an unknown op; not HVM or PVH; a hypervisor without HVM (which
 *             leaves the signature as it was)
 * ENOENT      no such vcpu
 * EBUSY       SET: the domain ran already
 * ERANGE      SET: x2apic_id > 254
 * E2BIG       SET: nr_leaves > 32
 * EEXIST      SET: another vcpu was given this id
 * ENOBUFS     GET: nr_leaves is too small, and now says how many there are
 */
struct zp_vcpu_topology {
    uint32_t signature;   /* in and, inverted, out */
    uint32_t op;          /* enum zp_vcpu_topology_op */
    uint32_t vcpu;
    uint32_t x2apic_id;
    uint32_t nr_leaves;
    uint32_t pad;         /* 0 */
    uint64_t leaves;      /* address of struct zp_domctl_leaf[nr_leaves] */
};

/* ---- pages per pnode ---------------------------------------------------- */

#define ZP_NUMA_RESIDENCY_SIGNATURE 0x5a505201u

/*
 * Counts the domain's 4 KiB pages of RAM at [gfn, end_gfn) by the pnode they
 * are on. Done in parts: pages has what lies between gfn as it was and gfn as
 * it came back. Add it up and call again until gfn is end_gfn. Xen's own pages
 * that the guest maps, such as those of its grant table, count as well.
 *
 * nr_nodes 0: no counting, nr_nodes comes back as how many pages has to have.
 *
 * EINVAL      gfn > end_gfn; the signature (which then comes back as it was)
 * ENOBUFS     nr_nodes is too small, and now says what it has to be
 * EOPNOTSUPP  not HVM or PVH
 * ESRCH       the domain is being destroyed
 */
struct zp_numa_residency {
    uint32_t signature;   /* in and, inverted, out */
    uint32_t nr_nodes;    /* in: length of pages; out: how many are filled */
    uint64_t gfn;
    uint64_t end_gfn;
    uint64_t pages;       /* address of uint64_t[nr_nodes], slot: pnode's id */
};

/* ---- where later memory comes from -------------------------------------- */

#define ZP_NUMA_POLICY_SIGNATURE 0x5a505001u
#define ZP_NUMA_POLICY_STRICT 1u

enum zp_numa_policy_op { ZP_NUMA_POLICY_GET, ZP_NUMA_POLICY_SET };

/*
 * STRICT: what the domain populates from now on comes from the pnode that its
 * vNUMA configuration has for the gfn, or not at all; a gfn in no range is
 * refused. Only the control domain, naming a pnode, can still place elsewhere.
 * So have special and ACPI pages in place before. Can be set at any time. Pages
 * of sharing, paging, populate-on-demand and grant transfers are not covered.
 *
 * EINVAL      unknown flags; pad; the signature (which comes back as it was)
 * EOPNOTSUPP  an unknown op; SET: not HVM or PVH
 * ENODATA     SET: STRICT for a domain without vNUMA configuration
 */
struct zp_numa_policy {
    uint32_t signature;   /* in and, inverted, out */
    uint32_t op;          /* enum zp_numa_policy_op */
    uint32_t flags;       /* SET: in; GET: out. ZP_NUMA_POLICY_STRICT or 0 */
    uint32_t pad;         /* 0 */
};

#ifdef __cplusplus
}
#endif
#endif
