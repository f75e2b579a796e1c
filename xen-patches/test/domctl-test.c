/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domctl-test: drives the domctls of xen-patches/ with good and bad input.
 *
 * Runs in the control domain. usage() lists what it does; test/patched.sh has
 * the order in which that makes sense. It knows the domctls from
 * zoneplace-domctl.h only, as a toolstack would.
 */
#include <stdarg.h>

#include <xencall.h>

#include "domctl-test.h"

static xencall_handle *call;
static unsigned nr_tests, nr_failed;
xc_interface *xch;
struct page *page;

void ok(bool good, const char *fmt, ...)
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

void die(const char *what)
{
    fprintf(stderr, "domctl-test: %s: %s\n", what, strerror(errno));
    exit(2);
}

int domctl(uint32_t cmd, uint16_t domid, void *op, size_t size)
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

void expect(const char *what, int got, int wanted, uint32_t signature,
            uint32_t wanted_signature)
{
    bool good = got == wanted && signature == wanted_signature;

    ok(good, "%s: %s", what, wanted ? strerror(wanted) : "works");
    if (got != wanted)
        printf("# errno %d (%s)\n", got, strerror(got));
    if (signature != wanted_signature)
        printf("# signature %#x, wanted %#x\n", signature, wanted_signature);
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
