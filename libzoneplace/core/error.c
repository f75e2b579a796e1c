/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors are values on the caller's stack: no allocation, no thread state. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

const char *zp_code_name(int code)
{
    switch ((enum zp_code)code) {
    case ZP_OK: return "ok";
    case ZP_ERR_NOMEM: return "nomem";
    case ZP_ERR_INVAL: return "invalid";
    case ZP_ERR_PARSE: return "parse";
    case ZP_ERR_RANGE: return "range";
    case ZP_ERR_UNSUPPORTED: return "unsupported";
    case ZP_ERR_INFEASIBLE: return "infeasible";
    case ZP_ERR_IO: return "io";
    case ZP_ERR_XEN: return "xen";
    case ZP_ERR_EXISTS: return "exists";
    case ZP_ERR_NOTFOUND: return "not-found";
    case ZP_ERR_DIFFERS: return "differs";
    }
    return "unknown";
}

const char *zp_version(void)
{
    return ZP_VERSION;
}

/* Messages may quote hostile bytes; what is printed stays one clean line. */
static void make_printable(char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f)
            *text = '?';
    }
}

static void fill(struct zp_error *err, int code, int sys, const char *limit,
                 const char *fmt, va_list args) ZP_PRINTF(5, 0);

static void fill(struct zp_error *err, int code, int sys, const char *limit,
                 const char *fmt, va_list args)
{
    if (!err)
        return;
    err->code = code;
    err->sys = sys;
    snprintf(err->limit, sizeof(err->limit), "%s", limit ? limit : "");
    vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    make_printable(err->msg);
}

int zp__fail(struct zp_error *err, int code, const char *limit,
             const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fill(err, code, 0, limit, fmt, args);
    va_end(args);
    return code;
}

int zp__fail_sys(struct zp_error *err, int code, int sys, const char *limit,
                 const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fill(err, code, sys, limit, fmt, args);
    va_end(args);
    return code;
}

int zp__wrap(struct zp_error *err, int code, const char *fmt, ...)
{
    char msg[sizeof(err->msg)];
    va_list args;
    size_t len;

    if (!err)
        return code;
    va_start(args, fmt);
    vsnprintf(msg, sizeof(msg), fmt, args);
    va_end(args);
    len = strlen(msg);
    snprintf(msg + len, sizeof(msg) - len, ": %s", err->msg);
    make_printable(msg);
    memcpy(err->msg, msg, sizeof(msg));
    return code;
}

int zp__nomem(struct zp_error *err)
{
    return zp__fail(err, ZP_ERR_NOMEM, NULL, "out of memory");
}
