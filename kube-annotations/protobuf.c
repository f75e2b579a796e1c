/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protobuf.h"

#include <string.h>

#include "internal.h"

void zk_pb_fail(struct zk_pb *pb, const char *what)
{
    if (!pb->rc)
        pb->rc = zp__fail(pb->err, ZP_ERR_PARSE, "protobuf", "the request is "
                          "no message of %s: %s", pb->api, what);
}

static uint64_t take_varint(struct zk_pb *pb)
{
    uint64_t value = 0;
    unsigned shift;

    for (shift = 0; shift < 64 && pb->at < pb->end; shift += 7) {
        value |= (uint64_t)(*pb->at & 0x7f) << shift;
        if (!(*pb->at++ & 0x80))
            return value;
    }
    zk_pb_fail(pb, shift < 64 ? "it is cut off" : "a number is too long");
    return 0;
}

static void take_bytes(struct zk_pb *pb, uint64_t len, struct zk_pb_field *f)
{
    if (len > (size_t)(pb->end - pb->at)) {
        zk_pb_fail(pb, "it is cut off");
        return;
    }
    f->data = pb->at;
    f->len = (size_t)len;
    pb->at += len;
}

bool zk_pb_next(struct zk_pb *pb, struct zk_pb_field *f)
{
    uint64_t key;

    if (pb->rc || pb->at == pb->end)
        return false;
    memset(f, 0, sizeof(*f));
    key = take_varint(pb);
    f->type = key & 7;
    if (!pb->rc && (key >> 3 == 0 || key >> 3 >= 1 << 29))
        zk_pb_fail(pb, "a field has no number");
    f->nr = (uint32_t)(key >> 3);
    switch (f->type) {
    case ZK_PB_VARINT: f->value = take_varint(pb); break;
    case ZK_PB_FIXED64: take_bytes(pb, 8, f); break;
    case ZK_PB_BYTES: take_bytes(pb, take_varint(pb), f); break;
    case ZK_PB_FIXED32: take_bytes(pb, 4, f); break;
    default: zk_pb_fail(pb, "a field of no known kind"); break;
    }
    return !pb->rc;
}

bool zk_pb_is(struct zk_pb *pb, const struct zk_pb_field *f, uint32_t nr,
              enum zk_pb_type type)
{
    if (f->nr != nr)
        return false;
    if (f->type != type)
        zk_pb_fail(pb, "a field of another kind");
    return !pb->rc;
}

/* From NULL nothing may be counted. */
struct zk_pb zk_pb_over(const uint8_t *buf, size_t len, const char *api,
                        struct zp_error *err)
{
    return (struct zk_pb){ buf, len ? buf + len : buf, ZP_OK, api, err };
}

struct zk_pb zk_pb_into(const struct zk_pb *pb, const struct zk_pb_field *f)
{
    struct zk_pb in = zk_pb_over(f->data, f->len, pb->api, pb->err);

    in.rc = pb->rc;
    return in;
}
