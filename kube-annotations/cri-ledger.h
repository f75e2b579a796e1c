/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where zone-cri's reservations are kept: in Xen's host-wide ledger
 * (cri-ledger-xen.c), or for a host that is only described (cri-ledger-file.c).
 * One thread at a time.
 */
#ifndef ZK_CRI_LEDGER_H
#define ZK_CRI_LEDGER_H

#include "annotation.h"

struct zk_reservation {
    char uuid[40];               /* the zone's to be */
    struct zp_plan plan;         /* .name: the zone's */
};

struct zk_ledger;

struct zk_ledger_ops {
    /* Plans the zone against what is neither taken nor reserved, and reserves
     * that. @r has the uuid and gets the plan; @why as zk_place()'s. Errors
     * are zp_place()'s; EXISTS; IO, XEN: the ledger can't be reached. */
    int (*reserve)(struct zk_ledger *ledger, const struct zk_zone *zone,
                   struct zk_reservation *r, char why_out[256],
                   struct zp_error *err);
    /* A pod lives that has this reservation: it is made if it isn't there. */
    int (*restore)(struct zk_ledger *ledger, const struct zk_reservation *r,
                   struct zp_error *err);
    /* Of a zone that lives nothing is taken; no reservation is no error. */
    int (*release)(struct zk_ledger *ledger, const char *uuid,
                   struct zp_error *err);
    /* The uuids of all that are reserved and live not yet; for free(). */
    int (*list)(struct zk_ledger *ledger, char (**uuids_out)[40],
                size_t *nr_out, struct zp_error *err);
    void (*close)(struct zk_ledger *ledger);
};

/* The first member of each kind. */
struct zk_ledger {
    const struct zk_ledger_ops *ops;
};

/*
 * A host in any format that zp_host_from_buffer() knows. Reservations are kept
 * in the file @path, which may not be there yet; NULL: in memory alone.
 */
int zk_ledger_open_file(const char *host_path, const char *path,
                        struct zk_ledger **ledger_out, struct zp_error *err);
/* The live host; @config: another host.conf, or NULL. */
int zk_ledger_open_xen(const char *config, struct zk_ledger **ledger_out,
                       struct zp_error *err);

#endif
