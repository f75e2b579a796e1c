/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ROOT/ID/state.json and its neighbours. Every process that is killed at any
 * point leaves a state from which container_remove() finds all that is there:
 * what is made is written down before it is made.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../files.h"
#include "oci.h"

enum { MAX_STATE = 64 << 10, KILL_SECONDS = 10,
       KILL_STEP_MS = 5 };

bool id_is_good(const char *id)
{
    size_t len = strlen(id);

    return len && len <= MAX_ID && id[0] != '.' && id[0] != '-' &&
           strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                  "0123456789._+-") == len;
}

/* ---- processes ---- */

/* The 22nd field of /proc/PID/stat; 0: there is no such process, or only its
 * exit status. The second may hold anything: fields count from its end. */
static uint64_t start_of(pid_t pid)
{
    char path[64], text[1024];
    const char *at;
    ssize_t len;
    int fd, i;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    if (len <= 0)
        return 0;
    text[len] = '\0';
    at = strrchr(text, ')');
    if (!at || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X')
        return 0;
    for (i = 2; at && i < 22; i++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

struct known_process process_of(pid_t pid)
{
    return (struct known_process){ pid, pid ? start_of(pid) : 0 };
}

bool process_lives(struct known_process process)
{
    return process.pid > 0 && process.start &&
           start_of(process.pid) == process.start;
}

void process_kill(struct known_process process, int number)
{
    int fd = process.pid > 0
                 ? (int)syscall(SYS_pidfd_open, process.pid, 0) : -1;
    int waited_ms;

    /* With a pidfd that is of this process or of none the start can be asked
     * in peace. valgrind knows none, and files may be short. */
    if (process_lives(process) &&
        (fd < 0 || syscall(SYS_pidfd_send_signal, fd, number, NULL, 0)))
        kill(process.pid, number);
    if (fd >= 0)
        close(fd);
    for (waited_ms = 0; waited_ms < KILL_SECONDS * 1000 &&
         process_lives(process); waited_ms += KILL_STEP_MS)
        poll(NULL, 0, KILL_STEP_MS);
}

/* ---- state.json ---- */

static void put_process(struct zp__json_writer *w, const char *key,
                        struct known_process process)
{
    zp__json_open_line(w, key, '{');
    zp__json_put_uint(w, "pid", (uint64_t)process.pid);
    zp__json_put_uint(w, "start", process.start);
    zp__json_close(w, '}');
}

int state_write(const struct state *state, struct zp_error *err)
{
    struct zp__json_writer w = ZP__JSON_WRITER;
    char *text;
    int rc;

    zp__json_open(&w, NULL, '{');
    zp__json_put_string(&w, "zone", state->zone);
    zp__json_put_string(&w, "bundle", state->bundle);
    zp__json_put_bool(&w, "process", state->process);
    zp__json_put_bool(&w, "started", state->started);
    put_process(&w, "monitor", state->monitor);
    put_process(&w, "keeper", state->keeper);
    zp__json_put_string(&w, "disk", state->disk);
    zp__json_put_string(&w, "image", state->image);
    zp__json_put_string(&w, "uuid", state->uuid);
    zp__json_put_string(&w, "netns", state->netns);
    zp__json_put_string(&w, "interface", state->interface);
    zp__json_close(&w, '}');
    rc = zp__json_take(&w, &text, err);
    if (rc)
        return rc;
    rc = zk_write_whole(state->dir, "state.json", text, err);
    free(text);
    return rc;
}

static struct known_process get_process(struct zp__json_reader *r,
                                        const struct zp__json_value *root,
                                        const char *key)
{
    const struct zp__json_value *obj = zp__json_object(r, root, key);
    struct known_process process;

    process.pid = (pid_t)zp__json_uint(r, obj, "pid", INT32_MAX);
    process.start = zp__json_uint(r, obj, "start", UINT64_MAX);
    return process;
}

static int parse(struct state *state, const char *text, size_t len,
                 struct zp_error *err)
{
    struct zp__json doc = ZP__JSON_INIT;
    struct zp__json_reader r = ZP__JSON_READER(err);
    const struct zp__json_value *root;
    int rc = zp__json_parse(&doc, "state.json", text, len, err);

    if (rc)
        return rc;
    root = doc.value;
    zp__json_copy(&r, root, "zone", state->zone, sizeof(state->zone));
    zp__json_copy(&r, root, "bundle", state->bundle, sizeof(state->bundle));
    state->process = zp__json_bool(&r, root, "process");
    state->started = zp__json_bool(&r, root, "started");
    state->monitor = get_process(&r, root, "monitor");
    state->keeper = get_process(&r, root, "keeper");
    zp__json_copy(&r, root, "disk", state->disk, sizeof(state->disk));
    zp__json_copy(&r, root, "image", state->image, sizeof(state->image));
    zp__json_copy(&r, root, "uuid", state->uuid, sizeof(state->uuid));
    zp__json_copy(&r, root, "netns", state->netns, sizeof(state->netns));
    zp__json_copy(&r, root, "interface", state->interface,
                  sizeof(state->interface));
    zp__json_clear(&doc);
    return r.rc;
}

/* ---- directories ---- */

/* Locked, it is still there: who removes it has the lock. */
static int open_dir(const char *root, const char *id, bool lock)
{
    int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), dir = -1;
    struct stat st;

    if (top >= 0) {
        dir = openat(top, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(top);
    }
    if (dir < 0 || !lock)
        return dir;
    if (flock(dir, LOCK_EX) || fstat(dir, &st)) {
        close(dir);
        return -1;
    }
    if (st.st_nlink)
        return dir;
    close(dir);
    errno = ENOENT;
    return -1;
}

/* All of @root, as mkdir -p does. */
static int make_root(const char *root)
{
    char path[1024];
    size_t i;

    if (strlen(root) >= sizeof(path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (i = 1; i <= strlen(root); i++) {
        if (root[i] && root[i] != '/')
            continue;
        memcpy(path, root, i);
        path[i] = '\0';
        if (mkdir(path, 0700) && errno != EEXIST)
            return -1;
    }
    return 0;
}

int state_make(const char *root, const char *id, struct state *state_out,
               struct zp_error *err)
{
    struct state state = { .dir = -1 };
    char path[1300];
    int rc, saved;

    snprintf(state.id, sizeof(state.id), "%s", id);
    snprintf(path, sizeof(path), "%.1024s/%s", root, id);
    if (make_root(root) || mkdir(path, 0700)) {
        saved = errno;
        if (saved == EEXIST)
            return zp__fail(err, ZP_ERR_EXISTS, "id", "container with id "
                            "exists: %s", id);
        return zp__fail_sys(err, ZP_ERR_IO, saved, "root", "%.200s: %s", path,
                            strerror(saved));
    }
    state.dir = open_dir(root, id, true);
    if (state.dir < 0)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "root", "%.200s: %s", path,
                            strerror(errno));
    rc = state_write(&state, err);
    if (rc) {
        state_remove(root, &state, NULL);
        return rc;
    }
    *state_out = state;
    return ZP_OK;
}

int state_open(const char *root, const char *id, bool lock,
               struct state *state_out, struct zp_error *err)
{
    struct state state = { .dir = open_dir(root, id, lock) };
    char *text = NULL;
    size_t len;
    int rc;

    if (state.dir < 0)
        return zp__fail_sys(err, errno == ENOENT ? ZP_ERR_NOTFOUND : ZP_ERR_IO,
                            errno, "id", "container does not exist: %s", id);
    snprintf(state.id, sizeof(state.id), "%s", id);
    rc = zk_read_whole(state.dir, "state.json", MAX_STATE, &text, &len, err);
    /* Who made it was killed in between: there is nothing else, either. */
    if (rc == ZP_ERR_NOTFOUND)
        rc = ZP_OK;
    else if (!rc)
        rc = parse(&state, text, len, err);
    free(text);
    if (rc)
        state_close(&state);
    else
        *state_out = state;
    return rc;
}

void state_close(struct state *state)
{
    if (state->dir >= 0)
        close(state->dir);
    state->dir = -1;
}

int state_remove(const char *root, struct state *state, struct zp_error *err)
{
    DIR *list = fdopendir(dup(state->dir));
    struct dirent *entry;
    char path[1300];

    if (list)
        rewinddir(list);
    while (list && (entry = readdir(list))) {
        /* No directories but the stand-in's, which is empty: its mounts are
         * in a namespace that has ended. */
        if (unlinkat(state->dir, entry->d_name, 0) && errno == EISDIR &&
            entry->d_name[0] != '.')
            unlinkat(state->dir, entry->d_name, AT_REMOVEDIR);
    }
    if (list)
        closedir(list);
    snprintf(path, sizeof(path), "%.1024s/%s", root, state->id);
    if (rmdir(path) && errno != ENOENT)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "root", "%.200s: %s", path,
                            strerror(errno));
    state_close(state);
    return ZP_OK;
}

const char *state_status(const struct state *state)
{
    if (!process_lives(state->monitor))
        return state->monitor.pid ? "stopped" : "creating";
    return state->started ? "running" : "created";
}
