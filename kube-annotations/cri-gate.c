/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where pod calls wait for the gate: a call is handed to one of the gate's
 * threads as a whole, and comes back through its own completion queue.
 */
#include "cri-call.h"

#include <stdlib.h>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/status.h>

#define V1 "/runtime.v1.RuntimeService/"
#define V1ALPHA2 "/runtime.v1alpha2.RuntimeService/"

bool zk_gate_wants(struct zk_call *c)
{
    static const struct {
        const char *name;
        enum zk_cri_method method;
    } wanted[] = {
        { V1 "RunPodSandbox", ZK_RUN_POD },
        { V1 "StopPodSandbox", ZK_STOP_POD },
        { V1 "RemovePodSandbox", ZK_REMOVE_POD },
        { V1ALPHA2 "RunPodSandbox", ZK_RUN_POD },
        { V1ALPHA2 "StopPodSandbox", ZK_STOP_POD },
        { V1ALPHA2 "RemovePodSandbox", ZK_REMOVE_POD },
    };
    size_t i;

    for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (!grpc_slice_str_cmp(c->details.method, wanted[i].name)) {
            c->visit.method = wanted[i].method;
            return true;
        }
    }
    return false;
}

static grpc_slice all_of(grpc_byte_buffer *buffer)
{
    grpc_byte_buffer_reader reader;
    grpc_slice slice = grpc_empty_slice();

    if (grpc_byte_buffer_reader_init(&reader, buffer)) {
        slice = grpc_byte_buffer_reader_readall(&reader);
        grpc_byte_buffer_reader_destroy(&reader);
    }
    return slice;
}

static void to_gate(struct zk_call *c, enum zk_gate_state state)
{
    struct zk_gate_queue *queue = &c->worker->relay->gate;

    c->gate = state;
    c->busy++;
    pthread_mutex_lock(&queue->lock);
    c->gate_next = NULL;
    *queue->end = c;
    queue->end = &c->gate_next;
    pthread_cond_signal(&queue->more);
    pthread_mutex_unlock(&queue->lock);
}

struct zk_call *zk_gate_take(struct zk_gate_queue *queue)
{
    struct zk_call *c;

    pthread_mutex_lock(&queue->lock);
    while (!queue->first && !queue->closed)
        pthread_cond_wait(&queue->more, &queue->lock);
    c = queue->first;
    if (c) {
        queue->first = c->gate_next;
        if (!queue->first)
            queue->end = &queue->first;
    }
    pthread_mutex_unlock(&queue->lock);
    return c;
}

/* A batch of nothing is complete at once, in the queue of its call: so the
 * worker gets it back. */
void zk_gate_visit(struct zk_call *c)
{
    const struct zk_cri_gate *gate = c->worker->relay->config.gate;

    if (c->gate == ZK_ENTERING)
        gate->before(gate->arg, &c->visit);
    else
        gate->after(gate->arg, &c->visit);
    if (grpc_call_start_batch(c->down, NULL, 0, &c->tag[ZK_GATE], NULL) !=
        GRPC_CALL_OK)
        abort();
}

static void enter(struct zk_call *c)
{
    if (c->closed) {
        c->gate = ZK_LEFT;
        return;
    }
    c->request_slice = all_of(c->request.queue[0]);
    c->visit.request = GRPC_SLICE_START_PTR(c->request_slice);
    c->visit.request_len = GRPC_SLICE_LENGTH(c->request_slice);
    to_gate(c, ZK_ENTERING);
}

static void leave(struct zk_call *c)
{
    c->visit.status = (int)c->status;
    if (c->response.nr) {
        c->response_slice = all_of(c->response.queue[0]);
        c->visit.response = GRPC_SLICE_START_PTR(c->response_slice);
        c->visit.response_len = GRPC_SLICE_LENGTH(c->response_slice);
    }
    to_gate(c, ZK_LEAVING);
}

/* Bytes behind a message are part of it: nothing is encoded anew. */
static void append(struct zk_call *c)
{
    grpc_slice parts[2] = { c->request_slice,
        grpc_slice_from_copied_buffer((const char *)c->visit.more,
                                      c->visit.more_len) };
    grpc_byte_buffer *all = grpc_raw_byte_buffer_create(parts, 2);

    grpc_slice_unref(parts[1]);
    grpc_byte_buffer_destroy(c->request.queue[0]);
    c->request.queue[0] = all;
}

void zk_gate_visited(struct zk_call *c)
{
    if (c->gate == ZK_LEAVING) {
        c->gate = ZK_LEFT;
        return;
    }
    c->gate = ZK_INSIDE;
    if (c->visit.refusal) {
        c->gate = ZK_LEFT;
        zk_call_answer(c, (grpc_status_code)c->visit.refusal, c->visit.text);
    } else if (c->visit.more) {
        append(c);
    }
}

/* Until it is whole. One that has two messages is cut off. */
static void hold_response(struct zk_call *c)
{
    if (c->closed && !c->up) {
        c->status = GRPC_STATUS_CANCELLED;
        leave(c);
    } else if (c->has_status && c->response.ended) {
        leave(c);
    } else if (c->response.nr == ZK_QUEUED && !c->response.ended) {
        c->response.ended = true;
        grpc_call_cancel(c->up, NULL);
    }
}

/* Pod calls have one request and one response, which go through as a whole.
 * What has none, or more than one, is none that containerd would take. */
bool zk_gate_holds(struct zk_call *c)
{
    switch (c->gate) {
    case ZK_TO_ENTER:
        if (!c->request.ended && c->request.nr < ZK_QUEUED && !c->closed)
            return true;
        if (c->request.nr == 1 && !c->closed) {
            enter(c);
            return true;
        }
        c->gate = ZK_LEFT;
        if (!c->closed)
            zk_call_answer(c, GRPC_STATUS_INVALID_ARGUMENT,
                           "zone-cri: one request is expected");
        return false;
    case ZK_INSIDE:
        hold_response(c);
        return true;
    case ZK_ENTERING:
    case ZK_LEAVING:
        return true;
    case ZK_NO_GATE:
    case ZK_LEFT:
        break;
    }
    return false;
}
