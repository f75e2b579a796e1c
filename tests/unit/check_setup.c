/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host's readings as JSON, and the doctor's rules for guests. */
#include <zoneplace-doctor.h>

#include "../golden/oom.h"
#include "core.h"

static void some_setup(struct zp_setup *s)
{
    zp_setup_init(s);
    strcpy(s->xen_version, "4.17.7");
    strcpy(s->xen_cmdline, "dom0_mem=4G,max:4G");
    strcpy(s->pool, "Pool-0");
    s->patched = s->balloond = ZP_ANSWER_YES;
    s->dom0_vcpus = 4;
    zp_pcpuset_add(&s->dom0_pcpus, 3);
}

START_TEST(there_and_back)
{
    struct zp_setup s, again;
    char doc[4096], *text;

    some_setup(&s);
    s.host_conf = ZP_ANSWER_NO;
    strcpy(s.host_conf_fault, "line 3: \"colour\"");
    ck_works(zp_setup_to_json(&s, &text, &err));
    snprintf(doc, sizeof(doc), "{\"setup\": %s, \"nodes\": []}", text);
    memset(&again, 0x55, sizeof(again));
    ck_works(zp_setup_from_json(doc, strlen(doc), &again, &err));
    ck_assert_str_eq(again.xen_cmdline, s.xen_cmdline);
    ck_assert_str_eq(again.host_conf_fault, s.host_conf_fault);
    ck_assert_uint_eq(again.dom0_vcpus, 4);
    ck_assert_int_eq(again.balloond, ZP_ANSWER_YES);
    ck_assert_int_eq(again.host_conf, ZP_ANSWER_NO);
    ck_assert_int_eq(memcmp(&again.dom0_pcpus, &s.dom0_pcpus,
                            sizeof(s.dom0_pcpus)), 0);
    free(text);
    zp_setup_init(&s);
    ck_works(zp_setup_to_json(&s, &text, &err));
    ck_assert_str_eq(text, "{}\n");
    free(text);
}
END_TEST

START_TEST(not_readings)
{
    static const struct {
        const char *text;
        int code;
        const char *msg;
    } cases[] = {
        { "{}", ZP_ERR_NOTFOUND, "the document has no readings (\"setup\")" },
        { "{\"setup\": []}", ZP_ERR_PARSE, NULL },
        { "{\"setup\": {\"colour\": 1}}", ZP_ERR_INVAL,
          "line 1 column 22: setup: unknown key \"colour\"" },
        { "{\"setup\": {\"patched\": 1}}", ZP_ERR_PARSE, NULL },
        { "{\"setup\": {\"dom0_kib\": -1}}", ZP_ERR_PARSE, NULL },
        { "{\"setup\": {\"dom0_pcpus\": \"x\"}}", ZP_ERR_PARSE, NULL },
        { "{\"setup\": {\"autoballoon\": \"01234567890123456\"}}",
          ZP_ERR_RANGE, NULL },
        { "{\"setup\":", ZP_ERR_PARSE, NULL },
    };
    struct zp_setup s, before;
    struct zp_error err;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memset(&s, 0x55, sizeof(s));
        before = s;
        ck_assert_msg(zp_setup_from_json(cases[i].text,
                                         strlen(cases[i].text), &s, &err) ==
                      cases[i].code, "%s: %s", cases[i].text, err.msg);
        ck_assert_int_eq(err.code, cases[i].code);
        if (cases[i].msg)
            ck_assert_str_eq(err.msg, cases[i].msg);
        ck_assert_int_eq(memcmp(&s, &before, sizeof(s)), 0);
    }
}
END_TEST

START_TEST(no_memory)
{
    static const char doc[] = "{\"setup\": {\"pool\": \"Pool-0\", "
                              "\"dom0_vcpus\": 4}}";
    struct zp_setup s;
    struct zp_error err;
    char *text = NULL;
    bool hit = true;
    long nth;
    int rc;

    some_setup(&s);
    for (nth = 0; hit; nth++) {
        oom_arm(nth);
        rc = zp_setup_to_json(&s, &text, &err);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
    }
    ck_assert_int_ge(nth, 2);
    free(text);
    for (nth = 0, hit = true; hit; nth++) {
        oom_arm(nth);
        rc = zp_setup_from_json(doc, sizeof(doc) - 1, &s, &err);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
    }
    ck_assert_int_ge(nth, 3);
}
END_TEST

/* ---- guests ---- */

/* A zone of two nodes of which every rule says ok. */
static void good_guest(struct zp_guest_setup *g)
{
    zp_guest_setup_init(g);
    g->xen = g->distances = g->caches = g->balloon = ZP_ANSWER_YES;
    g->frontends = g->x2apic = ZP_ANSWER_YES;
    strcpy(g->guest_type, "PVH");
    strcpy(g->cmdline, "memhp_default_state=online console=hvc0");
    strcpy(g->huge_pages, "madvise");
    strcpy(g->clocksource, "xen");
    strcpy(g->auto_online, "online");
    g->nr_nodes = g->nr_memory_nodes = 2;
    g->numa_balancing = 1;
    g->zone_reclaim = 0;
    g->nr_present = g->nr_online = 8;
}

static void ck_guest(const struct zp_guest_setup *g, const char *rule,
                     enum zp_verdict verdict, const char *found,
                     const char *change)
{
    struct zp_finding finding[ZP_MAX_FINDINGS];
    size_t nr = zp_doctor_guest(g, finding), i;

    for (i = 0; i < nr && strcmp(finding[i].rule, rule) != 0; i++)
        ;
    ck_assert_msg(i < nr, "no rule %s", rule);
    ck_assert_str_eq(finding[i].found, found);
    ck_assert_str_eq(zp_verdict_name(finding[i].verdict),
                     zp_verdict_name(verdict));
    ck_assert_str_eq(finding[i].change, change);
}

START_TEST(guest_well)
{
    struct zp_finding finding[ZP_MAX_FINDINGS];
    struct zp_guest_setup g;
    size_t nr, i;

    good_guest(&g);
    nr = zp_doctor_guest(&g, finding);
    ck_assert_uint_eq(nr, 15);
    for (i = 0; i < nr; i++)
        ck_assert_msg(finding[i].verdict == ZP_VERDICT_OK, "%s: %s",
                      finding[i].rule, finding[i].found);
    zp_guest_setup_init(&g);
    nr = zp_doctor_guest(&g, finding);
    ck_assert_uint_eq(nr, 15);
    for (i = 0; i < nr; i++)
        ck_assert_int_eq(finding[i].verdict, ZP_VERDICT_UNKNOWN);
}
END_TEST

START_TEST(guest_nodes)
{
    struct zp_guest_setup g;

    good_guest(&g);
    strcpy(g.cmdline, "numa=off");
    ck_guest(&g, "numa", ZP_VERDICT_CHANGE, "numa=off", "no numa=off");
    strcpy(g.cmdline, "numa=fake=2");
    ck_guest(&g, "numa", ZP_VERDICT_CHANGE, "numa=fake=2", "no numa=fake=2");
    strcpy(g.cmdline, "numa=noacpi");
    ck_guest(&g, "numa", ZP_VERDICT_CHANGE, "the kernel reads no SRAT",
             "no acpi=off and no numa=noacpi");
    strcpy(g.cmdline, "acpi=off");
    ck_guest(&g, "numa", ZP_VERDICT_CHANGE, "the kernel reads no SRAT",
             "no acpi=off and no numa=noacpi");
    strcpy(g.cmdline, "numa=nohmat");
    ck_guest(&g, "numa", ZP_VERDICT_OK, "2 nodes", "");
    g.nr_nodes = 0;
    ck_guest(&g, "numa", ZP_VERDICT_CHANGE, "a kernel without NUMA",
             "a kernel with CONFIG_NUMA and CONFIG_ACPI_NUMA");
    good_guest(&g);
    g.distances = g.caches = ZP_ANSWER_NO;
    ck_guest(&g, "distances", ZP_VERDICT_CHANGE, "a node is not nearest to "
             "itself", "zonectl verify, in dom0");
    ck_guest(&g, "caches", ZP_VERDICT_CHANGE, "a last-level cache reaches "
             "beyond a node", "zonectl launch of this version, or no cpuid= "
             "of your own");
    g.nr_memory_nodes = 1;
    ck_guest(&g, "memory-nodes", ZP_VERDICT_UNKNOWN, "1 of 2 have memory",
             "");
    g.numa_balancing = 0;
    ck_guest(&g, "numa-balancing", ZP_VERDICT_CHANGE, "off, on 2 nodes",
             "kernel.numa_balancing = 1");
    g.zone_reclaim = 1;
    ck_guest(&g, "zone-reclaim", ZP_VERDICT_CHANGE, "1",
             "vm.zone_reclaim_mode = 0");
    g.nr_nodes = 1;
    ck_guest(&g, "numa-balancing", ZP_VERDICT_OK, "0 on 1 node", "");
    ck_guest(&g, "zone-reclaim", ZP_VERDICT_OK, "1", "");
}
END_TEST

START_TEST(guest_kernel)
{
    struct zp_guest_setup g;

    good_guest(&g);
    g.xen = ZP_ANSWER_NO;
    ck_guest(&g, "xen", ZP_VERDICT_UNKNOWN, "this does not run on Xen", "");
    strcpy(g.guest_type, "PV");
    ck_guest(&g, "type", ZP_VERDICT_CHANGE, "PV, which has no nodes",
             "zonectl launch --type pvh");
    strcpy(g.huge_pages, "never");
    ck_guest(&g, "huge-pages", ZP_VERDICT_CHANGE, "never",
             "transparent_hugepage=madvise");
    strcpy(g.clocksource, "hpet");
    ck_guest(&g, "clocksource", ZP_VERDICT_CHANGE, "hpet",
             "clocksource=xen");
    strcpy(g.clocksource, "tsc");
    ck_guest(&g, "clocksource", ZP_VERDICT_OK, "tsc", "");
    g.balloon = g.frontends = g.x2apic = ZP_ANSWER_NO;
    ck_guest(&g, "balloon", ZP_VERDICT_UNKNOWN, "no balloon driver",
             "a kernel with CONFIG_XEN_BALLOON");
    ck_guest(&g, "frontends", ZP_VERDICT_UNKNOWN, "no bus for Xen's devices",
             "a kernel with CONFIG_XEN_BLKDEV_FRONTEND and "
             "CONFIG_XEN_NETDEV_FRONTEND");
    ck_guest(&g, "x2apic", ZP_VERDICT_UNKNOWN, "not seen", "");
    strcpy(g.cmdline, "nox2apic");
    ck_guest(&g, "x2apic", ZP_VERDICT_CHANGE, "turned off", "no nox2apic");
    g.nr_online = 6;
    ck_guest(&g, "vcpus", ZP_VERDICT_UNKNOWN, "6 of 8 online",
             "a udev rule, or echo 1 >/sys/devices/system/cpu/cpuN/online");
}
END_TEST

START_TEST(guest_memory)
{
    struct zp_guest_setup g;

    good_guest(&g);
    ck_guest(&g, "memory-online", ZP_VERDICT_OK, "online, as it was launched",
             "");
    strcpy(g.auto_online, "online_movable");
    ck_guest(&g, "memory-online", ZP_VERDICT_OK,
             "online_movable, as it was launched", "");
    strcpy(g.auto_online, "offline");
    ck_guest(&g, "memory-online", ZP_VERDICT_CHANGE,
             "offline, but it was launched with online",
             "echo online >/sys/devices/system/memory/auto_online_blocks");
    strcpy(g.cmdline, "memhp_default_state=offline");
    ck_guest(&g, "memory-online", ZP_VERDICT_OK,
             "offline, as it was launched", "");
    strcpy(g.auto_online, "online");
    ck_guest(&g, "memory-online", ZP_VERDICT_CHANGE,
             "online, but it was launched with offline",
             "echo offline >/sys/devices/system/memory/auto_online_blocks");
    strcpy(g.cmdline, "");
    ck_guest(&g, "memory-online", ZP_VERDICT_OK,
             "online, and nothing said at launch", "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("setup");
    TCase *json = tcase_create("json"), *guest = tcase_create("guest");

    tcase_add_test(json, there_and_back);
    tcase_add_test(json, not_readings);
    tcase_add_test(json, no_memory);
    suite_add_tcase(suite, json);
    tcase_add_test(guest, guest_well);
    tcase_add_test(guest, guest_nodes);
    tcase_add_test(guest, guest_kernel);
    tcase_add_test(guest, guest_memory);
    suite_add_tcase(suite, guest);
    return suite_run(suite);
}
