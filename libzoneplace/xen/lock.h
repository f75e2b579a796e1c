/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host-wide ledger lock, and who is alive. Knows no Xen: a plain test
 * races processes over it. */
#ifndef ZP_XEN_LOCK_H
#define ZP_XEN_LOCK_H

#include "internal.h"

/* Waits for the lock. Returns its fd in @fd_out; closing it lets go. */
int zp__lock(int *fd_out, struct zp_error *err);
/* The same with a directory of the caller's; it is made if need be. */
int zp__lock_in(const char *dir, int *fd_out, struct zp_error *err);

/* A process for all time: pids come back, start times don't. */
struct zp__who {
    int pid;                     /* 0: nobody */
    uint64_t start;              /* /proc/PID/stat, field 22 */
};
struct zp__who zp__who_me(void);
bool zp__who_alive(const struct zp__who *who);
/* Spawned and not yet known to hold: ends a process and waits for it. */
void zp__who_kill(const struct zp__who *who, int sig, unsigned wait_ms);

#endif
