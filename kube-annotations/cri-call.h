/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between cri-relay.c, which has the threads, and cri-call.c. */
#ifndef ZK_CRI_CALL_H
#define ZK_CRI_CALL_H

#include <pthread.h>

#include <grpc/grpc.h>

#include "cri-relay.h"

struct zk_call;

struct zk_worker {
    struct zk_relay *relay;
    grpc_completion_queue *cq;
    pthread_t thread;
    unsigned nr_waiting;         /* calls that are asked for */
    unsigned nr_calls;           /* the others */
    struct zk_call *dirty, **dirty_end; /* with something to send */
};

/* A call waits here for the gate, and is in one of its threads then. */
struct zk_gate_queue {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct zk_call *first, **end;
    bool closed;
};

enum { ZK_GATE_THREADS = 4 };

struct zk_relay {
    struct zk_relay_config config;
    grpc_channel *upstream;
    grpc_server *server;
    grpc_completion_queue *end_cq; /* for the server's own end */
    struct zk_worker *worker;
    unsigned nr_workers;         /* that have been started */
    bool stopping;               /* no call is asked for any more; atomic */
    struct zk_gate_queue gate;
    pthread_t gate_thread[ZK_GATE_THREADS];
    unsigned nr_gate_threads;
    char version[16];            /* "v1": what containerd speaks */
};

/* Asks the server for calls until enough wait. */
void zk_call_accept(struct zk_worker *worker);
/* A completion; its tag. */
void zk_call_event(void *tag, bool success);
/* Sends what has been gathered. */
void zk_call_flush(struct zk_worker *worker);

/* For a thread of the gate: the next, or NULL at the end. It visits, and hands
 * the call back to its worker. */
struct zk_call *zk_gate_take(struct zk_gate_queue *queue);
void zk_gate_visit(struct zk_call *call);

#endif
