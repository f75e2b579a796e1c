/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the Xen side share and nobody else sees (zp__). */
#ifndef ZP_XEN_XEN_H
#define ZP_XEN_XEN_H

#include <signal.h>
#include <stdio.h>
#include <sys/types.h>

#include <libxl.h>
#include <libxl_utils.h>
#include <xenctrl.h>
#include <xenstore.h>
#include <xentoollog.h>

#include <zoneplace-xen.h>

#include "internal.h"
#include "xen/lock.h"

/* ---- log.c: libxl's messages, kept for our own ------------------------- */

/* Keeps the first error of libxl since the last zp__log_reset(): the later
 * ones only say who was let down. Everything goes to @copy too, if set. */
struct zp__log {
    xentoollog_logger vtable;    /* first: libxl calls back with it */
    FILE *copy;
    char first[160];
};
xentoollog_logger *zp__log_init(struct zp__log *log, FILE *copy);
void zp__log_reset(struct zp__log *log);
/* "what: <libxl's first error>", code XEN, .sys = rc. */
int zp__log_fail(const struct zp__log *log, struct zp_error *err, int rc,
                 const char *fmt, ...) ZP_PRINTF(4, 5);

/* ---- patched.c: calls that only a patched Xen has ---------------------- */

struct zp__domctl;

/* ---- open.c ------------------------------------------------------------ */

struct zp_xen {
    libxl_ctx *ctx;
    xc_interface *xch;
    struct xs_handle *xsh;
    struct zp__domctl *domctl;
    struct zp__log log;
};

/* ---- store.c: records in xenstore -------------------------------------- */

enum zp__phase {
    ZP__LAUNCHING,               /* holder: the launching process; it may
                                  * have a monitor that waits */
    ZP__RUNNING,
    ZP__REBOOTING,               /* the monitor builds it anew */
    ZP__ENDING,                  /* whoever sees it finishes it */
    ZP__RESERVED,                /* a plan that is kept until somebody launches
                                  * or releases it; no process holds it */
};

struct zp__record {
    char uuid[40];
    char name[ZP_MAX_NAME];
    enum zp__phase phase;
    uint32_t domid;              /* 0: none yet */
    struct zp__who holder;
    struct zp__who monitor;
    uint32_t special_pages;
    uint32_t acpi_pages;
    uint64_t xsdt;
    char note[160];              /* zp__store_note() */
    char *spec;                  /* zp_zone_spec_to_json() */
};
void zp__record_clear(struct zp__record *rec);

/* Writes a record in one transaction; one that is there is replaced. */
int zp__store_create(struct zp_xen *xen, const struct zp__record *rec,
                     struct zp_error *err);
/* NOTFOUND if there is none (any more). */
int zp__store_read(struct zp_xen *xen, const char *uuid,
                   struct zp__record *rec_out, struct zp_error *err);
/* Updates everything but uuid, name and spec, in one transaction; NOTFOUND if
 * the record has gone, and then none is made. */
int zp__store_update(struct zp_xen *xen, const struct zp__record *rec,
                     struct zp_error *err);
/* From launching to running, without a holder; NOTFOUND if it has gone, or
 * somebody has begun to end it. */
int zp__store_commit(struct zp_xen *xen, const char *uuid,
                     struct zp_error *err);
/* From whatever it is to ending, in one transaction: @rec_out is what has been
 * written. NOTFOUND. */
int zp__store_end(struct zp_xen *xen, const char *uuid,
                  struct zp__record *rec_out, struct zp_error *err);
int zp__store_remove(struct zp_xen *xen, const char *uuid,
                     struct zp_error *err);
/* What is said of the zone beside its record; nothing if that has gone. */
void zp__store_note(struct zp_xen *xen, const char *uuid, const char *text);
/* All records, ascending uuid; those that vanish meanwhile are left out. */
int zp__store_list(struct zp_xen *xen, struct zp__record **recs_out,
                   size_t *nr_out, struct zp_error *err);
void zp__store_list_free(struct zp__record *recs, size_t nr);

#define ZP__STORE "/zoneplace"
/* A directory that the control domain alone may read. */
bool zp__store_make_private(struct zp_xen *xen, xs_transaction_t t,
                            const char *path);
/* A text of any length as pieces below @dir; false with errno. */
bool zp__store_put_text(struct zp_xen *xen, xs_transaction_t t,
                        const char *dir, const char *text);
/* The pieces in order, for free(); NULL with ENOENT if there are none. */
char *zp__store_get_text(struct zp_xen *xen, xs_transaction_t t,
                         const char *dir);
/* How a long text is cut for xenstore (pure): piece @i of @len bytes is
 * [*from_out, *to_out); returns how many pieces there are. */
#define ZP__PIECE 3072
size_t zp__store_pieces(size_t len, size_t i, size_t *from_out,
                        size_t *to_out);

/* ---- backends.c: dom0's threads for a zone ------------------------------- */

/* Is that line of /proc/PID/stat a kernel thread of a backend of domain
 * @domid, by the name that Linux' blkback and netback give it? An interface
 * that was given another name (vifname=) isn't known. */
bool zp__backend_thread(const char *stat, uint32_t domid);
/* Lets each of them run on these vcpus of dom0 alone; returns how many. */
unsigned zp__backends_bind(uint32_t domid, const struct zp_pcpuset *vcpus);

/* ---- loop.c ------------------------------------------------------------- */

/* A loop device of @file that lasts while somebody has it open; returns a
 * file of it, and its path, or -1 with errno, for zp__loop_why(). EWOULDBLOCK:
 * there is one already, and one of the two is writable. */
int zp__loop_attach(const char *file, bool writable, char path[32]);
/* The file alone, locked against such a pair; looks so often, at least once,
 * whether the other goes. */
int zp__loop_open(const char *file, bool writable, unsigned looks);
const char *zp__loop_why(int sys);

/* The hotplug script of such a disk: it ends when the backend has it open. */
extern const char zp__block_script[];

/* ---- domains.c: what Xen runs ------------------------------------------ */

/* All of them, for libxl_dominfo_list_free(); NULL and 0 on failure. */
int zp__domains(struct zp_xen *xen, libxl_dominfo **list_out, int *nr_out,
                struct zp_error *err);
/* The one of @list with that uuid, or NULL; one that is dying if there is no
 * other (pure). */
const libxl_dominfo *zp__domain_in(const libxl_dominfo *list, int nr,
                                   const char *uuid);
/* Domid of the domain with that uuid; NOTFOUND, also if it is dying. */
int zp__domain_by_uuid(struct zp_xen *xen, const char *uuid,
                       uint32_t *domid_out, struct zp_error *err);
/* Destroys every domain of that uuid, in so many tries for all, and waits a
 * while until Xen lists none. */
#define ZP__WIPE_TRIES 600
int zp__domain_wipe(struct zp_xen *xen, const char *uuid, unsigned max_tries,
                    struct zp_error *err);
/* The same, then the record: nothing of the zone is left. */
int zp__zone_wipe(struct zp_xen *xen, const char *uuid, struct zp_error *err);

/* ---- guests.c ---------------------------------------------------------- */

/* Is the domain that was listed dying, or no longer there? Xen answers for its
 * vcpus and pages only as long as it lives. */
bool zp__domain_gone(struct zp_xen *xen, const libxl_dominfo *listed);

/* ---- spawn.c: the executables of libexec ------------------------------- */

struct zp__built {
    uint32_t domid;
    uint32_t special_pages;
    uint32_t acpi_pages;
    uint64_t xsdt;
};
/*
 * Runs the launch executable on @spec and waits for it. While it runs, the
 * signals of @stop (blocked by the caller; may be empty) end it at once: then
 * INVAL with .sys = EINTR and the signal still pending. What it leaves behind
 * when it fails or is ended is the caller's to wipe.
 */
int zp__spawn_launch(const char *name, const char *spec,
                     const sigset_t *stop, struct zp__built *built_out,
                     struct zp_error *err);
/* Starts a monitor and returns when it has written itself into the record. */
int zp__spawn_monitor(const char *name, const char *uuid,
                      struct zp_error *err);
/* Opens the zone's log for appending; -1 if that can't be. */
int zp__open_log(const char *name);

/* ---- recover.c --------------------------------------------------------- */

/* zp_zone_recover() for callers that hold the lock. That a zone can't be
 * mended is said in @err, and no failure. */
int zp__recover(struct zp_xen *xen, unsigned *mended_out,
                struct zp_error *err);

/* ---- adopt.c: records of guests that are no zones ------------------------ */

/* As zp_guest_adopted() with NULL, in no order. */
int zp__adopted_list(struct zp_xen *xen, struct zp_guest_facts **facts_out,
                     size_t *nr_out, struct zp_error *err);
/* Those whose domain has gone go, too. */
int zp__adopted_prune(struct zp_xen *xen, struct zp_error *err);

/* ---- pure pieces ------------------------------------------------------- */

/* What tables have is little-endian, and aligned to nothing. */
static inline uint32_t zp__get_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static inline uint64_t zp__get_le64(const uint8_t *p)
{
    return zp__get_le32(p) | (uint64_t)zp__get_le32(p + 4) << 32;
}

/*
 * memory.c: true bytes of RAM per node: SRAT's memory ranges of a node that
 * the machine's E820 calls RAM. Nodes are numbered as Xen does: proximity
 * domains in the order in which its boot code meets them. The table is
 * firmware's: every length in it is checked. PARSE; RANGE (too many nodes).
 */
struct zp__e820 {
    uint64_t start;              /* bytes, [start, end), RAM */
    uint64_t end;
};
int zp__srat_true_sizes(const void *srat, size_t len,
                        const struct zp__e820 *ram, size_t nr_ram,
                        uint64_t bytes_out[ZP_MAX_PNODES],
                        uint32_t *nr_out, struct zp_error *err);

/* facts.c: a record in one line of JSON. PARSE, RANGE, INVAL, NOMEM. */
int zp__facts_to_json(const struct zp_guest_facts *facts, char **text_out,
                      struct zp_error *err);
int zp__facts_from_json(const char *buf, size_t len,
                        struct zp_guest_facts *facts_out,
                        struct zp_error *err);

/* options.c */
int zp__host_options_parse(const char *file, const char *buf, size_t len,
                           struct zp_host_options *opt_out,
                           struct zp_error *err);

/*
 * cmdline.c: what a guest's kernel does with memory that is added decides
 * whether the guest lives: memory of a device that it brings online by itself
 * is taken for memory that is there. The launch says what is right, in front
 * of @line; a line that says otherwise is refused (INVAL).
 */
int zp__cmdline_check(const char *line, bool agent, struct zp_error *err);
int zp__cmdline_make(const char *line, enum zp_growth growth, char **out,
                     struct zp_error *err);

/* vif.c: xl-network-configuration(5), the keys that a PV interface has. */
struct zp__vif {
    uint8_t mac[6];
    bool has_mac;
    char bridge[32];             /* "": the script's default */
    char ip[256];
    char script[256];
    char rate[64];
    char vifname[32];
    char backend[ZP_MAX_NAME];
};
int zp__vif_parse(const char *text, struct zp__vif *vif_out,
                  struct zp_error *err);

/*
 * numadump.c: a domain's pages per node in the text of Xen's debug key 'u'.
 * NOTFOUND while the domain's part is not there as a whole (its lines must add
 * up to the total that Xen printed). Lines that Xen did not print are passed
 * over.
 */
int zp__numa_dump_parse(const char *text, uint32_t domid,
                        uint64_t pages_out[ZP_MAX_PNODES],
                        struct zp_error *err);
/* UNSUPPORTED if the key is not to be pressed, unasked, for domains with so
 * much memory; the text says whose that is: "zone web has". */
int zp__walk_check(uint64_t kib, struct zp_error *err, const char *fmt, ...)
    ZP_PRINTF(3, 4);
/* Presses the key and reads the ring. Slot: Xen's node id. */
int zp__numa_pages(struct zp_xen *xen, uint32_t domid,
                   uint64_t pages_out[ZP_MAX_PNODES], struct zp_error *err);

/* setup.c: the value of a key of xl.conf(5), without its quotes; @buf stays
 * as it is if there is none. */
void zp__xl_conf_word(const char *text, const char *key, char *buf,
                      size_t size);

/* xlcfg.c: the assignments of an xl.cfg that libxlutil has accepted. Calls
 * @each for every key with its line; stops at the first non-zero return. */
int zp__xlcfg_keys(const char *buf, size_t len,
                   int (*each)(const char *key, unsigned line, void *arg),
                   void *arg);

/* ---- report.c: what was compared ----------------------------------------- */

struct zp__report {
    struct zp__text text;        /* "ok ..." and "DIFFERS ..." lines */
    unsigned differs;            /* so many of the latter */
};

/* Longer than 400 bytes it is cut. */
void zp__line(struct zp__report *r, bool ok, const char *fmt, ...)
    ZP_PRINTF(3, 4);

#endif
