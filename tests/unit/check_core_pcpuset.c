/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core.h"

struct text_case {
    const char *text;
    const char *canonical;
    uint32_t count;
};

static const struct text_case good[] = {
    { "", "", 0 },
    { "  ", "", 0 },
    { "0", "0", 1 },
    { "4095", "4095", 1 },
    { "0-4095", "0-4095", 4096 },
    { "0-5,48,50-53", "0-5,48,50-53", 11 },
    { " 5 , 3-4 ,1", "1,3-5", 4 },
    { "3,3,2-4", "2-4", 3 },
    { "63,64", "63-64", 2 },
    { "0-0", "0", 1 },
    { "1,2\n", "1-2", 2 },
};

START_TEST(parses)
{
    const struct text_case *c = &good[_i];
    struct zp_pcpuset set, again;
    char buf[64];

    ck_works(zp_pcpuset_parse(c->text, strlen(c->text), &set, &err));
    ck_assert_uint_eq(zp_pcpuset_count(&set), c->count);
    ck_assert_uint_eq(zp_pcpuset_format(&set, buf, sizeof(buf)),
                      strlen(c->canonical));
    ck_assert_str_eq(buf, c->canonical);
    ck_works(zp_pcpuset_parse(buf, strlen(buf), &again, &err));
    ck_assert_mem_eq(&set, &again, sizeof(set));
}
END_TEST

struct bad_case {
    const char *text;
    int code;
    const char *msg;
};

static const struct bad_case bad[] = {
    { "x", ZP_ERR_PARSE, "pcpu list: a number is missing at column 1" },
    { "1,", ZP_ERR_PARSE, "pcpu list: a number is missing at column 3" },
    { ",1", ZP_ERR_PARSE, "pcpu list: a number is missing at column 1" },
    { "1 2", ZP_ERR_PARSE, "pcpu list: a comma is missing at column 3" },
    { "1-", ZP_ERR_PARSE, "pcpu list: a number is missing at column 3" },
    { "5-3", ZP_ERR_PARSE,
      "pcpu list: range 5-3 at column 1 runs backwards" },
    { "4096", ZP_ERR_RANGE,
      "pcpu list: the number at column 1 is beyond 4095" },
    { "0,99999999999999999999", ZP_ERR_RANGE,
      "pcpu list: the number at column 3 is beyond 4095" },
    { "-1", ZP_ERR_PARSE, "pcpu list: a number is missing at column 1" },
};

START_TEST(refuses)
{
    const struct bad_case *c = &bad[_i];
    struct zp_pcpuset set, before;

    memset(&set, 0x5a, sizeof(set));
    before = set;
    ck_fails(zp_pcpuset_parse(c->text, strlen(c->text), &set, &err), c->code,
             "pcpus", c->msg);
    ck_assert_mem_eq(&set, &before, sizeof(set));
    ck_assert_int_eq(zp_pcpuset_parse(c->text, strlen(c->text), &set, NULL),
                     c->code);
}
END_TEST

START_TEST(stops_at_len)
{
    struct zp_pcpuset set;

    ck_works(zp_pcpuset_parse("123", 2, &set, &err));
    ck_assert(zp_pcpuset_has(&set, 12));
    ck_assert_uint_eq(zp_pcpuset_count(&set), 1);
}
END_TEST

START_TEST(formats_into_any_room)
{
    struct zp_pcpuset set;
    char buf[8];
    size_t size;

    ck_works(zp_pcpuset_parse("0-5,48", 6, &set, &err));
    ck_assert_uint_eq(zp_pcpuset_format(&set, NULL, 0), 6);
    for (size = 1; size < sizeof(buf); size++) {
        memset(buf, 'x', sizeof(buf));
        ck_assert_uint_eq(zp_pcpuset_format(&set, buf, size), 6);
        ck_assert(!strncmp(buf, "0-5,48", size - 1));
        ck_assert_int_eq(buf[size - 1], '\0');
        ck_assert_int_eq(buf[7], 'x');
    }
}
END_TEST

START_TEST(members)
{
    struct zp_pcpuset a, b;

    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    ck_assert_uint_eq(zp_pcpuset_next(&a, 0), ZP_UNKNOWN_ID);
    zp_pcpuset_add(&a, 63);
    zp_pcpuset_add(&a, 4095);
    zp_pcpuset_add(&a, 4096);
    ck_assert_uint_eq(zp_pcpuset_count(&a), 2);
    ck_assert_uint_eq(zp_pcpuset_next(&a, 0), 63);
    ck_assert_uint_eq(zp_pcpuset_next(&a, 64), 4095);
    ck_assert_uint_eq(zp_pcpuset_next(&a, 4096), ZP_UNKNOWN_ID);
    ck_assert(!zp_pcpuset_has(&a, 4096));
    ck_assert(!zp_pcpuset_has(&a, UINT32_MAX));
    ck_assert(!zp_pcpuset_intersects(&a, &b));
    zp_pcpuset_add(&b, 4095);
    ck_assert(zp_pcpuset_intersects(&a, &b));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pcpuset");
    TCase *tcase = tcase_create("pcpuset");

    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, parses, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tcase, refuses, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tcase, stops_at_len);
    tcase_add_test(tcase, formats_into_any_room);
    tcase_add_test(tcase, members);
    return suite_run(suite);
}
