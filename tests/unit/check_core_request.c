/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core.h"

struct size_case {
    const char *text;
    int code;
    uint64_t kib;
};

static const struct size_case sizes[] = {
    { "512", ZP_OK, 512 * 1024 },
    { "512M", ZP_OK, 512 * 1024 },
    { "512m", ZP_OK, 512 * 1024 },
    { "512MiB", ZP_OK, 512 * 1024 },
    { "4G", ZP_OK, 4 << 20 },
    { "4GiB", ZP_OK, 4 << 20 },
    { "1T", ZP_OK, 1 << 30 },
    { "2048K", ZP_OK, 2048 },
    { "0", ZP_OK, 0 },
    { "4096T", ZP_OK, ZP_MAX_MEM_KIB },
    { "4294967296", ZP_OK, ZP_MAX_MEM_KIB },
    { "4097T", ZP_ERR_RANGE, 0 },
    { "4398046511105K", ZP_ERR_RANGE, 0 },
    { "99999999999999999999999K", ZP_ERR_RANGE, 0 },
    { "", ZP_ERR_PARSE, 0 },
    { "-1", ZP_ERR_PARSE, 0 },
    { "4X", ZP_ERR_PARSE, 0 },
    { "4GB", ZP_ERR_PARSE, 0 },
    { "4Gi", ZP_ERR_PARSE, 0 },
    { "4 G", ZP_ERR_PARSE, 0 },
    { "1.5G", ZP_ERR_PARSE, 0 },
    { "512iB", ZP_ERR_PARSE, 0 },
};

START_TEST(size)
{
    const struct size_case *c = &sizes[_i];
    struct zp_error err;
    uint64_t kib = 77;

    ck_assert_msg(zp_size_parse(c->text, &kib, &err) == c->code, "%s",
                  c->text);
    ck_assert_uint_eq(kib, c->code ? 77 : c->kib);
    if (c->code)
        ck_assert_str_eq(err.limit, "memory");
}
END_TEST

START_TEST(size_messages)
{
    uint64_t kib;

    ck_fails(zp_size_parse("4X", &kib, &err), ZP_ERR_PARSE, "memory",
             "'4X' is not a size: write 512M, 4G or 4GiB");
    ck_fails(zp_size_parse("5000T", &kib, &err), ZP_ERR_RANGE, "memory",
             "size '5000T' is beyond 4398046511104 KiB");
}
END_TEST

static struct zp_request fair(void)
{
    struct zp_request req;

    zp_request_init(&req);
    req.vcpus = 4;
    req.mem_kib = 1 << 20;
    return req;
}

START_TEST(defaults)
{
    struct zp_request req = fair();

    ck_works(zp_request_check(&req, &err));
    ck_assert_uint_eq(req.max_vcpus, 4);
    ck_assert_uint_eq(req.max_mem_kib, 1 << 20);
    ck_assert_int_eq(req.spill, ZP_SPILL_HONEST);
    ck_assert_int_eq(req.memory_policy, ZP_MEMORY_STATIC);
    ck_assert_uint_eq(req.overcommit, 1);

    req = fair();
    req.vcpus = 0;
    req.max_vcpus = 8;
    req.max_mem_kib = 2 << 20;
    req.nr_vnodes = 2;
    ck_works(zp_request_check(&req, &err));
    ck_assert_uint_eq(req.vcpus, 8);
    ck_assert_int_eq(req.spill, ZP_SPILL_STRICT);
    ck_assert_int_eq(req.memory_policy, ZP_MEMORY_DYNAMIC);

    req = fair();
    req.type = ZP_GUEST_PV;
    ck_works(zp_request_check(&req, &err));
    ck_assert_int_eq(req.spill, ZP_SPILL_STRICT);
}
END_TEST

struct refusal {
    const char *what;
    void (*change)(struct zp_request *req);
    int code;
    const char *limit;
    const char *msg;
};

static void near_one(struct zp_request *req, const char *busid)
{
    snprintf(req->near[req->nr_near].busid, ZP_BUSID_LEN, "%s", busid);
    req->near[req->nr_near++].weight = 1;
}

#define CHANGE(name, body) \
    static void name(struct zp_request *r) { body; }

CHANGE(no_vcpus, r->vcpus = 0)
CHANGE(more_online, r->max_vcpus = 3)
CHANGE(many_vcpus, r->vcpus = 129)
CHANGE(no_overcommit, r->overcommit = 0)
CHANGE(much_overcommit, r->overcommit = 129)
CHANGE(many_nodes, r->nr_vnodes = 33)
CHANGE(no_memory, r->mem_kib = 0)
CHANGE(much_memory, r->mem_kib = ZP_MAX_MEM_KIB + 1)
CHANGE(less_at_most, r->max_mem_kib = 1024)
CHANGE(static_grows, r->memory_policy = ZP_MEMORY_STATIC;
       r->max_mem_kib = 2 << 20)
CHANGE(bad_strategy, r->strategy = (enum zp_strategy)7)
CHANGE(bad_tier, r->tier = (enum zp_tier)2)
CHANGE(long_name, memset(r->name, 'x', sizeof(r->name)))
CHANGE(control_name, strcpy(r->name, "a\tb"))
CHANGE(pv_honest, r->type = ZP_GUEST_PV; r->spill = ZP_SPILL_HONEST)
CHANGE(pv_forced_honest, r->type = ZP_GUEST_PV; r->force_flat = true;
       r->spill = ZP_SPILL_HONEST)
CHANGE(interleave_what, r->spill = ZP_SPILL_INTERLEAVE)
CHANGE(interleave_not, r->interleave.nr = 1)
CHANGE(interleave_grows, r->spill = ZP_SPILL_INTERLEAVE;
       r->interleave.nr = 1; r->max_mem_kib = 2 << 20)
CHANGE(interleave_many, r->spill = ZP_SPILL_INTERLEAVE;
       for (r->interleave.nr = 0; r->interleave.nr < 33; r->interleave.nr++)
           r->interleave.os_id[r->interleave.nr] = r->interleave.nr)
static void part(struct zp_request *r, uint64_t mem_kib)
{
    r->part[r->nr_parts].os_id = 5 + r->nr_parts;
    r->part[r->nr_parts++].mem_kib = mem_kib;
}

CHANGE(part_of_none, part(r, 0); part(r, 1 << 20))
CHANGE(part_of_all, part(r, 1 << 20); part(r, ZP_MAX_MEM_KIB + 1))
CHANGE(part_twice, part(r, 1 << 20); part(r, 1 << 20); r->part[1].os_id = 5)
CHANGE(parts_many, r->nr_parts = ZP_MAX_PARTS + 1)
CHANGE(part_pv, part(r, 1 << 20); r->type = ZP_GUEST_PV)
CHANGE(part_emulated, part(r, 1 << 20); r->emulate = 2)
CHANGE(part_dynamic, part(r, 1 << 20); r->max_mem_kib = 2 << 20)
CHANGE(part_preferred, part(r, 1 << 20); r->spill = ZP_SPILL_PREFERRED)
CHANGE(emulate_one, r->emulate = 1)
CHANGE(emulate_many, r->emulate = 5)
CHANGE(node_of_less, r->max_node_kib = ZP_UNIT_KIB - 1)
CHANGE(shown_and_small, r->vnuma_from_vcpus = 3; r->vnuma_min_vcpus = 4)
CHANGE(emulate_near, r->emulate = 2; r->emulate_remote = 10)
CHANGE(emulate_far, r->emulate = 2; r->emulate_remote = 255)
CHANGE(emulate_none, r->emulate_remote = 20)
CHANGE(emulate_pv, r->emulate = 2; r->type = ZP_GUEST_PV)
CHANGE(emulate_unseen, r->emulate = 2; r->vnuma = ZP_VNUMA_NEVER)
CHANGE(emulate_dynamic, r->emulate = 2; r->max_mem_kib = 2 << 20)
CHANGE(emulate_few, r->emulate = 2; r->vnuma_min_vcpus = 5)
CHANGE(emulate_spill, r->emulate = 2; r->spill = ZP_SPILL_HONEST)
CHANGE(emulate_float, r->emulate = 2; r->float_to = ZP_FLOAT_L3)
CHANGE(emulate_smt, r->emulate = 2; r->smt = ZP_SMT_PACK)
CHANGE(emulate_dedicated, r->emulate = 2; r->dedicated = true)
CHANGE(emulate_vcpus, r->emulate = 2; r->max_node_vcpus = 4)
CHANGE(emulate_kib, r->emulate = 2; r->max_node_kib = 1 << 20)
CHANGE(dedicated_twice, r->dedicated = true; r->overcommit = 2)
CHANGE(threads_spread, r->threads = 2; r->smt = ZP_SMT_SPREAD)
CHANGE(threads_avoid, r->threads = 2; r->smt = ZP_SMT_AVOID)
CHANGE(same_node_twice, r->memory_nodes.nr = 2;
       r->memory_nodes.os_id[0] = r->memory_nodes.os_id[1] = 6)
CHANGE(interleaved_twice, r->spill = ZP_SPILL_INTERLEAVE;
       r->interleave.nr = 3; r->interleave.os_id[0] = 1;
       r->interleave.os_id[2] = 1)
CHANGE(too_many_nodes, r->memory_nodes.nr = 65)
CHANGE(many_near, r->nr_near = 17)
CHANGE(bad_near, near_one(r, "eth0"))
CHANGE(near_twice, near_one(r, "41:00.0"); near_one(r, "0000:41:00.0"))
CHANGE(near_weight, near_one(r, "41:00.0"); r->near[0].weight = 1000001)

#define NOT_SHOWN \
    "emulate: only a static pvh zone that may see nodes can be shown other ones"
#define NO_PARTS \
    "memory of memory-only nodes is for static pvh zones with strict or " \
    "honest spill"
#define NOT_WITH \
    "emulate: not with spill, float, smt, dedicated or limits of a node"
#define NO_SIBLINGS \
    "2 threads per core: the vcpus are to be kept on cores of their own"

static const struct refusal refusals[] = {
    { "no vcpus", no_vcpus, ZP_ERR_INVAL, "vcpus",
      "a zone needs at least 1 vcpu" },
    { "more online than there are", more_online, ZP_ERR_INVAL, "vcpus",
      "4 vcpus at boot are more than the 3 there can be" },
    { "too many vcpus", many_vcpus, ZP_ERR_RANGE, "vcpus",
      "129 vcpus are asked, a zone has at most 128" },
    { "no overcommit", no_overcommit, ZP_ERR_INVAL, "overcommit",
      "overcommit is 0, the least is 1" },
    { "too much overcommit", much_overcommit, ZP_ERR_RANGE, "overcommit",
      "overcommit 129 is more than a zone's 128 vcpus at most" },
    { "too many nodes", many_nodes, ZP_ERR_RANGE, "numa-nodes",
      "33 nodes are asked, a zone has at most 32" },
    { "no memory", no_memory, ZP_ERR_INVAL, "memory",
      "a zone needs memory" },
    { "too much memory", much_memory, ZP_ERR_RANGE, "memory",
      "4398046511105 KiB are asked, a zone has at most 4398046511104" },
    { "less memory at most", less_at_most, ZP_ERR_INVAL, "memory",
      "1048576 KiB at boot are more than the 1024 at most" },
    { "static that grows", static_grows, ZP_ERR_INVAL, "memory-policy",
      "a static zone can't grow from 1048576 to 2097152 KiB" },
    { "strategy", bad_strategy, ZP_ERR_INVAL, "strategy",
      "strategy: 7 is not one of 0..1" },
    { "tier", bad_tier, ZP_ERR_INVAL, "tier", "tier: 2 is not one of 0..1" },
    { "name without end", long_name, ZP_ERR_RANGE, "name",
      "the zone's name is longer than 63 bytes" },
    { "name with a tab", control_name, ZP_ERR_INVAL, "name",
      "the zone's name has a control byte" },
    { "pv that spills", pv_honest, ZP_ERR_INVAL, "spill",
      "a pv zone is one node: its memory can't be on others unless forced" },
    { "forced pv, honest", pv_forced_honest, ZP_ERR_INVAL, "spill",
      "a pv zone is shown no nodes: spill can't be honest" },
    { "interleave without nodes", interleave_what, ZP_ERR_INVAL,
      "interleave-nodes", "interleaved memory needs the nodes to be named" },
    { "nodes without interleave", interleave_not, ZP_ERR_INVAL,
      "interleave-nodes",
      "nodes to interleave are named, but not that spill" },
    { "interleave that grows", interleave_grows, ZP_ERR_INVAL,
      "memory-policy", "interleaved memory is static: it can't grow" },
    { "interleave on 33", interleave_many, ZP_ERR_RANGE, "interleave-nodes",
      "33 nodes are named, a zone has at most 32" },
    { "a part of nothing", part_of_none, ZP_ERR_RANGE, "memory-nodes",
      "memory-nodes: 0 KiB of node 5, not 1..4398046511104" },
    { "a part of all there is", part_of_all, ZP_ERR_RANGE, "memory-nodes",
      "memory-nodes: 4398046511105 KiB of node 6, not 1..4398046511104" },
    { "two parts of one node", part_twice, ZP_ERR_INVAL, "memory-nodes",
      "memory-nodes: node 5 is named twice" },
    { "parts of too many", parts_many, ZP_ERR_RANGE, "memory-nodes",
      "memory of 9 nodes is asked, at most of 8" },
    { "parts of pv", part_pv, ZP_ERR_INVAL, "memory-nodes", NO_PARTS },
    { "parts of emulated", part_emulated, ZP_ERR_INVAL, "memory-nodes",
      NO_PARTS },
    { "parts of dynamic", part_dynamic, ZP_ERR_INVAL, "memory-nodes",
      NO_PARTS },
    { "parts of preferred", part_preferred, ZP_ERR_INVAL, "memory-nodes",
      NO_PARTS },
    { "emulate one", emulate_one, ZP_ERR_RANGE, "emulate",
      "emulate: 1 nodes, not 2..32" },
    { "emulate more than vcpus", emulate_many, ZP_ERR_INVAL, "emulate",
      "emulate: 5 nodes need a vcpu and 2 MiB each" },
    { "less than a unit a node", node_of_less, ZP_ERR_INVAL,
      "max-memory-per-node", "at most 2047 KiB a node are less than the 2 MiB "
      "that memory is dealt in" },
    { "shown nodes and too small", shown_and_small, ZP_ERR_INVAL,
      "vnuma-from-vcpus", "zones of 3 vcpus can't be both shown nodes and too "
      "small for them (vnuma-min-vcpus 4)" },
    { "emulate what is local", emulate_near, ZP_ERR_RANGE, "emulate",
      "emulate: distance 10 is not in 11..254" },
    { "emulate what is out of reach", emulate_far, ZP_ERR_RANGE, "emulate",
      "emulate: distance 255 is not in 11..254" },
    { "a distance of nothing", emulate_none, ZP_ERR_INVAL, "emulate",
      "a distance to emulate, but no nodes" },
    { "emulate for pv", emulate_pv, ZP_ERR_INVAL, "emulate", NOT_SHOWN },
    { "emulate unseen", emulate_unseen, ZP_ERR_INVAL, "emulate", NOT_SHOWN },
    { "emulate dynamic", emulate_dynamic, ZP_ERR_INVAL, "emulate",
      NOT_SHOWN },
    { "emulate for few vcpus", emulate_few, ZP_ERR_INVAL, "emulate",
      NOT_SHOWN },
    { "emulate and spill", emulate_spill, ZP_ERR_INVAL, "emulate", NOT_WITH },
    { "emulate and float", emulate_float, ZP_ERR_INVAL, "emulate", NOT_WITH },
    { "emulate and smt", emulate_smt, ZP_ERR_INVAL, "emulate", NOT_WITH },
    { "emulate and dedicated", emulate_dedicated, ZP_ERR_INVAL, "emulate",
      NOT_WITH },
    { "emulate, vcpus of a node", emulate_vcpus, ZP_ERR_INVAL, "emulate",
      NOT_WITH },
    { "emulate, memory of a node", emulate_kib, ZP_ERR_INVAL, "emulate",
      NOT_WITH },
    { "dedicated to two", dedicated_twice, ZP_ERR_INVAL, "dedicated",
      "dedicated pcpus have one vcpu each, overcommit is 2" },
    { "threads on cores of their own", threads_spread, ZP_ERR_INVAL,
      "threads", NO_SIBLINGS },
    { "threads and nobody beside", threads_avoid, ZP_ERR_INVAL, "threads",
      NO_SIBLINGS },
    { "a node twice", same_node_twice, ZP_ERR_INVAL, "memory-nodes",
      "memory-nodes: node 6 is named twice" },
    { "interleaved twice", interleaved_twice, ZP_ERR_INVAL,
      "interleave-nodes", "interleave-nodes: node 1 is named twice" },
    { "65 nodes", too_many_nodes, ZP_ERR_RANGE, "memory-nodes",
      "memory-nodes: 65 nodes are named, a host has at most 64" },
    { "17 devices", many_near, ZP_ERR_RANGE, "device",
      "17 devices are named, a zone has at most 16" },
    { "not a device", bad_near, ZP_ERR_INVAL, "device",
      "'eth0' is not a PCI address" },
    { "a device twice", near_twice, ZP_ERR_INVAL, "device",
      "device 0000:41:00.0 is named twice" },
    { "weight", near_weight, ZP_ERR_RANGE, "device",
      "device 41:00.0: weight 1000001 is not in 1..1000000" },
};

START_TEST(refuses)
{
    const struct refusal *c = &refusals[_i];
    struct zp_request req = fair(), before;

    c->change(&req);
    before = req;
    ck_fails(zp_request_check(&req, &err), c->code, c->limit, c->msg);
    ck_assert_mem_eq(&req, &before, sizeof(req));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("request");
    TCase *tcase = tcase_create("request");

    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, size, 0, sizeof(sizes) / sizeof(sizes[0]));
    tcase_add_test(tcase, size_messages);
    tcase_add_test(tcase, defaults);
    tcase_add_loop_test(tcase, refuses, 0,
                        sizeof(refusals) / sizeof(refusals[0]));
    return suite_run(suite);
}
