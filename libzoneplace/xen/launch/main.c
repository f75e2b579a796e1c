/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch - builds one zone and leaves it paused
 *
 * libzoneplace-xen starts it, with the zone's spec as JSON on stdin. Answers
 * with one line of JSON on stdout:
 *   {"domid":N,"special_pages":N,"acpi_pages":N,"xsdt":N}
 *   {"error":{"code":N,"sys":N,"limit":"...","message":"..."}}
 * and logs to stderr. It is an executable of its own because of hook.c. Being
 * killed is one of its normal ends: what it leaves, its starter removes.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "adapt/json.h"
#include "xen/launch/launch.h"

#define MAX_SPEC ((size_t)1 << 20)

static int read_spec(struct zp_zone_spec *spec, struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *buf = malloc(MAX_SPEC);
    size_t len;

    if (!buf)
        return zp__nomem(err);
    len = fread(buf, 1, MAX_SPEC, stdin);
    if (ferror(stdin) || len == MAX_SPEC)
        return zp__fail(err, ZP_ERR_IO, NULL, "reading the spec: %s",
                        len == MAX_SPEC ? "too long" : strerror(errno));
    return zp_zone_spec_from_json(buf, len, spec, err);
}

/* Of several complaints the hook's own is the cause. */
static int check_hook(int rc, struct zp_error *err)
{
    if (zp__hook.err.code) {
        *err = zp__hook.err;
        return err->code;
    }
    if (zp__hook.calls == 1)
        return rc;
    return zp__fail(err, ZP_ERR_UNSUPPORTED, "launch",
                    "libxl called the launch executable's "
                    "xc_dom_build_image %u times, not once: are its symbols "
                    "hidden, or is this another version of Xen's libraries?",
                    zp__hook.calls);
}

/* libxc's xc_dom_chk_alloc_pages() counts in pages, and when all else is done. */
static int build_failed(struct zp_xen *xen, const struct zp_zone_spec *spec,
                        int rc, struct zp_error *err)
{
    rc = zp__log_fail(&xen->log, err, rc, "building the domain");
    if (!strstr(err->msg, "xc_dom_chk_alloc_pages: segment"))
        return rc;
    return zp__fail(err, ZP_ERR_RANGE, "memory",
                    "memory: %llu MiB do not hold the kernel %s and its "
                    "ramdisk", (unsigned long long)spec->plan.mem_kib / 1024,
                    spec->kernel);
}

static int build(struct zp_xen *xen, const struct zp_zone_spec *spec,
                 struct zp__built *built, struct zp_error *err)
{
    struct zp__config config;
    uint32_t domid = 0;
    bool there;
    int rc = zp__config_make(xen, spec, &config, err);

    if (rc)
        return rc;
    zp__hook.plan = &spec->plan;
    zp__log_reset(&xen->log);
    rc = libxl_domain_create_new(xen->ctx, &config.libxl, &domid, NULL,
                                 NULL);
    there = rc == 0;
    if (rc)
        rc = build_failed(xen, spec, rc, err);
    /* A failure before the build has nothing to do with the hook. */
    if (there || zp__hook.calls || zp__hook.err.code ||
        strstr(err->msg, "getvnuma") || strstr(err->msg, "acpi"))
        rc = check_hook(rc, err);
    if (!rc) {
        built->domid = domid;
        built->acpi_pages = zp__hook.acpi_pages;
        built->xsdt = zp__hook.xsdt;
        rc = zp__settle(xen, spec, built, err);
    }
    if (rc && there)
        libxl_domain_destroy(xen->ctx, domid, NULL);
    zp__config_clear(&config);
    return rc;
}

static void print_error(const struct zp_error *err)
{
    struct zp__json_writer w = ZP__JSON_WRITER;
    char *text = NULL;

    zp__json_open_line(&w, NULL, '{');
    zp__json_open(&w, "error", '{');
    zp__json_put_int(&w, "code", err->code);
    zp__json_put_int(&w, "sys", err->sys);
    zp__json_put_string(&w, "limit", err->limit);
    zp__json_put_string(&w, "message", err->msg);
    zp__json_close(&w, '}');
    zp__json_close(&w, '}');
    if (!zp__json_take(&w, &text, NULL))
        fputs(text, stdout);
    free(text);
}

int main(int argc, char **argv)
{
    struct zp_error err = { .code = 0 };
    struct zp__built built = { .domid = 0 };
    struct zp_zone_spec spec;
    struct zp_xen *xen = NULL;
    int rc;

    (void)argv;
    if (argc != 1 || isatty(STDIN_FILENO)) {
        fprintf(stderr, "launch: started by zonectl launch, not by hand\n");
        return 2;
    }
    zp_zone_spec_init(&spec);
    rc = read_spec(&spec, &err);
    if (!rc)
        rc = zp_xen_open(&xen, &err);
    if (!rc) {
        xen->log.copy = stderr;
        rc = build(xen, &spec, &built, &err);
    }
    if (rc)
        print_error(&err);
    else
        printf("{\"domid\":%u,\"special_pages\":%u,\"acpi_pages\":%u,"
               "\"xsdt\":%" PRIu64 "}\n", built.domid, built.special_pages,
               built.acpi_pages, built.xsdt);
    zp_xen_close(xen);
    zp_zone_spec_clear(&spec);
    return rc ? 1 : 0;
}
