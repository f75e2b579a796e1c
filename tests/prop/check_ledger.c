/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Races for the last memory of a host: processes plan under the lock, by the
 * ledger, and take their memory without it, some of them killed on the way. A
 * machine of plain numbers stands for Xen. As many win as would one after the
 * other, nobody takes what is not there, and nothing is leaked.
 *
 * ZP_SEED=N begins at round N, ZP_CASES=N says how many there are,
 * ZP_CASES_PERCENT shortens them.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/gen.h"
#include "core/ledger.h"
#include "xen/lock.h"

enum { NR_RACERS = 8, NR_SLOTS = 40, ROUNDS = 1000 };
enum { NEVER = 1000000 };
enum { WON = 0, REFUSED = 3, BROKEN = 9 };

enum state { EMPTY, BUILDING, RUNNING };

struct slot {
    _Atomic enum state state;    /* changes under the lock, but to RUNNING */
    struct zp__who holder;
    struct zp_plan plan;
    _Atomic bool domain;
    _Atomic uint64_t held_kib;
};

/* Shared by all processes of a round: Xen and xenstore in one. */
struct world {
    uint32_t racing;             /* how many there are */
    _Atomic uint32_t looked;     /* how many have looked for room */
    _Atomic uint64_t free_kib[ZP_MAX_PNODES];
    struct slot slot[NR_SLOTS];
};

struct round {
    struct world *world;
    struct gen_host host;
    struct zp_topology *topo;
    struct zp_load *idle;
    struct zp_request req;
    char lock_dir[64];
};

static void take(struct world *w, uint32_t pos, uint64_t kib)
{
    uint64_t before = atomic_fetch_sub(&w->free_kib[pos], kib);

    if (before < kib) {
        fprintf(stderr, "pnode %u: %llu KiB taken of %llu\n", pos,
                (unsigned long long)kib, (unsigned long long)before);
        _exit(BROKEN);
    }
}

static void give_back(struct world *w, struct slot *slot)
{
    uint64_t missing[ZP_MAX_VNODES], charged = 0;
    const struct zp_plan *plan = &slot->plan;
    uint32_t i, pos;

    zp__plan_missing(plan, slot->held_kib, missing);
    for (i = 0; i < plan->nr_vnodes; i++) {
        pos = plan->vnode[i].pnode;
        w->free_kib[pos] += plan->vnode[i].mem_kib - missing[i];
        if (slot->domain && !(charged >> pos & 1))
            w->free_kib[pos] += plan->overhead_share_kib;
        charged |= (uint64_t)1 << pos;
    }
    slot->held_kib = 0;
    slot->domain = false;
    slot->state = EMPTY;
}

/* What dead launchers have left, as the next command finds it. */
static void recover(struct world *w)
{
    uint32_t i;

    for (i = 0; i < NR_SLOTS; i++) {
        /* Asked again: it may have finished, and then ended. */
        if (w->slot[i].state == BUILDING &&
            !zp__who_alive(&w->slot[i].holder) &&
            w->slot[i].state == BUILDING)
            give_back(w, &w->slot[i]);
    }
}

/* What one look at the host reads, as zp__host_read() does: the records, then
 * the domains, then what is free, then the domains once more. */
struct sight {
    enum state state[NR_SLOTS];
    struct zp__held held[NR_SLOTS];
    uint64_t free_kib[ZP_MAX_PNODES];
};

static void see(const struct round *r, struct sight *sight)
{
    const struct world *w = r->world;
    uint32_t i;

    for (i = 0; i < NR_SLOTS; i++)
        sight->state[i] = w->slot[i].state;
    for (i = 0; i < NR_SLOTS; i++) {
        sight->held[i] = (struct zp__held){
            .building = sight->state[i] == BUILDING,
            .domain = w->slot[i].domain,
            .before_kib = w->slot[i].held_kib,
        };
    }
    for (i = 0; i < r->host.nr; i++)
        sight->free_kib[i] = w->free_kib[i];
    for (i = 0; i < NR_SLOTS; i++) {
        sight->held[i].domain |= w->slot[i].domain;
        sight->held[i].after_kib = w->slot[i].held_kib;
    }
}

static struct zp_load *weigh(const struct round *r, enum zp__view view,
                             const struct sight *sight, bool *motion)
{
    struct zp__ledger ledger;
    struct zp_load *load;
    uint32_t i;

    zp__ledger_init(&ledger, r->topo, view);
    for (i = 0; i < NR_SLOTS; i++) {
        if (sight->state[i] != EMPTY)
            zp__ledger_add_zone(&ledger, &r->world->slot[i].plan,
                                &sight->held[i]);
    }
    if (zp_load_copy(r->idle, &load, NULL))
        _exit(BROKEN);
    for (i = 0; i < r->host.nr; i++) {
        if (zp_load_set_free(load, i, sight->free_kib[i], NULL))
            _exit(BROKEN);
    }
    if (zp__ledger_apply(&ledger, load, NULL))
        _exit(BROKEN);
    *motion = ledger.motion;
    return load;
}

static bool fits(const struct round *r, struct zp_load *load,
                 struct zp_plan *plan)
{
    bool yes = zp_place(r->topo, load, &r->req, plan, NULL) == ZP_OK;

    zp_load_free(load);
    return yes;
}

/* Under the lock. A slot with a plan; NULL: refused, or @again. */
static struct slot *reserve(const struct round *r, bool *again)
{
    struct world *w = r->world;
    struct zp_plan plan, hope;
    struct sight sight;
    bool motion;
    uint32_t i;

    recover(w);
    see(r, &sight);
    *again = false;
    if (!fits(r, weigh(r, ZP__SAFE, &sight, &motion), &plan)) {
        *again = motion &&
                 fits(r, weigh(r, ZP__HOPEFUL, &sight, &motion), &hope);
        return NULL;
    }
    for (i = 0; i < NR_SLOTS && w->slot[i].state != EMPTY; i++)
        ;
    if (i == NR_SLOTS)
        _exit(BROKEN);
    w->slot[i].plan = plan;
    w->slot[i].holder = zp__who_me();
    w->slot[i].state = BUILDING;
    return &w->slot[i];
}

static void step(uint32_t *left)
{
    if ((*left)-- == 0)
        raise(SIGKILL);
}

static void wait_for_others(const struct world *w)
{
    while (w->looked < w->racing)
        usleep(50);
}

/* Xen's part: the pool, then the ranges in order, piece by piece. Somewhere
 * on the way until all others have looked: that is what makes it a race,
 * however the machine schedules. */
static void populate(const struct round *r, struct slot *slot, struct gen *g,
                     uint32_t *left)
{
    const struct zp_plan *plan = &slot->plan;
    uint64_t charged = 0, kib, piece;
    uint32_t i, pos, pieces = 0, stop = gen_below(g, 5);

    step(left);
    if (!stop)
        wait_for_others(r->world);
    for (i = 0; i < plan->nr_vnodes; i++) {
        pos = plan->vnode[i].pnode;
        if (!(charged >> pos & 1))
            take(r->world, pos, plan->overhead_share_kib);
        charged |= (uint64_t)1 << pos;
    }
    slot->domain = true;
    step(left);
    for (i = 0; i < plan->nr_vnodes; i++) {
        for (kib = plan->vnode[i].mem_kib; kib; kib -= piece) {
            piece = ZP_UNIT_KIB << gen_below(g, 10);
            piece = piece < kib ? piece : kib;
            if (++pieces == stop)
                wait_for_others(r->world);
            take(r->world, plan->vnode[i].pnode, piece);
            slot->held_kib += piece;
            step(left);
        }
    }
}

static int launch(const struct round *r, struct gen *g, uint32_t steps)
{
    bool again, first = true;
    struct slot *slot;
    int lock;

    for (;; first = false) {
        if (zp__lock_in(r->lock_dir, &lock, NULL))
            return BROKEN;
        slot = reserve(r, &again);
        r->world->looked += first;
        if (slot)
            step(&steps);
        close(lock);
        if (slot || !again)
            break;
        usleep(50);
    }
    if (!slot)
        return REFUSED;
    populate(r, slot, g, &steps);
    slot->state = RUNNING;
    return WON;
}

/* One node each, or all of the host: how many fit hangs on no order. */
static void make_round(struct round *r, struct gen *g)
{
    uint32_t nr = 1 + gen_below(g, 3), i;

    gen_idle_host(&r->host, GEN_SOCKETS, nr, 64, 64 * 1024);
    for (i = 0; i < nr; i++) {
        r->host.mem_kib[i] = 64 * 1024 + gen_below(g, 2000000);
        r->host.free_kib[i] = r->host.mem_kib[i];
        r->host.reserve_kib[i] = gen_below(g, 20000);
    }
    gen_build(&r->host, NULL, &r->topo, &r->idle);
    zp_request_init(&r->req);
    r->req.nr_vnodes = gen_chance(g, 50) ? 1 : nr;
    r->req.vcpus = r->req.nr_vnodes * (1 + gen_below(g, 3));
    r->req.mem_kib = (8 + gen_below(g, 400)) * 1024 * r->req.nr_vnodes;
    for (i = 0; i < ZP_MAX_PNODES; i++)
        r->world->free_kib[i] = i < nr ? r->host.free_kib[i] : 0;
    for (i = 0; i < NR_SLOTS; i++)
        r->world->slot[i].state = EMPTY;
}

static uint32_t nr_running(const struct world *w)
{
    uint32_t i, nr = 0;

    for (i = 0; i < NR_SLOTS; i++)
        nr += w->slot[i].state == RUNNING;
    return nr;
}

static void empty(const struct round *r)
{
    uint32_t i;

    for (i = 0; i < NR_SLOTS; i++) {
        if (r->world->slot[i].state != EMPTY)
            give_back(r->world, &r->world->slot[i]);
    }
}

static bool nothing_leaked(const struct round *r)
{
    uint32_t i;

    for (i = 0; i < r->host.nr; i++) {
        if (r->world->free_kib[i] != r->host.free_kib[i])
            return false;
    }
    return true;
}

/* Returns how many were refused; *killed_out: how many died. */
static uint32_t race(const struct round *r, uint64_t seed, uint32_t kills,
                     uint32_t *killed_out, bool *broken_out)
{
    uint32_t i, refused = 0;
    int status;

    *killed_out = 0;
    r->world->racing = NR_RACERS;
    r->world->looked = 0;
    for (i = 0; i < NR_RACERS; i++) {
        pid_t pid = fork();
        struct gen g;

        if (pid < 0)
            _exit(BROKEN);
        if (pid > 0)
            continue;
        gen_seed(&g, seed * NR_RACERS + i);
        _exit(launch(r, &g, gen_chance(&g, kills) ? gen_below(&g, 12)
                                                  : NEVER));
    }
    while (wait(&status) > 0) {
        if (WIFSIGNALED(status))
            *killed_out += WTERMSIG(status) == SIGKILL;
        else
            refused += WEXITSTATUS(status) == REFUSED;
        *broken_out |= WIFSIGNALED(status)
                           ? WTERMSIG(status) != SIGKILL
                           : WEXITSTATUS(status) == BROKEN;
    }
    r->world->racing = 0;
    return refused;
}

static int fail(const struct round *r, uint64_t seed, const char *what,
                uint32_t seen, uint32_t wanted)
{
    fprintf(stderr, "not ok: round %llu: %s: %u, not %u (ZP_SEED=%llu)\n",
            (unsigned long long)seed, what, seen, wanted,
            (unsigned long long)seed);
    (void)r;
    return 1;
}

static int one_round(struct round *r, uint64_t seed, uint32_t totals[3])
{
    uint32_t kills = seed % 2 ? 30 : 0, alone, killed, refused, won;
    bool broken = false;
    struct gen g;

    gen_seed(&g, seed);
    make_round(r, &g);
    /* One after the other; never more than race. */
    for (alone = 0; alone < NR_RACERS && launch(r, &g, NEVER) == WON;)
        alone++;
    empty(r);
    if (!nothing_leaked(r))
        return fail(r, seed, "leaked without a race", 1, 0);
    refused = race(r, seed, kills, &killed, &broken);
    won = nr_running(r->world);
    if (broken)
        return fail(r, seed, "broken", 1, 0);
    if (won + refused + killed != NR_RACERS)
        return fail(r, seed, "ends", won + refused + killed, NR_RACERS);
    if (won > alone || (!killed && won != alone))
        return fail(r, seed, "winners", won, alone);
    /* The dead are found, and what they had is there again. */
    while (won < alone && launch(r, &g, NEVER) == WON)
        won++;
    if (won != alone)
        return fail(r, seed, "winners with those after the dead", won, alone);
    empty(r);
    if (!nothing_leaked(r))
        return fail(r, seed, "leaked", 1, 0);
    totals[0] += won;
    totals[1] += refused;
    totals[2] += killed;
    return 0;
}

int main(void)
{
    uint64_t seed = gen_env("ZP_SEED", 1), i;
    uint64_t rounds = gen_env("ZP_CASES", ROUNDS) *
                      gen_env("ZP_CASES_PERCENT", 100) / 100;
    struct round r = { .lock_dir = "/tmp/zp-ledger.XXXXXX" };
    uint32_t totals[3] = { 0 };
    char path[80];
    int rc = 0;

    if (!mkdtemp(r.lock_dir))
        return BROKEN;
    r.world = mmap(NULL, sizeof(*r.world), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (r.world == MAP_FAILED)
        return BROKEN;
    for (i = seed; i < seed + rounds && !rc; i++) {
        rc = one_round(&r, i, totals);
        zp_load_free(r.idle);
        zp_topology_free(r.topo);
        r.idle = NULL;
        r.topo = NULL;
    }
    snprintf(path, sizeof(path), "%s/lock", r.lock_dir);
    unlink(path);
    rmdir(r.lock_dir);
    printf("%llu rounds from seed %llu: %u zones, %u refusals, %u killed\n",
           (unsigned long long)(i - seed), (unsigned long long)seed,
           totals[0], totals[1], totals[2]);
    if (!rc && rounds >= ROUNDS && (!totals[1] || !totals[2])) {
        fprintf(stderr, "not ok: nobody was refused, or nobody killed\n");
        return 1;
    }
    return rc;
}
