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
};

enum zk_step {
    ZK_ACCEPT, ZK_CLOSED, ZK_READ_REQUEST, ZK_WRITE_REQUEST, ZK_READ_HEADERS,
    ZK_READ_RESPONSE, ZK_READ_STATUS, ZK_WRITE_RESPONSE, ZK_GATE, ZK_NR_STEPS
};

struct zk_tag {
    struct zk_call *call;
    enum zk_step step;
};

enum { ZK_QUEUED = 2 };

struct zk_pipe {
    grpc_byte_buffer *incoming;  /* filled while .reading */
    grpc_byte_buffer *queue[ZK_QUEUED];
    unsigned nr;
    bool reading, ended;         /* its source */
    grpc_byte_buffer *outgoing;  /* kept while .writing */
    bool writing;                /* its sink */
    grpc_metadata *headers;      /* those that go on */
    bool begun, done;            /* headers, and the end, have been sent */
    bool broken;                 /* the sink takes nothing more */
};

enum zk_gate_state {
    ZK_NO_GATE, ZK_TO_ENTER, ZK_ENTERING, ZK_INSIDE, ZK_LEAVING, ZK_LEFT
};

struct zk_call {
    struct zk_worker *worker;
    struct zk_tag tag[ZK_NR_STEPS];
    unsigned busy;               /* batches under way, and the gate */
    struct zk_call *next;        /* in .dirty of the worker */
    bool is_dirty;
    struct zk_call *gate_next;   /* in the gate's queue */

    grpc_call *down, *up;        /* kubelet's; containerd's, or NULL */
    grpc_call_details details;
    grpc_metadata_array metadata;
    struct zk_pipe request, response;
    int cancelled;               /* written by CLOSED */
    bool closed;                 /* nobody waits for an answer any more */

    grpc_metadata_array headers, trailers;
    bool has_headers, has_status;
    grpc_status_code status;
    grpc_slice text;

    enum zk_gate_state gate;
    struct zk_cri_visit visit;
    grpc_slice request_slice, response_slice;
};

/* Asks the server for calls until enough wait. */
void zk_call_accept(struct zk_worker *worker);
/* A completion; its tag. */
void zk_call_event(void *tag, bool success);
/* Sends what has been gathered. */
void zk_call_flush(struct zk_worker *worker);

/* Ends it with a status of our own. */
void zk_call_answer(struct zk_call *call, grpc_status_code status,
                    const char *text);

/* Is it a call that the gate sees? Then visit.method says which. */
bool zk_gate_wants(struct zk_call *call);
/* Nothing of it may be sent now; or, if it is inside, no response. */
bool zk_gate_holds(struct zk_call *call);
/* It has come back. */
void zk_gate_visited(struct zk_call *call);
/* For a thread of the gate: the next, or NULL at the end. It visits, and hands
 * the call back to its worker. */
struct zk_call *zk_gate_take(struct zk_gate_queue *queue);
void zk_gate_visit(struct zk_call *call);

#endif
