/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Well-formed XML by libxml2's writer, which is loaded when it is needed. The
 * first failure sticks; xml_end() tells it.
 */
#ifndef ZP_TOOLS_XML_OUT_H
#define ZP_TOOLS_XML_OUT_H

#include "zonectl.h"

struct xml;

/* UNSUPPORTED without libxml2, NOMEM. */
int xml_begin(struct xml **xml_out, struct zp_error *err);
void xml_open(struct xml *xml, const char *name);
/* Of the element that was opened last, before anything is in it. */
void xml_attr(struct xml *xml, const char *name, const char *fmt, ...)
    PRINTF(3, 4);
/* Escaped; bytes that XML can't have become '?'. */
void xml_text(struct xml *xml, const char *fmt, ...) PRINTF(2, 3);
void xml_close(struct xml *xml);
/* An element with nothing but text. */
void xml_leaf(struct xml *xml, const char *name, const char *fmt, ...)
    PRINTF(3, 4);
/* Moves the document, after @head, into @out and frees @xml. NOMEM. */
int xml_end(struct xml *xml, const char *head, struct spool *out,
            struct zp_error *err);

#endif
