/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the operator says, and the shapes. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "../conf-lines.h"
#include "../files.h"
#include "dp.h"
#include "internal.h"

#define DEFAULT_PATH ZP_SYSCONFDIR "/zoneplace/device-plugin.conf"
#define KUBELET_DIR "/var/lib/kubelet/device-plugins"

enum { MAX_CONF = 64 << 10, MAX_SHAPES_FILE = 1 << 20,
       MAX_UNIT_KIB = 64 << 20 };

static bool read_unit(const char *value, uint64_t *kib_out)
{
    uint64_t kib;

    if (zp_size_parse(value, &kib, NULL) || !kib || kib % 1024 ||
        kib > MAX_UNIT_KIB)
        return false;
    *kib_out = kib;
    return true;
}

static bool read_path(const char *value, char path[ZD_MAX_PATH])
{
    if (value[0] != '/' || strlen(value) >= ZD_MAX_PATH)
        return false;
    snprintf(path, ZD_MAX_PATH, "%s", value);
    return true;
}

/* NULL: done. Else what the key may be; "": there is no such key. */
static const char *set(struct zd_conf *conf, const char *key,
                       const char *value)
{
    if (!strcmp(key, "interval"))
        return zk_conf_number(value, 3600, &conf->interval)
                   ? NULL : "seconds from 1 to 3600";
    if (!strcmp(key, "memory-unit"))
        return read_unit(value, &conf->memory_unit_kib)
                   ? NULL : "whole MiB from 1M to 64G";
    if (!strcmp(key, "vcpus-per-pcpu"))
        return zk_conf_number(value, 16, &conf->vcpus_per_pcpu)
                   ? NULL : "a number from 1 to 16";
    if (!strcmp(key, "kubelet-dir"))
        return read_path(value, conf->kubelet_dir)
                   ? NULL : "an absolute path below 200 bytes";
    if (!strcmp(key, "shapes"))
        return read_path(value, conf->shapes_path)
                   ? NULL : "an absolute path below 200 bytes";
    if (strcmp(key, "numa-ids"))
        return "";
    conf->numa_ids = !strcmp(value, "yes");
    return conf->numa_ids || !strcmp(value, "no") ? NULL : "yes or no";
}

static int read_lines(const char *path, char *text, size_t len,
                      struct zd_conf *conf, struct zp_error *err)
{
    struct zk_conf_lines lines;
    const char *key, *value, *may_be;
    int rc = zk_conf_lines_over(&lines, path, text, len, err);

    if (rc)
        return rc;
    while ((rc = zk_conf_next(&lines, &key, &value, err)) > 0) {
        may_be = set(conf, key, value);
        if (may_be && *may_be)
            return zp__fail(err, ZP_ERR_PARSE, "conf", "%.100s: line %u: "
                            "%.30s: \"%.40s\", not %s", path, lines.nr, key,
                            value, may_be);
        if (may_be)
            return zp__fail(err, ZP_ERR_PARSE, "conf", "%.100s: line %u: no "
                            "such key: %.40s", path, lines.nr, key);
    }
    return rc;
}

/* ---- shapes ---- */

/* It becomes a part of a resource's name. */
static bool is_label(const char *name)
{
    size_t len = strlen(name);

    return len && len <= ZD_MAX_SHAPE_NAME && name[0] != '-' &&
           name[len - 1] != '-' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static int check_shape(const struct zp_mix *mix, uint32_t i,
                       struct zp_error *err)
{
    const struct zp_request *req = zp_mix_request(mix, i);
    uint32_t other;

    if (!is_label(req->name))
        return zp__fail(err, ZP_ERR_INVAL, "shapes", "shape %u: its name "
                        "\"%.60s\" is not 1 to %d of a-z, 0-9 and '-' between "
                        "them", i + 1, req->name, ZD_MAX_SHAPE_NAME);
    if (req->dedicated)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "shapes", "shape %s: "
                        "dedicated zones can't be counted", req->name);
    for (other = 0; other < i; other++) {
        if (!strcmp(zp_mix_request(mix, other)->name, req->name))
            return zp__fail(err, ZP_ERR_INVAL, "shapes", "two shapes are "
                            "named %s", req->name);
    }
    return ZP_OK;
}

static int read_shapes(const char *path, struct zp_mix **mix_out,
                       struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *text = NULL;
    struct zp_request base;
    struct zp_mix *mix = NULL;
    size_t len;
    uint32_t i;
    int rc = zk_read_whole(AT_FDCWD, path, MAX_SHAPES_FILE, &text, &len, err);

    if (rc)
        return rc;
    zp_request_init(&base);
    rc = text[strspn(text, " \t\r\n")] == '['
             ? zp_mix_from_json(text, len, &base, &mix, err)
             : zp_mix_from_csv(text, len, &base, &mix, err);
    if (!rc && zp_mix_nr(mix) > ZD_MAX_SHAPES)
        rc = zp__fail(err, ZP_ERR_RANGE, "shapes", "%u shapes, limit %d",
                      zp_mix_nr(mix), ZD_MAX_SHAPES);
    for (i = 0; !rc && i < zp_mix_nr(mix); i++)
        rc = check_shape(mix, i, err);
    if (rc) {
        zp_mix_free(mix);
        return zp__wrap(err, rc, "%.100s", path);
    }
    *mix_out = mix;
    return ZP_OK;
}

int zd_conf_read(const char *path, struct zd_conf *conf_out,
                 struct zp_error *err)
{
    struct zd_conf conf = {
        .interval = 5,
        .memory_unit_kib = 64 << 10,
        .vcpus_per_pcpu = 1,
        .numa_ids = true,
        .kubelet_dir = KUBELET_DIR,
    };
    const char *name = path ? path : DEFAULT_PATH;
    ZP_CLEANUP(zp__cleanup_free) char *text = NULL;
    size_t len = 0;
    int rc = zk_read_whole(AT_FDCWD, name, MAX_CONF, &text, &len, err);

    if (rc == ZP_ERR_NOTFOUND && !path)
        rc = ZP_OK;
    else if (!rc)
        rc = read_lines(name, text, len, &conf, err);
    if (!rc && *conf.shapes_path)
        rc = read_shapes(conf.shapes_path, &conf.shapes, err);
    if (!rc)
        *conf_out = conf;
    return rc;
}

void zd_conf_clear(struct zd_conf *conf)
{
    zp_mix_free(conf->shapes);
    conf->shapes = NULL;
}
