/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's reading of its CPUID leaves; it shares no code with the library. */
#ifndef ZP_TESTS_CPUID_DECODE_H
#define ZP_TESTS_CPUID_DECODE_H

#include "cpuid-case.h"

/*
 * Renders the zone and reads it back in every way the manuals have; a way that
 * finds something else than the shape fails the test. False if the ids of the
 * zone do not fit (@err), which is for the caller to judge.
 */
bool cpuid_zone_holds(const struct cpuid_shape *shape,
                      const struct zp_core_model *model,
                      struct zp_guest_cpus *cpus, struct zp_error *err);

#endif
