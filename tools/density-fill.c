/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl density: fill the fleet by one rule, or by several side by side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "density.h"

/* What --policies compares: what a rule changes of each request. */
static const struct policy {
    const char *name;
    int first_node, strategy, size_by, spill; /* -1: as asked */
} policies[] = {
    { "most-free", ZP_FIRST_MOST_FREE, -1, -1, -1 },
    { "pack", ZP_FIRST_PACK, -1, -1, -1 },
    { "balanced", ZP_FIRST_BALANCED, -1, -1, -1 },
    { "compact", -1, ZP_COMPACT, -1, -1 },
    { "scatter", -1, ZP_SCATTER, -1, -1 },
    { "size-by-cpu", -1, -1, ZP_SIZE_BY_CPU, -1 },
    { "strict", -1, -1, -1, ZP_SPILL_STRICT },
    { "honest", -1, -1, -1, ZP_SPILL_HONEST },
};

enum { NR_POLICIES = sizeof(policies) / sizeof(policies[0]) };

static void cleanup_sim(struct zp_sim **sim)
{
    zp_sim_free(*sim);
}

static void apply(const struct policy *policy, struct zp_request *req)
{
    if (policy->first_node >= 0)
        req->first_node = (enum zp_first_node)policy->first_node;
    if (policy->strategy >= 0)
        req->strategy = (enum zp_strategy)policy->strategy;
    if (policy->size_by >= 0)
        req->size_by = (enum zp_size_by)policy->size_by;
    if (policy->spill >= 0)
        req->spill = (enum zp_spill)policy->spill;
}

/* @policy NULL: the mix as it was asked for. */
static int copy_mix(const struct density *d, const struct policy *policy,
                    struct zp_mix **mix_out, struct zp_error *err)
{
    int rc = zp_mix_new(mix_out, err);

    for (uint32_t i = 0; !rc && i < zp_mix_nr(d->mix); i++) {
        struct zp_request req = *zp_mix_request(d->mix, i);

        if (policy)
            apply(policy, &req);
        rc = zp_mix_add(*mix_out, &req, zp_mix_weight(d->mix, i), err);
    }
    return rc;
}

static int run(struct density *d, struct outcome *o, struct zp_error *err)
{
    struct zp_sim *sim CLEANUP(cleanup_sim) = NULL;
    int rc = zp_sim_new(d->fleet, &sim, err);

    if (!rc)
        rc = zp_fill(sim, o->mix, d->seed, meter_tick, d->meter, &o->fill,
                     err);
    if (rc)
        return rc;
    o->calls = zp_sim_nr_calls(sim);
    o->bytes = zp_sim_bytes(sim);
    rc = zp_stranded(sim, o->mix, &o->stranded, &o->nr_stranded, err);
    /* The rule in force is the first. */
    if (!rc && given(d->ctl, OPT_HTML) && !d->heat)
        rc = density_heats(d, sim, &d->heat, &d->nr_heats, err);
    return rc;
}

/* What the other first nodes reach: packings all the same. */
static int try_others(struct density *d, struct outcome *o,
                      struct zp_error *err)
{
    static const enum zp_first_node firsts[] = { ZP_FIRST_MOST_FREE,
                                                 ZP_FIRST_PACK,
                                                 ZP_FIRST_BALANCED };
    int rc = ZP_OK;

    for (size_t f = 0; !rc && f < sizeof(firsts) / sizeof(firsts[0]); f++) {
        struct outcome other CLEANUP(outcome_clear) = { 0 };

        rc = zp_mix_new(&other.mix, err);
        for (uint32_t i = 0; !rc && i < zp_mix_nr(o->mix); i++) {
            struct zp_request req = *zp_mix_request(o->mix, i);

            req.first_node = firsts[f];
            rc = zp_mix_add(other.mix, &req, zp_mix_weight(o->mix, i), err);
        }
        if (!rc)
            rc = run(d, &other, err);
        if (rc)
            break;
        if (other.fill->first_refusal > o->optimum.prefix)
            o->optimum.prefix = other.fill->first_refusal;
        if (other.fill->placed > o->optimum.placed &&
            other.fill->asked <= o->fill->asked)
            o->optimum.placed = other.fill->placed;
    }
    return rc;
}

static int find_optimum(struct density *d, struct outcome *o,
                        struct zp_error *err)
{
    int rc = ZP_OK;

    o->optimum.prefix = o->fill->first_refusal;
    o->optimum.placed = o->fill->placed;
    density_optimum(d, o->mix, o->fill, &o->optimum);
    if (o->optimum.known && o->optimum.prefix < o->optimum.prefix_bound)
        rc = try_others(d, o, err);
    return rc;
}

static int add_outcome(struct density *d, const struct policy *policy,
                       struct zp_error *err)
{
    struct outcome *o = &d->outcome[d->nr_outcomes++];
    int rc;

    snprintf(o->name, sizeof(o->name), "%s",
             policy ? policy->name : "in force");
    meter_stage(d->meter, "fill: %s", o->name);
    rc = copy_mix(d, policy, &o->mix, err);
    if (!rc)
        rc = run(d, o, err);
    if (rc)
        return rc;
    meter_stage(d->meter, "optimum: %s", o->name);
    return find_optimum(d, o, err);
}

/* True if @name is in the comma-separated @list, or that is "all". */
static bool listed(const char *list, const char *name)
{
    size_t len = strlen(name), word;

    if (!strcmp(list, "all"))
        return true;
    for (; *list; list += word + (list[word] == ',')) {
        word = strcspn(list, ",");
        if (word == len && !strncmp(list, name, len))
            return true;
    }
    return false;
}

static int check_list(const char *list, struct zp_error *err)
{
    const char *at = list;
    size_t word, i;

    if (!strcmp(list, "all"))
        return ZP_OK;
    for (; *at; at += word + (at[word] == ',')) {
        word = strcspn(at, ",");
        for (i = 0; i < NR_POLICIES; i++) {
            if (strlen(policies[i].name) == word &&
                !strncmp(policies[i].name, at, word))
                break;
        }
        if (i == NR_POLICIES)
            return fail(err, ZP_ERR_INVAL, "policies",
                        "--policies %s: none of all, most-free, pack, "
                        "balanced, compact, scatter, size-by-cpu, strict, honest",
                        list);
    }
    return *list ? ZP_OK
                 : fail(err, ZP_ERR_INVAL, "policies", "--policies: empty");
}

int density_fill(struct density *d)
{
    const char *list = given(d->ctl, OPT_POLICIES);
    struct zp_error err;
    int rc = ZP_OK;

    if (list && check_list(list, &err))
        return refuse(d->ctl->json, EXIT_USAGE, &err);
    d->outcome = calloc(NR_POLICIES + 1, sizeof(*d->outcome));
    if (!d->outcome) {
        fail(&err, ZP_ERR_NOMEM, NULL, "out of memory");
        return refuse(d->ctl->json, EXIT_FAILED, &err);
    }
    d->meter = meter_begin("fill");
    rc = add_outcome(d, NULL, &err);
    for (size_t i = 0; !rc && list && i < NR_POLICIES; i++) {
        if (listed(list, policies[i].name))
            rc = add_outcome(d, &policies[i], &err);
    }
    meter_end(&d->meter);
    if (rc)
        return refuse(d->ctl->json, exit_of_request(&err), &err);
    if (given(d->ctl, OPT_HTML) && report_fill(d, &err))
        return refuse(d->ctl->json, EXIT_FAILED, &err);
    if (given(d->ctl, OPT_CSV))
        density_fill_csv(d, &d->ctl->out);
    else if (d->ctl->json)
        density_fill_json(d, &d->ctl->out);
    else
        density_fill_text(d, &d->ctl->out);
    return EXIT_OK;
}
