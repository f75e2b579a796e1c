/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two directions of plan JSON share. */
#ifndef ZP_ADAPT_PLAN_JSON_H
#define ZP_ADAPT_PLAN_JSON_H

#include "internal.h"

extern const char *const zp__first_rule_words[];

/* "0-15", "7" or "" of the vnode's vcpus. */
void zp__vcpus_format(const struct zp_vnode *vnode, char *buf, size_t size);

#endif
