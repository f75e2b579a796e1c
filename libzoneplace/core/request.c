/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the zone asks: defaults, and what is wrong without any host. */
#include <string.h>

#include "core.h"

void zp_request_init(struct zp_request *req)
{
    memset(req, 0, sizeof(*req));
    req->type = ZP_GUEST_PVH;
    req->strategy = ZP_COMPACT;
    req->tier = ZP_TIER_STOCK;
    req->overcommit = 1;
}

static int check_enum(unsigned int value, unsigned int last, const char *what,
                      struct zp_error *err)
{
    if (value <= last)
        return ZP_OK;
    return zp__fail(err, ZP_ERR_INVAL, what, "%s: %u is not one of 0..%u",
                    what, value, last);
}

static int check_enums(const struct zp_request *req, struct zp_error *err)
{
    int rc = check_enum(req->type, ZP_GUEST_PV, "type", err);

    if (!rc)
        rc = check_enum(req->strategy, ZP_SCATTER, "strategy", err);
    if (!rc)
        rc = check_enum(req->spill, ZP_SPILL_INTERLEAVE, "spill", err);
    if (!rc)
        rc = check_enum(req->memory_policy, ZP_MEMORY_DYNAMIC,
                        "memory-policy", err);
    if (!rc)
        rc = check_enum(req->size_by, ZP_SIZE_BY_CPU, "size-by", err);
    if (!rc)
        rc = check_enum(req->first_node, ZP_FIRST_BALANCED, "first-node", err);
    if (!rc)
        rc = check_enum(req->near_policy, ZP_NEAR_PREFERRED, "near-policy",
                        err);
    if (!rc)
        rc = check_enum(req->vnuma, ZP_VNUMA_NEVER, "vnuma", err);
    if (!rc)
        rc = check_enum(req->tier, ZP_TIER_PATCHED, "tier", err);
    if (!rc)
        rc = check_enum(req->packages, ZP_PACKAGES_NODE, "packages", err);
    if (!rc)
        rc = check_enum(req->float_to, ZP_FLOAT_L3, "float", err);
    if (!rc)
        rc = check_enum(req->smt, ZP_SMT_AVOID, "smt", err);
    if (!rc && req->threads > 2)
        rc = zp__fail(err, ZP_ERR_RANGE, "threads",
                      "%u threads per core, not 1 or 2", req->threads);
    return rc;
}

static int check_name(const struct zp_request *req, struct zp_error *err)
{
    const char *c = req->name;

    if (!memchr(req->name, '\0', sizeof(req->name)))
        return zp__fail(err, ZP_ERR_RANGE, "name",
                        "the zone's name is longer than %d bytes",
                        ZP_MAX_NAME - 1);
    for (; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return zp__fail(err, ZP_ERR_INVAL, "name",
                            "the zone's name has a control byte");
    }
    return ZP_OK;
}

static int check_vcpus(struct zp_request *req, struct zp_error *err)
{
    if (!req->vcpus && !req->max_vcpus)
        return zp__fail(err, ZP_ERR_INVAL, "vcpus",
                        "a zone needs at least 1 vcpu");
    if (!req->max_vcpus)
        req->max_vcpus = req->vcpus;
    if (!req->vcpus)
        req->vcpus = req->max_vcpus;
    if (req->vcpus > req->max_vcpus)
        return zp__fail(err, ZP_ERR_INVAL, "vcpus",
                        "%u vcpus at boot are more than the %u there can be",
                        req->vcpus, req->max_vcpus);
    if (req->max_vcpus > ZP_MAX_VCPUS)
        return zp__fail(err, ZP_ERR_RANGE, "vcpus",
                        "%u vcpus are asked, a zone has at most %d",
                        req->max_vcpus, ZP_MAX_VCPUS);
    if (!req->overcommit)
        return zp__fail(err, ZP_ERR_INVAL, "overcommit",
                        "overcommit is 0, the least is 1");
    if (req->overcommit > ZP_MAX_VCPUS)
        return zp__fail(err, ZP_ERR_RANGE, "overcommit",
                        "overcommit %u is more than a zone's %d vcpus at most",
                        req->overcommit, ZP_MAX_VCPUS);
    if (req->nr_vnodes > ZP_MAX_VNODES)
        return zp__fail(err, ZP_ERR_RANGE, "numa-nodes",
                        "%u nodes are asked, a zone has at most %d",
                        req->nr_vnodes, ZP_MAX_VNODES);
    return ZP_OK;
}

static int check_fine(const struct zp_request *req, struct zp_error *err)
{
    if (req->dedicated && req->overcommit > 1)
        return zp__fail(err, ZP_ERR_INVAL, "dedicated",
                        "dedicated pcpus have one vcpu each, overcommit is "
                        "%u", req->overcommit);
    if (req->threads == 2 &&
        (req->smt == ZP_SMT_SPREAD || req->smt == ZP_SMT_AVOID))
        return zp__fail(err, ZP_ERR_INVAL, "threads",
                        "2 threads per core: the vcpus are to be kept on "
                        "cores of their own");
    return ZP_OK;
}

static int check_memory(struct zp_request *req, struct zp_error *err)
{
    if (!req->mem_kib)
        return zp__fail(err, ZP_ERR_INVAL, "memory", "a zone needs memory");
    if (!req->max_mem_kib)
        req->max_mem_kib = req->mem_kib;
    if (req->mem_kib > ZP_MAX_MEM_KIB || req->max_mem_kib > ZP_MAX_MEM_KIB)
        return zp__fail(err, ZP_ERR_RANGE, "memory",
                        "%llu KiB are asked, a zone has at most %llu",
                        (unsigned long long)(req->mem_kib > ZP_MAX_MEM_KIB
                                                 ? req->mem_kib
                                                 : req->max_mem_kib),
                        (unsigned long long)ZP_MAX_MEM_KIB);
    if (req->max_mem_kib < req->mem_kib)
        return zp__fail(err, ZP_ERR_INVAL, "memory",
                        "%llu KiB at boot are more than the %llu at most",
                        (unsigned long long)req->mem_kib,
                        (unsigned long long)req->max_mem_kib);
    if (req->memory_policy == ZP_MEMORY_STATIC &&
        req->max_mem_kib > req->mem_kib)
        return zp__fail(err, ZP_ERR_INVAL, "memory-policy",
                        "a static zone can't grow from %llu to %llu KiB",
                        (unsigned long long)req->mem_kib,
                        (unsigned long long)req->max_mem_kib);
    if (req->type == ZP_GUEST_PV && (req->max_mem_kib > req->mem_kib ||
                                     req->memory_policy == ZP_MEMORY_DYNAMIC))
        return zp__fail(err, ZP_ERR_INVAL, "memory-policy",
                        "a pv zone is static: it can't grow from %llu to %llu "
                        "KiB", (unsigned long long)req->mem_kib,
                        (unsigned long long)req->max_mem_kib);
    if (req->memory_policy == ZP_MEMORY_DEFAULT)
        req->memory_policy = req->max_mem_kib > req->mem_kib
                                 ? ZP_MEMORY_DYNAMIC
                                 : ZP_MEMORY_STATIC;
    return ZP_OK;
}

static int check_idset(const struct zp_idset *set, const char *what,
                       struct zp_error *err)
{
    uint32_t i, j;

    if (set->nr > ZP_MAX_PNODES)
        return zp__fail(err, ZP_ERR_RANGE, what,
                        "%s: %u nodes are named, a host has at most %d", what,
                        set->nr, ZP_MAX_PNODES);
    for (i = 0; i < set->nr; i++) {
        for (j = 0; j < i; j++) {
            if (set->os_id[i] == set->os_id[j])
                return zp__fail(err, ZP_ERR_INVAL, what,
                                "%s: node %u is named twice", what,
                                set->os_id[i]);
        }
    }
    return ZP_OK;
}

static int check_spill(struct zp_request *req, struct zp_error *err)
{
    bool flat = req->type == ZP_GUEST_PV;
    int rc = check_idset(&req->memory_nodes, "memory-nodes", err);

    if (!rc)
        rc = check_idset(&req->interleave, "interleave-nodes", err);
    if (rc)
        return rc;
    if (req->spill == ZP_SPILL_DEFAULT)
        req->spill = req->nr_vnodes || flat ? ZP_SPILL_STRICT
                                            : ZP_SPILL_HONEST;
    if (flat && req->spill != ZP_SPILL_STRICT && !req->force_flat)
        return zp__fail(err, ZP_ERR_INVAL, "spill",
                        "a pv zone is one node: its memory can't be on others "
                        "unless forced");
    if (flat && req->spill == ZP_SPILL_HONEST)
        return zp__fail(err, ZP_ERR_INVAL, "spill",
                        "a pv zone is shown no nodes: spill can't be honest");
    if (req->spill == ZP_SPILL_INTERLEAVE && !req->interleave.nr)
        return zp__fail(err, ZP_ERR_INVAL, "interleave-nodes",
                        "interleaved memory needs the nodes to be named");
    if (req->spill != ZP_SPILL_INTERLEAVE && req->interleave.nr)
        return zp__fail(err, ZP_ERR_INVAL, "interleave-nodes",
                        "nodes to interleave are named, but not that spill");
    if (req->spill == ZP_SPILL_INTERLEAVE &&
        req->memory_policy == ZP_MEMORY_DYNAMIC)
        return zp__fail(err, ZP_ERR_INVAL, "memory-policy",
                        "interleaved memory is static: it can't grow");
    if (req->spill == ZP_SPILL_INTERLEAVE &&
        req->interleave.nr > ZP_MAX_VNODES)
        return zp__fail(err, ZP_ERR_RANGE, "interleave-nodes",
                        "%u nodes are named, a zone has at most %d",
                        req->interleave.nr, ZP_MAX_VNODES);
    return ZP_OK;
}

static int check_parts(const struct zp_request *req, struct zp_error *err)
{
    uint32_t i, j;

    if (req->nr_parts > ZP_MAX_PARTS)
        return zp__fail(err, ZP_ERR_RANGE, "memory-nodes",
                        "memory of %u nodes is asked, at most of %d",
                        req->nr_parts, ZP_MAX_PARTS);
    for (i = 0; i < req->nr_parts; i++) {
        if (!req->part[i].mem_kib || req->part[i].mem_kib > ZP_MAX_MEM_KIB)
            return zp__fail(err, ZP_ERR_RANGE, "memory-nodes",
                            "memory-nodes: %llu KiB of node %u, not 1..%llu",
                            (unsigned long long)req->part[i].mem_kib,
                            req->part[i].os_id,
                            (unsigned long long)ZP_MAX_MEM_KIB);
        for (j = 0; j < i; j++) {
            if (req->part[j].os_id == req->part[i].os_id)
                return zp__fail(err, ZP_ERR_INVAL, "memory-nodes",
                                "memory-nodes: node %u is named twice",
                                req->part[i].os_id);
        }
    }
    if (req->nr_parts &&
        (req->type == ZP_GUEST_PV || req->emulate ||
         req->memory_policy == ZP_MEMORY_DYNAMIC ||
         (req->spill != ZP_SPILL_STRICT && req->spill != ZP_SPILL_HONEST)))
        return zp__fail(err, ZP_ERR_INVAL, "memory-nodes",
                        "memory of memory-only nodes is for static pvh zones "
                        "with strict or honest spill");
    return ZP_OK;
}

/* Rules 11. The zone itself is placed as strict as any. */
static int check_emulate(struct zp_request *req, struct zp_error *err)
{
    if (req->max_node_kib && req->max_node_kib < ZP_UNIT_KIB)
        return zp__fail(err, ZP_ERR_INVAL, "max-memory-per-node",
                        "at most %llu KiB a node are less than the 2 MiB that "
                        "memory is dealt in",
                        (unsigned long long)req->max_node_kib);
    if (req->vnuma_from_vcpus && req->vnuma_from_vcpus < req->vnuma_min_vcpus)
        return zp__fail(err, ZP_ERR_INVAL, "vnuma-from-vcpus",
                        "zones of %u vcpus can't be both shown nodes and too "
                        "small for them (vnuma-min-vcpus %u)",
                        req->vnuma_from_vcpus, req->vnuma_min_vcpus);
    if (!req->emulate && req->emulate_remote)
        return zp__fail(err, ZP_ERR_INVAL, "emulate",
                        "a distance to emulate, but no nodes");
    if (!req->emulate)
        return ZP_OK;
    if (!req->emulate_remote)
        req->emulate_remote = ZP_DIST_REMOTE;
    if (req->emulate_remote <= ZP_DIST_LOCAL ||
        req->emulate_remote > ZP_DIST_MAX)
        return zp__fail(err, ZP_ERR_RANGE, "emulate",
                        "emulate: distance %u is not in %d..%d",
                        req->emulate_remote, ZP_DIST_LOCAL + 1, ZP_DIST_MAX);
    if (req->emulate < 2 || req->emulate > ZP_MAX_VNODES)
        return zp__fail(err, ZP_ERR_RANGE, "emulate",
                        "emulate: %u nodes, not 2..%d", req->emulate,
                        ZP_MAX_VNODES);
    if (req->emulate > req->max_vcpus ||
        req->emulate > req->mem_kib / ZP_UNIT_KIB)
        return zp__fail(err, ZP_ERR_INVAL, "emulate",
                        "emulate: %u nodes need a vcpu and 2 MiB each",
                        req->emulate);
    if (req->nr_vnodes > req->emulate)
        return zp__fail(err, ZP_ERR_INVAL, "emulate",
                        "emulate: %u nodes are to be shown, %u are asked",
                        req->emulate, req->nr_vnodes);
    if (req->type == ZP_GUEST_PV || req->vnuma == ZP_VNUMA_NEVER ||
        req->memory_policy == ZP_MEMORY_DYNAMIC ||
        req->max_vcpus < req->vnuma_min_vcpus)
        return zp__fail(err, ZP_ERR_INVAL, "emulate",
                        "emulate: only a static pvh zone that may see nodes "
                        "can be shown other ones");
    if (req->spill == ZP_SPILL_DEFAULT)
        req->spill = ZP_SPILL_STRICT;
    if (req->spill != ZP_SPILL_STRICT ||
        req->float_to != ZP_FLOAT_NODE || req->smt != ZP_SMT_ANY ||
        req->dedicated || req->max_node_vcpus || req->max_node_kib)
        return zp__fail(err, ZP_ERR_INVAL, "emulate",
                        "emulate: not with spill, float, smt, dedicated or "
                        "limits of a node");
    return ZP_OK;
}

static int check_near(struct zp_request *req, struct zp_error *err)
{
    uint64_t key[ZP_MAX_NEAR];
    uint32_t i, j;

    if (req->nr_near > ZP_MAX_NEAR)
        return zp__fail(err, ZP_ERR_RANGE, "device",
                        "%u devices are named, a zone has at most %d",
                        req->nr_near, ZP_MAX_NEAR);
    for (i = 0; i < req->nr_near; i++) {
        if (!memchr(req->near[i].busid, '\0', ZP_BUSID_LEN) ||
            !zp__busid_parse(req->near[i].busid, &key[i], NULL))
            return zp__fail(err, ZP_ERR_INVAL, "device",
                            "'%.*s' is not a PCI address", ZP_BUSID_LEN - 1,
                            req->near[i].busid);
        for (j = 0; j < i; j++) {
            if (key[j] == key[i])
                return zp__fail(err, ZP_ERR_INVAL, "device",
                                "device %s is named twice",
                                req->near[i].busid);
        }
        if (!req->near[i].weight || req->near[i].weight > 1000000)
            return zp__fail(err, ZP_ERR_RANGE, "device",
                            "device %s: weight %u is not in 1..1000000",
                            req->near[i].busid, req->near[i].weight);
    }
    return ZP_OK;
}

int zp_request_check(struct zp_request *req, struct zp_error *err)
{
    struct zp_request r = *req;
    int rc = check_name(&r, err);

    if (!rc)
        rc = check_enums(&r, err);
    if (!rc)
        rc = check_vcpus(&r, err);
    if (!rc)
        rc = check_fine(&r, err);
    if (!rc)
        rc = check_memory(&r, err);
    if (!rc)
        rc = check_emulate(&r, err);
    if (!rc)
        rc = check_spill(&r, err);
    if (!rc)
        rc = check_parts(&r, err);
    if (!rc)
        rc = check_near(&r, err);
    if (!rc)
        *req = r;
    return rc;
}

/* Shift from KiB for the unit at @c, moved behind it; plain digits are MiB. */
static bool parse_unit(const char **c, int *shift_out)
{
    switch (**c) {
    case '\0': *shift_out = 10; return true;
    case 'k': case 'K': *shift_out = 0; break;
    case 'm': case 'M': *shift_out = 10; break;
    case 'g': case 'G': *shift_out = 20; break;
    case 't': case 'T': *shift_out = 30; break;
    default: return false;
    }
    (*c)++;
    if ((*c)[0] == 'i' && (*c)[1] == 'B')
        *c += 2;
    return **c == '\0';
}

int zp_size_parse(const char *text, uint64_t *kib_out, struct zp_error *err)
{
    const char *c = text;
    uint64_t n = 0;
    bool beyond = false;
    int shift;

    if (*c < '0' || *c > '9')
        return zp__fail(err, ZP_ERR_PARSE, "memory",
                        "'%.40s' is not a size: write 512M, 4G or 4GiB", text);
    for (; *c >= '0' && *c <= '9'; c++) {
        n = n * 10 + (uint64_t)(*c - '0');
        if (n > ZP_MAX_MEM_KIB) {
            n = ZP_MAX_MEM_KIB; /* stays beyond with any unit but K */
            beyond = true;
        }
    }
    if (!parse_unit(&c, &shift))
        return zp__fail(err, ZP_ERR_PARSE, "memory",
                        "'%.40s' is not a size: write 512M, 4G or 4GiB", text);
    if (beyond || n > ZP_MAX_MEM_KIB >> shift)
        return zp__fail(err, ZP_ERR_RANGE, "memory",
                        "size '%.40s' is beyond %llu KiB", text,
                        (unsigned long long)ZP_MAX_MEM_KIB);
    *kib_out = n << shift;
    return ZP_OK;
}
