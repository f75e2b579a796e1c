/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc XML of versions 1, 2 and 3. Version 1 has NUMA nodes in the tree of
 * objects, their pcpus below them, and distances relative to a base, before
 * the objects; later versions hang nodes beside the tree and put distances
 * behind it. Both are read by the sets that objects carry.
 */
#include <stdio.h>
#include <string.h>

#include "adapt/xml.h"

enum { MAX_CELLS = ZP_MAX_PNODES * ZP_MAX_PNODES };

/* What an object hands on to those inside it. */
struct frame {
    bool is_object;
    uint32_t core, socket, l3;
    struct zp_pcpuset nodeset; /* firmware ids */
};

/* A node as XML has it: its set may be another's too. */
struct local {
    struct zp_pcpuset pcpus;
    bool special;            /* HBM and the like, said so */
    bool has_memory;
};

/* A matrix while it is read. */
struct matrix {
    bool open;
    bool fits;               /* one that is wanted, so far */
    uint32_t nr;             /* objects */
    uint64_t base;           /* version 1, in millionths */
    uint32_t nr_ids, nr_values;
    uint64_t id[ZP_MAX_PNODES];
    uint64_t value[MAX_CELLS];
};

struct state {
    struct frame frame[ZP__XML_MAX_DEPTH + 1];
    bool has_root;
    struct zp_pcpuset online; /* of the machine */
    struct zp_pcpuset complete;
    struct zp_pcpuset pus;
    uint64_t root_bytes;     /* version 1 without nodes */
    uint32_t cores, l3s, packages; /* numbers handed out so far */
    struct local local[ZP_MAX_PNODES]; /* of im->node[i] */
    uint32_t at_node;        /* depth of the node whose <info> are read */
    uint32_t node;           /* and its index */
    struct matrix old;       /* version 1: of all nodes, in their order */
    struct matrix now;       /* version 2 */
    uint32_t rank;           /* of the matrix taken: 0 none, 2 the SLIT */
    uint32_t now_rank;
    bool in_ids, in_values;
    bool in_number;          /* a number may be cut by two events */
    uint64_t number;
};

static bool read_mask(struct zp__import *im, const struct zp__xml_attrs *attrs,
                      const char *name, struct zp_pcpuset *set_out)
{
    size_t len;
    const char *text = zp__xml_attr(attrs, name, &len);

    if (!text)
        return false;
    if (!zp__scan_mask(text, len, set_out))
        zp__import_fail(im, ZP_ERR_PARSE, "pcpus",
                        "%s=\"%.*s\" is no set of numbers below %d", name,
                        (int)(len < 40 ? len : 40), text, ZP_MAX_PCPUS);
    return true;
}

/* The machine: what is online, and what there is. */
static void read_root(struct zp__import *im, struct state *s,
                      const struct zp__xml_attrs *attrs)
{
    s->has_root = true;
    if (!read_mask(im, attrs, "online_cpuset", &s->online))
        read_mask(im, attrs, "cpuset", &s->online);
    if (!read_mask(im, attrs, "complete_cpuset", &s->complete))
        s->complete = s->online;
    if (!zp__xml_attr_uint(attrs, "local_memory", &s->root_bytes))
        s->root_bytes = 0;
}

static bool special_kind(const char *text, size_t len)
{
    static const char *const kinds[] = {
        "MCDRAM", "HBM", "NVM", "CXL", "SPM", "GPUMemory",
    };
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (len >= strlen(kinds[i]) &&
            !memcmp(text, kinds[i], strlen(kinds[i])))
            return true;
    }
    return false;
}

static void read_node(struct zp__import *im, struct state *s,
                      const struct zp__xml_attrs *attrs, uint32_t depth)
{
    struct zp__import_node *node;
    struct local *local;
    const char *subtype;
    uint64_t id, bytes;
    size_t len;

    if (!zp__xml_attr_uint(attrs, "os_index", &id)) {
        zp__import_fail(im, ZP_ERR_PARSE, "numa-nodes",
                        "a NUMANode without os_index");
        return;
    }
    if (zp__import_find(im, id)) {
        zp__import_fail(im, ZP_ERR_INVAL, "numa-nodes",
                        "node %llu is there twice", (unsigned long long)id);
        return;
    }
    node = zp__import_node(im, id);
    if (!node)
        return;
    s->node = (uint32_t)(node - im->node);
    s->at_node = depth;
    local = &s->local[s->node];
    read_mask(im, attrs, "cpuset", &local->pcpus);
    subtype = zp__xml_attr(attrs, "subtype", &len);
    local->special = subtype && special_kind(subtype, len);
    if (!zp__xml_attr_uint(attrs, "local_memory", &bytes))
        return;
    local->has_memory = true;
    if (bytes / 1024 > ZP_MAX_MEM_KIB)
        zp__import_fail(im, ZP_ERR_RANGE, "memory",
                        "node %llu: %llu bytes are beyond %llu KiB",
                        (unsigned long long)id, (unsigned long long)bytes,
                        (unsigned long long)ZP_MAX_MEM_KIB);
    node->mem_kib = bytes / 1024;
}

static void read_pu(struct zp__import *im, struct state *s,
                    const struct zp__xml_attrs *attrs,
                    const struct frame *frame)
{
    uint64_t pcpu;

    if (!zp__xml_attr_uint(attrs, "os_index", &pcpu) ||
        pcpu >= ZP_MAX_PCPUS) {
        zp__import_fail(im, ZP_ERR_RANGE, "pcpus",
                        "a PU without os_index, or one beyond %d",
                        ZP_MAX_PCPUS - 1);
        return;
    }
    if (zp_pcpuset_has(&s->pus, (uint32_t)pcpu)) {
        zp__import_fail(im, ZP_ERR_INVAL, "pcpus", "PU %llu is there twice",
                        (unsigned long long)pcpu);
        return;
    }
    zp_pcpuset_add(&s->pus, (uint32_t)pcpu);
    im->core[pcpu] = frame->core;
    im->socket[pcpu] = frame->socket;
    im->l3[pcpu] = frame->l3;
}

/* Packages keep their number if they have one; others are counted. */
static void enter(struct state *s, const struct zp__xml_attrs *attrs,
                  struct frame *frame)
{
    uint64_t index;

    if (zp__xml_attr_is(attrs, "type", "Core"))
        frame->core = s->cores++;
    else if (zp__xml_attr_is(attrs, "type", "L3Cache") ||
             (zp__xml_attr_is(attrs, "type", "Cache") &&
              zp__xml_attr_is(attrs, "depth", "3")))
        frame->l3 = s->l3s++;
    else if (zp__xml_attr_is(attrs, "type", "Package") ||
             zp__xml_attr_is(attrs, "type", "Socket"))
        frame->socket = zp__xml_attr_uint(attrs, "os_index", &index) &&
                        index < ZP_UNKNOWN_ID ? (uint32_t)index
                                              : s->packages++;
}

static void start_object(struct zp__import *im, struct state *s,
                         const struct zp__xml_attrs *attrs, uint32_t depth)
{
    struct frame *frame = &s->frame[depth];
    const char *busid;
    size_t len;

    frame->is_object = true;
    if (!s->has_root)
        read_root(im, s, attrs);
    enter(s, attrs, frame);
    read_mask(im, attrs, "nodeset", &frame->nodeset);
    if (zp__xml_attr_is(attrs, "type", "NUMANode"))
        read_node(im, s, attrs, depth);
    else if (zp__xml_attr_is(attrs, "type", "PU"))
        read_pu(im, s, attrs, frame);
    else if (zp__xml_attr_is(attrs, "type", "PCIDev") &&
             (busid = zp__xml_attr(attrs, "pci_busid", &len)))
        zp__import_device(im, busid, len, &frame->nodeset);
}

static void start_info(struct zp__import *im, struct state *s,
                       const struct zp__xml_attrs *attrs, uint32_t depth)
{
    size_t len;
    const char *value = zp__xml_attr(attrs, "value", &len);

    if (!value)
        return;
    if (zp__xml_attr_is(attrs, "name", "HostName") && !*im->name)
        snprintf(im->name, sizeof(im->name), "%.*s",
                 (int)(len < ZP_MAX_NAME ? len : ZP_MAX_NAME - 1), value);
    else if (zp__xml_attr_is(attrs, "name", "Type") && s->at_node &&
             depth == s->at_node + 1)
        s->local[s->node].special = special_kind(value, len);
}

/* ---- distances ----------------------------------------------------------- */

/* "1.600000" in millionths. */
static bool read_decimal(const struct zp__xml_attrs *attrs, const char *name,
                         uint64_t *value_out)
{
    size_t len, i;
    const char *text = zp__xml_attr(attrs, name, &len);
    uint64_t value = 0, unit = 1000000;
    bool point = false;

    if (!text || !len)
        return false;
    for (i = 0; i < len; i++) {
        if (text[i] == '.' && !point) {
            point = true;
        } else if (text[i] < '0' || text[i] > '9' || value > 1000000000) {
            return false;
        } else if (!point) {
            value = value * 10 + (uint64_t)(text[i] - '0') * 1000000;
        } else if (unit > 1) {
            unit /= 10;
            value += (uint64_t)(text[i] - '0') * unit;
        }
    }
    *value_out = value;
    return true;
}

static void start_old_matrix(struct state *s,
                             const struct zp__xml_attrs *attrs)
{
    uint64_t nr;

    if (s->old.nr || !zp__xml_attr_uint(attrs, "nbobjs", &nr) || !nr ||
        nr > ZP_MAX_PNODES)
        return;
    s->old.open = true;
    s->old.nr = (uint32_t)nr;
    s->old.fits = read_decimal(attrs, "latency_base", &s->old.base);
}

static void start_latency(struct state *s, const struct zp__xml_attrs *attrs)
{
    struct matrix *m = &s->old;
    uint64_t value;

    if (!m->open)
        return;
    if (m->nr_values == m->nr * m->nr ||
        !read_decimal(attrs, "value", &value)) {
        m->fits = false;
        return;
    }
    m->value[m->nr_values++] = (value * m->base + 500000000000) /
                               1000000000000;
}

/* kind: 4 is "latencies". */
static void start_matrix(struct state *s, const struct zp__xml_attrs *attrs)
{
    struct matrix *m = &s->now;
    uint64_t nr, kind;

    m->open = true;
    m->nr_ids = m->nr_values = 0;
    m->fits = zp__xml_attr_is(attrs, "type", "NUMANode") &&
              zp__xml_attr_is(attrs, "indexing", "os") &&
              zp__xml_attr_uint(attrs, "kind", &kind) && (kind & 4) &&
              zp__xml_attr_uint(attrs, "nbobjs", &nr) && nr &&
              nr <= ZP_MAX_PNODES;
    m->nr = m->fits ? (uint32_t)nr : 0;
    s->now_rank = zp__xml_attr_is(attrs, "name", "NUMALatency") ? 2 : 1;
}

static void end_number(struct zp__import *im, struct state *s)
{
    struct matrix *m = &s->now;

    if (!s->in_number)
        return;
    im->steps++;
    s->in_number = false;
    if (s->in_ids && m->nr_ids < m->nr)
        m->id[m->nr_ids++] = s->number;
    else if (s->in_values && m->nr_values < m->nr * m->nr)
        m->value[m->nr_values++] = s->number;
    else
        m->fits = false;
    s->number = 0;
}

static void end_matrix(struct zp__import *im, struct state *s)
{
    struct matrix *m = &s->now;
    uint32_t i, j;

    m->open = false;
    if (!m->nr || s->now_rank <= s->rank)
        return;
    if (!m->fits || m->nr_ids != m->nr || m->nr_values != m->nr * m->nr) {
        zp__import_warn(im, "a matrix of distances is not complete: left "
                        "out");
        return;
    }
    s->rank = s->now_rank;
    for (i = 0; i < m->nr; i++) {
        for (j = 0; j < m->nr; j++)
            zp__import_distance(im, m->id[i], m->id[j],
                                m->value[i * m->nr + j]);
    }
}

/* ---- events -------------------------------------------------------------- */

static void on_start(struct zp__import *im, void *state, const char *element,
                     const struct zp__xml_attrs *attrs, uint32_t depth)
{
    struct state *s = state;

    if (depth == 1)
        s->frame[1] = (struct frame){ .core = ZP_UNKNOWN_ID,
                                      .socket = ZP_UNKNOWN_ID,
                                      .l3 = ZP_UNKNOWN_ID };
    else
        s->frame[depth] = s->frame[depth - 1];
    s->frame[depth].is_object = false;
    if (!strcmp(element, "object"))
        start_object(im, s, attrs, depth);
    else if (!strcmp(element, "info"))
        start_info(im, s, attrs, depth);
    else if (!strcmp(element, "distances"))
        start_old_matrix(s, attrs);
    else if (!strcmp(element, "latency"))
        start_latency(s, attrs);
    else if (!strcmp(element, "distances2"))
        start_matrix(s, attrs);
    s->in_ids = !strcmp(element, "indexes") && s->now.open;
    s->in_values = !strcmp(element, "u64values") && s->now.open;
}

static void on_text(struct zp__import *im, void *state, const char *text,
                    size_t len)
{
    struct state *s = state;
    size_t i;

    if (!s->in_ids && !s->in_values)
        return;
    for (i = 0; i < len && s->now.fits; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            s->in_number = true;
            s->number = s->number * 10 + (uint64_t)(text[i] - '0');
            if (s->number > UINT32_MAX)
                s->number = UINT32_MAX;
        } else if (strchr(" \t\r\n", text[i])) {
            end_number(im, s);
        } else {
            s->now.fits = false;
        }
    }
}

static void on_end(struct zp__import *im, void *state, const char *element,
                   uint32_t depth)
{
    struct state *s = state;

    if (s->in_ids || s->in_values)
        end_number(im, s);
    s->in_ids = s->in_values = false;
    if (s->at_node == depth)
        s->at_node = 0;
    if (!strcmp(element, "distances2"))
        end_matrix(im, s);
    else if (!strcmp(element, "distances"))
        s->old.open = false;
}

/* ---- the end ------------------------------------------------------------- */

/* Of nodes with the same pcpus the plain ones come first, then the smaller
 * ones, then the lower ids. */
static bool before(const struct zp__import *im, const struct state *s,
                   uint32_t a, uint32_t b)
{
    uint32_t nr_a = zp_pcpuset_count(&s->local[a].pcpus);
    uint32_t nr_b = zp_pcpuset_count(&s->local[b].pcpus);

    if (s->local[a].special != s->local[b].special)
        return s->local[b].special;
    if (nr_a != nr_b)
        return nr_a < nr_b;
    return im->node[a].os_id < im->node[b].os_id;
}

/* 0 if none is in @owned, 1 if all are, -1 if some. */
static int how_owned(const struct zp_pcpuset *set,
                     const struct zp_pcpuset *owned)
{
    bool in = false, out = false;
    size_t i;

    for (i = 0; i < sizeof(set->word) / sizeof(set->word[0]); i++) {
        in |= set->word[i] & owned->word[i];
        out |= set->word[i] & ~owned->word[i];
    }
    return in && out ? -1 : in;
}

/* A memory-only node has, in XML, the pcpus it is near to. */
static void deal_pcpus(struct zp__import *im, struct state *s)
{
    struct zp_pcpuset owned = { { 0 } };
    uint32_t order[ZP_MAX_PNODES], i, j;

    for (i = 0; i < im->nr; i++) {
        for (j = i; j && before(im, s, i, order[j - 1]); j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    for (i = 0; i < im->nr; i++) {
        struct zp__import_node *node = &im->node[order[i]];

        if (how_owned(&s->local[order[i]].pcpus, &owned) == 1) {
            zp__import_warn(im, "node %u is near to pcpus of other nodes and "
                            "has none of its own: memory only", node->os_id);
            continue;
        }
        node->pcpus = s->local[order[i]].pcpus;
        zp__pcpuset_join(&owned, &node->pcpus);
    }
}

/* Version 1 leaves local_memory out where there is none. */
static void settle_memory(struct zp__import *im, struct state *s)
{
    bool any = false;
    uint32_t i;

    for (i = 0; i < im->nr; i++)
        any |= s->local[i].has_memory;
    for (i = 0; any && i < im->nr; i++) {
        if (!s->local[i].has_memory)
            im->node[i].mem_kib = 0;
    }
}

static void one_node(struct zp__import *im, struct state *s)
{
    struct zp__import_node *node = zp__import_node(im, 0);

    if (!node)
        return;
    s->local[0].pcpus = s->online;
    if (s->root_bytes && s->root_bytes / 1024 <= ZP_MAX_MEM_KIB) {
        s->local[0].has_memory = true;
        node->mem_kib = s->root_bytes / 1024;
    }
    zp__import_warn(im, "it has no NUMA nodes: taken as one node");
}

static void take_old_matrix(struct zp__import *im, const struct matrix *m)
{
    uint32_t i, j;

    if (m->nr != im->nr)
        return; /* of sockets, or of part of the machine */
    if (!m->fits || m->nr_values != m->nr * m->nr) {
        zp__import_warn(im, "the matrix of distances is not complete: left "
                        "out");
        return;
    }
    for (i = 0; i < m->nr; i++) {
        for (j = 0; j < m->nr; j++)
            zp__import_distance(im, im->node[i].os_id, im->node[j].os_id,
                                m->value[i * m->nr + j]);
    }
}

static void on_finish(struct zp__import *im, void *state)
{
    struct state *s = state;
    uint32_t i, nr = zp_pcpuset_count(&s->complete);

    if (!s->has_root) {
        zp__import_fail(im, ZP_ERR_INVAL, "numa-nodes", "no object in it");
        return;
    }
    if (!im->nr)
        one_node(im, s);
    deal_pcpus(im, s);
    settle_memory(im, s);
    if (s->old.nr && !s->rank)
        take_old_matrix(im, &s->old);
    im->has_online = true;
    im->online = s->online;
    for (i = 0; i < ZP_MAX_PCPUS; i++)
        nr -= zp_pcpuset_has(&s->complete, i) && zp_pcpuset_has(&s->online, i);
    if (nr)
        zp__import_warn(im, "%u pcpus are offline or were hidden from hwloc: "
                        "left out", nr);
}

const struct zp__xml_format zp__xml_hwloc = {
    "hwloc XML", "topology", sizeof(struct state),
    on_start, on_text, on_end, on_finish,
};
