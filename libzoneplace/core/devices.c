/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a device is that nobody said so of: its other functions know, or the
 * bridge or port above it does. */
#include <string.h>

#include "core.h"

/* PCI buses nest less deep than this; a longer chain is no chain. */
enum { MAX_DEPTH = 32 };

int zp_topology_set_device_parent(struct zp_topology *topo, const char *busid,
                                  const char *parent, struct zp_error *err)
{
    uint32_t i = zp_topology_find_device(topo, busid);
    char canonical[ZP_BUSID_LEN];
    uint64_t key;

    if (topo->frozen)
        return zp__fail(err, ZP_ERR_INVAL, NULL,
                        "the topology is frozen and can't be changed");
    if (!zp__busid_parse(parent, &key, canonical))
        return zp__fail(err, ZP_ERR_PARSE, "device",
                        "'%.40s' is not a PCI address", parent);
    if (i == ZP_UNKNOWN_ID)
        return zp__fail(err, ZP_ERR_NOTFOUND, "device",
                        "there is no device '%.40s'", busid);
    memcpy(topo->device[i].parent, canonical, sizeof(canonical));
    return ZP_OK;
}

const char *zp_topology_device_parent(const struct zp_topology *topo,
                                      uint32_t i)
{
    return i < topo->nr_devices ? topo->device[i].parent : NULL;
}

/* All functions of a device are at one link. */
static zp__mask of_functions(const struct zp_topology *topo, uint32_t i)
{
    uint64_t slot = topo->device[i].key >> 3;
    uint32_t first = i, j;

    while (first && topo->device[first - 1].key >> 3 == slot)
        first--;
    for (j = first; j < topo->nr_devices && topo->device[j].key >> 3 == slot;
         j++) {
        if (topo->device[j].pnodes)
            return topo->device[j].pnodes;
    }
    return 0;
}

static zp__mask of_parent(const struct zp_topology *topo, uint32_t i)
{
    uint32_t parent = zp_topology_find_device(topo, topo->device[i].parent);

    return parent == ZP_UNKNOWN_ID ? 0 : topo->device[parent].pnodes;
}

void zp__topology_locate(struct zp_topology *topo)
{
    bool found = true;
    uint32_t depth, i;

    for (depth = 0; found && depth < MAX_DEPTH; depth++) {
        found = false;
        for (i = 0; i < topo->nr_devices; i++) {
            struct zp__device *device = &topo->device[i];

            if (device->pnodes)
                continue;
            device->pnodes = of_functions(topo, i);
            if (!device->pnodes)
                device->pnodes = of_parent(topo, i);
            found |= device->pnodes != 0;
        }
    }
}
