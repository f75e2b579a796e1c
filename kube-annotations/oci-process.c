/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process of an OCI config.json, which exec gets by itself. */
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "annotation.h"
#include "spec.h"

static const char *const caps[] = {
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL",
    "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
    "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
    "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT",
    "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME",
    "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL",
    "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM",
    "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
};

/* In the order of Linux's numbers. */
static const char *const rlimits[ZK_NR_RLIMITS] = {
    "CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE",
    "MEMLOCK", "AS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO",
    "RTTIME",
};

enum { MAX_UMASK = 0777, OOM_LIMIT = 1000 };

void zk__refuse(struct zk__spec_reader *r, const char *what, const char *why)
{
    zp__json_fail(&r->json, ZP_ERR_UNSUPPORTED, "oci", "%.60s: %s", what, why);
}

void zk__refuse_member(struct zk__spec_reader *r,
                       const struct zp__json_value *obj, const char *key,
                       const char *why)
{
    const struct zp__json_value *v = zp__json_get(obj, key);

    if (!v || v->type == ZP__JSON_FALSE ||
        (v->type == ZP__JSON_UINT && !v->uint) ||
        (v->type == ZP__JSON_STRING && !v->len) ||
        ((v->type == ZP__JSON_ARRAY || v->type == ZP__JSON_OBJECT) && !v->nr))
        return;
    zk__refuse(r, key, why);
}

void zk__read_strings(struct zk__spec_reader *r,
                      const struct zp__json_value *obj, const char *key,
                      uint32_t max, struct zk_strings *strings_out)
{
    const struct zp__json_value *list, *v;
    uint32_t i;

    list = zp__json_array_or_empty(&r->json, obj, key);
    if (list->nr > max)
        zp__json_fail(&r->json, ZP_ERR_RANGE, "oci", "%s: %u strings, at most "
                      "%u", key, list->nr, max);
    if (r->json.rc)
        return;
    strings_out->at = calloc(list->nr + 1, sizeof(*strings_out->at));
    if (!strings_out->at) {
        r->json.rc = zp__nomem(r->json.err);
        return;
    }
    ZP__JSON_EACH(v, i, list) {
        if (v->type != ZP__JSON_STRING) {
            zp__json_fail(&r->json, ZP_ERR_PARSE, "oci", "%s[%u]: no string",
                          key, i);
            return;
        }
        strings_out->at[strings_out->nr++] = v->str;
    }
}

bool zk_path_is_below(const char *path)
{
    const char *at = path;
    size_t len;

    if (!*path || *path == '/' || strlen(path) > ZK_MAX_PATH_BYTES)
        return false;
    for (; *at; at += len + (at[len] == '/')) {
        len = strcspn(at, "/");
        if (len == 2 && !strncmp(at, "..", 2))
            return false;
    }
    return true;
}

bool zk_path_is_plain(const char *path)
{
    return *path == '/' && (!path[1] || (path[1] != '/' &&
                                         zk_path_is_below(path + 1)));
}

bool zk_volume_name_is_good(const char *name)
{
    size_t len = strlen(name);

    return len > 2 && len <= NAME_MAX && !strncmp(name, "..", 2) &&
           !strchr(name, '/') && strncmp(name, ZK_SHOWN, strlen(ZK_SHOWN));
}

const char *zk_mount_shown(const struct zk_mount *m)
{
    uint32_t i;

    for (i = 0; i < m->nr_files; i++) {
        const struct zk_file *f = &m->files[i];

        if (S_ISLNK(f->mode) && !strcmp(f->path, ZK_SHOWN))
            return zk_volume_name_is_good((const char *)f->data)
                       ? (const char *)f->data : NULL;
    }
    return NULL;
}

/* ---- who it runs as ---- */

static void read_groups(struct zk__spec_reader *r,
                        const struct zp__json_value *user)
{
    struct zk_process *p = &r->spec->process;
    const struct zp__json_value *list, *v;
    uint32_t i;

    list = zp__json_array_or_empty(&r->json, user, "additionalGids");
    if (list->nr > ZK_MAX_GROUPS)
        zp__json_fail(&r->json, ZP_ERR_RANGE, "oci", "additionalGids: %u, at "
                      "most %d", list->nr, ZK_MAX_GROUPS);
    if (r->json.rc || !list->nr)
        return;
    p->groups = calloc(list->nr, sizeof(*p->groups));
    if (!p->groups) {
        r->json.rc = zp__nomem(r->json.err);
        return;
    }
    ZP__JSON_EACH(v, i, list)
        p->groups[p->nr_groups++] =
            (uint32_t)zp__json_uint_of(&r->json, "additionalGids", v,
                                       UINT32_MAX - 1);
}

static void read_user(struct zk__spec_reader *r,
                      const struct zp__json_value *process)
{
    static const char *const keys[] = { "uid", "gid", "umask",
                                        "additionalGids", NULL };
    struct zk_process *p = &r->spec->process;
    const struct zp__json_value *user;

    p->umask = ZP_UNKNOWN_ID;
    if (!zp__json_get(process, "user"))
        return;
    user = zp__json_object(&r->json, process, "user");
    zp__json_only(&r->json, user, keys);
    p->uid = (uint32_t)zp__json_uint_or(&r->json, user, "uid", UINT32_MAX - 1,
                                        0);
    p->gid = (uint32_t)zp__json_uint_or(&r->json, user, "gid", UINT32_MAX - 1,
                                        0);
    p->umask = (uint32_t)zp__json_uint_or(&r->json, user, "umask", MAX_UMASK,
                                          ZP_UNKNOWN_ID);
    read_groups(r, user);
}

static void read_caps(struct zk__spec_reader *r,
                      const struct zp__json_value *process)
{
    static const char *const sets[ZK_NR_CAP_SETS + 1] = {
        "bounding", "effective", "permitted", "inheritable", "ambient", NULL };
    const struct zp__json_value *obj, *list, *v;
    uint32_t set, i, cap;

    if (!zp__json_get(process, "capabilities"))
        return;
    obj = zp__json_object(&r->json, process, "capabilities");
    zp__json_only(&r->json, obj, sets);
    for (set = 0; set < ZK_NR_CAP_SETS; set++) {
        list = zp__json_array_or_empty(&r->json, obj, sets[set]);
        ZP__JSON_EACH(v, i, list) {
            for (cap = 0; cap < sizeof(caps) / sizeof(caps[0]); cap++) {
                if (v->type == ZP__JSON_STRING && !strncmp(v->str, "CAP_", 4) &&
                    !strcmp(v->str + 4, caps[cap]))
                    break;
            }
            if (cap == sizeof(caps) / sizeof(caps[0])) {
                zp__json_fail(&r->json, ZP_ERR_UNSUPPORTED, "oci", "%s: no "
                              "capability of Linux: \"%.40s\"", sets[set],
                              v->type == ZP__JSON_STRING ? v->str : "");
                return;
            }
            r->spec->process.caps[set] |= (uint64_t)1 << cap;
        }
    }
}

/* ---- what it may take ---- */

static void read_rlimit(struct zk__spec_reader *r,
                        const struct zp__json_value *v)
{
    static const char *const keys[] = { "type", "soft", "hard", NULL };
    struct zk_process *p = &r->spec->process;
    const char *type;
    uint32_t i;

    zp__json_is_object(&r->json, v);
    zp__json_only(&r->json, v, keys);
    type = zp__json_string(&r->json, v, "type");
    if (r->json.rc)
        return;
    for (i = 0; i < ZK_NR_RLIMITS; i++) {
        if (!strncmp(type, "RLIMIT_", 7) && !strcmp(type + 7, rlimits[i]))
            break;
    }
    if (i == ZK_NR_RLIMITS) {
        zp__json_fail(&r->json, ZP_ERR_UNSUPPORTED, "oci", "rlimits: no limit "
                      "of Linux: \"%.40s\"", type);
        return;
    }
    if (p->rlimits_set & 1u << i)
        zp__json_fail(&r->json, ZP_ERR_PARSE, "oci", "rlimits: %s twice", type);
    p->rlimits_set |= 1u << i;
    p->rlimit[i].soft = zp__json_uint(&r->json, v, "soft", UINT64_MAX);
    p->rlimit[i].hard = zp__json_uint(&r->json, v, "hard", UINT64_MAX);
    if (p->rlimit[i].soft > p->rlimit[i].hard)
        zp__json_fail(&r->json, ZP_ERR_PARSE, "oci", "rlimits: %s: soft is "
                      "above hard", type);
}

/* -1000 to 1000. */
static void read_oom(struct zk__spec_reader *r,
                     const struct zp__json_value *process)
{
    const struct zp__json_value *v = zp__json_get(process, "oomScoreAdj");
    int32_t value = 0;
    size_t i;

    if (!v || r->json.rc)
        return;
    if (v->type == ZP__JSON_UINT) {
        value = v->uint <= OOM_LIMIT ? (int32_t)v->uint : OOM_LIMIT + 1;
    } else if (v->type == ZP__JSON_NUMBER && v->str[0] == '-' && v->len <= 5) {
        for (i = 1; i < v->len && v->str[i] >= '0' && v->str[i] <= '9'; i++)
            value = value * 10 - (v->str[i] - '0');
        if (i < v->len)
            value = OOM_LIMIT + 1;
    } else {
        value = OOM_LIMIT + 1;
    }
    if (value > OOM_LIMIT || value < -OOM_LIMIT)
        zp__json_fail(&r->json, ZP_ERR_RANGE, "oci", "oomScoreAdj: no number "
                      "from -1000 to 1000");
    r->spec->process.oom_score_adj = value;
}

/* ---- what guards a host from it ---- */

/*
 * The names that container managers give without being asked: they keep a
 * container from the host's kernel, and in a zone there is none of the host's.
 */
static void check_apparmor(struct zk__spec_reader *r,
                           const struct zp__json_value *process)
{
    static const char *const defaults[] = {
        "", "unconfined", "cri-containerd.apparmor.d", "docker-default",
        "crio-default" };
    const char *name;
    size_t i;

    if (!zp__json_get(process, "apparmorProfile"))
        return;
    name = zp__json_string(&r->json, process, "apparmorProfile");
    for (i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
        if (!strcmp(name, defaults[i]))
            return;
    }
    zk__refuse(r, "apparmorProfile", "only a manager's default, a zone has no "
               "profiles of the host");
}

static void read_terminal(struct zk__spec_reader *r,
                          const struct zp__json_value *process)
{
    static const char *const keys[] = { "height", "width", NULL };
    struct zk_process *p = &r->spec->process;
    const struct zp__json_value *size;

    p->terminal = zp__json_bool_or(&r->json, process, "terminal", false);
    if (!zp__json_get(process, "consoleSize"))
        return;
    size = zp__json_object(&r->json, process, "consoleSize");
    zp__json_only(&r->json, size, keys);
    p->rows = (uint16_t)zp__json_uint_or(&r->json, size, "height", UINT16_MAX,
                                         0);
    p->columns = (uint16_t)zp__json_uint_or(&r->json, size, "width",
                                            UINT16_MAX, 0);
}

/* ---- what it is ---- */

static void read_env(struct zk__spec_reader *r,
                     const struct zp__json_value *process)
{
    struct zk_process *p = &r->spec->process;
    uint32_t i;

    zk__read_strings(r, process, "env", ZK_MAX_STRINGS, &p->env);
    for (i = 0; !r->json.rc && i < p->env.nr; i++) {
        if (!strchr(p->env.at[i], '=') || p->env.at[i][0] == '=')
            zp__json_fail(&r->json, ZP_ERR_PARSE, "oci", "env[%u]: \"%.40s\" "
                          "is no NAME=VALUE", i, p->env.at[i]);
    }
}

void zk__read_process(struct zk__spec_reader *r,
                      const struct zp__json_value *process)
{
    static const char *const keys[] = {
        "terminal", "consoleSize", "user", "args", "env", "cwd",
        "capabilities", "rlimits", "noNewPrivileges", "apparmorProfile",
        "oomScoreAdj", "selinuxLabel", "commandLine", "scheduler",
        "ioPriority", "execCPUAffinity", NULL };
    struct zk_process *p = &r->spec->process;
    const struct zp__json_value *list, *v;
    uint32_t i;

    zp__json_only(&r->json, process, keys);
    zk__read_strings(r, process, "args", ZK_MAX_STRINGS, &p->args);
    if (!p->args.nr || !p->args.at[0][0])
        zp__json_fail(&r->json, ZP_ERR_PARSE, "oci", "args: no program");
    read_env(r, process);
    p->cwd = zp__json_string(&r->json, process, "cwd");
    if (*p->cwd != '/' || strlen(p->cwd) > ZK_MAX_PATH_BYTES)
        zp__json_fail(&r->json, ZP_ERR_PARSE, "oci", "cwd: \"%.40s\" is no "
                      "absolute path", p->cwd);
    read_user(r, process);
    read_caps(r, process);
    list = zp__json_array_or_empty(&r->json, process, "rlimits");
    ZP__JSON_EACH(v, i, list)
        read_rlimit(r, v);
    read_oom(r, process);
    read_terminal(r, process);
    p->no_new_privileges = zp__json_bool_or(&r->json, process,
                                            "noNewPrivileges", false);
    check_apparmor(r, process);
    zk__refuse_member(r, process, "selinuxLabel", "a zone's kernel has no "
                      "policy of the host");
    zk__refuse_member(r, process, "commandLine", "it is for Windows");
    zk__refuse_member(r, process, "scheduler", "not supported");
    zk__refuse_member(r, process, "ioPriority", "not supported");
    zk__refuse_member(r, process, "execCPUAffinity", "a zone's plan says "
                      "where it runs");
}
