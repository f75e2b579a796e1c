/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the doctor's rules share. */
#ifndef ZP_TESTS_PATIENT_H
#define ZP_TESTS_PATIENT_H

#include <zoneplace-doctor.h>

#include "core.h"

/* A host of which every rule says ok: 8 nodes on two sockets, 128 pcpus. */
struct patient {
    struct fixture f;
    struct zp_setup s;
    struct zp_finding finding[ZP_MAX_FINDINGS];
    size_t nr;
};

#define GOOD_LINE "dom0_mem=4G,max:4G dom0_max_vcpus=4 dom0_nodes=0"

/* Sets a text of a struct zp_setup. */
#define SET(field, value) patient_put(field, sizeof(field), value)
void patient_put(char *to, size_t size, const char *from);
/* What is read of that host, which patient_init() has already. */
void patient_set_up(struct zp_setup *s);
void patient_init(struct patient *p);
/* Asks the doctor anew: what that rule says. */
const struct zp_finding *patient_ask(struct patient *p, const char *rule);

#define ck_finding(p, name, want, want_found, want_change, want_where)    \
    do {                                                                  \
        const struct zp_finding *got_ = patient_ask(p, name);             \
        ck_assert_str_eq(got_->found, want_found);                        \
        ck_assert_str_eq(zp_verdict_name(got_->verdict),                  \
                         zp_verdict_name(want));                          \
        ck_assert_str_eq(got_->change, want_change);                      \
        ck_assert_int_eq(got_->where, want_where);                        \
    } while (0)
#define ck_ok(p, name, found) \
    ck_finding(p, name, ZP_VERDICT_OK, found, "", ZP_WHERE_NONE)
#define ck_change(p, name, found, change, where) \
    ck_finding(p, name, ZP_VERDICT_CHANGE, found, change, where)
#define ck_hint(p, name, found, change, where) \
    ck_finding(p, name, ZP_VERDICT_UNKNOWN, found, change, where)
#define ck_unknown(p, name, found) ck_hint(p, name, found, "", ZP_WHERE_NONE)

#endif
