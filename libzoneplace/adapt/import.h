/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Importers: each reads one format and leaves facts in a struct zp__import,
 * in whatever order and numbering its source has. import.c alone judges them
 * and makes the topology, so that every format is mended by the same rules
 * (docs/HYGIENE.md).
 */
#ifndef ZP_ADAPT_IMPORT_H
#define ZP_ADAPT_IMPORT_H

#include "internal.h"

#define ZP__IMPORT_MAX_BYTES ((size_t)16 << 20)

struct zp__import_node {
    uint32_t os_id;
    struct zp_pcpuset pcpus;
    uint64_t mem_kib;        /* ZP_UNKNOWN_KIB: the source does not say */
    uint64_t free_kib;       /* the same */
};

struct zp__import_device {
    char busid[24];
    struct zp_pcpuset nodes; /* firmware ids, not pcpus */
};

struct zp__import {
    struct zp_error *err;
    int rc;                  /* the first failure sticks */
    uint64_t steps;          /* tokens looked at: what the fuzzers bound */
    char name[ZP_MAX_NAME];
    uint32_t nr;
    struct zp__import_node node[ZP_MAX_PNODES];
    /* Slots are for ids that distances name, nodes or not. */
    uint32_t nr_slots;
    uint32_t slot_id[ZP_MAX_PNODES];
    uint64_t dist_given[ZP_MAX_PNODES];
    uint32_t dist[ZP_MAX_PNODES][ZP_MAX_PNODES];
    bool has_online;         /* else every pcpu of a node is online */
    struct zp_pcpuset online;
    /* Any number that tells groups apart; ZP_UNKNOWN_ID: not known. */
    uint32_t core[ZP_MAX_PCPUS];
    uint32_t socket[ZP_MAX_PCPUS];
    uint32_t l3[ZP_MAX_PCPUS];
    struct zp__import_device *device;
    uint32_t nr_devices;
    uint32_t room_devices;
    uint32_t nr_warnings;
    char warning[12][160];
};

/* NOMEM. @err is where later failures go. */
int zp__import_new(struct zp__import **im_out, struct zp_error *err);
void zp__import_free(struct zp__import **im);

/* Records a failure unless there is one; returns the one that counts. */
int zp__import_fail(struct zp__import *im, int code, const char *limit,
                    const char *fmt, ...) ZP_PRINTF(4, 5);
void zp__import_warn(struct zp__import *im, const char *fmt, ...)
    ZP_PRINTF(2, 3);

/* A node by id, NULL if there is none. */
struct zp__import_node *zp__import_find(struct zp__import *im,
                                        uint64_t os_id);
/* The same, made if it is new; NULL after a failure. */
struct zp__import_node *zp__import_node(struct zp__import *im,
                                        uint64_t os_id);
/* Values as firmware gave them. */
void zp__import_distance(struct zp__import *im, uint64_t from, uint64_t to,
                         uint64_t value);
/* One group (core, socket, l3) for all of @set. */
void zp__import_group(uint32_t *groups, const struct zp_pcpuset *set,
                      uint32_t id);
/* @nodes may be NULL: not known. */
void zp__import_device(struct zp__import *im, const char *busid,
                       size_t busid_len, const struct zp_pcpuset *nodes);
/* Judges the facts. Consumes nothing; outputs only if it returns ZP_OK. */
int zp__import_finish(struct zp__import *im, struct zp_topology **topo_out,
                      struct zp_load **load_out);

/* The importers: 0 or im->rc. */
int zp__import_numactl(struct zp__import *im, const char *buf, size_t len);
int zp__import_xl(struct zp__import *im, const char *buf, size_t len);
int zp__import_sysfs(struct zp__import *im, const char *buf, size_t len);
/* hwloc or libvirt: the root element says which. */
int zp__import_xml(struct zp__import *im, const char *buf, size_t len);

/* How a buffer is told. */
bool zp__is_tar(const char *buf, size_t len);
bool zp__is_numactl(const char *buf, size_t len);
bool zp__is_xl(const char *buf, size_t len);

/* ---- text (scan.c) ------------------------------------------------------- */

/* [at, end); need not end in NUL. */
struct zp__scan {
    const char *at;
    const char *end;
};

static inline struct zp__scan zp__scan_of(const char *buf, size_t len)
{
    return (struct zp__scan){ buf, buf + len };
}

/* Takes a line off, without its end; false if there is none left. */
bool zp__scan_line(struct zp__scan *text, struct zp__scan *line_out);
void zp__scan_blanks(struct zp__scan *s);
/* Nothing but blanks (and NULs, which some dumps append) is left. */
bool zp__scan_ends(const struct zp__scan *s);
/* Takes @word off after blanks, or leaves all as it was. */
bool zp__scan_word(struct zp__scan *s, const char *word);
/* A number of digits after blanks; false (nothing taken) if there is none or
 * it does not fit. */
bool zp__scan_uint(struct zp__scan *s, uint64_t *value_out);
bool zp__scan_find(const struct zp__scan *s, const char *word);
/* "0xff,,0000ffff" as hwloc and Linux print sets: words of 32 bits, the
 * highest first, an empty word is 0. False if it is none or too large. */
bool zp__scan_mask(const char *text, size_t len, struct zp_pcpuset *set_out);

#endif
