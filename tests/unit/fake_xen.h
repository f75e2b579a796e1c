/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host in memory for what decides over zones' lives: xenstore with its
 * transactions, libxl's domains, processes and the lock. It stands in front
 * of the libraries' calls and of xen/lock.c; nothing sleeps.
 */
#ifndef FAKE_XEN_H
#define FAKE_XEN_H

#include "xen/xen.h"

#define FAKE_MAX 8

struct fake_domain {
    char uuid[40];
    uint32_t domid;              /* 0: no domain */
    bool dying;
    bool kept;                   /* somebody has a page of it */
    bool stuck;                  /* can't be destroyed */
};

struct fake_host {
    struct fake_domain domain[FAKE_MAX];
    unsigned destroys, sleeps;
    int alive[FAKE_MAX];         /* processes, until they are killed */
    int killed[FAKE_MAX];
    unsigned nr_killed;
    /* What others do when this many calls of xenstore have been made; with
     * others_lock it waits until nobody has the lock. */
    void (*others)(void);
    bool others_lock;
    unsigned at_call;
    bool done;                   /* they did */
};

extern struct fake_host fake;
extern struct zp_xen fake_xen;

/* An empty host. */
void fake_reset(void);
/* By others: outside of any transaction that is open. NULL: no such node. */
void fake_write(const char *path, const char *value);
const char *fake_read(const char *path);
/* A zone's record, and its domain if it has one. */
void fake_zone(const char *uuid, const char *name, const char *life,
               uint32_t domid);

#endif
