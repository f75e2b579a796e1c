/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan in one line. */
#ifndef ZK_CRI_PLAN_H
#define ZK_CRI_PLAN_H

#include <zoneplace.h>

/* Its JSON; for free(). */
int zk_plan_line(const struct zp_plan *plan, char **text_out,
                 struct zp_error *err);
/* For people: "8 vcpus, 2048 MiB, static, on nodes 0 4"; cut to fit. */
void zk_plan_words(const struct zp_plan *plan, char *buf, size_t size);

#endif
