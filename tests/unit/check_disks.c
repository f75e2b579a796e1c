/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which name a container's root has as a disk, and whose disk is whose. */
#include <sys/stat.h>
#include <unistd.h>

#include "../../kube-annotations/oci/disks.h"
#include "core.h"

static const struct zone_disk some[] = {
    { "xvdc", "/images/other" }, { "xvda", "/images/one.squashfs" },
    { "xvdd", "" },
};

START_TEST(the_first_free_name)
{
    struct zone_disk all[26];
    char name[16];
    int i;

    ck_assert(disks_free_name(NULL, 0, name));
    ck_assert_str_eq(name, "xvda");
    ck_assert(disks_free_name(some, 2, name));
    ck_assert_str_eq(name, "xvdb");
    for (i = 0; i < 26; i++)
        all[i] = (struct zone_disk){ { 'x', 'v', 'd', (char)('z' - i) }, "" };
    ck_assert(disks_free_name(all, 25, name));
    ck_assert_str_eq(name, "xvda");
    ck_assert(!disks_free_name(all, 26, name));
    ck_assert_str_eq(name, "");
}
END_TEST

/* Its name alone is not enough: it may be written down and be another's. */
START_TEST(whose_disk_it_is)
{
    ck_assert(disks_has(some, 3, "xvda", "/images/one.squashfs"));
    ck_assert(!disks_has(some, 3, "xvda", "/images/two.squashfs"));
    ck_assert(!disks_has(some, 3, "xvda", "/images/other"));
    ck_assert(!disks_has(some, 3, "xvdb", "/images/one.squashfs"));
    ck_assert(!disks_has(some, 3, "xvdd", "/images/one.squashfs"));
    ck_assert(!disks_has(some, 0, "xvda", "/images/one.squashfs"));
}
END_TEST

/* The kernel's path has no links. */
START_TEST(by_a_path_with_a_link)
{
    char dir[] = "/tmp/check_disks.XXXXXX", link[64], image[80];
    struct zone_disk disk = { .name = "xvda" };

    ck_assert(mkdtemp(dir));
    snprintf(link, sizeof(link), "%s/link", dir);
    ck_assert(!symlink("/etc", link));
    snprintf(image, sizeof(image), "%s/passwd", link);
    snprintf(disk.file, sizeof(disk.file), "/etc/passwd");
    ck_assert(disks_has(&disk, 1, "xvda", image));
    unlink(link);
    rmdir(dir);
}
END_TEST

static void put_file(const char *dir, const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/block", dir);
    mkdir(path, 0700);
    strcat(path, "/loop7");
    mkdir(path, 0700);
    strcat(path, "/loop");
    mkdir(path, 0700);
    strcat(path, "/backing_file");
    file = fopen(path, "we");
    ck_assert(file && fputs(text, file) >= 0 && !fclose(file));
}

START_TEST(the_file_of_a_loop_device)
{
    static const struct {
        const char *says, *file;
    } cases[] = {
        { "/images/a b.squashfs\n", "/images/a b.squashfs" },
        { "/images/a (deleted)\n", "/images/a" },
        { "/images/a (deleted) b\n", "/images/a (deleted) b" },
        { "", "" },
    };
    char dir[] = "/tmp/check_disks.XXXXXX", file[512], command[64];
    size_t i;

    ck_assert(mkdtemp(dir));
    disks_file_of(dir, "/dev/loop7", file);
    ck_assert_str_eq(file, "");
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        put_file(dir, cases[i].says);
        disks_file_of(dir, "/dev/loop7", file);
        ck_assert_str_eq(file, cases[i].file);
    }
    snprintf(command, sizeof(command), "rm -r %s", dir);
    ck_assert(!system(command));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("disks");
    TCase *tc = tcase_create("all");

    tcase_add_test(tc, the_first_free_name);
    tcase_add_test(tc, whose_disk_it_is);
    tcase_add_test(tc, by_a_path_with_a_link);
    tcase_add_test(tc, the_file_of_a_loop_device);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
