/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFC 8259, nothing more: bytes to a flat array of values. */
#include <stdio.h>
#include <string.h>

#include "adapt/json.h"

struct parser {
    struct zp__json *doc;
    const char *what;
    const char *brackets;    /* that the root may begin with */
    const char *original;    /* doc->text before strings were decoded */
    char *at;                /* next byte; the text ends with a NUL */
    unsigned depth;
    struct zp_error *err;
};

static int parse_value(struct parser *p, const char *key);

/* Names the place of @at: line and column, both from 1. */
static int fail_at(struct parser *p, const char *at, const char *msg)
{
    size_t offset = (size_t)(at - p->doc->text);
    size_t i, line = 1, column = 1;

    for (i = 0; i < offset; i++) {
        column++;
        if (p->original[i] == '\n') {
            line++;
            column = 1;
        }
    }
    return zp__fail(p->err, ZP_ERR_PARSE, "json",
                    "%s: line %zu column %zu: %s", p->what, line, column,
                    msg);
}

static void skip_blanks(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' ||
           *p->at == '\r')
        p->at++;
}

/* Index of a new value. */
static int new_value(struct parser *p, const char *key, uint32_t *index_out)
{
    struct zp__json *doc = p->doc;
    struct zp__json_value *value;
    uint32_t size;

    if (doc->nr == doc->size) {
        if (doc->size >= ZP__JSON_MAX_VALUES)
            return zp__fail(p->err, ZP_ERR_RANGE, "json",
                            "%s: more than %u values", p->what,
                            ZP__JSON_MAX_VALUES);
        size = doc->size ? doc->size * 2 : 64;
        value = realloc(doc->value, size * sizeof(*value));
        if (!value)
            return zp__nomem(p->err);
        doc->value = value;
        doc->size = size;
    }
    *index_out = doc->nr++;
    value = &doc->value[*index_out];
    memset(value, 0, sizeof(*value));
    value->key = key;
    value->span = 1;
    return ZP_OK;
}

static bool read_hex4(const char *at, uint32_t *unit_out)
{
    uint32_t unit = 0;
    int i, digit;

    for (i = 0; i < 4; i++) {
        digit = zp__hex_digit(at[i]);
        if (digit < 0)
            return false;
        unit = unit << 4 | (uint32_t)digit;
    }
    *unit_out = unit;
    return true;
}

static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
        return out;
    }
    if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *out++ = (char)(0xe0 | c >> 12);
        } else {
            *out++ = (char)(0xf0 | c >> 18);
            *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    }
    *out++ = (char)(0x80 | (c & 0x3f));
    return out;
}

/* "\uXXXX" at p->at, or a surrogate pair of them. */
static int parse_unicode(struct parser *p, char **out)
{
    uint32_t c, low;

    if (!read_hex4(p->at + 2, &c))
        return fail_at(p, p->at, "four hex digits expected after \\u");
    if (c == 0)
        return fail_at(p, p->at, "a string may not hold a NUL");
    if (c >= 0xd800 && c < 0xe000) {
        if (c >= 0xdc00 || p->at[6] != '\\' || p->at[7] != 'u' ||
            !read_hex4(p->at + 8, &low) || low < 0xdc00 || low >= 0xe000)
            return fail_at(p, p->at, "half a surrogate pair");
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        p->at += 6;
    }
    p->at += 6;
    *out = put_utf8(*out, c);
    return ZP_OK;
}

static int parse_escape(struct parser *p, char **out)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    const char *c;

    if (p->at[1] == 'u')
        return parse_unicode(p, out);
    c = p->at[1] ? strchr(from, p->at[1]) : NULL;
    if (!c)
        return fail_at(p, p->at, "unknown escape in a string");
    *(*out)++ = to[c - from];
    p->at += 2;
    return ZP_OK;
}

/* Decodes the string at p->at in place: no escape is shorter than what it
 * stands for. */
static int parse_string(struct parser *p, const char **str_out,
                        size_t *len_out)
{
    char *start = ++p->at;
    char *out = start;
    size_t len;
    int rc;

    while (*p->at != '"') {
        if (*p->at == '\\') {
            rc = parse_escape(p, &out);
            if (rc)
                return rc;
            continue;
        }
        if (*p->at == '\0')
            return fail_at(p, start - 1, "string without an end");
        if ((unsigned char)*p->at < 0x20)
            return fail_at(p, p->at, "control byte in a string");
        len = zp__utf8_len(p->at);
        if (!len)
            return fail_at(p, p->at, "not UTF-8");
        memmove(out, p->at, len);
        out += len;
        p->at += len;
    }
    p->at++;
    *out = '\0';
    *str_out = start;
    *len_out = (size_t)(out - start);
    return ZP_OK;
}

static bool skip_digits(struct parser *p)
{
    const char *start = p->at;

    while (*p->at >= '0' && *p->at <= '9')
        p->at++;
    return p->at > start;
}

/* True if the @len digits at @text fit an uint64_t. */
static bool fits_uint(const char *text, size_t len, uint64_t *value_out)
{
    uint64_t value = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');

        if (text[i] < '0' || text[i] > '9' ||
            value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *value_out = value;
    return true;
}

static int parse_number(struct parser *p, struct zp__json_value *v)
{
    const char *start = p->at;

    if (*p->at == '-')
        p->at++;
    if (*p->at == '0' && p->at[1] >= '0' && p->at[1] <= '9')
        return fail_at(p, start, "number with a leading zero");
    if (!skip_digits(p))
        return fail_at(p, start, "value expected");
    if (*p->at == '.') {
        p->at++;
        if (!skip_digits(p))
            return fail_at(p, start, "digit expected after the point");
    }
    if (*p->at == 'e' || *p->at == 'E') {
        p->at++;
        if (*p->at == '+' || *p->at == '-')
            p->at++;
        if (!skip_digits(p))
            return fail_at(p, start, "digit expected in the exponent");
    }
    v->str = start;
    v->len = (size_t)(p->at - start);
    v->type = fits_uint(start, v->len, &v->uint) ? ZP__JSON_UINT
                                                 : ZP__JSON_NUMBER;
    return ZP_OK;
}

static int parse_word(struct parser *p, struct zp__json_value *v)
{
    static const struct {
        const char *word;
        enum zp__json_type type;
    } words[] = {
        { "null", ZP__JSON_NULL },
        { "false", ZP__JSON_FALSE },
        { "true", ZP__JSON_TRUE },
    };
    size_t i, len;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        len = strlen(words[i].word);
        if (!strncmp(p->at, words[i].word, len)) {
            v->type = words[i].type;
            p->at += len;
            return ZP_OK;
        }
    }
    return parse_number(p, v);
}

static void cleanup_keys(const char ***keys)
{
    free(*keys);
}

static int compare_keys(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;

    return strcmp(*x, *y);
}

/* Two members of one name could mean two things. */
static int check_keys(struct parser *p, const struct zp__json_value *obj)
{
    const char **keys ZP_CLEANUP(cleanup_keys) = NULL;
    const struct zp__json_value *v;
    uint32_t i;

    if (obj->nr < 2)
        return ZP_OK;
    keys = malloc(obj->nr * sizeof(*keys));
    if (!keys)
        return zp__nomem(p->err);
    ZP__JSON_EACH(v, i, obj)
        keys[i] = v->key;
    qsort(keys, obj->nr, sizeof(*keys), compare_keys);
    for (i = 1; i < obj->nr; i++) {
        if (!strcmp(keys[i - 1], keys[i]))
            return zp__fail(p->err, ZP_ERR_PARSE, "json",
                            "%s: key \"%.40s\" occurs twice in one object",
                            p->what, keys[i]);
    }
    return ZP_OK;
}

static int parse_key(struct parser *p, const char **key_out)
{
    size_t len;
    int rc;

    if (*p->at != '"')
        return fail_at(p, p->at, "member name expected");
    rc = parse_string(p, key_out, &len);
    if (rc)
        return rc;
    skip_blanks(p);
    if (*p->at != ':')
        return fail_at(p, p->at, "':' expected");
    p->at++;
    return ZP_OK;
}

/* The array or object at p->at; @index is its value. */
static int parse_container(struct parser *p, uint32_t index)
{
    bool object = *p->at == '{';
    char end = object ? '}' : ']';
    const char *key = NULL;
    uint32_t nr = 0;
    int rc;

    if (p->depth == ZP__JSON_MAX_DEPTH)
        return fail_at(p, p->at, "nested deeper than 32");
    p->depth++;
    p->at++;
    skip_blanks(p);
    while (*p->at != end) {
        if (nr && *p->at++ != ',')
            return fail_at(p, p->at - 1, object ? "',' or '}' expected"
                                                : "',' or ']' expected");
        skip_blanks(p);
        rc = object ? parse_key(p, &key) : ZP_OK;
        if (!rc)
            rc = parse_value(p, key);
        if (rc)
            return rc;
        nr++;
        skip_blanks(p);
    }
    p->at++;
    p->depth--;
    p->doc->value[index].nr = nr;
    p->doc->value[index].span = p->doc->nr - index;
    return object ? check_keys(p, &p->doc->value[index]) : ZP_OK;
}

static int parse_value(struct parser *p, const char *key)
{
    struct zp__json_value *v;
    uint32_t index = 0;
    int rc;

    rc = new_value(p, key, &index);
    if (rc)
        return rc;
    v = &p->doc->value[index];
    skip_blanks(p);
    v->at = (uint32_t)(p->at - p->doc->text);
    switch (*p->at) {
    case '{':
        v->type = ZP__JSON_OBJECT;
        return parse_container(p, index);
    case '[':
        v->type = ZP__JSON_ARRAY;
        return parse_container(p, index);
    case '"':
        v->type = ZP__JSON_STRING;
        return parse_string(p, &v->str, &v->len);
    default:
        return parse_word(p, v);
    }
}

static int parse_document(struct parser *p)
{
    int rc;

    skip_blanks(p);
    if (!*p->at)
        return fail_at(p, p->at, "no JSON here");
    if (!strchr(p->brackets, *p->at))
        return fail_at(p, p->at, !p->brackets[1] && *p->brackets == '{'
                                     ? "an object is expected"
                                     : p->brackets[1]
                                     ? "an object or a list is expected"
                                     : "a list is expected");
    rc = parse_value(p, NULL);
    if (rc)
        return rc;
    skip_blanks(p);
    if (*p->at)
        return fail_at(p, p->at, "something follows the document");
    return ZP_OK;
}

int zp__json_parse(struct zp__json *doc, const char *what, const char *buf,
                   size_t len, struct zp_error *err)
{
    return zp__json_parse_root(doc, what, "{", buf, len, err);
}

int zp__json_parse_root(struct zp__json *doc, const char *what,
                        const char *brackets, const char *buf, size_t len,
                        struct zp_error *err)
{
    struct parser p = { doc, what, brackets, buf, NULL, 0, err };
    int rc;

    if (len > ZP__JSON_MAX_BYTES)
        return zp__fail(err, ZP_ERR_RANGE, "json",
                        "%s: %zu bytes, at most 16 MiB are read", what, len);
    if (len && memchr(buf, '\0', len))
        return zp__fail(err, ZP_ERR_PARSE, "json",
                        "%s: holds a NUL byte, this is no text", what);
    doc->text = malloc(len + 1);
    if (!doc->text)
        return zp__nomem(err);
    if (len)
        memcpy(doc->text, buf, len);
    doc->text[len] = '\0';
    p.at = doc->text;
    rc = parse_document(&p);
    if (rc)
        zp__json_clear(doc);
    return rc;
}

void zp__json_clear(struct zp__json *doc)
{
    free(doc->text);
    free(doc->value);
    *doc = (struct zp__json)ZP__JSON_INIT;
}
