/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The relay's threads, its server and its channel to containerd. */
#include "cri-relay.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/log.h>
#include <grpc/support/time.h>

#include "cri-call.h"
#include "cri-log.h"
#include "grpc-parts.h"
#include "internal.h"

/* Calls under way at once, of one client; kubelet has a few dozen. */
enum { MAX_STREAMS = 1024 };
/* An error's text travels in it, and containerd's are long at times. */
enum { MAX_METADATA = 1 << 20 };
/* containerd is started again within a second or so. gRPC's third setting of
 * the kind, the least, is how long an attempt may take: its 20 s are for a busy
 * containerd. */
enum { FIRST_BACKOFF_MS = 50, MOST_BACKOFF_MS = 500 };
/* What has come is sent at the latest after so many events: more than all calls
 * have at once, or requests would go on without their ends. */
enum { MAX_GATHERED = 4096 };

/* ---- gRPC ---- */

/* Its errors; what it warns of is told by the calls' statuses. */
static void log_grpc(gpr_log_func_args *args)
{
    if (args->severity == GPR_LOG_SEVERITY_ERROR)
        zk_log("gRPC: %s", args->message);
}

static grpc_arg integer(const char *key, int value)
{
    grpc_arg arg = { .type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)key };

    arg.value.integer = value;
    return arg;
}

static int open_channel(struct zk_relay *relay, struct zp_error *err)
{
    grpc_arg args[] = {
        integer(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, ZK_CRI_MAX_MESSAGE),
        integer(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, ZK_CRI_MAX_MESSAGE),
        integer(GRPC_ARG_MAX_METADATA_SIZE, MAX_METADATA),
        /* kubelet decides what is tried again */
        integer(GRPC_ARG_ENABLE_RETRIES, 0),
        integer(GRPC_ARG_ENABLE_CHANNELZ, 0),
        integer(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, FIRST_BACKOFF_MS),
        integer(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, MOST_BACKOFF_MS),
    };
    grpc_channel_args all = { sizeof(args) / sizeof(args[0]), args };
    grpc_channel_credentials *credentials =
        grpc_insecure_credentials_create();
    char target[256];

    snprintf(target, sizeof(target), "unix:%s", relay->config.upstream);
    relay->upstream = grpc_channel_create(target, credentials, &all);
    grpc_channel_credentials_release(credentials);
    return relay->upstream ? ZP_OK : zp__nomem(err);
}

static int open_server(struct zk_relay *relay, struct zp_error *err)
{
    grpc_arg args[] = {
        integer(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, ZK_CRI_MAX_MESSAGE),
        integer(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, ZK_CRI_MAX_MESSAGE),
        integer(GRPC_ARG_MAX_METADATA_SIZE, MAX_METADATA),
        integer(GRPC_ARG_MAX_CONCURRENT_STREAMS, MAX_STREAMS),
        integer(GRPC_ARG_ENABLE_CHANNELZ, 0),
        /* who may connect is root: its pings are no attack */
        integer(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0),
    };
    grpc_channel_args all = { sizeof(args) / sizeof(args[0]), args };
    grpc_server_credentials *credentials;
    char target[256];
    unsigned i;
    int bound;

    relay->server = grpc_server_create(&all, NULL);
    relay->end_cq = grpc_completion_queue_create_for_next(NULL);
    grpc_server_register_completion_queue(relay->server, relay->end_cq, NULL);
    for (i = 0; i < relay->config.workers; i++) {
        relay->worker[i].relay = relay;
        relay->worker[i].dirty_end = &relay->worker[i].dirty;
        relay->worker[i].cq = grpc_completion_queue_create_for_next(NULL);
        grpc_server_register_completion_queue(relay->server,
                                              relay->worker[i].cq, NULL);
    }
    snprintf(target, sizeof(target), "unix:%s", relay->config.listen);
    credentials = grpc_insecure_server_credentials_create();
    bound = grpc_server_add_http2_port(relay->server, target, credentials);
    grpc_server_credentials_release(credentials);
    return bound ? ZP_OK
                 : zp__fail(err, ZP_ERR_IO, "socket", "%s: it can't be "
                            "listened on", relay->config.listen);
}

/* ---- threads ---- */

static void *run_worker(void *arg)
{
    struct zk_worker *worker = arg;
    const gpr_timespec now = gpr_inf_past(GPR_CLOCK_MONOTONIC);
    const gpr_timespec never = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    unsigned gathered = 0;
    grpc_event event;

    zk_call_accept(worker);
    while (worker->nr_waiting || worker->nr_calls) {
        event = grpc_completion_queue_next(worker->cq,
                                           worker->dirty ? now : never, NULL);
        if (event.type == GRPC_OP_COMPLETE) {
            zk_call_event(event.tag, event.success);
            gathered++;
        }
        if (event.type != GRPC_OP_COMPLETE || gathered == MAX_GATHERED) {
            zk_call_flush(worker);
            gathered = 0;
        }
    }
    grpc_completion_queue_shutdown(worker->cq);
    while (grpc_completion_queue_next(worker->cq, never, NULL).type !=
           GRPC_QUEUE_SHUTDOWN)
        ;
    return NULL;
}

static void *run_gate(void *arg)
{
    struct zk_relay *relay = arg;
    struct zk_call *call;

    while ((call = zk_gate_take(&relay->gate)))
        zk_gate_visit(call);
    return NULL;
}

/* Signals are the main thread's. */
static int start_thread(pthread_t *thread, void *(*run)(void *), void *arg,
                        struct zp_error *err)
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(thread, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error ? zp__fail_sys(err, ZP_ERR_NOMEM, error, "threads",
                                "a thread: %s", strerror(error))
                 : ZP_OK;
}

int zk_relay_start(struct zk_relay *relay, struct zp_error *err)
{
    unsigned gates = relay->config.gate ? ZK_GATE_THREADS : 0;
    int rc = ZP_OK;

    grpc_server_start(relay->server);
    while (!rc && relay->nr_gate_threads < gates) {
        rc = start_thread(&relay->gate_thread[relay->nr_gate_threads],
                          run_gate, relay, err);
        relay->nr_gate_threads += !rc;
    }
    while (!rc && relay->nr_workers < relay->config.workers) {
        rc = start_thread(&relay->worker[relay->nr_workers].thread,
                          run_worker, &relay->worker[relay->nr_workers], err);
        relay->nr_workers += !rc;
    }
    return rc;
}

/* ---- its life ---- */

int zk_relay_new(const struct zk_relay_config *config,
                 struct zk_relay **relay_out, struct zp_error *err)
{
    struct zk_relay *relay;
    int rc = zk_socket_check(config->listen, err);

    if (rc)
        return rc;
    gpr_set_log_function(log_grpc);
    grpc_init();
    relay = calloc(1, sizeof(*relay));
    if (relay)
        relay->worker = calloc(config->workers, sizeof(*relay->worker));
    if (!relay || !relay->worker) {
        free(relay);
        grpc_shutdown();
        return zp__nomem(err);
    }
    relay->config = *config;
    pthread_mutex_init(&relay->gate.lock, NULL);
    pthread_cond_init(&relay->gate.more, NULL);
    relay->gate.end = &relay->gate.first;
    rc = open_channel(relay, err);
    if (!rc)
        rc = open_server(relay, err);
    if (rc) {
        zk_relay_free(relay);
        return rc;
    }
    *relay_out = relay;
    return ZP_OK;
}

static void drain(grpc_completion_queue *cq)
{
    grpc_completion_queue_shutdown(cq);
    while (grpc_completion_queue_next(cq, gpr_inf_future(GPR_CLOCK_MONOTONIC),
                                      NULL).type != GRPC_QUEUE_SHUTDOWN)
        ;
}

/* The gate's threads are the last: calls that end still pass it. */
static void join_threads(struct zk_relay *relay)
{
    unsigned i;

    for (i = 0; i < relay->nr_workers; i++)
        pthread_join(relay->worker[i].thread, NULL);
    for (; i < relay->config.workers && relay->worker[i].cq; i++)
        drain(relay->worker[i].cq);
    pthread_mutex_lock(&relay->gate.lock);
    relay->gate.closed = true;
    pthread_cond_broadcast(&relay->gate.more);
    pthread_mutex_unlock(&relay->gate.lock);
    for (i = 0; i < relay->nr_gate_threads; i++)
        pthread_join(relay->gate_thread[i], NULL);
}

void zk_relay_free(struct zk_relay *relay)
{
    unsigned i;

    if (!relay)
        return;
    __atomic_store_n(&relay->stopping, true, __ATOMIC_RELEASE);
    if (relay->server) {
        grpc_server_shutdown_and_notify(relay->server, relay->end_cq, relay);
        grpc_server_cancel_all_calls(relay->server);
        join_threads(relay);
        grpc_completion_queue_next(relay->end_cq,
                                   gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
        grpc_server_destroy(relay->server);
        drain(relay->end_cq);
        grpc_completion_queue_destroy(relay->end_cq);
    }
    for (i = 0; i < relay->config.workers && relay->worker[i].cq; i++)
        grpc_completion_queue_destroy(relay->worker[i].cq);
    if (relay->upstream)
        grpc_channel_destroy(relay->upstream);
    grpc_shutdown_blocking();
    pthread_cond_destroy(&relay->gate.more);
    pthread_mutex_destroy(&relay->gate.lock);
    free(relay->worker);
    free(relay);
}

/* ---- calls of our own ---- */

struct ask {
    grpc_completion_queue *cq;
    gpr_timespec deadline;
    struct zk_unary unary;
};

static void ask_once(struct zk_relay *relay, const char *version,
                     const char *method, struct ask *a)
{
    grpc_slice host = grpc_slice_from_static_string("localhost"), slice;
    grpc_call *call;
    grpc_op ops[ZK_UNARY_OPS];
    char name[120];

    snprintf(name, sizeof(name), "/runtime.%s.RuntimeService/%s", version,
             method);
    slice = grpc_slice_from_copied_string(name);
    call = grpc_channel_create_call(relay->upstream, NULL,
                                    GRPC_PROPAGATE_DEFAULTS, a->cq, slice,
                                    &host, a->deadline, NULL);
    grpc_slice_unref(slice);
    zk_unary_ops(&a->unary, ops);
    a->unary.status = GRPC_STATUS_INTERNAL;
    if (grpc_call_start_batch(call, ops, ZK_UNARY_OPS, a, NULL) ==
        GRPC_CALL_OK)
        grpc_completion_queue_next(a->cq, gpr_inf_future(GPR_CLOCK_MONOTONIC),
                                   NULL);
    grpc_call_unref(call);
    grpc_slice_unref(a->unary.text);
    a->unary.text = grpc_empty_slice();
}

static int take_response(struct zk_unary *a, uint8_t **response_out,
                         size_t *len_out)
{
    grpc_byte_buffer_reader reader;
    grpc_slice slice;

    if (a->status != GRPC_STATUS_OK)
        return (int)a->status;
    if (!a->response || !grpc_byte_buffer_reader_init(&reader, a->response))
        return GRPC_STATUS_INTERNAL;
    slice = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    *len_out = GRPC_SLICE_LENGTH(slice);
    *response_out = malloc(*len_out + 1);
    if (*response_out)
        memcpy(*response_out, GRPC_SLICE_START_PTR(slice), *len_out);
    grpc_slice_unref(slice);
    return *response_out ? 0 : GRPC_STATUS_RESOURCE_EXHAUSTED;
}

int zk_relay_ask(struct zk_relay *relay, const char *method, int seconds,
                 const uint8_t *request, size_t request_len,
                 uint8_t **response_out, size_t *len_out)
{
    struct ask a;
    int status;

    a.cq = grpc_completion_queue_create_for_next(NULL);
    a.deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                              gpr_time_from_seconds(seconds, GPR_TIMESPAN));
    zk_unary_init(&a.unary, request, request_len);
    ask_once(relay, "v1", method, &a);
    if (a.unary.status == GRPC_STATUS_UNIMPLEMENTED)
        ask_once(relay, "v1alpha2", method, &a);
    status = take_response(&a.unary, response_out, len_out);
    zk_unary_clear(&a.unary);
    drain(a.cq);
    grpc_completion_queue_destroy(a.cq);
    return status;
}
