/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is no disk of a zone, and who may have a file together. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "../suite.h"
#include "xen/launch/launch.h"

static struct zp_error err;

/* /dev/null is neither file nor block device: what is refused for anything
 * else is refused for what the text says. */
static const struct {
    const char *text, *why;
    int code;
} bad[] = {
    { "format=qcow2,vdev=xvda,access=rw,target=/dev/null",
      "zones have raw disks only", ZP_ERR_UNSUPPORTED },
    { "/dev/null,vhd,xvda,w", "zones have raw disks only",
      ZP_ERR_UNSUPPORTED },
    { "backend=stubdom,format=raw,vdev=xvda,access=rw,target=/dev/null",
      "zones have disks of dom0 only", ZP_ERR_UNSUPPORTED },
    { "format=raw,vdev=xvda,access=rw,backendtype=qdisk,target=/dev/null",
      "plain disks", ZP_ERR_UNSUPPORTED },
    { "/dev/null,raw,xvda,w", "neither a file nor a block device",
      ZP_ERR_INVAL },
    { "vdev=xvda,target=/dev/null", "neither a file nor a block device",
      ZP_ERR_INVAL },
    { "/nowhere,raw,xvda,w", "No such file", ZP_ERR_IO },
};

START_TEST(refused)
{
    struct zp__config config = { .nr_loops = 0 };
    char *disk = strdup(bad[_i].text);
    struct zp_zone_spec spec = { .nr_disks = 1, .disks = &disk };

    libxl_domain_config_init(&config.libxl);
    ck_assert_int_eq(zp__config_disks(&spec, &config, &err),
                     bad[_i].code);
    ck_assert_msg(strstr(err.msg, bad[_i].why) != NULL, "%s", err.msg);
    ck_assert_uint_eq(config.nr_loops, 0);
    libxl_domain_config_dispose(&config.libxl);
    free(disk);
}
END_TEST

/* A file of a loop device is a duplicate: fget() in the kernel, dup() here. */
START_TEST(who_shares_a_file)
{
    char path[] = "/tmp/check_xen_disks.XXXXXX";
    int made = mkstemp(path), one, two, loop;

    ck_assert_int_ge(made, 0);
    close(made);
    one = zp__loop_open(path, false, 1);
    two = zp__loop_open(path, false, 1);
    ck_assert(one >= 0 && two >= 0);
    ck_assert_int_eq(zp__loop_open(path, true, 1), -1);
    ck_assert_int_eq(errno, EWOULDBLOCK);
    ck_assert_ptr_nonnull(strstr(zp__loop_why(errno), "another zone"));
    close(one);
    ck_assert_int_eq(zp__loop_open(path, true, 1), -1);
    close(two);
    one = zp__loop_open(path, true, 1);
    ck_assert_int_ge(one, 0);
    loop = dup(one);
    close(one);
    ck_assert_int_eq(zp__loop_open(path, true, 2), -1);
    ck_assert_int_eq(errno, EWOULDBLOCK);
    ck_assert_int_eq(zp__loop_open(path, false, 1), -1);
    close(loop);
    one = zp__loop_open(path, false, 1);
    ck_assert_int_ge(one, 0);
    close(one);
    unlink(path);
    ck_assert_int_eq(zp__loop_open(path, false, 1), -1);
    ck_assert_str_eq(zp__loop_why(errno), strerror(ENOENT));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("disks");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, refused, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tc, who_shares_a_file);
    return suite_run(s);
}
