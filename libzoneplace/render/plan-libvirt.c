/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plan as a libvirt domain (formatdomain of libvirt 9.0): cells with
 * distances, memory bound to nodes, vcpus pinned. Kernel, disks and networks
 * are not the plan's.
 */
#include "render/cells.h"
#include "render/picture.h"
#include "render/render.h"

static void add_name(struct zp__text *t, const char *name)
{
    char clean[ZP_SHAPE_TEXT_LEN];
    const char *at;

    zp__fit_text(name[0] ? name : "zone", 1, false, UINT32_MAX, clean);
    zp__text_add(t, "  <name>");
    for (at = clean; *at; at++) {
        if (*at == '<' || *at == '>' || *at == '&')
            zp__text_add(t, "&#%u;", (unsigned)*at);
        else
            zp__text_add(t, "%c", *at);
    }
    zp__text_add(t, "</name>\n");
}

static void add_notes(struct zp__text *t, const struct zp_plan *plan,
                      enum zp_libvirt_domain domain)
{
    zp__text_add(t, "<!-- Planned by zoneplace %s. Kernel, disks and networks "
                 "are yours to add. -->\n", zp_version());
    if (domain == ZP_LIBVIRT_XEN)
        zp__text_add(t, "<!-- libvirt's Xen driver puts cell i on the host's "
                     "node i, whatever numatune says,\n"
                     "     and vNUMA of a PVH guest needs a libxl with "
                     "xen-patches/. zonectl launch\n"
                     "     starts the same zone where it was planned. -->\n");
    if (plan->vcpus != plan->max_vcpus)
        zp__text_add(t, "<!-- The first %u vcpus are online at boot; the plan "
                     "deals them over the nodes. -->\n", plan->vcpus);
    if (!plan->truth)
        zp__text_add(t, "<!-- The guest is shown nodes that are not the "
                     "host's. -->\n");
}

static void add_tuning(struct zp__text *t, const struct zp_plan *plan)
{
    struct zp_pcpuset set;
    uint32_t i, j, vcpu = 0;

    zp__text_add(t, "  <cputune>\n");
    for (i = 0; i < plan->nr_vnodes; i++) {
        for (j = 0; j < plan->vnode[i].nr_vcpus; j++) {
            zp__text_add(t, "    <vcpupin vcpu='%u' cpuset='", vcpu++);
            zp_plan_vcpu_pcpus(plan, plan->vnode[i].first_vcpu + j, &set);
            zp__add_pcpus(t, &set);
            zp__text_add(t, "'/>\n");
        }
    }
    zp__text_add(t, "  </cputune>\n  <numatune>\n"
                 "    <memory mode='strict' nodeset='");
    for (i = 0; i < plan->nr_vnodes; i++)
        zp__text_add(t, "%s%u", i ? "," : "", plan->vnode[i].pnode_os_id);
    zp__text_add(t, "'/>\n");
    for (i = 0; plan->show_numa && i < plan->nr_vnodes; i++)
        zp__text_add(t, "    <memnode cellid='%u' mode='strict' "
                     "nodeset='%u'/>\n", i, plan->vnode[i].pnode_os_id);
    zp__text_add(t, "  </numatune>\n");
}

static void add_cell(struct zp__text *t, const struct zp_plan *plan,
                     uint32_t i, uint32_t first_vcpu)
{
    const struct zp_vnode *vnode = &plan->vnode[i];
    uint32_t j;

    zp__text_add(t, "      <cell id='%u'", i);
    if (vnode->nr_vcpus == 1)
        zp__text_add(t, " cpus='%u'", first_vcpu);
    else if (vnode->nr_vcpus)
        zp__text_add(t, " cpus='%u-%u'", first_vcpu,
                     first_vcpu + vnode->nr_vcpus - 1);
    zp__text_add(t, " memory='%llu' unit='KiB'>\n        <distances>\n",
                 (unsigned long long)vnode->mem_kib);
    for (j = 0; j < plan->nr_vnodes; j++)
        zp__text_add(t, "          <sibling id='%u' value='%u'/>\n", j,
                     plan->dist[i * plan->nr_vnodes + j]);
    zp__text_add(t, "        </distances>\n      </cell>\n");
}

static void add_processors(struct zp__text *t, const struct zp_plan *plan,
                           enum zp_libvirt_domain domain)
{
    struct zp__cell_topology topology;
    uint32_t i, vcpu = 0;

    zp__cell_topology(plan, &topology);
    zp__text_add(t, domain == ZP_LIBVIRT_KVM
                     ? "  <cpu mode='host-passthrough'>\n" : "  <cpu>\n");
    if (domain == ZP_LIBVIRT_KVM)
        zp__text_add(t, "    <topology sockets='%u' dies='1' cores='%u' "
                     "threads='%u'/>\n", topology.sockets, topology.cores,
                     topology.threads);
    if (plan->show_numa) {
        zp__text_add(t, "    <numa>\n");
        for (i = 0; i < plan->nr_vnodes; i++) {
            add_cell(t, plan, i, vcpu);
            vcpu += plan->vnode[i].nr_vcpus;
        }
        zp__text_add(t, "    </numa>\n");
    }
    zp__text_add(t, "  </cpu>\n");
}

int zp_plan_to_libvirt(const struct zp_plan *plan,
                       enum zp_libvirt_domain domain, char **text_out,
                       struct zp_error *err)
{
    struct zp__text t = ZP__TEXT_INIT;
    int rc = zp__check_cells(plan, "libvirt", err);

    if (rc)
        return rc;
    add_notes(&t, plan, domain);
    zp__text_add(&t, "<domain type='%s'>\n",
                 domain == ZP_LIBVIRT_KVM ? "kvm" : "xen");
    add_name(&t, plan->name);
    zp__text_add(&t, "  <memory unit='KiB'>%llu</memory>\n",
                 (unsigned long long)plan->mem_kib);
    zp__text_add(&t, "  <vcpu placement='static' current='%u'>%u</vcpu>\n",
                 plan->vcpus, plan->max_vcpus);
    add_tuning(&t, plan);
    if (domain == ZP_LIBVIRT_KVM)
        zp__text_add(&t, "  <os>\n    <type arch='x86_64' machine='q35'>hvm"
                     "</type>\n  </os>\n  <features>\n    <acpi/>\n"
                     "  </features>\n");
    else
        zp__text_add(&t, "  <os>\n    <type arch='x86_64' "
                     "machine='xenpvh'>xenpvh</type>\n"
                     "    <kernel>/boot/vmlinuz</kernel>\n  </os>\n");
    add_processors(&t, plan, domain);
    zp__text_add(&t, "</domain>\n");
    return zp__text_take(&t, text_out, err);
}
