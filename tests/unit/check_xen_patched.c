/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What answers to the private domctls mean. The calls are in the lab. */
#include <errno.h>
#include <string.h>

#include <check.h>

#include "../suite.h"
#include "xen/patched.h"

START_TEST(answers)
{
    uint32_t sent = ZP_VCPU_TOPOLOGY_SIGNATURE;

    ck_assert_int_eq(zp__domctl_answer(0, 0, sent, ~sent), ZP__THERE);
    /* with the signature, an error is the call's own */
    ck_assert_int_eq(zp__domctl_answer(-1, EACCES, sent, ~sent), ZP__THERE);
    /* another vendor's call of this number */
    ck_assert_int_eq(zp__domctl_answer(0, 0, sent, sent), ZP__ABSENT);
    ck_assert_int_eq(zp__domctl_answer(0, EPERM, sent, sent), ZP__ABSENT);
    ck_assert_int_eq(zp__domctl_answer(-1, EINVAL, sent, sent), ZP__ABSENT);
    ck_assert_int_eq(zp__domctl_answer(-1, ENOSYS, sent, sent), ZP__ABSENT);
    ck_assert_int_eq(zp__domctl_answer(-1, EOPNOTSUPP, sent, sent),
                     ZP__ABSENT);
    ck_assert_int_eq(zp__domctl_answer(-1, EPERM, sent, sent), ZP__BARRED);
    ck_assert_int_eq(zp__domctl_answer(-1, EACCES, sent, sent), ZP__BARRED);
}
END_TEST

START_TEST(tiers)
{
    enum zp__answer a[ZP__NR_CALLS];
    char note[160];
    unsigned i;

    for (i = 0; i < 27; i++) {
        a[0] = i % 3;
        a[1] = i / 3 % 3;
        a[2] = i / 9;
        ck_assert_int_eq(zp__tier_of(a), a[ZP__CALL_TOPOLOGY] == ZP__THERE &&
                                         a[ZP__CALL_POLICY] == ZP__THERE);
        zp__tier_note(a, note, sizeof(note));
        ck_assert_int_eq(*note == '\0', i == 0 || i == 13);
        ck_assert_int_eq(strstr(note, "barred by XSM") != NULL,
                         a[0] == ZP__BARRED || a[1] == ZP__BARRED ||
                             a[2] == ZP__BARRED);
        zp__tier_note(a, note, 8);
        ck_assert_uint_lt(strlen(note), 8);
    }
    a[0] = ZP__THERE;
    a[1] = ZP__ABSENT;
    a[2] = ZP__BARRED;
    zp__tier_note(a, note, sizeof(note));
    ck_assert_str_eq(note, "numa residency missing, numa policy barred by "
                           "XSM");
}
END_TEST

/* Of a PV guest the call is refused; dom0's pages are counted by the key. */
START_TEST(counted_by_the_call)
{
    libxl_dominfo info = { .domid = 3, .domain_type = LIBXL_DOMAIN_TYPE_HVM };

    ck_assert(zp__residency_of(ZP__THERE, &info));
    ck_assert(!zp__residency_of(ZP__ABSENT, &info));
    ck_assert(!zp__residency_of(ZP__BARRED, &info));
    info.domain_type = LIBXL_DOMAIN_TYPE_PVH;
    ck_assert(zp__residency_of(ZP__THERE, &info));
    info.domain_type = LIBXL_DOMAIN_TYPE_PV;
    ck_assert(!zp__residency_of(ZP__THERE, &info));
    info.domain_type = LIBXL_DOMAIN_TYPE_HVM;
    info.domid = 0;
    ck_assert(!zp__residency_of(ZP__THERE, &info));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("xen domctl");
    TCase *tc = tcase_create("domctl");

    tcase_add_test(tc, answers);
    tcase_add_test(tc, tiers);
    tcase_add_test(tc, counted_by_the_call);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
