/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Failing allocations, for programs linked with oom_ldflags (ld --wrap): the
 * library's objects are linked in statically, so all its calls come by.
 */
#ifndef ZP_TESTS_OOM_H
#define ZP_TESTS_OOM_H

#include <stdbool.h>

/* Fails the @nth allocation from now on (0: the next), once. */
void oom_arm(long nth);
/* Ends it; true if an allocation failed since. */
bool oom_disarm(void);

#endif
