/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One call, from kubelet to containerd and back.
 *
 * Two pipes, of requests and of responses, are read and written independently,
 * so any kind of streaming passes. What has come is not sent at once: it is
 * gathered until the completion queue has nothing more, since a request and
 * its end, or a response and its status, come together and can go on together,
 * in one write. A pipe holds two messages at most; then it is not read.
 *
 * A call belongs to its worker's thread. While it is at the gate it may be
 * cancelled, but is neither sent on nor freed.
 */
#include "cri-call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/status.h>

#include "cri-log.h"

/* Calls are asked for in advance so that a burst finds them. A worker runs at
 * most so many; the others wait in the server. */
enum { CALLS_AHEAD = 16, MAX_CALLS = 512 };

enum step {
    ACCEPT, CLOSED, READ_REQUEST, WRITE_REQUEST, READ_HEADERS, READ_RESPONSE,
    READ_STATUS, WRITE_RESPONSE, GATE, NR_STEPS
};

struct tag {
    struct zk_call *call;
    enum step step;
};

enum { QUEUED = 2 };

struct pipe {
    grpc_byte_buffer *incoming;  /* filled while .reading */
    grpc_byte_buffer *queue[QUEUED];
    unsigned nr;
    bool reading, ended;         /* its source */
    grpc_byte_buffer *outgoing;  /* kept while .writing */
    bool writing;                /* its sink */
    grpc_metadata *headers;      /* those that go on */
    bool begun, done;            /* headers, and the end, have been sent */
    bool broken;                 /* the sink takes nothing more */
};

enum gate_state { NO_GATE, TO_ENTER, ENTERING, INSIDE, LEAVING, LEFT };

struct zk_call {
    struct zk_worker *worker;
    struct tag tag[NR_STEPS];
    unsigned busy;               /* batches under way, and the gate */
    struct zk_call *next;        /* in .dirty of the worker */
    bool is_dirty;
    struct zk_call *gate_next;   /* in the gate's queue */

    grpc_call *down, *up;        /* kubelet's; containerd's, or NULL */
    grpc_call_details details;
    grpc_metadata_array metadata;
    struct pipe request, response;
    int cancelled;               /* written by CLOSED */
    bool closed;                 /* nobody waits for an answer any more */

    grpc_metadata_array headers, trailers;
    bool has_headers, has_status;
    grpc_status_code status;
    grpc_slice text;

    enum gate_state gate;
    struct zk_cri_visit visit;
    grpc_slice request_slice, response_slice;
};

/* ---- its life ---- */

static struct zk_call *new_call(struct zk_worker *worker)
{
    struct zk_call *c = calloc(1, sizeof(*c));
    unsigned i;

    if (!c)
        return NULL;
    c->worker = worker;
    for (i = 0; i < NR_STEPS; i++)
        c->tag[i] = (struct tag){ c, (enum step)i };
    grpc_call_details_init(&c->details);
    grpc_metadata_array_init(&c->metadata);
    grpc_metadata_array_init(&c->headers);
    grpc_metadata_array_init(&c->trailers);
    c->text = grpc_empty_slice();
    c->request_slice = grpc_empty_slice();
    c->response_slice = grpc_empty_slice();
    return c;
}

static void clear_pipe(struct pipe *pipe)
{
    while (pipe->nr)
        grpc_byte_buffer_destroy(pipe->queue[--pipe->nr]);
    grpc_byte_buffer_destroy(pipe->incoming);
    grpc_byte_buffer_destroy(pipe->outgoing);
    free(pipe->headers);
}

/* What is in metadata belongs to the calls. */
static void free_call(struct zk_call *c)
{
    if (c->up)
        grpc_call_unref(c->up);
    if (c->down)
        grpc_call_unref(c->down);
    clear_pipe(&c->request);
    clear_pipe(&c->response);
    grpc_metadata_array_destroy(&c->metadata);
    grpc_metadata_array_destroy(&c->headers);
    grpc_metadata_array_destroy(&c->trailers);
    grpc_call_details_destroy(&c->details);
    grpc_slice_unref(c->text);
    grpc_slice_unref(c->request_slice);
    grpc_slice_unref(c->response_slice);
    free(c->visit.more);
    free(c);
}

void zk_call_accept(struct zk_worker *worker)
{
    struct zk_relay *relay = worker->relay;
    struct zk_call *c;

    while (!__atomic_load_n(&relay->stopping, __ATOMIC_ACQUIRE) &&
           worker->nr_waiting < CALLS_AHEAD &&
           worker->nr_waiting + worker->nr_calls < MAX_CALLS) {
        c = new_call(worker);
        if (!c)
            return;
        if (grpc_server_request_call(relay->server, &c->down, &c->details,
                                     &c->metadata, worker->cq, worker->cq,
                                     &c->tag[ACCEPT]) != GRPC_CALL_OK) {
            free_call(c);
            return;
        }
        worker->nr_waiting++;
    }
}

/* A batch is refused only to those who misuse the library. */
static void start(struct zk_call *c, grpc_call *on, const grpc_op *ops,
                  size_t nr, enum step step)
{
    grpc_call_error error = grpc_call_start_batch(on, ops, nr, &c->tag[step],
                                                  NULL);

    if (error != GRPC_CALL_OK) {
        zk_log("step %d: %s", (int)step, grpc_call_error_to_string(error));
        abort();
    }
    c->busy++;
}

static void mark(struct zk_call *c)
{
    if (c->is_dirty)
        return;
    c->is_dirty = true;
    c->next = NULL;
    *c->worker->dirty_end = c;
    c->worker->dirty_end = &c->next;
}

static void answer(struct zk_call *c, grpc_status_code status,
                   const char *text)
{
    c->status = status;
    c->text = grpc_slice_from_copied_string(text);
    c->has_headers = true;
    c->has_status = true;
    c->response.ended = true;
}

/* ---- what is read ---- */

static void read_more(struct zk_call *c, struct pipe *pipe)
{
    bool up = pipe == &c->response;
    grpc_op op = { .op = GRPC_OP_RECV_MESSAGE };

    if (pipe->reading || pipe->ended || pipe->nr == QUEUED)
        return;
    pipe->reading = true;
    pipe->incoming = NULL;
    op.data.recv_message.recv_message = &pipe->incoming;
    start(c, up ? c->up : c->down, &op, 1,
          up ? READ_RESPONSE : READ_REQUEST);
}

static void have_read(struct zk_call *c, struct pipe *pipe, bool success)
{
    pipe->reading = false;
    if (!success || !pipe->incoming) {
        pipe->ended = true;
        return;
    }
    pipe->queue[pipe->nr++] = pipe->incoming;
    pipe->incoming = NULL;
    read_more(c, pipe);
}

static void have_written(struct zk_call *c, struct pipe *pipe, bool success)
{
    pipe->writing = false;
    grpc_byte_buffer_destroy(pipe->outgoing);
    pipe->outgoing = NULL;
    /* A status says why, or nobody is there to be told. */
    pipe->broken |= !success;
    if (!success && pipe == &c->response && c->up)
        grpc_call_cancel(c->up, NULL);
}

static bool starts_with(const grpc_slice *slice, const char *text)
{
    size_t len = strlen(text);

    return GRPC_SLICE_LENGTH(*slice) >= len &&
           !memcmp(GRPC_SLICE_START_PTR(*slice), text, len);
}

/* Through this socket goes the CRI, and nothing else of what containerd has. */
static bool is_cri(const grpc_slice *method)
{
    return starts_with(method, "/runtime.v1.") ||
           starts_with(method, "/runtime.v1alpha2.");
}

static bool at_gate(struct zk_call *c)
{
    static const char *const methods[ZK_NR_CRI_METHODS] = {
        [ZK_RUN_POD] = "RunPodSandbox",
        [ZK_STOP_POD] = "StopPodSandbox",
        [ZK_REMOVE_POD] = "RemovePodSandbox",
    };
    static const char *const services[] = { "/runtime.v1.RuntimeService/",
        "/runtime.v1alpha2.RuntimeService/" };
    char name[80];
    size_t i, s;

    for (i = 0; i < ZK_NR_CRI_METHODS; i++) {
        for (s = 0; s < 2; s++) {
            snprintf(name, sizeof(name), "%s%s", services[s], methods[i]);
            if (!grpc_slice_str_cmp(c->details.method, name)) {
                c->visit.method = (enum zk_cri_method)i;
                return true;
            }
        }
    }
    return false;
}

static void have_accepted(struct zk_call *c)
{
    grpc_op op = { .op = GRPC_OP_RECV_CLOSE_ON_SERVER };

    c->worker->nr_calls++;
    op.data.recv_close_on_server.cancelled = &c->cancelled;
    start(c, c->down, &op, 1, CLOSED);
    if (!is_cri(&c->details.method)) {
        answer(c, GRPC_STATUS_UNIMPLEMENTED, "zone-cri relays runtime.v1 and "
               "runtime.v1alpha2 only");
        return;
    }
    if (c->worker->relay->config.gate && at_gate(c))
        c->gate = TO_ENTER;
    read_more(c, &c->request);
}

/* ---- what is sent ---- */

/* What belongs to one connection; the library writes its own. */
static bool is_hop(const grpc_metadata *m)
{
    static const char *const hop[] = { "user-agent", "te", "content-type",
        "grpc-encoding", "grpc-accept-encoding", "accept-encoding",
        "grpc-timeout" };
    size_t i;

    for (i = 0; i < sizeof(hop) / sizeof(hop[0]); i++) {
        if (!grpc_slice_str_cmp(m->key, hop[i]))
            return true;
    }
    return false;
}

static void put_headers(struct pipe *pipe, const grpc_metadata_array *from,
                        grpc_op *op)
{
    size_t i, nr = 0;

    pipe->begun = true;
    pipe->headers = calloc(from->count + 1, sizeof(*pipe->headers));
    for (i = 0; pipe->headers && i < from->count; i++) {
        if (!is_hop(&from->metadata[i]))
            pipe->headers[nr++] = from->metadata[i];
    }
    op->op = GRPC_OP_SEND_INITIAL_METADATA;
    op->data.send_initial_metadata.metadata = pipe->headers;
    op->data.send_initial_metadata.count = nr;
}

static void put_message(struct pipe *pipe, grpc_op *op)
{
    pipe->outgoing = pipe->queue[0];
    pipe->queue[0] = pipe->queue[1];
    pipe->nr--;
    op->op = GRPC_OP_SEND_MESSAGE;
    op->data.send_message.send_message = pipe->outgoing;
}

/* The deadline and a cancellation of kubelet's call hold for it, too. */
static void call_up(struct zk_call *c)
{
    grpc_slice host = grpc_slice_from_static_string("localhost");
    grpc_op op = { .op = GRPC_OP_RECV_INITIAL_METADATA };

    c->up = grpc_channel_create_call(c->worker->relay->upstream, c->down,
                                     GRPC_PROPAGATE_DEFAULTS, c->worker->cq,
                                     c->details.method, &host,
                                     c->details.deadline, NULL);
    op.data.recv_initial_metadata.recv_initial_metadata = &c->headers;
    start(c, c->up, &op, 1, READ_HEADERS);
    memset(&op, 0, sizeof(op));
    op.op = GRPC_OP_RECV_STATUS_ON_CLIENT;
    op.data.recv_status_on_client.trailing_metadata = &c->trailers;
    op.data.recv_status_on_client.status = &c->status;
    op.data.recv_status_on_client.status_details = &c->text;
    start(c, c->up, &op, 1, READ_STATUS);
}

static void send_request(struct zk_call *c)
{
    struct pipe *pipe = &c->request;
    grpc_op ops[3] = { { .op = GRPC_OP_SEND_INITIAL_METADATA } };
    bool first = !c->up;
    size_t nr = 0;

    if (pipe->writing || pipe->done || pipe->broken ||
        (first && (c->closed || c->has_status)))
        return;
    if (first)
        call_up(c);
    if (!pipe->begun)
        put_headers(pipe, &c->metadata, &ops[nr++]);
    if (pipe->nr)
        put_message(pipe, &ops[nr++]);
    if (pipe->ended && !pipe->nr) {
        ops[nr++].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
        pipe->done = true;
    }
    if (nr) {
        pipe->writing = true;
        start(c, c->up, ops, nr, WRITE_REQUEST);
        read_more(c, pipe);
    }
    if (first)
        read_more(c, &c->response);
}

static void put_status(struct zk_call *c, grpc_op *op)
{
    op->op = GRPC_OP_SEND_STATUS_FROM_SERVER;
    op->data.send_status_from_server.status = c->status;
    op->data.send_status_from_server.status_details = &c->text;
    op->data.send_status_from_server.trailing_metadata = c->trailers.metadata;
    op->data.send_status_from_server.trailing_metadata_count =
        c->trailers.count;
}

static void send_response(struct zk_call *c)
{
    struct pipe *pipe = &c->response;
    grpc_op ops[3] = { { .op = GRPC_OP_SEND_INITIAL_METADATA } };
    size_t nr = 0;

    if (pipe->writing || pipe->done || pipe->broken || c->closed ||
        !c->has_headers)
        return;
    if (!pipe->begun)
        put_headers(pipe, &c->headers, &ops[nr++]);
    if (pipe->nr)
        put_message(pipe, &ops[nr++]);
    if (c->has_status && pipe->ended && !pipe->nr) {
        put_status(c, &ops[nr++]);
        pipe->done = true;
    }
    if (!nr)
        return;
    pipe->writing = true;
    start(c, c->down, ops, nr, WRITE_RESPONSE);
    if (c->up)
        read_more(c, pipe);
}

/* ---- the gate ---- */

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

static void to_gate(struct zk_call *c, enum gate_state state)
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

    if (c->gate == ENTERING)
        gate->before(gate->arg, &c->visit);
    else
        gate->after(gate->arg, &c->visit);
    if (grpc_call_start_batch(c->down, NULL, 0, &c->tag[GATE], NULL) !=
        GRPC_CALL_OK)
        abort();
}

static void enter(struct zk_call *c)
{
    if (c->closed) {
        c->gate = LEFT;
        return;
    }
    c->request_slice = all_of(c->request.queue[0]);
    c->visit.request = GRPC_SLICE_START_PTR(c->request_slice);
    c->visit.request_len = GRPC_SLICE_LENGTH(c->request_slice);
    to_gate(c, ENTERING);
}

static void leave(struct zk_call *c)
{
    c->visit.status = (int)c->status;
    if (c->response.nr) {
        c->response_slice = all_of(c->response.queue[0]);
        c->visit.response = GRPC_SLICE_START_PTR(c->response_slice);
        c->visit.response_len = GRPC_SLICE_LENGTH(c->response_slice);
    }
    to_gate(c, LEAVING);
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

static void have_visited(struct zk_call *c)
{
    if (c->gate == LEAVING) {
        c->gate = LEFT;
        return;
    }
    c->gate = INSIDE;
    if (c->visit.refusal) {
        c->gate = LEFT;
        answer(c, (grpc_status_code)c->visit.refusal, c->visit.text);
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
    } else if (c->response.nr == QUEUED && !c->response.ended) {
        c->response.ended = true;
        grpc_call_cancel(c->up, NULL);
    }
}

/* Pod calls have one request and one response, which go through as a whole.
 * What has none, or more than one, is none that containerd would take. */
static bool gate_holds(struct zk_call *c)
{
    switch (c->gate) {
    case TO_ENTER:
        if (!c->request.ended && c->request.nr < QUEUED && !c->closed)
            return true;
        if (c->request.nr == 1 && !c->closed) {
            enter(c);
            return true;
        }
        c->gate = LEFT;
        if (!c->closed)
            answer(c, GRPC_STATUS_INVALID_ARGUMENT,
                   "zone-cri: one request is expected");
        return false;
    case INSIDE:
        hold_response(c);
        return true;
    case ENTERING:
    case LEAVING:
        return true;
    case NO_GATE:
    case LEFT:
        break;
    }
    return false;
}

/* ---- what is called by the worker ---- */

static void flush_call(struct zk_call *c)
{
    bool held = gate_holds(c);

    /* Behind the gate the request goes on, and only its answer waits. */
    if (!held || c->gate == INSIDE)
        send_request(c);
    if (!held)
        send_response(c);
}

void zk_call_flush(struct zk_worker *worker)
{
    struct zk_call *c = worker->dirty, *next;

    worker->dirty = NULL;
    worker->dirty_end = &worker->dirty;
    for (; c; c = next) {
        next = c->next;
        c->is_dirty = false;
        flush_call(c);
        if (!c->busy) {
            worker->nr_calls--;
            free_call(c);
        }
    }
    zk_call_accept(worker);
}

static void have_closed(struct zk_call *c)
{
    c->closed = true;
    if (c->cancelled && c->up)
        grpc_call_cancel(c->up, NULL);
}

void zk_call_event(void *tag, bool success)
{
    struct zk_call *c = ((struct tag *)tag)->call;

    switch (((struct tag *)tag)->step) {
    case ACCEPT:
        c->worker->nr_waiting--;
        if (!success) {
            free_call(c);
            return;
        }
        have_accepted(c);
        mark(c);
        return;
    case CLOSED: have_closed(c); break;
    case READ_REQUEST: have_read(c, &c->request, success); break;
    case WRITE_REQUEST: have_written(c, &c->request, success); break;
    case READ_HEADERS: c->has_headers = true; break;
    case READ_RESPONSE: have_read(c, &c->response, success); break;
    case READ_STATUS: c->has_status = true; break;
    case WRITE_RESPONSE: have_written(c, &c->response, success); break;
    case GATE: have_visited(c); break;
    case NR_STEPS: break;
    }
    c->busy--;
    mark(c);
}
