/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that go together. Pure. */
#include <string.h>

#include "dp.h"
#include "internal.h"

enum mark { OUT, AVAILABLE, CHOSEN };

/* What a pnode has of the devices. */
struct share {
    uint32_t pnode;
    uint32_t nr;                 /* available */
    bool must;                   /* something of it has to be chosen */
};

struct choice {
    const struct zd_resource *resource;
    uint8_t *mark;               /* of each device */
    struct share share[ZP_MAX_PNODES + 1];
    uint32_t nr_shares;
    struct zk_device_id *chosen;
    uint32_t nr, size;
};

static struct share *share_of(struct choice *c, uint32_t pnode)
{
    uint32_t i;

    for (i = 0; i < c->nr_shares && c->share[i].pnode != pnode; i++)
        ;
    if (i == c->nr_shares)
        c->share[c->nr_shares++] = (struct share){ pnode, 0, false };
    return &c->share[i];
}

static void choose(struct choice *c, size_t i)
{
    const char *id = c->resource->device[i].id;

    c->mark[i] = CHOSEN;
    c->chosen[c->nr++] = (struct zk_device_id){ id, strlen(id), false };
}

static int mark_all(struct choice *c, const struct zk_device_id *id,
                    uint32_t nr, struct zp_error *err)
{
    ptrdiff_t at;
    uint32_t i;

    for (i = 0; i < nr; i++) {
        at = zd_find(c->resource, &id[i]);
        if (at < 0 && id[i].must)
            return zp__fail(err, ZP_ERR_INVAL, "id", "%s has no device %.*s",
                            c->resource->name, (int)id[i].len, id[i].text);
        if (at < 0 || c->mark[at] == CHOSEN)
            continue;
        if (!id[i].must) {
            c->mark[at] = AVAILABLE;
            continue;
        }
        if (c->nr == c->size)
            return zp__fail(err, ZP_ERR_INVAL, "id", "more devices must be "
                            "in than the %u asked for", c->size);
        choose(c, (size_t)at);
        share_of(c, c->resource->device[at].pnode)->must = true;
    }
    for (at = 0; (size_t)at < c->resource->nr; at++) {
        if (c->mark[at] == AVAILABLE)
            share_of(c, c->resource->device[at].pnode)->nr++;
    }
    return ZP_OK;
}

/* True: @a is the pnode to go on with rather than @b. */
static bool is_better(const struct share *a, const struct share *b,
                      uint32_t need)
{
    bool a_fits = a->nr >= need, b_fits = b->nr >= need;

    if (a->must != b->must)
        return a->must;
    if (a_fits != b_fits)
        return a_fits;
    if (a->nr != b->nr)
        return a_fits ? a->nr < b->nr : a->nr > b->nr;
    return a->pnode < b->pnode;
}

static struct share *best_share(struct choice *c)
{
    struct share *best = NULL;
    uint32_t i;

    for (i = 0; i < c->nr_shares; i++) {
        if (c->share[i].nr &&
            (!best || is_better(&c->share[i], best, c->size - c->nr)))
            best = &c->share[i];
    }
    return best;
}

static int fill(struct choice *c, struct zp_error *err)
{
    struct share *share;
    size_t i;

    while (c->nr < c->size) {
        share = best_share(c);
        if (!share)
            return zp__fail(err, ZP_ERR_INVAL, "size", "%u devices asked for, "
                            "%u are there", c->size, c->nr);
        for (i = 0; i < c->resource->nr && c->nr < c->size; i++) {
            if (c->mark[i] == AVAILABLE &&
                c->resource->device[i].pnode == share->pnode)
                choose(c, i);
        }
        share->nr = 0;
    }
    return ZP_OK;
}

int zd_prefer(const struct zd_resource *resource,
              const struct zk_device_request *request,
              const struct zk_device_container *container,
              struct zk_device_id *chosen, struct zp_error *err)
{
    struct choice c = { .resource = resource, .chosen = chosen,
                        .size = (uint32_t)container->size };
    int rc;

    if (container->size < 0 || c.size > resource->nr)
        return zp__fail(err, ZP_ERR_INVAL, "size", "%d devices asked for, "
                        "there are %zu", container->size, resource->nr);
    c.mark = calloc(resource->nr + 1, 1);
    if (!c.mark)
        return zp__nomem(err);
    rc = mark_all(&c, request->id + container->first, container->nr, err);
    if (!rc)
        rc = fill(&c, err);
    free(c.mark);
    return rc;
}
