/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files, in and out, of the programs that Kubernetes needs. */
#ifndef ZK_FILES_H
#define ZK_FILES_H

#include <zoneplace.h>

/* Text to a file beside it, which then takes its place. IO. */
int zk_write_whole(int dir, const char *name, const char *text,
                   struct zp_error *err);
/* All of a file of at most @max bytes, and a NUL; the caller frees it.
 * NOTFOUND, IO, RANGE, NOMEM, each with the file's name. */
int zk_read_whole(int dir, const char *name, size_t max, char **text_out,
                  size_t *len_out, struct zp_error *err);
/* The rest of what is open as @fd, which is closed; -1: why is in errno. */
int zk_read_fd(int fd, const char *name, size_t max, char **text_out,
               size_t *len_out, struct zp_error *err);

#endif
