/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the machine is doing: free and promised memory, vcpus, cpupool. */
#include <errno.h>
#include <string.h>

#include "xen/probe.h"

static void add_domain(struct zp_xen *xen, const libxl_dominfo *info,
                       struct zp__ledger *ledger)
{
    libxl_vcpuinfo *vcpus;
    int i, p, nr = 0, nr_pcpus;

    /* What it holds is not free; what it will take is claimed. */
    zp__ledger_add_claim(ledger, info->outstanding_memkb);
    /* It may be gone by now: then it weighs nothing. */
    vcpus = libxl_list_vcpu(xen->ctx, info->domid, &nr, &nr_pcpus);
    for (i = 0; vcpus && i < nr; i++) {
        struct zp_pcpuset set = { { 0 } };

        for (p = 0; p < ZP_MAX_PCPUS; p++) {
            if (libxl_bitmap_test(&vcpus[i].cpumap, p))
                zp_pcpuset_add(&set, (uint32_t)p);
        }
        zp__ledger_add_vcpu(ledger, &set);
    }
    libxl_vcpuinfo_list_free(vcpus, vcpus ? nr : 0);
}

static void add_zone(const struct zp__host *host,
                     const struct zp__record *rec, struct zp__ledger *ledger)
{
    const libxl_dominfo *info = zp__domain_in(host->doms, host->nr_doms,
                                              rec->uuid);
    const libxl_dominfo *after = zp__domain_in(host->doms_after,
                                               host->nr_doms_after,
                                               rec->uuid);
    struct zp__held held = {
        .building = rec->phase == ZP__LAUNCHING ||
                    rec->phase == ZP__REBOOTING ||
                    rec->phase == ZP__RESERVED,
        .reserved = rec->phase == ZP__RESERVED,
        .domain = info != NULL || after != NULL,
        .before_kib = info ? info->current_memkb : 0,
        .after_kib = after ? after->current_memkb : 0,
    };
    struct zp_zone_spec spec;

    /* A spoilt record says nothing; what the domain holds isn't free. */
    if (zp_zone_spec_from_json(rec->spec, strlen(rec->spec), &spec, NULL))
        return;
    zp__ledger_add_zone(ledger, &spec.plan, &held);
    zp_zone_spec_clear(&spec);
}

/* What an adopted guest has given back is kept for it. One that has another
 * domain by now is another guest. */
static void add_adopted(const struct zp__host *host,
                        const libxl_dominfo *info, struct zp__ledger *ledger)
{
    size_t i;

    for (i = 0; i < host->nr_adopted; i++) {
        const struct zp_guest_facts *facts = &host->adopted[i];
        const libxl_dominfo *after = zp__domain_in(host->doms_after,
                                                   host->nr_doms_after,
                                                   facts->uuid);
        struct zp__held held = {
            .before_kib = info->current_memkb,
            .after_kib = after ? after->current_memkb : 0,
        };

        if (after && info->domid == facts->domid &&
            zp__domain_in(info, 1, facts->uuid))
            zp__ledger_add_guest(ledger, facts->mem_kib, facts->held_kib,
                                 &held);
    }
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
                   struct zp__ledger *ledger)
{
    size_t r;
    int i;

    for (r = 0; r < host->nr_recs; r++) {
        const struct zp__record *rec = &host->recs[r];

        /* What is ending gives its memory back. A launcher that is dead may
         * have been done, so its record counts until it is mended. */
        if (rec->phase != ZP__ENDING)
            add_zone(host, rec, ledger);
    }
    for (i = 0; i < host->nr_doms; i++) {
        /* Of a dead one Xen says what is not free, and nothing runs. */
        if (host->doms[i].dying || is_zone(host, &host->doms[i]))
            continue;
        add_domain(xen, &host->doms[i], ledger);
        add_adopted(host, &host->doms[i], ledger);
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

static int set_node(const struct zp__host *host,
                    const struct zp_host_options *opt,
                    const struct zp_topology *topo, struct zp_load *load,
                    uint32_t pos, struct zp_error *err)
{
    uint32_t node = zp_topology_os_id(topo, pos);
    uint64_t reserve_kib = host->mem_kib[node] / 100 * opt->reserve_percent;
    int rc;

    if (reserve_kib < opt->reserve_min_kib)
        reserve_kib = opt->reserve_min_kib;
    rc = zp_load_set_free(load, pos, host->nodes[node].free / 1024, err);
    if (!rc)
        rc = zp_load_set_reserve(load, pos, reserve_kib, err);
    return rc;
}

int zp__host_load(struct zp_xen *xen, const struct zp__host *host,
                  const struct zp_host_options *opt,
                  const struct zp_topology *topo, enum zp__view view,
                  struct zp_load **load_out, bool *motion_out,
                  struct zp_error *err)
{
    struct zp_load *load = NULL;
    struct zp__ledger ledger;
    uint32_t pos;
    int rc;

    zp__ledger_init(&ledger, topo, view);
    sum_up(xen, host, &ledger);
    rc = zp_load_new(topo, &load, err);
    for (pos = 0; !rc && pos < zp_topology_nr_pnodes(topo); pos++)
        rc = set_node(host, opt, topo, load, pos, err);
    if (!rc)
        rc = zp__ledger_apply(&ledger, load, err);
    if (!rc)
        rc = set_pool(xen, opt->cpupool, load, err);
    if (rc) {
        zp_load_free(load);
        return rc;
    }
    zp_load_set_reserved_pcpus(load, &opt->reserved_pcpus);
    *load_out = load;
    if (motion_out)
        *motion_out = ledger.motion;
    return ZP_OK;
}
