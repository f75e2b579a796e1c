/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Promises in numbers. Public calls only: the Xen side takes this file in. */
#include "core/ledger.h"

#include <string.h>

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t less_of(const struct zp__held *held)
{
    return least(held->before_kib, held->after_kib);
}

static uint64_t more_of(const struct zp__held *held)
{
    return held->before_kib > held->after_kib ? held->before_kib
                                              : held->after_kib;
}

void zp__plan_missing(const struct zp_plan *plan, uint64_t held_kib,
                      uint64_t missing_kib[ZP_MAX_VNODES])
{
    struct zp_range ranges[ZP_MAX_VNODES + 1];
    uint32_t i, nr = zp_plan_ranges(plan, ranges);
    uint64_t size;

    memset(missing_kib, 0, ZP_MAX_VNODES * sizeof(*missing_kib));
    for (i = 0; i < nr; i++) {
        size = (ranges[i].end - ranges[i].start) / 1024;
        if (held_kib >= size) {
            held_kib -= size;
            continue;
        }
        missing_kib[ranges[i].vnode] += size - held_kib;
        held_kib = 0;
    }
}

void zp__ledger_init(struct zp__ledger *ledger,
                     const struct zp_topology *topo, enum zp__view view)
{
    memset(ledger, 0, sizeof(*ledger));
    ledger->topo = topo;
    ledger->view = view;
}

/*
 * What is left of the overhead on each pnode. The pool, which is most of it,
 * is taken before the first page of the guest: whoever holds an extent has it
 * (libxl__arch_domain_create(), then libxl__build_hvm()).
 */
static uint64_t overhead_left(const struct zp__ledger *ledger,
                              const struct zp_plan *plan,
                              const struct zp__held *held)
{
    uint64_t share = plan->overhead_share_kib;

    if (!held->building)
        return 0;
    if (ledger->view == ZP__HOPEFUL)
        return held->domain ? 0 : share;
    if (less_of(held) < ZP_UNIT_KIB)
        return share;
    /* A PV guest has all of this but the pool. */
    return least(share, zp_overhead_kib(ZP_GUEST_PV, plan->nr_vcpu_ids, 0));
}

/* Pages that a zone gives back while we look are in the free memory and among
 * those it holds: so the lower of two looks counts. */
static void promise(struct zp__ledger *ledger, const struct zp_plan *plan,
                    const struct zp__held *held,
                    uint64_t missing_kib[ZP_MAX_VNODES])
{
    bool hopeful = ledger->view == ZP__HOPEFUL;
    uint32_t i;

    memset(missing_kib, 0, ZP_MAX_VNODES * sizeof(*missing_kib));
    if (!held->building && plan->memory_policy == ZP_MEMORY_DYNAMIC)
        return;
    zp__plan_missing(plan, hopeful ? more_of(held) : less_of(held),
                     missing_kib);
    for (i = 0; hopeful && held->domain && i < plan->nr_vnodes; i++)
        missing_kib[i] = minus(missing_kib[i], ZP__EXTENT_KIB);
}

/* Where a zone's vcpus run: what later zones keep off, or share. */
static void add_pcpus(struct zp__ledger *ledger, const struct zp_plan *plan,
                      uint32_t vnode)
{
    const struct zp_vnode *of = &plan->vnode[vnode];
    struct zp_pcpuset set;
    uint32_t nr, pcpu, i;

    if (plan->dedicated)
        zp__pcpuset_join(&ledger->dedicated, &of->pcpus);
    for (i = 0; !plan->dedicated && i < of->nr_vcpus; i++) {
        zp_plan_vcpu_pcpus(plan, of->first_vcpu + i, &set);
        nr = zp_pcpuset_count(&set);
        for (pcpu = zp_pcpuset_next(&set, 0); pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(&set, pcpu + 1))
            ledger->pcpu_milli[pcpu] += nr < 1000 ? 1000 / nr : 1;
    }
}

void zp__ledger_add_zone(struct zp__ledger *ledger,
                         const struct zp_plan *plan,
                         const struct zp__held *held)
{
    uint64_t missing_kib[ZP_MAX_VNODES], charged = 0;
    uint32_t i, pos;

    promise(ledger, plan, held, missing_kib);
    ledger->motion |= held->building && !held->reserved;
    for (i = 0; i < plan->nr_vnodes; i++) {
        pos = zp_topology_pos(ledger->topo, plan->vnode[i].pnode_os_id);
        if (pos == ZP_UNKNOWN_ID)
            continue;
        /* Dedicated pcpus are out of what ratios are about. */
        if (!plan->dedicated)
            ledger->vcpu_parts[pos] += plan->vnode[i].nr_vcpus *
                                       ZP__VCPU_PARTS;
        add_pcpus(ledger, plan, i);
        ledger->promised_kib[pos] += missing_kib[i];
        /* Once a pnode, however many of the vnodes are on it. */
        if (!(charged & (uint64_t)1 << pos))
            ledger->promised_kib[pos] += overhead_left(ledger, plan, held);
        charged |= (uint64_t)1 << pos;
    }
}

void zp__ledger_add_guest(struct zp__ledger *ledger, uint64_t mem_kib,
                          const uint64_t held_kib[ZP_MAX_PNODES],
                          const struct zp__held *held)
{
    bool hopeful = ledger->view == ZP__HOPEFUL;
    uint64_t lacks = minus(mem_kib, hopeful ? more_of(held) : less_of(held));
    uint32_t pos, os_id;

    if (hopeful)
        lacks = minus(lacks, ZP__EXTENT_KIB);
    for (pos = 0; pos < zp_topology_nr_pnodes(ledger->topo); pos++) {
        os_id = zp_topology_os_id(ledger->topo, pos);
        if (os_id < ZP_MAX_PNODES)
            ledger->promised_kib[pos] += least(lacks, held_kib[os_id]);
    }
}

void zp__ledger_add_vcpu(struct zp__ledger *ledger,
                         const struct zp_pcpuset *pcpus)
{
    uint32_t pos, i, nr = 0, on[ZP_MAX_PNODES];

    for (pos = 0; pos < zp_topology_nr_pnodes(ledger->topo); pos++) {
        if (zp_pcpuset_intersects(zp_topology_pcpus(ledger->topo, pos),
                                  pcpus))
            on[nr++] = pos;
    }
    for (i = 0; i < nr; i++)
        ledger->vcpu_parts[on[i]] += ZP__VCPU_PARTS / nr;
}

void zp__ledger_add_claim(struct zp__ledger *ledger, uint64_t kib)
{
    ledger->claimed_kib += kib;
}

int zp__ledger_apply(const struct zp__ledger *ledger, struct zp_load *load,
                     struct zp_error *err)
{
    uint32_t pos, pcpu;
    int rc = ZP_OK;

    zp_load_set_dedicated_pcpus(load, &ledger->dedicated);
    for (pcpu = 0; !rc && pcpu < ZP_MAX_PCPUS; pcpu++)
        rc = zp_load_set_pcpu_milli(load, pcpu, ledger->pcpu_milli[pcpu], err);
    for (pos = 0; !rc && pos < zp_topology_nr_pnodes(ledger->topo); pos++) {
        rc = zp_load_set_free(load, pos,
                              minus(zp_load_free_kib(load, pos),
                                    ledger->claimed_kib), err);
        if (!rc)
            rc = zp_load_set_promised(load, pos,
                                      least(ledger->promised_kib[pos],
                                            ZP_MAX_MEM_KIB), err);
        if (!rc)
            rc = zp_load_set_used_vcpus(load, pos, (uint32_t)least(
                (ledger->vcpu_parts[pos] + ZP__VCPU_PARTS / 2) /
                    ZP__VCPU_PARTS, UINT32_MAX), err);
    }
    return rc;
}
