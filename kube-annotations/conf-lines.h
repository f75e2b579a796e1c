/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration files: "key = value" lines; '#' begins a comment. Pure. */
#ifndef ZK_CONF_LINES_H
#define ZK_CONF_LINES_H

#include <zoneplace.h>

struct zk_conf_lines {
    const char *path;            /* for what is said of it */
    char *rest;
    unsigned nr;                 /* of the line that was given last */
};

/* @text, which is changed, ends with a NUL behind its @len bytes. PARSE: there
 * is one among them. */
int zk_conf_lines_over(struct zk_conf_lines *lines, const char *path,
                       char *text, size_t len, struct zp_error *err);

/* 1: key and value, without blanks around them, in the text. 0: no more.
 * PARSE, with the file and the line. */
int zk_conf_next(struct zk_conf_lines *lines, const char **key_out,
                 const char **value_out, struct zp_error *err);

/* Is the value a number from 1 to @most? */
bool zk_conf_number(const char *value, unsigned most, unsigned *number_out);

#endif
