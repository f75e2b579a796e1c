/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much memory a node truly has. */
#include <string.h>

#include "xen/xen.h"

/* ACPI 6.5, 5.2.16 */
enum {
    SRAT_HEADER = 48,
    SRAT_LAPIC = 0,
    SRAT_MEMORY = 1,
    SRAT_X2APIC = 2,
    SRAT_LAPIC_LEN = 16,
    SRAT_MEMORY_LEN = 40,
    SRAT_X2APIC_LEN = 24,
};

struct pxm_map {
    uint32_t nr;
    uint32_t pxm[ZP_MAX_PNODES];
};

/* xen/arch/x86/srat.c, setup_node(): first come, first numbered. */
static int node_of(struct pxm_map *map, uint32_t pxm, uint32_t *node_out,
                   struct zp_error *err)
{
    uint32_t i;

    for (i = 0; i < map->nr; i++) {
        if (map->pxm[i] == pxm)
            break;
    }
    if (i == map->nr) {
        if (map->nr == ZP_MAX_PNODES)
            return zp__fail(err, ZP_ERR_RANGE, "numa-nodes",
                            "SRAT: more than %d proximity domains",
                            ZP_MAX_PNODES);
        map->pxm[map->nr++] = pxm;
    }
    *node_out = i;
    return ZP_OK;
}

static uint64_t overlap(uint64_t a, uint64_t a_end, uint64_t b,
                        uint64_t b_end)
{
    uint64_t start = a > b ? a : b, end = a_end < b_end ? a_end : b_end;

    return start < end ? end - start : 0;
}

struct srat_walk {
    const struct zp__e820 *ram;
    size_t nr_ram;
    uint64_t *bytes;
    struct pxm_map map;
};

static int add_memory(struct srat_walk *w, const uint8_t *e,
                      struct zp_error *err)
{
    uint64_t start = zp__get_le64(e + 8), len = zp__get_le64(e + 16);
    uint32_t node;
    size_t i;
    int rc;

    rc = node_of(&w->map, zp__get_le32(e + 2), &node, err);
    if (rc)
        return rc;
    if (start + len < start)
        return zp__fail(err, ZP_ERR_PARSE, "memory",
                        "SRAT: a memory range beyond 2^64");
    for (i = 0; i < w->nr_ram; i++)
        w->bytes[node] += overlap(start, start + len, w->ram[i].start,
                                  w->ram[i].end);
    return ZP_OK;
}

/* One entry; only what is of @type and enabled counts. */
static int take_entry(struct srat_walk *w, const uint8_t *e, unsigned type,
                      struct zp_error *err)
{
    static const uint8_t lens[] = {
        [SRAT_LAPIC] = SRAT_LAPIC_LEN,
        [SRAT_MEMORY] = SRAT_MEMORY_LEN,
        [SRAT_X2APIC] = SRAT_X2APIC_LEN,
    };
    uint32_t node;

    if (e[0] != type)
        return ZP_OK;
    if (e[1] < lens[type])
        return zp__fail(err, ZP_ERR_PARSE, "memory",
                        "SRAT: an entry of type %u has %u bytes", type, e[1]);
    switch (type) {
    case SRAT_X2APIC:
        return zp__get_le32(e + 12) & 1
                   ? node_of(&w->map, zp__get_le32(e + 4), &node, err)
                   : ZP_OK;
    case SRAT_LAPIC:
        return zp__get_le32(e + 4) & 1
                   ? node_of(&w->map, e[2] | (uint32_t)e[9] << 8 |
                                          (uint32_t)e[10] << 16 |
                                          (uint32_t)e[11] << 24,
                             &node, err)
                   : ZP_OK;
    default:
        return zp__get_le32(e + 28) & 1 ? add_memory(w, e, err) : ZP_OK;
    }
}

int zp__srat_true_sizes(const void *srat, size_t len,
                        const struct zp__e820 *ram, size_t nr_ram,
                        uint64_t bytes_out[ZP_MAX_PNODES],
                        uint32_t *nr_out, struct zp_error *err)
{
    /* The order in which acpi_numa_init() goes over the table. */
    static const unsigned passes[] = { SRAT_X2APIC, SRAT_LAPIC, SRAT_MEMORY };
    uint64_t bytes[ZP_MAX_PNODES] = { 0 };
    struct srat_walk w = { .ram = ram, .nr_ram = nr_ram, .bytes = bytes };
    const uint8_t *table = srat;
    size_t pass, at, end;
    int rc;

    if (len < SRAT_HEADER || memcmp(table, "SRAT", 4) != 0 ||
        zp__get_le32(table + 4) < SRAT_HEADER || zp__get_le32(table + 4) > len)
        return zp__fail(err, ZP_ERR_PARSE, "memory", "SRAT: not that table");
    end = zp__get_le32(table + 4);
    for (pass = 0; pass < sizeof(passes) / sizeof(passes[0]); pass++) {
        for (at = SRAT_HEADER; at < end; at += table[at + 1]) {
            if (end - at < 2 || table[at + 1] < 2 ||
                table[at + 1] > end - at)
                return zp__fail(err, ZP_ERR_PARSE, "memory",
                                "SRAT: broken entry at byte %zu", at);
            rc = take_entry(&w, table + at, passes[pass], err);
            if (rc)
                return rc;
        }
    }
    memcpy(bytes_out, bytes, sizeof(bytes));
    *nr_out = w.map.nr;
    return ZP_OK;
}
