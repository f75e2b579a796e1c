/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host that is only described, for trying zone-cri out without Xen. The file
 * has a line for each reservation: its uuid and its plan in JSON.
 */
#include "cri-ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapt/json.h"
#include "core/ledger.h"
#include "cri-plan.h"
#include "files.h"
#include "internal.h"

#define MAX_FILE ((size_t)16 << 20)

struct file_ledger {
    struct zk_ledger ledger;
    struct zp_topology *topo;
    struct zp_load *load;        /* as described: without reservations */
    const char *path;            /* or NULL */
    struct zk_reservation **held;
    size_t nr;
};

/* ---- the file ---- */

static int fail(struct zp_error *err, const char *path)
{
    return zp__fail_sys(err, ZP_ERR_IO, errno, "file", "%s: %s", path,
                        strerror(errno));
}

static int hold(struct file_ledger *f, const struct zk_reservation *r,
                struct zp_error *err)
{
    struct zk_reservation **held, *copy = malloc(sizeof(*copy));

    held = realloc(f->held, (f->nr + 1) * sizeof(*held));
    if (held)
        f->held = held;
    if (!held || !copy) {
        free(copy);
        return zp__nomem(err);
    }
    *copy = *r;
    held[f->nr++] = copy;
    return ZP_OK;
}

static int read_line(struct file_ledger *f, const char *line, size_t len,
                     struct zp_error *err)
{
    struct zk_reservation r;
    int rc;

    if (len < 38 || line[36] != ' ')
        return zp__fail(err, ZP_ERR_PARSE, "ledger", "no uuid");
    snprintf(r.uuid, sizeof(r.uuid), "%.36s", line);
    rc = zp_plan_from_json(line + 37, len - 37, &r.plan, err);
    return rc ? rc : hold(f, &r, err);
}

static int read_ledger(struct file_ledger *f, struct zp_error *err)
{
    char *buf, *line;
    size_t len;
    unsigned nr = 1;
    int rc;

    rc = zk_read_whole(AT_FDCWD, f->path, MAX_FILE, &buf, &len, err);
    if (rc)
        return rc == ZP_ERR_NOTFOUND ? ZP_OK : rc;
    for (line = buf; !rc && *line; nr++) {
        len = strcspn(line, "\n");
        rc = read_line(f, line, len, err);
        if (rc)
            zp__wrap(err, rc, "%s: line %u", f->path, nr);
        line += len + (line[len] == '\n');
    }
    free(buf);
    return rc;
}

static int put_all(const struct file_ledger *f, FILE *file,
                   struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *text = NULL;
    size_t i;
    int rc = ZP_OK;

    for (i = 0; !rc && i < f->nr; i++) {
        free(ZP_TAKE(text));
        rc = zk_plan_line(&f->held[i]->plan, &text, err);
        if (!rc)
            fprintf(file, "%s %s\n", f->held[i]->uuid, text);
    }
    return rc;
}

/* Written beside it and renamed: whoever is killed leaves the old or the new
 * one. */
static int save(const struct file_ledger *f, struct zp_error *err)
{
    char path[4096 + 8];
    FILE *file;
    int rc;

    if (!f->path)
        return ZP_OK;
    snprintf(path, sizeof(path), "%s.new", f->path);
    file = fopen(path, "we");
    if (!file)
        return fail(err, path);
    rc = put_all(f, file, err);
    if (!rc && (fflush(file) || fsync(fileno(file))))
        rc = fail(err, path);
    fclose(file);
    if (!rc && rename(path, f->path) < 0)
        rc = fail(err, f->path);
    if (rc)
        unlink(path);
    return rc;
}

/* ---- what it does ---- */

static size_t find(const struct file_ledger *f, const char *uuid)
{
    size_t i;

    for (i = 0; i < f->nr && strcmp(f->held[i]->uuid, uuid); i++)
        ;
    return i;
}

static void drop(struct file_ledger *f, size_t i)
{
    free(f->held[i]);
    f->held[i] = f->held[--f->nr];
}

/* Promises come on top of those that the description has. */
static int make_load(const struct file_ledger *f, struct zp_load **load_out,
                     struct zp_error *err)
{
    static const struct zp__held nothing = { .building = true,
                                             .reserved = true };
    struct zp__ledger sums;
    struct zp_load *load;
    uint32_t pos;
    size_t i;
    int rc = zp_load_copy(f->load, &load, err);

    if (rc)
        return rc;
    zp__ledger_init(&sums, f->topo, ZP__SAFE);
    for (i = 0; i < f->nr; i++)
        zp__ledger_add_zone(&sums, &f->held[i]->plan, &nothing);
    rc = zp__ledger_apply(&sums, load, err);
    for (pos = 0; !rc && pos < zp_topology_nr_pnodes(f->topo); pos++) {
        rc = zp_load_set_promised(load, pos, zp_load_promised_kib(load, pos) +
                                  zp_load_promised_kib(f->load, pos), err);
        if (!rc)
            rc = zp_load_set_used_vcpus(
                load, pos, zp_load_used_vcpus(load, pos) +
                zp_load_used_vcpus(f->load, pos), err);
    }
    if (rc) {
        zp_load_free(load);
        return rc;
    }
    *load_out = load;
    return ZP_OK;
}

static int file_reserve(struct zk_ledger *ledger, const struct zk_zone *zone,
                        struct zk_reservation *r, char why_out[256],
                        struct zp_error *err)
{
    struct file_ledger *f = (struct file_ledger *)ledger;
    struct zp_load *load;
    int rc = make_load(f, &load, err);

    if (rc)
        return rc;
    rc = zk_place(f->topo, load, zone, &r->plan, why_out, err);
    zp_load_free(load);
    if (!rc)
        rc = hold(f, r, err);
    if (rc)
        return rc;
    rc = save(f, err);
    if (rc)
        drop(f, f->nr - 1);
    return rc;
}

static int file_restore(struct zk_ledger *ledger,
                        const struct zk_reservation *r, struct zp_error *err)
{
    struct file_ledger *f = (struct file_ledger *)ledger;
    int rc;

    if (find(f, r->uuid) < f->nr)
        return ZP_OK;
    rc = hold(f, r, err);
    return rc ? rc : save(f, err);
}

static int file_release(struct zk_ledger *ledger, const char *uuid,
                        struct zp_error *err)
{
    struct file_ledger *f = (struct file_ledger *)ledger;
    size_t i = find(f, uuid);

    if (i == f->nr)
        return ZP_OK;
    drop(f, i);
    return save(f, err);
}

static int file_list(struct zk_ledger *ledger, char (**uuids_out)[40],
                     size_t *nr_out, struct zp_error *err)
{
    struct file_ledger *f = (struct file_ledger *)ledger;
    char (*uuids)[40] = calloc(f->nr + 1, sizeof(*uuids));
    size_t i;

    if (!uuids)
        return zp__nomem(err);
    for (i = 0; i < f->nr; i++)
        memcpy(uuids[i], f->held[i]->uuid, sizeof(*uuids));
    *uuids_out = uuids;
    *nr_out = f->nr;
    return ZP_OK;
}

static void file_close(struct zk_ledger *ledger)
{
    struct file_ledger *f = (struct file_ledger *)ledger;

    while (f->nr)
        drop(f, f->nr - 1);
    free(f->held);
    zp_load_free(f->load);
    zp_topology_free(f->topo);
    free(f);
}

int zk_ledger_open_file(const char *host_path, const char *path,
                        struct zk_ledger **ledger_out, struct zp_error *err)
{
    static const struct zk_ledger_ops ops = {
        file_reserve, file_restore, file_release, file_list, file_close };
    struct file_ledger *f = calloc(1, sizeof(*f));
    char *buf = NULL;
    size_t len;
    int rc;

    if (!f)
        return zp__nomem(err);
    f->ledger.ops = &ops;
    f->path = path;
    rc = zk_read_whole(AT_FDCWD, host_path, MAX_FILE, &buf, &len, err);
    if (!rc) {
        rc = zp_host_from_buffer(buf, len, &f->topo, &f->load, err);
        if (rc)
            zp__wrap(err, rc, "%s", host_path);
    }
    free(buf);
    if (!rc && path)
        rc = read_ledger(f, err);
    if (rc) {
        file_close(&f->ledger);
        return rc;
    }
    *ledger_out = &f->ledger;
    return ZP_OK;
}
