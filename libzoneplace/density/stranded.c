/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is free on a host and of no use to a mix, and for want of what. */
#include <string.h>

#include "density/density.h"

/* What the state of a host comes to; equal states are judged once. */
struct verdict {
    enum zp_stranded_by by[ZP_MAX_PNODES];
};

/* What becomes of a shape on a host. */
enum fate { FITS, SHORT_OF_MEMORY, SHORT_OF_VCPUS, SHORT_OF_OTHER };

struct judge {
    const struct zp_sim *sim;
    const struct zp_mix *mix;
    struct zp_request *shape; /* resolved */
    struct zp_plan plan;
};

/* True if a zone of @req can be on several nodes, or its memory can. */
static bool divides(const struct zp_request *req)
{
    return req->spill != ZP_SPILL_STRICT || req->memory_nodes.nr ||
           (req->max_vcpus > 1 && req->nr_vnodes != 1);
}

static bool has_vcpus(const struct zp_load *load, uint32_t pos,
                      const struct zp_request *req)
{
    uint64_t usable = zp_load_nr_usable(load, pos), left;
    uint32_t used = zp_load_used_vcpus(load, pos), least = req->max_vcpus;

    if (divides(req))
        least = req->nr_vnodes ? (least + req->nr_vnodes - 1) / req->nr_vnodes
                               : 1;
    left = usable * req->overcommit;
    if (req->vcpu_ratio && usable * req->vcpu_ratio < used + left)
        left = usable * req->vcpu_ratio > used
                   ? usable * req->vcpu_ratio - used : 0;
    return left >= least;
}

static bool has_memory(const struct zp_sim *sim, uint32_t host, uint32_t pos,
                       const struct zp_request *req)
{
    uint64_t least = zp__least_units(req) * ZP_UNIT_KIB;

    /* Rules 2: a part is at least this. */
    if (divides(req) && least > ZP_MIN_SHARE_KIB)
        least = ZP_MIN_SHARE_KIB;
    return zp_sim_room_kib(sim, host, pos) >= least;
}

static enum fate fate_of(const char *limit)
{
    static const char *const memory[] = { "memory", "memory-nodes",
                                          "max-memory-per-node" };
    static const char *const vcpus[] = { "vcpus", "vcpu-ratio", "overcommit",
                                         "smt", "float",
                                         "max-vcpus-per-node" };
    size_t i;

    for (i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
        if (!strcmp(limit, memory[i]))
            return SHORT_OF_MEMORY;
    }
    for (i = 0; i < sizeof(vcpus) / sizeof(vcpus[0]); i++) {
        if (!strcmp(limit, vcpus[i]))
            return SHORT_OF_VCPUS;
    }
    return SHORT_OF_OTHER;
}

/* A node without memory or vcpus for a part of any shape is short of that. One
 * that has both is short of what its host has too little of. */
static enum zp_stranded_by judge_node(const struct judge *j,
                                      const struct zp_load *load,
                                      uint32_t host, uint32_t pos,
                                      const enum fate *fate)
{
    bool memory = false, vcpus = false, one_memory, one_vcpus;
    bool no_memory = false, no_vcpus = false;
    uint32_t i;

    for (i = 0; i < zp_mix_nr(j->mix); i++) {
        one_memory = has_memory(j->sim, host, pos, &j->shape[i]);
        one_vcpus = has_vcpus(load, pos, &j->shape[i]);
        if (fate[i] == FITS && one_memory && one_vcpus)
            return ZP_STRANDED_NOTHING;
        memory |= one_memory;
        vcpus |= one_vcpus;
        no_memory |= one_memory && one_vcpus && fate[i] == SHORT_OF_MEMORY;
        no_vcpus |= one_memory && one_vcpus && fate[i] == SHORT_OF_VCPUS;
    }
    if (memory != vcpus)
        return memory ? ZP_STRANDED_VCPUS : ZP_STRANDED_MEMORY;
    if (no_memory != no_vcpus)
        return no_memory ? ZP_STRANDED_MEMORY : ZP_STRANDED_VCPUS;
    return ZP_STRANDED_BOTH;
}

static void judge_host(struct judge *j, uint32_t host, enum fate *fate,
                       struct verdict *verdict)
{
    const struct zp_load *load = zp__sim_load(j->sim, host);
    const struct zp__kind *kind =
        &j->sim->kind[zp_fleet_kind_of(j->sim->fleet, host)];
    struct zp_error why;
    uint32_t i, pos;

    for (i = 0; i < zp_mix_nr(j->mix); i++)
        fate[i] = zp_place(kind->topo, load, &j->shape[i], &j->plan, &why)
                      ? fate_of(why.limit) : FITS;
    for (pos = 0; pos < kind->nr; pos++)
        verdict->by[pos] = judge_node(j, load, host, pos, fate);
}

/* Rows of all kinds, [nodes before the kind + pos][by]. */
static int sum_up(struct judge *j, struct zp_stranded *rows,
                  const uint32_t *before, enum fate *fate,
                  struct verdict **verdicts, struct zp_error *err)
{
    const struct zp_sim *sim = j->sim;
    const struct zp__state *state;
    const struct zp__node *node;
    struct zp_stranded *row;
    uint32_t host, pos, usable;

    for (host = 0; host < sim->nr_hosts; host++) {
        struct verdict **known = &verdicts[sim->host_state[host]];

        if (!*known) {
            *known = malloc(sizeof(**known));
            if (!*known)
                return zp__nomem(err);
            judge_host(j, host, fate, *known);
        }
        state = &sim->states.state[sim->host_state[host]];
        for (pos = 0; pos < sim->nr_of[state->kind]; pos++) {
            row = &rows[(before[state->kind] + pos) * 4 + (*known)->by[pos]];
            node = sim->states.nodes + state->at + pos;
            usable = sim->kind[state->kind].usable[pos];
            row->kind = state->kind;
            row->pos = pos;
            row->by = (*known)->by[pos];
            row->hosts++;
            row->mem_kib += zp_sim_room_kib(sim, host, pos);
            if (usable > node->used_vcpus)
                row->pcpus += usable - node->used_vcpus;
        }
    }
    return ZP_OK;
}

static int judge_all(struct judge *j, struct zp_stranded *rows,
                     const uint32_t *before, struct zp_error *err)
{
    uint32_t nr = zp_mix_nr(j->mix), i;
    struct verdict **verdicts = calloc(j->sim->states.nr, sizeof(*verdicts));
    enum fate *fate = calloc(nr + 1, sizeof(*fate));
    int rc = ZP_OK;

    j->shape = calloc(nr + 1, sizeof(*j->shape));
    if (!verdicts || !fate || !j->shape)
        rc = zp__nomem(err);
    for (i = 0; !rc && i < nr; i++) {
        j->shape[i] = *zp_mix_request(j->mix, i);
        rc = zp_request_check(&j->shape[i], err);
    }
    if (!rc)
        rc = sum_up(j, rows, before, fate, verdicts, err);
    for (i = 0; verdicts && i < j->sim->states.nr; i++)
        free(verdicts[i]);
    free(verdicts);
    free(fate);
    free(j->shape);
    return rc;
}

int zp_stranded(const struct zp_sim *sim, const struct zp_mix *mix,
                struct zp_stranded **rows_out, size_t *nr_out,
                struct zp_error *err)
{
    struct judge *j = calloc(1, sizeof(*j));
    uint32_t *before = calloc(sim->nr_kinds + 1, sizeof(*before)), i;
    struct zp_stranded *rows = NULL;
    size_t nr = 0, at;
    int rc = ZP_OK;

    for (i = 0; before && i < sim->nr_kinds; i++)
        before[i + 1] = before[i] + sim->nr_of[i];
    if (before)
        rows = calloc((size_t)before[sim->nr_kinds] * 4 + 1, sizeof(*rows));
    if (!j || !rows) {
        rc = zp__nomem(err);
    } else {
        j->sim = sim;
        j->mix = mix;
        rc = judge_all(j, rows, before, err);
    }
    for (at = 0; !rc && at < (size_t)before[sim->nr_kinds] * 4; at++) {
        if (rows[at].hosts)
            rows[nr++] = rows[at];
    }
    free(j);
    free(before);
    if (rc) {
        free(rows);
        return rc;
    }
    *rows_out = rows;
    *nr_out = nr;
    return ZP_OK;
}
