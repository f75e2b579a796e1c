/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protobuf.h"

#include <string.h>

#include "internal.h"

/* ---- reading ---- */

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

/* ---- writing ---- */

void zk_message_clear(struct zk_message *m)
{
    free(m->at);
    *m = (struct zk_message){ .len = 0 };
}

static void put(struct zk_message *m, const void *bytes, size_t len)
{
    size_t room = m->room ? m->room : 64;
    uint8_t *grown;

    while (room - m->len < len)
        room *= 2;
    if (!m->failed && room != m->room) {
        grown = realloc(m->at, room);
        m->failed = !grown;
        if (grown) {
            m->at = grown;
            m->room = room;
        }
    }
    if (m->failed || !len)
        return;
    memcpy(m->at + m->len, bytes, len);
    m->len += len;
}

static void put_varint(struct zk_message *m, uint64_t value)
{
    uint8_t byte;

    do {
        byte = (uint8_t)(value & 0x7f) | (value > 0x7f ? 0x80 : 0);
        put(m, &byte, 1);
        value >>= 7;
    } while (value);
}

void zk_put_number(struct zk_message *m, uint32_t nr, uint64_t value)
{
    put_varint(m, (uint64_t)nr << 3 | ZK_PB_VARINT);
    put_varint(m, value);
}

void zk_put_field(struct zk_message *m, uint32_t nr, const void *bytes,
                  size_t len)
{
    put_varint(m, (uint64_t)nr << 3 | ZK_PB_BYTES);
    put_varint(m, len);
    put(m, bytes, len);
}

void zk_put_text(struct zk_message *m, uint32_t nr, const char *text)
{
    zk_put_field(m, nr, text, strlen(text));
}

void zk_put_message(struct zk_message *m, uint32_t nr,
                    struct zk_message *inner)
{
    zk_put_field(m, nr, inner->at, inner->len);
    m->failed |= inner->failed;
    zk_message_clear(inner);
}
