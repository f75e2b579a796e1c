/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest kernel which does nothing but try the domctls, on every domain there
 * may be; itself, which it has no name for, is one. (Linux won't let a guest's
 * user space do that.) Each answer but ESRCH is a line in Xen's ring:
 *
 *   domctl 200 interface 21 dom 0: errno 1
 *
 * ", understood" behind it would mean that the signature came back inverted.
 *
 * Entered in 32-bit mode without paging (PVH), so addresses are physical.
 */
#include <stdint.h>

#include <zoneplace-domctl.h>

#define HYPERVISOR_SCHED_OP 29
#define HYPERVISOR_DOMCTL 36
#define SCHEDOP_SHUTDOWN 2
#define ESRCH 3

/* The ELF note of type 18 has the address to start at. */
__asm__(".pushsection .note.Xen, \"a\", @note\n"
        ".long 4, 4, 18\n"
        ".asciz \"Xen\"\n"
        ".long start\n"
        ".popsection\n"
        ".globl start\n"
        "start:\n"
        "    mov $stack + 4096, %esp\n"
        "    call guest\n"
        "1:  hlt\n"
        "    jmp 1b\n");

char stack[4096] __attribute__((aligned(16), used));
static char hypercall_page[4096] __attribute__((aligned(4096)));
static uint32_t page[1024] __attribute__((aligned(4096)));

static int hypercall(unsigned op, uint32_t a, uint32_t b)
{
    int rc;

    __asm__ volatile("call *%3"
                     : "=a"(rc), "+b"(a), "+c"(b)
                     : "r"(hypercall_page + op * 32)
                     : "memory");
    return rc;
}

/* What is written to this port goes into Xen's ring, line by line. */
static void print(const char *s)
{
    while (*s) {
        __asm__ volatile("outb %0, $0xe9" : : "a"(*s));
        s++;
    }
}

static void print_number(uint32_t n)
{
    char text[12], *s = text + sizeof(text) - 1;

    *s = '\0';
    do {
        *--s = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    print(s);
}

static void try_domctl(uint32_t cmd, uint32_t interface, uint32_t signature)
{
    uint32_t domid;
    unsigned i;
    int rc;

    for (domid = 0; domid < 64; domid++) {
        for (i = 0; i < sizeof(page) / sizeof(page[0]); i++)
            page[i] = 0;
        page[0] = cmd;
        page[1] = interface;
        page[2] = domid;
        page[4] = signature;
        rc = hypercall(HYPERVISOR_DOMCTL, (uint32_t)page, 0);
        if (rc == -ESRCH)
            continue;
        print("domctl ");
        print_number(cmd);
        print(" interface ");
        print_number(interface);
        print(" dom ");
        print_number(domid);
        print(": errno ");
        print_number((uint32_t)-rc);
        print(page[4] == signature ? "\n" : ", understood\n");
    }
}

void __attribute__((used)) guest(void)
{
    static const uint32_t interfaces[] = { 0x15, 0x17 };
    uint32_t a, msr, c, d;
    unsigned i;

    __asm__("cpuid" : "=a"(a), "=b"(msr), "=c"(c), "=d"(d) : "0"(0x40000002));
    __asm__ volatile("wrmsr" : : "c"(msr), "a"(hypercall_page), "d"(0));
    for (i = 0; i < 2; i++) {
        try_domctl(ZP_DOMCTL_VCPU_TOPOLOGY, interfaces[i],
                   ZP_VCPU_TOPOLOGY_SIGNATURE);
        try_domctl(ZP_DOMCTL_NUMA_RESIDENCY, interfaces[i],
                   ZP_NUMA_RESIDENCY_SIGNATURE);
        try_domctl(ZP_DOMCTL_NUMA_POLICY, interfaces[i],
                   ZP_NUMA_POLICY_SIGNATURE);
    }
    page[0] = 0;
    hypercall(HYPERVISOR_SCHED_OP, SCHEDOP_SHUTDOWN, (uint32_t)page);
}
