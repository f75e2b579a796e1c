/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zoneplace.h - decide where a Xen guest lives on a NUMA host
 *
 * Everything but Xen. A program reads a host (zp_topology, zp_load), fills a
 * zp_request, calls zp_place() and renders the zp_plan. Launching the plan on
 * a live host is zoneplace-xen.h.
 *
 * Conventions, said once for all calls:
 *
 *  - Calls that can fail return ZP_OK (0) or a negative enum zp_code; the last
 *    argument is a struct zp_error on the caller's stack, or NULL. It is
 *    written on failure only. Outputs are untouched on failure.
 *  - Index spaces. A *pnode position* ("pos") counts the host's nodes in
 *    ascending firmware id, 0 <= pos < zp_topology_nr_pnodes(); the firmware
 *    (OS) id is a separate number with gaps (".os_id"). A pcpu is named by its
 *    OS number everywhere. vnodes and vcpus are numbered from 0.
 *  - Units are in the names: _kib is KiB. A gfn is a guest frame of 4 KiB.
 *    Ranges are [start, end). Distances are ACPI SLIT values: 10 is local.
 *  - "const T *" arguments are borrowed for the call. "T **x_out" gives a new
 *    object that the caller frees with the named call (NULL is allowed there).
 *    "char **text_out" is a NUL-terminated string for free().
 *  - No call keeps global state, prints, reads a file, the clock or the
 *    environment. Different objects may be used by different threads at once;
 *    a frozen topology may be shared by any number of readers.
 *  - Equal inputs give byte-equal outputs on every machine and locale.
 *
 * Sources named in the comments: "rules" is zoneplace(7); ACPI is the ACPI
 * Specification 6.5; Xen files are those of stable-4.17.
 */
#ifndef ZONEPLACE_H
#define ZONEPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* ---- limits ------------------------------------------------------------ */

enum {
    ZP_MAX_PNODES = 64,      /* Xen: MAX_NUMNODES (xen/numa.h) */
    ZP_MAX_PCPUS = 4096,     /* highest pcpu id is ZP_MAX_PCPUS - 1 */
    ZP_MAX_VNODES = 32,      /* Xen: nr_vnodes^2 * 4 <= 4096 (vnuma_alloc) */
    ZP_MAX_VCPUS = 128,      /* Xen: HVM_MAX_VCPUS (hvm_info_table.h) */
    ZP_MAX_DEVICES = 4096,   /* PCI functions a topology may hold */
    ZP_MAX_NEAR = 16,        /* devices a request may name */
    ZP_MAX_PARTS = 8,        /* memory-only nodes it may name with a size */
    ZP_MAX_NAME = 64,        /* bytes of a zone or host name, NUL included */
    ZP_BUSID_LEN = 16,       /* "0000:41:00.0" and its NUL, some room */
    ZP_SHAPE_TEXT_LEN = 112, /* bytes of a text in a picture, NUL included */
};

#define ZP_MAX_MEM_KIB ((uint64_t)1 << 42)     /* 4 PiB, per node and zone */
#define ZP_UNKNOWN_KIB UINT64_MAX              /* "not published" */
#define ZP_UNKNOWN_ID UINT32_MAX
#define ZP_UNIT_KIB ((uint64_t)2048)           /* memory is dealt in 2 MiB */
#define ZP_MIN_SHARE_KIB ((uint64_t)128 * 1024) /* rules 2: uneven minimum */

enum {
    ZP_DIST_LOCAL = 10,        /* ACPI 5.2.17 */
    ZP_DIST_REMOTE = 20,       /* assumed where no matrix is usable */
    ZP_DIST_MAX = 254,
    ZP_DIST_UNREACHABLE = 255, /* ACPI 5.2.17: no connection */
};

/* ---- errors ------------------------------------------------------------ */

/* Append only. */
enum zp_code {
    ZP_OK = 0,
    ZP_ERR_NOMEM = -1,
    ZP_ERR_INVAL = -2,       /* an argument or request that makes no sense */
    ZP_ERR_PARSE = -3,       /* bytes that are not the format they claim */
    ZP_ERR_RANGE = -4,       /* a number beyond its limit */
    ZP_ERR_UNSUPPORTED = -5, /* well-formed, but this build or host can't */
    ZP_ERR_INFEASIBLE = -6,  /* a good request that does not fit the host */
    ZP_ERR_IO = -7,
    ZP_ERR_XEN = -8,         /* a Xen library call failed; .sys has its rc */
    ZP_ERR_EXISTS = -9,      /* a zone of that name lives already */
    ZP_ERR_NOTFOUND = -10,
    ZP_ERR_DIFFERS = -11,    /* zp_zone_verify(): the zone is not as planned */
};

/* Filled by failing calls. @limit names the limit that was short or broken,
 * in one stable word ("vcpus", "memory", "numa-nodes", "device", ...); it may
 * be empty. @msg is one line, lower case, without a final dot. */
struct zp_error {
    int code;                /* enum zp_code */
    int sys;                 /* errno or libxl rc, 0 if none */
    char limit[32];
    char msg[240];
};

/* Stable lower-case word for a code: "infeasible", "parse", ... Never NULL. */
const char *zp_code_name(int code);

/* Library version, "MAJOR.MINOR.PATCH". */
const char *zp_version(void);

/* ---- sets of pcpus ----------------------------------------------------- */

/* Bit (p % 64) of word[p / 64] is pcpu p (OS number). A plain value: assign,
 * compare with memcmp. All zero is the empty set. */
struct zp_pcpuset {
    uint64_t word[ZP_MAX_PCPUS / 64];
};

/* Parses @len bytes of "0-5,48,50-53"; blanks around commas are allowed, an
 * empty text is the empty set. PARSE (with the column), RANGE (>= 4096). */
int zp_pcpuset_parse(const char *text, size_t len,
                     struct zp_pcpuset *set_out, struct zp_error *err);

/* Writes the canonical text of @set, ascending, like snprintf: returns the
 * length without the NUL even if @size was too small. @buf may be NULL if
 * @size is 0. */
size_t zp_pcpuset_format(const struct zp_pcpuset *set, char *buf, size_t size);

bool zp_pcpuset_has(const struct zp_pcpuset *set, uint32_t pcpu);
void zp_pcpuset_add(struct zp_pcpuset *set, uint32_t pcpu); /* < MAX_PCPUS */
uint32_t zp_pcpuset_count(const struct zp_pcpuset *set);
bool zp_pcpuset_intersects(const struct zp_pcpuset *a,
                           const struct zp_pcpuset *b);
/* Lowest member >= @from, or ZP_UNKNOWN_ID. */
uint32_t zp_pcpuset_next(const struct zp_pcpuset *set, uint32_t from);

/* ---- topology: what the machine is ------------------------------------- */

struct zp_topology;

/* One node as its source describes it. */
struct zp_pnode_desc {
    uint32_t os_id;           /* unique; gaps are normal */
    struct zp_pcpuset pcpus;  /* online pcpus; empty: CPU-less node */
    uint64_t mem_kib;         /* true memory; ZP_UNKNOWN_KIB: not published */
};

/* A new, empty topology to fill; frozen before use. NOMEM. */
int zp_topology_new(struct zp_topology **topo_out, struct zp_error *err);
void zp_topology_free(struct zp_topology *topo);

/* Copies @name, cut to ZP_MAX_NAME - 1 bytes; control bytes become '?'. */
void zp_topology_set_name(struct zp_topology *topo, const char *name);

/* Adds a node (copied). RANGE (more than ZP_MAX_PNODES, mem_kib), INVAL
 * (os_id twice, a pcpu that another node has). */
int zp_topology_add_pnode(struct zp_topology *topo,
                          const struct zp_pnode_desc *desc,
                          struct zp_error *err);

/*
 * Sets the distance matrix: @dist has @n * @n values, row-major; slot
 * i * n + j is from the i-th to the j-th node *in the order of the
 * zp_topology_add_pnode() calls* (rules 12: rows follow nodes, never ids).
 * Values as firmware gave them: 255 and 0xFFFFFFFF mean unreachable.
 * Copied. INVAL if n is not the number of nodes added.
 * Never called: the topology has no distances; freeze assumes 10/20.
 */
int zp_topology_set_distances(struct zp_topology *topo, const uint32_t *dist,
                              size_t n, struct zp_error *err);

/* Adds a PCI function. @busid is "DDDD:BB:DD.F" in hex ("BB:DD.F" gets domain
 * 0); @os_ids are the nodes it is local to (@nr 0: unknown). Copied. PARSE,
 * RANGE (ZP_MAX_DEVICES), INVAL (an id no node has; twice the same busid). */
int zp_topology_add_device(struct zp_topology *topo, const char *busid,
                           const uint32_t *os_ids, size_t nr,
                           struct zp_error *err);

/* Says that @busid is below the bridge or port @parent, which need not have been
 * added. Devices of unknown node get that of another function of theirs, else
 * that of the nearest parent that is known. NOTFOUND (@busid), PARSE. */
int zp_topology_set_device_parent(struct zp_topology *topo, const char *busid,
                                  const char *parent, struct zp_error *err);

/* Says which core and socket (any numbering, unique host-wide) @pcpu is of.
 * Optional. RANGE. */
int zp_topology_set_pcpu(struct zp_topology *topo, uint32_t pcpu,
                         uint32_t core, uint32_t socket,
                         struct zp_error *err);

/* Says which L3 domain (CCX; any numbering, unique host-wide) @pcpu is of.
 * Optional, for all pcpus or none: where only some have one, or the threads of
 * a core differ, freeze forgets them with a warning. An L3 may reach beyond a
 * node. RANGE. */
int zp_topology_set_pcpu_l3(struct zp_topology *topo, uint32_t pcpu,
                            uint32_t l3, struct zp_error *err);

/* Takes the L3 domains of @from, a frozen topology of the same machine, for
 * @topo, whose source could not tell them. INVAL (@from has none; a pcpu that
 * is in another node there, or shares its core with others there). */
int zp_topology_copy_l3(struct zp_topology *topo,
                        const struct zp_topology *from, struct zp_error *err);

/*
 * Checks everything, orders nodes by os_id and makes the topology immutable.
 * Unusable distances (wrong diagonal, below 10) are replaced by 10/20 and
 * leave a warning (rules 12). INVAL (no node, no node with a pcpu).
 */
int zp_topology_freeze(struct zp_topology *topo, struct zp_error *err);

const char *zp_topology_name(const struct zp_topology *topo);
uint32_t zp_topology_nr_pnodes(const struct zp_topology *topo);
uint32_t zp_topology_os_id(const struct zp_topology *topo, uint32_t pos);
/* Position of the node with that firmware id, or ZP_UNKNOWN_ID. */
uint32_t zp_topology_pos(const struct zp_topology *topo, uint32_t os_id);
const struct zp_pcpuset *zp_topology_pcpus(const struct zp_topology *topo,
                                           uint32_t pos);
uint64_t zp_topology_mem_kib(const struct zp_topology *topo, uint32_t pos);
/* 10..254, or ZP_DIST_UNREACHABLE. Both arguments are positions. */
uint32_t zp_topology_distance(const struct zp_topology *topo, uint32_t from,
                              uint32_t to);
/* False if the matrix was absent or replaced. */
bool zp_topology_has_distances(const struct zp_topology *topo);
/* Core or socket of a pcpu, ZP_UNKNOWN_ID if never set. */
uint32_t zp_topology_core(const struct zp_topology *topo, uint32_t pcpu);
uint32_t zp_topology_socket(const struct zp_topology *topo, uint32_t pcpu);

/* L3 domain of an online pcpu, once frozen: numbered from 0 in the order of
 * their lowest pcpus, whatever the source's numbers were. ZP_UNKNOWN_ID: not
 * known. zp_topology_nr_l3() is 0 if they are not. */
uint32_t zp_topology_l3(const struct zp_topology *topo, uint32_t pcpu);
uint32_t zp_topology_nr_l3(const struct zp_topology *topo);

/* Devices, in ascending bus id order; 0 <= i < nr. */
uint32_t zp_topology_nr_devices(const struct zp_topology *topo);
const char *zp_topology_device_busid(const struct zp_topology *topo,
                                     uint32_t i);
/* Bit pos set: local to that position. 0: unknown. */
uint64_t zp_topology_device_pnodes(const struct zp_topology *topo,
                                   uint32_t i);
/* The address of its bridge or port; "": not told. */
const char *zp_topology_device_parent(const struct zp_topology *topo,
                                      uint32_t i);
/* Index of @busid (any accepted spelling), or ZP_UNKNOWN_ID. */
uint32_t zp_topology_find_device(const struct zp_topology *topo,
                                 const char *busid);

/* Keeps a line about what a source did not say and its reader assumed, for
 * zp_topology_warning(). Before freeze; the first 12 are kept, cut to 159
 * bytes, bytes that don't print become '?'. Host JSON carries them. */
void zp_topology_add_warning(struct zp_topology *topo, const char *text);
/* Those lines alone; NULL when i is past the last. */
const char *zp_topology_added_warning(const struct zp_topology *topo,
                                      uint32_t i);
/* Those lines, then what freeze assumed; NULL when i is past the last. */
const char *zp_topology_warning(const struct zp_topology *topo, uint32_t i);

/* ---- load: what the machine is doing ----------------------------------- */

struct zp_load;

/* A new load of an idle host: free = mem_kib (0 where unknown, and then not
 * eligible), nothing used, promised or kept back. @topo is frozen and must
 * outlive the load. NOMEM. */
int zp_load_new(const struct zp_topology *topo, struct zp_load **load_out,
                struct zp_error *err);
int zp_load_copy(const struct zp_load *load, struct zp_load **load_out,
                 struct zp_error *err);
void zp_load_free(struct zp_load *load);

/* Per position. KiB beyond ZP_MAX_MEM_KIB: RANGE. */
int zp_load_set_free(struct zp_load *load, uint32_t pos, uint64_t free_kib,
                     struct zp_error *err);
/* Promised to others and not yet populated. */
int zp_load_set_promised(struct zp_load *load, uint32_t pos,
                         uint64_t promised_kib, struct zp_error *err);
/* Housekeeping: never planned with. */
int zp_load_set_reserve(struct zp_load *load, uint32_t pos,
                        uint64_t reserve_kib, struct zp_error *err);
/* vcpus of others that are pinned or promised here. */
int zp_load_set_used_vcpus(struct zp_load *load, uint32_t pos,
                           uint32_t used_vcpus, struct zp_error *err);
/* pcpus kept from zones: replaces the set. */
void zp_load_set_reserved_pcpus(struct zp_load *load,
                                const struct zp_pcpuset *set);
/* pcpus of dedicated zones, which no other gets: replaces the set. */
void zp_load_set_dedicated_pcpus(struct zp_load *load,
                                 const struct zp_pcpuset *set);
/* @nr_vcpus of another zone float on @set: no dedicated zone gets these. They
 * weigh on each pcpu in equal parts, in thousandths of a vcpu, at least 1. */
void zp_load_add_floating(struct zp_load *load, const struct zp_pcpuset *set,
                          uint32_t nr_vcpus);
/* The sum of the above on one pcpu, set (RANGE) and read. */
int zp_load_set_pcpu_milli(struct zp_load *load, uint32_t pcpu,
                           uint32_t milli, struct zp_error *err);
/* The cpupool: only these pcpus exist for the zone; NULL: all. */
void zp_load_set_pool(struct zp_load *load, const struct zp_pcpuset *set);

uint64_t zp_load_free_kib(const struct zp_load *load, uint32_t pos);
uint64_t zp_load_promised_kib(const struct zp_load *load, uint32_t pos);
uint64_t zp_load_reserve_kib(const struct zp_load *load, uint32_t pos);
uint32_t zp_load_used_vcpus(const struct zp_load *load, uint32_t pos);
const struct zp_pcpuset *zp_load_reserved_pcpus(const struct zp_load *load);
const struct zp_pcpuset *zp_load_dedicated_pcpus(const struct zp_load *load);
uint32_t zp_load_pcpu_milli(const struct zp_load *load, uint32_t pcpu);
/* pcpus of the node that a zone may use: online, in the pool, not reserved, not
 * dedicated to another. */
void zp_load_usable_pcpus(const struct zp_load *load, uint32_t pos,
                          struct zp_pcpuset *set_out);
uint32_t zp_load_nr_usable(const struct zp_load *load, uint32_t pos);

/* ---- request: what the zone asks --------------------------------------- */

enum zp_strategy { ZP_COMPACT, ZP_SCATTER };
enum zp_spill {
    ZP_SPILL_DEFAULT,    /* honest; strict if nr_vnodes is demanded */
    ZP_SPILL_STRICT,
    ZP_SPILL_HONEST,
    ZP_SPILL_PREFERRED,
    ZP_SPILL_INTERLEAVE,
};
enum zp_memory_policy { ZP_MEMORY_DEFAULT, ZP_MEMORY_STATIC,
                        ZP_MEMORY_DYNAMIC };
enum zp_size_by { ZP_SIZE_BY_BOTH, ZP_SIZE_BY_CPU };
enum zp_first_node { ZP_FIRST_MOST_FREE, ZP_FIRST_PACK, ZP_FIRST_BALANCED };
enum zp_near_policy { ZP_NEAR_STRICT, ZP_NEAR_PREFERRED };
enum zp_vnuma { ZP_VNUMA_AUTO, ZP_VNUMA_ALWAYS, ZP_VNUMA_NEVER };
enum zp_guest_type { ZP_GUEST_PVH, ZP_GUEST_PV };
enum zp_tier {
    ZP_TIER_STOCK,       /* unmodified Xen: APIC id = 2 * vcpu, padded ids */
    ZP_TIER_PATCHED,     /* Xen with xen-patches/: ids as they come */
};

/* Rules 13: where a vcpu may run inside its node. */
enum zp_float {
    ZP_FLOAT_NODE,       /* on any of the node's pcpus that the zone gets */
    ZP_FLOAT_L3,         /* on those of one L3 */
};
/* Rules 13: what the threads of a core are to a zone. */
enum zp_smt {
    ZP_SMT_ANY,          /* a pcpu is a pcpu */
    ZP_SMT_PACK,         /* whole cores, as few as hold the vcpus */
    ZP_SMT_SPREAD,       /* a core each, as long as there are cores */
    ZP_SMT_AVOID,        /* a whole core each, or refused */
};

/* What a guest on ZP_TIER_PATCHED takes for its packages. */
enum zp_packages {
    /* vnodes whose pnodes share a host socket are dies of one package; a
     * pnode whose socket is not known is a package */
    ZP_PACKAGES_SOCKET,
    ZP_PACKAGES_NODE,        /* each vnode is a package */
};

struct zp_near {
    char busid[ZP_BUSID_LEN];
    uint32_t weight;         /* 1..1000000 */
    bool attach;             /* --pci: also hand the device to the zone */
};

/* Firmware ids of nodes, in any order, each once. */
struct zp_idset {
    uint32_t nr;
    uint32_t os_id[ZP_MAX_PNODES];
};

/* Memory that a zone asks of one node without pcpus, beside mem_kib. */
struct zp_part {
    uint32_t os_id;
    uint64_t mem_kib;
};

/* Fill with zp_request_init(), then set what matters. */
struct zp_request {
    char name[ZP_MAX_NAME];  /* zone name, may be empty for a bare plan */
    enum zp_guest_type type;
    uint32_t vcpus;          /* online at boot; 0: max_vcpus */
    uint32_t max_vcpus;      /* 0: vcpus */
    uint64_t mem_kib;        /* at boot */
    uint64_t max_mem_kib;    /* 0: mem_kib */
    uint32_t nr_vnodes;      /* demanded node count; 0: automatic */
    enum zp_strategy strategy;
    enum zp_spill spill;
    enum zp_memory_policy memory_policy;
    enum zp_size_by size_by;
    enum zp_first_node first_node;
    enum zp_near_policy near_policy;
    enum zp_vnuma vnuma;
    enum zp_tier tier;
    uint32_t threads;        /* per core: 1, 2, or 0: as the host has them */
    enum zp_packages packages;
    bool force_flat;         /* --force: a PV zone beyond one node */
    enum zp_float float_to;
    enum zp_smt smt;
    bool dedicated;          /* a pcpu each that no other zone gets */
    uint32_t emulate;        /* nodes that the guest is shown whatever the host
                              * has (rules 11): 2..32; 0: the truth */
    uint32_t emulate_remote; /* their distance: 11..254; 0: 20 */
    uint32_t max_node_vcpus; /* of one vnode; 0: no limit */
    uint64_t max_node_kib;   /* the same; at least 2 MiB */
    uint32_t nodes_per_package; /* at most; 0: no limit */
    uint32_t vnuma_from_vcpus; /* from so many on a node is shown even if it is
                              * one; 0: never */
    uint32_t nr_parts;
    struct zp_part part[ZP_MAX_PARTS];
    bool agent;              /* the guest's init is zoneplace's: it brings
                              * memory devices online and reports its need */
    uint32_t overcommit;     /* vcpus per usable pcpu of one zone: 1 to
                              * ZP_MAX_VCPUS */
    uint32_t vcpu_ratio;     /* host-wide vcpus per pcpu; 0: unlimited */
    uint32_t vnuma_min_vcpus;/* zones below it stay flat; 0: no bound */
    struct zp_idset memory_nodes; /* CPU-less nodes that may give memory */
    struct zp_idset interleave;   /* nodes of --spill interleave */
    uint32_t nr_near;
    struct zp_near near[ZP_MAX_NEAR];
};

void zp_request_init(struct zp_request *req);

/* Checks what can be checked without a host and resolves the defaults (vcpus,
 * max_vcpus, max_mem_kib, spill, memory_policy) in place. INVAL, RANGE, with
 * the value and the limit in the message. zp_place() does it on a copy. */
int zp_request_check(struct zp_request *req, struct zp_error *err);

/* Parses an xl-style size: plain digits are MiB; K, M, G, T (optionally
 * followed by iB) are binary. Result in KiB. PARSE, RANGE. */
int zp_size_parse(const char *text, uint64_t *kib_out, struct zp_error *err);

/* ---- plan --------------------------------------------------------------- */

enum zp_first_rule { ZP_RULE_DEVICE, ZP_RULE_MOST_FREE, ZP_RULE_PACK,
                     ZP_RULE_BALANCED };

/*
 * How memory that comes later gets into a dynamic zone (rules 9). Either way
 * the guest starts with nothing but its initial memory, and without PoD, which
 * Xen does not allow beside vNUMA.
 */
enum zp_growth {
    ZP_GROWTH_NONE,          /* static */
    /* The guest's balloon driver adds memory where it finds room: for zones of
     * one proximity domain, with any kernel that has memory hotplug. */
    ZP_GROWTH_HOTADD,
    /* ACPI memory devices, one a vnode, whose blocks the guest's init brings
     * online: see zp_plan_future_ranges(). Needs struct zp_request's agent. */
    ZP_GROWTH_DEVICES,
};

struct zp_vnode {
    uint32_t pxm;            /* the guest's proximity domain */
    uint32_t pnode;          /* position */
    uint32_t pnode_os_id;
    uint32_t first_vcpu;     /* ids [first_vcpu, first_vcpu + nr_vcpus) */
    uint32_t nr_vcpus;       /* 0: memory only */
    bool spill;              /* no vcpus: memory that did not fit at home, or
                              * that was asked of this node (rules 6) */
    uint32_t package;        /* same number: same package of the guest. From
                              * 0 in the order of vnodes; all 0 where
                              * threads_per_core is */
    uint64_t mem_kib;        /* at boot; a multiple of 2 MiB */
    uint64_t max_mem_kib;    /* == mem_kib for static zones */
    uint64_t first_gfn;      /* of its first range */
    struct zp_pcpuset pcpus; /* all that its vcpus have; empty if none. See
                              * zp_plan_vcpu_pcpus() */
};

struct zp_plan {
    char name[ZP_MAX_NAME];
    enum zp_guest_type type;
    enum zp_strategy strategy;
    enum zp_spill spill;     /* resolved, never DEFAULT */
    enum zp_memory_policy memory_policy; /* resolved */
    enum zp_growth growth;   /* NONE if and only if static */
    enum zp_tier tier;
    enum zp_packages packages;
    enum zp_float float_to;
    enum zp_smt smt;
    bool dedicated;          /* its vnodes' pcpus are no other zone's */
    uint8_t nr_groups;       /* 0: each vcpu has all pcpus of its vnode */
    uint32_t threads_per_core; /* 0: the guest is not told its topology
                              * (stock tier, PV, or no APIC ids fit) */
    uint32_t nodes_per_package; /* the request's limit */
    bool emulated;           /* vnodes are not the host's (rules 11): several
                              * may be of one pnode */
    bool truth;              /* what the guest sees is what is */
    bool show_numa;          /* guest gets SRAT and SLIT (rules 10) */
    bool even;               /* every CPU-holding vnode has the same share */
    uint32_t nr_vnodes;      /* CPU-holding ones first, spill ones last */
    uint32_t nr_cpu_vnodes;
    uint32_t vcpus;          /* online at boot */
    uint32_t max_vcpus;      /* real vcpus */
    uint32_t vcpu_stride;    /* stock tier, several vnodes: ids of vnode i
                              * start at i * stride; 0: ids are dense */
    uint32_t nr_vcpu_ids;    /* Xen's max_vcpus: padding ids included */
    enum zp_first_rule first_rule;
    uint64_t mem_kib;        /* sum over vnodes */
    uint64_t overhead_kib;   /* Xen's own memory for the zone, in total */
    uint64_t overhead_share_kib; /* charged to each pnode of the zone */
    uint64_t distance_sum;   /* over ordered pairs of CPU-holding pnodes */
    uint64_t lower_bound;    /* proven: no set is better (compact: below,
                              * scatter: above) than this */
    bool exact;              /* distance_sum == lower_bound is proven */
    uint64_t steps;          /* search steps taken: a count, not a time */
    struct zp_vnode vnode[ZP_MAX_VNODES];
    /* slot i * nr_vnodes + j: from vnode i to vnode j, 10..254 */
    uint8_t dist[ZP_MAX_VNODES * ZP_MAX_VNODES];
    /* Groups of vcpus that share pcpus, from 1 in the order of vcpus (rules
     * 13). Slots: vcpu id, pcpu; 0: none. */
    uint8_t vcpu_group[ZP_MAX_VCPUS];
    uint8_t group_of[ZP_MAX_PCPUS];
};

/*
 * Decides. @topo frozen; @load of that topology; @req as the caller has it
 * (checked and resolved on a copy). Allocates nothing; the plan is a plain
 * value in the caller's memory. Deterministic; rules 1-11 and 13.
 *
 * On ZP_TIER_PATCHED packages by socket become packages by node if only those
 * leave room for APIC ids; if none do, the guest is not told its topology.
 *
 * Returns ZP_OK; INVAL, RANGE (the request itself); UNSUPPORTED (limit
 * "threads": two threads per core on the stock tier, or where the nodes chosen
 * have one; "memory-policy": a dynamic zone that nothing would hold at home or
 * let grow); INFEASIBLE, with @err naming the first limit that is short and by
 * how much.
 */
int zp_place(const struct zp_topology *topo, const struct zp_load *load,
             const struct zp_request *req, struct zp_plan *plan_out,
             struct zp_error *err);

/*
 * Checks a plan against everything it promises (every vcpu once, sets inside
 * their pnode, sums, units, distances = host's, numbering). For plans that
 * came from outside and for tests. @topo may be NULL: only what the plan says
 * of itself is checked. INVAL names the first broken promise.
 */
int zp_plan_check(const struct zp_topology *topo, const struct zp_plan *plan,
                  struct zp_error *err);

/* True if @vcpu_id is one of the zone's real vcpus (not padding). */
bool zp_plan_has_vcpu(const struct zp_plan *plan, uint32_t vcpu_id);
/* vnode of a vcpu id, padding ids included; ZP_UNKNOWN_ID if >= nr_vcpu_ids. */
uint32_t zp_plan_vnode_of(const struct zp_plan *plan, uint32_t vcpu_id);
/* Hard affinity of a vcpu: the pcpus of its group, or all of its vnode, which
 * padding ids have too. Empty if there is no such id. */
void zp_plan_vcpu_pcpus(const struct zp_plan *plan, uint32_t vcpu_id,
                        struct zp_pcpuset *set_out);
/* True if that vcpu is online at boot (dealt round-robin, rules 5). */
bool zp_plan_online(const struct zp_plan *plan, uint32_t vcpu_id);
/* The number Linux gives the vcpu: enabled MADT entries first, in order.
 * ZP_UNKNOWN_ID for padding ids. */
uint32_t zp_plan_guest_index(const struct zp_plan *plan, uint32_t vcpu_id);
/* APIC id the vcpu has on the plan's tier (stock: libxl_x86_acpi.c
 * acpi_lapic_id, 2 * vcpu; patched: that of zp_guest_cpus()). */
uint32_t zp_plan_apic_id(const struct zp_plan *plan, uint32_t vcpu_id);

/* One line each, '\n'-ended, for people: what the caller should know of the
 * plan, and how it came about (the receipt: limits that ruled nodes out, ties
 * and how they broke). @load and @req as given to zp_place(). NOMEM. */
int zp_plan_warnings(const struct zp_topology *topo,
                     const struct zp_load *load, const struct zp_request *req,
                     const struct zp_plan *plan, char **text_out,
                     struct zp_error *err);
int zp_plan_why(const struct zp_topology *topo, const struct zp_load *load,
                const struct zp_request *req, const struct zp_plan *plan,
                char **text_out, struct zp_error *err);

/*
 * Memory that Xen takes for a zone beside the guest's own, in KiB: libxl's
 * HAP pool (4 KiB x (256 x vcpus + MiB), libxl_dom.c), domain and vcpu
 * structures, special and ACPI pages. Measured against the fall of the host's
 * free memory by the lab.
 */
uint64_t zp_overhead_kib(enum zp_guest_type type, uint32_t nr_vcpu_ids,
                         uint64_t max_mem_kib);

/* ---- guest memory layout ------------------------------------------------ */

struct zp_range {
    uint64_t start;          /* guest-physical bytes, [start, end) */
    uint64_t end;
    uint32_t vnode;
};

/* Where libxl puts a PVH guest's memory (libxl__vnuma_build_vmemrange_hvm,
 * libxl_x86_acpi.h): consecutive from 0, split at the hole. */
#define ZP_HOLE_START ((uint64_t)0xfc000000)
#define ZP_HOLE_END ((uint64_t)0x100000000)

/* Ranges of the plan in ascending address order. @ranges has room for
 * ZP_MAX_VNODES + 1. Returns how many there are. */
uint32_t zp_plan_ranges(const struct zp_plan *plan,
                        struct zp_range ranges[ZP_MAX_VNODES + 1]);

/*
 * Where memory that a dynamic zone gets later may lie, in ascending address
 * order; 0 of a static zone. With ZP_GROWTH_DEVICES each range is a vnode's
 * memory device: start and length are multiples of the guest's memory block
 * (zp_plan_memory_block()), so that a range may be longer than the vnode can
 * grow. Below the first, 128 MiB of address space are left free: Linux takes
 * the lowest 128 MiB that it finds for foreign pages before it looks at ACPI
 * (drivers/xen/unpopulated-alloc.c). With ZP_GROWTH_HOTADD they are the room
 * that the guest's balloon driver chooses from.
 */
uint32_t zp_plan_future_ranges(const struct zp_plan *plan,
                               struct zp_range ranges[ZP_MAX_VNODES + 1]);
/* Bytes of the units in which Linux adds memory to a guest of this plan: 128
 * MiB, or above 64 GiB up to 2 GiB (probe_memory_block_size() in
 * arch/x86/mm/init_64.c). */
uint64_t zp_plan_memory_block(const struct zp_plan *plan);
/* The most a zone can have, in KiB: the sum over its vnodes. */
uint64_t zp_plan_max_kib(const struct zp_plan *plan);

/* ---- ballooning ---------------------------------------------------------- */

/* The rules of zone-balloond(8). Percentages are of the zone's target. */
struct zp_balloon_config {
    uint64_t floor_kib;      /* no target below it: 300 MiB */
    uint32_t shrink_free_percent; /* free: the zone is halved. 90 */
    uint32_t grow_used_percent; /* used: it grows. 70 */
    uint32_t hysteresis_percent; /* shrinking leaves it so far below that. 10 */
    uint32_t step_percent;   /* growth of a round: 25, */
    uint64_t step_min_kib;   /* at least 128 MiB, */
    uint64_t slew_kib;       /* and no change above 1 GiB a round */
    uint32_t donor_free_percent; /* free: it gives to a neighbour. 50 */
};
void zp_balloon_config_init(struct zp_balloon_config *config);
/* RANGE: numbers by which zones would swing, or beyond all measure. */
int zp_balloon_config_check(const struct zp_balloon_config *config,
                            struct zp_error *err);

/*
 * A guest's report, hostile bytes: "HELD TOTAL FREE AVAILABLE", four decimal
 * numbers of KiB apart by a blank, a newline at the end or none. HELD is what
 * its balloon driver says it has, the others are of its /proc/meminfo. What
 * is used is HELD - AVAILABLE. PARSE, INVAL (numbers that contradict).
 */
int zp_balloon_report_parse(const char *buf, size_t len, uint64_t *used_out,
                            struct zp_error *err);

enum zp_balloon_why {
    ZP_BALLOON_KEEPS,        /* neither short nor idle */
    ZP_BALLOON_SILENT,       /* no report that makes sense */
    ZP_BALLOON_MOVES,        /* has not reached its target yet */
    ZP_BALLOON_FULL,         /* wants more, has its maximum */
    ZP_BALLOON_GROWS,
    ZP_BALLOON_SHRINKS,      /* idle */
    ZP_BALLOON_GIVES,        /* to a zone that is short of why_pnode */
    ZP_BALLOON_WAITS,        /* grows less than it would, or not at all: for
                              * why_kib of why_pnode */
};

/* A dynamic zone in a round of zp_balloon_decide(). */
struct zp_balloon_zone {
    /* in */
    uint32_t id;             /* unique; breaks ties */
    bool agent;              /* can be asked for memory of one vnode */
    bool reports;            /* used_kib is known */
    uint64_t used_kib;       /* as the guest says: any number */
    uint64_t held_kib;       /* guest memory that it holds, by Xen's count */
    uint64_t target_kib;     /* what it was told last */
    uint64_t floor_kib;
    uint64_t max_kib;
    uint32_t nr_vnodes;
    uint32_t pnode[ZP_MAX_VNODES];   /* position */
    uint64_t room_kib[ZP_MAX_VNODES];/* what the vnode could take in addition */
    /* out */
    uint64_t next_kib;       /* the new target; target_kib: no change */
    uint32_t from_vnode;     /* give this one's memory; ZP_UNKNOWN_ID: any */
    enum zp_balloon_why why;
    uint32_t why_pnode;      /* position, or ZP_UNKNOWN_ID */
    uint64_t why_kib;
    bool settled;            /* scratch */
};

/*
 * One round: new targets for all of the host's dynamic zones. @free_kib: what
 * each pnode (by position) has beyond its reserve and what was promised to
 * others than these zones. Nothing is kept between rounds, the order of @zones
 * makes no difference, and targets converge while needs stay as they are.
 * @config has been checked; floors are no higher than maxima.
 */
void zp_balloon_decide(const struct zp_balloon_config *config,
                       const uint64_t free_kib[ZP_MAX_PNODES],
                       struct zp_balloon_zone *zones, size_t nr);
/* Of @more_kib for @zone, what all of its pnodes can hold, in whole MiB; where
 * that is less, *short_out is the pnode that has the least, else
 * ZP_UNKNOWN_ID. */
uint64_t zp_balloon_admit(const uint64_t free_kib[ZP_MAX_PNODES],
                          const struct zp_balloon_zone *zone,
                          uint64_t more_kib, uint32_t *short_out);
/* The decision in words, like snprintf; @pnode: the firmware id of
 * .why_pnode. */
size_t zp_balloon_text(const struct zp_balloon_zone *zone, uint32_t pnode,
                       char *buf, size_t size);

/* ---- renderers ---------------------------------------------------------- */

/* ACPI tables: size first, then bytes. @size must be what the _size call
 * said (INVAL). Little-endian, checksummed. ACPI 5.2.16 (SRAT: one processor
 * entry per vcpu id, x2APIC entries where an id is above 254; one memory entry
 * per range, hot-pluggable ones for future ranges) and 5.2.17 (SLIT). INVAL if
 * the plan shows no NUMA. */
size_t zp_srat_size(const struct zp_plan *plan);
int zp_srat_write(const struct zp_plan *plan, void *buf, size_t size,
                  struct zp_error *err);
size_t zp_slit_size(const struct zp_plan *plan);
int zp_slit_write(const struct zp_plan *plan, void *buf, size_t size,
                  struct zp_error *err);
/* ACPI 6.5, 9.11: memory devices (PNP0C80), one for each future range, in an
 * SSDT. Size 0, and INVAL, unless the plan grows by ZP_GROWTH_DEVICES. */
size_t zp_ssdt_size(const struct zp_plan *plan);
int zp_ssdt_write(const struct zp_plan *plan, void *buf, size_t size,
                  struct zp_error *err);

/* The plan for people: a short table. */
int zp_plan_to_text(const struct zp_topology *topo, const struct zp_plan *plan,
                    char **text_out, struct zp_error *err);
/* A drawing of the host in plain ASCII: packages, nodes, free memory, the
 * distances, and where the zone goes, in lines of at most @columns (the host's
 * name may make the first one longer). @plan may be NULL. RANGE. */
enum { ZP_TEXT_MIN_COLUMNS = 80, ZP_TEXT_MAX_COLUMNS = 320 };
int zp_host_to_text(const struct zp_topology *topo, const struct zp_load *load,
                    const struct zp_plan *plan, uint32_t columns,
                    char **text_out, struct zp_error *err);
/* An xl.cfg that says the same, for `xl create` on a Xen whose libxl can do
 * PVH vNUMA. */
int zp_plan_to_xlcfg(const struct zp_topology *topo,
                     const struct zp_plan *plan, char **text_out,
                     struct zp_error *err);

/*
 * A libvirt domain (formatdomain): cells with distances, memory bound and
 * vcpus pinned where the plan has them. Complete but for kernel and devices.
 * UNSUPPORTED: a PV zone; a guest's node whose memory is on several pnodes
 * (limit "spill"); several pnodes that the guest takes for one ("vnuma").
 */
enum zp_libvirt_domain { ZP_LIBVIRT_XEN, ZP_LIBVIRT_KVM };
int zp_plan_to_libvirt(const struct zp_plan *plan,
                       enum zp_libvirt_domain domain, char **text_out,
                       struct zp_error *err);
/* A shell script that runs QEMU 7.2 with the plan's nodes, distances and
 * memory bound to the host's nodes; its arguments are QEMU's, too. UNSUPPORTED
 * as above. */
int zp_plan_to_qemu(const struct zp_plan *plan, char **text_out,
                    struct zp_error *err);

/* ---- pictures ------------------------------------------------------------ */

enum zp_shape_kind { ZP_SHAPE_BOX, ZP_SHAPE_TEXT };
enum zp_align { ZP_ALIGN_LEFT, ZP_ALIGN_CENTRE, ZP_ALIGN_RIGHT };
#define ZP_NO_COLOUR UINT32_MAX

/*
 * One thing to draw, in pixels from the upper left corner. Shapes come in
 * drawing order. A text stays inside its box if the font is as wide as DejaVu
 * Sans, or narrower; it is UTF-8 without control characters, and not escaped.
 */
struct zp_shape {
    enum zp_shape_kind kind;
    /* what it shows, one stable word: "package", "node", "l3", "pcpu",
     * "memory", "device", "vnode", "distance", "axis" (of the distances),
     * "key", "title", "head", "note", "page" (all of it) */
    const char *part;
    uint32_t id;             /* of a node (firmware), pcpu, vnode, package, L3,
                              * device (its index); ZP_UNKNOWN_ID: none */
    uint32_t to;             /* distances: of the other node; pcpus and memory:
                              * the vnode that has it, or ZP_UNKNOWN_ID */
    uint32_t x, y, width, height;
    uint32_t fill;           /* 0xRRGGBB or ZP_NO_COLOUR; the ink of a text */
    uint32_t stroke;         /* of a box's inner edge */
    uint32_t stroke_width;
    uint32_t radius;         /* of a box's corners */
    uint32_t size;           /* of a text: pixels per em */
    uint32_t baseline;       /* of a text: its y */
    enum zp_align align;     /* of a text in its box */
    bool bold;
    char text[ZP_SHAPE_TEXT_LEN]; /* of a box: its tooltip, or empty */
};

struct zp_picture;

/*
 * Lays out a picture of the host: packages, nodes, L3s, cores and pcpus,
 * memory, devices, the distances as a heat map, and where the zone is, a
 * colour a vnode, and a legend. @plan may be NULL; it must be one of @topo
 * (INVAL). @placed: the zone of the plan runs, so @load has its memory already.
 * INVAL, NOMEM.
 */
int zp_picture_new(const struct zp_topology *topo, const struct zp_load *load,
                   const struct zp_plan *plan, bool placed,
                   struct zp_picture **pic_out, struct zp_error *err);
void zp_picture_free(struct zp_picture *pic);
uint32_t zp_picture_width(const struct zp_picture *pic);
uint32_t zp_picture_height(const struct zp_picture *pic);
uint32_t zp_picture_nr_shapes(const struct zp_picture *pic);
/* NULL when i is past the last. */
const struct zp_shape *zp_picture_shape(const struct zp_picture *pic,
                                        uint32_t i);

/* The picture as SVG 1.1: one element a line; "class" is the part, "data-id"
 * and "data-to" are .id and .to. NOMEM. */
int zp_picture_to_svg(const struct zp_picture *pic, char **text_out,
                      struct zp_error *err);

/* ---- CPU topology of the guest ------------------------------------------ */

/*
 * What a guest reads from CPUID about its processors, for a Xen that takes an
 * x2APIC id and topology leaves per vcpu (ZP_TIER_PATCHED): a plan and a model
 * of the guest's cores give ids (zp_guest_cpus), these give leaves
 * (zp_cpuid_leaves). "AMD" is the AMD64 Architecture Programmer's Manual,
 * volume 3 (24594, rev. 3.36), appendix E; "SDM" is Intel's Software
 * Developer's Manual, volume 2A, instruction CPUID.
 */
enum zp_vendor { ZP_VENDOR_AMD, ZP_VENDOR_INTEL };

struct zp_cache_model {
    uint32_t bytes;          /* 0: there is no such cache */
    uint32_t ways;           /* 1..1024 */
    uint32_t line;           /* bytes: a power of two, 8..1024 */
    bool inclusive;          /* holds what the caches below it hold */
};

struct zp_core_model {
    enum zp_vendor vendor;
    enum zp_packages packages;
    uint32_t threads_per_core; /* 1 or 2; L1 and L2 are per core */
    uint32_t cores_per_l3;   /* 0: one L3 for all cores of a vnode */
    uint32_t l3_per_node;    /* at most; 0: as many as it takes */
    struct zp_cache_model l1d, l1i, l2, l3;
};

/*
 * A model from what the host's topology knows, cores and sockets. @threads is
 * 1, 2, or 0: as the host has them (2 if every pnode that holds vcpus of the
 * plan has a core of two pcpus). A topology knows neither L3 domains nor the
 * size of caches: cores_per_l3 and l3_per_node become 0, the caches those of
 * a common server of the vendor; a caller who knows better overwrites them.
 * RANGE (threads above 2), UNSUPPORTED (two threads where the host has one, or
 * does not say), INVAL (a plan of another host).
 *
 * AMD family 17h up to model 1Fh: Linux takes an L3 to be 8 APIC ids wide
 * whatever the leaves say. There cores_per_l3 * threads_per_core must be 8.
 */
int zp_core_model_from_topology(const struct zp_topology *topo,
                                const struct zp_plan *plan,
                                enum zp_vendor vendor, uint32_t threads,
                                enum zp_packages packages,
                                struct zp_core_model *model_out,
                                struct zp_error *err);

/*
 * The model whose ids zp_plan_apic_id() gives, and SRAT with it: the threads
 * and packages that the plan carries, caches as above. The ids don't depend on
 * @vendor. UNSUPPORTED (threads_per_core is 0).
 */
int zp_core_model_from_plan(const struct zp_plan *plan, enum zp_vendor vendor,
                            struct zp_core_model *model_out,
                            struct zp_error *err);

#define ZP_MAX_X2APIC_ID ((uint32_t)254) /* 255 addresses all processors */

struct zp_guest_cpu {
    uint32_t x2apic_id;
    uint32_t vnode;
    uint32_t package;
    uint32_t die;            /* of its package */
    uint32_t l3;             /* of its die */
    uint32_t core;           /* of its L3 */
    uint32_t thread;         /* of its core */
};

/*
 * x2apic_id = package << package_shift | die << die_shift | l3 << l3_shift |
 * core << core_shift | thread. The shifts are those of all vcpus, as guests
 * demand: each field is as wide as the largest of the plan needs.
 */
struct zp_guest_cpus {
    uint32_t nr_vcpus;
    uint32_t core_shift;     /* bits below the core: 0 or 1 */
    uint32_t l3_shift;
    uint32_t die_shift;      /* package_shift: packages have one die */
    uint32_t package_shift;
    /* of the largest: what leaves give as the count of a level */
    uint32_t threads_per_core;
    uint32_t cores_per_l3;
    uint32_t cores_per_die;
    uint32_t dies_per_package;
    uint32_t nodes_per_package; /* vnodes; dies_per_package, or dies is false */
    bool dies;               /* a die is a vnode. False: vnodes had to share
                              * one die for their ids to fit */
    uint32_t nr_packages;
    struct zp_guest_cpu vcpu[ZP_MAX_VCPUS]; /* slot: vcpu id, < nr_vcpus */
};

/*
 * Gives every vcpu its place. Consecutive vcpus of a vnode are the threads of
 * a core, consecutive cores share an L3; no core and no L3 is in two vnodes,
 * no vnode in two packages. @topo may be NULL with ZP_PACKAGES_NODE, and with
 * plans that say what the packages are (threads_per_core above 0).
 *
 * Ids end at 254. The first of these that fits is taken: packages and dies in
 * the order of vnodes; the largest first, so that the highest id is free; the
 * same two with vnodes of a package side by side in one die, apart by their
 * L3s only. Equal shares always fit with packages by node and cores_per_l3 0
 * or a power of two. What never fits: three packages of which one needs more
 * than 64 ids, five with more than 32, nine with more than 16, seventeen with
 * more than 8.
 *
 * UNSUPPORTED (stock tier, PV), RANGE (more than ZP_MAX_VCPUS; an id beyond
 * 254: limit "apic-ids"; more L3s than l3_per_node: limit "l3"), INVAL.
 */
int zp_guest_cpus(const struct zp_plan *plan, const struct zp_topology *topo,
                  const struct zp_core_model *model,
                  struct zp_guest_cpus *cpus_out, struct zp_error *err);

enum { ZP_MAX_CPUID_LEAVES = 32 };
#define ZP_CPUID_NO_SUBLEAF UINT32_MAX   /* ECX is not looked at */

struct zp_cpuid_leaf {
    uint32_t leaf;
    uint32_t subleaf;
    uint32_t eax, ebx, ecx, edx;
};

/*
 * Leaves of @vcpu, by ascending leaf and subleaf, *nr_out of them. They are
 * final, but for two that Xen fills otherwise: of leaf 1 only EBX counts, of
 * leaf 0x80000008 only ECX (bits 15:0); their other registers are 0 here. A
 * zone of several vcpus also needs HTT (1.EDX[28]), on AMD TOPOEXT and
 * CmpLegacy (0x80000001.ECX[22], [1]).
 *  Intel: 1, 4, 0xB, 0x1F. The die level is in 0x1F where there are dies.
 *  AMD: 1, 0xB, 0x80000008, 0x8000001D, 0x8000001E, 0x80000026. A vnode is a
 *  node of 0x8000001E; a die of 0x80000026 where there are dies.
 * INVAL if @vcpu is not of @cpus, or these are not of @plan.
 */
int zp_cpuid_leaves(const struct zp_plan *plan,
                    const struct zp_core_model *model,
                    const struct zp_guest_cpus *cpus, uint32_t vcpu,
                    struct zp_cpuid_leaf leaves[ZP_MAX_CPUID_LEAVES],
                    uint32_t *nr_out, struct zp_error *err);

/* The leaves of all vcpus as cpuid(1) writes them with -r and reads them with
 * -f. UNSUPPORTED (a plan that tells its guest no topology). */
int zp_plan_to_cpuid(const struct zp_plan *plan, enum zp_vendor vendor,
                     char **text_out, struct zp_error *err);

/* ---- JSON ---------------------------------------------------------------- */

/*
 * Host JSON: topology and load in one document (zonectl(1), HOST FILES).
 * @len bytes, at most 16 MiB, nesting at most 32, need not end in NUL. The
 * new objects are frozen and ready. PARSE, RANGE, INVAL, NOMEM.
 */
int zp_host_from_json(const char *buf, size_t len,
                      struct zp_topology **topo_out,
                      struct zp_load **load_out, struct zp_error *err);
int zp_host_to_json(const struct zp_topology *topo, const struct zp_load *load,
                    char **text_out, struct zp_error *err);
/*
 * The host as a NodeResourceTopology object, in JSON, for the Kubernetes
 * scheduler's NodeResourceTopologyMatch (k8stopologyawareschedwg/
 * noderesourcetopology-api, v1alpha2): a zone a node, "node-" and its os_id;
 * costs are distances; of cpu and memory, capacity is all, allocatable what is
 * not kept back, available less what is used and promised. Its name is the
 * host's, in the letters that Kubernetes takes.
 */
int zp_host_to_nrt(const struct zp_topology *topo, const struct zp_load *load,
                   char **text_out, struct zp_error *err);

/*
 * A host in any format that is known by its content: host JSON, hwloc XML
 * (versions 1 to 3), libvirt capabilities XML, the text of numactl --hardware
 * and of xl info -n, or a tar archive of a sysfs tree (devices/system/node,
 * devices/system/cpu, the numa_node of PCI devices). docs/HYGIENE.md has what
 * is assumed, with a warning, and what is refused. Same limits and errors as
 * zp_host_from_json(); UNSUPPORTED for XML if the library was built without
 * libxml2. XML reads nothing but @buf: no entities, no network, no XInclude.
 */
int zp_host_from_buffer(const char *buf, size_t len,
                        struct zp_topology **topo_out,
                        struct zp_load **load_out, struct zp_error *err);

/* Request JSON: the flags of zonectl with '_' for '-'. Unknown keys: INVAL. */
int zp_request_from_json(const char *buf, size_t len,
                         struct zp_request *req_out, struct zp_error *err);
int zp_request_to_json(const struct zp_request *req, char **text_out,
                       struct zp_error *err);

/*
 * A flavor of OpenStack, as `openstack flavor show` prints it: with -f json (at
 * most 16 MiB) or as a table (1 MiB). Extra specs of nodes, cpus and devices are
 * understood or refused (INVAL names the first); docs/KNOBS.md lists them.
 * *notes_out: a line for each that has no effect here. PARSE, RANGE, NOMEM.
 */
int zp_request_from_openstack(const char *buf, size_t len,
                              struct zp_request *req_out, char **notes_out,
                              struct zp_error *err);

/*
 * A domain of libvirt, as `virsh dumpxml` prints it (formatdomain of libvirt
 * 9.0; at most 1 MiB): vcpus, memory, NUMA cells, pins and PCI devices are
 * understood or refused; docs/KNOBS.md lists them, the rest is not a plan's.
 * Cells have to have equal shares, as zones do. Memory below <memory> at boot
 * makes the zone dynamic. *notes_out: a line for each that has no effect here.
 * PARSE, INVAL, RANGE, NOMEM; UNSUPPORTED if built without libxml2.
 */
int zp_request_from_libvirt(const char *buf, size_t len,
                            struct zp_request *req_out, char **notes_out,
                            struct zp_error *err);

/* Plan JSON. @topo, @load, @req may be NULL: then "warnings" and "why" are
 * left empty. */
int zp_plan_to_json(const struct zp_topology *topo, const struct zp_load *load,
                    const struct zp_request *req, const struct zp_plan *plan,
                    char **text_out, struct zp_error *err);
int zp_plan_from_json(const char *buf, size_t len, struct zp_plan *plan_out,
                      struct zp_error *err);

/* Receipt JSON: host, request and plan in one document with the digest of its
 * inputs (FNV-1a 64 over their canonical JSON: a checksum, not a signature).
 * zp_receipt_replay() plans again from it and fails with DIFFERS if digest or
 * plan do not come out as recorded. */
int zp_receipt_to_json(const struct zp_topology *topo,
                       const struct zp_load *load,
                       const struct zp_request *req,
                       const struct zp_plan *plan, char **text_out,
                       struct zp_error *err);
int zp_receipt_replay(const char *buf, size_t len, struct zp_plan *plan_out,
                      struct zp_error *err);

/* ---- guests that others have placed ------------------------------------- */

/* Any domain, as Xen has it now. Slots of memory are pnode positions. */
struct zp_guest {
    char name[ZP_MAX_NAME];
    uint32_t domid;
    bool fixed;              /* dom0, a zone: looked at, not to be relaunched */
    uint32_t nr_vcpus;       /* that are online */
    const struct zp_pcpuset *vcpu; /* where each may run; the caller's */
    uint64_t held_kib[ZP_MAX_PNODES];
};

struct zp_audit {
    /* Of all pairs of a vcpu and a KiB how many thousandths are on one node,
     * if a vcpu is on each pcpu that it may run on as often as on any. */
    uint32_t local_permille;
    uint32_t nr_astray;      /* vcpus that may run where the guest has nothing */
    uint64_t off_kib;        /* memory where none of its vcpus may run */
    uint32_t turn;           /* of its relaunch, from 1; 0: none */
    struct zp_idset home;    /* where it would then be */
    char why[240];           /* it should be relaunched and can't; else "" */
};

/*
 * Which guests are not where their memory is, and in which order relaunches
 * would mend it: the one with most remote memory first, each placed by
 * zp_place() into what is free when it has gone; those without room again when
 * others have moved. Guests of 99 % and more are left alone. @load is not
 * changed. @audits_out has @nr slots, those of @guests. NOMEM.
 */
int zp_audit(const struct zp_topology *topo, const struct zp_load *load,
             const struct zp_guest *guests, size_t nr,
             struct zp_audit *audits_out, struct zp_error *err);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
