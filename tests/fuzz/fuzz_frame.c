/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stream of the link: the first byte says who sends, the second in pieces
 * of how many bytes. In pieces and whole it is the same frames, each of them
 * is written as it was read, and memory follows what has come.
 */
#include "../../kube-annotations/frame.h"
#include "fuzz.h"

struct sum {
    uint64_t bytes;              /* a hash */
    uint32_t nr;
    int rc;
};

static void add(struct sum *sum, const void *data, size_t len)
{
    const uint8_t *at = data;
    size_t i;

    for (i = 0; i < len; i++)
        sum->bytes = (sum->bytes ^ at[i]) * 0x100000001b3;
}

static void check_frame(const struct zk_frame *frame, enum zk_side from,
                        struct sum *sum)
{
    uint8_t buf[ZK_SMALL_FRAME];
    char text[ZK_MAX_REASON + 1];
    size_t len = zk_frame_put(frame, from, buf);

    PROMISE(len >= ZK_FRAME_HEADER && len <= ZK_SMALL_FRAME);
    PROMISE(!frame->body_len == !frame->body);
    add(sum, buf, len);
    add(sum, frame->body, frame->body_len);
    sum->nr++;
    if (frame->body && (frame->type == ZK_ERROR ||
                        frame->type == ZK_NETWORK_SET ||
                        frame->type == ZK_REFRESHED)) {
        zk_frame_reason(frame, text);
        PROMISE(*text && !strpbrk(text, "\n\r\033"));
    }
}

static struct sum run(const uint8_t *data, size_t size, enum zk_side from,
                      size_t piece)
{
    struct sum sum = { 0xcbf29ce484222325, 0, 0 };
    struct zk_parser p;
    struct zk_frame frame;
    struct zp_error err;
    size_t came = 0, len;

    zk_parser_init(&p, from);
    while (sum.rc >= 0 && came < size) {
        len = size - came < piece ? size - came : piece;
        came += len;
        do {
            sum.rc = zk_parser_next(&p, &data, &len, &frame, &err);
            PROMISE(p.room <= 2 * came + 4096);
            if (sum.rc > 0)
                check_frame(&frame, from, &sum);
        } while (sum.rc > 0);
        if (sum.rc < 0)
            check_refusal(sum.rc, &err);
        else
            PROMISE(!len);
    }
    zk_parser_clear(&p);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum zk_side from;
    struct sum whole, pieces;

    if (size < 2)
        return 0;
    from = data[0] & 1 ? ZK_ZONE : ZK_HOST;
    whole = run(data + 2, size - 2, from, size);
    pieces = run(data + 2, size - 2, from, 1 + data[1]);
    PROMISE(whole.bytes == pieces.bytes && whole.nr == pieces.nr &&
            whole.rc == pieces.rc);
    return 0;
}
