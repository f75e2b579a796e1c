/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the lab's guest init share: see zone-init.c.
 */
#ifndef ZONE_INIT_H
#define ZONE_INIT_H

#include <stddef.h>

/* zone-report.c: print the raw view of the machine on stdout. */
void report_print(void);
/* Read all of a small file; returns its length or -1. Always terminated. */
long file_read(const char *path, char *buf, size_t size);

/* zone-work.c: each prints what it found into out[] and returns 0 or -1. */
int work_alloc(const char *args, char *out, size_t size);
int work_free(const char *args, char *out, size_t size);
int work_disk(const char *args, char *out, size_t size);
/* Online all CPUs that the kernel knows of. */
void processors_up(void);
int work_online(const char *args, char *out, size_t size);
int work_net(const char *args, char *out, size_t size);

/* zone-xenstore.c: the guest's end of xenstore, relative paths allowed. */
int xs_open(void);
/* Read a node; returns its length, or -1 with errno set. Terminated. */
long xs_get(const char *path, char *buf, size_t size);
int xs_set(const char *path, const char *value);
int xs_watch_path(const char *path);
/* 1: the watch has fired. 0: it did not, for that long. */
int xs_wait(int limit_ms);

/* zone-memory.c: the agent of dynamic zones. */
void memory_online(void);
/* Tell the host what is needed, and do what it asks for. */
void memory_tick(void);
int work_agent(const char *args, char *out, size_t size);
int work_rubbish(const char *args, char *out, size_t size);
int work_flood(const char *args, char *out, size_t size);
int work_spy(const char *args, char *out, size_t size);

#endif
