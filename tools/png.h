/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What zonectl asks of its PNG module. */
#ifndef ZONECTL_PNG_H
#define ZONECTL_PNG_H

#include <zoneplace.h>

/* "zoneplace_png" of zoneplace-png.so: NULL and bytes for free(), or what went
 * wrong. */
typedef const char *zoneplace_png_fn(const struct zp_picture *pic,
                                     unsigned char **bytes_out,
                                     size_t *len_out);

#endif
