/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --first-node balanced (rules 3): which large pieces of free memory a choice
 * ruins, and whether there are enough of them. */
#include "core.h"

/* Nothing is whole once Xen has taken its own of it: a sixteenth is let off.
 * Pieces below 128 MiB are of use to no zone. */
enum { LET_OFF = 16, LEAST_SCALE = 64 };
/* Of free memory, so much in whole pieces of each size is enough. */
enum { ENOUGH_PERCENT = 50 };

/* Units that are free, or as many as the free vcpus are worth. */
static uint64_t room_of(const struct zp__balance *b,
                        const struct zp__problem *p, uint32_t pos)
{
    uint64_t all, left;

    if (!p->req.vcpu_ratio)
        return p->room[pos];
    all = (uint64_t)p->load->nr_usable[pos] * p->req.vcpu_ratio;
    left = all > p->load->used_vcpus[pos] ? all - p->load->used_vcpus[pos]
                                          : 0;
    /* ratios are not bounded, and nodes may be large */
    return zp__min64(p->room[pos],
                     (uint64_t)((unsigned __int128)left * b->largest /
                                (all ? all : 1)));
}

void zp__balance_init(struct zp__balance *b, const struct zp__problem *p,
                      uint64_t need)
{
    uint64_t units;
    zp__mask left;
    uint32_t pos, i;

    b->need = need;
    b->free = b->largest = 0;
    ZP__FOR_EACH (pos, left, p->eligible) {
        units = p->size[pos] > p->room[pos] ? p->size[pos] : p->room[pos];
        b->largest = units > b->largest ? units : b->largest;
    }
    for (i = 0; i < ZP__NR_SCALES; i++) {
        b->scale[i] = (b->largest - b->largest / LET_OFF) >> i;
        b->slots[i] = 0;
        if (b->scale[i] < LEAST_SCALE)
            break;
    }
    b->nr = i;
    ZP__FOR_EACH (pos, left, p->eligible) {
        units = room_of(b, p, pos);
        b->free += units;
        for (i = 0; i < b->nr; i++)
            b->slots[i] += units / b->scale[i];
    }
}

struct zp__ruin zp__balance_ruin(const struct zp__balance *b,
                                 const struct zp__problem *p, uint32_t pos)
{
    uint64_t now = room_of(b, p, pos);
    uint64_t then = now > b->need ? now - b->need : 0;
    uint64_t after = b->free - (now - then), lost;
    struct zp__ruin ruin = { false, 0 };
    uint32_t i;

    for (i = 0; i < b->nr; i++) {
        lost = now / b->scale[i] - then / b->scale[i];
        ruin.lost += lost * b->scale[i];
        if (lost && after >= b->scale[i] &&
            (b->slots[i] - lost) * b->scale[i] * 100 < after * ENOUGH_PERCENT)
            ruin.scarce = true;
    }
    return ruin;
}
