/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFC 4180, record by record. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "adapt/csv.h"

static int fail_nul(const char *buf, const char *nul, struct zp_error *err)
{
    unsigned long long line = 1, column = 1;

    for (; buf < nul; buf++) {
        column++;
        if (*buf == '\n') {
            line++;
            column = 1;
        }
    }
    return zp__fail(err, ZP_ERR_PARSE, "csv",
                    "line %llu column %llu: a NUL byte, this is no text",
                    line, column);
}

int zp__csv_open(struct zp__csv *csv, const char *buf, size_t len,
                 struct zp_error *err)
{
    memset(csv, 0, sizeof(*csv));
    csv->err = err;
    if (len > ZP__CSV_MAX_BYTES)
        return zp__fail(err, ZP_ERR_RANGE, "csv",
                        "%zu bytes, at most 512 MiB are read", len);
    if (len && memchr(buf, '\0', len))
        return fail_nul(buf, memchr(buf, '\0', len), err);
    csv->text = malloc(len + 1);
    if (!csv->text)
        return zp__nomem(err);
    if (len)
        memcpy(csv->text, buf, len);
    csv->text[len] = '\0';
    csv->at = csv->text;
    csv->end = csv->text + len;
    csv->next_line = 1;
    return ZP_OK;
}

void zp__csv_close(struct zp__csv *csv)
{
    free(csv->text);
    csv->text = NULL;
}

static int fail_at(struct zp__csv *csv, uint64_t column, int code,
                   const char *limit, const char *msg)
{
    return zp__fail(csv->err, code, limit, "line %llu column %llu: %s",
                    (unsigned long long)csv->line,
                    (unsigned long long)column, msg);
}

int zp__csv_fail(struct zp__csv *csv, uint32_t i, int code,
                 const char *limit, const char *fmt, ...)
{
    char msg[180];
    va_list args;

    va_start(args, fmt);
    vsnprintf(msg, sizeof(msg), fmt, args);
    va_end(args);
    return fail_at(csv, i < csv->nr ? csv->field[i].column : 1, code, limit,
                   msg);
}

static bool ends_field(const struct zp__csv *csv, const char *at)
{
    return at == csv->end || *at == ',' || *at == '\n' ||
           (*at == '\r' && at[1] == '\n');
}

/* The field at csv->at, which begins with a quote; decoded in place. */
static int read_quoted(struct zp__csv *csv, const char *record,
                       struct zp__csv_field *field)
{
    char *out = ++csv->at;

    field->text = out;
    for (;;) {
        if (csv->at == csv->end)
            return fail_at(csv, field->column, ZP_ERR_PARSE, "csv",
                           "a quote without its end");
        if (*csv->at == '"') {
            if (csv->at[1] != '"')
                break;
            csv->at++;
        } else if (*csv->at == '\n') {
            return fail_at(csv, field->column, ZP_ERR_PARSE, "csv",
                           "a quoted field goes over the end of the line");
        }
        *out++ = *csv->at++;
    }
    csv->at++;
    if (!ends_field(csv, csv->at))
        return fail_at(csv, (uint64_t)(csv->at - record) + 1, ZP_ERR_PARSE,
                       "csv", "something follows a quoted field");
    field->len = (size_t)(out - field->text);
    return ZP_OK;
}

static int read_field(struct zp__csv *csv, const char *record)
{
    struct zp__csv_field *field = &csv->field[csv->nr];
    uint64_t column = (uint64_t)(csv->at - record) + 1;
    int rc = ZP_OK;

    if (csv->nr == ZP__CSV_MAX_COLUMNS)
        return fail_at(csv, column, ZP_ERR_RANGE, "csv",
                       "more than 64 columns");
    field->column = column;
    if (*csv->at == '"') {
        rc = read_quoted(csv, record, field);
    } else {
        field->text = csv->at;
        while (!ends_field(csv, csv->at)) {
            if (*csv->at == '"')
                return fail_at(csv, (uint64_t)(csv->at - record) + 1,
                               ZP_ERR_PARSE, "csv", "a quote inside a field");
            csv->at++;
        }
        field->len = (size_t)(csv->at - field->text);
    }
    if (!rc && field->len > ZP__CSV_MAX_FIELD)
        return fail_at(csv, column, ZP_ERR_RANGE, "csv",
                       "a field of more than 4096 bytes");
    csv->nr += !rc;
    return rc;
}

int zp__csv_next(struct zp__csv *csv)
{
    const char *record;
    uint32_t i;
    int rc;

    while (csv->at < csv->end && (*csv->at == '\n' || *csv->at == '\r')) {
        csv->next_line += *csv->at == '\n';
        csv->at++;
    }
    if (csv->at == csv->end)
        return 0;
    csv->line = csv->next_line;
    csv->nr = 0;
    record = csv->at;
    for (;;) {
        rc = read_field(csv, record);
        if (rc)
            return rc;
        if (csv->at == csv->end || *csv->at != ',')
            break;
        csv->at++;
    }
    csv->at += csv->at < csv->end && *csv->at == '\r';
    csv->at += csv->at < csv->end && *csv->at == '\n';
    csv->next_line++;
    /* Nothing reads what ended a field any more. */
    for (i = 0; i < csv->nr; i++)
        csv->text[csv->field[i].text + csv->field[i].len - csv->text] = '\0';
    return 1;
}

int zp__csv_check_nr(struct zp__csv *csv, uint32_t nr)
{
    if (csv->nr == nr)
        return ZP_OK;
    return zp__csv_fail(csv, csv->nr > nr ? nr : csv->nr - 1, ZP_ERR_PARSE,
                        "csv", "%u fields, the first line has %u", csv->nr,
                        nr);
}

int zp__csv_uint(struct zp__csv *csv, uint32_t i, const char *what,
                 uint64_t max, uint64_t *value_out)
{
    const char *text = csv->field[i].text;
    uint64_t value = 0, digit;

    if (!*text || text[strspn(text, "0123456789")])
        return zp__csv_fail(csv, i, ZP_ERR_PARSE, what,
                            "%s: \"%.40s\" is not a whole number from 0",
                            what, text);
    for (; *text; text++) {
        digit = (uint64_t)(*text - '0');
        if (value > (max - digit) / 10)
            return zp__csv_fail(csv, i, ZP_ERR_RANGE, what,
                                "%s: %.40s is above %llu", what,
                                csv->field[i].text, (unsigned long long)max);
        value = value * 10 + digit;
    }
    *value_out = value;
    return ZP_OK;
}

/* Digits to @mantissa times 10 to the power of -*places; no sign. */
static bool read_decimal(const char **text, unsigned __int128 *mantissa,
                         uint32_t *places)
{
    const char *at = *text;
    bool point = false, any = false;

    *mantissa = 0;
    *places = 0;
    for (; (*at >= '0' && *at <= '9') || (*at == '.' && !point); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        any = true;
        if (point && *places == 18)
            continue; /* finer than anything that is asked for */
        if (*mantissa > (unsigned __int128)1 << 90)
            return false;
        *mantissa = *mantissa * 10 + (unsigned)(*at - '0');
        *places += point;
    }
    *text = at;
    return any;
}

int zp__csv_decimal(struct zp__csv *csv, uint32_t i, const char *what,
                    uint64_t scale, const char *units,
                    const uint64_t *factors, uint64_t max,
                    uint64_t *value_out)
{
    const char *text = csv->field[i].text, *unit;
    unsigned __int128 value, divisor = 1;
    uint32_t places;

    if (*text == '-')
        return zp__csv_fail(csv, i, ZP_ERR_PARSE, what,
                            "%s: %.40s is negative", what, text);
    if (!read_decimal(&text, &value, &places))
        return zp__csv_fail(csv, i, ZP_ERR_PARSE, what,
                            "%s: \"%.40s\" is not a number", what,
                            csv->field[i].text);
    unit = *text ? strchr(units, *text) : NULL;
    if (*text && (!unit || text[1]))
        return zp__csv_fail(csv, i, ZP_ERR_PARSE, what,
                            "%s: \"%.40s\" has an unknown unit", what,
                            csv->field[i].text);
    for (; places; places--)
        divisor *= 10;
    if (unit)
        scale *= factors[unit - units];
    /* Neither product is near to 128 bits: 94 and 34 at most. */
    if (value / divisor > max ||
        (value * scale + divisor - 1) / divisor > max)
        return zp__csv_fail(csv, i, ZP_ERR_RANGE, what,
                            "%s: %.40s is too large", what,
                            csv->field[i].text);
    *value_out = (uint64_t)((value * scale + divisor - 1) / divisor);
    return ZP_OK;
}

int zp__csv_size(struct zp__csv *csv, uint32_t i, const char *what,
                 uint64_t *kib_out)
{
    struct zp_error why;
    int rc = zp_size_parse(csv->field[i].text, kib_out, &why);

    if (rc)
        return zp__csv_fail(csv, i, rc, what, "%s: %s", what, why.msg);
    return ZP_OK;
}
