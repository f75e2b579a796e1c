/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of kubelet's device plugin API: bytes by hand, each fault. */
#include "../../kube-annotations/device/wire.h"
#include "../golden/oom.h"
#include "core.h"

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static const struct {
    const char *name;
    const uint8_t *buf;
    size_t len;
    int code;
    const char *part;            /* of the message */
} bad[] = {
    { "cut in a key", BYTES("\x8a"), ZP_ERR_PARSE, "cut off" },
    { "cut before the length", BYTES("\x0a"), ZP_ERR_PARSE, "cut off" },
    { "cut in a container", BYTES("\x0a\x03\x0a"), ZP_ERR_PARSE, "cut off" },
    { "cut in an id", BYTES("\x0a\x03\x0a\x02x"), ZP_ERR_PARSE, "cut off" },
    { "a length beyond all", BYTES("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff"
                                   "\x01"), ZP_ERR_PARSE, "cut off" },
    { "a number of 11 bytes", BYTES("\x10\x80\x80\x80\x80\x80\x80\x80\x80\x80"
                                    "\x80\x01"), ZP_ERR_PARSE, "too long" },
    { "field 0", BYTES("\x02\x00"), ZP_ERR_PARSE, "no number" },
    { "field 2^29", BYTES("\x80\x80\x80\x80\x10\x00"), ZP_ERR_PARSE,
      "no number" },
    { "a group", BYTES("\x0b"), ZP_ERR_PARSE, "no known kind" },
    { "kind 7", BYTES("\x0f"), ZP_ERR_PARSE, "no known kind" },
    { "a container that is a number", BYTES("\x08\x01"), ZP_ERR_PARSE,
      "another kind" },
    { "an id that is a number", BYTES("\x0a\x02\x08\x01"), ZP_ERR_PARSE,
      "another kind" },
    { "an id of 64 bytes", BYTES("\x0a\x42\x0a\x40"
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
      ZP_ERR_RANGE, "64 bytes, limit 63" },
};

START_TEST(faults)
{
    struct zk_device_request request, before;
    struct zp_error err;

    memset(&request, 0x5a, sizeof(request));
    before = request;
    ck_assert_msg(zk_device_read(ZK_ALLOCATE, bad[_i].buf, bad[_i].len,
                                 &request, &err) == bad[_i].code,
                  "%s: not refused", bad[_i].name);
    ck_assert_msg(strstr(err.msg, bad[_i].part), "%s: %s", bad[_i].name,
                  err.msg);
    ck_assert_mem_eq(&request, &before, sizeof(request));
}
END_TEST

START_TEST(allocate)
{
    /* {ids: "a" "", unknown fields of all kinds} {} */
    static const char message[] = "\x0a\x18" "\x0a\x01" "a" "\x0a\x00"
        "\x10\x05" "\x19" "12345678" "\x25" "1234" "\x2a\x01z" "\x0a\x00"
        "\x50\x01";
    struct zk_device_request q;

    ck_assert_int_eq(zk_device_read(ZK_ALLOCATE, BYTES(message), &q, NULL),
                     ZP_OK);
    ck_assert_uint_eq(q.nr_containers, 2);
    ck_assert_uint_eq(q.container[0].nr, 2);
    ck_assert_uint_eq(q.container[1].first, 2);
    ck_assert_uint_eq(q.container[1].nr, 0);
    ck_assert_uint_eq(q.id[0].len, 1);
    ck_assert_int_eq(q.id[0].text[0], 'a');
    ck_assert_uint_eq(q.id[1].len, 0);
    zk_device_request_clear(&q);
    ck_assert_int_eq(zk_device_read(ZK_ALLOCATE, NULL, 0, &q, NULL), ZP_OK);
    ck_assert_uint_eq(q.nr_containers, 0);
}
END_TEST

START_TEST(preferred)
{
    static const char message[] = "\x0a\x0d" "\x0a\x01" "a" "\x12\x01" "b"
        "\x0a\x01" "c" "\x18\x80\x80\x04";
    struct zk_device_request q;

    ck_assert_int_eq(zk_device_read(ZK_PREFERRED, BYTES(message) - 1, &q,
                                    NULL), ZP_ERR_PARSE);
    ck_assert_int_eq(zk_device_read(ZK_PREFERRED, BYTES(message), &q, NULL),
                     ZP_OK);
    ck_assert_uint_eq(q.nr_ids, 3);
    ck_assert(!q.id[0].must && q.id[1].must && !q.id[2].must);
    ck_assert_int_eq(q.container[0].size, 65536);
    zk_device_request_clear(&q);
    /* int32: -1 has ten bytes */
    ck_assert_int_eq(zk_device_read(ZK_PREFERRED, BYTES("\x0a\x0b\x18\xff\xff"
        "\xff\xff\xff\xff\xff\xff\xff\x01"), &q, NULL), ZP_OK);
    ck_assert_int_eq(q.container[0].size, -1);
    zk_device_request_clear(&q);
}
END_TEST

START_TEST(pre_start)
{
    struct zk_device_request q;

    ck_assert_int_eq(zk_device_read(ZK_PRE_START, BYTES("\x0a\x01" "a"), &q,
                                    NULL), ZP_OK);
    ck_assert_uint_eq(q.nr_containers, 1);
    ck_assert_uint_eq(q.container[0].nr, 1);
    zk_device_request_clear(&q);
}
END_TEST

/* @nr times an empty field. */
static int read_many(enum zk_device_message message, uint8_t key, size_t nr,
                     struct zp_error *err)
{
    struct zk_device_request q;
    uint8_t *buf = calloc(nr, 2);
    size_t i;
    int rc;

    ck_assert_ptr_nonnull(buf);
    for (i = 0; i < nr; i++)
        buf[2 * i] = key;
    rc = zk_device_read(message, buf, 2 * nr, &q, err);
    if (!rc)
        zk_device_request_clear(&q);
    free(buf);
    return rc;
}

START_TEST(limits)
{
    struct zp_error err;

    ck_assert_int_eq(read_many(ZK_ALLOCATE, 0x0a, ZK_MAX_REQUESTS, &err),
                     ZP_OK);
    ck_assert_int_eq(read_many(ZK_ALLOCATE, 0x0a, ZK_MAX_REQUESTS + 1, &err),
                     ZP_ERR_RANGE);
    ck_assert_str_eq(err.msg, "more than 1024 containers in one request");
    ck_assert_int_eq(read_many(ZK_PRE_START, 0x0a, ZK_MAX_DEVICES, &err),
                     ZP_OK);
    ck_assert_int_eq(read_many(ZK_PRE_START, 0x0a, ZK_MAX_DEVICES + 1, &err),
                     ZP_ERR_RANGE);
    ck_assert_str_eq(err.msg, "more than 262144 devices in one request");
}
END_TEST

static void is_written(struct zk_message *m, const char *bytes, size_t len)
{
    ck_assert(!m->failed);
    ck_assert_uint_eq(m->len, len);
    ck_assert_mem_eq(m->at, bytes, len);
    zk_message_clear(m);
    ck_assert_ptr_null(m->at);
}

START_TEST(written)
{
    struct zk_device_id id[] = { { "a", 1, false }, { "bc", 2, false } };
    struct zk_message m = { .len = 0 };

    zk_put_options(&m);
    is_written(&m, "\x10\x01", 2);
    zk_put_register(&m, "e.sock", "r/n");
    is_written(&m, "\x0a\x07v1beta1\x12\x06" "e.sock\x1a\x03r/n\x22\x02\x10"
               "\x01", 26);
    zk_put_device(&m, &(struct zk_device){ "a", ZP_UNKNOWN_ID, true });
    is_written(&m, "\x0a\x0c\x0a\x01" "a\x12\x07Healthy", 14);
    zk_put_device(&m, &(struct zk_device){ "a", 0, false });
    is_written(&m, "\x0a\x14\x0a\x01" "a\x12\x09Unhealthy\x1a\x04\x0a\x02\x08"
               "\0", 22);
    zk_put_device(&m, &(struct zk_device){ "a", 300, true });
    is_written(&m, "\x0a\x13\x0a\x01" "a\x12\x07Healthy\x1a\x05\x0a\x03\x08"
               "\xac\x02", 21);
    zk_put_container(&m, NULL, 0);
    zk_put_container(&m, id, 2);
    is_written(&m, "\x0a\x00\x0a\x07\x0a\x01" "a\x0a\x02" "bc", 11);
}
END_TEST

static int write_and_read(struct zp_error *err)
{
    static const struct zk_device_id id = { "some-device", 11, false };
    struct zk_device_request q;
    struct zk_message m = { .len = 0 };
    int rc = ZP_OK, i;

    for (i = 0; i < 100; i++)
        zk_put_container(&m, &id, 1);
    zk_put_register(&m, "endpoint", "resource");
    if (m.failed)
        rc = ZP_ERR_NOMEM;
    zk_message_clear(&m);
    for (i = 0; !rc && i < 100; i++)
        zk_put_container(&m, &id, 1);
    if (!rc && m.failed)
        rc = ZP_ERR_NOMEM;
    if (!rc)
        rc = zk_device_read(ZK_ALLOCATE, m.at, m.len, &q, err);
    if (!rc)
        zk_device_request_clear(&q);
    zk_message_clear(&m);
    return rc;
}

START_TEST(no_memory)
{
    struct zp_error err;
    bool failed;
    long nth;
    int rc;

    for (nth = 0; nth < 1000; nth++) {
        oom_arm(nth);
        rc = write_and_read(&err);
        failed = oom_disarm();
        ck_assert_int_eq(rc, failed ? ZP_ERR_NOMEM : ZP_OK);
        if (!failed)
            break;
    }
    ck_assert_int_gt(nth, 5);
    ck_assert_int_lt(nth, 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("device plugin messages");
    TCase *tc = tcase_create("messages");

    tcase_add_loop_test(tc, faults, 0, (int)(sizeof(bad) / sizeof(bad[0])));
    tcase_add_test(tc, allocate);
    tcase_add_test(tc, preferred);
    tcase_add_test(tc, pre_start);
    tcase_add_test(tc, limits);
    tcase_add_test(tc, written);
    tcase_add_test(tc, no_memory);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
