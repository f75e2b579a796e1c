/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zone-init: PID 1 of a zone. It does what comes over the link to the host and
 * nothing else; what runs in its containers is hostile to it.
 */
#ifndef ZK_GUEST_H
#define ZK_GUEST_H

#include <poll.h>

#include "../link.h"
#include "../spec.h"

enum { MAX_SESSIONS = 256, FDS_OF_SESSION = 4 };

enum session_state {
    SESSION_MAKING,              /* its first process prepares itself */
    SESSION_CREATED,             /* and waits for START */
    SESSION_STARTING,            /* and replaces itself by the program */
    SESSION_RUNNING
};

struct session {
    struct session *next;
    uint32_t id;
    uint32_t container;          /* the session that it is in; its own id: it
                                  * is the container */
    enum session_state state;
    pid_t pid;
    struct zk_filter filter;     /* of a container: its processes' */
    int pidfd;
    int report;                  /* to the process, until it is the program */
    int base;                    /* of a container with volumes: where its
                                  * copies are; else -1 */
    int in, out[2];              /* -1: closed; a terminal: one file, twice */
    uint32_t credit[2];          /* bytes of .out that the host takes */
    uint8_t *pending;            /* bytes for .in */
    uint32_t pending_at, pending_len;
    uint32_t owed;               /* taken from the host, not yet credited */
    bool in_ends;                /* after what is pending */
    bool terminal;
    bool exited;
    int status;                  /* of wait(2) */
};

struct zone {
    struct zk_link link;
    bool machine;                /* PID 1 of a Xen guest */
    const char *work;            /* a directory of ours, a tmpfs */
    struct session *sessions;
    uint32_t nr_sessions;
    int signals;                 /* signalfd */
    int self;                    /* pidfd of this process */
    pid_t pause;                 /* init of the shared pid namespace, or 0 */
    int pause_fd;
    int cgroups;                 /* the tree of them; -1: there is none */
    int devices;                 /* which of them containers have; -1: all */
    bool sweeps;                 /* some are to be removed */
};

/* ---- session.c: the zone's end of sessions ------------------------------ */

/* One frame of the host's. */
void session_frame(struct zone *zone, const struct zk_frame *frame);
/* A child of ours has ended. */
void session_ended(struct zone *zone, pid_t pid, int status);
/* Ends all of them; the host is gone. */
void session_end_all(struct zone *zone);
/* Gives up @s, which the host is told with @reason, if that is no NULL. */
void session_drop(struct zone *zone, struct session *s, const char *reason);
/* What the process has to say before it is the program. */
void session_report(struct zone *zone, struct session *s);
/* Sends the exit status once all output has gone. */
void session_finish(struct zone *zone, struct session *s);

/* ---- relay.c: its streams ----------------------------------------------- */

/* Up to FDS_OF_SESSION; how many. */
nfds_t relay_poll(const struct zone *zone, const struct session *s,
                  struct pollfd *fds);
void relay_polled(struct zone *zone, struct session *s,
                  const struct pollfd *fds, nfds_t nr);
/* Moves what can be moved now, after the process has ended. */
void relay_drain(struct zone *zone, struct session *s);
void relay_input(struct zone *zone, struct session *s,
                 const struct zk_frame *frame);
void relay_close(struct session *s);

/* ---- run.c: processes ---------------------------------------------------- */

/*
 * Makes the process of @s, with @spec: in a container of its own, or in that
 * of @in. It reports over s->report and waits for START. 0, or -1 with errno.
 */
int run_create(struct zone *zone, struct session *s,
               const struct zk_spec *spec, const struct session *in);
/* The two ends of s->report: a word, and text or a file with it. */
enum { REPORT_READY = 'R', REPORT_ERROR = 'E', REPORT_START = 'S',
       REPORT_BASE = 'B' };
/* Reports an error of the process and ends it. */
_Noreturn void run_fail(int report, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A word and the file @fd; 0, or -1 with errno. */
int run_report_file(int report, char word, int fd);

/* ---- process.c: what a process becomes, in itself ------------------------ */

/* Who it is, its limits, what it may ask of Linux; then the program. */
_Noreturn void process_become(const struct zk_process *p,
                              const struct zk_filter *filter, int report);
/* Before its root is the container's: what /proc is needed for. */
void process_early(const struct zk_process *p, int report);
/* Standard streams on a new terminal; the other end goes over @report. */
void process_terminal(const struct zk_process *p, int report);

/* ---- root.c, mounts.c: what a container sees ----------------------------- */

/* In the process: builds the container's root and makes it its own. */
void root_enter(const struct zk_spec *spec, const char *work, uint32_t id,
                int report);
/* The directory or file of that path in the root @root, which is made if it is
 * not there; links lead nowhere else. A file for openat(2)'s O_PATH. */
int root_open(int root, const char *path, bool directory);
/* The same of what is there; ENOENT if nothing is. */
int root_open_present(int root, const char *path);
/* One mount below @root; @stage is a directory for copies. */
void mount_one(const struct zk_mount *m, int root, const char *stage,
               const char *work, int report);
void mount_mask(int root, const char *path, int report);
void mount_readonly(int root, const char *path, int report);

/* ---- copy.c: copies of the host's files ---------------------------------- */

/* The copy of the mount at that position in the spec, in the container's
 * directory. */
enum { COPY_NAME_SIZE = 20 };
void copy_name(uint32_t mount, char name_out[COPY_NAME_SIZE]);
/* Makes @files, of which the first is @name in the directory @at. 0; -1 with
 * errno, and in *what_out which of them it is. */
int copy_make(int at, const char *name, const struct zk_file *files,
              uint32_t nr, const char **what_out);
/* What the copy of a volume, in the container's directory @base, holds from
 * now on; "", or why it is as it was. */
void copy_refresh(int base, uint32_t mount, const struct zk_volume *volume,
                  char *reason_out, size_t size);

/* ---- cgroup.c: what of the zone is a container's ------------------------- */

/* With the tree of them at @path. 0, or -1 with errno. */
int cgroup_boot(struct zone *zone, const char *path);
/* The same; what failed is in *what_out. Only a stand-in goes without. */
int cgroup_make(const struct zone *zone, uint32_t container,
                const struct zk_limits *limits, const char **what_out);
/* From now on it has no devices but its own; 0, or -1 with errno. Before, its
 * first process mounts its root, which is one. */
int cgroup_guard(const struct zone *zone, uint32_t container);
/* For all of its processes; -1: it has none. */
int cgroup_signal(const struct zone *zone, uint32_t container, int number);
/* To be closed; -1: there is none. */
int cgroup_of(const struct zone *zone, uint32_t container);
/* Ends what is left of containers that are no more, and removes theirs. */
void cgroup_sweep(struct zone *zone);

/* ---- devices.c ----------------------------------------------------------- */

/* The program that says which they are; -1 with errno. */
int devices_load(void);
/* It is the group's; 0, or -1 with errno. */
int devices_guard(int loaded, int cgroup);

/* ---- net.c --------------------------------------------------------------- */

/* What NETWORK asks for; "", or why it could not be had. */
void net_frame(const struct zk_frame *frame, char *reason_out, size_t size);

/* ---- boot.c, memory.c: being a machine ---------------------------------- */

void boot_machine(void);
/* Turns it off, or on again. */
_Noreturn void boot_end(int how);
void memory_online(void);
/* What the zone needs, and what the host asks for. */
void memory_tick(void);

/* ---- store.c: xenstore; without Xen, nothing is there -------------------- */

int store_open(void);
int store_write(const char *path, const char *value);
/* Length, or -1. */
long store_read(const char *path, char *buf, size_t size);
/* NULL: this was built without Xen, or there is none. */
struct zk_transport *store_serve_link(void);

/* A small file, NUL-terminated; its length or -1. */
long file_read(const char *path, char *buf, size_t size);
/* 0; -1 with errno. */
int file_write(int dir, const char *path, const char *text);

#endif
