/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zoneplace-doctor.h - is a host, or a guest, set up well for zones?
 *
 * Pure, with the conventions of zoneplace.h. A program takes readings (the
 * live ones are zp_xen_setup() in zoneplace-xen.h, a guest's are read from
 * /proc and /sys by zonectl), the rules here judge them. What nobody could
 * read is unknown and never a fault.
 *
 * Sources of the rules: Xen's docs/misc/xen-command-line.pandoc, xl.conf(5),
 * what the launcher and the balloon daemon rest on (zoneplace(7)).
 */
#ifndef ZONEPLACE_DOCTOR_H
#define ZONEPLACE_DOCTOR_H

#include <zoneplace.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

enum zp_answer { ZP_ANSWER_UNKNOWN, ZP_ANSWER_NO, ZP_ANSWER_YES };

#define ZP_UNKNOWN_NUMBER UINT64_MAX

/*
 * Readings of a host. Unknown: an empty text or set, ZP_UNKNOWN_NUMBER,
 * ZP_ANSWER_UNKNOWN; the command line is known if xen_version is, as one call
 * tells both.
 */
struct zp_setup {
    char xen_version[64];         /* "4.17.7" */
    char xen_cmdline[1024];       /* Xen's own; xen_commandline_t */
    enum zp_answer patched;       /* the tier */
    enum zp_answer xenstored;     /* it answers */
    char scheduler[32];           /* of the cpupool that zones go to */
    char pool[ZP_MAX_NAME];       /* its name */
    enum zp_answer pool_exists;
    char cpu_model[64];           /* as the processor calls itself */
    uint64_t dom0_kib;            /* memory it has now */
    uint64_t dom0_max_kib;        /* that it may balloon up to */
    uint64_t dom0_vcpus;
    struct zp_pcpuset dom0_pcpus; /* where some vcpu of it may run */
    uint64_t dom0_numa_balancing; /* kernel.numa_balancing in dom0 */
    enum zp_answer blkback;       /* dom0's backend drivers are there */
    enum zp_answer netback;
    char autoballoon[16];         /* of xl.conf; "auto" if it says nothing */
    enum zp_answer host_conf;     /* it is absent or can be read */
    char host_conf_fault[240];    /* why not */
    uint64_t dynamic_zones;       /* how many run */
    enum zp_answer balloond;      /* zone-balloond runs */
};

/* Readings of a Linux guest, unknown as above. */
struct zp_guest_setup {
    enum zp_answer xen;           /* it runs on Xen */
    char guest_type[16];          /* "PVH", "PV", "HVM" */
    char cmdline[2048];           /* its kernel's */
    uint64_t nr_nodes;            /* online; 0: a kernel without NUMA */
    uint64_t nr_memory_nodes;     /* those that have memory */
    enum zp_answer distances;     /* 10 to itself, more to the others */
    enum zp_answer caches;        /* no last-level cache reaches beyond a
                                   * node */
    uint64_t numa_balancing;      /* kernel.numa_balancing */
    uint64_t zone_reclaim;        /* vm.zone_reclaim_mode */
    char huge_pages[16];          /* transparent: "always", ... */
    char clocksource[32];
    char auto_online[32];         /* memory/auto_online_blocks */
    enum zp_answer balloon;       /* Xen's balloon driver */
    enum zp_answer frontends;     /* Xen's bus of paravirtual devices */
    enum zp_answer x2apic;
    uint64_t nr_present;          /* vcpus that there are */
    uint64_t nr_online;
};

/* Everything unknown. */
void zp_setup_init(struct zp_setup *setup);
void zp_guest_setup_init(struct zp_guest_setup *setup);

/*
 * Host readings as JSON: an object whose members are the fields of struct
 * zp_setup, those that are unknown left out. zp_setup_from_json() takes them
 * from the member "setup" of a document, which `zonectl host --doctor --json`
 * puts into a host file; a document without one is NOTFOUND. PARSE, RANGE,
 * NOMEM.
 */
int zp_setup_to_json(const struct zp_setup *setup, char **text_out,
                     struct zp_error *err);
int zp_setup_from_json(const char *buf, size_t len,
                       struct zp_setup *setup_out, struct zp_error *err);

enum zp_verdict {
    ZP_VERDICT_OK,
    ZP_VERDICT_CHANGE,            /* something should be changed */
    ZP_VERDICT_UNKNOWN,           /* not read, or for a person to judge */
};

/* Where what is to be changed is. */
enum zp_where {
    ZP_WHERE_NONE,
    ZP_WHERE_GRUB,                /* words of Xen's command line */
    ZP_WHERE_KERNEL,              /* words of the guest kernel's */
    ZP_WHERE_XL_CONF,
    ZP_WHERE_HOST_CONF,
    ZP_WHERE_FIRMWARE,
    ZP_WHERE_SYSCTL,
    ZP_WHERE_MODULES,
    ZP_WHERE_SHELL,               /* a command */
};

enum { ZP_MAX_FINDINGS = 48 };

/* What one rule came to. Texts are one line; @rule and @why are constants. */
struct zp_finding {
    const char *rule;             /* a stable word, "dom0-mem" */
    enum zp_verdict verdict;
    enum zp_where where;
    char found[160];
    char change[160];             /* the line, or the words, to put there; a
                                   * hint where the verdict is unknown; "" */
    const char *why;
};

/*
 * Judges a host: one finding for each rule, in the order of the manual.
 * @topo and @load may be NULL (both or none): then what they tell is unknown.
 * Returns the number of slots of @findings_out that were filled.
 */
size_t zp_doctor_host(const struct zp_setup *setup,
                      const struct zp_topology *topo,
                      const struct zp_load *load,
                      struct zp_finding findings_out[ZP_MAX_FINDINGS]);
/* The same for the guest that it runs in. */
size_t zp_doctor_guest(const struct zp_guest_setup *setup,
                       struct zp_finding findings_out[ZP_MAX_FINDINGS]);

/*
 * Xen's command line as it would be with what @findings want of it: words of
 * options that they name are replaced, what a boot loader put in is left
 * out, the rest stays. Writes like snprintf: returns the length, or 0 if
 * nothing is to be changed there.
 */
size_t zp_doctor_grub(const struct zp_setup *setup,
                      const struct zp_finding *findings, size_t nr, char *buf,
                      size_t size);

/* "ok", "change", "unknown". */
const char *zp_verdict_name(enum zp_verdict verdict);
/* "GRUB_CMDLINE_XEN_DEFAULT in /etc/default/grub"; "" for NONE. */
const char *zp_where_name(enum zp_where where);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
