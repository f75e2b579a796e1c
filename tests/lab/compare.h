/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What compare reads (compare-input.c) and what it checks (compare.c).
 */
#ifndef COMPARE_H
#define COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDS    4096     /* bound of vCPU, pCPU, APIC and node ids */
#define VNODES 64
#define RANGES 256

typedef struct {
    uint64_t word[IDS / 64];
} set;

struct vnode {
    unsigned pxm, pnode;
    set vcpus, pcpus;
    uint64_t memory_kib;
};

struct range {
    uint64_t start, end;
    unsigned pxm;
};

/* The plan. pxms[]: its proximity domains, in the order of the vnodes. */
extern struct vnode vnodes[VNODES];
extern unsigned vnodes_nr;
extern unsigned pxms[VNODES], pxms_nr;

/* What the guest's tables say; -1 where they say nothing. */
extern int apic_to_vcpu[IDS], apic_to_pxm[IDS];
extern struct range ranges[RANGES];
extern unsigned ranges_nr;
extern bool have_srat;

/* Linux' nodes, as they follow from the SRAT: node -> proximity domain. */
extern int node_to_pxm[VNODES];
extern unsigned nodes_nr;

extern char *report;            /* the whole text */
extern set all_pcpus;           /* what "all" stands for */

void die(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));
/* Print a difference and count it. */
void differ(const char *format, ...) __attribute__((format(printf, 1, 2)));

void set_add(set *s, unsigned id);
bool set_has(const set *s, unsigned id);
bool set_equal(const set *a, const set *b);
/* "0-2,8" into a set; false if it isn't a list. Empty is a list. */
bool set_parse(const char *text, set *s);
/* A set as text; four of them may be in use at once. */
const char *set_text(const set *s);

/* A whole file, without CRs; never NULL. */
char *slurp(const char *path);
void plan_read(const char *path);
/* The distance between two proximity domains of the plan. */
unsigned plan_distance(unsigned from, unsigned to);
/* The index in pxms[], or pxms_nr. */
unsigned pxm_index(unsigned pxm);
/* The value of "path: value" in the report, or NULL; free() it. */
char *value_of(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
uint32_t get32(const uint8_t *p);
uint64_t get64(const uint8_t *p);
/* The bytes of an ACPI table of the report, checked; NULL: it has none. */
uint8_t *table(const char *name, size_t *len);
void madt_read(void);
void srat_read(void);

#endif
