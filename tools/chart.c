/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "chart.h"
#include "xml-out.h"

typedef unsigned long long ull;

enum {
    LABEL = 170,             /* width of the labels at the left */
    WIDTH = 920,
    BAR = 18, BAR_STEP = 26,
    ROW = 22,
    PLOT_LEFT = 60, PLOT_HEIGHT = 200, PLOT_BOTTOM = 24,
    TICKS = 6,
};

static void open_svg(struct xml *xml, unsigned width, unsigned height,
                     const char *what)
{
    xml_open(xml, "svg");
    xml_attr(xml, "xmlns", "http://www.w3.org/2000/svg");
    xml_attr(xml, "viewBox", "0 0 %u %u", width, height);
    xml_attr(xml, "width", "%u", width);
    xml_attr(xml, "height", "%u", height);
    xml_attr(xml, "role", "img");
    xml_attr(xml, "aria-label", "%s", what);
}

static void rect(struct xml *xml, uint64_t x, uint64_t y, uint64_t width,
                 uint64_t height, const char *class)
{
    xml_open(xml, "rect");
    xml_attr(xml, "x", "%llu", (ull)x);
    xml_attr(xml, "y", "%llu", (ull)y);
    xml_attr(xml, "width", "%llu", (ull)width);
    xml_attr(xml, "height", "%llu", (ull)height);
    if (class)
        xml_attr(xml, "class", "%s", class);
}

static void text(struct xml *xml, uint64_t x, uint64_t y, const char *anchor,
                 const char *class, const char *what)
{
    xml_open(xml, "text");
    xml_attr(xml, "x", "%llu", (ull)x);
    xml_attr(xml, "y", "%llu", (ull)y);
    xml_attr(xml, "text-anchor", "%s", anchor);
    if (class)
        xml_attr(xml, "class", "%s", class);
    xml_text(xml, "%s", what);
    xml_close(xml);
}

static uint64_t scale(uint64_t value, uint64_t max, uint64_t width)
{
    return max ? (uint64_t)((unsigned __int128)value * width / max) : 0;
}

void chart_bars(struct xml *xml, const struct bar *bar, size_t nr)
{
    const unsigned room = WIDTH - LABEL - 190;
    uint64_t max = 1, y;
    size_t i;

    for (i = 0; i < nr; i++) {
        max = bar[i].value > max ? bar[i].value : max;
        max = bar[i].mark > max ? bar[i].mark : max;
    }
    open_svg(xml, WIDTH, (unsigned)nr * BAR_STEP + 8, "bars");
    for (i = 0; i < nr; i++) {
        uint64_t end = scale(bar[i].value, max, room);

        y = i * BAR_STEP + 4;
        text(xml, LABEL - 8, y + 13, "end", NULL, bar[i].label);
        rect(xml, LABEL, y, end, BAR, bar[i].strong ? "bar strong" : "bar");
        xml_close(xml);
        if (bar[i].mark) {
            uint64_t at = scale(bar[i].mark, max, room);

            rect(xml, LABEL + at, y - 2, 2, BAR + 4, "mark");
            xml_close(xml);
            end = at > end ? at : end;
        }
        text(xml, LABEL + end + 8, y + 13, "start", "small", bar[i].text);
    }
    xml_close(xml);
}

/* White to dark blue; what is beyond full is red. */
static void colour(uint32_t value, char buf[8])
{
    static const unsigned char stops[][3] = {
        { 0xf7, 0xfb, 0xff }, { 0xc6, 0xdb, 0xef }, { 0x6b, 0xae, 0xd6 },
        { 0x21, 0x71, 0xb5 }, { 0x08, 0x30, 0x6b },
    };
    unsigned i, part, c[3];

    if (value > 1000) {
        snprintf(buf, 8, "#b2182b");
        return;
    }
    i = value / 250 < 4 ? value / 250 : 3;
    part = value - i * 250;
    for (unsigned k = 0; k < 3; k++)
        c[k] = (stops[i][k] * (250 - part) + stops[i + 1][k] * part) / 250;
    snprintf(buf, 8, "#%02x%02x%02x", c[0] & 0xff, c[1] & 0xff, c[2] & 0xff);
}

static void heat_cell(struct xml *xml, uint64_t x, uint64_t y, unsigned width,
                      uint32_t value, const char *where)
{
    char fill[8], words[16];

    rect(xml, x, y, width - 1, ROW - 1, value == CHART_NONE ? "none" : NULL);
    if (value != CHART_NONE) {
        colour(value, fill);
        xml_attr(xml, "fill", "%s", fill);
    }
    xml_open(xml, "title");
    if (value == CHART_NONE)
        xml_text(xml, "%s: none", where);
    else
        xml_text(xml, "%s: %u.%u %%", where, value / 10, value % 10);
    xml_close(xml);
    xml_close(xml);
    if (value == CHART_NONE || width < 30)
        return;
    snprintf(words, sizeof(words), "%u", (value + 5) / 10);
    text(xml, x + width / 2, y + 15, "middle",
         value > 420 ? "small light" : "small", words);
}

void chart_heat(struct xml *xml, const struct heat *heat, const char *what)
{
    unsigned width = heat->columns ? (WIDTH - LABEL) / heat->columns : 48;
    char words[64];
    uint32_t row, column;

    width = width > 48 ? 48 : width;
    open_svg(xml, LABEL + width * heat->columns + 4,
             (heat->rows + 1) * ROW + 4, what);
    for (column = 0; column < heat->columns; column++) {
        /* As many names as there is room for. */
        if (width < 24 && column % 4)
            continue;
        snprintf(words, sizeof(words), "%u", heat->column[column]);
        text(xml, LABEL + column * width + width / 2, 15, "middle", "small",
             words);
    }
    text(xml, LABEL - 8, 15, "end", "small", "pnode");
    for (row = 0; row < heat->rows; row++) {
        uint64_t y = (row + 1) * ROW;

        text(xml, LABEL - 8, y + 15, "end", "small", heat->row[row]);
        for (column = 0; column < heat->columns; column++) {
            snprintf(words, sizeof(words), "%s, pnode %u", heat->row[row],
                     heat->column[column]);
            heat_cell(xml, LABEL + column * width, y, width,
                      heat->value[row * heat->columns + column], words);
        }
    }
    xml_close(xml);
}

static void time_words(uint64_t ms, uint64_t range_ms, char *buf, size_t size)
{
    uint64_t minutes = ms / 60000;

    if (range_ms >= (uint64_t)4 * 86400000)
        snprintf(buf, size, "%llu d", (ull)(minutes / 1440));
    else if (range_ms >= (uint64_t)4 * 3600000)
        snprintf(buf, size, "%llu h", (ull)(minutes / 60));
    else if (range_ms >= (uint64_t)4 * 60000)
        snprintf(buf, size, "%llu min", (ull)minutes);
    else
        snprintf(buf, size, "%llu s", (ull)(ms / 1000));
}

static void axes(struct xml *xml, uint64_t first, uint64_t last,
                 uint64_t y_max, bool as_percent)
{
    char words[32];
    unsigned i;

    for (i = 0; i <= 4; i++) {
        unsigned y = 8 + PLOT_HEIGHT - PLOT_HEIGHT * i / 4;

        rect(xml, PLOT_LEFT, y, WIDTH - PLOT_LEFT - 20, 1, "grid");
        xml_close(xml);
        if (as_percent)
            snprintf(words, sizeof(words), "%u %%", i * 25);
        else
            snprintf(words, sizeof(words), "%llu", (ull)(y_max * i / 4));
        text(xml, PLOT_LEFT - 6, y + 4, "end", "small", words);
    }
    for (i = 0; i < TICKS; i++) {
        uint64_t x = PLOT_LEFT +
                     (uint64_t)(WIDTH - PLOT_LEFT - 20) * i / (TICKS - 1);

        time_words((last - first) / (TICKS - 1) * i, last - first, words,
                   sizeof(words));
        text(xml, x, PLOT_HEIGHT + PLOT_BOTTOM, i + 1 == TICKS ? "end" :
             i ? "middle" : "start", "small", words);
    }
}

/* At least @max, and a quarter of it is 1, 2, 2.5 or 5 times a power of 10. */
static uint64_t round_up(uint64_t max)
{
    uint64_t unit = 10;

    while (unit * 10 < max && unit < UINT64_MAX / 1000)
        unit *= 10;
    if (max <= unit * 4 / 10)
        return unit * 4 / 10;
    if (max <= unit * 4 / 5)
        return unit * 4 / 5;
    if (max <= unit)
        return unit;
    if (max <= unit * 2)
        return unit * 2;
    if (max <= unit * 4)
        return unit * 4;
    return max <= unit * 8 ? unit * 8 : unit * 10;
}

void chart_line(struct xml *xml, const struct line_point *point, size_t nr,
                uint64_t y_max, bool as_percent)
{
    struct spool path CLEANUP(spool_clear) = { 0 };
    uint64_t first = nr ? point[0].x : 0;
    uint64_t last = nr ? point[nr - 1].x : 0, x = PLOT_LEFT, y;
    size_t i;

    if (!as_percent)
        y_max = round_up(y_max);
    open_svg(xml, WIDTH, PLOT_HEIGHT + PLOT_BOTTOM + 8, "line");
    axes(xml, first, last, y_max, as_percent);
    spool_add(&path, "M%u %u", PLOT_LEFT, 8 + PLOT_HEIGHT);
    for (i = 0; i < nr; i++) {
        x = PLOT_LEFT + scale(point[i].x - first, last - first,
                              WIDTH - PLOT_LEFT - 20);
        y = 8 + PLOT_HEIGHT - scale(point[i].y > y_max ? y_max : point[i].y,
                                    y_max, PLOT_HEIGHT);
        spool_add(&path, "L%llu %llu", (ull)x, (ull)y);
    }
    spool_add(&path, "L%llu %uZ", (ull)x, 8 + PLOT_HEIGHT);
    xml_open(xml, "path");
    xml_attr(xml, "class", "area");
    xml_attr(xml, "d", "%s", path.buf);
    xml_close(xml);
    xml_close(xml);
}
