/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "patient.h"

#define GIB ((uint64_t)1 << 20)

void patient_put(char *to, size_t size, const char *from)
{
    ck_assert_uint_lt(strlen(from), size);
    strcpy(to, from);
}

void patient_set_up(struct zp_setup *s)
{
    zp_setup_init(s);
    SET(s->xen_version, "4.17.7");
    SET(s->xen_cmdline, GOOD_LINE);
    SET(s->scheduler, "credit2");
    SET(s->pool, "Pool-0");
    SET(s->cpu_model, "AMD EPYC 7742 64-Core Processor");
    SET(s->autoballoon, "auto");
    s->patched = s->xenstored = s->pool_exists = ZP_ANSWER_YES;
    s->blkback = s->netback = s->host_conf = s->balloond = ZP_ANSWER_YES;
    s->dom0_kib = s->dom0_max_kib = 4 * GIB;
    s->dom0_vcpus = 4;
    s->dom0_numa_balancing = 0;
    s->dynamic_zones = 2;
    for (uint32_t pcpu = 0; pcpu < 16; pcpu++)
        zp_pcpuset_add(&s->dom0_pcpus, pcpu);
}

void patient_init(struct patient *p)
{
    fixture_init(&p->f);
    p->f.host.nodes_per_socket = 4;
    p->f.host.pcpus_per_core = 2;
    p->f.host.pcpus_per_l3 = 8;
    for (uint32_t i = 0; i < 8; i++)
        p->f.host.reserve_kib[i] = 128 * 1024;
    for (uint32_t pcpu = 0; pcpu < 4; pcpu++)
        zp_pcpuset_add(&p->f.host.reserved, pcpu);
    fixture_build(&p->f);
    patient_set_up(&p->s);
}

const struct zp_finding *patient_ask(struct patient *p, const char *rule)
{
    size_t i;

    p->nr = zp_doctor_host(&p->s, p->f.topo, p->f.load, p->finding);
    for (i = 0; i < p->nr && strcmp(p->finding[i].rule, rule) != 0; i++)
        ;
    ck_assert_msg(i < p->nr, "no rule %s", rule);
    return &p->finding[i];
}
