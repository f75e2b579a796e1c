/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Host JSON, written. */
#include <string.h>

#include "adapt/json.h"

/* What a zone may not use of a node: reserved pcpus and those outside the
 * cpupool, which a file has no other place for. Dedicated ones have theirs. */
static void kept_pcpus(const struct zp_topology *topo,
                       const struct zp_load *load, uint32_t pos,
                       struct zp_pcpuset *set_out)
{
    struct zp_pcpuset usable;
    size_t i;

    zp_load_usable_pcpus(load, pos, &usable);
    *set_out = *zp_topology_pcpus(topo, pos);
    for (i = 0; i < sizeof(usable.word) / sizeof(usable.word[0]); i++)
        set_out->word[i] &= ~usable.word[i] &
                            ~zp_load_dedicated_pcpus(load)->word[i];
}

static void write_node(struct zp__json_writer *w,
                       const struct zp_topology *topo,
                       const struct zp_load *load, uint32_t pos)
{
    uint64_t mem_kib = zp_topology_mem_kib(topo, pos);
    uint64_t free_kib = zp_load_free_kib(load, pos);
    struct zp_pcpuset kept;

    zp__json_open_line(w, NULL, '{');
    zp__json_put_uint(w, "id", zp_topology_os_id(topo, pos));
    zp__json_put_pcpus(w, "cpus", zp_topology_pcpus(topo, pos));
    if (mem_kib == ZP_UNKNOWN_KIB)
        zp__json_put_null(w, "mem_kb");
    else
        zp__json_put_uint(w, "mem_kb", mem_kib);
    if (mem_kib != ZP_UNKNOWN_KIB || free_kib)
        zp__json_put_uint(w, "free_kb", free_kib);
    zp__json_put_uint(w, "used_vcpus", zp_load_used_vcpus(load, pos));
    zp__json_put_uint(w, "promised_kib", zp_load_promised_kib(load, pos));
    zp__json_put_uint(w, "reserve_kib", zp_load_reserve_kib(load, pos));
    kept_pcpus(topo, load, pos, &kept);
    zp__json_put_pcpus(w, "reserved_cpus", &kept);
    zp__json_close(w, '}');
}

static void write_distances(struct zp__json_writer *w,
                            const struct zp_topology *topo)
{
    uint32_t nr = zp_topology_nr_pnodes(topo);
    uint32_t from, to;

    if (!zp_topology_has_distances(topo)) {
        zp__json_put_null(w, "distances");
        return;
    }
    zp__json_open(w, "distances", '[');
    for (from = 0; from < nr; from++) {
        zp__json_open_line(w, NULL, '[');
        for (to = 0; to < nr; to++)
            zp__json_put_uint(w, NULL, zp_topology_distance(topo, from, to));
        zp__json_close(w, ']');
    }
    zp__json_close(w, ']');
}

static void write_devices(struct zp__json_writer *w,
                          const struct zp_topology *topo)
{
    uint32_t nr = zp_topology_nr_devices(topo);
    uint32_t i, pos;

    if (!nr)
        return;
    zp__json_open(w, "pci", '[');
    for (i = 0; i < nr; i++) {
        uint64_t pnodes = zp_topology_device_pnodes(topo, i);

        zp__json_open_line(w, NULL, '{');
        zp__json_put_string(w, "busid", zp_topology_device_busid(topo, i));
        zp__json_open(w, "nodes", '[');
        for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
            if (pnodes >> pos & 1)
                zp__json_put_uint(w, NULL, zp_topology_os_id(topo, pos));
        }
        zp__json_close(w, ']');
        if (*zp_topology_device_parent(topo, i))
            zp__json_put_string(w, "parent",
                                zp_topology_device_parent(topo, i));
        zp__json_close(w, '}');
    }
    zp__json_close(w, ']');
}

static void put_id(struct zp__json_writer *w, const char *key, uint32_t id)
{
    if (id == ZP_UNKNOWN_ID)
        zp__json_put_null(w, key);
    else
        zp__json_put_uint(w, key, id);
}

/* The pcpus from @first on that share its core and socket. */
static void siblings(const struct zp_topology *topo, uint32_t first,
                     struct zp_pcpuset *set_out)
{
    uint32_t core = zp_topology_core(topo, first);
    uint32_t socket = zp_topology_socket(topo, first);
    uint32_t pcpu;

    memset(set_out, 0, sizeof(*set_out));
    for (pcpu = first; pcpu < ZP_MAX_PCPUS; pcpu++) {
        if (zp_topology_core(topo, pcpu) == core &&
            zp_topology_socket(topo, pcpu) == socket)
            zp_pcpuset_add(set_out, pcpu);
    }
}

static void write_cores(struct zp__json_writer *w,
                        const struct zp_topology *topo)
{
    struct zp_pcpuset done = { { 0 } }, set;
    bool open = false;
    uint32_t pcpu;

    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        uint32_t core = zp_topology_core(topo, pcpu);
        uint32_t socket = zp_topology_socket(topo, pcpu);

        if (zp_pcpuset_has(&done, pcpu) ||
            (core == ZP_UNKNOWN_ID && socket == ZP_UNKNOWN_ID))
            continue;
        if (!open)
            zp__json_open(w, "cores", '[');
        open = true;
        siblings(topo, pcpu, &set);
        zp__pcpuset_join(&done, &set);
        zp__json_open_line(w, NULL, '{');
        put_id(w, "core", core);
        put_id(w, "socket", socket);
        zp__json_put_pcpus(w, "cpus", &set);
        zp__json_close(w, '}');
    }
    if (open)
        zp__json_close(w, ']');
}

/* Pcpus of equal load are one entry. */
static void write_floating(struct zp__json_writer *w,
                           const struct zp_load *load)
{
    struct zp_pcpuset done = { { 0 } }, set;
    uint32_t milli, pcpu, i;
    bool open = false;

    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        milli = zp_load_pcpu_milli(load, pcpu);
        if (!milli || zp_pcpuset_has(&done, pcpu))
            continue;
        memset(&set, 0, sizeof(set));
        for (i = pcpu; i < ZP_MAX_PCPUS; i++) {
            if (zp_load_pcpu_milli(load, i) == milli)
                zp_pcpuset_add(&set, i);
        }
        zp__pcpuset_join(&done, &set);
        if (!open)
            zp__json_open(w, "floating", '[');
        open = true;
        zp__json_open_line(w, NULL, '{');
        zp__json_put_pcpus(w, "cpus", &set);
        zp__json_put_uint(w, "milli", milli);
        zp__json_close(w, '}');
    }
    if (open)
        zp__json_close(w, ']');
}

static void write_l3(struct zp__json_writer *w,
                     const struct zp_topology *topo)
{
    uint32_t nr = zp_topology_nr_l3(topo), i, pcpu;
    struct zp_pcpuset *set;

    if (!nr)
        return;
    set = calloc(nr, sizeof(*set));
    if (!set) {
        w->text.failed = true;
        return;
    }
    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        if (zp_topology_l3(topo, pcpu) != ZP_UNKNOWN_ID)
            zp_pcpuset_add(&set[zp_topology_l3(topo, pcpu)], pcpu);
    }
    zp__json_open(w, "l3", '[');
    for (i = 0; i < nr; i++)
        zp__json_put_pcpus(w, NULL, &set[i]);
    zp__json_close(w, ']');
    free(set);
}

static void write_warnings(struct zp__json_writer *w,
                           const struct zp_topology *topo)
{
    uint32_t i;

    if (!zp_topology_added_warning(topo, 0))
        return;
    zp__json_open(w, "warnings", '[');
    for (i = 0; zp_topology_added_warning(topo, i); i++)
        zp__json_put_string(w, NULL, zp_topology_added_warning(topo, i));
    zp__json_close(w, ']');
}

void zp__host_write(struct zp__json_writer *w, const char *key,
                    const struct zp_topology *topo,
                    const struct zp_load *load)
{
    uint32_t pos;

    zp__json_open(w, key, '{');
    zp__json_put_string(w, "name", zp_topology_name(topo));
    zp__json_open(w, "nodes", '[');
    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++)
        write_node(w, topo, load, pos);
    zp__json_close(w, ']');
    write_distances(w, topo);
    write_devices(w, topo);
    write_cores(w, topo);
    write_l3(w, topo);
    write_warnings(w, topo);
    if (zp_pcpuset_count(zp_load_dedicated_pcpus(load)))
        zp__json_put_pcpus(w, "dedicated", zp_load_dedicated_pcpus(load));
    write_floating(w, load);
    zp__json_close(w, '}');
}

int zp_host_to_json(const struct zp_topology *topo, const struct zp_load *load,
                    char **text_out, struct zp_error *err)
{
    struct zp__json_writer w = ZP__JSON_WRITER;

    zp__host_write(&w, NULL, topo, load);
    return zp__json_take(&w, text_out, err);
}
