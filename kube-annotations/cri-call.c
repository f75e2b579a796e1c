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

#include <stdlib.h>
#include <string.h>

#include <grpc/byte_buffer.h>
#include <grpc/status.h>

#include "cri-log.h"

/* Calls are asked for in advance so that a burst finds them. A worker runs at
 * most so many; the others wait in the server. */
enum { CALLS_AHEAD = 16, MAX_CALLS = 512 };

/* ---- its life ---- */

static struct zk_call *new_call(struct zk_worker *worker)
{
    struct zk_call *c = calloc(1, sizeof(*c));
    unsigned i;

    if (!c)
        return NULL;
    c->worker = worker;
    for (i = 0; i < ZK_NR_STEPS; i++)
        c->tag[i] = (struct zk_tag){ c, (enum zk_step)i };
    grpc_call_details_init(&c->details);
    grpc_metadata_array_init(&c->metadata);
    grpc_metadata_array_init(&c->headers);
    grpc_metadata_array_init(&c->trailers);
    c->text = grpc_empty_slice();
    c->request_slice = grpc_empty_slice();
    c->response_slice = grpc_empty_slice();
    return c;
}

static void clear_pipe(struct zk_pipe *pipe)
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
                                     &c->tag[ZK_ACCEPT]) != GRPC_CALL_OK) {
            free_call(c);
            return;
        }
        worker->nr_waiting++;
    }
}

/* A batch is refused only to those who misuse the library. */
static void start(struct zk_call *c, grpc_call *on, const grpc_op *ops,
                  size_t nr, enum zk_step step)
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

void zk_call_answer(struct zk_call *c, grpc_status_code status,
                   const char *text)
{
    c->status = status;
    c->text = grpc_slice_from_copied_string(text);
    c->has_headers = true;
    c->has_status = true;
    c->response.ended = true;
}

/* ---- what is read ---- */

static void read_more(struct zk_call *c, struct zk_pipe *pipe)
{
    bool up = pipe == &c->response;
    grpc_op op = { .op = GRPC_OP_RECV_MESSAGE };

    if (pipe->reading || pipe->ended || pipe->nr == ZK_QUEUED)
        return;
    pipe->reading = true;
    pipe->incoming = NULL;
    op.data.recv_message.recv_message = &pipe->incoming;
    start(c, up ? c->up : c->down, &op, 1,
          up ? ZK_READ_RESPONSE : ZK_READ_REQUEST);
}

static void have_read(struct zk_call *c, struct zk_pipe *pipe, bool success)
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

static void have_written(struct zk_call *c, struct zk_pipe *pipe, bool success)
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

static void have_accepted(struct zk_call *c)
{
    grpc_op op = { .op = GRPC_OP_RECV_CLOSE_ON_SERVER };

    c->worker->nr_calls++;
    op.data.recv_close_on_server.cancelled = &c->cancelled;
    start(c, c->down, &op, 1, ZK_CLOSED);
    if (!is_cri(&c->details.method)) {
        zk_call_answer(c, GRPC_STATUS_UNIMPLEMENTED, "zone-cri relays "
                       "runtime.v1 and runtime.v1alpha2 only");
        return;
    }
    if (c->worker->relay->config.gate && zk_gate_wants(c))
        c->gate = ZK_TO_ENTER;
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

static void put_headers(struct zk_pipe *pipe, const grpc_metadata_array *from,
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

static void put_message(struct zk_pipe *pipe, grpc_op *op)
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
    start(c, c->up, &op, 1, ZK_READ_HEADERS);
    memset(&op, 0, sizeof(op));
    op.op = GRPC_OP_RECV_STATUS_ON_CLIENT;
    op.data.recv_status_on_client.trailing_metadata = &c->trailers;
    op.data.recv_status_on_client.status = &c->status;
    op.data.recv_status_on_client.status_details = &c->text;
    start(c, c->up, &op, 1, ZK_READ_STATUS);
}

static void send_request(struct zk_call *c)
{
    struct zk_pipe *pipe = &c->request;
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
        start(c, c->up, ops, nr, ZK_WRITE_REQUEST);
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
    struct zk_pipe *pipe = &c->response;
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
    start(c, c->down, ops, nr, ZK_WRITE_RESPONSE);
    if (c->up)
        read_more(c, pipe);
}

/* ---- what is called by the worker ---- */

static void flush_call(struct zk_call *c)
{
    bool held = zk_gate_holds(c);

    /* Behind the gate the request goes on, and only its answer waits. */
    if (!held || c->gate == ZK_INSIDE)
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
    struct zk_call *c = ((struct zk_tag *)tag)->call;

    switch (((struct zk_tag *)tag)->step) {
    case ZK_ACCEPT:
        c->worker->nr_waiting--;
        if (!success) {
            free_call(c);
            return;
        }
        have_accepted(c);
        mark(c);
        return;
    case ZK_CLOSED: have_closed(c); break;
    case ZK_READ_REQUEST: have_read(c, &c->request, success); break;
    case ZK_WRITE_REQUEST: have_written(c, &c->request, success); break;
    case ZK_READ_HEADERS: c->has_headers = true; break;
    case ZK_READ_RESPONSE: have_read(c, &c->response, success); break;
    case ZK_READ_STATUS: c->has_status = true; break;
    case ZK_WRITE_RESPONSE: have_written(c, &c->response, success); break;
    case ZK_GATE: zk_gate_visited(c); break;
    case ZK_NR_STEPS: break;
    }
    c->busy--;
    mark(c);
}
