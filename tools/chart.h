/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Charts as SVG, in the middle of an HTML page. Integers only, so that the
 * same numbers give the same bytes. */
#ifndef ZP_TOOLS_CHART_H
#define ZP_TOOLS_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xml;

struct bar {
    char label[48];
    char text[48];           /* behind the bar */
    uint64_t value;
    uint64_t mark;           /* a line at this value; 0: none */
    bool strong;
};
void chart_bars(struct xml *xml, const struct bar *bar, size_t nr);

/* A value in thousandths; beyond 1000 is possible. */
#define CHART_NONE UINT32_MAX

struct heat {
    uint32_t rows, columns;
    char (*row)[32];         /* labels */
    uint32_t *column;        /* firmware ids */
    uint32_t *value;         /* slot row * columns + column */
};
void chart_heat(struct xml *xml, const struct heat *heat, const char *what);

struct line_point {
    uint64_t x;
    uint64_t y;
};
/* @y_max: the top of the axis; @as_percent: its labels. x are milliseconds. */
void chart_line(struct xml *xml, const struct line_point *point, size_t nr,
                uint64_t y_max, bool as_percent);

#endif
