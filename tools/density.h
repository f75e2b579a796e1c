/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of "zonectl density" share. */
#ifndef ZP_TOOLS_DENSITY_H
#define ZP_TOOLS_DENSITY_H

#include <zoneplace-density.h>

#include "chart.h"
#include "zonectl.h"

/* What no packing exceeds, of the sequence that a rule was given. */
struct optimum {
    bool known;
    const char *why_not;           /* if it is not */
    uint64_t prefix;               /* the longest that is known to fit */
    uint64_t prefix_bound;         /* none longer does */
    uint64_t placed;               /* the same with skipping, of .length */
    uint64_t placed_bound;
    uint64_t length;
};

/* One rule, and what came of it. */
struct outcome {
    char name[32];
    struct zp_mix *mix;            /* with the rule's requests */
    struct zp_fill *fill;
    struct zp_stranded *stranded;
    size_t nr_stranded;
    uint64_t calls;                /* of zp_place() */
    uint64_t bytes;
    struct optimum optimum;
};

struct density {
    struct ctl *ctl;
    struct zp_hosts **file;        /* of each --host */
    size_t nr_files;
    struct host live;              /* if there is none */
    struct zp_fleet *fleet;
    struct zp_request base;
    struct zp_mix *mix;            /* as it was asked for */
    struct zp_trace *trace;        /* instead of a mix */
    uint64_t seed;
    struct outcome *outcome;       /* [0]: the rule in force */
    size_t nr_outcomes;
    struct meter *meter;
    struct density_heat *heat;     /* for a report */
    size_t nr_heats;
};

/* The nodes of one kind of hosts. */
struct density_heat {
    uint32_t kind;
    struct heat memory;
    struct heat vcpus;
};
enum { DENSITY_MAX_HEATS = 12 };

/* An answer of --more. */
struct more_row {
    uint32_t kind;
    uint32_t shape;
    struct zp_more more;
};

/* ---- density-input.c ---- */

/* Hosts, mix and seed from the options. EXIT_OK or what refuse() gave. */
int density_read(struct density *d);
void density_clear(struct density *d);
void outcome_clear(struct outcome *o);

/* ---- density-fill.c ---- */

int density_fill(struct density *d);

/* ---- density-replay.c ---- */

int density_replay(struct density *d);
/* Thousandths, over the points of a replay. */
uint32_t mean_spread(const struct zp_replay *r);

/* ---- density-optimum.c ---- */

/* @o has in .prefix and .placed what some rule did. */
void density_optimum(const struct density *d, const struct zp_mix *mix,
                     const struct zp_fill *fill, struct optimum *o);

/* ---- density-text.c, density-json.c ---- */

void density_fill_text(const struct density *d, struct spool *out);
void density_fill_json(const struct density *d, struct spool *out);
void add_spread(struct spool *out, uint32_t thousandths);

/* ---- density-more.c ---- */

/* How many more of each shape each kind of host takes. */
int density_more(struct density *d);

/* ---- density-csv.c ---- */

/* --csv names a table of the question. */
int density_csv_check(const struct ctl *ctl, struct zp_error *err);
void density_fill_csv(const struct density *d, struct spool *out);
void density_replay_csv(const struct density *d, const struct outcome *o,
                        const struct zp_replay *r, struct spool *out);
void density_more_csv(const struct density *d, const struct more_row *row,
                      size_t nr, struct spool *out);

/* ---- density-heat.c ---- */

/* How full nodes are now; *heats_out is for density_heats_free(). NOMEM. */
int density_heats(const struct density *d, const struct zp_sim *sim,
                  struct density_heat **heats_out, size_t *nr_out,
                  struct zp_error *err);
void density_heats_free(struct density_heat *heats, size_t nr);

/* ---- report.c: --html FILE ---- */

int report_fill(struct density *d, struct zp_error *err);
int report_replay(struct density *d, const struct outcome *o,
                  const struct zp_replay *r, struct zp_error *err);
int report_more(struct density *d, const struct more_row *row, size_t nr,
                struct zp_error *err);

/* A share with six digits behind the point; null if there is no whole. */
void put_share(struct spool *out, const char *key, uint64_t part,
               uint64_t all);
void put_usage(struct spool *out, const char *indent,
               const struct zp_usage *usage, uint64_t capacity_kib);
void put_kinds(const struct density *d, struct spool *out);
void put_stranded(const struct density *d, struct spool *out,
                  const struct outcome *o, const char *indent);
void add_stranded(const struct density *d, struct spool *out,
                  const struct outcome *o);
void add_hosts(const struct density *d, struct spool *out);
void add_one(struct spool *out, const char *what,
             const struct zp_usage *usage, uint64_t capacity_kib);
const char *stranded_word(enum zp_stranded_by by);
/* Rule in force, in the words of the options. */
void add_rule(struct spool *out, const struct zp_request *req);
/* Sizes and shares for people. */
void add_kib(struct spool *out, uint64_t kib);
void add_percent(struct spool *out, uint64_t part, uint64_t all);

/* ---- meter.c: a bar on a terminal, after two seconds ---- */

struct meter;
/* NULL, which all calls take, if nobody looks. @stage is what is done. */
struct meter *meter_begin(const char *stage);
/* Another stage, from its start. */
void meter_stage(struct meter *meter, const char *fmt, ...) PRINTF(2, 3);
/* A zp_progress_fn. */
bool meter_tick(void *meter, uint32_t permille);
/* Takes the bar away; *meter is NULL then. */
void meter_end(struct meter **meter);

#endif
