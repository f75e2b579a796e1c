/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of shapes that a picture is. */
#include <string.h>

#include "render/picture.h"

static struct zp_shape *start(struct zp_picture *pic, const char *part)
{
    uint32_t room = pic->room ? pic->room * 2 : 256;
    struct zp_shape *shape = &pic->spare, *more;

    if (pic->nr == pic->room && !pic->failed) {
        more = realloc(pic->shapes, room * sizeof(*more));
        if (more) {
            pic->shapes = more;
            pic->room = room;
        }
        pic->failed = !more;
    }
    if (!pic->failed)
        shape = &pic->shapes[pic->nr++];
    memset(shape, 0, sizeof(*shape));
    shape->part = part;
    shape->id = shape->to = ZP_UNKNOWN_ID;
    shape->fill = shape->stroke = ZP_NO_COLOUR;
    return shape;
}

struct zp_shape *zp__picture_box(struct zp_picture *pic, const char *part,
                                 uint32_t x, uint32_t y, uint32_t width,
                                 uint32_t height, uint32_t fill)
{
    struct zp_shape *shape = start(pic, part);

    shape->kind = ZP_SHAPE_BOX;
    shape->x = x;
    shape->y = y;
    shape->width = width;
    shape->height = height;
    shape->fill = fill;
    return shape;
}

void zp__set_edge(struct zp_shape *shape, uint32_t colour, uint32_t width)
{
    shape->stroke = colour;
    shape->stroke_width = width;
}

static struct zp_shape *add_text(struct zp_picture *pic, const char *part,
                                 const struct zp__rect *rect, uint32_t size,
                                 bool bold, const char *text)
{
    struct zp_shape *shape = start(pic, part);

    shape->kind = ZP_SHAPE_TEXT;
    shape->x = rect->x;
    shape->y = rect->y;
    shape->width = rect->width;
    shape->height = rect->height;
    shape->size = size;
    shape->bold = bold;
    shape->fill = ZP__INK;
    /* capitals and digits of DejaVu Sans are 0.73 em high */
    shape->baseline = rect->y + (rect->height * 100 + size * 73 + 100) / 200;
    zp__fit_text(text, size, bold, rect->width, shape->text);
    return shape;
}

struct zp_shape *zp__picture_text(struct zp_picture *pic, const char *part,
                                  uint32_t x, uint32_t y, uint32_t width,
                                  uint32_t size, const char *text)
{
    struct zp__rect rect = { x, y, width, zp__line_height(size) };

    return add_text(pic, part, &rect, size, false, text);
}

struct zp_shape *zp__picture_bold(struct zp_picture *pic, const char *part,
                                  uint32_t x, uint32_t y, uint32_t width,
                                  uint32_t size, const char *text)
{
    struct zp__rect rect = { x, y, width, zp__line_height(size) };

    return add_text(pic, part, &rect, size, true, text);
}

struct zp_shape *zp__picture_tag(struct zp_picture *pic, const char *part,
                                 uint32_t id, const struct zp__rect *rect,
                                 uint32_t fill, uint32_t size,
                                 const char *text)
{
    struct zp_shape *shape;

    shape = zp__picture_box(pic, part, rect->x, rect->y, rect->width,
                            rect->height, fill);
    shape->id = id;
    shape->radius = 2;
    shape = add_text(pic, part, rect, size, false, text);
    shape->id = id;
    shape->align = ZP_ALIGN_CENTRE;
    shape->fill = zp__ink_on(fill);
    return pic->failed ? shape : shape - 1;
}

void zp_picture_free(struct zp_picture *pic)
{
    if (!pic)
        return;
    free(pic->shapes);
    free(pic);
}

uint32_t zp_picture_width(const struct zp_picture *pic)
{
    return pic->width;
}

uint32_t zp_picture_height(const struct zp_picture *pic)
{
    return pic->height;
}

uint32_t zp_picture_nr_shapes(const struct zp_picture *pic)
{
    return pic->nr;
}

const struct zp_shape *zp_picture_shape(const struct zp_picture *pic,
                                        uint32_t i)
{
    return i < pic->nr ? &pic->shapes[i] : NULL;
}
