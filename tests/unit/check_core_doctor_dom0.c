/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The doctor's rules of dom0: its memory, its vcpus, what is kept for it. */
#include "patient.h"

#define GIB ((uint64_t)1 << 20)

START_TEST(dom0_memory)
{
    static const struct {
        const char *line;
        const char *found;
        const char *change;
    } cases[] = {
        { "", "not given, dom0 has 4096 MiB", "dom0_mem=4096M,max:4096M" },
        { "dom0_mem=4G", "4G: no maximum", "dom0_mem=4G,max:4G" },
        { "dom0_mem=2G,max:4G", "2G,max:4G: not the same as its maximum",
          "dom0_mem=2G,max:2G" },
        { "dom0_mem=max:4G", "max:4G: not the same as its maximum",
          "dom0_mem=4G,max:4G" },
        { "dom0_mem=min:1G,max:4G,4G", "min:1G,max:4G,4G", NULL },
        { "dom0_mem=1G dom0_mem=4G,max:4G", "4G,max:4G", NULL },
    };
    struct patient p = { .nr = 0 };

    patient_init(&p);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SET(p.s.xen_cmdline, cases[i].line);
        if (cases[i].change)
            ck_change(&p, "dom0-mem", cases[i].found, cases[i].change,
                      ZP_WHERE_GRUB);
        else
            ck_ok(&p, "dom0-mem", cases[i].found);
    }
    SET(p.s.xen_cmdline, "");
    p.s.dom0_kib = ZP_UNKNOWN_NUMBER;
    ck_change(&p, "dom0-mem", "not given", "dom0_mem=4096M,max:4096M",
              ZP_WHERE_GRUB);
    ck_unknown(&p, "dom0-balloon", "not read");
    fixture_clear(&p.f);
}
END_TEST

START_TEST(dom0_balloons)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    p.s.dom0_kib = 3 * GIB;
    ck_change(&p, "dom0-balloon", "3072 of 4096 MiB: it has given some back",
              "xl mem-set Domain-0 4096", ZP_WHERE_SHELL);
    p.s.dom0_kib = 4 * GIB - 64 * 1024;
    ck_ok(&p, "dom0-balloon", "4032 MiB, all that is its own");
    p.s.dom0_max_kib = UINT64_MAX - 1;
    ck_ok(&p, "dom0-balloon", "4032 MiB, without a maximum to compare");
    p.s.dom0_max_kib = 1024 * GIB;
    ck_ok(&p, "dom0-balloon", "4032 MiB, without a maximum to compare");
    ck_ok(&p, "autoballoon", "auto, which is off with dom0_mem");
    SET(p.s.xen_cmdline, "");
    ck_change(&p, "autoballoon", "auto", "autoballoon=\"off\"",
              ZP_WHERE_XL_CONF);
    SET(p.s.autoballoon, "on");
    ck_change(&p, "autoballoon", "on", "autoballoon=\"off\"",
              ZP_WHERE_XL_CONF);
    SET(p.s.autoballoon, "0");
    ck_ok(&p, "autoballoon", "off");
    fixture_clear(&p.f);
}
END_TEST

START_TEST(dom0_vcpus)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    p.s.dom0_vcpus = 128;
    ck_ok(&p, "dom0-vcpus", "128 on 128 pcpus");
    SET(p.s.xen_cmdline, "");
    ck_change(&p, "dom0-vcpus", "128 on 128 pcpus", "dom0_max_vcpus=8",
              ZP_WHERE_GRUB);
    p.s.dom0_vcpus = 4;
    ck_ok(&p, "dom0-vcpus", "4 on 128 pcpus");
    ck_change(&p, "dom0-nodes", "not given: dom0's memory is anywhere",
              "dom0_nodes=0", ZP_WHERE_GRUB);
    ck_ok(&p, "dom0-pinned", "on pcpus 0-15");
    for (uint32_t pcpu = 16; pcpu < 128; pcpu++)
        zp_pcpuset_add(&p.s.dom0_pcpus, pcpu);
    ck_change(&p, "dom0-pinned", "its vcpus run on any of 128 pcpus",
              "xl vcpu-pin Domain-0 all 0-3", ZP_WHERE_SHELL);
    /* a first node that has no pcpus is no home */
    p.f.host.nr_pcpus[0] = 0;
    fixture_build(&p.f);
    ck_change(&p, "dom0-nodes", "not given: dom0's memory is anywhere",
              "dom0_nodes=1", ZP_WHERE_GRUB);
    ck_change(&p, "dom0-pinned", "its vcpus run on any of 112 pcpus",
              "xl vcpu-pin Domain-0 all 16-19", ZP_WHERE_SHELL);
    fixture_clear(&p.f);
}
END_TEST

/* Every other pcpu: a list of 72 would end in half a number. */
START_TEST(lists_end_at_a_comma)
{
    struct zp_pnode_desc desc = { .mem_kib = 1 << 24 };
    struct patient p = { .nr = 0 };
    struct zp_topology *topo;
    struct zp_load *load;
    uint32_t pcpu;

    patient_init(&p);
    SET(p.s.xen_cmdline, "");
    ck_works(zp_topology_new(&topo, &err));
    for (desc.os_id = 0; desc.os_id < 2; desc.os_id++) {
        memset(&desc.pcpus, 0, sizeof(desc.pcpus));
        for (pcpu = desc.os_id; pcpu < 144; pcpu += 2)
            zp_pcpuset_add(&desc.pcpus, pcpu);
        ck_works(zp_topology_add_pnode(topo, &desc, &err));
    }
    ck_works(zp_topology_freeze(topo, &err));
    ck_works(zp_load_new(topo, &load, &err));
    zp_topology_free(p.f.topo);
    zp_load_free(p.f.load);
    p.f.topo = topo;
    p.f.load = load;
    p.s.dom0_vcpus = 60;
    for (pcpu = 0; pcpu < 144; pcpu++)
        zp_pcpuset_add(&p.s.dom0_pcpus, pcpu);
    ck_change(&p, "dom0-pinned", "its vcpus run on any of 144 pcpus",
              "xl vcpu-pin Domain-0 all 0,2,4,6,8,10,12,14,16,18,20,22,24,26,"
              "28,30,32,34,36,38,40,42,44,46,48,50,52,54,56,58,60,62,64,66,"
              "68,70,72,74,76,78,80,82,84,86", ZP_WHERE_SHELL);
    fixture_clear(&p.f);
}
END_TEST

START_TEST(reserves)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    ck_ok(&p, "node-reserve", "at least 128 MiB a node");
    p.f.host.reserve_kib[5] = 0;
    memset(&p.f.host.reserved, 0, sizeof(p.f.host.reserved));
    fixture_build(&p.f);
    ck_change(&p, "node-reserve", "none", "reserve-percent = 1",
              ZP_WHERE_HOST_CONF);
    ck_change(&p, "reserved-pcpus", "none: zones run where dom0 does",
              "reserved-pcpus = 0-3", ZP_WHERE_HOST_CONF);
    zp_pcpuset_add(&p.f.host.reserved, 40);
    fixture_build(&p.f);
    ck_change(&p, "reserved-pcpus", "40, where dom0 does not run",
              "reserved-pcpus = 0-3", ZP_WHERE_HOST_CONF);
    zp_pcpuset_add(&p.f.host.reserved, 400);
    fixture_build(&p.f);
    ck_change(&p, "reserved-pcpus", "40,400, and not all of these are there",
              "reserved-pcpus = 0-3", ZP_WHERE_HOST_CONF);
    ck_ok(&p, "node-free", "16384 to 16384 MiB a node");
    p.f.host.reserve_kib[3] = p.f.host.free_kib[3] = GIB;
    fixture_build(&p.f);
    ck_ok(&p, "node-free", "1024 to 16384 MiB a node");
    p.f.host.free_kib[2] = p.f.host.free_kib[6] = 1024;
    fixture_build(&p.f);
    ck_change(&p, "node-free", "less than the reserve on 2 nodes, the first "
              "is 2", "zonectl audit, and end or shrink a guest there",
              ZP_WHERE_SHELL);
    p.s.host_conf = ZP_ANSWER_NO;
    SET(p.s.host_conf_fault, "host.conf:3: unknown key colour");
    ck_change(&p, "host-conf", "host.conf:3: unknown key colour",
              "a line that is right, or none", ZP_WHERE_HOST_CONF);
    ck_unknown(&p, "node-reserve", "not read");
    ck_unknown(&p, "reserved-pcpus", "not read");
    fixture_clear(&p.f);
}
END_TEST

START_TEST(one_pcpu_for_all)
{
    struct patient p = { .nr = 0 };

    patient_init(&p);
    gen_idle_host(&p.f.host, GEN_SOCKETS, 1, 1, 16 * GIB);
    fixture_build(&p.f);
    ck_ok(&p, "dom0-pinned", "there is one pcpu");
    fixture_clear(&p.f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("doctor of dom0");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, dom0_memory);
    tcase_add_test(tcase, dom0_balloons);
    tcase_add_test(tcase, dom0_vcpus);
    tcase_add_test(tcase, lists_end_at_a_comma);
    tcase_add_test(tcase, reserves);
    tcase_add_test(tcase, one_pcpu_for_all);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
