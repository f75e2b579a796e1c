/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of pcpus as plain values, and their text form. */
#include <stdio.h>
#include <string.h>

#include "internal.h"

enum { WORDS = ZP_MAX_PCPUS / 64 };

bool zp_pcpuset_has(const struct zp_pcpuset *set, uint32_t pcpu)
{
    return pcpu < ZP_MAX_PCPUS && (set->word[pcpu / 64] >> (pcpu % 64) & 1);
}

void zp_pcpuset_add(struct zp_pcpuset *set, uint32_t pcpu)
{
    if (pcpu < ZP_MAX_PCPUS)
        set->word[pcpu / 64] |= (uint64_t)1 << (pcpu % 64);
}

uint32_t zp_pcpuset_count(const struct zp_pcpuset *set)
{
    uint32_t count = 0, i;

    for (i = 0; i < WORDS; i++)
        count += (uint32_t)__builtin_popcountll(set->word[i]);
    return count;
}

bool zp_pcpuset_intersects(const struct zp_pcpuset *a,
                           const struct zp_pcpuset *b)
{
    uint32_t i;

    for (i = 0; i < WORDS; i++) {
        if (a->word[i] & b->word[i])
            return true;
    }
    return false;
}

uint32_t zp_pcpuset_next(const struct zp_pcpuset *set, uint32_t from)
{
    uint64_t word;
    uint32_t i;

    if (from >= ZP_MAX_PCPUS)
        return ZP_UNKNOWN_ID;
    i = from / 64;
    word = set->word[i] >> (from % 64) << (from % 64);
    while (!word) {
        if (++i == WORDS)
            return ZP_UNKNOWN_ID;
        word = set->word[i];
    }
    return i * 64 + (uint32_t)__builtin_ctzll(word);
}

/* A reader over text that need not end in NUL. */
struct cursor {
    const char *text;
    size_t len;
    size_t pos;
};

static bool at(const struct cursor *c, char ch)
{
    return c->pos < c->len && c->text[c->pos] == ch;
}

static bool at_digit(const struct cursor *c)
{
    return c->pos < c->len && c->text[c->pos] >= '0' &&
           c->text[c->pos] <= '9';
}

static void skip_blanks(struct cursor *c)
{
    while (at(c, ' ') || at(c, '\t') || at(c, '\n') || at(c, '\r'))
        c->pos++;
}

static int parse_number(struct cursor *c, uint32_t *n_out,
                        struct zp_error *err)
{
    size_t start = c->pos;
    uint32_t n = 0;

    if (!at_digit(c))
        return zp__fail(err, ZP_ERR_PARSE, "pcpus",
                        "pcpu list: a number is missing at column %zu",
                        c->pos + 1);
    for (; at_digit(c); c->pos++) {
        n = n * 10 + (uint32_t)(c->text[c->pos] - '0');
        if (n >= ZP_MAX_PCPUS)
            return zp__fail(err, ZP_ERR_RANGE, "pcpus",
                            "pcpu list: the number at column %zu is beyond %d",
                            start + 1, ZP_MAX_PCPUS - 1);
    }
    *n_out = n;
    return ZP_OK;
}

/* A word at a time: a list of 16 MiB may name every pcpu a million times. */
static void add_range(struct zp_pcpuset *set, uint32_t first, uint32_t last)
{
    uint64_t mask = ~(uint64_t)0 << (first % 64);
    uint32_t i;

    for (i = first / 64; i < last / 64; i++) {
        set->word[i] |= mask;
        mask = ~(uint64_t)0;
    }
    set->word[i] |= mask & (~(uint64_t)0 >> (63 - last % 64));
}

static int parse_range(struct cursor *c, struct zp_pcpuset *set,
                       struct zp_error *err)
{
    size_t start = c->pos;
    uint32_t first, last;
    int rc;

    rc = parse_number(c, &first, err);
    if (rc)
        return rc;
    last = first;
    if (at(c, '-')) {
        c->pos++;
        rc = parse_number(c, &last, err);
        if (rc)
            return rc;
    }
    if (last < first)
        return zp__fail(err, ZP_ERR_PARSE, "pcpus",
                        "pcpu list: range %u-%u at column %zu runs backwards",
                        first, last, start + 1);
    add_range(set, first, last);
    return ZP_OK;
}

int zp_pcpuset_parse(const char *text, size_t len,
                     struct zp_pcpuset *set_out, struct zp_error *err)
{
    struct cursor c = { text, len, 0 };
    struct zp_pcpuset set;
    int rc;

    memset(&set, 0, sizeof(set));
    skip_blanks(&c);
    while (c.pos < c.len) {
        rc = parse_range(&c, &set, err);
        if (rc)
            return rc;
        skip_blanks(&c);
        if (c.pos == c.len)
            break;
        if (!at(&c, ','))
            return zp__fail(err, ZP_ERR_PARSE, "pcpus",
                            "pcpu list: a comma is missing at column %zu",
                            c.pos + 1);
        c.pos++;
        skip_blanks(&c);
        if (c.pos == c.len)
            return zp__fail(err, ZP_ERR_PARSE, "pcpus",
                            "pcpu list: a number is missing at column %zu",
                            c.pos + 1);
    }
    *set_out = set;
    return ZP_OK;
}

size_t zp_pcpuset_format(const struct zp_pcpuset *set, char *buf, size_t size)
{
    uint32_t first, last, next;
    char item[32];
    size_t len = 0;
    int n;

    if (size)
        buf[0] = '\0';
    for (first = zp_pcpuset_next(set, 0); first != ZP_UNKNOWN_ID;
         first = next) {
        last = first;
        next = zp_pcpuset_next(set, last + 1);
        while (next == last + 1) {
            last = next;
            next = zp_pcpuset_next(set, last + 1);
        }
        if (first == last)
            n = snprintf(item, sizeof(item), "%s%u", len ? "," : "", first);
        else
            n = snprintf(item, sizeof(item), "%s%u-%u", len ? "," : "", first,
                         last);
        if (len < size)
            snprintf(buf + len, size - len, "%s", item);
        len += (size_t)n;
    }
    return len;
}
