/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading members: each refusal names the member and what it holds. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "adapt/json.h"

static const struct zp__json_value empty = { .span = 1 };

const struct zp__json_value *zp__json_get(const struct zp__json_value *obj,
                                          const char *key)
{
    const struct zp__json_value *v;
    uint32_t i;

    if (obj->type != ZP__JSON_OBJECT)
        return NULL;
    ZP__JSON_EACH(v, i, obj) {
        if (!strcmp(v->key, key))
            return v->type == ZP__JSON_NULL ? NULL : v;
    }
    return NULL;
}

bool zp__json_is(const struct zp__json_value *v, const char *word)
{
    return v && v->type == ZP__JSON_STRING && !strcmp(v->str, word);
}

static const struct zp__json_value *
member(const struct zp__json_value *obj, const char *key)
{
    const struct zp__json_value *v;
    uint32_t i;

    ZP__JSON_EACH(v, i, obj) {
        if (!strcmp(v->key, key))
            return v;
    }
    return NULL;
}

static bool equal_children(const struct zp__json_value *a,
                           const struct zp__json_value *b)
{
    const struct zp__json_value *x, *y = b + 1;
    uint32_t i;

    if (a->nr != b->nr)
        return false;
    ZP__JSON_EACH(x, i, a) {
        if (a->type == ZP__JSON_OBJECT)
            y = member(b, x->key);
        if (!y || !zp__json_equal(x, y))
            return false;
        y = zp__json_next(y);
    }
    return true;
}

bool zp__json_equal(const struct zp__json_value *a,
                    const struct zp__json_value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case ZP__JSON_NULL:
    case ZP__JSON_FALSE:
    case ZP__JSON_TRUE:
        return true;
    case ZP__JSON_UINT:
        return a->uint == b->uint;
    case ZP__JSON_NUMBER:
    case ZP__JSON_STRING:
        return a->len == b->len && !memcmp(a->str, b->str, a->len);
    case ZP__JSON_ARRAY:
    case ZP__JSON_OBJECT:
        return equal_children(a, b);
    }
    return false;
}

void zp__json_at(struct zp__json_reader *r, const char *fmt, ...)
{
    va_list args;

    if (r->rc)
        return;
    va_start(args, fmt);
    vsnprintf(r->where, sizeof(r->where), fmt, args);
    va_end(args);
}

void zp__json_fail(struct zp__json_reader *r, int code, const char *limit,
                   const char *fmt, ...)
{
    char msg[sizeof(r->err->msg)];
    va_list args;

    if (r->rc)
        return;
    va_start(args, fmt);
    vsnprintf(msg, sizeof(msg), fmt, args);
    va_end(args);
    r->rc = zp__fail(r->err, code, limit, "%s%s", r->where, msg);
}

/* What a value is, for messages. */
static const char *kind(const struct zp__json_value *v)
{
    switch (v->type) {
    case ZP__JSON_NULL: return "null";
    case ZP__JSON_FALSE: return "false";
    case ZP__JSON_TRUE: return "true";
    case ZP__JSON_UINT:
    case ZP__JSON_NUMBER: return "a number";
    case ZP__JSON_STRING: return "a string";
    case ZP__JSON_ARRAY: return "an array";
    case ZP__JSON_OBJECT: return "an object";
    }
    return "unknown";
}

/* The member, or NULL after a failure; @wanted: "a whole number". */
static const struct zp__json_value *
required(struct zp__json_reader *r, const struct zp__json_value *obj,
         const char *key, const char *wanted)
{
    const struct zp__json_value *v;

    if (r->rc)
        return NULL;
    v = zp__json_get(obj, key);
    r->at = v ? v : obj;
    if (!v)
        zp__json_fail(r, ZP_ERR_PARSE, "json", "%s: missing, %s is needed",
                      key, wanted);
    return v;
}

static void wrong_type(struct zp__json_reader *r, const char *key,
                       const struct zp__json_value *v, const char *wanted)
{
    zp__json_fail(r, ZP_ERR_PARSE, "json", "%s: %s, but %s is needed", key,
                  kind(v), wanted);
}

#define A_WHOLE_NUMBER "a whole number"

/* A whole number too large for 64 bits. */
static bool all_digits(const struct zp__json_value *v)
{
    return strspn(v->str, "0123456789") >= v->len;
}

uint64_t zp__json_uint_of(struct zp__json_reader *r, const char *what,
                          const struct zp__json_value *v, uint64_t max)
{
    int shown = v->len > 32 ? 32 : (int)v->len;

    if (r->rc)
        return 0;
    r->at = v;
    if (v->type == ZP__JSON_UINT && v->uint <= max)
        return v->uint;
    if (v->type == ZP__JSON_UINT ||
        (v->type == ZP__JSON_NUMBER && all_digits(v)))
        zp__json_fail(r, ZP_ERR_RANGE, "json", "%s: %.*s is above %llu",
                      what, shown, v->str, (unsigned long long)max);
    else if (v->type == ZP__JSON_NUMBER)
        zp__json_fail(r, ZP_ERR_PARSE, "json",
                      "%s: %.*s is not " A_WHOLE_NUMBER " from 0", what,
                      shown, v->str);
    else
        wrong_type(r, what, v, A_WHOLE_NUMBER);
    return 0;
}

uint64_t zp__json_uint(struct zp__json_reader *r,
                       const struct zp__json_value *obj, const char *key,
                       uint64_t max)
{
    const struct zp__json_value *v = required(r, obj, key, A_WHOLE_NUMBER);

    return v ? zp__json_uint_of(r, key, v, max) : 0;
}

uint64_t zp__json_uint_or(struct zp__json_reader *r,
                          const struct zp__json_value *obj, const char *key,
                          uint64_t max, uint64_t absent)
{
    const struct zp__json_value *v = zp__json_get(obj, key);

    return v ? zp__json_uint_of(r, key, v, max) : absent;
}

bool zp__json_bool(struct zp__json_reader *r,
                   const struct zp__json_value *obj, const char *key)
{
    const struct zp__json_value *v = required(r, obj, key, "true or false");

    if (v && v->type != ZP__JSON_TRUE && v->type != ZP__JSON_FALSE)
        wrong_type(r, key, v, "true or false");
    return v && v->type == ZP__JSON_TRUE;
}

bool zp__json_bool_or(struct zp__json_reader *r,
                      const struct zp__json_value *obj, const char *key,
                      bool absent)
{
    return zp__json_get(obj, key) ? zp__json_bool(r, obj, key) : absent;
}

const char *zp__json_string(struct zp__json_reader *r,
                            const struct zp__json_value *obj,
                            const char *key)
{
    const struct zp__json_value *v = required(r, obj, key, "a string");

    if (v && v->type != ZP__JSON_STRING)
        wrong_type(r, key, v, "a string");
    return r->rc ? "" : v->str;
}

void zp__json_copy(struct zp__json_reader *r,
                   const struct zp__json_value *obj, const char *key,
                   char *buf, size_t size)
{
    const char *str;
    size_t len;

    if (!zp__json_get(obj, key))
        return;
    str = zp__json_string(r, obj, key);
    len = strlen(str);
    if (len >= size) {
        zp__json_fail(r, ZP_ERR_RANGE, key, "%s: %zu bytes, at most %zu",
                      key, len, size - 1);
        return;
    }
    memcpy(buf, str, len + 1);
}

static void parse_pcpus(struct zp__json_reader *r, const char *key,
                        const char *str, struct zp_pcpuset *set_out)
{
    struct zp_error err;
    int rc = zp_pcpuset_parse(str, strlen(str), set_out, &err);

    if (rc)
        zp__json_fail(r, rc, err.limit, "%s%s%s", key, *key ? ": " : "",
                      err.msg);
}

void zp__json_pcpus(struct zp__json_reader *r,
                    const struct zp__json_value *obj, const char *key,
                    struct zp_pcpuset *set_out)
{
    memset(set_out, 0, sizeof(*set_out));
    if (zp__json_get(obj, key))
        parse_pcpus(r, key, zp__json_string(r, obj, key), set_out);
}

void zp__json_pcpus_of(struct zp__json_reader *r,
                       const struct zp__json_value *v,
                       struct zp_pcpuset *set_out)
{
    memset(set_out, 0, sizeof(*set_out));
    if (r->rc)
        return;
    if (v->type == ZP__JSON_STRING)
        parse_pcpus(r, "", v->str, set_out);
    else
        zp__json_fail(r, ZP_ERR_PARSE, "", "not a list of pcpus as a string");
}

unsigned zp__json_word(struct zp__json_reader *r,
                       const struct zp__json_value *obj, const char *key,
                       const char *const words[])
{
    const char *str = zp__json_string(r, obj, key);
    char list[120] = "";
    size_t len = 0;
    unsigned i;

    if (r->rc)
        return 0;
    for (i = 0; words[i]; i++) {
        if (!strcmp(words[i], str))
            return i;
        len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
                                i ? ", " : "", words[i]);
        if (len >= sizeof(list))
            len = sizeof(list) - 1;
    }
    zp__json_fail(r, ZP_ERR_PARSE, "json", "%s: \"%.40s\" is none of %s", key,
                  str, list);
    return 0;
}

unsigned zp__json_word_or(struct zp__json_reader *r,
                          const struct zp__json_value *obj, const char *key,
                          const char *const words[], unsigned absent)
{
    return zp__json_get(obj, key) ? zp__json_word(r, obj, key, words)
                                  : absent;
}

static const struct zp__json_value *
container(struct zp__json_reader *r, const struct zp__json_value *obj,
          const char *key, enum zp__json_type type, const char *wanted)
{
    const struct zp__json_value *v = required(r, obj, key, wanted);

    if (v && v->type != type)
        wrong_type(r, key, v, wanted);
    return r->rc ? &empty : v;
}

const struct zp__json_value *
zp__json_array(struct zp__json_reader *r, const struct zp__json_value *obj,
               const char *key)
{
    return container(r, obj, key, ZP__JSON_ARRAY, "an array");
}

const struct zp__json_value *
zp__json_array_or_empty(struct zp__json_reader *r,
                        const struct zp__json_value *obj, const char *key)
{
    return zp__json_get(obj, key) ? zp__json_array(r, obj, key) : &empty;
}

const struct zp__json_value *
zp__json_object(struct zp__json_reader *r, const struct zp__json_value *obj,
                const char *key)
{
    return container(r, obj, key, ZP__JSON_OBJECT, "an object");
}

void zp__json_only(struct zp__json_reader *r,
                   const struct zp__json_value *obj,
                   const char *const keys[])
{
    const struct zp__json_value *v;
    uint32_t i, k;

    ZP__JSON_EACH(v, i, obj) {
        for (k = 0; keys[k] && strcmp(keys[k], v->key); k++)
            ;
        if (!keys[k]) {
            r->at = r->rc ? r->at : v;
            zp__json_fail(r, ZP_ERR_INVAL, "json", "unknown key \"%.40s\"",
                          v->key);
        }
    }
}

void zp__json_is_object(struct zp__json_reader *r,
                        const struct zp__json_value *v)
{
    r->at = r->rc ? r->at : v;
    if (v->type != ZP__JSON_OBJECT)
        zp__json_fail(r, ZP_ERR_PARSE, "json", "%s, but an object is needed",
                      kind(v));
}

int zp__json_place(const char *buf, const struct zp__json_value *v, int rc,
                   struct zp_error *err)
{
    unsigned line = 1, column = 1;
    uint32_t i;

    for (i = 0; v && i < v->at; i++) {
        column++;
        if (buf[i] == '\n') {
            line++;
            column = 1;
        }
    }
    return zp__wrap(err, rc, "line %u column %u", line, column);
}
