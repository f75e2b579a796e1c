/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a zone is made of, and the same as JSON: record and launch input. */
#include <string.h>

#include <json-c/json.h>

#include "xen/xen.h"

static const char *const action_names[] = {
    [ZP_ACTION_DESTROY] = "destroy",
    [ZP_ACTION_RESTART] = "restart",
    [ZP_ACTION_PRESERVE] = "preserve",
};

void zp_zone_spec_init(struct zp_zone_spec *spec)
{
    memset(spec, 0, sizeof(*spec));
    zp_request_init(&spec->request);
    spec->on_poweroff = ZP_ACTION_DESTROY;
    spec->on_reboot = ZP_ACTION_RESTART;
    spec->on_crash = ZP_ACTION_DESTROY;
}

static void free_list(char **list, size_t nr)
{
    size_t i;

    for (i = 0; i < nr; i++)
        free(list[i]);
    free(list);
}

void zp_zone_spec_clear(struct zp_zone_spec *spec)
{
    free(spec->kernel);
    free(spec->ramdisk);
    free(spec->cmdline);
    free_list(spec->disks, spec->nr_disks);
    free_list(spec->vifs, spec->nr_vifs);
    free_list(spec->cpuid, spec->nr_cpuid);
    memset(spec, 0, sizeof(*spec));
}

/* ---- out --------------------------------------------------------------- */

static bool add_string(struct json_object *obj, const char *key,
                       const char *value)
{
    struct json_object *str = json_object_new_string(value);

    return str && json_object_object_add(obj, key, str) == 0;
}

static bool add_list(struct json_object *obj, const char *key,
                     char *const *list, size_t nr)
{
    struct json_object *array = json_object_new_array();
    size_t i;

    if (!array || json_object_object_add(obj, key, array))
        return false;
    for (i = 0; i < nr; i++) {
        struct json_object *str = json_object_new_string(list[i]);

        if (!str || json_object_array_add(array, str))
            return false;
    }
    return true;
}

/* Takes the text of a zp_..._to_json() call in as an object. */
static bool add_text(struct json_object *obj, const char *key,
                     const char *text)
{
    struct json_object *sub = json_tokener_parse(text);

    return sub && json_object_object_add(obj, key, sub) == 0;
}

static bool add_plain(struct json_object *obj,
                      const struct zp_zone_spec *spec)
{
    return add_string(obj, "uuid", spec->uuid) &&
           (!spec->kernel || add_string(obj, "kernel", spec->kernel)) &&
           (!spec->ramdisk || add_string(obj, "ramdisk", spec->ramdisk)) &&
           (!spec->cmdline || add_string(obj, "cmdline", spec->cmdline)) &&
           add_list(obj, "disks", spec->disks, spec->nr_disks) &&
           add_list(obj, "vifs", spec->vifs, spec->nr_vifs) &&
           add_list(obj, "cpuid", spec->cpuid, spec->nr_cpuid) &&
           add_string(obj, "cpupool", spec->cpupool) &&
           add_string(obj, "on_poweroff", action_names[spec->on_poweroff]) &&
           add_string(obj, "on_reboot", action_names[spec->on_reboot]) &&
           add_string(obj, "on_crash", action_names[spec->on_crash]) &&
           json_object_object_add(obj, "autostart",
               json_object_new_boolean(spec->autostart)) == 0 &&
           json_object_object_add(obj, "paused",
               json_object_new_boolean(spec->paused)) == 0;
}

int zp_zone_spec_to_json(const struct zp_zone_spec *spec, char **text_out,
                         struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *request = NULL;
    ZP_CLEANUP(zp__cleanup_free) char *plan = NULL;
    struct json_object *obj;
    char *text = NULL;
    int rc;

    rc = zp_request_to_json(&spec->request, &request, err);
    if (!rc && spec->plan.nr_vnodes)
        rc = zp_plan_to_json(NULL, NULL, NULL, &spec->plan, &plan, err);
    if (rc)
        return rc;
    obj = json_object_new_object();
    if (obj && add_plain(obj, spec) && add_text(obj, "request", request) &&
        (!plan || add_text(obj, "plan", plan))) {
        const char *json = json_object_to_json_string_ext(
            obj, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

        text = json ? strdup(json) : NULL;
    }
    json_object_put(obj);
    if (!text)
        return zp__nomem(err);
    *text_out = text;
    return ZP_OK;
}

/* ---- in ---------------------------------------------------------------- */

static int get_string(struct json_object *obj, const char *key, char **out,
                      struct zp_error *err)
{
    struct json_object *val;

    if (!json_object_object_get_ex(obj, key, &val))
        return ZP_OK;
    if (!json_object_is_type(val, json_type_string))
        return zp__fail(err, ZP_ERR_INVAL, key, "%s: not a string", key);
    *out = strdup(json_object_get_string(val));
    return *out ? ZP_OK : zp__nomem(err);
}

static int get_chars(struct json_object *obj, const char *key, char *out,
                     size_t size, struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *text = NULL;
    int rc = get_string(obj, key, &text, err);

    if (rc || !text)
        return rc;
    if (strlen(text) >= size)
        return zp__fail(err, ZP_ERR_RANGE, key, "%s: too long", key);
    strcpy(out, text);
    return ZP_OK;
}

static int get_list(struct json_object *obj, const char *key, char ***list,
                    size_t *nr, struct zp_error *err)
{
    struct json_object *val;
    size_t i, len;

    if (!json_object_object_get_ex(obj, key, &val))
        return ZP_OK;
    if (!json_object_is_type(val, json_type_array))
        return zp__fail(err, ZP_ERR_INVAL, key, "%s: not a list", key);
    len = json_object_array_length(val);
    *list = calloc(len + 1, sizeof(**list));
    if (!*list)
        return zp__nomem(err);
    for (i = 0; i < len; i++) {
        struct json_object *str = json_object_array_get_idx(val, i);

        if (!json_object_is_type(str, json_type_string))
            return zp__fail(err, ZP_ERR_INVAL, key, "%s: not strings", key);
        (*list)[i] = strdup(json_object_get_string(str));
        if (!(*list)[i])
            return zp__nomem(err);
        *nr = i + 1;
    }
    return ZP_OK;
}

static int get_action(struct json_object *obj, const char *key,
                      enum zp_action *out, struct zp_error *err)
{
    char text[16] = "";
    size_t i;
    int rc = get_chars(obj, key, text, sizeof(text), err);

    if (rc || !text[0])
        return rc;
    for (i = 0; i < sizeof(action_names) / sizeof(action_names[0]); i++) {
        if (strcmp(text, action_names[i]) == 0) {
            *out = (enum zp_action)i;
            return ZP_OK;
        }
    }
    return zp__fail(err, ZP_ERR_INVAL, key,
                    "%s: %s is not destroy, restart or preserve", key, text);
}

static int get_bool(struct json_object *obj, const char *key, bool *out,
                    struct zp_error *err)
{
    struct json_object *val;

    if (!json_object_object_get_ex(obj, key, &val))
        return ZP_OK;
    if (!json_object_is_type(val, json_type_boolean))
        return zp__fail(err, ZP_ERR_INVAL, key, "%s: not a boolean", key);
    *out = json_object_get_boolean(val);
    return ZP_OK;
}

static int get_plan(struct json_object *obj, struct zp_zone_spec *spec,
                    struct zp_error *err)
{
    struct json_object *val;
    const char *text;
    int rc = ZP_OK;

    if (json_object_object_get_ex(obj, "request", &val)) {
        text = json_object_to_json_string(val);
        rc = zp_request_from_json(text, strlen(text), &spec->request, err);
    }
    if (!rc && json_object_object_get_ex(obj, "plan", &val)) {
        text = json_object_to_json_string(val);
        rc = zp_plan_from_json(text, strlen(text), &spec->plan, err);
    }
    return rc;
}

static int get_all(struct json_object *obj, struct zp_zone_spec *spec,
                   struct zp_error *err)
{
    int rc;

    if (!json_object_is_type(obj, json_type_object))
        return zp__fail(err, ZP_ERR_INVAL, NULL, "zone: not an object");
    rc = get_chars(obj, "uuid", spec->uuid, sizeof(spec->uuid), err);
    if (!rc)
        rc = get_string(obj, "kernel", &spec->kernel, err);
    if (!rc)
        rc = get_string(obj, "ramdisk", &spec->ramdisk, err);
    if (!rc)
        rc = get_string(obj, "cmdline", &spec->cmdline, err);
    if (!rc)
        rc = get_list(obj, "disks", &spec->disks, &spec->nr_disks, err);
    if (!rc)
        rc = get_list(obj, "vifs", &spec->vifs, &spec->nr_vifs, err);
    if (!rc)
        rc = get_list(obj, "cpuid", &spec->cpuid, &spec->nr_cpuid, err);
    if (!rc)
        rc = get_chars(obj, "cpupool", spec->cpupool, sizeof(spec->cpupool),
                       err);
    if (!rc)
        rc = get_action(obj, "on_poweroff", &spec->on_poweroff, err);
    if (!rc)
        rc = get_action(obj, "on_reboot", &spec->on_reboot, err);
    if (!rc)
        rc = get_action(obj, "on_crash", &spec->on_crash, err);
    if (!rc)
        rc = get_bool(obj, "autostart", &spec->autostart, err);
    if (!rc)
        rc = get_bool(obj, "paused", &spec->paused, err);
    if (!rc)
        rc = get_plan(obj, spec, err);
    return rc;
}

int zp_zone_spec_from_json(const char *buf, size_t len,
                           struct zp_zone_spec *spec_out,
                           struct zp_error *err)
{
    struct json_tokener *tok;
    struct json_object *obj;
    struct zp_zone_spec spec;
    int rc;

    if (len > 16 * 1024 * 1024)
        return zp__fail(err, ZP_ERR_RANGE, NULL, "zone: above 16 MiB");
    tok = json_tokener_new();
    if (!tok)
        return zp__nomem(err);
    obj = json_tokener_parse_ex(tok, buf, (int)len);
    if (!obj) {
        rc = zp__fail(err, ZP_ERR_PARSE, NULL, "zone: %s",
                      json_tokener_error_desc(json_tokener_get_error(tok)));
        json_tokener_free(tok);
        return rc;
    }
    json_tokener_free(tok);
    zp_zone_spec_init(&spec);
    rc = get_all(obj, &spec, err);
    json_object_put(obj);
    if (rc) {
        zp_zone_spec_clear(&spec);
        return rc;
    }
    *spec_out = spec;
    return ZP_OK;
}
