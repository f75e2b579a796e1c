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

#endif
