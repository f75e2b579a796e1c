/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls to kubelet: one, Register. */
#include <stdio.h>
#include <string.h>

#include <grpc/byte_buffer.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>

#include "../grpc-parts.h"
#include "dp.h"
#include "internal.h"

enum { REGISTER_SECONDS = 10 };

struct call {
    struct zd_event event;
    bool done;
    struct zk_unary unary;
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
    grpc_op ops[ZK_UNARY_OPS];

    snprintf(target, sizeof(target), "unix:%s", socket_path);
    channel = grpc_channel_create(target, credentials, NULL);
    grpc_channel_credentials_release(credentials);
    call = grpc_channel_create_call(channel, NULL, GRPC_PROPAGATE_DEFAULTS,
                                    cq, method, &host, deadline, NULL);
    zk_unary_ops(&c->unary, ops);
    if (grpc_call_start_batch(call, ops, ZK_UNARY_OPS, c, NULL) !=
        GRPC_CALL_OK)
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
    struct call c = { .event = { have_answer } };
    struct zk_message m = { .len = 0 };
    bool good;
    char *text;

    zk_put_register(&m, endpoint, resource);
    if (m.failed) {
        zk_message_clear(&m);
        return zp__nomem(err);
    }
    zk_unary_init(&c.unary, m.at, m.len);
    zk_message_clear(&m);
    call_kubelet(cq, socket_path, &c);
    good = c.unary.status == GRPC_STATUS_OK;
    text = grpc_slice_to_c_string(c.unary.text);
    if (!good)
        zp__fail(err, ZP_ERR_IO, "kubelet", "kubelet doesn't register %s: "
                 "%.140s", resource, text);
    gpr_free(text);
    zk_unary_clear(&c.unary);
    return good ? ZP_OK : ZP_ERR_IO;
}
