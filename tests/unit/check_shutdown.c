/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When shutdown --wait is done: zonectl's verb on a zone that is made up, which
 * goes through states, one a look. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* First: check.h has a macro fail(). */
#include "../../tools/zonectl.h"
#include "../suite.h"

enum { FOR_EVER = 50, GONE = -1 };

struct sight {
    int state;                   /* enum zp_zone_state, or GONE */
    uint32_t domid;
};

/* The last look is what all that follow see. */
static const struct sight *looks;
static size_t nr_looks, at;
static struct zp_zone_spec actions;
static bool with_reboot;

const char *given(const struct ctl *ctl, int id)
{
    (void)ctl;
    return id == OPT_WAIT || (id == OPT_REBOOT && with_reboot) ? "" : NULL;
}

static struct zp_zone *make(const struct sight *sight)
{
    struct zp_zone *zone = calloc(1, sizeof(*zone));

    ck_assert_ptr_nonnull(zone);
    zone->domid = sight->domid;
    zone->state = (enum zp_zone_state)sight->state;
    zone->spec = actions;
    strcpy(zone->spec.uuid, "047e7dd7-066b-4ad0-896f-1d64c02fd782");
    return zone;
}

int find_zone(struct ctl *ctl, struct zp_zone **zone_out)
{
    (void)ctl;
    *zone_out = make(&(struct sight){ ZP_ZONE_BLOCKED, 5 });
    return EXIT_OK;
}

void free_zone(struct zp_zone **zone)
{
    free(*zone);
}

int zp_zone_shutdown(struct zp_xen *xen, const struct zp_zone *zone,
                     bool reboot, struct zp_error *err)
{
    (void)xen;
    (void)zone;
    (void)err;
    ck_assert(reboot == with_reboot);
    return ZP_OK;
}

int zp_zone_find(struct zp_xen *xen, const char *which,
                 struct zp_zone **zone_out, struct zp_error *err)
{
    const struct sight *sight = &looks[at < nr_looks ? at : nr_looks - 1];

    (void)xen;
    (void)which;
    ck_assert_msg(at++ < FOR_EVER, "it waits for ever");
    if (sight->state == GONE)
        return err->code = ZP_ERR_NOTFOUND;
    *zone_out = make(sight);
    return ZP_OK;
}

int nanosleep(const struct timespec *want, struct timespec *left)
{
    (void)want;
    (void)left;
    return 0;
}

#define LOOKS(...) (const struct sight[]){ __VA_ARGS__ }, \
    sizeof((const struct sight[]){ __VA_ARGS__ }) / sizeof(struct sight)

/* Done at the last of the looks, no sooner. */
static void expect(bool reboot, const struct sight *all, size_t nr)
{
    struct ctl ctl = { 0 };

    with_reboot = reboot;
    looks = all;
    nr_looks = nr;
    at = 0;
    ck_assert_int_eq(cmd_shutdown(&ctl), EXIT_OK);
    ck_assert_uint_eq(at, nr);
}

static void setup(void)
{
    memset(&actions, 0, sizeof(actions));
    actions.on_poweroff = ZP_ACTION_DESTROY;
    actions.on_reboot = ZP_ACTION_RESTART;
    actions.on_crash = ZP_ACTION_DESTROY;
}

START_TEST(as_launched)
{
    expect(false, LOOKS({ ZP_ZONE_RUNNING, 5 }, { ZP_ZONE_SHUTDOWN, 5 },
                        { GONE, 0 }));
    expect(true, LOOKS({ ZP_ZONE_SHUTDOWN, 5 }, { ZP_ZONE_REBOOTING, 0 },
                       { ZP_ZONE_REBOOTING, 6 }, { ZP_ZONE_BLOCKED, 6 }));
    expect(false, LOOKS({ ZP_ZONE_CRASHED, 5 }, { GONE, 0 }));
}
END_TEST

START_TEST(poweroff_is_kept)
{
    actions.on_poweroff = ZP_ACTION_PRESERVE;
    expect(false, LOOKS({ ZP_ZONE_BLOCKED, 5 }, { ZP_ZONE_SHUTDOWN, 5 }));
    /* It is not over: the restart is to come. */
    expect(true, LOOKS({ ZP_ZONE_SHUTDOWN, 5 }, { ZP_ZONE_REBOOTING, 0 },
                       { ZP_ZONE_BLOCKED, 6 }));
}
END_TEST

START_TEST(reboot_is_kept)
{
    actions.on_reboot = ZP_ACTION_PRESERVE;
    expect(true, LOOKS({ ZP_ZONE_BLOCKED, 5 }, { ZP_ZONE_SHUTDOWN, 5 }));
    expect(false, LOOKS({ ZP_ZONE_SHUTDOWN, 5 }, { GONE, 0 }));
}
END_TEST

START_TEST(crash_is_kept)
{
    actions.on_crash = ZP_ACTION_PRESERVE;
    expect(false, LOOKS({ ZP_ZONE_BLOCKED, 5 }, { ZP_ZONE_CRASHED, 5 }));
    expect(true, LOOKS({ ZP_ZONE_BLOCKED, 5 }, { ZP_ZONE_CRASHED, 5 }));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("shutdown");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, as_launched);
    tcase_add_test(tc, poweroff_is_kept);
    tcase_add_test(tc, reboot_is_kept);
    tcase_add_test(tc, crash_is_kept);
    return suite_run(s);
}
