/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl density: hosts and mixes from options and files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "density.h"

#define TRACE_LIMIT ((size_t)512 << 20)

/* Makes room for one more file and reads it there. */
static int add_file(struct density *d, const char *path)
{
    struct zp_hosts **grown = realloc(d->file, (d->nr_files + 1) *
                                               sizeof(struct zp_hosts *));
    struct zp_error err;
    int rc;

    if (!grown) {
        fail(&err, ZP_ERR_NOMEM, NULL, "out of memory");
        return refuse(d->ctl->json, EXIT_FAILED, &err);
    }
    d->file = grown;
    rc = hosts_read_file(d->ctl, path, &d->file[d->nr_files]);
    d->nr_files += !rc;
    return rc;
}

/* @times the hosts of the last file. */
static int into_fleet(struct density *d, uint64_t times)
{
    struct zp_hosts *hosts = d->file[d->nr_files - 1];
    struct zp_error err;
    uint64_t count;

    for (uint32_t i = 0; i < zp_hosts_nr_kinds(hosts); i++) {
        count = zp_hosts_count(hosts, i) * times;
        if (count > UINT32_MAX)
            count = UINT32_MAX;
        if (zp_fleet_add(d->fleet, zp_hosts_topology(hosts, i),
                         zp_hosts_load(hosts, i), (uint32_t)count, &err))
            return refuse(d->ctl->json, exit_of_request(&err), &err);
    }
    return EXIT_OK;
}

/* The --count that follows the @i-th option before the next --host; 1. */
static int read_count(struct density *d, size_t i, uint64_t *count_out)
{
    const struct ctl *ctl = d->ctl;
    struct zp_error err;

    *count_out = 1;
    for (i++; i < ctl->nr_given && ctl->given[i].id != OPT_HOST; i++) {
        if (ctl->given[i].id != OPT_COUNT)
            continue;
        if (parse_number("count", ctl->given[i].value, ZP_MAX_HOSTS,
                         count_out, &err))
            return refuse(ctl->json, EXIT_USAGE, &err);
        if (!*count_out) {
            fail(&err, ZP_ERR_INVAL, "count", "--count 0: at least 1");
            return refuse(ctl->json, EXIT_USAGE, &err);
        }
    }
    return EXIT_OK;
}

/* Each --host, with the --count that follows it. */
static int read_hosts(struct density *d)
{
    struct ctl *ctl = d->ctl;
    struct zp_error err;
    uint64_t count;
    size_t i;
    int rc;

    if (zp_fleet_new(&d->fleet, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (!given(ctl, OPT_HOST)) {
        if (given(ctl, OPT_COUNT)) {
            fail(&err, ZP_ERR_INVAL, "count",
                 "--count goes after --host FILE");
            return refuse(ctl->json, EXIT_USAGE, &err);
        }
        rc = host_read(ctl, &d->live);
        if (!rc && zp_fleet_add(d->fleet, d->live.topo, d->live.load, 1,
                                &err))
            rc = refuse(ctl->json, EXIT_FAILED, &err);
        return rc;
    }
    for (i = 0; i < ctl->nr_given; i++) {
        if (ctl->given[i].id != OPT_HOST)
            continue;
        rc = add_file(d, ctl->given[i].value);
        if (!rc)
            rc = read_count(d, i, &count);
        if (!rc)
            rc = into_fleet(d, count);
        if (rc)
            return rc;
    }
    return EXIT_OK;
}

static int add_given_shape(struct density *d, const char *text,
                           struct zp_error *err)
{
    struct zp_request req = d->base;
    char *copy CLEANUP(free_text) = xstrdup(text);
    char *memory = strchr(copy, ':'), *weight;
    uint64_t vcpus, times = 1;
    struct zp_error why;
    int rc;

    if (!memory)
        return fail(err, ZP_ERR_PARSE, "shape",
                    "--shape %s: not VCPUS:MEMORY[:WEIGHT]", text);
    *memory++ = '\0';
    weight = strchr(memory, ':');
    if (weight)
        *weight++ = '\0';
    rc = parse_number("shape", copy, UINT32_MAX, &vcpus, err);
    if (!rc && weight)
        rc = parse_number("shape", weight, ZP_MAX_WEIGHTS, &times, err);
    if (rc)
        return rc;
    rc = zp_size_parse(memory, &req.mem_kib, &why);
    req.vcpus = (uint32_t)vcpus;
    req.max_vcpus = 0;
    req.max_mem_kib = 0;
    snprintf(req.name, sizeof(req.name), "%.50s", copy);
    snprintf(req.name + strlen(req.name), sizeof(req.name) - strlen(req.name),
             ":%.12s", memory);
    if (!rc)
        rc = zp_mix_add(d->mix, &req, (uint32_t)times, &why);
    return rc ? fail(err, rc, why.limit, "--shape %s: %s", text, why.msg) : 0;
}

static int read_mix_file(struct density *d, const char *path,
                         struct zp_error *err)
{
    struct spool text CLEANUP(spool_clear) = { 0 };
    struct zp_error why;
    size_t start;
    int rc;

    if (read_file(path, &text, err))
        return err->code;
    start = strspn(text.buf, " \t\r\n");
    if (text.buf[start] == '[' || text.buf[start] == '{')
        rc = zp_mix_from_json(text.buf, text.len, &d->base, &d->mix, &why);
    else
        rc = zp_mix_from_csv(text.buf, text.len, &d->base, &d->mix, &why);
    return rc ? fail(err, rc, why.limit, "%s: %s", path, why.msg) : ZP_OK;
}

/* --mix FILE, or --shape once or more, or the one of --vcpus and --memory. */
static int read_mix(struct density *d)
{
    const struct ctl *ctl = d->ctl;
    const char *path = given(ctl, OPT_MIX);
    struct zp_error err;
    int rc = ZP_OK;

    if (path && given(ctl, OPT_SHAPE)) {
        fail(&err, ZP_ERR_INVAL, "mix", "--mix and --shape: one of them");
        return refuse(ctl->json, EXIT_USAGE, &err);
    }
    if (path) {
        if (read_mix_file(d, path, &err))
            return refuse(ctl->json, EXIT_FAILED, &err);
        return EXIT_OK;
    }
    if (zp_mix_new(&d->mix, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    for (size_t i = 0; !rc && i < ctl->nr_given; i++) {
        if (ctl->given[i].id == OPT_SHAPE)
            rc = add_given_shape(d, ctl->given[i].value, &err);
    }
    if (!rc && !zp_mix_nr(d->mix))
        rc = zp_mix_add(d->mix, &d->base, 1, &err);
    return rc ? refuse(ctl->json, EXIT_USAGE, &err) : EXIT_OK;
}

/* A machine of the trace for packing is the first host. */
static int read_trace(struct density *d, const char *path)
{
    const struct zp_topology *topo = zp_fleet_topology(d->fleet, 0);
    const struct zp_load *load = zp_fleet_load(d->fleet, 0);
    struct spool text CLEANUP(spool_clear) = { 0 };
    uint64_t kib = 0, size;
    uint32_t vcpus = 0, pos;
    struct zp_error err, why;
    int rc;

    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
        size = zp_topology_mem_kib(topo, pos);
        kib += size == ZP_UNKNOWN_KIB ? 0 : size;
        vcpus += zp_load_nr_usable(load, pos);
    }
    d->meter = meter_begin("reading the trace");
    rc = read_file_upto(path, TRACE_LIMIT, &text, &err);
    if (!rc) {
        rc = zp_trace_from_csv(text.buf, text.len, &d->base, vcpus, kib,
                               &d->trace, &why);
        if (rc)
            fail(&err, rc, why.limit, "%s: %s", path, why.msg);
    }
    meter_end(&d->meter);
    if (!rc)
        return EXIT_OK;
    return refuse(d->ctl->json, EXIT_FAILED, &err);
}

/* What asks different questions. */
static int check_question(const struct ctl *ctl)
{
    static const int others[] = { OPT_MIX, OPT_SHAPE, OPT_MORE, OPT_POLICIES,
                                  OPT_SEED };
    struct zp_error err;

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (!given(ctl, OPT_TRACE) || !given(ctl, others[i]))
            continue;
        fail(&err, ZP_ERR_INVAL, "trace", "--trace: a replay takes no mix, "
             "shape, seed or policies, and is not --more");
        return refuse(ctl->json, EXIT_USAGE, &err);
    }
    if (density_csv_check(ctl, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    return EXIT_OK;
}

static int read_base(struct density *d)
{
    const struct ctl *ctl = d->ctl;
    bool bare = !given(ctl, OPT_MIX) && !given(ctl, OPT_SHAPE) &&
                !given(ctl, OPT_TRACE);
    struct zp_error err;

    zp_request_init(&d->base);
    if (bare ? request_apply(ctl, &d->base, &err)
             : request_options(ctl, &d->base, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    if (given(ctl, OPT_SEED) &&
        parse_number("seed", given(ctl, OPT_SEED), UINT64_MAX, &d->seed,
                     &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    return EXIT_OK;
}

int density_read(struct density *d)
{
    int rc = check_question(d->ctl);

    if (!rc)
        rc = read_base(d);
    if (!rc)
        rc = read_hosts(d);
    if (rc)
        return rc;
    if (d->live.live) {
        d->base.tier = d->live.info.tier;
        if (!given(d->ctl, OPT_VCPU_RATIO))
            d->base.vcpu_ratio = d->live.opt.vcpu_ratio;
    }
    return given(d->ctl, OPT_TRACE) ? read_trace(d, given(d->ctl, OPT_TRACE))
                                    : read_mix(d);
}

void outcome_clear(struct outcome *o)
{
    zp_mix_free(o->mix);
    free(o->fill);
    free(o->stranded);
}

void density_clear(struct density *d)
{
    size_t i;

    meter_end(&d->meter);
    density_heats_free(d->heat, d->nr_heats);
    for (i = 0; i < d->nr_outcomes; i++)
        outcome_clear(&d->outcome[i]);
    free(d->outcome);
    zp_mix_free(d->mix);
    zp_trace_free(d->trace);
    zp_fleet_free(d->fleet);
    for (i = 0; i < d->nr_files; i++)
        zp_hosts_free(d->file[i]);
    free(d->file);
    host_clear(&d->live);
}
