/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that binds the backends' threads of a domain as they come: when its
 * guest connects a disk or an interface, which may be at any time.
 */
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <xenstore.h>

#include "xen/monitor/monitor.h"

/* The backend says that it is connected a moment before it starts the thread:
 * so look again, that often. */
#define LOOKS   5
#define LOOK_MS 500

struct follow {
    uint32_t domid;
    struct zp_pcpuset vcpus;
};

static bool lives(struct xs_handle *xsh, uint32_t domid)
{
    return xs_is_domain_introduced(xsh, domid);
}

static bool watch_all(struct xs_handle *xsh, uint32_t domid)
{
    static const char *const kinds[] = { "vbd", "vif" };
    char path[64];
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        snprintf(path, sizeof(path), "/local/domain/0/backend/%s/%" PRIu32,
                 kinds[i], domid);
        if (!xs_watch(xsh, path, ""))
            return false;
    }
    return xs_watch(xsh, "@releaseDomain", "");
}

static void drain(struct xs_handle *xsh)
{
    char **event;

    while ((event = xs_check_watch(xsh)))
        free(event);
}

static void *follow(void *arg)
{
    struct follow *f = arg;
    struct xs_handle *xsh = xs_open(0);
    struct pollfd fd = { .events = POLLIN };
    int looks = 0;

    if (xsh && watch_all(xsh, f->domid)) {
        fd.fd = xs_fileno(xsh);
        while (lives(xsh, f->domid)) {
            if (poll(&fd, 1, looks ? LOOK_MS : -1) > 0)
                looks = LOOKS;
            drain(xsh);
            zp__backends_bind(f->domid, &f->vcpus);
            looks -= looks > 0;
        }
    }
    if (xsh)
        xs_close(xsh);
    free(f);
    return NULL;
}

int backends_follow(struct zp_xen *xen, const struct zp_plan *plan,
                    uint32_t domid, struct zp_error *err)
{
    struct follow *f = calloc(1, sizeof(*f));
    uint32_t nr_dom0;
    pthread_t thread;
    int rc;

    if (!f)
        return zp__nomem(err);
    f->domid = domid;
    rc = zp_xen_home_vcpus(xen, plan, &f->vcpus, &nr_dom0, err);
    if (!rc && zp_pcpuset_count(&f->vcpus)) {
        rc = pthread_create(&thread, NULL, follow, f);
        if (!rc) {
            pthread_detach(thread);
            return ZP_OK;
        }
        rc = zp__fail(err, ZP_ERR_IO, "backend-affinity",
                      "no thread for the backends of domain %" PRIu32, domid);
    }
    free(f);
    return rc;
}
