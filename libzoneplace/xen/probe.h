/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between probe.c (what the machine is) and load.c (what it is doing). */
#ifndef ZP_XEN_PROBE_H
#define ZP_XEN_PROBE_H

#include "core/ledger.h"
#include "xen/xen.h"

/* What Xen says of the host, read once. Slots are Xen's own numbers. */
struct zp__host {
    struct zp__record *recs;
    size_t nr_recs;
    struct zp_guest_facts *adopted;
    size_t nr_adopted;
    libxl_dominfo *doms;         /* as they were before nodes was read */
    int nr_doms;
    libxl_dominfo *doms_after;
    int nr_doms_after;
    libxl_numainfo *nodes;
    int nr_nodes;
    libxl_cputopology *pcpus;
    int nr_pcpus;
    bool sizes_true;             /* mem_kib is not Xen's span */
    uint64_t mem_kib[ZP_MAX_PNODES];
};

int zp__host_read(struct zp_xen *xen, struct zp__host *host_out,
                  struct zp_error *err);
void zp__host_clear(struct zp__host *host);
bool zp__host_has_node(const struct zp__host *host, int node);
int zp__host_load(struct zp_xen *xen, const struct zp__host *host,
                  const struct zp_host_options *opt,
                  const struct zp_topology *topo, enum zp__view view,
                  struct zp_load **load_out, bool *motion_out,
                  struct zp_error *err);
int zp__host_topology(struct zp_xen *xen, const struct zp__host *host,
                      const struct zp_host_options *opt,
                      struct zp_topology **topo_out, struct zp_error *err);

#endif
