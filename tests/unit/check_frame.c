/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames of the link: each kind there and back, each fault refused. */
#include "../../kube-annotations/frame.h"
#include "../golden/oom.h"
#include "core.h"

static const uint8_t some_body[] = "body";

/* One of each type; both sides send some. */
static const struct {
    enum zk_side from;
    struct zk_frame frame;
} good[] = {
    { ZK_HOST, { .type = ZK_HELLO, .u.version = 1 } },
    { ZK_ZONE, { .type = ZK_HELLO, .u.version = 1 } },
    { ZK_HOST, { .type = ZK_SHUTDOWN } },
    { ZK_HOST, { .type = ZK_CREATE, .session = 1, .body = some_body,
                 .body_len = 4 } },
    { ZK_ZONE, { .type = ZK_CREATED, .session = UINT32_MAX } },
    { ZK_HOST, { .type = ZK_EXEC, .session = 2, .u.container = 1,
                 .body = some_body, .body_len = 1 } },
    { ZK_HOST, { .type = ZK_START, .session = 2 } },
    { ZK_ZONE, { .type = ZK_STARTED, .session = 2, .u.pid = 77 } },
    { ZK_HOST, { .type = ZK_DATA, .session = 2, .u.stream = ZK_STDIN,
                 .body = some_body, .body_len = 4 } },
    { ZK_ZONE, { .type = ZK_DATA, .session = 2, .u.stream = ZK_STDERR,
                 .body = some_body, .body_len = 4 } },
    { ZK_HOST, { .type = ZK_EOF, .session = 2, .u.stream = ZK_STDIN } },
    { ZK_ZONE, { .type = ZK_EOF, .session = 2, .u.stream = ZK_STDOUT } },
    { ZK_HOST, { .type = ZK_CREDIT, .session = 2,
                 .u.credit = { ZK_STDOUT, ZK_WINDOW } } },
    { ZK_ZONE, { .type = ZK_CREDIT, .session = 2,
                 .u.credit = { ZK_STDIN, 1 } } },
    { ZK_HOST, { .type = ZK_SIGNAL, .session = 2, .u.signal = { 64, true } } },
    { ZK_HOST, { .type = ZK_WINSIZE, .session = 2, .u.winsize = { 24, 80 } } },
    { ZK_ZONE, { .type = ZK_EXIT, .session = 2, .u.exit = { false, 255 } } },
    { ZK_ZONE, { .type = ZK_EXIT, .session = 2, .u.exit = { true, 9 } } },
    { ZK_ZONE, { .type = ZK_ERROR, .session = 2, .body = some_body,
                 .body_len = 4 } },
    { ZK_HOST, { .type = ZK_DELETE, .session = 2 } },
    { ZK_HOST, { .type = ZK_NETWORK, .body = some_body, .body_len = 4 } },
    { ZK_ZONE, { .type = ZK_NETWORK_SET } },
    { ZK_ZONE, { .type = ZK_NETWORK_SET, .body = some_body,
                 .body_len = 4 } },
    { ZK_HOST, { .type = ZK_REFRESH, .session = 2, .u.mount = 3,
                 .body = some_body, .body_len = 4 } },
    { ZK_ZONE, { .type = ZK_REFRESHED, .session = 2, .u.mount = 3 } },
    { ZK_ZONE, { .type = ZK_REFRESHED, .session = 2, .u.mount = UINT32_MAX,
                 .body = some_body, .body_len = 4 } },
};

enum { NR_GOOD = sizeof(good) / sizeof(good[0]) };

/* The whole of @frame at @buf; its length. */
static size_t put(const struct zk_frame *frame, enum zk_side from,
                  uint8_t *buf)
{
    size_t len = zk_frame_put(frame, from, buf);

    ck_assert_uint_ge(len, ZK_FRAME_HEADER);
    if (frame->body_len)
        memcpy(buf + len, frame->body, frame->body_len);
    return len + frame->body_len;
}

/* Two frames mean the same: they are written the same. */
static void same(const struct zk_frame *a, const struct zk_frame *b,
                 enum zk_side from)
{
    uint8_t x[ZK_SMALL_FRAME], y[ZK_SMALL_FRAME];

    ck_assert_uint_eq(zk_frame_put(a, from, x), zk_frame_put(b, from, y));
    ck_assert_mem_eq(x, y, sizeof(x));
    ck_assert_uint_eq(a->body_len, b->body_len);
    if (a->body_len)
        ck_assert_mem_eq(a->body, b->body, a->body_len);
}

static size_t put_hello(enum zk_side from, uint8_t *buf)
{
    return put(&(struct zk_frame){ .type = ZK_HELLO, .u.version = 1 }, from,
               buf);
}

START_TEST(there_and_back)
{
    const struct zk_frame *frame = &good[_i].frame;
    uint8_t buf[2 * ZK_SMALL_FRAME + 8];
    size_t len = 0;
    const uint8_t *at = buf;
    struct zk_parser p;
    struct zk_frame got;

    if (frame->type != ZK_HELLO)
        len = put_hello(good[_i].from, buf);
    len += put(frame, good[_i].from, buf + len);
    zk_parser_init(&p, good[_i].from);
    do {
        ck_assert_int_eq(zk_parser_next(&p, &at, &len, &got, NULL), 1);
    } while (len);
    same(&got, frame, good[_i].from);
    ck_assert_int_eq(zk_parser_next(&p, &at, &len, &got, NULL), 0);
    zk_parser_clear(&p);
}
END_TEST

/* What a header and its numbers say, and what is told. Bytes in hex: length,
 * type and zeros, session, payload. */
static const struct {
    enum zk_side from;
    const char *bytes;
    int code;
    const char *msg;
} refused[] = {
#define HEADER "a frame's header has bytes that are to be 0"
    { ZK_ZONE, "08000000 02010000 00000000", ZP_ERR_PARSE, HEADER },
    { ZK_ZONE, "08000000 02000001 00000000", ZP_ERR_PARSE, HEADER },
    { ZK_ZONE, "00000000 00000000 00000000", ZP_ERR_PARSE,
      "frame type 0 is none" },
    { ZK_ZONE, "00000000 17000000 00000000", ZP_ERR_PARSE,
      "frame type 23 is none" },
    /* PING, PONG and MEMORY of version 4. */
    { ZK_HOST, "08000000 02000000 00000000", ZP_ERR_PARSE,
      "frame type 2 is none" },
    { ZK_ZONE, "08000000 03000000 00000000", ZP_ERR_PARSE,
      "frame type 3 is none" },
    { ZK_ZONE, "20000000 05000000 00000000", ZP_ERR_PARSE,
      "frame type 5 is none" },
    { ZK_ZONE, "01000000 06000000 01000000", ZP_ERR_PARSE,
      "CREATE: not the zone's to send" },
    { ZK_ZONE, "00000000 04000000 00000000", ZP_ERR_PARSE,
      "SHUTDOWN: not the zone's to send" },
    { ZK_ZONE, "01000000 13000000 00000000", ZP_ERR_PARSE,
      "NETWORK: not the zone's to send" },
    { ZK_HOST, "00000000 14000000 00000000", ZP_ERR_PARSE,
      "NETWORK_SET: not the host's to send" },
    { ZK_HOST, "01000000 13000000 01000000", ZP_ERR_PARSE,
      "NETWORK of session 1" },
    { ZK_HOST, "ffff0000 13000000 00000000", ZP_ERR_RANGE,
      "NETWORK of 65535 bytes, from 1 to 4178" },
    { ZK_ZONE, "f5010000 14000000 00000000", ZP_ERR_RANGE,
      "NETWORK_SET of 501 bytes, from 0 to 500" },
    { ZK_ZONE, "08000000 0e000000 01000000", ZP_ERR_PARSE,
      "SIGNAL: not the zone's to send" },
    { ZK_ZONE, "05000000 15000000 01000000", ZP_ERR_PARSE,
      "REFRESH: not the zone's to send" },
    { ZK_HOST, "04000000 16000000 01000000", ZP_ERR_PARSE,
      "REFRESHED: not the host's to send" },
    { ZK_HOST, "05000000 15000000 00000000", ZP_ERR_PARSE,
      "REFRESH of session 0" },
    { ZK_HOST, "05004000 15000000 01000000", ZP_ERR_RANGE,
      "REFRESH of 4194309 bytes, from 5 to 4194308" },
    { ZK_HOST, "04000000 15000000 01000000", ZP_ERR_RANGE,
      "REFRESH of 4 bytes, from 5 to 4194308" },
    { ZK_ZONE, "f9010000 16000000 01000000", ZP_ERR_RANGE,
      "REFRESHED of 505 bytes, from 4 to 504" },
    { ZK_HOST, "08000000 10000000 01000000", ZP_ERR_PARSE,
      "EXIT: not the host's to send" },
    { ZK_ZONE, "08000000 01000000 00000000", ZP_ERR_PARSE,
      "a second HELLO" },
    { ZK_HOST, "00000000 04000000 05000000", ZP_ERR_PARSE,
      "SHUTDOWN of session 5" },
    { ZK_ZONE, "08000000 10000000 00000000", ZP_ERR_PARSE,
      "EXIT of session 0" },
    { ZK_HOST, "ffffffff 04000000 00000000", ZP_ERR_RANGE,
      "SHUTDOWN of 4294967295 bytes, from 0 to 0" },
    { ZK_ZONE, "05800000 0b000000 01000000", ZP_ERR_RANGE,
      "DATA of 32773 bytes, from 5 to 32772" },
    { ZK_ZONE, "04000000 0b000000 01000000", ZP_ERR_RANGE,
      "DATA of 4 bytes, from 5 to 32772" },
    { ZK_ZONE, "f5010000 11000000 01000000", ZP_ERR_RANGE,
      "ERROR of 501 bytes, from 1 to 500" },
    { ZK_ZONE, "00000000 11000000 01000000", ZP_ERR_RANGE,
      "ERROR of 0 bytes, from 1 to 500" },
    { ZK_HOST, "01004000 06000000 01000000", ZP_ERR_RANGE,
      "CREATE of 4194305 bytes, from 1 to 4194304" },
    { ZK_ZONE, "05000000 0b000000 01000000 00000000 61", ZP_ERR_PARSE,
      "DATA: not its stream" },
    { ZK_HOST, "05000000 0b000000 01000000 01000000 61", ZP_ERR_PARSE,
      "DATA: not its stream" },
    { ZK_ZONE, "05000000 0b000000 01000000 03000000 61", ZP_ERR_PARSE,
      "DATA: not understood" },
    { ZK_ZONE, "05000000 0b000000 01000000 01010000 61", ZP_ERR_PARSE,
      "DATA: not understood" },
    { ZK_ZONE, "04000000 0c000000 01000000 00000000", ZP_ERR_PARSE,
      "EOF: not its stream" },
    { ZK_ZONE, "08000000 0d000000 01000000 01000000 01000000", ZP_ERR_PARSE,
      "CREDIT: not its stream" },
    { ZK_ZONE, "08000000 0d000000 01000000 00000000 00000000", ZP_ERR_PARSE,
      "CREDIT: no such credit" },
    { ZK_ZONE, "08000000 0d000000 01000000 00000000 01000200", ZP_ERR_PARSE,
      "CREDIT: no such credit" },
    { ZK_HOST, "08000000 0e000000 01000000 00000000 00000000", ZP_ERR_PARSE,
      "SIGNAL: no such signal" },
    { ZK_HOST, "08000000 0e000000 01000000 41000000 00000000", ZP_ERR_PARSE,
      "SIGNAL: no such signal" },
    { ZK_HOST, "08000000 0e000000 01000000 09000000 02000000", ZP_ERR_PARSE,
      "SIGNAL: not understood" },
    { ZK_ZONE, "08000000 10000000 01000000 00000000 00010000", ZP_ERR_PARSE,
      "EXIT: no such exit code" },
    { ZK_ZONE, "08000000 10000000 01000000 01000000 00000000", ZP_ERR_PARSE,
      "EXIT: no such signal" },
    { ZK_ZONE, "08000000 10000000 01000000 02000000 01000000", ZP_ERR_PARSE,
      "EXIT: not understood" },
    { ZK_HOST, "05000000 08000000 02000000 00000000 61", ZP_ERR_PARSE,
      "EXEC: no container" },
};

/* Hexadecimal digits to bytes; how many. */
static size_t unhex(const char *text, uint8_t *buf)
{
    size_t len = 0;
    unsigned byte;
    int used;

    while (sscanf(text, " %2x%n", &byte, &used) == 1) {
        buf[len++] = (uint8_t)byte;
        text += used;
    }
    return len;
}

START_TEST(refuses)
{
    uint8_t buf[2 * ZK_SMALL_FRAME];
    const uint8_t *at = buf;
    size_t len = put_hello(refused[_i].from, buf);
    struct zk_frame got = { .type = ZK_HELLO };
    struct zk_parser p;

    len += unhex(refused[_i].bytes, buf + len);
    zk_parser_init(&p, refused[_i].from);
    ck_assert_int_eq(zk_parser_next(&p, &at, &len, &got, NULL), 1);
    got.type = ZK_DELETE;
    ck_fails(zk_parser_next(&p, &at, &len, &got, &err), refused[_i].code,
             "link", refused[_i].msg);
    ck_assert_int_eq(got.type, ZK_DELETE);
    ck_fails(zk_parser_next(&p, &at, &len, &got, &err), ZP_ERR_PARSE, "link",
             "the link has failed");
    zk_parser_clear(&p);
}
END_TEST

START_TEST(greets_first)
{
    static const char *const bad[][2] = {
        { "00000000 14000000 00000000", "NETWORK_SET before HELLO" },
        { "08000000 01000000 00000000 0000000001000000",
          "HELLO: not understood" },
        { "08000000 01000000 00000000 5a4c4e4b01000100",
          "HELLO: not understood" },
        { "08000000 01000000 00000000 5a4c4e4b00000000", "HELLO: version 0" },
    };
    uint8_t buf[ZK_SMALL_FRAME];
    struct zk_frame got;
    struct zk_parser p;
    size_t i, len;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const uint8_t *at = buf;

        len = unhex(bad[i][0], buf);
        zk_parser_init(&p, ZK_ZONE);
        ck_fails(zk_parser_next(&p, &at, &len, &got, &err), ZP_ERR_PARSE,
                 "link", bad[i][1]);
        zk_parser_clear(&p);
    }
}
END_TEST

START_TEST(writes_no_fault)
{
    static const struct {
        enum zk_side from;
        struct zk_frame frame;
    } bad[] = {
        { ZK_HOST, { .type = 0 } },
        { ZK_HOST, { .type = ZK_NR_FRAME_TYPES } },
        { ZK_ZONE, { .type = ZK_SHUTDOWN } },
        { ZK_HOST, { .type = ZK_SHUTDOWN, .session = 1 } },
        { ZK_HOST, { .type = ZK_START } },
        { ZK_HOST, { .type = ZK_CREATE, .session = 1 } },
        { ZK_HOST, { .type = ZK_START, .session = 1, .body = some_body,
                     .body_len = 1 } },
        { ZK_ZONE, { .type = ZK_DATA, .session = 1, .u.stream = ZK_STDOUT,
                     .body = some_body, .body_len = ZK_MAX_DATA + 1 } },
        { ZK_ZONE, { .type = ZK_DATA, .session = 1, .u.stream = ZK_STDIN,
                     .body = some_body, .body_len = 1 } },
        { ZK_HOST, { .type = ZK_SIGNAL, .session = 1,
                     .u.signal = { 65, false } } },
    };
    uint8_t buf[ZK_SMALL_FRAME];
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_uint_eq(zk_frame_put(&bad[i].frame, bad[i].from, buf), 0);
}
END_TEST

/* Any cut of any stream gives the same frames. */
START_TEST(cut_anywhere)
{
    static uint8_t stream[64 * (ZK_SMALL_FRAME + ZK_MAX_DATA)];
    static uint8_t body[ZK_MAX_DATA];
    struct zk_frame sent[64], got;
    size_t len, left, piece;
    const uint8_t *at = stream;
    uint32_t nr = 0, seen = 0, i;
    struct zk_parser p;
    struct gen g;
    int rc;

    gen_seed(&g, (uint64_t)_i + 1);
    for (i = 0; i < sizeof(body); i++)
        body[i] = (uint8_t)gen_next(&g);
    len = put_hello(ZK_ZONE, stream);
    sent[nr++] = (struct zk_frame){ .type = ZK_HELLO, .u.version = 1 };
    while (nr < 64) {
        uint32_t pick = gen_below(&g, NR_GOOD);

        if (good[pick].from != ZK_ZONE || good[pick].frame.type == ZK_HELLO)
            continue;
        sent[nr] = good[pick].frame;
        if (sent[nr].type == ZK_DATA) {
            sent[nr].body = body;
            sent[nr].body_len = 1 + gen_below(&g, gen_chance(&g, 20)
                                                      ? ZK_MAX_DATA : 50);
        }
        len += put(&sent[nr++], ZK_ZONE, stream + len);
    }
    zk_parser_init(&p, ZK_ZONE);
    while (len) {
        left = piece = 1 + gen_below(&g, len > 3000 ? 3000 : (uint32_t)len);
        do {
            rc = zk_parser_next(&p, &at, &left, &got, NULL);
            ck_assert_int_ge(rc, 0);
            if (rc)
                same(&got, &sent[seen++], ZK_ZONE);
        } while (rc);
        ck_assert_uint_eq(left, 0);
        len -= piece;
    }
    ck_assert_uint_eq(seen, nr);
    zk_parser_clear(&p);
}
END_TEST

/* 4 MiB are said to come, and do not. */
START_TEST(room_follows_bytes)
{
    uint8_t buf[2 * ZK_SMALL_FRAME], piece[5000] = { 0 };
    const uint8_t *at = buf;
    size_t len = put_hello(ZK_HOST, buf), i;
    struct zk_frame got;
    struct zk_parser p;

    len += unhex("00004000 06000000 01000000", buf + len);
    zk_parser_init(&p, ZK_HOST);
    ck_assert_int_eq(zk_parser_next(&p, &at, &len, &got, NULL), 1);
    ck_assert_int_eq(zk_parser_next(&p, &at, &len, &got, NULL), 0);
    for (i = 1; i <= 20; i++) {
        at = piece;
        len = sizeof(piece);
        ck_assert_int_eq(zk_parser_next(&p, &at, &len, &got, NULL), 0);
        ck_assert_uint_le(p.room, 2 * i * sizeof(piece) + 4096);
    }
    zk_parser_clear(&p);
}
END_TEST

START_TEST(reasons_are_clean)
{
    struct zk_frame frame = { .type = ZK_ERROR, .session = 1,
                              .body = (const uint8_t *)"a\n\033[1m\xff b",
                              .body_len = 9 };
    char text[ZK_MAX_REASON + 1];

    zk_frame_reason(&frame, text);
    ck_assert_str_eq(text, "a??[1m? b");
    ck_assert_str_eq(zk_frame_name(ZK_EXIT), "EXIT");
    ck_assert_str_eq(zk_frame_name((enum zk_frame_type)2), "unknown");
    ck_assert_str_eq(zk_frame_name(ZK_NR_FRAME_TYPES), "unknown");
}
END_TEST

START_TEST(no_memory)
{
    uint8_t buf[2 * ZK_SMALL_FRAME];
    const uint8_t *at = buf;
    size_t len = put_hello(ZK_ZONE, buf);
    struct zk_frame got;
    struct zk_parser p;

    zk_parser_init(&p, ZK_ZONE);
    oom_arm(0);
    ck_assert_int_eq(zk_parser_next(&p, &at, &len, &got, NULL),
                     ZP_ERR_NOMEM);
    ck_assert(oom_disarm());
    zk_parser_clear(&p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("frames");
    TCase *tc = tcase_create("frames");

    tcase_add_loop_test(tc, there_and_back, 0, NR_GOOD);
    tcase_add_loop_test(tc, refuses, 0,
                        (int)(sizeof(refused) / sizeof(refused[0])));
    tcase_add_test(tc, greets_first);
    tcase_add_test(tc, writes_no_fault);
    tcase_add_loop_test(tc, cut_anywhere, 0, 200);
    tcase_add_test(tc, room_follows_bytes);
    tcase_add_test(tc, reasons_are_clean);
    tcase_add_test(tc, no_memory);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
