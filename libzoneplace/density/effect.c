/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a placed zone takes from its host, each such thing once. */
#include <string.h>

#include "density/density.h"

bool zp__grow(void **array, size_t entry, uint32_t nr, uint32_t *size)
{
    uint32_t more = *size ? *size * 2 : 16;
    void *grown;

    if (nr < *size)
        return true;
    if (more < *size)
        return false;
    grown = realloc(*array, more * entry);
    if (!grown)
        return false;
    *array = grown;
    *size = more;
    return true;
}

static size_t size_of(uint32_t nr)
{
    return sizeof(struct zp__effect) + nr * sizeof(struct zp__part);
}

void zp__effects_clear(struct zp__effects *effects)
{
    uint32_t i;

    for (i = 0; i < effects->nr; i++)
        free(effects->effect[i]);
    free(effects->effect);
    free(effects->free_ones);
    free(effects->table);
    memset(effects, 0, sizeof(*effects));
}

/* FNV-1a over the parts, eight bytes a step. */
static uint64_t hash_of(const struct zp__effect *effect)
{
    uint64_t hash = 0xcbf29ce484222325u;
    uint32_t i;

    for (i = 0; i < effect->nr; i++) {
        hash = (hash ^ effect->part[i].kib) * 0x100000001b3u;
        hash = (hash ^ ((uint64_t)effect->part[i].pos << 32 |
                        effect->part[i].vcpus)) * 0x100000001b3u;
    }
    return hash ^ hash >> 29;
}

static bool equal(const struct zp__effect *a, const struct zp__effect *b)
{
    return a->hash == b->hash && a->nr == b->nr &&
           !memcmp(&a->usage, &b->usage, sizeof(a->usage)) &&
           !memcmp(a->part, b->part, a->nr * sizeof(a->part[0]));
}

/* Slot of an effect like @like, or the empty one where it would go. */
static uint32_t slot_of(const struct zp__effects *effects,
                        const struct zp__effect *like)
{
    uint32_t mask = effects->table_size - 1;
    uint32_t at = (uint32_t)like->hash & mask, i;

    for (;; at = (at + 1) & mask) {
        i = effects->table[at];
        if (i == ZP__NONE || equal(effects->effect[i], like))
            return at;
    }
}

static bool fill_table(struct zp__effects *effects, uint32_t size)
{
    uint32_t *table = malloc(size * sizeof(*table)), i;

    if (!table)
        return false;
    memset(table, 0xff, size * sizeof(*table));
    free(effects->table);
    effects->table = table;
    effects->table_size = size;
    for (i = 0; i < effects->nr; i++) {
        if (effects->effect[i])
            table[slot_of(effects, effects->effect[i])] = i;
    }
    return true;
}

/* Parts by position, each with vcpus, memory and its overhead. */
static void read_plan(const struct zp_plan *plan, struct zp__effect *effect)
{
    uint64_t mib[ZP_MAX_VNODES] = { 0 };
    struct zp_usage *usage = &effect->usage;
    const struct zp_vnode *vnode;
    uint32_t v, i;

    for (v = 0; v < plan->nr_vnodes; v++) {
        vnode = &plan->vnode[v];
        for (i = 0; i < effect->nr && effect->part[i].pos != vnode->pnode; i++)
            ;
        if (i == effect->nr) {
            effect->part[i] = (struct zp__part){
                vnode->pnode, 0, plan->overhead_share_kib };
            effect->nr++;
        }
        effect->part[i].vcpus += vnode->nr_vcpus;
        effect->part[i].kib += vnode->mem_kib;
        mib[i] += vnode->mem_kib / 1024;
        usage->vcpus += vnode->nr_vcpus;
        usage->spilled_kib += vnode->spill ? vnode->mem_kib : 0;
    }
    usage->zones = 1;
    usage->mem_kib = plan->mem_kib;
    usage->split = plan->nr_cpu_vnodes > 1;
    usage->pairs = usage->vcpus * (plan->mem_kib / 1024);
    for (i = 0; i < effect->nr; i++) {
        usage->charged_kib += effect->part[i].kib;
        usage->local_pairs += effect->part[i].vcpus * mib[i];
    }
}

static uint32_t keep(struct zp__effects *effects,
                     const struct zp__effect *like)
{
    struct zp__effect *effect;
    uint32_t i = effects->nr;

    if (effects->nr_free)
        i = effects->free_ones[effects->nr_free - 1];
    else if (!zp__grow((void **)&effects->effect, sizeof(*effects->effect),
                       effects->nr, &effects->size))
        return ZP__NONE;
    effect = malloc(size_of(like->nr));
    if (!effect)
        return ZP__NONE;
    memcpy(effect, like, size_of(like->nr));
    effects->effect[i] = effect;
    effects->bytes += size_of(like->nr);
    if (effects->nr_free)
        effects->nr_free--;
    else
        effects->nr++;
    return i;
}

uint32_t zp__effect_of(struct zp__effects *effects,
                       const struct zp_plan *plan)
{
    union {
        struct zp__effect effect;
        char room[sizeof(struct zp__effect) +
                  ZP_MAX_VNODES * sizeof(struct zp__part)];
    } like;
    uint32_t at, i;

    memset(&like.effect, 0, sizeof(like.effect));
    read_plan(plan, &like.effect);
    like.effect.hash = hash_of(&like.effect);
    if (effects->nr * 2 >= effects->table_size &&
        !fill_table(effects, effects->table_size ? effects->table_size * 2
                                                 : 64))
        return ZP__NONE;
    at = slot_of(effects, &like.effect);
    if (effects->table[at] != ZP__NONE)
        return effects->table[at];
    i = keep(effects, &like.effect);
    effects->table[at] = i;
    return i;
}

bool zp__effects_sweep(struct zp__effects *effects)
{
    uint32_t i;

    for (i = 0; i < effects->nr; i++) {
        if (!effects->effect[i] || effects->effect[i]->refs)
            continue;
        if (!zp__grow((void **)&effects->free_ones,
                      sizeof(*effects->free_ones), effects->nr_free,
                      &effects->size_free))
            return false;
        effects->bytes -= size_of(effects->effect[i]->nr);
        free(effects->effect[i]);
        effects->effect[i] = NULL;
        effects->free_ones[effects->nr_free++] = i;
    }
    return !effects->table || fill_table(effects, effects->table_size);
}
