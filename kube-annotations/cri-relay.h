/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The relay of zone-cri: every call of the CRI goes on to containerd, and its
 * answer back, byte for byte. A few threads run all calls, each call a small
 * state machine (cri-call.c). Pod calls pass a gate, which may refuse them or
 * add to their request.
 */
#ifndef ZK_CRI_RELAY_H
#define ZK_CRI_RELAY_H

#include <zoneplace.h>

/* containerd's own limit, and kubelet's. */
#define ZK_CRI_MAX_MESSAGE (16 << 20)

/* Those of RuntimeService that the gate sees. */
enum zk_cri_method { ZK_RUN_POD, ZK_STOP_POD, ZK_REMOVE_POD,
                     ZK_NR_CRI_METHODS };

/* A pod call at the gate. */
struct zk_cri_visit {
    enum zk_cri_method method;
    const uint8_t *request;      /* as it came */
    size_t request_len;

    /* before() may set these: a status other than 0 is the answer, with one
     * line of text; @more, for free(), goes on behind the request. */
    int refusal;
    char text[300];
    uint8_t *more;
    size_t more_len;
    void *pod;                   /* from before() to after() */

    /* For after(): how it ended. NULL: no answer but the status. */
    int status;
    const uint8_t *response;
    size_t response_len;
};

/*
 * Both are called by the gate's threads, several at once, and may block.
 * after() follows each before() that did not refuse, whatever became of the
 * call and its client, and before the client hears of it.
 */
struct zk_cri_gate {
    void (*before)(void *arg, struct zk_cri_visit *visit);
    void (*after)(void *arg, struct zk_cri_visit *visit);
    void *arg;
};

struct zk_relay;

struct zk_relay_config {
    const char *listen;          /* path of the socket */
    const char *upstream;        /* containerd's */
    unsigned workers;            /* threads that run calls */
    const struct zk_cri_gate *gate; /* NULL: none */
};

/* Listens, but takes no call yet. EXISTS: somebody listens there. The process
 * has to have a umask of 0077. */
int zk_relay_new(const struct zk_relay_config *config,
                 struct zk_relay **relay_out, struct zp_error *err);
int zk_relay_start(struct zk_relay *relay, struct zp_error *err);
/* Ends all calls, and waits for that. */
void zk_relay_free(struct zk_relay *relay);

/*
 * A call of our own: @method of RuntimeService, of the version that containerd
 * speaks. Returns a gRPC status, 0 if *response_out (for free()) is the
 * answer. Blocks, at most @seconds.
 */
int zk_relay_ask(struct zk_relay *relay, const char *method, int seconds,
                 const uint8_t *request, size_t request_len,
                 uint8_t **response_out, size_t *len_out);

#endif
