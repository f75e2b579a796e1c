/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc and /sys of a Linux guest tell the doctor. A file that is not
 * there leaves its reading unknown. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "zonectl.h"

#define CPUS "sys/devices/system/cpu/"
#define NODES "sys/devices/system/node/"

/* The first line of a file below @root; false if there is none. */
static bool read_line(int root, const char *path, char *buf, size_t size)
{
    int fd = openat(root, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got;

    if (fd < 0)
        return false;
    got = read(fd, buf, size - 1);
    close(fd);
    if (got < 0)
        return false;
    buf[got] = '\0';
    buf[strcspn(buf, "\n")] = '\0';
    return true;
}

static uint64_t read_number(int root, const char *path)
{
    char line[32], *end;
    unsigned long long value;

    if (!read_line(root, path, line, sizeof(line)))
        return ZP_UNKNOWN_NUMBER;
    value = strtoull(line, &end, 10);
    return end == line ? ZP_UNKNOWN_NUMBER : value;
}

static bool read_set(int root, const char *path, struct zp_pcpuset *set)
{
    char line[4096];

    return read_line(root, path, line, sizeof(line)) &&
           !zp_pcpuset_parse(line, strlen(line), set, NULL);
}

static enum zp_answer there(int root, const char *path)
{
    return faccessat(root, path, F_OK, 0) ? ZP_ANSWER_NO : ZP_ANSWER_YES;
}

static void read_xen(int root, struct zp_guest_setup *setup)
{
    char line[32];

    setup->xen = ZP_ANSWER_NO;
    if (read_line(root, "sys/hypervisor/type", line, sizeof(line)) &&
        !strcmp(line, "xen"))
        setup->xen = ZP_ANSWER_YES;
    if (!read_line(root, "sys/hypervisor/guest_type", setup->guest_type,
                   sizeof(setup->guest_type)))
        setup->guest_type[0] = '\0';
    setup->balloon = there(root, "sys/devices/system/xen_memory");
    setup->frontends = there(root, "sys/bus/xen");
}

/* Node @id's row of distances: 10 in its own place, more in the others. */
static bool row_in_order(int root, const struct zp_pcpuset *nodes,
                         uint32_t id, enum zp_answer *answer)
{
    char path[96], line[1024], *at = line, *end;
    unsigned long dist;
    uint32_t node;

    snprintf(path, sizeof(path), NODES "node%u/distance", id);
    if (!read_line(root, path, line, sizeof(line)))
        return false;
    for (node = zp_pcpuset_next(nodes, 0); node != ZP_UNKNOWN_ID;
         node = zp_pcpuset_next(nodes, node + 1), at = end) {
        dist = strtoul(at, &end, 10);
        if (end == at)
            return false;
        if (node == id ? dist != ZP_DIST_LOCAL : dist <= ZP_DIST_LOCAL)
            *answer = ZP_ANSWER_NO;
    }
    return true;
}

static enum zp_answer distances(int root, const struct zp_pcpuset *nodes)
{
    enum zp_answer answer = ZP_ANSWER_YES;
    uint32_t id;

    for (id = zp_pcpuset_next(nodes, 0); id != ZP_UNKNOWN_ID;
         id = zp_pcpuset_next(nodes, id + 1)) {
        if (!row_in_order(root, nodes, id, &answer))
            return ZP_ANSWER_UNKNOWN;
    }
    return answer;
}

/* The last level is the highest index that is there. */
static bool last_cache(int root, uint32_t cpu, struct zp_pcpuset *set)
{
    char path[96];
    bool found = false;

    for (unsigned i = 0; i < 8; i++) {
        snprintf(path, sizeof(path),
                 CPUS "cpu%u/cache/index%u/shared_cpu_list", cpu, i);
        if (there(root, path) != ZP_ANSWER_YES)
            break;
        found = read_set(root, path, set);
    }
    return found;
}

static bool beyond(const struct zp_pcpuset *set,
                   const struct zp_pcpuset *limits)
{
    for (size_t i = 0; i < ZP_MAX_PCPUS / 64; i++) {
        if (set->word[i] & ~limits->word[i])
            return true;
    }
    return false;
}

static enum zp_answer caches(int root, const struct zp_pcpuset *nodes)
{
    enum zp_answer answer = ZP_ANSWER_UNKNOWN;
    struct zp_pcpuset cpus, shared;
    char path[96];
    uint32_t id, cpu;

    for (id = zp_pcpuset_next(nodes, 0); id != ZP_UNKNOWN_ID;
         id = zp_pcpuset_next(nodes, id + 1)) {
        snprintf(path, sizeof(path), NODES "node%u/cpulist", id);
        if (!read_set(root, path, &cpus))
            return ZP_ANSWER_UNKNOWN;
        for (cpu = zp_pcpuset_next(&cpus, 0); cpu != ZP_UNKNOWN_ID;
             cpu = zp_pcpuset_next(&cpus, cpu + 1)) {
            if (!last_cache(root, cpu, &shared))
                continue;
            if (beyond(&shared, &cpus))
                return ZP_ANSWER_NO;
            answer = ZP_ANSWER_YES;
        }
    }
    return answer;
}

static void read_nodes(int root, struct zp_guest_setup *setup)
{
    struct zp_pcpuset nodes, memory;

    if (!read_set(root, NODES "online", &nodes)) {
        /* A kernel without NUMA has no such folder. */
        if (there(root, CPUS "online") == ZP_ANSWER_YES)
            setup->nr_nodes = 0;
        return;
    }
    setup->nr_nodes = zp_pcpuset_count(&nodes);
    if (read_set(root, NODES "has_memory", &memory))
        setup->nr_memory_nodes = zp_pcpuset_count(&memory);
    setup->distances = distances(root, &nodes);
    setup->caches = caches(root, &nodes);
}

/* "always [madvise] never" */
static void read_choice(int root, const char *path, char *buf, size_t size)
{
    char line[128], *open;

    if (!read_line(root, path, line, sizeof(line)))
        return;
    open = strchr(line, '[');
    if (!open)
        return;
    open[strcspn(open, "]")] = '\0';
    snprintf(buf, size, "%s", open + 1);
}

static void read_cpus(int root, struct zp_guest_setup *setup)
{
    struct spool text CLEANUP(spool_clear) = { 0 };
    struct zp_pcpuset set;
    char buf[4096];
    ssize_t got;
    int fd;

    if (read_set(root, CPUS "present", &set))
        setup->nr_present = zp_pcpuset_count(&set);
    if (read_set(root, CPUS "online", &set))
        setup->nr_online = zp_pcpuset_count(&set);
    fd = openat(root, "proc/cpuinfo", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    /* The flags of the first are those of all. */
    while (text.len < 65536 && (got = read(fd, buf, sizeof(buf))) > 0)
        spool_bytes(&text, buf, (size_t)got);
    close(fd);
    if (text.len)
        setup->x2apic = strstr(text.buf, " x2apic") ? ZP_ANSWER_YES
                                                    : ZP_ANSWER_NO;
}

int read_guest_setup(const char *path, struct zp_guest_setup *setup_out,
                     struct zp_error *err)
{
    int root = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

    if (root < 0)
        return fail(err, ZP_ERR_IO, "file", "%s: %s", path, strerror(errno));
    if (there(root, "proc") != ZP_ANSWER_YES ||
        there(root, "sys") != ZP_ANSWER_YES) {
        close(root);
        return fail(err, ZP_ERR_IO, "root",
                    "%s: a directory without proc and sys", path);
    }
    zp_guest_setup_init(setup_out);
    read_xen(root, setup_out);
    read_nodes(root, setup_out);
    read_cpus(root, setup_out);
    if (!read_line(root, "proc/cmdline", setup_out->cmdline,
                   sizeof(setup_out->cmdline)))
        setup_out->cmdline[0] = '\0';
    setup_out->numa_balancing = read_number(root,
                                            "proc/sys/kernel/numa_balancing");
    setup_out->zone_reclaim = read_number(root,
                                          "proc/sys/vm/zone_reclaim_mode");
    read_choice(root, "sys/kernel/mm/transparent_hugepage/enabled",
                setup_out->huge_pages, sizeof(setup_out->huge_pages));
    if (!read_line(root, "sys/devices/system/clocksource/clocksource0/"
                   "current_clocksource", setup_out->clocksource,
                   sizeof(setup_out->clocksource)))
        setup_out->clocksource[0] = '\0';
    if (!read_line(root, "sys/devices/system/memory/auto_online_blocks",
                   setup_out->auto_online, sizeof(setup_out->auto_online)))
        setup_out->auto_online[0] = '\0';
    close(root);
    return ZP_OK;
}
