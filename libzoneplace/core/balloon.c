/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much memory each dynamic zone should have. Nothing is remembered from
 * one round to the next: what a round sees of Xen and of the guests is all
 * that decides, so that a daemon that was killed goes on where it was.
 */
#include <stdio.h>
#include <string.h>

#include "core.h"

typedef unsigned long long ull;

enum { MIB_KIB = 1024 };
/* A guest that is nearer to its target than this has reached it: some pages
 * always stay with its drivers. */
enum { NEAR_KIB = 4 * MIB_KIB };

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static uint64_t max64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t whole_mib(uint64_t kib)
{
    return zp__div_up64(kib, MIB_KIB) * MIB_KIB;
}

void zp_balloon_config_init(struct zp_balloon_config *config)
{
    memset(config, 0, sizeof(*config));
    config->floor_kib = 300 * MIB_KIB;
    config->shrink_free_percent = 90;
    config->grow_used_percent = 70;
    config->hysteresis_percent = 10;
    config->step_percent = 25;
    config->step_min_kib = 128 * MIB_KIB;
    config->slew_kib = (uint64_t)1024 * MIB_KIB;
    config->donor_free_percent = 50;
}

int zp_balloon_config_check(const struct zp_balloon_config *config,
                            struct zp_error *err)
{
    uint32_t grow = config->grow_used_percent;

    if (!grow || grow > 100 || config->hysteresis_percent >= grow)
        return zp__fail(err, ZP_ERR_RANGE, "balloon",
                        "zones grow at %u %% used less %u %%: not in 1..100",
                        grow, config->hysteresis_percent);
    if (config->shrink_free_percent > 100 ||
        config->shrink_free_percent <= 100 - grow)
        return zp__fail(err, ZP_ERR_RANGE, "balloon",
                        "zones shrink at %u %% free: not in %u..100, they "
                        "would grow again", config->shrink_free_percent,
                        101 - grow);
    if (config->donor_free_percent > 100 ||
        config->donor_free_percent <= 100 - grow)
        return zp__fail(err, ZP_ERR_RANGE, "balloon",
                        "zones give at %u %% free: not in %u..100",
                        config->donor_free_percent, 101 - grow);
    if (config->step_percent > 1000 || !config->step_min_kib ||
        !config->slew_kib || config->floor_kib > ZP_MAX_MEM_KIB ||
        config->step_min_kib > ZP_MAX_MEM_KIB ||
        config->slew_kib > ZP_MAX_MEM_KIB)
        return zp__fail(err, ZP_ERR_RANGE, "balloon",
                        "steps of %u %% and %llu KiB, at most %llu KiB, floor "
                        "%llu KiB: beyond their limits", config->step_percent,
                        (ull)config->step_min_kib, (ull)config->slew_kib,
                        (ull)config->floor_kib);
    return ZP_OK;
}

/* ---- what a guest says ------------------------------------------------- */

/* Up to 16 digits, which no guest's memory needs. */
static bool take_number(const char **at, const char *end, uint64_t *value_out)
{
    const char *c = *at;
    uint64_t value = 0;

    for (; c < end && *c >= '0' && *c <= '9' && c - *at < 16; c++)
        value = value * 10 + (uint64_t)(*c - '0');
    if (c == *at || (c < end && *c != ' '))
        return false;
    *value_out = value;
    *at = c < end ? c + 1 : c;
    return true;
}

int zp_balloon_report_parse(const char *buf, size_t len, uint64_t *used_out,
                            struct zp_error *err)
{
    const char *at = buf, *end = buf + len;
    uint64_t held, total, unused, available;

    if (len > 0 && end[-1] == '\n')
        end--;
    if (!take_number(&at, end, &held) || !take_number(&at, end, &total) ||
        !take_number(&at, end, &unused) ||
        !take_number(&at, end, &available) || at != end || end[-1] == ' ')
        return zp__fail(err, ZP_ERR_PARSE, "report",
                        "the guest's report is not four numbers");
    if (held < total || total < unused || held < available ||
        held > ZP_MAX_MEM_KIB)
        return zp__fail(err, ZP_ERR_INVAL, "report",
                        "the guest reports %llu KiB held, %llu in all, %llu "
                        "free, %llu available: that can't be", (ull)held,
                        (ull)total, (ull)unused, (ull)available);
    *used_out = held - available;
    return ZP_OK;
}

/* ---- one zone ---------------------------------------------------------- */

static uint64_t used_of(const struct zp_balloon_zone *zone)
{
    return zp__min64(zone->used_kib, max64(zone->held_kib, zone->target_kib));
}

/* What a zone must keep: its floor, and so much that it does not grow again
 * at once. */
static uint64_t least_of(const struct zp_balloon_config *config,
                         const struct zp_balloon_zone *zone)
{
    uint32_t keep = config->grow_used_percent - config->hysteresis_percent;

    return max64(zone->floor_kib,
                 whole_mib(zp__div_up64(used_of(zone) * 100, keep)));
}

static bool is_near(const struct zp_balloon_zone *zone)
{
    return minus(zone->held_kib, zone->target_kib) < NEAR_KIB &&
           minus(zone->target_kib, zone->held_kib) < NEAR_KIB;
}

static bool wants_more(const struct zp_balloon_config *config,
                       const struct zp_balloon_zone *zone)
{
    return used_of(zone) * 100 >=
           zone->target_kib * config->grow_used_percent;
}

static bool is_free_to(const struct zp_balloon_zone *zone, uint32_t percent)
{
    return minus(zone->target_kib, used_of(zone)) * 100 >=
           zone->target_kib * percent;
}

static uint64_t step_of(const struct zp_balloon_config *config,
                        const struct zp_balloon_zone *zone)
{
    uint64_t step = zone->target_kib / 100 * config->step_percent;

    step = max64(step, config->step_min_kib);
    return whole_mib(zp__min64(step, config->slew_kib));
}

static void set(struct zp_balloon_zone *zone, enum zp_balloon_why why,
                uint64_t next_kib)
{
    zone->why = why;
    zone->next_kib = next_kib;
}

static void shrink(const struct zp_balloon_config *config,
                   struct zp_balloon_zone *zone)
{
    uint64_t next = max64(whole_mib(zone->target_kib / 2),
                          least_of(config, zone));

    next = max64(next, minus(zone->target_kib, config->slew_kib));
    if (next < zone->target_kib)
        set(zone, ZP_BALLOON_SHRINKS, next);
}

/* All that needs no look at others. Leaves GROWS to those that want to. */
static void judge(const struct zp_balloon_config *config,
                  struct zp_balloon_zone *zone)
{
    zone->from_vnode = zone->why_pnode = ZP_UNKNOWN_ID;
    zone->why_kib = 0;
    set(zone, ZP_BALLOON_KEEPS, zone->target_kib);
    if (zone->target_kib < zone->floor_kib) {
        set(zone, ZP_BALLOON_GROWS, zone->floor_kib);
    } else if (!zone->reports) {
        zone->why = ZP_BALLOON_SILENT;
    } else if (!is_near(zone)) {
        zone->why = ZP_BALLOON_MOVES;
        /* It changed its mind: what it still holds it may keep. */
        if (zone->target_kib < zone->held_kib && wants_more(config, zone))
            set(zone, ZP_BALLOON_GROWS,
                zp__min64(zone->held_kib, zone->max_kib));
    } else if (wants_more(config, zone)) {
        if (zone->target_kib >= zone->max_kib)
            zone->why = ZP_BALLOON_FULL;
        else
            set(zone, ZP_BALLOON_GROWS,
                zp__min64(zone->max_kib,
                          zone->target_kib + step_of(config, zone)));
    } else if (is_free_to(zone, config->shrink_free_percent)) {
        shrink(config, zone);
    }
}

/* ---- the zones of a pnode ---------------------------------------------- */

struct round {
    const struct zp_balloon_config *config;
    uint64_t left_kib[ZP_MAX_PNODES];    /* beyond the reserve */
    struct zp_balloon_zone *zones;
    size_t nr;
};

/* What @zone could still take from each pnode. */
static void rooms(const struct zp_balloon_zone *zone,
                  uint64_t room[ZP_MAX_PNODES])
{
    uint32_t i;

    memset(room, 0, ZP_MAX_PNODES * sizeof(*room));
    for (i = 0; i < zone->nr_vnodes && i < ZP_MAX_VNODES; i++) {
        if (zone->pnode[i] < ZP_MAX_PNODES)
            room[zone->pnode[i]] += zone->room_kib[i];
    }
}

/*
 * The guest picks the pages: any of its vnodes may give it all. So each pnode
 * must hold the whole step, or what the zone can take there at most.
 */
uint64_t zp_balloon_admit(const uint64_t free_kib[ZP_MAX_PNODES],
                          const struct zp_balloon_zone *zone,
                          uint64_t more_kib, uint32_t *short_out)
{
    uint64_t room[ZP_MAX_PNODES];
    uint32_t pos;

    *short_out = ZP_UNKNOWN_ID;
    rooms(zone, room);
    for (pos = 0; pos < ZP_MAX_PNODES; pos++) {
        if (free_kib[pos] >= zp__min64(more_kib, room[pos]))
            continue;
        more_kib = free_kib[pos];
        *short_out = pos;
    }
    return more_kib / MIB_KIB * MIB_KIB;
}

static void charge(struct round *r, const struct zp_balloon_zone *zone,
                   uint64_t more_kib)
{
    uint64_t room[ZP_MAX_PNODES];
    uint32_t pos;

    rooms(zone, room);
    for (pos = 0; pos < ZP_MAX_PNODES; pos++)
        r->left_kib[pos] -= zp__min64(zp__min64(more_kib, room[pos]),
                                      r->left_kib[pos]);
}

static uint32_t vnode_on(const struct zp_balloon_zone *zone, uint32_t pos)
{
    uint32_t i;

    for (i = 0; i < zone->nr_vnodes && i < ZP_MAX_VNODES; i++) {
        if (zone->pnode[i] == pos)
            return i;
    }
    return ZP_UNKNOWN_ID;
}

/* What it could give on @pos; 0 if it is no donor. */
static uint64_t gift_of(const struct round *r,
                        const struct zp_balloon_zone *zone, uint32_t pos,
                        bool several)
{
    if (zone->why != ZP_BALLOON_KEEPS || (zone->nr_vnodes > 1) != several ||
        (several && !zone->agent) || vnode_on(zone, pos) == ZP_UNKNOWN_ID ||
        !is_free_to(zone, r->config->donor_free_percent))
        return 0;
    return zp__min64(minus(zone->target_kib, least_of(r->config, zone)),
                     r->config->slew_kib) / MIB_KIB * MIB_KIB;
}

/* The one that can give the most, lowest id on a tie. */
static struct zp_balloon_zone *best_donor(const struct round *r, uint32_t pos,
                                          bool several, uint64_t *gift_out)
{
    struct zp_balloon_zone *best = NULL;
    uint64_t gift;
    size_t i;

    *gift_out = 0;
    for (i = 0; i < r->nr; i++) {
        gift = gift_of(r, &r->zones[i], pos, several);
        if (!gift || gift < *gift_out ||
            (gift == *gift_out && r->zones[i].id > best->id))
            continue;
        best = &r->zones[i];
        *gift_out = gift;
    }
    return best;
}

/* Zones of one vnode first: what they give is on the pnode for certain. */
static void ask_donors(struct round *r, uint32_t pos, uint64_t want_kib)
{
    struct zp_balloon_zone *donor;
    uint64_t gift;
    int several;

    for (several = 0; several < 2; several++) {
        while (want_kib &&
               (donor = best_donor(r, pos, several, &gift)) != NULL) {
            gift = zp__min64(gift, whole_mib(want_kib));
            set(donor, ZP_BALLOON_GIVES, donor->target_kib - gift);
            donor->why_pnode = pos;
            if (several)
                donor->from_vnode = vnode_on(donor, pos);
            want_kib = minus(want_kib, gift);
        }
    }
}

static void grow(struct round *r, struct zp_balloon_zone *zone)
{
    uint64_t want = zone->next_kib - zone->target_kib, more, held_back;
    uint32_t pos;

    /* What it holds already is nobody else's. */
    held_back = zp__min64(want, minus(zone->held_kib, zone->target_kib));
    more = zp_balloon_admit(r->left_kib, zone, want - held_back, &pos);
    charge(r, zone, more);
    zone->next_kib = zone->target_kib + held_back + more;
    if (pos == ZP_UNKNOWN_ID)
        return;
    zone->why = ZP_BALLOON_WAITS;
    zone->why_pnode = pos;
    zone->why_kib = want - held_back - more;
    ask_donors(r, pos, zone->why_kib);
}

/* On its way up: what it was granted is on its way to it, not there for
 * another. Where that has gone meanwhile, it waits, and says so. */
static void arrive(struct round *r, struct zp_balloon_zone *zone)
{
    uint64_t want = zone->target_kib - zone->held_kib, more;
    uint32_t pos;

    more = zp_balloon_admit(r->left_kib, zone, want, &pos);
    charge(r, zone, more);
    if (want - more < NEAR_KIB)
        return;
    zone->why = ZP_BALLOON_WAITS;
    zone->why_pnode = pos;
    zone->why_kib = want - more;
    ask_donors(r, pos, zone->why_kib);
}

static bool is_arriving(const struct zp_balloon_zone *zone)
{
    return zone->why == ZP_BALLOON_MOVES && zone->target_kib > zone->held_kib;
}

/* What was granted comes first, then who is most pressed: used in percent of
 * its target. Then the lower id. */
static bool before(const struct zp_balloon_zone *a,
                   const struct zp_balloon_zone *b)
{
    bool arrives = is_arriving(a);
    uint64_t pressed_a = used_of(a) * 100 / (a->target_kib + 1);
    uint64_t pressed_b = used_of(b) * 100 / (b->target_kib + 1);

    if (arrives != is_arriving(b))
        return arrives;
    return pressed_a != pressed_b ? pressed_a > pressed_b : a->id < b->id;
}

/* Whose turn it is among those that want something still, or NULL. */
static struct zp_balloon_zone *next_of(const struct round *r)
{
    struct zp_balloon_zone *next = NULL;
    size_t i;

    for (i = 0; i < r->nr; i++) {
        if (!r->zones[i].settled && (!next || before(&r->zones[i], next)))
            next = &r->zones[i];
    }
    return next;
}

void zp_balloon_decide(const struct zp_balloon_config *config,
                       const uint64_t free_kib[ZP_MAX_PNODES],
                       struct zp_balloon_zone *zones, size_t nr)
{
    struct round r = { .config = config, .zones = zones, .nr = nr };
    struct zp_balloon_zone *next;
    size_t i;

    memcpy(r.left_kib, free_kib, sizeof(r.left_kib));
    for (i = 0; i < nr; i++) {
        judge(config, &zones[i]);
        zones[i].settled = zones[i].why != ZP_BALLOON_GROWS &&
                           !is_arriving(&zones[i]);
    }
    while ((next = next_of(&r))) {
        next->settled = true;
        if (is_arriving(next))
            arrive(&r, next);
        else
            grow(&r, next);
    }
}

/* ---- in words ---------------------------------------------------------- */

static ull mib(uint64_t kib)
{
    return kib / MIB_KIB;
}

size_t zp_balloon_text(const struct zp_balloon_zone *zone, uint32_t pnode,
                       char *buf, size_t size)
{
    ull used = mib(used_of(zone)), now = mib(zone->target_kib);
    ull next = mib(zone->next_kib);
    int len = 0;

    switch (zone->why) {
    case ZP_BALLOON_KEEPS:
        len = snprintf(buf, size, "keeps %llu MiB, %llu used", now, used);
        break;
    case ZP_BALLOON_SILENT:
        len = snprintf(buf, size, "keeps %llu MiB: no usable report from its "
                       "guest", now);
        break;
    case ZP_BALLOON_MOVES:
        len = snprintf(buf, size, "on its way to %llu MiB, holds %llu", now,
                       mib(zone->held_kib));
        break;
    case ZP_BALLOON_FULL:
        len = snprintf(buf, size, "keeps %llu MiB, %llu used: that is its "
                       "maximum", now, used);
        break;
    case ZP_BALLOON_GROWS:
        len = snprintf(buf, size, "grows from %llu to %llu MiB, %llu used",
                       now, next, used);
        break;
    case ZP_BALLOON_SHRINKS:
        len = snprintf(buf, size, "shrinks from %llu to %llu MiB, %llu used",
                       now, next, used);
        break;
    case ZP_BALLOON_GIVES:
        len = snprintf(buf, size, "gives %llu MiB of pnode %u to another: "
                       "from %llu to %llu MiB, %llu used", now - next, pnode,
                       now, next, used);
        break;
    case ZP_BALLOON_WAITS:
        len = snprintf(buf, size, "goes from %llu to %llu MiB, %llu used, and "
                       "waits for %llu MiB of pnode %u", now, next, used,
                       mib(zone->why_kib), pnode);
        break;
    }
    return len < 0 ? 0 : (size_t)len;
}
