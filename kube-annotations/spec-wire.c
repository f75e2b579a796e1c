/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A spec, or a volume, as bytes of a frame, in the order of the functions
 * below. Numbers are little-endian, a string is its length with the NUL and its
 * bytes, a list its count and its members.
 */
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "frame.h"
#include "spec.h"

static void free_files(struct zk_file *files, uint32_t nr)
{
    uint32_t i;

    for (i = 0; i < nr; i++)
        free(files[i].owned);
    free(files);
}

void zk_volume_clear(struct zk_volume *volume)
{
    free_files(volume->files, volume->nr_files);
    memset(volume, 0, sizeof(*volume));
}

void zk_spec_clear(struct zk_spec *spec)
{
    uint32_t i;

    for (i = 0; i < spec->nr_mounts; i++) {
        free_files(spec->mounts[i].files, spec->mounts[i].nr_files);
        free(spec->mounts[i].owned);
    }
    free(spec->mounts);
    free(spec->process.args.at);
    free(spec->process.env.at);
    free(spec->process.groups);
    free(spec->masked.at);
    free(spec->readonly.at);
    free(spec->filter.at);
    free(spec->annotations);
    free(spec->wire);
    zp__json_clear(&spec->json);
    memset(spec, 0, sizeof(*spec));
}

/* ---- writing ---- */

struct writer {
    uint8_t *buf;
    size_t len, room;
    bool failed;                 /* no memory */
};

static void put_bytes(struct writer *w, const void *data, size_t len)
{
    size_t room = w->room ? w->room : 1024;
    uint8_t *buf;

    while (room - w->len < len)
        room *= 2;
    if (!w->failed && room > w->room) {
        buf = realloc(w->buf, room);
        w->failed = !buf;
        if (buf) {
            w->buf = buf;
            w->room = room;
        }
    }
    if (w->failed)
        return;
    if (len)
        memcpy(w->buf + w->len, data, len);
    w->len += len;
}

static void put_number(struct writer *w, uint64_t value, unsigned bytes)
{
    uint8_t buf[8];
    unsigned i;

    for (i = 0; i < bytes; i++)
        buf[i] = (uint8_t)(value >> 8 * i);
    put_bytes(w, buf, bytes);
}

static void put_string(struct writer *w, const char *text)
{
    size_t len = strlen(text) + 1;

    put_number(w, len, 4);
    put_bytes(w, text, len);
}

static void put_strings(struct writer *w, const struct zk_strings *strings)
{
    uint32_t i;

    put_number(w, strings->nr, 4);
    for (i = 0; i < strings->nr; i++)
        put_string(w, strings->at[i]);
}

static void put_process(struct writer *w, const struct zk_process *p)
{
    uint32_t i;

    put_strings(w, &p->args);
    put_strings(w, &p->env);
    put_string(w, p->cwd);
    put_number(w, p->uid, 4);
    put_number(w, p->gid, 4);
    put_number(w, p->umask, 4);
    put_number(w, p->nr_groups, 4);
    for (i = 0; i < p->nr_groups; i++)
        put_number(w, p->groups[i], 4);
    put_number(w, p->rlimits_set, 4);
    for (i = 0; i < ZK_NR_RLIMITS; i++) {
        if (!(p->rlimits_set & 1u << i))
            continue;
        put_number(w, p->rlimit[i].soft, 8);
        put_number(w, p->rlimit[i].hard, 8);
    }
    for (i = 0; i < ZK_NR_CAP_SETS; i++)
        put_number(w, p->caps[i], 8);
    put_number(w, p->no_new_privileges, 1);
    put_number(w, p->terminal, 1);
    put_number(w, p->rows, 2);
    put_number(w, p->columns, 2);
    put_number(w, (uint32_t)p->oom_score_adj, 4);
}

static void put_limits(struct writer *w, const struct zk_limits *limits)
{
    uint32_t i;

    put_number(w, limits->set, 4);
    for (i = 0; i < ZK_NR_LIMITS; i++) {
        if (limits->set & 1u << i)
            put_number(w, limits->value[i], 8);
    }
}

static void put_files(struct writer *w, const struct zk_file *files,
                      uint32_t nr)
{
    uint32_t i;

    put_number(w, nr, 4);
    for (i = 0; i < nr; i++) {
        put_string(w, files[i].path);
        put_number(w, files[i].mode, 4);
        put_number(w, files[i].uid, 4);
        put_number(w, files[i].gid, 4);
        put_number(w, files[i].len, 4);
        put_bytes(w, files[i].data, files[i].len);
    }
}

static void put_mount(struct writer *w, const struct zk_mount *m)
{
    put_number(w, m->kind, 1);
    put_number(w, m->flags, 4);
    put_string(w, m->dest);
    put_string(w, m->options);
    /* The host's path is nothing for the zone to know. */
    put_string(w, m->kind == ZK_MOUNT_EMPTY ? m->source : "");
    put_files(w, m->files, m->nr_files);
}

static void put_filter(struct writer *w, const struct zk_filter *filter)
{
    uint32_t i;

    put_number(w, filter->flags, 4);
    put_number(w, filter->nr, 4);
    for (i = 0; i < filter->nr; i++) {
        put_number(w, filter->at[i].code, 2);
        put_number(w, filter->at[i].jt, 1);
        put_number(w, filter->at[i].jf, 1);
        put_number(w, filter->at[i].k, 4);
    }
}

/* What is written is the caller's, or no frame could hold it. */
static int take_bytes(struct writer *w, const char *what, uint8_t **buf_out,
                      size_t *len_out, struct zp_error *err)
{
    if (w->failed || w->len > ZK_MAX_SPEC) {
        free(w->buf);
        return w->failed ? zp__nomem(err)
                         : zp__fail(err, ZP_ERR_RANGE, what, "%zu bytes with "
                                    "what is copied, at most %d", w->len,
                                    ZK_MAX_SPEC);
    }
    *buf_out = w->buf;
    *len_out = w->len;
    return ZP_OK;
}

int zk_spec_pack(const struct zk_spec *spec, bool whole, uint8_t **buf_out,
                 size_t *len_out, struct zp_error *err)
{
    struct writer w = { 0 };
    uint32_t i;

    put_process(&w, &spec->process);
    if (whole) {
        put_limits(&w, &spec->limits);
        put_string(&w, spec->hostname);
        put_number(&w, spec->readonly_root, 1);
        put_number(&w, spec->shared_pids, 1);
        put_number(&w, spec->root_kind, 1);
        put_string(&w, spec->root);
        put_number(&w, spec->nr_mounts, 4);
        for (i = 0; i < spec->nr_mounts; i++)
            put_mount(&w, &spec->mounts[i]);
        put_strings(&w, &spec->masked);
        put_strings(&w, &spec->readonly);
        put_filter(&w, &spec->filter);
    }
    return take_bytes(&w, "spec", buf_out, len_out, err);
}

int zk_volume_pack(const struct zk_volume *volume, uint8_t **buf_out,
                   size_t *len_out, struct zp_error *err)
{
    struct writer w = { 0 };

    put_string(&w, volume->name);
    put_files(&w, volume->files, volume->nr_files);
    return take_bytes(&w, "volume", buf_out, len_out, err);
}

/* ---- reading ---- */

/* The first failure sticks; later reads give 0 and "". */
struct reader {
    const char *at;
    size_t left;
    int rc;
    struct zp_error *err;
};

static void fail(struct reader *r, int code, const char *what)
{
    if (!r->rc)
        r->rc = zp__fail(r->err, code, "spec", "spec: %s", what);
}

static uint64_t get_number(struct reader *r, unsigned bytes)
{
    uint64_t value = 0;
    unsigned i;

    if (r->rc || r->left < bytes) {
        fail(r, ZP_ERR_PARSE, "it ends within a number");
        return 0;
    }
    for (i = 0; i < bytes; i++)
        value |= (uint64_t)(uint8_t)r->at[i] << 8 * i;
    r->at += bytes;
    r->left -= bytes;
    return value;
}

/* At most @max, and each takes at least @least bytes, or it ends before. */
static uint32_t get_count(struct reader *r, uint32_t max, uint32_t least)
{
    uint32_t nr = (uint32_t)get_number(r, 4);

    if (nr > max || (uint64_t)nr * least > r->left)
        fail(r, ZP_ERR_RANGE, "more of something than it may have");
    return r->rc ? 0 : nr;
}

static bool get_flag(struct reader *r)
{
    uint64_t value = get_number(r, 1);

    if (value > 1)
        fail(r, ZP_ERR_PARSE, "a flag is neither 0 nor 1");
    return value;
}

static const char *get_bytes(struct reader *r, uint32_t len)
{
    const char *bytes = r->at;

    if (r->rc || r->left < len) {
        fail(r, ZP_ERR_PARSE, "it ends within a string");
        return NULL;
    }
    r->at += len;
    r->left -= len;
    return bytes;
}

static const char *get_string(struct reader *r)
{
    uint32_t len = (uint32_t)get_number(r, 4);
    const char *text = get_bytes(r, len);

    if (!text || !len || memchr(text, '\0', len) != text + len - 1) {
        fail(r, ZP_ERR_PARSE, "a string does not end where it should");
        return "";
    }
    return text;
}

static void *get_room(struct reader *r, uint32_t nr, size_t size)
{
    void *room = r->rc ? NULL : calloc((size_t)nr + 1, size);

    if (!room && !r->rc)
        r->rc = zp__nomem(r->err);
    return room;
}

static void get_strings(struct reader *r, uint32_t max,
                        struct zk_strings *strings_out)
{
    uint32_t nr = get_count(r, max, 5), i;

    strings_out->at = get_room(r, nr, sizeof(*strings_out->at));
    for (i = 0; !r->rc && i < nr; i++)
        strings_out->at[strings_out->nr++] = get_string(r);
}

static const char *get_path(struct reader *r)
{
    const char *path = get_string(r);

    if (!r->rc && !zk_path_is_plain(path))
        fail(r, ZP_ERR_PARSE, "a path is not absolute");
    return path;
}

static void get_groups(struct reader *r, struct zk_process *p)
{
    uint32_t nr = get_count(r, ZK_MAX_GROUPS, 4), i;

    if (!nr)
        return;
    p->groups = get_room(r, nr, sizeof(*p->groups));
    for (i = 0; !r->rc && i < nr; i++)
        p->groups[p->nr_groups++] = (uint32_t)get_number(r, 4);
}

static void get_process(struct reader *r, struct zk_process *p)
{
    uint32_t i;

    get_strings(r, ZK_MAX_STRINGS, &p->args);
    if (!p->args.nr || !p->args.at[0][0])
        fail(r, ZP_ERR_PARSE, "no program");
    get_strings(r, ZK_MAX_STRINGS, &p->env);
    for (i = 0; i < p->env.nr; i++) {
        if (!strchr(p->env.at[i], '=') || p->env.at[i][0] == '=')
            fail(r, ZP_ERR_PARSE, "a variable is no NAME=VALUE");
    }
    p->cwd = get_string(r);
    if (*p->cwd != '/' || strlen(p->cwd) > ZK_MAX_PATH_BYTES)
        fail(r, ZP_ERR_PARSE, "a path is not absolute");
    p->uid = (uint32_t)get_number(r, 4);
    p->gid = (uint32_t)get_number(r, 4);
    p->umask = (uint32_t)get_number(r, 4);
    /* To setuid(2) that means another thing. */
    if (p->uid == UINT32_MAX || p->gid == UINT32_MAX)
        fail(r, ZP_ERR_RANGE, "no user or group");
    if (p->umask > 0777 && p->umask != ZP_UNKNOWN_ID)
        fail(r, ZP_ERR_RANGE, "no umask");
    get_groups(r, p);
    p->rlimits_set = (uint32_t)get_number(r, 4);
    if (p->rlimits_set >> ZK_NR_RLIMITS)
        fail(r, ZP_ERR_RANGE, "no such limit");
    for (i = 0; i < ZK_NR_RLIMITS; i++) {
        if (!(p->rlimits_set & 1u << i))
            continue;
        p->rlimit[i].soft = get_number(r, 8);
        p->rlimit[i].hard = get_number(r, 8);
    }
    for (i = 0; i < ZK_NR_CAP_SETS; i++)
        p->caps[i] = get_number(r, 8);
    p->no_new_privileges = get_flag(r);
    p->terminal = get_flag(r);
    p->rows = (uint16_t)get_number(r, 2);
    p->columns = (uint16_t)get_number(r, 2);
    p->oom_score_adj = (int32_t)get_number(r, 4);
    if (p->oom_score_adj > 1000 || p->oom_score_adj < -1000)
        fail(r, ZP_ERR_RANGE, "no score for the OOM killer");
}

static void get_limits(struct reader *r, struct zk_limits *limits)
{
    uint32_t i;

    limits->set = (uint32_t)get_number(r, 4);
    if (limits->set >> ZK_NR_LIMITS)
        fail(r, ZP_ERR_RANGE, "no such limit");
    for (i = 0; i < ZK_NR_LIMITS; i++) {
        if (!(limits->set & 1u << i))
            continue;
        limits->value[i] = get_number(r, 8);
        if (!zk_limit_is_good(i, limits->value[i]))
            fail(r, ZP_ERR_RANGE, "a limit is out of its range");
    }
}

static void get_file(struct reader *r, struct zk_file *file)
{
    file->path = get_string(r);
    if (*file->path && !zk_path_is_below(file->path))
        fail(r, ZP_ERR_PARSE, "a file's path leads elsewhere");
    file->mode = (uint32_t)get_number(r, 4);
    file->uid = (uint32_t)get_number(r, 4);
    file->gid = (uint32_t)get_number(r, 4);
    file->len = (uint32_t)get_number(r, 4);
    file->data = (const uint8_t *)get_bytes(r, file->len);
    if (r->rc)
        return;
    if (S_ISLNK(file->mode)) {
        if (!file->len || file->len > ZK_MAX_PATH_BYTES + 1 ||
            memchr(file->data, '\0', file->len) != file->data + file->len - 1)
            fail(r, ZP_ERR_PARSE, "a link leads nowhere");
    } else if (!S_ISREG(file->mode) && !S_ISDIR(file->mode)) {
        fail(r, ZP_ERR_PARSE, "a file of a kind that is not copied");
    }
    if (S_ISDIR(file->mode) && file->len)
        fail(r, ZP_ERR_PARSE, "a directory has bytes");
}

/* The first is what the others are below; none: nothing is taken. */
static void get_files(struct reader *r, struct zk_file **files_out,
                      uint32_t *nr_out)
{
    uint32_t nr = get_count(r, ZK_MAX_FILES, 21), i;

    if (!nr)
        return;
    *files_out = get_room(r, nr, sizeof(**files_out));
    for (i = 0; !r->rc && i < nr; i++) {
        (*nr_out)++;
        get_file(r, &(*files_out)[i]);
        if (!r->rc && !i != !*(*files_out)[i].path)
            fail(r, ZP_ERR_PARSE, "a copy begins elsewhere");
    }
}

static void get_mount(struct reader *r, struct zk_mount *m)
{
    uint32_t kind = (uint32_t)get_number(r, 1);

    m->kind = kind < ZK_NR_MOUNT_KINDS ? kind : ZK_MOUNT_PROC;
    m->flags = (uint32_t)get_number(r, 4);
    if (kind >= ZK_NR_MOUNT_KINDS || m->flags & ~(uint32_t)ZK_MOUNT_ALL_FLAGS)
        fail(r, ZP_ERR_RANGE, "no such mount");
    m->dest = get_path(r);
    m->options = get_string(r);
    m->source = get_string(r);
    if (strchr(m->source, '/') || (m->kind == ZK_MOUNT_EMPTY) != !!*m->source ||
        *m->source == '.')
        fail(r, ZP_ERR_PARSE, "a directory's name");
    get_files(r, &m->files, &m->nr_files);
    if ((m->kind == ZK_MOUNT_FILES) != !!m->nr_files)
        fail(r, ZP_ERR_PARSE, "files that belong nowhere, or none");
}

/* Whether it is a program, Linux says, before it runs. */
static void get_filter(struct reader *r, struct zk_filter *filter)
{
    uint32_t nr, i;

    filter->flags = (uint32_t)get_number(r, 4);
    nr = get_count(r, ZK_MAX_FILTER, sizeof(*filter->at));
    if (filter->flags & ~(uint32_t)(SECCOMP_FILTER_FLAG_LOG |
                                    SECCOMP_FILTER_FLAG_SPEC_ALLOW) ||
        (filter->flags && !nr))
        fail(r, ZP_ERR_RANGE, "no such filter");
    if (!nr)
        return;
    filter->at = get_room(r, nr, sizeof(*filter->at));
    for (i = 0; !r->rc && i < nr; i++) {
        filter->at[i].code = (uint16_t)get_number(r, 2);
        filter->at[i].jt = (uint8_t)get_number(r, 1);
        filter->at[i].jf = (uint8_t)get_number(r, 1);
        filter->at[i].k = (uint32_t)get_number(r, 4);
        filter->nr++;
    }
}

static void get_rest(struct reader *r, struct zk_spec *spec)
{
    uint32_t nr, i, kind;

    get_limits(r, &spec->limits);
    spec->hostname = get_string(r);
    if (strlen(spec->hostname) > 64)
        fail(r, ZP_ERR_RANGE, "hostname: more than 64 bytes");
    spec->readonly_root = get_flag(r);
    spec->shared_pids = get_flag(r);
    kind = get_flag(r);
    spec->root_kind = kind ? ZK_ROOT_DIR : ZK_ROOT_DISK;
    spec->root = get_string(r);
    if (kind ? !zk_path_is_plain(spec->root)
             : !*spec->root || strspn(spec->root, "abcdefghijklmnopqrstuvwxyz")
                                   != strlen(spec->root))
        fail(r, ZP_ERR_PARSE, "no root");
    nr = get_count(r, ZK_MAX_MOUNTS, 24);
    if (nr)
        spec->mounts = get_room(r, nr, sizeof(*spec->mounts));
    for (i = 0; !r->rc && i < nr; i++) {
        spec->nr_mounts++;
        get_mount(r, &spec->mounts[i]);
    }
    get_strings(r, ZK_MAX_PATHS, &spec->masked);
    get_strings(r, ZK_MAX_PATHS, &spec->readonly);
    for (i = 0; i < spec->masked.nr; i++) {
        if (!zk_path_is_plain(spec->masked.at[i]))
            fail(r, ZP_ERR_PARSE, "a path is not absolute");
    }
    for (i = 0; i < spec->readonly.nr; i++) {
        if (!zk_path_is_plain(spec->readonly.at[i]))
            fail(r, ZP_ERR_PARSE, "a path is not absolute");
    }
    get_filter(r, &spec->filter);
}

int zk_spec_unpack(const uint8_t *buf, size_t len, bool whole,
                   struct zk_spec *spec_out, struct zp_error *err)
{
    struct zk_spec spec = { .json = ZP__JSON_INIT, .hostname = "",
                            .root = "" };
    struct reader r = { .err = err };

    spec.wire = malloc(len + 1);
    if (!spec.wire)
        return zp__nomem(err);
    if (len)
        memcpy(spec.wire, buf, len);
    r.at = spec.wire;
    r.left = len;
    get_process(&r, &spec.process);
    if (whole)
        get_rest(&r, &spec);
    if (!r.rc && r.left)
        fail(&r, ZP_ERR_PARSE, "something follows");
    if (r.rc) {
        zk_spec_clear(&spec);
        return r.rc;
    }
    *spec_out = spec;
    return ZP_OK;
}

int zk_volume_unpack(const uint8_t *buf, size_t len,
                     struct zk_volume *volume_out, struct zp_error *err)
{
    struct reader r = { .at = (const char *)buf, .left = len, .err = err };
    struct zk_volume volume = { .name = get_string(&r) };

    if (!r.rc && !zk_volume_name_is_good(volume.name))
        fail(&r, ZP_ERR_PARSE, "a volume's name");
    get_files(&r, &volume.files, &volume.nr_files);
    if (!r.rc && (!volume.nr_files || !S_ISDIR(volume.files[0].mode)))
        fail(&r, ZP_ERR_PARSE, "a volume is no directory");
    if (!r.rc && r.left)
        fail(&r, ZP_ERR_PARSE, "something follows");
    if (r.rc) {
        zk_volume_clear(&volume);
        return r.rc;
    }
    *volume_out = volume;
    return ZP_OK;
}
