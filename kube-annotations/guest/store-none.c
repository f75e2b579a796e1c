/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Built without Xen, there are only stand-ins. */
#include <errno.h>

#include "guest.h"

int store_open(void)
{
    errno = ENOSYS;
    return -1;
}

int store_write(const char *path, const char *value)
{
    (void)path;
    (void)value;
    return -1;
}

long store_read(const char *path, char *buf, size_t size)
{
    (void)path;
    (void)buf;
    (void)size;
    return -1;
}

struct zk_transport *store_serve_link(void)
{
    errno = ENOSYS;
    return NULL;
}
