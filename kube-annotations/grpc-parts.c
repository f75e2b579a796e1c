/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grpc-parts.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <grpc/byte_buffer.h>

#include "internal.h"

static int fail_socket(struct zp_error *err, const char *path, int code)
{
    return zp__fail_sys(err, code, errno, "socket", "%s: %s", path,
                        strerror(errno));
}

int zk_socket_check(const char *path, struct zp_error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct stat st;
    int fd, failed;

    if (strlen(path) >= sizeof(address.sun_path))
        return zp__fail(err, ZP_ERR_RANGE, "socket", "%.120s: a socket's path "
                        "has at most %zu bytes", path,
                        sizeof(address.sun_path) - 1);
    if (lstat(path, &st) < 0)
        return errno == ENOENT ? ZP_OK : fail_socket(err, path, ZP_ERR_IO);
    if (!S_ISSOCK(st.st_mode))
        return zp__fail(err, ZP_ERR_EXISTS, "socket", "%s: it is there, and "
                        "is no socket", path);
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail_socket(err, path, ZP_ERR_IO);
    failed = connect(fd, (struct sockaddr *)&address, sizeof(address));
    if (!failed)
        errno = EADDRINUSE;
    close(fd);
    if (failed && errno == ECONNREFUSED)
        return ZP_OK;
    return fail_socket(err, path, failed ? ZP_ERR_IO : ZP_ERR_EXISTS);
}

void zk_unary_init(struct zk_unary *unary, const uint8_t *request, size_t len)
{
    grpc_slice slice = grpc_slice_from_copied_buffer((const char *)request,
                                                     len);

    *unary = (struct zk_unary){ .status = GRPC_STATUS_UNKNOWN,
                                .text = grpc_empty_slice() };
    unary->request = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    grpc_metadata_array_init(&unary->headers);
    grpc_metadata_array_init(&unary->trailers);
}

void zk_unary_ops(struct zk_unary *unary, grpc_op ops[ZK_UNARY_OPS])
{
    memset(ops, 0, ZK_UNARY_OPS * sizeof(*ops));
    ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
    ops[1].op = GRPC_OP_SEND_MESSAGE;
    ops[1].data.send_message.send_message = unary->request;
    ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
    ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
    ops[3].data.recv_initial_metadata.recv_initial_metadata = &unary->headers;
    ops[4].op = GRPC_OP_RECV_MESSAGE;
    ops[4].data.recv_message.recv_message = &unary->response;
    ops[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
    ops[5].data.recv_status_on_client.trailing_metadata = &unary->trailers;
    ops[5].data.recv_status_on_client.status = &unary->status;
    ops[5].data.recv_status_on_client.status_details = &unary->text;
}

void zk_unary_clear(struct zk_unary *unary)
{
    grpc_slice_unref(unary->text);
    grpc_byte_buffer_destroy(unary->request);
    grpc_byte_buffer_destroy(unary->response);
    grpc_metadata_array_destroy(&unary->headers);
    grpc_metadata_array_destroy(&unary->trailers);
}
