/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "manifest.h"

#include <stdio.h>
#include <string.h>

#include <yaml.h>

#include "adapt/quantity.h"
#include "internal.h"

struct zk_manifest {
    yaml_document_t *document;   /* strings live there */
    uint32_t nr_documents, room_documents;
    struct zk_manifest_pod *pod;
    uint32_t nr_pods, room_pods;
};

struct reader {
    struct zk_manifest *m;
    yaml_document_t *document;
    struct zp_error *err;
};

static int fail_at(const struct reader *r, const yaml_node_t *node, int code,
                   const char *what, const char *why)
{
    return zp__fail(r->err, code, "manifest", "line %zu: %.80s: %s",
                    node->start_mark.line + 1, what, why);
}

/* ---- a document's nodes ---- */

static const char *text_of(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE &&
                   strlen((const char *)node->data.scalar.value) ==
                       node->data.scalar.length
               ? (const char *)node->data.scalar.value
               : NULL;
}

static yaml_node_t *member(const struct reader *r, const yaml_node_t *map,
                           const char *key)
{
    yaml_node_pair_t *pair;
    const char *name;

    if (!map || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (pair = map->data.mapping.pairs.start;
         pair < map->data.mapping.pairs.top; pair++) {
        name = text_of(yaml_document_get_node(r->document, pair->key));
        if (name && !strcmp(name, key))
            return yaml_document_get_node(r->document, pair->value);
    }
    return NULL;
}

/* A dotted path of members. */
static yaml_node_t *at_path(const struct reader *r, yaml_node_t *node,
                            const char *path)
{
    char key[32];

    while (node && *path) {
        size_t len = strcspn(path, ".");

        snprintf(key, sizeof(key), "%.*s", (int)len, path);
        node = member(r, node, key);
        path += len + (path[len] == '.');
    }
    return node;
}

/* What YAML takes for something else than a string; kubectl refuses that. */
static bool is_no_string(const yaml_node_t *node)
{
    static const char *const words[] = { "", "~", "null", "Null", "NULL",
        "true", "True", "TRUE", "false", "False", "FALSE", "yes", "no", "on",
        "off", "Yes", "No", "On", "Off" };
    const char *text = text_of(node), *rest;
    size_t i;

    if (!text || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return !text;
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!strcmp(text, words[i]))
            return true;
    }
    rest = text + (*text == '-' || *text == '+');
    if (!strncmp(rest, "0x", 2) || !strncmp(rest, "0o", 2))
        return strspn(rest + 2, "0123456789abcdefABCDEF") == strlen(rest + 2);
    return strpbrk(rest, "0123456789") &&
           strspn(rest, "0123456789.eE+-_") == strlen(rest);
}

/* ---- a pod ---- */

static int read_annotations(const struct reader *r, const yaml_node_t *map,
                            struct zk_manifest_pod *pod)
{
    struct zk_annotation *list;
    yaml_node_pair_t *pair;
    size_t nr;

    if (!map)
        return ZP_OK;
    if (map->type != YAML_MAPPING_NODE)
        return fail_at(r, map, ZP_ERR_PARSE, "annotations", "no mapping");
    nr = (size_t)(map->data.mapping.pairs.top - map->data.mapping.pairs.start);
    if (nr > ZK_MAX_ANNOTATIONS)
        return fail_at(r, map, ZP_ERR_RANGE, "annotations", "more than 1000");
    list = calloc(nr + 1, sizeof(*list));
    if (!list)
        return zp__nomem(r->err);
    pod->annotations = list;
    pod->pod.annotation = list;
    for (pair = map->data.mapping.pairs.start;
         pair < map->data.mapping.pairs.top; pair++) {
        yaml_node_t *key = yaml_document_get_node(r->document, pair->key);
        yaml_node_t *value = yaml_document_get_node(r->document, pair->value);

        list->key = text_of(key);
        list->value = text_of(value);
        if (!list->key)
            return fail_at(r, map, ZP_ERR_PARSE, "annotations",
                           "a name is no text");
        if (is_no_string(value))
            return fail_at(r, value ? value : map, ZP_ERR_PARSE, list->key,
                           "its value has to be a string: quote it");
        list++;
        pod->pod.nr_annotations++;
    }
    return ZP_OK;
}

/* Adds to *sum_out; *missing_out counts where there is none. */
static int add_quantity(const struct reader *r, const yaml_node_t *list,
                        const char *name, uint64_t *sum_out,
                        uint32_t *missing_out)
{
    const yaml_node_t *node = member(r, list, name);
    const char *text = text_of(node);
    uint64_t milli;

    if (!node) {
        (*missing_out)++;
        return ZP_OK;
    }
    if (!text || !zp__quantity_milli(text, strlen(text), &milli))
        return fail_at(r, node, ZP_ERR_PARSE, name,
                       "no quantity of Kubernetes");
    *sum_out = *sum_out > UINT64_MAX - milli ? UINT64_MAX : *sum_out + milli;
    return ZP_OK;
}

struct sums {
    uint64_t cpu_milli, mem_milli;
    uint32_t no_cpu, no_mem;
};

static int add_limits(const struct reader *r, const yaml_node_t *limits,
                      struct sums *sums)
{
    int rc = add_quantity(r, limits, "cpu", &sums->cpu_milli, &sums->no_cpu);

    return rc ? rc : add_quantity(r, limits, "memory", &sums->mem_milli,
                                  &sums->no_mem);
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/*
 * As kubelet does (resourcehelpers.PodLimits): containers and sidecars run at
 * once; before them one init container at a time, beside the sidecars that
 * have been started.
 */
static int read_containers(const struct reader *r, yaml_node_t *spec,
                           struct sums *sums)
{
    static const char *const lists[] = { "initContainers", "containers" };
    struct sums most = { 0 };
    yaml_node_item_t *item;
    size_t i;
    int rc = ZP_OK;

    for (i = 0; i < 2; i++) {
        yaml_node_t *list = member(r, spec, lists[i]);

        if (!list || list->type != YAML_SEQUENCE_NODE)
            continue;
        if (list->data.sequence.items.top - list->data.sequence.items.start >
            ZK_MAX_CONTAINERS)
            return fail_at(r, list, ZP_ERR_RANGE, lists[i], "more than 1000");
        for (item = list->data.sequence.items.start;
             !rc && item < list->data.sequence.items.top; item++) {
            yaml_node_t *one = yaml_document_get_node(r->document, *item);
            const char *restart = text_of(member(r, one, "restartPolicy"));
            struct sums with = *sums;

            rc = add_limits(r, at_path(r, one, "resources.limits"), &with);
            if (i == 1 || (restart && !strcmp(restart, "Always")))
                *sums = with;
            most.cpu_milli = larger(most.cpu_milli, with.cpu_milli);
            most.mem_milli = larger(most.mem_milli, with.mem_milli);
        }
    }
    sums->cpu_milli = larger(sums->cpu_milli, most.cpu_milli);
    sums->mem_milli = larger(sums->mem_milli, most.mem_milli);
    return rc;
}

static int read_limits(const struct reader *r, yaml_node_t *spec,
                       struct zk_manifest_pod *pod)
{
    yaml_node_t *whole = at_path(r, spec, "resources.limits");
    struct sums sums = { 0 }, pods = { 0 }, ignored = { 0 };
    int rc = read_containers(r, spec, &sums);

    /* Limits of the pod itself are in place of the sum. */
    if (!rc && whole)
        rc = add_limits(r, whole, &pods);
    if (pods.cpu_milli)
        sums.cpu_milli = pods.cpu_milli;
    if (pods.mem_milli) {
        sums.mem_milli = pods.mem_milli;
        sums.no_mem = 0;
    }
    if (!rc && sums.cpu_milli)
        rc = add_quantity(r, member(r, spec, "overhead"), "cpu",
                          &sums.cpu_milli, &ignored.no_cpu);
    if (!rc && sums.mem_milli)
        rc = add_quantity(r, member(r, spec, "overhead"), "memory",
                          &sums.mem_milli, &ignored.no_mem);
    pod->pod.cpu_milli = sums.cpu_milli;
    pod->pod.mem_bytes = sums.mem_milli / 1000 + (sums.mem_milli % 1000 > 0);
    pod->unlimited = sums.no_mem;
    return rc;
}

static int add_pod(const struct reader *r, yaml_node_t *root,
                   yaml_node_t *template, const char *kind)
{
    struct zk_manifest *m = r->m;
    struct zk_manifest_pod *pod = m->pod;
    uint32_t room = m->room_pods ? 2 * m->room_pods : 4;
    int rc;

    if (m->nr_pods == ZK_MAX_PODS)
        return fail_at(r, root, ZP_ERR_RANGE, kind, "more than 1000 pods");
    if (m->nr_pods == m->room_pods) {
        pod = realloc(pod, room * sizeof(*pod));
        if (!pod)
            return zp__nomem(r->err);
        m->pod = pod;
        m->room_pods = room;
    }
    pod = &m->pod[m->nr_pods++];
    memset(pod, 0, sizeof(*pod));
    pod->kind = kind;
    pod->pod.name = text_of(at_path(r, root, "metadata.name"));
    pod->handler = text_of(at_path(r, template, "spec.runtimeClassName"));
    rc = read_annotations(r, at_path(r, template, "metadata.annotations"),
                          pod);
    return rc ? rc : read_limits(r, member(r, template, "spec"), pod);
}

/* ---- kinds ---- */

static const struct {
    const char *kind;
    const char *template;
} kinds[] = {
    { "Pod", "" },
    { "Deployment", "spec.template" },
    { "StatefulSet", "spec.template" },
    { "DaemonSet", "spec.template" },
    { "ReplicaSet", "spec.template" },
    { "ReplicationController", "spec.template" },
    { "Job", "spec.template" },
    { "CronJob", "spec.jobTemplate.spec.template" },
    { "PodTemplate", "template" },
};

static int read_object(const struct reader *r, yaml_node_t *root)
{
    const char *kind = text_of(member(r, root, "kind"));
    yaml_node_t *template;
    size_t i;

    for (i = 0; kind && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kind, kinds[i].kind))
            continue;
        template = at_path(r, root, kinds[i].template);
        return template ? add_pod(r, root, template, kinds[i].kind)
                        : fail_at(r, root, ZP_ERR_PARSE, kind,
                                  "it has no template of a pod");
    }
    return kind ? ZP_OK : fail_at(r, root, ZP_ERR_PARSE, "an object",
                                  "it has no kind");
}

/* A List holds objects, not other lists. */
static int read_root(const struct reader *r, yaml_node_t *root)
{
    const char *kind = text_of(member(r, root, "kind"));
    yaml_node_t *list = member(r, root, "items");
    yaml_node_item_t *item;
    int rc = ZP_OK;

    if (!kind || strcmp(kind, "List"))
        return read_object(r, root);
    if (!list || list->type != YAML_SEQUENCE_NODE)
        return fail_at(r, root, ZP_ERR_PARSE, kind, "it has no items");
    for (item = list->data.sequence.items.start;
         !rc && item < list->data.sequence.items.top; item++)
        rc = read_object(r, yaml_document_get_node(r->document, *item));
    return rc;
}

/* ---- the file ---- */

static int fail_yaml(const yaml_parser_t *parser, struct zp_error *err)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return zp__nomem(err);
    return zp__fail(err, ZP_ERR_PARSE, "manifest", "line %zu: %s",
                    parser->problem_mark.line + 1,
                    parser->problem ? parser->problem : "no YAML");
}

/* The next document, kept until all is freed; NULL at the end or after a
 * failure. */
static yaml_document_t *next_document(struct zk_manifest *m,
                                      yaml_parser_t *parser,
                                      struct zp_error *err, int *rc)
{
    uint32_t room = m->room_documents ? 2 * m->room_documents : 4;
    yaml_document_t *document = m->document;

    if (m->nr_documents == m->room_documents) {
        document = realloc(document, room * sizeof(*document));
        if (!document) {
            *rc = zp__nomem(err);
            return NULL;
        }
        m->document = document;
        m->room_documents = room;
    }
    document = &m->document[m->nr_documents];
    if (!yaml_parser_load(parser, document)) {
        *rc = fail_yaml(parser, err);
        return NULL;
    }
    if (!yaml_document_get_root_node(document)) {
        yaml_document_delete(document);
        return NULL;
    }
    m->nr_documents++;
    return document;
}

static int read_documents(struct zk_manifest *m, yaml_parser_t *parser,
                          struct zp_error *err)
{
    struct reader r = { .m = m, .err = err };
    yaml_node_t *root;
    int rc = ZP_OK;

    while (!rc && (r.document = next_document(m, parser, err, &rc))) {
        root = yaml_document_get_root_node(r.document);
        /* "---" and nothing. */
        if (text_of(root) && !*text_of(root))
            continue;
        rc = root->type == YAML_MAPPING_NODE
                 ? read_root(&r, root)
                 : fail_at(&r, root, ZP_ERR_PARSE, "a document",
                           "no mapping");
    }
    return rc;
}

int zk_manifest_read(const char *buf, size_t len,
                     struct zk_manifest **manifest_out, struct zp_error *err)
{
    struct zk_manifest *m;
    yaml_parser_t parser;
    int rc;

    if (len > ZK_MANIFEST_MAX_BYTES)
        return zp__fail(err, ZP_ERR_RANGE, "manifest", "%zu bytes, a manifest "
                        "has at most 4 MiB", len);
    m = calloc(1, sizeof(*m));
    if (!m || !yaml_parser_initialize(&parser)) {
        free(m);
        return zp__nomem(err);
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)buf, len);
    rc = read_documents(m, &parser, err);
    yaml_parser_delete(&parser);
    if (!rc && !m->nr_pods)
        rc = zp__fail(err, ZP_ERR_PARSE, "manifest", "there is no pod in it");
    if (rc) {
        zk_manifest_free(m);
        return rc;
    }
    *manifest_out = m;
    return ZP_OK;
}

void zk_manifest_free(struct zk_manifest *manifest)
{
    uint32_t i;

    if (!manifest)
        return;
    for (i = 0; i < manifest->nr_pods; i++)
        free(manifest->pod[i].annotations);
    for (i = 0; i < manifest->nr_documents; i++)
        yaml_document_delete(&manifest->document[i]);
    free(manifest->pod);
    free(manifest->document);
    free(manifest);
}

uint32_t zk_manifest_nr_pods(const struct zk_manifest *manifest)
{
    return manifest->nr_pods;
}

const struct zk_manifest_pod *zk_manifest_pod(
    const struct zk_manifest *manifest, uint32_t i)
{
    return &manifest->pod[i];
}
