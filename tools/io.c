/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes in, capped; bytes out, whole or not at all. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zonectl.h"

static void no_memory(void)
{
    fputs("zonectl: out of memory\n", stderr);
    exit(EXIT_FAILED);
}

void free_text(char **text)
{
    free(*text);
}

char *xstrdup(const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        no_memory();
    return copy;
}

static void reserve(struct spool *s, size_t more)
{
    size_t size = s->size ? s->size : 4096;

    while (size - s->len <= more)
        size *= 2;
    if (size == s->size)
        return;
    s->buf = realloc(s->buf, size);
    if (!s->buf)
        no_memory();
    s->size = size;
}

void spool_bytes(struct spool *s, const void *bytes, size_t len)
{
    reserve(s, len);
    if (len)
        memcpy(s->buf + s->len, bytes, len);
    s->len += len;
    s->buf[s->len] = '\0';
}

void spool_add(struct spool *s, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len < 0)
        no_memory();
    reserve(s, (size_t)len);
    va_start(args, fmt);
    vsnprintf(s->buf + s->len, (size_t)len + 1, fmt, args);
    va_end(args);
    s->len += (size_t)len;
}

void spool_json(struct spool *s, const char *text)
{
    if (!text) {
        spool_add(s, "null");
        return;
    }
    spool_bytes(s, "\"", 1);
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '"' || byte == '\\')
            spool_add(s, "\\%c", byte);
        else if (byte < 0x20 || byte == 0x7f)
            spool_add(s, "\\u%04x", byte);
        else
            spool_bytes(s, text, 1);
    }
    spool_bytes(s, "\"", 1);
}

void spool_clear(struct spool *s)
{
    free(s->buf);
    *s = (struct spool){ 0 };
}

static int read_fd(int fd, const char *path, size_t limit,
                   struct spool *out, struct zp_error *err)
{
    for (;;) {
        ssize_t got;

        reserve(out, 65536);
        got = read(fd, out->buf + out->len, 65536);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(err, ZP_ERR_IO, "file", "%s: %s", path,
                        strerror(errno));
        if (got == 0)
            break;
        out->len += (size_t)got;
        if (out->len > limit)
            return fail(err, ZP_ERR_RANGE, "file", "%s: larger than %zu MiB",
                        path, limit >> 20);
    }
    out->buf[out->len] = '\0';
    return ZP_OK;
}

int read_file_upto(const char *path, size_t limit, struct spool *out,
                   struct zp_error *err)
{
    int fd, rc;

    if (!strcmp(path, "-"))
        return read_fd(STDIN_FILENO, "standard input", limit, out, err);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, ZP_ERR_IO, "file", "%s: %s", path, strerror(errno));
    rc = read_fd(fd, path, limit, out, err);
    close(fd);
    return rc;
}

int read_file(const char *path, struct spool *out, struct zp_error *err)
{
    return read_file_upto(path, INPUT_LIMIT, out, err);
}

int write_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len) {
        ssize_t put = write(fd, at, len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        at += put;
        len -= (size_t)put;
    }
    return 0;
}

/* mkstemp() makes files that only the owner reads; ours are as open as any
 * that the shell would have made. */
static int open_temp(char *path)
{
    mode_t mask = umask(0);
    int fd;

    umask(mask);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0 && fchmod(fd, 0666 & ~mask)) {
        close(fd);
        unlink(path);
        return -1;
    }
    return fd;
}

/* A pipe or a device can't be replaced, only written to. */
static int write_special(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int rc;

    if (fd < 0)
        return -1;
    rc = write_all(fd, bytes, len);
    return close(fd) || rc ? -1 : 0;
}

static int replace(const char *path, const void *bytes, size_t len)
{
    CLEANUP(free_text) char *temp = NULL;
    struct stat st;
    int fd, rc, saved;

    if (!stat(path, &st) && !S_ISREG(st.st_mode))
        return write_special(path, bytes, len);
    if (asprintf(&temp, "%s.XXXXXX", path) < 0)
        no_memory();
    fd = open_temp(temp);
    if (fd < 0)
        return -1;
    rc = write_all(fd, bytes, len) || fsync(fd) ? -1 : 0;
    saved = errno;
    if (close(fd) && !rc) {
        rc = -1;
        saved = errno;
    }
    if (!rc && rename(temp, path)) {
        rc = -1;
        saved = errno;
    }
    if (rc)
        unlink(temp);
    errno = saved;
    return rc;
}

int write_file(const char *path, const void *bytes, size_t len,
               struct zp_error *err)
{
    if (replace(path, bytes, len))
        return fail(err, ZP_ERR_IO, "file", "%s: %s", path, strerror(errno));
    return ZP_OK;
}
