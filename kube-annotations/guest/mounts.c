/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mounts of a container. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "guest.h"

static unsigned long flags_of(const struct zk_mount *m)
{
    static const struct {
        uint32_t ours;
        unsigned long linux_;
    } table[] = {
        { ZK_MOUNT_RO, MS_RDONLY }, { ZK_MOUNT_NOSUID, MS_NOSUID },
        { ZK_MOUNT_NODEV, MS_NODEV }, { ZK_MOUNT_NOEXEC, MS_NOEXEC },
        { ZK_MOUNT_NOATIME, MS_NOATIME },
        { ZK_MOUNT_STRICTATIME, MS_STRICTATIME },
    };
    unsigned long flags = 0;
    size_t i;

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (m->flags & table[i].ours)
            flags |= table[i].linux_;
    }
    return flags;
}

/* A path by which mount(2) reaches what @fd has open. */
static const char *fd_path(int fd, char buf[40])
{
    snprintf(buf, 40, "/proc/self/fd/%d", fd);
    return buf;
}

/* ---- one mount ---- */

/* What the mount is of: a path of the zone's, or NULL: a file system. */
static const char *source_of(const struct zk_mount *m, const char *stage,
                             const char *work, char *buf, size_t size,
                             int report)
{
    const char *what;

    if (m->kind == ZK_MOUNT_FILES) {
        /* Where nobody else is yet. */
        if (copy_make(AT_FDCWD, stage, m->files, m->nr_files, &what))
            run_fail(report, "a copy of %s: %s", what, strerror(errno));
        return stage;
    }
    if (m->kind == ZK_MOUNT_SHM)
        snprintf(buf, size, "%s/shm", work);
    else if (m->kind == ZK_MOUNT_EMPTY)
        snprintf(buf, size, "%s/empty/%s", work, m->source);
    else
        return NULL;
    /* Of all containers that name it: the first makes it. */
    if (m->kind == ZK_MOUNT_EMPTY && !mkdir(buf, 0777) && chmod(buf, 0777))
        run_fail(report, "%s: %s", buf, strerror(errno));
    return buf;
}

static const char *type_of(enum zk_mount_kind kind)
{
    switch (kind) {
    case ZK_MOUNT_PROC: return "proc";
    case ZK_MOUNT_SYSFS: return "sysfs";
    case ZK_MOUNT_TMPFS: return "tmpfs";
    case ZK_MOUNT_DEVPTS: return "devpts";
    case ZK_MOUNT_MQUEUE: return "mqueue";
    case ZK_MOUNT_CGROUP: return "cgroup2";
    case ZK_MOUNT_SHM:
    case ZK_MOUNT_EMPTY:
    case ZK_MOUNT_FILES:
    case ZK_NR_MOUNT_KINDS:
        break;
    }
    return NULL;
}

void mount_one(const struct zk_mount *m, int root, const char *stage,
               const char *work, int report)
{
    bool file = m->kind == ZK_MOUNT_FILES && !S_ISDIR(m->files[0].mode);
    unsigned long flags = flags_of(m);
    char buf[300], fd_buf[40];
    const char *source, *target;
    int fd = root_open(root, m->dest, !file), top;

    if (fd < 0)
        run_fail(report, "mount at %s: %s", m->dest, strerror(errno));
    source = source_of(m, stage, work, buf, sizeof(buf), report);
    target = fd_path(fd, fd_buf);
    if (!source) {
        if (mount(type_of(m->kind), target, type_of(m->kind), flags,
                  *m->options ? m->options : NULL))
            run_fail(report, "mount at %s: %s", m->dest, strerror(errno));
        close(fd);
        return;
    }
    if (mount(source, target, NULL, MS_BIND, NULL))
        run_fail(report, "mount at %s: %s", m->dest, strerror(errno));
    close(fd);
    /* A bind mount takes its flags in a second step, on itself. */
    top = root_open(root, m->dest, !file);
    if (top < 0 || mount(NULL, fd_path(top, fd_buf), NULL, MS_BIND |
                         MS_REMOUNT | MS_NODEV | flags, NULL))
        run_fail(report, "mount at %s: %s", m->dest, strerror(errno));
    close(top);
}

/* ---- what is hidden or read-only ---- */

static int open_present(int root, const char *path, struct stat *st,
                        int report)
{
    int fd = root_open_present(root, path);

    if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
        run_fail(report, "%s: %s", path, strerror(errno));
    if (fd >= 0 && fstat(fd, st))
        run_fail(report, "%s: %s", path, strerror(errno));
    return fd;
}

void mount_mask(int root, const char *path, int report)
{
    struct stat st;
    char buf[40];
    int fd = open_present(root, path, &st, report), rc;

    if (fd < 0)
        return;
    if (S_ISDIR(st.st_mode))
        rc = mount("masked", fd_path(fd, buf), "tmpfs", MS_RDONLY,
                   "size=0k");
    else
        rc = mount("/dev/null", fd_path(fd, buf), NULL, MS_BIND, NULL);
    if (rc)
        run_fail(report, "masked %s: %s", path, strerror(errno));
    close(fd);
}

/* The mount keeps what it has of flags: some can't be taken from it. */
static unsigned long flags_now(int fd)
{
    struct statvfs st;
    unsigned long flags = 0;

    if (fstatvfs(fd, &st))
        return 0;
    flags |= st.f_flag & ST_NOSUID ? MS_NOSUID : 0;
    flags |= st.f_flag & ST_NODEV ? MS_NODEV : 0;
    flags |= st.f_flag & ST_NOEXEC ? MS_NOEXEC : 0;
    flags |= st.f_flag & ST_NOATIME ? MS_NOATIME : 0;
    flags |= st.f_flag & ST_NODIRATIME ? MS_NODIRATIME : 0;
    flags |= st.f_flag & ST_RELATIME ? MS_RELATIME : 0;
    return flags;
}

void mount_readonly(int root, const char *path, int report)
{
    bool whole = !strcmp(path, "/");
    struct stat st;
    char buf[40];
    int fd = whole ? dup(root) : open_present(root, path, &st, report);

    if (fd < 0)
        return;
    if (!whole) {
        if (mount(fd_path(fd, buf), fd_path(fd, buf), NULL, MS_BIND | MS_REC,
                  NULL))
            run_fail(report, "read-only %s: %s", path, strerror(errno));
        close(fd);
        fd = open_present(root, path, &st, report);
    }
    if (fd < 0 || mount(NULL, fd_path(fd, buf), NULL,
                        MS_BIND | MS_REMOUNT | MS_RDONLY | flags_now(fd),
                        NULL))
        run_fail(report, "read-only %s: %s", path, strerror(errno));
    close(fd);
}
