/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The private domctls. All go through one buffer that the hypervisor can
 * reach: the call itself, and behind it the array that the call points to.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <xencall.h>

#include "xen/patched.h"

#define PAGE ((size_t)4096)

struct buffer {
    struct xen_domctl call;
    union {
        struct zp_domctl_leaf leaf[ZP_VCPU_TOPOLOGY_MAX_LEAVES];
        uint64_t pages[ZP_MAX_PNODES];
    } array;
};
_Static_assert(sizeof(struct buffer) <= 4096, "one page");
_Static_assert(ZP_MAX_CPUID_LEAVES == ZP_VCPU_TOPOLOGY_MAX_LEAVES, "");
_Static_assert(ZP_CPUID_NO_SUBLEAF == ZP_DOMCTL_NO_SUBLEAF, "");

struct zp__domctl {
    xencall_handle *xcall;
    struct buffer *buf;
    uint32_t version;            /* of the running Xen's domctls */
    enum zp__answer answer[ZP__NR_CALLS];
};

static const char *const call_names[ZP__NR_CALLS] = {
    "vcpu topology", "numa residency", "numa policy"
};

/* ---- pure pieces ----------------------------------------------------- */

enum zp__answer zp__domctl_answer(int rc, int sys, uint32_t sent,
                                  uint32_t seen)
{
    if (seen == ~sent)
        return ZP__THERE;
    return rc && (sys == EPERM || sys == EACCES) ? ZP__BARRED : ZP__ABSENT;
}

enum zp_tier zp__tier_of(const enum zp__answer answer[ZP__NR_CALLS])
{
    return answer[ZP__CALL_TOPOLOGY] == ZP__THERE &&
                   answer[ZP__CALL_POLICY] == ZP__THERE
               ? ZP_TIER_PATCHED
               : ZP_TIER_STOCK;
}

void zp__tier_note(const enum zp__answer answer[ZP__NR_CALLS], char *buf,
                   size_t size)
{
    bool some = false;
    size_t len = 0;
    int i;

    for (i = 0; i < ZP__NR_CALLS; i++)
        some |= answer[i] != ZP__ABSENT;
    buf[0] = '\0';
    for (i = 0; some && i < ZP__NR_CALLS; i++) {
        if (answer[i] == ZP__THERE || len >= size)
            continue;
        len += (size_t)snprintf(buf + len, size - len, "%s%s %s",
                                len ? ", " : "", call_names[i],
                                answer[i] == ZP__BARRED ? "barred by XSM"
                                                        : "missing");
    }
}

bool zp__residency_of(enum zp__answer answer, const libxl_dominfo *info)
{
    return answer == ZP__THERE && info->domid &&
           info->domain_type != LIBXL_DOMAIN_TYPE_PV;
}

/* ---- the call -------------------------------------------------------- */

static int64_t address_of(const void *p)
{
    return (int64_t)(uintptr_t)p;
}

/* What @in holds goes to Xen and comes back. Returns as xencall1() does. */
static int call(struct zp__domctl *d, uint32_t cmd, uint32_t domid, void *in,
                size_t size)
{
    int rc;

    memset(&d->buf->call, 0, sizeof(d->buf->call));
    d->buf->call.cmd = cmd;
    d->buf->call.interface_version = d->version;
    d->buf->call.domain = (domid_t)domid;
    memcpy(&d->buf->call.u, in, size);
    rc = xencall1(d->xcall, __HYPERVISOR_domctl,
                  (unsigned long)address_of(&d->buf->call));
    memcpy(in, &d->buf->call.u, size);
    return rc;
}

static int refused(enum zp__call which, uint32_t domid, enum zp__answer answer,
                   int sys, struct zp_error *err)
{
    if (answer == ZP__BARRED)
        return zp__fail_sys(err, ZP_ERR_XEN, sys, "xsm",
                            "Xen's security policy (XSM) does not allow the "
                            "%s call on domain %u", call_names[which], domid);
    if (answer == ZP__ABSENT)
        return zp__fail_sys(err, ZP_ERR_UNSUPPORTED, sys, "tier",
                            "this Xen does not have the %s call",
                            call_names[which]);
    return zp__fail_sys(err, ZP_ERR_XEN, sys, "xen",
                        "the %s call on domain %u: %s", call_names[which],
                        domid, strerror(sys));
}

/* The signature is the first field of each. */
static int checked_call(struct zp__domctl *d, enum zp__call which,
                        uint32_t cmd, uint32_t domid, void *in, size_t size,
                        struct zp_error *err)
{
    uint32_t sent, seen;
    enum zp__answer answer;
    int rc, sys;

    memcpy(&sent, in, sizeof(sent));
    rc = call(d, cmd, domid, in, size);
    sys = rc < 0 ? errno : 0;
    memcpy(&seen, in, sizeof(seen));
    answer = zp__domctl_answer(rc, sys, sent, seen);
    if (answer == ZP__THERE && rc >= 0)
        return ZP_OK;
    return refused(which, domid, answer, sys, err);
}

/* ---- probing --------------------------------------------------------- */

/*
 * Wrong versions are all refused with EACCES, before anything else is looked
 * at. domain 0 can always be asked about: what asks here is dom0's toolstack.
 */
static void find_version(struct zp__domctl *d)
{
    static const uint32_t known[] = {
        XEN_DOMCTL_INTERFACE_VERSION, 0x15, 0x16, 0x17, 0x18, 0x19
    };
    uint8_t none[8] = { 0 };
    size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        d->version = known[i];
        if (call(d, XEN_DOMCTL_getdomaininfo, 0, none, sizeof(none)) >= 0 ||
            errno != EACCES)
            return;
    }
    d->version = known[0];
}

static enum zp__answer ask(struct zp__domctl *d, uint32_t cmd, void *in,
                           size_t size)
{
    uint32_t sent, seen;
    int rc, sys;

    memcpy(&sent, in, sizeof(sent));
    rc = call(d, cmd, 0, in, size);
    sys = errno;
    memcpy(&seen, in, sizeof(seen));
    return zp__domctl_answer(rc, sys, sent, seen);
}

static void probe(struct zp__domctl *d)
{
    struct zp_vcpu_topology topology = {
        .signature = ZP_VCPU_TOPOLOGY_SIGNATURE, .op = ZP_VCPU_TOPOLOGY_QUERY
    };
    struct zp_numa_residency residency = {
        .signature = ZP_NUMA_RESIDENCY_SIGNATURE
    };
    struct zp_numa_policy policy = {
        .signature = ZP_NUMA_POLICY_SIGNATURE, .op = ZP_NUMA_POLICY_GET
    };

    find_version(d);
    d->answer[ZP__CALL_TOPOLOGY] = ask(d, ZP_DOMCTL_VCPU_TOPOLOGY, &topology,
                                       sizeof(topology));
    d->answer[ZP__CALL_RESIDENCY] = ask(d, ZP_DOMCTL_NUMA_RESIDENCY,
                                        &residency, sizeof(residency));
    d->answer[ZP__CALL_POLICY] = ask(d, ZP_DOMCTL_NUMA_POLICY, &policy,
                                     sizeof(policy));
}

int zp__domctl_open(xentoollog_logger *log, struct zp__domctl **domctl_out,
                    struct zp_error *err)
{
    struct zp__domctl *d = calloc(1, sizeof(*d));

    if (!d)
        return zp__nomem(err);
    d->xcall = xencall_open(log, 0);
    if (d->xcall)
        d->buf = xencall_alloc_buffer_pages(d->xcall, 1);
    if (!d->buf) {
        zp__fail_sys(err, ZP_ERR_XEN, errno, "xen",
                     "opening Xen's hypercall device: %s", strerror(errno));
        zp__domctl_close(d);
        return ZP_ERR_XEN;
    }
    memset(d->buf, 0, PAGE);
    probe(d);
    *domctl_out = d;
    return ZP_OK;
}

void zp__domctl_close(struct zp__domctl *domctl)
{
    if (!domctl)
        return;
    if (domctl->buf)
        xencall_free_buffer_pages(domctl->xcall, domctl->buf, 1);
    if (domctl->xcall)
        xencall_close(domctl->xcall);
    free(domctl);
}

bool zp__domctl_has(const struct zp__domctl *domctl, enum zp__call which)
{
    return domctl->answer[which] == ZP__THERE;
}

bool zp__domctl_counts(const struct zp__domctl *domctl,
                       const libxl_dominfo *info)
{
    return zp__residency_of(domctl->answer[ZP__CALL_RESIDENCY], info);
}

enum zp_tier zp__domctl_tier(const struct zp__domctl *domctl)
{
    return zp__tier_of(domctl->answer);
}

void zp__domctl_note(const struct zp__domctl *domctl, char *buf, size_t size)
{
    zp__tier_note(domctl->answer, buf, size);
}

/* ---- topology -------------------------------------------------------- */

int zp__domctl_set_topology(struct zp__domctl *d, uint32_t domid,
                            uint32_t vcpu, uint32_t x2apic_id,
                            const struct zp_cpuid_leaf *leaves, uint32_t nr,
                            struct zp_error *err)
{
    struct zp_vcpu_topology in = {
        .signature = ZP_VCPU_TOPOLOGY_SIGNATURE, .op = ZP_VCPU_TOPOLOGY_SET,
        .vcpu = vcpu, .x2apic_id = x2apic_id, .nr_leaves = nr,
        .leaves = (uint64_t)address_of(d->buf->array.leaf),
    };
    uint32_t i;

    if (nr > ZP_VCPU_TOPOLOGY_MAX_LEAVES)
        return zp__fail(err, ZP_ERR_RANGE, "leaves", "%u leaves, at most %d",
                        nr, ZP_VCPU_TOPOLOGY_MAX_LEAVES);
    for (i = 0; i < nr; i++)
        d->buf->array.leaf[i] = (struct zp_domctl_leaf){
            leaves[i].leaf, leaves[i].subleaf, leaves[i].eax, leaves[i].ebx,
            leaves[i].ecx, leaves[i].edx
        };
    return checked_call(d, ZP__CALL_TOPOLOGY, ZP_DOMCTL_VCPU_TOPOLOGY, domid,
                        &in, sizeof(in), err);
}

int zp__domctl_get_topology(struct zp__domctl *d, uint32_t domid,
                            uint32_t vcpu, uint32_t *x2apic_id_out,
                            struct zp_cpuid_leaf leaves[ZP_MAX_CPUID_LEAVES],
                            uint32_t *nr_out, struct zp_error *err)
{
    struct zp_vcpu_topology in = {
        .signature = ZP_VCPU_TOPOLOGY_SIGNATURE, .op = ZP_VCPU_TOPOLOGY_GET,
        .vcpu = vcpu, .nr_leaves = ZP_VCPU_TOPOLOGY_MAX_LEAVES,
        .leaves = (uint64_t)address_of(d->buf->array.leaf),
    };
    uint32_t i;
    int rc = checked_call(d, ZP__CALL_TOPOLOGY, ZP_DOMCTL_VCPU_TOPOLOGY,
                          domid, &in, sizeof(in), err);

    if (rc)
        return rc;
    for (i = 0; i < in.nr_leaves && i < ZP_MAX_CPUID_LEAVES; i++) {
        const struct zp_domctl_leaf *l = &d->buf->array.leaf[i];

        leaves[i] = (struct zp_cpuid_leaf){ l->leaf, l->subleaf, l->a, l->b,
                                            l->c, l->d };
    }
    *x2apic_id_out = in.x2apic_id;
    *nr_out = i;
    return ZP_OK;
}

/* ---- memory ---------------------------------------------------------- */

int zp__domctl_residency(struct zp__domctl *d, uint32_t domid,
                         uint64_t gfn, uint64_t end_gfn,
                         uint64_t pages_out[ZP_MAX_PNODES],
                         struct zp_error *err)
{
    uint64_t pages[ZP_MAX_PNODES] = { 0 };
    uint32_t i;
    int rc;

    /* Xen stops where it has more important things to do. */
    while (gfn < end_gfn) {
        struct zp_numa_residency in = {
            .signature = ZP_NUMA_RESIDENCY_SIGNATURE,
            .nr_nodes = ZP_MAX_PNODES, .gfn = gfn, .end_gfn = end_gfn,
            .pages = (uint64_t)address_of(d->buf->array.pages),
        };

        rc = checked_call(d, ZP__CALL_RESIDENCY, ZP_DOMCTL_NUMA_RESIDENCY,
                          domid, &in, sizeof(in), err);
        if (rc)
            return rc;
        if (in.gfn <= gfn)
            return zp__fail(err, ZP_ERR_XEN, "xen", "counting pages of domain "
                            "%u stands still at gfn %#" PRIx64, domid, gfn);
        for (i = 0; i < in.nr_nodes && i < ZP_MAX_PNODES; i++)
            pages[i] += d->buf->array.pages[i];
        gfn = in.gfn;
    }
    memcpy(pages_out, pages, sizeof(pages));
    return ZP_OK;
}

static int policy(struct zp__domctl *d, uint32_t domid, uint32_t op,
                  uint32_t *flags, struct zp_error *err)
{
    struct zp_numa_policy in = {
        .signature = ZP_NUMA_POLICY_SIGNATURE, .op = op, .flags = *flags
    };
    int rc = checked_call(d, ZP__CALL_POLICY, ZP_DOMCTL_NUMA_POLICY, domid,
                          &in, sizeof(in), err);

    if (!rc)
        *flags = in.flags;
    return rc;
}

int zp__domctl_set_strict(struct zp__domctl *d, uint32_t domid,
                          struct zp_error *err)
{
    uint32_t flags = ZP_NUMA_POLICY_STRICT;

    return policy(d, domid, ZP_NUMA_POLICY_SET, &flags, err);
}

int zp__domctl_get_strict(struct zp__domctl *d, uint32_t domid,
                          bool *strict_out, struct zp_error *err)
{
    uint32_t flags = 0;
    int rc = policy(d, domid, ZP_NUMA_POLICY_GET, &flags, err);

    if (!rc)
        *strict_out = flags & ZP_NUMA_POLICY_STRICT;
    return rc;
}
