/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages of protobuf's wire format (protobuf.dev/programming-guides/encoding)
 * without their schema. Read field by field and in place: no memory, no
 * recursion; what is read is hostile. Written one behind the other. Pure.
 */
#ifndef ZK_PROTOBUF_H
#define ZK_PROTOBUF_H

#include <zoneplace.h>

enum zk_pb_type {
    ZK_PB_VARINT = 0,
    ZK_PB_FIXED64 = 1,
    ZK_PB_BYTES = 2,             /* strings, messages, packed lists */
    ZK_PB_FIXED32 = 5
};

struct zk_pb_field {
    uint32_t nr, type;
    uint64_t value;              /* of a VARINT */
    const uint8_t *data;         /* of the others, in the message */
    size_t len;
};

struct zk_pb {
    const uint8_t *at, *end;
    int rc;                      /* the first failure; then nothing follows */
    const char *api;             /* whose messages: for the failure's text */
    struct zp_error *err;
};

/* ---- reading ---- */

/* To read the @len bytes at @buf, which may be NULL if there are none. */
struct zk_pb zk_pb_over(const uint8_t *buf, size_t len, const char *api,
                        struct zp_error *err);
/* To read the message that the field is. */
struct zk_pb zk_pb_into(const struct zk_pb *pb,
                        const struct zk_pb_field *field);

/* False: there is none, or pb->rc says why: PARSE. */
bool zk_pb_next(struct zk_pb *pb, struct zk_pb_field *field_out);

/* Is it field @nr? It is a failure if that is not of @type. */
bool zk_pb_is(struct zk_pb *pb, const struct zk_pb_field *field, uint32_t nr,
              enum zk_pb_type type);

/* PARSE, unless there was a failure before. */
void zk_pb_fail(struct zk_pb *pb, const char *what);

/* ---- writing ---- */

/* A growing message, empty if zero; .failed: there was no memory, and what
 * followed was not written. */
struct zk_message {
    uint8_t *at;
    size_t len, room;
    bool failed;
};
void zk_message_clear(struct zk_message *m);

/* Fields @nr, from 1 to 2^29 - 1. Zeros and what is empty are written, too. */
void zk_put_number(struct zk_message *m, uint32_t nr, uint64_t value);
void zk_put_field(struct zk_message *m, uint32_t nr, const void *bytes,
                  size_t len);
void zk_put_text(struct zk_message *m, uint32_t nr, const char *text);
/* @inner is cleared; if it failed, so has @m. */
void zk_put_message(struct zk_message *m, uint32_t nr,
                    struct zk_message *inner);

#endif
