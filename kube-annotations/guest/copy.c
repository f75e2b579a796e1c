/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies of the host's files: as a container is made, and what takes the place
 * of a volume's later. A container that may mount can make its copy writable
 * and put anything there, so no link in it is followed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

/* The host's reader goes 16 deep. */
enum { MAX_DEPTH = 20 };

/* ---- making one ---- */

static int write_all(int fd, const struct zk_file *f)
{
    uint32_t done = 0;
    ssize_t nr = 0;

    while (done < f->len && nr >= 0) {
        nr = write(fd, f->data + done, f->len - done);
        done += nr > 0 ? (uint32_t)nr : 0;
    }
    return nr < 0 ? -1 : 0;
}

static int make_one(int dir, const char *name, const struct zk_file *f)
{
    bool is_dir = S_ISDIR(f->mode);
    int flags = is_dir ? O_RDONLY | O_DIRECTORY : O_WRONLY | O_CREAT | O_EXCL;
    int fd, rc, saved;

    if (S_ISLNK(f->mode))
        return symlinkat((const char *)f->data, dir, name) ||
               fchownat(dir, name, f->uid, f->gid, AT_SYMLINK_NOFOLLOW)
                   ? -1 : 0;
    if (is_dir && mkdirat(dir, name, 0700))
        return -1;
    fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    rc = write_all(fd, f) || fchown(fd, f->uid, f->gid) ||
         fchmod(fd, f->mode & 07777) ? -1 : 0;
    saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

/* The directory below @top that @path is in, and in *name_out its own name. */
static int open_parent(int top, const char *path, const char **name_out)
{
    struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                            .resolve = RESOLVE_BENEATH |
                                       RESOLVE_NO_SYMLINKS };
    const char *slash = strrchr(path, '/');
    char parent[ZK_MAX_PATH_BYTES + 1] = ".";

    if (slash)
        snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
    *name_out = slash ? slash + 1 : path;
    return (int)syscall(SYS_openat2, top, parent, &how, sizeof(how));
}

static int make_below(int top, const struct zk_file *f)
{
    const char *name;
    int dir = open_parent(top, f->path, &name), rc, saved;

    if (dir < 0)
        return -1;
    rc = make_one(dir, name, f);
    saved = errno;
    close(dir);
    errno = saved;
    return rc;
}

int copy_make(int at, const char *name, const struct zk_file *files,
              uint32_t nr, const char **what_out)
{
    int top, rc = 0, saved;
    uint32_t i;

    *what_out = name;
    if (make_one(at, name, &files[0]))
        return -1;
    if (nr == 1)
        return 0;
    top = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (top < 0)
        return -1;
    for (i = 1; !rc && i < nr; i++) {
        *what_out = files[i].path;
        rc = make_below(top, &files[i]);
    }
    saved = errno;
    close(top);
    errno = saved;
    return rc;
}

/* ---- what takes its place ---- */

static DIR *list_dir(int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
                    O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);

    if (!list && fd >= 0)
        close(fd);
    return list;
}

/* What of it can't be removed stays: it is the container's own memory. */
static void remove_tree(int dir, const char *name, unsigned depth)
{
    struct dirent *entry;
    DIR *list;

    if (!unlinkat(dir, name, 0) || errno != EISDIR)
        return;
    list = depth < MAX_DEPTH ? list_dir(dir, name) : NULL;
    while (list && (entry = readdir(list))) {
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            remove_tree(dirfd(list), entry->d_name, depth + 1);
    }
    if (list)
        closedir(list);
    unlinkat(dir, name, AT_REMOVEDIR);
}

/* 0, or -1 with errno: then the volume is as it was. */
static int turn(int dir, const struct zk_volume *volume, const char **what_out)
{
    int rc, saved;

    /* What a refresh that failed has left. */
    remove_tree(dir, volume->name, 0);
    remove_tree(dir, ZK_SHOWN_NEW, 0);
    rc = copy_make(dir, volume->name, volume->files, volume->nr_files,
                   what_out);
    if (!rc) {
        *what_out = ZK_SHOWN;
        rc = symlinkat(volume->name, dir, ZK_SHOWN_NEW) ||
             renameat(dir, ZK_SHOWN_NEW, dir, ZK_SHOWN) ? -1 : 0;
    }
    if (!rc)
        return 0;
    saved = errno;
    remove_tree(dir, ZK_SHOWN_NEW, 0);
    remove_tree(dir, volume->name, 0);
    errno = saved;
    return -1;
}

/* A name of the volume is a link to the same below ZK_SHOWN. */
static void target_of(const char *name, char *buf, size_t size)
{
    snprintf(buf, size, ZK_SHOWN "/%s", name);
}

static int add_links(int dir, const struct zk_volume *volume,
                     const char **what_out)
{
    char target[ZK_MAX_PATH_BYTES + sizeof(ZK_SHOWN) + 1];
    uint32_t i;

    for (i = 1; i < volume->nr_files; i++) {
        const char *path = volume->files[i].path;

        if (strchr(path, '/') || !strncmp(path, "..", 2))
            continue;
        *what_out = path;
        target_of(path, target, sizeof(target));
        if (symlinkat(target, dir, path) && errno != EEXIST)
            return -1;
    }
    return 0;
}

/* Links that lead to what is no more there. */
static void remove_links(int dir)
{
    char is[NAME_MAX + sizeof(ZK_SHOWN) + 2];
    char would_be[NAME_MAX + sizeof(ZK_SHOWN) + 1];
    DIR *list = list_dir(dir, ".");
    struct dirent *entry;
    ssize_t len;

    while (list && (entry = readdir(list))) {
        len = readlinkat(dir, entry->d_name, is, sizeof(is) - 1);
        is[len > 0 ? len : 0] = '\0';
        target_of(entry->d_name, would_be, sizeof(would_be));
        if (!strcmp(is, would_be) && faccessat(dir, is, F_OK,
                                               AT_SYMLINK_NOFOLLOW))
            unlinkat(dir, entry->d_name, 0);
    }
    if (list)
        closedir(list);
}

/* What ZK_SHOWN leads to. */
static int read_shown(int dir, char name_out[NAME_MAX + 1])
{
    ssize_t len = readlinkat(dir, ZK_SHOWN, name_out, NAME_MAX);

    if (len < 0)
        return -1;
    name_out[len] = '\0';
    if (zk_volume_name_is_good(name_out))
        return 0;
    errno = EINVAL;
    return -1;
}

/*
 * In the order of kubelet: who looks finds all of the old or all of the new. A
 * volume that has that directory already gets its links: one that is copied
 * while kubelet writes it may lack some.
 */
static int refresh(int dir, const struct zk_volume *volume,
                   const char **what_out)
{
    char old[NAME_MAX + 1];
    bool turns;

    *what_out = ZK_SHOWN;
    if (read_shown(dir, old))
        return -1;
    turns = strcmp(old, volume->name);
    if (turns && turn(dir, volume, what_out))
        return -1;
    if (add_links(dir, volume, what_out))
        return -1;
    remove_links(dir);
    if (turns)
        remove_tree(dir, old, 0);
    return 0;
}

void copy_refresh(int base, uint32_t mount, const struct zk_volume *volume,
                  char *reason_out, size_t size)
{
    const char *what = "no such volume";
    char name[COPY_NAME_SIZE];
    int dir;

    *reason_out = '\0';
    copy_name(mount, name);
    dir = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0 || refresh(dir, volume, &what))
        snprintf(reason_out, size, "%.200s: %s", what, strerror(errno));
    if (dir >= 0)
        close(dir);
}

void copy_name(uint32_t mount, char name_out[COPY_NAME_SIZE])
{
    snprintf(name_out, COPY_NAME_SIZE, "files-%u", mount);
}
