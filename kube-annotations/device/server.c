/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The service of one resource: kubelet tells resources apart by their sockets,
 * so each has one, and a server of its own. Calls are few and answered at
 * once, but ListAndWatch, which stays.
 */
#include <stdio.h>
#include <string.h>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc_security.h>
#include <grpc/status.h>

#include "../grpc-parts.h"
#include "dp.h"
#include "internal.h"

/* Kubelet makes one at a time; further ones wait in the server. */
enum { MAX_CALLS = 32, MAX_STREAMS = 64 };

struct call;

struct call_event {
    struct zd_event event;
    struct call *call;
};

struct call {
    struct zd_server *server;
    struct call *next;           /* of the server's */
    struct call_event accepted, closed, read, sent;
    unsigned busy;               /* events that are to come */
    grpc_call *call;
    grpc_call_details details;
    grpc_metadata_array metadata;
    grpc_byte_buffer *request, *response;
    bool watches, sending, over;
    int cancelled;               /* written by the library */
    uint64_t serial;             /* of the list that it has */
    grpc_slice text;
};

struct zd_server {
    grpc_completion_queue *cq;
    const struct zd_resource *resource;
    grpc_server *server;
    struct call *calls;
    unsigned nr_calls;
    bool waits;                  /* a call is asked for */
    bool closing;
    struct zd_event shut;
    bool is_shut;
    struct zk_message list;      /* what is told */
    uint64_t serial;
};

/* ---- calls ---- */

static void accept_call(struct zd_server *server);

static void free_call(struct call *c)
{
    struct zd_server *server = c->server;
    struct call **at = &server->calls;

    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    server->nr_calls--;
    if (c->call)
        grpc_call_unref(c->call);
    grpc_byte_buffer_destroy(c->request);
    grpc_byte_buffer_destroy(c->response);
    grpc_call_details_destroy(&c->details);
    grpc_metadata_array_destroy(&c->metadata);
    grpc_slice_unref(c->text);
    free(c);
    accept_call(server);
}

/* A batch is refused only to those who misuse the library. */
static void start(struct call *c, const grpc_op *ops, size_t nr,
                  struct call_event *event)
{
    if (grpc_call_start_batch(c->call, ops, nr, event, NULL) != GRPC_CALL_OK)
        abort();
    c->busy++;
}

static void done(struct call *c)
{
    c->busy--;
    if (!c->busy)
        free_call(c);
}

/* ---- what is sent ---- */

static grpc_byte_buffer *buffer_of(const struct zk_message *m)
{
    grpc_slice slice = grpc_slice_from_copied_buffer(
        m->len ? (const char *)m->at : "", m->len);
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);

    grpc_slice_unref(slice);
    return buffer;
}

static void put_message(struct call *c, const struct zk_message *m,
                        grpc_op *op)
{
    grpc_byte_buffer_destroy(c->response);
    c->response = buffer_of(m);
    op->op = GRPC_OP_SEND_MESSAGE;
    op->data.send_message.send_message = c->response;
}

/* The answer, or with a status other than 0 none; and the end. */
static void answer(struct call *c, const struct zk_message *m,
                   grpc_status_code status, const char *text)
{
    grpc_op ops[3] = { { .op = GRPC_OP_SEND_INITIAL_METADATA } };
    size_t nr = 1;

    if (status == GRPC_STATUS_OK)
        put_message(c, m, &ops[nr++]);
    grpc_slice_unref(c->text);
    c->text = grpc_slice_from_copied_string(text);
    ops[nr].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
    ops[nr].data.send_status_from_server.status = status;
    ops[nr].data.send_status_from_server.status_details = &c->text;
    start(c, ops, nr + 1, &c->sent);
}

static void answer_error(struct call *c, const struct zp_error *err)
{
    grpc_status_code status = GRPC_STATUS_INVALID_ARGUMENT;

    if (err->code == ZP_ERR_NOMEM || err->code == ZP_ERR_RANGE)
        status = GRPC_STATUS_RESOURCE_EXHAUSTED;
    else if (err->code == ZP_ERR_NOTFOUND)
        status = GRPC_STATUS_NOT_FOUND;
    else if (err->code == ZP_ERR_INFEASIBLE)
        status = GRPC_STATUS_FAILED_PRECONDITION;
    answer(c, NULL, status, err->msg);
}

/* One message at a time; what changes meanwhile is sent when it is out. */
static void send_list(struct call *c)
{
    grpc_op ops[2] = { { .op = GRPC_OP_SEND_INITIAL_METADATA } };
    size_t nr = c->watches ? 0 : 1;

    if (c->sending || c->over || c->serial == c->server->serial)
        return;
    c->watches = true;
    c->sending = true;
    c->serial = c->server->serial;
    put_message(c, &c->server->list, &ops[nr]);
    start(c, ops, nr + 1, &c->sent);
}

/* ---- methods ---- */

static int check_ids(const struct zd_resource *resource,
                     const struct zk_device_request *request,
                     struct zp_error *err)
{
    const struct zk_device_id *id;
    ptrdiff_t at;
    uint32_t i;

    for (i = 0; i < request->nr_ids; i++) {
        id = &request->id[i];
        at = zd_find(resource, id);
        if (at < 0)
            return zp__fail(err, ZP_ERR_NOTFOUND, "id", "%s has no device "
                            "%.*s", resource->name, (int)id->len, id->text);
        if (!resource->device[at].healthy)
            return zp__fail(err, ZP_ERR_INFEASIBLE, "id", "%s: device %.*s "
                            "is not there for pods now", resource->name,
                            (int)id->len, id->text);
    }
    return ZP_OK;
}

static int allocate(struct call *c, const struct zk_device_request *request,
                    struct zk_message *m, struct zp_error *err)
{
    uint32_t i;
    int rc = check_ids(c->server->resource, request, err);

    for (i = 0; !rc && i < request->nr_containers; i++)
        zk_put_container(m, NULL, 0);
    return rc;
}

static int prefer(struct call *c, const struct zk_device_request *request,
                  struct zk_message *m, struct zp_error *err)
{
    const struct zd_resource *resource = c->server->resource;
    struct zk_device_id *chosen = calloc(resource->nr + 1, sizeof(*chosen));
    int rc = chosen ? ZP_OK : zp__nomem(err);
    uint32_t i;

    for (i = 0; !rc && i < request->nr_containers; i++) {
        rc = zd_prefer(resource, request, &request->container[i], chosen,
                       err);
        if (!rc)
            zk_put_container(m, chosen, (size_t)request->container[i].size);
    }
    free(chosen);
    return rc;
}

/* Nothing is to be done; the ids are read for their own sake. */
static int pre_start(struct call *c, const struct zk_device_request *request,
                     struct zk_message *m, struct zp_error *err)
{
    (void)m;
    return check_ids(c->server->resource, request, err);
}

static const struct method {
    const char *name;
    enum zk_device_message message;
    int (*run)(struct call *c, const struct zk_device_request *request,
               struct zk_message *m, struct zp_error *err);
} methods[] = {
    { "/v1beta1.DevicePlugin/Allocate", ZK_ALLOCATE, allocate },
    { "/v1beta1.DevicePlugin/GetPreferredAllocation", ZK_PREFERRED, prefer },
    { "/v1beta1.DevicePlugin/PreStartContainer", ZK_PRE_START, pre_start },
};

static void run_method(struct call *c, const struct method *method,
                       const uint8_t *buf, size_t len)
{
    struct zk_device_request request = { .nr_ids = 0 };
    struct zk_message m = { .len = 0 };
    struct zp_error err;
    int rc = zk_device_read(method->message, buf, len, &request, &err);

    if (!rc)
        rc = method->run(c, &request, &m, &err);
    if (!rc && m.failed)
        rc = zp__nomem(&err);
    if (rc)
        answer_error(c, &err);
    else
        answer(c, &m, GRPC_STATUS_OK, "");
    zk_device_request_clear(&request);
    zk_message_clear(&m);
}

static void run(struct call *c, const uint8_t *buf, size_t len)
{
    const grpc_slice name = c->details.method;
    struct zk_message m = { .len = 0 };
    size_t i;

    if (!grpc_slice_str_cmp(name, "/v1beta1.DevicePlugin/ListAndWatch")) {
        send_list(c);
        return;
    }
    if (!grpc_slice_str_cmp(name,
                            "/v1beta1.DevicePlugin/GetDevicePluginOptions")) {
        zk_put_options(&m);
        answer(c, &m, m.failed ? GRPC_STATUS_RESOURCE_EXHAUSTED
                               : GRPC_STATUS_OK, "");
        zk_message_clear(&m);
        return;
    }
    for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (!grpc_slice_str_cmp(name, methods[i].name)) {
            run_method(c, &methods[i], buf, len);
            return;
        }
    }
    answer(c, NULL, GRPC_STATUS_UNIMPLEMENTED, "this is v1beta1.DevicePlugin "
           "of zone-device-plugin");
}

/* ---- events ---- */

static void have_sent(struct zd_event *event, bool success)
{
    struct call *c = ((struct call_event *)event)->call;

    c->sending = false;
    c->over |= !success;
    if (c->watches)
        send_list(c);
    done(c);
}

static void have_closed(struct zd_event *event, bool success)
{
    struct call *c = ((struct call_event *)event)->call;

    (void)success;
    c->over = true;
    done(c);
}

static void have_read(struct zd_event *event, bool success)
{
    struct call *c = ((struct call_event *)event)->call;
    grpc_byte_buffer_reader reader;
    grpc_slice slice;

    if (success && c->request && !c->over &&
        grpc_byte_buffer_reader_init(&reader, c->request)) {
        slice = grpc_byte_buffer_reader_readall(&reader);
        grpc_byte_buffer_reader_destroy(&reader);
        run(c, GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice));
        grpc_slice_unref(slice);
    } else if (!c->over) {
        answer(c, NULL, GRPC_STATUS_INVALID_ARGUMENT, "no request came");
    }
    done(c);
}

static void have_accepted(struct zd_event *event, bool success)
{
    struct call *c = ((struct call_event *)event)->call;
    grpc_op close = { .op = GRPC_OP_RECV_CLOSE_ON_SERVER };
    grpc_op read = { .op = GRPC_OP_RECV_MESSAGE };

    c->server->waits = false;
    if (success) {
        close.data.recv_close_on_server.cancelled = &c->cancelled;
        read.data.recv_message.recv_message = &c->request;
        start(c, &close, 1, &c->closed);
        start(c, &read, 1, &c->read);
    }
    accept_call(c->server);
    done(c);
}

static void accept_call(struct zd_server *server)
{
    struct call *c;

    if (server->closing || server->waits || server->nr_calls >= MAX_CALLS)
        return;
    c = calloc(1, sizeof(*c));
    if (!c)
        return;
    c->server = server;
    c->accepted = (struct call_event){ { have_accepted }, c };
    c->closed = (struct call_event){ { have_closed }, c };
    c->read = (struct call_event){ { have_read }, c };
    c->sent = (struct call_event){ { have_sent }, c };
    c->text = grpc_empty_slice();
    grpc_call_details_init(&c->details);
    grpc_metadata_array_init(&c->metadata);
    c->next = server->calls;
    server->calls = c;
    server->nr_calls++;
    if (grpc_server_request_call(server->server, &c->call, &c->details,
                                 &c->metadata, server->cq, server->cq,
                                 &c->accepted) != GRPC_CALL_OK)
        abort();
    c->busy++;
    server->waits = true;
}

/* ---- its life ---- */

static grpc_arg integer(const char *key, int value)
{
    grpc_arg arg = { .type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)key };

    arg.value.integer = value;
    return arg;
}

static int listen_on(struct zd_server *server, const char *path,
                     struct zp_error *err)
{
    grpc_arg args[] = {
        integer(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, 16 << 20),
        integer(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, 16 << 20),
        integer(GRPC_ARG_MAX_CONCURRENT_STREAMS, MAX_STREAMS),
        integer(GRPC_ARG_ENABLE_CHANNELZ, 0),
        /* who may connect is root: its pings are no attack */
        integer(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0),
    };
    grpc_channel_args all = { sizeof(args) / sizeof(args[0]), args };
    grpc_server_credentials *credentials;
    char target[ZD_MAX_PATH + 120];
    int bound;

    snprintf(target, sizeof(target), "unix:%s", path);
    server->server = grpc_server_create(&all, NULL);
    grpc_server_register_completion_queue(server->server, server->cq, NULL);
    credentials = grpc_insecure_server_credentials_create();
    bound = grpc_server_add_http2_port(server->server, target, credentials);
    grpc_server_credentials_release(credentials);
    /* One that was never started can't be shut down. */
    grpc_server_start(server->server);
    return bound ? ZP_OK : zp__fail(err, ZP_ERR_IO, "socket", "%s: it can't "
                                    "be listened on", path);
}

static void have_shut(struct zd_event *event, bool success)
{
    struct zd_server *server = (struct zd_server *)(void *)
        ((char *)event - offsetof(struct zd_server, shut));

    (void)success;
    server->is_shut = true;
}

int zd_server_open(grpc_completion_queue *cq, const char *path,
                   const struct zd_resource *resource,
                   struct zd_server **server_out, struct zp_error *err)
{
    struct zd_server *server;
    int rc = zk_socket_check(path, err);

    if (rc)
        return rc;
    server = calloc(1, sizeof(*server));
    if (!server)
        return zp__nomem(err);
    server->cq = cq;
    server->resource = resource;
    server->shut.done = have_shut;
    rc = listen_on(server, path, err);
    if (rc) {
        zd_server_close(server);
        return rc;
    }
    zd_server_update(server);
    accept_call(server);
    *server_out = server;
    return ZP_OK;
}

void zd_server_update(struct zd_server *server)
{
    struct zk_message list = { .len = 0 };
    struct call *c;
    size_t i;

    for (i = 0; i < server->resource->nr; i++)
        zk_put_device(&list, &server->resource->device[i]);
    /* Without memory it is told with the next change. */
    if (list.failed || (server->serial && list.len == server->list.len &&
                        (!list.len ||
                         !memcmp(list.at, server->list.at, list.len)))) {
        zk_message_clear(&list);
        return;
    }
    zk_message_clear(&server->list);
    server->list = list;
    server->serial++;
    for (c = server->calls; c; c = c->next) {
        if (c->watches)
            send_list(c);
    }
}

void zd_server_close(struct zd_server *server)
{
    if (!server)
        return;
    server->closing = true;
    grpc_server_shutdown_and_notify(server->server, server->cq,
                                    &server->shut);
    grpc_server_cancel_all_calls(server->server);
    while (!server->is_shut || server->calls)
        zd_handle(server->cq, -1);
    grpc_server_destroy(server->server);
    zk_message_clear(&server->list);
    free(server);
}
