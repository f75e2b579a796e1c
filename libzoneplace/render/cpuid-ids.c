/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where each vcpu is in the guest's processors, and the id that says so. */
#include <string.h>

#include "render/cpuid.h"

/* How a plan's vnodes become packages and dies; slot: CPU-holding vnode. */
struct layout {
    uint32_t nr;
    uint32_t vcpus[ZP_MAX_VNODES];
    uint32_t cores[ZP_MAX_VNODES];
    uint32_t cores_per_l3[ZP_MAX_VNODES];
    uint32_t nr_l3[ZP_MAX_VNODES];
    uint32_t package[ZP_MAX_VNODES];
    uint32_t order[ZP_MAX_VNODES];       /* in which vnodes are numbered */
};

/* Least number of bits that tells @n things apart. */
static uint32_t bits_for(uint32_t n)
{
    uint32_t bits = 0;

    while ((uint32_t)1 << bits < n)
        bits++;
    return bits;
}

static uint32_t max32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static int check_plan(const struct zp_plan *plan, struct zp_error *err)
{
    uint32_t next = 0, i;

    if (plan->tier != ZP_TIER_PATCHED)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "tier",
                        "stock Xen has its own APIC ids and topology leaves");
    if (plan->type != ZP_GUEST_PVH)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "type",
                        "a PV guest has no APIC ids");
    if (!plan->nr_cpu_vnodes || plan->nr_cpu_vnodes > ZP_MAX_VNODES)
        return zp__fail(err, ZP_ERR_INVAL, "vnodes",
                        "%u vnodes hold vcpus, not 1..%u", plan->nr_cpu_vnodes,
                        ZP_MAX_VNODES);
    for (i = 0; i < plan->nr_cpu_vnodes; i++) {
        const struct zp_vnode *vnode = &plan->vnode[i];

        if (!vnode->nr_vcpus || vnode->first_vcpu != next)
            return zp__fail(err, ZP_ERR_INVAL, "vcpus",
                            "vnode %u has %u vcpus from %u on, not some "
                            "from %u on", i, vnode->nr_vcpus,
                            vnode->first_vcpu, next);
        if (vnode->nr_vcpus > ZP_MAX_VCPUS - next)
            return zp__fail(err, ZP_ERR_RANGE, "vcpus",
                            "more than %u vcpus", ZP_MAX_VCPUS);
        next += vnode->nr_vcpus;
    }
    if (next != plan->nr_vcpu_ids)
        return zp__fail(err, ZP_ERR_INVAL, "vcpus",
                        "%u vcpus in vnodes, %u ids", next,
                        plan->nr_vcpu_ids);
    return ZP_OK;
}

/* Cores and L3s of each vnode. */
static int split_cores(const struct zp_plan *plan,
                       const struct zp_core_model *model, struct layout *l,
                       struct zp_error *err)
{
    uint32_t cores, per_l3, i;

    l->nr = plan->nr_cpu_vnodes;
    for (i = 0; i < l->nr; i++) {
        cores = (plan->vnode[i].nr_vcpus + model->threads_per_core - 1) /
                model->threads_per_core;
        per_l3 = model->cores_per_l3;
        if (!per_l3 || per_l3 > cores)
            per_l3 = cores;
        l->vcpus[i] = plan->vnode[i].nr_vcpus;
        l->cores[i] = cores;
        l->cores_per_l3[i] = per_l3;
        l->nr_l3[i] = (cores + per_l3 - 1) / per_l3;
        if (model->l3_per_node && l->nr_l3[i] > model->l3_per_node)
            return zp__fail(err, ZP_ERR_RANGE, "l3",
                            "vnode %u has %u cores: %u L3s of %u cores, a node "
                            "has %u", i, cores, l->nr_l3[i], per_l3,
                            model->l3_per_node);
    }
    return ZP_OK;
}

static bool share_socket(const struct zp_topology *topo, uint32_t pos_a,
                         uint32_t pos_b)
{
    return pos_a == pos_b || (zp__topology_mates(topo, pos_a) >> pos_b & 1);
}

/* Whoever shares a socket with whom, over however many steps, is one package:
 * a node may span sockets, but no node may span packages. */
static void join_sockets(const struct zp_topology *topo,
                         const struct zp_plan *plan, struct layout *l)
{
    uint32_t from, to, i, j, k;

    for (i = 1; i < l->nr; i++) {
        for (j = 0; j < i; j++) {
            if (l->package[i] == l->package[j] ||
                !share_socket(topo, plan->vnode[i].pnode,
                              plan->vnode[j].pnode))
                continue;
            from = max32(l->package[i], l->package[j]);
            to = l->package[i] + l->package[j] - from;
            for (k = 0; k < l->nr; k++) {
                if (l->package[k] == from)
                    l->package[k] = to;
            }
        }
    }
}

/* As the plan has them. */
static void read_packages(const struct zp_plan *plan, struct layout *l)
{
    uint32_t i, j;

    for (i = 0; i < l->nr; i++) {
        for (j = 0; plan->vnode[j].package != plan->vnode[i].package; j++)
            ;
        l->package[i] = j;
    }
}

/* Which vnodes are together; packages by their first vnode. */
static int split_packages(const struct zp_plan *plan,
                          const struct zp_topology *topo,
                          enum zp_packages packages, struct layout *l,
                          struct zp_error *err)
{
    uint32_t i;

    for (i = 0; i < l->nr; i++) {
        l->package[i] = i;
        l->order[i] = i;
    }
    if (packages == ZP_PACKAGES_NODE)
        return ZP_OK;
    if (plan->threads_per_core && (!topo || plan->nodes_per_package)) {
        read_packages(plan, l);
        return ZP_OK;
    }
    if (!topo)
        return zp__fail(err, ZP_ERR_INVAL, "packages",
                        "packages by socket need the host's topology");
    for (i = 0; i < l->nr; i++) {
        if (plan->vnode[i].pnode >= zp_topology_nr_pnodes(topo))
            return zp__fail(err, ZP_ERR_INVAL, "pnode",
                            "vnode %u is on pnode position %u, the host has "
                            "%u pnodes", i, plan->vnode[i].pnode,
                            zp_topology_nr_pnodes(topo));
    }
    join_sockets(topo, plan, l);
    return ZP_OK;
}

void zp__number_packages(const struct zp_topology *topo,
                         const struct zp_plan *plan, enum zp_packages packages,
                         uint32_t package_out[ZP_MAX_VNODES])
{
    uint32_t most = plan->nodes_per_package, now[ZP_MAX_VNODES];
    struct layout l = { .nr = plan->nr_cpu_vnodes };
    uint32_t held[ZP_MAX_VNODES] = { 0 }, next = 0, root, i;

    for (i = 0; i < l.nr; i++)
        l.package[i] = i;
    if (packages == ZP_PACKAGES_SOCKET)
        join_sockets(topo, plan, &l);
    for (i = 0; i < l.nr; i++) {
        root = l.package[i];
        if (root == i || (most && held[root] == most)) {
            now[root] = next++;
            held[root] = 0;
        }
        held[root]++;
        package_out[i] = now[root];
    }
}

/* True if vnode @a is numbered before @b: packages by what they hold, vnodes
 * of a package too, the largest first. */
static bool goes_before(const struct layout *l, const uint32_t *held,
                        uint32_t a, uint32_t b)
{
    uint32_t p = l->package[a], q = l->package[b];

    if (p == q)
        return l->vcpus[a] > l->vcpus[b];
    return held[p] > held[q] || (held[p] == held[q] && p < q);
}

/*
 * As long as a zone has fewer vcpus than there are ids, the last package and
 * its last die are then not full, and the highest id stays free.
 */
static void order_by_size(struct layout *l)
{
    uint32_t held[ZP_MAX_VNODES] = { 0 }, moving, i, j;

    for (i = 0; i < l->nr; i++)
        held[l->package[i]] += l->vcpus[i];
    for (i = 1; i < l->nr; i++) {
        moving = l->order[i];
        for (j = i; j > 0 && goes_before(l, held, moving, l->order[j - 1]);
             j--)
            l->order[j] = l->order[j - 1];
        l->order[j] = moving;
    }
}

/* Of the largest package: vnodes, L3s and cores. */
static void measure(const struct layout *l, bool dies,
                    struct zp_guest_cpus *cpus, uint32_t *l3s_out)
{
    uint32_t nodes[ZP_MAX_VNODES] = { 0 }, l3s[ZP_MAX_VNODES] = { 0 };
    uint32_t cores[ZP_MAX_VNODES] = { 0 }, most_l3s = 1, i, p;

    for (i = 0; i < l->nr; i++) {
        p = l->package[i];
        nodes[p]++;
        l3s[p] = dies ? max32(l3s[p], l->nr_l3[i]) : l3s[p] + l->nr_l3[i];
        cores[p] = dies ? max32(cores[p], l->cores[i]) : cores[p] + l->cores[i];
        cpus->cores_per_l3 = max32(cpus->cores_per_l3, l->cores_per_l3[i]);
        cpus->cores_per_die = max32(cpus->cores_per_die, cores[p]);
        cpus->nodes_per_package = max32(cpus->nodes_per_package, nodes[p]);
        most_l3s = max32(most_l3s, l3s[p]);
    }
    for (i = 0; i < l->nr; i++)
        cpus->nr_packages += nodes[i] > 0;
    cpus->dies_per_package = dies ? cpus->nodes_per_package : 1;
    *l3s_out = most_l3s;
}

static void place_vnode(const struct zp_vnode *vnode, uint32_t cores_per_l3,
                        struct zp_guest_cpu at, struct zp_guest_cpus *cpus)
{
    uint32_t first_l3 = at.l3, core, i;

    for (i = 0; i < vnode->nr_vcpus; i++) {
        core = i / cpus->threads_per_core;
        at.l3 = first_l3 + core / cores_per_l3;
        at.core = core % cores_per_l3;
        at.thread = i % cpus->threads_per_core;
        at.x2apic_id = at.package << cpus->package_shift | at.thread |
                       at.core << cpus->core_shift |
                       at.l3 << cpus->l3_shift;
        if (cpus->die_shift < cpus->package_shift)
            at.x2apic_id |= at.die << cpus->die_shift;
        cpus->vcpu[vnode->first_vcpu + i] = at;
    }
}

/* Gives all ids, whatever they are; returns the highest. With @dies, each
 * vnode is a die; without, a package has one, of all its vnodes' L3s. */
static uint32_t number(const struct zp_plan *plan, const struct layout *l,
                       uint32_t threads, bool dies, struct zp_guest_cpus *cpus)
{
    uint32_t package_of[ZP_MAX_VNODES], nodes[ZP_MAX_VNODES] = { 0 };
    uint32_t l3s[ZP_MAX_VNODES] = { 0 }, most_l3s, highest = 0, next = 0, i;

    memset(cpus, 0, sizeof(*cpus));
    cpus->nr_vcpus = plan->nr_vcpu_ids;
    cpus->threads_per_core = threads;
    cpus->dies = dies;
    measure(l, dies, cpus, &most_l3s);
    cpus->core_shift = bits_for(threads);
    cpus->l3_shift = cpus->core_shift + bits_for(cpus->cores_per_l3);
    cpus->die_shift = cpus->l3_shift + bits_for(most_l3s);
    cpus->package_shift = cpus->die_shift + bits_for(cpus->dies_per_package);
    for (i = 0; i < l->nr; i++) {
        struct zp_guest_cpu at = { .vnode = l->order[i] };
        uint32_t p = l->package[at.vnode];

        if (!nodes[p])
            package_of[p] = next++;
        at.package = package_of[p];
        at.die = dies ? nodes[p] : 0;
        at.l3 = dies ? 0 : l3s[p];
        nodes[p]++;
        l3s[p] += l->nr_l3[at.vnode];
        place_vnode(&plan->vnode[at.vnode], l->cores_per_l3[at.vnode], at,
                    cpus);
    }
    for (i = 0; i < cpus->nr_vcpus; i++)
        highest = max32(highest, cpus->vcpu[i].x2apic_id);
    return highest;
}

/* The first numbering that fits, or the least highest id of all. */
static uint32_t pack(const struct zp_plan *plan, struct layout *l,
                     uint32_t threads, struct zp_guest_cpus *cpus)
{
    uint32_t least = UINT32_MAX, highest, step, i;

    for (step = 0; step < 4; step++) {
        if (step == 2 && cpus->nodes_per_package == 1)
            break;
        for (i = 0; i < l->nr; i++)
            l->order[i] = i;
        if (step & 1)
            order_by_size(l);
        highest = number(plan, l, threads, step < 2, cpus);
        if (highest <= ZP_MAX_X2APIC_ID)
            return highest;
        if (highest < least)
            least = highest;
    }
    return least;
}

int zp_guest_cpus(const struct zp_plan *plan, const struct zp_topology *topo,
                  const struct zp_core_model *model,
                  struct zp_guest_cpus *cpus_out, struct zp_error *err)
{
    struct zp_guest_cpus cpus;
    struct layout l;
    uint32_t highest;
    int rc;

    rc = zp__core_model_check(model, err);
    if (!rc)
        rc = check_plan(plan, err);
    if (!rc)
        rc = split_cores(plan, model, &l, err);
    if (!rc)
        rc = split_packages(plan, topo, model->packages, &l, err);
    if (rc)
        return rc;
    highest = pack(plan, &l, model->threads_per_core, &cpus);
    if (highest > ZP_MAX_X2APIC_ID)
        return zp__fail(err, ZP_ERR_RANGE, "apic-ids",
                        "%u vcpus in %u packages need x2APIC id %u, the "
                        "highest is %u", cpus.nr_vcpus, cpus.nr_packages,
                        highest, ZP_MAX_X2APIC_ID);
    *cpus_out = cpus;
    return ZP_OK;
}
