/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disks that a zone is built with. A file gets a loop device (loop.c), and
 * the script that ends when the backend holds it; who shares a block device is
 * for Xen's own script to see.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <libxlutil.h>

#include "xen/launch/launch.h"

static int use_file(struct zp__config *config, libxl_device_disk *disk,
                    struct zp_error *err)
{
    char path[32], *copy, *script;
    int fd;

    if (config->nr_loops == sizeof(config->loops) / sizeof(config->loops[0]))
        return zp__fail(err, ZP_ERR_RANGE, "disk",
                        "more than %u disks are files", config->nr_loops);
    fd = zp__loop_attach(disk->pdev_path, disk->readwrite, path);
    if (fd < 0)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "disk",
                            "disk %s: no loop device: %s", disk->pdev_path,
                            zp__loop_why(errno));
    config->loops[config->nr_loops++] = fd;
    copy = strdup(path);
    script = strdup(zp__block_script);
    if (!copy || !script) {
        free(copy);
        free(script);
        return zp__nomem(err);
    }
    free(disk->pdev_path);
    disk->pdev_path = copy;
    disk->script = script;
    return ZP_OK;
}

static int check_disk(struct zp__config *config, libxl_device_disk *disk,
                      const char *text, struct zp_error *err)
{
    struct stat st;
    int rc;

    if (disk->is_cdrom || disk->backend == LIBXL_DISK_BACKEND_QDISK ||
        disk->backend == LIBXL_DISK_BACKEND_TAP || disk->script)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "disk",
                        "disk \"%s\": zones have plain disks of the "
                        "kernel's backend only", text);
    /* The kernel's backend knows no format: the guest would write over what
     * is the container's. */
    if (disk->format != LIBXL_DISK_FORMAT_RAW &&
        disk->format != LIBXL_DISK_FORMAT_UNKNOWN)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "disk",
                        "disk \"%s\": zones have raw disks only", text);
    /* What it names is looked at here, and so has to be here. */
    if (disk->backend_domname || disk->backend_domid)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "disk",
                        "disk \"%s\": zones have disks of dom0 only", text);
    if (!disk->pdev_path || stat(disk->pdev_path, &st) < 0)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "disk", "disk %s: %s",
                            disk->pdev_path ? disk->pdev_path : text,
                            strerror(errno));
    if (S_ISREG(st.st_mode)) {
        rc = use_file(config, disk, err);
        if (rc)
            return rc;
    } else if (!S_ISBLK(st.st_mode)) {
        return zp__fail(err, ZP_ERR_INVAL, "disk",
                        "disk %s: neither a file nor a block device",
                        disk->pdev_path);
    }
    disk->backend = LIBXL_DISK_BACKEND_PHY;
    disk->format = LIBXL_DISK_FORMAT_RAW;
    return ZP_OK;
}

int zp__config_disks(const struct zp_zone_spec *spec,
                     struct zp__config *config, struct zp_error *err)
{
    libxl_domain_config *libxl = &config->libxl;
    XLU_Config *cfg;
    size_t i;
    int rc = ZP_OK;

    if (!spec->nr_disks)
        return ZP_OK;
    cfg = xlu_cfg_init(stderr, "disk");
    libxl->disks = calloc(spec->nr_disks, sizeof(*libxl->disks));
    if (!cfg || !libxl->disks)
        rc = zp__nomem(err);
    for (i = 0; i < spec->nr_disks && !rc; i++) {
        const char *text = spec->disks[i];

        libxl_device_disk_init(&libxl->disks[i]);
        libxl->num_disks = (int)i + 1;
        if (xlu_disk_parse(cfg, 1, &text, &libxl->disks[i]))
            rc = zp__fail(err, ZP_ERR_PARSE, "disk",
                          "disk \"%s\": not as in "
                          "xl-disk-configuration(5)", text);
        else
            rc = check_disk(config, &libxl->disks[i], text, err);
    }
    if (cfg)
        xlu_cfg_destroy(cfg);
    return rc;
}
