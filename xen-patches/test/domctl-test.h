/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of domctl-test share. */
#ifndef DOMCTL_TEST_H
#define DOMCTL_TEST_H

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define __XEN_TOOLS__ 1
#include <xen/xen.h>
#include <xen/domctl.h>
#include <xen/memory.h>
#include <xenctrl.h>

#include <zoneplace-domctl.h>

#define MAX_NODES 64
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define TOPOLOGY(...)                                                        \
    (struct zp_vcpu_topology){                                               \
        .signature = ZP_VCPU_TOPOLOGY_SIGNATURE, __VA_ARGS__ }
#define RESIDENCY(...)                                                       \
    (struct zp_numa_residency){                                              \
        .signature = ZP_NUMA_RESIDENCY_SIGNATURE, __VA_ARGS__ }
#define POLICY(...)                                                          \
    (struct zp_numa_policy){                                                 \
        .signature = ZP_NUMA_POLICY_SIGNATURE, __VA_ARGS__ }

/* ---- domctl-test.c ------------------------------------------------------- */

extern xc_interface *xch;

/* One page that the hypervisor can reach: the domctl, then its array. */
struct page {
    struct xen_domctl domctl;
    _Alignas(8) union {
        struct zp_domctl_leaf leaves[64];
        uint64_t pages[MAX_NODES];
    };
};
extern struct page *page;

void __attribute__((format(printf, 2, 3))) ok(bool good, const char *fmt, ...);
void __attribute__((noreturn)) die(const char *what);
/* Does a domctl with what is in the page. Returns 0 or an errno. */
int domctl(uint32_t cmd, uint16_t domid, void *op, size_t size);
/* A call has the wanted errno, and the signature says that Xen understood. */
void expect(const char *what, int got, int wanted, uint32_t signature,
            uint32_t wanted_signature);

/* ---- domctl-topology.c --------------------------------------------------- */

int topology(uint16_t domid, struct zp_vcpu_topology *op);
void expect_topology(const char *what, uint16_t domid,
                     struct zp_vcpu_topology op, int wanted);
/* For a domain that has at least two vCPUs and did not run yet. */
void test_topology(uint16_t domid, unsigned nr_vcpus);
/* Packages of two, for all vCPUs; twice, since the later one counts. */
void set_topology(uint16_t domid, unsigned nr_vcpus);
void test_running(uint16_t domid);

/* ---- domctl-memory.c ----------------------------------------------------- */

int residency(uint16_t domid, struct zp_numa_residency *op);
int policy(uint16_t domid, struct zp_numa_policy *op);
/* Adds up all parts, for print_count(). Returns 0 or an errno. */
int count(uint16_t domid, uint64_t gfn, uint64_t end);
void print_count(void);
void test_residency(uint16_t domid);
void test_policy(uint16_t domid, bool has_vnuma);
void set_policy(uint16_t domid, bool strict);
/* Pages out of the domain or into it, one by one. Returns how many went. */
long change(uint16_t domid, uint64_t gfn, unsigned long nr, unsigned order,
            bool in, unsigned flags);
/* A guest with vNUMA. @pnodes: where its vnodes are. */
void test_strict(uint16_t domid, const unsigned *pnodes);

#endif
