/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frame.h"

#include <string.h>

#include "internal.h"

/*
 * A frame: its payload's length (4 bytes), its type (1), zeros (3), its
 * session (4), the payload. All numbers are little-endian. A payload is fixed
 * numbers of the type, then the body.
 */
enum { BY_HOST = 1 << ZK_HOST, BY_ZONE = 1 << ZK_ZONE,
       BY_BOTH = BY_HOST | BY_ZONE };

static const struct {
    const char *name;            /* NULL: there is no such type */
    unsigned by;
    bool of_link;                /* session 0; else never 0 */
    uint32_t fixed;              /* bytes before the body */
    uint32_t least, most;        /* of the body */
} types[ZK_NR_FRAME_TYPES] = {
    [ZK_HELLO] = { "HELLO", BY_BOTH, true, 8, 0, 0 },
    [ZK_SHUTDOWN] = { "SHUTDOWN", BY_HOST, true, 0, 0, 0 },
    [ZK_CREATE] = { "CREATE", BY_HOST, false, 0, 1, ZK_MAX_SPEC },
    [ZK_CREATED] = { "CREATED", BY_ZONE, false, 0, 0, 0 },
    [ZK_EXEC] = { "EXEC", BY_HOST, false, 4, 1, ZK_MAX_SPEC },
    [ZK_START] = { "START", BY_HOST, false, 0, 0, 0 },
    [ZK_STARTED] = { "STARTED", BY_ZONE, false, 4, 0, 0 },
    [ZK_DATA] = { "DATA", BY_BOTH, false, 4, 1, ZK_MAX_DATA },
    [ZK_EOF] = { "EOF", BY_BOTH, false, 4, 0, 0 },
    [ZK_CREDIT] = { "CREDIT", BY_BOTH, false, 8, 0, 0 },
    [ZK_SIGNAL] = { "SIGNAL", BY_HOST, false, 8, 0, 0 },
    [ZK_WINSIZE] = { "WINSIZE", BY_HOST, false, 4, 0, 0 },
    [ZK_EXIT] = { "EXIT", BY_ZONE, false, 8, 0, 0 },
    [ZK_ERROR] = { "ERROR", BY_ZONE, false, 0, 1, ZK_MAX_REASON },
    [ZK_DELETE] = { "DELETE", BY_HOST, false, 0, 0, 0 },
    [ZK_NETWORK] = { "NETWORK", BY_HOST, true, 0, 1, ZK_MAX_NET },
    [ZK_NETWORK_SET] = { "NETWORK_SET", BY_ZONE, true, 0, 0, ZK_MAX_REASON },
    [ZK_REFRESH] = { "REFRESH", BY_HOST, false, 4, 1, ZK_MAX_SPEC },
    [ZK_REFRESHED] = { "REFRESHED", BY_ZONE, false, 4, 0, ZK_MAX_REASON },
};

/* "ZLNK" as a number of the link. */
#define MAGIC 0x4b4e4c5au

enum { FIRST_ROOM = 4096, MAX_SIGNAL = 64 };

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const uint8_t *at)
{
    return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, (uint16_t)value);
    put16(at + 2, (uint16_t)(value >> 16));
}

const char *zk_frame_name(enum zk_frame_type type)
{
    return (unsigned)type < ZK_NR_FRAME_TYPES && types[type].name
               ? types[type].name
               : "unknown";
}

/* Who may send what is of a stream: data one side, its credit the other. */
static bool stream_fits(const struct zk_frame *frame, enum zk_side from)
{
    enum zk_stream stream = frame->type == ZK_CREDIT ? frame->u.credit.stream
                                                     : frame->u.stream;
    enum zk_side writer = stream == ZK_STDIN ? ZK_HOST : ZK_ZONE;

    return stream < ZK_NR_STREAMS &&
           (frame->type == ZK_CREDIT ? writer != from : writer == from);
}

/* What can be wrong with the numbers of a frame; NULL: nothing. */
static const char *fault_of(const struct zk_frame *frame, enum zk_side from)
{
    switch (frame->type) {
    case ZK_HELLO:
        return frame->u.version ? NULL : "version 0";
    case ZK_EXEC:
        return frame->u.container ? NULL : "no container";
    case ZK_CREDIT:
        if (!frame->u.credit.bytes || frame->u.credit.bytes > ZK_WINDOW)
            return "no such credit";
        return stream_fits(frame, from) ? NULL : "not its stream";
    case ZK_DATA:
    case ZK_EOF:
        return stream_fits(frame, from) ? NULL : "not its stream";
    case ZK_SIGNAL:
        return frame->u.signal.number && frame->u.signal.number <= MAX_SIGNAL
                   ? NULL
                   : "no such signal";
    case ZK_EXIT:
        if (frame->u.exit.signalled)
            return frame->u.exit.value && frame->u.exit.value <= MAX_SIGNAL
                       ? NULL
                       : "no such signal";
        return frame->u.exit.value <= 255 ? NULL : "no such exit code";
    case ZK_SHUTDOWN:
    case ZK_CREATE:
    case ZK_CREATED:
    case ZK_START:
    case ZK_STARTED:
    case ZK_WINSIZE:
    case ZK_ERROR:
    case ZK_DELETE:
    case ZK_NETWORK:
    case ZK_NETWORK_SET:
    case ZK_REFRESH:
    case ZK_REFRESHED:
    case ZK_NR_FRAME_TYPES:
        break;
    }
    return NULL;
}

/* ---- reading ---- */

void zk_parser_init(struct zk_parser *p, enum zk_side from)
{
    memset(p, 0, sizeof(*p));
    p->from = from;
}

void zk_parser_clear(struct zk_parser *p)
{
    free(p->payload);
    memset(p, 0, sizeof(*p));
    p->broken = true;
}

/* The header is whole: what can be told from it? */
static int check_header(const struct zk_parser *p, struct zp_error *err)
{
    uint32_t len = get32(p->header), session = get32(p->header + 8);
    unsigned type = p->header[4];
    const char *name;

    if (p->header[5] || p->header[6] || p->header[7])
        return zp__fail(err, ZP_ERR_PARSE, "link", "a frame's header has "
                        "bytes that are to be 0");
    if (type >= ZK_NR_FRAME_TYPES || !types[type].name)
        return zp__fail(err, ZP_ERR_PARSE, "link", "frame type %u is none",
                        type);
    name = types[type].name;
    if (!(types[type].by & 1u << p->from))
        return zp__fail(err, ZP_ERR_PARSE, "link", "%s: not the %s's to send",
                        name, p->from == ZK_HOST ? "host" : "zone");
    if (!p->greeted && type != ZK_HELLO)
        return zp__fail(err, ZP_ERR_PARSE, "link", "%s before HELLO", name);
    if (p->greeted && type == ZK_HELLO)
        return zp__fail(err, ZP_ERR_PARSE, "link", "a second HELLO");
    if (types[type].of_link != !session)
        return zp__fail(err, ZP_ERR_PARSE, "link", "%s of session %u", name,
                        session);
    if (len < types[type].fixed + types[type].least ||
        len > types[type].fixed + types[type].most)
        return zp__fail(err, ZP_ERR_RANGE, "link", "%s of %u bytes, from %u "
                        "to %u", name, len,
                        types[type].fixed + types[type].least,
                        types[type].fixed + types[type].most);
    return ZP_OK;
}

/* Moves up to @want bytes. */
static uint32_t take(uint8_t *to, const uint8_t **data, size_t *len,
                     uint32_t want)
{
    uint32_t nr = *len < want ? (uint32_t)*len : want;

    if (nr)
        memcpy(to, *data, nr);
    *data += nr;
    *len -= nr;
    return nr;
}

/* Room follows what has come, never what is said to come. */
static int grow(struct zk_parser *p, uint32_t len, struct zp_error *err)
{
    uint32_t room = p->room ? 2 * p->room : FIRST_ROOM;
    uint8_t *payload;

    if (p->nr_payload < p->room || p->nr_payload == len)
        return ZP_OK;
    payload = realloc(p->payload, room);
    if (!payload)
        return zp__nomem(err);
    p->payload = payload;
    p->room = room;
    return ZP_OK;
}

static int take_payload(struct zk_parser *p, const uint8_t **data,
                        size_t *len, struct zp_error *err)
{
    uint32_t whole = get32(p->header), most;
    int rc;

    do {
        rc = grow(p, whole, err);
        if (rc)
            return rc;
        most = (p->room < whole ? p->room : whole) - p->nr_payload;
        if (most)
            p->nr_payload += take(p->payload + p->nr_payload, data, len, most);
    } while (*len && p->nr_payload < whole);
    return ZP_OK;
}

/* A flag is 0 or 1, a word's rest is 0: what is not said stays free. */
static bool read_numbers(const uint8_t *at, struct zk_frame *frame)
{
    switch (frame->type) {
    case ZK_HELLO:
        frame->u.version = get16(at + 4);
        return get32(at) == MAGIC && !get16(at + 6);
    case ZK_EXEC:
        frame->u.container = get32(at);
        return true;
    case ZK_STARTED:
        frame->u.pid = get32(at);
        return true;
    case ZK_REFRESH:
    case ZK_REFRESHED:
        frame->u.mount = get32(at);
        return true;
    case ZK_DATA:
    case ZK_EOF:
        frame->u.stream = at[0];
        return get32(at) < ZK_NR_STREAMS;
    case ZK_CREDIT:
        frame->u.credit.stream = at[0];
        frame->u.credit.bytes = get32(at + 4);
        return get32(at) < ZK_NR_STREAMS;
    case ZK_SIGNAL:
        frame->u.signal.number = get32(at);
        frame->u.signal.all = at[4];
        return get32(at + 4) <= 1;
    case ZK_WINSIZE:
        frame->u.winsize.rows = get16(at);
        frame->u.winsize.columns = get16(at + 2);
        return true;
    case ZK_EXIT:
        frame->u.exit.signalled = at[0];
        frame->u.exit.value = get32(at + 4);
        return get32(at) <= 1;
    case ZK_SHUTDOWN:
    case ZK_CREATE:
    case ZK_CREATED:
    case ZK_START:
    case ZK_ERROR:
    case ZK_DELETE:
    case ZK_NETWORK:
    case ZK_NETWORK_SET:
    case ZK_NR_FRAME_TYPES:
        break;
    }
    return true;
}

static int finish(struct zk_parser *p, struct zk_frame *frame_out,
                  struct zp_error *err)
{
    struct zk_frame frame = { .type = p->header[4],
                              .session = get32(p->header + 8) };
    uint32_t fixed = types[frame.type].fixed;
    const char *fault = NULL;

    if (fixed && !read_numbers(p->payload, &frame))
        fault = "not understood";
    if (!fault)
        fault = fault_of(&frame, p->from);
    if (fault)
        return zp__fail(err, ZP_ERR_PARSE, "link", "%s: %s",
                        types[frame.type].name, fault);
    if (p->nr_payload > fixed && types[frame.type].most) {
        frame.body = p->payload + fixed;
        frame.body_len = p->nr_payload - fixed;
    }
    p->greeted = true;
    p->nr_header = 0;
    p->nr_payload = 0;
    *frame_out = frame;
    return 1;
}

static int next(struct zk_parser *p, const uint8_t **data, size_t *len,
                struct zk_frame *frame_out, struct zp_error *err)
{
    int rc;

    if (p->nr_header < ZK_FRAME_HEADER) {
        p->nr_header += take(p->header + p->nr_header, data, len,
                             ZK_FRAME_HEADER - p->nr_header);
        if (p->nr_header < ZK_FRAME_HEADER)
            return 0;
        rc = check_header(p, err);
        if (rc)
            return rc;
        /* A long spec's room is not kept for what follows. */
        if (p->room > ZK_MAX_DATA * 2) {
            free(p->payload);
            p->payload = NULL;
            p->room = 0;
        }
    }
    rc = take_payload(p, data, len, err);
    if (rc)
        return rc;
    return p->nr_payload == get32(p->header) ? finish(p, frame_out, err) : 0;
}

int zk_parser_next(struct zk_parser *p, const uint8_t **data, size_t *len,
                   struct zk_frame *frame_out, struct zp_error *err)
{
    int rc;

    if (p->broken)
        return zp__fail(err, ZP_ERR_PARSE, "link", "the link has failed");
    rc = next(p, data, len, frame_out, err);
    p->broken = rc < 0;
    return rc;
}

void zk_frame_reason(const struct zk_frame *frame,
                     char text_out[ZK_MAX_REASON + 1])
{
    uint32_t i, nr = 0;

    for (i = 0; i < frame->body_len && nr < ZK_MAX_REASON; i++) {
        uint8_t byte = frame->body[i];

        text_out[nr++] = byte < 0x20 || byte > 0x7e ? '?' : (char)byte;
    }
    text_out[nr] = '\0';
}

/* ---- writing ---- */

static void write_numbers(uint8_t *at, const struct zk_frame *frame)
{
    switch (frame->type) {
    case ZK_HELLO:
        put32(at, MAGIC);
        put16(at + 4, frame->u.version);
        break;
    case ZK_EXEC:
        put32(at, frame->u.container);
        break;
    case ZK_STARTED:
        put32(at, frame->u.pid);
        break;
    case ZK_REFRESH:
    case ZK_REFRESHED:
        put32(at, frame->u.mount);
        break;
    case ZK_DATA:
    case ZK_EOF:
        put32(at, frame->u.stream);
        break;
    case ZK_CREDIT:
        put32(at, frame->u.credit.stream);
        put32(at + 4, frame->u.credit.bytes);
        break;
    case ZK_SIGNAL:
        put32(at, frame->u.signal.number);
        put32(at + 4, frame->u.signal.all);
        break;
    case ZK_WINSIZE:
        put16(at, frame->u.winsize.rows);
        put16(at + 2, frame->u.winsize.columns);
        break;
    case ZK_EXIT:
        put32(at, frame->u.exit.signalled);
        put32(at + 4, frame->u.exit.value);
        break;
    case ZK_SHUTDOWN:
    case ZK_CREATE:
    case ZK_CREATED:
    case ZK_START:
    case ZK_ERROR:
    case ZK_DELETE:
    case ZK_NETWORK:
    case ZK_NETWORK_SET:
    case ZK_NR_FRAME_TYPES:
        break;
    }
}

size_t zk_frame_put(const struct zk_frame *frame, enum zk_side from,
                    uint8_t buf[ZK_SMALL_FRAME])
{
    unsigned type = frame->type;
    uint32_t body = frame->body ? frame->body_len : 0;

    if (type >= ZK_NR_FRAME_TYPES ||
        !(types[type].by & 1u << from) ||
        types[type].of_link != !frame->session ||
        body < types[type].least || body > types[type].most ||
        fault_of(frame, from))
        return 0;
    memset(buf, 0, ZK_SMALL_FRAME);
    put32(buf, types[type].fixed + body);
    buf[4] = (uint8_t)type;
    put32(buf + 8, frame->session);
    write_numbers(buf + ZK_FRAME_HEADER, frame);
    return ZK_FRAME_HEADER + types[type].fixed;
}
