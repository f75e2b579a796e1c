/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Host JSON, read: topology and load in one document. */
#include <string.h>

#include "adapt/json.h"

/* Beyond what any firmware gives; 255 and 0xFFFFFFFF are "unreachable". */
#define MAX_DIST UINT32_MAX
#define MAX_ID (UINT32_MAX - 1)

static void cleanup_topology(struct zp_topology **topo)
{
    zp_topology_free(*topo);
}

static void cleanup_load(struct zp_load **load)
{
    zp_load_free(*load);
}

static void cleanup_dist(uint32_t **dist)
{
    free(*dist);
}

/* Puts the reader's place before what a core call said. */
static void check(struct zp__json_reader *r, int rc,
                  const struct zp_error *err)
{
    if (rc)
        zp__json_fail(r, rc, err->limit, "%s", err->msg);
}

static void read_nodes(struct zp__json_reader *r,
                       const struct zp__json_value *nodes,
                       struct zp_topology *topo)
{
    const struct zp__json_value *node;
    struct zp_pnode_desc desc;
    struct zp_error err;
    uint32_t i;

    if (nodes->nr > ZP_MAX_PNODES)
        zp__json_fail(r, ZP_ERR_RANGE, "numa-nodes",
                      "nodes: %u of them, at most %d", nodes->nr,
                      ZP_MAX_PNODES);
    ZP__JSON_EACH(node, i, nodes) {
        zp__json_at(r, "nodes[%u]: ", i);
        zp__json_is_object(r, node);
        memset(&desc, 0, sizeof(desc));
        desc.os_id = (uint32_t)zp__json_uint(r, node, "id", MAX_ID);
        zp__json_pcpus(r, node, "cpus", &desc.pcpus);
        desc.mem_kib = zp__json_uint_or(r, node, "mem_kb", ZP_MAX_MEM_KIB,
                                        ZP_UNKNOWN_KIB);
        if (r->rc)
            return;
        check(r, zp_topology_add_pnode(topo, &desc, &err), &err);
    }
    zp__json_at(r, "%s", "");
}

static void read_distances(struct zp__json_reader *r,
                           const struct zp__json_value *root,
                           struct zp_topology *topo, uint32_t nr_nodes)
{
    const struct zp__json_value *rows, *row, *cell;
    uint32_t *dist ZP_CLEANUP(cleanup_dist) = NULL;
    struct zp_error err;
    uint32_t i, j;

    if (!zp__json_get(root, "distances"))
        return;
    rows = zp__json_array(r, root, "distances");
    if (rows->nr != nr_nodes)
        zp__json_fail(r, ZP_ERR_INVAL, "distances",
                      "distances: %u rows for %u nodes", rows->nr, nr_nodes);
    if (r->rc)
        return;
    dist = calloc((size_t)nr_nodes * nr_nodes + 1, sizeof(*dist));
    if (!dist) {
        r->rc = zp__nomem(r->err);
        return;
    }
    ZP__JSON_EACH(row, i, rows) {
        if (row->type != ZP__JSON_ARRAY || row->nr != nr_nodes)
            zp__json_fail(r, ZP_ERR_INVAL, "distances",
                          "distances[%u]: not a row of %u, one for each node",
                          i, nr_nodes);
        if (r->rc)
            return;
        zp__json_at(r, "distances[%u]", i);
        ZP__JSON_EACH(cell, j, row)
            dist[i * nr_nodes + j] =
                (uint32_t)zp__json_uint_of(r, "", cell, MAX_DIST);
    }
    zp__json_at(r, "%s", "");
    if (!r->rc)
        check(r, zp_topology_set_distances(topo, dist, nr_nodes, &err),
              &err);
}

static void read_devices(struct zp__json_reader *r,
                         const struct zp__json_value *root,
                         struct zp_topology *topo)
{
    const struct zp__json_value *devices, *device, *nodes, *node;
    uint32_t os_ids[ZP_MAX_PNODES];
    struct zp_error err;
    const char *busid;
    uint32_t i, j;

    devices = zp__json_array_or_empty(r, root, "pci");
    ZP__JSON_EACH(device, i, devices) {
        zp__json_at(r, "pci[%u]: ", i);
        zp__json_is_object(r, device);
        busid = zp__json_string(r, device, "busid");
        nodes = zp__json_array_or_empty(r, device, "nodes");
        if (nodes->nr > ZP_MAX_PNODES)
            zp__json_fail(r, ZP_ERR_RANGE, "numa-nodes",
                          "nodes: %u of them, at most %d", nodes->nr,
                          ZP_MAX_PNODES);
        if (r->rc)
            return;
        ZP__JSON_EACH(node, j, nodes)
            os_ids[j] = (uint32_t)zp__json_uint_of(r, "nodes", node, MAX_ID);
        if (r->rc)
            return;
        check(r, zp_topology_add_device(topo, busid, os_ids, nodes->nr,
                                        &err), &err);
        if (!r->rc && zp__json_get(device, "parent"))
            check(r, zp_topology_set_device_parent(
                         topo, busid, zp__json_string(r, device, "parent"),
                         &err), &err);
        if (r->rc)
            return;
    }
    zp__json_at(r, "%s", "");
}

/* "cores": [{"core":0,"socket":0,"cpus":"0,48"}] */
static void read_cores(struct zp__json_reader *r,
                       const struct zp__json_value *root,
                       struct zp_topology *topo)
{
    const struct zp__json_value *cores, *entry;
    struct zp_pcpuset seen = { { 0 } }, set;
    uint32_t core, socket, pcpu, i;
    struct zp_error err;

    cores = zp__json_array_or_empty(r, root, "cores");
    ZP__JSON_EACH(entry, i, cores) {
        zp__json_at(r, "cores[%u]: ", i);
        zp__json_is_object(r, entry);
        core = (uint32_t)zp__json_uint_or(r, entry, "core", MAX_ID,
                                          ZP_UNKNOWN_ID);
        socket = (uint32_t)zp__json_uint_or(r, entry, "socket", MAX_ID,
                                            ZP_UNKNOWN_ID);
        zp__json_pcpus(r, entry, "cpus", &set);
        if (!r->rc && zp_pcpuset_intersects(&seen, &set))
            zp__json_fail(r, ZP_ERR_INVAL, "cpus",
                          "cpus: one of them is in another core too");
        for (pcpu = zp_pcpuset_next(&set, 0);
             !r->rc && pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(&set, pcpu + 1)) {
            zp_pcpuset_add(&seen, pcpu);
            check(r, zp_topology_set_pcpu(topo, pcpu, core, socket, &err),
                  &err);
        }
    }
    zp__json_at(r, "%s", "");
}

/* "l3": ["0-3,48-51", "4-7,52-55"] */
static void read_l3(struct zp__json_reader *r,
                    const struct zp__json_value *root,
                    struct zp_topology *topo)
{
    const struct zp__json_value *domains, *domain;
    struct zp_pcpuset seen = { { 0 } }, set;
    struct zp_error err;
    uint32_t pcpu, i;

    domains = zp__json_array_or_empty(r, root, "l3");
    ZP__JSON_EACH(domain, i, domains) {
        zp__json_at(r, "l3[%u]: ", i);
        zp__json_pcpus_of(r, domain, &set);
        if (!r->rc && zp_pcpuset_intersects(&seen, &set))
            zp__json_fail(r, ZP_ERR_INVAL, "l3",
                          "one of its pcpus is in another L3 too");
        for (pcpu = zp_pcpuset_next(&set, 0);
             !r->rc && pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(&set, pcpu + 1)) {
            zp_pcpuset_add(&seen, pcpu);
            check(r, zp_topology_set_pcpu_l3(topo, pcpu, i, &err), &err);
        }
    }
    zp__json_at(r, "%s", "");
}

static void read_warnings(struct zp__json_reader *r,
                          const struct zp__json_value *root,
                          struct zp_topology *topo)
{
    const struct zp__json_value *lines, *line;
    uint32_t i;

    lines = zp__json_array_or_empty(r, root, "warnings");
    ZP__JSON_EACH(line, i, lines) {
        if (line->type != ZP__JSON_STRING)
            zp__json_fail(r, ZP_ERR_PARSE, "warnings",
                          "warnings[%u]: not a string", i);
        if (r->rc)
            return;
        zp_topology_add_warning(topo, line->str);
    }
}

static void read_topology(struct zp__json_reader *r,
                          const struct zp__json_value *root,
                          struct zp_topology *topo)
{
    const struct zp__json_value *nodes;
    struct zp_error err;

    if (zp__json_get(root, "name"))
        zp_topology_set_name(topo, zp__json_string(r, root, "name"));
    nodes = zp__json_array(r, root, "nodes");
    read_nodes(r, nodes, topo);
    read_distances(r, root, topo, nodes->nr);
    read_devices(r, root, topo);
    read_cores(r, root, topo);
    read_l3(r, root, topo);
    read_warnings(r, root, topo);
    if (!r->rc)
        check(r, zp_topology_freeze(topo, &err), &err);
}

static void read_node_load(struct zp__json_reader *r,
                           const struct zp__json_value *node,
                           struct zp_load *load, uint32_t pos,
                           uint64_t mem_kib)
{
    struct zp_error err;
    uint64_t kib;

    kib = mem_kib == ZP_UNKNOWN_KIB ? 0 : mem_kib;
    kib = zp__json_uint_or(r, node, "free_kb", ZP_MAX_MEM_KIB, kib);
    if (!r->rc)
        check(r, zp_load_set_free(load, pos, kib, &err), &err);
    kib = zp__json_uint_or(r, node, "promised_kib", ZP_MAX_MEM_KIB, 0);
    if (!r->rc)
        check(r, zp_load_set_promised(load, pos, kib, &err), &err);
    kib = zp__json_uint_or(r, node, "reserve_kib", ZP_MAX_MEM_KIB, 0);
    if (!r->rc)
        check(r, zp_load_set_reserve(load, pos, kib, &err), &err);
    kib = zp__json_uint_or(r, node, "used_vcpus", UINT32_MAX, 0);
    if (!r->rc)
        check(r, zp_load_set_used_vcpus(load, pos, (uint32_t)kib, &err),
              &err);
}

/* "floating": [{"cpus":"0-7","milli":500}] */
static void read_floating(struct zp__json_reader *r,
                          const struct zp__json_value *root,
                          struct zp_load *load)
{
    const struct zp__json_value *list, *entry;
    struct zp_pcpuset set;
    struct zp_error err;
    uint32_t milli, pcpu, i;

    list = zp__json_array_or_empty(r, root, "floating");
    ZP__JSON_EACH(entry, i, list) {
        zp__json_at(r, "floating[%u]: ", i);
        zp__json_is_object(r, entry);
        zp__json_pcpus(r, entry, "cpus", &set);
        milli = (uint32_t)zp__json_uint(r, entry, "milli", UINT32_MAX);
        for (pcpu = zp_pcpuset_next(&set, 0);
             !r->rc && pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(&set, pcpu + 1)) {
            if (zp_load_pcpu_milli(load, pcpu))
                zp__json_fail(r, ZP_ERR_INVAL, "floating",
                              "pcpu %u is there twice", pcpu);
            else
                check(r, zp_load_set_pcpu_milli(load, pcpu, milli, &err),
                      &err);
        }
    }
    zp__json_at(r, "%s", "");
}

static void read_load(struct zp__json_reader *r,
                      const struct zp__json_value *root,
                      const struct zp_topology *topo, struct zp_load *load)
{
    const struct zp__json_value *nodes, *node;
    struct zp_pcpuset reserved, set;
    uint32_t i, pos;

    zp__json_pcpus(r, root, "reserved", &reserved);
    nodes = zp__json_array(r, root, "nodes");
    ZP__JSON_EACH(node, i, nodes) {
        zp__json_at(r, "nodes[%u]: ", i);
        pos = zp_topology_pos(topo, (uint32_t)zp__json_uint(r, node, "id",
                                                            MAX_ID));
        read_node_load(r, node, load, pos, zp_topology_mem_kib(topo, pos));
        zp__json_pcpus(r, node, "reserved_cpus", &set);
        zp__pcpuset_join(&reserved, &set);
    }
    zp__json_at(r, "%s", "");
    zp_load_set_reserved_pcpus(load, &reserved);
    zp__json_pcpus(r, root, "dedicated", &set);
    zp_load_set_dedicated_pcpus(load, &set);
    read_floating(r, root, load);
}

int zp__host_read(const struct zp__json_value *root,
                  struct zp_topology **topo_out, struct zp_load **load_out,
                  struct zp_error *err)
{
    struct zp_topology *topo ZP_CLEANUP(cleanup_topology) = NULL;
    struct zp_load *load ZP_CLEANUP(cleanup_load) = NULL;
    struct zp__json_reader r = ZP__JSON_READER(err);
    int rc;

    rc = zp_topology_new(&topo, err);
    if (rc)
        return rc;
    read_topology(&r, root, topo);
    if (r.rc)
        return r.rc;
    rc = zp_load_new(topo, &load, err);
    if (rc)
        return rc;
    read_load(&r, root, topo, load);
    if (r.rc)
        return r.rc;
    *topo_out = ZP_TAKE(topo);
    *load_out = ZP_TAKE(load);
    return ZP_OK;
}

int zp_host_from_json(const char *buf, size_t len,
                      struct zp_topology **topo_out,
                      struct zp_load **load_out, struct zp_error *err)
{
    struct zp__json doc ZP_CLEANUP(zp__json_clear) = ZP__JSON_INIT;
    int rc;

    rc = zp__json_parse(&doc, "host JSON", buf, len, err);
    if (rc)
        return rc;
    rc = zp__host_read(doc.value, topo_out, load_out, err);
    return rc ? zp__wrap(err, rc, "host JSON") : ZP_OK;
}
