/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the machine is: nodes, pcpus, true memory, distances, devices. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "xen/probe.h"

#define SRAT_FILE "/sys/firmware/acpi/tables/SRAT"
#define MAX_SRAT (1024 * 1024)
#define MAX_E820 1024

static void *read_srat(size_t *len_out)
{
    FILE *f = fopen(SRAT_FILE, "re");
    void *buf = f ? malloc(MAX_SRAT) : NULL;

    *len_out = buf ? fread(buf, 1, MAX_SRAT, f) : 0;
    if (f)
        fclose(f);
    return buf;
}

static size_t read_ram(struct zp_xen *xen, struct zp__e820 *ram)
{
    struct e820entry *map = calloc(MAX_E820, sizeof(*map));
    int i, nr = map ? xc_get_machine_memory_map(xen->xch, map, MAX_E820) : 0;
    size_t nr_ram = 0;

    for (i = 0; i < nr; i++) {
        if (map[i].type != 1 || map[i].addr + map[i].size < map[i].addr)
            continue;
        ram[nr_ram].start = map[i].addr;
        ram[nr_ram++].end = map[i].addr + map[i].size;
    }
    free(map);
    return nr_ram;
}

/*
 * Xen's size of a node spans the holes of the address map, so the firmware's
 * tables are asked: SRAT tells whose an address is, the E820 map whether
 * there is memory. They are believed only if no node comes out larger than
 * Xen's span or smaller than what is free on it.
 */
static void true_sizes(struct zp_xen *xen, struct zp__host *host)
{
    struct zp__e820 *ram = calloc(MAX_E820, sizeof(*ram));
    uint64_t bytes[ZP_MAX_PNODES] = { 0 };
    uint32_t i, nr = 0;
    size_t len, nr_ram;
    void *srat = read_srat(&len);

    if (ram && srat) {
        nr_ram = read_ram(xen, ram);
        if (zp__srat_true_sizes(srat, len, ram, nr_ram, bytes, &nr, NULL))
            nr = 0;
    }
    free(srat);
    free(ram);
    host->sizes_true = nr == (uint32_t)host->nr_nodes;
    for (i = 0; i < nr && host->sizes_true; i++) {
        if (host->nodes[i].size != LIBXL_NUMAINFO_INVALID_ENTRY &&
            (bytes[i] > host->nodes[i].size ||
             bytes[i] < host->nodes[i].free))
            host->sizes_true = false;
    }
    for (i = 0; i < (uint32_t)host->nr_nodes; i++)
        host->mem_kib[i] = (host->sizes_true ? bytes[i]
                                             : host->nodes[i].size) / 1024;
}

void zp__host_clear(struct zp__host *host)
{
    libxl_numainfo_list_free(host->nodes, host->nr_nodes);
    libxl_cputopology_list_free(host->pcpus, host->nr_pcpus);
    libxl_dominfo_list_free(host->doms, host->nr_doms);
    libxl_dominfo_list_free(host->doms_after, host->nr_doms_after);
    zp__store_list_free(host->recs, host->nr_recs);
    free(host->adopted);
    memset(host, 0, sizeof(*host));
}

int zp__host_read(struct zp_xen *xen, struct zp__host *host_out,
                  struct zp_error *err)
{
    struct zp__host host = { .nr_nodes = 0 };
    int rc;

    /* Promises, then domains, then free memory, then domains once more: what
     * a zone takes or gives back meanwhile shows in one of them. */
    rc = zp__store_list(xen, &host.recs, &host.nr_recs, err);
    if (rc)
        return rc;
    rc = zp__adopted_list(xen, &host.adopted, &host.nr_adopted, err);
    if (rc) {
        zp__store_list_free(host.recs, host.nr_recs);
        return rc;
    }
    zp__log_reset(&xen->log);
    host.doms = libxl_list_domain(xen->ctx, &host.nr_doms);
    if (!host.doms)
        host.nr_doms = 0;
    host.nodes = libxl_get_numainfo(xen->ctx, &host.nr_nodes);
    if (!host.nodes)
        host.nr_nodes = 0;
    host.doms_after = libxl_list_domain(xen->ctx, &host.nr_doms_after);
    if (!host.doms_after)
        host.nr_doms_after = 0;
    host.pcpus = libxl_get_cpu_topology(xen->ctx, &host.nr_pcpus);
    if (!host.pcpus)
        host.nr_pcpus = 0;
    if (!host.doms || !host.nodes || !host.doms_after || !host.pcpus) {
        zp__host_clear(&host);
        return zp__log_fail(&xen->log, err, ERROR_FAIL,
                            "asking Xen about the host");
    }
    if (host.nr_nodes > ZP_MAX_PNODES) {
        zp__fail(err, ZP_ERR_RANGE, "numa-nodes", "Xen has %d nodes, above "
                 "%d", host.nr_nodes, ZP_MAX_PNODES);
        zp__host_clear(&host);
        return ZP_ERR_RANGE;
    }
    true_sizes(xen, &host);
    *host_out = host;
    return ZP_OK;
}

/* An offline node has no size; one with neither memory nor pcpus is none. */
bool zp__host_has_node(const struct zp__host *host, int node)
{
    return host->nodes[node].size != LIBXL_NUMAINFO_INVALID_ENTRY;
}

static int add_nodes(const struct zp__host *host, struct zp_topology *topo,
                     struct zp_error *err)
{
    int i, p, rc;

    for (i = 0; i < host->nr_nodes; i++) {
        struct zp_pnode_desc desc = { .os_id = (uint32_t)i };

        if (!zp__host_has_node(host, i))
            continue;
        for (p = 0; p < host->nr_pcpus && p < ZP_MAX_PCPUS; p++) {
            if (host->pcpus[p].node == (uint32_t)i &&
                host->pcpus[p].core != LIBXL_CPUTOPOLOGY_INVALID_ENTRY)
                zp_pcpuset_add(&desc.pcpus, (uint32_t)p);
        }
        desc.mem_kib = host->mem_kib[i];
        rc = zp_topology_add_pnode(topo, &desc, err);
        if (rc)
            return rc;
    }
    return ZP_OK;
}

/* Xen numbers cores per socket; the topology wants them unique. */
static int add_pcpus(const struct zp_host_options *opt,
                     const struct zp__host *host, struct zp_topology *topo,
                     struct zp_error *err)
{
    uint32_t core;
    int p, rc;

    for (p = 0; p < host->nr_pcpus && p < ZP_MAX_PCPUS; p++) {
        const libxl_cputopology *pcpu = &host->pcpus[p];

        if (pcpu->core == LIBXL_CPUTOPOLOGY_INVALID_ENTRY ||
            pcpu->socket > 0x7fff || pcpu->core > 0xffff)
            continue;
        core = pcpu->socket << 16 | pcpu->core;
        if (opt->core[p])
            core = 0x80000000 | opt->core[p];
        rc = zp_topology_set_pcpu(topo, (uint32_t)p, core, pcpu->socket, err);
        if (rc)
            return rc;
    }
    return ZP_OK;
}

/* Xen's calls end at cores: what knows more is asked. */
static int add_l3(const struct zp_host_options *opt,
                  const struct zp__host *host, struct zp_topology *topo,
                  struct zp_error *err)
{
    int p, rc = ZP_OK;

    if (opt->l3_from)
        return zp_topology_copy_l3(topo, opt->l3_from, err);
    for (p = 0; p < host->nr_pcpus && p < ZP_MAX_PCPUS && !rc; p++) {
        if (opt->l3[p])
            rc = zp_topology_set_pcpu_l3(topo, (uint32_t)p, opt->l3[p], err);
    }
    return rc;
}

static int add_distances(const struct zp__host *host,
                         struct zp_topology *topo, struct zp_error *err)
{
    uint32_t *dist, *at;
    size_t nr = 0;
    int i, j, rc;

    for (i = 0; i < host->nr_nodes; i++)
        nr += zp__host_has_node(host, i);
    dist = at = calloc(nr * nr + 1, sizeof(*dist));
    if (!dist)
        return zp__nomem(err);
    for (i = 0; i < host->nr_nodes; i++) {
        for (j = 0; j < host->nr_nodes; j++) {
            if (!zp__host_has_node(host, i) || !zp__host_has_node(host, j))
                continue;
            *at++ = j < host->nodes[i].num_dists ? host->nodes[i].dists[j]
                                                 : 0;
        }
    }
    rc = zp_topology_set_distances(topo, dist, nr, err);
    free(dist);
    return rc;
}

#define DEVICES "/sys/bus/pci/devices/"

/* The port or bridge above a device, by where it is in sysfs. */
static int add_parent(const char *busid, struct zp_topology *topo,
                      struct zp_error *err)
{
    char path[64], to[1024], *last, *above;
    ssize_t len;

    snprintf(path, sizeof(path), DEVICES "%s", busid);
    len = readlink(path, to, sizeof(to) - 1);
    if (len < 0)
        return ZP_OK;
    to[len] = '\0';
    last = strrchr(to, '/');
    if (!last)
        return ZP_OK;
    *last = '\0';
    above = strrchr(to, '/');
    /* "pci0000:40" is no device but what they all hang from. */
    if (!above || strncmp(above + 1, "pci", 3) == 0)
        return ZP_OK;
    return zp_topology_set_device_parent(topo, busid, above + 1, err);
}

/* Xen says node 0 of devices that the control domain never reported. If that
 * is all it says, on a host of several nodes, nobody told it. */
static bool nobody_told(const libxl_pcitopology *devs, int nr,
                        const struct zp__host *host)
{
    int i, nodes = 0;

    for (i = 0; i < host->nr_nodes; i++)
        nodes += zp__host_has_node(host, i);
    for (i = 0; i < nr && devs[i].node == 0; i++)
        ;
    return nodes > 1 && i == nr;
}

/* Best effort: a host without PCI is a host. */
static int add_devices(struct zp_xen *xen, const struct zp__host *host,
                       struct zp_topology *topo, struct zp_error *err)
{
    libxl_pcitopology *devs;
    char busid[ZP_BUSID_LEN];
    int i, nr, rc = ZP_OK;

    bool told;

    devs = libxl_get_pci_topology(xen->ctx, &nr);
    told = devs && !nobody_told(devs, nr, host);
    for (i = 0; devs && i < nr && i < ZP_MAX_DEVICES && !rc; i++) {
        uint32_t node = devs[i].node;
        bool known = told && node != LIBXL_PCITOPOLOGY_INVALID_ENTRY &&
                     node < (uint32_t)host->nr_nodes &&
                     zp__host_has_node(host, (int)node);

        snprintf(busid, sizeof(busid), "%04x:%02x:%02x.%x", devs[i].seg,
                 devs[i].bus, devs[i].devfn >> 3, devs[i].devfn & 7);
        rc = zp_topology_add_device(topo, busid, &node, known, err);
        if (!rc)
            rc = add_parent(busid, topo, err);
    }
    libxl_pcitopology_list_free(devs, devs ? nr : 0);
    return rc;
}

int zp__host_topology(struct zp_xen *xen, const struct zp__host *host,
                      const struct zp_host_options *opt,
                      struct zp_topology **topo_out, struct zp_error *err)
{
    char name[ZP_MAX_NAME] = "";
    struct zp_topology *topo;
    int rc = zp_topology_new(&topo, err);

    if (rc)
        return rc;
    if (gethostname(name, sizeof(name) - 1) == 0)
        zp_topology_set_name(topo, name);
    rc = add_nodes(host, topo, err);
    if (!rc)
        rc = add_distances(host, topo, err);
    if (!rc)
        rc = add_pcpus(opt, host, topo, err);
    if (!rc)
        rc = add_l3(opt, host, topo, err);
    if (!rc)
        rc = add_devices(xen, host, topo, err);
    if (!rc)
        rc = zp_topology_freeze(topo, err);
    if (rc) {
        zp_topology_free(topo);
        return rc;
    }
    *topo_out = topo;
    return ZP_OK;
}

int zp_xen_probe(struct zp_xen *xen, const struct zp_host_options *opt,
                 struct zp_topology **topo_out, struct zp_load **load_out,
                 struct zp_error *err)
{
    struct zp_topology *topo = NULL;
    struct zp__host host;
    int rc = zp__host_read(xen, &host, err);

    if (rc)
        return rc;
    rc = zp__host_topology(xen, &host, opt, &topo, err);
    if (!rc)
        rc = zp__host_load(xen, &host, opt, topo, ZP__SAFE, load_out, NULL,
                           err);
    zp__host_clear(&host);
    if (rc) {
        zp_topology_free(topo);
        return rc;
    }
    *topo_out = topo;
    return ZP_OK;
}
