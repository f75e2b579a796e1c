/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts allocations, in programs linked with ld --wrap for them and free():
 * leaks are seen in every build, not under a sanitizer alone. */
#ifndef ZP_TESTS_OBJECTS_H
#define ZP_TESTS_OBJECTS_H

/* How many live now. */
long objects_live(void);

#endif
