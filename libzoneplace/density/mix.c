/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shapes with weights, and the sequence that a seed makes of them. */
#include <string.h>

#include "density/density.h"

struct shape {
    struct zp_request req;
    uint32_t weight;
};

struct zp_mix {
    struct shape *shape;
    uint32_t nr;
    uint32_t size;
    uint32_t weights;        /* their sum */
};

int zp_mix_new(struct zp_mix **mix_out, struct zp_error *err)
{
    struct zp_mix *mix = calloc(1, sizeof(*mix));

    if (!mix)
        return zp__nomem(err);
    *mix_out = mix;
    return ZP_OK;
}

void zp_mix_free(struct zp_mix *mix)
{
    if (!mix)
        return;
    free(mix->shape);
    free(mix);
}

int zp_mix_add(struct zp_mix *mix, const struct zp_request *req,
               uint32_t weight, struct zp_error *err)
{
    struct zp_request checked = *req;
    int rc = zp_request_check(&checked, err);

    if (rc)
        return rc;
    if (!weight)
        return zp__fail(err, ZP_ERR_INVAL, "weight",
                        "weight 0: at least 1");
    if (weight > ZP_MAX_WEIGHTS - mix->weights)
        return zp__fail(err, ZP_ERR_RANGE, "weight",
                        "weight %u: the sum of weights is beyond %d", weight,
                        ZP_MAX_WEIGHTS);
    if (mix->nr == ZP_MAX_SHAPES)
        return zp__fail(err, ZP_ERR_RANGE, "mix", "more than %d shapes",
                        ZP_MAX_SHAPES);
    if (!zp__grow((void **)&mix->shape, sizeof(*mix->shape), mix->nr,
                  &mix->size))
        return zp__nomem(err);
    mix->shape[mix->nr].req = *req;
    mix->shape[mix->nr].weight = weight;
    mix->nr++;
    mix->weights += weight;
    return ZP_OK;
}

uint32_t zp_mix_nr(const struct zp_mix *mix)
{
    return mix->nr;
}

const struct zp_request *zp_mix_request(const struct zp_mix *mix, uint32_t i)
{
    return &mix->shape[i].req;
}

uint32_t zp_mix_weight(const struct zp_mix *mix, uint32_t i)
{
    return mix->shape[i].weight;
}

uint64_t zp__least_units(const struct zp_request *req)
{
    uint64_t units = req->mem_kib / ZP_UNIT_KIB +
                     (req->mem_kib % ZP_UNIT_KIB != 0);
    uint64_t kib;

    /* More nodes round up more often, and more ids cost more. A dynamic zone
     * may become static; then its overhead is that of its memory. */
    kib = zp_overhead_kib(req->type, req->max_vcpus, units * ZP_UNIT_KIB);
    return units + kib / ZP_UNIT_KIB + (kib % ZP_UNIT_KIB != 0);
}

bool zp__whole(const struct zp_request *req)
{
    /* Donors of memory make everything else than one node possible. */
    return (req->nr_vnodes == 1 || req->max_vcpus == 1) &&
           req->spill == ZP_SPILL_STRICT && !req->memory_nodes.nr;
}

uint64_t zp_least_kib(const struct zp_request *req)
{
    struct zp_request resolved = *req;

    return zp_request_check(&resolved, NULL)
               ? 0 : zp__least_units(&resolved) * ZP_UNIT_KIB;
}

bool zp_is_whole(const struct zp_request *req)
{
    struct zp_request resolved = *req;

    return !zp_request_check(&resolved, NULL) && zp__whole(&resolved);
}

/* ---- the urn ---- */

struct zp_urn {
    const struct zp_mix *mix;
    uint64_t random;         /* state of splitmix64 */
    uint32_t left;           /* in the urn */
    uint32_t left_of[];
};

/* Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014).
 * Known on every machine, and good enough to draw lots. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

int zp_urn_new(const struct zp_mix *mix, uint64_t seed,
               struct zp_urn **urn_out, struct zp_error *err)
{
    struct zp_urn *urn;

    if (!mix->nr)
        return zp__fail(err, ZP_ERR_INVAL, "mix", "a mix without shapes");
    urn = calloc(1, sizeof(*urn) + mix->nr * sizeof(urn->left_of[0]));
    if (!urn)
        return zp__nomem(err);
    urn->mix = mix;
    urn->random = seed;
    *urn_out = urn;
    return ZP_OK;
}

void zp_urn_free(struct zp_urn *urn)
{
    free(urn);
}

uint32_t zp_urn_next(struct zp_urn *urn)
{
    uint32_t lot, i;

    if (!urn->left) {
        for (i = 0; i < urn->mix->nr; i++)
            urn->left_of[i] = urn->mix->shape[i].weight;
        urn->left = urn->mix->weights;
    }
    /* The upper half has no bias worth a second draw: left is below 2^20. */
    lot = (uint32_t)((next_random(&urn->random) >> 32) * urn->left >> 32);
    for (i = 0; lot >= urn->left_of[i]; i++)
        lot -= urn->left_of[i];
    urn->left_of[i]--;
    urn->left--;
    return i;
}
