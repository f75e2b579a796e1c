// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent of a dynamic zone: brings the blocks of its memory devices online,
 * tells the host what is needed, and gives back memory of the node that the
 * host asks for.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "zone-init.h"

#define MEMORY "/sys/devices/system/memory"
#define NODES_MAX 64
#define BLOCKS_MAX 512

struct block {
    unsigned long number;
    int node;
    unsigned turn;               /* how many of its node are below it */
};

static struct block blocks[BLOCKS_MAX];
static size_t blocks_nr;

static int node_of(unsigned long number)
{
    char path[96];
    struct dirent *entry;
    int node = 0;
    DIR *dir;

    snprintf(path, sizeof path, MEMORY "/memory%lu", number);
    dir = opendir(path);
    while (dir && (entry = readdir(dir)))
        if (!strncmp(entry->d_name, "node", 4) &&
            isdigit((unsigned char)entry->d_name[4]))
            node = atoi(entry->d_name + 4);
    if (dir)
        closedir(dir);
    return node;
}

static int by_number(const void *a, const void *b)
{
    const struct block *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

/* The balloon takes first what was brought online last. So the blocks that
 * are to be filled first, one of each node, come last. */
static int by_turn(const void *a, const void *b)
{
    const struct block *x = a, *y = b;

    if (x->turn != y->turn)
        return x->turn > y->turn ? -1 : 1;
    return x->node > y->node ? -1 : x->node < y->node;
}

static void find_blocks(void)
{
    unsigned turns[NODES_MAX] = { 0 };
    struct dirent *entry;
    DIR *dir = opendir(MEMORY);
    char path[96], state[32];

    while (dir && (entry = readdir(dir)) && blocks_nr < BLOCKS_MAX) {
        unsigned long number;

        if (sscanf(entry->d_name, "memory%lu", &number) != 1)
            continue;
        snprintf(path, sizeof path, MEMORY "/memory%lu/state", number);
        if (file_read(path, state, sizeof state) < 0 ||
            strncmp(state, "offline", 7))
            continue;
        blocks[blocks_nr].number = number;
        blocks[blocks_nr++].node = node_of(number) % NODES_MAX;
    }
    if (dir)
        closedir(dir);
    qsort(blocks, blocks_nr, sizeof blocks[0], by_number);
    for (size_t i = 0; i < blocks_nr; i++)
        blocks[i].turn = turns[blocks[i].node]++;
    qsort(blocks, blocks_nr, sizeof blocks[0], by_turn);
}

static int put(const char *path, const char *value)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC), rc;

    if (fd < 0)
        return -1;
    rc = write(fd, value, strlen(value)) < 0 ? -1 : 0;
    close(fd);
    return rc;
}

void memory_online(void)
{
    char path[96];
    size_t done = 0;

    find_blocks();
    for (size_t i = 0; i < blocks_nr; i++) {
        snprintf(path, sizeof path, MEMORY "/memory%lu/state",
                 blocks[i].number);
        if (put(path, "online"))
            printf("zone: %s: %s\n", path, strerror(errno));
        else
            done++;
    }
    printf("zone: agent: %zu of %zu memory blocks online\n", done, blocks_nr);
}

static unsigned long long field(const char *text, const char *key)
{
    const char *at = strstr(text, key);

    return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static void report(void)
{
    char text[4096], line[128];
    unsigned long long held = 0;

    if (file_read("/sys/devices/system/xen_memory/xen_memory0/info/"
                  "current_kb", text, sizeof text) > 0)
        held = strtoull(text, NULL, 10);
    if (file_read("/proc/meminfo", text, sizeof text) < 0)
        return;
    snprintf(line, sizeof line, "%llu %llu %llu %llu", held,
             field(text, "MemTotal:"), field(text, "MemFree:"),
             field(text, "MemAvailable:"));
    xs_set("data/meminfo", line);
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
        snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
        if (file_read(path, name, sizeof name) > 0 &&
            !strncmp(name, "xen-balloon", 11))
            found = atoi(entry->d_name);
    }
    if (dir)
        closedir(dir);
    return found;
}

/* The CPUs of a node, or all that are online: "0-1,4". */
static int cpus_of(const char *node, cpu_set_t *set)
{
    char path[96], list[512], *word, *rest = list;

    if (isdigit((unsigned char)*node))
        snprintf(path, sizeof path,
                 "/sys/devices/system/node/node%d/cpulist", atoi(node));
    else
        snprintf(path, sizeof path, "/sys/devices/system/cpu/online");
    if (file_read(path, list, sizeof list) < 0)
        return -1;
    CPU_ZERO(set);
    while ((word = strsep(&rest, ",\n"))) {
        int first, last;

        switch (sscanf(word, "%d-%d", &first, &last)) {
        case 1: last = first; break;
        case 2: break;
        default: continue;
        }
        for (; first <= last && first < CPU_SETSIZE; first++)
            CPU_SET(first, set);
    }
    return CPU_COUNT(set) ? 0 : -1;
}

/* It gives pages of the node that it runs on: so that is where it goes. */
static void give_from(void)
{
    static char done[32] = "any";
    char wanted[32];
    cpu_set_t set;
    pid_t pid;

    if (xs_get("memory/give-from", wanted, sizeof wanted) <= 0 ||
        !strcmp(wanted, done))
        return;
    pid = balloon_thread();
    if (!pid || cpus_of(wanted, &set) ||
        sched_setaffinity(pid, sizeof set, &set)) {
        printf("zone: give from node %s: %s\n", wanted, strerror(errno));
        return;
    }
    snprintf(done, sizeof done, "%s", wanted);
    xs_set("data/give-from", done);
}

static int silent;

void memory_tick(void)
{
    if (silent)
        return;
    give_from();
    report();
}

/* ---- a guest that means harm ------------------------------------------ */

int work_agent(const char *args, char *out, size_t size)
{
    silent = !strcmp(args, "off");
    snprintf(out, size, "%s", silent ? "off" : "on");
    return 0;
}

/* One of a few things that no report looks like. */
int work_rubbish(const char *args, char *out, size_t size)
{
    static const char *const texts[] = {
        "", "-1 -1 -1 -1", "99999999999999999999 1 1 1",
        "18446744073709551615 0 0 0", "4294967296 0 0 4294967296",
        "1 2 3", "\xff\xfe\x01%s%n%n", "0 0 0 0", "nan inf 0x10 1e9",
    };
    size_t which = (size_t)atoi(args);

    if (which >= sizeof texts / sizeof texts[0]) {
        snprintf(out, size, "there are %zu", sizeof texts / sizeof texts[0]);
        return -1;
    }
    silent = 1;
    snprintf(out, size, "%zu", which);
    return xs_set("data/meminfo", texts[which]);
}

/* Which of these paths can be read, and which written? */
int work_spy(const char *args, char *out, size_t size)
{
    unsigned all = 0, readable = 0, writable = 0;
    char paths[1024], value[64], *path, *rest, first[80] = "";

    snprintf(paths, sizeof paths, "%s", args);
    for (path = strtok_r(paths, " ", &rest); path;
         path = strtok_r(NULL, " ", &rest)) {
        int read = xs_get(path, value, sizeof value) >= 0;
        int written = !xs_set(path, "spied");

        all++;
        readable += read;
        writable += written;
        if ((read || written) && !*first)
            snprintf(first, sizeof first, " %s", path);
    }
    snprintf(out, size, "%u read %u written of %u%s", readable, writable, all,
             first);
    return 0;
}

/* As many keys as xenstored lets it have, and values of every size. */
int work_flood(const char *args, char *out, size_t size)
{
    unsigned long wanted = strtoul(args, NULL, 10), made = 0, large = 0, n;
    static char value[1 << 20];
    char path[64];

    silent = 1;
    memset(value, '9', sizeof value - 1);
    for (n = 1; n < sizeof value; n *= 2) {
        value[n] = '\0';
        large = xs_set("data/meminfo", value) ? large : n;
        value[n] = '9';
    }
    for (n = 0; n < wanted; n++) {
        snprintf(path, sizeof path, "data/flood/%lu", n);
        if (xs_set(path, "x"))
            break;
        made++;
    }
    snprintf(out, size, "keys=%lu largest=%lu", made, large);
    return 0;
}
