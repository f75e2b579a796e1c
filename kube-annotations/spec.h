/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a container of a zone is: read from an OCI bundle's config.json on the
 * host (oci-spec.c), sent over the link (spec-wire.c), applied by zone-init.
 * Pure. What a zone can't do as it is written is refused, never left out:
 * docs/LINK.md has the list and the reasons.
 */
#ifndef ZK_SPEC_H
#define ZK_SPEC_H

#include <linux/filter.h>

#include "adapt/json.h"

#define ZK_MAX_CONFIG ((size_t)4 << 20)
enum {
    ZK_MAX_STRINGS = 8192,       /* of args, of env */
    ZK_MAX_GROUPS = 1024,
    ZK_MAX_MOUNTS = 256,
    ZK_MAX_PATHS = 256,          /* masked, read-only */
    ZK_MAX_FILES = 4096,         /* that are copied into a container */
    ZK_MAX_PATH_BYTES = 4095,
    ZK_NR_RLIMITS = 16,
    ZK_MAX_FILTER = 4096,        /* instructions: Linux's BPF_MAXINSNS */
};

/* Strings of a list; each ends with NUL, the list with NULL. */
struct zk_strings {
    const char **at;
    uint32_t nr;
};

enum zk_cap_set {
    ZK_CAP_BOUNDING, ZK_CAP_EFFECTIVE, ZK_CAP_PERMITTED, ZK_CAP_INHERITABLE,
    ZK_CAP_AMBIENT, ZK_NR_CAP_SETS
};

struct zk_process {
    struct zk_strings args;      /* at least one */
    struct zk_strings env;       /* NAME=VALUE */
    const char *cwd;             /* absolute */
    uint32_t uid, gid;
    uint32_t umask;              /* ZP_UNKNOWN_ID: not given */
    uint32_t *groups;
    uint32_t nr_groups;
    /* By Linux's number; only those of .rlimits_set are meant. */
    struct { uint64_t soft, hard; } rlimit[ZK_NR_RLIMITS];
    uint32_t rlimits_set;
    /* Bit N is capability N of linux/capability.h. */
    uint64_t caps[ZK_NR_CAP_SETS];
    bool no_new_privileges;
    bool terminal;
    uint16_t rows, columns;      /* 0: as it comes */
    int32_t oom_score_adj;
};

enum zk_mount_kind {
    ZK_MOUNT_PROC, ZK_MOUNT_SYSFS, ZK_MOUNT_TMPFS, ZK_MOUNT_DEVPTS,
    ZK_MOUNT_MQUEUE, ZK_MOUNT_CGROUP,
    ZK_MOUNT_SHM,                /* the zone's, of all its containers */
    ZK_MOUNT_EMPTY,              /* a directory of the zone: an emptyDir */
    ZK_MOUNT_FILES,              /* a copy of the host's files */
    ZK_NR_MOUNT_KINDS
};

enum {
    ZK_MOUNT_RO = 1 << 0, ZK_MOUNT_NOSUID = 1 << 1, ZK_MOUNT_NODEV = 1 << 2,
    ZK_MOUNT_NOEXEC = 1 << 3, ZK_MOUNT_NOATIME = 1 << 4,
    ZK_MOUNT_STRICTATIME = 1 << 5, ZK_MOUNT_ALL_FLAGS = (1 << 6) - 1
};

/* A file, directory or symbolic link of a copy. */
struct zk_file {
    const char *path;            /* below the mount; "": itself */
    uint32_t mode;               /* as st_mode */
    uint32_t uid, gid;
    const uint8_t *data;         /* a link's target ends with NUL */
    uint32_t len;
    char *owned;                 /* freed with the spec, as are all these */
};

struct zk_mount {
    enum zk_mount_kind kind;
    uint32_t flags;
    const char *dest;            /* absolute, without ".." */
    const char *options;         /* tmpfs, devpts: "mode=755,size=64k" */
    /* Host: where a bind mount is from. Zone: name of an EMPTY directory. */
    const char *source;
    struct zk_file *files;       /* FILES; a directory before what it holds */
    uint32_t nr_files;
    char *owned;
};

/*
 * What a volume's "..data" leads to, a directory beside it. Kubelet never
 * changes one: it puts another there, with another name, and turns the link.
 */
struct zk_volume {
    const char *name;            /* the directory's */
    struct zk_file *files;       /* the first is the directory itself */
    uint32_t nr_files;
};

/* By the file of Linux's control groups, version 2, that takes it; CPU_MAX is
 * the quota of cpu.max, in CPU_PERIOD. */
enum zk_limit {
    ZK_LIMIT_MEMORY_MAX, ZK_LIMIT_MEMORY_HIGH, ZK_LIMIT_MEMORY_LOW,
    ZK_LIMIT_MEMORY_MIN, ZK_LIMIT_OOM_GROUP, ZK_LIMIT_CPU_WEIGHT,
    ZK_LIMIT_CPU_MAX_US, ZK_LIMIT_CPU_PERIOD_US, ZK_LIMIT_PIDS_MAX,
    ZK_NR_LIMITS
};

/* Only those of .set are meant; UINT64_MAX: "max". */
struct zk_limits {
    uint32_t set;
    uint64_t value[ZK_NR_LIMITS];
};

/* A program of seccomp(2), as libseccomp makes it of a profile; .nr 0: none. */
struct zk_filter {
    struct sock_filter *at;
    uint32_t nr;
    uint32_t flags;              /* SECCOMP_FILTER_FLAG_LOG, _SPEC_ALLOW */
};

/* Where the zone finds the container's root. */
enum zk_root_kind {
    ZK_ROOT_DISK,                /* "xvda": squashfs, below a writable layer */
    ZK_ROOT_DIR                  /* a path: only where no machine is between */
};

struct zk_spec {
    struct zk_process process;
    const char *hostname;        /* "": the zone's */
    struct zk_limits limits;     /* among the containers of the zone */
    bool readonly_root;
    bool shared_pids;            /* with others that want it so, as one pod */
    /* Host: path of its network namespace. "": a new one, NULL: the host's. */
    const char *network;
    enum zk_root_kind root_kind;
    const char *root;            /* read from a bundle: its rootfs */
    struct zk_mount *mounts;
    uint32_t nr_mounts;
    struct zk_strings masked, readonly;
    struct zk_filter filter;     /* of all its processes, exec's too */
    /* All of the bundle's; they are not sent. */
    struct zk_annotation *annotations;
    uint32_t nr_annotations;

    /* What the pointers above point into. */
    struct zp__json json;
    char *wire;
};

enum zk_seccomp_rule { ZK_SECCOMP_APPLY, ZK_SECCOMP_DROP, ZK_SECCOMP_REFUSE };

/* The operator's. */
struct zk_spec_rules {
    enum zk_seccomp_rule seccomp;
};

/*
 * Reads a bundle's config.json, or the process alone, as exec gets it. PARSE,
 * RANGE: it is malformed; UNSUPPORTED: a zone can't do that; NOMEM. *spec_out
 * is for zk_spec_clear().
 */
int zk_spec_from_config(const char *buf, size_t len,
                        const struct zk_spec_rules *rules,
                        struct zk_spec *spec_out, struct zp_error *err);
int zk_spec_from_process(const char *buf, size_t len,
                         const struct zk_spec_rules *rules,
                         struct zk_spec *spec_out, struct zp_error *err);
void zk_spec_clear(struct zk_spec *spec);

/* NULL: there is none. */
const char *zk_spec_annotation(const struct zk_spec *spec, const char *key);

/* What containerd's CRI plugin says of a container of a pod. */
#define ZK_CRI "io.kubernetes.cri."
/* It is a pod's sandbox: a zone, of whose process nothing runs. */
bool zk_spec_is_sandbox(const struct zk_spec *spec);

/*
 * To and from the body of CREATE (@whole) and EXEC. RANGE: beyond what a frame
 * holds. What is read has all that a reader of config.json would have checked:
 * lengths, counts, strings that end, paths that are absolute.
 */
int zk_spec_pack(const struct zk_spec *spec, bool whole, uint8_t **buf_out,
                 size_t *len_out, struct zp_error *err);
int zk_spec_unpack(const uint8_t *buf, size_t len, bool whole,
                   struct zk_spec *spec_out, struct zp_error *err);

/*
 * To and from the body of REFRESH, with the same care. What is unpacked points
 * into @buf; zk_volume_clear() frees the rest.
 */
int zk_volume_pack(const struct zk_volume *volume, uint8_t **buf_out,
                   size_t *len_out, struct zp_error *err);
int zk_volume_unpack(const uint8_t *buf, size_t len,
                     struct zk_volume *volume_out, struct zp_error *err);
void zk_volume_clear(struct zk_volume *volume);
/* The link of a volume, and the one that is renamed over it. */
#define ZK_SHOWN "..data"
#define ZK_SHOWN_NEW "..data_tmp"
/* The name that a directory may have which ZK_SHOWN leads to. */
bool zk_volume_name_is_good(const char *name);
/* A copy of a volume: what its ZK_SHOWN leads to; NULL: it is no volume. */
const char *zk_mount_shown(const struct zk_mount *m);

/* False: Linux would not take it. */
bool zk_limit_is_good(enum zk_limit limit, uint64_t value);

/* An absolute path of at most ZK_MAX_PATH_BYTES without "..". */
bool zk_path_is_plain(const char *path);
/* The same for a path below something; "" is none. */
bool zk_path_is_below(const char *path);

/* Words of profiles that are understood; each ends with NULL, and all are empty
 * if this was built without libseccomp. */
extern const char *const zk_seccomp_actions[];
extern const char *const zk_seccomp_operators[];
extern const char *const zk_seccomp_archs[];
extern const char *const zk_seccomp_flags[];

/* ---- between the files oci-*.c ------------------------------------------- */

struct zk__spec_reader {
    struct zp__json_reader json;
    const struct zk_spec_rules *rules;
    struct zk_spec *spec;
};

void zk__read_process(struct zk__spec_reader *r,
                      const struct zp__json_value *process);
/* linux.resources, into .limits. */
void zk__read_resources(struct zk__spec_reader *r,
                        const struct zp__json_value *linux_);
/* linux.seccomp, into .filter. */
void zk__read_seccomp(struct zk__spec_reader *r,
                      const struct zp__json_value *seccomp);
/* A list of at most @max strings. */
void zk__read_strings(struct zk__spec_reader *r,
                      const struct zp__json_value *obj, const char *key,
                      uint32_t max, struct zk_strings *strings_out);
/* "WHAT: WHY"; UNSUPPORTED. */
void zk__refuse(struct zk__spec_reader *r, const char *what, const char *why);
/* Refuses the member if it is there and is not empty, 0 or false. */
void zk__refuse_member(struct zk__spec_reader *r,
                       const struct zp__json_value *obj, const char *key,
                       const char *why);

#endif
