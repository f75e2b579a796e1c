/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What zone-cri and zone-device-plugin both need beside gRPC's C core. */
#ifndef ZK_GRPC_PARTS_H
#define ZK_GRPC_PARTS_H

#include <grpc/grpc.h>
#include <zoneplace.h>

/*
 * Whether a server may listen at @path: nothing is there, or a socket that
 * nobody listens on, which is what one that was killed has left and gRPC
 * removes. RANGE, EXISTS, IO.
 */
int zk_socket_check(const char *path, struct zp_error *err);

/* A call with one message each way, as its caller has it. */
struct zk_unary {
    grpc_byte_buffer *request, *response;
    grpc_metadata_array headers, trailers;
    grpc_status_code status;
    grpc_slice text;
};

/* The request is copied. What init makes clear gives back. */
void zk_unary_init(struct zk_unary *unary, const uint8_t *request, size_t len);
void zk_unary_clear(struct zk_unary *unary);

/* All of the call, as one batch. */
enum { ZK_UNARY_OPS = 6 };
void zk_unary_ops(struct zk_unary *unary, grpc_op ops_out[ZK_UNARY_OPS]);

#endif
