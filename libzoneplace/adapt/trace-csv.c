/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Traces as CSV. Three kinds, told apart by their columns:
 *
 *  - our own: time, lifetime, vcpus, memory, in the order of time;
 *  - the pod lists of Alibaba's "openb" cluster (2023): cpu_milli, memory_mib,
 *    creation_time, deletion_time, in seconds;
 *  - the Azure trace for packing (2020), vm joined with vmType: starttime and
 *    endtime in days, core and memory as shares of a machine. What began
 *    before the trace is there from its start; of types that several machines
 *    can hold, the first machine's rows are taken.
 */
#include <string.h>

#include <zoneplace-density.h>

#include "adapt/csv.h"
#include "density/density.h"

enum kind { OWN, OPENB, AZURE, NR_KINDS };
enum { TIME, END, VCPUS, MEMORY, MACHINE, NR_FIELDS };

/* By kind, then field; END is a lifetime in our own. */
static const char *const names[NR_KINDS][NR_FIELDS] = {
    { "time", "lifetime", "vcpus", "memory", NULL },
    { "creation_time", "deletion_time", "cpu_milli", "memory_mib", NULL },
    { "starttime", "endtime", "core", "memory", "machineId" },
};

#define SECOND ((uint64_t)1000)
#define DAY (86400 * SECOND)
#define MAX_MS ((uint64_t)1 << 50)

struct reader {
    struct zp__csv csv;
    enum kind kind;
    uint32_t at[NR_FIELDS];      /* column; UINT32_MAX: none */
    uint32_t nr_columns;
    const struct zp_request *base;
    uint64_t machine_vcpus, machine_kib;
    char machine[64];            /* the one whose rows are taken */
    struct zp_trace *trace;
    uint64_t last_ms;
};

static void cleanup_trace(struct zp_trace **trace)
{
    zp_trace_free(*trace);
}

static void cleanup_csv(struct reader *r)
{
    zp__csv_close(&r->csv);
}

static uint32_t column_of(const struct reader *r, const char *name)
{
    uint32_t i;

    for (i = 0; name && i < r->csv.nr; i++) {
        if (!strcmp(r->csv.field[i].text, name))
            return i;
    }
    return UINT32_MAX;
}

static int read_header(struct reader *r)
{
    uint32_t kind, f;

    r->nr_columns = r->csv.nr;
    for (kind = 0; kind < NR_KINDS; kind++) {
        for (f = 0; f < NR_FIELDS; f++) {
            r->at[f] = column_of(r, names[kind][f]);
            if (r->at[f] == UINT32_MAX && f < MACHINE)
                break;
        }
        if (f == NR_FIELDS) {
            r->kind = (enum kind)kind;
            return ZP_OK;
        }
    }
    return zp__csv_fail(&r->csv, 0, ZP_ERR_PARSE, "trace",
                        "not the columns of a trace: time, lifetime, vcpus, "
                        "memory");
}

/* A time in ms; @absent where there is none. */
static int read_time(struct reader *r, uint32_t f, uint64_t absent,
                     uint64_t *ms_out)
{
    static const uint64_t factors[] = { 1, 60, 3600, 86400 };
    const struct zp__csv_field *field = &r->csv.field[r->at[f]];

    if (!field->len || !strcmp(field->text, "NULL")) {
        *ms_out = absent;
        return ZP_OK;
    }
    if (r->kind == AZURE && f == TIME && *field->text == '-') {
        *ms_out = 0;
        return ZP_OK;
    }
    return zp__csv_decimal(&r->csv, r->at[f], names[r->kind][f],
                           r->kind == AZURE ? DAY : SECOND,
                           r->kind == OWN ? "smhd" : "", factors, MAX_MS,
                           ms_out);
}

static int read_lifetime(struct reader *r, struct zp_arrival *arrival)
{
    uint64_t end;
    int rc = read_time(r, END, ZP_STAYS, &end);

    if (rc || r->kind == OWN || end == ZP_STAYS) {
        arrival->lifetime_ms = end;
        return rc;
    }
    if (end < arrival->time_ms)
        return zp__csv_fail(&r->csv, r->at[END], ZP_ERR_INVAL, "trace",
                            "%s is before %s", names[r->kind][END],
                            names[r->kind][TIME]);
    arrival->lifetime_ms = end - arrival->time_ms;
    return ZP_OK;
}

static int read_size(struct reader *r, uint64_t *vcpus, uint64_t *kib)
{
    struct zp__csv *csv = &r->csv;
    const char *const *name = names[r->kind];
    uint64_t share;
    int rc;

    switch (r->kind) {
    case OPENB:
        rc = zp__csv_uint(csv, r->at[VCPUS], name[VCPUS], 1000000, vcpus);
        *vcpus = (*vcpus + 999) / 1000;
        if (!rc)
            rc = zp__csv_uint(csv, r->at[MEMORY], name[MEMORY],
                              ZP_MAX_MEM_KIB / 1024, kib);
        *kib *= 1024;
        return rc;
    case AZURE:
        rc = zp__csv_decimal(csv, r->at[VCPUS], name[VCPUS], 1000000, "",
                             NULL, 100000000, &share);
        *vcpus = rc ? 0 : (share * r->machine_vcpus + 999999) / 1000000;
        if (!rc)
            rc = zp__csv_decimal(csv, r->at[MEMORY], name[MEMORY], 1000000,
                                 "", NULL, 100000000, &share);
        if (!rc)
            *kib = (uint64_t)((unsigned __int128)share * r->machine_kib /
                              1000000);
        return rc;
    default:
        rc = zp__csv_uint(csv, r->at[VCPUS], name[VCPUS], UINT32_MAX, vcpus);
        return rc ? rc : zp__csv_size(csv, r->at[MEMORY], name[MEMORY], kib);
    }
}

/* False for a row of another machine that could hold the type. */
static bool is_wanted(struct reader *r)
{
    const struct zp__csv_field *field;

    if (r->at[MACHINE] == UINT32_MAX)
        return true;
    field = &r->csv.field[r->at[MACHINE]];
    if (!r->machine[0] && field->len < sizeof(r->machine))
        memcpy(r->machine, field->text, field->len + 1);
    return !strcmp(r->machine, field->text);
}

static int read_arrival(struct reader *r)
{
    struct zp_arrival arrival = { 0 };
    struct zp_request req = *r->base;
    uint64_t vcpus = 0, kib = 0;
    struct zp_error why;
    int rc = zp__csv_check_nr(&r->csv, r->nr_columns);

    if (rc || !is_wanted(r))
        return rc;
    rc = read_time(r, TIME, 0, &arrival.time_ms);
    if (!rc && r->kind != AZURE && arrival.time_ms < r->last_ms)
        return zp__csv_fail(&r->csv, r->at[TIME], ZP_ERR_INVAL, "trace",
                            "%s is before that of the line above",
                            names[r->kind][TIME]);
    if (!rc)
        rc = read_lifetime(r, &arrival);
    if (!rc)
        rc = read_size(r, &vcpus, &kib);
    if (rc)
        return rc;
    r->last_ms = arrival.time_ms;
    /* Even the smallest is a zone. */
    req.vcpus = vcpus || r->kind == OWN ? (uint32_t)vcpus : 1;
    req.mem_kib = kib || r->kind == OWN ? kib : ZP_UNIT_KIB;
    req.max_vcpus = 0;
    req.max_mem_kib = 0;
    rc = zp_trace_add(r->trace, &req, arrival.time_ms, arrival.lifetime_ms,
                      &why);
    return rc ? zp__csv_fail(&r->csv, r->at[VCPUS], rc, why.limit, "%s",
                             why.msg)
              : ZP_OK;
}

int zp_trace_from_csv(const char *buf, size_t len,
                      const struct zp_request *base, uint32_t machine_vcpus,
                      uint64_t machine_kib, struct zp_trace **trace_out,
                      struct zp_error *err)
{
    struct zp_trace *trace ZP_CLEANUP(cleanup_trace) = NULL;
    struct reader r ZP_CLEANUP(cleanup_csv) = {
        .base = base, .machine_vcpus = machine_vcpus,
        .machine_kib = machine_kib };
    int rc = zp__csv_open(&r.csv, buf, len, err);

    if (!rc)
        rc = zp_trace_new(&trace, err);
    if (rc)
        return rc;
    r.trace = trace;
    rc = zp__csv_next(&r.csv);
    if (rc == 0)
        return zp__fail(err, ZP_ERR_PARSE, "trace",
                        "line 1 column 1: no CSV here");
    if (rc > 0)
        rc = read_header(&r);
    while (!rc && (rc = zp__csv_next(&r.csv)) > 0)
        rc = read_arrival(&r);
    if (rc)
        return rc;
    rc = zp_trace_sort(trace, err);
    if (!rc)
        *trace_out = ZP_TAKE(trace);
    return rc;
}
