/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The frames between a zone and its host: docs/LINK.md. Pure: no I/O, no
 * globals, no clock. What comes from a zone is hostile: nothing of a frame is
 * believed, and no memory is taken for what has not come, before all that can
 * be checked has been.
 */
#ifndef ZK_FRAME_H
#define ZK_FRAME_H

#include "net.h"

enum {
    ZK_LINK_VERSION = 5,
    ZK_FRAME_HEADER = 12,
    /* Of data; specs and volumes are longer, and only the host sends them. */
    ZK_MAX_DATA = 32 << 10,
    ZK_MAX_SPEC = 4 << 20,
    ZK_MAX_REASON = 500,         /* bytes of an error's text */
    /* Data of a stream that may be under way before any credit is given. */
    ZK_WINDOW = 128 << 10,
    /* The longest frame up to its body. */
    ZK_SMALL_FRAME = ZK_FRAME_HEADER + 8,
};

/* Who sends. */
enum zk_side { ZK_HOST, ZK_ZONE };

/*
 * Frames with session 0 are the link's own. A session is a container, with
 * its first process, or a further process in one. Numbers that are left out
 * were those of earlier versions.
 */
enum zk_frame_type {
    ZK_HELLO = 1,                /* both, first of all */
    ZK_SHUTDOWN = 4,             /* host: the zone is to end */
    ZK_CREATE = 6,               /* host: a container; session is its own */
    ZK_CREATED,
    ZK_EXEC,                     /* host: a process in a container */
    ZK_START,                    /* host: what was created runs */
    ZK_STARTED,
    ZK_DATA,                     /* of stdin: host; of the others: zone */
    ZK_EOF,
    ZK_CREDIT,                   /* who reads a stream may get more of it */
    ZK_SIGNAL,                   /* host */
    ZK_WINSIZE,                  /* host */
    ZK_EXIT,                     /* zone: after the last data of a session */
    ZK_ERROR,                    /* zone: a session failed and is over */
    ZK_DELETE,                   /* host: a container's rest may go */
    ZK_NETWORK,                  /* host: what the zone's interface is to be */
    ZK_NETWORK_SET,              /* zone: it is, or why not */
    ZK_REFRESH,                  /* host: what a volume holds by now */
    ZK_REFRESHED,                /* zone: the container has it, or why not */
    ZK_NR_FRAME_TYPES
};

enum zk_stream { ZK_STDIN, ZK_STDOUT, ZK_STDERR, ZK_NR_STREAMS };

struct zk_frame {
    enum zk_frame_type type;
    uint32_t session;
    union {
        uint16_t version;        /* HELLO */
        uint32_t container;      /* EXEC: its session */
        uint32_t pid;            /* STARTED: in the zone, for people */
        uint32_t mount;          /* REFRESH, REFRESHED: position in the spec */
        struct {                 /* CREDIT */
            enum zk_stream stream;
            uint32_t bytes;
        } credit;
        enum zk_stream stream;   /* DATA, EOF */
        struct {                 /* SIGNAL */
            uint32_t number;     /* 1 to 64 */
            bool all;            /* every process of the container */
        } signal;
        struct {                 /* WINSIZE */
            uint16_t rows, columns;
        } winsize;
        struct {                 /* EXIT */
            bool signalled;
            uint32_t value;      /* exit code, 0 to 255, or signal */
        } exit;
    } u;
    /*
     * DATA: the bytes; CREATE, EXEC: the spec (spec.h); REFRESH: a volume
     * (spec.h); NETWORK: net.h; ERROR, and NETWORK_SET and REFRESHED, where it
     * has failed: the reason, which is no string: zk_frame_reason(). Else NULL.
     */
    const uint8_t *body;
    uint32_t body_len;
};

/* ---- reading ----------------------------------------------------------- */

struct zk_parser {
    enum zk_side from;           /* who sends what is read */
    bool greeted;                /* its HELLO has come */
    bool broken;
    uint8_t header[ZK_FRAME_HEADER];
    uint32_t nr_header;
    uint8_t *payload;
    uint32_t room, nr_payload;
};

void zk_parser_init(struct zk_parser *p, enum zk_side from);
void zk_parser_clear(struct zk_parser *p);

/*
 * Takes from *data as much as the next frame needs and moves both on. 1:
 * *frame_out is a frame, whose body is the parser's until the next call. 0:
 * all was taken, more is needed. PARSE, RANGE, NOMEM: it can't go on from
 * there, and later calls fail, too.
 */
int zk_parser_next(struct zk_parser *p, const uint8_t **data, size_t *len,
                   struct zk_frame *frame_out, struct zp_error *err);

/* The text of an ERROR, printable and cut to fit. */
void zk_frame_reason(const struct zk_frame *frame,
                     char text_out[ZK_MAX_REASON + 1]);

/* ---- writing ----------------------------------------------------------- */

/*
 * Bytes of @frame up to its body, which follow as they are; at most
 * ZK_SMALL_FRAME. 0: this is no frame that @from could send.
 */
size_t zk_frame_put(const struct zk_frame *frame, enum zk_side from,
                    uint8_t buf[ZK_SMALL_FRAME]);

/* "SIGNAL"; for messages. */
const char *zk_frame_name(enum zk_frame_type type);

#endif
