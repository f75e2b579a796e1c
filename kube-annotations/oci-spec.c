/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An OCI config.json (runtime-spec 1.x) as a container of a zone. Every member
 * is known here: applied, of no meaning in a zone for the reason that is
 * written beside it, or refused.
 */
#include <stdio.h>
#include <string.h>

#include "annotation.h"
#include "spec.h"

/* ---- mounts ---- */

static const struct {
    const char *name;
    uint32_t set, clear;
} options[] = {
    { "ro", ZK_MOUNT_RO, 0 }, { "rw", 0, ZK_MOUNT_RO },
    { "nosuid", ZK_MOUNT_NOSUID, 0 }, { "suid", 0, ZK_MOUNT_NOSUID },
    { "nodev", ZK_MOUNT_NODEV, 0 }, { "dev", 0, ZK_MOUNT_NODEV },
    { "noexec", ZK_MOUNT_NOEXEC, 0 }, { "exec", 0, ZK_MOUNT_NOEXEC },
    { "noatime", ZK_MOUNT_NOATIME, 0 }, { "atime", 0, ZK_MOUNT_NOATIME },
    { "strictatime", ZK_MOUNT_STRICTATIME, 0 },
    /* What Linux does anyway, or of a mount that is nobody else's. */
    { "relatime", 0, 0 }, { "bind", 0, 0 }, { "rbind", 0, 0 },
    { "private", 0, 0 }, { "rprivate", 0, 0 }, { "slave", 0, 0 },
    { "rslave", 0, 0 },
};

/* File systems that a container may have, and which options of their own. */
static const struct {
    const char *type;
    enum zk_mount_kind kind;
    const char *const own[6];
} types[] = {
    { "proc", ZK_MOUNT_PROC, { NULL } },
    { "sysfs", ZK_MOUNT_SYSFS, { NULL } },
    { "tmpfs", ZK_MOUNT_TMPFS, { "mode=", "size=", "uid=", "gid=",
                                 "nr_inodes=", NULL } },
    { "devpts", ZK_MOUNT_DEVPTS, { "newinstance", "ptmxmode=", "mode=",
                                   "gid=", "uid=", NULL } },
    { "mqueue", ZK_MOUNT_MQUEUE, { NULL } },
    { "cgroup", ZK_MOUNT_CGROUP, { NULL } },
    { "cgroup2", ZK_MOUNT_CGROUP, { NULL } },
};

enum { NR_OPTIONS = sizeof(options) / sizeof(options[0]),
       NR_TYPES = sizeof(types) / sizeof(types[0]) };

static void refuse_mount(struct zk__spec_reader *r, const char *dest,
                         const char *what, const char *why)
{
    zp__json_fail(&r->json, ZP_ERR_UNSUPPORTED, "oci", "mount at %.60s: "
                  "%.40s: %s", dest, what, why);
}

static bool is_own(size_t type, const char *option)
{
    size_t i, len;

    for (i = 0; type < NR_TYPES && types[type].own[i]; i++) {
        const char *own = types[type].own[i];

        len = strlen(own);
        if (strncmp(option, own, len))
            continue;
        if (own[len - 1] != '=')
            return !option[len];
        return option[len] && strspn(option + len, "0123456789kmg%") ==
                                  strlen(option + len);
    }
    return false;
}

/* Those of the file system's own are put together, as mount(2) takes them. */
static void read_options(struct zk__spec_reader *r,
                         const struct zp__json_value *v, size_t type,
                         struct zk_mount *m, struct zp__text *own)
{
    const struct zp__json_value *list, *option;
    uint32_t i, k;

    list = zp__json_array_or_empty(&r->json, v, "options");
    ZP__JSON_EACH(option, i, list) {
        const char *word = option->type == ZP__JSON_STRING ? option->str : "";

        for (k = 0; k < NR_OPTIONS && strcmp(word, options[k].name); k++)
            ;
        if (k < NR_OPTIONS) {
            m->flags = (m->flags & ~options[k].clear) | options[k].set;
        } else if (is_own(type, word)) {
            zp__text_add(own, "%s%s", own->len ? "," : "", word);
        } else {
            refuse_mount(r, m->dest, word, "no such option of a zone's mounts");
            return;
        }
    }
}

/* A pod's emptyDir, as kubelet lays it out: its name, or NULL. */
static const char *empty_dir(const char *source)
{
    static const char mark[] = "/volumes/kubernetes.io~empty-dir/";
    const char *at = strstr(source, mark);
    size_t i;

    if (!at)
        return NULL;
    at += strlen(mark);
    for (i = 0; at[i]; i++) {
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", at[i]))
            return NULL;
    }
    return i && i < 64 ? at : NULL;
}

/*
 * A bind mount is of the host's files, which are not in the zone: a copy, if
 * the container can't write to it; what it writes would be lost. The files
 * that kubelet and containerd give to every container are writable, and
 * nobody reads there what it wrote, except /dev/termination-log.
 */
static void read_bind(struct zk__spec_reader *r,
                      const struct zp__json_value *v, struct zk_mount *m)
{
    static const char *const managers[] = {
        "/etc/hosts", "/etc/hostname", "/etc/resolv.conf",
        "/dev/termination-log" };
    const char *name;
    size_t i;

    m->source = zp__json_string(&r->json, v, "source");
    if (r->json.rc)
        return;
    if (!zk_path_is_plain(m->source)) {
        refuse_mount(r, m->dest, m->source, "no absolute path");
        return;
    }
    name = empty_dir(m->source);
    if (!strcmp(m->dest, "/dev/shm")) {
        m->kind = ZK_MOUNT_SHM;
        m->source = "";
    } else if (name) {
        m->kind = ZK_MOUNT_EMPTY;
        m->source = name;
    } else {
        m->kind = ZK_MOUNT_FILES;
        for (i = 0; i < sizeof(managers) / sizeof(managers[0]); i++) {
            if (!strcmp(m->dest, managers[i]))
                return;
        }
        if (!(m->flags & ZK_MOUNT_RO))
            refuse_mount(r, m->dest, m->source, "a zone can't write to the "
                         "host's files; read-only ones are copied");
    }
}

static bool is_bind(const struct zp__json_value *v)
{
    const struct zp__json_value *list = zp__json_get(v, "options"), *option;
    uint32_t i;

    if (!list || list->type != ZP__JSON_ARRAY)
        return false;
    ZP__JSON_EACH(option, i, list) {
        if (option->type == ZP__JSON_STRING &&
            (!strcmp(option->str, "bind") || !strcmp(option->str, "rbind")))
            return true;
    }
    return false;
}

static void read_mount(struct zk__spec_reader *r,
                       const struct zp__json_value *v, struct zk_mount *m)
{
    static const char *const keys[] = { "destination", "type", "source",
                                        "options", NULL };
    struct zp__text own = ZP__TEXT_INIT;
    const char *type = "";
    size_t i = NR_TYPES;

    zp__json_is_object(&r->json, v);
    zp__json_only(&r->json, v, keys);
    m->dest = zp__json_string(&r->json, v, "destination");
    m->source = m->options = "";
    if (!r->json.rc && !zk_path_is_plain(m->dest))
        refuse_mount(r, m->dest, "destination", "no absolute path, or \"..\"");
    if (zp__json_get(v, "type"))
        type = zp__json_string(&r->json, v, "type");
    if (!is_bind(v)) {
        for (i = 0; i < NR_TYPES && strcmp(type, types[i].type); i++)
            ;
        if (i == NR_TYPES)
            refuse_mount(r, m->dest, type, "no file system of a zone's "
                         "containers");
        else
            m->kind = types[i].kind;
    }
    read_options(r, v, i, m, &own);
    if (i == NR_TYPES)
        read_bind(r, v, m);
    if ((own.len || own.failed) && !r->json.rc) {
        r->json.rc = zp__text_take(&own, &m->owned, r->json.err);
        m->options = m->owned ? m->owned : "";
    }
    zp__text_clear(&own);
}

static void read_mounts(struct zk__spec_reader *r,
                        const struct zp__json_value *root)
{
    const struct zp__json_value *list, *v;
    struct zk_spec *spec = r->spec;
    uint32_t i;

    list = zp__json_array_or_empty(&r->json, root, "mounts");
    if (list->nr > ZK_MAX_MOUNTS)
        zp__json_fail(&r->json, ZP_ERR_RANGE, "oci", "mounts: %u, at most %d",
                      list->nr, ZK_MAX_MOUNTS);
    if (r->json.rc)
        return;
    spec->mounts = calloc(list->nr + 1, sizeof(*spec->mounts));
    if (!spec->mounts) {
        r->json.rc = zp__nomem(r->json.err);
        return;
    }
    ZP__JSON_EACH(v, i, list) {
        spec->nr_mounts++;
        read_mount(r, v, &spec->mounts[i]);
        if (r->json.rc)
            return;
    }
}

/* ---- linux ---- */

/*
 * Every container of a zone has a mount, pid, ipc and uts namespace. Its
 * network is the zone's, which is that of the pod's namespace; whether it may
 * be the host's, who makes the zone decides.
 */
static void read_namespaces(struct zk__spec_reader *r,
                            const struct zp__json_value *linux_)
{
    static const char *const keys[] = { "type", "path", NULL };
    const struct zp__json_value *list, *v;
    bool pid = false, ipc = false, mount = false;
    uint32_t i;

    list = zp__json_array_or_empty(&r->json, linux_, "namespaces");
    ZP__JSON_EACH(v, i, list) {
        const char *type;

        zp__json_is_object(&r->json, v);
        zp__json_only(&r->json, v, keys);
        type = zp__json_string(&r->json, v, "type");
        if (r->json.rc)
            return;
        if (!strcmp(type, "user") || !strcmp(type, "time")) {
            zp__json_fail(&r->json, ZP_ERR_UNSUPPORTED, "oci", "namespaces: "
                          "%s: a zone has none", type);
            return;
        }
        if (!strcmp(type, "pid")) {
            pid = true;
            r->spec->shared_pids = zp__json_get(v, "path");
        }
        if (!strcmp(type, "network"))
            r->spec->network = zp__json_get(v, "path")
                                   ? zp__json_string(&r->json, v, "path") : "";
        ipc |= !strcmp(type, "ipc");
        mount |= !strcmp(type, "mount");
    }
    if (!pid || !ipc || !mount)
        zp__json_fail(&r->json, ZP_ERR_UNSUPPORTED, "oci", "namespaces: no "
                      "%s: a zone can't share the host's", !pid ? "pid"
                      : !ipc ? "ipc" : "mount");
}

/* Nodes that every container has; others would be the host's devices. */
static void check_devices(struct zk__spec_reader *r,
                          const struct zp__json_value *linux_)
{
    static const char *const usual[] = {
        "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
        "/dev/tty" };
    const struct zp__json_value *v;
    uint32_t i, k;

    ZP__JSON_EACH(v, i, zp__json_array_or_empty(&r->json, linux_, "devices")) {
        const char *path;

        zp__json_is_object(&r->json, v);
        path = zp__json_string(&r->json, v, "path");
        for (k = 0; k < sizeof(usual) / sizeof(usual[0]); k++) {
            if (!strcmp(path, usual[k]))
                break;
        }
        if (k == sizeof(usual) / sizeof(usual[0]))
            zp__json_fail(&r->json, ZP_ERR_UNSUPPORTED, "oci", "devices: "
                          "%.60s: the host's devices are not in the zone",
                          path);
    }
}

static void read_seccomp(struct zk__spec_reader *r,
                         const struct zp__json_value *linux_)
{
    /* Of a sandbox nothing runs that could be filtered. */
    if (!zp__json_get(linux_, "seccomp") || zk_spec_is_sandbox(r->spec))
        return;
    switch (r->rules->seccomp) {
    case ZK_SECCOMP_APPLY:
        zk__read_seccomp(r, zp__json_object(&r->json, linux_, "seccomp"));
        break;
    case ZK_SECCOMP_REFUSE:
        zk__refuse_member(r, linux_, "seccomp", "\"seccomp = refuse\" in "
                          "oci.conf: no container with a profile");
        break;
    case ZK_SECCOMP_DROP:
        break;
    }
}

static void read_paths(struct zk__spec_reader *r,
                       const struct zp__json_value *linux_, const char *key,
                       struct zk_strings *paths_out)
{
    uint32_t i;

    zk__read_strings(r, linux_, key, ZK_MAX_PATHS, paths_out);
    for (i = 0; !r->json.rc && i < paths_out->nr; i++) {
        if (!zk_path_is_plain(paths_out->at[i]))
            zp__json_fail(&r->json, ZP_ERR_PARSE, "oci", "%s: \"%.60s\" is no "
                          "absolute path", key, paths_out->at[i]);
    }
}

static void read_linux(struct zk__spec_reader *r,
                       const struct zp__json_value *root)
{
    static const char *const keys[] = {
        "namespaces", "devices", "cgroupsPath", "resources", "seccomp",
        "rootfsPropagation", "maskedPaths", "readonlyPaths", "mountLabel",
        "uidMappings", "gidMappings", "sysctl", "intelRdt", "personality",
        "timeOffsets", NULL };
    const struct zp__json_value *linux_;
    const char *propagation = "";

    linux_ = zp__json_object(&r->json, root, "linux");
    zp__json_only(&r->json, linux_, keys);
    read_namespaces(r, linux_);
    check_devices(r, linux_);
    zk__read_resources(r, linux_);
    read_seccomp(r, linux_);
    if (zp__json_get(linux_, "rootfsPropagation"))
        propagation = zp__json_string(&r->json, linux_, "rootfsPropagation");
    if (strstr(propagation, "shared"))
        zk__refuse(r, "rootfsPropagation", "a zone shares no mounts with the "
                   "host");
    read_paths(r, linux_, "maskedPaths", &r->spec->masked);
    read_paths(r, linux_, "readonlyPaths", &r->spec->readonly);
    zk__refuse_member(r, linux_, "mountLabel", "a zone's kernel has no policy "
                      "of the host");
    zk__refuse_member(r, linux_, "uidMappings", "a zone has no user "
                      "namespaces");
    zk__refuse_member(r, linux_, "gidMappings", "a zone has no user "
                      "namespaces");
    zk__refuse_member(r, linux_, "sysctl", "not supported");
    zk__refuse_member(r, linux_, "intelRdt", "not supported");
    zk__refuse_member(r, linux_, "personality", "not supported");
    zk__refuse_member(r, linux_, "timeOffsets", "not supported");
}

/* ---- the whole ---- */

static void read_annotations(struct zk__spec_reader *r,
                             const struct zp__json_value *root)
{
    const struct zp__json_value *obj, *v;
    struct zk_spec *spec = r->spec;
    uint32_t i;

    if (!zp__json_get(root, "annotations"))
        return;
    obj = zp__json_object(&r->json, root, "annotations");
    if (r->json.rc)
        return;
    spec->annotations = calloc(obj->nr + 1, sizeof(*spec->annotations));
    if (!spec->annotations) {
        r->json.rc = zp__nomem(r->json.err);
        return;
    }
    ZP__JSON_EACH(v, i, obj) {
        if (v->type != ZP__JSON_STRING) {
            zp__json_fail(&r->json, ZP_ERR_PARSE, "oci", "annotation %.60s: "
                          "no string", v->key);
            return;
        }
        spec->annotations[spec->nr_annotations++] =
            (struct zk_annotation){ v->key, v->str };
    }
}

static void read_root(struct zk__spec_reader *r,
                      const struct zp__json_value *root)
{
    static const char *const keys[] = { "path", "readonly", NULL };
    const struct zp__json_value *obj = zp__json_object(&r->json, root, "root");

    zp__json_only(&r->json, obj, keys);
    r->spec->root_kind = ZK_ROOT_DIR;
    r->spec->root = zp__json_string(&r->json, obj, "path");
    if (!*r->spec->root || strlen(r->spec->root) > ZK_MAX_PATH_BYTES)
        zp__json_fail(&r->json, ZP_ERR_PARSE, "oci", "root.path: not from 1 "
                      "to %d bytes", ZK_MAX_PATH_BYTES);
    r->spec->readonly_root = zp__json_bool_or(&r->json, obj, "readonly",
                                              false);
}

static void read_hostname(struct zk__spec_reader *r,
                          const struct zp__json_value *root)
{
    r->spec->hostname = "";
    if (zp__json_get(root, "hostname"))
        r->spec->hostname = zp__json_string(&r->json, root, "hostname");
    if (strlen(r->spec->hostname) > 64)
        zp__json_fail(&r->json, ZP_ERR_RANGE, "oci", "hostname: more than 64 "
                      "bytes");
}

static void read_config(struct zk__spec_reader *r,
                        const struct zp__json_value *root)
{
    static const char *const keys[] = {
        "ociVersion", "process", "root", "hostname", "domainname", "mounts",
        "hooks", "annotations", "linux", NULL };
    const struct zp__json_value *hooks = zp__json_get(root, "hooks"), *v;
    uint32_t i;

    zp__json_only(&r->json, root, keys);
    if (strncmp(zp__json_string(&r->json, root, "ociVersion"), "1.", 2))
        zk__refuse(r, "ociVersion", "only 1.x is known");
    read_annotations(r, root);
    read_root(r, root);
    read_hostname(r, root);
    zk__refuse_member(r, root, "domainname", "not supported");
    for (i = 0, v = hooks ? hooks + 1 : NULL;
         hooks && hooks->type == ZP__JSON_OBJECT && i < hooks->nr;
         i++, v = zp__json_next(v))
        zk__refuse_member(r, hooks, v->key, "hooks run on the host, and the "
                          "container is not there");
    read_mounts(r, root);
    read_linux(r, root);
    zk__read_process(r, zp__json_object(&r->json, root, "process"));
}

static int read_whole(const char *buf, size_t len, bool whole,
                      const struct zk_spec_rules *rules,
                      struct zk_spec *spec_out, struct zp_error *err)
{
    struct zk_spec spec = { .json = ZP__JSON_INIT };
    struct zk__spec_reader r = { ZP__JSON_READER(err), rules, &spec };
    const char *what = whole ? "config.json" : "process";

    if (len > ZK_MAX_CONFIG)
        return zp__fail(err, ZP_ERR_RANGE, "oci", "%s: %zu bytes, at most 4 "
                        "MiB", what, len);
    r.json.rc = zp__json_parse(&spec.json, what, buf, len, err);
    if (r.json.rc)
        return r.json.rc;
    if (whole)
        read_config(&r, spec.json.value);
    else
        zk__read_process(&r, spec.json.value);
    if (r.json.rc) {
        zk_spec_clear(&spec);
        return r.json.rc == ZP_ERR_NOMEM
                   ? r.json.rc
                   : zp__wrap(err, r.json.rc, "%s", what);
    }
    *spec_out = spec;
    return ZP_OK;
}

int zk_spec_from_config(const char *buf, size_t len,
                        const struct zk_spec_rules *rules,
                        struct zk_spec *spec_out, struct zp_error *err)
{
    return read_whole(buf, len, true, rules, spec_out, err);
}

int zk_spec_from_process(const char *buf, size_t len,
                         const struct zk_spec_rules *rules,
                         struct zk_spec *spec_out, struct zp_error *err)
{
    return read_whole(buf, len, false, rules, spec_out, err);
}

const char *zk_spec_annotation(const struct zk_spec *spec, const char *key)
{
    uint32_t i;

    for (i = 0; i < spec->nr_annotations; i++) {
        if (!strcmp(spec->annotations[i].key, key))
            return spec->annotations[i].value;
    }
    return NULL;
}

bool zk_spec_is_sandbox(const struct zk_spec *spec)
{
    const char *type = zk_spec_annotation(spec, ZK_CRI "container-type");

    return type && !strcmp(type, "sandbox");
}
