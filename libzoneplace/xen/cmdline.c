/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest's kernel is told about memory that comes later. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "xen/xen.h"

static const char key[] = "memhp_default_state";

/* Linux takes - and _ in the name of a parameter for the same. */
static bool is_key(const char *at)
{
    size_t i;

    for (i = 0; key[i]; i++) {
        if (at[i] != key[i] && !(key[i] == '_' && at[i] == '-'))
            return false;
    }
    return at[i] == '=';
}

/* Linux wants the whole word, and takes another for nothing said. */
static bool is_offline(const char *state)
{
    size_t len = strcspn(state, " \t\n\r\v\f\"");

    return len == strlen("offline") && memcmp(state, "offline", len) == 0;
}

int zp__cmdline_check(const char *line, bool agent, struct zp_error *err)
{
    const char *at;

    for (at = line ? line : ""; *at; at++) {
        if (!is_key(at) || agent == is_offline(at + sizeof(key)))
            continue;
        return agent ? zp__fail(err, ZP_ERR_INVAL, "cmdline",
                                "the kernel would bring memory online that is "
                                "not there: with --agent no "
                                "memhp_default_state but offline")
                     : zp__fail(err, ZP_ERR_INVAL, "cmdline",
                                "memhp_default_state=offline, and no --agent: "
                                "nobody brings added memory online");
    }
    return ZP_OK;
}

/* In front: what is behind a "--" is init's and the kernel never sees it. */
int zp__cmdline_make(const char *line, enum zp_growth growth, char **out,
                     struct zp_error *err)
{
    char *text;

    if (!line)
        line = "";
    if (asprintf(&text, "%s=%s%s%s", key,
                 growth == ZP_GROWTH_DEVICES ? "offline" : "online",
                 *line ? " " : "", line) < 0)
        return zp__nomem(err);
    *out = text;
    return ZP_OK;
}
