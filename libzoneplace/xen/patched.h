/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * patched.h - the private domctls of a Xen with xen-patches/
 *
 * Whether they are there is found out by calling: each answers with its
 * signature inverted. The version of Xen says nothing.
 */
#ifndef ZP_XEN_PATCHED_H
#define ZP_XEN_PATCHED_H

#include <zoneplace-domctl.h>

#include "xen/xen.h"

enum zp__call { ZP__CALL_TOPOLOGY, ZP__CALL_RESIDENCY, ZP__CALL_POLICY };
enum { ZP__NR_CALLS = 3 };

enum zp__answer {
    ZP__ABSENT,                  /* ENOSYS, EOPNOTSUPP, or no signature */
    ZP__THERE,
    ZP__BARRED,                  /* EPERM or EACCES: XSM */
};

/* Opens the hypercall device and does the harmless form of each call. */
int zp__domctl_open(xentoollog_logger *log, struct zp__domctl **domctl_out,
                    struct zp_error *err);
void zp__domctl_close(struct zp__domctl *domctl);
bool zp__domctl_has(const struct zp__domctl *domctl, enum zp__call call);
/* zp__residency_of() with what this Xen has answered. */
bool zp__domctl_counts(const struct zp__domctl *domctl,
                       const libxl_dominfo *info);
/* PATCHED: topology and policy are there. Residency is used if it is. */
enum zp_tier zp__domctl_tier(const struct zp__domctl *domctl);
/* What keeps the host from the tier that its Xen could have; "" if nothing. */
void zp__domctl_note(const struct zp__domctl *domctl, char *buf, size_t size);

/* The vcpu's APIC id and leaves; until the domain first runs. */
int zp__domctl_set_topology(struct zp__domctl *domctl, uint32_t domid,
                            uint32_t vcpu, uint32_t x2apic_id,
                            const struct zp_cpuid_leaf *leaves, uint32_t nr,
                            struct zp_error *err);
/* What it was given; the id it has and no leaves if that was nothing. */
int zp__domctl_get_topology(struct zp__domctl *domctl, uint32_t domid,
                            uint32_t vcpu, uint32_t *x2apic_id_out,
                            struct zp_cpuid_leaf leaves[ZP_MAX_CPUID_LEAVES],
                            uint32_t *nr_out, struct zp_error *err);
/* 4 KiB pages of RAM at [gfn, end_gfn) by Xen's node id. Of a guest with its
 * own address space, and not once it is dying: zp__residency_of(). */
int zp__domctl_residency(struct zp__domctl *domctl, uint32_t domid,
                         uint64_t gfn, uint64_t end_gfn,
                         uint64_t pages_out[ZP_MAX_PNODES],
                         struct zp_error *err);
int zp__domctl_set_strict(struct zp__domctl *domctl, uint32_t domid,
                          struct zp_error *err);
int zp__domctl_get_strict(struct zp__domctl *domctl, uint32_t domid,
                          bool *strict_out, struct zp_error *err);

/* ---- topology.c ------------------------------------------------------ */

enum zp_vendor zp__host_vendor(void);
/* Tells Xen ids and leaves of all vcpus of a plan of the patched tier. */
int zp__topology_apply(struct zp_xen *xen, const struct zp_plan *plan,
                       uint32_t domid, struct zp_error *err);
/* Vcpus whose id or leaves in Xen are not the plan's; leaves that Xen has. */
int zp__topology_compare(struct zp_xen *xen, const struct zp_plan *plan,
                         uint32_t domid, uint32_t *differ_out,
                         uint32_t *nr_leaves_out, struct zp_error *err);

/* ---- pure pieces ----------------------------------------------------- */

/* @rc, @sys: the hypercall's; @seen: the signature as it came back. */
enum zp__answer zp__domctl_answer(int rc, int sys, uint32_t sent,
                                  uint32_t seen);
enum zp_tier zp__tier_of(const enum zp__answer answer[ZP__NR_CALLS]);
void zp__tier_note(const enum zp__answer answer[ZP__NR_CALLS], char *buf,
                   size_t size);
/* Does Xen count that domain's pages by the call? Not dom0's, nor those of a
 * PV guest, which has no address space of its own. */
bool zp__residency_of(enum zp__answer answer, const libxl_dominfo *info);

#endif
