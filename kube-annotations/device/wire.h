/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages of kubelet's device plugin API, v1beta1, in protobuf's wire format.
 * Pure: no I/O, no globals, no clock. What is read may be anything: unknown
 * fields are passed over, memory follows the message, and all counts have
 * limits. Field numbers are those of k8s.io/kubelet's
 * pkg/apis/deviceplugin/v1beta1/api.proto.
 */
#ifndef ZK_DEVICE_WIRE_H
#define ZK_DEVICE_WIRE_H

#include <zoneplace.h>

#include "../protobuf.h"

#define ZK_DEVICE_API "v1beta1"

enum {
    ZK_MAX_DEVICE_ID = 63,       /* bytes, without NUL */
    ZK_MAX_DEVICES = 1 << 18,    /* ids of one message */
    ZK_MAX_REQUESTS = 1024,      /* containers of one message */
    /* kubelet takes no longer message: grpc-go's default. */
    ZK_MAX_DEVICE_LIST = 4 << 20,
};

struct zk_device {
    char id[24];
    uint32_t pnode;              /* os_id; ZP_UNKNOWN_ID: not told */
    bool healthy;
};

/* ---- reading ------------------------------------------------------------- */

/* Points into the message, without NUL. */
struct zk_device_id {
    const char *text;
    size_t len;
    bool must;                   /* of must_include_deviceIDs */
};

struct zk_device_container {
    uint32_t first, nr;          /* of .id below */
    int32_t size;                /* allocation_size */
};

struct zk_device_request {
    struct zk_device_container *container;
    uint32_t nr_containers;
    struct zk_device_id *id;
    uint32_t nr_ids;
};

enum zk_device_message {
    ZK_ALLOCATE,                 /* AllocateRequest */
    ZK_PREFERRED,                /* PreferredAllocationRequest */
    ZK_PRE_START,                /* PreStartContainerRequest: one container */
};

/* *request_out is for zk_device_request_clear(). PARSE, RANGE, NOMEM. */
int zk_device_read(enum zk_device_message message, const uint8_t *buf,
                   size_t len, struct zk_device_request *request_out,
                   struct zp_error *err);
void zk_device_request_clear(struct zk_device_request *request);

/* ---- writing ------------------------------------------------------------- */

/* DevicePluginOptions: preferences are given, nothing is done at a start. */
void zk_put_options(struct zk_message *m);
/* RegisterRequest; @endpoint is a file name beside kubelet's socket. */
void zk_put_register(struct zk_message *m, const char *endpoint,
                     const char *resource);
/* A device of ListAndWatchResponse. */
void zk_put_device(struct zk_message *m, const struct zk_device *device);
/* An AllocateResponse, or a PreferredAllocationResponse with @ids, of one
 * container; the message is as many of them, one behind the other. */
void zk_put_container(struct zk_message *m, const struct zk_device_id *id,
                      size_t nr);

#endif
