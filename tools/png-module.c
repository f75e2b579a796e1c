/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A picture as PNG, by libcairo. A module of its own: see tools/draw.c. */
#include <cairo.h>
#include <stdlib.h>
#include <string.h>

#include "png.h"

struct bytes {
    unsigned char *buf;
    size_t len, size;
};

static cairo_status_t append(void *closure, const unsigned char *data,
                             unsigned len)
{
    struct bytes *b = closure;

    if (b->len + len > b->size) {
        size_t size = (b->len + len) * 2;
        unsigned char *buf = realloc(b->buf, size);

        if (!buf)
            return CAIRO_STATUS_NO_MEMORY;
        b->buf = buf;
        b->size = size;
    }
    memcpy(b->buf + b->len, data, len);
    b->len += len;
    return CAIRO_STATUS_SUCCESS;
}

static void set_colour(cairo_t *cr, uint32_t colour)
{
    cairo_set_source_rgb(cr, (colour >> 16 & 0xff) / 255.0,
                         (colour >> 8 & 0xff) / 255.0, (colour & 0xff) / 255.0);
}

static void add_path(cairo_t *cr, const struct zp_shape *s, double inset)
{
    double x = s->x + inset, y = s->y + inset, r = s->radius;
    double right = s->x + s->width - inset, end = s->y + s->height - inset;
    const double quarter = 1.57079632679;

    if (!s->radius) {
        cairo_rectangle(cr, x, y, right - x, end - y);
        return;
    }
    cairo_new_sub_path(cr);
    cairo_arc(cr, right - r, y + r, r, -quarter, 0);
    cairo_arc(cr, right - r, end - r, r, 0, quarter);
    cairo_arc(cr, x + r, end - r, r, quarter, 2 * quarter);
    cairo_arc(cr, x + r, y + r, r, 2 * quarter, 3 * quarter);
    cairo_close_path(cr);
}

static void draw_box(cairo_t *cr, const struct zp_shape *s)
{
    double inset = s->stroke == ZP_NO_COLOUR ? 0 : s->stroke_width / 2.0;

    add_path(cr, s, inset);
    if (s->fill != ZP_NO_COLOUR) {
        set_colour(cr, s->fill);
        cairo_fill_preserve(cr);
    }
    if (s->stroke != ZP_NO_COLOUR) {
        set_colour(cr, s->stroke);
        cairo_set_line_width(cr, s->stroke_width);
        cairo_stroke_preserve(cr);
    }
    cairo_new_path(cr);
}

static void draw_text(cairo_t *cr, const struct zp_shape *s)
{
    cairo_text_extents_t extents;
    double room;

    cairo_select_font_face(cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           s->bold ? CAIRO_FONT_WEIGHT_BOLD
                                   : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, s->size);
    cairo_text_extents(cr, s->text, &extents);
    room = s->width - extents.x_advance;
    cairo_move_to(cr, s->x + room * s->align / 2, s->baseline);
    set_colour(cr, s->fill);
    cairo_show_text(cr, s->text);
}

__attribute__((visibility("default")))
zoneplace_png_fn zoneplace_png;

const char *zoneplace_png(const struct zp_picture *pic,
                          unsigned char **bytes_out, size_t *len_out)
{
    struct bytes bytes = { NULL, 0, 0 };
    const struct zp_shape *s;
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_surface_t *surface;
    cairo_status_t status;
    cairo_t *cr;

    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                         (int)zp_picture_width(pic),
                                         (int)zp_picture_height(pic));
    cr = cairo_create(surface);
    /* the widths that the layout counts on */
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
    for (uint32_t i = 0; (s = zp_picture_shape(pic, i)); i++) {
        if (s->kind == ZP_SHAPE_BOX)
            draw_box(cr, s);
        else
            draw_text(cr, s);
    }
    status = cairo_status(cr);
    cairo_destroy(cr);
    if (!status)
        status = cairo_surface_write_to_png_stream(surface, append, &bytes);
    cairo_surface_destroy(surface);
    if (status) {
        free(bytes.buf);
        return cairo_status_to_string(status);
    }
    *bytes_out = bytes.buf;
    *len_out = bytes.len;
    return NULL;
}
