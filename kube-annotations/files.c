/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files, in and out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "internal.h"

int zk_write_whole(int dir, const char *name, const char *text,
                   struct zp_error *err)
{
    char beside[300];
    ssize_t len = (ssize_t)strlen(text), nr = -1;
    int fd, saved;

    snprintf(beside, sizeof(beside), "%.280s.new", name);
    fd = openat(dir, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0) {
        nr = write(fd, text, (size_t)len);
        close(fd);
    }
    if (nr == len && !renameat(dir, beside, dir, name))
        return ZP_OK;
    saved = nr >= 0 && nr < len ? ENOSPC : errno;
    unlinkat(dir, beside, 0);
    return zp__fail_sys(err, ZP_ERR_IO, saved, "file", "%.200s: %s", name,
                        strerror(saved));
}

int zk_read_fd(int fd, const char *name, size_t max, char **text_out,
               size_t *len_out, struct zp_error *err)
{
    char *text = fd < 0 ? NULL : malloc(max + 2);
    size_t len = 0;
    ssize_t nr = 1;
    int saved = errno;

    if (fd < 0)
        return zp__fail_sys(err, saved == ENOENT ? ZP_ERR_NOTFOUND : ZP_ERR_IO,
                            saved, "file", "%.200s: %s", name,
                            strerror(saved));
    while (text && nr > 0 && len <= max) {
        nr = read(fd, text + len, max + 1 - len);
        saved = errno;
        len += nr > 0 ? (size_t)nr : 0;
    }
    close(fd);
    if (text && nr >= 0 && len <= max) {
        text[len] = '\0';
        *text_out = text;
        *len_out = len;
        return ZP_OK;
    }
    free(text);
    if (!text)
        return zp__nomem(err);
    if (nr < 0)
        return zp__fail_sys(err, ZP_ERR_IO, saved, "file", "%.200s: %s", name,
                            strerror(saved));
    return zp__fail(err, ZP_ERR_RANGE, "file", "%.200s: more than %zu bytes",
                    name, max);
}

int zk_read_whole(int dir, const char *name, size_t max, char **text_out,
                  size_t *len_out, struct zp_error *err)
{
    /* What waits for a writer must not hold the reader up. */
    return zk_read_fd(openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK),
                      name, max, text_out, len_out, err);
}
