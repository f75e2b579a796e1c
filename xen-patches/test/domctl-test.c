/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domctl-test: drives the domctls of xen-patches/ with good and bad input.
 *
 * Runs in the control domain. usage() lists what it does; test/patched.sh has
 * the order in which that makes sense. It knows the domctls from
 * zoneplace-domctl.h only, as a toolstack would.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define __XEN_TOOLS__ 1
#include <xen/xen.h>
#include <xen/domctl.h>
#include <xen/memory.h>
#include <xencall.h>
#include <xenctrl.h>

#include <zoneplace-domctl.h>

#define MAX_NODES 64
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static xencall_handle *call;
static xc_interface *xch;
static unsigned nr_tests, nr_failed;

/* One page that the hypervisor can reach: the domctl, then its array. */
static struct page {
    struct xen_domctl domctl;
    _Alignas(8) union {
        struct zp_domctl_leaf leaves[64];
        uint64_t pages[MAX_NODES];
    };
} *page;

static void __attribute__((format(printf, 2, 3))) ok(bool good,
                                                     const char *fmt, ...)
{
    va_list ap;

    nr_tests++;
    if (!good)
        nr_failed++;
    printf("%s %u - ", good ? "ok" : "not ok", nr_tests);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    fflush(stdout);
}

static void __attribute__((noreturn)) die(const char *what)
{
    fprintf(stderr, "domctl-test: %s: %s\n", what, strerror(errno));
    exit(2);
}

/* Does a domctl with what is in the page. Returns 0 or an errno. */
static int domctl(uint32_t cmd, uint16_t domid, void *op, size_t size)
{
    int rc;

    memset(&page->domctl, 0, sizeof(page->domctl));
    page->domctl.cmd = cmd;
    page->domctl.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    page->domctl.domain = domid;
    memcpy(&page->domctl.u, op, size);
    rc = xencall1(call, __HYPERVISOR_domctl, (unsigned long)&page->domctl);
    memcpy(op, &page->domctl.u, size);
    return rc < 0 ? errno : 0;
}

static int topology(uint16_t domid, struct zp_vcpu_topology *op)
{
    op->leaves = (uintptr_t)page->leaves;
    return domctl(ZP_DOMCTL_VCPU_TOPOLOGY, domid, op, sizeof(*op));
}

static int residency(uint16_t domid, struct zp_numa_residency *op)
{
    op->pages = (uintptr_t)page->pages;
    return domctl(ZP_DOMCTL_NUMA_RESIDENCY, domid, op, sizeof(*op));
}

static int policy(uint16_t domid, struct zp_numa_policy *op)
{
    return domctl(ZP_DOMCTL_NUMA_POLICY, domid, op, sizeof(*op));
}

/* A call has the wanted errno, and the signature says that Xen understood. */
static void expect(const char *what, int got, int wanted, uint32_t signature,
                   uint32_t wanted_signature)
{
    bool good = got == wanted && signature == wanted_signature;

    ok(good, "%s: %s", what, wanted ? strerror(wanted) : "works");
    if (got != wanted)
        printf("# errno %d (%s)\n", got, strerror(got));
    if (signature != wanted_signature)
        printf("# signature %#x, wanted %#x\n", signature, wanted_signature);
}

#define TOPOLOGY(...)                                                        \
    (struct zp_vcpu_topology){                                               \
        .signature = ZP_VCPU_TOPOLOGY_SIGNATURE, __VA_ARGS__ }
#define RESIDENCY(...)                                                       \
    (struct zp_numa_residency){                                              \
        .signature = ZP_NUMA_RESIDENCY_SIGNATURE, __VA_ARGS__ }
#define POLICY(...)                                                          \
    (struct zp_numa_policy){                                                 \
        .signature = ZP_NUMA_POLICY_SIGNATURE, __VA_ARGS__ }

/* ---- APIC ids and leaves ------------------------------------------------- */

/*
 * All that an AMD guest looks at, for vCPUs in packages of two, one thread a
 * core: APIC id 2 * vcpu, hence bit 0 is the (only) thread, bit 1 the core.
 */
static uint32_t good_leaves(unsigned vcpu, struct zp_domctl_leaf *l)
{
    uint32_t id = 2 * vcpu, n = 0, none = ZP_DOMCTL_NO_SUBLEAF;

    l[n++] = (struct zp_domctl_leaf){ 0x1, none, 0, id << 24 | 4 << 16, 0, 0 };
    l[n++] = (struct zp_domctl_leaf){ 0xb, 0, 1, 1, 0x100, id };
    l[n++] = (struct zp_domctl_leaf){ 0xb, 1, 2, 2, 0x201, id };
    l[n++] = (struct zp_domctl_leaf){ 0x80000008, none, 0, 0, 0x2001, 0 };
    /* L1d, L1i, L2 of a core, L3 of a package; EAX[25:14] counts ids. */
    l[n++] = (struct zp_domctl_leaf){ 0x8000001d, 0, 1 << 14 | 0x121,
                                      0x1c0003f, 63, 0 };
    l[n++] = (struct zp_domctl_leaf){ 0x8000001d, 1, 1 << 14 | 0x122,
                                      0x1c0003f, 63, 0 };
    l[n++] = (struct zp_domctl_leaf){ 0x8000001d, 2, 1 << 14 | 0x143,
                                      0x1c0003f, 1023, 2 };
    l[n++] = (struct zp_domctl_leaf){ 0x8000001d, 3, 3 << 14 | 0x163,
                                      0x3c0003f, 16383, 1 };
    l[n++] = (struct zp_domctl_leaf){ 0x8000001e, none, id, vcpu & 1,
                                      vcpu / 2, 0 };
    return n;
}

/* One leaf that is to be refused, by itself, for vCPU 0 with APIC id 0x10. */
static const struct {
    const char *what;
    struct zp_domctl_leaf leaf;
} bad_leaves[] = {
    { "leaf 0", { 0, ~0u, 0, 0, 0, 0 } },
    { "leaf 7", { 7, 0, 0, 0, 0, 0 } },
    { "leaf 0xd", { 0xd, 0, 0, 0, 0, 0 } },
    { "leaf 0x40000000", { 0x40000000, ~0u, 0, 0, 0, 0 } },
    { "leaf 0x80000001", { 0x80000001, ~0u, 0, 0, 0, 0 } },
    { "leaf 0x8000001f", { 0x8000001f, ~0u, 0, 0, 0, 0 } },
    { "leaf 1 with a subleaf", { 1, 0, 0, 0x10010000, 0, 0 } },
    { "leaf 1 with features", { 1, ~0u, 0, 0x10010000, 0, 1 } },
    { "leaf 1 with CLFLUSH", { 1, ~0u, 0, 0x10010800, 0, 0 } },
    { "leaf 1 of another APIC id", { 1, ~0u, 0, 0x11010000, 0, 0 } },
    { "leaf 4 without a subleaf", { 4, ~0u, 0, 0, 0, 0 } },
    { "leaf 0xb of another APIC id", { 0xb, 0, 1, 1, 0x100, 0x11 } },
    { "leaf 0xb of another level", { 0xb, 1, 1, 1, 0x100, 0x10 } },
    { "leaf 0x1f of another APIC id", { 0x1f, 0, 1, 1, 0x100, 0 } },
    { "leaf 0x80000008 with address sizes", { 0x80000008, ~0u, 48, 0, 0, 0 } },
    { "leaf 0x80000008 with TscSize", { 0x80000008, ~0u, 0, 0, 0x10000, 0 } },
    { "leaf 0x8000001d without a subleaf", { 0x8000001d, ~0u, 0, 0, 0, 0 } },
    { "leaf 0x8000001e of another APIC id", { 0x8000001e, ~0u, 1, 0, 0, 0 } },
    { "leaf 0x8000001e with a subleaf", { 0x8000001e, 0, 0x10, 0, 0, 0 } },
    { "leaf 0x80000026 of another APIC id", { 0x80000026, 0, 1, 1, 0x100, 0 } },
};

static void expect_topology(const char *what, uint16_t domid,
                            struct zp_vcpu_topology op, int wanted)
{
    int got = topology(domid, &op);

    expect(what, got, wanted, op.signature, ~ZP_VCPU_TOPOLOGY_SIGNATURE);
}

/* What vCPU @vcpu has is @id and @nr leaves. */
static void expect_is(const char *what, uint16_t domid, unsigned vcpu,
                      uint32_t id, uint32_t nr)
{
    struct zp_vcpu_topology op = TOPOLOGY(.op = ZP_VCPU_TOPOLOGY_GET,
                                          .vcpu = vcpu, .nr_leaves = 64);
    int got = topology(domid, &op);

    ok(!got && op.x2apic_id == id && op.nr_leaves == nr, "%s", what);
    if (got || op.x2apic_id != id || op.nr_leaves != nr)
        printf("# errno %d id %u leaves %u\n", got, op.x2apic_id,
               op.nr_leaves);
}

static void test_query(void)
{
    struct zp_vcpu_topology t = TOPOLOGY(.op = ZP_VCPU_TOPOLOGY_QUERY);
    struct zp_numa_residency r = RESIDENCY(0);
    struct zp_numa_policy p = POLICY(.op = ZP_NUMA_POLICY_GET);
    int got = topology(0, &t);

    expect("topology: query", got, 0, t.signature,
           ~ZP_VCPU_TOPOLOGY_SIGNATURE);
    ok(t.nr_leaves == ZP_VCPU_TOPOLOGY_MAX_LEAVES &&
           t.x2apic_id == ZP_VCPU_TOPOLOGY_MAX_ID,
       "its limits are the header's");
    got = residency(0, &r);
    expect("residency: query", got, 0, r.signature,
           ~ZP_NUMA_RESIDENCY_SIGNATURE);
    ok(r.nr_nodes > 0 && r.nr_nodes <= MAX_NODES, "it has %u nodes",
       r.nr_nodes);
    got = policy(0, &p);
    expect("policy: query", got, 0, p.signature, ~ZP_NUMA_POLICY_SIGNATURE);

    t.signature = ZP_VCPU_TOPOLOGY_SIGNATURE + 1;
    expect("topology: another signature", topology(0, &t), EINVAL,
           t.signature, ZP_VCPU_TOPOLOGY_SIGNATURE + 1);
    r.signature = ZP_NUMA_POLICY_SIGNATURE;
    expect("residency: another signature", residency(0, &r), EINVAL,
           r.signature, ZP_NUMA_POLICY_SIGNATURE);
    p.signature = 0;
    expect("policy: no signature", policy(0, &p), EINVAL, p.signature, 0);
}

/* For a domain that has at least two vCPUs and did not run yet. */
static void test_topology(uint16_t domid, unsigned nr_vcpus)
{
    struct zp_vcpu_topology set = TOPOLOGY(.op = ZP_VCPU_TOPOLOGY_SET);
    struct zp_vcpu_topology op;
    struct zp_domctl_leaf saved[64];
    char what[80];
    size_t i;

    expect_is("untouched: id 2, no leaves", domid, 1, 2, 0);
    op = set;
    op.pad = 1;
    expect_topology("padding that isn't zero", domid, op, EINVAL);
    op = set;
    op.op = 3;
    expect_topology("an unknown op", domid, op, EOPNOTSUPP);
    expect_topology("a PV domain", 0, set, EOPNOTSUPP);
    op = set;
    op.vcpu = nr_vcpus;
    expect_topology("vcpu out of range", domid, op, ENOENT);
    op.vcpu = UINT32_MAX;
    expect_topology("vcpu far out of range", domid, op, ENOENT);
    op.op = ZP_VCPU_TOPOLOGY_GET;
    expect_topology("get: vcpu out of range", domid, op, ENOENT);
    op = set;
    op.x2apic_id = 255;
    expect_topology("id 255", domid, op, ERANGE);
    op.x2apic_id = UINT32_MAX;
    expect_topology("id 0xffffffff", domid, op, ERANGE);
    op = set;
    op.nr_leaves = 33;
    expect_topology("33 leaves", domid, op, E2BIG);
    op.nr_leaves = UINT32_MAX;
    expect_topology("0xffffffff leaves", domid, op, E2BIG);
    for (i = 0; i < ARRAY_SIZE(bad_leaves); i++) {
        op = set;
        op.x2apic_id = 0x10;
        op.nr_leaves = 1;
        page->leaves[0] = bad_leaves[i].leaf;
        expect_topology(bad_leaves[i].what, domid, op, EINVAL);
    }
    op = set;
    op.nr_leaves = good_leaves(0, page->leaves);
    page->leaves[op.nr_leaves++] = page->leaves[1];
    expect_topology("a leaf that is there twice", domid, op, EINVAL);
    op.leaves = 8;
    op.signature = ZP_VCPU_TOPOLOGY_SIGNATURE;
    snprintf(what, sizeof(what), "leaves that can't be read");
    {
        int got = domctl(ZP_DOMCTL_VCPU_TOPOLOGY, domid, &op, sizeof(op));

        expect(what, got, EFAULT, op.signature,
               ~ZP_VCPU_TOPOLOGY_SIGNATURE);
    }
    expect_is("after all that: id 0, no leaves", domid, 0, 0, 0);

    op = set;
    op.x2apic_id = 0x10;
    expect_topology("an id alone", domid, op, 0);
    expect_is("it is there", domid, 0, 0x10, 0);
    op.vcpu = 1;
    expect_topology("the same id for another vcpu", domid, op, EEXIST);
    expect_is("it kept its own", domid, 1, 2, 0);
    op.x2apic_id = 254;
    for (i = 0; i < 32; i++)
        page->leaves[i] = (struct zp_domctl_leaf){ 0x4, (uint32_t)i, 1, 2,
                                                   3, 4 };
    op.nr_leaves = 32;
    expect_topology("id 254, 32 leaves", domid, op, 0);
    memcpy(saved, page->leaves, sizeof(saved));
    memset(page->leaves, 0xff, sizeof(page->leaves));
    expect_is("all of that comes back", domid, 1, 254, 32);
    ok(!memcmp(saved, page->leaves, 32 * sizeof(saved[0])),
       "byte for byte");
    op = TOPOLOGY(.op = ZP_VCPU_TOPOLOGY_GET, .vcpu = 1, .nr_leaves = 31);
    i = (size_t)topology(domid, &op);
    ok(i == ENOBUFS && op.nr_leaves == 32, "get: room for 31 of 32 leaves");
    op = set;
    op.vcpu = 1;
    op.x2apic_id = 255;
    expect_topology("a set that fails", domid, op, ERANGE);
    expect_is("it changed nothing", domid, 1, 254, 32);
}

/* Packages of two, for all vCPUs; twice, since the later one counts. */
static void set_topology(uint16_t domid, unsigned nr_vcpus)
{
    struct zp_vcpu_topology op;
    unsigned vcpu, pass;
    char what[80];

    for (pass = 0; pass < 2; pass++) {
        for (vcpu = 0; vcpu < nr_vcpus; vcpu++) {
            op = TOPOLOGY(.op = ZP_VCPU_TOPOLOGY_SET, .vcpu = vcpu,
                          .x2apic_id = 2 * vcpu);
            op.nr_leaves = good_leaves(vcpu, page->leaves);
            snprintf(what, sizeof(what), "vcpu %u%s", vcpu,
                     pass ? ", once more" : "");
            expect_topology(what, domid, op, 0);
        }
    }
}

static void test_running(uint16_t domid)
{
    struct zp_vcpu_topology op = TOPOLOGY(.op = ZP_VCPU_TOPOLOGY_SET,
                                          .x2apic_id = 0x20);
    struct zp_vcpu_topology before = TOPOLOGY(.op = ZP_VCPU_TOPOLOGY_GET,
                                              .nr_leaves = 64);

    ok(!topology(domid, &before), "get works for a domain that has run");
    expect_topology("set doesn't", domid, op, EBUSY);
    expect_is("and it changed nothing", domid, 0, before.x2apic_id,
              before.nr_leaves);
}

/* ---- memory -------------------------------------------------------------- */

static uint64_t counted[MAX_NODES];
static unsigned nr_calls;

/* Adds up all parts. Returns 0 or an errno. */
static int count(uint16_t domid, uint64_t gfn, uint64_t end)
{
    struct zp_numa_residency op;
    uint64_t was;
    unsigned i;
    int rc;

    memset(counted, 0, sizeof(counted));
    nr_calls = 0;
    do {
        op = RESIDENCY(.nr_nodes = MAX_NODES, .gfn = gfn, .end_gfn = end);
        memset(page->pages, 0xff, sizeof(page->pages));
        rc = residency(domid, &op);
        nr_calls++;
        if (rc)
            return rc;
        was = gfn;
        gfn = op.gfn;
        for (i = 0; i < op.nr_nodes; i++)
            counted[i] += page->pages[i];
    } while (gfn < end && gfn > was);
    return gfn == end ? 0 : ERANGE;
}

static uint64_t total(void)
{
    uint64_t sum = 0;
    unsigned i;

    for (i = 0; i < MAX_NODES; i++)
        sum += counted[i];
    return sum;
}

static void print_count(void)
{
    unsigned i;

    for (i = 0; i < MAX_NODES; i++)
        if (counted[i])
            printf("%u: %" PRIu64 "\n", i, counted[i]);
}

static void test_residency(uint16_t domid)
{
    struct zp_numa_residency op;
    xc_dominfo_t info;
    uint64_t all, split;
    int got;

    if (xc_domain_getinfo(xch, domid, 1, &info) != 1)
        die("xc_domain_getinfo");
    op = RESIDENCY(.nr_nodes = MAX_NODES, .gfn = 2, .end_gfn = 1);
    got = residency(domid, &op);
    expect("a range that ends before it begins", got, EINVAL, op.signature,
           ~ZP_NUMA_RESIDENCY_SIGNATURE);
    op = RESIDENCY(.nr_nodes = 1, .gfn = 0, .end_gfn = 1);
    got = residency(domid, &op);
    expect("room for one node", got, ENOBUFS, op.signature,
           ~ZP_NUMA_RESIDENCY_SIGNATURE);
    ok(op.nr_nodes > 1, "it says what is needed: %u", op.nr_nodes);
    op = RESIDENCY(.nr_nodes = MAX_NODES, .gfn = 0, .end_gfn = 1);
    got = residency(0, &op);
    expect("a PV domain", got, EOPNOTSUPP, op.signature,
           ~ZP_NUMA_RESIDENCY_SIGNATURE);
    op = RESIDENCY(.nr_nodes = MAX_NODES, .gfn = 0, .end_gfn = 1,
                   .pages = 8);
    got = domctl(ZP_DOMCTL_NUMA_RESIDENCY, domid, &op, sizeof(op));
    expect("pages that can't be written", got, EFAULT, op.signature,
           ~ZP_NUMA_RESIDENCY_SIGNATURE);
    ok(!count(domid, 5, 5) && !total(), "an empty range");
    ok(!count(domid, UINT64_MAX - 1, UINT64_MAX) && !total(),
       "a range beyond everything");
    ok(!count(domid, 0, UINT64_MAX), "all there is");
    printf("# %u calls\n", nr_calls);
    print_count();
    all = total();
    /* A few that Xen put there without counting them as the domain's. */
    ok(all <= info.nr_pages && all + 64 >= info.nr_pages,
       "%" PRIu64 " pages: those that Xen charges, %lu, or nearly", all,
       info.nr_pages);
    split = 0;
    ok(!count(domid, 0, 12345), "up to an odd gfn");
    split += total();
    ok(!count(domid, 12345, UINT64_MAX), "the rest");
    split += total();
    ok(split == all, "the sum is the same");
}

static void test_policy(uint16_t domid, bool has_vnuma)
{
    struct zp_numa_policy op;
    int got;

    op = POLICY(.op = ZP_NUMA_POLICY_GET);
    got = policy(domid, &op);
    ok(!got && op.flags == 0, "not strict by itself");
    op = POLICY(.op = ZP_NUMA_POLICY_SET, .flags = 2);
    got = policy(domid, &op);
    expect("unknown flags", got, EINVAL, op.signature,
           ~ZP_NUMA_POLICY_SIGNATURE);
    op = POLICY(.op = ZP_NUMA_POLICY_SET, .pad = 1);
    got = policy(domid, &op);
    expect("padding that isn't zero", got, EINVAL, op.signature,
           ~ZP_NUMA_POLICY_SIGNATURE);
    op = POLICY(.op = 2);
    got = policy(domid, &op);
    expect("an unknown op", got, EOPNOTSUPP, op.signature,
           ~ZP_NUMA_POLICY_SIGNATURE);
    op = POLICY(.op = ZP_NUMA_POLICY_SET, .flags = ZP_NUMA_POLICY_STRICT);
    got = policy(0, &op);
    expect("a PV domain", got, EOPNOTSUPP, op.signature,
           ~ZP_NUMA_POLICY_SIGNATURE);
    op = POLICY(.op = ZP_NUMA_POLICY_SET, .flags = ZP_NUMA_POLICY_STRICT);
    got = policy(domid, &op);
    expect(has_vnuma ? "strict" : "strict without vNUMA", got,
           has_vnuma ? 0 : ENODATA, op.signature, ~ZP_NUMA_POLICY_SIGNATURE);
    op = POLICY(.op = ZP_NUMA_POLICY_GET);
    got = policy(domid, &op);
    ok(!got && op.flags == (has_vnuma ? ZP_NUMA_POLICY_STRICT : 0),
       "get says so");
    op = POLICY(.op = ZP_NUMA_POLICY_SET);
    ok(!policy(domid, &op), "not strict any more");
}

static void set_policy(uint16_t domid, bool strict)
{
    struct zp_numa_policy op = POLICY(
        .op = ZP_NUMA_POLICY_SET,
        .flags = strict ? ZP_NUMA_POLICY_STRICT : 0);

    errno = policy(domid, &op);
    if (errno)
        die("policy");
}

/* Pages out of the domain or into it, one by one. Returns how many went. */
static long change(uint16_t domid, uint64_t gfn, unsigned long nr,
                   unsigned order, bool in, unsigned flags)
{
    xen_pfn_t *gfns = calloc(nr, sizeof(*gfns));
    unsigned long i;
    int rc;

    if (!gfns)
        die("calloc");
    for (i = 0; i < nr; i++)
        gfns[i] = gfn + (i << order);
    rc = in ? xc_domain_populate_physmap(xch, domid, nr, order, flags, gfns)
            : xc_domain_decrease_reservation(xch, domid, nr, order, gfns);
    free(gfns);
    return rc;
}

/*
 * Guest with vNUMA: for each of its ranges, take pages out and put them back
 * in all the ways there are. @pnodes: where its vnodes are.
 */
static void test_strict(uint16_t domid, const unsigned *pnodes)
{
    uint32_t nr_vnodes = 16, nr_ranges = 16, nr_vcpus = 128;
    xen_vmemrange_t range[16];
    unsigned distance[16 * 16], vcpu_to_vnode[128];
    uint64_t first, end, gfn, last = 0;
    unsigned pnode, other, r;
    const unsigned nr = 600;
    long done;

    if (xc_domain_getvnuma(xch, domid, &nr_vnodes, &nr_ranges, &nr_vcpus,
                           range, distance, vcpu_to_vnode))
        die("xc_domain_getvnuma");
    for (r = 0; r < nr_ranges; r++) {
        pnode = pnodes[range[r].nid];
        other = pnodes[(range[r].nid + 1) % nr_vnodes];
        first = range[r].start >> XC_PAGE_SHIFT;
        end = range[r].end >> XC_PAGE_SHIFT;
        last = end > last ? end : last;
        printf("# range %u: gfns %#" PRIx64 "-%#" PRIx64
               ", vnode %u, pnode %u\n",
               r, first, end, range[r].nid, pnode);
        ok(!count(domid, first, end) && counted[pnode] == end - first &&
               total() == end - first,
           "all of its pages are on pnode %u", pnode);
        printf("# %u calls\n", nr_calls);

        gfn = first + (end - first) / 2 + 7;
        ok(change(domid, gfn, nr, 0, false, 0) == nr, "take %u pages", nr);
        ok(!count(domid, first, end) && total() == end - first - nr,
           "they are gone");
        set_policy(domid, false);
        done = change(domid, gfn, nr, 0, true, 0);
        count(domid, gfn, gfn + nr);
        printf("# not strict: %ld back, %" PRIu64 " at home\n", done,
               counted[pnode]);
        ok(change(domid, gfn, nr, 0, false, 0) == nr, "take them again");

        set_policy(domid, true);
        ok(change(domid, gfn, nr, 0, true, 0) == nr, "strict: all back");
        ok(!count(domid, gfn, gfn + nr) && counted[pnode] == nr,
           "all at home");
        change(domid, gfn, nr, 0, false, 0);
        ok(change(domid, gfn, nr, 0, true,
                  XENMEMF_vnode |
                      XENMEMF_node((range[r].nid + 1) % nr_vnodes)) == nr &&
               !count(domid, gfn, gfn + nr) && counted[pnode] == nr,
           "a vnode that is named makes no difference");
        change(domid, gfn, nr, 0, false, 0);
        ok(change(domid, gfn, nr, 0, true, XENMEMF_exact_node(other)) == nr &&
               !count(domid, gfn, gfn + nr) && counted[other] == nr,
           "a pnode that is named is obeyed");
        change(domid, gfn, nr, 0, false, 0);
        ok(change(domid, gfn, 1, 0, true,
                  XENMEMF_populate_on_demand) <= 0,
           "not on demand");
        ok(change(domid, gfn, nr, 0, true, 0) == nr &&
               !count(domid, first, end) && counted[pnode] == end - first,
           "all of its pages are on pnode %u again", pnode);

        gfn = end - 256;
        ok(change(domid, gfn, 256, 0, false, 0) == 256 &&
               change(domid, gfn, 1, 9, true, 0) <= 0,
           "not what reaches beyond the range");
        ok(change(domid, gfn, 256, 0, true, 0) == 256, "but what doesn't");
    }
    /* There has to be room for a page, or it fails for that reason. */
    gfn = (range[0].start >> XC_PAGE_SHIFT) + 99;
    change(domid, gfn, 1, 0, false, 0);
    ok(change(domid, last + 512, 1, 0, true, 0) <= 0,
       "not in a gfn outside of all ranges");
    ok(change(domid, UINT64_MAX, 1, 0, true, 0) <= 0, "nor the last of all");
    ok(xc_domain_increase_reservation(xch, domid, 1, 0, 0, NULL) <= 0,
       "not without a gfn");
    set_policy(domid, false);
    ok(change(domid, last + 512, 1, 0, true, 0) == 1,
       "all that works when not strict");
    change(domid, last + 512, 1, 0, false, 0);
    change(domid, gfn, 1, 0, true, XENMEMF_exact_node(pnodes[range[0].nid]));
}

static int usage(void)
{
    fputs("usage: domctl-test VERB ...\n"
          "  query                      the forms that harm nobody\n"
          "  topology DOMID NR_VCPUS    all bad inputs; it never ran\n"
          "  set-topology DOMID NR_VCPUS  packages of two\n"
          "  set-id DOMID VCPU ID       an APIC id alone\n"
          "  running DOMID              what fails once it has run\n"
          "  residency DOMID            all of it; prints NODE: PAGES\n"
          "  policy DOMID vnuma|flat    bad inputs\n"
          "  strict DOMID PNODE...      in and out; a pnode for each vnode\n"
          "  set-policy DOMID 0|1\n"
          "  take DOMID GFN NR          pages out of it; prints how many\n"
          "  give DOMID GFN NR          pages into it; prints how many\n"
          "  count DOMID GFN END        prints NODE: PAGES\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    unsigned long n[MAX_NODES] = { 0 };
    unsigned pnodes[MAX_NODES] = { 0 };
    const char *verb;
    uint16_t domid;
    int i;

    if (argc < 2 || argc > MAX_NODES)
        return usage();
    verb = argv[1];
    for (i = 2; i < argc; i++) {
        n[i - 2] = strtoul(argv[i], NULL, 0);
        if (i > 2)
            pnodes[i - 3] = (unsigned)n[i - 2];
    }
    domid = (uint16_t)n[0];
    call = xencall_open(NULL, 0);
    xch = xc_interface_open(NULL, NULL, 0);
    if (!call || !xch)
        die("no hypervisor");
    page = xencall_alloc_buffer(call, sizeof(*page));
    if (!page)
        die("xencall_alloc_buffer");

    if (!strcmp(verb, "query"))
        test_query();
    else if (!strcmp(verb, "topology") && argc == 4)
        test_topology(domid, (unsigned)n[1]);
    else if (!strcmp(verb, "set-topology") && argc == 4)
        set_topology(domid, (unsigned)n[1]);
    else if (!strcmp(verb, "set-id") && argc == 5)
        expect_topology("an APIC id", domid,
                        TOPOLOGY(.op = ZP_VCPU_TOPOLOGY_SET,
                                 .vcpu = (uint32_t)n[1],
                                 .x2apic_id = (uint32_t)n[2]), 0);
    else if (!strcmp(verb, "running") && argc == 3)
        test_running(domid);
    else if (!strcmp(verb, "residency") && argc == 3)
        test_residency(domid);
    else if (!strcmp(verb, "policy") && argc == 4)
        test_policy(domid, !strcmp(argv[3], "vnuma"));
    else if (!strcmp(verb, "strict") && argc > 3)
        test_strict(domid, pnodes);
    else if (!strcmp(verb, "set-policy") && argc == 4)
        set_policy(domid, n[1] != 0);
    else if (!strcmp(verb, "take") && argc == 5)
        printf("%ld\n", change(domid, n[1], n[2], 0, false, 0));
    else if (!strcmp(verb, "give") && argc == 5)
        printf("%ld\n", change(domid, n[1], n[2], 0, true, 0));
    else if (!strcmp(verb, "count") && argc == 5) {
        errno = count(domid, n[1], n[2]);
        if (errno)
            die("residency");
        print_count();
    } else
        return usage();
    if (nr_tests)
        printf("1..%u\n", nr_tests);
    return nr_failed ? 1 : 0;
}
