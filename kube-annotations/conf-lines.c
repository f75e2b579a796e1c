/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf-lines.h"

#include <string.h>

#include "internal.h"

static char *trim(char *text)
{
    size_t len;

    text += strspn(text, " \t");
    len = strlen(text);
    while (len && strchr(" \t\r", text[len - 1]))
        len--;
    text[len] = '\0';
    return text;
}

int zk_conf_lines_over(struct zk_conf_lines *lines, const char *path,
                       char *text, size_t len, struct zp_error *err)
{
    if (strlen(text) != len)
        return zp__fail(err, ZP_ERR_PARSE, "conf", "%s: a NUL byte", path);
    *lines = (struct zk_conf_lines){ .path = path, .rest = text };
    return ZP_OK;
}

int zk_conf_next(struct zk_conf_lines *lines, const char **key_out,
                 const char **value_out, struct zp_error *err)
{
    char *line, *value;

    while ((line = strsep(&lines->rest, "\n"))) {
        lines->nr++;
        line[strcspn(line, "#")] = '\0';
        line = trim(line);
        if (!*line)
            continue;
        value = strchr(line, '=');
        if (!value)
            return zp__fail(err, ZP_ERR_PARSE, "conf", "%.100s: line %u: no "
                            "\"key = value\"", lines->path, lines->nr);
        *value = '\0';
        *key_out = trim(line);
        *value_out = trim(value + 1);
        return 1;
    }
    return 0;
}

bool zk_conf_number(const char *value, unsigned most, unsigned *number_out)
{
    unsigned number = 0;
    const char *at;

    for (at = value; *at >= '0' && *at <= '9' && number <= most; at++)
        number = number * 10 + (unsigned)(*at - '0');
    if (*at || at == value || !number || number > most)
        return false;
    *number_out = number;
    return true;
}
