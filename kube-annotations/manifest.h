/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pods of a manifest: YAML or JSON, as kubectl takes it (libyaml). Pods
 * and what makes pods are read (Deployment, StatefulSet, DaemonSet, Job,
 * CronJob, ReplicaSet, ReplicationController, PodTemplate, List); other kinds
 * are passed over.
 */
#ifndef ZK_MANIFEST_H
#define ZK_MANIFEST_H

#include "annotation.h"

#define ZK_MANIFEST_MAX_BYTES ((size_t)4 << 20)
enum { ZK_MAX_PODS = 1000, ZK_MAX_ANNOTATIONS = 1000,
       ZK_MAX_CONTAINERS = 1000 };

struct zk_manifest_pod {
    struct zk_pod pod;           /* points into the manifest */
    struct zk_annotation *annotations; /* the same, the manifest's to free */
    const char *kind;
    const char *handler;         /* runtimeClassName, or NULL */
    uint32_t unlimited;          /* containers without a limit of memory */
};

struct zk_manifest;
/* PARSE with the line; RANGE, NOMEM. Without any pod: PARSE. */
int zk_manifest_read(const char *buf, size_t len,
                     struct zk_manifest **manifest_out, struct zp_error *err);
void zk_manifest_free(struct zk_manifest *manifest);
uint32_t zk_manifest_nr_pods(const struct zk_manifest *manifest);
const struct zk_manifest_pod *zk_manifest_pod(
    const struct zk_manifest *manifest, uint32_t i);

#endif
