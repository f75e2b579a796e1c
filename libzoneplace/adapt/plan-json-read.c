/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plan JSON, the way in: hostile until zp_plan_check() has seen it. */
#include <string.h>

#include "adapt/json.h"
#include "adapt/plan-json.h"

#define MAX_ID (UINT32_MAX - 1)
/* A zone of the largest size, rounded up on each vnode. */
#define MAX_KIB (ZP_MAX_MEM_KIB + ZP_MAX_VNODES * ZP_UNIT_KIB)

static uint32_t u32(struct zp__json_reader *r,
                    const struct zp__json_value *obj, const char *key,
                    uint32_t max)
{
    return (uint32_t)zp__json_uint(r, obj, key, max);
}

static void read_vnode(struct zp__json_reader *r,
                       const struct zp__json_value *obj, uint32_t i,
                       struct zp_vnode *vnode)
{
    struct zp_pcpuset listed;
    uint32_t count, first;

    zp__json_is_object(r, obj);
    if (u32(r, obj, "vnode", MAX_ID) != i)
        zp__json_fail(r, ZP_ERR_INVAL, "vnodes", "vnode: %u expected", i);
    vnode->pxm = u32(r, obj, "pxm", ZP_MAX_VNODES - 1);
    vnode->pnode_os_id = u32(r, obj, "pnode", MAX_ID);
    vnode->pnode = u32(r, obj, "pnode_pos", ZP_MAX_PNODES - 1);
    vnode->first_vcpu = u32(r, obj, "first_vcpu", ZP_MAX_VCPUS);
    zp__json_pcpus(r, obj, "pcpus", &vnode->pcpus);
    vnode->mem_kib = zp__json_uint(r, obj, "memory_kib", MAX_KIB);
    vnode->max_mem_kib = zp__json_uint(r, obj, "max_memory_kib", MAX_KIB);
    vnode->first_gfn = zp__json_uint(r, obj, "first_gfn", UINT64_MAX);
    vnode->spill = zp__json_bool(r, obj, "spill");
    vnode->package = (uint32_t)zp__json_uint_or(r, obj, "package",
                                                ZP_MAX_VNODES - 1, 0);

    /* vcpus are written as a list, but are one range from first_vcpu on */
    zp__json_pcpus(r, obj, "vcpus", &listed);
    count = zp_pcpuset_count(&listed);
    first = zp_pcpuset_next(&listed, 0);
    if (count && (first != vnode->first_vcpu ||
                  zp_pcpuset_next(&listed, first + count) != ZP_UNKNOWN_ID ||
                  first + count > ZP_MAX_VCPUS))
        zp__json_fail(r, ZP_ERR_INVAL, "vcpus",
                      "vcpus: not one range from first_vcpu %u below %d",
                      vnode->first_vcpu, ZP_MAX_VCPUS);
    vnode->nr_vcpus = count;
}

static void read_vnodes(struct zp__json_reader *r,
                        const struct zp__json_value *root,
                        struct zp_plan *plan)
{
    const struct zp__json_value *vnodes, *vnode;
    uint32_t i;

    vnodes = zp__json_array(r, root, "vnodes");
    if (!vnodes->nr || vnodes->nr > ZP_MAX_VNODES)
        zp__json_fail(r, ZP_ERR_RANGE, "vnodes",
                      "vnodes: %u of them, 1 to %d are possible", vnodes->nr,
                      ZP_MAX_VNODES);
    if (r->rc)
        return;
    plan->nr_vnodes = vnodes->nr;
    ZP__JSON_EACH(vnode, i, vnodes) {
        zp__json_at(r, "vnodes[%u]: ", i);
        read_vnode(r, vnode, i, &plan->vnode[i]);
    }
    zp__json_at(r, "%s", "");
}

static void read_distances(struct zp__json_reader *r,
                           const struct zp__json_value *root,
                           struct zp_plan *plan)
{
    const struct zp__json_value *rows, *row, *cell;
    uint32_t i, j;

    rows = zp__json_array(r, root, "distances");
    if (rows->nr != plan->nr_vnodes)
        zp__json_fail(r, ZP_ERR_INVAL, "distances",
                      "distances: %u rows for %u vnodes", rows->nr,
                      plan->nr_vnodes);
    if (r->rc)
        return;
    ZP__JSON_EACH(row, i, rows) {
        if (row->type != ZP__JSON_ARRAY || row->nr != plan->nr_vnodes)
            zp__json_fail(r, ZP_ERR_INVAL, "distances",
                          "distances[%u]: not a row of %u, one for each "
                          "vnode", i, plan->nr_vnodes);
        if (r->rc)
            return;
        zp__json_at(r, "distances[%u]", i);
        ZP__JSON_EACH(cell, j, row)
            plan->dist[i * plan->nr_vnodes + j] =
                (uint8_t)zp__json_uint_of(r, "", cell, ZP_DIST_MAX);
    }
    zp__json_at(r, "%s", "");
}

static void read_first_node(struct zp__json_reader *r,
                            const struct zp__json_value *root,
                            struct zp_plan *plan)
{
    const struct zp__json_value *first;

    first = zp__json_object(r, root, "first_node");
    zp__json_at(r, "%s", "first_node: ");
    plan->first_rule = (enum zp_first_rule)
        zp__json_word(r, first, "rule", zp__first_rule_words);
    if (u32(r, first, "pnode", MAX_ID) != plan->vnode[0].pnode_os_id)
        zp__json_fail(r, ZP_ERR_INVAL, "first_node",
                      "pnode: not the one of vnode 0");
    zp__json_at(r, "%s", "");
}

static void read_totals(struct zp__json_reader *r,
                        const struct zp__json_value *root,
                        struct zp_plan *plan)
{
    plan->truth = zp__json_bool(r, root, "truth");
    plan->show_numa = zp__json_bool(r, root, "show_numa");
    plan->even = zp__json_bool(r, root, "even");
    plan->exact = zp__json_bool(r, root, "exact");
    plan->distance_sum = zp__json_uint(r, root, "distance_sum", UINT64_MAX);
    plan->lower_bound = zp__json_uint(r, root, "lower_bound", UINT64_MAX);
    plan->vcpus = u32(r, root, "vcpus", ZP_MAX_VCPUS);
    plan->max_vcpus = u32(r, root, "max_vcpus", ZP_MAX_VCPUS);
    plan->nr_vcpu_ids = u32(r, root, "vcpu_ids", ZP_MAX_VCPUS);
    plan->vcpu_stride = u32(r, root, "vcpu_stride", ZP_MAX_VCPUS);
    plan->nr_cpu_vnodes = u32(r, root, "cpu_vnodes", ZP_MAX_VNODES);
    plan->mem_kib = zp__json_uint(r, root, "memory_kib", MAX_KIB);
    plan->overhead_kib = zp__json_uint(r, root, "overhead_kib",
                                       ZP_MAX_MEM_KIB);
    plan->overhead_share_kib = zp__json_uint(r, root, "overhead_share_kib",
                                             ZP_MAX_MEM_KIB);
    plan->steps = zp__json_uint(r, root, "steps", UINT64_MAX);
    plan->threads_per_core = (uint32_t)zp__json_uint_or(r, root, "threads", 2,
                                                        0);
    plan->packages = (enum zp_packages)
        zp__json_word_or(r, root, "packages", zp__packages_words,
                         ZP_PACKAGES_SOCKET);
}

/* A group's vcpus are in no other, nor are its pcpus. */
static void read_group(struct zp__json_reader *r,
                       const struct zp__json_value *obj, uint8_t group,
                       struct zp_plan *plan)
{
    struct zp_pcpuset vcpus, pcpus;
    uint32_t i;

    zp__json_is_object(r, obj);
    if (r->rc)
        return;
    zp__json_pcpus(r, obj, "vcpus", &vcpus);
    zp__json_pcpus(r, obj, "pcpus", &pcpus);
    for (i = zp_pcpuset_next(&vcpus, 0); i != ZP_UNKNOWN_ID && !r->rc;
         i = zp_pcpuset_next(&vcpus, i + 1)) {
        if (i >= ZP_MAX_VCPUS || plan->vcpu_group[i])
            zp__json_fail(r, ZP_ERR_INVAL, "affinity", "vcpu %u %s", i,
                          i < ZP_MAX_VCPUS ? "is there twice"
                                           : "is above 127");
        else
            plan->vcpu_group[i] = group;
    }
    for (i = zp_pcpuset_next(&pcpus, 0); i != ZP_UNKNOWN_ID && !r->rc;
         i = zp_pcpuset_next(&pcpus, i + 1)) {
        if (plan->group_of[i])
            zp__json_fail(r, ZP_ERR_INVAL, "affinity",
                          "pcpu %u is there twice", i);
        plan->group_of[i] = group;
    }
}

static void read_fine(struct zp__json_reader *r,
                      const struct zp__json_value *root, struct zp_plan *plan)
{
    const struct zp__json_value *groups, *group;
    uint32_t i;

    plan->float_to = (enum zp_float)
        zp__json_word_or(r, root, "float", zp__float_words, ZP_FLOAT_NODE);
    plan->smt = (enum zp_smt)
        zp__json_word_or(r, root, "smt", zp__smt_words, ZP_SMT_ANY);
    plan->dedicated = zp__json_bool_or(r, root, "dedicated", false);
    plan->emulated = zp__json_bool_or(r, root, "emulated", false);
    plan->nodes_per_package = (uint32_t)
        zp__json_uint_or(r, root, "nodes_per_package", UINT32_MAX, 0);
    groups = zp__json_array_or_empty(r, root, "affinity");
    if (groups->nr > ZP_MAX_VCPUS)
        zp__json_fail(r, ZP_ERR_RANGE, "affinity",
                      "affinity: %u groups, at most %d", groups->nr,
                      ZP_MAX_VCPUS);
    if (r->rc)
        return;
    plan->nr_groups = (uint8_t)groups->nr;
    ZP__JSON_EACH(group, i, groups) {
        zp__json_at(r, "affinity[%u]: ", i);
        read_group(r, group, (uint8_t)(i + 1), plan);
    }
    zp__json_at(r, "%s", "");
}

static void read_plan(struct zp__json_reader *r,
                      const struct zp__json_value *root,
                      struct zp_plan *plan)
{
    zp__json_copy(r, root, "zone", plan->name, sizeof(plan->name));
    plan->type = (enum zp_guest_type)
        zp__json_word(r, root, "type", zp__type_words);
    plan->strategy = (enum zp_strategy)
        zp__json_word(r, root, "strategy", zp__strategy_words);
    plan->spill = (enum zp_spill)
        zp__json_word(r, root, "spill", zp__spill_words);
    plan->memory_policy = (enum zp_memory_policy)
        zp__json_word(r, root, "memory_policy", zp__memory_policy_words);
    plan->growth = (enum zp_growth)
        zp__json_word_or(r, root, "growth", zp__growth_words, ZP_GROWTH_NONE);
    plan->tier = (enum zp_tier)
        zp__json_word(r, root, "tier", zp__tier_words);
    read_totals(r, root, plan);
    read_fine(r, root, plan);
    read_vnodes(r, root, plan);
    read_distances(r, root, plan);
    read_first_node(r, root, plan);
}

int zp_plan_from_json(const char *buf, size_t len, struct zp_plan *plan_out,
                      struct zp_error *err)
{
    struct zp__json doc ZP_CLEANUP(zp__json_clear) = ZP__JSON_INIT;
    struct zp__json_reader r = ZP__JSON_READER(err);
    struct zp_plan plan;
    int rc;

    rc = zp__json_parse(&doc, "plan JSON", buf, len, err);
    if (rc)
        return rc;
    /* padding bytes too: a plan is compared with memcmp */
    memset(&plan, 0, sizeof(plan));
    read_plan(&r, doc.value, &plan);
    rc = r.rc ? r.rc : zp_plan_check(NULL, &plan, err);
    if (rc)
        return zp__wrap(err, rc, "plan JSON");
    memcpy(plan_out, &plan, sizeof(plan));
    return ZP_OK;
}
