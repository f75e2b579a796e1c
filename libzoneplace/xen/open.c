/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection to Xen and xenstored, and why there is none. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "xen/patched.h"

/* First line of a file of /sys or /proc; "" if there is none. */
static void read_line(const char *path, char *buf, size_t size)
{
    FILE *f = fopen(path, "re");

    if (!f || !fgets(buf, (int)size, f))
        buf[0] = '\0';
    buf[strcspn(buf, "\n")] = '\0';
    if (f)
        fclose(f);
}

static int check_host(struct zp_error *err)
{
    char line[128];

    read_line("/sys/hypervisor/type", line, sizeof(line));
    if (strcmp(line, "xen") != 0)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "xen",
                        "this machine does not run on Xen: boot its Xen "
                        "entry, or give a host file with --host");
    if (geteuid() != 0)
        return zp__fail_sys(err, ZP_ERR_IO, EACCES, "root",
                            "only root may talk to Xen: run this as root");
    read_line("/proc/xen/capabilities", line, sizeof(line));
    if (!strstr(line, "control_d"))
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "xen",
                        "this is not Xen's control domain (or xenfs is not "
                        "mounted on /proc/xen): run this in dom0");
    return ZP_OK;
}

/* xs_open() falls back to the kernel's ring, and there a request to a dead
 * xenstored waits for ever: knock at its socket first. */
static int check_xenstored(struct zp_error *err)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd, rc;

    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", xs_daemon_socket());
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    rc = fd < 0 ? -1 : connect(fd, (struct sockaddr *)&addr, sizeof(addr));
    if (rc < 0)
        rc = errno;
    if (fd >= 0)
        close(fd);
    if (rc)
        return zp__fail_sys(err, ZP_ERR_XEN, rc, "xenstored",
                            "xenstored does not answer at %s: %s; start "
                            "Xen's services", addr.sun_path, strerror(rc));
    return ZP_OK;
}

int zp_xen_open(struct zp_xen **xen_out, struct zp_error *err)
{
    struct zp_xen *xen;
    int rc = check_host(err);

    if (!rc)
        rc = check_xenstored(err);
    if (rc)
        return rc;
    xen = calloc(1, sizeof(*xen));
    if (!xen)
        return zp__nomem(err);
    zp__log_init(&xen->log, NULL);
    rc = libxl_ctx_alloc(&xen->ctx, LIBXL_VERSION, 0, &xen->log.vtable);
    if (rc) {
        rc = zp__log_fail(&xen->log, err, rc, "connecting to Xen");
        goto out;
    }
    xen->xch = xc_interface_open(&xen->log.vtable, &xen->log.vtable, 0);
    if (!xen->xch) {
        rc = zp__fail_sys(err, ZP_ERR_XEN, errno, "xen",
                          "opening Xen's control interface: %s",
                          strerror(errno));
        goto out;
    }
    xen->xsh = xs_open(0);
    if (!xen->xsh) {
        rc = zp__fail_sys(err, ZP_ERR_XEN, errno, "xenstored",
                          "connecting to xenstored: %s", strerror(errno));
        goto out;
    }
    rc = zp__domctl_open(&xen->log.vtable, &xen->domctl, err);
    if (rc)
        goto out;
    *xen_out = xen;
    return ZP_OK;
out:
    zp_xen_close(xen);
    return rc;
}

void zp_xen_close(struct zp_xen *xen)
{
    if (!xen)
        return;
    zp__domctl_close(xen->domctl);
    if (xen->xsh)
        xs_close(xen->xsh);
    if (xen->xch)
        xc_interface_close(xen->xch);
    if (xen->ctx)
        libxl_ctx_free(xen->ctx);
    free(xen);
}
