/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One struct zp_error -> one line that names the limit, one JSON object, one
 * exit code. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "zonectl.h"

int fail(struct zp_error *err, int code, const char *limit,
         const char *fmt, ...)
{
    va_list args;

    err->code = code;
    err->sys = 0;
    snprintf(err->limit, sizeof(err->limit), "%s", limit ? limit : "");
    va_start(args, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);
    /* What is quoted may hold anything; the line stays one line. */
    for (char *at = err->msg; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    }
    return code;
}

int refuse(bool json, int exit_code, const struct zp_error *err)
{
    struct spool out = { 0 };
    /* Of what does not fit the line says by which limit, always. */
    bool named = exit_code != EXIT_NO_FIT || !*err->limit ||
                 strstr(err->msg, err->limit);

    fprintf(stderr, "zonectl: %s%s%s\n", named ? "" : err->limit,
            named ? "" : ": ", err->msg);
    if (!json)
        return exit_code;
    spool_add(&out, "{\"error\":{\"code\":");
    spool_json(&out, zp_code_name(err->code));
    spool_add(&out, ",\"message\":");
    spool_json(&out, err->msg);
    spool_add(&out, ",\"limit\":");
    spool_json(&out, err->limit);
    spool_add(&out, ",\"sys\":%d,\"exit\":%d}}\n", err->sys, exit_code);
    (void)write_all(STDOUT_FILENO, out.buf, out.len);
    spool_clear(&out);
    return exit_code;
}

int exit_of_request(const struct zp_error *err)
{
    switch ((enum zp_code)err->code) {
    case ZP_ERR_INVAL:
    case ZP_ERR_PARSE:
        return EXIT_USAGE;
    case ZP_ERR_RANGE:
    case ZP_ERR_INFEASIBLE:
    case ZP_ERR_NOTFOUND:
        return EXIT_NO_FIT;
    case ZP_OK:
    case ZP_ERR_NOMEM:
    case ZP_ERR_UNSUPPORTED:
    case ZP_ERR_IO:
    case ZP_ERR_XEN:
    case ZP_ERR_EXISTS:
    case ZP_ERR_DIFFERS:
        break;
    }
    return EXIT_FAILED;
}
