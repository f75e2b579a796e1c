/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host's nodes as boxes, some to a line. */
#include <stdio.h>
#include <string.h>

#include "render/host-text.h"
#include "render/render.h"

/* Four boxes of "| " + INNER + " |" and three blanks are 99 columns. */
enum { INNER = 20, BAR = INNER - 2 };

struct box {
    const struct zp_topology *topo;
    const struct zp_load *load;
    const struct zp_plan *plan;  /* or NULL */
    uint32_t pos;
};

typedef void (*line_fn)(const struct box *box, char line[INNER + 1]);

static uint64_t zone_kib(const struct box *box)
{
    uint64_t kib = 0;
    uint32_t i;

    for (i = 0; box->plan && i < box->plan->nr_vnodes; i++) {
        if (box->plan->vnode[i].pnode == box->pos)
            kib += box->plan->vnode[i].mem_kib;
    }
    return kib;
}

/* "125.4G": at most five digits. */
static void short_size(uint64_t kib, char *text, size_t size)
{
    uint64_t unit = 1;
    unsigned u = 0;

    while (u < 3 && kib / unit >= 1024) {
        unit *= 1024;
        u++;
    }
    if (kib % unit && kib / unit < 100)
        snprintf(text, size, "%llu.%u%c", (unsigned long long)(kib / unit),
                 (unsigned)(kib % unit * 10 / unit), "KMGT"[u]);
    else
        snprintf(text, size, "%llu%c", (unsigned long long)(kib / unit),
                 "KMGT"[u]);
}

static void pcpus_line(const struct box *box, char line[INNER + 1])
{
    const struct zp_pcpuset *set = zp_topology_pcpus(box->topo, box->pos);
    char text[64];
    size_t len;
    int used;

    len = zp_pcpuset_format(set, text, sizeof(text));
    if (!len) {
        snprintf(line, INNER + 1, "no pcpus");
        return;
    }
    used = snprintf(line, INNER + 1, "pcpus %s", text);
    if (used <= INNER)
        return;
    /* too long: how many, and where they start */
    used = snprintf(line, INNER + 1, "%u pcpus: ", zp_pcpuset_count(set));
    snprintf(line + used, INNER + 1 - (size_t)used, "%s", text);
    for (len = INNER - 2; line[len] != ',' && line[len] != ' '; len--)
        ;
    snprintf(line + len, INNER + 1 - len, "%s",
             line[len] == ',' ? ",.." : " ..");
}

/* What cell @i of the bar shows: the amounts stand behind each other. */
static char bar_cell(const struct box *box, uint64_t mem_kib, uint32_t i)
{
    uint64_t at = mem_kib * (2 * i + 1);  /* in 1 / (2 * BAR) KiB */
    uint64_t free_kib = zp_load_free_kib(box->load, box->pos);
    uint64_t end = free_kib < mem_kib ? mem_kib - free_kib : 0;

    if (at < end * 2 * BAR)
        return '#';
    end += zp_load_promised_kib(box->load, box->pos) +
           zp_load_reserve_kib(box->load, box->pos);
    if (at < end * 2 * BAR)
        return '+';
    end += zone_kib(box);
    return at < end * 2 * BAR ? '@' : '.';
}

static void bar_line(const struct box *box, char line[INNER + 1])
{
    uint64_t mem_kib = zp_topology_mem_kib(box->topo, box->pos);
    uint32_t i;

    if (mem_kib == ZP_UNKNOWN_KIB || !mem_kib) {
        snprintf(line, INNER + 1, "%s",
                 mem_kib ? "memory not known" : "no memory");
        return;
    }
    line[0] = '[';
    for (i = 0; i < BAR; i++)
        line[1 + i] = bar_cell(box, mem_kib, i);
    line[INNER - 1] = ']';
    line[INNER] = '\0';
}

static void memory_line(const struct box *box, char line[INNER + 1])
{
    uint64_t mem_kib = zp_topology_mem_kib(box->topo, box->pos);
    char free_text[16], mem_text[16];

    if (mem_kib == ZP_UNKNOWN_KIB || !mem_kib)
        return;
    short_size(zp_load_free_kib(box->load, box->pos), free_text,
               sizeof(free_text));
    short_size(mem_kib, mem_text, sizeof(mem_text));
    snprintf(line, INNER + 1, "%s free of %s", free_text, mem_text);
}

static void vcpus_line(const struct box *box, char line[INNER + 1])
{
    uint32_t used = zp_load_used_vcpus(box->load, box->pos);

    if (used)
        snprintf(line, INNER + 1, "%u vcpus run here", used);
}

static void device_line(const struct box *box, char line[INNER + 1])
{
    uint32_t nr = zp_topology_nr_devices(box->topo);
    const char *first = NULL;
    uint32_t i, more = 0;

    for (i = 0; i < nr; i++) {
        if (!(zp_topology_device_pnodes(box->topo, i) >> box->pos & 1))
            continue;
        if (first)
            more++;
        else
            first = zp_topology_device_busid(box->topo, i);
    }
    if (first && more)
        snprintf(line, INNER + 1, "pci %s +%u", first, more);
    else if (first)
        snprintf(line, INNER + 1, "pci %s", first);
}

/* "=> vnode 0, 8 vcpus", or "=> vnodes 0,3" if several are here. */
static void vnode_line(const struct box *box, char line[INNER + 1])
{
    uint32_t here[ZP_MAX_VNODES];
    uint32_t i, nr = 0;
    int len;

    for (i = 0; box->plan && i < box->plan->nr_vnodes; i++) {
        if (box->plan->vnode[i].pnode == box->pos)
            here[nr++] = i;
    }
    if (!nr)
        return;
    if (nr == 1 && box->plan->vnode[here[0]].nr_vcpus) {
        snprintf(line, INNER + 1, "=> vnode %u, %u vcpus", here[0],
                 box->plan->vnode[here[0]].nr_vcpus);
        return;
    }
    if (nr == 1) {
        snprintf(line, INNER + 1, "=> vnode %u, memory", here[0]);
        return;
    }
    len = snprintf(line, INNER + 1, "=> vnodes %u", here[0]);
    for (i = 1; i < nr && len < INNER; i++)
        len += snprintf(line + len, (size_t)(INNER + 1 - len), ",%u",
                        here[i]);
}

static void zone_line(const struct box *box, char line[INNER + 1])
{
    uint64_t kib = zone_kib(box);
    char text[16];

    if (kib) {
        short_size(kib, text, sizeof(text));
        snprintf(line, INNER + 1, "   %s @", text);
    }
}

static void add_border(struct zp__text *t, const struct box *boxes,
                       uint32_t nr, bool titled)
{
    char title[32];
    int len = 0;
    uint32_t i, column;

    for (i = 0; i < nr; i++) {
        if (titled)
            len = snprintf(title, sizeof(title), " node %u ",
                           zp_topology_os_id(boxes[i].topo, boxes[i].pos));
        zp__text_add(t, "%s+-%.*s", i ? " " : "", len, title);
        for (column = (uint32_t)len; column < INNER + 1; column++)
            zp__text_add(t, "-");
        zp__text_add(t, "+");
    }
    zp__text_add(t, "\n");
}

/* One line through all boxes, left out if it is empty in each. */
static void add_line(struct zp__text *t, const struct box *boxes,
                     uint32_t nr, line_fn fn)
{
    char line[ZP__BOXES_PER_LINE][INNER + 1];
    bool any = false;
    uint32_t i;

    for (i = 0; i < nr; i++) {
        line[i][0] = '\0';
        fn(&boxes[i], line[i]);
        any = any || line[i][0];
    }
    if (!any)
        return;
    for (i = 0; i < nr; i++)
        zp__text_add(t, "%s| %-*s |", i ? " " : "", INNER, line[i]);
    zp__text_add(t, "\n");
}

void zp__add_boxes(struct zp__text *t, const struct zp_topology *topo,
                   const struct zp_load *load, const struct zp_plan *plan,
                   const uint32_t *pos, uint32_t nr)
{
    static const line_fn lines[] = {
        pcpus_line, vcpus_line, bar_line, memory_line, device_line,
        vnode_line, zone_line,
    };
    struct box boxes[ZP__BOXES_PER_LINE];
    uint32_t i;
    size_t l;

    for (i = 0; i < nr; i++)
        boxes[i] = (struct box){ topo, load, plan, pos[i] };
    add_border(t, boxes, nr, true);
    for (l = 0; l < sizeof(lines) / sizeof(lines[0]); l++)
        add_line(t, boxes, nr, lines[l]);
    add_border(t, boxes, nr, false);
}
