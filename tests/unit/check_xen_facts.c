/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an adopted guest has: its record there and back, spoilt, without
 * memory; and what has become of it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "tests/golden/oom.h"
#include "xen/xen.h"

#define UUID "047e7dd7-066b-4ad0-896f-1d64c02fd782"

static struct zp_guest_facts facts, again;
static struct zp_error err;

/* Three vcpus on node 0's pcpus, one anywhere; 768 MiB on nodes 0 and 5. */
static void make(void)
{
    memset(&facts, 0, sizeof(facts));
    strcpy(facts.name, "a \"guest\"");
    strcpy(facts.uuid, UUID);
    facts.domid = 7;
    facts.nr_vcpus = 4;
    for (uint32_t i = 0; i < 4; i++) {
        for (uint32_t p = 0; p < (i == 3 ? 16 : 4); p++)
            zp_pcpuset_add(&facts.vcpu[i], p);
    }
    facts.mem_kib = 768 * 1024;
    facts.counted = true;
    facts.held_kib[0] = 512 * 1024;
    facts.held_kib[5] = 256 * 1024;
}

START_TEST(there_and_back)
{
    char *text;

    make();
    ck_assert_int_eq(zp__facts_to_json(&facts, &text, &err), 0);
    ck_assert_msg(strchr(text, '\n') == text + strlen(text) - 1,
                  "a record is one line");
    ck_assert_msg(!zp__facts_from_json(text, strlen(text), &again, &err),
                  "%s", err.msg);
    ck_assert(again.adopted);
    again.adopted = false;
    ck_assert_mem_eq(&again, &facts, sizeof(facts));
    /* Equal neighbours are said once. */
    ck_assert_ptr_nonnull(strstr(text, "\"count\": 3"));
    free(text);
}
END_TEST

START_TEST(not_counted)
{
    char *text;

    make();
    facts.counted = false;
    memset(facts.held_kib, 0, sizeof(facts.held_kib));
    ck_assert_int_eq(zp__facts_to_json(&facts, &text, &err), 0);
    ck_assert_int_eq(zp__facts_from_json(text, strlen(text), &again, &err),
                     0);
    ck_assert(!again.counted && again.mem_kib == 768 * 1024);
    free(text);
}
END_TEST

#define HEAD "{\"name\":\"x\",\"uuid\":\"" UUID "\",\"domid\":1,"
static const struct {
    const char *text, *msg;
} wrong[] = {
    { "", "no JSON here" },
    { "[]", "guest record" },
    { HEAD "\"memory_kib\":1,\"vcpus\":[],\"counted\":true}", "nodes" },
    { HEAD "\"memory_kib\":-1,\"vcpus\":[],\"counted\":true,\"nodes\":[]}",
      "memory_kib" },
    { HEAD "\"memory_kib\":1,\"vcpus\":[{\"count\":129,\"pcpus\":\"0\"}],"
      "\"counted\":true,\"nodes\":[]}", "count" },
    { HEAD "\"memory_kib\":1,\"vcpus\":[{\"count\":128,\"pcpus\":\"0\"},"
      "{\"count\":1,\"pcpus\":\"1\"}],\"counted\":true,\"nodes\":[]}",
      "count" },
    { HEAD "\"memory_kib\":1,\"vcpus\":[3],\"counted\":true,\"nodes\":[]}",
      "" },
    { HEAD "\"memory_kib\":1,\"vcpus\":[{\"count\":1,\"pcpus\":\"4096\"}],"
      "\"counted\":true,\"nodes\":[]}", "beyond 4095" },
    { HEAD "\"memory_kib\":1,\"vcpus\":[],\"counted\":true,\"nodes\":["
      "{\"node\":64,\"memory_kib\":1}]}", "node" },
    { HEAD "\"memory_kib\":1,\"vcpus\":[],\"counted\":true,\"nodes\":[],"
      "\"more\":1}", "more" },
};

START_TEST(spoilt)
{
    const char *text = wrong[_i].text;

    make();
    again = facts;
    memset(&err, 0, sizeof(err));
    ck_assert_int_lt(zp__facts_from_json(text, strlen(text), &again, &err),
                     0);
    ck_assert_msg(strstr(err.msg, wrong[_i].msg), "%d: %s", _i, err.msg);
    ck_assert_mem_eq(&again, &facts, sizeof(facts));
}
END_TEST

/* What compare says of @facts and @again. */
static char *report(int want)
{
    char *text = NULL;

    memset(&err, 0, sizeof(err));
    ck_assert_int_eq(zp_guest_compare(&facts, &again, &text, &err), want);
    ck_assert_ptr_nonnull(text);
    return text;
}

START_TEST(as_it_was)
{
    char *text;

    make();
    again = facts;
    /* a page that Linux took from Xen, or gave back */
    again.held_kib[0] += 4;
    again.mem_kib -= 64;
    text = report(ZP_OK);
    ck_assert_ptr_null(strstr(text, "DIFFERS"));
    ck_assert_ptr_nonnull(strstr(text, "ok 4 vcpus, recorded 4\n"));
    ck_assert_ptr_nonnull(strstr(text, "ok hard affinity of 4 vcpus\n"));
    ck_assert_ptr_nonnull(strstr(text, "ok 262144 KiB on pnode 5, "));
    free(text);
    again.counted = false;
    text = report(ZP_OK);
    ck_assert_ptr_nonnull(strstr(text, "unchecked memory on each pnode: it "
                                 "is not counted\n"));
    free(text);
    facts.counted = false;
    text = report(ZP_OK);
    ck_assert_ptr_nonnull(strstr(text, "it was not counted\n"));
    ck_assert_ptr_null(strstr(text, "on pnode"));
    free(text);
}
END_TEST

START_TEST(otherwise)
{
    char *text;

    make();
    again = facts;
    again.vcpu[1] = facts.vcpu[3];
    again.held_kib[5] -= 68;
    again.held_kib[6] = 68;
    again.mem_kib += 65;
    text = report(ZP_ERR_DIFFERS);
    ck_assert_str_eq(err.limit, "verify");
    ck_assert_ptr_nonnull(strstr(err.msg, "4 checks differ"));
    ck_assert_ptr_nonnull(strstr(text, "DIFFERS hard affinity of vcpu 1: "
                                 "0-15, recorded 0-3\n"));
    ck_assert_ptr_nonnull(strstr(text, "DIFFERS 262076 KiB on pnode 5, "
                                 "recorded 262144\n"));
    ck_assert_ptr_nonnull(strstr(text, "DIFFERS 68 KiB on pnode 6, "
                                 "recorded 0\n"));
    ck_assert_ptr_nonnull(strstr(text, "DIFFERS 786497 KiB of memory, "));
    free(text);
    again = facts;
    again.nr_vcpus = 3;
    again.domid = 8;
    strcpy(again.name, "another");
    text = report(ZP_ERR_DIFFERS);
    ck_assert_ptr_nonnull(strstr(err.msg, "3 checks differ"));
    ck_assert_ptr_nonnull(strstr(text, "DIFFERS domain 8 "));
    ck_assert_ptr_nonnull(strstr(text, "DIFFERS it is named another, "));
    free(text);
}
END_TEST

START_TEST(without_memory)
{
    char *text = NULL;
    long nth;
    bool hit = true;
    int rc;

    make();
    again = facts;
    for (nth = 0; hit; nth++) {
        oom_arm(nth);
        rc = zp__facts_to_json(&facts, &text, &err);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
    }
    for (hit = true, nth = 0; hit; nth++) {
        oom_arm(nth);
        rc = zp__facts_from_json(text, strlen(text), &again, &err);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
    }
    free(text);
    for (hit = true, nth = 0; hit; nth++) {
        oom_arm(nth);
        rc = zp_guest_compare(&facts, &again, &text, &err);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
    }
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("facts of guests");
    TCase *tcase = tcase_create("all");

    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, there_and_back);
    tcase_add_test(tcase, not_counted);
    tcase_add_loop_test(tcase, spoilt, 0,
                        (int)(sizeof(wrong) / sizeof(wrong[0])));
    tcase_add_test(tcase, as_it_was);
    tcase_add_test(tcase, otherwise);
    tcase_add_test(tcase, without_memory);
    return suite_run(suite);
}
