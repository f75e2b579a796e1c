/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the machine is doing: per node, by position. */
#include <string.h>

#include "core.h"

static void count_usable(struct zp_load *load)
{
    const struct zp_pcpuset *online;
    uint64_t word;
    uint32_t pos, i;

    for (pos = 0; pos < load->topo->nr; pos++) {
        online = &load->topo->pnode[pos].pcpus;
        load->nr_usable[pos] = 0;
        for (i = 0; i < ZP_MAX_PCPUS / 64; i++) {
            word = online->word[i] & ~load->reserved.word[i] &
                   ~load->dedicated.word[i];
            if (load->has_pool)
                word &= load->pool.word[i];
            load->nr_usable[pos] += (uint32_t)__builtin_popcountll(word);
        }
    }
}

int zp_load_new(const struct zp_topology *topo, struct zp_load **load_out,
                struct zp_error *err)
{
    struct zp_load *load;
    uint32_t i;

    if (!topo->frozen)
        return zp__fail(err, ZP_ERR_INVAL, NULL,
                        "the topology is not frozen yet");
    load = calloc(1, sizeof(*load));
    if (!load)
        return zp__nomem(err);
    load->topo = topo;
    for (i = 0; i < topo->nr; i++) {
        if (topo->pnode[i].mem_kib != ZP_UNKNOWN_KIB)
            load->free_kib[i] = topo->pnode[i].mem_kib;
    }
    count_usable(load);
    *load_out = load;
    return ZP_OK;
}

int zp_load_copy(const struct zp_load *load, struct zp_load **load_out,
                 struct zp_error *err)
{
    struct zp_load *copy = malloc(sizeof(*copy));

    if (!copy)
        return zp__nomem(err);
    *copy = *load;
    *load_out = copy;
    return ZP_OK;
}

void zp_load_free(struct zp_load *load)
{
    free(load);
}

static int check_pos(const struct zp_load *load, uint32_t pos,
                     struct zp_error *err)
{
    if (pos < load->topo->nr)
        return ZP_OK;
    return zp__fail(err, ZP_ERR_RANGE, "numa-nodes",
                    "node position %u is beyond %u", pos, load->topo->nr - 1);
}

static int set_kib(const struct zp_load *load, uint64_t *field, uint32_t pos,
                   uint64_t kib, const char *what, struct zp_error *err)
{
    int rc = check_pos(load, pos, err);

    if (rc)
        return rc;
    if (kib > ZP_MAX_MEM_KIB)
        return zp__fail(err, ZP_ERR_RANGE, "memory",
                        "node %u: %llu KiB %s are beyond %llu",
                        load->topo->pnode[pos].os_id, (unsigned long long)kib,
                        what, (unsigned long long)ZP_MAX_MEM_KIB);
    field[pos] = kib;
    return ZP_OK;
}

int zp_load_set_free(struct zp_load *load, uint32_t pos, uint64_t free_kib,
                     struct zp_error *err)
{
    return set_kib(load, load->free_kib, pos, free_kib, "free", err);
}

int zp_load_set_promised(struct zp_load *load, uint32_t pos,
                         uint64_t promised_kib, struct zp_error *err)
{
    return set_kib(load, load->promised_kib, pos, promised_kib, "promised",
                   err);
}

int zp_load_set_reserve(struct zp_load *load, uint32_t pos,
                        uint64_t reserve_kib, struct zp_error *err)
{
    return set_kib(load, load->reserve_kib, pos, reserve_kib, "reserved",
                   err);
}

int zp_load_set_used_vcpus(struct zp_load *load, uint32_t pos,
                           uint32_t used_vcpus, struct zp_error *err)
{
    int rc = check_pos(load, pos, err);

    if (rc)
        return rc;
    load->used_vcpus[pos] = used_vcpus;
    return ZP_OK;
}

void zp_load_set_reserved_pcpus(struct zp_load *load,
                                const struct zp_pcpuset *set)
{
    if (set)
        load->reserved = *set;
    else
        memset(&load->reserved, 0, sizeof(load->reserved));
    count_usable(load);
}

void zp_load_set_dedicated_pcpus(struct zp_load *load,
                                 const struct zp_pcpuset *set)
{
    if (set)
        load->dedicated = *set;
    else
        memset(&load->dedicated, 0, sizeof(load->dedicated));
    count_usable(load);
}

void zp_load_add_floating(struct zp_load *load, const struct zp_pcpuset *set,
                          uint32_t nr_vcpus)
{
    uint32_t nr = zp_pcpuset_count(set), pcpu;
    uint64_t part;

    if (!nr || !nr_vcpus)
        return;
    part = (uint64_t)nr_vcpus * 1000 / nr;
    part += !part;
    for (pcpu = zp_pcpuset_next(set, 0); pcpu != ZP_UNKNOWN_ID;
         pcpu = zp_pcpuset_next(set, pcpu + 1))
        load->pcpu_milli[pcpu] = (uint32_t)zp__min64(
            load->pcpu_milli[pcpu] + part, UINT32_MAX);
}

int zp_load_set_pcpu_milli(struct zp_load *load, uint32_t pcpu,
                           uint32_t milli, struct zp_error *err)
{
    if (pcpu >= ZP_MAX_PCPUS)
        return zp__fail(err, ZP_ERR_RANGE, "pcpus", "pcpu %u is beyond %d",
                        pcpu, ZP_MAX_PCPUS - 1);
    load->pcpu_milli[pcpu] = milli;
    return ZP_OK;
}

void zp_load_set_pool(struct zp_load *load, const struct zp_pcpuset *set)
{
    load->has_pool = set != NULL;
    if (set)
        load->pool = *set;
    else
        memset(&load->pool, 0, sizeof(load->pool));
    count_usable(load);
}

uint64_t zp_load_free_kib(const struct zp_load *load, uint32_t pos)
{
    return pos < load->topo->nr ? load->free_kib[pos] : 0;
}

uint64_t zp_load_promised_kib(const struct zp_load *load, uint32_t pos)
{
    return pos < load->topo->nr ? load->promised_kib[pos] : 0;
}

uint64_t zp_load_reserve_kib(const struct zp_load *load, uint32_t pos)
{
    return pos < load->topo->nr ? load->reserve_kib[pos] : 0;
}

uint32_t zp_load_used_vcpus(const struct zp_load *load, uint32_t pos)
{
    return pos < load->topo->nr ? load->used_vcpus[pos] : 0;
}

const struct zp_pcpuset *zp_load_reserved_pcpus(const struct zp_load *load)
{
    return &load->reserved;
}

const struct zp_pcpuset *zp_load_dedicated_pcpus(const struct zp_load *load)
{
    return &load->dedicated;
}

uint32_t zp_load_pcpu_milli(const struct zp_load *load, uint32_t pcpu)
{
    return pcpu < ZP_MAX_PCPUS ? load->pcpu_milli[pcpu] : 0;
}

void zp_load_usable_pcpus(const struct zp_load *load, uint32_t pos,
                          struct zp_pcpuset *set_out)
{
    uint32_t i;

    if (pos >= load->topo->nr) {
        memset(set_out, 0, sizeof(*set_out));
        return;
    }
    *set_out = load->topo->pnode[pos].pcpus;
    for (i = 0; i < ZP_MAX_PCPUS / 64; i++) {
        set_out->word[i] &= ~load->reserved.word[i] &
                            ~load->dedicated.word[i];
        if (load->has_pool)
            set_out->word[i] &= load->pool.word[i];
    }
}

uint32_t zp_load_nr_usable(const struct zp_load *load, uint32_t pos)
{
    return pos < load->topo->nr ? load->nr_usable[pos] : 0;
}
