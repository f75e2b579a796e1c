/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Zones of a mix until nothing of it fits. */
#include <string.h>

#include "density/density.h"

enum { PROGRESS_EVERY = 1024 };

struct fill {
    struct zp_sim *sim;
    const struct zp_mix *mix;
    struct zp_urn *urn;
    uint32_t *shape;         /* in the simulation, by index in the mix */
    bool *dead;              /* refused: what is full stays full */
    uint32_t nr_dead;
    uint32_t quarter;        /* that spread is still to be taken at */
    struct zp_fill *out;
};

static void clear(struct fill *f)
{
    zp_urn_free(f->urn);
    free(f->shape);
    free(f->dead);
    free(f->out);
}

static int init(struct fill *f, uint64_t seed, struct zp_error *err)
{
    uint32_t nr = zp_mix_nr(f->mix), i;
    int rc = zp_urn_new(f->mix, seed, &f->urn, err);

    if (rc)
        return rc;
    f->shape = calloc(nr, sizeof(*f->shape));
    f->dead = calloc(nr, sizeof(*f->dead));
    f->out = calloc(1, sizeof(*f->out));
    if (!f->shape || !f->dead || !f->out)
        return zp__nomem(err);
    for (i = 0; i < nr && !rc; i++)
        rc = zp_sim_shape(f->sim, zp_mix_request(f->mix, i), &f->shape[i],
                          err);
    f->out->capacity_kib = zp__capacity_kib(f->sim);
    memset(f->out->spread, 0xff, sizeof(f->out->spread));
    return rc;
}

static void take_refusal(struct fill *f, uint32_t i,
                         const struct zp_error *why)
{
    f->dead[i] = true;
    if (f->nr_dead++)
        return;
    f->out->first_refusal = f->out->placed;
    f->out->refused_shape = i;
    f->out->refusal = *why;
    f->out->at_first = *zp_sim_usage(f->sim);
    f->out->spread_at_first = zp_sim_spread(f->sim);
}

static void take_zone(struct fill *f, uint32_t i)
{
    uint64_t quarters =
        zp_sim_usage(f->sim)->charged_kib / (f->out->capacity_kib / 4 + 1);

    f->out->placed++;
    f->out->nr_of[i]++;
    for (; f->quarter < 3 && f->quarter < quarters; f->quarter++)
        f->out->spread[f->quarter] = zp_sim_spread(f->sim);
}

static int run(struct fill *f, zp_progress_fn progress, void *arg,
               struct zp_error *err)
{
    uint32_t nr = zp_mix_nr(f->mix), i, host;
    struct zp_error why;
    uint64_t charged;
    int rc;

    while (f->nr_dead < nr) {
        i = zp_urn_next(f->urn);
        f->out->asked++;
        if (progress && f->out->asked % PROGRESS_EVERY == 0) {
            charged = zp_sim_usage(f->sim)->charged_kib;
            if (!progress(arg, (uint32_t)(charged /
                                          (f->out->capacity_kib / 1000 + 1))))
                return zp__fail(err, ZP_ERR_IO, NULL, "interrupted");
        }
        if (f->dead[i])
            continue;
        rc = zp__sim_place(f->sim, f->shape[i], &host, &why);
        if (zp__refused(rc)) {
            take_refusal(f, i, &why);
        } else if (rc) {
            if (err)
                *err = why;
            return rc;
        } else {
            take_zone(f, i);
        }
    }
    f->out->at_end = *zp_sim_usage(f->sim);
    f->out->spread_at_end = zp_sim_spread(f->sim);
    return ZP_OK;
}

int zp_fill(struct zp_sim *sim, const struct zp_mix *mix, uint64_t seed,
            zp_progress_fn progress, void *arg, struct zp_fill **fill_out,
            struct zp_error *err)
{
    struct fill f ZP_CLEANUP(clear) = { .sim = sim, .mix = mix };
    int rc = init(&f, seed, err);

    if (!rc)
        rc = run(&f, progress, arg, err);
    if (!rc)
        *fill_out = ZP_TAKE(f.out);
    return rc;
}
