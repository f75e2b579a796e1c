/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules about dom0: that it keeps to its place, and serves the zones. */
#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define MIB_KIB ((uint64_t)1024)
#define GIB_KIB ((uint64_t)1 << 20)

static bool asked_xen(const struct zp__case *c)
{
    return *c->setup->xen_version != '\0';
}

static unsigned long long mib(uint64_t kib)
{
    return (unsigned long long)(kib / MIB_KIB);
}

static uint64_t host_kib(const struct zp_topology *topo)
{
    uint64_t sum = 0, kib;
    uint32_t pos;

    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
        kib = zp_topology_mem_kib(topo, pos);
        sum += kib == ZP_UNKNOWN_KIB ? 0 : kib;
    }
    return sum;
}

/* ---- its memory ---- */

/* An example that is not silly: a thirty-second of the host. */
static uint64_t fair_mib(const struct zp__case *c)
{
    uint64_t kib = c->topo ? host_kib(c->topo) / 32 : 0;

    if (kib < GIB_KIB)
        return 1024;
    return kib > 8 * GIB_KIB ? 8192 : kib / GIB_KIB * 1024;
}

/* The size of "4G,max:4G": its plain part, and what stands after "max:". */
static void split_sizes(const char *value, char plain[16], char max[16])
{
    const char *at = value;
    size_t len;

    plain[0] = max[0] = '\0';
    for (;; at += len + 1) {
        len = strcspn(at, ",");
        if (len > 4 && memcmp(at, "max:", 4) == 0)
            snprintf(max, 16, "%.*s", (int)(len - 4), at + 4);
        else if (len && !(len > 4 && memcmp(at, "min:", 4) == 0))
            snprintf(plain, 16, "%.*s", (int)len, at);
        if (!at[len])
            return;
    }
}

static enum zp_verdict dom0_mem(const struct zp__case *c,
                                struct zp_finding *f)
{
    char value[64], plain[16], max[16];

    if (!asked_xen(c))
        return zp__not_read(f);
    if (!zp__option(c->setup->xen_cmdline, "dom0_mem", value,
                    sizeof(value))) {
        zp__change(f, "dom0_mem=%lluM,max:%lluM",
                   (unsigned long long)fair_mib(c),
                   (unsigned long long)fair_mib(c));
        if (c->setup->dom0_kib == ZP_UNKNOWN_NUMBER)
            return zp__found(f, ZP_VERDICT_CHANGE, "not given");
        return zp__found(f, ZP_VERDICT_CHANGE, "not given, dom0 has %llu MiB",
                         mib(c->setup->dom0_kib));
    }
    split_sizes(value, plain, max);
    if (*plain && strcmp(plain, max) == 0)
        return zp__found(f, ZP_VERDICT_OK, "%s", value);
    if (!*plain)
        snprintf(plain, sizeof(plain), "%s", max);
    zp__change(f, "dom0_mem=%s,max:%s", plain, plain);
    return zp__found(f, ZP_VERDICT_CHANGE, "%s: %s", value,
                     *max ? "not the same as its maximum" : "no maximum");
}

/* PV dom0s lack a few MiB of what they were given. */
static enum zp_verdict dom0_balloon(const struct zp__case *c,
                                    struct zp_finding *f)
{
    uint64_t now = c->setup->dom0_kib, max = c->setup->dom0_max_kib;

    if (now == ZP_UNKNOWN_NUMBER || max == ZP_UNKNOWN_NUMBER)
        return zp__not_read(f);
    if (max > ZP_MAX_MEM_KIB || (c->topo && max > host_kib(c->topo)))
        return zp__found(f, ZP_VERDICT_OK, "%llu MiB, without a maximum to "
                         "compare", mib(now));
    if (now >= max - max / 32)
        return zp__found(f, ZP_VERDICT_OK, "%llu MiB, all that is its own",
                         mib(now));
    zp__change(f, "xl mem-set Domain-0 %llu", mib(max));
    return zp__found(f, ZP_VERDICT_CHANGE, "%llu of %llu MiB: it has given "
                     "some back", mib(now), mib(max));
}

static enum zp_verdict autoballoon(const struct zp__case *c,
                                   struct zp_finding *f)
{
    const char *value = c->setup->autoballoon;
    char mem[64];

    if (!*value)
        return zp__not_read(f);
    if (strcmp(value, "off") == 0 || strcmp(value, "0") == 0)
        return zp__found(f, ZP_VERDICT_OK, "off");
    if (strcmp(value, "auto") == 0 && asked_xen(c) &&
        zp__option(c->setup->xen_cmdline, "dom0_mem", mem, sizeof(mem)))
        return zp__found(f, ZP_VERDICT_OK, "auto, which is off with "
                         "dom0_mem");
    zp__change(f, "autoballoon=\"off\"");
    return zp__found(f, ZP_VERDICT_CHANGE, "%s", value);
}

static enum zp_verdict node_reserve(const struct zp__case *c,
                                    struct zp_finding *f)
{
    uint64_t least = UINT64_MAX, kib;
    uint32_t pos;

    if (!c->load || c->setup->host_conf != ZP_ANSWER_YES)
        return zp__not_read(f);
    for (pos = 0; pos < zp_topology_nr_pnodes(c->topo); pos++) {
        kib = zp_load_reserve_kib(c->load, pos);
        least = kib < least ? kib : least;
    }
    if (least)
        return zp__found(f, ZP_VERDICT_OK, "at least %llu MiB a node",
                         mib(least));
    zp__change(f, "reserve-percent = 1");
    return zp__found(f, ZP_VERDICT_CHANGE, "none");
}

static enum zp_verdict node_free(const struct zp__case *c,
                                 struct zp_finding *f)
{
    uint64_t least = UINT64_MAX, most = 0, kib;
    uint32_t pos, nr_short = 0, first = 0;

    if (!c->load)
        return zp__not_read(f);
    for (pos = 0; pos < zp_topology_nr_pnodes(c->topo); pos++) {
        kib = zp_load_free_kib(c->load, pos);
        least = kib < least ? kib : least;
        most = kib > most ? kib : most;
        if (kib >= zp_load_reserve_kib(c->load, pos))
            continue;
        first = nr_short++ ? first : zp_topology_os_id(c->topo, pos);
    }
    if (!nr_short)
        return zp__found(f, ZP_VERDICT_OK, "%llu to %llu MiB a node",
                         mib(least), mib(most));
    zp__change(f, "zonectl audit, and end or shrink a guest there");
    return zp__found(f, ZP_VERDICT_CHANGE, "less than the reserve on %u "
                     "node%s, the first is %u", nr_short,
                     nr_short == 1 ? "" : "s", first);
}

/* ---- its vcpus ---- */

/* An example again, for a dom0 that has one on each pcpu. */
static uint32_t fair_vcpus(const struct zp__case *c)
{
    uint32_t all = zp__nr_pcpus(c->topo);
    uint32_t fair = all / 16 < 2 ? 2 : all / 16 > 16 ? 16 : all / 16;

    return fair < all ? fair : 1;
}

static enum zp_verdict dom0_vcpus(const struct zp__case *c,
                                  struct zp_finding *f)
{
    uint64_t nr = c->setup->dom0_vcpus;
    uint32_t all;
    char value[16];

    if (nr == ZP_UNKNOWN_NUMBER || !c->topo)
        return zp__not_read(f);
    all = zp__nr_pcpus(c->topo);
    if (nr < all || all == 1 ||
        zp__option(c->setup->xen_cmdline, "dom0_max_vcpus", value,
                   sizeof(value)))
        return zp__found(f, ZP_VERDICT_OK, "%llu on %u pcpus",
                         (unsigned long long)nr, all);
    zp__change(f, "dom0_max_vcpus=%u", fair_vcpus(c));
    return zp__found(f, ZP_VERDICT_CHANGE, "%llu on %u pcpus",
                     (unsigned long long)nr, all);
}

/* The first node that has pcpus; every host has one. */
static uint32_t first_node(const struct zp__case *c)
{
    uint32_t pos = 0;

    while (!zp_pcpuset_count(zp_topology_pcpus(c->topo, pos)))
        pos++;
    return pos;
}

static enum zp_verdict dom0_nodes(const struct zp__case *c,
                                  struct zp_finding *f)
{
    char value[64];

    if (!c->topo || !asked_xen(c))
        return zp__not_read(f);
    if (zp__option(c->setup->xen_cmdline, "dom0_nodes", value, sizeof(value)))
        return zp__found(f, ZP_VERDICT_OK, "%s", value);
    if (zp_topology_nr_pnodes(c->topo) == 1)
        return zp__found(f, ZP_VERDICT_OK, "there is one node");
    zp__change(f, "dom0_nodes=%u",
               zp_topology_os_id(c->topo, first_node(c)));
    return zp__found(f, ZP_VERDICT_CHANGE, "not given: dom0's memory is "
                     "anywhere");
}

/* The first @nr pcpus of @set. */
static void first_of(const struct zp_pcpuset *set, uint64_t nr,
                     struct zp_pcpuset *out)
{
    uint32_t pcpu;

    memset(out, 0, sizeof(*out));
    for (pcpu = zp_pcpuset_next(set, 0); pcpu != ZP_UNKNOWN_ID && nr;
         pcpu = zp_pcpuset_next(set, pcpu + 1), nr--)
        zp_pcpuset_add(out, pcpu);
}

enum { LIST_LEN = 128 };     /* what a change has room for */

/* Where dom0 would be well: on its first pcpus where it is pinned, else on
 * the first of the first node; on fewer than it has vcpus if a list of so many
 * would have no room. */
static void dom0_home(const struct zp__case *c, bool pinned,
                      char list[LIST_LEN])
{
    const struct zp_pcpuset *from =
        pinned ? &c->setup->dom0_pcpus
               : zp_topology_pcpus(c->topo, first_node(c));
    struct zp_pcpuset home;
    uint64_t nr = c->setup->dom0_vcpus;

    /* Unknown is more than all, too. */
    if (nr >= zp__nr_pcpus(c->topo))
        nr = fair_vcpus(c);
    do {
        first_of(from, nr--, &home);
    } while (zp_pcpuset_format(&home, list, LIST_LEN) >= LIST_LEN);
}

static bool dom0_is_pinned(const struct zp__case *c)
{
    uint32_t nr = zp_pcpuset_count(&c->setup->dom0_pcpus);

    return nr && nr < zp__nr_pcpus(c->topo);
}

static enum zp_verdict dom0_pinned(const struct zp__case *c,
                                   struct zp_finding *f)
{
    char list[LIST_LEN];

    if (!c->topo || zp_pcpuset_next(&c->setup->dom0_pcpus, 0) ==
                        ZP_UNKNOWN_ID)
        return zp__not_read(f);
    if (dom0_is_pinned(c)) {
        zp_pcpuset_format(&c->setup->dom0_pcpus, list, sizeof(list));
        return zp__found(f, ZP_VERDICT_OK, "on pcpus %s", list);
    }
    if (zp__nr_pcpus(c->topo) == 1)
        return zp__found(f, ZP_VERDICT_OK, "there is one pcpu");
    dom0_home(c, false, list);
    zp__change(f, "xl vcpu-pin Domain-0 all %s", list);
    return zp__found(f, ZP_VERDICT_CHANGE, "its vcpus run on any of %u pcpus",
                     zp__nr_pcpus(c->topo));
}

/* A pcpu is reserved that no node has. */
static bool reserves_none(const struct zp__case *c)
{
    const struct zp_pcpuset *set = zp_load_reserved_pcpus(c->load);
    uint32_t pos, found = 0, pcpu;

    for (pcpu = zp_pcpuset_next(set, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(set, pcpu + 1)) {
        for (pos = 0; pos < zp_topology_nr_pnodes(c->topo); pos++)
            found += zp_pcpuset_has(zp_topology_pcpus(c->topo, pos), pcpu);
    }
    return found < zp_pcpuset_count(set);
}

static enum zp_verdict reserved_pcpus(const struct zp__case *c,
                                      struct zp_finding *f)
{
    const struct zp_pcpuset *set;
    char list[96], home[LIST_LEN];

    if (!c->load || c->setup->host_conf != ZP_ANSWER_YES)
        return zp__not_read(f);
    set = zp_load_reserved_pcpus(c->load);
    zp_pcpuset_format(set, list, sizeof(list));
    dom0_home(c, dom0_is_pinned(c), home);
    zp__change(f, "reserved-pcpus = %s", home);
    if (!*list)
        return zp__found(f, ZP_VERDICT_CHANGE, "none: zones run where dom0 "
                         "does");
    if (reserves_none(c))
        return zp__found(f, ZP_VERDICT_CHANGE, "%s, and not all of these "
                         "are there", list);
    if (dom0_is_pinned(c) &&
        !zp_pcpuset_intersects(set, &c->setup->dom0_pcpus))
        return zp__found(f, ZP_VERDICT_CHANGE, "%s, where dom0 does not run",
                         list);
    f->change[0] = '\0';
    return zp__found(f, ZP_VERDICT_OK, "%s", list);
}

/* ---- what it does for zones ---- */

static enum zp_verdict host_conf(const struct zp__case *c,
                                 struct zp_finding *f)
{
    switch (c->setup->host_conf) {
    case ZP_ANSWER_UNKNOWN: break;
    case ZP_ANSWER_YES: return zp__found(f, ZP_VERDICT_OK, "valid");
    case ZP_ANSWER_NO:
        zp__change(f, "a line that is right, or none");
        return zp__found(f, ZP_VERDICT_CHANGE, "%s",
                         *c->setup->host_conf_fault
                             ? c->setup->host_conf_fault : "refused");
    }
    return zp__not_read(f);
}

static enum zp_verdict module_of(enum zp_answer there, const char *name,
                                 struct zp_finding *f)
{
    switch (there) {
    case ZP_ANSWER_UNKNOWN: break;
    case ZP_ANSWER_YES: return zp__found(f, ZP_VERDICT_OK, "there");
    case ZP_ANSWER_NO:
        zp__change(f, "%s", name);
        return zp__found(f, ZP_VERDICT_CHANGE, "not loaded");
    }
    return zp__not_read(f);
}

static enum zp_verdict blkback(const struct zp__case *c, struct zp_finding *f)
{
    return module_of(c->setup->blkback, "xen-blkback", f);
}

static enum zp_verdict netback(const struct zp__case *c, struct zp_finding *f)
{
    return module_of(c->setup->netback, "xen-netback", f);
}

static enum zp_verdict balancing(const struct zp__case *c,
                                 struct zp_finding *f)
{
    uint64_t value = c->setup->dom0_numa_balancing;

    if (value == ZP_UNKNOWN_NUMBER)
        return zp__not_read(f);
    if (value)
        zp__change(f, "kernel.numa_balancing = 0");
    return zp__found(f, value ? ZP_VERDICT_CHANGE : ZP_VERDICT_OK,
                     "kernel.numa_balancing is %llu",
                     (unsigned long long)value);
}

static enum zp_verdict balloond(const struct zp__case *c,
                                struct zp_finding *f)
{
    uint64_t zones = c->setup->dynamic_zones;
    bool runs = c->setup->balloond == ZP_ANSWER_YES;

    if (zones == ZP_UNKNOWN_NUMBER ||
        c->setup->balloond == ZP_ANSWER_UNKNOWN)
        return zp__not_read(f);
    if (!runs && zones)
        zp__change(f, "systemctl enable --now zone-balloond.service");
    return zp__found(f, !runs && zones ? ZP_VERDICT_CHANGE : ZP_VERDICT_OK,
                     "%s, %llu dynamic zone%s", runs ? "runs" : "does not "
                     "run", (unsigned long long)zones, zones == 1 ? "" : "s");
}

const struct zp__rule zp__dom0_rules[] = {
    { "dom0-mem", ZP_WHERE_GRUB, dom0_mem,
      "without it dom0 takes all memory of all nodes, and gives back what "
      "happens to be free" },
    { "dom0-balloon", ZP_WHERE_SHELL, dom0_balloon,
      "a dom0 that balloons takes pages from any node when it grows" },
    { "autoballoon", ZP_WHERE_XL_CONF, autoballoon,
      "each xl create would shrink dom0 instead of being refused" },
    { "dom0-vcpus", ZP_WHERE_GRUB, dom0_vcpus,
      "a vcpu of dom0 on each pcpu is one neighbour more for every zone" },
    { "dom0-nodes", ZP_WHERE_GRUB, dom0_nodes,
      "dom0 on known nodes leaves the others whole; the numbers are "
      "proximity domains of the firmware, which Xen's mostly equal" },
    { "dom0-pinned", ZP_WHERE_SHELL, dom0_pinned,
      "dom0's vcpus would run on the pcpus of zones; dom0_nodes pins them, "
      "too" },
    { "reserved-pcpus", ZP_WHERE_HOST_CONF, reserved_pcpus,
      "dom0 carries the zones' disks and networks and has to run when they "
      "are busy" },
    { "node-reserve", ZP_WHERE_HOST_CONF, node_reserve,
      "Xen takes memory of a node for itself while guests run" },
    { "node-free", ZP_WHERE_SHELL, node_free,
      "no zone is placed on a node that has less than its reserve" },
    { "host-conf", ZP_WHERE_HOST_CONF, host_conf,
      "zonectl refuses to work with a file that it does not understand" },
    { "blkback", ZP_WHERE_MODULES, blkback,
      "a zone with a disk waits for it in vain" },
    { "netback", ZP_WHERE_MODULES, netback,
      "a zone with an interface waits for it in vain" },
    { "dom0-balancing", ZP_WHERE_SYSCTL, balancing,
      "nodes that a dom0 sees are not those that its memory is on" },
    { "balloond", ZP_WHERE_SHELL, balloond,
      "nobody else gives dynamic zones what they need" },
    { NULL, ZP_WHERE_NONE, NULL, NULL },
};
