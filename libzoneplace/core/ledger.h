/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ledger: what the host's memory and pcpus are promised to, in numbers. It
 * is rebuilt from records and domains whenever it is needed; nothing keeps it.
 *
 * Zones take their memory while nobody holds the lock, so what is free and
 * what a zone holds are never read at the same moment. The ledger therefore
 * gives two views. The *safe* one counts what may be in motion twice: a plan
 * that it admits has its memory. The *hopeful* one leaves out all that may be
 * in motion: a plan that it refuses will not fit when all has settled. What
 * only the hopeful one admits is not known yet: look again.
 */
#ifndef ZP_LEDGER_H
#define ZP_LEDGER_H

#include "internal.h"

enum zp__view { ZP__SAFE, ZP__HOPEFUL };

struct zp__ledger {
    const struct zp_topology *topo;
    enum zp__view view;
    bool motion;                 /* a zone is being built: the views differ */
    /* Slots: pnode positions. */
    uint64_t promised_kib[ZP_MAX_PNODES];
    uint64_t vcpu_parts[ZP_MAX_PNODES]; /* in 1/ZP__VCPU_PARTS of a vcpu */
    uint64_t claimed_kib;        /* on no pnode in particular */
    struct zp_pcpuset dedicated; /* to one zone each */
    uint32_t pcpu_milli[ZP_MAX_PCPUS]; /* of zones that float; slot: pcpu */
};
#define ZP__VCPU_PARTS ((uint64_t)1 << 20)

/* The largest piece in which a zone's memory is taken: a 1 GiB extent has left
 * the free memory before the zone is seen to hold it. */
#define ZP__EXTENT_KIB ((uint64_t)1 << 20)

/* What is known of a zone's memory, in KiB, seen before and after the free
 * memory was read. */
struct zp__held {
    bool building;               /* launching, or rebooting */
    bool reserved;               /* building, but nobody does it yet: nothing
                                  * is in motion */
    bool domain;                 /* there is one: its pool has been taken */
    uint64_t before_kib;
    uint64_t after_kib;
};

void zp__ledger_init(struct zp__ledger *ledger,
                     const struct zp_topology *topo, enum zp__view view);
/* A zone weighs by its plan: its padding vcpus never run. While it is built,
 * what it doesn't hold yet is promised, and its overhead; later what a static
 * one has lost, since it comes back with a reboot. */
void zp__ledger_add_zone(struct zp__ledger *ledger,
                         const struct zp_plan *plan,
                         const struct zp__held *held);
/* A guest of others that has been adopted: what of @mem_kib it lacks is kept
 * for it. On which of its pnodes it is missing nobody knows: as much is kept on
 * each as it had there (@held_kib, slot: os_id). */
void zp__ledger_add_guest(struct zp__ledger *ledger, uint64_t mem_kib,
                          const uint64_t held_kib[ZP_MAX_PNODES],
                          const struct zp__held *held);
/* A vcpu that is no zone's: it weighs on the pnodes it may run on, in equal
 * parts. */
void zp__ledger_add_vcpu(struct zp__ledger *ledger,
                         const struct zp_pcpuset *pcpus);
/* Memory that somebody has a claim on (XENMEM_claim_pages). A claim is on the
 * host: the whole of it may be taken from any node. */
void zp__ledger_add_claim(struct zp__ledger *ledger, uint64_t kib);
/* Puts promises and vcpus into @load, whose free memory is what was read, and
 * takes claims off that. RANGE. */
int zp__ledger_apply(const struct zp__ledger *ledger, struct zp_load *load,
                     struct zp_error *err);

/* Of @held KiB of a zone that is being built, what is not yet there, per
 * vnode: the builder fills the ranges in ascending address order. */
void zp__plan_missing(const struct zp_plan *plan, uint64_t held_kib,
                      uint64_t missing_kib[ZP_MAX_VNODES]);

#endif
