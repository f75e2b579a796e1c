/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host in devices. Kubelet takes what it gave to pods from what we list, so
 * the lists are of the host as if no zone were there. Devices are sorted by
 * id, as text.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dp.h"
#include "internal.h"

enum { VCPU, MEMORY, FIRST_SHAPE };
/* Of a device in a message, beside its id, at most. */
enum { DEVICE_BYTES = 36 };

struct list {
    struct zk_device *device;
    size_t nr, room;
    bool failed;
};

uint32_t zd_resources_init(const struct zd_conf *conf,
                           struct zd_resource resource[ZD_MAX_RESOURCES])
{
    uint64_t unit_mib = conf->memory_unit_kib / 1024;
    uint32_t nr = conf->shapes ? zp_mix_nr(conf->shapes) : 0, i;

    memset(resource, 0, ZD_MAX_RESOURCES * sizeof(*resource));
    snprintf(resource[VCPU].name, sizeof(resource->name), "zoneplace.io/vcpu");
    /* "-mib", "-64mib" */
    snprintf(resource[MEMORY].name, sizeof(resource->name),
             "zoneplace.io/memory-%.0" PRIu64 "mib",
             unit_mib == 1 ? 0 : unit_mib);
    for (i = 0; i < nr; i++)
        snprintf(resource[FIRST_SHAPE + i].name, sizeof(resource->name),
                 "zoneplace.io/fits-%.*s", ZD_MAX_SHAPE_NAME,
                 zp_mix_request(conf->shapes, i)->name);
    return FIRST_SHAPE + nr;
}

void zd_resource_clear(struct zd_resource *resource)
{
    free(resource->device);
    resource->device = NULL;
    resource->nr = 0;
}

void zd_all_unhealthy(struct zd_resource *resource, uint32_t nr)
{
    uint32_t i;
    size_t d;

    for (i = 0; i < nr; i++) {
        for (d = 0; d < resource[i].nr; d++)
            resource[i].device[d].healthy = false;
    }
}

/* ---- zones ---- */

static bool same_shape(const struct zp_request *a, const struct zp_request *b)
{
    struct zp_request x = *a, y = *b;

    return !zp_request_check(&x, NULL) && !zp_request_check(&y, NULL) &&
           x.max_vcpus == y.max_vcpus && x.mem_kib == y.mem_kib &&
           x.max_mem_kib == y.max_mem_kib && x.nr_vnodes == y.nr_vnodes &&
           x.strategy == y.strategy;
}

/* A zone that grows and shrinks has as much of what it holds on a node as it
 * had at first: where its pages are would have to be counted. */
static uint64_t share_kib(const struct zp_plan *plan, uint32_t vnode,
                          uint64_t held_kib)
{
    uint64_t mem_kib = plan->vnode[vnode].mem_kib;

    if (plan->growth == ZP_GROWTH_NONE || held_kib == ZP_UNKNOWN_KIB ||
        !plan->mem_kib)
        return mem_kib;
    return (uint64_t)((unsigned __int128)held_kib * mem_kib / plan->mem_kib);
}

/* What Xen itself has taken for it is no pod's: pods ask for guest memory. */
void zd_host_add_zone(struct zd_host *host, const struct zp_mix *shapes,
                      const struct zp_request *req,
                      const struct zp_plan *plan, uint64_t held_kib)
{
    uint32_t v, i, pos;

    for (v = 0; v < plan->nr_vnodes; v++) {
        pos = zp_topology_pos(host->topo, plan->vnode[v].pnode_os_id);
        if (pos != ZP_UNKNOWN_ID)
            host->zone_kib[pos] += share_kib(plan, v, held_kib);
    }
    for (i = 0; shapes && i < zp_mix_nr(shapes); i++) {
        if (same_shape(zp_mix_request(shapes, i), req))
            host->nr_of[i]++;
    }
}

/* ---- lists ---- */

static struct zk_device *add(struct list *list, uint32_t pnode, bool healthy)
{
    size_t room = list->room ? 2 * list->room : 64;
    struct zk_device *grown, *device;

    if (list->nr == list->room && !list->failed) {
        grown = realloc(list->device, room * sizeof(*grown));
        list->failed = !grown;
        if (grown) {
            list->device = grown;
            list->room = room;
        }
    }
    if (list->failed)
        return NULL;
    device = &list->device[list->nr++];
    memset(device, 0, sizeof(*device));
    device->pnode = pnode;
    device->healthy = healthy;
    return device;
}

static int by_id(const void *a, const void *b)
{
    const struct zk_device *x = a, *y = b;

    return strcmp(x->id, y->id);
}

/* Puts the list in place of what the resource had. */
static int take(struct zd_resource *resource, struct list *list,
                struct zp_error *err)
{
    if (list->failed) {
        free(list->device);
        return zp__nomem(err);
    }
    if (list->nr)
        qsort(list->device, list->nr, sizeof(*list->device), by_id);
    zd_resource_clear(resource);
    resource->device = list->device;
    resource->nr = list->nr;
    return ZP_OK;
}

static uint32_t node_of(const struct zd_conf *conf,
                        const struct zd_host *host, uint32_t pos)
{
    return conf->numa_ids ? zp_topology_os_id(host->topo, pos)
                          : ZP_UNKNOWN_ID;
}

/* ---- vcpus ---- */

/* A pcpu that a zone has for itself is that zone's, which is a pod's. */
static void pcpus_of(const struct zd_host *host, uint32_t pos,
                     struct zp_pcpuset *set)
{
    const struct zp_pcpuset *all = zp_topology_pcpus(host->topo, pos);
    const struct zp_pcpuset *dedicated = zp_load_dedicated_pcpus(host->load);
    size_t i;

    zp_load_usable_pcpus(host->load, pos, set);
    for (i = 0; i < sizeof(set->word) / sizeof(set->word[0]); i++)
        set->word[i] |= dedicated->word[i] & all->word[i];
}

static int count_vcpus(const struct zd_conf *conf, const struct zd_host *host,
                       struct zd_resource *resource, struct zp_error *err)
{
    struct list list = { .nr = 0 };
    struct zk_device *device;
    struct zp_pcpuset set;
    uint32_t pos, pcpu, i;

    for (pos = 0; pos < zp_topology_nr_pnodes(host->topo); pos++) {
        pcpus_of(host, pos, &set);
        for (pcpu = zp_pcpuset_next(&set, 0); pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(&set, pcpu + 1)) {
            for (i = 0; i < conf->vcpus_per_pcpu; i++) {
                device = add(&list, node_of(conf, host, pos), true);
                if (device)
                    snprintf(device->id, sizeof(device->id), "pcpu%u-%u",
                             pcpu, i);
            }
        }
    }
    return take(resource, &list, err);
}

/* ---- memory ---- */

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* Units that pods may have, and all that there are. */
static void units_of(const struct zd_conf *conf, const struct zd_host *host,
                     uint32_t pos, uint64_t *healthy_out, uint64_t *all_out)
{
    uint64_t all_kib = zp_topology_mem_kib(host->topo, pos);
    uint64_t kib = less(zp_load_free_kib(host->load, pos),
                        zp_load_reserve_kib(host->load, pos));

    kib = less(kib, zp_load_promised_kib(host->load, pos));
    kib += host->zone_kib[pos];
    if (all_kib == ZP_UNKNOWN_KIB)
        all_kib = kib;
    *all_out = all_kib / conf->memory_unit_kib;
    *healthy_out = kib / conf->memory_unit_kib;
    if (*healthy_out > *all_out)
        *healthy_out = *all_out;
}

static uint64_t all_units(const struct zd_conf *conf,
                          const struct zd_host *host)
{
    uint64_t sum = 0, healthy, all;
    uint32_t pos;

    for (pos = 0; pos < zp_topology_nr_pnodes(host->topo); pos++) {
        units_of(conf, host, pos, &healthy, &all);
        sum += all;
    }
    return sum;
}

/* Before any memory is taken for them. */
static int check_units(const struct zd_conf *conf, const struct zd_host *host,
                       struct zp_error *err)
{
    uint64_t nr = all_units(conf, host);
    /* "n1234-1234567" */
    uint64_t most = ZK_MAX_DEVICE_LIST / (DEVICE_BYTES + 13);
    struct zd_conf coarser = *conf;

    if (nr <= most)
        return ZP_OK;
    while (all_units(&coarser, host) > most)
        coarser.memory_unit_kib *= 2;
    return zp__fail(err, ZP_ERR_RANGE, "memory-unit", "memory in units of %"
                    PRIu64 " MiB makes %" PRIu64 " devices, limit %" PRIu64
                    ": memory-unit = %" PRIu64 "M would do",
                    conf->memory_unit_kib / 1024, nr, most,
                    coarser.memory_unit_kib / 1024);
}

static int count_memory(const struct zd_conf *conf,
                        const struct zd_host *host,
                        struct zd_resource *resource, struct zp_error *err)
{
    struct list list = { .nr = 0 };
    struct zk_device *device;
    uint64_t healthy, all, i;
    uint32_t pos;
    int rc = check_units(conf, host, err);

    if (rc)
        return rc;
    for (pos = 0; pos < zp_topology_nr_pnodes(host->topo); pos++) {
        units_of(conf, host, pos, &healthy, &all);
        for (i = 0; i < all; i++) {
            device = add(&list, node_of(conf, host, pos), i < healthy);
            if (device)
                snprintf(device->id, sizeof(device->id), "n%u-%" PRIu64,
                         zp_topology_os_id(host->topo, pos), i);
        }
    }
    return take(resource, &list, err);
}

/* ---- shapes ---- */

/* Zones of the shape that run are pods that have one of these devices each. */
static int count_fits(const struct zd_conf *conf, const struct zd_host *host,
                      uint32_t shape, struct zd_resource *resource,
                      struct zp_error *err)
{
    struct zp_request req = *zp_mix_request(conf->shapes, shape);
    struct zp_more *more = malloc(sizeof(*more));
    struct list list = { .nr = 0 };
    struct zk_device *device;
    uint64_t nr, i;
    int rc;

    if (!more)
        return zp__nomem(err);
    req.tier = host->tier;
    req.vcpu_ratio = host->vcpu_ratio;
    rc = zp_more(host->topo, host->load, &req, more, err);
    nr = rc ? 0 : more->zones + host->nr_of[shape];
    free(more);
    if (rc)
        return zp__wrap(err, rc, "shape %.*s", ZD_MAX_SHAPE_NAME, req.name);
    for (i = 0; i < nr && i < ZD_MAX_FITS; i++) {
        device = add(&list, ZP_UNKNOWN_ID, true);
        if (device)
            snprintf(device->id, sizeof(device->id), "fit-%" PRIu64, i);
    }
    return take(resource, &list, err);
}

int zd_count(const struct zd_conf *conf, const struct zd_host *host,
             struct zd_resource *resource, uint32_t nr, struct zp_error *err)
{
    int rc = count_vcpus(conf, host, &resource[VCPU], err);
    uint32_t i;

    if (!rc)
        rc = count_memory(conf, host, &resource[MEMORY], err);
    for (i = FIRST_SHAPE; !rc && i < nr; i++)
        rc = count_fits(conf, host, i - FIRST_SHAPE, &resource[i], err);
    return rc;
}

/* ---- what kubelet asks of them ---- */

ptrdiff_t zd_find(const struct zd_resource *resource,
                  const struct zk_device_id *id)
{
    struct zk_device key = { .pnode = 0 }, *found;

    if (!id->len || id->len >= sizeof(key.id) ||
        memchr(id->text, '\0', id->len))
        return -1;
    memcpy(key.id, id->text, id->len);
    found = resource->nr ? bsearch(&key, resource->device, resource->nr,
                                   sizeof(key), by_id) : NULL;
    return found ? found - resource->device : -1;
}
