/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands in for xml.c and its formats in a build without libxml2. */
#include "adapt/import.h"

static const char why[] = "this is XML, and zoneplace was built without "
                          "libxml2";

int zp__import_xml(struct zp__import *im, const char *buf, size_t len)
{
    (void)buf;
    (void)len;
    return zp__import_fail(im, ZP_ERR_UNSUPPORTED, "xml", "%s", why);
}

int zp_request_from_libvirt(const char *buf, size_t len,
                            struct zp_request *req_out, char **notes_out,
                            struct zp_error *err)
{
    (void)buf;
    (void)len;
    (void)req_out;
    (void)notes_out;
    return zp__fail(err, ZP_ERR_UNSUPPORTED, "xml", "%s", why);
}
