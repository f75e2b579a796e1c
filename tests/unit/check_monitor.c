/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A container's monitor, between a zone that means it ill and a caller that
 * does not read. The test is keeper and zone.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../kube-annotations/oci/monitor.h"
#include "core.h"

/* 42: it took all that came, to the end of its session. */
enum { TOOK_ALL = 42, NR_FLOOD = 100000 };

static int zone;                 /* the keeper's end of the monitor's socket */
static pid_t monitor;
static unsigned answer_seconds = 600;

/* ---- frames ---- */

/* False: nobody takes them any more. */
static bool put(const void *data, size_t len)
{
    const uint8_t *at = data;
    ssize_t nr = 1;

    for (; len && nr > 0; at += nr, len -= (size_t)nr)
        nr = send(zone, at, len, MSG_NOSIGNAL);
    return !len;
}

static bool say(struct zk_frame frame)
{
    uint8_t buf[ZK_SMALL_FRAME];
    size_t len;

    frame.session = frame.type == ZK_HELLO ? 0 : (uint32_t)monitor;
    len = zk_frame_put(&frame, ZK_ZONE, buf);
    ck_assert(len);
    return put(buf, len) && put(frame.body, frame.body_len);
}

static bool say_data(const void *data, uint32_t len)
{
    return say((struct zk_frame){ .type = ZK_DATA, .u.stream = ZK_STDOUT,
                                  .body = data, .body_len = len });
}

static void say_exit(void)
{
    say((struct zk_frame){ .type = ZK_EXIT, .u.exit = { false, TOOK_ALL } });
}

/* ---- the monitor ---- */

_Noreturn static void be_monitor(struct monitor_args *args, int in, int out)
{
    static const char text[] = "{\"args\": [\"true\"], \"cwd\": \"/\"}";
    static const char with_terminal[] =
        "{\"args\": [\"true\"], \"cwd\": \"/\", \"terminal\": true}";
    const char *process = args->console ? with_terminal : text;
    struct birth birth = { -1, -1 };
    struct state state = { .dir = -1, .monitor = { getpid(), 1 } };
    struct zk_spec_rules rules = { .seccomp = ZK_SECCOMP_DROP };
    struct zk_spec spec;
    struct zp_error err;

    if (zk_spec_from_process(process, strlen(process), &rules, &spec, &err) ||
        dup2(in, 0) < 0 || dup2(out, 1) < 0)
        _exit(1);
    args->spec = &spec;
    args->state = &state;
    args->birth = &birth;
    args->log = -1;
    args->answer_seconds = answer_seconds;
    _exit(monitor_run(args));
}

/* An exec's monitor, of which the zone has made the process: @nr frames of it
 * are said. */
static void begin_with(int in, int out, int nr, int control,
                       const char *console)
{
    struct monitor_args args = { .kind = MONITOR_EXEC, .control = control,
                                 .console = console };
    int both[2];

    ck_assert(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both));
    args.zone = both[1];
    monitor = fork();
    if (!monitor) {
        close(both[0]);
        be_monitor(&args, in, out);
    }
    ck_assert(monitor > 0);
    close(both[1]);
    zone = both[0];
    ck_assert(say((struct zk_frame){ .type = ZK_HELLO,
                                     .u.version = ZK_LINK_VERSION }));
    if (nr > 0)
        say((struct zk_frame){ .type = ZK_CREATED });
    if (nr > 1)
        say((struct zk_frame){ .type = ZK_STARTED, .u.pid = 2 });
}

static void begin(int in, int out, int nr)
{
    begin_with(in, out, nr, -1, NULL);
}

/* Its exit code. */
static int end(void)
{
    int status;

    ck_assert(waitpid(monitor, &status, 0) == monitor);
    close(zone);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int null_file(void)
{
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}

/* ---- a zone that takes nothing ---- */

/* What the host says, up to the first credit. */
static void until_credit(void)
{
    struct zk_frame frame = { .type = ZK_HELLO };
    struct zk_parser parser;
    struct zp_error err;
    const uint8_t *at;
    uint8_t byte;
    size_t len;
    int rc = 0;

    zk_parser_init(&parser, ZK_HOST);
    while (rc >= 0 && frame.type != ZK_CREDIT && recv(zone, &byte, 1, 0) == 1)
        rc = zk_parser_next(&parser, (at = &byte, &at), (len = 1, &len),
                            &frame, &err);
    zk_parser_clear(&parser);
    ck_assert(rc > 0);
}

START_TEST(test_output_that_goes_nowhere)
{
    char data[1000] = "";
    int both[2], i;

    ck_assert(!pipe(both));
    close(both[0]);
    begin(null_file(), both[1], 2);
    ck_assert(say_data(data, sizeof(data)));
    until_credit();
    for (i = 0; i < NR_FLOOD && say_data(data, sizeof(data)); i++)
        ;
    say_exit();
    ck_assert_int_eq(end(), EXIT_LOST);
}
END_TEST

/* Each is gone before the next one comes. */
START_TEST(test_output_that_is_read)
{
    char data[1000] = "";
    int both[2], i;

    ck_assert(!pipe(both));
    begin(null_file(), both[1], 2);
    close(both[1]);
    for (i = 0; i < NR_FLOOD / 10 && say_data(data, sizeof(data)); i++) {
        if (read(both[0], data, sizeof(data)) != sizeof(data))
            break;
    }
    say_exit();
    close(both[0]);
    ck_assert_int_eq(end(), EXIT_LOST);
}
END_TEST

START_TEST(test_answers_that_nobody_asked_for)
{
    static const struct zk_frame again[] = {
        { .type = ZK_CREATED }, { .type = ZK_STARTED, .u.pid = 2 } };

    begin(null_file(), null_file(), _i / 2 + 1);
    say(again[_i % 2]);
    say(again[_i % 2]);
    say_exit();
    ck_assert_int_ne(end(), TOOK_ALL);
}
END_TEST

/* It says that all was taken, and takes nothing. */
START_TEST(test_input_that_is_not_taken)
{
    char name[] = "/tmp/check_monitor.XXXXXX";
    int in = mkostemp(name, O_CLOEXEC), i;
    off_t credited = 0, at = 0;

    ck_assert(in >= 0 && !unlink(name) && !ftruncate(in, 64 << 20));
    begin(in, null_file(), 2);
    for (i = 0; i < 500; i++) {
        at = lseek(in, 0, SEEK_CUR);
        ck_assert(at >= 0);
        if (at > credited)
            say((struct zk_frame){ .type = ZK_CREDIT, .u.credit = {
                ZK_STDIN, (uint32_t)(at - credited) } });
        credited = at;
        poll(NULL, 0, 1);
    }
    say_exit();
    ck_assert_int_eq(end(), TOOK_ALL);
    at = lseek(in, 0, SEEK_CUR);
    ck_assert_msg(at > 0 && at < 4 * ZK_WINDOW, "%ld bytes of input were read",
                  (long)at);
}
END_TEST

/* ---- output that nobody reads ---- */

/* Its address is kernel's choice, and no file; *addr_out leads there. */
static int listen_at(struct sockaddr_un *addr_out, socklen_t *len_out,
                     int type)
{
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    memset(addr_out, 0, sizeof(*addr_out));
    addr_out->sun_family = AF_UNIX;
    *len_out = sizeof(*addr_out);
    ck_assert(fd >= 0 &&
              !bind(fd, (struct sockaddr *)addr_out, sizeof(sa_family_t)) &&
              !listen(fd, 1) &&
              !getsockname(fd, (struct sockaddr *)addr_out, len_out));
    return fd;
}

/* What the monitor answers in time, or "". */
static const char *call_monitor(const struct sockaddr_un *addr, socklen_t len,
                                const char *words)
{
    static char answer[ZK_MAX_REASON + 1];
    struct timeval patience = { .tv_sec = 20 };
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    ssize_t nr;

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ck_assert(!connect(fd, (const struct sockaddr *)addr, len));
    ck_assert(send(fd, words, strlen(words), MSG_NOSIGNAL) > 0);
    nr = recv(fd, answer, sizeof(answer) - 1, 0);
    answer[nr > 0 ? nr : 0] = '\0';
    close(fd);
    return answer;
}

/* As much as the zone may send, which is more than a pipe or a terminal
 * takes; and the program's end, if @ends. */
static void fill(bool ends)
{
    static const uint8_t data[ZK_MAX_DATA];
    int i;

    for (i = 0; i < ZK_WINDOW / ZK_MAX_DATA; i++)
        ck_assert(say_data(data, sizeof(data)));
    if (ends)
        say_exit();
}

/* TERM is for a program that is gone; KILL is for what it left. Whether they
 * come before its end is read or after is no matter. */
START_TEST(test_kill_while_output_is_not_read)
{
    struct sockaddr_un addr;
    socklen_t len;
    int control = listen_at(&addr, &len, SOCK_SEQPACKET), both[2];

    answer_seconds = 1;
    ck_assert(!pipe(both));
    begin_with(null_file(), both[1], 2, control, NULL);
    fill(true);
    ck_assert_str_eq(call_monitor(&addr, len, "kill 15 0"), "ok");
    ck_assert_str_eq(call_monitor(&addr, len, "kill 9 0"), "ok");
    ck_assert_int_eq(end(), TOOK_ALL);
}
END_TEST

/* The end of what is read is not lost. */
START_TEST(test_output_after_the_end)
{
    char buf[4096];
    int both[2];
    ssize_t nr, sum = 0;

    ck_assert(!pipe(both));
    begin(null_file(), both[1], 2);
    close(both[1]);
    fill(true);
    while ((nr = read(both[0], buf, sizeof(buf))) > 0)
        sum += nr;
    ck_assert_int_eq(end(), TOOK_ALL);
    ck_assert_int_eq(sum, ZK_WINDOW);
}
END_TEST

static int receive_file(int from)
{
    union {
        char buf[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    char text[64];
    struct iovec iov = { text, sizeof(text) };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
        .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };
    struct cmsghdr *c;
    int fd = -1;

    ck_assert(recvmsg(from, &msg, MSG_CMSG_CLOEXEC) > 0);
    c = CMSG_FIRSTHDR(&msg);
    if (c)
        memcpy(&fd, CMSG_DATA(c), sizeof(fd));
    ck_assert(fd >= 0);
    return fd;
}

/* A terminal's poll(2) promises a byte, not a page. */
START_TEST(test_kill_while_a_terminal_is_not_read)
{
    struct sockaddr_un addr, console = { .sun_family = AF_UNIX };
    char dir[] = "/tmp/check_monitor.XXXXXX";
    int listens = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), master;
    socklen_t len;
    int control = listen_at(&addr, &len, SOCK_SEQPACKET);

    answer_seconds = 1;
    ck_assert(mkdtemp(dir));
    snprintf(console.sun_path, sizeof(console.sun_path), "%s/console", dir);
    ck_assert(!bind(listens, (struct sockaddr *)&console, sizeof(console)) &&
              !listen(listens, 1));
    begin_with(null_file(), null_file(), 2, control, console.sun_path);
    master = receive_file(accept(listens, NULL, NULL));
    unlink(console.sun_path);
    rmdir(dir);
    fill(_i);
    ck_assert_str_eq(call_monitor(&addr, len, "kill 9 0"), "ok");
    if (!_i)
        say_exit();
    ck_assert_int_eq(end(), TOOK_ALL);
    close(master);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("monitor");
    TCase *tc = tcase_create("monitor");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_output_that_goes_nowhere);
    tcase_add_test(tc, test_output_that_is_read);
    tcase_add_loop_test(tc, test_answers_that_nobody_asked_for, 0, 4);
    tcase_add_test(tc, test_input_that_is_not_taken);
    tcase_add_test(tc, test_kill_while_output_is_not_read);
    tcase_add_test(tc, test_output_after_the_end);
    tcase_add_loop_test(tc, test_kill_while_a_terminal_is_not_read, 0, 2);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
