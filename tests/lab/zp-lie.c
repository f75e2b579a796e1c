/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plants lies in a running zone, so that `zonectl verify` has something to
 * find. Knows nothing of zoneplace: hypercalls and guest memory only.
 *
 *   zp-lie page DOMID GFN COUNT PNODE   move guest pages to another node
 *   zp-lie slit DOMID                   change a distance in the guest's SLIT
 *   zp-lie lax DOMID                    take back the patched Xen's policy
 *   zp-lie hold DOMID                   keep a guest page mapped until killed
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xencall.h>
#include <xenctrl.h>
#include <xenforeignmemory.h>

#include "../../xen-patches/include/zoneplace-domctl.h"

#define PAGE 4096u
/* libxl puts a PVH guest's ACPI tables right above this address, and
 * zoneplace its own one MiB further. */
#define ACPI_START UINT64_C(0xfc000000)
#define ACPI_PAGES 512u

static int die(const char *what)
{
    fprintf(stderr, "zp-lie: %s: %s\n", what, strerror(errno));
    return 1;
}

static uint32_t number(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 0);

    if (!*text || *end || value > UINT32_MAX) {
        fprintf(stderr, "zp-lie: not a number: %s\n", text);
        exit(2);
    }
    return (uint32_t)value;
}

/* Gives the pages back to Xen and has them populated on @pnode. */
static int move_pages(xc_interface *xch, uint32_t domid, xen_pfn_t gfn,
                      uint32_t count, uint32_t pnode)
{
    uint32_t i;

    for (i = 0; i < count; i++) {
        xen_pfn_t page = gfn + i;

        if (xc_domain_decrease_reservation_exact(xch, domid, 1, 0, &page))
            return die("decrease_reservation");
        page = gfn + i;
        if (xc_domain_populate_physmap_exact(
                xch, domid, 1, 0, XENMEMF_exact_node(pnode), &page))
            return die("populate_physmap");
    }
    printf("moved %" PRIu32 " pages from gfn %#" PRIx64 " to pnode %" PRIu32
           "\n", count, (uint64_t)gfn, pnode);
    return 0;
}

/* Swaps the first row's last two bytes for other values, checksum mended, so
 * that only a comparison of the contents can tell. */
static int change_slit(uint8_t *table, size_t room)
{
    uint32_t length, i;
    uint64_t nodes;
    uint8_t sum = 0;

    memcpy(&length, table + 4, sizeof(length));
    memcpy(&nodes, table + 36, sizeof(nodes));
    if (length > room || length < 44 || nodes < 2 ||
        nodes * nodes + 44 != length)
        return 1;
    table[44 + 1] = (uint8_t)(table[44 + 1] + 7);
    table[44 + nodes] = (uint8_t)(table[44 + nodes] + 7);
    table[9] = 0;
    for (i = 0; i < length; i++)
        sum = (uint8_t)(sum + table[i]);
    table[9] = (uint8_t)-sum;
    printf("SLIT of %" PRIu64 " nodes changed\n", nodes);
    return 0;
}

static int lie_slit(uint32_t domid)
{
    xenforeignmemory_handle *fmem = xenforeignmemory_open(NULL, 0);
    uint32_t i, at;

    if (!fmem)
        return die("xenforeignmemory_open");
    for (i = 0; i < ACPI_PAGES; i++) {
        xen_pfn_t gfn = ACPI_START / PAGE + i;
        int bad = 0;
        uint8_t *page = xenforeignmemory_map(fmem, domid,
                                             PROT_READ | PROT_WRITE, 1, &gfn,
                                             &bad);

        if (!page)
            continue;
        for (at = 0; !bad && at + 44 < PAGE; at += 4) {
            if (!memcmp(page + at, "SLIT", 4) &&
                !change_slit(page + at, PAGE - at))
                return 0;
        }
        xenforeignmemory_unmap(fmem, page, 1);
    }
    fprintf(stderr, "zp-lie: no SLIT in domain %" PRIu32 "\n", domid);
    return 1;
}

/* From here on the domain's memory comes from where Xen likes. */
static int lie_lax(uint32_t domid)
{
    struct zp_numa_policy policy = {
        .signature = ZP_NUMA_POLICY_SIGNATURE, .op = ZP_NUMA_POLICY_SET
    };
    xencall_handle *xcall = xencall_open(NULL, 0);
    struct xen_domctl *call;

    if (!xcall)
        return die("xencall_open");
    call = xencall_alloc_buffer(xcall, sizeof(*call));
    if (!call)
        return die("xencall_alloc_buffer");
    memset(call, 0, sizeof(*call));
    call->cmd = ZP_DOMCTL_NUMA_POLICY;
    call->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    call->domain = (domid_t)domid;
    memcpy(&call->u, &policy, sizeof(policy));
    if (xencall1(xcall, __HYPERVISOR_domctl, (unsigned long)call))
        return die("numa policy");
    printf("domain %" PRIu32 " is not confined any more\n", domid);
    return 0;
}

/* Xen can't free the page, nor the domain, while it is mapped. */
static int hold_page(uint32_t domid)
{
    xenforeignmemory_handle *fmem = xenforeignmemory_open(NULL, 0);
    xen_pfn_t gfn = 0x1000;

    if (!fmem)
        return die("xenforeignmemory_open");
    if (!xenforeignmemory_map(fmem, domid, PROT_READ, 1, &gfn, NULL))
        return die("xenforeignmemory_map");
    printf("held\n");
    fflush(stdout);
    pause();
    return 0;
}

int main(int argc, char **argv)
{
    xc_interface *xch;

    if (argc == 3 && !strcmp(argv[1], "slit"))
        return lie_slit(number(argv[2]));
    if (argc == 3 && !strcmp(argv[1], "lax"))
        return lie_lax(number(argv[2]));
    if (argc == 3 && !strcmp(argv[1], "hold"))
        return hold_page(number(argv[2]));
    if (argc == 6 && !strcmp(argv[1], "page")) {
        xch = xc_interface_open(NULL, NULL, 0);
        if (!xch)
            return die("xc_interface_open");
        return move_pages(xch, number(argv[2]), number(argv[3]),
                          number(argv[4]), number(argv[5]));
    }
    fprintf(stderr, "usage: zp-lie page DOMID GFN COUNT PNODE\n"
                    "       zp-lie slit DOMID\n       zp-lie lax DOMID\n"
                    "       zp-lie hold DOMID\n");
    return 2;
}
