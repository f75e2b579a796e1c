/* SPDX-License-Identifier: GPL-2.0-or-later */
/* adopted.h - guests that are no zones and have a record: zonectl adopt */
#ifndef ZP_TOOLS_ADOPTED_H
#define ZP_TOOLS_ADOPTED_H

#include "zonectl.h"

/* What a guest has, in indented lines or as members of an object. */
void adopted_text(struct spool *out, const struct zp_guest_facts *facts);
void adopted_members(struct spool *out, const struct zp_guest_facts *facts);

/* verify and stat for the guest of that name, NULL: all. With @json what is
 * added is an element of a list for each. NOTFOUND: there is none. */
int adopted_verify(struct ctl *ctl, const char *which, size_t *nr_differ,
                   struct zp_error *first, struct zp_error *err);
int adopted_stat(struct ctl *ctl, const char *which, enum zp_count count,
                 struct zp_error *err);

/* The report's lines as a JSON list; their first word is the "ok". */
void add_checks(struct spool *out, const char *report);

#endif
