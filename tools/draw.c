/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host and a zone as a drawing: text, SVG, PNG. */
#include "config.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include "png.h"
#include "zonectl.h"

enum { PLAIN = 80, WIDE = 160 };

int choose_look(const struct ctl *ctl, enum look *look_out,
                struct zp_error *err)
{
    static const struct { int id; enum look look; } looks[] = {
        { OPT_TEXT, LOOK_TEXT }, { OPT_JSON, LOOK_JSON },
        { OPT_ASCII, LOOK_ASCII }, { OPT_WIDE, LOOK_ASCII },
        { OPT_SVG, LOOK_SVG }, { OPT_PNG, LOOK_PNG },
    };
    enum look look = LOOK_DEFAULT;

    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        if (!given(ctl, looks[i].id))
            continue;
        if (look != LOOK_DEFAULT && look != looks[i].look)
            return fail(err, ZP_ERR_INVAL, "format", "%s: one of --text, "
                        "--json, --ascii, --svg and --png",
                        ctl->verb->name);
        look = looks[i].look;
    }
    if (look == LOOK_PNG && !given(ctl, OPT_OUTPUT) && isatty(STDOUT_FILENO))
        return fail(err, ZP_ERR_INVAL, "format",
                    "png is binary: redirect it or give -o FILE");
    *look_out = look;
    return ZP_OK;
}

#ifdef HAVE_CAIRO
/* Loaded for a PNG only: the libraries that it needs would make every start
 * of zonectl some milliseconds longer. It is looked for in zonectl's RUNPATH.
 */
static int make_png(const struct zp_picture *pic, struct spool *out,
                    struct zp_error *err)
{
    void *module = dlopen("zoneplace-png.so", RTLD_NOW | RTLD_LOCAL);
    zoneplace_png_fn *make;
    unsigned char *bytes;
    const char *why;
    size_t len;

    if (!module)
        return fail(err, ZP_ERR_UNSUPPORTED, "png", "%s", dlerror());
    *(void **)&make = dlsym(module, "zoneplace_png");
    if (!make)
        return fail(err, ZP_ERR_UNSUPPORTED, "png", "%s", dlerror());
    why = make(pic, &bytes, &len);
    if (why)
        return fail(err, ZP_ERR_RANGE, "png", "%ux%u pixels: %s",
                    zp_picture_width(pic), zp_picture_height(pic), why);
    spool_bytes(out, bytes, len);
    free(bytes);
    return ZP_OK;
}
#else
static int make_png(const struct zp_picture *pic, struct spool *out,
                    struct zp_error *err)
{
    (void)pic;
    (void)out;
    return fail(err, ZP_ERR_UNSUPPORTED, "png",
                "built without libcairo: there is --svg, but no --png");
}
#endif

static void free_picture(struct zp_picture **pic)
{
    zp_picture_free(*pic);
}

int draw_host(struct ctl *ctl, enum look look, const struct host *host,
              const struct zp_plan *plan, bool placed, struct zp_error *err)
{
    struct zp_picture *pic CLEANUP(free_picture) = NULL;
    CLEANUP(free_text) char *text = NULL;
    int rc;

    if (look == LOOK_ASCII) {
        rc = zp_host_to_text(host->topo, host->load, plan,
                             given(ctl, OPT_WIDE) ? WIDE : PLAIN, &text, err);
    } else {
        rc = zp_picture_new(host->topo, host->load, plan, placed, &pic, err);
        if (!rc && look == LOOK_PNG)
            return make_png(pic, &ctl->out, err);
        if (!rc)
            rc = zp_picture_to_svg(pic, &text, err);
    }
    if (rc)
        return rc;
    spool_add(&ctl->out, "%s", text);
    return ZP_OK;
}

int write_output(struct ctl *ctl, struct zp_error *err)
{
    const char *path = given(ctl, OPT_OUTPUT);
    int rc;

    if (!path)
        return ZP_OK;
    rc = write_file(path, ctl->out.buf, ctl->out.len, err);
    if (!rc)
        spool_clear(&ctl->out);
    return rc;
}
