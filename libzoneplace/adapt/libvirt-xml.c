/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The <topology> and <cache> of libvirt's capabilities XML. */
#include <string.h>

#include "adapt/xml.h"

struct state {
    struct zp__import_node *cell; /* the one that is open */
    uint32_t cell_depth;
    bool in_cells;
    bool in_cache;
    bool in_memory;          /* its text is a number */
    uint64_t memory;
    uint64_t unit;           /* bytes, or 0: not known */
    bool digits, junk;
    struct zp_pcpuset seen;  /* pcpus of cells */
};

/* "1-3,7" of an attribute; false if there is none or it is refused. */
static bool read_list(struct zp__import *im, const struct zp__xml_attrs *attrs,
                      const char *name, struct zp_pcpuset *set_out)
{
    size_t len;
    const char *text = zp__xml_attr(attrs, name, &len);
    struct zp_error why;

    if (!text)
        return false;
    if (zp_pcpuset_parse(text, len, set_out, &why)) {
        zp__import_fail(im, why.code, why.limit, "%s: %s", name, why.msg);
        return false;
    }
    return true;
}

uint64_t zp__libvirt_unit(const struct zp__xml_attrs *attrs)
{
    static const struct {
        const char *name;
        uint64_t bytes;
    } units[] = {
        { "KiB", 1024 }, { "k", 1024 }, { "b", 1 }, { "bytes", 1 },
        { "KB", 1000 }, { "M", 1 << 20 }, { "MiB", 1 << 20 },
        { "MB", 1000000 }, { "G", 1 << 30 }, { "GiB", 1 << 30 },
        { "GB", 1000000000 }, { "TiB", (uint64_t)1 << 40 },
    };
    size_t len, i;

    if (!zp__xml_attr(attrs, "unit", &len))
        return 1024;
    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (zp__xml_attr_is(attrs, "unit", units[i].name))
            return units[i].bytes;
    }
    return 0;
}

bool zp__libvirt_kib(uint64_t number, uint64_t unit, uint64_t *kib_out)
{
    if (number / 1024 > ZP_MAX_MEM_KIB / unit)
        return false;
    *kib_out = unit >= 1024 && unit % 1024 == 0 ? number * (unit / 1024)
                                                : number * unit / 1024;
    return *kib_out <= ZP_MAX_MEM_KIB;
}

static void start_cell(struct zp__import *im, struct state *s,
                       const struct zp__xml_attrs *attrs, uint32_t depth)
{
    uint64_t id;

    if (!zp__xml_attr_uint(attrs, "id", &id)) {
        zp__import_fail(im, ZP_ERR_PARSE, "numa-nodes", "a cell without id");
        return;
    }
    if (zp__import_find(im, id)) {
        zp__import_fail(im, ZP_ERR_INVAL, "numa-nodes",
                        "cell %llu is there twice", (unsigned long long)id);
        return;
    }
    s->cell = zp__import_node(im, id);
    s->cell_depth = depth;
}

static void start_pcpu(struct zp__import *im, struct state *s,
                       const struct zp__xml_attrs *attrs)
{
    struct zp_pcpuset siblings;
    uint64_t pcpu, socket;

    if (!zp__xml_attr_uint(attrs, "id", &pcpu) || pcpu >= ZP_MAX_PCPUS) {
        zp__import_fail(im, ZP_ERR_RANGE, "pcpus",
                        "a cpu without id, or one beyond %d",
                        ZP_MAX_PCPUS - 1);
        return;
    }
    if (zp_pcpuset_has(&s->seen, (uint32_t)pcpu)) {
        zp__import_fail(im, ZP_ERR_INVAL, "pcpus", "cpu %llu is there twice",
                        (unsigned long long)pcpu);
        return;
    }
    zp_pcpuset_add(&s->seen, (uint32_t)pcpu);
    zp_pcpuset_add(&s->cell->pcpus, (uint32_t)pcpu);
    if (zp__xml_attr_uint(attrs, "socket_id", &socket) &&
        socket < ZP_UNKNOWN_ID)
        im->socket[pcpu] = (uint32_t)socket;
    if (read_list(im, attrs, "siblings", &siblings))
        im->core[pcpu] = zp_pcpuset_next(&siblings, 0);
}

static void start_sibling(struct zp__import *im, struct state *s,
                          const struct zp__xml_attrs *attrs)
{
    uint64_t id, value;

    if (!zp__xml_attr_uint(attrs, "id", &id) ||
        !zp__xml_attr_uint(attrs, "value", &value))
        zp__import_fail(im, ZP_ERR_PARSE, "distances",
                        "cell %u: a sibling without id and value",
                        s->cell->os_id);
    else
        zp__import_distance(im, s->cell->os_id, id, value);
}

static void start_bank(struct zp__import *im,
                       const struct zp__xml_attrs *attrs)
{
    struct zp_pcpuset set;

    if (zp__xml_attr_is(attrs, "level", "3") &&
        read_list(im, attrs, "cpus", &set))
        zp__import_group(im->l3, &set, zp_pcpuset_next(&set, 0));
}

static void on_start(struct zp__import *im, void *state, const char *element,
                     const struct zp__xml_attrs *attrs, uint32_t depth)
{
    struct state *s = state;

    s->in_memory = false;
    if (!strcmp(element, "cells")) {
        s->in_cells = true;
    } else if (!strcmp(element, "cache")) {
        s->in_cache = true;
    } else if (!strcmp(element, "bank") && s->in_cache) {
        start_bank(im, attrs);
    } else if (!strcmp(element, "cell") && s->in_cells && !s->cell) {
        start_cell(im, s, attrs, depth);
    } else if (!s->cell) {
        return;
    } else if (!strcmp(element, "memory") && depth == s->cell_depth + 1) {
        s->in_memory = true;
        s->memory = 0;
        s->digits = s->junk = false;
        s->unit = zp__libvirt_unit(attrs);
    } else if (!strcmp(element, "cpu")) {
        start_pcpu(im, s, attrs);
    } else if (!strcmp(element, "sibling")) {
        start_sibling(im, s, attrs);
    }
}

static void on_text(struct zp__import *im, void *state, const char *text,
                    size_t len)
{
    struct state *s = state;
    size_t i;

    if (!s->in_memory)
        return;
    im->steps++;
    for (i = 0; i < len; i++) {
        if (text[i] >= '0' && text[i] <= '9' &&
            s->memory < UINT64_MAX / 10 - 1) {
            s->memory = s->memory * 10 + (uint64_t)(text[i] - '0');
            s->digits = true;
        } else if (!strchr(" \t\r\n", text[i])) {
            s->junk = true;
        }
    }
}

static void end_memory(struct zp__import *im, struct state *s)
{
    if (!s->digits || s->junk || !s->unit) {
        zp__import_fail(im, ZP_ERR_PARSE, "memory",
                        "cell %u: memory is a number of a known unit",
                        s->cell->os_id);
        return;
    }
    if (!zp__libvirt_kib(s->memory, s->unit, &s->cell->mem_kib))
        zp__import_fail(im, ZP_ERR_RANGE, "memory",
                        "cell %u: its memory is beyond %llu KiB",
                        s->cell->os_id, (unsigned long long)ZP_MAX_MEM_KIB);
}

static void on_end(struct zp__import *im, void *state, const char *element,
                   uint32_t depth)
{
    struct state *s = state;

    if (!strcmp(element, "memory") && s->in_memory)
        end_memory(im, s);
    s->in_memory = false;
    if (s->cell && depth == s->cell_depth)
        s->cell = NULL;
    if (!strcmp(element, "cells"))
        s->in_cells = false;
    else if (!strcmp(element, "cache"))
        s->in_cache = false;
}

static void on_finish(struct zp__import *im, void *state)
{
    (void)state;
    if (!im->nr)
        zp__import_fail(im, ZP_ERR_INVAL, "numa-nodes",
                        "there is no host/topology/cells/cell in it");
}

const struct zp__xml_format zp__xml_libvirt = {
    "libvirt capabilities XML", "capabilities", sizeof(struct state),
    on_start, on_text, on_end, on_finish,
};
