/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest makes of its CPUID leaves, by the manuals: "SDM" is Intel's,
 * volume 2A (CPUID) unless said otherwise, "APM" is AMD's, volume 3.
 */
#include <check.h>
#include <string.h>

#include "cpuid-decode.h"

/* Check's own assertions write a file each; these are for inner loops. */
#define HOLDS(what_) \
    do { \
        if (!(what_)) \
            ck_abort_msg("%s", #what_); \
    } while (0)
#define SAME(a_, b_) \
    do { \
        uint64_t left_ = (uint64_t)(a_), right_ = (uint64_t)(b_); \
        if (left_ != right_) \
            ck_abort_msg("%s is 0x%llx, %s is 0x%llx", #a_, \
                         (unsigned long long)left_, #b_, \
                         (unsigned long long)right_); \
    } while (0)

/* ---- a guest's reading --------------------------------------------------- */

struct guest {
    const struct zp_core_model *model;
    uint32_t nr;
    uint32_t nr_leaves[ZP_MAX_VCPUS];
    struct zp_cpuid_leaf leaf[ZP_MAX_VCPUS][ZP_MAX_CPUID_LEAVES];
};

/* What one way of reading found; UINT32_MAX: it does not say. */
struct view {
    uint32_t id, package, die, node, core, thread;
    uint32_t l1d, l1i, l2, l3;
};

static const struct zp_cpuid_leaf *cpuid(const struct guest *g, uint32_t vcpu,
                                         uint32_t eax, uint32_t ecx)
{
    const struct zp_cpuid_leaf *l;
    uint32_t i;

    for (i = 0; i < g->nr_leaves[vcpu]; i++) {
        l = &g->leaf[vcpu][i];
        if (l->leaf == eax && (l->subleaf == ecx || l->subleaf == UINT32_MAX))
            return l;
    }
    ck_abort_msg("vcpu %u has no leaf 0x%x, 0x%x", vcpu, eax, ecx);
}

static uint32_t field(uint32_t value, unsigned high, unsigned low)
{
    uint32_t result = 0;
    unsigned bit;

    for (bit = low; bit <= high; bit++)
        result |= (value >> bit & 1) << (bit - low);
    return result;
}

/* Width of a field that holds the numbers 0..n-1 (SDM vol. 3A, 9.9.5:
 * "mask width"). */
static unsigned width(uint32_t n)
{
    unsigned w = 0;

    for (n--; n; n >>= 1)
        w++;
    return w;
}

/* SDM vol. 3A, 9.9.3, with 0BH and 1FH: widths by type of level. */
static struct view read_levels(const struct guest *g, uint32_t vcpu,
                               uint32_t leaf)
{
    struct view v;
    const struct zp_cpuid_leaf *l;
    uint32_t type, last_type = 0, shift = 0, below = 0, sub;

    memset(&v, 0xff, sizeof(v));
    for (sub = 0;; sub++) {
        l = cpuid(g, vcpu, leaf, sub);
        SAME(field(l->ecx, 7, 0), sub);
        type = field(l->ecx, 15, 8);
        v.id = l->edx;
        if (!type) {
            SAME(l->eax | l->ebx, 0);
            break;
        }
        HOLDS(type > last_type);
        last_type = type;
        below = shift;
        shift = field(l->eax, 4, 0);
        HOLDS(shift >= below);
        SAME(l->eax >> 5 | l->ebx >> 16 | l->ecx >> 16, 0);
        HOLDS(field(l->ebx, 15, 0) >= 1);
        HOLDS(field(l->ebx, 15, 0) <= 1U << shift);
        if (type == 1)
            v.thread = v.id & ((1U << shift) - 1);
        else if (type == 2)
            v.core = v.id >> below;
        else if (type == 5)
            v.die = v.id >> below;
        else
            ck_abort_msg("level type %u", type);
    }
    HOLDS(sub >= 2);
    SAME(last_type == 5, sub == 3);
    v.package = v.id >> shift;
    return v;
}

/* APM vol. 3, Fn8000_0026: each level's width leads to the id of that. */
static struct view read_26(const struct guest *g, uint32_t vcpu)
{
    struct view v;
    const struct zp_cpuid_leaf *l;
    uint32_t sub, id;

    memset(&v, 0xff, sizeof(v));
    for (sub = 0; sub < 4; sub++) {
        l = cpuid(g, vcpu, 0x80000026, sub);
        SAME(l->ecx, (sub + 1) << 8 | sub);
        SAME(l->eax >> 5 | l->ebx >> 16, 0);
        HOLDS(l->ebx >= 1);
        HOLDS(l->ebx <= 1U << field(l->eax, 4, 0));
        v.id = l->edx;
        id = v.id >> field(l->eax, 4, 0);
        if (sub == 0) {
            v.core = id;
            v.thread = v.id - (id << field(l->eax, 4, 0));
        }
        if (sub == 1)
            v.l3 = id;
        if (sub == 2)
            v.die = id;
        if (sub == 3)
            v.package = id;
    }
    l = cpuid(g, vcpu, 0x80000026, sub);
    SAME(l->eax | l->ebx, 0);
    SAME(l->ecx, sub);
    SAME(l->edx, v.id);
    return v;
}

/* APM vol. 3, Fn8000_0008 and Fn8000_001E, without any leaf of levels. */
static struct view read_1e(const struct guest *g, uint32_t vcpu)
{
    const struct zp_cpuid_leaf *size = cpuid(g, vcpu, 0x80000008, 0);
    const struct zp_cpuid_leaf *l = cpuid(g, vcpu, 0x8000001e, 0);
    uint32_t threads = field(l->ebx, 15, 8) + 1;
    struct view v;

    memset(&v, 0xff, sizeof(v));
    SAME(threads, g->model->threads_per_core);
    v.id = l->eax;
    v.package = v.id >> field(size->ecx, 15, 12);
    if (!field(size->ecx, 15, 12))       /* then NC + 1 is the size */
        SAME(field(size->ecx, 7, 0), 0);
    HOLDS(field(l->ebx, 7, 0) < 1U << field(size->ecx, 15, 12));
    v.core = v.package << 16 | field(l->ebx, 7, 0);
    v.thread = v.id % threads;
    v.node = field(l->ecx, 7, 0);
    SAME(l->edx | l->ecx >> 11 | l->ebx >> 16, 0);
    return v;
}

/* SDM vol. 3A, 9.9.5: leaves 1 and 4 alone. */
static struct view read_1_and_4(const struct guest *g, uint32_t vcpu)
{
    const struct zp_cpuid_leaf *one = cpuid(g, vcpu, 1, 0);
    const struct zp_cpuid_leaf *four = cpuid(g, vcpu, 4, 0);
    unsigned all = width(field(one->ebx, 23, 16));
    unsigned cores = width(field(four->eax, 31, 26) + 1);
    struct view v;

    memset(&v, 0xff, sizeof(v));
    v.id = field(one->ebx, 31, 24);
    v.package = v.id >> all;
    HOLDS(all >= cores);
    v.core = v.id >> (all - cores);
    v.thread = v.id & ((1U << (all - cores)) - 1);
    return v;
}

/* SDM 04H and APM Fn8000_001D: the same but for two bits. */
static void read_caches(const struct guest *g, uint32_t vcpu, uint32_t leaf,
                        struct view *v)
{
    const struct zp_core_model *m = g->model;
    const struct zp_cache_model *want[] = { &m->l1d, &m->l1i, &m->l2, &m->l3 };
    uint32_t *who[] = { &v->l1d, &v->l1i, &v->l2, &v->l3 };
    uint32_t types[] = { 1, 2, 3, 3 }, levels[] = { 1, 1, 2, 3 };
    const struct zp_cpuid_leaf *l;
    uint32_t sub = 0, i;

    for (i = 0; i < 4; i++) {
        if (!want[i]->bytes)
            continue;
        l = cpuid(g, vcpu, leaf, sub++);
        SAME(field(l->eax, 4, 0), types[i]);
        SAME(field(l->eax, 7, 5), levels[i]);
        SAME(field(l->eax, 9, 8), 1);
        SAME(field(l->ebx, 11, 0) + 1, want[i]->line);
        SAME(field(l->ebx, 31, 22) + 1, want[i]->ways);
        SAME((field(l->ebx, 11, 0) + 1) *
                          (field(l->ebx, 21, 12) + 1) *
                          (field(l->ebx, 31, 22) + 1) * (l->ecx + 1),
                          want[i]->bytes);
        SAME(field(l->edx, 1, 1), want[i]->inclusive);
        *who[i] = v->id >> width(field(l->eax, 25, 14) + 1);
    }
    SAME(field(cpuid(g, vcpu, leaf, sub)->eax, 4, 0), 0);
}

/* ---- against the truth --------------------------------------------------- */

static uint32_t pick(const void *base, size_t size, uint32_t i, size_t offset)
{
    uint32_t value;

    memcpy(&value, (const char *)base + i * size + offset, sizeof(value));
    return value;
}

/* Two vcpus share the seen thing if, and only if, they share the true one. */
static void same_groups(const char *what, uint32_t nr, const struct view *seen,
                        size_t seen_at, const struct cpuid_truth *truth,
                        size_t truth_at)
{
    uint32_t a, b, x, y;

    for (a = 0; a < nr; a++) {
        x = pick(seen, sizeof(*seen), a, seen_at);
        y = pick(truth, sizeof(*truth), a, truth_at);
        if (x == UINT32_MAX)
            ck_abort_msg("%s of vcpu %u is not said", what, a);
        for (b = a + 1; b < nr; b++) {
            if ((x == pick(seen, sizeof(*seen), b, seen_at)) !=
                (y == pick(truth, sizeof(*truth), b, truth_at)))
                ck_abort_msg("%s of vcpus %u and %u", what, a, b);
        }
    }
}

#define SAME_GROUPS(field_, truth_) \
    same_groups(#field_, nr, seen, offsetof(struct view, field_), truth, \
                offsetof(struct cpuid_truth, truth_))

static void check_view(uint32_t nr, const struct view *seen,
                       const struct zp_guest_cpus *cpus,
                       const struct cpuid_truth *truth)
{
    uint32_t i;

    SAME_GROUPS(package, package);
    SAME_GROUPS(core, core);
    for (i = 0; i < nr; i++) {
        SAME(seen[i].id, cpus->vcpu[i].x2apic_id);
        SAME(seen[i].thread, truth[i].thread);
    }
}

/* What must not differ between vcpus: the shape of all leaves. */
static void check_uniform(const struct guest *g)
{
    uint32_t vcpu, i;

    for (vcpu = 1; vcpu < g->nr; vcpu++) {
        SAME(g->nr_leaves[vcpu], g->nr_leaves[0]);
        for (i = 0; i < g->nr_leaves[0]; i++) {
            const struct zp_cpuid_leaf *a = &g->leaf[0][i];
            const struct zp_cpuid_leaf *b = &g->leaf[vcpu][i];

            SAME(a->leaf, b->leaf);
            SAME(a->subleaf, b->subleaf);
            if (a->leaf == 0x8000001e) {
                SAME(a->ebx >> 8, b->ebx >> 8);
                SAME(a->ecx >> 8, b->ecx >> 8);
                continue;
            }
            SAME(a->eax, b->eax);
            SAME(a->ebx << 8, b->ebx << 8);
            SAME(a->ecx, b->ecx);
        }
    }
}

static void check_intel(const struct guest *g, const struct zp_guest_cpus *cpus,
                        const struct cpuid_truth *truth)
{
    struct view seen[ZP_MAX_VCPUS];
    uint32_t nr = g->nr, i;
    bool dies = cpus->die_shift < cpus->package_shift;

    for (i = 0; i < nr; i++)
        seen[i] = read_levels(g, i, 0xb);
    check_view(nr, seen, cpus, truth);
    for (i = 0; i < nr; i++) {
        seen[i] = read_levels(g, i, 0x1f);
        SAME(seen[i].die != UINT32_MAX, dies);
        read_caches(g, i, 4, &seen[i]);
    }
    check_view(nr, seen, cpus, truth);
    if (dies)
        SAME_GROUPS(die, vnode);
    if (g->model->l3.bytes)
        SAME_GROUPS(l3, l3);
    SAME_GROUPS(l2, core);
    SAME_GROUPS(l1d, core);
    if (g->model->l1i.bytes)
        SAME_GROUPS(l1i, core);
    if (cpus->package_shift - cpus->core_shift > 6)
        return;                          /* 64 cores are what leaf 4 has */
    for (i = 0; i < nr; i++)
        seen[i] = read_1_and_4(g, i);
    check_view(nr, seen, cpus, truth);
}

static void check_amd(const struct guest *g, const struct zp_guest_cpus *cpus,
                      const struct cpuid_truth *truth)
{
    struct view seen[ZP_MAX_VCPUS];
    uint32_t nr = g->nr, i;

    for (i = 0; i < nr; i++)
        seen[i] = read_levels(g, i, 0xb);
    check_view(nr, seen, cpus, truth);
    for (i = 0; i < nr; i++)
        seen[i] = read_26(g, i);
    check_view(nr, seen, cpus, truth);
    SAME_GROUPS(l3, l3);
    if (cpus->dies)
        SAME_GROUPS(die, vnode);
    else
        SAME_GROUPS(die, package);
    for (i = 0; i < nr; i++) {
        seen[i] = read_1e(g, i);
        read_caches(g, i, 0x8000001d, &seen[i]);
    }
    check_view(nr, seen, cpus, truth);
    SAME_GROUPS(node, vnode);
    if (g->model->l3.bytes)
        SAME_GROUPS(l3, l3);
    SAME_GROUPS(l2, core);
    SAME_GROUPS(l1d, core);
    if (g->model->l1i.bytes)
        SAME_GROUPS(l1i, core);
}

/* The struct says the same as the id. */
static void check_cpus(const struct zp_guest_cpus *cpus,
                       const struct cpuid_truth *truth)
{
    const struct zp_guest_cpu *v;
    uint32_t i, die;

    HOLDS(cpus->core_shift <= 1);
    HOLDS(cpus->core_shift <= cpus->l3_shift);
    HOLDS(cpus->l3_shift <= cpus->die_shift);
    HOLDS(cpus->die_shift <= cpus->package_shift);
    for (i = 0; i < cpus->nr_vcpus; i++) {
        v = &cpus->vcpu[i];
        die = cpus->die_shift == cpus->package_shift ? 0 : v->die;
        SAME(v->vnode, truth[i].vnode);
        SAME(v->thread, truth[i].thread);
        SAME(v->x2apic_id,
                          (v->package << cpus->package_shift) +
                          (die << cpus->die_shift) +
                          (v->l3 << cpus->l3_shift) +
                          (v->core << cpus->core_shift) + v->thread);
        HOLDS(v->x2apic_id <= 254);
        HOLDS(v->package < cpus->nr_packages);
    }
}

bool cpuid_zone_holds(const struct cpuid_shape *shape,
                       const struct zp_core_model *model,
                       struct zp_guest_cpus *cpus, struct zp_error *err)
{
    static struct guest g;
    static struct zp_plan plan;
    struct cpuid_truth truth[ZP_MAX_VCPUS];
    struct zp_topology *topo = cpuid_shape_host(shape);
    uint32_t i;
    int rc;

    cpuid_shape_plan(shape, &plan);
    rc = zp_guest_cpus(&plan, topo, model, cpus, err);
    zp_topology_free(topo);
    if (rc) {
        SAME(rc, ZP_ERR_RANGE);
        ck_assert_str_eq(err->limit, "apic-ids");
        return false;
    }
    cpuid_shape_truth(shape, model, truth);
    check_cpus(cpus, truth);
    g.model = model;
    g.nr = plan.nr_vcpu_ids;
    for (i = 0; i < g.nr; i++)
        SAME(zp_cpuid_leaves(&plan, model, cpus, i, g.leaf[i],
                                         &g.nr_leaves[i], err), ZP_OK);
    check_uniform(&g);
    if (model->vendor == ZP_VENDOR_INTEL)
        check_intel(&g, cpus, truth);
    else
        check_amd(&g, cpus, truth);
    return true;
}
