/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zone-device-plugin: what of the host is counted (count.c, of what host.c has
 * read), and how kubelet hears of it (server.c, kubelet.c). One thread, one
 * completion queue.
 */
#ifndef ZD_DP_H
#define ZD_DP_H

#include <grpc/grpc.h>
#include <zoneplace-density.h>

#include "wire.h"

enum {
    ZD_MAX_SHAPES = 32,
    ZD_MAX_SHAPE_NAME = 40,      /* bytes, without NUL */
    ZD_MAX_FITS = 4096,          /* more are not told */
    ZD_MAX_RESOURCES = 2 + ZD_MAX_SHAPES,
    ZD_MAX_PATH = 200,
};

/* ---- conf.c -------------------------------------------------------------- */

struct zd_conf {
    unsigned interval;           /* seconds between looks at the host */
    uint64_t memory_unit_kib;    /* of one device */
    uint32_t vcpus_per_pcpu;
    bool numa_ids;
    char kubelet_dir[ZD_MAX_PATH];
    char shapes_path[ZD_MAX_PATH]; /* "": none */
    struct zp_mix *shapes;       /* or NULL */
};

/* @path NULL: the default file, which may be absent. The shapes' file is read,
 * too. PARSE names file, line and key. */
int zd_conf_read(const char *path, struct zd_conf *conf_out,
                 struct zp_error *err);
void zd_conf_clear(struct zd_conf *conf);

/* ---- host.c -------------------------------------------------------------- */

/* What a host looks like, and what of it zones have. */
struct zd_host {
    struct zp_topology *topo;
    struct zp_load *load;
    enum zp_tier tier;
    uint32_t vcpu_ratio;
    uint64_t zone_kib[ZP_MAX_PNODES]; /* guest memory; by pos */
    uint64_t nr_of[ZD_MAX_SHAPES];    /* zones like a shape */
};

/* @path: a host file, in which no zones are; NULL: the live host. */
struct zd_source;
int zd_source_open(const char *path, struct zd_source **source_out,
                   struct zp_error *err);
void zd_source_close(struct zd_source *source);
/* *host_out is for zd_host_clear(). */
int zd_source_read(struct zd_source *source, const struct zp_mix *shapes,
                   struct zd_host *host_out, struct zp_error *err);
void zd_host_clear(struct zd_host *host);

/* ---- count.c, prefer.c: pure --------------------------------------------- */

/* A zone's memory was that of a host without zones. @held_kib: what it holds
 * now, or ZP_UNKNOWN_KIB: as planned. */
void zd_host_add_zone(struct zd_host *host, const struct zp_mix *shapes,
                      const struct zp_request *req,
                      const struct zp_plan *plan, uint64_t held_kib);

struct zd_resource {
    char name[80];               /* "zoneplace.io/vcpu" */
    struct zk_device *device;
    size_t nr;
};

/* Names of all resources that there are by @conf; how many. */
uint32_t zd_resources_init(const struct zd_conf *conf,
                           struct zd_resource resource[ZD_MAX_RESOURCES]);
/*
 * Counts anew. RANGE: a list is longer than kubelet takes, with the unit of
 * memory that would do. Each resource is whole, or as it was.
 */
int zd_count(const struct zd_conf *conf, const struct zd_host *host,
             struct zd_resource *resource, uint32_t nr, struct zp_error *err);
/* Nothing is known of the host any more. */
void zd_all_unhealthy(struct zd_resource *resource, uint32_t nr);
void zd_resource_clear(struct zd_resource *resource);
/* Index of the device, or -1. */
ptrdiff_t zd_find(const struct zd_resource *resource,
                  const struct zk_device_id *id);
/*
 * Chooses .size of the container's ids: those it must have, then from as few
 * nodes as will do. @chosen has room for .size. INVAL.
 */
int zd_prefer(const struct zd_resource *resource,
              const struct zk_device_request *request,
              const struct zk_device_container *container,
              struct zk_device_id *chosen, struct zp_error *err);

/* ---- server.c, kubelet.c ------------------------------------------------- */

struct zd_server;

/* A tag of the completion queue; the first member of what waits. */
struct zd_event {
    void (*done)(struct zd_event *event, bool success);
};

/* Handles one event, waiting @ms for it, or for ever if that is negative.
 * False: there was none. */
bool zd_handle(grpc_completion_queue *cq, int ms);

/* Listens on @path for @resource, which it borrows. EXISTS: somebody does. */
int zd_server_open(grpc_completion_queue *cq, const char *path,
                   const struct zd_resource *resource,
                   struct zd_server **server_out, struct zp_error *err);
/* Sends the list to whoever watches, if it is another one than before. */
void zd_server_update(struct zd_server *server);
/* Handles events until it is gone. */
void zd_server_close(struct zd_server *server);

/* Registers @resource with kubelet; blocks, at most 10 seconds, and handles
 * events, since kubelet calls back meanwhile. IO: with what it said. */
int zd_register(grpc_completion_queue *cq, const char *socket_path,
                const char *endpoint, const char *resource,
                struct zp_error *err);

#endif
