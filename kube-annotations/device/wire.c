/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"

#include <string.h>

#include "../protobuf.h"
#include "internal.h"

struct reader {
    struct zk_device_request request;
    uint32_t container_room, id_room;
};

/* Room for one more item in a list that doubles. */
static int more_room(void *list, uint32_t nr, uint32_t *room, size_t size,
                     uint32_t most, const char *what, struct zp_error *err)
{
    uint32_t more = *room ? 2 * *room : 16;
    void *grown, **at = list;

    if (nr == most)
        return zp__fail(err, ZP_ERR_RANGE, what, "more than %u %s in one "
                        "request", most, what);
    if (nr < *room)
        return ZP_OK;
    grown = realloc(*at, more * size);
    if (!grown)
        return zp__nomem(err);
    *at = grown;
    *room = more;
    return ZP_OK;
}

static void take_id(struct reader *r, struct zk_pb *w,
                    const struct zk_pb_field *f, bool must)
{
    struct zk_device_request *q = &r->request;

    if (f->len > ZK_MAX_DEVICE_ID) {
        w->rc = zp__fail(w->err, ZP_ERR_RANGE, "id", "a device id of %zu "
                         "bytes, limit %d", f->len, ZK_MAX_DEVICE_ID);
        return;
    }
    w->rc = more_room(&q->id, q->nr_ids, &r->id_room, sizeof(*q->id),
                      ZK_MAX_DEVICES, "devices", w->err);
    if (w->rc)
        return;
    q->id[q->nr_ids++] = (struct zk_device_id){ (const char *)f->data, f->len,
                                                must };
    q->container[q->nr_containers - 1].nr++;
}

static void take_container(struct reader *r, struct zk_pb *w, bool preferred)
{
    struct zk_device_request *q = &r->request;
    struct zk_pb_field f;

    w->rc = more_room(&q->container, q->nr_containers, &r->container_room,
                      sizeof(*q->container), ZK_MAX_REQUESTS, "containers",
                      w->err);
    if (w->rc)
        return;
    q->container[q->nr_containers++] =
        (struct zk_device_container){ q->nr_ids, 0, 0 };
    while (zk_pb_next(w, &f)) {
        if (zk_pb_is(w, &f, 1, ZK_PB_BYTES))
            take_id(r, w, &f, false);
        else if (preferred && zk_pb_is(w, &f, 2, ZK_PB_BYTES))
            take_id(r, w, &f, true);
        else if (preferred && zk_pb_is(w, &f, 3, ZK_PB_VARINT))
            q->container[q->nr_containers - 1].size = (int32_t)f.value;
    }
}

static void take_containers(struct reader *r, struct zk_pb *w, bool preferred)
{
    struct zk_pb inner;
    struct zk_pb_field f;

    while (zk_pb_next(w, &f)) {
        if (!zk_pb_is(w, &f, 1, ZK_PB_BYTES))
            continue;
        inner = zk_pb_into(w, &f);
        take_container(r, &inner, preferred);
        w->rc = inner.rc;
    }
}

int zk_device_read(enum zk_device_message message, const uint8_t *buf,
                   size_t len, struct zk_device_request *request_out,
                   struct zp_error *err)
{
    struct zk_pb w = zk_pb_over(buf, len, ZK_DEVICE_API, err);
    struct reader r = { .container_room = 0 };

    if (message == ZK_PRE_START)
        take_container(&r, &w, false);
    else
        take_containers(&r, &w, message == ZK_PREFERRED);
    if (w.rc) {
        zk_device_request_clear(&r.request);
        return w.rc;
    }
    *request_out = r.request;
    return ZP_OK;
}

void zk_device_request_clear(struct zk_device_request *request)
{
    free(request->container);
    free(request->id);
    *request = (struct zk_device_request){ .nr_ids = 0 };
}

/* ---- writing ---- */

void zk_message_clear(struct zk_message *m)
{
    free(m->at);
    *m = (struct zk_message){ .len = 0 };
}

static void put(struct zk_message *m, const void *bytes, size_t len)
{
    size_t room = m->room ? m->room : 256;
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

static void put_number(struct zk_message *m, uint32_t nr, uint64_t value)
{
    put_varint(m, nr << 3 | ZK_PB_VARINT);
    put_varint(m, value);
}

static void put_field(struct zk_message *m, uint32_t nr, const void *bytes,
                      size_t len)
{
    put_varint(m, nr << 3 | ZK_PB_BYTES);
    put_varint(m, len);
    put(m, bytes, len);
}

static void put_text(struct zk_message *m, uint32_t nr, const char *text)
{
    put_field(m, nr, text, strlen(text));
}

void zk_put_options(struct zk_message *m)
{
    /* get_preferred_allocation_available; false is not written */
    put_number(m, 2, true);
}

void zk_put_register(struct zk_message *m, const char *endpoint,
                     const char *resource)
{
    struct zk_message options = { .len = 0 };

    zk_put_options(&options);
    put_text(m, 1, ZK_DEVICE_API);
    put_text(m, 2, endpoint);
    put_text(m, 3, resource);
    put_field(m, 4, options.at, options.len);
    m->failed |= options.failed;
    zk_message_clear(&options);
}

static uint32_t varint_len(uint64_t value)
{
    uint32_t len = 1;

    while (value >>= 7)
        len++;
    return len;
}

void zk_put_device(struct zk_message *m, const struct zk_device *device)
{
    const char *health = device->healthy ? "Healthy" : "Unhealthy";
    size_t id_len = strlen(device->id), health_len = strlen(health);
    bool has_node = device->node != ZP_UNKNOWN_ID;
    /* TopologyInfo with one NUMANode; none of these is 128 bytes long. Node 0
     * is written, too: proto3 would leave it out, and any reader takes it. */
    uint32_t node_len = 1 + varint_len(device->node);
    size_t len = 2 + id_len + 2 + health_len +
                 (has_node ? 4 + node_len : 0);

    put_varint(m, 1 << 3 | ZK_PB_BYTES);
    put_varint(m, len);
    put_field(m, 1, device->id, id_len);
    put_field(m, 2, health, health_len);
    if (!has_node)
        return;
    put_varint(m, 3 << 3 | ZK_PB_BYTES);
    put_varint(m, 2 + node_len);
    put_varint(m, 1 << 3 | ZK_PB_BYTES);
    put_varint(m, node_len);
    put_number(m, 1, device->node);
}

void zk_put_container(struct zk_message *m, const struct zk_device_id *id,
                      size_t nr)
{
    uint64_t len = 0;
    size_t i;

    for (i = 0; i < nr; i++)
        len += 1 + varint_len(id[i].len) + id[i].len;
    put_varint(m, 1 << 3 | ZK_PB_BYTES);
    put_varint(m, len);
    for (i = 0; i < nr; i++)
        put_field(m, 1, id[i].text, id[i].len);
}
