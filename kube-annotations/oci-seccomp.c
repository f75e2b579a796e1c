/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * linux.seccomp of a config.json as a program for Linux, as runc makes it, so
 * that a profile means the same in a zone. It is compiled on the host:
 * zone-init has but to load it.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spec.h"

enum {
    NR_ARGS = 6,                 /* of a system call */
    MAX_CONDITIONS = 64,         /* of one entry of a profile */
    MAX_RULES = 2048,            /* libseccomp copies all for each one;
                                  * containerd's default has 500 */
    MAX_ERRNO = 4094,            /* libseccomp's, one below Linux's */
    MAX_TRACE = UINT16_MAX,
    /* libseccomp 2.5 makes a wrong tree of no rules; of a few it is no use. */
    MIN_TREE = 32,
    STUB = 10,                   /* instructions: see write_stub() */
};

/* ---- words ---- */

const char *const zk_seccomp_actions[] = {
    "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL",
    "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
    "SCMP_ACT_TRACE", "SCMP_ACT_TRAP", NULL };
static const uint32_t actions[] = {
    SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(0), SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS,
    SCMP_ACT_KILL_THREAD, SCMP_ACT_LOG, SCMP_ACT_TRACE(0), SCMP_ACT_TRAP };

const char *const zk_seccomp_operators[] = {
    "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT",
    "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE", NULL };
static const enum scmp_compare operators[] = {
    SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_LE, SCMP_CMP_LT,
    SCMP_CMP_MASKED_EQ, SCMP_CMP_NE };

/* Nothing of the others runs in a zone. */
enum arch { X86_64, X86, X32, NR_ARCHS };
const char *const zk_seccomp_archs[] = {
    "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32",
    "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_LOONGARCH64",
    "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32",
    "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32",
    "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64", "SCMP_ARCH_PPC",
    "SCMP_ARCH_PPC64", "SCMP_ARCH_PPC64LE", "SCMP_ARCH_RISCV64",
    "SCMP_ARCH_S390", "SCMP_ARCH_S390X", NULL };
static const uint32_t archs[NR_ARCHS] = {
    SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32 };

/* TSYNC is about other threads, and who loads the program has none. */
const char *const zk_seccomp_flags[] = {
    "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
    "SECCOMP_FILTER_FLAG_LOG", NULL };
static const uint32_t flags[] = {
    0, SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_LOG };

/* Position of a string in @words. */
static unsigned word(struct zp__json_reader *r, const char *what,
                     const struct zp__json_value *v, const char *const words[])
{
    unsigned i;

    if (!v || v->type != ZP__JSON_STRING) {
        zp__json_fail(r, ZP_ERR_PARSE, "oci", "%s: no string", what);
        return 0;
    }
    for (i = 0; words[i]; i++) {
        if (!strcmp(words[i], v->str))
            return i;
    }
    zp__json_fail(r, ZP_ERR_UNSUPPORTED, "oci", "%s: \"%.40s\" is none that a "
                  "zone knows", what, v->str);
    return 0;
}

/* ---- a profile ---- */

struct profile {
    struct zp__json_reader *r;
    scmp_filter_ctx ctx;
    uint32_t otherwise;          /* the default action */
    bool has[NR_ARCHS];
    int last[NR_ARCHS];          /* highest number that it names; 0: none */
    uint32_t nr_rules;
};

/* What one entry of its syscalls asks for. */
struct entry {
    uint32_t action;
    struct scmp_arg_cmp cmp[MAX_CONDITIONS];
    uint32_t nr;
    bool apart;                  /* each condition is a rule */
};

/* Records what libseccomp, or a call of the system, says. */
static void check(struct profile *p, const char *what, int rc)
{
    if (rc == -ENOMEM && !p->r->rc)
        p->r->rc = zp__nomem(p->r->err);
    else if (rc)
        zp__json_fail(p->r, ZP_ERR_UNSUPPORTED, "oci", "%.60s: %s", what,
                      rc == -EEXIST ? "another rule has it otherwise"
                                    : strerror(-rc));
}

static uint32_t read_action(struct zp__json_reader *r,
                            const struct zp__json_value *obj, const char *key,
                            const char *errno_key)
{
    const struct zp__json_value *v = zp__json_get(obj, key);
    uint32_t action;

    if (zp__json_is(v, "SCMP_ACT_NOTIFY"))
        zp__json_fail(r, ZP_ERR_UNSUPPORTED, "oci", "%s: SCMP_ACT_NOTIFY: a "
                      "zone has no agent that could be asked", key);
    action = actions[word(r, key, v, zk_seccomp_actions)];
    if (action == SCMP_ACT_ERRNO(0))
        return SCMP_ACT_ERRNO(zp__json_uint_or(r, obj, errno_key, MAX_ERRNO,
                                               EPERM));
    if (action == SCMP_ACT_TRACE(0))
        return SCMP_ACT_TRACE(zp__json_uint_or(r, obj, errno_key, MAX_TRACE,
                                               EPERM));
    if (zp__json_get(obj, errno_key))
        zp__json_fail(r, ZP_ERR_PARSE, "oci", "%s: %s has none", errno_key,
                      v ? v->str : "");
    return action;
}

/* The zone's own is always one. */
static void read_archs(struct profile *p, const struct zp__json_value *seccomp)
{
    const struct zp__json_value *list, *v;
    uint32_t i;
    int rc;

    p->has[X86_64] = true;
    list = zp__json_array_or_empty(p->r, seccomp, "architectures");
    ZP__JSON_EACH(v, i, list) {
        unsigned arch = word(p->r, "architectures", v, zk_seccomp_archs);

        if (arch < NR_ARCHS)
            p->has[arch] = true;
    }
    for (i = 0; i < NR_ARCHS; i++) {
        rc = p->has[i] ? seccomp_arch_add(p->ctx, archs[i]) : 0;
        check(p, zk_seccomp_archs[i], rc == -EEXIST ? 0 : rc);
    }
}

static uint32_t read_flags(struct zp__json_reader *r,
                           const struct zp__json_value *seccomp)
{
    const struct zp__json_value *list, *v;
    uint32_t i, set = 0;

    /* runc's default, and since 5.16 what Linux does in any case. */
    if (!zp__json_get(seccomp, "flags"))
        return SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    list = zp__json_array(r, seccomp, "flags");
    ZP__JSON_EACH(v, i, list)
        set |= flags[word(r, "flags", v, zk_seccomp_flags)];
    return set;
}

/* ---- rules ---- */

static void read_conditions(struct profile *p, const struct zp__json_value *v,
                            struct entry *e)
{
    static const char *const keys[] = { "index", "value", "valueTwo", "op",
                                        NULL };
    const struct zp__json_value *list, *arg;
    bool seen[NR_ARGS] = { false };
    uint32_t i;

    list = zp__json_array_or_empty(p->r, v, "args");
    if (list->nr > MAX_CONDITIONS)
        zp__json_fail(p->r, ZP_ERR_RANGE, "oci", "args: %u, at most %d",
                      list->nr, MAX_CONDITIONS);
    if (p->r->rc)
        return;
    ZP__JSON_EACH(arg, i, list) {
        struct scmp_arg_cmp *cmp = &e->cmp[e->nr++];

        zp__json_is_object(p->r, arg);
        zp__json_only(p->r, arg, keys);
        cmp->arg = (unsigned)zp__json_uint(p->r, arg, "index", NR_ARGS - 1);
        cmp->op = operators[word(p->r, "op", zp__json_get(arg, "op"),
                                 zk_seccomp_operators)];
        cmp->datum_a = zp__json_uint(p->r, arg, "value", UINT64_MAX);
        cmp->datum_b = zp__json_uint_or(p->r, arg, "valueTwo", UINT64_MAX, 0);
        e->apart |= seen[cmp->arg];
        seen[cmp->arg] = true;
    }
}

static void add_rule(struct profile *p, const char *name, int number,
                     uint32_t action, const struct scmp_arg_cmp *cmp,
                     uint32_t nr)
{
    if (++p->nr_rules > MAX_RULES)
        zp__json_fail(p->r, ZP_ERR_RANGE, "oci", "more than %d rules",
                      MAX_RULES);
    if (!p->r->rc)
        check(p, name, seccomp_rule_add_array(p->ctx, action, number, nr,
                                              cmp));
}

/*
 * A name that libseccomp does not know is of a later Linux than its, or of
 * another machine: runc lets it be, and managers' profiles have many. It has no
 * two conditions on one argument; where a profile has, each is meant by itself.
 */
static void add_call(struct profile *p, const char *name,
                     const struct entry *e)
{
    int number, i;
    uint32_t k;

    for (i = 0; i < NR_ARCHS; i++) {
        number = seccomp_syscall_resolve_name_arch(archs[i], name);
        if (number > p->last[i])
            p->last[i] = number;
    }
    number = seccomp_syscall_resolve_name(name);
    /* libseccomp refuses what would be so anyway. */
    if (number == __NR_SCMP_ERROR || e->action == p->otherwise)
        return;
    if (!e->apart)
        add_rule(p, name, number, e->action, e->cmp, e->nr);
    for (k = 0; e->apart && k < e->nr; k++)
        add_rule(p, name, number, e->action, &e->cmp[k], 1);
}

static void read_calls(struct profile *p, const struct zp__json_value *seccomp)
{
    static const char *const keys[] = { "names", "action", "errnoRet", "args",
                                        NULL };
    const struct zp__json_value *list, *v, *names, *name;
    uint32_t i, k;

    list = zp__json_array_or_empty(p->r, seccomp, "syscalls");
    ZP__JSON_EACH(v, i, list) {
        struct entry e = { .nr = 0 };

        zp__json_at(p->r, "seccomp: syscalls[%u]: ", i);
        zp__json_is_object(p->r, v);
        zp__json_only(p->r, v, keys);
        e.action = read_action(p->r, v, "action", "errnoRet");
        read_conditions(p, v, &e);
        names = zp__json_array(p->r, v, "names");
        ZP__JSON_EACH(name, k, names) {
            if (name->type != ZP__JSON_STRING)
                zp__json_fail(p->r, ZP_ERR_PARSE, "oci", "names[%u]: no "
                              "string", k);
            if (p->r->rc)
                return;
            add_call(p, name->str, &e);
        }
        if (p->r->rc)
            return;
    }
    zp__json_at(p->r, "seccomp: ");
}

/* ---- the program ---- */

/*
 * Calls that came after all that the profile names are as if Linux did not
 * have them. A C library tries new calls, and goes back to the old ones at
 * ENOSYS, but not at the EPERM of a profile from before their time. So does
 * runc. Of what machine a call is, an x86 guest tells by two words, and x32 by
 * a bit of the number. A profile that allows by default means them, too.
 */
static void write_stub(const struct profile *p, struct sock_filter *at)
{
    uint32_t last[NR_ARCHS];
    int i;

    /* A machine that it has not is for libseccomp's program to refuse. */
    for (i = 0; i < NR_ARCHS; i++)
        last[i] = p->has[i] && p->last[i] ? (uint32_t)p->last[i] : UINT32_MAX;
    memcpy(at, (struct sock_filter[STUB]){
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 7),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, last[X86], 4, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1 << 30, 0, 1),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, last[X32], 1, 2),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, last[X86_64], 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    }, STUB * sizeof(*at));
}

static bool allows(uint32_t action)
{
    return action == SCMP_ACT_ALLOW || action == SCMP_ACT_LOG ||
           (action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE;
}

/* libseccomp writes to a file and nowhere else. */
static void read_program(struct profile *p, int fd, struct zk_filter *filter)
{
    uint32_t stub = allows(p->otherwise) ? 0 : STUB;
    struct stat st = { .st_size = 0 };
    ssize_t got;
    size_t nr;

    if (fstat(fd, &st)) {
        check(p, "its program", -errno);
        return;
    }
    nr = (size_t)st.st_size / sizeof(*filter->at) + stub;
    if (nr > ZK_MAX_FILTER) {
        zp__json_fail(p->r, ZP_ERR_RANGE, "oci", "%zu instructions, at most "
                      "%d", nr, ZK_MAX_FILTER);
        return;
    }
    filter->at = calloc(nr, sizeof(*filter->at));
    if (!filter->at) {
        p->r->rc = zp__nomem(p->r->err);
        return;
    }
    if (stub)
        write_stub(p, filter->at);
    got = pread(fd, filter->at + stub, (size_t)st.st_size, 0);
    if (got != st.st_size)
        check(p, "its program", got < 0 ? -errno : -EIO);
    filter->nr = (uint32_t)nr;
}

static void write_program(struct profile *p, struct zk_filter *filter)
{
    int fd;

    if (p->nr_rules > MIN_TREE)
        check(p, "a tree", seccomp_attr_set(p->ctx, SCMP_FLTATR_CTL_OPTIMIZE,
                                            2));
    if (p->r->rc)
        return;
    fd = memfd_create("seccomp", MFD_CLOEXEC);
    if (fd < 0) {
        check(p, "its program", -errno);
        return;
    }
    check(p, "its program", seccomp_export_bpf(p->ctx, fd));
    if (!p->r->rc)
        read_program(p, fd, filter);
    close(fd);
}

void zk__read_seccomp(struct zk__spec_reader *r,
                      const struct zp__json_value *seccomp)
{
    static const char *const keys[] = {
        "defaultAction", "defaultErrnoRet", "architectures", "flags",
        "listenerPath", "listenerMetadata", "syscalls", NULL };
    struct profile p = { .r = &r->json };

    /* As runc has it. */
    if (!zp__json_get(seccomp, "defaultAction") &&
        !zp__json_array_or_empty(p.r, seccomp, "syscalls")->nr)
        return;
    zp__json_at(p.r, "seccomp: ");
    zp__json_only(p.r, seccomp, keys);
    zk__refuse_member(r, seccomp, "listenerPath", "a zone has no agent that "
                      "could be asked");
    zk__refuse_member(r, seccomp, "listenerMetadata", "a zone has no agent "
                      "that could be asked");
    p.otherwise = read_action(p.r, seccomp, "defaultAction",
                              "defaultErrnoRet");
    r->spec->filter.flags = read_flags(p.r, seccomp);
    if (!p.r->rc) {
        /* What this host's Linux can do is not what the zone's can. */
        check(&p, "libseccomp", seccomp_api_set(4));
        p.ctx = seccomp_init(p.otherwise);
        check(&p, "libseccomp", p.ctx ? 0 : -ENOMEM);
    }
    if (!p.r->rc)
        read_archs(&p, seccomp);
    if (!p.r->rc)
        read_calls(&p, seccomp);
    if (!p.r->rc)
        write_program(&p, &r->spec->filter);
    seccomp_release(p.ctx);
    zp__json_at(p.r, "%s", "");
}
