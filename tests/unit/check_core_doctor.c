/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The doctor's rules: each says ok of a host that is well, change or unknown
 * of one that is not, and unknown where nothing was read. */
#include "patient.h"

#define GIB ((uint64_t)1 << 20)

START_TEST(all_well)
{
    struct patient p = { .nr = 0 };
    char line[64];

    patient_init(&p);
    patient_ask(&p, "tier");
    ck_assert_uint_eq(p.nr, 29);
    for (size_t i = 0; i < p.nr; i++) {
        ck_assert_msg(p.finding[i].verdict == ZP_VERDICT_OK, "%s: %s",
                      p.finding[i].rule, p.finding[i].found);
        ck_assert_str_ne(p.finding[i].found, "");
        ck_assert_str_eq(p.finding[i].change, "");
        ck_assert_str_ne(p.finding[i].why, "");
    }
    ck_assert_uint_eq(zp_doctor_grub(&p.s, p.finding, p.nr, line,
                                     sizeof(line)), 0);
    fixture_clear(&p.f);
}
END_TEST

START_TEST(nothing_read)
{
    struct zp_finding finding[ZP_MAX_FINDINGS];
    struct zp_setup s;
    size_t nr, i;

    zp_setup_init(&s);
    nr = zp_doctor_host(&s, NULL, NULL, finding);
    ck_assert_uint_eq(nr, 29);
    for (i = 0; i < nr; i++) {
        ck_assert_int_eq(finding[i].verdict, ZP_VERDICT_UNKNOWN);
        ck_assert_str_eq(finding[i].found, "not read");
    }
    /* Xen answers, but not about its nodes. */
    SET(s.xen_version, "4.17.7");
    SET(s.xen_cmdline, "x2apic=off conring_size=16k");
    ck_assert_uint_eq(zp_doctor_host(&s, NULL, NULL, finding), nr);
    for (i = 0; i < nr; i++) {
        if (strcmp(finding[i].rule, "x2apic") == 0 ||
            strcmp(finding[i].rule, "console-ring") == 0)
            ck_assert_str_eq(finding[i].found, "not read");
    }
}
END_TEST

START_TEST(hypervisor)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    SET(p.s.xen_version, "4.14.6");
    ck_change(&p, "xen-version", "Xen 4.14.6",
              "a release with Xen 4.17 or newer: Debian 12, 13",
              ZP_WHERE_NONE);
    SET(p.s.xen_version, "4.20-unstable");
    ck_ok(&p, "xen-version", "Xen 4.20-unstable");
    SET(p.s.xen_version, "5.0");
    ck_ok(&p, "xen-version", "Xen 5.0");
    SET(p.s.xen_version, "x");
    ck_unknown(&p, "xen-version", "Xen \"x\"");
    patient_set_up(&p.s);
    p.s.patched = ZP_ANSWER_NO;
    ck_ok(&p, "tier", "stock: zones see no threads and no L3, and are "
          "dynamic on one node only");
    p.s.xenstored = ZP_ANSWER_NO;
    ck_change(&p, "xenstored", "it does not answer",
              "systemctl enable --now xen.service", ZP_WHERE_SHELL);
    SET(p.s.scheduler, "null");
    ck_change(&p, "scheduler", "null", "sched=credit2", ZP_WHERE_GRUB);
    SET(p.s.scheduler, "credit");
    ck_ok(&p, "scheduler", "credit");
    SET(p.s.xen_cmdline, "sched-gran=core");
    ck_change(&p, "sched-gran", "sched-gran=core", "sched-gran=cpu",
              ZP_WHERE_GRUB);
    SET(p.s.xen_cmdline, "sched-gran=cpu");
    ck_ok(&p, "sched-gran", "each vcpu by itself");
    p.s.pool_exists = ZP_ANSWER_NO;
    SET(p.s.pool, "zones");
    ck_change(&p, "cpupool", "there is no pool zones", "cpupool = Pool-0",
              ZP_WHERE_HOST_CONF);
    SET(p.s.xen_cmdline, "x2apic=off");
    ck_ok(&p, "x2apic", "off, which 128 pcpus can do with");
    SET(p.s.xen_cmdline, "x2apic=never");
    ck_ok(&p, "x2apic", "not turned off, 128 pcpus");
    SET(p.s.xen_cmdline, "gnttab_max_frames=32");
    ck_change(&p, "grants", "32 frames a guest", "gnttab_max_frames=64",
              ZP_WHERE_GRUB);
    SET(p.s.xen_cmdline, "gnttab_max_frames=256");
    ck_ok(&p, "grants", "256 frames a guest");
    fixture_clear(&p.f);
}
END_TEST

START_TEST(x2apic_of_many)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    gen_idle_host(&p.f.host, GEN_SOCKETS, 8, 32, 16 * GIB);
    fixture_build(&p.f);
    SET(p.s.xen_cmdline, "no-x2apic");
    ck_change(&p, "x2apic", "off, and 256 pcpus", "x2apic=1", ZP_WHERE_GRUB);
    fixture_clear(&p.f);
}
END_TEST

START_TEST(ring)
{
    static const struct {
        const char *option;
        const char *found;
        bool enough;
    } cases[] = {
        { "", "256 KiB", true },         /* 128 pcpus, 2 KiB each */
        { "conring_size=16k", "16 KiB", false },
        { "conring_size=16", "16 KiB", false },
        { "conring_size=1M", "1024 KiB", true },
        { "conring_size=1G", "1048576 KiB", true },
        { "conring_size=", "0 KiB", false },
    };
    struct patient p = { .nr = 0 };

    patient_init(&p);
    ck_ok(&p, "console-ring", "not needed on the patched tier");
    p.s.patched = ZP_ANSWER_NO;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SET(p.s.xen_cmdline, cases[i].option);
        if (cases[i].enough)
            ck_ok(&p, "console-ring", cases[i].found);
        else
            ck_change(&p, "console-ring", cases[i].found, "conring_size=1M",
                      ZP_WHERE_GRUB);
    }
    fixture_clear(&p.f);
}
END_TEST

/* 16 KiB is the least that Xen takes by itself. */
START_TEST(ring_of_few)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    gen_idle_host(&p.f.host, GEN_FLAT, 1, 4, 16 * GIB);
    fixture_build(&p.f);
    p.s.patched = ZP_ANSWER_NO;
    SET(p.s.xen_cmdline, "");
    ck_ok(&p, "console-ring", "16 KiB");
    fixture_clear(&p.f);
}
END_TEST

START_TEST(numa_off)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    SET(p.s.xen_cmdline, "numa=off");
    ck_change(&p, "numa", "numa=off on Xen's command line", "numa=on",
              ZP_WHERE_GRUB);
    SET(p.s.xen_cmdline, "numa=fake=4");
    ck_change(&p, "numa", "numa=fake=4 on Xen's command line", "numa=on",
              ZP_WHERE_GRUB);
    SET(p.s.xen_cmdline, "numa=off numa=on");
    ck_ok(&p, "numa", "8 nodes");
    SET(p.s.xen_cmdline, "no-bull=1 is-numa=off nonnuma=off");
    ck_ok(&p, "numa", "8 nodes");
    fixture_clear(&p.f);
}
END_TEST

/* One node on one socket, or on two. */
START_TEST(one_node)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    p.f.host.nr = 1;
    fixture_build(&p.f);
    ck_ok(&p, "numa", "1 node");
    ck_ok(&p, "slit", "1 node: there is no nearer one");
    SET(p.s.xen_cmdline, "");
    ck_ok(&p, "dom0-nodes", "there is one node");
    p.f.host.nodes_per_socket = 0;
    fixture_build(&p.f);
    ck_unknown(&p, "numa", "1 node, sockets not known");
    ck_unknown(&p, "nodes-per-socket", "sockets not known");
    ck_hint(&p, "smt", "cores not known", "core = LIST, a line for each core",
            ZP_WHERE_HOST_CONF);
    fixture_clear(&p.f);
}
END_TEST

/* The one node of a host that deals memory over both its sockets. */
START_TEST(interleaved_sockets)
{
    struct zp_pnode_desc desc = { .mem_kib = 64 * GIB };
    struct patient p = { .nr = 0 };

    patient_init(&p);
    fixture_clear(&p.f);
    ck_works(zp_topology_new(&p.f.topo, &err));
    zp_pcpuset_add(&desc.pcpus, 0);
    zp_pcpuset_add(&desc.pcpus, 1);
    ck_works(zp_topology_add_pnode(p.f.topo, &desc, &err));
    ck_works(zp_topology_set_pcpu(p.f.topo, 0, 0, 0, &err));
    ck_works(zp_topology_set_pcpu(p.f.topo, 1, 1, 1, &err));
    ck_works(zp_topology_freeze(p.f.topo, &err));
    ck_works(zp_load_new(p.f.topo, &p.f.load, &err));
    ck_change(&p, "numa", "1 node on 2 sockets",
              "no interleaving of memory over nodes or sockets",
              ZP_WHERE_FIRMWARE);
    ck_ok(&p, "smt", "cores of one thread");
    SET(p.s.xen_cmdline, "smt=0");
    ck_ok(&p, "smt", "cores of one thread: smt=0");
    ck_hint(&p, "nodes-per-socket", "0 on AMD EPYC 7742 64-Core Processor",
            "NPS4, or NPS2, where this model has it", ZP_WHERE_FIRMWARE);
    fixture_clear(&p.f);
}
END_TEST

START_TEST(slit)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    ck_ok(&p, "slit", "12 to 32");
    p.f.host.dist[0] = 20;
    fixture_build(&p.f);
    ck_change(&p, "slit", "no usable distances, 10 and 20 are assumed",
              "a SLIT, or a newer firmware", ZP_WHERE_FIRMWARE);
    p.f.host.dist[0] = 10;
    p.f.host.dist[1] = 13;
    fixture_build(&p.f);
    ck_unknown(&p, "slit", "12 to 32, and not the same in both directions");
    p.f.host.dist[1] = p.f.host.dist[8] = 10;
    fixture_build(&p.f);
    ck_unknown(&p, "slit", "another node at distance 10");
    p.f.host.dist[1] = p.f.host.dist[8] = 255;
    fixture_build(&p.f);
    ck_unknown(&p, "slit", "some nodes can't reach each other");
    for (uint32_t i = 0; i < 64; i++)
        p.f.host.dist[i] = i % 9 ? 20 : 10;
    fixture_build(&p.f);
    ck_unknown(&p, "slit", "20 between any two nodes of 2 sockets");
    fixture_clear(&p.f);
}
END_TEST

START_TEST(nodes_of_sockets)
{
    static const struct {
        uint32_t nodes_per_socket;
        const char *model;
        const char *found;
        const char *hint;
    } cases[] = {
        { 4, "AMD EPYC 9654", "4 on AMD EPYC 9654", "" },
        { 4, "", "4", "" },
        { 1, "AMD EPYC 9654", "1 on AMD EPYC 9654",
          "NPS4, or NPS2, where this model has it" },
        { 8, "AMD EPYC 9654", "8 on AMD EPYC 9654",
          "\"ACPI SRAT L3 cache as NUMA domain\" off" },
        { 1, "Intel(R) Xeon(R) Gold", "1 on Intel(R) Xeon(R) Gold",
          "sub-NUMA clustering, where this model has it" },
        { 1, "Atom", "1 on Atom", "" },
    };
    struct patient p = { .nr = 0 };

    patient_init(&p);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        p.f.host.nodes_per_socket = cases[i].nodes_per_socket;
        fixture_build(&p.f);
        SET(p.s.cpu_model, cases[i].model);
        if (*cases[i].hint)
            ck_hint(&p, "nodes-per-socket", cases[i].found, cases[i].hint,
                    ZP_WHERE_FIRMWARE);
        else
            ck_ok(&p, "nodes-per-socket", cases[i].found);
    }
    p.f.host.nodes_per_socket = 1;
    fixture_build(&p.f);
    SET(p.s.cpu_model, "");
    ck_unknown(&p, "nodes-per-socket", "1, model not read");
    fixture_clear(&p.f);
}
END_TEST

START_TEST(caches_and_devices)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    ck_ok(&p, "smt", "cores of two threads");
    ck_ok(&p, "l3", "16 L3 domains");
    p.f.host.pcpus_per_l3 = 0;
    fixture_build(&p.f);
    ck_hint(&p, "l3", "L3 domains not known",
            "l3 = LIST, a line for each domain", ZP_WHERE_HOST_CONF);
    ck_ok(&p, "devices", "0 of 0 have a node");
    p.f.host.nr_devices = 2;
    strcpy(p.f.host.device[0].busid, "0000:41:00.0");
    strcpy(p.f.host.device[1].busid, "0000:81:00.0");
    fixture_build(&p.f);
    ck_hint(&p, "devices", "none of 2 has a node",
            "_PXM for its PCI roots: a newer firmware", ZP_WHERE_FIRMWARE);
    p.f.host.device[1].nr_ids = 1;
    p.f.host.device[1].os_id[0] = p.f.host.os_id[3];
    fixture_build(&p.f);
    ck_ok(&p, "devices", "1 of 2 have a node");
    fixture_clear(&p.f);
}
END_TEST

START_TEST(services)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    p.s.blkback = p.s.netback = ZP_ANSWER_NO;
    ck_change(&p, "blkback", "not loaded", "xen-blkback", ZP_WHERE_MODULES);
    ck_change(&p, "netback", "not loaded", "xen-netback", ZP_WHERE_MODULES);
    p.s.dom0_numa_balancing = 1;
    ck_change(&p, "dom0-balancing", "kernel.numa_balancing is 1",
              "kernel.numa_balancing = 0", ZP_WHERE_SYSCTL);
    ck_ok(&p, "balloond", "runs, 2 dynamic zones");
    p.s.balloond = ZP_ANSWER_NO;
    ck_change(&p, "balloond", "does not run, 2 dynamic zones",
              "systemctl enable --now zone-balloond.service",
              ZP_WHERE_SHELL);
    p.s.dynamic_zones = 0;
    ck_ok(&p, "balloond", "does not run, 0 dynamic zones");
    fixture_clear(&p.f);
}
END_TEST

START_TEST(new_line)
{
    struct patient p = { .nr = 0 };
    char line[256], whole[256];
    size_t len;

    patient_init(&p);
    SET(p.s.xen_cmdline, "placeholder no-real-mode edd=off  com1=115200,8n1 "
        "dom0_mem=4G no-smt numa=off dom0_nodes=0,relaxed ");
    p.s.dom0_vcpus = 128;
    patient_ask(&p, "tier");
    len = zp_doctor_grub(&p.s, p.finding, p.nr, whole, sizeof(whole));
    ck_assert_str_eq(whole, "com1=115200,8n1 no-smt dom0_nodes=0,relaxed "
                     "numa=on dom0_mem=4G,max:4G dom0_max_vcpus=8");
    ck_assert_uint_eq(len, strlen(whole));
    /* As much as there is room for; a name is not a beginning of another. */
    ck_assert_uint_eq(zp_doctor_grub(&p.s, p.finding, p.nr, line, 9), len);
    ck_assert_str_eq(line, "com1=115");
    ck_assert_uint_eq(zp_doctor_grub(&p.s, p.finding, p.nr, NULL, 0), len);
    SET(p.s.xen_cmdline, "no-x2apic xnuma=off numa=off");
    patient_ask(&p, "tier");
    zp_doctor_grub(&p.s, p.finding, p.nr, line, sizeof(line));
    ck_assert_ptr_nonnull(strstr(line, "no-x2apic xnuma=off numa=on"));
    fixture_clear(&p.f);
}
END_TEST

START_TEST(one_line_always)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    SET(p.s.scheduler, "nu\nll\x7f");
    ck_change(&p, "scheduler", "nu?ll?", "sched=credit2", ZP_WHERE_GRUB);
    memset(p.s.host_conf_fault, 'y', sizeof(p.s.host_conf_fault) - 1);
    p.s.host_conf = ZP_ANSWER_NO;
    ck_assert_uint_eq(strlen(patient_ask(&p, "host-conf")->found), 159);
    fixture_clear(&p.f);
}
END_TEST

START_TEST(words)
{
    ck_assert_str_eq(zp_verdict_name(ZP_VERDICT_CHANGE), "change");
    ck_assert_str_eq(zp_verdict_name(ZP_VERDICT_UNKNOWN), "unknown");
    ck_assert_str_eq(zp_where_name(ZP_WHERE_NONE), "");
    for (int where = ZP_WHERE_GRUB; where <= ZP_WHERE_SHELL; where++)
        ck_assert_str_ne(zp_where_name((enum zp_where)where), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("doctor");
    TCase *host = tcase_create("host");

    tcase_add_test(host, all_well);
    tcase_add_test(host, nothing_read);
    tcase_add_test(host, hypervisor);
    tcase_add_test(host, x2apic_of_many);
    tcase_add_test(host, ring);
    tcase_add_test(host, ring_of_few);
    tcase_add_test(host, numa_off);
    tcase_add_test(host, one_node);
    tcase_add_test(host, interleaved_sockets);
    tcase_add_test(host, slit);
    tcase_add_test(host, nodes_of_sockets);
    tcase_add_test(host, caches_and_devices);
    tcase_add_test(host, services);
    tcase_add_test(host, new_line);
    tcase_add_test(host, one_line_always);
    tcase_add_test(host, words);
    suite_add_tcase(suite, host);
    return suite_run(suite);
}
