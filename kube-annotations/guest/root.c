/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A container's root: its image read-only, below a layer in memory, with its
 * mounts. What the image holds is hostile: links in it are followed as the
 * container would follow them (RESOLVE_IN_ROOT), never out of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guest.h"

enum { DISK_WAIT_MS = 30000, DISK_STEP_MS = 10 };

/* ---- paths in the root ---- */

static int open_in(int root, const char *path, int flags)
{
    struct open_how how = { .flags = (uint64_t)(flags | O_CLOEXEC),
                            .resolve = RESOLVE_IN_ROOT };

    return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

int root_open_present(int root, const char *path)
{
    return open_in(root, path, O_PATH);
}

/* Makes the last name of @path, whose parents are there. */
static int make_last(int root, const char *path, bool directory)
{
    char parent[ZK_MAX_PATH_BYTES + 1];
    const char *name = strrchr(path, '/') + 1;
    int dir, fd, rc = 0;

    snprintf(parent, sizeof(parent), "%.*s", (int)(name - path), path);
    dir = open_in(root, parent, O_PATH | O_DIRECTORY);
    if (dir < 0)
        return -1;
    if (directory) {
        rc = mkdirat(dir, name, 0755);
    } else {
        fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
                    O_CLOEXEC, 0644);
        if (fd < 0)
            rc = -1;
        else
            close(fd);
    }
    close(dir);
    return rc;
}

int root_open(int root, const char *path, bool directory)
{
    char part[ZK_MAX_PATH_BYTES + 1];
    const char *end = path;
    int fd;

    /* "/a/b/c": "/a", "/a/b", then the whole. */
    while (*end) {
        end += strspn(end, "/");
        end += strcspn(end, "/");
        snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
        end += strspn(end, "/");
        fd = open_in(root, part, O_PATH);
        if (fd < 0 && errno == ENOENT &&
            make_last(root, part, directory || *end))
            return -1;
        if (fd >= 0)
            close(fd);
    }
    return open_in(root, path, O_PATH | (directory ? O_DIRECTORY : 0));
}

/* ---- the layers ---- */

/* Its node is there some time before its frontend is connected: until then it
 * can't be opened. */
static void wait_for_disk(const char *path, int report)
{
    int waited = 0, fd;

    while ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
        if (waited >= DISK_WAIT_MS || (errno != ENOENT && errno != ENXIO))
            run_fail(report, "%s did not appear: %s", path, strerror(errno));
        usleep(DISK_STEP_MS * 1000);
        waited += DISK_STEP_MS;
    }
    close(fd);
}

static void mount_lower(const struct zk_spec *spec, const char *lower,
                        int report)
{
    char device[64];

    if (spec->root_kind == ZK_ROOT_DIR) {
        if (mount(spec->root, lower, NULL, MS_BIND | MS_REC, NULL))
            run_fail(report, "root %s: %s", spec->root, strerror(errno));
        return;
    }
    snprintf(device, sizeof(device), "/dev/%.32s", spec->root);
    wait_for_disk(device, report);
    if (mount(device, lower, "squashfs", MS_RDONLY | MS_NODEV, NULL))
        run_fail(report, "root %s: %s", device, strerror(errno));
}

static void make_dir(const char *path, int report)
{
    if (mkdir(path, 0755) && errno != EEXIST)
        run_fail(report, "%s: %s", path, strerror(errno));
}

/* Everything is in mounts of this namespace, which end with it. */
static void mount_layers(const struct zk_spec *spec, const char *base,
                         int report)
{
    char lower[200], upper[240], work[240], options[800], root[200];

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        run_fail(report, "mounts: %s", strerror(errno));
    make_dir(base, report);
    if (mount("container", base, "tmpfs", 0, "mode=755"))
        run_fail(report, "%s: %s", base, strerror(errno));
    snprintf(lower, sizeof(lower), "%s/lower", base);
    snprintf(upper, sizeof(upper), "%s/upper", base);
    snprintf(work, sizeof(work), "%s/work", base);
    snprintf(root, sizeof(root), "%s/root", base);
    make_dir(lower, report);
    make_dir(upper, report);
    make_dir(work, report);
    make_dir(root, report);
    mount_lower(spec, lower, report);
    snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s",
             lower, upper, work);
    /* What the layers are mounted with is of no effect on what is seen. */
    if (mount("container", root, "overlay", MS_NODEV, options))
        run_fail(report, "overlay: %s", strerror(errno));
}

/* ---- /dev ---- */

static void make_node(int dev, const char *name, unsigned major_nr,
                      unsigned minor_nr, int report)
{
    if ((mknodat(dev, name, S_IFCHR | 0666, makedev(major_nr, minor_nr)) &&
         errno != EEXIST) || fchmodat(dev, name, 0666, 0))
        run_fail(report, "/dev/%s: %s", name, strerror(errno));
}

static void make_link(int dev, const char *name, const char *target,
                      int report)
{
    if (symlinkat(target, dev, name) && errno != EEXIST)
        run_fail(report, "/dev/%s: %s", name, strerror(errno));
}

static void fill_dev(int root, int report)
{
    static const struct {
        const char *name;
        unsigned major_nr, minor_nr;
    } nodes[] = {
        { "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 },
        { "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
    };
    int dev = root_open(root, "/dev", true), fd;
    mode_t old = umask(0);
    size_t i;

    if (dev < 0)
        run_fail(report, "/dev: %s", strerror(errno));
    for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
        make_node(dev, nodes[i].name, nodes[i].major_nr, nodes[i].minor_nr,
                  report);
    make_link(dev, "fd", "/proc/self/fd", report);
    make_link(dev, "stdin", "/proc/self/fd/0", report);
    make_link(dev, "stdout", "/proc/self/fd/1", report);
    make_link(dev, "stderr", "/proc/self/fd/2", report);
    fd = open_in(root, "/dev/pts/ptmx", O_PATH);
    if (fd >= 0) {
        close(fd);
        unlinkat(dev, "ptmx", 0);
        make_link(dev, "ptmx", "pts/ptmx", report);
    }
    umask(old);
    close(dev);
}

static bool has_dev(const struct zk_spec *spec)
{
    uint32_t i;

    for (i = 0; i < spec->nr_mounts; i++) {
        if (spec->mounts[i].kind == ZK_MOUNT_TMPFS &&
            !strcmp(spec->mounts[i].dest, "/dev"))
            return true;
    }
    return false;
}

/* ---- the whole ---- */

/* zone-init refreshes volumes, and no path leads to them from outside. */
static void report_base(const struct zk_spec *spec, const char *base,
                        int report)
{
    uint32_t i;
    int fd;

    for (i = 0; i < spec->nr_mounts && !zk_mount_shown(&spec->mounts[i]); i++)
        ;
    if (i == spec->nr_mounts)
        return;
    fd = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || run_report_file(report, REPORT_BASE, fd))
        run_fail(report, "%s: %s", base, strerror(errno));
    close(fd);
}

static void fill_root(const struct zk_spec *spec, const char *base,
                      const char *work, int root, int report)
{
    char stage[240], copy[COPY_NAME_SIZE];
    uint32_t i;
    int cwd;

    for (i = 0; i < spec->nr_mounts; i++) {
        copy_name(i, copy);
        snprintf(stage, sizeof(stage), "%s/%s", base, copy);
        mount_one(&spec->mounts[i], root, stage, work, report);
    }
    if (has_dev(spec))
        fill_dev(root, report);
    /* As other runtimes do: an image need not have it. */
    cwd = root_open(root, zk_path_is_plain(spec->process.cwd)
                              ? spec->process.cwd : "/", true);
    if (cwd >= 0)
        close(cwd);
    for (i = 0; i < spec->masked.nr; i++)
        mount_mask(root, spec->masked.at[i], report);
    for (i = 0; i < spec->readonly.nr; i++)
        mount_readonly(root, spec->readonly.at[i], report);
    if (spec->readonly_root)
        mount_readonly(root, "/", report);
}

void root_enter(const struct zk_spec *spec, const char *work, uint32_t id,
                int report)
{
    char base[180], path[200];
    int root;

    snprintf(base, sizeof(base), "%s/%u", work, id);
    mount_layers(spec, base, report);
    snprintf(path, sizeof(path), "%s/root", base);
    root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        run_fail(report, "%s: %s", path, strerror(errno));
    fill_root(spec, base, work, root, report);
    report_base(spec, base, report);
    /* The old root is put below the new one, and let go. */
    if (fchdir(root) || syscall(SYS_pivot_root, ".", ".") ||
        umount2(".", MNT_DETACH) || chdir("/"))
        run_fail(report, "root: %s", strerror(errno));
    close(root);
    if (*spec->hostname && sethostname(spec->hostname,
                                       strlen(spec->hostname)))
        run_fail(report, "hostname: %s", strerror(errno));
}
