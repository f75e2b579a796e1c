/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the operator says. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../conf-lines.h"
#include "../files.h"
#include "oci.h"

#define DEFAULT_PATH ZP_SYSCONFDIR "/zoneplace/oci.conf"

enum { MAX_CONF = 64 << 10, MAX_KERNELS = 16 };

static int set_word(const char *value, const char *yes, const char *no,
                    bool *flag_out)
{
    *flag_out = !strcmp(value, yes);
    return *flag_out || !strcmp(value, no) ? 0 : -1;
}

static int set_seccomp(const char *value, enum zk_seccomp_rule *rule_out)
{
    static const char *const words[] = {
        [ZK_SECCOMP_APPLY] = "apply", [ZK_SECCOMP_DROP] = "drop",
        [ZK_SECCOMP_REFUSE] = "refuse" };
    unsigned i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!strcmp(value, words[i])) {
            *rule_out = i;
            return 0;
        }
    }
    return -1;
}

/* 0, -1: a bad value, -2: no such key. */
static int set(struct conf *conf, const char *key, const char *value)
{
    struct { const char *key; char *value; size_t size; } texts[] = {
        { "zone-init", conf->zone_init, sizeof(conf->zone_init) },
        { "kernel", conf->kernel, sizeof(conf->kernel) },
        { "ramdisk", conf->ramdisk, sizeof(conf->ramdisk) },
        { "cmdline", conf->cmdline, sizeof(conf->cmdline) },
        { "images", conf->images, sizeof(conf->images) },
    };
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(key, texts[i].key))
            continue;
        if (strlen(value) >= texts[i].size)
            return -1;
        snprintf(texts[i].value, texts[i].size, "%s", value);
        return 0;
    }
    if (!strcmp(key, "launcher"))
        return set_word(value, "stand-in", "xen", &conf->stand_in);
    if (!strcmp(key, "seccomp"))
        return set_seccomp(value, &conf->rules.seccomp);
    if (!strcmp(key, "host-network"))
        return set_word(value, "loopback", "refuse", &conf->host_network);
    if (!strcmp(key, "launch-seconds"))
        return zk_conf_number(value, 3600, &conf->launch_seconds) ? 0 : -1;
    if (strcmp(key, "allow-kernel"))
        return -2;
    if (conf->nr_kernels == MAX_KERNELS ||
        strlen(value) >= sizeof(conf->kernels[0]))
        return -1;
    snprintf(conf->kernels[conf->nr_kernels++], sizeof(conf->kernels[0]),
             "%s", value);
    return 0;
}

static int read_lines(const char *path, char *text, size_t len,
                      struct conf *conf, struct zp_error *err)
{
    struct zk_conf_lines lines;
    const char *key, *value;
    int more, rc = zk_conf_lines_over(&lines, path, text, len, err);

    if (rc)
        return rc;
    while ((more = zk_conf_next(&lines, &key, &value, err)) > 0) {
        rc = set(conf, key, value);
        if (rc)
            return zp__fail(err, ZP_ERR_PARSE, "conf", "%s: line %u: %.40s: %s "
                            "\"%.60s\"", path, lines.nr, key, rc == -1
                            ? "it can't be" : "no such key, for", value);
    }
    return more;
}

int conf_read(const char *path, struct conf *conf_out, struct zp_error *err)
{
    struct conf conf = {
        .zone_init = ZP_LIBEXECDIR "/zone-init",
        .kernel = "/boot/zoneplace/vmlinuz",
        .ramdisk = "/boot/zoneplace/zone.img",
        .cmdline = "console=hvc0 quiet panic=1 rdinit=/init",
        .images = ZP_LOCALSTATEDIR "/cache/zoneplace/images",
        .launch_seconds = 120,
    };
    const char *name = path ? path : DEFAULT_PATH;
    char *text = NULL;
    size_t len = 0;
    int rc = zk_read_whole(AT_FDCWD, name, MAX_CONF, &text, &len, err);

    if (rc == ZP_ERR_NOTFOUND && !path)
        rc = ZP_OK;
    else if (!rc)
        rc = read_lines(name, text, len, &conf, err);
    free(text);
    if (!rc)
        *conf_out = conf;
    return rc;
}
