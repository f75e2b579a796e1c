/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A zone's xenstore, by libxenstore: it is linked statically, and then has no
 * thread that reads watches, so there are none. Paths are the zone's own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

#include "guest.h"

static struct xs_handle *store;

int store_open(void)
{
    store = xs_open(0);
    return store ? 0 : -1;
}

int store_write(const char *path, const char *value)
{
    if (!store)
        return -1;
    return xs_write(store, XBT_NULL, path, value,
                    (unsigned)strlen(value)) ? 0 : -1;
}

long store_read(const char *path, char *buf, size_t size)
{
    unsigned len = 0;
    char *value = store ? xs_read(store, XBT_NULL, path, &len) : NULL;

    if (!value)
        return -1;
    if (len >= size)
        len = (unsigned)size - 1;
    memcpy(buf, value, len);
    buf[len] = '\0';
    free(value);
    return (long)len;
}

struct zk_transport *store_serve_link(void)
{
    return zk_transport_vchan_server(0, "data/zone/link");
}
