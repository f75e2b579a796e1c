/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists in hosts, requests and plans that are longer than they may be, or whose
 * members are not what they have to be. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoneplace.h>

#include "../suite.h"
#include "plans.h"

enum document { HOST, REQUEST, PLAN };

/* Members of a document: @head, then @item @nr times, with its number for each
 * %u of it, then @tail. */
static const struct {
    enum document of;
    const char *head, *item;
    unsigned nr;
    const char *tail;
    int code;
    const char *msg;
} bad_lists[] = {
    { HOST, "\"nodes\":[", "{\"id\":%u,\"cpus\":\"\"}", 65, "]",
      ZP_ERR_RANGE, "nodes: 65 of them, at most 64" },
#define NODE "\"nodes\":[{\"id\":0,\"cpus\":\"0-3\"}],"
    { HOST, NODE "\"pci\":[{\"busid\":\"41:00.0\",\"nodes\":[", "0", 65, "]}]",
      ZP_ERR_RANGE, "pci[0]: nodes: 65 of them, at most 64" },
    { HOST, NODE "\"warnings\":[", "%u", 1, "]", ZP_ERR_PARSE,
      "warnings[0]: not a string" },
    { HOST, NODE "\"floating\":[", "{\"cpus\":\"%u,2\",\"milli\":1}", 2, "]",
      ZP_ERR_INVAL, "floating[1]: pcpu 2 is there twice" },
    { REQUEST, "\"memory_nodes\":[", "%u", 65, "]", ZP_ERR_RANGE,
      "memory_nodes: 65 of them, at most 64" },
    { REQUEST, "\"interleave_nodes\":[", "%u", 65, "]", ZP_ERR_RANGE,
      "interleave_nodes: 65 of them, at most 64" },
    { REQUEST, "\"memory_parts\":[", "{\"node\":%u,\"memory\":\"1G\"}", 33, "]",
      ZP_ERR_RANGE, "memory_parts: 33 of them, at most " },
    { PLAN, "\"affinity\":[", "{\"vcpus\":\"%u\",\"pcpus\":\"%u\"}", 129, "]",
      ZP_ERR_RANGE, "affinity: 129 groups, at most 128" },
    { PLAN, "\"affinity\":[", "{\"vcpus\":\"0\",\"pcpus\":\"%u\"}", 2, "]",
      ZP_ERR_INVAL, "affinity[1]: vcpu 0 is there twice" },
    { PLAN, "\"affinity\":[", "{\"vcpus\":\"%u28\",\"pcpus\":\"%u\"}", 2, "]",
      ZP_ERR_INVAL, "affinity[1]: vcpu 128 is above 127" },
    { PLAN, "\"affinity\":[", "{\"vcpus\":\"%u\",\"pcpus\":\"7\"}", 2, "]",
      ZP_ERR_INVAL, "affinity[1]: pcpu 7 is there twice" },
};

/* Its braces and, of a plan, all that a plan has to say. */
static char *document(int i)
{
    const char *head = bad_lists[i].head, *tail = bad_lists[i].tail;
    struct zp_plan plan;
    struct zp_error err;
    char *rest = NULL, *text;
    size_t len = 0, size = 16384;
    unsigned nr;

    if (bad_lists[i].of == PLAN) {
        ck_assert(plan_by_name("two", &plan));
        ck_assert_int_eq(zp_plan_to_json(NULL, NULL, NULL, &plan, &rest,
                                         &err), ZP_OK);
        size += strlen(rest);
    }
    text = malloc(size);
    ck_assert_ptr_nonnull(text);
    len += (size_t)sprintf(text, "{%s", head);
    for (nr = 0; nr < bad_lists[i].nr; nr++) {
        len += (size_t)sprintf(text + len, "%s", nr ? "," : "");
        len += (size_t)sprintf(text + len, bad_lists[i].item, nr, nr);
    }
    sprintf(text + len, "%s%s%s", tail, rest ? "," : "}",
            rest ? strchr(rest, '{') + 1 : "");
    free(rest);
    return text;
}

START_TEST(bad_list_is_refused)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    struct zp_request req;
    struct zp_plan plan;
    struct zp_error err;
    char *text = document(_i);
    size_t len = strlen(text);
    int rc;

    if (bad_lists[_i].of == HOST)
        rc = zp_host_from_json(text, len, &topo, &load, &err);
    else if (bad_lists[_i].of == REQUEST)
        rc = zp_request_from_json(text, len, &req, &err);
    else
        rc = zp_plan_from_json(text, len, &plan, &err);
    ck_assert_msg(rc == bad_lists[_i].code, "%s: %s: %s", bad_lists[_i].msg,
                  zp_code_name(rc), err.msg);
    ck_assert_msg(strstr(err.msg, bad_lists[_i].msg), "%s", err.msg);
    ck_assert_ptr_null(topo);
    ck_assert_ptr_null(load);
    free(text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("JSON lists");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, bad_list_is_refused, 0,
                        (int)(sizeof(bad_lists) / sizeof(bad_lists[0])));
    return suite_run(s);
}
