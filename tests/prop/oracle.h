/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rules of placement once more, as a plain enumeration of every subset of
 * nodes: slow, short and written from the rules alone. It shares no code with
 * the placement it judges; it reads hosts through the public calls only.
 */
#ifndef ZP_TESTS_ORACLE_H
#define ZP_TESTS_ORACLE_H

#include <zoneplace.h>

enum { ORACLE_MAX_NODES = 16 };

struct oracle_plan {
    bool feasible;
    bool even;
    uint32_t nr_cpu;          /* CPU-holding vnodes */
    uint32_t nr;              /* all */
    uint64_t distance_sum;
    uint32_t pos[ZP_MAX_VNODES];
    uint32_t pxm[ZP_MAX_VNODES];
    uint32_t vcpus[ZP_MAX_VNODES];
    uint64_t units[ZP_MAX_VNODES];     /* of 2 MiB */
    uint64_t max_units[ZP_MAX_VNODES];
};

/* Rule 13 (oracle_fine.c): whether it applies, whether the host is known well
 * enough, how many vcpus a node takes, and the pcpus of vcpu @i of @nr. */
bool oracle_is_fine(const struct zp_request *req);
bool oracle_fine_known(const struct zp_topology *topo,
                       const struct zp_request *req);
uint32_t oracle_fine_width(const struct zp_topology *topo,
                           const struct zp_load *load,
                           const struct zp_request *req, uint32_t pos);
void oracle_fine_pcpus(const struct zp_topology *topo,
                       const struct zp_load *load,
                       const struct zp_request *req, uint32_t pos,
                       uint32_t nr, uint32_t i, struct zp_pcpuset *set);

/* False if the request is not one the oracle knows the rules for. */
bool oracle_place(const struct zp_topology *topo, const struct zp_load *load,
                  const struct zp_request *req, struct oracle_plan *plan);

#endif
