/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Zone records: /zoneplace/zone/UUID in xenstore, readable for the control
 * domain only. xenstored takes no message above 4096 bytes, so the spec is
 * kept in pieces. Every change is one transaction: a reader sees a record
 * as a whole or not at all.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "xen/xen.h"

#define ZONES ZP__STORE "/zone"

static const char *const phase_names[] = {
    [ZP__LAUNCHING] = "launching",
    [ZP__RUNNING] = "running",
    [ZP__REBOOTING] = "rebooting",
    [ZP__ENDING] = "ending",
    [ZP__RESERVED] = "reserved",
};

size_t zp__store_pieces(size_t len, size_t i, size_t *from_out,
                        size_t *to_out)
{
    size_t nr = (len + ZP__PIECE - 1) / ZP__PIECE;

    *from_out = i < nr ? i * ZP__PIECE : len;
    *to_out = i + 1 < nr ? (i + 1) * ZP__PIECE : len;
    return nr;
}

void zp__record_clear(struct zp__record *rec)
{
    free(rec->spec);
    rec->spec = NULL;
}

static int fail(struct zp_error *err, const char *uuid)
{
    return zp__fail_sys(err, ZP_ERR_XEN, errno, "xenstored",
                        "xenstore record of zone %s: %s", uuid,
                        strerror(errno));
}

static bool put(struct zp_xen *xen, xs_transaction_t t, const char *uuid,
                const char *key, const char *fmt, ...) ZP_PRINTF(5, 6);

static bool put(struct zp_xen *xen, xs_transaction_t t, const char *uuid,
                const char *key, const char *fmt, ...)
{
    char path[128], value[160];
    va_list args;

    snprintf(path, sizeof(path), ZONES "/%s/%s", uuid, key);
    va_start(args, fmt);
    vsnprintf(value, sizeof(value), fmt, args);
    va_end(args);
    return xs_write(xen->xsh, t, path, value, (unsigned)strlen(value));
}

/* What changes in a zone's life, in one node: it is read and written whole. */
static bool put_life(struct zp_xen *xen, xs_transaction_t t,
                     const struct zp__record *rec)
{
    return put(xen, t, rec->uuid, "life",
               "%s %u %d %" PRIu64 " %d %" PRIu64 " %u %u %" PRIx64,
               phase_names[rec->phase], rec->domid, rec->holder.pid,
               rec->holder.start, rec->monitor.pid, rec->monitor.start,
               rec->special_pages, rec->acpi_pages, rec->xsdt);
}

bool zp__store_put_text(struct zp_xen *xen, xs_transaction_t t,
                        const char *dir, const char *text)
{
    size_t i, nr, from, to, len = strlen(text);
    char path[160];

    nr = zp__store_pieces(len, 0, &from, &to);
    for (i = 0; i < nr; i++) {
        zp__store_pieces(len, i, &from, &to);
        snprintf(path, sizeof(path), "%s/%03zu", dir, i);
        if (!xs_write(xen->xsh, t, path, text + from, (unsigned)(to - from)))
            return false;
    }
    return true;
}

static bool put_spec(struct zp_xen *xen, xs_transaction_t t,
                     const struct zp__record *rec)
{
    char path[128];

    snprintf(path, sizeof(path), ZONES "/%s/spec", rec->uuid);
    return zp__store_put_text(xen, t, path, rec->spec);
}

bool zp__store_make_private(struct zp_xen *xen, xs_transaction_t t,
                            const char *path)
{
    struct xs_permissions none = { .id = 0, .perms = XS_PERM_NONE };

    return xs_mkdir(xen->xsh, t, path) &&
           xs_set_permissions(xen->xsh, t, path, &none, 1);
}

int zp__store_create(struct zp_xen *xen, const struct zp__record *rec,
                     struct zp_error *err)
{
    char path[128];
    xs_transaction_t t;

    snprintf(path, sizeof(path), ZONES "/%s", rec->uuid);
    do {
        t = xs_transaction_start(xen->xsh);
        if (t == XBT_NULL)
            return fail(err, rec->uuid);
        /* A shorter spec must not end in pieces of a longer one. */
        xs_rm(xen->xsh, t, path);
        if (!zp__store_make_private(xen, t, ZP__STORE) ||
            !zp__store_make_private(xen, t, ZONES) ||
            !zp__store_make_private(xen, t, path) ||
            !put_spec(xen, t, rec) ||
            !put(xen, t, rec->uuid, "name", "%s", rec->name) ||
            !put_life(xen, t, rec)) {
            fail(err, rec->uuid);
            xs_transaction_end(xen->xsh, t, true);
            return ZP_ERR_XEN;
        }
        if (xs_transaction_end(xen->xsh, t, false))
            return ZP_OK;
    } while (errno == EAGAIN);
    return fail(err, rec->uuid);
}

int zp__store_update(struct zp_xen *xen, const struct zp__record *rec,
                     struct zp_error *err)
{
    char path[128], *there;
    xs_transaction_t t;
    unsigned len;

    snprintf(path, sizeof(path), ZONES "/%s/life", rec->uuid);
    do {
        t = xs_transaction_start(xen->xsh);
        if (t == XBT_NULL)
            return fail(err, rec->uuid);
        there = xs_read(xen->xsh, t, path, &len);
        free(there);
        if (!there) {
            xs_transaction_end(xen->xsh, t, true);
            return zp__fail(err, ZP_ERR_NOTFOUND, NULL,
                            "zone %s has gone", rec->uuid);
        }
        if (!put_life(xen, t, rec)) {
            fail(err, rec->uuid);
            xs_transaction_end(xen->xsh, t, true);
            return ZP_ERR_XEN;
        }
        if (xs_transaction_end(xen->xsh, t, false))
            return ZP_OK;
    } while (errno == EAGAIN);
    return fail(err, rec->uuid);
}

/* In a transaction with a look at the record: a note alone would be taken for
 * one. It is for people, so a failure is nobody's business. */
void zp__store_note(struct zp_xen *xen, const char *uuid, const char *text)
{
    char path[128];
    xs_transaction_t t;
    unsigned len;
    char *there;
    bool done;

    snprintf(path, sizeof(path), ZONES "/%s/life", uuid);
    do {
        t = xs_transaction_start(xen->xsh);
        if (t == XBT_NULL)
            return;
        there = xs_read(xen->xsh, t, path, &len);
        done = there && put(xen, t, uuid, "note", "%s", text);
        free(there);
    } while (!xs_transaction_end(xen->xsh, t, !done) && errno == EAGAIN);
}

static void get_note(struct zp_xen *xen, xs_transaction_t t,
                     struct zp__record *rec)
{
    ZP_CLEANUP(zp__cleanup_free) char *note = NULL;
    char path[128];
    unsigned len;

    snprintf(path, sizeof(path), ZONES "/%s/note", rec->uuid);
    note = xs_read(xen->xsh, t, path, &len);
    snprintf(rec->note, sizeof(rec->note), "%s", note ? note : "");
}

int zp__store_remove(struct zp_xen *xen, const char *uuid,
                     struct zp_error *err)
{
    char path[128];

    snprintf(path, sizeof(path), ZONES "/%s", uuid);
    if (!xs_rm(xen->xsh, XBT_NULL, path) && errno != ENOENT)
        return fail(err, uuid);
    return ZP_OK;
}

static bool get_life(struct zp__record *rec, const char *text)
{
    char phase[16];
    size_t i;

    if (sscanf(text, "%15s %u %d %" SCNu64 " %d %" SCNu64 " %u %u %" SCNx64,
               phase, &rec->domid, &rec->holder.pid, &rec->holder.start,
               &rec->monitor.pid, &rec->monitor.start, &rec->special_pages,
               &rec->acpi_pages, &rec->xsdt) != 9)
        return false;
    for (i = 0; i < sizeof(phase_names) / sizeof(phase_names[0]); i++) {
        if (strcmp(phase, phase_names[i]) == 0) {
            rec->phase = (enum zp__phase)i;
            return true;
        }
    }
    return false;
}

char *zp__store_get_text(struct zp_xen *xen, xs_transaction_t t,
                         const char *dir)
{
    char path[160], *piece;
    struct zp__text text = ZP__TEXT_INIT;
    unsigned len;
    size_t i;

    for (i = 0; i < 1000; i++) {
        snprintf(path, sizeof(path), "%s/%03zu", dir, i);
        piece = xs_read(xen->xsh, t, path, &len);
        if (!piece)
            break;
        zp__text_add(&text, "%.*s", (int)len, piece);
        free(piece);
    }
    if (text.failed) {
        zp__text_clear(&text);
        errno = ENOMEM;
    }
    return text.buf;
}

static int read_in(struct zp_xen *xen, xs_transaction_t t, const char *uuid,
                   struct zp__record *rec, struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *life = NULL;
    ZP_CLEANUP(zp__cleanup_free) char *name = NULL;
    char path[128];
    unsigned len;

    memset(rec, 0, sizeof(*rec));
    snprintf(rec->uuid, sizeof(rec->uuid), "%s", uuid);
    snprintf(path, sizeof(path), ZONES "/%s/life", uuid);
    life = xs_read(xen->xsh, t, path, &len);
    if (!life)
        return errno == ENOENT
                   ? zp__fail(err, ZP_ERR_NOTFOUND, NULL,
                              "there is no zone %s", uuid)
                   : fail(err, uuid);
    snprintf(path, sizeof(path), ZONES "/%s/name", uuid);
    name = xs_read(xen->xsh, t, path, &len);
    snprintf(path, sizeof(path), ZONES "/%s/spec", uuid);
    rec->spec = zp__store_get_text(xen, t, path);
    if (!name || !rec->spec || !get_life(rec, life)) {
        zp__record_clear(rec);
        return zp__fail(err, ZP_ERR_PARSE, "record",
                        "the xenstore record of zone %s is damaged", uuid);
    }
    snprintf(rec->name, sizeof(rec->name), "%s", name);
    get_note(xen, t, rec);
    return ZP_OK;
}

int zp__store_read(struct zp_xen *xen, const char *uuid,
                   struct zp__record *rec_out, struct zp_error *err)
{
    xs_transaction_t t;
    int rc;

    for (;;) {
        t = xs_transaction_start(xen->xsh);
        if (t == XBT_NULL)
            return fail(err, uuid);
        rc = read_in(xen, t, uuid, rec_out, err);
        /* Committed, never aborted: only then does xenstored say whether a
         * piece that was missing had been taken away while we read. */
        if (xs_transaction_end(xen->xsh, t, false))
            return rc;
        if (!rc)
            zp__record_clear(rec_out);
        if (errno != EAGAIN)
            return rc ? rc : fail(err, uuid);
    }
}

int zp__store_commit(struct zp_xen *xen, const char *uuid,
                     struct zp_error *err)
{
    struct zp__record rec;
    xs_transaction_t t;
    bool ok;
    int rc;

    do {
        t = xs_transaction_start(xen->xsh);
        if (t == XBT_NULL)
            return fail(err, uuid);
        rc = read_in(xen, t, uuid, &rec, err);
        if (!rc && rec.phase != ZP__LAUNCHING) {
            rc = zp__fail(err, ZP_ERR_NOTFOUND, NULL,
                          "zone %s was ended while it was launched",
                          rec.name);
            zp__record_clear(&rec);
        }
        if (rc) {
            xs_transaction_end(xen->xsh, t, true);
            return rc;
        }
        rec.phase = ZP__RUNNING;
        rec.holder.pid = 0;
        ok = put_life(xen, t, &rec);
        zp__record_clear(&rec);
        if (!ok) {
            fail(err, uuid);
            xs_transaction_end(xen->xsh, t, true);
            return ZP_ERR_XEN;
        }
        if (xs_transaction_end(xen->xsh, t, false))
            return ZP_OK;
    } while (errno == EAGAIN);
    return fail(err, uuid);
}

int zp__store_end(struct zp_xen *xen, const char *uuid,
                  struct zp__record *rec_out, struct zp_error *err)
{
    xs_transaction_t t;
    bool again;
    int rc;

    do {
        t = xs_transaction_start(xen->xsh);
        if (t == XBT_NULL)
            return fail(err, uuid);
        rc = read_in(xen, t, uuid, rec_out, err);
        if (!rc) {
            rec_out->phase = ZP__ENDING;
            if (!put_life(xen, t, rec_out)) {
                rc = fail(err, uuid);
                xs_transaction_end(xen->xsh, t, true);
                zp__record_clear(rec_out);
                return rc;
            }
        }
        /* Committed in any case, as in zp__store_read(). */
        if (xs_transaction_end(xen->xsh, t, false))
            return rc;
        again = errno == EAGAIN;
        rc = rc ? rc : fail(err, uuid);
        zp__record_clear(rec_out);
    } while (again);
    return rc;
}

void zp__store_list_free(struct zp__record *recs, size_t nr)
{
    size_t i;

    for (i = 0; i < nr; i++)
        zp__record_clear(&recs[i]);
    free(recs);
}

static int by_uuid(const void *a, const void *b)
{
    const struct zp__record *ra = a, *rb = b;

    return strcmp(ra->uuid, rb->uuid);
}

int zp__store_list(struct zp_xen *xen, struct zp__record **recs_out,
                   size_t *nr_out, struct zp_error *err)
{
    struct zp__record *recs;
    unsigned i, nr_names = 0;
    size_t nr = 0;
    char **names;
    int rc;

    names = xs_directory(xen->xsh, XBT_NULL, ZONES, &nr_names);
    if (!names && errno != ENOENT)
        return fail(err, "(all)");
    recs = calloc(nr_names + 1, sizeof(*recs));
    if (!recs) {
        free(names);
        return zp__nomem(err);
    }
    for (i = 0; i < nr_names; i++) {
        rc = zp__store_read(xen, names[i], &recs[nr], err);
        if (rc == ZP_ERR_NOTFOUND)
            continue;
        if (rc) {
            free(names);
            zp__store_list_free(recs, nr);
            return rc;
        }
        nr++;
    }
    free(names);
    qsort(recs, nr, sizeof(*recs), by_uuid);
    *recs_out = recs;
    *nr_out = nr;
    return ZP_OK;
}
