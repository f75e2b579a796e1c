/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readings of a host for the doctor: one member a field. */
#include <stddef.h>
#include <string.h>

#include <zoneplace-doctor.h>

#include "adapt/json.h"

enum kind { TEXT, NUMBER, ANSWER, PCPUS };

struct field {
    const char *key;
    enum kind kind;
    size_t offset;
    size_t size;                 /* of a text, its NUL included */
};

#define FIELD(kind, name) \
    { #name, kind, offsetof(struct zp_setup, name), \
      sizeof(((struct zp_setup *)0)->name) }

static const struct field fields[] = {
    FIELD(TEXT, xen_version), FIELD(TEXT, xen_cmdline),
    FIELD(ANSWER, patched), FIELD(ANSWER, xenstored),
    FIELD(TEXT, scheduler), FIELD(TEXT, pool), FIELD(ANSWER, pool_exists),
    FIELD(TEXT, cpu_model), FIELD(NUMBER, dom0_kib),
    FIELD(NUMBER, dom0_max_kib), FIELD(NUMBER, dom0_vcpus),
    FIELD(PCPUS, dom0_pcpus), FIELD(NUMBER, dom0_numa_balancing),
    FIELD(ANSWER, blkback), FIELD(ANSWER, netback),
    FIELD(TEXT, autoballoon), FIELD(ANSWER, host_conf),
    FIELD(TEXT, host_conf_fault), FIELD(NUMBER, dynamic_zones),
    FIELD(ANSWER, balloond),
};
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void *at(struct zp_setup *setup, const struct field *field)
{
    return (char *)setup + field->offset;
}

static const void *const_at(const struct zp_setup *setup,
                            const struct field *field)
{
    return (const char *)setup + field->offset;
}

/* ---- writing ---- */

static void put(struct zp__json_writer *w, const struct zp_setup *setup,
                const struct field *field)
{
    const void *value = const_at(setup, field);
    uint64_t number;
    enum zp_answer answer;

    switch (field->kind) {
    case TEXT:
        if (*(const char *)value)
            zp__json_put_string(w, field->key, value);
        break;
    case NUMBER:
        memcpy(&number, value, sizeof(number));
        if (number != ZP_UNKNOWN_NUMBER)
            zp__json_put_uint(w, field->key, number);
        break;
    case ANSWER:
        memcpy(&answer, value, sizeof(answer));
        if (answer != ZP_ANSWER_UNKNOWN)
            zp__json_put_bool(w, field->key, answer == ZP_ANSWER_YES);
        break;
    case PCPUS:
        if (zp_pcpuset_next(value, 0) != ZP_UNKNOWN_ID)
            zp__json_put_pcpus(w, field->key, value);
        break;
    }
}

int zp_setup_to_json(const struct zp_setup *setup, char **text_out,
                     struct zp_error *err)
{
    struct zp__json_writer w = ZP__JSON_WRITER;
    size_t i;

    zp__json_open(&w, NULL, '{');
    for (i = 0; i < NR_FIELDS; i++)
        put(&w, setup, &fields[i]);
    zp__json_close(&w, '}');
    return zp__json_take(&w, text_out, err);
}

/* ---- reading ---- */

static void get(struct zp__json_reader *r, const struct zp__json_value *obj,
                const struct field *field, struct zp_setup *setup)
{
    enum zp_answer answer;
    uint64_t number;

    if (!zp__json_get(obj, field->key))
        return;
    switch (field->kind) {
    case TEXT:
        zp__json_copy(r, obj, field->key, at(setup, field), field->size);
        break;
    case NUMBER:
        number = zp__json_uint(r, obj, field->key, UINT64_MAX - 1);
        memcpy(at(setup, field), &number, sizeof(number));
        break;
    case ANSWER:
        answer = zp__json_bool(r, obj, field->key) ? ZP_ANSWER_YES
                                                   : ZP_ANSWER_NO;
        memcpy(at(setup, field), &answer, sizeof(answer));
        break;
    case PCPUS:
        zp__json_pcpus(r, obj, field->key, at(setup, field));
        break;
    }
}

/* A key that is misspelt would be a reading that is not there. */
static void only_fields(struct zp__json_reader *r,
                        const struct zp__json_value *obj)
{
    const char *keys[NR_FIELDS + 1];
    size_t i;

    for (i = 0; i < NR_FIELDS; i++)
        keys[i] = fields[i].key;
    keys[NR_FIELDS] = NULL;
    zp__json_only(r, obj, keys);
}

static int read_setup(const struct zp__json *doc, const char *buf,
                      struct zp_setup *setup, struct zp_error *err)
{
    struct zp__json_reader r = ZP__JSON_READER(err);
    const struct zp__json_value *obj = zp__json_get(doc->value, "setup");
    size_t i;

    if (!obj)
        return zp__fail(err, ZP_ERR_NOTFOUND, "setup",
                        "the document has no readings (\"setup\")");
    obj = zp__json_object(&r, doc->value, "setup");
    zp__json_at(&r, "setup: ");
    if (!r.rc)
        only_fields(&r, obj);
    for (i = 0; i < NR_FIELDS && !r.rc; i++)
        get(&r, obj, &fields[i], setup);
    return r.rc ? zp__json_place(buf, r.at, r.rc, err) : ZP_OK;
}

int zp_setup_from_json(const char *buf, size_t len,
                       struct zp_setup *setup_out, struct zp_error *err)
{
    struct zp__json doc = ZP__JSON_INIT;
    struct zp_setup setup;
    int rc = zp__json_parse(&doc, "host JSON", buf, len, err);

    if (rc)
        return rc;
    zp_setup_init(&setup);
    rc = read_setup(&doc, buf, &setup, err);
    zp__json_clear(&doc);
    if (rc)
        return rc;
    *setup_out = setup;
    return ZP_OK;
}
