/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that containerd takes for a container's: it has its standard
 * streams, ends with its exit code, and passes signals on.
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

#include "monitor.h"

static const int forwarded[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1,
                                 SIGUSR2, SIGWINCH, SIGALRM };

/* ---- frames out ---- */

static void send_frame(struct monitor *m, struct zk_frame *frame)
{
    struct zp_error err;

    frame->session = m->session;
    if (zk_link_send(&m->link, frame, &err) == ZP_ERR_NOMEM)
        m->link.gone = true;
}

/* Of a kernel that has stopped no word comes, and its domain does not end. */
static void expect_answer(struct monitor *m)
{
    m->until_ms = now_ms() + 1000L * m->args->answer_seconds;
}

static void send_start(struct monitor *m)
{
    struct zk_frame frame = { .type = ZK_START };

    m->state = STARTING;
    send_frame(m, &frame);
    expect_answer(m);
}

static void send_signal(struct monitor *m, unsigned number, bool all)
{
    struct zk_frame frame = { .type = ZK_SIGNAL,
                              .u.signal = { number, all } };

    /* Of what only holds a zone nothing runs there: it ends by itself. */
    if (m->args->kind == MONITOR_ZONE) {
        m->exit_code = 128 + (int)number;
        m->state = ENDED;
        return;
    }
    /* Nothing is left but output that nobody has read yet. */
    if (m->state == ENDED) {
        m->given_up |= number == SIGKILL;
        return;
    }
    send_frame(m, &frame);
    if (number == SIGKILL && !m->killed) {
        m->killed = true;
        expect_answer(m);
    }
}

int monitor_send(struct monitor *m, struct zk_frame *frame, uint8_t *body,
                 size_t len, struct zp_error *err)
{
    int rc;

    frame->body = body;
    frame->body_len = (uint32_t)len;
    rc = zk_link_send(&m->link, frame, err);
    free(body);
    return rc;
}

static int send_spec(struct monitor *m, struct zp_error *err)
{
    bool whole = m->args->kind == MONITOR_CONTAINER;
    struct zk_frame frame = { .type = whole ? ZK_CREATE : ZK_EXEC,
                              .session = m->session };
    uint8_t *body;
    size_t len;
    int rc;

    expect_answer(m);
    if (!whole)
        frame.u.container = (uint32_t)m->args->state->monitor.pid;
    rc = zk_spec_pack(m->args->spec, whole, &body, &len, err);
    if (rc)
        return rc;
    return monitor_send(m, &frame, body, len, err);
}

/* ---- streams ---- */

enum {
    /* poll(2) promises room for PIPE_BUF bytes: writing them does not wait.
     * The files are not ours alone, so they can't be made non-blocking. */
    STEP = 4096,
    /* Then signals and callers have their turn. */
    FRAMES_AT_ONCE = 64,
};

/* Of a stream there is something to write. */
static bool has_rest(const struct output *o)
{
    return o->at < o->len;
}

/*
 * What came is gone, so as much may come. That is said once what was said
 * before is on its way: to a zone that takes nothing we owe no more than this,
 * and it gets no credit that it has not taken.
 */
static void give_credit(struct monitor *m, int i)
{
    struct output *o = &m->out[i];
    struct zk_frame frame = { .type = ZK_CREDIT,
        .u.credit = { i ? ZK_STDERR : ZK_STDOUT, o->len } };

    if (!o->len || has_rest(o) || zk_link_queued(&m->link))
        return;
    o->at = o->len = 0;
    send_frame(m, &frame);
}

static void read_input(struct monitor *m)
{
    struct zk_frame frame = { .u.stream = ZK_STDIN };
    uint8_t buf[ZK_MAX_DATA];
    size_t want = m->in_credit < sizeof(buf) ? m->in_credit : sizeof(buf);
    ssize_t nr = read(m->in, buf, want);

    if (nr < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (nr > 0) {
        frame.type = ZK_DATA;
        frame.body = buf;
        frame.body_len = (uint32_t)nr;
        m->in_credit -= (uint32_t)nr;
    } else {
        frame.type = ZK_EOF;
        m->in = -1;
    }
    send_frame(m, &frame);
}

static void write_output(struct monitor *m, int i)
{
    struct output *o = &m->out[i];
    uint32_t left = o->len - o->at;
    ssize_t nr = write(o->fd, o->buf + o->at, left < STEP ? left : STEP);

    if (nr < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (nr < 0) {
        /* Nobody reads it: the program need not wait for that. */
        o->fd = -1;
        nr = (ssize_t)left;
    }
    o->at += (uint32_t)nr;
}

/* False: more than it had credit for. */
static bool take_output(struct monitor *m, const struct zk_frame *frame)
{
    struct output *o = &m->out[frame->u.stream == ZK_STDERR];

    if (frame->body_len > ZK_WINDOW - o->len)
        return false;
    if (o->fd >= 0)
        memcpy(o->buf + o->len, frame->body, frame->body_len);
    o->len += frame->body_len;
    if (o->fd < 0)
        o->at = o->len;
    return true;
}

/* ---- what the zone says ---- */

static void answer(struct monitor *m, const char *text)
{
    if (m->caller >= 0) {
        send(m->caller, text, strlen(text), MSG_NOSIGNAL);
        close(m->caller);
    }
    m->caller = -1;
}

static void fail(struct monitor *m, const char *reason)
{
    struct zp_error err;

    zp__fail(&err, ZP_ERR_IO, "zone", "%s", reason);
    birth_failed(m->args->birth, &err);
    answer(m, reason);
    m->exit_code = m->state == STARTING ? 127 : EXIT_LOST;
    m->state = ENDED;
}

static void has_answered(struct monitor *m)
{
    if (!m->killed)
        m->until_ms = 0;
}

static void take_created(struct monitor *m)
{
    m->state = CREATED;
    has_answered(m);
    if (m->args->kind == MONITOR_EXEC)
        send_start(m);
    else
        birth_ready(m->args->birth);
}

static void take_started(struct monitor *m)
{
    m->state = RUNNING;
    has_answered(m);
    birth_ready(m->args->birth);
    answer(m, "ok");
    terminal_resized(m);
}

static void take_frame(struct monitor *m, const struct zk_frame *frame)
{
    char reason[ZK_MAX_REASON + 1];

    switch (frame->type) {
    case ZK_CREATED:
        if (m->state == MAKING)
            take_created(m);
        else
            fail(m, "the zone made what it was not asked for");
        break;
    case ZK_STARTED:
        if (m->state == STARTING)
            take_started(m);
        else
            fail(m, "the zone started what it was not asked for");
        break;
    case ZK_DATA:
        if (!take_output(m, frame))
            fail(m, "the zone sent more than it had credit for");
        break;
    case ZK_CREDIT:
        if (frame->u.credit.bytes <= ZK_WINDOW - m->in_credit)
            m->in_credit += frame->u.credit.bytes;
        else
            fail(m, "the zone gave more credit than there is");
        break;
    case ZK_EXIT:
        m->exit_code = (int)frame->u.exit.value +
                       (frame->u.exit.signalled ? 128 : 0);
        m->state = ENDED;
        break;
    case ZK_ERROR:
        zk_frame_reason(frame, reason);
        fail(m, reason);
        break;
    case ZK_REFRESHED:
        refresh_answered(m, frame);
        break;
    case ZK_EOF: case ZK_HELLO:
    case ZK_SHUTDOWN: case ZK_CREATE: case ZK_EXEC: case ZK_START:
    case ZK_SIGNAL: case ZK_WINSIZE: case ZK_DELETE: case ZK_NETWORK:
    case ZK_NETWORK_SET: case ZK_REFRESH: case ZK_NR_FRAME_TYPES:
        break;
    }
}

static void take_frames(struct monitor *m)
{
    struct zk_frame frame;
    struct zp_error err;
    int rc = 1, i;

    for (i = 0; i < FRAMES_AT_ONCE && m->state != ENDED && rc > 0; i++) {
        rc = zk_link_receive(&m->link, &frame, &err);
        if (rc > 0)
            take_frame(m, &frame);
    }
    if (rc < 0)
        fail(m, "the zone has ended");
}

/* ---- what callers want ---- */

static void take_call(struct monitor *m)
{
    int fd = accept4(m->args->control, NULL, NULL, SOCK_CLOEXEC);
    struct timeval patience = { .tv_sec = 1 };
    unsigned number = 0, all = 0;
    char words[64];
    ssize_t len;

    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    len = recv(fd, words, sizeof(words) - 1, 0);
    words[len > 0 ? len : 0] = '\0';
    answer(m, "another call came");
    m->caller = fd;
    if (sscanf(words, "kill %u %u", &number, &all) == 2 && number &&
        number <= 64) {
        send_signal(m, number, all);
        answer(m, "ok");
    } else if (strcmp(words, "start")) {
        answer(m, "not understood");
    } else if (m->state != CREATED) {
        answer(m, "it was started before");
    } else if (m->args->kind == MONITOR_ZONE) {
        m->state = RUNNING;
        answer(m, "ok");
    } else {
        send_start(m);
    }
}

static void take_signals(struct monitor *m)
{
    struct signalfd_siginfo info;

    while (read(m->signals, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGWINCH)
            terminal_resized(m);
        else
            send_signal(m, info.ssi_signo, false);
    }
}

/* ---- the loop ---- */

/* For poll(2), as refresh_wait_ms(). */
static int answer_wait_ms(const struct monitor *m)
{
    long left = m->until_ms - now_ms();

    if (!m->until_ms)
        return -1;
    return left > 0 ? (int)left : 0;
}

static int wait_ms(const struct monitor *m)
{
    int answer = answer_wait_ms(m), refresh = refresh_wait_ms(m);

    if (answer < 0 || refresh < 0)
        return answer < 0 ? refresh : answer;
    return answer < refresh ? answer : refresh;
}

static void look_for_answer(struct monitor *m)
{
    char reason[80];

    if (answer_wait_ms(m))
        return;
    snprintf(reason, sizeof(reason), "the zone does not answer within %u s",
             m->args->answer_seconds);
    fail(m, reason);
}

static void wait_and_relay(struct monitor *m)
{
    bool reads = m->state == RUNNING && m->in_credit &&
                 zk_link_queued(&m->link) < ZK_WINDOW;
    struct pollfd fds[6] = {
        { zk_link_fd(&m->link), zk_link_events(&m->link), 0 },
        { m->signals, POLLIN, 0 }, { m->args->control, POLLIN, 0 },
        { reads ? m->in : -1, POLLIN, 0 },
        { has_rest(&m->out[0]) ? m->out[0].fd : -1, POLLOUT, 0 },
        { has_rest(&m->out[1]) ? m->out[1].fd : -1, POLLOUT, 0 },
    };
    int i;

    if (poll(fds, 6, zk_link_pending(&m->link) ? 0 : wait_ms(m)) < 0)
        return;
    zk_link_polled(&m->link, fds[0].revents);
    for (i = 0; i < 2; i++) {
        if (fds[4 + i].revents)
            write_output(m, i);
    }
    if (fds[3].revents)
        read_input(m);
    if (fds[1].revents)
        take_signals(m);
    if (fds[2].revents && m->state != ENDED)
        take_call(m);
    if (m->state != ENDED)
        take_frames(m);
    for (i = 0; i < 2 && m->state != ENDED; i++)
        give_credit(m, i);
    if (m->state != ENDED)
        look_for_answer(m);
    if (m->state != ENDED)
        refresh_look(m);
}

/*
 * What the program wrote before it ended goes out, however long that is not
 * read; of one that was killed, as long as its end may take.
 */
static void write_rest(struct monitor *m)
{
    struct pollfd fds[4];
    int i, nr = 1;

    while (!m->given_up && nr && (has_rest(&m->out[0]) ||
                                  has_rest(&m->out[1]))) {
        fds[0] = (struct pollfd){ m->signals, POLLIN, 0 };
        fds[1] = (struct pollfd){ m->args->control, POLLIN, 0 };
        for (i = 0; i < 2; i++)
            fds[2 + i] = (struct pollfd){
                has_rest(&m->out[i]) ? m->out[i].fd : -1, POLLOUT, 0 };
        nr = poll(fds, 4, m->killed ? answer_wait_ms(m) : -1);
        for (i = 0; nr > 0 && i < 2; i++) {
            if (fds[2 + i].revents)
                write_output(m, i);
        }
        if (nr > 0 && fds[0].revents)
            take_signals(m);
        if (nr > 0 && fds[1].revents)
            take_call(m);
    }
}

static int prepare(struct monitor *m, struct zp_error *err)
{
    struct zk_transport *transport = zk_transport_socket(m->args->zone);
    sigset_t set;
    size_t i;
    int rc;

    m->session = (uint32_t)getpid();
    m->in_credit = ZK_WINDOW;
    m->caller = -1;
    m->out[0].fd = 1;
    m->out[1].fd = 2;
    sigemptyset(&set);
    for (i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
        sigaddset(&set, forwarded[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    m->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (!transport || m->signals < 0)
        return zp__nomem(err);
    rc = zk_link_open(&m->link, transport, ZK_HOST, err);
    if (!rc && m->args->kind == MONITOR_CONTAINER)
        rc = refresh_prepare(m, err);
    if (!rc && m->args->kind != MONITOR_ZONE) {
        rc = terminal_open(m, err);
        return rc ? rc : send_spec(m, err);
    }
    m->in = -1;
    m->state = CREATED;
    birth_ready(m->args->birth);
    return rc;
}

int monitor_run(const struct monitor_args *args)
{
    struct monitor *m = calloc(1, sizeof(*m));
    struct zp_error err = { .msg = "no memory" };
    int exit_code = EXIT_LOST;

    if (!m || (m->args = args, prepare(m, &err))) {
        birth_failed(args->birth, &err);
    } else {
        while (m->state != ENDED)
            wait_and_relay(m);
        write_rest(m);
        answer(m, "the container has ended");
        exit_code = m->exit_code;
    }
    if (m) {
        zk_link_close(&m->link);
        free(m->volumes);
    }
    free(m);
    return exit_code;
}
