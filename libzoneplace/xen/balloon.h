/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * balloon.h - memory of dynamic zones
 *
 * Between the host and a zone's agent there are three nodes in the zone's part
 * of xenstore, and Xen's own memory/target:
 *
 *   data/meminfo       the guest writes: zp_balloon_report_parse()
 *   memory/give-from   the host writes, the guest may only read it: the node
 *                      whose memory is to be given back next, or "any"
 *   data/give-from     the guest writes: the node that it has seen to that for
 */
#ifndef ZP_XEN_BALLOON_H
#define ZP_XEN_BALLOON_H

#include "xen/xen.h"

#define ZP__REPORT "data/meminfo"
#define ZP__GIVE_FROM "memory/give-from"
#define ZP__GIVES_FROM "data/give-from"

/* All that the core wants to know of a dynamic zone. */
int zp__balloon_look(struct zp_xen *xen, const struct zp_topology *topo,
                     const struct zp_host_options *opt,
                     const struct zp_zone *zone, struct zp_balloon_zone *b,
                     struct zp_error *err);
/* What each pnode has beyond its reserve and promises; slot: position. */
void zp__balloon_free(const struct zp_topology *topo,
                      const struct zp_load *load,
                      uint64_t free_kib[ZP_MAX_PNODES]);
/* Target and limit: from @now_kib to @next_kib. If they are the same, the
 * limit follows what the guest has given back since. */
int zp__balloon_apply(struct zp_xen *xen, const struct zp_zone *zone,
                      uint64_t now_kib, uint64_t next_kib,
                      struct zp_error *err);
/* Asks the agent to give back memory of @vnode next (ZP_UNKNOWN_ID: of any).
 * *there_out: it has said that it does. */
int zp__balloon_point(struct zp_xen *xen, const struct zp_zone *zone,
                      uint32_t vnode, bool *there_out, struct zp_error *err);

#endif
