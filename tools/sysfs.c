/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --host DIR: what a sysfs tree (/sys, or a copy of one) says of nodes, pcpus
 * and PCI devices, as a tar archive in memory: that is what the library
 * reads, and what another machine can be sent.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zonectl.h"

enum { BLOCK = 512, FILE_LIMIT = 1 << 16 };

/* Directories and files below the tree, level by level. */
static const char *const wanted[] = {
    "devices/system/node/online",
    "devices/system/node/node*/cpulist",
    "devices/system/node/node*/cpumap",
    "devices/system/node/node*/meminfo",
    "devices/system/node/node*/distance",
    "devices/system/cpu/online",
    "devices/system/cpu/cpu*/online",
    "devices/system/cpu/cpu*/topology/physical_package_id",
    "devices/system/cpu/cpu*/topology/thread_siblings_list",
    "devices/system/cpu/cpu*/topology/thread_siblings",
    "devices/system/cpu/cpu*/cache/index*/level",
    "devices/system/cpu/cpu*/cache/index*/shared_cpu_list",
    "devices/system/cpu/cpu*/cache/index*/shared_cpu_map",
    "bus/pci/devices/*/numa_node",
};

static void add_header(struct spool *tar, const char *name, size_t size)
{
    char block[BLOCK] = { 0 };
    unsigned sum = 0;

    snprintf(block, 100, "%s", name);
    snprintf(block + 100, 8, "%07o", 0444);
    snprintf(block + 108, 8, "%07o", 0);
    snprintf(block + 116, 8, "%07o", 0);
    snprintf(block + 124, 12, "%011zo", size);
    snprintf(block + 136, 12, "%011o", 0);
    memset(block + 148, ' ', 8);
    block[156] = '0';
    memcpy(block + 257, "ustar\0" "00", 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06o", sum);
    spool_bytes(tar, block, BLOCK);
}

/* A file that can't be read (an attribute may say EINVAL) is not there. */
static int add_file(int dir, const char *path, const char *name,
                    struct spool *tar, struct zp_error *err)
{
    static const char zeros[BLOCK];
    char buf[FILE_LIMIT];
    struct stat st;
    ssize_t got;
    size_t len = 0;
    int fd;

    fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return ZP_OK;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        close(fd);
        return ZP_OK;
    }
    while (len < sizeof(buf) &&
           (got = read(fd, buf + len, sizeof(buf) - len)) > 0)
        len += (size_t)got;
    close(fd);
    if (len == sizeof(buf) || strlen(path) > 99)
        return ZP_OK;
    add_header(tar, path, len);
    spool_bytes(tar, buf, len);
    spool_bytes(tar, zeros, (BLOCK - len % BLOCK) % BLOCK);
    if (tar->len > INPUT_LIMIT)
        return fail(err, ZP_ERR_RANGE, "file",
                    "a sysfs tree larger than %zu MiB", INPUT_LIMIT >> 20);
    return ZP_OK;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strverscmp((*a)->d_name, (*b)->d_name);
}

static int add_matches(int dir, const char *path, const char *pattern,
                       struct spool *tar, struct zp_error *err);

/* One step down: @name matched the first level of a pattern. */
static int descend(int dir, const char *path, const char *name,
                   const char *rest, struct spool *tar, struct zp_error *err)
{
    char longer[256];
    int sub, rc;

    if (snprintf(longer, sizeof(longer), "%s%s%s", path, *path ? "/" : "",
                 name) >= (int)sizeof(longer))
        return ZP_OK;
    if (!rest)
        return add_file(dir, longer, name, tar, err);
    sub = openat(dir, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (sub < 0)
        return ZP_OK;
    rc = add_matches(sub, longer, rest, tar, err);
    close(sub);
    return rc;
}

static int add_matches(int dir, const char *path, const char *pattern,
                       struct spool *tar, struct zp_error *err)
{
    char level[64];
    size_t len = strcspn(pattern, "/");
    const char *rest = pattern[len] ? pattern + len + 1 : NULL;
    struct dirent **list;
    int nr, i, rc = ZP_OK;

    snprintf(level, sizeof(level), "%.*s", (int)len, pattern);
    if (!strchr(level, '*'))
        return descend(dir, path, level, rest, tar, err);
    nr = scandirat(dir, ".", &list, NULL, by_name);
    if (nr < 0)
        return ZP_OK;
    for (i = 0; i < nr; i++) {
        if (!rc && list[i]->d_name[0] != '.' &&
            !fnmatch(level, list[i]->d_name, 0))
            rc = descend(dir, path, list[i]->d_name, rest, tar, err);
        free(list[i]);
    }
    free(list);
    return rc;
}

int read_sysfs(const char *path, struct spool *tar, struct zp_error *err)
{
    static const char *const roots[] = { ".", "sys" };
    static const char end[2 * BLOCK];
    int top, dir, rc = ZP_OK;
    size_t i, j;

    top = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (top < 0)
        return fail(err, ZP_ERR_IO, "file", "%s: %s", path, strerror(errno));
    for (i = 0; i < sizeof(roots) / sizeof(roots[0]) && !tar->len; i++) {
        dir = openat(top, roots[i], O_RDONLY | O_CLOEXEC | O_DIRECTORY);
        for (j = 0; dir >= 0 && !rc && j < sizeof(wanted) / sizeof(*wanted);
             j++)
            rc = add_matches(dir, "", wanted[j], tar, err);
        if (dir >= 0)
            close(dir);
    }
    close(top);
    if (rc)
        return rc;
    if (!tar->len)
        return fail(err, ZP_ERR_IO, "file", "%s: a directory without "
                    "devices/system/node: no sysfs tree", path);
    spool_bytes(tar, end, sizeof(end));
    return ZP_OK;
}
