/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From facts, of whatever source, to a topology: docs/HYGIENE.md. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "adapt/import.h"

enum { WORDS = ZP_MAX_PCPUS / 64 };

int zp__import_new(struct zp__import **im_out, struct zp_error *err)
{
    struct zp__import *im = calloc(1, sizeof(*im));

    if (!im)
        return zp__nomem(err);
    im->err = err;
    memset(im->core, 0xff, sizeof(im->core));
    memset(im->socket, 0xff, sizeof(im->socket));
    memset(im->l3, 0xff, sizeof(im->l3));
    *im_out = im;
    return ZP_OK;
}

void zp__import_free(struct zp__import **im)
{
    if (!*im)
        return;
    free((*im)->device);
    free(*im);
}

int zp__import_fail(struct zp__import *im, int code, const char *limit,
                    const char *fmt, ...)
{
    char msg[200];
    va_list args;

    if (im->rc)
        return im->rc;
    va_start(args, fmt);
    vsnprintf(msg, sizeof(msg), fmt, args);
    va_end(args);
    im->rc = zp__fail(im->err, code, limit, "%s", msg);
    return im->rc;
}

void zp__import_warn(struct zp__import *im, const char *fmt, ...)
{
    va_list args;

    if (im->nr_warnings == sizeof(im->warning) / sizeof(im->warning[0]))
        return;
    va_start(args, fmt);
    vsnprintf(im->warning[im->nr_warnings++], sizeof(im->warning[0]), fmt,
              args);
    va_end(args);
}

struct zp__import_node *zp__import_find(struct zp__import *im, uint64_t os_id)
{
    uint32_t i;

    for (i = 0; i < im->nr; i++) {
        if (im->node[i].os_id == os_id)
            return &im->node[i];
    }
    return NULL;
}

struct zp__import_node *zp__import_node(struct zp__import *im, uint64_t os_id)
{
    struct zp__import_node *node = zp__import_find(im, os_id);

    if (node || im->rc)
        return node;
    if (os_id >= ZP_MAX_PCPUS) {
        zp__import_fail(im, ZP_ERR_RANGE, "numa-nodes",
                        "node id %llu is beyond %d", (unsigned long long)os_id,
                        ZP_MAX_PCPUS - 1);
        return NULL;
    }
    if (im->nr == ZP_MAX_PNODES) {
        zp__import_fail(im, ZP_ERR_RANGE, "numa-nodes",
                        "node %llu: a host has at most %d nodes",
                        (unsigned long long)os_id, ZP_MAX_PNODES);
        return NULL;
    }
    node = &im->node[im->nr++];
    node->os_id = (uint32_t)os_id;
    node->mem_kib = node->free_kib = ZP_UNKNOWN_KIB;
    return node;
}

/* ZP_MAX_PNODES if there are too many. */
static uint32_t slot_of(struct zp__import *im, uint64_t id, bool make)
{
    uint32_t i;

    for (i = 0; i < im->nr_slots; i++) {
        if (im->slot_id[i] == id)
            return i;
    }
    if (!make || i == ZP_MAX_PNODES)
        return ZP_MAX_PNODES;
    im->slot_id[i] = (uint32_t)id;
    im->nr_slots++;
    return i;
}

void zp__import_distance(struct zp__import *im, uint64_t from, uint64_t to,
                         uint64_t value)
{
    uint32_t i, j;

    im->steps++;
    if (from >= ZP_MAX_PCPUS || to >= ZP_MAX_PCPUS)
        return;
    i = slot_of(im, from, true);
    j = slot_of(im, to, true);
    if (i == ZP_MAX_PNODES || j == ZP_MAX_PNODES)
        return;
    im->dist[i][j] = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
    im->dist_given[i] |= (uint64_t)1 << j;
}

void zp__import_group(uint32_t *groups, const struct zp_pcpuset *set,
                      uint32_t id)
{
    uint32_t pcpu;

    for (pcpu = zp_pcpuset_next(set, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(set, pcpu + 1))
        groups[pcpu] = id;
}

void zp__import_device(struct zp__import *im, const char *busid,
                       size_t busid_len, const struct zp_pcpuset *nodes)
{
    uint32_t room = im->room_devices ? im->room_devices * 2 : 16;
    struct zp__import_device *device = im->device;

    if (im->rc)
        return;
    if (im->nr_devices == ZP_MAX_DEVICES) {
        zp__import_fail(im, ZP_ERR_RANGE, "device",
                        "a host has at most %d devices", ZP_MAX_DEVICES);
        return;
    }
    if (im->nr_devices == im->room_devices) {
        device = realloc(device, room * sizeof(*device));
        if (!device) {
            im->rc = zp__nomem(im->err);
            return;
        }
        im->device = device;
        im->room_devices = room;
    }
    device += im->nr_devices++;
    memset(device, 0, sizeof(*device));
    /* What does not fit is no PCI address either. */
    snprintf(device->busid, sizeof(device->busid), "%.*s",
             (int)(busid_len < 24 ? busid_len : 23), busid);
    if (nodes)
        device->nodes = *nodes;
}

/* ---- judging ------------------------------------------------------------- */

/* "pcpu 3", or "pcpus 3-5,9 (4 of them)" cut short. */
static void say_pcpus(struct zp__import *im, const struct zp_pcpuset *set,
                      const char *what)
{
    uint32_t nr = zp_pcpuset_count(set);
    char list[48];
    bool cut = zp_pcpuset_format(set, list, sizeof(list)) >= sizeof(list);

    if (nr == 1)
        zp__import_warn(im, "pcpu %s is %s: left out", list, what);
    else if (nr)
        zp__import_warn(im, "pcpus %s%s (%u) are %s: left out", list,
                        cut ? "..." : "", nr, what);
}

static void drop_offline(struct zp__import *im)
{
    struct zp_pcpuset offline = { { 0 } }, lost = im->online;
    uint32_t i, w;

    for (i = 0; i < im->nr; i++) {
        for (w = 0; w < WORDS; w++) {
            uint64_t word = im->node[i].pcpus.word[w];

            offline.word[w] |= word & ~im->online.word[w];
            im->node[i].pcpus.word[w] = word & im->online.word[w];
            lost.word[w] &= ~word;
        }
    }
    say_pcpus(im, &offline, "offline");
    say_pcpus(im, &lost, "in no node");
}

static int add_nodes(struct zp__import *im, struct zp_topology *topo)
{
    struct zp_pnode_desc desc;
    uint32_t i;

    for (i = 0; i < im->nr && !im->rc; i++) {
        desc.os_id = im->node[i].os_id;
        desc.pcpus = im->node[i].pcpus;
        desc.mem_kib = im->node[i].mem_kib;
        im->rc = zp_topology_add_pnode(topo, &desc, im->err);
    }
    return im->rc;
}

/* Columns for nodes that are not there are nothing to worry about if they
 * say "no way": that is how Xen prints a gap between ids. */
static void say_strangers(struct zp__import *im)
{
    uint32_t i, j;

    for (j = 0; j < im->nr_slots; j++) {
        if (zp__import_find(im, im->slot_id[j]))
            continue;
        for (i = 0; i < im->nr_slots; i++) {
            if (!(im->dist_given[i] >> j & 1) ||
                im->dist[i][j] == UINT32_MAX)
                continue;
            zp__import_warn(im, "distances name node %u, which is not there: "
                            "left out", im->slot_id[j]);
            return;
        }
    }
}

static int add_distances(struct zp__import *im, struct zp_topology *topo)
{
    uint32_t dist[ZP_MAX_PNODES * ZP_MAX_PNODES];
    uint32_t slot[ZP_MAX_PNODES], i, j;

    if (!im->nr_slots)
        return ZP_OK;
    for (i = 0; i < im->nr; i++)
        slot[i] = slot_of(im, im->node[i].os_id, false);
    for (i = 0; i < im->nr; i++) {
        for (j = 0; j < im->nr; j++) {
            if (slot[i] == ZP_MAX_PNODES || slot[j] == ZP_MAX_PNODES ||
                !(im->dist_given[slot[i]] >> slot[j] & 1)) {
                zp__import_warn(im, "the distance from node %u to node %u is "
                                "missing: no distance is used",
                                im->node[i].os_id, im->node[j].os_id);
                return ZP_OK;
            }
            dist[i * im->nr + j] = im->dist[slot[i]][slot[j]];
        }
    }
    say_strangers(im);
    im->rc = zp_topology_set_distances(topo, dist, im->nr, im->err);
    return im->rc;
}

/* Local to every node that has pcpus, of several: that says nothing. */
static bool says_nothing(const struct zp__import *im,
                         const struct zp_pcpuset *nodes)
{
    uint32_t i, with_pcpus = 0;

    for (i = 0; i < im->nr; i++) {
        if (zp_pcpuset_next(&im->node[i].pcpus, 0) == ZP_UNKNOWN_ID)
            continue;
        with_pcpus++;
        if (!zp_pcpuset_has(nodes, im->node[i].os_id))
            return false;
    }
    return with_pcpus > 1;
}

static bool same_device(const struct zp__import *im, uint32_t i)
{
    uint32_t j;

    /* A sysfs tree may hold a device by two paths, one after the other. */
    for (j = i > 2 ? i - 2 : 0; j < i; j++) {
        if (!memcmp(&im->device[j], &im->device[i], sizeof(im->device[i])))
            return true;
    }
    return false;
}

static int by_busid(const void *a, const void *b)
{
    const struct zp__import_device *x = a, *y = b;

    return strcmp(x->busid, y->busid);
}

static int add_devices(struct zp__import *im, struct zp_topology *topo)
{
    uint32_t os_ids[ZP_MAX_PNODES], nr, i, j, strange = 0, lost = 0;
    struct zp_error why;
    int rc;

    if (im->nr_devices)
        qsort(im->device, im->nr_devices, sizeof(*im->device), by_busid);
    for (i = 0; i < im->nr_devices; i++) {
        struct zp__import_device *device = &im->device[i];

        if (same_device(im, i))
            continue;
        for (nr = j = 0; j < im->nr; j++) {
            if (zp_pcpuset_has(&device->nodes, im->node[j].os_id))
                os_ids[nr++] = im->node[j].os_id;
        }
        lost += !nr && zp_pcpuset_count(&device->nodes);
        if (says_nothing(im, &device->nodes))
            nr = 0;
        rc = zp_topology_add_device(topo, device->busid, os_ids, nr, &why);
        if (rc == ZP_ERR_PARSE) {
            if (!strange++)
                zp__import_warn(im, "device '%s' has no address that is "
                                "understood: left out", device->busid);
        } else if (rc) {
            return zp__import_fail(im, rc, why.limit, "%s", why.msg);
        }
    }
    if (strange > 1)
        zp__import_warn(im, "so are %u more devices", strange - 1);
    if (lost)
        zp__import_warn(im, "%u device%s of nodes that are not there: taken "
                        "as unknown", lost, lost == 1 ? "" : "s");
    return ZP_OK;
}

/* The lowest pcpu of a group is its name, in whatever format it came. */
static void name_groups(const struct zp_pcpuset *all, uint32_t *groups)
{
    uint32_t lowest[ZP_MAX_PCPUS], pcpu;

    memset(lowest, 0xff, sizeof(lowest));
    for (pcpu = zp_pcpuset_next(all, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(all, pcpu + 1)) {
        if (groups[pcpu] >= ZP_MAX_PCPUS)
            groups[pcpu] = ZP_UNKNOWN_ID;
        else if (lowest[groups[pcpu]] == ZP_UNKNOWN_ID)
            lowest[groups[pcpu]] = pcpu;
    }
    for (pcpu = zp_pcpuset_next(all, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(all, pcpu + 1)) {
        if (groups[pcpu] != ZP_UNKNOWN_ID)
            groups[pcpu] = lowest[groups[pcpu]];
    }
}

static int add_pcpus(struct zp__import *im, struct zp_topology *topo)
{
    struct zp_pcpuset all = { { 0 } };
    uint32_t i, pcpu;

    for (i = 0; i < im->nr; i++)
        zp__pcpuset_join(&all, &im->node[i].pcpus);
    name_groups(&all, im->core);
    name_groups(&all, im->l3);
    for (pcpu = zp_pcpuset_next(&all, 0); pcpu != ZP_UNKNOWN_ID && !im->rc;
         pcpu = zp_pcpuset_next(&all, pcpu + 1)) {
        if (im->core[pcpu] != ZP_UNKNOWN_ID ||
            im->socket[pcpu] != ZP_UNKNOWN_ID)
            im->rc = zp_topology_set_pcpu(topo, pcpu, im->core[pcpu],
                                          im->socket[pcpu], im->err);
        if (im->l3[pcpu] != ZP_UNKNOWN_ID && !im->rc)
            im->rc = zp_topology_set_pcpu_l3(topo, pcpu, im->l3[pcpu],
                                             im->err);
    }
    return im->rc;
}

static int fill_topology(struct zp__import *im, struct zp_topology *topo)
{
    uint32_t i;

    if (!im->nr)
        return zp__import_fail(im, ZP_ERR_INVAL, "numa-nodes",
                               "it describes no node");
    zp_topology_set_name(topo, im->name);
    if (im->has_online)
        drop_offline(im);
    if (add_nodes(im, topo) || add_distances(im, topo) ||
        add_devices(im, topo) || add_pcpus(im, topo))
        return im->rc;
    for (i = 0; i < im->nr_warnings; i++)
        zp_topology_add_warning(topo, im->warning[i]);
    im->rc = zp_topology_freeze(topo, im->err);
    return im->rc;
}

static int fill_load(struct zp__import *im, const struct zp_topology *topo,
                     struct zp_load *load)
{
    uint32_t i;

    for (i = 0; i < im->nr && !im->rc; i++) {
        if (im->node[i].free_kib != ZP_UNKNOWN_KIB)
            im->rc = zp_load_set_free(load,
                                      zp_topology_pos(topo, im->node[i].os_id),
                                      im->node[i].free_kib, im->err);
    }
    return im->rc;
}

static void cleanup_topology(struct zp_topology **topo)
{
    zp_topology_free(*topo);
}

static void cleanup_load(struct zp_load **load)
{
    zp_load_free(*load);
}

int zp__import_finish(struct zp__import *im, struct zp_topology **topo_out,
                      struct zp_load **load_out)
{
    struct zp_topology *topo ZP_CLEANUP(cleanup_topology) = NULL;
    struct zp_load *load ZP_CLEANUP(cleanup_load) = NULL;

    if (im->rc)
        return im->rc;
    im->rc = zp_topology_new(&topo, im->err);
    if (im->rc || fill_topology(im, topo))
        return im->rc;
    im->rc = zp_load_new(topo, &load, im->err);
    if (im->rc || fill_load(im, topo, load))
        return im->rc;
    *topo_out = ZP_TAKE(topo);
    *load_out = ZP_TAKE(load);
    return ZP_OK;
}
