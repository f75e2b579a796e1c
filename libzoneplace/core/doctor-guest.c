/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules about the Linux of a zone. */
#include <string.h>

#include "doctor.h"

static enum zp_verdict xen(const struct zp__case *c, struct zp_finding *f)
{
    switch (c->guest->xen) {
    case ZP_ANSWER_UNKNOWN: break;
    case ZP_ANSWER_YES: return zp__found(f, ZP_VERDICT_OK, "yes");
    case ZP_ANSWER_NO:
        return zp__found(f, ZP_VERDICT_UNKNOWN, "this does not run on Xen");
    }
    return zp__not_read(f);
}

static enum zp_verdict type(const struct zp__case *c, struct zp_finding *f)
{
    const char *what = c->guest->guest_type;

    if (!*what)
        return zp__not_read(f);
    if (strcmp(what, "PV") != 0)
        return zp__found(f, ZP_VERDICT_OK, "%s", what);
    zp__change(f, "zonectl launch --type pvh");
    return zp__found(f, ZP_VERDICT_CHANGE, "PV, which has no nodes");
}

static enum zp_verdict numa(const struct zp__case *c, struct zp_finding *f)
{
    char value[32];

    if (zp__option(c->guest->cmdline, "numa", value, sizeof(value)) &&
        strcmp(value, "on") != 0 && strcmp(value, "noacpi") != 0 &&
        strcmp(value, "nohmat") != 0) {
        zp__change(f, "no numa=%s", value);
        return zp__found(f, ZP_VERDICT_CHANGE, "numa=%s", value);
    }
    if (zp__option_off(c->guest->cmdline, "acpi") ||
        (zp__option(c->guest->cmdline, "numa", value, sizeof(value)) &&
         strcmp(value, "noacpi") == 0)) {
        zp__change(f, "no acpi=off and no numa=noacpi");
        return zp__found(f, ZP_VERDICT_CHANGE, "the kernel reads no SRAT");
    }
    if (c->guest->nr_nodes == ZP_UNKNOWN_NUMBER)
        return zp__not_read(f);
    if (c->guest->nr_nodes)
        return zp__found(f, ZP_VERDICT_OK, "%llu node%s",
                         (unsigned long long)c->guest->nr_nodes,
                         c->guest->nr_nodes == 1 ? "" : "s");
    f->where = ZP_WHERE_NONE;
    zp__change(f, "a kernel with CONFIG_NUMA and CONFIG_ACPI_NUMA");
    return zp__found(f, ZP_VERDICT_CHANGE, "a kernel without NUMA");
}

static bool many(const struct zp__case *c)
{
    return c->guest->nr_nodes != ZP_UNKNOWN_NUMBER && c->guest->nr_nodes > 1;
}

static enum zp_verdict distances(const struct zp__case *c,
                                 struct zp_finding *f)
{
    switch (c->guest->distances) {
    case ZP_ANSWER_UNKNOWN: break;
    case ZP_ANSWER_YES: return zp__found(f, ZP_VERDICT_OK, "in order");
    case ZP_ANSWER_NO:
        zp__change(f, "zonectl verify, in dom0");
        return zp__found(f, ZP_VERDICT_CHANGE, "a node is not nearest to "
                         "itself");
    }
    return zp__not_read(f);
}

static enum zp_verdict caches(const struct zp__case *c, struct zp_finding *f)
{
    switch (c->guest->caches) {
    case ZP_ANSWER_UNKNOWN: break;
    case ZP_ANSWER_YES:
        return zp__found(f, ZP_VERDICT_OK, "each in one node");
    case ZP_ANSWER_NO:
        zp__change(f, "zonectl launch of this version, or no cpuid= of your "
                   "own");
        return zp__found(f, ZP_VERDICT_CHANGE, "a last-level cache reaches "
                         "beyond a node");
    }
    return zp__not_read(f);
}

static enum zp_verdict memory_nodes(const struct zp__case *c,
                                    struct zp_finding *f)
{
    uint64_t all = c->guest->nr_nodes, with = c->guest->nr_memory_nodes;

    if (all == ZP_UNKNOWN_NUMBER || with == ZP_UNKNOWN_NUMBER)
        return zp__not_read(f);
    if (!all || with >= all)
        return zp__found(f, ZP_VERDICT_OK, "all have memory");
    return zp__found(f, ZP_VERDICT_UNKNOWN, "%llu of %llu have memory",
                     (unsigned long long)with, (unsigned long long)all);
}

static enum zp_verdict balancing(const struct zp__case *c,
                                 struct zp_finding *f)
{
    uint64_t value = c->guest->numa_balancing;

    if (value == ZP_UNKNOWN_NUMBER || c->guest->nr_nodes == ZP_UNKNOWN_NUMBER)
        return zp__not_read(f);
    if (value || !many(c))
        return zp__found(f, ZP_VERDICT_OK, "%llu on %llu node%s",
                         (unsigned long long)value,
                         (unsigned long long)c->guest->nr_nodes,
                         many(c) ? "s" : "");
    zp__change(f, "kernel.numa_balancing = 1");
    return zp__found(f, ZP_VERDICT_CHANGE, "off, on %llu nodes",
                     (unsigned long long)c->guest->nr_nodes);
}

static enum zp_verdict reclaim(const struct zp__case *c, struct zp_finding *f)
{
    uint64_t value = c->guest->zone_reclaim;

    if (value == ZP_UNKNOWN_NUMBER)
        return zp__not_read(f);
    if (value && many(c)) {
        zp__change(f, "vm.zone_reclaim_mode = 0");
        return zp__found(f, ZP_VERDICT_CHANGE, "%llu",
                         (unsigned long long)value);
    }
    return zp__found(f, ZP_VERDICT_OK, "%llu", (unsigned long long)value);
}

static enum zp_verdict huge_pages(const struct zp__case *c,
                                  struct zp_finding *f)
{
    const char *value = c->guest->huge_pages;

    if (!*value)
        return zp__not_read(f);
    if (strcmp(value, "never") != 0)
        return zp__found(f, ZP_VERDICT_OK, "%s", value);
    zp__change(f, "transparent_hugepage=madvise");
    return zp__found(f, ZP_VERDICT_CHANGE, "never");
}

static enum zp_verdict clocksource(const struct zp__case *c,
                                   struct zp_finding *f)
{
    const char *value = c->guest->clocksource;

    if (!*value)
        return zp__not_read(f);
    if (strcmp(value, "xen") == 0 || strcmp(value, "tsc") == 0)
        return zp__found(f, ZP_VERDICT_OK, "%s", value);
    zp__change(f, "clocksource=xen");
    return zp__found(f, ZP_VERDICT_CHANGE, "%s", value);
}

static enum zp_verdict memory_online(const struct zp__case *c,
                                     struct zp_finding *f)
{
    const char *policy = c->guest->auto_online;
    char told[32];
    bool offline;

    if (!*policy)
        return zp__not_read(f);
    if (!zp__option(c->guest->cmdline, "memhp_default_state", told,
                    sizeof(told)))
        return zp__found(f, ZP_VERDICT_OK, "%s, and nothing said at launch",
                         policy);
    offline = strcmp(told, "offline") == 0;
    if (offline == (strcmp(policy, "offline") == 0))
        return zp__found(f, ZP_VERDICT_OK, "%s, as it was launched", policy);
    zp__change(f, "echo %s >/sys/devices/system/memory/auto_online_blocks",
               told);
    return zp__found(f, ZP_VERDICT_CHANGE, "%s, but it was launched with %s",
                     policy, told);
}

static enum zp_verdict balloon(const struct zp__case *c, struct zp_finding *f)
{
    switch (c->guest->balloon) {
    case ZP_ANSWER_UNKNOWN: break;
    case ZP_ANSWER_YES: return zp__found(f, ZP_VERDICT_OK, "there");
    case ZP_ANSWER_NO:
        zp__change(f, "a kernel with CONFIG_XEN_BALLOON");
        return zp__found(f, ZP_VERDICT_UNKNOWN, "no balloon driver");
    }
    return zp__not_read(f);
}

static enum zp_verdict frontends(const struct zp__case *c,
                                 struct zp_finding *f)
{
    switch (c->guest->frontends) {
    case ZP_ANSWER_UNKNOWN: break;
    case ZP_ANSWER_YES: return zp__found(f, ZP_VERDICT_OK, "there");
    case ZP_ANSWER_NO:
        zp__change(f, "a kernel with CONFIG_XEN_BLKDEV_FRONTEND and "
                   "CONFIG_XEN_NETDEV_FRONTEND");
        return zp__found(f, ZP_VERDICT_UNKNOWN, "no bus for Xen's devices");
    }
    return zp__not_read(f);
}

static enum zp_verdict x2apic(const struct zp__case *c, struct zp_finding *f)
{
    char value[8];

    if (zp__option(c->guest->cmdline, "nox2apic", value, sizeof(value))) {
        zp__change(f, "no nox2apic");
        return zp__found(f, ZP_VERDICT_CHANGE, "turned off");
    }
    switch (c->guest->x2apic) {
    case ZP_ANSWER_UNKNOWN: break;
    case ZP_ANSWER_YES: return zp__found(f, ZP_VERDICT_OK, "there");
    case ZP_ANSWER_NO:
        return zp__found(f, ZP_VERDICT_UNKNOWN, "not seen");
    }
    return zp__not_read(f);
}

static enum zp_verdict vcpus(const struct zp__case *c, struct zp_finding *f)
{
    uint64_t all = c->guest->nr_present, online = c->guest->nr_online;

    if (all == ZP_UNKNOWN_NUMBER || online == ZP_UNKNOWN_NUMBER)
        return zp__not_read(f);
    if (online >= all)
        return zp__found(f, ZP_VERDICT_OK, "%llu, all online",
                         (unsigned long long)all);
    zp__change(f, "a udev rule, or echo 1 >/sys/devices/system/cpu/cpuN/"
               "online");
    return zp__found(f, ZP_VERDICT_UNKNOWN, "%llu of %llu online",
                     (unsigned long long)online, (unsigned long long)all);
}

const struct zp__rule zp__guest_rules[] = {
    { "xen", ZP_WHERE_NONE, xen, "the rest is about guests of Xen" },
    { "type", ZP_WHERE_SHELL, type,
      "a PV guest is shown one node, whatever its memory is on" },
    { "numa", ZP_WHERE_KERNEL, numa,
      "what the zone's plan says of nodes reaches the kernel by the SRAT" },
    { "distances", ZP_WHERE_SHELL, distances,
      "the scheduler and the page allocator go by them" },
    { "caches", ZP_WHERE_SHELL, caches,
      "the scheduler drops its topology and says so in the kernel's log" },
    { "memory-nodes", ZP_WHERE_NONE, memory_nodes,
      "a zone's nodes have memory; ballooning may have emptied one" },
    { "numa-balancing", ZP_WHERE_SYSCTL, balancing,
      "the nodes are real, so pages and tasks that come together gain; "
      "leave it off where the workload binds itself" },
    { "zone-reclaim", ZP_WHERE_SYSCTL, reclaim,
      "a full node would drop its page cache while the next has room" },
    { "huge-pages", ZP_WHERE_KERNEL, huge_pages,
      "the zone's memory is of 2 MiB pages and more, and nested paging "
      "makes small ones dear" },
    { "clocksource", ZP_WHERE_KERNEL, clocksource,
      "others leave the guest for every look at the clock" },
    { "memory-online", ZP_WHERE_SHELL, memory_online,
      "memory of a device that comes online by itself is taken for memory "
      "that is there: the guest dies of it" },
    { "balloon", ZP_WHERE_NONE, balloon,
      "without it a dynamic zone never gives memory back" },
    { "frontends", ZP_WHERE_NONE, frontends,
      "a zone's disks and interfaces are paravirtual" },
    { "x2apic", ZP_WHERE_KERNEL, x2apic,
      "without it each interrupt between vcpus costs more" },
    { "vcpus", ZP_WHERE_SHELL, vcpus,
      "zonectl vcpu-set brings vcpus back, and Linux leaves it to udev to "
      "take them" },
    { NULL, ZP_WHERE_NONE, NULL, NULL },
};
