/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the machine is doing: free and promised memory, vcpus, cpupool. */
#include <errno.h>
#include <string.h>

#include "xen/probe.h"

/* Everything by pnode position. */
struct sums {
    uint64_t promised_kib[ZP_MAX_PNODES];
    uint64_t vcpu_parts[ZP_MAX_PNODES];  /* in 1/PARTS of a vcpu */
    uint64_t claimed_kib;                /* by domains that are no zones */
};
#define PARTS ((uint64_t)1 << 20)

static const libxl_dominfo *domain_of(const struct zp__host *host,
                                      const char *uuid)
{
    libxl_uuid want;
    int i;

    if (libxl_uuid_from_string(&want, uuid))
        return NULL;
    for (i = 0; i < host->nr_doms; i++) {
        if (libxl_uuid_compare(&host->doms[i].uuid, &want) == 0)
            return &host->doms[i];
    }
    return NULL;
}

/* A vcpu weighs on the nodes that it may run on, in equal parts. */
static void add_vcpu(const struct zp_topology *topo,
                     const libxl_bitmap *pcpus, struct sums *sums)
{
    uint32_t pos, p, nr = 0, on[ZP_MAX_PNODES];

    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
        const struct zp_pcpuset *set = zp_topology_pcpus(topo, pos);

        for (p = zp_pcpuset_next(set, 0); p != ZP_UNKNOWN_ID;
             p = zp_pcpuset_next(set, p + 1)) {
            if (libxl_bitmap_test(pcpus, (int)p)) {
                on[nr++] = pos;
                break;
            }
        }
    }
    for (p = 0; p < nr; p++)
        sums->vcpu_parts[on[p]] += PARTS / nr;
}

static void add_domain(struct zp_xen *xen, const struct zp_topology *topo,
                       const libxl_dominfo *info, struct sums *sums)
{
    libxl_vcpuinfo *vcpus;
    int i, nr = 0, nr_pcpus;

    sums->claimed_kib += info->outstanding_memkb;
    /* It may be gone by now: then it weighs nothing. */
    vcpus = libxl_list_vcpu(xen->ctx, info->domid, &nr, &nr_pcpus);
    for (i = 0; vcpus && i < nr; i++)
        add_vcpu(topo, &vcpus[i].cpumap, sums);
    libxl_vcpuinfo_list_free(vcpus, vcpus ? nr : 0);
}

/* A zone weighs by its plan: its padding vcpus never run, and memory that it
 * has been promised and does not hold yet is not free. */
static void add_zone(const struct zp__host *host,
                     const struct zp_topology *topo,
                     const struct zp__record *rec, struct sums *sums)
{
    const libxl_dominfo *info = domain_of(host, rec->uuid);
    uint64_t missing_kib[ZP_MAX_VNODES], charged = 0;
    struct zp_zone_spec spec;
    uint32_t i, pos;

    /* A spoilt record says nothing; what the domain holds isn't free. */
    if (zp_zone_spec_from_json(rec->spec, strlen(rec->spec), &spec, NULL))
        return;
    zp__plan_missing(&spec.plan, info ? info->current_memkb : 0,
                     missing_kib);
    for (i = 0; i < spec.plan.nr_vnodes; i++) {
        pos = zp_topology_pos(topo, spec.plan.vnode[i].pnode_os_id);
        if (pos == ZP_UNKNOWN_ID)
            continue;
        sums->vcpu_parts[pos] += spec.plan.vnode[i].nr_vcpus * PARTS;
        if (rec->phase != ZP__LAUNCHING && rec->phase != ZP__REBOOTING)
            continue;
        sums->promised_kib[pos] += missing_kib[i];
        /* Once a pnode, however many of the vnodes are on it. */
        if (!(charged & (uint64_t)1 << pos))
            sums->promised_kib[pos] += spec.plan.overhead_share_kib;
        charged |= (uint64_t)1 << pos;
    }
    zp_zone_spec_clear(&spec);
}

static bool is_zone(const struct zp__host *host, const libxl_dominfo *info)
{
    libxl_uuid uuid;
    size_t i;

    for (i = 0; i < host->nr_recs; i++) {
        if (libxl_uuid_from_string(&uuid, host->recs[i].uuid) == 0 &&
            libxl_uuid_compare(&info->uuid, &uuid) == 0)
            return true;
    }
    return false;
}

static void sum_up(struct zp_xen *xen, const struct zp__host *host,
                   const struct zp_topology *topo, struct sums *sums)
{
    size_t r;
    int i;

    for (r = 0; r < host->nr_recs; r++) {
        const struct zp__record *rec = &host->recs[r];

        /* What a dead launcher had promised counts no more. */
        if (rec->phase == ZP__LAUNCHING && !zp__who_alive(&rec->holder))
            continue;
        add_zone(host, topo, rec, sums);
    }
    for (i = 0; i < host->nr_doms; i++) {
        if (!is_zone(host, &host->doms[i]))
            add_domain(xen, topo, &host->doms[i], sums);
    }
}

static int set_pool(struct zp_xen *xen, const char *name,
                    struct zp_load *load, struct zp_error *err)
{
    struct zp_pcpuset set = { { 0 } };
    libxl_cpupoolinfo *pools, *pool = NULL;
    int i, nr;

    zp__log_reset(&xen->log);
    pools = libxl_list_cpupool(xen->ctx, &nr);
    if (!pools)
        return zp__log_fail(&xen->log, err, ERROR_FAIL, "listing cpupools");
    for (i = 0; i < nr; i++) {
        if (name[0] ? strcmp(pools[i].pool_name, name) == 0
                    : pools[i].poolid == 0)
            pool = &pools[i];
    }
    for (i = 0; pool && i < ZP_MAX_PCPUS; i++) {
        if (libxl_bitmap_test(&pool->cpumap, i))
            zp_pcpuset_add(&set, (uint32_t)i);
    }
    libxl_cpupoolinfo_list_free(pools, nr);
    if (!pool)
        return zp__fail(err, ZP_ERR_NOTFOUND, "cpupool",
                        "there is no cpupool %s", name);
    zp_load_set_pool(load, &set);
    return ZP_OK;
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static int set_node(const struct zp__host *host, const struct sums *sums,
                    const struct zp_host_options *opt,
                    const struct zp_topology *topo, struct zp_load *load,
                    uint32_t pos, struct zp_error *err)
{
    uint32_t node = zp_topology_os_id(topo, pos);
    uint64_t mem_kib = host->mem_kib[node], reserve_kib;
    int rc;

    reserve_kib = mem_kib / 100 * opt->reserve_percent;
    if (reserve_kib < opt->reserve_min_kib)
        reserve_kib = opt->reserve_min_kib;
    /* A claim is on the host, not on a node: the whole of it may be taken
     * from any of them. */
    rc = zp_load_set_free(load, pos, less(host->nodes[node].free / 1024,
                                          sums->claimed_kib), err);
    if (!rc)
        rc = zp_load_set_promised(load, pos, sums->promised_kib[pos], err);
    if (!rc)
        rc = zp_load_set_reserve(load, pos, reserve_kib, err);
    if (!rc)
        rc = zp_load_set_used_vcpus(load, pos, (uint32_t)
            ((sums->vcpu_parts[pos] + PARTS / 2) / PARTS), err);
    return rc;
}

int zp__host_load(struct zp_xen *xen, const struct zp__host *host,
                  const struct zp_host_options *opt,
                  const struct zp_topology *topo, struct zp_load **load_out,
                  struct zp_error *err)
{
    struct zp_load *load = NULL;
    struct sums sums = { .claimed_kib = 0 };
    uint32_t pos;
    int rc;

    sum_up(xen, host, topo, &sums);
    rc = zp_load_new(topo, &load, err);
    for (pos = 0; !rc && pos < zp_topology_nr_pnodes(topo); pos++)
        rc = set_node(host, &sums, opt, topo, load, pos, err);
    if (!rc)
        rc = set_pool(xen, opt->cpupool, load, err);
    if (rc) {
        zp_load_free(load);
        return rc;
    }
    zp_load_set_reserved_pcpus(load, &opt->reserved_pcpus);
    *load_out = load;
    return ZP_OK;
}
