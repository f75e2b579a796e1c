/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's backend takes block devices only, and libxl would start a QEMU
 * for a file: so a file gets a loop device. It goes by itself when its last
 * user closes it: held by us until the backend has it, then by the backend.
 *
 * Each zone that has the file has a loop device of its own, so nothing that
 * looks at block devices sees that they share it. A lock on the file does: it
 * belongs to the open file, which the loop device keeps (its fget()) until it
 * goes.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "xen/xen.h"

const char zp__block_script[] = ZP_LIBEXECDIR "/block";

/* Of a zone that has just ended the backend closes its disks when the kernel
 * gets to it; it reboots meanwhile. */
#define LOOK_AGAIN_US (50 * 1000)
#define MAX_LOOKS 100

int zp__loop_open(const char *file, bool writable, unsigned looks)
{
    int fd = open(file, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC), sys;

    while (fd >= 0 && flock(fd, (writable ? LOCK_EX : LOCK_SH) | LOCK_NB)) {
        sys = errno;
        if (sys == EWOULDBLOCK && --looks) {
            usleep(LOOK_AGAIN_US);
            continue;
        }
        close(fd);
        fd = -1;
        errno = sys;
    }
    return fd;
}

const char *zp__loop_why(int sys)
{
    return sys == EWOULDBLOCK ? "another zone has it as a disk, and one of "
                                "the two writes"
                              : strerror(sys);
}

int zp__loop_attach(const char *file, bool writable, char path[32])
{
    struct loop_config config = { .fd = 0 };
    int ctl, nr, fd, tries, backing = zp__loop_open(file, writable, MAX_LOOKS);

    if (backing < 0)
        return -1;
    config.fd = (uint32_t)backing;
    ctl = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR |
                           (writable ? 0 : LO_FLAGS_READ_ONLY);
    snprintf((char *)config.info.lo_file_name,
             sizeof(config.info.lo_file_name), "%s", file);
    fd = -1;
    /* Between asking for a free one and taking it, another may take it. */
    for (tries = 0; ctl >= 0 && tries < 50; tries++) {
        nr = ioctl(ctl, LOOP_CTL_GET_FREE);
        if (nr < 0)
            break;
        snprintf(path, 32, "/dev/loop%d", nr);
        fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
        if (fd >= 0 && ioctl(fd, LOOP_CONFIGURE, &config) == 0)
            break;
        if (fd >= 0)
            close(fd);
        fd = -1;
        if (errno != EBUSY)
            break;
    }
    nr = errno;
    if (ctl >= 0)
        close(ctl);
    close(backing);
    errno = nr;
    return fd;
}
