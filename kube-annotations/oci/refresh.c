/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Volumes that kubelet changes under a container: Secrets, ConfigMaps, tokens
 * of service accounts. Kubelet puts a new directory beside the one that is
 * shown and turns one link, so what that link says is all there is to look at.
 *
 * It is looked at, not watched: an inotify instance for each container would
 * use up the 128 that root has by default, which kubelet and systemd need.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "monitor.h"

enum {
    LOOK_MS = 2000,              /* kubelet itself takes a minute or so */
    /* Kubelets before 1.27 set owners and modes after they turned the link. */
    SETTLE_MS = 500,
    /* A zone that could not take a volume may have room for it later. */
    AGAIN_MS = 60000,
};

/* The name of @f in the directory @dir of the copy; NULL: it is elsewhere. */
static const char *name_in(const struct zk_file *f, const char *dir)
{
    size_t len = strlen(dir);

    if (strncmp(f->path, dir, len) || f->path[len] != '/' ||
        strchr(f->path + len + 1, '/'))
        return NULL;
    return f->path + len + 1;
}

static bool holds(const struct zk_mount *m, const char *dir, const char *key)
{
    const char *name;
    uint32_t i;

    for (i = 0; i < m->nr_files; i++) {
        name = name_in(&m->files[i], dir);
        if (name && !strcmp(name, key))
            return true;
    }
    return false;
}

/*
 * A copy in which a key of @dir lacks its link, or a link its key, was made
 * while kubelet wrote the volume: it is as good as one of another directory.
 */
static bool is_whole(const struct zk_mount *m, const char *dir)
{
    static const char shown[] = ZK_SHOWN "/";
    size_t len = sizeof(shown) - 1, nr_keys = 0, nr_links = 0;
    uint32_t i;

    for (i = 0; i < m->nr_files; i++) {
        const struct zk_file *f = &m->files[i];
        const char *target = (const char *)f->data;

        nr_keys += name_in(f, dir) != NULL;
        if (!S_ISLNK(f->mode) || strncmp(target, shown, len) ||
            strcmp(target + len, f->path))
            continue;
        nr_links++;
        if (!holds(m, dir, f->path))
            return false;
    }
    return nr_keys == nr_links;
}

int refresh_prepare(struct monitor *m, struct zp_error *err)
{
    const struct zk_spec *spec = m->args->spec;
    struct volume *v;
    const char *name;
    uint32_t i;

    m->volumes = calloc(spec->nr_mounts + 1, sizeof(*m->volumes));
    if (!m->volumes)
        return zp__nomem(err);
    for (i = 0; i < spec->nr_mounts; i++) {
        name = zk_mount_shown(&spec->mounts[i]);
        if (!name)
            continue;
        v = &m->volumes[m->nr_volumes++];
        v->m = &spec->mounts[i];
        v->mount = i;
        if (!is_whole(v->m, name))
            continue;
        snprintf(v->has, sizeof(v->has), "%s", name);
        snprintf(v->next, sizeof(v->next), "%s", name);
    }
    return ZP_OK;
}

/* One line for each change that fails, however often it is tried. */
static void failed(struct monitor *m, struct volume *v, const char *why)
{
    if (!v->told && m->args->log >= 0)
        dprintf(m->args->log, "zone-oci: monitor: the container keeps the old "
                "files: %s\n", why);
    v->told = true;
    v->next_ms = now_ms() + AGAIN_MS;
}

/* True: that is another one than it was to see until now. */
static bool is_news(struct monitor *m, struct volume *v, const char *name)
{
    if (!strcmp(name, v->next))
        return false;
    snprintf(v->next, sizeof(v->next), "%s", name);
    v->next_ms = m->look_ms = now_ms() + SETTLE_MS;
    v->told = false;
    return true;
}

static bool is_due(struct monitor *m, struct volume *v)
{
    char name[NAME_MAX + 1];

    /* A volume that is gone goes with its pod. */
    return bundle_volume_name(v->m, name) && !is_news(m, v, name) &&
           strcmp(name, v->has) && now_ms() >= v->next_ms;
}

/* 1: the zone will answer. 0: it has changed once more, or is gone. */
static int send_volume(struct monitor *m, struct volume *v,
                       struct zp_error *err)
{
    struct zk_frame frame = { .type = ZK_REFRESH, .session = m->session,
                              .u.mount = v->mount };
    struct zk_volume volume = { .name = "" };
    char name[NAME_MAX + 1];
    uint8_t *body = NULL;
    size_t len = 0;
    int rc = bundle_volume(v->m, name, &volume, err);

    if (rc == ZP_ERR_NOTFOUND)
        return 0;
    if (is_news(m, v, name)) {
        zk_volume_clear(&volume);
        return 0;
    }
    if (!rc)
        rc = zk_volume_pack(&volume, &body, &len, err);
    zk_volume_clear(&volume);
    if (rc)
        return rc;
    rc = monitor_send(m, &frame, body, len, err);
    return rc ? rc : 1;
}

int refresh_wait_ms(const struct monitor *m)
{
    long left;

    if (!m->nr_volumes || m->under_way || m->state == MAKING)
        return -1;
    left = m->look_ms - now_ms();
    return left > 0 ? (int)left : 0;
}

void refresh_look(struct monitor *m)
{
    struct zp_error err;
    uint32_t i;
    int rc;

    if (refresh_wait_ms(m))
        return;
    m->look_ms = now_ms() + LOOK_MS;
    for (i = 0; i < m->nr_volumes && !m->under_way; i++) {
        struct volume *v = &m->volumes[i];

        if (!is_due(m, v))
            continue;
        rc = send_volume(m, v, &err);
        if (rc < 0)
            failed(m, v, err.msg);
        else if (rc)
            m->under_way = v;
    }
}

void refresh_answered(struct monitor *m, const struct zk_frame *frame)
{
    struct volume *v = m->under_way;
    char reason[ZK_MAX_REASON + 1], text[ZK_MAX_REASON + 400];

    if (!v || v->mount != frame->u.mount)
        return;
    m->under_way = NULL;
    m->look_ms = now_ms();
    if (!frame->body_len) {
        snprintf(v->has, sizeof(v->has), "%s", v->next);
        return;
    }
    zk_frame_reason(frame, reason);
    snprintf(text, sizeof(text), "mount at %.300s: the zone: %s", v->m->dest,
             reason);
    failed(m, v, text);
}
