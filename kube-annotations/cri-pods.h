/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens to pods at zone-cri's gate: one whose runtime handler is the
 * zones' is planned, reserved and told its plan; what was reserved is
 * released when the pod stops. All is known from containerd's list of
 * sandboxes and the ledger; nothing is kept elsewhere.
 */
#ifndef ZK_CRI_PODS_H
#define ZK_CRI_PODS_H

#include "cri-ledger.h"
#include "cri-relay.h"

struct zk_pods;

struct zk_pods_config {
    const char *handler;         /* runtime handler of zones */
    struct zk_rules rules;
    struct zk_ledger *ledger;    /* borrowed */
};

int zk_pods_new(const struct zk_pods_config *config, struct zk_pods **pods_out,
                struct zp_error *err);
void zk_pods_free(struct zk_pods *pods);

/* The gate is the pods'; for zk_relay_new(). */
const struct zk_cri_gate *zk_pods_gate(struct zk_pods *pods);
/* The relay to ask containerd through, once there is one. */
void zk_pods_set_relay(struct zk_pods *pods, struct zk_relay *relay);

/*
 * To be called every second or so. Compares with what containerd runs when
 * that has not been done yet, when the fate of a pod is not known, and once a
 * minute: what is reserved and has no pod is released.
 */
void zk_pods_tick(struct zk_pods *pods);

#endif
