/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that others have placed: shares, and the order of relaunches. */
#include "../golden/oom.h"
#include "core.h"

enum { GIB = 1 << 20 };

/* @nr vcpus on the pcpus of nodes [from, to]. */
static void pin(struct zp_pcpuset *set, uint32_t nr, uint32_t from,
                uint32_t to)
{
    uint32_t i, p;

    memset(set, 0, nr * sizeof(*set));
    for (i = 0; i < nr; i++) {
        for (p = from * 16; p < (to + 1) * 16; p++)
            zp_pcpuset_add(&set[i], p);
    }
}

START_TEST(shares)
{
    struct zp_pcpuset vcpu[4];
    struct zp_guest guest = { .name = "g", .domid = 3, .nr_vcpus = 4,
                              .vcpu = vcpu };
    struct zp_audit audit;
    struct fixture f;

    fixture_init(&f);
    fixture_build(&f);
    /* All at home. */
    pin(vcpu, 4, 2, 2);
    guest.held_kib[2] = GIB;
    ck_works(zp_audit(f.topo, f.load, &guest, 1, &audit, &err));
    ck_assert_uint_eq(audit.local_permille, 1000);
    ck_assert_uint_eq(audit.nr_astray, 0);
    ck_assert_uint_eq(audit.off_kib, 0);
    ck_assert_uint_eq(audit.turn, 0);
    ck_assert_str_eq(audit.why, "");
    /* A quarter of it elsewhere. */
    guest.held_kib[5] = GIB / 3;
    ck_works(zp_audit(f.topo, f.load, &guest, 1, &audit, &err));
    ck_assert_uint_eq(audit.local_permille, 750);
    ck_assert_uint_eq(audit.nr_astray, 0);
    ck_assert_uint_eq(audit.off_kib, GIB / 3);
    ck_assert_uint_eq(audit.turn, 1);
    ck_assert_uint_eq(audit.home.nr, 1);
    /* Vcpus on all eight nodes, memory on one: an eighth. */
    pin(vcpu, 4, 0, 7);
    guest.held_kib[5] = 0;
    ck_works(zp_audit(f.topo, f.load, &guest, 1, &audit, &err));
    ck_assert_uint_eq(audit.local_permille, 125);
    ck_assert_uint_eq(audit.nr_astray, 4);
    ck_assert_uint_eq(audit.off_kib, 0);
    /* dom0 is looked at and left alone. */
    guest.fixed = true;
    ck_works(zp_audit(f.topo, f.load, &guest, 1, &audit, &err));
    ck_assert_uint_eq(audit.local_permille, 125);
    ck_assert_uint_eq(audit.turn, 0);
    /* No vcpus, no memory: nothing is remote. */
    guest.nr_vcpus = 0;
    ck_works(zp_audit(f.topo, f.load, &guest, 1, &audit, &err));
    ck_assert_uint_eq(audit.local_permille, 1000);
    guest.nr_vcpus = 4;
    guest.held_kib[2] = 0;
    ck_works(zp_audit(f.topo, f.load, &guest, 1, &audit, &err));
    ck_assert_uint_eq(audit.local_permille, 1000);
    ck_works(zp_audit(f.topo, f.load, NULL, 0, NULL, &err));
    fixture_clear(&f);
}
END_TEST

/* Guests of one vcpu each, on that node. */
static void one_vcpu_on(struct zp_guest *guests, struct zp_pcpuset *vcpu,
                        const uint32_t *pnode, uint32_t nr)
{
    uint32_t i;

    memset(guests, 0, nr * sizeof(*guests));
    for (i = 0; i < nr; i++) {
        pin(&vcpu[i], 1, pnode[i], pnode[i]);
        guests[i].domid = i + 1;
        guests[i].nr_vcpus = 1;
        guests[i].vcpu = &vcpu[i];
        snprintf(guests[i].name, sizeof(guests[i].name), "g%u", i);
    }
}

/* Two guests share two full nodes crosswise; a third is too large for what is
 * left. The first relaunch needs the room that it leaves itself, and what it
 * gives back lets the other go home. */
static void crosswise(struct fixture *f, struct zp_pcpuset vcpu[3],
                      struct zp_guest guests[3])
{
    uint32_t i;

    fixture_init(f);
    for (i = 0; i < 8; i++)
        f->host.free_kib[i] = GIB / 2;
    f->host.free_kib[0] = 5 * GIB;
    fixture_build(f);
    one_vcpu_on(guests, vcpu, (const uint32_t[]){ 1, 2, 3 }, 3);
    guests[0].held_kib[2] = 4 * GIB;         /* vcpu on 1 */
    guests[1].held_kib[1] = 6 * GIB;         /* vcpu on 2 */
    guests[2].held_kib[4] = 8 * GIB;         /* vcpu on 3 */
    guests[2].held_kib[5] = 9 * GIB;
}

START_TEST(order)
{
    struct zp_pcpuset vcpu[3];
    struct zp_guest guests[3];
    struct zp_audit audits[3];
    struct fixture f;

    crosswise(&f, vcpu, guests);
    ck_works(zp_audit(f.topo, f.load, guests, 3, audits, &err));
    /* Most remote memory first, where it has room. */
    ck_assert_uint_eq(audits[2].turn, 1);
    ck_assert_uint_ge(audits[2].home.nr, 2);
    ck_assert_uint_eq(audits[1].turn, 2);
    ck_assert_uint_eq(audits[0].turn, 3);
    ck_assert_uint_eq(audits[1].home.nr, 1);
    ck_assert_uint_eq(audits[0].home.nr, 1);
    /* What is there is not given twice. */
    ck_assert_uint_ne(audits[0].home.os_id[0], audits[1].home.os_id[0]);
    ck_assert_uint_eq(zp_load_free_kib(f.load, 0), 5 * GIB);
    fixture_clear(&f);
}
END_TEST

/* More vcpus than any host has: it can't be mended, and that is said. */
START_TEST(no_room)
{
    struct zp_pcpuset vcpu[130];
    struct zp_guest guest = { .name = "wide", .domid = 9, .nr_vcpus = 130,
                              .vcpu = vcpu, .held_kib = { GIB } };
    struct zp_audit audit;
    struct fixture f;

    fixture_init(&f);
    fixture_build(&f);
    pin(vcpu, 130, 0, 7);
    ck_works(zp_audit(f.topo, f.load, &guest, 1, &audit, &err));
    ck_assert_uint_eq(audit.turn, 0);
    ck_assert_str_eq(audit.why,
                     "130 vcpus are asked, a zone has at most 128");
    fixture_clear(&f);
}
END_TEST

/* A node has no more than it has, whatever a guest says to hold of it. */
START_TEST(a_guest_holds_no_more_than_the_node)
{
    struct zp_pcpuset vcpu;
    struct zp_guest guest = { .name = "liar", .domid = 9, .nr_vcpus = 1,
                              .vcpu = &vcpu };
    struct zp_audit audit;
    struct fixture f;

    fixture_init(&f);
    fixture_build(&f);
    pin(&vcpu, 1, 1, 1);
    guest.held_kib[2] = 20 * GIB;
    ck_works(zp_audit(f.topo, f.load, &guest, 1, &audit, &err));
    ck_assert_uint_eq(audit.home.nr, 2);
    fixture_clear(&f);
}
END_TEST

/* What one leaves of its new home is there for the next. */
START_TEST(two_go_to_one_node)
{
    struct zp_pcpuset vcpu[2];
    struct zp_guest guests[2];
    struct zp_audit audits[2];
    struct fixture f;
    uint32_t i;

    fixture_init(&f);
    for (i = 0; i < 8; i++)
        f.host.free_kib[i] = i == 6 ? 16 * GIB : 0;
    fixture_build(&f);
    one_vcpu_on(guests, vcpu, (const uint32_t[]){ 0, 0 }, 2);
    guests[0].held_kib[1] = guests[0].held_kib[2] = 3 * GIB;
    guests[1].held_kib[3] = guests[1].held_kib[4] = 3 * GIB;
    ck_works(zp_audit(f.topo, f.load, guests, 2, audits, &err));
    for (i = 0; i < 2; i++) {
        ck_assert_uint_eq(audits[i].turn, 1 + i);
        ck_assert_uint_eq(audits[i].home.nr, 1);
        ck_assert_uint_eq(audits[i].home.os_id[0], 6);
    }
    fixture_clear(&f);
}
END_TEST

/* Two halves that do not reach each other. The worst guest fits on neither
 * until another has left one: then it has its turn. */
START_TEST(who_moves_makes_room)
{
    struct zp_pcpuset vcpu[2];
    struct zp_guest guests[2];
    struct zp_audit audits[2];
    struct fixture f;
    uint32_t i;

    fixture_init(&f);
    gen_idle_host(&f.host, GEN_ISLANDS, 4, 16, 16 * GIB);
    for (i = 0; i < 4; i++)
        f.host.free_kib[i] = i == 3 ? 4 * GIB + GIB / 8 : 0;
    fixture_build(&f);
    one_vcpu_on(guests, vcpu, (const uint32_t[]){ 3, 3 }, 2);
    guests[0].held_kib[0] = 5 * GIB;
    guests[0].held_kib[2] = 2 * GIB;
    guests[1].held_kib[1] = 4 * GIB;
    ck_works(zp_audit(f.topo, f.load, guests, 2, audits, &err));
    ck_assert_uint_eq(audits[1].turn, 1);
    ck_assert_uint_eq(audits[1].home.os_id[0], 3);
    ck_assert_uint_eq(audits[0].turn, 2);
    fixture_clear(&f);
}
END_TEST

START_TEST(no_memory)
{
    struct zp_pcpuset vcpu[3];
    struct zp_guest guests[3];
    struct zp_audit audits[3];
    struct zp_error why;
    struct fixture f;
    bool hit = true;
    long nth;
    int rc;

    crosswise(&f, vcpu, guests);
    for (nth = 0; hit; nth++) {
        oom_arm(nth);
        rc = zp_audit(f.topo, f.load, guests, 3, audits, &why);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
    }
    ck_assert_int_ge(nth, 4);
    fixture_clear(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("audit");
    TCase *tc = tcase_create("audit");

    tcase_add_test(tc, shares);
    tcase_add_test(tc, order);
    tcase_add_test(tc, no_room);
    tcase_add_test(tc, a_guest_holds_no_more_than_the_node);
    tcase_add_test(tc, two_go_to_one_node);
    tcase_add_test(tc, who_moves_makes_room);
    tcase_add_test(tc, no_memory);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
