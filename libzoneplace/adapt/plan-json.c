/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plan JSON, the way out: all of struct zp_plan, in words and ids. */
#include <stdio.h>
#include <string.h>

#include "adapt/json.h"
#include "adapt/plan-json.h"

const char *const zp__type_words[] = { "pvh", "pv", NULL };
const char *const zp__strategy_words[] = { "compact", "scatter", NULL };
const char *const zp__spill_words[] = {
    "default", "strict", "honest", "preferred", "interleave", NULL
};
const char *const zp__memory_policy_words[] = {
    "default", "static", "dynamic", NULL
};
const char *const zp__growth_words[] = { "none", "hotadd", "devices", NULL };
const char *const zp__tier_words[] = { "stock", "patched", NULL };
const char *const zp__packages_words[] = { "socket", "node", NULL };
const char *const zp__float_words[] = { "node", "l3", NULL };
const char *const zp__smt_words[] = { "any", "pack", "spread", "avoid", NULL };
const char *const zp__first_rule_words[] = {
    "pci", "most-free", "pack", "balanced", NULL
};

void zp__vcpus_format(const struct zp_vnode *vnode, char *buf, size_t size)
{
    if (!vnode->nr_vcpus)
        snprintf(buf, size, "%s", "");
    else if (vnode->nr_vcpus == 1)
        snprintf(buf, size, "%u", vnode->first_vcpu);
    else
        snprintf(buf, size, "%u-%u", vnode->first_vcpu,
                 vnode->first_vcpu + vnode->nr_vcpus - 1);
}

static void write_vnode(struct zp__json_writer *w, const struct zp_plan *plan,
                        uint32_t i)
{
    const struct zp_vnode *vnode = &plan->vnode[i];
    char vcpus[32];

    zp__vcpus_format(vnode, vcpus, sizeof(vcpus));
    zp__json_open_line(w, NULL, '{');
    zp__json_put_uint(w, "vnode", i);
    zp__json_put_uint(w, "pxm", vnode->pxm);
    zp__json_put_uint(w, "pnode", vnode->pnode_os_id);
    zp__json_put_uint(w, "pnode_pos", vnode->pnode);
    zp__json_put_string(w, "vcpus", vcpus);
    zp__json_put_uint(w, "first_vcpu", vnode->first_vcpu);
    zp__json_put_pcpus(w, "pcpus", &vnode->pcpus);
    zp__json_put_uint(w, "memory_kib", vnode->mem_kib);
    zp__json_put_uint(w, "max_memory_kib", vnode->max_mem_kib);
    zp__json_put_uint(w, "first_gfn", vnode->first_gfn);
    zp__json_put_bool(w, "spill", vnode->spill);
    if (plan->threads_per_core)
        zp__json_put_uint(w, "package", vnode->package);
    zp__json_close(w, '}');
}

static void write_distances(struct zp__json_writer *w,
                            const struct zp_plan *plan)
{
    uint32_t i, j;

    zp__json_open(w, "distances", '[');
    for (i = 0; i < plan->nr_vnodes; i++) {
        zp__json_open_line(w, NULL, '[');
        for (j = 0; j < plan->nr_vnodes; j++)
            zp__json_put_uint(w, NULL, plan->dist[i * plan->nr_vnodes + j]);
        zp__json_close(w, ']');
    }
    zp__json_close(w, ']');
}

/* For readers: they follow from the rest. */
static void write_apic_ids(struct zp__json_writer *w,
                           const struct zp_plan *plan)
{
    uint32_t i;

    zp__json_open_line(w, "apic_ids", '[');
    for (i = 0; i < plan->nr_vcpu_ids; i++)
        zp__json_put_uint(w, NULL, zp_plan_apic_id(plan, i));
    zp__json_close(w, ']');
}

/* Groups of vcpus, and the pcpus each has to itself. */
static void write_affinity(struct zp__json_writer *w,
                           const struct zp_plan *plan)
{
    struct zp_pcpuset vcpus, pcpus;
    uint32_t group, id;

    zp__json_open(w, "affinity", '[');
    for (group = 1; group <= plan->nr_groups; group++) {
        memset(&vcpus, 0, sizeof(vcpus));
        for (id = 0; id < plan->nr_vcpu_ids; id++) {
            if (plan->vcpu_group[id] == group)
                zp_pcpuset_add(&vcpus, id);
        }
        zp_plan_vcpu_pcpus(plan, zp_pcpuset_next(&vcpus, 0), &pcpus);
        zp__json_open_line(w, NULL, '{');
        zp__json_put_pcpus(w, "vcpus", &vcpus);
        zp__json_put_pcpus(w, "pcpus", &pcpus);
        zp__json_close(w, '}');
    }
    zp__json_close(w, ']');
}

static void write_fine(struct zp__json_writer *w, const struct zp_plan *plan)
{
    if (plan->float_to != ZP_FLOAT_NODE)
        zp__json_put_word(w, "float", zp__float_words, plan->float_to);
    if (plan->smt != ZP_SMT_ANY)
        zp__json_put_word(w, "smt", zp__smt_words, plan->smt);
    if (plan->dedicated)
        zp__json_put_bool(w, "dedicated", true);
    if (plan->nodes_per_package)
        zp__json_put_uint(w, "nodes_per_package", plan->nodes_per_package);
    if (plan->emulated)
        zp__json_put_bool(w, "emulated", true);
    if (plan->nr_groups)
        write_affinity(w, plan);
}

static void write_totals(struct zp__json_writer *w,
                         const struct zp_plan *plan)
{
    zp__json_put_bool(w, "show_numa", plan->show_numa);
    zp__json_put_bool(w, "even", plan->even);
    zp__json_put_word(w, "spill", zp__spill_words, plan->spill);
    zp__json_put_word(w, "memory_policy", zp__memory_policy_words,
                       plan->memory_policy);
    if (plan->growth)
        zp__json_put_word(w, "growth", zp__growth_words, plan->growth);
    zp__json_put_uint(w, "vcpus", plan->vcpus);
    zp__json_put_uint(w, "max_vcpus", plan->max_vcpus);
    zp__json_put_uint(w, "vcpu_ids", plan->nr_vcpu_ids);
    zp__json_put_uint(w, "vcpu_stride", plan->vcpu_stride);
    zp__json_put_uint(w, "cpu_vnodes", plan->nr_cpu_vnodes);
    zp__json_put_uint(w, "memory_kib", plan->mem_kib);
    zp__json_put_uint(w, "overhead_kib", plan->overhead_kib);
    zp__json_put_uint(w, "overhead_share_kib", plan->overhead_share_kib);
    zp__json_put_uint(w, "steps", plan->steps);
    if (!plan->threads_per_core)
        return;
    zp__json_put_uint(w, "threads", plan->threads_per_core);
    zp__json_put_word(w, "packages", zp__packages_words, plan->packages);
    write_apic_ids(w, plan);
}

void zp__plan_write(struct zp__json_writer *w, const char *key,
                    const struct zp_plan *plan, const char *warnings,
                    const char *why)
{
    uint32_t i;

    zp__json_open(w, key, '{');
    zp__json_put_string(w, "zone", plan->name);
    zp__json_put_word(w, "type", zp__type_words, plan->type);
    zp__json_put_word(w, "strategy", zp__strategy_words, plan->strategy);
    zp__json_put_word(w, "tier", zp__tier_words, plan->tier);
    zp__json_put_bool(w, "truth", plan->truth);
    zp__json_open(w, "vnodes", '[');
    for (i = 0; i < plan->nr_vnodes; i++)
        write_vnode(w, plan, i);
    zp__json_close(w, ']');
    write_distances(w, plan);
    zp__json_put_uint(w, "distance_sum", plan->distance_sum);
    zp__json_put_bool(w, "exact", plan->exact);
    zp__json_put_uint(w, "lower_bound", plan->lower_bound);
    zp__json_open_line(w, "first_node", '{');
    zp__json_put_uint(w, "pnode", plan->vnode[0].pnode_os_id);
    zp__json_put_word(w, "rule", zp__first_rule_words, plan->first_rule);
    zp__json_close(w, '}');
    write_totals(w, plan);
    write_fine(w, plan);
    zp__json_put_lines(w, "warnings", warnings);
    zp__json_put_lines(w, "why", why);
    zp__json_close(w, '}');
}

int zp__plan_texts(const struct zp_topology *topo,
                   const struct zp_load *load, const struct zp_request *req,
                   const struct zp_plan *plan, char **warnings_out,
                   char **why_out, struct zp_error *err)
{
    char *warnings ZP_CLEANUP(zp__cleanup_free) = NULL;
    int rc;

    if (!topo || !load || !req)
        return ZP_OK;
    rc = zp_plan_warnings(topo, load, req, plan, &warnings, err);
    if (rc)
        return rc;
    rc = zp_plan_why(topo, load, req, plan, why_out, err);
    if (rc)
        return rc;
    *warnings_out = ZP_TAKE(warnings);
    return ZP_OK;
}

int zp_plan_to_json(const struct zp_topology *topo, const struct zp_load *load,
                    const struct zp_request *req, const struct zp_plan *plan,
                    char **text_out, struct zp_error *err)
{
    char *warnings ZP_CLEANUP(zp__cleanup_free) = NULL;
    char *why ZP_CLEANUP(zp__cleanup_free) = NULL;
    struct zp__json_writer w = ZP__JSON_WRITER;
    int rc;

    rc = zp__plan_texts(topo, load, req, plan, &warnings, &why, err);
    if (rc)
        return rc;
    zp__plan_write(&w, NULL, plan, warnings, why);
    return zp__json_take(&w, text_out, err);
}
