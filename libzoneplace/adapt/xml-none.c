/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands in for xml.c and its formats in a build without libxml2. */
#include "adapt/import.h"

int zp__import_xml(struct zp__import *im, const char *buf, size_t len)
{
    (void)buf;
    (void)len;
    return zp__import_fail(im, ZP_ERR_UNSUPPORTED, "xml",
                           "this is XML, and zoneplace was built without "
                           "libxml2");
}
