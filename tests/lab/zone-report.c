// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The report of a guest: raw contents of sysfs, procfs and the kernel log,
 * one "path: value" a line, with nothing interpreted. tests/lab/README.md
 * describes the lines.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "zone-init.h"

#define TABLE_MAX 8192

long file_read(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;

    if (fd < 0)
        return -1;
    while (used < size - 1) {
        ssize_t n = read(fd, buf + used, size - 1 - used);

        if (n <= 0)
            break;
        used += (size_t)n;
    }
    close(fd);
    buf[used] = '\0';
    return (long)used;
}

/* "path: value", value on one line, trailing blanks cut. */
static void print_file(const char *path)
{
    char text[4096];
    long n = file_read(path, text, sizeof text);

    if (n < 0)
        return;
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        text[--n] = '\0';
    for (long i = 0; i < n; i++)
        if (text[i] == '\n')
            text[i] = ' ';
    printf("%s: %s\n", path, text);
}

static void print_in(const char *folder, const char *name)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    print_file(path);
}

/* The folder's entries PREFIX<number>, in the order of the numbers. */
static size_t numbered(const char *folder, const char *prefix, int *ids,
                       size_t max)
{
    DIR *dir = opendir(folder);
    size_t len = strlen(prefix), n = 0;
    struct dirent *entry;

    if (!dir)
        return 0;
    while ((entry = readdir(dir)) && n < max) {
        const char *digits = entry->d_name + len;
        size_t at;
        int id;

        if (strncmp(entry->d_name, prefix, len) ||
            !isdigit((unsigned char)*digits) ||
            digits[strspn(digits, "0123456789")])
            continue;
        id = atoi(digits);
        for (at = n++; at && ids[at - 1] > id; at--)
            ids[at] = ids[at - 1];
        ids[at] = id;
    }
    closedir(dir);
    return n;
}

static void print_nodes(void)
{
    static const char base[] = "/sys/devices/system/node";
    static const char *const masks[] = {
        "online", "possible", "has_cpu", "has_normal_memory", "has_memory",
    };
    char path[256], text[4096];
    int ids[256];
    size_t n = numbered(base, "node", ids, 256);

    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++)
        print_in(base, masks[i]);
    for (size_t i = 0; i < n; i++) {
        char *at, *end;

        snprintf(path, sizeof path, "%s/node%d", base, ids[i]);
        print_in(path, "cpulist");
        print_in(path, "distance");
        snprintf(path, sizeof path, "%s/node%d/meminfo", base, ids[i]);
        if (file_read(path, text, sizeof text) < 0)
            continue;
        for (at = text; (end = strchr(at, '\n')); at = end + 1) {
            *end = '\0';
            if (strstr(at, "MemTotal") || strstr(at, "MemFree"))
                printf("%s: %s\n", path, at);
        }
    }
}

static void print_cpus(void)
{
    static const char base[] = "/sys/devices/system/cpu";
    static const char *const masks[] = {
        "online", "possible", "present", "offline",
    };
    static const char *const topology[] = {
        "physical_package_id", "die_id", "cluster_id", "core_id",
        "thread_siblings_list", "core_siblings_list",
    };
    static const char *const cache[] = {
        "level", "type", "size", "shared_cpu_list",
    };
    char path[256];
    int ids[512], index[16];
    size_t n = numbered(base, "cpu", ids, 512);

    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++)
        print_in(base, masks[i]);
    for (size_t i = 0; i < n; i++) {
        size_t caches;

        snprintf(path, sizeof path, "%s/cpu%d/topology", base, ids[i]);
        for (size_t j = 0; j < sizeof topology / sizeof topology[0]; j++)
            print_in(path, topology[j]);
        snprintf(path, sizeof path, "%s/cpu%d/cache", base, ids[i]);
        caches = numbered(path, "index", index, 16);
        for (size_t j = 0; j < caches; j++) {
            snprintf(path, sizeof path, "%s/cpu%d/cache/index%d", base,
                     ids[i], index[j]);
            for (size_t k = 0; k < sizeof cache / sizeof cache[0]; k++)
                print_in(path, cache[k]);
        }
    }
}

/* "/proc/cpuinfo/<processor>/apicid: N", and the model once. */
static void print_cpuinfo(void)
{
    FILE *in = fopen("/proc/cpuinfo", "re");
    char line[8192];
    int cpu = -1;

    if (!in)
        return;
    while (fgets(line, sizeof line, in)) {
        char *value = strchr(line, ':');

        if (!value)
            continue;
        value += 1 + strspn(value + 1, " ");
        value[strcspn(value, "\n")] = '\0';
        if (!strncmp(line, "processor", 9))
            cpu = atoi(value);
        else if (!strncmp(line, "apicid", 6))
            printf("/proc/cpuinfo/%d/apicid: %s\n", cpu, value);
        else if (!strncmp(line, "initial apicid", 14))
            printf("/proc/cpuinfo/%d/initial_apicid: %s\n", cpu, value);
        else if (cpu == 0 && !strncmp(line, "model name", 10))
            printf("/proc/cpuinfo/0/model_name: %s\n", value);
    }
    fclose(in);
}

static void print_memory(void)
{
    static const char base[] = "/sys/firmware/memmap";
    char text[4096], path[64];
    int ids[256];
    size_t n = numbered(base, "", ids, 256);
    char *at;

    if (file_read("/proc/meminfo", text, sizeof text) > 0 &&
        (at = strstr(text, "MemTotal:"))) {
        at += strlen("MemTotal:");
        at += strspn(at, " ");
        at[strcspn(at, "\n")] = '\0';
        printf("/proc/meminfo/MemTotal: %s\n", at);
    }
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%d", base, ids[i]);
        print_in(path, "start");
        print_in(path, "end");
        print_in(path, "type");
    }
}

static void print_tables(void)
{
    static const char base[] = "/sys/firmware/acpi/tables";
    static char raw[TABLE_MAX + 2];
    DIR *dir = opendir(base);
    struct dirent *entry;
    char path[512];

    if (!dir)
        return;
    while ((entry = readdir(dir))) {
        long n;

        snprintf(path, sizeof path, "%s/%s", base, entry->d_name);
        /* The DSDT is large and tells nothing of nodes. */
        if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "DSDT") ||
            (n = file_read(path, raw, sizeof raw)) <= 0)
            continue;
        if (n > TABLE_MAX) {
            printf("%s: too large\n", path);
            continue;
        }
        printf("%s: ", path);
        for (long i = 0; i < n; i++)
            printf("%02x", (unsigned char)raw[i]);
        putchar('\n');
    }
    closedir(dir);
}

/* "cpuid/<processor>: ...": as hwloc-gather-cpuid writes it, for hwloc to
 * replay. Those with subleaves until one that says nothing. */
static void print_leaf(int cpu, unsigned leaf, unsigned max_subleaf)
{
    unsigned a, b, c, d, sub;

    for (sub = 0; sub <= max_subleaf; sub++) {
        __cpuid_count(leaf, sub, a, b, c, d);
        printf("cpuid/%d: %d %x 0 %x 0 => %x %x %x %x\n", cpu,
               max_subleaf ? 5 : 1, leaf, sub, a, b, c, d);
        if (!(leaf == 4 || leaf == 0x8000001d ? a & 0x1f : b))
            break;
    }
}

static void print_leaves(int cpu)
{
    static const struct {
        unsigned leaf, max_subleaf;
    } basic[] = { { 0, 0 }, { 1, 0 }, { 2, 0 }, { 4, 7 }, { 7, 1 },
                  { 0xb, 7 }, { 0x1f, 7 } },
      extended[] = { { 0x80000000, 0 }, { 0x80000001, 0 }, { 0x80000002, 0 },
                     { 0x80000003, 0 }, { 0x80000004, 0 }, { 0x80000005, 0 },
                     { 0x80000006, 0 }, { 0x80000008, 0 },
                     { 0x8000001d, 7 }, { 0x8000001e, 0 },
                     { 0x80000026, 7 } };
    unsigned max = __get_cpuid_max(0, NULL);
    unsigned max_extended = __get_cpuid_max(0x80000000, NULL);

    for (size_t i = 0; i < sizeof basic / sizeof basic[0]; i++)
        if (basic[i].leaf <= max)
            print_leaf(cpu, basic[i].leaf, basic[i].max_subleaf);
    for (size_t i = 0; i < sizeof extended / sizeof extended[0]; i++)
        if (extended[i].leaf <= max_extended)
            print_leaf(cpu, extended[i].leaf, extended[i].max_subleaf);
}

/* What each processor reads when it asks itself. */
static void print_cpuid(void)
{
    cpu_set_t before, one;

    if (sched_getaffinity(0, sizeof before, &before))
        return;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &before))
            continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if (!sched_setaffinity(0, sizeof one, &one))
            print_leaves(cpu);
    }
    sched_setaffinity(0, sizeof before, &before);
}

static int about_topology(const char *text)
{
    static const char *const words[] = {
        "topolog", "srat", "slit", "numa", "llc", "smpboot", "smp:",
        "proximity", "sibling",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasestr(text, words[i]))
            return 1;
    return 0;
}

/* "dmesg/<level>: text": what is at warning level or speaks of topology. */
static void print_log(void)
{
    int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    unsigned splats = 0, warnings = 0, topology = 0;
    char record[8192];

    if (fd < 0)
        return;
    for (;;) {
        ssize_t n = read(fd, record, sizeof record - 1);
        char *text;
        int level, wanted;

        if (n < 0) {
            /* EPIPE: the log overran, the next read goes on. */
            if (errno == EPIPE)
                continue;
            break;
        }
        record[n] = '\0';
        text = strchr(record, ';');
        if (!text)
            continue;
        text++;
        text[strcspn(text, "\n")] = '\0';
        level = atoi(record) & 7;
        /* The lines of a call trace, of a stall for one, begin with a blank:
         * smpboot_thread_fn in it is no doubt of anything. */
        wanted = text[0] != ' ' && about_topology(text);
        if (!strncmp(text, "WARNING:", 8))
            splats++;
        if (level <= 4) {
            warnings++;
            topology += wanted != 0;
        }
        if (level <= 4 || wanted)
            printf("dmesg/%d: %s\n", level, text);
    }
    close(fd);
    printf("dmesg/warnings: %u\n", warnings);
    printf("dmesg/topology_warnings: %u\n", topology);
    printf("dmesg/WARNING: %u\n", splats);
}

void report_print(void)
{
    struct utsname name;

    puts("=== ZONE REPORT");
    if (!uname(&name))
        printf("kernel: %s\n", name.release);
    print_file("/proc/cmdline");
    print_file("/proc/uptime");
    print_nodes();
    print_cpus();
    print_cpuinfo();
    print_cpuid();
    print_memory();
    print_tables();
    print_log();
    puts("=== ZONE END");
    fflush(stdout);
}
