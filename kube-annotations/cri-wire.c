/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cri-wire.h"

#include <string.h>

#include "internal.h"
#include "protobuf.h"

#define API "the CRI"

struct reader {
    struct zk_cri_pod pod;
    char *free;                  /* of pod.strings */
    uint64_t overhead_milli, overhead_bytes;
    /* of one LinuxContainerResources */
    int64_t period, quota, memory;
};

/* ---- strings ---- */

/* A string takes its length and two bytes in the message, so there is room
 * for it and its NUL. */
static const char *keep(struct reader *r, struct zk_pb *w,
                        const struct zk_pb_field *f)
{
    char *to = r->free;

    if (memchr(f->data, '\0', f->len)) {
        zk_pb_fail(w, "a string holds a NUL");
        return "";
    }
    memcpy(to, f->data, f->len);
    to[f->len] = '\0';
    r->free += f->len + 1;
    return to;
}

static bool starts_with(const struct zk_pb_field *f, const char *prefix)
{
    size_t len = strlen(prefix);

    return f->len >= len && !memcmp(f->data, prefix, len);
}

/* ---- messages ---- */

static void read_metadata(struct reader *r, struct zk_pb *w)
{
    struct zk_pb_field f;

    while (zk_pb_next(w, &f)) {
        if (zk_pb_is(w, &f, 1, ZK_PB_BYTES))
            r->pod.name = keep(r, w, &f);
        else if (zk_pb_is(w, &f, 2, ZK_PB_BYTES))
            r->pod.uid = keep(r, w, &f);
        else if (zk_pb_is(w, &f, 3, ZK_PB_BYTES))
            r->pod.namespace_ = keep(r, w, &f);
    }
}

/* An entry of the map; those of others stay where they are. */
static void read_annotation(struct reader *r, struct zk_pb *w)
{
    static const uint8_t empty;
    struct zk_pb_field f, key = { .data = &empty }, value = { .data = &empty };
    struct zk_annotation *a;

    while (zk_pb_next(w, &f)) {
        if (zk_pb_is(w, &f, 1, ZK_PB_BYTES))
            key = f;
        else if (zk_pb_is(w, &f, 2, ZK_PB_BYTES))
            value = f;
    }
    if (w->rc || (!starts_with(&key, ZK_PREFIX) &&
                  !starts_with(&key, ZK_EDERA_PREFIX)))
        return;
    if (r->pod.nr_annotations == ZK_MAX_POD_ANNOTATIONS) {
        w->rc = zp__fail(w->err, ZP_ERR_RANGE, "annotations", "more than %d "
                         "annotations of " ZK_PREFIX,
                         ZK_MAX_POD_ANNOTATIONS);
        return;
    }
    a = &r->pod.annotation[r->pod.nr_annotations++];
    a->key = keep(r, w, &key);
    a->value = keep(r, w, &value);
}

static void read_resources(struct reader *r, struct zk_pb *w)
{
    struct zk_pb_field f;

    while (zk_pb_next(w, &f)) {
        if (zk_pb_is(w, &f, 1, ZK_PB_VARINT))
            r->period = (int64_t)f.value;
        else if (zk_pb_is(w, &f, 2, ZK_PB_VARINT))
            r->quota = (int64_t)f.value;
        else if (zk_pb_is(w, &f, 4, ZK_PB_VARINT))
            r->memory = (int64_t)f.value;
    }
}

/* Kubelet writes quotas as 64 bits of microseconds; -1 or 0: no limit. */
static void sum_resources(struct reader *r, struct zk_pb *w, uint64_t *milli,
                          uint64_t *bytes)
{
    const int64_t most = INT64_MAX / 2000;

    if (r->quota > most || r->period > most) {
        zk_pb_fail(w, "a quota beyond all bounds");
        return;
    }
    if (r->quota > 0 && r->period > 0)
        *milli = (uint64_t)((r->quota * 1000 + r->period - 1) / r->period);
    if (r->memory > 0)
        *bytes = (uint64_t)r->memory;
    r->period = r->quota = r->memory = 0;
}

static void read_linux(struct reader *r, struct zk_pb *w)
{
    struct zk_pb_field f;
    struct zk_pb in;

    while (zk_pb_next(w, &f)) {
        if (!zk_pb_is(w, &f, 4, ZK_PB_BYTES) &&
            !zk_pb_is(w, &f, 5, ZK_PB_BYTES))
            continue;
        in = zk_pb_into(w, &f);
        read_resources(r, &in);
        if (f.nr == 4)
            sum_resources(r, &in, &r->overhead_milli, &r->overhead_bytes);
        else
            sum_resources(r, &in, &r->pod.cpu_milli, &r->pod.mem_bytes);
        w->rc = in.rc;
    }
}

static void read_config(struct reader *r, struct zk_pb *w)
{
    struct zk_pb_field f;
    struct zk_pb in;

    while (zk_pb_next(w, &f)) {
        if (!zk_pb_is(w, &f, 1, ZK_PB_BYTES) &&
            !zk_pb_is(w, &f, 7, ZK_PB_BYTES) &&
            !zk_pb_is(w, &f, 8, ZK_PB_BYTES))
            continue;
        in = zk_pb_into(w, &f);
        if (f.nr == 1)
            read_metadata(r, &in);
        else if (f.nr == 7)
            read_annotation(r, &in);
        else
            read_linux(r, &in);
        w->rc = in.rc;
    }
}

static void read_run(struct reader *r, struct zk_pb *w)
{
    struct zk_pb_field f;
    struct zk_pb in;

    while (zk_pb_next(w, &f)) {
        if (zk_pb_is(w, &f, 1, ZK_PB_BYTES)) {
            in = zk_pb_into(w, &f);
            read_config(r, &in);
            w->rc = in.rc;
        } else if (zk_pb_is(w, &f, 2, ZK_PB_BYTES)) {
            r->pod.handler = keep(r, w, &f);
        }
    }
    /* Overhead is on top of a limit, and is none itself. Both are below 2^63,
     * times 1000 at most. */
    if (r->pod.cpu_milli)
        r->pod.cpu_milli += r->overhead_milli;
    if (r->pod.mem_bytes)
        r->pod.mem_bytes += r->overhead_bytes;
}

static void read_sandbox(struct reader *r, struct zk_pb *w)
{
    struct zk_pb_field f;
    struct zk_pb in;

    r->pod.ready = true;         /* SANDBOX_READY is 0 */
    while (zk_pb_next(w, &f)) {
        in = zk_pb_into(w, &f);
        if (zk_pb_is(w, &f, 1, ZK_PB_BYTES))
            r->pod.id = keep(r, w, &f);
        else if (zk_pb_is(w, &f, 2, ZK_PB_BYTES))
            read_metadata(r, &in);
        else if (zk_pb_is(w, &f, 3, ZK_PB_VARINT))
            r->pod.ready = !f.value;
        else if (zk_pb_is(w, &f, 6, ZK_PB_BYTES))
            read_annotation(r, &in);
        else if (zk_pb_is(w, &f, 7, ZK_PB_BYTES))
            r->pod.handler = keep(r, w, &f);
        if (!w->rc)
            w->rc = in.rc;
    }
}

/* ---- calls ---- */

static int read_pod(void (*read)(struct reader *, struct zk_pb *),
                    struct zk_pb *w, struct zk_cri_pod *pod_out)
{
    struct reader r = { .pod = { .name = "", .uid = "", .namespace_ = "",
                                 .handler = "", .id = "" } };

    r.pod.strings = malloc((size_t)(w->end - w->at) + 1);
    if (!r.pod.strings)
        return zp__nomem(w->err);
    r.free = r.pod.strings;
    read(&r, w);
    if (w->rc)
        free(r.pod.strings);
    else
        *pod_out = r.pod;
    return w->rc;
}

void zk_cri_pod_clear(struct zk_cri_pod *pod)
{
    free(pod->strings);
    pod->strings = NULL;
}

/* The last one counts. */
static bool is_for(struct zk_pb *w, const char *handler)
{
    struct zk_pb_field f, last = { .len = 0 };
    size_t len = strlen(handler);

    while (zk_pb_next(w, &f)) {
        if (zk_pb_is(w, &f, 2, ZK_PB_BYTES))
            last = f;
    }
    return last.len == len && (!len || !memcmp(last.data, handler, len));
}

int zk_cri_read_run(const uint8_t *buf, size_t len, const char *handler,
                    struct zk_cri_pod *pod_out, struct zp_error *err)
{
    struct zk_pb w = zk_pb_over(buf, len, API, err);
    bool ours = is_for(&w, handler);

    if (w.rc)
        return w.rc;
    w.at = buf;
    return ours ? read_pod(read_run, &w, pod_out) : 1;
}

static void read_id(struct reader *r, struct zk_pb *w)
{
    struct zk_pb_field f;

    while (zk_pb_next(w, &f)) {
        if (zk_pb_is(w, &f, 1, ZK_PB_BYTES))
            r->pod.id = keep(r, w, &f);
    }
}

int zk_cri_read_id(const uint8_t *buf, size_t len, char **id_out,
                   struct zp_error *err)
{
    struct zk_pb w = zk_pb_over(buf, len, API, err);
    struct zk_cri_pod pod;
    char *id;
    int rc = read_pod(read_id, &w, &pod);

    if (rc)
        return rc;
    id = strdup(pod.id);
    zk_cri_pod_clear(&pod);
    if (!id)
        return zp__nomem(err);
    *id_out = id;
    return ZP_OK;
}

void zk_cri_list_free(struct zk_cri_pod *pods, size_t nr)
{
    size_t i;

    for (i = 0; i < nr; i++)
        zk_cri_pod_clear(&pods[i]);
    free(pods);
}

static struct zk_cri_pod *make_room(struct zk_cri_pod *pods, size_t nr)
{
    /* Doubled when it is full: at every power of two. */
    return nr & (nr - 1) ? pods
                         : realloc(pods, (nr ? 2 * nr : 1) * sizeof(*pods));
}

int zk_cri_read_list(const uint8_t *buf, size_t len,
                     struct zk_cri_pod **pods_out, size_t *nr_out,
                     struct zp_error *err)
{
    struct zk_pb w = zk_pb_over(buf, len, API, err), in;
    struct zk_cri_pod *pods = NULL, *more;
    struct zk_pb_field f;
    size_t nr = 0;

    while (zk_pb_next(&w, &f)) {
        if (!zk_pb_is(&w, &f, 1, ZK_PB_BYTES))
            continue;
        more = make_room(pods, nr);
        if (more) {
            pods = more;
            in = zk_pb_into(&w, &f);
            w.rc = read_pod(read_sandbox, &in, &pods[nr]);
            nr += !w.rc;
            if (w.rc != ZP_ERR_NOMEM)
                w.rc = ZP_OK;
        } else {
            w.rc = zp__nomem(err);
        }
    }
    if (w.rc) {
        zk_cri_list_free(pods, nr);
        return w.rc;
    }
    *pods_out = pods;
    *nr_out = nr;
    return ZP_OK;
}

/* ---- writing ---- */

int zk_cri_add_annotations(const struct zk_annotation *annotation, uint32_t nr,
                           uint8_t **buf_out, size_t *len_out,
                           struct zp_error *err)
{
    struct zk_message request = { .len = 0 }, config = { .len = 0 },
                      entry = { .len = 0 };
    uint32_t i;

    for (i = 0; i < nr; i++) {
        zk_put_text(&entry, 1, annotation[i].key);
        zk_put_text(&entry, 2, annotation[i].value);
        zk_put_message(&config, 7, &entry);
    }
    zk_put_message(&request, 1, &config);
    if (request.failed) {
        zk_message_clear(&request);
        return zp__nomem(err);
    }
    *buf_out = request.at;
    *len_out = request.len;
    return ZP_OK;
}
