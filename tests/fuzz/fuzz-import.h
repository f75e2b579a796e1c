/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold of every importer, whatever bytes it is given. */
#ifndef ZP_TESTS_FUZZ_IMPORT_H
#define ZP_TESTS_FUZZ_IMPORT_H

#include "fuzz.h"

#include "adapt/import.h"

typedef int importer(struct zp__import *im, const char *buf, size_t len);

/* The host as JSON is a host that comes back as the same bytes. */
static inline void check_conversion(const struct zp_topology *topo,
                                    const struct zp_load *load)
{
    struct zp_topology *again = NULL;
    struct zp_load *its_load = NULL;
    struct zp_error err;
    char *once, *twice;

    PROMISE(!zp_host_to_json(topo, load, &once, &err));
    PROMISE(!zp_host_from_buffer(once, strlen(once), &again, &its_load, &err));
    PROMISE(!zp_host_to_json(again, its_load, &twice, &err));
    PROMISE(!strcmp(once, twice));
    free(once);
    free(twice);
    zp_load_free(its_load);
    zp_topology_free(again);
}

/* No vcpu is ever put on a node that has no pcpus. */
static inline void check_placement(const struct zp_topology *topo,
                                   const struct zp_load *load)
{
    static struct zp_plan plan;
    struct zp_request req;
    struct zp_error err;
    uint32_t i;

    zp_request_init(&req);
    req.vcpus = 2;
    req.mem_kib = 256 * 1024;
    if (zp_place(topo, load, &req, &plan, &err))
        return;
    for (i = 0; i < plan.nr_cpu_vnodes; i++)
        PROMISE(zp_load_nr_usable(load, plan.vnode[i].pnode));
}

/*
 * Work is bounded by the bytes, not by what they claim: so many steps a byte,
 * counted by the importer, and a constant.
 */
static inline void fuzz_import(importer *import, const uint8_t *data,
                               size_t size)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    struct zp__import *im = NULL;
    struct zp_error err = { 0 };
    int rc;

    PROMISE(!zp__import_new(&im, &err));
    rc = import(im, (const char *)data, size);
    PROMISE(rc == im->rc);
    PROMISE(im->steps <= 64 + 4 * (uint64_t)size);
    if (!rc)
        rc = zp__import_finish(im, &topo, &load);
    if (rc) {
        check_refusal(rc, &err);
        PROMISE(!topo && !load);
    } else {
        check_conversion(topo, load);
        check_placement(topo, load);
    }
    zp_load_free(load);
    zp_topology_free(topo);
    zp__import_free(&im);
}

#endif
