/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl console between two terminals that are made up: how it leaves the
 * operator's. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* First: check.h has a macro fail(). */
#include "../../tools/zonectl.h"
#include "../suite.h"

static char guest_path[64];

const char *given(const struct ctl *ctl, int id)
{
    (void)ctl;
    (void)id;
    return NULL;
}

int find_zone(struct ctl *ctl, struct zp_zone **zone_out)
{
    (void)ctl;
    *zone_out = NULL;
    return EXIT_OK;
}

void free_zone(struct zp_zone **zone)
{
    (void)zone;
}

int zp_zone_console_tty(struct zp_xen *xen, const struct zp_zone *zone,
                        char **path_out, struct zp_error *err)
{
    (void)xen;
    (void)zone;
    (void)err;
    *path_out = strdup(guest_path);
    return ZP_OK;
}

static int open_terminal(char *path, size_t size)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(grantpt(fd), 0);
    ck_assert_int_eq(unlockpt(fd), 0);
    ck_assert_int_eq(ptsname_r(fd, path, size), 0);
    return fd;
}

static tcflag_t local_modes(int fd)
{
    struct termios mode;

    ck_assert_int_eq(tcgetattr(fd, &mode), 0);
    return mode.c_lflag & (ICANON | ECHO | ISIG);
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

struct seat {
    int terminal, guest;         /* the far ends */
    int tty;                     /* zonectl's standard input */
    pid_t pid;
};

/* Returns when the terminal is raw; the suite's timeout is the deadline. */
static struct seat sit_down(void)
{
    char path[64];
    struct seat s = { .terminal = open_terminal(path, sizeof(path)) };

    s.guest = open_terminal(guest_path, sizeof(guest_path));
    s.tty = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(s.tty, 0);
    ck_assert_uint_eq(local_modes(s.tty), ICANON | ECHO | ISIG);
    s.pid = fork();
    if (s.pid == 0) {
        struct ctl ctl = { 0 };

        /* Not check's handlers, and whatever the shell ignores. */
        for (int i = 0; i < 3; i++)
            signal(signals[i], SIG_DFL);
        setsid();
        dup2(s.tty, STDIN_FILENO);
        dup2(s.tty, STDOUT_FILENO);
        _exit(cmd_console(&ctl));
    }
    ck_assert_int_gt(s.pid, 0);
    while (local_modes(s.tty))
        usleep(1000);
    return s;
}

static int stand_up(const struct seat *s)
{
    int status;

    ck_assert_int_eq(waitpid(s->pid, &status, 0), s->pid);
    ck_assert_uint_eq(local_modes(s->tty), ICANON | ECHO | ISIG);
    close(s->tty);
    close(s->terminal);
    close(s->guest);
    return status;
}

START_TEST(killed)
{
    struct seat s = sit_down();
    int status;

    ck_assert_int_eq(kill(s.pid, signals[_i]), 0);
    status = stand_up(&s);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == signals[_i]);
}
END_TEST

START_TEST(left)
{
    struct seat s = sit_down();
    int status;

    ck_assert_int_eq(write(s.terminal, "\x1d", 1), 1);
    status = stand_up(&s);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_OK);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("console");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, killed, 0, 3);
    tcase_add_test(tc, left);
    return suite_run(s);
}
