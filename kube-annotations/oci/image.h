/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZK_OCI_IMAGE_H
#define ZK_OCI_IMAGE_H

#include "oci.h"

int image_make_dir(const char *dir, struct zp_error *err);
/* Packs @root into @file, which is not there, or not whole, if it fails. */
int image_pack(const char *root, const char *file, struct zp_error *err);

#endif
