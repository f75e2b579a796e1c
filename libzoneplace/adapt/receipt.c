/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Receipts: what a plan was made from and what came out, to be made again.
 *
 * The plan's texts and the digest are those of the host as the receipt holds
 * it, so that whoever replays the receipt sees the very same bytes.
 */
#include <stdio.h>
#include <string.h>

#include "adapt/json.h"

#define DIGEST_LEN 26 /* "fnv1a64:", 16 hex digits, NUL, some room */

struct inputs {
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp_request req;
};

static void cleanup_inputs(struct inputs *in)
{
    zp_load_free(in->load);
    zp_topology_free(in->topo);
}

static uint64_t fnv1a64(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    return hash;
}

/* The digest of canonical host and request JSON. */
static int digest(const char *host, const struct zp_request *req,
                  char text[DIGEST_LEN], struct zp_error *err)
{
    char *request ZP_CLEANUP(zp__cleanup_free) = NULL;
    uint64_t hash;
    int rc;

    rc = zp_request_to_json(req, &request, err);
    if (rc)
        return rc;
    hash = fnv1a64(fnv1a64(0xcbf29ce484222325, host), request);
    snprintf(text, DIGEST_LEN, "fnv1a64:%016llx", (unsigned long long)hash);
    return ZP_OK;
}

static int write_receipt(const struct inputs *in, const char *host,
                         const struct zp_plan *plan, char **text_out,
                         struct zp_error *err)
{
    char *warnings ZP_CLEANUP(zp__cleanup_free) = NULL;
    char *why ZP_CLEANUP(zp__cleanup_free) = NULL;
    struct zp__json_writer w = ZP__JSON_WRITER;
    char text[DIGEST_LEN];
    int rc;

    rc = digest(host, &in->req, text, err);
    if (!rc)
        rc = zp__plan_texts(in->topo, in->load, &in->req, plan, &warnings,
                            &why, err);
    if (rc)
        return rc;
    zp__json_open(&w, NULL, '{');
    zp__json_put_uint(&w, "receipt", 1);
    zp__json_put_string(&w, "digest", text);
    zp__host_write(&w, "host", in->topo, in->load);
    zp__request_write(&w, "request", &in->req);
    zp__plan_write(&w, "plan", plan, warnings, why);
    zp__json_close(&w, '}');
    return zp__json_take(&w, text_out, err);
}

int zp_receipt_to_json(const struct zp_topology *topo,
                       const struct zp_load *load,
                       const struct zp_request *req,
                       const struct zp_plan *plan, char **text_out,
                       struct zp_error *err)
{
    struct inputs in ZP_CLEANUP(cleanup_inputs) = { NULL, NULL, *req };
    char *host ZP_CLEANUP(zp__cleanup_free) = NULL;
    int rc;

    rc = zp_host_to_json(topo, load, &host, err);
    if (rc)
        return rc;
    rc = zp_host_from_json(host, strlen(host), &in.topo, &in.load, err);
    if (rc)
        return rc;
    return write_receipt(&in, host, plan, text_out, err);
}

static int read_inputs(const struct zp__json_value *root, struct inputs *in,
                       struct zp_error *err)
{
    struct zp__json_reader r = ZP__JSON_READER(err);
    const struct zp__json_value *host, *request;
    int rc;

    if (zp__json_uint(&r, root, "receipt", UINT32_MAX) != 1)
        zp__json_fail(&r, ZP_ERR_UNSUPPORTED, "receipt",
                      "receipt: only version 1 is known");
    host = zp__json_object(&r, root, "host");
    request = zp__json_object(&r, root, "request");
    zp__json_object(&r, root, "plan");
    zp__json_string(&r, root, "digest");
    if (r.rc)
        return r.rc;
    rc = zp__host_read(host, &in->topo, &in->load, err);
    if (rc)
        return zp__wrap(err, rc, "host");
    rc = zp__request_read(request, &in->req, err);
    return rc ? zp__wrap(err, rc, "request") : ZP_OK;
}

static int check_digest(const struct zp__json_value *root,
                        const struct inputs *in, struct zp_error *err)
{
    const char *recorded = zp__json_get(root, "digest")->str;
    char *host ZP_CLEANUP(zp__cleanup_free) = NULL;
    char text[DIGEST_LEN];
    int rc;

    rc = zp_host_to_json(in->topo, in->load, &host, err);
    if (!rc)
        rc = digest(host, &in->req, text, err);
    if (!rc && strcmp(recorded, text))
        rc = zp__fail(err, ZP_ERR_DIFFERS, "digest",
                      "the inputs' digest is %s, recorded is %.40s", text,
                      recorded);
    return rc;
}

/* Compares with what the receipt says came out, texts included. */
static int check_plan(const struct zp__json_value *root,
                      const struct inputs *in, const struct zp_plan *plan,
                      struct zp_error *err)
{
    struct zp__json doc ZP_CLEANUP(zp__json_clear) = ZP__JSON_INIT;
    char *text ZP_CLEANUP(zp__cleanup_free) = NULL;
    const struct zp__json_value *recorded = zp__json_get(root, "plan");
    const struct zp__json_value *v, *was;
    uint32_t i;
    int rc;

    rc = zp_plan_to_json(in->topo, in->load, &in->req, plan, &text, err);
    if (!rc)
        rc = zp__json_parse(&doc, "plan JSON", text, strlen(text), err);
    if (rc)
        return rc;
    ZP__JSON_EACH(v, i, doc.value) {
        was = zp__json_get(recorded, v->key);
        if (!was || !zp__json_equal(v, was))
            return zp__fail(err, ZP_ERR_DIFFERS, "plan",
                            "the plan's \"%s\" does not come out as recorded",
                            v->key);
    }
    if (!zp__json_equal(doc.value, recorded))
        return zp__fail(err, ZP_ERR_DIFFERS, "plan",
                        "the recorded plan says more than the one made now");
    return ZP_OK;
}

int zp_receipt_replay(const char *buf, size_t len, struct zp_plan *plan_out,
                      struct zp_error *err)
{
    struct zp__json doc ZP_CLEANUP(zp__json_clear) = ZP__JSON_INIT;
    struct inputs in ZP_CLEANUP(cleanup_inputs) = { .topo = NULL };
    struct zp_plan plan;
    int rc;

    rc = zp__json_parse(&doc, "receipt", buf, len, err);
    if (rc)
        return rc;
    rc = read_inputs(doc.value, &in, err);
    if (!rc)
        rc = check_digest(doc.value, &in, err);
    if (!rc)
        rc = zp_place(in.topo, in.load, &in.req, &plan, err);
    if (!rc)
        rc = check_plan(doc.value, &in, &plan, err);
    if (rc)
        return zp__wrap(err, rc, "receipt");
    memcpy(plan_out, &plan, sizeof(plan));
    return ZP_OK;
}
