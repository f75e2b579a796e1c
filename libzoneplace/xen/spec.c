/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a zone is made of, and the same as JSON: record and launch input. */
#include <string.h>

#include "adapt/json.h"
#include "xen/xen.h"

static const char *const action_words[] = {
    [ZP_ACTION_DESTROY] = "destroy",
    [ZP_ACTION_RESTART] = "restart",
    [ZP_ACTION_PRESERVE] = "preserve",
    NULL,
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

static void put_string(struct zp__json_writer *w, const char *key,
                       const char *value)
{
    if (value)
        zp__json_put_string(w, key, value);
}

static void put_list(struct zp__json_writer *w, const char *key,
                     char *const *list, size_t nr)
{
    size_t i;

    zp__json_open(w, key, '[');
    for (i = 0; i < nr; i++)
        zp__json_put_string(w, NULL, list[i]);
    zp__json_close(w, ']');
}

/* Takes the text of a zp_..._to_json() call in as an object. */
static int put_text(struct zp__json_writer *w, const char *key,
                    const char *text, struct zp_error *err)
{
    struct zp__json doc = ZP__JSON_INIT;
    int rc = zp__json_parse(&doc, key, text, strlen(text), err);

    if (!rc)
        zp__json_put_value(w, key, doc.value);
    zp__json_clear(&doc);
    return rc;
}

static int put_request(struct zp__json_writer *w,
                       const struct zp_request *req, struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *text = NULL;
    int rc = zp_request_to_json(req, &text, err);

    return rc ? rc : put_text(w, "request", text, err);
}

static int put_plan(struct zp__json_writer *w, const struct zp_plan *plan,
                    struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *text = NULL;
    int rc;

    if (!plan->nr_vnodes)
        return ZP_OK;
    rc = zp_plan_to_json(NULL, NULL, NULL, plan, &text, err);
    return rc ? rc : put_text(w, "plan", text, err);
}

static void put_plain(struct zp__json_writer *w,
                      const struct zp_zone_spec *spec)
{
    put_string(w, "uuid", spec->uuid);
    put_string(w, "kernel", spec->kernel);
    put_string(w, "ramdisk", spec->ramdisk);
    put_string(w, "cmdline", spec->cmdline);
    put_list(w, "disks", spec->disks, spec->nr_disks);
    put_list(w, "vifs", spec->vifs, spec->nr_vifs);
    put_list(w, "cpuid", spec->cpuid, spec->nr_cpuid);
    put_string(w, "cpupool", spec->cpupool);
    zp__json_put_word(w, "on_poweroff", action_words, spec->on_poweroff);
    zp__json_put_word(w, "on_reboot", action_words, spec->on_reboot);
    zp__json_put_word(w, "on_crash", action_words, spec->on_crash);
    zp__json_put_bool(w, "autostart", spec->autostart);
    zp__json_put_bool(w, "paused", spec->paused);
    zp__json_put_bool(w, "backend_affinity", spec->backend_affinity);
}

int zp_zone_spec_to_json(const struct zp_zone_spec *spec, char **text_out,
                         struct zp_error *err)
{
    struct zp__json_writer w = ZP__JSON_WRITER;
    int rc;

    /* one line: it goes into xenstore, which is short of room */
    zp__json_open_line(&w, NULL, '{');
    put_plain(&w, spec);
    rc = put_request(&w, &spec->request, err);
    if (!rc)
        rc = put_plan(&w, &spec->plan, err);
    if (rc) {
        zp__text_clear(&w.text);
        return rc;
    }
    zp__json_close(&w, '}');
    return zp__json_take(&w, text_out, err);
}

/* ---- in ---------------------------------------------------------------- */

static void get_string(struct zp__json_reader *r,
                       const struct zp__json_value *root, const char *key,
                       char **out)
{
    const char *text;

    if (!zp__json_get(root, key))
        return;
    text = zp__json_string(r, root, key);
    if (r->rc)
        return;
    *out = strdup(text);
    if (!*out)
        r->rc = zp__nomem(r->err);
}

static void get_list(struct zp__json_reader *r,
                     const struct zp__json_value *root, const char *key,
                     char ***list, size_t *nr)
{
    const struct zp__json_value *array, *v;
    uint32_t i;

    array = zp__json_array_or_empty(r, root, key);
    if (r->rc)
        return;
    *list = calloc(array->nr + 1, sizeof(**list));
    if (!*list) {
        r->rc = zp__nomem(r->err);
        return;
    }
    ZP__JSON_EACH(v, i, array) {
        if (v->type != ZP__JSON_STRING) {
            zp__json_fail(r, ZP_ERR_INVAL, key, "%s: not strings", key);
            return;
        }
        (*list)[i] = strdup(v->str);
        if (!(*list)[i]) {
            r->rc = zp__nomem(r->err);
            return;
        }
        *nr = i + 1;
    }
}

static void get_action(struct zp__json_reader *r,
                       const struct zp__json_value *root, const char *key,
                       enum zp_action *out)
{
    *out = (enum zp_action)zp__json_word_or(r, root, key, action_words, *out);
}

/* Gives a member as a document of its own, for the zp_..._from_json() calls;
 * NULL if it is absent. */
static char *text_of(struct zp__json_reader *r,
                     const struct zp__json_value *root, const char *key)
{
    const struct zp__json_value *v = zp__json_get(root, key);
    struct zp__json_writer w = ZP__JSON_WRITER;
    char *text = NULL;
    int rc;

    if (r->rc || !v)
        return NULL;
    zp__json_put_value(&w, NULL, v);
    rc = zp__json_take(&w, &text, r->err);
    if (rc)
        r->rc = rc;
    return text;
}

static void get_plan(struct zp__json_reader *r,
                     const struct zp__json_value *root,
                     struct zp_zone_spec *spec)
{
    ZP_CLEANUP(zp__cleanup_free) char *request = text_of(r, root, "request");
    ZP_CLEANUP(zp__cleanup_free) char *plan = text_of(r, root, "plan");

    if (!r->rc && request)
        r->rc = zp_request_from_json(request, strlen(request),
                                     &spec->request, r->err);
    if (!r->rc && plan)
        r->rc = zp_plan_from_json(plan, strlen(plan), &spec->plan, r->err);
}

static int get_all(const struct zp__json_value *root,
                   struct zp_zone_spec *spec, struct zp_error *err)
{
    struct zp__json_reader r = ZP__JSON_READER(err);

    zp__json_copy(&r, root, "uuid", spec->uuid, sizeof(spec->uuid));
    get_string(&r, root, "kernel", &spec->kernel);
    get_string(&r, root, "ramdisk", &spec->ramdisk);
    get_string(&r, root, "cmdline", &spec->cmdline);
    get_list(&r, root, "disks", &spec->disks, &spec->nr_disks);
    get_list(&r, root, "vifs", &spec->vifs, &spec->nr_vifs);
    get_list(&r, root, "cpuid", &spec->cpuid, &spec->nr_cpuid);
    zp__json_copy(&r, root, "cpupool", spec->cpupool, sizeof(spec->cpupool));
    get_action(&r, root, "on_poweroff", &spec->on_poweroff);
    get_action(&r, root, "on_reboot", &spec->on_reboot);
    get_action(&r, root, "on_crash", &spec->on_crash);
    spec->autostart = zp__json_bool_or(&r, root, "autostart", false);
    spec->paused = zp__json_bool_or(&r, root, "paused", false);
    spec->backend_affinity = zp__json_bool_or(&r, root, "backend_affinity",
                                              false);
    get_plan(&r, root, spec);
    return r.rc;
}

int zp_zone_spec_from_json(const char *buf, size_t len,
                           struct zp_zone_spec *spec_out,
                           struct zp_error *err)
{
    struct zp__json doc = ZP__JSON_INIT;
    struct zp_zone_spec spec;
    int rc = zp__json_parse(&doc, "zone", buf, len, err);

    if (rc)
        return rc;
    zp_zone_spec_init(&spec);
    rc = get_all(doc.value, &spec, err);
    zp__json_clear(&doc);
    if (rc) {
        zp_zone_spec_clear(&spec);
        return rc;
    }
    *spec_out = spec;
    return ZP_OK;
}
