/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rule 13 once more, from its text: lists that are sorted and walked. */
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

struct thread {
    uint32_t pcpu, core, socket, l3, milli;
    uint32_t rank;        /* of the threads of its core, in the list */
    uint64_t core_milli;  /* of its core, in the list */
    uint32_t core_first;
};

struct list {
    uint32_t nr;
    struct thread t[ZP_MAX_PCPUS];
};

static bool same_core(const struct thread *a, const struct thread *b)
{
    return a->core == b->core && a->socket == b->socket &&
           (a->core != ZP_UNKNOWN_ID || a->pcpu == b->pcpu);
}

/* All online pcpus of the core are in the list. */
static bool whole(const struct zp_topology *topo, const struct list *list,
                  const struct thread *of)
{
    uint32_t here = 0, all = 0, i, pos, pcpu;
    struct thread t;

    for (i = 0; i < list->nr; i++)
        here += same_core(&list->t[i], of);
    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
        for (pcpu = 0; pcpu < 600; pcpu++) {
            t.pcpu = pcpu;
            t.core = zp_topology_core(topo, pcpu);
            t.socket = zp_topology_socket(topo, pcpu);
            all += zp_pcpuset_has(zp_topology_pcpus(topo, pos), pcpu) &&
                   same_core(&t, of);
        }
    }
    return here == all;
}

static void read_list(const struct zp_topology *topo,
                      const struct zp_load *load,
                      const struct zp_request *req, uint32_t pos,
                      struct list *list)
{
    struct zp_pcpuset set;
    struct list kept;
    uint32_t i;

    zp_load_usable_pcpus(load, pos, &set);
    kept.nr = list->nr = 0;
    for (i = 0; i < ZP_MAX_PCPUS; i++) {
        struct thread t = { i, zp_topology_core(topo, i),
                            zp_topology_socket(topo, i),
                            zp_topology_l3(topo, i),
                            zp_load_pcpu_milli(load, i), 0, 0, 0 };

        if (zp_pcpuset_has(&set, i) && !(req->dedicated && t.milli))
            list->t[list->nr++] = t;
    }
    if (req->smt != ZP_SMT_PACK && req->smt != ZP_SMT_AVOID)
        return;
    for (i = 0; i < list->nr; i++) {
        if (whole(topo, list, &list->t[i]))
            kept.t[kept.nr++] = list->t[i];
    }
    *list = kept;
}

static uint32_t cores_in(const struct list *list)
{
    uint32_t nr = 0, i, j;

    for (i = 0; i < list->nr; i++) {
        for (j = 0; j < i && !same_core(&list->t[i], &list->t[j]); j++)
            ;
        nr += j == i;
    }
    return nr;
}

static uint32_t takes(const struct zp_request *req, const struct list *list)
{
    return (req->smt == ZP_SMT_AVOID ? cores_in(list) : list->nr) *
           req->overcommit;
}

bool oracle_is_fine(const struct zp_request *req)
{
    return req->float_to != ZP_FLOAT_NODE || req->smt != ZP_SMT_ANY ||
           req->dedicated;
}

bool oracle_fine_known(const struct zp_topology *topo,
                       const struct zp_request *req)
{
    uint32_t pos, pcpu;

    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
        for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
            if (!zp_pcpuset_has(zp_topology_pcpus(topo, pos), pcpu))
                continue;
            if (req->float_to == ZP_FLOAT_L3 &&
                zp_topology_l3(topo, pcpu) == ZP_UNKNOWN_ID)
                return false;
            if (req->smt != ZP_SMT_ANY &&
                zp_topology_core(topo, pcpu) == ZP_UNKNOWN_ID)
                return false;
        }
    }
    return true;
}

uint32_t oracle_fine_width(const struct zp_topology *topo,
                           const struct zp_load *load,
                           const struct zp_request *req, uint32_t pos)
{
    static struct list list;

    read_list(topo, load, req, pos, &list);
    return takes(req, &list);
}

/* ---- who gets what ---- */

static int by_core(const void *left, const void *right)
{
    const struct thread *a = left, *b = right;

    if (a->core_milli != b->core_milli)
        return a->core_milli < b->core_milli ? -1 : 1;
    if (a->core_first != b->core_first)
        return a->core_first < b->core_first ? -1 : 1;
    return a->pcpu < b->pcpu ? -1 : 1;
}

static int by_rank(const void *left, const void *right)
{
    const struct thread *a = left, *b = right;

    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return by_core(left, right);
}

static void sort_list(struct list *list,
                      int (*order)(const void *, const void *))
{
    uint32_t i, j;

    for (i = 0; i < list->nr; i++) {
        struct thread *t = &list->t[i];

        t->rank = 0;
        t->core_milli = 0;
        t->core_first = ZP_UNKNOWN_ID;
        for (j = 0; j < list->nr; j++) {
            if (!same_core(t, &list->t[j]))
                continue;
            t->core_milli += list->t[j].milli;
            t->rank += list->t[j].pcpu < t->pcpu;
            if (list->t[j].pcpu < t->core_first)
                t->core_first = list->t[j].pcpu;
        }
    }
    qsort(list->t, list->nr, sizeof(list->t[0]), order);
}

/* @nr vcpus on one domain; *set of vcpu @i of them. */
static void of_domain(const struct zp_request *req, struct list *list,
                      uint32_t nr, uint32_t i, struct zp_pcpuset *set)
{
    uint32_t need = (nr + req->overcommit - 1) / req->overcommit, j;
    bool first_only = req->smt == ZP_SMT_AVOID ||
                      (req->smt == ZP_SMT_SPREAD && need <= cores_in(list));

    sort_list(list, req->smt == ZP_SMT_SPREAD || req->smt == ZP_SMT_AVOID
                        ? by_rank : by_core);
    memset(set, 0, sizeof(*set));
    if (req->dedicated) {
        zp_pcpuset_add(set, list->t[i].pcpu);
        return;
    }
    for (j = 0; j < list->nr; j++) {
        if (first_only && list->t[j].rank)
            break;
        if (req->smt == ZP_SMT_PACK && j >= need &&
            !same_core(&list->t[j], &list->t[j - 1]))
            break;
        zp_pcpuset_add(set, list->t[j].pcpu);
    }
}

static void only_l3(const struct list *list, uint32_t l3, struct list *out)
{
    uint32_t i;

    out->nr = 0;
    for (i = 0; i < list->nr; i++) {
        if (list->t[i].l3 == l3)
            out->t[out->nr++] = list->t[i];
    }
}

/* The L3s that @nr vcpus get: share[l3] of them each. */
static void share_l3s(const struct zp_topology *topo,
                      const struct zp_request *req, const struct list *list,
                      uint32_t nr, uint32_t *share)
{
    static uint32_t cap[ZP_MAX_PCPUS];
    uint32_t n = zp_topology_nr_l3(topo), held = 0, best, most, i, j;
    bool chosen[ZP_MAX_PCPUS] = { false };
    static struct list domain;
    uint64_t load, least;

    while (held < nr) {
        best = ZP_UNKNOWN_ID;
        least = most = 0;
        for (i = 0; i < n; i++) {
            only_l3(list, i, &domain);
            cap[i] = takes(req, &domain);
            for (load = 0, j = 0; j < domain.nr; j++)
                load += domain.t[j].milli;
            if (chosen[i] || !cap[i] ||
                (best != ZP_UNKNOWN_ID &&
                 (load > least || (load == least && cap[i] <= most))))
                continue;
            best = i;
            least = load;
            most = cap[i];
        }
        chosen[best] = true;
        held += most;
    }
    memset(share, 0, n * sizeof(*share));
    while (nr--) {
        best = ZP_UNKNOWN_ID;
        for (i = 0; i < n; i++) {
            if (chosen[i] && share[i] < cap[i] &&
                (best == ZP_UNKNOWN_ID || share[i] < share[best]))
                best = i;
        }
        share[best]++;
    }
}

void oracle_fine_pcpus(const struct zp_topology *topo,
                       const struct zp_load *load,
                       const struct zp_request *req, uint32_t pos,
                       uint32_t nr, uint32_t i, struct zp_pcpuset *set)
{
    static uint32_t share[ZP_MAX_PCPUS];
    static struct list list, domain;
    uint32_t l3;

    read_list(topo, load, req, pos, &list);
    if (req->float_to == ZP_FLOAT_NODE) {
        of_domain(req, &list, nr, i, set);
        return;
    }
    share_l3s(topo, req, &list, nr, share);
    for (l3 = 0; i >= share[l3]; l3++)
        i -= share[l3];
    only_l3(&list, l3, &domain);
    of_domain(req, &domain, share[l3], i, set);
}
