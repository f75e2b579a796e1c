/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finer than nodes: which pcpus are one core, and which share an L3. Xen
 * doesn't tell of L3 domains: they come from a file or not at all. */
#include <string.h>

#include "core.h"

int zp_topology_set_pcpu_l3(struct zp_topology *topo, uint32_t pcpu,
                            uint32_t l3, struct zp_error *err)
{
    if (topo->frozen)
        return zp__fail(err, ZP_ERR_INVAL, NULL,
                        "the topology is frozen and can't be changed");
    if (pcpu >= ZP_MAX_PCPUS)
        return zp__fail(err, ZP_ERR_RANGE, "pcpus", "pcpu %u is beyond %d",
                        pcpu, ZP_MAX_PCPUS - 1);
    topo->l3[pcpu] = l3;
    return ZP_OK;
}

uint32_t zp_topology_l3(const struct zp_topology *topo, uint32_t pcpu)
{
    return pcpu < ZP_MAX_PCPUS ? topo->l3[pcpu] : ZP_UNKNOWN_ID;
}

uint32_t zp_topology_nr_l3(const struct zp_topology *topo)
{
    return topo->nr_l3;
}

/* Each online pcpu's node, in order of adding; the others' is unknown. */
static void find_pnodes(const struct zp_topology *topo, uint32_t *pnode)
{
    uint32_t i, pcpu;

    memset(pnode, 0xff, ZP_MAX_PCPUS * sizeof(*pnode));
    for (i = 0; i < topo->nr; i++) {
        for (pcpu = zp_pcpuset_next(&topo->pnode[i].pcpus, 0);
             pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(&topo->pnode[i].pcpus, pcpu + 1))
            pnode[pcpu] = i;
    }
}

/* Numbers a source gave, and ours: from 0 in the order in which they come. */
struct numbers {
    uint32_t nr;
    uint64_t key[ZP_MAX_PCPUS];
    uint16_t slot[2 * ZP_MAX_PCPUS]; /* number + 1, by hash; 0: free */
};

static uint32_t number_of(struct numbers *n, uint64_t key)
{
    uint64_t hash = key * 0x9e3779b97f4a7c15u >> 32;
    uint32_t at = (uint32_t)hash % (2 * ZP_MAX_PCPUS);

    while (n->slot[at] && n->key[n->slot[at] - 1] != key)
        at = (at + 1) % (2 * ZP_MAX_PCPUS);
    if (!n->slot[at]) {
        n->key[n->nr++] = key;
        n->slot[at] = (uint16_t)n->nr;
    }
    return n->slot[at] - 1u;
}

/* Each pcpu's core as a number from 0; unknown where none was told. */
static void number_cores(const struct zp_topology *topo, uint32_t *core)
{
    struct numbers n;
    uint32_t pcpu;

    memset(&n, 0, sizeof(n));
    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++)
        core[pcpu] = topo->core[pcpu] == ZP_UNKNOWN_ID
                         ? ZP_UNKNOWN_ID
                         : number_of(&n, (uint64_t)topo->socket[pcpu] << 32 |
                                             topo->core[pcpu]);
}

static void forget_l3(struct zp_topology *topo)
{
    memset(topo->l3, 0xff, sizeof(topo->l3));
}

/* True if all online pcpus have an L3, and no core has two. */
static bool l3_is_sound(struct zp_topology *topo, const uint32_t *pnode,
                        const uint32_t *core)
{
    uint32_t first[ZP_MAX_PCPUS], with = ZP_UNKNOWN_ID, without = with, pcpu;

    memset(first, 0xff, sizeof(first));
    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        if (pnode[pcpu] == ZP_UNKNOWN_ID)
            continue;
        if (topo->l3[pcpu] == ZP_UNKNOWN_ID) {
            without = pcpu;
            continue;
        }
        with = pcpu;
        if (core[pcpu] == ZP_UNKNOWN_ID)
            continue;
        if (first[core[pcpu]] == ZP_UNKNOWN_ID)
            first[core[pcpu]] = pcpu;
        if (topo->l3[first[core[pcpu]]] == topo->l3[pcpu])
            continue;
        zp__topology_warn(topo, "L3 domains are left out: pcpus %u and %u are "
                          "of one core and not of one L3",
                          first[core[pcpu]], pcpu);
        return false;
    }
    if (with != ZP_UNKNOWN_ID && without != ZP_UNKNOWN_ID)
        zp__topology_warn(topo, "L3 domains are left out: pcpu %u has one, "
                          "pcpu %u has not", with, without);
    return with != ZP_UNKNOWN_ID && without == ZP_UNKNOWN_ID;
}

static void index_cores(struct zp_topology *topo, const uint32_t *pnode,
                        const uint32_t *core)
{
    uint32_t node_of[ZP_MAX_PCPUS], pcpu, i;

    topo->has_cores = true;
    memset(topo->core_size, 0, sizeof(topo->core_size));
    memset(node_of, 0xff, sizeof(node_of));
    for (i = 0; i < topo->nr; i++)
        topo->threads[i] = 1;
    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        topo->core_nr[pcpu] = ZP__NO_CORE;
        i = pnode[pcpu];
        if (i == ZP_UNKNOWN_ID)
            continue;
        if (core[pcpu] == ZP_UNKNOWN_ID) {
            topo->has_cores = false;
            if (topo->threads[i] == 1)
                topo->threads[i] = 0;
            continue;
        }
        topo->core_nr[pcpu] = (uint16_t)core[pcpu];
        topo->core_size[core[pcpu]]++;
        if (node_of[core[pcpu]] == i)
            topo->threads[i] = 2;
        node_of[core[pcpu]] = i;
    }
}

static void index_sockets(struct zp_topology *topo, const uint32_t *pnode)
{
    zp__mask nodes[ZP_MAX_PCPUS];
    struct numbers n;
    uint32_t pcpu, i;

    memset(&n, 0, sizeof(n));
    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        if (pnode[pcpu] == ZP_UNKNOWN_ID ||
            topo->socket[pcpu] == ZP_UNKNOWN_ID)
            continue;
        i = n.nr;
        if (number_of(&n, topo->socket[pcpu]) == i)
            nodes[i] = 0;
        nodes[number_of(&n, topo->socket[pcpu])] |= ZP__BIT(pnode[pcpu]);
    }
    memset(topo->mates, 0, sizeof(topo->mates));
    for (i = 0; i < n.nr; i++) {
        zp__mask left;
        uint32_t pos;

        ZP__FOR_EACH (pos, left, nodes[i])
            topo->mates[pos] |= nodes[i];
    }
}

uint32_t zp__topology_threads(const struct zp_topology *topo, uint32_t pos)
{
    return topo->threads[pos];
}

uint64_t zp__topology_mates(const struct zp_topology *topo, uint32_t pos)
{
    return topo->mates[pos];
}

void zp__topology_index_pcpus(struct zp_topology *topo)
{
    uint32_t pnode[ZP_MAX_PCPUS], core[ZP_MAX_PCPUS], pcpu;
    struct numbers n;

    find_pnodes(topo, pnode);
    number_cores(topo, core);
    index_cores(topo, pnode, core);
    index_sockets(topo, pnode);
    topo->nr_l3 = 0;
    if (!l3_is_sound(topo, pnode, core)) {
        forget_l3(topo);
        return;
    }
    memset(&n, 0, sizeof(n));
    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++)
        topo->l3[pcpu] = pnode[pcpu] == ZP_UNKNOWN_ID
                             ? ZP_UNKNOWN_ID
                             : number_of(&n, topo->l3[pcpu]);
    topo->nr_l3 = n.nr;
}

/* INVAL unless pcpu numbers mean the same in both. */
static int same_machine(const struct zp_topology *topo,
                        const struct zp_topology *from, struct zp_error *err)
{
    uint32_t here[ZP_MAX_PCPUS], there[ZP_MAX_PCPUS], core[ZP_MAX_PCPUS];
    uint32_t first[ZP_MAX_PCPUS], pcpu;

    find_pnodes(topo, here);
    find_pnodes(from, there);
    number_cores(from, core);
    memset(first, 0xff, sizeof(first));
    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        if (here[pcpu] == ZP_UNKNOWN_ID)
            continue; /* offline here, or not given to Xen */
        if (there[pcpu] == ZP_UNKNOWN_ID ||
            topo->pnode[here[pcpu]].os_id != from->pnode[there[pcpu]].os_id)
            return zp__fail(err, ZP_ERR_INVAL, "topology",
                            "pcpu %u is in node %u here, and not there: that "
                            "is not the topology of this host", pcpu,
                            topo->pnode[here[pcpu]].os_id);
        if (core[pcpu] == ZP_UNKNOWN_ID ||
            topo->core[pcpu] == ZP_UNKNOWN_ID)
            continue;
        if (first[core[pcpu]] == ZP_UNKNOWN_ID)
            first[core[pcpu]] = pcpu;
        if (topo->core[first[core[pcpu]]] != topo->core[pcpu])
            return zp__fail(err, ZP_ERR_INVAL, "topology",
                            "pcpus %u and %u are of one core there, and not "
                            "here: they are numbered differently",
                            first[core[pcpu]], pcpu);
    }
    return ZP_OK;
}

int zp_topology_copy_l3(struct zp_topology *topo,
                        const struct zp_topology *from, struct zp_error *err)
{
    int rc = ZP_OK;

    if (topo->frozen)
        return zp__fail(err, ZP_ERR_INVAL, NULL,
                        "the topology is frozen and can't be changed");
    if (!from->nr_l3)
        rc = zp__fail(err, ZP_ERR_INVAL, "topology",
                      "that topology tells of no L3 domains");
    if (!rc)
        rc = same_machine(topo, from, err);
    if (!rc)
        memcpy(topo->l3, from->l3, sizeof(topo->l3));
    return rc;
}
