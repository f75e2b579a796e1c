/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that a dynamic zone gets later: where it will lie, in which units,
 * and what a guest can't do. */
#include "core.h"

enum { MIB = 1024 * 1024 };
#define SECTION ((uint64_t)128 * MIB)       /* Linux: SECTION_SIZE_BITS */
#define LARGE_GUEST ((uint64_t)64 << 30)    /* MEM_SIZE_FOR_LARGE_BLOCK */
#define LARGEST_BLOCK ((uint64_t)2 << 30)   /* MAX_BLOCK_SIZE */
/* Hot-added memory begins on a section, and Linux puts foreign pages between:
 * so much more than the growth itself is left for it to choose from. */
#define SLACK ((uint64_t)1 << 30)
/* struct page: 64 bytes for each 4 KiB that there may ever be. */
enum { PAGES_PER_MAP_PAGE = 64 };

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

uint64_t zp__block_of(uint64_t ram_end)
{
    uint64_t block = LARGEST_BLOCK;

    if (ram_end < LARGE_GUEST)
        return SECTION;
    while (block > SECTION && ram_end % block)
        block /= 2;
    return block;
}

/* As zp_plan_ranges() lays it out. */
static uint64_t ram_end_of(uint64_t mem_kib)
{
    uint64_t bytes = mem_kib * 1024;

    return bytes > ZP_HOLE_START ? bytes + ZP_HOLE_END - ZP_HOLE_START
                                 : bytes;
}

uint64_t zp_plan_memory_block(const struct zp_plan *plan)
{
    return zp__block_of(ram_end_of(plan->mem_kib));
}

uint64_t zp_plan_max_kib(const struct zp_plan *plan)
{
    uint64_t sum = 0;
    uint32_t i;

    for (i = 0; i < plan->nr_vnodes; i++)
        sum += plan->vnode[i].max_mem_kib;
    return sum;
}

const char *zp__growth_hindered(bool agent, uint64_t mem_kib,
                                uint64_t max_kib)
{
    if ((max_kib - mem_kib) / PAGES_PER_MAP_PAGE > mem_kib / 4)
        return "the guest's own map of what it may grow to would take more "
               "than a quarter of what it starts with";
    /* The balloon driver aligns what it adds to sections, the kernel refuses
     * what is not aligned to its blocks. */
    if (!agent && zp__block_of(ram_end_of(mem_kib)) > SECTION)
        return "Linux adds memory to a guest that ends there in blocks which "
               "its balloon driver does not keep to";
    return NULL;
}

static uint32_t hotadd_ranges(const struct zp_plan *plan, uint64_t ram_end,
                              struct zp_range *ranges)
{
    uint64_t room = (zp_plan_max_kib(plan) - plan->mem_kib) * 1024 + SLACK;
    uint64_t high = ram_end > ZP_HOLE_END ? ram_end : ZP_HOLE_END;
    uint32_t nr = 0;

    if (ram_end < ZP_HOLE_START)
        ranges[nr++] = (struct zp_range){ ram_end, ZP_HOLE_START, 0 };
    ranges[nr++] = (struct zp_range){ high, high + room, 0 };
    return nr;
}

/* Where the first device begins. All are below the hole, or all above: then
 * the hole may have room for the foreign pages. */
static uint64_t first_device(uint64_t ram_end, uint64_t block, uint64_t total)
{
    uint64_t scratch = round_up(ram_end, SECTION) + SECTION;
    uint64_t low = round_up(scratch, block);

    if (low <= ZP_HOLE_START && ZP_HOLE_START - low >= total)
        return low;
    if (scratch <= ZP_HOLE_START)
        return round_up(ZP_HOLE_END, block);
    if (ram_end < ZP_HOLE_END)
        ram_end = ZP_HOLE_END;
    return round_up(round_up(ram_end, SECTION) + SECTION, block);
}

static uint64_t device_size(const struct zp_vnode *vnode, uint64_t block)
{
    return round_up((vnode->max_mem_kib - vnode->mem_kib) * 1024, block);
}

uint32_t zp_plan_future_ranges(const struct zp_plan *plan,
                               struct zp_range ranges[ZP_MAX_VNODES + 1])
{
    uint64_t ram_end = ram_end_of(plan->mem_kib);
    uint64_t block = zp__block_of(ram_end), total = 0, at, size;
    uint32_t nr = 0, i;

    if (plan->growth == ZP_GROWTH_NONE || zp_plan_max_kib(plan) ==
                                              plan->mem_kib)
        return 0;
    if (plan->growth == ZP_GROWTH_HOTADD)
        return hotadd_ranges(plan, ram_end, ranges);
    for (i = 0; i < plan->nr_vnodes; i++)
        total += device_size(&plan->vnode[i], block);
    at = first_device(ram_end, block, total);
    for (i = 0; i < plan->nr_vnodes; i++) {
        size = device_size(&plan->vnode[i], block);
        if (!size)
            continue;
        ranges[nr++] = (struct zp_range){ at, at + size, i };
        at += size;
    }
    return nr;
}
