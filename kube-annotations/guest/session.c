/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

static void send_frame(struct zone *zone, const struct zk_frame *frame)
{
    struct zp_error err;

    /* Without memory the link can't go on; the host sees that it is gone. */
    if (zk_link_send(&zone->link, frame, &err) == ZP_ERR_NOMEM)
        zone->link.gone = true;
}

static void send_error(struct zone *zone, uint32_t id, const char *reason)
{
    size_t len = strlen(reason);
    struct zk_frame frame = { .type = ZK_ERROR, .session = id };

    frame.body = (const uint8_t *)reason;
    frame.body_len = len < ZK_MAX_REASON ? (uint32_t)len : ZK_MAX_REASON;
    send_frame(zone, &frame);
}

static struct session *find(const struct zone *zone, uint32_t id)
{
    struct session *s;

    for (s = zone->sessions; s && s->id != id; s = s->next)
        ;
    return s;
}

static struct session *add(struct zone *zone, uint32_t id, uint32_t container)
{
    struct session *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->id = id;
    s->container = container;
    s->pidfd = s->report = s->base = s->in = s->out[0] = s->out[1] = -1;
    s->credit[0] = s->credit[1] = ZK_WINDOW;
    s->next = zone->sessions;
    zone->sessions = s;
    zone->nr_sessions++;
    return s;
}

static void discard(struct zone *zone, struct session *s)
{
    struct session **at;

    for (at = &zone->sessions; *at != s; at = &(*at)->next)
        ;
    *at = s->next;
    zone->nr_sessions--;
    if (s->id == s->container)
        zone->sweeps = true;
    relay_close(s);
    if (s->report >= 0)
        close(s->report);
    if (s->base >= 0)
        close(s->base);
    if (s->pidfd >= 0)
        close(s->pidfd);
    free(s->pending);
    free(s->filter.at);
    free(s);
}

/* Their pids are ours until they are waited for. */
static void signal_one(const struct session *s, int number)
{
    if (s->pid > 0 && !s->exited)
        kill(s->pid, number);
}

/* All that is the container's. A pid namespace may be its pod's; and a stand-in
 * that has no control groups knows what it has started itself. */
static void signal_container(const struct zone *zone, uint32_t container,
                             int number)
{
    const struct session *s;

    if (!cgroup_signal(zone, container, number))
        return;
    for (s = zone->sessions; s; s = s->next) {
        if (s->container == container)
            signal_one(s, number);
    }
}

void session_drop(struct zone *zone, struct session *s, const char *reason)
{
    signal_one(s, SIGKILL);
    /* With a container ends what was started in it. */
    if (s->id == s->container)
        signal_container(zone, s->id, SIGKILL);
    if (reason)
        send_error(zone, s->id, reason);
    discard(zone, s);
}

void session_end_all(struct zone *zone)
{
    while (zone->sessions)
        session_drop(zone, zone->sessions, NULL);
}

/* ---- what the host asks for ---- */

static void create(struct zone *zone, const struct zk_frame *frame)
{
    bool whole = frame->type == ZK_CREATE;
    const struct session *in = NULL;
    char reason[200];
    const char *what;
    struct zk_spec spec;
    struct zp_error err;
    struct session *s;

    if (zone->nr_sessions == MAX_SESSIONS) {
        send_error(zone, frame->session, "the zone has 256 processes of "
                   "containers, and no room for more");
        return;
    }
    if (!whole) {
        in = find(zone, frame->u.container);
        if (!in || in->id != in->container || in->exited ||
            in->state != SESSION_RUNNING) {
            send_error(zone, frame->session, "the container is not running");
            return;
        }
    }
    if (zk_spec_unpack(frame->body, frame->body_len, whole, &spec, &err)) {
        send_error(zone, frame->session, err.msg);
        return;
    }
    s = add(zone, frame->session, in ? in->id : frame->session);
    if (!s) {
        send_error(zone, frame->session, "no memory");
        zk_spec_clear(&spec);
        return;
    }
    s->filter = spec.filter;
    spec.filter = (struct zk_filter){ NULL, 0, 0 };
    if (whole && spec.root_kind == ZK_ROOT_DIR && zone->machine) {
        session_drop(zone, s, "a zone has no directories of the host");
    } else if (whole && cgroup_make(zone, s->id, &spec.limits, &what)) {
        snprintf(reason, sizeof(reason), "%s: %s", what, strerror(errno));
        session_drop(zone, s, reason);
    } else if (run_create(zone, s, &spec, in)) {
        session_drop(zone, s, strerror(errno));
    }
    zk_spec_clear(&spec);
}

static void start(struct zone *zone, struct session *s)
{
    static const char word = REPORT_START;

    if (s->state != SESSION_CREATED) {
        session_drop(zone, s, "it was started, or is not ready");
        return;
    }
    /* If it has gone, that comes by its end. */
    if (send(s->report, &word, 1, MSG_NOSIGNAL) < 0)
        return;
    s->state = SESSION_STARTING;
}

/* What only waits has no handlers: it ends by whatever would end it. */
static void signal_session(struct zone *zone, struct session *s,
                           const struct zk_frame *frame)
{
    int number = (int)frame->u.signal.number;
    bool runs = s->state == SESSION_RUNNING;

    if (s->exited)
        return;
    if (!runs && (number == SIGTERM || number == SIGINT || number == SIGQUIT ||
                  number == SIGHUP))
        number = SIGKILL;
    if (runs && frame->u.signal.all && s->id == s->container)
        signal_container(zone, s->id, number);
    else
        signal_one(s, number);
}

/* That it could not be is no end of the container. */
static void refresh(struct zone *zone, struct session *s,
                    const struct zk_frame *frame)
{
    struct zk_frame answer = { .type = ZK_REFRESHED, .session = s->id,
                               .u.mount = frame->u.mount };
    char reason[ZK_MAX_REASON + 1];
    struct zk_volume volume;
    struct zp_error err;

    if (s->exited)
        return;
    if (zk_volume_unpack(frame->body, frame->body_len, &volume, &err)) {
        snprintf(reason, sizeof(reason), "%s", err.msg);
    } else {
        copy_refresh(s->base, frame->u.mount, &volume, reason,
                     sizeof(reason));
        zk_volume_clear(&volume);
    }
    answer.body_len = (uint32_t)strlen(reason);
    answer.body = answer.body_len ? (const uint8_t *)reason : NULL;
    send_frame(zone, &answer);
}

static void with_session(struct zone *zone, struct session *s,
                         const struct zk_frame *frame)
{
    switch (frame->type) {
    case ZK_START:
        start(zone, s);
        break;
    case ZK_DATA:
    case ZK_EOF:
    case ZK_WINSIZE:
        relay_input(zone, s, frame);
        break;
    case ZK_CREDIT:
        /* The parser lets none by that is not of an output. */
        if (s->credit[frame->u.credit.stream - 1] + frame->u.credit.bytes >
                ZK_WINDOW)
            session_drop(zone, s, "more credit than there is");
        else
            s->credit[frame->u.credit.stream - 1] += frame->u.credit.bytes;
        break;
    case ZK_SIGNAL:
        signal_session(zone, s, frame);
        break;
    case ZK_DELETE:
        session_drop(zone, s, NULL);
        break;
    case ZK_REFRESH:
        refresh(zone, s, frame);
        break;
    case ZK_HELLO: case ZK_SHUTDOWN: case ZK_CREATE: case ZK_CREATED:
    case ZK_EXEC:
    case ZK_STARTED: case ZK_EXIT: case ZK_ERROR: case ZK_NETWORK:
    case ZK_NETWORK_SET: case ZK_REFRESHED: case ZK_NR_FRAME_TYPES:
        break;
    }
}

static void network(struct zone *zone, const struct zk_frame *frame)
{
    char reason[200];
    struct zk_frame answer = { .type = ZK_NETWORK_SET };

    net_frame(frame, reason, sizeof(reason));
    answer.body_len = (uint32_t)strlen(reason);
    answer.body = answer.body_len ? (const uint8_t *)reason : NULL;
    send_frame(zone, &answer);
}

void session_frame(struct zone *zone, const struct zk_frame *frame)
{
    struct session *s = frame->session ? find(zone, frame->session) : NULL;

    if (frame->type == ZK_NETWORK) {
        network(zone, frame);
    } else if (frame->type == ZK_CREATE || frame->type == ZK_EXEC) {
        if (s)
            send_error(zone, frame->session, "there is such a session");
        else
            create(zone, frame);
    } else if (s) {
        /* One that ended meanwhile is none: the host hears of it. */
        with_session(zone, s, frame);
    }
}

/* ---- what processes tell ---- */

static void started(struct zone *zone, struct session *s)
{
    struct zk_frame frame = { .type = ZK_STARTED, .session = s->id,
                              .u.pid = (uint32_t)s->pid };

    close(s->report);
    s->report = -1;
    s->state = SESSION_RUNNING;
    send_frame(zone, &frame);
}

static void ready(struct zone *zone, struct session *s, int terminal)
{
    struct zk_frame frame = { .type = ZK_CREATED, .session = s->id };
    char reason[100];

    if (terminal >= 0) {
        s->in = terminal;
        s->out[0] = dup(terminal);
        if (s->out[0] < 0) {
            session_drop(zone, s, "no file for the terminal");
            return;
        }
    }
    if (s->id == s->container && cgroup_guard(zone, s->id)) {
        snprintf(reason, sizeof(reason), "devices: %s", strerror(errno));
        session_drop(zone, s, reason);
        return;
    }
    s->state = SESSION_CREATED;
    send_frame(zone, &frame);
}

/* The file that came with a message, or -1. */
static int file_of(struct msghdr *msg)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(msg);
    int fd = -1;

    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
        c->cmsg_len == CMSG_LEN(sizeof(fd)))
        memcpy(&fd, CMSG_DATA(c), sizeof(fd));
    return fd;
}

/* False: there is more to come. */
static bool take_report(struct zone *zone, struct session *s)
{
    union {
        char buf[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    char text[ZK_MAX_REASON + 2];
    struct iovec iov = { text, sizeof(text) - 1 };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
        .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };
    ssize_t len = recvmsg(s->report, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    int fd;

    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    fd = len > 0 ? file_of(&msg) : -1;
    text[len > 0 ? len : 0] = '\0';
    if (len == 1 && text[0] == REPORT_BASE && fd >= 0 && s->base < 0) {
        s->base = fd;
        return false;
    }
    if (len > 1 && text[0] == REPORT_ERROR) {
        session_drop(zone, s, text + 1);
    } else if (len == 1 && text[0] == REPORT_READY &&
               s->state == SESSION_MAKING) {
        ready(zone, s, fd);
        fd = -1;
    } else if (len == 0 && s->state == SESSION_STARTING) {
        started(zone, s);
    } else {
        session_drop(zone, s, "its process ended before it was ready");
    }
    if (fd >= 0)
        close(fd);
    return true;
}

void session_report(struct zone *zone, struct session *s)
{
    while (!take_report(zone, s))
        ;
}

void session_finish(struct zone *zone, struct session *s)
{
    struct zk_frame frame = { .type = ZK_EXIT, .session = s->id };

    if (!s->exited || s->out[0] >= 0 || s->out[1] >= 0)
        return;
    frame.u.exit.signalled = WIFSIGNALED(s->status);
    frame.u.exit.value = (uint32_t)(WIFSIGNALED(s->status)
                                        ? WTERMSIG(s->status)
                                        : WEXITSTATUS(s->status));
    send_frame(zone, &frame);
    discard(zone, s);
}

void session_ended(struct zone *zone, pid_t pid, int status)
{
    struct session *s;

    if (pid == zone->pause) {
        close(zone->pause_fd);
        zone->pause = 0;
    }
    for (s = zone->sessions; s && s->pid != pid; s = s->next)
        ;
    if (!s)
        return;
    /* It may have said why, or have become the program just before. */
    if (s->report >= 0) {
        uint32_t id = s->id;

        session_report(zone, s);
        s = find(zone, id);
        if (!s || s->state != SESSION_RUNNING) {
            if (s)
                session_drop(zone, s, "it was ended before it was started");
            return;
        }
    }
    s->exited = true;
    s->status = status;
    /* What it wrote is memory, and output may be waited for long. */
    if (s->base >= 0)
        close(s->base);
    s->base = -1;
    if (s->id == s->container)
        signal_container(zone, s->id, SIGKILL);
    relay_drain(zone, s);
    session_finish(zone, s);
}
