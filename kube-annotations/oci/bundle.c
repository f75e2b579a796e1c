/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bundle's config, and copies of the host's files that it mounts: as they
 * are now, and, of volumes that kubelet writes, as they are later.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../files.h"
#include "oci.h"

enum { MAX_COPY = 1 << 20, MAX_COPY_DEPTH = 16, MAX_TRIES = 10 };

struct copy {
    struct zk_mount *m;
    size_t bytes;
    uint32_t room;
    struct zp_error *err;
};

static int fail_copy(const struct copy *c, const char *path, const char *why)
{
    return zp__fail(c->err, ZP_ERR_UNSUPPORTED, "oci", "mount at %.60s: "
                    "%.80s%s%.60s: %s", c->m->dest, c->m->source,
                    *path ? "/" : "", path, why);
}

/* A file of the list, with room for its path and @len bytes behind it. */
static struct zk_file *add_file(struct copy *c, const char *path,
                                const struct stat *st, size_t len, int *rc)
{
    uint32_t room = c->room ? 2 * c->room : 8;
    size_t path_size = strlen(path) + 1;
    struct zk_file *f;

    c->bytes += len;
    if (c->m->nr_files == ZK_MAX_FILES || c->bytes > MAX_COPY) {
        *rc = fail_copy(c, "", "more than 4096 files or 1 MiB; what is mounted "
                        "from the host is copied into the zone");
        return NULL;
    }
    if (c->m->nr_files == c->room) {
        f = realloc(c->m->files, room * sizeof(*f));
        if (!f) {
            *rc = zp__nomem(c->err);
            return NULL;
        }
        c->m->files = f;
        c->room = room;
    }
    f = &c->m->files[c->m->nr_files];
    memset(f, 0, sizeof(*f));
    f->owned = malloc(path_size + len + 1);
    if (!f->owned) {
        *rc = zp__nomem(c->err);
        return NULL;
    }
    c->m->nr_files++;
    memcpy(f->owned, path, path_size);
    f->path = f->owned;
    f->data = (const uint8_t *)f->owned + path_size;
    f->mode = st->st_mode;
    f->uid = st->st_uid;
    f->gid = st->st_gid;
    return f;
}

static int copy_at(struct copy *c, int fd, const char *path, unsigned depth);

/* One name of the directory @dir, whose path is @path. */
static int copy_name(struct copy *c, int dir, const char *path,
                     const char *name, unsigned depth)
{
    char below[ZK_MAX_PATH_BYTES + 1], target[ZK_MAX_PATH_BYTES + 1];
    struct zk_file *f;
    struct stat st;
    ssize_t len;
    int rc = 0, fd;

    if (snprintf(below, sizeof(below), "%s%s%s", path, *path ? "/" : "",
                 name) >= (int)sizeof(below))
        return fail_copy(c, "", "a path is too long");
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
        return fail_copy(c, below, strerror(errno));
    if (S_ISLNK(st.st_mode)) {
        len = readlinkat(dir, name, target, sizeof(target) - 1);
        if (len <= 0)
            return fail_copy(c, below, "no link that can be read");
        f = add_file(c, below, &st, (size_t)len + 1, &rc);
        if (!f)
            return rc;
        target[len] = '\0';
        memcpy(f->owned + strlen(below) + 1, target, (size_t)len + 1);
        f->len = (uint32_t)len + 1;
        return ZP_OK;
    }
    fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fail_copy(c, below, strerror(errno));
    rc = copy_at(c, fd, below, depth);
    close(fd);
    return rc;
}

static int copy_dir(struct copy *c, int fd, const char *path, unsigned depth)
{
    int again = dup(fd), rc = ZP_OK;
    DIR *list = again < 0 ? NULL : fdopendir(again);
    struct dirent *entry;

    if (!list) {
        if (again >= 0)
            close(again);
        return fail_copy(c, path, strerror(errno));
    }
    while (!rc && (entry = readdir(list))) {
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            rc = copy_name(c, fd, path, entry->d_name, depth + 1);
    }
    closedir(list);
    return rc;
}

static int copy_at(struct copy *c, int fd, const char *path, unsigned depth)
{
    struct zk_file *f;
    struct stat st;
    ssize_t nr = 1;
    int rc = 0;

    if (fstat(fd, &st))
        return fail_copy(c, path, strerror(errno));
    if (depth > MAX_COPY_DEPTH)
        return fail_copy(c, "", "directories nested deeper than 16");
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return fail_copy(c, path, "neither a file nor a directory, which could "
                         "be copied");
    if (S_ISREG(st.st_mode) && st.st_size > MAX_COPY)
        return fail_copy(c, path, "more than 1 MiB; what is mounted from the "
                         "host is copied into the zone");
    f = add_file(c, path, &st, S_ISREG(st.st_mode) ? (size_t)st.st_size : 0,
                 &rc);
    if (!f)
        return rc;
    if (S_ISDIR(st.st_mode))
        return copy_dir(c, fd, path, depth);
    while (nr > 0 && f->len < (size_t)st.st_size) {
        nr = read(fd, f->owned + strlen(path) + 1 + f->len,
                  (size_t)st.st_size - f->len);
        f->len += nr > 0 ? (uint32_t)nr : 0;
    }
    return nr < 0 ? fail_copy(c, path, strerror(errno)) : ZP_OK;
}

/* ---- volumes ---- */

bool bundle_volume_name(const struct zk_mount *m, char name_out[NAME_MAX + 1])
{
    char path[ZK_MAX_PATH_BYTES + sizeof(ZK_SHOWN) + 1];
    ssize_t len;

    snprintf(path, sizeof(path), "%s/" ZK_SHOWN, m->source);
    len = readlink(path, name_out, NAME_MAX);
    name_out[len > 0 ? len : 0] = '\0';
    return zk_volume_name_is_good(name_out);
}

static void drop_files(struct zk_mount *m)
{
    struct zk_volume volume = { "", m->files, m->nr_files };

    zk_volume_clear(&volume);
    m->files = NULL;
    m->nr_files = 0;
}

/*
 * Copies where @m is mounted from, or only what a volume there shows (@shown),
 * that is its directory *name_out. Kubelet removes a directory that is shown no
 * more, file by file: a copy is whole if the same one is shown afterwards.
 */
static int copy_settled(struct zk_mount *m, bool shown,
                        char name_out[NAME_MAX + 1], struct zp_error *err)
{
    int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC, fd, rc, tries;
    char path[ZK_MAX_PATH_BYTES + NAME_MAX + 2], after[NAME_MAX + 1];
    struct copy c = { .m = m, .err = err };
    bool is_volume;

    for (tries = 0; tries < MAX_TRIES; tries++) {
        drop_files(m);
        c.bytes = c.room = 0;
        is_volume = bundle_volume_name(m, name_out);
        if (shown && !is_volume)
            return zp__fail(err, ZP_ERR_NOTFOUND, "oci", "mount at %.60s: "
                            "%.80s: no volume", m->dest, m->source);
        snprintf(path, sizeof(path), "%s%s%s", m->source, shown ? "/" : "",
                 shown ? name_out : "");
        fd = open(path, shown ? flags | O_DIRECTORY | O_NOFOLLOW : flags);
        rc = fd < 0 ? fail_copy(&c, "", strerror(errno))
                    : copy_at(&c, fd, "", 0);
        if (fd >= 0)
            close(fd);
        if (!is_volume ||
            (bundle_volume_name(m, after) && !strcmp(after, name_out)))
            return rc;
    }
    return fail_copy(&c, "", "it changed each time that it was read");
}

int bundle_volume(const struct zk_mount *m, char name_out[NAME_MAX + 1],
                  struct zk_volume *volume_out, struct zp_error *err)
{
    struct zk_mount now = { .dest = m->dest, .source = m->source };
    int rc = copy_settled(&now, true, name_out, err);

    if (rc)
        drop_files(&now);
    else
        *volume_out = (struct zk_volume){ name_out, now.files, now.nr_files };
    return rc;
}

/* ---- the bundle ---- */

/* Its root, if it isn't absolute, is below the bundle. */
static int make_absolute(const char *bundle, struct zk_spec *spec,
                         struct zp_error *err)
{
    char path[ZK_MAX_PATH_BYTES + 1], *real;

    snprintf(path, sizeof(path), "%s%s%s", *spec->root == '/' ? "" : bundle,
             *spec->root == '/' ? "" : "/", spec->root);
    real = realpath(path, NULL);
    if (!real)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "oci", "root.path: %.150s: "
                            "%s", path, strerror(errno));
    free(spec->wire);
    spec->wire = real;
    spec->root = real;
    return ZP_OK;
}

int bundle_read(const char *bundle, const struct conf *conf,
                struct zk_spec *spec_out, struct zp_error *err)
{
    char path[ZK_MAX_PATH_BYTES + 1], name[NAME_MAX + 1], *text = NULL;
    struct zk_spec spec;
    size_t len = 0;
    uint32_t i;
    int rc;

    snprintf(path, sizeof(path), "%.4000s/config.json", bundle);
    rc = zk_read_whole(AT_FDCWD, path, ZK_MAX_CONFIG, &text, &len, err);
    if (!rc)
        rc = zk_spec_from_config(text, len, &conf->rules, &spec, err);
    free(text);
    if (rc)
        return rc;
    rc = make_absolute(bundle, &spec, err);
    for (i = 0; !rc && i < spec.nr_mounts; i++) {
        if (spec.mounts[i].kind == ZK_MOUNT_FILES)
            rc = copy_settled(&spec.mounts[i], false, name, err);
    }
    if (rc)
        zk_spec_clear(&spec);
    else
        *spec_out = spec;
    return rc;
}
