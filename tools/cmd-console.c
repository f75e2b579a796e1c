/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl console: join the terminal to a zone's console, or print its log. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "zonectl.h"

#define LEAVE 0x1d   /* ^] */
#define LOG_DIR "/var/log/xen/console"

/* How the terminal was; a handler of signals has no other way to it. */
static struct termios before;

/* Who is killed leaves a terminal that can be used. Relaying may wait for the
 * terminal or for the guest, so it is not asked to come to an end first. */
static void put_back_and_die(int sig)
{
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
    raise(sig);
}

/* SA_RESETHAND: what the handler raises is the end. */
static void catch_signals(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = put_back_and_die,
                                .sa_flags = SA_RESETHAND }, was;

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (!sigaction(signals[i], NULL, &was) && was.sa_handler != SIG_IGN)
            (void)sigaction(signals[i], &action, NULL);
    }
}

/* Puts the terminal into raw mode; true if there is one to put back. */
static bool make_raw(void)
{
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, &before))
        return false;
    catch_signals();
    raw = before;
    cfmakeraw(&raw);
    return !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

/* What was typed goes to the guest: 1 to go on, 0 to leave, -1. */
static int from_terminal(int pty, struct pollfd *in)
{
    char buf[512];
    ssize_t got = read(STDIN_FILENO, buf, sizeof(buf));
    char *leave;

    if (got < 0)
        return errno == EINTR ? 1 : -1;
    if (got == 0) {
        in->fd = -1;   /* no more to send; the guest may still talk */
        return 1;
    }
    leave = memchr(buf, LEAVE, (size_t)got);
    if (leave)
        got = leave - buf;
    if (write_all(pty, buf, (size_t)got))
        return -1;
    return leave ? 0 : 1;
}

/* EIO is how a pty says that xenconsoled has let go of it: the zone ended. */
static int from_guest(int pty)
{
    char buf[4096];
    ssize_t got = read(pty, buf, sizeof(buf));

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return 1;
    if (got <= 0)
        return got == 0 || errno == EIO ? 0 : -1;
    return write_all(STDOUT_FILENO, buf, (size_t)got) ? -1 : 1;
}

static int relay(int pty)
{
    struct pollfd fds[2] = {
        { .fd = STDIN_FILENO, .events = POLLIN },
        { .fd = pty, .events = POLLIN },
    };
    int rc = 1;

    while (rc > 0) {
        if (poll(fds, 2, -1) < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        if (fds[1].revents)
            rc = from_guest(pty);
        if (rc > 0 && fds[0].revents)
            rc = from_terminal(pty, &fds[0]);
    }
    return rc;
}

/* The pty is raw on both sides: echo and line ends are the guest's. */
static int open_pty(const char *path)
{
    int pty = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios mode;

    if (pty >= 0 && !tcgetattr(pty, &mode)) {
        cfmakeraw(&mode);
        (void)tcsetattr(pty, TCSANOW, &mode);
    }
    return pty;
}

int console_attach(struct ctl *ctl, const struct zp_zone *zone)
{
    CLEANUP(free_text) char *path = NULL;
    struct zp_error err;
    bool raw;
    int pty, rc;

    if (zp_zone_console_tty(ctl->xen, zone, &path, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    pty = open_pty(path);
    if (pty < 0) {
        fail(&err, ZP_ERR_IO, "console", "%s: %s", path, strerror(errno));
        return refuse(ctl->json, EXIT_FAILED, &err);
    }
    /* What there was to say comes before what the guest says. */
    (void)write_all(STDOUT_FILENO, ctl->out.buf, ctl->out.len);
    spool_clear(&ctl->out);
    raw = make_raw();
    rc = relay(pty);
    if (rc < 0)
        fail(&err, ZP_ERR_IO, "console", "%s: %s", path, strerror(errno));
    if (raw)
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
    close(pty);
    return rc < 0 ? refuse(ctl->json, EXIT_FAILED, &err) : EXIT_OK;
}

static int copy_log(int fd, const char *path, struct zp_error *err)
{
    char buf[65536];
    ssize_t got;

    while ((got = read(fd, buf, sizeof(buf))) > 0) {
        if (write_all(STDOUT_FILENO, buf, (size_t)got))
            return fail(err, ZP_ERR_IO, NULL, "standard output: %s",
                        strerror(errno));
    }
    if (got < 0)
        return fail(err, ZP_ERR_IO, "log", "%s: %s", path, strerror(errno));
    return ZP_OK;
}

/* xenconsoled names logs after the zone, and they outlive it: no need to ask
 * Xen. A log may be long, so it is passed on as it is read. */
static int print_log(struct ctl *ctl, const char *name)
{
    struct spool path CLEANUP(spool_clear) = { 0 };
    struct zp_error err;
    int fd = -1, rc;

    spool_add(&path, "%s/guest-%s.log", LOG_DIR, name);
    if (!strchr(name, '/'))
        fd = open(path.buf, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fail(&err, ZP_ERR_NOTFOUND, "log", "no console log %s: xenconsoled "
             "keeps one if it runs with --log=guest", path.buf);
        return refuse(ctl->json, EXIT_FAILED, &err);
    }
    rc = copy_log(fd, path.buf, &err);
    close(fd);
    return rc ? refuse(ctl->json, EXIT_FAILED, &err) : EXIT_OK;
}

int cmd_console(struct ctl *ctl)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    int rc;

    if (given(ctl, OPT_LOG))
        return print_log(ctl, ctl->args[0]);
    rc = find_zone(ctl, &zone);
    return rc ? rc : console_attach(ctl, zone);
}
