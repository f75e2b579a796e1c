/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON (RFC 8259) for the adapters: a strict reader and a plain writer.
 *
 * It is our own because a host file decides where a zone runs: json-c up to
 * 0.16 drops members, cuts strings or asserts when an allocation fails, keeps
 * the last of two equal keys, accepts NaN, and takes some hundred bytes for a
 * "[]". Here everything is refused that is not exactly understood, memory is
 * bounded by the limits below, and a message names line and column.
 */
#ifndef ZP_ADAPT_JSON_H
#define ZP_ADAPT_JSON_H

#include "internal.h"

#define ZP__JSON_MAX_BYTES ((size_t)16 << 20)
#define ZP__JSON_MAX_DEPTH 32u
#define ZP__JSON_MAX_VALUES ((uint32_t)1 << 20)

enum zp__json_type {
    ZP__JSON_NULL,
    ZP__JSON_FALSE,
    ZP__JSON_TRUE,
    ZP__JSON_UINT,           /* a whole number that fits .uint */
    ZP__JSON_NUMBER,         /* any other number */
    ZP__JSON_STRING,
    ZP__JSON_ARRAY,
    ZP__JSON_OBJECT,
};

/*
 * Values lie in document order: the first child follows its container, the
 * next sibling is .span values on.
 */
struct zp__json_value {
    enum zp__json_type type;
    uint32_t nr;             /* children */
    uint32_t span;           /* values in this subtree, itself included */
    uint64_t uint;
    const char *str;         /* strings: decoded, NUL-terminated UTF-8;
                              * numbers: as written, .len bytes */
    size_t len;
    const char *key;         /* of a member; else NULL */
    uint32_t at;             /* offset of its first byte in the document */
};

struct zp__json {
    char *text;              /* our copy; strings are decoded in place */
    struct zp__json_value *value; /* [0] is the root */
    uint32_t nr;
    uint32_t size;
};
#define ZP__JSON_INIT { NULL, NULL, 0, 0 }

/* Parses @len bytes; the root is an object. PARSE, RANGE, NOMEM. @what names
 * the document in messages ("host JSON"). */
int zp__json_parse(struct zp__json *doc, const char *what, const char *buf,
                   size_t len, struct zp_error *err);
/* The same for a root that begins with one of the @brackets, "{[". */
int zp__json_parse_root(struct zp__json *doc, const char *what,
                        const char *brackets, const char *buf, size_t len,
                        struct zp_error *err);
void zp__json_clear(struct zp__json *doc);
/* Puts the line and column of @v (NULL: the start) in @buf, which it was read
 * from, before the message of @err; returns @rc. */
int zp__json_place(const char *buf, const struct zp__json_value *v, int rc,
                   struct zp_error *err);
/* Same value, whatever the order of members and the way it was written. */
bool zp__json_equal(const struct zp__json_value *a,
                    const struct zp__json_value *b);

static inline const struct zp__json_value *
zp__json_next(const struct zp__json_value *v)
{
    return v + v->span;
}

/* Runs over the children of @of. */
#define ZP__JSON_EACH(v, i, of) \
    for ((v) = (of) + 1, (i) = 0; (i) < (of)->nr; \
         (v) = zp__json_next(v), (i)++)

/* Member @key of @obj; NULL if it is absent or null. */
const struct zp__json_value *zp__json_get(const struct zp__json_value *obj,
                                          const char *key);
/* Is @v, which may be NULL, the string @word? */
bool zp__json_is(const struct zp__json_value *v, const char *word);

/*
 * Reads members. The first failure sticks in .rc and makes all later calls
 * return zero values, so a caller reads everything and looks once.
 */
struct zp__json_reader {
    struct zp_error *err;
    int rc;
    char where[48];          /* put before messages: "nodes[2]." */
    const struct zp__json_value *at; /* looked at last: after a failure, the
                              * value that is wrong or lacks something */
};
#define ZP__JSON_READER(err) { (err), ZP_OK, "", NULL }

void zp__json_at(struct zp__json_reader *r, const char *fmt, ...)
    ZP_PRINTF(2, 3);
/* Records a failure, unless there is one, with .where before the message. */
void zp__json_fail(struct zp__json_reader *r, int code, const char *limit,
                   const char *fmt, ...) ZP_PRINTF(4, 5);

uint64_t zp__json_uint_of(struct zp__json_reader *r, const char *what,
                          const struct zp__json_value *v, uint64_t max);
uint64_t zp__json_uint(struct zp__json_reader *r,
                       const struct zp__json_value *obj, const char *key,
                       uint64_t max);
uint64_t zp__json_uint_or(struct zp__json_reader *r,
                          const struct zp__json_value *obj, const char *key,
                          uint64_t max, uint64_t absent);
bool zp__json_bool(struct zp__json_reader *r,
                   const struct zp__json_value *obj, const char *key);
bool zp__json_bool_or(struct zp__json_reader *r,
                      const struct zp__json_value *obj, const char *key,
                      bool absent);
const char *zp__json_string(struct zp__json_reader *r,
                            const struct zp__json_value *obj,
                            const char *key);
/* Copies a string that must fit @size bytes; an absent one is empty. */
void zp__json_copy(struct zp__json_reader *r,
                   const struct zp__json_value *obj, const char *key,
                   char *buf, size_t size);
/* A pcpu list; an absent one is empty. */
void zp__json_pcpus(struct zp__json_reader *r,
                    const struct zp__json_value *obj, const char *key,
                    struct zp_pcpuset *set_out);
/* The same for an element of an array. */
void zp__json_pcpus_of(struct zp__json_reader *r,
                       const struct zp__json_value *v,
                       struct zp_pcpuset *set_out);
/* Index of the member's word in @words (ends with NULL). */
unsigned zp__json_word(struct zp__json_reader *r,
                       const struct zp__json_value *obj, const char *key,
                       const char *const words[]);
unsigned zp__json_word_or(struct zp__json_reader *r,
                          const struct zp__json_value *obj, const char *key,
                          const char *const words[], unsigned absent);
/* An empty array or object comes back after a failure, never NULL. */
const struct zp__json_value *
zp__json_array(struct zp__json_reader *r, const struct zp__json_value *obj,
               const char *key);
const struct zp__json_value *
zp__json_array_or_empty(struct zp__json_reader *r,
                        const struct zp__json_value *obj, const char *key);
const struct zp__json_value *
zp__json_object(struct zp__json_reader *r, const struct zp__json_value *obj,
                const char *key);
/* Fails unless every member of @obj is one of @keys (ends with NULL). */
void zp__json_only(struct zp__json_reader *r,
                   const struct zp__json_value *obj,
                   const char *const keys[]);
void zp__json_is_object(struct zp__json_reader *r,
                        const struct zp__json_value *v);

/*
 * Writes: two blanks a level, one member a line; a container opened with
 * _open_line() stays on its line. @key is NULL inside arrays.
 */
struct zp__json_writer {
    struct zp__text text;
    unsigned depth;
    unsigned line_depth;     /* depth of the container on one line, or 0 */
    bool first;
};
#define ZP__JSON_WRITER { ZP__TEXT_INIT, 0, 0, true }

void zp__json_open(struct zp__json_writer *w, const char *key, char bracket);
void zp__json_open_line(struct zp__json_writer *w, const char *key,
                        char bracket);
void zp__json_close(struct zp__json_writer *w, char bracket);
void zp__json_put_uint(struct zp__json_writer *w, const char *key,
                       uint64_t value);
void zp__json_put_int(struct zp__json_writer *w, const char *key, int value);
void zp__json_put_bool(struct zp__json_writer *w, const char *key,
                       bool value);
void zp__json_put_null(struct zp__json_writer *w, const char *key);
/* Bytes that are not UTF-8 become '?'. */
void zp__json_put_string(struct zp__json_writer *w, const char *key,
                         const char *value);
/* "unknown" if @words (ends with NULL) has no such index. */
void zp__json_put_word(struct zp__json_writer *w, const char *key,
                       const char *const words[], unsigned value);
void zp__json_put_pcpus(struct zp__json_writer *w, const char *key,
                        const struct zp_pcpuset *set);
/* Each '\n'-ended line of @lines (may be NULL) is a string of an array. */
void zp__json_put_lines(struct zp__json_writer *w, const char *key,
                        const char *lines);
/* What was read, member for member. */
void zp__json_put_value(struct zp__json_writer *w, const char *key,
                        const struct zp__json_value *v);
/* Ends the document with a newline and hands it over, or NOMEM. */
int zp__json_take(struct zp__json_writer *w, char **text_out,
                  struct zp_error *err);

/* Bytes of the UTF-8 character at @text (NUL-terminated), 0 if it is none. */
size_t zp__utf8_len(const char *text);

/* ---- documents inside documents (a receipt holds three) ---------------- */

int zp__host_read(const struct zp__json_value *root,
                  struct zp_topology **topo_out, struct zp_load **load_out,
                  struct zp_error *err);
void zp__host_write(struct zp__json_writer *w, const char *key,
                    const struct zp_topology *topo,
                    const struct zp_load *load);
int zp__request_read(const struct zp__json_value *root,
                     struct zp_request *req_out, struct zp_error *err);
/* Reads over what @req says; members that are not of a request are for the
 * caller to refuse. */
void zp__request_read_over(struct zp__json_reader *r,
                           const struct zp__json_value *root,
                           struct zp_request *req);
/* Members of a request (ends with NULL). */
extern const char *const zp__request_keys[];
void zp__request_write(struct zp__json_writer *w, const char *key,
                       const struct zp_request *req);
/* @warnings and @why may be NULL. */
void zp__plan_write(struct zp__json_writer *w, const char *key,
                    const struct zp_plan *plan, const char *warnings,
                    const char *why);
/* Both texts of a plan; *_out stay NULL if an input is missing. */
int zp__plan_texts(const struct zp_topology *topo,
                   const struct zp_load *load, const struct zp_request *req,
                   const struct zp_plan *plan, char **warnings_out,
                   char **why_out, struct zp_error *err);

/* Words of the enums, in their order, for reading and writing. */
extern const char *const zp__size_by_words[];
extern const char *const zp__first_node_words[];
extern const char *const zp__type_words[];
extern const char *const zp__strategy_words[];
extern const char *const zp__spill_words[];
extern const char *const zp__memory_policy_words[];
extern const char *const zp__growth_words[];
extern const char *const zp__tier_words[];
extern const char *const zp__packages_words[];
extern const char *const zp__float_words[];
extern const char *const zp__smt_words[];

#endif
