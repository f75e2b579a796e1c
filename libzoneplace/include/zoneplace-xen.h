/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zoneplace-xen.h - carry out plans on a live Xen host
 *
 * Conventions as in zoneplace.h, but these calls do talk to the world: to Xen
 * through libxl and libxc, to xenstored, and to the launch and monitor
 * executables in libexec. They need root in the control domain. A zp_xen
 * handle is for one thread at a time.
 *
 * A zone is known by its record under /zoneplace/zone/UUID in xenstore, which
 * only the control domain reads or writes; all is rebuilt from there and from
 * Xen, no file holds state.
 */
#ifndef ZONEPLACE_XEN_H
#define ZONEPLACE_XEN_H

#include <zoneplace.h>
#include <zoneplace-doctor.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct zp_xen;

/*
 * Connects to Xen and xenstored. UNSUPPORTED: this kernel does not run on Xen
 * or is not the control domain; IO with EACCES: not root; XEN: xenstored does
 * not answer. Each with one line that says what to do.
 */
int zp_xen_open(struct zp_xen **xen_out, struct zp_error *err);
void zp_xen_close(struct zp_xen *xen);

/* What zonectl's flags and /etc/zoneplace/host.conf say of this host. */
struct zp_host_options {
    struct zp_pcpuset reserved_pcpus; /* kept from zones */
    uint32_t reserve_percent;     /* of each node's memory; default 1 */
    uint64_t reserve_min_kib;     /* at least this a node; default 32 MiB */
    uint32_t vcpu_ratio;          /* see struct zp_request */
    char cpupool[ZP_MAX_NAME];    /* "": Pool-0 */
    struct zp_balloon_config balloon;
    uint32_t balloon_interval;    /* seconds between rounds; default 5 */
    /* L3 domains, which Xen doesn't tell. Borrowed; NULL: as below. */
    const struct zp_topology *l3_from;
    uint16_t l3[ZP_MAX_PCPUS];    /* from 1; 0: not known */
    uint16_t nr_l3;
    /* Cores, where Xen takes threads for cores because its own hypervisor
     * hides them. From 1; 0: as Xen says. */
    uint16_t core[ZP_MAX_PCPUS];
    uint16_t nr_cores;
};

/* Fills the defaults, then reads @path ("key = value" lines; NULL: the
 * default file, which may be absent). Each "l3 = LIST" line is one L3 domain,
 * each "core = LIST" line one core.
 * PARSE names file, line and key. */
int zp_host_options_read(const char *path, struct zp_host_options *opt_out,
                         struct zp_error *err);

/*
 * The live host: pcpus, cores, sockets, nodes, *true* memory sizes (Xen's
 * node size spans address holes, so: what SRAT gives the node and the machine's
 * E820 map calls RAM; Xen's own where that can't be), free memory less
 * outstanding claims, SLIT, PCI nodes, vcpus per node of every running domain,
 * promises of zones that are being launched.
 */
int zp_xen_probe(struct zp_xen *xen, const struct zp_host_options *opt,
                 struct zp_topology **topo_out, struct zp_load **load_out,
                 struct zp_error *err);

/* Facts about the hypervisor, for `zonectl host`. */
struct zp_xen_info {
    char version[64];             /* "4.17.7" */
    enum zp_tier tier;            /* found by calling, not by version */
    char tier_note[160];          /* what of the patches is missing or barred,
                                   * if some of it is there; else "" */
    uint32_t nr_pcpus;
    uint64_t total_kib;
    uint64_t free_kib;
    uint64_t claimed_kib;         /* outstanding claims, host-wide */
    char scheduler[32];
};
int zp_xen_info(struct zp_xen *xen, struct zp_xen_info *info_out,
                struct zp_error *err);

/*
 * Readings for zp_doctor_host(): Xen's version, command line and pools, dom0,
 * its Linux, host.conf. @xen may be NULL where zp_xen_open() has failed: then
 * only what dom0's Linux tells. What can't be read is unknown. Changes
 * nothing.
 */
void zp_xen_setup(struct zp_xen *xen, struct zp_setup *setup_out);

/* ---- zones --------------------------------------------------------------- */

enum zp_action { ZP_ACTION_DESTROY, ZP_ACTION_RESTART, ZP_ACTION_PRESERVE };

/* Everything a zone is made of. Strings are borrowed from the owner of the
 * spec; zp_zone_spec_clear() frees specs that a zp_ call filled. */
struct zp_zone_spec {
    struct zp_request request;
    struct zp_plan plan;
    char uuid[40];                /* "": a new one is made */
    char *kernel;
    char *ramdisk;                /* NULL: none */
    char *cmdline;                /* NULL: empty */
    char **disks;                 /* xl-disk-configuration(5) strings */
    size_t nr_disks;
    char **vifs;                  /* xl-network-configuration(5) strings */
    size_t nr_vifs;
    char **cpuid;                 /* xl.cfg(5) cpuid strings, "xsave=0" */
    size_t nr_cpuid;
    char cpupool[ZP_MAX_NAME];    /* "": that of the host options */
    enum zp_action on_poweroff;   /* default DESTROY */
    enum zp_action on_reboot;     /* default RESTART */
    enum zp_action on_crash;      /* default DESTROY */
    bool autostart;               /* comes back after a host reboot */
    bool paused;                  /* leave it paused after the build */
    bool backend_affinity;        /* its backends' threads run at home: see
                                   * zp_xen_home_vcpus() */
};
void zp_zone_spec_init(struct zp_zone_spec *spec);
void zp_zone_spec_clear(struct zp_zone_spec *spec);
int zp_zone_spec_to_json(const struct zp_zone_spec *spec, char **text_out,
                         struct zp_error *err);
int zp_zone_spec_from_json(const char *buf, size_t len,
                           struct zp_zone_spec *spec_out,
                           struct zp_error *err);

/*
 * Plans @spec->request against the live host and builds the zone, in one
 * step: probe and plan are made under the host-wide ledger lock, a
 * reservation is recorded, the lock is dropped, then the launch executable
 * builds the domain, the monitor is started and the reservation becomes the
 * zone's record. @spec->plan is filled. On any failure (a signal that ends
 * the launcher included) no domain, record or reservation stays.
 * EXISTS: the name is taken. INFEASIBLE: nothing was created. RANGE: memory that
 * does not hold the kernel and its ramdisk.
 */
int zp_zone_launch(struct zp_xen *xen, const struct zp_host_options *opt,
                   struct zp_zone_spec *spec, uint32_t *domid_out,
                   struct zp_error *err);

/*
 * The same in two steps, which may be two processes'. The first plans and
 * reserves: @spec->plan is filled, and uuid, if it is "". A kernel need not be
 * given yet. The reservation stays until it is launched, released or the host
 * goes down; zone-cri releases those that no pod has. A zone that might fit
 * when others have been built is waited for 5 seconds. Errors as above.
 */
int zp_zone_reserve(struct zp_xen *xen, const struct zp_host_options *opt,
                    struct zp_zone_spec *spec, struct zp_error *err);
/*
 * Builds what is reserved under @spec->uuid. Request and plan are the
 * reservation's, and come back in @spec. Cpupool, kernel and command line are
 * the reservation's where it has them, but @spec keeps its own; the rest is
 * @spec's. If it fails, the reservation is gone, too. NOTFOUND: there is none;
 * EXISTS: the zone lives already.
 */
int zp_zone_launch_reserved(struct zp_xen *xen, struct zp_zone_spec *spec,
                            uint32_t *domid_out, struct zp_error *err);
/* Gives up a reservation. None, or one that has become a zone: nothing is
 * done, and that is no error. */
int zp_zone_release(struct zp_xen *xen, const char *uuid,
                    struct zp_error *err);

enum zp_zone_state {
    ZP_ZONE_RUNNING, ZP_ZONE_BLOCKED, ZP_ZONE_PAUSED, ZP_ZONE_SHUTDOWN,
    ZP_ZONE_CRASHED, ZP_ZONE_DYING, ZP_ZONE_LAUNCHING, ZP_ZONE_REBOOTING,
    ZP_ZONE_RESERVED,             /* zp_zone_reserve(): no domain yet */
};

struct zp_zone {
    uint32_t domid;
    enum zp_zone_state state;
    uint64_t mem_kib;             /* held now */
    uint64_t cpu_time_ns;
    uint32_t nr_online_vcpus;
    int monitor_pid;              /* 0: no monitor runs */
    /* Pages that Xen holds for the zone beside the guest's own memory, as
     * they were counted when it was built, and where its tables begin. */
    uint32_t special_pages;       /* xenstore, console, ident-pt, ... */
    uint32_t acpi_pages;
    uint64_t xsdt;                /* guest-physical address; 0: no tables */
    bool damaged;                 /* the record's spec can't be read: of @spec
                                   * only uuid and the name are set */
    char note[160];               /* what the balloon daemon last said, or "" */
    struct zp_zone_spec spec;
};
const char *zp_zone_state_name(enum zp_zone_state state);

/* All zones, ascending domid. Free with zp_zone_list_free(). */
int zp_zone_list(struct zp_xen *xen, struct zp_zone **zones_out,
                 size_t *nr_out, struct zp_error *err);
void zp_zone_list_free(struct zp_zone *zones, size_t nr);
/* One zone by name, domid or uuid: a list of one. NOTFOUND. */
int zp_zone_find(struct zp_xen *xen, const char *which,
                 struct zp_zone **zone_out, struct zp_error *err);

int zp_zone_pause(struct zp_xen *xen, const struct zp_zone *zone,
                  struct zp_error *err);
int zp_zone_unpause(struct zp_xen *xen, const struct zp_zone *zone,
                    struct zp_error *err);
/* Asks the guest to power off (@reboot: to reboot) and returns. */
int zp_zone_shutdown(struct zp_xen *xen, const struct zp_zone *zone,
                     bool reboot, struct zp_error *err);
/* Ends it now: domain, record, reservation, monitor. */
int zp_zone_destroy(struct zp_xen *xen, const struct zp_zone *zone,
                    struct zp_error *err);
/* Starts monitors for zones whose monitor was killed, finishes what dead
 * launchers left. Every verb of zonectl calls it. @mended_out: how many. A
 * zone that can't be mended stays as it is and is no failure: with ZP_OK, @err
 * has the code and the message of the first such one, or code ZP_OK. */
int zp_zone_recover(struct zp_xen *xen, unsigned *mended_out,
                    struct zp_error *err);
/*
 * Memory of a dynamic zone, within its plan. The guest takes its time; what
 * it holds may be seen by zp_zone_memory(). @vnode: whose memory it gives back
 * first, for zones with an agent, or ZP_UNKNOWN_ID. UNSUPPORTED: the zone is
 * static, or has no agent; RANGE: beyond the plan's maximum or below the
 * floor; INFEASIBLE: a pnode can't hold what the zone might take there.
 */
int zp_zone_set_memory(struct zp_xen *xen, const struct zp_host_options *opt,
                       const struct zp_zone *zone, uint64_t kib,
                       uint32_t vnode, struct zp_error *err);
/* What the guest holds of its own memory, and what it was told to. NOTFOUND:
 * its domain has gone. */
int zp_zone_memory(struct zp_xen *xen, const struct zp_zone *zone,
                   uint64_t *held_kib_out, uint64_t *target_kib_out,
                   struct zp_error *err);
/* How many vcpus are online, dealt over the plan's vnodes as at boot. The
 * guest's kernel does it or does not. RANGE: not within the plan. */
int zp_zone_set_vcpus(struct zp_xen *xen, const struct zp_zone *zone,
                      uint32_t vcpus, struct zp_error *err);

/* What a round of ballooning came to for a zone. */
struct zp_balloon_report {
    char name[ZP_MAX_NAME];
    uint32_t domid;
    uint64_t held_kib;
    uint64_t target_kib;          /* before */
    uint64_t next_kib;            /* now */
    enum zp_balloon_why why;
    char text[200];               /* zp_balloon_text(), or what went wrong */
};
/*
 * One round over all dynamic zones, under the ledger lock: zone-balloond's
 * work. With @dry_run nothing is changed. *reports_out is for free(), and is
 * there (or NULL) even where a zone failed, which is what is returned then.
 */
int zp_xen_balloon(struct zp_xen *xen, const struct zp_host_options *opt,
                   bool dry_run, struct zp_balloon_report **reports_out,
                   size_t *nr_out, struct zp_error *err);

/*
 * Gives a zone that runs a read-only disk: @file, an image or a block device,
 * by the kernel's backend, as @name ("xvdb"). An image needs no loop device of
 * the caller's: it has one that goes with the disk. EXISTS: the zone has a
 * disk of that name; XEN. The zone's record does not know the disk: it goes
 * with the domain.
 */
int zp_zone_disk_add(struct zp_xen *xen, const struct zp_zone *zone,
                     const char *file, const char *name,
                     struct zp_error *err);
/* Takes it away, with the guest's consent or, after 10 s, without. NOTFOUND:
 * there is none of that name. */
int zp_zone_disk_remove(struct zp_xen *xen, const struct zp_zone *zone,
                        const char *name, struct zp_error *err);

/* Path of the pty of the zone's console, for free(). */
int zp_zone_console_tty(struct zp_xen *xen, const struct zp_zone *zone,
                        char **path_out, struct zp_error *err);

/*
 * Whether a zone's pages are counted. On a patched Xen that is a call which
 * goes over guest memory in steps; on an unmodified one it is debug key 'u',
 * for all domains at once, every page under a lock.
 */
enum zp_count {
    ZP_COUNT_NEVER,
    ZP_COUNT_CHEAP,               /* only where Xen has the call for it */
    ZP_COUNT_ANYHOW,
};

/* Live figures for `stat`. Slots of pages are pnode positions; 4 KiB pages. */
struct zp_zone_stat {
    uint32_t nr_pnodes;
    bool pages_known;             /* they were counted */
    uint64_t pages[ZP_MAX_PNODES]; /* all that the zone holds */
    /* 0: Xen only tells them per domain. Of each vnode's own memory: */
    uint32_t nr_vnodes;
    uint64_t vnode_pages[ZP_MAX_VNODES][ZP_MAX_PNODES];
    /*
     * Pages that are not where the plan has them. The one page that a Linux
     * guest lets Xen put shared_info into is Xen's and does not count. Where
     * vnodes are not told apart, pages that changed places between two pnodes
     * of the zone don't show.
     */
    uint64_t misplaced;
    uint64_t count_ns;            /* what counting took */
    uint32_t nr_vcpus;
    struct {
        bool online;
        uint32_t pcpu;            /* where it runs or last ran */
        uint64_t time_ns;
        struct zp_pcpuset hard;
        struct zp_pcpuset soft;
    } vcpu[ZP_MAX_VCPUS];
};
/* UNSUPPORTED: ANYHOW above 64 GiB on an unmodified Xen, unless @force. */
int zp_zone_stat(struct zp_xen *xen, const struct zp_topology *topo,
                 const struct zp_zone *zone, enum zp_count count, bool force,
                 struct zp_zone_stat *stat_out, struct zp_error *err);

/*
 * Compares plan, Xen and what the guest's memory holds: pages per pnode
 * (patched Xen: of each vnode's own memory), topology, strict policy, hard and
 * soft affinity of each vcpu, SRAT and SLIT read from the guest's memory by
 * foreign mapping, the record against the domain. @report_out: one line per
 * check, "ok ...", "DIFFERS ...", or "unchecked ..." for pages that @count
 * leaves uncounted. DIFFERS if any does. UNSUPPORTED as above.
 */
int zp_zone_verify(struct zp_xen *xen, const struct zp_topology *topo,
                   const struct zp_zone *zone, enum zp_count count,
                   bool force, char **report_out, struct zp_error *err);

/*
 * Reads an xl.cfg with libxlutil's parser into @spec_out (request, kernel,
 * disks, vifs, actions). INVAL names a key that zones do not support, with
 * the line. @buf need not end in NUL; @file is for messages.
 */
int zp_zone_spec_from_xlcfg(const char *file, const char *buf, size_t len,
                            struct zp_zone_spec *spec_out,
                            struct zp_error *err);

/*
 * All domains as zp_audit() takes them: dom0 and zones are "fixed"; one that is
 * dying is left out. Reads Xen only. UNSUPPORTED above 64 GiB in all on an
 * unmodified Xen, which counts pages under a lock, unless @force.
 */
struct zp_xen_guests;
int zp_xen_guests(struct zp_xen *xen, const struct zp_topology *topo,
                  bool force, struct zp_xen_guests **guests_out,
                  struct zp_error *err);
/* Theirs until they are freed. */
const struct zp_guest *zp_xen_guests_list(const struct zp_xen_guests *guests,
                                          size_t *nr_out);
void zp_xen_guests_free(struct zp_xen_guests *guests);

/* ---- guests that others have started ------------------------------------- */

/*
 * What a guest of xl or libvirt has. Xen tells vcpus and the sum of memory at
 * any time; memory on each pnode has to be counted. What its kernel sees, where
 * its devices are, and what its toolstack will do with it, nobody tells.
 */
struct zp_guest_facts {
    char name[ZP_MAX_NAME];
    char uuid[40];
    uint32_t domid;
    uint32_t nr_vcpus;            /* that it may have, online or not */
    struct zp_pcpuset vcpu[ZP_MAX_VCPUS]; /* hard affinity; slot: vcpu id */
    uint64_t mem_kib;             /* all that it holds */
    bool counted;                 /* held_kib is known */
    uint64_t held_kib[ZP_MAX_PNODES]; /* slot: the pnode's os_id */
    bool adopted;                 /* there is a record: these are its facts */
};

/*
 * Writes down what a guest has, under /zoneplace/guest/UUID in xenstore, and
 * leaves the guest alone. @which: a name or domid, NULL: all that are no zones
 * and not dom0. From then on zonectl knows it: what of its memory it gives
 * back is kept for it, on each pnode as much as it had there, like a static
 * zone's, if its pages were counted. One that has a record keeps it, and its
 * facts come back with .adopted set. A record ends with its domain: a guest
 * that reboots has another one. With @dry_run nothing is written.
 *
 * *facts_out is for free(). EXISTS: it is a zone; INVAL: dom0; NOTFOUND; RANGE
 * (above ZP_MAX_VCPUS); UNSUPPORTED: ANYHOW above 64 GiB on an unmodified Xen
 * or of a PV guest, unless @force. Of all, those that can't be counted cheaply
 * are not counted unless @count says ANYHOW, and one that dies is left out.
 */
int zp_guest_adopt(struct zp_xen *xen, const char *which, enum zp_count count,
                   bool force, bool dry_run,
                   struct zp_guest_facts **facts_out, size_t *nr_out,
                   struct zp_error *err);
/* Takes the record away again, of all with NULL. NOTFOUND: there is none of
 * that guest. @nr_out: how many there were; may be NULL. */
int zp_guest_forget(struct zp_xen *xen, const char *which, size_t *nr_out,
                    struct zp_error *err);
/* Records, ascending domid; @which as above. *facts_out is for free(). */
int zp_guest_adopted(struct zp_xen *xen, const char *which,
                     struct zp_guest_facts **facts_out, size_t *nr_out,
                     struct zp_error *err);
/* What it has now. NOTFOUND: its domain has gone. UNSUPPORTED as above. */
int zp_guest_look(struct zp_xen *xen, const struct zp_guest_facts *recorded,
                  enum zp_count count, bool force,
                  struct zp_guest_facts *now_out, struct zp_error *err);
/* One line per check, as zp_zone_verify() has them. DIFFERS if any does. Calls
 * nobody. NOMEM. */
int zp_guest_compare(const struct zp_guest_facts *recorded,
                     const struct zp_guest_facts *now, char **report_out,
                     struct zp_error *err);

/*
 * The vcpus of dom0 that Xen keeps (by hard affinity) to the pnodes of @plan:
 * those that the monitor binds the backends' threads of a zone to if it has
 * backend_affinity. @vcpus_out is a set of dom0's vcpus, which Linux numbers as
 * Xen does; empty if dom0's vcpus are not pinned or pinned elsewhere. @plan has
 * a zone's pnodes by os_id.
 */
int zp_xen_home_vcpus(struct zp_xen *xen, const struct zp_plan *plan,
                      struct zp_pcpuset *vcpus_out, uint32_t *nr_dom0_out,
                      struct zp_error *err);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
