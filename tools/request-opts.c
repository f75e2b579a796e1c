/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the options of plan, launch and render to one struct zp_request. */
#include <stdio.h>
#include <string.h>

#include "zonectl.h"

/* In the order of the enums in zoneplace.h; NULL stands for a value that has
 * no word, so that positions are the enums' values. */
static const char *const near_policies[] = { "strict", "preferred", NULL };
static const char *const memory_policies[] = { "static", "dynamic", NULL };
static const char *const spills[] = { "strict", "honest", "preferred",
                                      "interleave", NULL };
static const char *const sizes_by[] = { "both", "cpu", NULL };
static const char *const first_nodes[] = { "most-free", "pack", "balanced",
                                          NULL };
static const char *const vnumas[] = { "auto", "always", "never", NULL };
static const char *const types[] = { "pvh", "pv", NULL };
static const char *const tiers[] = { "stock", "patched", NULL };
static const char *const threads[] = { "auto", "1", "2", NULL };
static const char *const floats[] = { "node", "l3", NULL };
static const char *const smts[] = { "pack", "spread", "avoid", NULL };
static const char *const packages[] = { "socket", "node", NULL };

int parse_number(const char *what, const char *text, uint64_t max,
                 uint64_t *value_out, struct zp_error *err)
{
    uint64_t value = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');

        if (value > (max - digit) / 10)
            break;
        value = value * 10 + digit;
    }
    if (at == text || at[strspn(at, "0123456789")])
        return fail(err, ZP_ERR_PARSE, what, "--%s %s: not a number", what,
                    text);
    if (*at)
        return fail(err, ZP_ERR_RANGE, what, "--%s %s: at most %llu", what,
                    text, (unsigned long long)max);
    *value_out = value;
    return ZP_OK;
}

int parse_word(const char *what, const char *text, const char *const *words,
               int *index_out, struct zp_error *err)
{
    char known[160] = "";

    for (int i = 0; words[i]; i++) {
        if (!strcmp(words[i], text)) {
            *index_out = i;
            return ZP_OK;
        }
        snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
                 i ? ", " : "", words[i]);
    }
    return fail(err, ZP_ERR_INVAL, what, "--%s %s: none of %s", what, text,
                known);
}

/* A count of which 0 makes no sense. */
static int set_count(const struct opt_given *opt, uint32_t *count_out,
                     struct zp_error *err)
{
    uint64_t value;
    int rc = parse_number(opt->name, opt->value, UINT32_MAX, &value, err);

    if (rc)
        return rc;
    if (!value)
        return fail(err, ZP_ERR_INVAL, opt->name, "--%s 0: at least 1",
                    opt->name);
    *count_out = (uint32_t)value;
    return ZP_OK;
}

/* A number where 0 means "no bound". */
static int set_bound(const struct opt_given *opt, uint32_t *bound_out,
                     struct zp_error *err)
{
    uint64_t value;
    int rc = parse_number(opt->name, opt->value, UINT32_MAX, &value, err);

    if (rc)
        return rc;
    *bound_out = (uint32_t)value;
    return ZP_OK;
}

static int set_size(const struct opt_given *opt, uint64_t *kib_out,
                    struct zp_error *err)
{
    struct zp_error why;
    uint64_t kib;
    int rc = zp_size_parse(opt->value, &kib, &why);

    if (rc)
        return fail(err, rc, opt->name, "--%s: %s", opt->name, why.msg);
    if (!kib)
        return fail(err, ZP_ERR_INVAL, opt->name, "--%s %s: more than 0",
                    opt->name, opt->value);
    *kib_out = kib;
    return ZP_OK;
}

static int set_pcpus(const struct opt_given *opt, struct zp_pcpuset *set_out,
                     struct zp_error *err)
{
    struct zp_error why;
    int rc = zp_pcpuset_parse(opt->value, strlen(opt->value), set_out, &why);

    if (rc)
        return fail(err, rc, opt->name, "--%s: %s", opt->name, why.msg);
    return ZP_OK;
}

/* Node ids are written like pcpu lists, and are not more than those. */
static int set_ids(const struct opt_given *opt, struct zp_idset *ids_out,
                   struct zp_error *err)
{
    struct zp_pcpuset set;
    struct zp_idset ids = { 0 };
    int rc = set_pcpus(opt, &set, err);

    if (rc)
        return rc;
    if (zp_pcpuset_count(&set) > ZP_MAX_PNODES)
        return fail(err, ZP_ERR_RANGE, opt->name, "--%s: more than %d nodes",
                    opt->name, ZP_MAX_PNODES);
    for (uint32_t id = zp_pcpuset_next(&set, 0); id != ZP_UNKNOWN_ID;
         id = zp_pcpuset_next(&set, id + 1))
        ids.os_id[ids.nr++] = id;
    *ids_out = ids;
    return ZP_OK;
}

/* "2:64G,3:64G", or as set_ids() has it: nodes that may give. */
static int set_memory_nodes(const struct opt_given *opt,
                            struct zp_request *req, struct zp_error *err)
{
    struct zp_part part[ZP_MAX_PARTS];
    uint32_t nr = 0;
    const char *at;

    if (!strchr(opt->value, ':'))
        return set_ids(opt, &req->memory_nodes, err);
    for (at = opt->value; *at; at += *at == ',') {
        char item[64], *size;
        size_t len = strcspn(at, ",");
        struct zp_error why;
        uint64_t id;

        snprintf(item, sizeof(item), "%.*s", (int)len, at);
        at += len;
        size = strchr(item, ':');
        if (nr == ZP_MAX_PARTS)
            return fail(err, ZP_ERR_RANGE, opt->name,
                        "--%s: memory of more than %d nodes", opt->name,
                        ZP_MAX_PARTS);
        if (!size || len >= sizeof(item))
            return fail(err, ZP_ERR_PARSE, opt->name,
                        "--%s %s: neither nodes nor ID:SIZE,ID:SIZE,...",
                        opt->name, opt->value);
        *size++ = '\0';
        if (parse_number(opt->name, item, UINT32_MAX - 1, &id, err))
            return err->code;
        if (zp_size_parse(size, &part[nr].mem_kib, &why))
            return fail(err, why.code, opt->name, "--%s: %s", opt->name,
                        why.msg);
        part[nr++].os_id = (uint32_t)id;
    }
    memset(req->part, 0, sizeof(req->part));
    memcpy(req->part, part, nr * sizeof(part[0]));
    req->nr_parts = nr;
    return ZP_OK;
}

/* "4" or "4:10,30". */
static int set_emulate(const struct opt_given *opt, struct zp_request *req,
                       struct zp_error *err)
{
    uint64_t nodes, local = ZP_DIST_LOCAL, remote = ZP_DIST_REMOTE;
    char text[64], *dist, *comma;
    int rc;

    snprintf(text, sizeof(text), "%s", opt->value);
    dist = strchr(text, ':');
    comma = dist ? strchr(dist, ',') : NULL;
    if (dist)
        *dist++ = '\0';
    if (comma)
        *comma++ = '\0';
    if (strlen(opt->value) >= sizeof(text) || (dist && !comma))
        return fail(err, ZP_ERR_PARSE, opt->name,
                    "--emulate %s: not N or N:LOCAL,REMOTE", opt->value);
    rc = parse_number(opt->name, text, UINT32_MAX, &nodes, err);
    if (!rc && dist)
        rc = parse_number(opt->name, dist, UINT32_MAX, &local, err);
    if (!rc && dist)
        rc = parse_number(opt->name, comma, UINT32_MAX, &remote, err);
    if (rc)
        return rc;
    if (local != ZP_DIST_LOCAL)
        return fail(err, ZP_ERR_INVAL, opt->name, "--emulate %s: a node is %d "
                    "from itself (ACPI, guests refuse else)", opt->value,
                    ZP_DIST_LOCAL);
    if (!nodes || !remote)
        return fail(err, ZP_ERR_INVAL, opt->name,
                    "--emulate %s: neither nodes nor distances are 0",
                    opt->value);
    req->emulate = (uint32_t)nodes;
    req->emulate_remote = (uint32_t)remote;
    return ZP_OK;
}

static int add_near(const struct opt_given *opt, struct zp_request *req,
                    struct zp_error *err)
{
    size_t len = strcspn(opt->value, "=");
    struct zp_near *near = &req->near[req->nr_near];
    uint64_t weight = 1;
    int rc = ZP_OK;

    if (req->nr_near == ZP_MAX_NEAR)
        return fail(err, ZP_ERR_RANGE, "device", "more than %d devices named",
                    ZP_MAX_NEAR);
    if (!len || len >= sizeof(near->busid) ||
        (opt->id == OPT_PCI && opt->value[len]))
        return fail(err, ZP_ERR_PARSE, "device", "--%s %s: not a PCI address "
                    "like 0000:41:00.0", opt->name, opt->value);
    if (opt->value[len])
        rc = parse_number(opt->name, opt->value + len + 1, 1000000, &weight,
                          err);
    if (rc || !weight)
        return fail(err, ZP_ERR_INVAL, "device",
                    "--%s %s: a weight is 1 to 1000000", opt->name,
                    opt->value);
    memset(near, 0, sizeof(*near));
    memcpy(near->busid, opt->value, len);
    near->weight = (uint32_t)weight;
    near->attach = opt->id == OPT_PCI;
    req->nr_near++;
    return ZP_OK;
}

static int set_name(const struct opt_given *opt, struct zp_request *req,
                    struct zp_error *err)
{
    if (!*opt->value || strlen(opt->value) >= sizeof(req->name))
        return fail(err, ZP_ERR_INVAL, "name",
                    "--name: 1 to %zu bytes, this has %zu",
                    sizeof(req->name) - 1, strlen(opt->value));
    memset(req->name, 0, sizeof(req->name));
    memcpy(req->name, opt->value, strlen(opt->value));
    return ZP_OK;
}

static int apply_size(const struct opt_given *opt, struct zp_request *req,
                      struct zp_error *err)
{
    switch (opt->id) {
    case OPT_VCPUS:
        return set_count(opt, &req->vcpus, err);
    case OPT_MAX_VCPUS:
        return set_count(opt, &req->max_vcpus, err);
    case OPT_MEMORY:
        return set_size(opt, &req->mem_kib, err);
    case OPT_MAX_MEMORY:
        return set_size(opt, &req->max_mem_kib, err);
    case OPT_NUMA_NODES:
        return set_count(opt, &req->nr_vnodes, err);
    case OPT_OVERCOMMIT:
        return set_count(opt, &req->overcommit, err);
    case OPT_VCPU_RATIO:
        return set_bound(opt, &req->vcpu_ratio, err);
    case OPT_VNUMA_MIN_VCPUS:
        return set_bound(opt, &req->vnuma_min_vcpus, err);
    case OPT_INTERLEAVE_NODES:
        return set_ids(opt, &req->interleave, err);
    case OPT_MEMORY_NODES:
        return set_memory_nodes(opt, req, err);
    case OPT_MAX_NODE_VCPUS:
        return set_count(opt, &req->max_node_vcpus, err);
    case OPT_MAX_NODE_MEMORY:
        return set_size(opt, &req->max_node_kib, err);
    case OPT_NODES_PER_PACKAGE:
        return set_count(opt, &req->nodes_per_package, err);
    case OPT_VNUMA_FROM_VCPUS:
        return set_bound(opt, &req->vnuma_from_vcpus, err);
    case OPT_EMULATE:
        return set_emulate(opt, req, err);
    }
    return ZP_OK;
}

static int apply_word(const struct opt_given *opt, struct zp_request *req,
                      struct zp_error *err)
{
    const char *const *words;
    int i = 0, rc;

    switch (opt->id) {
    case OPT_NEAR_POLICY: words = near_policies; break;
    case OPT_MEMORY_POLICY: words = memory_policies; break;
    case OPT_SPILL: words = spills; break;
    case OPT_SIZE_BY: words = sizes_by; break;
    case OPT_FIRST_NODE: words = first_nodes; break;
    case OPT_VNUMA: words = vnumas; break;
    case OPT_TYPE: words = types; break;
    case OPT_TIER: words = tiers; break;
    case OPT_THREADS: words = threads; break;
    case OPT_PACKAGES: words = packages; break;
    case OPT_FLOAT: words = floats; break;
    case OPT_SMT: words = smts; break;
    default: return ZP_OK;
    }
    rc = parse_word(opt->name, opt->value, words, &i, err);
    if (rc)
        return rc;
    switch (opt->id) {
    case OPT_NEAR_POLICY: req->near_policy = ZP_NEAR_STRICT + i; break;
    case OPT_MEMORY_POLICY: req->memory_policy = ZP_MEMORY_STATIC + i; break;
    case OPT_SPILL: req->spill = ZP_SPILL_STRICT + i; break;
    case OPT_SIZE_BY: req->size_by = ZP_SIZE_BY_BOTH + i; break;
    case OPT_FIRST_NODE: req->first_node = ZP_FIRST_MOST_FREE + i; break;
    case OPT_VNUMA: req->vnuma = ZP_VNUMA_AUTO + i; break;
    case OPT_TYPE: req->type = ZP_GUEST_PVH + i; break;
    case OPT_TIER: req->tier = ZP_TIER_STOCK + i; break;
    case OPT_THREADS: req->threads = (uint32_t)i; break;
    case OPT_PACKAGES: req->packages = ZP_PACKAGES_SOCKET + i; break;
    case OPT_FLOAT: req->float_to = ZP_FLOAT_NODE + i; break;
    case OPT_SMT: req->smt = ZP_SMT_PACK + i; break;
    }
    return ZP_OK;
}

static int apply_one(const struct opt_given *opt, struct zp_request *req,
                     struct zp_error *err)
{
    int rc;

    switch (opt->id) {
    case OPT_NAME:
        return set_name(opt, req, err);
    case OPT_PCI:
    case OPT_NEAR:
        return add_near(opt, req, err);
    case OPT_COMPACT:
        req->strategy = ZP_COMPACT;
        return ZP_OK;
    case OPT_SCATTER:
        req->strategy = ZP_SCATTER;
        return ZP_OK;
    case OPT_FORCE:
        req->force_flat = true;
        return ZP_OK;
    case OPT_AGENT:
        req->agent = true;
        return ZP_OK;
    case OPT_DEDICATED:
        req->dedicated = true;
        return ZP_OK;
    }
    rc = apply_size(opt, req, err);
    return rc ? rc : apply_word(opt, req, err);
}

int request_options(const struct ctl *ctl, struct zp_request *req,
                    struct zp_error *err)
{
    struct zp_request next = *req;
    int rc;

    /* Devices on the command line replace those of a file. */
    if (given(ctl, OPT_PCI) || given(ctl, OPT_NEAR))
        next.nr_near = 0;
    for (size_t i = 0; i < ctl->nr_given; i++) {
        rc = apply_one(&ctl->given[i], &next, err);
        if (rc)
            return rc;
    }
    if (given(ctl, OPT_NO_SPANNING)) {
        if (next.spill > ZP_SPILL_STRICT)
            return fail(err, ZP_ERR_INVAL, "no-spanning",
                        "--no-spanning: memory is asked to spill");
        next.spill = ZP_SPILL_STRICT;
    }
    *req = next;
    return ZP_OK;
}

int request_apply(const struct ctl *ctl, struct zp_request *req,
                  struct zp_error *err)
{
    struct zp_request next = *req, checked;
    int rc = request_options(ctl, &next, err);

    if (rc)
        return rc;
    if (!next.vcpus && !next.max_vcpus)
        return fail(err, ZP_ERR_INVAL, "vcpus", "%s: --vcpus is missing",
                    ctl->verb->name);
    if (!next.mem_kib)
        return fail(err, ZP_ERR_INVAL, "memory", "%s: --memory is missing",
                    ctl->verb->name);
    checked = next;
    rc = zp_request_check(&checked, err);
    if (rc)
        return rc;
    *req = next;
    return ZP_OK;
}

int host_options_apply(const struct ctl *ctl, struct zp_host_options *opt,
                       struct zp_error *err)
{
    const char *pool = given(ctl, OPT_CPUPOOL);

    for (size_t i = 0; i < ctl->nr_given; i++) {
        struct zp_pcpuset set;
        int rc;

        if (ctl->given[i].id != OPT_RESERVE_PCPUS)
            continue;
        rc = set_pcpus(&ctl->given[i], &set, err);
        if (rc)
            return rc;
        for (size_t w = 0; w < ZP_MAX_PCPUS / 64; w++)
            opt->reserved_pcpus.word[w] |= set.word[w];
    }
    if (!pool)
        return ZP_OK;
    if (!*pool || strlen(pool) >= sizeof(opt->cpupool))
        return fail(err, ZP_ERR_INVAL, "cpupool",
                    "--cpupool: 1 to %zu bytes, this has %zu",
                    sizeof(opt->cpupool) - 1, strlen(pool));
    memset(opt->cpupool, 0, sizeof(opt->cpupool));
    memcpy(opt->cpupool, pool, strlen(pool));
    return ZP_OK;
}
