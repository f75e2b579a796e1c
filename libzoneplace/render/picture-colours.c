/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Colours that people who see fewer of them still tell apart. */
#include "render/picture.h"

uint32_t zp__vnode_colour(uint32_t vnode)
{
    /* Okabe and Ito's set without black and blue-grey, then paler ones. A
     * vnode's number always stands beside its colour. */
    static const uint32_t colours[] = {
        0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442, 0x0072b2, 0xd55e00, 0xcc79a7,
        0xf5cf80, 0xaad9f4, 0x80ceb9, 0xf8f2a1, 0x80b9d9, 0xeaaf80, 0xe6bcd3,
    };

    return colours[vnode % (sizeof(colours) / sizeof(colours[0]))];
}

static uint32_t mix(uint32_t from, uint32_t to, uint32_t part, uint32_t whole)
{
    uint32_t colour = 0, shift;

    for (shift = 0; shift < 24; shift += 8) {
        uint32_t a = from >> shift & 0xff, b = to >> shift & 0xff;

        colour |= (a * (whole - part) + b * part) / whole << shift;
    }
    return colour;
}

uint32_t zp__distance_colour(uint32_t rank, uint32_t nr)
{
    /* one hue, its lightness falling evenly: readable in grey, too */
    static const uint32_t stops[] = {
        0xf7fbff, 0xc6dbef, 0x6baed6, 0x2171b5, 0x08306b,
    };
    enum { LAST = sizeof(stops) / sizeof(stops[0]) - 1 };
    uint32_t whole = nr > 1 ? nr - 1 : 1;
    uint32_t stop = rank * LAST / whole;

    if (stop >= LAST)
        return stops[LAST];
    return mix(stops[stop], stops[stop + 1], rank * LAST - stop * whole,
               whole);
}

uint32_t zp__ink_on(uint32_t fill)
{
    /* luma of ITU-R BT.601, in thousandths */
    uint32_t luma = (fill >> 16 & 0xff) * 299 + (fill >> 8 & 0xff) * 587 +
                    (fill & 0xff) * 114;

    return luma > 128000 ? 0x111111 : ZP__PAPER;
}
