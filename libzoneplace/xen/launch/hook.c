/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How SRAT and SLIT get into a PVH guest that unmodified libxenlight builds.
 *
 * No released libxenlight can build a PVH guest that has vNUMA: its
 * init_acpi_config() (libxl_x86_acpi.c, the same from Xen 4.8 to 4.21) asks
 * xc_domain_getvnuma() for the sizes, takes the ENOBUFS that is the answer for
 * an error, and would overrun its distance array if it did not. Yet vNUMA is
 * the one way to have Xen put memory on exact nodes.
 *
 * libxenlight calls that function, and xc_dom_build_image() later, through
 * the dynamic linker. This executable defines and exports both, and so stands
 * in front of libxenctrl and libxenguest:
 *
 *  - xc_domain_getvnuma() says that there are no vnodes: libxl then builds
 *    its ACPI tables without SRAT and SLIT. Xen keeps the true ones.
 *  - xc_dom_build_image() is called when tables and E820 map are made and
 *    nothing is loaded yet: it adds ours and goes on in libxenguest.
 *
 * struct xc_dom_image belongs to one version of libxenguest, which its soname
 * names: this file is compiled against the one that it runs with. Seen to work
 * with Xen 4.17. That the hook was called is checked after every build.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "xen/launch/launch.h"

#include <xenguest.h>
#include <xen/hvm/e820.h>

#ifdef ZP_HOOK_HIDDEN
#define EXPORTED
#else
#define EXPORTED __attribute__((visibility("default")))
#endif

#define PAGE ((uint64_t)4096)

struct zp__hook zp__hook;

EXPORTED int xc_domain_getvnuma(xc_interface *xch, uint32_t domid,
                                uint32_t *nr_vnodes, uint32_t *nr_vmemranges,
                                uint32_t *nr_vcpus,
                                xen_vmemrange_t *vmemrange,
                                unsigned int *vdistance,
                                unsigned int *vcpu_to_vnode)
{
    (void)xch;
    (void)domid;
    (void)vmemrange;
    (void)vdistance;
    (void)vcpu_to_vnode;
    *nr_vnodes = 0;
    *nr_vmemranges = 0;
    *nr_vcpus = zp__hook.plan->nr_vcpu_ids;
    return 0;
}

/* The guest must not take the block for free space. */
static int add_e820(struct xc_dom_image *dom, uint64_t start, uint64_t len,
                    struct zp_error *err)
{
    static struct e820entry map[128];
    unsigned i, nr = 0;
    bool put = false;

    if (dom->e820_entries >= sizeof(map) / sizeof(map[0]))
        return zp__fail(err, ZP_ERR_RANGE, "acpi", "E820 map: %u entries",
                        dom->e820_entries);
    for (i = 0; i <= dom->e820_entries; i++) {
        if (!put && (i == dom->e820_entries || dom->e820[i].addr > start)) {
            map[nr++] = (struct e820entry){ .addr = start, .size = len,
                                            .type = E820_ACPI };
            put = true;
        }
        if (i < dom->e820_entries)
            map[nr++] = dom->e820[i];
    }
    dom->e820 = map;
    dom->e820_entries = nr;
    if (xc_domain_set_memory_map(dom->xch, dom->guest_domid, map, nr))
        return zp__fail_sys(err, ZP_ERR_XEN, errno, "acpi",
                            "setting the guest's memory map: %s",
                            strerror(errno));
    return ZP_OK;
}

static int add_tables(struct xc_dom_image *dom, struct zp_error *err)
{
    struct xc_hvm_firmware_module *mod = dom->acpi_modules;
    struct zp__acpi acpi = {
        .rsdp = mod[0].data,
        .blob = mod[2].data,
        .blob_gpa = mod[2].guest_addr_out,
        .blob_len = mod[2].length,
    };
    uint8_t *block = NULL;
    size_t len;
    int rc;

    if (mod[0].length < 36 || !mod[2].length || mod[3].length ||
        mod[2].guest_addr_out + mod[2].length > ZP__TABLES_GPA)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "acpi",
                        "libxl did not lay out the ACPI tables as expected");
    if (!zp__tables_size(zp__hook.plan))
        return zp__tables_ids(&acpi, zp__hook.plan, err);
    rc = zp__tables_extend(&acpi, zp__hook.plan, &block, &len, err);
    if (rc)
        return rc;
    /* Lives on: the loader copies it within this build. */
    mod[3].data = block;
    mod[3].length = (uint32_t)len;
    mod[3].guest_addr_out = ZP__TABLES_GPA;
    return add_e820(dom, ZP__TABLES_GPA, (len + PAGE - 1) & ~(PAGE - 1),
                    err);
}

/*
 * libxenguest populates every range that it knows of. So Xen alone hears of
 * those that are empty yet: it takes ranges as they come, populated or not,
 * and by them the policy of a patched Xen knows where a page belongs.
 */
static int add_ranges(struct xc_dom_image *dom, const struct zp_plan *plan,
                      struct zp_error *err)
{
    struct zp_range ranges[2 * (ZP_MAX_VNODES + 1)];
    xen_vmemrange_t vmem[2 * (ZP_MAX_VNODES + 1)];
    unsigned dist[ZP_MAX_VNODES * ZP_MAX_VNODES];
    unsigned vnode_of[ZP_MAX_VCPUS], pnode_of[ZP_MAX_VNODES];
    uint32_t nr = zp_plan_ranges(plan, ranges), i;

    nr += zp_plan_future_ranges(plan, ranges + nr);
    for (i = 0; i < nr; i++)
        vmem[i] = (xen_vmemrange_t){ .start = ranges[i].start,
                                     .end = ranges[i].end,
                                     .nid = ranges[i].vnode };
    for (i = 0; i < plan->nr_vnodes * plan->nr_vnodes; i++)
        dist[i] = plan->dist[i];
    for (i = 0; i < plan->nr_vcpu_ids; i++)
        vnode_of[i] = zp_plan_vnode_of(plan, i);
    for (i = 0; i < plan->nr_vnodes; i++)
        pnode_of[i] = plan->vnode[i].pnode_os_id;
    if (xc_domain_setvnuma(dom->xch, dom->guest_domid, plan->nr_vnodes, nr,
                           plan->nr_vcpu_ids, vmem, dist, vnode_of, pnode_of))
        return zp__fail_sys(err, ZP_ERR_XEN, errno, "memory",
                            "telling Xen of the ranges to come: %s",
                            strerror(errno));
    return ZP_OK;
}

/* As xc_dom_load_acpi() counts them. */
static uint32_t count_pages(const struct xc_dom_image *dom)
{
    uint64_t pages = 0;
    unsigned i;

    for (i = 0; i < MAX_ACPI_MODULES && dom->acpi_modules[i].length; i++)
        pages += (dom->acpi_modules[i].length +
                  dom->acpi_modules[i].guest_addr_out % PAGE + PAGE - 1) /
                 PAGE;
    return (uint32_t)pages;
}

/*
 * Special and ACPI pages are populated without a node: Xen takes them from
 * the domain's node affinity in turn. Confined to the first vnode's pnode,
 * they are where `verify` can count them to the page.
 */
static int confine(struct xc_dom_image *dom, uint32_t nr_vnodes,
                   struct zp_error *err)
{
    xc_nodemap_t map = xc_nodemap_alloc(dom->xch);
    uint32_t i, node;
    int rc;

    if (!map)
        return zp__nomem(err);
    for (i = 0; i < nr_vnodes; i++) {
        node = zp__hook.plan->vnode[i].pnode_os_id;
        map[node / 8] |= (uint8_t)(1 << node % 8);
    }
    rc = xc_domain_node_setaffinity(dom->xch, dom->guest_domid, map);
    free(map);
    if (rc)
        return zp__fail_sys(err, ZP_ERR_XEN, errno, "memory",
                            "setting the node affinity: %s",
                            strerror(errno));
    return ZP_OK;
}

EXPORTED int xc_dom_build_image(struct xc_dom_image *dom)
{
    int (*next)(struct xc_dom_image *);
    const struct zp_plan *plan = zp__hook.plan;
    struct zp_error *err = &zp__hook.err;
    int rc = 0;

    /* ISO C has no conversion from dlsym()'s pointer. */
    *(void **)&next = dlsym(RTLD_NEXT, "xc_dom_build_image");
    if (!next) {
        zp__fail(err, ZP_ERR_UNSUPPORTED, "launch",
                 "libxenguest has no xc_dom_build_image");
        return -1;
    }
    if (zp__hook.calls++ > 0)
        return next(dom);
    if (plan->type == ZP_GUEST_PVH &&
        (zp__tables_size(plan) || plan->tier == ZP_TIER_PATCHED))
        rc = add_tables(dom, err);
    if (!rc && plan->growth != ZP_GROWTH_NONE)
        rc = add_ranges(dom, plan, err);
    if (!rc)
        rc = confine(dom, 1, err);
    if (rc) {
        errno = EINVAL;
        return -1;
    }
    zp__hook.acpi_pages = count_pages(dom);
    if (plan->type == ZP_GUEST_PVH && dom->acpi_modules[0].length >= 36)
        memcpy(&zp__hook.xsdt, dom->acpi_modules[0].data + 24, 8);
    rc = next(dom);
    if (!rc && confine(dom, plan->nr_vnodes, err))
        rc = -1;
    return rc;
}
