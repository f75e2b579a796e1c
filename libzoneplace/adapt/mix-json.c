/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mix as JSON: a list of requests with weights. */
#include <string.h>

#include <zoneplace-density.h>

#include "adapt/json.h"

static void cleanup_mix(struct zp_mix **mix)
{
    zp_mix_free(*mix);
}

static bool is_key(const char *key)
{
    uint32_t i;

    for (i = 0; zp__request_keys[i]; i++) {
        if (!strcmp(zp__request_keys[i], key))
            return true;
    }
    return !strcmp(key, "weight");
}

static void only_known(struct zp__json_reader *r,
                       const struct zp__json_value *obj)
{
    const struct zp__json_value *v;
    uint32_t i;

    ZP__JSON_EACH(v, i, obj) {
        if (r->rc || is_key(v->key))
            continue;
        r->at = v;
        zp__json_fail(r, ZP_ERR_INVAL, "mix", "unknown key \"%.40s\"",
                      v->key);
    }
}

static void read_shape(struct zp__json_reader *r,
                       const struct zp__json_value *obj,
                       const struct zp_request *base, struct zp_mix *mix)
{
    struct zp_request req = *base;
    struct zp_error why;
    uint32_t weight;
    int rc;

    zp__json_is_object(r, obj);
    if (r->rc)
        return;
    only_known(r, obj);
    /* Sizes that the shape gives are its own, whole. */
    if (zp__json_get(obj, "vcpus"))
        req.max_vcpus = 0;
    if (zp__json_get(obj, "memory"))
        req.max_mem_kib = 0;
    zp__request_read_over(r, obj, &req);
    weight = (uint32_t)zp__json_uint_or(r, obj, "weight", ZP_MAX_WEIGHTS, 1);
    if (r->rc)
        return;
    r->at = obj;
    rc = zp_mix_add(mix, &req, weight, &why);
    if (rc)
        zp__json_fail(r, rc, why.limit, "%s", why.msg);
}

int zp_mix_from_json(const char *buf, size_t len,
                     const struct zp_request *base, struct zp_mix **mix_out,
                     struct zp_error *err)
{
    struct zp__json doc ZP_CLEANUP(zp__json_clear) = ZP__JSON_INIT;
    struct zp_mix *mix ZP_CLEANUP(cleanup_mix) = NULL;
    struct zp__json_reader r = ZP__JSON_READER(err);
    const struct zp__json_value *v;
    uint32_t i;
    int rc;

    rc = zp__json_parse_root(&doc, "mix", "[", buf, len, err);
    if (!rc)
        rc = zp_mix_new(&mix, err);
    if (rc)
        return rc;
    r.at = doc.value;
    if (!doc.value->nr)
        zp__json_fail(&r, ZP_ERR_INVAL, "mix", "a mix without shapes");
    ZP__JSON_EACH(v, i, doc.value)
        read_shape(&r, v, base, mix);
    if (r.rc)
        return zp__json_place(buf, r.at, r.rc, err);
    *mix_out = ZP_TAKE(mix);
    return ZP_OK;
}
