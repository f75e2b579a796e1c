/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes what every vcpu of a zone reads from CPUID as hwloc-gather-cpuid
 * would, for hwloc's x86 backend to replay, and what it must make of it.
 *
 *   cpuid-dump DIR intel|amd LEVEL THREADS CORES_PER_L3 socket|node SHAPE
 *
 * LEVEL is how much of CPUID there is: "full"; "b": up to leaf 0xB, on AMD up
 * to 0x8000001E; "old": before x2APIC.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpuid-case.h"

static struct zp_core_model model;
static struct zp_guest_cpus cpus;
static struct cpuid_truth truth[ZP_MAX_VCPUS];
static const char *dir, *level;

static void fail(const char *what)
{
    fprintf(stderr, "cpuid-dump: %s\n", what);
    exit(1);
}

static FILE *create(const char *name, unsigned number)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    if (number != UINT32_MAX)
        snprintf(path, sizeof(path), "%s/%s%u", dir, name, number);
    file = fopen(path, "w");
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

static void put(FILE *f, uint32_t leaf, uint32_t eax, uint32_t ebx,
                uint32_t ecx, uint32_t edx)
{
    fprintf(f, "1 %x 0 0 0 => %x %x %x %x\n", leaf, eax, ebx, ecx, edx);
}

static void put_frame(FILE *f)
{
    uint32_t i;

    if (model.vendor == ZP_VENDOR_INTEL) {
        put(f, 0, !strcmp(level, "full") ? 0x1f : *level == 'b' ? 0xb : 4,
            0x756e6547, 0x6c65746e, 0x49656e69);
        put(f, 0x80000000, 0x80000008, 0, 0, 0);
        put(f, 0x80000001, 0, 0, 0, 0);
        put(f, 0x80000008, 0x3934, 0, 0, 0);
    } else {
        put(f, 0, *level == 'o' ? 1 : 0x10, 0x68747541, 0x444d4163,
            0x69746e65);
        put(f, 0x80000000, !strcmp(level, "full") ? 0x80000026 : 0x8000001e,
            0, 0, 0);
        put(f, 0x80000001, 0, 0, 1U << 22 | 1U << 1, 0); /* TOPOEXT */
    }
    for (i = 2; i <= 4; i++)
        put(f, 0x80000000 + i, 0, 0, 0, 0);
    fprintf(f, "5 7 0 0 0 => 0 0 0 0\n");
}

static void put_vcpu(const struct zp_plan *plan, uint32_t vcpu)
{
    struct zp_cpuid_leaf leaves[ZP_MAX_CPUID_LEAVES], *l;
    FILE *f = create("pu", vcpu);
    struct zp_error err;
    uint32_t nr, i;

    if (zp_cpuid_leaves(plan, &model, &cpus, vcpu, leaves, &nr, &err))
        fail(err.msg);
    put_frame(f);
    for (i = 0; i < nr; i++) {
        l = &leaves[i];
        if (l->leaf == 1) {
            /* family 25, and family 6; x2APIC and HTT as the case may be */
            l->eax = model.vendor == ZP_VENDOR_AMD ? 0xa00f11 : 0x606a6;
            l->ecx = *level == 'o' ? 0 : 1U << 21;
            l->edx = cpus.nr_vcpus > 1 ? 1U << 28 : 0;
        }
        if (l->subleaf == ZP_CPUID_NO_SUBLEAF)
            put(f, l->leaf, l->eax, l->ebx, l->ecx, l->edx);
        else
            fprintf(f, "5 %x 0 %x 0 => %x %x %x %x\n", l->leaf, l->subleaf,
                    l->eax, l->ebx, l->ecx, l->edx);
    }
    if (fclose(f))
        fail("cannot write");
}

/* One line per group of vcpus that have the same @label, in hex. */
static void expect(FILE *f, const char *what, size_t label)
{
    uint64_t seen[2] = { 0 }, mask[2];
    uint32_t a, b;

    for (a = 0; a < cpus.nr_vcpus; a++) {
        if (seen[a / 64] >> a % 64 & 1)
            continue;
        mask[0] = mask[1] = 0;
        for (b = a; b < cpus.nr_vcpus; b++) {
            if (!memcmp((char *)&truth[a] + label, (char *)&truth[b] + label,
                        sizeof(uint32_t)))
                mask[b / 64] |= (uint64_t)1 << b % 64;
        }
        seen[0] |= mask[0];
        seen[1] |= mask[1];
        if (mask[1])
            fprintf(f, "%s %" PRIx64 "%016" PRIx64 "\n", what, mask[1],
                    mask[0]);
        else
            fprintf(f, "%s %" PRIx64 "\n", what, mask[0]);
    }
}

static void put_expected(void)
{
    FILE *f = create("expected", UINT32_MAX);

    expect(f, "Package", offsetof(struct cpuid_truth, package));
    expect(f, "Core", offsetof(struct cpuid_truth, core));
    expect(f, "L1Cache", offsetof(struct cpuid_truth, core));
    expect(f, "L1iCache", offsetof(struct cpuid_truth, core));
    expect(f, "L2Cache", offsetof(struct cpuid_truth, core));
    expect(f, "L3Cache", offsetof(struct cpuid_truth, l3));
    /* hwloc drops dies where each is a package */
    if (!strcmp(level, "full") && cpus.die_shift < cpus.package_shift)
        expect(f, "Die", offsetof(struct cpuid_truth, vnode));
    if (model.vendor == ZP_VENDOR_AMD)
        expect(f, "NUMANode", offsetof(struct cpuid_truth, vnode));
    if (fclose(f))
        fail("cannot write");
}

int main(int argc, char **argv)
{
    struct cpuid_shape shape;
    struct zp_topology *topo;
    struct zp_plan plan;
    struct zp_error err;
    uint32_t i;
    FILE *f;

    if (argc != 8 || !cpuid_shape_parse(argv[7], &shape))
        fail("wrong arguments");
    dir = argv[1];
    level = argv[3];
    cpuid_shape_plan(&shape, &plan);
    topo = cpuid_shape_host(&shape);
    if (zp_core_model_from_topology(topo, &plan,
                                    strcmp(argv[2], "amd") ? ZP_VENDOR_INTEL
                                                           : ZP_VENDOR_AMD,
                                    (uint32_t)atoi(argv[4]),
                                    strcmp(argv[6], "node")
                                        ? ZP_PACKAGES_SOCKET
                                        : ZP_PACKAGES_NODE, &model, &err))
        fail(err.msg);
    model.cores_per_l3 = (uint32_t)atoi(argv[5]);
    if (zp_guest_cpus(&plan, topo, &model, &cpus, &err))
        fail(err.msg);
    zp_topology_free(topo);
    cpuid_shape_truth(&shape, &model, truth);
    f = create("hwloc-cpuid-info", UINT32_MAX);
    fprintf(f, "Architecture: x86\n");
    if (fclose(f))
        fail("cannot write");
    for (i = 0; i < cpus.nr_vcpus; i++)
        put_vcpu(&plan, i);
    put_expected();
    return 0;
}
