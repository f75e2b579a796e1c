/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xl.cfg files. libxlutil parses them but can't tell which keys there are, and
 * a key that is passed over in silence is a zone that is not what its file
 * says: so the assignments are also read here, for their names and lines only.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <libxlutil.h>

#include "xen/xen.h"

/* ---- names and lines --------------------------------------------------- */

struct scan {
    const char *at;
    const char *end;
    unsigned line;
};

static void skip_string(struct scan *s)
{
    char quote = *s->at++;

    while (s->at < s->end && *s->at != quote && *s->at != '\n') {
        if (*s->at == '\\' && s->at + 1 < s->end)
            s->at++;
        s->at++;
    }
    if (s->at < s->end && *s->at == quote)
        s->at++;
}

static void skip_comment(struct scan *s)
{
    while (s->at < s->end && *s->at != '\n')
        s->at++;
}

/* To the end of an assignment: a newline or ';' outside of brackets. */
static void skip_value(struct scan *s)
{
    unsigned depth = 0;

    while (s->at < s->end) {
        char c = *s->at;

        if ((c == '\n' || c == ';') && depth == 0)
            return;
        if (c == '\'' || c == '"') {
            skip_string(s);
            continue;
        }
        if (c == '#') {
            skip_comment(s);
            continue;
        }
        if (c == '[')
            depth++;
        else if (c == ']' && depth)
            depth--;
        else if (c == '\n')
            s->line++;
        s->at++;
    }
}

int zp__xlcfg_keys(const char *buf, size_t len,
                   int (*each)(const char *key, unsigned line, void *arg),
                   void *arg)
{
    struct scan s = { .at = buf, .end = buf + len, .line = 1 };
    char key[64];
    size_t n;
    int rc;

    while (s.at < s.end) {
        if (*s.at == '\n')
            s.line++;
        if (isspace((unsigned char)*s.at) || *s.at == ';') {
            s.at++;
            continue;
        }
        if (*s.at == '#') {
            skip_comment(&s);
            continue;
        }
        for (n = 0; s.at < s.end && (isalnum((unsigned char)*s.at) ||
                                     *s.at == '_' || *s.at == '.'); s.at++) {
            if (n < sizeof(key) - 1)
                key[n++] = *s.at;
        }
        key[n] = '\0';
        rc = each(key, s.line, arg);
        if (rc)
            return rc;
        skip_value(&s);
    }
    return 0;
}

/* ---- what zones support ------------------------------------------------ */

struct source {
    const char *file;
    XLU_Config *cfg;
    struct zp_zone_spec *spec;
    struct zp_error *err;
};

static int bad(const struct source *src, const char *key, const char *why)
{
    return zp__fail(src->err, ZP_ERR_INVAL, key, "%s: %s: %s", src->file,
                    key, why);
}

/* NULL if the key is not there, or is not a string. */
static const char *text_of(const struct source *src, const char *key)
{
    const char *value = NULL;

    return xlu_cfg_get_string(src->cfg, key, &value, 1) == 0 ? value : NULL;
}

static int copy_text(const struct source *src, const char *key, char **field)
{
    const char *value = text_of(src, key);

    if (!value)
        return bad(src, key, "not a text");
    free(*field);
    *field = strdup(value);
    return *field ? ZP_OK : zp__nomem(src->err);
}

static int copy_chars(const struct source *src, const char *key, char *field,
                      size_t size)
{
    const char *value = text_of(src, key);

    if (!value)
        return bad(src, key, "not a text");
    if (strlen(value) >= size)
        return bad(src, key, "too long");
    strcpy(field, value);
    return ZP_OK;
}

static int copy_number(const struct source *src, const char *key, long max,
                       long *value_out)
{
    long value;

    if (xlu_cfg_get_long(src->cfg, key, &value, 1))
        return bad(src, key, "not a number");
    if (value < 1 || value > max)
        return bad(src, key, "out of range");
    *value_out = value;
    return ZP_OK;
}

/* A list of texts; a single text is a list of one where xl allows it. */
static int copy_list(const struct source *src, const char *key,
                     char ***list_out, size_t *nr_out)
{
    const char *one = text_of(src, key), *item;
    XLU_ConfigList *list = NULL;
    int i, nr = one != NULL;
    char **out;

    if (!one && xlu_cfg_get_list(src->cfg, key, &list, &nr, 1))
        return bad(src, key, "not a list");
    out = calloc((size_t)nr + 1, sizeof(*out));
    if (!out)
        return zp__nomem(src->err);
    *list_out = out;
    for (i = 0; i < nr; i++) {
        item = one ? one : xlu_cfg_get_listitem(list, i);
        if (!item)
            return bad(src, key, "not a list of texts");
        out[i] = strdup(item);
        if (!out[i])
            return zp__nomem(src->err);
        *nr_out = (size_t)i + 1;
    }
    return ZP_OK;
}

static int take_name(const struct source *src, const char *key)
{
    return copy_chars(src, key, src->spec->request.name,
                      sizeof(src->spec->request.name));
}

static int take_uuid(const struct source *src, const char *key)
{
    return copy_chars(src, key, src->spec->uuid, sizeof(src->spec->uuid));
}

static int take_pool(const struct source *src, const char *key)
{
    return copy_chars(src, key, src->spec->cpupool,
                      sizeof(src->spec->cpupool));
}

static int take_type(const struct source *src, const char *key)
{
    const char *value = text_of(src, key);

    if (value && strcmp(value, "pvh") == 0)
        src->spec->request.type = ZP_GUEST_PVH;
    else if (value && strcmp(value, "pv") == 0)
        src->spec->request.type = ZP_GUEST_PV;
    else
        return bad(src, key, "zones are \"pvh\" or \"pv\"");
    return ZP_OK;
}

static int take_vcpus(const struct source *src, const char *key)
{
    long value;
    int rc = copy_number(src, key, 1000000, &value);

    if (rc)
        return rc;
    if (strcmp(key, "vcpus") == 0)
        src->spec->request.vcpus = (uint32_t)value;
    else
        src->spec->request.max_vcpus = (uint32_t)value;
    return ZP_OK;
}

static int take_memory(const struct source *src, const char *key)
{
    long value;
    int rc = copy_number(src, key, 1L << 40, &value);

    if (rc)
        return rc;
    if (strcmp(key, "memory") == 0)
        src->spec->request.mem_kib = (uint64_t)value * 1024;
    else
        src->spec->request.max_mem_kib = (uint64_t)value * 1024;
    return ZP_OK;
}

static int take_kernel(const struct source *src, const char *key)
{
    return copy_text(src, key, strcmp(key, "kernel") == 0
                                   ? &src->spec->kernel
                                   : &src->spec->ramdisk);
}

/* As xl does it: cmdline wins, otherwise "root=ROOT EXTRA". */
static int take_cmdline(const struct source *src, const char *key)
{
    const char *root = text_of(src, "root"), *extra = text_of(src, "extra");
    struct zp__text text = ZP__TEXT_INIT;

    if (!text_of(src, key))
        return bad(src, key, "not a text");
    if (text_of(src, "cmdline"))
        return copy_text(src, "cmdline", &src->spec->cmdline);
    if (root)
        zp__text_add(&text, "root=%s%s", root, extra ? " " : "");
    zp__text_add(&text, "%s", extra ? extra : "");
    free(src->spec->cmdline);
    src->spec->cmdline = NULL;
    return zp__text_take(&text, &src->spec->cmdline, src->err);
}

static int take_devices(const struct source *src, const char *key)
{
    struct zp_zone_spec *spec = src->spec;

    if (strcmp(key, "disk") == 0)
        return copy_list(src, key, &spec->disks, &spec->nr_disks);
    if (strcmp(key, "vif") == 0)
        return copy_list(src, key, &spec->vifs, &spec->nr_vifs);
    return copy_list(src, key, &spec->cpuid, &spec->nr_cpuid);
}

static int take_action(const struct source *src, const char *key)
{
    static const char *const names[] = {
        [ZP_ACTION_DESTROY] = "destroy",
        [ZP_ACTION_RESTART] = "restart",
        [ZP_ACTION_PRESERVE] = "preserve",
    };
    enum zp_action *field = strcmp(key, "on_poweroff") == 0
                                ? &src->spec->on_poweroff
                            : strcmp(key, "on_reboot") == 0
                                ? &src->spec->on_reboot
                                : &src->spec->on_crash;
    const char *value = text_of(src, key);
    size_t i;

    for (i = 0; value && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(value, names[i]) == 0) {
            *field = (enum zp_action)i;
            return ZP_OK;
        }
    }
    return bad(src, key, "zones know destroy, restart and preserve");
}

static int take_placement(const struct source *src, const char *key)
{
    (void)src;
    (void)key;
    return ZP_ERR_UNSUPPORTED;
}

static const struct {
    const char *key;
    int (*take)(const struct source *src, const char *key);
} known[] = {
    { "name", take_name },
    { "uuid", take_uuid },
    { "type", take_type },
    { "vcpus", take_vcpus },
    { "maxvcpus", take_vcpus },
    { "memory", take_memory },
    { "maxmem", take_memory },
    { "kernel", take_kernel },
    { "ramdisk", take_kernel },
    { "cmdline", take_cmdline },
    { "extra", take_cmdline },
    { "root", take_cmdline },
    { "disk", take_devices },
    { "vif", take_devices },
    { "cpuid", take_devices },
    { "pool", take_pool },
    { "on_poweroff", take_action },
    { "on_reboot", take_action },
    { "on_crash", take_action },
    { "cpus", take_placement },
    { "cpus_soft", take_placement },
    { "nodes", take_placement },
    { "vnuma", take_placement },
    { "numa_placement", take_placement },
};

static int take_key(const char *key, unsigned line, void *arg)
{
    const struct source *src = arg;
    size_t i;
    int rc;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(key, known[i].key) != 0)
            continue;
        rc = known[i].take(src, key);
        if (rc == ZP_ERR_UNSUPPORTED)
            return zp__fail(src->err, ZP_ERR_INVAL, key,
                            "%s:%u: %s: zoneplace decides the placement, "
                            "leave this key out", src->file, line, key);
        return rc;
    }
    return zp__fail(src->err, ZP_ERR_INVAL, key,
                    "%s:%u: the key %s is not supported for zones",
                    src->file, line, key);
}

/* libxlutil writes its complaints to a stream: its first line is ours. */
static int parse(const char *file, const char *buf, size_t len,
                 XLU_Config **cfg_out, FILE **report_out, char **said,
                 size_t *said_len, struct zp_error *err)
{
    FILE *report = open_memstream(said, said_len);
    XLU_Config *cfg = report ? xlu_cfg_init(report, file) : NULL;

    *report_out = report;
    if (!cfg)
        return zp__nomem(err);
    *cfg_out = cfg;
    if (xlu_cfg_readdata(cfg, buf, (int)len) == 0)
        return ZP_OK;
    fflush(report);
    return zp__fail(err, ZP_ERR_PARSE, "config", "%.*s",
                    (int)strcspn(*said, "\n"), *said);
}

int zp_zone_spec_from_xlcfg(const char *file, const char *buf, size_t len,
                            struct zp_zone_spec *spec_out,
                            struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *said = NULL;
    struct zp_zone_spec spec;
    struct source src = { .file = file, .spec = &spec, .err = err };
    size_t said_len = 0;
    FILE *report = NULL;
    int rc;

    if (len > 1024 * 1024 || memchr(buf, '\0', len))
        return zp__fail(err, ZP_ERR_PARSE, "config",
                        "%s: not a configuration file", file);
    zp_zone_spec_init(&spec);
    rc = parse(file, buf, len, &src.cfg, &report, &said, &said_len, err);
    if (!rc)
        rc = zp__xlcfg_keys(buf, len, take_key, &src);
    if (src.cfg)
        xlu_cfg_destroy(src.cfg);
    if (report)
        fclose(report);
    if (rc) {
        zp_zone_spec_clear(&spec);
        return rc;
    }
    *spec_out = spec;
    return ZP_OK;
}
