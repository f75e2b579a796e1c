/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starts the executables of libexec. The launch executable gets a session of
 * its own, so that a Ctrl-C at the terminal reaches only us: we end it, and
 * then undo what it had done.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapt/json.h"
#include "xen/xen.h"

#define LOG_DIR ZP_LOCALSTATEDIR "/log/zoneplace"

int zp__open_log(const char *name)
{
    char path[256];

    if (mkdir(LOG_DIR, 0755) < 0 && errno != EEXIST)
        return -1;
    snprintf(path, sizeof(path), LOG_DIR "/%s.log", name);
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                0640);
}

/* In the child: descriptors 0-2 as given (-1: /dev/null), 3 is @keep, no
 * other; no signal blocked or caught. Never returns. */
static void become(const char *path, const char *arg, int in, int out,
                   int log, int keep)
{
    char *const argv[] = { (char *)(uintptr_t)path, (char *)(uintptr_t)arg,
                           NULL };
    int null = open("/dev/null", O_RDWR), fds[4], i;
    sigset_t none;

    fds[0] = in < 0 ? null : in;
    fds[1] = out < 0 ? null : out;
    fds[2] = log < 0 ? null : log;
    fds[3] = keep < 0 ? null : keep;
    /* Out of the way first: a source may be the target of another. */
    for (i = 0; i < 4; i++)
        fds[i] = fcntl(fds[i], F_DUPFD, 10);
    for (i = 0; i < 4; i++)
        dup2(fds[i], i);
    close_range(keep < 0 ? 3 : 4, ~0U, 0);
    for (i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execv(path, argv);
    _exit(127);
}

/* A file in memory, at its start: unlike a pipe it can't block or break. */
static int text_file(const char *text)
{
    size_t len = strlen(text);
    int fd = memfd_create("zone", MFD_CLOEXEC);

    if (fd >= 0 && (write(fd, text, len) != (ssize_t)len ||
                    lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Reads to the end of @fd, or until a signal of @stop is pending (EINTR). */
static int read_answer(int fd, const sigset_t *stop, char *buf, size_t size)
{
    int sfd = signalfd(-1, stop, SFD_CLOEXEC | SFD_NONBLOCK), rc = 0;
    struct pollfd pfd[2] = { { .fd = fd, .events = POLLIN },
                             { .fd = sfd, .events = POLLIN } };
    size_t len = 0;
    ssize_t got;

    for (;;) {
        if (poll(pfd, 2, -1) < 0 && errno != EINTR) {
            rc = errno;
            break;
        }
        /* Not read: it is to be delivered when the caller unblocks it. */
        if (pfd[1].revents) {
            rc = EINTR;
            break;
        }
        if (!pfd[0].revents)
            continue;
        got = read(fd, buf + len, size - 1 - len);
        if (got <= 0 || len + (size_t)got == size - 1)
            break;
        len += (size_t)got;
    }
    buf[len] = '\0';
    if (sfd >= 0)
        close(sfd);
    return rc;
}

static int no_answer(const char *name, int status, struct zp_error *err)
{
    return zp__fail_sys(err, ZP_ERR_XEN, status, "launch",
                        "the launch executable gave no answer (%s %d), "
                        "see " LOG_DIR "/%s.log",
                        WIFSIGNALED(status) ? "signal" : "status",
                        WIFSIGNALED(status) ? WTERMSIG(status)
                                            : WEXITSTATUS(status), name);
}

/* Codes of errors are below 0, so they are no zp__json_uint(). */
static int signed_of(const struct zp__json_value *obj, const char *key)
{
    const struct zp__json_value *v = zp__json_get(obj, key);

    if (!v || (v->type != ZP__JSON_UINT && v->type != ZP__JSON_NUMBER))
        return 0;
    return (int)strtol(v->str, NULL, 10);
}

static const char *text_of(const struct zp__json_value *obj, const char *key,
                           const char *absent)
{
    const struct zp__json_value *v = zp__json_get(obj, key);

    return v && v->type == ZP__JSON_STRING ? v->str : absent;
}

static int take_error(const struct zp__json_value *error,
                      struct zp_error *err)
{
    int code = signed_of(error, "code");

    return zp__fail_sys(err, code < 0 ? code : ZP_ERR_XEN,
                        signed_of(error, "sys"),
                        text_of(error, "limit", NULL), "%s",
                        text_of(error, "message", "no reason"));
}

static int take_built(const char *name, int status,
                      const struct zp__json_value *root,
                      struct zp__built *built, struct zp_error *err)
{
    struct zp__json_reader r = ZP__JSON_READER(err);
    struct zp__built got = { .domid = 0 };

    got.domid = (uint32_t)zp__json_uint(&r, root, "domid", UINT32_MAX);
    got.special_pages =
        (uint32_t)zp__json_uint(&r, root, "special_pages", UINT32_MAX);
    got.acpi_pages =
        (uint32_t)zp__json_uint(&r, root, "acpi_pages", UINT32_MAX);
    got.xsdt = zp__json_uint(&r, root, "xsdt", UINT64_MAX);
    if (r.rc || status != 0 || !got.domid)
        return no_answer(name, status, err);
    *built = got;
    return ZP_OK;
}

/* What the launch executable wrote, see launch/main.c. */
static int take_answer(const char *name, const char *text, int status,
                       struct zp__built *built, struct zp_error *err)
{
    struct zp__json doc = ZP__JSON_INIT;
    const struct zp__json_value *error;
    int rc;

    if (zp__json_parse(&doc, "answer", text, strlen(text), NULL))
        return no_answer(name, status, err);
    error = zp__json_get(doc.value, "error");
    rc = error && error->type == ZP__JSON_OBJECT
             ? take_error(error, err)
             : take_built(name, status, doc.value, built, err);
    zp__json_clear(&doc);
    return rc;
}

static pid_t start_launch(const char *path, int in, int out, int log)
{
    pid_t parent = getpid(), pid = fork();

    if (pid != 0)
        return pid;
    /* Who is to answer for the zone is gone: so are we. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    setsid();
    become(path, NULL, in, out, log, -1);
    return 0;
}

int zp__spawn_launch(const char *name, const char *spec,
                     const sigset_t *stop, struct zp__built *built_out,
                     struct zp_error *err)
{
    static const char path[] = ZP_LIBEXECDIR "/launch";
    char answer[4096];
    int in = text_file(spec), out[2] = { -1, -1 }, log = zp__open_log(name);
    int rc, status = 0;
    pid_t pid = -1;

    if (access(path, X_OK) < 0) {
        rc = zp__fail_sys(err, ZP_ERR_IO, errno, "launch", "%s: %s", path,
                          strerror(errno));
        goto out;
    }
    if (in >= 0 && pipe2(out, O_CLOEXEC) == 0)
        pid = start_launch(path, in, out[1], log);
    if (pid < 0) {
        rc = zp__fail_sys(err, ZP_ERR_IO, errno, NULL, "starting %s: %s",
                          path, strerror(errno));
        goto out;
    }
    close(out[1]);
    out[1] = -1;
    rc = read_answer(out[0], stop, answer, sizeof(answer));
    if (rc)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    rc = rc ? zp__fail_sys(err, ZP_ERR_INVAL, rc, "signal", "interrupted")
            : take_answer(name, answer, status, built_out, err);
out:
    if (in >= 0)
        close(in);
    if (log >= 0)
        close(log);
    if (out[0] >= 0)
        close(out[0]);
    if (out[1] >= 0)
        close(out[1]);
    return rc;
}

int zp__spawn_monitor(const char *name, const char *uuid,
                      struct zp_error *err)
{
    static const char path[] = ZP_LIBEXECDIR "/monitor";
    int ready[2], log, status;
    char said = '\0';
    ssize_t got;
    pid_t pid;

    if (pipe2(ready, O_CLOEXEC) < 0)
        return zp__fail_sys(err, ZP_ERR_IO, errno, NULL, "pipe: %s",
                            strerror(errno));
    log = zp__open_log(name);
    pid = fork();
    if (pid == 0) {
        /* Twice, so that it is nobody's child and has no terminal. */
        setsid();
        if (fork() == 0) {
            umask(022);
            if (chdir("/") == 0)
                become(path, uuid, -1, log, log, ready[1]);
        }
        _exit(0);
    }
    close(ready[1]);
    if (log >= 0)
        close(log);
    if (pid > 0)
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    do
        got = pid > 0 ? read(ready[0], &said, 1) : 0;
    while (got < 0 && errno == EINTR);
    close(ready[0]);
    if (got != 1 || said != 'R')
        return zp__fail(err, ZP_ERR_IO, "monitor",
                        "the monitor did not start, see %s/%s.log and %s",
                        LOG_DIR, name, path);
    return ZP_OK;
}
