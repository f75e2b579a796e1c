// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare: is the zone what the plan says? Reads a plan, a guest's report,
 * Xen's page counts (`xl debug-keys u`) and `xl vcpu-list`, and prints every
 * difference by name. It shares no code with what made the plan, on purpose:
 * the tables are taken apart here once more, from their bytes.
 *
 * Exit status: 0 no difference, 1 differences, 2 an input can't be read.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

static set online;
static bool online_given;
static unsigned differences;

/* What was seen, kept for --table. */
static struct {
    set vcpus;
    uint64_t kib;
    char *distance;
    bool there;
} guest_nodes[VNODES];
static uint64_t xen_pages[IDS];
static char xen_affinity[VNODES][64];

void die(const char *format, ...)
{
    va_list args;

    fputs("compare: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

void differ(const char *format, ...)
{
    va_list args;

    differences++;
    fputs("difference: ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

static void check_slit(void)
{
    size_t len;
    uint8_t *t = table("SLIT", &len);
    uint64_t n;

    if (!t) {
        if (pxms_nr > 1)
            differ("SLIT: none, but the plan has %u nodes", pxms_nr);
        return;
    }
    n = len >= 44 ? get64(t + 36) : 0;
    if (n != pxms_nr || len != 44 + n * n)
        differ("SLIT: %llu localities in %zu bytes, the plan has %u",
               (unsigned long long)n, len, pxms_nr);
    else
        for (unsigned i = 0; i < pxms_nr; i++)
            for (unsigned j = 0; j < pxms_nr; j++) {
                unsigned seen, wanted = plan_distance(pxms[i], pxms[j]);

                if (pxms[i] >= n || pxms[j] >= n)
                    continue;
                seen = t[44 + pxms[i] * n + pxms[j]];
                if (seen != wanted)
                    differ("SLIT: from domain %u to %u: plan %u, table %u",
                           pxms[i], pxms[j], wanted, seen);
            }
    free(t);
}

/* The vCPUs that the plan has in a proximity domain, the online ones. */
static set plan_vcpus(unsigned pxm)
{
    set s = { { 0 } };

    for (unsigned i = 0; i < vnodes_nr; i++)
        for (unsigned w = 0; w < IDS / 64; w++)
            if (vnodes[i].pxm == pxm)
                s.word[w] |= vnodes[i].vcpus.word[w] &
                             (online_given ? online.word[w] : ~0ULL);
    return s;
}

static uint64_t plan_kib(unsigned pxm)
{
    uint64_t kib = 0;

    for (unsigned i = 0; i < vnodes_nr; i++)
        if (vnodes[i].pxm == pxm)
            kib += vnodes[i].memory_kib;
    return kib;
}

/* The vCPUs behind a list of the guest's CPUs, by their APIC ids. */
static set guest_vcpus(const set *guest_cpus, int pxm)
{
    set s = { { 0 } };

    for (unsigned i = 0; i < IDS; i++) {
        char *text;
        int apic;

        if (!set_has(guest_cpus, i))
            continue;
        text = value_of("/proc/cpuinfo/%u/apicid", i);
        apic = text ? atoi(text) : -1;
        free(text);
        if (apic < 0 || apic >= IDS || apic_to_vcpu[apic] < 0) {
            differ("guest CPU %u: APIC id %d is not in the MADT", i, apic);
            continue;
        }
        if (have_srat && apic_to_pxm[apic] != pxm)
            differ("guest CPU %u: domain %d in the SRAT, Linux has it in %d",
                   i, apic_to_pxm[apic], pxm);
        set_add(&s, (unsigned)apic_to_vcpu[apic]);
    }
    return s;
}

static void check_node_distances(unsigned node, unsigned pxm)
{
    char *text = value_of("/sys/devices/system/node/node%u/distance", node);
    char *at = text;
    unsigned to = 0;

    for (; at && to < nodes_nr; to++) {
        char *end;
        unsigned long seen = strtoul(at, &end, 10);
        unsigned wanted = pxm_index((unsigned)node_to_pxm[to]) == pxms_nr
                        ? 0 : plan_distance(pxm, (unsigned)node_to_pxm[to]);

        if (end == at)
            break;
        if (seen != wanted)
            differ("guest node %u: distance to node %u: plan %u, guest %lu",
                   node, to, wanted, seen);
        at = end;
    }
    if (!at || to != nodes_nr || at[strspn(at, " ")])
        differ("guest node %u: %u distances wanted, guest has \"%s\"", node,
               nodes_nr, text ? text : "");
    guest_nodes[node].distance = text;
}

static void check_node_memory(unsigned node, unsigned pxm)
{
    char key[64], *text;
    uint64_t wanted = plan_kib(pxm), kib = 0;

    snprintf(key, sizeof key, "/node%u/meminfo: Node %u MemTotal:", node,
             node);
    text = strstr(report, key);
    if (text)
        kib = strtoull(text + strlen(key), NULL, 10);
    guest_nodes[node].kib = kib;
    /* The kernel keeps some for itself, on node 0 most. */
    if (kib > wanted || kib < wanted / 2)
        differ("guest node %u: memory: plan %llu KiB, guest has %llu", node,
               (unsigned long long)wanted, (unsigned long long)kib);
}

static void check_nodes(void)
{
    char *text = value_of("/sys/devices/system/node/online");
    set seen, wanted = { { 0 } };

    for (unsigned i = 0; i < nodes_nr; i++)
        set_add(&wanted, i);
    if (!text || !set_parse(text, &seen))
        die("the report has no nodes");
    free(text);
    if (nodes_nr != pxms_nr || !set_equal(&seen, &wanted))
        differ("guest nodes: plan %u, SRAT %u, guest %s", pxms_nr, nodes_nr,
               set_text(&seen));
    for (unsigned i = 0; i < nodes_nr; i++) {
        unsigned pxm = (unsigned)node_to_pxm[i];
        set guest, vcpus;

        if (pxm_index(pxm) == pxms_nr) {
            differ("guest node %u: domain %u is not in the plan", i, pxm);
            continue;
        }
        text = value_of("/sys/devices/system/node/node%u/cpulist", i);
        if (!text || !set_parse(text, &guest)) {
            differ("guest node %u: no list of its CPUs", i);
            free(text);
            continue;
        }
        free(text);
        seen = guest_vcpus(&guest, (int)pxm);
        guest_nodes[i].vcpus = seen;
        guest_nodes[i].there = true;
        vcpus = plan_vcpus(pxm);
        if (!set_equal(&seen, &vcpus))
            differ("guest node %u: vCPUs: plan %s, guest %s", i,
                   set_text(&vcpus), set_text(&seen));
        check_node_distances(i, pxm);
        check_node_memory(i, pxm);
    }
}

static void check_ranges(void)
{
    if (!have_srat)
        return;
    for (unsigned i = 0; i < pxms_nr; i++) {
        uint64_t seen = 0, wanted = plan_kib(pxms[i]);

        for (unsigned j = 0; j < ranges_nr; j++)
            if (ranges[j].pxm == pxms[i])
                seen += ranges[j].end - ranges[j].start;
        if (seen != wanted << 10)
            differ("SRAT: memory of domain %u: plan %llu KiB, table %llu "
                   "bytes", pxms[i], (unsigned long long)wanted,
                   (unsigned long long)seen);
    }
    for (unsigned i = 0; i < ranges_nr; i++)
        for (unsigned j = 0; j < i; j++)
            if (ranges[i].start < ranges[j].end &&
                ranges[j].start < ranges[i].end)
                differ("SRAT: ranges %u and %u overlap", j, i);
}

/* libxl gives a PVH guest eight special pages: xenstore, console, ioreq and
 * the like (xg_dom_x86.c, NR_SPECIAL_PAGES). */
enum { SPECIAL_PAGES = 8 };

/* Linux puts the hypervisor's shared_info over a page of its own and gives
 * that page back (drivers/xen and arch/x86/xen/enlighten_hvm.c). */
enum { PAGES_GIVEN_BACK = 1 };

/* Pages that hold ACPI tables, by the guest's own e820. */
static int64_t acpi_pages(void)
{
    int64_t pages = 0;

    for (unsigned i = 0; i < 128; i++) {
        char *type = value_of("/sys/firmware/memmap/%u/type", i);
        char *start = value_of("/sys/firmware/memmap/%u/start", i);
        char *end = value_of("/sys/firmware/memmap/%u/end", i);

        if (type && start && end && !strncmp(type, "ACPI Tables", 11))
            pages += (int64_t)((strtoull(end, NULL, 0) >> 12) -
                               (strtoull(start, NULL, 0) >> 12) + 1);
        free(type);
        free(start);
        free(end);
    }
    return pages;
}

/* "Domain N (total: T):" and below it "Node I: PAGES". */
static void check_pages(const char *path, unsigned domid, int64_t special)
{
    uint64_t *pages = xen_pages, wanted[IDS] = { 0 };
    bool used[IDS] = { false }, mine = false, found = false;
    char *text = slurp(path), *line, *rest = text;
    int64_t surplus = 0;

    while ((line = strsep(&rest, "\n"))) {
        char *at = strstr(line, "Domain ");
        unsigned node;
        unsigned long long n;

        if (at && strstr(at, "(total:")) {
            mine = (unsigned)atoi(at + strlen("Domain ")) == domid;
            found |= mine;
            /* A ring may hold several dumps: the last one counts. */
            if (mine)
                memset(pages, 0, sizeof xen_pages);
        } else if (mine && (at = strstr(line, "Node ")) &&
                   sscanf(at, "Node %u: %llu", &node, &n) == 2 &&
                   node < IDS) {
            pages[node] = n;
        }
    }
    free(text);
    if (!found)
        die("%s: nothing about domain %u", path, domid);
    for (unsigned i = 0; i < vnodes_nr; i++) {
        wanted[vnodes[i].pnode] += vnodes[i].memory_kib / 4;
        used[vnodes[i].pnode] = true;
    }
    for (unsigned i = 0; i < IDS; i++) {
        surplus += (int64_t)(pages[i] - wanted[i]);
        if (pages[i] < wanted[i] || (pages[i] && !used[i]) ||
            pages[i] - wanted[i] > (uint64_t)special)
            differ("pages on pnode %u: plan %llu, Xen %llu", i,
                   (unsigned long long)wanted[i],
                   (unsigned long long)pages[i]);
    }
    if (surplus != special)
        differ("pages beyond the plan: %lld accounted for (%d special, %lld "
               "of ACPI, %d given back), Xen has %lld", (long long)special,
               SPECIAL_PAGES, (long long)acpi_pages(), PAGES_GIVEN_BACK,
               (long long)surplus);
}

/* "NAME ID VCPU CPU STATE TIME HARD / SOFT" */
static void check_vcpu(const char *line, unsigned domid, set *seen)
{
    unsigned id, vcpu, i;
    char hard[1024], soft[1024], cpu[16];
    set h, s;
    bool is_online;

    if (sscanf(line, "%*s %u %u %15s %*s %*s %1023s / %1023s", &id, &vcpu,
               cpu, hard, soft) != 5 || id != domid)
        return;
    /* An offline vCPU has no CPU. */
    is_online = strcmp(cpu, "-") != 0;
    for (i = 0; i < vnodes_nr && !set_has(&vnodes[i].vcpus, vcpu); i++)
        ;
    if (i == vnodes_nr) {
        /* Ids that pad a node: they exist, and never run. */
        if (is_online)
            differ("vCPU %u: online, and not in the plan", vcpu);
        return;
    }
    set_add(seen, vcpu);
    if (is_online != (!online_given || set_has(&online, vcpu)))
        differ("vCPU %u: %s", vcpu, is_online ? "online" : "offline");
    if (!set_parse(hard, &h) || !set_parse(soft, &s)) {
        differ("vCPU %u: affinity %s / %s can't be read", vcpu, hard, soft);
        return;
    }
    snprintf(xen_affinity[i], sizeof xen_affinity[i], "%.63s", hard);
    if (!set_equal(&h, &vnodes[i].pcpus))
        differ("vCPU %u: hard affinity: plan %s, Xen %s", vcpu,
               set_text(&vnodes[i].pcpus), hard);
    if (!set_equal(&s, &vnodes[i].pcpus))
        differ("vCPU %u: soft affinity: plan %s, Xen %s", vcpu,
               set_text(&vnodes[i].pcpus), soft);
}

static void check_affinities(const char *path, unsigned domid)
{
    char *text = slurp(path), *line, *rest = text;
    set seen = { { 0 } };

    while ((line = strsep(&rest, "\n")))
        check_vcpu(line, domid, &seen);
    free(text);
    for (unsigned i = 0; i < vnodes_nr; i++)
        for (unsigned id = 0; id < IDS; id++)
            if (set_has(&vnodes[i].vcpus, id) && !set_has(&seen, id))
                differ("vCPU %u: in the plan, and Xen has none", id);
}

/* Side by side: the plan, what Xen holds, what the guest sees. */
static void print_table(void)
{
    printf("%-32s | %-18s | %s\n", "plan", "Xen", "guest");
    printf("vnode pnode %-8s %10s  | %8s %-9s | node %-8s %9s  %s\n",
           "vcpus", "KiB", "pages", "affinity", "vcpus", "KiB",
           "distances");
    for (unsigned i = 0; i < vnodes_nr; i++) {
        const struct vnode *v = &vnodes[i];
        unsigned n;

        printf("%5u %5u %-8s %10llu  | %8llu %-9s | ", i, v->pnode,
               set_text(&v->vcpus), (unsigned long long)v->memory_kib,
               (unsigned long long)xen_pages[v->pnode], xen_affinity[i]);
        for (n = 0; n < nodes_nr && node_to_pxm[n] != (int)v->pxm; n++)
            ;
        if (n == nodes_nr || !guest_nodes[n].there)
            puts("-");
        else
            printf("%4u %-8s %9llu  %s\n", n,
                   set_text(&guest_nodes[n].vcpus),
                   (unsigned long long)guest_nodes[n].kib,
                   guest_nodes[n].distance ? guest_nodes[n].distance : "-");
    }
}

static void usage(FILE *out)
{
    fputs("Usage: compare --plan FILE --report FILE --debug-u FILE\n"
          "               --vcpu-list FILE --domid N [--special N]\n"
          "               [--pcpus LIST] [--online LIST] [--table]\n"
          "  --special N    pages that a guest has beyond its memory\n"
          "                 (else: 8, those of its ACPI tables, less 1)\n"
          "  --pcpus LIST   the host's pCPUs, for \"all\" (0-15)\n"
          "  --online LIST  the vCPUs that are online (all of the plan)\n"
          "  --table        also print plan, Xen and guest side by side\n",
          out);
}

static void read_options(int argc, char **argv, const char **files,
                         long *domid, long *special, bool *show)
{
    static const struct option options[] = {
        { "plan", required_argument, NULL, 0 },
        { "report", required_argument, NULL, 1 },
        { "debug-u", required_argument, NULL, 2 },
        { "vcpu-list", required_argument, NULL, 3 },
        { "domid", required_argument, NULL, 4 },
        { "special", required_argument, NULL, 5 },
        { "pcpus", required_argument, NULL, 6 },
        { "online", required_argument, NULL, 7 },
        { "help", no_argument, NULL, 8 },
        { "table", no_argument, NULL, 9 },
        { NULL, 0, NULL, 0 }
    };
    int which;

    while ((which = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (which == 8) {
            usage(stdout);
            exit(0);
        }
        if (which < 0 || which > 9 ||
            (which == 6 && !set_parse(optarg, &all_pcpus)) ||
            (which == 7 && !set_parse(optarg, &online))) {
            usage(stderr);
            exit(2);
        }
        if (which < 4)
            files[which] = optarg;
        if (which == 4)
            *domid = atol(optarg);
        if (which == 5)
            *special = atol(optarg);
        online_given |= which == 7;
        *show |= which == 9;
    }
    if (!files[0] || !files[1] || !files[2] || !files[3] || *domid < 0 ||
        optind != argc) {
        usage(stderr);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    const char *files[4] = { NULL, NULL, NULL, NULL };
    long domid = -1, special = -1;
    bool show = false;

    set_parse("0-15", &all_pcpus);
    read_options(argc, argv, files, &domid, &special, &show);
    for (unsigned i = 0; i < IDS; i++)
        apic_to_vcpu[i] = apic_to_pxm[i] = -1;
    plan_read(files[0]);
    report = slurp(files[1]);
    madt_read();
    srat_read();
    check_slit();
    check_nodes();
    check_ranges();
    if (special < 0)
        special = SPECIAL_PAGES + acpi_pages() - PAGES_GIVEN_BACK;
    check_pages(files[2], (unsigned)domid, special);
    check_affinities(files[3], (unsigned)domid);
    if (show)
        print_table();
    if (differences) {
        printf("%u differences\n", differences);
        return 1;
    }
    printf("no difference: %u vnodes, %u guest nodes\n", vnodes_nr,
           nodes_nr);
    return 0;
}
