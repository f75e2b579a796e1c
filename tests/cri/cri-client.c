/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cri-client SOCKET METHOD [WORD]...: one call of the CRI, for hosts without
 * Python. The words make the request, without its schema:
 *
 *   N=TEXT   field N is a string     N:NUMBER   is a number
 *   N{       it is a message of the words up to its "}"
 *   @N.M     print field M of field N of the answer; a line each
 *
 * Exit status: 0; 1 if the call failed, whose code and text are on stderr; 2
 * for words that make no request.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>

#include "grpc-parts.h"
#include "protobuf.h"

enum { LIMIT_SECONDS = 300 };

static _Noreturn void wrong(const char *word)
{
    fprintf(stderr, "cri-client: \"%s\" is no part of a request\n",
            word ? word : "}");
    exit(2);
}

/* ---- the request ---- */

/* The words up to the "}" of @depth, or all. Returns the first that is left. */
static char **put_words(struct zk_message *to, char **word, int depth)
{
    struct zk_message inner = { .len = 0 };
    uint32_t nr;
    char *end;

    for (; *word && strcmp(*word, "}"); word++) {
        if (**word == '@')
            continue;
        nr = (uint32_t)strtoul(*word, &end, 10);
        if (!nr || !*end)
            wrong(*word);
        if (*end == '=') {
            zk_put_text(to, nr, end + 1);
        } else if (*end == ':') {
            zk_put_number(to, nr, strtoull(end + 1, NULL, 10));
        } else if (!strcmp(end, "{")) {
            word = put_words(&inner, word + 1, depth + 1);
            zk_put_message(to, nr, &inner);
        } else {
            wrong(*word);
        }
    }
    if (!*word != !depth)
        wrong(*word);
    return word;
}

/* ---- the answer ---- */

static void show(struct zk_pb pb, const char *path)
{
    struct zk_pb_field f;
    char *end;
    uint32_t nr = (uint32_t)strtoul(path, &end, 10);

    while (zk_pb_next(&pb, &f)) {
        if (f.nr != nr)
            continue;
        if (*end == '.' && f.type == ZK_PB_BYTES)
            show(zk_pb_into(&pb, &f), end + 1);
        else if (f.type == ZK_PB_BYTES)
            printf("%.*s\n", (int)f.len, (const char *)f.data);
        else
            printf("%llu\n", (unsigned long long)f.value);
    }
}

static void show_words(grpc_byte_buffer *response, char **word)
{
    grpc_byte_buffer_reader reader;
    grpc_slice all;

    if (!response || !grpc_byte_buffer_reader_init(&reader, response))
        return;
    all = grpc_byte_buffer_reader_readall(&reader);
    for (; *word; word++) {
        if (**word == '@')
            show(zk_pb_over(GRPC_SLICE_START_PTR(all), GRPC_SLICE_LENGTH(all),
                            "the answer", NULL), *word + 1);
    }
    grpc_slice_unref(all);
    grpc_byte_buffer_reader_destroy(&reader);
}

/* ---- the call ---- */

static void call(const char *path, const char *name, struct zk_unary *unary)
{
    grpc_completion_queue *cq = grpc_completion_queue_create_for_next(NULL);
    grpc_channel_credentials *plain = grpc_insecure_credentials_create();
    grpc_slice host = grpc_slice_from_static_string("localhost");
    gpr_timespec until = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
        gpr_time_from_seconds(LIMIT_SECONDS, GPR_TIMESPAN));
    char target[200], method[200];
    grpc_op ops[ZK_UNARY_OPS];
    grpc_channel *channel;
    grpc_call *c;

    snprintf(target, sizeof(target), "unix:%s", path);
    snprintf(method, sizeof(method), "/runtime.v1.RuntimeService/%s", name);
    channel = grpc_channel_create(target, plain, NULL);
    grpc_channel_credentials_release(plain);
    c = grpc_channel_create_call(channel, NULL, GRPC_PROPAGATE_DEFAULTS, cq,
                                 grpc_slice_from_static_string(method), &host,
                                 until, NULL);
    zk_unary_ops(unary, ops);
    if (grpc_call_start_batch(c, ops, ZK_UNARY_OPS, c, NULL) != GRPC_CALL_OK)
        abort();
    grpc_completion_queue_next(cq, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    grpc_call_unref(c);
    grpc_channel_destroy(channel);
    grpc_completion_queue_shutdown(cq);
    grpc_completion_queue_next(cq, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    grpc_completion_queue_destroy(cq);
}

int main(int argc, char **argv)
{
    struct zk_message request = { .len = 0 };
    struct zk_unary unary;
    char *text;
    int code;

    if (argc < 3) {
        fputs("usage: cri-client SOCKET METHOD [WORD]...\n", stderr);
        return 2;
    }
    put_words(&request, argv + 3, 0);
    if (request.failed)
        abort();
    grpc_init();
    zk_unary_init(&unary, request.at, request.len);
    zk_message_clear(&request);
    call(argv[1], argv[2], &unary);
    code = (int)unary.status;
    if (code) {
        text = grpc_slice_to_c_string(unary.text);
        fprintf(stderr, "code %d: %s\n", code, text);
        gpr_free(text);
    } else {
        show_words(unary.response, argv + 3);
    }
    zk_unary_clear(&unary);
    grpc_shutdown();
    return code ? 1 : 0;
}
