/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pod's annotations as a zone's request. Pure: no I/O, no globals, no clock,
 * the same pod gives the same request whatever order its annotations have.
 * All that comes from the pod is hostile. kube-annotations(1) has the table.
 */
#ifndef ZK_ANNOTATION_H
#define ZK_ANNOTATION_H

#include <zoneplace.h>

#define ZK_PREFIX "zoneplace.io/"
/* The names that Edera has published: aliases where we have the same. */
#define ZK_EDERA_PREFIX "dev.edera/"

struct zk_annotation {
    const char *key;
    const char *value;
};

/* What is known of a pod before anything of it exists. */
struct zk_pod {
    const char *name;            /* may be NULL */
    const struct zk_annotation *annotation;
    uint32_t nr_annotations;
    /* The sum of its limits and overhead, as kubelet reckons it; 0: none. */
    uint64_t cpu_milli;
    uint64_t mem_bytes;
};

/* The operator's. Lists may be NULL. */
struct zk_rules {
    const char *const *kernel;   /* that a pod may name; NULL ends it */
    const char *const *cmdline;
    uint32_t default_vcpus;      /* of a pod that says nothing; 0: 1 */
    uint64_t default_mem_kib;    /* 0: 512 MiB */
    enum zp_tier tier;
};

struct zk_zone {
    struct zp_request req;
    bool grows;                  /* dynamic is written, not only the default */
    const char *kernel;          /* one of the rules', or NULL */
    const char *cmdline;
};

/*
 * INVAL, PARSE, RANGE with the annotation's name in the message: what stands
 * there goes to the pod's events. *notes_out: a line for each thing that was
 * assumed or left out; the caller frees it. NOMEM.
 */
int zk_zone_from_pod(const struct zk_pod *pod, const struct zk_rules *rules,
                     struct zk_zone *zone_out, char **notes_out,
                     struct zp_error *err);

/*
 * Places the zone. One that is dynamic because nothing else is written becomes
 * static where the host can't have it otherwise (rules 9): then @why_out, of
 * 256 bytes, has the reason; else it is empty. Errors are zp_place()'s.
 */
int zk_place(const struct zp_topology *topo, const struct zp_load *load,
             const struct zk_zone *zone, struct zp_plan *plan_out,
             char why_out[256], struct zp_error *err);

#endif
