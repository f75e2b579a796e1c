/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone as libxl wants to hear it. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libxlutil.h>

#include "xen/patched.h"
#include "xen/launch/launch.h"

static int nomem_if(bool failed, struct zp_error *err)
{
    return failed ? zp__nomem(err) : ZP_OK;
}

static int set_string(char **field, const char *value, struct zp_error *err)
{
    if (!value || !value[0])
        return ZP_OK;
    *field = strdup(value);
    return nomem_if(!*field, err);
}

static int make_create_info(struct zp_xen *xen,
                            const struct zp_zone_spec *spec,
                            libxl_domain_create_info *c,
                            struct zp_error *err)
{
    uint32_t pool;

    c->type = spec->plan.type == ZP_GUEST_PV ? LIBXL_DOMAIN_TYPE_PV
                                             : LIBXL_DOMAIN_TYPE_PVH;
    if (libxl_uuid_from_string(&c->uuid, spec->uuid))
        return zp__fail(err, ZP_ERR_INVAL, "uuid", "not a uuid: %s",
                        spec->uuid);
    if (c->type == LIBXL_DOMAIN_TYPE_PVH)
        libxl_defbool_set(&c->hap, true);
    c->passthrough = LIBXL_PASSTHROUGH_DISABLED;
    if (spec->cpupool[0]) {
        if (libxl_name_to_cpupoolid(xen->ctx, spec->cpupool, &pool))
            return zp__fail(err, ZP_ERR_NOTFOUND, "cpupool",
                            "there is no cpupool %s", spec->cpupool);
        c->poolid = pool;
    }
    return set_string(&c->name, spec->request.name, err);
}

/* One map for a vcpu, hard and soft. */
static int set_affinity(struct zp_xen *xen, const struct zp_pcpuset *set,
                        libxl_bitmap *map, struct zp_error *err)
{
    uint32_t p;

    libxl_bitmap_init(map);
    if (libxl_cpu_bitmap_alloc(xen->ctx, map, 0))
        return zp__nomem(err);
    for (p = zp_pcpuset_next(set, 0); p != ZP_UNKNOWN_ID;
         p = zp_pcpuset_next(set, p + 1))
        libxl_bitmap_set(map, (int)p);
    return ZP_OK;
}

static int make_vcpus(struct zp_xen *xen, const struct zp_plan *plan,
                      libxl_domain_build_info *b, struct zp_error *err)
{
    uint32_t i, nr = plan->nr_vcpu_ids;
    struct zp_pcpuset set;
    int rc = ZP_OK;

    b->max_vcpus = (int)nr;
    /* Exactly so many: libxl copies the map into a field of 128 bits. */
    if (libxl_cpu_bitmap_alloc(xen->ctx, &b->avail_vcpus, (int)nr))
        return zp__nomem(err);
    b->vcpu_hard_affinity = calloc(nr, sizeof(libxl_bitmap));
    b->vcpu_soft_affinity = calloc(nr, sizeof(libxl_bitmap));
    if (!b->vcpu_hard_affinity || !b->vcpu_soft_affinity)
        return zp__nomem(err);
    for (i = 0; i < nr && !rc; i++) {
        zp_plan_vcpu_pcpus(plan, i, &set);
        if (zp_plan_online(plan, i))
            libxl_bitmap_set(&b->avail_vcpus, (int)i);
        rc = set_affinity(xen, &set, &b->vcpu_hard_affinity[i], err);
        b->num_vcpu_hard_affinity = (int)i + 1;
        if (!rc)
            rc = set_affinity(xen, &set, &b->vcpu_soft_affinity[i], err);
        b->num_vcpu_soft_affinity = (int)i + 1;
    }
    return rc;
}

/* Even a zone of one vnode has one: it alone makes Xen take the memory from
 * that node and no other. */
static int make_vnodes(struct zp_xen *xen, const struct zp_plan *plan,
                       libxl_domain_build_info *b, struct zp_error *err)
{
    uint32_t i, j, v, nr = plan->nr_vnodes;

    if (libxl_node_bitmap_alloc(xen->ctx, &b->nodemap, 0))
        return zp__nomem(err);
    for (i = 0; i < nr; i++)
        libxl_bitmap_set(&b->nodemap, (int)plan->vnode[i].pnode_os_id);
    if (plan->type == ZP_GUEST_PV)
        return ZP_OK;
    b->vnuma_nodes = calloc(nr, sizeof(*b->vnuma_nodes));
    if (!b->vnuma_nodes)
        return zp__nomem(err);
    for (i = 0; i < nr; i++) {
        libxl_vnode_info *node = &b->vnuma_nodes[i];

        libxl_vnode_info_init(node);
        b->num_vnuma_nodes = (int)i + 1;
        node->memkb = plan->vnode[i].mem_kib;
        node->pnode = plan->vnode[i].pnode_os_id;
        node->distances = calloc(nr, sizeof(*node->distances));
        if (!node->distances ||
            libxl_cpu_bitmap_alloc(xen->ctx, &node->vcpus,
                                   (int)plan->nr_vcpu_ids))
            return zp__nomem(err);
        node->num_distances = (int)nr;
        for (j = 0; j < nr; j++)
            node->distances[j] = plan->dist[i * nr + j];
        for (v = 0; v < plan->nr_vcpu_ids; v++) {
            if (zp_plan_vnode_of(plan, v) == i)
                libxl_bitmap_set(&node->vcpus, (int)v);
        }
    }
    return ZP_OK;
}

static int add_cpuid(libxl_domain_build_info *b, const char *text,
                     struct zp_error *err)
{
    if (libxl_cpuid_parse_config(&b->cpuid, text) == 0)
        return ZP_OK;
    return libxl_cpuid_parse_config_xend(&b->cpuid, text) == 0
               ? ZP_OK
               : zp__fail(err, ZP_ERR_PARSE, "cpuid",
                          "cpuid: libxl does not understand \"%s\"", text);
}

/*
 * Unmodified Xen gives vcpu V the APIC id 2V and shows no topology leaf that
 * says which bits of it are the package. Ids are padded so that a vnode has
 * a power of two of them; the legacy leaves then make every vnode a package.
 */
static int make_packages(const struct zp_plan *plan,
                         libxl_domain_build_info *b, struct zp_error *err)
{
    uint32_t ids = 2 * plan->vcpu_stride, bits = 0, i;
    char text[64];
    int rc;

    /* A patched Xen is told the leaves later; this one bit is not theirs:
     * legacy counts are those of cores (AMD Fn8000_0001_ECX[1]). */
    if (plan->threads_per_core && plan->nr_vcpu_ids > 1 &&
        zp__host_vendor() == ZP_VENDOR_AMD)
        return add_cpuid(b, "cmplegacy=1", err);
    if (!plan->show_numa || !plan->vcpu_stride ||
        plan->tier != ZP_TIER_STOCK)
        return ZP_OK;
    while ((uint32_t)1 << bits < ids)
        bits++;
    ids = (uint32_t)1 << bits;
    snprintf(text, sizeof(text), "proccount=%u", ids);
    rc = add_cpuid(b, text, err);
    if (rc)
        return rc;
    if (zp__host_vendor() == ZP_VENDOR_AMD) {
        snprintf(text, sizeof(text), "apicidsize=%u", bits);
        rc = add_cpuid(b, text, err);
        snprintf(text, sizeof(text), "nc=%u", ids - 1);
        return rc ? rc : add_cpuid(b, text, err);
    }
    /* Leaf 4, EAX[31:26]: cores of the package less one, of six bits. */
    for (i = 0; i < 4; i++) {
        char reg[33] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        uint32_t cores = ids - 1 > 63 ? 63 : ids - 1, bit;

        for (bit = 0; bit < 6; bit++)
            reg[5 - bit] = cores >> bit & 1 ? '1' : '0';
        snprintf(text, sizeof(text), "4,%u:eax=%s", i, reg);
        rc = add_cpuid(b, text, err);
        if (rc)
            return rc;
    }
    return ZP_OK;
}

/*
 * What libxl sizes by max_memkb is sized for what the zone may become: its
 * page tables are mapped by 4 KiB pages as it grows. And the kernel hears what
 * it is to do with memory that comes: devices wait for the agent, for taken
 * as memory that is there they would crash the guest; what the balloon driver
 * adds itself must come online by itself.
 */
static int make_growth(const struct zp_zone_spec *spec,
                       libxl_domain_build_info *b, struct zp_error *err)
{
    const struct zp_plan *plan = &spec->plan;

    if (plan->growth == ZP_GROWTH_NONE)
        return set_string(&b->cmdline, spec->cmdline, err);
    b->shadow_memkb = 4 * (256 * (uint64_t)plan->nr_vcpu_ids +
                           (zp_plan_max_kib(plan) + 1023) / 1024);
    return zp__cmdline_make(spec->cmdline, plan->growth, &b->cmdline, err);
}

static int make_build_info(struct zp_xen *xen,
                           const struct zp_zone_spec *spec,
                           libxl_domain_build_info *b, struct zp_error *err)
{
    const struct zp_plan *plan = &spec->plan;
    size_t i;
    int rc;

    libxl_domain_build_info_init_type(b, plan->type == ZP_GUEST_PV
                                             ? LIBXL_DOMAIN_TYPE_PV
                                             : LIBXL_DOMAIN_TYPE_PVH);
    b->max_memkb = b->target_memkb = plan->mem_kib;
    /* libxl's own placement would override ours. */
    libxl_defbool_set(&b->numa_placement, false);
    libxl_defbool_set(&b->claim_mode, true);
    libxl_defbool_set(&b->disable_migrate, true);
    /* libxl's default, and more where many vcpus need it. */
    b->event_channels = plan->nr_vcpu_ids > 64 ? 4095 : 1023;
    rc = make_vcpus(xen, plan, b, err);
    if (!rc)
        rc = make_vnodes(xen, plan, b, err);
    if (!rc)
        rc = make_packages(plan, b, err);
    if (!rc)
        rc = set_string(&b->kernel, spec->kernel, err);
    if (!rc)
        rc = set_string(&b->ramdisk, spec->ramdisk, err);
    if (!rc)
        rc = make_growth(spec, b, err);
    for (i = 0; i < spec->nr_cpuid && !rc; i++)
        rc = add_cpuid(b, spec->cpuid[i], err);
    return rc;
}

static int make_nic(const char *text, XLU_Config *cfg, libxl_device_nic *nic,
                    struct zp_error *err)
{
    struct zp__vif vif;
    int rc = zp__vif_parse(text, &vif, err);

    if (rc)
        return rc;
    if (vif.has_mac)
        memcpy(nic->mac, vif.mac, sizeof(vif.mac));
    if (vif.rate[0] && xlu_vif_parse_rate(cfg, vif.rate, nic))
        return zp__fail(err, ZP_ERR_PARSE, "vif", "vif: rate %s", vif.rate);
    rc = set_string(&nic->bridge, vif.bridge, err);
    if (!rc)
        rc = set_string(&nic->ip, vif.ip, err);
    if (!rc)
        rc = set_string(&nic->script, vif.script, err);
    if (!rc)
        rc = set_string(&nic->ifname, vif.vifname, err);
    if (!rc)
        rc = set_string(&nic->backend_domname, vif.backend, err);
    return rc;
}

static int make_nics(const struct zp_zone_spec *spec,
                     libxl_domain_config *config, struct zp_error *err)
{
    XLU_Config *cfg;
    size_t i;
    int rc = ZP_OK;

    if (!spec->nr_vifs)
        return ZP_OK;
    cfg = xlu_cfg_init(stderr, "vif");
    config->nics = calloc(spec->nr_vifs, sizeof(*config->nics));
    if (!cfg || !config->nics)
        rc = zp__nomem(err);
    for (i = 0; i < spec->nr_vifs && !rc; i++) {
        libxl_device_nic_init(&config->nics[i]);
        config->num_nics = (int)i + 1;
        config->nics[i].devid = (int)i;
        rc = make_nic(spec->vifs[i], cfg, &config->nics[i], err);
    }
    if (cfg)
        xlu_cfg_destroy(cfg);
    return rc;
}

void zp__config_clear(struct zp__config *config)
{
    unsigned i;

    for (i = 0; i < config->nr_loops; i++)
        close(config->loops[i]);
    config->nr_loops = 0;
    libxl_domain_config_dispose(&config->libxl);
}

int zp__config_make(struct zp_xen *xen, const struct zp_zone_spec *spec,
                    struct zp__config *config_out, struct zp_error *err)
{
    struct zp__config *config = config_out;
    int rc;

    config->nr_loops = 0;
    libxl_domain_config_init(&config->libxl);
    rc = make_create_info(xen, spec, &config->libxl.c_info, err);
    if (!rc)
        rc = make_build_info(xen, spec, &config->libxl.b_info, err);
    if (!rc)
        rc = make_nics(spec, &config->libxl, err);
    if (!rc)
        rc = zp__config_disks(spec, config, err);
    /* The monitor decides what follows; libxl only notes it. */
    config->libxl.on_poweroff = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
    config->libxl.on_reboot = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
    config->libxl.on_crash = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
    if (rc)
        zp__config_clear(config);
    return rc;
}
