/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan as an object: its vcpus, its memory, its promises, its words. */
#include "core.h"
#include "../golden/oom.h"

#define GIB ((uint64_t)1 << 20)

static struct fixture f;

static void setup(void)
{
    fixture_init(&f);
}

static void teardown(void)
{
    fixture_clear(&f);
}

static void place(void)
{
    fixture_build(&f);
    ck_works(zp_place(f.topo, f.load, &f.req, &f.plan, &err));
}

/* 5 vcpus in 3 + 2, of them 3 online, padded to 4 each. */
static void place_3_and_2(void)
{
    f.req.vcpus = 3;
    f.req.max_vcpus = 5;
    f.req.nr_vnodes = 2;
    place();
}

START_TEST(vcpus_of_a_padded_plan)
{
    static const uint32_t index[] = { 0, 1, 3, 4, 2, 5 };
    static const bool online[] = { true, true, false, false, true, false };
    uint32_t i;

    place_3_and_2();
    ck_assert_uint_eq(f.plan.vcpu_stride, 4);
    ck_assert_uint_eq(f.plan.nr_vcpu_ids, 8);
    for (i = 0; i < 8; i++) {
        ck_assert_uint_eq(zp_plan_vnode_of(&f.plan, i), i / 4);
        ck_assert_uint_eq(zp_plan_apic_id(&f.plan, i), 2 * i);
        ck_assert(zp_plan_has_vcpu(&f.plan, i) == (i % 4 < 3 - i / 4));
        ck_assert(zp_plan_online(&f.plan, i) == (i < 6 && online[i]));
        if (!zp_plan_has_vcpu(&f.plan, i))
            ck_assert_uint_eq(zp_plan_guest_index(&f.plan, i), ZP_UNKNOWN_ID);
        else
            ck_assert_uint_eq(zp_plan_guest_index(&f.plan, i), index[i]);
    }
    ck_assert(!zp_plan_has_vcpu(&f.plan, 8));
    ck_assert_uint_eq(zp_plan_apic_id(&f.plan, 8), ZP_UNKNOWN_ID);
}
END_TEST

START_TEST(vcpus_of_a_dense_plan)
{
    static const uint32_t apic[] = { 0, 1, 2, 4, 5 };
    uint32_t i;

    f.req.tier = ZP_TIER_PATCHED;
    place_3_and_2();
    ck_assert_uint_eq(f.plan.nr_vcpu_ids, 5);
    for (i = 0; i < 5; i++) {
        ck_assert(zp_plan_has_vcpu(&f.plan, i));
        ck_assert_uint_eq(zp_plan_vnode_of(&f.plan, i), i / 3);
        ck_assert_uint_eq(zp_plan_apic_id(&f.plan, i), apic[i]);
    }
    ck_assert_uint_eq(zp_plan_guest_index(&f.plan, 3), 2);
    ck_assert_uint_eq(zp_plan_guest_index(&f.plan, 2), 3);
}
END_TEST

START_TEST(patched_apic_ids_stay_small)
{
    uint32_t i;

    gen_idle_host(&f.host, GEN_FLAT, 32, 128, 16 * GIB);
    for (i = 1; i < 32; i++)
        f.host.nr_pcpus[i] = 1;
    f.req.tier = ZP_TIER_PATCHED;
    f.req.vcpus = 97 + 31;
    f.req.nr_vnodes = 32;
    place();
    ck_assert_uint_eq(f.plan.vnode[0].nr_vcpus, 97);
    ck_assert_uint_eq(f.plan.threads_per_core, 0);
    for (i = 0; i < 128; i++)
        ck_assert_uint_eq(zp_plan_apic_id(&f.plan, i), i);
}
END_TEST

/* Ids of the plan are those of the leaves, whoever makes the leaves. */
static void ck_ids(enum zp_vendor vendor)
{
    struct zp_core_model model;
    struct zp_guest_cpus cpus, again;
    uint32_t i;

    ck_works(zp_core_model_from_plan(&f.plan, vendor, &model, &err));
    ck_works(zp_guest_cpus(&f.plan, NULL, &model, &cpus, &err));
    for (i = 0; i < f.plan.nr_vcpu_ids; i++)
        ck_assert_uint_eq(zp_plan_apic_id(&f.plan, i), cpus.vcpu[i].x2apic_id);
    ck_works(zp_guest_cpus(&f.plan, f.topo, &model, &again, &err));
    ck_assert_mem_eq(&cpus, &again, sizeof(cpus));
}

START_TEST(packages_follow_sockets)
{
    uint32_t i;

    f.req.tier = ZP_TIER_PATCHED;
    f.req.vcpus = 12;
    f.req.nr_vnodes = 6; /* of 4 + 4 */
    f.host.nodes_per_socket = 4;
    f.host.pcpus_per_core = 2;
    place();
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
    for (i = 0; i < 6; i++)
        ck_assert_uint_eq(f.plan.vnode[i].package,
                          f.plan.vnode[i].pnode / 4 !=
                              f.plan.vnode[0].pnode / 4);
    ck_assert_uint_eq(f.plan.threads_per_core, 2);
    ck_ids(ZP_VENDOR_AMD);
    ck_ids(ZP_VENDOR_INTEL);
    f.req.packages = ZP_PACKAGES_NODE;
    place();
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
    for (i = 0; i < 6; i++)
        ck_assert_uint_eq(f.plan.vnode[i].package, i);
    ck_ids(ZP_VENDOR_AMD);
    f.req.tier = ZP_TIER_STOCK;
    place();
    ck_assert_uint_eq(f.plan.threads_per_core, 0);
    ck_assert_uint_eq(f.plan.vnode[5].package, 0);
}
END_TEST

START_TEST(threads_are_the_hosts)
{
    struct zp_core_model model;

    f.req.tier = ZP_TIER_PATCHED;
    place();
    ck_assert_uint_eq(f.plan.threads_per_core, 1);
    f.req.threads = 2;
    ck_fails(zp_place(f.topo, f.load, &f.req, &f.plan, &err),
             ZP_ERR_UNSUPPORTED, "threads",
             "2 threads per core: node 0 does not say what it has");
    f.host.nodes_per_socket = 4;
    f.host.pcpus_per_core = 2;
    place();
    ck_assert_uint_eq(f.plan.threads_per_core, 2);
    f.req.threads = 1;
    place();
    ck_assert_uint_eq(f.plan.threads_per_core, 1);
    f.req.threads = 3;
    ck_fails(zp_place(f.topo, f.load, &f.req, &f.plan, &err), ZP_ERR_RANGE,
             "threads", "3 threads per core, not 1 or 2");
    f.req.tier = ZP_TIER_STOCK;
    f.req.threads = 2;
    ck_fails(zp_place(f.topo, f.load, &f.req, &f.plan, &err),
             ZP_ERR_UNSUPPORTED, "threads",
             "2 threads per core: unmodified xen can't tell a guest of them");
    f.req.threads = 0;
    place();
    ck_fails(zp_core_model_from_plan(&f.plan, ZP_VENDOR_AMD, &model, &err),
             ZP_ERR_UNSUPPORTED, "threads",
             "the plan does not tell the guest its topology");
}
END_TEST

START_TEST(ranges_split_at_the_hole)
{
    struct zp_range ranges[ZP_MAX_VNODES + 1];

    f.req.nr_vnodes = 2;
    f.req.mem_kib = 6 * GIB;
    place();
    ck_assert_uint_eq(zp_plan_ranges(&f.plan, ranges), 3);
    ck_assert_uint_eq(ranges[0].start, 0);
    ck_assert_uint_eq(ranges[0].end, 3072ull << 20);
    ck_assert_uint_eq(ranges[1].end, ZP_HOLE_START);
    ck_assert_uint_eq(ranges[1].vnode, 1);
    ck_assert_uint_eq(ranges[2].start, ZP_HOLE_END);
    ck_assert_uint_eq(ranges[2].vnode, 1);
    ck_assert_uint_eq(ranges[2].end,
                      ZP_HOLE_END + (6144ull << 20) - ZP_HOLE_START);
    ck_assert_uint_eq(f.plan.vnode[1].first_gfn, 3072ull << 8);

    f.req.mem_kib = 2 * (ZP_HOLE_START >> 10); /* ends just at the hole */
    place();
    ck_assert_uint_eq(zp_plan_ranges(&f.plan, ranges), 2);
    ck_assert_uint_eq(ranges[1].start, ZP_HOLE_END);
    ck_assert_uint_eq(f.plan.vnode[1].first_gfn, ZP_HOLE_END >> 12);
}
END_TEST

START_TEST(overhead)
{
    uint64_t small = zp_overhead_kib(ZP_GUEST_PVH, 1, 1024);

    /* a MiB costs a page, a vcpu 256 and what Xen keeps of it */
    ck_assert_uint_eq(zp_overhead_kib(ZP_GUEST_PVH, 1, 1025), small + 4);
    ck_assert_uint_eq(zp_overhead_kib(ZP_GUEST_PVH, 1, 2048), small + 4);
    ck_assert_uint_ge(zp_overhead_kib(ZP_GUEST_PVH, 2, 1024), small + 1024);
    ck_assert_uint_lt(zp_overhead_kib(ZP_GUEST_PV, 1, 1024), small);
    place();
    ck_assert_uint_eq(f.plan.overhead_kib,
                      zp_overhead_kib(ZP_GUEST_PVH, 4, 4 * GIB));
    ck_assert_uint_ge(f.plan.overhead_share_kib, f.plan.overhead_kib);
    ck_assert_uint_eq(f.plan.overhead_share_kib % ZP_UNIT_KIB, 0);
}
END_TEST

/* ---- zp_plan_check() ---- */

struct breach {
    void (*change)(struct zp_plan *plan);
    const char *msg;
};

static void regroup(struct zp_plan *p, uint8_t from, uint8_t to)
{
    uint32_t pcpu;

    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        if (p->group_of[pcpu] == from)
            p->group_of[pcpu] = to;
    }
}

/* Sound: pcpu 0 for group 1, the rest of vnode 0 for 2, vnode 1 for 3. */
static void group(struct zp_plan *p)
{
    static const uint8_t of[] = { 1, 1, 2, 0, 3, 3 };
    uint32_t pcpu, i;

    p->float_to = ZP_FLOAT_L3;
    p->nr_groups = 3;
    memcpy(p->vcpu_group, of, sizeof(of));
    for (i = 0; i < 2; i++) {
        for (pcpu = zp_pcpuset_next(&p->vnode[i].pcpus, 0);
             pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(&p->vnode[i].pcpus, pcpu + 1))
            p->group_of[pcpu] = i ? 3 : pcpu ? 2 : 1;
    }
}

#define CHANGE(name, body) \
    static void name(struct zp_plan *p) { body; }

CHANGE(b_name, memset(p->name, 'x', sizeof(p->name)))
CHANGE(b_type, p->type = (enum zp_guest_type)2)
CHANGE(b_spill, p->spill = ZP_SPILL_DEFAULT)
CHANGE(b_none, p->nr_vnodes = 0)
CHANGE(b_many, p->nr_vnodes = 33)
CHANGE(b_online, p->vcpus = 6)
CHANGE(b_ids, p->nr_vcpu_ids = 4096)
CHANGE(b_stride, p->vcpu_stride = 3)
CHANGE(b_dense, p->vcpu_stride = 0)
CHANGE(b_first, p->vnode[1].first_vcpu = 3)
CHANGE(b_sum, p->vnode[1].nr_vcpus = 1)
CHANGE(b_empty, p->vnode[1].nr_vcpus = 0)
CHANGE(b_unit, p->vnode[1].mem_kib++)
CHANGE(b_total, p->mem_kib += 2048)
CHANGE(b_max, p->vnode[0].max_mem_kib += 2048)
CHANGE(b_gfn, p->vnode[1].first_gfn++)
CHANGE(b_pos, p->vnode[0].pnode = 64)
CHANGE(b_twice, p->vnode[1].pnode = 0)
CHANGE(b_spilled, p->vnode[1].spill = true)
CHANGE(b_pxm, p->vnode[1].pxm = 0)
CHANGE(b_truth, p->truth = false)
CHANGE(b_dist, p->dist[1] = 255)
CHANGE(b_local, p->dist[3] = 11)
CHANGE(b_dsum, p->distance_sum = 25)
CHANGE(b_proof, p->lower_bound = 25)
CHANGE(b_shared, p->vnode[1].pcpus = p->vnode[0].pcpus)
CHANGE(b_nopcpus, memset(&p->vnode[1].pcpus, 0, sizeof(p->vnode[1].pcpus)))
CHANGE(b_osid, p->vnode[1].pnode_os_id = 7)
CHANGE(b_foreign, zp_pcpuset_add(&p->vnode[1].pcpus, 100))
CHANGE(b_threads, p->threads_per_core = 1)
CHANGE(b_package, p->vnode[1].package = 1)
CHANGE(b_host, p->dist[1] = p->dist[2] = 13; p->distance_sum = 26;
       p->lower_bound = 26)

CHANGE(b_float, p->float_to = (enum zp_float)2)
CHANGE(b_ungrouped, p->dedicated = true)
CHANGE(b_group, p->vcpu_group[0] = 1)
/* Three groups: of vcpus 0-1, 2 and 4-5. */
CHANGE(b_nogroup, group(p); p->vcpu_group[1] = 0)
CHANGE(b_padding, group(p); p->vcpu_group[3] = 2)
CHANGE(b_back, group(p); p->vcpu_group[5] = 1)
CHANGE(b_across, group(p); p->vcpu_group[4] = 2)
CHANGE(b_count, group(p); p->nr_groups = 4)
CHANGE(b_pcpu, group(p); p->group_of[100] = 1)
CHANGE(b_nopcpu, group(p); regroup(p, 2, 1))
CHANGE(b_left, group(p); p->group_of[1] = 0)
CHANGE(b_many_each, group(p); p->dedicated = true)

CHANGE(b_emulated, p->emulated = true)
CHANGE(b_flat, p->emulated = true; p->show_numa = false)

static const struct breach breaches[] = {
    { b_emulated, "the plan says of its truth what is not so" },
    { b_flat, "plan: its nodes can't be emulated" },
    { b_float, "plan: float or smt is not one that there is" },
    { b_ungrouped, "plan: 0 groups of vcpus" },
    { b_group, "vcpu 0 is in a group, it should be in none" },
    { b_nogroup, "vcpu 1 is in group 0, after group 1" },
    { b_padding, "vcpu 3 is in a group, it should be in none" },
    { b_back, "vcpu 5 is in group 1, after group 3" },
    { b_across, "vcpu 4 is in group 2, after group 2" },
    { b_count, "plan: 3 groups of vcpus, it says 4" },
    { b_pcpu, "pcpu 100 is in group 1 and not in its vnode" },
    { b_nopcpu, "group 2 has 1 vcpus and 0 pcpus" },
    { b_left, "pcpu 1 of vnode 0 is in no group" },
    { b_many_each, "group 1 has 2 vcpus and 1 pcpus" },
    { b_name, "plan: the name does not end" },
    { b_type, "plan: type, strategy, tier or first rule is not one that "
              "there is" },
    { b_spill, "plan: spill or memory policy is not resolved" },
    { b_none, "plan: 0 vnodes, 2 of them with vcpus" },
    { b_many, "plan: 33 vnodes, 2 of them with vcpus" },
    { b_online, "plan: 6 of 5 vcpus online, 8 ids, at most 128" },
    { b_ids, "plan: 3 of 5 vcpus online, 4096 ids, at most 128" },
    { b_stride, "plan: stride 3 does not give 8 ids to 2 vnodes" },
    { b_dense, "plan: 8 dense ids for 5 vcpus" },
    { b_first, "vnode 1 starts at vcpu 3, not at 4" },
    { b_sum, "the vnodes have 4 vcpus, the plan 5" },
    { b_empty, "vnode 1 has 0 vcpus" },
    { b_unit, "vnode 1 has 2097153 KiB, which is not a count of 2 MiB" },
    { b_total, "the vnodes have 4194304 KiB, the plan 4196352" },
    { b_max, "vnode 0 has 2097152 KiB and at most 2099200" },
    { b_gfn, "vnode 1 starts at gfn 524289, not at 524288" },
    { b_pos, "vnode 0 is on node position 64, at most 63" },
    { b_twice, "vnodes 0 and 1 are both on position 0" },
    { b_spilled, "vnode 1 is marked wrongly as spilled or not" },
    { b_pxm, "vnode 1 shows as node 0, not as 1" },
    { b_truth, "the plan says of its truth what is not so" },
    { b_dist, "vnode 0 is 255 from vnode 1" },
    { b_local, "vnode 1 is 11 from vnode 1" },
    { b_dsum, "the distances sum up to 24, the plan says 25" },
    { b_proof, "a bound of 25 does not prove a sum of 24" },
    { b_shared, "vnodes 0 and 1 share pcpus" },
    { b_nopcpus, "vnode 1 has 2 vcpus and 0 pcpus" },
    { b_osid, "vnode 1: the host has no node 7 at position 1" },
    { b_foreign, "vnode 1: pcpu 100 is not of node 1" },
    { b_threads, "plan: 1 threads per core, packages 0" },
    { b_package, "vnode 1 is in package 1" },
    { b_host, "vnode 0 is 13 from vnode 1, their nodes 12" },
};

START_TEST(check_names_the_breach)
{
    place_3_and_2();
    ck_works(zp_plan_check(f.topo, &f.plan, &err));
    ck_works(zp_plan_check(NULL, &f.plan, &err));
    breaches[_i].change(&f.plan);
    ck_fails(zp_plan_check(f.topo, &f.plan, &err), ZP_ERR_INVAL, "plan",
             breaches[_i].msg);
    ck_assert_int_eq(zp_plan_check(f.topo, &f.plan, NULL), ZP_ERR_INVAL);
}
END_TEST

/* Any bytes may come: none may be taken as an index unchecked. */
START_TEST(check_survives_garbage)
{
    struct zp_plan plan;
    struct gen g;
    uint32_t i, at;

    place_3_and_2();
    gen_seed(&g, gen_env("ZP_SEED", 1));
    for (i = 0; i < 20000; i++) {
        plan = f.plan;
        at = gen_below(&g, sizeof(plan) / 4);
        if (gen_chance(&g, 50))
            at %= 64 + 16;
        ((uint32_t *)&plan)[at] = (uint32_t)gen_next(&g) >> gen_below(&g, 32);
        /* booleans have two values only */
        plan.truth = *(unsigned char *)&plan.truth & 1;
        plan.show_numa = *(unsigned char *)&plan.show_numa & 1;
        plan.dedicated = *(unsigned char *)&plan.dedicated & 1;
        plan.emulated = *(unsigned char *)&plan.emulated & 1;
        plan.even = *(unsigned char *)&plan.even & 1;
        plan.exact = *(unsigned char *)&plan.exact & 1;
        plan.vnode[0].spill = *(unsigned char *)&plan.vnode[0].spill & 1;
        plan.vnode[1].spill = *(unsigned char *)&plan.vnode[1].spill & 1;
        (void)zp_plan_check(f.topo, &plan, NULL);
    }
}
END_TEST

/* ---- words ---- */

static char *warnings(void)
{
    char *text;

    ck_works(zp_plan_warnings(f.topo, f.load, &f.req, &f.plan, &text, &err));
    return text;
}

static void ck_warns(const char *line)
{
    char *text = warnings();

    ck_assert_msg(strstr(text, line), "'%s' is not in:\n%s", line, text);
    free(text);
}

START_TEST(warnings_tell)
{
    char *text;

    f.req.tier = ZP_TIER_PATCHED;
    place();
    text = warnings();
    ck_assert_str_eq(text, "");
    free(text);
    f.req.tier = ZP_TIER_STOCK;
    f.req.mem_kib++;
    place();
    ck_warns("unmodified xen: the guest is not told of SMT siblings");
    ck_warns("memory is dealt in 2 MiB: rounded up to 4196352 KiB\n");
    f.req.nr_vnodes = 2;
    f.req.vnuma = ZP_VNUMA_NEVER;
    place();
    ck_warns("the guest sees one node and is on 2: vnuma is never\n");
    f.host.mem_kib[3] = ZP_UNKNOWN_KIB;
    f.host.free_kib[3] = 0;
    f.req.vnuma = ZP_VNUMA_AUTO;
    f.req.vnuma_min_vcpus = 8;
    place();
    ck_warns("node 3 is left out: its memory is not known\n");
    ck_warns("it has too few vcpus for vnuma\n");
    f.req.max_mem_kib = 40 * GIB;
    place();
    ck_warns("the zone is static: on unmodified xen a dynamic one must fit "
             "one node\n");
    f.host.nr_devices = f.req.nr_near = 1;
    f.req.near[0].weight = 1;
    strcpy(f.req.near[0].busid, "0000:41:00.0");
    strcpy(f.host.device[0].busid, "0000:41:00.0");
    place();
    ck_warns("device 0000:41:00.0 does not steer: its node is not known\n");
}
END_TEST

START_TEST(warnings_tell_of_lies)
{
    uint32_t i;

    f.req.spill = ZP_SPILL_INTERLEAVE;
    f.req.interleave.nr = 2;
    f.req.interleave.os_id[1] = 4;
    place();
    ck_warns("the guest sees one node: its memory is 2 contiguous parts of "
             "2048 MiB on 2 nodes\n");
    f.req.spill = ZP_SPILL_PREFERRED;
    f.req.interleave.nr = 0;
    for (i = 0; i < 8; i++) {
        f.host.free_kib[i] = 2 * GIB;
        f.host.nr_pcpus[i] = i ? 0 : 16;
    }
    place();
    ck_warns("the guest sees 1 nodes and is on 3: what spills is shown as if "
             "it were local\n");
    fixture_clear(&f);
    fixture_init(&f);
    gen_idle_host(&f.host, GEN_FLAT, 8, 64, 16 * GIB);
    f.req.vcpus = 99;
    f.req.nr_vnodes = 3;
    place();
    ck_warns("unmodified xen: 3 padded vnodes would pass 128 vcpu ids, so "
             "packages and nodes don't agree\n");
}
END_TEST

START_TEST(why_tells)
{
    char *text, nodes[800], want[1600];
    size_t len = 0;
    uint32_t i;

    f.host.free_kib[5] += GIB;
    f.host.nr_pcpus[5] = 3;
    f.req.vcpus = 16;
    f.req.nr_vnodes = 2;
    place();
    ck_works(zp_plan_why(f.topo, f.load, &f.req, &f.plan, &text, &err));
    for (i = 0; i < 8; i++)
        len += (size_t)snprintf(
            nodes + len, sizeof(nodes) - len,
            "node %u: room for %u vcpus and %llu MiB: %s\n", i,
            i == 5 ? 3 : 16, room_mib((i == 5 ? 17 : 16) * GIB, 16, 4 * GIB, 2),
            i < 2 ? "taken" : i == 5 ? "too few vcpus" : "candidate");
    snprintf(want, sizeof(want),
             "2 nodes, as demanded: even shares of 16 vcpus and 4096 MiB\n"
             "%s"
             "first node 0: most free memory, 16384 MiB; skipped, in no "
             "feasible set: 5\n"
             "sets with the first node: 6 of 7 candidates, all decided in 2 "
             "steps\n"
             "chosen: 0,1, distance sum 24, the smallest\n"
             "tie: others have that sum and as much free memory; the lowest "
             "ids won\n", nodes);
    ck_assert_str_eq(text, want);
    free(text);
    f.req.mem_kib = 500 * GIB;
    text = NULL;
    ck_assert_int_eq(zp_plan_why(f.topo, f.load, &f.req, &f.plan, &text,
                                 NULL), ZP_ERR_INFEASIBLE);
    ck_assert_ptr_null(text);
}
END_TEST

/* ---- failing allocations ---- */

static int whole_run(void)
{
    struct zp_pnode_desc desc = { .os_id = 3, .mem_kib = 16 * GIB };
    const uint32_t id = 3;
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL, *copy = NULL;
    char *why = NULL, *text = NULL;
    int rc = zp_topology_new(&topo, NULL);

    zp_pcpuset_add(&desc.pcpus, 0);
    zp_request_init(&f.req);
    f.req.vcpus = 1;
    f.req.mem_kib = GIB;
    if (!rc)
        rc = zp_topology_add_pnode(topo, &desc, NULL);
    if (!rc)
        rc = zp_topology_add_device(topo, "41:00.0", &id, 1, NULL);
    if (!rc)
        rc = zp_topology_freeze(topo, NULL);
    if (!rc)
        rc = zp_load_new(topo, &load, NULL);
    if (!rc)
        rc = zp_load_copy(load, &copy, NULL);
    if (!rc)
        rc = zp_place(topo, copy, &f.req, &f.plan, NULL);
    if (!rc)
        rc = zp_plan_why(topo, load, &f.req, &f.plan, &why, NULL);
    if (!rc)
        rc = zp_plan_warnings(topo, load, &f.req, &f.plan, &text, NULL);
    free(text);
    free(why);
    zp_load_free(copy);
    zp_load_free(load);
    zp_topology_free(topo);
    return rc;
}

START_TEST(every_allocation_may_fail)
{
    long nth;
    int rc;

    for (nth = 0;; nth++) {
        oom_arm(nth);
        rc = whole_run();
        if (!oom_disarm())
            break;
        ck_assert_int_eq(rc, ZP_ERR_NOMEM);
    }
    ck_assert_int_eq(rc, ZP_OK);
    ck_assert_int_ge(nth, 6);
}
END_TEST

START_TEST(placing_allocates_nothing)
{
    int fits, too_much;
    bool allocated;

    fixture_build(&f);
    f.req.nr_vnodes = 4;
    oom_arm(0);
    fits = zp_place(f.topo, f.load, &f.req, &f.plan, NULL);
    f.req.mem_kib = 500 * GIB;
    too_much = zp_place(f.topo, f.load, &f.req, &f.plan, NULL);
    allocated = oom_disarm();
    ck_assert_int_eq(fits, ZP_OK);
    ck_assert_int_eq(too_much, ZP_ERR_INFEASIBLE);
    ck_assert(!allocated);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan");
    TCase *tcase = tcase_create("plan");

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, vcpus_of_a_padded_plan);
    tcase_add_test(tcase, vcpus_of_a_dense_plan);
    tcase_add_test(tcase, patched_apic_ids_stay_small);
    tcase_add_test(tcase, packages_follow_sockets);
    tcase_add_test(tcase, threads_are_the_hosts);
    tcase_add_test(tcase, ranges_split_at_the_hole);
    tcase_add_test(tcase, overhead);
    tcase_add_loop_test(tcase, check_names_the_breach, 0,
                        sizeof(breaches) / sizeof(breaches[0]));
    tcase_add_test(tcase, check_survives_garbage);
    tcase_add_test(tcase, warnings_tell);
    tcase_add_test(tcase, warnings_tell_of_lies);
    tcase_add_test(tcase, why_tells);
    tcase_add_test(tcase, every_allocation_may_fail);
    tcase_add_test(tcase, placing_allocates_nothing);
    return suite_run(suite);
}
