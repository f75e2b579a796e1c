/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan for people: a line about the zone and a table of its vnodes. */
#include <stdio.h>
#include <string.h>

#include "render/render.h"

/* Columns of the table before the distance row. */
enum { VNODE, PNODE, VCPUS, PCPUS, MEMORY, NR_COLUMNS };

static const char *const heads[NR_COLUMNS] = {
    "vnode", "pnode", "vcpus", "pcpus", "memory"
};

static void add_vcpus(struct zp__text *t, const struct zp_vnode *vnode)
{
    if (!vnode->nr_vcpus)
        zp__text_add(t, "-");
    else if (vnode->nr_vcpus == 1)
        zp__text_add(t, "%u", vnode->first_vcpu);
    else
        zp__text_add(t, "%u-%u", vnode->first_vcpu,
                     vnode->first_vcpu + vnode->nr_vcpus - 1);
}

static void add_cell(struct zp__text *t, const struct zp_plan *plan,
                     uint32_t i, int column)
{
    const struct zp_vnode *vnode = &plan->vnode[i];

    switch (column) {
    case VNODE:
        zp__text_add(t, "%u", i);
        break;
    case PNODE:
        zp__text_add(t, "%u", vnode->pnode_os_id);
        break;
    case VCPUS:
        add_vcpus(t, vnode);
        break;
    case PCPUS:
        if (vnode->nr_vcpus)
            zp__add_pcpus(t, &vnode->pcpus);
        else
            zp__text_add(t, "-");
        break;
    case MEMORY:
        zp__add_size(t, vnode->mem_kib);
        break;
    }
}

/* Width of a column, by printing it into @scratch. */
static size_t column_width(struct zp__text *scratch,
                           const struct zp_plan *plan, int column)
{
    size_t width = strlen(heads[column]);
    size_t before;
    uint32_t i;

    for (i = 0; i < plan->nr_vnodes; i++) {
        before = scratch->len;
        add_cell(scratch, plan, i, column);
        if (scratch->len - before > width)
            width = scratch->len - before;
    }
    return width;
}

static void add_header(struct zp__text *t, const struct zp_topology *topo,
                       const struct zp_plan *plan)
{
    zp__text_add(t, "zone %s", plan->name[0] ? plan->name : "(no name)");
    if (topo && zp_topology_name(topo)[0])
        zp__text_add(t, " on %s", zp_topology_name(topo));
    zp__text_add(t, ": %s, %u vcpus", zp__strategy_word(plan->strategy),
                 plan->vcpus);
    if (plan->max_vcpus != plan->vcpus)
        zp__text_add(t, " of %u", plan->max_vcpus);
    zp__text_add(t, ", ");
    zp__add_size(t, plan->mem_kib);
    if (zp_plan_max_kib(plan) > plan->mem_kib) {
        zp__text_add(t, " of ");
        zp__add_size(t, zp_plan_max_kib(plan));
    }
    zp__text_add(t, " + ");
    zp__add_size(t, plan->overhead_kib);
    zp__text_add(t, " overhead\ndistance sum %llu",
                 (unsigned long long)plan->distance_sum);
    if (plan->exact)
        zp__text_add(t, " (exact)");
    else
        zp__text_add(t, " (proven bound %llu)",
                     (unsigned long long)plan->lower_bound);
    zp__text_add(t, ", %s tier, the zone sees %s%s\n",
                 plan->tier == ZP_TIER_PATCHED ? "patched" : "stock",
                 plan->show_numa ? "its nodes" : "one node",
                 plan->emulated ? ", which are emulated"
                 : plan->truth  ? ""
                                : ", not the truth");
    if (plan->threads_per_core)
        zp__text_add(t, "%u thread%s per core, packages by %s\n",
                     plan->threads_per_core,
                     plan->threads_per_core > 1 ? "s" : "",
                     plan->packages == ZP_PACKAGES_NODE ? "node" : "socket");
    zp__text_add(t, "\n");
}

static const char *const smt_words[] = { "", ", whole cores",
                                         ", a core each where there are",
                                         ", a whole core each" };

/* Which vcpus have which pcpus, where they don't have all of their vnode's. */
static void add_groups(struct zp__text *t, const struct zp_plan *plan)
{
    struct zp_pcpuset set;
    uint32_t id, end;

    if (!plan->nr_groups && plan->smt == ZP_SMT_ANY)
        return;
    zp__text_add(t, "\nvcpus float on %s%s%s\n",
                 plan->dedicated ? "a pcpu each, no other zone's"
                 : plan->float_to == ZP_FLOAT_L3 ? "one L3 each"
                                                 : "their node",
                 smt_words[plan->smt], plan->nr_groups ? ":" : "");
    for (id = 0; plan->nr_groups && id < plan->nr_vcpu_ids; id = end) {
        for (end = id + 1; end < plan->nr_vcpu_ids &&
                           plan->vcpu_group[end] == plan->vcpu_group[id];
             end++)
            ;
        if (!plan->vcpu_group[id])
            continue;
        zp_plan_vcpu_pcpus(plan, id, &set);
        zp__text_add(t, end > id + 1 ? "  %u-%u on " : "  %u on ", id,
                     end - 1);
        zp__add_pcpus(t, &set);
        zp__text_add(t, "\n");
    }
}

static void add_row(struct zp__text *t, const struct zp_plan *plan,
                    uint32_t i, const size_t width[NR_COLUMNS])
{
    uint32_t j;
    int column;

    for (column = 0; column < NR_COLUMNS; column++) {
        size_t before = t->len;

        add_cell(t, plan, i, column);
        zp__pad(t, before, width[column] + 2);
    }
    for (j = 0; j < plan->nr_vnodes; j++)
        zp__text_add(t, "%s%3u", j ? " " : "",
                     plan->dist[i * plan->nr_vnodes + j]);
    zp__text_add(t, "%s\n", plan->vnode[i].spill ? "  spill" : "");
}

int zp_plan_to_text(const struct zp_topology *topo, const struct zp_plan *plan,
                    char **text_out, struct zp_error *err)
{
    struct zp__text scratch = ZP__TEXT_INIT;
    struct zp__text t = ZP__TEXT_INIT;
    size_t width[NR_COLUMNS];
    int column;
    uint32_t i;

    add_header(&t, topo, plan);
    for (column = 0; column < NR_COLUMNS; column++) {
        width[column] = column_width(&scratch, plan, column);
        zp__text_add(&t, "%-*s", (int)width[column] + 2, heads[column]);
    }
    zp__text_add(&t, "distances\n");
    for (i = 0; i < plan->nr_vnodes; i++)
        add_row(&t, plan, i, width);
    add_groups(&t, plan);
    t.failed = t.failed || scratch.failed;
    zp__text_clear(&scratch);
    return zp__text_take(&t, text_out, err);
}
