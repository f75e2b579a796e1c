/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process for each zone. It has the link to the zone, and relays between
 * it and the monitors, which connect to its socket. A session's number is the
 * pid of its monitor; a monitor is heard about its own session alone, and so
 * is the zone. That a zone has ended shows by the keeper's end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "oci.h"

enum {
    MAX_CLIENTS = 300,
    /* A window of each output and what is small fits well below. */
    CLIENT_IS_STUCK = 1 << 20,
    ZONE_IS_FULL = 8 << 20,
    /* Of the zone's; then all others have their turn. */
    FRAMES_AT_ONCE = 256,
    FIXED_FDS = 4, GOODBYE_MS = 2000
};

struct client {
    struct zk_link link;
    uint32_t session;            /* 0: it has none yet */
    bool ended;                  /* the zone has said so */
};

struct keeper {
    const struct launcher *launcher;
    const struct conf *conf;
    struct zk_link zone;
    struct client *clients[MAX_CLIENTS];
    unsigned nr_clients;
    int signals, listens;
    bool more;                   /* the zone's frames may not be all read */
    bool network_set;            /* the zone has said so, or why not: */
    char network_fault[ZK_MAX_REASON + 1];
};

/* ---- clients ---- */

static void drop_client(struct keeper *k, unsigned i)
{
    struct client *c = k->clients[i];
    struct zk_frame frame = { .type = ZK_DELETE, .session = c->session };
    struct zp_error err;

    if (c->session && !c->ended)
        zk_link_send(&k->zone, &frame, &err);
    zk_link_close(&c->link);
    free(c);
    k->clients[i] = k->clients[--k->nr_clients];
}

static struct client *client_of(const struct keeper *k, uint32_t session)
{
    unsigned i;

    for (i = 0; i < k->nr_clients; i++) {
        if (session && k->clients[i]->session == session)
            return k->clients[i];
    }
    return NULL;
}

static void accept_client(struct keeper *k)
{
    int fd = accept4(k->listens, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct zk_transport *transport;
    struct client *c;
    struct zp_error err;

    if (fd < 0)
        return;
    c = k->nr_clients < MAX_CLIENTS ? calloc(1, sizeof(*c)) : NULL;
    if (!c) {
        close(fd);
        return;
    }
    transport = zk_transport_socket(fd);
    if (!transport || zk_link_open(&c->link, transport, ZK_ZONE, &err)) {
        free(c);
        return;
    }
    k->clients[k->nr_clients++] = c;
}

/* False: it asks for what is not its own. */
static bool relay_to_zone(struct keeper *k, struct client *c,
                          const struct zk_frame *frame)
{
    bool makes = frame->type == ZK_CREATE || frame->type == ZK_EXEC;
    struct zp_error err;

    if (frame->type == ZK_HELLO)
        return true;
    if (makes && !c->session && !client_of(k, frame->session))
        c->session = frame->session;
    else if (makes || frame->session != c->session || !c->session)
        return false;
    return c->ended || !zk_link_send(&k->zone, frame, &err);
}

/* False: it is gone, or is to go. */
static bool serve_client(struct keeper *k, struct client *c)
{
    struct zk_frame frame;
    struct zp_error err;
    int rc = 0;

    while (zk_link_queued(&k->zone) < ZONE_IS_FULL &&
           (rc = zk_link_receive(&c->link, &frame, &err)) > 0) {
        if (!relay_to_zone(k, c, &frame))
            return false;
    }
    return rc >= 0 && c->link.transport;
}

/* ---- the zone ---- */

static void take_frame(struct keeper *k, const struct zk_frame *frame)
{
    struct client *c = client_of(k, frame->session);
    struct zp_error err;

    if (frame->type == ZK_NETWORK_SET) {
        k->network_set = true;
        zk_frame_reason(frame, k->network_fault);
    }
    if (!c || c->ended)
        return;
    /* Of who does not get all of it no more is kept. */
    if (zk_link_send(&c->link, frame, &err) ||
        zk_link_queued(&c->link) > CLIENT_IS_STUCK)
        zk_link_close(&c->link);
    else
        c->ended = frame->type == ZK_EXIT || frame->type == ZK_ERROR;
}

/* False: the zone is gone, or sent what is no frame. */
static bool serve_zone(struct keeper *k)
{
    struct zk_frame frame;
    struct zp_error err;
    int rc = 1, i;

    for (i = 0; i < FRAMES_AT_ONCE && rc > 0; i++) {
        rc = zk_link_receive(&k->zone, &frame, &err);
        if (rc > 0)
            take_frame(k, &frame);
    }
    k->more = rc > 0;
    if (rc < 0)
        fprintf(stderr, "zone-oci: keeper: %s\n", err.msg);
    return rc >= 0;
}

/* ---- the loop ---- */

static bool wait_and_relay(struct keeper *k, int timeout_ms)
{
    struct pollfd fds[FIXED_FDS + MAX_CLIENTS];
    unsigned i, nr = k->nr_clients;
    bool lives;

    fds[0] = (struct pollfd){ k->signals, POLLIN, 0 };
    fds[1] = (struct pollfd){ k->listens, POLLIN, 0 };
    fds[2] = (struct pollfd){ k->launcher->watch(), POLLIN, 0 };
    fds[3] = (struct pollfd){ zk_link_fd(&k->zone),
                              zk_link_events(&k->zone), 0 };
    for (i = 0; i < nr; i++) {
        short events = zk_link_events(&k->clients[i]->link);

        if (zk_link_queued(&k->zone) >= ZONE_IS_FULL)
            events &= ~POLLIN;
        fds[FIXED_FDS + i] = (struct pollfd){
            zk_link_fd(&k->clients[i]->link), events, 0 };
    }
    if (poll(fds, FIXED_FDS + nr, k->more ? 0 : timeout_ms) < 0)
        return errno == EINTR;
    zk_link_polled(&k->zone, fds[3].revents);
    lives = serve_zone(k);
    /* To ask costs a call to xenstored: not for each piece of a stream. */
    if (fds[2].revents && k->launcher->ended())
        lives = false;
    /* From the last: a dropped one's place is taken by the last. */
    for (i = nr; i-- > 0;) {
        zk_link_polled(&k->clients[i]->link, fds[FIXED_FDS + i].revents);
        if (!serve_client(k, k->clients[i]))
            drop_client(k, i);
    }
    if (fds[1].revents)
        accept_client(k);
    return lives && !fds[0].revents;
}

/* The zone greets once it can take containers. */
static int wait_for_zone(struct keeper *k, struct zp_error *err)
{
    long until = now_ms() + 1000L * k->conf->launch_seconds;

    while (!k->zone.parser.greeted) {
        if (now_ms() >= until)
            return zp__fail(err, ZP_ERR_IO, "zone", "the zone does not answer "
                            "within %u s", k->conf->launch_seconds);
        if (!wait_and_relay(k, 200))
            return zp__fail(err, ZP_ERR_IO, "zone", "the zone ended before it "
                            "answered");
    }
    return ZP_OK;
}

/* Before the zone could be told: its interface leads somewhere. */
static int give_network(struct keeper *k, const struct state *state,
                        const struct zk_net *net, struct zp_error *err)
{
    long until = now_ms() + 1000L * k->conf->launch_seconds;
    struct zk_frame frame = { .type = ZK_NETWORK };
    uint8_t body[ZK_MAX_NET];
    char port[ZK_NET_NAME];
    int rc = k->launcher->plug(state, net, port, err);

    if (!rc)
        rc = net_join(state->netns, net->name, port, net->mtu, err);
    if (!rc)
        rc = zk_net_pack(net, body, &frame.body_len, err);
    frame.body = body;
    if (!rc)
        rc = zk_link_send(&k->zone, &frame, err);
    while (!rc && !k->network_set) {
        if (now_ms() >= until || !wait_and_relay(k, 200))
            rc = zp__fail(err, ZP_ERR_IO, "zone", "the zone ended, or is "
                          "silent, while its network is set");
    }
    if (!rc && k->network_fault[0])
        rc = zp__fail(err, ZP_ERR_IO, "network", "in the zone: %s",
                      k->network_fault);
    return rc;
}

/* It may end by itself, in good order; it is destroyed anyway. */
static void say_goodbye(struct keeper *k)
{
    struct zk_frame frame = { .type = ZK_SHUTDOWN };
    long until = now_ms() + GOODBYE_MS;
    struct zp_error err;

    while (k->nr_clients)
        drop_client(k, k->nr_clients - 1);
    if (zk_link_send(&k->zone, &frame, &err))
        return;
    while (now_ms() < until && serve_zone(k) && !k->launcher->ended()) {
        struct pollfd fd = { zk_link_fd(&k->zone), zk_link_events(&k->zone),
                             0 };

        poll(&fd, 1, k->more ? 0 : 100);
        zk_link_polled(&k->zone, fd.revents);
    }
}

static void take_signals(struct keeper *k)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    k->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The lock is the verb's alone: with its file it would be kept until the zone
 * is up, and whoever removes a zone that is not wanted any more would wait. */
static void leave_lock(struct state *state)
{
    int locked = state->dir;

    state->dir = openat(locked, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(locked);
}

void keeper_run(const struct conf *conf, struct state *state,
                const struct zk_spec *spec, const struct zk_net *net,
                struct birth *birth)
{
    struct keeper *k = calloc(1, sizeof(*k));
    struct zk_transport *transport = NULL;
    struct zp_error err = { .msg = "no memory" };
    int rc = k ? ZP_OK : ZP_ERR_NOMEM;

    leave_caller(openat(state->dir, "keeper.log",
                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    leave_lock(state);
    if (state->dir < 0 || chdir("/"))
        _exit(EXIT_LOST);
    if (!rc) {
        k->conf = conf;
        rc = launcher_of(conf, &k->launcher, &err);
    }
    if (!rc) {
        k->listens = socket_listen(state->dir, "zone", SOCK_STREAM);
        if (k->listens < 0)
            rc = zp__fail_sys(&err, ZP_ERR_IO, errno, "zone", "socket: %s",
                              strerror(errno));
    }
    if (!rc)
        rc = k->launcher->launch(conf, state, spec, net, &transport, &err);
    state_close(state);
    /* Until here a signal ends it as it is: there is nobody to say goodbye to. */
    if (!rc) {
        take_signals(k);
        rc = zk_link_open(&k->zone, transport, ZK_HOST, &err);
    }
    if (!rc)
        rc = wait_for_zone(k, &err);
    if (!rc && net)
        rc = give_network(k, state, net, &err);
    if (rc) {
        birth_failed(birth, &err);
        _exit(1);
    }
    birth_ready(birth);
    while (wait_and_relay(k, -1))
        ;
    say_goodbye(k);
    _exit(0);
}
