/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plan JSON and receipts, and all documents when memory runs out. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "oom.h"
#include "plans.h"

static struct zp_error err;

/* All that a host file can say, so that each reader allocates. */
static const char two_nodes[] =
    "{\"name\":\"box\",\"kind\":[{\"any\":[1.5e3,null,-2]}],\"nodes\":["
    "{\"id\":4,\"cpus\":\"4-7\",\"mem_kb\":8388608},"
    "{\"id\":1,\"cpus\":\"0-3\",\"mem_kb\":4194304,\"free_kb\":1048576,"
    "\"used_vcpus\":3,\"promised_kib\":2048,\"reserve_kib\":4096,"
    "\"reserved_cpus\":\"0\"}],"
    "\"distances\":[[10,21],[22,10]],"
    "\"pci\":[{\"busid\":\"41:00.0\",\"name\":null,\"nodes\":[4]},"
    "{\"busid\":\"0001:02:03.4\",\"nodes\":[]}],"
    "\"cores\":[{\"core\":0,\"socket\":0,\"cpus\":\"0-1\"},"
    "{\"core\":7,\"socket\":1,\"cpus\":\"4,6\"}],"
    "\"reserved\":\"5\"}";

struct host {
    struct zp_topology *topo;
    struct zp_load *load;
};

static struct host read_host(const char *text)
{
    struct host host = { NULL, NULL };
    int rc;

    rc = zp_host_from_json(text, strlen(text), &host.topo, &host.load, &err);
    ck_assert_msg(rc == ZP_OK, "%s", err.msg);
    return host;
}

static void free_host(struct host *host)
{
    zp_load_free(host->load);
    zp_topology_free(host->topo);
}

static struct zp_request read_request(const char *text)
{
    struct zp_request req;
    int rc = zp_request_from_json(text, strlen(text), &req, &err);

    ck_assert_msg(rc == ZP_OK, "%s", err.msg);
    return req;
}

/* ---- plans ------------------------------------------------------------- */

static char *plan_text(const struct zp_plan *plan)
{
    char *text;

    ck_assert_int_eq(zp_plan_to_json(NULL, NULL, NULL, plan, &text, &err),
                     ZP_OK);
    return text;
}

START_TEST(plan_round_trip)
{
    struct zp_plan plan, again;
    char *text;
    int rc;

    ck_assert(plan_by_name(plan_names[_i], &plan));
    if (plan.nr_vcpu_ids > ZP_MAX_VCPUS)
        return;
    text = plan_text(&plan);
    memset(&again, 0x5a, sizeof(again));
    rc = zp_plan_from_json(text, strlen(text), &again, &err);
    ck_assert_msg(rc == ZP_OK, "%s: %s", plan.name, err.msg);
    ck_assert_int_eq(memcmp(&plan, &again, sizeof(plan)), 0);
    free(text);
}
END_TEST

/* One replacement in the JSON of plan "two", and what is said of it. */
static const struct {
    const char *from;
    const char *to;
    int code;
    const char *msg;
} bad_plans[] = {
    { "\"exact\": true", "\"exact\": 1", ZP_ERR_PARSE,
      "exact: a number, but true or false is needed" },
    { "\"truth\": true,", "", ZP_ERR_PARSE,
      "truth: missing, true or false is needed" },
    { "\"compact\"", "\"tight\"", ZP_ERR_PARSE,
      "strategy: \"tight\" is none of compact, scatter" },
    { "\"honest\"", "\"default\"", ZP_ERR_INVAL, "" },
    { "\"vnode\": 1", "\"vnode\": 7", ZP_ERR_INVAL,
      "vnodes[1]: vnode: 1 expected" },
    { "\"vcpus\": \"4-6\"", "\"vcpus\": \"5-7\"", ZP_ERR_INVAL,
      "vnodes[1]: vcpus: not one range from first_vcpu 4 below 128" },
    { "\"vcpus\": \"4-6\"", "\"vcpus\": \"4,6\"", ZP_ERR_INVAL,
      "vnodes[1]: vcpus: not one range" },
    { "\"first_vcpu\": 4", "\"first_vcpu\": 129", ZP_ERR_RANGE,
      "vnodes[1]: first_vcpu: 129 is above 128" },
    { "\"pnode_pos\": 3", "\"pnode_pos\": 64", ZP_ERR_RANGE,
      "vnodes[1]: pnode_pos: 64 is above 63" },
    { "\"pxm\": 1", "\"pxm\": 32", ZP_ERR_RANGE,
      "vnodes[1]: pxm: 32 is above 31" },
    { "\"memory_kib\": 1048576", "\"memory_kib\": 1048577", ZP_ERR_INVAL,
      "" },
    { "[12, 10]", "[12, 255]", ZP_ERR_RANGE,
      "distances[1]: 255 is above 254" },
    { "[12, 10]", "[12]", ZP_ERR_INVAL,
      "distances[1]: not a row of 2, one for each" },
    { ",\n    [12, 10]", "", ZP_ERR_INVAL,
      "distances: 1 rows for 2 vnodes" },
    { "\"distance_sum\": 24", "\"distance_sum\": 25", ZP_ERR_INVAL, "" },
    { "\"pnode\": 2, \"rule\"", "\"pnode\": 3, \"rule\"", ZP_ERR_INVAL,
      "first_node: pnode: not the one of vnode 0" },
    { "most-free", "best", ZP_ERR_PARSE,
      "first_node: rule: \"best\" is none of pci, most-free, "
      "pack, balanced" },
    { "\"vcpu_ids\": 8", "\"vcpu_ids\": 9", ZP_ERR_INVAL, "" },
    { "\"cpu_vnodes\": 2", "\"cpu_vnodes\": 3", ZP_ERR_INVAL, "" },
    { "\"zone\": \"two\"", "\"zone\": 2", ZP_ERR_PARSE,
      "zone: a number, but a string is needed" },
};

START_TEST(bad_plan_is_refused)
{
    const char *from = bad_plans[_i].from, *to = bad_plans[_i].to;
    struct zp_plan plan, before;
    char *text, *at, *bad;
    int rc;

    ck_assert(plan_by_name("two", &plan));
    text = plan_text(&plan);
    at = strstr(text, from);
    ck_assert_msg(at != NULL, "%s is not in the JSON", from);
    bad = malloc(strlen(text) + strlen(to) + 1);
    ck_assert_ptr_nonnull(bad);
    sprintf(bad, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    memset(&plan, 0x5a, sizeof(plan));
    memcpy(&before, &plan, sizeof(plan));
    rc = zp_plan_from_json(bad, strlen(bad), &plan, &err);
    ck_assert_msg(rc == bad_plans[_i].code, "%s: %s: %s", to,
                  zp_code_name(rc), err.msg);
    ck_assert_msg(strstr(err.msg, bad_plans[_i].msg), "%s: %s", to, err.msg);
    ck_assert_int_eq(memcmp(&plan, &before, sizeof(plan)), 0);
    free(text);
    free(bad);
}
END_TEST

/* ---- receipts ---------------------------------------------------------- */

static const char small_request[] =
    "{\"name\":\"z\",\"vcpus\":4,\"memory\":512,\"numa_nodes\":2}";

/* The receipt of a zone on two_nodes. */
static char *make_receipt(struct zp_plan *plan)
{
    struct host host = read_host(two_nodes);
    struct zp_request req = read_request(small_request);
    char *text;
    int rc;

    rc = zp_place(host.topo, host.load, &req, plan, &err);
    ck_assert_msg(rc == ZP_OK, "%s", err.msg);
    ck_assert_int_eq(zp_receipt_to_json(host.topo, host.load, &req, plan,
                                        &text, &err), ZP_OK);
    free_host(&host);
    return text;
}

START_TEST(receipt_replays)
{
    struct zp_plan plan, again;
    char *text = make_receipt(&plan), *once, *twice;
    int rc = zp_receipt_replay(text, strlen(text), &again, &err);

    ck_assert_msg(rc == ZP_OK, "%s", err.msg);
    ck_assert_int_eq(memcmp(&plan, &again, sizeof(plan)), 0);
    once = plan_text(&plan);
    twice = plan_text(&again);
    ck_assert_str_eq(once, twice);
    free(text);
    free(once);
    free(twice);
}
END_TEST

static const struct {
    const char *from;
    const char *to;
    int code;
    const char *msg;
} bad_receipts[] = {
    { "\"receipt\": 1", "\"receipt\": 2", ZP_ERR_UNSUPPORTED,
      "receipt: only version 1 is known" },
    { "\"digest\": \"fnv1a64:", "\"digest\": \"fnv1a64:0", ZP_ERR_DIFFERS,
      "receipt: the inputs' digest is fnv1a64:" },
    { "\"free_kb\": 1048576", "\"free_kb\": 1048575", ZP_ERR_DIFFERS,
      "receipt: the inputs' digest is fnv1a64:" },
    { "\"memory\": \"512M\"", "\"memory\": \"514M\"", ZP_ERR_DIFFERS,
      "receipt: the inputs' digest is fnv1a64:" },
    { "\"distance_sum\": 43", "\"distance_sum\": 44", ZP_ERR_DIFFERS,
      "the plan's \"distance_sum\" does not come out as recorded" },
    { "\"why\": [", "\"why\": [\"because\",", ZP_ERR_DIFFERS,
      "the plan's \"why\" does not come out as recorded" },
    { "\"zone\": ", "\"more\": 1, \"zone\": ", ZP_ERR_DIFFERS,
      "the recorded plan says more than the one made now" },
    { "\"host\": {", "\"hosts\": {", ZP_ERR_PARSE,
      "receipt: host: missing, an object is needed" },
    { "\"id\": 1,", "\"id\": -1,", ZP_ERR_PARSE,
      "receipt: host: nodes[0]: id: -1 is not a whole number from 0" },
};

START_TEST(bad_receipt_is_refused)
{
    const char *from = bad_receipts[_i].from, *to = bad_receipts[_i].to;
    struct zp_plan plan;
    char *text = make_receipt(&plan), *at, *bad;
    int rc;

    at = strstr(text, from);
    ck_assert_msg(at != NULL, "%s is not in %s", from, text);
    bad = malloc(strlen(text) + strlen(to) + 1);
    ck_assert_ptr_nonnull(bad);
    sprintf(bad, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    rc = zp_receipt_replay(bad, strlen(bad), &plan, &err);
    ck_assert_msg(rc == bad_receipts[_i].code, "%s: %s: %s", to,
                  zp_code_name(rc), err.msg);
    ck_assert_msg(strstr(err.msg, bad_receipts[_i].msg), "%s: %s", to,
                  err.msg);
    free(text);
    free(bad);
}
END_TEST

/* ---- out of memory ----------------------------------------------------- */

enum { READ_HOST, WRITE_HOST, READ_REQUEST, WRITE_REQUEST, READ_PLAN,
       WRITE_PLAN, WRITE_RECEIPT, REPLAY, NR_JOBS };

struct job {
    struct host host;
    struct zp_request req;
    struct zp_plan plan;
    char *plan_json;
    char *receipt;
};

/* Does job @which; what it gives is freed at once. */
static int run_job(const struct job *job, int which)
{
    struct host host = { NULL, NULL };
    struct zp_request req;
    struct zp_plan plan;
    char *text = NULL;
    int rc = ZP_OK;

    switch (which) {
    case READ_HOST:
        rc = zp_host_from_json(two_nodes, strlen(two_nodes), &host.topo,
                               &host.load, &err);
        break;
    case WRITE_HOST:
        rc = zp_host_to_json(job->host.topo, job->host.load, &text, &err);
        break;
    case READ_REQUEST:
        rc = zp_request_from_json(small_request, strlen(small_request), &req,
                                  &err);
        break;
    case WRITE_REQUEST:
        rc = zp_request_to_json(&job->req, &text, &err);
        break;
    case READ_PLAN:
        rc = zp_plan_from_json(job->plan_json, strlen(job->plan_json), &plan,
                               &err);
        break;
    case WRITE_PLAN:
        rc = zp_plan_to_json(job->host.topo, job->host.load, &job->req,
                             &job->plan, &text, &err);
        break;
    case WRITE_RECEIPT:
        rc = zp_receipt_to_json(job->host.topo, job->host.load, &job->req,
                                &job->plan, &text, &err);
        break;
    case REPLAY:
        rc = zp_receipt_replay(job->receipt, strlen(job->receipt), &plan,
                               &err);
        break;
    }
    free(text);
    free_host(&host);
    return rc;
}

START_TEST(failed_allocations_are_reported)
{
    struct job job;
    bool hit = true;
    long nth;
    int rc;

    job.host = read_host(two_nodes);
    job.req = read_request(small_request);
    job.receipt = make_receipt(&job.plan);
    job.plan_json = plan_text(&job.plan);
    for (nth = 0; hit; nth++) {
        oom_arm(nth);
        rc = run_job(&job, _i);
        hit = oom_disarm();
        ck_assert_msg(rc == (hit ? ZP_ERR_NOMEM : ZP_OK), "job %d at %ld: %s",
                      _i, nth, err.msg);
    }
    ck_assert_int_gt(nth, 1);
    free(job.receipt);
    free(job.plan_json);
    free_host(&job.host);
}
END_TEST

#define NR(array) ((int)(sizeof(array) / sizeof((array)[0])))

int main(void)
{
    Suite *s = suite_create("plan-json");
    TCase *plan = tcase_create("plan");
    int nr = 0;

    while (plan_names[nr])
        nr++;
    tcase_set_timeout(plan, 60);
    tcase_add_loop_test(plan, plan_round_trip, 0, nr);
    tcase_add_loop_test(plan, bad_plan_is_refused, 0, NR(bad_plans));
    tcase_add_test(plan, receipt_replays);
    tcase_add_loop_test(plan, bad_receipt_is_refused, 0, NR(bad_receipts));
    tcase_add_loop_test(plan, failed_allocations_are_reported, 0, NR_JOBS);
    suite_add_tcase(s, plan);
    return suite_run(s);
}
