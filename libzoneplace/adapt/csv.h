/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CSV (RFC 4180) for the adapters. Strict like the JSON reader: what is not
 * exactly understood is refused, memory is bounded, a message names line and
 * column. Lines may end in CR LF; empty ones are passed over.
 */
#ifndef ZP_ADAPT_CSV_H
#define ZP_ADAPT_CSV_H

#include "internal.h"

enum {
    ZP__CSV_MAX_COLUMNS = 64,
    ZP__CSV_MAX_FIELD = 4096,
};
#define ZP__CSV_MAX_BYTES ((size_t)512 << 20)

struct zp__csv_field {
    const char *text;        /* NUL-terminated, without quotes */
    size_t len;
    uint64_t column;         /* of its first byte, from 1 */
};

struct zp__csv {
    char *text;              /* our copy; fields are cut out of it */
    char *at;
    char *end;
    uint64_t line;           /* of the record read last, from 1 */
    uint64_t next_line;
    struct zp_error *err;
    uint32_t nr;             /* fields */
    struct zp__csv_field field[ZP__CSV_MAX_COLUMNS];
};

/* PARSE (a NUL byte), RANGE (too long), NOMEM. */
int zp__csv_open(struct zp__csv *csv, const char *buf, size_t len,
                 struct zp_error *err);
void zp__csv_close(struct zp__csv *csv);
/* 1: a record was read; 0: there is none; below 0: a failure. */
int zp__csv_next(struct zp__csv *csv);
/* Fails, with line and column of field @i (or of the line if it has not so
 * many) before the message. */
int zp__csv_fail(struct zp__csv *csv, uint32_t i, int code,
                 const char *limit, const char *fmt, ...) ZP_PRINTF(5, 6);
/* The same number of fields as the header has. */
int zp__csv_check_nr(struct zp__csv *csv, uint32_t nr);

/* Field @i as a whole number up to @max. PARSE, RANGE; @what names it. */
int zp__csv_uint(struct zp__csv *csv, uint32_t i, const char *what,
                 uint64_t max, uint64_t *value_out);
/*
 * Field @i as a decimal number times @scale, rounded up: "2.5" with 1000 is
 * 2500. @units, "smhd" for instance, are letters that may follow, each with
 * its factor in @factors; without one it is as it stands. PARSE, RANGE.
 */
int zp__csv_decimal(struct zp__csv *csv, uint32_t i, const char *what,
                    uint64_t scale, const char *units,
                    const uint64_t *factors, uint64_t max,
                    uint64_t *value_out);
/* A size as zp_size_parse() reads them. */
int zp__csv_size(struct zp__csv *csv, uint32_t i, const char *what,
                 uint64_t *kib_out);

#endif
