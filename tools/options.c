/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every option of every verb, said once: getopt, --help and --long-options
 * read this table. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "zonectl.h"

struct opt {
    int id;
    const char *name;
    const char *arg;      /* what the value is called; NULL: takes none */
    unsigned groups;      /* verbs that take it: any bit in common */
    const char *help;
};

static const struct opt options[] = {
    { OPT_HOST, "host", "FILE|DIR", G_HOST,
      "this host file (\"-\": stdin) or sysfs tree" },
    { OPT_TIER, "tier", "stock|patched", G_HOST,
      "the Xen that a host file is planned for" },
    { OPT_TOPOLOGY, "topology", "FILE", G_HOST | G_LAUNCH,
      "L3 domains of the live host: Xen tells none" },

    { OPT_NAME, "name", "NAME", G_REQUEST, "name of the zone" },
    { OPT_VCPUS, "vcpus", "N", G_REQUEST, "vcpus online at boot" },
    { OPT_MAX_VCPUS, "max-vcpus", "N", G_REQUEST,
      "vcpus that can be brought online" },
    { OPT_MEMORY, "memory", "SIZE", G_REQUEST,
      "memory at boot: MiB, or with K, M, G, T" },
    { OPT_MAX_MEMORY, "max-memory", "SIZE", G_REQUEST,
      "memory that the zone may grow to" },
    { OPT_NUMA_NODES, "numa-nodes", "K", G_REQUEST,
      "on exactly K nodes" },
    { OPT_COMPACT, "compact", NULL, G_REQUEST,
      "nodes near to each other (default)" },
    { OPT_SCATTER, "scatter", NULL, G_REQUEST,
      "nodes far from each other" },
    { OPT_PCI, "pci", "BDF", G_REQUEST,
      "near this PCI device, and hand it to the zone" },
    { OPT_NEAR, "near", "BDF[=WEIGHT]", G_REQUEST,
      "near this PCI device; repeatable" },
    { OPT_NEAR_POLICY, "near-policy", "strict|preferred", G_REQUEST,
      "refuse, or take the nearest, if its node is full" },
    { OPT_MEMORY_POLICY, "memory-policy", "static|dynamic", G_REQUEST,
      "whether memory changes while the zone lives" },
    { OPT_AGENT, "agent", NULL, G_REQUEST,
      "the guest brings memory online, and reports" },
    { OPT_SPILL, "spill", "strict|honest|preferred|interleave", G_REQUEST,
      "where memory goes that does not fit at home" },
    { OPT_INTERLEAVE_NODES, "interleave-nodes", "LIST", G_REQUEST,
      "nodes of --spill interleave" },
    { OPT_MEMORY_NODES, "memory-nodes", "LIST|ID:SIZE,...", G_REQUEST,
      "nodes without cpus that may, or do, give memory" },
    { OPT_SIZE_BY, "size-by", "cpu|both", G_REQUEST,
      "what decides how many nodes are enough" },
    { OPT_FIRST_NODE, "first-node", "most-free|pack|balanced", G_REQUEST,
      "emptiest, fullest that fits, or in between" },
    { OPT_OVERCOMMIT, "overcommit", "N", G_REQUEST,
      "vcpus of the zone per pcpu (default 1)" },
    { OPT_VCPU_RATIO, "vcpu-ratio", "N", G_REQUEST,
      "vcpus of all zones per pcpu (0: no limit)" },
    { OPT_RESERVE_PCPUS, "reserve-pcpus", "LIST", G_REQUEST,
      "pcpus to keep from zones" },
    { OPT_VNUMA, "vnuma", "auto|always|never", G_REQUEST,
      "whether the guest sees its nodes" },
    { OPT_VNUMA_MIN_VCPUS, "vnuma-min-vcpus", "N", G_REQUEST,
      "smaller zones see no nodes" },
    { OPT_CPUPOOL, "cpupool", "NAME", G_REQUEST,
      "pcpus of this pool only (live host)" },
    { OPT_THREADS, "threads", "1|2|auto", G_REQUEST,
      "threads per core the guest sees" },
    { OPT_PACKAGES, "packages", "socket|node", G_REQUEST,
      "what the guest takes for packages" },
    { OPT_FLOAT, "float", "node|l3", G_REQUEST,
      "where a vcpu may run: its node, or one L3 of it" },
    { OPT_SMT, "smt", "pack|spread|avoid", G_REQUEST,
      "fill cores, use many, or one vcpu a core" },
    { OPT_DEDICATED, "dedicated", NULL, G_REQUEST,
      "a pcpu each that no other zone gets" },
    { OPT_MAX_NODE_VCPUS, "max-vcpus-per-node", "N", G_REQUEST,
      "vcpus of the zone on one node, at most" },
    { OPT_MAX_NODE_MEMORY, "max-memory-per-node", "SIZE", G_REQUEST,
      "its memory on one node, at most" },
    { OPT_NODES_PER_PACKAGE, "nodes-per-package", "N", G_REQUEST,
      "nodes of a package of the guest, at most" },
    { OPT_VNUMA_FROM_VCPUS, "vnuma-from-vcpus", "N", G_REQUEST,
      "larger zones see their nodes even if it is one" },
    { OPT_NO_SPANNING, "no-spanning", NULL, G_REQUEST,
      "a node's memory from it alone, or refuse" },
    { OPT_EMULATE, "emulate", "N[:LOCAL,REMOTE]", G_REQUEST,
      "show the guest N nodes, whatever the host has" },
    { OPT_TYPE, "type", "pvh|pv", G_REQUEST, "kind of guest" },
    { OPT_FORCE, "force", NULL, G_REQUEST,
      "allow a PV zone beyond one node" },

    { OPT_FROM, "from", "openstack|libvirt", G_PLAN,
      "the request is FILE: a flavor, a domain" },
    { OPT_TEXT, "text", NULL, G_PLAN, "print a table (default)" },
    { OPT_ASCII, "ascii", NULL, G_DRAW,
      "print a drawing of the host, 80 columns wide" },
    { OPT_WIDE, "wide", NULL, G_DRAW, "print it 160 columns wide" },
    { OPT_SVG, "svg", NULL, G_DRAW, "make a picture of the host as SVG" },
    { OPT_PNG, "png", NULL, G_DRAW, "make it as PNG" },
    { OPT_WHY, "why", NULL, G_PLAN, "say how the plan came about" },
    { OPT_RECEIPT, "receipt", "FILE", G_PLAN,
      "write host, request and plan to FILE" },
    { OPT_REPLAY, "replay", "FILE", G_PLAN,
      "plan a receipt again and compare" },

    { OPT_KERNEL, "kernel", "FILE", G_LAUNCH, "kernel to boot" },
    { OPT_RAMDISK, "ramdisk", "FILE", G_LAUNCH, "its initial ramdisk" },
    { OPT_CMDLINE, "cmdline", "TEXT", G_LAUNCH, "its command line" },
    { OPT_DISK, "disk", "SPEC", G_LAUNCH,
      "a disk, as in xl.cfg; repeatable" },
    { OPT_VIF, "vif", "SPEC", G_LAUNCH,
      "a network interface, as in xl.cfg; repeatable" },
    { OPT_ON_POWEROFF, "on-poweroff", "destroy|restart|preserve", G_LAUNCH,
      "when the guest powers off (destroy)" },
    { OPT_ON_REBOOT, "on-reboot", "destroy|restart|preserve", G_LAUNCH,
      "when the guest reboots (restart)" },
    { OPT_ON_CRASH, "on-crash", "destroy|restart|preserve", G_LAUNCH,
      "when the guest crashes (destroy)" },
    { OPT_AUTOSTART, "autostart", NULL, G_LAUNCH,
      "launch it again when the host has rebooted" },
    { OPT_BACKEND_AFFINITY, "backend-affinity", NULL, G_LAUNCH,
      "its backends run on dom0's vcpus at home" },
    { OPT_PAUSED, "paused", NULL, G_LAUNCH, "leave it paused when built" },
    { OPT_DRY_RUN, "dry-run", NULL, G_LAUNCH,
      "plan on the live host, create nothing" },
    { OPT_CONSOLE, "console", NULL, G_LAUNCH,
      "attach to the console once it runs" },
    { OPT_VERBOSE, "verbose", NULL, G_LAUNCH | G_AUTOSTART,
      "report progress, terminal or not" },

    { OPT_FORMAT, "format", "FORMAT", G_RENDER,
      "text (default), json, xl.cfg, libvirt, qemu,\n"
      "                               libvirt-kvm, srat, slit, ssdt, "
      "cpuid-{amd,intel}" },
    { OPT_FORMAT, "format", "text|json|nrt", G_SHOW_HOST,
      "nrt: a NodeResourceTopology object for Kubernetes" },
    { OPT_DOCTOR, "doctor", NULL, G_SHOW_HOST,
      "say what of its setup to change; exit 4 if any" },
    { OPT_GUEST, "guest", NULL, G_SHOW_HOST,
      "with --doctor: of the guest that this runs in" },
    { OPT_ROOT, "root", "DIR", G_SHOW_HOST,
      "where --guest finds proc and sys (/)" },
    { OPT_PLAN, "plan", "FILE", G_RENDER,
      "plan JSON to render, instead of a request" },
    { OPT_OUTPUT, "output", "FILE", G_RENDER | G_DRAW,
      "write to FILE, whole or not at all (-o)" },

    { OPT_EVERY, "all", NULL, G_VERIFY | G_STAT, "every zone" },
    { OPT_EVERY, "all", NULL, G_ADOPT, "every guest that is no zone" },
    { OPT_DRY_RUN, "dry-run", NULL, G_ADOPT, "look, and record nothing" },
    { OPT_FORGET, "forget", NULL, G_ADOPT, "take the record away again" },
    { OPT_PAGES, "pages", NULL, G_STAT,
      "fail if the zone is too large to be counted" },
    { OPT_WATCH, "watch", NULL, G_STAT, "again and again" },
    { OPT_INTERVAL, "interval", "SECONDS", G_STAT,
      "how long --watch waits (default 2)" },
    { OPT_TIMES, "times", "N", G_STAT, "how often --watch looks" },
    { OPT_PROMETHEUS, "prometheus", NULL, G_STAT,
      "metrics of the host and all zones" },
    { OPT_FORCE, "force", NULL, G_VERIFY | G_STAT | G_AUDIT | G_ADOPT,
      "walk the pages of more than 64 GiB" },
    { OPT_LOG, "log", NULL, G_CONSOLE,
      "print what the console said so far, and end" },
    { OPT_REBOOT, "reboot", NULL, G_SHUTDOWN, "reboot instead" },
    { OPT_WAIT, "wait", NULL, G_SHUTDOWN | G_MEM_SET,
      "return when it is done" },
    { OPT_VNODE, "vnode", "N", G_MEM_SET,
      "give back memory of this vnode" },
    { OPT_LIST, "list", NULL, G_AUTOSTART, "list marked zones" },
    { OPT_SAVE, "save", "NAME", G_AUTOSTART, "mark a running zone" },
    { OPT_REMOVE, "remove", "NAME", G_AUTOSTART, "unmark a zone" },

    { OPT_COUNT, "count", "N", G_DENSITY, "so many hosts like the last one" },
    { OPT_MIX, "mix", "FILE", G_DENSITY, "shapes with weights, JSON or CSV" },
    { OPT_SHAPE, "shape", "VCPUS:MEMORY[:WEIGHT]", G_DENSITY,
      "a shape of the mix; repeatable" },
    { OPT_TRACE, "trace", "FILE", G_DENSITY,
      "replay arrivals and departures, CSV" },
    { OPT_SEED, "seed", "N", G_DENSITY, "order of the mix (default 0)" },
    { OPT_MORE, "more", NULL, G_DENSITY,
      "how many more of each shape a host takes" },
    { OPT_POLICIES, "policies", "all|LIST", G_DENSITY,
      "compare rules on the same sequence" },
    { OPT_CSV, "csv", "TABLE", G_DENSITY,
      "print results, shapes, stranded or points" },
    { OPT_HTML, "html", "FILE", G_DENSITY,
      "write a report with charts, too" },

    { OPT_JSON, "json", NULL, G_ALL, "print JSON" },
    { OPT_HELP, "help", NULL, G_ALL, "print this" },
};

#define NR_OPTIONS (sizeof(options) / sizeof(options[0]))

static const struct opt *find_opt(unsigned groups, int id)
{
    for (size_t i = 0; i < NR_OPTIONS; i++) {
        if (options[i].id == id && (options[i].groups & groups))
            return &options[i];
    }
    return NULL;
}

static void fill_getopt(unsigned groups, struct option *table)
{
    size_t n = 0;

    for (size_t i = 0; i < NR_OPTIONS; i++) {
        const struct opt *opt = &options[i];

        if (!(opt->groups & groups))
            continue;
        table[n].name = opt->name;
        table[n].has_arg = opt->arg ? required_argument : no_argument;
        table[n].val = opt->id;
        n++;
    }
}

/* What getopt_long() found wrong with @word, which it was at. */
static int explain(const struct ctl *ctl, int found, const char *word,
                   struct zp_error *err)
{
    const struct opt *opt = find_opt(ctl->verb->groups, optopt);
    const char *verb = ctl->verb->name;

    if (found == ':' && opt)
        return fail(err, ZP_ERR_INVAL, opt->name, "%s: --%s needs %s", verb,
                    opt->name, opt->arg);
    if (found == ':')
        return fail(err, ZP_ERR_INVAL, "option", "%s: -%c needs a value",
                    verb, optopt);
    if (opt)
        return fail(err, ZP_ERR_INVAL, opt->name, "%s: --%s takes no value",
                    verb, opt->name);
    if (optopt)
        return fail(err, ZP_ERR_INVAL, "option", "%s: unknown option -%c",
                    verb, optopt);
    return fail(err, ZP_ERR_INVAL, "option",
                "%s: unknown or ambiguous option %s", verb, word);
}

static void add_given(struct ctl *ctl, int id)
{
    const struct opt *opt = find_opt(ctl->verb->groups, id);

    ctl->given[ctl->nr_given].id = id;
    ctl->given[ctl->nr_given].name = opt ? opt->name : "";
    ctl->given[ctl->nr_given].value = opt && opt->arg ? optarg : NULL;
    ctl->nr_given++;
}

int options_parse(struct ctl *ctl, int argc, char **argv,
                  struct zp_error *err)
{
    struct option table[NR_OPTIONS + 1] = { 0 };
    const char *brief = ctl->verb->groups & (G_RENDER | G_DRAW) ? ":ho:"
                                                               : ":h";
    int id;

    ctl->given = calloc((size_t)argc + 1, sizeof(*ctl->given));
    if (!ctl->given)
        return fail(err, ZP_ERR_NOMEM, NULL, "out of memory");
    fill_getopt(ctl->verb->groups, table);
    opterr = 0;
    optind = 1;
    while ((id = getopt_long(argc, argv, brief, table, NULL)) != -1) {
        if (id == ':' || id == '?')
            return explain(ctl, id, argv[optind - 1], err);
        add_given(ctl, id == 'h' ? OPT_HELP : id == 'o' ? OPT_OUTPUT : id);
    }
    ctl->nr_args = (unsigned)(argc - optind);
    ctl->args = argv + optind;
    if (given(ctl, OPT_HELP))
        return ZP_OK;
    if (ctl->nr_args > ctl->verb->max_args)
        return fail(err, ZP_ERR_INVAL, "argument",
                    "%s: one argument too many: %s", ctl->verb->name,
                    ctl->args[ctl->verb->max_args]);
    if (ctl->nr_args < ctl->verb->min_args)
        return fail(err, ZP_ERR_INVAL, "argument", "%s: %s is missing",
                    ctl->verb->name, ctl->verb->args);
    return ZP_OK;
}

const char *given(const struct ctl *ctl, int id)
{
    for (size_t i = ctl->nr_given; i-- > 0;) {
        if (ctl->given[i].id == id)
            return ctl->given[i].value ? ctl->given[i].value : "";
    }
    return NULL;
}

bool given_any_of(const struct ctl *ctl, unsigned group)
{
    for (size_t i = 0; i < ctl->nr_given; i++) {
        if (find_opt(group, ctl->given[i].id))
            return true;
    }
    return false;
}

void options_help(const struct verb *verb, struct spool *out)
{
    spool_add(out, "usage: zonectl %s [OPTION ...]%s%s\n%s%s\n\n", verb->name,
              *verb->args ? " " : "", verb->args, verb->help,
              verb->needs_xen ? " (on a live Xen host)" : "");
    for (size_t i = 0; i < NR_OPTIONS; i++) {
        const struct opt *opt = &options[i];
        int width;

        if (!(opt->groups & verb->groups))
            continue;
        width = 26 - (int)strlen(opt->name);
        if (opt->arg && strlen(opt->arg) >= (size_t)width)
            spool_add(out, "  --%s %s\n%31s%s\n", opt->name, opt->arg, "",
                      opt->help);
        else
            spool_add(out, "  --%s %-*s%s\n", opt->name, width,
                      opt->arg ? opt->arg : "", opt->help);
    }
}

void options_list(unsigned groups, struct spool *out)
{
    for (size_t i = 0; i < NR_OPTIONS; i++) {
        const struct opt *first;

        if (!(options[i].groups & groups))
            continue;
        first = find_opt(groups, options[i].id);
        if (first == &options[i])
            spool_add(out, "--%s\n", first->name);
    }
}
