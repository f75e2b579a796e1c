/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libvirt and QEMU need to know of a plan, and can't be told. */
#include "render/cells.h"

int zp__check_cells(const struct zp_plan *plan, const char *what,
                    struct zp_error *err)
{
    uint32_t i;

    if (plan->type == ZP_GUEST_PV)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "type",
                        "%s: the plan is one of a PV zone", what);
    for (i = 0; i < plan->nr_vnodes; i++) {
        if (plan->vnode[i].pxm != i)
            return zp__fail(err, ZP_ERR_UNSUPPORTED, "spill",
                            "%s: memory of a node comes from one pnode, the "
                            "guest's node %u has it from several", what,
                            plan->vnode[i].pxm);
    }
    if (plan->nr_vnodes > 1 && !plan->show_numa)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "vnuma",
                        "%s: memory of %u pnodes needs as many nodes in the "
                        "guest, the plan shows one", what, plan->nr_vnodes);
    return ZP_OK;
}

/* A package a vnode, so that no cache is in two nodes; where shares differ, a
 * package a vcpu. */
void zp__cell_topology(const struct zp_plan *plan,
                       struct zp__cell_topology *t)
{
    uint32_t per_vnode = plan->max_vcpus / plan->nr_cpu_vnodes;
    uint32_t i;

    for (i = 0; i < plan->nr_cpu_vnodes; i++) {
        if (plan->vnode[i].nr_vcpus != per_vnode)
            per_vnode = 1;
    }
    t->threads = plan->threads_per_core == 2 && per_vnode % 2 == 0 ? 2 : 1;
    t->cores = per_vnode / t->threads;
    t->sockets = plan->max_vcpus / per_vnode;
}
