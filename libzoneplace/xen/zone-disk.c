/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Disks of a zone that runs. The hotplug script is our own: it does the one
 * thing that blkback waits for, where Xen's takes a host-wide lock and some
 * fifty processes, and never ends in a dom0 without udev.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "xen/xen.h"

static int domid_of(struct zp_xen *xen, const struct zp_zone *zone,
                    uint32_t *domid_out, struct zp_error *err)
{
    /* Not the caller's: the zone may have been built anew. */
    return zp__domain_by_uuid(xen, zone->spec.uuid, domid_out, err);
}

static bool has_disk(struct zp_xen *xen, uint32_t domid, const char *name)
{
    libxl_device_disk disk;
    int rc;

    libxl_device_disk_init(&disk);
    rc = libxl_vdev_to_device_disk(xen->ctx, domid, name, &disk);
    libxl_device_disk_dispose(&disk);
    return !rc;
}

/* 0 or NOMEM. */
static int fill(libxl_device_disk *disk, const char *path, const char *name,
                struct zp_error *err)
{
    disk->backend_domid = 0;
    disk->pdev_path = strdup(path);
    disk->vdev = strdup(name);
    disk->script = strdup(zp__block_script);
    disk->backend = LIBXL_DISK_BACKEND_PHY;
    disk->format = LIBXL_DISK_FORMAT_RAW;
    disk->readwrite = 0;
    return disk->pdev_path && disk->vdev && disk->script ? ZP_OK
                                                         : zp__nomem(err);
}

int zp_zone_disk_add(struct zp_xen *xen, const struct zp_zone *zone,
                     const char *file, const char *name,
                     struct zp_error *err)
{
    libxl_device_disk disk;
    char path[32];
    struct stat st;
    uint32_t domid;
    int loop = -1, rc = domid_of(xen, zone, &domid, err);

    if (rc)
        return rc;
    if (has_disk(xen, domid, name))
        return zp__fail(err, ZP_ERR_EXISTS, "disk", "zone %s has a disk %s",
                        zone->spec.request.name, name);
    if (stat(file, &st) ||
        (S_ISREG(st.st_mode) && (loop = zp__loop_attach(file, false,
                                                         path)) < 0))
        return zp__fail_sys(err, ZP_ERR_IO, errno, "disk", "disk %s: %s", file,
                            zp__loop_why(errno));
    libxl_device_disk_init(&disk);
    rc = fill(&disk, loop < 0 ? file : path, name, err);
    if (!rc) {
        zp__log_reset(&xen->log);
        rc = libxl_device_disk_add(xen->ctx, domid, &disk, NULL);
        if (rc) {
            /* What is half made would hold the name. */
            libxl_device_disk_destroy(xen->ctx, domid, &disk, NULL);
            rc = zp__log_fail(&xen->log, err, rc, "zone %s: disk %s",
                              zone->spec.request.name, name);
        }
    }
    libxl_device_disk_dispose(&disk);
    /* The backend has it open now, or nobody has and it goes. */
    if (loop >= 0)
        close(loop);
    return rc;
}

int zp_zone_disk_remove(struct zp_xen *xen, const struct zp_zone *zone,
                        const char *name, struct zp_error *err)
{
    libxl_device_disk disk;
    uint32_t domid;
    int rc = domid_of(xen, zone, &domid, err);

    if (rc)
        return rc;
    libxl_device_disk_init(&disk);
    zp__log_reset(&xen->log);
    if (libxl_vdev_to_device_disk(xen->ctx, domid, name, &disk)) {
        rc = zp__fail(err, ZP_ERR_NOTFOUND, "disk", "zone %s has no disk %s",
                      zone->spec.request.name, name);
    } else {
        rc = libxl_device_disk_remove(xen->ctx, domid, &disk, NULL);
        if (rc)
            rc = libxl_device_disk_destroy(xen->ctx, domid, &disk, NULL);
        if (rc)
            rc = zp__log_fail(&xen->log, err, rc, "zone %s: disk %s",
                              zone->spec.request.name, name);
    }
    libxl_device_disk_dispose(&disk);
    return rc;
}
