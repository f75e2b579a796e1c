/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zones of Xen, by libzoneplace-xen. A zone is found by its uuid, which is in
 * the state before the zone is: what a killed keeper leaves is found, and
 * nobody else's. The link is a vchan that the zone serves; that the zone has
 * died tells xenstore alone.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <xenstore.h>
#include <zoneplace-xen.h>

#include "../annotation.h"
#include "disks.h"
#include "image.h"
#include "net.h"

/* What containerd sums up for a pod's sandbox. */
#define SANDBOX "io.kubernetes.cri.sandbox-"

enum { LINK_STEP_MS = 50 };

/* The keeper's: one zone for each. */
static struct xs_handle *store;
static uint32_t our_domid;

/* ---- the request ---- */

static uint64_t number_of(const struct zk_spec *spec, const char *key)
{
    const char *text = zk_spec_annotation(spec, key);
    uint64_t value = 0;

    for (; text && *text >= '0' && *text <= '9' && value < UINT64_MAX / 20;
         text++)
        value = value * 10 + (uint64_t)(*text - '0');
    return value;
}

static int read_request(const struct conf *conf, const struct state *state,
                        const struct zk_spec *spec, struct zk_zone *zone_out,
                        struct zp_error *err)
{
    uint64_t period = number_of(spec, SANDBOX "cpu-period");
    const char *kernels[sizeof(conf->kernels) / sizeof(conf->kernels[0]) + 1];
    struct zk_rules rules = { .kernel = kernels };
    struct zk_pod pod = {
        .annotation = spec->annotations,
        .nr_annotations = spec->nr_annotations,
        .mem_bytes = number_of(spec, SANDBOX "memory"),
    };
    char name[ZP_MAX_NAME], *notes = NULL;
    unsigned i;
    int rc;

    for (i = 0; i < conf->nr_kernels; i++)
        kernels[i] = conf->kernels[i];
    kernels[i] = NULL;
    if (period)
        pod.cpu_milli = number_of(spec, SANDBOX "cpu-quota") * 1000 / period;
    /* Of 64 hexadecimal digits the first are as good as all; where they are
     * not, the name is taken, and the container is refused. */
    snprintf(name, sizeof(name), "pod-%.32s", state->id);
    pod.name = name;
    rc = zk_zone_from_pod(&pod, &rules, zone_out, &notes, err);
    if (!rc && *notes)
        fprintf(stderr, "%s", notes);
    free(notes);
    return rc;
}

/* ---- the zone ---- */

/* NOMEM. */
static int add_vif(struct zp_zone_spec *spec, const struct zk_net *net,
                   struct zp_error *err)
{
    char text[sizeof(ZP_LIBEXECDIR) + 80];

    if (!net)
        return ZP_OK;
    snprintf(text, sizeof(text), "mac=%02x:%02x:%02x:%02x:%02x:%02x,"
             "script=" ZP_LIBEXECDIR "/vif-pod", net->mac[0], net->mac[1],
             net->mac[2], net->mac[3], net->mac[4], net->mac[5]);
    spec->vifs = calloc(2, sizeof(*spec->vifs));
    if (!spec->vifs)
        return zp__nomem(err);
    spec->vifs[0] = strdup(text);
    if (!spec->vifs[0])
        return zp__nomem(err);
    spec->nr_vifs = 1;
    return ZP_OK;
}

/* For zp_zone_spec_clear(), also after NOMEM. */
static int make_spec(const struct conf *conf, const struct state *state,
                     const char *kernel, const struct zk_net *net,
                     struct zp_zone_spec *spec, struct zp_error *err)
{
    zp_zone_spec_init(spec);
    snprintf(spec->uuid, sizeof(spec->uuid), "%s", state->uuid);
    spec->kernel = strdup(kernel);
    spec->ramdisk = strdup(conf->ramdisk);
    spec->cmdline = strdup(conf->cmdline);
    spec->on_reboot = spec->on_crash = ZP_ACTION_DESTROY;
    if (!spec->kernel || !spec->ramdisk || !spec->cmdline)
        return zp__nomem(err);
    return add_vif(spec, net, err);
}

/* A zone that is dynamic because nothing else is written becomes static where
 * it can't be had otherwise. Other failures are no matter of that. */
static int launch_zone(struct zp_xen *xen, const struct conf *conf,
                       const struct state *state, struct zk_zone *zone,
                       const struct zk_net *net, struct zp_error *err)
{
    struct zp_host_options *opt = malloc(sizeof(*opt));
    struct zp_zone_spec spec;
    struct zp_error why;
    int rc;

    if (!opt)
        return zp__nomem(err);
    rc = make_spec(conf, state, zone->kernel ? zone->kernel : conf->kernel,
                   net, &spec, err);
    if (!rc)
        rc = zp_host_options_read(NULL, opt, err);
    if (!rc) {
        spec.request = zone->req;
        rc = zp_zone_launch(xen, opt, &spec, &our_domid, &why);
        if ((rc == ZP_ERR_INFEASIBLE || rc == ZP_ERR_UNSUPPORTED) &&
            !zone->grows && spec.request.memory_policy == ZP_MEMORY_DYNAMIC) {
            fprintf(stderr, "zone-oci: static: %s\n", why.msg);
            spec.request = zone->req;
            spec.request.memory_policy = ZP_MEMORY_STATIC;
            rc = zp_zone_launch(xen, opt, &spec, &our_domid, err);
        } else if (rc) {
            *err = why;
        }
    }
    zp_zone_spec_clear(&spec);
    free(opt);
    return rc;
}

/* Only what is not launched yet: who fails later destroys what he claimed. */
static int claim(struct state *state, const char *uuid, struct zp_error *err)
{
    struct zp_xen *xen;
    struct zp_zone *zone;
    int rc = zp_xen_open(&xen, err);

    if (rc)
        return rc;
    rc = zp_zone_find(xen, uuid, &zone, err);
    if (!rc) {
        if (zone->state != ZP_ZONE_RESERVED ||
            strcmp(zone->spec.uuid, uuid))
            rc = zp__fail(err, ZP_ERR_NOTFOUND, "zone", "annotation "
                          ZK_ZONE_ANNOTATION ": \"%.40s\" is no reservation",
                          uuid);
        else
            snprintf(state->uuid, sizeof(state->uuid), "%s",
                     zone->spec.uuid);
        zp_zone_list_free(zone, 1);
    }
    zp_xen_close(xen);
    return rc;
}

static int launch_reserved(struct zp_xen *xen, const struct conf *conf,
                           const struct state *state, const struct zk_net *net,
                           struct zp_error *err)
{
    struct zp_zone_spec spec;
    int rc = make_spec(conf, state, conf->kernel, net, &spec, err);

    if (!rc)
        rc = zp_zone_launch_reserved(xen, &spec, &our_domid, err);
    zp_zone_spec_clear(&spec);
    return rc;
}

static bool ended(void)
{
    char **event;

    while (store && (event = xs_check_watch(store)))
        free(event);
    return store && !xs_is_domain_introduced(store, our_domid);
}

static int watch(void)
{
    return store ? xs_fileno(store) : -1;
}

/* The zone serves once it is up. */
static int connect_link(const struct conf *conf, struct zk_transport **out,
                        struct zp_error *err)
{
    struct timespec now, start;
    char path[64];

    snprintf(path, sizeof(path), "/local/domain/%u/data/zone/link", our_domid);
    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        *out = zk_transport_vchan_client((int)our_domid, path);
        if (*out)
            return ZP_OK;
        if (ended())
            return zp__fail(err, ZP_ERR_IO, "zone", "the zone ended in its "
                            "boot: \"zonectl console --log\" tells more");
        poll(NULL, 0, LINK_STEP_MS);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec - start.tv_sec < (time_t)conf->launch_seconds);
    return zp__fail(err, ZP_ERR_IO, "zone", "the zone did not open its link "
                    "within %u s", conf->launch_seconds);
}

static int launch(const struct conf *conf, const struct state *state,
                  const struct zk_spec *spec, const struct zk_net *net,
                  struct zk_transport **out, struct zp_error *err)
{
    struct zp_xen *xen;
    struct zk_zone zone;
    bool reserved = zk_spec_annotation(spec, ZK_ZONE_ANNOTATION) != NULL;
    int rc = reserved ? ZP_OK : read_request(conf, state, spec, &zone, err);

    if (rc)
        return rc;
    rc = zp_xen_open(&xen, err);
    if (rc)
        return rc;
    rc = reserved ? launch_reserved(xen, conf, state, net, err)
                  : launch_zone(xen, conf, state, &zone, net, err);
    zp_xen_close(xen);
    if (rc)
        return rc;
    store = xs_open(0);
    if (!store || !xs_watch(store, "@releaseDomain", "zone"))
        return zp__fail_sys(err, ZP_ERR_XEN, errno, "xenstored", "xenstore: "
                            "%s", strerror(errno));
    return connect_link(conf, out, err);
}

/* Its name is Linux's: the library finds the backend's threads by it. */
static int plug(const struct state *state, const struct zk_net *net,
                char port_out[ZK_NET_NAME], struct zp_error *err)
{
    (void)net;
    snprintf(port_out, ZK_NET_NAME, "vif%u.0", our_domid);
    return net_move(state->netns, port_out, err);
}

/* ---- from the state alone ---- */

/* NOTFOUND: it has gone, or never was. */
static int find_zone(const struct state *state, struct zp_xen **xen_out,
                     struct zp_zone **zone_out, struct zp_error *err)
{
    int rc;

    if (!state || !state->uuid[0])
        return zp__fail(err, ZP_ERR_NOTFOUND, "zone", "there is no zone");
    rc = zp_xen_open(xen_out, err);
    if (rc)
        return rc;
    rc = zp_zone_find(*xen_out, state->uuid, zone_out, err);
    if (rc)
        zp_xen_close(*xen_out);
    return rc;
}

static void release(struct zp_xen *xen, struct zp_zone *zone)
{
    zp_zone_list_free(zone, 1);
    zp_xen_close(xen);
}

static int destroy(const struct conf *conf, const struct state *state,
                   struct zp_error *err)
{
    struct zp_xen *xen;
    struct zp_zone *zone;
    struct zp_error why;
    int rc = find_zone(state, &xen, &zone, &why);

    (void)conf;
    if (rc == ZP_ERR_NOTFOUND)
        return ZP_OK;
    if (rc) {
        if (err)
            *err = why;
        return rc;
    }
    rc = zp_zone_destroy(xen, zone, err);
    release(xen, zone);
    return rc;
}

/* ---- roots ---- */

/*
 * Containers of a pod share the zone's names of disks: who looks at them has
 * this lock, until what he found is not to change any more. One that owns its
 * zone has locked that already.
 */
static int lock_disks(const struct state *zone_state,
                      const struct state *state, struct zp_error *err)
{
    if (zone_state != state && flock(zone_state->dir, LOCK_EX))
        return zp__fail_sys(err, ZP_ERR_IO, errno, "state", "%s",
                            strerror(errno));
    return ZP_OK;
}

static void unlock_disks(const struct state *zone_state,
                         const struct state *state)
{
    if (zone_state != state)
        flock(zone_state->dir, LOCK_UN);
}

/* What the backend's directory says of one disk. */
static void read_disk(struct xs_handle *xs, const char *backend,
                      const char *device, struct zone_disk *disk_out)
{
    char path[128], *text;

    snprintf(path, sizeof(path), "%.80s/%.20s/dev", backend, device);
    text = xs_read(xs, XBT_NULL, path, NULL);
    snprintf(disk_out->name, sizeof(disk_out->name), "%s", text ? text : "");
    free(text);
    snprintf(path, sizeof(path), "%.80s/%.20s/params", backend, device);
    text = xs_read(xs, XBT_NULL, path, NULL);
    disks_file_of("/sys", text ? text : "", disk_out->file);
    free(text);
}

/* For free(). A zone without any has no directory of them. */
static int list_disks(const struct zp_zone *zone, struct zone_disk **disks_out,
                      size_t *nr_out, struct zp_error *err)
{
    struct xs_handle *xs = xs_open(0);
    struct zone_disk *disks = NULL;
    char backend[80], **devices = NULL;
    unsigned nr = 0, i;
    int rc = ZP_OK;

    snprintf(backend, sizeof(backend), "/local/domain/0/backend/vbd/%u",
             zone->domid);
    if (xs)
        devices = xs_directory(xs, XBT_NULL, backend, &nr);
    if (!xs || (!devices && errno != ENOENT))
        rc = zp__fail_sys(err, ZP_ERR_XEN, errno, "xenstored", "xenstore: %s",
                          strerror(errno));
    if (!rc) {
        disks = calloc(nr + 1, sizeof(*disks));
        rc = disks ? ZP_OK : zp__nomem(err);
    }
    for (i = 0; !rc && i < nr; i++)
        read_disk(xs, backend, devices[i], &disks[i]);
    free(devices);
    if (xs)
        xs_close(xs);
    if (rc)
        return rc;
    *disks_out = disks;
    *nr_out = nr;
    return ZP_OK;
}

/* Its name is free, and is written down first. If that is all that came to be,
 * another container's disk may have that name later: remove_disk() looks. */
static int add_disk(struct zp_xen *xen, const struct zp_zone *zone,
                    struct state *state, struct zp_error *err)
{
    struct zone_disk *disks;
    size_t nr;
    int rc = list_disks(zone, &disks, &nr, err);

    if (rc)
        return rc;
    if (!disks_free_name(disks, nr, state->disk))
        rc = zp__fail(err, ZP_ERR_RANGE, "disk", "the zone has no name left "
                      "for a disk");
    free(disks);
    if (!rc)
        rc = state_write(state, err);
    if (rc) {
        state->disk[0] = '\0';
        return rc;
    }
    rc = zp_zone_disk_add(xen, zone, state->image, state->disk, err);
    /* Somebody else gave it one meanwhile, by xl. */
    if (rc == ZP_ERR_EXISTS)
        state->disk[0] = '\0';
    return rc;
}

static int attach(const struct conf *conf, const struct state *zone_state,
                  struct state *state, struct zk_spec *spec,
                  struct zp_error *err)
{
    struct zp_xen *xen;
    struct zp_zone *zone;
    bool cached;
    int rc = find_zone(zone_state, &xen, &zone, err);

    if (rc)
        return rc;
    image_path(conf->images, state->id, state->image, sizeof(state->image));
    rc = state_write(state, err);
    if (!rc)
        rc = image_make(spec->root, conf->images, state->id, &cached, err);
    if (!rc)
        rc = lock_disks(zone_state, state, err);
    if (!rc) {
        rc = add_disk(xen, zone, state, err);
        unlock_disks(zone_state, state);
    }
    if (!rc) {
        spec->root_kind = ZK_ROOT_DISK;
        spec->root = state->disk;
    }
    release(xen, zone);
    return rc;
}

/* NOTFOUND: there is none of that name, or it is another container's. */
static int remove_disk(struct zp_xen *xen, const struct zp_zone *zone,
                       const struct state *state, struct zp_error *err)
{
    struct zone_disk *disks;
    bool ours;
    size_t nr;
    int rc = list_disks(zone, &disks, &nr, err);

    if (rc)
        return rc;
    ours = disks_has(disks, nr, state->disk, state->image);
    free(disks);
    if (!ours)
        return zp__fail(err, ZP_ERR_NOTFOUND, "disk", "%s is not this "
                        "container's", state->disk);
    return zp_zone_disk_remove(xen, zone, state->disk, err);
}

static int remove_root(const struct state *zone_state,
                       const struct state *state, struct zp_error *err)
{
    struct zp_xen *xen;
    struct zp_zone *zone;
    int rc = find_zone(zone_state, &xen, &zone, err);

    if (rc)
        return rc;
    rc = lock_disks(zone_state, state, err);
    if (!rc) {
        rc = remove_disk(xen, zone, state, err);
        unlock_disks(zone_state, state);
    }
    release(xen, zone);
    return rc;
}

static int detach(const struct conf *conf, const struct state *zone_state,
                  struct state *state, struct zp_error *err)
{
    struct zp_error why;
    int rc = state->disk[0] ? remove_root(zone_state, state, &why) : ZP_OK;

    (void)conf;
    if (rc && rc != ZP_ERR_NOTFOUND) {
        if (err)
            *err = why;
        return rc;
    }
    if (state->image[0] && unlink(state->image) && errno != ENOENT)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "image", "%.200s: %s",
                            state->image, strerror(errno));
    return ZP_OK;
}

const struct launcher launch_xen = { claim, launch, plug, watch, ended,
                                     destroy, attach, detach };
