/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many items fit into bins, exactly or with a proven bound. Bins come in
 * classes of equal ones, items in kinds; both have memory (2 MiB units) and
 * vcpus. The model is the one of Gilmore and Gomory: a variable says how many
 * bins of a class are filled by one pattern. Its relaxation is solved by
 * making patterns as they are wanted, the rest by GLPK's branch and bound.
 *
 * Bounds are proven in whole numbers: whatever prices the simplex ends with,
 * rounded ones give a bound that holds (weak duality), so no tolerance is in
 * it.
 */
#ifndef ZP_TOOLS_PACKING_H
#define ZP_TOOLS_PACKING_H

#include <stdbool.h>
#include <stdint.h>

enum { PACKING_MAX_KINDS = 64, PACKING_MAX_CLASSES = 512 };

struct packing_bin {
    uint64_t units;
    uint64_t vcpus;              /* 0: they don't count */
    uint64_t widest;             /* vcpus of one item at most */
    uint64_t count;
};

struct packing_item {
    uint64_t units;              /* at least 1 */
    uint64_t vcpus;
    uint64_t widest;             /* that must not be above the bin's */
};

struct packing {
    uint32_t nr_bins, nr_items;
    bool count_vcpus;
    struct packing_bin bin[PACKING_MAX_CLASSES];
    struct packing_item item[PACKING_MAX_KINDS];
};

struct packing_answer {
    uint64_t packed;             /* as many as were seen to fit */
    uint64_t bound;              /* never more than that */
    bool proven;                 /* .packed is the most */
};

/*
 * The most items of which @demand[i] are of kind i. packing_bound() only says
 * what is not exceeded, or that all might fit: .packed is 0. False if there
 * is no memory.
 */
bool packing_most(const struct packing *p, const uint64_t *demand,
                  struct packing_answer *answer);
bool packing_bound(const struct packing *p, const uint64_t *demand,
                   struct packing_answer *answer);

#endif
