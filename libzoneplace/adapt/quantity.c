/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "adapt/quantity.h"

/* Digits that a quantity may have, leading zeros apart: 128 bits hold them
 * times 1000 times the largest suffix. */
enum { MAX_DIGITS = 17, MAX_EXPONENT = 18 };

static const struct {
    const char *word;
    int exponent;            /* of 10, or of 2 */
    bool binary;
} suffixes[] = {
    { "", 0, false },   { "n", -9, false }, { "u", -6, false },
    { "m", -3, false }, { "k", 3, false },  { "M", 6, false },
    { "G", 9, false },  { "T", 12, false }, { "P", 15, false },
    { "E", 18, false }, { "Ki", 10, true }, { "Mi", 20, true },
    { "Gi", 30, true }, { "Ti", 40, true }, { "Pi", 50, true },
    { "Ei", 60, true },
};

struct decimal {
    unsigned __int128 digits;
    int exponent;            /* of 10 */
    int shift;               /* of 2 */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits with at most one point among them; the rest begins at *at_out. */
static bool read_digits(const char *text, size_t len, struct decimal *d,
                        size_t *at_out)
{
    unsigned nr = 0, significant = 0;
    bool point = false;
    size_t i;

    for (i = 0; i < len && (is_digit(text[i]) || text[i] == '.'); i++) {
        if (text[i] == '.') {
            if (point)
                return false;
            point = true;
            continue;
        }
        nr++;
        significant += d->digits || text[i] != '0';
        if (significant > MAX_DIGITS)
            return false;
        d->digits = d->digits * 10 + (unsigned)(text[i] - '0');
        d->exponent -= point;
    }
    *at_out = i;
    return nr > 0;
}

static bool read_exponent(const char *text, size_t len, struct decimal *d)
{
    int exponent = 0, sign = 1;
    size_t i = 0;

    if (len && (text[0] == '-' || text[0] == '+')) {
        sign = text[0] == '-' ? -1 : 1;
        i++;
    }
    if (i == len)
        return false;
    for (; i < len; i++) {
        if (!is_digit(text[i]))
            return false;
        exponent = exponent * 10 + (text[i] - '0');
        if (exponent > MAX_EXPONENT)
            return false;
    }
    d->exponent += sign * exponent;
    return true;
}

static bool read_suffix(const char *text, size_t len, struct decimal *d)
{
    size_t i;

    for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (strlen(suffixes[i].word) != len ||
            memcmp(suffixes[i].word, text, len))
            continue;
        if (suffixes[i].binary)
            d->shift = suffixes[i].exponent;
        else
            d->exponent += suffixes[i].exponent;
        return true;
    }
    /* "1E" is an exa, "1E3" an exponent. */
    return len > 1 && (text[0] == 'e' || text[0] == 'E') &&
           read_exponent(text + 1, len - 1, d);
}

bool zp__quantity_milli(const char *text, size_t len, uint64_t *milli_out)
{
    struct decimal d = { 0, 3, 0 };
    unsigned __int128 value;
    bool rest = false;
    size_t at;

    if (len && text[0] == '+') {
        text++;
        len--;
    }
    if (!read_digits(text, len, &d, &at) ||
        !read_suffix(text + at, len - at, &d))
        return false;
    value = d.digits;
    for (; d.shift > 0 && value; d.shift--) {
        if (value >> 127)
            return false;
        value <<= 1;
    }
    for (; d.exponent > 0 && value; d.exponent--) {
        if (value > ~(unsigned __int128)0 / 10)
            return false;
        value *= 10;
    }
    for (; d.exponent < 0 && value; d.exponent++) {
        rest |= value % 10 != 0;
        value /= 10;
    }
    value += rest;
    if (value > UINT64_MAX)
        return false;
    *milli_out = (uint64_t)value;
    return true;
}
