/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many hosts of one file: those that are equal are one kind. */
#include <string.h>

#include <zoneplace-density.h>

#include "adapt/import.h"
#include "adapt/nrt.h"

struct known {
    struct zp__nrt_shape shape;
    struct zp_topology *topo;
};

struct kind {
    uint32_t known;          /* its shape */
    uint32_t count;
    struct zp__nrt_state state;
    struct zp_load *load;
};

struct zp_hosts {
    struct known *known;
    uint32_t nr_known, room_known;
    struct kind *kind;
    uint32_t nr, room;
};

/* ---- equal hosts are one kind -------------------------------------------- */

static int grow(void *array_of, uint32_t nr, uint32_t *room, size_t size,
                struct zp_error *err)
{
    void **array = array_of, *more;
    uint32_t wanted = *room ? *room * 2 : 4;

    if (nr < *room)
        return ZP_OK;
    more = realloc(*array, wanted * size);
    if (!more)
        return zp__nomem(err);
    *array = more;
    *room = wanted;
    return ZP_OK;
}

static int know_shape(struct zp_hosts *hosts, const struct zp__nrt_object *o,
                      uint32_t *known_out, struct zp_error *err)
{
    struct known *known;
    uint32_t i;
    int rc;

    for (i = 0; i < hosts->nr_known; i++) {
        if (!memcmp(&hosts->known[i].shape, &o->shape, sizeof(o->shape)))
            break;
    }
    *known_out = i;
    if (i < hosts->nr_known)
        return ZP_OK;
    rc = grow(&hosts->known, hosts->nr_known, &hosts->room_known,
              sizeof(*known), err);
    if (rc)
        return rc;
    known = &hosts->known[i];
    known->shape = o->shape;
    rc = zp__nrt_topology(o, &known->topo, err);
    hosts->nr_known += !rc;
    return rc;
}

static int add_host(struct zp_hosts *hosts, const struct zp__nrt_object *o,
                    struct zp_error *err)
{
    struct kind *kind;
    uint32_t known, i;
    int rc = know_shape(hosts, o, &known, err);

    if (rc)
        return rc;
    for (i = 0; i < hosts->nr; i++) {
        kind = &hosts->kind[i];
        if (kind->known == known &&
            !memcmp(&kind->state, &o->state, sizeof(o->state))) {
            kind->count++;
            return ZP_OK;
        }
    }
    rc = grow(&hosts->kind, hosts->nr, &hosts->room, sizeof(*kind), err);
    if (rc)
        return rc;
    kind = &hosts->kind[hosts->nr];
    *kind = (struct kind){ .known = known, .count = 1, .state = o->state };
    rc = zp__nrt_load(o, hosts->known[known].topo, &kind->load, err);
    hosts->nr += !rc;
    return rc;
}

void zp_hosts_free(struct zp_hosts *hosts)
{
    uint32_t i;

    if (!hosts)
        return;
    for (i = 0; i < hosts->nr; i++)
        zp_load_free(hosts->kind[i].load);
    for (i = 0; i < hosts->nr_known; i++)
        zp_topology_free(hosts->known[i].topo);
    free(hosts->kind);
    free(hosts->known);
    free(hosts);
}

static void cleanup_hosts(struct zp_hosts **hosts)
{
    zp_hosts_free(*hosts);
}

static int read_one(struct zp_hosts *hosts, struct zp__json_reader *r,
                    const struct zp__json_value *obj, uint32_t i)
{
    struct zp__nrt_object *o = calloc(1, sizeof(*o));
    struct zp_error why;
    int rc;

    if (!o)
        return zp__nomem(r->err);
    o->r = r;
    zp__json_at(r, "host %u: ", i);
    zp__nrt_read(o, obj);
    rc = r->rc;
    if (!rc) {
        rc = zp__nrt_number(o, &why);
        if (!rc)
            rc = add_host(hosts, o, &why);
        if (rc == ZP_ERR_NOMEM)
            zp__nomem(r->err);
        else if (rc)
            zp__json_fail(r, rc, why.limit, "%s", why.msg);
    }
    free(o);
    return rc;
}

static int read_all(const char *buf, const struct zp__json_value *root,
                    struct zp_hosts **hosts_out, struct zp_error *err)
{
    struct zp_hosts *hosts ZP_CLEANUP(cleanup_hosts) = NULL;
    struct zp__json_reader r = ZP__JSON_READER(err);
    const struct zp__json_value *items, *v;
    uint32_t i;
    int rc = ZP_OK;

    hosts = calloc(1, sizeof(*hosts));
    if (!hosts)
        return zp__nomem(err);
    if (zp__json_is(zp__json_get(root, "kind"), "NodeResourceTopology")) {
        rc = read_one(hosts, &r, root, 0);
    } else {
        items = zp__json_array(&r, root, "items");
        rc = r.rc;
        if (!rc && !items->nr) {
            zp__json_fail(&r, ZP_ERR_INVAL, "items", "a list without hosts");
            rc = r.rc;
        }
        ZP__JSON_EACH(v, i, items) {
            if (rc)
                break;
            rc = read_one(hosts, &r, v, i);
        }
    }
    if (r.rc)
        return zp__json_place(buf, r.at, r.rc, err);
    if (rc)
        return rc;
    *hosts_out = ZP_TAKE(hosts);
    return ZP_OK;
}

int zp__nrt_host(const char *buf, const struct zp__json_value *root,
                 struct zp_topology **topo_out, struct zp_load **load_out,
                 struct zp_error *err)
{
    struct zp_hosts *hosts ZP_CLEANUP(cleanup_hosts) = NULL;
    int rc = read_all(buf, root, &hosts, err);

    if (rc)
        return rc;
    if (hosts->nr > 1 || hosts->kind[0].count > 1)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "file",
                        "a list of several hosts: density reads such");
    *topo_out = ZP_TAKE(hosts->known[0].topo);
    *load_out = ZP_TAKE(hosts->kind[0].load);
    return ZP_OK;
}

/* Any other file: one host. */
static int read_single(const char *buf, size_t len,
                       struct zp_hosts **hosts_out, struct zp_error *err)
{
    struct zp_hosts *hosts ZP_CLEANUP(cleanup_hosts) = NULL;
    int rc;

    hosts = calloc(1, sizeof(*hosts));
    if (!hosts)
        return zp__nomem(err);
    rc = grow(&hosts->known, 0, &hosts->room_known, sizeof(*hosts->known),
              err);
    if (!rc)
        rc = grow(&hosts->kind, 0, &hosts->room, sizeof(*hosts->kind), err);
    if (rc)
        return rc;
    hosts->kind[0] = (struct kind){ .count = 1 };
    rc = zp_host_from_buffer(buf, len, &hosts->known[0].topo,
                             &hosts->kind[0].load, err);
    if (rc)
        return rc;
    hosts->nr_known = hosts->nr = 1;
    *hosts_out = ZP_TAKE(hosts);
    return ZP_OK;
}

int zp_hosts_from_buffer(const char *buf, size_t len,
                         struct zp_hosts **hosts_out, struct zp_error *err)
{
    struct zp__json doc ZP_CLEANUP(zp__json_clear) = ZP__JSON_INIT;
    struct zp_error scratch;
    int rc = ZP_ERR_PARSE;

    if (!err)
        err = &scratch;
    if (len <= ZP__JSON_MAX_BYTES && memchr(buf, '{', len < 64 ? len : 64))
        rc = zp__json_parse(&doc, "hosts", buf, len, err);
    if (rc == ZP_ERR_NOMEM)
        return rc;
    /* What is no JSON is judged by the one reader that knows all formats. */
    return !rc && zp__is_nrt(doc.value)
               ? read_all(buf, doc.value, hosts_out, err)
               : read_single(buf, len, hosts_out, err);
}

uint32_t zp_hosts_nr_kinds(const struct zp_hosts *hosts)
{
    return hosts->nr;
}

const struct zp_topology *zp_hosts_topology(const struct zp_hosts *hosts,
                                            uint32_t kind)
{
    return hosts->known[hosts->kind[kind].known].topo;
}

struct zp_load *zp_hosts_load(struct zp_hosts *hosts, uint32_t kind)
{
    return hosts->kind[kind].load;
}

uint32_t zp_hosts_count(const struct zp_hosts *hosts, uint32_t kind)
{
    return hosts->kind[kind].count;
}
