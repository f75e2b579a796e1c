/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Annotations of pods: what they mean, and what each hostile one is told. */
#include "../../kube-annotations/annotation.h"
#include "../golden/oom.h"
#include "core.h"

#define OURS "zoneplace.io/"
#define EDERA "dev.edera/"

static const char *const kernels[] = { "/boot/zone", "/boot/other", NULL };
static const struct zk_rules rules = { .kernel = kernels };

static int read_pod(const struct zk_annotation *list, uint32_t nr,
                    struct zk_zone *zone, char **notes, struct zp_error *err)
{
    struct zk_pod pod = {
        .name = "web", .annotation = list, .nr_annotations = nr,
        .cpu_milli = 3500, .mem_bytes = (uint64_t)2 << 30,
    };

    return zk_zone_from_pod(&pod, &rules, zone, notes, err);
}

static const struct {
    struct zk_annotation a, b;   /* the second may be empty */
    int code;
    const char *msg;
} refused[] = {
#define BAD(key, value, code, msg)                                      \
    { { OURS key, value }, { 0 }, code,                                 \
      "annotation " OURS key ": \"" value "\" " msg }
#define QUANTITY "is no quantity of Kubernetes"
#define WHOLE "is no whole number of vcpus from 1"
    BAD("cpu", "", ZP_ERR_PARSE, QUANTITY),
    BAD("cpu", "0", ZP_ERR_INVAL, WHOLE),
    BAD("cpu", "-1", ZP_ERR_PARSE, QUANTITY),
    BAD("cpu", "1500m", ZP_ERR_INVAL, WHOLE),
    BAD("cpu", "0.5", ZP_ERR_INVAL, WHOLE),
    BAD("cpu", "four", ZP_ERR_PARSE, QUANTITY),
    BAD("cpu", "4 ", ZP_ERR_PARSE, QUANTITY),
    BAD("cpu", " 4", ZP_ERR_PARSE, QUANTITY),
    BAD("cpu", "0x4", ZP_ERR_PARSE, QUANTITY),
    BAD("cpu", "4,5", ZP_ERR_PARSE, QUANTITY),
    BAD("cpu", "129", ZP_ERR_RANGE, "is beyond 128"),
    BAD("cpu", "1k", ZP_ERR_RANGE, "is beyond 128"),
    BAD("cpu", "1e18", ZP_ERR_PARSE, QUANTITY),
    BAD("cpu", "99999999999999999999", ZP_ERR_PARSE, QUANTITY),
    BAD("memory", "", ZP_ERR_PARSE, QUANTITY ", as 2Gi"),
    BAD("memory", "2GB", ZP_ERR_PARSE, QUANTITY ", as 2Gi"),
    BAD("memory", "2gi", ZP_ERR_PARSE, QUANTITY ", as 2Gi"),
    BAD("memory", "-2Gi", ZP_ERR_PARSE, QUANTITY ", as 2Gi"),
    BAD("memory", "NaN", ZP_ERR_PARSE, QUANTITY ", as 2Gi"),
    BAD("memory", "1Ei", ZP_ERR_PARSE, QUANTITY ", as 2Gi"),
    BAD("memory", "5Pi", ZP_ERR_RANGE, "is beyond 4Pi"),
    BAD("memory", "512", ZP_ERR_RANGE, "is below 32Mi, the least of a zone "
        "(without a suffix it is bytes)"),
    BAD("memory", "0", ZP_ERR_RANGE, "is below 32Mi, the least of a zone "
        "(without a suffix it is bytes)"),
    BAD("memory", "2000m", ZP_ERR_RANGE, "is below 32Mi, the least of a zone "
        "(without a suffix it is bytes)"),
    BAD("initial-memory", "x", ZP_ERR_PARSE, QUANTITY ", as 2Gi"),
    BAD("initial-memory", "3Gi", ZP_ERR_INVAL, "is more than the zone's "
        "memory"),
    BAD("memory-policy", "", ZP_ERR_INVAL, "is none of static, dynamic"),
    BAD("memory-policy", "Static", ZP_ERR_INVAL, "is none of static, dynamic"),
    BAD("memory-policy", "elastic", ZP_ERR_INVAL,
        "is none of static, dynamic"),
    BAD("numa-nodes", "", ZP_ERR_INVAL, "is no number from 1 to 32"),
    BAD("numa-nodes", "0", ZP_ERR_INVAL, "is no number from 1 to 32"),
    BAD("numa-nodes", "-2", ZP_ERR_INVAL, "is no number from 1 to 32"),
    BAD("numa-nodes", "+2", ZP_ERR_INVAL, "is no number from 1 to 32"),
    BAD("numa-nodes", "2.0", ZP_ERR_INVAL, "is no number from 1 to 32"),
    BAD("numa-nodes", "33", ZP_ERR_INVAL, "is no number from 1 to 32"),
    BAD("numa-nodes", "all", ZP_ERR_INVAL, "is no number from 1 to 32"),
    BAD("numa-nodes", "4294967298", ZP_ERR_INVAL, "is no number from 1 to 32"),
    BAD("numa-nodes", "8", ZP_ERR_INVAL, "is more than the zone's vcpus"),
    BAD("numa-strategy", "near", ZP_ERR_INVAL, "is none of compact, scatter"),
    BAD("numa-strategy", "compact,scatter", ZP_ERR_INVAL,
        "is none of compact, scatter"),
    BAD("spill", "yes", ZP_ERR_INVAL, "is none of strict, honest, preferred"),
    BAD("spill", "interleave", ZP_ERR_INVAL,
        "is none of strict, honest, preferred"),
    BAD("vnuma", "true", ZP_ERR_INVAL, "is none of auto, always, never"),
    BAD("threads", "4", ZP_ERR_INVAL, "is none of auto, 1, 2"),
    BAD("threads", "0", ZP_ERR_INVAL, "is none of auto, 1, 2"),
#define DEVICES "is no list of BDF or BDF=WEIGHT"
    BAD("near", "", ZP_ERR_PARSE, DEVICES),
    BAD("near", ",", ZP_ERR_PARSE, DEVICES),
    BAD("near", "41:00.0,", ZP_ERR_PARSE, DEVICES),
    BAD("near", "=5", ZP_ERR_PARSE, DEVICES),
    BAD("near", "41:00.0=", ZP_ERR_PARSE, DEVICES),
    BAD("near", "41:00.0=0", ZP_ERR_PARSE, DEVICES),
    BAD("near", "41:00.0=1000001", ZP_ERR_PARSE, DEVICES),
    BAD("near", "41:00.0=-1", ZP_ERR_PARSE, DEVICES),
    BAD("near", "41:00.0=1=2", ZP_ERR_PARSE, DEVICES),
    BAD("near", "0000:41:00.0000000", ZP_ERR_PARSE, DEVICES),
    BAD("near", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", ZP_ERR_RANGE,
        "names more than 16 devices"),
    BAD("kernel", "/etc/shadow", ZP_ERR_INVAL,
        "is not among what the operator allows"),
    BAD("kernel", "/boot/zone/../../etc/shadow", ZP_ERR_INVAL,
        "is not among what the operator allows"),
    BAD("kernel", "/boot/zon", ZP_ERR_INVAL,
        "is not among what the operator allows"),
    BAD("cmdline", "init=/bin/sh", ZP_ERR_INVAL,
        "is not among what the operator allows"),
    { { OURS "near", "nonsense" }, { 0 }, ZP_ERR_INVAL,
      "annotations: 'nonsense' is not a PCI address" },
    { { OURS "near", "41:00.0,0000:41:00.0" }, { 0 }, ZP_ERR_INVAL,
      "annotations: device 0000:41:00.0 is named twice" },
#define NONE_OF "none of cpu, memory, initial-memory, memory-policy, "        \
    "numa-nodes, numa-strategy, spill, near, vnuma, threads, kernel, cmdline"
    { { OURS "numa-node", "2" }, { 0 }, ZP_ERR_INVAL,
      "annotation " OURS "numa-node: " NONE_OF },
    { { OURS, "2" }, { 0 }, ZP_ERR_INVAL, "annotation " OURS ": " NONE_OF },
    { { OURS "CPU", "2" }, { 0 }, ZP_ERR_INVAL,
      "annotation " OURS "CPU: " NONE_OF },
    { { OURS "plan", "{}" }, { 0 }, ZP_ERR_INVAL, "annotation " OURS
      "plan: it is zoneplace's own, a pod can't set it" },
    { { OURS "zone", "1" }, { 0 }, ZP_ERR_INVAL, "annotation " OURS
      "zone: it is zoneplace's own, a pod can't set it" },
    { { OURS "cpu", "2" }, { EDERA "cpu", "4" }, ZP_ERR_INVAL,
      "annotation " EDERA "cpu: \"4\" and " OURS "cpu: \"2\" can't both hold" },
    { { OURS "cpu", "2" }, { OURS "cpu", "2" }, ZP_ERR_INVAL,
      "annotation " OURS "cpu: \"2\" and " OURS "cpu: \"2\" can't both hold" },
    { { OURS "memory-policy", "static" }, { OURS "initial-memory", "1Gi" },
      ZP_ERR_INVAL, "annotation " OURS "initial-memory: \"1Gi\" is less than "
      "the zone's memory, which is static" },
    { { EDERA "resource-policy", "fixed" }, { 0 }, ZP_ERR_INVAL, "annotation "
      EDERA "resource-policy: \"fixed\" is none of static, dynamic" },
    { { EDERA "kernel", "/boot/zone2" }, { 0 }, ZP_ERR_INVAL, "annotation "
      EDERA "kernel: \"/boot/zone2\" is not among what the operator allows" },
    { { OURS "spill", "a\nb\x1b[31m" }, { 0 }, ZP_ERR_INVAL, "annotation " OURS
      "spill: \"a?b?[31m\" is none of strict, honest, preferred" },
};

START_TEST(refuses)
{
    struct zk_annotation list[2] = { refused[_i].a, refused[_i].b };
    struct zp_error err = { 0 };
    struct zk_zone zone;
    char *notes = NULL;
    int rc = read_pod(list, list[1].key ? 2 : 1, &zone, &notes, &err);

    ck_assert_str_eq(err.msg, refused[_i].msg);
    ck_assert_int_eq(rc, refused[_i].code);
    ck_assert_int_eq(err.code, refused[_i].code);
    ck_assert_ptr_null(notes);
}
END_TEST

START_TEST(understands)
{
    const struct zk_annotation all[] = {
        { OURS "cpu", "8" }, { OURS "memory", "4G" },
        { EDERA "initial-memory-request", "1Gi" },
        { OURS "numa-nodes", "2" }, { OURS "numa-strategy", "scatter" },
        { OURS "spill", "strict" }, { OURS "near", "41:00.0=3,81:00.0" },
        { OURS "vnuma", "always" }, { OURS "threads", "2" },
        { OURS "kernel", "/boot/other" }, { EDERA "variant", "x" },
        { "app.kubernetes.io/name", "\xff\n" },
    };
    struct zk_annotation turned[12];
    struct zk_zone zone, again;
    char *notes, *same;
    struct zp_error why;
    uint32_t i;

    ck_assert(!read_pod(all, 12, &zone, &notes, &why));
    ck_assert_int_eq(zone.req.vcpus, 8);
    ck_assert_int_eq(zone.req.max_mem_kib, 3906250);
    ck_assert_int_eq(zone.req.mem_kib, 1048576);
    ck_assert_int_eq(zone.req.memory_policy, ZP_MEMORY_DYNAMIC);
    ck_assert_int_eq(zone.req.nr_vnodes, 2);
    ck_assert_int_eq(zone.req.strategy, ZP_SCATTER);
    ck_assert_int_eq(zone.req.spill, ZP_SPILL_STRICT);
    ck_assert_int_eq(zone.req.nr_near, 2);
    ck_assert_str_eq(zone.req.near[0].busid, "41:00.0");
    ck_assert_int_eq(zone.req.near[0].weight, 3);
    ck_assert_int_eq(zone.req.near[1].weight, 1);
    ck_assert_int_eq(zone.req.vnuma, ZP_VNUMA_ALWAYS);
    ck_assert_int_eq(zone.req.threads, 2);
    ck_assert_str_eq(zone.req.name, "web");
    ck_assert(zone.grows && zone.req.agent);
    ck_assert_ptr_eq(zone.kernel, kernels[1]);
    ck_assert_ptr_null(zone.cmdline);
    ck_assert_str_eq(notes, "annotation dev.edera/variant: left out, "
                     "zoneplace has nothing like it\n");
    for (i = 0; i < 12; i++)
        turned[i] = all[11 - i];
    ck_assert(!read_pod(turned, 12, &again, &same, &why));
    ck_assert(!memcmp(&zone, &again, sizeof(zone)));
    ck_assert_str_eq(notes, same);
    free(notes);
    free(same);
}
END_TEST

START_TEST(limits_size_it)
{
    static const struct zk_rules own = { .default_vcpus = 3,
                                         .default_mem_kib = 100 * 1024 };
    struct zk_pod pod = { .cpu_milli = 3500, .mem_bytes = (1 << 30) + 1 };
    struct zp_error why;
    struct zk_zone zone;
    char *notes;

    ck_assert(!zk_zone_from_pod(&pod, &rules, &zone, &notes, &why));
    ck_assert_int_eq(zone.req.vcpus, 4);
    ck_assert_int_eq(zone.req.mem_kib, (1 << 20) + 1);
    ck_assert_int_eq(zone.req.memory_policy, ZP_MEMORY_DYNAMIC);
    ck_assert(!zone.grows);
    ck_assert_str_eq(notes, "");
    free(notes);
    memset(&pod, 0, sizeof(pod));
    ck_assert(!zk_zone_from_pod(&pod, &rules, &zone, &notes, &why));
    ck_assert_int_eq(zone.req.vcpus, 1);
    ck_assert_int_eq(zone.req.mem_kib, 512 * 1024);
    ck_assert_str_eq(notes, "cpu: no annotation and no limit, the zone has 1\n"
                     "memory: no annotation and no limit, the zone has 524288 "
                     "KiB\n");
    free(notes);
    ck_assert(!zk_zone_from_pod(&pod, &own, &zone, &notes, &why));
    ck_assert_int_eq(zone.req.vcpus, 3);
    ck_assert_int_eq(zone.req.mem_kib, 100 * 1024);
    free(notes);
    pod.cpu_milli = 128001;
    ck_fails(zk_zone_from_pod(&pod, &rules, &zone, &notes, &err),
             ZP_ERR_RANGE, "cpu",
             "the pod's limits are 128001m of cpu, a zone has at most 128 "
             "vcpus");
    pod.cpu_milli = 1;
    pod.mem_bytes = 1 << 20;
    ck_fails(zk_zone_from_pod(&pod, &rules, &zone, &notes, &err),
             ZP_ERR_RANGE, "memory",
             "the pod's limits are 1048576 bytes of memory, a zone has 32Mi to "
             "4Pi");
    pod.mem_bytes = UINT64_MAX;
    ck_assert_int_eq(zk_zone_from_pod(&pod, &rules, &zone, &notes, &why),
                     ZP_ERR_RANGE);
}
END_TEST

/* Dynamic is a wish where nobody has written it. */
START_TEST(static_if_it_must)
{
    struct zk_annotation list[3] = { { OURS "numa-nodes", "2" } };
    struct zp_error why;
    struct zk_zone zone;
    struct fixture f;
    char said[256], *notes;

    fixture_init(&f);
    fixture_build(&f);
    ck_assert(!read_pod(list, 1, &zone, &notes, &why));
    free(notes);
    ck_works(zk_place(f.topo, f.load, &zone, &f.plan, said, &err));
    ck_assert_int_eq(f.plan.memory_policy, ZP_MEMORY_STATIC);
    ck_assert_msg(strstr(said, "dynamic zone is 1"), "%s", said);
    zone.req.tier = ZP_TIER_PATCHED;
    ck_works(zk_place(f.topo, f.load, &zone, &f.plan, said, &err));
    ck_assert_int_eq(f.plan.memory_policy, ZP_MEMORY_DYNAMIC);
    ck_assert_str_eq(said, "");
    list[1] = (struct zk_annotation){ OURS "memory-policy", "dynamic" };
    ck_assert(!read_pod(list, 2, &zone, &notes, &why));
    free(notes);
    ck_assert_int_eq(zk_place(f.topo, f.load, &zone, &f.plan, said, &why),
                     ZP_ERR_UNSUPPORTED);
    list[1] = (struct zk_annotation){ OURS "initial-memory", "1Gi" };
    ck_assert(!read_pod(list, 2, &zone, &notes, &why));
    free(notes);
    ck_assert_int_eq(zk_place(f.topo, f.load, &zone, &f.plan, said, &why),
                     ZP_ERR_UNSUPPORTED);
    /* Too large either way: the reason is that of the static one. */
    list[1] = (struct zk_annotation){ OURS "memory", "1Ti" };
    ck_assert(!read_pod(list, 2, &zone, &notes, &why));
    free(notes);
    ck_assert_int_eq(zk_place(f.topo, f.load, &zone, &f.plan, said, &why),
                     ZP_ERR_INFEASIBLE);
    ck_assert_msg(!strstr(why.msg, "dynamic"), "%s", why.msg);
    fixture_clear(&f);
}
END_TEST

START_TEST(no_memory)
{
    const struct zk_annotation list[] = { { EDERA "x", "1" },
                                          { OURS "cpu", "2" } };
    struct zp_error why;
    struct zk_zone zone;
    bool hit = true;
    char *notes;
    long nth;
    int rc;

    for (nth = 0; hit; nth++) {
        notes = NULL;
        oom_arm(nth);
        rc = read_pod(list, 2, &zone, &notes, &why);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
        ck_assert(!hit == !!notes);
        free(notes);
    }
    ck_assert_int_ge(nth, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("annotations");
    TCase *tc = tcase_create("annotations");

    tcase_add_loop_test(tc, refuses, 0,
                        (int)(sizeof(refused) / sizeof(refused[0])));
    tcase_add_test(tc, understands);
    tcase_add_test(tc, limits_size_it);
    tcase_add_test(tc, static_if_it_must);
    tcase_add_test(tc, no_memory);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
