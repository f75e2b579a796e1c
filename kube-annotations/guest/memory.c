/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of a dynamic zone: brings its memory devices' blocks online, tells
 * what it needs, and takes the balloon to the vnode that the host asks for
 * (zone-balloond(8)).
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guest.h"

#define MEMORY "/sys/devices/system/memory"
#define CURRENT "/sys/devices/system/xen_memory/xen_memory0/info/current_kb"

enum { MAX_VNODES = 64, MAX_BLOCKS = 4096 };

struct block {
    unsigned long number;
    unsigned vnode;
    unsigned turn;               /* how many of its vnode are below it */
};

static unsigned vnode_of(unsigned long number)
{
    char path[96];
    struct dirent *entry;
    unsigned vnode = 0;
    DIR *dir;

    snprintf(path, sizeof(path), MEMORY "/memory%lu", number);
    dir = opendir(path);
    while (dir && (entry = readdir(dir))) {
        if (sscanf(entry->d_name, "node%u", &vnode) == 1)
            break;
    }
    if (dir)
        closedir(dir);
    return vnode % MAX_VNODES;
}

static int by_number(const void *a, const void *b)
{
    const struct block *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

/* The balloon takes first what was brought online last: so the blocks that
 * are to be filled first, one of each vnode, come last. */
static int by_turn(const void *a, const void *b)
{
    const struct block *x = a, *y = b;

    if (x->turn != y->turn)
        return x->turn > y->turn ? -1 : 1;
    return x->vnode > y->vnode ? -1 : x->vnode < y->vnode;
}

static size_t find_blocks(struct block *blocks)
{
    unsigned turns[MAX_VNODES] = { 0 };
    DIR *dir = opendir(MEMORY);
    struct dirent *entry;
    char path[96], state[32];
    size_t nr = 0, i;

    while (dir && (entry = readdir(dir)) && nr < MAX_BLOCKS) {
        unsigned long number;

        if (sscanf(entry->d_name, "memory%lu", &number) != 1)
            continue;
        snprintf(path, sizeof(path), MEMORY "/memory%lu/state", number);
        if (file_read(path, state, sizeof(state)) < 0 ||
            strncmp(state, "offline", 7))
            continue;
        blocks[nr].number = number;
        blocks[nr++].vnode = vnode_of(number);
    }
    if (dir)
        closedir(dir);
    qsort(blocks, nr, sizeof(blocks[0]), by_number);
    for (i = 0; i < nr; i++)
        blocks[i].turn = turns[blocks[i].vnode]++;
    qsort(blocks, nr, sizeof(blocks[0]), by_turn);
    return nr;
}

void memory_online(void)
{
    static struct block blocks[MAX_BLOCKS];
    size_t nr = find_blocks(blocks), i;
    char path[96];

    for (i = 0; i < nr; i++) {
        snprintf(path, sizeof(path), MEMORY "/memory%lu/state",
                 blocks[i].number);
        if (file_write(AT_FDCWD, path, "online"))
            fprintf(stderr, "zone-init: %s: %s\n", path, strerror(errno));
    }
}

static uint64_t field(const char *text, const char *key)
{
    const char *at = strstr(text, key);

    return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* As zp_balloon_report_parse() reads it. */
static void report(void)
{
    char text[4096], line[128];
    uint64_t held_kib = 0;

    if (file_read(CURRENT, text, sizeof(text)) > 0)
        held_kib = strtoull(text, NULL, 10);
    if (file_read("/proc/meminfo", text, sizeof(text)) < 0)
        return;
    snprintf(line, sizeof(line), "%" PRIu64 " %" PRIu64 " %" PRIu64
             " %" PRIu64, held_kib, field(text, "MemTotal:"),
             field(text, "MemFree:"), field(text, "MemAvailable:"));
    store_write("data/meminfo", line);
}

/* The kernel's balloon thread, by its name; 0 if there is none. */
static pid_t balloon_thread(void)
{
    char path[300], name[32];
    struct dirent *entry;
    DIR *dir = opendir("/proc");
    pid_t found = 0;

    while (dir && !found && (entry = readdir(dir))) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
        /* Any process may call itself so; only threads of the kernel have no
         * command line. */
        if (file_read(path, name, sizeof(name)) <= 0 ||
            strncmp(name, "xen-balloon", 11))
            continue;
        snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
        if (file_read(path, name, sizeof(name)) == 0)
            found = atoi(entry->d_name);
    }
    if (dir)
        closedir(dir);
    return found;
}

/* The vcpus of a vnode, or all that are online: "0-1,4". */
static int vcpus_of(const char *vnode, cpu_set_t *set)
{
    char path[96], list[512], *word, *rest = list;
    int first, last;

    if (isdigit((unsigned char)*vnode))
        snprintf(path, sizeof(path),
                 "/sys/devices/system/node/node%d/cpulist", atoi(vnode));
    else
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/online");
    if (file_read(path, list, sizeof(list)) < 0)
        return -1;
    CPU_ZERO(set);
    while ((word = strsep(&rest, ",\n"))) {
        int nr = sscanf(word, "%d-%d", &first, &last);

        if (nr < 1)
            continue;
        last = nr == 1 ? first : last;
        for (; first <= last && first >= 0 && first < CPU_SETSIZE; first++)
            CPU_SET((size_t)first, set);
    }
    return CPU_COUNT(set) ? 0 : -1;
}

/* The balloon gives pages of the vnode that its thread runs on. */
static void give_from(void)
{
    static char done[32] = "any";
    char wanted[32];
    cpu_set_t set;
    pid_t pid;

    if (store_read("memory/give-from", wanted, sizeof(wanted)) <= 0 ||
        !strcmp(wanted, done))
        return;
    pid = balloon_thread();
    if (!pid || vcpus_of(wanted, &set) ||
        sched_setaffinity(pid, sizeof(set), &set)) {
        fprintf(stderr, "zone-init: give from vnode %s: %s\n", wanted,
                strerror(errno));
        return;
    }
    snprintf(done, sizeof(done), "%s", wanted);
    store_write("data/give-from", done);
}

void memory_tick(void)
{
    static time_t last;
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) || now.tv_sec == last)
        return;
    last = now.tv_sec;
    give_from();
    report();
}
