/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What numactl --hardware prints: one line a fact, the matrix at the end. */
#include <string.h>

#include "adapt/import.h"

struct reader {
    struct zp__import *im;
    uint64_t line;           /* counted from 1, for messages */
    uint64_t available;      /* nodes that the first line promises, or 0 */
    struct zp_pcpuset seen[3]; /* nodes whose cpus, size, free were there */
    bool in_matrix;
    uint32_t nr_columns;
    uint64_t column[ZP_MAX_PNODES];
    uint32_t nr_odd;         /* lines that are not understood */
    uint64_t first_odd;
};

bool zp__is_numactl(const char *buf, size_t len)
{
    struct zp__scan text = zp__scan_of(buf, len), line;
    uint64_t id;
    int i;

    for (i = 0; i < 8 && zp__scan_line(&text, &line); i++) {
        if (zp__scan_word(&line, "available: ") ||
            zp__scan_word(&line, "No NUMA "))
            return true;
        if (zp__scan_word(&line, "node ") && zp__scan_uint(&line, &id) &&
            zp__scan_word(&line, "cpus:"))
            return true;
    }
    return false;
}

static void malformed(struct reader *r, const char *what)
{
    zp__import_fail(r->im, ZP_ERR_PARSE, "numactl", "line %llu: %s",
                    (unsigned long long)r->line, what);
}

/* False if the line repeats what an earlier one said. */
static bool first_time(struct reader *r, int what, uint64_t id)
{
    if (r->im->rc || zp_pcpuset_has(&r->seen[what], (uint32_t)id)) {
        malformed(r, "it says again what an earlier line said");
        return false;
    }
    zp_pcpuset_add(&r->seen[what], (uint32_t)id);
    return true;
}

static void read_pcpus(struct reader *r, struct zp__import_node *node,
                       struct zp__scan *line)
{
    uint64_t pcpu;

    while (zp__scan_uint(line, &pcpu)) {
        r->im->steps++;
        if (pcpu >= ZP_MAX_PCPUS) {
            zp__import_fail(r->im, ZP_ERR_RANGE, "pcpus",
                            "line %llu: pcpu %llu is beyond %d",
                            (unsigned long long)r->line,
                            (unsigned long long)pcpu, ZP_MAX_PCPUS - 1);
            return;
        }
        zp_pcpuset_add(&node->pcpus, (uint32_t)pcpu);
    }
    if (!zp__scan_ends(line))
        malformed(r, "numbers of cpus expected");
}

/* "31820 MB", MiB in truth; some versions say that they could not find out. */
static void read_size(struct reader *r, uint64_t *kib, struct zp__scan *line)
{
    uint64_t mib;

    if (zp__scan_word(line, "<not available>") && zp__scan_ends(line))
        return;
    if (!zp__scan_uint(line, &mib) || !zp__scan_word(line, "MB") ||
        !zp__scan_ends(line))
        malformed(r, "a size in MB expected");
    else if (mib > ZP_MAX_MEM_KIB / 1024)
        zp__import_fail(r->im, ZP_ERR_RANGE, "memory",
                        "line %llu: %llu MB are beyond %llu",
                        (unsigned long long)r->line, (unsigned long long)mib,
                        (unsigned long long)(ZP_MAX_MEM_KIB / 1024));
    else
        *kib = mib * 1024;
}

/* What follows "node ": a fact, or the heads of the matrix's columns. */
static void read_node(struct reader *r, struct zp__scan *line)
{
    struct zp__import_node *node;
    uint64_t id;

    if (zp__scan_word(line, "distances:")) {
        r->in_matrix = true;
        return;
    }
    if (r->in_matrix && !r->nr_columns) {
        while (zp__scan_uint(line, &id) && r->nr_columns < ZP_MAX_PNODES)
            r->column[r->nr_columns++] = id;
        if (!r->nr_columns || !zp__scan_ends(line))
            malformed(r, "the heads of at most 64 columns expected");
        return;
    }
    if (!zp__scan_uint(line, &id)) {
        malformed(r, "the number of a node expected");
        return;
    }
    node = zp__import_node(r->im, id);
    if (!node)
        return;
    if (zp__scan_word(line, "cpus:")) {
        if (first_time(r, 0, id))
            read_pcpus(r, node, line);
    } else if (zp__scan_word(line, "size:")) {
        if (first_time(r, 1, id))
            read_size(r, &node->mem_kib, line);
    } else if (zp__scan_word(line, "free:")) {
        if (first_time(r, 2, id))
            read_size(r, &node->free_kib, line);
    } else {
        malformed(r, "cpus, size or free of a node expected");
    }
}

/* "  0:  10  12"; false if it is no such line. */
static bool read_row(struct reader *r, struct zp__scan *line)
{
    uint64_t from, value;
    uint32_t i;

    if (!r->in_matrix || !zp__scan_uint(line, &from) ||
        !zp__scan_word(line, ":"))
        return false;
    for (i = 0; zp__scan_uint(line, &value); i++) {
        if (i < r->nr_columns)
            zp__import_distance(r->im, from, r->column[i], value);
    }
    if (i > r->nr_columns || !zp__scan_ends(line))
        malformed(r, "a distance for each column expected");
    return true;
}

static void read_line(struct reader *r, struct zp__scan *line)
{
    r->im->steps++;
    if (zp__scan_ends(line))
        return;
    if (zp__scan_word(line, "available: ")) {
        if (!zp__scan_uint(line, &r->available))
            malformed(r, "a number of nodes expected");
    } else if (zp__scan_word(line, "No NUMA ")) {
        zp__import_fail(r->im, ZP_ERR_INVAL, "numa-nodes",
                        "numactl found no NUMA on that machine");
    } else if (zp__scan_word(line, "node ")) {
        read_node(r, line);
    } else if (!read_row(r, line) && !r->nr_odd++) {
        r->first_odd = r->line;
    }
}

int zp__import_numactl(struct zp__import *im, const char *buf, size_t len)
{
    struct zp__scan text = zp__scan_of(buf, len), line;
    struct reader r;

    memset(&r, 0, sizeof(r));
    r.im = im;
    while (!im->rc && zp__scan_line(&text, &line)) {
        r.line++;
        read_line(&r, &line);
    }
    if (im->rc)
        return im->rc;
    if (r.available && r.available != im->nr)
        zp__import_warn(im, "numactl says %llu nodes and describes %u: the "
                        "others are left out",
                        (unsigned long long)r.available, im->nr);
    if (r.nr_odd == 1)
        zp__import_warn(im, "line %llu is not understood: left out",
                        (unsigned long long)r.first_odd);
    else if (r.nr_odd)
        zp__import_warn(im, "line %llu and %u more are not understood: left "
                        "out", (unsigned long long)r.first_odd, r.nr_odd - 1);
    return ZP_OK;
}
