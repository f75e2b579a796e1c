/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "monitor.h"

/* A file with its name, as runc sends it. */
static int send_file(int to, int fd, const char *name)
{
    union {
        char buf[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = { .buf = "" };
    char text[64];
    struct iovec iov = { text, strlen(name) };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
        .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    snprintf(text, sizeof(text), "%s", name);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    return sendmsg(to, &msg, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int send_master(const char *path, int master)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd, rc = -1;

    if (strlen(path) >= sizeof(addr.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && !connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
        rc = send_file(fd, master, ptsname(master));
    if (fd >= 0)
        close(fd);
    return rc;
}

/* The slave's number; -1: errno. */
static int make_terminal(const char *path)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave = -1;
    struct termios t;

    if (master >= 0 && !grantpt(master) && !unlockpt(master))
        slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK |
                     O_CLOEXEC);
    if (slave >= 0 && (tcgetattr(slave, &t) || (cfmakeraw(&t), 0) ||
                       tcsetattr(slave, TCSANOW, &t) ||
                       ioctl(slave, TIOCSCTTY, 0) ||
                       send_master(path, master))) {
        close(slave);
        slave = -1;
    }
    if (master >= 0)
        close(master);
    return slave;
}

int terminal_open(struct monitor *m, struct zp_error *err)
{
    const struct monitor_args *args = m->args;
    int fd;

    if (!args->spec->process.terminal) {
        if (args->console)
            return zp__fail(err, ZP_ERR_INVAL, "console-socket", "a console "
                            "socket, but the process has no terminal");
        return ZP_OK;
    }
    if (!args->console)
        return zp__fail(err, ZP_ERR_INVAL, "console-socket", "the process has "
                        "a terminal: --console-socket is needed");
    /* A session of its own, so that it hears of the terminal's size. */
    setsid();
    fd = make_terminal(args->console);
    if (fd < 0)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "console-socket",
                            "%.100s: %s", args->console, strerror(errno));
    /* What was there before is let go: our caller waits for its end. */
    if (dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "console-socket",
                            "terminal: %s", strerror(errno));
    close(fd);
    m->out[1].fd = -1;
    m->terminal = true;
    return ZP_OK;
}

void terminal_resized(struct monitor *m)
{
    struct zk_frame frame = { .type = ZK_WINSIZE, .session = m->session };
    struct winsize size;
    struct zp_error err;

    if (!m->terminal || m->state != RUNNING ||
        ioctl(1, TIOCGWINSZ, &size) || !size.ws_row)
        return;
    frame.u.winsize.rows = size.ws_row;
    frame.u.winsize.columns = size.ws_col;
    if (zk_link_send(&m->link, &frame, &err) == ZP_ERR_NOMEM)
        m->link.gone = true;
}
