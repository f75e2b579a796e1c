/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * linux.resources of an OCI config.json as limits of a control group of the
 * zone's. The zone is as large as its pod: these are between its containers.
 */
#include <string.h>

#include "spec.h"

enum { MAX_WEIGHT = 10000, MAX_SHARES = 262144, MIN_SHARES = 2,
       MIN_PERIOD_US = 1000, MAX_PERIOD_US = 1000000 };

/* The files of "unified" that are taken over. */
static const struct {
    const char *file;
    enum zk_limit limit;
} files[] = {
    { "memory.max", ZK_LIMIT_MEMORY_MAX },
    { "memory.high", ZK_LIMIT_MEMORY_HIGH },
    { "memory.low", ZK_LIMIT_MEMORY_LOW },
    { "memory.min", ZK_LIMIT_MEMORY_MIN },
    { "memory.oom.group", ZK_LIMIT_OOM_GROUP },
    { "cpu.weight", ZK_LIMIT_CPU_WEIGHT },
    { "pids.max", ZK_LIMIT_PIDS_MAX },
};

/* Linux 6.1: Documentation/admin-guide/cgroup-v2.rst. */
bool zk_limit_is_good(enum zk_limit limit, uint64_t value)
{
    switch (limit) {
    case ZK_LIMIT_OOM_GROUP:
        return value <= 1;
    case ZK_LIMIT_CPU_WEIGHT:
        return value >= 1 && value <= MAX_WEIGHT;
    case ZK_LIMIT_CPU_PERIOD_US:
        return value >= MIN_PERIOD_US && value <= MAX_PERIOD_US;
    case ZK_LIMIT_CPU_MAX_US:
        return value >= MIN_PERIOD_US;
    case ZK_LIMIT_MEMORY_MAX: case ZK_LIMIT_MEMORY_HIGH:
    case ZK_LIMIT_MEMORY_LOW: case ZK_LIMIT_MEMORY_MIN:
    case ZK_LIMIT_PIDS_MAX: case ZK_NR_LIMITS:
        break;
    }
    return true;
}

static void set(struct zk__spec_reader *r, const char *key,
                enum zk_limit limit, uint64_t value)
{
    struct zk_limits *limits = &r->spec->limits;

    if (r->json.rc)
        return;
    if (!zk_limit_is_good(limit, value)) {
        zp__json_fail(&r->json, ZP_ERR_RANGE, "oci", "%s: out of the range "
                      "that Linux takes", key);
        return;
    }
    limits->set |= 1u << limit;
    limits->value[limit] = value;
}

/* A number; 0, -1 or none: no limit. */
static bool read_number(struct zk__spec_reader *r,
                        const struct zp__json_value *obj, const char *key,
                        uint64_t *value_out)
{
    const struct zp__json_value *v = zp__json_get(obj, key);

    if (!v || r->json.rc || v->type == ZP__JSON_NULL)
        return false;
    if (v->type == ZP__JSON_NUMBER && v->len == 2 &&
        !memcmp(v->str, "-1", 2))
        return false;
    *value_out = zp__json_uint(&r->json, obj, key, INT64_MAX);
    return !r->json.rc && *value_out;
}

static void read_limit(struct zk__spec_reader *r,
                       const struct zp__json_value *obj, const char *key,
                       enum zk_limit limit)
{
    uint64_t value;

    if (read_number(r, obj, key, &value))
        set(r, key, limit, value);
}

/* Swap, of which a zone has none, and what memory of kernels may be is of no
 * meaning. */
static void read_memory(struct zk__spec_reader *r,
                        const struct zp__json_value *resources)
{
    static const char *const keys[] = {
        "limit", "reservation", "swap", "kernel", "kernelTCP", "swappiness",
        "disableOOMKiller", "useHierarchy", "checkBeforeUpdate", NULL };
    const struct zp__json_value *memory;

    if (!zp__json_get(resources, "memory"))
        return;
    memory = zp__json_object(&r->json, resources, "memory");
    zp__json_only(&r->json, memory, keys);
    zk__refuse_member(r, memory, "disableOOMKiller", "Linux has it no more");
    read_limit(r, memory, "limit", ZK_LIMIT_MEMORY_MAX);
    read_limit(r, memory, "reservation", ZK_LIMIT_MEMORY_LOW);
}

static void read_cpu(struct zk__spec_reader *r,
                     const struct zp__json_value *resources)
{
    static const char *const keys[] = {
        "shares", "quota", "burst", "period", "realtimeRuntime",
        "realtimePeriod", "cpus", "mems", "idle", NULL };
    const struct zp__json_value *cpu;
    uint64_t shares;

    if (!zp__json_get(resources, "cpu"))
        return;
    cpu = zp__json_object(&r->json, resources, "cpu");
    zp__json_only(&r->json, cpu, keys);
    zk__refuse_member(r, cpu, "cpus", "a zone's plan says where it runs");
    zk__refuse_member(r, cpu, "mems", "a zone's plan says where its memory "
                      "is");
    zk__refuse_member(r, cpu, "realtimeRuntime", "not enforced in a zone");
    zk__refuse_member(r, cpu, "burst", "not enforced in a zone");
    zk__refuse_member(r, cpu, "idle", "not enforced in a zone");
    /* 2 to 262144 to 1 to 10000, as crun and runc do it. */
    if (read_number(r, cpu, "shares", &shares)) {
        shares = shares < MIN_SHARES ? MIN_SHARES : shares;
        shares = shares > MAX_SHARES ? MAX_SHARES : shares;
        set(r, "shares", ZK_LIMIT_CPU_WEIGHT,
            1 + (shares - MIN_SHARES) * (MAX_WEIGHT - 1) /
                    (MAX_SHARES - MIN_SHARES));
    }
    read_limit(r, cpu, "quota", ZK_LIMIT_CPU_MAX_US);
    read_limit(r, cpu, "period", ZK_LIMIT_CPU_PERIOD_US);
}

/* "max", or all of @text. */
static bool number_of(const char *text, uint64_t *value_out)
{
    uint64_t value = 0;
    const char *c;

    *value_out = UINT64_MAX;
    if (!strcmp(text, "max"))
        return true;
    for (c = text; *c >= '0' && *c <= '9' && value <= INT64_MAX / 16; c++)
        value = value * 10 + (uint64_t)(*c - '0');
    *value_out = value;
    return c > text && !*c;
}

static void read_unified(struct zk__spec_reader *r,
                         const struct zp__json_value *resources)
{
    const struct zp__json_value *unified, *v;
    uint64_t value;
    uint32_t i;
    size_t k;

    if (!zp__json_get(resources, "unified"))
        return;
    unified = zp__json_object(&r->json, resources, "unified");
    ZP__JSON_EACH(v, i, unified) {
        for (k = 0; k < sizeof(files) / sizeof(files[0]); k++) {
            if (!strcmp(v->key, files[k].file))
                break;
        }
        if (k == sizeof(files) / sizeof(files[0]))
            zp__json_fail(&r->json, ZP_ERR_UNSUPPORTED, "oci", "unified: "
                          "%.40s: not enforced in a zone", v->key);
        else if (v->type != ZP__JSON_STRING || !number_of(v->str, &value))
            zp__json_fail(&r->json, ZP_ERR_PARSE, "oci", "unified: %s: "
                          "neither a number nor \"max\"", v->key);
        else
            set(r, v->key, files[k].limit, value);
        if (r->json.rc)
            return;
    }
}

/* kubelet lists huge pages with a limit of 0. */
void zk__read_resources(struct zk__spec_reader *r,
                        const struct zp__json_value *linux_)
{
    static const char *const keys[] = {
        "devices", "memory", "cpu", "pids", "blockIO", "hugepageLimits",
        "network", "rdma", "unified", NULL };
    const struct zp__json_value *resources, *v;
    uint32_t i;

    if (!zp__json_get(linux_, "resources"))
        return;
    resources = zp__json_object(&r->json, linux_, "resources");
    zp__json_only(&r->json, resources, keys);
    ZP__JSON_EACH(v, i, zp__json_array_or_empty(&r->json, resources,
                                                "hugepageLimits"))
        zk__refuse_member(r, v, "limit", "huge pages are not set up in zones");
    zk__refuse_member(r, resources, "blockIO", "not enforced in a zone");
    zk__refuse_member(r, resources, "network", "not enforced in a zone");
    zk__refuse_member(r, resources, "rdma", "a zone has no such devices");
    if (zp__json_get(resources, "pids"))
        read_limit(r, zp__json_object(&r->json, resources, "pids"), "limit",
                   ZK_LIMIT_PIDS_MAX);
    read_memory(r, resources);
    read_cpu(r, resources);
    read_unified(r, resources);
}
