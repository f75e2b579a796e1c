/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that somebody else has placed: what of their memory is local, and
 * what a relaunch would make of it. */
#include <stdio.h>
#include <string.h>

#include "core.h"

/* From so much on nobody need do anything. */
enum { LOCAL_ENOUGH = 990 };

static uint64_t held(const struct zp_topology *topo,
                     const struct zp_guest *guest)
{
    uint64_t sum = 0;
    uint32_t pos;

    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++)
        sum += guest->held_kib[pos];
    return sum;
}

static uint32_t common(const struct zp_pcpuset *a, const struct zp_pcpuset *b)
{
    uint32_t i, nr = 0;

    for (i = 0; i < ZP_MAX_PCPUS / 64; i++)
        nr += (uint32_t)__builtin_popcountll(a->word[i] & b->word[i]);
    return nr;
}

/* A vcpu is on each pcpu of its set as much as on any other. */
static void look(const struct zp_topology *topo, const struct zp_guest *guest,
                 struct zp_audit *audit)
{
    uint32_t nr = zp_topology_nr_pnodes(topo), v, pos, on, all, reached = 0;
    uint32_t sum = 0, counted = 0;
    uint64_t total = held(topo, guest), reach = 0;
    unsigned __int128 share;

    for (v = 0; v < guest->nr_vcpus; v++) {
        share = 0;
        all = 0;
        reached = 0;
        for (pos = 0; pos < nr; pos++) {
            on = common(&guest->vcpu[v], zp_topology_pcpus(topo, pos));
            all += on;
            share += (unsigned __int128)on * guest->held_kib[pos];
            reached += on && !guest->held_kib[pos];
            reach |= (uint64_t)(on > 0) << pos;
        }
        if (!all || !total)
            continue;
        counted++;
        audit->nr_astray += reached > 0;
        sum += (uint32_t)(share * 1000 / all / total);
    }
    audit->local_permille = counted ? sum / counted : 1000;
    for (pos = 0; counted && pos < nr; pos++)
        audit->off_kib += reach >> pos & 1 ? 0 : guest->held_kib[pos];
}

/* Whose relaunch mends most goes first; NULL if there is none left. */
static const struct zp_guest *worst(const struct zp_topology *topo,
                                    const struct zp_guest *guests, size_t nr,
                                    const struct zp_audit *audits,
                                    const bool *tried)
{
    unsigned __int128 most = 0, remote;
    const struct zp_guest *found = NULL;
    size_t i;

    for (i = 0; i < nr; i++) {
        if (guests[i].fixed || tried[i] || audits[i].turn ||
            audits[i].local_permille >= LOCAL_ENOUGH)
            continue;
        remote = (unsigned __int128)(1000 - audits[i].local_permille) *
                 held(topo, &guests[i]);
        if (!found || remote > most ||
            (remote == most && guests[i].domid < found->domid)) {
            found = &guests[i];
            most = remote;
        }
    }
    return found;
}

/* Plans the guest as if it were gone; @load is as it then would be. */
static int relaunch(const struct zp_topology *topo, struct zp_load *load,
                    const struct zp_guest *guest, struct zp_audit *audit,
                    struct zp_plan *plan, struct zp_error *why)
{
    uint64_t free_kib[ZP_MAX_PNODES];
    struct zp_request req;
    uint32_t nr = zp_topology_nr_pnodes(topo), pos, i;
    int rc;

    zp_request_init(&req);
    snprintf(req.name, sizeof(req.name), "%s", guest->name);
    req.vcpus = guest->nr_vcpus;
    req.mem_kib = held(topo, guest);
    for (pos = 0; pos < nr; pos++) {
        free_kib[pos] = zp_load_free_kib(load, pos);
        zp_load_set_free(load, pos,
                         zp__min64(free_kib[pos] + guest->held_kib[pos],
                                   zp_topology_mem_kib(topo, pos)), NULL);
    }
    rc = zp_place(topo, load, &req, plan, why);
    if (rc) {
        for (pos = 0; pos < nr; pos++)
            zp_load_set_free(load, pos, free_kib[pos], NULL);
        return rc;
    }
    for (i = 0; i < plan->nr_vnodes; i++) {
        uint64_t left = zp_load_free_kib(load, plan->vnode[i].pnode);
        uint64_t part = plan->vnode[i].mem_kib + plan->overhead_share_kib;

        zp_load_set_free(load, plan->vnode[i].pnode,
                         left > part ? left - part : 0, NULL);
        audit->home.os_id[audit->home.nr++] = plan->vnode[i].pnode_os_id;
    }
    return ZP_OK;
}

/* Again and again: who moves makes room for those that had none. */
static void find_turns(const struct zp_topology *topo, struct zp_load *load,
                       const struct zp_guest *guests, size_t nr,
                       struct zp_audit *audits, bool *tried,
                       struct zp_plan *plan)
{
    const struct zp_guest *guest;
    struct zp_error why;
    uint32_t turn = 0;
    bool moved = true;
    size_t i;
    int rc;

    while (moved) {
        moved = false;
        memset(tried, 0, nr * sizeof(*tried));
        while ((guest = worst(topo, guests, nr, audits, tried))) {
            i = (size_t)(guest - guests);
            tried[i] = true;
            rc = relaunch(topo, load, guest, &audits[i], plan, &why);
            snprintf(audits[i].why, sizeof(audits[i].why), "%s",
                     rc ? why.msg : "");
            if (!rc)
                audits[i].turn = ++turn;
            moved |= !rc;
        }
    }
}

int zp_audit(const struct zp_topology *topo, const struct zp_load *load,
             const struct zp_guest *guests, size_t nr,
             struct zp_audit *audits_out, struct zp_error *err)
{
    struct zp_load *after = NULL;
    struct zp_plan *plan = malloc(sizeof(*plan));
    bool *tried = calloc(nr + 1, sizeof(*tried));
    size_t i;
    int rc = plan && tried ? zp_load_copy(load, &after, err) : zp__nomem(err);

    if (nr)
        memset(audits_out, 0, nr * sizeof(*audits_out));
    for (i = 0; i < nr && !rc; i++)
        look(topo, &guests[i], &audits_out[i]);
    if (!rc)
        find_turns(topo, after, guests, nr, audits_out, tried, plan);
    zp_load_free(after);
    free(tried);
    free(plan);
    return rc;
}
