/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host as a NodeResourceTopology object; nrt.h says whose format it is. */
#include <stdio.h>
#include <string.h>

#include "adapt/json.h"
#include "adapt/nrt.h"

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* A name as Kubernetes has them (RFC 1123 subdomain): lower case letters,
 * digits, '-' and '.', at both ends a letter or digit. */
static void host_name(const struct zp_topology *topo, char name[ZP_MAX_NAME])
{
    const char *from = zp_topology_name(topo);
    size_t nr = 0;

    for (; *from; from++) {
        char c = *from;

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            name[nr++] = c;
        else if (nr && name[nr - 1] != '-')
            name[nr++] = '-';
    }
    while (nr && name[nr - 1] == '-')
        nr--;
    name[nr] = '\0';
    if (!nr)
        strcpy(name, "host");
}

static void put_quantity(struct zp__json_writer *w, const char *key,
                         uint64_t value, const char *unit)
{
    char text[32];

    snprintf(text, sizeof(text), "%llu%s", (unsigned long long)value, unit);
    zp__json_put_string(w, key, text);
}

static void put_resource(struct zp__json_writer *w, const char *name,
                         const char *unit, uint64_t all, uint64_t kept,
                         uint64_t used)
{
    zp__json_open_line(w, NULL, '{');
    zp__json_put_string(w, "name", name);
    put_quantity(w, "capacity", all, unit);
    put_quantity(w, "allocatable", less(all, kept), unit);
    put_quantity(w, "available", less(less(all, kept), used), unit);
    zp__json_close(w, '}');
}

static void put_named(struct zp__json_writer *w, uint32_t os_id)
{
    char name[24];

    snprintf(name, sizeof(name), "node-%u", os_id);
    zp__json_put_string(w, "name", name);
}

static void put_attribute(struct zp__json_writer *w, const char *name,
                          const char *value)
{
    zp__json_open_line(w, NULL, '{');
    zp__json_put_string(w, "name", name);
    zp__json_put_string(w, "value", value);
    zp__json_close(w, '}');
}

static void put_zone(struct zp__json_writer *w, const struct zp_topology *topo,
                     const struct zp_load *load, uint32_t pos)
{
    uint64_t mem_kib = zp_topology_mem_kib(topo, pos);
    uint64_t free_kib = zp_load_free_kib(load, pos);
    uint32_t nr = (uint32_t)zp_pcpuset_count(zp_topology_pcpus(topo, pos));
    uint32_t to;

    if (mem_kib == ZP_UNKNOWN_KIB)
        mem_kib = free_kib;
    zp__json_open(w, NULL, '{');
    put_named(w, zp_topology_os_id(topo, pos));
    zp__json_put_string(w, "type", "Node");
    zp__json_open(w, "costs", '[');
    for (to = 0; to < zp_topology_nr_pnodes(topo); to++) {
        zp__json_open_line(w, NULL, '{');
        put_named(w, zp_topology_os_id(topo, to));
        zp__json_put_uint(w, "value", zp_topology_distance(topo, pos, to));
        zp__json_close(w, '}');
    }
    zp__json_close(w, ']');
    zp__json_open(w, "attributes", '[');
    zp__json_open_line(w, NULL, '{');
    zp__json_put_string(w, "name", ZP__NRT_PCPUS);
    zp__json_put_pcpus(w, "value", zp_topology_pcpus(topo, pos));
    zp__json_close(w, '}');
    zp__json_close(w, ']');
    zp__json_open(w, "resources", '[');
    put_resource(w, "cpu", "", nr, nr - zp_load_nr_usable(load, pos),
                 zp_load_used_vcpus(load, pos));
    put_resource(w, "memory", "Ki", mem_kib, zp_load_reserve_kib(load, pos),
                 less(mem_kib, free_kib) + zp_load_promised_kib(load, pos));
    zp__json_close(w, ']');
    zp__json_close(w, '}');
}

int zp_host_to_nrt(const struct zp_topology *topo, const struct zp_load *load,
                   char **text_out, struct zp_error *err)
{
    struct zp__json_writer w = ZP__JSON_WRITER;
    char name[ZP_MAX_NAME];
    uint32_t pos;

    host_name(topo, name);
    zp__json_open(&w, NULL, '{');
    zp__json_put_string(&w, "apiVersion", "topology.node.k8s.io/v1alpha2");
    zp__json_put_string(&w, "kind", "NodeResourceTopology");
    zp__json_open_line(&w, "metadata", '{');
    zp__json_put_string(&w, "name", name);
    zp__json_close(&w, '}');
    /* A zone may be on several nodes: that is for zoneplace to say, and a
     * scheduler that filters for one node would refuse it. */
    zp__json_open_line(&w, "topologyPolicies", '[');
    zp__json_put_string(&w, NULL, "BestEffortPodLevel");
    zp__json_close(&w, ']');
    zp__json_open(&w, "attributes", '[');
    put_attribute(&w, "topologyManagerPolicy", "best-effort");
    put_attribute(&w, "topologyManagerScope", "pod");
    zp__json_close(&w, ']');
    zp__json_open(&w, "zones", '[');
    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++)
        put_zone(&w, topo, load, pos);
    zp__json_close(&w, ']');
    zp__json_close(&w, '}');
    return zp__json_take(&w, text_out, err);
}
