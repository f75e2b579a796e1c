/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the renderers of text share. */
#ifndef ZP_RENDER_RENDER_H
#define ZP_RENDER_RENDER_H

#include "internal.h"

/* "512 MiB", "31.2 GiB": one decimal, rounded down. */
void zp__add_size(struct zp__text *t, uint64_t kib);
void zp__add_pcpus(struct zp__text *t, const struct zp_pcpuset *set);
/* Blanks, until @width bytes stand behind offset @from. */
void zp__pad(struct zp__text *t, size_t from, size_t width);
const char *zp__strategy_word(enum zp_strategy strategy);

#endif
