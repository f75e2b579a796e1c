/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plan as a shell script that runs QEMU (7.2, qemu-system-x86_64(1)):
 * nodes with distances, and memory bound to the host's. What it is called with
 * goes behind: kernel, disks, networks. QEMU does not pin vcpus, so the script
 * says in comments where each belongs.
 */
#include <stdio.h>

#include "render/cells.h"
#include "render/render.h"

/* In single quotes for sh, and with commas doubled for QEMU's options. */
static void add_quoted(struct zp__text *t, const char *text)
{
    zp__text_add(t, "'");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '\'')
            zp__text_add(t, "'\\''");
        else if (c == ',')
            zp__text_add(t, ",,");
        else if (c < 0x20 || c == 0x7f)
            zp__text_add(t, "?");
        else
            zp__text_add(t, "%c", c);
    }
    zp__text_add(t, "'");
}

static void add_notes(struct zp__text *t, const struct zp_plan *plan)
{
    uint32_t i, vcpu = 0;

    zp__text_add(t, "#!/bin/sh\n# Planned by zoneplace %s. Kernel, disks and "
                 "networks are yours to add: sh FILE -kernel ...\n",
                 zp_version());
    for (i = 0; i < plan->nr_cpu_vnodes; i++) {
        if (plan->vnode[i].nr_vcpus == 1)
            zp__text_add(t, "# vcpu %u belongs on pcpus ", vcpu);
        else
            zp__text_add(t, "# vcpus %u-%u belong on pcpus ", vcpu,
                         vcpu + plan->vnode[i].nr_vcpus - 1);
        zp__add_pcpus(t, &plan->vnode[i].pcpus);
        zp__text_add(t, "\n");
        vcpu += plan->vnode[i].nr_vcpus;
    }
    if (plan->vcpus != plan->max_vcpus)
        zp__text_add(t, "# The first %u vcpus are online at boot; the plan "
                     "deals them over the nodes.\n", plan->vcpus);
    if (!plan->truth)
        zp__text_add(t, "# The guest is shown nodes that are not the "
                     "host's.\n");
}

static void add_memory(struct zp__text *t, const struct zp_plan *plan,
                       uint32_t i)
{
    zp__text_add(t, " \\\n    -object memory-backend-ram,id=vnode%u,size=%lluK,"
                 "host-nodes=%u,policy=bind", i,
                 (unsigned long long)plan->vnode[i].mem_kib,
                 plan->vnode[i].pnode_os_id);
}

static void add_nodes(struct zp__text *t, const struct zp_plan *plan)
{
    uint32_t i, j, vcpu = 0;

    for (i = 0; i < plan->nr_vnodes; i++) {
        add_memory(t, plan, i);
        zp__text_add(t, " \\\n    -numa node,nodeid=%u,memdev=vnode%u", i, i);
        if (plan->vnode[i].nr_vcpus)
            zp__text_add(t, ",cpus=%u-%u", vcpu,
                         vcpu + plan->vnode[i].nr_vcpus - 1);
        vcpu += plan->vnode[i].nr_vcpus;
    }
    for (i = 0; i < plan->nr_vnodes; i++) {
        for (j = 0; j < plan->nr_vnodes; j++)
            zp__text_add(t, " \\\n    -numa dist,src=%u,dst=%u,val=%u", i, j,
                         plan->dist[i * plan->nr_vnodes + j]);
    }
}

int zp_plan_to_qemu(const struct zp_plan *plan, char **text_out,
                    struct zp_error *err)
{
    struct zp__cell_topology topology;
    struct zp__text t = ZP__TEXT_INIT;
    int rc = zp__check_cells(plan, "QEMU", err);

    if (rc)
        return rc;
    zp__cell_topology(plan, &topology);
    add_notes(&t, plan);
    zp__text_add(&t, "exec \"${QEMU:-qemu-system-x86_64}\" \\\n    -name guest=");
    add_quoted(&t, plan->name[0] ? plan->name : "zone");
    zp__text_add(&t, " \\\n    -machine q35%s -accel kvm -accel tcg -cpu max",
                 plan->show_numa ? "" : ",memory-backend=vnode0");
    zp__text_add(&t, " \\\n    -m %lluK",
                 (unsigned long long)plan->mem_kib);
    zp__text_add(&t, " \\\n    -smp cpus=%u,maxcpus=%u,sockets=%u,cores=%u,"
                 "threads=%u", plan->vcpus, plan->max_vcpus,
                 topology.sockets, topology.cores, topology.threads);
    if (plan->show_numa)
        add_nodes(&t, plan);
    else
        add_memory(&t, plan, 0);
    zp__text_add(&t, " \\\n    \"$@\"\n");
    return zp__text_take(&t, text_out, err);
}
