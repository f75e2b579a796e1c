/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host in any format: its content says which. */
#include <string.h>

#include "adapt/import.h"
#include "adapt/nrt.h"

/* Magic numbers of what people may hand over instead of a tar archive. */
static const char *packed_with(const char *buf, size_t len)
{
    static const struct {
        const char *magic;
        size_t len;
        const char *name;
    } packers[] = {
        { "\x1f\x8b", 2, "gzip" },
        { "BZh", 3, "bzip2" },
        { "\xfd" "7zXZ", 5, "xz" },
        { "\x28\xb5\x2f\xfd", 4, "zstd" },
    };
    size_t i;

    for (i = 0; i < sizeof(packers) / sizeof(packers[0]); i++) {
        if (len >= packers[i].len &&
            !memcmp(buf, packers[i].magic, packers[i].len))
            return packers[i].name;
    }
    return NULL;
}

/* The first byte that is not blank, behind a byte order mark; 0 if none. */
static char first_byte(const char *buf, size_t len)
{
    size_t i = 0;

    if (len >= 3 && !memcmp(buf, "\xef\xbb\xbf", 3))
        i = 3;
    while (i < len && strchr(" \t\r\n", buf[i]) && buf[i])
        i++;
    return i < len ? buf[i] : '\0';
}

static int import(struct zp__import *im, const char *buf, size_t len)
{
    const char *packer = packed_with(buf, len);

    if (packer)
        return zp__import_fail(im, ZP_ERR_UNSUPPORTED, "file", "it is packed "
                               "with %s: unpack it first", packer);
    if (zp__is_tar(buf, len))
        return zp__import_sysfs(im, buf, len);
    if (first_byte(buf, len) == '<')
        return zp__import_xml(im, buf, len);
    if (zp__is_numactl(buf, len))
        return zp__import_numactl(im, buf, len);
    if (zp__is_xl(buf, len))
        return zp__import_xl(im, buf, len);
    return zp__import_fail(im, ZP_ERR_PARSE, "file", "not a host that is "
                           "understood (host JSON, hwloc or libvirt XML, "
                           "numactl --hardware, xl info -n, a tar of sysfs)");
}

static int read_json(const char *buf, size_t len,
                     struct zp_topology **topo_out, struct zp_load **load_out,
                     struct zp_error *err)
{
    struct zp__json doc ZP_CLEANUP(zp__json_clear) = ZP__JSON_INIT;
    int rc = zp__json_parse(&doc, "host JSON", buf, len, err);

    if (rc)
        return rc;
    if (zp__is_nrt(doc.value))
        return zp__nrt_host(buf, doc.value, topo_out, load_out, err);
    rc = zp__host_read(doc.value, topo_out, load_out, err);
    return rc ? zp__wrap(err, rc, "host JSON") : ZP_OK;
}

int zp_host_from_buffer(const char *buf, size_t len,
                        struct zp_topology **topo_out,
                        struct zp_load **load_out, struct zp_error *err)
{
    struct zp__import *im ZP_CLEANUP(zp__import_free) = NULL;
    struct zp_error scratch;
    char first;
    int rc;

    if (!err)
        err = &scratch;
    if (len > ZP__IMPORT_MAX_BYTES)
        return zp__fail(err, ZP_ERR_RANGE, "file",
                        "%zu bytes, at most 16 MiB are read", len);
    first = first_byte(buf, len);
    if (first == '{' || first == '[' || !first)
        return read_json(buf, len, topo_out, load_out, err);
    rc = zp__import_new(&im, err);
    if (rc)
        return rc;
    rc = import(im, buf, len);
    return rc ? rc : zp__import_finish(im, topo_out, load_out);
}
