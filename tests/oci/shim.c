/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shim PID_FILE MADE COMMAND...: as containerd's shim, runs COMMAND, whose
 * child stays behind; makes the file MADE once COMMAND has ended well, and
 * then ends as the process of PID_FILE does. 250: COMMAND failed. After ten
 * minutes SIGALRM ends it, so that no test waits for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COMMAND_FAILED = 250, NO_USE = 251, LONGEST_SECONDS = 600 };

static int code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Others that were left to us end, too. */
static int wait_for(pid_t pid)
{
    int status;
    pid_t got;

    do {
        got = wait(&status);
    } while (got != pid && (got > 0 || errno == EINTR));
    return got == pid ? code_of(status) : NO_USE;
}

int main(int argc, char **argv)
{
    int pid = 0, fd;
    pid_t child;
    FILE *file;

    if (argc < 4 || prctl(PR_SET_CHILD_SUBREAPER, 1))
        return NO_USE;
    alarm(LONGEST_SECONDS);
    child = fork();
    if (!child) {
        execvp(argv[3], argv + 3);
        _exit(127);
    }
    if (wait_for(child))
        return COMMAND_FAILED;
    file = fopen(argv[1], "re");
    if (!file || fscanf(file, "%d", &pid) != 1)
        return NO_USE;
    fclose(file);
    fd = open(argv[2], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return NO_USE;
    close(fd);
    return wait_for(pid);
}
