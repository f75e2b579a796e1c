/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A writer without a tree: the same calls give the same bytes. */
#include <stdio.h>
#include <string.h>

#include "adapt/json.h"

size_t zp__utf8_len(const char *text)
{
    const unsigned char *t = (const unsigned char *)text;
    unsigned char low = 0x80, high = 0xbf;
    size_t len, i;

    if (t[0] < 0x80)
        return t[0] ? 1 : 0;
    if (t[0] >= 0xc2 && t[0] <= 0xdf)
        len = 2;
    else if (t[0] >= 0xe0 && t[0] <= 0xef)
        len = 3;
    else if (t[0] >= 0xf0 && t[0] <= 0xf4)
        len = 4;
    else
        return 0;
    /* Unicode 3.9, table 3-7: no overlong forms, surrogates, > 10FFFF. */
    if (t[0] == 0xe0)
        low = 0xa0;
    else if (t[0] == 0xed)
        high = 0x9f;
    else if (t[0] == 0xf0)
        low = 0x90;
    else if (t[0] == 0xf4)
        high = 0x8f;
    if (t[1] < low || t[1] > high)
        return 0;
    for (i = 2; i < len; i++) {
        if (t[i] < 0x80 || t[i] > 0xbf)
            return 0;
    }
    return len;
}

/* Bytes at @text that need no escape. */
static size_t plain_run(const char *text)
{
    size_t run = 0, len;

    while (text[run] != '"' && text[run] != '\\' &&
           (unsigned char)text[run] >= 0x20) {
        len = zp__utf8_len(text + run);
        if (!len)
            break;
        run += len;
    }
    return run;
}

static void add_string(struct zp__json_writer *w, const char *value)
{
    size_t run;

    zp__text_add(&w->text, "\"");
    for (;;) {
        run = plain_run(value);
        zp__text_add(&w->text, "%.*s", (int)run, value);
        value += run;
        if (!*value)
            break;
        if (*value == '"' || *value == '\\')
            zp__text_add(&w->text, "\\%c", *value);
        else if ((unsigned char)*value < 0x20)
            zp__text_add(&w->text, "\\u%04x", (unsigned)*value);
        else
            zp__text_add(&w->text, "?");
        value++;
    }
    zp__text_add(&w->text, "\"");
}

static void add_newline(struct zp__json_writer *w)
{
    zp__text_add(&w->text, "\n%*s", (int)(2 * w->depth), "");
}

/* What stands before a value: comma, line, name. */
static void start_value(struct zp__json_writer *w, const char *key)
{
    if (w->line_depth) {
        if (!w->first)
            zp__text_add(&w->text, ", ");
    } else if (w->depth) {
        if (!w->first)
            zp__text_add(&w->text, ",");
        add_newline(w);
    }
    if (key) {
        add_string(w, key);
        zp__text_add(&w->text, ": ");
    }
    w->first = false;
}

void zp__json_open(struct zp__json_writer *w, const char *key, char bracket)
{
    start_value(w, key);
    zp__text_add(&w->text, "%c", bracket);
    w->depth++;
    w->first = true;
}

void zp__json_open_line(struct zp__json_writer *w, const char *key,
                        char bracket)
{
    zp__json_open(w, key, bracket);
    if (!w->line_depth)
        w->line_depth = w->depth;
}

void zp__json_close(struct zp__json_writer *w, char bracket)
{
    w->depth--;
    if (!w->line_depth && !w->first)
        add_newline(w);
    if (w->line_depth > w->depth)
        w->line_depth = 0;
    zp__text_add(&w->text, "%c", bracket);
    w->first = false;
}

void zp__json_put_uint(struct zp__json_writer *w, const char *key,
                       uint64_t value)
{
    start_value(w, key);
    zp__text_add(&w->text, "%llu", (unsigned long long)value);
}

void zp__json_put_int(struct zp__json_writer *w, const char *key, int value)
{
    start_value(w, key);
    zp__text_add(&w->text, "%d", value);
}

void zp__json_put_bool(struct zp__json_writer *w, const char *key,
                       bool value)
{
    start_value(w, key);
    zp__text_add(&w->text, "%s", value ? "true" : "false");
}

void zp__json_put_null(struct zp__json_writer *w, const char *key)
{
    start_value(w, key);
    zp__text_add(&w->text, "null");
}

void zp__json_put_string(struct zp__json_writer *w, const char *key,
                         const char *value)
{
    start_value(w, key);
    add_string(w, value);
}

void zp__json_put_word(struct zp__json_writer *w, const char *key,
                       const char *const words[], unsigned value)
{
    unsigned i;

    for (i = 0; words[i] && i < value; i++)
        ;
    zp__json_put_string(w, key, words[i] ? words[i] : "unknown");
}

void zp__json_put_pcpus(struct zp__json_writer *w, const char *key,
                        const struct zp_pcpuset *set)
{
    size_t len = zp_pcpuset_format(set, NULL, 0);
    char *text ZP_CLEANUP(zp__cleanup_free) = malloc(len + 1);

    if (!text) {
        w->text.failed = true;
        return;
    }
    zp_pcpuset_format(set, text, len + 1);
    zp__json_put_string(w, key, text);
}

void zp__json_put_lines(struct zp__json_writer *w, const char *key,
                        const char *lines)
{
    char *copy ZP_CLEANUP(zp__cleanup_free) = strdup(lines ? lines : "");
    char *line, *end;

    if (!copy) {
        w->text.failed = true;
        return;
    }
    zp__json_open(w, key, '[');
    for (line = copy; *line; line = end) {
        end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        else
            end = line + strlen(line);
        zp__json_put_string(w, NULL, line);
    }
    zp__json_close(w, ']');
}

void zp__json_put_value(struct zp__json_writer *w, const char *key,
                        const struct zp__json_value *v)
{
    const struct zp__json_value *child;
    bool object = v->type == ZP__JSON_OBJECT;
    uint32_t i;

    switch (v->type) {
    case ZP__JSON_NULL:
        zp__json_put_null(w, key);
        return;
    case ZP__JSON_FALSE:
    case ZP__JSON_TRUE:
        zp__json_put_bool(w, key, v->type == ZP__JSON_TRUE);
        return;
    case ZP__JSON_UINT:
        zp__json_put_uint(w, key, v->uint);
        return;
    case ZP__JSON_NUMBER:
        start_value(w, key);
        zp__text_add(&w->text, "%.*s", (int)v->len, v->str);
        return;
    case ZP__JSON_STRING:
        zp__json_put_string(w, key, v->str);
        return;
    case ZP__JSON_ARRAY:
    case ZP__JSON_OBJECT:
        break;
    }
    zp__json_open(w, key, object ? '{' : '[');
    ZP__JSON_EACH(child, i, v)
        zp__json_put_value(w, child->key, child);
    zp__json_close(w, object ? '}' : ']');
}

int zp__json_take(struct zp__json_writer *w, char **text_out,
                  struct zp_error *err)
{
    zp__text_add(&w->text, "\n");
    return zp__text_take(&w->text, text_out, err);
}
