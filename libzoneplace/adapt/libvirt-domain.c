/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A libvirt domain as a request: what formatdomain of libvirt 9.0 says of its
 * vcpus, memory, NUMA cells, pins and PCI devices. docs/KNOBS.md lists them.
 */
#include <stdio.h>
#include <string.h>

#include "adapt/xml.h"

#define MAX_TEXT ((size_t)1 << 20)
/* Shares are dealt in pieces of 2 MiB. */
#define PIECE_KIB ((uint64_t)2048)

#define REFUSE(im, code, ...) \
    zp__import_fail(im, code, "domain", __VA_ARGS__)

struct cell {
    bool given;
    uint32_t vcpus;              /* 0: memory only */
    uint64_t mem_kib;
    struct zp_pcpuset bound_to;  /* <memnode>: firmware ids */
};

/* Each is said once. */
enum said {
    SAID_CPUSET = 1, SAID_NODESET = 2, SAID_PINS = 4, SAID_OTHER_PINS = 8,
    SAID_PAGES = 16, SAID_TOPOLOGY = 32, SAID_DISTANCES = 64,
    SAID_SLOTS = 128, SAID_TYPE = 256, SAID_DEVICES = 512,
};

struct domain {
    struct zp_request req;
    struct zp__text notes;
    uint32_t said;
    /* Where we are, as "/domain/cpu/numa"; what doesn't fit is nothing that
     * is looked for. */
    char path[64];
    size_t path_len;
    uint32_t lost_depth;         /* of the first that did not fit, or 0 */
    char text[ZP_MAX_NAME];      /* of the open element */
    size_t text_len;             /* may be beyond its size: cut */
    uint64_t unit;
    uint64_t mem_kib, current_kib;
    uint32_t nr_cells;
    struct cell cell[ZP_MAX_VNODES];
    struct zp_pcpuset pinned, pins; /* vcpus, and the pcpus they have */
    bool shared_pins;            /* one has several pcpus, or another's */
    bool pci;                    /* the open <hostdev> is one */
};

static void say(struct domain *d, enum said what, const char *line)
{
    if (!(d->said & what))
        zp__text_add(&d->notes, "%s\n", line);
    d->said |= what;
}

/* ---- attributes ---- */

static bool has(const struct zp__xml_attrs *attrs, const char *name)
{
    size_t len;

    return zp__xml_attr(attrs, name, &len) != NULL;
}

static bool get_set(struct zp__import *im, const struct zp__xml_attrs *attrs,
                    const char *name, struct zp_pcpuset *set_out)
{
    size_t len;
    const char *text = zp__xml_attr(attrs, name, &len);
    struct zp_error why;

    if (!text || !zp_pcpuset_parse(text, len, set_out, &why))
        return text != NULL;
    REFUSE(im, why.code, "%s: %s", name, why.msg);
    return false;
}

/* "0x1f" or "31", as libvirt writes PCI addresses. */
static bool get_address(const struct zp__xml_attrs *attrs, const char *name,
                        uint32_t max, uint32_t *value_out)
{
    size_t len, i = 0;
    const char *text = zp__xml_attr(attrs, name, &len);
    uint32_t base = 10, value = 0;
    int digit;

    if (text && len > 2 && text[0] == '0' && (text[1] | 32) == 'x') {
        base = 16;
        i = 2;
    }
    if (!text || i == len)
        return false;
    for (; i < len && value <= max; i++) {
        digit = zp__hex_digit(text[i]);
        if (digit < 0 || (uint32_t)digit >= base)
            return false;
        value = value * base + (uint32_t)digit;
    }
    *value_out = value;
    return value <= max;
}

/* ---- elements ---- */

static void start_vcpu(struct zp__import *im, struct domain *d,
                       const struct zp__xml_attrs *attrs)
{
    uint64_t current;

    if (has(attrs, "cpuset"))
        say(d, SAID_CPUSET, "vcpu cpuset: left out: the plan says which pcpus");
    if (!has(attrs, "current"))
        return;
    if (zp__xml_attr_uint(attrs, "current", &current) && current &&
        current <= ZP_MAX_VCPUS)
        d->req.vcpus = (uint32_t)current;
    else
        REFUSE(im, ZP_ERR_INVAL, "vcpu current: not 1 to %d", ZP_MAX_VCPUS);
}

static void start_size(struct zp__import *im, struct domain *d,
                       const struct zp__xml_attrs *attrs)
{
    d->unit = zp__libvirt_unit(attrs);
    if (!d->unit)
        REFUSE(im, ZP_ERR_INVAL, "%s: its unit is not known", d->path);
}

static void start_topology(struct zp__import *im, struct domain *d,
                           const struct zp__xml_attrs *attrs)
{
    uint64_t threads;

    say(d, SAID_TOPOLOGY,
        "topology: left out but for its threads: packages follow the nodes");
    if (!has(attrs, "threads"))
        return;
    if (zp__xml_attr_uint(attrs, "threads", &threads) &&
        (threads == 1 || threads == 2))
        d->req.threads = (uint32_t)threads;
    else
        REFUSE(im, ZP_ERR_INVAL, "topology threads: a core has 1 or 2");
}

/* Cells are in order where they have no id. */
static void start_cell(struct zp__import *im, struct domain *d,
                       const struct zp__xml_attrs *attrs)
{
    uint64_t id = d->nr_cells, mem = 0, unit = zp__libvirt_unit(attrs);
    struct zp_pcpuset vcpus = { { 0 } };
    struct cell *cell;

    if ((has(attrs, "id") && !zp__xml_attr_uint(attrs, "id", &id)) ||
        id >= ZP_MAX_VNODES || d->cell[id].given) {
        REFUSE(im, ZP_ERR_INVAL, "cell id: twice, or not 0 to %d",
               ZP_MAX_VNODES - 1);
        return;
    }
    cell = &d->cell[id];
    cell->given = true;
    d->nr_cells++;
    if (!zp__xml_attr_uint(attrs, "memory", &mem) || !mem || !unit ||
        !zp__libvirt_kib(mem, unit, &cell->mem_kib)) {
        REFUSE(im, ZP_ERR_INVAL, "cell %u: its memory is a number of a known "
               "unit, up to %llu KiB", (unsigned)id,
               (unsigned long long)ZP_MAX_MEM_KIB);
        return;
    }
    get_set(im, attrs, "cpus", &vcpus);
    cell->vcpus = zp_pcpuset_count(&vcpus);
}

static void start_distances(struct zp__import *im, struct domain *d,
                            const struct zp__xml_attrs *attrs)
{
    (void)im;
    (void)attrs;
    say(d, SAID_DISTANCES,
        "distances: left out: the guest is told the host's");
}

static void start_memory_mode(struct zp__import *im, struct domain *d,
                              const struct zp__xml_attrs *attrs)
{
    struct zp_pcpuset ids = { { 0 } };
    uint32_t id;

    get_set(im, attrs, "nodeset", &ids);
    if (zp__xml_attr_is(attrs, "mode", "interleave")) {
        d->req.spill = ZP_SPILL_INTERLEAVE;
        d->req.interleave.nr = 0;
        for (id = zp_pcpuset_next(&ids, 0); id != ZP_UNKNOWN_ID;
             id = zp_pcpuset_next(&ids, id + 1)) {
            if (d->req.interleave.nr == ZP_MAX_PNODES) {
                REFUSE(im, ZP_ERR_RANGE, "numatune nodeset: more than %d "
                       "nodes", ZP_MAX_PNODES);
                return;
            }
            d->req.interleave.os_id[d->req.interleave.nr++] = id;
        }
        return;
    }
    if (zp_pcpuset_count(&ids))
        say(d, SAID_NODESET, "numatune nodeset: left out: the plan says which "
            "nodes");
    if (zp__xml_attr_is(attrs, "mode", "preferred"))
        d->req.spill = ZP_SPILL_PREFERRED;
    else if (!has(attrs, "mode") || zp__xml_attr_is(attrs, "mode", "strict"))
        d->req.spill = ZP_SPILL_STRICT;
    else
        REFUSE(im, ZP_ERR_INVAL,
               "numatune mode: not strict, preferred or interleave");
}

static void start_memnode(struct zp__import *im, struct domain *d,
                          const struct zp__xml_attrs *attrs)
{
    uint64_t id;

    if (!zp__xml_attr_uint(attrs, "cellid", &id) || id >= ZP_MAX_VNODES) {
        REFUSE(im, ZP_ERR_INVAL, "memnode cellid: not 0 to %d",
               ZP_MAX_VNODES - 1);
        return;
    }
    if (!zp__xml_attr_is(attrs, "mode", "strict")) {
        REFUSE(im, ZP_ERR_INVAL, "memnode %u: its mode is not strict",
               (unsigned)id);
        return;
    }
    get_set(im, attrs, "nodeset", &d->cell[id].bound_to);
}

static void start_vcpupin(struct zp__import *im, struct domain *d,
                          const struct zp__xml_attrs *attrs)
{
    struct zp_pcpuset set = { { 0 } };
    uint64_t vcpu;

    if (!zp__xml_attr_uint(attrs, "vcpu", &vcpu) || vcpu >= ZP_MAX_VCPUS) {
        REFUSE(im, ZP_ERR_INVAL, "vcpupin vcpu: not 0 to %d",
               ZP_MAX_VCPUS - 1);
        return;
    }
    get_set(im, attrs, "cpuset", &set);
    d->shared_pins |= zp_pcpuset_count(&set) != 1 ||
                      zp_pcpuset_intersects(&set, &d->pins);
    zp__pcpuset_join(&d->pins, &set);
    zp_pcpuset_add(&d->pinned, (uint32_t)vcpu);
}

static void start_other_pin(struct zp__import *im, struct domain *d,
                            const struct zp__xml_attrs *attrs)
{
    (void)im;
    (void)attrs;
    say(d, SAID_OTHER_PINS, "emulatorpin, iothreadpin: left out: a zone has "
        "no such threads");
}

static void start_pages(struct zp__import *im, struct domain *d,
                        const struct zp__xml_attrs *attrs)
{
    (void)im;
    (void)attrs;
    say(d, SAID_PAGES, "memoryBacking hugepages: left out: Xen takes the "
        "largest pages there are");
}

static void start_hostdev(struct zp__import *im, struct domain *d,
                          const struct zp__xml_attrs *attrs)
{
    (void)im;
    d->pci = zp__xml_attr_is(attrs, "type", "pci");
    if (!d->pci)
        say(d, SAID_DEVICES, "hostdev: left out where it is no PCI device");
}

static void start_address(struct zp__import *im, struct domain *d,
                          const struct zp__xml_attrs *attrs)
{
    struct zp_near *near = &d->req.near[d->req.nr_near];
    uint32_t segment = 0, bus, slot, function;

    if (!d->pci)
        return;
    if (d->req.nr_near == ZP_MAX_NEAR) {
        REFUSE(im, ZP_ERR_RANGE, "hostdev: more than %d PCI devices",
               ZP_MAX_NEAR);
        return;
    }
    if ((has(attrs, "domain") &&
         !get_address(attrs, "domain", 0xffff, &segment)) ||
        !get_address(attrs, "bus", 0xff, &bus) ||
        !get_address(attrs, "slot", 0x1f, &slot) ||
        !get_address(attrs, "function", 7, &function)) {
        REFUSE(im, ZP_ERR_PARSE, "hostdev: its source has no PCI address");
        return;
    }
    snprintf(near->busid, sizeof(near->busid), "%04x:%02x:%02x.%x",
             segment & 0xffff, bus & 0xff, slot & 0x1f, function & 7);
    near->weight = 1;
    d->req.nr_near++;
}

/* ---- text ---- */

static bool text_number(const struct domain *d, uint64_t *number_out)
{
    struct zp__scan s = zp__scan_of(d->text, d->text_len);

    return d->text_len <= sizeof(d->text) &&
           zp__scan_uint(&s, number_out) && zp__scan_ends(&s);
}

static void end_name(struct zp__import *im, struct domain *d)
{
    if (d->text_len >= sizeof(d->req.name)) {
        REFUSE(im, ZP_ERR_INVAL, "name: longer than %d bytes",
               ZP_MAX_NAME - 1);
        return;
    }
    memcpy(d->req.name, d->text, d->text_len);
    d->req.name[d->text_len] = '\0';
}

static void end_vcpu(struct zp__import *im, struct domain *d)
{
    uint64_t number;

    if (text_number(d, &number) && number && number <= ZP_MAX_VCPUS)
        d->req.max_vcpus = (uint32_t)number;
    else
        REFUSE(im, ZP_ERR_INVAL, "vcpu: not 1 to %d", ZP_MAX_VCPUS);
}

static void end_size(struct zp__import *im, struct domain *d)
{
    uint64_t number, *kib = strcmp(d->path, "/domain/memory")
                                ? &d->current_kib : &d->mem_kib;

    if (!text_number(d, &number) || !number ||
        !zp__libvirt_kib(number, d->unit, kib))
        REFUSE(im, ZP_ERR_INVAL, "%s: not 1 to %llu KiB", d->path,
               (unsigned long long)ZP_MAX_MEM_KIB);
}

static void end_slots(struct zp__import *im, struct domain *d)
{
    (void)im;
    say(d, SAID_SLOTS, "maxMemory: left out: a zone grows up to its memory");
}

static void end_type(struct zp__import *im, struct domain *d)
{
    (void)im;
    if ((d->text_len == 5 && !memcmp(d->text, "linux", 5)) ||
        (d->text_len == 3 && !memcmp(d->text, "xen", 3)))
        d->req.type = ZP_GUEST_PV;
    else if (d->text_len == 3 && !memcmp(d->text, "hvm", 3))
        say(d, SAID_TYPE, "os type hvm: a zone is PVH");
}

static const struct {
    const char *path;
    void (*start)(struct zp__import *im, struct domain *d,
                  const struct zp__xml_attrs *attrs);
    void (*end)(struct zp__import *im, struct domain *d);
} elements[] = {
    { "/domain/name", NULL, end_name },
    { "/domain/vcpu", start_vcpu, end_vcpu },
    { "/domain/memory", start_size, end_size },
    { "/domain/currentMemory", start_size, end_size },
    { "/domain/maxMemory", NULL, end_slots },
    { "/domain/os/type", NULL, end_type },
    { "/domain/memoryBacking/hugepages", start_pages, NULL },
    { "/domain/cpu/topology", start_topology, NULL },
    { "/domain/cpu/numa/cell", start_cell, NULL },
    { "/domain/cpu/numa/cell/distances", start_distances, NULL },
    { "/domain/numatune/memory", start_memory_mode, NULL },
    { "/domain/numatune/memnode", start_memnode, NULL },
    { "/domain/cputune/vcpupin", start_vcpupin, NULL },
    { "/domain/cputune/emulatorpin", start_other_pin, NULL },
    { "/domain/cputune/iothreadpin", start_other_pin, NULL },
    { "/domain/devices/hostdev", start_hostdev, NULL },
    { "/domain/devices/hostdev/source/address", start_address, NULL },
};
enum { NR_ELEMENTS = sizeof(elements) / sizeof(elements[0]) };

static void on_start(struct zp__import *im, void *state, const char *element,
                     const struct zp__xml_attrs *attrs, uint32_t depth)
{
    struct domain *d = state;
    size_t i, room = sizeof(d->path) - d->path_len;
    int len;

    if (d->lost_depth)
        return;
    len = snprintf(d->path + d->path_len, room, "/%s", element);
    if (len < 0 || (size_t)len >= room) {
        d->path[d->path_len] = '\0';
        d->lost_depth = depth;
        return;
    }
    d->path_len += (size_t)len;
    d->text_len = 0;
    for (i = 0; i < NR_ELEMENTS; i++) {
        if (elements[i].start && !strcmp(elements[i].path, d->path))
            elements[i].start(im, d, attrs);
    }
}

static void on_text(struct zp__import *im, void *state, const char *text,
                    size_t len)
{
    struct domain *d = state;
    size_t room;

    im->steps++;
    if (d->lost_depth)
        return;
    room = d->text_len < sizeof(d->text) ? sizeof(d->text) - d->text_len : 0;
    memcpy(d->text + (room ? d->text_len : 0), text, len < room ? len : room);
    d->text_len += len;
}

static void on_end(struct zp__import *im, void *state, const char *element,
                   uint32_t depth)
{
    struct domain *d = state;
    size_t i;

    if (d->lost_depth) {
        if (d->lost_depth == depth)
            d->lost_depth = 0;
        return;
    }
    for (i = 0; i < NR_ELEMENTS; i++) {
        if (elements[i].end && !strcmp(elements[i].path, d->path))
            elements[i].end(im, d);
    }
    d->path_len -= strlen(element) + 1;
    d->path[d->path_len] = '\0';
    d->text_len = 0;
}

/* ---- the whole ---- */

static void check_share(struct zp__import *im, const struct domain *d,
                        uint32_t id, uint32_t pos, uint64_t total_kib)
{
    const struct cell *cell = &d->cell[id];
    uint32_t nr = d->req.nr_vnodes;
    uint32_t vcpus = d->req.max_vcpus / nr + (pos < d->req.max_vcpus % nr);
    uint64_t share = total_kib / nr;
    uint64_t off = cell->mem_kib > share ? cell->mem_kib - share
                                         : share - cell->mem_kib;

    if (cell->vcpus != vcpus)
        REFUSE(im, ZP_ERR_INVAL, "cell %u has %u vcpus, not %u: zoneplace "
               "deals equal shares to a zone's nodes", id, cell->vcpus, vcpus);
    else if (off > PIECE_KIB)
        REFUSE(im, ZP_ERR_INVAL, "cell %u has %llu KiB, not %llu: zoneplace "
               "deals equal shares to a zone's nodes", id,
               (unsigned long long)cell->mem_kib, (unsigned long long)share);
}

/* A cell without vcpus is memory of the node it is bound to. */
static void add_part(struct zp__import *im, struct domain *d, uint32_t id)
{
    const struct cell *cell = &d->cell[id];

    if (zp_pcpuset_count(&cell->bound_to) != 1) {
        REFUSE(im, ZP_ERR_INVAL, "cell %u has no vcpus: a memnode has to bind "
               "it to one node", id);
    } else if (d->req.nr_parts == ZP_MAX_PARTS) {
        REFUSE(im, ZP_ERR_RANGE, "more than %d cells without vcpus",
               ZP_MAX_PARTS);
    } else {
        d->req.part[d->req.nr_parts].os_id =
            zp_pcpuset_next(&cell->bound_to, 0);
        d->req.part[d->req.nr_parts++].mem_kib = cell->mem_kib;
    }
}

static void take_cells(struct zp__import *im, struct domain *d)
{
    uint64_t sum_kib = 0, with_vcpus_kib = 0;
    uint32_t id, pos = 0;

    for (id = 0; id < ZP_MAX_VNODES; id++) {
        const struct cell *cell = &d->cell[id];

        if (!cell->given)
            continue;
        sum_kib += cell->mem_kib;
        with_vcpus_kib += cell->vcpus ? cell->mem_kib : 0;
        d->req.nr_vnodes += cell->vcpus > 0;
        if (!cell->vcpus)
            add_part(im, d, id);
        else if (zp_pcpuset_count(&cell->bound_to))
            say(d, SAID_NODESET, "numatune nodeset: left out: the plan says "
                "which nodes");
    }
    if (!d->req.nr_vnodes) {
        REFUSE(im, ZP_ERR_INVAL, "no cell has vcpus");
        return;
    }
    if (d->mem_kib && d->mem_kib != sum_kib)
        REFUSE(im, ZP_ERR_INVAL, "its cells have %llu KiB, its memory is %llu",
               (unsigned long long)sum_kib, (unsigned long long)d->mem_kib);
    d->mem_kib = with_vcpus_kib;
    for (id = 0; id < ZP_MAX_VNODES; id++) {
        if (d->cell[id].given && d->cell[id].vcpus)
            check_share(im, d, id, pos++, with_vcpus_kib);
    }
}

static void take_pins(struct domain *d)
{
    uint32_t nr = zp_pcpuset_count(&d->pinned);

    if (nr && nr == d->req.max_vcpus && !d->shared_pins)
        d->req.dedicated = true;
    else if (nr)
        say(d, SAID_PINS, "vcpupin: left out: a vcpu has the pcpus of its "
            "node (one each for all of them: --dedicated)");
}

static void on_finish(struct zp__import *im, void *state)
{
    struct domain *d = state;

    if (!d->req.max_vcpus || (!d->mem_kib && !d->nr_cells)) {
        REFUSE(im, ZP_ERR_PARSE, "vcpu or memory is missing");
        return;
    }
    if (d->req.vcpus > d->req.max_vcpus) {
        REFUSE(im, ZP_ERR_INVAL, "vcpu current: %u of %u", d->req.vcpus,
               d->req.max_vcpus);
        return;
    }
    if (d->nr_cells)
        take_cells(im, d);
    take_pins(d);
    d->req.mem_kib = d->req.max_mem_kib = d->mem_kib;
    /* Ballooned from the start: it may grow. */
    if (d->current_kib && d->current_kib < d->mem_kib) {
        d->req.mem_kib = d->current_kib;
        d->req.memory_policy = ZP_MEMORY_DYNAMIC;
    }
}

static const struct zp__xml_format format = {
    "libvirt domain XML", "domain", sizeof(struct domain),
    on_start, on_text, on_end, on_finish,
};

static int read_domain(struct domain *d, const char *buf, size_t len,
                       struct zp_error *err)
{
    struct zp__import *im ZP_CLEANUP(zp__import_free) = NULL;
    int rc = zp__import_new(&im, err);

    if (!rc && len > MAX_TEXT)
        rc = REFUSE(im, ZP_ERR_RANGE, "%zu bytes, a libvirt domain has at "
                    "most %zu", len, MAX_TEXT);
    return rc ? rc : zp__xml_read(im, buf, len, &format, d);
}

int zp_request_from_libvirt(const char *buf, size_t len,
                            struct zp_request *req_out, char **notes_out,
                            struct zp_error *err)
{
    struct domain *d = calloc(1, sizeof(*d));
    int rc;

    if (!d)
        return zp__nomem(err);
    zp_request_init(&d->req);
    rc = read_domain(d, buf, len, err);
    if (!rc)
        rc = zp__text_take(&d->notes, notes_out, err);
    zp__text_clear(&d->notes);
    if (!rc)
        *req_out = d->req;
    free(d);
    return rc;
}
