/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seccomp profiles as programs: what they answer to calls, by the rules of
 * Linux's BPF, and what each that is none is told.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/syscall.h>

#include "../../kube-annotations/spec.h"
#include "../golden/oom.h"
#include "core.h"
#include "oci-data.h"

static const struct zk_spec_rules rules;
static char whole[1 << 16], config[1 << 20];

/* The least config.json with this profile. */
static int compile(const char *profile, struct zk_spec *spec,
                   struct zp_error *err)
{
    int len = snprintf(config, sizeof(config),
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"rootfs\"},"
        "\"process\":{\"args\":[\"sh\"],\"cwd\":\"/\"},"
        "\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"},"
        "{\"type\":\"mount\"}],\"seccomp\":%s}}", profile);

    /* Not by check, which takes memory. */
    if (len >= (int)sizeof(config))
        abort();
    return zk_spec_from_config(config, (size_t)len, &rules, spec, err);
}

/* ---- a machine for such programs, as seccomp(2) lets them be ---- */

static uint32_t word_at(const struct seccomp_data *data, uint32_t at)
{
    uint32_t value;

    ck_assert(at % 4 == 0 && at < sizeof(*data));
    memcpy(&value, (const char *)data + at, 4);
    return value;
}

static bool jumps(const struct sock_filter *at, uint32_t a)
{
    switch (BPF_OP(at->code)) {
    case BPF_JEQ:
        return a == at->k;
    case BPF_JGT:
        return a > at->k;
    case BPF_JGE:
        return a >= at->k;
    default:
        ck_assert_int_eq(BPF_OP(at->code), BPF_JSET);
        return a & at->k;
    }
}

static uint32_t run(const struct zk_filter *filter,
                    const struct seccomp_data *data)
{
    uint32_t a = 0, at;

    for (at = 0; at < filter->nr; at++) {
        const struct sock_filter *f = &filter->at[at];

        if (f->code == (BPF_RET | BPF_K))
            return f->k;
        if (f->code == (BPF_LD | BPF_W | BPF_ABS))
            a = word_at(data, f->k);
        else if (f->code == (BPF_ALU | BPF_AND | BPF_K))
            a &= f->k;
        else if (f->code == (BPF_JMP | BPF_JA))
            at += f->k;
        else
            at += jumps(f, a) ? f->jt : f->jf;
    }
    ck_abort_msg("a program ends without an answer");
    return 0;
}

/* ---- what they answer ---- */

#define X64 AUDIT_ARCH_X86_64
#define I386 AUDIT_ARCH_I386
#define X32 0x40000000
#define ERROR(n) (SECCOMP_RET_ERRNO | (n))
#define DEFAULT(action) "{\"defaultAction\":\"SCMP_ACT_" action "\""
#define CALLS(entries) ",\"syscalls\":[" entries "]}"
#define ENTRY(name, action) \
    "{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_" action "\"}"
#define ENTRY_ARGS(name, action, args) "{\"names\":[\"" name "\"]," \
    "\"action\":\"SCMP_ACT_" action "\",\"args\":[" args "]}"
#define ARG(index, op, value) "{\"index\":" #index ",\"op\":\"SCMP_CMP_" op \
    "\",\"value\":" #value "}"
#define ALL_ARCHS ",\"architectures\":[\"SCMP_ARCH_X86_64\"," \
    "\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\",\"SCMP_ARCH_AARCH64\"]"
#define ONE(op, value) DEFAULT("ALLOW") \
    CALLS(ENTRY_ARGS("socket", "KILL", ARG(0, op, value)))

static const struct {
    const char *profile;
    uint32_t arch;
    int number;
    uint64_t args[6];
    uint32_t answer;
} answers[] = {
    /* Actions. */
    { DEFAULT("ALLOW") "}", X64, SYS_mkdir, { 0 }, SECCOMP_RET_ALLOW },
    { DEFAULT("LOG") "}", X64, SYS_mkdir, { 0 }, SECCOMP_RET_LOG },
    { DEFAULT("KILL") "}", X64, SYS_mkdir, { 0 }, SECCOMP_RET_KILL_THREAD },
    { DEFAULT("KILL_THREAD") "}", X64, SYS_mkdir, { 0 },
      SECCOMP_RET_KILL_THREAD },
    { DEFAULT("KILL_PROCESS") "}", X64, SYS_mkdir, { 0 },
      SECCOMP_RET_KILL_PROCESS },
    { DEFAULT("TRAP") "}", X64, SYS_mkdir, { 0 }, SECCOMP_RET_TRAP },
    { DEFAULT("TRACE") "}", X64, SYS_mkdir, { 0 }, SECCOMP_RET_TRACE | EPERM },
    { DEFAULT("TRACE") ",\"defaultErrnoRet\":65535}", X64, SYS_mkdir, { 0 },
      SECCOMP_RET_TRACE | 65535 },
    { DEFAULT("ERRNO") "}", X64, SYS_mkdir, { 0 }, ERROR(EPERM) },
    { DEFAULT("ERRNO") ",\"defaultErrnoRet\":4094}", X64, SYS_mkdir, { 0 },
      ERROR(4094) },
    { DEFAULT("ALLOW") CALLS(ENTRY("mkdir", "ERRNO")), X64, SYS_mkdir, { 0 },
      ERROR(EPERM) },
    { DEFAULT("ALLOW") CALLS(ENTRY("mkdir", "ERRNO")), X64, SYS_mkdirat, { 0 },
      SECCOMP_RET_ALLOW },
    /* As the default is: no rule; another errno is another action. */
    { DEFAULT("ERRNO") CALLS(ENTRY("mkdir", "ERRNO")), X64, SYS_mkdir, { 0 },
      ERROR(EPERM) },
    { DEFAULT("ERRNO") CALLS("{\"names\":[\"mkdir\"],\"action\":"
      "\"SCMP_ACT_ERRNO\",\"errnoRet\":0}"), X64, SYS_mkdir, { 0 }, ERROR(0) },
    { DEFAULT("ALLOW") CALLS("{\"names\":[],\"action\":\"SCMP_ACT_KILL\"}"),
      X64, SYS_mkdir, { 0 }, SECCOMP_RET_ALLOW },
    /* Operators. */
    { ONE("EQ", 7), X64, SYS_socket, { 7 }, SECCOMP_RET_KILL },
    { ONE("EQ", 7), X64, SYS_socket, { 8 }, SECCOMP_RET_ALLOW },
    { ONE("EQ", 7), X64, SYS_socket, { 0x100000007 }, SECCOMP_RET_ALLOW },
    { ONE("EQ", 4294967303), X64, SYS_socket, { 0x100000007 },
      SECCOMP_RET_KILL },
    { ONE("NE", 7), X64, SYS_socket, { 8 }, SECCOMP_RET_KILL },
    { ONE("NE", 7), X64, SYS_socket, { 7 }, SECCOMP_RET_ALLOW },
    { ONE("LT", 7), X64, SYS_socket, { 6 }, SECCOMP_RET_KILL },
    { ONE("LT", 7), X64, SYS_socket, { 7 }, SECCOMP_RET_ALLOW },
    { ONE("LE", 7), X64, SYS_socket, { 7 }, SECCOMP_RET_KILL },
    { ONE("LE", 7), X64, SYS_socket, { 8 }, SECCOMP_RET_ALLOW },
    { ONE("GE", 7), X64, SYS_socket, { 7 }, SECCOMP_RET_KILL },
    { ONE("GE", 7), X64, SYS_socket, { 6 }, SECCOMP_RET_ALLOW },
    { ONE("GT", 7), X64, SYS_socket, { UINT64_MAX }, SECCOMP_RET_KILL },
    { ONE("GT", 7), X64, SYS_socket, { 7 }, SECCOMP_RET_ALLOW },
    { DEFAULT("ALLOW") CALLS(ENTRY_ARGS("clone", "KILL", "{\"index\":5,"
      "\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":240,\"valueTwo\":32}")),
      X64, SYS_clone, { 0, 0, 0, 0, 0, 0x12f }, SECCOMP_RET_KILL },
    { DEFAULT("ALLOW") CALLS(ENTRY_ARGS("clone", "KILL", "{\"index\":5,"
      "\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":240,\"valueTwo\":32}")),
      X64, SYS_clone, { 0, 0, 0, 0, 0, 0x13f }, SECCOMP_RET_ALLOW },
    /* Conditions: all of them, or each if one argument has two. */
    { DEFAULT("ALLOW") CALLS(ENTRY_ARGS("kill", "KILL", ARG(0, "EQ", 1) ","
      ARG(1, "EQ", 2))), X64, SYS_kill, { 1, 2 }, SECCOMP_RET_KILL },
    { DEFAULT("ALLOW") CALLS(ENTRY_ARGS("kill", "KILL", ARG(0, "EQ", 1) ","
      ARG(1, "EQ", 2))), X64, SYS_kill, { 1, 3 }, SECCOMP_RET_ALLOW },
    { DEFAULT("ALLOW") CALLS(ENTRY_ARGS("kill", "KILL", ARG(0, "EQ", 1) ","
      ARG(0, "EQ", 2))), X64, SYS_kill, { 2, 9 }, SECCOMP_RET_KILL },
    { DEFAULT("ALLOW") CALLS(ENTRY_ARGS("kill", "KILL", ARG(0, "EQ", 1) ","
      ARG(1, "EQ", 5) "," ARG(0, "EQ", 2))), X64, SYS_kill, { 9, 5 },
      SECCOMP_RET_KILL },
    /* Other machines: theirs if they are named, else the end of it. */
    { DEFAULT("ALLOW") CALLS(ENTRY("mkdir", "TRAP")), I386, 39, { 0 },
      SECCOMP_RET_KILL },
    { DEFAULT("ALLOW") ALL_ARCHS CALLS(ENTRY("mkdir", "TRAP")), I386, 39,
      { 0 }, SECCOMP_RET_TRAP },
    { DEFAULT("ALLOW") ALL_ARCHS CALLS(ENTRY("mkdir", "TRAP")), X64,
      X32 | SYS_mkdir, { 0 }, SECCOMP_RET_TRAP },
    { DEFAULT("ALLOW") CALLS(ENTRY("mkdir", "TRAP")), X64, X32 | SYS_mkdir,
      { 0 }, SECCOMP_RET_KILL },
    { DEFAULT("ALLOW") ALL_ARCHS CALLS(ENTRY("mkdir", "TRAP")),
      AUDIT_ARCH_AARCH64, 34, { 0 }, SECCOMP_RET_KILL },
    /* Calls after all that it names. */
    { DEFAULT("ERRNO") CALLS(ENTRY("clone3", "ALLOW")), X64, 436, { 0 },
      ERROR(ENOSYS) },
    { DEFAULT("ERRNO") CALLS(ENTRY("clone3", "ALLOW")), X64, 434, { 0 },
      ERROR(EPERM) },
    { DEFAULT("KILL") CALLS(ENTRY("clone3", "ERRNO")), X64, 999, { 0 },
      ERROR(ENOSYS) },
    { DEFAULT("LOG") CALLS(ENTRY("clone3", "ERRNO")), X64, 999, { 0 },
      SECCOMP_RET_LOG },
    { DEFAULT("TRACE") CALLS(ENTRY("clone3", "ALLOW")), X64, 999, { 0 },
      SECCOMP_RET_TRACE | EPERM },
    { DEFAULT("ERRNO") ALL_ARCHS CALLS(ENTRY("mkdir", "ALLOW")), I386, 40,
      { 0 }, ERROR(ENOSYS) },
    { DEFAULT("ERRNO") ALL_ARCHS CALLS(ENTRY("mkdir", "ALLOW")), I386, 39,
      { 0 }, SECCOMP_RET_ALLOW },
    { DEFAULT("ERRNO") ALL_ARCHS CALLS(ENTRY("mkdir", "ALLOW")), I386, 38,
      { 0 }, ERROR(EPERM) },
    { DEFAULT("ERRNO") ALL_ARCHS CALLS(ENTRY("mkdir", "ALLOW")), X64,
      X32 | 84, { 0 }, ERROR(ENOSYS) },
    { DEFAULT("ERRNO") ALL_ARCHS CALLS(ENTRY("mkdir", "ALLOW")), X64,
      X32 | 82, { 0 }, ERROR(EPERM) },
    { DEFAULT("ERRNO") ALL_ARCHS CALLS(ENTRY("mkdir", "ALLOW")),
      AUDIT_ARCH_AARCH64, 999, { 0 }, SECCOMP_RET_KILL },
    { DEFAULT("ERRNO") CALLS(ENTRY("mkdir", "ALLOW")), I386, 999, { 0 },
      SECCOMP_RET_KILL },
    { DEFAULT("ERRNO") CALLS(ENTRY("mkdir", "ALLOW")), X64, X32 | 999, { 0 },
      SECCOMP_RET_KILL },
    /* Of 360 names. */
    { whole, X64, SYS_execve, { 0 }, SECCOMP_RET_ALLOW },
    { whole, X64, SYS_read, { 0 }, SECCOMP_RET_ALLOW },
    { whole, X64, SYS_mount, { 0 }, ERROR(EPERM) },
    { whole, X64, SYS_clone3, { 0 }, ERROR(ENOSYS) },
    { whole, X64, SYS_clone, { 0x11 }, SECCOMP_RET_ALLOW },
    { whole, X64, SYS_clone, { 0x10000000 }, ERROR(EPERM) },
    { whole, X64, SYS_personality, { 0xffffffff }, SECCOMP_RET_ALLOW },
    { whole, X64, SYS_personality, { 1 }, ERROR(EPERM) },
    { whole, X64, SYS_socket, { 1 }, SECCOMP_RET_ALLOW },
    { whole, X64, SYS_socket, { 40 }, ERROR(EPERM) },
    { whole, X64, 999, { 0 }, ERROR(ENOSYS) },
    { whole, I386, 21, { 0 }, ERROR(EPERM) },
    { whole, I386, 11, { 0 }, SECCOMP_RET_ALLOW },
    { whole, X64, X32 | SYS_mount, { 0 }, ERROR(EPERM) },
    { whole, X64, X32 | SYS_mkdir, { 0 }, SECCOMP_RET_ALLOW },
};

START_TEST(answers_calls)
{
    struct seccomp_data data = { .nr = answers[_i].number,
                                 .arch = answers[_i].arch };
    struct zk_spec spec;

    memcpy(data.args, answers[_i].args, sizeof(data.args));
    ck_works(compile(answers[_i].profile, &spec, &err));
    ck_assert_uint_eq(run(&spec.filter, &data), answers[_i].answer);
    zk_spec_clear(&spec);
}
END_TEST

START_TEST(none)
{
    static const char *const empty[] = { "{}", "{\"syscalls\":[]}",
                                         "null" };
    struct zk_spec spec;
    size_t i;

    for (i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
        ck_works(compile(empty[i], &spec, &err));
        ck_assert(!spec.filter.nr && !spec.filter.flags);
        zk_spec_clear(&spec);
    }
}
END_TEST

START_TEST(has_flags)
{
    static const struct {
        const char *flags;
        uint32_t want;
    } cases[] = {
        { "", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
        { ",\"flags\":[]", 0 },
        { ",\"flags\":[\"SECCOMP_FILTER_FLAG_TSYNC\"]", 0 },
        { ",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\","
          "\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]",
          SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW },
    };
    struct zk_spec spec;
    char text[200];
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text), DEFAULT("ALLOW") "%s}", cases[i].flags);
        ck_works(compile(text, &spec, &err));
        ck_assert_uint_eq(spec.filter.flags, cases[i].want);
        zk_spec_clear(&spec);
    }
}
END_TEST

/* ---- what is refused ---- */

#define BAD(entry) DEFAULT("ALLOW") CALLS(ENTRY("read", "LOG") "," entry)
static const struct {
    const char *profile;
    int code;
    const char *msg;             /* after "config.json: seccomp: " */
} refused[] = {
    { "{\"syscalls\":[{}]}", ZP_ERR_PARSE, "defaultAction: no string" },
    { "{\"defaultAction\":7}", ZP_ERR_PARSE, "defaultAction: no string" },
    { DEFAULT("DENY") "}", ZP_ERR_UNSUPPORTED,
      "defaultAction: \"SCMP_ACT_DENY\" is none that a zone knows" },
    { DEFAULT("NOTIFY") "}", ZP_ERR_UNSUPPORTED, "defaultAction: "
      "SCMP_ACT_NOTIFY: a zone has no agent that could be asked" },
    { DEFAULT("ALLOW") ",\"listenerPath\":\"/run/agent\"}",
      ZP_ERR_UNSUPPORTED,
      "listenerPath: a zone has no agent that could be asked" },
    { DEFAULT("ALLOW") ",\"listenerMetadata\":\"x\"}", ZP_ERR_UNSUPPORTED,
      "listenerMetadata: a zone has no agent that could be asked" },
    { DEFAULT("ALLOW") ",\"default\":1}", ZP_ERR_INVAL,
      "unknown key \"default\"" },
    { DEFAULT("ERRNO") ",\"defaultErrnoRet\":4095}", ZP_ERR_RANGE,
      "defaultErrnoRet: 4095 is above 4094" },
    { DEFAULT("TRACE") ",\"defaultErrnoRet\":65536}", ZP_ERR_RANGE,
      "defaultErrnoRet: 65536 is above 65535" },
    { DEFAULT("ALLOW") ",\"defaultErrnoRet\":1}", ZP_ERR_PARSE,
      "defaultErrnoRet: SCMP_ACT_ALLOW has none" },
    { DEFAULT("ALLOW") ",\"architectures\":[\"SCMP_ARCH_VAX\"]}",
      ZP_ERR_UNSUPPORTED,
      "architectures: \"SCMP_ARCH_VAX\" is none that a zone knows" },
    { DEFAULT("ALLOW") ",\"architectures\":[1]}", ZP_ERR_PARSE,
      "architectures: no string" },
    { DEFAULT("ALLOW") ",\"flags\":[\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
      "\"]}", ZP_ERR_UNSUPPORTED, "flags: \"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_"
      "RECV\" is none that a zone knows" },
    { DEFAULT("ALLOW") ",\"syscalls\":{}}", ZP_ERR_PARSE,
      "syscalls: an object, but an array is needed" },
    { BAD("7"), ZP_ERR_PARSE, "syscalls[1]: " },
    { BAD(ENTRY("mkdir", "NOTIFY")), ZP_ERR_UNSUPPORTED, "syscalls[1]: action: "
      "SCMP_ACT_NOTIFY: a zone has no agent that could be asked" },
    { BAD("{\"names\":[\"mkdir\"]}"), ZP_ERR_PARSE,
      "syscalls[1]: action: no string" },
    { BAD("{\"action\":\"SCMP_ACT_LOG\"}"), ZP_ERR_PARSE, "syscalls[1]: " },
    { BAD("{\"names\":[\"mkdir\",2],\"action\":\"SCMP_ACT_LOG\"}"),
      ZP_ERR_PARSE, "syscalls[1]: names[1]: no string" },
    { BAD("{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_KILL\","
          "\"errnoRet\":1}"), ZP_ERR_PARSE,
      "syscalls[1]: errnoRet: SCMP_ACT_KILL has none" },
    { BAD("{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_LOG\","
          "\"minKernel\":1}"), ZP_ERR_INVAL,
      "syscalls[1]: unknown key \"minKernel\"" },
    { BAD(ENTRY_ARGS("kill", "LOG", ARG(6, "EQ", 1))), ZP_ERR_RANGE,
      "syscalls[1]: index: 6 is above 5" },
    { BAD(ENTRY_ARGS("kill", "LOG", ARG(0, "IS", 1))), ZP_ERR_UNSUPPORTED,
      "syscalls[1]: op: \"SCMP_CMP_IS\" is none that a zone knows" },
    { BAD(ENTRY_ARGS("kill", "LOG", ARG(0, "EQ", -1))), ZP_ERR_PARSE,
      "syscalls[1]: value: -1 is not a whole number from 0" },
    { BAD(ENTRY_ARGS("kill", "LOG", ARG(0, "EQ", 18446744073709551616))),
      ZP_ERR_RANGE, "syscalls[1]: value: 18446744073709551616 is above "
      "18446744073709551615" },
    { BAD(ENTRY_ARGS("kill", "LOG", "3")), ZP_ERR_PARSE, "syscalls[1]: " },
    { BAD(ENTRY_ARGS("kill", "LOG", ARG(0, "EQ", 1)) ","
          ENTRY_ARGS("kill", "TRAP", ARG(0, "EQ", 1))), ZP_ERR_UNSUPPORTED,
      "syscalls[2]: kill: another rule has it otherwise" },
};

START_TEST(refuses)
{
    struct zk_spec spec = { .hostname = "untouched" };
    struct zp_error err = { 0 };
    char want[300];
    int rc = compile(refused[_i].profile, &spec, &err);
    size_t len = strlen(refused[_i].msg);

    snprintf(want, sizeof(want), "config.json: seccomp: %s", refused[_i].msg);
    /* What follows a blank there is JSON's reader's. */
    if (refused[_i].msg[len - 1] == ' ') {
        ck_assert_int_eq(strncmp(err.msg, want, strlen(want)), 0);
        ck_assert_uint_gt(strlen(err.msg), strlen(want));
    } else {
        ck_assert_str_eq(err.msg, want);
    }
    ck_assert_int_eq(rc, refused[_i].code);
    ck_assert_str_eq(spec.hostname, "untouched");
}
END_TEST

/* @nr_calls entries, of a call each, with @nr conditions on one argument. */
static void make_large(char *text, unsigned nr_calls, unsigned nr)
{
    unsigned i, k;

    text += sprintf(text, DEFAULT("ERRNO") ",\"syscalls\":[");
    for (i = 0; i < nr_calls; i++) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64,
                                                      (int)i);

        ck_assert_ptr_nonnull(name);
        text += sprintf(text, "%s{\"names\":[\"%s\"],\"action\":"
                        "\"SCMP_ACT_LOG\",\"args\":[", i ? "," : "", name);
        for (k = 0; k < nr; k++)
            text += sprintf(text, "%s" ARG(1, "EQ", %llu), k ? "," : "",
                            (unsigned long long)(i * nr + k) << 32);
        text += sprintf(text, "]}");
        free(name);
    }
    sprintf(text, "]}");
}

START_TEST(has_limits)
{
    static const struct {
        unsigned nr_calls, nr;
        const char *end;         /* of the message; NULL: it is taken */
    } cases[] = {
        { 4, 64, NULL },
        { 17, 64, " instructions, at most 4096" },
        { 1, 65, "seccomp: syscalls[0]: args: 65, at most 64" },
    };
    static char text[1 << 19];
    struct zk_spec spec;
    struct zp_error why;
    size_t i;
    int rc;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make_large(text, cases[i].nr_calls, cases[i].nr);
        rc = compile(text, &spec, &why);
        if (cases[i].end) {
            ck_assert_int_eq(rc, ZP_ERR_RANGE);
            ck_assert_ptr_nonnull(strstr(why.msg, cases[i].end));
        } else {
            ck_assert_int_eq(rc, ZP_OK);
            ck_assert_uint_gt(spec.filter.nr, 500);
            ck_assert_uint_le(spec.filter.nr, ZK_MAX_FILTER);
            zk_spec_clear(&spec);
        }
    }
    rc = sprintf(text, DEFAULT("ERRNO") ",\"syscalls\":[{\"action\":"
                 "\"SCMP_ACT_LOG\",\"names\":[\"read\"");
    for (i = 0; i < 2048; i++)
        rc += sprintf(text + rc, ",\"read\"");
    sprintf(text + rc, "]}]}");
    ck_fails(compile(text, &spec, &err), ZP_ERR_RANGE, "oci",
             "config.json: seccomp: syscalls[0]: more than 2048 rules");
}
END_TEST

START_TEST(no_memory)
{
    struct zk_spec spec;
    bool hit = true;
    int nth, rc;

    for (nth = 0; hit; nth++) {
        oom_arm(nth);
        rc = compile(DEFAULT("ERRNO") CALLS(ENTRY("mkdir", "ALLOW")), &spec,
                     NULL);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
    }
    ck_assert_int_gt(nth, 5);
    zk_spec_clear(&spec);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("seccomp");
    TCase *tc = tcase_create("seccomp");

    read_oci_data("seccomp.json", whole, sizeof(whole));
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, answers_calls, 0,
                        (int)(sizeof(answers) / sizeof(answers[0])));
    tcase_add_test(tc, none);
    tcase_add_test(tc, has_flags);
    tcase_add_loop_test(tc, refuses, 0,
                        (int)(sizeof(refused) / sizeof(refused[0])));
    tcase_add_test(tc, has_limits);
    tcase_add_test(tc, no_memory);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
