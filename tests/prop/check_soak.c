/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A long life of hosts: zones are reserved, built, released, die on the way,
 * reboot, shrink and grow, guests of others come and go, and after each step
 * the ledger is held against books that are kept without it.
 *
 * ZP_SOAK_OPS=N says how many steps there are. A failure names the seed of
 * its host: ZP_SEED=N begins there, with the same steps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "objects.h"
#include "world.h"

enum { OPS = 20000, OPS_PER_HOST = 250, ENOUGH = 3000 };

static struct totals {
    uint64_t hosts, placed, parts, refused, again;
    uint64_t died, released, rebooted, moved;
} totals;

/* ---- reserving ---------------------------------------------------------- */

static struct zp_load *load_of(struct world *w, enum zp__view view,
                               const struct sight *sight, bool *motion)
{
    struct zp__ledger ledger;
    struct zp_load *load;

    world_ledger(w, view, sight, &ledger);
    if (zp_load_copy(w->base, &load, NULL))
        abort();
    world_free(w, sight, load);
    if (zp__ledger_apply(&ledger, load, NULL))
        abort();
    *motion = ledger.motion;
    return load;
}

/* The same twice, into memory that was not the same. */
static const char *place(const struct world *w, const struct zp_load *load,
                         const struct zp_request *req, struct zp_plan *plan,
                         int *rc_out)
{
    static struct zp_plan again;
    struct zp_error err, err_again;
    struct zp_load *copy;
    int rc;

    memset(plan, 0x55, sizeof(*plan));
    memset(&again, 0xaa, sizeof(again));
    *rc_out = zp_place(w->topo, load, req, plan, &err);
    if (zp_load_copy(load, &copy, NULL))
        abort();
    rc = zp_place(w->topo, copy, req, &again, &err_again);
    zp_load_free(copy);
    if (rc != *rc_out)
        return "placed once, and refused once";
    if (rc && strcmp(err.msg, err_again.msg))
        return "refused twice, for other reasons";
    if (rc && (!err.limit[0] || !err.msg[0]))
        return "refused without a reason";
    if (!rc && memcmp(plan, &again, sizeof(again)))
        return "two plans for one request";
    return NULL;
}

static const char *judge(const struct world *w, const struct zp_request *req,
                         const struct zp_plan *plan)
{
    static struct zp_error err;
    struct books books;
    const char *wrong;

    world_books(w, &books);
    wrong = satisfies(w->topo, &books, req, plan);
    if (wrong)
        return wrong;
    return zp_plan_check(w->topo, plan, &err) ? err.msg : NULL;
}

/* What a zone asks for that may find room beside others, and now and then of
 * nodes without pcpus by name. */
static void ask(const struct world *w, struct gen *g, struct zp_request *req)
{
    struct zp_part *part;
    uint32_t i;

    gen_request(g, &w->host, req);
    if (gen_chance(g, 60)) /* or one zone would fill the host */
        req->mem_kib = 1 + req->mem_kib / 8;
    if (req->max_mem_kib)
        req->max_mem_kib = req->mem_kib * 2;
    if (req->max_mem_kib || req->spill == ZP_SPILL_PREFERRED ||
        !gen_chance(g, 40))
        return;
    for (i = 0; i < w->host.nr && req->nr_parts < ZP_MAX_PARTS; i++) {
        if (w->host.nr_pcpus[i] || !gen_chance(g, 70))
            continue;
        part = &req->part[req->nr_parts++];
        part->os_id = w->host.os_id[i];
        part->mem_kib = 1 + w->free_kib[i];
        if (gen_chance(g, 70))
            part->mem_kib = 1 + gen_next(g) % part->mem_kib;
    }
}

static const char *reserve(struct world *w, struct gen *g, uint32_t slot)
{
    struct zp_plan *plan = &w->slot[slot].plan;
    struct zp_load *safe, *hopeful;
    struct zp_request req;
    struct sight sight;
    const char *wrong;
    bool motion;
    int rc, rc_hope = ZP_OK;

    ask(w, g, &req);
    world_see(w, g, &sight);
    safe = load_of(w, ZP__SAFE, &sight, &motion);
    hopeful = load_of(w, ZP__HOPEFUL, &sight, &motion);
    wrong = place(w, safe, &req, plan, &rc);
    if (!wrong && motion) {
        static struct zp_plan hope;

        /* Another plan it may be: free memory chooses the first node. */
        wrong = place(w, hopeful, &req, &hope, &rc_hope);
        if (!wrong && !rc && rc_hope)
            wrong = "hope refuses what is safe";
    }
    zp_load_free(safe);
    zp_load_free(hopeful);
    if (!wrong && !rc)
        wrong = judge(w, &req, plan);
    if (!wrong && !rc)
        world_enter(w, slot);
    totals.placed += !rc;
    totals.parts += !rc && req.nr_parts;
    totals.refused += rc != 0;
    totals.again += rc && motion && !rc_hope;
    return wrong;
}

/* ---- one step, and what must hold then ---------------------------------- */

static const char *change(struct world *w, struct gen *g)
{
    uint32_t slot = gen_below(g, NR_SLOTS), kind = gen_below(g, 100);
    struct slot *s = &w->slot[slot];

    if (kind < 10)
        return world_others(w, g), NULL;
    if (kind < 14)
        return world_keep(w, g), NULL;
    if (s->state == EMPTY)
        return reserve(w, g, slot);
    if (s->state == BUILDING && kind < 30) {
        totals.died++;
        return world_leave(w, s), NULL;
    }
    if (s->state == BUILDING) {
        if (kind < 60)
            world_take(w, g, s);
        else
            world_finish(w, g, s);
        return NULL;
    }
    if (kind < 40) {
        totals.released++;
        return world_leave(w, s), NULL;
    }
    if (kind < 50) {
        totals.rebooted++;
        return world_reboot(w, s), NULL;
    }
    totals.moved++;
    return world_balloon(w, g, s), NULL;
}

static const char *empty(struct world *w)
{
    struct zp__ledger ledger, nothing;
    struct sight sight;
    uint32_t i;

    for (i = 0; i < NR_SLOTS; i++) {
        if (w->slot[i].state != EMPTY)
            world_leave(w, &w->slot[i]);
    }
    world_others_leave(w);
    for (i = 0; i < w->host.nr; i++) {
        if (w->free_kib[i] != w->host.free_kib[i])
            return "memory that has not come back";
    }
    world_see(w, NULL, &sight);
    memset(&nothing, 0, sizeof(nothing));
    nothing.topo = w->topo;
    nothing.view = ZP__SAFE;
    world_ledger(w, ZP__SAFE, &sight, &ledger);
    /* Member by member: what is between them says nothing. */
    if (ledger.motion || ledger.claimed_kib ||
        memcmp(ledger.promised_kib, nothing.promised_kib,
               sizeof(nothing.promised_kib)) ||
        memcmp(ledger.vcpu_parts, nothing.vcpu_parts,
               sizeof(nothing.vcpu_parts)) ||
        memcmp(&ledger.dedicated, &nothing.dedicated,
               sizeof(nothing.dedicated)) ||
        memcmp(ledger.pcpu_milli, nothing.pcpu_milli,
               sizeof(nothing.pcpu_milli)))
        return "a ledger that is not empty without zones";
    return NULL;
}

/* Returns how many steps were made; *wrong_out: NULL, or why not all. */
static uint64_t live(struct world *w, uint64_t seed, uint64_t ops,
                     const char **wrong_out)
{
    const char *wrong = NULL;
    struct gen g;
    uint64_t i;
    long before = objects_live();

    world_new(w, seed, &g);
    for (i = 0; i < ops && !wrong; i++) {
        wrong = change(w, &g);
        if (!wrong)
            wrong = world_check(w, &g);
    }
    if (!wrong)
        wrong = empty(w);
    world_drop(w);
    if (!wrong && objects_live() != before)
        wrong = "objects that nobody has freed";
    totals.hosts++;
    *wrong_out = wrong;
    return i;
}

int main(void)
{
    static struct world w;
    uint64_t seed = gen_env("ZP_SEED", 1), done = 0, n, i;
    uint64_t ops = gen_env("ZP_SOAK_OPS", OPS) *
                   gen_env("ZP_CASES_PERCENT", 100) / 100;
    const char *wrong = NULL;

    printf("soak: ZP_SEED=%llu\n", (unsigned long long)seed);
    for (i = seed; done < ops && !wrong; i++) {
        n = ops - done < OPS_PER_HOST ? ops - done : OPS_PER_HOST;
        done += live(&w, i, n, &wrong);
    }
    if (wrong) {
        fprintf(stderr, "not ok: step %llu: %s (ZP_SEED=%llu)\n",
                (unsigned long long)done, wrong, (unsigned long long)(i - 1));
        return 1;
    }
    printf("%llu steps on %llu hosts: %llu zones (%llu with parts), %llu "
           "refused, %llu might fit later\n%llu died, %llu released, %llu "
           "rebooted, %llu moves\n",
           (unsigned long long)done, (unsigned long long)totals.hosts,
           (unsigned long long)totals.placed,
           (unsigned long long)totals.parts,
           (unsigned long long)totals.refused,
           (unsigned long long)totals.again, (unsigned long long)totals.died,
           (unsigned long long)totals.released,
           (unsigned long long)totals.rebooted,
           (unsigned long long)totals.moved);
    if (done >= ENOUGH && (totals.placed < done / 20 || !totals.parts ||
                        !totals.again || !totals.died || !totals.rebooted)) {
        fprintf(stderr, "not ok: some kinds of steps were not made\n");
        return 1;
    }
    return 0;
}
