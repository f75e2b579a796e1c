/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zonectl.h - what the verbs of zonectl share
 *
 * A verb reads its options from struct ctl, calls the library and adds what
 * it has to say to ctl->out. main() writes ctl->out once, when the verb is
 * done and only if it did not fail: half an answer is never printed.
 */
#ifndef ZONECTL_H
#define ZONECTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoneplace-density.h>
#include <zoneplace-doctor.h>
#include <zoneplace-xen.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1,   /* also: a host file that is refused */
    EXIT_USAGE = 2,    /* malformed */
    EXIT_NO_FIT = 3,   /* a well-formed request, of whatever size */
    EXIT_DIFFERS = 4,  /* verify found a difference, the doctor a fault */
};

/* ---- io.c: bytes in and out -------------------------------------------- */

#define INPUT_LIMIT ((size_t)16 << 20)  /* the library takes no more either */

/* Text or bytes that grow; running out of memory ends the program. */
struct spool {
    char *buf;
    size_t len;
    size_t size;
};
void spool_bytes(struct spool *s, const void *bytes, size_t len);
void spool_add(struct spool *s, const char *fmt, ...) PRINTF(2, 3);
/* @text as a JSON string with its quotes; NULL gives null. */
void spool_json(struct spool *s, const char *text);
void spool_clear(struct spool *s);

/* Reads @path ("-": standard input) up to INPUT_LIMIT bytes. RANGE, IO. */
int read_file(const char *path, struct spool *out, struct zp_error *err);
int read_file_upto(const char *path, size_t limit, struct spool *out,
                   struct zp_error *err);
/* sysfs.c: what a sysfs tree says of the host, as a tar archive. RANGE, IO. */
int read_sysfs(const char *path, struct spool *tar, struct zp_error *err);
/* Replaces @path as a whole or leaves it as it was. */
int write_file(const char *path, const void *bytes, size_t len,
               struct zp_error *err);
/* All of @bytes to @fd: 0, or -1 with errno. */
int write_all(int fd, const void *bytes, size_t len);

void free_text(char **text);
char *xstrdup(const char *text);

/* ---- fail.c: one line, one exit code ------------------------------------ */

/* Fills @err and returns @code, for "return fail(...)". */
int fail(struct zp_error *err, int code, const char *limit,
         const char *fmt, ...) PRINTF(4, 5);
/* Prints the line (and with @json the error object) and returns @exit_code. */
int refuse(bool json, int exit_code, const struct zp_error *err);
/* What a failing request comes to: malformed, does not fit, or failed. */
int exit_of_request(const struct zp_error *err);

/* ---- options.c: what may stand on the command line ---------------------- */

/* Which verbs take an option: one bit each, or-ed in the option table. */
enum {
    G_ALL = 1 << 0,
    G_HOST = 1 << 1,     /* where the host comes from */
    G_REQUEST = 1 << 2,
    G_PLAN = 1 << 3,
    G_LAUNCH = 1 << 4,
    G_RENDER = 1 << 5,
    G_VERIFY = 1 << 6,
    G_STAT = 1 << 7,
    G_CONSOLE = 1 << 8,
    G_SHUTDOWN = 1 << 9,
    G_AUTOSTART = 1 << 10,
    G_DRAW = 1 << 11,    /* what the host looks like */
    G_MEM_SET = 1 << 12,
    G_SHOW_HOST = 1 << 13,
    G_DENSITY = 1 << 16,
    G_AUDIT = 1 << 17,
    G_ADOPT = 1 << 18,
};

enum opt_id {
    OPT_HELP = 256, OPT_JSON, OPT_VERBOSE,
    OPT_HOST, OPT_TIER, OPT_TOPOLOGY,
    OPT_NAME, OPT_VCPUS, OPT_MAX_VCPUS, OPT_MEMORY, OPT_MAX_MEMORY,
    OPT_NUMA_NODES, OPT_COMPACT, OPT_SCATTER, OPT_PCI, OPT_NEAR,
    OPT_NEAR_POLICY, OPT_MEMORY_POLICY, OPT_SPILL, OPT_INTERLEAVE_NODES,
    OPT_MEMORY_NODES, OPT_SIZE_BY, OPT_FIRST_NODE, OPT_OVERCOMMIT,
    OPT_VCPU_RATIO, OPT_RESERVE_PCPUS, OPT_VNUMA, OPT_VNUMA_MIN_VCPUS,
    OPT_AGENT, OPT_CPUPOOL, OPT_TYPE, OPT_FORCE, OPT_THREADS, OPT_PACKAGES,
    OPT_FLOAT, OPT_SMT, OPT_DEDICATED, OPT_EMULATE, OPT_MAX_NODE_VCPUS,
    OPT_MAX_NODE_MEMORY, OPT_NODES_PER_PACKAGE, OPT_VNUMA_FROM_VCPUS,
    OPT_NO_SPANNING, OPT_FROM,
    OPT_TEXT, OPT_ASCII, OPT_WIDE, OPT_SVG, OPT_PNG, OPT_WHY, OPT_RECEIPT,
    OPT_REPLAY,
    OPT_KERNEL, OPT_RAMDISK, OPT_CMDLINE, OPT_DISK, OPT_VIF,
    OPT_ON_POWEROFF, OPT_ON_REBOOT, OPT_ON_CRASH, OPT_AUTOSTART, OPT_PAUSED,
    OPT_BACKEND_AFFINITY,
    OPT_DRY_RUN, OPT_CONSOLE,
    OPT_FORMAT, OPT_OUTPUT, OPT_PLAN,
    OPT_EVERY, OPT_PAGES, OPT_WATCH, OPT_INTERVAL, OPT_TIMES,
    OPT_PROMETHEUS, OPT_LOG, OPT_REBOOT, OPT_WAIT,
    OPT_LIST, OPT_SAVE, OPT_REMOVE, OPT_VNODE,
    OPT_COUNT, OPT_MIX, OPT_SHAPE, OPT_SEED, OPT_MORE, OPT_POLICIES, OPT_TRACE,
    OPT_CSV, OPT_HTML,
    OPT_DOCTOR, OPT_GUEST, OPT_ROOT,
    OPT_FORGET,
};

struct ctl;
struct verb {
    const char *name;
    const char *args;             /* what follows the options */
    unsigned min_args, max_args;
    unsigned groups;
    bool needs_xen;
    bool changes;                 /* something; else it drops privileges */
    int (*run)(struct ctl *ctl);  /* enum exit_code */
    const char *help;
};

/* One option as it was given; @value is NULL if it takes none. */
struct opt_given {
    int id;
    const char *name;
    const char *value;
};

struct ctl {
    const struct verb *verb;
    bool json;
    size_t nr_given;
    struct opt_given *given;      /* in the order of the command line */
    unsigned nr_args;
    char **args;
    struct zp_xen *xen;           /* open after open_xen() */
    struct spool out;             /* standard output */
    struct spool warnings;        /* lines for standard error */
};

/* Gives up privileges if the verb changes nothing; enum exit_code. */
int only_look(const struct ctl *ctl);

/* Sorts out argv[1..] by ctl->verb. INVAL, with the option's name. */
int options_parse(struct ctl *ctl, int argc, char **argv,
                  struct zp_error *err);
void options_help(const struct verb *verb, struct spool *out);
/* "--name" lines; @groups ~0u: those of every verb. */
void options_list(unsigned groups, struct spool *out);
/* The last value given ("" if it takes none), or NULL. */
const char *given(const struct ctl *ctl, int id);
bool given_any_of(const struct ctl *ctl, unsigned group);

/* ---- request-opts.c: from options to a request -------------------------- */

/* Strictly digits: PARSE, RANGE if above @max. */
int parse_number(const char *what, const char *text, uint64_t max,
                 uint64_t *value_out, struct zp_error *err);
/* Puts the request options over what @req says, for requests that are not
 * whole yet. */
int request_options(const struct ctl *ctl, struct zp_request *req,
                    struct zp_error *err);
/* The same, then zp_request_check()s a copy. A bare request without vcpus or
 * memory is INVAL. */
int request_apply(const struct ctl *ctl, struct zp_request *req,
                  struct zp_error *err);
/* plan --from FORMAT FILE: the request that a file of another system makes;
 * what of it has no effect here is a warning. */
int request_from(struct ctl *ctl, struct zp_request *req,
                 struct zp_error *err);
/* Puts options that change the live host's reserve over @opt. */
int host_options_apply(const struct ctl *ctl, struct zp_host_options *opt,
                       struct zp_error *err);
/* Position of @text in the NULL-ended @words; INVAL lists them. */
int parse_word(const char *what, const char *text, const char *const *words,
               int *index_out, struct zp_error *err);

/* ---- host.c: the host of --host or the live one -------------------------- */

struct host {
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp_topology *l3_from;  /* of --topology */
    struct spool text;            /* what a host file said */
    bool live;
    const char *pool;             /* in: the cpupool if no option says */
    struct zp_host_options opt;   /* if live */
    struct zp_xen_info info;      /* if live */
};
/* Returns EXIT_OK or what refuse() returned. */
int host_read(struct ctl *ctl, struct host *host);
/* The same, and readings of how the host is set up. A live one may be left out
 * (NULL) where xenstored does not answer. */
int host_read_setup(struct ctl *ctl, struct host *host,
                    struct zp_setup *setup_out);
/* The hosts of one file, for zp_hosts_free(). */
int hosts_read_file(struct ctl *ctl, const char *path,
                    struct zp_hosts **hosts_out);
/* Connects ctl->xen, if it is not yet, and lets what dead launchers left be
 * finished. */
int open_xen(struct ctl *ctl);
void host_clear(struct host *host);
struct planned {
    struct host host;
    struct zp_request req;
    struct zp_plan plan;
};
/* Reads the host and fills in what p->req takes from it. */
int host_for_request(struct ctl *ctl, struct planned *p);
/* The same, and plans p->req for it. */
int plan_on_host(struct ctl *ctl, struct planned *p);
/* The same, for the request that the options make. */
int plan_request(struct ctl *ctl, struct planned *p);
/* Adds the plan's warnings to ctl->warnings, unless they go into JSON. */
int add_warnings(struct ctl *ctl, const struct planned *p);
void planned_clear(struct planned *p);

/* ---- doctor.c, doctor-guest.c: host --doctor ------------------------------ */

/* EXIT_DIFFERS if something should be changed. */
int doctor(struct ctl *ctl);
/* Readings of the Linux whose /proc and /sys are below @root. IO. */
int read_guest_setup(const char *root, struct zp_guest_setup *setup_out,
                     struct zp_error *err);

/* ---- draw.c: the host and a zone as a drawing ----------------------------- */

/* How a verb is asked to answer; LOOK_DEFAULT is its own way. */
enum look { LOOK_DEFAULT, LOOK_TEXT, LOOK_JSON, LOOK_ASCII, LOOK_SVG,
            LOOK_PNG };
/* INVAL if two are asked for, or bytes for a terminal. */
int choose_look(const struct ctl *ctl, enum look *look_out,
                struct zp_error *err);
/* Adds the drawing to ctl->out. @plan may be NULL; @placed as in
 * zp_picture_new(). */
int draw_host(struct ctl *ctl, enum look look, const struct host *host,
              const struct zp_plan *plan, bool placed, struct zp_error *err);
/* With --output, moves ctl->out into that file. */
int write_output(struct ctl *ctl, struct zp_error *err);

/* ---- zones.c: what the verbs about running zones share ------------------- */

/* Connects and finds the zone of the first argument. @zone_out is for
 * zp_zone_list_free(*, 1). */
int find_zone(struct ctl *ctl, struct zp_zone **zone_out);
void free_zone(struct zp_zone **zone);
/* "is launching": what it does that leaves nothing to be compared with its
 * plan, or nothing yet; NULL if its domain is there. */
const char *zone_in_motion(const struct zp_zone *zone);
void format_size(uint64_t kib, char *buf, size_t size);
/* "0,2" of the firmware ids a plan uses, for tables. */
void format_pnodes(const struct zp_plan *plan, char *buf, size_t size);
/* Joins the terminal to the zone's console until ^] or its end. */
int console_attach(struct ctl *ctl, const struct zp_zone *zone);
/* A path that holds from any directory: the monitor and autostart have their
 * own. IO if there is no such file. */
int absolute_path(const char *what, const char *path, char **path_out,
                  struct zp_error *err);

/* ---- progress.c: signs of life while a zone is built --------------------- */

struct progress;
/* Says on standard error how far the launch of @name is: at once if @verbose,
 * else after two seconds and only on a terminal. NULL if it says nothing. */
struct progress *progress_begin(const char *name, bool verbose);
void progress_end(struct progress *progress, bool started);

/* ---- autostart.c: specs that outlive a host reboot ----------------------- */

#define AUTOSTART_DIR "/var/lib/zoneplace/autostart"

/* One zone a file; in the order in which they were marked. */
struct autostart {
    size_t nr;
    struct {
        char *path;
        char *name;
    } *zone;
};
int autostart_read(struct autostart *list, struct zp_error *err);
void autostart_clear(struct autostart *list);
int autostart_save(const struct zp_zone_spec *spec, struct zp_error *err);
/* NOTFOUND is no failure if @quiet. */
int autostart_remove(const char *name, bool quiet, struct zp_error *err);

/* ---- the verbs, one file each -------------------------------------------- */

int cmd_host(struct ctl *ctl);
int cmd_plan(struct ctl *ctl);
int cmd_advise(struct ctl *ctl);
int cmd_audit(struct ctl *ctl);
int cmd_adopt(struct ctl *ctl);
int cmd_render(struct ctl *ctl);
int cmd_density(struct ctl *ctl);
int cmd_launch(struct ctl *ctl);
int cmd_list(struct ctl *ctl);
int cmd_show(struct ctl *ctl);
int cmd_verify(struct ctl *ctl);
int cmd_stat(struct ctl *ctl);
int cmd_mem_set(struct ctl *ctl);
int cmd_vcpu_set(struct ctl *ctl);
int cmd_console(struct ctl *ctl);
int cmd_pause(struct ctl *ctl);
int cmd_unpause(struct ctl *ctl);
int cmd_shutdown(struct ctl *ctl);
int cmd_destroy(struct ctl *ctl);
int cmd_autostart(struct ctl *ctl);

#endif
