/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A picture as SVG 1.1 (W3C): plain shapes, no styles, no scripts. */
#include <string.h>

#include "render/picture.h"

static void add_escaped(struct zp__text *t, const char *text)
{
    size_t len;

    while (*text) {
        for (len = 0; text[len] && !strchr("<>&\"", text[len]); len++)
            ;
        zp__text_add(t, "%.*s", (int)len, text);
        text += len;
        if (*text)
            zp__text_add(t, "&#%u;", (unsigned)*text++);
    }
}

static void add_colour(struct zp__text *t, const char *name, uint32_t colour)
{
    if (colour == ZP_NO_COLOUR)
        zp__text_add(t, " %s=\"none\"", name);
    else
        zp__text_add(t, " %s=\"#%06x\"", name, colour);
}

static void add_ids(struct zp__text *t, const struct zp_shape *shape)
{
    zp__text_add(t, " class=\"%s\"", shape->part);
    if (shape->id != ZP_UNKNOWN_ID)
        zp__text_add(t, " data-id=\"%u\"", shape->id);
    if (shape->to != ZP_UNKNOWN_ID)
        zp__text_add(t, " data-to=\"%u\"", shape->to);
}

/* In half pixels: SVG strokes both sides of an edge, ours lie inside. */
static void add_length(struct zp__text *t, const char *name, uint32_t halves)
{
    zp__text_add(t, " %s=\"%u%s\"", name, halves / 2,
                 halves % 2 ? ".5" : "");
}

static void add_box(struct zp__text *t, const struct zp_shape *shape)
{
    uint32_t inset = shape->stroke == ZP_NO_COLOUR ? 0 : shape->stroke_width;

    zp__text_add(t, "<rect");
    add_ids(t, shape);
    add_length(t, "x", 2 * shape->x + inset);
    add_length(t, "y", 2 * shape->y + inset);
    add_length(t, "width", 2 * (shape->width - inset));
    add_length(t, "height", 2 * (shape->height - inset));
    if (shape->radius)
        zp__text_add(t, " rx=\"%u\"", shape->radius);
    add_colour(t, "fill", shape->fill);
    if (inset) {
        add_colour(t, "stroke", shape->stroke);
        if (inset != 1)
            zp__text_add(t, " stroke-width=\"%u\"", inset);
    }
    if (!shape->text[0]) {
        zp__text_add(t, "/>\n");
        return;
    }
    zp__text_add(t, "><title>");
    add_escaped(t, shape->text);
    zp__text_add(t, "</title></rect>\n");
}

static void add_text(struct zp__text *t, const struct zp_shape *shape)
{
    static const char *const anchors[] = {
        "", " text-anchor=\"middle\"", " text-anchor=\"end\"",
    };

    zp__text_add(t, "<text");
    add_ids(t, shape);
    add_length(t, "x", 2 * shape->x + shape->width * shape->align);
    zp__text_add(t, " y=\"%u\" font-size=\"%u\"%s%s", shape->baseline,
                 shape->size, anchors[shape->align],
                 shape->bold ? " font-weight=\"bold\"" : "");
    add_colour(t, "fill", shape->fill);
    zp__text_add(t, ">");
    add_escaped(t, shape->text);
    zp__text_add(t, "</text>\n");
}

int zp_picture_to_svg(const struct zp_picture *pic, char **text_out,
                      struct zp_error *err)
{
    struct zp__text t = ZP__TEXT_INIT;
    uint32_t i;

    zp__text_add(&t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" "
                 "width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\" "
                 "font-family=\"DejaVu Sans, Verdana, Arial, sans-serif\">\n",
                 pic->width, pic->height, pic->width, pic->height);
    for (i = 0; i < pic->nr; i++) {
        if (pic->shapes[i].kind == ZP_SHAPE_BOX)
            add_box(&t, &pic->shapes[i]);
        else
            add_text(&t, &pic->shapes[i]);
    }
    zp__text_add(&t, "</svg>\n");
    return zp__text_take(&t, text_out, err);
}
