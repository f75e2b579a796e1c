/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls a second, for tests/bench/cri.sh.
 *   bench_cri --serve SOCKET              answers any call with 2 KiB
 *   bench_cri SOCKET METHOD CALLS FLIGHT  calls it, FLIGHT at a time; prints
 *                                         calls/s and latencies in us
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

enum { ANSWER = 2048, MAX_FLIGHT = 512, MAX_CALLS = 1000000 };

static gpr_timespec never(void)
{
    return gpr_inf_future(GPR_CLOCK_MONOTONIC);
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_cri: %s\n", what);
    exit(1);
}

static void start(grpc_call *call, const grpc_op *ops, size_t nr, void *tag)
{
    if (grpc_call_start_batch(call, ops, nr, tag, NULL) != GRPC_CALL_OK)
        fail("a batch is refused");
}

/* An unknown field of the CRI, if there are enough bytes for one. */
static grpc_byte_buffer *message_of(size_t len)
{
    static const uint8_t head[] = { 15 << 3 | 2, ((ANSWER - 3) & 0x7f) | 0x80,
                                    (ANSWER - 3) >> 7 };
    grpc_slice slice = grpc_slice_malloc(len);
    grpc_byte_buffer *message;

    memset(GRPC_SLICE_START_PTR(slice), 0, len);
    if (len == ANSWER)
        memcpy(GRPC_SLICE_START_PTR(slice), head, sizeof(head));
    message = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    return message;
}

/* ---- the server ---- */

struct served {
    grpc_call *call;
    grpc_call_details details;
    grpc_metadata_array metadata;
    grpc_byte_buffer *request;
    int step, cancelled;
};

static void ask_for(grpc_server *server, grpc_completion_queue *cq,
                    struct served *s)
{
    memset(s, 0, sizeof(*s));
    grpc_call_details_init(&s->details);
    grpc_metadata_array_init(&s->metadata);
    if (grpc_server_request_call(server, &s->call, &s->details, &s->metadata,
                                 cq, cq, s) != GRPC_CALL_OK)
        fail("no call can be asked for");
}

static void answer(struct served *s, grpc_byte_buffer *message)
{
    static grpc_slice nothing;
    grpc_op ops[4] = { { .op = GRPC_OP_SEND_INITIAL_METADATA },
                       { .op = GRPC_OP_SEND_MESSAGE },
                       { .op = GRPC_OP_SEND_STATUS_FROM_SERVER },
                       { .op = GRPC_OP_RECV_CLOSE_ON_SERVER } };

    nothing = grpc_empty_slice();
    ops[1].data.send_message.send_message = message;
    ops[2].data.send_status_from_server.status_details = &nothing;
    ops[3].data.recv_close_on_server.cancelled = &s->cancelled;
    start(s->call, ops, 4, s);
}

static void serve(const char *target)
{
    grpc_server_credentials *open = grpc_insecure_server_credentials_create();
    grpc_completion_queue *cq = grpc_completion_queue_create_for_next(NULL);
    grpc_server *server = grpc_server_create(NULL, NULL);
    static struct served slots[MAX_FLIGHT];
    grpc_byte_buffer *message = message_of(ANSWER);
    grpc_op read = { .op = GRPC_OP_RECV_MESSAGE };
    struct served *s;
    unsigned i;

    grpc_server_register_completion_queue(server, cq, NULL);
    if (!grpc_server_add_http2_port(server, target, open))
        fail("the socket can't be listened on");
    grpc_server_start(server);
    for (i = 0; i < MAX_FLIGHT; i++)
        ask_for(server, cq, &slots[i]);
    puts("ready");
    fflush(stdout);
    for (;;) {
        s = grpc_completion_queue_next(cq, never(), NULL).tag;
        if (s->step == 0) {
            read.data.recv_message.recv_message = &s->request;
            start(s->call, &read, 1, s);
        } else if (s->step == 1) {
            answer(s, message);
        } else {
            grpc_byte_buffer_destroy(s->request);
            grpc_call_details_destroy(&s->details);
            grpc_metadata_array_destroy(&s->metadata);
            grpc_call_unref(s->call);
            ask_for(server, cq, s);
            continue;
        }
        s->step++;
    }
}

/* ---- the client ---- */

struct asked {
    grpc_call *call;
    grpc_metadata_array headers, trailers;
    grpc_byte_buffer *response;
    grpc_status_code status;
    grpc_slice text;
    uint64_t since_ns;
};

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void ask(grpc_channel *channel, grpc_completion_queue *cq,
                grpc_slice method, grpc_byte_buffer *request, struct asked *a)
{
    grpc_slice host = grpc_slice_from_static_string("localhost");
    grpc_op ops[6] = { { .op = GRPC_OP_SEND_INITIAL_METADATA },
                       { .op = GRPC_OP_SEND_MESSAGE },
                       { .op = GRPC_OP_SEND_CLOSE_FROM_CLIENT },
                       { .op = GRPC_OP_RECV_INITIAL_METADATA },
                       { .op = GRPC_OP_RECV_MESSAGE },
                       { .op = GRPC_OP_RECV_STATUS_ON_CLIENT } };

    grpc_metadata_array_init(&a->headers);
    grpc_metadata_array_init(&a->trailers);
    a->since_ns = now_ns();
    a->call = grpc_channel_create_call(channel, NULL, GRPC_PROPAGATE_DEFAULTS,
                                       cq, method, &host, never(), NULL);
    ops[1].data.send_message.send_message = request;
    ops[3].data.recv_initial_metadata.recv_initial_metadata = &a->headers;
    ops[4].data.recv_message.recv_message = &a->response;
    ops[5].data.recv_status_on_client.trailing_metadata = &a->trailers;
    ops[5].data.recv_status_on_client.status = &a->status;
    ops[5].data.recv_status_on_client.status_details = &a->text;
    start(a->call, ops, 6, a);
}

static uint64_t finish(struct asked *a)
{
    if (a->status != GRPC_STATUS_OK)
        fail(grpc_slice_to_c_string(a->text));
    grpc_byte_buffer_destroy(a->response);
    grpc_metadata_array_destroy(&a->headers);
    grpc_metadata_array_destroy(&a->trailers);
    grpc_slice_unref(a->text);
    grpc_call_unref(a->call);
    return now_ns() - a->since_ns;
}

static int by_size(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void run(const char *target, const char *name, unsigned calls,
                unsigned flight)
{
    grpc_channel_credentials *open = grpc_insecure_credentials_create();
    grpc_channel *channel = grpc_channel_create(target, open, NULL);
    grpc_completion_queue *cq = grpc_completion_queue_create_for_next(NULL);
    grpc_slice method = grpc_slice_from_copied_string(name);
    grpc_byte_buffer *request = message_of(0);
    static struct asked slots[MAX_FLIGHT];
    uint64_t *took = calloc(calls, sizeof(*took)), since = now_ns();
    unsigned i, begun = 0;
    struct asked *a;

    if (!took)
        fail("no memory");
    for (; begun < flight && begun < calls; begun++)
        ask(channel, cq, method, request, &slots[begun]);
    for (i = 0; i < calls; i++) {
        a = grpc_completion_queue_next(cq, never(), NULL).tag;
        took[i] = finish(a);
        if (begun < calls) {
            ask(channel, cq, method, request, a);
            begun++;
        }
    }
    since = now_ns() - since;
    qsort(took, calls, sizeof(*took), by_size);
    printf("%.0f %.0f %.0f\n", calls * 1e9 / (double)since,
           (double)took[calls / 2] / 1e3,
           (double)took[(uint64_t)calls * 99 / 100] / 1e3);
}

int main(int argc, char **argv)
{
    char target[200];
    unsigned calls, flight;

    if (argc != 3 && argc != 5)
        fail("see its first lines");
    grpc_init();
    snprintf(target, sizeof(target), "unix:%s", argv[argc == 3 ? 2 : 1]);
    if (argc == 3)
        serve(target);
    calls = (unsigned)strtoul(argv[3], NULL, 10);
    flight = (unsigned)strtoul(argv[4], NULL, 10);
    if (!calls || calls > MAX_CALLS || !flight || flight > MAX_FLIGHT)
        fail("calls, or how many at a time");
    run(target, argv[2], calls, flight);
    return 0;
}
