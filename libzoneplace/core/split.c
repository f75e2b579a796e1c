/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dealing vcpus and memory to vnodes (rules 2 and 5). */
#include "core.h"

uint32_t zp__pow2_up(uint32_t n)
{
    uint32_t p = 1;

    while (p < n)
        p *= 2;
    return p;
}

static uint64_t clamp(uint64_t level, uint64_t low, uint64_t high)
{
    return level < low ? low : level > high ? high : level;
}

static uint64_t filled(uint64_t level, uint32_t nr, const uint64_t *low,
                       const uint64_t *high)
{
    uint64_t sum = 0;
    uint32_t i;

    for (i = 0; i < nr; i++)
        sum += clamp(level, low[i], high[i]);
    return sum;
}

void zp__deal_evenly(uint64_t total, uint32_t nr, uint64_t *share)
{
    uint32_t i;

    for (i = 0; i < nr; i++)
        share[i] = total / nr + (i < total % nr);
}

/* Water-filling: one level for all, bounded by what each takes; what the
 * level leaves over is less than the number of takers with room. */
void zp__deal(uint64_t total, uint32_t nr, const uint64_t *low,
              const uint64_t *high, uint64_t *share)
{
    uint64_t below = 0, above = total + 1, level, rest;
    uint32_t i;

    while (above - below > 1) {
        level = below + (above - below) / 2;
        if (filled(level, nr, low, high) <= total)
            below = level;
        else
            above = level;
    }
    rest = total - filled(below, nr, low, high);
    for (i = 0; i < nr; i++) {
        share[i] = clamp(below, low[i], high[i]);
        if (rest && below >= low[i] && below < high[i]) {
            share[i]++;
            rest--;
        }
    }
}
