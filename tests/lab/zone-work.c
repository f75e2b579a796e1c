// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands of the guest that do work: memory on a node, a disk written
 * and read back, bytes exchanged with the host.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "zone-init.h"

#define HOLDERS_MAX 64
#define NODES_MAX   1024
#define CHUNK       65536

/* A process that holds memory on a node, until `free` ends it. */
struct holder {
    pid_t pid;
    int node;
};

static struct holder holders[HOLDERS_MAX];
static size_t holders_nr;

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

static void nap(void)
{
    struct timespec t = { .tv_nsec = 50 * 1000 * 1000 };

    nanosleep(&t, NULL);
}

/* How many of the pages lie on the node, asked of the kernel page by page. */
static unsigned long pages_on(char *base, unsigned long pages, int node)
{
    unsigned long found = 0;

    for (unsigned long i = 0; i < pages; i++) {
        void *page = base + i * 4096;
        int where = -1;

        if (!syscall(SYS_move_pages, 0, 1UL, &page, NULL, &where, 0) &&
            where == node)
            found++;
    }
    return found;
}

/* The child: take the memory, say how much of it is where, and keep it. */
static void hold(int node, unsigned long mib, int report)
{
    unsigned long mask[NODES_MAX / (8 * sizeof(unsigned long))] = { 0 };
    unsigned long bits = 8 * sizeof mask[0];
    unsigned long size = mib << 20, answer[2];
    int adj = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    char *base;

    if (adj >= 0) {
        if (write(adj, "1000", 4) != 4)
            _exit(2);
        close(adj);
    }
    base = mmap(NULL, size, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        _exit(3);
    mask[(unsigned long)node / bits] |= 1UL << ((unsigned long)node % bits);
    if (syscall(SYS_mbind, base, size, MPOL_BIND, mask, NODES_MAX, 0))
        _exit(4);
    for (unsigned long at = 0; at < size; at += 4096)
        memcpy(base + at, &at, sizeof at);
    answer[0] = size / 4096;
    answer[1] = pages_on(base, answer[0], node);
    if (write(report, answer, sizeof answer) != sizeof answer)
        _exit(5);
    for (;;)
        pause();
}

int work_alloc(const char *args, char *out, size_t size)
{
    unsigned long mib, answer[2];
    int node, pipes[2], status = 0;
    ssize_t n;
    pid_t pid;

    if (sscanf(args, "%d %lu", &node, &mib) != 2 || node < 0 ||
        node >= NODES_MAX || !mib || mib > 1UL << 20) {
        snprintf(out, size, "usage: alloc NODE MIB");
        return -1;
    }
    if (holders_nr == HOLDERS_MAX || pipe2(pipes, O_CLOEXEC)) {
        snprintf(out, size, "too many held");
        return -1;
    }
    pid = fork();
    if (pid < 0) {
        snprintf(out, size, "fork: %s", strerror(errno));
        close(pipes[0]);
        close(pipes[1]);
        return -1;
    }
    if (!pid)
        hold(node, mib, pipes[1]);
    close(pipes[1]);
    do
        n = read(pipes[0], answer, sizeof answer);
    while (n < 0 && errno == EINTR);
    close(pipes[0]);
    if (n != (ssize_t)sizeof answer) {
        waitpid(pid, &status, 0);
        snprintf(out, size, "node=%d mib=%lu: %s %d", node, mib,
                 WIFSIGNALED(status) ? "killed by signal" : "exit",
                 WIFSIGNALED(status) ? WTERMSIG(status)
                                     : WEXITSTATUS(status));
        return -1;
    }
    holders[holders_nr++] = (struct holder){ .pid = pid, .node = node };
    snprintf(out, size, "node=%d mib=%lu pages=%lu on_node=%lu", node, mib,
             answer[0], answer[1]);
    return answer[0] == answer[1] ? 0 : -1;
}

int work_free(const char *args, char *out, size_t size)
{
    int only = *args ? atoi(args) : -1;
    size_t kept = 0, freed = 0;

    for (size_t i = 0; i < holders_nr; i++) {
        if (only >= 0 && holders[i].node != only) {
            holders[kept++] = holders[i];
            continue;
        }
        kill(holders[i].pid, SIGKILL);
        waitpid(holders[i].pid, NULL, 0);
        freed++;
    }
    holders_nr = kept;
    snprintf(out, size, "freed=%zu kept=%zu", freed, kept);
    return 0;
}

/* xorshift: a pattern that no driver makes up by chance. */
static void pattern(char *buf, size_t len, uint64_t *state)
{
    for (size_t i = 0; i < len; i += sizeof *state) {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        memcpy(buf + i, state, sizeof *state);
    }
}

static uint64_t sum_of(uint64_t sum, const char *buf, size_t len)
{
    for (size_t i = 0; i < len; i++)
        sum = (sum ^ (unsigned char)buf[i]) * 0x100000001b3ULL;
    return sum;
}

static int device_open(const char *path)
{
    long end = now_ms() + 60000;
    int fd;

    /* A hot-plugged disk appears some time after the host attached it. */
    while ((fd = open(path, O_RDWR | O_DIRECT | O_SYNC | O_CLOEXEC)) < 0 &&
           (errno == ENOENT || errno == ENXIO) && now_ms() < end)
        nap();
    return fd;
}

/* One pass over the device, past the page cache both ways. */
static int disk_pass(int fd, int writing, unsigned long bytes, uint64_t *sum,
                     char *out, size_t size)
{
    static char wanted[CHUNK] __attribute__((aligned(4096)));
    static char seen[CHUNK] __attribute__((aligned(4096)));
    uint64_t state = 0x9e3779b97f4a7c15ULL ^ bytes;

    *sum = 0xcbf29ce484222325ULL;
    for (unsigned long at = 0; at < bytes; at += CHUNK) {
        size_t len = bytes - at < CHUNK ? bytes - at : CHUNK;
        size_t whole = (len + 511) & ~(size_t)511;
        ssize_t n;

        pattern(wanted, CHUNK, &state);
        n = writing ? pwrite(fd, wanted, whole, (off_t)at)
                    : pread(fd, seen, whole, (off_t)at);
        if (n != (ssize_t)whole) {
            snprintf(out, size, "%s at %lu: %s", writing ? "write" : "read",
                     at, n < 0 ? strerror(errno) : "short");
            return -1;
        }
        if (!writing && memcmp(wanted, seen, len)) {
            snprintf(out, size, "differs in the %zu bytes at %lu", len, at);
            return -1;
        }
        *sum = sum_of(*sum, writing ? wanted : seen, len);
    }
    return 0;
}

int work_disk(const char *args, char *out, size_t size)
{
    char name[32], path[64];
    unsigned long bytes;
    uint64_t put, got;
    int fd, rc;

    if (sscanf(args, "%31s %lu", name, &bytes) != 2 || !bytes) {
        snprintf(out, size, "usage: disk DEV BYTES");
        return -1;
    }
    snprintf(path, sizeof path, "/dev/%s", name);
    fd = device_open(path);
    if (fd < 0) {
        snprintf(out, size, "%s: %s", path, strerror(errno));
        return -1;
    }
    rc = disk_pass(fd, 1, bytes, &put, out, size);
    if (!rc && fsync(fd)) {
        snprintf(out, size, "fsync: %s", strerror(errno));
        rc = -1;
    }
    if (!rc)
        rc = disk_pass(fd, 0, bytes, &got, out, size);
    close(fd);
    if (rc)
        return -1;
    snprintf(out, size, "dev=%s bytes=%lu sum=%016llx", name, bytes,
             (unsigned long long)got);
    return put == got ? 0 : -1;
}

static int interface_up(const char *name, const char *addr)
{
    struct sockaddr_in in = { .sin_family = AF_INET };
    struct ifreq req = { 0 };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int rc = -1;

    if (fd < 0)
        return -1;
    snprintf(req.ifr_name, sizeof req.ifr_name, "%s", name);
    if (inet_pton(AF_INET, addr, &in.sin_addr) != 1) {
        errno = EINVAL;
        goto out;
    }
    memcpy(&req.ifr_addr, &in, sizeof in);
    if (ioctl(fd, SIOCSIFADDR, &req))
        goto out;
    in.sin_addr.s_addr = htonl(0xffffff00);
    memcpy(&req.ifr_netmask, &in, sizeof in);
    if (ioctl(fd, SIOCSIFNETMASK, &req))
        goto out;
    if (ioctl(fd, SIOCGIFFLAGS, &req))
        goto out;
    req.ifr_flags |= IFF_UP | IFF_RUNNING;
    rc = ioctl(fd, SIOCSIFFLAGS, &req);
out:
    close(fd);
    return rc;
}

/* Connect, again and again until the deadline: a bridge takes its time. */
static int connect_to(const char *addr, unsigned port)
{
    struct sockaddr_in in = { .sin_family = AF_INET };
    struct timeval limit = { .tv_sec = 10 };
    long end = now_ms() + 60000;

    in.sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, addr, &in.sin_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    for (;;) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

        if (fd < 0)
            return -1;
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        if (!connect(fd, (struct sockaddr *)&in, sizeof in))
            return fd;
        error = errno;
        close(fd);
        errno = error;
        if (now_ms() >= end)
            return -1;
        nap();
    }
}

/* Send a pattern piece by piece and compare what comes back. */
static int echo(int fd, unsigned long bytes, char *out, size_t size)
{
    char wanted[4096], seen[4096];
    uint64_t state = 0x2545f4914f6cdd1dULL;

    for (unsigned long at = 0; at < bytes; at += sizeof wanted) {
        size_t len = bytes - at < sizeof wanted ? bytes - at : sizeof wanted;
        size_t have = 0;

        pattern(wanted, sizeof wanted, &state);
        if (send(fd, wanted, len, MSG_NOSIGNAL) != (ssize_t)len) {
            snprintf(out, size, "send at %lu: %s", at, strerror(errno));
            return -1;
        }
        while (have < len) {
            ssize_t n = recv(fd, seen + have, len - have, 0);

            if (n <= 0) {
                snprintf(out, size, "receive at %lu: %s", at,
                         n ? strerror(errno) : "closed");
                return -1;
            }
            have += (size_t)n;
        }
        if (memcmp(wanted, seen, len)) {
            snprintf(out, size, "differs in the %zu bytes at %lu", len, at);
            return -1;
        }
    }
    return 0;
}

int work_net(const char *args, char *out, size_t size)
{
    char addr[32], peer[32] = "10.77.0.1";
    unsigned long bytes = 65536;
    unsigned port = 7777;
    int fd, rc;

    if (sscanf(args, "%31s %lu %31s %u", addr, &bytes, peer, &port) < 1) {
        snprintf(out, size, "usage: net ADDR [BYTES [PEER [PORT]]]");
        return -1;
    }
    if (interface_up("lo", "127.0.0.1") || interface_up("eth0", addr)) {
        snprintf(out, size, "interface: %s", strerror(errno));
        return -1;
    }
    fd = connect_to(peer, port);
    if (fd < 0) {
        snprintf(out, size, "connect to %s: %s", peer, strerror(errno));
        return -1;
    }
    rc = echo(fd, bytes, out, size);
    close(fd);
    if (!rc)
        snprintf(out, size, "addr=%s bytes=%lu", addr, bytes);
    return rc;
}

/* Bring up every CPU that is there: what maxcpus= has left down, or what came
 * since. On a distribution a rule of udev does it. */
void processors_up(void)
{
    char path[64], now[8];
    int fd;

    for (unsigned i = 1;; i++) {
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%u", i);
        if (access(path, F_OK))
            return;
        strcat(path, "/online");
        if (file_read(path, now, sizeof now) < 0 || *now == '1')
            continue;
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, "1", 1) != 1)
            printf("zone: %s: %s\n", path, strerror(errno));
        else
            printf("zone: CPU %u is up\n", i);
        if (fd >= 0)
            close(fd);
    }
}

/* The CPUs that are online, as sysfs lists them. */
int work_online(const char *args, char *out, size_t size)
{
    if (!strcmp(args, "all"))
        processors_up();
    if (file_read("/sys/devices/system/cpu/online", out, size) < 0)
        return -1;
    out[strcspn(out, "\n")] = '\0';
    return 0;
}
