/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Specs of zones that come back with the host: NUMBER-NAME.json, started in
 * the order of the numbers. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zonectl.h"

#define DIGITS 6

/* "000012-web.json": is it one of ours? */
static int is_spec(const struct dirent *entry)
{
    const char *name = entry->d_name;
    size_t len = strlen(name);

    return strspn(name, "0123456789") == DIGITS && name[DIGITS] == '-' &&
           len > DIGITS + 1 + strlen(".json") &&
           !strcmp(name + len - strlen(".json"), ".json");
}

/* strcoll() of alphasort() is not at work here: setlocale() is never called,
 * and all numbers have the same width. */
int autostart_read(struct autostart *list, struct zp_error *err)
{
    struct dirent **entries = NULL;
    int nr = scandir(AUTOSTART_DIR, &entries, is_spec, alphasort);

    *list = (struct autostart){ 0 };
    if (nr < 0 && errno == ENOENT)
        return ZP_OK;
    if (nr >= 0)
        list->zone = calloc((size_t)nr + 1, sizeof(*list->zone));
    if (nr < 0 || !list->zone) {
        free(entries);
        return fail(err, ZP_ERR_IO, "autostart", "%s: %s", AUTOSTART_DIR,
                    strerror(errno));
    }
    for (int i = 0; i < nr; i++) {
        char name[sizeof(entries[i]->d_name)];
        struct spool path = { 0 };

        snprintf(name, sizeof(name), "%s", entries[i]->d_name + DIGITS + 1);
        name[strlen(name) - strlen(".json")] = '\0';
        spool_add(&path, "%s/%s", AUTOSTART_DIR, entries[i]->d_name);
        list->zone[i].path = path.buf;
        list->zone[i].name = xstrdup(name);
        free(entries[i]);
    }
    free(entries);
    list->nr = (size_t)nr;
    return ZP_OK;
}

void autostart_clear(struct autostart *list)
{
    for (size_t i = 0; i < list->nr; i++) {
        free(list->zone[i].path);
        free(list->zone[i].name);
    }
    free(list->zone);
    *list = (struct autostart){ 0 };
}

static int make_dir(struct zp_error *err)
{
    char path[] = AUTOSTART_DIR;

    for (char *at = path + 1;; at++) {
        char held = *at;

        if (held && held != '/')
            continue;
        *at = '\0';
        if (mkdir(path, 0755) && errno != EEXIST)
            return fail(err, ZP_ERR_IO, "autostart", "%s: %s", path,
                        strerror(errno));
        if (!held)
            return ZP_OK;
        *at = held;
    }
}

/* The file that @name has, or the one after the last. */
static void choose_path(const struct autostart *list, const char *name,
                        struct spool *path)
{
    unsigned long last = 0;

    for (size_t i = 0; i < list->nr; i++) {
        if (!strcmp(list->zone[i].name, name)) {
            spool_add(path, "%s", list->zone[i].path);
            return;
        }
        last = strtoul(list->zone[i].path + sizeof(AUTOSTART_DIR), NULL, 10);
    }
    spool_add(path, "%s/%0*lu-%s.json", AUTOSTART_DIR, DIGITS, last + 1,
              name);
}

int autostart_save(const struct zp_zone_spec *spec, struct zp_error *err)
{
    struct autostart list CLEANUP(autostart_clear) = { 0 };
    struct spool path CLEANUP(spool_clear) = { 0 };
    CLEANUP(free_text) char *text = NULL;
    const char *name = spec->request.name;
    int rc;

    if (strchr(name, '/'))
        return fail(err, ZP_ERR_INVAL, "name",
                    "%s: autostart keeps files, a name can't have '/'", name);
    rc = make_dir(err);
    if (!rc)
        rc = autostart_read(&list, err);
    if (!rc)
        rc = zp_zone_spec_to_json(spec, &text, err);
    if (rc)
        return rc;
    choose_path(&list, name, &path);
    return write_file(path.buf, text, strlen(text), err);
}

int autostart_remove(const char *name, bool quiet, struct zp_error *err)
{
    struct autostart list CLEANUP(autostart_clear) = { 0 };
    int rc = autostart_read(&list, err);

    if (rc)
        return rc;
    for (size_t i = 0; i < list.nr; i++) {
        if (strcmp(list.zone[i].name, name))
            continue;
        if (unlink(list.zone[i].path) && errno != ENOENT)
            return fail(err, ZP_ERR_IO, "autostart", "%s: %s",
                        list.zone[i].path, strerror(errno));
        return ZP_OK;
    }
    if (quiet)
        return ZP_OK;
    return fail(err, ZP_ERR_NOTFOUND, "autostart",
                "%s: not marked for autostart", name);
}
