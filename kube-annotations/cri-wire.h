/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What zone-cri reads of the CRI's messages and adds to them, in protobuf's
 * wire format. Pure: no I/O, no globals, no clock; memory follows the message.
 * Field numbers are those of runtime.v1 and v1alpha2 (api.proto of cri-api),
 * which are the same for all of these. Unknown fields are passed over.
 */
#ifndef ZK_CRI_WIRE_H
#define ZK_CRI_WIRE_H

#include "annotation.h"

/* Those with our prefixes; a pod may have any number of others. */
enum { ZK_MAX_POD_ANNOTATIONS = 64 };

/* Of a RunPodSandboxRequest, or a PodSandbox. Strings are "" if not there. */
struct zk_cri_pod {
    const char *name, *uid, *namespace_;
    const char *handler;
    const char *id;              /* PodSandbox */
    bool ready;                  /* PodSandbox */
    struct zk_annotation annotation[ZK_MAX_POD_ANNOTATIONS];
    uint32_t nr_annotations;
    /* The sum of limits and overhead; 0: none. */
    uint64_t cpu_milli;
    uint64_t mem_bytes;
    char *strings;               /* what the pointers point into */
};
void zk_cri_pod_clear(struct zk_cri_pod *pod);

/*
 * 0: *pod_out is for zk_cri_pod_clear(). 1: the pod is for another runtime
 * handler, and no more of it has been read. PARSE, RANGE, NOMEM.
 */
int zk_cri_read_run(const uint8_t *buf, size_t len, const char *handler,
                    struct zk_cri_pod *pod_out, struct zp_error *err);
/*
 * Field 1 of StopPodSandboxRequest, RemovePodSandboxRequest and
 * RunPodSandboxResponse: a sandbox's id; *id_out is for free().
 */
int zk_cri_read_id(const uint8_t *buf, size_t len, char **id_out,
                   struct zp_error *err);
/* The items of a ListPodSandboxResponse, but those that read_run() would not
 * have let through; for zk_cri_list_free(). */
int zk_cri_read_list(const uint8_t *buf, size_t len,
                     struct zk_cri_pod **pods_out, size_t *nr_out,
                     struct zp_error *err);
void zk_cri_list_free(struct zk_cri_pod *pods, size_t nr);

/*
 * Bytes that add annotations to a RunPodSandboxRequest when they follow it: a
 * second config, which protobuf merges with the first. For free(). NOMEM.
 */
int zk_cri_add_annotations(const struct zk_annotation *annotation, uint32_t nr,
                           uint8_t **buf_out, size_t *len_out,
                           struct zp_error *err);

#endif
