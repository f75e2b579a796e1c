/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /etc/zoneplace/host.conf: "key = value" lines, '#' begins a comment. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "xen/xen.h"

#define DEFAULT_FILE ZP_SYSCONFDIR "/zoneplace/host.conf"
#define MAX_FILE 65536

static int parse_number(const char *text, uint32_t max, uint32_t *value_out)
{
    char *end;
    unsigned long value;

    if (!isdigit((unsigned char)text[0]))
        return ZP_ERR_PARSE;
    errno = 0;
    value = strtoul(text, &end, 10);
    if (*end || errno || value > max)
        return ZP_ERR_RANGE;
    *value_out = (uint32_t)value;
    return ZP_OK;
}

/* One core or L3 domain a line: @of[pcpu] becomes its number, from 1. */
static int add_group(const char *what, const char *value,
                     uint16_t of[ZP_MAX_PCPUS], uint16_t *nr,
                     struct zp_error *why)
{
    struct zp_pcpuset set;
    uint32_t pcpu;
    int rc = zp_pcpuset_parse(value, strlen(value), &set, why);

    if (rc)
        return rc;
    if (zp_pcpuset_next(&set, 0) == ZP_UNKNOWN_ID)
        return zp__fail(why, ZP_ERR_INVAL, NULL, "%s of no pcpu", what);
    (*nr)++;
    for (pcpu = zp_pcpuset_next(&set, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(&set, pcpu + 1)) {
        if (of[pcpu])
            return zp__fail(why, ZP_ERR_INVAL, NULL,
                            "pcpu %u is in another %s too", pcpu, what);
        of[pcpu] = *nr;
    }
    return ZP_OK;
}

/* The keys of zone-balloond(8); NOTFOUND for others. */
static int set_balloon(struct zp_host_options *opt, const char *key,
                       const char *value, struct zp_error *why)
{
    struct zp_balloon_config *config = &opt->balloon;
    const struct {
        const char *key;
        uint32_t *number;        /* one of these two */
        uint64_t *kib;
        uint32_t max;
    } keys[] = {
        { "balloon-floor", NULL, &config->floor_kib, 0 },
        { "balloon-shrink-free", &config->shrink_free_percent, NULL, 100 },
        { "balloon-grow-used", &config->grow_used_percent, NULL, 100 },
        { "balloon-hysteresis", &config->hysteresis_percent, NULL, 100 },
        { "balloon-step", &config->step_percent, NULL, 1000 },
        { "balloon-step-min", NULL, &config->step_min_kib, 0 },
        { "balloon-slew", NULL, &config->slew_kib, 0 },
        { "balloon-donor-free", &config->donor_free_percent, NULL, 100 },
        { "balloon-interval", &opt->balloon_interval, NULL, 3600 },
    };
    size_t i;
    int rc;

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(key, keys[i].key) != 0)
            continue;
        if (keys[i].kib)
            return zp_size_parse(value, keys[i].kib, why);
        rc = parse_number(value, keys[i].max, keys[i].number);
        return rc ? zp__fail(why, rc, NULL, "not a number of 0 to %u: %s",
                             keys[i].max, value) : ZP_OK;
    }
    return ZP_ERR_NOTFOUND;
}

/* Returns ZP_ERR_NOTFOUND for a key that there is not. */
static int set_option(struct zp_host_options *opt, const char *key,
                      const char *value, struct zp_error *why)
{
    int rc = ZP_OK;

    if (strcmp(key, "reserved-pcpus") == 0)
        return zp_pcpuset_parse(value, strlen(value), &opt->reserved_pcpus,
                                why);
    if (strcmp(key, "l3") == 0)
        return add_group("L3 domain", value, opt->l3, &opt->nr_l3, why);
    if (strcmp(key, "core") == 0)
        return add_group("core", value, opt->core, &opt->nr_cores, why);
    if (strcmp(key, "reserve-percent") == 0)
        rc = parse_number(value, 100, &opt->reserve_percent);
    else if (strcmp(key, "vcpu-ratio") == 0)
        rc = parse_number(value, 1000, &opt->vcpu_ratio);
    else if (strcmp(key, "reserve-min") == 0)
        return zp_size_parse(value, &opt->reserve_min_kib, why);
    else if (strcmp(key, "cpupool") == 0) {
        if (strlen(value) >= sizeof(opt->cpupool))
            return zp__fail(why, ZP_ERR_RANGE, NULL, "name too long");
        strcpy(opt->cpupool, value);
    } else
        return set_balloon(opt, key, value, why);
    if (rc)
        zp__fail(why, rc, NULL, "not a number in its range: %s", value);
    return rc;
}

static char *trim(char *text)
{
    size_t len;

    while (isspace((unsigned char)*text))
        text++;
    len = strlen(text);
    while (len && isspace((unsigned char)text[len - 1]))
        text[--len] = '\0';
    return text;
}

static int parse_line(const char *file, unsigned nr, char *line,
                      struct zp_host_options *opt, struct zp_error *err)
{
    struct zp_error why = { .code = 0 };
    char *key, *value, *at;
    int rc;

    line[strcspn(line, "#")] = '\0';
    key = trim(line);
    if (!*key)
        return ZP_OK;
    value = strchr(key, '=');
    if (!value)
        return zp__fail(err, ZP_ERR_PARSE, "host.conf",
                        "%s:%u: no '=' in \"%s\"", file, nr, key);
    *value++ = '\0';
    key = trim(key);
    for (at = key; *at; at++) {
        if (*at == '_')
            *at = '-';
    }
    value = trim(value);
    rc = set_option(opt, key, value, &why);
    if (rc == ZP_ERR_NOTFOUND)
        return zp__fail(err, ZP_ERR_PARSE, "host.conf",
                        "%s:%u: unknown key %s", file, nr, key);
    if (rc)
        return zp__fail(err, ZP_ERR_PARSE, "host.conf", "%s:%u: %s: %s",
                        file, nr, key, why.msg);
    return ZP_OK;
}

int zp__host_options_parse(const char *file, const char *buf, size_t len,
                           struct zp_host_options *opt_out,
                           struct zp_error *err)
{
    struct zp_host_options opt = {
        .reserve_percent = 1,
        .reserve_min_kib = 32 * 1024,
        .balloon_interval = 5,
    };
    const char *at = buf, *end = buf + len, *eol;
    unsigned nr;
    int rc;

    zp_balloon_config_init(&opt.balloon);
    for (nr = 1; at < end; nr++) {
        char line[1024];

        eol = memchr(at, '\n', (size_t)(end - at));
        if (!eol)
            eol = end;
        if ((size_t)(eol - at) >= sizeof(line) ||
            memchr(at, '\0', (size_t)(eol - at)))
            return zp__fail(err, ZP_ERR_PARSE, "host.conf",
                            "%s:%u: not a line of text", file, nr);
        memcpy(line, at, (size_t)(eol - at));
        line[eol - at] = '\0';
        rc = parse_line(file, nr, line, &opt, err);
        if (rc)
            return rc;
        at = eol + 1;
    }
    rc = zp_balloon_config_check(&opt.balloon, err);
    if (!rc && !opt.balloon_interval)
        rc = zp__fail(err, ZP_ERR_RANGE, "balloon",
                      "balloon-interval is 0 seconds, the least is 1");
    if (rc)
        return zp__wrap(err, rc, "%s", file);
    *opt_out = opt;
    return ZP_OK;
}

int zp_host_options_read(const char *path, struct zp_host_options *opt_out,
                         struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *buf = malloc(MAX_FILE);
    const char *file = path ? path : DEFAULT_FILE;
    size_t len;
    FILE *f;

    if (!buf)
        return zp__nomem(err);
    f = fopen(file, "re");
    if (!f && !path && errno == ENOENT)
        return zp__host_options_parse(file, "", 0, opt_out, err);
    if (!f)
        return zp__fail_sys(err, ZP_ERR_IO, errno, NULL, "%s: %s", file,
                            strerror(errno));
    len = fread(buf, 1, MAX_FILE, f);
    if (ferror(f) || len == MAX_FILE) {
        fclose(f);
        return zp__fail(err, ZP_ERR_IO, NULL, "%s: %s", file,
                        len == MAX_FILE ? "too large" : "read error");
    }
    fclose(f);
    return zp__host_options_parse(file, buf, len, opt_out, err);
}
