/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of a zone's disks is whose: between launch-xen.c and what tests it. */
#ifndef ZK_OCI_DISKS_H
#define ZK_OCI_DISKS_H

#include <stdbool.h>
#include <stddef.h>

struct zone_disk {
    char name[16];               /* xvda */
    char file[512];              /* what its loop device has, or "" */
};

/* The first that no disk has, of xvda to xvdz; false: there is none. */
bool disks_free_name(const struct zone_disk *disks, size_t nr,
                     char name_out[16]);
/* The disk of that name is this image's. */
bool disks_has(const struct zone_disk *disks, size_t nr, const char *name,
               const char *image);
/* The file that the loop device has, as sysfs, mounted at @sys, says; "": it is
 * no loop device, or has none. */
void disks_file_of(const char *sys, const char *device, char file_out[512]);

#endif
