/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How zones end, and what is done about those that can't, on a host that is
 * made up (fake_xen.h). */
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "fake_xen.h"

/* In the order in which recovery comes to them. */
#define UUID_A "047e7dd7-066b-4ad0-896f-1d64c02fd782"
#define UUID_B "147e7dd7-066b-4ad0-896f-1d64c02fd782"
#define LIFE(uuid) ZP__STORE "/zone/" uuid "/life"

/* phase domid holder start monitor start special_pages acpi_pages xsdt */
#define NOBODY " 0 0 0 0 0 0 0 0"

static struct zp_error err;

static void setup(void)
{
    fake_reset();
    memset(&err, 0, sizeof(err));
}

static const libxl_dominfo *in_list(const char *uuid)
{
    static libxl_dominfo *list;
    static int nr;

    libxl_dominfo_list_free(list, nr);
    ck_assert_int_eq(zp__domains(&fake_xen, &list, &nr, &err), 0);
    return zp__domain_in(list, nr, uuid);
}

/* A domain that Xen can't free counts where there is no other alone: a zone
 * that was restarted has the new one. */
START_TEST(dying_is_gone)
{
    uint32_t domid = 77;

    fake_zone(UUID_A, "a", "running 5 0 0 0 0 0 0 0", 5);
    fake.domain[0].dying = true;
    ck_assert_int_eq(in_list(UUID_A)->domid, 5);
    ck_assert_int_eq(zp__domain_by_uuid(&fake_xen, UUID_A, &domid, &err),
                     ZP_ERR_NOTFOUND);
    ck_assert_uint_eq(domid, 77);
    fake_zone(UUID_A, "a", "running 6 0 0 0 0 0 0 0", 6);
    ck_assert_int_eq(in_list(UUID_A)->domid, 6);
    ck_assert_int_eq(zp__domain_by_uuid(&fake_xen, UUID_A, &domid, &err), 0);
    ck_assert_uint_eq(domid, 6);
    ck_assert_ptr_null(in_list(UUID_B));
}
END_TEST

/* Somebody keeps a page: the zone ends all the same, and is asked once. */
START_TEST(page_is_kept)
{
    unsigned mended = 0;

    fake_zone(UUID_A, "a", "ending" NOBODY, 5);
    fake_zone(UUID_B, "b", "ending" NOBODY, 6);
    fake.domain[0].kept = true;
    ck_assert_int_eq(zp_zone_recover(&fake_xen, &mended, &err), 0);
    ck_assert_int_eq(err.code, ZP_OK);
    ck_assert_uint_eq(mended, 2);
    ck_assert_uint_eq(fake.destroys, 2);
    ck_assert_uint_le(fake.sleeps, 50);
    ck_assert_ptr_null(fake_read(LIFE(UUID_A)));
    ck_assert_ptr_null(fake_read(LIFE(UUID_B)));
    ck_assert_uint_eq(fake.domain[0].domid, 5);
}
END_TEST

/* Its monitor finds it dead by somebody else's hand. */
START_TEST(dead_before)
{
    fake_zone(UUID_A, "a", "running 5 0 0 0 0 0 0 0", 5);
    fake.domain[0].dying = true;
    ck_assert_int_eq(zp_zone_recover(&fake_xen, NULL, &err), 0);
    ck_assert_int_eq(err.code, ZP_OK);
    ck_assert_ptr_null(fake_read(LIFE(UUID_A)));
    ck_assert_uint_eq(fake.destroys, 0);
}
END_TEST

/* One that can't be destroyed is said, and the others are not its hostages;
 * nor does the lock's holder wait for it. */
START_TEST(stuck_alone)
{
    unsigned mended = 77;

    fake_zone(UUID_A, "a", "ending" NOBODY, 5);
    fake_zone(UUID_B, "b", "ending" NOBODY, 6);
    fake.domain[0].stuck = true;
    ck_assert_int_eq(zp_zone_recover(&fake_xen, &mended, &err), 0);
    ck_assert_int_eq(err.code, ZP_ERR_XEN);
    ck_assert_str_eq(err.msg, "zone a: destroying domain 5 failed (-3)");
    ck_assert_uint_eq(mended, 1);
    ck_assert_uint_eq(fake.destroys, 4);
    ck_assert_uint_le(fake.sleeps, 5);
    ck_assert_ptr_nonnull(fake_read(LIFE(UUID_A)));
    ck_assert_ptr_null(fake_read(LIFE(UUID_B)));
}
END_TEST

/* A monitor that can't be started is said, and the zone can be destroyed. */
START_TEST(no_monitor)
{
    struct zp_zone zone = { .domid = 5 };

    fake_zone(UUID_A, "a", "running 5 0 0 0 0 0 0 0", 5);
    fake_zone(UUID_B, "b", "ending" NOBODY, 0);
    ck_assert_int_eq(zp_zone_recover(&fake_xen, NULL, &err), 0);
    ck_assert_str_eq(err.msg, "zone a: no monitor for a");
    ck_assert_str_eq(err.limit, "monitor");
    ck_assert_ptr_null(fake_read(LIFE(UUID_B)));
    strcpy(zone.spec.uuid, UUID_A);
    ck_assert_int_eq(zp_zone_destroy(&fake_xen, &zone, &err), 0);
    ck_assert_ptr_null(fake_read(LIFE(UUID_A)));
    ck_assert_uint_eq(fake.domain[0].domid, 0);
}
END_TEST

/* The verb on that very zone does fail, after it has tried for long. */
START_TEST(stuck_destroy)
{
    struct zp_zone zone = { .domid = 5 };

    fake_zone(UUID_A, "a", "running 5 0 0 0 0 0 0 0", 5);
    fake.domain[0].stuck = true;
    strcpy(zone.spec.uuid, UUID_A);
    ck_assert_int_eq(zp_zone_destroy(&fake_xen, &zone, &err), ZP_ERR_XEN);
    ck_assert_uint_eq(fake.destroys, ZP__WIPE_TRIES);
    ck_assert_str_eq(fake_read(LIFE(UUID_A)), "ending 5 0 0 0 0 0 0 0");
}
END_TEST

/* A launcher makes the reservation its own, under the lock. */
enum { OTHER = 42 };

static void take_over(void)
{
    const char *life = fake_read(LIFE(UUID_A));

    if (!life || strncmp(life, "reserved ", 9) != 0)
        return;
    fake_write(LIFE(UUID_A), "launching 0 42 7 0 0 0 0 0");
    fake.alive[0] = OTHER;
}

/* A monitor says that it is there, and asks nobody. */
static void come(void)
{
    const char *life = fake_read(LIFE(UUID_A));

    if (!life || strncmp(life, "running ", 8) != 0)
        return;
    fake_write(LIFE(UUID_A), "running 5 0 0 42 7 0 0 0");
    fake.alive[0] = OTHER;
}

/* Wherever destroy is by then, it ends them, too; or they have seen its word
 * and did nothing. */
static unsigned destroy_with(void (*others)(void), bool lock,
                             const char *life, uint32_t domid)
{
    struct zp_zone zone = { .domid = domid };
    unsigned at, met = 0;

    strcpy(zone.spec.uuid, UUID_A);
    for (at = 1; at == 1 || fake.done; at++) {
        fake_reset();
        fake_zone(UUID_A, "a", life, domid);
        fake.others = others;
        fake.others_lock = lock;
        fake.at_call = at;
        ck_assert_int_eq(zp_zone_destroy(&fake_xen, &zone, &err), 0);
        ck_assert_ptr_null(fake_read(LIFE(UUID_A)));
        ck_assert_msg(!fake.alive[0], "at call %u: it lives", at);
        met += fake.nr_killed;
    }
    ck_assert_uint_ge(at, 5);
    return met;
}

START_TEST(taken_over_meanwhile)
{
    destroy_with(take_over, true, "reserved" NOBODY, 0);
}
END_TEST

START_TEST(monitor_meanwhile)
{
    ck_assert_uint_ge(destroy_with(come, false, "running 5 0 0 0 0 0 0 0", 5),
                      3);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("xen life");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, dying_is_gone);
    tcase_add_test(tc, page_is_kept);
    tcase_add_test(tc, dead_before);
    tcase_add_test(tc, stuck_alone);
    tcase_add_test(tc, no_monitor);
    tcase_add_test(tc, stuck_destroy);
    tcase_add_test(tc, taken_over_meanwhile);
    tcase_add_test(tc, monitor_meanwhile);
    return suite_run(s);
}
