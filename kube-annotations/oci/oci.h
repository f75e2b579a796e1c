/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zone-oci: an OCI runtime whose containers run in zones. What its files
 * share; zone-oci(8) says how it is used, docs/LINK.md who talks to whom.
 *
 * A verb is a short process. Two kinds of processes stay: one keeper for each
 * zone, which has the link to it, and one monitor for each process in it, which
 * is that process for who called us: its pid, its streams, its exit code.
 */
#ifndef ZK_OCI_H
#define ZK_OCI_H

#include <limits.h>
#include <signal.h>
#include <sys/types.h>

#include "../link.h"
#include "../net.h"
#include "../spec.h"

/* Tells in which zone a container is; of a sandbox that zone-cri has placed,
 * under which uuid it is reserved. */
#define ZK_ZONE_ANNOTATION "zoneplace.io/zone"

enum { MAX_ID = 128, EXIT_LOST = 137 };

/* ---- conf.c: /etc/zoneplace/oci.conf ------------------------------------ */

struct conf {
    bool stand_in;               /* launcher = stand-in */
    char zone_init[256];         /* of stand-ins */
    char kernel[256], ramdisk[256], cmdline[256];
    char kernels[16][256];       /* that pods may name */
    unsigned nr_kernels;
    char images[256];            /* packed roots are kept there */
    unsigned launch_seconds;     /* a zone has to answer by then */
    bool host_network;           /* host-network = loopback */
    struct zk_spec_rules rules;
};

/* NULL: the default file, which may be absent. PARSE: file, line and key. */
int conf_read(const char *path, struct conf *conf_out, struct zp_error *err);

/* ---- state.c: what is kept of a container -------------------------------- */

/* A process, and when it began: its pid may be another's by now. */
struct known_process {
    pid_t pid;                   /* 0: none */
    uint64_t start;              /* in ticks since boot */
};

struct state {
    char id[MAX_ID + 1];
    char zone[MAX_ID + 1];       /* the container that owns the zone */
    char bundle[1024];
    bool process;                /* something of it runs in the zone */
    bool started;
    struct known_process monitor, keeper;
    char disk[16];               /* xvda: given to the zone, or about to be */
    char image[512];             /* and the file behind it */
    char uuid[40];               /* of the zone that it owns */
    char netns[1024];            /* the pod's, or "": path, and what of it is */
    char interface[16];          /* joined to the zone */
    int dir;                     /* open and locked */
};

/* A name that can be a directory's. */
bool id_is_good(const char *id);
/* The state of a new container, whose directory is made. EXISTS. */
int state_make(const char *root, const char *id, struct state *state_out,
               struct zp_error *err);
/* NOTFOUND. @lock: nobody else changes it until state_close(). */
int state_open(const char *root, const char *id, bool lock,
               struct state *state_out, struct zp_error *err);
/* At once or not at all. */
int state_write(const struct state *state, struct zp_error *err);
void state_close(struct state *state);
/* Removes the directory and all that is in it. */
int state_remove(const char *root, struct state *state, struct zp_error *err);
const char *state_status(const struct state *state);

struct known_process process_of(pid_t pid);
bool process_lives(struct known_process process);
/* Kills it and waits until it is gone, for at most 10 s. */
void process_kill(struct known_process process, int number);

/* ---- bundle.c ------------------------------------------------------------ */

/* The bundle's config, with the host's files copied in, and root absolute. */
int bundle_read(const char *bundle, const struct conf *conf,
                struct zk_spec *spec_out, struct zp_error *err);
/* The directory that the volume @m is mounted from shows. False: it is none,
 * or is gone. */
bool bundle_volume_name(const struct zk_mount *m, char name_out[NAME_MAX + 1]);
/* And what is in it; volume_out->name is name_out, which is set also if it
 * can't be read. NOTFOUND: it is none, or is gone. */
int bundle_volume(const struct zk_mount *m, char name_out[NAME_MAX + 1],
                  struct zk_volume *volume_out, struct zp_error *err);

/* ---- socket.c ------------------------------------------------------------ */

/* Sockets in a state directory, however long its path is. -1: errno. */
int socket_listen(int dir, const char *name, int type);
int socket_connect(int dir, const char *name, int type);
/* The caller of a monitor's control socket: "start", "kill 15 0"; what it
 * says comes back. NOTFOUND: there is no monitor; IO: it says nothing in that
 * time, and to some calls the zone answers first. */
int control_call(const struct state *state, const char *words,
                 unsigned seconds, struct zp_error *err);

/* ---- launcher ------------------------------------------------------------ */

/*
 * How zones are made. launch and the next three are the keeper's; the others
 * are of any process, work from the state alone, and may be done again.
 */
struct launcher {
    /* Makes the zone that is reserved under @uuid this container's: what is
     * another's, or lives already, is not taken. */
    int (*claim)(struct state *state, const char *uuid, struct zp_error *err);
    /* Makes the zone, with an interface if @net is no NULL, and gives the
     * transport of its link. */
    int (*launch)(const struct conf *conf, const struct state *state,
                  const struct zk_spec *spec, const struct zk_net *net,
                  struct zk_transport **out, struct zp_error *err);
    /* Puts the host's end of its interface into the pod's namespace. */
    int (*plug)(const struct state *state, const struct zk_net *net,
                char port_out[ZK_NET_NAME], struct zp_error *err);
    /* A file that is readable if the zone may have ended, or -1. */
    int (*watch)(void);
    bool (*ended)(void);
    /* Nothing of the zone stays. */
    int (*destroy)(const struct conf *conf, const struct state *state,
                   struct zp_error *err);
    /* Gives the zone the container's root, and says in @spec where it is.
     * What it makes is in @state, and written, before it is there. */
    int (*attach)(const struct conf *conf, const struct state *zone,
                  struct state *state, struct zk_spec *spec,
                  struct zp_error *err);
    int (*detach)(const struct conf *conf, const struct state *zone,
                  struct state *state, struct zp_error *err);
};

extern const struct launcher launch_stand_in;
extern const struct launcher launch_xen;
/* UNSUPPORTED: built without Xen. */
int launcher_of(const struct conf *conf, const struct launcher **launcher_out,
                struct zp_error *err);

/* ---- keeper.c, monitor.c: what stays ------------------------------------- */

/* The two ends of a process that is being made: it waits for 'G', then says
 * 'R', or 'E' and why. */
struct birth {
    int ours, theirs;
};

/* fork(2); in the child it returns 0 when it may go on. */
int birth_fork(struct birth *birth, pid_t *pid_out, struct zp_error *err);
/* @rc 0: it is written down, so it goes on; waits for what it says. Else it is
 * let go, and @rc comes back. */
int birth_finish(struct birth *birth, int rc, struct zp_error *err);
/* In the child: nothing of the caller stays with it, for containerd waits for
 * the end of what has its pipes. stderr goes to @log, or nowhere: -1. */
void leave_caller(int log);
void birth_ready(struct birth *birth);
void birth_failed(struct birth *birth, const struct zp_error *err);
/* Of the clock that nobody sets. */
long now_ms(void);

/* @net: what the zone's interface is to be; NULL: it has none. */
_Noreturn void keeper_run(const struct conf *conf, struct state *state,
                          const struct zk_spec *spec, const struct zk_net *net,
                          struct birth *birth);

enum monitor_kind {
    MONITOR_ZONE,                /* stays while the zone does */
    MONITOR_CONTAINER,
    MONITOR_EXEC
};

struct monitor_args {
    enum monitor_kind kind;
    const struct state *state;   /* of the container */
    const struct zk_spec *spec;
    int zone;                    /* connected to the keeper */
    int control;                 /* listening; -1: MONITOR_EXEC */
    unsigned answer_seconds;     /* a zone that takes longer is given up */
    const char *console;         /* socket that takes a terminal, or NULL */
    int log;                     /* for what is nothing of the container's */
    struct birth *birth;
};
/* Exit code of the process it stands for. */
int monitor_run(const struct monitor_args *args);

/* ---- verbs --------------------------------------------------------------- */

struct call {
    const char *root;
    struct conf conf;
    const char *id;
    const char *bundle, *pid_file, *console, *process;
    bool detach, force, all;
    char **argv;                 /* after the id; NULL ends it */
};

int verb_create(struct call *call, struct zp_error *err);
int verb_start(struct call *call, struct zp_error *err);
int verb_state(struct call *call, struct zp_error *err);
int verb_kill(struct call *call, struct zp_error *err);
int verb_delete(struct call *call, struct zp_error *err);
int verb_exec(struct call *call, struct zp_error *err);

/* Ends what runs of it, gives back what it has, removes it; of a zone that it
 * owns, too. Goes on after a failure, which it returns. */
int container_remove(struct call *call, struct state *state,
                     struct zp_error *err);

#endif
