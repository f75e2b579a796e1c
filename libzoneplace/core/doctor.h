/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between doctor.c, which runs the rules, and the files that hold them. */
#ifndef ZP_CORE_DOCTOR_H
#define ZP_CORE_DOCTOR_H

#include <zoneplace-doctor.h>

#include "internal.h"

/* What a rule may look at: a host's three, or a guest's one. */
struct zp__case {
    const struct zp_setup *setup;
    const struct zp_topology *topo;
    const struct zp_load *load;
    const struct zp_guest_setup *guest;
};

struct zp__rule {
    const char *name;
    enum zp_where where;         /* if look() does not say another */
    enum zp_verdict (*look)(const struct zp__case *c, struct zp_finding *f);
    const char *why;
};

/* Tables that end with a NULL name. */
extern const struct zp__rule zp__host_rules[];
extern const struct zp__rule zp__dom0_rules[];
extern const struct zp__rule zp__guest_rules[];

/* Writes what was found; "return zp__found(...)". */
enum zp_verdict zp__found(struct zp_finding *f, enum zp_verdict verdict,
                          const char *fmt, ...) ZP_PRINTF(3, 4);
/* "not read". */
enum zp_verdict zp__not_read(struct zp_finding *f);
void zp__change(struct zp_finding *f, const char *fmt, ...) ZP_PRINTF(2, 3);

/* The last word "KEY", "KEY=VALUE" or "no-KEY" of a command line: false if
 * there is none. The value is cut to @size; "" if there is none, "0" for a
 * "no-". */
bool zp__option(const char *cmdline, const char *key, char *value,
                size_t size);
/* It is there and says no, as Xen's booleans do. */
bool zp__option_off(const char *cmdline, const char *key);

uint32_t zp__nr_pcpus(const struct zp_topology *topo);
/* 0: not told. */
uint32_t zp__nr_sockets(const struct zp_topology *topo);

#endif
