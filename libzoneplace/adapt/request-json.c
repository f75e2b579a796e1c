/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Request JSON: the flags of zonectl with '_' for '-'. */
#include <stdio.h>
#include <string.h>

#include "adapt/json.h"

#define MAX_ID (UINT32_MAX - 1)

const char *const zp__size_by_words[] = { "both", "cpu", NULL };
const char *const zp__first_node_words[] = { "most-free", "pack", "balanced",
                                             NULL };
static const char *const near_policy_words[] = { "strict", "preferred",
                                                 NULL };
static const char *const vnuma_words[] = { "auto", "always", "never", NULL };

const char *const zp__request_keys[] = {
    "name", "type", "vcpus", "max_vcpus", "memory", "max_memory",
    "numa_nodes", "strategy", "spill", "memory_policy", "size_by",
    "first_node", "near_policy", "vnuma", "tier", "force", "overcommit",
    "vcpu_ratio", "vnuma_min_vcpus", "memory_nodes", "interleave_nodes",
    "near", "pci", "threads", "packages", "float", "smt", "dedicated", "agent",
    "emulate", "emulate_remote", "max_vcpus_per_node", "max_memory_per_node",
    "nodes_per_package", "vnuma_from_vcpus", "memory_parts", NULL
};
static const char *const part_keys[] = { "node", "memory", NULL };
static const char *const near_keys[] = { "busid", "weight", "attach", NULL };

static void read_u32(struct zp__json_reader *r,
                     const struct zp__json_value *root, const char *key,
                     uint32_t *value)
{
    *value = (uint32_t)zp__json_uint_or(r, root, key, UINT32_MAX, *value);
}

/* A number of MiB, as in xl.cfg, or a string with a unit. */
static void read_size(struct zp__json_reader *r,
                      const struct zp__json_value *root, const char *key,
                      uint64_t *kib)
{
    const struct zp__json_value *v = zp__json_get(root, key);
    struct zp_error err;
    int rc;

    if (!v || r->rc)
        return;
    r->at = v;
    if (v->type != ZP__JSON_STRING) {
        *kib = zp__json_uint_of(r, key, v, ZP_MAX_MEM_KIB / 1024) * 1024;
        return;
    }
    rc = zp_size_parse(v->str, kib, &err);
    if (rc)
        zp__json_fail(r, rc, err.limit, "%s: %s", key, err.msg);
}

static void read_ids(struct zp__json_reader *r,
                     const struct zp__json_value *root, const char *key,
                     struct zp_idset *set)
{
    const struct zp__json_value *ids, *id;
    uint32_t i;

    if (!zp__json_get(root, key))
        return;
    ids = zp__json_array_or_empty(r, root, key);
    if (ids->nr > ZP_MAX_PNODES)
        zp__json_fail(r, ZP_ERR_RANGE, "numa-nodes", "%s: %u of them, at "
                      "most %d", key, ids->nr, ZP_MAX_PNODES);
    if (r->rc)
        return;
    ZP__JSON_EACH(id, i, ids)
        set->os_id[i] = (uint32_t)zp__json_uint_of(r, key, id, MAX_ID);
    set->nr = ids->nr;
}

/* "0000:41:00.0" or {"busid","weight","attach"}. */
static void read_near(struct zp__json_reader *r,
                      const struct zp__json_value *v, bool attach,
                      struct zp_near *near)
{
    size_t len;

    near->weight = 1;
    near->attach = attach;
    if (v->type == ZP__JSON_STRING) {
        len = strlen(v->str);
        if (len < sizeof(near->busid))
            memcpy(near->busid, v->str, len + 1);
        else
            zp__json_fail(r, ZP_ERR_RANGE, "device",
                          "\"%.40s\" is too long for a bus id", v->str);
        return;
    }
    zp__json_is_object(r, v);
    if (r->rc)
        return;
    zp__json_only(r, v, near_keys);
    zp__json_string(r, v, "busid");
    zp__json_copy(r, v, "busid", near->busid, sizeof(near->busid));
    read_u32(r, v, "weight", &near->weight);
    near->attach = zp__json_bool_or(r, v, "attach", attach);
}

static void read_devices(struct zp__json_reader *r,
                         const struct zp__json_value *root, const char *key,
                         bool attach, struct zp_request *req)
{
    const struct zp__json_value *devices, *device;
    uint32_t i;

    devices = zp__json_array_or_empty(r, root, key);
    if (devices->nr > ZP_MAX_NEAR - req->nr_near)
        zp__json_fail(r, ZP_ERR_RANGE, "device",
                      "%s: more than %d devices in all", key, ZP_MAX_NEAR);
    if (r->rc)
        return;
    ZP__JSON_EACH(device, i, devices) {
        zp__json_at(r, "%s[%u]: ", key, i);
        read_near(r, device, attach, &req->near[req->nr_near++]);
    }
    zp__json_at(r, "%s", "");
}

/* "memory_parts": [{"node":2,"memory":"64G"}] */
static void read_parts(struct zp__json_reader *r,
                       const struct zp__json_value *root,
                       struct zp_request *req)
{
    const struct zp__json_value *parts, *part;
    uint32_t i;

    if (!zp__json_get(root, "memory_parts"))
        return;
    parts = zp__json_array(r, root, "memory_parts");
    if (parts->nr > ZP_MAX_PARTS)
        zp__json_fail(r, ZP_ERR_RANGE, "memory-nodes",
                      "memory_parts: %u of them, at most %d", parts->nr,
                      ZP_MAX_PARTS);
    if (r->rc)
        return;
    ZP__JSON_EACH(part, i, parts) {
        zp__json_at(r, "memory_parts[%u]: ", i);
        zp__json_is_object(r, part);
        if (r->rc)
            return;
        zp__json_only(r, part, part_keys);
        req->part[i].os_id = (uint32_t)zp__json_uint(r, part, "node", MAX_ID);
        read_size(r, part, "memory", &req->part[i].mem_kib);
    }
    req->nr_parts = parts->nr;
    zp__json_at(r, "%s", "");
}

static void read_limits(struct zp__json_reader *r,
                        const struct zp__json_value *root,
                        struct zp_request *req)
{
    read_u32(r, root, "emulate", &req->emulate);
    read_u32(r, root, "emulate_remote", &req->emulate_remote);
    read_u32(r, root, "max_vcpus_per_node", &req->max_node_vcpus);
    read_size(r, root, "max_memory_per_node", &req->max_node_kib);
    read_u32(r, root, "nodes_per_package", &req->nodes_per_package);
    read_u32(r, root, "vnuma_from_vcpus", &req->vnuma_from_vcpus);
}

static void read_words(struct zp__json_reader *r,
                       const struct zp__json_value *root,
                       struct zp_request *req)
{
    req->type = (enum zp_guest_type)
        zp__json_word_or(r, root, "type", zp__type_words, req->type);
    req->strategy = (enum zp_strategy)
        zp__json_word_or(r, root, "strategy", zp__strategy_words,
                         req->strategy);
    req->spill = (enum zp_spill)
        zp__json_word_or(r, root, "spill", zp__spill_words, req->spill);
    req->memory_policy = (enum zp_memory_policy)
        zp__json_word_or(r, root, "memory_policy", zp__memory_policy_words,
                         req->memory_policy);
    req->size_by = (enum zp_size_by)
        zp__json_word_or(r, root, "size_by", zp__size_by_words, req->size_by);
    req->first_node = (enum zp_first_node)
        zp__json_word_or(r, root, "first_node", zp__first_node_words,
                         req->first_node);
    req->near_policy = (enum zp_near_policy)
        zp__json_word_or(r, root, "near_policy", near_policy_words,
                         req->near_policy);
    req->vnuma = (enum zp_vnuma)
        zp__json_word_or(r, root, "vnuma", vnuma_words, req->vnuma);
    req->tier = (enum zp_tier)
        zp__json_word_or(r, root, "tier", zp__tier_words, req->tier);
    req->packages = (enum zp_packages)
        zp__json_word_or(r, root, "packages", zp__packages_words,
                         req->packages);
    req->float_to = (enum zp_float)
        zp__json_word_or(r, root, "float", zp__float_words, req->float_to);
    req->smt = (enum zp_smt)
        zp__json_word_or(r, root, "smt", zp__smt_words, req->smt);
}

void zp__request_read_over(struct zp__json_reader *r,
                           const struct zp__json_value *root,
                           struct zp_request *req)
{
    zp__json_copy(r, root, "name", req->name, sizeof(req->name));
    read_words(r, root, req);
    read_u32(r, root, "vcpus", &req->vcpus);
    read_u32(r, root, "max_vcpus", &req->max_vcpus);
    read_size(r, root, "memory", &req->mem_kib);
    read_size(r, root, "max_memory", &req->max_mem_kib);
    read_u32(r, root, "numa_nodes", &req->nr_vnodes);
    read_u32(r, root, "threads", &req->threads);
    req->force_flat = zp__json_bool_or(r, root, "force", req->force_flat);
    req->agent = zp__json_bool_or(r, root, "agent", req->agent);
    req->dedicated = zp__json_bool_or(r, root, "dedicated", req->dedicated);
    read_u32(r, root, "overcommit", &req->overcommit);
    read_u32(r, root, "vcpu_ratio", &req->vcpu_ratio);
    read_u32(r, root, "vnuma_min_vcpus", &req->vnuma_min_vcpus);
    read_ids(r, root, "memory_nodes", &req->memory_nodes);
    read_ids(r, root, "interleave_nodes", &req->interleave);
    read_limits(r, root, req);
    read_parts(r, root, req);
    read_devices(r, root, "near", false, req);
    read_devices(r, root, "pci", true, req);
}

int zp__request_read(const struct zp__json_value *root,
                     struct zp_request *req_out, struct zp_error *err)
{
    struct zp__json_reader r = ZP__JSON_READER(err);
    struct zp_request req;

    zp_request_init(&req);
    zp__json_only(&r, root, zp__request_keys);
    zp__request_read_over(&r, root, &req);
    if (r.rc)
        return r.rc;
    *req_out = req;
    return ZP_OK;
}

int zp_request_from_json(const char *buf, size_t len,
                         struct zp_request *req_out, struct zp_error *err)
{
    struct zp__json doc ZP_CLEANUP(zp__json_clear) = ZP__JSON_INIT;
    int rc;

    rc = zp__json_parse(&doc, "request JSON", buf, len, err);
    if (rc)
        return rc;
    rc = zp__request_read(doc.value, req_out, err);
    return rc ? zp__wrap(err, rc, "request JSON") : ZP_OK;
}

/* In the largest unit that is exact. */
static void write_size(struct zp__json_writer *w, const char *key,
                       uint64_t kib)
{
    char text[32];
    unsigned unit = 0;

    while (unit < 2 && kib && kib % 1024 == 0) {
        kib /= 1024;
        unit++;
    }
    snprintf(text, sizeof(text), "%llu%c", (unsigned long long)kib,
             "KMG"[unit]);
    zp__json_put_string(w, key, text);
}

static void write_ids(struct zp__json_writer *w, const char *key,
                      const struct zp_idset *set)
{
    uint32_t i;

    zp__json_open_line(w, key, '[');
    for (i = 0; i < set->nr; i++)
        zp__json_put_uint(w, NULL, set->os_id[i]);
    zp__json_close(w, ']');
}

static void write_devices(struct zp__json_writer *w,
                          const struct zp_request *req)
{
    uint32_t i;

    zp__json_open(w, "near", '[');
    for (i = 0; i < req->nr_near; i++) {
        zp__json_open_line(w, NULL, '{');
        zp__json_put_string(w, "busid", req->near[i].busid);
        zp__json_put_uint(w, "weight", req->near[i].weight);
        zp__json_put_bool(w, "attach", req->near[i].attach);
        zp__json_close(w, '}');
    }
    zp__json_close(w, ']');
}

static void put_bound(struct zp__json_writer *w, const char *key,
                      uint32_t value)
{
    if (value)
        zp__json_put_uint(w, key, value);
}

/* Only what is there: digests of old receipts stay what they are. */
static void write_limits(struct zp__json_writer *w,
                         const struct zp_request *req)
{
    uint32_t i;

    put_bound(w, "emulate", req->emulate);
    put_bound(w, "emulate_remote", req->emulate_remote);
    put_bound(w, "max_vcpus_per_node", req->max_node_vcpus);
    if (req->max_node_kib)
        write_size(w, "max_memory_per_node", req->max_node_kib);
    put_bound(w, "nodes_per_package", req->nodes_per_package);
    put_bound(w, "vnuma_from_vcpus", req->vnuma_from_vcpus);
    if (!req->nr_parts)
        return;
    zp__json_open(w, "memory_parts", '[');
    for (i = 0; i < req->nr_parts; i++) {
        zp__json_open_line(w, NULL, '{');
        zp__json_put_uint(w, "node", req->part[i].os_id);
        write_size(w, "memory", req->part[i].mem_kib);
        zp__json_close(w, '}');
    }
    zp__json_close(w, ']');
}

void zp__request_write(struct zp__json_writer *w, const char *key,
                       const struct zp_request *req)
{
    zp__json_open(w, key, '{');
    zp__json_put_string(w, "name", req->name);
    zp__json_put_word(w, "type", zp__type_words, req->type);
    zp__json_put_uint(w, "vcpus", req->vcpus);
    zp__json_put_uint(w, "max_vcpus", req->max_vcpus);
    write_size(w, "memory", req->mem_kib);
    write_size(w, "max_memory", req->max_mem_kib);
    zp__json_put_uint(w, "numa_nodes", req->nr_vnodes);
    zp__json_put_word(w, "strategy", zp__strategy_words, req->strategy);
    zp__json_put_word(w, "spill", zp__spill_words, req->spill);
    zp__json_put_word(w, "memory_policy", zp__memory_policy_words,
                       req->memory_policy);
    zp__json_put_word(w, "size_by", zp__size_by_words, req->size_by);
    zp__json_put_word(w, "first_node", zp__first_node_words, req->first_node);
    zp__json_put_word(w, "near_policy", near_policy_words,
                       req->near_policy);
    zp__json_put_word(w, "vnuma", vnuma_words, req->vnuma);
    zp__json_put_word(w, "tier", zp__tier_words, req->tier);
    /* Defaults are left out: digests of old receipts stay what they are. */
    if (req->threads)
        zp__json_put_uint(w, "threads", req->threads);
    if (req->packages != ZP_PACKAGES_SOCKET)
        zp__json_put_word(w, "packages", zp__packages_words, req->packages);
    if (req->agent)
        zp__json_put_bool(w, "agent", req->agent);
    if (req->float_to != ZP_FLOAT_NODE)
        zp__json_put_word(w, "float", zp__float_words, req->float_to);
    if (req->smt != ZP_SMT_ANY)
        zp__json_put_word(w, "smt", zp__smt_words, req->smt);
    if (req->dedicated)
        zp__json_put_bool(w, "dedicated", true);
    write_limits(w, req);
    zp__json_put_bool(w, "force", req->force_flat);
    zp__json_put_uint(w, "overcommit", req->overcommit);
    zp__json_put_uint(w, "vcpu_ratio", req->vcpu_ratio);
    zp__json_put_uint(w, "vnuma_min_vcpus", req->vnuma_min_vcpus);
    write_ids(w, "memory_nodes", &req->memory_nodes);
    write_ids(w, "interleave_nodes", &req->interleave);
    write_devices(w, req);
    zp__json_close(w, '}');
}

int zp_request_to_json(const struct zp_request *req, char **text_out,
                       struct zp_error *err)
{
    struct zp__json_writer w = ZP__JSON_WRITER;

    zp__request_write(&w, NULL, req);
    return zp__json_take(&w, text_out, err);
}
