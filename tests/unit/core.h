/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the unit tests of the core share. */
#ifndef ZP_TESTS_CORE_H
#define ZP_TESTS_CORE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoneplace.h>

#include "../lib/gen.h"
#include "../suite.h"

/* The call fails with this code, limit and message. */
#define ck_fails(call, want_code, want_limit, want_msg)         \
    do {                                                        \
        struct zp_error err;                                    \
        memset(&err, 0, sizeof(err));                           \
        ck_assert_int_eq(call, want_code);                      \
        ck_assert_int_eq(err.code, want_code);                  \
        ck_assert_str_eq(err.limit, want_limit);                \
        ck_assert_str_eq(err.msg, want_msg);                    \
    } while (0)

#define ck_works(call)                                          \
    do {                                                        \
        struct zp_error err;                                    \
        err.msg[0] = '\0';                                      \
        int ck_rc_ = call;                                      \
        ck_assert_msg(!ck_rc_, "%s: %d %s", #call, ck_rc_, err.msg); \
    } while (0)

/* A host that tests change before they build it. */
struct fixture {
    struct gen_host host;
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp_request req;
    struct zp_plan plan;
};

/* 8 nodes in two sockets, 16 pcpus and 16 GiB each. */
void fixture_init(struct fixture *f);
void fixture_build(struct fixture *f);
void fixture_clear(struct fixture *f);
/* Builds it and places its request. */
int fixture_place(struct fixture *f, struct zp_error *err);
/* A device at that node, or at none that is known, which the request is to be
 * near. */
void fixture_device(struct fixture *f, const char *busid, uint32_t os_id,
                    uint32_t weight);
/* What zp_plan_why() and zp_plan_warnings() are. */
typedef int fixture_words(const struct zp_topology *, const struct zp_load *,
                          const struct zp_request *, const struct zp_plan *,
                          char **, struct zp_error *);
/* These words of its plan, to be freed; that they have a part, or have not. */
char *fixture_text(const struct fixture *f, fixture_words *words);
void fixture_says(const struct fixture *f, fixture_words *words,
                  const char *part);
void fixture_says_no(const struct fixture *f, fixture_words *words,
                     const char *part);

/* MiB of a zone that a node with @free_kib holds beside the overhead of a
 * zone of @ids vcpu ids and @mem_kib on @k nodes. */
unsigned long long room_mib(uint64_t free_kib, uint32_t ids, uint64_t mem_kib,
                            uint32_t k);

#endif
