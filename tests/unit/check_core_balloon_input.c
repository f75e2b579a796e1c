/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a balloon daemon is told: by its operator, and by guests. */
#include "core.h"

static struct zp_balloon_config config;

static void setup(void)
{
    zp_balloon_config_init(&config);
}

START_TEST(configs)
{
    ck_works(zp_balloon_config_check(&config, &err));
    config.hysteresis_percent = 70;
    ck_fails(zp_balloon_config_check(&config, &err), ZP_ERR_RANGE, "balloon",
             "zones grow at 70 % used less 70 %: not in 1..100");
    config.hysteresis_percent = 10;
    config.shrink_free_percent = 30;
    ck_fails(zp_balloon_config_check(&config, &err), ZP_ERR_RANGE, "balloon",
             "zones shrink at 30 % free: not in 31..100, they would grow "
             "again");
    config.shrink_free_percent = 90;
    config.donor_free_percent = 101;
    ck_fails(zp_balloon_config_check(&config, &err), ZP_ERR_RANGE, "balloon",
             "zones give at 101 % free: not in 31..100");
    config.donor_free_percent = 50;
    config.slew_kib = 0;
    ck_assert_int_eq(zp_balloon_config_check(&config, NULL), ZP_ERR_RANGE);
    config.grow_used_percent = 101; /* the first that is wrong is named */
    ck_fails(zp_balloon_config_check(&config, &err), ZP_ERR_RANGE, "balloon",
             "zones grow at 101 % used less 10 %: not in 1..100");
}
END_TEST

/* Each number at its limit, and one beyond. */
START_TEST(config_limits)
{
    struct zp_balloon_config *c = &config;
    const struct {
        void *field;
        size_t size;
        uint64_t good, bad;
    } limits[] = {
        { &c->grow_used_percent, 4, 100, 101 },
        { &c->grow_used_percent, 4, 51, 50 }, /* donors: above 100 - it */
        { &c->hysteresis_percent, 4, 69, 70 },
        { &c->shrink_free_percent, 4, 100, 101 },
        { &c->shrink_free_percent, 4, 31, 30 },
        { &c->donor_free_percent, 4, 100, 101 },
        { &c->donor_free_percent, 4, 31, 30 },
        { &c->step_percent, 4, 1000, 1001 },
        { &c->step_percent, 4, 0, 1001 },
        { &c->step_min_kib, 8, 1, 0 },
        { &c->step_min_kib, 8, ZP_MAX_MEM_KIB, ZP_MAX_MEM_KIB + 1 },
        { &c->slew_kib, 8, 1, 0 },
        { &c->slew_kib, 8, ZP_MAX_MEM_KIB, ZP_MAX_MEM_KIB + 1 },
        { &c->floor_kib, 8, ZP_MAX_MEM_KIB, ZP_MAX_MEM_KIB + 1 },
    };
    size_t i;

    for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        zp_balloon_config_init(&config);
        memcpy(limits[i].field, &limits[i].good, limits[i].size);
        ck_works(zp_balloon_config_check(&config, &err));
        memcpy(limits[i].field, &limits[i].bad, limits[i].size);
        ck_assert_msg(zp_balloon_config_check(&config, NULL) == ZP_ERR_RANGE,
                      "limit %zu", i);
    }
}
END_TEST

/* ---- reports --------------------------------------------------------------- */

static const struct {
    const char *text;
    size_t len;
    int code;
    uint64_t used;
} reports[] = {
#define R(text, code, used) { text, sizeof(text) - 1, code, used }
    R("524288 500000 300000 400000", ZP_OK, 124288),
    R("524288 500000 300000 400000\n", ZP_OK, 124288),
    R("0 0 0 0", ZP_OK, 0),
    R("4398046511104 0 0 0", ZP_OK, 4398046511104),
    R("4398046511105 0 0 0", ZP_ERR_INVAL, 0),
    R("100 200 50 50", ZP_ERR_INVAL, 0),
    R("200 100 150 50", ZP_ERR_INVAL, 0),
    R("200 100 50 300", ZP_ERR_INVAL, 0),
    R("", ZP_ERR_PARSE, 0),
    R("\n", ZP_ERR_PARSE, 0),
    R("1 2 3", ZP_ERR_PARSE, 0),
    R("1 2 3 ", ZP_ERR_PARSE, 0),
    R("1 2 3 4 ", ZP_ERR_PARSE, 0),
    R("1 2 3 4 5", ZP_ERR_PARSE, 0),
    R(" 1 2 3 4", ZP_ERR_PARSE, 0),
    R("4  3 2 1", ZP_ERR_PARSE, 0),
    R("4 3 -2 1", ZP_ERR_PARSE, 0),
    R("4 3 2 1\n\n", ZP_ERR_PARSE, 0),
    R("4 3 2 0x1", ZP_ERR_PARSE, 0),
    R("4 3 2 1\0", ZP_ERR_PARSE, 0),
    R("99999999999999999999 1 1 1", ZP_ERR_PARSE, 0),
    R("9999999999999999 1 1 1", ZP_ERR_INVAL, 0),
    R("\xff\xfe", ZP_ERR_PARSE, 0),
#undef R
};

START_TEST(a_report)
{
    char *exact = malloc(reports[_i].len + !reports[_i].len);
    struct zp_error err;
    uint64_t used = 4711;
    int rc;

    ck_assert_ptr_nonnull(exact);
    memcpy(exact, reports[_i].text, reports[_i].len);
    rc = zp_balloon_report_parse(exact, reports[_i].len, &used, &err);
    free(exact);
    ck_assert_int_eq(rc, reports[_i].code);
    ck_assert_uint_eq(used, rc ? 4711 : reports[_i].used);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("balloon input");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, configs);
    tcase_add_test(tcase, config_limits);
    tcase_add_loop_test(tcase, a_report, 0,
                        sizeof(reports) / sizeof(reports[0]));
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
