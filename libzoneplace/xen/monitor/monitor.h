/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the monitor share. */
#ifndef ZP_MONITOR_H
#define ZP_MONITOR_H

#include "xen/xen.h"

/*
 * Binds the backends' threads of a domain to the vcpus of dom0 that are kept to
 * the plan's pnodes, now and whenever its guest connects another, until the
 * domain has gone. Does nothing if there are none.
 */
int backends_follow(struct zp_xen *xen, const struct zp_plan *plan,
                    uint32_t domid, struct zp_error *err);

#endif
