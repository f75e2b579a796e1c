/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the machine is: filled node by node, then frozen and only read. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core.h"

int zp_topology_new(struct zp_topology **topo_out, struct zp_error *err)
{
    struct zp_topology *topo = calloc(1, sizeof(*topo));

    if (!topo)
        return zp__nomem(err);
    memset(topo->core, 0xff, sizeof(topo->core));
    memset(topo->socket, 0xff, sizeof(topo->socket));
    memset(topo->l3, 0xff, sizeof(topo->l3));
    *topo_out = topo;
    return ZP_OK;
}

void zp_topology_free(struct zp_topology *topo)
{
    if (!topo)
        return;
    free(topo->device);
    free(topo);
}

static int refuse_frozen(const struct zp_topology *topo, struct zp_error *err)
{
    if (!topo->frozen)
        return ZP_OK;
    return zp__fail(err, ZP_ERR_INVAL, NULL,
                    "the topology is frozen and can't be changed");
}

void zp_topology_set_name(struct zp_topology *topo, const char *name)
{
    char *c;

    snprintf(topo->name, sizeof(topo->name), "%s", name ? name : "");
    for (c = topo->name; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    }
}

/* Index in order of adding; the same as the position once frozen. */
static uint32_t find_pnode(const struct zp_topology *topo, uint32_t os_id)
{
    uint32_t i;

    for (i = 0; i < topo->nr; i++) {
        if (topo->pnode[i].os_id == os_id)
            return i;
    }
    return ZP_UNKNOWN_ID;
}

int zp_topology_add_pnode(struct zp_topology *topo,
                          const struct zp_pnode_desc *desc,
                          struct zp_error *err)
{
    uint32_t i, pcpu;
    int rc = refuse_frozen(topo, err);

    if (rc)
        return rc;
    if (topo->nr == ZP_MAX_PNODES)
        return zp__fail(err, ZP_ERR_RANGE, "numa-nodes",
                        "node %u: a host has at most %d nodes", desc->os_id,
                        ZP_MAX_PNODES);
    if (desc->os_id == ZP_UNKNOWN_ID)
        return zp__fail(err, ZP_ERR_RANGE, "numa-nodes",
                        "node id %u is reserved", desc->os_id);
    if (desc->mem_kib != ZP_UNKNOWN_KIB && desc->mem_kib > ZP_MAX_MEM_KIB)
        return zp__fail(err, ZP_ERR_RANGE, "memory",
                        "node %u: %llu KiB are beyond %llu", desc->os_id,
                        (unsigned long long)desc->mem_kib,
                        (unsigned long long)ZP_MAX_MEM_KIB);
    if (find_pnode(topo, desc->os_id) != ZP_UNKNOWN_ID)
        return zp__fail(err, ZP_ERR_INVAL, "numa-nodes",
                        "node %u is there twice", desc->os_id);
    for (i = 0; i < topo->nr; i++) {
        if (!zp_pcpuset_intersects(&topo->pnode[i].pcpus, &desc->pcpus))
            continue;
        pcpu = zp_pcpuset_next(&desc->pcpus, 0);
        while (!zp_pcpuset_has(&topo->pnode[i].pcpus, pcpu))
            pcpu = zp_pcpuset_next(&desc->pcpus, pcpu + 1);
        return zp__fail(err, ZP_ERR_INVAL, "pcpus",
                        "pcpu %u is in node %u and in node %u", pcpu,
                        topo->pnode[i].os_id, desc->os_id);
    }
    topo->pnode[topo->nr++] = *desc;
    return ZP_OK;
}

int zp_topology_set_distances(struct zp_topology *topo, const uint32_t *dist,
                              size_t n, struct zp_error *err)
{
    int rc = refuse_frozen(topo, err);

    if (rc)
        return rc;
    if (n != topo->nr || !n)
        return zp__fail(err, ZP_ERR_INVAL, "distances",
                        "a distance matrix of %zu rows for %u nodes", n,
                        topo->nr);
    memcpy(topo->dist, dist, n * n * sizeof(*dist));
    topo->nr_set = (uint32_t)n;
    return ZP_OK;
}

static bool hex(const char **text, uint32_t min_digits, uint32_t max_digits,
                uint32_t *value_out)
{
    uint32_t value = 0, digits = 0;
    int digit;

    for (; digits < max_digits; digits++, (*text)++) {
        digit = zp__hex_digit(**text);
        if (digit < 0)
            break;
        value = value * 16 + (uint32_t)digit;
    }
    *value_out = value;
    return digits >= min_digits;
}

bool zp__busid_parse(const char *text, uint64_t *key_out,
                     char canonical[ZP_BUSID_LEN])
{
    uint32_t domain, bus, dev, func;
    const char *c = text;

    if (!hex(&c, 1, 4, &domain) || *c++ != ':')
        return false;
    if (!hex(&c, 1, 2, &bus))
        return false;
    if (*c == ':') {
        c++;
        if (!hex(&c, 1, 2, &dev))
            return false;
    } else { /* "BB:DD.F" */
        dev = bus;
        bus = domain;
        domain = 0;
    }
    if (*c++ != '.' || !hex(&c, 1, 1, &func) || *c)
        return false;
    if (bus > 0xff || dev > 0x1f || func > 7)
        return false;
    *key_out = (uint64_t)domain << 16 | bus << 8 | dev << 3 | func;
    if (canonical)
        snprintf(canonical, ZP_BUSID_LEN, "%04x:%02x:%02x.%x", domain, bus,
                 dev, func);
    return true;
}

/* First device whose key is not below @key. */
static uint32_t device_slot(const struct zp_topology *topo, uint64_t key)
{
    uint32_t low = 0, high = topo->nr_devices, mid;

    while (low < high) {
        mid = low + (high - low) / 2;
        if (topo->device[mid].key < key)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static int grow_devices(struct zp_topology *topo, struct zp_error *err)
{
    uint32_t room = topo->room_devices ? topo->room_devices * 2 : 32;
    struct zp__device *device;

    if (topo->nr_devices < topo->room_devices)
        return ZP_OK;
    device = realloc(topo->device, room * sizeof(*device));
    if (!device)
        return zp__nomem(err);
    topo->device = device;
    topo->room_devices = room;
    return ZP_OK;
}

int zp_topology_add_device(struct zp_topology *topo, const char *busid,
                           const uint32_t *os_ids, size_t nr,
                           struct zp_error *err)
{
    struct zp__device device;
    uint32_t slot, i;
    size_t j;
    int rc = refuse_frozen(topo, err);

    if (rc)
        return rc;
    memset(&device, 0, sizeof(device));
    if (!zp__busid_parse(busid, &device.key, device.busid))
        return zp__fail(err, ZP_ERR_PARSE, "device",
                        "'%.40s' is not a PCI address", busid);
    if (topo->nr_devices == ZP_MAX_DEVICES)
        return zp__fail(err, ZP_ERR_RANGE, "device",
                        "device %s: a host has at most %d devices",
                        device.busid, ZP_MAX_DEVICES);
    for (j = 0; j < nr; j++) {
        i = find_pnode(topo, os_ids[j]);
        if (i == ZP_UNKNOWN_ID)
            return zp__fail(err, ZP_ERR_INVAL, "device",
                            "device %s: no node has the id %u", device.busid,
                            os_ids[j]);
        device.pnodes |= ZP__BIT(i);
    }
    slot = device_slot(topo, device.key);
    if (slot < topo->nr_devices && topo->device[slot].key == device.key)
        return zp__fail(err, ZP_ERR_INVAL, "device",
                        "device %s is there twice", device.busid);
    rc = grow_devices(topo, err);
    if (rc)
        return rc;
    memmove(&topo->device[slot + 1], &topo->device[slot],
            (topo->nr_devices - slot) * sizeof(device));
    topo->device[slot] = device;
    topo->nr_devices++;
    return ZP_OK;
}

int zp_topology_set_pcpu(struct zp_topology *topo, uint32_t pcpu,
                         uint32_t core, uint32_t socket,
                         struct zp_error *err)
{
    int rc = refuse_frozen(topo, err);

    if (rc)
        return rc;
    if (pcpu >= ZP_MAX_PCPUS)
        return zp__fail(err, ZP_ERR_RANGE, "pcpus", "pcpu %u is beyond %d",
                        pcpu, ZP_MAX_PCPUS - 1);
    topo->core[pcpu] = core;
    topo->socket[pcpu] = socket;
    return ZP_OK;
}

void zp__topology_warn(struct zp_topology *topo, const char *fmt, ...)
{
    va_list args;

    if (topo->nr_warnings == ZP__MAX_WARNINGS)
        return;
    va_start(args, fmt);
    vsnprintf(topo->warning[topo->nr_warnings++], ZP__WARNING_LEN, fmt, args);
    va_end(args);
}

/* Puts nodes, distances and device masks into ascending os_id order. */
static void order_pnodes(struct zp_topology *topo)
{
    struct zp_pnode_desc desc;
    uint32_t old[ZP_MAX_PNODES], i, j, from;
    zp__mask mask;

    for (i = 0; i < topo->nr; i++)
        old[i] = i;
    for (i = 1; i < topo->nr; i++) {
        desc = topo->pnode[i];
        from = old[i];
        for (j = i; j && topo->pnode[j - 1].os_id > desc.os_id; j--) {
            topo->pnode[j] = topo->pnode[j - 1];
            old[j] = old[j - 1];
        }
        topo->pnode[j] = desc;
        old[j] = from;
    }
    /* pair[][] is not filled yet: it is the scratch. */
    for (i = 0; i < topo->nr; i++) {
        for (j = 0; j < topo->nr; j++)
            topo->pair[i][j] =
                (uint16_t)topo->dist[old[i] * topo->nr + old[j]];
    }
    for (i = 0; i < topo->nr; i++) {
        for (j = 0; j < topo->nr; j++)
            topo->dist[i * topo->nr + j] = topo->pair[i][j];
    }
    for (i = 0; i < topo->nr_devices; i++) {
        mask = 0;
        for (j = 0; j < topo->nr; j++) {
            if (topo->device[i].pnodes & ZP__BIT(old[j]))
                mask |= ZP__BIT(j);
        }
        topo->device[i].pnodes = mask;
    }
}

int zp_topology_freeze(struct zp_topology *topo, struct zp_error *err)
{
    int rc;

    if (topo->frozen)
        return ZP_OK;
    rc = zp__topology_check(topo, err);
    if (rc)
        return rc;
    order_pnodes(topo);
    zp__topology_locate(topo);
    zp__topology_index(topo);
    zp__topology_index_pcpus(topo);
    topo->frozen = true;
    return ZP_OK;
}

const char *zp_topology_name(const struct zp_topology *topo)
{
    return topo->name;
}

uint32_t zp_topology_nr_pnodes(const struct zp_topology *topo)
{
    return topo->nr;
}

uint32_t zp_topology_os_id(const struct zp_topology *topo, uint32_t pos)
{
    return pos < topo->nr ? topo->pnode[pos].os_id : ZP_UNKNOWN_ID;
}

uint32_t zp_topology_pos(const struct zp_topology *topo, uint32_t os_id)
{
    return find_pnode(topo, os_id);
}

const struct zp_pcpuset *zp_topology_pcpus(const struct zp_topology *topo,
                                           uint32_t pos)
{
    return pos < topo->nr ? &topo->pnode[pos].pcpus : NULL;
}

uint64_t zp_topology_mem_kib(const struct zp_topology *topo, uint32_t pos)
{
    return pos < topo->nr ? topo->pnode[pos].mem_kib : ZP_UNKNOWN_KIB;
}

uint32_t zp_topology_distance(const struct zp_topology *topo, uint32_t from,
                              uint32_t to)
{
    if (from >= topo->nr || to >= topo->nr)
        return ZP_DIST_UNREACHABLE;
    return topo->dist[from * topo->nr + to];
}

bool zp_topology_has_distances(const struct zp_topology *topo)
{
    return topo->has_distances;
}

uint32_t zp_topology_core(const struct zp_topology *topo, uint32_t pcpu)
{
    return pcpu < ZP_MAX_PCPUS ? topo->core[pcpu] : ZP_UNKNOWN_ID;
}

uint32_t zp_topology_socket(const struct zp_topology *topo, uint32_t pcpu)
{
    return pcpu < ZP_MAX_PCPUS ? topo->socket[pcpu] : ZP_UNKNOWN_ID;
}

uint32_t zp_topology_nr_devices(const struct zp_topology *topo)
{
    return topo->nr_devices;
}

const char *zp_topology_device_busid(const struct zp_topology *topo,
                                     uint32_t i)
{
    return i < topo->nr_devices ? topo->device[i].busid : NULL;
}

uint64_t zp_topology_device_pnodes(const struct zp_topology *topo, uint32_t i)
{
    return i < topo->nr_devices ? topo->device[i].pnodes : 0;
}

uint32_t zp_topology_find_device(const struct zp_topology *topo,
                                 const char *busid)
{
    uint64_t key;
    uint32_t slot;

    if (!zp__busid_parse(busid, &key, NULL))
        return ZP_UNKNOWN_ID;
    slot = device_slot(topo, key);
    if (slot == topo->nr_devices || topo->device[slot].key != key)
        return ZP_UNKNOWN_ID;
    return slot;
}

/* One half of the room: freeze's own warnings must find some. */
void zp_topology_add_warning(struct zp_topology *topo, const char *text)
{
    char *line = topo->warning[topo->nr_added];

    if (topo->frozen || topo->nr_added == ZP__MAX_WARNINGS / 2)
        return;
    snprintf(line, ZP__WARNING_LEN, "%s", text);
    for (; *line; line++) {
        if ((unsigned char)*line < 0x20 || (unsigned char)*line >= 0x7f)
            *line = '?';
    }
    topo->nr_added++;
}

const char *zp_topology_added_warning(const struct zp_topology *topo,
                                      uint32_t i)
{
    return i < topo->nr_added ? topo->warning[i] : NULL;
}

const char *zp_topology_warning(const struct zp_topology *topo, uint32_t i)
{
    return i < topo->nr_warnings ? topo->warning[i] : NULL;
}
