/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules about Xen, its firmware and how it was started. */
#include <stdio.h>
#include <string.h>

#include "doctor.h"

static bool asked_xen(const struct zp__case *c)
{
    return *c->setup->xen_version != '\0';
}

static uint32_t to_number(const char **text)
{
    uint32_t value = 0;

    for (; **text >= '0' && **text <= '9' && value < 100000; ++*text)
        value = value * 10 + (uint32_t)(**text - '0');
    return value;
}

/* ---- Xen ---- */

enum { OLDEST_MINOR = 17 };      /* of 4: what the launcher is built for */

static enum zp_verdict xen_version(const struct zp__case *c,
                                   struct zp_finding *f)
{
    const char *at = c->setup->xen_version;
    uint32_t major, minor;

    if (!asked_xen(c))
        return zp__not_read(f);
    major = to_number(&at);
    if (*at != '.')
        return zp__found(f, ZP_VERDICT_UNKNOWN, "Xen \"%s\"",
                         c->setup->xen_version);
    at++;
    minor = to_number(&at);
    if (major > 4 || (major == 4 && minor >= OLDEST_MINOR))
        return zp__found(f, ZP_VERDICT_OK, "Xen %s", c->setup->xen_version);
    zp__change(f, "a release with Xen 4.%d or newer: Debian 12, 13",
               OLDEST_MINOR);
    return zp__found(f, ZP_VERDICT_CHANGE, "Xen %s", c->setup->xen_version);
}

static enum zp_verdict tier(const struct zp__case *c, struct zp_finding *f)
{
    switch (c->setup->patched) {
    case ZP_ANSWER_UNKNOWN: break;
    case ZP_ANSWER_YES:
        return zp__found(f, ZP_VERDICT_OK, "patched: zones see threads and "
                         "L3, grow on several nodes, pages are counted");
    case ZP_ANSWER_NO:
        return zp__found(f, ZP_VERDICT_OK, "stock: zones see no threads and "
                         "no L3, and are dynamic on one node only");
    }
    return zp__not_read(f);
}

static enum zp_verdict xenstored(const struct zp__case *c,
                                 struct zp_finding *f)
{
    switch (c->setup->xenstored) {
    case ZP_ANSWER_UNKNOWN: break;
    case ZP_ANSWER_YES: return zp__found(f, ZP_VERDICT_OK, "it answers");
    case ZP_ANSWER_NO:
        zp__change(f, "systemctl enable --now xen.service");
        return zp__found(f, ZP_VERDICT_CHANGE, "it does not answer");
    }
    return zp__not_read(f);
}

static enum zp_verdict scheduler(const struct zp__case *c,
                                 struct zp_finding *f)
{
    const char *name = c->setup->scheduler;

    if (!*name)
        return zp__not_read(f);
    if (strcmp(name, "credit2") == 0 || strcmp(name, "credit") == 0)
        return zp__found(f, ZP_VERDICT_OK, "%s", name);
    zp__change(f, "sched=credit2");
    return zp__found(f, ZP_VERDICT_CHANGE, "%s", name);
}

static enum zp_verdict sched_gran(const struct zp__case *c,
                                  struct zp_finding *f)
{
    char value[16];

    if (!asked_xen(c))
        return zp__not_read(f);
    if (!zp__option(c->setup->xen_cmdline, "sched-gran", value,
                    sizeof(value)) || strcmp(value, "cpu") == 0)
        return zp__found(f, ZP_VERDICT_OK, "each vcpu by itself");
    zp__change(f, "sched-gran=cpu");
    return zp__found(f, ZP_VERDICT_CHANGE, "sched-gran=%s", value);
}

static enum zp_verdict cpupool(const struct zp__case *c, struct zp_finding *f)
{
    switch (c->setup->pool_exists) {
    case ZP_ANSWER_UNKNOWN: break;
    case ZP_ANSWER_YES:
        return zp__found(f, ZP_VERDICT_OK, "zones go to %s", c->setup->pool);
    case ZP_ANSWER_NO:
        zp__change(f, "cpupool = Pool-0");
        return zp__found(f, ZP_VERDICT_CHANGE, "there is no pool %s",
                         c->setup->pool);
    }
    return zp__not_read(f);
}

static enum zp_verdict x2apic(const struct zp__case *c, struct zp_finding *f)
{
    uint32_t nr;

    if (!asked_xen(c) || !c->topo)
        return zp__not_read(f);
    nr = zp__nr_pcpus(c->topo);
    if (!zp__option_off(c->setup->xen_cmdline, "x2apic"))
        return zp__found(f, ZP_VERDICT_OK, "not turned off, %u pcpus", nr);
    if (nr < 255)
        return zp__found(f, ZP_VERDICT_OK, "off, which %u pcpus can do "
                         "with", nr);
    zp__change(f, "x2apic=1");
    return zp__found(f, ZP_VERDICT_CHANGE, "off, and %u pcpus", nr);
}

enum { GRANT_FRAMES = 64 };      /* Xen's default */

static enum zp_verdict grants(const struct zp__case *c, struct zp_finding *f)
{
    char value[16];
    const char *at = value;
    uint32_t frames;

    if (!asked_xen(c))
        return zp__not_read(f);
    if (!zp__option(c->setup->xen_cmdline, "gnttab_max_frames", value,
                    sizeof(value)))
        return zp__found(f, ZP_VERDICT_OK, "Xen's default, %d frames a guest",
                         GRANT_FRAMES);
    frames = to_number(&at);
    if (frames >= GRANT_FRAMES)
        return zp__found(f, ZP_VERDICT_OK, "%u frames a guest", frames);
    zp__change(f, "gnttab_max_frames=%d", GRANT_FRAMES);
    return zp__found(f, ZP_VERDICT_CHANGE, "%u frames a guest", frames);
}

/* What debug key 'u' prints of so many guests. */
enum { DUMP_GUESTS = 64, DUMP_LINE = 48, RING_LEAST = 16 << 10 };

static uint64_t ring_bytes(const struct zp__case *c)
{
    char value[16];
    const char *at = value;
    uint64_t bytes, standard = (uint64_t)zp__nr_pcpus(c->topo) << 11;

    if (!zp__option(c->setup->xen_cmdline, "conring_size", value,
                    sizeof(value)))
        return standard > RING_LEAST ? standard : RING_LEAST;
    bytes = to_number(&at);
    switch (*at) {
    case 'k': case 'K': return bytes << 10;
    case 'm': case 'M': return bytes << 20;
    case 'g': case 'G': return bytes << 30;
    default: return bytes << 10;  /* Xen's sizes are KiB by themselves */
    }
}

static enum zp_verdict console_ring(const struct zp__case *c,
                                    struct zp_finding *f)
{
    uint64_t bytes, need;

    if (!asked_xen(c) || !c->topo ||
        c->setup->patched == ZP_ANSWER_UNKNOWN)
        return zp__not_read(f);
    if (c->setup->patched == ZP_ANSWER_YES)
        return zp__found(f, ZP_VERDICT_OK, "not needed on the patched tier");
    bytes = ring_bytes(c);
    need = (uint64_t)DUMP_GUESTS * DUMP_LINE *
           (zp_topology_nr_pnodes(c->topo) + 2);
    if (bytes >= need)
        return zp__found(f, ZP_VERDICT_OK, "%llu KiB",
                         (unsigned long long)(bytes >> 10));
    zp__change(f, "conring_size=1M");
    return zp__found(f, ZP_VERDICT_CHANGE, "%llu KiB",
                     (unsigned long long)(bytes >> 10));
}

/* ---- the machine ---- */

static enum zp_verdict numa(const struct zp__case *c, struct zp_finding *f)
{
    uint32_t nodes, sockets;
    char value[32];

    if (!c->topo)
        return zp__not_read(f);
    if (zp__option(c->setup->xen_cmdline, "numa", value, sizeof(value)) &&
        strcmp(value, "on") != 0) {
        zp__change(f, "numa=on");
        return zp__found(f, ZP_VERDICT_CHANGE, "numa=%s on Xen's command "
                         "line", value);
    }
    nodes = zp_topology_nr_pnodes(c->topo);
    sockets = zp__nr_sockets(c->topo);
    if (nodes > 1 || sockets == 1)
        return zp__found(f, ZP_VERDICT_OK, "%u node%s", nodes,
                         nodes == 1 ? "" : "s");
    if (!sockets)
        return zp__found(f, ZP_VERDICT_UNKNOWN, "1 node, sockets not known");
    f->where = ZP_WHERE_FIRMWARE;
    zp__change(f, "no interleaving of memory over nodes or sockets");
    return zp__found(f, ZP_VERDICT_CHANGE, "1 node on %u sockets", sockets);
}

struct distances {
    uint32_t least, most;        /* between two nodes */
    bool one_way;                /* some pair differs by direction */
};

static struct distances distances(const struct zp_topology *topo)
{
    struct distances d = { ZP_DIST_UNREACHABLE, 0, false };
    uint32_t nr = zp_topology_nr_pnodes(topo), i, j, dist;

    for (i = 0; i < nr; i++) {
        for (j = 0; j < nr; j++) {
            if (i == j)
                continue;
            dist = zp_topology_distance(topo, i, j);
            d.least = dist < d.least ? dist : d.least;
            d.most = dist > d.most ? dist : d.most;
            d.one_way |= dist != zp_topology_distance(topo, j, i);
        }
    }
    return d;
}

static enum zp_verdict slit(const struct zp__case *c, struct zp_finding *f)
{
    struct distances d;
    uint32_t nr;

    if (!c->topo)
        return zp__not_read(f);
    nr = zp_topology_nr_pnodes(c->topo);
    if (nr <= 2)
        return zp__found(f, ZP_VERDICT_OK, "%u node%s: there is no nearer "
                         "one", nr, nr == 1 ? "" : "s");
    if (!zp_topology_has_distances(c->topo)) {
        zp__change(f, "a SLIT, or a newer firmware");
        return zp__found(f, ZP_VERDICT_CHANGE, "no usable distances, 10 and "
                         "20 are assumed");
    }
    d = distances(c->topo);
    if (d.most == ZP_DIST_UNREACHABLE)
        return zp__found(f, ZP_VERDICT_UNKNOWN, "some nodes can't reach each "
                         "other");
    if (d.least <= ZP_DIST_LOCAL)
        return zp__found(f, ZP_VERDICT_UNKNOWN, "another node at distance "
                         "%u", d.least);
    if (d.one_way)
        return zp__found(f, ZP_VERDICT_UNKNOWN, "%u to %u, and not the same "
                         "in both directions", d.least, d.most);
    if (d.least == d.most && zp__nr_sockets(c->topo) > 1)
        return zp__found(f, ZP_VERDICT_UNKNOWN, "%u between any two nodes of "
                         "%u sockets", d.least, zp__nr_sockets(c->topo));
    return zp__found(f, ZP_VERDICT_OK, "%u to %u", d.least, d.most);
}

static uint32_t nodes_with_pcpus(const struct zp_topology *topo)
{
    uint32_t pos, nr = 0;

    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++)
        nr += zp_pcpuset_next(zp_topology_pcpus(topo, pos), 0) !=
              ZP_UNKNOWN_ID;
    return nr;
}

static enum zp_verdict nodes_per_socket(const struct zp__case *c,
                                        struct zp_finding *f)
{
    const char *model = c->setup->cpu_model;
    uint32_t sockets, per;

    if (!c->topo)
        return zp__not_read(f);
    sockets = zp__nr_sockets(c->topo);
    if (!sockets)
        return zp__found(f, ZP_VERDICT_UNKNOWN, "sockets not known");
    per = nodes_with_pcpus(c->topo) / sockets;
    if (strstr(model, "EPYC") && per <= 1)
        zp__change(f, "NPS4, or NPS2, where this model has it");
    else if (strstr(model, "EPYC") && per > 4)
        zp__change(f, "\"ACPI SRAT L3 cache as NUMA domain\" off");
    else if (strstr(model, "Xeon") && per <= 1)
        zp__change(f, "sub-NUMA clustering, where this model has it");
    else if (per <= 1 && !*model)
        return zp__found(f, ZP_VERDICT_UNKNOWN, "%u, model not read", per);
    return zp__found(f, *f->change ? ZP_VERDICT_UNKNOWN : ZP_VERDICT_OK,
                     "%u%s%s", per, *model ? " on " : "", model);
}

static enum zp_verdict smt(const struct zp__case *c, struct zp_finding *f)
{
    uint32_t pos, threads = 0, of;

    if (!c->topo)
        return zp__not_read(f);
    for (pos = 0; pos < zp_topology_nr_pnodes(c->topo); pos++) {
        of = zp__topology_threads(c->topo, pos);
        threads = of > threads ? of : threads;
    }
    if (threads > 1)
        return zp__found(f, ZP_VERDICT_OK, "cores of two threads");
    if (threads == 1)
        return zp__found(f, ZP_VERDICT_OK, "cores of one thread%s",
                         zp__option_off(c->setup->xen_cmdline, "smt")
                         ? ": smt=0" : "");
    zp__change(f, "core = LIST, a line for each core");
    return zp__found(f, ZP_VERDICT_UNKNOWN, "cores not known");
}

static enum zp_verdict l3(const struct zp__case *c, struct zp_finding *f)
{
    uint32_t nr;

    if (!c->topo)
        return zp__not_read(f);
    nr = zp_topology_nr_l3(c->topo);
    if (nr)
        return zp__found(f, ZP_VERDICT_OK, "%u L3 domain%s", nr,
                         nr == 1 ? "" : "s");
    zp__change(f, "l3 = LIST, a line for each domain");
    return zp__found(f, ZP_VERDICT_UNKNOWN, "L3 domains not known");
}

static enum zp_verdict devices(const struct zp__case *c, struct zp_finding *f)
{
    uint32_t i, nr, known = 0;

    if (!c->topo)
        return zp__not_read(f);
    nr = zp_topology_nr_devices(c->topo);
    for (i = 0; i < nr; i++)
        known += zp_topology_device_pnodes(c->topo, i) != 0;
    if (!nr || known || zp_topology_nr_pnodes(c->topo) == 1)
        return zp__found(f, ZP_VERDICT_OK, "%u of %u have a node", known, nr);
    zp__change(f, "_PXM for its PCI roots: a newer firmware");
    return zp__found(f, ZP_VERDICT_UNKNOWN, "none of %u has a node", nr);
}

const struct zp__rule zp__host_rules[] = {
    { "xen-version", ZP_WHERE_NONE, xen_version,
      "older libraries lack calls that the launcher is built on" },
    { "tier", ZP_WHERE_NONE, tier,
      "xen-patches/README.md says what works on unmodified Xen" },
    { "xenstored", ZP_WHERE_SHELL, xenstored,
      "zones are known by their records in xenstore" },
    { "scheduler", ZP_WHERE_GRUB, scheduler,
      "a zone's vcpus share the pcpus of their node: null never runs more "
      "vcpus than pcpus, rtds and arinc653 want budgets that zones lack" },
    { "sched-gran", ZP_WHERE_GRUB, sched_gran,
      "vcpus of one unit have one affinity, and a zone's neighbours in "
      "number may be of different nodes" },
    { "cpupool", ZP_WHERE_HOST_CONF, cpupool,
      "a zone is built in the pool that host.conf names" },
    { "x2apic", ZP_WHERE_GRUB, x2apic,
      "without it there are no ids for 255 pcpus and more" },
    { "grants", ZP_WHERE_GRUB, grants,
      "disks and interfaces with a queue for each vcpu take grants that a "
      "small table runs out of" },
    { "console-ring", ZP_WHERE_GRUB, console_ring,
      "on the stock tier verify reads page counts from Xen's console, and a "
      "small ring loses some" },
    { "numa", ZP_WHERE_GRUB, numa,
      "what Xen does not know of nodes nobody can place by" },
    { "slit", ZP_WHERE_FIRMWARE, slit,
      "near and far are what these distances say" },
    { "nodes-per-socket", ZP_WHERE_FIRMWARE, nodes_per_socket,
      "one node a socket mixes near and far memory controllers; one a cache "
      "splits memory that the hardware interleaves" },
    { "smt", ZP_WHERE_HOST_CONF, smt,
      "--smt, --threads and --dedicated go by cores" },
    { "l3", ZP_WHERE_HOST_CONF, l3,
      "--float l3 needs them and Xen tells none; zonectl --topology FILE "
      "takes them from what lstopo wrote without Xen" },
    { "devices", ZP_WHERE_FIRMWARE, devices,
      "--near goes by the node that dom0 told Xen for a device" },
    { NULL, ZP_WHERE_NONE, NULL, NULL },
};
