/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading text that may end anywhere. */
#include <string.h>

#include "adapt/import.h"

bool zp__scan_line(struct zp__scan *text, struct zp__scan *line_out)
{
    const char *end;

    if (text->at == text->end)
        return false;
    end = memchr(text->at, '\n', (size_t)(text->end - text->at));
    line_out->at = text->at;
    line_out->end = end ? end : text->end;
    text->at = end ? end + 1 : text->end;
    if (line_out->end > line_out->at && line_out->end[-1] == '\r')
        line_out->end--;
    return true;
}

void zp__scan_blanks(struct zp__scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
        s->at++;
}

bool zp__scan_ends(const struct zp__scan *s)
{
    const char *at;

    for (at = s->at; at < s->end; at++) {
        if (*at != ' ' && *at != '\t' && *at != '\n' && *at != '\r' && *at)
            return false;
    }
    return true;
}

bool zp__scan_word(struct zp__scan *s, const char *word)
{
    size_t len = strlen(word);
    struct zp__scan was = *s;

    zp__scan_blanks(s);
    if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len)) {
        *s = was;
        return false;
    }
    s->at += len;
    return true;
}

bool zp__scan_uint(struct zp__scan *s, uint64_t *value_out)
{
    struct zp__scan was = *s;
    uint64_t value = 0, digit;
    const char *first;

    zp__scan_blanks(s);
    for (first = s->at; s->at < s->end && *s->at >= '0' && *s->at <= '9';
         s->at++) {
        digit = (uint64_t)(*s->at - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            *s = was;
            return false;
        }
        value = value * 10 + digit;
    }
    if (s->at == first) {
        *s = was;
        return false;
    }
    *value_out = value;
    return true;
}

bool zp__scan_find(const struct zp__scan *s, const char *word)
{
    size_t len = strlen(word);
    const char *at;

    for (at = s->at; (size_t)(s->end - at) >= len; at++) {
        if (!memcmp(at, word, len))
            return true;
    }
    return false;
}

/* Backwards: the last word is pcpus 0 to 31. */
bool zp__scan_mask(const char *text, size_t len, struct zp_pcpuset *set_out)
{
    uint32_t word = 0, digits = 0, i;
    struct zp_pcpuset set = { { 0 } };
    int value;

    while (len && (text[len - 1] == '\n' || !text[len - 1]))
        len--;
    if (!len)
        return false;
    while (len--) {
        if (text[len] == ',') {
            word++;
            digits = 0;
            continue;
        }
        if (text[len] == 'x' && digits && len && text[len - 1] == '0' &&
            (len == 1 || text[len - 2] == ',')) {
            len--;
            continue;
        }
        value = zp__hex_digit(text[len]);
        if (value < 0 || digits == 8 + 2)
            return false;
        for (i = 0; i < 4; i++) {
            uint32_t bit = word * 32 + digits * 4 + i;

            if (!(value >> i & 1))
                continue;
            if (digits >= 8 || bit >= ZP_MAX_PCPUS)
                return false;
            zp_pcpuset_add(&set, bit);
        }
        digits++;
    }
    *set_out = set;
    return true;
}
