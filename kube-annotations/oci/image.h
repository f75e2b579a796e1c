/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZK_OCI_IMAGE_H
#define ZK_OCI_IMAGE_H

#include "oci.h"

/*
 * Packs @root into DIR/NAME.squashfs. A root of nothing but layers that were
 * packed before is not packed again: it is another name of that file. The name
 * is the caller's to remove; what nobody has used for a week goes by itself,
 * and so do names of before the host's last boot.
 */
int image_make(const char *root, const char *dir_path, const char *name,
               bool *cached_out, struct zp_error *err);
/* Its path, before it is made. */
void image_path(const char *dir, const char *name, char *buf, size_t size);

#endif
