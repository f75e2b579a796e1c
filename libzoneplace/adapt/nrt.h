/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * NodeResourceTopology, what Kubernetes' scheduler knows of the NUMA nodes of
 * a host (k8stopologyawareschedwg/noderesourcetopology-api,
 * pkg/apis/topology/v1alpha2/types.go).
 */
#ifndef ZP_ADAPT_NRT_H
#define ZP_ADAPT_NRT_H

#include "adapt/json.h"

/* An attribute of a zone that zoneplace adds: its pcpus, "0-7,64-71". */
#define ZP__NRT_PCPUS "zoneplace.io/pcpus"

/* Such an object, or a list. */
bool zp__is_nrt(const struct zp__json_value *root);
/* One host; UNSUPPORTED if it is a list of several. @buf is what @root was
 * read from. */
int zp__nrt_host(const char *buf, const struct zp__json_value *root,
                 struct zp_topology **topo_out, struct zp_load **load_out,
                 struct zp_error *err);

/* ---- one object, nrt.c -------------------------------------------------- */

/* What a machine is. Compared by its bytes: unused slots are 0. */
struct zp__nrt_shape {
    uint32_t nr;
    uint32_t os_id[ZP_MAX_PNODES];
    uint32_t pcpus[ZP_MAX_PNODES];
    uint64_t mem_kib[ZP_MAX_PNODES];
    struct zp_pcpuset set[ZP_MAX_PNODES]; /* empty: not told */
    uint32_t dist[ZP_MAX_PNODES][ZP_MAX_PNODES]; /* 0: not given */
};

/* What of it is in use, in the order of the nodes. */
struct zp__nrt_state {
    uint32_t reserved[ZP_MAX_PNODES];
    uint32_t used[ZP_MAX_PNODES];
    uint64_t reserve_kib[ZP_MAX_PNODES];
    uint64_t free_kib[ZP_MAX_PNODES];
};

/* One object while it is read: zero but for .r to begin with. */
struct zp__nrt_object {
    struct zp__json_reader *r;
    char name[ZP_MAX_NAME];
    struct zp__nrt_shape shape;
    struct zp__nrt_state state;
    uint32_t others;         /* zones that are no nodes */
    bool told;               /* which pcpus nodes have */
};

/* Reads it; what is wrong is in o->r. */
void zp__nrt_read(struct zp__nrt_object *o, const struct zp__json_value *obj);
/* Of what was read; NOMEM, or what the core says of it. */
int zp__nrt_topology(const struct zp__nrt_object *o,
                     struct zp_topology **topo_out, struct zp_error *err);
int zp__nrt_load(const struct zp__nrt_object *o,
                 const struct zp_topology *topo, struct zp_load **load_out,
                 struct zp_error *err);
/* Numbers pcpus where the object has not told which they are. RANGE. */
int zp__nrt_number(struct zp__nrt_object *o, struct zp_error *err);

#endif
