/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Vnodes beyond those that the rules of placement give: memory that was asked
 * of a node by name (rules 6), and nodes that the host has not (rules 11). */
#include <string.h>

#include "core.h"

/* Where memory of @pos belongs: CPU-less vnodes ascend. */
static uint32_t slot_of(const struct zp__draft *d, uint32_t pos)
{
    uint32_t at = d->nr_cpu;

    while (at < d->nr && d->pos[at] < pos)
        at++;
    return at;
}

bool zp__draft_parts(struct zp__draft *d)
{
    const struct zp__problem *p = d->p;
    uint32_t i, j, at;

    for (i = 0; i < p->nr_parts; i++) {
        at = slot_of(d, p->part_pos[i]);
        if (at == d->nr || d->pos[at] != p->part_pos[i]) {
            if (d->nr == ZP_MAX_VNODES)
                return false;
            for (j = d->nr++; j > at; j--) {
                d->pos[j] = d->pos[j - 1];
                d->units[j] = d->units[j - 1];
                d->max_units[j] = d->max_units[j - 1];
            }
            d->pos[at] = p->part_pos[i];
            d->units[at] = d->max_units[at] = 0;
            d->vcpus[d->nr - 1] = 0;
            d->pxm[d->nr - 1] = d->nr - 1;
        }
        d->units[at] += p->part_units[i];
        d->max_units[at] += p->part_units[i];
    }
    return true;
}

/* Every vnode gets as equal a part of those that are shown as it has vcpus
 * for, and deals its own to them. */
void zp__draft_emulate(struct zp__draft *d)
{
    uint64_t low[ZP_MAX_VNODES], shown[ZP_MAX_VNODES];
    struct zp__draft old = *d;
    uint32_t i, j, at = 0;

    for (i = 0; i < old.nr; i++)
        low[i] = 1;
    zp__deal(d->p->req.emulate, old.nr, low, old.vcpus, shown);
    for (i = 0; i < old.nr; i++) {
        uint32_t nr = (uint32_t)shown[i];

        zp__deal_evenly(old.vcpus[i], nr, &d->vcpus[at]);
        zp__deal_evenly(old.units[i], nr, &d->units[at]);
        for (j = 0; j < nr; j++, at++) {
            d->pos[at] = old.pos[i];
            d->pxm[at] = at;
            d->max_units[at] = d->units[at];
        }
    }
    d->nr = d->nr_cpu = at;
}
