/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest's cores: checked, and made from what the host's topology knows. */
#include "render/cpuid.h"

enum {
    KIB = 1024,
    MIB = 1024 * KIB,
    MAX_WAYS = 1024,                     /* 10 bits, less one */
    MIN_LINE = 8,                        /* the unit of 1.EBX[15:8] */
    MAX_LINE = 1024,
};

static int check_cache(const struct zp_cache_model *m, const char *name,
                       struct zp_error *err)
{
    if (!m->bytes)
        return ZP_OK;
    if (m->line < MIN_LINE || m->line > MAX_LINE || (m->line & (m->line - 1)))
        return zp__fail(err, ZP_ERR_INVAL, "cache",
                        "%s: a line of %u bytes, not a power of two in %u..%u",
                        name, m->line, MIN_LINE, MAX_LINE);
    if (!m->ways || m->ways > MAX_WAYS)
        return zp__fail(err, ZP_ERR_INVAL, "cache", "%s: %u ways, not 1..%u",
                        name, m->ways, MAX_WAYS);
    if (m->bytes % (m->ways * m->line))
        return zp__fail(err, ZP_ERR_INVAL, "cache",
                        "%s: %u bytes are no whole sets of %u ways of %u",
                        name, m->bytes, m->ways, m->line);
    return ZP_OK;
}

int zp__core_model_check(const struct zp_core_model *model,
                         struct zp_error *err)
{
    int rc;

    if (model->vendor != ZP_VENDOR_AMD && model->vendor != ZP_VENDOR_INTEL)
        return zp__fail(err, ZP_ERR_INVAL, "vendor", "vendor %u is not known",
                        (unsigned)model->vendor);
    if (model->packages != ZP_PACKAGES_SOCKET &&
        model->packages != ZP_PACKAGES_NODE)
        return zp__fail(err, ZP_ERR_INVAL, "packages",
                        "packages by %u are not known",
                        (unsigned)model->packages);
    if (model->threads_per_core < 1 || model->threads_per_core > 2)
        return zp__fail(err, ZP_ERR_RANGE, "threads",
                        "%u threads per core, not 1 or 2",
                        model->threads_per_core);
    rc = check_cache(&model->l1d, "L1d", err);
    if (!rc)
        rc = check_cache(&model->l1i, "L1i", err);
    if (!rc)
        rc = check_cache(&model->l2, "L2", err);
    return rc ? rc : check_cache(&model->l3, "L3", err);
}

int zp__common_threads(const struct zp_topology *topo, const uint32_t *pos,
                       uint32_t nr, uint32_t asked, uint32_t *threads_out,
                       struct zp_error *err)
{
    uint32_t common = 2, threads, i;

    for (i = 0; i < nr; i++) {
        threads = zp__topology_threads(topo, pos[i]);
        if (asked == 2 && threads < 2)
            return zp__fail(err, ZP_ERR_UNSUPPORTED, "threads",
                            "2 threads per core: node %u %s",
                            zp_topology_os_id(topo, pos[i]),
                            threads ? "has 1" : "does not say what it has");
        if (threads < 2)
            common = 1;
    }
    *threads_out = asked ? asked : common;
    return ZP_OK;
}

static int plan_threads(const struct zp_topology *topo,
                        const struct zp_plan *plan, uint32_t asked,
                        uint32_t *threads_out, struct zp_error *err)
{
    uint32_t pos[ZP_MAX_VNODES], i;

    for (i = 0; i < plan->nr_cpu_vnodes && i < ZP_MAX_VNODES; i++) {
        pos[i] = plan->vnode[i].pnode;
        if (pos[i] >= zp_topology_nr_pnodes(topo))
            return zp__fail(err, ZP_ERR_INVAL, "pnode",
                            "vnode %u is on pnode position %u, the host has "
                            "%u pnodes", i, pos[i],
                            zp_topology_nr_pnodes(topo));
    }
    return zp__common_threads(topo, pos, i, asked, threads_out, err);
}

static int make_model(enum zp_vendor vendor, uint32_t threads,
                      enum zp_packages packages,
                      struct zp_core_model *model_out, struct zp_error *err)
{
    /* a Zen 3 and an Ice Lake server */
    const struct zp_core_model amd = {
        .l1d = { 32 * KIB, 8, 64, false }, .l1i = { 32 * KIB, 8, 64, false },
        .l2 = { 512 * KIB, 8, 64, true }, .l3 = { 32 * MIB, 16, 64, false },
    };
    const struct zp_core_model intel = {
        .l1d = { 48 * KIB, 12, 64, false }, .l1i = { 32 * KIB, 8, 64, false },
        .l2 = { 1280 * KIB, 20, 64, false }, .l3 = { 36 * MIB, 12, 64, false },
    };
    struct zp_core_model model = vendor == ZP_VENDOR_INTEL ? intel : amd;
    int rc;

    model.vendor = vendor;
    model.packages = packages;
    model.threads_per_core = threads;
    rc = zp__core_model_check(&model, err);
    if (!rc)
        *model_out = model;
    return rc;
}

int zp_core_model_from_topology(const struct zp_topology *topo,
                                const struct zp_plan *plan,
                                enum zp_vendor vendor, uint32_t threads,
                                enum zp_packages packages,
                                struct zp_core_model *model_out,
                                struct zp_error *err)
{
    struct zp_core_model model;
    int rc = make_model(vendor, threads ? threads : 1, packages, &model, err);

    if (!rc)
        rc = plan_threads(topo, plan, threads, &model.threads_per_core, err);
    if (!rc)
        *model_out = model;
    return rc;
}

int zp_core_model_from_plan(const struct zp_plan *plan, enum zp_vendor vendor,
                            struct zp_core_model *model_out,
                            struct zp_error *err)
{
    if (!plan->threads_per_core)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "threads",
                        "the plan does not tell the guest its topology");
    return make_model(vendor, plan->threads_per_core, plan->packages,
                      model_out, err);
}
