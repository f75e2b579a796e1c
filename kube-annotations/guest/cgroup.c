/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A control group for each container: its share of the zone, and by it all of
 * its processes can be ended, also those that share the pod's pid namespace.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

enum { MAX_DEPTH = 32 };         /* of groups that a container makes */

/* Of Linux's cgroup v2; NULL: said with another. */
static const char *const files[ZK_NR_LIMITS] = {
    [ZK_LIMIT_MEMORY_MAX] = "memory.max",
    [ZK_LIMIT_MEMORY_HIGH] = "memory.high",
    [ZK_LIMIT_MEMORY_LOW] = "memory.low",
    [ZK_LIMIT_MEMORY_MIN] = "memory.min",
    [ZK_LIMIT_OOM_GROUP] = "memory.oom.group",
    [ZK_LIMIT_CPU_WEIGHT] = "cpu.weight",
    [ZK_LIMIT_CPU_MAX_US] = "cpu.max",
    [ZK_LIMIT_PIDS_MAX] = "pids.max",
};

static void name_of(uint32_t container, char name[16])
{
    snprintf(name, 16, "c%" PRIu32, container);
}

int cgroup_boot(struct zone *zone, const char *path)
{
    zone->devices = devices_load();
    if (zone->devices < 0)
        fprintf(stderr, "zone-init: devices: %s\n", strerror(errno));
    zone->cgroups = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (zone->cgroups < 0)
        return -1;
    /* What a stand-in's has is its host's affair. */
    return zone->machine ? file_write(zone->cgroups, "cgroup.subtree_control",
                                      "+cpu +memory +pids")
                         : 0;
}

int cgroup_of(const struct zone *zone, uint32_t container)
{
    char name[16];

    if (zone->cgroups < 0)
        return -1;
    name_of(container, name);
    return openat(zone->cgroups, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int write_limit(int dir, const struct zk_limits *limits,
                       enum zk_limit limit)
{
    char text[48];
    int len;

    if (limits->value[limit] == UINT64_MAX)
        len = snprintf(text, sizeof(text), "max");
    else
        len = snprintf(text, sizeof(text), "%" PRIu64, limits->value[limit]);
    if (limit == ZK_LIMIT_CPU_MAX_US &&
        limits->set & 1u << ZK_LIMIT_CPU_PERIOD_US)
        snprintf(text + len, sizeof(text) - (size_t)len, " %" PRIu64,
                 limits->value[ZK_LIMIT_CPU_PERIOD_US]);
    return file_write(dir, files[limit], text);
}

int cgroup_make(const struct zone *zone, uint32_t container,
                const struct zk_limits *limits, const char **what_out)
{
    char name[16];
    int dir, i, rc = 0;

    *what_out = "control groups";
    if (zone->cgroups < 0)
        return zone->machine ? -1 : 0;
    name_of(container, name);
    if (mkdirat(zone->cgroups, name, 0755))
        return -1;
    dir = cgroup_of(zone, container);
    if (dir < 0)
        return -1;
    for (i = 0; !rc && i < ZK_NR_LIMITS; i++) {
        if (!files[i] || !(limits->set & 1u << i))
            continue;
        *what_out = files[i];
        rc = write_limit(dir, limits, (enum zk_limit)i);
    }
    i = errno;
    close(dir);
    errno = i;
    return rc;
}

int cgroup_guard(const struct zone *zone, uint32_t container)
{
    int dir = cgroup_of(zone, container), rc, saved;

    if (dir < 0 || zone->devices < 0) {
        rc = zone->machine ? -1 : 0;
        errno = ENOSYS;
    } else {
        rc = devices_guard(zone->devices, dir);
    }
    saved = errno;
    if (dir >= 0)
        close(dir);
    errno = saved;
    return rc;
}

static void signal_members(int dir, int number)
{
    int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC), pid;
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

    while (file && fscanf(file, "%d", &pid) == 1) {
        if (pid > 0)
            kill(pid, number);
    }
    if (file)
        fclose(file);
    else if (fd >= 0)
        close(fd);
}

/* Takes @fd. A container may have made groups in its own. */
static void signal_below(int fd, int number, unsigned depth)
{
    DIR *dir = fdopendir(fd);
    const struct dirent *entry;
    int below;

    if (!dir) {
        close(fd);
        return;
    }
    signal_members(fd, number);
    while (depth && (entry = readdir(dir))) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
            continue;
        below = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (below >= 0)
            signal_below(below, number, depth - 1);
    }
    closedir(dir);
}

int cgroup_signal(const struct zone *zone, uint32_t container, int number)
{
    int dir = cgroup_of(zone, container);

    if (dir < 0)
        return -1;
    if (number == SIGKILL) {
        file_write(dir, "cgroup.kill", "1");
        close(dir);
    } else {
        signal_below(dir, number, MAX_DEPTH);
    }
    return 0;
}

/* Its last processes may be on their way out: then it is for later. */
static bool remove_one(int parent, const char *name)
{
    int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir >= 0) {
        file_write(dir, "cgroup.kill", "1");
        close(dir);
    }
    return !unlinkat(parent, name, AT_REMOVEDIR) || errno == ENOENT;
}

/* What was started in a container has a session that may outlive it. */
static bool is_in_use(const struct zone *zone, const char *name)
{
    const struct session *s;
    char used[16];

    for (s = zone->sessions; s; s = s->next) {
        name_of(s->id, used);
        if (s->id == s->container && !strcmp(name, used))
            return true;
    }
    return false;
}

void cgroup_sweep(struct zone *zone)
{
    int fd = zone->cgroups < 0 ? -1 : openat(zone->cgroups, ".", O_RDONLY |
                                             O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    zone->sweeps = false;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((entry = readdir(dir))) {
        if (entry->d_type != DT_DIR || entry->d_name[0] != 'c' ||
            strspn(entry->d_name + 1, "0123456789") + 1 !=
                strlen(entry->d_name) || is_in_use(zone, entry->d_name))
            continue;
        if (!remove_one(zone->cgroups, entry->d_name))
            zone->sweeps = true;
    }
    closedir(dir);
}
