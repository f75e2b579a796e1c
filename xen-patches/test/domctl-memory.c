/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where pages are, and where they may go. */
#include "domctl-test.h"

int residency(uint16_t domid, struct zp_numa_residency *op)
{
    op->pages = (uintptr_t)page->pages;
    return domctl(ZP_DOMCTL_NUMA_RESIDENCY, domid, op, sizeof(*op));
}

int policy(uint16_t domid, struct zp_numa_policy *op)
{
    return domctl(ZP_DOMCTL_NUMA_POLICY, domid, op, sizeof(*op));
}

static uint64_t counted[MAX_NODES];
static unsigned nr_calls;

int count(uint16_t domid, uint64_t gfn, uint64_t end)
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

void print_count(void)
{
    unsigned i;

    for (i = 0; i < MAX_NODES; i++)
        if (counted[i])
            printf("%u: %" PRIu64 "\n", i, counted[i]);
}

void test_residency(uint16_t domid)
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

void test_policy(uint16_t domid, bool has_vnuma)
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

void set_policy(uint16_t domid, bool strict)
{
    struct zp_numa_policy op = POLICY(
        .op = ZP_NUMA_POLICY_SET,
        .flags = strict ? ZP_NUMA_POLICY_STRICT : 0);

    errno = policy(domid, &op);
    if (errno)
        die("policy");
}

long change(uint16_t domid, uint64_t gfn, unsigned long nr, unsigned order,
            bool in, unsigned flags)
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

/* Takes @nr pages at @gfn of a range out and puts them back in all the ways
 * there are. Its vnode is on @pnode; that of @next is on @other. */
static void strict_range(uint16_t domid, const xen_vmemrange_t *range,
                         unsigned pnode, unsigned next, unsigned other)
{
    const uint64_t first = range->start >> XC_PAGE_SHIFT;
    const uint64_t end = range->end >> XC_PAGE_SHIFT;
    const unsigned nr = 600;
    uint64_t gfn = first + (end - first) / 2 + 7;
    long done;

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
    ok(!count(domid, gfn, gfn + nr) && counted[pnode] == nr, "all at home");
    change(domid, gfn, nr, 0, false, 0);
    ok(change(domid, gfn, nr, 0, true,
              XENMEMF_vnode | XENMEMF_node(next)) == nr &&
           !count(domid, gfn, gfn + nr) && counted[pnode] == nr,
       "a vnode that is named makes no difference");
    change(domid, gfn, nr, 0, false, 0);
    ok(change(domid, gfn, nr, 0, true, XENMEMF_exact_node(other)) == nr &&
           !count(domid, gfn, gfn + nr) && counted[other] == nr,
       "a pnode that is named is obeyed");
    change(domid, gfn, nr, 0, false, 0);
    ok(change(domid, gfn, 1, 0, true, XENMEMF_populate_on_demand) <= 0,
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

/* Beyond all ranges; @gfn is in one of them, of a vnode on @pnode. */
static void strict_elsewhere(uint16_t domid, uint64_t gfn, unsigned pnode,
                             uint64_t beyond)
{
    /* There has to be room for a page, or it fails for that reason. */
    change(domid, gfn, 1, 0, false, 0);
    ok(change(domid, beyond, 1, 0, true, 0) <= 0,
       "not in a gfn outside of all ranges");
    ok(change(domid, UINT64_MAX, 1, 0, true, 0) <= 0, "nor the last of all");
    ok(xc_domain_increase_reservation(xch, domid, 1, 0, 0, NULL) <= 0,
       "not without a gfn");
    set_policy(domid, false);
    ok(change(domid, beyond, 1, 0, true, 0) == 1,
       "all that works when not strict");
    change(domid, beyond, 1, 0, false, 0);
    change(domid, gfn, 1, 0, true, XENMEMF_exact_node(pnode));
}

void test_strict(uint16_t domid, const unsigned *pnodes)
{
    uint32_t nr_vnodes = 16, nr_ranges = 16, nr_vcpus = 128;
    xen_vmemrange_t range[16];
    unsigned distance[16 * 16], vcpu_to_vnode[128];
    uint64_t first, end, last = 0;
    unsigned pnode, next, r;

    if (xc_domain_getvnuma(xch, domid, &nr_vnodes, &nr_ranges, &nr_vcpus,
                           range, distance, vcpu_to_vnode))
        die("xc_domain_getvnuma");
    for (r = 0; r < nr_ranges; r++) {
        pnode = pnodes[range[r].nid];
        next = (range[r].nid + 1) % nr_vnodes;
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
        strict_range(domid, &range[r], pnode, next, pnodes[next]);
    }
    strict_elsewhere(domid, (range[0].start >> XC_PAGE_SHIFT) + 99,
                     pnodes[range[0].nid], last + 512);
}
