/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a plan is what was asked and what the host has, told from plain
 * numbers: shares no code with the library, and looks for no better plan (that
 * is the oracle's).
 */
#ifndef ZP_TESTS_SATISFIES_H
#define ZP_TESTS_SATISFIES_H

#include "../lib/gen.h"

/* What a caller's own books say of the host. Slots: pnode position, pcpu. */
struct books {
    uint64_t room_kib[ZP_MAX_PNODES];  /* less what is promised and kept */
    uint64_t used_vcpus[ZP_MAX_PNODES];/* rounded down */
    struct zp_pcpuset usable;
    struct zp_pcpuset shared;          /* some zone floats here */
};

/* NULL, or what is wrong. */
const char *satisfies(const struct zp_topology *topo,
                      const struct books *books,
                      const struct zp_request *asked,
                      const struct zp_plan *plan);

#endif
