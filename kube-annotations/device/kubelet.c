/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls to kubelet: one, Register. */
#include <stdio.h>
#include <string.h>

#include <grpc/byte_buffer.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>

#include "dp.h"
#include "internal.h"

enum { REGISTER_SECONDS = 10 };

struct call {
    struct zd_event event;
    bool done;
    grpc_byte_buffer *request, *response;
    grpc_metadata_array headers, trailers;
    grpc_status_code status;
    grpc_slice text;
};

bool zd_handle(grpc_completion_queue *cq, int ms)
{
    gpr_timespec until = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    struct zd_event *tag;
    grpc_event event;

    if (ms >= 0)
        until = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                             gpr_time_from_millis(ms, GPR_TIMESPAN));
    event = grpc_completion_queue_next(cq, until, NULL);
    if (event.type != GRPC_OP_COMPLETE)
        return false;
    tag = event.tag;
    tag->done(tag, event.success);
    return true;
}

static void have_answer(struct zd_event *event, bool success)
{
    (void)success;
    ((struct call *)event)->done = true;
}

static void put_ops(struct call *c, grpc_op ops[6])
{
    memset(ops, 0, 6 * sizeof(*ops));
    ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
    ops[1].op = GRPC_OP_SEND_MESSAGE;
    ops[1].data.send_message.send_message = c->request;
    ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
    ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
    ops[3].data.recv_initial_metadata.recv_initial_metadata = &c->headers;
    ops[4].op = GRPC_OP_RECV_MESSAGE;
    ops[4].data.recv_message.recv_message = &c->response;
    ops[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
    ops[5].data.recv_status_on_client.trailing_metadata = &c->trailers;
    ops[5].data.recv_status_on_client.status = &c->status;
    ops[5].data.recv_status_on_client.status_details = &c->text;
}

static void call_kubelet(grpc_completion_queue *cq, const char *socket_path,
                         struct call *c)
{
    grpc_slice host = grpc_slice_from_static_string("localhost");
    grpc_slice method = grpc_slice_from_static_string(
        "/v1beta1.Registration/Register");
    grpc_channel_credentials *credentials =
        grpc_insecure_credentials_create();
    gpr_timespec deadline =
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                     gpr_time_from_seconds(REGISTER_SECONDS, GPR_TIMESPAN));
    char target[ZD_MAX_PATH + 120];
    grpc_channel *channel;
    grpc_call *call;
    grpc_op ops[6];

    snprintf(target, sizeof(target), "unix:%s", socket_path);
    channel = grpc_channel_create(target, credentials, NULL);
    grpc_channel_credentials_release(credentials);
    call = grpc_channel_create_call(channel, NULL, GRPC_PROPAGATE_DEFAULTS,
                                    cq, method, &host, deadline, NULL);
    put_ops(c, ops);
    if (grpc_call_start_batch(call, ops, 6, c, NULL) != GRPC_CALL_OK)
        abort();
    while (!c->done)
        zd_handle(cq, -1);
    grpc_call_unref(call);
    grpc_channel_destroy(channel);
}

int zd_register(grpc_completion_queue *cq, const char *socket_path,
                const char *endpoint, const char *resource,
                struct zp_error *err)
{
    struct call c = { .event = { have_answer },
                      .status = GRPC_STATUS_UNKNOWN,
                      .text = grpc_empty_slice() };
    struct zk_message m = { .len = 0 };
    grpc_slice slice;
    char *text;

    zk_put_register(&m, endpoint, resource);
    if (m.failed) {
        zk_message_clear(&m);
        return zp__nomem(err);
    }
    slice = grpc_slice_from_copied_buffer((const char *)m.at, m.len);
    zk_message_clear(&m);
    c.request = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    grpc_metadata_array_init(&c.headers);
    grpc_metadata_array_init(&c.trailers);
    call_kubelet(cq, socket_path, &c);
    text = grpc_slice_to_c_string(c.text);
    if (c.status != GRPC_STATUS_OK)
        zp__fail(err, ZP_ERR_IO, "kubelet", "kubelet doesn't register %s: "
                 "%.140s", resource, text);
    gpr_free(text);
    grpc_slice_unref(c.text);
    grpc_byte_buffer_destroy(c.request);
    grpc_byte_buffer_destroy(c.response);
    grpc_metadata_array_destroy(&c.headers);
    grpc_metadata_array_destroy(&c.trailers);
    return c.status == GRPC_STATUS_OK ? ZP_OK : ZP_ERR_IO;
}
