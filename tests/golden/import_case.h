/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of importers share. */
#ifndef IMPORT_CASE_H
#define IMPORT_CASE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoneplace.h>

/* Of the last import. */
extern struct zp_topology *topo;
extern struct zp_load *load;
extern struct zp_error err;

/* Two nodes that many texts are of, as judge() writes them. */
#define BOTH "0:0-1:4096:2048 1:2-3:4096:3072"

/* One text: what it comes to. */
struct import_case {
    const char *text;
    int code;
    const char *says;        /* in the refusal, or in a warning; or NULL */
    const char *nodes;       /* "id:pcpus:mem:free ...", if it is read */
};

void clear(void);
/* Into topo and load; what was there goes. */
int import(const char *text, size_t len);
/* Does a warning hold @word? */
bool warned(const char *word);
/* Is that what came of it? */
void judge(const struct import_case *c, int rc);
void run_case(const struct import_case *c);
/* Each allocation fails once. */
void import_without_memory(const char *text, size_t len);
int run_tests(TCase *tcase);

#define ADD_CASES(tcase, test, list)                                    \
    tcase_add_loop_test(tcase, test, 0, sizeof(list) / sizeof((list)[0]))

#endif
