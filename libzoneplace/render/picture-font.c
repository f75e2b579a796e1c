/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How wide text is, and text that fits. */
#include <stdio.h>
#include <string.h>

#include "render/picture.h"

/* Advance widths of DejaVu Sans 2.37 in 1/1000 of the size, from ' ' to '~'. */
static const uint16_t widths[] = {
    318, 401, 460, 838, 636, 951, 780, 275, 390, 390, 500, 838, 318, 361, 318,
    337, 636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838,
    838, 531, 1000, 684, 686, 699, 770, 632, 576, 775, 752, 295, 295, 656,
    557, 863, 748, 787, 603, 787, 696, 635, 611, 732, 684, 989, 685, 611, 685,
    390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278,
    278, 579, 278, 974, 634, 612, 635, 635, 412, 521, 392, 634, 592, 819, 592,
    592, 525, 636, 337, 636, 838,
};

enum {
    WIDE = 1100,             /* what is not ASCII: as wide as any letter */
    BOLD_PERCENT = 116,
};

static bool is_tail(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Bytes of the UTF-8 sequence at @text; 0 if it is none that XML takes. */
static size_t utf8_len(const char *text)
{
    const unsigned char *b = (const unsigned char *)text;

    if (b[0] < 0x80)
        return b[0] >= 0x20 && b[0] != 0x7f ? 1 : 0;
    if (b[0] >= 0xc2 && b[0] < 0xe0)
        return is_tail(b[1]) && (b[0] > 0xc2 || b[1] >= 0xa0) ? 2 : 0;
    if (b[0] >= 0xe0 && b[0] < 0xf0) {
        if (!is_tail(b[1]) || !is_tail(b[2]))
            return 0;
        if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] >= 0xa0))
            return 0;        /* overlong, surrogates */
        return b[0] == 0xef && b[1] == 0xbf && b[2] >= 0xbe ? 0 : 3;
    }
    if (b[0] >= 0xf0 && b[0] < 0xf5) {
        if (!is_tail(b[1]) || !is_tail(b[2]) || !is_tail(b[3]))
            return 0;
        if ((b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] >= 0x90))
            return 0;        /* overlong, above U+10FFFF */
        return 4;
    }
    return 0;
}

static uint32_t advance(unsigned char byte)
{
    if (is_tail(byte))
        return 0;
    return byte >= ' ' && byte <= '~' ? widths[byte - ' '] : WIDE;
}

static uint32_t pixels(uint32_t thousandths, uint32_t size, bool bold)
{
    uint32_t percent = bold ? BOLD_PERCENT : 100;

    return (thousandths * size * percent + 99999) / 100000;
}

uint32_t zp__text_width(const char *text, uint32_t size, bool bold)
{
    uint32_t sum = 0;

    for (; *text; text++)
        sum += advance((unsigned char)*text);
    return pixels(sum, size, bold);
}

uint32_t zp__line_height(uint32_t size)
{
    return size + size / 3;
}

/* @text as XML may have it. False if it did not fit @out. */
static bool clean(const char *text, char out[ZP_SHAPE_TEXT_LEN])
{
    size_t len = 0, n;

    while (*text) {
        n = utf8_len(text);
        if (len + (n ? n : 1) >= ZP_SHAPE_TEXT_LEN - 2)
            break;
        if (n)
            memcpy(out + len, text, n);
        else
            out[len] = '?';
        n = n ? n : 1;
        len += n;
        text += n;
    }
    out[len] = '\0';
    return !*text;
}

void zp__fit_text(const char *text, uint32_t size, bool bold, uint32_t width,
                  char out[ZP_SHAPE_TEXT_LEN])
{
    bool whole = clean(text, out);
    size_t len = strlen(out);

    if (whole && zp__text_width(out, size, bold) <= width)
        return;
    for (;;) {
        memcpy(out + len, "..", 3);
        if (!len || zp__text_width(out, size, bold) <= width)
            break;
        do
            len--;
        while (len && is_tail((unsigned char)out[len]));
    }
    if (!len && zp__text_width(out, size, bold) > width)
        out[0] = '\0';
}
