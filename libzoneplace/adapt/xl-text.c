/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What xl info -n prints. Numbers that Xen does not know are all ones there,
 * printed as 4294967295 or as -1: cores, sockets and nodes of pcpus, and
 * distances (Xen makes 255, and what is below 10, of its SLIT that).
 */
#include <stdio.h>
#include <string.h>

#include "adapt/import.h"

enum section { NONE, PCPUS, DEVICES, NODES };

struct reader {
    struct zp__import *im;
    uint64_t line;
    enum section section;
    bool has_nodes;
    struct zp_pcpuset seen;  /* pcpus that were there */
    uint32_t node_of[ZP_MAX_PCPUS]; /* of those in .seen */
    uint32_t socket_of[ZP_MAX_PCPUS];
    uint32_t core_of[ZP_MAX_PCPUS];
};

bool zp__is_xl(const char *buf, size_t len)
{
    struct zp__scan text = zp__scan_of(buf, len), line;
    int i;

    for (i = 0; i < 64 && zp__scan_line(&text, &line); i++) {
        if (zp__scan_word(&line, "cpu_topology  ") ||
            zp__scan_word(&line, "numa_info  ") ||
            zp__scan_word(&line, "nr_cpus  ") ||
            zp__scan_word(&line, "xen_version  "))
            return true;
    }
    return false;
}

static void malformed(struct reader *r, const char *what)
{
    zp__import_fail(r->im, ZP_ERR_PARSE, "xl", "line %llu: %s",
                    (unsigned long long)r->line, what);
}

/* -1 is a number here. */
static bool read_number(struct zp__scan *s, uint32_t *value_out)
{
    uint64_t value;

    if (zp__scan_word(s, "-1")) {
        *value_out = ZP_UNKNOWN_ID;
        return true;
    }
    if (!zp__scan_uint(s, &value) || value > UINT32_MAX)
        return false;
    *value_out = (uint32_t)value;
    return true;
}

/* "  0:       0        0        0": core, socket, node */
static void read_pcpu(struct reader *r, struct zp__scan *line)
{
    uint32_t core, socket, node;
    uint64_t pcpu;

    if (!zp__scan_uint(line, &pcpu) || !zp__scan_word(line, ":") ||
        !read_number(line, &core) || !read_number(line, &socket) ||
        !read_number(line, &node) || !zp__scan_ends(line)) {
        malformed(r, "core, socket and node of a cpu expected");
        return;
    }
    if (pcpu >= ZP_MAX_PCPUS) {
        zp__import_fail(r->im, ZP_ERR_RANGE, "pcpus",
                        "line %llu: pcpu %llu is beyond %d",
                        (unsigned long long)r->line, (unsigned long long)pcpu,
                        ZP_MAX_PCPUS - 1);
        return;
    }
    if (zp_pcpuset_has(&r->seen, (uint32_t)pcpu)) {
        zp__import_fail(r->im, ZP_ERR_INVAL, "pcpus",
                        "line %llu: pcpu %llu is there twice",
                        (unsigned long long)r->line,
                        (unsigned long long)pcpu);
        return;
    }
    zp_pcpuset_add(&r->seen, (uint32_t)pcpu);
    r->node_of[pcpu] = node;
    r->core_of[pcpu] = core;
    r->socket_of[pcpu] = socket;
}

/* "0000:00:01.0      0" */
static void read_device(struct reader *r, struct zp__scan *line)
{
    struct zp_pcpuset nodes = { { 0 } };
    const char *busid;
    uint32_t node;
    size_t len;

    zp__scan_blanks(line);
    busid = line->at;
    while (line->at < line->end && *line->at != ' ' && *line->at != '\t')
        line->at++;
    len = (size_t)(line->at - busid);
    if (!memchr(busid, ':', len))
        return; /* "No device topology data available" */
    if (!read_number(line, &node) || !zp__scan_ends(line)) {
        malformed(r, "the node of a device expected");
        return;
    }
    zp_pcpuset_add(&nodes, node);
    zp__import_device(r->im, busid, len, &nodes);
}

static bool read_mib(struct zp__scan *s, uint64_t *kib_out)
{
    uint64_t mib;

    if (!zp__scan_uint(s, &mib) || mib > ZP_MAX_MEM_KIB / 1024)
        return false;
    *kib_out = mib * 1024;
    return true;
}

/* "   0:      9728       4096      10,21": size, free, distances in MiB. The
 * distances are those to nodes 0, 1, ..., gaps included. */
static void read_node(struct reader *r, struct zp__scan *line)
{
    struct zp__import_node *node;
    uint64_t id, size, unused;
    uint32_t value, to = 0;

    if (!zp__scan_uint(line, &id) || !zp__scan_word(line, ":") ||
        !read_mib(line, &size) || !read_mib(line, &unused)) {
        malformed(r, "size, free memory and distances of a node expected");
        return;
    }
    if (zp__import_find(r->im, id)) {
        zp__import_fail(r->im, ZP_ERR_INVAL, "numa-nodes",
                        "line %llu: node %llu is there twice",
                        (unsigned long long)r->line, (unsigned long long)id);
        return;
    }
    node = zp__import_node(r->im, id);
    if (!node)
        return;
    node->mem_kib = size;
    node->free_kib = unused;
    while (read_number(line, &value)) {
        zp__import_distance(r->im, id, to++, value);
        if (!zp__scan_word(line, ","))
            break;
    }
    if (!zp__scan_ends(line))
        malformed(r, "distances with commas between them expected");
}

static void read_line(struct reader *r, struct zp__scan *line)
{
    struct zp__scan rest = *line;

    r->im->steps++;
    if (zp__scan_word(&rest, "cpu_topology ")) {
        r->section = PCPUS;
    } else if (zp__scan_word(&rest, "device topology ")) {
        r->section = DEVICES;
    } else if (zp__scan_word(&rest, "numa_info ")) {
        r->section = NODES;
        r->has_nodes = true;
    } else if (zp__scan_word(&rest, "cpu:") || zp__scan_word(&rest, "node:") ||
               zp__scan_word(&rest, "device  ") || zp__scan_ends(line)) {
        return; /* the heads of columns */
    } else if (zp__scan_word(&rest, "host  ")) {
        if (zp__scan_word(&rest, ":"))
            zp__scan_blanks(&rest);
        snprintf(r->im->name, sizeof(r->im->name), "%.*s",
                 (int)(rest.end - rest.at > ZP_MAX_NAME ? ZP_MAX_NAME
                                                       : rest.end - rest.at),
                 rest.at);
    } else if (zp__scan_find(line, " : ")) {
        r->section = NONE;
    } else if (r->section == PCPUS) {
        read_pcpu(r, line);
    } else if (r->section == DEVICES) {
        read_device(r, line);
    } else if (r->section == NODES) {
        read_node(r, line);
    }
}

/* Cores are numbered per socket; both together name one. */
static void read_cores(struct reader *r)
{
    struct zp__import *im = r->im;
    uint32_t pcpu, other;

    for (pcpu = zp_pcpuset_next(&r->seen, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(&r->seen, pcpu + 1)) {
        im->socket[pcpu] = r->socket_of[pcpu];
        if (r->core_of[pcpu] == ZP_UNKNOWN_ID ||
            im->core[pcpu] != ZP_UNKNOWN_ID)
            continue;
        for (other = pcpu; other != ZP_UNKNOWN_ID;
             other = zp_pcpuset_next(&r->seen, other + 1)) {
            if (r->core_of[other] == r->core_of[pcpu] &&
                r->socket_of[other] == r->socket_of[pcpu])
                im->core[other] = pcpu;
        }
    }
}

static void place_pcpus(struct reader *r)
{
    struct zp__import_node *node;
    uint32_t pcpu;

    r->im->has_online = true;
    r->im->online = r->seen;
    for (pcpu = zp_pcpuset_next(&r->seen, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(&r->seen, pcpu + 1)) {
        node = zp__import_find(r->im, r->node_of[pcpu]);
        if (node)
            zp_pcpuset_add(&node->pcpus, pcpu);
    }
}

static void cleanup_reader(struct reader **r)
{
    free(*r);
}

int zp__import_xl(struct zp__import *im, const char *buf, size_t len)
{
    struct reader *r ZP_CLEANUP(cleanup_reader) = calloc(1, sizeof(*r));
    struct zp__scan text = zp__scan_of(buf, len), line;

    if (!r)
        return im->rc = zp__nomem(im->err);
    r->im = im;
    while (!im->rc && zp__scan_line(&text, &line)) {
        r->line++;
        read_line(r, &line);
    }
    if (!im->rc && !r->has_nodes)
        zp__import_fail(im, ZP_ERR_INVAL, "numa-nodes",
                        "it names no nodes: xl info needs -n");
    if (im->rc)
        return im->rc;
    place_pcpus(r);
    read_cores(r);
    return ZP_OK;
}
