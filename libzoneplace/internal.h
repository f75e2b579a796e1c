/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library's files share and nobody else sees (zp__). */
#ifndef ZP_INTERNAL_H
#define ZP_INTERNAL_H

#include <stdlib.h>

#include <zoneplace.h>

#define ZP_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define ZP_CLEANUP(fn) __attribute__((cleanup(fn)))

/* Hands a pointer over: *out = ZP_TAKE(x) leaves x NULL for its cleanup. */
#define ZP_TAKE(ptr) \
    __extension__({ __typeof__(ptr) zp_taken_ = (ptr); (ptr) = NULL; \
                    zp_taken_; })

static inline void zp__cleanup_free(char **p)
{
    free(*p);
}

/* 0 to 15; -1: no hexadecimal digit. */
static inline int zp__hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Adds all of @set to @to. */
static inline void zp__pcpuset_join(struct zp_pcpuset *to,
                                    const struct zp_pcpuset *set)
{
    uint32_t i;

    for (i = 0; i < ZP_MAX_PCPUS / 64; i++)
        to->word[i] |= set->word[i];
}

/* Fills @err (may be NULL) and returns @code: "return zp__fail(...)". @limit
 * may be NULL. */
int zp__fail(struct zp_error *err, int code, const char *limit,
             const char *fmt, ...) ZP_PRINTF(4, 5);
/* The same with an errno or libxl rc in .sys. */
int zp__fail_sys(struct zp_error *err, int code, int sys, const char *limit,
                 const char *fmt, ...) ZP_PRINTF(5, 6);
/* Puts "what: " before the message that is there; returns @code. */
int zp__wrap(struct zp_error *err, int code, const char *fmt, ...)
    ZP_PRINTF(3, 4);
int zp__nomem(struct zp_error *err);

/* 2 if two pcpus of the node share a core, 1 if none do, 0 if the topology
 * does not know all cores. */
uint32_t zp__topology_threads(const struct zp_topology *topo, uint32_t pos);
/* Bit set: that position has a pcpu in a socket that @pos has one in. */
uint64_t zp__topology_mates(const struct zp_topology *topo, uint32_t pos);

/*
 * A growing text, for renderers: check .failed once, at the end. The bytes
 * are NUL-terminated; zp__text_take() hands them over or reports NOMEM.
 */
struct zp__text {
    char *buf;
    size_t len;
    size_t size;
    bool failed;
};
#define ZP__TEXT_INIT { NULL, 0, 0, false }
void zp__text_add(struct zp__text *t, const char *fmt, ...) ZP_PRINTF(2, 3);
void zp__text_clear(struct zp__text *t);
int zp__text_take(struct zp__text *t, char **text_out, struct zp_error *err);

#endif
