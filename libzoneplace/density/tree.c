/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first host with enough room, in logarithmic time: a tree of maxima. */
#include "density/density.h"

static bool fits(const struct zp__rooms *have, const struct zp__rooms *need)
{
    uint32_t i;

    for (i = 0; i < ZP__NR_ROOMS; i++) {
        if (have->of[i] < need->of[i])
            return false;
    }
    return true;
}

static void sum_up(struct zp__tree *tree, uint32_t at)
{
    const struct zp__rooms *low = &tree->max[2 * at];
    const struct zp__rooms *high = low + 1;
    uint32_t i;

    for (i = 0; i < ZP__NR_ROOMS; i++)
        tree->max[at].of[i] = low->of[i] > high->of[i] ? low->of[i]
                                                       : high->of[i];
}

bool zp__tree_init(struct zp__tree *tree, uint32_t nr_hosts)
{
    tree->width = 1;
    while (tree->width < nr_hosts)
        tree->width *= 2;
    tree->max = calloc((size_t)tree->width * 2, sizeof(*tree->max));
    return tree->max != NULL;
}

void zp__tree_clear(struct zp__tree *tree)
{
    free(tree->max);
    tree->max = NULL;
}

void zp__tree_set(struct zp__tree *tree, uint32_t host,
                  const struct zp__rooms *rooms, bool built)
{
    uint32_t at = tree->width + host;

    tree->max[at] = *rooms;
    for (at /= 2; built && at; at /= 2)
        sum_up(tree, at);
}

void zp__tree_build(struct zp__tree *tree)
{
    uint32_t at;

    for (at = tree->width; at-- > 1;)
        sum_up(tree, at);
}

uint32_t zp__tree_find(const struct zp__tree *tree, uint32_t from,
                       const struct zp__rooms *need)
{
    uint32_t at = tree->width + from;

    if (from >= tree->width)
        return ZP__NONE;
    for (;;) {
        /* Maxima need not be of one host: go down, and on if it was for
         * nothing. */
        if (fits(&tree->max[at], need)) {
            if (at >= tree->width)
                return at - tree->width;
            at *= 2;
            continue;
        }
        while (at & 1) /* what follows a right child is higher up */
            at /= 2;
        if (!at)
            return ZP__NONE;
        at++;
    }
}
