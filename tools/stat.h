/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stat.h - a zone's figures as a table, as JSON and for Prometheus */
#ifndef ZP_TOOLS_STAT_H
#define ZP_TOOLS_STAT_H

#include "zonectl.h"

struct sample {
    struct zp_zone *zone;
    struct zp_zone_stat stat;
    bool known;                   /* it has a domain, and Xen answered */
};

/* Of ten thousand pages, how many are where the plan has them. */
unsigned stat_local(const struct zp_zone_stat *stat);

void stat_table(struct spool *out, const struct zp_topology *topo,
                const struct sample *sample);
/* One object, without a newline behind it. */
void stat_object(struct spool *out, const struct zp_topology *topo,
                 const struct sample *sample);
/* All zones and the host, in Prometheus' text format 0.0.4. */
void stat_prometheus(struct spool *out, const struct zp_topology *topo,
                     const struct zp_load *load, const char *tier,
                     const struct sample *samples, size_t nr);

#endif
