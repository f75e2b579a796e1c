/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fleet at work: zones come, each to the first host that takes it, and go. */
#include <string.h>

#include "density/density.h"

/* States kept beside those that hosts are in: 32 MiB or so, and most of what
 * is worth remembering. */
enum { SPARE_STATES = 1 << 18 };
enum { MAX_SIM_SHAPES = 1 << 20 };

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static uint64_t room_of(const struct zp__kind *kind,
                        const struct zp__node *nodes, uint32_t pos)
{
    return minus(nodes[pos].free_kib, kind->kept_kib[pos]);
}

static void read_rooms(const struct zp_sim *sim, const struct zp__kind *kind,
                       const struct zp__node *nodes, struct zp__rooms *rooms)
{
    uint64_t units;
    uint32_t pos;

    memset(rooms, 0, sizeof(*rooms));
    for (pos = 0; pos < kind->nr; pos++) {
        units = room_of(kind, nodes, pos) / ZP_UNIT_KIB;
        rooms->of[0] += units;
        if (units > rooms->of[1])
            rooms->of[1] = units;
        rooms->of[2] += minus((uint64_t)kind->usable[pos] * sim->ratio,
                              nodes[pos].used_vcpus);
    }
}

static int init_kind(struct zp_sim *sim, uint32_t i, struct zp_error *err)
{
    struct zp__kind *kind = &sim->kind[i];
    const struct zp_load *load = zp_fleet_load(sim->fleet, i);
    uint32_t pos;

    kind->topo = zp_fleet_topology(sim->fleet, i);
    kind->nr = sim->nr_of[i] = zp_topology_nr_pnodes(kind->topo);
    for (pos = 0; pos < kind->nr; pos++) {
        kind->kept_kib[pos] = zp_load_reserve_kib(load, pos) +
                              zp_load_promised_kib(load, pos);
        kind->usable[pos] = zp_load_nr_usable(load, pos);
        kind->room_kib[pos] = minus(zp_load_free_kib(load, pos),
                                    kind->kept_kib[pos]);
    }
    return zp_load_copy(load, &kind->scratch, err);
}

static int init_hosts(struct zp_sim *sim, struct zp_error *err)
{
    struct zp__node nodes[ZP_MAX_PNODES];
    const struct zp_load *load;
    struct zp__rooms rooms;
    uint32_t i, pos, host = 0, left, id;

    for (i = 0; i < sim->nr_kinds; i++) {
        load = zp_fleet_load(sim->fleet, i);
        memset(nodes, 0, sizeof(nodes));
        for (pos = 0; pos < sim->nr_of[i]; pos++) {
            nodes[pos].free_kib = zp_load_free_kib(load, pos);
            nodes[pos].used_vcpus = zp_load_used_vcpus(load, pos);
        }
        id = zp__state_of(&sim->states, i, nodes, sim->nr_of[i]);
        if (id == ZP__NONE)
            return zp__nomem(err);
        read_rooms(sim, &sim->kind[i], nodes, &rooms);
        for (left = zp_fleet_count(sim->fleet, i); left; left--, host++) {
            sim->host_state[host] = id;
            zp__tree_set(&sim->tree, host, &rooms, false);
        }
    }
    zp__tree_build(&sim->tree);
    return ZP_OK;
}

static int init_sim(struct zp_sim *sim, struct zp_error *err)
{
    uint32_t i;
    int rc;

    sim->kind = calloc(sim->nr_kinds + 1, sizeof(*sim->kind));
    sim->nr_of = calloc(sim->nr_kinds + 1, sizeof(*sim->nr_of));
    sim->host_state = calloc(sim->nr_hosts + 1, sizeof(*sim->host_state));
    sim->host_zones = calloc(sim->nr_hosts + 1, sizeof(*sim->host_zones));
    if (!sim->kind || !sim->nr_of || !sim->host_state || !sim->host_zones ||
        !zp__tree_init(&sim->tree, sim->nr_hosts))
        return zp__nomem(err);
    for (i = 0; i < sim->nr_kinds; i++) {
        rc = init_kind(sim, i, err);
        if (rc)
            return rc;
    }
    sim->most_states = sim->nr_hosts * 2 + SPARE_STATES;
    memset(sim->shape_table, 0xff, sizeof(sim->shape_table));
    return init_hosts(sim, err);
}

int zp_sim_new(const struct zp_fleet *fleet, struct zp_sim **sim_out,
               struct zp_error *err)
{
    struct zp_sim *sim;
    int rc;

    if (!zp_fleet_nr_hosts(fleet))
        return zp__fail(err, ZP_ERR_INVAL, "fleet", "a fleet without hosts");
    sim = calloc(1, sizeof(*sim));
    if (!sim)
        return zp__nomem(err);
    sim->fleet = fleet;
    sim->nr_kinds = zp_fleet_nr_kinds(fleet);
    sim->nr_hosts = zp_fleet_nr_hosts(fleet);
    rc = init_sim(sim, err);
    if (rc) {
        zp_sim_free(sim);
        return rc;
    }
    *sim_out = sim;
    return ZP_OK;
}

void zp_sim_free(struct zp_sim *sim)
{
    uint32_t i;

    if (!sim)
        return;
    for (i = 0; sim->kind && i < sim->nr_kinds; i++)
        zp_load_free(sim->kind[i].scratch);
    free(sim->kind);
    free(sim->nr_of);
    free(sim->host_state);
    free(sim->host_zones);
    free(sim->shape);
    zp__states_clear(&sim->states);
    zp__effects_clear(&sim->effects);
    zp__tree_clear(&sim->tree);
    free(sim);
}

/* ---- shapes ---- */

static void init_shape(struct zp_sim *sim, struct zp__shape *shape)
{
    const struct zp_request *req = &shape->req;
    uint32_t ratio = req->vcpu_ratio;

    shape->whole = zp__whole(req);
    shape->need.of[0] = zp__least_units(req);
    shape->need.of[1] = shape->whole ? shape->need.of[0] : 1;
    shape->need.of[2] = ratio && ratio == sim->ratio ? req->max_vcpus : 0;
    shape->cursor = 0;
}

/* All hosts' vcpus are counted against the first ratio that is asked for. */
static void take_ratio(struct zp_sim *sim, uint32_t ratio)
{
    const struct zp__state *state;
    struct zp__rooms rooms;
    uint32_t host;

    if (!ratio || sim->ratio)
        return;
    sim->ratio = ratio;
    for (host = 0; host < sim->nr_hosts; host++) {
        state = &sim->states.state[sim->host_state[host]];
        read_rooms(sim, &sim->kind[state->kind],
                   sim->states.nodes + state->at, &rooms);
        zp__tree_set(&sim->tree, host, &rooms, false);
    }
    zp__tree_build(&sim->tree);
}

int zp_sim_shape(struct zp_sim *sim, const struct zp_request *req,
                 uint32_t *shape_out, struct zp_error *err)
{
    struct zp_request resolved = *req;
    struct zp__shape *shape;
    uint32_t slot, i;
    int rc = zp_request_check(&resolved, err);

    if (rc)
        return rc;
    /* Who asks for no policy lets a zone that can't grow become static. */
    resolved.memory_policy = req->memory_policy;
    if (resolved.dedicated)
        return zp__fail(err, ZP_ERR_INVAL, "dedicated",
                        "dedicated pcpus: density does not follow which "
                        "pcpus a zone has");
    memset(resolved.name, 0, sizeof(resolved.name));
    slot = (uint32_t)((resolved.mem_kib * 31 + resolved.max_vcpus) *
                      0x9e3779b97f4a7c15u >> 54);
    for (i = sim->shape_table[slot]; i != ZP__NONE; i = shape->next) {
        shape = &sim->shape[i];
        if (!memcmp(&shape->req, &resolved, sizeof(resolved))) {
            *shape_out = i;
            return ZP_OK;
        }
    }
    if (sim->nr_shapes == MAX_SIM_SHAPES)
        return zp__fail(err, ZP_ERR_RANGE, "mix", "more than %d shapes",
                        MAX_SIM_SHAPES);
    if (!zp__grow((void **)&sim->shape, sizeof(*sim->shape), sim->nr_shapes,
                  &sim->size_shapes))
        return zp__nomem(err);
    take_ratio(sim, resolved.vcpu_ratio);
    shape = &sim->shape[sim->nr_shapes];
    memcpy(&shape->req, &resolved, sizeof(resolved));
    init_shape(sim, shape);
    shape->next = sim->shape_table[slot];
    sim->shape_table[slot] = *shape_out = sim->nr_shapes++;
    return ZP_OK;
}

/* ---- placing ---- */

static void load_state(const struct zp__kind *kind,
                       const struct zp__node *nodes)
{
    uint32_t pos;

    for (pos = 0; pos < kind->nr; pos++) {
        (void)zp_load_set_free(kind->scratch, pos, nodes[pos].free_kib, NULL);
        (void)zp_load_set_used_vcpus(kind->scratch, pos,
                                     nodes[pos].used_vcpus, NULL);
    }
}

const struct zp_load *zp__sim_load(const struct zp_sim *sim, uint32_t host)
{
    const struct zp__state *state =
        &sim->states.state[sim->host_state[host]];
    const struct zp__kind *kind = &sim->kind[state->kind];

    load_state(kind, sim->states.nodes + state->at);
    return kind->scratch;
}

static void apply(struct zp__node *nodes, const struct zp__effect *effect,
                  bool give_back)
{
    const struct zp__part *part;
    uint32_t i;

    for (i = 0; i < effect->nr; i++) {
        part = &effect->part[i];
        if (give_back) {
            nodes[part->pos].free_kib += part->kib;
            nodes[part->pos].used_vcpus -= part->vcpus;
        } else {
            nodes[part->pos].free_kib =
                minus(nodes[part->pos].free_kib, part->kib);
            nodes[part->pos].used_vcpus += part->vcpus;
        }
    }
}

/* Asks zp_place() about a state that was not asked about before. */
static int ask(struct zp_sim *sim, uint32_t host, uint32_t shape,
               struct zp__step *step, struct zp_error *err)
{
    const struct zp__state state = sim->states.state[sim->host_state[host]];
    const struct zp__kind *kind = &sim->kind[state.kind];
    struct zp__node nodes[ZP_MAX_PNODES];
    int rc;

    memcpy(nodes, sim->states.nodes + state.at, kind->nr * sizeof(*nodes));
    load_state(kind, nodes);
    sim->nr_calls++;
    rc = zp_place(kind->topo, kind->scratch, &sim->shape[shape].req,
                  &sim->plan, err);
    if (rc && !zp__refused(rc))
        return rc;
    *step = (struct zp__step){ sim->host_state[host], shape, ZP__NONE, 0 };
    if (!rc) {
        step->effect = zp__effect_of(&sim->effects, &sim->plan);
        if (step->effect == ZP__NONE)
            return zp__nomem(err);
        apply(nodes, sim->effects.effect[step->effect], false);
        step->next = zp__state_of(&sim->states, state.kind, nodes, kind->nr);
        if (step->next == ZP__NONE)
            return zp__nomem(err);
    }
    return zp__step_add(&sim->states, step) ? ZP_OK : zp__nomem(err);
}

static int sweep(struct zp_sim *sim, struct zp_error *err)
{
    uint64_t bytes = zp_sim_bytes(sim);

    if (bytes > sim->most_bytes)
        sim->most_bytes = bytes;
    if (sim->states.nr <= sim->most_states)
        return ZP_OK;
    if (!zp__states_sweep(&sim->states, sim->host_state, sim->nr_hosts,
                          sim->nr_of) ||
        !zp__effects_sweep(&sim->effects))
        return zp__nomem(err);
    return ZP_OK;
}

static int take_step(struct zp_sim *sim, uint32_t host, uint32_t shape,
                     struct zp__step *step, struct zp_error *err)
{
    const struct zp__step *known =
        zp__step_find(&sim->states, sim->host_state[host], shape);

    if (known) {
        *step = *known;
        return ZP_OK;
    }
    return ask(sim, host, shape, step, err);
}

static void set_state(struct zp_sim *sim, uint32_t host, uint32_t state)
{
    const struct zp__state *now = &sim->states.state[state];
    struct zp__rooms rooms;

    sim->host_state[host] = state;
    read_rooms(sim, &sim->kind[now->kind], sim->states.nodes + now->at,
               &rooms);
    zp__tree_set(&sim->tree, host, &rooms, true);
}

static void count(struct zp_usage *sum, const struct zp_usage *one, bool add)
{
    uint64_t sign = add ? 1 : UINT64_MAX;

    sum->zones += sign * one->zones;
    sum->vcpus += sign * one->vcpus;
    sum->mem_kib += sign * one->mem_kib;
    sum->charged_kib += sign * one->charged_kib;
    sum->spilled_kib += sign * one->spilled_kib;
    sum->split += sign * one->split;
    sum->pairs += sign * one->pairs;
    sum->local_pairs += sign * one->local_pairs;
}

/* What zp_place() says where the most memory is free. */
static int refuse(struct zp_sim *sim, uint32_t shape, struct zp_error *err)
{
    struct zp__rooms most = { { sim->tree.max[1].of[0], 0, 0 } };
    uint32_t host = zp__tree_find(&sim->tree, 0, &most);
    const struct zp_load *load = zp__sim_load(sim, host);
    int rc;

    sim->nr_calls++;
    rc = zp_place(sim->kind[zp_fleet_kind_of(sim->fleet, host)].topo, load,
                  &sim->shape[shape].req, &sim->plan, err);
    /* It takes none, or it had been found. */
    return rc ? rc : ZP_ERR_INFEASIBLE;
}

int zp__sim_place(struct zp_sim *sim, uint32_t shape, uint32_t *host_out,
                  struct zp_error *err)
{
    struct zp_placed placed;
    int rc = zp_sim_place(sim, shape, &placed, err);

    if (rc)
        return rc;
    sim->effects.effect[placed.effect]->refs--;
    *host_out = placed.host;
    return ZP_OK;
}

int zp_sim_place(struct zp_sim *sim, uint32_t shape,
                 struct zp_placed *placed_out, struct zp_error *err)
{
    struct zp__effect *effect;
    struct zp__step step;
    uint32_t host = sim->shape[shape].cursor;
    int rc = sweep(sim, err);

    if (rc)
        return rc;
    for (;; host++) {
        host = zp__tree_find(&sim->tree, host, &sim->shape[shape].need);
        sim->shape[shape].cursor = host;
        if (host == ZP__NONE)
            return refuse(sim, shape, err);
        rc = take_step(sim, host, shape, &step, err);
        if (rc)
            return rc;
        if (step.next != ZP__NONE)
            break;
    }
    effect = sim->effects.effect[step.effect];
    effect->refs++;
    set_state(sim, host, step.next);
    sim->host_zones[host]++;
    count(&sim->usage, &effect->usage, true);
    *placed_out = (struct zp_placed){ host, step.effect };
    return ZP_OK;
}

int zp_sim_remove(struct zp_sim *sim, const struct zp_placed *placed,
                  struct zp_error *err)
{
    struct zp__effect *effect = sim->effects.effect[placed->effect];
    const struct zp__state state =
        sim->states.state[sim->host_state[placed->host]];
    struct zp__node nodes[ZP_MAX_PNODES];
    uint32_t nr = sim->kind[state.kind].nr, next, i;

    memcpy(nodes, sim->states.nodes + state.at, nr * sizeof(*nodes));
    apply(nodes, effect, true);
    next = zp__state_of(&sim->states, state.kind, nodes, nr);
    if (next == ZP__NONE)
        return zp__nomem(err);
    set_state(sim, placed->host, next);
    effect->refs--;
    sim->host_zones[placed->host]--;
    count(&sim->usage, &effect->usage, false);
    for (i = 0; i < sim->nr_shapes; i++) {
        if (sim->shape[i].cursor > placed->host)
            sim->shape[i].cursor = placed->host;
    }
    return sweep(sim, err);
}

/* ---- looking ---- */

const struct zp_usage *zp_sim_usage(const struct zp_sim *sim)
{
    return &sim->usage;
}

int zp_sim_load(const struct zp_sim *sim, uint32_t host,
                struct zp_load **load_out, struct zp_error *err)
{
    return zp_load_copy(zp__sim_load(sim, host), load_out, err);
}

uint64_t zp_sim_room_kib(const struct zp_sim *sim, uint32_t host, uint32_t pos)
{
    const struct zp__state *state;
    const struct zp__kind *kind;

    if (host >= sim->nr_hosts)
        return 0;
    state = &sim->states.state[sim->host_state[host]];
    kind = &sim->kind[state->kind];
    return pos < kind->nr
               ? room_of(kind, sim->states.nodes + state->at, pos) : 0;
}

uint64_t zp_sim_nr_calls(const struct zp_sim *sim)
{
    return sim->nr_calls;
}

uint64_t zp_sim_bytes(const struct zp_sim *sim)
{
    uint64_t bytes = sizeof(*sim) + zp__states_bytes(&sim->states) +
                     sim->effects.bytes +
                     sim->effects.size * sizeof(*sim->effects.effect) +
                     sim->effects.table_size * sizeof(uint32_t) +
                     sim->nr_hosts * 2 * sizeof(uint32_t) +
                     sim->tree.width * 2 * sizeof(*sim->tree.max) +
                     sim->size_shapes * sizeof(*sim->shape);

    return bytes > sim->most_bytes ? bytes : sim->most_bytes;
}

uint64_t zp__capacity_kib(const struct zp_sim *sim)
{
    uint64_t sum = 0, one;
    uint32_t i, pos;

    for (i = 0; i < sim->nr_kinds; i++) {
        for (one = 0, pos = 0; pos < sim->kind[i].nr; pos++)
            one += sim->kind[i].room_kib[pos];
        sum += one * zp_fleet_count(sim->fleet, i);
    }
    return sum;
}

uint64_t zp__idle_vcpus(const struct zp_sim *sim)
{
    uint64_t sum = 0;
    uint32_t host;

    for (host = 0; sim->ratio && host < sim->nr_hosts; host++)
        sum += sim->tree.max[sim->tree.width + host].of[2];
    return sum;
}

/* Thousandths of the fullest node in use, less those of the emptiest. */
static uint32_t unevenness(const struct zp__kind *kind,
                           const struct zp__node *nodes)
{
    uint64_t used, least = 1000, most = 0;
    uint32_t pos;

    for (pos = 0; pos < kind->nr; pos++) {
        if (!kind->usable[pos] || !kind->room_kib[pos])
            continue;
        used = 1000 - room_of(kind, nodes, pos) * 1000 / kind->room_kib[pos];
        least = used < least ? used : least;
        most = used > most ? used : most;
    }
    return (uint32_t)(most > least ? most - least : 0);
}

uint32_t zp_sim_spread(const struct zp_sim *sim)
{
    const struct zp__state *state;
    uint64_t sum = 0, nr = 0;
    uint32_t host;

    for (host = 0; host < sim->nr_hosts; host++) {
        if (!sim->host_zones[host])
            continue;
        state = &sim->states.state[sim->host_state[host]];
        sum += unevenness(&sim->kind[state->kind],
                          sim->states.nodes + state->at);
        nr++;
    }
    return nr ? (uint32_t)(sum / nr) : 0;
}
