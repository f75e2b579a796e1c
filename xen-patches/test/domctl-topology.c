/* SPDX-License-Identifier: GPL-2.0-or-later */
/* APIC ids and leaves of vCPUs. */
#include "domctl-test.h"

int topology(uint16_t domid, struct zp_vcpu_topology *op)
{
    op->leaves = (uintptr_t)page->leaves;
    return domctl(ZP_DOMCTL_VCPU_TOPOLOGY, domid, op, sizeof(*op));
}

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

void expect_topology(const char *what, uint16_t domid,
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

static void topology_refuses(uint16_t domid, unsigned nr_vcpus)
{
    struct zp_vcpu_topology set = TOPOLOGY(.op = ZP_VCPU_TOPOLOGY_SET);
    struct zp_vcpu_topology op;
    size_t i;
    int got;

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
    got = domctl(ZP_DOMCTL_VCPU_TOPOLOGY, domid, &op, sizeof(op));
    expect("leaves that can't be read", got, EFAULT, op.signature,
           ~ZP_VCPU_TOPOLOGY_SIGNATURE);
    expect_is("after all that: id 0, no leaves", domid, 0, 0, 0);
}

static void topology_takes(uint16_t domid)
{
    struct zp_vcpu_topology set = TOPOLOGY(.op = ZP_VCPU_TOPOLOGY_SET);
    struct zp_vcpu_topology op = set;
    struct zp_domctl_leaf saved[64];
    size_t i;
    int got;

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
    got = topology(domid, &op);
    ok(got == ENOBUFS && op.nr_leaves == 32, "get: room for 31 of 32 leaves");
    op = set;
    op.vcpu = 1;
    op.x2apic_id = 255;
    expect_topology("a set that fails", domid, op, ERANGE);
    expect_is("it changed nothing", domid, 1, 254, 32);
}

void test_topology(uint16_t domid, unsigned nr_vcpus)
{
    topology_refuses(domid, nr_vcpus);
    topology_takes(domid);
}

void set_topology(uint16_t domid, unsigned nr_vcpus)
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

void test_running(uint16_t domid)
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
