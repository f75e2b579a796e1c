/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kills zonectl at an exact place of a launch. Loaded in front of a program
 * and all that it starts (LD_PRELOAD), with
 *
 *   ZP_STAGE="PROGRAM FUNCTION N before|after"
 *
 * it sends SIGKILL to the program that was started first when PROGRAM is at
 * its Nth call of FUNCTION; or runs the command ZP_STAGE_DO, if there is one,
 * and goes on. A file ZP_STAGE_LOG gets a line when that happens.
 * Calls have at most six arguments, all of them in registers.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char program[32], function[64], when[16];
static unsigned want, calls;
static pid_t first;

__attribute__((constructor)) static void begin(void)
{
    const char *stage = getenv("ZP_STAGE"), *root = getenv("ZP_STAGE_ROOT");
    char text[16];

    if (!stage || sscanf(stage, "%31s %63s %u %15s", program, function,
                         &want, when) != 4)
        want = 0;
    first = root ? atoi(root) : getpid();
    snprintf(text, sizeof(text), "%d", (int)first);
    setenv("ZP_STAGE_ROOT", text, 1);
}

static void strike(void)
{
    const char *path = getenv("ZP_STAGE_LOG"), *todo = getenv("ZP_STAGE_DO");
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;

    if (fd < 0 || dprintf(fd, "%s %s %u %s\n", program, function, want,
                          when) < 0)
        fprintf(stderr, "zp-stage: no log\n");
    if (todo) {
        unsetenv("LD_PRELOAD");
        if (system(todo) != 0)
            fprintf(stderr, "zp-stage: %s failed\n", todo);
        return;
    }
    kill(first, SIGKILL);
    /* The builder goes with its starter; a monitor is to live on. */
    if (strcmp(program, "launch") == 0)
        pause();
}

static bool is_it(const char *name)
{
    return want && strcmp(program_invocation_short_name, program) == 0 &&
           strcmp(name, function) == 0 && ++calls == want;
}

#define STAGE(name)                                                         \
    long name(long a, long b, long c, long d, long e, long f)               \
    {                                                                       \
        long (*next)(long, long, long, long, long, long);                   \
        bool it = is_it(#name);                                             \
        long rc;                                                            \
        int sys;                                                            \
                                                                            \
        *(void **)&next = dlsym(RTLD_NEXT, #name);                          \
        if (it && strcmp(when, "before") == 0)                              \
            strike();                                                       \
        rc = next(a, b, c, d, e, f);                                        \
        sys = errno;                                                        \
        if (it && strcmp(when, "after") == 0)                               \
            strike();                                                       \
        errno = sys;                                                        \
        return rc;                                                          \
    }

STAGE(flock)
STAGE(memfd_create)
STAGE(libxl_ctx_alloc)
STAGE(libxl_domain_unpause)
STAGE(libxl_get_numainfo)
STAGE(xc_domain_claim_pages)
STAGE(xc_domain_create)
STAGE(xc_domain_max_vcpus)
STAGE(xc_domain_populate_physmap)
STAGE(xc_domain_setmaxmem)
STAGE(xc_dom_boot_image)
STAGE(xs_introduce_domain)
STAGE(xs_transaction_end)
