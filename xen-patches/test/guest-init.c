/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PID 1 of a small guest: prints what its vCPUs see, then powers off.
 *
 *   CPUID cpu leaf.subleaf: eax ebx ecx edx
 *   SYS cpu name: value                       what Linux makes of it
 *   GUEST END
 *
 * A leaf which has nothing in it isn't printed, nor is a subleaf which is the
 * same as the one before.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

#include <cpuid.h>

#define MAX_CPUS 128
#define MAX_SUBLEAVES 16

/* A leaf, and its subleaves in so far as they differ from the one before. */
static void print_leaf(int cpu, uint32_t leaf)
{
    uint32_t now[4], last[4] = { 0 }, subleaf;

    for (subleaf = 0; subleaf < MAX_SUBLEAVES; subleaf++) {
        __cpuid_count(leaf, subleaf, now[0], now[1], now[2], now[3]);
        if (memcmp(now, last, sizeof(now)))
            printf("CPUID %d %08x.%x: %08x %08x %08x %08x\n", cpu, leaf,
                   subleaf, now[0], now[1], now[2], now[3]);
        memcpy(last, now, sizeof(now));
    }
}

/* All leaves up to a range's maximum, and some beyond: they are to be zero. */
static void print_range(int cpu, uint32_t base)
{
    uint32_t max, leaf, b, c, d;

    __cpuid(base, max, b, c, d);
    max = max < base ? base : max > base + 0x40 ? base + 0x40 : max;
    for (leaf = base; leaf <= max + 8; leaf++)
        print_leaf(cpu, leaf);
}

static void print_cpuid(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set))
        return;
    print_range(cpu, 0);
    print_range(cpu, 0x80000000);
    /* 0x40000003 has times in it, and so can't be compared. */
    print_leaf(cpu, 0x40000000);
    print_leaf(cpu, 0x40000001);
    print_leaf(cpu, 0x40000002);
    print_leaf(cpu, 0x40000004);
}

static void print_file(int cpu, const char *name)
{
    char path[128], line[128];
    FILE *f;

    snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/%s", cpu,
             name);
    f = fopen(path, "r");
    if (!f)
        return;
    if (fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\n")] = '\0';
        printf("SYS %d %s: %s\n", cpu, name, line);
    }
    fclose(f);
}

static void print_sys(int cpu)
{
    static const char *const names[] = {
        "topology/physical_package_id", "topology/core_id",
        "topology/thread_siblings_list", "topology/package_cpus_list",
        "cache/index0/shared_cpu_list", "cache/index2/shared_cpu_list",
        "cache/index3/shared_cpu_list",
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        print_file(cpu, names[i]);
}

static void print_apicids(void)
{
    char line[256];
    FILE *f = fopen("/proc/cpuinfo", "r");

    while (f && fgets(line, sizeof(line), f))
        if (!strncmp(line, "processor", 9) || !strncmp(line, "apicid", 6) ||
            !strncmp(line, "initial apicid", 14))
            printf("CPUINFO %s", line);
    if (f)
        fclose(f);
}

int main(void)
{
    int cpu;

    mount("proc", "/proc", "proc", 0, NULL);
    mount("sys", "/sys", "sysfs", 0, NULL);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    for (cpu = 0; cpu < MAX_CPUS; cpu++)
        print_cpuid(cpu);
    for (cpu = 0; cpu < MAX_CPUS; cpu++)
        print_sys(cpu);
    print_apicids();
    printf("GUEST END\n");
    fflush(stdout);
    sleep(1);
    reboot(RB_POWER_OFF);
    return 0;
}
