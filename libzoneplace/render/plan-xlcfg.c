/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plan as an xl.cfg (xl.cfg(5), xl_parse.c). What xl can't say is said in
 * comments: padding ids, which vcpus are online at boot, dynamic memory.
 */
#include <stdio.h>

#include "render/render.h"

/* In quotes: whatever @text holds stays one string. Of libxlu_cfg.c's escapes
 * the numerical ones don't work (4.17: "\x0a" is an error, "\012" nothing), so
 * a control byte, which no request gets past, becomes '?'. */
static void add_quoted(struct zp__text *t, const char *text)
{
    zp__text_add(t, "\"");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            zp__text_add(t, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            zp__text_add(t, "?");
        else
            zp__text_add(t, "%c", c);
    }
    zp__text_add(t, "\"");
}

static void add_comments(struct zp__text *t, const struct zp_plan *plan)
{
    zp__text_add(t, "# Planned by zoneplace %s. Kernel, ramdisk, disks and "
                 "networks are yours to add.\n", zp_version());
    if (plan->type == ZP_GUEST_PV) {
        zp__text_add(t, "# libxl has no vNUMA for PV: the vcpus are kept on "
                     "their nodes, the memory is not.\n");
        return;
    }
    zp__text_add(t, "# vNUMA of a PVH guest needs a libxl with xen-patches/; "
                 "others stop with\n"
                 "# \"xc_domain_getvnuma failed\". On those, zonectl launch "
                 "starts the same zone.\n");
    if (plan->vcpu_stride)
        zp__text_add(t, "# The vcpu ids are dense here: xl has no way to "
                     "leave out the %u that pad packages.\n",
                     plan->nr_vcpu_ids - plan->max_vcpus);
    if (plan->vcpus != plan->max_vcpus)
        zp__text_add(t, "# xl boots the first %u vcpus; the plan deals them "
                     "over the nodes.\n", plan->vcpus);
    if (plan->memory_policy == ZP_MEMORY_DYNAMIC)
        zp__text_add(t, "# The plan's memory is dynamic, this one's is not: "
                     "libxl allows no maxmem with vnuma.\n");
    if (plan->emulated)
        zp__text_add(t, "# Emulated: the guest is shown nodes and distances "
                     "that are made up.\n");
    else if (!plan->truth)
        zp__text_add(t, "# The guest is shown nodes that are not the "
                     "host's.\n");
}

/* One hard affinity per vcpu, in vcpu order. */
static void add_cpus(struct zp__text *t, const struct zp_plan *plan)
{
    struct zp_pcpuset set;
    uint32_t i, j;

    zp__text_add(t, "cpus = [\n");
    for (i = 0; i < plan->nr_vnodes; i++) {
        for (j = 0; j < plan->vnode[i].nr_vcpus; j++) {
            zp__text_add(t, "    \"");
            zp_plan_vcpu_pcpus(plan, plan->vnode[i].first_vcpu + j, &set);
            zp__add_pcpus(t, &set);
            zp__text_add(t, "\",\n");
        }
    }
    zp__text_add(t, "]\n");
}

static void add_vnode(struct zp__text *t, const struct zp_plan *plan,
                      uint32_t i, uint32_t first_vcpu)
{
    const struct zp_vnode *vnode = &plan->vnode[i];
    uint32_t j;

    zp__text_add(t, "    [ \"pnode=%u\", \"size=%llu\"", vnode->pnode_os_id,
                 (unsigned long long)(vnode->mem_kib / 1024));
    if (vnode->nr_vcpus == 1)
        zp__text_add(t, ", \"vcpus=%u\"", first_vcpu);
    else if (vnode->nr_vcpus)
        zp__text_add(t, ", \"vcpus=%u-%u\"", first_vcpu,
                     first_vcpu + vnode->nr_vcpus - 1);
    zp__text_add(t, ", \"vdistances=");
    for (j = 0; j < plan->nr_vnodes; j++)
        zp__text_add(t, "%s%u", j ? "," : "",
                     plan->dist[i * plan->nr_vnodes + j]);
    zp__text_add(t, "\" ],\n");
}

static void add_vnuma(struct zp__text *t, const struct zp_plan *plan)
{
    uint32_t first_vcpu = 0;
    uint32_t i;

    zp__text_add(t, "vnuma = [\n");
    for (i = 0; i < plan->nr_vnodes; i++) {
        add_vnode(t, plan, i, first_vcpu);
        first_vcpu += plan->vnode[i].nr_vcpus;
    }
    zp__text_add(t, "]\n");
}

int zp_plan_to_xlcfg(const struct zp_topology *topo,
                     const struct zp_plan *plan, char **text_out,
                     struct zp_error *err)
{
    struct zp__text t = ZP__TEXT_INIT;
    bool pv = plan->type == ZP_GUEST_PV;

    add_comments(&t, plan);
    if (topo && zp_topology_name(topo)[0]) {
        zp__text_add(&t, "# host: ");
        add_quoted(&t, zp_topology_name(topo));
        zp__text_add(&t, "\n");
    }
    zp__text_add(&t, "name = ");
    add_quoted(&t, plan->name);
    zp__text_add(&t, "\ntype = \"%s\"\n", pv ? "pv" : "pvh");
    zp__text_add(&t, "vcpus = %u\nmaxvcpus = %u\n", plan->vcpus,
                 plan->max_vcpus);
    zp__text_add(&t, "memory = %llu\n",
                 (unsigned long long)(plan->mem_kib / 1024));
    add_cpus(&t, plan);
    if (!pv)
        add_vnuma(&t, plan);
    return zp__text_take(&t, text_out, err);
}
