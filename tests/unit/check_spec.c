/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Specs of containers: what the config.json of a pod comes to, that it goes
 * over the link unchanged, and what each that a zone can't have is told.
 */
#include <sys/stat.h>

#include "../../kube-annotations/frame.h"
#include "../../kube-annotations/spec.h"
#include "../golden/oom.h"
#include "core.h"
#include "oci-data.h"

static const struct zk_spec_rules rules;
static char pod[1 << 16], alone[1 << 16];

/* The pod's config with the first @from replaced. */
static char *changed(const char *whole, const char *from, const char *to)
{
    const char *at = strstr(whole, from);
    size_t size = strlen(whole) + strlen(to) + 1;
    char *text = malloc(size);

    ck_assert_msg(at, "%s", from);
    ck_assert(text);
    snprintf(text, size, "%.*s%s%s", (int)(at - whole), whole, to,
             at + strlen(from));
    return text;
}

/* Files where the host would have put them: a copy of one. */
static void add_files(struct zk_spec *spec)
{
    uint32_t i;

    for (i = 0; i < spec->nr_mounts; i++) {
        struct zk_mount *m = &spec->mounts[i];

        if (m->kind != ZK_MOUNT_FILES)
            continue;
        m->files = calloc(3, sizeof(*m->files));
        ck_assert(m->files);
        m->nr_files = 3;
        m->files[0] = (struct zk_file){ .path = "", .mode = S_IFDIR | 0755 };
        m->files[1] = (struct zk_file){ .path = "token", .uid = 7,
            .mode = S_IFREG | 0600, .len = 3,
            .data = (const uint8_t *)"a\0b" };
        m->files[2] = (struct zk_file){ .path = "to", .gid = 8,
            .mode = S_IFLNK | 0777, .len = 6,
            .data = (const uint8_t *)"token" };
    }
}

START_TEST(understands)
{
    struct zk_spec spec;
    const struct zk_process *p = &spec.process;

    ck_works(zk_spec_from_config(pod, strlen(pod), &rules, &spec, &err));
    ck_assert_uint_eq(p->args.nr, 3);
    ck_assert_str_eq(p->args.at[2], "echo hi");
    ck_assert_ptr_null(p->args.at[3]);
    ck_assert_str_eq(p->env.at[2], "EMPTY=");
    ck_assert_str_eq(p->cwd, "/srv");
    ck_assert(p->uid == 1000 && p->gid == 3000 && p->nr_groups == 2);
    ck_assert(p->groups[1] == 2000 && p->umask == ZP_UNKNOWN_ID);
    ck_assert_uint_eq(p->rlimits_set, 1 << 7);
    ck_assert(p->rlimit[7].soft == 512 && p->rlimit[7].hard == 1024);
    ck_assert_uint_eq(p->caps[ZK_CAP_EFFECTIVE], 0xa80425fb);
    ck_assert_uint_eq(p->caps[ZK_CAP_AMBIENT], 0);
    ck_assert(p->no_new_privileges && !p->terminal);
    ck_assert_int_eq(p->oom_score_adj, -997);
    ck_assert(spec.readonly_root && !spec.shared_pids);
    ck_assert_str_eq(spec.hostname, "web");
    ck_assert_str_eq(spec.root, "rootfs");
    ck_assert_uint_eq(spec.nr_mounts, 13);
    ck_assert_str_eq(spec.mounts[1].options, "mode=755,size=65536k");
    ck_assert_uint_eq(spec.mounts[0].flags, ZK_MOUNT_NOSUID | ZK_MOUNT_NODEV |
                      ZK_MOUNT_NOEXEC);
    ck_assert_int_eq(spec.mounts[6].kind, ZK_MOUNT_EMPTY);
    ck_assert_str_eq(spec.mounts[6].source, "cache");
    ck_assert_int_eq(spec.mounts[7].kind, ZK_MOUNT_FILES);
    ck_assert_int_eq(spec.mounts[11].kind, ZK_MOUNT_SHM);
    ck_assert_int_eq(spec.mounts[12].kind, ZK_MOUNT_FILES);
    ck_assert_uint_eq(spec.mounts[12].flags, ZK_MOUNT_RO);
    ck_assert_uint_eq(spec.masked.nr, 3);
    ck_assert_str_eq(spec.readonly.at[1], "/proc/sys");
    ck_assert_str_eq(zk_spec_annotation(&spec, "zoneplace.io/numa-nodes"), "2");
    ck_assert_ptr_null(zk_spec_annotation(&spec, "zoneplace.io/cpu"));
    ck_assert_uint_eq(spec.limits.set, 1 << ZK_LIMIT_MEMORY_MAX |
                      1 << ZK_LIMIT_CPU_WEIGHT | 1 << ZK_LIMIT_CPU_MAX_US |
                      1 << ZK_LIMIT_CPU_PERIOD_US);
    ck_assert_uint_eq(spec.limits.value[ZK_LIMIT_MEMORY_MAX], 134217728);
    ck_assert_uint_eq(spec.limits.value[ZK_LIMIT_CPU_WEIGHT], 20);
    ck_assert_uint_eq(spec.limits.value[ZK_LIMIT_CPU_MAX_US], 50000);
    ck_assert_uint_eq(spec.limits.value[ZK_LIMIT_CPU_PERIOD_US], 100000);
    zk_spec_clear(&spec);
    ck_works(zk_spec_from_process(alone, strlen(alone), &rules, &spec, &err));
    ck_assert_uint_eq(p->uid, 1000);
    zk_spec_clear(&spec);
}
END_TEST

/* What is read is what was sent, and is sent the same again. */
START_TEST(goes_over_the_link)
{
    uint8_t *bytes, *again;
    struct zk_spec spec, got;
    size_t len, len2;
    bool whole = _i;

    ck_works(zk_spec_from_config(pod, strlen(pod), &rules, &spec, &err));
    add_files(&spec);
    spec.root_kind = ZK_ROOT_DISK;
    spec.root = "xvdb";
    ck_works(zk_spec_pack(&spec, whole, &bytes, &len, &err));
    ck_works(zk_spec_unpack(bytes, len, whole, &got, &err));
    ck_works(zk_spec_pack(&got, whole, &again, &len2, &err));
    ck_assert_uint_eq(len, len2);
    ck_assert_mem_eq(bytes, again, len);
    ck_assert_str_eq(got.process.cwd, "/srv");
    ck_assert_uint_eq(got.nr_mounts, whole ? 13 : 0);
    if (whole) {
        ck_assert_str_eq(got.mounts[12].files[1].path, "token");
        ck_assert_mem_eq(got.mounts[12].files[1].data, "a\0b", 3);
        /* The host's paths stay there. */
        ck_assert_str_eq(got.mounts[7].source, "");
    }
    free(again);
    zk_spec_clear(&got);
    /* Cut anywhere it is no spec, and nor with a byte more. */
    for (len2 = 0; len2 < len; len2++)
        ck_assert_int_lt(zk_spec_unpack(bytes, len2, whole, &got, NULL), 0);
    again = calloc(len + 1, 1);
    ck_assert(again);
    memcpy(again, bytes, len);
    ck_fails(zk_spec_unpack(again, len + 1, whole, &got, &err), ZP_ERR_PARSE,
             "spec", "spec: something follows");
    free(again);
    free(bytes);
    zk_spec_clear(&spec);
}
END_TEST

static const struct {
    const char *from, *to;
    int code;
    const char *msg;             /* after "config.json: " */
} refused[] = {
#define MOUNT "\"mounts\": ["
#define A_MOUNT(dest, type, options)                                    \
    MOUNT "{\"destination\":\"" dest "\",\"type\":\"" type "\","      \
    "\"source\":\"/srv/data\",\"options\":[" options "]},"
    { "1.0.2-dev", "2.0.0", ZP_ERR_UNSUPPORTED,
      "ociVersion: only 1.x is known" },
    { "\"hostname\"", "\"windows\"", ZP_ERR_INVAL,
      "unknown key \"windows\"" },
    { "\"hostname\"", "\"domainname\"", ZP_ERR_UNSUPPORTED,
      "domainname: not supported" },
    { "\"hostname\"", "\"hooks\":{\"prestart\":[{\"path\":\"/x\"}]},"
      "\"hostname\"", ZP_ERR_UNSUPPORTED, "prestart: hooks run on the host, "
      "and the container is not there" },
    { "\"rootfs\"", "\"\"", ZP_ERR_PARSE, "root.path: not from 1 to 4095 "
      "bytes" },
    { MOUNT, A_MOUNT("/data", "bind", "\"rbind\",\"rw\""), ZP_ERR_UNSUPPORTED,
      "mount at /data: /srv/data: a zone can't write to the host's files; "
      "read-only ones are copied" },
    { MOUNT, A_MOUNT("/data", "ext4", ""), ZP_ERR_UNSUPPORTED,
      "mount at /data: ext4: no file system of a zone's containers" },
    { MOUNT, A_MOUNT("/data", "overlay", "\"lowerdir=/etc\""),
      ZP_ERR_UNSUPPORTED,
      "mount at /data: overlay: no file system of a zone's containers" },
    { MOUNT, A_MOUNT("/data", "tmpfs", "\"size=1,mpol=bind:1\""),
      ZP_ERR_UNSUPPORTED, "mount at /data: size=1,mpol=bind:1: no such option "
      "of a zone's mounts" },
    { MOUNT, A_MOUNT("/data", "tmpfs", "\"shared\""), ZP_ERR_UNSUPPORTED,
      "mount at /data: shared: no such option of a zone's mounts" },
    { MOUNT, A_MOUNT("/data", "tmpfs", "7"), ZP_ERR_UNSUPPORTED,
      "mount at /data: : no such option of a zone's mounts" },
    { MOUNT, A_MOUNT("/data/../../etc", "tmpfs", ""), ZP_ERR_UNSUPPORTED,
      "mount at /data/../../etc: destination: no absolute path, or \"..\"" },
    { MOUNT, A_MOUNT("data", "tmpfs", ""), ZP_ERR_UNSUPPORTED,
      "mount at data: destination: no absolute path, or \"..\"" },
    { "\"source\": \"/var/lib/kubelet/pods/6f1d/etc-hosts\"",
      "\"source\": \"/var/../etc/shadow\"", ZP_ERR_UNSUPPORTED,
      "mount at /etc/hosts: /var/../etc/shadow: no absolute path" },
    { "empty-dir/cache", "empty-dir/../x", ZP_ERR_UNSUPPORTED,
      "mount at /cache: /var/lib/kubelet/pods/6f1d/volumes/kuber: no absolute "
      "path" },
    { "empty-dir/cache", "empty-dir/a/b", ZP_ERR_UNSUPPORTED,
      "mount at /cache: /var/lib/kubelet/pods/6f1d/volumes/kuber: a zone can't "
      "write to the host's files; read-only ones are copied" },
    { "\"type\": \"pid\"", "\"type\": \"uts\"", ZP_ERR_UNSUPPORTED,
      "namespaces: no pid: a zone can't share the host's" },
    { "\"type\": \"ipc\"", "\"type\": \"uts\"", ZP_ERR_UNSUPPORTED,
      "namespaces: no ipc: a zone can't share the host's" },
    { "\"type\": \"cgroup\"\n", "\"type\": \"user\"\n", ZP_ERR_UNSUPPORTED,
      "namespaces: user: a zone has none" },
    { "\"cgroupsPath\"", "\"devices\":[{\"path\":\"/dev/mem\"}],"
      "\"cgroupsPath\"", ZP_ERR_UNSUPPORTED, "devices: /dev/mem: the host's "
      "devices are not in the zone" },
    { "\"cgroupsPath\"", "\"sysctl\":{\"kernel.shmmax\":\"1\"},"
      "\"cgroupsPath\"", ZP_ERR_UNSUPPORTED, "sysctl: not supported" },
    { "\"cgroupsPath\"", "\"mountLabel\":\"system_u\",\"cgroupsPath\"",
      ZP_ERR_UNSUPPORTED, "mountLabel: a zone's kernel has no policy of the "
      "host" },
    { "\"cgroupsPath\"", "\"rootfsPropagation\":\"rshared\",\"cgroupsPath\"",
      ZP_ERR_UNSUPPORTED, "rootfsPropagation: a zone shares no mounts with "
      "the host" },
    { "\"cgroupsPath\"", "\"uidMappings\":[{\"hostID\":1}],\"cgroupsPath\"",
      ZP_ERR_UNSUPPORTED, "uidMappings: a zone has no user namespaces" },
    { "\"shares\": 512", "\"cpus\": \"0-3\"", ZP_ERR_UNSUPPORTED,
      "cpus: a zone's plan says where it runs" },
    { "\"limit\": 0", "\"limit\": 2097152", ZP_ERR_UNSUPPORTED,
      "limit: huge pages are not set up in zones" },
    { "\"memory\": {", "\"unified\":{\"io.max\":\"1\"},\"memory\": {",
      ZP_ERR_UNSUPPORTED, "unified: io.max: not enforced in a zone" },
    { "\"memory\": {", "\"unified\":{\"memory.high\":\"1k\"},"
      "\"memory\": {", ZP_ERR_PARSE,
      "unified: memory.high: neither a number nor \"max\"" },
    { "\"memory\": {", "\"unified\":{\"memory.high\":\"9999999999999999999\"}"
      ",\"memory\": {", ZP_ERR_PARSE,
      "unified: memory.high: neither a number nor \"max\"" },
    { "\"memory\": {", "\"unified\":{\"memory.high\":1},\"memory\": {",
      ZP_ERR_PARSE, "unified: memory.high: neither a number nor \"max\"" },
    { "\"memory\": {", "\"unified\":{\"memory.oom.group\":\"2\"},"
      "\"memory\": {", ZP_ERR_RANGE,
      "memory.oom.group: out of the range that Linux takes" },
    { "\"memory\": {", "\"unified\":{\"cpu.weight\":\"0\"},\"memory\": {",
      ZP_ERR_RANGE, "cpu.weight: out of the range that Linux takes" },
    { "134217728", "-2", ZP_ERR_PARSE,
      "limit: -2 is not a whole number from 0" },
    { "134217728", "1,\"disableOOMKiller\":true", ZP_ERR_UNSUPPORTED,
      "disableOOMKiller: Linux has it no more" },
    { "\"quota\": 50000", "\"quota\": 999", ZP_ERR_RANGE,
      "quota: out of the range that Linux takes" },
    { "\"period\": 100000", "\"period\": 1000001", ZP_ERR_RANGE,
      "period: out of the range that Linux takes" },
    { "\"shares\": 512", "\"idle\": 1", ZP_ERR_UNSUPPORTED,
      "idle: not enforced in a zone" },
    { "\"memory\": {", "\"pids\":5,\"memory\": {", ZP_ERR_PARSE,
      "pids: a number, but an object is needed" },
    { "/proc/kcore", "proc/kcore", ZP_ERR_PARSE,
      "maskedPaths: \"proc/kcore\" is no absolute path" },
    { "\"args\": [", "\"args\": [], \"nargs\": [", ZP_ERR_INVAL,
      "unknown key \"nargs\"" },
    { "\"sh\",", "\"\",", ZP_ERR_PARSE, "args: no program" },
    { "\"sh\",", "7,", ZP_ERR_PARSE, "args[0]: no string" },
    { "\"PATH=/bin\"", "\"PATH\"", ZP_ERR_PARSE,
      "env[0]: \"PATH\" is no NAME=VALUE" },
    { "\"PATH=/bin\"", "\"=x\"", ZP_ERR_PARSE,
      "env[0]: \"=x\" is no NAME=VALUE" },
    { "\"/srv\"", "\"srv\"", ZP_ERR_PARSE,
      "cwd: \"srv\" is no absolute path" },
    { "\"uid\": 1000", "\"uid\": 4294967295", ZP_ERR_RANGE,
      "uid: 4294967295 is above 4294967294" },
    { "\"uid\": 1000", "\"uid\": -1", ZP_ERR_PARSE,
      "uid: -1 is not a whole number from 0" },
    { "\"uid\": 1000", "\"umask\": 512", ZP_ERR_RANGE,
      "umask: 512 is above 511" },
    { "CAP_CHOWN", "CAP_HOST", ZP_ERR_UNSUPPORTED,
      "bounding: no capability of Linux: \"CAP_HOST\"" },
    { "RLIMIT_NOFILE", "RLIMIT_FILES", ZP_ERR_UNSUPPORTED,
      "rlimits: no limit of Linux: \"RLIMIT_FILES\"" },
    { "\"soft\": 512", "\"soft\": 2000", ZP_ERR_PARSE,
      "rlimits: RLIMIT_NOFILE: soft is above hard" },
    { "-997", "-1001", ZP_ERR_RANGE,
      "oomScoreAdj: no number from -1000 to 1000" },
    { "-997", "-9e1", ZP_ERR_RANGE,
      "oomScoreAdj: no number from -1000 to 1000" },
    { "cri-containerd.apparmor.d", "k8s-strict", ZP_ERR_UNSUPPORTED,
      "apparmorProfile: only a manager's default, a zone has no profiles of "
      "the host" },
    { "\"cwd\"", "\"selinuxLabel\":\"s0\",\"cwd\"", ZP_ERR_UNSUPPORTED,
      "selinuxLabel: a zone's kernel has no policy of the host" },
};

START_TEST(refuses)
{
    struct zk_spec spec = { .hostname = "untouched" };
    struct zp_error err = { 0 };
    char *text, want[300];
    int rc;

    text = changed(pod, refused[_i].from, refused[_i].to);
    snprintf(want, sizeof(want), "config.json: %s", refused[_i].msg);
    rc = zk_spec_from_config(text, strlen(text), &rules, &spec, &err);
    ck_assert_str_eq(err.msg, want);
    ck_assert_int_eq(rc, refused[_i].code);
    ck_assert_str_eq(spec.hostname, "untouched");
    free(text);
}
END_TEST

/* What is left out by the operator's wish, or has no meaning in a zone. */
START_TEST(takes)
{
    static const struct {
        const char *from, *to;
    } good[] = {
        { "\"cgroupsPath\"", "\"seccomp\":{},\"cgroupsPath\"" },
        { "\"cgroupsPath\"", "\"seccomp\":{\"defaultAction\":\"X\"},"
          "\"cgroupsPath\"" },
        { "\"cgroupsPath\"", "\"devices\":[{\"path\":\"/dev/null\"}],"
          "\"rootfsPropagation\":\"rslave\",\"cgroupsPath\"" },
        { "\"hostname\"", "\"hooks\":{\"prestart\":[]},\"hostname\"" },
        { "\"type\": \"network\"", "\"type\": \"uts\"" },
        { "\"type\": \"bind\",", "" },
        { "-997", "1000" },
        { "cri-containerd.apparmor.d", "unconfined" },
        { "\"type\": \"pid\"",
          "\"type\": \"pid\",\"path\":\"/proc/7/ns/pid\"" },
    };
    const struct zk_spec_rules drops = { ZK_SECCOMP_DROP };
    struct zk_spec spec;
    char *text;
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        text = changed(pod, good[i].from, good[i].to);
        ck_works(zk_spec_from_config(text, strlen(text), &drops, &spec, &err));
        ck_assert_int_eq(spec.shared_pids, strstr(good[i].to, "/ns/pid") != 0);
        zk_spec_clear(&spec);
        free(text);
    }
}
END_TEST

/* @config with other resources. */
static char *with_resources(const char *config, const char *resources)
{
    const char *from = strstr(config, "\"resources\""), *to;
    size_t size = strlen(config) + strlen(resources) + 20;
    char *text = malloc(size);

    ck_assert(from && text);
    to = strstr(from, "\"cgroupsPath\"");
    ck_assert_ptr_nonnull(to);
    snprintf(text, size, "%.*s\"resources\":{%s},%s", (int)(from - config),
             config, resources, to);
    return text;
}

enum { NR_LIMIT_CASES = 15 };

START_TEST(limits)
{
    static const struct {
        const char *resources;
        uint32_t set;
        enum zk_limit limit;
        uint64_t value;
    } cases[NR_LIMIT_CASES] = {
        { "\"memory\":{\"limit\":-1,\"swap\":-1}", 0, 0, 0 },
        { "\"memory\":{\"limit\":0}", 0, 0, 0 },
        { "\"memory\":{\"limit\":4096,\"swap\":8192}",
          1 << ZK_LIMIT_MEMORY_MAX, ZK_LIMIT_MEMORY_MAX, 4096 },
        { "\"memory\":{\"reservation\":4096}", 1 << ZK_LIMIT_MEMORY_LOW,
          ZK_LIMIT_MEMORY_LOW, 4096 },
        { "\"cpu\":{\"shares\":0,\"quota\":-1}", 0, 0, 0 },
        { "\"cpu\":{\"shares\":1}", 1 << ZK_LIMIT_CPU_WEIGHT,
          ZK_LIMIT_CPU_WEIGHT, 1 },
        { "\"cpu\":{\"shares\":2}", 1 << ZK_LIMIT_CPU_WEIGHT,
          ZK_LIMIT_CPU_WEIGHT, 1 },
        { "\"cpu\":{\"shares\":1024}", 1 << ZK_LIMIT_CPU_WEIGHT,
          ZK_LIMIT_CPU_WEIGHT, 39 },
        { "\"cpu\":{\"shares\":262144}", 1 << ZK_LIMIT_CPU_WEIGHT,
          ZK_LIMIT_CPU_WEIGHT, 10000 },
        { "\"cpu\":{\"shares\":999999999}", 1 << ZK_LIMIT_CPU_WEIGHT,
          ZK_LIMIT_CPU_WEIGHT, 10000 },
        { "\"pids\":{\"limit\":-1}", 0, 0, 0 },
        { "\"pids\":{\"limit\":7}", 1 << ZK_LIMIT_PIDS_MAX,
          ZK_LIMIT_PIDS_MAX, 7 },
        { "\"unified\":{\"memory.oom.group\":\"1\"}",
          1 << ZK_LIMIT_OOM_GROUP, ZK_LIMIT_OOM_GROUP, 1 },
        { "\"unified\":{\"memory.high\":\"max\"}",
          1 << ZK_LIMIT_MEMORY_HIGH, ZK_LIMIT_MEMORY_HIGH, UINT64_MAX },
        { "\"unified\":{}", 0, 0, 0 },
    };
    struct zk_spec spec;
    char *text = with_resources(pod, cases[_i].resources);

    ck_works(zk_spec_from_config(text, strlen(text), &rules, &spec, &err));
    ck_assert_uint_eq(spec.limits.set, cases[_i].set);
    if (cases[_i].set)
        ck_assert_uint_eq(spec.limits.value[cases[_i].limit], cases[_i].value);
    zk_spec_clear(&spec);
    free(text);
}
END_TEST

/* What unpack() is told of bytes that pack() would not write. */
START_TEST(wire_is_checked)
{
    struct zk_spec spec, got;
    uint8_t *bytes;
    size_t len;

    ck_works(zk_spec_from_config(pod, strlen(pod), &rules, &spec, &err));
    add_files(&spec);
    spec.root = "/../etc";
    ck_works(zk_spec_pack(&spec, true, &bytes, &len, &err));
    ck_fails(zk_spec_unpack(bytes, len, true, &got, &err), ZP_ERR_PARSE,
             "spec", "spec: no root");
    free(bytes);
    spec.root = "/root";
    spec.mounts[12].files[1].path = "../token";
    ck_works(zk_spec_pack(&spec, true, &bytes, &len, &err));
    ck_fails(zk_spec_unpack(bytes, len, true, &got, &err), ZP_ERR_PARSE,
             "spec", "spec: a file's path leads elsewhere");
    free(bytes);
    spec.mounts[12].files[1].path = "token";
    spec.mounts[12].files[1].mode = S_IFBLK | 0600;
    ck_works(zk_spec_pack(&spec, true, &bytes, &len, &err));
    ck_fails(zk_spec_unpack(bytes, len, true, &got, &err), ZP_ERR_PARSE,
             "spec", "spec: a file of a kind that is not copied");
    free(bytes);
    spec.mounts[6].source = "..";
    ck_works(zk_spec_pack(&spec, true, &bytes, &len, &err));
    ck_fails(zk_spec_unpack(bytes, len, true, &got, &err), ZP_ERR_PARSE,
             "spec", "spec: a directory's name");
    free(bytes);
    spec.process.uid = UINT32_MAX;
    ck_works(zk_spec_pack(&spec, true, &bytes, &len, &err));
    ck_fails(zk_spec_unpack(bytes, len, true, &got, &err), ZP_ERR_RANGE,
             "spec", "spec: no user or group");
    free(bytes);
    spec.process.uid = 1;
    spec.mounts[6].source = "cache";
    spec.mounts[12].files[1].mode = S_IFREG | 0600;
    spec.limits.value[ZK_LIMIT_CPU_WEIGHT] = 10001;
    ck_works(zk_spec_pack(&spec, true, &bytes, &len, &err));
    ck_fails(zk_spec_unpack(bytes, len, true, &got, &err), ZP_ERR_RANGE,
             "spec", "spec: a limit is out of its range");
    free(bytes);
    spec.limits.value[ZK_LIMIT_CPU_WEIGHT] = 10000;
    spec.limits.set |= 1u << ZK_NR_LIMITS;
    ck_works(zk_spec_pack(&spec, true, &bytes, &len, &err));
    ck_fails(zk_spec_unpack(bytes, len, true, &got, &err), ZP_ERR_RANGE,
             "spec", "spec: no such limit");
    free(bytes);
    zk_spec_clear(&spec);
}
END_TEST

static struct zk_file volume_files[] = {
    { .path = "", .mode = S_IFDIR | 01777 },
    { .path = "token", .mode = S_IFREG | 0640, .uid = 7, .gid = 8,
      .data = (const uint8_t *)"a\0b", .len = 3 },
    { .path = "empty", .mode = S_IFREG | 0600 },
    { .path = "sub", .mode = S_IFDIR | 0755 },
    { .path = "sub/to", .mode = S_IFLNK | 0777,
      .data = (const uint8_t *)"../token", .len = 9 },
};
enum { NR_VOLUME_FILES = sizeof(volume_files) / sizeof(volume_files[0]) };

START_TEST(volume_goes_over_the_link)
{
    const struct zk_volume volume = { "..2026_11_28_01_00_00.123456",
                                      volume_files, NR_VOLUME_FILES };
    struct zk_volume got = { .name = "untouched" };
    uint8_t *bytes, *again;
    size_t len, cut;
    uint32_t i;

    ck_works(zk_volume_pack(&volume, &bytes, &len, &err));
    for (cut = 0; cut < len; cut++)
        ck_assert_int_lt(zk_volume_unpack(bytes, cut, &got, NULL), 0);
    again = calloc(len + 1, 1);
    ck_assert(again);
    memcpy(again, bytes, len);
    ck_fails(zk_volume_unpack(again, len + 1, &got, &err), ZP_ERR_PARSE,
             "spec", "spec: something follows");
    free(again);
    ck_assert_str_eq(got.name, "untouched");
    ck_works(zk_volume_unpack(bytes, len, &got, &err));
    ck_assert_str_eq(got.name, volume.name);
    ck_assert_uint_eq(got.nr_files, NR_VOLUME_FILES);
    for (i = 0; i < NR_VOLUME_FILES; i++) {
        ck_assert_str_eq(got.files[i].path, volume_files[i].path);
        ck_assert_uint_eq(got.files[i].mode, volume_files[i].mode);
        ck_assert_uint_eq(got.files[i].uid, volume_files[i].uid);
        ck_assert_uint_eq(got.files[i].gid, volume_files[i].gid);
        ck_assert_uint_eq(got.files[i].len, volume_files[i].len);
        if (got.files[i].len)
            ck_assert_mem_eq(got.files[i].data, volume_files[i].data,
                             got.files[i].len);
    }
    zk_volume_clear(&got);
    free(bytes);
}
END_TEST

/* What would be refused of a spec is refused of a volume. */
static const struct {
    const char *name;
    struct zk_file files[2];
    uint32_t nr_files;
    int code;
    const char *msg;             /* NULL: it is taken */
} volumes[] = {
#define TOP { .path = "", .mode = S_IFDIR | 0755 }
#define BAD_NAME ZP_ERR_PARSE, "spec: a volume's name"
    { "..1", { TOP }, 1, ZP_OK, NULL },
    { "..", { TOP }, 1, BAD_NAME },
    { ".", { TOP }, 1, BAD_NAME },
    { "", { TOP }, 1, BAD_NAME },
    { "token", { TOP }, 1, BAD_NAME },
    { "../etc", { TOP }, 1, BAD_NAME },
    { "..1/..", { TOP }, 1, BAD_NAME },
    { "..data", { TOP }, 1, BAD_NAME },
    { "..data_tmp", { TOP }, 1, BAD_NAME },
    { "..1", { TOP }, 0, ZP_ERR_PARSE, "spec: a volume is no directory" },
    { "..1", { { .path = "", .mode = S_IFREG | 0600 } }, 1, ZP_ERR_PARSE,
      "spec: a volume is no directory" },
    { "..1", { { .path = "x", .mode = S_IFDIR | 0700 } }, 1, ZP_ERR_PARSE,
      "spec: a copy begins elsewhere" },
    { "..1", { TOP, TOP }, 2, ZP_ERR_PARSE, "spec: a copy begins elsewhere" },
    { "..1", { TOP, { .path = "../x", .mode = S_IFREG | 0600 } }, 2,
      ZP_ERR_PARSE, "spec: a file's path leads elsewhere" },
    { "..1", { TOP, { .path = "/x", .mode = S_IFREG | 0600 } }, 2,
      ZP_ERR_PARSE, "spec: a file's path leads elsewhere" },
    { "..1", { TOP, { .path = "x", .mode = S_IFCHR | 0600 } }, 2,
      ZP_ERR_PARSE, "spec: a file of a kind that is not copied" },
    { "..1", { TOP, { .path = "x", .mode = S_IFLNK | 0777 } }, 2,
      ZP_ERR_PARSE, "spec: a link leads nowhere" },
};
enum { NR_VOLUMES = sizeof(volumes) / sizeof(volumes[0]) };

START_TEST(volume_is_checked)
{
    struct zk_file files[2];
    const struct zk_volume volume = { volumes[_i].name, files,
                                      volumes[_i].nr_files };
    struct zk_volume got = { .name = "untouched" };
    uint8_t *bytes;
    size_t len;

    memcpy(files, volumes[_i].files, sizeof(files));
    ck_works(zk_volume_pack(&volume, &bytes, &len, &err));
    if (volumes[_i].msg) {
        ck_fails(zk_volume_unpack(bytes, len, &got, &err), volumes[_i].code,
                 "spec", volumes[_i].msg);
        ck_assert_str_eq(got.name, "untouched");
    } else {
        ck_works(zk_volume_unpack(bytes, len, &got, &err));
        zk_volume_clear(&got);
    }
    free(bytes);
}
END_TEST

START_TEST(volume_has_limits)
{
    struct zk_file *files = calloc(ZK_MAX_FILES + 1, sizeof(*files));
    struct zk_volume volume = { "..1", files, ZK_MAX_FILES }, got;
    uint8_t *bytes, *large = calloc(ZK_MAX_SPEC, 1);
    size_t len;
    uint32_t i;

    ck_assert(files && large);
    for (i = 0; i <= ZK_MAX_FILES; i++)
        files[i] = (struct zk_file){ .path = i ? "x" : "",
                                     .mode = i ? S_IFREG : S_IFDIR };
    ck_works(zk_volume_pack(&volume, &bytes, &len, &err));
    ck_works(zk_volume_unpack(bytes, len, &got, &err));
    zk_volume_clear(&got);
    free(bytes);
    volume.nr_files++;
    ck_works(zk_volume_pack(&volume, &bytes, &len, &err));
    ck_fails(zk_volume_unpack(bytes, len, &got, &err), ZP_ERR_RANGE, "spec",
             "spec: more of something than it may have");
    free(bytes);
    volume.nr_files = 2;
    files[1].data = large;
    files[1].len = ZK_MAX_SPEC;
    ck_fails(zk_volume_pack(&volume, &bytes, &len, &err), ZP_ERR_RANGE,
             "volume", "4194359 bytes with what is copied, at most 4194304");
    free(large);
    free(files);
}
END_TEST

/* Which mounts are volumes that kubelet may change. */
START_TEST(volume_is_known)
{
    static const struct {
        const char *path, *target;
        const char *shown;       /* NULL: it is none */
    } cases[] = {
        { "..data", "..1", "..1" }, { "..data", "..", NULL },
        { "..data", "/etc", NULL }, { "..data", "..1/sub", NULL },
        { "data", "..1", NULL }, { "sub/..data", "..1", NULL },
    };
    struct zk_file files[2] = { TOP };
    const struct zk_mount m = { .files = files, .nr_files = 2 };
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        files[1] = (struct zk_file){ .path = cases[i].path,
            .mode = S_IFLNK | 0777, .data = (const uint8_t *)cases[i].target,
            .len = (uint32_t)strlen(cases[i].target) + 1 };
        if (cases[i].shown)
            ck_assert_str_eq(zk_mount_shown(&m), cases[i].shown);
        else
            ck_assert_ptr_null(zk_mount_shown(&m));
        files[1].mode = S_IFREG | 0600;
        ck_assert_ptr_null(zk_mount_shown(&m));
    }
}
END_TEST

/* A profile may be meant for the zone, or not be of any meaning to it. */
START_TEST(profiles)
{
    static const char with[] =
        "\"seccomp\":{\"defaultAction\":\"X\"},\"cgroupsPath\"";
    static const char is[] = "container-type\": \"container\"";
    static const char other[] = "container-type\": \"sandbox\"";
    const struct zk_spec_rules refuses_it = { ZK_SECCOMP_REFUSE };
    struct zk_spec spec = { .hostname = "untouched" };
    char *text = changed(pod, "\"cgroupsPath\"", with), *of_sandbox;

    ck_fails(zk_spec_from_config(text, strlen(text), &refuses_it, &spec, &err),
             ZP_ERR_UNSUPPORTED, "oci", "config.json: seccomp: \"seccomp = "
             "refuse\" in oci.conf: no container with a profile");
    ck_assert_int_lt(zk_spec_from_config(text, strlen(text), &rules, &spec,
                                         NULL), 0);
    ck_assert_str_eq(spec.hostname, "untouched");
    of_sandbox = changed(text, is, other);
    ck_works(zk_spec_from_config(of_sandbox, strlen(of_sandbox), &rules, &spec,
                                 &err));
    ck_assert(zk_spec_is_sandbox(&spec) && !spec.filter.nr);
    zk_spec_clear(&spec);
    free(of_sandbox);
    free(text);
}
END_TEST

/* Length and flags of a program; Linux says whether it is one. */
START_TEST(filter_is_checked)
{
    struct sock_filter *at = calloc(ZK_MAX_FILTER + 1, sizeof(*at));
    struct zk_spec spec, got;
    uint8_t *bytes;
    size_t len;

    ck_assert(at);
    ck_works(zk_spec_from_config(pod, strlen(pod), &rules, &spec, &err));
    add_files(&spec);
    spec.root = "/root";
    at[ZK_MAX_FILTER - 1] = (struct sock_filter){ 0x1234, 5, 6, 0x789abcde };
    spec.filter = (struct zk_filter){ at, ZK_MAX_FILTER, 6 };
    ck_works(zk_spec_pack(&spec, true, &bytes, &len, &err));
    ck_works(zk_spec_unpack(bytes, len, true, &got, &err));
    ck_assert(got.filter.nr == ZK_MAX_FILTER && got.filter.flags == 6);
    ck_assert_mem_eq(got.filter.at, at, ZK_MAX_FILTER * sizeof(*at));
    zk_spec_clear(&got);
    ck_assert_int_lt(zk_spec_unpack(bytes, len - 8, true, &got, NULL), 0);
    free(bytes);
    spec.filter.nr++;
    ck_works(zk_spec_pack(&spec, true, &bytes, &len, &err));
    ck_fails(zk_spec_unpack(bytes, len, true, &got, &err), ZP_ERR_RANGE,
             "spec", "spec: more of something than it may have");
    free(bytes);
    spec.filter = (struct zk_filter){ at, 1, 8 };
    ck_works(zk_spec_pack(&spec, true, &bytes, &len, &err));
    ck_fails(zk_spec_unpack(bytes, len, true, &got, &err), ZP_ERR_RANGE,
             "spec", "spec: no such filter");
    free(bytes);
    spec.filter = (struct zk_filter){ at, 0, 2 };
    ck_works(zk_spec_pack(&spec, true, &bytes, &len, &err));
    ck_fails(zk_spec_unpack(bytes, len, true, &got, &err), ZP_ERR_RANGE,
             "spec", "spec: no such filter");
    free(bytes);
    zk_spec_clear(&spec);
}
END_TEST

START_TEST(no_memory)
{
    struct zk_spec spec, got;
    uint8_t *bytes;
    size_t len;
    bool hit = true;
    int nth, rc;

    for (nth = 0; hit; nth++) {
        oom_arm(nth);
        rc = zk_spec_from_config(pod, strlen(pod), &rules, &spec, NULL);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
    }
    ck_assert_int_gt(nth, 10);
    add_files(&spec);
    spec.root = "/";
    spec.filter.at = calloc(9, sizeof(*spec.filter.at));
    ck_assert(spec.filter.at);
    spec.filter.nr = 9;
    for (nth = 0, hit = true; hit; nth++) {
        oom_arm(nth);
        rc = zk_spec_pack(&spec, true, &bytes, &len, NULL);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
    }
    for (nth = 0, hit = true; hit; nth++) {
        oom_arm(nth);
        rc = zk_spec_unpack(bytes, len, true, &got, NULL);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
    }
    ck_assert_int_gt(nth, 10);
    zk_spec_clear(&got);
    free(bytes);
    zk_spec_clear(&spec);
}
END_TEST

START_TEST(no_memory_for_volumes)
{
    const struct zk_volume volume = { "..1", volume_files, NR_VOLUME_FILES };
    struct zk_volume got = { .name = "untouched" };
    uint8_t *bytes = NULL;
    bool hit = true;
    size_t len;
    int nth, rc;

    for (nth = 0; hit; nth++) {
        oom_arm(nth);
        rc = zk_volume_pack(&volume, &bytes, &len, NULL);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
        ck_assert(!hit == !!bytes);
    }
    for (nth = 0, hit = true; hit; nth++) {
        oom_arm(nth);
        rc = zk_volume_unpack(bytes, len, &got, NULL);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
        ck_assert(!hit == !!strcmp(got.name, "untouched"));
    }
    ck_assert_int_eq(nth, 2);
    zk_volume_clear(&got);
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("specs");
    TCase *tc = tcase_create("specs");

    read_oci_data("pod.json", pod, sizeof(pod));
    read_oci_data("process.json", alone, sizeof(alone));
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, understands);
    tcase_add_loop_test(tc, goes_over_the_link, 0, 2);
    tcase_add_loop_test(tc, refuses, 0,
                        (int)(sizeof(refused) / sizeof(refused[0])));
    tcase_add_test(tc, takes);
    tcase_add_test(tc, wire_is_checked);
    tcase_add_loop_test(tc, limits, 0, NR_LIMIT_CASES);
    tcase_add_test(tc, profiles);
    tcase_add_test(tc, filter_is_checked);
    tcase_add_test(tc, no_memory);
    tcase_add_test(tc, volume_goes_over_the_link);
    tcase_add_loop_test(tc, volume_is_checked, 0, NR_VOLUMES);
    tcase_add_test(tc, volume_has_limits);
    tcase_add_test(tc, volume_is_known);
    tcase_add_test(tc, no_memory_for_volumes);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
