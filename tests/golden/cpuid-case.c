/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpuid-case.h"

#define GIB ((uint64_t)1024 * 1024)

bool cpuid_shape_parse(const char *text, struct cpuid_shape *shape)
{
    uint32_t socket = 0;
    char *end;

    memset(shape, 0, sizeof(*shape));
    shape->host_threads = 2;
    for (;;) {
        unsigned long vcpus = strtoul(text, &end, 10);

        if (end == text || vcpus > 1000 || shape->nr == ZP_MAX_VNODES)
            return false;
        shape->vcpus[shape->nr] = (uint32_t)vcpus;
        shape->socket[shape->nr++] = socket;
        if (!*end)
            return true;
        if (*end != '+' && *end != '/')
            return false;
        socket += *end == '/';
        text = end + 1;
    }
}

uint32_t cpuid_shape_vcpus(const struct cpuid_shape *shape)
{
    uint32_t sum = 0, i;

    for (i = 0; i < shape->nr; i++)
        sum += shape->vcpus[i];
    return sum;
}

void cpuid_shape_plan(const struct cpuid_shape *shape, struct zp_plan *plan)
{
    uint32_t i;

    memset(plan, 0, sizeof(*plan));
    strcpy(plan->name, "shape");
    plan->tier = ZP_TIER_PATCHED;
    plan->spill = ZP_SPILL_HONEST;
    plan->memory_policy = ZP_MEMORY_STATIC;
    plan->truth = true;
    plan->show_numa = true;
    plan->nr_vnodes = plan->nr_cpu_vnodes = shape->nr;
    plan->vcpus = plan->max_vcpus = cpuid_shape_vcpus(shape);
    plan->nr_vcpu_ids = plan->max_vcpus;
    for (i = 0; i < shape->nr; i++) {
        struct zp_vnode *vnode = &plan->vnode[i];

        vnode->pxm = i;
        vnode->pnode = vnode->pnode_os_id = shape->nr - 1 - i;
        vnode->nr_vcpus = shape->vcpus[i];
        vnode->mem_kib = vnode->max_mem_kib = GIB;
        if (i)
            vnode->first_vcpu = vnode[-1].first_vcpu + vnode[-1].nr_vcpus;
        plan->mem_kib += GIB;
    }
}

/* Four pcpus a node; with threads, p and p + 2 are siblings. */
struct zp_topology *cpuid_shape_host(const struct cpuid_shape *shape)
{
    struct zp_topology *topo;
    uint32_t pos, core, i;

    if (zp_topology_new(&topo, NULL))
        abort();
    for (pos = 0; pos < shape->nr; pos++) {
        struct zp_pnode_desc desc = { .os_id = pos, .mem_kib = 4 * GIB };

        for (i = 0; i < 4; i++)
            zp_pcpuset_add(&desc.pcpus, 4 * pos + i);
        if (zp_topology_add_pnode(topo, &desc, NULL))
            abort();
        for (i = 0; shape->host_threads && i < 4; i++) {
            core = 4 * pos + (shape->host_threads == 2 ? i % 2 : i);
            if (zp_topology_set_pcpu(topo, 4 * pos + i, core,
                                     shape->socket[shape->nr - 1 - pos],
                                     NULL))
                abort();
        }
    }
    if (zp_topology_freeze(topo, NULL))
        abort();
    return topo;
}

void cpuid_shape_truth(const struct cpuid_shape *shape,
                       const struct zp_core_model *model,
                       struct cpuid_truth truth[ZP_MAX_VCPUS])
{
    uint32_t threads = model->threads_per_core, id = 0, i, k;

    for (i = 0; i < shape->nr; i++) {
        for (k = 0; k < shape->vcpus[i]; k++) {
            truth[id].package = model->packages == ZP_PACKAGES_SOCKET
                                    ? shape->socket[i] : i;
            truth[id].vnode = i;
            truth[id].core = i * 1000 + k / threads;
            truth[id].l3 = i * 1000;
            if (model->cores_per_l3)
                truth[id].l3 += k / threads / model->cores_per_l3;
            truth[id++].thread = k % threads;
        }
    }
}
