/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxl reports through a logger: a library keeps quiet and quotes it. */
#include <stdarg.h>
#include <string.h>

#include "xen/xen.h"

static void on_message(xentoollog_logger *logger, xentoollog_level level,
                       int errnoval, const char *context, const char *fmt,
                       va_list args) ZP_PRINTF(5, 0);

static void on_message(xentoollog_logger *logger, xentoollog_level level,
                       int errnoval, const char *context, const char *fmt,
                       va_list args)
{
    struct zp__log *log = (struct zp__log *)logger;
    char text[512];
    const char *at;

    vsnprintf(text, sizeof(text), fmt, args);
    if (log->copy && level >= XTL_INFO) {
        fprintf(log->copy, "%s: %s%s%s%s%s\n", xtl_level_to_string(level),
                context ? context : "", context ? ": " : "", text,
                errnoval >= 0 ? ": " : "",
                errnoval >= 0 ? strerror(errnoval) : "");
        fflush(log->copy);
    }
    if (level < XTL_ERROR || log->first[0])
        return;
    /* "libxl_create.c:1980:do_domain_create: Domain 3:..." is for libxl's
     * authors; people need what comes after it. */
    at = strstr(text, ".c:");
    at = at ? strstr(at, ": ") : NULL;
    at = at ? at + 2 : text;
    snprintf(log->first, sizeof(log->first), "%s%s%s", at,
             errnoval >= 0 ? ": " : "",
             errnoval >= 0 ? strerror(errnoval) : "");
}

static void on_progress(xentoollog_logger *logger, const char *context,
                        const char *doing_what, int percent,
                        unsigned long done, unsigned long total)
{
    (void)logger;
    (void)context;
    (void)doing_what;
    (void)percent;
    (void)done;
    (void)total;
}

static void on_destroy(xentoollog_logger *logger)
{
    (void)logger;
}

xentoollog_logger *zp__log_init(struct zp__log *log, FILE *copy)
{
    memset(log, 0, sizeof(*log));
    log->vtable.vmessage = on_message;
    log->vtable.progress = on_progress;
    log->vtable.destroy = on_destroy;
    log->copy = copy;
    return &log->vtable;
}

void zp__log_reset(struct zp__log *log)
{
    log->first[0] = '\0';
}

int zp__log_fail(const struct zp__log *log, struct zp_error *err, int rc,
                 const char *fmt, ...)
{
    char what[120];
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    if (log->first[0])
        return zp__fail_sys(err, ZP_ERR_XEN, rc, "xen", "%s: %s", what,
                            log->first);
    return zp__fail_sys(err, ZP_ERR_XEN, rc, "xen", "%s failed (%d)", what,
                        rc);
}
