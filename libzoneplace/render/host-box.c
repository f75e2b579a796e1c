/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host's nodes as boxes, some to a line. */
#include <stdio.h>
#include <string.h>

#include "render/host-text.h"
#include "render/render.h"

/* A box is "| " + INNER + " |"; with a blank between them four are 79 columns
 * and eight 159. */
enum { INNER = ZP__BOX_COLUMNS - 4, BAR = INNER - 2 };

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

/* "16: 0-7,32-39,+": how many, and which, as far as they fit. */
static void pcpus_line(const struct box *box, char line[INNER + 1])
{
    const struct zp_pcpuset *set = zp_topology_pcpus(box->topo, box->pos);
    char text[64];
    size_t len;
    int used;

    if (!zp_pcpuset_format(set, text, sizeof(text))) {
        snprintf(line, INNER + 1, "no pcpus");
        return;
    }
    used = snprintf(line, INNER + 1, "%u: ", zp_pcpuset_count(set));
    used += snprintf(line + used, INNER + 1 - (size_t)used, "%s", text);
    if (used <= INNER)
        return;
    for (len = INNER - 2; line[len] != ',' && line[len] != ' '; len--)
        ;
    snprintf(line + len, INNER + 1 - len, "%s",
             line[len] == ',' ? ",+" : " +");
}

/* Distinct values of @of for the node's pcpus; 0 if one is not known. */
static uint32_t count(const struct box *box,
                      uint32_t (*of)(const struct zp_topology *topo,
                                     uint32_t pcpu))
{
    const struct zp_pcpuset *set = zp_topology_pcpus(box->topo, box->pos);
    uint32_t pcpu, before, nr = 0;

    for (pcpu = zp_pcpuset_next(set, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(set, pcpu + 1)) {
        if (of(box->topo, pcpu) == ZP_UNKNOWN_ID)
            return 0;
        for (before = zp_pcpuset_next(set, 0);
             before < pcpu && of(box->topo, before) != of(box->topo, pcpu);
             before = zp_pcpuset_next(set, before + 1))
            ;
        nr += before == pcpu;
    }
    return nr;
}

/* "8 cores, 2 L3", as far as that is known. */
static void cores_line(const struct box *box, char line[INNER + 1])
{
    uint32_t cores = count(box, zp_topology_core);
    uint32_t l3 = count(box, zp_topology_l3);
    int len = 0;

    if (cores)
        len = snprintf(line, INNER + 1, "%u core%s%s", cores,
                       cores == 1 ? "" : "s", l3 ? ", " : "");
    if (l3)
        snprintf(line + len, INNER + 1 - (size_t)len, "%u L3", l3);
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
    bool seen = false;
    uint32_t i;

    if (mem_kib == ZP_UNKNOWN_KIB || !mem_kib) {
        snprintf(line, INNER + 1, "%s",
                 mem_kib ? "memory not known" : "no memory");
        return;
    }
    line[0] = '[';
    for (i = 0; i < BAR; i++) {
        line[1 + i] = bar_cell(box, mem_kib, i);
        if (line[1 + i] == '@')
            seen = true;
    }
    /* the zone's share is seen, however small */
    if (zone_kib(box) && !seen) {
        for (i = 0; i < BAR - 1 && line[1 + i] != '.'; i++)
            ;
        line[1 + i] = '@';
    }
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
    snprintf(line, INNER + 1, "%s of %s", free_text, mem_text);
}

static void vcpus_line(const struct box *box, char line[INNER + 1])
{
    uint32_t used = zp_load_used_vcpus(box->load, box->pos);

    if (used)
        snprintf(line, INNER + 1, "%u vcpus run", used);
}

/* "pci 41:00.0 +2": the first, without the usual domain, and how many more. */
static void device_line(const struct box *box, char line[INNER + 1])
{
    uint32_t nr = zp_topology_nr_devices(box->topo);
    const char *first = NULL;
    uint32_t i, more = 0;
    int len;

    for (i = 0; i < nr; i++) {
        if (!(zp_topology_device_pnodes(box->topo, i) >> box->pos & 1))
            continue;
        if (first)
            more++;
        else
            first = zp_topology_device_busid(box->topo, i);
    }
    if (!first)
        return;
    if (!strncmp(first, "0000:", 5))
        len = snprintf(line, INNER + 1, "pci %s", first + 5);
    else
        len = snprintf(line, INNER + 1, "%s", first);
    if (more && len < INNER)
        snprintf(line + len, INNER + 1 - (size_t)len, " +%u", more);
}

/* "=> vnode 0", or "=> vnodes 0,3" if several are here. */
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
    len = snprintf(line, INNER + 1, "=> vnode%s %u", nr == 1 ? "" : "s",
                   here[0]);
    for (i = 1; i < nr && len < INNER; i++)
        len += snprintf(line + len, (size_t)(INNER + 1 - len), ",%u",
                        here[i]);
}

static void zone_line(const struct box *box, char line[INNER + 1])
{
    uint64_t kib = zone_kib(box);
    uint32_t i, vcpus = 0;
    char text[16];

    for (i = 0; box->plan && i < box->plan->nr_vnodes; i++) {
        if (box->plan->vnode[i].pnode == box->pos)
            vcpus += box->plan->vnode[i].nr_vcpus;
    }
    if (!kib)
        return;
    short_size(kib, text, sizeof(text));
    if (vcpus)
        snprintf(line, INNER + 1, "%u vcpu%s %s", vcpus,
                 vcpus == 1 ? "" : "s", text);
    else
        snprintf(line, INNER + 1, "memory %s", text);
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
    char line[ZP__MAX_BOXES][INNER + 1];
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
        pcpus_line, cores_line, vcpus_line, bar_line, memory_line, device_line,
        vnode_line, zone_line,
    };
    struct box boxes[ZP__MAX_BOXES];
    uint32_t i;
    size_t l;

    for (i = 0; i < nr; i++)
        boxes[i] = (struct box){ topo, load, plan, pos[i] };
    add_border(t, boxes, nr, true);
    for (l = 0; l < sizeof(lines) / sizeof(lines[0]); l++)
        add_line(t, boxes, nr, lines[l]);
    add_border(t, boxes, nr, false);
}
