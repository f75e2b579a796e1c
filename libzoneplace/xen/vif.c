/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One network interface: "mac=...,bridge=...". libxlutil has no parser. */
#include <string.h>

#include "xen/xen.h"

static int parse_mac(const char *text, uint8_t mac[6], struct zp_error *err)
{
    unsigned i;

    for (i = 0; i < 6; i++) {
        const char *p = text + 3 * i;

        if (strnlen(p, 3) < 2 || zp__hex_digit(p[0]) < 0 ||
            zp__hex_digit(p[1]) < 0 || p[2] != (i < 5 ? ':' : '\0'))
            return zp__fail(err, ZP_ERR_PARSE, "vif",
                            "vif: not a mac address: %s", text);
        mac[i] = (uint8_t)(zp__hex_digit(p[0]) << 4 | zp__hex_digit(p[1]));
    }
    if (mac[0] & 1)
        return zp__fail(err, ZP_ERR_INVAL, "vif",
                        "vif: %s is a multicast address", text);
    return ZP_OK;
}

static int set_key(struct zp__vif *vif, const char *key, const char *value,
                   struct zp_error *err)
{
    const struct {
        const char *key;
        char *field;
        size_t size;
    } fields[] = {
        { "bridge", vif->bridge, sizeof(vif->bridge) },
        { "ip", vif->ip, sizeof(vif->ip) },
        { "script", vif->script, sizeof(vif->script) },
        { "rate", vif->rate, sizeof(vif->rate) },
        { "vifname", vif->vifname, sizeof(vif->vifname) },
        { "backend", vif->backend, sizeof(vif->backend) },
    };
    size_t i;

    if (strcmp(key, "mac") == 0) {
        vif->has_mac = true;
        return parse_mac(value, vif->mac, err);
    }
    if (strcmp(key, "type") == 0 && strcmp(value, "vif") == 0)
        return ZP_OK;
    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(key, fields[i].key) != 0)
            continue;
        if (strlen(value) >= fields[i].size)
            return zp__fail(err, ZP_ERR_RANGE, "vif",
                            "vif: %s: longer than %zu bytes", key,
                            fields[i].size - 1);
        strcpy(fields[i].field, value);
        return ZP_OK;
    }
    return zp__fail(err, ZP_ERR_INVAL, "vif",
                    "vif: %s=%s is not supported for zones", key, value);
}

int zp__vif_parse(const char *text, struct zp__vif *vif_out,
                  struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *copy = strdup(text);
    struct zp__vif vif = { .has_mac = false };
    char *item, *rest = copy, *value;
    int rc;

    if (!copy)
        return zp__nomem(err);
    while ((item = strsep(&rest, ",")) != NULL) {
        item += strspn(item, " \t");
        if (!*item)
            continue;
        value = strchr(item, '=');
        if (!value)
            return zp__fail(err, ZP_ERR_PARSE, "vif",
                            "vif: no '=' in \"%s\"", item);
        *value++ = '\0';
        rc = set_key(&vif, item, value, err);
        if (rc)
            return rc;
    }
    *vif_out = vif;
    return ZP_OK;
}
