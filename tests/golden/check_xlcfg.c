/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xl.cfg texts as Xen's own parser reads them. */
#include <check.h>
#include <libxlutil.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "plans.h"

static struct zp_error err;

static XLU_Config *parse(const struct zp_plan *plan)
{
    XLU_Config *cfg = xlu_cfg_init(stderr, plan->name);
    char *text;

    ck_assert_ptr_nonnull(cfg);
    ck_assert_int_eq(zp_plan_to_xlcfg(NULL, plan, &text, &err), ZP_OK);
    ck_assert_int_eq(xlu_cfg_readdata(cfg, text, (int)strlen(text)), 0);
    free(text);
    return cfg;
}

static long number(XLU_Config *cfg, const char *key)
{
    long value = -1;

    ck_assert_int_eq(xlu_cfg_get_long(cfg, key, &value, 0), 0);
    return value;
}

static int entries(XLU_Config *cfg, const char *key)
{
    XLU_ConfigList *list;
    int nr = -1;

    ck_assert_int_eq(xlu_cfg_get_list(cfg, key, &list, &nr, 0), 0);
    return nr;
}

START_TEST(plan_is_read_by_libxlu)
{
    const char *name = NULL;
    struct zp_plan plan;
    XLU_Config *cfg;

    ck_assert(plan_by_name(plan_names[_i], &plan));
    cfg = parse(&plan);
    ck_assert_int_eq(xlu_cfg_get_string(cfg, "name", &name, 0), 0);
    ck_assert_str_eq(name, plan.name);
    ck_assert_int_eq(number(cfg, "vcpus"), plan.vcpus);
    ck_assert_int_eq(number(cfg, "maxvcpus"), plan.max_vcpus);
    ck_assert_int_eq(number(cfg, "memory"), (long)(plan.mem_kib / 1024));
    ck_assert_int_eq(entries(cfg, "cpus"), plan.max_vcpus);
    ck_assert_int_eq(entries(cfg, "vnuma"), plan.nr_vnodes);
    xlu_cfg_destroy(cfg);
}
END_TEST

START_TEST(hostile_name_stays_a_name)
{
    const char *name = NULL;
    struct zp_plan plan;
    XLU_Config *cfg;

    ck_assert(plan_by_name("flat", &plan));
    strcpy(plan.name, "a\"\nvcpus=9\\\x7f\xc3\xbc'");
    cfg = parse(&plan);
    ck_assert_int_eq(xlu_cfg_get_string(cfg, "name", &name, 0), 0);
    ck_assert_str_eq(name, "a\"?vcpus=9\\?\xc3\xbc'");
    ck_assert_int_eq(number(cfg, "vcpus"), plan.vcpus);
    xlu_cfg_destroy(cfg);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("xlcfg");
    TCase *t = tcase_create("libxlu");
    int nr = 0;

    while (plan_names[nr])
        nr++;
    tcase_add_loop_test(t, plan_is_read_by_libxlu, 0, nr);
    tcase_add_test(t, hostile_name_stays_a_name);
    suite_add_tcase(s, t);
    return suite_run(s);
}
