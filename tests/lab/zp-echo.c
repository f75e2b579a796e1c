// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zp-echo [PORT]: sends every byte back that it is sent, on TCP, for the
 * guests' `net` command. One process a connection; runs until it is killed.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void serve(int fd)
{
    char buf[65536];
    ssize_t n;

    while ((n = recv(fd, buf, sizeof buf, 0)) > 0) {
        for (ssize_t at = 0; at < n;) {
            ssize_t put = send(fd, buf + at, (size_t)(n - at), MSG_NOSIGNAL);

            if (put <= 0)
                return;
            at += put;
        }
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in in = { .sin_family = AF_INET };
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    in.sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 7777));
    signal(SIGCHLD, SIG_IGN);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd < 0 || bind(fd, (struct sockaddr *)&in, sizeof in) ||
        listen(fd, 16)) {
        perror("zp-echo");
        return 1;
    }
    for (;;) {
        int peer = accept(fd, NULL, NULL);

        if (peer < 0)
            continue;
        if (!fork()) {
            serve(peer);
            _exit(0);
        }
        close(peer);
    }
}
