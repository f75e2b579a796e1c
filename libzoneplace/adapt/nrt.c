/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * NodeResourceTopology objects as hosts. A zone of type Node is a NUMA node:
 * of its cpus and its memory, capacity is what there is, allocatable less what
 * is kept from pods, available less what pods have. Which pcpus these are it
 * does not tell, unless zoneplace wrote it.
 */
#include <stdio.h>
#include <string.h>

#include <zoneplace-density.h>

#include "adapt/import.h"
#include "adapt/nrt.h"
#include "adapt/quantity.h"

/* Of a node, by firmware: Linux has at most 1024. */
enum { MAX_ID = 999999 };

/* ---- reading ------------------------------------------------------------- */

bool zp__is_nrt(const struct zp__json_value *root)
{
    const struct zp__json_value *kind = zp__json_get(root, "kind");

    return zp__json_is(kind, "NodeResourceTopology") ||
           zp__json_is(kind, "NodeResourceTopologyList") ||
           zp__json_is(kind, "List");
}

/* "node-3"; the scheduler's plugin takes no other names. */
static uint32_t node_id(struct zp__json_reader *r, const char *name)
{
    static const char stem[] = "node-";
    uint32_t id = 0;
    const char *c = name + sizeof(stem) - 1;

    if (!strncmp(name, stem, sizeof(stem) - 1)) {
        for (; *c >= '0' && *c <= '9' && id <= MAX_ID / 10; c++)
            id = id * 10 + (uint32_t)(*c - '0');
        if (!*c && c[-1] != '-')
            return id;
    }
    zp__json_fail(r, ZP_ERR_INVAL, "zone",
                  "'%.40s' is not node-N, N at most %d", name, MAX_ID);
    return 0;
}

/* In whole @unit thousandths, rounded down; @absent if it is not there. */
static uint64_t quantity(struct zp__json_reader *r,
                         const struct zp__json_value *obj, const char *key,
                         uint64_t unit, uint64_t max, uint64_t absent)
{
    const struct zp__json_value *v = zp__json_get(obj, key);
    uint64_t milli;

    if (!v || r->rc)
        return absent;
    r->at = v;
    if ((v->type != ZP__JSON_STRING && v->type != ZP__JSON_UINT &&
         v->type != ZP__JSON_NUMBER) ||
        !zp__quantity_milli(v->str, v->len, &milli)) {
        zp__json_fail(r, ZP_ERR_PARSE, "quantity",
                      "%s: not a quantity of Kubernetes in range", key);
        return 0;
    }
    if (milli / unit > max) {
        zp__json_fail(r, ZP_ERR_RANGE, "quantity", "%s: limit %llu", key,
                      (unsigned long long)max);
        return 0;
    }
    return milli / unit;
}

struct amount {
    uint64_t all, kept, used;
};

static struct amount read_amount(struct zp__json_reader *r,
                                 const struct zp__json_value *obj,
                                 uint64_t unit, uint64_t max)
{
    uint64_t all, ours, left;

    if (!zp__json_get(obj, "capacity")) {
        r->at = obj;
        zp__json_fail(r, ZP_ERR_PARSE, "quantity", "capacity is missing");
        return (struct amount){ 0 };
    }
    all = quantity(r, obj, "capacity", unit, max, 0);
    ours = quantity(r, obj, "allocatable", unit, max, all);
    left = quantity(r, obj, "available", unit, max, ours);
    if (!r->rc && (ours > all || left > ours)) {
        r->at = obj;
        zp__json_fail(r, ZP_ERR_INVAL, "quantity", "available is at most "
                      "allocatable, and that at most capacity");
    }
    return (struct amount){ all, all - ours, ours - left };
}

static void read_resources(struct zp__nrt_object *o,
                           const struct zp__json_value *zone,
                           uint32_t slot)
{
    const struct zp__json_value *list, *v;
    struct amount a;
    uint32_t i;

    list = zp__json_array_or_empty(o->r, zone, "resources");
    ZP__JSON_EACH(v, i, list) {
        zp__json_is_object(o->r, v);
        if (o->r->rc)
            return;
        if (zp__json_is(zp__json_get(v, "name"), "cpu")) {
            a = read_amount(o->r, v, 1000, ZP_MAX_PCPUS);
            o->shape.pcpus[slot] = (uint32_t)a.all;
            o->state.reserved[slot] = (uint32_t)a.kept;
            o->state.used[slot] = (uint32_t)a.used;
        } else if (zp__json_is(zp__json_get(v, "name"), "memory")) {
            a = read_amount(o->r, v, 1000 * 1024, ZP_MAX_MEM_KIB);
            o->shape.mem_kib[slot] = a.all;
            o->state.reserve_kib[slot] = a.kept;
            o->state.free_kib[slot] = a.all - a.used;
        }
    }
}

/* What zp_host_to_nrt() adds. */
static void read_attributes(struct zp__nrt_object *o,
                            const struct zp__json_value *zone, uint32_t slot)
{
    const struct zp__json_value *list, *v;
    uint32_t i;

    list = zp__json_array_or_empty(o->r, zone, "attributes");
    ZP__JSON_EACH(v, i, list) {
        zp__json_is_object(o->r, v);
        if (o->r->rc || !zp__json_is(zp__json_get(v, "name"), ZP__NRT_PCPUS))
            continue;
        zp__json_pcpus(o->r, v, "value", &o->shape.set[slot]);
        o->r->at = v;
        if (!o->r->rc && zp_pcpuset_count(&o->shape.set[slot]) !=
                             o->shape.pcpus[slot])
            zp__json_fail(o->r, ZP_ERR_INVAL, "pcpus",
                          "%s and the capacity of cpu differ",
                          ZP__NRT_PCPUS);
    }
}

static uint32_t slot_of(const struct zp__nrt_shape *shape, uint32_t os_id)
{
    uint32_t i;

    for (i = 0; i < shape->nr && shape->os_id[i] != os_id; i++)
        ;
    return i;
}

static void read_zone(struct zp__nrt_object *o,
                      const struct zp__json_value *zone)
{
    const char *name, *type;
    uint32_t id, slot = o->shape.nr;

    zp__json_is_object(o->r, zone);
    if (o->r->rc)
        return;
    name = zp__json_string(o->r, zone, "name");
    type = zp__json_string(o->r, zone, "type");
    if (o->r->rc)
        return;
    if (strcmp(type, "Node")) {
        o->others++;
        return;
    }
    o->r->at = zone;
    id = node_id(o->r, name);
    if (!o->r->rc && slot == ZP_MAX_PNODES)
        zp__json_fail(o->r, ZP_ERR_RANGE, "numa-nodes",
                      "more than %d zones of type Node", ZP_MAX_PNODES);
    if (!o->r->rc && slot_of(&o->shape, id) < slot)
        zp__json_fail(o->r, ZP_ERR_INVAL, "zone", "node-%u is there twice",
                      id);
    if (o->r->rc)
        return;
    o->shape.os_id[slot] = id;
    o->shape.nr++;
    read_resources(o, zone, slot);
    read_attributes(o, zone, slot);
}

/* Once all nodes are known. */
static void read_costs(struct zp__nrt_object *o,
                       const struct zp__json_value *zone)
{
    const struct zp__json_value *list, *v;
    uint32_t i, from, to;

    if (!zp__json_is(zp__json_get(zone, "type"), "Node"))
        return;
    from = slot_of(&o->shape,
                   node_id(o->r, zp__json_string(o->r, zone, "name")));
    list = zp__json_array_or_empty(o->r, zone, "costs");
    ZP__JSON_EACH(v, i, list) {
        zp__json_is_object(o->r, v);
        if (o->r->rc)
            return;
        o->r->at = v;
        to = slot_of(&o->shape,
                     node_id(o->r, zp__json_string(o->r, v, "name")));
        if (!o->r->rc && to == o->shape.nr)
            zp__json_fail(o->r, ZP_ERR_INVAL, "costs",
                          "'%.40s' is no zone of the object",
                          zp__json_get(v, "name")->str);
        if (!o->r->rc)
            o->shape.dist[from][to] =
                (uint32_t)zp__json_uint(o->r, v, "value", UINT32_MAX);
        if (o->r->rc)
            return;
    }
}

void zp__nrt_read(struct zp__nrt_object *o, const struct zp__json_value *obj)
{
    const struct zp__json_value *zones, *zone, *meta;
    uint32_t i;

    zp__json_is_object(o->r, obj);
    if (o->r->rc)
        return;
    o->r->at = obj;
    if (!zp__json_is(zp__json_get(obj, "kind"), "NodeResourceTopology") &&
        zp__json_get(obj, "kind")) {
        zp__json_fail(o->r, ZP_ERR_INVAL, "kind",
                      "a list of NodeResourceTopology objects has another");
        return;
    }
    meta = zp__json_object(o->r, obj, "metadata");
    if (!o->r->rc)
        snprintf(o->name, sizeof(o->name), "%s",
                 zp__json_string(o->r, meta, "name"));
    zones = zp__json_array(o->r, obj, "zones");
    if (o->r->rc)
        return;
    ZP__JSON_EACH(zone, i, zones)
        read_zone(o, zone);
    if (o->r->rc)
        return;
    ZP__JSON_EACH(zone, i, zones)
        read_costs(o, zone);
    o->r->at = obj;
    if (!o->r->rc && !o->shape.nr)
        zp__json_fail(o->r, ZP_ERR_INVAL, "numa-nodes",
                      "it has no zone of type Node");
}

/* ---- from facts to a host ------------------------------------------------ */

/* The pcpus of each node: as told for all of them, or in their order. */
int zp__nrt_number(struct zp__nrt_object *o, struct zp_error *err)
{
    uint32_t i, n, pcpu = 0;
    bool told = true;

    for (i = 0; i < o->shape.nr; i++)
        told &= !o->shape.pcpus[i] || zp_pcpuset_count(&o->shape.set[i]);
    o->told = told;
    for (i = 0; i < o->shape.nr && !told; i++) {
        if (o->shape.pcpus[i] > ZP_MAX_PCPUS - pcpu)
            return zp__fail(err, ZP_ERR_RANGE, "pcpus",
                            "more than %d cpus in sum", ZP_MAX_PCPUS);
        memset(&o->shape.set[i], 0, sizeof(o->shape.set[i]));
        for (n = 0; n < o->shape.pcpus[i]; n++)
            zp_pcpuset_add(&o->shape.set[i], pcpu++);
    }
    return ZP_OK;
}

int zp__nrt_topology(const struct zp__nrt_object *o,
                     struct zp_topology **topo_out, struct zp_error *err)
{
    struct zp__import *im ZP_CLEANUP(zp__import_free) = NULL;
    struct zp_load *load = NULL;
    uint32_t i, j;
    int rc = zp__import_new(&im, err);

    if (rc)
        return rc;
    snprintf(im->name, sizeof(im->name), "%s", o->name);
    for (i = 0; i < o->shape.nr; i++) {
        struct zp__import_node *node = zp__import_node(im,
                                                       o->shape.os_id[i]);

        if (!node)
            return im->rc;
        node->pcpus = o->shape.set[i];
        node->mem_kib = o->shape.mem_kib[i];
        for (j = 0; j < o->shape.nr; j++) {
            if (o->shape.dist[i][j])
                zp__import_distance(im, o->shape.os_id[i], o->shape.os_id[j],
                                    o->shape.dist[i][j]);
        }
    }
    if (!o->told)
        zp__import_warn(im, "a NodeResourceTopology does not tell which "
                        "pcpus a node has: they are numbered in the order "
                        "of zones");
    if (o->others)
        zp__import_warn(im, "%u zones are no NUMA nodes: passed over",
                        o->others);
    rc = zp__import_finish(im, topo_out, &load);
    zp_load_free(load);
    return rc;
}

/* The last of a node's pcpus are the ones kept from pods: it is as good a
 * guess as any. */
static void keep_last(const struct zp_pcpuset *set, uint32_t nr,
                      struct zp_pcpuset *kept)
{
    uint32_t pass = (uint32_t)zp_pcpuset_count(set) - nr, pcpu;

    for (pcpu = zp_pcpuset_next(set, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(set, pcpu + 1)) {
        if (pass)
            pass--;
        else
            zp_pcpuset_add(kept, pcpu);
    }
}

int zp__nrt_load(const struct zp__nrt_object *o,
                 const struct zp_topology *topo, struct zp_load **load_out,
                 struct zp_error *err)
{
    struct zp_pcpuset reserved = { { 0 } };
    struct zp_load *load;
    uint32_t i, pos;
    int rc = zp_load_new(topo, &load, err);

    if (rc)
        return rc;
    for (i = 0; i < o->shape.nr && !rc; i++) {
        pos = zp_topology_pos(topo, o->shape.os_id[i]);
        keep_last(&o->shape.set[i], o->state.reserved[i], &reserved);
        rc = zp_load_set_free(load, pos, o->state.free_kib[i], err);
        if (!rc)
            rc = zp_load_set_reserve(load, pos, o->state.reserve_kib[i], err);
        if (!rc)
            rc = zp_load_set_used_vcpus(load, pos, o->state.used[i], err);
    }
    if (rc) {
        zp_load_free(load);
        return rc;
    }
    zp_load_set_reserved_pcpus(load, &reserved);
    *load_out = load;
    return ZP_OK;
}
