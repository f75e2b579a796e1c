/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "annotation.h"

#include <stdio.h>
#include <string.h>

#include "adapt/quantity.h"
#include "internal.h"

enum {
    CPU, MEMORY, INITIAL, POLICY, NODES, STRATEGY, SPILL, NEAR, VNUMA, THREADS,
    KERNEL, CMDLINE, NR_KEYS
};

static const struct {
    const char *name;
    const char *edera;           /* NULL: they have published none */
} keys[NR_KEYS] = {
    [CPU] = { "cpu", "cpu" },
    [MEMORY] = { "memory", NULL },
    [INITIAL] = { "initial-memory", "initial-memory-request" },
    [POLICY] = { "memory-policy", "resource-policy" },
    [NODES] = { "numa-nodes", NULL },
    [STRATEGY] = { "numa-strategy", NULL },
    [SPILL] = { "spill", NULL },
    [NEAR] = { "near", NULL },
    [VNUMA] = { "vnuma", NULL },
    [THREADS] = { "threads", NULL },
    [KERNEL] = { "kernel", "kernel" },
    [CMDLINE] = { "cmdline", NULL },
};

/* What zone-cri itself puts on a pod. */
static const char *const reserved[] = { "plan", "zone" };

enum { DEFAULT_VCPUS = 1 };
#define DEFAULT_MEM_KIB ((uint64_t)512 * 1024)
/* Below it the value was meant otherwise: "512" is 512 bytes. */
#define LEAST_MEM_KIB ((uint64_t)32 * 1024)

struct reader {
    const struct zk_rules *rules;
    struct zk_zone zone;
    struct zp__text notes;
    struct zp_error *err;
    /* By key, as the pod spells it; NULL: not there. */
    const struct zk_annotation *given[NR_KEYS];
};

/* "KEY: \"VALUE\" is ...": what is wrong with an annotation. */
static int bad(struct reader *r, int key, int code, const char *why)
{
    const struct zk_annotation *a = r->given[key];

    return zp__fail(r->err, code, keys[key].name, "annotation %s: \"%.60s\" "
                    "%s", a->key, a->value, why);
}

/* ---- which is which ---- */

static int find_key(const char *key, bool *ours_out)
{
    size_t own = strlen(ZK_PREFIX), edera = strlen(ZK_EDERA_PREFIX);
    int i;

    *ours_out = !strncmp(key, ZK_PREFIX, own);
    for (i = 0; *ours_out && i < NR_KEYS; i++) {
        if (!strcmp(key + own, keys[i].name))
            return i;
    }
    if (strncmp(key, ZK_EDERA_PREFIX, edera))
        return -1;
    for (i = 0; i < NR_KEYS; i++) {
        if (keys[i].edera && !strcmp(key + edera, keys[i].edera))
            return i;
    }
    return -1;
}

static int fail_unknown(struct reader *r, const char *key)
{
    char list[160] = "";
    size_t i;

    for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (!strcmp(key + strlen(ZK_PREFIX), reserved[i]))
            return zp__fail(r->err, ZP_ERR_INVAL, "annotation", "annotation "
                            "%.80s: it is zoneplace's own, a pod can't set it",
                            key);
    }
    for (i = 0; i < NR_KEYS; i++)
        snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
                 i ? ", " : "", keys[i].name);
    return zp__fail(r->err, ZP_ERR_INVAL, "annotation", "annotation %.60s: "
                    "none of %s", key, list);
}

static int take(struct reader *r, const struct zk_annotation *a)
{
    const struct zk_annotation *other;
    bool ours;
    int key = find_key(a->key, &ours);

    if (key < 0 && ours)
        return fail_unknown(r, a->key);
    if (key < 0) {
        if (!strncmp(a->key, ZK_EDERA_PREFIX, strlen(ZK_EDERA_PREFIX)))
            zp__text_add(&r->notes, "annotation %.80s: left out, zoneplace "
                         "has nothing like it\n", a->key);
        return ZP_OK;
    }
    other = r->given[key];
    if (other && (!strcmp(other->key, a->key) ||
                  strcmp(other->value, a->value)))
        return zp__fail(r->err, ZP_ERR_INVAL, keys[key].name,
                        "annotation %s: \"%.40s\" and %s: \"%.40s\" can't "
                        "both hold", other->key, other->value, a->key,
                        a->value);
    r->given[key] = a;
    return ZP_OK;
}

static int by_key(const void *a, const void *b)
{
    const struct zk_annotation *const *x = a, *const *y = b;
    int order = strcmp((*x)->key, (*y)->key);

    return order ? order : strcmp((*x)->value, (*y)->value);
}

/* In the order of their names: a pod with two faults has always the same one
 * first. */
static int take_all(struct reader *r, const struct zk_pod *pod)
{
    const struct zk_annotation **sorted;
    uint32_t i;
    int rc = ZP_OK;

    sorted = calloc(pod->nr_annotations + 1, sizeof(*sorted));
    if (!sorted)
        return zp__nomem(r->err);
    for (i = 0; i < pod->nr_annotations; i++)
        sorted[i] = &pod->annotation[i];
    qsort(sorted, pod->nr_annotations, sizeof(*sorted), by_key);
    for (i = 0; !rc && i < pod->nr_annotations; i++)
        rc = take(r, sorted[i]);
    free(sorted);
    return rc;
}

/* ---- values ---- */

static bool read_number(const char *text, uint32_t max, uint32_t *value_out)
{
    uint32_t value = 0;
    const char *at;

    for (at = text; *at >= '0' && *at <= '9' && value <= max; at++)
        value = value * 10 + (uint32_t)(*at - '0');
    if (at == text || *at || !value || value > max)
        return false;
    *value_out = value;
    return true;
}

/* The place of the value among @words, or a code below 0. */
static int read_word(struct reader *r, int key, const char *const words[])
{
    char list[100] = "is none of ";
    int i;

    for (i = 0; words[i]; i++) {
        if (!strcmp(r->given[key]->value, words[i]))
            return i;
        snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
                 i ? ", " : "", words[i]);
    }
    return bad(r, key, ZP_ERR_INVAL, list);
}

/* A quantity of memory in KiB, rounded up. */
static int read_memory(struct reader *r, int key, uint64_t *kib_out)
{
    const char *value = r->given[key]->value;
    uint64_t milli;

    if (!zp__quantity_milli(value, strlen(value), &milli))
        return bad(r, key, ZP_ERR_PARSE, "is no quantity of Kubernetes, as "
                   "2Gi");
    *kib_out = milli / 1024000 + (milli % 1024000 > 0);
    if (*kib_out > ZP_MAX_MEM_KIB)
        return bad(r, key, ZP_ERR_RANGE, "is beyond 4Pi");
    if (*kib_out < LEAST_MEM_KIB)
        return bad(r, key, ZP_ERR_RANGE, "is below 32Mi, the least of a zone "
                   "(without a suffix it is bytes)");
    return ZP_OK;
}

static int read_cpu(struct reader *r, const struct zk_pod *pod)
{
    struct zp_request *req = &r->zone.req;
    uint64_t milli = pod->cpu_milli;

    if (r->given[CPU]) {
        const char *value = r->given[CPU]->value;

        if (!zp__quantity_milli(value, strlen(value), &milli))
            return bad(r, CPU, ZP_ERR_PARSE, "is no quantity of Kubernetes");
        if (!milli || milli % 1000)
            return bad(r, CPU, ZP_ERR_INVAL, "is no whole number of vcpus "
                       "from 1");
        if (milli / 1000 > ZP_MAX_VCPUS)
            return bad(r, CPU, ZP_ERR_RANGE, "is beyond 128");
    } else if (milli > (uint64_t)ZP_MAX_VCPUS * 1000) {
        return zp__fail(r->err, ZP_ERR_RANGE, "cpu", "the pod's limits are "
                        "%llum of cpu, a zone has at most %d vcpus",
                        (unsigned long long)milli, ZP_MAX_VCPUS);
    } else if (!milli) {
        req->vcpus = r->rules->default_vcpus ? r->rules->default_vcpus
                                             : DEFAULT_VCPUS;
        zp__text_add(&r->notes, "cpu: no annotation and no limit, the zone has "
                     "%u\n", req->vcpus);
        return ZP_OK;
    }
    req->vcpus = (uint32_t)((milli + 999) / 1000);
    return ZP_OK;
}

static int read_size(struct reader *r, const struct zk_pod *pod)
{
    struct zp_request *req = &r->zone.req;
    uint64_t kib = pod->mem_bytes / 1024 + (pod->mem_bytes % 1024 > 0);
    int rc = ZP_OK;

    if (r->given[MEMORY]) {
        rc = read_memory(r, MEMORY, &kib);
    } else if (kib > ZP_MAX_MEM_KIB || (kib && kib < LEAST_MEM_KIB)) {
        rc = zp__fail(r->err, ZP_ERR_RANGE, "memory", "the pod's limits are "
                      "%llu bytes of memory, a zone has 32Mi to 4Pi",
                      (unsigned long long)pod->mem_bytes);
    } else if (!kib) {
        kib = r->rules->default_mem_kib ? r->rules->default_mem_kib
                                        : DEFAULT_MEM_KIB;
        zp__text_add(&r->notes, "memory: no annotation and no limit, the zone "
                     "has %llu KiB\n", (unsigned long long)kib);
    }
    req->mem_kib = req->max_mem_kib = kib;
    return rc;
}

/* Dynamic, unless it is written otherwise. */
static int read_policy(struct reader *r)
{
    static const char *const words[] = { "static", "dynamic", NULL };
    struct zp_request *req = &r->zone.req;
    int word = r->given[POLICY] ? read_word(r, POLICY, words) : 1, rc;

    if (word < 0)
        return word;
    req->memory_policy = word ? ZP_MEMORY_DYNAMIC : ZP_MEMORY_STATIC;
    r->zone.grows = word && (r->given[POLICY] || r->given[INITIAL]);
    if (!r->given[INITIAL])
        return ZP_OK;
    rc = read_memory(r, INITIAL, &req->mem_kib);
    if (rc)
        return rc;
    if (req->mem_kib > req->max_mem_kib)
        return bad(r, INITIAL, ZP_ERR_INVAL, "is more than the zone's memory");
    if (!word && req->mem_kib < req->max_mem_kib)
        return bad(r, INITIAL, ZP_ERR_INVAL, "is less than the zone's memory, "
                   "which is static");
    return ZP_OK;
}

static int read_nodes(struct reader *r)
{
    static const char *const strategies[] = { "compact", "scatter", NULL };
    struct zp_request *req = &r->zone.req;
    int word;

    if (r->given[NODES]) {
        if (!read_number(r->given[NODES]->value, ZP_MAX_VNODES,
                         &req->nr_vnodes))
            return bad(r, NODES, ZP_ERR_INVAL, "is no number from 1 to 32");
        if (req->nr_vnodes > req->vcpus)
            return bad(r, NODES, ZP_ERR_INVAL, "is more than the zone's "
                       "vcpus");
    }
    if (r->given[STRATEGY]) {
        word = read_word(r, STRATEGY, strategies);
        if (word < 0)
            return word;
        req->strategy = word ? ZP_SCATTER : ZP_COMPACT;
    }
    return ZP_OK;
}

static int read_shown(struct reader *r)
{
    static const char *const spills[] = { "strict", "honest", "preferred",
                                          NULL };
    static const enum zp_spill spill_of[] = {
        ZP_SPILL_STRICT, ZP_SPILL_HONEST, ZP_SPILL_PREFERRED };
    static const char *const vnumas[] = { "auto", "always", "never", NULL };
    static const enum zp_vnuma vnuma_of[] = {
        ZP_VNUMA_AUTO, ZP_VNUMA_ALWAYS, ZP_VNUMA_NEVER };
    static const char *const threads[] = { "auto", "1", "2", NULL };
    struct zp_request *req = &r->zone.req;
    int word;

    if (r->given[SPILL]) {
        word = read_word(r, SPILL, spills);
        if (word < 0)
            return word;
        req->spill = spill_of[word];
    }
    if (r->given[VNUMA]) {
        word = read_word(r, VNUMA, vnumas);
        if (word < 0)
            return word;
        req->vnuma = vnuma_of[word];
    }
    if (r->given[THREADS]) {
        word = read_word(r, THREADS, threads);
        if (word < 0)
            return word;
        req->threads = (uint32_t)word;
    }
    return ZP_OK;
}

/* One "BDF" or "BDF=WEIGHT" of @len bytes. */
static int add_near(struct reader *r, const char *text, size_t len)
{
    struct zp_request *req = &r->zone.req;
    struct zp_near *near = &req->near[req->nr_near];
    const char *equals = memchr(text, '=', len);
    size_t busid_len = equals ? (size_t)(equals - text) : len;
    char weight[8] = "1";

    if (req->nr_near == ZP_MAX_NEAR)
        return bad(r, NEAR, ZP_ERR_RANGE, "names more than 16 devices");
    if (equals)
        snprintf(weight, sizeof(weight), "%.*s",
                 (int)(len - busid_len - 1), equals + 1);
    if (!busid_len || busid_len >= sizeof(near->busid) ||
        (equals && len - busid_len - 1 >= sizeof(weight)) ||
        !read_number(weight, 1000000, &near->weight))
        return bad(r, NEAR, ZP_ERR_PARSE, "is no list of BDF or BDF=WEIGHT");
    memcpy(near->busid, text, busid_len);
    near->busid[busid_len] = '\0';
    req->nr_near++;
    return ZP_OK;
}

static int read_near(struct reader *r)
{
    const char *at = r->given[NEAR] ? r->given[NEAR]->value : NULL;
    size_t len;
    int rc;

    while (at) {
        len = strcspn(at, ",");
        rc = add_near(r, at, len);
        if (rc)
            return rc;
        at = at[len] ? at + len + 1 : NULL;
    }
    return ZP_OK;
}

/* Only what the operator has listed, to the byte. */
static int read_allowed(struct reader *r, int key, const char *const *list,
                        const char **value_out)
{
    for (; r->given[key] && list && *list; list++) {
        if (!strcmp(*list, r->given[key]->value)) {
            *value_out = *list;
            return ZP_OK;
        }
    }
    return r->given[key] ? bad(r, key, ZP_ERR_INVAL, "is not among what the "
                               "operator allows")
                         : ZP_OK;
}

static int read_all(struct reader *r, const struct zk_pod *pod)
{
    struct zp_request *req = &r->zone.req, checked;
    int rc = take_all(r, pod);

    if (!rc)
        rc = read_cpu(r, pod);
    if (!rc)
        rc = read_size(r, pod);
    if (!rc)
        rc = read_policy(r);
    if (!rc)
        rc = read_nodes(r);
    if (!rc)
        rc = read_shown(r);
    if (!rc)
        rc = read_near(r);
    if (!rc)
        rc = read_allowed(r, KERNEL, r->rules->kernel, &r->zone.kernel);
    if (!rc)
        rc = read_allowed(r, CMDLINE, r->rules->cmdline, &r->zone.cmdline);
    if (rc)
        return rc;
    /* What is left to object to is of several at once. */
    checked = *req;
    rc = zp_request_check(&checked, r->err);
    return rc ? zp__wrap(r->err, rc, "annotations") : ZP_OK;
}

int zk_zone_from_pod(const struct zk_pod *pod, const struct zk_rules *rules,
                     struct zk_zone *zone_out, char **notes_out,
                     struct zp_error *err)
{
    struct reader r = { .rules = rules, .err = err };
    int rc;

    zp_request_init(&r.zone.req);
    snprintf(r.zone.req.name, sizeof(r.zone.req.name), "%s",
             pod->name ? pod->name : "");
    r.zone.req.tier = rules->tier;
    r.zone.req.agent = true;     /* zone-init brings memory online */
    rc = read_all(&r, pod);
    if (!rc)
        rc = zp__text_take(&r.notes, notes_out, err);
    zp__text_clear(&r.notes);
    if (!rc)
        *zone_out = r.zone;
    return rc;
}

int zk_place(const struct zp_topology *topo, const struct zp_load *load,
             const struct zk_zone *zone, struct zp_plan *plan_out,
             char why_out[256], struct zp_error *err)
{
    struct zp_request req = zone->req;
    struct zp_error why;
    int rc = zp_place(topo, load, &req, plan_out, &why);

    why_out[0] = '\0';
    if (rc && rc != ZP_ERR_NOMEM && !zone->grows &&
        req.memory_policy == ZP_MEMORY_DYNAMIC) {
        req.memory_policy = ZP_MEMORY_STATIC;
        rc = zp_place(topo, load, &req, plan_out, err);
        if (!rc)
            snprintf(why_out, 256, "%s", why.msg);
        return rc;
    }
    if (rc && err)
        *err = why;
    return rc;
}
