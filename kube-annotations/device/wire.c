/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"

#include <string.h>

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

void zk_put_options(struct zk_message *m)
{
    /* get_preferred_allocation_available; false is not written */
    zk_put_number(m, 2, true);
}

void zk_put_register(struct zk_message *m, const char *endpoint,
                     const char *resource)
{
    struct zk_message options = { .len = 0 };

    zk_put_options(&options);
    zk_put_text(m, 1, ZK_DEVICE_API);
    zk_put_text(m, 2, endpoint);
    zk_put_text(m, 3, resource);
    zk_put_message(m, 4, &options);
}

void zk_put_device(struct zk_message *m, const struct zk_device *d)
{
    struct zk_message device = { .len = 0 }, topology = { .len = 0 },
                      node = { .len = 0 };

    zk_put_text(&device, 1, d->id);
    zk_put_text(&device, 2, d->healthy ? "Healthy" : "Unhealthy");
    if (d->pnode != ZP_UNKNOWN_ID) {
        /* Node 0, too: proto3 would leave it out, and any reader takes it. */
        zk_put_number(&node, 1, d->pnode);
        zk_put_message(&topology, 1, &node);
        zk_put_message(&device, 3, &topology);
    }
    zk_put_message(m, 1, &device);
}

void zk_put_container(struct zk_message *m, const struct zk_device_id *id,
                      size_t nr)
{
    struct zk_message ids = { .len = 0 };
    size_t i;

    for (i = 0; i < nr; i++)
        zk_put_field(&ids, 1, id[i].text, id[i].len);
    zk_put_message(m, 1, &ids);
}
