/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A flavor of OpenStack as a request: what `openstack flavor show` prints, as
 * JSON (-f json) or as its table. The extra specs are those of Nova's
 * doc/source/configuration/extra-specs.rst.
 */
#include <stdio.h>
#include <string.h>

#include "adapt/json.h"

#define MAX_TEXT ((size_t)1 << 20)

/* What is gathered before it is a request. */
struct flavor {
    struct zp_request req;
    struct zp__text *notes;
    uint32_t cpus[ZP_MAX_VNODES];  /* hw:numa_cpus.N: how many */
    uint32_t mem_mib[ZP_MAX_VNODES];
    struct zp_error *err;
    int rc;
};

static void refuse(struct flavor *f, int code, const char *key,
                   const char *value, const char *why)
{
    if (!f->rc)
        f->rc = zp__fail(f->err, code, "flavor", "%.40s=%.40s: %s", key,
                         value, why);
}

static void note(struct flavor *f, const char *key, const char *why)
{
    zp__text_add(f->notes, "%.40s: %s\n", key, why);
}

static uint32_t number(struct flavor *f, const char *key, const char *value,
                       uint32_t max)
{
    uint64_t n = 0;
    const char *c;

    for (c = value; *c >= '0' && *c <= '9' && n <= max; c++)
        n = n * 10 + (uint64_t)(*c - '0');
    if (c == value || *c || !n || n > max) {
        refuse(f, ZP_ERR_INVAL, key, value, "not a number in its range");
        return 0;
    }
    return (uint32_t)n;
}

/* The N of "hw:numa_cpus.N" if @key is that. */
static bool indexed(struct flavor *f, const char *key, const char *stem,
                    const char *value, uint32_t *i_out)
{
    size_t len = strlen(stem);
    const char *digits = key + len;

    if (strncmp(key, stem, len) || !*digits)
        return false;
    if (strspn(digits, "0123456789") != strlen(digits) ||
        strlen(digits) > 2 || (unsigned)atoi(digits) >= ZP_MAX_VNODES)
        refuse(f, ZP_ERR_RANGE, key, value, "no such node of a zone");
    else
        *i_out = (uint32_t)atoi(digits);
    return !f->rc;
}

static void set_cpu_policy(struct flavor *f, const char *key,
                           const char *value)
{
    if (!strcmp(value, "dedicated"))
        f->req.dedicated = true;
    else if (!strcmp(value, "mixed"))
        refuse(f, ZP_ERR_INVAL, key, value,
               "a zone's vcpus are all dedicated or none");
    else if (strcmp(value, "shared"))
        refuse(f, ZP_ERR_INVAL, key, value, "not dedicated, shared or mixed");
}

static void set_thread_policy(struct flavor *f, const char *key,
                              const char *value)
{
    if (!strcmp(value, "isolate"))
        f->req.smt = ZP_SMT_AVOID;
    else if (!strcmp(value, "require"))
        f->req.smt = ZP_SMT_PACK;
    else if (strcmp(value, "prefer"))
        refuse(f, ZP_ERR_INVAL, key, value,
               "not prefer, isolate or require");
}

static void set_device_policy(struct flavor *f, const char *key,
                              const char *value)
{
    if (!strcmp(value, "preferred") || !strcmp(value, "legacy"))
        f->req.near_policy = ZP_NEAR_PREFERRED;
    else if (!strcmp(value, "required"))
        f->req.near_policy = ZP_NEAR_STRICT;
    else
        refuse(f, ZP_ERR_INVAL, key, value,
               "not required, preferred or legacy");
}

/* One extra spec. Those that are about nodes, cpus and devices are understood
 * or refused; others are not ours. */
static void add_spec(struct flavor *f, const char *key, const char *value)
{
    uint32_t i;

    if (f->rc)
        return;
    if (!strcmp(key, "hw:numa_nodes"))
        f->req.nr_vnodes = number(f, key, value, ZP_MAX_VNODES);
    else if (indexed(f, key, "hw:numa_cpus.", value, &i)) {
        struct zp_pcpuset set;

        if (zp_pcpuset_parse(value, strlen(value), &set, NULL))
            refuse(f, ZP_ERR_PARSE, key, value, "not a list of vcpus");
        else
            f->cpus[i] = zp_pcpuset_count(&set);
    } else if (indexed(f, key, "hw:numa_mem.", value, &i))
        f->mem_mib[i] = number(f, key, value, UINT32_MAX);
    else if (!strcmp(key, "hw:cpu_policy"))
        set_cpu_policy(f, key, value);
    else if (!strcmp(key, "hw:cpu_thread_policy"))
        set_thread_policy(f, key, value);
    else if (!strcmp(key, "hw:pci_numa_affinity_policy"))
        set_device_policy(f, key, value);
    else if (!strcmp(key, "hw:cpu_threads"))
        f->req.threads = number(f, key, value, 2);
    else if (!strcmp(key, "pci_passthrough:alias"))
        note(f, key, "name the device with --near BDF");
    else if (!strncmp(key, "hw:cpu_sockets", 14) ||
             !strncmp(key, "hw:cpu_cores", 12) ||
             !strncmp(key, "hw:cpu_max_", 11) ||
             !strncmp(key, "hw:cpu_maxphysaddr", 18))
        note(f, key, "left out: a zone's sockets and cores follow its nodes");
    else if (!strcmp(key, "hw:mem_page_size"))
        note(f, key, "left out: Xen takes the largest pages there are");
    else if (!strncmp(key, "hw:numa_", 8) || !strncmp(key, "hw:cpu_", 7) ||
             !strncmp(key, "hw:pci_numa_", 12))
        refuse(f, ZP_ERR_INVAL, key, value, "there is nothing like it here");
}

/* A member of the flavor itself, or a row of the table. */
static void add_field(struct flavor *f, const char *key, const char *value)
{
    if (f->rc)
        return;
    if (!strcmp(key, "vcpus"))
        f->req.vcpus = number(f, key, value, ZP_MAX_VCPUS);
    else if (!strcmp(key, "ram"))
        f->req.mem_kib = (uint64_t)number(f, key, value, 1u << 31) * 1024;
    else if (!strcmp(key, "name"))
        snprintf(f->req.name, sizeof(f->req.name), "%s", value);
}

/* "a='b', c='d'", as the client joins properties. Changes @text. */
static void add_properties(struct flavor *f, char *text)
{
    char *key = text, *value, *end;

    while (!f->rc && *(key += strspn(key, ", "))) {
        value = strstr(key, "='");
        end = value ? strchr(value + 2, '\'') : NULL;
        if (!end) {
            refuse(f, ZP_ERR_PARSE, "properties", key, "not KEY='VALUE'");
            return;
        }
        *value = *end = '\0';
        add_spec(f, key, value + 2);
        key = end + 1;
    }
}

/* ---- shares must be those that zones have: equal ---- */

static void check_shares(struct flavor *f, const char *stem,
                         const uint32_t *share, uint64_t total)
{
    uint32_t nr = f->req.nr_vnodes, i;
    bool any = false;
    char key[32];

    for (i = 0; i < ZP_MAX_VNODES; i++)
        any |= share[i] > 0;
    for (i = 0; any && i < ZP_MAX_VNODES; i++) {
        uint64_t want = i >= nr ? 0 : total / nr + (i < total % nr);

        snprintf(key, sizeof(key), "%s%u", stem, i);
        if (share[i] != want)
            refuse(f, ZP_ERR_INVAL, key, share[i] ? "other" : "none",
                   "zoneplace deals equal shares to a zone's nodes");
    }
}

static void finish(struct flavor *f)
{
    if (f->req.vcpus && f->req.mem_kib) {
        check_shares(f, "hw:numa_cpus.", f->cpus, f->req.vcpus);
        check_shares(f, "hw:numa_mem.", f->mem_mib, f->req.mem_kib / 1024);
    } else if (!f->rc) {
        f->rc = zp__fail(f->err, ZP_ERR_PARSE, "flavor",
                         "no flavor: vcpus or ram is missing");
    }
}

/* ---- JSON ---- */

static void member_text(const struct zp__json_value *v, char *buf,
                        size_t size)
{
    snprintf(buf, size, "%.*s", (int)(v->len < size ? v->len : size - 1),
             v->str ? v->str : "");
}

static void read_json(struct flavor *f, const struct zp__json_value *root)
{
    const struct zp__json_value *v, *spec;
    char text[256];
    uint32_t i, j;

    ZP__JSON_EACH(v, i, root) {
        bool properties = !strcmp(v->key, "properties") ||
                          !strcmp(v->key, "extra_specs");

        if (properties && v->type == ZP__JSON_OBJECT) {
            ZP__JSON_EACH(spec, j, v) {
                member_text(spec, text, sizeof(text));
                add_spec(f, spec->key, text);
            }
        } else if (properties && v->type == ZP__JSON_STRING) {
            char *copy ZP_CLEANUP(zp__cleanup_free) = strdup(v->str);

            if (copy)
                add_properties(f, copy);
            else
                f->rc = zp__nomem(f->err);
        } else if (v->type == ZP__JSON_UINT) {
            snprintf(text, sizeof(text), "%llu",
                     (unsigned long long)v->uint);
            add_field(f, v->key, text);
        } else if (v->type == ZP__JSON_STRING) {
            add_field(f, v->key, v->str);
        }
    }
}

/* ---- the table ---- */

static char *trimmed(char *text)
{
    size_t len;

    text += strspn(text, " \t\r");
    len = strlen(text);
    while (len && strchr(" \t\r", text[len - 1]))
        text[--len] = '\0';
    return text;
}

/* "| KEY | VALUE |" lines; a value goes on in lines without a key. */
static void read_table(struct flavor *f, char *text)
{
    char *line, *next, *key, *value, *end;
    char joined[4096] = "";
    bool in_properties = false;

    for (line = text; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (*line != '|')
            continue;
        key = line + 1;
        value = strchr(key, '|');
        end = value ? strrchr(value + 1, '|') : NULL;
        if (!end)
            continue;
        *value++ = *end = '\0';
        key = trimmed(key);
        value = trimmed(value);
        if (*key)
            in_properties = !strcmp(key, "properties");
        if (!in_properties)
            add_field(f, key, value);
        else if (strlen(joined) + strlen(value) + 1 < sizeof(joined))
            strcat(strcat(joined, *key ? "" : " "), value);
        else
            refuse(f, ZP_ERR_RANGE, "properties", "", "too many");
    }
    add_properties(f, joined);
}

static void read_flavor(struct flavor *f, const char *buf, size_t len)
{
    struct zp__json doc ZP_CLEANUP(zp__json_clear) = ZP__JSON_INIT;
    char *text ZP_CLEANUP(zp__cleanup_free) = NULL;
    size_t at = 0;

    while (at < len && strchr(" \t\r\n", buf[at]) && buf[at])
        at++;
    if (at < len && buf[at] == '{') {
        f->rc = zp__json_parse(&doc, "flavor", buf, len, f->err);
        if (!f->rc)
            read_json(f, doc.value);
        return;
    }
    if (len > MAX_TEXT || (len && memchr(buf, '\0', len))) {
        f->rc = zp__fail(f->err, ZP_ERR_PARSE, "flavor",
                         "no flavor: neither JSON nor a table of 1 MiB at "
                         "most");
        return;
    }
    text = malloc(len + 1);
    if (!text) {
        f->rc = zp__nomem(f->err);
        return;
    }
    memcpy(text, buf, len);
    text[len] = '\0';
    read_table(f, text);
}

int zp_request_from_openstack(const char *buf, size_t len,
                              struct zp_request *req_out, char **notes_out,
                              struct zp_error *err)
{
    struct zp__text notes = ZP__TEXT_INIT;
    struct flavor f;
    int rc;

    memset(&f, 0, sizeof(f));
    zp_request_init(&f.req);
    f.notes = &notes;
    f.err = err;
    read_flavor(&f, buf, len);
    if (!f.rc)
        finish(&f);
    rc = f.rc ? f.rc : zp__text_take(&notes, notes_out, err);
    zp__text_clear(&notes);
    if (!rc)
        *req_out = f.req;
    return rc;
}
