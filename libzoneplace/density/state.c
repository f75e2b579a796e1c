/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loads that hosts came to, and what zp_place() said of them, once each. */
#include <string.h>

#include "density/density.h"

void zp__states_clear(struct zp__states *states)
{
    free(states->state);
    free(states->nodes);
    free(states->table);
    free(states->step);
    memset(states, 0, sizeof(*states));
}

uint64_t zp__states_bytes(const struct zp__states *states)
{
    return states->size * sizeof(*states->state) +
           states->size_nodes * sizeof(*states->nodes) +
           states->table_size * sizeof(*states->table) +
           states->size_steps * sizeof(*states->step);
}

static uint64_t hash_of(uint32_t kind, const struct zp__node *nodes,
                        uint32_t nr)
{
    uint64_t hash = kind + 0x9e3779b97f4a7c15u;
    uint32_t i;

    for (i = 0; i < nr; i++) {
        hash = (hash ^ nodes[i].free_kib ^
                (uint64_t)nodes[i].used_vcpus << 44) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    return hash;
}

static void enter(struct zp__states *states, uint32_t id)
{
    uint32_t mask = states->table_size - 1;
    uint32_t at = (uint32_t)states->state[id].hash & mask;

    while (states->table[at] != ZP__NONE)
        at = (at + 1) & mask;
    states->table[at] = id;
}

static bool fill_table(struct zp__states *states, uint32_t size)
{
    uint32_t *table = malloc(size * sizeof(*table)), i;

    if (!table)
        return false;
    memset(table, 0xff, size * sizeof(*table));
    free(states->table);
    states->table = table;
    states->table_size = size;
    for (i = 0; i < states->nr; i++)
        enter(states, i);
    return true;
}

static bool grow_nodes(struct zp__states *states, uint32_t more)
{
    uint64_t size = states->size_nodes ? states->size_nodes : 1024;
    struct zp__node *nodes;

    while (size < states->nr_nodes + more)
        size *= 2;
    if (size == states->size_nodes)
        return true;
    nodes = realloc(states->nodes, size * sizeof(*nodes));
    if (!nodes)
        return false;
    states->nodes = nodes;
    states->size_nodes = size;
    return true;
}

uint32_t zp__state_of(struct zp__states *states, uint32_t kind,
                      const struct zp__node *nodes, uint32_t nr)
{
    uint64_t hash = hash_of(kind, nodes, nr);
    const struct zp__state *state;
    uint32_t mask, at, id;

    if (states->nr * 2 >= states->table_size &&
        !fill_table(states, states->table_size ? states->table_size * 2
                                               : 1024))
        return ZP__NONE;
    mask = states->table_size - 1;
    for (at = (uint32_t)hash & mask; states->table[at] != ZP__NONE;
         at = (at + 1) & mask) {
        id = states->table[at];
        state = &states->state[id];
        if (state->hash == hash && state->kind == kind &&
            !memcmp(states->nodes + state->at, nodes, nr * sizeof(*nodes)))
            return id;
    }
    if (!zp__grow((void **)&states->state, sizeof(*states->state), states->nr,
                  &states->size) || !grow_nodes(states, nr))
        return ZP__NONE;
    id = states->nr++;
    states->state[id] = (struct zp__state){ kind, states->nr_nodes, hash };
    memcpy(states->nodes + states->nr_nodes, nodes, nr * sizeof(*nodes));
    states->nr_nodes += nr;
    states->table[at] = id;
    return id;
}

/* ---- steps ---- */

static uint32_t step_slot(const struct zp__states *states, uint32_t state,
                          uint32_t shape)
{
    uint64_t hash = ((uint64_t)state << 20 ^ shape) * 0x9e3779b97f4a7c15u;
    uint32_t mask = states->size_steps - 1;
    uint32_t at = (uint32_t)(hash >> 32) & mask;

    while (states->step[at].state != ZP__NONE &&
           (states->step[at].state != state ||
            states->step[at].shape != shape))
        at = (at + 1) & mask;
    return at;
}

const struct zp__step *zp__step_find(const struct zp__states *states,
                                     uint32_t state, uint32_t shape)
{
    const struct zp__step *step;

    if (!states->nr_steps)
        return NULL;
    step = &states->step[step_slot(states, state, shape)];
    return step->state == ZP__NONE ? NULL : step;
}

static bool grow_steps(struct zp__states *states)
{
    uint32_t size = states->size_steps, i;
    struct zp__step *old = states->step;

    states->size_steps = size ? size * 2 : 1024;
    states->step = malloc(states->size_steps * sizeof(*states->step));
    if (!states->step) {
        states->step = old;
        states->size_steps = size;
        return false;
    }
    memset(states->step, 0xff, states->size_steps * sizeof(*states->step));
    for (i = 0; i < size; i++) {
        if (old[i].state != ZP__NONE)
            states->step[step_slot(states, old[i].state, old[i].shape)] =
                old[i];
    }
    free(old);
    return true;
}

bool zp__step_add(struct zp__states *states, const struct zp__step *step)
{
    if (states->nr_steps * 2 >= states->size_steps && !grow_steps(states))
        return false;
    states->step[step_slot(states, step->state, step->shape)] = *step;
    states->nr_steps++;
    return true;
}

bool zp__states_sweep(struct zp__states *states, uint32_t *host_state,
                      uint32_t nr_hosts, const uint32_t *nr_of)
{
    struct zp__states kept = { 0 };
    const struct zp__state *state;
    uint32_t host, id;

    for (host = 0; host < nr_hosts; host++) {
        state = &states->state[host_state[host]];
        id = zp__state_of(&kept, state->kind, states->nodes + state->at,
                          nr_of[state->kind]);
        if (id == ZP__NONE) {
            /* The states are gone either way: this ends the simulation. */
            zp__states_clear(&kept);
            return false;
        }
        host_state[host] = id;
    }
    zp__states_clear(states);
    *states = kept;
    return true;
}
